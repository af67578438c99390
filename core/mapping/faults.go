package mapping

import "ferry/core"

func fieldGone(m Mapping, field string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "mapping.field-gone", Owner: core.You,
		Cause:   "The mapping of " + m.Source + " uses a field that cannot be read any more: " + field + ".",
		Remedy:  "Take the field out of the mapping, or ask whether it was renamed or hidden from you.",
		Subject: core.Subject{Table: m.Source, Field: field},
	}
}

func incomplete(m Mapping) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "mapping.incomplete", Owner: core.You,
		Cause:   "The mapping of " + m.Source + " has no field to carry.",
		Remedy:  "Choose at least one field of the table, or another table.",
		Subject: core.Subject{Table: m.Source},
	}
}

// cannotBind says why a verb did nothing.
func cannotBind(d *Draft, code, cause, remedy, field string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "mapping." + code, Owner: core.You, Cause: cause, Remedy: remedy,
		Subject: core.Subject{Table: d.m.Source, Field: field},
	}
}

// unlike refuses a record whose value does not fit into its column.
func unlike(m *Mapping, b *Binding, v core.Value) *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: "mapping.value-unlike", Owner: core.You,
		Cause:   "A value of this record does not fit into " + b.Column + ".",
		Remedy:  "Change the value in Dynamics, or map another field to " + b.Column + " or change it on the way.",
		Subject: core.Subject{Table: m.Source, Field: b.Field, Value: v.Canonical()},
	}
}

// unmatched refuses a record with an option that has no value there.
func unmatched(m *Mapping, b *Binding, v core.Value) *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: "mapping.choice-unmatched", Owner: core.You,
		Cause:   "This record has an option of " + b.Field + " that has no value in " + b.Column + ".",
		Remedy:  "Open Choices of the mapping, give the option a value, and retry just the refused records.",
		Subject: core.Subject{Table: m.Source, Field: b.Field, Value: v.Canonical()},
	}
}

// missing refuses a record without a value that the destination needs.
func missing(m *Mapping, b *Binding) *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: "mapping.value-missing", Owner: core.You,
		Cause:   "This record has no value for " + b.Column + ", which the destination needs.",
		Remedy:  "Enter the value in Dynamics, or give the mapping a second field or a constant for it.",
		Subject: core.Subject{Table: m.Source, Field: b.Field},
	}
}

// badValue says that a text of the mapping is no value of its column.
func badText(m *Mapping, b *Binding, text string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "mapping.value-wrong", Owner: core.You,
		Cause:   "A value that the mapping gives to " + b.Column + " does not fit into it.",
		Remedy:  "Open the mapping and correct the constant or the table of choices of " + b.Column + ".",
		Subject: core.Subject{Table: m.Source, Field: b.Field, Value: text},
	}
}

func badTemplate(m *Mapping, b *Binding) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "mapping.template-wrong", Owner: core.You,
		Cause:   "The template of " + b.Column + " cannot be read: a field in it is not closed by }}.",
		Remedy:  "Write each field as {{name}}.",
		Subject: core.Subject{Table: m.Source, Field: b.Column},
	}
}

func badZone(m *Mapping) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "mapping.zone-unknown", Owner: core.You,
		Cause:   "The mapping of " + m.Source + " names a time zone that this computer does not know.",
		Remedy:  "Choose the time zone of the mapping from the list.",
		Subject: core.Subject{Table: m.Source, Value: m.Zone},
	}
}

func badMatch(m *Mapping, column string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "mapping.match-wrong", Owner: core.You,
		Cause:   "Records are to be matched by " + column + ", but nothing is mapped to it.",
		Remedy:  "Map a field to " + column + ", or match by another column.",
		Subject: core.Subject{Table: m.Source, Field: column},
	}
}

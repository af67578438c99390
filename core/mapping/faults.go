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

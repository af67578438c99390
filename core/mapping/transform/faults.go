package transform

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"ferry/core"
)

func wrong(code, cause, remedy string) *core.Fault {
	return &core.Fault{Kind: core.Wrong, Code: "transform." + code, Owner: core.You, Cause: cause, Remedy: remedy}
}

func unknown(name string) *core.Fault {
	f := wrong("unknown", "This step is not known to this version of Ferry.", "Update Ferry, or take the step out.")
	f.Subject.Value = name
	return f
}

func unknownParam(t *Transform) *core.Fault {
	return wrong("unknown-setting", "“"+t.Title+"” has a setting that this version of Ferry does not know.",
		"Update Ferry, or take the step out and add it again.")
}

func longParam(t *Transform, p Param) *core.Fault {
	return wrong("setting-too-long", "“"+p.Title+"” of “"+t.Title+"” is too long.",
		"Use at most "+strconv.Itoa(maxParam)+" characters.")
}

func tooManySteps() *core.Fault {
	return wrong("too-many-steps", "There are too many steps.", "Use at most "+strconv.Itoa(maxSteps)+" for one field.")
}

func missing(t *Transform, p Param) *core.Fault {
	return wrong("missing", "“"+t.Title+"” does not say “"+p.Title+"”.", "Fill it in: "+p.Help)
}

func badParam(t *Transform, p Param, value, remedy string) *core.Fault {
	f := wrong("setting", "“"+p.Title+"” of “"+t.Title+"” cannot be used as it is.", remedy)
	f.Subject.Value = short(value)
	return f
}

func noField(t *Transform, p Param, name string) *core.Fault {
	f := wrong("no-field", "“"+p.Title+"” of “"+t.Title+"” names a field that cannot be read: "+short(name)+".",
		"Choose a field of this table by its logical name, or ask whether it was renamed, deleted or hidden from you.")
	f.Subject.Field = name
	return f
}

func nothingYet(t *Transform) *core.Fault {
	return wrong("nothing-yet", "“"+t.Title+"” comes first, and this column has no field to take a value from.",
		"Choose a field, or begin with “Fixed value”, “Template”, “Join fields” or “First filled field”.")
}

func noNames(t *Transform) *core.Fault {
	return wrong("no-names", "“"+t.Title+"” needs values of the records that the lookup points at, and they are not known here.",
		"Keep the lookup's id, or map the lookup to the imported record.")
}

func noLabels(t *Transform) *core.Fault {
	return wrong("no-labels", "“"+t.Title+"” needs the labels of the choice, and they are not known here.",
		"Put this step right behind the choice field, or keep the code.")
}

// misfit is a Problem while editing, and refuses a record when a value of another kind comes all the same.
func misfit(title string, takes, in Kinds, field string) *core.Fault {
	remedy := "Take this step out, or put one before it that gives " + takes.String() + "."
	if takes.Has(core.KindText) && in&written != 0 {
		remedy = "Put “As text” before it, or take it out."
	}
	f := wrong("does-not-fit", "“"+title+"” works on "+takes.String()+". What comes to it is "+in.String()+".", remedy)
	f.Subject.Field = field
	return f
}

func unreadable(title, wants, field string, v core.Value) *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: "transform.unreadable", Owner: core.You,
		Cause:   "“" + title + "” cannot read this value: " + wants + ".",
		Remedy:  "Correct the value in Dynamics, change the step, or choose there what happens when a value cannot be read.",
		Subject: core.Subject{Field: field, Value: short(v.Canonical())},
	}
}

func tooLong(title, field string) *core.Fault {
	return &core.Fault{
		Kind: core.BadRecord, Code: "transform.too-long", Owner: core.You,
		Cause:   "“" + title + "” would make a text of more than " + strconv.Itoa(maxText>>20) + " million characters.",
		Remedy:  "Change the step so that it makes less, or put “First characters” before it.",
		Subject: core.Subject{Field: field},
	}
}

// short keeps enough of a text to recognise it.
func short(s string) string {
	const most = 120
	s = strings.ToValidUTF8(s[:min(len(s), 4*most)], "�")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

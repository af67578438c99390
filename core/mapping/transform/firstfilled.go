package transform

import (
	"strings"

	"ferry/core"
)

func firstFilled() *Transform {
	return &Transform{
		Name: "first-filled", Title: "First filled field", Group: Fields, Takes: Every, Gives: Every, Begins: true, nulls: true, blind: true,
		Summary: "Takes the first of several fields that is not empty, as it is.",
		Params: []Param{
			{Name: "fields", Title: "Fields", Kind: ParamFields, Help: "Logical names of the fields, with commas between, in the order in which they are asked."},
			{Name: "begin", Title: "Begin with the value so far", Kind: ParamYesNo, Default: "yes", Help: "Whether the value of the step before is asked first."},
			{Name: "default", Title: "When all are empty", Kind: ParamText, Help: "A text for records in which all of them are empty. Without one they stay empty."},
			{Name: "blank", Title: "Only spaces count as empty", Kind: ParamYesNo, Default: "yes", Help: "Whether a text of nothing but spaces, or of nothing at all, is passed over."},
		},
		Examples: []Example{
			{Params: map[string]string{"fields": "line2,line3"}, In: core.Null(), Beside: lines(core.Null(), core.Text("West")), Out: core.Text("West"), Why: "The first that is filled."},
			{Params: map[string]string{"fields": "line2"}, In: core.Text(" "), Beside: lines(core.Text("East"), core.Null()), Out: core.Text("East"), Why: "Spaces alone count as empty."},
			{Params: map[string]string{"fields": "line2", "blank": "no"}, In: core.Text(""), Beside: lines(core.Text("East"), core.Null()), Out: core.Text(""), Why: "Unless an empty text shall count."},
			{Params: map[string]string{"fields": "line2", "default": "unknown"}, In: core.Null(), Beside: lines(core.Null(), core.Null()), Out: core.Text("unknown"), Why: "All are empty: the default."},
			{Params: map[string]string{"fields": "line2"}, In: core.Text(""), Beside: lines(core.Null(), core.Null()), Out: core.Null(), Why: "All are empty, no default: empty."},
			{Params: map[string]string{"default": "unknown"}, In: core.Null(), Out: core.Text("unknown"), Why: "A default for one field."},
			{Params: map[string]string{"fields": "line2,line3"}, In: core.Null(), Beside: lines(core.Value{}, core.Text("West")), Out: core.Value{}, Why: "A field of which nothing is known might have come first, so nothing is guessed."},
			{Params: map[string]string{"fields": "line2", "begin": "no"}, In: core.Int(7), Beside: lines(core.Text("East"), core.Null()), Out: core.Text("East"), Why: "Only the fields are asked."},
		},
		make: makeFirstFilled,
	}
}

func makeFirstFilled(b *build) Func {
	all := b.others("fields")
	begin := b.yes("begin") && !b.begins
	standard, blank := core.Null(), b.yes("blank")
	b.gives = 0
	if begin {
		b.gives |= b.in
	}
	for _, o := range all {
		b.gives |= KindsOf(o.field.Type)
	}
	if s := b.text("default"); s != "" {
		standard = core.Text(s)
		b.gives |= texts
	}
	if b.gives == 0 { // nothing to choose from
		b.wrong("fields", missing(b.t, *b.t.Param("fields")))
		b.gives = Every
	}
	passed := func(v core.Value) bool {
		return v.Kind() == core.KindNull || (blank && v.Kind() == core.KindText && strings.TrimFunc(v.AsText(), invisible) == "")
	}
	return func(v core.Value, row []core.Value) (core.Value, *core.Fault) {
		if begin && !passed(v) {
			return v, nil
		}
		for _, o := range all {
			if next := o.of(row); !passed(next) {
				return next, nil
			}
		}
		return standard, nil
	}
}

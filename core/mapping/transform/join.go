package transform

import (
	"strings"

	"ferry/core"
)

func join() *Transform {
	return &Transform{
		Name: "join", Title: "Join fields", Group: Fields, Takes: written, Gives: texts, Begins: true, nulls: true, blind: true,
		Summary: "Puts several fields behind one another. What is empty is left out, with its separator.",
		Params: []Param{
			{Name: "fields", Title: "Fields", Kind: ParamFields, Required: true, Help: "Logical names of the fields, with commas between, in their order."},
			{Name: "with", Title: "Between them", Kind: ParamText, Default: " ", Help: "The text between two fields. \\n is a new line."},
			{Name: "begin", Title: "Begin with the value so far", Kind: ParamYesNo, Default: "yes", Help: "Whether the value of the step before comes first."},
		},
		Examples: []Example{
			{Params: map[string]string{"fields": "line2,line3", "with": ", "}, In: core.Text("12 High Street"), Beside: lines(core.Text("Floor 3"), core.Text("West")), Out: core.Text("12 High Street, Floor 3, West"), Why: "The value so far comes first."},
			{Params: map[string]string{"fields": "line2, line3", "with": ", "}, In: core.Text("12 High Street"), Beside: lines(core.Null(), core.Text("West")), Out: core.Text("12 High Street, West"), Why: "What is empty leaves no separator."},
			{Params: map[string]string{"fields": "line2,line3", "with": `\n`, "begin": "no"}, In: core.Text("x"), Beside: lines(core.Text("Floor 3"), core.Text("West")), Out: core.Text("Floor 3\nWest"), Why: "Only the fields, one a line."},
			{Params: map[string]string{"fields": "line2"}, In: core.Null(), Beside: lines(core.Null(), core.Null()), Out: core.Null(), Why: "All empty: the result is empty."},
			{Params: map[string]string{"fields": "line2"}, In: core.Text(""), Beside: lines(core.Null(), core.Null()), Out: core.Text(""), Why: "An empty text among them makes an empty text."},
			{Params: map[string]string{"fields": "line2"}, In: core.Text("a"), Beside: lines(core.Value{}, core.Null()), Out: core.Value{}, Why: "When nothing is known of a field, nothing is known of the result."},
			{Params: map[string]string{"fields": "line9"}, In: core.Text("a"), Beside: lines(core.Null(), core.Null()), Refused: "transform.no-field", Why: "The field must be there."},
		},
		make: makeJoin,
	}
}

// lines are the fields of the examples.
func lines(two, three core.Value) []Beside {
	return []Beside{{core.Field{Name: "line2", Type: core.TypeText}, two}, {core.Field{Name: "line3", Type: core.TypeText}, three}}
}

func makeJoin(b *build) Func {
	all := b.others("fields")
	for _, o := range all {
		if KindsOf(o.field.Type)&written == 0 {
			b.bad("fields", o.field.Name, "Take the field "+o.field.Name+" out: a file or image has no form in words.")
		}
	}
	between := strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(b.text("with"))
	begin := b.yes("begin") && !b.begins
	w, input, title := newWriter(b.env), b.env.Input, b.t.Title
	return func(v core.Value, row []core.Value) (core.Value, *core.Fault) {
		var out strings.Builder
		blank := true // all are Null
		add := func(v core.Value, f core.Field) {
			if v.Kind() == core.KindNull {
				return
			}
			blank = false
			s := w.write(v, f)
			if strings.TrimFunc(s, invisible) == "" {
				return
			}
			if out.Len() > 0 {
				out.WriteString(between)
			}
			out.WriteString(s)
		}
		if begin {
			if v.Kind() == core.KindAbsent {
				return v, nil
			}
			add(v, input)
		}
		for _, o := range all {
			next := o.of(row)
			if next.Kind() == core.KindAbsent {
				return next, nil
			}
			add(next, o.field)
			if out.Len() > maxText {
				return core.Value{}, tooLong(title, input.Name)
			}
		}
		if blank {
			return core.Null(), nil
		}
		return core.Text(out.String()), nil
	}
}

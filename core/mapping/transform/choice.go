package transform

import (
	"strconv"
	"strings"

	"ferry/core"
)

// status is the choice of the examples.
func status() core.Field {
	return core.Field{Name: "new_status", Type: core.TypeChoice, Options: []core.Option{{Code: 1, Label: "Active"}, {Code: 2, Label: "On hold"}}}
}

func choiceLabel() *Transform {
	return &Transform{
		Name: "choice-label", Title: "Choice's label", Group: Options, Takes: choice, Gives: texts,
		Summary: "Writes the label of a choice as Dynamics shows it, or several labels of choices.",
		Params: []Param{
			{Name: "between", Title: "Between labels", Kind: ParamText, Default: ", ", Help: "For choices with several values."},
			otherwise(refuse),
		},
		Examples: []Example{
			{Field: status(), In: core.Choice(2), Out: core.Text("On hold"), Why: "The label of the code."},
			{Field: status(), In: core.Choice(77), Refused: "transform.unreadable", Why: "A code without a label is refused."},
			{Field: status(), Params: map[string]string{"otherwise": "empty"}, In: core.Choice(77), Out: core.Null(), Why: "Or left empty."},
			{Field: core.Field{Name: "new_flags", Type: core.TypeChoices, Options: status().Options}, In: core.Choices(2, 1), Out: core.Text("On hold, Active"), Why: "Several labels in their order."},
			{Field: core.Field{Name: "x", Type: core.TypeChoice}, In: core.Choice(1), Refused: "transform.no-labels", Why: "The labels must be known."},
			{Field: status(), In: core.Null(), Out: core.Null(), Why: "Empty stays empty."},
		},
		make: func(b *build) Func {
			labels := make(map[int64]string, len(b.env.Input.Options))
			for _, o := range b.env.Input.Options {
				if o.Label != "" {
					labels[o.Code] = o.Label
				}
			}
			if len(labels) == 0 {
				b.problems = append(b.problems, Problem{Step: b.at, Fault: noLabels(b.t)})
			}
			between, refused := b.text("between"), b.otherwise("the choice has no label for it")
			title, field := b.t.Title, b.env.Input.Name
			return func(v core.Value, row []core.Value) (core.Value, *core.Fault) {
				if v.Kind() == core.KindChoice {
					if label, ok := labels[v.AsInt()]; ok {
						return core.Text(label), nil
					}
					return refused(v, row)
				}
				var out strings.Builder
				for i, code := range v.AsChoices() {
					label, ok := labels[code]
					if !ok {
						return refused(v, row)
					}
					if i > 0 {
						out.WriteString(between)
					}
					if out.WriteString(label); out.Len() > maxText {
						return core.Value{}, tooLong(title, field)
					}
				}
				return core.Text(out.String()), nil
			}
		},
	}
}

func choiceCode() *Transform {
	return &Transform{
		Name: "choice-code", Title: "Choice's code", Group: Options, Takes: choice, Gives: only(core.KindInt) | texts,
		Summary: "Gives the number that Dynamics keeps for a choice, or several numbers as text.",
		Params:  []Param{{Name: "between", Title: "Between codes", Kind: ParamText, Default: ",", Help: "For choices with several values."}},
		Examples: []Example{
			{Field: status(), In: core.Choice(2), Out: core.Int(2), Why: "The code as a whole number."},
			{Params: map[string]string{"between": ";"}, In: core.Choices(9, 1), Out: core.Text("9;1"), Why: "Several codes in their order."},
			{In: core.Choices(), Out: core.Text(""), Why: "No codes at all are an empty text."},
		},
		make: func(b *build) Func {
			between := b.text("between")
			switch b.in & choice {
			case only(core.KindChoice):
				b.gives = only(core.KindInt)
			case only(core.KindChoices):
				b.gives = texts
			}
			title, field := b.t.Title, b.env.Input.Name
			return func(v core.Value, _ []core.Value) (core.Value, *core.Fault) {
				if v.Kind() == core.KindChoice {
					return core.Int(v.AsInt()), nil
				}
				var out strings.Builder
				for i, code := range v.AsChoices() {
					if i > 0 {
						out.WriteString(between)
					}
					if out.WriteString(strconv.FormatInt(code, 10)); out.Len() > maxText {
						return core.Value{}, tooLong(title, field)
					}
				}
				return core.Text(out.String()), nil
			}
		},
	}
}

package transform

import (
	"strings"

	"ferry/core"
)

func yesNo() *Transform {
	return &Transform{
		Name: "yes-no", Title: "Read yes or no", Group: Options, Takes: texts | only(core.KindInt) | only(core.KindBool), Gives: only(core.KindBool),
		Summary: "Reads yes or no out of words.",
		Params: []Param{
			{Name: "yes", Title: "Words for yes", Kind: ParamWords, Default: "yes, y, true, on, 1, x, ja, oui, sí, si", Help: "With commas between; large and small letters are the same."},
			{Name: "no", Title: "Words for no", Kind: ParamWords, Default: "no, n, false, off, 0, nein, non", Help: "With commas between; large and small letters are the same."},
			otherwise(refuse),
		},
		Examples: []Example{
			{In: core.Text(" Yes "), Out: core.Bool(true), Why: "Spaces and large letters do not matter."},
			{In: core.Text("0"), Out: core.Bool(false), Why: "Digits count as words."},
			{In: core.Int(1), Out: core.Bool(true), Why: "So do whole numbers."},
			{Params: map[string]string{"yes": "active", "no": "closed, lost"}, In: core.Text("Lost"), Out: core.Bool(false), Why: "With words of your own."},
			{In: core.Text("maybe"), Refused: "transform.unreadable", Why: "Other words are refused."},
			{In: core.Text(""), Out: core.Null(), Why: "There is no empty yes or no: an empty text becomes empty."},
			{Params: map[string]string{"yes": "x", "no": "X"}, In: core.Text("x"), Refused: "transform.setting", Why: "A word cannot mean both."},
		},
		make: func(b *build) Func {
			words := map[string]bool{}
			for _, w := range b.words("yes") {
				words[strings.ToLower(w)] = true
			}
			for _, w := range b.words("no") {
				if words[strings.ToLower(w)] {
					b.bad("no", w, "Take the word out on one side: it cannot mean yes and no.")
				}
				words[strings.ToLower(w)] = false
			}
			refused := b.otherwise("it is none of the words for yes or no")
			return func(v core.Value, row []core.Value) (core.Value, *core.Fault) {
				if v.Kind() == core.KindBool {
					return v, nil
				}
				s := v.Canonical()
				if v.Kind() == core.KindText {
					if s = trimmed(s); s == "" {
						return core.Null(), nil
					}
				}
				yes, known := words[strings.ToLower(s)]
				if !known {
					return refused(v, row)
				}
				return core.Bool(yes), nil
			}
		},
	}
}

func yesNoWords() *Transform {
	return &Transform{
		Name: "yes-no-words", Title: "Write yes or no", Group: Options, Takes: only(core.KindBool), Gives: texts,
		Summary: "Writes a word for yes and another for no.",
		Params: []Param{
			{Name: "yes", Title: "Word for yes", Kind: ParamText, Help: "Without one it is the field's own label in Dynamics, else Yes."},
			{Name: "no", Title: "Word for no", Kind: ParamText, Help: "Without one it is the field's own label in Dynamics, else No."},
		},
		Examples: []Example{
			{In: core.Bool(true), Out: core.Text("Yes"), Why: "Without words."},
			{Params: map[string]string{"yes": "J", "no": "N"}, In: core.Bool(false), Out: core.Text("N"), Why: "With your own."},
			{Field: core.Field{Name: "donotemail", Type: core.TypeBoolean, Options: []core.Option{{Code: 0, Label: "Allow"}, {Code: 1, Label: "Do Not Allow"}}}, In: core.Bool(true), Out: core.Text("Do Not Allow"), Why: "With the field's labels."},
			{In: core.Null(), Out: core.Null(), Why: "Empty is neither: it stays empty."},
		},
		make: func(b *build) Func {
			yes, no := b.text("yes"), b.text("no")
			if yes == "" {
				yes = boolLabel(true, b.env.Input)
			}
			if no == "" {
				no = boolLabel(false, b.env.Input)
			}
			return func(v core.Value, _ []core.Value) (core.Value, *core.Fault) {
				if v.AsBool() {
					return core.Text(yes), nil
				}
				return core.Text(no), nil
			}
		},
	}
}

package transform

import (
	"strings"

	"ferry/core"
)

func blank() *Transform {
	return &Transform{
		Name: "blank", Title: "Blank to empty", Group: Fields, Takes: texts, Gives: texts, nulls: true,
		Summary: "Makes a text of nothing, or of nothing but spaces, empty; or the other way round.",
		Params: []Param{{
			Name: "way", Title: "Which way", Kind: ParamChoice, Default: "empty", Help: "Databases tell an empty text and no value apart.",
			Choices: []Choice{{"empty", "An empty text becomes no value"}, {"text", "No value becomes an empty text"}},
		}},
		Examples: []Example{
			{In: core.Text(""), Out: core.Null(), Why: "An empty text becomes empty."},
			{In: core.Text(" \t"), Out: core.Null(), Why: "Spaces alone too."},
			{In: core.Text(" a "), Out: core.Text(" a "), Why: "Anything else stays as it is."},
			{Params: map[string]string{"way": "text"}, In: core.Null(), Out: core.Text(""), Why: "The other way round."},
			{Params: map[string]string{"way": "text"}, In: core.Value{}, Out: core.Value{}, Why: "What is not known stays not known."},
		},
		make: func(b *build) Func {
			toText := b.choice("way") == "text"
			return func(v core.Value, _ []core.Value) (core.Value, *core.Fault) {
				switch {
				case toText && v.Kind() == core.KindNull:
					return core.Text(""), nil
				case !toText && v.Kind() == core.KindText && strings.TrimFunc(v.AsText(), invisible) == "":
					return core.Null(), nil
				}
				return v, nil
			}
		},
	}
}

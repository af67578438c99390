package transform

import (
	"strings"

	"ferry/core"
)

func collapse() *Transform {
	return &Transform{
		Name: "collapse-spaces", Title: "Collapse spaces", Group: Texts, Takes: texts, Gives: texts,
		Summary: "Makes one space of several, and takes them away at the ends.",
		Params: []Param{{
			Name: "lines", Title: "Line breaks", Kind: ParamChoice, Default: keep, Help: "What becomes of line breaks.",
			Choices: []Choice{{keep, "Keep lines"}, {"join", "Make one line"}},
		}},
		Examples: []Example{
			{In: core.Text(" 12  High \t Street "), Out: core.Text("12 High Street"), Why: "Several spaces and tabs become one space."},
			{In: core.Text("12 High  Street \r\n  Leeds"), Out: core.Text("12 High Street\nLeeds"), Why: "Lines stay lines."},
			{Params: map[string]string{"lines": "join"}, In: core.Text("12 High Street\n\nLeeds"), Out: core.Text("12 High Street Leeds"), Why: "Or become one line."},
			{In: core.Text(""), Out: core.Text(""), Why: "An empty text stays an empty text."},
		},
		make: func(b *build) Func {
			one := b.choice("lines") == "join"
			return func(v core.Value, _ []core.Value) (core.Value, *core.Fault) {
				return core.Text(collapsed(v.AsText(), one)), nil
			}
		},
	}
}

// collapsed makes one space of several. Lines stay apart, trimmed, unless one line is wanted.
func collapsed(s string, one bool) string {
	if one {
		return strings.Join(strings.FieldsFunc(s, invisible), " ")
	}
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.Join(strings.FieldsFunc(l, invisible), " ")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

package transform

import (
	"strings"
	"unicode"

	"ferry/core"
)

func trim() *Transform {
	return &Transform{
		Name: "trim", Title: "Trim", Group: Texts, Takes: texts, Gives: texts,
		Summary: "Takes away spaces, tabs and line breaks at the ends, also the ones that cannot be seen.",
		Params: []Param{{
			Name: "side", Title: "Where", Kind: ParamChoice, Default: "both", Help: "At which end.",
			Choices: []Choice{{"both", "At both ends"}, {"start", "At the beginning"}, {"end", "At the end"}},
		}},
		Examples: []Example{
			{In: core.Text("  Contoso Ltd. "), Out: core.Text("Contoso Ltd."), Why: "Spaces at both ends go."},
			{In: core.Text("\u00a0\u200bContoso\ufeff\n"), Out: core.Text("Contoso"), Why: "Spaces that cannot be seen go too."},
			{Params: map[string]string{"side": "end"}, In: core.Text("  a "), Out: core.Text("  a"), Why: "Only at the end."},
			{In: core.Text("   "), Out: core.Text(""), Why: "Only spaces become an empty text, which is still a text."},
			{In: core.Null(), Out: core.Null(), Why: "Empty stays empty."},
			{In: core.Value{}, Out: core.Value{}, Why: "What is not known stays not known."},
		},
		make: func(b *build) Func {
			cut := strings.TrimFunc
			switch b.choice("side") {
			case "start":
				cut = strings.TrimLeftFunc
			case "end":
				cut = strings.TrimRightFunc
			}
			return func(v core.Value, _ []core.Value) (core.Value, *core.Fault) {
				return core.Text(cut(v.AsText(), invisible)), nil
			}
		},
	}
}

// trimmed is s without what cannot be seen at its ends.
func trimmed(s string) string { return strings.TrimFunc(s, invisible) }

// invisible reports whether r shows nothing at the end of a text: white space, and the zero-width marks that come
// with pasted text. Joiners are left alone: emoji and several scripts need them.
func invisible(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\u2060' || r == '\ufeff' || r == '\x00'
}

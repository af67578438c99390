package transform

import (
	"strings"

	"ferry/core"
)

func split() *Transform {
	return &Transform{
		Name: "split", Title: "Split and take", Group: Texts, Takes: texts, Gives: texts,
		Summary: "Cuts a text into parts and takes one of them.",
		Params: []Param{
			{Name: "at", Title: "Cut at", Kind: ParamText, Required: true, Default: ",", Help: "The text between two parts."},
			{Name: "part", Title: "Part", Kind: ParamNumber, Required: true, Default: "1", Min: -10_000, Max: 10_000, Help: "1 is the first, 2 the second; -1 is the last, -2 the one before."},
			{Name: "trim", Title: "Without spaces at its ends", Kind: ParamYesNo, Default: "yes", Help: "Takes spaces at the ends of the part away."},
		},
		Examples: []Example{
			{In: core.Text("Smith, Anna"), Out: core.Text("Smith"), Why: "The first part before a comma."},
			{Params: map[string]string{"part": "2"}, In: core.Text("Smith, Anna"), Out: core.Text("Anna"), Why: "The second part."},
			{Params: map[string]string{"at": "@", "part": "-1"}, In: core.Text("anna@contoso.com"), Out: core.Text("contoso.com"), Why: "The last part."},
			{Params: map[string]string{"part": "3"}, In: core.Text("Smith, Anna"), Out: core.Null(), Why: "A part that is not there is empty."},
			{Params: map[string]string{"part": "2"}, In: core.Text("a,,c"), Out: core.Text(""), Why: "A part that is there and holds nothing is an empty text."},
			{Params: map[string]string{"part": "0"}, In: core.Text("a"), Refused: "transform.setting", Why: "There is no part 0."},
		},
		make: func(b *build) Func {
			at, part, trimmed := b.text("at"), b.number("part"), b.yes("trim")
			if part == 0 {
				b.bad("part", "0", "Enter 1 for the first part or -1 for the last.")
			}
			return func(v core.Value, _ []core.Value) (core.Value, *core.Fault) {
				s, ok := piece(v.AsText(), at, part)
				if !ok {
					return core.Null(), nil
				}
				if trimmed {
					s = strings.TrimFunc(s, invisible)
				}
				return core.Text(s), nil
			}
		},
	}
}

// piece is the part-th piece of s, from the end when part is negative.
func piece(s, at string, part int) (string, bool) {
	if at == "" {
		return s, part == 1 || part == -1
	}
	for ; part < -1; part++ {
		i := strings.LastIndex(s, at)
		if i < 0 {
			return "", false
		}
		s = s[:i]
	}
	if part == -1 {
		return s[max(0, lastEnd(s, at)):], true
	}
	for ; part > 1; part-- {
		_, rest, ok := strings.Cut(s, at)
		if !ok {
			return "", false
		}
		s = rest
	}
	s, _, _ = strings.Cut(s, at)
	return s, true
}

// lastEnd is where the last at in s ends, or -1.
func lastEnd(s, at string) int {
	i := strings.LastIndex(s, at)
	if i < 0 {
		return -1
	}
	return i + len(at)
}

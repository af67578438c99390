package transform

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"ferry/core"
)

func first() *Transform {
	return &Transform{
		Name: "first", Title: "First characters", Group: Texts, Takes: texts, Gives: texts,
		Summary: "Keeps the beginning of a text, so that it fits. A letter with its accents and an emoji made of parts are never cut in half.",
		Params: []Param{
			{Name: "count", Title: "How many", Kind: ParamNumber, Required: true, Min: 0, Max: 10_000_000, Help: "At most so many characters."},
			{Name: "words", Title: "Only whole words", Kind: ParamYesNo, Default: "no", Help: "Cuts before the word that would be cut, where there is a space."},
		},
		Examples: []Example{
			{Params: map[string]string{"count": "7"}, In: core.Text("Contoso Limited"), Out: core.Text("Contoso"), Why: "The first seven characters."},
			{Params: map[string]string{"count": "50"}, In: core.Text("Contoso"), Out: core.Text("Contoso"), Why: "A shorter text stays as it is."},
			{Params: map[string]string{"count": "11", "words": "yes"}, In: core.Text("Contoso Limited"), Out: core.Text("Contoso"), Why: "No word is cut."},
			{Params: map[string]string{"count": "3"}, In: core.Text("ab\u0065\u0301"), Out: core.Text("ab"), Why: "An accent stays with its letter."},
			{Params: map[string]string{"count": "2"}, In: core.Text("a👩‍🚀"), Out: core.Text("a"), Why: "An emoji made of three parts counts as three."},
			{Params: map[string]string{"count": "many"}, In: core.Text("a"), Refused: "transform.setting", Why: "The count is a number."},
			{In: core.Text("a"), Refused: "transform.missing", Why: "It must say how many."},
			{Params: map[string]string{"count": "2"}, Field: core.Field{Name: "numberofemployees", Type: core.TypeInteger}, In: core.Int(1234), Refused: "transform.does-not-fit", Why: "A number is no text: put “As text” before it."},
		},
		make: func(b *build) Func {
			n, whole := b.number("count"), b.yes("words")
			return func(v core.Value, _ []core.Value) (core.Value, *core.Fault) {
				return core.Text(beginning(v.AsText(), n, whole)), nil
			}
		},
	}
}

// beginning is at most n characters of s. Where even the first cluster is longer, it is cut after all.
func beginning(s string, n int, whole bool) string {
	if len(s) <= n {
		return s
	}
	at, count := 0, 0 // where character n ends
	for i := range s {
		if count == n {
			break
		}
		count++
		_, size := utf8.DecodeRuneInString(s[i:])
		at = i + size
	}
	if at >= len(s) {
		return s
	}
	cut := boundary(s, at)
	if !whole || n == 0 {
		return s[:cut]
	}
	if r, _ := utf8.DecodeRuneInString(s[cut:]); unicode.IsSpace(r) {
		return strings.TrimRightFunc(s[:cut], unicode.IsSpace)
	}
	if i := strings.LastIndexFunc(s[:cut], unicode.IsSpace); i > 0 {
		if kept := strings.TrimRightFunc(s[:i], unicode.IsSpace); kept != "" {
			return kept
		}
	}
	return s[:cut]
}

// boundary is the last place at or before at where a character as people see it ends, or at where there is none.
func boundary(s string, at int) int {
	last := 0
	// No more than the part that is kept and the cluster that crosses its end is looked at.
	for g := graphemes.FromString(s[:min(len(s), at+256)]); g.Next(); {
		if g.End() > at {
			break
		}
		last = g.End()
	}
	if last == 0 {
		return at
	}
	return last
}

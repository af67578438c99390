package transform

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"ferry/core"
)

// languageParam is for letters that differ by language. It does not follow the project's language: e-mail addresses
// and codes must not change with it.
func languageParam() Param {
	return Param{
		Name: "language", Title: "Language", Kind: ParamLanguage,
		Help: "Only for languages with letters of their own, such as tr (i and İ) or nl (IJ). Without one the usual rules hold.",
	}
}

func (b *build) letters() language.Tag {
	if b.text("language") == "" {
		return language.Und
	}
	return b.language("language")
}

// cased makes a Func from a way to change case. A Caser may keep state, so that each goroutine takes one of its own.
func cased(newCaser func() cases.Caser, after func(string) string) Func {
	casers := &sync.Pool{New: func() any { c := newCaser(); return &c }}
	return func(v core.Value, _ []core.Value) (core.Value, *core.Fault) {
		c := casers.Get().(*cases.Caser)
		s := c.String(v.AsText())
		casers.Put(c)
		if after != nil {
			s = after(s)
		}
		return core.Text(s), nil
	}
}

func upper() *Transform {
	return &Transform{
		Name: "upper", Title: "Upper case", Group: Texts, Takes: texts, Gives: texts,
		Summary: "Writes all letters large.", Params: []Param{languageParam()},
		Examples: []Example{
			{In: core.Text("de-1234a"), Out: core.Text("DE-1234A"), Why: "Digits and signs stay."},
			{In: core.Text("straße"), Out: core.Text("STRASSE"), Why: "A letter that has no large form becomes two."},
			{Params: map[string]string{"language": "tr"}, In: core.Text("izmir"), Out: core.Text("İZMİR"), Why: "Turkish has a large i of its own."},
			{Params: map[string]string{"language": "??"}, In: core.Text("a"), Refused: "transform.setting", Why: "A language is written as en, de or pt-BR."},
		},
		make: func(b *build) Func {
			tag := b.letters()
			return cased(func() cases.Caser { return cases.Upper(tag) }, nil)
		},
	}
}

func lower() *Transform {
	return &Transform{
		Name: "lower", Title: "Lower case", Group: Texts, Takes: texts, Gives: texts,
		Summary: "Writes all letters small.", Params: []Param{languageParam()},
		Examples: []Example{
			{In: core.Text("Anna.SMITH@Contoso.com"), Out: core.Text("anna.smith@contoso.com"), Why: "Good for e-mail addresses."},
			{In: core.Text("ΟΔΟΣ"), Out: core.Text("οδος"), Why: "Greek letters too."},
		},
		make: func(b *build) Func {
			tag := b.letters()
			return cased(func() cases.Caser { return cases.Lower(tag, cases.HandleFinalSigma(true)) }, nil)
		},
	}
}

func titleCase() *Transform {
	return &Transform{
		Name: "title", Title: "Capital Letter For Each Word", Group: Texts, Takes: texts, Gives: texts,
		Summary: "Writes the first letter of each word large and the others small. Names such as McDonald or de Vries need a look afterwards.",
		Params:  []Param{languageParam()},
		Examples: []Example{
			{In: core.Text("ANNA smith-JONES"), Out: core.Text("Anna Smith-Jones"), Why: "Each word, also behind a hyphen."},
			{In: core.Text("MARY O'NEIL"), Out: core.Text("Mary O'Neil"), Why: "The name behind O' begins large."},
			{In: core.Text("it's here"), Out: core.Text("It's Here"), Why: "Other apostrophes change nothing."},
			{Params: map[string]string{"language": "nl"}, In: core.Text("ijsselstein"), Out: core.Text("IJsselstein"), Why: "Dutch begins with two large letters."},
		},
		make: func(b *build) Func {
			tag := b.letters()
			return cased(func() cases.Caser { return cases.Title(tag) }, irish)
		},
	}
}

// irish writes the letter behind a first single letter and an apostrophe large: O'Neil, D'Angelo.
func irish(s string) string {
	if !strings.ContainsAny(s, "'’") {
		return s
	}
	var out strings.Builder
	word := 0 // letters since the word began
	raise := false
	for _, r := range s {
		switch {
		case r == '\'' || r == '’':
			raise = word == 1
			word = 2
		case unicode.IsLetter(r):
			if raise && utf8.ValidRune(r) {
				r = unicode.ToUpper(r)
			}
			raise = false
			word++
		default:
			word, raise = 0, false
		}
		out.WriteRune(r)
	}
	return out.String()
}

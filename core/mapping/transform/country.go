package transform

import (
	"fmt"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"ferry/core"
)

func countryCode() *Transform {
	return &Transform{
		Name: "country-code", Title: "Country to code", Group: Contact, Takes: texts, Gives: texts,
		Summary: "Finds a country's ISO code by its name: in English, in your language, in the country's own, or by another code.",
		Params: []Param{
			{Name: "to", Title: "Code", Kind: ParamChoice, Default: "alpha2", Help: "Which code.", Choices: []Choice{
				{"alpha2", "Two letters: DE"}, {"alpha3", "Three letters: DEU"}, {"numeric", "Three digits: 276"}}},
			{Name: "language", Title: "Language of the names", Kind: ParamLanguage, Help: "Names in this language are found too, such as de or fr. Without one it is the project's."},
			otherwise(refuse),
		},
		Examples: []Example{
			{In: core.Text("Germany"), Out: core.Text("DE"), Why: "By its English name."},
			{In: core.Text("Österreich"), Out: core.Text("AT"), Why: "By its own name."},
			{In: core.Text(" cote d'ivoire"), Out: core.Text("CI"), Why: "Accents, signs and large letters do not matter."},
			{In: core.Text("USA"), Out: core.Text("US"), Why: "By another code."},
			{In: core.Text("UK"), Out: core.Text("GB"), Why: "By what people call it."},
			{Params: map[string]string{"to": "alpha3", "language": "fr"}, In: core.Text("Allemagne"), Out: core.Text("DEU"), Why: "By its French name; three letters."},
			{Params: map[string]string{"to": "numeric"}, In: core.Text("Afghanistan"), Out: core.Text("004"), Why: "Digits keep their zeros."},
			{In: core.Text("Contoso"), Refused: "transform.unreadable", Why: "What is no country is refused."},
			{Params: map[string]string{"otherwise": "keep"}, In: core.Text("Contoso"), Out: core.Text("Contoso"), Why: "Or kept."},
			{In: core.Text(""), Out: core.Text(""), Why: "An empty text stays an empty text."},
		},
		make: func(b *build) Func {
			to := b.choice("to")
			byName := countriesByName(b.language("language"))
			refused := b.otherwise("no country is called so")
			return func(v core.Value, row []core.Value) (core.Value, *core.Fault) {
				if trimmed(v.AsText()) == "" {
					return v, nil
				}
				code := byName[folded(v.AsText())]
				r, err := language.ParseRegion(code)
				if code == "" || err != nil || (to == "numeric" && code == "XK") {
					return refused(v, row)
				}
				switch to {
				case "alpha3":
					code = r.ISO3()
				case "numeric":
					code = fmt.Sprintf("%03d", r.M49())
				}
				return core.Text(code), nil
			}
		},
	}
}

func countryName() *Transform {
	return &Transform{
		Name: "country-name", Title: "Country to name", Group: Contact, Takes: texts, Gives: texts,
		Summary: "Writes a country's name in one language, whether a code or another name stands there.",
		Params: []Param{
			{Name: "language", Title: "Language", Kind: ParamLanguage, Help: "The language of the name, such as en or de. Without one it is the project's."},
			otherwise(refuse),
		},
		Examples: []Example{
			{In: core.Text("DE"), Out: core.Text("Germany"), Why: "From two letters."},
			{Params: map[string]string{"language": "de"}, In: core.Text("USA"), Out: core.Text("Vereinigte Staaten"), Why: "In German, from three letters."},
			{In: core.Text("Österreich"), Out: core.Text("Austria"), Why: "From another language."},
			{In: core.Text("XX"), Refused: "transform.unreadable", Why: "What is no country is refused."},
		},
		make: func(b *build) Func {
			tag := b.language("language")
			namer := display.Regions(tag)
			if namer == nil {
				if b.text("language") != "" {
					b.bad("language", b.text("language"), "Choose a language whose names are known, such as en, de or fr.")
				}
				tag, namer = language.English, display.Regions(language.English)
			}
			byName := countriesByName(tag)
			byCode := make(map[string]string, len(byName))
			for _, code := range countryCodes() {
				byCode[code] = nameOf(code, tag, namer)
			}
			refused := b.otherwise("no country is called so")
			return func(v core.Value, row []core.Value) (core.Value, *core.Fault) {
				if trimmed(v.AsText()) == "" {
					return v, nil
				}
				name := byCode[byName[folded(v.AsText())]]
				if name == "" {
					return refused(v, row)
				}
				return core.Text(name), nil
			}
		},
	}
}

package transform

import (
	"github.com/nyaruka/phonenumbers"

	"ferry/core"
)

func phone() *Transform {
	return &Transform{
		Name: "phone", Title: "Phone number", Group: Contact, Takes: texts, Gives: texts,
		Summary: "Writes a phone number the way every phone system reads it: +49301234567. A number without a country needs to know which one is meant.",
		Params: []Param{
			{Name: "country", Title: "Country", Kind: ParamCountry, Help: "The country of numbers that do not begin with + or 00, such as DE."},
			{Name: "countryfield", Title: "Country from field", Kind: ParamField, Help: "A field with the country's name or code. Where it says nothing, the country above is taken."},
			{Name: "format", Title: "Format", Kind: ParamChoice, Default: "e164", Help: "How it is written.", Choices: []Choice{
				{"e164", "+49301234567 (E.164)"}, {"international", "+49 30 1234567"}, {"national", "030 1234567"}}},
			{Name: "extension", Title: "Extension", Kind: ParamChoice, Default: keep, Help: "What becomes of an extension, which E.164 itself does not have.", Choices: []Choice{
				{keep, "Write it behind: +4930123456 ext. 12"}, {"drop", "Leave it out"}}},
			otherwise(keep),
		},
		Examples: []Example{
			{Params: map[string]string{"country": "DE"}, In: core.Text("(030) 123-4567"), Out: core.Text("+49301234567"), Why: "A number without its country."},
			{Params: map[string]string{"country": "DE"}, In: core.Text("+44 20 7946 0018"), Out: core.Text("+442079460018"), Why: "A number with its country keeps it."},
			{Params: map[string]string{"country": "DE"}, In: core.Text("0044 20 7946 0018"), Out: core.Text("+442079460018"), Why: "Also with 00 before it."},
			{Params: map[string]string{"country": "US", "format": "international"}, In: core.Text("425.555.0100"), Out: core.Text("+1 425-555-0100"), Why: "With spaces, for people."},
			{Params: map[string]string{"country": "US"}, In: core.Text("425-555-0100 x12"), Out: core.Text("+14255550100 ext. 12"), Why: "An extension is not lost."},
			{Params: map[string]string{"country": "US", "extension": "drop"}, In: core.Text("425-555-0100 x12"), Out: core.Text("+14255550100"), Why: "Unless it shall be left out."},
			{Params: map[string]string{"country": "DE", "countryfield": "address1_country"}, In: core.Text("01 23 45 67 89"), Beside: []Beside{{core.Field{Name: "address1_country", Type: core.TypeText}, core.Text("France")}}, Out: core.Text("+33123456789"), Why: "The record's own country."},
			{Params: map[string]string{"country": "DE"}, In: core.Text("ask Anna"), Out: core.Text("ask Anna"), Why: "What is no number is kept."},
			{Params: map[string]string{"otherwise": "refuse"}, In: core.Text("030 1234567"), Refused: "transform.unreadable", Why: "Without a country nothing is guessed."},
			{Params: map[string]string{"country": "Germany"}, In: core.Text("1"), Refused: "transform.setting", Why: "The country is two letters."},
			{In: core.Text(""), Out: core.Text(""), Why: "An empty text stays an empty text."},
		},
		make: makePhone,
	}
}

func makePhone(b *build) Func {
	country := b.country("country")
	var field *other
	var byName map[string]string
	if name := b.text("countryfield"); name != "" {
		if o, ok := b.find("countryfield", name); ok {
			field, byName = &o, countriesByName(b.language("")) // the project's language
		}
	}
	format, drop := b.choice("format"), b.choice("extension") == "drop"
	refused := b.otherwise("it is no phone number, or its country is not known")
	w := newWriter(b.env)
	return func(v core.Value, row []core.Value) (core.Value, *core.Fault) {
		s := trimmed(v.AsText())
		if s == "" {
			return v, nil
		}
		region := country
		if field != nil {
			if code := byName[folded(w.write(field.of(row), field.field))]; code != "" {
				region = code
			}
		}
		if number, ok := phoneNumber(s, region, format, drop); ok {
			return core.Text(number), nil
		}
		return refused(v, row)
	}
}

// phoneNumber writes s anew; false when it cannot be a number. It asks whether the number is possible, not whether the
// range is in use: lists of ranges age, and numbers must not be refused because of that. The library was seen to panic
// on odd input in older versions, so a panic counts as no number.
func phoneNumber(s, region, format string, drop bool) (out string, ok bool) {
	defer func() {
		if recover() != nil {
			out, ok = "", false
		}
	}()
	if region == "" {
		region = phonenumbers.UNKNOWN_REGION
		if len(s) > 2 && s[:2] == "00" { // what most of the world dials for +
			s = "+" + s[2:]
		}
	}
	n, err := phonenumbers.Parse(s, region)
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		return "", false
	}
	extension := n.GetExtension()
	n.Extension = nil
	switch format {
	case "international":
		out = phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
	case "national":
		out = phonenumbers.Format(n, phonenumbers.NATIONAL)
	default:
		out = phonenumbers.Format(n, phonenumbers.E164)
	}
	if extension != "" && !drop {
		out += " ext. " + extension
	}
	return out, out != ""
}

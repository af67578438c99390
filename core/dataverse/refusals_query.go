package dataverse

import (
	"regexp"
	"strings"
	"unicode"

	"ferry/core"
)

// What the Web API says of a query that it cannot read. Only names of the schema and positions are taken from it into a
// Cause: the rest may be what somebody typed.
//
// Web API: "Query data", error texts of the OData library (ODataException).
var (
	saysProperty = regexp.MustCompile(`(?i)property named '([A-Za-z_][A-Za-z0-9_]{0,127})'|does(?:n't| not) contain attribute with name\s*=\s*'([A-Za-z_][A-Za-z0-9_]{0,127})'`)
	saysUnclosed = regexp.MustCompile(`(?i)unterminated (?:string )?literal(?:.{0,40}?position (\d{1,5}))?`)
	saysPosition = regexp.MustCompile(`(?i)(?:syntax error|character|expected|unexpected|expression).{0,80}?position '?(\d{1,5})`)
	saysFunction = regexp.MustCompile(`(?i)unknown function with name '([A-Za-z_][A-Za-z0-9_.]{0,127})'`)
	saysTypes    = regexp.MustCompile(`(?i)incompatible types? was detected|binary operator with incompatible types`)
)

// queryWrong says what of a query Dynamics did not understand, as exactly as its words allow. The words themselves stand in
// the subject, for the screen alone.
func queryWrong(f *core.Fault, message string) {
	message = begin(message)
	f.Subject.Value = words(message)
	if m := saysProperty.FindStringSubmatch(message); m != nil {
		name := m[1] + m[2]
		f.Cause = "Dynamics 365 knows no field " + name + " in this table."
		f.Remedy = "Look how the field is spelled: its logical name, in small letters. A lookup is written _" + strings.Trim(name, "_") + "_value."
		f.Subject.Field = name
		return
	}
	if m := saysUnclosed.FindStringSubmatch(message); m != nil {
		f.Cause = "A text in the filter has no end" + position(m[1]) + "."
		f.Remedy = "Write each text in single quotes: name eq 'Contoso'. A single quote within it is written twice."
		return
	}
	if m := saysFunction.FindStringSubmatch(message); m != nil {
		f.Cause = "Dynamics 365 knows no function " + m[1] + " in a filter."
		f.Remedy = "Use contains, startswith or endswith, or one of Microsoft.Dynamics.CRM's query functions with its whole name."
		return
	}
	if saysTypes.MatchString(message) {
		f.Cause = "The filter compares a field with a value of another type."
		f.Remedy = "Write numbers, codes, dates and ids without quotes, and texts in single quotes."
		return
	}
	if m := saysPosition.FindStringSubmatch(message); m != nil {
		f.Cause = "Dynamics 365 cannot read the filter" + position(m[1]) + "."
		f.Remedy = "Look at that place: a comparison is written field eq value, and joined by and, or, not and brackets."
	}
}

func position(n string) string {
	if n == "" {
		return ""
	}
	return ", at character " + n
}

// words is a server's text as it can be shown: one line, nothing that is not seen, and not without end.
func words(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if all := []rune(text); len(all) > 300 {
		text = string(all[:300]) + "…"
	}
	return text
}

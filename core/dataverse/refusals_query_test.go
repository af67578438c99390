package dataverse

import (
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/rest"
)

func TestWhatOfAQueryIsWrongIsSaidAsExactlyAsDynamicsSaysIt(t *testing.T) {
	for message, want := range map[string]string{
		"Could not find a property named 'nme' on type 'Microsoft.Dynamics.CRM.account'.":                                    "Dynamics 365 knows no field nme in this table.",
		"'account' entity doesn't contain attribute with Name = 'new_x' and NameMapping = 'Logical'.":                        "Dynamics 365 knows no field new_x in this table.",
		"There is an unterminated literal at position 21 in 'name eq 'hush'.":                                                "A text in the filter has no end, at character 21.",
		"There is an unterminated string literal in 'x'":                                                                     "A text in the filter has no end.",
		"Syntax error at position 8 in 'name eq hush'.":                                                                      "Dynamics 365 cannot read the filter, at character 8.",
		"')' or ',' expected at position 14 in 'contains(name'.":                                                             "Dynamics 365 cannot read the filter, at character 14.",
		"An unknown function with name 'tolower' was found.":                                                                 "Dynamics 365 knows no function tolower in a filter.",
		"A binary operator with incompatible types was detected. Found operand types 'Edm.Int32' and 'Edm.String' for 'Eq'.": "The filter compares a field with a value of another type.",
		"Something nobody has seen: hush":                                                                                    "Dynamics 365 does not understand the filter or a field in it.",
		"Could not find a property named 'ada@contoso.com' on type 'x'.":                                                     "Dynamics 365 does not understand the filter or a field in it.",
	} {
		f := refusal(&rest.Answer{Status: 400, Code: "0x80060888", Message: message})
		if f.Cause != want || f.Remedy == "" || f.Code != "dataverse.bad-query" {
			t.Errorf("%s: %s", message, f.Cause)
		}
		if f.Subject.Value != message {
			t.Errorf("the words on the screen are %q, Dynamics said %q", f.Subject.Value, message)
		}
		if line := f.Error(); strings.Contains(line, "hush") || strings.Contains(line, "ada@") {
			t.Errorf("a value stands in the log: %s", line)
		}
	}
	if a, b := refusals(), refusals(); len(a) != len(b) || a[0].fault.Subject != (core.Subject{}) {
		t.Error("a refusal remembers the one before")
	}
}

func TestAServersWordsDoNoHarmOnTheScreen(t *testing.T) {
	got := words("a\u202eb\x00c\nd\u200b  e\ufffd" + strings.Repeat("x", 1000))
	if !strings.HasPrefix(got, "abc d exxx") || len([]rune(got)) != 301 {
		t.Errorf("%q", got)
	}
}

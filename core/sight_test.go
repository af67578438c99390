package core

import "testing"

func TestWhatIsNotSeenIsFound(t *testing.T) {
	for text, want := range map[string]struct {
		seen, marked string
		disguised    bool
	}{
		"Contoso":                 {"Contoso", "Contoso", false},
		"Cont\u200boso":           {"Contoso", "Cont·oso", false},
		"x\u202egpj.exe":          {"xgpj.exe", "x·gpj.exe", false},
		"\ufeffa\u2066b\u2069":    {"ab", "·a·b·", false},
		"می\u200cخواهم":           {"می\u200cخواهم", "می\u200cخواهم", false},
		"c\u043entoso":            {"cоntoso", "cоntoso", true},
		"Контосо GmbH, α version": {"Контосо GmbH, α version", "Контосо GmbH, α version", false},
		"Müller\u00adßen":         {"Müllerßen", "Müller·ßen", false},
		"a\u3164b\tc":             {"abc", "a·b·c", false},
	} {
		if Seen(text) != want.seen || Marked(text) != want.marked || Disguised(text) != want.disguised {
			t.Errorf("%q: %q, %q, %v", text, Seen(text), Marked(text), Disguised(text))
		}
	}
}

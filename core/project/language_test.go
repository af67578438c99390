package project

import "testing"

func TestALanguageIsReadByNumberAndByCode(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "1031": 1031, "de": 1031, "DE-at": 1031, "pt_BR": 1046, "pt-PT": 2070, "zh-TW": 1028, "5127": 5127, " en ": 1033,
		"tlh": -1, "-3": -1, "99999999": -1, "german": -1,
	} {
		got, ok := ReadLanguage(text)
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("%q is %d, %v", text, got, ok)
		}
	}
	seen := map[int]bool{}
	for _, s := range Languages() {
		if got, ok := ReadLanguage(s.Code); !ok || got != s.LCID || LanguageCode(s.LCID) != s.Code || seen[s.LCID] || s.Name == "" {
			t.Errorf("%+v is not found by its code, or is there twice", s)
		}
		seen[s.LCID] = true
	}
	if LanguageCode(0) != "" || LanguageCode(7) != "" {
		t.Error("no language has a code")
	}
}

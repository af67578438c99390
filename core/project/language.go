package project

import (
	"slices"
	"strconv"
	"strings"
)

// A Speech is a language that labels may be in.
type Speech struct {
	LCID int
	Code string // "de"; with the region where a language has several
	Name string // in the language itself
}

// Languages are those that Dynamics 365 offers, by their names.
//
// Power Platform: "Supported languages".
func Languages() []Speech {
	return []Speech{
		{1057, "id", "Bahasa Indonesia"}, {1086, "ms", "Bahasa Melayu"}, {1027, "ca", "Català"}, {1029, "cs", "Čeština"}, {1030, "da", "Dansk"},
		{1031, "de", "Deutsch"}, {1061, "et", "Eesti"}, {1033, "en", "English"}, {3082, "es", "Español"}, {1069, "eu", "Euskara"},
		{1036, "fr", "Français"}, {1110, "gl", "Galego"}, {1050, "hr", "Hrvatski"}, {1040, "it", "Italiano"}, {1062, "lv", "Latviešu"},
		{1063, "lt", "Lietuvių"}, {1038, "hu", "Magyar"}, {1043, "nl", "Nederlands"}, {1044, "nb", "Norsk (bokmål)"}, {1045, "pl", "Polski"},
		{1046, "pt-BR", "Português (Brasil)"}, {2070, "pt-PT", "Português (Portugal)"}, {1048, "ro", "Română"}, {1051, "sk", "Slovenčina"}, {1060, "sl", "Slovenščina"},
		{2074, "sr-Latn", "Srpski"}, {1035, "fi", "Suomi"}, {1053, "sv", "Svenska"}, {1066, "vi", "Tiếng Việt"}, {1055, "tr", "Türkçe"},
		{1032, "el", "Ελληνικά"}, {1026, "bg", "Български"}, {1087, "kk", "Қазақ"}, {1049, "ru", "Русский"}, {3098, "sr-Cyrl", "Српски"},
		{1058, "uk", "Українська"}, {1037, "he", "עברית"}, {1025, "ar", "العربية"}, {1081, "hi", "हिन्दी"}, {1054, "th", "ไทย"},
		{1042, "ko", "한국어"}, {2052, "zh-CN", "中文（简体）"}, {1028, "zh-TW", "中文（繁體）"}, {3076, "zh-HK", "中文（香港）"}, {1041, "ja", "日本語"},
	}
}

// LanguageCode is the code of a language by its LCID; "" where it has none, and for 0.
func LanguageCode(lcid int) string {
	all := Languages()
	if i := slices.IndexFunc(all, func(s Speech) bool { return s.LCID == lcid }); i >= 0 {
		return all[i].Code
	}
	return ""
}

// ReadLanguage reads an LCID, or a code such as de or de-AT; false when it is neither. The empty text is 0.
func ReadLanguage(text string) (lcid int, ok bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, true
	}
	if n, err := strconv.Atoi(text); err == nil {
		return n, n >= 1024 && n <= 0xffff
	}
	text = strings.ReplaceAll(text, "_", "-")
	all := Languages()
	for _, same := range []func(s Speech) bool{
		func(s Speech) bool { return strings.EqualFold(s.Code, text) },
		func(s Speech) bool { return strings.EqualFold(first(s.Code), first(text)) },
	} {
		if i := slices.IndexFunc(all, same); i >= 0 {
			return all[i].LCID, true
		}
	}
	return 0, false
}

func first(code string) string {
	code, _, _ = strings.Cut(code, "-")
	return code
}

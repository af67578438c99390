package transform

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/norm"
)

// isCountry reports whether code is two large letters that ISO 3166-1 gives to a country (and XK for Kosovo).
func isCountry(code string) bool {
	if len(code) != 2 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return false
	}
	switch code {
	case "AN", "CS", "NT", "SU", "YU": // withdrawn; the library knows them still
		return false
	}
	r, err := language.ParseRegion(code)
	return err == nil && r.IsCountry() && r.Canonicalize() == r && (r.M49() != 0 || code == "XK") && r.ISO3() != "ZZZ"
}

// countryCodes are all of them, in order.
func countryCodes() []string {
	var all []string
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if code := string(a) + string(b); isCountry(code) {
				all = append(all, code)
			}
		}
	}
	return all
}

// renamed are countries whose names changed after the tables of the library were made.
func renamed(code string, tag language.Tag) string {
	base, _ := tag.Base()
	if base.String() != "en" {
		return ""
	}
	switch code {
	case "MK":
		return "North Macedonia"
	case "SZ":
		return "Eswatini"
	}
	return ""
}

// nameOf is the country's name in a language, "" where it is not known.
func nameOf(code string, tag language.Tag, namer display.Namer) string {
	if s := renamed(code, tag); s != "" {
		return s
	}
	r, err := language.ParseRegion(code)
	if err != nil || namer == nil {
		return ""
	}
	return namer.Name(r)
}

// alsoCalled are names that people write and no table has.
func alsoCalled() map[string]string {
	return map[string]string{
		"america": "US", "u s": "US", "u s a": "US", "united states of america": "US", "the states": "US",
		"uk": "GB", "u k": "GB", "great britain": "GB", "britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB",
		"united kingdom of great britain and northern ireland": "GB", "eire": "IE", "republic of ireland": "IE",
		"holland": "NL", "the netherlands": "NL", "czech republic": "CZ", "turkiye": "TR", "swaziland": "SZ", "macedonia": "MK",
		"russian federation": "RU", "korea": "KR", "republic of korea": "KR", "south korea": "KR", "viet nam": "VN", "hong kong": "HK", "macau": "MO", "macao": "MO",
		"uae": "AE", "u a e": "AE", "brd": "DE", "federal republic of germany": "DE", "ivory coast": "CI", "cabo verde": "CV", "burma": "MM", "east timor": "TL",
		"republic of china": "TW", "peoples republic of china": "CN", "iran islamic republic of": "IR", "lao pdr": "LA", "syrian arab republic": "SY",
		"moldova republic of": "MD", "tanzania united republic of": "TZ", "venezuela bolivarian republic of": "VE", "bolivia plurinational state of": "BO",
		"brunei darussalam": "BN", "palestine": "PS", "palestine state of": "PS", "holy see": "VA", "micronesia federated states of": "FM",
		"democratic republic of the congo": "CD", "republic of the congo": "CG", "congo": "CG",
	}
}

// countriesByName finds the code for a name in English, in the given languages and in each country's own, for ISO's
// two and three letters and for its number. A name that means two countries means none.
func countriesByName(tags ...language.Tag) map[string]string {
	found := make(map[string]string, 1500)
	add := func(name, code string) {
		key := folded(name)
		if key == "" {
			return
		}
		if before, ok := found[key]; ok && before != code {
			code = ""
		}
		found[key] = code
	}
	codes := countryCodes()
	tags = append(tags, language.English)
	for i, tag := range tags {
		if namer := display.Regions(tag); namer != nil && (i == 0 || tag != tags[0]) {
			for _, code := range codes {
				add(nameOf(code, tag, namer), code)
			}
		}
	}
	namers := map[string]display.Namer{}
	for _, code := range codes {
		base, confidence := language.Make("und-" + code).Base()
		if own := base.String(); confidence != language.No {
			if _, seen := namers[own]; !seen {
				namers[own] = display.Regions(base2tag(base))
			}
			add(nameOf(code, language.Und, namers[own]), code)
		}
	}
	// Codes and common names are sure, whatever a language makes of the same letters.
	for name, code := range alsoCalled() {
		found[name] = code
	}
	for _, code := range codes {
		r, err := language.ParseRegion(code)
		if err != nil {
			continue
		}
		found[folded(code)] = code
		found[folded(r.ISO3())] = code
		if n := r.M49(); n > 0 && code != "XK" {
			found[fmt.Sprintf("%03d", n)] = code
		}
	}
	return found
}

func base2tag(b language.Base) language.Tag { return language.Make(b.String()) }

// folded makes names comparable: small letters without accents, words without signs, "&" and "saint" in one form,
// no "the" before them.
func folded(name string) string {
	if len(name) > 200 { // no country is called so
		return ""
	}
	var out strings.Builder
	space := false
	for _, r := range norm.NFD.String(strings.ReplaceAll(name, "&", " and ")) {
		switch {
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’':
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if space && out.Len() > 0 {
				out.WriteByte(' ')
			}
			space = false
			out.WriteRune(unicode.ToLower(r))
		default:
			space = true
		}
	}
	s := strings.TrimPrefix(out.String(), "the ")
	if rest, ok := strings.CutPrefix(s, "saint "); ok {
		s = "st " + rest
	}
	return s
}

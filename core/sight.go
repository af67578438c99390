package core

import (
	"strings"
	"unicode"
)

// Unseen reports whether a sign is not seen, or changes how the signs around it are shown: such signs make one name look
// like another. The two joiners of Persian, Hindi and others are seen in what they join.
//
// Unicode: Technical Report 36, "Unicode Security Considerations".
func Unseen(r rune) bool {
	switch r {
	case '\u200c', '\u200d':
		return false
	case '\u2028', '\u2029', '\u115f', '\u1160', '\u3164', '\uffa0', unicode.ReplacementChar:
		return true
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// Seen is a text without the signs that are not seen.
func Seen(text string) string {
	return strings.Map(func(r rune) rune {
		if Unseen(r) {
			return -1
		}
		return r
	}, text)
}

// Marked is a text in which a dot stands for each sign that is not seen.
func Marked(text string) string {
	return strings.Map(func(r rune) rune {
		if Unseen(r) {
			return '·'
		}
		return r
	}, text)
}

// Disguised reports whether a word mixes Latin letters with Greek or Cyrillic ones, which look the same.
func Disguised(text string) bool {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
		latin, other := false, false
		for _, r := range word {
			latin = latin || unicode.Is(unicode.Latin, r)
			other = other || unicode.In(r, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee)
		}
		if latin && other {
			return true
		}
	}
	return false
}

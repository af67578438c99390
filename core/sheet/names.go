package sheet

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// foldedName is a name as file systems and Excel compare names: capital letters and ways to write an accent are not told apart.
func foldedName(name string) string { return strings.ToLower(norm.NFC.String(name)) }

// mostOfName is how many bytes of a file's name come from its table; file systems take 255.
const mostOfName = 120

// safeFile makes a name that every file system takes (Windows: "Naming Files, Paths, and Namespaces").
func safeFile(name string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`<>:"/\|?*`, r) || r == utf8.RuneError {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	clean = strings.TrimRight(clean, ". ")
	clean = strings.TrimLeft(clean, " ")
	if clean == "" || strings.HasPrefix(clean, ".") || strings.HasPrefix(clean, "~$") {
		clean = "_" + clean
	}
	first, _, _ := strings.Cut(strings.ToLower(clean), ".")
	if reserved(strings.TrimRight(first, " ")) {
		clean = "_" + clean
	}
	return shortened(clean, mostOfName)
}

// reserved reports whether Windows takes a name for a device.
func reserved(name string) bool {
	switch name {
	case "con", "prn", "aux", "nul", "conin$", "conout$", "clock$":
		return true
	}
	for _, device := range []string{"com", "lpt"} {
		if rest, ok := strings.CutPrefix(name, device); ok && utf8.RuneCountInString(rest) == 1 && strings.Contains("0123456789¹²³", rest) {
			return true
		}
	}
	return false
}

// shortened cuts a name that has more than n bytes; what was cut off counts as a digest, so that two long names stay two.
func shortened(name string, n int) string {
	if len(name) <= n {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	cut := n - 9
	for !utf8.RuneStart(name[cut]) {
		cut--
	}
	return strings.TrimRight(name[:cut], ". ") + "~" + hex.EncodeToString(sum[:4])
}

// mostOfSheet is how many characters Excel takes in a sheet's name.
const mostOfSheet = 31

// safeSheet makes a name that Excel takes for a sheet: "Rename a worksheet" says which it does not.
func safeSheet(name string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`:\/?*[]`, r) || r == 0xFFFE || r == 0xFFFF {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	clean = strings.TrimSpace(clean)
	if strings.HasPrefix(clean, "'") {
		clean = "_" + clean[1:]
	}
	if strings.HasSuffix(clean, "'") {
		clean = clean[:len(clean)-1] + "_"
	}
	if clean == "" || strings.EqualFold(clean, "history") { // Excel keeps that one for itself
		clean += "_"
	}
	return cutUnits(clean, mostOfSheet)
}

// units is how long a text is for Excel: in units of UTF-16.
func units(text string) int {
	n := 0
	for _, r := range text {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// cutUnits keeps at most n units of a text, and no half of a character.
func cutUnits(text string, n int) string {
	for i, r := range text {
		if n -= max(1, utf16.RuneLen(r)); n < 0 {
			return text[:i]
		}
	}
	return text
}

// apart makes a name that is not taken yet, by a number behind it. taken holds names as foldedName makes them.
func apart(name string, taken map[string]bool, most int, end string) string {
	for n := 1; ; n++ {
		tail := end
		if n > 1 {
			tail += " (" + strconv.Itoa(n) + ")"
		}
		try := strings.TrimRight(cutUnits(name, most-units(tail)), " ") + tail
		if !taken[foldedName(try)] {
			return try
		}
	}
}

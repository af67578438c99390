package sheet

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ferry/core"
)

// What Excel holds ("Excel specifications and limits").
const (
	mostRowsOfSheet = 1_048_576
	mostColumns     = 16_384
	mostOfText      = 32_767 // units of UTF-16 in a cell
	mostDigits      = 15
)

// The styles of cells, as they stand in styles.xml.
const (
	stylePlain = iota
	styleHead
	styleText
	styleWhole
	styleDate
	styleTime
	styleMoment // with thousandths of a second
)

// A cell is a value as Excel holds it: text, a number, or a yes or no.
type cell struct {
	kind  byte // 't', 'n', 'b'; 0 is an empty cell
	style int
	text  string
}

// cellOf is a value as a cell. What Excel cannot hold exactly is text.
func cellOf(t core.ColumnType, v core.Value) cell {
	switch v.Kind() {
	case core.KindNull, core.KindAbsent:
		return cell{}
	case core.KindBool:
		return cell{'b', stylePlain, v.Canonical()}
	case core.KindInt, core.KindChoice:
		return whole(v.AsInt())
	case core.KindDecimal:
		return number(t, v.AsText())
	case core.KindDate:
		return day(v)
	case core.KindTime:
		return moment(v)
	case core.KindChoices:
		return text("[" + v.Canonical() + "]")
	case core.KindBytes:
		return text(base64.StdEncoding.EncodeToString(v.AsBytes()))
	case core.KindText:
		return text(v.AsText())
	}
	return text(v.Canonical())
}

// text is a text as text, whatever it begins with. The format says so too, so that it stays text when somebody edits it;
// longer texts do without, because old versions of Excel show them as ####.
func text(s string) cell {
	if len(s) > 255 {
		return cell{'t', stylePlain, s}
	}
	return cell{'t', styleText, s}
}

func whole(n int64) cell {
	digits := strconv.FormatInt(n, 10)
	if len(strings.TrimPrefix(digits, "-")) > mostDigits {
		return text(digits)
	}
	return cell{'n', styleWhole, digits}
}

// number is a number when Excel shows every digit of it. Floating-point numbers are numbers for Excel as they are.
func number(t core.ColumnType, digits string) cell {
	if t == core.ColumnDouble {
		// Beyond these, Excel makes nothing or an error of it.
		f, err := strconv.ParseFloat(digits, 64)
		if abs := max(f, -f); err == nil && (f == 0 || abs >= 2.3e-308 && abs < 9.9e307) {
			return cell{'n', stylePlain, strconv.FormatFloat(f, 'g', -1, 64)}
		}
		return text(digits)
	}
	plain := strings.TrimPrefix(digits, "-")
	before, after, _ := strings.Cut(plain, ".")
	if before == "" || strings.Trim(before+after, "0123456789") != "" || strings.HasSuffix(plain, ".") {
		return text(digits)
	}
	before, after = strings.TrimLeft(before, "0"), strings.TrimRight(after, "0")
	significant := strings.TrimLeft(before+after, "0")
	if after == "" {
		significant = strings.TrimRight(significant, "0")
	}
	if len(significant) > mostDigits || len(before) > 300 || len(after) > 300 {
		return text(digits)
	}
	out := before
	if out == "" {
		out = "0"
	}
	if after != "" {
		out += "." + after
	}
	if strings.HasPrefix(digits, "-") && significant != "" {
		out = "-" + out
	}
	return cell{'n', stylePlain, out}
}

// Excel counts days. It takes 1900 for a leap year and other programs do not, so days before March 1900 are text.
const dayOfUnix = 25569

func firstDay() time.Time { return time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC) }

func day(v core.Value) cell {
	at := v.AsTime()
	if at.Before(firstDay()) || at.Year() > 9999 {
		return text(v.Canonical())
	}
	return cell{'n', styleDate, strconv.FormatInt(at.Unix()/86400+dayOfUnix, 10)}
}

func moment(v core.Value) cell {
	at := v.AsTime()
	if at.Before(firstDay()) || at.Year() > 9999 || at.Nanosecond()%1_000_000 != 0 {
		return text(v.Canonical())
	}
	style := styleTime
	if at.Nanosecond() != 0 {
		style = styleMoment
	}
	return cell{'n', style, strconv.FormatFloat(float64(at.UnixMilli())/86_400_000+dayOfUnix, 'f', -1, 64)}
}

// appendText appends a text as XML. What XML cannot hold is written the way Excel reads it (ECMA-376 Part 1, ST_Xstring):
// _x0001_, and an underscore that would begin such a sequence as _x005F_.
func appendText(b []byte, s string) []byte {
	from := 0
	put := func(at, size int, as string) {
		b = append(b, s[from:at]...)
		b = append(b, as...)
		from = at + size
	}
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			switch {
			case r == utf8.RuneError && size == 1:
				put(i, 1, "\uFFFD")
			case r == 0xFFFE:
				put(i, size, "_xFFFE_")
			case r == 0xFFFF:
				put(i, size, "_xFFFF_")
			}
			i += size
			continue
		case c == '<':
			put(i, 1, "&lt;")
		case c == '>':
			put(i, 1, "&gt;")
		case c == '&':
			put(i, 1, "&amp;")
		case c == '"':
			put(i, 1, "&quot;")
		case c < ' ' && c != '\n' && c != '\t':
			const hex = "0123456789ABCDEF"
			put(i, 1, "_x00"+hex[c>>4:c>>4+1]+hex[c&15:c&15+1]+"_")
		case c == '_' && escapes(s[i:]):
			put(i, 1, "_x005F_")
		}
		i++
	}
	return append(b, s[from:]...)
}

// escapes reports whether a text begins with what Excel would read as an escaped character.
func escapes(s string) bool {
	if len(s) < 7 || s[1] != 'x' || s[6] != '_' {
		return false
	}
	for i := 2; i < 6; i++ {
		if c := s[i]; !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return false
		}
	}
	return true
}

// columnName is the letters of a column: 0 is A.
func columnName(n int) string {
	name := ""
	for n++; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}

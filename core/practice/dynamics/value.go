package dynamics

import (
	"encoding/base64"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"ferry/core/practice/world"
)

const hexDigits = "0123456789abcdef"

// appendText writes a JSON text.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				b = append(append(b, s[start:i]...), "\ufffd"...)
				i++
				start = i
				continue
			}
			i += n
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(b, s[start:]...), '"')
}

// appendCell writes a value as the Web API does. edm decides about empty and odd ones.
//
// Web API: money with four decimals, dates without time as Edm.Date, instants with seconds and always Z.
func appendCell(b []byte, c *world.Cell) []byte {
	switch c.Kind {
	case world.Bool:
		if c.N != 0 {
			return append(b, "true"...)
		}
		return append(b, "false"...)
	case world.Int, world.Choice:
		return strconv.AppendInt(b, c.N, 10)
	case world.Decimal, world.Double:
		return append(b, c.S...)
	case world.Text, world.Choices:
		return appendText(b, c.S)
	case world.Ref:
		return append(append(append(b, '"'), c.S...), '"')
	case world.Time:
		return append(appendInstant(append(b, '"'), c.N), '"')
	case world.Date:
		return append(appendDay(append(b, '"'), c.N), '"')
	case world.Bytes:
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, []byte(c.S))
		return append(b, '"')
	}
	return append(b, "null"...)
}

// appendDay writes YYYY-MM-DD. The calendar is worked out by hand: a page has tens of thousands of dates.
func appendDay(b []byte, seconds int64) []byte {
	days := seconds / 86400
	if seconds%86400 < 0 {
		days--
	}
	z := days + 719468 // days since 0000-03-01
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d := doy - (153*mp+2)/5 + 1
	m := mp + 3
	if m > 12 {
		m -= 12
	}
	y := yoe + era*400
	if m <= 2 {
		y++
	}
	b = append(b, byte('0'+y/1000%10), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-')
	return append(b, byte('0'+m/10), byte('0'+m%10), '-', byte('0'+d/10), byte('0'+d%10))
}

func appendInstant(b []byte, seconds int64) []byte {
	b = appendDay(b, seconds)
	s := seconds % 86400
	if s < 0 {
		s += 86400
	}
	b = append(b, 'T', byte('0'+s/36000), byte('0'+s/3600%10), ':', byte('0'+s/600%6), byte('0'+s/60%10), ':')
	return append(b, byte('0'+s%60/10), byte('0'+s%10), 'Z')
}

// grouped writes a number with commas between its thousands.
func grouped(b []byte, digits string) []byte {
	if strings.HasPrefix(digits, "-") {
		b = append(b, '-')
		digits = digits[1:]
	}
	whole, frac, dot := strings.Cut(digits, ".")
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b = append(b, ',')
		}
		b = append(b, whole[i])
	}
	if dot {
		b = append(append(b, '.'), frac...)
	}
	return b
}

// compareCells orders two values of the same sort; neither is null. Texts are compared as the database does: without
// regard to case and to spaces at the end.
func compareCells(a, b *world.Cell) int {
	switch a.Kind {
	case world.Text, world.Choices, world.Ref:
		return compareTexts(a.S, b.S)
	case world.Bytes:
		return strings.Compare(a.S, b.S)
	case world.Decimal, world.Double:
		return compareNumbers(a, b)
	case world.Int, world.Choice:
		if b.Kind == world.Decimal || b.Kind == world.Double {
			return compareNumbers(a, b)
		}
	}
	switch {
	case a.N < b.N:
		return -1
	case a.N > b.N:
		return 1
	}
	return 0
}

func compareTexts(a, b string) int {
	a, b = strings.TrimRight(a, " "), strings.TrimRight(b, " ")
	if strings.EqualFold(a, b) {
		return 0
	}
	return strings.Compare(strings.ToLower(a), strings.ToLower(b))
}

func compareNumbers(a, b *world.Cell) int {
	x, y := number(a), number(b)
	if x == nil || y == nil {
		return 0
	}
	return x.Cmp(y)
}

func number(c *world.Cell) *big.Rat {
	switch c.Kind {
	case world.Decimal, world.Double:
		if r, ok := new(big.Rat).SetString(c.S); ok {
			return r
		}
		return nil
	}
	return new(big.Rat).SetInt64(c.N)
}

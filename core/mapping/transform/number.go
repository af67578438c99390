package transform

import (
	"strconv"
	"strings"
)

// A decimal is an exact number: its digits, of which the last scale stand behind the point. There is no float between.
type decimal struct {
	negative bool
	digits   string // at least one; more than scale
	scale    int
}

const maxDigits = 2000 // of a number: more is no number that anybody writes

// parseNumber reads digits with a point and an exponent, as Dataverse sends them.
func parseNumber(s string) (decimal, bool) {
	var d decimal
	if len(s) > maxDigits {
		return d, false
	}
	if s != "" && (s[0] == '-' || s[0] == '+') {
		d.negative = s[0] == '-'
		s = s[1:]
	}
	exponent := 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		n, err := strconv.Atoi(s[i+1:])
		if err != nil || n > 400 || n < -400 {
			return d, false
		}
		exponent, s = n, s[:i]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	d.digits, d.scale = whole+fraction, len(fraction)-exponent
	if d.digits == "" || strings.Trim(d.digits, "0123456789") != "" {
		return d, false
	}
	if d.scale < 0 {
		d.digits += strings.Repeat("0", -d.scale)
		d.scale = 0
	}
	d.digits = strings.TrimLeft(d.digits, "0")
	if len(d.digits) <= d.scale {
		d.digits = strings.Repeat("0", d.scale+1-len(d.digits)) + d.digits
	}
	if d.digits == "" {
		d.digits = "0"
	}
	return d, true
}

func (d decimal) zero() bool { return strings.Trim(d.digits, "0") == "" }

// whole and fraction are the digits on both sides of the point.
func (d decimal) whole() string    { return d.digits[:len(d.digits)-d.scale] }
func (d decimal) fraction() string { return d.digits[len(d.digits)-d.scale:] }

// String is the number with a point, all digits kept; a zero has no sign.
func (d decimal) String() string {
	s := d.whole()
	if d.scale > 0 {
		s += "." + d.fraction()
	}
	if d.negative && !d.zero() {
		return "-" + s
	}
	return s
}

// Ways to round.
const (
	halfAway = "half-up"   // 2.5 to 3, -2.5 to -3: what people learn
	halfEven = "half-even" // 2.5 to 2: what banks do
	cutOff   = "cut"       // towards zero
)

// round gives exactly so many places; places that are not there become zeros.
func (d decimal) round(places int, how string) decimal {
	if d.scale <= places {
		d.digits += strings.Repeat("0", places-d.scale)
		d.scale = places
		return d
	}
	cut := len(d.digits) - (d.scale - places)
	kept, rest := d.digits[:cut], d.digits[cut:]
	d.digits, d.scale = kept, places
	up := rest[0] >= '5'
	switch how {
	case cutOff:
		up = false
	case halfEven:
		if rest[0] == '5' && strings.Trim(rest[1:], "0") == "" {
			up = (kept[len(kept)-1]-'0')%2 == 1
		}
	}
	if up {
		d.digits = plusOne(kept)
	}
	return d
}

// plusOne adds one to a row of digits.
func plusOne(digits string) string {
	b := []byte(digits)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < '9' {
			b[i]++
			return string(b)
		}
		b[i] = '0'
	}
	return "1" + string(b)
}

// grouped puts mark between thousands.
func grouped(whole, mark string) string {
	if mark == "" || len(whole) <= 3 {
		return whole
	}
	var out strings.Builder
	first := len(whole) % 3
	out.WriteString(whole[:first])
	for i := first; i < len(whole); i += 3 {
		if i > 0 {
			out.WriteString(mark)
		}
		out.WriteString(whole[i : i+3])
	}
	return out.String()
}

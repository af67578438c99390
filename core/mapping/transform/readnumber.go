package transform

import (
	"strconv"
	"strings"
	"unicode"

	"ferry/core"
)

func readNumber() *Transform {
	return &Transform{
		Name: "read-number", Title: "Read a number", Group: Numbers, Takes: texts, Gives: number,
		Summary: "Reads a number out of text. You say which sign stands before the decimals: 1.234 is one thing here and another there, and Ferry does not guess.",
		Params: []Param{
			{Name: "mark", Title: "Decimal sign", Kind: ParamChoice, Required: true, Help: "What stands before the decimals.", Choices: []Choice{{"point", "Point: 1,234.56"}, {"comma", "Comma: 1.234,56"}}},
			{Name: "as", Title: "As", Kind: ParamChoice, Default: "number", Help: "What it becomes.", Choices: []Choice{{"number", "Number"}, {"whole", "Whole number"}}},
			otherwise(refuse),
		},
		Examples: []Example{
			{Params: map[string]string{"mark": "comma"}, In: core.Text("1.234,50"), Out: core.Decimal("1234.50"), Why: "As in Germany; all digits stay."},
			{Params: map[string]string{"mark": "point"}, In: core.Text(" $ 1,234.5 "), Out: core.Decimal("1234.5"), Why: "Spaces and currency signs are passed over."},
			{Params: map[string]string{"mark": "point"}, In: core.Text("1,50"), Refused: "transform.unreadable", Why: "A comma before two digits is no thousands sign: better refused than a hundred times too much."},
			{Params: map[string]string{"mark": "comma"}, In: core.Text("EUR 12'000,00"), Out: core.Decimal("12000.00"), Why: "A currency in letters, an apostrophe between thousands."},
			{Params: map[string]string{"mark": "point"}, In: core.Text("(12.00)"), Out: core.Decimal("-12.00"), Why: "Brackets mean less than zero."},
			{Params: map[string]string{"mark": "point", "as": "whole"}, In: core.Text("1,000.00"), Out: core.Int(1000), Why: "A whole number."},
			{Params: map[string]string{"mark": "point", "as": "whole"}, In: core.Text("1.5"), Refused: "transform.unreadable", Why: "Nothing is rounded that was not asked for."},
			{Params: map[string]string{"mark": "point"}, In: core.Text(""), Out: core.Null(), Why: "There is no empty number: an empty text becomes empty."},
			{Params: map[string]string{"mark": "point", "otherwise": "empty"}, In: core.Text("about ten"), Out: core.Null(), Why: "Words can be left out."},
			{In: core.Text("1"), Refused: "transform.missing", Why: "The decimal sign must be chosen."},
		},
		make: func(b *build) Func {
			mark, other := ".", ","
			if b.choice("mark") == "comma" {
				mark, other = ",", "."
			}
			whole := b.choice("as") == "whole"
			wants := "it is no number with a decimal " + map[string]string{".": "point", ",": "comma"}[mark]
			b.gives = only(core.KindDecimal)
			if whole {
				b.gives, wants = only(core.KindInt), "it is no whole number"
			}
			refused := b.otherwise(wants)
			return func(v core.Value, row []core.Value) (core.Value, *core.Fault) {
				s := strings.TrimFunc(v.AsText(), invisible)
				if s == "" {
					return core.Null(), nil
				}
				d, ok := readDecimal(s, mark, other)
				if !ok {
					return refused(v, row)
				}
				if !whole {
					return core.Decimal(d.String()), nil
				}
				n, err := strconv.ParseInt(d.round(0, cutOff).String(), 10, 64)
				if err != nil || strings.Trim(d.fraction(), "0") != "" {
					return refused(v, row)
				}
				return core.Int(n), nil
			}
		},
	}
}

// readDecimal reads what people write: a sign or brackets, a currency, signs between thousands.
func readDecimal(s, mark, other string) (decimal, bool) {
	if len(s) > maxDigits {
		return decimal{}, false
	}
	negative := false
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		negative, s = true, s[1:len(s)-1]
	}
	sign := false // at most one
	for range 2 { // before and behind a currency
		if s = withoutCurrency(s); s == "" {
			return decimal{}, false
		}
		for _, minus := range []string{"-", "\u2212", "+"} {
			if strings.HasPrefix(s, minus) && !sign && !negative {
				negative, sign = minus != "+", true
				s = strings.TrimPrefix(s, minus)
				break
			}
		}
	}
	whole, fraction, marked := strings.Cut(s, mark)
	if whole == "" && marked {
		whole = "0"
	}
	digits, ok := ungrouped(whole, other)
	if !ok || (marked && fraction == "") || strings.Trim(fraction, "0123456789") != "" {
		return decimal{}, false
	}
	d, ok := parseNumber(digits + "." + fraction)
	d.negative = negative
	return d, ok
}

// withoutCurrency takes a currency sign, or up to three large letters, away at either end.
func withoutCurrency(s string) string {
	currency := func(r rune) bool { return unicode.Is(unicode.Sc, r) || invisible(r) }
	s = strings.TrimFunc(s, currency)
	letters := strings.TrimLeftFunc(s, func(r rune) bool { return r >= 'A' && r <= 'Z' })
	if len(s)-len(letters) <= 3 {
		s = letters
	}
	letters = strings.TrimRightFunc(s, func(r rune) bool { return r >= 'A' && r <= 'Z' })
	if len(s)-len(letters) <= 3 {
		s = letters
	}
	return strings.TrimFunc(s, currency)
}

// ungrouped takes the signs between thousands away. They must all be the same; the last group has three digits, the
// others two or three (as in India), the first one to three.
func ungrouped(s, other string) (string, bool) {
	if s != "" && strings.Trim(s, "0123456789") == "" {
		return s, true
	}
	for _, mark := range []string{other, " ", "\u00a0", "\u202f", "\u2009", "'", "’"} {
		groups := strings.Split(s, mark)
		if len(groups) < 2 {
			continue
		}
		for i, g := range groups {
			last := i == len(groups)-1
			if g == "" || len(g) > 3 || strings.Trim(g, "0123456789") != "" || (last && len(g) != 3) || (i > 0 && len(g) < 2) {
				return "", false
			}
		}
		return strings.Join(groups, ""), true
	}
	return "", false
}

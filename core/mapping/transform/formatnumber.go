package transform

import (
	"strconv"

	"ferry/core"
)

func roundingParam() Param {
	return Param{Name: "rounding", Title: "Rounding", Kind: ParamChoice, Default: halfAway, Help: "What becomes of digits that are too many.", Choices: []Choice{
		{halfAway, "Half up: 2.5 becomes 3"}, {halfEven, "Half to even: 2.5 becomes 2, 3.5 becomes 4"}, {cutOff, "Cut off"}}}
}

func formatNumber() *Transform {
	return &Transform{
		Name: "format-number", Title: "Write a number", Group: Numbers, Takes: number, Gives: texts,
		Summary: "Writes a number as text, with as many decimals, and with the signs, that you choose. It never calculates with rounded digits.",
		Params: []Param{
			{Name: "decimals", Title: "Decimals", Kind: ParamNumber, Min: 0, Max: 30, Help: "So many digits behind the decimal sign. Without a number all digits stay."},
			{Name: "mark", Title: "Decimal sign", Kind: ParamChoice, Default: "point", Help: "What stands before the decimals.", Choices: []Choice{{"point", "Point: 0.5"}, {"comma", "Comma: 0,5"}}},
			{Name: "thousands", Title: "Between thousands", Kind: ParamChoice, Default: "none", Help: "What stands between thousands.", Choices: []Choice{
				{"none", "Nothing"}, {"comma", "Comma: 1,000"}, {"point", "Point: 1.000"}, {"space", "Space: 1 000"}, {"apostrophe", "Apostrophe: 1'000"}}},
			roundingParam(),
		},
		Examples: []Example{
			{In: core.Decimal("20000.0000"), Out: core.Text("20000.0000"), Why: "Without a number of decimals every digit stays."},
			{Params: map[string]string{"decimals": "2", "mark": "comma", "thousands": "point"}, In: core.Decimal("1234567.895"), Out: core.Text("1.234.567,90"), Why: "As in Germany."},
			{Params: map[string]string{"decimals": "2", "thousands": "comma"}, In: core.Int(1234), Out: core.Text("1,234.00"), Why: "A whole number gets its decimals."},
			{Params: map[string]string{"decimals": "0"}, In: core.Decimal("-2.5"), Out: core.Text("-3"), Why: "Half goes away from zero."},
			{Params: map[string]string{"decimals": "0", "rounding": "half-even"}, In: core.Decimal("2.5"), Out: core.Text("2"), Why: "Half to even."},
			{Params: map[string]string{"decimals": "0"}, In: core.Decimal("-0.4"), Out: core.Text("0"), Why: "Zero has no sign."},
			{Params: map[string]string{"decimals": "2"}, In: core.Decimal("922337203685477.5807"), Out: core.Text("922337203685477.58"), Why: "More digits than a computer's usual numbers hold."},
			{In: core.Decimal("1.5E-3"), Out: core.Text("0.0015"), Why: "A number with an exponent is written out."},
			{Params: map[string]string{"mark": "comma", "thousands": "comma"}, In: core.Int(1), Refused: "transform.setting", Why: "One sign cannot mean two things."},
		},
		make: makeFormatNumber,
	}
}

func makeFormatNumber(b *build) Func {
	all := b.text("decimals") == ""
	places, how := b.number("decimals"), b.choice("rounding")
	mark := map[string]string{"point": ".", "comma": ","}[b.choice("mark")]
	thousands := map[string]string{"comma": ",", "point": ".", "space": "\u00a0", "apostrophe": "'"}[b.choice("thousands")]
	if mark == thousands {
		b.bad("thousands", thousands, "Choose a sign between thousands that is not the decimal sign.")
	}
	refused := unreadableNumber(b)
	return func(v core.Value, row []core.Value) (core.Value, *core.Fault) {
		d, ok := numberOf(v)
		if !ok {
			return refused(v, row)
		}
		if !all {
			d = d.round(places, how)
		}
		s := grouped(d.whole(), thousands)
		if d.scale > 0 {
			s += mark + d.fraction()
		}
		if d.negative && !d.zero() {
			s = "-" + s
		}
		return core.Text(s), nil
	}
}

// unreadableNumber refuses digits that are none: no source sends them.
func unreadableNumber(b *build) Func {
	title, field := b.t.Title, b.env.Input.Name
	return func(v core.Value, _ []core.Value) (core.Value, *core.Fault) {
		return core.Value{}, unreadable(title, "it is no number", field, v)
	}
}

func numberOf(v core.Value) (decimal, bool) {
	if v.Kind() == core.KindInt {
		return parseNumber(strconv.FormatInt(v.AsInt(), 10))
	}
	return parseNumber(v.AsText())
}

package transform

import "ferry/core"

func round() *Transform {
	return &Transform{
		Name: "round", Title: "Round", Group: Numbers, Takes: number, Gives: only(core.KindDecimal),
		Summary: "Gives a number exactly so many decimals.",
		Params: []Param{
			{Name: "decimals", Title: "Decimals", Kind: ParamNumber, Required: true, Min: 0, Max: 30, Help: "So many digits behind the decimal sign."},
			roundingParam(),
		},
		Examples: []Example{
			{Params: map[string]string{"decimals": "2"}, In: core.Decimal("1.005"), Out: core.Decimal("1.01"), Why: "Exact: no digit is lost before rounding."},
			{Params: map[string]string{"decimals": "2"}, In: core.Int(5), Out: core.Decimal("5.00"), Why: "Zeros are added."},
			{Params: map[string]string{"decimals": "1", "rounding": "cut"}, In: core.Decimal("-9.99"), Out: core.Decimal("-9.9"), Why: "Cut off."},
			{Params: map[string]string{"decimals": "0"}, In: core.Decimal("999.5"), Out: core.Decimal("1000"), Why: "A digit more may be needed."},
			{In: core.Int(1), Refused: "transform.missing", Why: "It must say how many decimals."},
		},
		make: func(b *build) Func {
			places, how, refused := b.number("decimals"), b.choice("rounding"), unreadableNumber(b)
			return func(v core.Value, row []core.Value) (core.Value, *core.Fault) {
				d, ok := numberOf(v)
				if !ok {
					return refused(v, row)
				}
				return core.Decimal(d.round(places, how).String()), nil
			}
		},
	}
}

package transform

import "ferry/core"

func asText() *Transform {
	return &Transform{
		Name: "text", Title: "As text", Group: AnyValue, Takes: written, Gives: texts,
		Summary: "Makes text of any value, digit by digit. Choices give their codes and lookups their ids: for labels and names there are steps of their own.",
		Examples: []Example{
			{In: core.Int(42), Out: core.Text("42"), Why: "A whole number."},
			{In: core.Decimal("20000.0000"), Out: core.Text("20000.0000"), Why: "All digits stay."},
			{In: core.Date(2024, 2, 9), Out: core.Text("2024-02-09"), Why: "Dates as year, month and day."},
			{In: at(2024, 2, 9, 5, 6), Out: core.Text("2024-02-09T05:06:00Z"), Why: "Times in UTC."},
			{In: core.Bool(true), Out: core.Text("yes"), Why: "Yes or no as words."},
			{In: core.Choices(9, 1), Out: core.Text("9,1"), Why: "Codes in their order."},
			{In: core.Null(), Out: core.Null(), Why: "Empty stays empty."},
		},
		make: func(*build) Func {
			return func(v core.Value, _ []core.Value) (core.Value, *core.Fault) {
				switch v.Kind() {
				case core.KindText:
					return v, nil
				case core.KindBool:
					return core.Text(Show(v)), nil
				}
				return core.Text(v.Canonical()), nil
			}
		},
	}
}

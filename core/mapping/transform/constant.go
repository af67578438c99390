package transform

import (
	"strconv"
	"strings"
	"time"

	"ferry/core"
)

func constant() *Transform {
	return &Transform{
		Name: "constant", Title: "Fixed value", Group: Fields, Takes: Every, Gives: Every, Begins: true, nulls: true, blind: true,
		Summary: "Gives every record the same value, whatever the field holds.",
		Params: []Param{
			{Name: "value", Title: "Value", Kind: ParamText, Help: "The value every record gets."},
			{Name: "as", Title: "As", Kind: ParamChoice, Default: "text", Help: "What kind of value it is.", Choices: []Choice{
				{"text", "Text"}, {"whole", "Whole number"}, {"number", "Number with a decimal point"}, {"yesno", "Yes or no"}, {"date", "Date (YYYY-MM-DD)"},
				{"choice", "Code of a choice"}, {"empty", "Empty"}}},
		},
		Examples: []Example{
			{Params: map[string]string{"value": "Dynamics 365"}, In: core.Text("a"), Out: core.Text("Dynamics 365"), Why: "Whatever comes in."},
			{Params: map[string]string{"value": "x"}, In: core.Null(), Out: core.Text("x"), Why: "Also where the field is empty."},
			{Params: map[string]string{"value": "x"}, In: core.Value{}, Out: core.Text("x"), Why: "Also where nothing is known of the field."},
			{Params: map[string]string{"value": "12.50", "as": "number"}, In: core.Null(), Out: core.Decimal("12.50"), Why: "A number keeps its digits."},
			{Params: map[string]string{"value": "2024-02-29", "as": "date"}, In: core.Null(), Out: core.Date(2024, 2, 29), Why: "A date."},
			{Params: map[string]string{"value": "2023-02-29", "as": "date"}, In: core.Null(), Refused: "transform.setting", Why: "A day that does not exist is no date."},
			{Params: map[string]string{"value": ""}, In: core.Text("a"), Out: core.Text(""), Why: "An empty text is a text."},
			{Params: map[string]string{"as": "empty"}, In: core.Text("a"), Out: core.Null(), Why: "Empty on purpose."},
		},
		make: func(b *build) Func {
			value, as := b.text("value"), b.choice("as")
			v, ok, remedy := fixed(value, as)
			if !ok {
				b.bad("value", value, remedy)
			}
			b.gives = only(v.Kind()) & Every
			return func(core.Value, []core.Value) (core.Value, *core.Fault) { return v, nil }
		},
	}
}

// fixed makes a value of what somebody typed.
func fixed(s, as string) (v core.Value, ok bool, remedy string) {
	t := strings.TrimSpace(s)
	switch as {
	case "whole", "choice":
		n, err := strconv.ParseInt(t, 10, 64)
		if as == "choice" {
			return core.Choice(n), err == nil, "Enter the option's code, such as 100000001."
		}
		return core.Int(n), err == nil, "Enter digits only, such as 42."
	case "number":
		_, ok := parseNumber(t)
		return core.Decimal(t), ok, "Enter digits with at most one decimal point, such as 1234.50."
	case "yesno":
		yes := strings.EqualFold(t, "yes") || strings.EqualFold(t, "true") || t == "1"
		no := strings.EqualFold(t, "no") || strings.EqualFold(t, "false") || t == "0"
		return core.Bool(yes), yes || no, "Enter yes or no."
	case "date":
		d, err := time.Parse("2006-01-02", t)
		if err != nil {
			return core.Null(), false, "Enter a day as YYYY-MM-DD, such as 2024-12-31."
		}
		return core.Date(d.Date()), true, ""
	case "empty":
		return core.Null(), true, ""
	default:
		return core.Text(s), true, ""
	}
}

package transform

import "ferry/core"

func formatDate() *Transform {
	return &Transform{
		Name: "format-date", Title: "Write a date", Group: Dates, Takes: days, Gives: texts,
		Summary: "Writes a date, or a date and time, as text.",
		Params: []Param{
			{Name: "format", Title: "Format", Kind: ParamFormat, Default: "YYYY-MM-DD", Required: true, Help: formatHelp},
			zoneParam(), calendarParam(),
		},
		Examples: []Example{
			{Params: map[string]string{"format": "DD.MM.YYYY"}, In: core.Date(2024, 2, 9), Out: core.Text("09.02.2024"), Why: "As in Germany."},
			{Params: map[string]string{"format": "M/D/YYYY h:mm AM", "zone": "America/New_York"}, In: at(2024, 7, 1, 17, 5), Out: core.Text("7/1/2024 1:05 PM"), Why: "As in the United States, in New York's time."},
			{Params: map[string]string{"format": "D. MMMM YYYY", "language": "de"}, In: core.Date(2024, 3, 9), Out: core.Text("9. März 2024"), Why: "With the month's name."},
			{Params: map[string]string{"format": "dddd, D MMM YY"}, In: core.Date(2024, 3, 9), Out: core.Text("Saturday, 9 Mar 24"), Why: "With the weekday."},
			{Params: map[string]string{"format": "YYYY-MM-DD'T'HH:mm:ss'Z'", "zone": "UTC"}, In: at(2024, 3, 9, 5, 6), Out: core.Text("2024-03-09T05:06:00Z"), Why: "Letters in quotes stand for themselves."},
			{Params: map[string]string{"format": "HH:mm", "zone": "America/New_York"}, In: core.Clock(at(2024, 7, 1, 17, 5).AsTime()), Out: core.Text("17:05"), Why: "A field that is independent of time zones shows the same time everywhere."},
			{Params: map[string]string{"format": "dd.mm.yyyy"}, In: core.Date(2024, 2, 9), Refused: "transform.setting", Why: "mm is the minute; the month is MM."},
			{Params: map[string]string{"format": "HH:mm"}, Field: core.Field{Name: "birthdate", Type: core.TypeDate}, In: core.Date(2024, 2, 9), Refused: "transform.setting", Why: "A date has no time of day."},
		},
		make: func(b *build) Func {
			format := b.text("format")
			l, remedy := parseLayout(format, b.calendar())
			if remedy == "" && l.clock() && b.in == only(core.KindDate) {
				remedy = "Take hours and minutes out: this is a date without a time."
			}
			if remedy != "" {
				b.bad("format", format, remedy)
			}
			zone := b.zone("zone")
			return func(v core.Value, _ []core.Value) (core.Value, *core.Fault) {
				return core.Text(l.format(v.In(zone))), nil
			}
		},
	}
}

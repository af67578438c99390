package transform

import (
	"time"

	"ferry/core"
)

func readDate() *Transform {
	return &Transform{
		Name: "read-date", Title: "Read a date", Group: Dates, Takes: texts, Gives: days,
		Summary: "Reads a date, or a date and time, out of text that is written in one format.",
		Params: []Param{
			{Name: "format", Title: "Format", Kind: ParamFormat, Required: true, Help: formatHelp},
			zoneParam(), calendarParam(), otherwise(refuse),
		},
		Examples: []Example{
			{Params: map[string]string{"format": "DD.MM.YYYY"}, In: core.Text("09.02.2024"), Out: core.Date(2024, 2, 9), Why: "A day stays that day, whatever the time zone."},
			{Params: map[string]string{"format": "D/M/YYYY"}, In: core.Text(" 9/12/2024 "), Out: core.Date(2024, 12, 9), Why: "Spaces around it are passed over."},
			{Params: map[string]string{"format": "DD.MM.YYYY"}, In: core.Text("31.02.2024"), Refused: "transform.unreadable", Why: "A day that does not exist is refused."},
			{Params: map[string]string{"format": "DD.MM.YYYY"}, In: core.Text("2024-02-09"), Refused: "transform.unreadable", Why: "Another format is not guessed."},
			{Params: map[string]string{"format": "YYYY-MM-DD HH:mm", "zone": "Europe/Berlin"}, In: core.Text("2024-07-01 00:30"), Out: at(2024, 6, 30, 22, 30), Why: "A time is meant in its zone."},
			{Params: map[string]string{"format": "YYYY-MM-DD HH:mm", "zone": "Europe/Berlin"}, In: core.Text("2024-03-31 02:30"), Refused: "transform.unreadable", Why: "Summer time skips this hour."},
			{Params: map[string]string{"format": "YYYY-MM-DD HH:mm", "zone": "Europe/Berlin"}, In: core.Text("2024-10-27 02:30"), Out: at(2024, 10, 27, 0, 30), Why: "This hour comes twice: the first one is taken."},
			{Params: map[string]string{"format": "D MMMM YYYY", "language": "fr"}, In: core.Text("14 Juillet 1990"), Out: core.Date(1990, 7, 14), Why: "With the month's name."},
			{Params: map[string]string{"format": "DD.MM.YY"}, In: core.Text("09.02.49"), Out: core.Date(2049, 2, 9), Why: "Two digits: 50 to 99 are 1950 to 1999, the others 2000 to 2049."},
			{Params: map[string]string{"format": "DD.MM.YYYY"}, In: core.Text(""), Out: core.Null(), Why: "There is no empty date: an empty text becomes empty."},
			{Params: map[string]string{"format": "MM.YYYY"}, In: core.Text("02.2024"), Refused: "transform.setting", Why: "A date needs year, month and day."},
			{Params: map[string]string{"format": "DD.MM.YYYY", "otherwise": "keep"}, In: core.Text("soon"), Out: core.Text("soon"), Why: "What cannot be read can be kept."},
		},
		make: makeReadDate,
	}
}

func makeReadDate(b *build) Func {
	format := b.text("format")
	l, remedy := parseLayout(format, b.calendar())
	if remedy == "" {
		remedy = l.readable()
	}
	if remedy != "" && format != "" {
		b.bad("format", format, remedy)
	}
	zone := b.zone("zone")
	clock := l.clock()
	if b.gives = only(core.KindDate); clock {
		b.gives = only(core.KindTime)
	}
	refused := b.otherwise("it is not written as " + short(format))
	return func(v core.Value, row []core.Value) (core.Value, *core.Fault) {
		s := trimmed(v.AsText())
		if s == "" {
			return core.Null(), nil
		}
		m, ok := l.read(s)
		if !ok {
			return refused(v, row)
		}
		if !clock {
			return core.Date(m.year, time.Month(m.month), m.day), nil
		}
		t, ok := m.instant(zone)
		if !ok {
			return refused(v, row)
		}
		return core.Time(t), nil
	}
}

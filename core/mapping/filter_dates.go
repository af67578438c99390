package mapping

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"ferry/core"
)

// A day is a calendar day in some time zone.
type day struct {
	year  int
	month time.Month
	day   int
}

func dayOf(t time.Time) day {
	y, m, d := t.Date()
	return day{y, m, d}
}

func (d day) add(years, months, days int) day {
	if years != 0 || months != 0 {
		first := time.Date(d.year+years, d.month+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
		last := first.AddDate(0, 1, -1).Day() // a month before the 31st is the 30th, or the 28th
		d = day{first.Year(), first.Month(), min(d.day, last)}
	}
	return dayOf(time.Date(d.year, d.month, d.day+days, 0, 0, 0, 0, time.UTC))
}

func (d day) String() string { return d.utc().Format(time.DateOnly) }

func (d day) utc() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }

// start is the first instant of the day in a zone. Midnight does not exist on every day everywhere, and is there twice
// on others.
func (d day) start(zone *time.Location) time.Time {
	const step = 15 * time.Minute // every change of clocks since 1970 falls on a quarter of an hour
	t := time.Date(d.year, d.month, d.day, 0, 0, 0, 0, zone)
	for dayOf(t).utc().Before(d.utc()) {
		t = t.Add(step)
	}
	for !dayOf(t.Add(-step)).utc().Before(d.utc()) {
		t = t.Add(-step)
	}
	return t.UTC()
}

// A span is a piece of time: from is in it, to is not; nil is open.
type span struct{ from, to *day }

func days(from, to day) span { return span{&from, &to} }

// spanOf is the span that a relative operator means on a day; n is its number.
func spanOf(op Op, today day, n int) (span, bool) {
	week := today.add(0, 0, -(int(today.utc().Weekday())+6)%7)
	month := day{today.year, today.month, 1}
	year := day{today.year, time.January, 1}
	tomorrow := today.add(0, 0, 1)
	switch op {
	case Yesterday:
		return days(today.add(0, 0, -1), today), true
	case Today:
		return days(today, tomorrow), true
	case Tomorrow:
		return days(tomorrow, today.add(0, 0, 2)), true
	case LastWeek:
		return days(week.add(0, 0, -7), week), true
	case ThisWeek:
		return days(week, week.add(0, 0, 7)), true
	case NextWeek:
		return days(week.add(0, 0, 7), week.add(0, 0, 14)), true
	case LastMonth:
		return days(month.add(0, -1, 0), month), true
	case ThisMonth:
		return days(month, month.add(0, 1, 0)), true
	case NextMonth:
		return days(month.add(0, 1, 0), month.add(0, 2, 0)), true
	case LastYear:
		return days(year.add(-1, 0, 0), year), true
	case ThisYear:
		return days(year, year.add(1, 0, 0)), true
	case NextYear:
		return days(year.add(1, 0, 0), year.add(2, 0, 0)), true
	case LastDays:
		return days(today.add(0, 0, -n), tomorrow), true
	case LastWeeks:
		return days(today.add(0, 0, -7*n), tomorrow), true
	case LastMonths:
		return days(today.add(0, -n, 0), tomorrow), true
	case LastYears:
		return days(today.add(-n, 0, 0), tomorrow), true
	case NextDays:
		return days(today, today.add(0, 0, n+1)), true
	case NextWeeks:
		return days(today, today.add(0, 0, 7*n+1)), true
	case NextMonths:
		return days(today, today.add(0, n, 1)), true
	case NextYears:
		return days(today, today.add(n, 0, 1)), true
	}
	return older(op, today, n)
}

func older(op Op, today day, n int) (span, bool) {
	var to day
	switch op {
	case OlderDays:
		to = today.add(0, 0, -n)
	case OlderWeeks:
		to = today.add(0, 0, -7*n)
	case OlderMonth:
		to = today.add(0, -n, 0)
	case OlderYears:
		to = today.add(-n, 0, 0)
	default:
		return span{}, false
	}
	return span{to: &to}, true
}

// Relative reports whether what the filter holds depends on the day on which it is used.
func (f Filter) Relative() bool {
	if slices.ContainsFunc(f.All, Filter.Relative) || slices.ContainsFunc(f.Any, Filter.Relative) {
		return true
	}
	if f.Related != nil && f.Related.Where.Relative() {
		return true
	}
	if _, ok := spanOf(f.Op, day{2000, 1, 1}, 1); ok {
		return true
	}
	return f.Op == LastHours || f.Op == NextHours
}

// moment writes a condition about a date.
func (w *filterWriter) moment(f Filter, fam family, prop string) string {
	if info := opInfos[f.Op]; info.Number {
		n, err := strconv.Atoi(strings.TrimSpace(f.Values[0]))
		if err != nil || n < 1 || n > 10000 {
			return w.wrong("filter-number", f)
		}
		if f.Op == LastHours || f.Op == NextHours {
			from, to := w.now.Add(-time.Duration(n)*time.Hour), w.now
			if f.Op == NextHours {
				from, to = w.now, w.now.Add(time.Duration(n)*time.Hour)
			}
			return "(" + prop + " ge " + instant(from) + " and " + prop + " le " + instant(to) + ")"
		}
		s, _ := spanOf(f.Op, dayOf(w.now.In(w.zone)), n)
		return w.within(prop, fam, s)
	}
	if s, ok := spanOf(f.Op, dayOf(w.now.In(w.zone)), 0); ok {
		return w.within(prop, fam, s)
	}
	var given []core.Value
	for _, text := range f.Values {
		v, ok := w.date(text)
		if !ok {
			return w.wrong("filter-date", f)
		}
		given = append(given, v)
	}
	return w.given(f, fam, prop, given)
}

// date reads a day, or an instant as a person writes it in the mapping's zone.
func (w *filterWriter) date(text string) (core.Value, bool) {
	text = strings.TrimSpace(text)
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return core.Date(t.Date()), t.Year() > 0
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return core.Time(t), true
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05"} {
		if t, err := time.ParseInLocation(layout, text, w.zone); err == nil {
			return core.Time(t), true
		}
	}
	return core.Value{}, false
}

// given compares with days or instants that a person wrote.
func (w *filterWriter) given(f Filter, fam family, prop string, v []core.Value) string {
	if v[0].Kind() == core.KindTime && fam == familyDate {
		return w.wrong("filter-date", f)
	}
	if v[0].Kind() == core.KindTime && f.Op != Between && f.Op != NotBetween {
		at := instant(v[0].AsTime())
		switch f.Op {
		case Before:
			return prop + " lt " + at
		case After:
			return prop + " gt " + at
		case OnOrBefore:
			return prop + " le " + at
		case OnOrAfter:
			return prop + " ge " + at
		}
		return prop + " eq " + at
	}
	if len(v) == 2 && (v[0].Kind() == core.KindTime || v[1].Kind() == core.KindTime) {
		if fam == familyDate {
			return w.wrong("filter-date", f)
		}
		first, last := w.first(v[0]), w.last(v[1])
		both := "(" + prop + " ge " + instant(first) + " and " + prop + last + ")"
		return w.negate(f.Op == NotBetween, both, prop)
	}
	d := dayOf(v[0].AsTime())
	after := d.add(0, 0, 1)
	switch f.Op {
	case OnOrBefore:
		return w.within(prop, fam, span{to: &after})
	case OnOrAfter:
		return w.within(prop, fam, span{from: &d})
	case Before:
		return w.within(prop, fam, span{to: &d})
	case After:
		return w.within(prop, fam, span{from: &after})
	case Between, NotBetween:
		end := dayOf(v[1].AsTime()).add(0, 0, 1)
		return w.negate(f.Op == NotBetween, w.within(prop, fam, days(d, end)), prop)
	}
	return w.within(prop, fam, days(d, after))
}

func (w *filterWriter) first(v core.Value) time.Time {
	if v.Kind() == core.KindDate {
		return dayOf(v.AsTime()).start(w.zone)
	}
	return v.AsTime()
}

func (w *filterWriter) last(v core.Value) string {
	if v.Kind() == core.KindDate {
		return " lt " + instant(dayOf(v.AsTime()).add(0, 0, 1).start(w.zone))
	}
	return " le " + instant(v.AsTime())
}

// within writes a span for a field that holds days or instants.
func (w *filterWriter) within(prop string, fam family, s span) string {
	at := func(d day) string {
		if fam == familyDate {
			return d.String()
		}
		return instant(d.start(w.zone))
	}
	switch {
	case s.from == nil:
		return prop + " lt " + at(*s.to)
	case s.to == nil:
		return prop + " ge " + at(*s.from)
	}
	return "(" + prop + " ge " + at(*s.from) + " and " + prop + " lt " + at(*s.to) + ")"
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

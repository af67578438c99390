package setup

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// months by the first letters of their names in the languages of Microsoft's portals that Ferry's people use.
func months() map[string]time.Month {
	names := [12]string{
		"jan januar january janvier enero ene januari gennaio gen janeiro jänner",
		"feb februar february février fevrier fév febrero februari febbraio fevereiro fev",
		"mar march märz mär mrz mars marzo maart mrt março maerz",
		"apr april avril avr abril abr aprile",
		"may mai mayo mei maggio mag maio",
		"jun june juni juin junio giugno giu junho",
		"jul july juli juillet juil julio luglio lug julho",
		"aug august août aout agosto ago augustus",
		"sep sept september septembre septiembre settembre set setembro",
		"oct october okt oktober octobre octubre ottobre ott outubro out",
		"nov november novembre noviembre novembro",
		"dec december dez dezember décembre decembre dic diciembre dicembre dezembro déc",
	}
	m := make(map[string]time.Month)
	for i, list := range names {
		for name := range strings.FieldsSeq(list) {
			m[name] = time.Month(i + 1)
		}
	}
	return m
}

var (
	dateISO   = regexp.MustCompile(`\b(20\d{2})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{2}:\d{2}[0-9:.]*(?:Z|[+-]\d{2}:?\d{2})?)?`)
	dateShort = regexp.MustCompile(`\b(\d{1,2})([./-]) ?(\d{1,2})[./-] ?(20\d{2}|\d{2})\b`)
	dateDay   = regexp.MustCompile(`\b(\d{1,2})(?:\.|st|nd|rd|th)? ?(?:de )?-?(\p{L}{3,10})\.?,?(?: de)?[ -](20\d{2})\b`)
	dateMonth = regexp.MustCompile(`\b(\p{L}{3,10})\.? (\d{1,2})(?:st|nd|rd|th)?,? (20\d{2})\b`)
	dateKanji = regexp.MustCompile(`(20\d{2})年 ?(\d{1,2})月 ?(\d{1,2})日`)
)

// A day is a date as it was written. other is set when the two numbers could also be meant the other way round.
type day struct {
	start, end  int
	date, other string // 2027-03-31
}

// days finds all dates of a text. Each place is taken once.
func days(text string, used []bool) []day {
	known := months()
	var found []day
	take := func(m []int, year, month, date string, swap bool) {
		if used[m[0]] || used[m[1]-1] {
			return
		}
		d := day{start: m[0], end: m[1], date: calendar(year, month, date)}
		if swap {
			d.other = calendar(year, date, month)
		}
		if d.date == "" {
			d.date, d.other = d.other, ""
		}
		if d.date == "" {
			return
		}
		if d.other == d.date {
			d.other = ""
		}
		for i := m[0]; i < m[1]; i++ {
			used[i] = true
		}
		found = append(found, d)
	}
	part := func(m []int, i int) string { return text[m[2*i]:m[2*i+1]] }
	month := func(name string) string {
		if n, ok := known[strings.ToLower(name)]; ok {
			return strconv.Itoa(int(n))
		}
		return ""
	}
	for _, m := range dateISO.FindAllStringSubmatchIndex(text, most) {
		take(m, part(m, 1), part(m, 2), part(m, 3), false)
	}
	for _, m := range dateKanji.FindAllStringSubmatchIndex(text, most) {
		take(m, part(m, 1), part(m, 2), part(m, 3), false)
	}
	for _, m := range dateDay.FindAllStringSubmatchIndex(text, most) {
		take(m, part(m, 3), month(part(m, 2)), part(m, 1), false)
	}
	for _, m := range dateMonth.FindAllStringSubmatchIndex(text, most) {
		take(m, part(m, 3), month(part(m, 1)), part(m, 2), false)
	}
	for _, m := range dateShort.FindAllStringSubmatchIndex(text, most) {
		year := part(m, 4)
		if len(year) == 2 {
			year = "20" + year
		}
		take(m, year, part(m, 3), part(m, 1), part(m, 2) == "/" || part(m, 2) == "-")
	}
	return found
}

// calendar writes a date as 2027-03-31; "" when there is no such day.
func calendar(year, month, date string) string {
	y, _ := strconv.Atoi(year)
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(date)
	if y < 2000 || y > 2099 || m < 1 || m > 12 || d < 1 || d > 31 {
		return ""
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if t.Day() != d {
		return ""
	}
	return t.Format(time.DateOnly)
}

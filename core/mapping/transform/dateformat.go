package transform

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A layout is a date format as people write it, cut into its pieces: YYYY, YY, MMMM, MMM, MM, M, DD, D, dddd, ddd, HH,
// H, hh, h, mm, m, ss, s, AM. yyyy, dd and d mean the same as YYYY, DD and D. Anything that is no letter stands for
// itself, and so does what is in 'quotes'.
type layout struct {
	pieces []datePiece
	words  calendar
}

type datePiece struct {
	code string // one of the codes, or "" for a literal
	text string
}

// formatHelp explains a layout where one is typed.
const formatHelp = "YYYY year, MM month, DD day, HH hour (00 to 23), mm minute, ss second; MMMM the month's name, dddd the weekday's, hh with AM for twelve hours. " +
	"M, D, H and m have no zero before them. Other letters stand in 'quotes'. Example: DD.MM.YYYY HH:mm"

// codes are all pieces, longer ones first.
func codes() []string {
	return []string{"YYYY", "YY", "MMMM", "MMM", "MM", "M", "DD", "D", "dddd", "ddd", "HH", "H", "hh", "h", "mm", "m", "ss", "s", "AM"}
}

// parseLayout reads a format. The text says what to mend when it cannot.
func parseLayout(format string, words calendar) (layout, string) {
	l := layout{words: words}
	known := codes()
	literal := func(s string) { l.pieces = append(l.pieces, datePiece{text: s}) }
	for s := format; s != ""; {
		if s[0] == '\'' {
			quoted, rest, ok := strings.Cut(s[1:], "'")
			if !ok {
				return l, "Close the quote: a letter that stands for itself has a ' on both sides."
			}
			if quoted == "" {
				quoted = "'"
			}
			literal(quoted)
			s = rest
			continue
		}
		if r, size := utf8.DecodeRuneInString(s); !(r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			literal(s[:size])
			s = s[size:]
			continue
		}
		run := letterRun(s)
		code := plainCode(run)
		if !has(known, code) {
			return l, "“" + short(run) + "” is not known. Use YYYY, MM, DD, HH, mm, ss, and put other letters in 'quotes'."
		}
		l.pieces = append(l.pieces, datePiece{code: code})
		s = s[len(run):]
	}
	return l, l.doubtful()
}

// letterRun is the same letter as often as it stands at the beginning of s, or AM.
func letterRun(s string) string {
	if len(s) >= 2 && strings.EqualFold(s[:2], "AM") {
		return s[:2]
	}
	n := 1
	for n < len(s) && s[n] == s[0] {
		n++
	}
	return s[:n]
}

// plainCode is the code for other ways to write it.
func plainCode(run string) string {
	switch run {
	case "yyyy", "yy":
		return strings.ToUpper(run)
	case "dd", "d":
		return strings.ToUpper(run)
	case "DDDD", "DDD":
		return strings.ToLower(run)
	case "am", "Am":
		return "AM"
	case "SS", "S":
		return strings.ToLower(run)
	}
	return run
}

func has(all []string, s string) bool {
	for _, a := range all {
		if a == s {
			return true
		}
	}
	return false
}

func (l layout) has(codes ...string) bool {
	for _, p := range l.pieces {
		if p.code != "" && has(codes, p.code) {
			return true
		}
	}
	return false
}

func (l layout) clock() bool { return l.has("HH", "H", "hh", "h", "mm", "m", "ss", "s", "AM") }

// doubtful says what is probably meant otherwise: the classic is mm for the month.
func (l layout) doubtful() string {
	hour, twelve := l.has("HH", "H", "hh", "h"), l.has("hh", "h")
	switch {
	case len(l.pieces) == 0:
		return "Enter a format, such as DD.MM.YYYY."
	case l.has("mm", "m") && !hour:
		return "mm is the minute. Write MM for the month, or add the hour with HH."
	case twelve && !l.has("AM"):
		return "hh counts twelve hours. Add AM, or write HH for twenty-four."
	case l.has("AM") && !twelve:
		return "AM needs hh, not HH."
	case l.has("MMM", "ddd") && l.words.short[0] == "":
		return "Short names are known in English only. Use MM, MMMM or dddd."
	}
	return ""
}

// readable says what is missing for reading a date with l.
func (l layout) readable() string {
	switch {
	case !l.has("YYYY", "YY") || !l.has("MMMM", "MMM", "MM", "M") || !l.has("DD", "D"):
		return "Year, month and day must all be in the format."
	case l.clock() && !l.has("HH", "H", "hh", "h"):
		return "A time needs its hour: HH."
	}
	seen := map[string]bool{}
	for _, p := range l.pieces {
		if p.code == "" {
			continue
		}
		kind := p.code[:1]
		if strings.HasPrefix(p.code, "ddd") {
			kind = "weekday"
		} else if kind == "h" {
			kind = "H"
		}
		if seen[kind] {
			return "Each part of the date may stand in the format only once."
		}
		seen[kind] = true
	}
	return ""
}

// format writes t, which is already in its zone.
func (l layout) format(t time.Time) string {
	var out strings.Builder
	for _, p := range l.pieces {
		if p.code == "" {
			out.WriteString(p.text)
		} else {
			out.WriteString(l.piece(p.code, t))
		}
	}
	return out.String()
}

func (l layout) piece(code string, t time.Time) string {
	twelve := (t.Hour()+11)%12 + 1
	switch code {
	case "YYYY":
		return padded(t.Year(), 4)
	case "YY":
		return padded(((t.Year()%100)+100)%100, 2)
	case "MMMM":
		return l.words.months[t.Month()-1]
	case "MMM":
		return l.words.short[t.Month()-1]
	case "MM":
		return padded(int(t.Month()), 2)
	case "M":
		return strconv.Itoa(int(t.Month()))
	case "DD":
		return padded(t.Day(), 2)
	case "D":
		return strconv.Itoa(t.Day())
	case "dddd":
		return l.words.days[t.Weekday()]
	case "ddd":
		return l.words.shortDays[t.Weekday()]
	case "HH":
		return padded(t.Hour(), 2)
	case "H":
		return strconv.Itoa(t.Hour())
	case "hh":
		return padded(twelve, 2)
	case "h":
		return strconv.Itoa(twelve)
	case "mm":
		return padded(t.Minute(), 2)
	case "m":
		return strconv.Itoa(t.Minute())
	case "ss":
		return padded(t.Second(), 2)
	case "s":
		return strconv.Itoa(t.Second())
	default:
		if t.Hour() < 12 {
			return "AM"
		}
		return "PM"
	}
}

func padded(n, width int) string {
	s := strconv.Itoa(n)
	if len(s) < width {
		return strings.Repeat("0", width-len(s)) + s
	}
	return s
}

// A moment is what a text says of date and clock.
type moment struct {
	year, month, day, hour, minute, second int
	afternoon, twelve                      bool
}

// read reads a whole text; false when it is not written like this or such a day does not exist.
func (l layout) read(s string) (moment, bool) {
	m := moment{month: 1, day: 1}
	for _, p := range l.pieces {
		var ok bool
		if p.code == "" {
			s, ok = strings.CutPrefix(s, p.text)
		} else {
			s, ok = l.take(p.code, s, &m)
		}
		if !ok {
			return m, false
		}
	}
	if m.twelve {
		if m.hour < 1 || m.hour > 12 {
			return m, false
		}
		m.hour %= 12
		if m.afternoon {
			m.hour += 12
		}
	}
	d := time.Date(m.year, time.Month(m.month), m.day, 0, 0, 0, 0, time.UTC)
	exists := m.year >= 1 && d.Year() == m.year && int(d.Month()) == m.month && d.Day() == m.day
	return m, s == "" && exists && m.hour < 24 && m.minute < 60 && m.second < 60
}

// take reads one piece from the beginning of s and returns the rest.
func (l layout) take(code, s string, m *moment) (string, bool) {
	switch code {
	case "MMMM":
		return named(s, l.words.months[:], &m.month)
	case "MMM":
		return named(s, l.words.short[:], &m.month)
	case "dddd":
		var ignored int
		return named(s, l.words.days[:], &ignored)
	case "ddd":
		var ignored int
		return named(s, l.words.shortDays[:], &ignored)
	case "AM":
		if len(s) < 2 || (!strings.EqualFold(s[:2], "AM") && !strings.EqualFold(s[:2], "PM")) {
			return s, false
		}
		m.afternoon = s[0] == 'P' || s[0] == 'p'
		return s[2:], true
	}
	least, most := len(code), len(code)
	if len(code) == 1 {
		most = 2
	}
	n := 0
	for n < most && n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if n < least {
		return s, false
	}
	value, _ := strconv.Atoi(s[:n])
	switch code[0] {
	case 'Y':
		m.year = value
		if code == "YY" { // 50 to 99 are 1950 to 1999
			m.year += 1900
			if value < 50 {
				m.year += 100
			}
		}
	case 'M':
		m.month = value
	case 'D':
		m.day = value
	case 'H':
		m.hour = value
	case 'h':
		m.hour, m.twelve = value, true
	case 'm':
		m.minute = value
	case 's':
		m.second = value
	}
	return s[n:], true
}

// named reads one of names, large or small letters, the longest that fits; n is its number from 1.
func named(s string, names []string, n *int) (string, bool) {
	best := 0
	for i, name := range names {
		if name != "" && len(name) > best && len(s) >= len(name) && strings.EqualFold(s[:len(name)], name) {
			best, *n = len(name), i+1
		}
	}
	return s[best:], best > 0
}

// instant is when the clock in zone shows m. False when it never does (the hour that summer time skips); of two such
// instants (the hour that comes twice) it is the first.
func (m moment) instant(zone *time.Location) (time.Time, bool) {
	wall := time.Date(m.year, time.Month(m.month), m.day, m.hour, m.minute, m.second, 0, time.UTC)
	var first time.Time
	found := false
	for _, around := range []time.Duration{-26 * time.Hour, 0, 26 * time.Hour} {
		_, offset := wall.Add(around).In(zone).Zone()
		t := wall.Add(-time.Duration(offset) * time.Second)
		if _, shown := t.In(zone).Zone(); shown == offset && (!found || t.Before(first)) {
			first, found = t, true
		}
	}
	return first, found
}

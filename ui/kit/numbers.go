package kit

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2/lang"

	"ferry/core"
)

// M is what a text is filled with.
type M map[string]any

// Number writes a whole number with thousands separators.
func Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	out := make([]byte, 0, len(digits)+len(digits)/3)
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			out = append(out, ',')
		}
		out = append(out, digits[i])
	}
	return sign + string(out)
}

// manyMore is where Dynamics 365 says that there are more, not only that it stops counting.
const manyMore = 50_000

// More reports whether there are surely more than were counted.
func More(c core.Count) bool { return c.Truth == core.AtLeast && c.N >= manyMore }

// Count writes a count with how true it is; "" when there is none.
func Count(c core.Count) string {
	switch c.Truth {
	case core.Exact:
		return Number(c.N)
	case core.AtLeast:
		if !More(c) {
			return lang.L("at least {{.N}}", M{"N": Number(c.N)})
		}
		return lang.L("more than {{.N}}", M{"N": Number(c.N)})
	case core.About:
		return lang.L("about {{.N}}", M{"N": Number(c.N)})
	}
	return ""
}

// Records writes a count of records.
func Records(c core.Count) string {
	if c.Truth == core.Unknown {
		return lang.L("not counted yet")
	}
	if c.Truth == core.Exact && c.N == 1 {
		return lang.L("1 record")
	}
	return lang.N("{{.N}} records", int(c.N), M{"N": Count(c)})
}

// Rate writes records a second, or a minute where that says more.
func Rate(perSecond float64) string {
	switch {
	case perSecond <= 0:
		return ""
	case perSecond < 20:
		return lang.L("{{.N}} a minute", M{"N": Number(int64(perSecond*60 + 0.5))})
	}
	return lang.L("{{.N}} a second", M{"N": Number(int64(perSecond + 0.5))})
}

// Duration writes how long something takes: "4 min 26 s".
func Duration(d time.Duration) string {
	s := int64(d.Round(time.Second) / time.Second)
	switch {
	case s < 1:
		return lang.L("less than a second")
	case s < 60:
		return lang.L("{{.S}} s", M{"S": s})
	case s < 3600:
		return lang.L("{{.M}} min {{.S}} s", M{"M": s / 60, "S": s % 60})
	}
	return lang.L("{{.H}} h {{.M}} min", M{"H": s / 3600, "M": s % 3600 / 60})
}

// Clock writes a short waiting time: "0:14".
func Clock(d time.Duration) string {
	s := max(0, int64(d.Round(time.Second)/time.Second))
	two := strconv.FormatInt(s%60, 10)
	if len(two) < 2 {
		two = "0" + two
	}
	return strconv.FormatInt(s/60, 10) + ":" + two
}

// When writes a moment as one would say it: "today 17:40".
func When(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	t, now = t.Local(), now.Local()
	clock := t.Format("15:04")
	switch day := t.Format(time.DateOnly); day {
	case now.Format(time.DateOnly):
		return lang.L("today {{.T}}", M{"T": clock})
	case now.AddDate(0, 0, -1).Format(time.DateOnly):
		return lang.L("yesterday {{.T}}", M{"T": clock})
	}
	return t.Format("2 Jan 2006, 15:04")
}

// Code writes the code of an option, as people find it in Dynamics: without separators.
func Code(n int64) string { return strconv.FormatInt(n, 10) }

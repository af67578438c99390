package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/ui/kit"
	"ferry/ui/look"
)

const dateForm = "2006-01-02" // as a project file has it

// soon is how many days before the end of a secret or certificate Ferry warns.
const soon = 30

// readDate reads an end date as people write it; false when it is none. An empty text is a date that is not known.
func readDate(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", true
	}
	for _, form := range []string{dateForm, "2.1.2006", "2 January 2006", "2 Jan 2006", "January 2, 2006", "Jan 2, 2006"} {
		if d, err := time.Parse(form, text); err == nil {
			return d.Format(dateForm), true
		}
	}
	return "", false
}

// daysLeft counts the days to a date of a project file; false when there is none.
func daysLeft(date string, now time.Time) (int, bool) {
	d, err := time.Parse(dateForm, date)
	if err != nil {
		return 0, false
	}
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	return int(d.Sub(today).Hours() / 24), true
}

// longDate is a date as one reads it: "31 March 2027".
func longDate(date string) string {
	d, err := time.Parse(dateForm, date)
	if err != nil {
		return date
	}
	return d.Format("2 January 2006")
}

// endWords says when something ends, and in what colour: "31 March 2027, in 130 days".
func endWords(date string, now time.Time) (words string, ink fyne.ThemeColorName, icon string) {
	n, known := daysLeft(date, now)
	day := kit.M{"Date": longDate(date), "N": n}
	switch {
	case !known:
		return lang.L("It is not known when it ends."), look.Warned, "warn"
	case n < 0:
		return lang.L("It ended on {{.Date}}.", day), look.Failed, "cross"
	case n == 0:
		return lang.L("It ends today."), look.Failed, "warn"
	case n <= soon:
		return lang.N("It ends on {{.Date}}, in {{.N}} days.", n, day), look.Warned, "warn"
	}
	return lang.N("It ends on {{.Date}}, in {{.N}} days.", n, day), look.Passed, "check"
}

// lifeChip is the short form for a list: "12 days"; nil while there is time enough or nothing is known.
func lifeChip(date string, now time.Time) fyne.CanvasObject {
	n, known := daysLeft(date, now)
	switch {
	case !known || n > soon:
		return nil
	case n < 0:
		return kit.Chip(lang.L("expired"), look.Failed, look.FailedTint)
	}
	return kit.Chip(lang.N("{{.N}} days left", n, kit.M{"N": n}), look.Warned, look.WarnedTint)
}

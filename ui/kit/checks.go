package kit

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/ui/look"
)

// CheckList shows the steps of a check. A failed or warning step opens its Fault in place; steps that were not
// tried share one line.
func CheckList(checks []core.Check, calls FaultCalls) fyne.CanvasObject {
	rows := []fyne.CanvasObject{}
	untried := []string{}
	var worst fyne.CanvasObject
	failed := false
	for _, c := range checks {
		if c.State == core.CheckUntried {
			untried = append(untried, Said(c.Title))
			continue
		}
		if len(rows) > 0 {
			rows = append(rows, Hairline())
		}
		rows = append(rows, checkRow(c))
		if c.Fault != nil && (c.State == core.CheckFailed || c.State == core.CheckWarned) {
			card := checkFault(c, calls)
			rows = append(rows, Pad(0, 0, 8, 0, card))
			if worst == nil || !failed && c.State == core.CheckFailed {
				worst, failed = card, c.State == core.CheckFailed
			}
		}
	}
	if calls.Worst != nil && worst != nil {
		calls.Worst(worst)
	}
	if len(untried) > 0 {
		if len(rows) > 0 {
			rows = append(rows, Hairline())
		}
		rows = append(rows, Pad(9, 6, 9, 6, TopRow(12, NewIcon("dash", look.Quiet, 18),
			Grow(QuietPara(strings.Join(untried, " · "))), Quiet(lang.L("not tried")))))
	}
	return On(NewBox(look.Card, look.Line, look.Radius), Pad(6, 14, 6, 14, Column(0, rows...)))
}

func checkFault(c core.Check, calls FaultCalls) fyne.CanvasObject {
	if c.State == core.CheckWarned {
		calls.Again, calls.More = nil, calls.Hints
		return WarningCard(c.Fault, calls)
	}
	return FaultCard(c.Fault, calls)
}

func checkRow(c core.Check) fyne.CanvasObject {
	title, detail := Style{}, Style{Ink: look.Quiet, Wrap: true}
	var sign fyne.CanvasObject
	words := c.Detail
	switch c.State {
	case core.CheckPassed:
		sign = NewIcon("check", look.Passed, 18)
		if words == "" {
			words = lang.L("passed")
		}
	case core.CheckWarned:
		sign = NewIcon("warn", look.Warned, 18)
		detail.Ink = look.Warned
		if words == "" {
			words = lang.L("warning")
		}
	case core.CheckFailed:
		sign = NewIcon("cross", look.Failed, 18)
		title.Bold, detail.Ink = true, look.Failed
		if words == "" {
			words = lang.L("failed")
		}
	default:
		sign = NewSpinner()
		if words == "" {
			words = lang.L("checking…")
		}
	}
	return Pad(8, 6, 8, 6, Row(12, sign, Grow(NewElided(Said(c.Title), title)), Grow(NewText(words, detail))))
}

// Tally counts the states in words: "4 passed · 1 warning · 1 failed · 5 not tried".
func Tally(checks []core.Check) string {
	n := map[core.CheckState]int{}
	for _, c := range checks {
		n[c.State]++
	}
	words := []string{}
	add := func(s core.CheckState, text string) {
		if n[s] > 0 {
			words = append(words, text)
		}
	}
	add(core.CheckPassed, lang.L("{{.N}} passed", M{"N": n[core.CheckPassed]}))
	add(core.CheckWarned, lang.N("{{.N}} warnings", n[core.CheckWarned], M{"N": n[core.CheckWarned]}))
	add(core.CheckFailed, lang.L("{{.N}} failed", M{"N": n[core.CheckFailed]}))
	add(core.CheckUntried, lang.L("{{.N}} not tried", M{"N": n[core.CheckUntried]}))
	return strings.Join(words, " · ")
}

// Verdict is the card over a check: one bold sentence with a coloured edge, and the tally.
func Verdict(words, tally string, ink fyne.ThemeColorName, icon string, more ...fyne.CanvasObject) fyne.CanvasObject {
	row := Row(12, append([]fyne.CanvasObject{NewIcon(icon, ink, 22), Grow(NewText(words, Style{Bold: true, Size: look.HeadSize, Ink: ink, Wrap: true})), Quiet(tally)}, more...)...)
	return On(NewBox(look.Card, look.Line, look.Radius), overlay(AtMost(10, Pad(9, 0, 9, 6, NewBox(ink, "", 2))), Pad(16, 18, 16, 22, row)))
}

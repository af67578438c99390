package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/ui/look"
)

// FaultCalls are what the buttons of a Fault's card do. A nil call has no button.
type FaultCalls struct {
	Browse func(url string)
	Copy   func(f *core.Fault)                     // "Copy for my admin"
	Again  func()                                  // "Try again"
	Mend   func()                                  // another button that mends it, such as "Sign in again"
	MendBy string                                  // its label
	Quiet  bool                                    // "Try again" is not the strong button here
	More   func(f *core.Fault) []fyne.CanvasObject // further buttons, before the others
	Hints  func(f *core.Fault) []fyne.CanvasObject // the same for what only warns
	Worst  func(o fyne.CanvasObject)               // of a CheckList: told the card of the first step that failed, else of the first that warns
}

// FaultCard opens where a Fault happened: cause, remedy, who can mend it, and the buttons.
func FaultCard(f *core.Fault, calls FaultCalls) fyne.CanvasObject {
	ink, tint, icon := look.Failed, look.FailedTint, "cross"
	if f.Kind == core.Stopped || f.Kind == core.Busy {
		ink, tint, icon = look.Warned, look.WarnedTint, "warn"
	}
	return faultOn(f, calls, ink, tint, icon)
}

// WarningCard is a FaultCard for what only warns.
func WarningCard(f *core.Fault, calls FaultCalls) fyne.CanvasObject {
	return faultOn(f, calls, look.Warned, look.WarnedTint, "warn")
}

func faultOn(f *core.Fault, calls FaultCalls, ink, tint fyne.ThemeColorName, icon string) fyne.CanvasObject {
	words := []fyne.CanvasObject{StrongPara(f.Cause)}
	if f.Remedy != "" {
		words = append(words, Para(f.Remedy))
	}
	if where := subject(f.Subject); where != "" {
		words = append(words, NewText(where, Style{Mono: true, Size: look.CaptionSize, Wrap: true}))
	}
	if f.Details != "" {
		words = append(words, NewText(f.Details, Style{Mono: true, Size: 11, Ink: look.Quiet, Wrap: true}))
	}
	parts := []fyne.CanvasObject{TopRow(10, NewIcon(icon, ink, 18), Grow(Column(5, words...)))}
	if foot := faultButtons(f, calls); foot != nil {
		parts = append(parts, foot)
	}
	return Tinted(tint, Column(12, parts...))
}

// faultButtons are who can mend it, at the left, and the buttons, at the right; nil when there is neither.
func faultButtons(f *core.Fault, calls FaultCalls) fyne.CanvasObject {
	row := []fyne.CanvasObject{}
	if calls.More != nil {
		row = append(row, calls.More(f)...)
	}
	if f.Link != "" && calls.Browse != nil {
		link := f.Link
		row = append(row, LinkIcon("external", lang.L("Open the page"), func() { calls.Browse(link) }))
	}
	if calls.Copy != nil && f.Owner != core.You {
		row = append(row, PlainIcon("copy", lang.L("Copy for my admin"), func() { calls.Copy(f) }))
	}
	if calls.Mend != nil {
		row = append(row, Strongest(calls.Again == nil && !calls.Quiet, calls.MendBy, calls.Mend))
	}
	if calls.Again != nil {
		row = append(row, Strongest(!calls.Quiet, lang.L("Try again"), calls.Again))
	}
	var owner fyne.CanvasObject
	if f.Owner != "" && f.Owner != core.You {
		owner = Pad(0, 0, 0, 28, Chip(lang.L("Ask {{.Who}}", M{"Who": string(f.Owner)}), look.Ink, look.Card))
	}
	if owner == nil && len(row) == 0 {
		return nil
	}
	return Foot(10, owner, row...)
}

// subject names what a Fault is about.
func subject(s core.Subject) string {
	words := ""
	for _, part := range []string{s.Table, s.Key, s.Field, s.Value} {
		if part == "" {
			continue
		}
		if words != "" {
			words += " · "
		}
		words += part
	}
	return words
}

// ForAdmin is what "Copy for my admin" copies: plain text without any secret.
func ForAdmin(f *core.Fault, facts [][2]string, utc string) string {
	text := lang.L("Ferry cannot go on and asks for your help.") + "\n\n"
	text += lang.L("What happened") + ": " + f.Cause + "\n"
	if f.Remedy != "" {
		text += lang.L("What is needed") + ": " + f.Remedy + "\n"
	}
	if f.Op != "" {
		text += lang.L("While") + ": " + f.Op + "\n"
	}
	if f.Link != "" {
		text += lang.L("The page for it") + ": " + f.Link + "\n"
	}
	text += "\n"
	for _, fact := range facts {
		if fact[1] != "" {
			text += fact[0] + ": " + fact[1] + "\n"
		}
	}
	if f.Details != "" {
		text += lang.L("What the system said") + ": " + f.Details + "\n"
	}
	return text + lang.L("Code") + ": " + f.Code + "\n" + lang.L("Time (UTC)") + ": " + utc + "\n"
}

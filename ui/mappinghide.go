package ui

import (
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/ui/kit"
)

// masked stands for a value while values are hidden.
const masked = "•••"

// hideValues hides the values of records, or shows them again: while a screen is shared, say. It holds until the window
// is closed. What people gave a name to stays: fields, options, tables.
func (w *Window) hideValues(hide bool) {
	w.hidden = hide
	w.refresh()
}

// hideButton hides the values of records and shows them again.
func (w *Window) hideButton() *kit.Button {
	if w.hidden {
		b := kit.LinkIcon("hidden", "", func() { w.hideValues(false) })
		b.About(lang.L("Show values")).Tip(lang.L("Values of records are hidden. Show them again."))
		return b
	}
	b := kit.LinkIcon("eye", "", func() { w.hideValues(true) })
	b.About(lang.L("Hide values")).Tip(lang.L("Hide the values of records, for when others see your screen."))
	return b
}

// veil is what is shown instead of a value's words: the same words, unless values are hidden and it is one.
func (w *Window) veil(v core.Value, words string) string {
	if w.hidden && !v.Empty() {
		return masked
	}
	return words
}

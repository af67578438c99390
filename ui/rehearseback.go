package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/ui/kit"
	"ferry/ui/look"
)

// back says what of it could be taken back: what the destination can, and what this computer keeps for it.
func (r *rehearsal) back() fyne.CanvasObject {
	warn := func(words string) fyne.CanvasObject { return kit.Hint("warn", words, look.Warned) }
	switch {
	case !r.Restore:
		return warn(lang.L("This destination cannot take an import back."))
	case r.keeps.Days == 0:
		return warn(lang.L("This import cannot be taken back: nothing that it replaces is kept."))
	case !r.keeps.Lasting:
		return warn(lang.L("The rows can be taken back only until Ferry is closed: there is no keychain."))
	}
	words := lang.N("The rows can be taken back for {{.N}} days.", r.keeps.Days, kit.M{"N": kit.Number(int64(r.keeps.Days))})
	if len(r.Make) > 0 {
		words += " " + lang.L("What is made, files, tables and columns, stays.")
	}
	return kit.QuietPara(words)
}

package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/ui/look"
)

// CopyBox shows a value that has to be pasted elsewhere, where to, and a button that copies it.
func CopyBox(where, value string, clip func(string)) fyne.CanvasObject {
	var b *Button
	b = PlainIcon("copy", lang.L("Copy"), func() {
		clip(value)
		b.SetWords(lang.L("Copied"))
	})
	words := Column(2, NewText(where, Style{Size: look.CaptionSize, Ink: look.Quiet, Wrap: true}),
		NewElided(value, Style{Mono: true, Size: 13}))
	return On(NewBox(look.Field, look.Line, look.SmallRound), Pad(10, 10, 10, 14, Row(12, Grow(words), b)))
}

// Hint is a short remark under a field: passed, warned or quiet.
func Hint(icon, words string, ink fyne.ThemeColorName) fyne.CanvasObject {
	return TopRow(7, NewIcon(icon, ink, 16), Grow(NewText(words, Style{Size: 13, Ink: ink, Wrap: true})))
}

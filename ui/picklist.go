package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"ferry/ui/kit"
	"ferry/ui/look"
)

// A pickItem is one line of a list to choose from.
type pickItem struct {
	title, below string
	note         string // at the right
	off          string // why it cannot be chosen
	tap          func()
}

// mostPicks is how many lines a list shows at once; typing narrows it.
const mostPicks = 60

// chooseFrom shows a list to choose from, found by all its words.
func (w *Window) chooseFrom(title string, items []pickItem) {
	var sheet *kit.Sheet
	list := container.NewStack()
	hits := items
	search := kit.NewEntry(lang.L("Search"), lang.L("Search"))
	fill := func() {
		rows := []fyne.CanvasObject{}
		for i, item := range hits {
			if i == mostPicks {
				rows = append(rows, kit.Pad(6, 12, 6, 12, kit.QuietPara(lang.L("…and {{.N}} more. Type to find them.", kit.M{"N": kit.Number(int64(len(hits) - i))}))))
				break
			}
			rows = append(rows, pickRow(item, func() {
				sheet.Close()
				item.tap()
			}))
		}
		if len(hits) == 0 {
			rows = append(rows, kit.Pad(30, 0, 30, 0, kit.NewText(lang.L("Nothing has this name."), kit.Style{Ink: look.Quiet, Mid: true})))
		}
		list.Objects = []fyne.CanvasObject{container.NewVScroll(kit.Pad(1, 8, 1, 1, kit.Column(1, rows...)))}
		list.Refresh()
	}
	search.OnChanged = func(text string) {
		hits = hits[:0:0]
		for _, item := range items {
			if strings.Contains(strings.ToLower(item.title+"\n"+item.below+"\n"+item.note), strings.ToLower(strings.TrimSpace(text))) {
				hits = append(hits, item)
			}
		}
		fill()
	}
	search.OnSubmitted = func(string) {
		for _, item := range hits {
			if item.off == "" {
				sheet.Close()
				item.tap()
				return
			}
		}
	}
	fill()
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: title, Width: 600, Focus: search, Body: kit.Column(10, search, kit.Sized(100, 340, list)),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() })},
	})
}

func pickRow(item pickItem, tap func()) fyne.CanvasObject {
	ink, below := look.Ink, item.below
	if item.off != "" {
		ink = look.Faint
	}
	words := []fyne.CanvasObject{kit.NewElided(item.title, kit.Style{Ink: ink})}
	if below != "" {
		words = append(words, kit.NewElided(below, kit.Style{Size: look.CaptionSize, Ink: look.Quiet, Wrap: true, Most: 2}))
	}
	if item.off != "" {
		words = append(words, kit.NewText(item.off, kit.Style{Size: look.CaptionSize, Ink: look.Warned, Wrap: true}))
	}
	row := []fyne.CanvasObject{kit.Grow(kit.Column(2, words...))}
	if item.note != "" {
		row = append(row, kit.AtMost(220, kit.NewElided(item.note, kit.Style{Size: look.CaptionSize, Ink: look.Quiet})))
	}
	pick := kit.NewPick(kit.Row(12, row...), tap).Named(item.title)
	pick.Unless(item.off)
	return pick
}

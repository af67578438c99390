package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// choiceColumns gives code, label, records and value the same room in every line.
func choiceColumns(code, label, used, goes fyne.CanvasObject) fyne.CanvasObject {
	return kit.Row(14, kit.Sized(84, 1, code), kit.Grow(label), kit.Sized(96, 1, used), kit.Grow(goes))
}

func choiceHead(mapping.ChoiceColumn) fyne.CanvasObject {
	head := func(words string, right bool) fyne.CanvasObject {
		return kit.NewText(words, kit.Style{Bold: true, Size: look.CaptionSize, Ink: look.Quiet, Right: right})
	}
	return kit.Column(8, kit.Pad(0, 4, 0, 4, choiceColumns(head(lang.L("Code"), true), head(lang.L("Option"), false), head(lang.L("Records"), true), head(lang.L("Goes to"), false))), kit.Hairline())
}

// container2 lays one object over the other, which stands in its middle.
func container2(below, above fyne.CanvasObject) fyne.CanvasObject {
	return container.NewStack(below, container.NewCenter(above))
}

// A choiceLine is one option in the table.
type choiceLine struct {
	code  *kit.Text
	label *kit.Elided
	state *kit.Elided
	used  *kit.Text
	goes  *kit.Selector
	all   fyne.CanvasObject
}

func (t *choiceTable) line() fyne.CanvasObject {
	l := &choiceLine{
		code: kit.NewText("", kit.Style{Mono: true, Size: look.CaptionSize, Ink: look.Quiet, Right: true}), label: kit.NewElided("", kit.Style{}),
		state: kit.NewElided("", kit.Style{Size: look.CaptionSize, Ink: look.Warned}), used: kit.NewText("", kit.Style{Right: true}), goes: kit.NewSelector("", nil),
	}
	l.all = kit.Sized(100, choiceRow-4, kit.Pad(5, 4, 5, 4, choiceColumns(l.code, kit.Column(1, l.label, l.state), l.used, l.goes)))
	t.drawn[l.all] = l
	return l.all
}

func (t *choiceTable) draw(i widget.ListItemID, o fyne.CanvasObject) {
	if i >= len(t.hits) {
		return
	}
	r, l := t.rows[t.hits[i]], t.drawn[o]
	l.code.SetWords(kit.Code(r.Code))
	label := r.Label
	if label == "" {
		label = lang.L("no label")
	}
	l.label.SetWhole(label)
	words, ink := optionState(r)
	l.state.SetWhole(words)
	l.state.SetInk(ink)
	l.state.Hidden = words == ""
	if t.counted() {
		l.used.SetInk(look.Ink)
		l.used.SetWords(kit.Number(int64(r.Rows)))
	} else {
		l.used.SetInk(look.Quiet)
		l.used.SetWords("–")
	}
	goes, ink := t.goes(r), look.Ink
	switch {
	case r.Gone:
		ink = look.Failed
	case r.How == mapping.ChoiceEmpty:
		ink = look.Quiet
	case goes == "":
		goes, ink = lang.L("choose…"), look.Warned
	}
	code := r.Code
	l.goes.Set(goes, ink, func() { t.pick(code) })
	o.Refresh()
}

// optionState says what is remarkable about an option.
func optionState(r mapping.ChoiceRow) (string, fyne.ThemeColorName) {
	switch {
	case r.Gone:
		return lang.L("its value does not exist there any more"), look.Failed
	case !r.Known && r.Rows > 0:
		return lang.L("no option any more, but records have it"), look.Warned
	case !r.Known:
		return lang.L("no option any more"), look.Warned
	case r.Renamed:
		return lang.L("renamed since it was mapped"), look.Warned
	}
	return "", look.Quiet
}

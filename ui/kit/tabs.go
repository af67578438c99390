package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"ferry/ui/look"
)

// A TabItem is one part of a page.
type TabItem struct {
	Words string
	Chip  string // "18"; "" is none
	Warns bool   // the chip is something to look at
}

// Tabs are the parts of a page, of which one is shown. Where they have no room beside each other they move together first,
// and then take further lines.
func Tabs(items []TabItem, chosen int, pick func(int)) fyne.CanvasObject {
	tabs := make([]fyne.CanvasObject, len(items))
	for i, item := range items {
		tabs[i] = newTab(item, i == chosen, func() { pick(i) })
	}
	return Column(0, container.New(&tabsLayout{wrapLayout{gap: 2}}, tabs...), Hairline())
}

// tabsLayout is a wrapLayout of tabs that are as wide as the room allows.
type tabsLayout struct{ wrapLayout }

func (l *tabsLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	l.narrow(objects)
	l.wrapLayout.Layout(objects, size)
}

func (l *tabsLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	l.narrow(objects)
	return l.wrapLayout.MinSize(objects)
}

// narrow lets the tabs move together as far as it takes for one line.
func (l *tabsLayout) narrow(objects []fyne.CanvasObject) {
	for _, side := range []float32{9, 6, 4} {
		wide := -l.gap
		for _, o := range objects {
			o.(*tab).sides(side)
			wide += o.MinSize().Width + l.gap
		}
		if l.width == 0 || wide <= l.width {
			return
		}
	}
}

// tab is one part's name, with a line under it while it is shown.
type tab struct {
	press
	words string
	on    bool
	box   *Box
	line  *Box
	label *Text
	pads  []*padLayout // at its sides
}

// sides sets the room at both sides.
func (t *tab) sides(room float32) {
	for _, p := range t.pads {
		p.left, p.right = room, room
	}
}

func newTab(item TabItem, on bool, tap func()) *tab {
	t := &tab{words: item.Words, on: on, box: NewBox("", "", 6), line: NewBox("", "", 1), label: NewText(item.Words, Style{Bold: on})}
	t.tap = tap
	t.box.StrokeWidth = 2
	row := []fyne.CanvasObject{t.label}
	if item.Chip != "" {
		ink, tint := look.Quiet, look.Field
		if item.Warns {
			ink, tint = look.Warned, look.WarnedTint
		}
		row = append(row, Chip(item.Chip, ink, tint))
	}
	t.pads = []*padLayout{{}, {}}
	t.sides(9)
	t.content = Column(0, Sized(0, 32, On(t.box, container.New(t.pads[0], Row(7, row...)))), container.New(t.pads[1], Sized(1, 3, t.line)))
	t.paint = func() {
		t.box.Fill, t.box.Stroke, t.line.Fill, t.label.style.Ink = "", "", "", look.Ink
		if t.hovered {
			t.box.Fill = look.Field
		}
		if t.on {
			t.line.Fill, t.label.style.Ink = look.Primary, look.Primary
		}
		if t.focused {
			t.box.Stroke = look.Primary
		}
	}
	t.extend(t)
	return t
}

// Words returns the part's name.
func (t *tab) Words() string { return t.words }

// A ChipButton is a chip that can be tapped: a filter, or the way to a list.
type ChipButton struct {
	press
	words string
	box   *Box
	label *Text
}

// NewChipButton returns a chip; on fills it.
func NewChipButton(words string, on bool, ink, tint fyne.ThemeColorName, tap func()) *ChipButton {
	c := &ChipButton{words: words, box: NewBox(tint, "", 10), label: NewText(words, Style{Size: CaptionBold, Bold: true, Ink: ink})}
	c.tap = tap
	c.box.StrokeWidth = 1.5
	c.content = Sized(0, 24, On(c.box, Pad(0, 10, 0, 10, Row(0, c.label))))
	c.paint = func() {
		c.box.Stroke, c.box.Fill, c.label.style.Ink = "", tint, ink
		if on {
			c.box.Fill, c.label.style.Ink = look.Primary, look.OnPrimary
		}
		if c.hovered {
			c.box.Stroke = ink
		}
		if c.focused {
			c.box.Stroke = look.Primary
			if on {
				c.box.Stroke = look.Ink
			}
		}
	}
	c.extend(c)
	return c
}

// CaptionBold is the size of bold words on a chip that can be tapped.
const CaptionBold float32 = 12

// Words returns what stands on it.
func (c *ChipButton) Words() string { return c.words }

package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"ferry/ui/look"
)

// A MenuItem is one line of a Menu.
type MenuItem struct {
	Words  string
	Icon   string // "" is none
	Danger bool
	Unless string // why it is off
	Tap    func()
}

// A Menu opens beside what it belongs to. Escape and a tap elsewhere close it; the arrows walk through it.
type Menu struct {
	widget.BaseWidget
	canvas  fyne.Canvas
	content *fyne.Container
	items   []*menuItem
}

// ShowMenu opens a menu under an object, or over it where there is no room.
func ShowMenu(under fyne.CanvasObject, items ...MenuItem) *Menu {
	driver := fyne.CurrentApp().Driver()
	c := driver.CanvasForObject(under)
	if c == nil {
		return nil
	}
	m := &Menu{canvas: c}
	rows := []fyne.CanvasObject{}
	for i, item := range items {
		row := newMenuItem(m, i, item)
		m.items = append(m.items, row)
		rows = append(rows, row)
	}
	ground := NewBox(look.Card, look.Line, look.Radius)
	ground.Lifted = true
	card := On(ground, PadAll(5, Column(1, rows...)))
	at, size := driver.AbsolutePositionForObject(under), under.Size()
	m.content = &fyne.Container{Layout: &menuLayout{at: at, under: size}, Objects: []fyne.CanvasObject{card}}
	m.ExtendBaseWidget(m)
	c.Overlays().Add(m)
	m.Resize(c.Size())
	m.focus(0, 1)
	return m
}

// MoreButton is the "⋯" that opens a menu; about says what of, for tests and for those who point at it.
func MoreButton(about string, items func() []MenuItem) *Button {
	var b *Button
	b = newButton("", "more", linkButton, func() { ShowMenu(b, items()...) }).About(about)
	return b
}

// Close takes the menu away.
func (m *Menu) Close() { m.canvas.Overlays().Remove(m) }

// Tapped closes the menu: the tap was beside it.
func (m *Menu) Tapped(*fyne.PointEvent) { m.Close() }

// CreateRenderer implements fyne.Widget.
func (m *Menu) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(m.content) }

// focus gives the focus to the first item from i on, in a direction, that is on.
func (m *Menu) focus(i, step int) {
	for range m.items {
		i = (i + len(m.items)) % len(m.items)
		if !m.items[i].off {
			m.canvas.Focus(m.items[i])
			return
		}
		i += step
	}
}

type menuItem struct {
	press
	words string
	menu  *Menu
	at    int
	box   *Box
	label *Text
	icon  *Icon
}

func newMenuItem(m *Menu, at int, item MenuItem) *menuItem {
	i := &menuItem{words: item.Words, menu: m, at: at, box: NewBox("", "", 6), label: NewText(item.Words, Style{})}
	i.tap = func() {
		m.Close()
		item.Tap()
	}
	row := []fyne.CanvasObject{}
	if item.Icon != "" {
		i.icon = NewIcon(item.Icon, look.Quiet, 16)
		row = append(row, i.icon)
	}
	i.content = Sized(150, 32, On(i.box, Pad(0, 12, 0, 12, Row(10, append(row, i.label, Space())...))))
	i.paint = func() {
		ink := look.Ink
		i.box.Fill = ""
		if i.hovered || i.focused {
			i.box.Fill = look.Field
		}
		switch {
		case i.off:
			ink = look.Faint
		case item.Danger:
			ink = look.Failed
		}
		i.label.style.Ink = ink
		if i.icon != nil {
			i.icon.ink = ink
		}
	}
	i.off, i.reason = item.Unless != "", item.Unless
	i.extend(i)
	return i
}

// Words returns the item's label.
func (i *menuItem) Words() string { return i.words }

// TypedKey implements fyne.Focusable.
func (i *menuItem) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyEscape:
		i.menu.Close()
	case fyne.KeyDown:
		i.menu.focus(i.at+1, 1)
	case fyne.KeyUp:
		i.menu.focus(i.at-1, -1)
	default:
		i.press.TypedKey(k)
	}
}

// menuLayout puts the card under an object, its right edge at the object's right edge where there is room.
type menuLayout struct {
	at    fyne.Position
	under fyne.Size
}

func (l *menuLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	m := objects[0].MinSize()
	x := fyne.Max(8, fyne.Min(l.at.X+l.under.Width-m.Width, size.Width-m.Width-8))
	y := l.at.Y + l.under.Height + 4
	if y+m.Height > size.Height-8 {
		y = fyne.Max(8, l.at.Y-m.Height-4)
	}
	objects[0].Resize(m)
	objects[0].Move(fyne.NewPos(x, y))
}

func (l *menuLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(100, 100) }

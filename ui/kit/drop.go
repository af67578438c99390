package kit

import (
	"ferry/ui/look"
)

// A Drop shows one value of several; a tap opens the list of them.
type Drop struct {
	press
	about string
	value *Elided
	box   *Box
}

// NewDrop returns a drop-down list. about is what it asks, for those who cannot see what stands above it.
func NewDrop(about, value string, items func() []MenuItem) *Drop {
	d := &Drop{about: about, value: NewElided(value, Style{}), box: NewBox(look.Field, look.Line, look.SmallRound)}
	d.tap = func() { ShowMenu(d, items()...) }
	d.box.StrokeWidth = 1.5
	d.content = Sized(120, look.Control, On(d.box, Pad(0, 10, 0, 12, Row(8, Grow(d.value), NewIcon("down", look.Quiet, 15)))))
	d.paint = func() {
		d.box.Fill, d.box.Stroke = look.Field, look.Line
		if d.hovered {
			d.box.Fill = look.FieldHover
		}
		if d.focused {
			d.box.Stroke = look.Primary
		}
		d.value.style.Ink = look.Ink
		if d.off {
			d.value.style.Ink = look.Faint
		}
	}
	d.extend(d)
	return d
}

// Words returns what it asks.
func (d *Drop) Words() string { return d.about }

// Value returns what is chosen, in words.
func (d *Drop) Value() string { return d.value.whole }

// SetValue changes the words of what is chosen.
func (d *Drop) SetValue(words string) { d.value.SetWhole(words) }

package kit

import (
	"fyne.io/fyne/v2"

	"ferry/ui/look"
)

// An InPlace is a text that can be changed where it stands: pointing at it shows a frame, a tap begins.
type InPlace struct {
	press
	words string
	box   *Box
}

// NewInPlace returns a text with a quiet line below it; about says what a tap does.
func NewInPlace(text, below, about string, tap func()) *InPlace {
	i := &InPlace{words: about, box: NewBox("", "", 6)}
	i.tip = about
	i.tap = tap
	i.box.StrokeWidth = 1.5
	i.content = Pad(0, 0, 0, -6, On(i.box, Pad(3, 6, 3, 6, Column(1, NewElided(text, Style{}), NewElided(below, Style{Mono: true, Size: 11.5, Ink: look.Quiet})))))
	i.paint = func() {
		i.box.Stroke, i.box.Fill = "", ""
		if i.hovered {
			i.box.Stroke, i.box.Fill = look.Faint, look.Card
		}
		if i.focused {
			i.box.Stroke = look.Primary
		}
	}
	i.extend(i)
	return i
}

// Words returns what a tap does.
func (i *InPlace) Words() string { return i.words }

var _ fyne.Tappable = (*InPlace)(nil)

// A BoxTick is a box to tick whose words are in its tip only, for the rows of a table.
type BoxTick struct {
	press
	words string
	on    bool
	box   *Box
	sign  *Icon
}

// NewBoxTick returns a box; turn hears of each change.
func NewBoxTick(words string, on bool, turn func(on bool)) *BoxTick {
	t := &BoxTick{words: words, on: on, box: NewBox(look.Field, look.Line, 5), sign: NewIcon("check", look.OnPrimary, 12)}
	t.tip = words
	t.tap = func() {
		t.on = !t.on
		t.Refresh()
		turn(t.on)
	}
	t.box.StrokeWidth = 1.5
	t.content = Pad(2, 2, 2, 2, Sized(18, 18, On(t.box, PadAll(3, t.sign))))
	t.paint = func() {
		t.box.Fill, t.box.Stroke = look.Card, look.Faint
		t.sign.Hidden = !t.on
		if t.hovered {
			t.box.Stroke = look.Quiet
		}
		if t.on {
			t.box.Fill, t.box.Stroke = look.Primary, look.Primary
		}
		if t.focused {
			t.box.Stroke = look.Ink
		}
	}
	t.extend(t)
	return t
}

// Words returns what is ticked.
func (t *BoxTick) Words() string { return t.words }

// On reports whether it is ticked.
func (t *BoxTick) On() bool { return t.on }

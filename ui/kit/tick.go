package kit

import (
	"ferry/ui/look"
)

// A Tick is a box that is ticked or not, with what it means beside it.
type Tick struct {
	press
	words string
	on    bool
	box   *Box
	sign  *Icon
	label *Text
}

// NewTick returns a box; turn hears of each change.
func NewTick(words string, on bool, turn func(on bool)) *Tick {
	t := &Tick{words: words, on: on, box: NewBox(look.Field, look.Line, 5), sign: NewIcon("check", look.OnPrimary, 14)}
	t.tap = func() {
		t.on = !t.on
		t.Refresh()
		turn(t.on)
	}
	t.label = NewText(words, Style{Wrap: true})
	t.box.StrokeWidth = 2
	t.content = Pad(3, 0, 3, 0, Row(9, Sized(20, 20, On(t.box, PadAll(3, t.sign))), Grow(t.label)))
	t.paint = t.colours
	t.extend(t)
	return t
}

// Words returns what stands beside the box.
func (t *Tick) Words() string { return t.words }

// On reports whether it is ticked.
func (t *Tick) On() bool { return t.on }

// Set ticks it, or takes the tick away; nobody hears of it.
func (t *Tick) Set(on bool) {
	t.on = on
	t.Refresh()
}

func (t *Tick) colours() {
	t.box.Fill, t.box.Stroke = look.Card, look.Faint
	t.sign.Hidden = !t.on
	if t.hovered {
		t.box.Fill = look.Field
	}
	if t.on {
		t.box.Fill, t.box.Stroke = look.Primary, look.Primary
	}
	if t.focused {
		t.box.Stroke = look.Ink
	}
	t.label.style.Ink = look.Ink
	if t.off {
		t.label.style.Ink = look.Faint
	}
}

// A Fold is the head of a part that can be opened and closed.
type Fold struct {
	press
	words string
	icon  *Icon
	box   *Box
}

// NewFold returns a head; about says in a few words what is inside.
func NewFold(words, about string, open bool, turn func()) *Fold {
	f := &Fold{words: words, icon: NewIcon("right", look.Quiet, 18), box: NewBox("", "", look.SmallRound)}
	if open {
		f.icon.Set("down", look.Quiet)
	}
	f.tap = turn
	f.box.StrokeWidth = 2
	f.content = On(f.box, Pad(4, 6, 4, 4, Row(8, f.icon, NewText(words, Style{Bold: true, Size: look.HeadSize}), Grow(NewElided(about, Style{Ink: look.Quiet})))))
	f.paint = func() {
		f.box.Fill, f.box.Stroke = "", ""
		if f.hovered {
			f.box.Fill = look.Field
		}
		if f.focused {
			f.box.Stroke = look.Primary
		}
	}
	f.extend(f)
	return f
}

// Words returns the head's words.
func (f *Fold) Words() string { return f.words }

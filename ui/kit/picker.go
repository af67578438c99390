package kit

import (
	"fyne.io/fyne/v2"

	"ferry/ui/look"
)

// A Picker shows what is chosen, with its logical name, and opens the list of what else could be.
type Picker struct {
	press
	words string
	box   *Box
	quiet bool
	title *Elided
}

// NewPicker returns a field that is tapped to choose; logical may be "". Quiet words only ask for a choice.
func NewPicker(words, logical string, quiet bool, tap func()) *Picker {
	p := &Picker{words: words, quiet: quiet, box: NewBox(look.Field, look.Line, look.SmallRound)}
	p.tap = tap
	p.title = NewElided(words, Style{})
	inside := fyne.CanvasObject(p.title)
	side := float32(6)
	if logical != "" {
		inside = Column(0, p.title, NewElided(logical, Style{Mono: true, Size: 11, Ink: look.Quiet}))
		side = 3
	}
	p.content = Sized(0, look.Control, On(p.box, Pad(side, 8, side, 10, Row(6, Grow(inside), NewIcon("down", look.Quiet, 14)))))
	p.paint = func() {
		p.box.Fill, p.box.Stroke, p.box.StrokeWidth = look.Field, look.Line, 1
		p.title.style.Ink = look.Ink
		if p.quiet {
			p.title.style.Ink = look.Quiet
		}
		switch {
		case p.off:
			p.title.style.Ink = look.Faint
		case p.hovered:
			p.box.Fill = look.FieldHover
		}
		if p.focused {
			p.box.Stroke, p.box.StrokeWidth = look.Primary, 2
		}
	}
	p.extend(p)
	return p
}

// Words returns what is chosen.
func (p *Picker) Words() string { return p.words }

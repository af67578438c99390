package kit

import (
	"fyne.io/fyne/v2"

	"ferry/ui/look"
)

// A Switch is on or off at once. It has its words in its tip only, for where many stand below each other.
type Switch struct {
	press
	words string
	on    bool
	track *Box
	knob  *Box
	slot  *fyne.Container
}

// NewSwitch returns a switch; turn hears of each change.
func NewSwitch(words string, on bool, turn func(on bool)) *Switch {
	s := &Switch{words: words, on: on, track: NewBox(look.Field, look.Line, 10), knob: NewBox(look.Card, "", 7)}
	s.tip = words
	s.tap = func() {
		s.on = !s.on
		s.Refresh()
		turn(s.on)
	}
	s.track.StrokeWidth = 1.5
	s.slot = &fyne.Container{Layout: &knobLayout{s}, Objects: []fyne.CanvasObject{s.knob}}
	s.content = Sized(36, 20, On(s.track, s.slot))
	s.paint = func() {
		s.track.Fill, s.track.Stroke, s.knob.Fill = look.Field, look.Faint, look.Faint
		if s.on {
			s.track.Fill, s.track.Stroke, s.knob.Fill = look.Primary, look.Primary, look.OnPrimary
		}
		if s.focused || s.hovered {
			s.track.Stroke = look.Ink
		}
	}
	s.extend(s)
	return s
}

// Words returns what it switches.
func (s *Switch) Words() string { return s.words }

// On reports whether it is on.
func (s *Switch) On() bool { return s.on }

type knobLayout struct{ s *Switch }

func (l *knobLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	x := float32(4)
	if l.s.on {
		x = size.Width - 16
	}
	o[0].Resize(fyne.NewSize(12, 12))
	o[0].Move(fyne.NewPos(x, (size.Height-12)/2))
}

func (l *knobLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(36, 20) }

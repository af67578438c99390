package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"ferry/ui/look"
)

// A Sheet lies over the window and asks or tells one thing. Escape closes it.
type Sheet struct {
	widget.BaseWidget
	canvas  fyne.Canvas
	content *fyne.Container
	fixed   bool
	closed  func()
	primary *Button
}

// A SheetJob says what a sheet shows.
type SheetJob struct {
	Title   string
	Body    fyne.CanvasObject
	Buttons []fyne.CanvasObject // right-aligned, the strong one last
	Width   float32             // 0 is 520
	Fixed   bool                // cannot be closed by hand
	Closed  func()
	Focus   fyne.Focusable
}

// ShowSheet shows a sheet.
func ShowSheet(c fyne.Canvas, j SheetJob) *Sheet {
	if j.Width == 0 {
		j.Width = 520
	}
	s := &Sheet{canvas: c, fixed: j.Fixed, closed: j.Closed}
	parts := []fyne.CanvasObject{Head(j.Title)}
	if j.Body != nil {
		parts = append(parts, j.Body)
	}
	if len(j.Buttons) > 0 {
		parts = append(parts, Pad(8, 0, 0, 0, Row(10, append([]fyne.CanvasObject{Space()}, j.Buttons...)...)))
		if b, ok := j.Buttons[len(j.Buttons)-1].(*Button); ok {
			s.primary = b
		}
	}
	ground := NewBox(look.Card, look.Line, look.Radius+2)
	ground.Lifted = true
	card := On(ground, PadAll(22, Column(14, parts...)))
	s.content = WithTips(container.New(&sheetLayout{width: j.Width}, NewBox(look.Veil, "", 0), card))
	s.ExtendBaseWidget(s)
	c.Overlays().Add(s)
	s.Resize(c.Size())
	if j.Focus != nil {
		c.Focus(j.Focus)
	} else if s.primary != nil && !s.primary.Disabled() {
		c.Focus(s.primary)
	}
	return s
}

// Close takes the sheet away.
func (s *Sheet) Close() {
	if s.fixed {
		return
	}
	s.Dismiss()
}

// Dismiss takes the sheet away, also one that cannot be closed by hand.
func (s *Sheet) Dismiss() {
	s.canvas.Overlays().Remove(s)
	if s.closed != nil {
		f := s.closed
		s.closed = nil
		f()
	}
}

// Enter presses the sheet's strong button.
func (s *Sheet) Enter() {
	if s.primary != nil {
		s.primary.Tapped(nil)
	}
}

// CreateRenderer implements fyne.Widget.
func (s *Sheet) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.content) }

// Tapped keeps taps from what lies below.
func (s *Sheet) Tapped(*fyne.PointEvent) {}

// sheetLayout puts the card into the middle, a little above it.
type sheetLayout struct{ width float32 }

func (l *sheetLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size)
	w := fyne.Min(l.width, size.Width-48)
	h := fit(objects[1], w, 0)
	objects[1].Move(fyne.NewPos((size.Width-w)/2, fyne.Max(16, (size.Height-h)*0.4)))
}

func (l *sheetLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(100, 100) }

// Refit lays the sheet out anew after something in it changed its height.
func (s *Sheet) Refit() { s.content.Refresh() }

package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"ferry/ui/look"
)

// A Sheet lies over the window and asks or tells one thing. Escape closes it. A button that takes something away is never
// pressed by the Enter of somebody who did not go to it: where one stands last, the first button has the focus.
type Sheet struct {
	widget.BaseWidget
	canvas  fyne.Canvas
	content *fyne.Container
	body    *container.Scroll
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
	if j.Body == nil {
		j.Body = Empty()
	}
	s.body = container.NewVScroll(Pad(1, sheetEdge, 1, sheetEdge, j.Body))
	parts := []fyne.CanvasObject{Head(j.Title), s.body}
	if len(j.Buttons) > 0 {
		parts = append(parts, Pad(8, 0, 0, 0, Row(10, append([]fyne.CanvasObject{Space()}, j.Buttons...)...)))
		s.primary = strong(j.Buttons)
	}
	ground := NewBox(look.Card, look.Line, look.Radius+2)
	ground.Lifted = true
	inner := container.New(&sheetInside{}, parts...)
	s.content = WithTips(container.New(&sheetLayout{width: j.Width}, NewBox(look.Veil, "", 0), ground, inner))
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

// strong is the button that Enter presses, nil for none.
func strong(buttons []fyne.CanvasObject) *Button {
	b, ok := buttons[len(buttons)-1].(*Button)
	if ok && b.kind == dangerButton {
		b, _ = buttons[0].(*Button)
	}
	if b != nil && b.kind == dangerButton {
		return nil
	}
	return b
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

const (
	sheetPad = 22
	sheetGap = 14

	sheetBar  = 12
	sheetEdge = 3 // room for the ring around what has the focus, which scrolling would cut off
)

// sheetLayout puts the card into the middle, a little above it, and never lets it grow out of the window.
type sheetLayout struct{ width float32 }

func (l *sheetLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size)
	inner := objects[2].(*fyne.Container)
	w := fyne.Min(l.width, size.Width-48)
	most := size.Height - 32
	h := fyne.Min(sheetHeight(inner.Objects, w-2*sheetPad)+2*sheetPad, most)
	at := fyne.NewPos((size.Width-w)/2, fyne.Max(16, (size.Height-h)*0.4))
	objects[1].Move(at)
	objects[1].Resize(fyne.NewSize(w, h))
	inner.Move(at.AddXY(sheetPad, sheetPad))
	inner.Resize(fyne.NewSize(w-2*sheetPad, h-2*sheetPad))
}

func (l *sheetLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(100, 100) }

// sheetHeight is how high title, body and buttons are when all of them are seen.
func sheetHeight(parts []fyne.CanvasObject, width float32) float32 {
	h := float32(len(parts)-1) * sheetGap
	for _, o := range parts {
		if s, ok := o.(*container.Scroll); ok {
			h += fit(s.Content, width+2*sheetEdge)
			continue
		}
		h += fit(o, width)
	}
	return h
}

// sheetInside puts the title on top, the buttons at the foot, and gives the body what is left: it scrolls where that is
// too little.
type sheetInside struct{}

func (sheetInside) Layout(parts []fyne.CanvasObject, size fyne.Size) {
	y := fit(parts[0], size.Width) + sheetGap
	parts[0].Move(fyne.Position{})
	foot := float32(0)
	if len(parts) > 2 {
		foot = fit(parts[2], size.Width)
		parts[2].Move(fyne.NewPos(0, size.Height-foot))
		foot += sheetGap
	}
	body := parts[1].(*container.Scroll)
	room := fyne.NewSize(size.Width+2*sheetEdge, fyne.Max(0, size.Height-y-foot))
	around := body.Content.(*fyne.Container).Layout.(*padLayout)
	around.right = sheetEdge
	h := fit(body.Content, room.Width)
	if h > room.Height { // it scrolls, and nothing lies under the bar
		around.right += sheetBar
		h = fit(body.Content, room.Width)
	}
	body.Content.Resize(fyne.NewSize(room.Width, fyne.Max(h, room.Height)))
	body.Move(fyne.NewPos(-sheetEdge, y))
	body.Resize(room)
	body.Refresh()
}

func (sheetInside) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(100, 100) }

// ToEnd shows the end of a body that is longer than there is room for.
func (s *Sheet) ToEnd() { s.body.ScrollToBottom() }

// Refit lays the sheet out anew after something in it changed its height.
func (s *Sheet) Refit() { s.content.Refresh() }

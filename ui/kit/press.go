package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// press is what buttons, rail items, choices and rows share: they can be tapped, reached by Tab, triggered by Enter
// and Space, pointed at, and switched off with a reason.
type press struct {
	widget.BaseWidget
	self    fyne.Widget // the whole widget, which the canvas knows
	tap     func()
	tip     string // shown while pointed at
	reason  string // why it is off; shown instead of tip
	off     bool
	hovered bool
	focused bool
	down    bool   // the mouse button is pressed on it and not released yet
	after   func() // what waits until the press is over
	content fyne.CanvasObject
	paint   func() // sets the colours of content
}

var (
	_ fyne.Tappable      = (*press)(nil)
	_ fyne.Focusable     = (*press)(nil)
	_ fyne.Disableable   = (*press)(nil)
	_ desktop.Hoverable  = (*press)(nil)
	_ desktop.Cursorable = (*press)(nil)
	_ desktop.Mouseable  = (*press)(nil)
)

// extend makes the whole widget known and gives it its first colours.
func (p *press) extend(whole fyne.Widget) {
	p.self = whole
	p.ExtendBaseWidget(whole)
	p.paint()
}

// Tapped implements fyne.Tappable.
func (p *press) Tapped(*fyne.PointEvent) {
	hideTip(p.self)
	p.down = false
	if !p.off && p.tap != nil {
		p.tap()
	}
	p.over()
}

// MouseDown implements desktop.Mouseable. A page that is drawn anew between press and release would throw away what was
// pressed, and the click with it: the page waits. See Page.Set.
func (p *press) MouseDown(*desktop.MouseEvent) { p.down = true }

// MouseUp implements desktop.Mouseable. Tapped follows, unless the mouse was moved.
func (p *press) MouseUp(*desktop.MouseEvent) { p.down = false }

// over ends a press, and lets what waited for it happen.
func (p *press) over() {
	p.down = false
	if after := p.after; after != nil {
		p.after = nil
		after()
	}
}

// held is the part of o that is pressed just now; nil when none is.
func held(o fyne.CanvasObject) *press {
	switch o := o.(type) {
	case interface{ pressed() *press }:
		if p := o.pressed(); p.down {
			return p
		}
		return held(o.pressed().content)
	case *fyne.Container:
		for _, child := range o.Objects {
			if p := held(child); p != nil {
				return p
			}
		}
	case *container.Scroll:
		return held(o.Content)
	}
	return nil
}

func (p *press) pressed() *press { return p }

// TypedKey implements fyne.Focusable.
func (p *press) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		p.Tapped(nil)
	case fyne.KeyEscape:
		escape(p.self)
	}
}

// TypedRune implements fyne.Focusable.
func (p *press) TypedRune(rune) {}

// FocusGained implements fyne.Focusable.
func (p *press) FocusGained() { p.focused = true; p.Refresh() }

// FocusLost implements fyne.Focusable.
func (p *press) FocusLost() { p.focused = false; p.Refresh() }

// MouseIn implements desktop.Hoverable.
func (p *press) MouseIn(*desktop.MouseEvent) {
	p.hovered = true
	p.Refresh()
	words := p.tip
	if p.off {
		words = p.reason
	}
	if words != "" {
		showTip(p.self, words)
	}
}

// MouseMoved implements desktop.Hoverable.
func (p *press) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (p *press) MouseOut() {
	p.hovered = false
	p.Refresh()
	hideTip(p.self)
	p.over()
}

// Cursor implements desktop.Cursorable.
func (p *press) Cursor() desktop.Cursor {
	if p.off {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// Disable implements fyne.Disableable. Off says why instead.
func (p *press) Disable() { p.off = true; p.Refresh() }

// Enable implements fyne.Disableable.
func (p *press) Enable() { p.off, p.reason = false, ""; p.Refresh() }

// Disabled implements fyne.Disableable.
func (p *press) Disabled() bool { return p.off }

// Why returns why it is off.
func (p *press) Why() string { return p.reason }

// Tip sets what is said while it is pointed at.
func (p *press) Tip(words string) { p.tip = words }

// Unless switches it off with a reason, or on when the reason is "".
func (p *press) Unless(reason string) {
	p.off, p.reason = reason != "", reason
	p.Refresh()
}

// MinSize implements fyne.CanvasObject.
func (p *press) MinSize() fyne.Size { return p.content.MinSize() }

// Resize implements fyne.CanvasObject. The content is laid out at once, so that its height is known.
func (p *press) Resize(s fyne.Size) {
	p.content.Resize(s)
	p.BaseWidget.Resize(s)
}

// CreateRenderer implements fyne.Widget.
func (p *press) CreateRenderer() fyne.WidgetRenderer {
	p.paint()
	p.content.Refresh()
	return &pressRenderer{p}
}

type pressRenderer struct{ p *press }

func (r *pressRenderer) Destroy()                     {}
func (r *pressRenderer) Layout(s fyne.Size)           { r.p.content.Resize(s) }
func (r *pressRenderer) MinSize() fyne.Size           { return r.p.content.MinSize() }
func (r *pressRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.p.content} }
func (r *pressRenderer) Refresh()                     { r.p.paint(); r.p.content.Refresh() }

// escape does what Escape does where o stands: it closes the sheet on top, or asks the window.
func escape(o fyne.CanvasObject) {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil {
		return
	}
	if s, ok := c.Overlays().Top().(*Sheet); ok {
		s.Close()
		return
	}
	if f := c.OnTypedKey(); f != nil {
		f(&fyne.KeyEvent{Name: fyne.KeyEscape})
	}
}

package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// A wheel lies over a field of one line and hands the turns of the mouse wheel to what scrolls around the field, which
// would keep them for itself. It takes nothing else: clicks and keys go to the field.
type wheel struct {
	widget.BaseWidget
	field fyne.CanvasObject
	along fyne.Scrollable // the field's own scroll, for turns to the side
}

func newWheel(field fyne.CanvasObject, along fyne.Scrollable) *wheel {
	w := &wheel{field: field, along: along}
	w.ExtendBaseWidget(w)
	return w
}

// CreateRenderer implements fyne.Widget.
func (w *wheel) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(canvas.NewRectangle(color.Transparent))
}

// Scrolled implements fyne.Scrollable.
func (w *wheel) Scrolled(e *fyne.ScrollEvent) {
	if e.Scrolled.DY == 0 {
		if w.along != nil {
			w.along.Scrolled(e)
		}
		return
	}
	c := fyne.CurrentApp().Driver().CanvasForObject(w.field)
	if c == nil {
		return
	}
	root := c.Content()
	if top := c.Overlays().Top(); top != nil {
		root = top
	}
	if around := scrollAround(root, w.field, nil); around != nil {
		around.Scrolled(e)
	}
}

// scrollAround finds the innermost scroll that holds an object.
func scrollAround(in, wanted fyne.CanvasObject, around *container.Scroll) *container.Scroll {
	switch {
	case in == wanted:
		return around
	case !in.Visible():
		return nil
	}
	if s, ok := in.(*container.Scroll); ok {
		around = s
	}
	for _, o := range inside(in) {
		if found := scrollAround(o, wanted, around); found != nil {
			return found
		}
	}
	return nil
}

// A wheeled field has a wheel over it.
type wheeled struct {
	fyne.WidgetRenderer
	wheel *wheel
}

// Layout implements fyne.WidgetRenderer.
func (r wheeled) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	r.wheel.Resize(size)
}

// Objects implements fyne.WidgetRenderer.
func (r wheeled) Objects() []fyne.CanvasObject {
	objects := r.WidgetRenderer.Objects()
	return append(objects[:len(objects):len(objects)], r.wheel)
}

// CreateRenderer implements fyne.Widget.
func (e *Entry) CreateRenderer() fyne.WidgetRenderer {
	inner := e.Entry.CreateRenderer()
	if e.MultiLine {
		return inner
	}
	var along fyne.Scrollable
	for _, o := range inner.Objects() {
		if s, ok := o.(fyne.Scrollable); ok {
			along = s
		}
	}
	return wheeled{inner, newWheel(e, along)}
}

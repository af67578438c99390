// Package kit holds Ferry's own widgets and layouts: they take values and call back; they start nothing and know no
// page.
//
// Texts that wrap need a height for a width. The layouts here give each child its width first and read its height
// afterwards, so that one pass is enough.
package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// Column stacks objects, each as wide as there is room.
func Column(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&columnLayout{gap: gap}, objects...)
}

// Row puts objects side by side, centred in height. Objects made by Grow share what is left.
func Row(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&rowLayout{gap: gap}, objects...)
}

// TopRow is a Row whose objects hang from the top.
func TopRow(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&rowLayout{gap: gap, top: true}, objects...)
}

// Grow marks an object of a Row that takes the room that is left, and gives way when there is none.
func Grow(o fyne.CanvasObject) *fyne.Container { return container.New(&growLayout{}, o) }

// Space is room that pushes its neighbours apart.
func Space() *fyne.Container { return Grow(Empty()) }

// Empty is nothing.
func Empty() fyne.CanvasObject {
	r := canvas.NewRectangle(color.Transparent)
	r.SetMinSize(fyne.NewSize(0.1, 0.1))
	return r
}

// Equal puts objects side by side, all as wide and as high as each other.
func Equal(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&equalLayout{gap: gap}, objects...)
}

// Wrap puts objects side by side and goes on in a new line where there is no more room.
func Wrap(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&wrapLayout{gap: gap}, objects...)
}

// Pad leaves room around an object.
func Pad(top, right, bottom, left float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&padLayout{top, right, bottom, left}, o)
}

// PadAll leaves the same room on all sides.
func PadAll(d float32, o fyne.CanvasObject) *fyne.Container { return Pad(d, d, d, d, o) }

// AtMost lets an object be no wider than w; it stands at the left.
func AtMost(w float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&atMostLayout{w: w}, o)
}

// Middle is AtMost in the middle.
func Middle(w float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&atMostLayout{w: w, middle: true}, o)
}

// Sized gives an object at least this size.
func Sized(w, h float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&sizedLayout{fyne.NewSize(w, h)}, o)
}

// fit resizes o to a width, lets it find its height, and returns that.
func fit(o fyne.CanvasObject, w float32) float32 {
	h := o.MinSize().Height
	o.Resize(fyne.NewSize(w, h))
	if again := o.MinSize().Height; again != h {
		h = again
		o.Resize(fyne.NewSize(w, h))
	}
	return h
}

func shown(objects []fyne.CanvasObject) []fyne.CanvasObject {
	visible := make([]fyne.CanvasObject, 0, len(objects))
	for _, o := range objects {
		if o.Visible() {
			visible = append(visible, o)
		}
	}
	return visible
}

type columnLayout struct{ gap float32 }

func (l *columnLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, o := range shown(objects) {
		h := fit(o, size.Width)
		o.Move(fyne.NewPos(0, y))
		y += h + l.gap
	}
}

func (l *columnLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for i, o := range shown(objects) {
		m := o.MinSize()
		s.Width = fyne.Max(s.Width, m.Width)
		s.Height += m.Height
		if i > 0 {
			s.Height += l.gap
		}
	}
	return s
}

type growLayout struct{}

func (growLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.Position{})
		o.Resize(size)
	}
}

func (growLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	h := float32(0)
	for _, o := range objects {
		h = fyne.Max(h, o.MinSize().Height)
	}
	return fyne.NewSize(0, h)
}

func grows(o fyne.CanvasObject) bool {
	c, ok := o.(*fyne.Container)
	if !ok {
		return false
	}
	_, ok = c.Layout.(*growLayout)
	return ok
}

type rowLayout struct {
	gap float32
	top bool
}

func (l *rowLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	visible := shown(objects)
	left, growing := size.Width, 0
	for i, o := range visible {
		if i > 0 {
			left -= l.gap
		}
		if grows(o) {
			growing++
		} else {
			left -= o.MinSize().Width
		}
	}
	share := float32(0)
	if growing > 0 && left > 0 {
		share = left / float32(growing)
	}
	x := float32(0)
	for _, o := range visible {
		w := share
		if !grows(o) {
			w = o.MinSize().Width
		}
		h := fit(o, w)
		y := float32(0)
		if !l.top && h < size.Height {
			y = (size.Height - h) / 2
		}
		o.Move(fyne.NewPos(x, y))
		x += w + l.gap
	}
}

func (l *rowLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for i, o := range shown(objects) {
		m := o.MinSize()
		s.Width += m.Width
		if i > 0 {
			s.Width += l.gap
		}
		s.Height = fyne.Max(s.Height, m.Height)
	}
	return s
}

type equalLayout struct{ gap float32 }

func (l *equalLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	visible := shown(objects)
	if len(visible) == 0 {
		return
	}
	w := (size.Width - l.gap*float32(len(visible)-1)) / float32(len(visible))
	h := float32(0)
	for _, o := range visible {
		h = fyne.Max(h, fit(o, w))
	}
	for i, o := range visible {
		o.Move(fyne.NewPos(float32(i)*(w+l.gap), 0))
		o.Resize(fyne.NewSize(w, fyne.Max(h, size.Height)))
	}
}

func (l *equalLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	visible := shown(objects)
	for _, o := range visible {
		m := o.MinSize()
		s.Width = fyne.Max(s.Width, m.Width)
		s.Height = fyne.Max(s.Height, m.Height)
	}
	n := float32(len(visible))
	return fyne.NewSize(s.Width*n+l.gap*fyne.Max(n-1, 0), s.Height)
}

type wrapLayout struct {
	gap   float32
	width float32
}

func (l *wrapLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	l.place(objects, size.Width, true)
}

// place walks the lines and returns their height.
func (l *wrapLayout) place(objects []fyne.CanvasObject, width float32, move bool) float32 {
	x, y, line := float32(0), float32(0), float32(0)
	for _, o := range shown(objects) {
		m := o.MinSize()
		if x > 0 && x+m.Width > width {
			x, y, line = 0, y+line+l.gap/2, 0
		}
		if move {
			o.Resize(fyne.NewSize(fyne.Min(m.Width, width), m.Height))
			o.Move(fyne.NewPos(x, y))
		}
		x += m.Width + l.gap
		line = fyne.Max(line, m.Height)
	}
	return y + line
}

func (l *wrapLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := float32(0)
	for _, o := range shown(objects) {
		w = fyne.Max(w, o.MinSize().Width)
	}
	width := l.width
	if width == 0 {
		width = 1e6
	}
	return fyne.NewSize(w, l.place(objects, width, false))
}

type padLayout struct{ top, right, bottom, left float32 }

func (l *padLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(l.left, l.top))
		o.Resize(fyne.NewSize(size.Width-l.left-l.right, size.Height-l.top-l.bottom))
	}
}

func (l *padLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, o := range shown(objects) {
		s = s.Max(o.MinSize())
	}
	return s.AddWidthHeight(l.left+l.right, l.top+l.bottom)
}

type atMostLayout struct {
	w      float32
	middle bool
}

func (l *atMostLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w := fyne.Min(l.w, size.Width)
	x := float32(0)
	if l.middle {
		x = (size.Width - w) / 2
	}
	for _, o := range objects {
		o.Move(fyne.NewPos(x, 0))
		o.Resize(fyne.NewSize(w, size.Height))
	}
}

func (l *atMostLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, o := range objects {
		s = s.Max(o.MinSize())
	}
	return fyne.NewSize(fyne.Min(s.Width, l.w), s.Height)
}

type sizedLayout struct{ least fyne.Size }

func (l *sizedLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.Position{})
		o.Resize(size)
	}
}

func (l *sizedLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	s := l.least
	for _, o := range objects {
		s = s.Max(o.MinSize())
	}
	return s
}

package kit

import (
	"fyne.io/fyne/v2"
)

// Foot is the last line of a card: left at its left, buttons at its right. Where they have no room beside each other they
// take further lines. left may be nil.
func Foot(gap float32, left fyne.CanvasObject, buttons ...fyne.CanvasObject) *fyne.Container {
	l := &footLayout{gap: gap, left: left != nil}
	if left != nil {
		buttons = append([]fyne.CanvasObject{left}, buttons...)
	}
	return &fyne.Container{Layout: l, Objects: buttons}
}

type footLayout struct {
	gap   float32
	left  bool
	width float32
}

func (l *footLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	y := float32(0)
	for _, line := range l.lines(objects, size.Width) {
		h, used := float32(0), -l.gap
		for _, o := range line {
			h = fyne.Max(h, o.MinSize().Height)
			used += o.MinSize().Width + l.gap
		}
		x := size.Width - used
		for _, o := range line {
			m := o.MinSize()
			w := fyne.Min(m.Width, size.Width)
			o.Resize(fyne.NewSize(w, m.Height))
			at := fyne.NewPos(fyne.Max(0, x), y+(h-m.Height)/2)
			if l.left && o == objects[0] {
				at.X = 0
			}
			o.Move(at)
			x += w + l.gap
		}
		y += h + l.gap*0.8
	}
}

// lines fills lines with objects in their order. Where one line is not enough, what stands at the left has its own.
func (l *footLayout) lines(objects []fyne.CanvasObject, width float32) [][]fyne.CanvasObject {
	all := l.fill(objects, width)
	if len(all) > 1 && l.left {
		return append(l.fill(objects[:1], width), l.fill(objects[1:], width)...)
	}
	return all
}

func (l *footLayout) fill(objects []fyne.CanvasObject, width float32) [][]fyne.CanvasObject {
	var lines [][]fyne.CanvasObject
	used := float32(0)
	for _, o := range shown(objects) {
		w := o.MinSize().Width
		if n := len(lines); n > 0 && used+l.gap+w <= width {
			lines[n-1] = append(lines[n-1], o)
			used += l.gap + w
			continue
		}
		lines, used = append(lines, []fyne.CanvasObject{o}), w
	}
	return lines
}

func (l *footLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	width := l.width
	if width == 0 {
		width = 1e6
	}
	s := fyne.Size{}
	for i, line := range l.lines(objects, width) {
		h := float32(0)
		for _, o := range line {
			h = fyne.Max(h, o.MinSize().Height)
			s.Width = fyne.Max(s.Width, o.MinSize().Width)
		}
		if i > 0 {
			s.Height += l.gap * 0.8
		}
		s.Height += h
	}
	return s
}

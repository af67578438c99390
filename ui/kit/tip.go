package kit

import (
	"time"

	"fyne.io/fyne/v2"

	"ferry/ui/look"
)

// A Tips layer lies over a page or a sheet and shows one tip at a time. It takes no mouse events.
type Tips struct {
	layer *fyne.Container
	timer *fyne.Animation
}

// WithTips lays a page under a layer for tips.
func WithTips(page fyne.CanvasObject) *fyne.Container {
	t := &Tips{layer: &fyne.Container{}}
	return &fyne.Container{Layout: &tipsLayout{tips: t}, Objects: []fyne.CanvasObject{page, t.layer}}
}

// tipsLayout fills the page, leaves the layer's objects alone and is how a widget finds the layer.
type tipsLayout struct{ tips *Tips }

func (l *tipsLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.Position{})
		o.Resize(size)
	}
}

func (l *tipsLayout) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

// tipsOf finds the layer over an object, nil when there is none.
func tipsOf(o fyne.CanvasObject) (*Tips, fyne.Canvas) {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil {
		return nil, nil
	}
	root := c.Content()
	if s, ok := c.Overlays().Top().(*Sheet); ok {
		root = s.content
	}
	if k, ok := root.(*fyne.Container); ok {
		if l, ok := k.Layout.(*tipsLayout); ok {
			return l.tips, c
		}
	}
	return nil, nil
}

// showTip shows words near o after a moment.
func showTip(o fyne.CanvasObject, words string) {
	tips, c := tipsOf(o)
	if tips == nil {
		return
	}
	tips.clear()
	tips.timer = fyne.NewAnimation(500*time.Millisecond, func(done float32) {
		if done >= 1 && len(tips.layer.Objects) == 0 {
			tips.place(o, words, c)
		}
	})
	tips.timer.Start()
}

func hideTip(o fyne.CanvasObject) {
	if tips, _ := tipsOf(o); tips != nil {
		tips.clear()
	}
}

func (t *Tips) clear() {
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
	if len(t.layer.Objects) > 0 {
		t.layer.Objects = nil
		t.layer.Refresh()
	}
}

// place puts the tip under its object, or over it where there is no room.
func (t *Tips) place(o fyne.CanvasObject, words string, c fyne.Canvas) {
	label := NewText(words, Style{Ink: look.OnTip, Size: look.CaptionSize, Wrap: true})
	tip := On(NewBox(look.Tip, "", 6), Pad(6, 10, 6, 10, label))
	natural := fyne.MeasureText(words, look.CaptionSize, fyne.TextStyle{}).Width + 22
	w := fyne.Min(natural, 320)
	h := fit(tip, w)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	x := fyne.Max(8, fyne.Min(at.X, c.Size().Width-w-8))
	y := at.Y + o.Size().Height + 6
	if y+h > c.Size().Height-8 {
		y = at.Y - h - 6
	}
	tip.Move(fyne.NewPos(x, fyne.Max(8, y)))
	t.layer.Objects = []fyne.CanvasObject{tip}
	t.layer.Refresh()
}

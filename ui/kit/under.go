package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"ferry/ui/look"
)

// Under is what stays at the foot of a page while the page scrolls: a bar and, where it is open, what belongs to it,
// which scrolls by itself.
type Under struct {
	Bar   fyne.CanvasObject
	Body  fyne.CanvasObject // nil while it is folded
	Share float32           // of the page's height that bar and body take at most
}

// under is the place at the foot of a page. Its body stays scrolled as it is while the page is drawn anew.
type under struct {
	*fyne.Container
	bar    *fyne.Container
	body   *fyne.Container
	scroll *container.Scroll
	share  float32
}

func newUnder() *under {
	f := &under{bar: container.NewStack(), body: container.NewStack()}
	f.scroll = container.NewVScroll(Pad(2, look.Margin, 12, look.Margin+4, f.body))
	inner := container.New(&underLayout{f}, NewBox(look.Card, "", 0), Hairline(), Pad(6, look.Margin, 6, look.Margin+4, f.bar), f.scroll)
	f.Container = container.NewStack(inner)
	f.Hide()
	return f
}

// set shows what stands there; nil is nothing.
func (f *under) set(u *Under) {
	f.bar.Objects, f.body.Objects, f.share = nil, nil, 0
	f.Hidden = u == nil
	if u == nil {
		return
	}
	f.bar.Objects = []fyne.CanvasObject{u.Bar}
	if f.scroll.Hide(); u.Body != nil {
		f.scroll.Show()
		f.body.Objects, f.share = []fyne.CanvasObject{u.Body}, u.Share
	}
}

// height is what it takes of a page.
func (f *under) height(page fyne.Size) float32 {
	if f.Hidden {
		return 0
	}
	bar := f.Objects[0].(*fyne.Container).Objects[2]
	h := fit(bar, page.Width) + 1
	if !f.scroll.Visible() {
		return h
	}
	return fyne.Min(h+fyne.Max(40, fit(f.scroll.Content, page.Width)), f.share*page.Height)
}

// underLayout puts the bar on top and gives the body the rest.
type underLayout struct{ f *under }

func (l *underLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(size)
	o[1].Resize(fyne.NewSize(size.Width, 1))
	h := fit(o[2], size.Width)
	o[2].Move(fyne.NewPos(0, 1))
	if !l.f.scroll.Visible() {
		return
	}
	room := fyne.NewSize(size.Width, fyne.Max(0, size.Height-h-1))
	content := fyne.Max(fit(l.f.scroll.Content, room.Width), room.Height)
	l.f.scroll.Content.Resize(fyne.NewSize(room.Width, content))
	l.f.scroll.Move(fyne.NewPos(0, h+1))
	l.f.scroll.Resize(room)
	l.f.scroll.Refresh()
}

func (l *underLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(200, o[2].MinSize().Height)
}

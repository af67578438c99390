package kit

import (
	"reflect"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"ferry/ui/look"
)

// PageHead is a page's title, one line under it, and its actions at the right.
func PageHead(title, about string, actions ...fyne.CanvasObject) fyne.CanvasObject {
	words := Column(4,
		NewElided(title, Style{Size: look.TitleSize, Bold: true}),
		NewElided(about, Style{Ink: look.Quiet}))
	return Row(24, Grow(words), Row(10, actions...))
}

// A Page is a head that stays and a body that scrolls.
type Page struct {
	*fyne.Container
	body   *fyne.Container
	head   *fyne.Container
	scroll *container.Scroll
	under  *under
	later  func() // draws what came while something was pressed
	rows   []*Rows
}

// NewPage returns an empty page.
func NewPage() *Page {
	p := &Page{head: container.NewStack(), body: container.NewStack(), under: newUnder()}
	p.scroll = container.NewVScroll(Pad(4, look.Margin, look.Margin, look.Margin+4, p.body))
	p.scroll.OnScrolled = func(fyne.Position) { p.fill() }
	p.Container = container.New(&pageLayout{p}, Pad(look.Margin-4, look.Margin, 12, look.Margin+4, p.head), p.scroll, p.under.Container)
	return p
}

// Set shows a head and cards below it. While a mouse button is pressed on something of the page, it waits for the
// release: else the click would be lost with what it was meant for.
func (p *Page) Set(head fyne.CanvasObject, cards ...fyne.CanvasObject) {
	p.SetOver(nil, head, cards...)
}

// SetOver is Set with something that stays at the page's foot; nil is nothing.
func (p *Page) SetOver(under *Under, head fyne.CanvasObject, cards ...fyne.CanvasObject) {
	if pressed := held(p.Container); pressed != nil {
		p.later = func() { p.SetOver(under, head, cards...) }
		pressed.after = func() {
			if later := p.later; later != nil {
				later()
			}
		}
		return
	}
	p.later = nil
	Still(p.Container)
	focus := p.focused()
	p.head.Objects = []fyne.CanvasObject{head}
	p.body.Objects = []fyne.CanvasObject{Column(look.Gap, cards...)}
	p.under.set(under)
	p.rows = slices.DeleteFunc(p.rows, func(r *Rows) bool {
		_, there := heightOf(p.body, r.Container)
		return !there
	})
	p.Relayout()
	p.refocus(focus)
}

// A place of the focus: what has it, by its words and by how many of the same stand before it.
type focusPlace struct {
	kind  reflect.Type
	words string
	n     int
}

// focused tells where on the page the focus is; nil when it is elsewhere, or in a field, which stays the same object.
func (p *Page) focused() *focusPlace {
	c := fyne.CurrentApp().Driver().CanvasForObject(p.Container)
	if c == nil {
		return nil
	}
	has, ok := c.Focused().(worded)
	if !ok {
		return nil
	}
	place := &focusPlace{kind: reflect.TypeOf(has), words: has.Words()}
	found := false
	p.eachWorded(func(w worded) bool {
		if w == has {
			found = true
			return false
		}
		if place.is(w) {
			place.n++
		}
		return true
	})
	if !found {
		return nil
	}
	return place
}

// refocus gives the focus to what stands where it was before the page was drawn anew, so that Tab goes on from there.
func (p *Page) refocus(place *focusPlace) {
	c := fyne.CurrentApp().Driver().CanvasForObject(p.Container)
	if place == nil || c == nil {
		return
	}
	n := 0
	p.eachWorded(func(w worded) bool {
		if !place.is(w) {
			return true
		}
		if n == place.n {
			c.Focus(w.(fyne.Focusable))
			return false
		}
		n++
		return true
	})
}

func (f *focusPlace) is(w worded) bool { return reflect.TypeOf(w) == f.kind && w.Words() == f.words }

// worded is what can have the focus and has words: a button, a choice, a box to tick.
type worded interface {
	fyne.Focusable
	Words() string
}

func (p *Page) eachWorded(visit func(worded) (more bool)) {
	var walk func(o fyne.CanvasObject) bool
	walk = func(o fyne.CanvasObject) bool {
		if w, ok := o.(worded); ok && !visit(w) {
			return false
		}
		for _, child := range inside(o) {
			if !walk(child) {
				return false
			}
		}
		return true
	}
	walk(p.Container)
}

// inside tells what stands in something that holds others.
func inside(o fyne.CanvasObject) []fyne.CanvasObject {
	switch o := o.(type) {
	case *fyne.Container:
		return o.Objects
	case *container.Scroll:
		return []fyne.CanvasObject{o.Content}
	case *Pick:
		return []fyne.CanvasObject{o.content}
	case *Sheet:
		return []fyne.CanvasObject{o.content}
	}
	return nil
}

// fill makes the rows that can be seen now.
func (p *Page) fill() {
	for _, r := range p.rows {
		r.fill()
	}
}

// Relayout fits the page after something in it changed its height.
func (p *Page) Relayout() {
	p.Container.Refresh()
}

// Top scrolls to the beginning.
func (p *Page) Top() { p.scroll.ScrollToTop() }

// Offset is how far the page is scrolled; ScrollTo goes there, as far as there is something.
func (p *Page) Offset() float32 { return p.scroll.Offset.Y }

// ScrollTo is the way back to an Offset.
func (p *Page) ScrollTo(y float32) {
	most := fyne.Max(0, p.scroll.Content.Size().Height-p.scroll.Size().Height)
	p.scroll.ScrollToOffset(fyne.NewPos(0, fyne.Max(0, fyne.Min(y, most))))
	p.fill()
}

// Reveal scrolls down as far as it takes to see all of o, and what stands right above it; no further than its beginning.
func (p *Page) Reveal(o fyne.CanvasObject) {
	y, there := heightOf(p.scroll.Content, o)
	end := y + o.Size().Height + look.Gap
	if !there || end <= p.scroll.Offset.Y+p.scroll.Size().Height {
		return
	}
	p.scroll.ScrollToOffset(fyne.NewPos(0, fyne.Min(fyne.Max(0, y-3*look.Gap), end-p.scroll.Size().Height)))
}

// heightOf is how far down in a tree an object stands. The driver knows it only after the first drawing.
func heightOf(tree, o fyne.CanvasObject) (y float32, there bool) {
	if tree == o {
		return 0, true
	}
	c, ok := tree.(*fyne.Container)
	if !ok {
		return 0, false
	}
	for _, child := range c.Objects {
		if y, there := heightOf(child, o); there {
			return child.Position().Y + y, true
		}
	}
	return 0, false
}

// pageLayout puts the head on top, what stays at the foot below, and gives the body the rest. The body learns its width before its height counts.
type pageLayout struct{ p *Page }

func (l *pageLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	h := fit(objects[0], size.Width)
	foot := fyne.Min(l.p.under.height(size), fyne.Max(0, size.Height-h))
	objects[2].Resize(fyne.NewSize(size.Width, foot))
	objects[2].Move(fyne.NewPos(0, size.Height-foot))
	scroll := objects[1].(*container.Scroll)
	scroll.Move(fyne.NewPos(0, h))
	room := fyne.NewSize(size.Width, fyne.Max(0, size.Height-h-foot))
	content := fyne.Max(fit(scroll.Content, room.Width), room.Height)
	scroll.Content.Resize(fyne.NewSize(room.Width, content))
	scroll.Resize(room)
	scroll.Refresh()
	l.p.fill()
}

func (l *pageLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(560, 400) }

// Still stops everything in a tree that moves by itself, before it is thrown away.
func Still(o fyne.CanvasObject) {
	switch o := o.(type) {
	case *widget.Activity:
		o.Stop()
	case *Spinner:
		o.turning.Stop()
	case *fyne.Container:
		for _, child := range o.Objects {
			Still(child)
		}
	case *container.Scroll:
		Still(o.Content)
	}
}

// A Spinner says that something is under way.
type Spinner struct {
	widget.BaseWidget
	turning *widget.Activity
}

// NewSpinner returns a spinner that turns.
func NewSpinner() *Spinner {
	s := &Spinner{turning: widget.NewActivity()}
	s.turning.Start()
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *Spinner) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(Sized(18, 18, s.turning))
}

// Nothing is what a page shows where nothing is yet: what would be here, and the one button that brings it.
func Nothing(icon, title, about string, buttons ...fyne.CanvasObject) fyne.CanvasObject {
	round := container.NewStack(NewBox(look.PrimaryTint, "", 28), PadAll(15, NewIcon(icon, look.Primary, 26)))
	parts := []fyne.CanvasObject{
		Row(0, Space(), round, Space()),
		NewText(title, Style{Bold: true, Size: look.HeadSize, Mid: true, Wrap: true}),
		NewText(about, Style{Ink: look.Quiet, Mid: true, Wrap: true}),
	}
	if len(buttons) > 0 {
		row := append([]fyne.CanvasObject{Space()}, buttons...)
		parts = append(parts, Pad(8, 0, 0, 0, Row(10, append(row, Space())...)))
	}
	return Card(Pad(28, 0, 28, 0, Middle(440, Column(10, parts...))))
}

// WaitingCard says what is waited for; more may hold buttons.
func WaitingCard(words, about string, more ...fyne.CanvasObject) fyne.CanvasObject {
	text := []fyne.CanvasObject{StrongPara(words)}
	if about != "" {
		text = append(text, QuietPara(about))
	}
	parts := []fyne.CanvasObject{Row(14, NewSpinner(), Grow(Column(4, text...)))}
	if len(more) > 0 {
		parts = append(parts, Row(10, more...))
	}
	return Card(Column(14, parts...))
}

// Stepper shows the steps of a wizard; present counts from 0.
func Stepper(steps []string, present int) fyne.CanvasObject {
	parts := []fyne.CanvasObject{}
	for i, s := range steps {
		if i > 0 {
			parts = append(parts, Sized(24, 1, Column(0, Hairline())))
		}
		ground, sign := NewBox("", look.Line, 12), fyne.CanvasObject(NewText(string(rune('1'+i)), Style{Bold: true, Size: 12, Mid: true, Ink: look.Quiet}))
		label := Style{Ink: look.Quiet}
		ground.StrokeWidth = 2
		switch {
		case i < present:
			ground.Fill, ground.Stroke = look.Primary, ""
			sign = NewIcon("check", look.OnPrimary, 14)
		case i == present:
			ground.Stroke = look.Primary
			sign = NewText(string(rune('1'+i)), Style{Bold: true, Size: 12, Mid: true, Ink: look.Primary})
			label = Style{Bold: true}
		}
		parts = append(parts, Row(8, Sized(24, 24, container.NewStack(ground, Pad(4, 4, 4, 4, sign))), NewText(s, label)))
	}
	return Row(10, parts...)
}

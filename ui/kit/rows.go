package kit

import (
	"math"

	"fyne.io/fyne/v2"
)

// Rows are many lines of one height on a Page, of which only those are made that can be seen. They scroll with the page.
type Rows struct {
	*fyne.Container
	page   *Page
	n      int
	height float32
	draw   func(i int) fyne.CanvasObject
	live   map[int]fyne.CanvasObject
}

// NewRows returns n rows; draw makes one of them when it comes into view.
func NewRows(page *Page, n int, height float32, draw func(i int) fyne.CanvasObject) *Rows {
	r := &Rows{page: page, n: n, height: height, draw: draw, live: map[int]fyne.CanvasObject{}}
	r.Container = &fyne.Container{Layout: &rowsLayout{r}}
	page.rows = append(page.rows, r)
	return r
}

// spare are how many rows are made above and below those that can be seen, so that Tab and the arrows reach them.
const spare = 3

// fill makes the rows that can be seen now and drops those that cannot.
func (r *Rows) fill() {
	scroll := r.page.scroll
	top, there := heightOf(scroll.Content, r.Container)
	if !there || r.Size().Width == 0 {
		return
	}
	seen := scroll.Offset.Y - top
	from := max(0, int(math.Floor(float64(seen/r.height)))-spare)
	to := min(r.n, int(math.Ceil(float64((seen+scroll.Size().Height)/r.height)))+spare)
	changed := false
	for i := range r.live {
		if i < from || i >= to {
			delete(r.live, i)
			changed = true
		}
	}
	for i := from; i < to; i++ {
		if r.live[i] == nil {
			r.live[i] = r.draw(i)
			changed = true
		}
	}
	if !changed {
		return
	}
	r.Objects = r.Objects[:0:0]
	for i := from; i < to; i++ {
		r.Objects = append(r.Objects, r.live[i])
	}
	r.Refresh()
}

// Reveal scrolls so that a row can be seen, and returns it.
func (r *Rows) Reveal(i int) fyne.CanvasObject {
	if i < 0 || i >= r.n {
		return nil
	}
	scroll := r.page.scroll
	top, _ := heightOf(scroll.Content, r.Container)
	y := top + float32(i)*r.height
	switch {
	case y < scroll.Offset.Y:
		scroll.ScrollToOffset(fyne.NewPos(0, fyne.Max(0, y-2*r.height)))
	case y+r.height > scroll.Offset.Y+scroll.Size().Height:
		scroll.ScrollToOffset(fyne.NewPos(0, y+3*r.height-scroll.Size().Height))
	}
	r.fill()
	return r.live[i]
}

// Focus reveals a row and gives it the focus.
func (r *Rows) Focus(i int) {
	row, ok := r.Reveal(i).(fyne.Focusable)
	if c := fyne.CurrentApp().Driver().CanvasForObject(r.Container); ok && c != nil {
		c.Focus(row)
	}
}

type rowsLayout struct{ r *Rows }

func (l *rowsLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	for i, o := range l.r.live {
		o.Resize(fyne.NewSize(size.Width, l.r.height))
		o.Move(fyne.NewPos(0, float32(i)*l.r.height))
	}
}

func (l *rowsLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(100, float32(l.r.n)*l.r.height)
}

// A Col is a column of a table whose rows are made one by one.
type Col struct {
	Share float32 // of the room that the fixed ones leave
	Fixed float32
	From  float32 // it is shown where the table is at least as wide
}

// Cells lays out one row of a table; its objects are one for each column.
func Cells(cols []Col, gap float32, cells ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &cellsLayout{cols, gap}, Objects: cells}
}

type cellsLayout struct {
	cols []Col
	gap  float32
}

func (l *cellsLayout) Layout(cells []fyne.CanvasObject, size fyne.Size) {
	rest, shares := size.Width+l.gap, float32(0)
	for _, c := range l.cols {
		if size.Width < c.From {
			continue
		}
		rest -= c.Fixed + l.gap
		shares += c.Share
	}
	x := float32(0)
	for i, o := range cells {
		c := l.cols[i]
		if size.Width < c.From {
			o.Resize(fyne.NewSize(0, 0))
			o.Hide()
			continue
		}
		o.Show()
		w := c.Fixed
		if shares > 0 && c.Share > 0 {
			w += fyne.Max(0, rest) * c.Share / shares
		}
		h := fyne.Min(fit(o, w), size.Height)
		o.Resize(fyne.NewSize(w, h))
		o.Move(fyne.NewPos(x, (size.Height-h)/2))
		x += w + l.gap
	}
}

func (l *cellsLayout) MinSize(cells []fyne.CanvasObject) fyne.Size {
	h := float32(0)
	for _, o := range shown(cells) {
		h = fyne.Max(h, o.MinSize().Height)
	}
	return fyne.NewSize(200, h)
}

// Beside puts right at the right of left, which takes the room that is left, or below it where that is less than least.
func Beside(least, gap float32, left, right fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &besideLayout{least: least, gap: gap}, Objects: []fyne.CanvasObject{left, right}}
}

// TopBeside is Beside with both beginning at the top.
func TopBeside(least, gap float32, left, right fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &besideLayout{least: least, gap: gap, top: true}, Objects: []fyne.CanvasObject{left, right}}
}

type besideLayout struct {
	least, gap float32
	top, below bool
}

func (l *besideLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	right := o[1].MinSize().Width
	if w, ok := o[1].(*fyne.Container); ok {
		if wrap, ok := w.Layout.(*wrapLayout); ok {
			right = wrap.natural(w.Objects)
		}
	}
	l.below = size.Width-right-l.gap < l.least
	if l.below {
		h := fit(o[0], size.Width)
		o[0].Move(fyne.Position{})
		fit(o[1], size.Width)
		o[1].Move(fyne.NewPos(0, h+l.gap))
		return
	}
	left := size.Width - right - l.gap
	h := fit(o[0], left)
	g := fit(o[1], right)
	above, beside := (size.Height-h)/2, (size.Height-g)/2
	if l.top {
		above, beside = 0, 0
	}
	o[0].Move(fyne.NewPos(0, above))
	o[1].Move(fyne.NewPos(left+l.gap, beside))
}

func (l *besideLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	a, b := o[0].MinSize(), o[1].MinSize()
	if l.below {
		return fyne.NewSize(fyne.Max(a.Width, b.Width), a.Height+l.gap+b.Height)
	}
	return fyne.NewSize(fyne.Max(a.Width, b.Width), fyne.Max(a.Height, b.Height))
}

// natural is how wide all of it is in one line.
func (l *wrapLayout) natural(objects []fyne.CanvasObject) float32 {
	w := -l.gap
	for _, o := range shown(objects) {
		w += o.MinSize().Width + l.gap
	}
	return fyne.Max(0, w) + 0.5
}

// Fit puts a line that may be cut before something small that stands right behind it.
func Fit(line, small fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: fitLayout{}, Objects: []fyne.CanvasObject{line, small}}
}

type fitLayout struct{}

func (fitLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	line, small := o[0].MinSize(), o[1].MinSize()
	w := fyne.Max(0, fyne.Min(line.Width+1, size.Width-small.Width))
	o[0].Resize(fyne.NewSize(w, line.Height))
	o[0].Move(fyne.NewPos(0, (size.Height-line.Height)/2))
	o[1].Resize(small)
	o[1].Move(fyne.NewPos(w, (size.Height-small.Height)/2))
}

func (fitLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	line, small := o[0].MinSize(), o[1].MinSize()
	return fyne.NewSize(small.Width+20, fyne.Max(line.Height, small.Height))
}

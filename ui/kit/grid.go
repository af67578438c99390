package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"ferry/ui/look"
)

// Grid is a small table: a head, lines, and a last line that sums up when strong. The first column takes the room
// that is left; the others are numbers and end at the right.
func Grid(head []string, lines [][]string, sum []string) fyne.CanvasObject {
	cells := []fyne.CanvasObject{}
	add := func(line []string, style Style) {
		for i, words := range line {
			s := style
			s.Right = i > 0
			if i == 0 {
				cells = append(cells, NewElided(words, s))
			} else {
				cells = append(cells, NewText(words, s))
			}
		}
	}
	add(head, Style{Bold: true, Size: look.CaptionSize, Ink: look.Quiet})
	for _, l := range lines {
		add(l, Style{})
	}
	if sum != nil {
		add(sum, Style{Bold: true})
	}
	rules := []fyne.CanvasObject{}
	for range (len(cells) / len(head)) - 1 {
		rules = append(rules, Hairline())
	}
	return container.New(&gridLayout{columns: len(head), rules: len(rules), gap: 22, row: 34}, append(rules, cells...)...)
}

type gridLayout struct {
	columns, rules int
	gap, row       float32
}

func (l *gridLayout) widths(cells []fyne.CanvasObject) []float32 {
	w := make([]float32, l.columns)
	for i, c := range cells {
		if i%l.columns > 0 {
			w[i%l.columns] = fyne.Max(w[i%l.columns], c.MinSize().Width)
		}
	}
	return w
}

func (l *gridLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	cells := objects[l.rules:]
	widths := l.widths(cells)
	rest := size.Width
	for _, w := range widths[1:] {
		rest -= w + l.gap
	}
	widths[0] = fyne.Max(rest, 60)
	for i, c := range cells {
		x := float32(0)
		for _, w := range widths[:i%l.columns] {
			x += w + l.gap
		}
		h := c.MinSize().Height
		c.Resize(fyne.NewSize(widths[i%l.columns], h))
		c.Move(fyne.NewPos(x, float32(i/l.columns)*l.row+(l.row-h)/2))
	}
	for i, r := range objects[:l.rules] {
		r.Resize(fyne.NewSize(size.Width, 1))
		r.Move(fyne.NewPos(0, float32(i+1)*l.row))
	}
}

func (l *gridLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	cells := objects[l.rules:]
	w := float32(120)
	for _, c := range l.widths(cells) {
		w += c + l.gap
	}
	return fyne.NewSize(w, float32(len(cells)/l.columns)*l.row)
}

// Facts is a list of what is known: a quiet name, and what it is.
func Facts(facts ...Fact) fyne.CanvasObject {
	rows := []fyne.CanvasObject{}
	for i, f := range facts {
		if i > 0 {
			rows = append(rows, Hairline())
		}
		value := f.Object
		if value == nil {
			value = NewElided(f.Words, Style{Mono: f.Mono})
			if f.Mono {
				value = NewElided(f.Words, Style{Mono: true, Size: 13})
			}
		}
		rows = append(rows, Pad(8, 0, 8, 0, Row(16, Sized(170, 0, Quiet(f.Name)), Grow(value))))
	}
	return Column(0, rows...)
}

// A Fact is one line of Facts.
type Fact struct {
	Name, Words string
	Mono        bool
	Object      fyne.CanvasObject // instead of words
}

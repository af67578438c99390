package kit

import (
	"image/color"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui/look"
)

// Bar is a progress bar; without a known end it fills a part that says "under way".
type Bar struct {
	widget.BaseWidget
	part float64 // 0 to 1; below 0 the end is not known
	ink  fyne.ThemeColorName
}

// NewBar returns an empty bar.
func NewBar() *Bar {
	b := &Bar{ink: look.Primary}
	b.ExtendBaseWidget(b)
	return b
}

// Set says how much is done.
func (b *Bar) Set(part float64) {
	if part > 1 {
		part = 1
	}
	b.part = part
	b.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (b *Bar) CreateRenderer() fyne.WidgetRenderer {
	r := &barRenderer{b: b, rail: canvas.NewRectangle(color.Transparent), fill: canvas.NewRectangle(nil)}
	r.rail.CornerRadius, r.fill.CornerRadius = 4, 4
	r.Refresh()
	return r
}

type barRenderer struct {
	b          *Bar
	rail, fill *canvas.Rectangle
}

func (r *barRenderer) Destroy()           {}
func (r *barRenderer) MinSize() fyne.Size { return fyne.NewSize(40, 8) }
func (r *barRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.rail, r.fill}
}

func (r *barRenderer) Layout(s fyne.Size) {
	r.rail.Resize(s)
	part := float32(r.b.part)
	r.fill.Hidden = part == 0
	if part < 0 {
		part = 1
	}
	r.fill.Resize(fyne.NewSize(fyne.Max(s.Width*part, 8), s.Height))
}

func (r *barRenderer) Refresh() {
	r.rail.FillColor = theme.Color(look.FieldHover)
	r.fill.FillColor = theme.Color(r.b.ink)
	if r.b.part < 0 {
		r.fill.FillColor = theme.Color(theme.ColorNameFocus)
	}
	r.Layout(r.b.Size())
	canvas.Refresh(r.b)
}

// Progress is the live part of one table's card.
type Progress struct {
	*fyne.Container
	Bare   bool   // how far it is, and not what becomes of the records
	Back   string // what an import made is removed: the word for it; "" is no taking back
	bar    *Bar
	done   *Text
	pace   *Elided
	notice *Elided
	waits  *fyne.Container // the line of the notice, hidden while there is none
	counts *fyne.Container
}

// NewProgress returns an empty panel.
func NewProgress() *Progress {
	p := &Progress{
		bar: NewBar(), done: Strong(""), pace: NewElided("", Style{Ink: look.Quiet}),
		notice: NewElided("", Style{Ink: look.Warned}),
		counts: Wrap(20),
	}
	p.waits = Row(8, NewIcon("wait", look.Warned, 16), Grow(p.notice))
	p.waits.Hide()
	p.Container = Column(9, p.bar, Row(12, p.done, Grow(p.pace)), p.waits, p.counts)
	return p
}

// Set shows a snapshot of one table and reports whether the panel needs another height. now is for the waiting
// notice's clock.
func (p *Progress) Set(t importer.TableProgress, all importer.Progress, current bool, now time.Time) bool {
	before := p.MinSize().Height
	read := t.Counts.Read
	p.bar.Set(part(t))
	p.done.SetWords(readOf(read, t.Total))
	p.pace.set(pace(t, all, current))
	why := ""
	if current {
		why = Notice(all.Waiting, now)
	}
	p.notice.set(why)
	p.waits.Hidden = why == ""
	if p.counts.Hidden = p.Bare; !p.Bare {
		p.counts.Objects = counted(Parts(t.Counts))
		if p.Back != "" {
			p.counts.Objects = counted(BackParts(t.Counts, p.Back))
		} else {
			p.counts.Objects = append(p.counts.Objects, NewText(Sum(t.Counts), Style{Ink: look.Quiet}))
		}
	}
	p.Container.Refresh()
	return p.MinSize().Height != before
}

func (e *Elided) set(words string) { e.whole = words; e.SetWords(words) }

func part(t importer.TableProgress) float64 {
	switch {
	case t.State == importer.Done:
		return 1
	case t.Counts.Read == 0:
		return 0
	case t.Total.N <= 0 || t.Total.Truth == core.AtLeast && t.Counts.Read >= t.Total.N:
		return -1
	}
	return float64(t.Counts.Read) / float64(t.Total.N)
}

func readOf(read int64, total core.Count) string {
	if n := Count(total); n != "" {
		return lang.L("{{.Read}} of {{.Total}}", M{"Read": Number(read), "Total": n})
	}
	return lang.L("{{.N}} read", M{"N": Number(read)})
}

func pace(t importer.TableProgress, all importer.Progress, current bool) string {
	switch t.State {
	case importer.Waiting:
		return lang.L("waits for its turn")
	case importer.Finishing:
		return lang.L("finishing")
	case importer.Done:
		return lang.L("done")
	}
	if !current {
		return ""
	}
	words := []string{}
	if r := Rate(all.Rate); r != "" {
		words = append(words, r)
	}
	if all.Left > 0 {
		words = append(words, lang.L("{{.Time}} left", M{"Time": Duration(all.Left)}))
	}
	return strings.Join(words, " · ")
}

// Notice says why nothing happens: "Dynamics 365 asks us to wait: going on in 0:14".
func Notice(n core.Notice, now time.Time) string {
	switch {
	case n.Text == "":
		return ""
	case n.Until.After(now):
		return lang.L("{{.Why}}: going on in {{.Time}}", M{"Why": n.Text, "Time": Clock(n.Until.Sub(now))})
	}
	return n.Text
}

// CountWords are the parts of a count that say something, with their colours.
type CountWords struct {
	N     int64
	Label string
	Ink   fyne.ThemeColorName
}

// Parts lists the parts of a count that are not zero; created always stands there.
func Parts(c importer.Counts) []CountWords {
	all := []CountWords{
		{c.Created, lang.L("created"), look.Ink},
		{c.Updated, lang.L("updated"), look.Ink},
		{c.Unchanged, lang.L("unchanged"), look.Ink},
		{c.Removed, lang.L("removed"), look.Ink},
		{c.Skipped, lang.L("skipped"), look.Warned},
		{c.Refused, lang.L("refused"), look.Failed},
		{c.Unsure, lang.L("unsure"), look.Warned},
	}
	said := all[:0:0]
	for i, w := range all {
		if w.N != 0 || i == 0 {
			said = append(said, w)
		}
	}
	return said
}

// BackParts are the parts of what was taken back that are not zero. removed is the word for what an import made.
func BackParts(c importer.Counts, removed string) []CountWords {
	all := []CountWords{
		{c.Removed, removed, look.Ink},
		{c.Updated, lang.L("with former values"), look.Ink},
		{c.Created, lang.L("there again"), look.Ink},
		{c.Unchanged, lang.L("as before"), look.Ink},
		{c.Refused, lang.L("stay"), look.Warned},
	}
	return slices.DeleteFunc(all, func(w CountWords) bool { return w.N == 0 })
}

func counted(parts []CountWords) []fyne.CanvasObject {
	objects := []fyne.CanvasObject{}
	for _, w := range parts {
		quiet := look.Quiet
		if w.Ink != look.Ink {
			quiet = w.Ink
		}
		objects = append(objects, Row(5, NewText(Number(w.N), Style{Bold: true, Ink: w.Ink}), NewText(w.Label, Style{Ink: quiet})))
	}
	return objects
}

// Came says in a line what came of records: "2,983 read, 2,941 written, 13 refused".
func Came(c importer.Counts) string {
	words := []string{lang.L("{{.N}} read", M{"N": Number(c.Read)}), lang.L("{{.N}} written", M{"N": Number(c.Created + c.Updated + c.Removed)})}
	left := c
	left.Created, left.Updated, left.Removed, left.Unchanged = 0, 0, 0, 0
	for _, w := range Parts(left) {
		if w.N > 0 {
			words = append(words, Number(w.N)+" "+w.Label)
		}
	}
	return strings.Join(words, ", ")
}

// Sum shows that a count adds up: "read 2,983 = 2,411 + 530 + 29 + 13".
func Sum(c importer.Counts) string {
	return sum(c, func(w CountWords) string { return Number(w.N) })
}

// SumWords is Sum with the name of each part: "read 2,983 = 2,411 created + 530 updated".
func SumWords(c importer.Counts) string {
	return sum(c, func(w CountWords) string { return Number(w.N) + " " + w.Label })
}

func sum(c importer.Counts, term func(CountWords) string) string {
	terms := []string{}
	for _, w := range Parts(c) {
		terms = append(terms, term(w))
	}
	return lang.L("read {{.Read}} = {{.Terms}}", M{"Read": Number(c.Read), "Terms": strings.Join(terms, " + ")})
}

package kit

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"ferry/ui/look"
)

// A Style says how a Text looks.
type Style struct {
	Size  float32             // 0 is look.TextSize
	Ink   fyne.ThemeColorName // "" is look.Ink
	Bold  bool
	Mono  bool
	Wrap  bool // goes on in the next line; otherwise it ends with an ellipsis
	Right bool // ends at the right edge
	Mid   bool // stands in the middle
	Most  int  // lines at most, where it wraps; the last ends with an ellipsis. 0 is any
}

func (s Style) size() float32 {
	if s.Size == 0 {
		return look.TextSize
	}
	return s.Size
}

func (s Style) ink() fyne.ThemeColorName {
	if s.Ink == "" {
		return look.Ink
	}
	return s.Ink
}

func (s Style) fyne() fyne.TextStyle { return fyne.TextStyle{Bold: s.Bold, Monospace: s.Mono} }

// Text is words in one style. It never draws beyond its room: it wraps, or it ends with an ellipsis.
type Text struct {
	widget.BaseWidget
	style Style
	words string
	lines []string
	width float32 // for which lines were made
}

// NewText returns words in a style.
func NewText(words string, style Style) *Text {
	t := &Text{style: style, words: tidy(words, style.Wrap)}
	t.ExtendBaseWidget(t)
	return t
}

// Body is a plain line.
func Body(words string) *Text { return NewText(words, Style{}) }

// Para is plain words that wrap.
func Para(words string) *Text { return NewText(words, Style{Wrap: true}) }

// Strong is a bold line.
func Strong(words string) *Text { return NewText(words, Style{Bold: true}) }

// StrongPara is bold words that wrap.
func StrongPara(words string) *Text { return NewText(words, Style{Bold: true, Wrap: true}) }

// Quiet is a line that stays in the background.
func Quiet(words string) *Text { return NewText(words, Style{Ink: look.Quiet}) }

// QuietPara is quiet words that wrap.
func QuietPara(words string) *Text { return NewText(words, Style{Ink: look.Quiet, Wrap: true}) }

// Caption is small and quiet.
func Caption(words string) *Text {
	return NewText(words, Style{Ink: look.Quiet, Size: look.CaptionSize})
}

// CaptionPara is small quiet words that wrap.
func CaptionPara(words string) *Text {
	return NewText(words, Style{Ink: look.Quiet, Size: look.CaptionSize, Wrap: true})
}

// Mono is a logical name.
func Mono(words string) *Text {
	return NewText(words, Style{Mono: true, Ink: look.Quiet, Size: look.CaptionSize})
}

// Head is the head of a card.
func Head(words string) *Text {
	return NewText(words, Style{Bold: true, Size: look.HeadSize, Wrap: true})
}

// Words returns what it says.
func (t *Text) Words() string { return t.words }

// SetWords changes what it says.
func (t *Text) SetWords(words string) {
	words = tidy(words, t.style.Wrap)
	if words == t.words {
		return
	}
	t.words, t.lines = words, nil
	t.Refresh()
}

// SetInk changes its colour.
func (t *Text) SetInk(ink fyne.ThemeColorName) {
	t.style.Ink = ink
	t.Refresh()
}

// tidy makes words drawable: control characters, which a font shows as boxes, become spaces.
func tidy(words string, wrap bool) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && wrap:
			return r
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, words)
}

// MinSize of wrapped words is the height they had at the last width.
func (t *Text) MinSize() fyne.Size {
	t.ExtendBaseWidget(t)
	line := t.lineHeight()
	if !t.style.Wrap {
		return fyne.NewSize(t.measure(t.words), line)
	}
	n := 1
	if t.width > 0 {
		n = len(t.wrapped())
	}
	return fyne.NewSize(16, line*float32(n))
}

// Resize gives it its room.
func (t *Text) Resize(s fyne.Size) {
	if s.Width != t.width {
		t.width, t.lines = s.Width, nil
	}
	t.BaseWidget.Resize(s)
}

func (t *Text) measure(s string) float32 {
	if s == "" {
		return 0
	}
	return fyne.MeasureText(s, t.style.size(), t.style.fyne()).Width
}

func (t *Text) lineHeight() float32 {
	return fyne.MeasureText("Mg", t.style.size(), t.style.fyne()).Height
}

// wrapped returns the lines for the present width.
func (t *Text) wrapped() []string {
	if t.lines == nil {
		if t.style.Wrap {
			t.lines = wrap(t.words, t.width, t.measure)
			if n := t.style.Most; n > 0 && len(t.lines) > n {
				rest := strings.Join(t.lines[n-1:], " ")
				t.lines = append(t.lines[:n-1:n-1], ellipsis(rest, t.width, t.measure))
			}
		} else {
			t.lines = []string{ellipsis(t.words, t.width, t.measure)}
		}
	}
	return t.lines
}

// Cut reports whether not all words can be seen.
func (t *Text) Cut() bool {
	if t.style.Wrap {
		return t.style.Most > 0 && t.width > 0 && strings.HasSuffix(t.wrapped()[len(t.wrapped())-1], "…") && !strings.HasSuffix(t.words, "…")
	}
	return t.width > 0 && t.wrapped()[0] != t.words
}

// CreateRenderer implements fyne.Widget.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	t.ExtendBaseWidget(t)
	r := &textRenderer{t: t}
	r.Refresh()
	return r
}

type textRenderer struct {
	t     *Text
	lines []*canvas.Text
}

func (r *textRenderer) Destroy() {}

func (r *textRenderer) MinSize() fyne.Size { return r.t.MinSize() }

func (r *textRenderer) Objects() []fyne.CanvasObject {
	objects := make([]fyne.CanvasObject, len(r.lines))
	for i, l := range r.lines {
		objects[i] = l
	}
	return objects
}

func (r *textRenderer) Layout(size fyne.Size) {
	r.sync()
	h := r.t.lineHeight()
	for i, l := range r.lines {
		l.Resize(fyne.NewSize(size.Width, h))
		l.Move(fyne.NewPos(0, float32(i)*h))
	}
}

func (r *textRenderer) Refresh() {
	r.sync()
	r.Layout(r.t.Size())
	for _, l := range r.lines {
		l.Refresh()
	}
}

func (r *textRenderer) sync() {
	words := r.t.wrapped()
	for len(r.lines) < len(words) {
		r.lines = append(r.lines, canvas.NewText("", nil))
	}
	r.lines = r.lines[:len(words)]
	for i, l := range r.lines {
		l.Text = words[i]
		l.Color = theme.Color(r.t.style.ink())
		l.TextSize = r.t.style.size()
		l.TextStyle = r.t.style.fyne()
		l.Alignment = fyne.TextAlignLeading
		switch {
		case r.t.style.Right:
			l.Alignment = fyne.TextAlignTrailing
		case r.t.style.Mid:
			l.Alignment = fyne.TextAlignCenter
		}
	}
}

// wrap breaks words into lines no wider than width; a word that is wider than a line is broken itself.
func wrap(words string, width float32, measure func(string) float32) []string {
	var lines []string
	for _, para := range strings.Split(words, "\n") {
		line := ""
		for _, word := range strings.Fields(para) {
			next := word
			if line != "" {
				next = line + " " + word
			}
			if measure(next) <= width {
				line = next
				continue
			}
			if line != "" {
				lines = append(lines, line)
			}
			for line = word; measure(line) > width; {
				n := fitting(line, width, measure)
				if n >= len(line) {
					break
				}
				lines = append(lines, line[:n])
				line = line[n:]
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// fitting returns how many bytes of s fit into width: at least one character.
func fitting(s string, width float32, measure func(string) float32) int {
	ends := make([]int, 0, len(s))
	for i := range s {
		if i > 0 {
			ends = append(ends, i)
		}
	}
	ends = append(ends, len(s))
	low, high := 0, len(ends)-1
	for low < high {
		mid := (low + high + 1) / 2
		if measure(s[:ends[mid]]) <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return ends[low]
}

// ellipsis shortens words to width.
func ellipsis(words string, width float32, measure func(string) float32) string {
	if width <= 0 || measure(words) <= width+0.5 {
		return words
	}
	n := fitting(words, width-measure("…"), measure)
	return strings.TrimRight(words[:n], " ") + "…"
}

// An Elided is a line that shows all its words in a tip while it is cut.
type Elided struct {
	Text
	whole string
}

// NewElided returns a line that may be cut.
func NewElided(words string, style Style) *Elided {
	style.Wrap = style.Most > 1
	e := &Elided{whole: words}
	e.style, e.words = style, tidy(words, false)
	e.ExtendBaseWidget(e)
	return e
}

var _ desktop.Hoverable = (*Elided)(nil)

// MouseIn implements desktop.Hoverable.
func (e *Elided) MouseIn(*desktop.MouseEvent) {
	if e.Cut() {
		showTip(e, e.whole)
	}
}

// MouseMoved implements desktop.Hoverable.
func (e *Elided) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (e *Elided) MouseOut() { hideTip(e) }

// SetWhole changes what it says.
func (e *Elided) SetWhole(words string) { e.set(words) }

// IsMono reports whether it is drawn in the font for logical names.
func (t *Text) IsMono() bool { return t.style.Mono }

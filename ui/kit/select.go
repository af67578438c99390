package kit

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"ferry/ui/look"
)

// A SelectItem is one line of a list to choose from.
type SelectItem struct {
	Words string
	Note  string // quiet, at the right; it is searched too
	Off   string // why it cannot be chosen; "" when it can
}

// A SelectJob says what is chosen from.
type SelectJob struct {
	Title  string
	About  string
	Search string // what the field says while it is empty
	Items  []SelectItem
	Chosen int                        // -1 is none
	Picked func(i int)                // an item
	Own    string                     // label of the button that takes what was typed; "" takes items only
	Typed  func(text string)          // what was typed
	Text   string                     // what stands in the field to begin with
	Most   float32                    // height of the list; 0 is as many lines as there are, at most eight
	Extra  func() []fyne.CanvasObject // further buttons, before Own
}

// A selecting is an open list. Typing narrows it down, the arrows walk through it, Enter takes the line that is marked.
type selecting struct {
	job   SelectJob
	sheet *Sheet
	list  *widget.List
	none  *Text
	tally *Text
	folds []string
	hits  []int
	at    int
	lines map[fyne.CanvasObject]*selectLine
}

const selectRow = 38

// ShowSelect shows a list to choose from. It stays quick with thousands of lines: only those in view are drawn.
func ShowSelect(c fyne.Canvas, j SelectJob) *Sheet {
	s := &selecting{job: j, folds: make([]string, len(j.Items)), lines: map[fyne.CanvasObject]*selectLine{}}
	for i, item := range j.Items {
		s.folds[i] = strings.ToLower(item.Words + "\n" + item.Note)
	}
	s.list = widget.NewList(func() int { return len(s.hits) }, s.line, s.draw)
	s.list.HideSeparators = true
	s.none = NewText(lang.L("Nothing has this name."), Style{Ink: look.Quiet, Mid: true})
	s.tally = Caption("")
	if j.Search == "" {
		j.Search = lang.L("Search")
	}
	search := NewEntry(lang.L("Search"), j.Search)
	search.Text = j.Text
	search.OnChanged = func(text string) { s.narrow(text); s.first() }
	search.OnKey = s.key
	search.OnSubmitted = func(text string) {
		if len(s.hits) == 0 && j.Typed != nil && strings.TrimSpace(text) != "" {
			s.own(text)
			return
		}
		s.take(s.at)
	}
	s.narrow("")
	height := j.Most
	if height == 0 {
		height = selectRow * min(8, float32(len(j.Items)))
	}
	parts := []fyne.CanvasObject{}
	if j.About != "" {
		parts = append(parts, QuietPara(j.About))
	}
	parts = append(parts, search)
	if len(j.Items) > 0 {
		parts = append(parts, Sized(100, max(selectRow, height), container.NewStack(s.list, container.NewCenter(s.none))))
		if len(j.Items) > 8 {
			parts = append(parts, s.tally)
		}
	}
	buttons := []fyne.CanvasObject{Plain(lang.L("Cancel"), func() { s.sheet.Close() })}
	if j.Extra != nil {
		buttons = append(buttons, j.Extra()...)
	}
	if j.Typed != nil {
		use := Plain(j.Own, nil)
		if len(j.Items) == 0 { // there is nothing else to take
			use = Primary(j.Own, nil)
		}
		use.Does(func() { s.own(search.Text) })
		buttons = append(buttons, use)
	}
	s.sheet = ShowSheet(c, SheetJob{Title: j.Title, Width: 560, Focus: search, Body: Column(10, parts...), Buttons: buttons})
	if s.at > 0 {
		s.list.ScrollTo(s.at)
	}
	if j.Text != "" {
		search.TypedShortcut(&fyne.ShortcutSelectAll{})
	}
	return s.sheet
}

// narrow keeps the lines that hold a text; those that begin with it come first.
func (s *selecting) narrow(text string) {
	text = strings.ToLower(strings.TrimSpace(text))
	var first, rest []int
	for i, fold := range s.folds {
		switch {
		case strings.HasPrefix(fold, text):
			first = append(first, i)
		case strings.Contains(fold, text):
			rest = append(rest, i)
		}
	}
	s.hits, s.at = append(first, rest...), 0
	for at, i := range s.hits {
		if text == "" && i == s.job.Chosen {
			s.at = at
		}
	}
	s.none.Hidden = len(s.hits) > 0
	s.tally.SetWords(lang.L("{{.Hits}} of {{.All}}", M{"Hits": Number(int64(len(s.hits))), "All": Number(int64(len(s.folds)))}))
}

func (s *selecting) first() {
	s.list.Refresh()
	s.list.ScrollToTop()
	s.none.Refresh()
}

// key walks through the list while the focus stays in the field.
func (s *selecting) key(name fyne.KeyName) bool {
	step := map[fyne.KeyName]int{fyne.KeyDown: 1, fyne.KeyUp: -1, fyne.KeyPageDown: 7, fyne.KeyPageUp: -7}[name]
	if step == 0 || len(s.hits) == 0 {
		return false
	}
	s.at = max(0, min(s.at+step, len(s.hits)-1))
	s.list.Refresh()
	s.list.ScrollTo(s.at)
	return true
}

func (s *selecting) take(at int) {
	if at < 0 || at >= len(s.hits) || s.job.Items[s.hits[at]].Off != "" {
		return
	}
	i := s.hits[at]
	s.sheet.Close()
	s.job.Picked(i)
}

func (s *selecting) own(text string) {
	if text = strings.TrimSpace(text); text == "" {
		return
	}
	s.sheet.Close()
	s.job.Typed(text)
}

func (s *selecting) draw(at widget.ListItemID, o fyne.CanvasObject) {
	if at >= len(s.hits) {
		return
	}
	i := s.hits[at]
	s.lines[o].set(s.job.Items[i], i == s.job.Chosen, at == s.at, func() { s.take(at) })
}

// line makes one line of the list. It is used again and again for what is in view.
func (s *selecting) line() fyne.CanvasObject {
	l := &selectLine{words: NewElided("", Style{}), note: NewElided("", Style{Size: look.CaptionSize, Ink: look.Quiet, Right: true}), sign: NewIcon("", look.Primary, 14)}
	l.pick = NewPick(Row(10, l.sign, Grow(l.words), Sized(130, 1, l.note)), nil)
	plain := l.pick.paint
	l.pick.paint = func() {
		plain()
		if l.marked {
			l.pick.box.Fill = look.PrimaryTint
		}
	}
	s.lines[l.pick] = l
	return l.pick
}

// A selectLine is one line of the list.
type selectLine struct {
	pick        *Pick
	words, note *Elided
	sign        *Icon
	marked      bool
}

func (l *selectLine) set(item SelectItem, chosen, marked bool, tap func()) {
	l.words.SetWhole(item.Words)
	l.note.SetWhole(item.Note)
	l.sign.Set("", look.Primary)
	if chosen {
		l.sign.Set("check", look.Primary)
	}
	ink := look.Ink
	if item.Off != "" {
		ink = look.Faint
		l.note.SetWhole(item.Off)
	}
	l.words.SetInk(ink)
	l.marked, l.pick.tap = marked, tap
	l.pick.Unless(item.Off)
}

// A Selector shows what is chosen, as a field does, and opens what it is chosen from.
type Selector struct {
	press
	words string
	box   *Box
	label *Elided
	ink   fyne.ThemeColorName
}

// NewSelector returns a field that opens a list.
func NewSelector(words string, open func()) *Selector {
	s := &Selector{words: words, box: NewBox(look.Field, look.Line, look.SmallRound), label: NewElided(words, Style{}), ink: look.Ink}
	s.tap = open
	s.content = Sized(0, 34, On(s.box, Pad(0, 10, 0, 12, Row(8, Grow(s.label), NewIcon("down", look.Quiet, 14)))))
	s.paint = func() {
		s.box.Fill, s.box.Stroke, s.box.StrokeWidth = look.Field, look.Line, 1
		if s.hovered && !s.off {
			s.box.Fill = look.FieldHover
		}
		if s.focused {
			s.box.Stroke, s.box.StrokeWidth = look.Primary, 2
		}
		s.label.style.Ink = s.ink
		if s.off {
			s.label.style.Ink = look.Faint
		}
	}
	s.extend(s)
	return s
}

// Words returns what is chosen.
func (s *Selector) Words() string { return s.words }

// Set changes what is chosen, its colour, and what a tap opens.
func (s *Selector) Set(words string, ink fyne.ThemeColorName, open func()) {
	s.words, s.ink, s.tap = words, ink, open
	s.label.SetWhole(words)
	s.Refresh()
}

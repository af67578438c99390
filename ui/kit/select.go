package kit

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"ferry/ui/look"
)

// A SelectItem is one line of a list to choose from.
type SelectItem struct {
	Words   string
	Logical string // its other name
	Note    string // quiet, at the right; it is searched too
	Off     string // why it cannot be chosen; "" when it can
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

	Several bool                                   // lines are marked until they are used together
	Marked  []int                                  // of Several: those that are, to begin with
	Used    func(marked []int)                     // of Several
	Below   func(s *Selecting) []fyne.CanvasObject // what stands below the list
	Typing  func(s *Selecting, text string)        // hears what is searched
	Closed  func()
}

// A Selecting is an open list. Typing narrows it down, the arrows walk through it, Enter takes the line that is marked.
type Selecting struct {
	job   SelectJob
	sheet *Sheet
	use   *Button

	list  *widget.List
	none  *Text
	tally *Text
	folds []string
	hits  []int
	at    int
	lines map[fyne.CanvasObject]*selectLine
	text  string
	names bool // items have two names
}

const selectRow = 40

// ShowSelect shows a list to choose from. It stays quick with thousands of lines: only those in view are drawn.
func ShowSelect(c fyne.Canvas, j SelectJob) *Selecting {
	s := &Selecting{job: j, lines: map[fyne.CanvasObject]*selectLine{}}
	s.job.Items, s.job.Marked = nil, slices.Clone(j.Marked)
	s.fold(j.Items)
	s.list = widget.NewList(func() int { return len(s.hits) }, s.line, s.draw)
	s.list.HideSeparators = true
	s.none = NewText(lang.L("Nothing has this name."), Style{Ink: look.Quiet, Mid: true})
	s.tally = Caption("")
	s.use = Primary(lang.L("Use these"), func() { s.sheet.Close(); j.Used(s.job.Marked) })
	if j.Search == "" {
		j.Search = lang.L("Search")
	}
	search := NewEntry(lang.L("Search"), j.Search)
	search.Text = j.Text
	search.OnChanged = func(text string) {
		s.narrow(text)
		s.first()
		if j.Typing != nil {
			j.Typing(s, strings.TrimSpace(text))
		}
	}
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
	if len(j.Items) > 0 || j.Typing != nil {
		parts = append(parts, Sized(100, max(selectRow, height), container.NewStack(s.list, container.NewCenter(s.none))))
	}
	if j.Below != nil {
		parts = append(parts, j.Below(s)...)
	}
	if len(j.Items) > 8 || j.Several {
		parts = append(parts, s.tally)
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
	if j.Several {
		buttons = append(buttons, s.use)
	}
	s.sheet = ShowSheet(c, SheetJob{Title: j.Title, Width: 580, Focus: search, Body: Column(10, parts...), Buttons: buttons, Closed: j.Closed})
	if s.at > 0 {
		s.list.ScrollTo(s.at)
	}
	if j.Text != "" {
		search.TypedShortcut(&fyne.ShortcutSelectAll{})
	}
	return s
}

// Close takes the list away, Refit makes it as large as it is now.
func (s *Selecting) Close() { s.sheet.Close() }
func (s *Selecting) Refit() { s.sheet.Refit() }

// Item is a line.
func (s *Selecting) Item(i int) SelectItem { return s.job.Items[i] }

// Add adds lines behind those that are there.
func (s *Selecting) Add(items ...SelectItem) {
	s.fold(items)
	s.narrow(s.text)
	s.list.Refresh()
	s.none.Refresh()
}

// Mark marks lines, as a tap does.
func (s *Selecting) Mark(lines ...int) {
	for _, i := range lines {
		if !slices.Contains(s.job.Marked, i) {
			s.job.Marked = append(s.job.Marked, i)
		}
	}
	s.count()
	s.list.Refresh()
}

func (s *Selecting) fold(items []SelectItem) {
	for _, item := range items {
		s.folds = append(s.folds, strings.ToLower(item.Words+"\n"+item.Logical+"\n"+item.Note))
		s.names = s.names || item.Logical != ""
	}
	s.job.Items = append(s.job.Items, items...)
}

// count says how many lines there are, or are marked.
func (s *Selecting) count() {
	if !s.job.Several {
		s.tally.SetWords(lang.L("{{.Hits}} of {{.All}}", M{"Hits": Number(int64(len(s.hits))), "All": Number(int64(len(s.folds)))}))
		return
	}
	s.tally.SetWords(lang.L("{{.N}} chosen", M{"N": Number(int64(len(s.job.Marked)))}))
	s.use.Unless("")
	if len(s.job.Marked) == 0 {
		s.use.Unless(lang.L("Choose at least one."))
	}
}

// narrow keeps the lines that hold a text; those that begin with it come first.
func (s *Selecting) narrow(text string) {
	text = strings.ToLower(strings.TrimSpace(text))
	s.text = text
	var first, rest []int
	for i, fold := range s.folds {
		switch {
		case strings.HasPrefix(fold, text), s.names && strings.HasPrefix(strings.ToLower(s.job.Items[i].Logical), text):
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
	s.count()
}

func (s *Selecting) first() {
	s.list.Refresh()
	s.list.ScrollToTop()
	s.none.Refresh()
}

// key walks through the list while the focus stays in the field.
func (s *Selecting) key(name fyne.KeyName) bool {
	step := map[fyne.KeyName]int{fyne.KeyDown: 1, fyne.KeyUp: -1, fyne.KeyPageDown: 7, fyne.KeyPageUp: -7}[name]
	if step == 0 || len(s.hits) == 0 {
		return false
	}
	s.at = max(0, min(s.at+step, len(s.hits)-1))
	s.list.Refresh()
	s.list.ScrollTo(s.at)
	return true
}

func (s *Selecting) take(at int) {
	if at < 0 || at >= len(s.hits) || s.job.Items[s.hits[at]].Off != "" {
		return
	}
	i := s.hits[at]
	if s.job.Several {
		if on := slices.Index(s.job.Marked, i); on >= 0 {
			s.job.Marked = slices.Delete(s.job.Marked, on, on+1)
			s.Mark()
		} else {
			s.Mark(i)
		}
		return
	}
	s.sheet.Close()
	s.job.Picked(i)
}

func (s *Selecting) own(text string) {
	if text = strings.TrimSpace(text); text == "" {
		return
	}
	s.sheet.Close()
	s.job.Typed(text)
}

func (s *Selecting) draw(at widget.ListItemID, o fyne.CanvasObject) {
	if at >= len(s.hits) {
		return
	}
	i := s.hits[at]
	sign := ""
	switch {
	case !s.job.Several && i == s.job.Chosen, s.job.Several && slices.Contains(s.job.Marked, i):
		sign = "check"
	case s.job.Several:
		sign = "dash"
	}
	s.lines[o].set(s.job.Items[i], sign, at == s.at, func() { s.take(at) })
}

// line makes one line of the list. It is used again and again for what is in view.
func (s *Selecting) line() fyne.CanvasObject {
	l := &selectLine{words: NewElided("", Style{}), logical: NewElided("", Style{Mono: true, Size: look.CaptionSize, Ink: look.Quiet}), note: NewElided("", Style{Size: look.CaptionSize, Ink: look.Quiet, Right: true}), sign: NewIcon("", look.Primary, 14)}
	row := Row(10, l.sign, Grow(l.words), Sized(130, 1, l.note))
	if s.names { // all as wide as each other, however long they are
		row = Row(10, l.sign, Grow(TopRow(10, Grow(l.words), Grow(l.logical), Grow(l.note))))
	}
	l.pick = NewPick(row, nil)
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
	pick                 *Pick
	words, logical, note *Elided
	sign                 *Icon
	marked               bool
}

func (l *selectLine) set(item SelectItem, sign string, marked bool, tap func()) {
	l.words.SetWhole(item.Words)
	l.logical.SetWhole(item.Logical)
	l.note.SetWhole(item.Note)
	l.sign.Set(sign, look.Primary)
	if sign == "dash" {
		l.sign.Set(sign, look.Faint)
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

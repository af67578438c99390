package ui

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// choiceTable is the table of one column's options. Only the rows in view are drawn, and their order stays while one
// works through them: an option that got its value does not jump away.
type choiceTable struct {
	c      *mappingChoices
	which  choiceWhich
	search *kit.Entry
	list   *widget.List
	none   *kit.Text
	live   *kit.Text // how far the count is

	order []int64 // codes in the order in which they stand
	rows  map[int64]mapping.ChoiceRow
	hits  []int64
	words map[string]string // the destination's options by code
	drawn map[fyne.CanvasObject]*choiceLine
}

type choiceWhich int

const (
	choicesAll choiceWhich = iota
	choicesOpen
	choicesUnused
)

func newChoiceTable(c *mappingChoices) *choiceTable {
	t := &choiceTable{c: c, drawn: map[fyne.CanvasObject]*choiceLine{}, none: kit.NewText("", kit.Style{Ink: look.Quiet, Mid: true, Wrap: true}), live: kit.Caption("")}
	t.search = kit.NewEntry(lang.L("Search options"), lang.L("Search by label, code or value"))
	t.search.OnChanged = func(string) { t.narrow() }
	t.list = widget.NewList(func() int { return len(t.hits) }, t.line, t.draw)
	t.list.OnSelected = func(i widget.ListItemID) {
		t.list.UnselectAll()
		if i < len(t.hits) {
			t.pick(t.hits[i])
		}
	}
	return t
}

// open begins with a column anew: all of it, the open ones first.
func (t *choiceTable) open() {
	t.order, t.which = nil, choicesAll
	t.search.SetText("")
	t.top()
}

// top scrolls to the beginning; a list that was never drawn is there.
func (t *choiceTable) top() {
	if len(t.drawn) > 0 {
		t.list.ScrollToTop()
	}
}

// reveal scrolls to an option.
func (t *choiceTable) reveal(code int64) {
	t.which = choicesAll
	t.search.SetText("")
	t.read()
	if i := slices.Index(t.hits, code); i >= 0 {
		t.list.ScrollTo(i)
	}
}

// read takes the options from the draft.
func (t *choiceTable) read() {
	d := t.c.p.draft()
	rows := d.ChoiceTable(t.c.column)
	t.rows = make(map[int64]mapping.ChoiceRow, len(rows))
	for _, r := range rows {
		t.rows[r.Code] = r
	}
	if len(t.order) != len(rows) || slices.ContainsFunc(t.order, func(code int64) bool { _, ok := t.rows[code]; return !ok }) {
		t.order = t.order[:0]
		for _, r := range rows {
			t.order = append(t.order, r.Code)
		}
	}
	options := d.Options(t.c.column)
	names := mapping.OptionWords(options)
	t.words = make(map[string]string, len(options))
	for i, o := range options {
		t.words[kit.Code(o.Code)] = names[i]
	}
	t.narrow()
}

// narrow keeps the rows that are wanted.
func (t *choiceTable) narrow() {
	text := strings.ToLower(strings.TrimSpace(t.search.Text))
	t.hits = t.hits[:0]
	for _, code := range t.order {
		r, ok := t.rows[code]
		if !ok || !t.shows(r) {
			continue
		}
		if text == "" || strings.Contains(strings.ToLower(r.Label+"\n"+kit.Code(code)+"\n"+t.goes(r)), text) {
			t.hits = append(t.hits, code)
		}
	}
	switch {
	case len(t.hits) > 0:
		t.none.SetWords("")
	case text != "":
		t.none.SetWords(lang.L("No option has these words."))
	case t.which == choicesOpen:
		t.none.SetWords(lang.L("Every option has a value."))
	case t.which == choicesUnused:
		t.none.SetWords(lang.L("Every option is used."))
	default:
		t.none.SetWords(lang.L("The field has no options."))
	}
	t.none.Hidden = len(t.hits) > 0
	t.list.Refresh()
}

func (t *choiceTable) shows(r mapping.ChoiceRow) bool {
	switch t.which {
	case choicesOpen:
		return r.How == mapping.ChoiceOpen || r.Gone
	case choicesUnused:
		return t.counted() && r.Rows == 0
	}
	return true
}

// counted reports whether it is known how many records use the options.
func (t *choiceTable) counted() bool {
	b, ok := t.c.p.draft().Binding(t.c.column)
	if !ok {
		return false
	}
	field := b.Field
	if b.From == mapping.FromSeveral && len(b.Fields) > 0 {
		field = b.Fields[0]
	}
	_, known := t.c.used[field]
	return known
}

// goes is what an option becomes, in words; "" while that is open.
func (t *choiceTable) goes(r mapping.ChoiceRow) string {
	switch r.How {
	case mapping.ChoiceEmpty:
		return lang.L("left empty")
	case mapping.ChoiceOpen:
		return ""
	}
	if words, ok := t.words[r.To]; ok {
		return words
	}
	return r.To
}

func (t *choiceTable) tally() (open, unused int) {
	counted := t.counted()
	for _, r := range t.rows {
		if r.How == mapping.ChoiceOpen || r.Gone {
			open++
		}
		if counted && r.Rows == 0 {
			unused++
		}
	}
	return open, unused
}

const choiceRow = 50

// card draws the table.
func (t *choiceTable) card(one mapping.ChoiceColumn) fyne.CanvasObject {
	t.read()
	open, unused := t.tally()
	n := func(words string, n int) string { return words + " " + kit.Number(int64(n)) }
	chips := []string{n(lang.L("All"), len(t.rows)), n(lang.L("Open"), open)}
	if t.counted() {
		chips = append(chips, n(lang.L("Unused"), unused))
	} else if t.which == choicesUnused {
		t.which = choicesAll
	}
	segments := kit.Segments(chips, int(t.which), func(i int) {
		t.which = choiceWhich(i)
		t.order = nil
		t.top()
		t.c.p.w.refresh()
	})
	height := choiceRow * float32(max(2, min(len(t.hits), 9)))
	body := container2(kit.Sized(100, height, t.list), t.none)
	return kit.Card(kit.Column(12,
		kit.Foot(10, t.use(), t.verbs(one, open)...),
		kit.Row(12, kit.Grow(t.search), segments),
		choiceHead(one),
		body))
}

// verbs are what can be done with all options of a column at once.
func (t *choiceTable) verbs(one mapping.ChoiceColumn, open int) []fyne.CanvasObject {
	if !one.Free {
		match := kit.Plain(lang.L("Match by label"), t.match)
		if open == 0 {
			match.Unless(lang.L("Every option has a value."))
		}
		return []fyne.CanvasObject{match}
	}
	fill := kit.Plain(lang.L("Fill with the labels"), func() { t.c.own(t.c.column, true) })
	if open == 0 {
		fill.Unless(lang.L("Every option has a value."))
	}
	if !t.c.p.draft().Free() {
		return []fyne.CanvasObject{fill}
	}
	drop := kit.Plain(lang.L("Carry the code again"), func() {
		t.c.p.do(func(d *mapping.Draft) error { return d.CarryAs(t.c.column, mapping.Whole) })
	})
	return []fyne.CanvasObject{drop, fill}
}

// match gives what has the same label its value, and says how many were found.
func (t *choiceTable) match() {
	found := 0
	t.c.p.do(func(d *mapping.Draft) (err error) {
		found, err = d.MatchChoices(t.c.column)
		return err
	})
	words := lang.N("{{.N}} options have a value of the same label. Undo takes it back.", found, kit.M{"N": kit.Number(int64(found))})
	if found == 0 {
		words = lang.L("No open option has a value of the same label there.")
	}
	t.live.SetWords(words)
}

// use says how many records use the options, or offers to count them.
func (t *choiceTable) use() fyne.CanvasObject {
	c := t.c
	switch {
	case c.usage != nil:
		t.counting()
		return kit.Row(10, kit.NewSpinner(), t.live, kit.Link(lang.L("Stop counting"), func() { c.usage.Cancel() }))
	case c.failed != nil:
		return kit.Row(10, kit.NewIcon("warn", look.Warned, 16), kit.NewText(lang.L("Not counted: {{.Why}}", kit.M{"Why": c.failed.Cause}), kit.Style{Size: look.CaptionSize}), kit.Link(lang.L("Try again"), c.count))
	case c.p.w.connection() == nil:
		return kit.Caption(lang.L("Records are not counted: there is no connection."))
	case !t.counted():
		return kit.Link(lang.L("Count the records that use them"), c.count)
	}
	return kit.Link(lang.L("Count again"), c.count)
}

// counting shows how far the count is.
func (t *choiceTable) counting() {
	t.live.SetWords(lang.L("{{.N}} looked at", kit.M{"N": kit.Number(t.c.walked)}))
}

// pick says what an option becomes.
func (t *choiceTable) pick(code int64) {
	r, ok := t.rows[code]
	if !ok {
		return
	}
	column, d := t.c.column, t.c.p.draft()
	options := d.Options(column)
	names := mapping.OptionWords(options)
	job := kit.SelectJob{Title: lang.L("What does “{{.Option}}” become?", kit.M{"Option": optionWords(r)}), Chosen: -1}
	set := func(to string) {
		t.c.p.do(func(d *mapping.Draft) error { return d.SetChoice(column, code, to) })
	}
	for i, o := range options {
		job.Items = append(job.Items, kit.SelectItem{Words: names[i], Note: kit.Code(o.Code)})
		if r.How == mapping.ChoiceSet && r.To == kit.Code(o.Code) {
			job.Chosen = i
		}
	}
	job.Picked = func(i int) { set(kit.Code(options[i].Code)) }
	if len(options) == 0 {
		job.About = lang.L("Type the value that the column gets for this option.")
		job.Search, job.Own, job.Text = lang.L("Value"), lang.L("Use this value"), r.To
		job.Typed = set
	}
	var sheet *kit.Selecting
	job.Extra = func() []fyne.CanvasObject {
		empty := kit.Plain(lang.L("Leave empty"), func() {
			sheet.Close()
			t.c.p.do(func(d *mapping.Draft) error { return d.SetChoiceEmpty(column, code) })
		})
		if r.How == mapping.ChoiceOpen {
			return []fyne.CanvasObject{empty}
		}
		return []fyne.CanvasObject{kit.Plain(lang.L("Clear"), func() {
			sheet.Close()
			t.c.p.do(func(d *mapping.Draft) error { return d.ClearChoice(column, code) })
		}), empty}
	}
	sheet = kit.ShowSelect(t.c.p.w.win.Canvas(), job)
}

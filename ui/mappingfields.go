package ui

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// mappingFields is the part of a mapping's page that says which field goes where.
type mappingFields struct {
	p      *mappingPage
	search *kit.Entry
	show   mapping.Show
	picked bool            // somebody said what is shown; see begin
	ticked map[string]bool // by line; see lineKey
	rows   *kit.Rows

	of    string                 // whose fields these are: the mapping's, or a child's
	views map[string]*fieldsView // what was searched and ticked elsewhere, by of

	editing string // the column whose name is edited in its row
	name    *kit.Entry
	open    *fieldSheet // the field whose details lie over the page
}

func newMappingFields(p *mappingPage) *mappingFields {
	f := &mappingFields{p: p, ticked: map[string]bool{}, views: map[string]*fieldsView{}}
	f.search = kit.NewEntry(lang.L("Search"), lang.L("Search by either name"))
	f.search.OnChanged = func(string) {
		p.w.refresh()
	}
	f.search.OnKey = func(key fyne.KeyName) bool { return key == fyne.KeyEscape && f.escape() }
	return f
}

// escape takes the search back; false when there is none.
func (f *mappingFields) escape() bool {
	had := f.search.Text != ""
	if had {
		f.search.SetText("")
	}
	return had
}

func (f *mappingFields) part() mapping.PagePart { return mapping.PartFields }
func (f *mappingFields) title() string          { return lang.L("Fields") }

func (f *mappingFields) chip() (string, bool) {
	return kit.Number(int64(f.p.draft().Tally().Mapped)), false
}

// lineKey tells lines apart: by their field, or by their column where they have none.
func lineKey(l mapping.Line) string {
	if l.Field != nil {
		return l.Field.Name
	}
	return "\n" + l.Columns[0]
}

// reveal brings the line of a Problem into view, and opens it.
func (f *mappingFields) reveal(at mapping.Place) {
	f.settle()
	d := f.p.draft()
	f.search.Text, f.show, f.picked = "", mapping.ShowAll, true
	f.search.Refresh()
	lines, all := d.Lines("", mapping.ShowAll, 0, 1<<20)
	f.p.w.refresh()
	for i := range all {
		l := lines[i]
		if at.Column != "" && slices.Contains(l.Columns, at.Column) || at.Column == "" && l.Field != nil && l.Field.Name == at.Field {
			f.rows.Focus(i)
			f.openLine(l, at.Column)
			return
		}
	}
	if at.Column != "" && d.Destination() != nil && d.Destination().Field(at.Column) != nil {
		f.fill(at.Column) // the destination needs it and nothing goes there
	}
}

// The columns of the table. Where the window is narrow, samples and changes make room.
// Where the destination makes its columns there is seldom anything to say under Why, so the others have that room.
func (f *mappingFields) cols() []kit.Col {
	if f.p.draft().Free() {
		return []kit.Col{{Fixed: 22}, {Share: 3.3}, {Share: 1.9, From: 720}, {Fixed: 128, From: 600}, {Share: 2.9}, {Share: 1.2}, {Fixed: 26}}
	}
	return []kit.Col{{Fixed: 22}, {Share: 3}, {Share: 1.7, From: 720}, {Fixed: 128, From: 600}, {Share: 2.5}, {Share: 2.4}, {Fixed: 26}}
}

const fieldRow float32 = 58

func (f *mappingFields) cards() []fyne.CanvasObject {
	f.settle()
	d := f.p.draft()
	text := f.search.Text
	if samples, fault := f.p.anySamples(); f.open != nil {
		switch {
		case f.open.waits && (samples != nil || fault != nil):
			f.open.render()
		case samples != nil && samples != f.open.sampled:
			f.open.follow()
		}
	}
	_, all := d.Lines(text, f.show, 0, 0)
	cards := append(f.tableCards(), f.bar())
	if n := f.chosen(); len(n) > 0 {
		cards = append(cards, f.several(n))
	}
	if all == 0 {
		words := lang.L("No field has this name.")
		if strings.TrimSpace(text) == "" {
			words = lang.L("There is none of these.")
		}
		cards = append(cards, kit.Card(kit.Pad(20, 0, 20, 0, kit.Row(0, kit.Space(), kit.Quiet(words), kit.Space()))))
	} else {
		f.rows = kit.NewRows(f.p.in.page, all, fieldRow, func(i int) fyne.CanvasObject { return f.line(text, i) })
		cards = append(cards, kit.On(kit.NewBox(look.Card, look.Line, look.Radius),
			kit.PadAll(8, kit.Column(0, f.heads(all), kit.Hairline(), f.rows.Container))))
	}
	add := kit.PlainIcon("plus", lang.L("Add a column…"), f.addColumn)
	if rest := d.Tally().Unmapped; f.show == mapping.ShowMapped && rest > 0 {
		words := lang.N("{{.N}} more fields are not mapped: show them", rest, kit.M{"N": kit.Number(int64(rest))})
		cards = append(cards, kit.Row(0, kit.Link(words, func() { f.pick(mapping.ShowUnmapped) }), kit.Space()))
	}
	return append(cards, kit.Row(8, add, kit.Space(), kit.Link(lang.L("What fits where"), f.p.showCompatibilities)))
}

// tableCards are the problems of the table as a whole: they stand at no line.
func (f *mappingFields) tableCards() []fyne.CanvasObject {
	cards := []fyne.CanvasObject{}
	for _, one := range f.p.problemsOf(mapping.PartFields) {
		if one.Place.Column == "" && one.Place.Field == "" && one.Severity == mapping.Stops && len(f.p.draft().Saved().Columns) > 0 {
			cards = append(cards, kit.FaultCard(&core.Fault{Cause: one.Cause, Remedy: one.Remedy, Owner: core.You}, kit.FaultCalls{}))
		}
	}
	return cards
}

// bar is the search, and the chips that say what is shown.
func (f *mappingFields) bar() fyne.CanvasObject {
	t := f.p.draft().Tally()
	problems := 0
	_, problems = f.p.draft().Lines("", mapping.ShowProblems, 0, 0)
	chips := []fyne.CanvasObject{}
	for _, c := range []struct {
		words     string
		n         int
		show      mapping.Show
		ink, tint fyne.ThemeColorName
	}{
		{lang.L("All {{.N}}", kit.M{"N": kit.Number(int64(t.All))}), 1, mapping.ShowAll, look.Quiet, look.FieldHover},
		{lang.L("Mapped {{.N}}", kit.M{"N": kit.Number(int64(t.Mapped))}), 1, mapping.ShowMapped, look.Passed, look.PassedTint},
		{lang.L("Not mapped {{.N}}", kit.M{"N": kit.Number(int64(t.Unmapped))}), 1, mapping.ShowUnmapped, look.Quiet, look.FieldHover},
		{lang.L("With problems {{.N}}", kit.M{"N": kit.Number(int64(problems))}), problems, mapping.ShowProblems, look.Warned, look.WarnedTint},
	} {
		if c.n == 0 && f.show != c.show {
			continue
		}
		show := c.show
		chips = append(chips, kit.NewChipButton(c.words, f.show == c.show, c.ink, c.tint, func() { f.pick(show) }))
	}
	return kit.Beside(230, 10, f.search, kit.Wrap(8, chips...))
}

// heads are the titles of the table's columns; the box ticks all that is shown.
func (f *mappingFields) heads(all int) fyne.CanvasObject {
	head := func(words string) fyne.CanvasObject {
		return kit.NewElided(words, kit.Style{Bold: true, Size: look.CaptionSize, Ink: look.Quiet})
	}
	lines, _ := f.p.draft().Lines(f.search.Text, f.show, 0, all)
	every := true
	for _, l := range lines {
		every = every && f.ticked[lineKey(l)]
	}
	box := kit.NewBoxTick(lang.L("Tick all that are shown"), every, func(on bool) {
		for _, l := range lines {
			f.tick(lineKey(l), on)
		}
		f.p.w.refresh()
	})
	to := lang.L("To {{.Name}}", kit.M{"Name": f.p.draft().Saved().Table})
	return kit.Pad(0, 10, 0, 10, kit.Sized(0, 34, kit.Cells(f.cols(), 12, box, head(lang.L("From Dynamics 365")), head(lang.L("Sample")),
		head(lang.L("Change on the way")), head(to), head(lang.L("Why")), kit.Empty())))
}

func (f *mappingFields) tick(key string, on bool) {
	if on {
		f.ticked[key] = true
	} else {
		delete(f.ticked, key)
	}
}

// mapOwn maps a field under its own name, where the destination makes its columns.
func (f *mappingFields) mapOwn(field string) {
	f.p.do(func(d *mapping.Draft) error { return d.Bind(field, ownName(d, field)) })
}

// ownName is a field's name, or one like it that no column has yet.
func ownName(d *mapping.Draft, field string) string {
	name := field
	for n := 2; ; n++ {
		if _, taken := d.Binding(name); !taken && !strings.EqualFold(name, d.Saved().Key) {
			return name
		}
		name = field + "_" + kit.Number(int64(n))
	}
}

// edit lets the name of a column be typed in its row.
func (f *mappingFields) edit(column string) {
	f.editing = column
	f.name = kit.NewEntry(lang.L("Name of {{.Column}}", kit.M{"Column": column}), "")
	f.name.Text = column
	end := func(name string) {
		if f.editing != column {
			return
		}
		f.editing, f.name = "", nil
		if name = strings.TrimSpace(name); name != "" && name != column {
			f.p.do(func(d *mapping.Draft) error { return d.Rename(column, name) })
			return
		}
		f.p.w.refresh()
	}
	entry := f.name
	entry.OnSubmitted = end
	entry.OnKey = func(key fyne.KeyName) bool {
		if key == fyne.KeyEscape {
			end(column)
		}
		return key == fyne.KeyEscape
	}
	entry.OnLeave = func() { end(entry.Text) }
	f.p.w.refresh()
	f.p.w.win.Canvas().Focus(entry)
	entry.CursorColumn = len([]rune(column))
	entry.Refresh()
}

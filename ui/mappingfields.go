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

// fieldsView is what somebody searches, shows and has ticked among the fields of one mapping.
type fieldsView struct {
	search string
	show   mapping.Show
	ticked map[string]bool
}

// settle makes sure that search, chips and ticks are those of the draft that is shown.
func (f *mappingFields) settle() {
	of := strings.Join(f.p.path, "\n")
	if of == f.of {
		return
	}
	f.views[f.of] = &fieldsView{f.search.Text, f.show, f.ticked}
	v := f.views[of]
	if v == nil {
		v = &fieldsView{ticked: map[string]bool{}}
	}
	f.of, f.show, f.ticked, f.editing, f.name = of, v.show, v.ticked, "", nil
	f.search.Text = v.search
	f.search.Refresh()
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
	f.search.Text, f.show = "", mapping.ShowAll
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
		chips = append(chips, kit.NewChipButton(c.words, f.show == c.show, c.ink, c.tint, func() {
			f.show = show
			f.p.w.refresh()
		}))
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

// line is one row of the table.
func (f *mappingFields) line(text string, i int) fyne.CanvasObject {
	d := f.p.draft()
	lines, _ := d.Lines(text, f.show, i, 1)
	if len(lines) == 0 {
		return kit.Empty()
	}
	l := lines[0]
	key := lineKey(l)
	var b mapping.Binding
	if len(l.Columns) > 0 {
		b, _ = d.Binding(l.Columns[0])
	}
	box := kit.NewBoxTick(lang.L("Tick {{.Name}}", kit.M{"Name": f.called(l)}), f.ticked[key], func(on bool) {
		f.tick(key, on)
		f.p.w.refresh()
	})
	ground := fyne.ThemeColorName("")
	if p, bad := worst(l.Problems); bad {
		_, _, ground = severityLook(p.Severity)
	}
	cells := kit.Cells(f.cols(), 12, box, f.fromCell(l, b), f.sampleCell(l), f.stepsCell(l, b), f.toCell(l), f.whyCell(l, b),
		kit.MoreButton(lang.L("More for {{.Name}}", kit.M{"Name": f.called(l)}), func() []kit.MenuItem { return f.menu(l) }))
	row := kit.NewRow(cells, ground, func() { f.openLine(l, "") }).Named(f.called(l)).Arrows(func(step int) { f.rows.Focus(i + step) })
	return kit.Column(0, kit.Sized(0, fieldRow-1, row), kit.Pad(0, 10, 0, 10, kit.Hairline()))
}

// worst is the problem of a line that colours it; notes do not.
func worst(all []mapping.Problem) (mapping.Problem, bool) {
	for _, s := range []mapping.Severity{mapping.Stops, mapping.Warns} {
		for _, p := range all {
			if p.Severity == s {
				return p, true
			}
		}
	}
	return mapping.Problem{}, false
}

// called is what a line is called.
func (f *mappingFields) called(l mapping.Line) string {
	if l.Field != nil {
		return bothOr(l.Field.Display, l.Field.Name)
	}
	return l.Columns[0]
}

func twoLines(top, below fyne.CanvasObject) fyne.CanvasObject { return kit.Column(1, top, below) }

func mono(words string) fyne.CanvasObject {
	return kit.NewElided(words, kit.Style{Mono: true, Size: 11.5, Ink: look.Quiet})
}

func (f *mappingFields) fromCell(l mapping.Line, b mapping.Binding) fyne.CanvasObject {
	if l.Field == nil {
		name, what := f.madeFrom(b)
		return twoLines(kit.NewElided(name, kit.Style{}), mono(what))
	}
	ink := look.Ink
	if !l.Field.Readable {
		ink = look.Faint
	}
	what := l.Field.Name + " · " + mapping.TypeTitle(l.Field.Type)
	if l.Field.Derived {
		what += " · " + lang.L("calculated")
	}
	return twoLines(kit.NewElided(f.called(l), kit.Style{Ink: ink}), mono(what))
}

// madeFrom says what a column is made from that has no single field.
func (f *mappingFields) madeFrom(b mapping.Binding) (name, what string) {
	switch b.From {
	case mapping.FromConstant:
		return "“" + b.Text + "”", lang.L("the same for every record")
	case mapping.FromTemplate:
		return b.Text, lang.L("a template")
	case mapping.FromSeveral:
		return strings.Join(b.Fields, ", "), lang.L("the first that is not empty")
	}
	return b.Field, lang.L("not in Dynamics any more")
}

func (f *mappingFields) sampleCell(l mapping.Line) fyne.CanvasObject {
	if l.Field == nil {
		return kit.Empty()
	}
	words, ink := f.p.sampleWords(*l.Field)
	return kit.NewElided(words, kit.Style{Size: 13, Ink: ink, Wrap: true, Most: 2})
}

func (f *mappingFields) stepsCell(l mapping.Line, b mapping.Binding) fyne.CanvasObject {
	chips := []fyne.CanvasObject{}
	for _, words := range f.changes(l, b) {
		chips = append(chips, kit.Chip(words, look.Quiet, look.Field))
	}
	if len(chips) > 2 {
		chips = append(chips[:1], kit.Chip("+"+kit.Number(int64(len(chips)-1)), look.Quiet, look.Field))
	}
	return kit.Wrap(5, chips...)
}

// changes name what becomes of a value on its way, in a word or two each.
func (f *mappingFields) changes(l mapping.Line, b mapping.Binding) []string {
	words := []string{}
	if len(l.Columns) == 0 {
		return words
	}
	for _, s := range b.Steps {
		words = append(words, stepChip(s))
	}
	switch {
	case b.Choices != nil:
		words = append(words, lang.L("map choices"))
	case b.Part == mapping.Label:
		words = append(words, lang.L("label"))
	}
	if b.Lookup != nil && b.Lookup.By != mapping.KeepID {
		words = append(words, lookupChip(*b.Lookup))
	}
	return words
}

func lookupChip(l mapping.Lookup) string {
	switch l.By {
	case mapping.ByRecord:
		return lang.L("imported record")
	case mapping.ByKey:
		return lang.L("by key")
	}
	return lang.L("by {{.Field}}", kit.M{"Field": l.Field})
}

// toCell is where the field goes. A name that Ferry gives is edited in place.
func (f *mappingFields) toCell(l mapping.Line) fyne.CanvasObject {
	d := f.p.draft()
	if len(l.Columns) == 0 {
		return f.unmappedCell(l)
	}
	b, _ := d.Binding(l.Columns[0])
	if !d.Free() {
		to := d.Destination().Field(l.Columns[0])
		if to == nil {
			return twoLines(kit.NewElided(l.Columns[0], kit.Style{Ink: look.Failed}), mono(lang.L("not there any more")))
		}
		return twoLines(kit.NewElided(bothOr(to.Display, to.Name), kit.Style{}), mono(to.Name+" · "+mapping.TypeTitle(to.Type)))
	}
	what := columnTypeWords(b.Type)
	if len(l.Columns) > 1 {
		return twoLines(kit.NewElided(strings.Join(l.Columns, ", "), kit.Style{}), mono(lang.N("{{.N}} columns", len(l.Columns), kit.M{"N": len(l.Columns)})))
	}
	if f.editing != "" && f.editing == b.Column && f.name != nil {
		return f.name
	}
	return kit.NewInPlace(b.Column, what, lang.L("Rename {{.Name}}", kit.M{"Name": b.Column}), func() { f.edit(b.Column) })
}

func (f *mappingFields) unmappedCell(l mapping.Line) fyne.CanvasObject {
	d := f.p.draft()
	switch {
	case !l.Field.Readable:
		return kit.NewText("–", kit.Style{Ink: look.Faint})
	case d.Free() && strings.EqualFold(l.Field.Name, d.Saved().Key):
		return twoLines(kit.NewElided(d.Saved().Key, kit.Style{Ink: look.Quiet}), mono(lang.L("the record's own id")))
	case d.Free():
		return kit.Row(0, kit.Link(lang.L("Map it"), func() { f.mapOwn(l.Field.Name) }), kit.Space())
	}
	return kit.Row(0, kit.Link(lang.L("Choose a field…"), func() { f.offers(l.Field.Name) }), kit.Space())
}

// whyCell says why the two go together, or what is wrong with it.
func (f *mappingFields) whyCell(l mapping.Line, b mapping.Binding) fyne.CanvasObject {
	d := f.p.draft()
	quiet := kit.Style{Size: 13, Ink: look.Quiet, Wrap: true, Most: 2}
	if p, bad := worst(l.Problems); bad {
		_, ink, _ := severityLook(p.Severity)
		return kit.NewElided(p.Cause, kit.Style{Size: 13, Ink: ink, Wrap: true, Most: 2})
	}
	if len(l.Columns) == 0 {
		switch {
		case l.Field.Readable:
			return kit.Empty()
		case l.Field.Secured:
			return kit.NewElided(lang.L("column security hides it from you"), quiet)
		}
		return kit.NewElided(lang.L("cannot be read"), quiet)
	}
	if s, ok := d.Why(l.Columns[0]); ok {
		return kit.Column(2, kit.Row(6, confidenceChip(s.Confidence), kit.Space()), kit.NewElided(s.Reason, kit.Style{Size: 13, Ink: look.Quiet}))
	}
	if len(l.Problems) > 0 {
		return kit.NewElided(l.Problems[0].Cause, quiet)
	}
	if l.Field != nil && l.Field.Derived {
		return kit.NewElided(lang.L("fresh only in a full import"), quiet)
	}
	if l.Field != nil && d.Free() && b.Part == mapping.Whole && b.Choices == nil && len(b.Steps) == 0 {
		if fit := mapping.FitsColumn(l.Field.Type, b.Type); fit.Conversion != "" && !plainChoice(l.Field.Type, b.Type) {
			return kit.NewElided(fit.Conversion, quiet)
		}
	}
	if l.Field != nil && !d.Free() {
		return kit.NewElided(lang.L("chosen by hand"), quiet)
	}
	return kit.Empty()
}

// plainChoice is a choice that is carried by its code, which needs no word.
func plainChoice(from core.FieldType, to core.ColumnType) bool {
	return (from.IsChoice() || from == core.TypeChoices) && to != core.ColumnText || from.IsLookup()
}

func confidenceChip(c mapping.Confidence) fyne.CanvasObject {
	switch c {
	case mapping.Exact:
		return kit.Chip(lang.L("exact"), look.Passed, look.PassedTint)
	case mapping.Likely:
		return kit.Chip(lang.L("likely"), look.Primary, look.PrimaryTint)
	}
	return kit.Chip(lang.L("guess"), look.Quiet, look.FieldHover)
}

func (f *mappingFields) menu(l mapping.Line) []kit.MenuItem {
	d := f.p.draft()
	items := []kit.MenuItem{{Words: lang.L("Open"), Icon: "right", Tap: func() { f.openLine(l, "") }}}
	if l.Field != nil && len(l.Columns) == 0 && l.Field.Readable {
		if d.Free() {
			items = append(items, kit.MenuItem{Words: lang.L("Map under its own name"), Icon: "plus", Tap: func() { f.mapOwn(l.Field.Name) }})
		} else {
			items = append(items, kit.MenuItem{Words: lang.L("Choose a field…"), Icon: "plus", Tap: func() { f.offers(l.Field.Name) }})
		}
	}
	if len(l.Columns) == 1 && d.Free() {
		items = append(items, kit.MenuItem{Words: lang.L("Rename"), Icon: "pencil", Tap: func() { f.edit(l.Columns[0]) }})
	}
	if l.Field != nil {
		items = append(items, kit.MenuItem{Words: lang.L("Copy the logical name"), Icon: "copy", Tap: func() { f.p.w.clip(l.Field.Name) }})
	}
	if len(l.Columns) > 0 {
		items = append(items, kit.MenuItem{Words: lang.L("Leave out"), Icon: "trash", Danger: true, Tap: func() {
			f.p.do(func(d *mapping.Draft) error { return d.Unbind(l.Columns...) })
		}})
	}
	return items
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

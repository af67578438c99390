package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
)

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

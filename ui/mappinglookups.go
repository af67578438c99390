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

// mappingLookups is the part of a mapping's page that says how references find their records.
type mappingLookups struct {
	p    *mappingPage
	open string // the column that lies open; "" is none
	id   *kit.Entry
	of   string // what the default's field belongs to
}

func newMappingLookups(p *mappingPage) *mappingLookups { return &mappingLookups{p: p} }

func (l *mappingLookups) part() mapping.PagePart { return mapping.PartLookups }
func (l *mappingLookups) title() string          { return lang.L("Lookups") }

func (l *mappingLookups) chip() (string, bool) {
	n := 0
	for _, p := range l.p.draft().Problems() {
		if p.Place.Part == mapping.PartLookups && len(p.Place.Path) == 1 && p.Severity != mapping.Notes {
			n++
		}
	}
	if n == 0 {
		return "", false
	}
	return kit.Number(int64(n)), true
}

func (l *mappingLookups) reveal(at mapping.Place) {
	if at.Column != "" {
		l.open = at.Column
	}
}

// A lookupColumn is a column that a reference goes to.
type lookupColumn struct {
	mapping.Binding
	field *core.Field
	how   mapping.Lookup
}

// columns are those that references go to as such: the name of a lookup's table, a text made of it by steps, or a
// constant is none.
func (l *mappingLookups) columns() []lookupColumn {
	d := l.p.draft()
	var out []lookupColumn
	for _, b := range d.Saved().Columns {
		f := d.Source().Field(b.Field)
		if f == nil || !f.Type.IsLookup() || b.From != mapping.FromField || b.Part != mapping.Whole || len(b.Steps) > 0 {
			continue
		}
		c := lookupColumn{Binding: b, field: f}
		if b.Lookup != nil {
			c.how = *b.Lookup
		} else if b.Resolve {
			c.how.By = mapping.ByRecord
		}
		out = append(out, c)
	}
	return out
}

// targets are the tables that a column's references may go to, as it is mapped.
func (c lookupColumn) targets() []string {
	if c.how.Target != "" {
		return []string{c.how.Target}
	}
	return c.field.Targets
}

func (l *mappingLookups) cards() []fyne.CanvasObject {
	all := l.columns()
	if parent := l.parent(); parent != nil && len(all) == 0 {
		return []fyne.CanvasObject{parent}
	} else if len(all) == 0 {
		return []fyne.CanvasObject{kit.Nothing("mappings", lang.L("No lookups here"), lang.L("None of the mapped fields points at another record. Map one under Fields, and it stands here."))}
	}
	rows := []fyne.CanvasObject{}
	for i, c := range all {
		if i > 0 {
			rows = append(rows, kit.Pad(0, 12, 0, 12, kit.Hairline()))
		}
		rows = append(rows, l.row(c))
		if strings.EqualFold(c.Column, l.open) {
			rows = append(rows, kit.Pad(4, 14, 16, 14, l.settings(c)))
		}
	}
	list := kit.On(kit.NewBox(look.Card, look.Line, look.Radius), kit.PadAll(6, kit.Column(2, rows...)))
	cards := []fyne.CanvasObject{list, l.sequence(all)}
	if parent := l.parent(); parent != nil {
		cards = append(cards, parent)
	}
	return cards
}

// row is a lookup in one line.
func (l *mappingLookups) row(c lookupColumn) fyne.CanvasObject {
	column, icon := c.Column, "right"
	if strings.EqualFold(column, l.open) {
		icon = "down"
	}
	chip := []fyne.CanvasObject{}
	if problems := l.problems(column); len(problems) > 0 && problems[0].Severity != mapping.Notes {
		_, ink, tint := severityLook(problems[0].Severity)
		chip = append(chip, kit.Chip(lang.L("look here"), ink, tint))
	}
	words := kit.Column(2, kit.NewElided(fieldWords(c.field), kit.Style{Bold: true}), kit.NewElided(c.field.Name+" → "+column, kit.Style{Mono: true, Size: look.CaptionSize, Ink: look.Quiet}))
	about := kit.NewElided(l.howWords(c), kit.Style{Ink: look.Quiet, Size: 13})
	return kit.NewPick(kit.Row(12, append(append([]fyne.CanvasObject{kit.Grow(words), kit.Grow(about)}, chip...), kit.NewIcon(icon, look.Quiet, 16))...), func() {
		if l.open = column; icon == "down" {
			l.open = ""
		}
		l.p.w.refresh()
	})
}

func fieldWords(f *core.Field) string {
	if f.Display != "" {
		return f.Display
	}
	return f.Name
}

func (l *mappingLookups) problems(column string) []mapping.Problem {
	var out []mapping.Problem
	for _, p := range l.p.draft().Problems() {
		if p.Place.Part == mapping.PartLookups && len(p.Place.Path) == 1 && strings.EqualFold(p.Place.Column, column) {
			out = append(out, p)
		}
	}
	return out
}

// tableWords names tables: "Accounts or Contacts".
func (l *mappingLookups) tableWords(tables []string) string {
	names := []string{}
	for _, t := range tables {
		names = append(names, l.p.w.titleOf(t))
	}
	if len(names) > 3 {
		return lang.L("{{.N}} tables", kit.M{"N": kit.Number(int64(len(names)))})
	}
	return strings.Join(names, lang.L(" or "))
}

// howWords says in a line how a reference finds its record.
func (l *mappingLookups) howWords(c lookupColumn) string {
	to := l.tableWords(c.targets())
	if to == "" {
		to = lang.L("any table")
	}
	switch c.how.By {
	case mapping.ByRecord:
		return lang.L("the imported record · {{.Tables}}", kit.M{"Tables": to})
	case mapping.ByKey:
		return lang.L("found by the key {{.Field}} · {{.Tables}}", kit.M{"Field": orDots(c.how.Field), "Tables": to})
	case mapping.ByField:
		return lang.L("found by {{.Field}} · {{.Tables}}", kit.M{"Field": orDots(c.how.Field), "Tables": to})
	}
	return lang.L("keeps the id · {{.Tables}}", kit.M{"Tables": to})
}

func orDots(s string) string {
	if s == "" {
		return "…"
	}
	return s
}

// set changes how a column's reference finds its record.
func (l *mappingLookups) set(c lookupColumn, change func(how *mapping.Lookup)) {
	how := c.how
	change(&how)
	l.p.do(func(d *mapping.Draft) error { return d.SetLookup(c.Column, how) })
}

// settings are all that can be said of one lookup.
func (l *mappingLookups) settings(c lookupColumn) fyne.CanvasObject {
	parts := []fyne.CanvasObject{}
	for _, p := range l.problems(c.Column) {
		if p.Code != "lookup-unmapped" { // said below, with a button that mends it
			parts = append(parts, problemHint(p))
		}
	}
	parts = append(parts, l.missing(c)...)
	if len(c.field.Targets) > 1 {
		parts = append(parts, l.target(c))
	}
	by := func(how mapping.LookupBy, words, meaning string) fyne.CanvasObject {
		return kit.NewChoice("", words, meaning, c.how.By == how, func() {
			l.set(c, func(x *mapping.Lookup) {
				x.By = how
				if how == mapping.KeepID {
					x.Default = ""
				}
				if how != mapping.ByKey && how != mapping.ByField {
					x.Field = ""
				}
			})
		})
	}
	parts = append(parts, kit.NewText(lang.L("How the record is found"), kit.Style{Bold: true, Size: 13}),
		kit.Equal(12,
			by(mapping.KeepID, lang.L("Keep the Dynamics id"), lang.L("The column gets the id as it is in Dynamics. Nothing is looked up and nothing waits.")),
			by(mapping.ByRecord, lang.L("The imported record"), lang.L("The record that Ferry brought over. One that is not there yet is waited for."))),
		kit.Equal(12,
			by(mapping.ByKey, lang.L("By an alternate key"), lang.L("A field of the destination that holds something nobody else has, such as a number.")),
			by(mapping.ByField, lang.L("By a field such as the name"), lang.L("Found when exactly one record there has it. Where several have it, the record is refused: Ferry does not guess."))))
	if c.how.By == mapping.ByKey || c.how.By == mapping.ByField {
		parts = append(parts, l.field(c))
	}
	if c.how.By != mapping.KeepID {
		parts = append(parts, l.preset(c), kit.CaptionPara(l.waiting(c)))
	}
	return kit.Column(12, parts...)
}

// target chooses the table where several are possible.
func (l *mappingLookups) target(c lookupColumn) fyne.CanvasObject {
	words := lang.L("Any of them: {{.Tables}}", kit.M{"Tables": l.tableWords(c.field.Targets)})
	if c.how.Target != "" {
		words = l.p.w.titleOf(c.how.Target) + " (" + c.how.Target + ")"
	}
	choose := kit.NewSelector(words, func() {
		items := []kit.SelectItem{{Words: lang.L("Any of them"), Note: lang.L("all are carried")}}
		chosen := 0
		for i, t := range c.field.Targets {
			items = append(items, kit.SelectItem{Words: l.p.w.titleOf(t), Note: t})
			if t == c.how.Target {
				chosen = i + 1
			}
		}
		kit.ShowSelect(l.p.w.win.Canvas(), kit.SelectJob{Title: lang.L("References to which table?"), Items: items, Chosen: chosen, Picked: func(i int) {
			l.set(c, func(x *mapping.Lookup) {
				if x.Target = ""; i > 0 {
					x.Target = c.field.Targets[i-1]
				}
			})
		}})
	})
	return kit.Labeled(lang.L("Points at"), lang.L("Only references to the chosen table are carried; others are left empty. Map the field once for each table where each goes to a column of its own."), kit.AtMost(460, choose))
}

// field chooses the field of the destination by which the record is found.
func (l *mappingLookups) field(c lookupColumn) fyne.CanvasObject {
	words := c.how.Field
	if words == "" {
		words = lang.L("choose…")
	}
	choose := kit.NewSelector(words, func() {
		job := kit.SelectJob{Title: lang.L("Which field of the destination?"), Chosen: -1, Search: lang.L("Search, or type its name"), Own: lang.L("Use what I typed"), Text: c.how.Field}
		set := func(name string) { l.set(c, func(x *mapping.Lookup) { x.Field = name }) }
		names, notes := l.marked(c)
		for i, name := range names {
			job.Items = append(job.Items, kit.SelectItem{Words: name, Note: notes[name]})
			if name == c.how.Field {
				job.Chosen, job.Text = i, ""
			}
		}
		job.Picked, job.Typed = func(i int) { set(names[i]) }, set
		kit.ShowSelect(l.p.w.win.Canvas(), job)
	})
	help := lang.L("It is compared with the name that the record has in Dynamics.")
	if c.how.By == mapping.ByKey {
		help = lang.L("It is compared with the same field of the record in Dynamics.")
	}
	return kit.Labeled(lang.L("Field of the destination"), help, kit.AtMost(460, choose))
}

// marked are the columns by which a record can be found, and what is to be said of some: those that hold a key in Dynamics,
// or its name, come first.
func (l *mappingLookups) marked(c lookupColumn) (names []string, notes map[string]string) {
	notes = map[string]string{}
	all := l.fieldsThere(c.targets())
	for _, target := range c.targets() {
		t, _ := l.p.know(target)
		if t == nil {
			continue
		}
		note := func(field, words string) {
			for _, column := range l.columnsOf(target, field) {
				if slices.Contains(all, column) && !slices.Contains(names, column) {
					names, notes[column] = append(names, column), words
				}
			}
		}
		if c.how.By == mapping.ByField {
			note(t.Title, lang.L("the name"))
			continue
		}
		for _, key := range t.Keys {
			if len(key) == 1 {
				note(key[0], lang.L("a key in Dynamics"))
			}
		}
	}
	for _, name := range all {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, notes
}

// columnsOf are the columns of a table at the destination that a field goes to.
func (l *mappingLookups) columnsOf(table, field string) []string {
	columns, saved := []string{}, false
	for _, one := range l.p.w.listed() {
		if one.Table != table || one.Saved == nil {
			continue
		}
		saved = true
		for _, b := range one.Saved.Columns {
			if b.Field == field && b.From == mapping.FromField && b.Part == mapping.Whole {
				columns = append(columns, b.Column)
			}
		}
	}
	if !saved {
		columns = append(columns, field)
	}
	return columns
}

// fieldsThere are columns that the tables have at the destination, as far as their mappings say.
func (l *mappingLookups) fieldsThere(tables []string) []string {
	var out []string
	add := func(m mapping.Mapping) {
		for _, b := range m.Columns {
			if !slices.Contains(out, b.Column) {
				out = append(out, b.Column)
			}
		}
	}
	for _, one := range l.p.w.listed() {
		if one.Saved != nil && slices.Contains(tables, one.Table) {
			add(*one.Saved)
		}
	}
	if d := l.p.draft(); slices.Contains(tables, d.Source().Name.Logical) {
		add(d.Saved())
	}
	if len(out) > 0 {
		return out
	}
	for _, t := range tables { // not changed by anybody: its columns are named as its fields
		if known, _ := l.p.know(t); known != nil {
			add(mapping.Default(*known))
		}
	}
	return out
}

// preset is the record that takes those without a parent.
func (l *mappingLookups) preset(c lookupColumn) fyne.CanvasObject {
	of := strings.Join(append(slices.Clone(l.p.path), c.Column), "\n")
	if l.id == nil || l.of != of {
		l.of, l.id = of, kit.NewEntry(lang.L("Default record"), lang.L("its id at the destination; empty is none"))
		l.id.Text = c.how.Default
	}
	entry := l.id
	use := kit.Plain(lang.L("Use as default"), func() {
		l.set(c, func(x *mapping.Lookup) { x.Default = strings.TrimSpace(entry.Text) })
	})
	check := func(text string) {
		reason := ""
		if strings.TrimSpace(text) == c.how.Default {
			reason = lang.L("This is the default already.")
			if c.how.Default == "" {
				reason = lang.L("Enter the id of a record first.")
			}
		}
		use.Unless(reason)
	}
	entry.OnChanged = check
	entry.OnSubmitted = func(string) { use.Tapped(nil) }
	check(entry.Text)
	return kit.Labeled(lang.L("Default record"), lang.L("It takes the records whose own one is outside what is imported. They move to their own when it arrives, unless somebody moved them."),
		kit.AtMost(560, kit.Row(8, kit.Grow(entry), use)))
}

func (l *mappingLookups) waiting(c lookupColumn) string {
	if c.how.Default != "" {
		return lang.L("A record whose own one was refused waits for it, and goes with the next try.")
	}
	return lang.L("A record whose own one was refused, or is not there yet, waits for it and goes with the next try. Where it is outside what is imported for good, choose a default.")
}

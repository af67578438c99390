package ui

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// A rowsJob is a list of records with their values on two sides: what a rehearsal showed, or how source and destination differ.
type rowsJob struct {
	tables []importer.RehearsedTable // to choose from; only their mapping and names are looked at
	words  []string                  // what can be chosen above the list; fewer than two are not shown
	kinds  []RehearsedSearch         // and what that searches for
	which  int                       // is chosen first
	chip   float32                   // how wide the kind of each record is shown; 0 is not at all
	places func(ctx context.Context, q RehearsedSearch) ([]int64, error)
	read   func(ctx context.Context, places []int64) ([]importer.RehearsedRow, error)
	kind   func(row importer.RehearsedRow) (words string, ink, tint fyne.ThemeColorName)
	change func(row importer.RehearsedRow, c importer.Change) string
	sides  func(row importer.RehearsedRow) (was bool, heads []string) // whether the value on the left is shown, and what stands above both
}

// rehearsedRows is the list of a rowsJob.
type rehearsedRows struct {
	*records[importer.RehearsedRow]
	rowsJob
	chips *fyne.Container
	table string // ID of a mapping; "" is all
}

func newRehearsedRows(w *Window, r *rehearsal) *rehearsedRows {
	j := rowsJob{chip: 112, tables: r.Tables, places: w.o.Engine.RehearsedPlaces, read: w.o.Engine.RehearsedRows}
	j.kind = func(row importer.RehearsedRow) (string, fyne.ThemeColorName, fyne.ThemeColorName) {
		return kindWords(row.Kind)
	}
	j.change = func(row importer.RehearsedRow, c importer.Change) string { return changeWords(row.Kind, c) }
	j.sides = func(row importer.RehearsedRow) (bool, []string) { return row.Kind != core.Created, nil }
	c := r.Counts()
	j.words = []string{lang.L("All"), lang.L("Only changes")}
	j.kinds = []RehearsedSearch{{}, {Kinds: []core.OutcomeKind{core.Created, core.Updated, core.Removed, core.Skipped, core.Refused}}}
	for _, one := range []struct {
		n     int64
		words string
		kind  core.OutcomeKind
	}{
		{c.Created, lang.L("Create"), core.Created}, {c.Updated, lang.L("Update"), core.Updated}, {c.Removed, lang.L("Remove"), core.Removed},
		{c.Skipped, lang.L("Skip"), core.Skipped}, {c.Refused, lang.L("Refuse"), core.Refused},
	} {
		if one.n > 0 {
			j.words, j.kinds = append(j.words, one.words+" "+kit.Number(one.n)), append(j.kinds, RehearsedSearch{Kinds: []core.OutcomeKind{one.kind}})
		}
	}
	if c.Read-c.Unchanged > 0 && c.Unchanged > 0 {
		j.which = 1 // what changes is what one wants to see
	}
	return newRows(w, j)
}

func newRows(w *Window, j rowsJob) *rehearsedRows {
	t := &rehearsedRows{rowsJob: j, chips: container.NewStack()}
	t.records = newRecords(w, recordsJob[importer.RehearsedRow]{
		hint: lang.L("Search by name, id, value or reason"), chip: j.chip, show: t.open,
		find: func(string) func(ctx context.Context) ([]int64, error) {
			q := t.wanted()
			return func(ctx context.Context) ([]int64, error) { return j.places(ctx, q) }
		},
		read: func(places []int64) func(ctx context.Context) ([]importer.RehearsedRow, error) {
			return func(ctx context.Context) ([]importer.RehearsedRow, error) { return j.read(ctx, places) }
		},
		line: func(row importer.RehearsedRow) recordLine {
			words, ink, tint := j.kind(row)
			row = t.masked(row)
			return recordLine{state: words, ink: ink, tint: tint, name: rowName(row), about: t.rowWords(row), mono: row.Fault == nil && (len(row.Changes) > 0 || row.Matches == "")}
		},
	})
	t.again()
	return t
}

func (t *rehearsedRows) card() fyne.CanvasObject {
	t.drawChips()
	above, beside := []fyne.CanvasObject{}, []fyne.CanvasObject{}
	if len(t.words) > 1 {
		above = append(above, kit.Row(10, t.chips, kit.Space()))
	}
	if len(t.tables) > 1 {
		beside = append(beside, t.tablesDrop())
	}
	return t.records.card(above, beside...)
}

func (t *rehearsedRows) drawChips() {
	t.chips.Objects = []fyne.CanvasObject{kit.Segments(t.words, t.which, func(i int) {
		t.which = i
		t.drawChips()
		t.again()
	})}
	t.chips.Refresh()
}

// choose shows the records of one kind, of all tables and whatever their names.
func (t *rehearsedRows) choose(kind core.OutcomeKind) {
	for i, k := range t.kinds {
		if len(k.Kinds) == 1 && k.Kinds[0] == kind {
			t.which = i
		}
	}
	t.table = ""
	t.search.SetText("")
	t.w.refresh()
	t.again()
}

// tablesDrop chooses one of several tables.
func (t *rehearsedRows) tablesDrop() fyne.CanvasObject {
	name := func(x importer.RehearsedTable) string {
		if x.Title != "" {
			return x.Title
		}
		return x.Table
	}
	all := lang.L("All tables")
	var drop *kit.Drop
	choose := func(id, words string) func() {
		return func() {
			t.table = id
			drop.SetValue(words)
			t.again()
		}
	}
	shown := all
	for _, x := range t.tables {
		if x.Mapping == t.table {
			shown = name(x)
		}
	}
	drop = kit.NewDrop(lang.L("Table"), shown, func() []kit.MenuItem {
		items := []kit.MenuItem{{Words: all, Tap: choose("", all)}}
		for _, x := range t.tables {
			items = append(items, kit.MenuItem{Words: name(x), Tap: choose(x.Mapping, name(x))})
		}
		return items
	})
	return kit.Sized(200, 0, drop)
}

// wanted is what the list shows.
func (t *rehearsedRows) wanted() RehearsedSearch {
	q := t.kinds[t.which]
	q.Mapping, q.Text = t.table, t.text()
	return q
}

// masked is a row as it may be seen: without values while they are hidden.
func (t *rehearsedRows) masked(row importer.RehearsedRow) importer.RehearsedRow {
	if !t.w.hidden {
		return row
	}
	mask := func(s string) string {
		if s == "" {
			return s
		}
		return masked
	}
	row.Name, row.Changes = mask(row.Name), slices.Clone(row.Changes)
	for i := range row.Changes {
		row.Changes[i].Was, row.Changes[i].Becomes = mask(row.Changes[i].Was), mask(row.Changes[i].Becomes)
	}
	return row
}

func rowName(row importer.RehearsedRow) string {
	name := seenName(row.Name)
	if name == "" {
		return row.Table + " · " + row.Key
	}
	return name + "  ·  " + row.Table
}

// seenName is a record's name as people see it; "" where it has only signs that nobody sees.
func seenName(name string) string { return strings.TrimSpace(core.Seen(name)) }

// rowWords are the reason, or the first changes.
func (t *rehearsedRows) rowWords(row importer.RehearsedRow) string {
	if row.Fault != nil {
		words := row.Fault.Cause
		if f := row.Fault.Subject.Field; f != "" {
			words = f + ": " + words
		}
		return words
	}
	words := []string{}
	for i, c := range row.Changes {
		if i == 3 {
			words = append(words, lang.L("and {{.N}} more", kit.M{"N": kit.Number(int64(len(row.Changes) - i))}))
			break
		}
		words = append(words, t.change(row, c))
	}
	if len(words) == 0 && row.Matches != "" {
		return lang.L("It is the row that is there as {{.ID}}, and gets its id.", kit.M{"ID": row.Matches})
	}
	if len(words) == 0 {
		return row.Key
	}
	return strings.Join(words, "  ·  ")
}

// open shows one record whole.
func (t *rehearsedRows) open(row importer.RehearsedRow) {
	row = t.masked(row)
	words, ink, tint := t.kind(row)
	was, heads := t.sides(row)
	parts := []fyne.CanvasObject{kit.Row(10, kit.Chip(words, ink, tint), kit.Grow(kit.NewElided(row.Table+" · "+row.Key, kit.Style{Mono: true, Size: look.CaptionSize, Ink: look.Quiet})))}
	if row.Matches != "" {
		parts = append(parts, kit.QuietPara(lang.L("It is the row that is there as {{.ID}}, and gets its id.", kit.M{"ID": row.Matches})))
	}
	if f := row.Fault; f != nil {
		parts = append(parts, kit.StrongPara(f.Cause), kit.Para(f.Remedy))
	}
	if len(heads) > 0 && len(row.Changes) > 0 {
		caption := func(words string) fyne.CanvasObject { return kit.Grow(kit.CaptionPara(words)) }
		parts = append(parts, kit.TopRow(12, kit.Sized(170, 0, kit.CaptionPara(heads[0])), caption(heads[1]), kit.NewText("→", kit.Style{Ink: look.Card}), caption(heads[2])))
	}
	for _, c := range row.Changes {
		value := func(s string, style kit.Style) fyne.CanvasObject {
			if style.Wrap = true; s == "" {
				s, style.Ink = lang.L("(empty)"), look.Quiet
			}
			return kit.NewText(s, style)
		}
		line := []fyne.CanvasObject{kit.Grow(value(c.Becomes, kit.Style{}))}
		if was {
			line = []fyne.CanvasObject{kit.Grow(value(c.Was, kit.Style{Ink: look.Quiet})), kit.NewText("→", kit.Style{Ink: look.Quiet}), kit.Grow(value(c.Becomes, kit.Style{}))}
		}
		parts = append(parts, kit.Hairline(), kit.TopRow(12, append([]fyne.CanvasObject{kit.Sized(170, 0, kit.NewElided(c.Column, kit.Style{Mono: true, Size: look.CaptionSize}))}, line...)...))
	}
	title := cmp.Or(seenName(row.Name), row.Key)
	var sheet *kit.Sheet
	sheet = kit.ShowSheet(t.w.win.Canvas(), kit.SheetJob{Title: title, Width: 680, Body: kit.Column(9, parts...),
		Buttons: []fyne.CanvasObject{kit.Primary(lang.L("Close"), func() { sheet.Close() })}})
}

package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core/importer"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// waitRows is the list of records that wait. Their names are read only while somebody is signed in.
type waitRows struct {
	*records[importer.WaitRow]
	x      *waits
	names  map[string]string // by table and key
	stands fyne.CanvasObject // the card as it was drawn last
}

func newWaitRows(x *waits) *waitRows {
	t := &waitRows{x: x, names: map[string]string{}}
	t.records = newRecords(x.w, recordsJob[importer.WaitRow]{
		hint: searchWords(x.list.Named), chip: 96, got: t.name, drop: func() { t.names = map[string]string{} },
		find: func(text string) func(ctx context.Context) ([]int64, error) {
			p, q := clone(x.w.project), t.wanted(text)
			return func(ctx context.Context) ([]int64, error) { return x.w.o.Engine.WaitingPlaces(ctx, p, q) }
		},
		read: func(places []int64) func(ctx context.Context) ([]importer.WaitRow, error) {
			p, run := clone(x.w.project), x.list.Run.ID
			return func(ctx context.Context) ([]importer.WaitRow, error) {
				return x.w.o.Engine.WaitingRows(ctx, p, run, places)
			}
		},
		line: func(row importer.WaitRow) recordLine {
			words, ink, tint := t.stateOf(row)
			return recordLine{state: words, ink: ink, tint: tint, name: t.title(row), about: waitReason(row)}
		},
		show: func(row importer.WaitRow) {
			if row.Table != "" {
				x.showRecord(row, t.called(row))
			}
		},
	})
	return t
}

// wanted is what the list shows.
func (t *waitRows) wanted(text string) importer.WaitSearch {
	q := importer.WaitSearch{Run: t.x.list.Run.ID, Text: text}
	if g := t.group(); g != nil {
		q.Of.Causes = []importer.Cause{g.Cause}
	}
	return q
}

func (t *waitRows) card() fyne.CanvasObject {
	above := []fyne.CanvasObject{}
	if g := t.group(); g != nil {
		words := waitWords(g.Kind)
		if g.Fault != nil {
			words = g.Fault.Cause
		}
		above = append(above, kit.Row(10, kit.Grow(kit.NewElided(lang.L("Only: {{.Cause}}", kit.M{"Cause": words}), kit.Style{Ink: look.Quiet, Size: 13})),
			kit.Link(lang.L("Show all"), func() { t.x.choose(-1) })))
	}
	t.stands = t.records.card(above)
	return t.stands
}

// group is the cause to which the list is narrowed; nil is none.
func (t *waitRows) group() *importer.Group {
	if t.x.chosen < 0 || t.x.chosen >= len(t.x.list.Groups) {
		return nil
	}
	return &t.x.list.Groups[t.x.chosen]
}

// searchWords say in what a search looks.
func searchWords(named bool) string {
	if named {
		return lang.L("Search by name, id, field or reason")
	}
	return lang.L("Search by id, field or reason")
}

// called is what people call a record: as it was kept when the record was refused, else as Dynamics said when it was asked.
func (t *waitRows) called(row importer.WaitRow) string {
	if row.Name != "" {
		return seenName(row.Name)
	}
	return t.names[row.Table+"\n"+row.Key]
}

// name asks what people call some records. Not knowing it is nothing that anybody must hear of.
func (t *waitRows) name(rows []importer.WaitRow) {
	c := t.x.w.connection()
	if c == nil || t.x.w.active != nil || t.x.w.session(c.Name).tables == nil {
		return
	}
	keys := map[string][]string{}
	for _, r := range rows {
		if _, known := t.names[r.Table+"\n"+r.Key]; !known && r.Name == "" {
			keys[r.Table] = append(keys[r.Table], r.Key)
		}
	}
	for table, some := range keys {
		p := clone(t.x.w.project)
		task.Go(t.x.w.run, func(ctx context.Context, _ func(struct{})) (map[string]string, error) {
			return t.x.w.o.Engine.RecordNames(ctx, p, table, some)
		}, nil, func(names map[string]string, _ error) {
			for _, key := range some {
				t.names[table+"\n"+key] = seenName(names[key])
			}
			t.list.Refresh()
		})
	}
}

// stateOf says how a record stands: what became of it, or what somebody has done about it.
func (t *waitRows) stateOf(row importer.WaitRow) (words string, ink, tint fyne.ThemeColorName) {
	ink, tint = waitLook(row.Kind)
	switch {
	case row.Table == "":
		return lang.L("settled"), look.Passed, look.PassedTint
	case row.Verdict != nil && row.Verdict.There:
		return lang.L("is there"), look.Primary, look.PrimaryTint
	case row.Verdict != nil:
		return lang.L("send it"), look.Primary, look.PrimaryTint
	case row.Mended > 0:
		return lang.L("mended"), look.Primary, look.PrimaryTint
	}
	return waitWords(row.Kind), ink, tint
}

func (t *waitRows) title(row importer.WaitRow) string {
	name := t.called(row)
	switch {
	case row.Table == "":
		return "–"
	case name != "" && t.x.w.hidden:
		name = masked
	case name == "":
		name = row.Key
	}
	return name + "  ·  " + row.Table
}

// waitReason is why a record waits, with the field where one is known.
func waitReason(row importer.WaitRow) string {
	if row.Fault == nil {
		return ""
	}
	words := row.Fault.Cause
	if f := row.Fault.Subject.Field; f != "" {
		words = f + ": " + words
	}
	return words
}

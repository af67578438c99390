package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// waitRows is the list of records that wait. Only what can be seen is read, and its names only while somebody is signed in.
type waitRows struct {
	x      *waits
	search *kit.Entry
	list   *widget.List
	none   *kit.Text
	count  *kit.Text

	asked   int // searches so far: an answer to an older one is not taken
	finding *task.Task
	places  []int64
	rows    map[int64]importer.WaitRow
	names   map[string]string // by table and key
	reading map[int]bool      // by block of the list
	drawn   map[fyne.CanvasObject]*waitLine
	fault   *core.Fault
	stands  fyne.CanvasObject // the card as it was drawn last
}

func newWaitRows(x *waits) *waitRows {
	t := &waitRows{x: x, rows: map[int64]importer.WaitRow{}, names: map[string]string{}, reading: map[int]bool{}, drawn: map[fyne.CanvasObject]*waitLine{},
		none: kit.NewText("", kit.Style{Ink: look.Quiet, Mid: true, Wrap: true}), count: kit.NewText("", kit.Style{Size: look.CaptionSize, Ink: look.Quiet, Right: true})}
	t.search = kit.NewEntry(lang.L("Search records"), lang.L("Search by id, field or reason"))
	t.search.OnChanged = func(string) { t.find() }
	t.list = widget.NewList(func() int { return len(t.places) }, t.line, t.draw)
	t.list.OnSelected = func(widget.ListItemID) { t.list.UnselectAll() }
	return t
}

func (t *waitRows) card() fyne.CanvasObject {
	title := lang.L("Record by record")
	parts := []fyne.CanvasObject{kit.Row(10, kit.Grow(kit.Head(title)), kit.Sized(160, 0, t.count), t.x.w.hideButton())}
	if g := t.group(); g != nil {
		words := waitWords(g.Kind)
		if g.Fault != nil {
			words = g.Fault.Cause
		}
		parts = append(parts, kit.Row(10, kit.Grow(kit.NewElided(lang.L("Only: {{.Cause}}", kit.M{"Cause": words}), kit.Style{Ink: look.Quiet, Size: 13})),
			kit.Link(lang.L("Show all"), func() { t.x.choose(-1) })))
	}
	parts = append(parts, t.search)
	if t.fault != nil {
		parts = append(parts, kit.FaultCard(t.fault, kit.FaultCalls{Browse: t.x.w.browse, Again: t.find, Quiet: true}))
	}
	parts = append(parts, kit.Sized(0, rehearsedTop, container.NewStack(t.list, container.NewCenter(kit.Sized(360, 0, t.none)))))
	t.stands = kit.Card(kit.Column(10, parts...))
	return t.stands
}

// group is the cause to which the list is narrowed; nil is none.
func (t *waitRows) group() *importer.Group {
	if t.x.chosen < 0 || t.x.chosen >= len(t.x.list.Groups) {
		return nil
	}
	return &t.x.list.Groups[t.x.chosen]
}

func (t *waitRows) find() {
	t.finding.Cancel()
	t.asked++
	asked, p := t.asked, clone(t.x.w.project)
	q := importer.WaitSearch{Run: t.x.list.Run.ID, Text: strings.TrimSpace(t.search.Text)}
	if g := t.group(); g != nil {
		q.Of.Causes = []importer.Cause{g.Cause}
	}
	t.finding = task.Go(t.x.w.run, func(ctx context.Context, _ func(struct{})) ([]int64, error) {
		return t.x.w.o.Engine.WaitingPlaces(ctx, p, q)
	}, nil, func(places []int64, err error) {
		if asked != t.asked {
			return
		}
		t.places, t.rows, t.reading = places, map[int64]importer.WaitRow{}, map[int]bool{}
		t.none.SetWords("")
		t.count.SetWords(waitCount(int64(len(places))))
		if len(places) == 0 {
			t.none.SetWords(lang.L("No record fits."))
		}
		t.failed(err)
		if len(t.drawn) > 0 {
			t.list.ScrollToTop()
		}
		t.list.Refresh()
	})
}

func (t *waitRows) failed(err error) {
	had := t.fault != nil
	if t.fault = nil; err != nil {
		t.fault = core.AsFault(err)
	}
	if had || t.fault != nil {
		t.x.w.refresh()
	}
}

// again reads what is seen anew: something was said of a record.
func (t *waitRows) again() {
	t.asked++
	t.rows, t.reading = map[int64]importer.WaitRow{}, map[int]bool{}
	t.list.Refresh()
}

// read reads the records around one of the list.
func (t *waitRows) read(i int) {
	block, asked := i/rowsAtOnce, t.asked
	if t.reading[block] {
		return
	}
	t.reading[block] = true
	p, run, places := clone(t.x.w.project), t.x.list.Run.ID, t.places[block*rowsAtOnce:min(len(t.places), (block+1)*rowsAtOnce)]
	task.Go(t.x.w.run, func(ctx context.Context, _ func(struct{})) ([]importer.WaitRow, error) {
		return t.x.w.o.Engine.WaitingRows(ctx, p, run, places)
	}, nil, func(rows []importer.WaitRow, err error) {
		if asked != t.asked {
			return
		}
		if len(t.rows) > rowsHeld {
			t.rows, t.names, t.reading = map[int64]importer.WaitRow{}, map[string]string{}, map[int]bool{block: true}
		}
		for n, row := range rows {
			t.rows[places[n]] = row
		}
		if err != nil {
			t.failed(err)
		}
		t.list.Refresh()
		t.name(rows)
	})
}

// name asks what people call some records. Not knowing it is nothing that anybody must hear of.
func (t *waitRows) name(rows []importer.WaitRow) {
	c := t.x.w.connection()
	if c == nil || t.x.w.active != nil || t.x.w.session(c.Name).tables == nil {
		return
	}
	keys := map[string][]string{}
	for _, r := range rows {
		if _, known := t.names[r.Table+"\n"+r.Key]; !known {
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

// A waitLine is one row of the list as it is drawn.
type waitLine struct {
	chip      *fyne.Container
	place     int64
	shown     string
	name, why *kit.Elided
}

func (t *waitRows) line() fyne.CanvasObject {
	l := &waitLine{chip: container.NewStack(), name: kit.NewElided("", kit.Style{Bold: true}), why: kit.NewElided("", kit.Style{Ink: look.Quiet, Size: look.CaptionSize})}
	o := kit.NewRow(kit.Sized(0, 54, kit.Pad(8, 8, 8, 8, kit.Row(12, kit.Sized(112, 20, l.chip), kit.Grow(kit.Column(1, l.name, l.why)), kit.NewIcon("right", look.Quiet, 16)))), look.Card, func() {
		if row, ok := t.rows[l.place]; ok && row.Table != "" {
			t.x.showRecord(row, t.names[row.Table+"\n"+row.Key])
		}
	})
	t.drawn[o] = l
	return o
}

func (t *waitRows) draw(i widget.ListItemID, o fyne.CanvasObject) {
	l := t.drawn[o]
	if l == nil || i >= len(t.places) {
		return
	}
	l.place = t.places[i]
	row, ok := t.rows[l.place]
	if !ok {
		l.name.SetWords("…")
		l.why.SetWords("")
		l.chip.Objects, l.shown = nil, ""
		l.chip.Refresh()
		t.read(i)
		return
	}
	words, ink, tint := t.chip(row)
	if l.shown != words {
		l.shown, l.chip.Objects = words, []fyne.CanvasObject{kit.Chip(words, ink, tint)}
		l.chip.Refresh()
	}
	l.name.SetWords(t.title(row))
	l.why.SetWords(waitReason(row))
}

// chip says how a record stands: what became of it, or what somebody has done about it.
func (t *waitRows) chip(row importer.WaitRow) (words string, ink, tint fyne.ThemeColorName) {
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
	name := t.names[row.Table+"\n"+row.Key]
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

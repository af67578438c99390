package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// mappingPreview shows under the parts what becomes of some records, anew after each change. Records are read once by
// the page; they are mapped here, elsewhere than on the window's goroutine.
type mappingPreview struct {
	p      *mappingPage
	said   bool // somebody opened or closed it
	closed bool
	pick   mapping.Pick
	seed   uint64
	view   previewView
	only   previewOnly
	from   int // the first column of the table that is shown
	at     int // the record that is shown
	most   int // lines of it

	key   string // what was mapped, or is
	task  *task.Task
	made  *previewMade // the newest that is ready
	table string       // it is of this table
}

type previewView int

const (
	viewByWidth previewView = iota
	viewTable
	viewRecord
)

type previewOnly int

const (
	onlyAll previewOnly = iota
	onlyChanged
	onlyRefused
)

const (
	previewRows  = 10
	previewLines = 20
)

func newMappingPreview(p *mappingPage) *mappingPreview {
	return &mappingPreview{p: p, pick: mapping.PickFirst, most: previewLines}
}

// belongs reports whether the part that is shown changes values or records.
func (v *mappingPreview) belongs() bool {
	switch v.p.part {
	case mapping.PartMatch, mapping.PartPolicies, mapping.PartChildren:
		return false
	}
	return true
}

// under is the bar at the page's foot, with what belongs to it where it is open; nil where there is no preview.
func (v *mappingPreview) under() *kit.Under {
	d := v.p.draft()
	if d == nil || !v.belongs() {
		return nil
	}
	if t := d.Source().Name.Logical; t != v.table {
		v.table, v.made, v.key, v.at, v.from = t, nil, "", 0, 0
		v.task.Cancel()
	}
	open := v.open()
	turn := func() { v.said, v.closed = true, open; v.p.w.refresh() }
	if !open {
		return &kit.Under{Bar: kit.NewFold(lang.L("Preview"), v.line1(d), false, turn)}
	}
	fold := kit.NewFold(lang.L("Preview"), "", true, turn)
	bar, body := v.parts(d, fold)
	return &kit.Under{Bar: bar, Body: kit.Column(8, body...), Share: 0.36}
}

// open reports whether the preview stands open: as somebody said, else beside the fields where the window is high enough.
func (v *mappingPreview) open() bool {
	if v.said {
		return !v.closed
	}
	return v.p.part == mapping.PartFields && v.p.w.win.Canvas().Size().Height >= 660
}

// line1 says of the first record what is changed in it.
func (v *mappingPreview) line1(d *mapping.Draft) string {
	if v.p.from.Why == nil {
		if sampled, _ := v.p.samples(v.pick != mapping.PickFirst); sampled != nil {
			v.follow(d, sampled)
		}
	}
	if v.made == nil || v.made.fault != nil || len(v.made.rows) == 0 {
		return lang.L("what becomes of some records")
	}
	all := []string{v.name(0)}
	for i := range v.made.rows[0].Cells {
		c := &v.made.rows[0].Cells[i]
		if len(all) == 3 {
			break
		}
		if c.Fault != nil {
			before, _ := v.original(c)
			all = append(all, lang.L("refused: {{.What}}", kit.M{"What": before}))
		} else if v.changed(c) {
			before, _ := v.original(c)
			after, _ := v.words(c.Result, v.resultLabel(c))
			all = append(all, before+" › "+after)
		}
	}
	return strings.Join(all, " · ")
}

// name is the name of a record, unless values are hidden.
func (v *mappingPreview) name(at int) string {
	if v.p.w.hidden {
		return lang.L("Record {{.N}}", kit.M{"N": at + 1})
	}
	return v.made.names[at]
}

// words are a value for people, unless values are hidden.
func (v *mappingPreview) words(value core.Value, label string) (string, bool) {
	words, quiet := v.made.words(value, label)
	return v.p.w.veil(value, words), quiet
}

// original is what a cell is made from, unless values are hidden.
func (v *mappingPreview) original(c *mapping.PreviewCell) (string, bool) {
	words, quiet := v.made.original(c)
	if v.p.w.hidden && !quiet {
		return masked, false
	}
	return words, quiet
}

// cause is why a cell is refused. It may tell the value, so it is not told while values are hidden.
func (v *mappingPreview) cause(f *core.Fault) string {
	if v.p.w.hidden {
		return lang.L("Values are hidden.")
	}
	return f.Cause
}

// parts are the bar and what stands below it.
func (v *mappingPreview) parts(d *mapping.Draft, fold fyne.CanvasObject) (bar fyne.CanvasObject, body []fyne.CanvasObject) {
	if why := v.p.from.Why; why != nil && v.made == nil {
		return fold, []fyne.CanvasObject{kit.Hint("warn", lang.L("No preview now, because sample values are never kept.")+" "+why.Cause, look.Warned)}
	}
	spread := v.pick != mapping.PickFirst
	sampled, fault := v.p.samples(spread)
	picks := kit.Row(8, append([]fyne.CanvasObject{kit.Grow(fold)}, v.picks()...)...)
	switch {
	case fault != nil:
		again := kit.Link(lang.L("Read the samples again"), func() { delete(v.p.sample, spread); v.p.w.refresh() })
		return picks, []fyne.CanvasObject{kit.TopRow(10, kit.Grow(kit.Hint("warn", lang.L("No preview now.")+" "+fault.Cause+" "+fault.Remedy, look.Warned)), again)}
	case sampled == nil && v.made == nil:
		return picks, []fyne.CanvasObject{kit.Row(10, kit.NewSpinner(), kit.Grow(kit.Quiet(lang.L("Reading some records…"))))}
	case sampled != nil:
		v.follow(d, sampled)
	}
	switch {
	case v.made == nil:
		return picks, []fyne.CanvasObject{kit.Row(10, kit.NewSpinner(), kit.Grow(kit.Quiet(lang.L("Mapping them…"))))}
	case v.made.fault != nil:
		return picks, []fyne.CanvasObject{kit.Hint("warn", lang.L("No preview until this is mended:")+" "+v.made.fault.Cause+" "+v.made.fault.Remedy, look.Warned)}
	case len(v.made.rows) == 0:
		return picks, []fyne.CanvasObject{kit.Quiet(lang.L("No record matches the filter."))}
	}
	bar = kit.Column(6, picks, v.head())
	columns := v.columns()
	if len(columns) == 0 {
		return bar, []fyne.CanvasObject{kit.Quiet(v.nothing())}
	}
	if v.single() {
		return bar, v.record(columns)
	}
	return bar, v.grid(columns)
}

// picks choose the records.
func (v *mappingPreview) picks() []fyne.CanvasObject {
	all := []mapping.Pick{mapping.PickFirst, mapping.PickRandom, mapping.PickStrangest}
	row := []fyne.CanvasObject{}
	if v.pick == mapping.PickRandom {
		others := kit.LinkIcon("refresh", "", func() { v.seed++; v.p.w.refresh() })
		row = append(row, others.About(lang.L("Others")))
	}
	row = append(row, kit.Segments([]string{lang.L("First"), lang.L("Random"), lang.L("Strangest")}, slices.Index(all, v.pick), func(i int) {
		v.pick, v.at = all[i], 0
		v.p.w.refresh()
	}))
	view := 0
	if v.single() {
		view = 1
	}
	return append(row, kit.Segments([]string{lang.L("Table"), lang.L("One record")}, view, func(i int) {
		v.view = []previewView{viewTable, viewRecord}[i]
		v.p.w.refresh()
	}))
}

// single reports whether one record at a time is shown.
func (v *mappingPreview) single() bool {
	return v.view == viewRecord || v.view == viewByWidth && v.room() < 700
}

// room is how wide the table can be.
func (v *mappingPreview) room() float32 {
	return v.p.w.win.Canvas().Size().Width - look.RailWidth - 2*look.Margin - 4
}

// head says which columns are shown, and how many records would be refused.
func (v *mappingPreview) head() fyne.CanvasObject {
	refused := 0
	for _, r := range v.made.rows {
		if r.Fault != nil {
			refused++
		}
	}
	row := []fyne.CanvasObject{kit.Segments([]string{lang.L("All fields"), lang.L("Changed"), lang.L("Refused")}, int(v.only), func(i int) {
		v.only, v.from, v.most = previewOnly(i), 0, previewLines
		v.p.w.refresh()
	})}
	if v.task != nil {
		row = append(row, kit.NewSpinner())
	}
	if refused > 0 {
		row = append(row, kit.Grow(kit.NewText(lang.L("{{.N}} of {{.All}} would be refused", kit.M{"N": refused, "All": len(v.made.rows)}), kit.Style{Bold: true, Ink: look.Failed, Right: true})))
	} else {
		row = append(row, kit.Grow(kit.NewText(lang.N("None of these {{.All}} would be refused", len(v.made.rows), kit.M{"All": len(v.made.rows)}), kit.Style{Ink: look.Passed, Right: true})))
	}
	return kit.Row(8, row...)
}

func (v *mappingPreview) nothing() string {
	if v.only == onlyRefused {
		return lang.L("Nothing is refused in these records.")
	}
	if v.only == onlyChanged {
		return lang.L("Nothing is changed on the way in these records.")
	}
	return lang.L("No field is mapped yet.")
}

// columns are the places of the columns that are shown.
func (v *mappingPreview) columns() []int {
	out := []int{}
	rows := v.made.rows
	if v.single() {
		v.at = max(0, min(v.at, len(rows)-1))
		rows = rows[v.at : v.at+1]
	}
	for _, r := range rows {
		for i := range r.Cells {
			if slices.Contains(out, i) {
				continue
			}
			c := &r.Cells[i]
			if v.only == onlyAll || v.only == onlyRefused && c.Fault != nil || v.only == onlyChanged && v.changed(c) {
				out = append(out, i)
			}
		}
		if v.only == onlyAll && len(out) > 0 {
			break
		}
	}
	slices.Sort(out)
	return out
}

// changed reports whether a value is not what it was.
func (v *mappingPreview) changed(c *mapping.PreviewCell) bool {
	return c.Fault != nil || len(c.From) != 1 || c.From[0].Value != c.Result
}

// follow maps the records anew when the mapping, the records or the choice among them changed.
func (v *mappingPreview) follow(d *mapping.Draft, s *Sampled) {
	m := d.Saved()
	text, err := json.Marshal(m)
	if err != nil {
		return // a mapping is plain data: Marshal cannot fail on it
	}
	key := fmt.Sprintf("%s %s %d %p %d", text, v.pick, v.seed, s, len(v.p.related))
	if key == v.key {
		return
	}
	v.key = key
	v.task.Cancel()
	job := previewJob{mapping: m, source: *d.Source(), dest: d.Destination(), sampled: *s, pick: v.pick, seed: v.seed, tables: map[string]*core.Table{}}
	for name := range v.p.related {
		job.tables[name] = v.p.tableOf(name)
	}
	v.task = task.Go(v.p.w.run, func(context.Context, func(struct{})) (*previewMade, error) {
		return job.make(), nil
	}, nil, func(made *previewMade, err error) {
		if key != v.key {
			return
		}
		if v.task = nil; err != nil {
			made = &previewMade{fault: core.AsFault(err)}
		}
		v.made = made
		v.p.w.refresh()
	})
}

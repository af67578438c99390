package ui

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// A waitRecord is one record that waits, opened: what Dynamics has now beside what it becomes, what can be given instead, and
// for one that is unsure, what is found of it.
type waitRecord struct {
	x       *waits
	row     importer.WaitRow
	sheet   *kit.Sheet
	body    *fyne.Container
	read    *importer.Examined
	fault   *core.Fault
	wrong   *core.Fault // of what was said last
	working bool
	mending string // the column whose value is being mended; "" is none
	all     bool   // every field is shown, not only those that matter
	entry   *kit.Entry
	retry   *kit.Button
}

func (x *waits) showRecord(row importer.WaitRow, name string) {
	r := &waitRecord{x: x, row: row, body: container.NewStack()}
	title := name
	if title == "" {
		title = row.Key
	}
	if x.w.hidden && name != "" {
		title = masked
	}
	buttons := []fyne.CanvasObject{}
	if at, ok := x.place(importer.Group{Cause: r.cause(), Fault: row.Fault}); ok {
		buttons = append(buttons, kit.Plain(lang.L("Open the mapping"), func() { r.sheet.Close(); x.w.openMapping(at) }))
	}
	retry := kit.Plain(lang.L("Retry this one"), func() {
		r.sheet.Close()
		x.retry(importer.Selection{Records: []importer.WaitsFor{{Mapping: row.Mapping, Key: row.Key}}})
	})
	buttons = append(buttons, retry, kit.Plain(lang.L("Close"), func() { r.sheet.Close() }))
	r.retry = retry
	r.sheet = kit.ShowSheet(x.w.win.Canvas(), kit.SheetJob{Title: title, Width: 720, Body: r.body, Buttons: buttons})
	r.look()
}

func (r *waitRecord) cause() importer.Cause {
	c := importer.Cause{Mapping: r.row.Mapping, Table: r.row.Table, Kind: r.row.Kind}
	if f := r.row.Fault; f != nil {
		c.Code, c.Field = f.Code, f.Subject.Field
	}
	return c
}

// look reads the record and what is found of it.
func (r *waitRecord) look() {
	p := clone(r.x.w.project)
	r.read, r.fault = nil, nil
	r.draw()
	task.Go(r.x.w.run, func(ctx context.Context, _ func(struct{})) (importer.Examined, error) {
		return r.x.w.o.Engine.Examine(ctx, p, r.row.Mapping, r.row.Key, r.row.Kind == core.Unsure)
	}, nil, func(x importer.Examined, err error) {
		if r.read = &x; err != nil {
			r.fault = core.AsFault(err)
		}
		r.draw()
	})
}

func (r *waitRecord) draw() {
	r.retry.Unless(r.cannotRetry())
	words, ink, tint := r.x.rows.stateOf(r.row)
	parts := []fyne.CanvasObject{kit.Row(10, kit.Chip(words, ink, tint), kit.Grow(kit.NewElided(r.row.Table+" · "+r.row.Key, kit.Style{Mono: true, Size: look.CaptionSize, Ink: look.Quiet})))}
	if f := r.row.Fault; f != nil {
		parts = append(parts, kit.StrongPara(f.Cause), kit.Para(f.Remedy))
	}
	if r.wrong != nil {
		parts = append(parts, kit.FaultCard(r.wrong, kit.FaultCalls{Browse: r.x.w.browse}))
	}
	if r.row.Kind == core.Unsure {
		parts = append(parts, r.verdict()...)
	}
	switch {
	case r.read == nil:
		parts = append(parts, kit.Row(10, kit.NewSpinner(), kit.Grow(kit.Quiet(lang.L("Reading the record…")))))
	case r.fault != nil:
		parts = append(parts, kit.FaultCard(r.fault, kit.FaultCalls{Browse: r.x.w.browse, Again: r.look, Quiet: true}))
	default:
		parts = append(parts, r.fields()...)
	}
	r.body.Objects = []fyne.CanvasObject{kit.Column(10, parts...)}
	r.body.Refresh()
	r.sheet.Refit()
}

// fields are those that matter, or all of them: what Dynamics has, and what it becomes.
func (r *waitRecord) fields() []fyne.CanvasObject {
	field := ""
	if r.row.Fault != nil {
		field = r.row.Fault.Subject.Field
	}
	matters := func(f importer.ExaminedField) bool {
		return f.Fault != nil || f.Given || f.Column == field || slices.ContainsFunc(f.From, func(o mapping.Original) bool { return o.Field == field })
	}
	some := slices.ContainsFunc(r.read.Fields, matters)
	parts := []fyne.CanvasObject{kit.Hairline(), kit.TopRow(12, kit.Sized(150, 0, kit.Caption(lang.L("Field"))), kit.Grow(kit.Caption(lang.L("In Dynamics 365 now"))), kit.Grow(kit.Caption(lang.L("Becomes"))), kit.Sized(110, 0, kit.Empty()))}
	left := 0
	for _, f := range r.read.Fields {
		if some && !r.all && !matters(f) {
			left++
			continue
		}
		parts = append(parts, r.field(f)...)
	}
	switch {
	case left > 0:
		parts = append(parts, kit.Row(0, kit.Link(lang.L("Show all {{.N}} fields", kit.M{"N": len(r.read.Fields)}), func() { r.all = true; r.draw() }), kit.Space()))
	case some && r.all:
		parts = append(parts, kit.Row(0, kit.Link(lang.L("Show only what matters"), func() { r.all = false; r.draw() }), kit.Space()))
	}
	return parts
}

func (r *waitRecord) field(f importer.ExaminedField) []fyne.CanvasObject {
	was := []fyne.CanvasObject{}
	for _, o := range f.From {
		words := r.value(o.Value)
		if o.Label != "" && !r.x.w.hidden {
			words = o.Label + " (" + words + ")"
		}
		if len(f.From) > 1 || o.Field != f.Column {
			was = append(was, kit.Grow(kit.NewElided(o.Field, kit.Style{Mono: true, Size: look.CaptionSize, Ink: look.Quiet})))
		}
		was = append(was, kit.NewText(words, kit.Style{Wrap: true}))
	}
	becomes := []fyne.CanvasObject{kit.NewText(r.value(f.Result), kit.Style{Wrap: true})}
	if f.Fault != nil {
		becomes = []fyne.CanvasObject{kit.NewText(lang.L("refused"), kit.Style{Ink: look.Failed, Bold: true})}
	}
	switch {
	case f.Given && f.Stale:
		becomes = append(becomes, kit.CaptionPara(lang.L("Somebody mended it, and Dynamics has another value since: what Dynamics has counts.")))
	case f.Given:
		becomes = append(becomes, kit.CaptionPara(lang.L("Mended. It holds as long as Dynamics has the value beside it.")))
	}
	mend := kit.Plain(lang.L("Mend"), func() { r.begin(f) })
	mend.Tip(lang.L("Gives another value for this one record, without changing Dynamics 365."))
	if f.Given {
		mend = kit.Plain(lang.L("Withdraw"), func() { r.withdraw(f.Column) })
		mend.Tip(lang.L("Forgets the mended value."))
	}
	mend.Unless(r.busy())
	line := kit.TopRow(12, kit.Sized(150, 0, kit.Grow(kit.NewElided(f.Column, kit.Style{Mono: true, Size: look.CaptionSize}))), kit.Grow(kit.Column(1, was...)), kit.Grow(kit.Column(3, becomes...)), kit.Sized(110, 0, kit.Row(0, kit.Space(), mend)))
	parts := []fyne.CanvasObject{line}
	if r.mending == f.Column {
		keep := kit.Primary(lang.L("Use this value"), func() { r.mend(f.Column) })
		keep.Unless(r.busy())
		parts = append(parts, kit.Tinted(look.Field, kit.Column(8, kit.Labeled(lang.L("Value for {{.Field}}", kit.M{"Field": f.Column}),
			lang.L("Left blank, the field becomes empty. Ferry keeps the value sealed, for this record only, until Dynamics has another one or its time in Settings is over."), r.entry),
			kit.Row(8, kit.Space(), kit.Plain(lang.L("Cancel"), func() { r.mending = ""; r.draw() }), keep))))
	}
	return append(parts, kit.Hairline())
}

// cannotRetry says why the record cannot be retried now: not while a value is typed or kept, which would be lost.
func (r *waitRecord) cannotRetry() string {
	switch {
	case r.working:
		return lang.L("Ferry is at it.")
	case r.mending != "":
		return lang.L("Use the value that you are typing, or cancel it, first.")
	}
	return r.x.cannot()
}

func (r *waitRecord) busy() string {
	if r.working {
		return lang.L("Ferry is at it.")
	}
	return r.x.w.busyReason()
}

func (r *waitRecord) value(v core.Value) string {
	if v.Blank() {
		return lang.L("(empty)")
	}
	return r.x.w.veil(v, v.Canonical())
}

func (r *waitRecord) begin(f importer.ExaminedField) {
	r.mending, r.wrong = f.Column, nil
	r.entry = kit.NewEntry(lang.L("Value for {{.Field}}", kit.M{"Field": f.Column}), "")
	if !r.x.w.hidden && f.Fault == nil {
		r.entry.Text = f.Result.Canonical()
	} else if len(f.From) == 1 && !r.x.w.hidden {
		r.entry.Text = f.From[0].Value.Canonical()
	}
	r.entry.CursorColumn = len([]rune(r.entry.Text))
	column := f.Column
	r.entry.OnSubmitted = func(string) { r.mend(column) }
	r.draw()
	r.x.w.win.Canvas().Focus(r.entry)
}

func (r *waitRecord) mend(column string) {
	text := strings.TrimSpace(r.entry.Text)
	r.do(func(ctx context.Context) error {
		return r.x.w.o.Engine.Mend(ctx, clone(r.x.w.project), r.row.Mapping, r.row.Key, column, text)
	}, func() { r.row.Mended++; r.mending = "" })
}

func (r *waitRecord) withdraw(column string) {
	r.do(func(ctx context.Context) error {
		return r.x.w.o.Engine.Withdraw(ctx, clone(r.x.w.project), r.row.Mapping, r.row.Key, column)
	}, func() { r.row.Mended = max(0, r.row.Mended-1) })
}

// do has something kept about the record, and looks at it again.
func (r *waitRecord) do(work func(ctx context.Context) error, kept func()) {
	if r.working {
		return
	}
	r.working, r.wrong = true, nil
	r.draw()
	task.Go(r.x.w.run, func(ctx context.Context, _ func(struct{})) (struct{}, error) { return struct{}{}, work(ctx) }, nil, func(_ struct{}, err error) {
		r.working = false
		if err != nil {
			r.wrong = core.AsFault(err)
			r.draw()
			return
		}
		kept()
		r.x.rows.reread()
		r.look()
	})
}

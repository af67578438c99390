package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"ferry/core"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

const (
	recordsAtOnce = 60  // read together
	recordsHeld   = 900 // at most so many are in memory
	recordsHigh   = 420 // height of the list
)

// A recordsJob says what a list of records shows. All its functions are called on the window's goroutine; what find and read
// return is not.
type recordsJob[R any] struct {
	hint string  // of the field to search in
	chip float32 // how wide the state of each record is shown; 0 is not at all
	find func(text string) func(ctx context.Context) ([]int64, error)
	read func(places []int64) func(ctx context.Context) ([]R, error)
	got  func(rows []R) // hears what was read; may be nil
	drop func()         // what is kept of rows may go; may be nil
	line func(row R) recordLine
	show func(row R)
}

// A recordLine is what one row of the list says.
type recordLine struct {
	state     string
	ink, tint fyne.ThemeColorName
	name      string
	about     string // below it
	mono      bool   // and in the type of values
}

// records is a long list of records with a search. Only what can be seen is read.
type records[R any] struct {
	recordsJob[R]
	w      *Window
	search *kit.Entry
	list   *widget.List
	none   *kit.Text
	count  *kit.Text
	asked  int // searches so far: an answer to an older one is not taken
	work   *task.Task
	found  []int64 // places of the records that fit
	rows   map[int64]R
	blocks map[int]bool // of the list: they are read, or being read
	drawn  map[fyne.CanvasObject]*drawnRecord
	fault  *core.Fault
}

func newRecords[R any](w *Window, j recordsJob[R]) *records[R] {
	t := &records[R]{recordsJob: j, w: w, rows: map[int64]R{}, blocks: map[int]bool{}, drawn: map[fyne.CanvasObject]*drawnRecord{},
		none: kit.NewText("", kit.Style{Ink: look.Quiet, Mid: true, Wrap: true}), count: kit.NewText("", kit.Style{Size: look.CaptionSize, Ink: look.Quiet, Right: true})}
	t.search = kit.NewEntry(lang.L("Search records"), j.hint)
	t.search.OnChanged = func(string) { t.again() }
	t.list = widget.NewList(func() int { return len(t.found) }, t.row, t.draw)
	t.list.OnSelected = func(widget.ListItemID) { t.list.UnselectAll() }
	return t
}

// card is the list under its head. above stands between head and search, beside at the right of the search.
func (t *records[R]) card(above []fyne.CanvasObject, beside ...fyne.CanvasObject) fyne.CanvasObject {
	parts := []fyne.CanvasObject{kit.Row(10, kit.Grow(kit.Head(lang.L("Record by record"))), kit.Sized(160, 0, t.count), t.w.hideButton())}
	parts = append(parts, above...)
	parts = append(parts, kit.Row(10, append([]fyne.CanvasObject{kit.Grow(t.search)}, beside...)...))
	if t.fault != nil {
		parts = append(parts, kit.FaultCard(t.fault, kit.FaultCalls{Browse: t.w.browse, Again: t.again, Quiet: true}))
	}
	parts = append(parts, kit.Sized(0, recordsHigh, container.NewStack(t.list, container.NewCenter(kit.Sized(360, 0, t.none)))))
	return kit.Card(kit.Column(10, parts...))
}

// text is what is searched for.
func (t *records[R]) text() string { return strings.TrimSpace(t.search.Text) }

// again searches anew.
func (t *records[R]) again() {
	t.work.Cancel()
	t.asked++
	asked, find := t.asked, t.find(t.text())
	t.work = task.Go(t.w.run, func(ctx context.Context, _ func(struct{})) ([]int64, error) { return find(ctx) }, nil, func(places []int64, err error) {
		if asked != t.asked {
			return
		}
		t.found, t.rows, t.blocks = places, map[int64]R{}, map[int]bool{}
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

// reread reads what is seen anew, because something was said of a record.
func (t *records[R]) reread() {
	t.asked++
	t.rows, t.blocks = map[int64]R{}, map[int]bool{}
	t.list.Refresh()
}

func (t *records[R]) failed(err error) {
	had := t.fault != nil
	if t.fault = nil; err != nil {
		t.fault = core.AsFault(err)
	}
	if had || t.fault != nil {
		t.w.refresh()
	}
}

// load reads the records around one of the list.
func (t *records[R]) load(i int) {
	block, asked := i/recordsAtOnce, t.asked
	if t.blocks[block] {
		return
	}
	t.blocks[block] = true
	places := t.found[block*recordsAtOnce : min(len(t.found), (block+1)*recordsAtOnce)]
	read := t.read(places)
	task.Go(t.w.run, func(ctx context.Context, _ func(struct{})) ([]R, error) { return read(ctx) }, nil, func(rows []R, err error) {
		if asked != t.asked {
			return
		}
		if len(t.rows) > recordsHeld {
			t.rows, t.blocks = map[int64]R{}, map[int]bool{block: true}
			if t.drop != nil {
				t.drop()
			}
		}
		for n, row := range rows {
			t.rows[places[n]] = row
		}
		if err != nil {
			t.failed(err)
		}
		t.list.Refresh()
		if t.got != nil {
			t.got(rows)
		}
	})
}

// A drawnRecord is one row of the list as it is drawn.
type drawnRecord struct {
	place         int64
	state         *fyne.Container
	said          string // as the state
	name          *kit.Elided
	plain, values *kit.Elided
}

func (t *records[R]) row() fyne.CanvasObject {
	caption := func(mono bool) *kit.Elided {
		return kit.NewElided("", kit.Style{Mono: mono, Ink: look.Quiet, Size: look.CaptionSize})
	}
	l := &drawnRecord{state: container.NewStack(), name: kit.NewElided("", kit.Style{Bold: true}), plain: caption(false), values: caption(true)}
	parts := []fyne.CanvasObject{kit.Grow(kit.Column(1, l.name, container.NewStack(l.plain, l.values))), kit.NewIcon("right", look.Quiet, 16)}
	if t.chip > 0 {
		parts = append([]fyne.CanvasObject{kit.Sized(t.chip, 20, l.state)}, parts...)
	}
	o := kit.NewRow(kit.Sized(0, 54, kit.Pad(8, 0, 8, 0, kit.Row(12, parts...))), look.Card, func() {
		if row, ok := t.rows[l.place]; ok {
			t.show(row)
		}
	})
	t.drawn[o] = l
	return o
}

func (t *records[R]) draw(i widget.ListItemID, o fyne.CanvasObject) {
	l := t.drawn[o]
	if l == nil || i >= len(t.found) {
		return
	}
	l.place = t.found[i]
	row, ok := t.rows[l.place]
	if !ok {
		l.say(recordLine{name: "…"})
		t.load(i)
		return
	}
	l.say(t.line(row))
}

func (l *drawnRecord) say(x recordLine) {
	if l.said != x.state {
		l.said, l.state.Objects = x.state, nil
		if x.state != "" {
			l.state.Objects = []fyne.CanvasObject{kit.Row(0, kit.Chip(x.state, x.ink, x.tint), kit.Space())}
		}
		l.state.Refresh()
	}
	l.name.SetWords(x.name)
	l.plain.SetWords("")
	l.values.SetWords("")
	if x.mono {
		l.values.SetWords(x.about)
	} else {
		l.plain.SetWords(x.about)
	}
}

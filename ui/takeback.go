package ui

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// Taking an import back: a card on its receipt says until when that can be done, or why not; a sheet shows what would be put
// back before anything is; the receipt of taking back stands in the history like that of an import.

// backTerms are what is known of taking one run back.
type backTerms struct {
	terms BackTerms
	fault *core.Fault
	known bool
}

// backOf is the newest taking back of a run, nil when there is none.
func (w *Window) backOf(run string) *importer.Receipt {
	for i := range w.runs.list {
		if r := &w.runs.list[i]; r.Undoes == run && run != "" && r.State != importer.Abandoned {
			return r
		}
	}
	return nil
}

// halfBack is the newest run of the project when it is a taking back that has not come to its end.
func (w *Window) halfBack() *importer.Receipt {
	if w.active != nil || len(w.runs.list) == 0 {
		return nil
	}
	if r := &w.runs.list[0]; r.Undoes != "" && (r.State == importer.Interrupted || r.State == importer.Running) {
		return r
	}
	return nil
}

// takenBack is the run that another one takes back.
func (w *Window) takenBack(r *importer.Receipt) *importer.Receipt {
	for i := range w.runs.list {
		if w.runs.list[i].Run == r.Undoes {
			return &w.runs.list[i]
		}
	}
	return nil
}

// mayTakeBack asks once what is known of taking a run back.
func (w *Window) mayTakeBack(run string) backTerms {
	if w.backs == nil {
		w.backs = map[string]*backTerms{}
	}
	if t := w.backs[run]; t != nil {
		return *t
	}
	t, p, all := &backTerms{}, clone(w.project), w.backs
	all[run] = t
	task.Go(w.run, func(ctx context.Context, _ func(struct{})) (BackTerms, error) {
		return w.o.Engine.MayTakeBack(ctx, p, run)
	}, nil, func(terms BackTerms, err error) {
		t.terms, t.known = terms, true
		if err != nil {
			t.fault = core.AsFault(err)
		}
		if len(all) > 0 && (w.place == placeHistory || w.place == placeImport) {
			w.refresh()
		}
	})
	return *t
}

// backCard offers to take the import of a receipt back, or says why that cannot be; nil where there is nothing to say.
func (w *Window) backCard(of runOf, r *importer.Receipt) fyne.CanvasObject {
	if r.Run == "" || r.Undoes != "" {
		return nil
	}
	b := kit.Plain(lang.L("Take back this import…"), func() { w.askTakeBack(r) })
	about, reason := w.backWords(of, r)
	if reason != "" {
		b.Unless(reason)
		about = reason
	}
	if half := w.backOf(r.Run); half != nil && half.State != importer.Complete && reason == "" {
		b = kit.Primary(lang.L("Go on taking back"), func() { w.takeBack(r) })
	}
	return kit.Card(kit.Row(14, kit.Grow(kit.Column(3, kit.Head(lang.L("Take back")), kit.QuietPara(about))), b))
}

// backWords say until when an import can be taken back, or the reason why it cannot.
func (w *Window) backWords(of runOf, r *importer.Receipt) (about, reason string) {
	sum := total(r.Tables)
	if w.project == nil || of.id != w.project.ID {
		return "", lang.L("Open the project of this import to take it back.")
	}
	if w.active != nil {
		return "", w.busyReason()
	}
	if sum.Created+sum.Updated+sum.Removed == 0 {
		return "", lang.L("It changed nothing at the destination: there is nothing to take back.")
	}
	t := w.mayTakeBack(r.Run)
	switch {
	case !t.known:
		return "", lang.L("Ferry looks whether it can be taken back.")
	case t.fault != nil:
		return "", t.fault.Cause + " " + t.fault.Remedy
	case w.backOf(r.Run) != nil:
		return lang.L("Taking it back was stopped part-way. It goes on where it stopped."), ""
	}
	return untilWords(t.terms), ""
}

// untilWords say how long an import can be taken back.
func untilWords(t BackTerms) string {
	if !t.Lasting {
		return lang.L("Rows and values can be put back as they were before, but only until Ferry is closed: there is no keychain, so it cannot be taken back after a restart.")
	}
	return lang.L("Rows and values can be put back as they were before, until {{.Date}}.", kit.M{"Date": day(t.Until)})
}

func day(t time.Time) string { return t.Local().Format("2 January 2006") }

// takeBack begins to take a run back, or goes on with it.
func (w *Window) takeBack(r *importer.Receipt) {
	if w.active != nil || w.project == nil {
		return
	}
	of, p := *r, clone(w.project)
	p.Connection = w.connectionName()
	a := &activeImport{back: &of}
	w.active = a
	w.imports().result = nil
	a.task = task.Long(w.run, func(ctx context.Context, tell func(importer.Progress)) (importer.Receipt, error) {
		return w.o.Engine.TakeBack(ctx, p, of.Run, tell)
	}, func(n importer.Progress) { w.moved(a, n) }, func(receipt importer.Receipt, err error) { w.backEnded(a, receipt, err) })
	w.tick(a)
	h := w.history()
	h.open, h.all = runKey{p.ID, of.Run}, false
	w.open(placeHistory)
	h.page.Top()
}

func (w *Window) connectionName() string {
	if c := w.connection(); c != nil {
		return c.Name
	}
	return ""
}

// backEnded shows the receipt of taking back.
func (w *Window) backEnded(a *activeImport, receipt importer.Receipt, err error) {
	a.clock.Cancel()
	w.active, w.backs = nil, nil
	if receipt.Run == "" {
		w.loadRuns()
		w.refresh()
		if err != nil && core.AsFault(err).Kind != core.Stopped {
			w.tell(lang.L("The import was not taken back"), err)
		}
		return
	}
	if err != nil && receipt.Fault == nil {
		receipt.Fault = core.AsFault(err)
	}
	list := []importer.Receipt{receipt}
	for _, r := range w.runs.list {
		if r.Run != receipt.Run {
			list = append(list, r)
		}
	}
	w.runs.list = list
	w.history().open = runKey{w.project.ID, receipt.Run}
	w.loadRuns()
	w.refresh()
	if w.place == placeHistory {
		w.history().page.Top()
	}
}

func (w *Window) history() *history { return w.pages[placeHistory].(*history) }

// backBanner offers to go on with a taking back that was stopped; nil when there is none.
func (w *Window) backBanner() (card fyne.CanvasObject, on *kit.Button) {
	half := w.halfBack()
	if half == nil {
		return nil, nil
	}
	when := ""
	of := w.takenBack(half)
	if of != nil {
		when = kit.When(of.Started, w.o.Now())
	}
	words := lang.L("Taking back the import of {{.When}} was stopped part-way. What was put back so far is safe.", kit.M{"When": when})
	row := []fyne.CanvasObject{kit.NewIcon("warn", look.Warned, 18), kit.Grow(kit.Para(words))}
	key := runKey{w.project.ID, half.Run}
	row = append(row, kit.Plain(lang.L("Show"), func() { w.history().open = key; w.open(placeHistory) }))
	if of != nil {
		on = kit.Primary(lang.L("Go on taking back"), func() { w.takeBack(of) })
		if t := w.mayTakeBack(of.Run); t.fault != nil {
			on.Unless(t.fault.Cause)
		}
		row = append(row, on)
	}
	return kit.Tinted(look.WarnedTint, kit.Row(12, row...)), on
}

// keepsWords say, as soon as it is known, where an import could not be taken back at any time later.
func (w *Window) keepsWords() fyne.CanvasObject {
	said, p := container.NewStack(), clone(w.project)
	said.Hide()
	task.Go(w.run, func(ctx context.Context, _ func(struct{})) (BackTerms, error) {
		return w.o.Engine.Keeps(ctx, p), nil
	}, nil, func(t BackTerms, _ error) {
		words := ""
		switch {
		case t.Days == 0:
			words = lang.L("This import cannot be taken back: nothing that it replaces is kept.")
		case !t.Lasting:
			words = lang.L("There is no keychain: this import cannot be taken back after a restart of Ferry.")
		}
		if words != "" {
			said.Objects = []fyne.CanvasObject{kit.Hint("warn", words, look.Warned)}
			said.Show()
			said.Refresh()
			if top, ok := w.win.Canvas().Overlays().Top().(*kit.Sheet); ok {
				top.Refresh()
			}
		}
	})
	return said
}

// backGrid says of each table what becomes of its rows when an import is taken back: the columns that say something.
func (w *Window) backGrid(r *importer.Receipt) fyne.CanvasObject {
	_, removed := w.removedWords(r)
	sum := total(r.Tables)
	head := []string{lang.L("Table"), removed, lang.L("Former values")}
	of := []func(importer.Counts) int64{func(c importer.Counts) int64 { return c.Removed }, func(c importer.Counts) int64 { return c.Updated }}
	for _, more := range []struct {
		words string
		of    func(importer.Counts) int64
	}{
		{lang.L("There again"), func(c importer.Counts) int64 { return c.Created }},
		{lang.L("As before"), func(c importer.Counts) int64 { return c.Unchanged }},
		{lang.L("Stay"), func(c importer.Counts) int64 { return c.Refused }},
	} {
		if more.of(sum) > 0 {
			head, of = append(head, more.words), append(of, more.of)
		}
	}
	line := func(title string, c importer.Counts) []string {
		cells := []string{title}
		for _, n := range of {
			cells = append(cells, kit.Number(n(c)))
		}
		return cells
	}
	lines := [][]string{}
	for _, t := range r.Tables {
		lines = append(lines, line(tableTitle(t), t.Counts))
	}
	var foot []string
	if len(lines) > 1 {
		foot = line(lang.L("Together"), sum)
	}
	return kit.Grid(head, lines, foot)
}

// removedWords say what becomes of what an import made, in a line and above a column: some systems set it inactive. r is nil
// for what goes on now; what was done elsewhere was removed, as far as is known.
func (w *Window) removedWords(r *importer.Receipt) (line, head string) {
	if d := w.project.Destination; d != nil && (r == nil || w.wentHere(r)) {
		for _, s := range w.driver(d.Driver).Settings {
			if on, _ := strconv.ParseBool(cmp.Or(d.Settings[s.Name], s.Default)); s.Deletes && !on {
				return lang.L("set inactive"), lang.L("Set inactive")
			}
		}
	}
	return lang.L("removed"), lang.L("Removed")
}

const mostMade = 8

// madeWords name what an import made at the destination and what stays there.
func madeWords(made []string) string {
	words := strings.Join(made[:min(len(made), mostMade)], ", ")
	if more := len(made) - mostMade; more > 0 {
		words += " " + lang.L("and {{.N}} more", kit.M{"N": kit.Number(int64(more))})
	}
	return lang.L("Tables and columns that it made stay: {{.Names}}.", kit.M{"Names": words})
}

package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// finishing is the page Finish the move, in History: compare once more, a receipt to sign, and what to take down.
type finishing struct {
	open    bool
	of      string // ID of the project that was looked up
	loaded  bool
	known   Handover
	fault   *core.Fault
	loading *task.Task
}

// finishLinks lead from History to comparing and to the end of the move, once something was imported.
func (p *history) finishLinks() []fyne.CanvasObject {
	w := p.w
	if p.all || w.project == nil || w.project.Destination == nil || w.connection() == nil || len(w.runs.list) == 0 {
		return nil
	}
	compare := kit.Link(lang.L("Compare"), w.compareNow)
	compare.Tip(lang.L("Says what differs between Dynamics and the destination, and why. Nothing is written."))
	compare.Unless(w.busyReason())
	finish := kit.Link(lang.L("Finish the move"), func() {
		w.finish = finishing{open: true}
		w.refresh()
		p.page.Top()
	})
	return []fyne.CanvasObject{compare, finish}
}

// compareNow compares where its progress is seen.
func (w *Window) compareNow() {
	if w.active != nil {
		return
	}
	w.open(placeImport)
	w.imports().compare(w.taking())
}

func (p *history) closeFinish() {
	p.w.finish.open = false
	p.w.refresh()
	p.page.Top()
}

// loadFinish reads what is remembered of the end of the move.
func (w *Window) loadFinish() {
	f := &w.finish
	if f.loading != nil || f.loaded && f.of == w.project.ID || f.fault != nil {
		return
	}
	project := clone(w.project)
	f.of = project.ID
	f.loading = task.Go(w.run, func(ctx context.Context, _ func(struct{})) (Handover, error) {
		return w.o.Engine.Handover(ctx, project)
	}, nil, func(known Handover, err error) {
		f := &w.finish
		f.known, f.loaded, f.loading = known, true, nil
		if err != nil {
			f.fault = core.AsFault(err)
		}
		if f.known.Ticks == nil {
			f.known.Ticks = map[string]time.Time{}
		}
		if w.place == placeHistory {
			w.refresh()
		}
	})
}

func (p *history) renderFinish() {
	w := p.w
	w.loadFinish()
	back := kit.Link(lang.L("Back to the list"), p.closeFinish)
	about := ""
	if c := w.connection(); c != nil && w.project.Destination != nil {
		about = lang.L("From {{.From}} to {{.To}}", kit.M{"From": c.Name, "To": destinationName(w.project.Destination, w.driver(w.project.Destination.Driver))})
	}
	head := kit.PageHead(lang.L("Finish the move"), about, back)
	f := &w.finish
	switch {
	case f.fault != nil:
		p.page.Set(head, kit.FaultCard(f.fault, w.faultCalls(nil, func() { w.finish = finishing{open: true}; w.refresh() })))
	case !f.loaded:
		p.page.Set(head, kit.WaitingCard(lang.L("Looking what is remembered of this move…"), ""))
	default:
		p.page.Set(head, p.finalComparison(), p.receiptToSign(), p.takeDown())
	}
}

// finalComparison is the first step: how the last comparison ended, and another one.
func (p *history) finalComparison() fyne.CanvasObject {
	w, c := p.w, p.w.finish.known.Comparison
	parts := []fyne.CanvasObject{kit.Head(lang.L("1. Compare once more"))}
	words := lang.L("Compare again")
	if c == nil {
		words = lang.L("Compare now")
		parts = append(parts, kit.Para(lang.L("Everything is read on both sides and held against each other. Nothing is written. What differs is sorted by its reason.")))
	} else {
		said, ink, icon := comparisonVerdict(*c)
		sum := c.Sum()
		parts = append(parts,
			kit.Row(10, kit.NewIcon(icon, ink, 20), kit.Grow(kit.NewText(said, kit.Style{Bold: true, Ink: ink, Wrap: true})), kit.Quiet(kit.When(c.Ended, w.o.Now()))),
			kit.QuietPara(lang.L("{{.Source}} in Dynamics, {{.Equal}} of them equal; {{.Missing}} missing there, {{.Extra}} only there.", kit.M{"Source": kit.Number(sum.Source),
				"Equal": kit.Number(sum.Equal), "Missing": kit.Number(sum.Missing), "Extra": kit.Number(sum.Extra)})))
		for _, d := range importer.EachDifference() {
			if n := sum.Records[d]; n > 0 {
				title, _ := differenceWords(d)
				icon, ink := differenceIcon(d)
				parts = append(parts, kit.Row(10, kit.NewIcon(icon, ink, 16), kit.Grow(kit.NewElided(title, kit.Style{})), kit.NewText(recordsWords(n), kit.Style{Right: true, Ink: look.Quiet})))
			}
		}
		if last := w.lastImport(); last.After(c.Started) {
			parts = append(parts, kit.Hint("warn", lang.L("Something was imported or taken back since. Compare again, so that the receipt is true."), look.Warned))
		}
	}
	again := kit.Strongest(c == nil, words, w.compareNow)
	again.Unless(w.busyReason())
	if c == nil {
		p.primary = again
	}
	row := []fyne.CanvasObject{again}
	if w.imports().compared != nil {
		row = append(row, kit.Link(lang.L("Look at the comparison"), func() { w.open(placeImport) }))
	}
	return kit.Card(kit.Column(9, append(parts, kit.Row(10, append(row, kit.Space())...))...))
}

// lastImport is when the newest run began.
func (w *Window) lastImport() time.Time {
	if len(w.runs.list) == 0 {
		return time.Time{}
	}
	return w.runs.list[0].Started
}

// receiptToSign is the second step.
func (p *history) receiptToSign() fyne.CanvasObject {
	w, known := p.w, p.w.finish.known
	parts := []fyne.CanvasObject{kit.Head(lang.L("2. A receipt to sign")),
		kit.Para(lang.L("One page to print: from where, to where, who and when; how many records each table has on both sides; what differs and why; what was taken down; and room for names and signatures. It holds no value of a record."))}
	save := kit.Strongest(known.Comparison != nil && known.Saved.IsZero(), lang.L("Save receipt…"), w.saveReceipt)
	if known.Comparison == nil {
		save.Unless(lang.L("Compare first."))
	} else if known.Saved.IsZero() {
		p.primary = save
	}
	row := []fyne.CanvasObject{save}
	if !known.Saved.IsZero() {
		row = append(row, kit.Grow(kit.Quiet(lang.L("Saved {{.When}}.", kit.M{"When": kit.When(known.Saved, w.o.Now())}))))
	} else {
		row = append(row, kit.Space())
	}
	return kit.Card(kit.Column(9, append(parts, kit.Row(10, row...))...))
}

// saveReceipt saves the page to sign.
func (w *Window) saveReceipt() {
	c := w.finish.known.Comparison
	if c == nil {
		return
	}
	project := clone(w.project)
	var done, open []string
	for _, l := range w.downLines() {
		if _, ticked := w.finish.known.Ticks[l.id]; ticked {
			done = append(done, l.words)
		} else {
			open = append(open, l.words)
		}
	}
	w.askSave(saveJob{
		title: lang.L("Save the receipt of the move"), about: lang.L("One page to print and sign. It holds no value of a record, and no password."), page: true,
		offer: w.offerFile(c.From, lang.L("receipt of the move"), c.Started, ".html"),
		save: func(ctx context.Context, path string, _ bool) (int64, error) {
			return 0, w.o.Engine.KeepReceipt(ctx, project, path, done, open)
		},
		saved: func(path string, n int64) {
			w.finish = finishing{open: w.finish.open}
			w.saved(path, n)
			w.refresh()
		},
	})
}

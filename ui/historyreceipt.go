package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui/kit"
	"ferry/ui/task"
)

// An openedRun is a run of a project that is not open.
type openedRun struct {
	key     runKey
	receipt *importer.Receipt
	fault   *core.Fault
	loading *task.Task
}

// showOpen shows the run that is open; false when it is not there any more.
func (p *history) showOpen() bool {
	w := p.w
	if w.project != nil && p.open.project == w.project.ID {
		for i := range w.runs.list {
			if w.runs.list[i].Run == p.open.run {
				p.receipt(runOf{w.project.ID, w.project.Name}, &w.runs.list[i])
				return true
			}
		}
		return false
	}
	if p.opened.key != p.open {
		p.loadOpen()
	}
	back := kit.Primary(lang.L("Back to the list"), p.escape)
	head := kit.PageHead(lang.L("Receipt"), "", back)
	switch {
	case p.opened.fault != nil:
		p.primary = back
		p.page.Set(head, kit.FaultCard(p.opened.fault, w.faultCalls(nil, func() { p.opened = openedRun{}; w.refresh() })))
	case p.opened.receipt == nil:
		p.primary = back
		p.page.Set(head, kit.WaitingCard(lang.L("Reading the receipt…"), ""))
	default:
		p.receipt(runOf{p.open.project, p.nameOf(p.open.project)}, p.opened.receipt)
	}
	return true
}

func (p *history) nameOf(id string) string {
	for _, of := range p.others.list {
		if of.ID == id {
			return of.Name
		}
	}
	return ""
}

// loadOpen reads a run of a project that is not open.
func (p *history) loadOpen() {
	p.opened.loading.Cancel()
	key := p.open
	p.opened = openedRun{key: key}
	p.opened.loading = task.Go(p.w.run, func(ctx context.Context, _ func(struct{})) (importer.Receipt, error) {
		return p.w.o.Engine.Run(ctx, key.project, key.run)
	}, nil, func(r importer.Receipt, err error) {
		if p.opened.key != key {
			return
		}
		p.opened.receipt, p.opened.loading = &r, nil
		if err != nil {
			p.opened.fault = core.AsFault(err)
		}
		if p.w.place == placeHistory {
			p.w.refresh()
		}
	})
}

func (p *history) receipt(of runOf, r *importer.Receipt) {
	back := kit.Primary(lang.L("Back to the list"), p.escape)
	p.primary = back
	cards := p.w.receiptCardsOf(of, r, 0)
	if r.Fault != nil {
		cards = append([]fyne.CanvasObject{kit.FaultCard(r.Fault, p.w.faultCalls(p.w.connection(), nil))}, cards...)
	}
	about := kit.When(r.Started, p.w.o.Now())
	if p.w.project == nil || of.id != p.w.project.ID {
		about = projectWords(ProjectRuns{ID: of.id, Name: of.name}) + " · " + about
	}
	p.page.Set(kit.PageHead(lang.L("Receipt"), about, back), cards...)
}

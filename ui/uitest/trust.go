package uitest

import (
	"context"
	"time"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/project"
	"ferry/ui"
)

// Trust is what the Engine answers about taking back and deleting.
type Trust struct {
	Terms   ui.BackTerms // the zero one is Lasting for 30 days
	Why     map[string]error
	Plan    importer.TakeBackPlan
	Receipt importer.Receipt
	Known   ui.Known
	Run     string // what was asked to be taken back last
}

func (e *Engine) terms() ui.BackTerms {
	if e.Trust.Terms == (ui.BackTerms{}) {
		return ui.BackTerms{Until: Now().AddDate(0, 0, 30), Days: 30, Lasting: true}
	}
	return e.Trust.Terms
}

// MayTakeBack implements ui.Engine.
func (e *Engine) MayTakeBack(ctx context.Context, _ *project.Project, run string) (ui.BackTerms, error) {
	if err := e.Trust.Why[run]; err != nil {
		return ui.BackTerms{}, err
	}
	return e.terms(), e.called(ctx, "MayTakeBack")
}

// RehearseTakeBack implements ui.Engine.
func (e *Engine) RehearseTakeBack(ctx context.Context, _ *project.Project, _ string, progress func(importer.Progress)) (importer.TakeBackPlan, error) {
	for _, n := range e.News {
		progress(n)
	}
	return e.Trust.Plan, e.called(ctx, "RehearseTakeBack")
}

// TakeBack implements ui.Engine.
func (e *Engine) TakeBack(ctx context.Context, _ *project.Project, run string, progress func(importer.Progress)) (importer.Receipt, error) {
	e.mu.Lock()
	e.Trust.Run = run
	e.mu.Unlock()
	for _, n := range e.News {
		progress(n)
	}
	err := e.called(ctx, "TakeBack")
	r := e.Trust.Receipt
	e.mu.Lock()
	defer e.mu.Unlock()
	if ctx.Err() != nil {
		r.State = importer.Interrupted
		err = &core.Fault{Kind: core.Stopped, Code: "importer.take-back-stopped", Owner: core.You, Cause: "Taking back was stopped. What was put back so far is safe.", Remedy: "Start it again: it goes on where it stopped."}
	}
	if r.Run != "" {
		kept := []importer.Receipt{r}
		for _, old := range e.History {
			if old.Run != r.Run {
				kept = append(kept, old)
			}
		}
		e.History = kept
	}
	return r, err
}

// Keeps implements ui.Engine.
func (e *Engine) Keeps(context.Context, *project.Project) ui.BackTerms { return e.terms() }

// KnownOf implements ui.Engine.
func (e *Engine) KnownOf(ctx context.Context, _ *project.Project) (ui.Known, error) {
	return e.Trust.Known, e.called(ctx, "KnownOf")
}

// DeleteKnown implements ui.Engine.
func (e *Engine) DeleteKnown(ctx context.Context, _ *project.Project) (ui.Known, error) {
	err := e.called(ctx, "DeleteKnown")
	e.mu.Lock()
	defer e.mu.Unlock()
	if err == nil {
		e.History = nil
	}
	return e.Trust.Known, err
}

// BackPlan is what a rehearsal of taking Done back tells.
func BackPlan() importer.TakeBackPlan {
	return importer.TakeBackPlan{
		Run: Done(), Until: Now().AddDate(0, 0, 30), Made: []string{"new_project", "new_project.new_name", "account.telephone1"},
		Stays: []importer.Stay{{Mapping: "account", Rows: 4, Fault: &core.Fault{Cause: "The row was changed since the import."}}},
		Receipt: importer.Receipt{State: importer.Complete, Undoes: "r2", Started: Now(), Tables: []importer.TableReceipt{
			{Table: "account", Title: "Accounts", To: "account", Counts: importer.Counts{Read: 4783, Removed: 4280, Updated: 499, Refused: 4}},
			{Table: "contact", Title: "Contacts", To: "contact", Counts: importer.Counts{Read: 61240, Removed: 61240}},
			{Table: "new_project", Title: "Projects", To: "new_project", Counts: importer.Counts{Read: 121, Removed: 121}},
		}},
	}
}

// BackReceipt is the receipt of taking Done back.
func BackReceipt() importer.Receipt {
	r := BackPlan().Receipt
	r.Run, r.From, r.To, r.Who, r.Started, r.Ended = "b1", "Contoso", "Contoso.db", "Ada Lovelace", Now(), Now().Add(31*time.Second)
	changed := &core.Fault{Kind: core.BadRecord, Code: "sqlite.changed-since", Cause: "The row was changed since the import.", Remedy: "Look at the row at the destination, and change it there if you want."}
	for i := range 4 {
		r.Refusals = append(r.Refusals, importer.Refusal{Table: "account", Key: "5f0c1a7e-0000-4000-8000-00000000000" + string(rune('0'+i)), Kind: core.Refused, Fault: changed})
	}
	return r
}

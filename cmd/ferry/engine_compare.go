package main

import (
	"context"
	"time"

	"ferry/cmd/internal/wiring"
	"ferry/core/importer"
	"ferry/core/project"
	"ferry/ui"
)

// Compare tells how source and destination differ, and why.
func (e *Engine) Compare(ctx context.Context, p *project.Project, r ui.ImportRequest, progress func(importer.Progress)) (importer.Comparison, error) {
	e.compared.end()
	job, _, done, err := e.job(ctx, p, r)
	if err != nil {
		return importer.Comparison{}, err
	}
	defer done()
	found, err := e.machine().Compare(ctx, job, progress)
	if found == nil {
		return importer.Comparison{}, err
	}
	e.compared.set(found)
	if err == nil {
		err = e.machine().KeepHandover(p.ID, func(h *wiring.Handover) { h.Comparison = &found.Comparison })
	}
	return found.Comparison, err
}

// EndComparison forgets the records of the comparison that was looked at.
func (e *Engine) EndComparison() { e.compared.end() }

// ComparedPlaces tells where the records are that fit.
func (e *Engine) ComparedPlaces(ctx context.Context, q ui.RehearsedSearch) ([]int64, error) {
	return e.compared.places(ctx, q)
}

// ComparedRows reads records by their places.
func (e *Engine) ComparedRows(ctx context.Context, places []int64) ([]importer.RehearsedRow, error) {
	return e.compared.rows(ctx, places)
}

// SaveDifferences writes the records that fit as CSV.
func (e *Engine) SaveDifferences(ctx context.Context, path string, q ui.RehearsedSearch) (int64, error) {
	r, err := e.compared.get()
	if err != nil {
		return 0, err
	}
	return r.SaveDifferences(ctx, path, searchOf(q))
}

// SaveComparison writes the report of the comparison.
func (e *Engine) SaveComparison(ctx context.Context, p *project.Project, path string, values bool) (int64, error) {
	r, err := e.compared.get()
	if err != nil {
		return 0, err
	}
	return r.SaveReport(ctx, wiring.CompareReport{Name: p.Name, Path: path, Values: values, Ferry: version, When: time.Now()})
}

// Handover is what is remembered of the end of the project's move.
func (e *Engine) Handover(_ context.Context, p *project.Project) (ui.Handover, error) {
	h := e.machine().Handover(p.ID)
	return ui.Handover{Ticks: h.Ticks, Comparison: h.Comparison, Saved: h.Saved}, nil
}

// Tick changes one line of the list of what is taken down.
func (e *Engine) Tick(_ context.Context, p *project.Project, line string, done bool) error {
	return e.machine().KeepHandover(p.ID, func(h *wiring.Handover) {
		if delete(h.Ticks, line); done {
			h.Ticks[line] = time.Now().UTC()
		}
	})
}

// KeepReceipt writes the receipt of the move.
func (e *Engine) KeepReceipt(ctx context.Context, p *project.Project, path string, done, open []string) error {
	h := e.machine().Handover(p.ID)
	if h.Comparison == nil {
		return noComparison()
	}
	runs, err := e.Runs(ctx, p)
	if err != nil {
		return err
	}
	if err := wiring.SaveReceipt(path, version, p.Name, *h.Comparison, runs, done, open, time.Now()); err != nil {
		return err
	}
	return e.machine().KeepHandover(p.ID, func(h *wiring.Handover) { h.Saved = time.Now().UTC() })
}

package main

import (
	"context"
	"time"

	"ferry/cmd/internal/wiring"
	"ferry/core/importer"
	"ferry/core/project"
	"ferry/ui"
)

// AllRuns are the runs of every project of this computer.
func (e *Engine) AllRuns(ctx context.Context, p *project.Project) ([]ui.ProjectRuns, error) {
	id := ""
	if p != nil {
		id = p.ID
		e.machine().NoteName(p.ID, p.Name)
	}
	all, err := e.machine().Histories(ctx, id)
	if err != nil {
		return nil, err
	}
	out := make([]ui.ProjectRuns, len(all))
	for i, h := range all {
		out[i] = ui.ProjectRuns{ID: h.Project, Name: h.Name, Runs: h.Runs, Fault: h.Fault}
	}
	return out, nil
}

// Run is one run with its first refused records.
func (e *Engine) Run(ctx context.Context, id, run string) (importer.Receipt, error) {
	return e.machine().Receipt(ctx, id, run)
}

// SaveRunReport writes the report of a run, or the list of its refused records.
func (e *Engine) SaveRunReport(ctx context.Context, r ui.RunReport) (int64, error) {
	records, err := e.recordsOf(ctx, r)
	if err != nil {
		return 0, err
	}
	if r.Waits != nil && r.Of != nil {
		q := *r.Waits
		q.Seal = e.names(ctx, r.Of) // names are looked through as in the list
		r.Waits = &q
	}
	return e.machine().SaveRunReport(ctx, wiring.RunReport{
		Project: r.Project, Name: r.Name, Run: r.Run, Path: r.Path, Refused: r.Refused, Values: r.Values, Waits: r.Waits, Records: records, Ferry: version, When: time.Now(),
	})
}

package main

import (
	"context"

	"ferry/cmd/internal/wiring"
	"ferry/core/importer"
	"ferry/core/project"
	"ferry/core/rehearsal"
	"ferry/ui"
)

// Rehearse tells what Import would do.
func (e *Engine) Rehearse(ctx context.Context, p *project.Project, r ui.ImportRequest, progress func(importer.Progress)) (importer.Rehearsal, error) {
	e.rehearsed.end()
	job, memory, done, err := e.job(ctx, p, r)
	if err != nil {
		return importer.Rehearsal{}, err
	}
	defer done()
	shown, err := e.machine().Rehearse(ctx, job, memory, progress)
	if shown == nil {
		return importer.Rehearsal{}, err
	}
	e.rehearsed.set(shown)
	return shown.Rehearsal, err
}

// EndRehearsal forgets the records of the rehearsal that was looked at.
func (e *Engine) EndRehearsal() { e.rehearsed.end() }

// Rehearsals are the mappings that were rehearsed into the present destination.
func (e *Engine) Rehearsals(ctx context.Context, p *project.Project) (map[string]string, error) {
	seen := map[string]string{}
	if p.Destination == nil || !e.machine().HasJournal(p.ID) {
		return seen, nil
	}
	memory, err := e.machine().Journal(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	defer memory.Close()
	all, err := memory.Rehearsals(ctx, wiring.Place(*p.Destination))
	for _, r := range all {
		seen[r.Mapping] = r.Digest
	}
	return seen, err
}

// RehearsedPlaces tells where the records are that fit.
func (e *Engine) RehearsedPlaces(ctx context.Context, q ui.RehearsedSearch) ([]int64, error) {
	return e.rehearsed.places(ctx, q)
}

// RehearsedRows reads records by their places.
func (e *Engine) RehearsedRows(ctx context.Context, places []int64) ([]importer.RehearsedRow, error) {
	return e.rehearsed.rows(ctx, places)
}

// SaveRehearsed writes the records that fit as CSV.
func (e *Engine) SaveRehearsed(ctx context.Context, path string, q ui.RehearsedSearch) (int64, error) {
	r, err := e.rehearsed.get()
	if err != nil {
		return 0, err
	}
	return r.SaveCSV(ctx, path, searchOf(q))
}

// KeepShown keeps which records the rehearsal showed.
func (e *Engine) KeepShown(ctx context.Context) (string, error) {
	r, err := e.rehearsed.get()
	if err != nil {
		return "", err
	}
	id, _, err := e.machine().KeepShown(ctx, r, rehearsal.Search{})
	return id, err
}

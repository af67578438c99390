package main

import (
	"context"
	"sync"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/importer"
	"ferry/core/project"
	"ferry/core/rehearsal"
	"ferry/ui"
)

// rehearsed is the rehearsal that is looked at.
type rehearsed struct {
	mu  sync.Mutex
	now *wiring.Rehearsed
}

func (r *rehearsed) set(next *wiring.Rehearsed) {
	r.mu.Lock()
	old := r.now
	r.now = next
	r.mu.Unlock()
	if old != nil {
		_ = old.Close() // its file is removed
	}
}

func (r *rehearsed) get() (*wiring.Rehearsed, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now == nil {
		return nil, &core.Fault{
			Kind: core.Wrong, Code: "ferry.no-rehearsal", Owner: core.You,
			Cause: "What the rehearsal showed is not kept any more.", Remedy: "Rehearse again.",
		}
	}
	return r.now, nil
}

// Rehearse tells what Import would do.
func (e *Engine) Rehearse(ctx context.Context, p *project.Project, r ui.ImportRequest, progress func(importer.Progress)) (importer.Rehearsal, error) {
	e.rehearsed.set(nil)
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
func (e *Engine) EndRehearsal() { e.rehearsed.set(nil) }

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

func searchOf(q ui.RehearsedSearch) rehearsal.Search {
	return rehearsal.Search{Mapping: q.Mapping, Kinds: q.Kinds, Differs: q.Differs, Text: q.Text}
}

// RehearsedPlaces tells where the records are that fit.
func (e *Engine) RehearsedPlaces(ctx context.Context, q ui.RehearsedSearch) ([]int64, error) {
	r, err := e.rehearsed.get()
	if err != nil {
		return nil, err
	}
	return r.Find(ctx, searchOf(q))
}

// RehearsedRows reads records by their places.
func (e *Engine) RehearsedRows(ctx context.Context, places []int64) ([]importer.RehearsedRow, error) {
	r, err := e.rehearsed.get()
	if err != nil {
		return nil, err
	}
	return r.Rows(ctx, places)
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

package main

import (
	"context"
	"io"
	"sync"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/importer"
	"ferry/core/rehearsal"
	"ferry/ui"
)

// looked is what is looked at just now, a rehearsal or a comparison, with its records in a file that goes with it.
type looked[T records] struct {
	mu   sync.Mutex
	now  T
	some bool
	none *core.Fault // when there is nothing
}

type records interface {
	*wiring.Rehearsed | *wiring.Compared
	io.Closer
	Find(ctx context.Context, s rehearsal.Search) ([]int64, error)
	Rows(ctx context.Context, places []int64) ([]importer.RehearsedRow, error)
}

// set takes the place of what was looked at.
func (l *looked[T]) set(next T) { l.put(next, true) }

// end forgets what was looked at.
func (l *looked[T]) end() {
	var nothing T
	l.put(nothing, false)
}

func (l *looked[T]) put(next T, some bool) {
	l.mu.Lock()
	old, had := l.now, l.some
	l.now, l.some = next, some
	l.mu.Unlock()
	if had {
		_ = old.Close() // its file is removed
	}
}

func (l *looked[T]) get() (T, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.some {
		return l.now, l.none
	}
	return l.now, nil
}

// places tells where the records are that fit.
func (l *looked[T]) places(ctx context.Context, q ui.RehearsedSearch) ([]int64, error) {
	r, err := l.get()
	if err != nil {
		return nil, err
	}
	return r.Find(ctx, searchOf(q))
}

// rows reads records by their places.
func (l *looked[T]) rows(ctx context.Context, places []int64) ([]importer.RehearsedRow, error) {
	r, err := l.get()
	if err != nil {
		return nil, err
	}
	return r.Rows(ctx, places)
}

func searchOf(q ui.RehearsedSearch) rehearsal.Search {
	return rehearsal.Search{Mapping: q.Mapping, Kinds: q.Kinds, Differs: q.Differs, Text: q.Text}
}

func noRehearsal() *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "ferry.no-rehearsal", Owner: core.You,
		Cause: "What the rehearsal showed is not kept any more.", Remedy: "Rehearse again.",
	}
}

func noComparison() *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "ferry.no-comparison", Owner: core.You,
		Cause: "What the comparison found is not kept any more.", Remedy: "Compare again.",
	}
}

package importer

import (
	"context"

	"ferry/core"
)

// A rehearsal and a comparison look and write nothing, neither to the destination nor into the journal.

// onlyLook is what comes before: who source and destination are, the right to look at them, what earlier runs say, and what is
// asked of the source.
func (e *engine) onlyLook(ctx context.Context) error {
	if err := e.describe(ctx); err != nil {
		return err
	}
	var err error
	if e.source, err = e.Source.Identity(ctx); err != nil {
		return core.During("asking the source which one it is", err)
	}
	if err := e.look(ctx, claimName(e.Place)); err != nil {
		return err
	}
	if e.have, err = e.Destination.Identity(ctx); err != nil {
		return core.During("looking at the destination", err)
	}
	e.own = e.have.ID
	if e.earlier, err = e.Journal.Earlier(ctx, e.source.ID, e.have.ID, e.Place); err != nil {
		return err
	}
	if err := e.lookAtMoved(ctx); err != nil {
		return err
	}
	e.teller.change(func() {
		e.current = Entry{Started: e.Now(), Source: e.source.ID, Place: e.Place, Limit: e.Limit}
		for i, t := range e.tables {
			t.parts = []Part{{ID: int64(i + 1), Mapping: t.plan.ID}}
		}
	})
	e.weigh(e.earlier)
	if err := e.ask(); err != nil {
		return err
	}
	return e.loadMended(ctx)
}

// look takes the right to look at a place until the end: what is told holds only as long as nobody writes there.
func (e *engine) look(ctx context.Context, name string) error {
	release, err := e.Journal.Look(ctx, name)
	if err == nil {
		e.claims = append(e.claims, release)
	}
	return err
}

// lookAtMoved looks under the names too that the destination had before it was moved: somebody may still write to it there.
func (e *engine) lookAtMoved(ctx context.Context) error {
	seen := map[string]bool{claimName(e.Place): true}
	for _, r := range e.earlier {
		if seen[r.Name] || r.Name == "" || e.have.ID == "" || r.Destination != e.have.ID {
			continue
		}
		seen[r.Name] = true
		if err := e.look(ctx, r.Name); err != nil {
			return err
		}
	}
	return nil
}

// wasMoved reports whether somebody began or ended an import at the destination since it was looked at first: a Ferry that does
// not share this journal.
func (e *engine) wasMoved(ctx context.Context) (bool, error) {
	now, err := e.Destination.Identity(ctx)
	if err != nil {
		return false, core.During("looking at the destination", err)
	}
	return now.ID != e.have.ID || now.Generation != e.have.Generation, nil
}

// eachPage reads and maps a part. The next page is read while do is at work; a page is good until do returns.
func (e *engine) eachPage(ctx context.Context, t *table, part *Part, do func(*mapped) error) error {
	e.setState(t, Reading)
	reading, cancel := context.WithCancel(ctx)
	items, pool := make(chan item), newPool(2)
	at := *part
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.readPart(reading, t, part, at, pool, items)
	}()
	defer func() {
		cancel()
		go func() { <-done; close(items) }()
		for it := range items {
			if it.page != nil {
				it.page.release()
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case it := <-items:
			if it.page != nil {
				err := do(it.page)
				it.page.release()
				if err != nil {
					return err
				}
			}
			switch {
			case it.err != nil && ctx.Err() != nil:
				return ctx.Err()
			case it.err != nil:
				return core.During("reading "+t.plan.Source, it.err)
			case it.end:
				e.setState(t, Done)
				return nil
			}
		}
	}
}

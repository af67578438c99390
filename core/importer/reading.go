package importer

import (
	"context"
	"sync"

	"ferry/core"
)

const (
	// pagesAtOnce is how many mapped pages exist at once, however many parts are read: memory does not grow with them.
	pagesAtOnce = 3
	// readersAtFirst is how many parts are read before it is known whether the destination waits for more.
	readersAtFirst = 2
)

// An item is news of a reader: a page that is mapped, or the end of its part.
type item struct {
	table *table
	part  *Part
	page  *mapped
	err   error
	end   bool
}

// readParts reads the parts of some tables that are not done, each by a goroutine of its own that maps the next page while
// another one is written here: a destination has one writer. There are more readers each time when the writer finds nothing
// to write, up to as many as the job allows, so that a slow destination does not keep answers waiting for hours. again says
// that a part has to be read again from its start.
func (e *engine) readParts(ctx context.Context, tables []*table) (again bool, err error) {
	todo := unread(tables)
	reading, cancel := context.WithCancel(ctx)
	items := make(chan item)
	pool := newPool(pagesAtOnce)
	var readers sync.WaitGroup
	defer func() {
		cancel()
		go func() { readers.Wait(); close(items) }()
		for it := range items {
			if it.page != nil {
				it.page.release()
			}
		}
	}()
	for running, most, wrote := 0, readersAtFirst, false; running > 0 || len(todo) > 0; {
		for len(todo) > 0 && running < min(most, max(e.Parts, 1)) {
			next := todo[0]
			if err := e.claimPart(ctx, next); err != nil {
				return false, err
			}
			at := *next.part
			readers.Go(func() { e.readPart(reading, next.table, next.part, at, pool, items) })
			todo, running = todo[1:], running+1
		}
		var it item
		select {
		case it = <-items:
		default:
			if wrote {
				most, wrote = most+1, false
				continue
			}
			select {
			case <-ctx.Done():
				return false, ctx.Err()
			case it = <-items:
			}
		}
		wrote = it.page != nil
		if it.end {
			running--
		}
		expired, err := e.take(ctx, it.table, it)
		if err != nil {
			return false, err
		}
		again = again || expired
	}
	return again, nil
}

// unread are the parts of tables that are not done.
func unread(tables []*table) (todo []item) {
	for _, t := range tables {
		for i := range t.parts {
			if !t.parts[i].Done {
				todo = append(todo, item{table: t, part: &t.parts[i]})
			}
		}
	}
	return todo
}

// claimPart takes the lease of a part that is about to be read.
func (e *engine) claimPart(ctx context.Context, next item) error {
	mine, err := e.Journal.ClaimPart(ctx, next.part.ID)
	if err == nil && !mine {
		err = AlreadyRunning()
	}
	if err == nil && next.table.state == Waiting {
		e.setState(next.table, Reading)
	}
	return err
}

// take handles one item. expired says that the part has to be read again from its start.
func (e *engine) take(ctx context.Context, t *table, it item) (expired bool, err error) {
	switch {
	case it.page != nil:
		defer it.page.release()
		return false, e.writePage(ctx, t, it.part, it.page)
	case it.err == nil:
		return false, e.finishPart(ctx, it.part)
	case bookmarkExpired(it.err) && it.part.At != (core.Bookmark{}) && e.rewound[it.part.ID] < maxRewinds:
		e.rewound[it.part.ID]++
		return true, e.rewind(ctx, t, it.part)
	case ctx.Err() != nil:
		return false, ctx.Err()
	default:
		return false, core.During("reading "+t.plan.Source, it.err)
	}
}

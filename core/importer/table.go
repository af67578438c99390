package importer

import (
	"context"
	"errors"
	"slices"
	"strings"

	"ferry/core"
)

// restore brings back what the journal knows of the current run: parts, counts and open batches.
func (e *engine) restore(ctx context.Context) error {
	parts, err := e.Journal.Parts(ctx, e.current.ID)
	if err != nil {
		return err
	}
	open, err := e.Journal.Open(ctx, e.current.ID)
	if err != nil {
		return err
	}
	e.teller.change(func() {
		for _, t := range e.tables {
			for _, p := range parts {
				if p.Mapping == t.plan.ID {
					t.parts = append(t.parts, p)
				}
			}
			for _, known := range e.current.Tables {
				if known.Mapping == t.plan.ID && known.Finished {
					t.run.Finished = true
					t.state = Done
				}
			}
		}
	})
	for _, b := range open {
		e.open[batchPlace{b.Part, b.Pass}] = b
	}
	return nil
}

func (e *engine) setState(t *table, s TableState) {
	e.teller.change(func() {
		t.state = s
		e.teller.current = slices.Index(e.tables, t)
	})
	e.teller.tell(true)
}

// importTables brings tables that do not wait for each other to the destination, as far as the first pass goes.
func (e *engine) importTables(ctx context.Context, tables []*table) error {
	var open []*table
	for _, t := range tables {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !t.run.Finished {
			open = append(open, t)
		} else if err := e.describePlan(ctx, t, false); err != nil {
			return err
		}
	}
	if err := e.takeMarks(ctx, open); err != nil {
		return err
	}
	for _, t := range open {
		if err := e.makeReady(ctx, t); err != nil {
			return err
		}
		if len(open) > 1 {
			e.setState(t, Waiting) // until its first part is read
		}
	}
	for again := true; again; {
		for _, t := range open {
			if err := e.recover(ctx, t); err != nil {
				return err
			}
		}
		var err error
		if again, err = e.readParts(ctx, open); err != nil {
			return err
		}
	}
	for _, t := range open {
		if err := e.vanished(ctx, t); err != nil {
			return err
		}
		if t.plan.Passes > 1 || len(t.fatings()) > 0 {
			continue // the table is whole after its last pass, and after what its policies do
		}
		if err := e.finishTable(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// makeReady does what comes before a table's first record is read.
func (e *engine) makeReady(ctx context.Context, t *table) error {
	e.setState(t, Reading)
	for _, step := range []func(context.Context, *table) error{
		func(ctx context.Context, t *table) error { return e.describePlan(ctx, t, true) },
		e.lookForChanges, e.countListed, e.splitTable,
	} {
		if err := step(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// describePlan makes what the plan needs and is not there, and takes the plan as the destination understands it.
// A finished table is only looked at: others may need its plan to find its records.
func (e *engine) describePlan(ctx context.Context, t *table, prepare bool) error {
	_, finds := e.Destination.(core.Finder)
	if !prepare && !finds {
		return nil
	}
	var missing []core.Thing
	if prepare {
		var err error
		if missing, err = e.Destination.Missing(ctx, t.plan); err != nil {
			return core.During("looking at the destination's "+t.plan.Table, err)
		}
	}
	if err := e.making(ctx, t, missing); err != nil {
		return err
	}
	plan, err := e.Destination.Prepare(ctx, t.plan, missing)
	if err != nil {
		return core.During("preparing the destination's "+t.plan.Table, err)
	}
	e.teller.change(func() { t.plan = plan })
	return nil
}

// rangesEach is how many ranges a table is cut into for each that is read at once: records lie unevenly, and who has read a range
// goes on with the next.
const rangesEach = 4

// splitTable makes the parts of a table, once: the journal stores them before the first read.
func (e *engine) splitTable(ctx context.Context, t *table) error {
	if len(t.parts) > 0 {
		return nil
	}
	ranges := []core.Range{{}}
	if s, ok := e.Source.(core.Splitter); ok && e.Parts > 1 && e.Limit == 0 && t.run.Changes == nil {
		queries, err := s.Split(ctx, t.query, rangesEach*e.Parts)
		if err != nil && core.AsFault(err).Kind != core.Wrong {
			return core.During("reading "+t.plan.Source, err)
		}
		if err != nil { // reading it in one part will tell better what is wrong, or go well
			e.log.Info("the source did not cut a table", "table", t.plan.Source, "code", core.AsFault(err).Code)
		} else if len(queries) > 0 {
			ranges = ranges[:0]
			for _, q := range queries {
				ranges = append(ranges, q.Range)
			}
		}
	}
	parts, err := e.Journal.Split(ctx, e.current.ID, t.plan.ID, ranges)
	if err != nil {
		return err
	}
	e.teller.change(func() { t.parts = parts })
	return nil
}

// finishTable tells the destination that a table is whole, and notes it.
func (e *engine) finishTable(ctx context.Context, t *table) error {
	if t.run.Finished {
		return nil
	}
	e.setState(t, Finishing)
	if err := e.Destination.Finish(ctx, t.plan); err != nil {
		return core.During("finishing "+t.plan.Table, err)
	}
	remark := ""
	if r, ok := e.Destination.(core.Remarker); ok {
		remark = r.Remark(t.plan)
	}
	for i := range e.current.Tables {
		if e.current.Tables[i].Mapping == t.plan.ID {
			e.current.Tables[i].Finished, e.current.Tables[i].Remark = true, remark
		}
	}
	if err := e.Journal.SaveRun(ctx, e.current); err != nil {
		return err
	}
	e.teller.change(func() { t.run.Finished = true })
	e.setState(t, Done)
	c := t.counts()
	e.log.Info("table imported", "table", t.plan.Source, "read", c.Read, "refused", c.Refused)
	return nil
}

// maxRewinds is how often a part may begin again in one call of Run.
const maxRewinds = 2

// bookmarkExpired reports whether a source says that it cannot go on from a bookmark.
func bookmarkExpired(err error) bool {
	var f *core.Fault
	return errors.As(err, &f) && strings.HasSuffix(f.Code, ".bookmark-expired")
}

// rewind sets a part back to its beginning. Its rows are written again, which is harmless: the destination knows them
// by their key. They are still counted once: what the first reading created comes back unchanged and counts as created;
// see meet and leftover.
func (e *engine) rewind(ctx context.Context, t *table, p *Part) error {
	if err := e.Journal.Rewind(ctx, p.ID); err != nil {
		return err
	}
	delete(e.open, batchPlace{p.ID, 1})
	e.teller.change(func() {
		p.Before.Created += p.Counts.Created
		p.Before.Updated += p.Counts.Updated
		p.Counts, p.At, p.Unresolved = Counts{}, core.Bookmark{}, 0
	})
	reason := reasonExpired(t.run.Title)
	if !strings.Contains(e.current.Reason, reason) {
		e.current.Reason = strings.TrimSpace(e.current.Reason + " " + reason)
	}
	e.log.Info("a bookmark expired", "table", t.plan.Source)
	return e.Journal.SaveRun(ctx, e.current)
}

// finishPart notes that a part was read to its end.
func (e *engine) finishPart(ctx context.Context, p *Part) error {
	if p.Done {
		return nil
	}
	add := leftover(*p)
	if err := e.Journal.FinishPart(context.WithoutCancel(ctx), p.ID, add); err != nil {
		return err
	}
	e.teller.change(func() {
		p.Counts.Add(add)
		p.Before = Counts{}
		p.Done = true
	})
	e.teller.moved()
	return nil
}

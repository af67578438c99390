package postgres

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"ferry/core"
)

// Write stores the batch in one transaction. A batch that is known already is not written again: its outcomes are what
// became of it the first time. A connection that is lost is made again, and the batch, which the server took back,
// is written again.
func (d *Destination) Write(ctx context.Context, p core.Plan, b core.Batch) ([]core.Outcome, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var outcomes []core.Outcome
	unsure := false // a COMMIT was sent to which no answer came
	err := d.patiently(ctx, func() (err error) {
		outcomes, err = d.write(ctx, p, b)
		var lost lostCommit
		unsure = unsure && err != nil || errors.As(err, &lost)
		return err
	})
	if err == nil {
		d.last.plan, d.last.batch = p.ID, b.ID
		return outcomes, nil
	}
	outcomes = make([]core.Outcome, len(b.Rows)) // untried: whatever was not committed was taken back
	err = core.During("writing "+p.Table, d.fault(ctx, err))
	if unsure {
		calm, cancel := context.WithTimeout(context.WithoutCancel(ctx), ending)
		defer cancel()
		known, ok, failure := d.settled(calm, p, b.ID, len(b.Rows))
		switch {
		case failure == nil && ok && len(known) == len(b.Rows):
			return known, nil
		case failure != nil:
			for i := range outcomes {
				outcomes[i] = core.Outcome{Kind: core.Unsure, Fault: core.AsFault(err)}
			}
		}
	}
	return outcomes, err
}

func (d *Destination) write(ctx context.Context, p core.Plan, b core.Batch) (outcomes []core.Outcome, err error) {
	err = d.transaction(ctx, writing, func() error {
		if err := d.same(ctx); err != nil {
			return err
		}
		ours, err := d.lock(ctx, p)
		if err != nil {
			return err
		}
		known, ok, err := d.settledHere(ctx, p, b.ID, len(b.Rows))
		if err != nil {
			return err
		}
		if ok && len(known) == len(b.Rows) {
			outcomes = known
			return nil
		}
		if !ours {
			return notPrepared(p.Table)
		}
		w, err := d.writer(ctx, p)
		if err != nil {
			return err
		}
		if err := d.capturing(ctx, w, b); err != nil {
			return err
		}
		outcomes = make([]core.Outcome, len(b.Rows))
		if w.care != nil {
			if err := d.carefully(ctx, w, b, outcomes); err != nil {
				return err
			}
			if err := d.tell(ctx, w, b); err != nil {
				return err
			}
			return d.settle(ctx, p, b.ID, outcomes)
		}
		lines := make([]line, 0, len(b.Rows))
		for i := range b.Rows {
			if r := &b.Rows[i]; !r.Gone && len(r.Values) != len(p.Columns) {
				return otherPlan(p.Table)
			}
			l, f := encode(p, i, &b.Rows[i])
			if f != nil {
				outcomes[i] = core.Outcome{Kind: core.Refused, Fault: f}
				continue
			}
			lines = append(lines, l)
		}
		for _, wave := range waves(lines) {
			if err := d.store(ctx, w, wave, outcomes); err != nil {
				return err
			}
		}
		if err := d.tell(ctx, w, b); err != nil {
			return err
		}
		return d.settle(ctx, p, b.ID, outcomes)
	})
	return outcomes, err
}

// same makes sure that a new connection leads to the database that was there before, with what was committed there: a copy
// that takes over may be some moments behind.
func (d *Destination) same(ctx context.Context) error {
	if d.id == "" || len(d.writers) > 0 { // a connection that has written is the old one
		return nil
	}
	id, err := d.identity(ctx)
	if err == nil && id.ID != d.id {
		return replaced(d.to.name())
	}
	if err != nil || d.last.batch == "" {
		return err
	}
	_, there, err := d.settledHere(ctx, core.Plan{ID: d.last.plan}, d.last.batch, maxBatch)
	if err == nil && !there {
		return replaced(d.to.name())
	}
	return err
}

// lock lets nobody else write this table until the transaction ends, and waits for a transaction that still ends. ours is
// false when Ferry did not make the table.
func (d *Destination) lock(ctx context.Context, p core.Plan) (ours bool, err error) {
	there, err := d.has(ctx, "_ferry_table")
	if err != nil || !there {
		return false, err
	}
	rows, err := d.query(ctx, "SELECT 1 FROM "+d.own("_ferry_table")+" WHERE name = $1 FOR UPDATE", text(cut(p.Table)))
	return len(rows) > 0, err
}

// writer returns the statements of a plan, and makes them when the plan is new or has changed.
func (d *Destination) writer(ctx context.Context, p core.Plan) (*writer, error) {
	if w := d.writers[p.ID]; w != nil && w.plan.Table == p.Table && w.plan.Key == p.Key && slices.Equal(w.plan.Columns, p.Columns) &&
		slices.Equal(w.plan.Match, p.Match) && w.plan.Run == p.Run && w.plan.Dealt == p.Dealt {
		return w, nil
	}
	if err := possible(p); err != nil {
		return nil, err
	}
	things, err := d.missing(ctx, p)
	if err != nil {
		return nil, err
	}
	if len(things) > 0 {
		return nil, notPrepared(p.Table)
	}
	t, err := d.describe(ctx, p.Table)
	if err != nil || t == nil {
		return nil, cmp.Or(err, error(notPrepared(p.Table)))
	}
	w := d.newWriter(p, t)
	w.plan.Columns, w.plan.Match = slices.Clone(p.Columns), slices.Clone(p.Match)
	if w.care, err = d.careful(ctx, p); err != nil {
		return nil, err
	}
	if err := d.plain(ctx, w, t); err != nil {
		return nil, err
	}
	d.writers[p.ID] = w
	return w, nil
}

// waves are lines in which each key stands once; together they are all lines, those of one key in their order. Nearly
// always there is one. Within a wave lines stand in the order of their keys: the keys' index is touched from one end to
// the other.
func waves(lines []line) [][]line {
	var all [][]line
	seen := make(map[string]int, len(lines))
	for _, l := range lines {
		n := seen[l.key]
		seen[l.key] = n + 1
		if n == len(all) {
			all = append(all, nil)
		}
		all[n] = append(all[n], l)
	}
	for _, wave := range all {
		slices.SortFunc(wave, func(a, b line) int { return cmp.Compare(a.key, b.key) })
	}
	return all
}

// store merges lines. When the server refuses them because of what is in one, they are split until that one stands
// alone.
func (d *Destination) store(ctx context.Context, w *writer, lines []line, outcomes []core.Outcome) error {
	if len(lines) == 0 {
		return nil
	}
	err := d.merge(ctx, w, lines, outcomes)
	if err == nil {
		return nil
	}
	f, about := aboutRow(err)
	if !about {
		return err
	}
	if err := d.undo(ctx); err != nil {
		return err
	}
	if len(lines) == 1 {
		f.Subject = core.Subject{Table: w.plan.Table, Key: lines[0].key, Field: f.Subject.Field}
		outcomes[lines[0].row] = core.Outcome{Kind: core.Refused, Fault: f}
		return nil
	}
	half := len(lines) / 2
	if err := d.store(ctx, w, lines[:half], outcomes); err != nil {
		return err
	}
	return d.store(ctx, w, lines[half:], outcomes)
}

package postgres

import (
	"context"

	"ferry/core"
)

// Restore puts rows back as they were before a run. A row that is not as the run left it is not touched. Rows are compared
// and put back many at a time.
func (d *Destination) Restore(ctx context.Context, p core.Plan, before []core.Before) ([]core.Outcome, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	outcomes := make([]core.Outcome, len(before))
	err := d.transaction(ctx, writing, func() error {
		if err := d.same(ctx); err != nil {
			return err
		}
		if ours, err := d.lock(ctx, p); err != nil {
			return err
		} else if !ours {
			return notPrepared(p.Table)
		}
		w, err := d.writer(ctx, p)
		if err != nil {
			return err
		}
		seen := map[string]bool{}
		from := 0
		for i, b := range before {
			if seen[b.Key] { // what stands there now depends on what was put back before
				if err := d.restore(ctx, w, before[from:i], outcomes[from:i]); err != nil {
					return err
				}
				from = i
				clear(seen)
			}
			seen[b.Key] = true
		}
		return d.restore(ctx, w, before[from:], outcomes[from:])
	})
	if err != nil {
		clear(outcomes)
	}
	return outcomes, core.During("restoring "+p.Table, d.fault(ctx, err))
}

// restore puts back rows of which no two have the same key.
func (d *Destination) restore(ctx context.Context, w *writer, before []core.Before, outcomes []core.Outcome) error {
	there, err := d.there(ctx, w, before)
	if err != nil {
		return err
	}
	left, err := d.asIt(ctx, w, before, func(b core.Before) []core.Value { return b.Left })
	if err != nil {
		return err
	}
	was, err := d.asIt(ctx, w, before, func(b core.Before) []core.Value { return b.Was })
	if err != nil {
		return err
	}
	var back []line
	for i, b := range before {
		switch {
		case !there[b.Key] && b.Created:
			outcomes[i] = core.Outcome{Kind: core.Unchanged}
		case there[b.Key] && left[i]:
			l, f := encode(w.plan, i, &core.Record{Key: b.Key, Gone: b.Created, Values: b.Was})
			if f != nil {
				outcomes[i] = core.Outcome{Kind: core.Refused, Fault: f}
				continue
			}
			back = append(back, l)
		case there[b.Key] && !b.Created && was[i]:
			outcomes[i] = core.Outcome{Kind: core.Unchanged}
		default:
			f := changedSince()
			f.Subject = core.Subject{Table: w.plan.Table, Key: b.Key}
			outcomes[i] = core.Outcome{Kind: core.Refused, Fault: f}
		}
	}
	return d.store(ctx, w, back, outcomes)
}

// there tells which keys have a row.
func (d *Destination) there(ctx context.Context, w *writer, before []core.Before) (map[string]bool, error) {
	match, places := make([]core.Match, len(before)), make([]int, len(before))
	for i, b := range before {
		match[i], places[i] = core.Match{Key: b.Key}, i
	}
	found := make([][]core.Found, len(before))
	if err := d.findKeys(ctx, w.plan, false, match, places, found); err != nil {
		return nil, err
	}
	there := make(map[string]bool, len(before))
	for i, hits := range found {
		if len(hits) > 0 {
			there[before[i].Key] = true
		}
	}
	return there, nil
}

// asIt tells which rows have these values. Values that no row can hold are in none.
func (d *Destination) asIt(ctx context.Context, w *writer, before []core.Before, values func(core.Before) []core.Value) (map[int]bool, error) {
	var lines []line
	for i, b := range before {
		v := values(b)
		if len(v) != len(w.plan.Columns) {
			continue
		}
		if l, f := encode(w.plan, i, &core.Record{Key: b.Key, Values: v}); f == nil {
			lines = append(lines, l)
		}
	}
	return d.equal(ctx, w, lines)
}

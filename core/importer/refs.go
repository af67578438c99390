package importer

import (
	"context"
	"slices"

	"ferry/core"
)

// resolve turns the references of a first pass into the destination's own ids: by the journal, then by the
// destination's Finder. What cannot be resolved yet, or belongs to a later pass, is left Absent and the row is owed.
// Where there is no later pass, the row waits for a later import instead of being written without it.
func (e *engine) resolve(ctx context.Context, b *Batch, w *work) error {
	plan := w.t.plan
	if !slices.ContainsFunc(plan.Columns, func(c core.Column) bool { return c.Ref || c.Pass > 1 }) {
		return nil
	}
	ids, err := e.lookUp(ctx, plan, w.rows)
	if err != nil {
		return err
	}
	rows, noted := w.rows[:0], b.Rows[:0]
	for i, r := range w.rows {
		row := b.Rows[i]
		waits := ""
		for c, column := range plan.Columns {
			if r.Gone || r.Values[c].Empty() {
				continue
			}
			if column.Ref {
				if v, ok := ids.of(r.Values[c]); ok {
					r.Values[c] = v
					continue
				}
				if plan.Passes == 1 {
					waits = column.Name
					break
				}
			} else if column.Pass <= 1 {
				continue
			}
			r.Values[c] = core.Value{}
			row.Owed |= 1 << max(2, column.Pass)
		}
		if waits != "" {
			b.Refused = append(b.Refused, refusal(w.t, r.Key, core.Skipped, waitsForAnother(plan.Source, r.Key, waits)))
			continue
		}
		rows, noted = append(rows, r), append(noted, row)
	}
	w.rows, b.Rows = rows, noted
	return nil
}

// A reference names a record at the source.
type reference struct{ table, key string }

// resolved are the destination's ids of references.
type resolved map[reference]string

// of turns a reference into the destination's id; false when it has none.
func (ids resolved) of(v core.Value) (core.Value, bool) {
	if v.Kind() != core.KindRef {
		return v, true
	}
	table, key := v.AsRef()
	id, ok := ids[reference{table, key}]
	if !ok {
		return v, false
	}
	return core.Ref(table, id), true
}

// lookUp finds the destination's ids of everything that the rows' reference columns point at.
func (e *engine) lookUp(ctx context.Context, p core.Plan, rows []core.Record) (resolved, error) {
	wanted := map[string][]string{} // source table to keys
	seen := map[reference]bool{}
	for c, column := range p.Columns {
		if !column.Ref {
			continue
		}
		for _, r := range rows {
			if r.Gone {
				continue
			}
			table, key := r.Values[c].AsRef()
			if ref := (reference{table, key}); key != "" && !seen[ref] {
				seen[ref] = true
				wanted[table] = append(wanted[table], key)
			}
		}
	}
	ids := resolved{}
	for table, keys := range wanted {
		known, err := e.Journal.Pairs(ctx, e.own, table, keys)
		if err != nil {
			return nil, err
		}
		var unknown []string
		for _, key := range keys {
			if id, ok := known[key]; ok {
				ids[reference{table, key}] = id
			} else {
				unknown = append(unknown, key)
			}
		}
		if err := e.find(ctx, table, unknown, ids); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// find asks the destination for records that the journal does not know. Several hits are no answer: nothing is guessed.
func (e *engine) find(ctx context.Context, table string, keys []string, ids resolved) error {
	finder, ok := e.Destination.(core.Finder)
	if !ok || len(keys) == 0 {
		return nil
	}
	for _, t := range e.tables {
		if t.plan.Source != table {
			continue
		}
		match := make([]core.Match, len(keys))
		for i, key := range keys {
			match[i].Key = key
		}
		found, err := finder.Find(ctx, t.plan, match)
		if err != nil {
			return core.During("looking for records of "+t.plan.Table, err)
		}
		for i, hits := range found {
			if len(hits) == 1 && i < len(keys) {
				ids[reference{table, keys[i]}] = hits[0].ID
			}
		}
		return nil
	}
	return nil
}

package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"ferry/core"
)

// A standing row is what is there.
type standingRow struct {
	digest string
	cells  []core.Value
}

// standing reads into all what the rows of some keys are: with their cells, or the digest alone.
func (d *Destination) standing(ctx context.Context, p core.Plan, columns, keys []string, whole bool, all map[string]standingRow) error {
	texts, digest := cells("t.", columns)
	if !whole {
		texts = ""
	}
	for some := range slices.Chunk(keys, atOnce) {
		rows, err := d.query(ctx, "SELECT t."+quote(p.Key)+", "+digest+texts+" FROM "+d.table(p)+" AS t WHERE t."+quote(p.Key)+" = ANY ($1::text[])", array(some))
		if err != nil {
			return err
		}
		for _, row := range rows {
			all[string(row[0])] = standingRow{string(row[1]), textCells(row[2:])}
		}
	}
	return nil
}

// PutBack implements core.Rememberer.
func (d *Destination) PutBack(ctx context.Context, p core.Plan, columns []string, rows []core.Replaced, try bool) ([]core.Outcome, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var outcomes []core.Outcome
	how := writing
	if try {
		how = reading
	}
	err := d.patiently(ctx, func() error {
		outcomes = make([]core.Outcome, len(rows))
		return d.transaction(ctx, how, func() error {
			if err := d.same(ctx); err != nil {
				return err
			}
			if !try {
				if ours, err := d.lock(ctx, p); err != nil {
					return err
				} else if !ours {
					return notPrepared(p.Table)
				}
			}
			return d.putBack(ctx, p, columns, rows, outcomes, try)
		})
	})
	if err != nil {
		clear(outcomes)
	}
	return outcomes, core.During("taking back what was written into "+p.Table, d.fault(ctx, err))
}

func (d *Destination) putBack(ctx context.Context, p core.Plan, columns []string, rows []core.Replaced, outcomes []core.Outcome, try bool) error {
	t, err := d.describe(ctx, p.Table)
	if err != nil {
		return err
	}
	switch {
	case t == nil || !t.ours:
		return notOurTable(p.Table)
	case t.key != cut(p.Key):
		return otherKey(p.Table, p.Key)
	}
	kinds := make([]string, len(columns))
	for i, name := range columns {
		c := t.column(name)
		if c == nil {
			return columnGone(p.Table, name)
		}
		kinds[i] = c.kind
	}
	var keys []string
	for _, r := range rows {
		keys = append(keys, r.Key)
		if r.Old != "" {
			keys = append(keys, r.Old)
		}
	}
	now := make(map[string]standingRow, len(keys))
	err = d.standing(ctx, p, columns, keys, true, now)
	if err != nil {
		return err
	}
	for i, r := range rows {
		outcomes[i] = verdict(p, r, now, kinds)
	}
	if try {
		return nil
	}
	b := backing{d, p, columns, kinds}
	if err := d.removeMade(ctx, b, rows, outcomes); err != nil {
		return err
	}
	for i, r := range rows {
		if outcomes[i].Kind != core.Updated && outcomes[i].Kind != core.Created {
			continue
		}
		f, err := d.guarded(ctx, func() error {
			if r.Gone {
				return b.insert(ctx, r)
			}
			return b.update(ctx, r)
		})
		if err != nil {
			return err
		}
		if f != nil {
			f.Subject = core.Subject{Table: p.Table, Key: r.Key, Field: f.Subject.Field}
			outcomes[i] = core.Outcome{Kind: core.Refused, Fault: f}
		}
	}
	if !t.hooks {
		return nil
	}
	return b.looked(ctx, rows, keys, now, outcomes)
}

// looked looks at the rows that were put back where triggers may have changed them once more. stood is what they were until then.
func (b backing) looked(ctx context.Context, rows []core.Replaced, keys []string, stood map[string]standingRow, outcomes []core.Outcome) error {
	now := make(map[string]standingRow, len(keys))
	if err := b.d.standing(ctx, b.plan, b.columns, keys, true, now); err != nil {
		return err
	}
	for i, r := range rows {
		if k := outcomes[i].Kind; k != core.Updated && k != core.Created {
			continue
		}
		if is, there := now[cmp.Or(r.Old, r.Key)]; !there || !asBefore(is.cells, r.Was) || !asBefore(is.cells, besides(stood[r.Key].cells, r.Was)) {
			f := changedAgain()
			f.Subject = core.Subject{Table: b.plan.Table, Key: r.Key}
			outcomes[i] = core.Outcome{Kind: core.Refused, Fault: f}
		}
	}
	return nil
}

// besides is what stood in the columns that are not put back; those that are, are absent.
func besides(stood, was []core.Value) []core.Value {
	stood = slices.Clone(stood)
	for i := range stood {
		if was[i].Kind() != core.KindAbsent {
			stood[i] = core.Value{}
		}
	}
	return stood
}

// verdict is what becomes of a row.
func verdict(p core.Plan, r core.Replaced, now map[string]standingRow, kinds []string) core.Outcome {
	is, there := now[r.Key]
	old, back := now[r.Old]
	kind := core.Refused
	switch {
	case r.Made && !there:
		kind = core.Unchanged
	case r.Gone && !there && (r.Old == "" || !back):
		kind = core.Created
	case r.Gone && there && asBefore(is.cells, r.Was):
		kind = core.Unchanged
	case !r.Gone && there && r.Made && is.is(r.Left, kinds):
		kind = core.Removed
	case !r.Gone && there && !r.Made && is.is(r.Left, kinds):
		kind = core.Updated
	case !r.Made && !r.Gone && there && r.Old == "" && asBefore(is.cells, r.Was):
		kind = core.Unchanged
	case !r.Made && !r.Gone && !there && r.Old != "" && back && asBefore(old.cells, r.Was):
		kind = core.Unchanged
	}
	if kind != core.Refused {
		return core.Outcome{Kind: kind}
	}
	f := changedSince()
	f.Subject = core.Subject{Table: p.Table, Key: r.Key}
	return core.Outcome{Kind: kind, Fault: f}
}

// asBefore reports whether a row has these values; an absent one is equal to anything.
func asBefore(now, was []core.Value) bool {
	for i, v := range was {
		if v.Kind() != core.KindAbsent && !same(now[i], v) {
			return false
		}
	}
	return true
}

// removeMade removes rows that the batch made: all at once, or, when the server does not let one go, one by one.
func (d *Destination) removeMade(ctx context.Context, b backing, rows []core.Replaced, outcomes []core.Outcome) error {
	var places []int
	for i := range rows {
		if outcomes[i].Kind == core.Removed {
			places = append(places, i)
		}
	}
	var some func(places []int) error
	some = func(places []int) error {
		if len(places) == 0 {
			return nil
		}
		keys := make([]string, len(places))
		for i, at := range places {
			keys[i] = rows[at].Key
		}
		f, err := d.guarded(ctx, func() error { return b.remove(ctx, keys) })
		if err != nil || f == nil {
			return err
		}
		if len(places) == 1 {
			f.Subject = core.Subject{Table: b.plan.Table, Key: keys[0]}
			outcomes[places[0]] = core.Outcome{Kind: core.Refused, Fault: f}
			return nil
		}
		if err := some(places[:len(places)/2]); err != nil {
			return err
		}
		return some(places[len(places)/2:])
	}
	return some(places)
}

// A backing puts rows of one table back.
type backing struct {
	d       *Destination
	plan    core.Plan
	columns []string
	kinds   []string
}

func (b backing) remove(ctx context.Context, keys []string) error {
	if err := b.change(ctx, len(keys), "DELETE FROM "+b.d.table(b.plan)+" WHERE "+quote(b.plan.Key)+" = ANY ($1::text[])", array(keys)); err != nil {
		return err
	}
	return b.notes(ctx, "DELETE FROM %s WHERE tbl = $1 AND key = ANY ($2::text[])", array(keys))
}

// change changes n rows. A trigger may drop the change of some without a word.
func (b backing) change(ctx context.Context, n int, sql string, args ...[]byte) error {
	rows, err := b.d.query(ctx, sql+" RETURNING 1", args...)
	if err == nil && len(rows) < n {
		return dropped()
	}
	return err
}

// notes changes Ferry's notes of rows, where there are any.
func (b backing) notes(ctx context.Context, sql string, more ...[]byte) error {
	there, err := b.d.has(ctx, "_ferry_row")
	if err != nil || !there {
		return err
	}
	_, err = b.d.query(ctx, strings.Replace(sql, "%s", b.d.own("_ferry_row"), 1), append([][]byte{text(cut(b.plan.Table))}, more...)...)
	return err
}

func cell(v core.Value) []byte {
	if v.Empty() {
		return nil
	}
	return text(v.AsText())
}

// insert makes a row again that was removed. Ferry's note of it is there still; what was judged of it is forgotten.
func (b backing) insert(ctx context.Context, r core.Replaced) error {
	key := r.Key
	if r.Old != "" {
		key = r.Old
	}
	names, marks, args := []string{quote(b.plan.Key)}, []string{"$1::text"}, [][]byte{text(key)}
	for i, v := range r.Was {
		args = append(args, cell(v))
		names, marks = append(names, quote(b.columns[i])), append(marks, "CAST($"+strconv.Itoa(len(args))+"::text AS "+b.kinds[i]+")")
	}
	if err := b.change(ctx, 1, "INSERT INTO "+b.d.table(b.plan)+" ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(marks, ", ")+")", args...); err != nil {
		return err
	}
	return b.notes(ctx, "UPDATE %s SET fate = '', dealt = '' WHERE tbl = $1 AND key = $2", text(key))
}

// update puts back what a row was. A row that was matched gets the key back that it had, and is nobody's again.
func (b backing) update(ctx context.Context, r core.Replaced) error {
	args, sets := [][]byte{text(r.Key)}, []string{}
	for i, v := range r.Was {
		if v.Kind() != core.KindAbsent {
			args = append(args, cell(v))
			sets = append(sets, quote(b.columns[i])+" = CAST($"+strconv.Itoa(len(args))+"::text AS "+b.kinds[i]+")")
		}
	}
	if r.Old != "" {
		args = append(args, text(r.Old))
		sets = append(sets, quote(b.plan.Key)+" = $"+strconv.Itoa(len(args))+"::text")
	}
	if err := b.change(ctx, 1, "UPDATE "+b.d.table(b.plan)+" SET "+strings.Join(sets, ", ")+" WHERE "+quote(b.plan.Key)+" = $1::text", args...); err != nil {
		return err
	}
	if r.Old != "" {
		return b.notes(ctx, "DELETE FROM %s WHERE tbl = $1 AND key = $2", text(r.Key))
	}
	if err := b.notes(ctx, "UPDATE %s SET fate = '', dealt = '' WHERE tbl = $1 AND key = $2", text(r.Key)); err != nil {
		return err
	}
	return b.kept(ctx, r)
}

// kept makes Ferry's note say what it left in columns that others may change: what is put back is what it left before.
func (b backing) kept(ctx context.Context, r core.Replaced) error {
	there, err := b.d.has(ctx, "_ferry_row")
	if err != nil || !there {
		return err
	}
	rows, err := b.d.query(ctx, "SELECT kept FROM "+b.d.own("_ferry_row")+" WHERE tbl = $1 AND key = $2", text(cut(b.plan.Table)), text(r.Key))
	if err != nil || len(rows) == 0 || rows[0][0] == nil {
		return err
	}
	var left map[string]string
	if json.Unmarshal(rows[0][0], &left) != nil {
		return notesDamaged(nil)
	}
	changed := false
	for i, v := range r.Was {
		if _, ok := left[b.columns[i]]; !ok || v.Kind() == core.KindAbsent {
			continue
		}
		left[b.columns[i]] = digest(read(cell(v), typeOf(b.kinds[i])))
		changed = true
	}
	if !changed {
		return nil
	}
	words, err := json.Marshal(left)
	if err != nil {
		return err
	}
	return b.notes(ctx, "UPDATE %s SET kept = $3 WHERE tbl = $1 AND key = $2", text(r.Key), words)
}

// typeOf is the type with which a column of a kind is read, as far as a digest sees the difference.
func typeOf(kind string) core.ColumnType {
	for _, t := range []core.ColumnType{core.ColumnInteger, core.ColumnDecimal, core.ColumnDouble, core.ColumnBoolean, core.ColumnDateTime, core.ColumnDate, core.ColumnBytes} {
		if sqlType(t) == kind {
			return t
		}
	}
	return core.ColumnText
}

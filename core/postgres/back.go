package postgres

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"ferry/core"
)

// A capture collects what the rows of one table were before a batch changed, made or removed them. Cells are texts, as the
// server writes them; it takes them back exactly.
type capture struct {
	columns []column // all but the key and what the server computes
	order   []string // keys, each once
	rows    map[string]*capturedRow
}

type capturedRow struct {
	made bool
	old  string // its key before, when it was matched
	was  []core.Value
}

// capturing begins to collect for a batch; nil when nobody wants to know.
func (d *Destination) capturing(ctx context.Context, w *writer, b core.Batch) error {
	w.capture = nil
	if b.Before == nil {
		return nil
	}
	t, err := d.describe(ctx, w.plan.Table)
	if err != nil || t == nil {
		return err
	}
	w.capture = &capture{rows: map[string]*capturedRow{}}
	for _, c := range t.columns {
		if !c.computed && c.name != cut(w.plan.Key) {
			w.capture.columns = append(w.capture.columns, c)
		}
	}
	return nil
}

// cells selects the columns as texts, and digest the row as a whole.
func cells(of string, columns []string) (texts, digest string) {
	all, raw := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		raw[i] = of + quote(c)
		all[i] = "CAST(" + raw[i] + " AS text)"
	}
	digest = "pg_catalog.md5('')"
	if len(raw) > 0 {
		digest = "pg_catalog.md5(CAST(ROW(" + strings.Join(raw, ", ") + ") AS text))"
		texts = ", " + strings.Join(all, ", ")
	}
	return texts, digest
}

func (c *capture) names() []string {
	names := make([]string, len(c.columns))
	for i, col := range c.columns {
		names[i] = col.name
	}
	return names
}

// changing reads what the staged rows and those that are to be removed are going to replace.
func (d *Destination) changing(ctx context.Context, w *writer, gone []string, staged bool) (map[string]*capturedRow, error) {
	if w.capture == nil {
		return nil, nil
	}
	caught := map[string]*capturedRow{}
	texts, _ := cells("t.", w.capture.names())
	take := func(sql string, args ...[]byte) error {
		rows, err := d.query(ctx, sql, args...)
		for _, row := range rows {
			caught[string(row[0])] = &capturedRow{was: textCells(row[1:])}
		}
		return err
	}
	if staged && w.differs != "" {
		if err := take("SELECT t." + quote(w.plan.Key) + texts + " FROM " + stage + " AS s JOIN " + d.table(w.plan) + " AS t ON t." + quote(w.plan.Key) + " = s.k WHERE " + w.differs); err != nil {
			return nil, err
		}
	}
	if len(gone) > 0 {
		if err := take("SELECT t."+quote(w.plan.Key)+texts+" FROM "+d.table(w.plan)+" AS t WHERE t."+quote(w.plan.Key)+" = ANY ($1::text[])", array(gone)); err != nil {
			return nil, err
		}
	}
	return caught, nil
}

func textCells(row [][]byte) []core.Value {
	values := make([]core.Value, len(row))
	for i, cell := range row {
		values[i] = core.Null()
		if cell != nil {
			values[i] = core.Text(string(cell))
		}
	}
	return values
}

// caught notes what was merged: what it replaced, and which rows it made. What happened to a row first counts.
func (w *writer) caught(rows map[string]*capturedRow, made []string) {
	if w.capture == nil {
		return
	}
	add := func(key string, r *capturedRow) {
		if have := w.capture.rows[key]; have == nil {
			w.capture.rows[key] = r
			w.capture.order = append(w.capture.order, key)
		} else if have.old != "" && have.was == nil {
			have.was = r.was
		}
	}
	for key, r := range rows {
		add(key, r)
	}
	for _, key := range made {
		add(key, &capturedRow{made: true})
	}
}

// adopted notes that a row got its key.
func (w *writer) adopted(key, old string) {
	if w.capture != nil && w.capture.rows[key] == nil {
		w.capture.rows[key] = &capturedRow{old: old}
		w.capture.order = append(w.capture.order, key)
	}
}

func (w *writer) notAdopted(key string) {
	if w.capture != nil {
		delete(w.capture.rows, key)
	}
}

// tell tells what a batch replaced.
func (d *Destination) tell(ctx context.Context, w *writer, b core.Batch) error {
	c := w.capture
	if c == nil || len(c.rows) == 0 {
		return nil
	}
	var made, changed []string
	for _, key := range c.order {
		if r := c.rows[key]; r != nil && r.made {
			made = append(made, key)
		} else if r != nil {
			changed = append(changed, key)
		}
	}
	now := make(map[string]standingRow, len(c.order))
	if err := d.standing(ctx, w.plan, c.names(), made, false, now); err != nil {
		return err
	}
	if err := d.standing(ctx, w.plan, c.names(), changed, true, now); err != nil {
		return err
	}
	out := make([]core.Replaced, 0, len(c.order))
	for _, key := range c.order {
		r := c.rows[key]
		if r == nil {
			continue
		}
		is, there := now[key]
		told := core.Replaced{Key: key, Old: r.old, Made: r.made, Gone: !there, Left: is.digest}
		switch {
		case !there && r.made:
			continue
		case !there:
			told.Was = r.was
		case !r.made:
			changed := r.old != ""
			told.Was = make([]core.Value, len(c.columns))
			for i := range r.was {
				if !same(r.was[i], is.cells[i]) {
					told.Was[i], changed = r.was[i], true
				}
			}
			if !changed {
				continue
			}
		}
		out = append(out, told)
	}
	if len(out) == 0 {
		return nil
	}
	slices.SortFunc(out, func(a, b core.Replaced) int { return strings.Compare(a.Key, b.Key) })
	return b.Before(c.names(), out)
}

func same(a, b core.Value) bool { return a.Kind() == b.Kind() && a.Canonical() == b.Canonical() }

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
		outcomes[i] = verdict(p, r, now)
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
	return nil
}

// verdict is what becomes of a row.
func verdict(p core.Plan, r core.Replaced, now map[string]standingRow) core.Outcome {
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
	case !r.Gone && there && is.digest == r.Left && r.Made:
		kind = core.Removed
	case !r.Gone && there && is.digest == r.Left:
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
	if _, err := b.d.query(ctx, "DELETE FROM "+b.d.table(b.plan)+" WHERE "+quote(b.plan.Key)+" = ANY ($1::text[])", array(keys)); err != nil {
		return err
	}
	return b.notes(ctx, "DELETE FROM %s WHERE tbl = $1 AND key = ANY ($2::text[])", array(keys))
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
	if _, err := b.d.query(ctx, "INSERT INTO "+b.d.table(b.plan)+" ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(marks, ", ")+")", args...); err != nil {
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
	if _, err := b.d.query(ctx, "UPDATE "+b.d.table(b.plan)+" SET "+strings.Join(sets, ", ")+" WHERE "+quote(b.plan.Key)+" = $1::text", args...); err != nil {
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

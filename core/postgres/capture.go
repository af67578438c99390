package postgres

import (
	"context"
	"slices"
	"strings"

	"ferry/core"
)

// A capture collects what the rows of one table were before a batch changed, made or removed them. Cells are texts, as the
// server writes them; it takes them back exactly.
type capture struct {
	columns []column // all but the key and what the server computes
	from    []int    // see sentFrom
	scratch []byte
	order   []string // keys, each once
	rows    map[string]*capturedRow
}

type capturedRow struct {
	made bool
	left string // the digest of what was sent; "" when the server has to be asked
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
	w.capture.from = sentFrom(w.plan, w.capture.columns)
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

// caught notes what was merged: what it replaced, and which rows it made.
func (w *writer) caught(rows map[string]*capturedRow, made []string) {
	if w.capture == nil {
		return
	}
	for key, r := range rows {
		w.capture.add(key, r)
	}
	for _, key := range made {
		w.capture.add(key, &capturedRow{made: true})
	}
}

// add notes what happened to a row. What happened to it first counts.
func (c *capture) add(key string, r *capturedRow) {
	if have := c.rows[key]; have == nil {
		c.rows[key] = r
		c.order = append(c.order, key)
	} else if have.left = ""; have.old != "" && have.was == nil {
		have.was = r.was
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
	now := make(map[string]standingRow, len(c.order))
	var made, changed []string
	for _, key := range c.order {
		if r := c.rows[key]; r != nil && r.left != "" {
			now[key] = standingRow{digest: r.left}
		} else if r != nil && r.made {
			made = append(made, key)
		} else if r != nil {
			changed = append(changed, key)
		}
	}
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

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

// changing looks which staged rows are not equal to what is there, and reads what they and those that are to be removed are going
// to replace, when somebody wants to know. unequal are their numbers.
func (d *Destination) changing(ctx context.Context, w *writer, gone []string, staged bool) (unequal []string, caught map[string]*capturedRow, err error) {
	texts := ""
	if w.capture != nil {
		caught = map[string]*capturedRow{}
		texts, _ = cells("t.", w.capture.names())
	}
	if staged {
		rows, err := d.query(ctx, "SELECT s.n, s.k, t."+quote(w.plan.Key)+" IS NULL"+texts+w.differs)
		if err != nil {
			return nil, nil, err
		}
		for _, row := range rows {
			unequal = append(unequal, string(row[0]))
			if w.capture != nil && string(row[2]) == "f" {
				caught[string(row[1])] = &capturedRow{was: textCells(row[3:])}
			}
		}
	}
	if w.capture == nil || len(gone) == 0 {
		return unequal, caught, nil
	}
	rows, err := d.query(ctx, "SELECT t."+quote(w.plan.Key)+texts+" FROM "+d.table(w.plan)+" AS t WHERE t."+quote(w.plan.Key)+" = ANY ($1::text[])", array(gone))
	for _, row := range rows {
		caught[string(row[0])] = &capturedRow{was: textCells(row[1:])}
	}
	return unequal, caught, err
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

package sqlite

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
)

// A capture keeps what the rows of one table were before a batch changed or removed them. The writer looks at them first, see
// prior, or SQLite itself keeps them, by triggers of this connection alone. Rows that are made are noted by the writer.
type capture struct {
	table, key string
	columns    []column // all but the key and what SQLite computes
	names      []string
	kept       string // the temporary table
	cells      []cell // how the plan fills the columns
	virgin     bool   // the table was empty when this run began: its rows are this run's own, and no trigger is needed
	certain    bool   // what stands in a row that was made follows from what was sent
	prior      *prior // what looks at rows before they are written; nil when triggers keep them
	made       []madeRow
	scratch    []byte
}

// A madeRow is a row that the batch made.
type madeRow struct {
	key string
	sum string // "" when it has to be read
}

// What the triggers note.
const (
	wasThere = iota // of a row that was changed: what it was
	isThere         // and what it is
	wasGone         // of a row that was removed
)

// capture makes the triggers for a plan's table, and takes those there are when nothing changed.
func (d *Destination) capture(w *writer) error {
	t, err := describe(d.file, w.plan.Table)
	if err != nil || t == nil {
		return err
	}
	var columns []column
	for _, c := range t.columns {
		if !c.hidden && !strings.EqualFold(c.name, w.plan.Key) {
			columns = append(columns, c)
		}
	}
	if len(columns)+4 > maxColumns {
		w.capture = nil
		return nil
	}
	was := d.captured[strings.ToLower(t.name)]
	if c := w.capture; c != nil && slices.Equal(c.columns, columns) && d.captured[strings.ToLower(t.name)] == c {
		return c.clear(w.conn)
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.ToLower(t.name))) // a hash takes every write
	c := &capture{table: t.name, key: w.plan.Key, columns: columns, kept: fmt.Sprintf("_ferry_was_%x", h.Sum64())}
	old, now, cells := []string{"OLD." + quote(c.key)}, []string{"NEW." + quote(c.key)}, []string{"n INTEGER PRIMARY KEY", "what", "k"}
	for i, col := range columns {
		c.names = append(c.names, col.name)
		old, now, cells = append(old, "OLD."+quote(col.name)), append(now, "NEW."+quote(col.name)), append(cells, "c"+strconv.Itoa(i))
	}
	into := func(what int, from []string) string {
		return fmt.Sprintf("INSERT INTO %s VALUES (NULL, %d, %s); ", c.kept, what, strings.Join(from, ", "))
	}
	rows := int64(0)
	if was == nil {
		if rows, err = d.file.Number("SELECT EXISTS (SELECT 1 FROM " + quote(t.name) + ")"); err != nil {
			return d.file.Fault(err)
		}
	}
	c.virgin = was == nil && rows == 0 || was != nil && was.virgin
	if c.certain, err = d.certain(t.name); err != nil {
		return err
	}
	looks := !c.virgin && c.certain && (w.care == nil || !w.care.rules) && affinity(t.column(w.plan.Key).declared) == "TEXT"
	on := " ON main." + quote(t.name) + " BEGIN "
	triggers := "CREATE TEMP TRIGGER " + c.kept + "_u AFTER UPDATE" + on + into(wasThere, old) + into(isThere, now) + "END;" +
		"CREATE TEMP TRIGGER " + c.kept + "_d AFTER DELETE" + on + into(wasGone, old) + "END;"
	if c.virgin || looks {
		triggers = ""
	}
	if err := sqlitex.ExecuteScript(w.conn, "DROP TRIGGER IF EXISTS temp."+c.kept+"_u; DROP TRIGGER IF EXISTS temp."+c.kept+"_d; DROP TABLE IF EXISTS temp."+c.kept+";"+
		"CREATE TEMP TABLE "+c.kept+" ("+strings.Join(cells, ", ")+");"+triggers, nil); err != nil {
		return d.file.Fault(err)
	}
	for _, col := range columns {
		at := cell{from: slices.IndexFunc(w.plan.Columns, func(x core.Column) bool { return strings.EqualFold(x.Name, col.name) }), affinity: affinity(col.declared)}
		if at.from >= 0 {
			at.kind = sqlType(w.plan.Columns[at.from].Type)
		}
		at.text = at.affinity == "TEXT" || at.affinity == "BLOB"
		c.cells = append(c.cells, at)
	}
	if looks {
		if err := c.newPrior(w.conn); err != nil {
			return d.file.Fault(err)
		}
	}
	w.capture = c
	if d.captured == nil {
		d.captured = map[string]*capture{}
	}
	d.captured[strings.ToLower(t.name)] = c
	return nil
}

// certain reports whether a row of a table is what was sent: a default, or a trigger of somebody else, makes of it what nobody
// sent.
func (d *Destination) certain(table string) (bool, error) {
	others, err := d.file.Number(`SELECT (SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE) +
		(SELECT count(*) FROM pragma_table_xinfo(?1) WHERE dflt_value IS NOT NULL)`, table)
	return others == 0, d.file.Fault(err)
}

func (c *capture) clear(conn *sqlite.Conn) error {
	clear(c.made) // nothing of a batch is kept
	c.made = c.made[:0]
	if c.virgin {
		return nil
	}
	if c.prior != nil {
		clear(c.prior.changes)
		c.prior.changes, c.prior.values = c.prior.changes[:0], nil
		return nil
	}
	return sqlitex.Execute(conn, "DELETE FROM temp."+c.kept, nil)
}

// making notes a row that was made of values.
func (c *capture) making(key string, values []core.Value) {
	if c.prior != nil && c.prior.again(key) {
		return
	}
	sum := ""
	if c.certain {
		sum = c.sent(values)
	}
	c.made = append(c.made, madeRow{key, sum})
}

// changing notes that a row of this run's own was made to hold something else, in a table that was empty when it began.
func (c *capture) changing(key string) {
	switch {
	case c.prior != nil:
		c.changedTo(key)
	case c.virgin:
		c.made = append(c.made, madeRow{key: key})
	}
}

// A fold is what happened to one row in a batch.
type fold struct {
	first string // its key before
	was   []core.Value
	now   []core.Value // nil when it has to be read, or is gone
	made  bool
	gone  bool
	read  bool
}

// replaced are the rows that the batch changed, made or removed.
func (c *capture) replaced(conn *sqlite.Conn) ([]core.Replaced, error) {
	if c.prior != nil {
		return c.told(conn)
	}
	folds := map[string]*fold{}
	var keys []string
	var pending *fold
	err := sqlitex.Execute(conn, "SELECT * FROM temp."+c.kept+" ORDER BY n", &sqlitex.ExecOptions{ResultFunc: func(s *sqlite.Stmt) error {
		key := s.ColumnText(2)
		values := raws(s, 3, len(c.columns))
		switch s.ColumnInt(1) {
		case wasThere:
			pending = folds[key]
			if pending == nil {
				pending = &fold{first: key, was: values}
			}
			delete(folds, key)
		case isThere:
			pending.now, pending.gone = values, false
			if folds[key] == nil {
				keys = append(keys, key)
			}
			folds[key] = pending
		case wasGone:
			f := folds[key]
			if f == nil {
				f = &fold{first: key, was: values}
				folds[key], keys = f, append(keys, key)
			}
			f.now, f.gone = nil, true
		}
		return nil
	}})
	if err != nil {
		return nil, err
	}
	out := make([]core.Replaced, 0, len(c.made)+len(folds))
	for i, m := range c.made {
		if i+1 < len(c.made) && c.made[i+1].key == m.key { // made and changed; rows of one key stand side by side, see inOrder
			continue
		}
		if f := folds[m.key]; f != nil {
			f.made = !f.gone
			f.read = true
			continue
		}
		if out, err = c.madeOne(conn, m, out); err != nil {
			return nil, err
		}
	}
	seen := map[string]bool{}
	for _, key := range keys {
		f := folds[key]
		if f == nil || seen[key] {
			continue
		}
		seen[key] = true
		r, changed, err := c.folded(conn, key, f)
		if err != nil {
			return nil, err
		}
		if changed {
			out = append(out, r)
		}
	}
	return out, nil
}

// madeOne adds a row that the batch made, unless it is gone again.
func (c *capture) madeOne(conn *sqlite.Conn, m madeRow, out []core.Replaced) ([]core.Replaced, error) {
	if m.sum == "" {
		now, there, err := c.row(conn, m.key)
		if err != nil || !there {
			return out, err
		}
		m.sum = c.sum(now)
	}
	return append(out, core.Replaced{Key: m.key, Made: true, Left: m.sum}), nil
}

// folded is what one row was, and changed is false when it is that again.
func (c *capture) folded(conn *sqlite.Conn, key string, f *fold) (r core.Replaced, changed bool, err error) {
	if f.read {
		there := false
		if f.now, there, err = c.row(conn, key); err != nil {
			return r, false, err
		}
		f.gone = !there
	}
	r.Key = key
	switch {
	case f.made && f.gone:
		return r, false, nil
	case f.made:
		r.Made, r.Left = true, c.sum(f.now)
		return r, true, nil
	case f.gone:
		r.Gone, r.Was = true, f.was
		if f.first != key {
			r.Old = f.first
		}
		return r, true, nil
	}
	r.Was = make([]core.Value, len(f.was))
	for i := range f.was {
		if !same(f.was[i], f.now[i]) {
			r.Was[i], changed = f.was[i], true
		}
	}
	if f.first != key {
		r.Old, changed = f.first, true
	}
	r.Left = c.sum(f.now)
	return r, changed, nil
}

// row reads the row of a key.
func (c *capture) row(conn *sqlite.Conn, key string) ([]core.Value, bool, error) {
	return rawRow(conn, c.table, c.key, c.names, key)
}

func rawRow(conn *sqlite.Conn, table, keyColumn string, columns []string, key string) (values []core.Value, there bool, err error) {
	names := make([]string, 0, len(columns)+1)
	names = append(names, quote(keyColumn))
	for _, name := range columns {
		names = append(names, quote(name))
	}
	err = sqlitex.Execute(conn, "SELECT "+strings.Join(names, ", ")+" FROM "+quote(table)+" WHERE "+quote(keyColumn)+" = ?1",
		&sqlitex.ExecOptions{Args: []any{key}, ResultFunc: func(s *sqlite.Stmt) error {
			values, there = raws(s, 1, len(columns)), true
			return nil
		}})
	return values, there, err
}

// raws are cells as SQLite holds them, whatever their columns are for: a Decimal is a floating number.
func raws(s *sqlite.Stmt, from, n int) []core.Value {
	values := make([]core.Value, n)
	for i := range values {
		values[i] = raw(s, from+i)
	}
	return values
}

func raw(s *sqlite.Stmt, at int) core.Value {
	switch s.ColumnType(at) {
	case sqlite.TypeNull:
		return core.Null()
	case sqlite.TypeInteger:
		return core.Int(s.ColumnInt64(at))
	case sqlite.TypeFloat:
		return core.Decimal(strconv.FormatFloat(s.ColumnFloat(at), 'g', -1, 64))
	case sqlite.TypeBlob:
		raw := make([]byte, s.ColumnLen(at))
		s.ColumnBytes(at, raw)
		return core.Bytes(raw)
	}
	return core.Text(s.ColumnText(at))
}

func same(a, b core.Value) bool { return a.Kind() == b.Kind() && a.Canonical() == b.Canonical() }

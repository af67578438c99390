package sqlite

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
)

// A capture keeps what the rows of one table were before a batch changed or removed them. SQLite itself keeps it, by triggers
// of this connection alone: a row that is equal costs nothing. Rows that are made are noted by the writer.
type capture struct {
	table, key string
	columns    []column // all but the key and what SQLite computes
	names      []string
	kept       string // the temporary table
	cells      []cell // how the plan fills the columns
	virgin     bool   // the table was empty when this run began: its rows are this run's own, and no trigger is needed
	certain    bool   // what stands in a row that was made follows from what was sent
	made       []madeRow
	scratch    []byte
}

// A cell says from which column of the plan a column is filled, how that is bound and what SQLite prefers there.
type cell struct {
	from           int // -1 for none
	kind, affinity string
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
	on := " ON main." + quote(t.name) + " BEGIN "
	triggers := "CREATE TEMP TRIGGER " + c.kept + "_u AFTER UPDATE" + on + into(wasThere, old) + into(isThere, now) + "END;" +
		"CREATE TEMP TRIGGER " + c.kept + "_d AFTER DELETE" + on + into(wasGone, old) + "END;"
	if c.virgin {
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
		c.cells = append(c.cells, at)
	}
	// A default, or a trigger of somebody else, makes of a row what nobody sent.
	others, err := d.file.Number(`SELECT (SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE) +
		(SELECT count(*) FROM pragma_table_xinfo(?1) WHERE dflt_value IS NOT NULL)`, t.name)
	if err != nil {
		return d.file.Fault(err)
	}
	c.certain = others == 0
	w.capture = c
	if d.captured == nil {
		d.captured = map[string]*capture{}
	}
	d.captured[strings.ToLower(t.name)] = c
	return nil
}

func (c *capture) clear(conn *sqlite.Conn) error {
	c.made = c.made[:0]
	return sqlitex.Execute(conn, "DELETE FROM temp."+c.kept, nil)
}

// making notes a row that was made of values.
func (c *capture) making(key string, values []core.Value) {
	sum := ""
	if c.certain {
		sum = c.sent(values)
	}
	c.made = append(c.made, madeRow{strings.Clone(key), sum})
}

// changing notes that a row of this run's own was made to hold something else, in a table that was empty when it began.
func (c *capture) changing(key string) {
	if c.virgin {
		c.made = append(c.made, madeRow{key: strings.Clone(key)})
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
	last := map[string]int{}
	if c.virgin { // a row may have been made and changed
		for i, m := range c.made {
			last[m.key] = i
		}
	}
	for i, m := range c.made {
		if at, several := last[m.key]; several && at != i {
			continue
		}
		if f := folds[m.key]; f != nil {
			f.made = !f.gone
			f.read = true
			continue
		}
		if m.sum == "" {
			now, there, err := c.row(conn, m.key)
			if err != nil {
				return nil, err
			}
			if !there {
				continue
			}
			m.sum = c.sum(now)
		}
		out = append(out, core.Replaced{Key: m.key, Made: true, Left: m.sum})
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
		switch s.ColumnType(from + i) {
		case sqlite.TypeNull:
			values[i] = core.Null()
		case sqlite.TypeInteger:
			values[i] = core.Int(s.ColumnInt64(from + i))
		case sqlite.TypeFloat:
			values[i] = core.Decimal(strconv.FormatFloat(s.ColumnFloat(from+i), 'g', -1, 64))
		case sqlite.TypeBlob:
			raw := make([]byte, s.ColumnLen(from+i))
			s.ColumnBytes(from+i, raw)
			values[i] = core.Bytes(raw)
		default:
			values[i] = core.Text(s.ColumnText(from + i))
		}
	}
	return values
}

func same(a, b core.Value) bool { return a.Kind() == b.Kind() && a.Canonical() == b.Canonical() }

// sum is the digest of a row as it stands there.
func (c *capture) sum(values []core.Value) string {
	c.scratch = c.scratch[:0]
	for _, v := range values {
		c.scratch = appendCell(c.scratch, v)
	}
	return shorten(c.scratch)
}

func shorten(cells []byte) string {
	s := sha256.Sum256(cells)
	return string(s[:16])
}

// appendCell writes a cell so that no two contents look the same. A whole number is the same whether it stands in a column of
// whole or of floating numbers.
func appendCell(to []byte, v core.Value) []byte {
	switch v.Kind() {
	case core.KindInt:
		return strconv.AppendInt(append(to, 'i'), v.AsInt(), 10)
	case core.KindDecimal:
		if f, err := strconv.ParseFloat(v.AsText(), 64); err == nil {
			return appendFloat(to, f)
		}
		return append(append(to, 'f'), v.AsText()...)
	case core.KindText:
		return appendText(append(to, 't'), v.AsText())
	case core.KindBytes:
		return appendText(append(to, 'b'), string(v.AsBytes()))
	}
	return append(to, 'n')
}

func appendFloat(to []byte, f float64) []byte {
	if f == math.Trunc(f) && math.Abs(f) < exactFloat {
		return strconv.AppendInt(append(to, 'i'), int64(f), 10)
	}
	return strconv.AppendFloat(append(to, 'f'), f, 'g', -1, 64)
}

const exactFloat = 1 << 53

func appendBytes(to, b []byte) []byte {
	return append(binary.AppendUvarint(to, uint64(len(b))), b...)
}

func appendText(to []byte, s string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(s))), s...)
}

// sent is the digest of a row that was made of these values; "" when SQLite may have made something else of them.
func (c *capture) sent(values []core.Value) string {
	c.scratch = c.scratch[:0]
	for _, at := range c.cells {
		if at.from < 0 {
			c.scratch = append(c.scratch, 'n')
			continue
		}
		next, ok := appendSent(c.scratch, values[at.from], at.kind, at.affinity)
		if !ok {
			return ""
		}
		c.scratch = next
	}
	return shorten(c.scratch)
}

// appendSent writes what bind makes of a value and what SQLite stores of that; false when that is not sure.
func appendSent(to []byte, v core.Value, kind, affinity string) ([]byte, bool) {
	text := affinity == "TEXT" || affinity == "BLOB"
	switch v.Kind() {
	case core.KindAbsent, core.KindNull:
		return append(to, 'n'), true
	case core.KindBool, core.KindInt, core.KindChoice:
		n := v.AsInt()
		if kind == "TEXT" {
			var digits [20]byte
			return appendBytes(append(to, 't'), strconv.AppendInt(digits[:0], n, 10)), text
		}
		return strconv.AppendInt(append(to, 'i'), n, 10), affinity != "TEXT" && n < exactFloat && n > -exactFloat
	case core.KindDecimal:
		if kind == "TEXT" {
			return appendText(append(to, 't'), v.AsText()), text
		}
		f, err := strconv.ParseFloat(v.AsText(), 64)
		if err != nil || kind != "REAL" || affinity == "TEXT" {
			return to, false
		}
		return appendFloat(to, f), true
	case core.KindBytes:
		return appendText(append(to, 'b'), string(v.AsBytes())), true
	case core.KindText, core.KindRef:
		return appendText(append(to, 't'), v.Canonical()), text
	case core.KindTime:
		var when [40]byte
		return appendBytes(append(to, 't'), v.AsTime().AppendFormat(when[:0], time.RFC3339Nano)), text
	case core.KindDate:
		var day [20]byte
		return appendBytes(append(to, 't'), v.AsTime().AppendFormat(day[:0], time.DateOnly)), text
	case core.KindChoices:
		return appendText(append(to, 't'), "["+v.Canonical()+"]"), text
	}
	return to, false
}

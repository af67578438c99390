package sqlite

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"zombiezen.com/go/sqlite"

	"ferry/core"
)

// A careful writer is what a plan needs beyond storing what comes: rules for columns, rows that were found there, and
// notes of which rows a run has seen. Plans that need none of it have none, and cost nothing.
type careful struct {
	look   *sqlite.Stmt // a row with Ferry's note of it
	set    *sqlite.Stmt // changes the columns that a mask names
	match  *sqlite.Stmt // rows that are equal in the columns of Plan.Match
	rename *sqlite.Stmt // gives a row that was found its key
	note   *sqlite.Stmt
	forget *sqlite.Stmt

	rules   bool  // some column does not simply take what comes
	all     bool  // rows of this table are noted, whoever writes them: a later plan has to know all that Ferry made
	columns []int // of Plan.Match
	unless  []int // columns that may keep what somebody changed
	there   []core.Value
	now     []string // what stands in the columns of unless, as SQL
	mask    []byte
	found   bool              // the row at hand was found, not made
	left    map[uint32]uint64 // what Ferry left in columns: digest by digest of the name
}

// careful makes what the plan needs beyond storing what comes; nil when that is nothing.
func (d *Destination) careful(p core.Plan) (*careful, error) {
	c := &careful{}
	for i, column := range p.Columns {
		r := column.Rule
		c.rules = c.rules || !r.Plain()
		if r.Made == core.UnlessChanged || r.Found == core.UnlessChanged || r.StandIn != "" {
			c.unless = append(c.unless, i)
		}
	}
	for _, name := range p.Match {
		i := slices.IndexFunc(p.Columns, func(c core.Column) bool { return strings.EqualFold(c.Name, name) })
		if i < 0 {
			return nil, noMatchColumn(p.Table, name)
		}
		c.columns = append(c.columns, i)
	}
	found, err := d.file.Number("SELECT EXISTS (SELECT 1 FROM _ferry_row WHERE tbl = ?1 AND found = 1)", p.Table)
	if err != nil {
		return nil, d.file.Fault(err)
	}
	c.rules = c.rules || found != 0 || len(c.columns) > 0 || p.Dealt != ""
	if _, c.all, err = hasNotes(d.file.Conn(), p); err != nil {
		return nil, d.file.Fault(err)
	}
	if !c.rules && !c.all && p.Run == "" && p.Dealt == "" {
		return nil, nil
	}
	return c, d.file.Fault(c.prepare(d.file.Conn(), p))
}

func (c *careful) prepare(conn *sqlite.Conn, p core.Plan) error {
	table, key := quote(p.Table), quote(p.Key)
	selected := []string{"m.found", "m.kept"}
	var sets, differs []string
	mask := "?" + strconv.Itoa(len(p.Columns)+2)
	for i, column := range p.Columns {
		name, value := quote(column.Name), "?"+strconv.Itoa(i+2)
		wanted := "substr(" + mask + ", " + strconv.Itoa(i+1) + ", 1) = '1'"
		selected = append(selected, "t."+name)
		sets = append(sets, name+" = iif("+wanted+", "+value+", "+name+")")
		differs = append(differs, "("+wanted+" AND "+name+" IS NOT "+value+")")
	}
	for _, i := range c.unless {
		selected = append(selected, "quote(t."+quote(p.Columns[i].Name)+")")
	}
	all := []struct {
		to  **sqlite.Stmt
		sql string
	}{
		{&c.look, "SELECT " + strings.Join(selected, ", ") + " FROM " + table + " t LEFT JOIN _ferry_row m ON m.tbl = ?2 AND m.key = t." + key + " WHERE t." + key + " = ?1"},
		{&c.note, `INSERT INTO _ferry_row (tbl, key, plan, run, found, kept, fate, dealt) VALUES (?1, ?2, ?3, ?4, ?5, ?6, '', ?7)
			ON CONFLICT DO UPDATE SET plan = excluded.plan, run = iif(?4 = '', run, ?4), found = ?5, kept = iif(?8, ?6, kept),
			fate = iif(?7 = '', '', fate), dealt = ?7`},
		{&c.forget, "DELETE FROM _ferry_row WHERE tbl = ?1 AND key = ?2"},
	}
	if len(p.Columns) > 0 {
		all = append(all, struct {
			to  **sqlite.Stmt
			sql string
		}{&c.set, "UPDATE " + table + " SET " + strings.Join(sets, ", ") + " WHERE " + key + " = ?1 AND (" + tree(differs, " OR ") + ")"})
	}
	if len(c.columns) > 0 {
		equal := []string{"(m.key IS NULL OR m.found = 1)"}
		for n, i := range c.columns {
			equal = append(equal, "t."+quote(p.Columns[i].Name)+" = ?"+strconv.Itoa(n+2))
		}
		all = append(all, struct {
			to  **sqlite.Stmt
			sql string
		}{&c.match, "SELECT t." + key + ", m.key IS NOT NULL FROM " + table + " t LEFT JOIN _ferry_row m ON m.tbl = ?1 AND m.key = t." + key + " WHERE " + tree(equal, " AND ") + " LIMIT 2"},
			struct {
				to  **sqlite.Stmt
				sql string
			}{&c.rename, "UPDATE " + table + " SET " + key + " = ?1 WHERE " + key + " = ?2"})
	}
	for _, s := range all {
		var err error
		if *s.to, err = conn.Prepare(s.sql); err != nil {
			return err
		}
	}
	return nil
}

// careful stores one row as rules, matches and notes say.
func (w *writer) careful(r *core.Record, pass int) (core.OutcomeKind, error) {
	c := w.care
	if r.Key == "" {
		return core.Untried, noKey()
	}
	if r.Gone {
		kind, err := w.gone(r.Key)
		if err == nil && w.plan.Dealt == "" { // the note of a row that a policy removes stays: the import may be taken back
			err = run(c.forget, w.plan.Table, r.Key)
		}
		return kind, err
	}
	if len(r.Values) != len(w.plan.Columns) {
		return core.Untried, otherPlan(w.plan.Table)
	}
	c.found, c.left = false, nil
	kind := core.Unchanged
	if c.rules {
		there, err := w.look(r.Key)
		if err != nil {
			return core.Untried, err
		}
		old := ""
		switch {
		case there:
		case w.plan.Dealt != "":
			return core.Unchanged, run(c.forget, w.plan.Table, r.Key) // somebody removed it there
		case pass <= 1:
			if old, err = w.adopt(r); err != nil {
				return core.Untried, err
			}
		}
		kind, err = w.meet(r, there || old != "", pass)
		if err != nil {
			if old != "" && !w.conn.AutocommitEnabled() { // the row stays as it was found
				if back := run(c.rename, old, r.Key); back != nil {
					return core.Untried, back
				}
			}
			return core.Untried, err
		}
		if old != "" && kind == core.Unchanged {
			kind = core.Updated // it has its key now
		}
	} else {
		var err error
		if kind, err = w.plain(r); err != nil {
			return core.Untried, err
		}
	}
	return kind, w.notice(r.Key)
}

// look reads the row of a key and what Ferry noted of it.
func (w *writer) look(key string) (there bool, err error) {
	c := w.care
	c.look.BindText(1, key)
	c.look.BindText(2, w.plan.Table)
	there, err = c.look.Step()
	if err != nil || !there {
		return false, errors.Join(err, c.look.Reset())
	}
	c.found = c.look.ColumnInt(0) != 0
	c.left = unpackLeft(c.look)
	c.there = c.there[:0]
	for i, column := range w.plan.Columns {
		c.there = append(c.there, read(c.look, i+2, column.Type))
	}
	c.now = c.now[:0]
	for i := range c.unless {
		c.now = append(c.now, c.look.ColumnText(2+len(w.plan.Columns)+i))
	}
	return true, c.look.Reset()
}

// adopt finds the row that a record means, where Ferry left no mark: it gets the record's key. The old one is returned, ""
// when there is no such row. Nothing is guessed.
func (w *writer) adopt(r *core.Record) (old string, err error) {
	c := w.care
	if len(c.columns) == 0 {
		return "", nil
	}
	for _, i := range c.columns {
		if r.Values[i].Blank() {
			return "", nil // what is empty is the same as nothing
		}
	}
	c.match.BindText(1, w.plan.Table)
	for n, i := range c.columns {
		w.binder.bind(c.match, n+2, w.plan.Columns[i].Type, r.Values[i])
	}
	taken, hits := false, 0
	for {
		row, err := c.match.Step()
		if err != nil {
			return "", err
		}
		if !row {
			break
		}
		hits++
		old, taken = c.match.ColumnText(0), c.match.ColumnInt(1) != 0
	}
	if err := c.match.Reset(); err != nil {
		return "", err
	}
	switch {
	case hits == 0:
		return "", nil
	case hits > 1:
		return "", severalMatch(w.plan.Table, w.plan.Match)
	case taken:
		return "", matchTaken(w.plan.Table, w.plan.Match)
	}
	if err := run(c.rename, r.Key, old); err != nil {
		return "", err
	}
	if _, err := w.look(r.Key); err != nil {
		return "", err
	}
	c.found = true
	return old, nil
}

// meet writes what the rules allow of a row.
func (w *writer) meet(r *core.Record, there bool, pass int) (core.OutcomeKind, error) {
	c := w.care
	c.mask = c.mask[:0]
	if !there {
		values := slices.Clone(r.Values)
		for i, column := range w.plan.Columns {
			if !column.Rule.Writes(core.Meeting{New: true, Made: true, Next: values[i]}) {
				values[i] = core.Value{}
			}
		}
		row := core.Record{Key: r.Key, Values: values}
		kind, err := w.plain(&row)
		if err == nil && len(c.unless) > 0 {
			err = w.remember(r.Key, values)
		}
		return kind, err
	}
	some := false
	for i, column := range w.plan.Columns {
		m := core.Meeting{Made: !c.found, Later: pass > 1, Next: r.Values[i], There: c.there[i], Left: w.leftIn(i)}
		writes := column.Rule.Writes(m)
		some = some || writes
		c.mask = append(c.mask, '0'+b2i(writes))
		if writes && r.Values[i].Size() > maxText {
			return core.Untried, tooBig(column.Name)
		}
	}
	kind := core.Unchanged
	if some {
		c.set.BindText(1, r.Key)
		for i, v := range r.Values {
			w.binder.bind(c.set, i+2, w.plan.Columns[i].Type, v)
		}
		c.set.BindText(len(r.Values)+2, string(c.mask))
		if _, err := c.set.Step(); err != nil {
			return core.Untried, err
		}
		if err := c.set.Reset(); err != nil {
			return core.Untried, err
		}
		if w.conn.Changes() > 0 {
			if w.telling {
				w.capture.changing(r.Key)
			}
			kind = core.Updated
		}
	}
	if len(c.unless) > 0 {
		return kind, w.remember(r.Key, r.Values)
	}
	return kind, nil
}

func b2i(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// notice notes that the run has seen the row, and what it was left as.
func (w *writer) notice(key string) error {
	c, p := w.care, w.plan
	if !c.all && p.Run == "" && p.Dealt == "" && !c.found && len(c.unless) == 0 && len(c.columns) == 0 {
		return nil
	}
	return run(c.note, p.Table, key, p.ID, p.Run, int64(b2i(c.found)), packLeft(c.left), p.Dealt, int64(b2i(len(c.unless) > 0)))
}

// run executes a statement with texts, numbers and bytes.
func run(s *sqlite.Stmt, args ...any) error {
	for i, a := range args {
		switch v := a.(type) {
		case string:
			s.BindText(i+1, v)
		case int64:
			s.BindInt64(i+1, v)
		case []byte:
			s.BindBytes(i+1, v)
		}
	}
	if _, err := s.Step(); err != nil {
		return err
	}
	return s.Reset()
}

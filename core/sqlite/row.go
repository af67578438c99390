package sqlite

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"zombiezen.com/go/sqlite"

	"ferry/core"
)

// upsert is the statement that stores a row's columns for which with is true. It changes nothing where every one of
// them is equal: such a row is neither written nor counted.
func (w *writer) upsert(with func(column int) bool) string {
	var names, marks, sets strings.Builder
	var differs []string
	table := quote(w.plan.Table)
	names.WriteString(quote(w.plan.Key))
	marks.WriteString("?1")
	n := 1
	for i, c := range w.plan.Columns {
		if !with(i) {
			continue
		}
		n++
		name := quote(c.Name)
		names.WriteString(", " + name)
		marks.WriteString(", ?" + strconv.Itoa(n))
		if sets.Len() > 0 {
			sets.WriteString(", ")
		}
		sets.WriteString(name + " = excluded." + name)
		differs = append(differs, table+"."+name+" IS NOT excluded."+name)
	}
	sql := "INSERT INTO " + table + " (" + names.String() + ") VALUES (" + marks.String() + ") ON CONFLICT (" + quote(w.plan.Key) + ") DO "
	if len(differs) == 0 {
		return sql + "NOTHING"
	}
	return sql + "UPDATE SET " + sets.String() + " WHERE " + tree(differs, " OR ")
}

// update is the statement that changes a row's columns for which with is true.
func (w *writer) update(with func(column int) bool) string {
	var sets []string
	for i, c := range w.plan.Columns {
		if with(i) {
			sets = append(sets, quote(c.Name)+" = ?"+strconv.Itoa(len(sets)+2))
		}
	}
	return "UPDATE " + quote(w.plan.Table) + " SET " + strings.Join(sets, ", ") + " WHERE " + quote(w.plan.Key) + " = ?1"
}

// tree joins conditions in groups: SQLite takes an expression no deeper than 1,000.
func tree(conditions []string, with string) string {
	const wide = 64
	for len(conditions) > wide {
		var groups []string
		for c := range slices.Chunk(conditions, wide) {
			groups = append(groups, "("+strings.Join(c, with)+")")
		}
		conditions = groups
	}
	return strings.Join(conditions, with)
}

// row stores one row.
func (w *writer) row(r *core.Record, pass int) (core.OutcomeKind, error) {
	if w.care != nil {
		return w.careful(r, pass)
	}
	return w.plain(r)
}

// plain stores one row as it comes.
func (w *writer) plain(r *core.Record) (core.OutcomeKind, error) {
	if r.Key == "" {
		return core.Untried, noKey()
	}
	if r.Gone {
		return w.gone(r.Key)
	}
	if len(r.Values) != len(w.plan.Columns) {
		return core.Untried, otherPlan(w.plan.Table)
	}
	changes := false
	if w.telling && w.capture.prior != nil {
		met, err := w.capture.meet(r.Key, r.Values)
		if err != nil || met == metEqual {
			return core.Unchanged, err
		}
		changes = met == metOther
	}
	s, err := w.statement(r.Values, changes)
	if err != nil {
		return core.Untried, err
	}
	s.BindText(1, r.Key)
	n := 1
	for i, v := range r.Values {
		if v.Kind() == core.KindAbsent {
			continue
		}
		if v.Size() > maxText {
			return core.Untried, tooBig(w.plan.Columns[i].Name)
		}
		n++
		w.binder.bind(s, n, w.plan.Columns[i].Type, v)
	}
	if _, err := s.Step(); err != nil {
		return core.Untried, err
	}
	if err := s.Reset(); err != nil {
		return core.Untried, err
	}
	switch {
	case w.conn.Changes() == 0:
		return core.Unchanged, w.looked(r)
	case w.created():
		if w.telling {
			w.capture.making(r.Key, r.Values)
		}
		return core.Created, nil
	default:
		if w.telling {
			w.capture.changing(r.Key)
		}
		return core.Updated, nil
	}
}

// looked refuses a row that a statement did not change and that is not there as it came: a trigger can drop what is written
// without a word, and a row that is not stored must not count as one that was there already.
func (w *writer) looked(r *core.Record) error {
	if !w.hooks {
		return nil
	}
	there, err := w.equal(r.Key, r.Values)
	if err != nil {
		return err
	}
	if there == r.Gone {
		return dropped()
	}
	return nil
}

// Statements store rows in one way. Nearly always nothing is absent.
type statements struct {
	whole *sqlite.Stmt            // for rows in which nothing is absent
	part  map[string]*sqlite.Stmt // for rows without the absent columns the key names
}

// statement returns the statement for a row's set of absent columns. changes says that the row is there, and is not equal.
func (w *writer) statement(values []core.Value, changes bool) (*sqlite.Stmt, error) {
	all, sql := &w.store, w.upsert
	if changes {
		all, sql = &w.change, w.update
	}
	whole := true
	for i := range values {
		whole = whole && values[i].Kind() != core.KindAbsent
	}
	if whole && all.whole != nil {
		return all.whole, nil
	}
	set := make([]byte, (len(values)+7)/8)
	for i, v := range values {
		if v.Kind() == core.KindAbsent {
			set[i/8] |= 1 << (i % 8)
		}
	}
	if s := all.part[string(set)]; s != nil {
		return s, nil
	}
	if len(all.part) == maxVariants {
		for key, s := range all.part {
			if err := s.Finalize(); err != nil {
				return nil, err
			}
			delete(all.part, key)
		}
	}
	s, err := w.conn.Prepare(sql(func(i int) bool { return values[i].Kind() != core.KindAbsent }))
	switch {
	case err != nil:
	case whole:
		all.whole = s
	default:
		all.part[string(set)] = s
	}
	return s, err
}

func (w *writer) gone(key string) (core.OutcomeKind, error) {
	looks := w.telling && w.capture.prior != nil
	if looks {
		if err := w.capture.leaving(key); err != nil {
			return core.Untried, err
		}
	}
	w.remove.BindText(1, key)
	if _, err := w.remove.Step(); err != nil {
		return core.Untried, err
	}
	if err := w.remove.Reset(); err != nil {
		return core.Untried, err
	}
	if w.conn.Changes() == 0 {
		return core.Unchanged, w.looked(&core.Record{Key: key, Gone: true})
	}
	if looks {
		w.capture.taken(key)
	}
	// The next insert may take the row id of the row that went.
	return core.Removed, w.begin()
}

// noRow is a row id that no row of a table made by Ferry has.
const noRow = math.MinInt64

// begin makes SQLite forget which row id it gave last, so that created can tell.
func (w *writer) begin() error {
	if _, err := w.forget.Step(); err != nil {
		return err
	}
	w.last = noRow
	return w.forget.Reset()
}

// created reports whether the upsert just made was an insert: only an insert moves the last row id (SQLite: an
// upsert that updates leaves it alone), and new rows get ids above all others. This saves a look before every write.
func (w *writer) created() bool {
	id := w.conn.LastInsertRowID()
	if id == w.last {
		return false
	}
	w.last = id
	return true
}

// equal reports whether the row of key has these values. SQLite compares, so that a value is equal to what a column
// makes of it; an absent value is equal to anything.
func (w *writer) equal(key string, values []core.Value) (bool, error) {
	conditions := []string{quote(w.plan.Key) + " = ?1"}
	for i, v := range values {
		if v.Kind() != core.KindAbsent {
			conditions = append(conditions, quote(w.plan.Columns[i].Name)+" IS ?"+strconv.Itoa(len(conditions)+1))
		}
	}
	s, err := w.conn.Prepare("SELECT 1 FROM " + quote(w.plan.Table) + " WHERE " + tree(conditions, " AND "))
	if err != nil {
		return false, err
	}
	s.BindText(1, key)
	n := 1
	for i, v := range values {
		if v.Kind() != core.KindAbsent {
			n++
			w.binder.bind(s, n, w.plan.Columns[i].Type, v)
		}
	}
	row, err := s.Step()
	if err == nil {
		err = s.Reset()
	}
	return row, err
}

// maxVariants is how many sets of absent columns keep a statement of their own.
const maxVariants = 64

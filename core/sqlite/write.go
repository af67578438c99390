package sqlite

import (
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
)

// maxVariants is how many sets of absent columns keep a statement of their own.
const maxVariants = 64

// A writer holds what Write needs for one plan: statements are prepared once.
type writer struct {
	plan   core.Plan
	conn   *sqlite.Conn
	binder binder
	store  statements // for rows of which nobody knows whether they are there
	change statements // for rows that are there
	remove *sqlite.Stmt
	forget *sqlite.Stmt // see created
	last   int64        // the row id that the last insert left behind
	order  []int        // see inOrder
	hooks  bool         // triggers of somebody have a say in what is stored
	care   *careful     // what the plan needs beyond storing what comes; nil for nothing

	capture *capture // keeps what a batch replaces; see Batch.Before
	telling bool     // this batch wants to know
}

// Write stores the batch in one transaction. A batch that is known already is not written again: its outcomes are
// what became of it the first time.
func (d *Destination) Write(ctx context.Context, p core.Plan, b core.Batch) ([]core.Outcome, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	outcomes, err := d.write(ctx, p, b)
	if err == nil {
		return outcomes, nil
	}
	return d.afterFailure(ctx, p, b, core.During("writing "+p.Table, err))
}

func (d *Destination) write(ctx context.Context, p core.Plan, b core.Batch) ([]core.Outcome, error) {
	if err := d.hold(ctx, false); err != nil {
		return nil, err
	}
	w, err := d.writer(p)
	if err != nil {
		return nil, err
	}
	w.telling = false
	if b.Before != nil {
		if err := d.capture(w); err != nil {
			return nil, err
		}
		w.telling = w.capture != nil
	}
	outcomes := make([]core.Outcome, len(b.Rows))
	refused := map[int]*core.Fault{} // rows that made a trigger undo the whole transaction
	for {
		undoer := -1
		err := d.file.Transaction(ctx, func(conn *sqlite.Conn) error {
			known, ok, err := d.settled(p, b.ID)
			if err != nil {
				return err
			}
			if ok && len(known) == len(b.Rows) {
				outcomes = known
				return nil
			}
			if undoer, err = d.rows(w, b, outcomes, refused); err != nil {
				return err
			}
			if err := w.tell(b); err != nil {
				return err
			}
			return d.settle(p, b.ID, outcomes)
		})
		if undoer < 0 || len(refused) == maxUndoers {
			return outcomes, err
		}
		refused[undoer] = d.refusal(p, b.Rows[undoer].Key, err)
	}
}

// tell tells what the batch replaced.
func (w *writer) tell(b core.Batch) error {
	if !w.telling {
		return nil
	}
	rows, err := w.capture.replaced(w.conn)
	if err != nil {
		return err
	}
	if err := w.capture.clear(w.conn); err != nil {
		return err
	}
	if len(rows) == 0 {
		return nil
	}
	return b.Before(w.capture.names, rows)
}

// maxUndoers is how many rows of a batch may undo the transaction before Write gives up.
const maxUndoers = 20

// rows stores every row and notes what became of it. undoer is the row that made a trigger undo the transaction, or
// -1.
func (d *Destination) rows(w *writer, b core.Batch, outcomes []core.Outcome, refused map[int]*core.Fault) (undoer int, err error) {
	rows := b.Rows
	if err := w.begin(); err != nil {
		return -1, err
	}
	if w.telling {
		if err := w.capture.clear(w.conn); err != nil {
			return -1, err
		}
	}
	for _, i := range w.inOrder(rows) {
		if f := refused[i]; f != nil {
			outcomes[i] = core.Outcome{Kind: core.Refused, Fault: f}
			continue
		}
		kind, err := w.row(&rows[i], b.Pass)
		if err == nil {
			outcomes[i] = core.Outcome{Kind: kind}
			continue
		}
		var known *core.Fault
		switch sqlite.ErrCode(err).ToPrimary() {
		case sqlite.ResultConstraint, sqlite.ResultMismatch, sqlite.ResultTooBig:
			if w.conn.AutocommitEnabled() {
				return i, err
			}
		default:
			if !errors.As(err, &known) || known.Kind != core.BadRecord {
				return -1, err
			}
		}
		outcomes[i] = core.Outcome{Kind: core.Refused, Fault: d.refusal(w.plan, rows[i].Key, err)}
	}
	return -1, nil
}

// inOrder are the places of a batch's rows by their keys. Keys come at random; written in order, a batch touches each page
// of the keys' index once, and a large table does not read and write its index anew with every batch. Rows of one key
// keep their order, so that the last one stays.
func (w *writer) inOrder(rows []core.Record) []int {
	w.order = w.order[:0]
	for i := range rows {
		w.order = append(w.order, i)
	}
	slices.SortStableFunc(w.order, func(a, b int) int { return strings.Compare(rows[a].Key, rows[b].Key) })
	return w.order
}

// refusal says why one row was not taken.
func (d *Destination) refusal(p core.Plan, key string, err error) *core.Fault {
	f := *core.AsFault(d.file.Fault(err))
	f.Subject = core.Subject{Table: p.Table, Key: key, Field: constrained(err, p.Table)}
	return &f
}

// constrained is the column that SQLite names in "UNIQUE constraint failed: account.name"; "" when it names none.
func constrained(err error, table string) string {
	_, after, ok := strings.Cut(err.Error(), " constraint failed: "+table+".")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(after, ",")
	name, _, _ = strings.Cut(name, ": ")
	return name
}

// afterFailure says what is known of the rows when Write could not do its work.
func (d *Destination) afterFailure(ctx context.Context, p core.Plan, b core.Batch, err error) ([]core.Outcome, error) {
	kind := core.Untried
	if d.file != nil && ctx.Err() == nil {
		// The commit itself may have failed after the rows were safe. The batch's own note knows.
		known, ok, failure := d.settled(p, b.ID)
		switch {
		case failure != nil && !isMissingTable(failure):
			kind = core.Unsure
		case ok && len(known) == len(b.Rows):
			return known, nil
		}
	}
	outcomes := make([]core.Outcome, len(b.Rows))
	for i := range outcomes {
		outcomes[i].Kind = kind
		if kind == core.Unsure {
			outcomes[i].Fault = core.AsFault(err)
		}
	}
	return outcomes, err
}

// writer returns the writer of a plan, and makes it when the plan is new or has changed.
func (d *Destination) writer(p core.Plan) (*writer, error) {
	if w := d.writers[p.ID]; w != nil && w.plan.Table == p.Table && w.plan.Key == p.Key && slices.Equal(w.plan.Columns, p.Columns) &&
		slices.Equal(w.plan.Match, p.Match) && w.plan.Run == p.Run && w.plan.Dealt == p.Dealt {
		return w, nil
	}
	things, err := missing(d.file, p)
	if err != nil {
		return nil, err
	}
	if len(things) > 0 {
		return nil, notPrepared(p.Table)
	}
	w := &writer{plan: p, conn: d.file.Conn()}
	w.store.part, w.change.part = map[string]*sqlite.Stmt{}, map[string]*sqlite.Stmt{}
	w.plan.Columns = slices.Clone(p.Columns)
	if err := sqlitex.ExecuteScript(w.conn, "CREATE TEMP TABLE IF NOT EXISTS _ferry_last (id INTEGER PRIMARY KEY);", nil); err != nil {
		return nil, d.file.Fault(err)
	}
	for _, s := range []struct {
		to  **sqlite.Stmt
		sql string
	}{
		{&w.store.whole, w.upsert(func(int) bool { return true })},
		{&w.remove, "DELETE FROM " + quote(p.Table) + " WHERE " + quote(p.Key) + " = ?1"},
		{&w.forget, "INSERT OR REPLACE INTO temp._ferry_last VALUES (" + strconv.FormatInt(noRow, 10) + ")"},
	} {
		if *s.to, err = w.conn.Prepare(s.sql); err != nil {
			return nil, d.file.Fault(err)
		}
	}
	t, err := describe(d.file, p.Table)
	if err != nil {
		return nil, err
	}
	w.hooks = t.hooks
	if w.care, err = d.careful(p); err != nil {
		return nil, err
	}
	d.writers[p.ID] = w
	return w, nil
}

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

package sqlite

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
)

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

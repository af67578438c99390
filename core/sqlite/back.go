package sqlite

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/sqlitefile"
)

// PutBack implements core.Rememberer.
func (d *Destination) PutBack(ctx context.Context, p core.Plan, columns []string, rows []core.Replaced, try bool) ([]core.Outcome, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	outcomes := make([]core.Outcome, len(rows))
	op := "taking back what was written into " + p.Table
	if try {
		_, err := d.look(ctx, func(f *sqlitefile.File) error {
			b, err := newBack(d, f, p, columns)
			if err != nil {
				return err
			}
			return f.Read(ctx, func(*sqlite.Conn) (err error) {
				for i, r := range rows {
					if outcomes[i], err = b.verdict(r); err != nil {
						return err
					}
				}
				return nil
			})
		})
		return outcomes, core.During(op, err)
	}
	if err := d.hold(ctx, false); err != nil {
		return outcomes, err
	}
	b, err := newBack(d, d.file, p, columns)
	if err == nil {
		err = d.change(ctx, func() error {
			for i, r := range rows {
				var err error
				if outcomes[i], err = b.row(r); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		clear(outcomes)
	}
	return outcomes, core.During(op, err)
}

// A back puts rows of one table back.
type back struct {
	d       *Destination
	conn    *sqlite.Conn
	plan    core.Plan
	columns []string
	sum     capture
	there   bool // the table
	hooks   bool // it has triggers
}

func newBack(d *Destination, f *sqlitefile.File, p core.Plan, columns []string) (*back, error) {
	t, err := describe(f, p.Table)
	if err != nil {
		return nil, err
	}
	b := &back{d: d, conn: f.Conn(), plan: p, columns: columns, there: t != nil}
	if t == nil {
		return b, nil
	}
	b.hooks = t.hooks
	if !t.ours || t.view {
		return nil, notOurTable(p.Table)
	}
	if !strings.EqualFold(t.key, p.Key) {
		return nil, otherKey(p.Table, p.Key)
	}
	for _, name := range columns {
		if t.column(name) == nil {
			return nil, columnGone(p.Table, name)
		}
	}
	return b, nil
}

// verdict is what becomes of a row.
func (b *back) verdict(r core.Replaced) (core.Outcome, error) {
	if !b.there {
		if r.Made {
			return core.Outcome{Kind: core.Unchanged}, nil
		}
		return b.refused(r), nil
	}
	now, there, err := b.at(r.Key)
	if err != nil {
		return core.Outcome{}, err
	}
	switch {
	case r.Made && !there:
		return core.Outcome{Kind: core.Unchanged}, nil
	case r.Gone && !there:
		if r.Old != "" {
			if _, taken, err := b.at(r.Old); err != nil || taken {
				return b.refused(r), err
			}
		}
		return core.Outcome{Kind: core.Created}, nil
	case r.Gone && asBefore(now, r.Was):
		return core.Outcome{Kind: core.Unchanged}, nil
	case !r.Gone && there && b.sum.sum(now) == r.Left:
		if r.Made {
			return core.Outcome{Kind: core.Removed}, nil
		}
		return core.Outcome{Kind: core.Updated}, nil
	case !r.Made && !r.Gone && there && r.Old == "" && asBefore(now, r.Was):
		return core.Outcome{Kind: core.Unchanged}, nil
	case !r.Made && !r.Gone && !there && r.Old != "":
		old, back, err := b.at(r.Old)
		if err == nil && back && asBefore(old, r.Was) {
			return core.Outcome{Kind: core.Unchanged}, nil
		}
		return b.refused(r), err
	}
	return b.refused(r), nil
}

func (b *back) at(key string) ([]core.Value, bool, error) {
	return rawRow(b.conn, b.plan.Table, b.plan.Key, b.columns, key)
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

func (b *back) refused(r core.Replaced) core.Outcome {
	f := changedSince()
	f.Subject = core.Subject{Table: b.plan.Table, Key: r.Key}
	return core.Outcome{Kind: core.Refused, Fault: f}
}

// row puts one row back.
func (b *back) row(r core.Replaced) (core.Outcome, error) {
	o, err := b.verdict(r)
	if err != nil {
		return o, err
	}
	var was []core.Value
	if b.hooks && o.Kind == core.Updated {
		if was, _, err = b.at(r.Key); err != nil {
			return o, err
		}
	}
	switch o.Kind {
	case core.Removed:
		err = b.change("DELETE FROM "+quote(b.plan.Table)+" WHERE "+quote(b.plan.Key)+" = ?1", r.Key)
		if err == nil {
			err = b.exec("DELETE FROM _ferry_row WHERE tbl = ?1 AND key = ?2", b.plan.Table, r.Key)
		}
	case core.Created:
		err = b.insert(r)
	case core.Updated:
		err = b.update(r)
	default:
		return o, nil
	}
	var known *core.Fault
	if errors.As(err, &known) && known.Kind == core.BadRecord {
		return core.Outcome{Kind: core.Refused, Fault: b.d.refusal(b.plan, r.Key, err)}, nil
	}
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultConstraint, sqlite.ResultMismatch, sqlite.ResultTooBig:
		if !b.conn.AutocommitEnabled() {
			return core.Outcome{Kind: core.Refused, Fault: b.d.refusal(b.plan, r.Key, err)}, nil
		}
	}
	if err != nil || !b.hooks || o.Kind == core.Removed {
		return o, err
	}
	return b.looked(r, o, was)
}

// looked looks at a row that was put back where triggers may have changed it once more. was is what stood there until then.
func (b *back) looked(r core.Replaced, o core.Outcome, was []core.Value) (core.Outcome, error) {
	now, there, err := b.at(cmp.Or(r.Old, r.Key))
	if err != nil || there && asBefore(now, r.Was) && asBefore(now, besides(was, r.Was)) {
		return o, err
	}
	f := changedAgain()
	f.Subject = core.Subject{Table: b.plan.Table, Key: r.Key}
	return core.Outcome{Kind: core.Refused, Fault: f}, nil
}

func (b *back) exec(sql string, args ...any) error {
	return sqlitex.Execute(b.conn, sql, &sqlitex.ExecOptions{Args: args})
}

// change changes one row. A trigger may drop the change without a word.
func (b *back) change(sql string, args ...any) error {
	err := b.exec(sql, args...)
	if err == nil && b.conn.Changes() == 0 {
		return dropped()
	}
	return err
}

// insert makes a row again that was removed. Ferry's note of it is there still; what was judged of it is forgotten.
func (b *back) insert(r core.Replaced) error {
	key := r.Key
	if r.Old != "" {
		key = r.Old
	}
	names, marks, args := []string{quote(b.plan.Key)}, []string{"?1"}, []any{key}
	for i, v := range r.Was {
		if v.Kind() == core.KindAbsent {
			continue
		}
		args = append(args, argument(v))
		names, marks = append(names, quote(b.columns[i])), append(marks, "?"+strconv.Itoa(len(args)))
	}
	if err := b.change("INSERT INTO "+quote(b.plan.Table)+" ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(marks, ", ")+")", args...); err != nil {
		return err
	}
	return b.exec("UPDATE _ferry_row SET fate = '', dealt = '' WHERE tbl = ?1 AND key = ?2", b.plan.Table, key)
}

// update puts back what a row was. A row that was matched gets the key back that it had, and is nobody's again.
func (b *back) update(r core.Replaced) error {
	args, sets := []any{r.Key}, []string{}
	for i, v := range r.Was {
		if v.Kind() != core.KindAbsent {
			args = append(args, argument(v))
			sets = append(sets, quote(b.columns[i])+" = ?"+strconv.Itoa(len(args)))
		}
	}
	if r.Old != "" {
		args = append(args, r.Old)
		sets = append(sets, quote(b.plan.Key)+" = ?"+strconv.Itoa(len(args)))
	}
	if err := b.change("UPDATE "+quote(b.plan.Table)+" SET "+strings.Join(sets, ", ")+" WHERE "+quote(b.plan.Key)+" = ?1", args...); err != nil {
		return err
	}
	if r.Old != "" {
		return b.exec("DELETE FROM _ferry_row WHERE tbl = ?1 AND key = ?2", b.plan.Table, r.Key)
	}
	if err := b.exec("UPDATE _ferry_row SET fate = '', dealt = '' WHERE tbl = ?1 AND key = ?2", b.plan.Table, r.Key); err != nil {
		return err
	}
	return b.kept(r)
}

// kept makes Ferry's note say what it left in columns that others may change: what is put back is what it left before.
func (b *back) kept(r core.Replaced) error {
	var left map[uint32]uint64
	err := sqlitex.Execute(b.conn, "SELECT 0, kept FROM _ferry_row WHERE tbl = ?1 AND key = ?2", &sqlitex.ExecOptions{
		Args: []any{b.plan.Table, r.Key}, ResultFunc: func(s *sqlite.Stmt) error {
			left = unpackLeft(s)
			return nil
		}})
	if err != nil || left == nil {
		return err
	}
	for i, v := range r.Was {
		name := nameDigest(b.columns[i])
		if _, ok := left[name]; !ok || v.Kind() == core.KindAbsent {
			continue
		}
		text := ""
		if err := sqlitex.Execute(b.conn, "SELECT quote("+quote(b.columns[i])+") FROM "+quote(b.plan.Table)+" WHERE "+quote(b.plan.Key)+" = ?1", &sqlitex.ExecOptions{
			Args: []any{r.Key}, ResultFunc: func(s *sqlite.Stmt) error {
				text = s.ColumnText(0)
				return nil
			}}); err != nil {
			return err
		}
		left[name] = digest(text)
	}
	return b.exec("UPDATE _ferry_row SET kept = ?3 WHERE tbl = ?1 AND key = ?2", b.plan.Table, r.Key, packLeft(left))
}

// argument is a cell as SQLite held it.
func argument(v core.Value) any {
	switch v.Kind() {
	case core.KindNull:
		return nil
	case core.KindInt:
		return v.AsInt()
	case core.KindDecimal:
		if f, err := strconv.ParseFloat(v.AsText(), 64); err == nil {
			return f
		}
	case core.KindBytes:
		return v.AsBytes()
	}
	return v.Canonical()
}

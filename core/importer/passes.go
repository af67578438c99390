package importer

import (
	"context"
	"strings"

	"ferry/core"
)

// owedAtOnce is how many owed rows are read by their keys at once.
const owedAtOnce = 500

// laterPasses writes what rows are owed, after every table had its first pass. A run with owed rows has not ended.
func (e *engine) laterPasses(ctx context.Context) error {
	last := 1
	for _, t := range e.tables {
		last = max(last, t.plan.Passes)
	}
	for pass := 2; pass <= last; pass++ {
		for _, t := range e.tables {
			if t.run.Finished || t.plan.Passes < pass {
				continue
			}
			if err := e.payAll(ctx, t, pass); err != nil {
				return err
			}
		}
	}
	return nil
}

// payAll writes one pass of a table's owed rows, some at a time.
func (e *engine) payAll(ctx context.Context, t *table, pass int) error {
	p := &t.parts[0] // later passes move rows between counts; any part can keep that
	e.setState(t, Reading)
	if b, ok := e.open[batchPlace{p.ID, pass}]; ok && b.Mapping == t.plan.ID {
		if err := e.adoptLater(ctx, t, p, b); err != nil {
			return err
		}
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		owed, err := e.Journal.Owed(ctx, e.current.ID, t.plan.ID, pass, owedAtOnce)
		if err != nil {
			return err
		}
		if len(owed) == 0 {
			return nil
		}
		if err := e.pay(ctx, t, p, pass, owed); err != nil {
			return err
		}
	}
}

// adoptLater takes over a batch of a later pass that an earlier process noted. Where nobody kept its outcomes its rows
// are still owed, and are simply updated again.
func (e *engine) adoptLater(ctx context.Context, t *table, p *Part, b Batch) error {
	settler, ok := e.Destination.(core.Settler)
	if !ok {
		return nil
	}
	outcomes, settled, err := settler.Settled(ctx, t.plan, b.ID)
	if err != nil {
		return core.During("looking at the destination", err)
	}
	if !settled || len(outcomes) != len(b.Rows) {
		return nil
	}
	delete(e.open, batchPlace{b.Part, b.Pass})
	return e.settle(ctx, b, work{t: t, p: p}, outcomes, b.ID)
}

// pay reads owed rows by their keys and writes what this pass adds to them. Rows that do not come back have left the
// source: nothing is owed to them any more.
func (e *engine) pay(ctx context.Context, t *table, p *Part, pass int, owed []Owed) error {
	was := make(map[string]core.OutcomeKind, len(owed))
	q := t.query
	q.Limit, q.Keys = 0, make([]string, len(owed))
	for i, o := range owed {
		was[o.Key], q.Keys[i] = o.Kind, o.Key
	}
	maps, err := e.mapper(t)
	if err != nil {
		return err
	}
	pool := newPool(1)
	for page, err := range e.Source.Read(ctx, q, core.Bookmark{}) {
		if err != nil {
			return core.During("reading "+t.plan.Source, err)
		}
		m, err := maps.page(ctx, page, pool, int64(len(owed)))
		if err == nil {
			err = e.payPage(ctx, t, p, pass, m, was)
		}
		m.release()
		if err != nil {
			return err
		}
	}
	if len(was) == 0 {
		return nil
	}
	s := Settlement{Batch: Batch{Run: e.current.ID, Mapping: t.plan.ID, Part: p.ID, Pass: pass}, Stays: true}
	for key, kind := range was {
		s.Paid = append(s.Paid, Owed{Key: key, Pass: pass, Kind: kind})
	}
	ctx, cancel := finishing(ctx)
	defer cancel()
	return e.note(ctx, work{t: t, p: p}, s)
}

// payPage writes one page of owed rows. was loses the rows that are paid.
func (e *engine) payPage(ctx context.Context, t *table, p *Part, pass int, m *mapped, was map[string]core.OutcomeKind) error {
	ctx, cancel := finishing(ctx)
	defer cancel()
	ids, err := e.lookUp(ctx, t.plan, m.rows)
	if err != nil {
		return err
	}
	b := Batch{Run: e.current.ID, Mapping: t.plan.ID, Part: p.ID, Pass: pass}
	w := work{t: t, p: p}
	var idle []Owed // rows to which this pass adds nothing after all
	for _, r := range m.rows {
		kind, ok := was[r.Key]
		if !ok || r.Gone {
			continue
		}
		key := strings.Clone(r.Key)
		delete(was, r.Key)
		adds, empty := e.only(t, pass, r, ids, kind)
		if empty != "" {
			f := refusal(t, key, kind, lookupLeftEmpty(t.plan.Source, key, empty))
			w.empty = append(w.empty, f)
		}
		if !adds {
			idle = append(idle, Owed{Key: key, Pass: pass, Kind: kind})
			continue
		}
		b.Rows = append(b.Rows, BatchRow{Key: key, Was: kind})
		w.rows = append(w.rows, r)
	}
	for _, r := range m.refused { // the mapping refuses now what it took in the first pass
		if kind, ok := was[r.Key]; ok {
			delete(was, r.Key)
			idle = append(idle, Owed{Key: r.Key, Pass: pass, Kind: kind})
		}
	}
	var outcomes []core.Outcome
	witness := ""
	if len(w.rows) > 0 {
		fresh := e.name(&b, p)
		if err := e.Journal.Note(ctx, b); err != nil {
			return err
		}
		delete(e.open, batchPlace{p.ID, pass})
		outcomes, witness, err = e.send(ctx, t.plan, core.Batch{ID: b.ID, Pass: pass, Rows: w.rows}, fresh)
		if err != nil {
			return err // its rows are still owed
		}
	}
	s := Settlement{Batch: b, Witness: witness, Paid: idle}
	for i := range b.Rows {
		e.account(&s, w, &Counts{}, b.Rows[i], outcomes[i])
	}
	e.leaveEmpty(&s, w, outcomes)
	return e.note(ctx, w, s)
}

// only leaves of a row what a pass writes: resolved references and the columns of that pass. adds is false when that is
// nothing; empty names a lookup that is left empty for good. was is what became of the row so far: a rule that writes only
// on a new row is for those that this run created.
func (e *engine) only(t *table, pass int, r core.Record, ids resolved, was core.OutcomeKind) (adds bool, empty string) {
	for c, column := range t.plan.Columns {
		v := r.Values[c]
		r.Values[c] = core.Value{}
		rule := column.Rule
		switch {
		case v.Empty() || rule.Made == core.OnlyNew && was != core.Created:
		case column.Ref && max(2, column.Pass) == pass:
			id, state := ids.of(column, v)
			table, key := v.AsRef()
			if state == unknownYet && rule.StandIn != "" && !ids[reference{aimOf(column, table), key}].waits {
				id, state = core.Ref(table, rule.StandIn), resolvedNow
			}
			if state == resolvedNow {
				r.Values[c], adds = id, true
				continue
			}
			if empty = column.Name; was != core.Created && !rule.Keep {
				r.Values[c], adds = core.Null(), true // what it pointed at before is not what it points at now
			}
		case !column.Ref && column.Pass == pass:
			r.Values[c], adds = v, true
		}
	}
	return adds, empty
}

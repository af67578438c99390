package importer

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"time"

	"ferry/core"
)

// grace is how long a batch that is being written may still take after somebody stopped the import.
const grace = 10 * time.Second

// finishing is a context that outlives ctx by the grace, so that stopping finishes the last batch.
func finishing(ctx context.Context) (context.Context, context.CancelFunc) {
	c, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return c, func() { stop(); cancel() }
}

// writePage brings one page to the destination: noted, written, settled.
func (e *engine) writePage(ctx context.Context, t *table, p *Part, m *mapped) error {
	ctx, cancel := finishing(ctx)
	defer cancel()
	b := Batch{
		Run: e.current.ID, Mapping: t.plan.ID, Part: p.ID, Pass: 1, After: m.after, Refused: m.refused,
		Rows: make([]BatchRow, len(m.rows)),
	}
	for i, r := range m.rows {
		b.Rows[i].Key = r.Key
	}
	w := work{t: t, p: p, rows: m.rows}
	if err := e.resolve(ctx, &b, &w); err != nil {
		return err
	}
	if err := e.settleUnsure(ctx, &b, &w); err != nil {
		return err
	}
	fresh := e.name(&b, p)
	if err := e.know(ctx, t, &b, w.rows); err != nil {
		return err
	}
	if err := e.Journal.Note(ctx, b); err != nil {
		return err
	}
	delete(e.open, batchPlace{p.ID, b.Pass})
	if len(w.rows) == 0 {
		return e.settle(ctx, b, w, nil, "")
	}
	outcomes, witness, err := e.send(ctx, t.plan, core.Batch{ID: b.ID, Pass: b.Pass, Rows: w.rows}, fresh)
	if err != nil {
		return e.settleSome(ctx, b, w, outcomes, err)
	}
	if err := e.lookAgain(ctx, t, b, outcomes); err != nil {
		return err
	}
	return e.settle(ctx, b, w, outcomes, witness)
}

// work is what a batch is settled with besides the batch itself.
type work struct {
	t     *table
	p     *Part
	rows  []core.Record // just those that are sent, in the order of the batch's rows
	empty []Refusal     // lookups that stay empty for good

	matched bool // rows may have arrived: just those that the plan's match finds are sent
}

// name gives a batch its ID. A batch that an earlier process noted and that is the same again keeps its ID, and is then
// not fresh: parts of it may have arrived.
func (e *engine) name(b *Batch, p *Part) (fresh bool) {
	was, ok := e.open[batchPlace{p.ID, b.Pass}]
	if ok && was.Mapping == b.Mapping && slices.EqualFunc(was.Rows, b.Rows, func(x, y BatchRow) bool { return x.Key == y.Key }) {
		b.ID = was.ID
		return false
	}
	e.teller.change(func() { p.Batches++ })
	b.ID = fmt.Sprintf("%s/%d/%d-%x", e.current.ID, p.ID, p.Batches, digestOf(b.Rows))
	return true
}

// digestOf makes sure that two batches with the same ID hold the same records, even when the journal was put back from
// a backup and counts anew.
func digestOf(rows []BatchRow) uint64 {
	h := fnv.New64a()
	for _, r := range rows {
		_, _ = io.WriteString(h, r.Key) // a hash takes every write
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}

// send writes a batch and returns one outcome per row, and an ID that a Settler knows afterwards. A batch that is
// refused as a whole is split until the culprit stands alone; the parts have IDs of their own that follow from the
// batch's. A batch that is not fresh is looked for first.
func (e *engine) send(ctx context.Context, p core.Plan, b core.Batch, fresh bool) (outcomes []core.Outcome, witness string, err error) {
	if f, ok := e.Destination.(core.Forgetful); ok && b.Known == nil {
		return e.sendChanged(ctx, f, p, b, fresh)
	}
	if len(b.Rows) > maxRows {
		return e.halves(ctx, p, b, fresh)
	}
	if settler, ok := e.Destination.(core.Settler); ok && !fresh {
		outcomes, settled, err := settler.Settled(ctx, p, b.ID)
		if err != nil {
			return untried(len(b.Rows)), "", core.During("looking at the destination", err)
		}
		if settled && len(outcomes) == len(b.Rows) {
			return outcomes, b.ID, nil
		}
	}
	b.Before = e.remembering(ctx, p, b)
	outcomes, err = e.Destination.Write(ctx, p, b)
	switch {
	case len(outcomes) != len(b.Rows):
		if err == nil {
			err = wrongOutcomes()
		}
		return unknown(len(b.Rows)), "", err
	case err == nil:
		if slices.ContainsFunc(outcomes, func(o core.Outcome) bool { return o.Kind == core.Untried }) {
			err = wrongOutcomes()
		}
		return outcomes, b.ID, err
	case core.AsFault(err).Kind == core.BadRecord && all(outcomes, core.Untried):
		if len(b.Rows) == 1 {
			return []core.Outcome{{Kind: core.Refused, Fault: core.AsFault(err)}}, "", nil
		}
		return e.halves(ctx, p, b, fresh)
	default:
		return outcomes, "", core.During("writing "+p.Table, err)
	}
}

func (e *engine) halves(ctx context.Context, p core.Plan, b core.Batch, fresh bool) (outcomes []core.Outcome, witness string, err error) {
	middle := len(b.Rows) / 2
	for i, rows := range [][]core.Record{b.Rows[:middle], b.Rows[middle:]} {
		half := core.Batch{ID: fmt.Sprintf("%s.%d", b.ID, i+1), Pass: b.Pass, Rows: rows}
		if b.Known != nil {
			half.Known = [][]core.Known{b.Known[:middle], b.Known[middle:]}[i]
		}
		some, seen, err := e.send(ctx, p, half, fresh)
		outcomes = append(outcomes, some...)
		if seen != "" {
			witness = seen
		}
		if err != nil {
			return append(outcomes, untried(len(b.Rows)-len(outcomes))...), witness, err
		}
	}
	return outcomes, witness, nil
}

func untried(n int) []core.Outcome { return make([]core.Outcome, n) }

func unknown(n int) []core.Outcome {
	return slices.Repeat([]core.Outcome{{Kind: core.Unsure}}, n)
}

func all(outcomes []core.Outcome, k core.OutcomeKind) bool {
	return !slices.ContainsFunc(outcomes, func(o core.Outcome) bool { return o.Kind != k })
}

// settle notes what became of a whole batch and where reading goes on.
func (e *engine) settle(ctx context.Context, b Batch, w work, outcomes []core.Outcome, witness string) error {
	s := Settlement{Batch: b, Witness: witness}
	before := w.p.Before
	for _, r := range b.Refused {
		s.Counts.count(r.Kind)
	}
	for i := range b.Rows {
		if b.Rows[i].Kind != core.Untried {
			continue // settled by an earlier call
		}
		e.account(&s, w, &before, b.Rows[i], outcomes[i])
	}
	e.leaveEmpty(&s, w, outcomes)
	return e.note(ctx, w, s)
}

// settleSome notes what is known of a batch whose writing ended with an error: rows that arrived are settled, the rest
// is written when the run goes on. A Settler writes all or nothing and is asked then. Rows that may have arrived are
// looked for then, where that can be done.
func (e *engine) settleSome(ctx context.Context, b Batch, w work, outcomes []core.Outcome, err error) error {
	if _, ok := e.Destination.(core.Settler); ok {
		return err
	}
	s := Settlement{Batch: b, Stays: true}
	s.Batch.Returned = true
	s.Batch.Rows = slices.Clone(b.Rows)
	_, finds := e.Destination.(core.Finder)
	before := w.p.Before
	for i, o := range outcomes {
		if o.Kind == core.Untried || b.Rows[i].Kind != core.Untried {
			continue
		}
		if o.Kind == core.Unsure && (finds || e.repeatable()) {
			s.Batch.Returned = false
			continue
		}
		e.account(&s, w, &before, b.Rows[i], o)
		s.Batch.Rows[i].Kind = o.Kind
	}
	if e.repeatable() && !s.Batch.anySettled() {
		return err // it is read and written again as a whole
	}
	if noteErr := e.note(context.WithoutCancel(ctx), w, s); noteErr != nil {
		return noteErr
	}
	return err
}

func (b Batch) anySettled() bool {
	return slices.ContainsFunc(b.Rows, func(r BatchRow) bool { return r.Kind != core.Untried })
}

// account adds one row to a settlement.
func (e *engine) account(s *Settlement, w work, before *Counts, row BatchRow, o core.Outcome) {
	key := strings.Clone(row.Key)
	kind := o.Kind
	if s.Batch.Pass > 1 {
		kind = later(row.Was, o.Kind)
		s.Counts.shift(row.Was, -1)
		s.Counts.shift(kind, 1)
	} else {
		kind = meet(before, kind, &s.Met)
		s.Counts.count(kind)
	}
	switch o.Kind {
	case core.Refused, core.Skipped, core.Unsure:
		f := o.Fault
		if f == nil && o.Kind == core.Unsure {
			f = noAnswer(w.t.plan.Source, key)
		}
		s.Exceptions = append(s.Exceptions, refusal(w.t, key, o.Kind, f))
	case core.Created, core.Updated, core.Unchanged:
		for pass := 2; pass <= w.t.plan.Passes; pass++ {
			if row.Owed&(1<<pass) != 0 {
				s.Owed = append(s.Owed, Owed{Key: key, Pass: pass, Kind: kind})
			}
		}
		if o.ID != "" && o.ID != row.Key {
			s.Pairs = append(s.Pairs, Pair{Destination: e.own, Table: e.under(w.t.plan), Key: key, ID: o.ID, Left: o.Left})
		}
	}
	if s.Batch.Pass > 1 {
		s.Paid = append(s.Paid, Owed{Key: key, Pass: s.Batch.Pass, Kind: kind})
	}
}

// later is what a row is in the receipt after a later pass: created stays created, unchanged can become updated.
func later(was, now core.OutcomeKind) core.OutcomeKind {
	switch now {
	case core.Created, core.Unchanged:
		return was
	case core.Updated:
		if was == core.Created {
			return was
		}
	}
	return now
}

// leaveEmpty notes the lookups of rows that were written without them for good.
func (e *engine) leaveEmpty(s *Settlement, w work, outcomes []core.Outcome) {
	if len(w.empty) == 0 {
		return
	}
	became := make(map[string]core.OutcomeKind, len(w.empty))
	for i, r := range w.rows {
		if i < len(outcomes) {
			became[r.Key] = outcomes[i].Kind
		}
	}
	for _, r := range w.empty {
		if k, ok := became[r.Key]; ok {
			r.Kind = later(r.Kind, k)
		}
		switch r.Kind {
		case core.Created, core.Updated, core.Unchanged:
			s.Unresolved++
			s.Exceptions = append(s.Exceptions, r)
		}
	}
}

// note stores a settlement and shows it.
func (e *engine) note(ctx context.Context, w work, s Settlement) error {
	if !s.Counts.Balanced() {
		return unbalanced(w.t.run.Title)
	}
	s.Listed = w.t.run.Changes != nil && s.Batch.Pass == 1
	s.Retries, s.Source = e.current.Retries, w.t.plan.Source
	e.naming(w, s.Exceptions)
	if err := e.Journal.Settle(ctx, s); err != nil {
		return err
	}
	e.teller.change(func() {
		w.p.Counts.Add(s.Counts)
		w.p.Before.Created -= s.Met.Created
		w.p.Before.Updated -= s.Met.Updated
		w.p.Unresolved += s.Unresolved
		if !s.Stays && s.Batch.Pass == 1 {
			w.p.At = s.Batch.After
		}
	})
	e.teller.moved()
	return nil
}

// refusal is a record that was not written as it should. It outlives the page and holds no values.
func refusal(t *table, key string, k core.OutcomeKind, f *core.Fault) Refusal {
	r := Refusal{Table: t.plan.Source, Key: strings.Clone(key), Kind: k}
	if f == nil {
		return r
	}
	c := *f
	c.Subject = core.Subject{Table: t.plan.Source, Key: r.Key, Field: strings.Clone(f.Subject.Field)}
	c.Err = nil
	r.Fault = &c
	return r
}

// repeatable reports whether writing a batch twice does no harm.
func (e *engine) repeatable() bool {
	r, ok := e.Destination.(core.Repeatable)
	return ok && r.Repeatable()
}

package importer

import (
	"context"
	"fmt"
	"slices"

	"ferry/core"
)

// Taking a run back is a run of its own: noted, put back and settled batch by batch, the newest first, and it goes on where it
// was stopped. Nothing is asked of the source. Rows that are not as the run left them stay and are Refused; tables and columns
// that the run made stay too.

// backPass is the pass under which batches that are put back are noted.
const backPass = 60

// TakeBack puts back what was there before a run. The same call after a kill, a stop or a Fault goes on. The Receipt counts
// rows: Removed were made by the run, Updated have their former values again, Created are there again, Unchanged were as
// before already, Refused are not as the run left them. It is true even when the error is not nil.
func TakeBack(ctx context.Context, j Job, run string, progress func(Progress)) (Receipt, error) {
	b, err := newBack(j, progress)
	if err != nil {
		return Receipt{State: Interrupted, From: j.From, To: j.To}, err
	}
	defer b.e.close()
	ctx = core.WithNotices(ctx, b.e.teller.notice)
	err = b.run(ctx, run)
	if err != nil {
		err = backStopped(core.During("taking back an import", err))
	}
	return b.e.end(ctx, err)
}

// A back takes one run back.
type back struct {
	e      *engine
	memory Memory
	to     core.Rememberer
	target Entry
	open   map[string]Batch            // noted by an earlier process
	seen   map[string]core.OutcomeKind // of a rehearsal: rows that a newer batch of the run changed too
	stays  []Stay
}

func newBack(j Job, progress func(Progress)) (*back, error) {
	memory, keeps := j.Journal.(Memory)
	to, puts := j.Destination.(core.Rememberer)
	if !keeps || !puts {
		return nil, cannotTakeBack()
	}
	j.Mappings, j.Show = nil, nil
	return &back{e: newEngine(j, progress), memory: memory, to: to, open: map[string]Batch{}, seen: map[string]core.OutcomeKind{}}, nil
}

// tables makes the tables of the run, as progress shows them.
func (b *back) tables() {
	b.e.teller.change(func() {
		b.e.tables = nil
		for _, t := range b.target.Tables {
			t.Finished = false
			b.e.tables = append(b.e.tables, &table{run: t, plan: core.Plan{ID: t.Mapping, Source: t.Table, Table: t.To}, state: Waiting})
		}
	})
}

func (b *back) table(mapping string) *table {
	i := slices.IndexFunc(b.e.tables, func(t *table) bool { return t.plan.ID == mapping })
	if i < 0 {
		return nil
	}
	return b.e.tables[i]
}

// run takes the run back.
func (b *back) run(ctx context.Context, run string) error {
	e := b.e
	entries, err := b.find(ctx, run, b.e.claim)
	if err != nil {
		return err
	}
	b.tables()
	if err := b.begin(ctx, entries); err != nil {
		return err
	}
	if err := b.restore(ctx); err != nil {
		return err
	}
	e.teller.tell(true)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		some, err := b.memory.Images(ctx, run, 0, 1)
		if err != nil {
			return err
		}
		if len(some) == 0 {
			break
		}
		if err := b.image(ctx, some[0]); err != nil {
			return err
		}
	}
	if err := b.whole(ctx); err != nil {
		return err
	}
	for _, t := range e.tables {
		if t.counts().Read == 0 { // nothing was put back; the import may have ended before there was a table
			e.setState(t, Done)
			continue
		}
		if err := e.Destination.Finish(ctx, t.plan); err != nil {
			return core.During("finishing "+t.plan.Table, err)
		}
		e.setState(t, Done)
	}
	return b.complete(ctx)
}

// begin finds the run that is going on, or makes a new one. What it takes back does not go on any more, nor does anything else
// that relies on it.
func (b *back) begin(ctx context.Context, entries []Entry) error {
	e := b.e
	e.source.ID = b.target.Source
	known, _, err := e.Journal.Destination(ctx, e.have.ID)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(entries, func(r Entry) bool { return r.Undoes == b.target.ID && r.State != Complete && r.State != Abandoned }); i >= 0 {
		e.choose(entries[i])
		if entries[i].Begun {
			return e.goOn(ctx)
		}
		return e.startDestination(ctx, known, "")
	}
	if err := b.openable(ctx, entries); err != nil { // said before anything is begun
		return err
	}
	for _, r := range entries {
		if r.Undoes != "" || r.ID != b.target.ID && !shareTables(r, b.target) {
			continue
		}
		changed := r.ID == b.target.ID && !r.Told
		if r.State == Running || r.State == Interrupted {
			r.State, changed = Abandoned, true
			if r.Ended.IsZero() {
				r.Ended = e.Now()
			}
		}
		if r.Told = r.Told || r.ID == b.target.ID; !changed {
			continue
		}
		if err := e.Journal.SaveRun(ctx, r); err != nil {
			return err
		}
	}
	r := Entry{
		ID: newID(), Name: claimName(e.Place), Source: b.target.Source, Place: e.Place, Digest: "take back " + b.target.ID, Undoes: b.target.ID,
		From: b.target.From, To: b.target.To, Who: e.Who, Started: e.Now(),
	}
	for _, t := range e.tables {
		r.Tables = append(r.Tables, t.run.back())
	}
	e.choose(r)
	return e.startDestination(ctx, known, "")
}

// wrote is about how many rows of a mapping an import changed.
func (r Receipt) wrote(mapping string) core.Count {
	c := core.Count{Truth: core.About}
	for _, t := range r.Tables {
		if t.Mapping == mapping {
			c.N += t.Created + t.Updated + t.Removed
		}
	}
	return c
}

// restore brings back what the journal knows of this taking back.
func (b *back) restore(ctx context.Context) error {
	e := b.e
	all, err := e.Journal.Parts(ctx, b.target.ID)
	if err != nil {
		return err
	}
	run := ReceiptOf(b.target, all)
	for _, t := range e.tables {
		parts, err := e.Journal.Split(ctx, e.current.ID, t.plan.ID, []core.Range{{}})
		if err != nil {
			return err
		}
		e.teller.change(func() { t.parts, t.total = parts, run.wrote(t.plan.ID) })
	}
	open, err := e.Journal.Open(ctx, e.current.ID)
	for _, o := range open {
		b.open[o.ID] = o
	}
	return err
}

// image puts one image back: what is going to happen is noted first, so that after a kill a row that is as it was already is
// counted as what this run made of it.
func (b *back) image(ctx context.Context, i Image) error {
	ctx, cancel := finishing(ctx)
	defer cancel()
	e := b.e
	p, columns, rows, err := b.opened(i)
	if err != nil {
		return err
	}
	t := b.table(i.Mapping)
	if t == nil {
		return forgotten()
	}
	if t.state != Reading {
		e.setState(t, Reading)
	}
	batch := Batch{ID: fmt.Sprintf("%s/back/%d", e.current.ID, i.Seq), Run: e.current.ID, Mapping: t.plan.ID, Part: t.parts[0].ID, Pass: backPass}
	noted, ok := b.open[batch.ID]
	if !ok || len(noted.Rows) != len(rows) {
		planned, err := b.to.PutBack(ctx, p, columns, rows, true)
		if err != nil {
			return err
		}
		for n, r := range rows {
			batch.Rows = append(batch.Rows, BatchRow{Key: r.Key, Was: planned[n].Kind})
		}
		if err := e.Journal.Note(ctx, batch); err != nil {
			return err
		}
		noted = batch
	}
	batch.Rows = noted.Rows
	outcomes, err := b.to.PutBack(ctx, p, columns, rows, false)
	if err != nil {
		return err
	}
	if len(outcomes) != len(rows) {
		return wrongOutcomes()
	}
	for n := range outcomes {
		if outcomes[n].Kind == core.Unchanged {
			outcomes[n].Kind = noted.Rows[n].Was
			if outcomes[n].Kind == core.Refused { // it is as it was now: somebody put it back
				outcomes[n].Kind = core.Unchanged
			}
		}
	}
	return b.settle(ctx, t, i, batch, outcomes)
}

// settle counts each row once, however many batches of the run had changed it.
func (b *back) settle(ctx context.Context, t *table, i Image, batch Batch, outcomes []core.Outcome) error {
	e := b.e
	keys := make([]string, len(batch.Rows))
	for n, r := range batch.Rows {
		keys[n] = r.Key
	}
	was, err := b.memory.Returned(ctx, e.current.ID, t.plan.ID, keys)
	if err != nil {
		return err
	}
	s := Settlement{Batch: batch, Spent: i.Seq}
	for n, o := range outcomes {
		kind := o.Kind
		before, twice := was[keys[n]]
		if twice {
			kind = together(before, kind)
			s.Counts.shift(before, -1)
			s.Counts.shift(kind, 1)
		} else {
			s.Counts.count(kind)
		}
		s.Returned = append(s.Returned, Owed{Key: keys[n], Kind: kind})
		if kind == core.Refused && !(twice && before == core.Refused) {
			s.Exceptions = append(s.Exceptions, refusal(t, keys[n], core.Refused, o.Fault))
		}
	}
	return e.note(ctx, work{t: t, p: &t.parts[0]}, s)
}

// together is what became of a row that two batches of the run had changed: first the newer was put back, then the older.
func together(newer, older core.OutcomeKind) core.OutcomeKind {
	switch {
	case newer == core.Refused || older == core.Refused:
		return core.Refused
	case older == core.Unchanged:
		return newer
	}
	return older
}

// complete ends the run.
func (b *back) complete(ctx context.Context) error {
	e := b.e
	if err := e.raise(ctx); err != nil {
		return err
	}
	e.current.State, e.current.Ended, e.current.Fault, e.current.Told = Complete, e.Now(), nil, true
	if err := e.Journal.SaveRun(ctx, e.current); err != nil {
		e.current.State = Running
		return err
	}
	e.log.Info("import taken back", "run", b.target.ID)
	return nil
}

// back is a table's part of a run that takes another back: how that one read it is not what this one did.
func (t RunTable) back() RunTable {
	t.Made, t.Changes, t.Marks, t.Notes, t.Remark, t.Held = nil, nil, nil, nil, "", 0
	return t
}

package importer

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"ferry/core"
)

// Taking a run back is a run of its own: noted, put back and settled batch by batch, the newest first, and it goes on where it
// was stopped. Nothing is asked of the source. Rows that are not as the run left them stay and are Refused; tables and columns
// that the run made stay too.

// backPass is the pass under which batches that are put back are noted.
const backPass = 60

// A TakeBackPlan says what taking a run back would do.
type TakeBackPlan struct {
	Receipt Receipt   // its counts are what would be done; nothing was
	Run     Receipt   // the run that would be taken back
	Made    []string  // tables and columns that it made, which stay
	Stays   []Stay    // rows that are not put back, and why
	Until   time.Time // when what is needed for it is forgotten
}

// A Stay says why rows of a table stay as they are.
type Stay struct {
	Mapping string // ID
	Rows    int64
	Fault   *core.Fault // without a subject
}

// RehearseTakeBack tells what TakeBack would do, and changes nothing.
func RehearseTakeBack(ctx context.Context, j Job, run string, progress func(Progress)) (TakeBackPlan, error) {
	b, err := newBack(j, progress)
	if err != nil {
		return TakeBackPlan{}, err
	}
	defer b.e.teller.stop()
	defer b.e.release()
	ctx = core.WithNotices(ctx, b.e.teller.notice)
	plan, err := b.rehearse(ctx, run)
	if err != nil {
		err = backStopped(core.During("looking what can be taken back", err))
	}
	return plan, err
}

// TakeBack puts back what was there before a run. The same call after a kill, a stop or a Fault goes on. The Receipt counts
// rows: Removed were made by the run, Updated have their former values again, Created are there again, Unchanged were as
// before already, Refused are not as the run left them. It is true even when the error is not nil.
func TakeBack(ctx context.Context, j Job, run string, progress func(Progress)) (Receipt, error) {
	b, err := newBack(j, progress)
	if err != nil {
		return Receipt{State: Interrupted, From: j.From, To: j.To}, err
	}
	defer b.e.teller.stop()
	defer b.e.release()
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
	e := newEngine(j)
	if progress == nil {
		progress = func(Progress) {}
	}
	e.teller = newTeller(e, progress)
	return &back{e: e, memory: memory, to: to, open: map[string]Batch{}, seen: map[string]core.OutcomeKind{}}, nil
}

// find claims the destination, and finds the run and what stands in the way of taking it back. Entries come newest first.
func (b *back) find(ctx context.Context, run string, claim func(context.Context, string) error) (entries []Entry, err error) {
	if err := claim(ctx, claimName(b.e.Place)); err != nil {
		return nil, err
	}
	if err := b.look(ctx); err != nil {
		return nil, err
	}
	if entries, err = b.known(ctx, run, true); err == nil && b.target.Name != claimName(b.e.Place) {
		err = claim(ctx, b.target.Name) // the destination was moved: whoever still has it under its old name is in the way
	}
	return entries, err
}

func (b *back) look(ctx context.Context) (err error) {
	if b.e.have, err = b.e.Destination.Identity(ctx); err != nil {
		err = core.During("looking at the destination", err)
	}
	return err
}

// known is find as far as the journal knows. looked says that the destination was looked at.
func (b *back) known(ctx context.Context, run string, looked bool) (entries []Entry, err error) {
	e := b.e
	if entries, err = b.memory.Into(ctx, e.have.ID, e.Place); err != nil {
		return nil, err
	}
	at := slices.IndexFunc(entries, func(r Entry) bool { return r.ID == run })
	if at < 0 {
		return nil, noSuchRun()
	}
	b.target = entries[at]
	switch {
	case b.target.Undoes != "":
		return nil, isTakeBack()
	case looked && b.target.Destination != e.have.ID && !(e.have.ID == "" && b.target.Destination == e.Place):
		return nil, otherDestination()
	}
	for _, r := range entries {
		if r.Undoes == run && r.State == Complete {
			return nil, takenBackAlready()
		}
	}
	if b.target.Forgotten {
		return nil, forgotten()
	}
	for _, r := range entries[:at] {
		if r.Undoes != "" || !shareTables(r, b.target) {
			continue
		}
		images, _, err := b.memory.Remembered(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		if images > 0 {
			return nil, newerFirst(r.Started)
		}
	}
	return entries, nil
}

func shareTables(a, b Entry) bool {
	return slices.ContainsFunc(a.Tables, func(x RunTable) bool {
		return slices.ContainsFunc(b.Tables, func(y RunTable) bool { return strings.EqualFold(x.To, y.To) })
	})
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

// rehearse counts what would be done.
func (b *back) rehearse(ctx context.Context, run string) (plan TakeBackPlan, err error) {
	e := b.e
	entries, err := b.find(ctx, run, b.e.look)
	if err != nil {
		return plan, err
	}
	parts, err := e.Journal.Parts(ctx, run)
	if err != nil {
		return plan, err
	}
	plan.Run = ReceiptOf(b.target, parts)
	for _, t := range b.target.Tables {
		plan.Made = append(plan.Made, t.Made...)
	}
	if err := b.openable(ctx, entries); err != nil {
		return plan, err
	}
	b.tables()
	e.current = Entry{Undoes: run, State: Complete, From: b.target.From, To: b.target.To, Who: e.Who, Started: e.Now()}
	for _, t := range b.target.Tables {
		e.current.Tables = append(e.current.Tables, t.back())
	}
	for _, t := range e.tables {
		e.teller.change(func() { t.parts, t.total = []Part{{Mapping: t.plan.ID}}, plan.Run.wrote(t.plan.ID) })
	}
	for before := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return plan, err
		}
		some, err := b.memory.Images(ctx, run, before, 1)
		if err != nil {
			return plan, err
		}
		if len(some) == 0 {
			break
		}
		i := some[0]
		before = i.Seq
		plan.Until = until(i.Made, e.KeepFor)
		if err := b.rehearseImage(ctx, i); err != nil {
			return plan, err
		}
	}
	if err := b.whole(ctx); err != nil {
		return plan, err
	}
	parts = nil
	for _, t := range e.tables {
		parts = append(parts, t.parts...)
	}
	plan.Receipt, plan.Stays = ReceiptOf(e.current, parts), b.stays
	return plan, nil
}

// until is when what was noted is forgotten.
func until(made time.Time, keep time.Duration) time.Time {
	if keep == 0 {
		keep = keepImages
	}
	return made.Add(max(keep, 0))
}

// stay counts a row that stays as it is.
func (b *back) stay(mapping string, why *core.Fault) {
	if why == nil {
		return
	}
	i := slices.IndexFunc(b.stays, func(s Stay) bool { return s.Mapping == mapping && s.Fault.Cause == why.Cause })
	if i < 0 {
		of := *why
		of.Subject = core.Subject{}
		i, b.stays = len(b.stays), append(b.stays, Stay{Mapping: mapping, Fault: &of})
	}
	b.stays[i].Rows++
}

// rehearseImage counts one image. What a newer batch of the run changed once more is not as this one left it: the newer one's
// verdict holds.
func (b *back) rehearseImage(ctx context.Context, i Image) error {
	p, columns, rows, err := b.opened(i)
	if err != nil {
		return err
	}
	t := b.table(i.Mapping)
	if t == nil {
		return nil
	}
	outcomes, err := b.to.PutBack(ctx, p, columns, rows, true)
	if err != nil {
		return err
	}
	b.e.teller.change(func() {
		t.state = Reading
		for n, r := range rows {
			id := i.Mapping + "\x00" + r.Key
			if newer, twice := b.seen[id]; twice {
				if r.Made && newer == core.Updated { // it is removed in the end
					t.parts[0].Counts.shift(newer, -1)
					t.parts[0].Counts.shift(core.Removed, 1)
				}
				continue
			}
			if manyTimes(i) {
				b.seen[id] = outcomes[n].Kind
			}
			t.parts[0].Counts.count(outcomes[n].Kind)
			b.stay(i.Mapping, outcomes[n].Fault)
		}
	})
	b.e.teller.moved()
	return nil
}

// manyTimes reports whether rows of this image may be in an older one of the same run: it is of a later pass.
func manyTimes(i Image) bool { return i.Pass > 1 }

// opened are the rows of an image.
func (b *back) opened(i Image) (p core.Plan, columns []string, rows []core.Replaced, err error) {
	var about imageAbout
	if err := json.Unmarshal([]byte(i.About), &about); err != nil {
		return p, nil, nil, keyLost()
	}
	if b.e.Seal == nil {
		return p, nil, nil, keyLost()
	}
	plain, ok := b.e.Seal.Open(sealedFor(i.Run, i.Batch), i.Sealed)
	if !ok {
		return p, nil, nil, keyLost()
	}
	if rows, err = unpackReplaced(plain); err != nil {
		return p, nil, nil, keyLost()
	}
	return core.Plan{ID: about.ID, Source: about.Source, Title: about.Title, Table: about.Table, Key: about.Key}, about.Columns, rows, nil
}

// openable is a Fault when what was there before the run is not kept, or cannot be opened. Where taking it back was begun, the
// last row may be back already.
func (b *back) openable(ctx context.Context, entries []Entry) error {
	some, err := b.memory.Images(ctx, b.target.ID, 0, 1)
	if err != nil {
		return err
	}
	if len(some) > 0 {
		_, _, _, err := b.opened(some[0])
		return err
	}
	if slices.ContainsFunc(entries, func(r Entry) bool { return r.Undoes == b.target.ID && r.State != Abandoned }) {
		return nil
	}
	parts, err := b.e.Journal.Parts(ctx, b.target.ID)
	if err == nil && changedSomething(ReceiptOf(b.target, parts)) {
		err = forgotten()
	}
	return err
}

func changedSomething(r Receipt) bool {
	return slices.ContainsFunc(r.Tables, func(t TableReceipt) bool { return t.Created+t.Updated+t.Removed > 0 })
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

// whole is a Fault when what was needed was forgotten meanwhile: not everything is back.
func (b *back) whole(ctx context.Context) error {
	entries, err := b.memory.Into(ctx, b.e.have.ID, b.e.Place)
	if err == nil && slices.ContainsFunc(entries, func(r Entry) bool { return r.ID == b.target.ID && r.Forgotten }) {
		err = forgotten()
	}
	return err
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
		e.choose(entries[i], true)
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
	e.choose(r, false)
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

// wasTakenBack tells that the last import of a table was taken back: what is known of it holds no more.
func wasTakenBack(earlier []Entry, mapping string) bool {
	for _, r := range earlier {
		if !r.Begun || !slices.ContainsFunc(r.Tables, func(t RunTable) bool { return t.Mapping == mapping }) {
			continue
		}
		return r.Undoes != ""
	}
	return false
}

// back is a table's part of a run that takes another back: how that one read it is not what this one did.
func (t RunTable) back() RunTable {
	t.Made, t.Changes, t.Marks, t.Notes, t.Remark, t.Held = nil, nil, nil, nil, "", 0
	return t
}

package importer

import (
	"context"
	"slices"
	"time"

	"ferry/core"
)

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
	defer b.e.close()
	ctx = core.WithNotices(ctx, b.e.teller.notice)
	plan, err := b.rehearse(ctx, run)
	if err != nil {
		err = backStopped(core.During("looking what can be taken back", err))
	}
	return plan, err
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

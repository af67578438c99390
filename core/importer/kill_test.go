package importer_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"ferry/core"
	"ferry/core/importer"
)

var errKilled = errors.New("killed")

// A killer ends a process after a number of steps: from then on nothing that is tried has an effect. Each call counts
// twice, before and after its effect.
type killer struct {
	mu    sync.Mutex
	steps int
	at    int // 0 never kills
	log   []string
}

func (k *killer) step(name string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.at > 0 && k.steps >= k.at {
		return errKilled
	}
	k.steps++
	k.log = append(k.log, name)
	if k.at > 0 && k.steps == k.at {
		return errKilled
	}
	return nil
}

func (k *killer) dead() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.at > 0 && k.steps >= k.at
}

func (k *killer) last() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return fmt.Sprintf("step %d: %s", len(k.log), k.log[len(k.log)-1])
}

func do[T any](k *killer, name string, f func() (T, error)) (T, error) {
	var none T
	if err := k.step("before " + name); err != nil {
		return none, err
	}
	v, err := f()
	if killed := k.step("after " + name); killed != nil {
		return none, killed
	}
	return v, err
}

func do0(k *killer, name string, f func() error) error {
	_, err := do(k, name, func() (struct{}, error) { return struct{}{}, f() })
	return err
}

// mortalJournal is a journal in a process that may be killed.
type mortalJournal struct {
	importer.Journal
	k *killer
}

func (j mortalJournal) Claim(ctx context.Context, name string) (func(), error) {
	release, err := j.Journal.Claim(ctx, name)
	if err == nil && j.k.step("after Claim") != nil {
		release()
		return nil, errKilled
	}
	return release, err
}

func (j mortalJournal) SaveDestination(ctx context.Context, d importer.KnownDestination) error {
	return do0(j.k, "SaveDestination", func() error { return j.Journal.SaveDestination(ctx, d) })
}

func (j mortalJournal) SaveRun(ctx context.Context, r importer.Entry) error {
	return do0(j.k, "SaveRun", func() error { return j.Journal.SaveRun(ctx, r) })
}

func (j mortalJournal) Split(ctx context.Context, run, mapping string, ranges []core.Range) ([]importer.Part, error) {
	return do(j.k, "Split", func() ([]importer.Part, error) { return j.Journal.Split(ctx, run, mapping, ranges) })
}

func (j mortalJournal) ClaimPart(ctx context.Context, part int64) (bool, error) {
	return do(j.k, "ClaimPart", func() (bool, error) { return j.Journal.ClaimPart(ctx, part) })
}

func (j mortalJournal) Rewind(ctx context.Context, part int64) error {
	return do0(j.k, "Rewind", func() error { return j.Journal.Rewind(ctx, part) })
}

func (j mortalJournal) FinishPart(ctx context.Context, part int64, add importer.Counts) error {
	return do0(j.k, "FinishPart", func() error { return j.Journal.FinishPart(ctx, part, add) })
}

func (j mortalJournal) Note(ctx context.Context, b importer.Batch) error {
	return do0(j.k, "Note", func() error { return j.Journal.Note(ctx, b) })
}

func (j mortalJournal) Settle(ctx context.Context, s importer.Settlement) error {
	return do0(j.k, "Settle", func() error { return j.Journal.Settle(ctx, s) })
}

func (j mortalJournal) List(ctx context.Context, run, mapping, list string, keys []importer.ListedKey) error {
	return do0(j.k, "List", func() error { return j.Journal.List(ctx, run, mapping, list, keys) })
}

func (j mortalJournal) ListExceptions(ctx context.Context, run, mapping, earlier string) error {
	return do0(j.k, "ListExceptions", func() error { return j.Journal.ListExceptions(ctx, run, mapping, earlier) })
}

func (j mortalJournal) Unlist(ctx context.Context, run, mapping string) error {
	return do0(j.k, "Unlist", func() error { return j.Journal.Unlist(ctx, run, mapping) })
}

func (j mortalJournal) Listed(ctx context.Context, run, mapping, list, after string, limit int) ([]importer.ListedKey, error) {
	if j.k.dead() {
		return nil, errKilled
	}
	return j.Journal.Listed(ctx, run, mapping, list, after, limit)
}

func (j mortalJournal) Exceptions(ctx context.Context, run string, limit int) ([]importer.Refusal, error) {
	if j.k.dead() {
		return nil, errKilled
	}
	return j.Journal.Exceptions(ctx, run, limit)
}

// mortalSource is a source in a process that may be killed.
type mortalSource struct {
	core.Source
	k *killer
}

func (s mortalSource) Read(ctx context.Context, q core.Query, from core.Bookmark) iter.Seq2[core.Page, error] {
	return func(yield func(core.Page, error) bool) {
		if s.k.dead() {
			yield(core.Page{}, errKilled)
			return
		}
		for p, err := range s.Source.Read(ctx, q, from) {
			if !yield(p, err) {
				return
			}
		}
	}
}

// Mark and Changed make a source that tells changes one that tells them until it is killed.
func (s mortalSource) Mark(ctx context.Context, table string) (core.Mark, error) {
	return do(s.k, "Mark", func() (core.Mark, error) { return s.Source.(core.Changes).Mark(ctx, table) })
}

func (s mortalSource) Changed(ctx context.Context, table string, since core.Mark) iter.Seq2[core.Page, error] {
	return func(yield func(core.Page, error) bool) {
		for p, err := range s.Source.(core.Changes).Changed(ctx, table, since) {
			if killed := s.k.step("a page of changes"); killed != nil {
				p, err = core.Page{}, killed
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// mortal is a destination in a process that may be killed, with the powers of the one it wraps.
func mortal(d core.Destination, k *killer) core.Destination {
	base := mortalDestination{d, k}
	_, settles := d.(core.Settler)
	_, finds := d.(core.Finder)
	_, repeats := d.(core.Repeatable)
	_, keeps := d.(core.Keeper)
	switch {
	case settles && finds && keeps:
		return struct {
			mortalDestination
			mortalSettler
			mortalFinder
			mortalKeeper
		}{base, mortalSettler{d, k}, mortalFinder{d, k}, mortalKeeper{d, k}}
	case settles && finds:
		return struct {
			mortalDestination
			mortalSettler
			mortalFinder
		}{base, mortalSettler{d, k}, mortalFinder{d, k}}
	case settles:
		return struct {
			mortalDestination
			mortalSettler
		}{base, mortalSettler{d, k}}
	case finds:
		return struct {
			mortalDestination
			mortalFinder
		}{base, mortalFinder{d, k}}
	case repeats:
		return struct {
			mortalDestination
			yes
		}{base, yes{}}
	default:
		return base
	}
}

type yes struct{}

func (yes) Repeatable() bool { return true }

type mortalDestination struct {
	core.Destination
	k *killer
}

func (d mortalDestination) Rules() bool { return true }

func (d mortalDestination) Start(ctx context.Context, next core.Identity) error {
	return do0(d.k, "Start", func() error { return d.Destination.(core.Starter).Start(ctx, next) })
}

func (d mortalDestination) Prepare(ctx context.Context, p core.Plan, things []core.Thing) (core.Plan, error) {
	return do(d.k, "Prepare", func() (core.Plan, error) { return d.Destination.Prepare(ctx, p, things) })
}

func (d mortalDestination) Write(ctx context.Context, p core.Plan, b core.Batch) ([]core.Outcome, error) {
	if err := d.k.step("before Write"); err != nil {
		return make([]core.Outcome, len(b.Rows)), err
	}
	outcomes, err := d.Destination.Write(ctx, p, b)
	if killed := d.k.step("after Write"); killed != nil {
		// The process is gone: nobody hears the answer.
		return nil, killed
	}
	return outcomes, err
}

func (d mortalDestination) Finish(ctx context.Context, p core.Plan) error {
	return do0(d.k, "Finish", func() error { return d.Destination.Finish(ctx, p) })
}

type mortalSettler struct {
	d core.Destination
	k *killer
}

func (s mortalSettler) Settled(ctx context.Context, p core.Plan, batch string) ([]core.Outcome, bool, error) {
	if s.k.dead() {
		return nil, false, errKilled
	}
	return s.d.(core.Settler).Settled(ctx, p, batch)
}

type mortalFinder struct {
	d core.Destination
	k *killer
}

func (f mortalFinder) Find(ctx context.Context, p core.Plan, match []core.Match) ([][]core.Found, error) {
	if f.k.dead() {
		return nil, errKilled
	}
	return f.d.(core.Finder).Find(ctx, p, match)
}

type mortalKeeper struct {
	d core.Destination
	k *killer
}

func (m mortalKeeper) Reconsider(ctx context.Context, p core.Plan) error {
	return do0(m.k, "Reconsider", func() error { return m.d.(core.Keeper).Reconsider(ctx, p) })
}

func (m mortalKeeper) Unseen(ctx context.Context, p core.Plan, f core.Fate, dealt, after string, n int) ([]string, error) {
	if m.k.dead() {
		return nil, errKilled
	}
	return m.d.(core.Keeper).Unseen(ctx, p, f, dealt, after, n)
}

func (m mortalKeeper) Judge(ctx context.Context, p core.Plan, fates map[string]core.Fate) error {
	return do0(m.k, "Judge", func() error { return m.d.(core.Keeper).Judge(ctx, p, fates) })
}

func (m mortalKeeper) Standing(ctx context.Context, p core.Plan, dealt map[core.Fate]string) (core.Standing, error) {
	if m.k.dead() {
		return core.Standing{}, errKilled
	}
	return m.d.(core.Keeper).Standing(ctx, p, dealt)
}

// wholly is a destination that can only refuse a batch as a whole.
type wholly struct {
	core.Destination
	core.Starter
	core.Settler
	bad map[string]bool
}

func (w wholly) Write(ctx context.Context, p core.Plan, b core.Batch) ([]core.Outcome, error) {
	for _, r := range b.Rows {
		if w.bad[r.Key] {
			return make([]core.Outcome, len(b.Rows)), &core.Fault{Kind: core.BadRecord, Code: "test.bad", Cause: "One of them is bad.", Remedy: "Mend it.", Owner: core.You}
		}
	}
	return w.Destination.Write(ctx, p, b)
}

package importer_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
)

// ranged makes a desk whose source can be cut, and whose reads are looked at.
func ranged(t *testing.T, data ...coretest.Data) (*desk, *watched) {
	d := newDesk(t, coretest.StoreOptions{}, data...)
	return d, look(d)
}

func look(d *desk) *watched {
	d.source.Ranges, d.source.Server = true, 5
	w := &watched{Source: d.source, Splitter: d.source, most: map[string]int{}}
	d.job.Source = w
	return w
}

// A watched source knows which pages are out and who reads.
type watched struct {
	core.Source
	core.Splitter

	mu      sync.Mutex
	reading []string // tables
	most    map[string]int
	out     int // pages that were yielded and not released
	highest int
	meet    func(reading []string) <-chan struct{} // what the first page of a read waits for
}

func (w *watched) Read(ctx context.Context, q core.Query, from core.Bookmark) iter.Seq2[core.Page, error] {
	return func(yield func(core.Page, error) bool) {
		w.mu.Lock()
		w.reading = append(w.reading, q.Table)
		w.most["readers"] = max(w.most["readers"], len(w.reading))
		w.most[q.Table] = max(w.most[q.Table], len(slices.DeleteFunc(slices.Clone(w.reading), func(t string) bool { return t != q.Table })))
		var met <-chan struct{}
		if w.meet != nil {
			met = w.meet(w.reading)
		}
		w.mu.Unlock()
		defer func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			at := slices.Index(w.reading, q.Table)
			w.reading = slices.Delete(w.reading, at, at+1)
		}()
		for p, err := range w.Source.Read(ctx, q, from) {
			if met != nil {
				<-met
				met = nil
			}
			if err == nil {
				w.count(1)
				var once sync.Once
				p.Free = func() { once.Do(func() { w.count(-1) }) }
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

func (w *watched) count(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.out += n
	w.highest = max(w.highest, w.out)
}

func TestTablesThatDoNotWaitForEachOtherAreReadAtOnce(t *testing.T) {
	d, w := ranged(t, accounts(20), contacts(20))
	d.job.Parts = 2
	d.source.Ranges = false
	both := make(chan struct{})
	var once sync.Once
	w.meet = func(reading []string) <-chan struct{} {
		if slices.Contains(reading, "account") && slices.Contains(reading, "contact") {
			once.Do(func() { close(both) })
		}
		return both
	}
	r := d.run() // it would never end if one table waited for the other
	wants(t, r, "account", importer.Counts{Created: 20})
	wants(t, r, "contact", importer.Counts{Created: 20})
}

func TestTablesThatPointAtEachOtherInTheDestinationsIDsKeepTheirOrder(t *testing.T) {
	d, w := ranged(t, accounts(20), contacts(20))
	d.job.Parts = 8
	maps := defaults(accounts(20), contacts(20))
	for i := range maps {
		for c := range maps[i].Columns {
			if name := maps[i].Columns[c].Column; name == "parentcustomerid" || name == "primarycontactid" || name == "parentaccountid" {
				maps[i].Columns[c].Resolve = true
			}
		}
	}
	d.job.Mappings = maps
	w.meet = func(reading []string) <-chan struct{} {
		if slices.Contains(reading, "account") && slices.Contains(reading, "contact") {
			t.Error("both tables are read at once")
		}
		return nil
	}
	r := d.run()
	wants(t, r, "account", importer.Counts{Created: 20})
	wants(t, r, "contact", importer.Counts{Created: 20})
}

func TestHoweverManyPartsAreReadFewPagesExist(t *testing.T) {
	d, w := ranged(t, accounts(400), contacts(400))
	d.job.Parts = 16
	r := d.run()
	wants(t, r, "account", importer.Counts{Created: 400})
	wants(t, r, "contact", importer.Counts{Created: 400})
	if w.highest > 3 {
		t.Errorf("%d pages existed at once", w.highest)
	}
	if w.most["account"] < 2 || w.most["readers"] > 16 {
		t.Errorf("readers: %v", w.most)
	}
}

func TestASlowDestinationIsNotReadAheadForByMany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := secondDesk(t, coretest.StoreOptions{}, accounts(200))
		w := look(d)
		d.job.Parts = 16
		d.job.Destination = slow{d.job.Destination, d.job.Destination.(core.Starter), d.job.Destination.(core.Settler)}
		wants(t, d.run(), "account", importer.Counts{Created: 200})
		if w.most["readers"] > 3 {
			t.Errorf("%d parts were read at once", w.most["readers"])
		}
	})
}

// A slow destination takes a second for each batch.
type slow struct {
	core.Destination
	core.Starter
	core.Settler
}

func (s slow) Write(ctx context.Context, p core.Plan, b core.Batch) ([]core.Outcome, error) {
	if err := core.Wait(ctx, time.Second); err != nil {
		return make([]core.Outcome, len(b.Rows)), err
	}
	return s.Destination.Write(ctx, p, b)
}

func TestWhatIsInterruptedInManyPartsIsNeverSplitAgain(t *testing.T) {
	d, w := ranged(t, accounts(100), contacts(60))
	d.job.Parts = 4
	first := d.interrupt(9)
	parts, err := d.job.Journal.Parts(context.Background(), first.Run)
	if err != nil || len(parts) != 2*4*4 {
		t.Fatal(len(parts), "parts", err)
	}
	d.job.Parts = 7
	w.Splitter = nil // it would be called in vain
	r := d.run()
	if r.Run != first.Run {
		t.Error("another run began")
	}
	wants(t, r, "account", importer.Counts{Created: 100})
	wants(t, r, "contact", importer.Counts{Created: 60})
	once(t, fmt.Sprint(r.Run), d.store, "account", 100)
}

// A patient source lets each part wait for its second answer until so many wait.
type patient struct {
	*watched
	all     int32
	waiting atomic.Int32
	met     chan struct{}
}

func (s *patient) Read(ctx context.Context, q core.Query, from core.Bookmark) iter.Seq2[core.Page, error] {
	return func(yield func(core.Page, error) bool) {
		for p, err := range s.watched.Read(ctx, q, from) {
			if !yield(p, err) {
				return
			}
			if s.waiting.Add(1) == s.all {
				close(s.met)
			}
			<-s.met
		}
	}
}

func TestMorePartsThanPagesWaitForAnswers(t *testing.T) {
	d, w := ranged(t, accounts(200))
	d.job.Parts = 5
	d.job.Source = &patient{watched: w, all: 5, met: make(chan struct{})}
	wants(t, d.run(), "account", importer.Counts{Created: 200}) // it would never end if one that waits took the room of a page
	if w.highest > 3 {
		t.Errorf("%d pages existed at once", w.highest)
	}
}

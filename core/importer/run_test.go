package importer_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/mapping"
)

// A desk is a job that a test runs again and again, changed between two runs.
type desk struct {
	t      *testing.T
	job    importer.Job
	source *coretest.Memory
	store  *coretest.Store
}

func newDesk(t *testing.T, o coretest.StoreOptions, data ...coretest.Data) *desk {
	t.Helper()
	t.Parallel()
	return secondDesk(t, o, data...)
}

func secondDesk(t *testing.T, o coretest.StoreOptions, data ...coretest.Data) *desk {
	t.Helper()
	source := coretest.MemorySource(data...)
	source.Server = 20
	store := coretest.NewStore(o)
	return &desk{t, importer.Job{
		Source: source, Destination: store.Open(), Mappings: defaults(data...),
		Journal: open(t, filepath.Join(t.TempDir(), "journal.db")), To: "Memory",
	}, source, store}
}

func (d *desk) run() importer.Receipt {
	d.t.Helper()
	r, err := importer.Run(context.Background(), d.job, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	if r.State != importer.Complete {
		d.t.Errorf("the run is %s", r.State)
	}
	return r
}

// interrupt runs until the source fails before its n-th page.
func (d *desk) interrupt(n int) importer.Receipt {
	d.t.Helper()
	before := d.source.Pages()
	d.source.BeforePage = func(_ context.Context, page int, _ core.Page) error {
		if page-before == n {
			return &core.Fault{Kind: core.Offline, Code: "test.gone", Cause: "The source is gone.", Remedy: "Wait.", Owner: core.You}
		}
		return nil
	}
	r, err := importer.Run(context.Background(), d.job, nil)
	d.source.BeforePage = nil
	var f *core.Fault
	if !errors.As(err, &f) || f.Code != "test.gone" || r.State != importer.Interrupted || r.Fault == nil {
		d.t.Fatalf("got %v, state %s", err, r.State)
	}
	return r
}

func TestAFaultOfTheSourceInterruptsAndTheSameJobGoesOn(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(100))
	first := d.interrupt(4)
	if c := sum(t, first, "account"); c.Created != 60 {
		t.Errorf("the receipt says %+v", c)
	}
	reads := len(d.source.Reads())
	r := d.run()
	if r.Run != first.Run || r.Reason != "" {
		t.Errorf("another run began: %q", r.Reason)
	}
	wants(t, r, "account", importer.Counts{Created: 100})
	if n := len(d.source.Reads()) - reads; n != 1 {
		t.Errorf("it was read %d times", n)
	}
	once(t, "", d.store, "account", 100)
}

func TestFullBeginsAnewAndSaysSo(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(100))
	first := d.interrupt(3)
	d.job.Full = true
	r := d.run()
	if r.Run == first.Run || !strings.Contains(r.Reason, "You asked") {
		t.Errorf("run %s after %s, reason %q", r.Run, first.Run, r.Reason)
	}
	wants(t, r, "account", importer.Counts{Created: 60, Unchanged: 40})
	d.job.Full = false
	if again := d.run(); again.Run == first.Run {
		t.Error("the run that was begun anew goes on after all")
	}
}

func TestAChangedMappingBeginsAnewAndSaysSo(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(100))
	first := d.interrupt(3)
	whole := d.job.Mappings[0]
	d.job.Mappings = []mapping.Mapping{whole}
	d.job.Mappings[0].Columns = whole.Columns[:1]
	r := d.run()
	if r.Run == first.Run || !strings.Contains(r.Reason, "mapping of accounts changed") {
		t.Errorf("reason %q", r.Reason)
	}
	d.job.Mappings[0] = whole
	back := d.run()
	if back.Run == first.Run {
		t.Error("a run went on whose first half was overwritten by another mapping")
	}
	wants(t, back, "account", importer.Counts{Updated: 60, Unchanged: 40})
}

func TestATitleAloneIsNoOtherMapping(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(100))
	first := d.interrupt(3)
	d.job.Mappings[0].Title = "Firms"
	if r := d.run(); r.Run != first.Run {
		t.Errorf("a new run began: %q", r.Reason)
	}
}

func TestTryTenIsARunOfItsOwn(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(100))
	first := d.interrupt(3)
	d.job.Limit = 10
	try := d.run()
	wants(t, try, "account", importer.Counts{Unchanged: 10})
	d.job.Limit = 0
	r := d.run()
	if r.Run != first.Run || try.Run == first.Run {
		t.Error("the unfinished run did not go on after the try")
	}
	wants(t, r, "account", importer.Counts{Created: 100})
}

func TestALimitHoldsOverAnInterruption(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(100))
	d.source.Part = 3
	d.job.Limit = 10
	d.interrupt(3)
	wants(t, d.run(), "account", importer.Counts{Created: 10})
}

func TestStoppingFinishesTheBatchAndCanBeContinued(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(100))
	ctx, cancel := context.WithCancel(context.Background())
	d.source.BeforePage = func(_ context.Context, n int, _ core.Page) error {
		if n == 3 {
			cancel()
		}
		return nil
	}
	r, err := importer.Run(ctx, d.job, nil)
	d.source.BeforePage = nil
	var f *core.Fault
	if !errors.As(err, &f) || f.Kind != core.Stopped || f.Code != "importer.stopped" || !strings.Contains(f.Remedy, "can be continued") {
		t.Fatalf("got %v", err)
	}
	c := sum(t, r, "account")
	if r.State != importer.Interrupted || int(c.Created) != len(d.store.Rows("account")) {
		t.Errorf("state %s, %+v, but %d rows", r.State, c, len(d.store.Rows("account")))
	}
	again := d.run()
	if again.Run != r.Run {
		t.Error("it was not continued")
	}
	wants(t, again, "account", importer.Counts{Created: 100})
}

func TestOneBadRowAmongAThousandLeavesTheOthersWritten(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(1000))
	d.source.Server = 1000
	dest := d.store.Open()
	d.job.Destination = wholly{dest, dest.(core.Starter), dest.(core.Settler), map[string]bool{key("account", 617): true}}
	r := d.run()
	wants(t, r, "account", importer.Counts{Created: 999, Refused: 1})
	if len(r.Refusals) != 1 || r.Refusals[0].Key != key("account", 617) || r.Refusals[0].Kind != core.Refused || r.Refusals[0].Fault.Code != "test.bad" {
		t.Errorf("refusals %+v", r.Refusals)
	}
}

func TestAnExpiredBookmarkReadsThePartAgainAndCountsEachRowOnce(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(100))
	d.interrupt(4)
	expired := false
	d.source.BeforePage = func(context.Context, int, core.Page) error {
		if expired {
			return nil
		}
		expired = true
		return &core.Fault{Kind: core.Busy, Code: "dataverse.bookmark-expired", Cause: "Too old.", Remedy: "Read again.", Owner: core.You}
	}
	changed := accounts(100)
	changed.Records = changed.Records[1:]                   // one left the source
	changed.Records[0].Values[1] = core.Text("Changed now") // one changed after it was created
	d.source.Set(changed)
	r := d.run()
	if !strings.Contains(r.Reason, "accounts was read again from the start") {
		t.Errorf("reason %q", r.Reason)
	}
	// 100 were created by this run: 99 are still there, and the one that left was read and created nevertheless.
	wants(t, r, "account", importer.Counts{Created: 100})
	if n := len(d.store.Rows("account")); n != 100 {
		t.Errorf("%d rows", n)
	}
}

func TestASecondFerryOnTheSameDestinationIsToldSo(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(100))
	running, goOn := make(chan struct{}), make(chan struct{})
	var first sync.Once
	d.source.BeforePage = func(context.Context, int, core.Page) error {
		first.Do(func() { close(running); <-goOn })
		return nil
	}
	done := make(chan error, 1)
	go func() {
		_, err := importer.Run(context.Background(), d.job, nil)
		done <- err
	}()
	<-running
	_, err := importer.Run(context.Background(), d.job, nil)
	var f *core.Fault
	if !errors.As(err, &f) || f.Code != "importer.already-running" {
		t.Errorf("got %v", err)
	}
	close(goOn)
	if err := <-done; err != nil {
		t.Errorf("the first was disturbed: %v", err)
	}
}

func TestProgressIsToldAtMostTenTimesASecondAndNeverAtOnce(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(500), contacts(100))
	d.source.Server = 5
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	var mu sync.Mutex
	d.job.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	d.job.Wait = func(ctx context.Context, _ time.Duration) error { <-ctx.Done(); return ctx.Err() }
	d.source.BeforePage = func(ctx context.Context, n int, _ core.Page) error {
		mu.Lock()
		now = now.Add(20 * time.Millisecond)
		if n == 50 {
			now = now.Add(200 * time.Millisecond)
		}
		mu.Unlock()
		if n == 50 {
			core.Tell(ctx, core.Notice{Text: "Dynamics 365 asks us to wait"})
		}
		return nil
	}
	var told []importer.Progress
	inside := false
	_, err := importer.Run(context.Background(), d.job, func(p importer.Progress) {
		if inside {
			t.Error("two snapshots at once")
		}
		inside = true
		told = append(told, p)
		inside = false
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(told) < 15 || len(told) > 45 {
		t.Errorf("%d snapshots in 2.4 seconds", len(told))
	}
	waited, reached := false, map[importer.TableState]bool{}
	for _, p := range told {
		waited = waited || strings.Contains(p.Waiting.Text, "asks us to wait")
		for _, x := range p.Tables {
			reached[x.State] = true
			if !x.Counts.Balanced() {
				t.Errorf("unbalanced: %+v", x.Counts)
			}
		}
	}
	if !waited || len(reached) != 4 {
		t.Errorf("waiting shown: %t, states %v", waited, reached)
	}
	last := told[len(told)-1]
	if last.Waiting.Text != "" || last.Tables[0].Counts.Read != 500 && last.Tables[1].Counts.Read != 500 || last.Tables[0].Total.N == 0 {
		t.Errorf("the last snapshot: %+v", last)
	}
	middle := told[len(told)/2]
	if middle.Rate < 100 || middle.Rate > 500 || middle.Left <= 0 {
		t.Errorf("rate %.0f, left %s", middle.Rate, middle.Left)
	}
}

func TestReceiptsShowTheFirstThousandExceptions(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{Refuse: func(_ core.Plan, r core.Record) *core.Fault {
		return &core.Fault{Kind: core.BadRecord, Code: "test.no", Cause: "No.", Remedy: "Mend it.", Owner: core.You,
			Subject: core.Subject{Table: "account", Key: r.Key, Field: "name", Value: "secret value"}}
	}}, accounts(1200))
	d.source.Server = 500
	r := d.run()
	wants(t, r, "account", importer.Counts{Refused: 1200})
	if len(r.Refusals) != 1000 {
		t.Fatalf("%d refusals", len(r.Refusals))
	}
	f := r.Refusals[7].Fault
	if r.Refusals[7].Key != key("account", 7) || f.Code != "test.no" || f.Remedy == "" || f.Subject.Field != "name" || f.Subject.Value != "" {
		t.Errorf("refusal %+v", f)
	}
}

func TestTablesComeInTheOrderThatLookupsNeed(t *testing.T) {
	line := coretest.NewData("line", field("lineid", core.TypeID), field("orderid", core.TypeLookup, "order"))
	order := coretest.NewData("order", field("orderid", core.TypeID), field("customerid", core.TypeCustomer, "account", "contact"))
	d := newDesk(t, coretest.StoreOptions{}, line, order, contacts(1), accounts(1))
	d.job.Mappings[3].Parent = "line" // nonsense, but a parent goes first whatever lookups say
	r := d.run()
	var names []string
	for _, x := range r.Tables {
		names = append(names, x.Table)
	}
	if got := fmt.Sprint(names); got != "[contact order line account]" {
		t.Errorf("order %s", got)
	}
}

func TestInACircleTheGivenOrderStays(t *testing.T) {
	task := coretest.NewData("task", field("taskid", core.TypeID), field("regardingid", core.TypeLookup, "contact"))
	d := newDesk(t, coretest.StoreOptions{}, task, accounts(2), contacts(2))
	var names []string
	for _, x := range d.run().Tables {
		names = append(names, x.Table)
	}
	if got := fmt.Sprint(names); got != "[account contact task]" {
		t.Errorf("order %s", got)
	}
}

// uncut is a source that refuses to cut a table.
type uncut struct{ *coretest.Memory }

func (uncut) Split(context.Context, core.Query, int) ([]core.Query, error) {
	return nil, &core.Fault{Kind: core.Wrong, Code: "test.no-answer", Cause: "The answer cannot be read.", Remedy: "Ask again.", Owner: core.You}
}

func TestATableThatTheSourceDoesNotCutIsReadInOnePart(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(60))
	d.job.Source, d.job.Parts = uncut{d.source}, 3
	wants(t, d.run(), "account", importer.Counts{Created: 60})
}

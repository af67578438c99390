package coretest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/core"
)

// A Place is how the suite gets at a kind of destination.
type Place struct {
	// New gives a destination that holds nothing yet, at a place of its own each time.
	New func(t *testing.T) core.Destination
	// Reopen closes d and opens the same place again. nil: nothing outlives Close.
	Reopen func(t *testing.T, d core.Destination) core.Destination
	// Spoil makes a prepared destination refuse the records with these keys. nil: nothing can be refused.
	Spoil func(t *testing.T, d core.Destination, p core.Plan, keys ...string)
	// Rows reads what is stored: key to canonical values in the plan's order, nil for none. nil: Find is used.
	Rows func(t *testing.T, d core.Destination, p core.Plan) map[string][]core.Value
	// Edit is what somebody does by hand at a prepared destination: a new row of that key, or other values in one that is
	// there. A core.Ruler must have it.
	Edit func(t *testing.T, d core.Destination, p core.Plan, key string, values map[string]core.Value)
	// Keep tells which texts come back otherwise than they were written, and how. nil: all come back exactly.
	Keep func(text string) string
	// Takes tells which texts can be kept; a record with another one is refused. nil: all.
	Takes func(text string) bool
	// Precision is the smallest part of a second that is kept; what a time has beyond is cut off. 0: a nanosecond.
	Precision time.Duration
}

// Destination proves that a kind of destination keeps its promises.
func Destination(t *testing.T, place Place) {
	s := suite{place}
	for _, test := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"looking changes nothing and preparing may be repeated", s.prepares},
		{"a table grows by new columns in mid-run", s.grows},
		{"rows are created, updated, unchanged and removed", s.classifies},
		{"a key that stands twice in a batch is written in order", s.twiceInBatch},
		{"a batch that is sent twice is stored once", s.sentTwice},
		{"a settled batch is remembered", s.settles},
		{"one bad row leaves the others written", s.spoils},
		{"a stopped write leaves nothing", s.cancels},
		{"a batch without rows is nothing", s.empty},
		{"every text comes back as it was", s.texts},
		{"money, times and lists come back exactly", s.exact},
		{"absent leaves a value alone and null empties it", s.absent},
		{"ten thousand rows all arrive", s.many},
		{"the identity is stored once", s.identity},
		{"everything is there after it was closed", s.reopens},
		{"errors come with an outcome for each row", s.unprepared},
		{"checks end as they began", s.checks},
		{"rules say when a value is written over another", s.rules},
		{"a row that nobody marked is matched, and nothing is guessed", s.matches},
		{"a keeper knows what a run has not seen", s.keeps},
		{"a keeper knows what was made before anybody had to know", s.keepsLate},
		{"what a batch replaces is told, and put back", s.remembers},
		{"a row that was matched gets its own key back", s.remembersMatches},
		{"all rows are listed, and whether they are as they were left", s.lists},
	} {
		t.Run(test.name, test.run)
	}
}

type suite struct{ place Place }

func (s suite) open(t *testing.T) core.Destination {
	t.Helper()
	d := s.place.New(t)
	t.Cleanup(func() { _ = d.Close() }) // the second Close; the tests look at the first
	return d
}

func (s suite) prepares(t *testing.T) {
	d, p := s.open(t), plan()
	for range 2 {
		things, err := d.Missing(t.Context(), p)
		if err != nil || len(things) == 0 {
			t.Fatalf("nothing is there yet, and Missing tells %v, %v", things, err)
		}
		for _, thing := range things {
			if thing.Kind == "" || thing.Name == "" || thing.Plan != p.ID {
				t.Errorf("a missing thing without a name or plan: %+v", thing)
			}
		}
	}
	if id, err := d.Identity(t.Context()); err != nil || id.ID != "" {
		t.Errorf("nothing was made yet, and the identity is %q, %v", id.ID, err)
	}
	things, err := d.Missing(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		prepared, err := d.Prepare(t.Context(), p, things)
		if err != nil {
			t.Fatalf("Prepare: %v", err)
		}
		if len(prepared.Columns) != len(p.Columns) || prepared.ID != p.ID {
			t.Errorf("the prepared plan is another one")
		}
		if rest, err := d.Missing(t.Context(), p); err != nil || len(rest) != 0 {
			t.Errorf("after Prepare %v is missing, %v", rest, err)
		}
		write(t, d, prepared, "same", row(1))
	}
	table, err := d.Describe(t.Context(), p.Table)
	if err != nil {
		t.Fatalf("Describe: %v", err)
	}
	for _, c := range p.Columns {
		if table.Field(c.Name) == nil {
			t.Errorf("the description lacks %s", c.Name)
		}
	}
	if names, err := d.Tables(t.Context()); err != nil || !slices.ContainsFunc(names, func(n core.TableName) bool { return n.Logical == p.Table }) {
		t.Errorf("the list of tables lacks %s: %v, %v", p.Table, names, err)
	}
}

func (s suite) grows(t *testing.T) {
	d, p := s.open(t), plan()
	p = prepare(t, d, p)
	write(t, d, p, "b1", rows(0, 10)...)
	p.Columns = append(slices.Clone(p.Columns), core.Column{Name: "added", Type: core.ColumnText, Field: "added", Pass: 1})
	things, err := d.Missing(t.Context(), p)
	if err != nil || len(things) != 1 || things[0].Name != p.Table+".added" {
		t.Fatalf("one column is missing, told is %v, %v", things, err)
	}
	p = prepare(t, d, p)
	r, old := row(3), row(4)
	r.Values = append(r.Values, core.Text("new"))
	old.Values = append(old.Values, core.Null())
	wantCounts(t, write(t, d, p, "b2", r), map[core.OutcomeKind]int{core.Updated: 1})
	s.wantStored(t, d, p, r, old)
}

func (s suite) classifies(t *testing.T) {
	d := s.open(t)
	p := prepare(t, d, plan())
	wantCounts(t, write(t, d, p, "b1", rows(0, 10)...), map[core.OutcomeKind]int{core.Created: 10})
	wantCounts(t, write(t, d, p, "b2", rows(0, 10)...), map[core.OutcomeKind]int{core.Unchanged: 10})
	mixed := rows(0, 12)
	mixed[4].Values[0] = core.Text("changed")
	mixed[5].Values[8] = core.Text("was empty")
	mixed[6].Values[2] = core.Null()
	mixed[7] = core.Record{Key: Key(7), Gone: true}
	mixed = append(mixed, core.Record{Key: Key(999), Gone: true})
	outcomes, err := d.Write(t.Context(), p, core.Batch{ID: "b3", Pass: 1, Rows: mixed})
	if err != nil {
		t.Fatal(err)
	}
	want := []core.OutcomeKind{
		core.Unchanged, core.Unchanged, core.Unchanged, core.Unchanged, core.Updated, core.Updated, core.Updated, core.Removed,
		core.Unchanged, core.Unchanged, core.Created, core.Created, core.Unchanged,
	}
	for i, o := range outcomes {
		if o.Kind != want[i] {
			t.Errorf("row %d is %s, want %s", i, o.Kind, want[i])
		}
	}
	s.wantStored(t, d, p, append(slices.Clone(mixed[:7]), mixed[8:12]...)...)
	if _, there := s.stored(t, d, p, Key(7))[Key(7)]; there {
		t.Error("the removed row is still there")
	}
	// The place of a removed row is taken by a new one, several times over.
	var dance []core.Record
	for i := 20; i < 30; i++ {
		dance = append(dance, row(i), core.Record{Key: Key(i), Gone: true})
	}
	wantCounts(t, write(t, d, p, "b4", dance...), map[core.OutcomeKind]int{core.Created: 10, core.Removed: 10})
}

func (s suite) twiceInBatch(t *testing.T) {
	d := s.open(t)
	p := prepare(t, d, plan())
	first, last := row(1), row(1)
	first.Values[0] = core.Text("first")
	wantCounts(t, write(t, d, p, "b1", first, row(2), last, last), map[core.OutcomeKind]int{core.Created: 2, core.Updated: 1, core.Unchanged: 1})
	s.wantStored(t, d, p, last, row(2))
}

func (s suite) sentTwice(t *testing.T) {
	d := s.open(t)
	p := prepare(t, d, plan())
	first := write(t, d, p, "b1", rows(0, 100)...)
	again := write(t, d, p, "b1", rows(0, 100)...)
	wantCounts(t, first, map[core.OutcomeKind]int{core.Created: 100})
	if _, ok := d.(core.Settler); ok {
		wantCounts(t, again, first)
	} else {
		wantCounts(t, again, map[core.OutcomeKind]int{core.Unchanged: 100})
	}
	s.wantStored(t, d, p, rows(0, 100)...)
}

func (s suite) settles(t *testing.T) {
	d := s.open(t)
	settler, ok := d.(core.Settler)
	if !ok {
		return
	}
	if _, known, err := settler.Settled(t.Context(), plan(), "b1"); known || err != nil {
		t.Errorf("an empty place knows a batch: %v", err)
	}
	p := prepare(t, d, plan())
	write(t, d, p, "b0", rows(0, 50)...)
	batch := append(rows(25, 75), core.Record{Key: Key(1), Gone: true})
	outcomes, err := d.Write(t.Context(), p, core.Batch{ID: "b1", Pass: 1, Rows: batch})
	if err != nil {
		t.Fatal(err)
	}
	if s.place.Reopen != nil {
		d = s.place.Reopen(t, d)
		settler = d.(core.Settler)
	}
	kept, known, err := settler.Settled(t.Context(), p, "b1")
	if err != nil || !known {
		t.Fatalf("the batch is not known: %v", err)
	}
	if !slices.EqualFunc(outcomes, kept, func(a, b core.Outcome) bool { return a.Kind == b.Kind && a.ID == b.ID }) {
		t.Errorf("the batch is remembered otherwise than it was")
	}
	other := p
	other.ID = "m2"
	if _, known, err := settler.Settled(t.Context(), other, "b1"); known || err != nil {
		t.Errorf("the batch of another plan is known: %v", err)
	}
	if _, known, err := settler.Settled(t.Context(), p, "never"); known || err != nil {
		t.Errorf("a batch that was never sent is known: %v", err)
	}
}

func (s suite) spoils(t *testing.T) {
	if s.place.Spoil == nil {
		return
	}
	const n = 1000
	for name, bad := range map[string][]int{"first": {0}, "middle": {500}, "last": {n - 1}, "several": {0, 1, 500, n - 2, n - 1}} {
		t.Run(name, func(t *testing.T) {
			d := s.open(t)
			p := prepare(t, d, plan())
			var keys []string
			for _, i := range bad {
				keys = append(keys, Key(i))
			}
			s.place.Spoil(t, d, p, keys...)
			outcomes, err := d.Write(t.Context(), p, core.Batch{ID: "b1", Pass: 1, Rows: rows(0, n)})
			if err != nil {
				t.Fatalf("a bad row is no error of the batch: %v", err)
			}
			wantCounts(t, tally(t, outcomes, n), map[core.OutcomeKind]int{core.Refused: len(bad), core.Created: n - len(bad)})
			for _, i := range bad {
				f := outcomes[i].Fault
				if outcomes[i].Kind != core.Refused || f == nil {
					t.Fatalf("row %d is %s", i, outcomes[i].Kind)
				}
				if f.Subject.Key != Key(i) || f.Subject.Table == "" || f.Remedy == "" || f.Kind != core.BadRecord {
					t.Errorf("the Fault does not say which record, or what to do: %+v", f)
				}
				if strings.Contains(f.Error(), Key(i)) {
					t.Error("the error text names the record")
				}
			}
			if len(s.stored(t, d, p, keysOf(n)...)) != n-len(bad) {
				t.Error("not all good rows are there")
			}
			if settler, ok := d.(core.Settler); ok {
				kept, known, err := settler.Settled(t.Context(), p, "b1")
				if err != nil || !known {
					t.Fatalf("the batch is not known: %v", err)
				}
				if f := kept[bad[0]].Fault; kept[bad[0]].Kind != core.Refused || f == nil || f.Code != outcomes[bad[0]].Fault.Code {
					t.Error("why a row was refused is forgotten")
				}
			}
		})
	}
}

func (s suite) cancels(t *testing.T) {
	d := s.open(t)
	p := prepare(t, d, plan())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	outcomes, err := d.Write(ctx, p, core.Batch{ID: "b1", Pass: 1, Rows: rows(0, 100)})
	if err == nil || core.AsFault(err).Kind != core.Stopped {
		t.Fatalf("a stopped write ends with %v", err)
	}
	wantCounts(t, tally(t, outcomes, 100), map[core.OutcomeKind]int{core.Untried: 100})
	if n := len(s.stored(t, d, p, keysOf(100)...)); n != 0 {
		t.Errorf("%d rows were left by a stopped write", n)
	}
	// Stopped in the middle: all or nothing, as the outcomes say, and it goes on afterwards.
	for k := range 5 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(k+1)*2*time.Millisecond)
		id := fmt.Sprintf("c%d", k)
		batch := rows(k*2000, (k+1)*2000)
		outcomes, err := d.Write(ctx, p, core.Batch{ID: id, Pass: 1, Rows: batch})
		cancel()
		counts := tally(t, outcomes, len(batch))
		if err != nil && counts[core.Untried] != len(batch) || err == nil && counts[core.Created] != len(batch) {
			t.Errorf("a write that ended with %v says %v", err, counts)
		}
		if n := len(s.stored(t, d, p, keysOf((k+1)*2000)...)); n != k*2000+counts[core.Created] {
			t.Errorf("%d rows are there after a write that ended with %v", n, err)
		}
		if err != nil {
			wantCounts(t, write(t, d, p, id, batch...), map[core.OutcomeKind]int{core.Created: len(batch)})
		}
	}
}

func (s suite) empty(t *testing.T) {
	d := s.open(t)
	p := prepare(t, d, plan())
	wantCounts(t, write(t, d, p, "b1"), nil)
	if err := d.Finish(t.Context(), p); err != nil {
		t.Errorf("Finish of an empty table: %v", err)
	}
}

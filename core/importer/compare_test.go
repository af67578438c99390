package importer_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/core/rehearsal"
)

// compare compares, and proves that nothing was written and that everything adds up.
func (l *ledger) compare() (importer.Comparison, map[string]importer.RehearsedRow) {
	l.t.Helper()
	before := footprint(l.t, l.path)
	d := l.open()
	defer d.Close()
	sketch := newSketch(l.t)
	c, err := importer.Compare(context.Background(), l.job(d, l.journal), sketch, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	return c, l.proves(c, sketch, before)
}

func (l *ledger) proves(c importer.Comparison, sketch *rehearsal.Sketch, before string) map[string]importer.RehearsedRow {
	l.t.Helper()
	if after := footprint(l.t, l.path); before != "" && onlyOf(before, l.path) != onlyOf(after, l.path) {
		l.t.Errorf("the comparison changed the destination:\n%s\n%s", before, after)
	}
	if !c.Whole {
		l.t.Error("it says that it did not come to its end")
	}
	rows := map[string]importer.RehearsedRow{}
	for _, x := range c.Tables {
		if !x.Balanced() {
			l.t.Errorf("%s does not add up: %+v", x.Table, x)
		}
		told, values := importer.Differences{}, importer.Differences{}
		err := sketch.Each(context.Background(), rehearsal.Search{Mapping: x.Mapping}, func(r importer.RehearsedRow) error {
			told[r.Differs]++
			for _, v := range r.Changes {
				values[v.Why]++
			}
			if r.Differs == importer.Unexplained && r.Fault == nil {
				l.t.Errorf("%s is unexplained, and it does not say what to do", r.Key)
			}
			rows[r.Key] = r
			return nil
		})
		if err != nil {
			l.t.Fatal(err)
		}
		fields := importer.Differences{}
		for _, f := range x.Fields {
			for k, n := range f.Values {
				fields[k] += n
			}
		}
		for _, k := range importer.EachDifference() {
			if told[k] != x.Records[k] || values[k] != x.Values[k] || fields[k] != x.Values[k] {
				l.t.Errorf("%s, %v: counted %d records and %d values, listed %d and %d, fields %d", x.Table, k, x.Records[k], x.Values[k], told[k], values[k], fields[k])
			}
			found, err := sketch.Find(context.Background(), rehearsal.Search{Mapping: x.Mapping, Differs: []importer.Difference{k}})
			if err != nil || int64(len(found)) != x.Records[k] {
				l.t.Errorf("%s, %v: %d are found, %v", x.Table, k, len(found), err)
			}
		}
	}
	return rows
}

// onlyOf is the line of one file in a footprint.
func onlyOf(footprint, path string) string {
	for line := range strings.Lines(footprint) {
		if strings.HasPrefix(line, filepath.Base(path)+" ") {
			return line
		}
	}
	return ""
}

func wantsDifferences(t *testing.T, rows map[string]importer.RehearsedRow, want map[string]importer.Difference) {
	t.Helper()
	for key, kind := range want {
		if got := rows[key]; got.Differs != kind {
			t.Errorf("%s: %v %+v %v, want %v", key, got.Differs, got.Changes, got.Fault, kind)
		}
	}
	for key, r := range rows {
		if _, ok := want[key]; !ok {
			t.Errorf("%s: %v %+v is too much", key, r.Differs, r.Changes)
		}
	}
}

// dated are things with the time of their last change.
func datedThings(n int, when time.Time) coretest.Data {
	plain := things(n)
	d := coretest.NewData("thing", append(plain.Table.Fields, field("modifiedon", core.TypeDateTime))...)
	for _, r := range plain.Records {
		d.Add(r.Key, append(r.Values[1:], core.Time(when))...)
	}
	return d
}

// bothSidesChanged imports things, changes them on both sides in every way there is, and says what a comparison must find.
func bothSidesChanged(t *testing.T, tracked bool) (*ledger, map[string]importer.Difference) {
	t.Helper()
	old := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	data := datedThings(40, old)
	data.Table.Tracked = tracked
	m := mapping.Default(data.Table)
	m.Filter = "kind eq 'in'"
	for i := range m.Columns {
		if m.Columns[i].Column == "kind" {
			m.Columns[i].Made = mapping.FillBlanks
		}
	}
	data.Records[9].Values[1] = core.Null()
	for i := range m.Columns {
		m.Columns[i].NotNull = m.Columns[i].Column == "name"
	}
	l := newLedger(t, []mapping.Mapping{m}, data)
	if r := l.run(); r.Tables[0].Created != 39 || r.Tables[0].Refused != 1 {
		t.Fatalf("%+v", r.Tables[0].Counts)
	}
	row := func(i int) string { return key("thing", i) }
	by := func(set string, i int) { sqlOf(t, l.path, "UPDATE thing SET "+set+" WHERE thingid = '"+row(i)+"'") }
	later := core.Time(l.now.Add(time.Hour))
	next := datedThings(42, old)
	next.Table.Tracked = tracked
	next.Records[9].Values[1] = core.Null()
	change := func(i, at int, v core.Value) { next.Records[i].Values[at], next.Records[i].Values[3] = v, later }
	change(1, 1, core.Text("Renamed")) // in Dynamics
	by("name = 'By hand'", 2)          // there
	change(3, 1, core.Text("Renamed")) // both
	by("name = 'By hand'", 3)
	by("kind = 'theirs'", 4) // a rule keeps it
	sqlOf(t, l.path, "DELETE FROM thing WHERE thingid = '"+row(5)+"'")
	change(6, 2, core.Text("out")) // leaves the filter
	sqlOf(t, l.path, "INSERT INTO thing (thingid, name) VALUES ('by hand', 'Somebody''s own')")
	next.Records[40].Values[3], next.Records[41].Values[3] = later, later
	change(8, 1, core.Text("Renamed")) // Dynamics and a rule: the heavier counts
	by("kind = 'theirs'", 8)
	next.Records = append(next.Records[:7:7], next.Records[8:]...) // 7 is deleted
	l.source.Set(next)
	want := map[string]importer.Difference{
		row(1): importer.ChangedHere, row(2): importer.ChangedThere, row(3): importer.ChangedBoth, row(4): importer.KeptByRule,
		row(5): importer.RemovedThere, row(6): importer.LeftFilter, row(7): importer.GoneHere, "by hand": importer.AddedThere,
		row(8): importer.ChangedBoth, row(9): importer.LeftOut, row(40): importer.NewHere, row(41): importer.NewHere,
	}
	return l, want
}

func TestEveryDifferenceHasItsReasonAndEverythingAddsUp(t *testing.T) {
	for _, tracked := range []bool{true, false} {
		t.Run(fmt.Sprint("tracked ", tracked), func(t *testing.T) {
			l, want := bothSidesChanged(t, tracked)
			c, rows := l.compare()
			wantsDifferences(t, rows, want)
			x := c.Tables[0]
			if x.Source != 40 || x.Missing != 4 || x.Extra != 3 || x.Destination != 39 || !x.Counted || x.Equal != 40-9 {
				t.Errorf("%+v", x)
			}
			if r := rows[key("thing", 2)]; r.Name != "Thing 2" || len(r.Changes) != 1 || r.Changes[0].Was != "By hand" || r.Changes[0].Becomes != "Thing 2" {
				t.Errorf("%+v", r)
			}
			if r := rows["by hand"]; r.Name != "Somebody's own" {
				t.Errorf("%+v", r)
			}
			if !c.Explained() {
				t.Error("it says that something is not explained")
			}
			// An import settles what it may settle.
			l.run()
			_, rows = l.compare()
			want = map[string]importer.Difference{
				key("thing", 4): importer.KeptByRule, key("thing", 6): importer.LeftFilter, key("thing", 7): importer.GoneHere,
				key("thing", 8): importer.KeptByRule, key("thing", 9): importer.LeftOut, "by hand": importer.AddedThere,
			}
			if tracked { // what changed there alone is not read again
				want[key("thing", 2)], want[key("thing", 5)] = importer.ChangedThere, importer.RemovedThere
			}
			wantsDifferences(t, rows, want)
		})
	}
}

func TestAfterAnImportNothingDiffers(t *testing.T) {
	a, p := accounts(60), contacts(45)
	l := newLedger(t, defaults(p, a), a, p)
	for i := range l.mappings {
		for b := range l.mappings[i].Columns {
			if c := &l.mappings[i].Columns[b]; c.Was.IsLookup() || strings.HasSuffix(c.Column, "id") {
				c.Lookup = &mapping.Lookup{By: mapping.ByRecord}
			}
		}
	}
	r := l.run()
	c, rows := l.compare()
	sum := c.Sum()
	if sum.Source != 105 || sum.Destination != 105 || sum.Missing+sum.Extra != 0 {
		t.Errorf("%+v", sum)
	}
	// The lookups that the import left empty are left out, and nothing else.
	if n := r.Tables[0].Unresolved + r.Tables[1].Unresolved; n == 0 || sum.Values[importer.LeftOut] != n || sum.Values.Total() != n || int64(len(rows)) != n {
		t.Errorf("%d lookups were left empty, %+v differ", n, sum.Values)
	}
}

func TestWhatNothingExplainsIsRed(t *testing.T) {
	data := things(30)
	l := newLedger(t, []mapping.Mapping{mapping.Default(data.Table)}, data)
	l.run()
	data = things(31)
	data.Records[4].Values[1] = core.Text("Changed without a trace") // no marks and no time of change
	l.source.Set(data)
	c, rows := l.compare()
	wantsDifferences(t, rows, map[string]importer.Difference{key("thing", 4): importer.Unexplained, key("thing", 30): importer.Unexplained})
	if c.Explained() || rows[key("thing", 4)].Fault.Code != "importer.differs-unexplained" || rows[key("thing", 30)].Fault.Code != "importer.missing-unexplained" {
		t.Errorf("%+v", rows)
	}
	// Without the key that seals what was left, nobody can tell whether somebody changed it there.
	l.source.Set(things(30))
	sqlOf(t, l.path, "UPDATE thing SET name = 'By hand' WHERE name = 'Thing 3'")
	_, rows = l.compare()
	wantsDifferences(t, rows, map[string]importer.Difference{key("thing", 3): importer.ChangedThere})
	d := l.open()
	defer d.Close()
	job, sketch := l.job(d, l.journal), newSketch(t)
	job.Seal = nil
	c, err := importer.Compare(context.Background(), job, sketch, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r := l.proves(c, sketch, "")[key("thing", 3)]; r.Differs != importer.Unexplained || r.Fault.Code != "importer.left-unremembered" {
		t.Errorf("%+v", r)
	}
}

func TestWhatWasNotImportedYetIsNotCalledAnError(t *testing.T) {
	data := things(20)
	m := mapping.Default(data.Table)
	l := newLedger(t, []mapping.Mapping{m}, data)
	if c, rows := l.compare(); len(rows) != 20 || c.Tables[0].Records[importer.NotYet] != 20 || c.Tables[0].Missing != 20 {
		t.Errorf("before the first import: %+v", c.Tables[0])
	}
	l.mappings[0].Columns = m.Columns[:1]
	l.run()
	l.mappings[0] = mapping.Default(data.Table)
	c, _ := l.compare()
	if x := c.Tables[0]; x.Records[importer.NotYet] != 20 || x.Missing != 0 || x.Values[importer.NotYet] == 0 || !c.Explained() {
		t.Errorf("with another mapping: %+v", x)
	}
	// The destination is another one now: what is known of the first does not count.
	l.run()
	other := newLedger(t, l.mappings, data)
	other.run()
	sqlOf(t, other.path, "DELETE FROM thing WHERE name = 'Thing 3'")
	l.path = other.path
	d := l.open()
	defer d.Close()
	sketch := newSketch(t)
	job := l.job(d, l.journal)
	c, err := importer.Compare(context.Background(), job, sketch, nil)
	if err != nil || len(c.Remarks) != 1 || c.Tables[0].Records[importer.NotYet] != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestTwoMappingsOfOneTableShareItsRows(t *testing.T) {
	data := things(30)
	for i := range 10 {
		data.Records[i].Values[2] = core.Text("out")
	}
	in, out := mapping.Default(data.Table), mapping.Default(data.Table)
	in.ID, in.Filter, out.ID, out.Filter = "in", "kind eq 'in'", "out", "kind eq 'out'"
	l := newLedger(t, []mapping.Mapping{in, out}, data)
	l.run()
	sqlOf(t, l.path, "INSERT INTO thing (thingid, name) VALUES ('by hand', 'Somebody''s own')")
	c, rows := l.compare()
	wantsDifferences(t, rows, map[string]importer.Difference{"by hand": importer.AddedThere})
	if sum := c.Sum(); sum.Source != 30 || sum.Destination != 31 || sum.Counted {
		t.Errorf("%+v", sum)
	}
}

func TestAComparisonCanBeStoppedAndNeedsADestinationThatTells(t *testing.T) {
	data := things(60)
	l := newLedger(t, []mapping.Mapping{mapping.Default(data.Table)}, data)
	l.run()
	ctx, stop := context.WithCancel(context.Background())
	l.source.BeforePage = func(context.Context, int, core.Page) error { stop(); return nil }
	d := l.open()
	defer d.Close()
	c, err := importer.Compare(ctx, l.job(d, l.journal), newSketch(t), nil)
	if core.AsFault(err).Code != "importer.comparison-stopped" || c.Whole || c.Explained() || !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v", c, err)
	}
	l.source.BeforePage = nil
	job := l.job(mute{d}, l.journal)
	if _, err := importer.Compare(context.Background(), job, newSketch(t), nil); core.AsFault(err).Code != "importer.cannot-compare" {
		t.Errorf("a destination that tells nothing: %v", err)
	}
}

// mute is a destination that can only be written to.
type mute struct{ core.Destination }

func TestWhatWasRetriedIsNotLeftOutAnyMoreAndMendedValuesAreTheOnesToCompare(t *testing.T) {
	data := companies(30, 3, 7)
	m := mapping.Default(data.Table)
	d := newDesk(t, coretest.StoreOptions{Refuse: noBad}, data)
	d.job.Mappings, d.job.Seal = []mapping.Mapping{m}, openSeal{}
	first := d.run()
	compare := func(want map[string]importer.Difference) {
		t.Helper()
		sketch := newSketch(t)
		c, err := importer.Compare(context.Background(), d.job, sketch, nil)
		if err != nil {
			t.Fatal(err)
		}
		if x := c.Tables[0]; x.Counted || len(c.Remarks) != 1 || x.Source != 30 {
			t.Errorf("a destination that does not list its rows: %+v, %v", x, c.Remarks)
		}
		wantsDifferences(t, (&ledger{t: t}).proves(c, sketch, ""), want)
	}
	compare(map[string]importer.Difference{key("account", 3): importer.LeftOut, key("account", 7): importer.LeftOut})
	if err := importer.Mend(context.Background(), d.job, "account", key("account", 3), "name", "Mended"); err != nil {
		t.Fatal(err)
	}
	compare(map[string]importer.Difference{key("account", 3): importer.LeftOut, key("account", 7): importer.LeftOut})
	d.mustRetry(first.Run)
	compare(map[string]importer.Difference{key("account", 7): importer.LeftOut})
	d.store.Edit("account", key("account", 3), map[string]core.Value{"name": core.Text("By hand")})
	compare(map[string]importer.Difference{key("account", 3): importer.Unexplained, key("account", 7): importer.LeftOut})
}

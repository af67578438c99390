package coretest

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"ferry/core"
)

// plan has a column of every type.
func plan() core.Plan {
	return core.Plan{
		ID: "m1", Source: "account", Title: "Accounts", Table: "account", Key: "accountid", Passes: 1,
		Columns: []core.Column{
			{Name: "name", Type: core.ColumnText, Field: "name", Pass: 1},
			{Name: "revenue", Type: core.ColumnDecimal, Field: "revenue", Pass: 1},
			{Name: "employees", Type: core.ColumnInteger, Field: "employees", Pass: 1},
			{Name: "score", Type: core.ColumnDouble, Field: "score", Pass: 1},
			{Name: "donotemail", Type: core.ColumnBoolean, Field: "donotemail", Pass: 1},
			{Name: "createdon", Type: core.ColumnDateTime, Field: "createdon", Pass: 1},
			{Name: "founded", Type: core.ColumnDate, Field: "founded", Pass: 1},
			{Name: "colours", Type: core.ColumnJSON, Field: "colours", Pass: 1},
			{Name: "order", Type: core.ColumnText, Field: "order", Pass: 1}, // a word of SQL
		},
	}
}

// Key is the i-th key of the suite: a GUID in lower case, not in order.
func Key(i int) string {
	return fmt.Sprintf("%08x-0000-4000-8000-%012x", uint32(i)*2654435761, i)
}

// row is an ordinary record of plan.
func row(i int) core.Record {
	return core.Record{Key: Key(i), Values: []core.Value{
		core.Text(fmt.Sprintf("Account %d", i)), core.Decimal(fmt.Sprintf("%d.0000", i)), core.Int(int64(i)), core.Decimal("0.5"),
		core.Bool(i%2 == 0), core.Time(time.Date(2024, 2, 29, 12, 0, i%60, 0, time.UTC)), core.Date(1970, 1, 1+i%28),
		core.Choices(1, 9), core.Null(),
	}}
}

func rows(from, to int) []core.Record {
	var all []core.Record
	for i := from; i < to; i++ {
		all = append(all, row(i))
	}
	return all
}

// prepare makes all that the plan needs.
func prepare(t *testing.T, d core.Destination, p core.Plan) core.Plan {
	t.Helper()
	if s, ok := d.(core.Starter); ok {
		if err := s.Start(t.Context(), core.Identity{ID: "run-of-the-suite", Generation: 1}); err != nil {
			t.Fatalf("Start: %v", err)
		}
	}
	things, err := d.Missing(t.Context(), p)
	if err != nil {
		t.Fatalf("Missing: %v", err)
	}
	p, err = d.Prepare(t.Context(), p, things)
	if err != nil {
		t.Fatalf("Prepare: %v", err)
	}
	return p
}

// write sends a batch that must be taken and returns how many rows had each outcome.
func write(t *testing.T, d core.Destination, p core.Plan, id string, records ...core.Record) map[core.OutcomeKind]int {
	t.Helper()
	outcomes, err := d.Write(t.Context(), p, core.Batch{ID: id, Pass: 1, Rows: records})
	if err != nil {
		t.Fatalf("Write of batch %s: %v", id, err)
	}
	return tally(t, outcomes, len(records))
}

func tally(t *testing.T, outcomes []core.Outcome, n int) map[core.OutcomeKind]int {
	t.Helper()
	if len(outcomes) != n {
		t.Fatalf("%d outcomes for %d rows", len(outcomes), n)
	}
	counts := map[core.OutcomeKind]int{}
	for _, o := range outcomes {
		counts[o.Kind]++
		if (o.Kind == core.Refused || o.Kind == core.Skipped || o.Kind == core.Unsure) && o.Fault == nil {
			t.Errorf("a row is %s and nobody says why", o.Kind)
		}
	}
	return counts
}

func wantCounts(t *testing.T, got map[core.OutcomeKind]int, want map[core.OutcomeKind]int) {
	t.Helper()
	for k := core.Untried; k <= core.Unsure; k++ {
		if got[k] != want[k] {
			t.Errorf("%d rows %s, want %d", got[k], k, want[k])
		}
	}
}

// stored reads the rows of keys. A row that stands there twice fails the test.
func (s suite) stored(t *testing.T, d core.Destination, p core.Plan, keys ...string) map[string][]core.Value {
	t.Helper()
	if s.place.Rows != nil {
		wanted := map[string]bool{}
		for _, k := range keys {
			wanted[k] = true
		}
		all := s.place.Rows(t, d, p)
		maps.DeleteFunc(all, func(key string, _ []core.Value) bool { return !wanted[key] })
		return all
	}
	f, ok := d.(core.Finder)
	if !ok {
		t.Fatal("the suite cannot see what is stored: give Place.Rows, or make the destination a Finder")
	}
	match := make([]core.Match, len(keys))
	for i, k := range keys {
		match[i] = core.Match{Key: k, Values: true}
	}
	found, err := f.Find(t.Context(), p, match)
	if err != nil {
		t.Fatalf("Find: %v", err)
	}
	if len(found) != len(match) {
		t.Fatalf("Find answered %d of %d", len(found), len(match))
	}
	all := map[string][]core.Value{}
	for i, hits := range found {
		if len(hits) > 1 {
			t.Errorf("row %d stands there %d times", i, len(hits))
		}
		if len(hits) > 0 {
			all[keys[i]] = hits[0].Values
		}
	}
	return all
}

// wantStored compares a record with what is stored, by canonical text; empty is empty, however it came to be.
func (s suite) wantStored(t *testing.T, d core.Destination, p core.Plan, want ...core.Record) {
	t.Helper()
	keys := make([]string, len(want))
	for i, r := range want {
		keys[i] = r.Key
	}
	have := s.stored(t, d, p, keys...)
	wrong := 0
	for _, r := range want {
		values, ok := have[r.Key]
		if !ok {
			t.Errorf("the row %s is not there", r.Key)
			wrong++
		}
		for i := range values {
			if values[i].Empty() != r.Values[i].Empty() || values[i].Canonical() != s.kept(r.Values[i]) {
				t.Errorf("%s of row %s is %.80q, want %.80q", p.Columns[i].Name, r.Key, values[i].Canonical(), r.Values[i].Canonical())
				wrong++
			}
		}
		if wrong > 5 {
			t.Fatal("and so on")
		}
	}
}

func (s suite) kept(v core.Value) string {
	if v.Kind() == core.KindText && s.place.Keep != nil {
		return s.place.Keep(v.AsText())
	}
	return v.Canonical()
}

func keysOf(n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = Key(i)
	}
	return keys
}

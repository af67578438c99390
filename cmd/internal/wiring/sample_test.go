package wiring_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/practice"
	"ferry/core/practice/practicetest"
	"ferry/core/practice/world"
	"ferry/core/project"
)

// reached is a link to a practice environment, signed in to as its application.
func reached(t *testing.T, e *practice.Environment) *wiring.Link {
	t.Helper()
	c := &wiring.Computer{
		Data: t.TempDir(), Log: slog.New(slog.DiscardHandler),
		Wait: func(ctx context.Context, d time.Duration) error { return core.Wait(ctx, d/1000) },
	}
	l, err := c.Connect(wiring.Connection{
		Connection: project.Connection{Name: "p", Org: e.Org, Tenant: e.Tenant, ClientID: e.SecretApp, Auth: project.Secret, Practice: true},
		Access:     project.Access{Authority: e.Authority}, Secret: core.NewSecret(e.Secret), CA: string(e.CA),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func described(t *testing.T, s core.Source, table string) core.Table {
	t.Helper()
	d, err := s.Describe(t.Context(), table)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestASampleHoldsWhatCanBeReadAndNamesWhatItPointsAt(t *testing.T) {
	t.Parallel()
	e := practicetest.New(t, practice.Options{Seed: 3, Rows: map[string]int{"account": 300, "contact": 300}})
	s := reached(t, e).Source
	account := described(t, s, "account")
	if len(account.Fields) < 150 {
		t.Fatalf("only %d fields", len(account.Fields))
	}
	account.Fields = append(account.Fields, core.Field{Name: "new_gone", Type: core.TypeText, Readable: true})
	for _, spread := range []bool{false, true} {
		got, err := wiring.TakeSample(t.Context(), s, account, "", 60, spread, []mapping.Ask{{Field: "ownerid", Want: "internalemailaddress"}})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Records) != 60 || slices.Contains(got.Fields, "new_gone") {
			t.Errorf("%d records of %v", len(got.Records), got.Fields)
		}
		keys := map[string]bool{}
		owner, parent := slices.Index(got.Fields, "ownerid"), slices.Index(got.Fields, "primarycontactid")
		named, pointing := 0, 0
		for _, r := range got.Records {
			if keys[r.Key] = true; len(r.Values) != len(got.Fields) {
				t.Fatalf("%d values of %d fields", len(r.Values), len(got.Fields))
			}
			table, id := r.Values[owner].AsRef()
			if v, ok := got.Refs.Ref(table, id, ""); !ok || v.AsText() == "" {
				t.Errorf("the owner %s %s has no name", table, id)
			}
			if _, ok := got.Refs.Ref(table, id, "internalemailaddress"); !ok && table == "systemuser" {
				t.Errorf("what was asked of the owner is missing")
			}
			if table, id := r.Values[parent].AsRef(); id != "" {
				pointing++
				if v, ok := got.Refs.Ref(table, id, ""); ok && v.AsText() != "" {
					named++
				}
			}
		}
		if len(keys) != 60 || named != pointing || pointing == 0 {
			t.Errorf("%d different records; %d of %d contacts have a name", len(keys), named, pointing)
		}
	}
}

func TestASpreadSampleComesFromAllOverTheTable(t *testing.T) {
	t.Parallel()
	e := practicetest.New(t, practice.Options{Seed: 3, Rows: map[string]int{"contact": 2000}})
	s := reached(t, e).Source
	contact := described(t, s, "contact")
	all, err := wiring.TakeSample(t.Context(), s, contact, "", 2000, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	span := func(s wiring.Sample) (first, last time.Time) {
		at := slices.Index(s.Fields, "createdon")
		for _, r := range s.Records {
			when := r.Values[at].AsTime()
			if first.IsZero() || when.Before(first) {
				first = when
			}
			if when.After(last) {
				last = when
			}
		}
		return first, last
	}
	first, last := span(all)
	before := len(e.Requests())
	got, err := wiring.TakeSample(t.Context(), s, contact, "", 25, true, nil)
	if err != nil {
		t.Fatal(err)
	}
	part := last.Sub(first) / 5
	at := slices.Index(got.Fields, "createdon")
	seen := map[int]int{}
	for _, r := range got.Records {
		seen[min(4, int(r.Values[at].AsTime().Sub(first)/part))]++
	}
	if len(got.Records) != 25 || len(seen) < 5 {
		t.Errorf("%d records, from these fifths: %v", len(got.Records), seen)
	}
	requests := 0
	for _, r := range e.Requests()[before:] {
		if r.Set == "contacts" {
			requests++
		}
	}
	if requests > 10 {
		t.Errorf("%d requests", requests)
	}
}

func TestNamesThatCannotBeReadAreNoError(t *testing.T) {
	t.Parallel()
	e := practicetest.New(t, practice.Options{Seed: 3, Rows: map[string]int{"account": 30}, Script: practice.Script{
		{Side: practice.SideDynamics, Table: "systemuser", Do: practice.DoStatus, Status: 403, Code: "0x80040220", Message: "no"},
	}})
	s := reached(t, e).Source
	got, err := wiring.TakeSample(t.Context(), s, described(t, s, "account"), "", 10, true, nil)
	if err != nil || len(got.Records) != 10 {
		t.Fatalf("%d records, %v", len(got.Records), err)
	}
	table, id := got.Records[0].Values[slices.Index(got.Fields, "ownerid")].AsRef()
	if v, ok := got.Refs.Ref(table, id, ""); table == "systemuser" && ok {
		t.Errorf("a name that cannot be read: %v", v)
	}
}

func TestCountsSayHowTrueTheyAre(t *testing.T) {
	t.Parallel()
	e := practicetest.New(t, practice.Options{Seed: 3, Rows: map[string]int{"account": 700, "contact": 6000}})
	s := reached(t, e).Source
	for _, c := range []struct {
		q    core.Query
		want core.Truth
		n    int64
	}{
		{core.Query{Table: "account"}, core.Exact, 700},
		{core.Query{Table: "contact"}, core.About, 6000},
		{core.Query{Table: "contact", Filter: "contactid ne null"}, core.Exact, 6000},
	} {
		got, err := wiring.CountOf(t.Context(), s, c.q)
		if err != nil || got.Truth != c.want || got.N != c.n {
			t.Errorf("%+v: %+v, %v", c.q, got, err)
		}
	}
	var told []int64
	got, err := wiring.CountAll(t.Context(), s, core.Query{Table: "contact", Fields: []string{"fullname"}}, func(n int64) { told = append(told, n) })
	if err != nil || got != (core.Count{N: 6000, Truth: core.Exact}) || !slices.IsSorted(told) || told[len(told)-1] != 6000 {
		t.Errorf("%+v, %v, told %v", got, err, told)
	}
	ctx, cancel := context.WithCancel(t.Context())
	got, err = wiring.CountAll(ctx, s, core.Query{Table: "contact"}, func(int64) { cancel() })
	if core.AsFault(err).Kind != core.Stopped || got.Truth != core.AtLeast || got.N == 0 {
		t.Errorf("stopped: %+v, %v", got, err)
	}
}

func TestAMappingIsCountedByWhatItSaysOfWhichRecords(t *testing.T) {
	t.Parallel()
	e := practicetest.New(t, practice.Options{Seed: 3, Rows: map[string]int{"account": 300}})
	s := reached(t, e).Source
	active, large, table := int64(0), int64(0), e.World.Table("account")
	for i := range e.World.Positions(table) {
		row, ok := e.World.Row(table, i)
		if !ok {
			continue
		}
		for at, c := range table.Columns {
			switch {
			case c.Logical == "statecode" && row.Cells[at].N == 0:
				active++
			case c.Logical == "numberofemployees" && row.Cells[at].Kind == world.Int && row.Cells[at].N > 100:
				large++
			}
		}
	}
	rule := &mapping.Filter{Field: "numberofemployees", Op: mapping.Greater, Values: []string{"100"}}
	for name, c := range map[string]struct {
		m    mapping.Mapping
		want int64
	}{
		"all":     {mapping.Mapping{Source: "account"}, 300},
		"active":  {mapping.Mapping{Source: "account", ActiveOnly: true}, active},
		"by hand": {mapping.Mapping{Source: "account", Filter: "numberofemployees gt 100"}, large},
		"by rule": {mapping.Mapping{Source: "account", Where: rule}, large},
	} {
		if got, err := wiring.CountWhich(t.Context(), s, c.m, time.Now()); err != nil || got != (core.Count{N: c.want, Truth: core.Exact}) || c.want == 0 {
			t.Errorf("%s: %+v, %v, want %d", name, got, err, c.want)
		}
	}
	if _, err := wiring.CountWhich(t.Context(), s, mapping.Mapping{Source: "account", Filter: "nme eq 1"}, time.Now()); core.AsFault(err).Remedy == "" {
		t.Errorf("a wrong filter: %v", err)
	}
}

func TestAFilterThatDynamicsDoesNotUnderstandIsSaid(t *testing.T) {
	t.Parallel()
	e := practicetest.New(t, practice.Options{Seed: 3, Rows: map[string]int{"account": 20}})
	s := reached(t, e).Source
	for filter, says := range map[string]string{
		"nme eq 'x'":          "nme",
		"name eq 'unfinished": "unterminated",
		"name eq":             "",
		"contains(name":       "",
	} {
		_, err := wiring.CountOf(t.Context(), s, core.Query{Table: "account", Filter: filter})
		f := core.AsFault(err)
		if err == nil || f.Kind != core.Wrong || f.Remedy == "" || !strings.Contains(f.Subject.Value, says) || strings.Contains(err.Error(), "unfinished") {
			t.Errorf("%s: %v, subject %q", filter, err, f.Subject.Value)
		}
	}
}

func TestOptionsAreCountedInOneWalk(t *testing.T) {
	t.Parallel()
	e := practicetest.New(t, practice.Options{Seed: 3, Rows: map[string]int{"account": 400}})
	s := reached(t, e).Source
	got, err := wiring.OptionUse(t.Context(), s, core.Query{Table: "account", Fields: []string{"statecode", "new_gone", "industrycode", "name"}}, func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, n := range got["statecode"] {
		sum += n
	}
	if _, ok := got["new_gone"]; ok || sum != 400 || got["industrycode"] == nil || len(got) != 2 {
		t.Errorf("%v", got)
	}
	none, err := wiring.OptionUse(t.Context(), s, core.Query{Table: "account", Fields: []string{"new_gone"}}, func(int64) {})
	if err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
}

package coretest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"ferry/core"
)

// A Sample is how the suite gets at a kind of source.
type Sample struct {
	// New gives a source that holds the sample. Its server's pages should be smaller than the sample.
	New func(t *testing.T) core.Source
	// Table and Fields are read; Records are what must come, in any order, with values in the order of Fields.
	Table   string
	Fields  []string
	Records []core.Record
	// Filter is one the source understands, and Filtered are the keys it leaves. "" leaves the proof out.
	Filter   string
	Filtered []string
}

// Source proves that a kind of source keeps its promises.
func Source(t *testing.T, sample Sample) {
	r := reader{sample}
	for _, test := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"every record comes once, every value exactly", r.all},
		{"reading goes on behind every bookmark", r.resumes},
		{"the same bookmark gives the same rest", r.repeats},
		{"a limit gives so many and no more", r.limits},
		{"only the asked keys come", r.keys},
		{"a filter leaves what it names", r.filters},
		{"ranges share nothing and hold everything", r.splits},
		{"fields come in the order in which they were asked for", r.order},
		{"stopping ends the read with a Fault", r.cancels},
		{"the reader may leave at any page", r.leaves},
		{"a table or field that is not there is a Fault, and the last thing told", r.wrong},
		{"the description fits what is read", r.describes},
		{"checks end as they began", r.checks},
	} {
		t.Run(test.name, test.run)
	}
}

type reader struct{ sample Sample }

func (r reader) open(t *testing.T) core.Source {
	t.Helper()
	s := r.sample.New(t)
	t.Cleanup(func() {
		for range 2 {
			if err := s.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		}
	})
	return s
}

func (r reader) query() core.Query {
	return core.Query{Table: r.sample.Table, Fields: slices.Clone(r.sample.Fields)}
}

// A read is what one Read yielded. Its records own their memory: pages were released.
type read struct {
	records []core.Record
	pages   []int // how many records each page had
	after   []core.Bookmark
	last    core.Mark
	err     error
}

func readAll(ctx context.Context, t *testing.T, s core.Source, q core.Query, from core.Bookmark) (out read) {
	t.Helper()
	for p, err := range s.Read(ctx, q, from) {
		if out.err != nil {
			t.Error("something comes behind an error")
		}
		if err != nil {
			out.err = err
			continue
		}
		if out.last != "" {
			t.Error("a page comes behind the one that has the mark of the last")
		}
		out.pages = append(out.pages, len(p.Records))
		for _, rec := range p.Records {
			c := core.Record{Key: string([]byte(rec.Key)), Gone: rec.Gone}
			for _, v := range rec.Values {
				c.Values = append(c.Values, owned(v))
			}
			out.records = append(out.records, c)
		}
		out.after = append(out.after, p.After)
		out.last = p.Last
		p.Release()
	}
	return out
}

// must is readAll without an error.
func must(t *testing.T, s core.Source, q core.Query, from core.Bookmark) read {
	t.Helper()
	out := readAll(t.Context(), t, s, q, from)
	if out.err != nil {
		t.Fatalf("Read: %v", out.err)
	}
	return out
}

// wantRecords compares what came with what must come, in any order.
func wantRecords(t *testing.T, have, want []core.Record) {
	t.Helper()
	byKey := make(map[string]core.Record, len(want))
	for _, r := range want {
		byKey[r.Key] = r
	}
	seen := make(map[string]bool, len(have))
	wrong := 0
	for _, r := range have {
		if wrong > 5 {
			t.Fatal("and so on")
		}
		w, known := byKey[r.Key]
		switch {
		case seen[r.Key]:
			t.Errorf("the record %s comes twice", r.Key)
			wrong++
		case !known:
			t.Errorf("the record %s comes, and nobody asked for it", r.Key)
			wrong++
		case len(r.Values) != len(w.Values):
			t.Errorf("the record %s has %d values, want %d", r.Key, len(r.Values), len(w.Values))
			wrong++
		default:
			for i, v := range r.Values {
				if !equal(v, w.Values[i]) {
					t.Errorf("value %d of record %s is %.80q (kind %d), want %.80q (kind %d)", i, r.Key, v.Canonical(), v.Kind(), w.Values[i].Canonical(), w.Values[i].Kind())
					wrong++
				}
			}
		}
		seen[r.Key] = true
	}
	if len(seen) != len(want) {
		t.Errorf("%d records came, want %d", len(seen), len(want))
	}
}

// equal is exact: the same kind and the same value, also the table of a reference.
func equal(a, b core.Value) bool {
	at, ai := a.AsRef()
	bt, bi := b.AsRef()
	return a.Kind() == b.Kind() && a.Canonical() == b.Canonical() && at == bt && ai == bi
}

func (r reader) all(t *testing.T) {
	s := r.open(t)
	out := must(t, s, r.query(), core.Bookmark{})
	wantRecords(t, out.records, r.sample.Records)
	if len(out.after) == 0 || !out.after[len(out.after)-1].Done {
		t.Error("the last bookmark does not say that nothing is left")
	}
	count, err := s.Count(t.Context(), r.query())
	if err != nil {
		t.Fatalf("Count: %v", err)
	}
	if n := int64(len(r.sample.Records)); count.Truth == core.Exact && count.N != n || count.Truth == core.AtLeast && count.N > n {
		t.Errorf("the count is %+v, and there are %d", count, n)
	}
}

func (r reader) resumes(t *testing.T) {
	s := r.open(t)
	whole := must(t, s, r.query(), core.Bookmark{})
	if len(whole.after) < 2 {
		t.Fatal("the sample is one page: the suite cannot see whether reading goes on")
	}
	taken := 0
	for i, after := range whole.after {
		taken += whole.pages[i]
		rest := must(t, s, r.query(), after)
		wantRecords(t, slices.Concat(whole.records[:taken], rest.records), r.sample.Records)
	}
	if rest := must(t, s, r.query(), core.Bookmark{Done: true}); len(rest.records) != 0 {
		t.Errorf("%d records come behind the end", len(rest.records))
	}
}

func (r reader) repeats(t *testing.T) {
	s := r.open(t)
	whole := must(t, s, r.query(), core.Bookmark{})
	for _, from := range []core.Bookmark{{}, whole.after[0]} {
		a, b := must(t, s, r.query(), from), must(t, r.open(t), r.query(), from)
		if !slices.EqualFunc(a.records, b.records, func(x, y core.Record) bool { return x.Key == y.Key }) {
			t.Errorf("the same bookmark gives %d records, then %d, or in another order", len(a.records), len(b.records))
		}
	}
}

func (r reader) limits(t *testing.T) {
	s := r.open(t)
	n := len(r.sample.Records)
	for _, limit := range []int{1, 2, n - 1, n, n + 1} {
		q := r.query()
		q.Limit = limit
		out := must(t, s, q, core.Bookmark{})
		if len(out.records) != min(limit, n) {
			t.Errorf("a limit of %d gives %d records", limit, len(out.records))
		}
		if len(out.after) > 0 && !out.after[len(out.after)-1].Done {
			t.Errorf("a limit of %d does not end the read", limit)
		}
	}
}

func (r reader) keys(t *testing.T) {
	s := r.open(t)
	q := r.query()
	q.Keys = []string{}
	if out := must(t, s, q, core.Bookmark{}); len(out.records) != 0 {
		t.Errorf("asking for no key gives %d records", len(out.records))
	}
	var want []core.Record
	for i, rec := range r.sample.Records {
		if i%3 == 0 {
			want = append(want, rec)
			q.Keys = append(q.Keys, rec.Key)
		}
	}
	q.Keys = append(q.Keys, "00000000-0000-4000-8000-00000000dead")
	wantRecords(t, must(t, s, q, core.Bookmark{}).records, want)
}

func (r reader) filters(t *testing.T) {
	if r.sample.Filter == "" {
		return
	}
	s := r.open(t)
	q := r.query()
	q.Filter = r.sample.Filter
	var want []core.Record
	for _, rec := range r.sample.Records {
		if slices.Contains(r.sample.Filtered, rec.Key) {
			want = append(want, rec)
		}
	}
	wantRecords(t, must(t, s, q, core.Bookmark{}).records, want)
	q.Keys = []string{r.sample.Records[0].Key}
	n := 0
	if slices.Contains(r.sample.Filtered, q.Keys[0]) {
		n = 1
	}
	if got := len(must(t, s, q, core.Bookmark{}).records); got != n {
		t.Errorf("a filter and a key together give %d records, want %d", got, n)
	}
}

func (r reader) splits(t *testing.T) {
	s := r.open(t)
	splitter, ok := s.(core.Splitter)
	if !ok {
		return
	}
	for _, n := range []int{1, 2, 3, 7} {
		queries, err := splitter.Split(t.Context(), r.query(), n)
		if err != nil || len(queries) < 1 || len(queries) > n {
			t.Fatalf("Split into %d gives %d, %v", n, len(queries), err)
		}
		var together []core.Record
		for _, q := range queries {
			together = append(together, must(t, s, q, core.Bookmark{}).records...)
		}
		wantRecords(t, together, r.sample.Records)
	}
}

func (r reader) order(t *testing.T) {
	s := r.open(t)
	q := r.query()
	slices.Reverse(q.Fields)
	var want []core.Record
	for _, rec := range r.sample.Records {
		c := core.Record{Key: rec.Key, Values: slices.Clone(rec.Values)}
		slices.Reverse(c.Values)
		want = append(want, c)
	}
	wantRecords(t, must(t, s, q, core.Bookmark{}).records, want)
	q.Fields = r.sample.Fields[len(r.sample.Fields)-1:]
	for i := range want {
		want[i].Values = want[i].Values[:1]
	}
	wantRecords(t, must(t, s, q, core.Bookmark{}).records, want)
}

func (r reader) cancels(t *testing.T) {
	s := r.open(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	pages := 0
	var last error
	for p, err := range s.Read(ctx, r.query(), core.Bookmark{}) {
		if last = err; err == nil {
			pages++
			p.Release()
			cancel()
		}
	}
	if last == nil || core.AsFault(last).Kind != core.Stopped || !errors.Is(last, context.Canceled) {
		t.Errorf("a stopped read ends with %v", last)
	}
	// What was on its way already may still come.
	if pages > 3 {
		t.Errorf("%d pages came after it was stopped", pages-1)
	}
}

func (r reader) leaves(t *testing.T) {
	s := r.open(t)
	for n := 1; n <= 2; n++ {
		pages := 0
		for p, err := range s.Read(t.Context(), r.query(), core.Bookmark{}) {
			if err != nil {
				t.Fatal(err)
			}
			p.Release()
			if pages++; pages == n {
				break
			}
		}
	}
	wantRecords(t, must(t, s, r.query(), core.Bookmark{}).records, r.sample.Records)
}

func (r reader) wrong(t *testing.T) {
	s := r.open(t)
	noTable, noField := r.query(), r.query()
	noTable.Table = "ferry_nosuchtable"
	noField.Fields = append(noField.Fields, "ferry_nosuchfield")
	for _, q := range []core.Query{noTable, noField} {
		out := readAll(t.Context(), t, s, q, core.Bookmark{})
		var f *core.Fault
		if !errors.As(out.err, &f) || f.Kind == core.Bug || f.Remedy == "" || len(out.records) > 0 {
			t.Errorf("reading %s gives %d records and %v", q.Table, len(out.records), out.err)
		}
	}
	if _, err := s.Describe(t.Context(), noTable.Table); err == nil || core.AsFault(err).Remedy == "" {
		t.Errorf("a table that is not there is described: %v", err)
	}
}

func (r reader) describes(t *testing.T) {
	s := r.open(t)
	table, err := s.Describe(t.Context(), r.sample.Table)
	if err != nil {
		t.Fatalf("Describe: %v", err)
	}
	if table.Name.Logical != r.sample.Table || table.Key == "" || table.Field(table.Key) == nil {
		t.Errorf("the description is of %q with key %q", table.Name.Logical, table.Key)
	}
	for _, name := range r.sample.Fields {
		if f := table.Field(name); f == nil || !f.Readable {
			t.Errorf("the description lacks %s, or says it cannot be read", name)
		}
	}
	names, err := s.Tables(t.Context())
	if err != nil || !slices.ContainsFunc(names, func(n core.TableName) bool { return n.Logical == r.sample.Table }) {
		t.Errorf("the list of tables lacks %s: %v", r.sample.Table, err)
	}
	id, err := s.Identity(t.Context())
	again, err2 := r.open(t).Identity(t.Context())
	if err != nil || err2 != nil || id.ID == "" || id.ID != again.ID {
		t.Errorf("the identity is %+v, then %+v (%v, %v)", id, again, err, err2)
	}
}

func (r reader) checks(t *testing.T) {
	s := r.open(t)
	if checks := Checks(t, s, core.Need{Tables: []string{r.sample.Table}, Fresh: true}); !core.Available(checks) {
		t.Errorf("the source is not available: %s", states(checks))
	}
}

func states(checks []core.Check) (text string) {
	for _, c := range checks {
		text += fmt.Sprintf("%s %s; ", c.ID, c.State)
		if c.Fault != nil {
			text += c.Fault.Cause + " "
		}
	}
	return text
}

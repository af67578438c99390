package coretest

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ferry/core"
)

// Texts are texts that have broken importers before. None of them is a secret to share: use them in every test that
// carries text.
func Texts() []string {
	return []string{
		"", " ", "  leading and trailing  ", "\t", "\n", "\r\n", "line one\nline two\r\nline three\rline four",
		"'", "''", `"`, `""`, "`", `\`, `\\`, `\n`, `'; DROP TABLE account; --`, `" OR 1=1`, "?1", ":name", "@p", "$1", "%s %d %n",
		"NULL", "null", "nil", "None", "undefined", "true", "false", "0", "-0", "007", "1e3", "1.50", "+1", "0x1F", "٣",
		"=1+1", "+cmd", "-2+3", "@SUM(A1)", "#REF!", "<script>alert(1)</script>", "&amp;", "{\"a\":[1,2]}", "[1,2]", "a,b;c\td|e",
		"äöüÄÖÜß", "é", "e\u0301", "ÇçĞğİıŞş", "Łódź", "Ελληνικά", "Кириллица", "עברית", "العربية", "हिन्दी", "ไทย", "中文", "日本語", "한국어",
		"😀", "👩‍👩‍👧‍👦", "🇩🇪", "a\u0300\u0301\u0302", "\u200b", "\u200e\u200f", "\ufeffBOM", "\u202eright to left\u202c", "\u2028", "\u00a0", "�",
		"\x00", "a\x00b", "\x01\x02\x1f\x7f", "𝕏", "\U0010ffff", strings.Repeat("é", 1000), strings.Repeat("long text ", 100_000),
	}
}

func (s suite) texts(t *testing.T) {
	d := s.open(t)
	p := prepare(t, d, plan())
	var all, refused []core.Record
	for i, text := range Texts() {
		r := row(i)
		r.Values[0], r.Values[8] = core.Text(text), core.Text(text)
		if s.place.Takes != nil && !s.place.Takes(text) {
			refused = append(refused, r)
			continue
		}
		all = append(all, r)
	}
	wantCounts(t, write(t, d, p, "b1", append(slices.Clone(all), refused...)...), map[core.OutcomeKind]int{core.Created: len(all), core.Refused: len(refused)})
	s.wantStored(t, d, p, all...)
	wantCounts(t, write(t, d, p, "b2", all...), map[core.OutcomeKind]int{core.Unchanged: len(all)})
}

func (s suite) exact(t *testing.T) {
	d := s.open(t)
	p := prepare(t, d, plan())
	decimals := []string{"0", "0.0000", "-0.0001", "20000.0000", "922337203685477.5807", "-922337203685477.5808", "0.1", "100000000000.0000000000", "1.10", "1.1", "99999999999999999999999999.99"}
	doubles := []string{"0", "0.1", "-1.5", "1e-300", "1.7976931348623157e+308", "123456789.123"}
	integers := []int64{0, 1, -1, 1<<31 - 1, -1 << 31, 1<<63 - 1, -1 << 63, 1<<53 + 1}
	times := []time.Time{
		time.Date(1753, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
		time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1969, 12, 31, 23, 59, 59, 999_000_000, time.UTC), time.Unix(0, 0),
		time.Date(2024, 2, 29, 23, 59, 59, 123_456_789, time.UTC), time.Date(2024, 3, 31, 1, 30, 0, 0, time.FixedZone("", 7200)),
	}
	dates := [][3]int{{1, 1, 1}, {1753, 1, 1}, {1900, 1, 1}, {1900, 2, 28}, {1970, 1, 1}, {2024, 2, 29}, {9999, 12, 31}}
	choices := []core.Value{core.Choices(), core.Choices(1), core.Choices(9, 1), core.Choices(-1, 100000000, 1<<31-1)}
	var all []core.Record
	for i := range 40 {
		at := func(n int) int { return i % n }
		r := row(i)
		r.Values[1] = core.Decimal(decimals[at(len(decimals))])
		r.Values[2] = core.Int(integers[at(len(integers))])
		r.Values[3] = core.Decimal(doubles[at(len(doubles))])
		r.Values[5] = core.Time(times[at(len(times))])
		day := dates[at(len(dates))]
		r.Values[6] = core.Date(day[0], time.Month(day[1]), day[2])
		r.Values[7] = choices[at(len(choices))]
		r.Values[8] = core.Ref("contact", Key(i))
		if i%3 == 0 {
			r.Values[2] = core.Choice(int64(i) * 100000)
		}
		all = append(all, r)
	}
	wantCounts(t, write(t, d, p, "b1", all...), map[core.OutcomeKind]int{core.Created: len(all)})
	s.wantExact(t, d, p, all)
	wantCounts(t, write(t, d, p, "b2", all...), map[core.OutcomeKind]int{core.Unchanged: len(all)})
	// Equal as a number, but not the same digits: money is kept as it was sent.
	r := all[8]
	r.Values = slices.Clone(r.Values)
	r.Values[1] = core.Decimal("1.100")
	wantCounts(t, write(t, d, p, "b3", r), map[core.OutcomeKind]int{core.Updated: 1})
}

// wantExact is wantStored, but a floating-point column may write its number another way.
func (s suite) wantExact(t *testing.T, d core.Destination, p core.Plan, want []core.Record) {
	t.Helper()
	const score = 3
	have := s.stored(t, d, p, keysOf(len(want))...)
	for _, r := range want {
		values := have[r.Key]
		if len(values) != len(r.Values) {
			t.Fatalf("the row %s is not there", r.Key)
		}
		for i := range values {
			if i == score && float(values[i]) == float(r.Values[i]) {
				continue
			}
			want := r.Values[i]
			if want.Kind() == core.KindTime && s.place.Precision > 0 {
				want = core.Time(want.AsTime().Truncate(s.place.Precision))
			}
			if values[i].Canonical() != want.Canonical() {
				t.Errorf("%s of row %s is %q, want %q", p.Columns[i].Name, r.Key, values[i].Canonical(), want.Canonical())
			}
		}
	}
}

func (s suite) absent(t *testing.T) {
	d := s.open(t)
	p := prepare(t, d, plan())
	full := row(1)
	full.Values[8] = core.Text("here")
	write(t, d, p, "b1", full)

	part := core.Record{Key: full.Key, Values: make([]core.Value, len(p.Columns))}
	wantCounts(t, write(t, d, p, "b2", part), map[core.OutcomeKind]int{core.Unchanged: 1})
	s.wantStored(t, d, p, full)

	part.Values[0] = core.Text("another name")
	part.Values[8] = core.Null()
	wantCounts(t, write(t, d, p, "b3", part), map[core.OutcomeKind]int{core.Updated: 1})
	full.Values[0], full.Values[8] = part.Values[0], core.Null()
	s.wantStored(t, d, p, full)

	// Every set of absent columns, new and known rows alike.
	n := len(p.Columns)
	var batch, want []core.Record
	for set := range 1 << n {
		r := row(1000 + set)
		for i := range n {
			if set&(1<<i) != 0 {
				r.Values[i] = core.Value{}
			}
		}
		batch, want = append(batch, r), append(want, r)
	}
	wantCounts(t, write(t, d, p, "b4", batch...), map[core.OutcomeKind]int{core.Created: len(batch)})
	s.wantStored(t, d, p, want...)
	wantCounts(t, write(t, d, p, "b5", batch...), map[core.OutcomeKind]int{core.Unchanged: len(batch)})
}

func (s suite) many(t *testing.T) {
	d := s.open(t)
	p := prepare(t, d, plan())
	const n = 10_000
	all := rows(0, n)
	for i := 0; i < n; i += 2500 {
		wantCounts(t, write(t, d, p, "b"+Key(i), all[i:i+2500]...), map[core.OutcomeKind]int{core.Created: 2500})
	}
	if err := d.Finish(t.Context(), p); err != nil {
		t.Fatalf("Finish: %v", err)
	}
	s.wantStored(t, d, p, all...)
	wantCounts(t, write(t, d, p, "again", all...), map[core.OutcomeKind]int{core.Unchanged: n})
}

func (s suite) identity(t *testing.T) {
	d := s.open(t)
	starter, ok := d.(core.Starter)
	if !ok {
		return
	}
	want := func(generation int64) {
		t.Helper()
		if id, err := d.Identity(t.Context()); err != nil || id.ID != "first" || id.Generation != generation || id.Name == "" {
			t.Fatalf("the identity is %+v, %v; want first, generation %d, with a name", id, err, generation)
		}
	}
	start := func(id string, generation int64) {
		t.Helper()
		if err := starter.Start(t.Context(), core.Identity{ID: id, Generation: generation}); err != nil {
			t.Fatalf("Start: %v", err)
		}
	}
	start("first", 1)
	want(1)
	start("first", 1)
	want(1)
	p := prepare(t, d, plan())
	write(t, d, p, "b1", rows(0, 10)...)
	if err := d.Finish(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	want(1)
	start("another", 5)
	want(5)
	start("first", 2)
	want(5)
	if s.place.Reopen == nil {
		return
	}
	d = s.place.Reopen(t, d)
	want(5)
	if settler, ok := d.(core.Settler); ok {
		if _, known, err := settler.Settled(t.Context(), p, "b1"); !known || err != nil {
			t.Errorf("the next start forgot the last batch: %v", err)
		}
	}
}

func (s suite) reopens(t *testing.T) {
	if s.place.Reopen == nil {
		return
	}
	d := s.open(t)
	p := prepare(t, d, plan())
	write(t, d, p, "b1", rows(0, 100)...)
	d = s.place.Reopen(t, d)
	if things, err := d.Missing(t.Context(), p); err != nil || len(things) != 0 {
		t.Fatalf("after it was closed %v is missing, %v", things, err)
	}
	s.wantStored(t, d, p, rows(0, 100)...)
	wantCounts(t, write(t, d, p, "b2", rows(50, 150)...), map[core.OutcomeKind]int{core.Unchanged: 50, core.Created: 50})
	for range 2 {
		if err := d.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

func (s suite) unprepared(t *testing.T) {
	d, p := s.open(t), plan()
	outcomes, err := d.Write(t.Context(), p, core.Batch{ID: "b1", Pass: 1, Rows: rows(0, 7)})
	if err == nil {
		t.Fatal("a table that is not there was written")
	}
	if f := core.AsFault(err); f.Kind == core.Bug || f.Remedy == "" {
		t.Errorf("writing without Prepare says %q, %q", f.Cause, f.Remedy)
	}
	wantCounts(t, tally(t, outcomes, 7), map[core.OutcomeKind]int{core.Untried: 7})
	if _, err := d.Describe(t.Context(), p.Table); err == nil || core.AsFault(err).Kind != core.Wrong {
		t.Errorf("a table that is not there is described: %v", err)
	}
	if f, ok := d.(core.Finder); ok {
		found, err := f.Find(t.Context(), p, []core.Match{{Key: Key(1)}, {Key: Key(2)}})
		if err != nil || len(found) != 2 || len(found[0])+len(found[1]) != 0 {
			t.Errorf("an empty place finds %v, %v", found, err)
		}
	}
}

func (s suite) checks(t *testing.T) {
	d := s.open(t)
	look := func() []core.Check { return Checks(t, d, core.Need{Tables: []string{"account"}}) }
	if checks := look(); !core.Available(checks) {
		t.Errorf("an empty place is not available: %+v", checks)
	}
	if id, err := d.Identity(t.Context()); err != nil || id.ID != "" {
		t.Errorf("a check made something: %+v, %v", id, err)
	}
	p := prepare(t, d, plan())
	write(t, d, p, "b1", row(1))
	if checks := look(); !core.Available(checks) {
		t.Errorf("a place in use is not available: %+v", checks)
	}
}

// Checks runs a system's checks, proves that they are told as they should be, and returns their final states.
func Checks(t *testing.T, s core.System, need core.Need) []core.Check {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var final []core.Check
	at := map[string]int{}
	s.Checks(ctx, need, func(c core.Check) {
		if c.ID == "" || c.Title == "" {
			t.Errorf("a check without ID or title: %+v", c)
		}
		i, seen := at[c.ID]
		switch {
		case !seen:
			if c.State != core.CheckRunning && c.State != core.CheckUntried {
				t.Errorf("the check %s begins as %s", c.ID, c.State)
			}
			at[c.ID] = len(final)
			final = append(final, c)
		case final[i].State != core.CheckRunning:
			t.Errorf("the check %s ends twice", c.ID)
		default:
			final[i] = c
		}
		for _, on := range c.DependsOn {
			if _, told := at[on]; !told {
				t.Errorf("the check %s depends on %s, which was not told before", c.ID, on)
			}
		}
	})
	for _, c := range final {
		if c.State == core.CheckRunning {
			t.Errorf("the check %s never ends", c.ID)
		}
		if (c.State == core.CheckFailed || c.State == core.CheckWarned) && (c.Fault == nil || c.Fault.Remedy == "") {
			t.Errorf("the check %s is %s and nobody says what to do", c.ID, c.State)
		}
	}
	return final
}

// float reads a number, whichever way it is written.
func float(v core.Value) float64 {
	f, err := strconv.ParseFloat(v.Canonical(), 64)
	if err != nil {
		return math.NaN()
	}
	return f
}

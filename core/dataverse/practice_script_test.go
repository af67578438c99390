package dataverse

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/practice"
	"ferry/core/practice/dynamics"
	"ferry/core/practice/practicetest"
	"ferry/core/practice/world"
)

// keysOf are all keys of a table of the practice world, in its order.
func keysOf(e *practice.Environment, table string) []string {
	t := e.World.Table(table)
	var keys []string
	for i := range e.World.Positions(t) {
		if r, ok := e.World.Row(t, i); ok {
			keys = append(keys, r.Key)
		}
	}
	slices.Sort(keys)
	return keys
}

func sorted(keys []string) []string {
	keys = slices.Clone(keys)
	slices.Sort(keys)
	return keys
}

func TestAFieldThatIsToldTwiceIsOneField(t *testing.T) {
	e := practicetest.New(t, practice.Options{Seed: 1, Rows: map[string]int{"account": 3}, Script: practice.Script{
		{Side: practice.SideDynamics, Path: "/Attributes$", Do: practice.DoRepeatRow},
	}})
	s := connect(t, e, func(*Config) {})
	about, err := s.Describe(t.Context(), "account")
	if err != nil || e.Played()[0] == 0 {
		t.Fatal(err, e.Played())
	}
	seen := map[string]bool{}
	for _, f := range about.Fields {
		if seen[f.Name] {
			t.Errorf("%s is there twice", f.Name)
		}
		seen[f.Name] = true
	}
}

func TestNothingIsKnownOfAFieldThatIsTakenAwayWhileItIsRead(t *testing.T) {
	e := practicetest.New(t, practice.Options{Seed: 1, Rows: map[string]int{"account": 3}})
	s := connect(t, e, func(*Config) {})
	if _, err := s.Describe(t.Context(), "account"); err != nil {
		t.Fatal(err)
	}
	if err := e.World.RemoveColumn("account", "accountnumber"); err != nil {
		t.Fatal(err)
	}
	n := 0
	for page, err := range s.Read(t.Context(), core.Query{Table: "account", Fields: []string{"name", "accountnumber"}}, core.Bookmark{}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Records {
			n++
			if r.Values[0].Kind() != core.KindText || r.Values[1].Kind() != core.KindAbsent {
				t.Errorf("the record has %v", r.Values)
			}
		}
		page.Release()
	}
	if n != 3 {
		t.Errorf("%d records", n)
	}
}

func TestWhatPassesIsWaitedForAndNothingIsLostOrDoubled(t *testing.T) {
	rows := practice.Step{Side: practice.SideDynamics, Table: "account"}
	step := func(do string, change func(*practice.Step)) practice.Step {
		s := rows
		s.Do = do
		if change != nil {
			change(&s)
		}
		return s
	}
	scripts := map[string]practice.Script{
		"too many requests": {
			step(practice.DoStatus, func(s *practice.Step) {
				s.Status, s.Code, s.RetryAfter, s.Nth = 429, "0x80072322", practice.Seconds(7), 2
			}),
			step(practice.DoStatus, func(s *practice.Step) { s.Status, s.Code, s.Nth = 429, "0x80072321", 3 }),
			step(practice.DoStatus, func(s *practice.Step) { s.Status, s.Code, s.Nth = 429, "0x80072326", 4 }),
		},
		"unavailable":        {step(practice.DoStatus, func(s *practice.Step) { s.Status, s.Every, s.Times = 503, 2, 5 })},
		"a web page":         {step(practice.DoHTML, func(s *practice.Step) { s.Every, s.Times = 3, 4 })},
		"an error inside":    {step(practice.DoStatus, func(s *practice.Step) { s.Status, s.Code, s.Every, s.Times = 500, "0x80040216", 3, 2 })},
		"cut in mid-body":    {step(practice.DoCut, func(s *practice.Step) { s.Bytes, s.Every, s.Times = 30000, 2, 6 })},
		"cut before":         {step(practice.DoCut, func(s *practice.Step) { s.Every, s.Times = 3, 6 })},
		"cut in mid-gzip":    {step(practice.DoCutGzip, func(s *practice.Step) { s.Bytes, s.Every, s.Times = 5000, 2, 6 })},
		"ends too early":     {step(practice.DoTruncate, func(s *practice.Step) { s.Bytes, s.Every, s.Times = 40000, 2, 6 })},
		"garbage":            {step(practice.DoGarbage, func(s *practice.Step) { s.Bytes, s.Every, s.Times = 20000, 2, 6 })},
		"a row served twice": {step(practice.DoRepeatRow, nil)},
		"expired tokens":     {step(practice.DoExpire, func(s *practice.Step) { s.Page, s.Times = 3, 1 })},
		"revoked tokens":     {step(practice.DoRevoke, func(s *practice.Step) { s.Page, s.Times = 4, 1 })},
		"sign-in fails":      {{Side: practice.SideMicrosoft, Do: practice.DoStatus, Status: 503, Every: 2}, step(practice.DoExpire, func(s *practice.Step) { s.Page, s.Times = 2, 1 })},
	}
	for name, script := range scripts {
		e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 700}, Script: script})
		s := connect(t, e, func(c *Config) { c.PageSize = 100 })
		keys, _, err := read(s, core.Query{Table: "account", Fields: []string{"name", "revenue", "ownerid", "description"}}, core.Bookmark{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !slices.Equal(sorted(keys), keysOf(e, "account")) {
			t.Errorf("%s: %d records came, %d are there", name, len(keys), e.World.Len("account"))
		}
		for i, n := range e.Played() {
			if n == 0 {
				t.Errorf("%s: step %d was not played", name, i)
			}
		}
	}
}

func TestLyingServersAreRefusedByPractice(t *testing.T) {
	page := practice.Step{Side: practice.SideDynamics, Table: "account", Page: 2}
	for name, c := range map[string]struct {
		do, link, code string
	}{
		"another host":        {practice.DoForeignLink, "host", "rest.foreign-address"},
		"plain http":          {practice.DoForeignLink, "http", "rest.foreign-address"},
		"another root":        {practice.DoForeignLink, "root", "rest.foreign-address"},
		"a user in the link":  {practice.DoForeignLink, "user", "rest.foreign-address"},
		"the same page again": {practice.DoRepeatPage, "", "dataverse.endless"},
		"empty without end":   {practice.DoEndlessEmpty, "", "dataverse.endless"},
		"the same link again": {practice.DoEndlessSame, "", "dataverse.endless"},
		"a huge cell":         {practice.DoHugeCell, "", "dataverse.cell-too-large"},
		"a gzip bomb":         {practice.DoGzipBomb, "", ""},
		"a redirect":          {practice.DoRedirect, "", "rest.redirected"},
	} {
		t.Run(name, func(t *testing.T) {
			step := page
			step.Do, step.Link = c.do, c.link
			if c.do == practice.DoRedirect {
				step.To = "https://evil.example/"
			}
			if c.do == practice.DoRepeatPage || c.do == practice.DoEndlessEmpty {
				step.Page = 0
			}
			e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 500}, Script: practice.Script{step}})
			s := connect(t, e, func(c *Config) { c.PageSize = 100 })
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _, err := read(s, core.Query{Table: "account", Fields: []string{"name", "description"}}, core.Bookmark{})
			runtime.ReadMemStats(&after)
			f := core.AsFault(err)
			if err == nil || c.code != "" && f.Code != c.code || f.Remedy == "" || f.Kind == core.Bug {
				t.Errorf("%s: got %v %v", name, f.Code, err)
			}
			if heap := int64(after.HeapSys) - int64(before.HeapSys); heap > 96<<20 {
				t.Errorf("%s: the heap grew by %d MB", name, heap>>20)
			}
		})
	}
}

func TestASmallTableGoesOnAtEveryRecord(t *testing.T) {
	e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 60}})
	for _, size := range []int{1, 7, 100} {
		s := connect(t, e, func(c *Config) { c.PageSize = size })
		q := core.Query{Table: "account", Fields: []string{"name"}}
		all, marks, err := read(s, q, core.Bookmark{})
		if err != nil || !slices.Equal(sorted(all), keysOf(e, "account")) {
			t.Fatal(err)
		}
		for i, m := range marks {
			rest, _, err := read(s, q, m)
			if want := all[min((i+1)*size, len(all)):]; err != nil || !slices.Equal(rest, want) {
				t.Errorf("page size %d, bookmark %d: %d came, want %d: %v", size, i, len(rest), len(want), err)
			}
		}
		// Within a page: at each record, as a bookmark in the middle of a large page has it.
		if size == 100 {
			chain := uint64(0)
			for i, key := range all {
				chain = chained(chain, key)
				rest, _, err := read(s, q, core.Bookmark{Taken: i + 1, Hash: chain})
				if err != nil || !slices.Equal(rest, all[i+1:]) {
					t.Errorf("behind record %d: %d came: %v", i, len(rest), err)
				}
			}
		}
	}
}

func TestPagesAreAboutFourMegabytesAndMemoryStaysFlat(t *testing.T) {
	e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 16000}})
	s := connect(t, e, nil)
	d, err := s.Describe(context.Background(), "account")
	if err != nil {
		t.Fatal(err)
	}
	q := core.Query{Table: "account"}
	for _, f := range d.Fields {
		if f.Readable && len(q.Fields) < 60 {
			q.Fields = append(q.Fields, f.Name)
		}
	}
	debug.FreeOSMemory()
	var m runtime.MemStats
	peaks := []uint64{}
	records, pages, small := 0, 0, 0
	for page, err := range s.Read(context.Background(), q, core.Bookmark{}) {
		if err != nil {
			t.Fatal(err)
		}
		records += len(page.Records)
		pages++
		size := 0
		for _, r := range page.Records {
			size += 32*len(r.Values) + 64
			for _, v := range r.Values {
				size += v.Size()
			}
		}
		if size > 5<<20 {
			t.Errorf("page %d holds %d bytes", pages, size)
		}
		if size < 3<<20 {
			small++
		}
		page.Release()
		if records > 6000 {
			runtime.ReadMemStats(&m)
			peaks = append(peaks, m.HeapSys)
		}
	}
	if records != 16000 || pages < 7 || small > 4 {
		t.Errorf("%d records in %d pages, %d of them small", records, pages, small)
	}
	if grown := int64(peaks[len(peaks)-1]) - int64(peaks[0]); grown > 24<<20 {
		t.Errorf("the heap grew by %d MB while reading", grown>>20)
	}
	t.Logf("%d pages, heap %d MB then %d MB", pages, peaks[0]>>20, peaks[len(peaks)-1]>>20)
}

func TestChangesAreToldWithDeletions(t *testing.T) {
	ctx := context.Background()
	e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 300}})
	s := connect(t, e, func(c *Config) { c.PageSize = 100 })
	mark, err := s.Mark(ctx, "account")
	if err != nil || mark == "" {
		t.Fatal(err, mark)
	}
	changed := func(since core.Mark) (out []string, next core.Mark) {
		for page, err := range s.Changed(ctx, "account", since) {
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Records {
				if len(r.Values) != 0 {
					t.Error("a change has values")
				}
				out = append(out, fmt.Sprint(r.Key, " ", r.Gone))
			}
			next = page.Last
			page.Release()
		}
		return out, next
	}
	none, mark := changed(mark)
	if len(none) != 0 || mark == "" {
		t.Errorf("without a change: %v %q", none, mark)
	}
	keys := keysOf(e, "account")
	if err := e.World.Set("account", keys[5], map[string]world.Cell{"name": world.TextCell("Changed")}); err != nil {
		t.Fatal(err)
	}
	if err := e.World.Delete("account", keys[9]); err != nil {
		t.Fatal(err)
	}
	made, err := e.World.Insert("account", "", map[string]world.Cell{"name": world.TextCell("Made")})
	if err != nil {
		t.Fatal(err)
	}
	got, mark := changed(mark)
	want := []string{keys[5] + " false", keys[9] + " true", made + " false"}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for range 250 {
		if _, err := e.World.Insert("account", "", map[string]world.Cell{"name": world.TextCell("More")}); err != nil {
			t.Fatal(err)
		}
	}
	if got, _ = changed(mark); len(got) != 250 {
		t.Errorf("%d changes came over several pages, want 250", len(got))
	}
	for _, err := range s.Changed(ctx, "account", core.Mark(e.API()+"/accounts?$select=accountid&$deltatoken=1%2101%2f01%2f2001%2000%3a00%3a00")) {
		if f := core.AsFault(err); err == nil || f.Code != CodeMarkExpired {
			t.Errorf("an old mark: %v", err)
		}
	}
	for _, bad := range []core.Mark{"", "https://evil.example/x"} {
		for _, err := range s.Changed(ctx, "account", bad) {
			if err == nil {
				t.Errorf("the mark %q was taken", bad)
			}
		}
	}
}

func TestSplitRangesShareNothingAndMissNothing(t *testing.T) {
	ctx := context.Background()
	e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 900}})
	keys := keysOf(e, "account")
	if err := e.World.Set("account", keys[3], map[string]world.Cell{"createdon": {}}); err != nil {
		t.Fatal(err)
	}
	s := connect(t, e, func(c *Config) { c.PageSize = 100 })
	for _, n := range []int{1, 2, 4, 9} {
		q := core.Query{Table: "account", Fields: []string{"name"}, Filter: "statecode ge 0"}
		parts, err := s.Split(ctx, q, n)
		if err != nil || len(parts) > n || n > 1 && len(parts) < 2 {
			t.Fatal(n, len(parts), err)
		}
		var all []string
		for _, p := range parts {
			got, _, err := read(s, p, core.Bookmark{})
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, got...)
		}
		if !slices.Equal(sorted(all), keys) {
			t.Errorf("%d ranges: %d records, %d are there", len(parts), len(all), len(keys))
		}
	}
	few := connect(t, e, nil)
	if parts, err := few.Split(ctx, core.Query{Table: "account"}, 4); err != nil || len(parts) != 1 {
		t.Errorf("a small table was cut into %d: %v", len(parts), err)
	}
}

func TestCountsSayHowTrueTheyAre(t *testing.T) {
	ctx := context.Background()
	e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 6200}})
	s := connect(t, e, nil)
	for _, c := range []struct {
		q    core.Query
		want core.Count
	}{
		{core.Query{Table: "account"}, core.Count{N: 6200, Truth: core.About}},
		{core.Query{Table: "account", Limit: 10}, core.Count{N: 10, Truth: core.About}},
		{core.Query{Table: "account", Filter: "statecode ge 0"}, core.Count{N: 6200, Truth: core.Exact}},
		{core.Query{Table: "account", Filter: "name eq 'nobody is called this'"}, core.Count{N: 0, Truth: core.Exact}},
	} {
		if got, err := s.Count(ctx, c.q); err != nil || got != c.want {
			t.Errorf("%+v: got %+v %v, want %+v", c.q, got, err, c.want)
		}
	}
}

func TestWhereCountingEndsIsSaid(t *testing.T) {
	ctx := context.Background()
	q := core.Query{Table: "account", Filter: "name ne 'nobody''s (name)'"}
	e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 50_001}})
	if got, err := connect(t, e, nil).Count(ctx, q); err != nil || got != (core.Count{N: 50_000, Truth: core.AtLeast}) {
		t.Errorf("more than an aggregate takes: %+v %v", got, err)
	}
	// Whoever does not know aggregates, or has no time for them, has counted as far as before.
	for name, step := range map[string]practice.Step{
		"refuses": {Do: practice.DoStatus, Status: 400, Code: "0x80060888"}, "does not know": {Do: practice.DoStatus, Status: 501}, "fails": {Do: practice.DoStatus, Status: 500},
		"page": {Do: practice.DoHTML}, "garbage": {Do: practice.DoGarbage, Bytes: 20}, "hangs up": {Do: practice.DoCut},
	} {
		step.Table, step.Nth = "account", 2
		e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 5300}, Script: practice.Script{step}})
		if got, err := connect(t, e, nil).Count(ctx, q); err != nil || got.N != 5000 && got.N != 5300 || got.N == 5000 && got.Truth != core.AtLeast {
			t.Errorf("a server that %s: %+v %v", name, got, err)
		}
	}
}

func TestTablesAreDescribedAsTheyAre(t *testing.T) {
	ctx := context.Background()
	e := practicetest.New(t, practice.Options{})
	s := connect(t, e, nil)
	names, err := s.Tables(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		d, err := s.Describe(ctx, name.Logical)
		if err != nil {
			t.Fatal(err)
		}
		w := e.World.Table(name.Logical)
		if d.Set != w.Set || d.Key != w.Key || d.Title != w.Title || d.Tracked != w.Tracked || d.Name.Custom != w.Custom || d.Name.Display != w.Display {
			t.Errorf("%s: %+v", name.Logical, d.Name)
		}
		for _, f := range d.Fields {
			c := w.Column(f.Name)
			if f.Length != c.MaxLength && (f.Type == core.TypeText || f.Type == core.TypeMemo) {
				t.Errorf("%s.%s: length %d, want %d", w.Logical, f.Name, f.Length, c.MaxLength)
			}
			if (f.Type == core.TypeDate) != (c.Type == "DateTimeType" && c.Behavior == "DateOnly") {
				t.Errorf("%s.%s: %s, behaviour %s", w.Logical, f.Name, f.Type, c.Behavior)
			}
			if len(f.Options) != len(c.Options) {
				t.Errorf("%s.%s (%s): %d options, want %d", w.Logical, f.Name, c.Type, len(f.Options), len(c.Options))
				continue
			}
			for _, o := range c.Options {
				if !slices.ContainsFunc(f.Options, func(got core.Option) bool {
					return got.Code == int64(o.Value) && got.Label == o.Label && (c.Type != "StatusType" || got.State == int64(o.State))
				}) {
					t.Errorf("%s.%s: the option %+v is missing in %+v", w.Logical, f.Name, o, f.Options)
				}
			}
			if f.Type.IsLookup() && !slices.Equal(sorted(f.Targets), sorted(c.Targets)) && f.Type != core.TypeOwner {
				t.Errorf("%s.%s: targets %v, want %v", w.Logical, f.Name, f.Targets, c.Targets)
			}
		}
		for _, r := range w.ManyToOne {
			if f := d.Field(r.ReferencingAttribute); f != nil && f.Type.IsLookup() && f.Nav[r.ReferencedEntity] != r.ReferencingNav {
				t.Errorf("%s.%s: written as %v, want %s", w.Logical, f.Name, f.Nav, r.ReferencingNav)
			}
		}
	}
}

func TestChecksTellWhatWorks(t *testing.T) {
	ctx := context.Background()
	e := practicetest.New(t, practice.Options{})
	checks := func(s *Source, need core.Need) (map[string]core.Check, bool) {
		last := make(map[string]core.Check)
		s.Checks(ctx, need, func(c core.Check) {
			if prev, ok := last[c.ID]; ok && prev.State != core.CheckRunning {
				t.Errorf("%s was told again", c.ID)
			}
			last[c.ID] = c
		})
		var all []core.Check
		for _, c := range last {
			all = append(all, c)
			if (c.State == core.CheckFailed || c.State == core.CheckWarned) && (c.Fault == nil || c.Fault.Remedy == "") {
				t.Errorf("%s has no remedy: %+v", c.ID, c)
			}
		}
		return last, core.Available(all)
	}
	states := func(m map[string]core.Check) string {
		var out []string
		for _, id := range []string{"address", "secure", "environment", "signin", "whoami", "roles", "version", "read-account", "tracking-account", "read-contact", "read-nothing"} {
			if c, ok := m[id]; ok {
				out = append(out, id+"="+string(c.State))
			}
		}
		return strings.Join(out, " ")
	}
	fresh := false
	s := connect(t, e, func(c *Config) {
		c.SignIn = func(context.Context) (string, bool, error) { fresh = true; return "Ferry practice", true, nil }
		c.Discover = func(context.Context) (string, error) { return e.Tenant, nil }
	})
	got, ok := checks(s, core.Need{Tables: []string{"account", "contact"}, Fresh: true})
	if !ok || !fresh || strings.Contains(states(got), "failed") || strings.Contains(states(got), "untried") {
		t.Errorf("all is well: %v %s", ok, states(got))
	}
	if !strings.HasPrefix(got["version"].Detail, "version 9.") || got["environment"].Detail != "tenant "+e.Tenant ||
		got["signin"].Detail != "the application Ferry practice" || !strings.HasPrefix(got["whoami"].Detail, "application user ") {
		t.Errorf("details: %q %q %q %q", got["version"].Detail, got["environment"].Detail, got["signin"].Detail, got["whoami"].Detail)
	}
	if got, ok = checks(s, core.Need{Tables: []string{"account", "nothing"}}); !ok || got["read-nothing"].State != core.CheckWarned || got["tracking-nothing"].State != core.CheckUntried {
		t.Errorf("one table of two: %v %s", ok, states(got))
	}
	if got, ok = checks(s, core.Need{Tables: []string{"nothing"}}); ok {
		t.Errorf("no table: %v %s", ok, states(got))
	}
	if err := e.World.SetDepth(e.ApplicationUser, "prvReadAccount", "Local"); err != nil {
		t.Fatal(err)
	}
	got, ok = checks(s, core.Need{Tables: []string{"account"}})
	if !ok || got["read-account"].State != core.CheckWarned || got["tracking-account"].State != core.CheckWarned || !strings.Contains(got["read-account"].Detail, "business unit") {
		t.Errorf("a part of the table: %v %s %q", ok, states(got), got["read-account"].Detail)
	}
	if err := e.World.Revoke(e.ApplicationUser, "prvReadAccount"); err != nil {
		t.Fatal(err)
	}
	got, ok = checks(s, core.Need{Tables: []string{"account"}})
	if f := got["read-account"].Fault; ok || f == nil || f.Code != "dataverse.table-not-readable" || !strings.Contains(f.Cause, "prvReadAccount") {
		t.Errorf("no right: %v %s %+v", ok, states(got), f)
	}
	if _, _, err := read(s, core.Query{Table: "account", Fields: []string{"name"}}, core.Bookmark{}); core.AsFault(err).Code != "dataverse.privilege" {
		t.Errorf("reading without the right: %v", err)
	}
	broken := connect(t, e, func(c *Config) {
		c.Token = func(context.Context, string) (string, error) { return "", addressMissing() }
	})
	got, ok = checks(broken, core.Need{Tables: []string{"account"}})
	if ok || states(got) != "address=passed secure=passed environment=passed signin=failed whoami=untried roles=untried version=untried read-account=untried tracking-account=untried" {
		t.Errorf("no sign-in: %v %s", ok, states(got))
	}
	distrusting := connect(t, e, func(c *Config) { c.Transport = nil })
	got, ok = checks(distrusting, core.Need{})
	if ok || !strings.HasPrefix(states(got), "address=passed secure=failed environment=untried signin=passed whoami=untried") {
		t.Errorf("no trust: %v %s", ok, states(got))
	}
	e.Close()
	got, ok = checks(s, core.Need{})
	if ok || !strings.HasPrefix(states(got), "address=failed secure=untried environment=untried") {
		t.Errorf("nobody there: %v %s", ok, states(got))
	}
}

func TestTheOrganisationIsKnownByItsID(t *testing.T) {
	e := practicetest.New(t, practice.Options{Limits: dynamics.Limits{}})
	s := connect(t, e, nil)
	id, err := s.Identity(context.Background())
	if err != nil || len(id.ID) != 36 || id.Name == "" {
		t.Errorf("got %+v %v", id, err)
	}
}

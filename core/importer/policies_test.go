package importer_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	zombie "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/core/sqlite"
)

// A fileDesk is a desk whose destination is a database file.
type fileDesk struct {
	*desk
	path string
}

func newFileDesk(t *testing.T, data ...coretest.Data) fileDesk {
	t.Helper()
	d := fileDesk{newDesk(t, coretest.StoreOptions{}, data...), filepath.Join(t.TempDir(), "out.db")}
	file, err := sqlite.New(d.path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	d.job.Destination = file
	return d
}

// import runs and closes the file, so that others can read it.
func (d fileDesk) imports() importer.Receipt {
	d.t.Helper()
	r := d.run()
	if err := d.job.Destination.Close(); err != nil {
		d.t.Fatal(err)
	}
	return r
}

// sql does or asks something with another program; it gives the first column, in order.
func (d fileDesk) sql(text string) []string { return sqlOf(d.t, d.path, text) }

func sqlOf(t *testing.T, path, text string) (all []string) {
	t.Helper()
	c, err := zombie.OpenConn(path, zombie.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	err = sqlitex.Execute(c, text, &sqlitex.ExecOptions{ResultFunc: func(s *zombie.Stmt) error {
		all = append(all, s.ColumnText(0))
		return nil
	}})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return all
}

// things are n records of one table, of which those in the given places are left out.
func things(n int, without ...int) coretest.Data {
	d := coretest.NewData("thing", field("thingid", core.TypeID), field("name", core.TypeText), field("kind", core.TypeText))
	gone := map[int]bool{}
	for _, i := range without {
		gone[i] = true
	}
	for i := range n {
		if !gone[i] {
			d.Add(key("thing", i), core.Text(fmt.Sprint("Thing ", i)), core.Text("in"))
		}
	}
	return d
}

func policed(gone, left mapping.Policy) []mapping.Mapping {
	m := mapping.Default(things(0).Table)
	m.Filter, m.Gone, m.Left = "kind eq 'in'", gone, left
	return []mapping.Mapping{m}
}

var (
	remove = mapping.Policy{Do: mapping.Remove}
	mark   = mapping.Policy{Do: mapping.MarkInactive, Column: "active", Value: "no"}
)

func TestWhatIsGoneIsRemovedAndWhatLeftTheFilterIsMarked(t *testing.T) {
	d := newFileDesk(t, things(40))
	d.job.Mappings = policed(remove, mark)
	wants(t, d.imports(), "thing", importer.Counts{Created: 40})
	d.sql("INSERT INTO thing (thingid, name) VALUES ('by hand', 'Somebody''s own')")
	data := things(40, 3, 4, 5)
	data.Records[0].Values[2] = core.Text("out")
	d.source.Set(data)
	wants(t, d.imports(), "thing", importer.Counts{Unchanged: 36, Removed: 3, Updated: 1})
	if n := d.sql("SELECT count(*) FROM thing"); n[0] != "38" {
		t.Errorf("%s rows are left", n)
	}
	if keys := d.sql("SELECT thingid FROM thing WHERE active = 'no'"); len(keys) != 1 || keys[0] != key("thing", 0) {
		t.Errorf("marked are %v", keys)
	}
	// Once more: it is dealt with.
	wants(t, d.imports(), "thing", importer.Counts{Unchanged: 36})
	// It is deleted after it had left the filter.
	d.source.Set(things(40, 0, 3, 4, 5))
	wants(t, d.imports(), "thing", importer.Counts{Unchanged: 36, Removed: 1})
	if n := d.sql("SELECT count(*) FROM thing WHERE thingid = 'by hand'"); n[0] != "1" {
		t.Error("a row that somebody added is not there any more")
	}
}

func TestLeavingAloneIsTheDefaultAndAsksNothing(t *testing.T) {
	d := newFileDesk(t, things(10))
	d.imports()
	d.source.Set(things(10, 1))
	reads := len(d.source.Reads())
	wants(t, d.imports(), "thing", importer.Counts{Unchanged: 9})
	if n := len(d.source.Reads()) - reads; n != 1 {
		t.Errorf("the source was read %d times", n)
	}
	if n := d.sql("SELECT count(*) FROM thing"); n[0] != "10" {
		t.Errorf("%s rows", n)
	}
}

func TestARecordThatIsRefusedIsNotGone(t *testing.T) {
	d := newFileDesk(t, things(20))
	d.job.Mappings = policed(remove, remove)
	d.imports()
	data := things(20)
	data.Records[4].Values[1] = core.Null()
	d.source.Set(data)
	d.job.Mappings[0].Columns[0].NotNull = true
	wants(t, d.imports(), "thing", importer.Counts{Unchanged: 19, Refused: 1})
	if n := d.sql("SELECT count(*) FROM thing"); n[0] != "20" {
		t.Errorf("%s rows", n)
	}
}

func TestRowsFromBeforeThePolicyAreKnownByTheirKey(t *testing.T) {
	d := newFileDesk(t, things(20))
	d.imports()
	d.sql("INSERT INTO thing (thingid, name) VALUES ('17', 'Somebody''s own')")
	d.job.Mappings = policed(remove, mapping.Policy{})
	d.source.Set(things(20, 2))
	wants(t, d.imports(), "thing", importer.Counts{Unchanged: 19, Removed: 1})
	if n := d.sql("SELECT count(*) FROM thing WHERE thingid = '17'"); n[0] != "1" {
		t.Error("a row that somebody added is not there any more")
	}
}

func TestTheBrakeStopsWhatNobodyAgreedTo(t *testing.T) {
	d := newFileDesk(t, things(200))
	d.job.Mappings = policed(remove, mapping.Policy{})
	d.imports()
	d.source.Set(things(120))
	r := d.imports()
	wants(t, r, "thing", importer.Counts{Unchanged: 120})
	if !strings.Contains(r.Reason, "80 of 200") {
		t.Errorf("reason %q", r.Reason)
	}
	d.job.Retire = map[string]int64{"thing": 80}
	wants(t, d.imports(), "thing", importer.Counts{Unchanged: 120, Removed: 80})
	// A few of many, and many of very many, need no word.
	d.job.Retire = nil
	d.source.Set(things(80))
	wants(t, d.imports(), "thing", importer.Counts{Unchanged: 80, Removed: 40})
}

func TestWithSmallerRightsNothingIsTakenForGone(t *testing.T) {
	d := newFileDesk(t, things(30))
	d.job.Mappings = policed(remove, mapping.Policy{})
	d.imports()
	less := things(20)
	less.Table.Rights.Read = core.DepthUser
	d.source.Set(less)
	r := d.imports()
	wants(t, r, "thing", importer.Counts{Unchanged: 20})
	if !strings.Contains(r.Reason, "may still read") {
		t.Errorf("reason %q", r.Reason)
	}
	if n := d.sql("SELECT count(*) FROM thing"); n[0] != "30" {
		t.Errorf("%s rows", n)
	}
}

func TestATryTakesNothingForGone(t *testing.T) {
	d := newFileDesk(t, things(30))
	d.job.Mappings = policed(remove, remove)
	d.imports()
	d.source.Set(things(30, 1, 2))
	d.job.Limit = 10
	d.imports()
	if n := d.sql("SELECT count(*) FROM thing"); n[0] != "30" {
		t.Errorf("%s rows", n)
	}
	d.job.Limit = 0
	wants(t, d.imports(), "thing", importer.Counts{Unchanged: 28, Removed: 2})
}

func TestARowThatSomebodyAddedIsMatchedInsteadOfDoubled(t *testing.T) {
	d := newFileDesk(t, things(6))
	m := mapping.Default(things(0).Table)
	d.imports()
	d.sql("INSERT INTO thing (thingid, name, kind) VALUES ('h1', 'Thing 7', NULL), ('h2', 'Thing 8', 'theirs'), ('h3', 'Twin', ''), ('h4', 'Twin', '')")
	data := things(10)
	data.Records[6].Values[1] = core.Text("Twin")
	d.source.Set(data)
	m.Match = mapping.Match{Columns: []string{"name"}}
	d.job.Mappings = []mapping.Mapping{m}
	r := d.imports()
	wants(t, r, "thing", importer.Counts{Unchanged: 6, Updated: 2, Created: 1, Refused: 1})
	if c := r.Refusals[0].Fault; c.Code != "sqlite.several-match" || !strings.Contains(c.Cause, "name") {
		t.Errorf("refused with %+v", c)
	}
	for i, want := range map[int]string{7: "in", 8: "theirs", 9: "in"} {
		if got := d.sql("SELECT kind FROM thing WHERE thingid = '" + key("thing", i) + "'"); len(got) != 1 || got[0] != want {
			t.Errorf("thing %d is %v, want %s", i, got, want)
		}
	}
	wants(t, d.imports(), "thing", importer.Counts{Unchanged: 9, Refused: 1})
}

package importer_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	zombie "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/core/rehearsal"
)

func newSketch(t *testing.T) *rehearsal.Sketch {
	t.Helper()
	s, err := rehearsal.New(context.Background(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// footprint is what lies in the folder of a file: names and digests.
func footprint(t *testing.T, path string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(filepath.Dir(path), func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		fmt.Fprintf(&b, "%s %x\n", filepath.Base(p), sha256.Sum256(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// contents are all rows of a table, by key; nothing when it is not there.
func contents(t *testing.T, path, table string) map[string]map[string]string {
	t.Helper()
	rows := map[string]map[string]string{}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return rows
	}
	c, err := zombie.OpenConn(path, zombie.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	there := false
	for _, name := range sqlOf(t, path, "SELECT name FROM sqlite_schema WHERE type = 'table'") {
		there = there || name == table
	}
	if !there {
		return rows
	}
	err = sqlitex.Execute(c, `SELECT * FROM "`+table+`"`, &sqlitex.ExecOptions{ResultFunc: func(s *zombie.Stmt) error {
		row := map[string]string{}
		for i := range s.ColumnCount() {
			row[s.ColumnName(i)] = s.ColumnText(i)
		}
		rows[s.ColumnText(0)] = row
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// foretells rehearses and imports, and compares: what was shown is what came, to the last value, and the rehearsal left
// no trace. It returns the rehearsal.
func (d fileDesk) foretells() (importer.Rehearsal, *rehearsal.Sketch) {
	t := d.t
	t.Helper()
	if err := d.job.Destination.Close(); err != nil {
		t.Fatal(err)
	}
	sketch := newSketch(t)
	before, runs := footprint(t, d.path), d.job.Journal
	r, err := importer.Rehearse(context.Background(), d.job, sketch, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Whole {
		t.Error("it says that it did not come to its end")
	}
	if after := footprint(t, d.path); after != before {
		t.Errorf("the rehearsal changed files:\n%s\n%s", before, after)
	}
	d.job.Journal = runs
	was := map[string]map[string]map[string]string{}
	for _, x := range r.Tables {
		if was[x.To] == nil {
			was[x.To] = contents(t, d.path, x.To)
		}
	}
	receipt := d.imports()
	for i, x := range r.Tables {
		got := receipt.Tables[i]
		if x.Counts != got.Counts || x.Unresolved != got.Unresolved || x.Mapping != got.Mapping {
			t.Errorf("%s: rehearsed %+v unresolved %d, imported %+v unresolved %d", x.Table, x.Counts, x.Unresolved, got.Counts, got.Unresolved)
		}
	}
	d.compares(r, sketch, was)
	return r, sketch
}

func (d fileDesk) compares(r importer.Rehearsal, sketch *rehearsal.Sketch, was map[string]map[string]map[string]string) {
	t := d.t
	t.Helper()
	for _, x := range r.Tables {
		now := contents(t, d.path, x.To)
		err := sketch.Each(context.Background(), rehearsal.Search{Mapping: x.Mapping}, func(row importer.RehearsedRow) error {
			from := row.Key
			if row.Matches != "" {
				from = row.Matches
			}
			old, there := was[x.To][from]
			next, stays := now[row.Key]
			switch row.Kind {
			case core.Created:
				if there || !stays {
					t.Errorf("%s %s: was to be created", x.To, row.Key)
				}
			case core.Removed:
				if !there || stays {
					t.Errorf("%s %s: was to be removed", x.To, row.Key)
				}
				return nil
			}
			want := map[string]string{}
			for name := range next {
				want[name] = old[name]
			}
			if row.Kind == core.Created || row.Matches != "" {
				want[d.keyColumn(x.To)] = row.Key
			}
			for _, c := range row.Changes {
				if row.Kind != core.Created && row.Fault == nil && c.Was != old[c.Column] && c.Was != "" {
					t.Errorf("%s %s: %s was %q, shown as %q", x.To, row.Key, c.Column, old[c.Column], c.Was)
				}
				want[c.Column] = c.Becomes
			}
			for name, value := range next {
				if want[name] != value {
					t.Errorf("%s %s (%v): %s is %q, shown was %q", x.To, row.Key, row.Kind, name, value, want[name])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (d fileDesk) keyColumn(table string) string {
	return d.sql("SELECT name FROM pragma_table_info('" + table + "') WHERE pk = 1")[0]
}

func TestARehearsalOfAnEmptyPlaceShowsWhatComesAndMakesNothing(t *testing.T) {
	d := newFileDesk(t, accounts(45), contacts(30))
	r, sketch := d.foretells()
	if len(r.Make) != 3 || r.Make[0].Kind != "file" {
		t.Errorf("it would make %v", r.Make)
	}
	if c := r.Counts(); c.Created != 75 || !c.Balanced() {
		t.Errorf("%+v", c)
	}
	places, err := sketch.Find(context.Background(), rehearsal.Search{Text: "account 7"})
	if err != nil || len(places) != 1 {
		t.Fatalf("%v, %v", places, err)
	}
	rows, err := sketch.Rows(context.Background(), places)
	if err != nil || len(rows) != 1 || rows[0].Name != "Account 7" || rows[0].Kind != core.Created {
		t.Errorf("%+v, %v", rows, err)
	}
}

func TestPlannedRecordsCountAsThereWhenOthersPointAtThem(t *testing.T) {
	d := newFileDesk(t, accounts(45), contacts(30))
	for i := range d.job.Mappings {
		for b := range d.job.Mappings[i].Columns {
			if c := &d.job.Mappings[i].Columns[b]; c.Was.IsLookup() || strings.HasSuffix(c.Column, "id") {
				c.Lookup = &mapping.Lookup{By: mapping.ByRecord}
			}
		}
	}
	r, _ := d.foretells()
	if n := r.Tables[0].Unresolved + r.Tables[1].Unresolved; n != 15 {
		t.Errorf("%d lookups are left empty", n)
	}
	more := accounts(50)
	more.Records[3].Values[1] = core.Text("Renamed")
	d.source.Set(more)
	d.source.Set(contacts(40))
	d.foretells()
}

func TestARehearsalOfAnotherMappingShowsTheColumnsThatWouldBeMade(t *testing.T) {
	d := newFileDesk(t, things(30))
	m := mapping.Default(things(0).Table)
	whole := m.Columns
	m.Columns = m.Columns[:1]
	d.job.Mappings = []mapping.Mapping{m}
	d.imports()
	d.job.Mappings[0].Columns = whole
	r, _ := d.foretells()
	if len(r.Make) == 0 || r.Make[0].Kind != "column" {
		t.Errorf("it would make %v", r.Make)
	}
	wantsRehearsed(t, r, "thing", importer.Counts{Updated: 30})
}

func TestARehearsalCountsValuesThatWouldBeReplacedAndEmptied(t *testing.T) {
	d := newFileDesk(t, things(40))
	m := mapping.Default(things(0).Table)
	d.job.Mappings = []mapping.Mapping{m}
	d.imports()
	d.sql("UPDATE thing SET name = NULL WHERE name = 'Thing 4'")
	data := things(42, 5)
	data.Records[0].Values[1] = core.Text("Another")
	data.Records[1].Values[1] = core.Null()
	data.Records[1].Values[2] = core.Text("out")
	d.source.Set(data)
	r, sketch := d.foretells()
	wantsRehearsed(t, r, "thing", importer.Counts{Created: 2, Updated: 3, Unchanged: 36})
	for _, f := range r.Tables[0].Fields {
		switch f.Column {
		case "name":
			if f.Filled != 1 || f.Replaced != 1 || f.Emptied != 1 {
				t.Errorf("%+v", f)
			}
		case "kind":
			if f.Filled != 0 || f.Replaced != 1 || f.Emptied != 0 {
				t.Errorf("%+v", f)
			}
		}
	}
	changed, err := sketch.Find(context.Background(), rehearsal.Search{Kinds: []core.OutcomeKind{core.Updated}, Column: "kind"})
	if err != nil || len(changed) != 1 {
		t.Errorf("%v, %v", changed, err)
	}
}

func wantsRehearsed(t *testing.T, r importer.Rehearsal, table string, want importer.Counts) {
	t.Helper()
	want.Read = want.Created + want.Updated + want.Unchanged + want.Removed + want.Skipped + want.Refused
	for _, x := range r.Tables {
		if x.Table == table && x.Counts != want {
			t.Errorf("%s: got %+v, want %+v", table, x.Counts, want)
		}
	}
}

func TestARehearsalAppliesTheRulesForValuesThatAreThere(t *testing.T) {
	rule := func(made, found mapping.When, keep bool) mapping.Mapping {
		m := mapping.Default(things(0).Table)
		for i := range m.Columns {
			if m.Columns[i].Column == "name" {
				m.Columns[i].Made, m.Columns[i].Found, m.Columns[i].MayEmpty = made, found, !keep
			}
		}
		return m
	}
	for _, made := range []mapping.When{mapping.Overwrite, mapping.FillBlanks, mapping.NeverWrite, mapping.OnlyNew, mapping.UnlessChanged} {
		for _, keep := range []bool{false, true} {
			t.Run(fmt.Sprint(made, keep), func(t *testing.T) {
				d := newFileDesk(t, things(30))
				d.job.Mappings = []mapping.Mapping{rule(made, mapping.FillBlanks, keep)}
				d.imports()
				d.sql("UPDATE thing SET name = 'By hand' WHERE name = 'Thing 3'")
				d.sql("UPDATE thing SET name = NULL WHERE name = 'Thing 4'")
				data := things(32)
				for i := range 10 {
					data.Records[i].Values[1] = core.Text(fmt.Sprint("New ", i))
				}
				data.Records[6].Values[1] = core.Null()
				d.source.Set(data)
				d.foretells()
			})
		}
	}
}

func TestARehearsalMatchesRowsThatSomebodyAdded(t *testing.T) {
	d := newFileDesk(t, things(20))
	m := mapping.Default(things(0).Table)
	m.Match = mapping.Match{Columns: []string{"name"}}
	d.job.Mappings = []mapping.Mapping{m}
	d.imports()
	d.sql("INSERT INTO thing (thingid, name) VALUES ('one', 'Thing 21'), ('two', 'Thing 22'), ('three', 'Thing 22'), ('four', 'Thing 23')")
	data := things(26)
	data.Records[24].Values[1] = core.Text("Thing 23") // two records mean one row
	d.source.Set(data)
	r, _ := d.foretells()
	wantsRehearsed(t, r, "thing", importer.Counts{Created: 2, Updated: 2, Unchanged: 20, Refused: 2})
	if r.Tables[0].Matched != 2 {
		t.Errorf("%d rows were matched", r.Tables[0].Matched)
	}
}

func TestARehearsalTellsWhatPoliciesWouldRemoveAndMark(t *testing.T) {
	d := newFileDesk(t, things(40))
	d.job.Mappings = policed(mapping.Policy{}, mapping.Policy{})
	d.imports()
	d.sql("INSERT INTO thing (thingid, name) VALUES ('by hand', 'Somebody''s own')")
	// The policies are new: nothing is noted of the rows that were made before.
	d.job.Mappings = policed(remove, mark)
	data := things(40, 3, 4, 5)
	data.Records[0].Values[2] = core.Text("out")
	d.source.Set(data)
	r, _ := d.foretells()
	wantsRehearsed(t, r, "thing", importer.Counts{Unchanged: 36, Removed: 3, Updated: 1})
	d.source.Set(things(40, 3, 4, 5, 6))
	r, _ = d.foretells()
	t.Log(r.Counts())
}

func TestARehearsalTellsOfEachMappingOfATableWhatLeavesIt(t *testing.T) {
	for name, first := range map[string]bool{"all of it comes first": true, "all of it comes last": false} {
		t.Run(name, func(t *testing.T) {
			d := newFileDesk(t, things(40))
			all := mapping.Default(things(0).Table)
			all.ID, all.Table, all.Gone = "all", "everything", remove
			d.job.Mappings = append(policed(remove, remove), all)
			if first {
				slices.Reverse(d.job.Mappings)
			}
			d.imports()
			data := things(40, 3)
			data.Records[0].Values[2], data.Records[1].Values[2] = core.Text("out"), core.Text("out")
			d.source.Set(data)
			if r, _ := d.foretells(); r.Counts().Removed != 4 {
				t.Errorf("%+v", r.Tables)
			}
		})
	}
}

func TestARehearsalSaysWhatTheBrakeWouldHold(t *testing.T) {
	d := newFileDesk(t, things(100))
	d.job.Mappings = policed(remove, mark)
	d.imports()
	gone := make([]int, 60)
	for i := range gone {
		gone[i] = i
	}
	d.source.Set(things(100, gone...))
	r, err := importer.Rehearse(context.Background(), d.job, newSketch(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Tables[0].Held != 60 || len(r.Remarks) != 1 || !strings.Contains(r.Remarks[0], "60 of 100") {
		t.Errorf("%+v", r)
	}
	d.job.Retire = map[string]int64{"thing": 60}
	r, _ = d.foretells()
	if r.Tables[0].Held != 0 {
		t.Errorf("%d are held though somebody agreed", r.Tables[0].Held)
	}
}

func TestAnImportCanBeLimitedToWhatWasShown(t *testing.T) {
	d := newFileDesk(t, things(40))
	sketch := newSketch(t)
	if _, err := importer.Rehearse(context.Background(), d.job, sketch, nil); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "shown.keys")
	_, n, err := sketch.SaveList(context.Background(), file, rehearsal.Search{})
	if err != nil || n != 40 {
		t.Fatalf("%d, %v", n, err)
	}
	list, err := rehearsal.OpenList(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	data := things(50)
	data.Records[7].Values[1] = core.Text("Changed since")
	d.source.Set(data)
	all := d.job
	d.job.Only = list
	r := d.imports()
	wants(t, r, "thing", importer.Counts{Created: 39, Skipped: 1})
	if len(r.Refusals) != 1 || r.Refusals[0].Fault.Code != "importer.changed-since-rehearsal" || r.Tables[0].Only != list.ID() {
		t.Errorf("%+v", r)
	}
	d.job = all
	wants(t, d.imports(), "thing", importer.Counts{Created: 11, Unchanged: 39})
}

func TestALimitedImportGoesOnAfterAKill(t *testing.T) {
	d := newFileDesk(t, things(100))
	sketch := newSketch(t)
	if _, err := importer.Rehearse(context.Background(), d.job, sketch, nil); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "shown.keys")
	if _, _, err := sketch.SaveList(context.Background(), file, rehearsal.Search{Text: "thing 5"}); err != nil {
		t.Fatal(err)
	}
	list, err := rehearsal.OpenList(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	d.job.Only = list
	first := d.interrupt(4)
	list.Close()
	if d.job.Only, err = rehearsal.OpenList(context.Background(), file); err != nil {
		t.Fatal(err)
	}
	again := d.run()
	if again.Run != first.Run {
		t.Error("another run began")
	}
	wants(t, again, "thing", importer.Counts{Created: 11})
}

func TestARehearsalThatIsStoppedSaysSoAndKeepsWhatItCounted(t *testing.T) {
	d := newFileDesk(t, things(100))
	ctx, cancel := context.WithCancel(context.Background())
	d.source.BeforePage = func(_ context.Context, page int, _ core.Page) error {
		if page == 3 {
			cancel()
			return ctx.Err()
		}
		return nil
	}
	r, err := importer.Rehearse(ctx, d.job, newSketch(t), nil)
	if core.AsFault(err).Code != "importer.rehearsal-stopped" || r.Whole || !r.Counts().Balanced() {
		t.Errorf("%v, %+v", err, r)
	}
}

func TestADestinationThatDoesNotTellIsSaidToBeBlind(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(30))
	d.run()
	d.job.Destination = dumb{d.store.Open()}
	r, err := importer.Rehearse(context.Background(), d.job, newSketch(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Tables[0].Blind || len(r.Remarks) != 1 || r.Restore {
		t.Errorf("%+v", r)
	}
}

// dumb is a destination that writes and tells nothing of what it has.
type dumb struct{ core.Destination }

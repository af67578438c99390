package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	driver "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/coretest"
)

func small() core.Plan {
	return core.Plan{ID: "account", Source: "account", Title: "Accounts", Table: "account", Key: "accountid", Passes: 1, Columns: []core.Column{
		{Name: "name", Type: core.ColumnText, Pass: 1}, {Name: "revenue", Type: core.ColumnDecimal, Pass: 1},
		{Name: "score", Type: core.ColumnDouble, Pass: 1}, {Name: "employees", Type: core.ColumnInteger, Pass: 1}, {Name: "colours", Type: core.ColumnJSON, Pass: 1},
	}}
}

func smallRow(key, name string) core.Record {
	return core.Record{Key: key, Values: []core.Value{core.Text(name), core.Decimal("20000.0000"), core.Decimal("0.1"), core.Choice(7), core.Choices(1, 9)}}
}

func prepared(t *testing.T, d *Destination, p core.Plan) {
	t.Helper()
	if err := d.Start(t.Context(), core.Identity{ID: "x", Generation: 1}); err != nil {
		t.Fatal(err)
	}
	things, err := d.Missing(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Prepare(t.Context(), p, things); err != nil {
		t.Fatal(err)
	}
}

// foreign makes a database by other means.
func foreign(t *testing.T, path, script string) {
	t.Helper()
	conn, err := driver.OpenConn(path, driver.OpenReadWrite, driver.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(sqlitex.ExecuteScript(conn, script, nil), conn.Close()); err != nil {
		t.Fatal(err)
	}
}

// answers runs a query on a closed file, as any other program would.
func answers(t *testing.T, path, query string) string {
	t.Helper()
	conn, err := driver.OpenConn(path, driver.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var rows []string
	err = sqlitex.Execute(conn, query, &sqlitex.ExecOptions{ResultFunc: func(s *driver.Stmt) error {
		var cells []string
		for i := range s.ColumnCount() {
			cells = append(cells, s.ColumnText(i))
		}
		rows = append(rows, strings.Join(cells, "|"))
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(rows, "\n")
}

func code(err error) string {
	if err == nil {
		return ""
	}
	return core.AsFault(err).Code
}

func TestTheTableLiesAsPromised(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.db")
	d := at(t, path)
	p := small()
	prepared(t, d, p)
	if _, err := d.Write(t.Context(), p, core.Batch{ID: "b", Pass: 1, Rows: []core.Record{smallRow("k1", "O'Neill")}}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.Finish(t.Context(), p), d.Close()); err != nil {
		t.Fatal(err)
	}
	if got, want := answers(t, path, "SELECT sql FROM sqlite_schema WHERE name = 'account'"),
		`CREATE TABLE "account" ("accountid" TEXT NOT NULL PRIMARY KEY, "name" TEXT, "revenue" TEXT, "score" REAL, "employees" INTEGER, "colours" TEXT)`; got != want {
		t.Errorf("the table is %s", got)
	}
	if got := answers(t, path, `SELECT *, typeof(revenue), typeof(score), typeof(employees) FROM account`); got != "k1|O'Neill|20000.0000|0.1|7|[1,9]|text|real|integer" {
		t.Errorf("the row is %s", got)
	}
	if got := answers(t, path, "PRAGMA page_size") + answers(t, path, "PRAGMA journal_mode"); got != "16384delete" {
		t.Errorf("page size and journal mode are %s", got)
	}
	if names, err := os.ReadDir(filepath.Dir(path)); err != nil || len(names) != 1 {
		t.Errorf("Close leaves %v beside the file", names)
	}
}

func TestALookMakesNothing(t *testing.T) {
	folder := t.TempDir()
	d := at(t, filepath.Join(folder, "data.db"))
	if checks := coretest.Checks(t, d, core.Need{Tables: []string{"account"}}); !core.Available(checks) || !strings.Contains(checks[0].Detail, "free") {
		t.Errorf("the checks say %+v", checks)
	}
	_, missingErr := d.Missing(t.Context(), small())
	_, _, settledErr := d.Settled(t.Context(), small(), "b")
	_, identityErr := d.Identity(t.Context())
	_, tablesErr := d.Tables(t.Context())
	if err := errors.Join(missingErr, settledErr, identityErr, tablesErr); err != nil {
		t.Error(err)
	}
	if names, err := os.ReadDir(folder); err != nil || len(names) != 0 {
		t.Errorf("a look left %v", names)
	}
}

func TestADatabaseOfAnotherProgramKeepsItsTables(t *testing.T) {
	path := filepath.Join(t.TempDir(), "theirs.db")
	foreign(t, path, `PRAGMA application_id = 77; CREATE TABLE invoice (id INTEGER PRIMARY KEY, total REAL); INSERT INTO invoice VALUES (1, 9.5);`)
	d := at(t, path)
	p := small()
	prepared(t, d, p)
	if _, err := d.Write(t.Context(), p, core.Batch{ID: "b", Pass: 1, Rows: []core.Record{smallRow("k1", "a")}}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if got := answers(t, path, "SELECT *, (SELECT count(*) FROM account) FROM invoice") + answers(t, path, "PRAGMA application_id"); got != "1|9.5|177" {
		t.Errorf("their table and mark are %s", got)
	}
}

func TestWhatIsInTheWayIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		plan   func(*core.Plan)
		want   string
	}{
		"a table of theirs":             {script: "CREATE TABLE Account (accountid TEXT PRIMARY KEY)", want: "sqlite.not-our-table"},
		"a view of theirs":              {script: "CREATE VIEW account AS SELECT 1", want: "sqlite.not-our-table"},
		"a table kept for SQLite":       {plan: func(p *core.Plan) { p.Table = "SQLite_master" }, want: "sqlite.reserved-name"},
		"a table of Ferry itself":       {plan: func(p *core.Plan) { p.Table = "_ferry_batch" }, want: "sqlite.reserved-name"},
		"two columns of one name":       {plan: func(p *core.Plan) { p.Columns[1].Name = "NAME" }, want: "sqlite.same-column"},
		"a column named as the key":     {plan: func(p *core.Plan) { p.Columns[1].Name = "AccountId" }, want: "sqlite.same-column"},
		"a column without a name":       {plan: func(p *core.Plan) { p.Columns[1].Name = "" }, want: "sqlite.bad-name"},
		"more columns than SQLite has":  {plan: func(p *core.Plan) { *p = wide(2000) }, want: "sqlite.too-many-columns"},
		"as many columns as SQLite has": {plan: func(p *core.Plan) { *p = wide(1999) }},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "data.db")
			foreign(t, path, "PRAGMA user_version = 3; "+c.script)
			d, p := at(t, path), small()
			if c.plan != nil {
				c.plan(&p)
			}
			_, err := d.Missing(t.Context(), p)
			if code(err) != c.want {
				t.Fatalf("Missing says %v, want %s", err, c.want)
			}
			if _, err := d.Prepare(t.Context(), p, []core.Thing{{Kind: "table", Name: p.Table, Plan: p.ID}}); code(err) != c.want {
				t.Errorf("Prepare says %v, want %s", err, c.want)
			}
			if c.want == "" {
				values := make([]core.Value, len(p.Columns))
				for range 2 {
					if _, err := d.Write(t.Context(), p, core.Batch{ID: "b", Pass: 1, Rows: []core.Record{wideRow(p, 1, values)}}); err != nil {
						t.Error(err)
					}
				}
				if found, err := d.Find(t.Context(), p, []core.Match{{Key: coretest.Key(1), Values: true}}); err != nil || len(found[0]) != 1 {
					t.Errorf("found %v, %v", found, err)
				}
			}
		})
	}
}

func TestATableThatFerryMadeMustStillFit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.db")
	d := at(t, path)
	prepared(t, d, small())
	for want, change := range map[string]func(*core.Plan){
		"sqlite.other-type":  func(p *core.Plan) { p.Columns[0].Type = core.ColumnInteger },
		"sqlite.other-key":   func(p *core.Plan) { p.Key = "id" },
		"sqlite.other-table": func(p *core.Plan) { p.Source, p.Table = "contact", "ACCOUNT" },
	} {
		p := small()
		p.Columns = slices.Clone(p.Columns)
		change(&p)
		if _, err := d.Missing(t.Context(), p); code(err) != want {
			t.Errorf("Missing says %v, want %s", err, want)
		}
	}
}

func TestTwoFerrysOnOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.db")
	first, second := at(t, path), at(t, path)
	prepared(t, first, small())
	if err := second.Start(t.Context(), core.Identity{ID: "y", Generation: 1}); code(err) != "sqlitefile.in-use" {
		t.Errorf("the second Ferry is told %v", err)
	}
	if _, err := second.Identity(t.Context()); code(err) != "sqlitefile.in-use" {
		t.Errorf("the second Ferry is told %v", err)
	}
	if checks := coretest.Checks(t, second, core.Need{}); core.Available(checks) || checks[2].State != core.CheckUntried {
		t.Errorf("the checks of the second Ferry say %+v", checks)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if id, err := second.Identity(t.Context()); err != nil || id.ID != "x" {
		t.Errorf("after the first is gone the second is told %v, %v", id, err)
	}
}

func TestAKilledImportLosesNothingCommitted(t *testing.T) {
	folder := t.TempDir()
	d := at(t, filepath.Join(folder, "data.db"))
	p := small()
	prepared(t, d, p)
	if _, err := d.Write(t.Context(), p, core.Batch{ID: "b1", Pass: 1, Rows: []core.Record{smallRow("k1", "a"), smallRow("k2", "b")}}); err != nil {
		t.Fatal(err)
	}
	// What a kill leaves is what lies on the disk now: the file and its log.
	killed := t.TempDir()
	if err := os.CopyFS(killed, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	again := at(t, filepath.Join(killed, "data.db"))
	if id, err := again.Identity(t.Context()); err != nil || id.ID != "x" {
		t.Fatalf("the identity is %v, %v", id, err)
	}
	outcomes, ok, err := again.Settled(t.Context(), p, "b1")
	if err != nil || !ok || len(outcomes) != 2 || outcomes[0].Kind != core.Created {
		t.Errorf("the batch is %v, %v, %v", outcomes, ok, err)
	}
	if err := again.Start(t.Context(), core.Identity{ID: "x", Generation: 1}); err != nil {
		t.Fatal(err)
	}
	outcomes, err = again.Write(t.Context(), p, core.Batch{ID: "b1", Pass: 1, Rows: []core.Record{smallRow("k1", "a"), smallRow("k2", "b")}})
	if err != nil || outcomes[1].Kind != core.Created {
		t.Errorf("the same batch again is %v, %v", outcomes, err)
	}
}

func TestAFullDiskLeavesTheBatchUntried(t *testing.T) {
	d := at(t, filepath.Join(t.TempDir(), "data.db"))
	p := small()
	prepared(t, d, p)
	row := func(i int) core.Record { return smallRow(coretest.Key(i), strings.Repeat("x", 1000)) }
	if _, err := d.Write(t.Context(), p, core.Batch{ID: "b1", Pass: 1, Rows: []core.Record{row(1)}}); err != nil {
		t.Fatal(err)
	}
	// SQLite refuses to grow the file, as on a full disk.
	pages, err := d.file.Number("PRAGMA page_count")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.file.Exec(t.Context(), fmt.Sprintf("PRAGMA max_page_count=%d", pages+4)); err != nil {
		t.Fatal(err)
	}
	var rows []core.Record
	for i := range 500 {
		rows = append(rows, row(i))
	}
	outcomes, err := d.Write(t.Context(), p, core.Batch{ID: "b2", Pass: 1, Rows: rows})
	if code(err) != "sqlitefile.disk-full" || len(outcomes) != len(rows) {
		t.Fatalf("the write ends with %v and %d outcomes", err, len(outcomes))
	}
	for _, o := range outcomes {
		if o.Kind != core.Untried {
			t.Fatalf("a row is %s", o.Kind)
		}
	}
	if err := d.file.Exec(t.Context(), "PRAGMA max_page_count=1000000"); err != nil {
		t.Fatal(err)
	}
	outcomes, err = d.Write(t.Context(), p, core.Batch{ID: "b2", Pass: 1, Rows: rows})
	if err != nil || outcomes[0].Kind != core.Created || outcomes[1].Kind != core.Unchanged {
		t.Errorf("with room again: %v, %v", outcomes[:2], err)
	}
}

func TestRulesOfTheirOwnRefuseSingleRows(t *testing.T) {
	for name, rule := range map[string]string{
		"a unique index":                        `CREATE UNIQUE INDEX one ON account (name)`,
		"a trigger that undoes the transaction": `CREATE TRIGGER undo BEFORE INSERT ON account WHEN new.accountid IN ('k2', 'k4') BEGIN SELECT RAISE(ROLLBACK, 'no'); END`,
	} {
		t.Run(name, func(t *testing.T) {
			d := at(t, filepath.Join(t.TempDir(), "data.db"))
			p := small()
			prepared(t, d, p)
			if err := d.file.Exec(t.Context(), rule); err != nil {
				t.Fatal(err)
			}
			rows := []core.Record{smallRow("k1", "same"), smallRow("k2", "same"), smallRow("k3", "other"), smallRow("k4", "same")}
			outcomes, err := d.Write(t.Context(), p, core.Batch{ID: "b", Pass: 1, Rows: rows})
			if err != nil {
				t.Fatal(err)
			}
			want := []core.OutcomeKind{core.Created, core.Refused, core.Created, core.Refused}
			for i, o := range outcomes {
				if o.Kind != want[i] {
					t.Errorf("row %d is %s, want %s", i, o.Kind, want[i])
				}
			}
			f := outcomes[1].Fault
			if f == nil || f.Code != "sqlitefile.refused" || f.Subject.Key != "k2" || strings.Contains(f.Error(), "same") {
				t.Errorf("the refusal says %+v", f)
			}
			if name == "a unique index" && f.Subject.Field != "name" {
				t.Errorf("the refusal names the field %q", f.Subject.Field)
			}
		})
	}
}

func TestATriggerOfTheirOwnDoesNotConfuseTheCount(t *testing.T) {
	d := at(t, filepath.Join(t.TempDir(), "data.db"))
	p := small()
	prepared(t, d, p)
	if err := d.file.Exec(t.Context(), `CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT)`); err != nil {
		t.Fatal(err)
	}
	if err := d.file.Exec(t.Context(), `CREATE TRIGGER note AFTER UPDATE ON account BEGIN INSERT INTO log (what) VALUES (new.name); END`); err != nil {
		t.Fatal(err)
	}
	batch := func(id string, records ...core.Record) string {
		outcomes, err := d.Write(t.Context(), p, core.Batch{ID: id, Pass: 1, Rows: records})
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for _, o := range outcomes {
			kinds = append(kinds, o.Kind.String())
		}
		return strings.Join(kinds, " ")
	}
	if got := batch("b1", smallRow("a", "1"), smallRow("b", "1"), smallRow("a", "2"), smallRow("c", "1")); got != "created created updated created" {
		t.Error(got)
	}
	if got := batch("b2", smallRow("a", "3"), smallRow("d", "1"), smallRow("b", "2"), smallRow("c", "1")); got != "updated created updated unchanged" {
		t.Error(got)
	}
}

func TestAWorthlessFileIsNotTouched(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.xlsx")
	content := "PK\x03\x04" + strings.Repeat("not a database ", 1000)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	d := at(t, path)
	for _, err := range []error{
		func() error { _, err := d.Identity(t.Context()); return err }(),
		d.Start(t.Context(), core.Identity{ID: "x", Generation: 1}),
	} {
		if f := core.AsFault(err); f.Code != "sqlitefile.not-a-database" || !strings.Contains(f.Cause, "Excel") {
			t.Errorf("told is %+v", f)
		}
	}
	if now, err := os.ReadFile(path); err != nil || string(now) != content {
		t.Error("the file was changed")
	}
}

func TestTheDriverChecksItsSettings(t *testing.T) {
	driver := Driver(nil)
	if _, err := driver.New(core.Settings{}); code(err) != "sqlite.no-file" {
		t.Errorf("without a file: %v", err)
	}
	d, err := driver.New(core.Settings{Values: map[string]string{"file": filepath.Join(t.TempDir(), "no", "such", "folder.db")}})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.(core.Starter).Start(t.Context(), core.Identity{ID: "x"}); code(err) != "sqlitefile.no-folder" {
		t.Errorf("without a folder: %v", err)
	}
	if checks := coretest.Checks(t, d, core.Need{}); core.Available(checks) || checks[0].State != core.CheckFailed {
		t.Errorf("the checks say %+v", checks)
	}
}

func TestAnInterruptedRunFindsItsLastBatchAfter64Others(t *testing.T) {
	d := at(t, filepath.Join(t.TempDir(), "data.db"))
	p := small()
	prepared(t, d, p)
	if _, err := d.Write(t.Context(), p, core.Batch{ID: "last", Pass: 1, Rows: []core.Record{smallRow("k", "x")}}); err != nil {
		t.Fatal(err)
	}
	id, err := d.Identity(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 * 64 { // at the beginning and at the end of each
		id.Generation++
		if err := d.Start(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok, err := d.Settled(t.Context(), p, "last"); !ok || err != nil {
		t.Errorf("it is forgotten: %v", err)
	}
}

func TestOnlyTheNewestBatchesAreKept(t *testing.T) {
	d := at(t, filepath.Join(t.TempDir(), "data.db"))
	p := small()
	prepared(t, d, p)
	for g := int64(2); g < keptStarts+30; g++ {
		if err := d.Start(t.Context(), core.Identity{ID: "x", Generation: g}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Write(t.Context(), p, core.Batch{ID: fmt.Sprint(g), Pass: 1, Rows: []core.Record{smallRow("k", fmt.Sprint(g))}}); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := d.file.Number("SELECT count(*) FROM _ferry_batch"); err != nil || n != keptStarts {
		t.Errorf("%d batches are kept, %v", n, err)
	}
	if _, ok, err := d.Settled(t.Context(), p, fmt.Sprint(keptStarts+28)); !ok || err != nil {
		t.Errorf("a batch of the start before is forgotten: %v", err)
	}
}

func TestAListThatIsNoListOfCodesIsReadAsItStands(t *testing.T) {
	d := at(t, filepath.Join(t.TempDir(), "data.db"))
	p := core.Plan{ID: "m", Source: "account", Table: "account", Key: "id", Columns: []core.Column{{Name: "labels", Type: core.ColumnJSON}}}
	things, err := d.Missing(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Prepare(t.Context(), p, things); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"a": "[null]", "b": `["Retail",null]`, "c": "[1, 9]", "d": "[007]", "e": "[]"}
	var rows []core.Record
	for key, text := range want {
		rows = append(rows, core.Record{Key: key, Values: []core.Value{core.Text(text)}})
	}
	if _, err := d.Write(t.Context(), p, core.Batch{ID: "b", Rows: rows}); err != nil {
		t.Fatal(err)
	}
	last := ""
	err = d.Rows(t.Context(), p, func(key string, values []core.Value) error {
		text := values[0].AsText()
		if values[0].Kind() == core.KindChoices {
			text = "[" + values[0].Canonical() + "]"
		}
		if text != want[key] || key <= last {
			t.Errorf("%s is %q, want %q", key, text, want[key])
		}
		last = key
		return nil
	})
	if err != nil || last != "e" {
		t.Errorf("Rows ended at %q: %v", last, err)
	}
}

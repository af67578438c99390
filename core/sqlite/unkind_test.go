package sqlite

import (
	"path/filepath"
	"testing"

	"ferry/core"
	"ferry/core/coretest"
)

// A trigger can drop what is written without a word. What is not stored must not count as there already.
func TestWhatATriggerDropsIsRefused(t *testing.T) {
	d, p := at(t, filepath.Join(t.TempDir(), "data.db")), small()
	prepared(t, d, p)
	write := func(id string, rows ...core.Record) []core.Outcome {
		t.Helper()
		outcomes, err := d.Write(t.Context(), p, core.Batch{ID: id, Pass: 1, Rows: rows})
		if err != nil {
			t.Fatal(err)
		}
		return outcomes
	}
	write("a", smallRow("k1", "stays"), smallRow("k2", "x"), smallRow("k3", "x"), smallRow("k5", "stays"))
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	foreign(t, d.path, `
		CREATE TRIGGER i BEFORE INSERT ON account WHEN new.accountid IN ('k1', 'k4') BEGIN SELECT RAISE(IGNORE); END;
		CREATE TRIGGER u BEFORE UPDATE ON account WHEN new.accountid = 'k2' BEGIN SELECT RAISE(IGNORE); END;
		CREATE TRIGGER d BEFORE DELETE ON account WHEN old.accountid = 'k3' BEGIN SELECT RAISE(IGNORE); END;`)
	partly := smallRow("k2", "changed")
	partly.Values[len(partly.Values)-1] = core.Value{}
	outcomes := write("b", smallRow("k1", "stays"), smallRow("k2", "changed"), core.Record{Key: "k3", Gone: true}, smallRow("k4", "new"), smallRow("k5", "stays"),
		smallRow("k6", "new"), core.Record{Key: "k7", Gone: true}, partly)
	for i, want := range []core.OutcomeKind{core.Unchanged, core.Refused, core.Refused, core.Refused, core.Unchanged, core.Created, core.Unchanged, core.Refused} {
		o := outcomes[i]
		if o.Kind != want || want == core.Refused && (o.Fault == nil || o.Fault.Code != "sqlite.dropped" || o.Fault.Subject.Key == "") {
			t.Errorf("row %d is %s (%v), want %s", i, o.Kind, o.Fault, want)
		}
	}
}

func TestWhatATriggerDropsWhenItIsPutBackIsRefused(t *testing.T) {
	d, p := at(t, filepath.Join(t.TempDir(), "data.db")), small()
	prepared(t, d, p)
	if _, err := d.Write(t.Context(), p, core.Batch{ID: "a", Pass: 1, Rows: []core.Record{smallRow("k1", "old"), smallRow("k2", "old")}}); err != nil {
		t.Fatal(err)
	}
	var columns []string
	var before []core.Replaced
	if _, err := d.Write(t.Context(), p, core.Batch{ID: "b", Pass: 1, Rows: []core.Record{smallRow("k1", "new"), {Key: "k2", Gone: true}, smallRow("k3", "new"), smallRow("k4", "new")},
		Before: func(names []string, rows []core.Replaced) error {
			columns, before = names, rows
			return nil
		}}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	foreign(t, d.path, `
		CREATE TRIGGER i BEFORE INSERT ON account BEGIN SELECT RAISE(IGNORE); END;
		CREATE TRIGGER u BEFORE UPDATE ON account BEGIN SELECT RAISE(IGNORE); END;
		CREATE TRIGGER d BEFORE DELETE ON account WHEN old.accountid = 'k3' BEGIN SELECT RAISE(IGNORE); END;`)
	outcomes, err := d.PutBack(t.Context(), p, columns, before, false)
	if err != nil || len(outcomes) != 4 {
		t.Fatal(outcomes, err)
	}
	for i, o := range outcomes {
		if want := before[i].Key != "k4"; want != (o.Kind == core.Refused) || want && (o.Fault == nil || o.Fault.Code != "sqlite.dropped") {
			t.Errorf("%s is %s, %v", before[i].Key, o.Kind, o.Fault)
		}
	}
}

// A row that a trigger changes once more has not got its former values back.
func TestWhatATriggerChangesWhenItIsPutBackIsTold(t *testing.T) {
	d, p := at(t, filepath.Join(t.TempDir(), "data.db")), small()
	prepared(t, d, p)
	if _, err := d.Write(t.Context(), p, core.Batch{ID: "a", Pass: 1, Rows: []core.Record{smallRow("k1", "old"), smallRow("k2", "old"), smallRow("k3", "old")}}); err != nil {
		t.Fatal(err)
	}
	var columns []string
	var before []core.Replaced
	if _, err := d.Write(t.Context(), p, core.Batch{ID: "b", Pass: 1, Rows: []core.Record{smallRow("k1", "new"), smallRow("k2", "new"), {Key: "k3", Gone: true}},
		Before: func(names []string, rows []core.Replaced) error {
			columns, before = names, rows
			return nil
		}}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	foreign(t, d.path, `
		CREATE TRIGGER u AFTER UPDATE OF name ON account WHEN new.accountid = 'k1' BEGIN UPDATE account SET employees = 0 WHERE accountid = 'k1'; END;
		CREATE TRIGGER i AFTER INSERT ON account BEGIN UPDATE account SET employees = 0 WHERE accountid = new.accountid; END;`)
	outcomes, err := d.PutBack(t.Context(), p, columns, before, false)
	if err != nil || len(outcomes) != 3 {
		t.Fatal(outcomes, err)
	}
	for i, o := range outcomes {
		if want := before[i].Key != "k2"; want != (o.Kind == core.Refused) || want && (o.Fault == nil || o.Fault.Code != "sqlite.changed-again") {
			t.Errorf("%s is %s, %v", before[i].Key, o.Kind, o.Fault)
		}
	}
}

// A table that somebody made anew with another program is told before anything is read.
func TestATableThatSomebodyChangedIsTold(t *testing.T) {
	for change, want := range map[string]string{
		`CREATE TABLE account (accountid TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID`:                                 "sqlite.table-changed",
		`CREATE TABLE account (accountid INTEGER PRIMARY KEY, name TEXT)`:                                            "sqlite.table-changed",
		`CREATE TABLE account (accountid TEXT PRIMARY KEY, name TEXT, theirs TEXT NOT NULL)`:                         "sqlite.not-filled",
		`CREATE TABLE account (accountid TEXT PRIMARY KEY, name TEXT NOT NULL, theirs TEXT NOT NULL DEFAULT 'none')`: "",
		`CREATE TABLE account (accountid TEXT PRIMARY KEY, name TEXT, theirs ANY) STRICT`:                            "",
	} {
		d, p := at(t, filepath.Join(t.TempDir(), "data.db")), small()
		prepared(t, d, p)
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		foreign(t, d.path, "DROP TABLE account; "+change)
		things, err := d.Missing(t.Context(), p)
		if code(err) != want {
			t.Errorf("%s: %v", change, err)
		}
		if available := core.Available(coretest.Checks(t, d, core.Need{Tables: []string{"account"}})); want == "sqlite.table-changed" && available {
			t.Errorf("%s: the test finds it good", change)
		}
		if want != "" {
			continue
		}
		if _, err := d.Prepare(t.Context(), p, things); err != nil {
			t.Fatal(err)
		}
		outcomes, err := d.Write(t.Context(), p, core.Batch{ID: "b", Pass: 1, Rows: []core.Record{smallRow("k1", "a")}})
		if err != nil || outcomes[0].Kind != core.Created {
			t.Errorf("%s: %v, %v", change, outcomes, err)
		}
	}
}

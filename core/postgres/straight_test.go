//go:build postgres && !windows

package postgres

import (
	"fmt"
	"testing"

	"ferry/core"
	"ferry/core/coretest"
)

// straightness is whether the next batch would be copied straight into the table.
func straightness(d *Destination, p core.Plan) bool {
	w := d.writers[p.ID]
	return w != nil && w.direct != "" && w.alone
}

func put(t *testing.T, d *Destination, p core.Plan, id string, rows []core.Record) []core.Outcome {
	t.Helper()
	outcomes, err := d.Write(t.Context(), p, core.Batch{ID: id, Rows: rows})
	if err != nil {
		t.Fatalf("%s: %v %s", id, err, core.AsFault(err).Details)
	}
	return outcomes
}

// straight is a first load into a table that is empty and as Ferry made it.
func (b *bench) straight(t *testing.T) {
	d, p := b.ready(t, b.settings(t))
	odd := account(1)
	odd.Values[0] = core.Text("a\tb\\N\nc\r\\.\"é")
	odd.Values[2] = core.Null()
	if got := put(t, d, p, "1", append([]core.Record{odd}, accounts(2, 50)...)); count(got, core.Created) != 49 || !straightness(d, p) {
		t.Error("the first batch was not copied", got)
	}
	// What was written straight is what merging would have written: the same again changes nothing.
	if got := put(t, d, p, "2", append([]core.Record{odd}, accounts(2, 50)...)); count(got, core.Unchanged) != 49 || straightness(d, p) {
		t.Error("rows that are there:", got)
	}
	// One that is there among new ones ends the copying, and nothing of it stays.
	if got := put(t, d, p, "3", accounts(60, 70)); count(got, core.Created) != 10 || !straightness(d, p) {
		t.Error("only new rows:", got)
	}
	mixed := append(accounts(70, 80), account(65))
	mixed[10].Values[0] = core.Text("changed")
	if got := put(t, d, p, "4", mixed); count(got, core.Created) != 10 || got[10].Kind != core.Updated || straightness(d, p) {
		t.Error("a row that is there among new ones:", got)
	}
	// The same key twice, a removed row and one of which something is not known are merged.
	put(t, d, p, "5", accounts(80, 90))
	partly := account(91)
	partly.Values[1] = core.Value{}
	if got := put(t, d, p, "6", []core.Record{account(90), account(90), partly, {Key: coretest.Key(89), Gone: true}}); got[0].Kind != core.Created ||
		got[1].Kind != core.Unchanged || got[2].Kind != core.Created || got[3].Kind != core.Removed {
		t.Error("odd rows:", got)
	}
	if n := b.rowsOf(t, d); n != "80" {
		t.Errorf("%s rows are there", n)
	}
}

// notStraight are tables into which rows are merged, because copying is not the same there or is refused.
func (b *bench) notStraight(t *testing.T) {
	for name, change := range map[string]struct {
		sql     string
		created int
		later   bool // somebody does it when the first batch was written
	}{
		"a column of another type": {"ALTER TABLE account ALTER employees TYPE integer", 20, false},
		"a trigger":                {"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$; CREATE TRIGGER t BEFORE INSERT ON account FOR EACH ROW EXECUTE FUNCTION f()", 20, false},
		"rows that are there":      {fmt.Sprintf("INSERT INTO account (accountid) VALUES ('%s')", coretest.Key(3)), 19, false},
		"a trigger that leaves rows out, made meanwhile": {fmt.Sprintf("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.accountid = '%s' THEN RETURN NULL; END IF; RETURN NEW; END$$; "+
			"CREATE TRIGGER t BEFORE INSERT ON account FOR EACH ROW EXECUTE FUNCTION f()", coretest.Key(15)), 19, true},
		"a rule of values, made meanwhile": {fmt.Sprintf("ALTER TABLE account ADD CHECK (accountid <> '%s')", coretest.Key(15)), 19, true},
	} {
		d, p := b.ready(t, b.settings(t))
		if !change.later {
			b.Exec(t, d.to.database, change.sql)
		}
		got := put(t, d, p, "1", accounts(0, 10))
		if straightness(d, p) != change.later && name != "rows that are there" {
			t.Errorf("%s: copied straight: %v", name, straightness(d, p))
		}
		if change.later {
			b.Exec(t, d.to.database, change.sql)
		}
		got = append(got, put(t, d, p, "2", accounts(10, 20))...)
		if n := count(got, core.Created); n != change.created {
			t.Errorf("%s: %d rows were created: %v", name, n, got)
		}
	}
}

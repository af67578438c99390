//go:build postgres && !windows

package postgres

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

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

// asSent is a first load of values of every kind, and what the rows are when they are taken back: their digests follow from what
// was sent, but for those that PostgreSQL writes in another form.
func (b *bench) asSent(t *testing.T) {
	p := core.Plan{ID: "account", Source: "account", Title: "Accounts", Table: "account", Key: "accountid", Passes: 1}
	for i, kind := range []core.ColumnType{core.ColumnText, core.ColumnInteger, core.ColumnDecimal, core.ColumnDouble, core.ColumnBoolean, core.ColumnDateTime, core.ColumnDate, core.ColumnBytes} {
		p.Columns = append(p.Columns, core.Column{Name: fmt.Sprint("c", i), Type: kind, Pass: 1})
	}
	when := time.Date(2024, 2, 29, 13, 4, 5, 678_901_000, time.FixedZone("", 5*3600+1800))
	text, number := core.Text, core.Decimal
	rows := map[string][]core.Value{
		"plain":         {text("Müller (Söhne), \"A\"\t\\N\n\r "), core.Int(-7), number("-12.3400"), number("48.137154"), core.Bool(true), core.Time(when), core.Date(2024, 2, 29)},
		"small":         {text(""), core.Choice(0), number("0"), number("-0.0"), core.Bool(false), core.Time(time.Unix(0, 0)), core.Date(1, 1, 1)},
		"texts":         {text("it's"), text("42"), text("0.50"), text("1.5"), text("true"), text("2024-05-06T07:08:09.5+02:00"), text("2024-05-06")},
		"whole":         {text("\u2028\u00a0"), core.Int(1), number("100"), number("100000000000000000000000"), core.Bool(true), core.Date(2024, 5, 6), core.Null()},
		"nothing":       {core.Null(), core.Null(), core.Null(), core.Null(), core.Null(), core.Null(), core.Null()},
		"other digits":  {text("x"), core.Int(1), number("1e3"), number("1"), core.Bool(true), core.Null(), core.Null()},
		"zeros":         {text("x"), core.Int(1), number("007"), number("1"), core.Bool(true), core.Null(), core.Null()},
		"no zero":       {text("x"), core.Int(1), number("-0.00"), number("1"), core.Bool(true), core.Null(), core.Null()},
		"words":         {text("x"), core.Int(1), core.Null(), core.Null(), text("yes"), text("2024-05-06 07:08"), core.Null()},
		"finer moments": {text("x"), core.Int(1), core.Null(), core.Null(), core.Null(), text("2024-05-06T07:08:09.1234567Z"), core.Null()},
		"bytes":         {text("x"), core.Int(1), core.Null(), core.Null(), core.Null(), core.Null(), core.Null(), core.Bytes([]byte("a\x00b"))},
	}
	asked := map[string]bool{"other digits": true, "zeros": true, "no zero": true, "words": true, "finer moments": true, "bytes": true}
	d := at(t, b.settings(t))
	prepare(t, d, p)
	batch := core.Batch{ID: "1"}
	for key, values := range rows {
		values = append(values, core.Null())[:8]
		batch.Rows = append(batch.Rows, core.Record{Key: key, Values: values})
	}
	var columns []string
	var told []core.Replaced
	batch.Before = func(c []string, r []core.Replaced) error {
		columns, told = c, r
		return nil
	}
	if got, err := d.Write(t.Context(), p, batch); err != nil || count(got, core.Created) != len(rows) || !straightness(d, p) {
		t.Fatal(got, err)
	}
	for _, r := range told {
		if strings.HasPrefix(r.Left, asSent) == asked[r.Key] || r.Left == "" {
			t.Errorf("%s: the server was asked, or was not: %q", r.Key, r.Left)
		}
	}
	removed := func(want int) {
		t.Helper()
		outcomes, err := d.PutBack(t.Context(), p, columns, told, true)
		if n := count(outcomes, core.Removed); err != nil || n != want {
			t.Errorf("%d rows would be removed, want %d: %v, %v", n, want, outcomes, err)
		}
	}
	removed(len(rows))
	b.Exec(t, d.to.database, "UPDATE account SET c0 = 'y', c2 = c2 WHERE accountid IN ('plain', 'bytes'); UPDATE account SET c5 = c5 + interval '1 microsecond' WHERE accountid = 'small'; UPDATE account SET c3 = 0 WHERE accountid = 'nothing'")
	removed(len(rows) - 4)
	// The same row twice in a batch, and one that a later wave removes: what is told is what stands there.
	batch = core.Batch{ID: "2", Before: batch.Before}
	for _, key := range []string{"twice", "gone", "twice"} {
		values := append([]core.Value{text(fmt.Sprint(len(batch.Rows)))}, slices.Repeat([]core.Value{core.Null()}, 7)...)
		batch.Rows = append(batch.Rows, core.Record{Key: key, Values: values})
	}
	batch.Rows = append(batch.Rows, core.Record{Key: "gone", Gone: true})
	if _, err := d.Write(t.Context(), p, batch); err != nil {
		t.Fatal(err)
	}
	if len(told) != 1 || told[0].Key != "twice" || !told[0].Made {
		t.Errorf("told %+v", told)
	}
	removed(1)
	// A column that nobody sends may hold a default.
	b.Exec(t, d.to.database, "ALTER TABLE account ADD COLUMN note text DEFAULT 'theirs'")
	values := slices.Repeat([]core.Value{core.Null()}, 8)
	if _, err := d.Write(t.Context(), p, core.Batch{ID: "3", Rows: []core.Record{{Key: "later", Values: values}}, Before: batch.Before}); err != nil {
		t.Fatal(err)
	}
	if len(told) != 1 || strings.HasPrefix(told[0].Left, asSent) {
		t.Errorf("told %+v", told)
	}
	removed(1)
}

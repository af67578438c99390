//go:build postgres && !windows

package postgres

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/postgres/pgtest"
)

func situations(b *bench) map[string]func(*testing.T) {
	return map[string]func(*testing.T){
		"a table that is not ours is not touched":                  b.notOurs,
		"a column in the way is named":                             b.inTheWay,
		"a changed column that can hold the values is taken":       b.changedColumn,
		"long names are cut where the server cuts them":            b.longNames,
		"a missing right is named before anything is written":      b.rights,
		"who is not let in is told why":                            b.signIns,
		"an encrypted server has to prove who it is":               b.encrypted,
		"a password is not sent to whoever asks for it readably":   b.readable,
		"values that do not fit are refused alone":                 b.misfits,
		"a trigger and a rule that waits for the end refuse alone": b.rules,
		"a connection cut in mid-batch loses and doubles nothing":  b.cut,
		"the answer to a commit is lost":                           b.lostCommit,
		"a server that goes away for a moment is waited for":       b.restart,
		"a server without connections is told":                     b.crowded,
		"a read-only server is told":                               b.readOnly,
		"a database that was replaced is noticed":                  b.replaced,
		"a copy that is behind and takes over is noticed":          b.behind,
		"two Ferrys take turns":                                    b.two,
		"a schema of its own is made":                              b.schema,
		"another encoding is told":                                 b.latin,
		"a pooler's session settings do not matter":                b.session,
		"nothing is left in the session":                           b.clean,
		"a value that cannot be matched refuses alone":             b.unmatchable,
		"found by fields":                                          b.byFields,
		"a first load is copied straight":                          b.straight,
		"rows are merged where copying is not the same":            b.notStraight,
		"a row copied straight is told as it was sent":             b.asSent,
	}
}

// ready is a destination with a table that has a column of every type.
func (b *bench) ready(t *testing.T, s core.Settings, names ...string) (*Destination, core.Plan) {
	t.Helper()
	d := at(t, s)
	p := small(names...)
	prepare(t, d, p)
	return d, p
}

func small(names ...string) core.Plan {
	p := core.Plan{ID: "m1", Source: "account", Title: "Accounts", Table: "account", Key: "accountid", Passes: 1}
	types := []core.ColumnType{core.ColumnText, core.ColumnInteger, core.ColumnDecimal, core.ColumnDateTime}
	if names == nil {
		names = []string{"name", "employees", "revenue", "createdon"}
	}
	for i, n := range names {
		p.Columns = append(p.Columns, core.Column{Name: n, Type: types[i%len(types)], Field: n, Pass: 1})
	}
	return p
}

func prepare(t testing.TB, d *Destination, p core.Plan) {
	t.Helper()
	if err := d.Start(t.Context(), core.Identity{ID: "run", Generation: 1}); err != nil {
		t.Fatalf("Start: %v %s", err, core.AsFault(err).Details)
	}
	things, err := d.Missing(t.Context(), p)
	if err != nil {
		t.Fatalf("Missing: %v", err)
	}
	if _, err := d.Prepare(t.Context(), p, things); err != nil {
		t.Fatalf("Prepare: %v", err)
	}
}

func account(i int) core.Record {
	return core.Record{Key: coretest.Key(i), Values: []core.Value{
		core.Text(fmt.Sprintf("Account %d", i)), core.Int(int64(i)), core.Decimal("1.10"), core.Time(time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)),
	}}
}

func accounts(from, to int) []core.Record {
	var all []core.Record
	for i := from; i < to; i++ {
		all = append(all, account(i))
	}
	return all
}

func count(outcomes []core.Outcome, k core.OutcomeKind) (n int) {
	for _, o := range outcomes {
		if o.Kind == k {
			n++
		}
	}
	return n
}

// wantFault wants an error of this code that nobody but a person can mend, and that shows no value.
func wantFault(t *testing.T, err error, code string) *core.Fault {
	t.Helper()
	if err == nil {
		t.Errorf("nothing is told, want %s", code)
		return nil
	}
	f := core.AsFault(err)
	if f.Code != code || f.Remedy == "" || f.Owner == "" {
		t.Errorf("told is %s (%v, %s), want %s", f.Code, f, f.Details, code)
	}
	if strings.Contains(f.Error()+f.Remedy, pgtest.Password) {
		t.Error("the password is shown")
	}
	return f
}

func (b *bench) rowsOf(t *testing.T, d *Destination) string {
	t.Helper()
	return b.Rows(t, d.to.database, "SELECT count(*) FROM "+quote(d.to.schema)+`."account"`)[0][0]
}

func (b *bench) rules(t *testing.T) {
	d, p := b.ready(t, b.settings(t))
	b.Exec(t, d.to.database, `
		CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF new.employees = 7 THEN RAISE EXCEPTION 'not % please', new.name; END IF; RETURN new; END $$;
		CREATE TRIGGER no BEFORE INSERT ON account FOR EACH ROW EXECUTE FUNCTION no();
		CREATE TABLE parent (id bigint PRIMARY KEY); INSERT INTO parent SELECT generate_series(0, 98);
		ALTER TABLE account ADD FOREIGN KEY (employees) REFERENCES parent DEFERRABLE INITIALLY DEFERRED`)
	outcomes, err := d.Write(t.Context(), p, core.Batch{ID: "b", Rows: accounts(0, 100)})
	if err != nil || count(outcomes, core.Created) != 98 {
		t.Fatalf("%d created, %v", count(outcomes, core.Created), err)
	}
	f := wantFault(t, outcomes[7].Fault, "postgres.refused")
	if f != nil && strings.Contains(f.Error(), "Account 7") {
		t.Error("the server's own words are shown")
	}
	wantFault(t, outcomes[99].Fault, "postgres.refused-related")
}

func (b *bench) byFields(t *testing.T) {
	d, p := b.ready(t, b.settings(t))
	twin := account(2)
	twin.Key = coretest.Key(77)
	empty := account(3)
	empty.Values[0] = core.Null()
	if _, err := d.Write(t.Context(), p, core.Batch{ID: "b", Rows: []core.Record{account(1), account(2), twin, empty}}); err != nil {
		t.Fatal(err)
	}
	found, err := d.Find(t.Context(), p, []core.Match{
		{Fields: map[string]core.Value{"name": core.Text("Account 2")}, Values: true},
		{Fields: map[string]core.Value{"name": core.Text("Account 1"), "employees": core.Int(1)}},
		{Fields: map[string]core.Value{"name": core.Null()}},
		{Fields: map[string]core.Value{"name": core.Text("a\x00")}},
		{Key: "a\x00"}, {},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{2, 1, 1, 0, 0, 0} {
		if len(found[i]) != want {
			t.Errorf("match %d has %d hits, want %d", i, len(found[i]), want)
		}
	}
}

func (b *bench) unmatchable(t *testing.T) {
	d := at(t, b.settings(t))
	p := small()
	p.Match = []string{"revenue"}
	prepare(t, d, p)
	b.Exec(t, d.to.database, `INSERT INTO account (accountid, revenue) VALUES ('by hand', 7), ('once', 8), ('more', 8)`)
	rows := accounts(0, 4)
	rows[0].Values[2], rows[1].Values[2], rows[2].Values[2], rows[3].Values[2] = core.Decimal("many"), core.Decimal("7.0"), core.Decimal("8"), core.Decimal("9")
	outcomes, err := d.Write(t.Context(), p, core.Batch{ID: "b", Pass: 1, Rows: rows})
	if err != nil || outcomes[1].Kind != core.Updated || outcomes[3].Kind != core.Created {
		t.Fatalf("the rows are %v, %v", outcomes, err)
	}
	wantFault(t, outcomes[0].Fault, "postgres.does-not-fit")
	wantFault(t, outcomes[2].Fault, "postgres.several-match")
	if n := b.rowsOf(t, d); n != "4" {
		t.Errorf("%s rows are there", n)
	}
}

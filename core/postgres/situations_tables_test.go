//go:build postgres && !windows

package postgres

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/coretest"
)

func (b *bench) notOurs(t *testing.T) {
	s := b.settings(t)
	name := s.Values["database"]
	b.Exec(t, name, `CREATE TABLE account (accountid text PRIMARY KEY, name text); INSERT INTO account VALUES ('1', 'theirs'); CREATE VIEW contact AS SELECT 1 AS x`)
	d := at(t, s)
	_, err := d.Missing(t.Context(), small())
	wantFault(t, err, "postgres.not-our-table")
	view := small()
	view.Table = "contact"
	_, err = d.Missing(t.Context(), view)
	wantFault(t, err, "postgres.not-our-table")
	if err := d.Start(t.Context(), core.Identity{ID: "run", Generation: 1}); err != nil {
		t.Fatal(err)
	}
	_, err = d.Prepare(t.Context(), small(), []core.Thing{{Kind: "column", Name: "account.employees", Plan: "m1"}})
	wantFault(t, err, "postgres.not-our-table")
	outcomes, err := d.Write(t.Context(), small(), core.Batch{ID: "b", Rows: accounts(0, 3)})
	if err == nil || count(outcomes, core.Untried) != 3 {
		t.Errorf("written: %v, %v", outcomes, err)
	}
	checks := coretest.Checks(t, d, core.Need{Tables: []string{"account"}})
	if core.Available(checks) {
		t.Error("the test says that the table can be written")
	}
	if rows := b.Rows(t, name, "SELECT accountid, name FROM account"); len(rows) != 1 || rows[0][1] != "theirs" {
		t.Errorf("the table holds %v", rows)
	}
}

func (b *bench) inTheWay(t *testing.T) {
	d, p := b.ready(t, b.settings(t))
	b.Exec(t, d.to.database, `ALTER TABLE account ALTER employees TYPE text`)
	_, err := again(t, d).Missing(t.Context(), p)
	wantFault(t, err, "postgres.other-type")
	b.Exec(t, d.to.database, `ALTER TABLE account DROP employees, ADD employees bigint GENERATED ALWAYS AS (1) STORED`)
	_, err = again(t, d).Missing(t.Context(), p)
	wantFault(t, err, "postgres.computed")
	other := p
	other.Source = "contact"
	b.Exec(t, d.to.database, `ALTER TABLE account DROP employees`)
	_, err = again(t, d).Missing(t.Context(), other)
	wantFault(t, err, "postgres.other-table")
	other = p
	other.Key = "id"
	_, err = again(t, d).Missing(t.Context(), other)
	wantFault(t, err, "postgres.other-key")
	// A column that went in mid-run: nothing is lost, and the next run makes it again.
	outcomes, err := d.Write(t.Context(), p, core.Batch{ID: "b", Rows: accounts(0, 3)})
	wantFault(t, err, "postgres.not-prepared")
	if count(outcomes, core.Untried) != 3 {
		t.Errorf("the rows are %v", outcomes)
	}
	prepare(t, d, p)
	if outcomes, err = d.Write(t.Context(), p, core.Batch{ID: "b", Rows: accounts(0, 3)}); err != nil || count(outcomes, core.Created) != 3 {
		t.Errorf("then the rows are %v, %v", outcomes, err)
	}
}

func (b *bench) changedColumn(t *testing.T) {
	d, p := b.ready(t, b.settings(t))
	b.Exec(t, d.to.database, `ALTER TABLE account ALTER name TYPE varchar(10), ALTER employees TYPE integer`)
	d = again(t, d)
	long, big := account(1), account(2)
	long.Values[0], big.Values[0] = core.Text("longer than ten"), core.Text("short")
	big.Values[1] = core.Int(1 << 40)
	fine := account(3)
	fine.Values[0] = core.Text("0123456789")
	outcomes, err := d.Write(t.Context(), p, core.Batch{ID: "b", Rows: []core.Record{long, big, fine}})
	if err != nil || outcomes[0].Kind != core.Refused || outcomes[1].Kind != core.Refused || outcomes[2].Kind != core.Created {
		t.Fatalf("the rows are %v, %v", outcomes, err)
	}
	wantFault(t, outcomes[0].Fault, "postgres.too-long")
	wantFault(t, outcomes[1].Fault, "postgres.out-of-range")
}

func (b *bench) longNames(t *testing.T) {
	long := strings.Repeat("é", 40)
	d, p := b.ready(t, b.settings(t), `with "quotes" and ; spaces`, "Name", "name", long)
	outcomes, err := d.Write(t.Context(), p, core.Batch{ID: "b", Rows: accounts(0, 3)})
	if err != nil || count(outcomes, core.Created) != 3 {
		t.Fatalf("written: %v, %v", outcomes, err)
	}
	if things, err := again(t, d).Missing(t.Context(), p); err != nil || len(things) != 0 {
		t.Errorf("then %v is missing, %v", things, err)
	}
	if rows := b.Rows(t, d.to.database, "SELECT count(*) FROM information_schema.columns WHERE column_name = '"+strings.Repeat("é", 31)+"'"); rows[0][0] != "1" {
		t.Error("the long name is not there")
	}
}

func (b *bench) rights(t *testing.T) {
	s := b.settings(t)
	name := s.Values["database"]
	b.Exec(t, name, `DROP ROLE IF EXISTS eve; CREATE ROLE eve LOGIN PASSWORD 'evil'; CREATE SCHEMA closed; REVOKE ALL ON SCHEMA public FROM eve, PUBLIC; GRANT USAGE ON SCHEMA public TO eve`)
	s.Values["user"], s.Secrets["password"] = "eve", core.NewSecret("evil")
	for schema, step := range map[string]string{"public": "create", "closed": "schema", "made": "schema"} {
		s.Values["schema"] = schema
		d := at(t, s)
		failed := ""
		for _, c := range coretest.Checks(t, d, core.Need{Tables: []string{"account"}}) {
			if c.State == core.CheckFailed {
				failed = c.ID
				wantFault(t, c.Fault, "postgres.no-right")
				if !strings.Contains(c.Fault.Remedy, "eve") {
					t.Errorf("the right is not named: %s", c.Fault.Remedy)
				}
			}
		}
		if failed != step {
			t.Errorf("in the schema %s the step %q fails, not %q", schema, failed, step)
		}
		err := d.Start(t.Context(), core.Identity{ID: "run", Generation: 1})
		wantFault(t, err, "postgres.no-right")
	}
}

func (b *bench) misfits(t *testing.T) {
	d, p := b.ready(t, b.settings(t))
	rows := accounts(0, 1000)
	rows[10].Values[0] = core.Text("a\x00b")
	rows[20].Values[2] = core.Decimal("twelve")
	rows[30].Values[1] = core.Decimal("92233720368547758080")
	rows[40].Values[3] = core.Text("yesterday, about noon")
	rows[50].Key = ""
	rows[60].Key = strings.Repeat("k", 1) + randomText(20_000) // longer than the key's index takes
	rows[70].Values[0] = core.Text("\xff")
	outcomes, err := d.Write(t.Context(), p, core.Batch{ID: "b", Rows: rows})
	if err != nil {
		t.Fatalf("%v (%s)", err, core.AsFault(err).Details)
	}
	if n := count(outcomes, core.Created); n != 993 {
		t.Errorf("%d rows were written, want 993", n)
	}
	for i, code := range map[int]string{10: "zero-character", 20: "does-not-fit", 30: "out-of-range", 40: "bad-date", 50: "no-key", 60: "row-too-big", 70: "not-text"} {
		f := wantFault(t, outcomes[i].Fault, "postgres."+code)
		if f != nil && (f.Kind != core.BadRecord || f.Subject.Key != rows[i].Key || f.Subject.Table != "account") {
			t.Errorf("%s does not say which record: %+v", code, f.Subject)
		}
	}
	if n := b.rowsOf(t, d); n != "993" {
		t.Errorf("%s rows are there", n)
	}
	// All of them bad: each is told, and it ends.
	for i := range rows {
		rows[i] = account(i + 5000)
		rows[i].Values[2] = core.Decimal("NaN?")
	}
	if outcomes, err = d.Write(t.Context(), p, core.Batch{ID: "c", Rows: rows}); err != nil || count(outcomes, core.Refused) != 1000 {
		t.Errorf("%d refused, %v", count(outcomes, core.Refused), err)
	}
}

// randomText does not get shorter by compression.
func randomText(n int) string {
	var s strings.Builder
	for i := uint64(1); s.Len() < n; i++ {
		s.WriteString(strconv.FormatUint(i*0x9e3779b97f4a7c15, 36))
	}
	return s.String()
}

func (b *bench) readOnly(t *testing.T) {
	s := b.settings(t)
	b.Exec(t, "postgres", "ALTER DATABASE "+s.Values["database"]+" SET default_transaction_read_only = on")
	d := at(t, s)
	available := true
	for _, c := range coretest.Checks(t, d, core.Need{}) {
		if c.State == core.CheckFailed {
			available = false
			wantFault(t, c.Fault, "postgres.read-only")
		}
	}
	if available {
		t.Error("a read-only database is called available")
	}
}

func (b *bench) replaced(t *testing.T) {
	d, p := b.ready(t, b.settings(t))
	if _, err := d.Write(t.Context(), p, core.Batch{ID: "b", Rows: accounts(0, 10)}); err != nil {
		t.Fatal(err)
	}
	b.Exec(t, d.to.database, "UPDATE _ferry SET value = 'another' WHERE name = 'id'")
	b.Exec(t, "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'Ferry' AND datname = '"+d.to.database+"'")
	d.wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	outcomes, err := d.Write(t.Context(), p, core.Batch{ID: "c", Rows: accounts(10, 20)})
	wantFault(t, err, "postgres.replaced")
	if count(outcomes, core.Untried) != 10 || b.rowsOf(t, d) != "10" {
		t.Errorf("%d untried", count(outcomes, core.Untried))
	}
}

func (b *bench) behind(t *testing.T) {
	d, p := b.ready(t, b.settings(t))
	d.wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	cut := func() {
		b.Exec(t, "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'Ferry' AND datname = '"+d.to.database+"'")
	}
	for i, id := range []string{"a", "b"} {
		if _, err := d.Write(t.Context(), p, core.Batch{ID: id, Rows: accounts(10*i, 10*i+10)}); err != nil {
			t.Fatal(err)
		}
		cut()
	}
	b.Exec(t, d.to.database, "DELETE FROM _ferry_batch WHERE batch = 'b'; DELETE FROM "+d.table(p)+" WHERE "+quote(p.Key)+" IN ('"+accounts(10, 11)[0].Key+"')")
	outcomes, err := d.Write(t.Context(), p, core.Batch{ID: "c", Rows: accounts(20, 30)})
	wantFault(t, err, "postgres.replaced")
	if count(outcomes, core.Untried) != 10 || b.rowsOf(t, d) != "19" {
		t.Errorf("%d untried", count(outcomes, core.Untried))
	}
}

func (b *bench) two(t *testing.T) {
	d, p := b.ready(t, b.settings(t))
	other := again(t, d)
	done := make(chan error, 2)
	for i, who := range []*Destination{d, other} {
		go func() {
			for k := range 10 {
				outcomes, err := who.Write(t.Context(), p, core.Batch{ID: fmt.Sprint(i, "-", k), Rows: accounts(k*100, (k+1)*100)})
				if err != nil || count(outcomes, core.Created)+count(outcomes, core.Unchanged) != 100 {
					done <- fmt.Errorf("batch %d of %d: %v", k, i, err)
					return
				}
			}
			done <- nil
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := b.rowsOf(t, d); n != "1000" {
		t.Errorf("%s rows are there", n)
	}
}

func (b *bench) schema(t *testing.T) {
	s := b.settings(t, `schema=Odd "schema"`)
	d := at(t, s)
	p := small()
	things, err := d.Missing(t.Context(), p)
	if err != nil || len(things) != 2 || things[0].Kind != "schema" {
		t.Fatalf("missing is %v, %v", things, err)
	}
	if checks := coretest.Checks(t, d, core.Need{}); !core.Available(checks) {
		t.Errorf("it is not available: %+v", checks)
	}
	prepare(t, d, p)
	if outcomes, err := d.Write(t.Context(), p, core.Batch{ID: "b", Rows: accounts(0, 10)}); err != nil || count(outcomes, core.Created) != 10 {
		t.Errorf("written: %v, %v", outcomes, err)
	}
	if n := b.rowsOf(t, d); n != "10" {
		t.Errorf("%s rows are there", n)
	}
	if rows := b.Rows(t, d.to.database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"); rows[0][0] != "0" {
		t.Error("something was made elsewhere")
	}
}

func (b *bench) latin(t *testing.T) {
	b.Exec(t, "postgres", "DROP DATABASE IF EXISTS latin")
	b.Exec(t, "postgres", "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
	found := false
	for _, c := range coretest.Checks(t, at(t, b.with("latin")), core.Need{}) {
		if c.ID == "encoding" {
			found = c.State == core.CheckFailed
			wantFault(t, c.Fault, "postgres.other-encoding")
		}
	}
	if !found {
		t.Error("a database that cannot hold every character is called good")
	}
}

func (b *bench) clean(t *testing.T) {
	d, p := b.ready(t, b.settings(t))
	rows := accounts(0, 10)
	rows[3].Values[2] = core.Decimal("x")
	if _, err := d.Write(t.Context(), p, core.Batch{ID: "b", Rows: rows}); err != nil {
		t.Fatal(err)
	}
	if rows := b.Rows(t, d.to.database, "SELECT count(*) FROM pg_class WHERE relname LIKE '%ferry_stage%'"); rows[0][0] != "0" {
		t.Error("a temporary table is left")
	}
	if rows := b.Rows(t, d.to.database, "SELECT state FROM pg_stat_activity WHERE application_name = 'Ferry' AND datname = '"+d.to.database+"'"); len(rows) != 1 || rows[0][0] != "idle" {
		t.Errorf("the connection is %v", rows)
	}
}

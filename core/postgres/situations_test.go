//go:build postgres && !windows

package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
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

func (b *bench) signIns(t *testing.T) {
	for code, change := range map[string]func(s *core.Settings){
		"postgres.wrong-password":   func(s *core.Settings) { s.Secrets["password"] = core.NewSecret("wrong") },
		"postgres.no-such-database": func(s *core.Settings) { s.Values["database"] = "nowhere" },
		"rest.nobody-there":         func(s *core.Settings) { s.Values["port"] = "1" },
		"rest.no-such-host":         func(s *core.Settings) { s.Values["address"] = "nobody.invalid" },
	} {
		s := b.with("postgres")
		change(&s)
		d := at(t, s)
		_, err := d.Identity(t.Context())
		if f := core.AsFault(err); code == "rest.no-such-host" && f.Kind == core.Offline {
			continue // a computer without a name service
		}
		wantFault(t, err, code)
		checks := coretest.Checks(t, d, core.Need{})
		if core.Available(checks) {
			t.Errorf("%s: the test says it is available", code)
		}
		step := "signin"
		if strings.HasPrefix(code, "rest.") {
			step = "address"
		}
		for _, c := range checks {
			if c.State == core.CheckFailed && c.ID != step {
				t.Errorf("%s: the step %s fails", code, c.ID)
			}
		}
	}
}

func (b *bench) encrypted(t *testing.T) {
	s := b.settings(t)
	try := func(host, mode string, ca ...string) error {
		c := b.with(s.Values["database"], "address="+host, "encryption="+mode)
		c.CAFiles = ca
		d := at(t, c)
		_, err := d.Identity(t.Context())
		return err
	}
	wantFault(t, try("localhost", verifyFull), "rest.certificate-unknown")
	wantFault(t, try("127.0.0.1", verifyFull, b.CA), "rest.certificate-name")
	wantFault(t, try("localhost", verifyCA), "rest.certificate-unknown")
	for _, err := range []error{try("localhost", verifyFull, b.CA), try("127.0.0.1", verifyCA, b.CA), try("127.0.0.1", require), try("localhost", disable)} {
		if err != nil {
			t.Errorf("%v (%s)", err, core.AsFault(err).Details)
		}
	}
	t.Setenv("SSL_CERT_FILE", b.CA)
	if err := try("localhost", verifyFull); err != nil {
		t.Errorf("SSL_CERT_FILE is not honoured: %v", err)
	}
	b.Exec(t, "postgres", "ALTER SYSTEM SET ssl = off")
	b.Exec(t, "postgres", "SELECT pg_reload_conf()")
	defer func() {
		b.Exec(t, "postgres", "ALTER SYSTEM RESET ssl")
		b.Exec(t, "postgres", "SELECT pg_reload_conf()")
	}()
	var err error
	for range 100 { // the server reads its settings when it likes
		if err = try("127.0.0.1", require); err != nil {
			break
		}
		if core.Wait(t.Context(), 20*time.Millisecond) != nil {
			return
		}
	}
	wantFault(t, err, "postgres.no-tls")
}

// readable: a server of somebody else asks for the password as it is.
func (b *bench) readable(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	heard := make(chan string, 1)
	go func() {
		defer close(heard)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		buf := make([]byte, 4096)
		_, _ = conn.Read(buf)
		_, _ = conn.Write([]byte{'R', 0, 0, 0, 8, 0, 0, 0, 3}) // AuthenticationCleartextPassword
		n, _ := conn.Read(buf)
		heard <- string(buf[:n])
	}()
	d := at(t, b.with("crm"))
	d.to.port = uint16(l.Addr().(*net.TCPAddr).Port)
	c, err := d.config()
	if err != nil {
		t.Fatal(err)
	}
	if c.RequireAuth != "" {
		t.Fatal("on this computer every sign-in is allowed")
	}
	d.to.host, d.to.encryption = "db.example.com", disable // what another computer would be
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp4", l.Addr().String())
	}
	d.dial = dial
	_, err = d.Identity(t.Context())
	wantFault(t, err, "postgres.password-readable")
	_ = l.Close()
	if words := <-heard; strings.Contains(words, "horse") {
		t.Error("the password was sent")
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

// A relay stands between Ferry and the server and can cut the connection.
type relay struct{ net.Listener }

// between starts a relay. watch sees what goes to the server and returns false to cut before it is passed on, or what
// comes back.
func (b *bench) between(t *testing.T, watch func(toServer bool, data []byte) bool) *relay {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(b.Port)))
			if err != nil {
				_ = client.Close()
				return
			}
			pass := func(from, to net.Conn, toServer bool) {
				defer client.Close()
				defer server.Close()
				buf := make([]byte, 64<<10)
				for {
					n, err := from.Read(buf)
					if err != nil || !watch(toServer, buf[:n]) {
						return
					}
					if _, err := to.Write(buf[:n]); err != nil {
						return
					}
				}
			}
			go pass(client, server, true)
			go pass(server, client, false)
		}
	}()
	return &relay{Listener: l}
}

func (r *relay) port() string { return strconv.Itoa(r.Addr().(*net.TCPAddr).Port) }

// through is a destination behind a relay, which does not wait.
func (b *bench) through(t *testing.T, r *relay, s core.Settings) *Destination {
	t.Helper()
	s.Values["port"] = r.port()
	d := at(t, s)
	d.wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return d
}

func (b *bench) cut(t *testing.T) {
	s := b.settings(t)
	sent, limit := 0, 1<<62
	mutex := make(chan struct{}, 1)
	r := b.between(t, func(toServer bool, data []byte) bool {
		mutex <- struct{}{}
		defer func() { <-mutex }()
		if toServer {
			sent += len(data)
		}
		if sent > limit {
			limit = 1 << 62
			return false
		}
		return true
	})
	d := b.through(t, r, s)
	p := small()
	prepare(t, d, p)
	made := 0
	for i := range 12 {
		mutex <- struct{}{}
		sent, limit = 0, 200+i*4000
		<-mutex
		outcomes, err := d.Write(t.Context(), p, core.Batch{ID: fmt.Sprint("b", i), Rows: accounts(i*500, (i+1)*500)})
		if err != nil || count(outcomes, core.Created) != 500 {
			t.Fatalf("cut after %d bytes: %d created, %v", 200+i*4000, count(outcomes, core.Created), err)
		}
		made += 500
	}
	if n := b.rowsOf(t, d); n != strconv.Itoa(made) {
		t.Errorf("%s rows are there, want %d", n, made)
	}
}

func (b *bench) lostCommit(t *testing.T) {
	for name, reaches := range map[string]bool{"the commit did not reach the server": false, "the commit happened": true} {
		t.Run(name, func(t *testing.T) {
			s := b.settings(t)
			armed := make(chan bool, 1)
			lost := make(chan struct{}, 1)
			r := b.between(t, func(toServer bool, data []byte) bool {
				select {
				case <-lost: // the answer to the commit
					return false
				default:
				}
				if toServer && strings.Contains(string(data), "COMMIT\x00") {
					select {
					case <-armed:
						if !reaches {
							return false
						}
						lost <- struct{}{}
					default:
					}
				}
				return true
			})
			d := b.through(t, r, s)
			p := small()
			prepare(t, d, p)
			armed <- true
			outcomes, err := d.Write(t.Context(), p, core.Batch{ID: "b1", Rows: accounts(0, 300)})
			if err != nil || count(outcomes, core.Created) != 300 {
				t.Errorf("%d created, %v", count(outcomes, core.Created), err)
			}
			if n := b.rowsOf(t, d); n != "300" {
				t.Errorf("%s rows are there", n)
			}
			// Nobody answers any more, whether it happened is not known: unsure, and Settled knows it later.
			armed <- true
			d.wait = func(context.Context, time.Duration) error { return errors.New("no patience") }
			_ = r.Close()
			outcomes, err = d.Write(t.Context(), p, core.Batch{ID: "b2", Rows: accounts(300, 600)})
			if err == nil || count(outcomes, core.Unsure) != 300 || outcomes[0].Fault == nil {
				t.Fatalf("%d unsure, %v", count(outcomes, core.Unsure), err)
			}
			direct := b.with(d.to.database)
			after := at(t, direct)
			kept, known, err := after.Settled(t.Context(), p, "b2")
			if err != nil || known != reaches || known && count(kept, core.Created) != 300 {
				t.Errorf("later it is known: %v, %v", known, err)
			}
			if outcomes, err = after.Write(t.Context(), p, core.Batch{ID: "b2", Rows: accounts(300, 600)}); err != nil || count(outcomes, core.Created) != 300 {
				t.Errorf("written again: %d created, %v", count(outcomes, core.Created), err)
			}
			if n := b.rowsOf(t, d); n != "600" {
				t.Errorf("%s rows are there", n)
			}
		})
	}
}

func (b *bench) restart(t *testing.T) {
	d, p := b.ready(t, b.settings(t))
	told := ""
	ctx := core.WithNotices(t.Context(), func(n core.Notice) { told += n.Text })
	b.Stop(t)
	d.wait = func(ctx context.Context, _ time.Duration) error { b.Run(t); return ctx.Err() }
	outcomes, err := d.Write(ctx, p, core.Batch{ID: "b", Rows: accounts(0, 100)})
	if err != nil || count(outcomes, core.Created) != 100 || !strings.Contains(told, "Waiting for the PostgreSQL server") {
		t.Errorf("%d created, %v, told %q", count(outcomes, core.Created), err, told)
	}
	// Nobody is sent away twice without an end, and one who is stopped stops.
	b.Stop(t)
	d.wait = func(context.Context, time.Duration) error { return nil }
	outcomes, err = d.Write(ctx, p, core.Batch{ID: "c", Rows: accounts(100, 200)})
	if err == nil || core.AsFault(err).Kind != core.Offline || count(outcomes, core.Untried) != 100 {
		t.Errorf("%d untried, %v", count(outcomes, core.Untried), err)
	}
	b.Run(t)
}

func (b *bench) crowded(t *testing.T) {
	s := b.settings(t)
	b.Exec(t, "postgres", "DROP ROLE IF EXISTS few; CREATE ROLE few LOGIN PASSWORD 'few' CONNECTION LIMIT 1")
	s.Values["user"], s.Secrets["password"] = "few", core.NewSecret("few")
	one, two := at(t, s), at(t, s)
	if _, err := one.Identity(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := two.Identity(t.Context())
	if f := wantFault(t, err, "postgres.too-many-connections"); f != nil && f.Kind != core.Busy {
		t.Errorf("it is of the kind %s", f.Kind)
	}
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

func (b *bench) session(t *testing.T) {
	s := b.settings(t)
	b.Exec(t, "postgres", "ALTER DATABASE "+s.Values["database"]+" SET TimeZone = 'Pacific/Kiritimati'")
	b.Exec(t, "postgres", "ALTER DATABASE "+s.Values["database"]+" SET DateStyle = 'German'")
	b.Exec(t, "postgres", "ALTER DATABASE "+s.Values["database"]+" SET default_transaction_isolation = 'serializable'")
	b.Exec(t, "postgres", "ALTER DATABASE "+s.Values["database"]+" SET search_path = 'nowhere'")
	b.Exec(t, "postgres", "ALTER DATABASE "+s.Values["database"]+" SET bytea_output = 'escape'")
	d, p := b.ready(t, s)
	if outcomes, err := d.Write(t.Context(), p, core.Batch{ID: "b", Rows: accounts(0, 10)}); err != nil || count(outcomes, core.Created) != 10 {
		t.Fatalf("written: %v, %v", outcomes, err)
	}
	found, err := d.Find(t.Context(), p, []core.Match{{Key: coretest.Key(3), Values: true}})
	if err != nil || len(found[0]) != 1 || found[0][0].Values[3].Canonical() != "2024-02-29T12:00:00Z" {
		t.Errorf("found is %v, %v", found, err)
	}
	if _, known, err := d.Settled(t.Context(), p, "b"); err != nil || !known {
		t.Errorf("the batch is known: %v, %v", known, err)
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

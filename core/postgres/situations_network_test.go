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
)

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
	for range 5000 { // the server reads its settings when it likes
		if err = try("127.0.0.1", require); err != nil {
			break
		}
		if core.Wait(t.Context(), 20*time.Millisecond) != nil {
			return
		}
	}
	wantFault(t, err, "postgres.no-tls")
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

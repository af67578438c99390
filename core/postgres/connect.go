package postgres

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"ferry/core"
	"ferry/core/rest"
)

// How long Ferry waits.
const (
	connecting = 15 * time.Second // for a connection
	ending     = 30 * time.Second // for the answer to a COMMIT, which is not given up half-way
	parting    = 3 * time.Second  // for a good-bye
	patience   = 2 * time.Minute  // for a server that was there a moment ago
)

// config is how a connection is made. The library's own reading of the environment (PGHOST, PGSSLMODE, …) is overruled
// in all that matters: what a person sees in the settings is what happens.
func (d *Destination) config() (*pgconn.Config, error) {
	c, err := pgconn.ParseConfig("host=localhost port=5432 user=ferry database=ferry sslmode=disable")
	if err != nil {
		return nil, badEnvironment(err)
	}
	c.Host, c.Port, c.Database, c.User, c.Password = d.to.host, d.to.port, d.to.database, d.to.user, d.password.Reveal()
	c.Fallbacks, c.ValidateConnect, c.AfterConnect = nil, nil, nil
	c.KerberosSrvName, c.KerberosSpn, c.SSLNegotiation, c.SSLCertMode = "", "", "postgres", "allow"
	c.MinProtocolVersion, c.MaxProtocolVersion = "3.0", "3.0"
	c.RuntimeParams = map[string]string{"application_name": "Ferry", "client_encoding": "UTF8"}
	c.ConnectTimeout = connecting
	dialer := &net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 10 * time.Second, Count: 6}}
	c.DialFunc = dialer.DialContext
	if d.dial != nil {
		c.DialFunc = d.dial
		c.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	}
	c.ChannelBinding = "prefer"
	if d.to.binding {
		c.ChannelBinding = "require"
	}
	c.TLSConfig, err = d.tls()
	c.RequireAuth = ""
	switch {
	case d.to.here():
	case d.to.encryption == disable: // anybody on the way could read a password, or keep its digest
		c.RequireAuth = "!password,!md5"
	case d.to.encryption == require: // whoever answers would get it
		c.RequireAuth = "!password"
	}
	return c, err
}

// tls is nil for a connection that is not encrypted.
func (d *Destination) tls() (*tls.Config, error) {
	if d.to.encryption == disable || d.to.socket() {
		return nil, nil
	}
	roots, err := rest.Network{CAFiles: d.caFiles}.Trusted()
	if err != nil {
		return nil, err
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, ServerName: d.to.host}
	switch d.to.encryption {
	case require:
		c.InsecureSkipVerify = true // what "require" means: encrypted, whoever answers
	case verifyCA:
		c.InsecureSkipVerify = true // the name is not looked at, the rest is, here:
		c.VerifyConnection = func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) == 0 {
				return x509.UnknownAuthorityError{}
			}
			chain := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
			for _, c := range s.PeerCertificates[1:] {
				chain.Intermediates.AddCert(c)
			}
			_, err := s.PeerCertificates[0].Verify(chain)
			return err
		}
	}
	return c, nil
}

// hold makes the connection when there is none.
func (d *Destination) hold(ctx context.Context) error {
	if d.conn != nil && !d.conn.IsClosed() {
		return nil
	}
	d.conn, d.writers = nil, map[string]*writer{}
	c, err := d.config()
	if err != nil {
		return err
	}
	conn, err := pgconn.ConnectConfig(ctx, c)
	if err != nil {
		return err
	}
	d.conn, d.before = conn, true
	d.log.Info("connected", "host", d.to.host, "server", conn.ParameterStatus("server_version"))
	return nil
}

// A mode says what a transaction may do.
type mode string

const (
	reading mode = "READ ONLY"
	writing mode = "" // as the database is set: one that an administrator made read-only stays so
)

// session is set in each transaction: nothing depends on how the server or a pooler is set up. Constraints that could
// wait for the end are looked at once, so that the culprit is found.
const session = `;
SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 3;
SET LOCAL standard_conforming_strings = on; SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = 0; SET LOCAL client_min_messages = 'error'`

// A lostCommit is a COMMIT to which no answer came: it happened or it did not.
type lostCommit struct{ error }

func (l lostCommit) Unwrap() error { return l.error }

// transaction calls do in a transaction. What do made is there when no error comes back, and is not when one does, but
// for a lostCommit.
func (d *Destination) transaction(ctx context.Context, m mode, do func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := d.hold(ctx); err != nil {
		return err
	}
	begin := "BEGIN ISOLATION LEVEL READ COMMITTED " + string(m) + session
	if m == writing {
		begin += "; SET CONSTRAINTS ALL IMMEDIATE"
	}
	err := d.script(ctx, begin)
	if err == nil {
		err = do()
	}
	if err == nil {
		err = ctx.Err()
	}
	calm := context.WithoutCancel(ctx)
	if err != nil {
		d.rollback(calm)
		return err
	}
	calm, cancel := context.WithTimeout(calm, ending)
	defer cancel()
	results, err := d.conn.Exec(calm, "COMMIT").ReadAll()
	var told *pgconn.PgError
	switch {
	case err == nil && len(results) == 1 && results[0].CommandTag.String() == "COMMIT":
		return nil
	case err == nil:
		return rolledBack()
	case errors.As(err, &told) && told.Code[:2] != "57" && told.Code[:2] != "08" && told.Code[:2] != "XX":
		return err // a rule that was looked at last; the server took all back
	case m == reading:
		return nil
	}
	return lostCommit{err}
}

func (d *Destination) rollback(calm context.Context) {
	if d.conn == nil || d.conn.IsClosed() {
		return
	}
	calm, cancel := context.WithTimeout(calm, parting)
	defer cancel()
	if _, err := d.conn.Exec(calm, "ROLLBACK").ReadAll(); err != nil {
		_ = d.conn.Close(calm) // the server takes back what was not committed
	}
}

// script runs statements without parameters.
func (d *Destination) script(ctx context.Context, sql string) error {
	_, err := d.conn.Exec(ctx, sql).ReadAll()
	return err
}

// query runs one statement with parameters, all as text, and returns its rows as text. nil is NULL.
func (d *Destination) query(ctx context.Context, sql string, args ...[]byte) ([][][]byte, error) {
	r := d.conn.ExecParams(ctx, sql, args, nil, nil, nil).Read()
	return r.Rows, r.Err
}

func text(s string) []byte { return []byte(s) }

// array is a list of texts as PostgreSQL writes it.
func array(texts []string) []byte {
	var b strings.Builder
	b.WriteByte('{')
	for i, s := range texts {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		for _, part := range []byte(s) {
			if part == '"' || part == '\\' {
				b.WriteByte('\\')
			}
			b.WriteByte(part)
		}
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return []byte(b.String())
}

// quote makes any name safe in SQL, as long as PostgreSQL keeps it.
func quote(name string) string { return `"` + strings.ReplaceAll(cut(name), `"`, `""`) + `"` }

// own is one of the schema's tables, by its whole name.
func (d *Destination) own(table string) string { return quote(d.to.schema) + "." + quote(table) }

func (d *Destination) table(p core.Plan) string { return d.own(p.Table) }

// patiently does something again when the server, which was there before, is away for a moment: restarted, failed over,
// or out of connections. do has to be repeatable.
func (d *Destination) patiently(ctx context.Context, do func() error) error {
	left, pause := patience, time.Second
	for {
		err := do()
		if err == nil || ctx.Err() != nil || !d.before || left <= 0 || !passes(d.fault(ctx, err)) {
			return err
		}
		d.log.Warn("the server is away", "host", d.to.host, "code", core.AsFault(d.fault(ctx, err)).Code, "wait", pause)
		core.Tell(ctx, core.Notice{Text: "Waiting for the PostgreSQL server", Until: time.Now().Add(pause)})
		if d.wait(ctx, pause) != nil {
			return err
		}
		core.Tell(ctx, core.Notice{})
		left -= pause
		pause = min(2*pause, 16*time.Second)
	}
}

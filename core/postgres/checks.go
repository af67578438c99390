package postgres

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"ferry/core"
)

// Checks looks whether the server is there and proves its name, whether it lets us in, what it is, and whether the tables
// can be made. It leaves nothing behind.
func (d *Destination) Checks(ctx context.Context, need core.Need, tell func(core.Check)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var way path
	tried := false
	// connect is tried once; each of the first three steps looks how far it came.
	connect := func() {
		if !tried {
			tried = true
			way = d.try(ctx)
		}
	}
	steps := []core.Step{
		{Check: core.Check{ID: "address", Title: "Address"}, Do: func(_ context.Context, c *core.Check) error {
			connect()
			c.Detail = d.to.server()
			if way.reached {
				return nil
			}
			return way.err
		}},
		{Check: core.Check{ID: "secure", Title: "Secure connection", DependsOn: []string{"address"}}, Do: func(_ context.Context, c *core.Check) error {
			connect()
			if !way.secured {
				return way.err
			}
			d.checkSecure(c)
			return nil
		}},
		{Check: core.Check{ID: "signin", Title: "Sign-in", DependsOn: []string{"secure"}}, Do: func(_ context.Context, c *core.Check) error {
			connect()
			c.Detail = fmt.Sprintf("%s in the database %s", d.to.user, d.to.database)
			return way.err
		}},
		{Check: core.Check{ID: "version", Title: "Version", DependsOn: []string{"signin"}}, Do: d.checkVersion},
		{Check: core.Check{ID: "encoding", Title: "Every character can be kept", DependsOn: []string{"version"}}, Do: d.checkEncoding},
		{Check: core.Check{ID: "schema", Title: "Schema", DependsOn: []string{"version"}}, Do: d.checkSchema},
		{Check: core.Check{ID: "create", Title: "Tables can be made", DependsOn: []string{"schema"}}, Do: d.checkCreate},
		{Check: core.Check{ID: "tables", Title: "Tables", DependsOn: []string{"schema"}}, Do: func(ctx context.Context, c *core.Check) error {
			return d.checkTables(ctx, need.Tables, c)
		}},
	}
	for i, s := range steps {
		steps[i].Do = func(ctx context.Context, c *core.Check) error {
			if way.conn == nil {
				return d.fault(ctx, s.Do(ctx, c))
			}
			return d.fault(ctx, d.transaction(ctx, reading, func() error { return s.Do(ctx, c) }))
		}
	}
	core.TakeSteps(ctx, "testing the database", steps, tell)
}

// A path is how far a connection came.
type path struct {
	reached, secured bool
	conn             *pgconn.PgConn
	err              error
}

// try makes a new connection, which takes the place of the one that was there.
func (d *Destination) try(ctx context.Context) (p path) {
	c, err := d.config()
	if err != nil {
		p.err = err
		return p
	}
	dial := c.DialFunc
	c.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		p.reached = p.reached || err == nil
		return conn, err
	}
	c.AfterNetConnect = func(ctx context.Context, _ *pgconn.Config, conn net.Conn) (net.Conn, error) {
		// The library shakes hands with the first word that it sends, which would be the sign-in.
		var err error
		if encrypted, ok := conn.(*tls.Conn); ok {
			err = encrypted.HandshakeContext(ctx)
		}
		p.secured = err == nil
		return conn, err
	}
	conn, err := pgconn.ConnectConfig(ctx, c)
	if err != nil {
		p.err = err
		return p
	}
	if d.conn != nil && !d.conn.IsClosed() {
		_ = d.conn.Close(ctx) // the new one takes its place
	}
	d.conn, d.writers, p.conn = conn, map[string]*writer{}, conn
	return p
}

func (d *Destination) checkSecure(c *core.Check) {
	switch {
	case d.to.here() && d.to.encryption == disable:
		c.Detail = "on this computer, not encrypted"
	case d.to.encryption == disable:
		c.State, c.Fault, c.Detail = core.CheckWarned, notEncrypted(), "not encrypted"
	case d.to.encryption == verifyFull:
		c.Detail = "encrypted, the server proved its name"
	default:
		c.State, c.Fault, c.Detail = core.CheckWarned, nameNotProved(d.to.encryption), "encrypted"
	}
}

// one runs a statement that gives one row.
func (d *Destination) one(ctx context.Context, sql string, args ...[]byte) ([]string, error) {
	rows, err := d.query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	if len(rows) != 1 {
		return nil, notesDamaged(nil)
	}
	all := make([]string, len(rows[0]))
	for i, cell := range rows[0] {
		all[i] = string(cell)
	}
	return all, nil
}

func (d *Destination) checkVersion(ctx context.Context, c *core.Check) error {
	row, err := d.one(ctx, "SELECT version(), current_setting('server_version'), current_setting('server_version_num')")
	if err != nil {
		return err
	}
	maker, version := makerOf(row[0]), firstWord(row[1])
	c.Detail = maker + " " + version
	if maker != "PostgreSQL" {
		c.Detail = maker + ", which speaks PostgreSQL " + version
	}
	if n, err := strconv.Atoi(row[2]); err == nil && n < 90500 {
		return tooOld(version)
	}
	return d.speaksAll(ctx)
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

// makerOf is what made a server, of what it says of its version.
func makerOf(version string) string {
	if strings.Contains(version, "-YB-") {
		return "YugabyteDB"
	}
	return firstWord(version)
}

// speaksAll looks for what databases lack that only speak PostgreSQL: the system column xmax. They also know no temporary
// tables that end with a transaction (CockroachDB: "Temporary tables").
func (d *Destination) speaksAll(ctx context.Context) error {
	row, err := d.one(ctx, "SELECT version()")
	if err != nil {
		return err
	}
	_, err = d.query(ctx, "SELECT xmax FROM pg_catalog.pg_class LIMIT 1")
	var told *pgconn.PgError
	if errors.As(err, &told) && (told.Code == "42703" || told.Code[:2] == "0A") {
		return onlySpeaks(makerOf(row[0]))
	}
	return err
}

func (d *Destination) checkEncoding(ctx context.Context, c *core.Check) error {
	row, err := d.one(ctx, "SELECT current_setting('server_encoding')")
	if err != nil {
		return err
	}
	c.Detail = row[0]
	if row[0] != "UTF8" {
		return otherEncoding(row[0])
	}
	return nil
}

func (d *Destination) checkSchema(ctx context.Context, c *core.Check) error {
	there, err := d.hasSchema(ctx)
	if err != nil {
		return err
	}
	if !there {
		c.Detail = d.to.schema + ", new; the first import makes it"
		return d.mayMakeSchema(ctx)
	}
	c.Detail = d.to.schema
	if err := d.mayUse(ctx); err != nil {
		return err
	}
	id, err := d.identity(ctx)
	if err == nil && id.ID != "" {
		c.Detail += ", used by Ferry before"
	}
	return err
}

func (d *Destination) checkCreate(ctx context.Context, c *core.Check) error {
	row, err := d.one(ctx, "SELECT current_setting('default_transaction_read_only'), pg_is_in_recovery()")
	if err != nil {
		return err
	}
	if row[0] == "on" || row[1] == "t" {
		return (target{}).told(&pgconn.PgError{Code: "25006"})
	}
	if err := d.mayStage(ctx); err != nil {
		return err
	}
	if there, err := d.hasSchema(ctx); err != nil || !there {
		return err
	}
	return d.mayMakeTables(ctx)
}

func (d *Destination) checkTables(ctx context.Context, tables []string, c *core.Check) error {
	made := 0
	for _, name := range tables {
		t, err := d.describe(ctx, name)
		if err != nil {
			return err
		}
		switch {
		case t == nil:
		case !t.ours || t.kind != "r" && t.kind != "p":
			return notOurTable(name)
		default:
			made++
			if err := t.usable(); err != nil {
				return err
			}
			if err := d.mayWrite(ctx, name); err != nil {
				return err
			}
		}
	}
	c.Detail = fmt.Sprintf("%d of %d there already, the others are made by the import", made, len(tables))
	if len(tables) == 0 {
		c.Detail = "none asked for"
	}
	return nil
}

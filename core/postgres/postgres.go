// Package postgres is the destination "PostgreSQL". It has the shape of core/sqlite, which is the sample to read first,
// and keeps the same promises.
//
//   - address.go reads the settings; connect.go makes the connection, and says who is trusted.
//   - Missing and Prepare (schema.go) say what must be made, and make it; Tables and Describe (describe.go) what is there.
//   - Write (write.go) copies a batch into a temporary table and merges it (stage.go), all in one transaction, and says
//     of every row what became of it. Settled (batch.go) tells it again when the answer was lost.
//   - Find (find.go) tells what is there.
//   - Checks (checks.go) are Test connection; what the user may do (rights.go) is asked before an import reads anything too.
//     faults.go and faults_server.go have every sentence a person may read.
//   - While a batch is written, capture.go tells what it replaces, and sent.go what was copied straight (straight.go); PutBack
//     (back.go) puts that back.
//   - Rules, matches and notes of which rows a run has seen (careful.go, notes.go) are for mappings that ask for them.
//
// The schema holds the tables people asked for, and four of Ferry's own: _ferry (which database this is),
// _ferry_table (the tables Ferry made), _ferry_batch (what became of the last batches) and _ferry_row (which rows Ferry
// made or matched, where a mapping has to know).
//
// What a server that speaks PostgreSQL needs: PostgreSQL 9.5 or newer by its own word, temporary tables, COPY FROM STDIN
// as text, INSERT … ON CONFLICT, SELECT … FOR UPDATE, and the system column xmax, which tells rows made from rows
// changed. Nothing lives longer in a session than a transaction, and no statement is prepared under a name, so a pooler
// that gives out connections by the transaction may stand in between.
//
// Decisions. Lists (JSON arrays) are text, exactly as written; `column::jsonb` is one cast away. Exact numbers are
// numeric without a limit and keep every digit; 1.10 and 1.100 are told apart by their text. Keys sort by their bytes
// (COLLATE "C"): they are GUIDs, and comparing them by a language costs time. PostgreSQL keeps microseconds: what a time
// has beyond is cut off. It cannot hold U+0000 in a text: such a record is refused, alone. Names longer than 63 bytes are
// cut there, as PostgreSQL itself does. There is no "encrypt if the server happens to" (sslmode prefer): whoever
// stands in between decides then.
//
// Sources of facts. PostgreSQL: "INSERT", "COPY", "Appendix A. PostgreSQL Error Codes", "Protocol Flow",
// "Identifiers and Key Words" (63 bytes), "Limits" (1,600 columns), "System Columns" (xmax).
package postgres

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"ferry/core"
)

// Driver describes the destination. log may be nil.
func Driver(log *slog.Logger) core.Driver[core.Destination] {
	return core.Driver[core.Destination]{
		Name:     "postgres",
		Title:    "PostgreSQL",
		Summary:  "A schema of a PostgreSQL database, with a table for each Dynamics table; also Azure, AWS, Google Cloud and others that speak PostgreSQL.",
		Settings: settings(),
		New: func(s core.Settings) (core.Destination, error) {
			d, err := New(s, log)
			if err != nil {
				return nil, err
			}
			return d, nil
		},
		Place:    Place,
		Receiver: Receiver,
	}
}

// A Destination is one schema of one database.
type Destination struct {
	to       target
	password core.Secret
	caFiles  []string
	log      *slog.Logger
	wait     func(context.Context, time.Duration) error
	dial     pgconn.DialFunc // nil: the system's own

	mu      sync.Mutex // one connection: calls take turns
	conn    *pgconn.PgConn
	before  bool                         // there was a connection before: the server is known to be there
	id      string                       // the identity that was seen; another one after a new connection is another database
	writers map[string]*writer           // by plan ID
	last    struct{ plan, batch string } // what was committed last: a server that took over has it, or is an older copy
}

// Promises that the compiler keeps: what a Destination can do beyond writing is found by assertion.
var (
	_ core.Destination = (*Destination)(nil)
	_ core.Starter     = (*Destination)(nil)
	_ core.Settler     = (*Destination)(nil)
	_ core.Finder      = (*Destination)(nil)
	_ core.Rememberer  = (*Destination)(nil)
	_ core.Comparer    = (*Destination)(nil)
	_ core.Repeatable  = (*Destination)(nil)
	_ core.Ruler       = (*Destination)(nil)
	_ core.Keeper      = (*Destination)(nil)
)

// New makes a destination of its settings. It does no I/O.
func New(s core.Settings, log *slog.Logger) (*Destination, error) {
	to, err := parse(s.Values)
	if err != nil {
		return nil, err
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Destination{to: to, password: s.Secrets["password"], caFiles: s.CAFiles, log: log, wait: core.Wait, writers: map[string]*writer{}}, nil
}

// Repeatable reports that the same batch may be written twice: rows are found by their key.
func (d *Destination) Repeatable() bool { return true }

// Identity tells which database this is. It makes nothing.
func (d *Destination) Identity(ctx context.Context) (core.Identity, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var id core.Identity
	err := d.patiently(ctx, func() error {
		return d.transaction(ctx, reading, func() (err error) {
			id, err = d.identity(ctx)
			return err
		})
	})
	if err != nil {
		return core.Identity{}, d.fault(ctx, err)
	}
	d.id = id.ID
	id.Name = d.to.name()
	return id, nil
}

// identity reads what Start stored.
func (d *Destination) identity(ctx context.Context) (id core.Identity, err error) {
	there, err := d.has(ctx, "_ferry")
	if err != nil || !there {
		return id, err
	}
	rows, err := d.query(ctx, "SELECT name, value FROM "+d.own("_ferry")+" WHERE name IN ('id', 'generation')")
	for _, row := range rows {
		switch string(row[0]) {
		case "id":
			id.ID = string(row[1])
		case "generation":
			id.Generation, err = strconv.ParseInt(string(row[1]), 10, 64)
		}
	}
	if err != nil && len(rows) > 0 {
		return id, notesDamaged(err)
	}
	return id, err
}

// Start stores the identity before the first write of a run, and forgets the batches of runs long past.
func (d *Destination) Start(ctx context.Context, next core.Identity) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var have core.Identity
	err := d.patiently(ctx, func() error { return d.change(ctx, func() error { return d.start(ctx, &have, next) }) })
	if err == nil {
		d.id = have.ID
	}
	return d.fault(ctx, err)
}

// start keeps an identity, and tells which one counts.
func (d *Destination) start(ctx context.Context, have *core.Identity, next core.Identity) (err error) {
	if err = d.same(ctx); err != nil {
		return err
	}
	if *have, err = d.identity(ctx); err != nil {
		return err
	}
	if have.ID != "" && have.Generation >= next.Generation {
		return nil
	}
	switch {
	case have.ID != "":
	case next.ID != "":
		have.ID = next.ID
	default:
		have.ID = strings.ToLower(rand.Text())
	}
	have.Generation = max(have.Generation, next.Generation)
	keep := "INSERT INTO " + d.own("_ferry") + " AS t VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = "
	for _, s := range []struct{ set, name, value string }{
		{"excluded.value", "id", have.ID},
		{"excluded.value", "generation", strconv.FormatInt(have.Generation, 10)},
		{"CAST(CAST(t.value AS bigint) + 1 AS text)", "starts", "1"},
	} {
		if _, err := d.query(ctx, keep+s.set, text(s.name), text(s.value)); err != nil {
			return err
		}
	}
	_, err = d.query(ctx, "DELETE FROM "+d.own("_ferry_batch")+" WHERE start <= (SELECT CAST(value AS bigint) FROM "+d.own("_ferry")+
		" WHERE name = 'starts') - "+strconv.Itoa(keptStarts))
	return err
}

// Finish lets the server note how the table is filled, so that whoever reads it next is quick.
func (d *Destination) Finish(ctx context.Context, p core.Plan) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.patiently(ctx, func() error {
		return d.transaction(ctx, writing, func() error { return d.script(ctx, "ANALYZE "+d.table(p)) })
	})
	return d.fault(ctx, err)
}

// Close ends the connection.
func (d *Destination) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	conn := d.conn
	d.conn, d.writers = nil, map[string]*writer{}
	if conn == nil || conn.IsClosed() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), parting)
	defer cancel()
	_ = conn.Close(ctx) // nothing is lost by a connection that ends otherwise
	return nil
}

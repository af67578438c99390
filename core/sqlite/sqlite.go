// Package sqlite is the destination "Database file (SQLite)". It is also the sample to read before writing another
// destination: everything one needs is here, and nothing else.
//
//   - Driver (this file) describes it, so that the window can draw its form and ferryctl its settings.
//
//   - New does no I/O. The first call that needs the file opens it.
//
//   - Missing and Prepare (schema.go) say what must be made, and make it. Missing changes nothing. Tables and Describe
//     (describe.go) tell what is there.
//
//   - Write (write.go) stores one batch in one transaction, a row after the other (row.go), and says of each what became of it.
//
//   - Settled (batch.go) tells what became of a batch whose answer was lost: its outcomes stand in the transaction of
//     its rows. A destination that cannot do this leaves the method out.
//
//   - Find (find.go) tells what is there. It too could be left out.
//
//   - What a batch replaces is kept by SQLite itself (capture.go), told before the batch is safe, and put back (back.go) when
//     an import is taken back.
//
//   - Checks (checks.go) are Test connection. faults.go has every sentence a person may read.
//
//   - Rules, matches and notes of which rows a run has seen (careful.go, notes.go) are for mappings that ask for them; the
//     others write as quickly as if there were none.
//
// The file holds the tables people asked for, and four of Ferry's own: _ferry (which file this is), _ferry_table
// (the tables Ferry made), _ferry_batch (what became of the last batches) and _ferry_row (which rows Ferry made or
// matched, where a mapping has to know). Ferry writes into no table that it did not make; matching is for rows that
// somebody added to one of its tables by hand.
//
// Sources of facts. SQLite: https://www.sqlite.org/lang_upsert.html, https://www.sqlite.org/datatype3.html (a
// column's type is a preference), https://www.sqlite.org/limits.html (2,000 columns).
package sqlite

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"ferry/core"
	"ferry/core/sqlitefile"
)

// applicationID marks the files Ferry made: "Frry".
const applicationID = 0x46727279

// Driver describes the destination. log may be nil.
func Driver(log *slog.Logger) core.Driver[core.Destination] {
	return core.Driver[core.Destination]{
		Name:    "sqlite",
		Title:   "Database file (SQLite)",
		Summary: "One file with a table for each Dynamics table; opens in DB Browser for SQLite, Excel (by ODBC), Power BI and every programming language.",
		Settings: []core.Setting{{
			Name: "file", Title: "File", Kind: core.SettingFile, Ending: ".db", Required: true, Main: true,
			Help: "Where the database lies. Ferry makes the file when there is none, and never touches tables it did not make.",
		}},
		New: func(s core.Settings) (core.Destination, error) { return New(s.Get("file"), log) },
	}
}

// A Destination is one database file.
type Destination struct {
	path string
	wipe bool // what is replaced or removed does not stay in the file
	log  *slog.Logger

	mu      sync.Mutex // one connection: calls take turns
	file    *sqlitefile.File
	opened  os.FileInfo        // of the file when it was opened
	writers map[string]*writer // by plan ID

	captured map[string]*capture // by table
}

// Promises that the compiler keeps: what a Destination can do beyond writing is found by assertion.
var (
	_ core.Destination = (*Destination)(nil)
	_ core.Starter     = (*Destination)(nil)
	_ core.Settler     = (*Destination)(nil)
	_ core.Finder      = (*Destination)(nil)
	_ core.Keeper      = (*Destination)(nil)
	_ core.Ruler       = (*Destination)(nil)
	_ core.Comparer    = (*Destination)(nil)
	_ core.Rememberer  = (*Destination)(nil)
)

// Rules implements core.Ruler.
func (d *Destination) Rules() bool { return true }

// New makes a destination of the file at path. It does no I/O.
func New(path string, log *slog.Logger) (*Destination, error) {
	path = strings.TrimSpace(path)
	if path == "" {
		return nil, noFile()
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Destination{path: path, log: log, writers: map[string]*writer{}}, nil
}

// hold opens the file for this destination alone, until Close. A file that was moved, deleted or replaced meanwhile is
// noticed: what is written into it would be lost.
func (d *Destination) hold(ctx context.Context, create bool) error {
	if d.file != nil {
		now, err := os.Stat(d.path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && d.opened != nil && !os.SameFile(now, d.opened) {
			return sqlitefile.Moved(d.path)
		}
		return nil
	}
	file, err := sqlitefile.Open(ctx, d.path, sqlitefile.Options{
		Create: create, Exclusive: true, Durable: true, Portable: true, Wipe: d.wipe, Mark: applicationID, Log: d.log,
	})
	d.file, d.opened = file, nil
	if err == nil {
		d.opened, _ = os.Stat(d.path) // unknown is not looked at
	}
	return err
}

// look calls see with the file as it is, and leaves nothing open that was not open before. A file that is not there
// is there=false.
func (d *Destination) look(ctx context.Context, see func(f *sqlitefile.File) error) (there bool, err error) {
	if d.file != nil {
		return true, see(d.file)
	}
	if info, err := os.Stat(d.path); errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode().IsRegular() && info.Size() == 0 {
		return false, nil
	}
	file, err := sqlitefile.Open(ctx, d.path, sqlitefile.Options{Look: true, Log: d.log})
	if err != nil {
		return false, err
	}
	err = see(file)
	return true, errors.Join(err, file.Close())
}

// Identity tells which file this is. It makes nothing.
func (d *Destination) Identity(ctx context.Context) (core.Identity, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var id core.Identity
	_, err := d.look(ctx, func(f *sqlitefile.File) (err error) {
		id, err = identity(f)
		return err
	})
	id.Name = filepath.Base(d.path)
	return id, err
}

// identity reads what Start stored.
func identity(f *sqlitefile.File) (id core.Identity, err error) {
	there, err := f.Number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '_ferry'")
	if err != nil || there == 0 {
		return id, f.Fault(err)
	}
	if id.ID, err = f.Text("SELECT value FROM _ferry WHERE name = 'id'"); err != nil {
		return id, f.Fault(err)
	}
	id.Generation, err = f.Number("SELECT value FROM _ferry WHERE name = 'generation'")
	return id, f.Fault(err)
}

// Start stores the identity before the first write of a run, and forgets the batches of runs long past.
func (d *Destination) Start(ctx context.Context, next core.Identity) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.hold(ctx, true); err != nil {
		return err
	}
	d.captured = nil // what is known of rows is known of one run
	return d.change(ctx, func() error {
		have, err := identity(d.file)
		if err != nil {
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
		return d.execAll(
			statement{"INSERT INTO _ferry VALUES ('id', ?1) ON CONFLICT DO UPDATE SET value = excluded.value", []any{have.ID}},
			statement{"INSERT INTO _ferry VALUES ('generation', ?1) ON CONFLICT DO UPDATE SET value = excluded.value", []any{max(have.Generation, next.Generation)}},
			statement{"INSERT INTO _ferry VALUES ('starts', 1) ON CONFLICT DO UPDATE SET value = value + 1", nil},
			statement{"DELETE FROM _ferry_batch WHERE start <= (SELECT value FROM _ferry WHERE name = 'starts') - ?1", []any{keptStarts}},
		)
	})
}

// Finish puts everything into the file itself, where a copy finds it, and lets SQLite note how the tables are used.
func (d *Destination) Finish(ctx context.Context, _ core.Plan) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.hold(ctx, false); err != nil {
		return err
	}
	if err := d.file.Exec(ctx, "PRAGMA optimize"); err != nil {
		return err
	}
	return d.file.Checkpoint()
}

// Close leaves one file without companions.
func (d *Destination) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	file := d.file
	d.file, d.writers, d.captured = nil, map[string]*writer{}, nil
	return file.Close()
}

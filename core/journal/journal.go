package journal

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"sync"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core/importer"
	"ferry/core/sqlitefile"
)

// Options say how a journal is kept.
type Options struct {
	Now func() time.Time // time.Now when nil
	Log *slog.Logger     // nil discards
}

// A Journal is an importer.Journal in a SQLite file. Its methods may be called from any goroutine.
type Journal struct {
	path   string
	worker string // who holds the leases taken here
	now    func() time.Time

	mu     sync.Mutex
	file   *sqlitefile.File
	faults map[string]int64 // ids of fault texts that were stored lately
}

var _ importer.Journal = (*Journal)(nil)

const opening = "opening the journal"

// Open opens the journal at path, and makes it when there is none. Its folder must be there.
func Open(ctx context.Context, path string, o Options) (*Journal, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	file, err := sqlitefile.Open(ctx, path, sqlitefile.Options{
		Create: true, Private: true, ApplicationID: applicationID, CacheMB: 4, Log: o.Log,
	})
	if err != nil {
		return nil, unusable(path, opening, err)
	}
	var b [8]byte
	rand.Read(b[:]) // never fails
	j := &Journal{path: path, worker: hex.EncodeToString(b[:]), now: o.Now, file: file, faults: map[string]int64{}}
	if err := j.migrate(ctx); err != nil {
		_ = file.Close() // the first error is the one to tell
		return nil, unusable(path, opening, err)
	}
	return j, nil
}

// Close closes the file. It may be called twice.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.file.Close()
}

// change runs one transaction, read one reading. Both give Faults.
func (j *Journal) change(ctx context.Context, do func(c *sqlite.Conn) error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.file.Transaction(ctx, do); err != nil {
		clear(j.faults) // what was stored in the transaction is not there
		return unusable(j.path, "writing the journal", err)
	}
	return nil
}

func (j *Journal) read(ctx context.Context, do func(c *sqlite.Conn) error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.file.Read(ctx, do); err != nil {
		return unusable(j.path, "reading the journal", err)
	}
	return nil
}

func exec(c *sqlite.Conn, statement string, args ...any) error {
	return sqlitex.Execute(c, statement, &sqlitex.ExecOptions{Args: args})
}

func query(c *sqlite.Conn, statement string, row func(s *sqlite.Stmt) error, args ...any) error {
	return sqlitex.Execute(c, statement, &sqlitex.ExecOptions{Args: args, ResultFunc: row})
}

// Runs are all runs as receipts, newest first, each with its first thousand exceptions. A run that nobody is working on
// and that did not end is Interrupted.
func (j *Journal) Runs(ctx context.Context) ([]importer.Receipt, error) {
	receipts, err := j.Receipts(ctx)
	for i := range receipts {
		if err == nil {
			receipts[i].Refusals, err = j.Exceptions(ctx, receipts[i].Run, maxShown)
		}
	}
	if err != nil {
		return nil, err
	}
	return receipts, nil
}

// Receipts are Runs without exceptions, for long lists.
func (j *Journal) Receipts(ctx context.Context) ([]importer.Receipt, error) {
	return j.receipts(ctx, "", nil)
}

// Receipt is one run, with its first thousand exceptions; false when the journal has no run of that ID.
func (j *Journal) Receipt(ctx context.Context, run string) (r importer.Receipt, ok bool, err error) {
	all, err := j.receipts(ctx, `WHERE id = ?`, []any{run})
	if err != nil || len(all) == 0 {
		return r, false, err
	}
	r = all[0]
	r.Refusals, err = j.Exceptions(ctx, run, maxShown)
	return r, err == nil, err
}

func (j *Journal) receipts(ctx context.Context, where string, args []any) ([]importer.Receipt, error) {
	var entries []importer.Entry
	err := j.read(ctx, func(c *sqlite.Conn) (err error) {
		entries, err = entriesOf(c, where, args)
		return err
	})
	if err != nil {
		return nil, err
	}
	receipts := make([]importer.Receipt, 0, len(entries))
	alive := map[string]bool{}
	for _, e := range entries {
		if e.State == importer.Running {
			if _, asked := alive[e.Name]; !asked {
				alive[e.Name] = j.alive(e.Name)
			}
			if !alive[e.Name] {
				e.State = importer.Interrupted
			}
		}
		parts, err := j.Parts(ctx, e.ID)
		if err != nil {
			return nil, err
		}
		receipts = append(receipts, importer.ReceiptOf(e, parts))
	}
	return receipts, nil
}

// maxShown is how many exceptions of a run the history shows.
const maxShown = 1000

// Package sqlitefile says how Ferry opens, tunes, locks and closes a SQLite file. The journal and the SQLite
// destination share it, so that the driver can change in one place.
//
// A File is one connection; callers serialise. Everything that changes the file goes through Transaction, which
// either commits or leaves nothing behind. Every error is a Fault.
//
// Sources of facts. SQLite: https://www.sqlite.org/wal.html (a write-ahead log needs no shared memory when the lock
// is exclusive before the first read), https://www.sqlite.org/pragma.html, https://www.sqlite.org/rescode.html,
// https://www.sqlite.org/c3ref/interrupt.html (an interrupted write rolls its whole transaction back).
package sqlitefile

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
)

// Options say how a file is opened.
type Options struct {
	Create        bool          // make the file when there is none; its folder must be there
	Exclusive     bool          // nobody else may have the file open; a second Ferry gets a Fault at once
	Private       bool          // a new file can be read by its owner alone
	Durable       bool          // every commit reaches the disk before Transaction returns, also in a power cut
	Look          bool          // only looked at: locks and file format stay as they are, and nothing is made
	Wipe          bool          // what is deleted or replaced is overwritten in the file too
	Portable      bool          // Close leaves a file that opens from a read-only medium too
	ApplicationID int32         // set on new files; a file with another id is a Fault; 0 is any
	Mark          int32         // set on new files like ApplicationID, but every other file is taken too
	CacheMB       int           // 0 is 16
	BusyTimeout   time.Duration // how long to wait for others; 0 is not at all for Exclusive and Look, else five seconds
	Log           *slog.Logger  // nil discards
}

const (
	pageSize     = 16384     // of new files: fewer, fuller pages suit wide rows
	logSize      = 256 << 20 // bytes of log before its pages go to their places: many keys' pages go there once, not often
	defaultCache = 16        // MB
)

// A File is an open SQLite file.
type File struct {
	path string
	conn *sqlite.Conn
	o    Options
	log  *slog.Logger
	new  bool
	wal  bool
	keep bool // the file had a write-ahead log before, and is not ours to change
}

// Open opens the file at path. The lock, the file format and the application id are checked before it returns.
func Open(ctx context.Context, path string, o Options) (*File, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Look {
		o.Create, o.Exclusive = false, false
	}
	if o.CacheMB <= 0 {
		o.CacheMB = defaultCache
	}
	if o.BusyTimeout == 0 && !o.Exclusive && !o.Look {
		o.BusyTimeout = 5 * time.Second
	}
	if err := ctx.Err(); err != nil {
		return nil, stopped(err)
	}
	fresh, err := look(path, o)
	if err != nil {
		return nil, err
	}
	conn, err := sqlite.OpenConn(path, openFlags(o))
	if err != nil {
		return nil, fault(path, err)
	}
	f := &File{path: path, conn: conn, o: o, log: o.Log, new: fresh}
	conn.SetBusyTimeout(o.BusyTimeout)
	conn.SetInterrupt(ctx.Done())
	err = f.tune()
	conn.SetInterrupt(nil)
	if err != nil {
		_ = conn.Close() // the first error is the one to tell
		if fresh {
			removeEmpty(path)
		}
		return nil, f.during(ctx, err)
	}
	return f, nil
}

// look finds out what stands at path and reports whether the file will be new. An empty file counts as new.
func look(path string, o Options) (fresh bool, err error) {
	if bad := badPath(path); bad != nil {
		return false, bad
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return false, isFolder(path)
	case err == nil && !info.Mode().IsRegular():
		return false, notAFile(path)
	case err == nil:
		// SQLite opens a file that cannot be written for reading and says so only later.
		if err := mayWrite(path); err != nil {
			return false, openFault(path, err)
		}
		return info.Size() == 0, nil
	case !errors.Is(err, fs.ErrNotExist):
		return false, openFault(path, err)
	}
	if folder, err := os.Stat(filepath.Dir(path)); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return false, noFolder(path)
		}
		return false, openFault(path, err)
	} else if !folder.IsDir() {
		return false, noFolder(path)
	}
	if !o.Create {
		return false, missing(path)
	}
	mode := fs.FileMode(0o666)
	if o.Private {
		mode = 0o600
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, mode)
	if err != nil {
		return false, openFault(path, err)
	}
	return true, file.Close()
}

// removeEmpty takes a file away again that was made a moment ago and holds nothing.
func removeEmpty(path string) {
	if info, err := os.Stat(path); err == nil && info.Size() == 0 {
		_ = os.Remove(path) // an empty file left behind harms nobody
	}
}

// Path is where the file lies.
func (f *File) Path() string { return f.path }

// New reports whether Open made the file, or found it made and with nothing in it.
func (f *File) New() bool { return f.new }

// Conn is the one connection. Only one goroutine may use it at a time.
func (f *File) Conn() *sqlite.Conn { return f.conn }

// Exec runs one statement. Its arguments are bound in order.
func (f *File) Exec(ctx context.Context, statement string, args ...any) error {
	return f.Read(ctx, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, statement, &sqlitex.ExecOptions{Args: args})
	})
}

// Read calls read, which ctx interrupts. An error of SQLite comes back as a Fault.
func (f *File) Read(ctx context.Context, read func(conn *sqlite.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return stopped(err)
	}
	f.conn.SetInterrupt(ctx.Done())
	defer f.conn.SetInterrupt(nil)
	return f.during(ctx, read(f.conn))
}

// Transaction calls change inside one transaction. It commits when change returns nil and ctx has not ended;
// otherwise, and when change panics, nothing of it is left. A commit that has begun is not interrupted.
func (f *File) Transaction(ctx context.Context, change func(conn *sqlite.Conn) error) (err error) {
	if err := ctx.Err(); err != nil {
		return stopped(err)
	}
	f.conn.SetInterrupt(ctx.Done())
	done := false
	defer func() {
		f.conn.SetInterrupt(nil)
		if !done && !f.conn.AutocommitEnabled() {
			_ = sqlitex.Execute(f.conn, "ROLLBACK", nil) // the first error is the one to tell
		}
	}()
	if err := sqlitex.Execute(f.conn, "BEGIN IMMEDIATE", nil); err != nil {
		return f.during(ctx, err)
	}
	if err := change(f.conn); err != nil {
		return f.during(ctx, err)
	}
	f.conn.SetInterrupt(nil)
	if err := ctx.Err(); err != nil {
		return stopped(err)
	}
	if err := sqlitex.Execute(f.conn, "COMMIT", nil); err != nil {
		return fault(f.path, err)
	}
	done = true
	return nil
}

// Fault says what err, which this file's connection gave, means for a person. nil stays nil.
func (f *File) Fault(err error) error {
	if err == nil {
		return nil
	}
	return fault(f.path, err)
}

// during is Fault for work that ctx may have interrupted.
func (f *File) during(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ended := ctx.Err(); ended != nil && (sqlite.ErrCode(err) == sqlite.ResultInterrupt || errors.Is(err, ended)) {
		return stopped(ended)
	}
	return fault(f.path, err)
}

// Checkpoint moves everything from the log into the file itself.
func (f *File) Checkpoint() error {
	if !f.wal {
		return nil
	}
	return f.Fault(f.pragma("wal_checkpoint(TRUNCATE)"))
}

// Close moves everything into the one file and gives it free. It may be called twice. The data is safe even when
// it returns an error: the next Open finds it in the log.
func (f *File) Close() error {
	if f == nil || f.conn == nil {
		return nil
	}
	conn := f.conn
	conn.SetInterrupt(nil)
	err := f.Checkpoint()
	if err == nil && f.wal && f.o.Portable && !f.keep {
		_, err = f.Text("PRAGMA journal_mode=DELETE")
	}
	f.conn = nil
	return f.Fault(errors.Join(err, conn.Close()))
}

// Number returns the first column of the first row; 0 when there is no row. The error is SQLite's own.
func (f *File) Number(query string, args ...any) (n int64, err error) {
	err = sqlitex.Execute(f.conn, query, &sqlitex.ExecOptions{Args: args, ResultFunc: func(s *sqlite.Stmt) error {
		n = s.ColumnInt64(0)
		return nil
	}})
	return n, err
}

// Text returns the first column of the first row; "" when there is no row. The error is SQLite's own.
func (f *File) Text(query string, args ...any) (text string, err error) {
	err = sqlitex.Execute(f.conn, query, &sqlitex.ExecOptions{Args: args, ResultFunc: func(s *sqlite.Stmt) error {
		text = s.ColumnText(0)
		return nil
	}})
	return text, err
}

func (f *File) pragma(p string) error {
	return sqlitex.ExecuteTransient(f.conn, "PRAGMA "+p, nil)
}

func (f *File) script(s string) error {
	// Not ExecuteScript: that one opens a savepoint of its own.
	for s != "" {
		stmt, rest, err := f.conn.PrepareTransient(s)
		if err != nil {
			return err
		}
		s = s[len(s)-rest:]
		_, err = stmt.Step()
		if err := errors.Join(err, stmt.Finalize()); err != nil {
			return err
		}
	}
	return nil
}

// Writable tells whether a file at path could be written, without leaving anything behind.
func Writable(path string) error {
	if err := badPath(path); err != nil {
		return err
	}
	if _, err := os.Stat(path); err == nil {
		_, err := look(path, Options{})
		if err != nil {
			return err
		}
	}
	// Beside the file SQLite keeps its log, so the folder must take files too.
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return noFolder(path)
	}
	probe, err := os.CreateTemp(folder, ".ferry-*")
	if err != nil {
		return openFault(path, err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// Moved is the Fault for a file that went away while it was in use.
func Moved(path string) *core.Fault { return moved(path, fs.ErrNotExist) }

package sqlitefile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
)

func open(t *testing.T, path string, o Options) *File {
	t.Helper()
	f, err := Open(t.Context(), path, o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func fill(t *testing.T, f *File, rows int) {
	t.Helper()
	err := f.Transaction(t.Context(), func(conn *sqlite.Conn) error {
		return sqlitex.ExecuteScript(conn, fmt.Sprintf(`CREATE TABLE IF NOT EXISTS t (a INTEGER, b TEXT);
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO t SELECT i, hex(randomblob(100)) FROM n;`, rows), nil)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, f *File) int64 {
	t.Helper()
	n, err := f.Number("SELECT count(*) FROM t")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestANewFileIsTuned(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a # file % with ? signs.db")
	f := open(t, path, Options{Create: true, Exclusive: true, Private: true, ApplicationID: 42, Portable: true})
	for pragma, want := range map[string]string{
		"page_size": "16384", "journal_mode": "wal", "synchronous": "1", "locking_mode": "exclusive", "application_id": "42",
		"cache_size": "-16384", "wal_autocheckpoint": "16384", "temp_store": "2",
	} {
		if got, err := f.Text("PRAGMA " + pragma); err != nil || got != want {
			t.Errorf("%s is %s, want %s, %v", pragma, got, want, err)
		}
	}
	if !f.New() || f.Path() != path {
		t.Error("the file is not told as new")
	}
	fill(t, f, 1000)
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("a private file can be read by others: %v, %v", info.Mode(), err)
	}
	if err := errors.Join(f.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	if names, err := os.ReadDir(filepath.Dir(path)); err != nil || len(names) != 1 {
		t.Errorf("Close leaves %v", names)
	}
	f = open(t, path, Options{Exclusive: true, Durable: true, ApplicationID: 42})
	if mode, err := f.Text("PRAGMA synchronous"); err != nil || mode != "2" || f.New() || count(t, f) != 1000 {
		t.Errorf("opened again: synchronous %s, new %v, %v", mode, f.New(), err)
	}
}

func TestAFileOfAnotherProgramIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	if err := open(t, path, Options{Create: true, ApplicationID: 42}).Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, Options{Exclusive: true, ApplicationID: 43}); core.AsFault(err).Code != "sqlitefile.other-program" {
		t.Errorf("told is %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Error("the file was changed")
	}
	f := open(t, path, Options{Exclusive: true, Mark: 44})
	if id, err := f.Number("PRAGMA application_id"); err != nil || id != 42 {
		t.Errorf("the mark of a file that was there is %d, %v", id, err)
	}
}

func TestALookLeavesTheFormatAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "theirs.db")
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(sqlitex.ExecuteScript(conn, "CREATE TABLE t (a); INSERT INTO t VALUES (1);", nil), conn.Close()); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, path, Options{Look: true})
	if count(t, f) != 1 {
		t.Error("the rows are not seen")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Error("the file was changed")
	}
}

func TestASecondExclusiveOpenerIsToldAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ferry.db")
	f := open(t, path, Options{Create: true, Exclusive: true})
	soonest := time.Hour
	for _, o := range []Options{{Exclusive: true}, {Create: true, Exclusive: true, Portable: true}, {Look: true}} {
		begun := time.Now()
		if _, err := Open(t.Context(), path, o); core.AsFault(err).Code != "sqlitefile.in-use" {
			t.Errorf("the second opener is told %v", err)
		}
		soonest = min(soonest, time.Since(begun))
	}
	if soonest > 4*time.Second { // others are waited for five
		t.Errorf("the second opener waited %v", soonest)
	}
	fill(t, f, 10)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	shared := open(t, path, Options{})
	if _, err := Open(t.Context(), path, Options{Exclusive: true}); core.AsFault(err).Code != "sqlitefile.in-use" {
		t.Errorf("opened for itself although somebody has it: %v", err)
	}
	if count(t, shared) != 10 {
		t.Error("the rows are not there")
	}
}

func TestATransactionIsWholeOrNothing(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "ferry.db"), Options{Create: true, Exclusive: true})
	fill(t, f, 1)
	insert := func(conn *sqlite.Conn) error { return sqlitex.Execute(conn, "INSERT INTO t VALUES (2, 'b')", nil) }
	own := errors.New("own")
	if err := f.Transaction(t.Context(), func(conn *sqlite.Conn) error { return errors.Join(insert(conn), own) }); !errors.Is(err, own) {
		t.Errorf("an error of the caller comes back as %v", err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = f.Transaction(t.Context(), func(conn *sqlite.Conn) error {
			if err := insert(conn); err != nil {
				t.Error(err)
			}
			panic("in mid-transaction")
		})
	}()
	ctx, cancel := context.WithCancel(t.Context())
	err := f.Transaction(ctx, func(conn *sqlite.Conn) error {
		err := insert(conn)
		cancel()
		return err
	})
	if core.AsFault(err).Kind != core.Stopped || !errors.Is(err, context.Canceled) {
		t.Errorf("a stopped transaction ends with %v", err)
	}
	if err := f.Exec(ctx, "DELETE FROM t"); core.AsFault(err).Kind != core.Stopped {
		t.Errorf("a stopped Exec ends with %v", err)
	}
	if n := count(t, f); n != 1 {
		t.Errorf("%d rows, want the one before", n)
	}
	if err := f.Transaction(t.Context(), insert); err != nil || count(t, f) != 2 {
		t.Errorf("afterwards: %v", err)
	}
	if err := f.Exec(t.Context(), "INSERT INTO nowhere VALUES (1)"); core.AsFault(err).Code != "sqlitefile.failed" {
		t.Errorf("bad SQL is told as %v", err)
	}
}

func TestALongStatementIsStopped(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "ferry.db"), Options{Create: true, Exclusive: true})
	fill(t, f, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begun := time.Now()
	err := f.Transaction(ctx, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT i, i FROM n", nil)
	})
	if core.AsFault(err).Kind != core.Stopped || time.Since(begun) > time.Minute {
		t.Errorf("it ended after %v with %v", time.Since(begun), err)
	}
	if n := count(t, f); n != 1 {
		t.Errorf("%d rows were left", n)
	}
}

func TestADamagedFileIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ferry.db")
	f := open(t, path, Options{Create: true, Exclusive: true})
	fill(t, f, 5000)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 2 * pageSize; i < len(content); i++ {
		content[i] = 0xee
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	f = open(t, path, Options{Exclusive: true})
	if err := f.Exec(t.Context(), "SELECT sum(length(b)) FROM t"); core.AsFault(err).Code != "sqlitefile.damaged" {
		t.Errorf("told is %v", err)
	}
}

func TestAKilledWriterLosesNothingCommitted(t *testing.T) {
	folder, killed := t.TempDir(), t.TempDir()
	f := open(t, filepath.Join(folder, "ferry.db"), Options{Create: true, Exclusive: true})
	fill(t, f, 100)
	// What a kill leaves is what lies on the disk now.
	if err := os.CopyFS(killed, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	if again := open(t, filepath.Join(killed, "ferry.db"), Options{Exclusive: true}); count(t, again) != 100 {
		t.Error("rows were lost")
	}
}

func TestWritableLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	if err := Writable(filepath.Join(folder, "ferry.db")); err != nil {
		t.Error(err)
	}
	if names, err := os.ReadDir(folder); err != nil || len(names) != 0 {
		t.Errorf("left behind: %v", names)
	}
	if err := Writable(filepath.Join(folder, "no", "ferry.db")); core.AsFault(err).Code != "sqlitefile.no-folder" {
		t.Errorf("told is %v", err)
	}
	if f := Moved("ferry.db"); !strings.Contains(f.Cause, "moved") {
		t.Errorf("told is %v", f)
	}
}

func TestAFileThatAKilledProcessBeganToMakeIsGoneOnWith(t *testing.T) {
	for name, begun := range map[string]string{
		"a write-ahead log and nothing else": "PRAGMA journal_mode=WAL",
		"a page without a mark":              "PRAGMA user_version=0; CREATE TABLE t (a); DROP TABLE t",
	} {
		path := filepath.Join(t.TempDir(), "ferry.db")
		conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range strings.Split(begun, "; ") {
			if err := sqlitex.ExecuteTransient(conn, s, nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Fatalf("%s: nothing was begun: %v", name, err)
		}
		f, err := Open(t.Context(), path, Options{Create: true, ApplicationID: 42})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if id, err := f.Number("PRAGMA application_id"); err != nil || id != 42 || !f.New() {
			t.Errorf("%s: the mark is %d, %v", name, id, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

package sqlitefile

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"zombiezen.com/go/sqlite"

	"ferry/core"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestEveryFaultIsProofRead holds each sentence against a file that a person can read through.
func TestEveryFaultIsProofRead(t *testing.T) {
	const path = "ferry.db"
	faults := []error{
		noFolder(path), missing(path), isFolder(path), notAFile(path), badPath(""), badPath("a\x00b"), pathTooLong(nil),
		notWritable(path, nil), diskFull(path, nil), notADatabase(path, nil), damaged(path, nil), inUse(path, nil),
		otherProgram(path), moved(path, nil), ioFault(path, sqlite.ResultIOErrRead.ToError()), noMemory(path, nil), tooBig(nil),
		refused(sqlite.ResultConstraintCheck.ToError()), refused(sqlite.ResultConstraintUnique.ToError()),
		refused(sqlite.ResultConstraintNotNull.ToError()), refused(sqlite.ResultConstraintForeignKey.ToError()),
		refused(sqlite.ResultConstraintTrigger.ToError()), refused(sqlite.ResultMismatch.ToError()), failed(sqlite.ResultMisuse.ToError()),
	}
	var text strings.Builder
	for _, err := range faults {
		f := core.AsFault(err)
		if f.Cause == "" || f.Remedy == "" || f.Owner == "" || f.Kind == "" || !strings.HasPrefix(f.Code, "sqlitefile.") {
			t.Errorf("an incomplete Fault: %+v", f)
		}
		fmt.Fprintf(&text, "%s (%s)\n  %s\n  → %s\n\n", f.Code, f.Kind, strings.TrimSpace(f.Cause+" "+f.Details), f.Remedy)
	}
	const golden = "testdata/faults.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if text.String() != strings.ReplaceAll(string(want), "\r\n", "\n") {
		t.Errorf("the Faults read otherwise than %s; read them and run the test with -update", golden)
	}
}

func TestEveryAnswerOfSQLiteHasWords(t *testing.T) {
	for code, want := range map[sqlite.ResultCode]string{
		sqlite.ResultFull: "disk-full", sqlite.ResultNotADB: "not-a-database", sqlite.ResultFormat: "not-a-database",
		sqlite.ResultCorrupt: "damaged", sqlite.ResultCorruptVTab: "damaged", sqlite.ResultBusy: "in-use", sqlite.ResultBusySnapshot: "in-use",
		sqlite.ResultLocked: "in-use", sqlite.ResultProtocol: "in-use", sqlite.ResultReadOnly: "not-writable", sqlite.ResultReadOnlyDirectory: "not-writable",
		sqlite.ResultReadOnlyDBMoved: "moved", sqlite.ResultCantOpen: "not-writable", sqlite.ResultCantOpenIsDir: "is-folder", sqlite.ResultPerm: "not-writable",
		sqlite.ResultIOErr: "disk-error", sqlite.ResultIOErrRead: "disk-error", sqlite.ResultIOErrNoMem: "no-memory", sqlite.ResultIOErrLock: "in-use",
		sqlite.ResultNoMem: "no-memory", sqlite.ResultTooBig: "too-big", sqlite.ResultConstraintCheck: "refused", sqlite.ResultMismatch: "refused",
		sqlite.ResultMisuse: "failed", sqlite.ResultSchema: "failed", sqlite.ResultRange: "failed",
	} {
		err := fault("ferry.db", fmt.Errorf("sqlite: step: %w", code.ToError()))
		if got := core.AsFault(err).Code; got != "sqlitefile."+want {
			t.Errorf("%v is told as %s, want %s", code, got, want)
		}
		if strings.Contains(err.Error(), "step") {
			t.Errorf("%v shows the text of SQLite: %v", code, err)
		}
	}
	for cause, want := range map[error]string{
		syscall.ENAMETOOLONG: "path-too-long", syscall.ENOTDIR: "no-folder", fs.ErrNotExist: "not-writable", syscall.ENOSPC: "disk-full",
		fs.ErrPermission: "not-writable", syscall.EROFS: "not-writable", syscall.EIO: "disk-error",
	} {
		if got := core.AsFault(openFault("ferry.db", &fs.PathError{Op: "open", Path: "ferry.db", Err: cause})).Code; got != "sqlitefile."+want {
			t.Errorf("%v is told as %s, want %s", cause, got, want)
		}
	}
	other := errors.New("of somebody else")
	if fault("ferry.db", other) != other {
		t.Error("an error that is not SQLite's is changed")
	}
}

func TestAWrongPlaceIsToldAtOnce(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "a file")
	if err := os.WriteFile(file, []byte("this is a letter and no database at all"), 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"":                                      "sqlitefile.no-path",
		folder:                                  "sqlitefile.is-folder",
		filepath.Join(folder, "no", "ferry.db"): "sqlitefile.no-folder",
		filepath.Join(file, "ferry.db"):         "sqlitefile.no-folder",
		filepath.Join(folder, strings.Repeat("x", 5000)): "sqlitefile.path-too-long",
		file: "sqlitefile.not-a-database",
	} {
		f, err := Open(t.Context(), path, Options{Create: true, Exclusive: true})
		if err == nil {
			t.Errorf("%.40q opens", path)
			_ = f.Close()
		} else if got := core.AsFault(err).Code; got != want {
			t.Errorf("%.40q is told as %s, want %s", path, got, want)
		}
	}
	if _, err := Open(t.Context(), filepath.Join(folder, "none.db"), Options{}); core.AsFault(err).Code != "sqlitefile.missing" {
		t.Errorf("a missing file is told as %v", err)
	}
	if names, err := os.ReadDir(folder); err != nil || len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
}

package sqlitefile

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// block names the file that this test binary fills when it is started as a process with one block.
const block = "FERRY_TEST_BLOCK"

// inOneBlock tells how many pages of a file's cache lie in the block.
func inOneBlock(path string) (pages int32, err error) {
	if !OneBlock() {
		return 0, errors.New("the block was not taken")
	}
	f, err := Open(context.Background(), path, Options{Create: true, Exclusive: true})
	if err != nil {
		return 0, err
	}
	for _, s := range []string{
		"CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)",
		"INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i, hex(zeroblob(4000)) FROM n",
	} {
		if err := f.Exec(context.Background(), s); err != nil {
			return 0, err
		}
	}
	tls := libc.NewTLS()
	defer tls.Close()
	both := libc.Xmalloc(tls, 8)
	defer libc.Xfree(tls, both)
	if rc := lib.Xsqlite3_status(tls, lib.SQLITE_STATUS_PAGECACHE_USED, both, both+4, 0); rc != lib.SQLITE_OK {
		return 0, fmt.Errorf("SQLite says %d", rc)
	}
	return int32(binary.NativeEndian.Uint32(libc.GoBytes(both, 4))), f.Close()
}

func TestOneBlockHoldsThePagesOfACache(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), block+"="+filepath.Join(t.TempDir(), "ferry.db"))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var pages int
	if _, err := fmt.Sscanf(strings.TrimSpace(string(out)), "%d <nil>", &pages); err != nil {
		t.Fatalf("it says %q", out)
	}
	// A cache of 16 MB, and nearly nothing besides.
	if pages < 800 || pages > slots {
		t.Errorf("%d pages lie in the block", pages)
	}
}

func TestOneBlockComesTooLateForAFileThatWasOpened(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "ferry.db"), Options{Create: true})
	if OneBlock() {
		t.Error("the block was taken")
	}
	fill(t, f, 10)
	if n := count(t, f); n != 10 {
		t.Errorf("%d rows are left", n)
	}
}

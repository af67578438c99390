package sqlitefile

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ferry/core"
)

// other names the file that this test binary opens when it is started as another process.
const other = "FERRY_TEST_OPEN"

// TestMain is the other process when it is asked to be: it tells the code of the Fault it gets.
func TestMain(m *testing.M) {
	if path := os.Getenv(block); path != "" {
		fmt.Println(inOneBlock(path))
		return
	}
	path := os.Getenv(other)
	if path == "" {
		os.Exit(m.Run())
	}
	f, err := Open(context.Background(), path, Options{Exclusive: true})
	if err != nil {
		fmt.Println(core.AsFault(err).Code)
		return
	}
	fmt.Println("opened", f.Close())
}

// inAnotherProcess opens the file there and returns what it was told.
func inAnotherProcess(t *testing.T, path string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), other+"="+path)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func TestAnotherProcessIsKeptOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ferry.db")
	f := open(t, path, Options{Create: true, Exclusive: true})
	fill(t, f, 10)
	if got := inAnotherProcess(t, path); got != "sqlitefile.in-use" {
		t.Errorf("another process is told %q", got)
	}
	// A look from this process must not give the lock away.
	if _, err := Open(t.Context(), path, Options{Look: true}); core.AsFault(err).Code != "sqlitefile.in-use" {
		t.Errorf("a look is told %v", err)
	}
	if err := Writable(path); err != nil {
		t.Error(err)
	}
	if got := inAnotherProcess(t, path); got != "sqlitefile.in-use" {
		t.Errorf("after a look another process is told %q", got)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if got := inAnotherProcess(t, path); got != "opened <nil>" {
		t.Errorf("afterwards another process is told %q", got)
	}
}

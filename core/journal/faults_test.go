package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/core"
)

// The golden file is there to be proof-read. It is written anew with FERRY_GOLDEN=write.
func TestFaultsReadWell(t *testing.T) {
	bad := &core.Fault{Code: "sqlitefile.damaged", Cause: "x", Err: errors.New("hunter2")}
	faults := []*core.Fault{
		tooNew("journal.db"), core.AsFault(unusable("journal.db", opening, bad)), lockFailed("journal.db", errors.New("hunter2")),
	}
	var b strings.Builder
	for _, f := range faults {
		if f.Kind == "" || f.Owner == "" || f.Cause == "" || f.Remedy == "" || !strings.HasPrefix(f.Code, "journal.") {
			t.Errorf("%s is not whole: %+v", f.Code, *f)
		}
		if strings.Contains(f.Cause+f.Remedy+f.Error(), "hunter2") {
			t.Errorf("%s shows what it must not", f.Code)
		}
		fmt.Fprintf(&b, "%s [%s, %s]\n  %s\n  %s\n\n", f.Code, f.Kind, f.Owner, f.Cause, f.Remedy)
	}
	golden(t, b.String())
}

func golden(t *testing.T, got string) {
	t.Helper()
	file := filepath.Join("testdata", "faults.golden")
	if os.Getenv("FERRY_GOLDEN") == "write" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("the words have changed:\n%s", got)
	}
}

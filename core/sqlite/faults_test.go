package sqlite

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"ferry/core"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestEveryFaultIsProofRead holds each sentence against a file that a person can read through.
func TestEveryFaultIsProofRead(t *testing.T) {
	faults := []*core.Fault{
		noFile(), notOurTable("account"), columnGone("account", "name"), otherTable("account", "contact"), otherKey("account", "accountid"),
		otherType("account", "name", "INTEGER", "TEXT"), otherType("account", "score", "BLOB", "REAL"), otherType("account", "score", "NUMERIC", "INTEGER"),
		tooManyColumns("account", 2001), reservedName("sqlite_sequence"), badName("account"), sameColumn("account", "Name"),
		noTable("account"), notPrepared("account"), otherPlan("account"), noKey(), tooBig("entityimage"), changedSince(),
		tableChanged("account", "it has no row ids (WITHOUT ROWID)"), notFilled("account", "theirs"), dropped(), changedAgain(),
		batchUnreadable(errors.New("x")), nearlyFull("12.0 MB"),
	}
	var text strings.Builder
	for _, f := range faults {
		if f.Cause == "" || f.Remedy == "" || f.Owner == "" || f.Kind == "" || !strings.HasPrefix(f.Code, "sqlite.") {
			t.Errorf("an incomplete Fault: %+v", f)
		}
		fmt.Fprintf(&text, "%s (%s)\n  %s\n  → %s\n\n", f.Code, f.Kind, f.Cause, f.Remedy)
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

package importer

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/core"
)

// The golden file is there to be proof-read. It is written anew with FERRY_GOLDEN=write.
func TestFaultsOfMendingReadWell(t *testing.T) {
	var b strings.Builder
	for _, f := range []*core.Fault{
		noSuchRetry(), nothingWaits(), retryIncomplete(), retryTakenBack(), retryElsewhere(), retryOvertaken(), goneSince("account", "hunter2"),
		leftSince("account", "hunter2"), notFound("account", "hunter2"), notTaken("name"), noSuchField("name"), cannotMend(), keepsNothing(), notThere(),
	} {
		if f.Kind == "" || f.Owner == "" || f.Cause == "" || f.Remedy == "" || !strings.HasPrefix(f.Code, "importer.") || strings.Contains(f.Error(), "hunter2") {
			t.Errorf("%s is not whole, or shows a key: %+v", f.Code, *f)
		}
		fmt.Fprintf(&b, "%s [%s, %s]\n  %s\n  %s\n\n", f.Code, f.Kind, f.Owner, f.Cause, f.Remedy)
	}
	b.WriteString("Notes in a receipt\n  " + noteMended("Accounts", 1) + "\n  " + noteMended("Accounts", 3) + "\n  " + noteMendedLocked("Accounts") + "\n")
	file := filepath.Join("testdata", "mend.golden")
	if os.Getenv("FERRY_GOLDEN") == "write" {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != b.String() {
		t.Errorf("the words have changed: %v\n%s", err, b.String())
	}
}

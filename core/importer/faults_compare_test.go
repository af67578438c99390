package importer

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/core"
)

// The golden file is there to be proof-read. It is written anew with FERRY_GOLDEN=write.
func TestFaultsOfComparingReadWell(t *testing.T) {
	var b strings.Builder
	for _, f := range []*core.Fault{cannotCompare(), comparisonStopped(context.Canceled), missingUnexplained(), differsUnexplained(), leftUnremembered()} {
		if f.Kind == "" || f.Owner == "" || f.Cause == "" || f.Remedy == "" || !strings.HasPrefix(f.Code, "importer.") {
			t.Errorf("%s is not whole: %+v", f.Code, *f)
		}
		fmt.Fprintf(&b, "%s [%s, %s]\n  %s\n  %s\n\n", f.Code, f.Kind, f.Owner, f.Cause, f.Remedy)
	}
	b.WriteString("Remarks of a comparison\n")
	for _, r := range []string{remarkReplaced, remarkOlder, remarkForeign, remarkKeyLost, remarkMoved, remarkUnlisted, remarkUnseen("Accounts")} {
		b.WriteString("  " + r + "\n")
	}
	file := filepath.Join("testdata", "faults_compare.golden")
	if os.Getenv("FERRY_GOLDEN") == "write" {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(file); err != nil || string(want) != b.String() {
		t.Errorf("the words have changed: %v\n%s", err, b.String())
	}
}

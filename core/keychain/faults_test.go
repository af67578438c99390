package keychain

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ferry/core"
)

// The golden file is there to be proof-read. It is written anew with FERRY_GOLDEN=write.
func TestFaultsReadWell(t *testing.T) {
	raw := errors.New("raw text hunter2")
	var b strings.Builder
	for _, f := range []*core.Fault{
		absent(raw), locked(raw), denied(raw), slow(5 * time.Second), slow(0), refusal(raw), tooLong(), forgetful(),
		fileFault("ferry/x.sealed", raw), fileBusy("ferry/x.sealed"),
	} {
		if f.Kind == "" || f.Owner == "" || f.Cause == "" || f.Remedy == "" || !strings.HasPrefix(f.Code, "keychain.") {
			t.Errorf("%s is not whole", f.Code)
		}
		if regexp.MustCompile(`(?i)d-?bus|errno|exit status|hunter2|invalid|please`).MatchString(f.Cause + f.Remedy + f.Error()) {
			t.Errorf("%s speaks jargon or shows what it must not: %s %s", f.Code, f.Cause, f.Remedy)
		}
		fmt.Fprintf(&b, "%s [%s, %s]\n  %s\n  %s\n\n", f.Code, f.Kind, f.Owner, f.Cause, f.Remedy)
	}
	file := filepath.Join("testdata", "faults.golden")
	if os.Getenv("FERRY_GOLDEN") == "write" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != b.String() {
		t.Errorf("the texts differ from %s (%v):\n%s", file, err, b.String())
	}
}

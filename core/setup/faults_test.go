package setup

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"ferry/core"
)

func TestEveryFaultSaysWhatToDo(t *testing.T) {
	var b strings.Builder
	for _, f := range []*core.Fault{faultAddress(), faultTenant(), faultClientID(), faultRedirect(), faultExpires(), faultCertificate(), faultKind(), faultWindows()} {
		fmt.Fprintf(&b, "%s  [%s, %s]\n  %s\n  %s\n\n", f.Code, f.Kind, f.Owner, f.Cause, f.Remedy)
	}
	want, err := os.ReadFile("testdata/faults.golden")
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the words have changed:\n%s", b.String())
	}
}

func TestQuotingKeepsATextWhole(t *testing.T) {
	if got := quoteBash("O'Brien"); got != `'O'\''Brien'` {
		t.Errorf("bash gets %s", got)
	}
	if got := quotePowerShell("a'b\u2019c"); got != "'a''b\u2019\u2019c'" {
		t.Errorf("PowerShell gets %s", got)
	}
	if got := harmless(map[string]string{"n": "<'$`é😀\"\\"}); got != `{"n":"\u003c\u0027\u0024\u0060\u00e9\ud83d\ude00\"\\"}` {
		t.Errorf("JSON is %s", got)
	}
}

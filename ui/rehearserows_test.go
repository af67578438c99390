package ui

import "testing"

// A name of blanks and signs that are not seen names nothing.
func TestANameThatNobodySeesIsNone(t *testing.T) {
	for name, want := range map[string]string{" \u200b\u00a0 ": "", " Ada \u202e": "Ada", "": "", "\u200d": "\u200d"} {
		if got := seenName(name); got != want {
			t.Errorf("%q is seen as %q, want %q", name, got, want)
		}
	}
}

// Package practicetest starts a practice environment for a test and ends it with the test.
package practicetest

import (
	"context"
	"testing"

	"ferry/core/practice"
)

// New starts an environment. When the test ends, it fails if anything was asked for that the environment does not
// play.
func New(t testing.TB, o practice.Options) *practice.Environment {
	t.Helper()
	e, err := practice.Start(context.Background(), o)
	if err != nil {
		t.Fatalf("starting the practice environment: %v", err)
	}
	t.Cleanup(func() {
		for _, what := range e.Unknown() {
			t.Errorf("the practice environment does not play %s", what)
		}
		e.Close()
	})
	return e
}

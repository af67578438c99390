package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/keychain"
)

// The demo into Halo needs nothing: its Halo is the practice environment's, and writes to nobody.
func TestTheDemoGoesIntoThePracticeHalo(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var out, problems strings.Builder
	term := &terminal{
		out: &out, err: &problems, env: func(string) string { return "" }, log: slog.New(slog.DiscardHandler),
		keys: func(context.Context) (keychain.Store, *core.Fault) { return nil, nil },
	}
	if code := demoCommand(context.Background(), term, []string{"-to", "halo"}); code != exitRefused && code != exitWell {
		t.Fatalf("exit %d\n%s\n%s", code, out.String(), problems.String())
	}
	if !strings.Contains(out.String(), "It wrote 0 mails to people.") && !strings.Contains(out.String(), "Accounts (account): read") {
		t.Errorf("it says\n%s\n%s", out.String(), problems.String())
	}
}

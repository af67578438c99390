//go:build keychain

package keychain

import (
	"context"
	"os"
	"strings"
	"testing"

	"ferry/core"
)

// These tests speak with the keychain of this computer and leave nothing behind. They are compiled only with the tag
// keychain, and then their absence would be a failure: they never skip.

func TestTheRealKeychainKeepsASecret(t *testing.T) {
	ctx := context.Background()
	store, warning := Open(ctx, Options{})
	if warning != nil {
		t.Fatal("no keychain here: ", warning.Code, " ", warning.Cause)
	}
	n := Name{Kind: "test of a secret", Environment: "https://test.invalid"}
	t.Cleanup(func() { _ = store.Delete(ctx, n) })
	for _, text := range []string{"first", "üñ€ line\nquote' \"double\" $HOME `x`", strings.Repeat("k", longest)} {
		if err := store.Set(ctx, n, core.NewSecret(text)); err != nil {
			t.Fatal(err)
		}
		// Another Ferry finds it, too.
		got, ok, err := New(Options{}).Get(ctx, n)
		if err != nil || !ok || got.Reveal() != text {
			t.Fatalf("got %d bytes, %v, %v; want %d bytes", len(got.Reveal()), ok, err, len(text))
		}
	}
	if err := store.Delete(ctx, n); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := store.Get(ctx, n); ok || err != nil {
		t.Fatal("still there, or ", err)
	}
	if err := store.Delete(ctx, n); err != nil {
		t.Fatal("deleting nothing: ", err)
	}
}

func TestTheRealKeychainOpensASealedFile(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	n := Name{Kind: "test of a file", Environment: "https://test.invalid"}
	k := New(Options{})
	t.Cleanup(func() { _ = k.Sealed(dir, n).Delete(ctx) })
	content := strings.Repeat("0123456789", 1000)
	if err := k.Sealed(dir, n).Save(ctx, []byte(content)); err != nil {
		t.Fatal(err)
	}
	got, err := New(Options{}).Sealed(dir, n).Load(ctx)
	if err != nil || string(got) != content {
		t.Fatalf("got %d bytes, %v", len(got), err)
	}
	// Whoever deletes the key in the keychain has deleted the content.
	s := k.Sealed(dir, n)
	if err := k.Delete(ctx, s.keyName()); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Load(ctx); got != nil || err != nil || !s.Lost() {
		t.Fatalf("got %d bytes, %v, lost %v", len(got), err, s.Lost())
	}
	if _, err := os.Stat(s.path()); !os.IsNotExist(err) {
		t.Fatal("the file is still there")
	}
}

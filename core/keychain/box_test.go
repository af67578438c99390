package keychain_test

import (
	"bytes"
	"context"
	"testing"

	"ferry/core/keychain"
)

func TestABoxOpensOnlyWhatItSealedForTheSamePurposeAndKey(t *testing.T) {
	ctx := context.Background()
	store := keychain.NewMemory()
	name := keychain.Name{Kind: "images", Environment: "project"}
	box, err := keychain.OpenBox(ctx, store, name)
	if err != nil {
		t.Fatal(err)
	}
	again, err := keychain.OpenBox(ctx, store, name)
	if err != nil {
		t.Fatal(err)
	}
	sealed := box.Close("a", []byte("Seeded Name"))
	if bytes.Contains(sealed, []byte("Seeded")) || bytes.Equal(sealed, box.Close("a", []byte("Seeded Name"))) {
		t.Error("it is not sealed, or twice in the same way")
	}
	if plain, ok := again.Open("a", sealed); !ok || string(plain) != "Seeded Name" {
		t.Errorf("it opens as %q", plain)
	}
	if _, ok := again.Open("b", sealed); ok {
		t.Error("it opens for something else")
	}
	if _, ok := again.Open("a", sealed[:5]); ok {
		t.Error("a piece of it opens")
	}
	if err := store.Delete(ctx, name); err != nil {
		t.Fatal(err)
	}
	other, err := keychain.OpenBox(ctx, store, name)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := other.Open("a", sealed); ok || other.Lasting() {
		t.Error("it opens with another key, or a key in memory lasts")
	}
}

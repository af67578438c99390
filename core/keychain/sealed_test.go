package keychain

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/core"
)

func files(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*.sealed"))
	if err != nil {
		t.Fatal(err)
	}
	if rest, _ := filepath.Glob(filepath.Join(dir, "*.tmp")); len(rest) > 0 {
		t.Fatal("left behind:", rest)
	}
	return all
}

func TestASealedFileGivesBackWhatWasSavedAndShowsNothing(t *testing.T) {
	ctx, f, dir := context.Background(), newFake(), filepath.Join(t.TempDir(), "new", "folder")
	s := New(Options{Backend: f}).Sealed(dir, name)
	if b, err := s.Load(ctx); b != nil || err != nil {
		t.Fatal("something in nothing:", b, err)
	}
	content := []byte(strings.Repeat("a token that nobody may read ", 500))
	if err := s.Save(ctx, content); err != nil {
		t.Fatal(err)
	}
	first, _ := os.ReadFile(files(t, dir)[0])
	if err := s.Save(ctx, content); err != nil {
		t.Fatal(err)
	}
	second, _ := os.ReadFile(files(t, dir)[0])
	if bytes.Equal(first, second) {
		t.Error("the same nonce twice")
	}
	if bytes.Contains(second, []byte("token")) {
		t.Error("the content is readable")
	}
	if info, _ := os.Stat(files(t, dir)[0]); runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Error("others may read it:", info.Mode())
	}
	got, err := New(Options{Backend: f}).Sealed(dir, name).Load(ctx)
	if err != nil || !bytes.Equal(got, content) {
		t.Fatal("another process got", len(got), err)
	}
	if err := s.Delete(ctx); err != nil || len(f.items) != 0 || len(files(t, dir)) != 0 {
		t.Fatal("not all was deleted:", err, len(f.items), files(t, dir))
	}
	if err := s.Delete(ctx); err != nil {
		t.Fatal("deleting nothing:", err)
	}
}

func TestAFileWhoseKeyIsLostOrThatIsDamagedCountsAsNone(t *testing.T) {
	ctx := context.Background()
	for why, spoil := range map[string]func(f *fake, file string){
		"key lost": func(f *fake, _ string) { clear(f.items) },
		"other key": func(f *fake, _ string) {
			for k := range f.items {
				f.items[k] = strings.Repeat("A", 43) + "="
			}
		},
		"bad key": func(f *fake, _ string) {
			for k := range f.items {
				f.items[k] = "no base64!"
			}
		},
		"bit turned": func(_ *fake, file string) {
			b, _ := os.ReadFile(file)
			b[len(b)-1] ^= 1
			_ = os.WriteFile(file, b, 0o600)
		},
		"cut":      func(_ *fake, file string) { _ = os.WriteFile(file, []byte(magic+"abc"), 0o600) },
		"empty":    func(_ *fake, file string) { _ = os.WriteFile(file, nil, 0o600) },
		"not ours": func(_ *fake, file string) { _ = os.WriteFile(file, bytes.Repeat([]byte("x"), 1000), 0o600) },
	} {
		t.Run(why, func(t *testing.T) {
			f, dir := newFake(), t.TempDir()
			s := New(Options{Backend: f}).Sealed(dir, name)
			if err := s.Save(ctx, []byte("tokens")); err != nil {
				t.Fatal(err)
			}
			spoil(f, files(t, dir)[0])
			b, err := s.Load(ctx)
			if b != nil || err != nil || !s.Lost() || len(files(t, dir)) != 0 {
				t.Fatalf("got %q, %v, lost %v, files %v", b, err, s.Lost(), files(t, dir))
			}
			if err := s.Save(ctx, []byte("new")); err != nil {
				t.Fatal(err)
			}
			if b, err := s.Load(ctx); err != nil || string(b) != "new" || s.Lost() {
				t.Fatalf("after signing in again: %q, %v", b, err)
			}
		})
	}
}

func TestAFilePutInAnothersPlaceIsNotOpened(t *testing.T) {
	ctx, f, dir := context.Background(), newFake(), t.TempDir()
	k := New(Options{Backend: f})
	other := name
	other.Environment = "https://evil.example"
	a, b := k.Sealed(dir, name), k.Sealed(dir, other)
	if err := errors.Join(a.Save(ctx, []byte("for contoso")), b.Save(ctx, []byte("for evil"))); err != nil {
		t.Fatal(err)
	}
	// Even with the same key the name inside does not fit.
	f.items[service+"/"+b.keyName().item()] = f.items[service+"/"+a.keyName().item()]
	if err := os.Rename(a.path(), b.path()); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Load(ctx); got != nil || err != nil || !b.Lost() {
		t.Fatalf("got %q, %v", got, err)
	}
}

func TestAKeychainThatDoesNotAnswerLeavesTheFileAlone(t *testing.T) {
	ctx, f, dir := context.Background(), newFake(), t.TempDir()
	s := New(Options{Backend: f}).Sealed(dir, name)
	if err := s.Save(ctx, []byte("tokens")); err != nil {
		t.Fatal(err)
	}
	f.err = errors.New("failed to unlock correct collection 'x'")
	if _, err := s.Load(ctx); err == nil || s.Lost() {
		t.Fatal("locked was taken for lost:", err)
	}
	wantFault(t, s.Save(ctx, []byte("newer")), "keychain.locked")
	f.err, f.hang = nil, make(chan struct{})
	_, err := New(Options{Backend: f, Timeout: 50 * time.Millisecond}).Sealed(dir, name).Load(ctx)
	wantFault(t, err, "keychain.slow")
	close(f.hang)
	s = New(Options{Backend: f}).Sealed(dir, name)
	if b, err := s.Load(ctx); err != nil || string(b) != "tokens" {
		t.Fatalf("unlocked again: %q, %v", b, err)
	}
}

func TestAKeychainThatForgetsIsNotTrustedWithAKey(t *testing.T) {
	f, dir := newFake(), t.TempDir()
	f.loses = true
	s := New(Options{Backend: f}).Sealed(dir, name)
	wantFault(t, s.Save(context.Background(), []byte("tokens")), "keychain.forgetful")
	if got := files(t, dir); len(got) != 0 {
		t.Error("a file that nobody could open was written:", got)
	}
}

func TestAFileThatCannotBeWrittenIsAFaultAndTheOldOneStays(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	file := filepath.Join(dir, "in the way")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := New(Options{Backend: newFake()}).Sealed(filepath.Join(file, "below"), name)
	wantFault(t, s.Save(ctx, []byte("tokens")), "keychain.file")

	s = New(Options{Backend: newFake()}).Sealed(dir, name)
	if err := os.MkdirAll(filepath.Join(s.path(), "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	wantFault(t, s.Save(ctx, []byte("tokens")), "keychain.file")
	_ = os.RemoveAll(s.path())
	if got := files(t, dir); len(got) != 0 {
		t.Error("left behind:", got)
	}
}

func TestSeveralFerrysAtOnceNeverLoseTheKey(t *testing.T) {
	ctx, f, dir := context.Background(), newFake(), t.TempDir()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			s := New(Options{Backend: f}).Sealed(dir, name) // one each, as in processes of their own
			for range 5 {
				if err := s.Save(ctx, []byte("tokens")); err != nil {
					t.Error(err)
				}
				if b, err := s.Load(ctx); err != nil || string(b) != "tokens" || s.Lost() {
					t.Errorf("got %q, %v, lost %v", b, err, s.Lost())
				}
			}
		})
	}
	all.Wait()
}

func TestMemoryWritesNothingToTheDisk(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	m := NewMemory()
	if err := m.Sealed(dir, name).Save(ctx, []byte("tokens")); err != nil {
		t.Fatal(err)
	}
	if err := m.Set(ctx, name, core.NewSecret("hunter2")); err != nil {
		t.Fatal(err)
	}
	if b, err := m.Sealed(dir, name).Load(ctx); err != nil || string(b) != "tokens" {
		t.Fatalf("got %q, %v", b, err)
	}
	if there, _ := os.ReadDir(dir); len(there) != 0 {
		t.Fatal("written:", there)
	}
	if err := m.Sealed(dir, name).Delete(ctx); err != nil {
		t.Fatal(err)
	}
	if b, _ := m.Sealed(dir, name).Load(ctx); b != nil {
		t.Fatal("still there")
	}
}

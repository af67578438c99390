package keychain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"ferry/core"
)

// A fake is a keychain in memory with bad habits.
type fake struct {
	mu    sync.Mutex
	items map[string]string
	err   error         // every call fails
	hang  chan struct{} // every call waits for it
	loses bool          // takes secrets and forgets them
	calls int
}

func newFake() *fake { return &fake{items: map[string]string{}} }

func (f *fake) begin() error {
	if f.hang != nil {
		<-f.hang
	}
	f.mu.Lock()
	f.calls++
	return f.err
}

func (f *fake) Get(service, item string) (string, error) {
	err := f.begin()
	defer f.mu.Unlock()
	if err != nil {
		return "", err
	}
	s, ok := f.items[service+"/"+item]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return s, nil
}

func (f *fake) Set(service, item, secret string) error {
	err := f.begin()
	defer f.mu.Unlock()
	if err == nil && !f.loses {
		f.items[service+"/"+item] = secret
	}
	return err
}

func (f *fake) Delete(service, item string) error {
	err := f.begin()
	defer f.mu.Unlock()
	if err != nil {
		return err
	}
	if _, ok := f.items[service+"/"+item]; !ok {
		return keyring.ErrNotFound
	}
	delete(f.items, service+"/"+item)
	return nil
}

var name = Name{
	Kind: "client-secret", Authority: "https://login.example", Tenant: "T", ClientID: "c",
	Environment: "https://contoso.example/",
}

func wantFault(t *testing.T, err error, code string) *core.Fault {
	t.Helper()
	var f *core.Fault
	if !errors.As(err, &f) || f.Code != code {
		t.Fatalf("got %v, want the Fault %s", err, code)
	}
	return f
}

func TestASecretComesBackAndCanBeForgotten(t *testing.T) {
	ctx := context.Background()
	for kind, store := range map[string]Store{"keychain": New(Options{Backend: newFake()}), "memory": NewMemory()} {
		t.Run(kind, func(t *testing.T) {
			if _, ok, err := store.Get(ctx, name); ok || err != nil {
				t.Fatal("a secret that nobody kept was found", err)
			}
			if err := store.Delete(ctx, name); err != nil {
				t.Fatal("deleting what is not there:", err)
			}
			const secret = "line\nüñ\x00€ \"quote'"
			if err := store.Set(ctx, name, core.NewSecret("old")); err != nil {
				t.Fatal(err)
			}
			if err := store.Set(ctx, name, core.NewSecret(secret)); err != nil {
				t.Fatal(err)
			}
			got, ok, err := store.Get(ctx, name)
			if err != nil || !ok || got.Reveal() != secret {
				t.Fatalf("got %q, %v, %v", got.Reveal(), ok, err)
			}
			if err := store.Delete(ctx, name); err != nil {
				t.Fatal(err)
			}
			if _, ok, _ := store.Get(ctx, name); ok {
				t.Fatal("still there")
			}
			wantFault(t, store.Set(ctx, name, core.NewSecret(strings.Repeat("x", longest+1))), "keychain.too-long")
			if err := store.Set(ctx, name, core.NewSecret(strings.Repeat("x", longest))); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestNamesThatMeanTheSameShareAnItemAndOthersNever(t *testing.T) {
	same := []Name{
		name,
		{Kind: " Client-Secret", Authority: "HTTPS://LOGIN.example/", Tenant: "t", ClientID: "C", Environment: "https://Contoso.example"},
	}
	if same[0].item() != same[1].item() {
		t.Errorf("%s differs from %s", same[0].item(), same[1].item())
	}
	seen := map[string]Name{}
	long := strings.Repeat("a", 300)
	for _, n := range []Name{
		name, {}, {Kind: "a|b"}, {Kind: "a", Authority: "b"}, {Kind: "a%7cb"}, {Tenant: "x"}, {ClientID: "x"}, {Environment: "x"},
		{Kind: "k", Environment: "https://a.example:8443"}, {Kind: "k", Environment: "https://a.example"},
		{Kind: "k", Environment: long}, {Kind: "k", Environment: long + "b"}, {Kind: long}, {Kind: long + "b"},
	} {
		item := n.item()
		if other, ok := seen[item]; ok {
			t.Errorf("%+v and %+v share %s", n, other, item)
		}
		if len(item) > 200 || strings.ContainsAny(item, " \n'\"$`\\") {
			t.Errorf("%q is no name for every keychain", item)
		}
		seen[item] = n
	}
}

func TestAKeychainThatHangsIsGivenUpAndLeavesOneCallBehind(t *testing.T) {
	f := newFake()
	f.hang = make(chan struct{})
	k := New(Options{Backend: f, Timeout: 20 * time.Millisecond})
	for range 3 {
		_, _, err := k.Get(context.Background(), name)
		wantFault(t, err, "keychain.slow")
	}
	wantFault(t, k.Set(context.Background(), name, core.NewSecret("s")), "keychain.slow")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := k.Get(ctx, name); !errors.Is(err, context.Canceled) {
		t.Fatalf("a cancelled call returned %v", err)
	}
	close(f.hang)
	k = New(Options{Backend: f})
	if _, ok, err := k.Get(context.Background(), name); ok || err != nil {
		t.Fatalf("the Set that never had its turn has left something: %v, %v", ok, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.calls > 2 {
		t.Errorf("%d calls reached the keychain, want the one that hung and the last", f.calls)
	}
}

func TestEachWayInWhichAKeychainFailsIsToldApart(t *testing.T) {
	for text, code := range map[string]string{
		`exec: "dbus-launch": executable file not found in $PATH`:                        "keychain.absent",
		"The name org.freedesktop.secrets was not provided by any .service files":        "keychain.absent",
		"failed to unlock correct collection '/org/freedesktop/secrets/aliases/default'": "keychain.locked",
		"Cannot create an item in a locked collection":                                   "keychain.locked",
		"Access denied": "keychain.refused",
		"Rejected send message, 2 matched rules; type=\"method_call\"": "keychain.refused",
		"something else with hunter2 in it":                            "keychain.failed",
	} {
		var log bytes.Buffer
		f := newFake()
		f.err = errors.New(text)
		store, warning := Open(context.Background(), Options{Backend: f, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if warning == nil || warning.Code != code || store.Lasting() {
			t.Errorf("%s: got %v and %T", text, warning, store)
			continue
		}
		if all := fmt.Sprintf("%v %+v %s", warning, warning, log.String()); strings.Contains(all, "hunter2") {
			t.Error("the keychain's own text is shown:", all)
		}
	}
	if f := refusal(errNoBus); f.Code != "keychain.absent" {
		t.Error(f.Code)
	}
	if f := refusal(keyring.ErrUnsupportedPlatform); f.Code != "keychain.absent" {
		t.Error(f.Code)
	}
	store, warning := Open(context.Background(), Options{Backend: newFake()})
	if warning != nil || !store.Lasting() {
		t.Errorf("a keychain that works: %v, %T", warning, store)
	}
}

func TestNoSecretIsInALogOrAnError(t *testing.T) {
	var log bytes.Buffer
	f := newFake()
	f.err = errors.New("cannot keep hunter2 in Ferry/client-secret")
	k := New(Options{Backend: f, Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	err := k.Set(context.Background(), name, core.NewSecret("hunter2"))
	if all := fmt.Sprintf("%v %+v %q", err, err, log.String()); strings.Contains(all, "hunter2") || strings.Contains(all, "contoso") {
		t.Error(all)
	}
	if log.Len() == 0 {
		t.Error("nothing was logged")
	}
}

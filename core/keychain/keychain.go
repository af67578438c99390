package keychain

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"runtime"
	"strconv"
	"time"

	"github.com/zalando/go-keyring"

	"ferry/core"
)

// longest is what every system's keychain takes in one item.
const longest = 2000

// A Store keeps secrets: the operating system's keychain, or memory where there is none.
type Store interface {
	// Get returns the secret; false when there is none.
	Get(ctx context.Context, n Name) (core.Secret, bool, error)
	// Set keeps a secret of at most 2,000 bytes; larger things belong into a sealed file.
	Set(ctx context.Context, n Name, s core.Secret) error
	// Delete forgets a secret. One that is not there is no error.
	Delete(ctx context.Context, n Name) error
	// Sealed keeps larger things in an encrypted file in dir. A Store in memory writes nothing to the disk.
	Sealed(dir string, n Name) *Sealed
	// Lasting reports whether what is kept outlives the process.
	Lasting() bool
}

// A Backend is a keychain as go-keyring sees it. A missing item is keyring.ErrNotFound.
type Backend interface {
	Get(service, item string) (string, error)
	Set(service, item, secret string) error
	Delete(service, item string) error
}

// Options say how a Keychain behaves.
type Options struct {
	Timeout time.Duration // of each call; 0: 5 s
	Backend Backend       // nil: the operating system's
	Log     *slog.Logger
}

// A Keychain is the operating system's keychain. It is safe for use by several goroutines.
type Keychain struct {
	timeout time.Duration
	backend Backend
	log     *slog.Logger
	turn    chan struct{} // one call at a time: prompts of parallel calls would answer each other
}

// New does no I/O.
func New(o Options) *Keychain {
	if o.Timeout <= 0 {
		o.Timeout = 5 * time.Second
	}
	if o.Backend == nil {
		o.Backend = system{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Keychain{timeout: o.Timeout, backend: o.Backend, log: o.Log, turn: make(chan struct{}, 1)}
}

// Open returns the keychain, or memory together with the Fault that says why the keychain cannot be used.
func Open(ctx context.Context, o Options) (Store, *core.Fault) {
	k := New(o)
	if warning := k.State(ctx); warning != nil {
		return k.Memory(), warning
	}
	return k, nil
}

// State is nil when the keychain works. It looks for an item that does not exist, which asks the person nothing.
func (k *Keychain) State(ctx context.Context) *core.Fault {
	if _, _, err := k.Get(ctx, Name{Kind: "probe"}); err != nil {
		return core.AsFault(err)
	}
	return nil
}

// Get returns the secret of that name; false when there is none.
func (k *Keychain) Get(ctx context.Context, n Name) (core.Secret, bool, error) {
	text, err := k.call(ctx, "get", func() (string, error) { return k.backend.Get(service, n.item()) })
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return core.Secret{}, false, nil
	case err != nil:
		return core.Secret{}, false, err
	}
	return core.NewSecret(text), true, nil
}

// Set keeps a secret under that name, in place of an older one.
func (k *Keychain) Set(ctx context.Context, n Name, s core.Secret) error {
	if len(s.Reveal()) > longest {
		return tooLong()
	}
	_, err := k.call(ctx, "set", func() (string, error) { return "", k.backend.Set(service, n.item(), s.Reveal()) })
	return err
}

// Delete forgets the secret of that name.
func (k *Keychain) Delete(ctx context.Context, n Name) error {
	_, err := k.call(ctx, "delete", func() (string, error) { return "", k.backend.Delete(service, n.item()) })
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return err
}

// Lasting is true: the keychain outlives the process.
func (k *Keychain) Lasting() bool { return true }

// Memory returns a store without any keychain.
func (k *Keychain) Memory() Store { return NewMemory() }

// call runs one call of the backend and gives up on it when its time is over. A call that hangs keeps its turn, so
// that at most one of them is ever left behind.
func (k *Keychain) call(ctx context.Context, what string, do func() (string, error)) (string, error) {
	began := time.Now()
	limit := time.NewTimer(k.timeout)
	defer limit.Stop()
	if ctx.Err() != nil {
		return "", stopped(ctx)
	}
	select {
	case k.turn <- struct{}{}:
	case <-ctx.Done():
		return "", stopped(ctx)
	case <-limit.C:
		return "", k.failed(what, began, slow(k.timeout))
	}
	type result struct {
		text string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		defer func() { <-k.turn }()
		text, err := do()
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		if r.err == nil || errors.Is(r.err, keyring.ErrNotFound) {
			return r.text, r.err
		}
		return "", k.failed(what, began, refusal(r.err))
	case <-ctx.Done():
		return "", stopped(ctx)
	case <-limit.C:
		return "", k.failed(what, began, slow(k.timeout))
	}
}

func (k *Keychain) failed(what string, began time.Time, f *core.Fault) error {
	k.log.Info("keychain", "call", what, "fault", f.Code, "took", time.Since(began))
	return f
}

// system is the operating system's keychain.
type system struct{}

func (system) Get(service, item string) (string, error) {
	if !reachable() {
		return "", errNoBus
	}
	return keyring.Get(service, item)
}

func (system) Set(service, item, secret string) error {
	if !reachable() {
		return errNoBus
	}
	return keyring.Set(service, item, secret)
}

func (system) Delete(service, item string) error {
	if !reachable() {
		return errNoBus
	}
	return keyring.Delete(service, item)
}

var errNoBus = errors.New("keychain: no session bus")

// reachable is false where there is no session bus to ask: asking all the same would start one that outlives Ferry and knows
// no keychain.
func reachable() bool {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return true
	}
	if address := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" && address != "autolaunch:" {
		return true
	}
	for _, name := range []string{"bus", "dbus-session"} {
		if _, err := os.Stat("/run/user/" + strconv.Itoa(os.Getuid()) + "/" + name); err == nil {
			return true
		}
	}
	return false
}

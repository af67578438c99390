package keychain

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"

	"ferry/core"
)

const (
	magic       = "FERRY-SEALED-1\n"
	largestFile = 16 << 20
)

// A Sealed is one encrypted file. Its key, 32 random bytes, stands in the keychain; its name is sealed in, so that a
// file cannot be put in another's place. It is safe for use by several goroutines, and by several Ferrys at once.
type Sealed struct {
	keys   *Keychain
	memory *Memory // in place of the file
	dir    string
	name   Name

	mu   sync.Mutex
	lost atomic.Bool
}

// Sealed keeps larger things in an encrypted file in dir. It does no I/O.
func (k *Keychain) Sealed(dir string, n Name) *Sealed { return &Sealed{keys: k, dir: dir, name: n} }

// Lost reports whether the last Load found a file that nobody can open any more.
func (s *Sealed) Lost() bool {
	return s.lost.Load()
}

// Load returns what was saved; nil when there is nothing. A file whose key is gone counts as nothing and is removed;
// a keychain that does not answer is a Fault, and the file stays.
func (s *Sealed) Load(ctx context.Context) ([]byte, error) {
	if s.memory != nil {
		s.memory.mu.Lock()
		defer s.memory.mu.Unlock()
		return slices.Clone(s.memory.sealed[s.name.item()]), nil
	}
	var content []byte
	err := s.locked(ctx, false, func() error {
		s.lost.Store(false)
		text, err := s.read()
		if err != nil || text == nil {
			return err
		}
		key, err := s.key(ctx)
		if err != nil {
			return err
		}
		if content, err = s.open(key, text); err == nil {
			return nil
		}
		s.lost.Store(true)
		s.keys.log.Info("sealed file without its key", "kind", escape(s.name.Kind))
		if err := os.Remove(s.path()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fileFault(s.path(), err)
		}
		return nil
	})
	return content, err
}

// Save keeps content in place of what was there. After an error the old content is still there.
func (s *Sealed) Save(ctx context.Context, content []byte) error {
	if s.memory != nil {
		s.memory.mu.Lock()
		defer s.memory.mu.Unlock()
		s.memory.sealed[s.name.item()] = append([]byte{}, content...)
		return nil
	}
	return s.locked(ctx, true, func() error {
		key, err := s.key(ctx)
		if err == nil && key == nil {
			key, err = s.newKey(ctx)
		}
		if err != nil {
			return err
		}
		if err := s.write(seal(key, s.aad(), content)); err != nil {
			return fileFault(s.path(), err)
		}
		s.lost.Store(false)
		return nil
	})
}

// Delete forgets content and key.
func (s *Sealed) Delete(ctx context.Context) error {
	if s.memory != nil {
		s.memory.mu.Lock()
		defer s.memory.mu.Unlock()
		delete(s.memory.sealed, s.name.item())
		return nil
	}
	return s.locked(ctx, false, func() error {
		s.lost.Store(false)
		if err := os.Remove(s.path()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fileFault(s.path(), err)
		}
		return s.keys.Delete(ctx, s.keyName())
	})
}

// locked runs do while no other Ferry works on the file. A folder that is not there is made when create says so.
func (s *Sealed) locked(ctx context.Context, create bool, do func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if create {
		if err := os.MkdirAll(s.dir, 0o700); err != nil {
			return fileFault(s.dir, err)
		}
	} else if _, err := os.Stat(s.path()); errors.Is(err, fs.ErrNotExist) {
		return do()
	}
	wait, cancel := context.WithTimeout(ctx, 2*s.keys.timeout+time.Second)
	defer cancel()
	lock := flock.New(s.path()+".lock", flock.SetPermissions(0o600))
	ok, err := lock.TryLockContext(wait, 20*time.Millisecond)
	if ctx.Err() != nil {
		_ = lock.Close()
		return stopped(ctx)
	}
	if !ok {
		if err == nil || errors.Is(err, context.DeadlineExceeded) {
			return fileBusy(s.path())
		}
		return fileFault(s.path(), err)
	}
	defer func() { _ = lock.Close() }()
	return do()
}

func (s *Sealed) path() string {
	return filepath.Join(s.dir, fileName(s.name.Kind)+"-"+digest(s.name.item())[:32]+".sealed")
}

// fileName is a kind as a part of a file's name.
func fileName(kind string) string {
	name := []byte(escape(kind))
	for i, ch := range name {
		if !(ch >= 'a' && ch <= 'z' || ch >= '0' && ch <= '9' || ch == '-') {
			name[i] = '_'
		}
	}
	return string(name[:min(len(name), 40)])
}

func (s *Sealed) aad() []byte { return []byte(magic + s.name.item()) }

func (s *Sealed) keyName() Name {
	n := s.name
	n.Kind = "key of " + n.Kind
	return n
}

// key returns the key; nil when there is none or it is damaged.
func (s *Sealed) key(ctx context.Context) ([]byte, error) {
	text, ok, err := s.keys.Get(ctx, s.keyName())
	if err != nil || !ok {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(text.Reveal())
	if err != nil || len(key) != 32 {
		return nil, nil
	}
	return key, nil
}

// newKey makes a key and makes sure that the keychain has really kept it.
func (s *Sealed) newKey(ctx context.Context) ([]byte, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	if err := s.keys.Set(ctx, s.keyName(), core.NewSecret(base64.StdEncoding.EncodeToString(key))); err != nil {
		return nil, err
	}
	kept, err := s.key(ctx)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(kept, key) {
		return nil, forgetful()
	}
	return key, nil
}

func (s *Sealed) read() ([]byte, error) {
	f, err := os.Open(s.path())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fileFault(s.path(), err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, largestFile+1))
	if err != nil {
		return nil, fileFault(s.path(), err)
	}
	if text == nil {
		text = []byte{}
	}
	return text, nil
}

var errSealed = errors.New("keychain: cannot be opened")

func (s *Sealed) open(key, text []byte) ([]byte, error) {
	if key == nil || len(text) > largestFile {
		return nil, errSealed
	}
	sealed, ok := bytes.CutPrefix(text, []byte(magic))
	box := newBox(key)
	if !ok || len(sealed) < box.NonceSize() {
		return nil, errSealed
	}
	content, err := box.Open(nil, sealed[:box.NonceSize()], sealed[box.NonceSize():], s.aad())
	if err != nil {
		return nil, errSealed
	}
	if content == nil {
		content = []byte{}
	}
	return content, nil
}

// seal encrypts with a nonce that is new each time.
func seal(key, aad, content []byte) []byte {
	box := newBox(key)
	nonce := make([]byte, box.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return box.Seal(append([]byte(magic), nonce...), nonce, content, aad)
}

func newBox(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("keychain: a key of 32 bytes is always good")
	}
	box, err := cipher.NewGCM(block)
	if err != nil {
		panic("keychain: AES always works with GCM")
	}
	return box
}

// write puts the whole text under the file's name, or leaves the old file.
func (s *Sealed) write(text []byte) (err error) {
	f, err := os.CreateTemp(s.dir, filepath.Base(s.path())+".*.tmp") // made with 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync())
	err = errors.Join(err, f.Close())
	if err != nil {
		return err
	}
	if err = os.Rename(f.Name(), s.path()); err != nil {
		return err
	}
	if runtime.GOOS != "windows" { // there a folder cannot be flushed
		if d, err := os.Open(s.dir); err == nil {
			_ = d.Sync()
			_ = d.Close()
		}
	}
	return nil
}

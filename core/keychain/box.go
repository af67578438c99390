package keychain

import (
	"bytes"
	"context"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"

	"ferry/core"
)

// A Box seals many small things that somebody else keeps, under one key that stands in the keychain. It is safe for use by
// several goroutines.
type Box struct {
	box     cipher.AEAD
	lasting bool
}

// OpenBox returns the box of that name, and makes its key when there is none. With a Store in memory what is sealed can be
// opened only until the process ends.
func OpenBox(ctx context.Context, store Store, n Name) (*Box, error) {
	key, err := boxKey(ctx, store, n)
	if err != nil {
		return nil, err
	}
	if key == nil {
		key = make([]byte, 32)
		_, _ = rand.Read(key) // never fails
		if err := store.Set(ctx, n, core.NewSecret(base64.StdEncoding.EncodeToString(key))); err != nil {
			return nil, err
		}
		kept, err := boxKey(ctx, store, n)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(kept, key) {
			return nil, forgetful()
		}
	}
	return &Box{box: newBox(key), lasting: store.Lasting()}, nil
}

func boxKey(ctx context.Context, store Store, n Name) ([]byte, error) {
	text, ok, err := store.Get(ctx, n)
	if err != nil || !ok {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(text.Reveal())
	if err != nil || len(key) != 32 {
		return nil, nil
	}
	return key, nil
}

// Close seals plain. about is sealed in: it opens only for the same.
func (b *Box) Close(about string, plain []byte) []byte {
	nonce := make([]byte, b.box.NonceSize(), b.box.NonceSize()+len(plain)+b.box.Overhead())
	_, _ = rand.Read(nonce) // never fails
	return b.box.Seal(nonce, nonce, plain, []byte(about))
}

// Open is the reverse; false when it was sealed with another key or changed since.
func (b *Box) Open(about string, sealed []byte) (plain []byte, ok bool) {
	n := b.box.NonceSize()
	if len(sealed) < n {
		return nil, false
	}
	plain, err := b.box.Open(nil, sealed[:n], sealed[n:], []byte(about))
	return plain, err == nil
}

// Lasting reports whether the key outlives the process.
func (b *Box) Lasting() bool { return b.lasting }

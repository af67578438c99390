package keychain

import (
	"context"
	"sync"

	"ferry/core"
)

// Memory keeps secrets until the process ends. It never touches the disk.
type Memory struct {
	mu      sync.Mutex
	secrets map[string]core.Secret
	sealed  map[string][]byte
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{secrets: map[string]core.Secret{}, sealed: map[string][]byte{}}
}

// Get returns the secret of that name; false when there is none.
func (m *Memory) Get(_ context.Context, n Name) (core.Secret, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.secrets[n.item()]
	return s, ok, nil
}

// Set keeps a secret under that name.
func (m *Memory) Set(_ context.Context, n Name, s core.Secret) error {
	if len(s.Reveal()) > longest {
		return tooLong()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.secrets[n.item()] = s
	return nil
}

// Delete forgets the secret of that name.
func (m *Memory) Delete(_ context.Context, n Name) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.secrets, n.item())
	return nil
}

// Lasting is false.
func (m *Memory) Lasting() bool { return false }

// Sealed keeps the content in memory; dir is not touched.
func (m *Memory) Sealed(_ string, n Name) *Sealed { return &Sealed{memory: m, name: n} }

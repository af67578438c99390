package main

import (
	"context"
	"errors"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/project"
	"ferry/core/signin"
	"ferry/ui"
)

var errSoon = errors.New("its parts are being built")

func (e *Engine) Prove(ctx context.Context, c project.Connection, secret core.Secret) error {
	return errSoon
}

func (e *Engine) ReplaceSecret(ctx context.Context, c project.Connection, secret core.Secret) (*core.Fault, error) {
	return nil, errSoon
}

func (e *Engine) KeepCertificate(ctx context.Context, c project.Connection, file []byte, password core.Secret) (project.CertificateFacts, *core.Fault, error) {
	return project.CertificateFacts{}, nil, errSoon
}

func (e *Engine) MakeCertificate(ctx context.Context, c project.Connection) (project.CertificateFacts, []byte, *core.Fault, error) {
	return project.CertificateFacts{}, nil, nil, errSoon
}

func (e *Engine) Certificate(ctx context.Context, c project.Connection) ([]byte, error) {
	return nil, errSoon
}

func (e *Engine) Signed(ctx context.Context, c project.Connection) (string, string, error) {
	return "", "", errSoon
}

func (e *Engine) ConsentLink(ctx context.Context, c project.Connection) (string, error) {
	return "", errSoon
}

// Explain says what a code or a whole page of Microsoft's means.
func (e *Engine) Explain(text string) (*core.Fault, bool) { return signin.Explain(text) }

func (e *Engine) Environments(ctx context.Context, c project.Connection) ([]ui.Environment, error) {
	return nil, errSoon
}

func (e *Engine) PlanApplicationUser(ctx context.Context, c project.Connection, clientID string, tables []string) (ui.ApplicationUserPlan, error) {
	return ui.ApplicationUserPlan{}, errSoon
}

func (e *Engine) MakeApplicationUser(ctx context.Context, c project.Connection, plan ui.ApplicationUserPlan) error {
	return errSoon
}

// Computer reads the settings of this computer.
func (e *Engine) Computer(context.Context) (project.Computer, error) {
	if e.unread != nil {
		return project.Computer{}, e.unread
	}
	return e.machine().Settings, nil
}

// KeepComputer writes the settings of this computer and puts their secrets into the keychain. Every connection is made
// anew with them.
func (e *Engine) KeepComputer(ctx context.Context, c project.Computer, s ui.ComputerSecrets) (*core.Fault, error) {
	next := *e.machine()
	if e.unread != nil { // what could not be read is not overwritten
		return nil, e.unread
	}
	if err := c.Write(next.SettingsFile()); err != nil {
		return nil, err
	}
	next.Settings = c
	if !s.ProxyPassword.Empty() {
		if err := next.Store.Set(ctx, wiring.ProxyName(c.Network.Proxy), s.ProxyPassword); err != nil {
			return nil, err
		}
		next.ProxyPassword = s.ProxyPassword
	}
	for of, value := range s.Params {
		to := wiring.Connection{Connection: project.Connection{Org: of.Org}, Access: c.At(of.Org)}
		if err := next.Store.Set(ctx, wiring.ParamName(to, of.Token, of.Name), value); err != nil {
			return nil, err
		}
	}
	e.computer.Store(&next)
	e.mu.Lock()
	for name, k := range e.links {
		k.link.Source.Close()
		delete(e.links, name)
	}
	e.mu.Unlock()
	if s.ProxyPassword.Empty() && len(s.Params) == 0 {
		return nil, nil
	}
	return e.warning, nil
}

func (e *Engine) SaveReport(ctx context.Context, c project.Connection, checks []core.Check, path string) error {
	return errSoon
}

// SaveFile writes a file whole, or leaves what was there.
func (e *Engine) SaveFile(_ context.Context, path string, data []byte) error {
	return wiring.SaveFile(path, data)
}

package main

import (
	"context"
	"errors"

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

func (e *Engine) Computer(ctx context.Context) (project.Computer, error) {
	return project.Computer{}, errSoon
}

func (e *Engine) KeepComputer(ctx context.Context, c project.Computer, s ui.ComputerSecrets) (*core.Fault, error) {
	return nil, errSoon
}

func (e *Engine) SaveReport(ctx context.Context, c project.Connection, checks []core.Check, path string) error {
	return errSoon
}

func (e *Engine) SaveFile(ctx context.Context, path string, data []byte) error {
	return errSoon
}

package main

import (
	"context"
	"time"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/dataverse"
	"ferry/core/project"
	"ferry/core/signin"
	"ferry/ui"
)

// keyLife is how long a certificate lives that Ferry makes.
const keyLife = 365 * 24 * time.Hour

// Prove asks for a token as the application, with secret in place of the one that is kept.
func (e *Engine) Prove(ctx context.Context, c project.Connection, secret core.Secret) error {
	to, err := e.resolve(ctx, c)
	if err != nil {
		return err
	}
	if !secret.Empty() {
		to.Secret = secret
	}
	return e.machine().Prove(ctx, to)
}

// ReplaceSecret tests a new client secret and puts it into the place of the old one only when it works.
func (e *Engine) ReplaceSecret(ctx context.Context, c project.Connection, secret core.Secret) (*core.Fault, error) {
	if err := e.Prove(ctx, c, secret); err != nil {
		return nil, err
	}
	return e.KeepSecret(ctx, c, secret)
}

// KeepCertificate reads a PFX or PEM file and keeps certificate and key sealed.
func (e *Engine) KeepCertificate(ctx context.Context, c project.Connection, file []byte, password core.Secret) (project.CertificateFacts, *core.Fault, error) {
	key, err := signin.ReadCertificate(file, password)
	if err != nil {
		return project.CertificateFacts{}, nil, err
	}
	return e.keepKey(ctx, c, key)
}

// MakeCertificate makes a certificate for the connection and returns the .cer file to upload.
func (e *Engine) MakeCertificate(ctx context.Context, c project.Connection) (project.CertificateFacts, []byte, *core.Fault, error) {
	key, err := signin.MakeCertificate("Ferry", keyLife, time.Now())
	if err != nil {
		return project.CertificateFacts{}, nil, nil, err
	}
	facts, warning, err := e.keepKey(ctx, c, key)
	return facts, key.CER(), warning, err
}

func (e *Engine) keepKey(ctx context.Context, c project.Connection, key *signin.Certificate) (project.CertificateFacts, *core.Fault, error) {
	c.Certificate = project.CertificateFacts{}
	to, err := e.resolve(ctx, c)
	if err != nil {
		return c.Certificate, nil, err
	}
	if c.Practice { // its portal is Ferry itself: the certificate is registered at once
		env, err := e.practise()
		if err != nil {
			return c.Certificate, nil, err
		}
		if err := env.Microsoft.Register(env.SecretApp, key.CER()); err != nil {
			return c.Certificate, nil, err
		}
	}
	facts, err := e.machine().KeepKey(ctx, to, key)
	if err != nil {
		return project.CertificateFacts{}, nil, err
	}
	return facts, e.warning, nil
}

// Certificate returns the .cer file of the certificate that is kept.
func (e *Engine) Certificate(ctx context.Context, c project.Connection) ([]byte, error) {
	if c.Certificate.Thumbprint != "" && !c.NeedsCertificate() {
		c.Auth = project.Certificate // it is kept, whoever signs in
	}
	to, err := e.resolve(ctx, c)
	if err != nil {
		return nil, err
	}
	if to.Key == nil {
		return nil, wiring.NoCertificate()
	}
	return to.Key.CER(), nil
}

// Signed tells what a sign-in with the certificate signs.
func (e *Engine) Signed(ctx context.Context, c project.Connection) (header, claims string, err error) {
	link, err := e.link(ctx, c)
	if err != nil {
		return "", "", err
	}
	return link.Session.Assertion(ctx)
}

// ConsentLink is the page on which an administrator grants the application's permissions for everybody.
func (e *Engine) ConsentLink(ctx context.Context, c project.Connection) (string, error) {
	link, err := e.link(ctx, c)
	if err != nil {
		return "", err
	}
	return link.Consent(ctx)
}

// Explain says what a code or a whole page of Microsoft's means.
func (e *Engine) Explain(text string) (*core.Fault, bool) { return signin.Explain(text) }

// Environments lists the environments that the person who signed in at c may see.
func (e *Engine) Environments(ctx context.Context, c project.Connection) ([]ui.Environment, error) {
	link, err := e.link(ctx, c)
	if err != nil {
		return nil, err
	}
	discovery := ""
	if c.Practice {
		env, err := e.practise()
		if err != nil {
			return nil, err
		}
		discovery = env.Discovery
	}
	found, err := link.Environments(ctx, discovery)
	if err != nil {
		return nil, err
	}
	all := make([]ui.Environment, 0, len(found))
	for _, f := range found {
		all = append(all, ui.Environment{
			Name: f.Name, Org: f.Org, Region: f.Region, Kind: kindOf(f.Kind), Tenant: f.Tenant, Disabled: f.State == "disabled",
		})
	}
	return all, nil
}

// kindOf says whether people's daily work is in an environment.
func kindOf(kind string) string {
	switch kind {
	case "production", "default", "Teams":
		return "live"
	case "sandbox", "trial", "developer":
		return "test"
	}
	return ""
}

// PlanApplicationUser tells what MakeApplicationUser would make.
func (e *Engine) PlanApplicationUser(ctx context.Context, c project.Connection, clientID string, tables []string) (ui.ApplicationUserPlan, error) {
	link, err := e.link(ctx, c)
	if err != nil {
		return ui.ApplicationUserPlan{}, err
	}
	if c.Practice {
		env, err := e.practise()
		if err != nil {
			return ui.ApplicationUserPlan{}, err
		}
		clientID = env.SecretApp
	}
	plan, err := link.Source.PlanApplicationUser(ctx, dataverse.ApplicationUser{ClientID: clientID, Name: c.Name, Tables: tables})
	if err != nil {
		return ui.ApplicationUserPlan{}, err
	}
	return ui.ApplicationUserPlan{Lines: append(append([]string(nil), plan.There...), plan.Steps...), Done: len(plan.Steps) == 0, Plan: plan}, nil
}

// MakeApplicationUser makes what a plan says, and nothing else.
func (e *Engine) MakeApplicationUser(ctx context.Context, c project.Connection, plan ui.ApplicationUserPlan) error {
	link, err := e.link(ctx, c)
	if err != nil {
		return err
	}
	own, ok := plan.Plan.(dataverse.ApplicationUserPlan)
	if !ok {
		return core.AsFault(context.Canceled)
	}
	return link.Source.MakeApplicationUser(ctx, own)
}

// Computer reads the settings of this computer.
func (e *Engine) Computer(context.Context) (project.Computer, error) {
	if e.unread != nil {
		return project.Computer{}, e.unread
	}
	return e.machine().Settings.Copy(), nil
}

// KeepComputer writes the settings of this computer and puts their secrets into the keychain. Every connection is made
// anew with them.
func (e *Engine) KeepComputer(ctx context.Context, c project.Computer, s ui.ComputerSecrets) (*core.Fault, error) {
	if e.unread != nil { // what could not be read is not overwritten
		return nil, e.unread
	}
	next := *e.machine()
	next.Settings, next.ProxyPassword = c.Copy(), s.ProxyPassword
	if err := next.KeepSecrets(ctx, s.ProxyPassword, params(s.Params)); err != nil {
		return nil, err
	}
	if err := next.Settings.Write(next.SettingsFile()); err != nil {
		return nil, err
	}
	if err := next.UnlockProxy(ctx); err != nil {
		return core.AsFault(err), nil
	}
	e.computer.Store(&next)
	_ = next.Expire(ctx) // it may be kept for a shorter time now; what cannot be deleted at once goes the next time
	e.mu.Lock()
	for name, k := range e.links {
		k.link.Close()
		delete(e.links, name)
	}
	e.mu.Unlock()
	if s.ProxyPassword.Empty() && len(s.Params) == 0 {
		return nil, nil
	}
	return e.warning, nil
}

func params(all map[ui.ParamOf]core.Secret) []wiring.Param {
	var out []wiring.Param
	for of, value := range all {
		out = append(out, wiring.Param{Org: of.Org, Token: of.Token, Name: of.Name, Value: value})
	}
	return out
}

// SaveReport writes the connection report of a test as one HTML file.
func (e *Engine) SaveReport(ctx context.Context, c project.Connection, checks []core.Check, path string) error {
	to, err := e.resolve(ctx, c)
	if err != nil {
		return err
	}
	return e.machine().SaveReport(path, to, checks, version, time.Now())
}

// SaveFile writes a file whole, or leaves what was there.
func (e *Engine) SaveFile(_ context.Context, path string, data []byte) error {
	return wiring.SaveFile(path, data)
}

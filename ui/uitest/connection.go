package uitest

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui"
)

// Prove implements ui.Engine.
func (e *Engine) Prove(ctx context.Context, _ project.Connection, _ core.Secret) error {
	return e.called(ctx, "Prove")
}

// ReplaceSecret implements ui.Engine.
func (e *Engine) ReplaceSecret(ctx context.Context, _ project.Connection, s core.Secret) (*core.Fault, error) {
	err := e.called(ctx, "ReplaceSecret")
	if err == nil {
		e.mu.Lock()
		e.Kept = s
		e.mu.Unlock()
	}
	return e.Warning, err
}

// KeepCertificate implements ui.Engine.
func (e *Engine) KeepCertificate(ctx context.Context, _ project.Connection, _ []byte, _ core.Secret) (project.CertificateFacts, *core.Fault, error) {
	return certificate(), e.Warning, e.called(ctx, "KeepCertificate")
}

// MakeCertificate implements ui.Engine.
func (e *Engine) MakeCertificate(ctx context.Context, _ project.Connection) (project.CertificateFacts, []byte, *core.Fault, error) {
	return certificate(), cer(), e.Warning, e.called(ctx, "MakeCertificate")
}

func certificate() project.CertificateFacts {
	return project.CertificateFacts{Subject: "Ferry", Thumbprint: "5A3C0FF1CE5A3C0FF1CE5A3C0FF1CE5A3C0FF1CE", Expires: "2027-11-21"}
}

// cer is a certificate that scripts and mails can take.
func cer() []byte {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Ferry"}, NotBefore: Now(), NotAfter: Now().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, of, of, key.Public(), key)
	if err != nil {
		return nil
	}
	return der
}

// Certificate implements ui.Engine.
func (e *Engine) Certificate(ctx context.Context, _ project.Connection) ([]byte, error) {
	return cer(), e.called(ctx, "Certificate")
}

// Signed implements ui.Engine.
func (e *Engine) Signed(ctx context.Context, c project.Connection) (string, string, error) {
	return "{\n  \"alg\": \"PS256\"\n}", "{\n  \"iss\": \"" + c.ClientID + "\"\n}", e.called(ctx, "Signed")
}

// ConsentLink implements ui.Engine.
func (e *Engine) ConsentLink(ctx context.Context, c project.Connection) (string, error) {
	return "https://login.microsoftonline.com/" + c.Tenant + "/v2.0/adminconsent?client_id=" + c.ClientID, e.called(ctx, "ConsentLink")
}

// Explain implements ui.Engine: it knows one code.
func (e *Engine) Explain(text string) (*core.Fault, bool) {
	if !strings.Contains(text, "700016") {
		return nil, false
	}
	return &core.Fault{Kind: core.SignIn, Code: "signin.no-such-app", Owner: core.You,
		Cause:  "The client ID does not exist in this tenant.",
		Remedy: "Compare client ID and tenant with the overview page of the app registration.",
		Link:   "https://login.microsoftonline.com/error?code=700016"}, true
}

// Environments implements ui.Engine.
func (e *Engine) Environments(ctx context.Context, _ project.Connection) ([]ui.Environment, error) {
	return e.Environs, e.called(ctx, "Environments")
}

// PlanApplicationUser implements ui.Engine.
func (e *Engine) PlanApplicationUser(ctx context.Context, _ project.Connection, clientID string, tables []string) (ui.ApplicationUserPlan, error) {
	return ui.ApplicationUserPlan{Lines: []string{
		"An application user for the client ID " + clientID + " will be made in the business unit Contoso.",
		"A security role “Ferry reads” will be made that may read " + strings.Join(tables, ", ") + ", and nothing else.",
		"The application user will get that role.",
	}}, e.called(ctx, "PlanApplicationUser")
}

// MakeApplicationUser implements ui.Engine.
func (e *Engine) MakeApplicationUser(ctx context.Context, _ project.Connection, _ ui.ApplicationUserPlan) error {
	return e.called(ctx, "MakeApplicationUser")
}

// Computer implements ui.Engine.
func (e *Engine) Computer(ctx context.Context) (project.Computer, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.Machine, e.Fail["Computer"]
}

// KeepComputer implements ui.Engine.
func (e *Engine) KeepComputer(ctx context.Context, c project.Computer, s ui.ComputerSecrets) (*core.Fault, error) {
	err := e.called(ctx, "KeepComputer")
	if err == nil {
		e.mu.Lock()
		e.Machine, e.MachineSecrets = c, s
		e.mu.Unlock()
	}
	return e.Warning, err
}

// SaveReport implements ui.Engine.
func (e *Engine) SaveReport(ctx context.Context, _ project.Connection, _ []core.Check, path string) error {
	e.mu.Lock()
	e.written = path
	e.mu.Unlock()
	return e.called(ctx, "SaveReport")
}

// SaveFile implements ui.Engine.
func (e *Engine) SaveFile(ctx context.Context, path string, _ []byte) error {
	e.mu.Lock()
	e.written = path
	e.mu.Unlock()
	return e.called(ctx, "SaveFile")
}

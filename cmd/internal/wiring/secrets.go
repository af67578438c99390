package wiring

import (
	"context"
	"path/filepath"
	"strconv"
	"time"

	"ferry/core"
	"ferry/core/keychain"
	"ferry/core/project"
	"ferry/core/signin"
)

// The names under which secrets lie in the keychain are made of what they may be sent to, never of a name in a file: a
// project file with the same names and another address finds nothing.

// SecretName is where the client secret of a connection lies; of Windows, the password.
func SecretName(to Connection) keychain.Name {
	if to.Auth == project.Windows {
		return windowsName(to)
	}
	return clientName(to)
}

func windowsName(to Connection) keychain.Name {
	return keychain.Name{Kind: "windows-password", ClientID: to.User, Environment: to.host()}
}

func clientName(to Connection) keychain.Name {
	return keychain.Name{Kind: "client-secret", Authority: to.authority(), Tenant: to.tenant(), ClientID: to.ClientID, Environment: to.host()}
}

// A cache keeps a person's sign-in sealed. One that is forgotten leaves neither file nor key.
type cache struct{ *keychain.Sealed }

// Save is called by the session; nil forgets.
func (c cache) Save(ctx context.Context, data []byte) error {
	if len(data) == 0 {
		return c.Delete(ctx)
	}
	return c.Sealed.Save(ctx, data)
}

func (c *Computer) signedIn(to Connection) cache {
	name := keychain.Name{Kind: "sign-in", Authority: to.authority(), Tenant: to.tenant(), ClientID: to.ClientID, Environment: to.host()}
	return cache{c.Store.Sealed(filepath.Join(c.Data, "signed-in"), name)}
}

// KeyName is where the sealed file of a connection's certificate lies. It is found by the thumbprint, since the
// certificate is made before there is an application.
func KeyName(to Connection) keychain.Name {
	return keychain.Name{Kind: "certificate", Authority: to.authority(), ClientID: to.Certificate.Thumbprint, Environment: to.host()}
}

// ProxyName is where the password of an own proxy lies.
func ProxyName(p project.Proxy) keychain.Name {
	return keychain.Name{Kind: "proxy-password", ClientID: p.User, Environment: p.Host + ":" + strconv.Itoa(p.Port)}
}

// ParamName is where the value of a secret parameter lies: of the token request, or of the sign-in page.
func ParamName(to Connection, token bool, name string) keychain.Name {
	kind := "page-parameter"
	if token {
		kind = "token-parameter"
	}
	return keychain.Name{Kind: kind, Authority: to.authority(), ClientID: name, Environment: to.host()}
}

// Unlock fills in what the keychain has for the connection: client secret, secret parameters. What is there already
// stays. A keychain that fails is told; nothing that is missing is an error.
func (c *Computer) Unlock(ctx context.Context, to *Connection) error {
	if c.Store == nil {
		return nil
	}
	if (to.NeedsSecret() || to.Auth == project.Windows) && to.Secret.Empty() {
		secret, _, err := c.Store.Get(ctx, SecretName(*to))
		if err != nil {
			return err
		}
		to.Secret = secret
	}
	if to.NeedsCertificate() && to.Key == nil && to.Certificate.Thumbprint != "" {
		sealed, err := c.key(*to).Load(ctx)
		if err != nil {
			return err
		}
		if sealed != nil {
			if to.Key, err = signin.OpenCertificate(sealed); err != nil {
				return err
			}
		}
	}
	var err error
	fill := func(all []project.Param, token bool) []project.Param {
		filled := append([]project.Param(nil), all...)
		for i, p := range filled {
			if !p.Secret || err != nil {
				continue
			}
			var value core.Secret
			if value, _, err = c.Store.Get(ctx, ParamName(*to, token, p.Name)); err == nil {
				filled[i].Value = value.Reveal()
			}
		}
		return filled
	}
	to.Access.AuthorizeParams = fill(to.Access.AuthorizeParams, false)
	to.Access.TokenParams = fill(to.Access.TokenParams, true)
	return err
}

func (c *Computer) key(to Connection) *keychain.Sealed {
	return c.Store.Sealed(filepath.Join(c.Data, "certificates"), KeyName(to))
}

// KeepKey seals a certificate with its key for a connection and returns what is public of it.
func (c *Computer) KeepKey(ctx context.Context, to Connection, key *signin.Certificate) (project.CertificateFacts, error) {
	to.Certificate = project.CertificateFacts{
		Subject: key.Subject, Thumbprint: key.Thumbprint, Expires: key.NotAfter.UTC().Format(time.DateOnly),
	}
	return to.Certificate, c.key(to).Save(ctx, key.Sealed())
}

// Forget drops what this computer keeps for a connection: tokens, secret, certificate, secret parameters, also those of
// another way to sign in that it had before. l is nil when it cannot be made. All is tried; the first error is returned.
func (c *Computer) Forget(ctx context.Context, to Connection, l *Link) error {
	var first error
	note := func(err error) {
		if first == nil {
			first = err
		}
	}
	if l != nil && l.Session != nil {
		note(l.Session.Forget(ctx))
	}
	if c.Store == nil {
		return first
	}
	note(c.signedIn(to).Delete(ctx))
	note(c.Store.Delete(ctx, clientName(to)))
	if to.User != "" {
		note(c.Store.Delete(ctx, windowsName(to)))
	}
	if to.Certificate.Thumbprint != "" {
		note(c.key(to).Delete(ctx))
	}
	for token, params := range map[bool][]project.Param{false: to.Access.AuthorizeParams, true: to.Access.TokenParams} {
		for _, p := range params {
			if p.Secret {
				note(c.Store.Delete(ctx, ParamName(to, token, p.Name)))
			}
		}
	}
	return first
}

// UnlockProxy finds the password of this computer's own proxy.
func (c *Computer) UnlockProxy(ctx context.Context) error {
	p := c.Settings.Network.Proxy
	if c.Store == nil || p.Mode != project.OwnProxy || p.User == "" || !c.ProxyPassword.Empty() {
		return nil
	}
	password, _, err := c.Store.Get(ctx, ProxyName(p))
	c.ProxyPassword = password
	return err
}

// A Param is the value of a secret parameter.
type Param struct {
	Org   string
	Token bool
	Name  string
	Value core.Secret
}

// KeepSecrets puts the secrets that belong to the settings of this computer into the keychain.
func (c *Computer) KeepSecrets(ctx context.Context, proxyPassword core.Secret, params []Param) error {
	if !proxyPassword.Empty() {
		if err := c.Store.Set(ctx, ProxyName(c.Settings.Network.Proxy), proxyPassword); err != nil {
			return err
		}
	}
	for _, p := range params {
		to := Connection{Connection: project.Connection{Org: p.Org}, Access: c.Settings.At(p.Org)}
		if err := c.Store.Set(ctx, ParamName(to, p.Token, p.Name), p.Value); err != nil {
			return err
		}
	}
	return nil
}

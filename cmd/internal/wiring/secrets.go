package wiring

import (
	"context"
	"strconv"

	"ferry/core"
	"ferry/core/keychain"
	"ferry/core/project"
)

// The names under which secrets lie in the keychain are made of what they may be sent to, never of a name in a file: a
// project file with the same names and another address finds nothing.

// SecretName is where the client secret of a connection lies; of Windows, the password.
func SecretName(to Connection) keychain.Name {
	if to.Auth == project.Windows {
		return keychain.Name{Kind: "windows-password", ClientID: to.User, Environment: to.host()}
	}
	return keychain.Name{Kind: "client-secret", Authority: to.authority(), Tenant: to.Tenant, ClientID: to.ClientID, Environment: to.host()}
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

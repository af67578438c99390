package wiring

import (
	"context"
	"net/http"
	"net/url"
	"path/filepath"
	"time"

	"ferry/core"
	"ferry/core/dataverse"
	"ferry/core/keychain"
	"ferry/core/project"
	"ferry/core/rest"
	"ferry/core/signin"
)

// A Connection is how to reach one environment: what the project says, and what only this computer may say.
type Connection struct {
	project.Connection
	Access project.Access // of this computer; the values of secret parameters are filled in
	Secret core.Secret    // the client secret, or the password of Windows, where there is one
	CA     string         // PEM, trusted besides what the system trusts: the practice environment's
	Keep   bool           // keep the sign-in in a sealed file
}

// A Link is a connection that was made ready. Making it does no I/O; the first call signs in.
type Link struct {
	Source  *dataverse.Source
	Session *signin.Session
}

// Connect makes a Link.
func (c *Computer) Connect(to Connection) (*Link, error) {
	address, err := dataverse.ParseAddress(to.Org)
	if err != nil {
		return nil, err
	}
	transport, err := c.transport(to)
	if err != nil {
		return nil, err
	}
	way := signin.Browser
	if !to.Auth.Person() {
		way = signin.Application
	}
	var cache signin.Cache
	if to.Keep && to.Auth.Person() && c.Store != nil {
		cache = c.Store.Sealed(filepath.Join(c.Data, "signed-in"), cacheName(to, address.Host))
	}
	session, err := signin.New(signin.Config{
		Org: address.Org, Authority: to.Access.Authority, Tenant: to.Tenant, ClientID: to.ClientID, Secret: to.Secret, Way: way,
		Scope: to.Access.Scope, Redirect: to.Redirect, Transport: transport, Open: c.Open, Cache: cache, Log: c.Log,
	})
	if err != nil {
		return nil, err
	}
	source, err := dataverse.New(dataverse.Config{
		Org: address.Org, PageSize: to.PageSize, Slots: to.Requests, Transport: transport, Token: session.Token, Log: c.Log,
		SignIn: func(ctx context.Context) (string, bool, error) {
			if to.Auth.Person() {
				// A person who is signed in is not asked again: the token is renewed past the cache.
				token, err := session.Token(ctx, "")
				if err == nil {
					_, err = session.Token(ctx, token)
				}
				return "", false, err
			}
			who, err := session.SignIn(ctx, func(signin.Step) {})
			return who.Name, who.Application, err
		},
		Discover: func(ctx context.Context) (string, error) {
			found, err := trusted(ctx, transport, to, address.Org)
			return found.Tenant, err
		},
	})
	if err != nil {
		return nil, err
	}
	return &Link{Source: source, Session: session}, nil
}

// Discover asks an environment who its tenant is.
func (c *Computer) Discover(ctx context.Context, to Connection) (signin.Challenge, error) {
	transport, err := c.transport(to)
	if err != nil {
		return signin.Challenge{}, err
	}
	return trusted(ctx, transport, to, to.Org)
}

// trusted asks an environment who its tenant is and believes it only where it names a sign-in service that is to be
// trusted: otherwise an environment could choose who gets to see the secret.
func trusted(ctx context.Context, transport http.RoundTripper, to Connection, org string) (signin.Challenge, error) {
	found, err := signin.Discover(ctx, transport, org)
	if err != nil {
		return found, err
	}
	return found, found.Trust(to.Access.Authority)
}

func (c *Computer) transport(to Connection) (*rest.Transport, error) {
	n := c.Settings.Network
	network := rest.Network{
		ConnectTimeout: seconds(n.ConnectTimeout), ReadTimeout: seconds(n.ReadTimeout), PEM: []byte(to.CA),
		Proxy: rest.Proxy{
			Mode: rest.ProxyMode(n.Proxy.Mode), Address: n.Proxy.Address(), User: n.Proxy.User, Password: c.ProxyPassword,
			Bypass: rest.BypassList(n.Proxy.Bypass),
		},
	}
	if n.CAFile != "" {
		network.CAFiles = []string{n.CAFile}
	}
	return rest.NewTransport(network)
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

func cacheName(to Connection, host string) keychain.Name {
	return keychain.Name{Kind: "sign-in", Authority: to.authority(), Tenant: to.Tenant, ClientID: to.ClientID, Environment: host}
}

// authority is the host that gets to see the secret; "" is Microsoft's own for the environment's cloud.
func (to Connection) authority() string {
	for _, address := range []string{to.Access.TokenURL, to.Access.Authority} {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			return u.Host
		}
	}
	return ""
}

func (to Connection) host() string {
	if u, err := url.Parse(to.Org); err == nil && u.Host != "" {
		return u.Host
	}
	return to.Org
}

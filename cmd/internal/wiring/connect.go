package wiring

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ferry/core"
	"ferry/core/dataverse"
	"ferry/core/project"
	"ferry/core/rest"
	"ferry/core/setup"
	"ferry/core/signin"
)

// A Connection is how to reach one environment: what the project says, and what only this computer may say.
type Connection struct {
	project.Connection
	Access project.Access      // of this computer; the values of secret parameters are filled in
	Secret core.Secret         // the client secret, or the password of Windows, where there is one
	Key    *signin.Certificate // the certificate with its key, where there is one
	CA     string              // PEM, trusted besides what the system trusts: the practice environment's
	Keep   bool                // keep the sign-in in a sealed file
}

// A Link is a connection that was made ready. Making it does no I/O; the first call signs in.
type Link struct {
	Source  *dataverse.Source
	Session *signin.Session // nil where Windows signs in

	to        Connection
	address   dataverse.Address
	transport *rest.Transport
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
	l := &Link{to: to, address: address, transport: transport}
	config := dataverse.Config{
		Org: address.Org, Version: to.Version, PageSize: to.PageSize, Slots: to.Requests, Transport: transport, Via: transport.Via,
		Tenant: to.Tenant, Credential: to.credential(), Wait: c.wait(), Log: c.Log,
	}
	if to.Auth == project.Windows {
		config.Windows, config.Transport = true, rest.Windows(transport, address.Host, to.User, to.Secret)
	} else {
		if l.Session, err = c.session(to, address, transport); err != nil {
			return nil, err
		}
		config.Transport, config.Token, config.SignIn = l.Session.Watch(transport), l.Session.Token, l.fresh
		config.Discover = func(ctx context.Context) (string, error) {
			found, err := trusted(ctx, transport, to, address.Org)
			return found.Tenant, err
		}
	}
	l.Source, err = dataverse.New(config)
	return l, err
}

const (
	readersAtOnce = 6 // ranges and tables that are read at once: more than one destination can take
	mostReaders   = 8 // whatever somebody chose: each has memory of its own
)

// readers is how many ranges and tables are read at once. How many requests that may be, Dynamics says.
func (l *Link) readers() int {
	if l.to.Requests > 0 {
		return min(l.to.Requests, mostReaders)
	}
	return readersAtOnce
}

// session makes the sign-in of a connection.
func (c *Computer) session(to Connection, address dataverse.Address, transport *rest.Transport) (*signin.Session, error) {
	config := signin.Config{
		Org: address.Org, Authority: to.Access.Authority, Tenant: to.Tenant, ClientID: to.ClientID, Way: signin.Application,
		Scope: to.Access.Scope, Redirect: to.Redirect, AuthorizeURL: to.Access.AuthorizeURL, TokenURL: to.Access.TokenURL,
		AuthorizeParams: values(to.Access.AuthorizeParams), TokenParams: values(to.Access.TokenParams),
		Timeout: seconds(c.Settings.Network.ReadTimeout), Transport: transport, Open: c.Open, Wait: c.wait(), Log: c.Log,
	}
	switch to.Auth {
	case project.Browser:
		config.Way = signin.Browser
	case project.Device:
		config.Way = signin.Device
	}
	switch {
	case to.NeedsCertificate():
		config.Certificate, config.Assertion = to.Key, assertion(to.Access.Assertion)
		if to.Key == nil {
			return nil, NoCertificate()
		}
	case to.NeedsSecret():
		config.Secret = to.Secret
	}
	if to.Keep && to.Auth.Person() && c.Store != nil {
		config.Cache = c.signedIn(to)
	}
	return signin.New(config)
}

// SignIn signs in anew. Windows is asked at once, with the name and the password that are there.
func (l *Link) SignIn(ctx context.Context, step func(signin.Step)) (signin.Identity, error) {
	if l.Session == nil {
		_, err := l.Source.Identity(ctx)
		return signin.Identity{Name: l.to.User}, err
	}
	l.Source.Forget()
	return l.Session.SignIn(ctx, step)
}

// fresh gets a new token for Test connection. A person who is signed in is not asked again: the token is renewed past the
// cache.
func (l *Link) fresh(ctx context.Context) (string, bool, error) {
	if l.to.Auth.Person() {
		token, err := l.Session.Token(ctx, "")
		if err == nil {
			_, err = l.Session.Token(ctx, token)
		}
		return "", false, err
	}
	who, err := l.Session.SignIn(ctx, func(signin.Step) {})
	return who.Name, who.Application, err
}

// Prove asks for a token as the application, whoever signs in otherwise.
func (c *Computer) Prove(ctx context.Context, to Connection) error {
	if to.Keep = false; to.NeedsCertificate() {
		to.Auth = project.Certificate
	} else {
		to.Auth = project.Secret
	}
	l, err := c.Connect(to)
	if err != nil {
		return err
	}
	defer l.Close()
	_, err = l.Session.SignIn(ctx, func(signin.Step) {})
	return err
}

// Consent is the page on which an administrator grants the application's permissions for everybody.
func (l *Link) Consent(ctx context.Context) (string, error) {
	if l.Session == nil {
		return "", noConsent()
	}
	where, err := l.Session.Where(ctx)
	if err != nil {
		return "", err
	}
	redirect := l.to.Redirect
	if redirect == "" {
		redirect, _ = setup.RedirectURI(setup.Way(project.Browser), l.to.HasSecret || l.to.HasCertificate)
	}
	link := signin.ConsentLink(where, l.to.Tenant, l.to.ClientID, l.address.Org, redirect, "ferry")
	if link == "" {
		return "", noConsent()
	}
	return link, nil
}

// Environments lists the environments that the person who is signed in may see. discovery is "" for Microsoft's own.
func (l *Link) Environments(ctx context.Context, discovery string) ([]dataverse.Environment, error) {
	if l.Session == nil || !l.to.Auth.Person() {
		return nil, noList()
	}
	if discovery == "" {
		discovery = l.address.Discovery
	}
	return dataverse.Environments(ctx, dataverse.EnvironmentsConfig{
		Discovery: discovery, Transport: l.transport,
		Token: func(ctx context.Context, _ string) (string, error) { return l.Session.TokenFor(ctx, discovery) },
	})
}

// Close gives back what the link holds. It can be used on.
func (l *Link) Close() { _ = l.Source.Close() }

// credential is what the application proves itself with, and until when.
func (to Connection) credential() dataverse.Credential {
	switch {
	case to.Practice: // its secret ends with the environment
	case to.NeedsCertificate() && to.Key != nil:
		return dataverse.Credential{Kind: "certificate", Expires: to.Key.NotAfter}
	case to.NeedsSecret():
		c := dataverse.Credential{Kind: "secret"}
		if day, err := time.Parse(time.DateOnly, to.SecretExpires); err == nil {
			c.Expires = day.AddDate(0, 0, 1).Add(-time.Second) // it works until that day is over
		}
		return c
	}
	return dataverse.Credential{}
}

func values(params []project.Param) url.Values {
	v := url.Values{}
	for _, p := range params {
		v.Add(p.Name, p.Value)
	}
	return v
}

func assertion(a project.Assertion) signin.Assertion {
	out := signin.Assertion{Algorithm: a.Algorithm, Audience: a.Audience, Lifetime: seconds(a.Lifetime), NoID: a.NoID}
	for _, claim := range a.Claims {
		if out.Claims == nil {
			out.Claims = map[string]string{}
		}
		out.Claims[claim.Name] = claim.Value
	}
	return out
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
	network := c.network()
	network.PEM = []byte(to.CA)
	if to.Practice { // it runs in this process
		network.Proxy = rest.Proxy{Mode: rest.NoProxy}
	}
	return rest.NewTransport(network)
}

// network is how this computer's settings reach the outside.
func (c *Computer) network() rest.Network {
	n := c.Settings.Network
	network := rest.Network{
		ConnectTimeout: seconds(n.ConnectTimeout), ReadTimeout: seconds(n.ReadTimeout),
		Proxy: rest.Proxy{
			Mode: rest.ProxyMode(n.Proxy.Mode), Address: n.Proxy.Address(), User: n.Proxy.User, Password: c.ProxyPassword,
			Bypass: rest.BypassList(n.Proxy.Bypass),
		},
	}
	if n.CAFile != "" {
		network.CAFiles = []string{n.CAFile}
	}
	return network
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// authority is the host that gets to see the secret; "" is Microsoft's own for the environment's cloud.
func (to Connection) authority() string {
	for _, address := range []string{to.Access.TokenURL, to.Access.Authority} {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			return u.Host
		}
	}
	return ""
}

// tenant is the one that gets to see the secret: where the connection names none, the authority's address may.
func (to Connection) tenant() string {
	if to.Tenant != "" {
		return to.Tenant
	}
	u, err := url.Parse(to.Access.Authority)
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	return first
}

// host is where the environment's requests go, however its address is written.
func (to Connection) host() string {
	if a, err := dataverse.ParseAddress(to.Org); err == nil {
		return a.Host
	}
	return to.Org
}

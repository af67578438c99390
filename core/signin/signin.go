package signin

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"ferry/core"
)

// A Way is who signs in.
type Way string

const (
	Browser     Way = "browser"     // a person, in the system's browser
	Device      Way = "device"      // a person, with a code that is typed in on any computer or phone
	Application Way = "application" // the application itself, with its client secret or certificate
)

// person reports whether somebody signs in, whose sign-in can be kept.
func (w Way) person() bool { return w == Browser || w == Device }

// A Cache keeps a sign-in over restarts. What it gets is as secret as a password.
type Cache interface {
	// Load returns what was saved last; nil when there is nothing.
	Load(ctx context.Context) ([]byte, error)
	// Save keeps data; nil forgets what was kept.
	Save(ctx context.Context, data []byte) error
}

// A Config is everything a sign-in needs.
type Config struct {
	Org       string      // https://contoso.crm.dynamics.com
	Authority string      // https address of the sign-in service, with or without tenant; "" is worked out
	Tenant    string      // GUID or domain; "" asks the environment
	ClientID  string      // of the app registration
	Secret    core.Secret // the client secret, where there is one
	Way       Way
	Scope     string // "" is Org + "/.default"
	Redirect  string // "" is http://localhost without secret and certificate, http://localhost:33333/signin with one

	Certificate *Certificate // in place of the secret
	Assertion   Assertion    // how the certificate is used

	AuthorizeURL, TokenURL       string     // in place of what the sign-in service says of itself; https
	AuthorizeParams, TokenParams url.Values // more for the sign-in page's address, and for the form of each token request

	Timeout   time.Duration          // of one try to reach the sign-in service; 0 is 30 s, less than 0 as long as it takes
	Transport http.RoundTripper      // nil is Go's own, with the system's proxy
	Open      func(url string) error // opens the browser; nil only tells the link
	Cache     Cache                  // for Browser and Device; nil keeps the sign-in in memory
	Wait      func(context.Context, time.Duration) error
	Now       func() time.Time
	Log       *slog.Logger
}

// A Step is news of a sign-in that waits for a person.
type Step struct {
	Link   string      // the page the browser should show; for Device the page to type the code in
	Code   string      // for Device: what to type in there
	Until  time.Time   // for Device: when the code ends
	Opened bool        // the browser was started
	Fault  *core.Fault // why it could not be started; the link can still be copied
}

// An Identity is who signed in.
type Identity struct {
	Name        string // "Ada Lovelace", or the application's client ID
	ObjectID    string // of the person; "" for an application
	Tenant      string
	Application bool
	Warning     *core.Fault // the sign-in holds, but could not be kept for the next time
}

// A Session is one sign-in: config, and the tokens it brought. It is safe for use by several goroutines.
type Session struct {
	config   Config
	org      *url.URL
	redirect *url.URL
	given    authority // what Config.Authority says; no host when it says nothing
	client   *client

	authorizeURL, tokenURL *url.URL // nil: as the sign-in service says

	turn chan struct{} // who holds it may use the refresh token

	mu       sync.Mutex
	service  *exchanger        // once it is known where to sign in
	current  tokens            // the newest access token
	margin   time.Duration     // so long before its end it is renewed
	kept     *kept             // the sign-in itself; nil when there is none, or when it was not loaded yet
	loaded   bool              // the cache was asked
	over     *core.Fault       // the service ended the sign-in
	claims   string            // what the next token must carry
	others   map[string]tokens // the newest access token of other resources
	renewing *flight
	epoch    int // counts sign-ins and forgettings: what an older renewal brings is dropped
}

// New checks the settings. It does no I/O.
func New(c Config) (*Session, error) {
	c.ClientID, c.Tenant = strings.TrimSpace(c.ClientID), strings.TrimSpace(c.Tenant)
	s := &Session{config: c, turn: make(chan struct{}, 1), others: map[string]tokens{}, client: newClient(c.Transport, c.Wait, c.Now, c.Log)}
	if s.client.timeout = c.Timeout; c.Timeout == 0 {
		s.client.timeout = tryTimeout
	}
	if !c.Way.person() && c.Way != Application {
		return nil, faultWay()
	}
	var f *core.Fault
	if s.org, f = readOrg(c.Org); f != nil {
		return nil, f
	}
	if c.ClientID == "" || len(c.ClientID) > 256 || strings.ContainsAny(c.ClientID, " \t\r\n/?#&") {
		return nil, faultClientID()
	}
	if c.Way == Application && !c.confidential() {
		return nil, faultSecretMissing()
	}
	if c.Authority != "" {
		if s.given, f = readAuthority(c.Authority); f != nil {
			return nil, f
		}
	}
	if c.Certificate != nil && c.Certificate.key == nil {
		return nil, faultCertificateLost() // nobody read or made it
	}
	if f := c.Assertion.check(); f != nil {
		return nil, f
	}
	if f := checkParams(ownAuthorize, c.AuthorizeParams); f != nil {
		return nil, f
	}
	if f := checkParams(ownToken, c.TokenParams); f != nil {
		return nil, f
	}
	if c.AuthorizeURL != "" {
		if s.authorizeURL, f = readEndpoint(c.AuthorizeURL); f != nil {
			return nil, f
		}
	}
	if c.TokenURL != "" {
		if s.tokenURL, f = readEndpoint(c.TokenURL); f != nil {
			return nil, f
		}
		if s.given.host == "" {
			s.given = authorityOf(s.tokenURL)
		}
	}
	if c.Tenant != "" {
		if f := validTenant(c.Tenant, c.Way); f != nil {
			return nil, f
		}
	}
	redirect := c.Redirect
	if redirect == "" {
		redirect = "http://localhost"
		if c.confidential() {
			redirect = "http://localhost:33333/signin"
		}
	}
	if s.redirect, f = readRedirect(redirect); f != nil {
		return nil, f
	}
	return s, nil
}

// confidential reports whether the application proves itself, with a secret or a certificate.
func (c *Config) confidential() bool { return !c.Secret.Empty() || c.Certificate != nil }

// SignIn signs in anew. For Browser it opens the sign-in page and waits, until somebody signed in, pressed Cancel, or
// ctx ends; step, which is called on this goroutine, tells the link as soon as there is one. For Device step tells page
// and code, and it waits until somebody signed in there or the code ends. For Application it asks for a fresh token,
// which proves tenant, client ID and secret or certificate.
func (s *Session) SignIn(ctx context.Context, step func(Step)) (Identity, error) {
	if step == nil {
		step = func(Step) {}
	}
	if f := s.usable(); f != nil {
		return Identity{}, f
	}
	e, f := s.where(patient(ctx, shortPatience))
	if f != nil {
		return Identity{}, f
	}
	if s.config.Way == Application {
		return s.signInApplication(ctx, e)
	}
	s.remembered(ctx, e)
	if s.config.Way == Device {
		return s.signInDevice(ctx, e, step)
	}
	return s.signInPerson(ctx, e, step)
}

// usable looks at what is known without asking: a certificate that has ended proves nothing.
func (s *Session) usable() *core.Fault {
	if s.config.Certificate == nil {
		return nil
	}
	if err := s.config.Certificate.Check(s.client.now()); err != nil {
		return core.AsFault(err)
	}
	return nil
}

func (s *Session) signInApplication(ctx context.Context, e *exchanger) (Identity, error) {
	t, f := s.call(ctx, e, shortPatience, &store{}, func(ctx context.Context, l *library) (tokens, error) { return l.asItself(ctx) })
	if f != nil {
		return Identity{}, f
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.epoch++
	s.over = nil
	s.take(t)
	return Identity{Name: s.config.ClientID, Tenant: e.where.tenant, Application: true}, nil
}

// Forget drops every token of this session, also from the cache. It does not sign out of the browser.
func (s *Session) Forget(ctx context.Context) error {
	s.mu.Lock()
	s.epoch++
	s.current, s.kept, s.over, s.loaded, s.claims = tokens{}, nil, nil, true, ""
	clear(s.others)
	s.mu.Unlock()
	if s.config.Cache == nil || !s.config.Way.person() {
		return nil
	}
	if err := s.config.Cache.Save(ctx, nil); err != nil {
		return faultNotForgotten(err)
	}
	return nil
}

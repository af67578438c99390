package signin

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/cache"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"ferry/core"
)

// An exchanger is the one HTTP client that MSAL gets. MSAL repeats nothing, follows redirects and puts what it received
// into its errors; so every answer is looked at here, and MSAL sees only those that are good.
type exchanger struct {
	client    *client
	where     authority
	authorize string     // in place of the service's own; "" is that
	token     *url.URL   // in place of the service's own; nil is that
	more      url.Values // more of each token request's form
	resource  string     // the environment as AD FS knows it

	mu        sync.Mutex
	documents map[string][]byte // discovery documents that were read, by address
}

// Do is called by MSAL.
func (e *exchanger) Do(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodGet {
		return e.discover(req)
	}
	if !e.allowed(req.URL) {
		return nil, faultStray(plain(req.URL.Host))
	}
	form, err := formOf(req)
	if err != nil {
		return nil, faultOdd(e.where.host)
	}
	a := askOf(req.Context())
	if a.device != nil && form.Get("grant_type") == "" {
		return e.deviceCode(req, form, a)
	}
	var res *reply
	if a.device != nil {
		res, err = e.awaitDevice(req, form, a)
	} else {
		own := req.Clone(req.Context())
		if err := e.dress(own, form, a, req.URL.String()); err != nil {
			return nil, err
		}
		res, err = e.client.exchange(own, readAnswer)
	}
	if err != nil {
		return nil, err
	}
	body, ok := tidy(res.body)
	if !ok {
		return nil, faultOdd(e.where.host)
	}
	return res.response(body), nil
}

// discover reads the discovery document, once. Where the settings name both addresses, there is nothing to ask.
func (e *exchanger) discover(req *http.Request) (*http.Response, error) {
	address := req.URL.String()
	e.mu.Lock()
	body := e.documents[address]
	e.mu.Unlock()
	if body == nil {
		body = []byte(`{"issuer":"` + e.where.url() + `"}`)
		if e.authorize == "" || e.token == nil {
			if !e.allowed(req.URL) {
				return nil, faultStray(plain(req.URL.Host))
			}
			res, err := e.client.exchange(req, readAnswer)
			if err != nil {
				return nil, err
			}
			body = res.body
		}
		var f *core.Fault
		if body, f = e.examine(body); f != nil {
			return nil, f
		}
		e.mu.Lock()
		e.documents[address] = body
		e.mu.Unlock()
	}
	res := &reply{Response: &http.Response{StatusCode: http.StatusOK, Proto: "HTTP/1.1", Header: http.Header{}, Request: req}}
	return res.response(body), nil
}

// addresses are where the sign-in service wants what.
type addresses struct{ token, device string }

// endpoints are the addresses of the discovery document.
func (e *exchanger) endpoints(ctx context.Context) (addresses, *core.Fault) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.where.document(), nil)
	if err != nil {
		return addresses{}, faultAuthority()
	}
	res, err := e.discover(req)
	if err != nil {
		return addresses{}, asFault(ctx, err, e.where.host)
	}
	var doc struct {
		Token  string `json:"token_endpoint"`
		Device string `json:"device_authorization_endpoint"`
	}
	if json.NewDecoder(res.Body).Decode(&doc) != nil {
		return addresses{}, faultOdd(e.where.host)
	}
	tenant := func(s string) string { return strings.ReplaceAll(s, "{tenant}", e.where.tenant) }
	at := addresses{token: tenant(doc.Token), device: tenant(doc.Device)}
	if at.device == "" || e.token != nil {
		u, err := url.Parse(at.token)
		if err != nil {
			return addresses{}, faultOdd(e.where.host)
		}
		u.Path = strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), "/token") + "/devicecode"
		at.device = u.String()
	}
	return at, nil
}

// CloseIdleConnections is called by MSAL.
func (e *exchanger) CloseIdleConnections() { e.client.http.CloseIdleConnections() }

// allowed reports whether something secret may be sent to u: the authority's own host, or another one of Microsoft's
// when the authority is Microsoft's, or the token address that the settings name.
func (e *exchanger) allowed(u *url.URL) bool {
	if u.Scheme != "https" || u.User != nil {
		return false
	}
	host := strings.TrimSuffix(strings.ToLower(u.Host), ":443")
	if e.token != nil && host == e.token.Host {
		return true
	}
	return host == e.where.host || TrustedAuthority(e.where.host) && TrustedAuthority(host)
}

// opens reports whether a page may be opened in the browser, where a password is typed: one of the sign-in service's own
// host, of Microsoft's when the service is Microsoft's, the one that the settings name, or one on this computer.
func (e *exchanger) opens(page *url.URL) bool {
	host := strings.ToLower(page.Hostname())
	switch {
	case page.Scheme == "http":
		return loopback(host)
	case page.Scheme != "https":
		return false
	}
	return host == e.where.name() || loopback(host) || e.authorize != "" && page.String() == e.authorize ||
		TrustedAuthority(e.where.host) && TrustedAuthority(host)
}

// examine looks at a discovery document before MSAL does: where it sends us must be where we may go. What the settings
// name takes the place of what it says.
func (e *exchanger) examine(body []byte) ([]byte, *core.Fault) {
	var all map[string]json.RawMessage
	if json.Unmarshal(body, &all) != nil {
		return nil, faultOdd(e.where.host)
	}
	if e.authorize != "" {
		all["authorization_endpoint"], _ = json.Marshal(e.authorize)
	}
	if e.token != nil {
		all["token_endpoint"], _ = json.Marshal(e.token.String())
	}
	var issuer, authorize, post string
	for name, to := range map[string]*string{"issuer": &issuer, "authorization_endpoint": &authorize, "token_endpoint": &post} {
		if json.Unmarshal(all[name], to) != nil || *to == "" {
			return nil, faultOdd(e.where.host)
		}
	}
	token, err := url.Parse(post)
	if err != nil || token.Host == "" {
		return nil, faultOdd(e.where.host)
	}
	if !e.allowed(token) {
		return nil, faultStray(plain(token.Host))
	}
	page, err := url.Parse(authorize)
	if err != nil || page.Hostname() == "" || page.User != nil {
		return nil, faultOdd(e.where.host)
	}
	if !e.opens(page) {
		return nil, faultStray(plain(page.Host))
	}
	out, err := json.Marshal(all)
	if err != nil {
		return nil, faultOdd(e.where.host)
	}
	return out, nil
}

// tidy takes out of a token answer what MSAL stumbles over and nothing needs: scopes in other words than they were
// asked for (the environment decides what the token may do), padding in client_info, a missing lifetime.
func tidy(body []byte) ([]byte, bool) {
	var m map[string]json.RawMessage
	if json.Unmarshal(body, &m) != nil {
		return nil, false
	}
	var access string
	if json.Unmarshal(m["access_token"], &access) != nil || access == "" || strings.ContainsAny(access, "\r\n \x00") {
		return nil, false
	}
	delete(m, "scope")
	var info string
	if json.Unmarshal(m["client_info"], &info) == nil && strings.HasSuffix(info, "=") {
		m["client_info"], _ = json.Marshal(strings.TrimRight(info, "="))
	}
	_, in := m["expires_in"]
	_, on := m["expires_on"]
	if !in && !on {
		m["expires_in"] = json.RawMessage("3600")
	}
	out, err := json.Marshal(m)
	return out, err == nil
}

// A store is MSAL's cache for the time of one call.
type store struct {
	data  []byte // as MSAL writes it
	fresh bool   // access tokens are left out, so that MSAL must ask for a new one
}

// Replace is called by MSAL before it reads.
func (s *store) Replace(_ context.Context, c cache.Unmarshaler, _ cache.ReplaceHints) error {
	if len(s.data) == 0 {
		return nil
	}
	data := s.data
	if s.fresh {
		var m map[string]json.RawMessage
		if err := json.Unmarshal(data, &m); err != nil {
			return err
		}
		m["AccessToken"] = json.RawMessage("{}")
		var err error
		if data, err = json.Marshal(m); err != nil {
			return err
		}
	}
	return c.Unmarshal(data)
}

// Export is called by MSAL after it wrote.
func (s *store) Export(_ context.Context, c cache.Marshaler, _ cache.ExportHints) error {
	data, err := c.Marshal()
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := json.Compact(&out, data); err != nil {
		return err
	}
	s.data = out.Bytes()
	return nil
}

// tokens are what a call brought.
type tokens struct {
	access  string
	expires time.Time
	account public.Account
	idToken idClaims
}

// fromResult takes what MSAL returned. MSAL counts a new token's life from its own clock; it is counted from ours here.
func (l *library) fromResult(r public.AuthResult) tokens {
	if r.Metadata.TokenSource == public.TokenSourceIdentityProvider {
		r.ExpiresOn = l.now().Add(time.Until(r.ExpiresOn))
	}
	t := tokens{access: r.AccessToken, expires: r.ExpiresOn, account: r.Account, idToken: idClaims{
		Name: r.IDToken.Name, User: r.IDToken.PreferredUsername, ObjectID: r.IDToken.Oid, Tenant: r.IDToken.TenantID,
	}}
	if t.idToken.User == "" {
		t.idToken.User = r.IDToken.UPN
	}
	if t.idToken.ObjectID == "" {
		t.idToken.ObjectID = r.IDToken.Subject
	}
	more := moreOf(r.IDToken.RawToken)
	if t.idToken.Nonce = more.Nonce; t.idToken.User == "" {
		t.idToken.User = more.Unique
	}
	return t
}

type idClaims struct{ Name, User, ObjectID, Tenant, Nonce string }

// claimsMore are what an ID token says beyond what MSAL knows.
type claimsMore struct {
	Nonce  string `json:"nonce"`
	Unique string `json:"unique_name"` // AD FS: CONTOSO\ada
}

func moreOf(raw string) claimsMore {
	var c claimsMore
	if parts := strings.Split(raw, "."); len(parts) > 1 {
		if body, err := base64.RawURLEncoding.DecodeString(parts[1]); err == nil {
			_ = json.Unmarshal(body, &c) // nothing more, then
		}
	}
	return c
}

// A library is an MSAL client of either kind. One is made for each call, over the session's exchanger and a store.
type library struct {
	public       *public.Client
	confidential *confidential.Client
	clientID     string
	scopes       []string
	now          func() time.Time
}

func (s *Session) msal(e *exchanger, st *store, scopes []string) (*library, error) {
	l := &library{clientID: s.config.ClientID, scopes: scopes, now: s.client.now}
	// MSAL lets only public applications sign in with a code; for the others the exchanger adds the proof.
	if !s.config.confidential() || s.config.Way == Device {
		c, err := public.New(l.clientID, public.WithAuthority(e.where.url()), public.WithCache(st),
			public.WithHTTPClient(e), public.WithInstanceDiscovery(false))
		l.public = &c
		return l, err
	}
	cred, err := s.credential(e)
	if err != nil {
		return nil, err
	}
	// The region is switched off by name: otherwise MSAL takes one from the environment's variables.
	c, err := confidential.New(e.where.url(), l.clientID, cred, confidential.WithCache(st), confidential.WithHTTPClient(e),
		confidential.WithInstanceDiscovery(false), confidential.WithAzureRegion("DisableMsalForceRegion"))
	l.confidential = &c
	return l, err
}

func (l *library) page(ctx context.Context, redirect string) (string, error) {
	if l.public != nil {
		return l.public.AuthCodeURL(ctx, l.clientID, redirect, l.scopes)
	}
	return l.confidential.AuthCodeURL(ctx, l.clientID, redirect, l.scopes)
}

func (l *library) redeem(ctx context.Context, code, redirect, verifier string) (tokens, error) {
	if l.public != nil {
		r, err := l.public.AcquireTokenByAuthCode(ctx, code, redirect, l.scopes, public.WithChallenge(verifier))
		return l.fromResult(r), err
	}
	r, err := l.confidential.AcquireTokenByAuthCode(ctx, code, redirect, l.scopes, confidential.WithChallenge(verifier))
	return l.fromResult(r), err
}

func (l *library) silent(ctx context.Context, account public.Account) (tokens, error) {
	var r public.AuthResult
	var err error
	if l.public != nil {
		r, err = l.public.AcquireTokenSilent(ctx, l.scopes, public.WithSilentAccount(account))
	} else {
		r, err = l.confidential.AcquireTokenSilent(ctx, l.scopes, confidential.WithSilentAccount(account))
	}
	var f *core.Fault
	var a *answer
	if err != nil && !errors.As(err, &f) && !errors.As(err, &a) && stripped(err) == nil {
		err = faultOver() // MSAL found nothing to renew with
	}
	return l.fromResult(r), err
}

func (l *library) asItself(ctx context.Context) (tokens, error) {
	r, err := l.confidential.AcquireTokenByCredential(ctx, l.scopes)
	return l.fromResult(r), err
}

package dataverse

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"

	"ferry/core"
	"ferry/core/rest"
)

// outside asks once, without signing in, and tells three steps from what came of it. The request goes the way all
// others go, by the proxy too.
func (c *checker) outside(ctx context.Context) {
	address := core.Check{ID: stepAddress, Title: "Address and name"}
	secure := core.Check{ID: stepSecure, Title: "Secure connection", DependsOn: []string{stepAddress}}
	environment := core.Check{ID: stepEnvironment, Title: "The environment answers", DependsOn: []string{stepSecure}}
	if c.toldAsKnown(address, secure, environment) {
		return
	}
	c.begin(&address)
	address.Detail = c.s.address.Host
	if c.s.c.Via != nil {
		if proxy := c.s.c.Via(c.s.address.Host); proxy != "" {
			address.Detail += ", by the proxy " + proxy
		}
	}
	answer, issuer, err := c.s.anonymous(ctx)
	insecure := answer == nil && untrusted(err)
	if answer == nil && err != nil && !insecure {
		fail(&address, err)
	}
	c.end(address)
	c.step(secure, nil, func(check *core.Check) {
		switch {
		case insecure:
			fail(check, err)
		case issuer != "":
			check.Detail = "certificate of " + issuer
			warn(check, inspected(issuer))
		}
	})
	c.step(environment, nil, func(check *core.Check) { c.environment(ctx, check, err) })
}

// toldAsKnown tells the steps as they were, when all of them are known: one request answers for all.
func (c *checker) toldAsKnown(steps ...core.Check) bool {
	for _, step := range steps {
		if _, ok := c.known[step.ID]; !ok {
			for _, step := range steps {
				delete(c.known, step.ID)
			}
			return false
		}
	}
	for _, step := range steps {
		c.end(c.known[step.ID])
	}
	return true
}

// environment says whether the environment answered, and whether it belongs to the tenant that we sign in to.
func (c *checker) environment(ctx context.Context, check *core.Check, err error) {
	if err != nil {
		fail(check, err)
		return
	}
	if c.s.c.Discover == nil || c.s.c.Windows {
		return
	}
	// A tenant that is not told is no failure: the sign-in has its own.
	tenant, err := c.s.c.Discover(ctx)
	if err != nil || tenant == "" {
		return
	}
	check.Detail = "tenant " + tenant
	theirs, ours := guidOr(tenant), guidOr(strings.TrimSpace(c.s.c.Tenant))
	if theirs != "" && ours != "" && theirs != ours {
		fail(check, otherTenant(theirs, ours))
	}
}

// anonymous asks for the API's root without a token. The answer is not nil when anything answered; the error then says
// that it is not what Dataverse answers. issuer is who inspects the connection; "" is nobody.
func (s *Source) anonymous(ctx context.Context) (a *rest.Answer, issuer string, err error) {
	if s.found.Load() {
		return s.knock(ctx, s.root)
	}
	if a, issuer, err = s.knock(ctx, s.rootOf(defaultVersion)); a != nil && (a.Status == http.StatusNotFound || a.Status == http.StatusNotImplemented) {
		return s.knock(ctx, s.rootOf("v8.0")) // the oldest that can be read
	}
	return a, issuer, err
}

// knock is anonymous at one version's root.
func (s *Source) knock(ctx context.Context, root string) (a *rest.Answer, issuer string, err error) {
	client, err := rest.New(rest.Config{
		Root: root, Service: service, Transport: s.c.Transport, Patience: -1, Wait: s.c.Wait, Now: s.c.Now, Log: s.c.Log,
	})
	if err != nil {
		return nil, "", err
	}
	see := &witness{host: s.address.Host}
	response, err := client.Do(see.watch(ctx), rest.Request{Address: root, NoRepeat: true})
	issuer = s.inspector(see)
	if err == nil {
		_ = response.Body.Close()
		a = &rest.Answer{Status: response.Status}
		if s.c.Windows {
			return a, issuer, nil
		}
		return a, issuer, notDataverse(nil)
	}
	if s.c.Windows && strings.HasPrefix(core.AsFault(err).Code, "rest.windows-") {
		return &rest.Answer{Status: http.StatusUnauthorized}, issuer, nil // it answers; the sign-in will say what is wrong
	}
	if !errors.As(err, &a) {
		return nil, issuer, err
	}
	if f := closed(a); f != nil {
		f.Details, f.Err = core.AsFault(err).Details, err
		return a, issuer, f
	}
	switch {
	case a.Status == http.StatusUnauthorized && !s.c.Windows && windowsOnly(a):
		return a, issuer, about(windowsWanted(), err)
	case a.Status == http.StatusUnauthorized, a.Status == http.StatusForbidden && !a.HTML:
		return a, issuer, nil
	case a.Status/100 == 3 && !s.address.Online && strings.Contains(strings.ToLower(a.Header.Get("Location")), "/adfs/"):
		return a, issuer, about(oauthOff(), err)
	case a.Status == http.StatusNotFound && !s.address.Online && s.ancient(ctx):
		return a, issuer, about(serverTooOld(""), err)
	case a.Status == http.StatusNotFound, a.Status/100 == 2:
		return a, issuer, about(notDataverse(nil), err)
	}
	return a, issuer, err
}

// about adds to a Fault what the machine said.
func about(f *core.Fault, err error) *core.Fault {
	f.Details, f.Err = core.AsFault(err).Details, err
	return f
}

// windowsOnly reports whether a server wants a Windows sign-in and nothing else.
func windowsOnly(a *rest.Answer) bool {
	windows := false
	for _, offer := range a.Header.Values("WWW-Authenticate") {
		scheme, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(offer)), " ")
		switch strings.TrimSuffix(scheme, ",") {
		case "bearer":
			return false
		case "ntlm", "negotiate":
			windows = true
		}
	}
	return windows
}

// A witness sees who issued the certificate that was shown.
type witness struct {
	host string

	mu     sync.Mutex
	issuer string // of who inspects; "" is nobody
}

// watch returns a context whose requests are looked at, on new connections and on used ones.
func (w *witness) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) {
		if secure, ok := i.Conn.(interface{ ConnectionState() tls.ConnectionState }); ok {
			issuer := rest.Inspector(w.host, secure.ConnectionState())
			w.mu.Lock()
			w.issuer = issuer
			w.mu.Unlock()
		}
	}})
}

// inspector is who inspects the connection; "" is nobody, or a host of which nobody can say what is right.
func (s *Source) inspector(see *witness) string {
	if s.c.TLS != nil {
		return short(s.c.TLS(s.address.Host))
	}
	see.mu.Lock()
	defer see.mu.Unlock()
	return short(see.issuer)
}

// untrusted reports whether a connection failed because it could not be trusted.
func untrusted(err error) bool {
	var (
		verify    *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		alert     tls.AlertError
	)
	return errors.As(err, &verify) || errors.As(err, &authority) || errors.As(err, &host) || errors.As(err, &invalid) ||
		errors.As(err, &record) || errors.As(err, &alert)
}

// soon is how long before its end a credential is spoken of.
const soon = 30

// credential tells how long the application's secret or certificate will last. What the person noted may be wrong, so
// the sign-in has the last word.
func (c *checker) credential() {
	k := c.s.c.Credential
	title := "Client secret"
	switch k.Kind {
	case "secret":
	case "certificate":
		title = "Certificate"
	default:
		return
	}
	c.step(core.Check{ID: stepCredential, Title: title, Optional: true}, nil, func(check *core.Check) {
		if k.Expires.IsZero() {
			check.Detail = "its last day is not known"
			warn(check, expiryUnknown(k.Kind))
			return
		}
		left := k.Expires.Sub(c.s.c.Now())
		days := int(left / (24 * time.Hour))
		day := k.Expires.UTC().Format(time.DateOnly)
		switch {
		case left <= 0:
			check.Detail = "expired on " + day
			fail(check, credentialExpired(k.Kind, day))
		case days < soon:
			check.Detail = daysLeft(days) + " left, until " + day
			warn(check, expiresSoon(k.Kind, days, day))
		default:
			check.Detail = daysLeft(days) + " left, until " + day
		}
	})
}

package rest

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"ferry/core"
)

// An estate is a server on-premises that lets Windows users in, and what its visitors wrote to it.
type estate struct {
	*httptest.Server
	guard  *guard
	maker  *maker
	served atomic.Int32
	cut    atomic.Int32 // so many connections end after the challenge
	mu     sync.Mutex
	bodies []string
}

func newEstate(t *testing.T, g *guard) *estate {
	t.Helper()
	e := &estate{guard: g, maker: newMaker(t)}
	started := e.maker.server(func(c *x509.Certificate, _ *tls.Config) { c.DNSNames = []string{"crm.contoso.local"} })
	started.Close() // only its certificate is wanted
	e.Server = httptest.NewUnstartedServer(e)
	e.TLS = &tls.Config{Certificates: started.TLS.Certificates}
	e.EnableHTTP2 = true
	e.Config.ConnContext = visits
	e.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	e.StartTLS()
	t.Cleanup(e.Close)
	return e
}

func (e *estate) host() string { return strings.TrimPrefix(e.URL, "https://") }

func (e *estate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if wants := e.guard.admit(r, "Authorization"); wants != "" {
		w.Header().Set("WWW-Authenticate", wants)
		if strings.Contains(wants, " ") && e.cut.Add(-1) >= 0 {
			w.Header().Set("Connection", "close")
		}
		http.Error(w, "<html>401</html>", http.StatusUnauthorized)
		return
	}
	e.served.Add(1)
	e.mu.Lock()
	e.bodies = append(e.bodies, r.Method+" "+string(body))
	e.mu.Unlock()
	good(w, r)
}

// client signs in as user.
func (e *estate) client(t *testing.T, user, password string, change ...func(*Network)) *Client {
	t.Helper()
	n := Network{Roots: x509.NewCertPool(), PEM: e.maker.pem()}
	for _, f := range change {
		f(&n)
	}
	transport, err := NewTransport(n)
	if err != nil {
		t.Fatal(err)
	}
	signed := Windows(transport, e.host(), user, core.NewSecret(password))
	c, err := New(Config{Root: e.URL + root, Service: "Dynamics 365", Transport: signed, Patience: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func contosoGuard() *guard {
	return &guard{user: "ada", domain: "CONTOSO", password: "hunter2 ü", scheme: ntlm}
}

func TestAWindowsUserSignsInToAConnectionOnce(t *testing.T) {
	for why, c := range map[string]struct {
		scheme, domain, user string
	}{
		"NTLM":                     {ntlm, "CONTOSO", `CONTOSO\ada`},
		"Negotiate":                {negotiate, "CONTOSO", `CONTOSO\ada`},
		"with the domain's suffix": {ntlm, "contoso.local", "ada@contoso.local"},
	} {
		t.Run(why, func(t *testing.T) {
			g := contosoGuard()
			g.scheme, g.domain = c.scheme, c.domain
			e := newEstate(t, g)
			client := e.client(t, c.user, g.password)
			for range 5 {
				if _, err := client.JSON(context.Background(), Request{Address: "accounts"}, nil); err != nil {
					t.Fatal(err)
				}
			}
			if g.hellos.Load() != 1 || e.served.Load() != 5 || g.failed.Load() != 0 {
				t.Errorf("%d sign-ins, %d failed, for %d answers", g.hellos.Load(), g.failed.Load(), e.served.Load())
			}
		})
	}
}

func TestASignInIsTiedToTheServersCertificate(t *testing.T) {
	g := contosoGuard()
	e := newEstate(t, g)
	g.certificate = e.Certificate().Raw
	if _, err := e.client(t, `CONTOSO\ada`, g.password).JSON(context.Background(), Request{Address: "accounts"}, nil); err != nil {
		t.Fatal(err)
	}
	g.certificate = []byte("another certificate")
	_, err := e.client(t, `CONTOSO\ada`, g.password).JSON(context.Background(), Request{Address: "accounts"}, nil)
	wantFault(t, err, "rest.windows-refused")
}

func TestBodiesArriveWholeHoweverOftenTheyAreSent(t *testing.T) {
	g := contosoGuard()
	e := newEstate(t, g)
	transport, err := NewTransport(Network{Roots: x509.NewCertPool(), PEM: e.maker.pem()})
	if err != nil {
		t.Fatal(err)
	}
	signed := Windows(transport, e.host(), `CONTOSO\ada`, core.NewSecret(g.password))
	long := strings.Repeat("ferry ", 50_000)
	for range 2 {
		// A body that cannot be had twice.
		q, err := http.NewRequest(http.MethodPost, e.URL+"/x", io.MultiReader(strings.NewReader(long)))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := signed.RoundTrip(q)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
	}
	if e.served.Load() != 2 || e.bodies[0] != "POST "+long || e.bodies[1] != e.bodies[0] {
		t.Errorf("%d bodies came, the first with %d bytes", len(e.bodies), len(e.bodies[0]))
	}
}

func TestRequestsAtOnceHaveConnectionsOfTheirOwn(t *testing.T) {
	g := contosoGuard()
	e := newEstate(t, g)
	client := e.client(t, `CONTOSO\ada`, g.password)
	for range 3 {
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				if _, err := client.JSON(context.Background(), Request{Method: "POST", Address: "accounts", Body: fmt.Append(nil, i)}, nil); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	if n := g.hellos.Load(); n < 1 || n > 8 || e.served.Load() != 24 {
		t.Errorf("%d sign-ins for %d answers", n, e.served.Load())
	}
}

func TestAConnectionThatIsLostIsSignedInAgain(t *testing.T) {
	g := contosoGuard()
	e := newEstate(t, g)
	client := e.client(t, `CONTOSO\ada`, g.password)
	e.cut.Store(1)
	for range 3 {
		if _, err := client.JSON(context.Background(), Request{Address: "accounts"}, nil); err != nil {
			t.Fatal(err)
		}
		e.CloseClientConnections()
	}
	if g.failed.Load() != 0 || e.served.Load() != 3 {
		t.Errorf("%d failed, %d served", g.failed.Load(), e.served.Load())
	}
	g.password = "another one"
	e.CloseClientConnections()
	_, err := client.JSON(context.Background(), Request{Address: "accounts"}, nil)
	wantFault(t, err, "rest.windows-refused")
	e.cut.Store(100)
	client = e.client(t, `CONTOSO\ada`, g.password)
	_, err = client.JSON(context.Background(), Request{Address: "accounts"}, nil)
	wantFault(t, err, "rest.cut")
}

func TestAWrongWindowsPasswordIsTriedOnce(t *testing.T) {
	g := contosoGuard()
	e := newEstate(t, g)
	client := e.client(t, `CONTOSO\ada`, "wrong")
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			_, err := client.JSON(context.Background(), Request{Address: "accounts"}, nil)
			var f *core.Fault
			if !errors.As(err, &f) || f.Code != "rest.windows-refused" || f.Kind != core.SignIn {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := g.failed.Load(); n != 1 {
		t.Errorf("the password was tried %d times", n)
	}
}

func TestAServerThatWantsSomethingElseGetsNoPassword(t *testing.T) {
	for _, offered := range []string{"Basic realm=x", "Bearer authorization_uri=https://adfs.contoso.local", ""} {
		var seen bytes.Buffer
		m := newMaker(t)
		server := m.server(func(*x509.Certificate, *tls.Config) {})
		server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			seen.WriteString(r.Header.Get("Authorization"))
			if offered != "" {
				w.Header().Set("WWW-Authenticate", offered)
			}
			w.WriteHeader(http.StatusUnauthorized)
		})
		transport, err := NewTransport(Network{Roots: x509.NewCertPool(), PEM: m.pem()})
		if err != nil {
			t.Fatal(err)
		}
		client, err := New(Config{Root: server.URL, Transport: Windows(transport, server.Listener.Addr().String(), "ada", core.NewSecret("hunter2")), Patience: -1})
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.JSON(context.Background(), Request{Address: "x"}, nil)
		if offered != "" {
			wantFault(t, err, "rest.windows-not-offered")
		} else {
			wantFault(t, err, "rest.windows-refused")
		}
		if seen.Len() > 0 {
			t.Errorf("%q got %s", offered, &seen)
		}
	}
}

func TestThePasswordGoesToTheOneHostOnly(t *testing.T) {
	g := contosoGuard()
	e, other := newEstate(t, g), newEstate(t, contosoGuard())
	pool := e.maker.pem()
	transport, err := NewTransport(Network{Roots: x509.NewCertPool(), PEM: append(pool, other.maker.pem()...)})
	if err != nil {
		t.Fatal(err)
	}
	signed := Windows(transport, e.host(), `CONTOSO\ada`, core.NewSecret(g.password))
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("a plain server saw", r.Header)
		}
		w.Header().Set("WWW-Authenticate", "NTLM")
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(plain.Close)
	for _, address := range []string{other.URL, plain.URL, "http://" + e.host()} {
		q, err := http.NewRequest(http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := signed.RoundTrip(q)
		if err == nil && answer.StatusCode/100 == 2 {
			t.Error(address, "let us in")
		}
		if err == nil {
			_ = answer.Body.Close()
		}
	}
	if other.guard.hellos.Load()+g.hellos.Load() != 0 {
		t.Error("a sign-in was begun elsewhere")
	}
	if !sameHost(mustParse(t, "https://CRM.contoso.local/x"), "crm.contoso.local:443") || sameHost(mustParse(t, "https://crm.contoso.local:444"), "crm.contoso.local") {
		t.Error("hosts are compared wrongly")
	}
}

func TestAWindowsUserGoesThroughAProxyThatWantsAPasswordToo(t *testing.T) {
	g := contosoGuard()
	e := newEstate(t, g)
	p := newProxy(t, func(p *emulatedProxy) {
		p.guard = &guard{user: "proxyada", domain: "CONTOSO", password: "hunter3", scheme: ntlm}
	})
	p.names["crm.contoso.local:443"] = e.Listener.Addr().String()
	transport, err := NewTransport(Network{
		Roots: x509.NewCertPool(), PEM: e.maker.pem(), Proxy: own(p, `CONTOSO\proxyada`, "hunter3"), Dial: only(t, p.address()),
	})
	if err != nil {
		t.Fatal(err)
	}
	client, err := New(Config{Root: "https://crm.contoso.local/", Transport: Windows(transport, "crm.contoso.local", `CONTOSO\ada`, core.NewSecret(g.password)), Patience: -1})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := client.JSON(context.Background(), Request{Address: "accounts"}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if g.hellos.Load() != 1 || e.served.Load() != 2 {
		t.Errorf("%d sign-ins for %d answers", g.hellos.Load(), e.served.Load())
	}
}

func TestABrokenChallengeIsNoPanic(t *testing.T) {
	g := contosoGuard()
	whole := g.challenge([]byte("12345678"))
	binding := make([]byte, 16)
	for n := range len(whole) {
		_, _ = ntlmReply(ntlm, whole[:n], `CONTOSO\ada`, core.NewSecret("x"), binding)
		broken := bytes.Clone(whole)
		broken[n] ^= 0xff
		_, _ = ntlmReply(ntlm, broken, `CONTOSO\ada`, core.NewSecret("x"), binding)
	}
	if with := bound(whole, binding); len(with) <= len(whole) || !bytes.Equal(bound(with, binding), with) {
		t.Error("the binding is not put in once")
	}
}

func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

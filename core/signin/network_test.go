package signin_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ferry/core/rest"
	"ferry/core/signin"
)

// nameless is a transport that finds no computer by any name while lost is set.
func nameless(w *world, lost *atomic.Bool) *http.Transport {
	t := w.transport.Clone()
	plain := t.DialContext
	t.DisableKeepAlives = true
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if lost.Load() {
			host, _, _ := net.SplitHostPort(address)
			return nil, &net.OpError{Op: "dial", Net: network, Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
		}
		if plain == nil {
			return new(net.Dialer).DialContext(ctx, network, address)
		}
		return plain(ctx, network, address)
	}
	return t
}

func TestAnUnknownNameIsToldAtOnce(t *testing.T) {
	var lost atomic.Bool
	lost.Store(true)
	for name, ask := range map[string]func(*world, signin.Config) error{
		"signing in": func(w *world, c signin.Config) error {
			_, err := w.session(c).SignIn(context.Background(), nil)
			return err
		},
		"a token": func(w *world, c signin.Config) error {
			_, err := w.session(c).Token(context.Background(), "")
			return err
		},
		"the environment": func(_ *world, c signin.Config) error {
			_, err := signin.Discover(context.Background(), c.Transport, "https://contosoo.crm.example")
			return err
		},
		"the tenant, asked from the environment": func(w *world, c signin.Config) error {
			c.Tenant = ""
			_, err := w.session(c).Token(context.Background(), "")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c := w.config(signin.Application, secretApp)
			c.Transport = nameless(w, &lost)
			err := ask(w, c)
			code := "rest.no-such-host"
			if offline() {
				code = "rest.offline" // this computer is in no network at all, and that is told instead
			}
			wantFault(t, err, code)
			if len(w.waits) != 0 && code == "rest.no-such-host" {
				t.Errorf("told after %v", w.waits)
			}
		})
	}
}

// offline reports whether this computer is in no network.
func offline() bool {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			return false
		}
	}
	return true
}

func TestANameThatWasKnownBeforeIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	var lost atomic.Bool
	c := w.config(signin.Application, secretApp)
	c.Transport = nameless(w, &lost)
	s := w.session(c)
	w.token(s, "")
	w.later(2 * time.Hour)
	lost.Store(true) // the computer left its network, in the middle of an import
	w.onWait = func() {
		if len(w.waits) == 3 {
			lost.Store(false)
		}
	}
	w.token(s, "")
	if len(w.waits) < 3 {
		t.Errorf("waits: %v", w.waits)
	}
}

// shows is a server that proves itself by a certificate of the given days.
func shows(t *testing.T, w *world, from, to time.Time) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Contoso Inspection"}, NotBefore: from, NotAfter: to,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ErrorLog = w.quiet()
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	w.transport.TLSClientConfig.RootCAs.AddCert(cert)
	return srv.URL
}

func TestWhatIsWrongWithACertificateOrTheClockIsTold(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		from, to time.Time
		code     string
	}{
		"not valid yet by this clock": {now.Add(48 * time.Hour), now.Add(96 * time.Hour), "rest.clock"},
		"expired by this clock":       {now.Add(-96 * time.Hour), now.Add(-48 * time.Hour), "rest.certificate-expired"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			config := w.config(signin.Application, secretApp)
			config.Authority = shows(t, w, c.from, c.to)
			_, err := w.session(config).SignIn(context.Background(), nil)
			f := wantFault(t, err, c.code)
			if !strings.Contains(f.Remedy, "date") || len(w.waits) != 0 {
				t.Errorf("%q after %v", f.Remedy, w.waits)
			}
		})
	}
}

func TestAWrongClockIsToldByHowMuch(t *testing.T) {
	w := newWorld(t)
	config, _ := withCertificate(t, w, signin.Application)
	f := fakeService(w)
	f.token = func(int, url.Values) (int, string) {
		return 401, refusal("invalid_client", 700024, "Client assertion is not within its valid time range.")
	}
	f.headers.Set("Date", w.now().Add(-42*time.Minute).UTC().Format(http.TimeFormat))
	_, err := w.session(config).SignIn(context.Background(), nil)
	if fault := wantFault(t, err, "rest.clock-wrong"); !contains(fault.Cause, "42 minutes fast") || !contains(fault.Details, "AADSTS700024", "correlation id") {
		t.Errorf("%+v", fault)
	}
	f.headers.Set("Date", w.now().UTC().Format(http.TimeFormat))
	_, err = w.session(config).SignIn(context.Background(), nil)
	wantFault(t, err, "signin.assertion-time")
}

func TestAPageOfTheNetworkIsToldAsSuch(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"200": func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprint(rw, "<!DOCTYPE html><title>Hotel</title>") },
		"a page of 403": func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "text/html")
			rw.WriteHeader(403)
		},
		"only to a token": nil,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.through(func(api http.Handler) http.Handler {
				return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					switch {
					case answer != nil:
						answer(rw, r)
					case r.Method == http.MethodPost:
						fmt.Fprint(rw, "<html>Sign in to our network</html>")
					default:
						api.ServeHTTP(rw, r)
					}
				})
			})
			_, err := w.session(w.config(signin.Application, secretApp)).SignIn(context.Background(), nil)
			wantFault(t, err, "signin.web-page")
		})
	}
}

func TestAProxyThatWantsAPasswordIsTold(t *testing.T) {
	w := newWorld(t)
	asked := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked++
		if r.Method != http.MethodConnect {
			t.Errorf("the proxy was asked %s", r.Method)
		}
		rw.Header().Set("Proxy-Authenticate", `Basic realm="Contoso"`)
		rw.WriteHeader(http.StatusProxyAuthRequired)
	}))
	defer proxy.Close()
	transport, err := rest.NewTransport(rest.Network{Proxy: rest.Proxy{Mode: rest.OwnProxy, Address: "127.0.0.1:" + port(proxy.URL)}})
	if err != nil {
		t.Fatal(err)
	}
	defer transport.CloseIdleConnections()
	c := w.config(signin.Application, secretApp)
	c.Authority, c.Transport = "https://login.contoso.example", transport
	_, err = w.session(c).SignIn(context.Background(), nil)
	f := wantFault(t, err, "rest.proxy-password")
	if !contains(f.Cause, "127.0.0.1") || asked == 0 || len(w.waits) != 0 {
		t.Errorf("%q after %d requests and %v", f.Cause, asked, w.waits)
	}
}

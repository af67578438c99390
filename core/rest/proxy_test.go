package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/core"
)

// An emulated proxy knows names that no name service knows.
type emulatedProxy struct {
	*httptest.Server
	names map[string]string // host:port to where it is
	guard *guard            // NTLM
	basic string            // "user:password"
	hang  bool              // ends the connection after each refusal

	mu  sync.Mutex
	log []string
}

func newProxy(t *testing.T, change func(*emulatedProxy)) *emulatedProxy {
	t.Helper()
	p := &emulatedProxy{names: map[string]string{}}
	if change != nil {
		change(p)
	}
	p.Server = httptest.NewUnstartedServer(p)
	p.Config.ConnContext = visits
	p.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	p.Start()
	t.Cleanup(p.Close)
	return p
}

func (p *emulatedProxy) address() string { return strings.TrimPrefix(p.URL, "http://") }

func (p *emulatedProxy) said() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.log)
}

func (p *emulatedProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	wants := ""
	switch {
	case p.guard != nil:
		wants = p.guard.admit(r, "Proxy-Authorization")
	case p.basic != "" && r.Header.Get("Proxy-Authorization") != "Basic "+base64.StdEncoding.EncodeToString([]byte(p.basic)):
		wants = `Basic realm="Contoso"`
	}
	p.mu.Lock()
	line := r.Method + " " + r.Host
	if wants != "" {
		line += " 407"
	}
	p.log = append(p.log, line)
	p.mu.Unlock()
	if wants != "" {
		w.Header().Set("Proxy-Authenticate", wants)
		if p.hang {
			w.Header().Set("Connection", "close")
		}
		http.Error(w, "who are you?", http.StatusProxyAuthRequired)
		return
	}
	if r.Method != http.MethodConnect {
		r.RequestURI, r.URL.Host = "", p.names[r.Host]
		r.Header.Del("Proxy-Authorization")
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		w.WriteHeader(answer.StatusCode)
		_, _ = io.Copy(w, answer.Body)
		return
	}
	there, err := net.Dial("tcp", p.names[r.Host])
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	here, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = io.WriteString(here, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() { _, _ = io.Copy(there, here); _ = there.Close() }()
	go func() { _, _ = io.Copy(here, there); _ = here.Close() }()
}

// behind starts a service that only the proxy knows, as contoso.example, and a client that goes through the proxy. A
// connection to anything else fails the test.
func behind(t *testing.T, p *emulatedProxy, h http.HandlerFunc, settings Proxy) *scene {
	t.Helper()
	m := newMaker(t)
	server := m.server(func(c *x509.Certificate, _ *tls.Config) { c.DNSNames = []string{"contoso.example"} })
	server.Config.Handler = h
	p.names["contoso.example:443"] = server.Listener.Addr().String()
	return playAt(t, server, m.trusted, func(c *Config, n *Network) {
		c.Root = "https://contoso.example" + root
		c.Patience = -1
		n.Proxy = settings
		n.Dial = only(t, p.address())
	})
}

// only dials that address and no other.
func only(t *testing.T, address string) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, wanted string) (net.Conn, error) {
		if wanted != address {
			t.Errorf("a connection to %s went round the proxy", wanted)
			return nil, io.EOF
		}
		return new(net.Dialer).DialContext(ctx, network, wanted)
	}
}

func own(p *emulatedProxy, user, password string) Proxy {
	return Proxy{Mode: OwnProxy, Address: p.address(), User: user, Password: core.NewSecret(password)}
}

func TestAProxyGetsThePasswordInTheWayItWants(t *testing.T) {
	for why, c := range map[string]struct {
		change func(*emulatedProxy)
		user   string
		log    string
	}{
		"no password":       {nil, "", "CONNECT contoso.example:443"},
		"an unused one":     {nil, "ada", "CONNECT contoso.example:443"},
		"Basic":             {func(p *emulatedProxy) { p.basic = "ada:hunter2" }, "ada", "CONNECT contoso.example:443 407,CONNECT contoso.example:443"},
		"Basic, hanging up": {func(p *emulatedProxy) { p.basic, p.hang = "ada:hunter2", true }, "ada", "CONNECT contoso.example:443 407,CONNECT contoso.example:443"},
		"NTLM": {func(p *emulatedProxy) {
			p.guard = &guard{user: "ada", domain: "CONTOSO", password: "hunter2", scheme: ntlm}
		}, `CONTOSO\ada`, "CONNECT contoso.example:443 407,CONNECT contoso.example:443 407,CONNECT contoso.example:443"},
		"NTLM in Negotiate": {func(p *emulatedProxy) {
			p.guard = &guard{user: "ada", domain: "contoso.com", password: "hunter2", scheme: negotiate}
		}, `ada@contoso.com`, "CONNECT contoso.example:443 407,CONNECT contoso.example:443 407,CONNECT contoso.example:443"},
	} {
		t.Run(why, func(t *testing.T) {
			p := newProxy(t, c.change)
			s := behind(t, p, func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Proxy-Authorization") != "" || r.Host != "contoso.example" {
					t.Errorf("the service saw %s, %v", r.Host, r.Header)
				}
				good(w, r)
			}, own(p, c.user, "hunter2"))
			for range 2 {
				if _, err := s.get("accounts"); err != nil {
					t.Fatal(err)
				}
			}
			if log := strings.Join(p.said(), ","); log != c.log {
				t.Errorf("the proxy saw %s, want %s", log, c.log)
			}
		})
	}
}

func TestAProxyThatLetsNobodyThroughIsNamed(t *testing.T) {
	guarded := func(p *emulatedProxy) {
		p.guard = &guard{user: "ada", domain: "CONTOSO", password: "other", scheme: ntlm}
	}
	for why, c := range map[string]struct {
		change func(*emulatedProxy)
		user   string
		code   string
	}{
		"wants a password":      {func(p *emulatedProxy) { p.basic = "ada:other" }, "", "rest.proxy-password"},
		"another password":      {func(p *emulatedProxy) { p.basic = "ada:other" }, "ada", "rest.proxy-password-wrong"},
		"another NTLM password": {guarded, `CONTOSO\ada`, "rest.proxy-password-wrong"},
		"an unknown way":        {func(p *emulatedProxy) { p.guard = &guard{scheme: "Digest"} }, "ada", "rest.proxy-sign-in"},
		"an outdated NTLM":      {func(p *emulatedProxy) { p.guard = &guard{scheme: ntlm, old: true} }, "ada", "rest.proxy-sign-in"},
		"does not get there":    {func(p *emulatedProxy) { p.names["contoso.example:443"] = "127.0.0.1:1" }, "", "rest.proxy-refused"},
	} {
		t.Run(why, func(t *testing.T) {
			p := newProxy(t, nil)
			s := behind(t, p, good, own(p, c.user, "hunter2"))
			if c.change != nil {
				c.change(p)
			}
			_, err := s.get("accounts")
			if f := wantFault(t, err, c.code); !strings.Contains(f.Cause, p.address()) {
				t.Error(f.Cause)
			}
		})
	}
}

func TestAProxyMayChangeItsMind(t *testing.T) {
	p := newProxy(t, func(p *emulatedProxy) { p.basic = `CONTOSO\ada:hunter2` })
	s := behind(t, p, good, own(p, `CONTOSO\ada`, "hunter2"))
	if _, err := s.get("accounts"); err != nil {
		t.Fatal(err)
	}
	p.basic, p.guard = "", &guard{user: "ada", domain: "CONTOSO", password: "hunter2", scheme: ntlm}
	s.client.Close()
	if _, err := s.get("accounts"); err != nil {
		t.Fatal(err)
	}
}

func TestAWrongPasswordIsSentToTheProxyOnce(t *testing.T) {
	p := newProxy(t, func(p *emulatedProxy) {
		p.guard = &guard{user: "ada", domain: "CONTOSO", password: "other", scheme: ntlm}
	})
	s := behind(t, p, good, own(p, `CONTOSO\ada`, "hunter2"))
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			_, err := s.client.JSON(context.Background(), Request{Address: "accounts"}, nil)
			var f *core.Fault
			if !errors.As(err, &f) || f.Code != "rest.proxy-password-wrong" {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := p.guard.failed.Load(); n != 1 {
		t.Errorf("the password was tried %d times", n)
	}
}

func TestAProxyThatIsNotThereIsNamed(t *testing.T) {
	for why, c := range map[string]struct {
		err  error
		code string
		name string
	}{
		"unknown name": {&net.DNSError{Err: "no such host", IsNotFound: true}, "rest.proxy-unknown", "proxy.contoso.com:8080"},
		"refused":      {dialError(io.EOF), "rest.proxy-unreachable", "proxy.contoso.com:8080"},
		"too slow":     {context.DeadlineExceeded, "rest.proxy-unreachable", "proxy.contoso.com:8080"},
	} {
		for _, address := range []string{"https://contoso.example/", "http://contoso.example/"} {
			transport, err := NewTransport(Network{
				Proxy: Proxy{Mode: OwnProxy, Address: "proxy.contoso.com:8080"},
				Dial:  func(context.Context, string, string) (net.Conn, error) { return nil, c.err },
			})
			if err != nil {
				t.Fatal(err)
			}
			client, err := New(Config{Root: address, Transport: transport, Patience: -1})
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.Do(context.Background(), Request{Address: "x"})
			if f := wantFault(t, err, c.code); !strings.Contains(f.Cause, c.name) {
				t.Errorf("%s: %s", why, f.Cause)
			}
		}
	}
}

func TestASlowProxyIsGivenUp(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	transport, err := NewTransport(Network{ConnectTimeout: 50 * time.Millisecond, Proxy: Proxy{Mode: OwnProxy, Address: l.Addr().String()}})
	if err != nil {
		t.Fatal(err)
	}
	client, err := New(Config{Root: "https://contoso.example/", Transport: transport, Patience: -1})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Do(context.Background(), Request{Address: "x"})
	wantFault(t, err, "rest.proxy-unreachable")
}

func TestThisComputerNeverLiesBehindTheSystemsProxy(t *testing.T) {
	s := play(t, good, func(_ *Config, n *Network) {
		n.Proxy = Proxy{Mode: SystemProxy}
		n.System = func(context.Context, *url.URL) (Route, error) {
			t.Error("the system was asked")
			return Route{{Scheme: "http", Host: "proxy.example:8080"}}, nil
		}
	})
	if _, err := s.get("accounts"); err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"} {
		if !here(host) {
			t.Errorf("%s is not taken for this computer", host)
		}
	}
	for _, host := range []string{"localhost.contoso.com", "128.0.0.1", "contoso.com", "::2", ""} {
		if here(host) {
			t.Errorf("%s is taken for this computer", host)
		}
	}
}

func TestTheNextProxyIsTriedWhenOneIsDown(t *testing.T) {
	p := newProxy(t, nil)
	asked := 0
	s := behind(t, p, good, Proxy{})
	transport, err := NewTransport(Network{
		Roots: s.client.c.Transport.(*Transport).roots,
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if address == "down.example:8080" {
				return nil, dialError(io.EOF)
			}
			return only(t, p.address())(ctx, network, address)
		},
		System: func(context.Context, *url.URL) (Route, error) {
			asked++
			return Route{{Scheme: "http", Host: "down.example:8080"}, {Scheme: "http", Host: p.address()}, {}}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.client.c.Transport = transport
	if _, err := s.get("accounts"); err != nil {
		t.Fatal(err)
	}
	if via := transport.Via("contoso.example"); via != "down.example:8080" || asked != 1 {
		t.Errorf("via %s, asked %d times", via, asked)
	}
}

func TestAnAddressOfAProxyIsUnderstood(t *testing.T) {
	for in, want := range map[string]string{
		"proxy:8080": "http proxy:8080", "http://proxy": "http proxy:80", "https://proxy/": "https proxy:443", " proxy.contoso.com:3128 ": "http proxy.contoso.com:3128",
		"socks5://p": "socks5 p:1080", "socks://p:9": "socks5 p:9", "[fd00::1]:8080": "http [fd00::1]:8080", "http://u:p@proxy:1": "http proxy:1",
		"": "", "ftp://proxy:1": "", "proxy:0": "", "proxy:70000": "", "http://": "", "a b:1": "", "http://proxy:8080/path": "", ":8080": "",
	} {
		h, ok := parseHop(in)
		if got := strings.TrimSpace(h.Scheme + " " + h.Host); ok != (want != "") || ok && got != want {
			t.Errorf("%q is %q, %v", in, got, ok)
		}
	}
	_, err := NewTransport(Network{Proxy: Proxy{Mode: OwnProxy, Address: "ftp://hunter2@x"}})
	wantFault(t, err, "rest.proxy-address")
	_, err = NewTransport(Network{Proxy: Proxy{Mode: "other"}})
	wantFault(t, err, "rest.proxy-address")
}

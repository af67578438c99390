package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ferry/core"
)

func TestPlainHTTPGoesThroughTheProxyToo(t *testing.T) {
	server := httptest.NewServer(answers(200, `{"a":1}`))
	t.Cleanup(server.Close)
	for why, change := range map[string]func(*emulatedProxy){
		"no password": nil,
		"Basic":       func(p *emulatedProxy) { p.basic = `CONTOSO\ada:hunter2` },
		"NTLM": func(p *emulatedProxy) {
			p.guard = &guard{user: "ada", domain: "CONTOSO", password: "hunter2", scheme: ntlm}
		},
	} {
		t.Run(why, func(t *testing.T) {
			p := newProxy(t, change)
			p.names["contoso.example"] = server.Listener.Addr().String()
			transport, err := NewTransport(Network{Proxy: own(p, `CONTOSO\ada`, "hunter2"), Dial: only(t, p.address())})
			if err != nil {
				t.Fatal(err)
			}
			client, err := New(Config{Root: "http://contoso.example/", Transport: transport, Patience: -1})
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if _, err := client.JSON(context.Background(), Request{Address: "x"}, nil); err != nil {
					t.Fatal(err)
				}
			}
			if p.guard != nil && p.guard.hellos.Load() != 1 {
				t.Errorf("signed in %d times", p.guard.hellos.Load())
			}
			p.basic, p.guard = "somebody:else", nil
			transport.CloseIdleConnections()
			_, err = client.JSON(context.Background(), Request{Address: "x"}, nil)
			wantFault(t, err, "rest.proxy-password-wrong")
		})
	}
}

func TestTheProxyItselfMayBeReachedSafely(t *testing.T) {
	m := newMaker(t)
	certified := m.server(func(*x509.Certificate, *tls.Config) {})
	certified.Close()
	p := &emulatedProxy{names: map[string]string{}}
	p.guard = &guard{user: "ada", domain: "CONTOSO", password: "hunter2", scheme: ntlm}
	p.Server = httptest.NewUnstartedServer(p)
	p.TLS = &tls.Config{Certificates: certified.TLS.Certificates}
	p.Config.ConnContext = visits
	p.StartTLS()
	t.Cleanup(p.Close)
	p.guard.certificate = p.Certificate().Raw
	address := p.Listener.Addr().String()
	server := m.server(func(c *x509.Certificate, _ *tls.Config) { c.DNSNames = []string{"contoso.example"} })
	p.names["contoso.example:443"] = server.Listener.Addr().String()
	s := playAt(t, server, m.trusted, func(c *Config, n *Network) {
		c.Root, c.Patience = "https://contoso.example"+root, -1
		n.Proxy = Proxy{Mode: OwnProxy, Address: "https://" + address, User: `CONTOSO\ada`, Password: core.NewSecret("hunter2")}
		n.Dial = only(t, address)
	})
	if _, err := s.get("accounts"); err != nil {
		t.Fatal(err)
	}
	s = playAt(t, server, func(c *Config, n *Network) {
		c.Root, c.Patience = "https://contoso.example"+root, -1
		n.Proxy, n.Dial = Proxy{Mode: OwnProxy, Address: "https://" + address}, only(t, address)
	})
	_, err := s.get("accounts")
	if f := wantFault(t, err, "rest.certificate-unknown"); !strings.Contains(f.Cause, "the proxy "+address) {
		t.Error(f.Cause)
	}
}

func TestANetworkThatWantsToBeSignedInToIsNoService(t *testing.T) {
	for _, h := range []http.HandlerFunc{
		answers(302, "<html>", "Location", "http://guest.hotel.example/login?hunter2"), answers(511, "<html>", "Content-Type", "text/html"),
	} {
		p := newProxy(t, nil)
		s := behind(t, p, h, own(p, "", ""))
		_, err := s.get("accounts")
		wantFault(t, err, "rest.captive-portal")
	}
}

// socks plays the server's part of RFC 1928 and RFC 1929 for one name.
func socks(t *testing.T, c net.Conn, there string) {
	defer c.Close()
	read := func(n int) []byte {
		b := make([]byte, n)
		if _, err := io.ReadFull(c, b); err != nil {
			t.Error(err)
		}
		return b
	}
	read(int(read(2)[1]))
	_, _ = c.Write([]byte{5, 2})
	user := read(int(read(2)[1]))
	password := read(int(read(1)[0]))
	if string(user)+":"+string(password) != "ada:hunter2" {
		_, _ = c.Write([]byte{1, 1})
		return
	}
	_, _ = c.Write([]byte{1, 0})
	if name := read(int(read(5)[4])); string(name) != "contoso.example" {
		t.Errorf("asked for %s", name)
	}
	read(2)
	_, _ = c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	d, err := net.Dial("tcp", there)
	if err != nil {
		t.Error(err)
		return
	}
	defer d.Close()
	go func() { _, _ = io.Copy(d, c) }()
	_, _ = io.Copy(c, d)
}

func TestASOCKSProxyIsAsGoodAsAnyOther(t *testing.T) {
	m := newMaker(t)
	server := m.server(func(c *x509.Certificate, _ *tls.Config) { c.DNSNames = []string{"contoso.example"} })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go socks(t, c, server.Listener.Addr().String())
		}
	}()
	for password, code := range map[string]string{"hunter2": "", "wrong": "rest.proxy-password-wrong"} {
		s := playAt(t, server, m.trusted, func(c *Config, n *Network) {
			c.Root, c.Patience = "https://contoso.example"+root, -1
			n.Proxy = Proxy{Mode: OwnProxy, Address: "socks5://" + l.Addr().String(), User: "ada", Password: core.NewSecret(password)}
			n.Dial = only(t, l.Addr().String())
		})
		_, err := s.get("accounts")
		if code == "" && err != nil {
			t.Fatal(err)
		}
		if code != "" {
			wantFault(t, err, code)
		}
		s.client.Close()
	}
}

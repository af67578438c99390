package rest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A maker issues certificates that the clients of a test trust.
type maker struct {
	t    *testing.T
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newMaker(t *testing.T) *maker {
	t.Helper()
	m := &maker{t: t}
	m.key, m.cert = m.sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: "Contoso Root CA"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	})
	return m
}

func (m *maker) sign(c *x509.Certificate) (*ecdsa.PrivateKey, *x509.Certificate) {
	m.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		m.t.Fatal(err)
	}
	parent, signer := m.cert, m.key
	if parent == nil {
		parent, signer = c, key
	}
	c.SerialNumber = big.NewInt(time.Now().UnixNano())
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		m.t.Fatal(err)
	}
	signed, err := x509.ParseCertificate(der)
	if err != nil {
		m.t.Fatal(err)
	}
	return key, signed
}

func (m *maker) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: m.cert.Raw})
}

// server answers with a certificate for 127.0.0.1 as change makes it.
func (m *maker) server(change func(*x509.Certificate, *tls.Config)) *httptest.Server {
	m.t.Helper()
	c := &x509.Certificate{
		Subject: pkix.Name{CommonName: "server"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	config := &tls.Config{}
	change(c, config)
	key, signed := m.sign(c)
	config.Certificates = []tls.Certificate{{Certificate: [][]byte{signed.Raw}, PrivateKey: key}}
	s := httptest.NewUnstartedServer(good)
	s.TLS = config
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	s.StartTLS()
	m.t.Cleanup(s.Close)
	return s
}

func (m *maker) trusted(c *Config, n *Network) {
	n.Roots = x509.NewCertPool()
	n.PEM = m.pem()
	c.Now = time.Now
}

func TestAServerThatCannotProveWhoItIsIsRefusedAtOnce(t *testing.T) {
	m := newMaker(t)
	for why, c := range map[string]struct {
		change func(*x509.Certificate, *tls.Config)
		code   string
		words  string
	}{
		"all is well":  {func(*x509.Certificate, *tls.Config) {}, "", ""},
		"another name": {func(c *x509.Certificate, _ *tls.Config) { c.IPAddresses, c.DNSNames = nil, []string{"other.example"} }, "rest.certificate-name", "other.example"},
		"from tomorrow": {func(c *x509.Certificate, _ *tls.Config) {
			c.NotBefore, c.NotAfter = time.Now().Add(time.Hour), time.Now().Add(2*time.Hour)
		}, "rest.clock", "clock"},
		"expired": {func(c *x509.Certificate, _ *tls.Config) {
			c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
		}, "rest.certificate-expired", "expired"},
		"for clients": {func(c *x509.Certificate, _ *tls.Config) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		}, "rest.certificate-invalid", "not valid"},
		"old TLS": {func(_ *x509.Certificate, c *tls.Config) {
			c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
		}, "rest.tls", "safe connection"},
	} {
		t.Run(why, func(t *testing.T) {
			s := playAt(t, m.server(c.change), m.trusted)
			_, err := s.get("accounts")
			if c.code == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if f := wantFault(t, err, c.code); !strings.Contains(f.Cause, c.words) || s.clock.waited() != "" {
				t.Errorf("%q after waiting %q", f.Cause, s.clock.waited())
			}
		})
	}
	s := playAt(t, m.server(func(*x509.Certificate, *tls.Config) {}), func(_ *Config, n *Network) { n.Roots = x509.NewCertPool() })
	_, err := s.get("accounts")
	if f := wantFault(t, err, "rest.certificate-unknown"); !strings.Contains(f.Cause, "“Contoso Root CA”") {
		t.Error(f.Cause)
	}
	plain := httptest.NewServer(good)
	t.Cleanup(plain.Close)
	s = playAt(t, plain, func(c *Config, _ *Network) { c.Root = strings.Replace(plain.URL, "http:", "https:", 1) })
	_, err = s.get("accounts")
	wantFault(t, err, "rest.no-tls")
}

func TestCertificatesFromFilesAreTrustedBesideTheOthers(t *testing.T) {
	a, b := newMaker(t), newMaker(t)
	dir := t.TempDir()
	fromA, fromB, none := filepath.Join(dir, "a.pem"), filepath.Join(dir, "b.pem"), filepath.Join(dir, "none.pem")
	for file, text := range map[string][]byte{fromA: a.pem(), fromB: b.pem(), none: []byte("no certificate")} {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("SSL_CERT_FILE", fromA)
	for _, m := range []*maker{a, b} {
		s := playAt(t, m.server(func(*x509.Certificate, *tls.Config) {}), func(_ *Config, n *Network) { n.Roots, n.CAFiles = nil, []string{fromB} })
		if _, err := s.get("accounts"); err != nil {
			t.Error(err)
		}
	}
	_, err := NewTransport(Network{CAFiles: []string{none}})
	wantFault(t, err, "rest.certificate-file-empty")
	t.Setenv("SSL_CERT_FILE", filepath.Join(dir, "missing.pem"))
	_, err = NewTransport(Network{})
	if f := wantFault(t, err, "rest.certificate-file"); !errors.Is(f, os.ErrNotExist) {
		t.Error(f)
	}
}

func TestTheSystemsOwnCertificatesStayTrustedBesideSSL_CERT_FILE(t *testing.T) {
	m := newMaker(t)
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, m.pem(), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", file)
	transport, err := NewTransport(Network{})
	if err != nil {
		t.Fatal(err)
	}
	system, err := x509.SystemCertPool()
	if err != nil {
		t.Fatal(err)
	}
	system.AddCert(m.cert)
	if !transport.secure.TLSClientConfig.RootCAs.Equal(system) {
		t.Error("the roots are not those of the system and that of the file")
	}
	if transport.secure.TLSClientConfig.MinVersion != tls.VersionTLS12 || !transport.secure.DisableCompression || transport.secure.TLSClientConfig.InsecureSkipVerify {
		t.Error("the transport is not as careful as it should be")
	}
}

// A failing transport gives each error once, then answers.
type failing struct{ errs []error }

func (f *failing) RoundTrip(q *http.Request) (*http.Response, error) {
	if len(f.errs) > 0 {
		err := f.errs[0]
		f.errs = f.errs[1:]
		return nil, err
	}
	return &http.Response{
		StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"ok":1}`)), Request: q,
	}, nil
}

func dialError(err error) error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: err}
}

func TestEachWayInWhichNobodyAnswersIsToldApart(t *testing.T) {
	noHost := &net.DNSError{Err: "no such host", Name: "contoso.example", IsNotFound: true}
	for why, c := range map[string]struct {
		err     error
		code    string
		passing bool
	}{
		"no such host":           {dialError(noHost), "rest.no-such-host", false},
		"name service down":      {dialError(&net.DNSError{Err: "server misbehaving", IsTemporary: true}), "rest.name-service", true},
		"refused":                {dialError(os.NewSyscallError("connect", syscall.ECONNREFUSED)), "rest.nobody-there", true},
		"refused on Windows":     {dialError(os.NewSyscallError("connectex", syscall.Errno(10061))), "rest.nobody-there", true},
		"no network":             {dialError(os.NewSyscallError("connect", syscall.ENETUNREACH)), "rest.offline", true},
		"no network on Windows":  {dialError(os.NewSyscallError("connectex", syscall.Errno(10051))), "rest.offline", true},
		"no way there":           {dialError(os.NewSyscallError("connect", syscall.EHOSTUNREACH)), "rest.offline", true},
		"too slow":               {dialError(os.ErrDeadlineExceeded), "rest.timed-out", true},
		"reset":                  {&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, "rest.cut", true},
		"end":                    {io.EOF, "rest.cut", true},
		"proxy not there":        {&net.OpError{Op: "proxyconnect", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, "rest.proxy-unreachable", true},
		"proxy wants a password": {&proxyError{status: 407}, "rest.proxy-password", false},
		"proxy forbids":          {&proxyError{status: 403}, "rest.proxy-refused", false},
		"proxy fails":            {&proxyError{status: 502}, "rest.proxy-refused", true},
	} {
		t.Run(why, func(t *testing.T) {
			transport := &failing{errs: []error{c.err}}
			clock := newClock()
			config := Config{Root: "https://contoso.example/api/", Service: "Dynamics 365", Transport: transport, Wait: clock.Wait, Now: clock.Now, Patience: -1}
			client, err := New(config)
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.JSON(context.Background(), Request{Address: "accounts"}, nil)
			wantFault(t, err, c.code)
			transport.errs = []error{c.err}
			config.Patience = time.Minute
			if client, err = New(config); err != nil {
				t.Fatal(err)
			}
			_, err = client.JSON(context.Background(), Request{Address: "accounts"}, nil)
			if c.passing != (err == nil) {
				t.Errorf("with patience: %v", err)
			}
		})
	}
}

func TestANameThatWasThereBeforeIsWaitedFor(t *testing.T) {
	transport, clock := &failing{}, newClock()
	client, err := New(Config{Root: "https://contoso.example/api/", Transport: transport, Wait: clock.Wait, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := client.JSON(context.Background(), Request{Address: "accounts"}, nil); err != nil {
			t.Fatal(err)
		}
		transport.errs = []error{dialError(&net.DNSError{Err: "no such host", IsNotFound: true})}
	}
}

func TestAConnectionThatNobodyTakesTimesOut(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	transport, err := NewTransport(Network{ConnectTimeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{Root: "https://" + l.Addr().String() + "/", Transport: transport, Patience: -1})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Do(context.Background(), Request{Address: "accounts"})
	wantFault(t, err, "rest.timed-out")
}

package rest

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestWhoOpensAConnectionInBetweenIsNamed(t *testing.T) {
	company := &x509.Certificate{Issuer: pkix.Name{CommonName: "Contoso Web Gateway"}}
	public := &x509.Certificate{
		Issuer:     pkix.Name{CommonName: "Microsoft Azure RSA TLS Issuing CA 04"},
		Extensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}}},
	}
	for _, c := range []struct {
		host string
		leaf *x509.Certificate
		want string
	}{
		{"contoso.crm4.dynamics.com", company, "Contoso Web Gateway"},
		{"login.microsoftonline.com:443", company, "Contoso Web Gateway"},
		{"contoso.crm4.dynamics.com", &x509.Certificate{}, "somebody without a name"},
		{"contoso.crm4.dynamics.com", public, ""},
		{"crm.contoso.local", company, ""},
		{"notdynamics.com", company, ""},
	} {
		if got := Inspector(c.host, tls.ConnectionState{PeerCertificates: []*x509.Certificate{c.leaf}}); got != c.want {
			t.Errorf("%s: %q", c.host, got)
		}
	}
	if Inspector("x.dynamics.com", tls.ConnectionState{}) != "" ||
		Inspector("x.dynamics.com", tls.ConnectionState{PeerCertificates: []*x509.Certificate{company}, SignedCertificateTimestamps: [][]byte{{1}}}) != "" {
		t.Error("somebody is accused without reason")
	}
}

func TestEachSafeConnectionIsTold(t *testing.T) {
	var mu sync.Mutex
	var told []string
	listen := func(_ *Config, n *Network) {
		n.TLS = func(host string, state tls.ConnectionState) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, host+" "+issuer(state.PeerCertificates[0]))
		}
	}
	m := newMaker(t)
	server := m.server(func(*x509.Certificate, *tls.Config) {})
	s := playAt(t, server, m.trusted, listen)
	for range 2 {
		if _, err := s.get("accounts"); err != nil {
			t.Fatal(err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if want := strings.TrimPrefix(server.URL, "https://") + " Contoso Root CA"; len(told) != 1 || told[0] != want {
		t.Errorf("told is %q", told)
	}
}

func TestTimeoutsAreOwnSetOrEndless(t *testing.T) {
	for _, c := range []struct {
		n                    Network
		connect, read, start time.Duration
	}{
		{Network{}, 15 * time.Second, 120 * time.Second, 255 * time.Second},
		{Network{ConnectTimeout: time.Second, ReadTimeout: 2 * time.Second}, time.Second, 2 * time.Second, 5 * time.Second},
		{Network{ConnectTimeout: Endless, ReadTimeout: Endless}, 0, 0, 0},
		{Network{ReadTimeout: -time.Second}, 15 * time.Second, 0, 0},
	} {
		transport, err := NewTransport(c.n)
		if err != nil {
			t.Fatal(err)
		}
		idle, start := transport.limits()
		if c.n.connect() != c.connect || idle != c.read || start != c.start || transport.secure.TLSHandshakeTimeout != c.connect || transport.secure.ResponseHeaderTimeout != c.read {
			t.Errorf("%v, %v: %v, %v, %v", c.n.ConnectTimeout, c.n.ReadTimeout, c.n.connect(), idle, start)
		}
	}
}

func TestAnswersAreReadWithoutTimeLimits(t *testing.T) {
	s := play(t, good, func(_ *Config, n *Network) { n.ReadTimeout, n.ConnectTimeout = Endless, Endless })
	if v, err := s.get("accounts"); err != nil || v["name"] == "" {
		t.Error(v, err)
	}
}

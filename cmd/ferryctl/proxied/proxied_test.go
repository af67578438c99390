//go:build proxy

// Package proxied takes the whole way, from the sign-in to the last row, through a real proxy that wants a password. The
// services have names that only the proxy can resolve, so nothing can go round it, and its log is counted against the
// connections that arrived. FERRYCTL names the binary.
package proxied

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ferry/core/practice/dynamics"
	"ferry/core/practice/microsoft"
	"ferry/core/practice/world"
)

const (
	orgName   = "contoso.crm4.dynamics.example"
	loginName = "login.contoso.example"
	tenant    = "7a0c7a5e-9e2f-4f0e-8f5d-0d2b6f1e4c11"
	clientID  = "c2e8b4d3-65e7-4b8c-8d2f-3a4b5c6d7e8f"
	secret    = "Client-Secret-7733"
)

// An estate is an environment and its sign-in service under names of their own.
type estate struct {
	org, login   string   // host:port
	ca           string   // file
	vars         []string // further environment variables
	orgs, logins atomic.Int32
}

// counted counts the connections that arrive.
type counted struct {
	net.Listener
	n *atomic.Int32
}

func (c counted) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err == nil {
		c.n.Add(1)
	}
	return conn, err
}

func newEstate(t *testing.T) *estate {
	t.Helper()
	certificate, ca := certify(t)
	e := &estate{ca: filepath.Join(t.TempDir(), "ca.pem")}
	if err := os.WriteFile(e.ca, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	start := func(name string, n *atomic.Int32) (*httptest.Server, string) {
		s := httptest.NewUnstartedServer(nil)
		s.Listener = counted{s.Listener, n}
		s.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
		s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
		return s, fmt.Sprintf("%s:%d", name, s.Listener.Addr().(*net.TCPAddr).Port)
	}
	org, orgHost := start(orgName, &e.orgs)
	login, loginHost := start(loginName, &e.logins)
	e.org, e.login = orgHost, loginHost
	w := world.New(world.Options{Seed: 7, Rows: map[string]int{"account": 120, "contact": 260}})
	if _, err := w.AddApplicationUser(clientID, "Ferry"); err != nil {
		t.Fatal(err)
	}
	authority := microsoft.New(microsoft.Options{
		Tenant: tenant, Issuer: "https://" + loginHost, Pages: "https://" + loginHost,
		Resources:    func(r string) bool { return r == "https://"+orgHost },
		Applications: []microsoft.Application{{ID: clientID, Name: "Ferry", Secrets: []string{secret}}},
	})
	login.Config.Handler = authority.API()
	org.Config.Handler = dynamics.New(dynamics.Options{
		World: w, Authority: "https://" + loginHost + "/" + tenant, Tenant: tenant,
		Check: func(bearer, audience string) (dynamics.Identity, error) {
			c, err := authority.Check(bearer, audience)
			return dynamics.Identity{ObjectID: c.ObjectID, ApplicationID: c.ApplicationID, Application: c.Application}, err
		},
	})
	for _, s := range []*httptest.Server{org, login} {
		s.StartTLS()
		t.Cleanup(s.Close)
	}
	return e
}

// certify makes a certificate for both names and the authority that issued it.
func certify(t *testing.T) (tls.Certificate, []byte) {
	t.Helper()
	now := time.Now()
	sign := func(c, parent *x509.Certificate, key, signer *ecdsa.PrivateKey) []byte {
		c.SerialNumber, c.NotBefore, c.NotAfter = big.NewInt(now.UnixNano()), now.Add(-time.Hour), now.Add(time.Hour)
		der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	var keys [2]*ecdsa.PrivateKey
	for i := range keys {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		keys[i] = key
	}
	ca := &x509.Certificate{Subject: pkix.Name{CommonName: "Contoso Root CA"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	caDER := sign(ca, ca, keys[0], keys[0])
	leaf := &x509.Certificate{Subject: pkix.Name{CommonName: orgName}, DNSNames: []string{orgName, loginName}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der := sign(leaf, ca, keys[1], keys[0])
	return tls.Certificate{Certificate: [][]byte{der, caDER}, PrivateKey: keys[1]}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER})
}

// ferryctl runs one command through a proxy, or through the system's when none is named. It is a
// process of its own, so that each of its connections is over when it ends.
func (e *estate) ferryctl(t *testing.T, proxy, who, secretOfProxy, command string, more ...string) (code int, out string) {
	t.Helper()
	if who != "" {
		who += "@"
	}
	through := "http://" + who + proxy
	if proxy == "" {
		through = "system"
	}
	args := append([]string{
		command, "-org", "https://" + e.org, "-authority", "https://" + e.login + "/" + tenant, "-client-id", clientID,
		"-proxy", through, "-data", t.TempDir(), "-json",
	}, more...)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, os.Getenv("FERRYCTL"), args...)
	c.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "SSL_CERT_FILE=" + e.ca,
		"FERRY_CLIENT_SECRET=" + secret, "FERRY_PROXY_PASSWORD=" + secretOfProxy,
	}, e.vars...)
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	err := c.Run()
	if c.ProcessState == nil {
		t.Fatal(err)
	}
	for _, s := range []string{password, secret} {
		if strings.Contains(said.String(), s) {
			t.Errorf("a secret was printed: %s", &said)
		}
	}
	return c.ProcessState.ExitCode(), said.String()
}

// balanced waits until the proxy's log accounts for every connection that arrived, and for nothing else.
func (e *estate) balanced(t *testing.T, s *squid) {
	t.Helper()
	all := func() string {
		return fmt.Sprintf("%d connections to the environment and %d to the sign-in service arrived; the proxy says:\n%s",
			e.orgs.Load(), e.logins.Load(), strings.Join(s.lines(), "\n"))
	}
	until(t, "the proxy's log is whole", func() bool {
		return s.count("200 CONNECT "+e.org) == int(e.orgs.Load()) && s.count("200 CONNECT "+e.login) == int(e.logins.Load())
	}, all)
	if e.orgs.Load() == 0 || e.logins.Load() == 0 {
		t.Error("nothing came through the proxy:", all())
	}
	for _, l := range s.lines() {
		if !strings.HasSuffix(l, " CONNECT "+e.org) && !strings.HasSuffix(l, " CONNECT "+e.login) {
			t.Errorf("the proxy was asked for something else: %s", l)
		}
	}
}

func TestTheWholeWayGoesThroughAProxyThatWantsAPassword(t *testing.T) {
	e := newEstate(t)
	s := startSquid(t, wantsBasic, orgName, loginName)
	if code, out := e.ferryctl(t, s.address, user, password, "check"); code != 0 {
		t.Fatalf("the check ends with %d: %s", code, out)
	}
	e.balanced(t, s)
	before := e.orgs.Load()
	code, out := e.ferryctl(t, s.address, user, password, "import", "-to", "sqlite:"+filepath.Join(t.TempDir(), "out.db"))
	if code != 0 || read(t, out) != 120+260 {
		t.Fatalf("the import ends with %d: %s", code, out)
	}
	if e.orgs.Load() == before {
		t.Error("the import read nothing")
	}
	e.balanced(t, s)
	if s.count("407 CONNECT "+e.org) == 0 {
		t.Error("the proxy never asked for the password")
	}
}

// read is how many records the receipt of an import says were created.
func read(t *testing.T, out string) (created int) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var last struct {
		Receipt struct {
			Tables []struct{ Created int }
		}
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, table := range last.Receipt.Tables {
		created += table.Created
	}
	return created
}

func TestTheProxyOfTheEnvironmentIsTaken(t *testing.T) {
	e := newEstate(t)
	s := startSquid(t, wantsBasic, orgName, loginName)
	e.vars = []string{"HTTPS_PROXY=http://" + user + ":" + password + "@" + s.address}
	if code, out := e.ferryctl(t, "", "", "", "check"); code != 0 {
		t.Fatalf("the check ends with %d: %s", code, out)
	}
	e.balanced(t, s)
}

func TestTheHandshakeOfWindowsWorksWithARealProxy(t *testing.T) {
	e := newEstate(t)
	s := startSquid(t, wantsNTLM, orgName, loginName)
	if code, out := e.ferryctl(t, s.address, `CONTOSO%5C`+user, password, "check"); code != 0 {
		t.Fatalf("the check ends with %d: %s", code, out)
	}
	e.balanced(t, s)
	if s.count("407 CONNECT "+e.org) < 2 {
		t.Error("there was no handshake:", s.lines())
	}
}

func TestAProxyThatLetsNobodyThroughIsNamedByTheProgram(t *testing.T) {
	e := newEstate(t)
	s := startSquid(t, wantsBasic, orgName, loginName)
	gone := fmt.Sprintf("127.0.0.1:%d", freePort(t))
	for _, c := range []struct{ why, proxy, who, password, code string }{
		{"no password", s.address, "", "", "rest.proxy-password"},
		{"a wrong password", s.address, user, "wrong", "rest.proxy-password-wrong"},
		{"no proxy", gone, user, password, "rest.proxy-unreachable"},
	} {
		code, out := e.ferryctl(t, c.proxy, c.who, c.password, "check")
		if code == 0 || !strings.Contains(out, `"`+c.code+`"`) || !strings.Contains(out, c.proxy) {
			t.Errorf("%s: the check ends with %d: %s", c.why, code, out)
		}
	}
	if n := e.orgs.Load() + e.logins.Load(); n != 0 {
		t.Errorf("%d connections went round the proxy", n)
	}
}

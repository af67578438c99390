package main

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"
	"zombiezen.com/go/sqlite"

	"ferry/core/importer"
	"ferry/core/practice"
)

const (
	filePassword    = "open~sesame~of~the~file"
	companyPassword = "Proxy~Password.0815"
	userPassword    = "Windows~Password.4711"
)

// segments is a choice of several things, which servers have since version 9.
const segments = "new_segments"

// A way is how one signs in: what it needs of the environment, and what is written after ferryctl.
type way struct {
	name    string
	options func(*practice.Options)
	args    func(*session) []string
	visits  int32 // how often somebody has to sign in for a test and two imports
}

// ways are all there are.
func ways() []way {
	premises := func(version string, windows bool) func(*practice.Options) {
		return func(o *practice.Options) {
			o.OnPremises = &practice.OnPremises{Organization: "Contoso", Version: version, Windows: windows}
		}
	}
	with := func(args ...string) func(*session) []string {
		return func(s *session) []string {
			all := []string{"-authority", s.env.Authority}
			for _, a := range args {
				all = append(all, strings.NewReplacer("PUBLIC", s.env.ClientID, "OWN", s.env.SecretApp).Replace(a))
			}
			return all
		}
	}
	certificate := func(kind string, args ...string) func(*session) []string {
		return func(s *session) []string {
			return append(with(append(args, "-client-id", "OWN")...)(s), "-certificate", s.certificate(kind))
		}
	}
	secret := func(args ...string) func(*session) []string {
		return func(s *session) []string {
			s.vars[clientSecret] = s.env.Secret
			return with(append(args, "-client-id", "OWN")...)(s)
		}
	}
	back := func(args func(*session) []string) func(*session) []string {
		return func(s *session) []string { return append(args(s), "-redirect", freeRedirect(s.t)) }
	}
	return []way{
		{"browser", nil, with("-auth", "browser", "-client-id", "PUBLIC"), 1},
		{"browser, with a secret", nil, back(secret("-auth", "browser")), 1},
		{"browser, with a certificate", nil, back(certificate("pem", "-auth", "browser")), 1},
		{"device", nil, with("-auth", "device", "-client-id", "PUBLIC"), 1},
		{"device, with a secret", nil, secret("-auth", "device"), 1},
		{"device, with a certificate", nil, certificate("pfx", "-auth", "device"), 1},
		{"secret", nil, secret("-auth", "secret"), 0},
		{"secret, because there is one", nil, secret(), 0},
		{"certificate in a PFX of today", nil, certificate("pfx", "-auth", "certificate"), 0},
		{"certificate in an old PFX", nil, certificate("old pfx", "-auth", "certificate"), 0},
		{"certificate in PEM, because there is one", nil, certificate("pem"), 0},
		{"Windows", premises("v9.1", true), func(s *session) []string {
			s.vars[windowsPassword] = s.env.Windows.Password
			return []string{"-auth", "windows", "-user", s.env.Windows.User}
		}, 0},
		{"Windows, an older server", premises("v8.2", true), func(s *session) []string {
			s.vars[windowsPassword] = s.env.Windows.Password
			if err := s.env.World.RemoveColumn("account", segments); err != nil {
				s.t.Fatal(err)
			}
			return []string{"-user", s.env.Windows.User}
		}, 0},
		{"secret, through a proxy with a password", nil, func(s *session) []string {
			s.env.Proxy.Require("ada", companyPassword)
			s.vars[proxyPassword] = companyPassword
			return append(secret()(s), "-org", strings.Replace(s.env.Org, "localhost", practice.ProxyHost, 1), "-proxy", strings.Replace(s.env.Proxy.Address, "://", "://ada@", 1))
		}, 0},
		{"AD FS, browser", premises("v9.1", false), with("-auth", "browser", "-client-id", "PUBLIC"), 1},
		{"AD FS, secret", premises("v9.1", false), secret("-auth", "secret"), 0},
		{"AD FS, certificate", premises("v9.1", false), certificate("pem", "-auth", "certificate"), 0},
	}
}

// certificate makes a file with the application's certificate and its key, and sets its password where it has one.
func (s *session) certificate(kind string) string {
	s.t.Helper()
	text, err := s.env.Certificate()
	if err != nil {
		s.t.Fatal(err)
	}
	file := filepath.Join(s.dir, "ferry.pem")
	if kind != "pem" {
		cert, key := apart(s.t, text)
		encoder := pkcs12.Modern2023
		if kind == "old pfx" {
			encoder = pkcs12.LegacyDES
		}
		if text, err = encoder.Encode(key, cert, nil, filePassword); err != nil {
			s.t.Fatal(err)
		}
		file = filepath.Join(s.dir, "ferry.pfx")
		s.vars[certificatePassword] = filePassword
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		s.t.Fatal(err)
	}
	return file
}

// apart takes a PEM file apart.
func apart(t testing.TB, text []byte) (*x509.Certificate, *rsa.PrivateKey) {
	t.Helper()
	var cert *x509.Certificate
	var key *rsa.PrivateKey
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		var err error
		switch block.Type {
		case "CERTIFICATE":
			cert, err = x509.ParseCertificate(block.Bytes)
		case "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case "PRIVATE KEY":
			var any any
			any, err = x509.ParsePKCS8PrivateKey(block.Bytes)
			key, _ = any.(*rsa.PrivateKey)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if cert == nil || key == nil {
		t.Fatal("the file has no certificate or no key")
	}
	return cert, key
}

// freeRedirect is a redirect URI whose port nobody uses: sign-ins at once must not meet.
func freeRedirect(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://localhost:" + strconv.Itoa(l.Addr().(*net.TCPAddr).Port) + "/signin"
}

// openBy is a session in which everything is there that a way needs, and the flags that name it.
func openBy(t testing.TB, w way) (*session, func(command string, more ...string) []string) {
	t.Helper()
	o := practice.Options{Seed: 7, Rows: map[string]int{"account": 40, "contact": 10}, DeviceInterval: time.Second}
	if w.options != nil {
		w.options(&o)
	}
	s := open(t, o)
	delete(s.vars, clientSecret)
	s.env.Windows.Password = userPassword
	own := w.args(s)
	return s, func(command string, more ...string) []string {
		all := []string{command, "-org", s.env.Org, "-data", filepath.Join(s.dir, "data"), "-json"}
		return append(append(all, own...), more...)
	}
}

func TestEveryWayToSignInEndsWithTheSameRows(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	rows := map[string]map[string]map[string]string{}
	t.Run("by", func(t *testing.T) {
		for _, w := range ways() {
			t.Run(w.name, func(t *testing.T) {
				t.Parallel()
				s, args := openBy(t, w)
				code, lines, text := s.run(args("check", "-tables", "account")...)
				if code != exitWell || len(lines) == 0 || lines[len(lines)-1]["available"] != true {
					t.Fatalf("check: exit %d: %s", code, text)
				}
				bring := args("import", "-tables", "account", "-page-size", "15", "-to", "sqlite:"+s.file())
				code, lines, text = s.run(bring...)
				if code != exitWell {
					t.Fatalf("import: exit %d: %s", code, text)
				}
				if r := lastReceipt(t, lines, text); r.State != importer.Complete || table(t, r, "account").Created != 40 {
					t.Errorf("import: %s", text)
				}
				sameAsTruth(t, s.env, s.file(), "account")
				code, lines, text = s.run(bring...)
				if code != exitWell || table(t, lastReceipt(t, lines, text), "account").Since.IsZero() || table(t, lastReceipt(t, lines, text), "account").Read != 0 {
					t.Errorf("again: exit %d: %s", code, text)
				}
				sameAsTruth(t, s.env, s.file(), "account")
				if n := s.visits.Load(); n != w.visits {
					t.Errorf("somebody had to sign in %d times, not %d", n, w.visits)
				}
				conn, err := sqlite.OpenConn(s.file(), sqlite.OpenReadOnly)
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				mu.Lock()
				defer mu.Unlock()
				rows[w.name] = rowsOf(t, conn, "account")
				for _, row := range rows[w.name] {
					delete(row, segments)
					delete(row, segments+"_label")
				}
			})
		}
	})
	first := rows["browser"]
	if len(first) != 40 {
		t.Fatalf("%d rows", len(first))
	}
	for name, got := range rows {
		if !reflect.DeepEqual(first, got) {
			t.Errorf("%s has other rows than the browser", name)
		}
	}
}

func TestWrongUseOfAWayToSignInIsExplained(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	delete(s.vars, clientSecret)
	pem, pfx := s.certificate("pem"), s.certificate("pfx")
	letter := filepath.Join(s.dir, "letter.pfx")
	if err := os.WriteFile(letter, []byte("Dear aunt, this is no certificate."), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(pem)
	if err != nil {
		t.Fatal(err)
	}
	cert, _ := apart(t, text)
	half := filepath.Join(s.dir, "public.pem")
	if err := os.WriteFile(half, []byte("-----BEGIN CERTIFICATE-----\n"+base64.StdEncoding.EncodeToString(cert.Raw)+"\n-----END CERTIFICATE-----\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		vars  map[string]string
		args  []string
		says  string
		exits int
	}{
		{"an unknown way", nil, []string{"-auth", "telepathy"}, "-auth browser, device, windows, secret or certificate", exitUsage},
		{"a certificate without its file", nil, []string{"-auth", "certificate"}, "-certificate FILE", exitUsage},
		{"a certificate's file that is not there", nil, []string{"-certificate", filepath.Join(s.dir, "nowhere.pfx")}, "whether the file is there", exitUsage},
		{"a certificate's file that is none", nil, []string{"-certificate", letter}, "remedy", exitUsage},
		{"a certificate without its key", nil, []string{"-certificate", half}, "key", exitUsage},
		{"no password for the certificate", map[string]string{certificatePassword: ""}, []string{"-certificate", pfx}, certificatePassword, exitRefused},
		{"a wrong password for the certificate", map[string]string{certificatePassword: "wrong~password"}, []string{"-certificate", pfx}, "password", exitUsage},
		{"Windows without a user", nil, []string{"-auth", "windows"}, `-user CONTOSO\\ada`, exitUsage},
		{"Windows without a password", nil, []string{"-auth", "windows", "-user", `CONTOSO\ada`}, windowsPassword, exitRefused},
		{"a secret that nobody has", nil, []string{"-auth", "secret"}, clientSecret, exitRefused},
		{"a proxy that is no address", nil, []string{"-proxy", "ftp://proxy"}, "-proxy http://proxy.example:8080", exitUsage},
		{"a password in the proxy's address", nil, []string{"-proxy", "http://ada:geheim@proxy.example:8080"}, proxyPassword, exitUsage},
	} {
		s.vars[certificatePassword] = filePassword
		for name, value := range c.vars {
			s.vars[name] = value
		}
		for _, command := range []string{"check", "import"} {
			args := s.args(command, append([]string{"-to", "sqlite:" + s.file()}, c.args...)...)
			code, lines, text := s.run(args...)
			if code != c.exits {
				t.Errorf("%s, %s: exit %d: %s", c.name, command, code, text)
			}
			if len(lines) == 0 || !strings.Contains(text, c.says) || strings.Contains(text, "wrong~password") || strings.Contains(text, "geheim") {
				t.Errorf("%s, %s: %s", c.name, command, text)
			}
			if command == "check" && lines[len(lines)-1]["available"] != false {
				t.Errorf("%s: the last line has no verdict: %s", c.name, text)
			}
		}
	}
	if n := len(s.env.Requests()); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

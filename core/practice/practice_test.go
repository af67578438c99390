package practice_test

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/core/practice"
	"ferry/core/practice/practicetest"
)

// A guest uses an environment as a program of somebody else would: by its address and its credentials.
type guest struct {
	*testing.T
	env   *practice.Environment
	http  *http.Client
	token string
}

func visit(t *testing.T, o practice.Options) *guest {
	t.Helper()
	return visitorOf(t, practicetest.New(t, o))
}

func visitorOf(t *testing.T, e *practice.Environment) *guest {
	g := &guest{T: t, env: e}
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: g.env.Pool}}
	t.Cleanup(tr.CloseIdleConnections)
	g.http = &http.Client{Transport: tr, Timeout: 3 * time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return g
}

// signIn asks for a token as the application.
func (g *guest) signIn() (status int) {
	g.Helper()
	r, err := g.http.PostForm(g.env.Authority+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {g.env.SecretApp}, "client_secret": {g.env.Secret}, "scope": {g.env.Org + "/.default"},
	})
	if err != nil {
		g.Fatal(err)
	}
	defer r.Body.Close()
	var in struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err == nil && in.Token != "" {
		g.token = in.Token
	}
	return r.StatusCode
}

// An answer is what came before it ended, in which way ever.
type answer struct {
	status int
	header http.Header
	body   string
	err    error
	Value  []map[string]any
	Next   string `json:"@odata.nextLink"`
	Error  struct{ Code, Message string }
	broken error // of the JSON
}

func (g *guest) get(address string, headers ...string) answer {
	g.Helper()
	if g.token == "" && g.signIn() != 200 {
		g.Fatal("signing in failed")
	}
	if !strings.Contains(address, "://") {
		address = g.env.API() + "/" + address
	}
	r, err := http.NewRequest("GET", strings.ReplaceAll(address, " ", "%20"), nil)
	if err != nil {
		g.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+g.token)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := g.http.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	a := answer{status: res.StatusCode, header: res.Header, body: string(body), err: err}
	a.broken = json.Unmarshal(body, &a)
	return a
}

func TestAnEnvironmentIsFoundByItsAddressAndCredentialsAlone(t *testing.T) {
	g := visit(t, practice.Options{Rows: map[string]int{"account": 30}})
	challenge := g.get("", "Authorization", "")
	header := challenge.header.Get("WWW-Authenticate")
	if challenge.status != 401 || header != "Bearer authorization_uri="+g.env.Authority+"/oauth2/authorize, resource_id="+g.env.Org+"/" {
		t.Fatalf("%d %s", challenge.status, header)
	}
	if who := g.get("WhoAmI"); who.status != 200 || !strings.Contains(who.body, `"UserId":"`+g.env.ApplicationUser+`"`) {
		t.Errorf("the application is %s", who.body)
	}
	seen := map[string]bool{}
	for next, n := "accounts?$select=name", 0; next != ""; n++ {
		a := g.get(next, "Prefer", "odata.maxpagesize=7")
		if a.status != 200 || n > 10 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		for _, row := range a.Value {
			seen[row["accountid"].(string)] = true
		}
		next = a.Next
	}
	if len(seen) != 30 {
		t.Errorf("%d accounts", len(seen))
	}
	g.env.Microsoft.ExpireTokens()
	if a := g.get("WhoAmI"); a.status != 401 {
		t.Errorf("with a token that ended: %d", a.status)
	}
	g.signIn()
	if a := g.get("WhoAmI"); a.status != 200 {
		t.Errorf("with a new one: %d", a.status)
	}
}

func TestAPersonSignsInOnAPageThatNeedsNoCertificate(t *testing.T) {
	g := visit(t, practice.Options{})
	res, err := g.http.Get(g.env.Authority + "/v2.0/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var doc struct {
		Issuer    string
		Authorize string `json:"authorization_endpoint"`
		Token     string `json:"token_endpoint"`
	}
	if err := json.NewDecoder(res.Body).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.Authorize, "http://localhost:") || !strings.HasPrefix(doc.Token, g.env.Authority) || !strings.HasPrefix(doc.Issuer, "https://localhost:") {
		t.Fatalf("%+v", doc)
	}
	page, err := http.Get(doc.Authorize + "?" + url.Values{
		"client_id": {g.env.ClientID}, "response_type": {"code"}, "redirect_uri": {"http://localhost:45678"}, "response_mode": {"form_post"},
		"scope": {g.env.Org + "/.default openid profile offline_access"}, "state": {"s"}, "code_challenge": {strings.Repeat("x", 43)}, "code_challenge_method": {"S256"},
	}.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer page.Body.Close()
	text, err := io.ReadAll(page.Body)
	if err != nil || page.StatusCode != 200 || !strings.Contains(string(text), "PRACTICE") {
		t.Errorf("the page is %d %s", page.StatusCode, text)
	}
}

func TestTheLogHoldsNothingSecret(t *testing.T) {
	g := visit(t, practice.Options{Rows: map[string]int{"account": 3}})
	g.get("accounts?$select=name", "Prefer", "odata.maxpagesize=2")
	found := false
	for _, r := range g.env.Requests() {
		for name, values := range r.Header {
			if strings.Contains(strings.Join(values, ""), g.token) {
				t.Errorf("the header %s has the token", name)
			}
		}
		found = found || r.Set == "accounts" && r.Page == 1 && r.Status == 200 && r.Header.Get("Prefer") == "odata.maxpagesize=2"
	}
	if !found {
		t.Errorf("the log is %v", g.env.Requests())
	}
}

func TestTheCertificateIsTrustedOnlyByWhoIsHandedIt(t *testing.T) {
	g := visit(t, practice.Options{})
	if _, err := http.Get(g.env.Org); err == nil {
		t.Error("a stranger trusts it")
	}
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := g.env.WriteCA(path); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != string(g.env.CA) || strings.Contains(string(text), "PRIVATE") {
		t.Errorf("the file is %s (%v)", text, err)
	}
}

func TestAnswersArePackedWhenThatIsAccepted(t *testing.T) {
	g := visit(t, practice.Options{Rows: map[string]int{"account": 200}})
	plain := g.get("accounts?$select=name", "Accept-Encoding", "identity")
	packed := g.get("accounts?$select=name", "Accept-Encoding", "gzip")
	if plain.header.Get("Content-Encoding") != "" || packed.header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("%q and %q", plain.header.Get("Content-Encoding"), packed.header.Get("Content-Encoding"))
	}
	z, err := gzip.NewReader(strings.NewReader(packed.body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil || string(text) != plain.body || len(packed.body) >= len(plain.body) {
		t.Errorf("%d bytes packed, %d unpacked, %d plain (%v)", len(packed.body), len(text), len(plain.body), err)
	}
}

func TestClosingFreesThePortAndEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	e, err := practice.Start(ctx, practice.Options{})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(e.Org)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := practice.Start(ctx, practice.Options{Port: port(t, u)}); err == nil {
		t.Error("two environments listen on one port")
	}
	cancel()
	e.Close()
	e.Close()
	ln, err := net.Listen("tcp4", "127.0.0.1:"+u.Port())
	if err != nil {
		t.Fatalf("the port is still taken: %v", err)
	}
	if err := ln.Close(); err != nil {
		t.Error(err)
	}
}

func port(t *testing.T, u *url.URL) int {
	n, err := net.LookupPort("tcp", u.Port())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

var errCut = errors.New("the connection was cut")

// cut reports whether an answer ended before it was whole.
func (a answer) cut() error {
	if a.err != nil {
		return errCut
	}
	return nil
}

// listen serves on a free port of this computer and returns its number.
func listen(t *testing.T, s *http.Server) string {
	t.Helper()
	ln, err := net.Listen("tcp4", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(ln) }()
	t.Cleanup(func() { _ = s.Close() })
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

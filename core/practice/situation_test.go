package practice_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ferry/core/practice"
)

func TestThereAreEnoughSituationsAndEachHasAName(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for _, s := range practice.Situations() {
		if !kebab.MatchString(s.Name) || seen[s.Name] {
			t.Errorf("the name %q is not one, or is there twice", s.Name)
		}
		if seen[s.About] || !strings.HasSuffix(s.About, ".") || len(s.Ways) == 0 {
			t.Errorf("%s: %q in %v", s.Name, s.About, s.Ways)
		}
		seen[s.Name], seen[s.About] = true, true
	}
	if n := len(practice.Situations()); n < 60 {
		t.Errorf("there are %d", n)
	}
}

func TestEachSituationIsMetAsItIsTold(t *testing.T) {
	for _, s := range practice.Situations() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			e, v, err := practice.Meet(t.Context(), s, practice.Options{Rows: map[string]int{"account": 5, "contact": 5}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(e.Close)
			usual, err := e.Values(v.Way)
			if err != nil || v.Org == "" && s.Name != "address-missing" {
				t.Fatalf("%+v %v", v, err)
			}
			if s.Where == practice.Entered || s.Said == "" {
				if s.Set == nil && s.Later == nil && s.Options == nil && s.Act == "" && v.Org == usual.Org && v.Tenant == usual.Tenant && v.Secret == usual.Secret &&
					v.Redirect == usual.Redirect && v.SecretExpires.Equal(usual.SecretExpires) && v.Proxy == usual.Proxy && v.Password == usual.Password &&
					bytes.Equal(v.CA, usual.CA) && bytes.Equal(v.Certificate, usual.Certificate) {
					t.Error("nothing is wrong")
				}
				return
			}
			h := newHearing(t, e, v, s)
			h.listen()
			if s.Later != nil && !strings.Contains(h.heard.String(), s.Said) {
				if err := s.Later(e); err != nil {
					t.Fatal(err)
				}
				h.renew()
			}
			if !strings.Contains(h.heard.String(), s.Said) {
				t.Errorf("%s is not said: %s", s.Said, h.heard.String())
			}
		})
	}
}

// A hearing signs in as Ferry would and keeps what the services say.
type hearing struct {
	*guest
	s       practice.Situation
	v       practice.Values
	heard   bytes.Buffer
	refresh string
	back    chan url.Values
	port    string
}

func newHearing(t *testing.T, e *practice.Environment, v practice.Values, s practice.Situation) *hearing {
	h := &hearing{guest: visitorOf(t, e), s: s, v: v, back: make(chan url.Values, 8)}
	h.port = listen(t, &http.Server{Addr: "127.0.0.1:0", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		h.back <- r.Form
		_, _ = io.WriteString(w, "ok")
	})})
	return h
}

func (h *hearing) tenant() string {
	if strings.HasSuffix(h.v.Authority, "/adfs") {
		return h.v.Authority
	}
	return h.v.Authority + "/" + h.v.Tenant
}

func (h *hearing) post(address string, v url.Values) map[string]any {
	h.Helper()
	res, err := h.http.PostForm(address, v)
	if err != nil {
		h.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		h.Fatal(err)
	}
	m := map[string]any{}
	_ = json.Unmarshal(text, &m)
	if m["access_token"] == nil {
		h.heard.Write(text)
	}
	if s, ok := m["access_token"].(string); ok {
		h.token = s
	}
	if s, ok := m["refresh_token"].(string); ok {
		h.refresh = s
	}
	return m
}

func (h *hearing) tokens() string {
	if strings.HasSuffix(h.v.Authority, "/adfs") {
		return h.tenant() + "/oauth2/token/"
	}
	return h.tenant() + "/oauth2/v2.0/token"
}

// listen signs in and asks the environment.
func (h *hearing) listen() {
	h.Helper()
	v := url.Values{"client_id": {h.v.ClientID}, "scope": {h.v.Org + "/.default openid offline_access"}}
	if strings.HasSuffix(h.v.Authority, "/adfs") {
		v.Set("resource", h.v.Org)
	}
	switch h.v.Way {
	case practice.ByBrowser:
		h.browse(v)
	case practice.ByDevice:
		h.device(v)
	default:
		v.Set("grant_type", "client_credentials")
		v.Set("scope", h.v.Org+"/.default")
		h.prove(v)
		h.post(h.tokens(), v)
	}
	if h.token == "" {
		return
	}
	for _, path := range []string{"WhoAmI", "accounts?$select=name"} {
		h.heard.WriteString(h.get(path, "Prefer", "odata.track-changes").body)
	}
}

func (h *hearing) prove(v url.Values) {
	switch {
	case h.v.Certificate != nil:
		v.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		v.Set("client_assertion", h.assertion())
	case h.v.Secret != "":
		v.Set("client_secret", h.v.Secret)
	}
}

func (h *hearing) browse(v url.Values) {
	h.Helper()
	sum := sha256.Sum256([]byte("the verifier"))
	redirect := "http://localhost:" + h.port
	if h.v.WithSecret {
		redirect += "/signin"
	}
	q := url.Values{"response_type": {"code"}, "redirect_uri": {redirect}, "state": {"s"}, "response_mode": {"form_post"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}
	for name, values := range v {
		q[name] = values
	}
	page, err := h.env.Visit(h.Context(), h.tenant()+"/oauth2/v2.0/authorize?"+q.Encode(), h.act())
	if err != nil {
		h.Fatal(err)
	}
	if !page.Back {
		if page.Code != 0 && h.s.Where != practice.OnPage {
			h.Errorf("it stays on the page: %s", page.Text)
		}
		h.heard.WriteString(page.Text)
		return
	}
	answer := <-h.back
	h.heard.WriteString(answer.Get("error_description"))
	v.Set("grant_type", "authorization_code")
	v.Set("code", answer.Get("code"))
	v.Set("code_verifier", "the verifier")
	v.Set("redirect_uri", redirect)
	h.prove(v)
	if answer.Get("code") != "" {
		h.post(h.tokens(), v)
	}
}

func (h *hearing) device(v url.Values) {
	h.Helper()
	d := h.post(h.tenant()+"/oauth2/v2.0/devicecode", v)
	code, _ := d["device_code"].(string)
	if code == "" {
		return
	}
	if _, err := h.env.Type(h.Context(), d["verification_uri"].(string), d["user_code"].(string), h.act()); err != nil {
		h.Fatal(err)
	}
	if h.s.Act == practice.ClosesPage {
		h.env.Microsoft.ExpireDevices()
	}
	h.heard.Reset()
	v.Set("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
	v.Set("device_code", code)
	h.post(h.tokens(), v)
}

func (h *hearing) act() practice.Act {
	if h.s.Act == "" {
		return practice.SignsIn
	}
	return h.s.Act
}

// renew asks for another token, as one does when the first has ended.
func (h *hearing) renew() {
	h.Helper()
	v := url.Values{"client_id": {h.v.ClientID}}
	if h.v.Way.Person() {
		v.Set("grant_type", "refresh_token")
		v.Set("refresh_token", h.refresh)
	} else {
		v.Set("grant_type", "client_credentials")
		v.Set("scope", h.v.Org+"/.default")
		h.prove(v)
	}
	h.post(h.tokens(), v)
}

func (h *hearing) assertion() string {
	h.Helper()
	block, rest := pem.Decode(h.v.Certificate)
	second, _ := pem.Decode(rest)
	parsed, err := x509.ParsePKCS8PrivateKey(second.Bytes)
	if err != nil {
		h.Fatal(err)
	}
	name := sha256.Sum256(block.Bytes)
	audience := h.v.Audience
	if audience == "" {
		audience = h.tokens()
	}
	var parts []string
	for _, part := range []map[string]any{
		{"alg": "PS256", "x5t#S256": base64.StdEncoding.EncodeToString(name[:])},
		{"aud": audience, "iss": h.v.ClientID, "sub": h.v.ClientID, "jti": rand.Text(), "exp": time.Now().Add(time.Minute).Unix()},
	} {
		raw, err := json.Marshal(part)
		if err != nil {
			h.Fatal(err)
		}
		parts = append(parts, base64.RawURLEncoding.EncodeToString(raw))
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, ".")))
	mark, err := rsa.SignPSS(rand.Reader, parsed.(*rsa.PrivateKey), crypto.SHA256, sum[:], nil)
	if err != nil {
		h.Fatal(err)
	}
	return strings.Join(parts, ".") + "." + base64.RawURLEncoding.EncodeToString(mark)
}

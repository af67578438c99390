package microsoft

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

const (
	tenant = "6f1a2b3c-0000-4000-8000-00000000beef"
	native = "11111111-1111-4111-8111-111111111111"
	web    = "22222222-2222-4222-8222-222222222222"
	page   = "33333333-3333-4333-8333-333333333333"
	secret = "a~secret~for~practice"
	org    = "https://contoso.practice.test"
)

type stage struct {
	t     *testing.T
	a     *Authority
	api   *httptest.Server
	pages *httptest.Server
	clock time.Time
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, clock: time.Unix(1_800_000_000, 0)}
	s.a = New(Options{
		Tenant: tenant, Domain: "contoso.practice.test", Now: func() time.Time { return s.clock },
		People: []Person{{ObjectID: "ada-1", Name: "Ada Lovelace", UPN: "ada@contoso.practice.test", Password: "pw"}},
		Applications: []Application{
			{ID: native, Name: "Ferry", Redirects: []Redirect{{URI: "http://localhost", Platform: "native"}}},
			{ID: web, Name: "Ferry web", Secrets: []string{"older", secret}, Redirects: []Redirect{{URI: "http://localhost:33333/signin", Platform: "web"}}},
			{ID: page, Redirects: []Redirect{{URI: "http://localhost/spa", Platform: "spa"}}},
			{ID: "44444444-4444-4444-8444-444444444444"},
		},
		Resources: func(r string) bool { return r == org || r == "https://other.practice.test" },
	})
	s.api = httptest.NewTLSServer(s.a.API())
	s.pages = httptest.NewServer(s.a.Pages())
	t.Cleanup(func() { s.api.Close(); s.pages.Close() })
	s.a.SetIssuer(s.api.URL)
	s.a.SetPages(s.pages.URL)
	return s
}

// asked is a good request for the sign-in page.
func asked() url.Values {
	sum := sha256.Sum256([]byte("the verifier"))
	return url.Values{
		"client_id": {native}, "response_type": {"code"}, "redirect_uri": {"http://localhost:5555"}, "state": {"s&<1>"},
		"response_mode": {"form_post"}, "scope": {"openid offline_access profile " + org + "/.default"}, "nonce": {"n"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
}

func (s *stage) page(q url.Values) (int, string) {
	s.t.Helper()
	res, err := http.Get(s.pages.URL + "/" + tenant + "/oauth2/v2.0/authorize?" + q.Encode())
	if err != nil {
		s.t.Fatal(err)
	}
	return body(s.t, res)
}

func body(t *testing.T, res *http.Response) (int, string) {
	t.Helper()
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

var field = regexp.MustCompile(`<input[^>]* name="([^"]*)"[^>]* value="([^"]*)"`)

func form(page string) url.Values {
	v := url.Values{}
	for _, m := range field.FindAllStringSubmatch(page, -1) {
		v.Set(m[1], html.UnescapeString(m[2]))
	}
	return v
}

// press submits the sign-in page and returns what goes to the application.
func (s *stage) press(q url.Values, button string) (int, url.Values) {
	s.t.Helper()
	status, text := s.page(q)
	if status != 200 {
		s.t.Fatalf("the page: %d %s", status, text)
	}
	f := form(text)
	f.Set("do", button)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.PostForm(s.pages.URL+"/"+tenant+"/oauth2/v2.0/authorize", f)
	if err != nil {
		s.t.Fatal(err)
	}
	if to, err := res.Location(); err == nil {
		_ = res.Body.Close()
		return res.StatusCode, to.Query()
	}
	status, text = body(s.t, res)
	return status, form(text)
}

func (s *stage) post(name string, v url.Values) (int, map[string]any) {
	s.t.Helper()
	res, err := s.api.Client().PostForm(s.api.URL+"/"+name+"/oauth2/v2.0/token", v)
	if err != nil {
		s.t.Fatal(err)
	}
	status, text := body(s.t, res)
	m := map[string]any{}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			s.t.Fatalf("%d %s", status, text)
		}
	}
	return status, m
}

func redeem(code string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "client_id": {native}, "code": {code}, "client_info": {"1"},
		"redirect_uri": {"http://localhost:5555"}, "code_verifier": {"the verifier"}, "scope": {"openid offline_access profile " + org + "/.default"}}
}

// number is the AADSTS code of an answer; 0 when it went well.
func number(m map[string]any) int {
	list, _ := m["error_codes"].([]any)
	if len(list) == 0 {
		return 0
	}
	n, _ := list[0].(float64)
	return int(n)
}

func TestTheSignInPageSaysWhatItIs(t *testing.T) {
	s := newStage(t)
	status, text := s.page(asked())
	for _, need := range []string{">PRACTICE<", "not Microsoft", "Ada Lovelace", `value="ada@contoso.practice.test"`, `value="pw"`, "autofocus", ">Cancel<", org, "<strong>Ferry</strong>"} {
		if !strings.Contains(text, need) {
			t.Errorf("%d: the page lacks %s", status, need)
		}
	}
	q := asked()
	q.Set("login_hint", `grace"><script>@x`)
	if _, text := s.page(q); strings.Contains(text, "<script>@x") || strings.Contains(text, `value="pw"`) {
		t.Error("the hint is shown as HTML, or comes with another's password")
	}
}

func TestACodeBecomesTokens(t *testing.T) {
	s := newStage(t)
	_, answer := s.press(asked(), "signin")
	if answer.Get("state") != "s&<1>" || answer.Get("code") == "" {
		t.Fatalf("%v", answer)
	}
	status, m := s.post(tenant, redeem(answer.Get("code")))
	if status != 200 || m["refresh_token"] == nil || m["expires_in"] != 3600.0 || m["token_type"] != "Bearer" || strings.Contains(m["client_info"].(string), "=") {
		t.Fatalf("%d %v", status, m)
	}
	c, err := s.a.Check("bearer "+m["access_token"].(string), org+"/")
	if err != nil || c != (Claims{Subject: "ada-1", ObjectID: "ada-1", ApplicationID: native, Name: "Ada Lovelace"}) {
		t.Errorf("%+v %v", c, err)
	}
	raw, _ := base64.RawURLEncoding.DecodeString(strings.Split(m["id_token"].(string), ".")[1])
	if !strings.Contains(string(raw), `"nonce":"n"`) || !strings.Contains(string(raw), `"aud":"`+native+`"`) {
		t.Errorf("%s", raw)
	}
	if status, m := s.post(tenant, redeem(answer.Get("code"))); status != 400 || number(m) != 54005 {
		t.Errorf("used twice: %d %v", status, m)
	}
}

func TestACodeIsBoundToAllItWasAskedWith(t *testing.T) {
	for name, c := range map[string]struct {
		change func(s *stage, v url.Values)
		want   int
	}{
		"no verifier":      {func(_ *stage, v url.Values) { v.Del("code_verifier") }, 501481},
		"another verifier": {func(_ *stage, v url.Values) { v.Set("code_verifier", "another") }, 501481},
		"another redirect": {func(_ *stage, v url.Values) { v.Set("redirect_uri", "http://localhost:5556") }, 500112},
		"another app":      {func(_ *stage, v url.Values) { v.Set("client_id", web); v.Set("client_secret", secret) }, 70000},
		"another resource": {func(_ *stage, v url.Values) { v.Set("scope", "https://other.practice.test/.default") }, 70000},
		"a secret":         {func(_ *stage, v url.Values) { v.Set("client_secret", "x") }, 700025},
		"too late":         {func(s *stage, _ url.Values) { s.clock = s.clock.Add(time.Hour) }, 70008},
		"a made-up code":   {func(_ *stage, v url.Values) { v.Set("code", "0.x") }, 70000},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			_, answer := s.press(asked(), "signin")
			v := redeem(answer.Get("code"))
			c.change(s, v)
			if status, m := s.post(tenant, v); status < 400 || number(m) != c.want {
				t.Errorf("%d %v", status, m)
			}
		})
	}
}

func TestAWebApplicationProvesItself(t *testing.T) {
	s := newStage(t)
	q := asked()
	q.Set("client_id", web)
	q.Set("redirect_uri", "http://localhost:4444/signin")
	q.Set("response_mode", "query")
	for given, want := range map[string]int{"": 7000218, "wrong": 7000215, secret: 0, "older": 0} {
		status, answer := s.press(q, "signin")
		v := redeem(answer.Get("code"))
		v.Set("client_id", web)
		v.Set("redirect_uri", "http://localhost:4444/signin")
		if given != "" {
			v.Set("client_secret", given)
		}
		if _, m := s.post(tenant, v); status != 302 || number(m) != want {
			t.Errorf("%q: %d %v", given, status, m)
		}
	}
}

func TestARefreshTokenWorksOnce(t *testing.T) {
	s := newStage(t)
	_, answer := s.press(asked(), "signin")
	_, m := s.post(tenant, redeem(answer.Get("code")))
	first := m["refresh_token"].(string)
	again := func(token string) (int, map[string]any) {
		return s.post(tenant, url.Values{"grant_type": {"refresh_token"}, "client_id": {native}, "refresh_token": {token}, "scope": {"openid offline_access " + org + "/.default"}})
	}
	_, m = again(first)
	second, ok := m["refresh_token"].(string)
	if !ok || second == first {
		t.Fatalf("%v", m)
	}
	if _, m := again(first); number(m) != 70000 {
		t.Errorf("the old one: %v", m)
	}
	_, m = s.post(tenant, url.Values{"grant_type": {"refresh_token"}, "client_id": {native}, "refresh_token": {second}, "scope": {"offline_access https://other.practice.test/.default"}})
	if _, err := s.a.Check(m["access_token"].(string), "https://other.practice.test"); err != nil {
		t.Errorf("for another resource: %v", err)
	}
	third := m["refresh_token"].(string)
	s.clock = s.clock.Add(91 * 24 * time.Hour)
	if _, m := again(third); number(m) != 700082 {
		t.Errorf("expired: %v", m)
	}
	s.a.RevokeRefresh()
	if _, m := again(third); number(m) != 50173 || m["error"] != "invalid_grant" {
		t.Errorf("revoked: %v", m)
	}
}

func TestAnApplicationSignsInAsItself(t *testing.T) {
	s := newStage(t)
	ask := func(id, secret, scope string) (int, map[string]any) {
		return s.post(tenant, url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}, "scope": {scope}})
	}
	_, m := ask(web, secret, org+"/.default openid offline_access profile")
	c, err := s.a.Check(m["access_token"].(string), org)
	if err != nil || !c.Application || c.ApplicationID != web || c.ObjectID != "" || m["refresh_token"] != nil {
		t.Errorf("%+v %v", c, err)
	}
	if _, m := s.post(tenant, url.Values{"grant_type": {"password"}, "client_id": {web}}); number(m) != 70003 {
		t.Errorf("password: %v", m)
	}
	for _, c := range []struct {
		id, secret, scope string
		want, status      int
	}{
		{web, secret, org + "/user_impersonation", 1002012, 400},
		{web, secret, "", 1002012, 400},
		{web, secret, "https://nowhere.test/.default", 500011, 400},
		{web, secret, org + "/.default https://other.practice.test/.default", 70011, 400},
		{web, "wrong", org + "/.default", 7000215, 401},
		{"99999999-9999-4999-8999-999999999999", secret, org + "/.default", 700016, 400},
	} {
		if status, m := ask(c.id, c.secret, c.scope); number(m) != c.want || status != c.status {
			t.Errorf("%+v: %d %v", c, status, m)
		}
	}
	for name, want := range map[string]int{"common": 50059, "fabrikam.test": 90002, "contoso.practice.test": 0} {
		if _, m := s.post(name, url.Values{"grant_type": {"client_credentials"}, "client_id": {web}, "client_secret": {secret}, "scope": {org + "/.default"}}); number(m) != want {
			t.Errorf("%s: %v", name, m)
		}
	}
	s.a.ExpireSecret(web)
	if status, m := ask(web, secret, org+"/.default"); status != 401 || number(m) != 7000222 {
		t.Errorf("%d %v", status, m)
	}
	s.a.SetSecret(web, "new")
	if _, m := ask(web, "new", org+"/.default"); number(m) != 0 {
		t.Errorf("%v", m)
	}
}

func TestRefusalsHaveEntrasShape(t *testing.T) {
	s := newStage(t)
	s.a.FailNext(53003)
	status, m := s.post(tenant, url.Values{})
	for _, need := range []string{"error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id", "error_uri"} {
		if m[need] == nil {
			t.Errorf("no %s in %v", need, m)
		}
	}
	if status != 400 || m["error"] != "interaction_required" || !strings.HasPrefix(m["error_description"].(string), "AADSTS53003: ") {
		t.Errorf("%d %v", status, m)
	}
	if status, m := s.post(tenant, url.Values{}); status != 400 || number(m) != 900144 {
		t.Errorf("FailNext fails once: %d %v", status, m)
	}
}

func TestTokensEndWhenTold(t *testing.T) {
	s := newStage(t)
	ask := func() string {
		_, m := s.post(tenant, url.Values{"grant_type": {"client_credentials"}, "client_id": {web}, "client_secret": {secret}, "scope": {org + "/.default"}})
		return m["access_token"].(string)
	}
	want := func(token, audience string, reason error) {
		t.Helper()
		if _, err := s.a.Check(token, audience); !errors.Is(err, reason) {
			t.Errorf("got %v, want %v", err, reason)
		}
	}
	token := ask()
	want(token, org, nil)
	want(token, "https://other.practice.test", ErrAudience)
	want(token[:len(token)-4]+"AAAA", org, ErrNoToken)
	want("", org, ErrNoToken)
	s.a.RevokeTokens()
	want(token, org, ErrRevoked)
	token = ask()
	want(token, org, nil)
	s.a.ExpireTokens()
	want(token, org, ErrExpired)
	token = ask()
	s.clock = s.clock.Add(61 * time.Minute)
	want(token, org, ErrExpired)
	_, answer := s.press(asked(), "signin")
	_, m := s.post(tenant, redeem(answer.Get("code")))
	want(m["id_token"].(string), org, ErrNoToken)
}

func TestWhatMicrosoftSaysOnItsOwnPageIsSaidThere(t *testing.T) {
	s := newStage(t)
	for want, change := range map[string]func(url.Values){
		"AADSTS50011":  func(q url.Values) { q.Set("redirect_uri", "http://localhost/other") },
		"AADSTS700016": func(q url.Values) { q.Set("client_id", "nobody") },
		"AADSTS500113": func(q url.Values) { q.Set("client_id", "44444444-4444-4444-8444-444444444444") },
		"AADSTS900144": func(q url.Values) { q.Del("client_id") },
	} {
		q := asked()
		change(q)
		if status, text := s.page(q); status != 400 || !strings.Contains(text, want) || !strings.Contains(text, "Correlation ID") || !strings.Contains(text, "PRACTICE") {
			t.Errorf("%s: %d %s", want, status, text)
		}
	}
	res, err := http.Get(s.pages.URL + "/fabrikam.test/oauth2/v2.0/authorize?" + asked().Encode())
	if err != nil {
		t.Fatal(err)
	}
	if _, text := body(t, res); !strings.Contains(text, "AADSTS90002") {
		t.Error(text)
	}
}

func TestWhatTheApplicationIsToldGoesBack(t *testing.T) {
	s := newStage(t)
	_, answer := s.press(asked(), "cancel")
	if answer.Get("error") != "access_denied" || answer.Get("error_subcode") != "cancel" || answer.Get("state") != "s&<1>" || answer.Get("code") != "" {
		t.Errorf("%v", answer)
	}
	for want, change := range map[string]func(url.Values){
		"AADSTS50058":  func(q url.Values) { q.Set("prompt", "none") },
		"AADSTS90023":  func(q url.Values) { q.Set("prompt", "dance") },
		"AADSTS70005":  func(q url.Values) { q.Set("response_type", "token") },
		"AADSTS500011": func(q url.Values) { q.Set("scope", "https://nowhere.test/.default") },
		"AADSTS650053": func(q url.Values) { q.Set("scope", org+"/everything") },
		"AADSTS501491": func(q url.Values) { q.Set("code_challenge_method", "plain") },
		"AADSTS9002325": func(q url.Values) {
			q.Set("client_id", page)
			q.Set("redirect_uri", "http://localhost/spa")
			q.Del("code_challenge")
		},
	} {
		q := asked()
		change(q)
		_, text := s.page(q)
		if f := form(text); !strings.HasPrefix(f.Get("error_description"), want+":") {
			t.Errorf("%s: %v", want, f)
		}
	}
}

func TestAWrongPasswordStaysOnThePage(t *testing.T) {
	s := newStage(t)
	_, text := s.page(asked())
	f := form(text)
	for _, c := range [][3]string{{"ada@contoso.practice.test", "no", "AADSTS50126"}, {"grace@contoso.practice.test", "pw", "AADSTS50034"}, {"ADA@contoso.practice.test", "pw", `name="code"`}} {
		f.Set("username", c[0])
		f.Set("password", c[1])
		f.Set("do", "signin")
		res, err := http.PostForm(s.pages.URL+"/"+tenant+"/oauth2/v2.0/authorize", f)
		if err != nil {
			t.Fatal(err)
		}
		if _, text := body(t, res); !strings.Contains(text, c[2]) {
			t.Errorf("%v: %s", c, text)
		}
	}
	res, err := http.PostForm(s.pages.URL+"/"+tenant+"/oauth2/v2.0/authorize", f)
	if err != nil {
		t.Fatal(err)
	}
	if status, text := body(t, res); status != 400 || !strings.Contains(text, "This sign-in is over") {
		t.Errorf("%d %s", status, text)
	}
}

func TestTheDiscoveryDocumentSendsTheBrowserToThePages(t *testing.T) {
	s := newStage(t)
	res, err := s.api.Client().Get(s.api.URL + "/" + tenant + "/v2.0/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	_, text := body(t, res)
	for _, need := range []string{
		fmt.Sprintf(`"authorization_endpoint":"%s/%s/oauth2/v2.0/authorize"`, s.pages.URL, tenant),
		fmt.Sprintf(`"token_endpoint":"%s/%s/oauth2/v2.0/token"`, s.api.URL, tenant),
		fmt.Sprintf(`"issuer":"%s/%s/v2.0"`, s.api.URL, tenant),
	} {
		if !strings.Contains(text, need) {
			t.Errorf("%s lacks %s", text, need)
		}
	}
	for path, want := range map[string]int{
		"/fabrikam.test/v2.0/.well-known/openid-configuration": 400,
		"/common/discovery/instance":                           200,
		"/" + tenant + "/oauth2/v2.0/logout":                   501,
		"/" + tenant + "/oauth2/token":                         501,
	} {
		res, err := s.api.Client().Get(s.api.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		if status, _ := body(t, res); status != want {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestEveryOtherRequestFails(t *testing.T) {
	s := newStage(t)
	s.a.EveryOther503(true)
	var got []string
	for range 4 {
		res, err := s.api.Client().Get(s.api.URL + "/common/discovery/instance")
		if err != nil {
			t.Fatal(err)
		}
		status, _ := body(t, res)
		got = append(got, fmt.Sprint(status, res.Header.Get("Retry-After")))
	}
	if want := "[503 200 5031 200]"; fmt.Sprint(got) != want {
		t.Errorf("%v", got)
	}
}

func TestTheLogHoldsNothingSecret(t *testing.T) {
	s := newStage(t)
	_, answer := s.press(asked(), "signin")
	s.post(tenant, redeem(answer.Get("code")))
	s.post(tenant, url.Values{"grant_type": {"client_credentials"}, "client_id": {web}, "client_secret": {secret}, "scope": {org + "/.default"}})
	text := fmt.Sprintf("%+v", s.a.Log())
	for _, never := range []string{secret, answer.Get("code"), "the verifier", "pw", "ada@"} {
		if strings.Contains(text, never) {
			t.Errorf("the log holds %q: %s", never, text)
		}
	}
	if !strings.Contains(text, "Grant:client_credentials") || !strings.Contains(text, "Grant:authorization_code") || !strings.Contains(text, native) {
		t.Errorf("the log is empty: %s", text)
	}
}

package microsoft

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" // names a certificate
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// device asks for a code.
func (s *stage) device(v url.Values) (int, map[string]any) {
	s.t.Helper()
	res, err := s.api.Client().PostForm(s.api.URL+"/"+tenant+"/oauth2/v2.0/devicecode", v)
	if err != nil {
		s.t.Fatal(err)
	}
	status, text := body(s.t, res)
	m := map[string]any{}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		s.t.Fatalf("%d %s", status, text)
	}
	return status, m
}

// submit posts to a page and returns what it shows.
func (s *stage) submit(page string, v url.Values) string {
	s.t.Helper()
	res, err := http.PostForm(page, v)
	if err != nil {
		s.t.Fatal(err)
	}
	_, text := body(s.t, res)
	return text
}

// public allows public client flows.
func (s *stage) public(id string) {
	s.t.Helper()
	if err := s.a.Change(id, func(a *Application) { a.Public = true }); err != nil {
		s.t.Fatal(err)
	}
}

func TestACodeIsTypedInOnAnotherScreen(t *testing.T) {
	s := newStage(t)
	s.public(native)
	status, d := s.device(url.Values{"client_id": {native}, "scope": {org + "/.default openid offline_access"}})
	page, _ := d["verification_uri"].(string)
	code, _ := d["user_code"].(string)
	if status != 200 || !strings.HasPrefix(page, s.pages.URL+"/") || len(code) != 9 || d["interval"] != 5.0 || d["expires_in"] != 900.0 {
		t.Fatalf("%d %v", status, d)
	}
	poll := url.Values{"grant_type": {deviceGrant}, "client_id": {native}, "device_code": {d["device_code"].(string)}, "client_info": {"1"}}
	s.a.SlowDown(1)
	for _, want := range []string{"slow_down", "authorization_pending"} {
		if status, m := s.post(tenant, poll); status != 400 || m["error"] != want || number(m) != 70016 {
			t.Errorf("%s: %d %v", want, status, m)
		}
	}
	res, err := http.Get(page)
	if err != nil {
		t.Fatal(err)
	}
	if _, text := body(t, res); !strings.Contains(text, ">PRACTICE<") || !strings.Contains(text, "Enter code") {
		t.Errorf("the page is %s", text)
	}
	if text := s.submit(page, url.Values{"otc": {"ABCDEFGHJ"}}); !strings.Contains(text, "That code did") {
		t.Errorf("a wrong code: %s", text)
	}
	f := form(s.submit(page, url.Values{"otc": {strings.ToLower(code[:4]) + "-" + code[4:]}}))
	f.Set("do", "signin")
	if text := s.submit(page, f); !strings.Contains(text, "You have signed in") {
		t.Errorf("after the password: %s", text)
	}
	poll.Set("grant_type", oldDeviceGrant)
	status, m := s.post(tenant, poll)
	if status != 200 || m["refresh_token"] == nil || m["id_token"] == nil {
		t.Fatalf("%d %v", status, m)
	}
	if c, err := s.a.Check(m["access_token"].(string), org); err != nil || c.ObjectID != "ada-1" {
		t.Errorf("%+v %v", c, err)
	}
	if status, m := s.post(tenant, poll); status != 400 || number(m) != 54005 {
		t.Errorf("used twice: %d %v", status, m)
	}
}

func TestACodeThatIsDeclinedOrTooLate(t *testing.T) {
	s := newStage(t)
	_, d := s.device(url.Values{"client_id": {native}, "scope": {org + "/.default"}})
	refused := url.Values{"grant_type": {deviceGrant}, "client_id": {native}, "device_code": {d["device_code"].(string)}}
	if _, m := s.post(tenant, refused); number(m) != 7000218 {
		t.Errorf("without public client flows: %v", m)
	}
	s.public(native)
	ask := url.Values{"client_id": {native}, "scope": {org + "/.default"}}
	_, d = s.device(ask)
	page := d["verification_uri"].(string)
	f := form(s.submit(page, url.Values{"otc": {d["user_code"].(string)}}))
	f.Set("do", "cancel")
	s.submit(page, f)
	poll := url.Values{"grant_type": {deviceGrant}, "client_id": {native}, "device_code": {d["device_code"].(string)}}
	if status, m := s.post(tenant, poll); status != 400 || m["error"] != "authorization_declined" {
		t.Errorf("declined: %d %v", status, m)
	}
	_, d = s.device(ask)
	s.clock = s.clock.Add(16 * time.Minute)
	poll.Set("device_code", d["device_code"].(string))
	if status, m := s.post(tenant, poll); status != 400 || m["error"] != "expired_token" || len(s.a.Devices()) != 0 {
		t.Errorf("too late: %d %v", status, m)
	}
	if status, m := s.device(url.Values{"client_id": {"nobody"}, "scope": {org + "/.default"}}); status != 400 || number(m) != 700016 {
		t.Errorf("an unknown application: %d %v", status, m)
	}
}

// pair makes a key and its certificate.
func (s *stage) pair(days int) (*rsa.PrivateKey, []byte) {
	s.t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		s.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Ferry"}, NotBefore: s.clock.AddDate(0, -1, 0), NotAfter: s.clock.AddDate(0, 0, days)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		s.t.Fatal(err)
	}
	return key, der
}

// signed makes an assertion.
func (s *stage) signed(key *rsa.PrivateKey, der []byte, algorithm string, change func(head, claims map[string]any)) string {
	s.t.Helper()
	head := map[string]any{"alg": algorithm, "typ": "JWT"}
	if algorithm == "PS256" {
		sum := sha256.Sum256(der)
		head["x5t#S256"] = base64.StdEncoding.EncodeToString(sum[:])
	} else {
		sum := sha1.Sum(der)
		head["x5t"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	claims := map[string]any{"aud": s.api.URL + "/" + tenant + "/oauth2/v2.0/token", "iss": web, "sub": web,
		"jti": random(), "nbf": s.clock.Unix(), "exp": s.clock.Add(10 * time.Minute).Unix()}
	if change != nil {
		change(head, claims)
	}
	var parts []string
	for _, part := range []any{head, claims} {
		raw, err := json.Marshal(part)
		if err != nil {
			s.t.Fatal(err)
		}
		parts = append(parts, base64.RawURLEncoding.EncodeToString(raw))
	}
	text := strings.Join(parts, ".")
	sum := sha256.Sum256([]byte(text))
	sign := func() ([]byte, error) { return rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:]) }
	if algorithm == "PS256" {
		sign = func() ([]byte, error) {
			return rsa.SignPSS(rand.Reader, key, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: 32})
		}
	}
	mark, err := sign()
	if err != nil {
		s.t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(mark)
}

func asserting(text string) url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {web}, "scope": {org + "/.default"},
		"client_assertion_type": {assertionType}, "client_assertion": {text}}
}

func TestAnApplicationProvesItselfWithACertificate(t *testing.T) {
	s := newStage(t)
	key, der := s.pair(30)
	other, otherDER := s.pair(30)
	if status, m := s.post(tenant, asserting(s.signed(key, der, "PS256", nil))); status != 401 || number(m) != 700027 {
		t.Errorf("not registered: %d %v", status, m)
	}
	if err := s.a.Register(web, der); err != nil {
		t.Fatal(err)
	}
	for _, algorithm := range []string{"PS256", "RS256"} {
		text := s.signed(key, der, algorithm, nil)
		if status, m := s.post(tenant, asserting(text)); status != 200 {
			t.Errorf("%s: %d %v", algorithm, status, m)
		}
		if status, m := s.post(tenant, asserting(text)); status != 400 || number(m) != 50027 {
			t.Errorf("%s used twice: %d %v", algorithm, status, m)
		}
	}
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"another certificate": {s.signed(other, otherDER, "PS256", nil), 700027},
		"another key":         {s.signed(other, der, "PS256", nil), 700027},
		"another audience":    {s.signed(key, der, "PS256", func(_, c map[string]any) { c["aud"] = "https://login.example/token" }), 700023},
		"over":                {s.signed(key, der, "PS256", func(_, c map[string]any) { c["exp"] = s.clock.Add(-time.Hour).Unix() }), 700024},
		"not yet":             {s.signed(key, der, "PS256", func(_, c map[string]any) { c["nbf"] = s.clock.Add(time.Hour).Unix() }), 700024},
		"of somebody else":    {s.signed(key, der, "PS256", func(_, c map[string]any) { c["iss"], c["sub"] = native, native }), 700021},
		"two names":           {s.signed(key, der, "PS256", func(_, c map[string]any) { c["sub"] = native }), 50027},
		"no algorithm":        {s.signed(key, der, "PS256", func(h, _ map[string]any) { h["alg"] = "none" }), 700027},
		"no JWT":              {"x.y", 50027},
	} {
		if _, m := s.post(tenant, asserting(c.text)); number(m) != c.want {
			t.Errorf("%s: %v", name, m)
		}
	}
	s.clock = s.clock.AddDate(0, 0, 31)
	if _, m := s.post(tenant, asserting(s.signed(key, der, "PS256", nil))); number(m) != 700027 {
		t.Errorf("an expired certificate: %v", m)
	}
}

func TestAPersonSignsInToAnApplicationWithACertificate(t *testing.T) {
	s := newStage(t)
	key, der := s.pair(30)
	if err := s.a.Register(web, der); err != nil {
		t.Fatal(err)
	}
	q := asked()
	q.Set("client_id", web)
	q.Set("redirect_uri", "http://localhost:33333/signin")
	_, answer := s.press(q, "signin")
	v := redeem(answer.Get("code"))
	v.Set("client_id", web)
	v.Set("redirect_uri", "http://localhost:33333/signin")
	if _, m := s.post(tenant, v); number(m) != 7000218 {
		t.Errorf("without a proof: %v", m)
	}
	v.Set("client_assertion_type", assertionType)
	v.Set("client_assertion", s.signed(key, der, "PS256", nil))
	if status, m := s.post(tenant, v); status != 200 || m["refresh_token"] == nil {
		t.Errorf("%d %v", status, m)
	}
}

func TestAnApplicationThatNobodyMayUse(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Application)
		page   string // what is shown instead of the sign-in page, or after it
	}{
		"disabled":      {func(a *Application) { a.Disabled = true }, "AADSTS7000112"},
		"no permission": {func(a *Application) { a.NoPermission = true }, "AADSTS650057"},
	} {
		s := newStage(t)
		if err := s.a.Change(native, c.change); err != nil {
			t.Fatal(err)
		}
		if status, text := s.page(asked()); status != 400 || !strings.Contains(text, c.page) || !strings.Contains(text, "Correlation ID") {
			t.Errorf("%s: %d %s", name, status, text)
		}
	}
}

func TestWhatStaysOnThePageAfterThePassword(t *testing.T) {
	const upn = "ada@contoso.practice.test"
	for want, change := range map[string]func(*stage) error{
		"AADSTS50105": func(s *stage) error { return s.a.Change(native, func(a *Application) { a.AssignmentRequired = true }) },
		"AADSTS90094": func(s *stage) error { return s.a.Change(native, func(a *Application) { a.Consent = ConsentAdmin }) },
		"AADSTS50057": func(s *stage) error { return s.a.ChangePerson(upn, func(p *Person) { p.Disabled = true }) },
		"AADSTS50053": func(s *stage) error { return s.a.ChangePerson(upn, func(p *Person) { p.Locked = true }) },
		"AADSTS50055": func(s *stage) error { return s.a.ChangePerson(upn, func(p *Person) { p.PasswordExpired = true }) },
		"AADSTS50020": func(s *stage) error { return s.a.ChangePerson(upn, func(p *Person) { p.Home = "another" }) },
		"AADSTS53003": func(s *stage) error { return s.a.ChangePerson(upn, func(p *Person) { p.Blocked = 53003 }) },
		"AADSTS53000": func(s *stage) error { s.a.FailOnPage(53000); return nil },
	} {
		s := newStage(t)
		if err := change(s); err != nil {
			t.Fatal(err)
		}
		_, text := s.page(asked())
		f := form(text)
		f.Set("do", "signin")
		if text = s.submit(s.pages.URL+"/"+tenant+"/oauth2/v2.0/authorize", f); !strings.Contains(text, want+":") || !strings.Contains(text, "Timestamp") {
			t.Errorf("%s: %s", want, text)
		}
	}
	s := newStage(t)
	s.a.FailBack(50076)
	if _, answer := s.press(asked(), "signin"); answer.Get("error") != "interaction_required" || !strings.HasPrefix(answer.Get("error_description"), "AADSTS50076:") || answer.Get("state") != "s&<1>" {
		t.Errorf("told to the application: %v", answer)
	}
	s = newStage(t)
	s.a.FailOnPage(700016)
	if status, text := s.page(asked()); status != 400 || !strings.Contains(text, "AADSTS700016") {
		t.Errorf("before anybody signs in: %d %s", status, text)
	}
}

func TestConsentIsAskedOnceAndCanBeWithdrawn(t *testing.T) {
	s := newStage(t)
	if err := s.a.Change(native, func(a *Application) { a.Consent = ConsentUser }); err != nil {
		t.Fatal(err)
	}
	_, page := s.press(asked(), "signin")
	if page.Get("flow") == "" {
		t.Fatalf("no consent page: %v", page)
	}
	page.Set("do", "accept")
	answer := form(s.submit(s.pages.URL+"/"+tenant+"/oauth2/v2.0/authorize", page))
	status, m := s.post(tenant, redeem(answer.Get("code")))
	if status != 200 {
		t.Fatalf("%d %v", status, m)
	}
	if _, again := s.press(asked(), "signin"); again.Get("code") == "" {
		t.Errorf("it is asked twice: %v", again)
	}
	if err := s.a.Change(native, func(a *Application) { a.Consent = ConsentAdmin }); err != nil {
		t.Fatal(err)
	}
	if _, m := s.post(tenant, url.Values{"grant_type": {"refresh_token"}, "client_id": {native}, "refresh_token": {m["refresh_token"].(string)}}); number(m) != 65001 {
		t.Errorf("withdrawn: %v", m)
	}
}

func TestAnAdministratorConsentsForEverybody(t *testing.T) {
	s := newStage(t)
	if err := s.a.Change(native, func(a *Application) { a.Consent = ConsentAdmin }); err != nil {
		t.Fatal(err)
	}
	link := "/" + tenant + "/v2.0/adminconsent?" + url.Values{"client_id": {native}, "scope": {org + "/.default"}, "redirect_uri": {"http://localhost:5555"}, "state": {"s1"}}.Encode()
	client := *s.api.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Get(s.api.URL + link)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if to := res.Header.Get("Location"); to != s.pages.URL+link {
		t.Fatalf("the browser is sent to %s", to)
	}
	who := url.Values{"username": {"ada@contoso.practice.test"}, "password": {"pw"}, "do": {"accept"}}
	if text := s.submit(s.pages.URL+link, who); !strings.Contains(text, "AADSTS90094") {
		t.Errorf("who is no administrator: %s", text)
	}
	if err := s.a.ChangePerson("ada@contoso.practice.test", func(p *Person) { p.Admin = true }); err != nil {
		t.Fatal(err)
	}
	res, err = client.PostForm(s.pages.URL+link, who)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	to, err := res.Location()
	if err != nil || to.Query().Get("admin_consent") != "True" || to.Query().Get("tenant") != tenant || to.Query().Get("state") != "s1" {
		t.Fatalf("%v %v", to, err)
	}
	if err := s.a.ChangePerson("ada@contoso.practice.test", func(p *Person) { p.Admin = false }); err != nil {
		t.Fatal(err)
	}
	if _, answer := s.press(asked(), "signin"); answer.Get("code") == "" {
		t.Errorf("afterwards: %v", answer)
	}
	older := strings.Replace(link, "/v2.0/", "/", 1)
	res, err = client.PostForm(s.pages.URL+older, url.Values{"do": {"cancel"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if to, err := res.Location(); err != nil || to.Query().Get("error") != "access_denied" {
		t.Errorf("cancelled: %v %v", to, err)
	}
}

func TestDemandedClaimsAreMetByASignInThatAsksForThem(t *testing.T) {
	s := newStage(t)
	const claims = `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`
	_, answer := s.press(asked(), "signin")
	_, m := s.post(tenant, redeem(answer.Get("code")))
	s.a.Demand(claims)
	again := url.Values{"grant_type": {"refresh_token"}, "client_id": {native}, "refresh_token": {m["refresh_token"].(string)}}
	if status, m := s.post(tenant, again); status != 400 || m["claims"] != claims || m["error"] != "interaction_required" {
		t.Errorf("%d %v", status, m)
	}
	q := asked()
	q.Set("claims", claims)
	_, answer = s.press(q, "signin")
	status, m := s.post(tenant, redeem(answer.Get("code")))
	if status != 200 {
		t.Fatalf("%d %v", status, m)
	}
	if c, err := s.a.Check(m["access_token"].(string), org); err != nil || c.Demanded != claims {
		t.Errorf("%+v %v", c, err)
	}
}

func TestACompanysOwnFederationServer(t *testing.T) {
	s := newStage(t)
	res, err := s.api.Client().Get(s.api.URL + "/adfs/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	if status, text := body(t, res); status != 200 || !strings.Contains(text, s.pages.URL+"/adfs/oauth2/authorize/") || !strings.Contains(text, s.api.URL+"/adfs/oauth2/token/") {
		t.Fatalf("%d %s", status, text)
	}
	q := asked()
	q.Set("scope", "openid")
	q.Set("resource", org+"/")
	res, err = http.Get(s.pages.URL + "/adfs/oauth2/authorize/?" + q.Encode())
	if err != nil {
		t.Fatal(err)
	}
	_, text := body(t, res)
	f := form(text)
	f.Set("do", "signin")
	answer := form(s.submit(s.pages.URL+"/adfs/oauth2/authorize/", f))
	v := redeem(answer.Get("code"))
	v.Set("scope", "openid")
	v.Set("resource", org)
	status, m := s.federated(v)
	if status != 200 || m["refresh_token"] == nil {
		t.Fatalf("%d %v", status, m)
	}
	if _, err := s.a.Check(m["access_token"].(string), org); err != nil {
		t.Error(err)
	}
	app := url.Values{"grant_type": {"client_credentials"}, "client_id": {web}, "client_secret": {"wrong"}, "resource": {org}}
	if status, m := s.federated(app); status != 400 || !strings.HasPrefix(m["error_description"].(string), "MSIS9622:") || m["error_codes"] != nil {
		t.Errorf("a wrong secret: %d %v", status, m)
	}
	app.Set("client_secret", secret)
	if status, m := s.federated(app); status != 200 {
		t.Errorf("an application: %d %v", status, m)
	}
	app.Set("resource", "https://nowhere.practice.test")
	if _, m := s.federated(app); !strings.HasPrefix(m["error_description"].(string), "MSIS9602:") {
		t.Errorf("an unknown resource: %v", m)
	}
}

func (s *stage) federated(v url.Values) (int, map[string]any) {
	s.t.Helper()
	res, err := s.api.Client().PostForm(s.api.URL+"/adfs/oauth2/token/", v)
	if err != nil {
		s.t.Fatal(err)
	}
	status, text := body(s.t, res)
	m := map[string]any{}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		s.t.Fatalf("%d %s", status, text)
	}
	return status, m
}

func TestASecretHasAnEnd(t *testing.T) {
	s := newStage(t)
	if err := s.a.Change(web, func(a *Application) { a.SecretExpires = s.clock.Add(time.Hour) }); err != nil {
		t.Fatal(err)
	}
	v := url.Values{"grant_type": {"client_credentials"}, "client_id": {web}, "client_secret": {secret}, "scope": {org + "/.default"}}
	if status, m := s.post(tenant, v); status != 200 {
		t.Errorf("%d %v", status, m)
	}
	s.clock = s.clock.Add(2 * time.Hour)
	if _, m := s.post(tenant, v); number(m) != 7000222 {
		t.Errorf("%v", m)
	}
}

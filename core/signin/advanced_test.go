package signin_test

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/core/signin"
)

func TestFurtherParametersGoWhereTheyBelong(t *testing.T) {
	w := newWorld(t)
	f := fakeService(w)
	f.token = func(n int, _ url.Values) (int, string) { return 200, forAda(n) }
	c := w.config(signin.Browser, publicApp)
	c.AuthorizeParams = url.Values{"domain_hint": {"contoso.com"}, "prompt": {"login"}, "response_mode": {"query"}}
	c.TokenParams = url.Values{"resource": {"urn:dynamics"}, "special": {"a&b"}}
	c.Scope = "https://special/.default"
	var links []url.Values
	c.Open = atOnce(t, &links)
	s := w.session(c)
	if _, err := s.SignIn(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	w.later(2 * time.Hour)
	w.token(s, "")
	q := links[0]
	if q.Get("domain_hint") != "contoso.com" || q.Get("prompt") != "login" || q.Get("response_mode") != "query" || q.Has("special") || q.Has("resource") {
		t.Errorf("link: %v", q)
	}
	if q.Get("scope") != "openid offline_access profile https://special/.default" {
		t.Errorf("scope: %q", q.Get("scope"))
	}
	for _, form := range f.asked() {
		if form.Get("resource") != "urn:dynamics" || form.Get("special") != "a&b" || form.Has("domain_hint") || !strings.Contains(form.Get("scope"), "https://special/.default") {
			t.Errorf("form: %v", form)
		}
	}
	for _, e := range w.authority.Log() { // the discovery document gets none of it
		if strings.Contains(fmt.Sprint(e), "special") {
			t.Errorf("sent elsewhere: %v", e)
		}
	}
	if strings.Contains(w.log.String(), "special") {
		t.Error("parameters are logged")
	}
}

func TestWhatTheSafetyRestsOnCannotBeReplaced(t *testing.T) {
	good := signin.Config{Org: "https://contoso.crm.dynamics.com", ClientID: publicApp, Way: signin.Browser}
	for _, name := range []string{"client_id", "redirect_uri", "response_type", "scope", "state", "State", "nonce", "code_challenge", "code_challenge_method", "request_uri"} {
		c := good
		c.AuthorizeParams = url.Values{name: {"x"}}
		_, err := signin.New(c)
		if f := wantFault(t, err, "signin.parameter-protected"); !strings.Contains(f.Cause, name) {
			t.Errorf("cause: %s", f.Cause)
		}
	}
	for _, name := range []string{"client_id", "client_secret", "client_assertion", "grant_type", "code", "code_verifier", "redirect_uri", "refresh_token", "device_code", "scope", "assertion"} {
		c := good
		c.TokenParams = url.Values{name: {"x"}}
		_, err := signin.New(c)
		wantFault(t, err, "signin.parameter-protected")
	}
	c := good
	c.AuthorizeParams = url.Values{"response_mode": {"fragment"}} // it would never reach the listener
	_, err := signin.New(c)
	wantFault(t, err, "signin.parameter-protected")
	for _, name := range []string{"", "a b", "a=b", "a&b", "a\nb"} {
		c := good
		c.TokenParams = url.Values{name: {"x"}}
		_, err := signin.New(c)
		wantFault(t, err, "signin.parameter")
	}
	for _, address := range []string{"http://login.example/token", "login.example", "https://me:pw@login.example/token", "https://login.example/token#x"} {
		c := good
		c.TokenURL = address
		_, err := signin.New(c)
		wantFault(t, err, "signin.endpoint")
		c = good
		c.AuthorizeURL = address
		_, err = signin.New(c)
		wantFault(t, err, "signin.endpoint")
	}
}

func TestOwnAddressesTakeThePlaceOfTheServices(t *testing.T) {
	w := newWorld(t)
	var mu sync.Mutex
	var paths []string
	other := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		paths = append(paths, r.Method+" "+r.URL.Path)
		fmt.Fprint(rw, forAda(len(paths)))
	}))
	defer other.Close()
	w.transport.TLSClientConfig.RootCAs.AddCert(other.Certificate())

	c := w.config(signin.Browser, publicApp)
	c.AuthorizeURL, c.TokenURL = "https://login.own.example/go?keep=1", other.URL+"/own/token"
	var links []url.Values
	opened := ""
	at := atOnce(t, &links)
	c.Open = func(link string) error { opened = link; return at(link) }
	s := w.session(c)
	if _, err := s.SignIn(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(opened, "https://login.own.example/go?") || links[0].Get("client_id") != publicApp {
		t.Errorf("opened %s", opened)
	}
	if len(paths) != 1 || paths[0] != "POST /own/token" || len(w.authority.Log()) != 0 {
		t.Errorf("asked %v, and the authority %v", paths, w.authority.Log())
	}
	w.later(2 * time.Hour)
	w.token(s, "")

	// With the token address alone, the sign-in service is where that is, and is asked for the rest.
	c = w.config(signin.Application, secretApp)
	c.Authority, c.Tenant = "", ""
	c.TokenURL = w.api.URL + "/" + tenant + "/oauth2/v2.0/token"
	if id, err := w.session(c).SignIn(context.Background(), nil); err != nil || id.Tenant != tenant {
		t.Errorf("%+v, %v", id, err)
	}
}

func TestASignInForOneTokenAddressIsNotUsedAtAnother(t *testing.T) {
	w := newWorld(t)
	c := w.config(signin.Browser, publicApp)
	c.Cache = &memory{}
	w.signedIn(c)
	c.TokenURL = "https://else.example/token"
	_, err := w.session(c).Token(context.Background(), "")
	wantFault(t, err, "signin.first")
}

// onPremises is a world with an AD FS in place of Microsoft's service.
func onPremises(t *testing.T) (*world, *fake, func(signin.Way, string) signin.Config) {
	w := newWorld(t)
	f := &fake{t: t, world: w, headers: http.Header{}}
	f.token = func(n int, _ url.Values) (int, string) {
		id := "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(`{"aud":"`+publicApp+`","sub":"s-1","upn":"ada@contoso.example","unique_name":"CONTOSO\\ada"}`)) + "."
		return 200, fmt.Sprintf(`{"access_token":"1.practice.adfs-%d","expires_in":3600,"refresh_token":"1.practice.r-%d","id_token":%q,"resource":"x"}`, n, n, id)
	}
	f.device = func(url.Values) (int, string) { return 200, codeAnswer }
	w.through(func(http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodGet && r.URL.Path == "/adfs/.well-known/openid-configuration":
				fmt.Fprintf(rw, `{"issuer":"%[1]s/adfs","authorization_endpoint":"%[1]s/adfs/oauth2/authorize/","token_endpoint":"%[1]s/adfs/oauth2/token/","device_authorization_endpoint":"%[1]s/adfs/oauth2/devicecode"}`, w.api.URL)
			case r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/adfs/oauth2/"):
				f.serve(rw, r)
			default:
				t.Errorf("AD FS is asked %s %s", r.Method, r.URL.Path)
			}
		})
	})
	w.challenge = "Bearer authorization_uri=" + w.api.URL + "/adfs/oauth2/authorize, resource_id=" + w.org.URL + "/"
	return w, f, func(way signin.Way, app string) signin.Config {
		c := w.config(way, app)
		c.Authority, c.Tenant = w.api.URL+"/adfs", ""
		return c
	}
}

// MSAL sends a scope to AD FS and never the resource, which AD FS before 2019 wants.
func TestTrapADFSIsToldTheResource(t *testing.T) {
	w, f, config := onPremises(t)
	c := config(signin.Browser, publicApp)
	c.Cache = &memory{}
	var links []url.Values
	c.Open = atOnce(t, &links)
	s := w.session(c)
	id, err := s.SignIn(context.Background(), nil)
	if err != nil || id.Name != "ada@contoso.example" || id.Tenant != "adfs" {
		t.Fatalf("%+v, %v", id, err)
	}
	w.later(2 * time.Hour)
	w.token(s, "")
	again := w.session(c)
	w.token(again, "")
	if links[0].Get("resource") != w.org.URL+"/" || links[0].Has("prompt") || links[0].Get("scope") != "openid offline_access profile" {
		t.Errorf("link: %v", links[0])
	}
	forms := f.asked()
	if len(forms) < 3 || forms[1].Get("refresh_token") != "1.practice.r-1" {
		t.Fatalf("%d requests", len(forms))
	}
	for i, form := range forms {
		if form.Get("resource") != w.org.URL+"/" || strings.Contains(form.Get("scope"), ".default") {
			t.Errorf("request %d: %v", i, form)
		}
	}
}

func TestADFSTakesSecretCertificateAndCode(t *testing.T) {
	w, f, config := onPremises(t)
	if id, err := w.session(config(signin.Application, secretApp)).SignIn(context.Background(), nil); err != nil || !id.Application {
		t.Fatalf("%+v, %v", id, err)
	}
	c, p := withCertificate(t, w, signin.Application)
	c.Authority, c.Tenant = w.api.URL+"/adfs", ""
	if _, err := w.session(c).SignIn(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	head, claims := verified(t, p, f.asked()[1])
	sum := sha1.Sum(p.cert.Raw)
	if head["alg"] != "RS256" || head["x5t"] != base64.StdEncoding.EncodeToString(sum[:]) || claims["aud"] != w.api.URL+"/adfs/oauth2/token/" {
		t.Errorf("%v %v", head, claims)
	}
	shown, _, err := w.session(c).Assertion(context.Background())
	if err != nil || !contains(shown, `"RS256"`, `"x5t"`) {
		t.Errorf("shown: %s, %v", shown, err)
	}
	if _, err := w.session(config(signin.Device, publicApp)).SignIn(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	if f.devices[0] != "/adfs/oauth2/devicecode" {
		t.Errorf("the code was asked for at %s", f.devices[0])
	}
}

func TestAnEnvironmentCannotNameAnothersResource(t *testing.T) {
	w, f, config := onPremises(t)
	w.challenge = "Bearer authorization_uri=" + w.api.URL + "/adfs/oauth2/authorize, resource_id=https://payroll.example/"
	w.token(w.session(config(signin.Application, secretApp)), "")
	if got := f.asked()[0].Get("resource"); got != w.org.URL+"/" {
		t.Errorf("a token for %s was asked for", got)
	}
	own := config(signin.Application, secretApp)
	own.TokenParams = url.Values{"resource": {"https://auth.contoso.example/"}} // a person may name it
	w.token(w.session(own), "")
	if got := f.asked()[1].Get("resource"); got != "https://auth.contoso.example/" {
		t.Errorf("a token for %s was asked for", got)
	}
	own = config(signin.Browser, publicApp)
	own.TokenParams = url.Values{"resource": {"https://auth.contoso.example/"}}
	var links []url.Values
	own.Open = atOnce(t, &links)
	if _, err := w.session(own).SignIn(context.Background(), nil); err != nil || links[0].Get("resource") != "https://auth.contoso.example/" {
		t.Errorf("the page is asked for %v, %v", links, err)
	}
}

func TestWhatADFSRefusesIsSaidInWords(t *testing.T) {
	for number, code := range map[string]string{
		"MSIS9607: The 'client_id' parameter in the request is invalid.": "signin.adfs-client",
		"MSIS9602: The received 'resource' parameter is invalid.":        "signin.adfs-resource",
		"MSIS9622: Client authentication failed.":                        "signin.adfs-credential",
		"MSIS9605: The client is not allowed to access the resource.":    "signin.adfs-not-allowed",
	} {
		w, f, config := onPremises(t)
		f.token = func(int, url.Values) (int, string) {
			return 400, `{"error":"invalid_request","error_description":"` + number + `"}`
		}
		_, err := w.session(config(signin.Application, secretApp)).SignIn(context.Background(), nil)
		if fault := wantFault(t, err, code); !strings.HasPrefix(fault.Details, number[:8]) || fault.Link != "" {
			t.Errorf("%+v", fault)
		}
	}
}

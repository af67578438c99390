package practice_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	ntlmssp "github.com/Azure/go-ntlmssp"

	"ferry/core/practice"
	"ferry/core/practice/microsoft"
)

// tokenFor asks for a token of the application for an address.
func (g *guest) tokenFor(authority, resource string, more url.Values) (int, string, string) {
	g.Helper()
	v := url.Values{"grant_type": {"client_credentials"}, "client_id": {g.env.SecretApp}, "client_secret": {g.env.Secret}, "scope": {resource + "/.default"}}
	for name, values := range more {
		v[name] = values
	}
	r, err := g.http.PostForm(authority, v)
	if err != nil {
		g.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		g.Fatal(err)
	}
	var in struct {
		Token string `json:"access_token"`
	}
	_ = json.Unmarshal(body, &in)
	return r.StatusCode, in.Token, string(body)
}

func TestACompanysServerIsSignedInToByADFS(t *testing.T) {
	g := visit(t, practice.Options{Rows: map[string]int{"account": 3}, OnPremises: &practice.OnPremises{Organization: "Contoso", Version: "v9.1"}})
	if !strings.HasSuffix(g.env.Org, "/Contoso") || !strings.HasSuffix(g.env.Authority, "/adfs") || g.env.Tenant != "" {
		t.Fatalf("%s %s %q", g.env.Org, g.env.Authority, g.env.Tenant)
	}
	status, token, body := g.tokenFor(g.env.Authority+"/oauth2/token/", "", url.Values{"scope": {""}, "resource": {g.env.Org}})
	if status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	g.token = token
	if a := g.get("accounts?$select=name"); a.status != 200 || len(a.Value) != 3 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := g.get("", "Authorization", ""); a.status != 401 || !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer authorization_uri="+g.env.Authority+"/oauth2/authorize, ") {
		t.Errorf("%d %v", a.status, a.header)
	}
}

func TestACompanysServerIsSignedInToAsAtWindows(t *testing.T) {
	g := visit(t, practice.Options{OnPremises: &practice.OnPremises{Organization: "Contoso", Version: "v8.2", Windows: true}})
	ask := func(user, password string) (int, string) {
		tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: g.env.Pool}}
		defer tr.CloseIdleConnections()
		c := &http.Client{Transport: ntlmssp.Negotiator{RoundTripper: tr}, Timeout: 2 * time.Minute}
		r, err := http.NewRequest("GET", g.env.API()+"/WhoAmI", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth(user, password)
		res, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(body)
	}
	if status, body := ask(g.env.Windows.User, g.env.Windows.Password); status != 200 || !strings.Contains(body, g.env.PersonUser) {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := ask(g.env.Windows.User, "wrong"); status != 401 {
		t.Errorf("with a wrong password: %d", status)
	}
	if status, _ := ask(`PRACTICE\nobody`, g.env.Windows.Password); status != 401 {
		t.Errorf("somebody else: %d", status)
	}
}

func TestTheSecondTenantsTokensOpenNothing(t *testing.T) {
	g := visit(t, practice.Options{})
	issuer := strings.TrimSuffix(g.env.Authority, "/"+practice.Tenant)
	status, token, body := g.tokenFor(issuer+"/"+practice.OtherTenant+"/oauth2/v2.0/token", g.env.Org, nil)
	if status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	g.token = token
	if a := g.get("WhoAmI"); a.status != 401 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if _, _, body := g.tokenFor(issuer+"/"+practice.OtherTenant+"/oauth2/v2.0/token", g.env.Org, url.Values{"client_id": {g.env.ClientID}}); !strings.Contains(body, "AADSTS700016") {
		t.Errorf("an application that the tenant does not know: %s", body)
	}
}

func TestAPersonSeesTheirEnvironmentsAndAnApplicationSeesNone(t *testing.T) {
	g := visit(t, practice.Options{})
	_, token, _ := g.tokenFor(g.env.Authority+"/oauth2/v2.0/token", g.env.Discovery, nil)
	g.token = token
	if a := g.get(g.env.Discovery + "/api/discovery/v2.0/Instances"); a.status != 200 || len(a.Value) != 0 {
		t.Errorf("the application: %d %s", a.status, a.body)
	}
	g.token = g.person(g.env.Discovery)
	a := g.get(g.env.Discovery + "/api/discovery/v2.0/Instances?$select=Url,FriendlyName,State,TenantId")
	if a.status != 200 || len(a.Value) != 5 || a.Value[0]["Url"] != g.env.Org+"/" || len(a.Value[0]) != 4 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := g.get("WhoAmI"); a.status != 401 {
		t.Errorf("the token opens Dynamics: %d", a.status)
	}
}

// person signs the person in with a code and returns a token for an address.
func (g *guest) person(resource string) string {
	g.Helper()
	post := func(path string, v url.Values) map[string]any {
		r, err := g.http.PostForm(g.env.Authority+path, v)
		if err != nil {
			g.Fatal(err)
		}
		defer r.Body.Close()
		m := map[string]any{}
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			g.Fatal(err)
		}
		return m
	}
	d := post("/oauth2/v2.0/devicecode", url.Values{"client_id": {g.env.ClientID}, "scope": {resource + "/.default"}})
	page, err := g.env.Type(g.Context(), d["verification_uri"].(string), d["user_code"].(string), practice.SignsIn)
	if err != nil || !strings.Contains(page.Text, "You have signed in") {
		g.Fatalf("%+v %v", page, err)
	}
	t := post("/oauth2/v2.0/token", url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {g.env.ClientID}, "device_code": {d["device_code"].(string)}})
	token, _ := t["access_token"].(string)
	if token == "" {
		g.Fatalf("%v", t)
	}
	return token
}

func TestOtherCertificatesAreShownWhenTold(t *testing.T) {
	g := visit(t, practice.Options{})
	for trust, says := range map[practice.Trust]string{
		practice.Inspected: "unknown authority", practice.Renamed: "not localhost", practice.Expired: "expired or is not yet valid", practice.Early: "expired or is not yet valid",
	} {
		g.env.Show(trust)
		g.http.CloseIdleConnections()
		_, err := g.http.Get(g.env.Org)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", trust, err)
		}
	}
	g.env.Show(practice.Inspected)
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(g.env.GatewayCA()) {
		t.Fatal("no authority")
	}
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	defer tr.CloseIdleConnections()
	if _, err := (&http.Client{Transport: tr}).Get(g.env.Org); err != nil {
		t.Errorf("who is handed the gateway's authority: %v", err)
	}
	g.env.Show(practice.Trusted)
	g.env.Shut()
	g.http.CloseIdleConnections()
	if _, err := g.http.Get(g.env.Org); err == nil {
		t.Error("it listens though it is shut")
	}
	if err := g.env.Reopen(); err != nil {
		t.Fatal(err)
	}
	if res, err := g.http.Get(g.env.Org); err != nil || res.StatusCode != 401 {
		t.Errorf("%v %v", res, err)
	}
}

func TestAProxyThatWantsAPassword(t *testing.T) {
	g := visit(t, practice.Options{})
	g.env.Proxy.Require("ada", "open sesame")
	via := func(user *url.Userinfo) (int, error) {
		p, err := url.Parse(g.env.Proxy.Address)
		if err != nil {
			t.Fatal(err)
		}
		p.User = user
		tr := &http.Transport{Proxy: http.ProxyURL(p), TLSClientConfig: &tls.Config{RootCAs: g.env.Pool}}
		defer tr.CloseIdleConnections()
		res, err := (&http.Client{Transport: tr, Timeout: 2 * time.Minute}).Get(strings.Replace(g.env.Org, "localhost", "127.0.0.1", 1))
		if err != nil {
			return 0, err
		}
		_ = res.Body.Close()
		return res.StatusCode, nil
	}
	if _, err := via(nil); err == nil || !strings.Contains(err.Error(), "Proxy Authentication Required") {
		t.Errorf("without a password: %v", err)
	}
	if status, err := via(url.UserPassword("ada", "open sesame")); err != nil || status != 401 {
		t.Errorf("with it: %d %v", status, err)
	}
	if hosts, refused := g.env.Proxy.Seen(); len(hosts) != 1 || refused != 1 {
		t.Errorf("it saw %v and refused %d", hosts, refused)
	}
	tr := &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(g.env.Proxy.Address) }, TLSClientConfig: &tls.Config{RootCAs: g.env.Pool}}
	defer tr.CloseIdleConnections()
	g.env.Proxy.Require("", "")
	g.http = &http.Client{Transport: tr, Timeout: 2 * time.Minute}
	org := strings.Replace(g.env.Org, "localhost", practice.ProxyHost, 1)
	_, g.token, _ = g.tokenFor(strings.Replace(g.env.Authority, "localhost", practice.ProxyHost, 1)+"/oauth2/v2.0/token", org, nil)
	if a := g.get(org + "/api/data/v9.2/WhoAmI"); a.status != 200 {
		t.Errorf("by the name that only the proxy knows: %d %s", a.status, a.body)
	}
	g.env.Proxy.Portal(true)
	if _, err := via(url.UserPassword("ada", "open sesame")); err == nil {
		t.Error("the portal lets everybody through")
	}
}

func TestEverythingHasANameThatMustBeEscaped(t *testing.T) {
	g := visit(t, practice.Options{Hostile: true, Rows: map[string]int{"account": 2}})
	org := g.get("organizations?$select=name")
	me := g.get("systemusers(" + g.env.ApplicationUser + ")?$select=fullname&$expand=systemuserroles_association($select=name)")
	table := g.get("EntityDefinitions(LogicalName='account')?$select=DisplayName&$expand=Attributes($select=DisplayName)")
	for name, a := range map[string]answer{"organisation": org, "user and role": me, "table": table} {
		var parts any
		if err := json.Unmarshal([]byte(a.body), &parts); err != nil || a.status != 200 {
			t.Fatalf("%s: %d %v", name, a.status, err)
		}
		var all bytes.Buffer
		e := json.NewEncoder(&all)
		e.SetEscapeHTML(false)
		if err := e.Encode(parts); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(all.String(), "<img src=x onerror=alert(1)>"); n == 0 || name == "user and role" && n < 2 {
			t.Errorf("%s: %d in %s", name, n, all.String())
		}
	}
	link := g.env.Authority + "/oauth2/v2.0/authorize?" + url.Values{"client_id": {g.env.ClientID}, "response_type": {"code"}, "redirect_uri": {"http://localhost:1"}, "scope": {g.env.Org + "/.default"}}.Encode()
	page, err := g.env.Visit(g.Context(), link, practice.ClosesPage)
	if err != nil || strings.Contains(page.HTML, "<img src=x") || !strings.Contains(page.HTML, "&lt;img src=x") {
		t.Errorf("the sign-in page: %v %s", err, page.HTML)
	}
}

func TestAVisitorAnswersThePagesAndReadsWhatStaysThere(t *testing.T) {
	g := visit(t, practice.Options{})
	got := make(chan url.Values, 4)
	app := &http.Server{Addr: "127.0.0.1:0", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		got <- r.Form
		_, _ = io.WriteString(w, "<html><body><p>Back in Ferry</p></body></html>")
	})}
	at := listen(t, app)
	link := func(mode string) string {
		return g.env.Authority + "/oauth2/v2.0/authorize?" + url.Values{"client_id": {g.env.ClientID}, "response_type": {"code"}, "redirect_uri": {"http://localhost:" + at}, "state": {"s"},
			"response_mode": {mode}, "scope": {g.env.Org + "/.default"}}.Encode()
	}
	for _, mode := range []string{"query", "form_post"} {
		page, err := g.env.Visit(g.Context(), link(mode), practice.SignsIn)
		if err != nil || !page.Back || page.Text != "Back in Ferry" {
			t.Fatalf("%s: %+v %v", mode, page, err)
		}
		if v := <-got; v.Get("code") == "" || v.Get("state") != "s" {
			t.Errorf("%s: %v", mode, v)
		}
	}
	if page, err := g.env.Visit(g.Context(), link("query"), practice.Cancels); err != nil || !page.Back || (<-got).Get("error") != "access_denied" {
		t.Errorf("%+v %v", page, err)
	}
	if err := g.env.Microsoft.Change(g.env.ClientID, func(a *microsoft.Application) { a.Consent = microsoft.ConsentUser }); err != nil {
		t.Fatal(err)
	}
	if page, err := g.env.Visit(g.Context(), link("query"), practice.SignsIn); err != nil || !page.Back || (<-got).Get("code") == "" {
		t.Errorf("with consent: %+v %v", page, err)
	}
	g.env.Microsoft.FailOnPage(53003)
	page, err := g.env.Visit(g.Context(), link("query"), practice.SignsIn)
	if err != nil || page.Back || page.Code != 53003 || !strings.Contains(page.Text, "Correlation ID") {
		t.Errorf("%+v %v", page, err)
	}
}

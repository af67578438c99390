package signin_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/signin"
)

// sameAnswer answers every token request with body.
func sameAnswer(w *world, body string) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.authority.API().ServeHTTP(rw, r)
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		fmt.Fprint(rw, body)
	})
}

func TestWrongSettingsAreRefusedBeforeAnythingIsSent(t *testing.T) {
	good := signin.Config{Org: "https://contoso.crm.dynamics.com", ClientID: publicApp, Way: signin.Browser}
	for name, c := range map[string]struct {
		change func(*signin.Config)
		code   string
	}{
		"org over http":             {func(c *signin.Config) { c.Org = "http://contoso.crm.dynamics.com" }, "signin.address"},
		"org with a password":       {func(c *signin.Config) { c.Org = "https://me:pw@contoso.crm.dynamics.com" }, "signin.address"},
		"org that is no address":    {func(c *signin.Config) { c.Org = "contoso" }, "signin.address"},
		"no client ID":              {func(c *signin.Config) { c.ClientID = " " }, "signin.client-id"},
		"client ID is an address":   {func(c *signin.Config) { c.ClientID = "https://contoso" }, "signin.client-id"},
		"no way":                    {func(c *signin.Config) { c.Way = "" }, "signin.way"},
		"application, no secret":    {func(c *signin.Config) { c.Way = signin.Application }, "signin.secret-missing"},
		"an empty certificate":      {func(c *signin.Config) { c.Way, c.Certificate = signin.Application, &signin.Certificate{} }, "signin.certificate-lost"},
		"tenant with a slash":       {func(c *signin.Config) { c.Tenant = "a/b" }, "signin.tenant"},
		"tenant of one word":        {func(c *signin.Config) { c.Tenant = "contoso" }, "signin.tenant"},
		"application in common":     {func(c *signin.Config) { c.Way, c.Secret, c.Tenant = signin.Application, core.NewSecret("x"), "common" }, "signin.tenant-needed"},
		"authority over http":       {func(c *signin.Config) { c.Authority = "http://login.microsoftonline.com" }, "signin.authority"},
		"authority with a query":    {func(c *signin.Config) { c.Authority = "https://login.microsoftonline.com/x?a=b" }, "signin.authority"},
		"authority with a path":     {func(c *signin.Config) { c.Authority = "https://id.example/realms/x" }, "signin.authority"},
		"authority with a password": {func(c *signin.Config) { c.Authority = "https://u:p@id.example" }, "signin.authority"},
		"redirect elsewhere":        {func(c *signin.Config) { c.Redirect = "http://example.com/" }, "signin.redirect"},
		"redirect over https":       {func(c *signin.Config) { c.Redirect = "https://localhost/" }, "signin.redirect"},
	} {
		t.Run(name, func(t *testing.T) {
			config := good
			c.change(&config)
			_, err := signin.New(config)
			wantFault(t, err, c.code)
		})
	}
	if _, err := signin.New(good); err != nil {
		t.Error(err)
	}
}

func TestWhatTheServiceRefusesIsSaidInWords(t *testing.T) {
	for name, c := range map[string]struct {
		way    signin.Way
		client string
		change func(*world, *signin.Config)
		code   string
		number string
	}{
		"wrong secret": {signin.Application, secretApp, func(_ *world, c *signin.Config) { c.Secret = core.NewSecret("wr0ng~secret") }, "signin.secret-wrong", "7000215"},
		"secret ID": {signin.Application, secretApp, func(_ *world, c *signin.Config) {
			c.Secret = core.NewSecret("55555555-5555-4555-8555-555555555555")
		}, "signin.secret-wrong", "7000215"},
		"expired secret":                 {signin.Application, secretApp, func(w *world, _ *signin.Config) { w.authority.ExpireSecret(secretApp) }, "signin.secret-expired", "7000222"},
		"unknown tenant":                 {signin.Application, secretApp, func(_ *world, c *signin.Config) { c.Tenant = "fabrikam.example" }, "signin.tenant-unknown", "90002"},
		"unknown application":            {signin.Application, secretApp, func(_ *world, c *signin.Config) { c.ClientID = "44444444-4444-4444-8444-444444444444" }, "signin.app-unknown", "700016"},
		"unknown environment":            {signin.Application, secretApp, func(_ *world, c *signin.Config) { c.Scope = "https://nowhere.example/.default" }, "signin.environment-unknown", "500011"},
		"scope not default":              {signin.Application, secretApp, func(_ *world, c *signin.Config) { c.Scope = c.Org + "/user_impersonation" }, "signin.scope-default", "1002012"},
		"public app with a secret":       {signin.Browser, publicApp, func(_ *world, c *signin.Config) { c.Secret, c.Redirect = core.NewSecret(secret), "http://localhost" }, "signin.secret-unwanted", "700025"},
		"confidential without a secret":  {signin.Browser, secretApp, func(_ *world, c *signin.Config) { c.Secret, c.Redirect = core.Secret{}, "http://localhost/signin" }, "signin.secret-wanted", "7000218"},
		"conditional access":             {signin.Browser, publicApp, func(w *world, _ *signin.Config) { w.authority.FailNext(53003) }, "signin.blocked", "53003"},
		"a code nobody knows":            {signin.Browser, publicApp, func(w *world, _ *signin.Config) { w.authority.FailNext(999999) }, "signin.refused", "999999"},
		"a passing fault that stays put": {signin.Application, secretApp, func(w *world, _ *signin.Config) { w.authority.Fail(90033) }, "signin.busy", "90033"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			b := &browser{t: t}
			config := w.config(c.way, c.client)
			config.Open = b.open
			c.change(w, &config)
			_, err := w.session(config).SignIn(context.Background(), nil)
			f := wantFault(t, err, c.code)
			if !strings.Contains(f.Details, "AADSTS"+c.number) || !strings.Contains(f.Details, "correlation id ") || !strings.HasSuffix(f.Details, "Z") {
				t.Errorf("details: %q", f.Details)
			}
			if f.Link != "https://login.microsoftonline.com/error?code="+c.number {
				t.Errorf("link: %q", f.Link)
			}
			if name == "secret ID" && !strings.Contains(f.Cause, "secret's ID") {
				t.Errorf("cause: %q", f.Cause)
			}
			if c.way == signin.Browser && !strings.Contains(b.seen(), "That did not work") {
				t.Errorf("the browser shows %s", b.seen())
			}
			if s := config.Secret.Reveal(); s != "" && (strings.Contains(w.log.String(), s) || strings.Contains(f.Error(), s)) {
				t.Error("the secret got out")
			}
		})
	}
}

func TestAPassingFaultIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	w.authority.FailNext(90033, 50033)
	if _, err := w.session(w.config(signin.Application, secretApp)).SignIn(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	if len(w.waits) != 2 || w.waits[0] < time.Second {
		t.Errorf("waits: %v", w.waits)
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	w := newWorld(t)
	n := 0
	w.through(func(api http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if n++; n == 1 {
				rw.Header().Set("Retry-After", "17")
				rw.WriteHeader(http.StatusTooManyRequests)
				return
			}
			api.ServeHTTP(rw, r)
		})
	})
	w.token(w.session(w.config(signin.Application, secretApp)), "")
	if len(w.waits) != 1 || w.waits[0] != 17*time.Second {
		t.Errorf("waits: %v", w.waits)
	}
}

func TestAHostileAuthorityGetsNothing(t *testing.T) {
	page := http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		fmt.Fprint(rw, "<html>Sign in to the hotel's network</html>")
	})
	elsewhere := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("somebody went where the service sent them")
	}))
	defer elsewhere.Close()
	for name, c := range map[string]struct {
		answer func(*world) http.Handler
		code   string
	}{
		"a page instead of JSON": {func(*world) http.Handler { return page }, "signin.web-page"},
		"a redirect of the document": {func(*world) http.Handler {
			return http.RedirectHandler(elsewhere.URL, http.StatusFound)
		}, "signin.redirected"},
		"a redirect of the token request": {func(w *world) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					http.Redirect(rw, r, elsewhere.URL, http.StatusTemporaryRedirect)
					return
				}
				w.authority.API().ServeHTTP(rw, r)
			})
		}, "signin.redirected"},
		"a token address elsewhere": {func(w *world) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				fmt.Fprintf(rw, `{"issuer":%q,"authorization_endpoint":%q,"token_endpoint":%q}`, w.api.URL, w.api.URL, elsewhere.URL)
			})
		}, "signin.foreign-address"},
		"a token address over http": {func(w *world) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				fmt.Fprintf(rw, `{"issuer":%q,"authorization_endpoint":%q,"token_endpoint":%q}`, w.api.URL, w.api.URL, strings.Replace(w.api.URL, "https", "http", 1))
			})
		}, "signin.foreign-address"},
		"an issuer that is somebody else": {func(w *world) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				fmt.Fprintf(rw, `{"issuer":"https://else.example","authorization_endpoint":%q,"token_endpoint":%q}`, w.api.URL, w.api.URL)
			})
		}, "signin.odd-answer"},
		"an endless answer": {func(*world) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				for r.Context().Err() == nil {
					if _, err := rw.Write(make([]byte, 64<<10)); err != nil {
						return
					}
				}
			})
		}, "signin.odd-answer"},
		"a token that is none":   {func(w *world) http.Handler { return sameAnswer(w, `{"access_token":"","expires_in":1}`) }, "signin.odd-answer"},
		"a token that is a list": {func(w *world) http.Handler { return sameAnswer(w, `{"access_token":["eyJsecret"]}`) }, "signin.odd-answer"},
		"an error in a good dress": {func(w *world) http.Handler {
			return sameAnswer(w, `{"error":"invalid_grant","error_description":"eyJ"}`)
		}, "signin.over"},
		"a page of 404": {func(*world) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { http.Error(rw, "<h1>no</h1>", 404) })
		}, "signin.odd-answer"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.through(func(http.Handler) http.Handler { return c.answer(w) })
			_, err := w.session(w.config(signin.Application, secretApp)).SignIn(context.Background(), nil)
			wantFault(t, err, c.code)
		})
	}
}

func TestWhatMSALStumblesOverIsTakenOut(t *testing.T) {
	w := newWorld(t)
	w.through(func(http.Handler) http.Handler {
		return sameAnswer(w, `{"access_token":"t","token_type":"Bearer","scope":"https://other/words","client_info":"eyJ1aWQiOiJhIn0=","refresh_token":"r"}`)
	})
	if got := w.token(w.session(w.config(signin.Application, secretApp)), ""); got != "t" {
		t.Errorf("got %q", got)
	}
}

func TestTheEnvironmentIsNotBelievedWhenItNamesAStranger(t *testing.T) {
	w := newWorld(t)
	stranger := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("somebody went to the stranger") }))
	defer stranger.Close()
	w.challenge = "Bearer authorization_uri=https://login.evil.example:444/" + tenant + "/oauth2/authorize"
	c := w.config(signin.Application, secretApp)
	c.Tenant = ""
	_, err := w.session(c).SignIn(context.Background(), nil) // the authority is given, but the tenant is a stranger's word
	wantFault(t, err, "signin.foreign-authority")
	c.Authority = ""
	_, err = w.session(c).SignIn(context.Background(), nil)
	wantFault(t, err, "signin.foreign-authority")
	if len(w.authority.Log()) != 0 {
		t.Error("the authority was asked")
	}
	ch, err := signin.Discover(context.Background(), w.transport, w.org.URL)
	if err != nil || ch.Tenant != tenant || ch.Trust("") == nil || ch.Trust(w.api.URL) == nil || ch.Trust("https://login.evil.example") != nil {
		t.Errorf("%+v, %v", ch, err)
	}
}

func TestAnAddressThatIsNoEnvironment(t *testing.T) {
	w := newWorld(t)
	for _, h := range []http.Handler{http.NotFoundHandler(), http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(401) })} {
		srv := httptest.NewTLSServer(h)
		_, err := signin.Discover(context.Background(), w.transport, srv.URL)
		wantFault(t, err, "signin.no-dynamics")
		srv.Close()
	}
	windows := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Add("WWW-Authenticate", "Negotiate")
		rw.Header().Add("WWW-Authenticate", "NTLM")
		rw.WriteHeader(401)
	}))
	defer windows.Close()
	_, err := signin.Discover(context.Background(), w.transport, windows.URL)
	wantFault(t, err, "signin.windows")
	moved := httptest.NewTLSServer(http.RedirectHandler("https://else.example", http.StatusFound))
	defer moved.Close()
	_, err = signin.Discover(context.Background(), w.transport, moved.URL)
	wantFault(t, err, "signin.redirected")
}

func TestACertificateThatNobodyTrustsNamesItsIssuer(t *testing.T) {
	w := newWorld(t)
	c := w.config(signin.Application, secretApp)
	c.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: x509.NewCertPool()}}
	_, err := w.session(c).SignIn(context.Background(), nil)
	f := wantFault(t, err, "rest.certificate-unknown")
	if !strings.Contains(f.Cause, "Acme Co") || len(w.waits) != 0 {
		t.Errorf("%q after %v", f.Cause, w.waits)
	}
	c = w.config(signin.Application, secretApp)
	c.Authority = strings.Replace(w.api.URL, "127.0.0.1", "localhost", 1)
	_, err = w.session(c).SignIn(context.Background(), nil)
	wantFault(t, err, "rest.certificate-name")
}

func TestNothingSecretIsLogged(t *testing.T) {
	w := newWorld(t)
	c := w.config(signin.Browser, secretApp)
	kept := &memory{}
	c.Cache = kept
	s := w.signedIn(c)
	old := w.token(s, "")
	w.authority.EveryOther503(true)
	newest := w.token(s, old)
	log := w.log.String()
	if !strings.Contains(log, "status=200") || !strings.Contains(log, "status=503") {
		t.Fatalf("nothing was logged: %s", log)
	}
	for _, never := range []string{secret, old, newest, "eyJ", "practice.", adasPassword, "ada@", "code=", "state=", tenant} {
		if strings.Contains(log, never) {
			t.Errorf("the log holds %q: %s", never, log)
		}
	}
	if strings.Contains(string(kept.data), secret) {
		t.Error("the cache holds the client secret")
	}
}

package signin_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/signin"
)

const codeAnswer = `{"user_code":"FERRY42","device_code":"1.practice.device","verification_uri":"https://microsoft.com/devicelogin","expires_in":900,"interval":5,"message":"m"}`

// withCodes is a world whose sign-in service hands out codes and then answers as token says.
func withCodes(t *testing.T, token func(n int, form url.Values) (int, string)) (*world, *fake, signin.Config) {
	t.Helper()
	w := newWorld(t)
	f := fakeService(w)
	f.device = func(url.Values) (int, string) { return 200, codeAnswer }
	f.token = token
	return w, f, w.config(signin.Device, publicApp)
}

func pending(n int) func(int, url.Values) (int, string) {
	return func(i int, _ url.Values) (int, string) {
		if i <= n {
			return 400, refusal("authorization_pending", 70016, "pending")
		}
		return 200, forAda(i)
	}
}

func TestAPersonSignsInWithACode(t *testing.T) {
	w, f, c := withCodes(t, pending(3))
	c.Cache = &memory{}
	s := w.session(c)
	began := w.now()
	var steps []signin.Step
	id, err := s.SignIn(context.Background(), func(st signin.Step) { steps = append(steps, st) })
	if err != nil || id.Name != "Ada Lovelace" || id.ObjectID != ada || id.Tenant != tenant || id.Application {
		t.Fatalf("%+v, %v", id, err)
	}
	if len(steps) != 1 || steps[0].Code != "FERRY42" || steps[0].Link != "https://microsoft.com/devicelogin" || !steps[0].Until.Equal(began.Add(15*time.Minute)) || steps[0].Opened {
		t.Errorf("steps: %+v", steps)
	}
	forms := f.asked()
	if len(forms) != 4 || forms[0].Get("grant_type") != "urn:ietf:params:oauth:grant-type:device_code" || forms[0].Get("device_code") != "1.practice.device" || forms[0].Get("client_id") != publicApp {
		t.Errorf("%d requests: %v", len(forms), forms[0])
	}
	for _, d := range w.waits { // the service's own pause, not MSAL's
		if d != 5*time.Second {
			t.Errorf("waits: %v", w.waits)
		}
	}
	w.later(2 * time.Hour)
	if w.token(s, ""); f.asked()[4].Get("refresh_token") != "1.practice.refresh-4" {
		t.Errorf("renewed with %v", f.asked()[4])
	}
	if w.token(w.session(c), ""); f.asked()[5].Get("refresh_token") != "1.practice.refresh-5" {
		t.Error("after a restart the kept sign-in is not used")
	}
	if strings.Contains(w.log.String(), "practice.device") || strings.Contains(w.log.String(), "FERRY42") {
		t.Errorf("the log holds the code: %s", w.log.String())
	}
}

// MSAL stops at the first 5xx or broken connection while somebody types, and reads an answer that was read before.
func TestTrapDeviceCodeSurvivesAServiceThatIsAway(t *testing.T) {
	w, f, c := withCodes(t, func(n int, _ url.Values) (int, string) {
		switch n {
		case 1, 4:
			return 400, refusal("authorization_pending", 70016, "pending")
		case 2:
			return 503, "busy"
		case 3:
			return 0, ""
		case 5:
			return 400, refusal("slow_down", 0, "slower")
		}
		return 200, forAda(n)
	})
	id, err := w.session(c).SignIn(context.Background(), nil)
	if err != nil || id.Name != "Ada Lovelace" || len(f.asked()) < 6 {
		t.Fatalf("%+v, %v after %d requests", id, err, len(f.asked()))
	}
	if last := w.waits[len(w.waits)-1]; last != 10*time.Second {
		t.Errorf("slow down was not heard: %v", w.waits)
	}
}

// MSAL makes the address by replacing every "token" in the token address.
func TestTrapDeviceCodeWithATenantCalledToken(t *testing.T) {
	w, f, c := withCodes(t, pending(0))
	c.Tenant = "tokens.example"
	w.through(func(http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				base := w.api.URL + "/tokens.example/oauth2/v2.0"
				_, _ = rw.Write([]byte(`{"issuer":"` + w.api.URL + `","token_endpoint":"` + base + `/token","authorization_endpoint":"` + base + `/authorize"}`))
				return
			}
			f.serve(rw, r)
		})
	})
	if _, err := w.session(c).SignIn(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	if f.devices[0] != "/tokens.example/oauth2/v2.0/devicecode" {
		t.Errorf("asked at %s", f.devices[0])
	}
}

func TestACodeThatLedToNothingSaysWhy(t *testing.T) {
	said := func(status int, kind string, code int) func(int, url.Values) (int, string) {
		return func(int, url.Values) (int, string) { return status, refusal(kind, code, "text") }
	}
	for name, c := range map[string]struct {
		token func(int, url.Values) (int, string)
		code  string
	}{
		"declined":                 {said(400, "authorization_declined", 0), "signin.declined"},
		"nobody typed it":          {pending(1000), "signin.code-expired"},
		"the service says expired": {said(400, "expired_token", 70020), "signin.code-expired"},
		"expired, by code alone":   {said(400, "code_expired", 70019), "signin.code-expired"},
		"device not managed":       {said(400, "interaction_required", 53000), "signin.device"},
		"no public flows":          {said(401, "invalid_client", 7000218), "signin.secret-wanted"},
		"blocked":                  {said(400, "invalid_grant", 53003), "signin.blocked"},
	} {
		t.Run(name, func(t *testing.T) {
			w, _, config := withCodes(t, c.token)
			_, err := w.session(config).SignIn(context.Background(), nil)
			wantFault(t, err, c.code)
		})
	}
}

func TestAnOlderServicesCodeIsRead(t *testing.T) {
	w, f, c := withCodes(t, pending(0))
	f.device = func(url.Values) (int, string) {
		return 200, `{"user_code":"A","device_code":"d","verification_url":"https://aka.ms/devicelogin","expires_in":"600","interval":"7"}`
	}
	var got signin.Step
	if _, err := w.session(c).SignIn(context.Background(), func(s signin.Step) { got = s }); err != nil {
		t.Fatal(err)
	}
	if got.Link != "https://aka.ms/devicelogin" || w.waits[0] != 7*time.Second {
		t.Errorf("%+v after %v", got, w.waits)
	}
}

func TestACodesPageIsMicrosoftsOrTheServicesOwn(t *testing.T) {
	for page, good := range map[string]bool{
		"https://login.microsoft.com/device":  true,
		"https://evil.example/devicelogin":    false,
		"http://microsoft.com/devicelogin":    false,
		"javascript:alert(1)":                 false,
		"https://me:pw@microsoft.com/":        false,
		"https://microsoft.com.evil.example/": false,
		"":                                    false,
	} {
		w, f, c := withCodes(t, pending(0))
		f.device = func(url.Values) (int, string) {
			return 200, strings.Replace(codeAnswer, "https://microsoft.com/devicelogin", page, 1)
		}
		shown := ""
		_, err := w.session(c).SignIn(context.Background(), func(s signin.Step) { shown = s.Link })
		if good != (err == nil) || good != (shown != "") {
			t.Errorf("%q: shown %q, %v", page, shown, err)
		}
	}
}

func TestAConfidentialApplicationProvesItselfWithTheCode(t *testing.T) {
	w, f, _ := withCodes(t, pending(1))
	c := w.config(signin.Device, secretApp)
	s := w.session(c)
	if _, err := s.SignIn(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	w.later(2 * time.Hour)
	w.token(s, "")
	for i, form := range f.asked() {
		if form.Get("client_secret") != secret {
			t.Errorf("request %d has no secret", i)
		}
	}

	w, f, _ = withCodes(t, pending(1))
	c, p := withCertificate(t, w, signin.Device)
	s = w.session(c)
	if _, err := s.SignIn(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	w.later(2 * time.Hour)
	w.token(s, "")
	seen := map[any]bool{}
	for _, form := range f.asked() {
		_, claims := verified(t, p, form)
		if seen[claims["jti"]] {
			t.Error("the same proof was sent twice")
		}
		seen[claims["jti"]] = true
	}
}

func TestWaitingForACodeCanBeCancelled(t *testing.T) {
	w, _, c := withCodes(t, pending(1000))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	_, err := w.session(c).SignIn(ctx, func(signin.Step) { cancel() })
	if f := wantFault(t, err, "signin.stopped"); f.Kind != core.Stopped || !errors.Is(err, context.Canceled) {
		t.Errorf("%+v", f)
	}
}

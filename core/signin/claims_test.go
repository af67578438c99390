package signin_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"ferry/core"
	"ferry/core/signin"
)

const wanted = `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`

// challenged is a transport whose every answer is a 401 with that header.
type challenged struct{ header string }

func (c challenged) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 401, Header: http.Header{"Www-Authenticate": {c.header}}, Body: http.NoBody, Request: req}, nil
}

// refuses lets the environment refuse a token for want of claims, and lets the session hear it.
func refuses(t *testing.T, s *signin.Session, address string) {
	t.Helper()
	header := fmt.Sprintf(`Bearer realm="", authorization_uri="https://x/common/oauth2/authorize", error="insufficient_claims", claims="%s"`, base64.StdEncoding.EncodeToString([]byte(wanted)))
	req, err := http.NewRequest(http.MethodGet, address+"/api/data/v9.2/WhoAmI", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.Watch(challenged{header}).RoundTrip(req)
	if err != nil || res.StatusCode != 401 {
		t.Fatalf("%v, %v", res, err)
	}
}

// atOnce is a browser that answers every page with a code.
func atOnce(t *testing.T, links *[]url.Values) func(string) error {
	return func(link string) error {
		u, err := url.Parse(link)
		if err != nil {
			t.Error(err)
			return err
		}
		q := u.Query()
		*links = append(*links, q)
		go func() {
			if res, err := http.PostForm(q.Get("redirect_uri"), url.Values{"code": {"c"}, "state": q["state"]}); err == nil {
				_ = read(res)
			}
		}()
		return nil
	}
}

func TestTheEnvironmentsDemandIsMetInSilence(t *testing.T) {
	for _, app := range []string{publicApp, secretApp} { // MSAL refuses claims to a confidential application
		for _, way := range []signin.Way{signin.Browser, signin.Device, signin.Application} {
			if way == signin.Application && app == publicApp {
				continue
			}
			w := newWorld(t)
			f := fakeService(w)
			f.device = func(url.Values) (int, string) { return 200, codeAnswer }
			f.token = func(n int, _ url.Values) (int, string) { return 200, forAda(n) }
			c := w.config(way, app)
			var links []url.Values
			c.Open = atOnce(t, &links)
			s := w.session(c)
			if _, err := s.SignIn(context.Background(), nil); err != nil {
				t.Fatal(err)
			}
			old := w.token(s, "")
			refuses(t, s, w.org.URL)
			next := w.token(s, old)
			w.token(s, next)
			forms := f.asked()
			if len(forms) != 3 || forms[0].Has("claims") || forms[1].Get("claims") != wanted || forms[2].Has("claims") || next == old {
				t.Errorf("%s as %s: %d requests, claims %q", app, way, len(forms), forms[1].Get("claims"))
			}
		}
	}
}

func TestADemandThatNeedsAPersonGoesIntoTheNextSignIn(t *testing.T) {
	w := newWorld(t)
	f := fakeService(w)
	refused := true
	f.token = func(n int, form url.Values) (int, string) {
		if refused && form.Get("grant_type") == "refresh_token" {
			return 400, refusal("interaction_required", 50076, "MFA")
		}
		return 200, forAda(n)
	}
	c := w.config(signin.Browser, publicApp)
	c.Cache = &memory{}
	var links []url.Values
	c.Open = atOnce(t, &links)
	s := w.session(c)
	if _, err := s.SignIn(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	old := w.token(s, "")
	refuses(t, s, w.org.URL)
	_, err := s.Token(context.Background(), old)
	if fault := wantFault(t, err, "signin.second-factor"); fault.Kind != core.SignIn {
		t.Errorf("%+v", fault)
	}
	refused = false
	s = w.session(c) // also after a restart
	if _, err := s.SignIn(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	if len(links) != 2 || links[0].Has("claims") || links[1].Get("claims") != wanted {
		t.Errorf("the link's claims: %q", links[len(links)-1].Get("claims"))
	}
	if last := f.asked()[len(f.asked())-1]; last.Get("grant_type") != "authorization_code" || last.Get("claims") != wanted {
		t.Errorf("the code was redeemed with %q", last.Get("claims"))
	}
	if _, err := s.SignIn(context.Background(), nil); err != nil || links[2].Has("claims") {
		t.Errorf("a demand that was met is repeated: %v", err)
	}
}

func TestTheServicesOwnDemandGoesIntoTheNextSignIn(t *testing.T) {
	w := newWorld(t)
	f := fakeService(w)
	f.token = func(n int, form url.Values) (int, string) {
		if n == 1 {
			return 400, `{"error":"interaction_required","claims":"{\"access_token\":{\"polids\":{\"essential\":true,\"values\":[\"p\"]}}}"}`
		}
		return 200, forAda(n)
	}
	c := w.config(signin.Browser, publicApp)
	var links []url.Values
	c.Open = atOnce(t, &links)
	s := w.session(c)
	_, err := s.SignIn(context.Background(), nil)
	wantFault(t, err, "signin.more-proof")
	if _, err := s.SignIn(context.Background(), nil); err != nil || !contains(links[1].Get("claims"), "polids") {
		t.Errorf("%v, %q", err, links[1].Get("claims"))
	}
}

func TestOnlyTheEnvironmentMayDemand(t *testing.T) {
	w := newWorld(t)
	f := fakeService(w)
	f.token = func(n int, _ url.Values) (int, string) { return 200, forAda(n) }
	s := w.session(w.config(signin.Application, secretApp))
	refuses(t, s, "https://else.example")
	s.Require("not JSON")
	s.Require(base64.StdEncoding.EncodeToString([]byte("[]")))
	w.token(s, "")
	if f.asked()[0].Has("claims") {
		t.Errorf("claims: %q", f.asked()[0].Get("claims"))
	}
}

func TestClaimsAreReadOutOfAHeader(t *testing.T) {
	plain := base64.StdEncoding.EncodeToString([]byte(wanted))
	for header, want := range map[string]string{
		`Bearer error="insufficient_claims", claims="` + plain + `"`:                         wanted,
		`Negotiate, Bearer claims=` + base64.RawURLEncoding.EncodeToString([]byte(wanted)):   wanted,
		`Bearer authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize`: "",
		`Bearer claims="%%%"`:          "",
		`Basic claims="` + plain + `"`: "",
	} {
		if got := signin.Claims(http.Header{"Www-Authenticate": {header}}); got != want {
			t.Errorf("%s: %q", header, got)
		}
	}
}

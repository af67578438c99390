package signin_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/signin"
)

func TestTwoSignInsAtOnceBothEnd(t *testing.T) {
	for _, app := range []string{publicApp, secretApp} {
		w := newWorld(t)
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() { // two windows
				b := &browser{t: t}
				c := w.config(signin.Browser, app)
				c.Open = b.open
				if id, err := w.session(c).SignIn(context.Background(), nil); err != nil || id.Name != "Ada Lovelace" {
					t.Errorf("%+v, %v", id, err)
				}
			})
		}
		wg.Wait()
		b := &browser{t: t}
		c := w.config(signin.Browser, app)
		c.Open = b.open
		s := w.session(c) // and the button pressed twice
		for range 2 {
			wg.Go(func() {
				if _, err := s.SignIn(context.Background(), nil); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if _, err := w.authority.Check(w.token(s, ""), w.org.URL); err != nil {
			t.Error(err)
		}
	}
}

func TestAVerySlowPersonIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	b := &browser{t: t}
	c := w.config(signin.Browser, publicApp)
	c.Open = func(link string) error {
		w.later(5 * time.Hour) // somebody went to lunch, and then to look for the phone
		return b.open(link)
	}
	if id, err := w.session(c).SignIn(context.Background(), nil); err != nil || id.Name != "Ada Lovelace" || len(w.waits) != 0 {
		t.Errorf("%+v, %v", id, err)
	}
}

func TestTheListenerIsClosedAfterTheAnswer(t *testing.T) {
	w := newWorld(t)
	b := &browser{t: t}
	c := w.config(signin.Browser, publicApp)
	c.Open = b.open
	var link string
	if _, err := w.session(c).SignIn(context.Background(), func(s signin.Step) { link = s.Link }); err != nil {
		t.Fatal(err)
	}
	if listening(redirectOf(t, link)) {
		t.Error("the listener is still there")
	}
}

func TestAnAdministratorsAnswerIsNoSignIn(t *testing.T) {
	w := newWorld(t)
	b := &browser{t: t}
	b.before = func(action string, form url.Values) {
		for _, query := range []string{
			"?admin_consent=True&tenant=" + tenant + "&state=of-the-link",
			"?admin_consent=True&error=access_denied&error_description=AADSTS65004&state=" + url.QueryEscape(form.Get("state")),
		} {
			res, err := http.Get(action + query)
			if err != nil {
				t.Error(err)
				continue
			}
			if page := read(res); res.StatusCode != 200 || !strings.Contains(page, "The answer has arrived") || res.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%d %s", res.StatusCode, page)
			}
		}
	}
	c := w.config(signin.Browser, publicApp)
	c.Open = b.open
	if id, err := w.session(c).SignIn(context.Background(), nil); err != nil || id.Name != "Ada Lovelace" {
		t.Errorf("%+v, %v", id, err)
	}
}

func TestEverySignInHasStateAndPKCE(t *testing.T) {
	w := newWorld(t)
	f := fakeService(w)
	f.token = func(n int, _ url.Values) (int, string) { return 200, forAda(n) }
	withCert, _ := withCertificate(t, w, signin.Browser)
	var links []url.Values
	for _, c := range []signin.Config{w.config(signin.Browser, publicApp), w.config(signin.Browser, secretApp), withCert} {
		c.Open = atOnce(t, &links)
		if _, err := w.session(c).SignIn(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for i, q := range links {
		sum := sha256.Sum256([]byte(f.asked()[i].Get("code_verifier")))
		if q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) {
			t.Errorf("sign-in %d: %v", i, q)
		}
		for _, name := range []string{"state", "nonce", "code_challenge"} {
			if len(q.Get(name)) < 40 || seen[q.Get(name)] {
				t.Errorf("sign-in %d has no %s of its own", i, name)
			}
			seen[q.Get(name)] = true
		}
		if strings.Contains(w.log.String(), q.Get("state")) {
			t.Error("the state is logged")
		}
	}
}

func TestASecretThatWasRevokedFailsTheNextSignInAtOnce(t *testing.T) {
	w := newWorld(t)
	s := w.session(w.config(signin.Application, secretApp))
	if _, err := s.SignIn(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	w.authority.ExpireSecret(secretApp)
	before := w.posts()
	_, err := s.SignIn(context.Background(), nil) // the token of a moment ago is still good, and is not used
	f := wantFault(t, err, "signin.secret-expired")
	if w.posts() != before+1 || len(w.waits) != 0 || f.Owner != core.EntraAdmin || !strings.Contains(f.Remedy, "Replace secret") {
		t.Errorf("%+v after %d requests", f, w.posts()-before)
	}
}

func TestClosingFerryEndsEveryKindOfWaiting(t *testing.T) {
	for name, make := range map[string]func(*testing.T) (*world, signin.Config){
		"browser": func(t *testing.T) (*world, signin.Config) {
			w := newWorld(t)
			c := w.config(signin.Browser, publicApp)
			c.Open = func(string) error { return nil } // and nobody ever answers
			return w, c
		},
		"device": func(t *testing.T) (*world, signin.Config) {
			w, _, c := withCodes(t, pending(1000))
			return w, c
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, c := make(t)
			c.Wait = core.Wait
			ctx, cancel := context.WithCancel(context.Background())
			_, err := w.session(c).SignIn(ctx, func(signin.Step) { cancel() })
			wantFault(t, err, "signin.stopped")
		})
	}
}

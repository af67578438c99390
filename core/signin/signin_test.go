package signin_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/signin"
)

func TestAPersonSignsInWithTheBrowser(t *testing.T) {
	for _, app := range []string{publicApp, secretApp} {
		w := newWorld(t)
		b := &browser{t: t}
		c := w.config(signin.Browser, app)
		c.Open = b.open
		s := w.session(c)
		var steps []signin.Step
		id, err := s.SignIn(context.Background(), func(st signin.Step) { steps = append(steps, st) })
		if err != nil {
			t.Fatalf("SignIn: %v", err)
		}
		if id.Name != "Ada Lovelace" || id.ObjectID != ada || id.Tenant != tenant || id.Application || id.Warning != nil {
			t.Errorf("got %+v", id)
		}
		claims, err := w.authority.Check("Bearer "+w.token(s, ""), w.org.URL)
		if err != nil || claims.ObjectID != ada || claims.ApplicationID != app || claims.Application {
			t.Errorf("the token is of %+v, %v", claims, err)
		}
		if n := w.posts(); n != 1 {
			t.Errorf("%d token requests, want 1", n)
		}
		if len(steps) < 1 || !strings.HasPrefix(steps[0].Link, "http://localhost:"+port(w.pages.URL)+"/"+tenant+"/oauth2/v2.0/authorize?") || steps[0].Opened {
			t.Errorf("steps: %+v", steps)
		}
		q, _ := url.Parse(steps[0].Link)
		for _, need := range []string{"state", "nonce", "code_challenge"} {
			if len(q.Query().Get(need)) < 40 {
				t.Errorf("the link's %s is %q", need, q.Query().Get(need))
			}
		}
		if q.Query().Get("code_challenge_method") != "S256" || q.Query().Get("response_mode") != "form_post" {
			t.Errorf("link: %s", steps[0].Link)
		}
		if page := b.seen(); !strings.Contains(page, "You are signed in") || !strings.Contains(page, "close this tab and go back to Ferry") {
			t.Errorf("the browser shows %s", page)
		}
	}
}

func TestTheApplicationSignsIn(t *testing.T) {
	w := newWorld(t)
	s := w.session(w.config(signin.Application, secretApp))
	id, err := s.SignIn(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if id.Name != secretApp || !id.Application || id.Tenant != tenant || id.ObjectID != "" {
		t.Errorf("got %+v", id)
	}
	claims, err := w.authority.Check(w.token(s, ""), w.org.URL+"/")
	if err != nil || !claims.Application || claims.ApplicationID != secretApp {
		t.Errorf("the token is of %+v, %v", claims, err)
	}
	if w.posts() != 1 {
		t.Errorf("%d token requests", w.posts())
	}
	if _, err := s.SignIn(context.Background(), nil); err != nil || w.posts() != 2 {
		t.Errorf("a second sign-in asks anew: %v, %d", err, w.posts())
	}
}

func TestTheApplicationNeedsNoSignInBeforeItsFirstToken(t *testing.T) {
	w := newWorld(t)
	s := w.session(w.config(signin.Application, secretApp))
	if _, err := w.authority.Check(w.token(s, ""), w.org.URL); err != nil {
		t.Error(err)
	}
}

func TestTheTenantIsAskedFromTheEnvironment(t *testing.T) {
	w := newWorld(t)
	c := w.config(signin.Application, secretApp)
	c.Tenant = ""
	id, err := w.session(c).SignIn(context.Background(), nil)
	if err != nil || id.Tenant != tenant {
		t.Errorf("got %+v, %v", id, err)
	}
	if where, err := w.session(c).Where(context.Background()); err != nil || where != w.api.URL+"/"+tenant {
		t.Errorf("where: %s, %v", where, err)
	}
	c.Authority += "/practice.example"
	if id, err = w.session(c).SignIn(context.Background(), nil); err != nil || id.Tenant != "practice.example" {
		t.Errorf("got %+v, %v", id, err)
	}
}

// parallel asks for a token n times at once.
func parallel(s *signin.Session, n int, refused string) ([]string, []error) {
	tokens, errs := make([]string, n), make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { tokens[i], errs[i] = s.Token(context.Background(), refused) })
	}
	wg.Wait()
	return tokens, errs
}

func TestTenAtOnceRenewOnce(t *testing.T) {
	for name, make := range renewable() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := make(w)
			old := w.token(s, "")
			for round := range 3 { // each with the refresh token that the round before brought
				w.later(2 * time.Hour)
				before := w.posts()
				tokens, errs := parallel(s, 10, "")
				for i := range tokens {
					if errs[i] != nil || tokens[i] != tokens[0] || tokens[i] == old {
						t.Fatalf("round %d, asker %d: %v", round, i, errs[i])
					}
				}
				if n := w.posts() - before; n != 1 {
					t.Fatalf("round %d: %d token requests, want 1", round, n)
				}
				if _, err := w.authority.Check(tokens[0], w.org.URL); err != nil {
					t.Fatal(err)
				}
				old = tokens[0]
			}
		})
	}
}

func renewable() map[string]func(*world) *signin.Session {
	return map[string]func(*world) *signin.Session{
		"person":             func(w *world) *signin.Session { return w.signedIn(w.config(signin.Browser, publicApp)) },
		"person with secret": func(w *world) *signin.Session { return w.signedIn(w.config(signin.Browser, secretApp)) },
		"application":        func(w *world) *signin.Session { return w.session(w.config(signin.Application, secretApp)) },
	}
}

func TestARevokedTokenIsRenewedPastTheCacheOnce(t *testing.T) {
	for name, make := range renewable() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := make(w)
			old := w.token(s, "")
			w.authority.RevokeTokens()
			if _, err := w.authority.Check(old, w.org.URL); err == nil {
				t.Fatal("the revoked token is still good")
			}
			before := w.posts()
			tokens, errs := parallel(s, 10, old)
			for i := range tokens {
				if errs[i] != nil || tokens[i] != tokens[0] || tokens[i] == old {
					t.Fatalf("asker %d: %v", i, errs[i])
				}
			}
			if _, err := w.authority.Check(tokens[0], w.org.URL); err != nil {
				t.Fatal(err)
			}
			if again := w.token(s, old); again != tokens[0] {
				t.Error("the same refusal renewed twice")
			}
			if n := w.posts() - before; n != 1 {
				t.Errorf("%d token requests, want 1", n)
			}
		})
	}
}

func TestATokenThatComesBackTheSameIsAFault(t *testing.T) {
	w := newWorld(t)
	w.through(func(http.Handler) http.Handler {
		return sameAnswer(w, `{"access_token":"the-same","expires_in":3600,"token_type":"Bearer"}`)
	})
	s := w.session(w.config(signin.Application, secretApp))
	token := w.token(s, "")
	_, err := s.Token(context.Background(), token)
	wantFault(t, err, "signin.token-refused")
}

func TestShortLivedTokensAreKeptAndRenewed(t *testing.T) {
	w := newWorld(t)
	n := 0
	w.through(func(http.Handler) http.Handler {
		n++
		return sameAnswer(w, `{"access_token":"number-`+string(rune('a'+n))+`","expires_in":"60"}`)
	})
	s := w.session(w.config(signin.Application, secretApp))
	first := w.token(s, "")
	if w.token(s, "") != first {
		t.Error("a token of a minute is not used twice")
	}
	w.later(55 * time.Second)
	if w.token(s, "") == first {
		t.Error("a token is used to its last second")
	}
}

func TestARestartGoesOnWithTheCache(t *testing.T) {
	for _, app := range []string{publicApp, secretApp} {
		w := newWorld(t)
		c := w.config(signin.Browser, app)
		kept := &memory{}
		c.Cache = kept
		first := w.signedIn(c)
		token := w.token(first, "")

		again := w.session(c)
		if got := w.token(again, ""); got != token || w.posts() != 1 {
			t.Errorf("after a restart another token, %d requests", w.posts())
		}
		w.later(2 * time.Hour)
		third := w.session(c)
		renewed := w.token(third, "")
		if _, err := w.authority.Check(renewed, w.org.URL); err != nil || renewed == token {
			t.Errorf("after two hours: %v", err)
		}
		// The first session's refresh token was used by the third; it finds the new one in the cache.
		if _, err := w.authority.Check(w.token(first, token), w.org.URL); err != nil {
			t.Error(err)
		}

		if err := first.Forget(context.Background()); err != nil || kept.data != nil {
			t.Errorf("Forget: %v, %d bytes left", err, len(kept.data))
		}
		_, err := first.Token(context.Background(), "")
		wantFault(t, err, "signin.first")
		_, err = w.session(c).Token(context.Background(), "")
		wantFault(t, err, "signin.first")
	}
}

func TestWhatWasKeptForSomethingElseIsNotUsed(t *testing.T) {
	w := newWorld(t)
	c := w.config(signin.Browser, publicApp)
	c.Cache = &memory{}
	w.signedIn(c)
	c.ClientID = "44444444-4444-4444-8444-444444444444"
	_, err := w.session(c).Token(context.Background(), "")
	wantFault(t, err, "signin.first")
}

func TestNobodySignedInYet(t *testing.T) {
	w := newWorld(t)
	_, err := w.session(w.config(signin.Browser, publicApp)).Token(context.Background(), "")
	f := wantFault(t, err, "signin.first")
	if f.Kind != core.SignIn || f.Remedy != "Sign in first." || len(w.authority.Log()) != 0 {
		t.Errorf("%+v after %d requests", f, len(w.authority.Log()))
	}
}

func TestAWithdrawnSignInAsksForANewOne(t *testing.T) {
	w := newWorld(t)
	b := &browser{t: t}
	c := w.config(signin.Browser, publicApp)
	c.Open = b.open
	s := w.session(c)
	if _, err := s.SignIn(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	w.authority.RevokeRefresh()
	w.later(2 * time.Hour)
	_, err := s.Token(context.Background(), "")
	f := wantFault(t, err, "signin.withdrawn")
	if f.Kind != core.SignIn || !strings.Contains(f.Details, "AADSTS50173") || !strings.Contains(f.Details, "correlation id") {
		t.Errorf("%+v", f)
	}
	n := w.posts()
	if _, err := s.Token(context.Background(), ""); err == nil || w.posts() != n {
		t.Error("a sign-in that is over is asked about again")
	}
	if _, err := s.SignIn(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	w.token(s, "")
}

func TestASignInThatCannotBeKeptHoldsAndWarns(t *testing.T) {
	w := newWorld(t)
	b := &browser{t: t}
	c := w.config(signin.Browser, publicApp)
	c.Open, c.Cache = b.open, &memory{fail: errors.New("no keychain")}
	s := w.session(c)
	id, err := s.SignIn(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	wantFault(t, id.Warning, "signin.not-kept")
	w.token(s, "")
	w.later(2 * time.Hour)
	w.token(s, "")
}

func TestAnAuthorityThatFailsEveryOtherTimeIsWaitedFor(t *testing.T) {
	for name, make := range renewable() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.authority.EveryOther503(true)
			s := make(w)
			var mu sync.Mutex
			var notices []core.Notice
			ctx := core.WithNotices(context.Background(), func(n core.Notice) {
				mu.Lock()
				defer mu.Unlock()
				notices = append(notices, n)
			})
			old, err := s.Token(ctx, "")
			for range 4 {
				if err != nil {
					t.Fatal(err)
				}
				w.later(2 * time.Hour)
				old, err = s.Token(ctx, old)
			}
			mu.Lock()
			defer mu.Unlock()
			if len(notices) < 4 || notices[0].Text == "" || notices[0].Until.IsZero() || notices[len(notices)-1].Text != "" {
				t.Errorf("notices: %+v", notices)
			}
		})
	}
}

func TestTheServiceIsGoneForAWhile(t *testing.T) {
	w := newWorld(t)
	s := w.signedIn(w.config(signin.Browser, publicApp))
	down := true
	w.through(func(api http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			w.mu.Lock()
			gone := down
			w.mu.Unlock()
			if gone {
				panic(http.ErrAbortHandler) // the connection is cut
			}
			api.ServeHTTP(rw, r)
		})
	})
	w.later(2 * time.Hour)
	var gone time.Duration
	w.onWait = func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if gone += w.waits[len(w.waits)-1]; gone >= 3*time.Second {
			down = false
		}
	}
	w.token(s, "")
	down = true
	w.onWait = nil
	w.later(2 * time.Hour)
	_, err := s.Token(context.Background(), "")
	if f := wantFault(t, err, "rest.cut"); f.Kind != core.Offline {
		t.Errorf("%+v", f)
	}
	w.mu.Lock()
	down = false
	w.mu.Unlock()
	w.token(s, "") // it is not over
}

func TestACancelledAskerLeavesTheOthers(t *testing.T) {
	w := newWorld(t)
	s := w.session(w.config(signin.Application, secretApp))
	arrived, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	w.through(func(api http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			once.Do(func() { close(arrived) })
			<-release
			api.ServeHTTP(rw, r)
		})
	})
	ctx, cancel := context.WithCancel(context.Background())
	first := make(chan error, 1)
	go func() {
		_, err := s.Token(ctx, "")
		first <- err
	}()
	<-arrived
	second := make(chan error, 1)
	joined := joining{Context: context.Background(), done: make(chan struct{})}
	go func() {
		_, err := s.Token(&joined, "")
		second <- err
	}()
	<-joined.done
	cancel()
	wantFault(t, <-first, "signin.stopped")
	close(release)
	if err := <-second; err != nil {
		t.Error(err)
	}
}

func TestARenewalThatNobodyWaitsForIsNotLost(t *testing.T) {
	w := newWorld(t)
	c := w.config(signin.Browser, publicApp)
	kept := &memory{}
	c.Cache = kept
	s := w.signedIn(c)
	w.later(2 * time.Hour)
	arrived, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	w.through(func(api http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			api.ServeHTTP(rw, r) // the old refresh token is used up here
			once.Do(func() { close(arrived); <-release })
		})
	})
	ctx, cancel := context.WithCancel(context.Background())
	asked := make(chan error, 1)
	go func() {
		_, err := s.Token(ctx, "")
		asked <- err
	}()
	<-arrived
	cancel()
	wantFault(t, <-asked, "signin.stopped")
	close(release)
	if _, err := w.authority.Check(w.token(s, ""), w.org.URL); err != nil || w.posts() != 2 {
		t.Errorf("%v after %d requests", err, w.posts())
	}
	w.later(2 * time.Hour)
	w.token(s, "")
	if kept.saves != 3 {
		t.Errorf("kept %d times", kept.saves)
	}
}

// joining tells when somebody begins to wait on it.
type joining struct {
	context.Context
	once sync.Once
	done chan struct{}
}

func (j *joining) Done() <-chan struct{} {
	j.once.Do(func() { close(j.done) })
	return j.Context.Done()
}

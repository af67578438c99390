package signin_test

import (
	"context"
	"net/url"
	"sync"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/signin"
)

func TestTheSameSignInOpensAnotherResource(t *testing.T) {
	for name, make := range renewable() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := make(w)
			own := w.token(s, "")
			before := w.posts()
			other, err := s.TokenFor(context.Background(), directory+"/")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.authority.Check(other, directory); err != nil || other == own {
				t.Errorf("the token is not for the other resource: %v", err)
			}
			if again, err := s.TokenFor(context.Background(), directory); err != nil || again != other || w.posts() != before+1 {
				t.Errorf("asked again: %v, %d requests", err, w.posts()-before)
			}
			if w.token(s, "") != own {
				t.Error("the environment's own token is lost")
			}
			if same, err := s.TokenFor(context.Background(), w.org.URL); err != nil || same != own {
				t.Errorf("the environment is no other resource: %v", err)
			}
			w.later(2 * time.Hour)
			third, err := s.TokenFor(context.Background(), directory)
			if err != nil || third == other {
				t.Errorf("an expired token is handed out: %v", err)
			}
			if _, err := w.authority.Check(w.token(s, ""), w.org.URL); err != nil {
				t.Error(err)
			}
			_, err = s.TokenFor(context.Background(), "http://globaldisco.example")
			wantFault(t, err, "signin.address")
		})
	}
}

func TestTwoResourcesAtOnceShareOneRefreshToken(t *testing.T) {
	w := newWorld(t)
	s := w.signedIn(w.config(signin.Browser, publicApp)) // the practice service takes each refresh token once
	for range 5 {
		w.later(2 * time.Hour)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := s.Token(context.Background(), ""); err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() {
				if _, err := s.TokenFor(context.Background(), directory); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
}

func TestAResourceThatIsRefusedDoesNotEndTheSignIn(t *testing.T) {
	w := newWorld(t)
	s := w.signedIn(w.config(signin.Browser, publicApp))
	_, err := s.TokenFor(context.Background(), "https://nowhere.example")
	wantFault(t, err, "signin.environment-unknown")
	w.later(2 * time.Hour)
	w.token(s, "")

	nobody := w.session(w.config(signin.Browser, publicApp))
	_, err = nobody.TokenFor(context.Background(), directory)
	wantFault(t, err, "signin.first")
}

func TestTwoFerrysShareOneSignIn(t *testing.T) {
	w := newWorld(t)
	c := w.config(signin.Browser, publicApp)
	c.Cache, c.Wait = &memory{}, core.Wait
	one := w.signedIn(c)
	two := w.session(c)
	for round := range 6 {
		w.later(2 * time.Hour)
		var wg sync.WaitGroup
		for _, s := range []*signin.Session{one, two} {
			wg.Go(func() {
				token, err := s.Token(context.Background(), "")
				if err != nil {
					t.Errorf("round %d: %v", round, err)
					return
				}
				if _, err := w.authority.Check(token, w.org.URL); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
}

func TestTheLinkForTheAdministrator(t *testing.T) {
	link := signin.ConsentLink("", "contoso.com", publicApp, "https://contoso.crm.dynamics.com/", "http://localhost", "s&t")
	u, err := url.Parse(link)
	if err != nil || u.Scheme+"://"+u.Host+u.Path != "https://login.microsoftonline.com/contoso.com/v2.0/adminconsent" {
		t.Fatalf("%s, %v", link, err)
	}
	for name, want := range map[string]string{
		"client_id": publicApp, "scope": "https://contoso.crm.dynamics.com/.default", "redirect_uri": "http://localhost", "state": "s&t",
	} {
		if got := u.Query().Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	for want, got := range map[string]string{
		"https://login.microsoftonline.us/organizations/":          signin.ConsentLink("", "", publicApp, "https://contoso.crm.microsoftdynamics.us", "", "")[:47],
		"https://login.partner.microsoftonline.cn/" + tenant + "/": signin.ConsentLink("https://login.partner.microsoftonline.cn/"+tenant, "", publicApp, "https://contoso.crm.dynamics.cn", "", "")[:78],
	} {
		if want != got {
			t.Errorf("%s, want %s", got, want)
		}
	}
	for _, none := range []string{
		signin.ConsentLink("http://login.microsoftonline.com", "", publicApp, "https://contoso.crm.dynamics.com", "", ""),
		signin.ConsentLink("https://adfs.contoso.com/adfs", "", publicApp, "https://contoso.crm.dynamics.com", "", ""),
		signin.ConsentLink("", "a/b", publicApp, "https://contoso.crm.dynamics.com", "", ""),
		signin.ConsentLink("", "", "", "https://contoso.crm.dynamics.com", "", ""),
		signin.ConsentLink("", "", publicApp, "javascript:alert(1)", "", ""),
	} {
		if none != "" {
			t.Errorf("a link was made: %s", none)
		}
	}
}

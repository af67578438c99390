package signin_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/signin"
)

// redirectOf is where a link's answer goes.
func redirectOf(t *testing.T, link string) *url.URL {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(u.Query().Get("redirect_uri"))
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// listening reports whether somebody answers at a redirect URI.
func listening(to *url.URL) bool {
	c, err := net.DialTimeout("tcp", net.JoinHostPort("127.0.0.1", to.Port()), time.Second)
	if err == nil {
		_ = c.Close()
	}
	return err == nil
}

func TestStrayRequestsDoNotEndASignIn(t *testing.T) {
	w := newWorld(t)
	b := &browser{t: t}
	b.before = func(action string, form url.Values) {
		for _, stray := range []struct {
			address, method, body, host string
			status                      int
			says                        string
		}{
			{action, "GET", "", "", 200, "Ferry is waiting for your sign-in"},
			{action + "/favicon.ico", "GET", "", "", 404, ""},
			{action + "/other?code=x&state=" + url.QueryEscape(form.Get("state")), "GET", "", "", 404, ""},
			{action, "POST", "code=stolen&state=wrong", "", 400, "not the sign-in Ferry waits for"},
			{action, "POST", "code=stolen", "", 400, "not the sign-in Ferry waits for"},
			{action + "?error=access_denied&state=wrong", "GET", "", "", 400, "not the sign-in"},
			{action, "POST", url.Values{"code": {"stolen"}, "state": form["state"]}.Encode(), "evil.example", 421, ""},
			{action, "DELETE", "", "", 405, ""},
			{action, "POST", "state=" + strings.Repeat("x", 100<<10), "", 400, ""},
		} {
			req, err := http.NewRequest(stray.method, stray.address, strings.NewReader(stray.body))
			if err != nil {
				t.Error(err)
				continue
			}
			if stray.body != "" {
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			if stray.host != "" {
				req.Host = stray.host
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Error(err)
				continue
			}
			if page := read(res); res.StatusCode != stray.status || !strings.Contains(page, stray.says) {
				t.Errorf("%s %s: %d %s", stray.method, stray.address, res.StatusCode, page)
			}
			if res.Header.Get("Cache-Control") != "no-store" && stray.status < 405 {
				t.Errorf("%s may be stored", stray.address)
			}
		}
	}
	c := w.config(signin.Browser, publicApp)
	c.Open = b.open
	id, err := w.session(c).SignIn(context.Background(), nil)
	if err != nil || id.Name != "Ada Lovelace" {
		t.Errorf("%+v, %v", id, err)
	}
}

func TestPagesShowNothingStrange(t *testing.T) {
	w := newWorld(t)
	b := &browser{t: t}
	b.before = func(action string, _ url.Values) {
		res, err := http.Get(action)
		if err != nil {
			t.Error(err)
			return
		}
		page := read(res)
		csp := res.Header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || res.Header.Get("Referrer-Policy") != "no-referrer" || res.Header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("headers: %v", res.Header)
		}
		if strings.Contains(page, "<script") || strings.Contains(page, "http://") || strings.Contains(page, "https://") {
			t.Errorf("the page loads something: %s", page)
		}
	}
	// What a service says is shown as text, never as HTML.
	b.change = func(_ string, form url.Values) {
		form.Del("code")
		form.Set("error", "server_error")
		form.Set("error_description", "AADSTS999999: <script>alert(1)</script> for ada@practice.example at https://x/?code=123")
	}
	c := w.config(signin.Browser, publicApp)
	c.Open = b.open
	_, err := w.session(c).SignIn(context.Background(), nil)
	f := wantFault(t, err, "signin.refused")
	if page := b.seen(); strings.Contains(page, "<script>alert") || !strings.Contains(page, "&lt;script&gt;") || strings.Contains(page, "ada@") {
		t.Errorf("page: %s", page)
	}
	if strings.Contains(f.Error(), "123") {
		t.Errorf("the address's query is told: %v", f)
	}
}

func TestCancelOnThePage(t *testing.T) {
	w := newWorld(t)
	b := &browser{t: t, button: "cancel"}
	c := w.config(signin.Browser, publicApp)
	c.Open = b.open
	_, err := w.session(c).SignIn(context.Background(), nil)
	f := wantFault(t, err, "signin.cancelled")
	if !strings.Contains(f.Details, "AADSTS65004") || !strings.Contains(b.seen(), "That did not work") || w.posts() != 0 {
		t.Errorf("%+v", f)
	}
}

func TestCancelInFerryAtAnyMoment(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	never := make(chan struct{})
	defer close(never)
	c := w.config(signin.Browser, publicApp)
	c.Open = func(string) error { <-never; return nil } // an opener that never comes back
	var link string
	_, err := w.session(c).SignIn(ctx, func(s signin.Step) { link = s.Link; cancel() })
	f := wantFault(t, err, "signin.stopped")
	if f.Kind != core.Stopped || !errors.Is(err, context.Canceled) {
		t.Errorf("%+v", f)
	}
	if listening(redirectOf(t, link)) {
		t.Error("the listener is still there")
	}
}

func TestAnOpenerThatNeverComesBackDoesNotMatter(t *testing.T) {
	w := newWorld(t)
	b := &browser{t: t}
	never := make(chan struct{})
	defer close(never)
	c := w.config(signin.Browser, publicApp)
	c.Open = func(link string) error { _ = b.open(link); <-never; return nil }
	if _, err := w.session(c).SignIn(context.Background(), nil); err != nil {
		t.Error(err)
	}
}

func TestWithoutABrowserTheLinkIsTold(t *testing.T) {
	for name, open := range map[string]func(string) error{
		"the opener fails": func(string) error { return errors.New("exit status 3 with the whole link") },
		"no opener":        nil,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			b := &browser{t: t}
			c := w.config(signin.Browser, publicApp)
			c.Open = open
			var once sync.Once
			id, err := w.session(c).SignIn(context.Background(), func(s signin.Step) {
				if s.Fault == nil {
					return
				}
				wantFault(t, s.Fault, "signin.no-browser")
				once.Do(func() { go func() { _ = b.open(s.Link) }() }) // the person copies the link
			})
			if err != nil || id.Name != "Ada Lovelace" {
				t.Errorf("%+v, %v", id, err)
			}
		})
	}
}

func TestAnAuthorityThatAnswersInTheAddress(t *testing.T) {
	w := newWorld(t)
	c := w.config(signin.Browser, publicApp)
	b := &browser{t: t}
	c.Open = func(link string) error {
		return b.open(strings.Replace(link, "response_mode=form_post", "response_mode=query", 1))
	}
	if _, err := w.session(c).SignIn(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.seen(), "You are signed in") {
		t.Errorf("the browser shows %s", b.seen())
	}
}

func TestAnAnswerThatIsSentTwiceCountsOnce(t *testing.T) {
	w := newWorld(t)
	b := &browser{t: t, raced: true}
	var wg sync.WaitGroup
	b.before = func(action string, form url.Values) {
		twice := url.Values{}
		for k, v := range form {
			twice[k] = v
		}
		wg.Go(func() {
			if res, err := http.PostForm(action, twice); err == nil { // it may come too late
				_ = read(res)
			}
		})
	}
	c := w.config(signin.Browser, publicApp)
	c.Open = b.open
	_, err := w.session(c).SignIn(context.Background(), nil)
	wg.Wait()
	if err != nil || w.posts() != 1 {
		t.Errorf("%v, %d token requests", err, w.posts())
	}
}

func TestACodeThatWasUsedIsRefused(t *testing.T) {
	w := newWorld(t)
	var code string
	b := &browser{t: t, before: func(_ string, form url.Values) { code = form.Get("code") }}
	c := w.config(signin.Browser, publicApp)
	c.Open = b.open
	if _, err := w.session(c).SignIn(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	again := &browser{t: t, change: func(_ string, form url.Values) { form.Set("code", code) }}
	c.Open = again.open
	_, err := w.session(c).SignIn(context.Background(), nil)
	wantFault(t, err, "signin.code-used")
}

func TestAnAnswerForAnotherSignInIsNotBelieved(t *testing.T) {
	w := newWorld(t)
	b := &browser{t: t}
	c := w.config(signin.Browser, publicApp)
	c.Open = func(link string) error {
		u, _ := url.Parse(link)
		q := u.Query()
		q.Set("nonce", "of-another-sign-in")
		u.RawQuery = q.Encode()
		return b.open(u.String())
	}
	_, err := w.session(c).SignIn(context.Background(), nil)
	wantFault(t, err, "signin.not-ours")

	other := &browser{t: t}
	c.Open = func(link string) error { // somebody else's verifier
		u, _ := url.Parse(link)
		q := u.Query()
		q.Set("code_challenge", strings.Repeat("A", 43))
		u.RawQuery = q.Encode()
		return other.open(u.String())
	}
	_, err = w.session(c).SignIn(context.Background(), nil)
	wantFault(t, err, "signin.not-accepted")
}

func TestTheListenerIsOnThisComputerOnly(t *testing.T) {
	w := newWorld(t)
	b := &browser{t: t}
	b.before = func(action string, _ url.Values) {
		u, _ := url.Parse(action)
		addresses, _ := net.InterfaceAddrs()
		for _, a := range addresses {
			ip, _, err := net.ParseCIDR(a.String())
			if err != nil || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
				continue
			}
			if c, err := net.DialTimeout("tcp", net.JoinHostPort(ip.String(), u.Port()), time.Second); err == nil {
				_ = c.Close()
				t.Errorf("the listener answers at %s", ip)
			}
		}
	}
	c := w.config(signin.Browser, publicApp)
	c.Open = b.open
	if _, err := w.session(c).SignIn(context.Background(), nil); err != nil {
		t.Error(err)
	}
}

func TestAPortThatIsTaken(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	w := newWorld(t)
	c := w.config(signin.Browser, secretApp)
	c.Redirect = "http://localhost:" + port + "/signin"
	_, err = w.session(c).SignIn(context.Background(), nil)
	if f := wantFault(t, err, "signin.port-taken"); !strings.Contains(f.Cause, port) {
		t.Errorf("%q", f.Cause)
	}

	fixed, err := net.Listen("tcp4", "127.0.0.1:33333")
	if err == nil {
		defer fixed.Close()
	}
	b := &browser{t: t}
	c.Redirect, c.Open = "", b.open
	if _, err := w.session(c).SignIn(context.Background(), nil); err != nil {
		t.Errorf("our own port is taken, and no other one is used: %v", err)
	}
}

func TestAPageThatMustNotBeOpened(t *testing.T) {
	for _, page := range []string{"http://login.example/authorize", "file:///etc/passwd", "javascript:alert(1)", "https://u:p@login.example/", "https://login.evil.example/authorize"} {
		w := newWorld(t)
		w.through(func(http.Handler) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				_, _ = rw.Write([]byte(`{"issuer":"` + w.api.URL + `","token_endpoint":"` + w.api.URL + `/t","authorization_endpoint":"` + page + `"}`))
			})
		})
		c := w.config(signin.Browser, publicApp)
		c.Open = func(string) error { t.Errorf("%s was opened", page); return nil }
		if _, err := w.session(c).SignIn(context.Background(), nil); err == nil {
			t.Errorf("%s is taken", page)
		}
	}
}

func TestTheSignInServiceIsAway(t *testing.T) {
	w := newWorld(t)
	gone := httptest.NewTLSServer(http.NotFoundHandler())
	address := gone.URL
	gone.Close()
	c := w.config(signin.Browser, publicApp)
	c.Authority = address
	_, err := w.session(c).SignIn(context.Background(), nil)
	wantFault(t, err, "rest.nobody-there")
	total := time.Duration(0)
	for _, d := range w.waits {
		total += d
	}
	if total < 3*time.Second || total > time.Minute {
		t.Errorf("waited %v", w.waits)
	}
}

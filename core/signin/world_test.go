package signin_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"html"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/practice/microsoft"
	"ferry/core/signin"
)

const (
	tenant       = "6f1a2b3c-0000-4000-8000-00000000beef"
	publicApp    = "11111111-1111-4111-8111-111111111111"
	secretApp    = "22222222-2222-4222-8222-222222222222"
	secret       = "rBx8Q~a-secret-that-nobody-may-ever-see-12345"
	ada          = "33333333-3333-4333-8333-333333333333"
	adasPassword = "correct horse battery"
	directory    = "https://globaldisco.crm.dynamics.com" // another resource
)

// A world is a sign-in service and an environment on this computer, over real TLS, and a clock that tests move.
type world struct {
	t         *testing.T
	authority *microsoft.Authority
	api       *httptest.Server
	pages     *httptest.Server
	org       *httptest.Server
	transport *http.Transport
	log       lockedBuffer

	mu        sync.Mutex
	clock     time.Time
	waits     []time.Duration
	challenge string
	wrap      func(http.Handler) http.Handler
	onWait    func()
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, clock: time.Now()}
	w.authority = microsoft.New(microsoft.Options{
		Tenant: tenant, Domain: "practice.example", Now: w.now,
		People: []microsoft.Person{{ObjectID: ada, Name: "Ada Lovelace", UPN: "ada@practice.example", Password: adasPassword}},
		Applications: []microsoft.Application{
			{ID: publicApp, Name: "Ferry", Public: true, Redirects: []microsoft.Redirect{{URI: "http://localhost", Platform: "native"}}},
			{ID: secretApp, Name: "Ferry at night", Secrets: []string{secret}, Redirects: []microsoft.Redirect{{URI: "http://localhost:33333/signin", Platform: "web"}}},
		},
		Resources: func(r string) bool { return w.org == nil || r == w.org.URL || r == directory },
	})
	w.pages = httptest.NewServer(w.authority.Pages())
	api := w.authority.API()
	w.api = httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		wrap := w.wrap
		w.mu.Unlock()
		if wrap != nil {
			wrap(api).ServeHTTP(rw, r)
			return
		}
		api.ServeHTTP(rw, r)
	}))
	w.api.Config.ErrorLog = w.quiet()
	w.api.StartTLS()
	w.org = httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "" || r.URL.Path != "/api/data/v9.2/" {
			t.Errorf("discovery asked %s with a header it should not send", r.URL.Path)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		rw.Header().Set("WWW-Authenticate", w.challenge)
		rw.WriteHeader(http.StatusUnauthorized)
	}))
	w.authority.SetPages("http://localhost:" + port(w.pages.URL))
	w.authority.SetIssuer(w.api.URL)
	w.challenge = "Bearer authorization_uri=" + w.api.URL + "/" + tenant + "/oauth2/authorize, resource_id=" + w.org.URL + "/"
	w.transport = w.api.Client().Transport.(*http.Transport).Clone()
	pool := x509.NewCertPool()
	pool.AddCert(w.api.Certificate())
	pool.AddCert(w.org.Certificate())
	w.transport.TLSClientConfig.RootCAs = pool
	t.Cleanup(func() {
		w.transport.CloseIdleConnections()
		w.api.Close()
		w.pages.Close()
		w.org.Close()
	})
	return w
}

// quiet is where servers write of handshakes that are refused on purpose.
func (w *world) quiet() *log.Logger { return log.New(io.Discard, "", 0) }

func port(address string) string {
	u, _ := url.Parse(address)
	return u.Port()
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

func (w *world) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = w.clock.Add(d)
}

// wait moves the clock instead of waiting.
func (w *world) wait(ctx context.Context, d time.Duration) error {
	w.mu.Lock()
	w.waits = append(w.waits, d)
	w.clock = w.clock.Add(d)
	then := w.onWait
	w.mu.Unlock()
	if then != nil {
		then()
	}
	return ctx.Err()
}

func (w *world) through(wrap func(http.Handler) http.Handler) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrap = wrap
}

func (w *world) config(way signin.Way, client string) signin.Config {
	c := signin.Config{
		Org: w.org.URL, Authority: w.api.URL, Tenant: tenant, ClientID: client, Way: way,
		Transport: w.transport, Wait: w.wait, Now: w.now,
		Log: slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if client == secretApp {
		c.Secret = core.NewSecret(secret)
	}
	return c
}

func (w *world) session(c signin.Config) *signin.Session {
	w.t.Helper()
	s, err := signin.New(c)
	if err != nil {
		w.t.Fatalf("New: %v", err)
	}
	return s
}

// posts counts requests for tokens.
func (w *world) posts() int {
	n := 0
	for _, e := range w.authority.Log() {
		if e.Method == http.MethodPost && strings.HasSuffix(e.Path, "/token") {
			n++
		}
	}
	return n
}

// signedIn signs Ada in with the fake browser.
func (w *world) signedIn(c signin.Config) *signin.Session {
	w.t.Helper()
	b := &browser{t: w.t}
	c.Open = b.open
	s := w.session(c)
	if _, err := s.SignIn(context.Background(), nil); err != nil {
		w.t.Fatalf("SignIn: %v", err)
	}
	return s
}

func (w *world) token(s *signin.Session, refused string) string {
	w.t.Helper()
	token, err := s.Token(context.Background(), refused)
	if err != nil {
		w.t.Fatalf("Token: %v", err)
	}
	return token
}

// A browser does what a browser does with the practice pages: it loads the page, sends the form, and sends on the form
// that comes back.
type browser struct {
	t      *testing.T
	button string                               // "signin" when empty
	change func(action string, form url.Values) // may change what is sent to Ferry
	before func(action string, form url.Values) // does something just before
	raced  bool                                 // another answer goes to Ferry too: this one may find nobody listening

	mu   sync.Mutex
	last string // the page that was shown last
}

func (b *browser) open(link string) error {
	page := b.get(link)
	form := fields(page)
	if form.Get("flow") == "" {
		b.show(page)
		return nil
	}
	form.Set("do", "signin")
	if b.button != "" {
		form.Set("do", b.button)
	}
	page = b.post(link, form)
	action := actionOf(page)
	if action == "" { // the answer went by the address, and this is the last page
		b.show(page)
		return nil
	}
	form = fields(page)
	if b.before != nil {
		b.before(action, form)
	}
	if b.change != nil {
		b.change(action, form)
	}
	// The browser shows it; the opener came back long ago. The test does not end before it did.
	var shown sync.WaitGroup
	b.t.Cleanup(shown.Wait)
	shown.Go(func() { b.show(b.post(action, form)) })
	return nil
}

func (b *browser) show(page string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last = page
}

func (b *browser) seen() string {
	for range 2000 {
		b.mu.Lock()
		last := b.last
		b.mu.Unlock()
		if last != "" {
			return last
		}
		_ = core.Wait(context.Background(), time.Millisecond)
	}
	return ""
}

func (b *browser) get(address string) string {
	res, err := http.Get(address)
	if err != nil {
		b.t.Errorf("browser: %v", err)
		return ""
	}
	return read(res)
}

func (b *browser) post(address string, form url.Values) string {
	res, err := http.PostForm(address, form)
	if err != nil {
		if b.raced {
			return ""
		}
		b.t.Errorf("browser: %v", err)
		return ""
	}
	return read(res)
}

func read(res *http.Response) string {
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return string(body)
}

var (
	input  = regexp.MustCompile(`<input[^>]*>`)
	name   = regexp.MustCompile(` name="([^"]*)"`)
	value  = regexp.MustCompile(` value="([^"]*)"`)
	action = regexp.MustCompile(`<form[^>]* action="([^"]*)"`)
)

func fields(page string) url.Values {
	form := url.Values{}
	for _, in := range input.FindAllString(page, -1) {
		if n := name.FindStringSubmatch(in); n != nil {
			v := ""
			if m := value.FindStringSubmatch(in); m != nil {
				v = html.UnescapeString(m[1])
			}
			form.Set(html.UnescapeString(n[1]), v)
		}
	}
	return form
}

func actionOf(page string) string {
	if m := action.FindStringSubmatch(page); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}

// A memory is a cache that outlives sessions.
type memory struct {
	mu    sync.Mutex
	data  []byte
	saves int
	fail  error
}

func (m *memory) Load(context.Context) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return bytes.Clone(m.data), nil
}

func (m *memory) Save(_ context.Context, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	m.data = bytes.Clone(data)
	m.saves++
	return nil
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// wantFault fails unless err is a Fault of that code that tells what to do and gives nothing away.
func wantFault(t *testing.T, err error, code string) *core.Fault {
	t.Helper()
	var f *core.Fault
	if !errors.As(err, &f) {
		t.Fatalf("got %v, want a Fault %s", err, code)
	}
	if f.Code != code {
		t.Fatalf("got Fault %s (%v), want %s", f.Code, f, code)
	}
	if f.Cause == "" || f.Remedy == "" || f.Owner == "" {
		t.Errorf("Fault %s has no cause, remedy or owner: %+v", code, f)
	}
	for _, never := range []string{secret, adasPassword, "eyJ", "1.practice.", "0.practice.", "client_secret=", "ada@practice.example"} {
		if strings.Contains(f.Error()+f.Details+f.Remedy, never) {
			t.Errorf("Fault %s gives away %q: %v", code, never, f)
		}
	}
	return f
}

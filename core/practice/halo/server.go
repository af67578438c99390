package halo

import (
	"bytes"
	"crypto/rand"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options say what the server stands on.
type Options struct {
	Address   string // of this server, without a path: https://localhost:PORT
	Elsewhere string // another address at which this server is, for AuthInfo "elsewhere"
	Tenant    string
	ClientID  string
	Secret    string
	Settings  Settings
	Seed      Seed
	Now       func() time.Time // nil is time.Now
}

// A Server plays one Halo instance. It is safe for use by many goroutines.
type Server struct {
	options Options
	now     func() time.Time

	mu       sync.Mutex
	id       string // of its database: another one for each server, whose records are its own
	settings Settings
	store    *store
	tokens   map[string]token
	seen     []time.Time // requests in the window, oldest first
	unknown  []string
	log      log
	lists    int // how many lists were answered
}

// New makes a server with what the seed says. It does no I/O.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{id: "practice-" + strings.ToLower(rand.Text()[:12]), options: o, now: o.Now, settings: o.Settings, tokens: map[string]token{}, store: newStore()}
	s.sow(o.Seed)
	return s
}

// Set changes the world while it runs.
func (s *Server) Set(change func(*Settings)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.settings)
}

// Settings returns the world that it is in.
func (s *Server) Settings() Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings
}

// Unknown returns every request that was answered 501, with what was not known in it.
func (s *Server) Unknown() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.unknown...)
}

// bodyLimit is about what the servers of ASP.NET take.
const bodyLimit = 30 << 20

// A call is one request on its way. The server is locked while it is answered.
type call struct {
	*Server
	w     http.ResponseWriter
	r     *http.Request
	body  []byte
	query url.Values // names in lower case
	token token
	path  []string // in lower case, without /api
	undo  []func()
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if err != nil {
		http.Error(w, "", http.StatusRequestEntityTooLarge)
		return
	}
	out := &kept{header: w.Header()}
	s.serve(out, r, body)
	w.WriteHeader(out.status)
	_, _ = w.Write(out.body.Bytes())
}

// serve answers under the lock, so that what is stored and what is told are one.
func (s *Server) serve(w *kept, r *http.Request, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{Server: s, w: w, r: r, body: body, query: url.Values{}}
	for name, v := range r.URL.Query() {
		c.query[strings.ToLower(name)] = v
	}
	err := c.limit()
	if err == nil {
		err = c.route()
	}
	if err != nil {
		f := asFailure(err)
		if f.unknown {
			s.unknown = append(s.unknown, r.Method+" "+r.URL.Path+": "+f.message)
		}
		s.settings.write(w, f)
	}
	s.log.note(Request{Time: s.now(), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Body: recorded(r, body), Status: w.status})
}

// limit counts the request in, or refuses it: a sliding window over everything that is asked. By agreement with Halo a
// header can lift it.
func (c *call) limit() error {
	if name, value, ok := strings.Cut(c.settings.LiftedBy, ": "); ok && c.r.Header.Get(name) == value {
		return nil
	}
	now, window := c.now(), c.settings.window()
	n := 0
	for n < len(c.seen) && now.Sub(c.seen[n]) >= window {
		n++
	}
	c.seen = append(c.seen[:0], c.seen[n:]...)
	if len(c.seen) < c.settings.requests() {
		c.seen = append(c.seen, now)
		return nil
	}
	f := &failure{status: http.StatusTooManyRequests}
	if c.settings.RetryAfter {
		f.retry = max(1, int((c.seen[0].Add(window).Sub(now)+time.Second-1)/time.Second))
	}
	return f
}

// route finds what a path is about. Paths are the same in upper and lower case.
func (c *call) route() error {
	path := strings.ToLower(strings.Trim(c.r.URL.Path, "/"))
	root, rest, _ := strings.Cut(path, "/")
	c.path = strings.Split(rest, "/")
	switch {
	case path == "auth/token":
		return c.signIn()
	case root != "api":
		return unknown("the path")
	case rest == "authinfo":
		return c.authInfo()
	case rest == "instanceinfo":
		return c.instanceInfo()
	}
	if err := c.admit(); err != nil {
		return err
	}
	return c.resource()
}

// resource answers what needs a token.
func (c *call) resource() error {
	switch get := c.r.Method == http.MethodGet; {
	case get && strings.Join(c.path, "/") == "agent/me":
		return c.agent()
	case get && strings.Join(c.path, "/") == "control":
		if err := c.scope("admin"); err != nil {
			return err
		}
		return c.control()
	case c.r.Method == http.MethodPost && c.path[0] == "report":
		return bad("The report cannot be run.") // a client must do without
	}
	k := kindOf(c.path[0])
	if k == nil || len(c.path) > 2 {
		return unknown("the route")
	}
	if err := c.scope(k.scope); err != nil {
		return err
	}
	if len(c.path) == 1 {
		switch c.r.Method {
		case http.MethodGet:
			return k.list(c, k)
		case http.MethodPost:
			return c.save(k)
		}
		return unknown("the method here")
	}
	id, err := strconv.ParseInt(c.path[1], 10, 64)
	if err != nil {
		return unknown("the route")
	}
	switch c.r.Method {
	case http.MethodGet:
		return c.one(k, id)
	case http.MethodDelete:
		return c.remove(k, id)
	}
	return unknown("the method here")
}

// say answers a value as JSON.
func (c *call) say(status int, v any) error {
	answer(c.w, status, v)
	return nil
}

// kept holds an answer until the lock is free.
type kept struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (k *kept) Header() http.Header { return k.header }

func (k *kept) WriteHeader(status int) {
	if k.status == 0 {
		k.status = status
	}
}

func (k *kept) Write(b []byte) (int, error) {
	k.WriteHeader(http.StatusOK)
	return k.body.Write(b)
}

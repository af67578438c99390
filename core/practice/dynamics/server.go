package dynamics

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"ferry/core/practice/world"
)

// Options say what the server stands on.
type Options struct {
	World *world.World

	// Check tells whose an access token is. It refuses tokens that ended, that nobody issued, or that were issued for
	// another audience. The audience is the origin that was called.
	Check func(bearer, audience string) (Identity, error)

	// Authority is where a token can be had: https://localhost:PORT/TENANT.
	Authority string
	Tenant    string

	Limits Limits
	Now    func() time.Time // nil is time.Now

	// Application tells the name of an app registration; false when the directory does not know it. nil knows all.
	Application func(id string) (name string, known bool)

	// Premises is set for a server that stands at a company, not in Microsoft's cloud.
	Premises *Premises
}

// An Identity is who a token was issued to.
type Identity struct {
	ObjectID      string // of the person in the directory
	ApplicationID string // of the client
	Application   bool   // the application itself signed in
	Claims        string // that the sign-in was asked to prove
	User          string // key of the user, when Windows signed in
}

// A Server plays one Dynamics 365 environment. It is safe for use by many goroutines.
type Server struct {
	store     *store
	check     func(bearer, audience string) (Identity, error)
	authority string
	tenant    string
	guard     *guard
	now       func() time.Time

	application func(id string) (string, bool)
	premises    *Premises
	product     string // the version that it says it has
	newest      string // version of its Web API

	mu      sync.Mutex
	unknown []string
	is      State
}

// New makes a server. It does no I/O.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{
		application: o.Application, premises: o.Premises, product: version, newest: "v9.2",
		store: newStore(o.World, o.Now), check: o.Check, authority: strings.TrimRight(o.Authority, "/"), tenant: o.Tenant,
		guard: newGuard(o.Limits, o.Now), now: o.Now,
	}
	if o.Premises != nil {
		s.product, s.newest = o.Premises.versions()
		s.store.models.old = s.newest < "v9.0"
	}
	return s
}

// Unknown returns every request that was answered 501, as "GET /path what it was".
func (s *Server) Unknown() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.unknown...)
}

// Challenge is the WWW-Authenticate header for a request to host.
//
// Web API: a request without a token is answered 401 with the authority and the resource, their values unquoted.
func (s *Server) Challenge(host string) string {
	return fmt.Sprintf("Bearer authorization_uri=%s/oauth2/authorize, resource_id=https://%s/", s.authority, host)
}

// A call is one request on its way: who asks, for what, and where the answer goes.
type call struct {
	*Server
	w      http.ResponseWriter
	r      *http.Request
	caller *caller
	base   string // https://host/api/data/v9.2
	path   []segment
	opts   options
	prefer prefer

	inBatch bool
	refs    map[string]string // what $1 means in a change set
	undo    *[]func()         // takes back what a change set did so far; nil outside of one
}

var rootPath = regexp.MustCompile(`^/api/data/(v\d+\.\d+)(/.*)?$`)

var versions = map[string]bool{"v8.0": true, "v8.1": true, "v8.2": true, "v9.0": true, "v9.1": true, "v9.2": true}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := guid()
	h := w.Header()
	h.Set("REQ_ID", id)
	h.Set("x-ms-service-request-id", id)
	if s.premises != nil && !s.enters(w, r) {
		return
	}
	state := s.state()
	if state.shut(w) {
		return
	}
	who, ok := s.known(w, r, state)
	if !ok {
		return
	}
	h.Set("OData-Version", "4.0")
	if s.premises == nil {
		h.Add("Set-Cookie", "ARRAffinity=practice; Path=/; HttpOnly; Secure")
	}
	limits := h
	if s.premises != nil {
		limits = http.Header{} // a company's own server says nothing of limits
	}
	leave, err := s.guard.enter(who.ObjectID+who.ApplicationID+who.User, limits)
	if err != nil {
		s.fail(w, r, parsePrefer(r.Header), err)
		return
	}
	defer leave()
	c, err := s.caller(who)
	if err == nil {
		err = state.lets(s, c)
	}
	if err == nil {
		err = s.dispatch(w, r, &call{caller: c})
	}
	if err != nil {
		s.fail(w, r, parsePrefer(r.Header), err)
	}
}

// dispatch routes a request of a known caller. Parts of a batch come here too.
func (s *Server) dispatch(w http.ResponseWriter, r *http.Request, c *call) error {
	root, path := s.root(), r.URL.Path
	if root != "" {
		path = strings.TrimPrefix(path, root)
	}
	m := rootPath.FindStringSubmatch(path)
	if m == nil {
		return &failure{status: http.StatusNotFound, code: "0x80060888", message: "Resource not found for the segment '" + strings.TrimPrefix(r.URL.Path, "/") + "'."}
	}
	if !versions[m[1]] || m[1] > s.newest {
		return &failure{status: http.StatusNotImplemented, code: "0x80060888", message: "The version '" + m[1] + "' is not supported."}
	}
	if len(r.URL.RequestURI()) > 32768 && !c.inBatch {
		return &failure{status: http.StatusRequestURITooLong, code: "0x80060888", message: "The request URL is too long."}
	}
	parts, err := segments(strings.TrimPrefix(m[2], "/"))
	if err != nil {
		return err
	}
	c.Server, c.w, c.r, c.path = s, w, r, parts
	c.base, c.prefer = "https://"+r.Host+root+"/api/data/"+m[1], parsePrefer(r.Header)
	if c.opts, err = parseOptions(r.URL.RawQuery); err != nil {
		return err
	}
	return c.route()
}

// route finds what a path is about.
func (c *call) route() error {
	if len(c.path) == 0 {
		return c.serviceDocument()
	}
	first := c.path[0]
	if first.name == "$batch" {
		return c.batch()
	}
	switch c.r.Method {
	case http.MethodGet:
		if done, err := c.function(first); done {
			return err
		}
		if done, err := c.metadata(first); done {
			return err
		}
	case http.MethodPost, http.MethodPatch, http.MethodDelete, http.MethodPut:
	default:
		return &failure{status: http.StatusMethodNotAllowed, code: "0x80060888", message: "The requested resource does not support http method '" + c.r.Method + "'."}
	}
	m := c.store.models.set(first.name)
	if m == nil {
		if first.call || strings.ToUpper(first.name[:1]) == first.name[:1] && c.r.Method == http.MethodPost {
			return unknown("the operation " + first.name)
		}
		return noSegment(first.name)
	}
	if c.r.Method != http.MethodGet {
		return c.write(m)
	}
	if !first.call {
		return c.readSet(m)
	}
	return c.readRow(m)
}

// fail answers with the error body.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, p prefer, err error) {
	f := asFailure(err)
	if f.unknown {
		s.mu.Lock()
		s.unknown = append(s.unknown, r.Method+" "+r.URL.Path+": "+f.message)
		s.mu.Unlock()
	}
	h := w.Header()
	if f.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(f.retry))
	}
	h.Set("Content-Type", "application/json; odata.metadata=minimal")
	b := append([]byte(`{"error":{"code":`), []byte(nil)...)
	b = appendText(b, f.code)
	b = append(b, `,"message":`...)
	b = appendText(b, f.message)
	if p.wants("Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus") {
		b = append(b, `,"@Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus":"1","@Microsoft.PowerApps.CDS.ErrorDetails.ApiExceptionHttpStatusCode":"`...)
		b = strconv.AppendInt(b, int64(f.status), 10)
		b = append(b, `","@Microsoft.PowerApps.CDS.InnerError.Message":`...)
		b = appendText(b, f.message)
	}
	b = append(b, "}}"...)
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(f.status)
	_, _ = w.Write(b)
}

// json answers 200 with a body.
func (c *call) json(body []byte) error {
	c.w.Header().Set("Content-Type", "application/json; odata.metadata=minimal")
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(body)
	return nil
}

// guid is a random GUID, for request ids.
func guid() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

package microsoft

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	pageLife  = 30 * time.Minute // how long a sign-in page can be left open
	codeLife  = 10 * time.Minute
	openPages = 1000 // more than these at once, and the oldest are forgotten
)

// A flow is one sign-in page that is open.
type flow struct {
	grant
	tenant    string // as in the address
	redirect  string
	mode      string // response_mode
	state     string
	challenge string
	hint      string
	prompt    string
	created   time.Time
	device    *device // when it is a sign-in with a code
	asked     bool    // the consent page was shown
	accepted  bool    // and accepted
}

// Pages is what a person sees. Serve it on http://localhost.
func (a *Authority) Pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{tenant}/oauth2/v2.0/authorize", a.authorize)
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/authorize", a.submit)
	mux.HandleFunc("GET /adfs/oauth2/authorize", a.authorizeFederated)
	mux.HandleFunc("GET /adfs/oauth2/authorize/{$}", a.authorizeFederated)
	mux.HandleFunc("POST /adfs/oauth2/authorize", a.submit)
	mux.HandleFunc("POST /adfs/oauth2/authorize/{$}", a.submit)
	mux.HandleFunc("GET /{tenant}/device", a.devicePage)
	mux.HandleFunc("POST /{tenant}/device", a.device)
	for _, path := range []string{"/{tenant}/adminconsent", "/{tenant}/v2.0/adminconsent"} {
		mux.HandleFunc("GET "+path, a.adminConsent)
		mux.HandleFunc("POST "+path, a.adminConsent)
	}
	mux.HandleFunc("GET /{$}", a.front)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		a.problemPage(w, http.StatusNotImplemented, problem{Title: "This page is not played", Text: "The practice environment has no page " + r.URL.Path + "."})
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &status{ResponseWriter: w}
		r.Body = http.MaxBytesReader(w, r.Body, formLimit)
		mux.ServeHTTP(seen, r)
		q := r.URL.Query()
		a.note(Entry{Method: r.Method, Path: r.URL.Path, Status: seen.code, Code: seen.refused, ClientID: q.Get("client_id"), Scope: q.Get("scope")})
	})
}

// authorize opens a sign-in page, or shows why there is none. What Microsoft says on its own page is said here on a
// page; what it tells the application goes to the redirect URI.
func (a *Authority) authorize(w http.ResponseWriter, r *http.Request) {
	a.open(w, r, r.PathValue("tenant"), r.URL.Query())
}

// authorizeFederated is the same at AD FS.
func (a *Authority) authorizeFederated(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if f := named(q); f != nil {
		a.refusedPage(w, r, f)
		return
	}
	a.open(w, r, federation, q)
}

// device takes what was posted to the page for codes: a code, or what follows it.
func (a *Authority) device(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err == nil && r.PostForm.Has("flow") {
		a.submit(w, r)
		return
	}
	a.enterDevice(w, r)
}

func (a *Authority) open(w http.ResponseWriter, r *http.Request, tenant string, q url.Values) {
	if page, _, _ := a.orders(); early(page) {
		a.refusedPage(w, r, a.forced(page))
		return
	}
	f, onPage := a.begin(tenant, q)
	if onPage != nil {
		a.refusedPage(w, r, onPage)
		return
	}
	wrong := a.examine(f, q)
	if wrong == nil {
		if onPage = a.lists(f); onPage != nil {
			a.refusedPage(w, r, onPage)
			return
		}
	}
	if wrong == nil && q.Get("prompt") == "none" {
		wrong = refuse(50058, "")
	}
	if wrong != nil {
		a.deny(w, f, wrong)
		return
	}
	a.signInPage(w, a.keep(f), f, "")
}

// early reports whether a refusal on the page comes before anybody signs in: it is about the application.
func early(code int) bool {
	switch code {
	case 50011, 500113, 700016, 90002, 50059, 500011, 650056, 650057, 7000112, 70001, 90033, 50033, 50087:
		return true
	}
	return false
}

// begin reads what must be right before anything is sent to the redirect URI.
func (a *Authority) begin(tenant string, q url.Values) (*flow, *refusal) {
	if known, _ := a.tenant(tenant); !known {
		return nil, refuse(90002, "Tenant '"+tenant+"' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.")
	}
	id := q.Get("client_id")
	if id == "" {
		return nil, refuse(900144, "The request body must contain the following parameter: 'client_id'.")
	}
	app := a.application(id)
	if app == nil {
		return nil, refuse(700016, "Application with identifier '"+id+"' was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.")
	}
	if app.Disabled {
		return nil, refuse(7000112, "Application '"+app.ID+"'("+app.Name+") is disabled.")
	}
	if len(app.Redirects) == 0 {
		return nil, &refusal{code: 500113, status: http.StatusBadRequest, kind: "invalid_request", text: "No reply address is registered for the application."}
	}
	to := q.Get("redirect_uri")
	for _, reg := range app.Redirects {
		if matches(reg.URI, to) {
			f := &flow{tenant: tenant, redirect: to, state: q.Get("state"), mode: q.Get("response_mode"), hint: q.Get("login_hint"), challenge: q.Get("code_challenge")}
			f.app, f.platform, f.nonce, f.prompt, f.claims = app.ID, reg.Platform, q.Get("nonce"), q.Get("prompt"), q.Get("claims")
			return f, nil
		}
	}
	return nil, refuse(50011, "The redirect URI '"+to+"' specified in the request does not match the redirect URIs configured for the application '"+app.ID+"'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.")
}

// matches compares a redirect URI with a registered one. The port of localhost is ignored; all else must be equal.
func matches(registered, asked string) bool {
	if asked == "" {
		return false
	}
	if registered == asked {
		return true
	}
	r, err := url.Parse(registered)
	if err != nil {
		return false
	}
	u, err := url.Parse(asked)
	if err != nil || u.User != nil || u.Fragment != "" {
		return false
	}
	return r.Scheme == "http" && u.Scheme == "http" && r.Hostname() == "localhost" && u.Hostname() == "localhost" &&
		strings.TrimSuffix(r.Path, "/") == strings.TrimSuffix(u.Path, "/") && r.RawQuery == u.RawQuery
}

// examine reads the rest; what is wrong here is told to the application.
func (a *Authority) examine(f *flow, q url.Values) *refusal {
	switch f.mode {
	case "":
		f.mode = "query"
	case "query", "form_post":
	default:
		mode := f.mode
		f.mode = "query"
		return &refusal{code: 70005, kind: "unsupported_response_type", text: "The response_mode '" + mode + "' is not supported."}
	}
	if q.Get("response_type") != "code" {
		return &refusal{code: 70005, kind: "unsupported_response_type", text: "The response_type must be 'code'."}
	}
	switch q.Get("prompt") {
	case "", "none", "login", "select_account", "consent":
	default:
		return &refusal{code: 90023, kind: "invalid_request", text: "The prompt value is not supported."}
	}
	if f.challenge != "" && q.Get("code_challenge_method") != "S256" {
		return &refusal{code: 501491, kind: "invalid_request", text: "The code_challenge_method must be S256."}
	}
	if f.challenge == "" && f.platform == "spa" {
		return refuse(9002325, "")
	}
	resource, scopes, wrong := a.wanted(q.Get("scope"))
	if wrong != nil {
		return wrong
	}
	if resource == "" {
		return refuse(70011, "The provided request must include a 'scope' input parameter that names a resource.")
	}
	f.resource, f.scopes = resource, scopes
	return nil
}

// lists refuses an application that has no permission for what it asks for. It stays on the page.
func (a *Authority) lists(f *flow) *refusal {
	if app := a.application(f.app); app != nil && app.NoPermission {
		return refuse(650057, "Invalid resource. The client has requested access to a resource which is not listed in the requested permissions in the client's application registration. Client app ID: "+app.ID+"("+app.Name+"). Resource value from request: "+f.resource+".")
	}
	return nil
}

// keep remembers an open page and returns its name.
func (a *Authority) keep(f *flow) string {
	id := random()
	f.created = a.now()
	a.mu.Lock()
	defer a.mu.Unlock()
	var oldest string
	for name, other := range a.flows {
		if f.created.Sub(other.created) > pageLife {
			delete(a.flows, name)
		} else if oldest == "" || other.created.Before(a.flows[oldest].created) {
			oldest = name
		}
	}
	if len(a.flows) >= openPages {
		delete(a.flows, oldest)
	}
	a.flows[id] = f
	return id
}

// submit takes what was typed on the page.
func (a *Authority) submit(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		a.problemPage(w, http.StatusBadRequest, problem{Title: "That could not be read", Text: "Go back and try again."})
		return
	}
	id := r.PostForm.Get("flow")
	a.mu.Lock()
	f := a.flows[id]
	if f != nil && a.now().Sub(f.created) > pageLife {
		f = nil
	}
	a.mu.Unlock()
	if f == nil {
		a.problemPage(w, http.StatusBadRequest, problem{Title: "This sign-in is over", Text: "Close this tab and start the sign-in again in Ferry."})
		return
	}
	switch r.PostForm.Get("do") {
	case "cancel":
		a.forget(id)
		if f.device != nil {
			f.person = nil
			a.finishDevice(w, f)
			return
		}
		a.deny(w, f, refuse(65004, ""))
		return
	case "accept":
		a.agree(w, r, id, f)
		return
	}
	p, ok := a.person(r.PostForm.Get("username"))
	if !ok {
		a.signInPage(w, id, f, "This account is not known here. (AADSTS50034)")
		return
	}
	if subtle.ConstantTimeCompare([]byte(p.Password), []byte(r.PostForm.Get("password"))) != 1 {
		a.signInPage(w, id, f, "The account or the password is wrong. (AADSTS50126)")
		return
	}
	a.mu.Lock()
	f.person = &p
	a.mu.Unlock()
	a.admit(w, r, id, f)
}

func (a *Authority) forget(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.flows, id)
}

// issue makes the code of a sign-in.
func (a *Authority) issue(f *flow) string {
	name := "0.practice." + random()
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	for old, c := range a.codes {
		if now.Sub(c.until) > time.Hour {
			delete(a.codes, old)
		}
	}
	a.codes[name] = &code{grant: f.grant, redirect: f.redirect, challenge: f.challenge, until: now.Add(codeLife)}
	return name
}

// deny tells the application why it gets no code.
func (a *Authority) deny(w http.ResponseWriter, f *flow, r *refusal) {
	if s, ok := w.(*status); ok {
		s.refused = r.code
	}
	answer := url.Values{"error": {r.kind}, "error_description": {r.description(guid(), guid(), a.now())}}
	if r.code == 65004 {
		answer.Set("error_subcode", "cancel")
	}
	if r.claims != "" {
		answer.Set("claims", r.claims)
	}
	if f.tenant == federation {
		if words := federatedWords(r.code); words != "" {
			answer.Set("error_description", words)
		}
	}
	a.deliver(w, f, answer)
}

// deliver sends the answer to the redirect URI in the way that was asked for.
func (a *Authority) deliver(w http.ResponseWriter, f *flow, answer url.Values) {
	if f.state != "" {
		answer.Set("state", f.state)
	}
	if f.mode == "form_post" {
		a.postPage(w, f.redirect, answer)
		return
	}
	to, err := url.Parse(f.redirect)
	if err != nil {
		a.problemPage(w, http.StatusBadRequest, problem{Title: "The redirect URI cannot be read"})
		return
	}
	q := to.Query()
	for k, v := range answer {
		q[k] = v
	}
	to.RawQuery = q.Encode()
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Location", to.String())
	w.WriteHeader(http.StatusFound)
}

// Package microsoft plays Microsoft's sign-in service: the identity platform v2.0 for one tenant, over real HTTP.
//
// An Authority has two faces. API is what programs call: the discovery document and the token address, to be served
// over https. Pages is what a person sees: the sign-in page, to be served on http://localhost, so that a browser meets
// no certificate it does not know. Nothing here is Microsoft's; every page says PRACTICE in big letters.
//
// Device codes are typed on a page of Pages. Applications prove themselves by a secret or by a certificate that was
// registered. Change, ChangePerson, FailOnPage, FailBack, Fail, FailAtRedeeming and Demand say what stays on Microsoft's
// page, what is told to the application, and what comes at the token address. /adfs is a company's own AD FS.
//
// It refuses what Microsoft refuses, with the same codes (AADSTS…) in the same JSON, and answers 501 to what it does
// not know. Two things are stricter, to find faults in clients: a refresh token works once, and a code is bound to
// everything it was asked for with.
//
// Microsoft identity platform: "OAuth 2.0 authorization code flow", "client credentials flow", "Redirect URI
// restrictions", "OAuth 2.0 device authorization grant flow", "Certificate credentials", "Admin consent protocol",
// "Claims challenges, claims requests and client capabilities", "Microsoft Entra authentication and authorization error codes".
package microsoft

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Options say who lives in the tenant. Only Tenant is needed.
type Options struct {
	Tenant       string // GUID
	Domain       string // the tenant's other name: "practice.example"; "" is none
	Applications []Application
	People       []Person
	Now          func() time.Time
	Pages        string // base of the browser's pages, http://localhost:PORT; see SetPages
	Issuer       string // base of the API, https://localhost:PORT; see SetIssuer

	TokenLifetime   time.Duration              // of access tokens; 0 is an hour
	RefreshLifetime time.Duration              // of refresh tokens; 0 is 90 days
	DeviceLifetime  time.Duration              // of device codes; 0 is 15 minutes
	DeviceInterval  time.Duration              // between two polls; 0 is 5 seconds
	Resources       func(resource string) bool // which organisation URLs exist, without a trailing slash; nil is all
}

// An Application is an app registration.
type Application struct {
	ID, Name  string
	Secrets   []string
	Redirects []Redirect
	Public    bool // it has no secret and may send none

	SecretExpires      time.Time           // of all its secrets; zero is never
	Certificates       []*x509.Certificate // that it may sign assertions with
	Disabled           bool                // AADSTS7000112
	NoPermission       bool                // it lists no permission for Dynamics CRM: AADSTS650057
	Consent            string              // Consented, ConsentUser or ConsentAdmin
	AssignmentRequired bool                // only those in Assigned may use it: AADSTS50105
	Assigned           []string            // UPNs
}

// A Redirect is a registered redirect URI. The port of a localhost one is ignored, its path must match.
type Redirect struct {
	URI      string
	Platform string // "native", "web" or "spa"
}

// A Person can sign in on the page.
type Person struct {
	ObjectID, Name, UPN, Password string

	Admin           bool   // may consent for everybody
	Home            string // the tenant that the account belongs to; "" is this one
	Guest           bool   // was invited, when Home is another
	Disabled        bool   // AADSTS50057
	Locked          bool   // AADSTS50053
	PasswordExpired bool   // AADSTS50055
	Blocked         int    // the AADSTS code of the rule that blocks this account: 53003, 53000, 50079; 0 is none
}

// Claims say whose an access token is.
type Claims struct {
	Subject       string
	ObjectID      string // of the person; "" for an application
	ApplicationID string
	Name          string
	Application   bool   // the application itself, no person
	Demanded      string // the claims that the sign-in was asked for
}

// An Authority is one running sign-in service. It is safe for use by several goroutines.
type Authority struct {
	now  func() time.Time
	opts Options
	key  []byte // signs the tokens

	mu         sync.Mutex
	apps       map[string]*application
	pages      string
	issuer     string
	flows      map[string]*flow     // sign-in pages that are open
	codes      map[string]*code     // by code
	refresh    map[string]*refresh  // by refresh token
	generation int                  // access tokens of an older one are refused
	ended      error                // why they are
	fail       int                  // AADSTS code of every token request; 0 is none
	failNext   []int                // and of the next ones
	failPage   int                  // AADSTS code that is shown on the page; 0 is none
	failRedeem int                  // of the token address alone
	failBack   int                  // and told to the application after the sign-in
	demand     string               // the claims that a grant must have
	devices    map[string]*device   // by device code
	slow       int                  // polls of a new device code that are told to slow down
	used       map[string]time.Time // assertions, by application and jti, until they end
	everyOther bool
	turn       int
	log        []Entry
}

type application struct {
	Application
	expired   bool     // its secrets are
	consented []string // UPNs of who consented for themselves
}

// New makes an authority. It does no I/O.
func New(o Options) *Authority {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.TokenLifetime <= 0 {
		o.TokenLifetime = time.Hour
	}
	if o.RefreshLifetime <= 0 {
		o.RefreshLifetime = 90 * 24 * time.Hour
	}
	if o.DeviceLifetime <= 0 {
		o.DeviceLifetime = deviceLife
	}
	if o.DeviceInterval <= 0 {
		o.DeviceInterval = deviceInterval
	}
	if o.Resources == nil {
		o.Resources = func(string) bool { return true }
	}
	a := &Authority{
		now: o.Now, opts: o, key: []byte(random()),
		pages: strings.TrimRight(o.Pages, "/"), issuer: strings.TrimRight(o.Issuer, "/"),
		apps:  make(map[string]*application, len(o.Applications)),
		flows: map[string]*flow{}, codes: map[string]*code{}, refresh: map[string]*refresh{},
		devices: map[string]*device{}, used: map[string]time.Time{},
	}
	for _, app := range o.Applications {
		a.apps[strings.ToLower(app.ID)] = &application{Application: app}
	}
	return a
}

// SetPages says where Pages is served, http://localhost:PORT.
func (a *Authority) SetPages(base string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pages = strings.TrimRight(base, "/")
}

// SetIssuer says where API is served, https://localhost:PORT.
func (a *Authority) SetIssuer(base string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.issuer = strings.TrimRight(base, "/")
}

func (a *Authority) bases() (pages, issuer string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.pages, a.issuer
}

// tenant reports whether name is this tenant; common is set for the names that mean every tenant.
func (a *Authority) tenant(name string) (known, common bool) {
	switch strings.ToLower(name) {
	case "common", "organizations":
		return true, true
	case federation:
		return true, false
	}
	return strings.EqualFold(name, a.opts.Tenant) || a.opts.Domain != "" && strings.EqualFold(name, a.opts.Domain), false
}

func (a *Authority) application(id string) *application {
	a.mu.Lock()
	defer a.mu.Unlock()
	app := a.apps[strings.ToLower(id)]
	if app == nil {
		return nil
	}
	c := *app
	c.Secrets = append([]string(nil), app.Secrets...)
	return &c
}

func (a *Authority) person(upn string) (Person, bool) {
	for _, p := range a.people() {
		if strings.EqualFold(p.UPN, strings.TrimSpace(upn)) {
			return p, true
		}
	}
	return Person{}, false
}

// ApplicationName is the name of an app registration; false when there is none of that ID.
func (a *Authority) ApplicationName(id string) (string, bool) {
	app := a.application(id)
	if app == nil {
		return "", false
	}
	return app.Name, true
}

// people are who can sign in.
func (a *Authority) people() []Person {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.opts.People // replaced, never changed
}

// Knows reports whether name is this tenant's GUID or domain.
func (a *Authority) Knows(name string) bool {
	return strings.EqualFold(name, a.opts.Tenant) || a.opts.Domain != "" && strings.EqualFold(name, a.opts.Domain)
}

// random is 256 bits that nobody can guess.
func random() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// guid is a random GUID, for correlation ids.
func guid() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

package practice

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"ferry/core/practice/dynamics"
	"ferry/core/practice/halo"
	"ferry/core/practice/microsoft"
	"ferry/core/practice/world"
)

// The fixed facts of every practice environment.
const (
	Tenant         = "7a0c7a5e-9e2f-4f0e-8f5d-0d2b6f1e4c11"
	Domain         = "practice.example"
	PublicClientID = "b1f9a3c2-54d6-4a7b-9c1e-2f3a4b5c6d7e" // signs people in; has no secret
	SecretClientID = "c2e8b4d3-65e7-4b8c-8d2f-3a4b5c6d7e8f" // signs in as an application, or people on the Web platform
	Secret         = "practice~Secret.8Qx2vN7"
	SecretID       = "a6d8e0b2-41c5-4f7a-8b3d-9e0f1a2b3c4d" // what the portal shows beside the secret; it opens nothing
	OtherTenant    = "3b1f6d2c-8e4a-4c7b-9d5f-6a7b8c9d0e1f" // a second tenant at the same sign-in service
	OtherDomain    = "fabrikam.example"
	personID       = "d3d7c5e4-76f8-4c9d-9e3a-4b5c6d7e8f90"
	guestID        = "f5d8e7a6-98ba-4ebf-8a5c-6d7e8f9a0b1c"
	applicationID  = "e4c6d6f5-87a9-4dae-8f4b-5c6d7e8f9001"
)

// Options say what the environment is like. The zero Options give the usual one on free ports.
type Options struct {
	Seed   uint64         // of the rows and of the script's chances
	Rows   map[string]int // how many rows a table has, by logical name
	Script Script

	Port          int // of Dynamics; 0 is a free one
	AuthorityPort int // of the sign-in service
	PagesPort     int // of the sign-in pages

	TokenLifetime   time.Duration // of access tokens; 0 is an hour
	RefreshLifetime time.Duration // of refresh tokens
	Limits          dynamics.Limits
	Halo            halo.Settings // in which world the practice Halo is
	HaloPort        int
	Log             *slog.Logger     // nil logs nothing
	Now             func() time.Time // nil is time.Now

	DeviceInterval time.Duration // between two questions whether a code was typed in; 0 is 5 seconds
	DeviceLifetime time.Duration // of such codes; 0 is 15 minutes
	OnPremises     *OnPremises   // a company's own server in place of Dynamics 365 online
	Hostile        bool          // names of everything are such as would run something on a page that does not escape them
}

// A Person can sign in on the page.
type Person struct {
	Name, UPN, Password string
}

// An Environment is a running practice environment. Close ends it.
type Environment struct {
	Org             string // https://localhost:PORT, the organisation URL
	Authority       string // https://localhost:PORT/TENANT
	Tenant          string
	ClientID        string // of the app that signs people in
	SecretApp       string // of the app that has a secret
	Secret          string
	Person          Person
	CA              []byte         // PEM of the authority that issued the certificates
	Pool            *x509.CertPool // holds just that authority
	World           *world.World
	Dynamics        *dynamics.Server
	Microsoft       *microsoft.Authority
	ApplicationUser string // key of the application user
	PersonUser      string // key of the person's user

	Discovery string               // https://localhost:PORT, the Global Discovery Service
	Finder    *dynamics.Discovery  // what answers there
	Elsewhere *microsoft.Authority // the second tenant, https://localhost:PORT/OtherTenant
	Guest     Person               // of the second tenant; nobody invited them
	Proxy     *Proxy               // a proxy server that nobody has to use
	Windows   Login                // on-premises with Windows sign-in

	HaloAddress string       // https://localhost:PORT, what a person enters as the address of Halo
	Halo        *halo.Server // what answers there; HaloTenant, HaloClientID and HaloSecret open it

	issuer  issuer
	trusts  map[Trust]*tls.Certificate
	options Options
	player  *player
	packers *sync.Pool
	now     func() time.Time
	slog    *slog.Logger
	closing chan struct{}
	work    sync.WaitGroup

	mu     sync.Mutex
	doors  []*door
	closed bool
	trust  Trust
	pair   []byte // the application's certificate with its key
	shut   bool   // Dynamics does not listen
	log    []Request
}

// A Request is one entry of the log. Header has everything but what is secret.
type Request struct {
	Time   time.Time
	Side   string // SideDynamics, SideMicrosoft, SideDiscovery or SideHalo
	Method string
	Path   string
	Query  string
	Set    string // the entity set whose rows were asked for
	Page   int    // which page of it
	Header http.Header
	Status int   // 0 when the connection was cut before any answer
	Bytes  int64 // of the body, as they travelled
	Step   string
}

// Start makes an environment and lets it listen on 127.0.0.1. It ends when ctx ends or Close is called.
func Start(ctx context.Context, o Options) (*Environment, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := o.Script.check(); err != nil {
		return nil, err
	}
	is, certs, err := certify(time.Now())
	if err != nil {
		return nil, err
	}
	e := &Environment{
		Tenant: Tenant, ClientID: PublicClientID, SecretApp: SecretClientID, Secret: Secret,
		CA: is.pem, Pool: is.pool, issuer: is, packers: newPool(), now: o.Now, slog: o.Log, closing: make(chan struct{}),
		World: world.New(world.Options{Seed: o.Seed, Rows: o.Rows, Now: o.Now}), trusts: certs, options: o,
	}
	e.player = newPlayer(o.Script, o.Seed, e.tableOf)
	if err := e.people(); err != nil {
		return nil, err
	}
	if o.Hostile {
		if err := e.disguise(); err != nil {
			return nil, err
		}
	}
	if err := e.open(o); err != nil {
		e.Close()
		return nil, err
	}
	context.AfterFunc(ctx, func() { e.Close() })
	return e, nil
}

// people lets the person and the application in.
func (e *Environment) people() error {
	ada, ok := e.World.User(e.World.Ada())
	if !ok {
		return errors.New("the practice organisation has nobody in it")
	}
	e.PersonUser = ada.Key
	e.Person = Person{Name: ada.Name, UPN: ada.DomainName, Password: "practice"}
	if err := e.World.SetObjectID(ada.Key, personID); err != nil {
		return err
	}
	key, err := e.World.AddApplicationUser(SecretClientID, "Ferry practice")
	e.ApplicationUser = key
	return err
}

// open makes the servers and their doors.
func (e *Environment) open(o Options) error {
	usual := &tls.Config{Certificates: []tls.Certificate{*e.trusts[Trusted]}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	changing := usual.Clone()
	changing.Certificates = nil
	changing.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return e.shown(), nil }
	for _, d := range []struct {
		port int
		tls  *tls.Config
	}{{o.Port, changing}, {o.AuthorityPort, usual}, {o.PagesPort, nil}, {0, usual}, {0, nil}, {o.HaloPort, usual}} {
		opened, err := newDoor(d.port, d.tls)
		if err != nil {
			return err
		}
		e.doors = append(e.doors, opened)
	}
	org, authority, pages, discovery, proxy, destination := e.doors[0], e.doors[1], e.doors[2], e.doors[3], e.doors[4], e.doors[5]
	e.Org, e.Authority = org.address("https"), authority.address("https")+"/"+Tenant
	if o.OnPremises != nil {
		e.settle(o.OnPremises, authority.address("https"))
	}
	e.Discovery = discovery.address("https")
	e.register(o, authority.address("https"), pages.address("http"))
	e.Dynamics = dynamics.New(dynamics.Options{
		World: e.World, Authority: e.Authority, Tenant: e.Tenant, Limits: o.Limits, Now: o.Now, Check: e.check,
		Application: e.Microsoft.ApplicationName, Premises: e.premises(o.OnPremises),
	})
	e.Finder = dynamics.NewDiscovery(e.Authority, e.check)
	e.Finder.SetInstances(e.instances()...)
	e.Proxy = newProxy(proxy.address("http"))
	org.handler = e.stage(SideDynamics, e.Dynamics)
	authority.handler = e.stage(SideMicrosoft, both(e.Microsoft.API(), e.Elsewhere.API(), e.Elsewhere))
	pages.handler = both(e.Microsoft.Pages(), e.Elsewhere.Pages(), e.Elsewhere)
	discovery.handler = e.stage(SideDiscovery, e.Finder)
	proxy.handler = e.Proxy
	destination.handler = e.stage(SideHalo, e.newHalo(o, destination))
	for _, d := range e.doors {
		d.serve()
	}
	e.slog.Info("practice environment started", "host", e.Org)
	return nil
}

// check tells Dynamics whose a token is.
func (e *Environment) check(bearer, audience string) (dynamics.Identity, error) {
	c, err := e.Microsoft.Check(bearer, audience)
	if errors.Is(err, microsoft.ErrAudience) && audience == e.Org {
		c, err = e.Microsoft.Check(bearer, e.doors[0].address("https")) // a company's server is known by its host as well
	}
	if err != nil {
		return dynamics.Identity{}, err
	}
	return dynamics.Identity{ObjectID: c.ObjectID, ApplicationID: c.ApplicationID, Application: c.Application, Claims: c.Demanded}, nil
}

// API is the root of the Web API.
func (e *Environment) API() string {
	version := "v9.2"
	if p := e.options.OnPremises; p != nil {
		version = p.Version
	}
	return e.Org + "/api/data/" + version
}

// Play replaces the script and forgets what was counted.
func (e *Environment) Play(s Script) error {
	if err := s.check(); err != nil {
		return err
	}
	e.player.load(s)
	return nil
}

// Played tells how often each step of the script was played.
func (e *Environment) Played() []int { return e.player.counts() }

// Unknown returns every request that was answered 501: what the practice environment does not play.
func (e *Environment) Unknown() []string {
	list := append(e.Dynamics.Unknown(), e.Finder.Unknown()...)
	list = append(list, e.Halo.Unknown()...)
	for _, r := range e.Requests() {
		if r.Side == SideMicrosoft && r.Status == http.StatusNotImplemented && r.Step == "" {
			list = append(list, r.Method+" "+r.Path+" (sign-in service)")
		}
	}
	return list
}

// WriteCA writes the certificate of the authority as PEM, for SSL_CERT_FILE.
func (e *Environment) WriteCA(path string) error { return e.issuer.writeCA(path) }

// Close ends the environment: connections are cut and ports are free again. It may be called twice.
func (e *Environment) Close() {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return
	}
	e.closed = true
	close(e.closing)
	for _, d := range e.doors {
		d.shut()
	}
	e.mu.Unlock()
	e.work.Wait()
	e.slog.Info("practice environment ended", "host", e.Org)
}

// tableOf returns the logical name of a set.
func (e *Environment) tableOf(set string) string {
	if t := e.World.BySet(set); t != nil {
		return t.Logical
	}
	return ""
}

// removeColumn takes a column out of a table, named by its logical or its set name.
func (e *Environment) removeColumn(table, column string) {
	if t := e.World.BySet(table); t != nil {
		table = t.Logical
	}
	if err := e.World.RemoveColumn(table, column); err != nil {
		e.slog.Warn("the script removes a column that is not there", "table", table)
	}
}

func (e *Environment) challenge() string {
	return "Bearer authorization_uri=" + e.Authority + "/oauth2/authorize, resource_id=" + e.Org + "/"
}

// hosts are the doors of a side that go away together: Halo's own, or those of Dynamics and of the sign-in service.
func (e *Environment) hosts(side string) []*door {
	if side == SideHalo {
		return e.doors[5:]
	}
	return e.doors[:2]
}

// leave shuts the hosts of a side; false when the environment is closed.
func (e *Environment) leave(side string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return false
	}
	e.work.Add(1)
	for _, d := range e.hosts(side) {
		d.gone++
		d.shut()
	}
	return true
}

// comeBack opens them again at their old ports.
func (e *Environment) comeBack(side string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, d := range e.hosts(side) {
		if d.gone--; e.closed || d.gone > 0 || d == e.doors[0] && e.shut {
			continue
		}
		if err := d.reopen(); err != nil {
			e.slog.Error("the practice environment cannot listen again", "port", d.port)
		}
	}
}

// Package wiring builds what both mains pass down: the network, the sign-in, the Dynamics source, the list of
// destinations, the journal. Everything is made by hand and visible here; there is no container and no registry.
package wiring

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ferry/core"
	"ferry/core/dataverse"
	"ferry/core/importer"
	"ferry/core/journal"
	"ferry/core/keychain"
	"ferry/core/mapping"
	"ferry/core/project"
	"ferry/core/rest"
	"ferry/core/signin"
	"ferry/core/sqlite"
)

// Destinations are the kinds of system that records can go to. A new one is one line here.
func Destinations(log *slog.Logger) []core.Driver[core.Destination] {
	return []core.Driver[core.Destination]{
		sqlite.Driver(log),
	}
}

// A Computer is what every connection of this computer shares.
type Computer struct {
	Data           string // folder of journal and state
	Store          keychain.Store
	Open           func(url string) error // the system's browser
	Log            *slog.Logger
	Proxy          *url.URL // nil: what the system says
	ConnectTimeout time.Duration
	ReadTimeout    time.Duration
}

// A Connection is how to reach one environment: what the project says, and what only this computer may say.
type Connection struct {
	project.Connection
	Authority string      // "" is Microsoft's own for the environment's cloud
	Scope     string      // "" is <org>/.default
	Secret    core.Secret // the client secret, where there is one
	CA        string      // PEM, trusted besides what the system trusts: the practice environment's
	PageSize  int
	Requests  int  // at once; 0: Ferry's own
	Keep      bool // keep the sign-in in a sealed file
}

// A Link is a connection that was made ready. Making it does no I/O; the first call signs in.
type Link struct {
	Source  *dataverse.Source
	Session *signin.Session
}

// Connect makes a Link.
func (c *Computer) Connect(to Connection) (*Link, error) {
	address, err := dataverse.ParseAddress(to.Org)
	if err != nil {
		return nil, err
	}
	transport, err := c.transport(to)
	if err != nil {
		return nil, err
	}
	way := signin.Browser
	if to.Auth == project.Secret {
		way = signin.Application
	}
	var cache signin.Cache
	if to.Keep && way == signin.Browser && c.Store != nil {
		cache = c.Store.Sealed(filepath.Join(c.Data, "signed-in"), cacheName(to, address.Host))
	}
	session, err := signin.New(signin.Config{
		Org: address.Org, Authority: to.Authority, Tenant: to.Tenant, ClientID: to.ClientID, Secret: to.Secret, Way: way,
		Scope: to.Scope, Redirect: to.Redirect, Transport: transport, Open: c.Open, Cache: cache, Log: c.Log,
	})
	if err != nil {
		return nil, err
	}
	source, err := dataverse.New(dataverse.Config{
		Org: address.Org, PageSize: to.PageSize, Slots: to.Requests, Transport: transport, Token: session.Token, Log: c.Log,
		SignIn: func(ctx context.Context) (string, bool, error) {
			if way == signin.Browser {
				// A person who is signed in is not asked again: the token is renewed past the cache.
				token, err := session.Token(ctx, "")
				if err == nil {
					_, err = session.Token(ctx, token)
				}
				return "", false, err
			}
			who, err := session.SignIn(ctx, func(signin.Step) {})
			return who.Name, who.Application, err
		},
		Discover: func(ctx context.Context) (string, error) {
			found, err := trusted(ctx, transport, to, address.Org)
			return found.Tenant, err
		},
	})
	if err != nil {
		return nil, err
	}
	return &Link{Source: source, Session: session}, nil
}

// Discover asks an environment who its tenant is.
func (c *Computer) Discover(ctx context.Context, to Connection) (signin.Challenge, error) {
	transport, err := c.transport(to)
	if err != nil {
		return signin.Challenge{}, err
	}
	return trusted(ctx, transport, to, to.Org)
}

// trusted asks an environment who its tenant is and believes it only where it names a sign-in service that is to be
// trusted: otherwise an environment could choose who gets to see the secret.
func trusted(ctx context.Context, transport *http.Transport, to Connection, org string) (signin.Challenge, error) {
	found, err := signin.Discover(ctx, transport, org)
	if err != nil {
		return found, err
	}
	return found, found.Trust(to.Authority)
}

func (c *Computer) transport(to Connection) (*http.Transport, error) {
	network := rest.Network{ConnectTimeout: c.ConnectTimeout, ReadTimeout: c.ReadTimeout, PEM: []byte(to.CA)}
	if c.Proxy != nil {
		network.Proxy = http.ProxyURL(c.Proxy)
	}
	return rest.NewTransport(network)
}

func cacheName(to Connection, host string) keychain.Name {
	return keychain.Name{Kind: "sign-in", Authority: authorityHost(to.Authority), Tenant: to.Tenant, ClientID: to.ClientID, Environment: host}
}

// SecretName is where the client secret of a connection lies in the keychain: named by what it may be sent to, never by a
// name in a file.
func SecretName(to Connection) keychain.Name {
	host := to.Org
	if u, err := url.Parse(to.Org); err == nil && u.Host != "" {
		host = u.Host
	}
	return keychain.Name{Kind: "client-secret", Authority: authorityHost(to.Authority), Tenant: to.Tenant, ClientID: to.ClientID, Environment: host}
}

func authorityHost(authority string) string {
	if u, err := url.Parse(authority); err == nil {
		return u.Host
	}
	return ""
}

// Journal opens the journal of a project in the data folder; "" is the one of commands without a project file.
func (c *Computer) Journal(ctx context.Context, projectID string) (*journal.Journal, error) {
	folder := c.Data
	if projectID != "" {
		folder = filepath.Join(c.Data, "projects", projectID)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, &core.Fault{
			Kind: core.Wrong, Code: "ferry.data-folder", Owner: core.You, Err: err,
			Cause:   "Ferry cannot write into its data folder.",
			Remedy:  "Look whether the folder can be written and has space left, or name another one.",
			Subject: core.Subject{Value: folder},
		}
	}
	return journal.Open(ctx, filepath.Join(folder, "journal.db"), journal.Options{Log: c.Log})
}

// Destination makes the destination that a project or a flag names.
func Destination(drivers []core.Driver[core.Destination], d project.Destination) (core.Destination, error) {
	for _, driver := range drivers {
		if driver.Name == d.Driver {
			return driver.New(core.Settings{Values: d.Settings})
		}
	}
	names := make([]string, 0, len(drivers))
	for _, driver := range drivers {
		names = append(names, driver.Name)
	}
	return nil, &core.Fault{
		Kind: core.Wrong, Code: "ferry.no-such-destination", Owner: core.You,
		Cause:  "This Ferry knows no destination of that kind.",
		Remedy: "Choose one of: " + strings.Join(names, ", ") + ".",
	}
}

// Mappings are the mappings of the given tables: the saved one where there is one, else the default. filters are OData
// texts by table.
func Mappings(ctx context.Context, source core.Source, saved []mapping.Mapping, tables []string, filters map[string]string) ([]mapping.Mapping, error) {
	all := make([]mapping.Mapping, 0, len(tables))
next:
	for _, name := range tables {
		for _, m := range saved {
			if m.Source == name {
				all = append(all, m)
				continue next
			}
		}
		table, err := source.Describe(ctx, name)
		if err != nil {
			return nil, err
		}
		m := mapping.Default(table)
		m.Filter = filters[name]
		all = append(all, m)
	}
	return all, nil
}

// Place is a stable name of where a destination is, whatever folder a command was started in.
func Place(d project.Destination) string {
	where := d.Settings["file"]
	if whole, err := filepath.Abs(where); err == nil {
		where = whole
	}
	return d.Driver + ":" + where
}

// Job makes the import of tables from a link to a destination.
func (c *Computer) Job(from *Link, to core.Destination, place string, maps []mapping.Mapping, j importer.Journal) importer.Job {
	return importer.Job{
		Place: place, Source: from.Source, Destination: to, Mappings: maps, Journal: j,
		Wait: core.Wait, Now: time.Now, Log: c.Log,
	}
}

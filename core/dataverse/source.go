package dataverse

import (
	"context"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ferry/core"
	"ferry/core/dataverse/scan"
	"ferry/core/rest"
)

// service is what the environment is called in what people read.
const service = "Dynamics 365"

const (
	defaultVersion  = "v9.2"
	defaultPageSize = 5000
	metadataAge     = 10 * time.Minute
	briefPatience   = time.Minute
)

// Config is everything a Source needs to know.
type Config struct {
	Org       string // https://contoso.crm.dynamics.com, with the organisation's segment on-premises
	Version   string // of the Web API; "" is v9.2 online, and found out by asking on-premises
	PageSize  int    // records of one answer; 5000 when 0
	Language  int    // LCID of labels; 0 takes the user's own
	Transport http.RoundTripper
	Windows   bool // the transport signs in with a Windows user; there is no token

	Tenant     string     // whom the connection signs in to; "" when that is not known
	Credential Credential // whose remaining life a test tells
	// Via tells which proxy stands between here and a host, as host:port; "" is none. It may be nil.
	Via func(host string) string
	// TLS tells who issued the certificate of a host when it is somebody who inspects the connection; "" is nobody. When
	// it is nil, the certificate is looked at by rest.Inspector.
	TLS func(host string) string

	// Token returns an access token; refused is one that the environment did not accept, or "".
	Token func(ctx context.Context, refused string) (string, error)
	// SignIn gets a new token, whatever is still good, and tells who signed in. It may be nil.
	SignIn func(ctx context.Context) (name string, application bool, err error)
	// Discover asks the environment who its tenant is, without signing in. It may be nil.
	Discover func(ctx context.Context) (tenant string, err error)

	Patience time.Duration // how long to go on trying; 0 is core/rest's own
	Slots    int           // requests at once; 0 is as many as the environment likes
	Wait     func(ctx context.Context, d time.Duration) error
	Now      func() time.Time
	Log      *slog.Logger
}

// A Credential is what an application proves itself with.
type Credential struct {
	Kind    string    // "secret", "certificate"; "" is none
	Expires time.Time // zero when that is not known
}

// A Source is one Dataverse environment. It is safe for use from several goroutines.
type Source struct {
	c       Config
	address Address

	language atomic.Int64 // LCID of labels; 0 takes the user's own

	found atomic.Bool     // the version of the Web API is known, and what follows does not change any more
	rooms chan *scan.Rows // memory of pages that were released, for the next pages of any reader
	shelf shelf           // room for answers that wait to be read, by any reader
	turn  chan struct{}   // holds one token: who has it may find out the version
	root  string          // ends in a slash
	rest  *rest.Client    // waits and repeats
	brief *rest.Client    // for what a server may not have: waits less long
	quick *rest.Client    // for checks: fails at once

	mu     sync.Mutex
	cached map[string]*cached
	ages   map[string]*ages // by table, of those that were walked; see Split
}

var (
	_ core.Source   = (*Source)(nil)
	_ core.Splitter = (*Source)(nil)
	_ core.Changes  = (*Source)(nil)
)

var versionShape = regexp.MustCompile(`^v\d{1,2}\.\d{1,2}$`)

// New makes a Source. It does no I/O; the error is a Fault.
func New(c Config) (*Source, error) {
	address, err := ParseAddress(c.Org)
	if err != nil {
		return nil, err
	}
	if c.PageSize == 0 {
		c.PageSize = defaultPageSize
	}
	version := defaultVersion
	if c.Version != "" {
		version = "v" + strings.TrimPrefix(strings.ToLower(strings.TrimSpace(c.Version)), "v")
	}
	if !versionShape.MatchString(version) {
		return nil, settingUnusable("API version")
	}
	if c.PageSize < 1 || c.PageSize > defaultPageSize {
		return nil, settingUnusable("page size")
	}
	if c.Wait == nil {
		c.Wait = core.Wait
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &Source{c: c, address: address, turn: make(chan struct{}, 1), rooms: make(chan *scan.Rows, 3), cached: make(map[string]*cached), ages: make(map[string]*ages)}
	s.language.Store(int64(c.Language))
	s.found.Store(c.Version != "" || address.Online)
	if err := s.use(version); err != nil {
		return nil, err
	}
	return s, nil
}

// use makes the clients for a version of the Web API.
func (s *Source) use(version string) (err error) {
	s.root = s.rootOf(version)
	if s.rest, err = s.client(s.root, s.c.Patience); err != nil {
		return err
	}
	brief := briefPatience
	if s.c.Patience != 0 {
		brief = min(brief, s.c.Patience)
	}
	if s.brief, err = s.client(s.root, brief); err != nil {
		return err
	}
	s.quick, err = s.client(s.root, -1)
	return err
}

func (s *Source) rootOf(version string) string { return s.address.Org + "/api/data/" + version + "/" }

func (s *Source) client(root string, patience time.Duration) (*rest.Client, error) {
	token := s.c.Token
	if s.c.Windows {
		token = nil
	}
	return rest.New(rest.Config{
		Root: root, Service: service, Transport: s.c.Transport, Token: token,
		Header: http.Header{
			"Accept": {"application/json"}, "OData-MaxVersion": {"4.0"}, "OData-Version": {"4.0"},
			"If-None-Match": {"null"}, // else expanded parts of an answer may be old ones
		},
		Patience: patience, Slots: s.c.Slots, Hint: "x-ms-dop-hint", Wait: s.c.Wait, Now: s.c.Now, Log: s.c.Log, Fault: s.refusal,
	})
}

// refusal is the Fault of a refusing answer. A Windows user has no token to renew.
func (s *Source) refusal(a *rest.Answer) *core.Fault {
	if s.c.Windows && a.Status == http.StatusUnauthorized {
		return windowsRefused()
	}
	return refusal(a)
}

// Speak changes the language of labels: an LCID; 0 takes the user's own. What was told before is asked for anew.
func (s *Source) Speak(language int) {
	if s.language.Swap(int64(language)) != int64(language) {
		s.forget()
	}
}

// Forget lets everything be asked for anew: somebody else may have signed in.
func (s *Source) Forget() { s.forget() }

// Close gives back what the source holds.
func (s *Source) Close() error {
	s.forget()
	if !s.found.Load() {
		return nil // the clients may be about to change, and nobody has used them
	}
	return s.rest.Close()
}

// get reads a whole small answer.
func (s *Source) get(ctx context.Context, client *rest.Client, op, address string, v any) error {
	_, err := client.JSON(ctx, rest.Request{Address: address, Op: op}, v)
	return err
}

// Identity tells the organisation's id, which stays when the environment moves to another address.
func (s *Source) Identity(ctx context.Context) (core.Identity, error) {
	id := core.Identity{ID: s.address.Org, Name: s.address.Name}
	if err := s.ready(ctx); err != nil {
		return core.Identity{}, core.During("asking which environment this is", err)
	}
	var current struct{ Detail organization }
	err := s.get(ctx, s.rest, "asking which environment this is", currentOrganization, &current)
	if err == nil && current.Detail.OrganizationID != "" {
		if current.Detail.FriendlyName != "" {
			id.Name = current.Detail.FriendlyName
		}
		id.ID = strings.ToLower(current.Detail.OrganizationID)
		return id, nil
	}
	if err != nil && !refused(err) {
		return core.Identity{}, err
	}
	var who whoAmI
	err = s.get(ctx, s.rest, "asking which environment this is", "WhoAmI", &who)
	if err == nil && who.OrganizationID != "" {
		id.ID = strings.ToLower(who.OrganizationID)
		return id, nil
	}
	if err != nil && !refused(err) {
		return core.Identity{}, err
	}
	return id, nil
}

const currentOrganization = "RetrieveCurrentOrganization(AccessType=Microsoft.Dynamics.CRM.EndpointAccessType'Default')"

type organization struct {
	OrganizationID      string `json:"OrganizationId"`
	FriendlyName        string
	OrganizationVersion string
	State               any
}

type whoAmI struct {
	UserID         string `json:"UserId"`
	BusinessUnitID string `json:"BusinessUnitId"`
	OrganizationID string `json:"OrganizationId"`
}

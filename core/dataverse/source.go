package dataverse

import (
	"context"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"ferry/core"
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
	Org        string // https://contoso.crm.dynamics.com, with the organisation's segment on-premises
	APIVersion string // "v9.2" when empty
	PageSize   int    // records of one answer; 5000 when 0
	Language   int    // LCID of labels; 0 takes the user's own
	Transport  http.RoundTripper

	// Token returns an access token; refused is one that the environment did not accept, or "".
	Token func(ctx context.Context, refused string) (string, error)
	// SignIn gets a new token, whatever is still good, and tells who signed in. It may be nil.
	SignIn func(ctx context.Context) (name string, application bool, err error)
	// Discover asks the environment who its tenant is, without signing in. It may be nil.
	Discover func(ctx context.Context) (tenant string, err error)

	Patience time.Duration // how long to go on trying; 0 is core/rest's own
	Slots    int           // requests at once; 0 is core/rest's own
	Wait     func(ctx context.Context, d time.Duration) error
	Now      func() time.Time
	Log      *slog.Logger
}

// A Source is one Dataverse environment. It is safe for use from several goroutines.
type Source struct {
	c       Config
	address Address
	root    string       // ends in a slash
	rest    *rest.Client // waits and repeats
	brief   *rest.Client // for what a server may not have: waits less long
	quick   *rest.Client // for checks: fails at once

	mu     sync.Mutex
	cached map[string]*cached
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
	if c.APIVersion == "" {
		c.APIVersion = defaultVersion
	}
	if c.PageSize == 0 {
		c.PageSize = defaultPageSize
	}
	c.APIVersion = "v" + strings.TrimPrefix(strings.ToLower(c.APIVersion), "v")
	if !versionShape.MatchString(c.APIVersion) {
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
	s := &Source{c: c, address: address, root: address.Org + "/api/data/" + c.APIVersion + "/", cached: make(map[string]*cached)}
	if s.rest, err = s.client(c.Patience); err != nil {
		return nil, err
	}
	brief := briefPatience
	if c.Patience != 0 {
		brief = min(brief, c.Patience)
	}
	if s.brief, err = s.client(brief); err != nil {
		return nil, err
	}
	if s.quick, err = s.client(-1); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Source) client(patience time.Duration) (*rest.Client, error) {
	return rest.New(rest.Config{
		Root: s.root, Service: service, Transport: s.c.Transport, Token: s.c.Token,
		Header: http.Header{
			"Accept": {"application/json"}, "OData-MaxVersion": {"4.0"}, "OData-Version": {"4.0"},
			"If-None-Match": {"null"}, // else expanded parts of an answer may be old ones
		},
		Patience: patience, Slots: s.c.Slots, Wait: s.c.Wait, Now: s.c.Now, Log: s.c.Log, Fault: refusal,
	})
}

// Close gives back what the source holds.
func (s *Source) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.cached)
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
	UniqueName          string
	State               any
}

type whoAmI struct {
	UserID         string `json:"UserId"`
	BusinessUnitID string `json:"BusinessUnitId"`
	OrganizationID string `json:"OrganizationId"`
}

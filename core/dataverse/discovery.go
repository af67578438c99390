package dataverse

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ferry/core"
	"ferry/core/rest"
)

// An Environment is one that the signed-in person may come into.
type Environment struct {
	Name          string // "Contoso Production"
	Org           string // https://contoso.crm4.dynamics.com
	Region        string // "Europe"; what the service calls it, where the address does not say
	Version       string // "9.2.24104.188"
	State         string // "enabled", "disabled"
	Tenant        string // GUID
	EnvironmentID string // what Power Apps calls it
	Kind          string // "production", "sandbox", "trial", "developer", "default", "Teams"; "" when not known
}

// EnvironmentsConfig says whom to ask for environments.
type EnvironmentsConfig struct {
	Discovery string // Address.Discovery of the cloud; "" is the public cloud's
	Transport http.RoundTripper
	// Token returns a token for the discovery address itself, not for an environment.
	Token func(ctx context.Context, refused string) (string, error)
	Wait  func(ctx context.Context, d time.Duration) error
	Now   func() time.Time
	Log   *slog.Logger
}

const (
	publicDiscovery   = "https://globaldisco.crm.dynamics.com"
	discoveryPatience = 30 * time.Second
	mostEnvironments  = 5000
)

// An instance is an environment as the Global Discovery Service tells it.
type instance struct {
	Name     string `json:"FriendlyName"`
	Unique   string `json:"UniqueName"`
	URL      string `json:"Url"`
	API      string `json:"ApiUrl"`
	Region   string
	Version  string
	State    any
	Tenant   string `json:"TenantId"`
	EnvID    string `json:"EnvironmentId"`
	OrgType  any    `json:"OrganizationType"`
	PlainTyp any    `json:"Type"`
}

// Environments lists the environments that the signed-in person may come into, sorted by name, those that are switched
// off last. None is a Fault. An address that does not belong to the same cloud is left out: it could send a sign-in
// anywhere.
//
// Dataverse: "Discover user organizations": users only, no applications; left out are environments whose security group
// does not have the user, and those that are reached as a delegated administrator.
func Environments(ctx context.Context, c EnvironmentsConfig) ([]Environment, error) {
	const op = "listing your environments"
	service := cmp.Or(strings.TrimSuffix(strings.TrimSpace(c.Discovery), "/"), publicDiscovery)
	client, err := rest.New(rest.Config{
		Root: service + "/api/discovery/v2.0/", Service: "Microsoft's list of environments", Admin: core.DynamicsAdmin,
		Transport: c.Transport, Token: c.Token, Patience: discoveryPatience, Wait: c.Wait, Now: c.Now, Log: c.Log,
		Header: http.Header{"Accept": {"application/json"}, "OData-MaxVersion": {"4.0"}, "OData-Version": {"4.0"}},
		Fault:  discoveryRefusal,
	})
	if err != nil {
		return nil, core.During(op, err)
	}
	defer client.Close()
	var answer struct{ Value []instance }
	if _, err := client.JSON(ctx, rest.Request{Address: "Instances", Op: op}, &answer); err != nil {
		return nil, err
	}
	var list []Environment
	foreign := 0
	for _, i := range answer.Value[:min(len(answer.Value), mostEnvironments)] {
		address, ok := i.address(service)
		if !ok {
			foreign++
			continue
		}
		list = append(list, i.environment(address))
	}
	if foreign > 0 && c.Log != nil {
		c.Log.Warn("environments with foreign addresses were left out", "host", service, "count", foreign)
	}
	if len(list) == 0 {
		return nil, core.During(op, noEnvironments())
	}
	slices.SortFunc(list, func(a, b Environment) int {
		return cmp.Or(-cmp.Compare(a.State, b.State), cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.Org, b.Org))
	})
	return list, nil
}

// address is the environment's own, when it may be believed: one of the same cloud, or, where the list itself is none of
// Microsoft's, one on the same host.
func (i instance) address(service string) (Address, bool) {
	a, err := ParseAddress(cmp.Or(i.URL, i.API))
	if err != nil {
		return a, false
	}
	if a.Online {
		return a, a.Discovery == service
	}
	own, err := url.Parse(service)
	its, err2 := url.Parse(a.Org)
	if err != nil || err2 != nil || microsofts(own.Hostname()) {
		return a, false
	}
	return a, strings.EqualFold(own.Hostname(), its.Hostname())
}

// microsofts reports whether a host is one of the Global Discovery Service.
func microsofts(host string) bool { return onlineHost.MatchString(strings.ToLower(host)) }

func (i instance) environment(a Address) Environment {
	e := Environment{
		Name: cmp.Or(short(i.Name), short(i.Unique), a.Name), Org: a.Org, Region: cmp.Or(a.Region, short(i.Region)), Version: short(i.Version),
		State: "enabled", Tenant: guidOr(i.Tenant), EnvironmentID: short(i.EnvID), Kind: kindOf(cmp.Or(number(i.OrgType), number(i.PlainTyp))),
	}
	if number(i.State) == 1 || i.State == "Disabled" {
		e.State = "disabled"
	}
	return e
}

// number is a number as JSON gives it; 0 when it is none.
func number(v any) int {
	n, _ := v.(float64)
	return int(n)
}

// kindOf says in words what an environment is for.
//
// Dataverse: OrganizationType. 0 is told for what is none of the others.
func kindOf(n int) string {
	switch n {
	case 5:
		return "sandbox"
	case 6, 11, 14:
		return "trial"
	case 7:
		return "preview"
	case 12:
		return "default"
	case 13:
		return "developer"
	case 15:
		return "Teams"
	}
	return ""
}

// discoveryRefusal is the Fault of a refusal of the list.
func discoveryRefusal(a *rest.Answer) *core.Fault {
	switch a.Status {
	case http.StatusUnauthorized:
		return discoveryRefused()
	case http.StatusForbidden:
		if !a.HTML {
			return noEnvironments()
		}
	}
	return nil
}

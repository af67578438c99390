package signin

import (
	"context"
	"net/url"
	"strings"

	"ferry/core"
)

// Where tells the sign-in service and the tenant that this session uses, https://host/tenant. It asks the environment
// when the settings do not say.
func (s *Session) Where(ctx context.Context) (string, error) {
	e, f := s.where(patient(ctx, shortPatience))
	if f != nil {
		return "", f
	}
	return e.where.url(), nil
}

// wanted are the scopes of a resource. AD FS is told the resource by a parameter of its own.
func (s *Session) wanted(e *exchanger, resource string) []string {
	given := strings.Fields(s.config.Scope)
	switch {
	case len(given) > 0 && resource == s.org.String():
		return given
	case e.where.adfs():
		return []string{"openid"}
	}
	return []string{resource + "/.default"}
}

// where says which sign-in service and tenant this session uses. The environment is asked only when it must be, and
// once.
func (s *Session) where(ctx context.Context) (*exchanger, *core.Fault) {
	s.mu.Lock()
	known := s.service
	s.mu.Unlock()
	if known != nil {
		return known, nil
	}
	a, resource, f := s.resolve(ctx)
	if f != nil {
		return nil, f
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.service == nil {
		s.service = s.exchanger(a, resource)
	}
	return s.service, nil
}

func (s *Session) exchanger(a authority, resource string) *exchanger {
	e := &exchanger{
		client: s.client, where: a, token: s.tokenURL, more: s.config.TokenParams,
		documents: map[string][]byte{}, resource: resource,
	}
	if own := s.config.TokenParams.Get("resource"); own != "" {
		e.resource = own
	}
	if s.authorizeURL != nil {
		e.authorize = s.authorizeURL.String()
	}
	return e
}

// resolve works out the sign-in service and the tenant, and what the environment calls itself there.
func (s *Session) resolve(ctx context.Context) (a authority, resource string, f *core.Fault) {
	resource = s.org.String() + "/"
	a = s.given
	if a.host == "" {
		a.host = cloudAuthority(s.org.Hostname())
	}
	if a.tenant == "" {
		a.tenant = s.config.Tenant
	}
	if a.tenant == "" && s.tokenURL != nil && s.authorizeURL != nil {
		a.tenant = "organizations" // nothing is asked of it: both addresses are known
	}
	if a.host != "" && a.tenant != "" {
		if a.adfs() && !s.config.TokenParams.Has("resource") {
			if ch, err := discover(ctx, s.client, s.org); err == nil {
				resource = s.named(ch, resource)
			}
		}
		a, f = s.checked(a)
		return a, resource, f
	}
	ch, err := discover(ctx, s.client, s.org)
	if err != nil {
		return a, "", asFault(ctx, err, s.org.Host)
	}
	if a, f = s.told(a, ch); f != nil {
		return a, "", f
	}
	a, f = s.checked(a)
	return a, s.named(ch, resource), f
}

// named is what the environment calls itself, if it is a name of its own. With another's name it could have itself be
// given a token that opens another service of the same company.
func (s *Session) named(ch Challenge, usual string) string {
	if u, err := url.Parse(ch.Resource); err == nil && strings.EqualFold(u.Host, s.org.Host) {
		return ch.Resource
	}
	return usual
}

// told completes a by what the environment says, as far as that is believed.
func (s *Session) told(a authority, ch Challenge) (authority, *core.Fault) {
	configured := s.config.Authority
	if configured == "" && s.given.host != "" {
		configured = "https://" + s.given.host // of the token address that the settings name
	}
	if err := ch.Trust(configured); err != nil {
		return a, core.AsFault(err)
	}
	told, f := readAuthority(ch.Authority)
	if f != nil {
		return authority{}, f
	}
	if s.given.host == "" {
		a.host = told.host // Microsoft's own: which cloud it is, the environment knows best
	}
	if a.tenant == "" {
		a.tenant = told.tenant
	}
	if a.tenant == "" {
		a.tenant = ch.Tenant
	}
	if a.tenant == "" {
		if s.config.Way == Application {
			return authority{}, faultTenantNeeded()
		}
		a.tenant = "organizations"
	}
	return a, nil
}

// checked refuses a tenant with which this way of signing in cannot work.
func (s *Session) checked(a authority) (authority, *core.Fault) {
	if s.config.Way == Application && s.tokenURL == nil {
		switch strings.ToLower(a.tenant) {
		case "common", "organizations":
			return authority{}, faultTenantNeeded()
		}
	}
	return a, nil
}

// errorHost is where Microsoft explains the codes of a cloud.
func errorHost(host string) string {
	switch {
	case strings.HasSuffix(host, ".us"):
		return "login.microsoftonline.us"
	case strings.HasSuffix(host, ".cn"):
		return "login.partner.microsoftonline.cn"
	}
	return "login.microsoftonline.com"
}

package signin

import (
	"context"
	"net/url"
	"strings"
	"time"
)

// TokenFor returns an access token for another resource, such as the service that lists a person's environments. It is
// the same sign-in and asks nobody anything; resource is an https address.
func (s *Session) TokenFor(ctx context.Context, resource string) (string, error) {
	u, f := readOrg(resource)
	if f != nil {
		return "", f
	}
	name := u.String()
	if name == s.org.String() {
		return s.Token(ctx, "")
	}
	ctx = unbroken(patient(ctx, shortPatience))
	if f := s.usable(); f != nil {
		return "", f
	}
	e, f := s.where(ctx)
	if f != nil {
		return "", f
	}
	if f := s.wait(ctx); f != nil {
		return "", f
	}
	defer s.done()
	s.mu.Lock()
	t, epoch := s.others[name], s.epoch
	over := s.over
	s.mu.Unlock()
	if t.access != "" && t.expires.Sub(s.client.now()) > 2*time.Minute {
		return t.access, nil
	}
	if over != nil {
		return "", over
	}
	ctx = asking(ctx, &ask{resource: name})
	if s.config.Way == Application {
		t, f = s.call(ctx, e, shortPatience, &store{}, func(ctx context.Context, l *library) (tokens, error) { return l.asItself(ctx) })
	} else {
		t, f = s.renewPerson(ctx, e, "", epoch)
	}
	if f != nil {
		return "", f
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.epoch == epoch {
		s.others[name] = t
	}
	return t.access, nil
}

// ConsentLink is the page on which an administrator allows the application for the whole organisation. authority is the
// sign-in service, with or without tenant; "" is the one of the environment's cloud. redirect must be registered. It
// returns "" when one of them cannot be used.
//
// Microsoft identity platform: "Admin consent on the Microsoft identity platform".
func ConsentLink(authority, tenant, clientID, org, redirect, state string) string {
	o, f := readOrg(org)
	if f != nil || clientID == "" {
		return ""
	}
	if authority == "" {
		if authority = "https://" + cloudAuthority(o.Hostname()); authority == "https://" {
			authority = "https://login.microsoftonline.com"
		}
	}
	a, f := readAuthority(authority)
	if f != nil || a.adfs() { // AD FS knows no such page
		return ""
	}
	if tenant = strings.TrimSpace(tenant); tenant != "" {
		if validTenant(tenant, Browser) != nil {
			return ""
		}
		a.tenant = tenant
	}
	if a.tenant == "" {
		a.tenant = "organizations"
	}
	q := url.Values{"client_id": {clientID}, "scope": {o.String() + "/.default"}}
	if redirect != "" {
		q.Set("redirect_uri", redirect)
	}
	if state != "" {
		q.Set("state", state)
	}
	return a.url() + "/v2.0/adminconsent?" + q.Encode()
}

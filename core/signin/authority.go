package signin

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"ferry/core"
)

var (
	guid    = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)
	domain  = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)+$`)
	segment = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]{0,254}$`)
)

// TrustedAuthority reports whether host is one of Microsoft's own sign-in services. A port is not allowed.
func TrustedAuthority(host string) bool {
	switch strings.ToLower(host) {
	case "login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net",
		"login.microsoftonline.us", "login.usgovcloudapi.net", "login-us.microsoftonline.com",
		"login.partner.microsoftonline.cn", "login.chinacloudapi.cn", "login.microsoftonline.de",
		"login.sovcloud-identity.fr", "login.sovcloud-identity.de", "login.sovcloud-identity.sg":
		return true
	}
	return false
}

// An authority is a sign-in service and, where it is known, the tenant it is asked for.
type authority struct {
	host   string // with its port, where it has one
	tenant string // "" is not known yet; "adfs" for an AD FS server
}

func (a authority) url() string { return "https://" + a.host + "/" + a.tenant }

// adfs reports whether it is a company's own AD FS.
func (a authority) adfs() bool { return a.tenant == "adfs" }

// document is the address of its discovery document.
func (a authority) document() string {
	if a.adfs() {
		return a.url() + "/.well-known/openid-configuration"
	}
	return a.url() + "/v2.0/.well-known/openid-configuration"
}

// name is the host without its port.
func (a authority) name() string {
	u := url.URL{Host: a.host}
	return strings.ToLower(u.Hostname())
}

// readAuthority takes an authority as a person gives it: https://host, https://host/tenant, or the address of one of
// its documents.
func readAuthority(text string) (authority, *core.Fault) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || !strings.EqualFold(u.Scheme, "https") || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return authority{}, faultAuthority()
	}
	a := authority{host: strings.TrimSuffix(strings.ToLower(u.Host), ":443")}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if parts[0] == "" {
		return a, nil
	}
	a.tenant = parts[0]
	if !segment.MatchString(a.tenant) || strings.EqualFold(a.tenant, "dstsv2") {
		return authority{}, faultAuthority()
	}
	if strings.EqualFold(a.tenant, "adfs") {
		a.tenant = "adfs"
	}
	// What follows is known of addresses that people copy; anything else would be lost, and so is refused.
	if len(parts) > 1 && !slices.Contains([]string{"oauth2", "v2.0", ".well-known"}, parts[1]) {
		return authority{}, faultAuthority()
	}
	return a, nil
}

// authorityOf is the authority of a token address, as far as the address shows it.
func authorityOf(u *url.URL) authority {
	a := authority{host: u.Host}
	first, _, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	switch {
	case strings.EqualFold(first, "adfs"):
		a.tenant = "adfs"
	case guid.MatchString(first), domain.MatchString(first) && len(first) <= 253:
		a.tenant = first
	}
	return a
}

// cloudAuthority is the sign-in service of an organisation URL in one of Microsoft's clouds; "" when it is in none.
//
// Dataverse: "Datacenter regions". Microsoft identity platform: "National clouds".
func cloudAuthority(host string) string {
	host = strings.ToLower(host)
	switch {
	case strings.HasSuffix(host, ".dynamics.com"):
		return "login.microsoftonline.com"
	case strings.HasSuffix(host, ".microsoftdynamics.us"), strings.HasSuffix(host, ".appsplatform.us"):
		return "login.microsoftonline.us"
	case strings.HasSuffix(host, ".dynamics.cn"):
		return "login.partner.microsoftonline.cn"
	}
	return ""
}

// validTenant accepts a GUID or a domain. The names that mean every tenant are for people only.
func validTenant(tenant string, way Way) *core.Fault {
	switch strings.ToLower(tenant) {
	case "common", "organizations":
		if way == Application {
			return faultTenantNeeded()
		}
		return nil
	case "adfs":
		return nil
	}
	if guid.MatchString(tenant) || domain.MatchString(tenant) && len(tenant) <= 253 {
		return nil
	}
	return faultTenant()
}

// readOrg takes an organisation URL and returns it without a slash at its end.
func readOrg(text string) (*url.URL, *core.Fault) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || !strings.EqualFold(u.Scheme, "https") || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, faultOrg()
	}
	return &url.URL{Scheme: "https", Host: strings.ToLower(u.Host), Path: strings.TrimRight(u.Path, "/")}, nil
}

// readRedirect takes a redirect URI that leads to this computer.
func readRedirect(text string) (*url.URL, *core.Fault) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return nil, faultRedirect()
	}
	if name := u.Hostname(); name != "localhost" && name != "127.0.0.1" {
		return nil, faultRedirect()
	}
	if strings.ContainsAny(u.EscapedPath(), "%\\") || strings.Contains(u.Path, "//") {
		return nil, faultRedirect()
	}
	return u, nil
}

// loopback reports whether a host name means this computer.
func loopback(name string) bool {
	if name == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.IsLoopback()
}

package signin

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"ferry/core"
)

// A Challenge is what an environment says to somebody who is not signed in. It is the environment's word and nothing
// more: see Trust.
type Challenge struct {
	Authority        string // https://login.microsoftonline.com, or https://adfs.example.com/adfs
	Tenant           string // GUID; "" for AD FS
	Resource         string // the environment's own name for itself; "" when it said none
	AuthorizationURI string
}

// Trust reports whether the challenge may be believed: its host is one of Microsoft's, or that of the authority that was
// configured. It returns nil or a Fault.
func (c Challenge) Trust(configured string) error {
	u, err := url.Parse(c.Authority)
	if err != nil {
		return faultDistrust("")
	}
	if TrustedAuthority(u.Host) {
		return nil
	}
	if configured != "" {
		if own, f := readAuthority(configured); f == nil && own.name() == strings.ToLower(u.Hostname()) {
			return nil
		}
	}
	return faultDistrust(plain(u.Host))
}

// Discover asks an organisation URL who its tenant is. Nothing secret is sent, and no redirect is followed. Nothing of
// the answer is believed yet.
//
// Dataverse: "Use OAuth authentication": an unauthenticated call is answered 401 with a WWW-Authenticate header.
func Discover(ctx context.Context, transport http.RoundTripper, org string) (Challenge, error) {
	u, f := readOrg(org)
	if f != nil {
		return Challenge{}, f
	}
	return discover(ctx, newClient(transport, core.Wait, nil, nil), u)
}

func discover(ctx context.Context, c *client, org *url.URL) (Challenge, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, org.JoinPath("/api/data/v9.2/").String(), nil)
	if err != nil {
		return Challenge{}, faultOrg()
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("OData-Version", "4.0")
	req.Header.Set("OData-MaxVersion", "4.0")
	res, err := c.exchange(req, nil)
	if err != nil {
		return Challenge{}, asFault(ctx, err, org.Host)
	}
	if res.StatusCode != http.StatusUnauthorized {
		return Challenge{}, faultNoChallenge(org.Host)
	}
	for _, header := range res.Header.Values("WWW-Authenticate") {
		if ch, ok := readChallenge(header); ok {
			return ch, nil
		}
	}
	for _, header := range res.Header.Values("WWW-Authenticate") {
		scheme, _ := cutWord(strings.TrimSpace(header))
		if strings.EqualFold(scheme, "NTLM") || strings.EqualFold(scheme, "Negotiate") {
			return Challenge{}, faultWindows(org.Host)
		}
	}
	return Challenge{}, faultNoChallenge(org.Host)
}

// readChallenge reads one WWW-Authenticate header. Seen in the wild: values with and without quotes, with and without
// resource_id, several schemes in one header, and more parameters behind them.
func readChallenge(header string) (Challenge, bool) {
	if len(header) > 8<<10 {
		return Challenge{}, false
	}
	params, ok := bearerParams(header)
	if !ok {
		return Challenge{}, false
	}
	where := params["authorization_uri"]
	if where == "" {
		where = params["authorization"]
	}
	u, err := url.Parse(where)
	if err != nil || !strings.EqualFold(u.Scheme, "https") || u.Hostname() == "" || u.User != nil {
		return Challenge{}, false
	}
	c := Challenge{
		Authority:        "https://" + strings.TrimSuffix(strings.ToLower(u.Host), ":443"),
		AuthorizationURI: where,
	}
	if r, err := url.Parse(params["resource_id"]); err == nil && strings.EqualFold(r.Scheme, "https") && r.Host != "" && r.User == nil {
		c.Resource = params["resource_id"]
	}
	first, _, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	switch {
	case strings.EqualFold(first, "adfs"):
		c.Authority += "/adfs"
	case strings.EqualFold(first, "common"), strings.EqualFold(first, "organizations"):
	case guid.MatchString(first), domain.MatchString(first) && len(first) <= 253:
		c.Tenant = first
	default:
		return Challenge{}, false
	}
	return c, true
}

// bearerParams finds the parameters of the Bearer scheme, wherever in the header it stands.
func bearerParams(header string) (map[string]string, bool) {
	rest := header
	for {
		rest = strings.TrimLeft(rest, " \t,")
		if rest == "" {
			return nil, false
		}
		word, after := cutWord(rest)
		if word == "" {
			return nil, false
		}
		after = strings.TrimLeft(after, " \t")
		if strings.HasPrefix(after, "=") { // a parameter of a scheme that is not ours
			_, rest = cutValue(strings.TrimLeft(after[1:], " \t"))
			continue
		}
		if strings.EqualFold(word, "bearer") {
			rest = after
			break
		}
		rest = skipCredentials(after)
	}
	params := map[string]string{}
	for {
		rest = strings.TrimLeft(rest, " \t,")
		word, after := cutWord(rest)
		after = strings.TrimLeft(after, " \t")
		if word == "" || !strings.HasPrefix(after, "=") {
			return params, len(params) > 0
		}
		var value string
		value, rest = cutValue(strings.TrimLeft(after[1:], " \t"))
		name := strings.ToLower(word)
		if _, twice := params[name]; !twice {
			params[name] = value
		}
	}
}

// skipCredentials leaves out the token68 that a scheme such as Negotiate may carry; parameters are left to the caller.
func skipCredentials(s string) string {
	end := strings.IndexAny(s, ", \t")
	if end < 0 {
		end = len(s)
	}
	if strings.Contains(strings.TrimRight(s[:end], "="), "=") {
		return s
	}
	if w, after := cutWord(s[:end]); w != "" && after == "" && end < len(s) && s[end] != ',' {
		return s // another scheme's name
	}
	return s[end:]
}

func cutWord(s string) (word, rest string) {
	i := 0
	for i < len(s) && (s[i] == '_' || s[i] == '-' || s[i] >= '0' && s[i] <= '9' || s[i] >= 'a' && s[i] <= 'z' || s[i] >= 'A' && s[i] <= 'Z') {
		i++
	}
	return s[:i], s[i:]
}

// cutValue takes a value in quotes, or one that ends at a comma or a space.
func cutValue(s string) (value, rest string) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, ", \t")
		if end < 0 {
			end = len(s)
		}
		return s[:end], s[end:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if i++; i < len(s) {
				b.WriteByte(s[i])
			}
		case '"':
			return b.String(), s[i+1:]
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), ""
}

package rest

import (
	"net/url"
	"regexp"
	"strings"
)

// scheme matches the start of an address that is not relative. A colon behind a parenthesis or a slash belongs to a
// relative one: "Changes(Since=10:15)".
var scheme = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*:`)

// parseRoot checks an API root. It may be http; New decides whether that is allowed.
func parseRoot(service, root string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(root))
	if err != nil || u.Host == "" || u.Hostname() == "" || u.User != nil || u.Opaque != "" ||
		(u.Scheme != "https" && u.Scheme != "http") {
		return nil, badRoot(service)
	}
	u.RawQuery, u.Fragment, u.RawFragment, u.ForceQuery = "", "", "", false
	if !strings.HasSuffix(u.Path, "/") {
		u = u.JoinPath("/")
	}
	return u, nil
}

// Allowed is the origin guard: nil when address lies below the client's root, with the same scheme, host and port.
// Else it is a Fault "rest.foreign-address".
func (c *Client) Allowed(address string) error {
	_, err := c.resolve(address)
	return err
}

// resolve turns an absolute or relative address into one below the root.
func (c *Client) resolve(address string) (*url.URL, error) {
	absolute := address
	switch {
	case strings.HasPrefix(address, "//") || strings.HasPrefix(address, `\`):
		return nil, c.foreign(address)
	case scheme.MatchString(address):
	case strings.HasPrefix(address, "/"):
		absolute = c.root.Scheme + "://" + c.root.Host + address
	default:
		absolute = c.root.String() + address
	}
	u, err := url.Parse(absolute)
	if err != nil {
		return nil, c.foreign(address)
	}
	if !sameOrigin(u, c.root) || !below(u.Path, c.root.Path) {
		return nil, c.foreign(address)
	}
	u.Fragment, u.RawFragment = "", ""
	u.RawQuery = tidyQuery(u.RawQuery)
	return u, nil
}

func sameOrigin(a, b *url.URL) bool {
	return a.User == nil && a.Opaque == "" && strings.EqualFold(a.Scheme, b.Scheme) &&
		strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if strings.EqualFold(u.Scheme, "https") {
		return "443"
	}
	return "80"
}

// below reports whether path stays under root. Both are decoded, so an encoded "../" does not slip through. Case is
// not compared: services echo the root in their own case.
func below(path, root string) bool {
	for part := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '/' || r == '\\' }) {
		if part == ".." || part == "." {
			return false
		}
	}
	if len(path) < len(root) {
		return path == strings.TrimSuffix(root, "/")
	}
	return strings.EqualFold(path[:len(root)], root)
}

// tidyQuery escapes what must not stand in a request line and leaves the rest as the service gave it.
func tidyQuery(q string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(q) {
		if ch := q[i]; ch <= ' ' || ch >= 0x7f || ch == '"' || ch == '<' || ch == '>' {
			b.WriteByte('%')
			b.WriteByte(hex[ch>>4])
			b.WriteByte(hex[ch&15])
		} else {
			b.WriteByte(ch)
		}
	}
	return b.String()
}

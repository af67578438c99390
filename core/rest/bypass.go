package rest

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// around reports whether u is reached without a proxy by a list of exceptions, as people write them on Windows, on macOS
// and in NO_PROXY: "host", "*.suffix", ".suffix", "10.*", "10.0.0.0/8", "169.254/16", "host:port", "<local>", "*".
// A name is never looked up for this.
func around(list []string, u *url.URL) bool {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	return slices.ContainsFunc(list, func(entry string) bool { return exception(entry, host, port(u)) })
}

// BypassList splits what people write into one field: by commas, semicolons, spaces and lines.
func BypassList(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",; \t\r\n", r) })
}

func exception(entry, host, at string) bool {
	entry = strings.ToLower(strings.TrimSpace(entry))
	if _, after, ok := strings.Cut(entry, "://"); ok {
		entry = after
	}
	if entry == "<local>" {
		return !strings.Contains(host, ".") && !strings.Contains(host, ":")
	}
	if block, ok := block(entry); ok {
		ip, err := netip.ParseAddr(host)
		return err == nil && block.Contains(ip.Unmap())
	}
	entry = strings.TrimSuffix(entry, "/")
	if name, number, err := net.SplitHostPort(entry); err == nil {
		if number != at {
			return false
		}
		entry = name
	}
	entry = strings.TrimSuffix(strings.Trim(entry, "[]"), ".")
	if strings.HasPrefix(entry, ".") {
		entry = "*" + entry
	}
	return entry != "" && glob(entry, host)
}

// block reads a range of addresses; macOS leaves out zeros at the end.
func block(s string) (netip.Prefix, bool) {
	address, bits, ok := strings.Cut(s, "/")
	if !ok {
		return netip.Prefix{}, false
	}
	if !strings.Contains(address, ":") {
		for strings.Count(address, ".") < 3 {
			address += ".0"
		}
	}
	p, err := netip.ParsePrefix(address + "/" + bits)
	return p, err == nil
}

// glob matches a name against a pattern in which a star is any text, an empty one too.
func glob(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == name
	}
	if !strings.HasPrefix(name, parts[0]) {
		return false
	}
	name = name[len(parts[0]):]
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name = name[i+len(part):]
	}
	return strings.HasSuffix(name, parts[last])
}

// here reports whether a host is this computer itself.
func here(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

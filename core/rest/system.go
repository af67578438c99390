package rest

import (
	"bufio"
	"context"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// What the operating system says of proxies. Environment variables come first: who sets them means it.

// settings are the system's own.
type settings struct {
	secure, plain, socks string   // proxies for https, for http, and for all
	bypass               []string // reached without
	script               string   // address of an auto-config script
	detect               bool     // look in the network for a script
}

// A system answers for the operating system it runs on.
type system struct {
	environment func() *httpproxy.Config
	read        func(ctx context.Context) (settings, error)
	// run asks a script, in its own words: "PROXY a:8080; DIRECT".
	run func(ctx context.Context, s settings, u *url.URL) (string, error)
}

func newSystem(dial func(ctx context.Context, network, address string) (net.Conn, error)) *system {
	return &system{environment: httpproxy.FromEnvironment, read: readSettings, run: scriptRunner(dial)}
}

// find says how u is reached. A system that cannot be asked, or a script that cannot be run, is no reason to give up:
// then the fixed proxy is taken, or none.
func (s *system) find(ctx context.Context, u *url.URL) (Route, error) {
	if e := environment(s.environment()); e.HTTPSProxy != "" || e.HTTPProxy != "" {
		return fromEnvironment(e, u)
	}
	set, err := s.read(ctx)
	if err != nil {
		return nil, nil
	}
	if set.script != "" || set.detect {
		if said, err := s.run(ctx, set, u); err == nil {
			if route, ok := parseScriptAnswer(said); ok {
				return route, nil
			}
		}
	}
	return set.fixed(u), nil
}

// environment adds ALL_PROXY, which Go does not know.
func environment(e *httpproxy.Config) *httpproxy.Config {
	for _, name := range []string{"ALL_PROXY", "all_proxy"} {
		if all := os.Getenv(name); all != "" {
			if e.HTTPSProxy == "" {
				e.HTTPSProxy = all
			}
			if e.HTTPProxy == "" {
				e.HTTPProxy = all
			}
		}
	}
	return e
}

func fromEnvironment(e *httpproxy.Config, u *url.URL) (Route, error) {
	p, err := e.ProxyFunc()(u)
	if err != nil {
		return nil, badEnvironment()
	}
	if p == nil {
		return nil, nil
	}
	h, ok := parseHop(p.String())
	if !ok {
		return nil, badEnvironment()
	}
	return Route{h}, nil
}

// fixed is the route by the proxies that stand in the settings.
func (s settings) fixed(u *url.URL) Route {
	if around(s.bypass, u) {
		return nil
	}
	address := s.plain
	if u.Scheme == "https" {
		address = s.secure
	}
	if address == "" && s.socks != "" {
		address = "socks5://" + strings.TrimPrefix(s.socks, "socks5://")
	}
	if h, ok := parseHop(address); ok {
		return Route{h}
	}
	return nil
}

// parseProxyList reads the proxies as Windows writes them: "proxy:8080", or "http=a:80;https=b:8080;socks=c:1080".
func parseProxyList(list string) (s settings) {
	for _, entry := range strings.FieldsFunc(list, func(r rune) bool { return r == ';' || r == ' ' || r == '\t' }) {
		kind, address, ok := strings.Cut(entry, "=")
		if !ok {
			if s.secure == "" {
				s.secure = entry
			}
			if s.plain == "" {
				s.plain = entry
			}
			continue
		}
		switch strings.ToLower(kind) {
		case "https":
			s.secure = address
		case "http":
			s.plain = address
		case "socks":
			s.socks = address
		}
	}
	return s
}

// parseScriptAnswer reads what FindProxyForURL said: "PROXY a:8080; HTTPS b:443; SOCKS c:1080; DIRECT". Of the words it
// does not know it takes none; ok is false when it knew none at all.
func parseScriptAnswer(said string) (route Route, ok bool) {
	for entry := range strings.SplitSeq(said, ";") {
		words := strings.Fields(entry)
		if len(words) == 0 || len(route) >= 8 {
			continue
		}
		kind := strings.ToUpper(words[0])
		if kind == "DIRECT" {
			route, ok = append(route, Hop{}), true
			continue
		}
		scheme := map[string]string{"PROXY": "http", "HTTP": "http", "HTTPS": "https", "SOCKS": "socks5", "SOCKS5": "socks5"}[kind]
		if scheme == "" || len(words) != 2 || strings.ContainsAny(words[1], "/@") {
			continue
		}
		if h, good := parseHop(scheme + "://" + words[1]); good {
			route, ok = append(route, h), true
		}
	}
	return route, ok
}

// parseScutil reads what macOS's scutil --proxy prints.
func parseScutil(text string) (s settings) {
	values := map[string]string{}
	list := ""
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		key, value, ok := strings.Cut(strings.TrimSpace(lines.Text()), " : ")
		switch {
		case strings.TrimSpace(lines.Text()) == "}":
			list = ""
		case !ok:
		case value == "<array> {" || value == "<dictionary> {":
			list = key
		case list == "ExceptionsList":
			s.bypass = append(s.bypass, value)
		case list == "":
			values[key] = value
		}
	}
	address := func(kind string) string {
		host, number := values[kind+"Proxy"], values[kind+"Port"]
		if values[kind+"Enable"] != "1" || host == "" {
			return ""
		}
		if number == "" || number == "0" {
			return host
		}
		return net.JoinHostPort(strings.Trim(host, "[]"), number)
	}
	s.plain, s.secure, s.socks = address("HTTP"), address("HTTPS"), address("SOCKS")
	if values["ExcludeSimpleHostnames"] == "1" {
		s.bypass = append(s.bypass, "<local>")
	}
	if values["ProxyAutoConfigEnable"] == "1" {
		s.script = values["ProxyAutoConfigURLString"]
	}
	s.detect = values["ProxyAutoDiscoveryEnable"] == "1"
	return s
}

// scriptWords says a list of Windows in a script's words.
func scriptWords(list string) string {
	var words []string
	for _, entry := range strings.FieldsFunc(list, func(r rune) bool { return r == ';' || r == ' ' || r == '\t' }) {
		kind, address, ok := strings.Cut(entry, "=")
		switch {
		case strings.EqualFold(entry, "DIRECT"):
			words = append(words, "DIRECT")
		case !ok:
			_, after, found := strings.Cut(entry, "://")
			if !found {
				after = entry
			}
			words = append(words, "PROXY "+after)
		case strings.EqualFold(kind, "socks"):
			words = append(words, "SOCKS "+address)
		default:
			words = append(words, "PROXY "+address)
		}
	}
	return strings.Join(words, "; ")
}

// parseGSettings reads what GNOME's gsettings list-recursively org.gnome.system.proxy prints.
func parseGSettings(text string) (s settings) {
	values := map[string]string{}
	for line := range strings.Lines(text) {
		words := strings.SplitN(strings.TrimSpace(line), " ", 3)
		if len(words) == 3 {
			values[strings.TrimPrefix(words[0], "org.gnome.system.proxy")+" "+words[1]] = strings.Trim(words[2], "'\"")
		}
	}
	address := func(kind string) string {
		host, number := values["."+kind+" host"], values["."+kind+" port"]
		if host == "" || number == "0" || number == "" {
			return ""
		}
		return net.JoinHostPort(host, number)
	}
	switch values[" mode"] {
	case "manual":
		s.plain, s.secure, s.socks = address("http"), address("https"), address("socks")
		for entry := range strings.SplitSeq(strings.Trim(values[" ignore-hosts"], "[]"), ",") {
			s.bypass = append(s.bypass, strings.Trim(strings.TrimSpace(entry), "'\""))
		}
	case "auto":
		s.script = values[" autoconfig-url"]
		s.detect = s.script == ""
	}
	return s
}

// kept remembers an answer for a while.
type kept[T any] struct {
	mu    sync.Mutex
	value T
	key   string
	since time.Time
}

func (k *kept[T]) get(key string, lasts time.Duration, make func() (T, error)) (T, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.key == key && !k.since.IsZero() && time.Since(k.since) < lasts {
		return k.value, nil
	}
	value, err := make()
	if err == nil {
		k.value, k.key, k.since = value, key, time.Now()
	}
	return value, err
}

package rest

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http/httpproxy"
)

func TestExceptionsAreReadAsPeopleWriteThem(t *testing.T) {
	for entry, hosts := range map[string]struct{ in, out string }{
		"crm.contoso.local":    {"crm.contoso.local CRM.Contoso.Local crm.contoso.local.", "a.crm.contoso.local contoso.local"},
		"*.contoso.local":      {"crm.contoso.local a.b.contoso.local", "contoso.local xcontoso.local contoso.local.evil.example"},
		".contoso.local":       {"crm.contoso.local", "contoso.local xcontoso.local"},
		"*contoso.local":       {"contoso.local xcontoso.local", "contoso.locale"},
		"10.*":                 {"10.0.0.1 10.9.9.9", "110.0.0.1"},
		"192.168.*.7":          {"192.168.1.7", "192.168.1.8"},
		"10.0.0.0/8":           {"10.1.2.3", "11.1.2.3 ten.example"},
		"169.254/16":           {"169.254.7.7", "169.255.0.1"},
		"fd00::/8":             {"[fd00::1]", "[fe80::1]"},
		"<local>":              {"crm intranet", "crm.contoso.local [fd00::1]"},
		"https://crm.contoso/": {"crm.contoso", "x.contoso"},
		"crm.contoso:8443":     {"crm.contoso:8443", "crm.contoso"},
		"crm.contoso:443":      {"crm.contoso crm.contoso:443", "crm.contoso:8443"},
		"*":                    {"crm 10.0.0.1 crm.contoso.local", ""},
		"":                     {"", "crm crm.contoso.local"},
		"300.0.0.0/8":          {"", "crm 30.0.0.1"},
		"crm*.contoso.*":       {"crm1.contoso.com crm.contoso.local", "xcrm.contoso.com"},
	} {
		for _, host := range strings.Fields(hosts.in) {
			if !around([]string{"other", entry}, &url.URL{Scheme: "https", Host: host}) {
				t.Errorf("%q does not mean %s", entry, host)
			}
		}
		for _, host := range strings.Fields(hosts.out) {
			if around([]string{entry}, &url.URL{Scheme: "https", Host: host}) {
				t.Errorf("%q means %s", entry, host)
			}
		}
	}
	if got := BypassList(" a.b, *.c;<local>\n10.*\t"); !slices.Equal(got, []string{"a.b", "*.c", "<local>", "10.*"}) {
		t.Errorf("%q", got)
	}
}

func TestAnOwnListOfExceptionsIsKept(t *testing.T) {
	r, err := newRoutes(Network{Proxy: Proxy{Mode: OwnProxy, Address: "proxy:8080", Bypass: []string{"*.contoso.local"}}})
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{"crm.contoso.local": "", "contoso.crm4.dynamics.com": "proxy:8080", "localhost:8080": "proxy:8080"} {
		if route, err := r.find(context.Background(), &url.URL{Scheme: "https", Host: host}); err != nil || route.first().Host != want {
			t.Errorf("%s goes by %v, %v", host, route, err)
		}
	}
}

const scutil = `<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
    1 : 169.254/16
  }
  ExcludeSimpleHostnames : 1
  FTPPassive : 1
  HTTPEnable : 1
  HTTPPort : 8080
  HTTPProxy : web.contoso.com
  HTTPSEnable : 1
  HTTPSPort : 8443
  HTTPSProxy : proxy.contoso.com
  ProxyAutoConfigEnable : 1
  ProxyAutoConfigURLString : http://proxy.contoso.com/proxy.pac
  ProxyAutoDiscoveryEnable : 0
  SOCKSEnable : 0
  SOCKSPort : 1080
  SOCKSProxy : socks.contoso.com
}
`

const gsettings = `org.gnome.system.proxy autoconfig-url 'http://proxy.contoso.com/proxy.pac'
org.gnome.system.proxy ignore-hosts ['localhost', '10.0.0.0/8', '*.local']
org.gnome.system.proxy mode 'manual'
org.gnome.system.proxy.http enabled false
org.gnome.system.proxy.http host 'web.contoso.com'
org.gnome.system.proxy.http port 8080
org.gnome.system.proxy.https host 'proxy.contoso.com'
org.gnome.system.proxy.https port 8443
org.gnome.system.proxy.socks host ''
org.gnome.system.proxy.socks port 0
`

func TestTheSystemsOwnWordsAreUnderstood(t *testing.T) {
	route := func(s settings, host string) string {
		return s.fixed(&url.URL{Scheme: "https", Host: host}).first().Host
	}
	s := parseScutil(scutil)
	if s.script != "http://proxy.contoso.com/proxy.pac" || s.detect || s.plain != "web.contoso.com:8080" || s.socks != "" ||
		route(s, "x.dynamics.com") != "proxy.contoso.com:8443" || route(s, "x.local")+route(s, "169.254.1.1")+route(s, "crm") != "" {
		t.Errorf("macOS: %+v", s)
	}
	if s = parseScutil("<dictionary> {\n  FTPPassive : 1\n}\n"); route(s, "x") != "" || s.script != "" || parseScutil("nonsense").secure != "" {
		t.Errorf("macOS without a proxy: %+v", s)
	}
	s = parseGSettings(gsettings)
	if s.script != "" || route(s, "x.dynamics.com") != "proxy.contoso.com:8443" || route(s, "10.1.1.1")+route(s, "x.local") != "" {
		t.Errorf("GNOME: %+v", s)
	}
	if s = parseGSettings(strings.Replace(gsettings, "'manual'", "'auto'", 1)); s.script == "" || s.secure != "" {
		t.Errorf("GNOME with a script: %+v", s)
	}
	if s = parseGSettings(strings.Replace(gsettings, "'manual'", "'none'", 1)); s.script+s.secure+s.plain != "" {
		t.Errorf("GNOME without a proxy: %+v", s)
	}
	for list, want := range map[string]string{
		"proxy:8080":                      "proxy:8080",
		"http=a:80;https=b:8443;ftp=c:21": "b:8443",
		"http=a:80 https=http://b:8443":   "b:8443",
		"http=a:80;socks=c:1080":          "c:1080",
		"http=a:80":                       "",
		"proxy:8080;https=b:8443":         "b:8443",
		"https://proxy.contoso.com:443":   "proxy.contoso.com:443",
		"":                                "",
		"=;;=x":                           "",
	} {
		if got := route(parseProxyList(list), "x.dynamics.com"); got != want {
			t.Errorf("Windows: %q goes by %q", list, got)
		}
	}
	for list, want := range map[string]string{"a:80;b:81": "PROXY a:80; PROXY b:81", "http=a:80;socks=b:1": "PROXY a:80; SOCKS b:1", "DIRECT": "DIRECT", "http://a:1": "PROXY a:1", "": ""} {
		if got := scriptWords(list); got != want {
			t.Errorf("Windows: %q says %q", list, got)
		}
	}
	for said, want := range map[string]string{
		"PROXY a:8080; DIRECT": "http a:8080, ", "proxy a:1;SOCKS b:2; HTTPS c": "http a:1,socks5 b:2,https c:443", "DIRECT": " ",
		"QUIC a:1; PROXY b:2": "http b:2", "PROXY": "-", "": "-", "nonsense": "-", "PROXY http://evil/path": "-", "PROXY u:p@evil:1": "-", "PROXY a:99999": "-",
	} {
		route, ok := parseScriptAnswer(said)
		var got []string
		for _, h := range route {
			got = append(got, h.Scheme+" "+h.Host)
		}
		text := strings.Join(got, ",")
		if !ok {
			text = "-"
		}
		if text != want {
			t.Errorf("%q is %q, want %q", said, text, want)
		}
	}
}

func TestTheEnvironmentComesBeforeTheSystem(t *testing.T) {
	var env httpproxy.Config
	s := &system{
		environment: func() *httpproxy.Config { c := env; return &c },
		read: func(context.Context) (settings, error) {
			return settings{secure: "fixed:1", script: "http://x/pac"}, nil
		},
		run: func(context.Context, settings, *url.URL) (string, error) { return "PROXY script:2; DIRECT", nil },
	}
	u := &url.URL{Scheme: "https", Host: "contoso.crm4.dynamics.com"}
	find := func() string {
		route, err := s.find(context.Background(), u)
		if err != nil {
			return err.Error()
		}
		return route.first().Host
	}
	env = httpproxy.Config{HTTPSProxy: "http://ada:hunter2@env:3", NoProxy: "crm.contoso.local"}
	if route, err := s.find(context.Background(), u); err != nil || route.first().Host != "env:3" || route.first().Password.Reveal() != "hunter2" {
		t.Errorf("%v, %v", route, err)
	}
	u.Host = "crm.contoso.local"
	if got := find(); got != "" {
		t.Error("NO_PROXY is not kept:", got)
	}
	env = httpproxy.Config{HTTPSProxy: "http://env:port"}
	u.Host = "contoso.crm4.dynamics.com"
	_, err := s.find(context.Background(), u)
	wantFault(t, err, "rest.proxy-environment")
	env = httpproxy.Config{}
	if got := find(); got != "script:2" {
		t.Error("the script is not asked:", got)
	}
	s.run = func(context.Context, settings, *url.URL) (string, error) { return "", errScript }
	if got := find(); got != "fixed:1" {
		t.Error("the fixed proxy does not stand in for a broken script:", got)
	}
	s.read = func(context.Context) (settings, error) { return settings{}, errors.New("no scutil") }
	if got := find(); got != "" {
		t.Error(got)
	}
	t.Setenv("ALL_PROXY", "socks5://all:4")
	if e := environment(&httpproxy.Config{HTTPSProxy: "s:1"}); e.HTTPSProxy != "s:1" || e.HTTPProxy != "socks5://all:4" {
		t.Errorf("%+v", e)
	}
}

func TestAnAnswerOfTheSystemIsKeptForAWhile(t *testing.T) {
	asked := 0
	r, err := newRoutes(Network{System: func(_ context.Context, u *url.URL) (Route, error) {
		asked++
		if u.Path != "/" || u.RawQuery != "" {
			t.Error("the system is told", u)
		}
		return Route{{Scheme: "http", Host: "p:1"}}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := r.find(context.Background(), &url.URL{Scheme: "https", Host: "a.example", Path: "/secret", RawQuery: "q"}); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	for k, v := range r.kept {
		v.since = time.Now().Add(-2 * routeKept)
		r.kept[k] = v
	}
	if _, err := r.find(context.Background(), &url.URL{Scheme: "https", Host: "a.example"}); err != nil || asked != 2 {
		t.Errorf("asked %d times, %v", asked, err)
	}
}

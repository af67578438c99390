package rest

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func askScript(t *testing.T, script, address string) (string, error) {
	t.Helper()
	return askScriptFor(t, time.Minute, script, address)
}

// askScriptFor gives a script so much time.
func askScriptFor(t *testing.T, patience time.Duration, script, address string) (string, error) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return runScript(ctx, script, u, func(_ context.Context, host string) string {
		return map[string]string{"crm.contoso.local": "10.1.2.3", "web.contoso.local": "192.0.2.7"}[host]
	})
}

func TestAScriptSaysTheWay(t *testing.T) {
	script := `
// Contoso's proxies
var inside = "10.0.0.0", mask = "255.0.0.0";
function FindProxyForURL(url, host) {
  host = host.toLowerCase();
  if (isPlainHostName(host) || dnsDomainIs(host, ".lan") || localHostOrDomainIs(host, "portal.contoso.com")) return "DIRECT";
  if (isInNet(host, inside, mask)) return "DIRECT";
  if (shExpMatch(host, "*.crm*.dynamics.com")) return "PROXY proxy.contoso.com:8080; PROXY spare.contoso.com:8080";
  if (!isResolvable(host) && dnsDomainLevels(host) > 3) return "SOCKS deep:1080";
  if (url.substring(0, 6) == "https:" && url.indexOf("secret") >= 0) return "PROXY leak:1";
  return weekdayRange("SUN", "SAT") && timeRange(0, 23) && dateRange("JAN", "DEC") ? "PROXY " + host + ":1; DIRECT" : "never";
}`
	for address, want := range map[string]string{
		"https://crm/":                                   "DIRECT",
		"https://a.lan/":                                 "DIRECT",
		"https://portal/":                                "DIRECT",
		"https://crm.contoso.local/":                     "DIRECT",
		"https://10.9.9.9/":                              "DIRECT",
		"https://contoso.crm4.dynamics.com/":             "PROXY proxy.contoso.com:8080; PROXY spare.contoso.com:8080",
		"https://a.b.c.d.example/":                       "SOCKS deep:1080",
		"https://web.contoso.local/secret?secret=hunter": "PROXY web.contoso.local:1; DIRECT",
	} {
		if got, err := askScript(t, script, address); err != nil || got != want {
			t.Errorf("%s: %q, %v", address, got, err)
		}
	}
	for got, want := range map[string]string{
		`String(isInNet("192.0.2.7", "192.0.2.0", "255.255.255.0"))`:                                      "true",
		`String(isInNet("nowhere", "0.0.0.0", "0.0.0.0"))`:                                                "false",
		`String(shExpMatch("a.b", "a?b") && !shExpMatch("ab", "a?b") && shExpMatch("", "*"))`:             "true",
		`String(dnsResolve("crm.contoso.local")) + dnsResolve("nowhere")`:                                 "10.1.2.3null",
		`String(convert_addr("255.255.255.255"))`:                                                         "4294967295",
		`String(/^\d+\.\d+\.\d+\.\d+$/.test(myIpAddress()))`:                                              "true",
		`typeof require + typeof fetch + typeof XMLHttpRequest + typeof std + typeof os + typeof process`: strings.Repeat("undefined", 6),
	} {
		if said, err := askScript(t, "function FindProxyForURL() { return "+got+" }", "https://x.example/"); err != nil || said != want {
			t.Errorf("%s is %q, %v", got, said, err)
		}
	}
}

func TestAHostileScriptGetsLittleTimeAndLittleMemory(t *testing.T) {
	in := func(body string) string { return "function FindProxyForURL(url, host) { " + body + " }" }
	for why, script := range map[string]string{
		"no function":              "var x = 1;",
		"no JavaScript":            "<html>404</html>",
		"throws":                   in(`throw new Error("hunter2")`),
		"says no text":             in(`return {}`),
		"says too much":            in(`return "PROXY a:1;".repeat(1e5)`),
		"never ends":               in(`for (;;) {}`),
		"never begins":             "for (;;) {}",
		"recursion":                in(`return FindProxyForURL(url, host) + 1`),
		"deep brackets":            strings.Repeat("(", 500_000),
		"deep signs":               in("return " + strings.Repeat("-", 400_000) + "1"),
		"a long chain":             in("return " + strings.Repeat("1+", 400_000) + "1"),
		"swallows memory":          in(`var a = []; for (;;) a.push(new Array(1000).join("xxxxxxxxxx"))`),
		"a swelling text":          in(`var a = "x"; for (;;) a += a`),
		"a huge buffer":            in(`return new ArrayBuffer(2e9).byteLength`),
		"an endless expression":    in(`return /^(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!") ? "DIRECT" : "DIRECT".bad.worse`),
		"a huge number":            in(`return String(9n ** 99999999n)`),
		"too long":                 strings.Repeat(" ", scriptSize+1),
		"a getter that never ends": in(`return { toString: function () { for (;;) {} } }`),
	} {
		t.Run(why, func(t *testing.T) {
			began := time.Now()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			said, err := askScriptFor(t, time.Second, script, "https://x.example/")
			runtime.ReadMemStats(&after)
			if err == nil || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("it said %.40q, %v", said, err)
			}
			if took := time.Since(began); took > time.Minute {
				t.Errorf("it took %s", took)
			}
			if grown := int64(after.Sys) - int64(before.Sys); grown > 200<<20 {
				t.Errorf("the memory grew by %d MB", grown>>20)
			}
		})
	}
}

func TestAScriptLooksUpAFewNamesOnly(t *testing.T) {
	n := 0
	u, _ := url.Parse("https://x.example/")
	said, err := runScript(context.Background(), `function FindProxyForURL() { for (var i = 0; i < 1000; i++) dnsResolve("a" + i + ".example"); return "DIRECT" }`, u,
		func(context.Context, string) string { n++; return "10.0.0.1" })
	if err != nil || said != "DIRECT" || n != scriptNames {
		t.Errorf("%q, %v after %d names", said, err, n)
	}
}

func TestAScriptIsFetchedOnceAndBounded(t *testing.T) {
	good, n := `function FindProxyForURL() { return "PROXY p:1" }`, 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		switch r.URL.Path {
		case "/good":
			_, _ = w.Write([]byte("\xef\xbb\xbf" + good))
		case "/big":
			_, _ = w.Write(make([]byte, scriptSize+1))
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	run := ownScriptRunner(new(net.Dialer).DialContext)
	u := &url.URL{Scheme: "https", Host: "x.example"}
	for range 3 {
		if said, err := run(context.Background(), settings{script: server.URL + "/good"}, u); err != nil || said != "PROXY p:1" {
			t.Fatal(said, err)
		}
	}
	if n != 1 {
		t.Errorf("fetched %d times", n)
	}
	for _, bad := range []string{server.URL + "/big", server.URL + "/none", "ftp://x/", "http://127.0.0.1:1/", "file:///none", ":", "javascript:alert(1)"} {
		if said, err := run(context.Background(), settings{script: bad}, u); err == nil {
			t.Errorf("%s said %q", bad, said)
		}
	}
	file := filepath.Join(t.TempDir(), "proxy.pac")
	if err := os.WriteFile(file, []byte(good), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.ToSlash(file)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	if said, err := run(context.Background(), settings{script: "file://" + path}, u); err != nil || said != "PROXY p:1" {
		t.Error(said, err)
	}
}

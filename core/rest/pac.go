package rest

import (
	"context"
	_ "embed"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"modernc.org/quickjs"
)

// An auto-config script is foreign code: it gets little time, little memory and nothing of this computer but names and
// addresses.
const (
	scriptSize   = 1 << 20
	scriptMemory = 16 << 20
	scriptDepth  = 500
	scriptWait   = 5 * time.Second // for the script to come, and then for its answer with all that it looks up
	scriptKept   = 10 * time.Minute
	scriptNames  = 20 // most names that one question may look up
)

var errScript = errors.New("rest: the auto-config script gives no answer")

// scriptHelp is what every auto-config script may use, written in its own language.
//
//go:embed pac.js
var scriptHelp string

// ownScriptRunner fetches scripts without a proxy and runs them.
func ownScriptRunner(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(context.Context, settings, *url.URL) (string, error) {
	var text kept[string]
	return func(ctx context.Context, s settings, u *url.URL) (string, error) {
		address := s.script
		if address == "" {
			address = "http://wpad/wpad.dat"
		}
		script, err := text.get(address, scriptKept, func() (string, error) { return fetchScript(ctx, dial, address) })
		if err != nil {
			return "", err
		}
		return runScript(ctx, script, u, lookUp)
	}
}

// fetchScript gets a script from where the system's settings say.
func fetchScript(ctx context.Context, dial func(ctx context.Context, network, address string) (net.Conn, error), address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", errScript
	}
	ctx, cancel := context.WithTimeout(ctx, scriptWait)
	defer cancel()
	var from io.ReadCloser
	switch u.Scheme {
	case "file":
		path := u.Path
		if runtime.GOOS == "windows" {
			path = strings.TrimPrefix(path, "/")
		}
		if from, err = os.Open(path); err != nil {
			return "", errScript
		}
	case "http", "https":
		q, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return "", errScript
		}
		t := &http.Transport{DialContext: dial, DisableKeepAlives: true, MaxResponseHeaderBytes: headerLimit}
		answer, err := (&http.Client{Transport: t}).Do(q)
		if err != nil {
			return "", errScript
		}
		if from = answer.Body; answer.StatusCode != http.StatusOK {
			_ = from.Close()
			return "", errScript
		}
	default:
		return "", errScript
	}
	defer from.Close()
	text, err := io.ReadAll(io.LimitReader(from, scriptSize+1))
	if err != nil || len(text) > scriptSize {
		return "", errScript
	}
	return strings.TrimPrefix(string(text), "\ufeff"), nil
}

// lookUp gives the first IPv4 address of a name, as scripts expect it.
func lookUp(ctx context.Context, host string) string {
	all, err := net.DefaultResolver.LookupIP(ctx, "ip4", host)
	if err != nil || len(all) == 0 {
		return ""
	}
	return all[0].String()
}

// runScript asks a script for the way to u. It comes back within its time whatever the script does.
func runScript(ctx context.Context, script string, u *url.URL, names func(ctx context.Context, host string) string) (string, error) {
	if len(script) > scriptSize {
		return "", errScript
	}
	ctx, cancel := context.WithTimeout(ctx, scriptWait)
	defer cancel()
	type answer struct {
		said string
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if recover() != nil {
				a = answer{err: errScript}
			}
			done <- a
		}()
		a.said, a.err = evaluate(ctx, script, u, names)
	}()
	select {
	case a := <-done:
		return a.said, a.err
	case <-ctx.Done():
		return "", errScript
	}
}

func evaluate(ctx context.Context, script string, u *url.URL, names func(ctx context.Context, host string) string) (string, error) {
	vm, err := quickjs.NewVM()
	if err != nil {
		return "", errScript
	}
	defer vm.Close()
	vm.SetMemoryLimit(scriptMemory)
	vm.SetMaxStackSize(scriptDepth)
	vm.SetCanBlock(false)
	until, _ := ctx.Deadline()
	if left := time.Until(until); left <= 0 || vm.SetEvalTimeout(left) != nil {
		return "", errScript
	}
	asked := 0
	for name, f := range map[string]quickjs.HostFunc{
		"dnsResolve": func(args []any) (any, error) {
			host := ""
			if len(args) > 0 {
				host, _ = args[0].(string)
			}
			if asked++; asked > scriptNames || host == "" || len(host) > 253 {
				return nil, nil
			}
			if ip := names(ctx, host); ip != "" {
				return ip, nil
			}
			return nil, nil
		},
		"myIpAddress": func([]any) (any, error) { return ownAddress(), nil },
	} {
		if err := vm.RegisterHostFunc(name, f); err != nil {
			return "", errScript
		}
	}
	for _, text := range []string{scriptHelp, script} {
		v, err := vm.EvalValue(text, quickjs.EvalGlobal)
		if err != nil {
			return "", errScript
		}
		v.Free()
	}
	// The path stays here: a script may see where a request goes, not what it asks for.
	place := &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}
	said, err := vm.Call("FindProxyForURL", place.String(), u.Hostname())
	if err != nil {
		return "", errScript
	}
	text, ok := said.(string)
	if !ok || len(text) > 4096 {
		return "", errScript
	}
	return text, nil
}

// ownAddress is the address this computer has in its network.
func ownAddress() string {
	all, err := net.InterfaceAddrs()
	if err == nil {
		for _, a := range all {
			if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
				return n.IP.String()
			}
		}
	}
	return "127.0.0.1"
}

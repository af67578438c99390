package rest

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Windows is asked by WinHTTP: it knows the settings of the user, finds a script in the network and runs it itself.
//
// Source: WinHTTP reference, WinHttpGetIEProxyConfigForCurrentUser and WinHttpGetProxyForUrl.

type winProxyConfig struct {
	autoDetect    int32
	autoConfigURL *uint16
	proxy         *uint16
	proxyBypass   *uint16
}

type winAutoOptions struct {
	flags       uint32
	detectFlags uint32
	configURL   *uint16
	reserved    uintptr
	reserved2   uint32
	autoLogon   int32 // never: nobody who serves a script shall see who we are
}

type winProxyInfo struct {
	access uint32
	proxy  *uint16
	bypass *uint16
}

const (
	winAutoDetect    = 1
	winConfigURL     = 2
	winDetectDHCP    = 1
	winDetectDNS     = 2
	winNamedProxy    = 3
	winNoProxyAccess = 1
)

var errSystem = errors.New("rest: the system does not say")

// readSettings asks Windows for the settings of the current user.
func readSettings(context.Context) (settings, error) {
	f := windows.NewLazySystemDLL("winhttp.dll").NewProc("WinHttpGetIEProxyConfigForCurrentUser")
	if f.Find() != nil {
		return settings{}, errSystem
	}
	var c winProxyConfig
	if ok, _, _ := f.Call(uintptr(unsafe.Pointer(&c))); ok == 0 {
		return settings{}, errSystem
	}
	s := parseProxyList(winText(c.proxy))
	s.bypass = BypassList(winText(c.proxyBypass))
	s.script, s.detect = winText(c.autoConfigURL), c.autoDetect != 0
	return s, nil
}

// scriptRunner lets Windows find and run the script. Looking for one in the network takes seconds where there is none,
// so that is tried again only after a while.
func scriptRunner(func(ctx context.Context, network, address string) (net.Conn, error)) func(context.Context, settings, *url.URL) (string, error) {
	var (
		mu      sync.Mutex
		nowhere time.Time
	)
	return func(ctx context.Context, s settings, u *url.URL) (string, error) {
		mu.Lock()
		looked := time.Since(nowhere) < 10*time.Minute
		mu.Unlock()
		if s.detect && !looked {
			said, err := winAsk(ctx, winAutoOptions{flags: winAutoDetect, detectFlags: winDetectDHCP | winDetectDNS}, u)
			if err == nil {
				return said, nil
			}
			mu.Lock()
			nowhere = time.Now()
			mu.Unlock()
		}
		if s.script == "" {
			return "", errSystem
		}
		address, err := windows.UTF16PtrFromString(s.script)
		if err != nil {
			return "", err
		}
		return winAsk(ctx, winAutoOptions{flags: winConfigURL, configURL: address}, u)
	}
}

// winAsk asks for one address and gives up with its context; Windows itself cannot be told to.
func winAsk(ctx context.Context, o winAutoOptions, u *url.URL) (string, error) {
	type answer struct {
		said string
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		said, err := winProxyFor(o, u.String())
		done <- answer{said, err}
	}()
	select {
	case a := <-done:
		return a.said, a.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func winProxyFor(o winAutoOptions, address string) (string, error) {
	dll := windows.NewLazySystemDLL("winhttp.dll")
	open, ask, end := dll.NewProc("WinHttpOpen"), dll.NewProc("WinHttpGetProxyForUrl"), dll.NewProc("WinHttpCloseHandle")
	for _, f := range []*windows.LazyProc{open, ask, end} {
		if f.Find() != nil {
			return "", errSystem
		}
	}
	agent, err := windows.UTF16PtrFromString("Ferry")
	if err != nil {
		return "", err
	}
	where, err := windows.UTF16PtrFromString(address)
	if err != nil {
		return "", err
	}
	session, _, _ := open.Call(uintptr(unsafe.Pointer(agent)), winNoProxyAccess, 0, 0, 0)
	if session == 0 {
		return "", errSystem
	}
	defer func() { _, _, _ = end.Call(session) }()
	var info winProxyInfo
	ok, _, _ := ask.Call(session, uintptr(unsafe.Pointer(where)), uintptr(unsafe.Pointer(&o)), uintptr(unsafe.Pointer(&info)))
	if ok == 0 {
		return "", errSystem
	}
	list := winText(info.proxy)
	_ = winText(info.bypass)
	if info.access != winNamedProxy || list == "" {
		return "DIRECT", nil
	}
	return scriptWords(list), nil
}

// winText reads a text of Windows' own and gives its memory back.
func winText(p *uint16) string {
	if p == nil {
		return ""
	}
	s := windows.UTF16PtrToString(p)
	if f := windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalFree"); f.Find() == nil {
		_, _, _ = f.Call(uintptr(unsafe.Pointer(p)))
	}
	return strings.TrimSpace(s)
}

package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"ferry/core"
)

const checkNetwork = "Check that this computer is connected to the internet or to your company's network (VPN), then try again."

func stopped(ctx context.Context) *core.Fault {
	if err := ctx.Err(); !errors.Is(err, context.DeadlineExceeded) {
		return core.AsFault(context.Canceled)
	}
	return &core.Fault{
		Kind: core.Offline, Code: "rest.out-of-time", Owner: core.You,
		Cause:  "It took longer than it was allowed to take.",
		Remedy: "Try again. " + checkNetwork,
		Err:    context.DeadlineExceeded,
	}
}

// Settings.

func badRoot(service string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "rest.bad-address", Owner: core.You,
		Cause:  "The address of " + service + " is not a web address.",
		Remedy: "Enter it as it stands in the browser's address bar. It begins with https:// and a name follows.",
	}
}

func plainHTTP(service string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "rest.plain-http", Owner: core.You,
		Cause:  "The address of " + service + " begins with http://, so everybody on the way could read your sign-in.",
		Remedy: "Use the address that begins with https://. If there is none, ask whoever runs the server to set it up.",
	}
}

func certificateFileUnreadable(file string, err error) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "rest.certificate-file", Owner: core.You,
		Cause:  "The file with additional certificates cannot be read: " + file,
		Remedy: "Correct the setting SSL_CERT_FILE so that it names a file that exists and that you may read, or remove it.",
		Err:    err,
	}
}

func certificateFileEmpty(file string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "rest.certificate-file-empty", Owner: core.You,
		Cause:  strings.TrimSpace("There is no certificate in the file with additional certificates " + file),
		Remedy: "Save the certificate as Base-64 (PEM): the file then has a line BEGIN CERTIFICATE.",
	}
}

func (c *Client) foreign(address string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "rest.foreign-address", Owner: core.You,
		Cause:   c.c.Service + " sent us on to an address outside of it" + hostOf(address) + ". Ferry did not go there.",
		Remedy:  "Check the address in the connection. If it is right, show this to whoever runs the server or the proxy in between.",
		Details: "expected " + c.root.Host,
	}
}

// hostOf is " (host)" of an address, as far as it can be shown.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	return " (" + printable(u.Host) + ")"
}

// printable keeps a short text from outside that is a name.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0xfffd || (r >= 0x80 && r < 0xa0) || (r >= 0x2028 && r <= 0x202f) {
			return -1
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > 80 {
		s = string(runes[:80]) + "…"
	}
	return s
}

func badProxy() *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "rest.proxy-address", Owner: core.You,
		Cause:  "The address of the proxy in the network settings is not one that Ferry can use.",
		Remedy: "Enter its name and the number behind the colon, for example proxy.contoso.com:8080. Whoever runs your network knows them.",
	}
}

func badEnvironment() *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "rest.proxy-environment", Owner: core.You,
		Cause:  "The setting HTTPS_PROXY or HTTP_PROXY of this computer holds no address of a proxy that Ferry can use.",
		Remedy: "Correct it, for example to http://proxy.contoso.com:8080, remove it, or choose your own proxy in the network settings.",
	}
}

// windowsRefused is a server that does not let a Windows user in. offered is how it wants to be signed in to.
func windowsRefused(host string, offered []string) *core.Fault {
	if len(offered) > 0 && (preferred(offered) == "" || preferred(offered) == basic) {
		return &core.Fault{
			Kind: core.SignIn, Code: "rest.windows-not-offered", Owner: core.You,
			Cause:   "The server at " + printable(host) + " does not let anybody sign in with a Windows user name.",
			Remedy:  "It probably signs in through AD FS: choose that in the connection. The Dynamics administrator knows it.",
			Details: "offered: " + schemeName(offered),
		}
	}
	return &core.Fault{
		Kind: core.SignIn, Code: "rest.windows-refused", Owner: core.You,
		Cause:  "The server at " + printable(host) + " does not accept the Windows user name or the password.",
		Remedy: "Enter both anew; the name is written DOMAIN\\name or name@domain. After several wrong passwords an account may be locked: then ask your administrator. If they are right, the server may allow only Kerberos: ask the Dynamics administrator.",
	}
}

// Answers.

// portal is a network that lets nobody out who has not signed in to it.
func portal(a *Answer, now time.Time) *core.Fault {
	return &core.Fault{
		Kind: core.Offline, Code: "rest.captive-portal", Owner: core.You,
		Cause:   "The network you are in wants you to sign in to it first" + hostOf(a.Header.Get("Location")) + ".",
		Remedy:  "Open a browser, go to any page, and sign in to the network or accept its conditions. Then try again.",
		Details: a.Details(now), Err: a,
	}
}

// leadsToPortal reports whether an answer comes from a network and not from a service: it says so (RFC 6585, 511), or it
// leads from https to a plain page, or into a private network.
func leadsToPortal(a *Answer) bool {
	if a.Status == http.StatusNetworkAuthenticationRequired {
		return true
	}
	u, err := url.Parse(a.Header.Get("Location"))
	if a.Status/100 != 3 || err != nil || u.Host == "" {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "http" || err == nil && (ip.IsPrivate() || ip.IsLinkLocalUnicast())
}

func redirected(service string, a *Answer, now time.Time) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "rest.redirected", Owner: core.You,
		Cause:   service + " answered that it is elsewhere" + hostOf(a.Header.Get("Location")) + ". Ferry does not follow, because your sign-in would go along.",
		Remedy:  "Check the address in the connection: open it in a browser and copy what the address bar shows. In a hotel or guest network, sign in to the network first.",
		Details: a.Details(now), Err: a,
	}
}

func webPage(service string, a *Answer, now time.Time) *core.Fault {
	return &core.Fault{
		Kind: core.Offline, Code: "rest.web-page", Owner: core.You,
		Cause:   "A web page came instead of data from " + service + ".",
		Remedy:  "Open the address in a browser. If a page asks you to sign in to the network or names a proxy, do that first. If it speaks of maintenance, try again later.",
		Details: a.Details(now), Err: a,
	}
}

func badData(service string, answer *Response, now time.Time) *core.Fault {
	a := newAnswer(answer.Status, answer.Header, nil, now)
	return &core.Fault{
		Kind: core.Busy, Code: "rest.bad-data", Owner: core.You,
		Cause:   service + " answered with something that cannot be read.",
		Remedy:  "Try again later. If it happens again, something between here and the server changes the answers: show this to whoever runs your network.",
		Details: a.Details(now), Err: a,
	}
}

func tooBusy(service string, now time.Time) *core.Fault {
	return &core.Fault{
		Kind: core.Busy, Code: "rest.busy", Owner: core.You,
		Cause:   service + " is busy and has asked us to wait for too long.",
		Remedy:  "Start again later: it goes on where it stopped. It helps when no other program loads much data at the same time with the same sign-in.",
		Details: now.UTC().Format(time.RFC3339),
	}
}

// general says what a status means when the technology does not know better.
func general(service string, a *Answer, now time.Time) *core.Fault {
	f := &core.Fault{Details: a.Details(now), Err: a}
	switch {
	case a.Status == http.StatusTooManyRequests:
		f = tooBusy(service, now)
		f.Details, f.Err = a.Details(now), a
	case a.Status == http.StatusUnauthorized:
		f.Kind, f.Code, f.Owner = core.SignIn, "rest.signed-out", core.You
		f.Cause = service + " does not accept your sign-in any more."
		f.Remedy = "Sign in again."
	case a.Status == http.StatusForbidden:
		f.Kind, f.Code = core.Permission, "rest.forbidden"
		f.Cause = "You are signed in, but " + service + " does not allow this."
		f.Remedy = "Ask the administrator to give you the right to read it."
	case a.Status == http.StatusProxyAuthRequired:
		f = proxyPassword(&proxyError{status: a.Status}, now)
		f.Details, f.Err = a.Details(now), a
	case a.Status == http.StatusNotFound || a.Status == http.StatusGone || a.Status == http.StatusMethodNotAllowed || a.Status == http.StatusNotImplemented:
		f.Kind, f.Code, f.Owner = core.Wrong, "rest.not-found", core.You
		f.Cause = service + " does not know what was asked for."
		f.Remedy = "Check the address in the connection and the names of the tables."
	case a.Status >= 500 || passes(a):
		f.Kind, f.Code = core.Offline, "rest.unavailable"
		f.Cause = service + " is not available just now."
		f.Remedy = "Try again later: an import goes on where it stopped. If it stays so, ask the administrator whether there is an outage or maintenance."
	default:
		f.Kind, f.Code = core.Wrong, "rest.refused-request"
		f.Cause = service + " refused what was asked for."
		f.Remedy = "Check the settings. If they are right, send us the details."
	}
	return f
}

// Bodies.

func brokenOff(service string, err error, now time.Time) *core.Fault {
	return &core.Fault{
		Kind: core.Offline, Code: "rest.broken-off", Owner: core.You,
		Cause:   "The answer of " + service + " broke off.",
		Remedy:  checkNetwork,
		Details: symptom(err) + ", " + now.UTC().Format(time.RFC3339),
		Err:     errors.Join(ErrBroken, err),
	}
}

func tooBig(service string, limit int64) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "rest.too-big", Owner: core.You,
		Cause:   "An answer of " + service + " is larger than Ferry accepts.",
		Remedy:  "Choose fewer columns, or leave out columns that hold files or very long texts.",
		Details: fmt.Sprintf("more than %d bytes", limit),
	}
}

func bomb(service string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "rest.bomb", Owner: core.You,
		Cause:   "An answer of " + service + " swells to a size that no data has. Ferry did not read on.",
		Remedy:  "Check the address in the connection. If it is right, show this to whoever runs the server or the proxy in between.",
		Details: fmt.Sprintf("more than %d times its compressed size", bombRatio),
	}
}

func unasked(service string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "rest.encoding", Owner: core.You,
		Cause:  service + " compressed its answer in a way that Ferry did not ask for.",
		Remedy: "Check whether a proxy lies between here and the server, and show this to whoever runs it.",
	}
}

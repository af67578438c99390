package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
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

// Answers.

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
		f = proxyPassword("", proxyRefusal{a.Status}, now)
		f.Details, f.Err = a.Details(now), a
	case a.Status == http.StatusNotFound || a.Status == http.StatusGone || a.Status == http.StatusMethodNotAllowed || a.Status == http.StatusNotImplemented:
		f.Kind, f.Code, f.Owner = core.Wrong, "rest.not-found", core.You
		f.Cause = service + " does not know what was asked for."
		f.Remedy = "Check the address in the connection and the names of the tables."
	case a.Status >= 500 || passes(a):
		f.Kind, f.Code = core.Offline, "rest.unavailable"
		f.Cause = service + " is not available just now."
		f.Remedy = "Try again later: it goes on where it stopped. If it stays so, ask the administrator whether there is an outage or maintenance."
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

// The way there.

func proxyPassword(host string, err error, now time.Time) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "rest.proxy-password", Owner: core.You,
		Cause:   "The proxy of your network asks for a user name and a password.",
		Remedy:  "Put them into the proxy's address in the setting HTTPS_PROXY, or ask your network's administrator to let Ferry through without.",
		Details: strings.TrimPrefix(host+", ", ", ") + "HTTP 407, " + now.UTC().Format(time.RFC3339),
		Err:     err,
	}
}

// unreachable makes the Fault of an error of the transport and says whether it passes.
func unreachable(service string, root *url.URL, err error, now time.Time) (f *core.Fault, passing bool) {
	f = &core.Fault{
		Kind: core.Offline, Owner: core.You, Err: err,
		Details: printable(root.Host) + ", " + symptom(err) + ", " + now.UTC().Format(time.RFC3339),
	}
	var (
		proxy   proxyRefusal
		dns     *net.DNSError
		op      *net.OpError
		fault   *core.Fault
		name    = printable(root.Hostname())
		certain = certificate(service, name, err, now)
	)
	switch {
	case errors.As(err, &fault):
		return fault, false
	case errors.As(err, &proxy) && proxy.status == http.StatusProxyAuthRequired:
		return proxyPassword(root.Host, err, now), false
	case errors.As(err, &proxy):
		f.Code = "rest.proxy-refused"
		f.Cause = fmt.Sprintf("The proxy of your network does not let us through to %s (HTTP %d).", name, proxy.status)
		f.Remedy = "Ask your network's administrator to allow " + name + "."
		return f, proxy.status >= 500
	case errors.As(err, &op) && op.Op == "proxyconnect":
		f.Code = "rest.proxy-unreachable"
		f.Cause = "The proxy of your network cannot be reached."
		f.Remedy = "Check the setting HTTPS_PROXY. If it is right, check that this computer is in the company's network (VPN)."
		return f, true
	case errors.As(err, &dns) && dns.IsNotFound:
		f.Kind, f.Code = core.Wrong, "rest.no-such-host"
		f.Cause = "There is no server with the name " + name + "."
		f.Remedy = "Check the address for typing mistakes. If it is right: " + lower(checkNetwork)
		return f, false
	case errors.As(err, &dns):
		f.Code = "rest.name-service"
		f.Cause = "This computer could not find out where " + name + " is."
		f.Remedy = checkNetwork
	case certain != nil:
		certain.Details, certain.Err = f.Details, err
		return certain, false
	case is(err, syscall.ECONNREFUSED, 10061):
		f.Code = "rest.nobody-there"
		f.Cause = "At " + printable(root.Host) + " no server accepts connections."
		f.Remedy = "Check the address, also the number behind the colon. If it is right, the server is down: try again later."
	case is(err, syscall.ENETUNREACH, 10051) || is(err, syscall.EHOSTUNREACH, 10065) || is(err, syscall.ENETDOWN, 10050):
		f.Code = "rest.offline"
		f.Cause = "This computer is offline, or there is no way to " + name + "."
		f.Remedy = checkNetwork
	case misbehaves(err):
		f.Kind, f.Code = core.Wrong, "rest.misbehaves"
		f.Cause = "What answers at " + name + " does not behave like " + service + "."
		f.Remedy = "Check the address in the connection."
		return f, false
	case timedOut(err):
		f.Code = "rest.timed-out"
		f.Cause = service + " did not answer in time."
		f.Remedy = checkNetwork + " If that is all right, " + service + " is slow just now: try again later."
	default:
		f.Code = "rest.cut"
		f.Cause = "The connection with " + service + " was cut."
		f.Remedy = checkNetwork
	}
	return f, true
}

func lower(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// certificate is the Fault of a server that could not prove who it is, or speaks no TLS that we accept; nil when err is none of these.
func certificate(service, name string, err error, now time.Time) *core.Fault {
	var (
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
		record  tls.RecordHeaderError
		op      *net.OpError
		verify  *tls.CertificateVerificationError
	)
	f := &core.Fault{Kind: core.Wrong, Owner: core.You}
	switch {
	case errors.As(err, &host):
		f.Code = "rest.certificate-name"
		f.Cause = "The server at " + name + " shows a certificate for another name" + namesOf(host.Certificate) + "."
		f.Remedy = "Check the address for typing mistakes. Do not go on when it is right: ask whoever runs the server."
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil && now.Before(invalid.Cert.NotBefore):
		f.Code = "rest.clock"
		f.Cause = "The certificate of " + name + " is not valid yet by this computer's clock."
		f.Remedy = "Check this computer's date, time and time zone. If they are right, ask whoever runs the server."
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		f.Code = "rest.certificate-expired"
		f.Cause = "The certificate of " + name + " has expired."
		f.Remedy = "Check this computer's date. If it is right, whoever runs the server must renew the certificate."
	case errors.As(err, &unknown):
		f.Code = "rest.certificate-unknown"
		f.Cause = "This computer does not trust who issued the certificate of " + name + issuer(unknown.Cert) + "."
		f.Remedy = "When your company or your practice environment issued it, save its root certificate in a file and name the file in the setting SSL_CERT_FILE. Else do not go on: somebody may be listening in between."
	case errors.As(err, &invalid), errors.As(err, &verify):
		f.Code = "rest.certificate-invalid"
		f.Cause = "The certificate of " + name + " is not valid."
		f.Remedy = "Whoever runs the server must replace it."
	case errors.As(err, &record):
		f.Code = "rest.no-tls"
		f.Cause = "What answers at " + name + " does not speak https."
		f.Remedy = "Check the address, also the number behind the colon. In a hotel or guest network, sign in to the network first."
	case errors.As(err, &op) && op.Op == "remote error", strings.Contains(err.Error(), "tls: "):
		f.Code = "rest.tls"
		f.Cause = "No safe connection with " + name + " could be agreed on."
		f.Remedy = "Check the address. If it is right, whoever runs the server must allow TLS 1.2 or newer."
	default:
		return nil
	}
	return f
}

func issuer(c *x509.Certificate) string {
	if c == nil {
		return ""
	}
	who := c.Issuer.CommonName
	if who == "" && len(c.Issuer.Organization) > 0 {
		who = c.Issuer.Organization[0]
	}
	if who = printable(who); who == "" {
		return ""
	}
	return " (" + who + ")"
}

func namesOf(c *x509.Certificate) string {
	if c == nil || len(c.DNSNames) == 0 {
		return ""
	}
	return " (" + printable(strings.Join(c.DNSNames[:min(3, len(c.DNSNames))], ", ")) + ")"
}

// is compares error numbers; Windows has its own ones, which nothing else uses.
func is(err error, unix, windows syscall.Errno) bool {
	var no syscall.Errno
	return errors.As(err, &no) && (no == unix || no == windows)
}

// misbehaves reports whether what came is no HTTP, or headers without end. Go has no types for these.
func misbehaves(err error) bool {
	for _, words := range []string{"headers exceeded", "header list larger", "PROTOCOL_ERROR", "malformed HTTP", "malformed MIME"} {
		if strings.Contains(err.Error(), words) {
			return true
		}
	}
	return false
}

func timedOut(err error) bool {
	var t interface{ Timeout() bool }
	return errors.Is(err, errSilent) || errors.As(err, &t) && t.Timeout()
}

// symptom names the kind of an error in our own words, because its text may hold anything.
func symptom(err error) string {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "name not found"
	case errors.As(err, &dns):
		return "name lookup failed"
	case is(err, syscall.ECONNREFUSED, 10061):
		return "connection refused"
	case is(err, syscall.ECONNRESET, 10054):
		return "connection reset"
	case timedOut(err):
		return "time-out"
	case certificate("", "", err, time.Time{}) != nil:
		return "TLS"
	}
	var no syscall.Errno
	if errors.As(err, &no) {
		return fmt.Sprintf("error number %d", int(no))
	}
	return "connection closed"
}

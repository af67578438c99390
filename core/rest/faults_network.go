package rest

import (
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

// NetworkFault is the Fault of an error of the network: nobody answered, or nobody who could prove to be the service.
// host is whom we wanted to reach, with its port where that matters. service is how people call it in the middle of a
// sentence: "Dynamics 365", "the sign-in service". An error that is a Fault already stays as it is.
func NetworkFault(host, service string, err error) *core.Fault {
	f, _ := unreachable(service, host, err, time.Now(), online())
	return f
}

// clockLimit is how far a clock may be wrong before sign-ins and certificates suffer.
const clockLimit = 5 * time.Minute

// ClockFault is the Fault of a clock of this computer that differs by more than five minutes from the one a service
// tells in its answer; nil when it does not, or when the service tells none.
func ClockFault(service string, answer http.Header, now time.Time) *core.Fault {
	theirs, err := http.ParseTime(answer.Get("Date"))
	if err != nil {
		return nil
	}
	off := now.Sub(theirs)
	if off.Abs() <= clockLimit {
		return nil
	}
	way := "fast"
	if off < 0 {
		way = "slow"
	}
	return &core.Fault{
		Kind: core.Wrong, Code: "rest.clock-wrong", Owner: core.You,
		Cause:   fmt.Sprintf("This computer's clock is %s %s, compared with that of %s.", span(off.Abs()), way, service),
		Remedy:  "Set date, time and time zone of this computer, best automatically from the internet. Sign-ins fail with a wrong clock.",
		Details: "here " + now.UTC().Format(time.RFC3339) + ", there " + theirs.UTC().Format(time.RFC3339),
	}
}

// span is a duration in words, roughly.
func span(d time.Duration) string {
	switch {
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// online reports whether this computer has an address in any network but its own. It asks nobody.
func online() bool {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return true
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			return true
		}
	}
	return false
}

// unreachable makes the Fault of an error of the transport and says whether it passes. online says whether this
// computer is in any network at all.
func unreachable(service, host string, err error, now time.Time, online bool) (f *core.Fault, passing bool) {
	var already *core.Fault
	if errors.As(err, &already) {
		return already, false
	}
	host = printable(host)
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	f = &core.Fault{
		Kind: core.Offline, Owner: core.You, Err: withoutAddress(err),
		Details: host + ", " + symptom(err) + ", " + now.UTC().Format(time.RFC3339),
	}
	if proxy := asProxyError(err); proxy != nil {
		return atProxy(f, name, proxy, now, online)
	}
	var dns *net.DNSError
	certain := certificate(service, name, err, now)
	switch {
	case errors.As(err, &dns) && !online, noWay(err):
		f.Code = "rest.offline"
		f.Cause = "This computer is offline, or there is no way to " + name + "."
		f.Remedy = checkNetwork
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
		certain.Details, certain.Err = f.Details, f.Err
		return certain, false
	case is(err, syscall.ECONNREFUSED, 10061):
		f.Code = "rest.nobody-there"
		f.Cause = "At " + host + " no server accepts connections."
		f.Remedy = "Check the address, also the number behind the colon. If it is right, the server is down: try again later."
	case misbehaves(err):
		f.Kind, f.Code = core.Wrong, "rest.misbehaves"
		f.Cause = "What answers at " + name + " does not behave like " + service + "."
		f.Remedy = "Check the address in the connection."
		return f, false
	case timedOut(err):
		f.Code = "rest.timed-out"
		f.Cause = upper(service) + " did not answer in time."
		f.Remedy = checkNetwork + " If that is all right, " + service + " is slow just now: try again later."
	default:
		f.Code = "rest.cut"
		f.Cause = "The connection with " + service + " was cut."
		f.Remedy = checkNetwork
	}
	return f, true
}

// withoutAddress takes off what says which page was asked for.
func withoutAddress(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func lower(s string) string { return strings.ToLower(s[:1]) + s[1:] }

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// noWay reports whether no way leads there: the network is down, or none of the addresses can be reached.
func noWay(err error) bool {
	return is(err, syscall.ENETUNREACH, 10051) || is(err, syscall.EHOSTUNREACH, 10065) || is(err, syscall.ENETDOWN, 10050)
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
	proxy := asProxyError(err)
	switch {
	case proxy != nil && proxy.status != 0:
		return fmt.Sprintf("HTTP %d from the proxy", proxy.status)
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

// certificate is the Fault of a server that could not prove who it is, or speaks no TLS that we accept; nil when err is
// none of these.
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
		f.Remedy = "Check the address for typing mistakes. In a hotel or guest network, open a browser and sign in to the network first. Else do not go on: ask whoever runs the server."
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil && now.Before(invalid.Cert.NotBefore):
		f.Code = "rest.clock"
		f.Cause = "The certificate of " + name + " is not valid yet by this computer's clock."
		f.Remedy = "Check this computer's date, time and time zone. If they are right, ask whoever runs the server."
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		f.Code = "rest.certificate-expired"
		f.Cause = "The certificate of " + name + " has expired" + expired(invalid.Cert) + ". This computer's clock says " + now.Format("2 January 2006") + "."
		f.Remedy = "Check this computer's date. If it is right, whoever runs the server must renew the certificate."
	case errors.As(err, &unknown):
		leaf := unknown.Cert
		if errors.As(err, &verify) && len(verify.UnverifiedCertificates) > 0 {
			leaf = verify.UnverifiedCertificates[0]
		}
		f.Code = "rest.certificate-unknown"
		f.Cause = "The certificate of " + name + " was issued by " + issuedBy(leaf) + ", whom this computer does not trust."
		f.Remedy = "When that is your company's own inspection of the network, or your own server, ask for its root certificate as a file and choose the file in the network settings (or name it in SSL_CERT_FILE). Else do not go on: somebody may be listening in between."
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

func expired(c *x509.Certificate) string {
	if c == nil || c.NotAfter.IsZero() {
		return ""
	}
	return " on " + c.NotAfter.UTC().Format("2 January 2006")
}

// issuedBy names who issued a certificate.
func issuedBy(c *x509.Certificate) string {
	if who := issuer(c); who != "" {
		return "“" + who + "”"
	}
	return "somebody without a name"
}

func issuer(c *x509.Certificate) string {
	if c == nil {
		return ""
	}
	who := printable(c.Issuer.CommonName)
	if who == "" && len(c.Issuer.Organization) > 0 {
		who = printable(c.Issuer.Organization[0])
	}
	return who
}

func namesOf(c *x509.Certificate) string {
	if c == nil || len(c.DNSNames) == 0 {
		return ""
	}
	return " (" + printable(strings.Join(c.DNSNames[:min(3, len(c.DNSNames))], ", ")) + ")"
}

// A proxyError is what went wrong at a proxy, before the service itself.
type proxyError struct {
	address string // host:port, as it may be shown
	status  int    // what the proxy answered; 0: nobody answered
	tried   bool   // with a password
	scheme  string // how the proxy wants a password where Ferry cannot: "Kerberos"
	err     error
}

func (p *proxyError) Error() string { return "the proxy refused or was not reached" }

func (p *proxyError) Unwrap() error { return p.err }

// asProxyError finds what went wrong at a proxy; nil when it was not there.
func asProxyError(err error) *proxyError {
	var p *proxyError
	if errors.As(err, &p) {
		return p
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "proxyconnect" {
		return &proxyError{err: op.Err}
	}
	return nil
}

// The proxy is named with host and port: whoever runs the network knows it by these.
func (p *proxyError) name() string {
	if a := printable(p.address); a != "" {
		return "The proxy " + a
	}
	return "The proxy of your network"
}

const proxySettings = "the proxy in the network settings"

// atProxy makes the Fault of a proxy that was not reached or lets nobody through.
func atProxy(f *core.Fault, name string, p *proxyError, now time.Time, online bool) (*core.Fault, bool) {
	var dns *net.DNSError
	switch {
	case p.status == http.StatusProxyAuthRequired:
		g := proxyPassword(p, now)
		g.Details, g.Err = f.Details, f.Err
		return g, false
	case p.status != 0:
		f.Code = "rest.proxy-refused"
		f.Cause = fmt.Sprintf("%s does not let us through to %s (HTTP %d).", p.name(), name, p.status)
		f.Remedy = "Ask your network's administrator to allow " + name + ". The address may also be mistyped, or the server may be down: then the proxy cannot reach it either."
		return f, p.status >= 500
	case errors.As(p.err, &dns) && !online, noWay(p.err):
		f.Code = "rest.offline"
		f.Cause = "This computer is offline, or there is no way to the proxy " + printable(p.address) + "."
		f.Remedy = checkNetwork
	case errors.As(p.err, &dns) && dns.IsNotFound:
		f.Kind, f.Code = core.Wrong, "rest.proxy-unknown"
		f.Cause = p.name() + " does not exist by that name, at least not from here."
		f.Remedy = "Check " + proxySettings + ". If it is right, check that this computer is in the company's network (VPN)."
		return f, false
	case p.err != nil && certificate("", "", p.err, now) != nil:
		g := certificate("the proxy", "the proxy "+printable(p.address), p.err, now)
		g.Details, g.Err = f.Details, f.Err
		return g, false
	default:
		f.Code = "rest.proxy-unreachable"
		f.Cause = p.name() + " cannot be reached."
		f.Remedy = "Check " + proxySettings + ". If it is right, check that this computer is in the company's network (VPN)."
	}
	return f, true
}

// proxyPassword is a proxy that wants to know who asks.
func proxyPassword(p *proxyError, now time.Time) *core.Fault {
	f := &core.Fault{
		Kind: core.Wrong, Code: "rest.proxy-password", Owner: core.You, Err: p,
		Cause:   p.name() + " wants a user name and a password.",
		Remedy:  "Choose your own proxy in the network settings and enter user name and password there; on a Windows network the name is written DOMAIN\\name. Or ask your network's administrator to let Ferry through without.",
		Details: strings.TrimPrefix(printable(p.address)+", ", ", ") + "HTTP 407, " + now.UTC().Format(time.RFC3339),
	}
	switch {
	case p.scheme != "":
		f.Code = "rest.proxy-sign-in"
		f.Cause = p.name() + " wants a kind of sign-in that Ferry does not know (" + printable(p.scheme) + ")."
		f.Remedy = "Ask your network's administrator to let Ferry through without a password, or to allow a password (Basic or NTLM)."
	case p.tried:
		f.Code = "rest.proxy-password-wrong"
		f.Cause = p.name() + " does not accept the user name or the password."
		f.Remedy = "Enter them anew in the network settings; on a Windows network the name is written DOMAIN\\name. After several wrong passwords an account may be locked: then ask your network's administrator."
	}
	return f
}

package rest

import (
	"net/http"
	"time"

	"ferry/core"
)

// Windows signs in to one https host, which may name a port, with a Windows user name and password, by NTLM as such or
// within Negotiate. Requests to any other place go to next as they are. The user is written DOMAIN\name or
// name@domain. A password that was refused is not sent again for a minute, because that locks accounts.
//
// NTLM signs in a connection, not a request: each request has a connection for itself until its answer is read, and a
// connection that is signed in is used again. next is best made by NewTransport.
func Windows(next http.RoundTripper, host, user string, password core.Secret) http.RoundTripper {
	s := &signed{
		user: user, password: password, status: http.StatusUnauthorized,
		challenge: "WWW-Authenticate", answer: "Authorization",
		refused: func(offered []string) error { return windowsRefused(host, offered) },
	}
	switch next := next.(type) {
	case *Transport:
		s.lane = func() http.RoundTripper {
			pool := next.pool(true)
			pool.DialContext = next.dial
			return watching{next, pool}
		}
	case *http.Transport:
		s.lane = func() http.RoundTripper {
			one := next.Clone()
			one.ForceAttemptHTTP2, one.MaxConnsPerHost, one.MaxIdleConnsPerHost = false, 1, 1
			one.TLSNextProto = nil
			if one.TLSClientConfig != nil {
				one.TLSClientConfig.NextProtos = nil
			}
			one.Protocols = new(http.Protocols)
			one.Protocols.SetHTTP1(true)
			return one
		}
	default:
		s.lane = func() http.RoundTripper { return next }
	}
	return &windowsUser{next: next, host: host, signed: s}
}

type windowsUser struct {
	next   http.RoundTripper
	host   string
	signed *signed
}

func (w *windowsUser) RoundTrip(q *http.Request) (*http.Response, error) {
	if !sameHost(q.URL, w.host) {
		return w.next.RoundTrip(q)
	}
	return w.signed.RoundTrip(q)
}

func (w *windowsUser) CloseIdleConnections() {
	closeIdle(w.next)
	w.signed.CloseIdleConnections()
}

func (w *windowsUser) limits() (idle, start time.Duration) { return limitsOf(w.next) }

// watching tells the network's listener of safe connections.
type watching struct {
	t    *Transport
	pool *http.Transport
}

func (w watching) RoundTrip(q *http.Request) (*http.Response, error) {
	return w.pool.RoundTrip(w.t.watched(q))
}

func (w watching) CloseIdleConnections() { w.pool.CloseIdleConnections() }

func closeIdle(t http.RoundTripper) {
	if c, ok := t.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

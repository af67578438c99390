package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"time"
)

// A Transport reaches the outside as a Network says: through the proxy, within the time limits, trusting the named
// certificates. It may be used by any number of clients and goroutines.
type Transport struct {
	n      Network
	roots  *x509.CertPool
	routes *routes
	secure *http.Transport // https, also through a proxy

	mu    sync.Mutex
	plain map[string]http.RoundTripper // http, by proxy
	known map[string]*proxyState       // what was learned of each proxy
}

// NewTransport returns a transport for any number of clients. Certificates in the file that SSL_CERT_FILE names are
// trusted beside the system's own, on every system; SSL_CERT_DIR is Go's own affair. There is no cookie jar, so that
// a service may spread the requests over its servers.
func NewTransport(n Network) (*Transport, error) {
	roots, err := n.roots()
	if err != nil {
		return nil, err
	}
	if n.Dial == nil {
		d := &net.Dialer{Timeout: n.connect(), KeepAlive: 30 * time.Second}
		n.Dial = d.DialContext
	}
	t := &Transport{n: n, roots: roots, plain: map[string]http.RoundTripper{}, known: map[string]*proxyState{}}
	if t.routes, err = newRoutes(n); err != nil {
		return nil, err
	}
	t.secure = t.pool(false)
	t.secure.DialContext = t.dial
	return t, nil
}

// pool makes a pool of connections. One of a single connection speaks HTTP/1.1: who signs in to a connection must know
// which one it is.
func (t *Transport) pool(single bool) *http.Transport {
	p := &http.Transport{
		DialContext:            t.n.Dial,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: t.roots},
		TLSHandshakeTimeout:    t.n.connect(),
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		ResponseHeaderTimeout:  t.n.read(),
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConnsPerHost:    16,
		MaxResponseHeaderBytes: headerLimit,
		ReadBufferSize:         64 << 10,
		HTTP2: &http.HTTP2Config{
			MaxReceiveBufferPerStream: 1 << 20,
			SendPingTimeout:           30 * time.Second,
			PingTimeout:               15 * time.Second,
		},
	}
	if single {
		p.ForceAttemptHTTP2, p.MaxConnsPerHost, p.MaxIdleConnsPerHost = false, 1, 1
		p.Protocols = new(http.Protocols)
		p.Protocols.SetHTTP1(true)
	}
	return p
}

// RoundTrip sends one request.
func (t *Transport) RoundTrip(q *http.Request) (*http.Response, error) {
	if q.URL.Scheme == "https" {
		return t.secure.RoundTrip(t.watched(q))
	}
	route, err := t.routes.find(q.Context(), q.URL)
	if err != nil {
		return nil, err
	}
	return t.through(route.first()).RoundTrip(q)
}

// CloseIdleConnections gives back connections that nobody uses.
func (t *Transport) CloseIdleConnections() {
	t.secure.CloseIdleConnections()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range t.plain {
		if c, ok := p.(interface{ CloseIdleConnections() }); ok {
			c.CloseIdleConnections()
		}
	}
}

// Via is host and port of the proxy over which an https host is reached; "" when there is none. It may ask the
// operating system.
func (t *Transport) Via(host string) string {
	ctx, cancel := context.WithTimeout(context.Background(), systemTimeout)
	defer cancel()
	route, err := t.routes.find(ctx, &url.URL{Scheme: "https", Host: host, Path: "/"})
	if err != nil {
		return ""
	}
	return route.first().Host
}

// through reaches http services over one proxy: the requests themselves go to it.
func (t *Transport) through(hop Hop) http.RoundTripper {
	key := hop.Scheme + "://" + hop.User + "@" + hop.Host
	t.mu.Lock()
	defer t.mu.Unlock()
	if p := t.plain[key]; p != nil {
		return p
	}
	lane := func(single bool) *http.Transport {
		p := t.pool(single)
		if !hop.direct() {
			u := &url.URL{Scheme: hop.Scheme, Host: hop.Host}
			if hop.Scheme == "socks5" && hop.User != "" {
				u.User = url.UserPassword(hop.User, hop.Password.Reveal())
			}
			p.Proxy = http.ProxyURL(u)
			p.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				c, err := t.n.Dial(ctx, network, address)
				if err != nil {
					return nil, &proxyError{address: hop.Host, err: err}
				}
				return c, nil
			}
		}
		return p
	}
	var p http.RoundTripper = lane(false)
	if hop.User != "" && hop.Scheme != "socks5" {
		p = &signed{
			user: hop.User, password: hop.Password, status: http.StatusProxyAuthRequired,
			challenge: "Proxy-Authenticate", answer: "Proxy-Authorization",
			lane: func() http.RoundTripper { return lane(true) },
			refused: func(offered []string) error {
				e := &proxyError{address: hop.Host, status: http.StatusProxyAuthRequired, tried: true}
				if len(offered) > 0 && preferred(offered) == "" {
					e.scheme = schemeName(offered)
				}
				return e
			},
		}
	}
	t.plain[key] = p
	return p
}

// watched tells the Network's listener of safe connections that are made for q.
func (t *Transport) watched(q *http.Request) *http.Request {
	if t.n.TLS == nil {
		return q
	}
	host := q.URL.Host
	return q.WithContext(httptrace.WithClientTrace(q.Context(), &httptrace.ClientTrace{
		TLSHandshakeDone: func(state tls.ConnectionState, err error) {
			if err == nil {
				t.n.TLS(host, state)
			}
		},
	}))
}

// limits are the time that may pass without a byte, and that after which a request without even an answer's first byte
// is given up; 0: any.
func (t *Transport) limits() (idle, start time.Duration) {
	idle, connect := t.n.read(), t.n.connect()
	if idle > 0 && connect > 0 {
		start = 2*idle + connect
	}
	return idle, start
}

// limitsOf are those of a transport that may be anybody's.
func limitsOf(t http.RoundTripper) (idle, start time.Duration) {
	switch t := t.(type) {
	case interface {
		limits() (idle, start time.Duration)
	}:
		return t.limits()
	case *http.Transport:
		if t.ResponseHeaderTimeout > 0 {
			return t.ResponseHeaderTimeout, 2*t.ResponseHeaderTimeout + connectTimeout
		}
	}
	return readTimeout, 2*readTimeout + connectTimeout
}

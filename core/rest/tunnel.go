package rest

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/proxy"
)

// dial reaches an https service, through the first proxy of its route that can be reached.
func (t *Transport) dial(ctx context.Context, network, address string) (net.Conn, error) {
	u := &url.URL{Scheme: "https", Host: address}
	if host, number, err := net.SplitHostPort(address); err == nil && number == "443" {
		u.Host = host
		if ip := net.ParseIP(host); ip != nil && ip.To4() == nil {
			u.Host = "[" + host + "]"
		}
	}
	route, err := t.routes.find(ctx, u)
	if err != nil {
		return nil, err
	}
	if len(route) == 0 {
		return t.n.Dial(ctx, network, address)
	}
	for _, hop := range route {
		var c net.Conn
		if c, err = t.over(ctx, hop, network, address); err == nil {
			return c, nil
		}
		if p := asProxyError(err); p == nil || p.status != 0 || ctx.Err() != nil {
			break // the proxy was there: another one would say the same
		}
	}
	return nil, err
}

// over reaches address over one proxy, or without any.
func (t *Transport) over(ctx context.Context, hop Hop, network, address string) (net.Conn, error) {
	if hop.direct() {
		return t.n.Dial(ctx, network, address)
	}
	if d := t.n.connect(); d > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d)
		defer cancel()
	}
	if hop.Scheme == "socks5" {
		return t.socks(ctx, hop, network, address)
	}
	c, err := t.connect(ctx, hop, address)
	if err != nil {
		var p *proxyError
		if !errors.As(err, &p) {
			err = &proxyError{address: hop.Host, err: err}
		}
		return nil, err
	}
	return c, nil
}

func (t *Transport) socks(ctx context.Context, hop Hop, network, address string) (net.Conn, error) {
	var auth *proxy.Auth
	if hop.User != "" {
		auth = &proxy.Auth{User: hop.User, Password: hop.Password.Reveal()}
	}
	d, err := proxy.SOCKS5(network, hop.Host, auth, dialer(t.n.Dial))
	if err == nil {
		var c net.Conn
		if c, err = d.(proxy.ContextDialer).DialContext(ctx, network, address); err == nil {
			return c, nil
		}
	}
	p := &proxyError{address: hop.Host, err: err}
	if strings.Contains(err.Error(), "authentication") { // the library has no type for it
		p.status, p.tried = http.StatusProxyAuthRequired, hop.User != ""
	}
	return nil, p
}

type dialer func(ctx context.Context, network, address string) (net.Conn, error)

func (d dialer) Dial(network, address string) (net.Conn, error) {
	return d(context.Background(), network, address)
}

func (d dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return d(ctx, network, address)
}

// A proxyState is what was learned of one proxy, so that not each connection learns it anew.
type proxyState struct {
	one     sync.Once
	turn    chan struct{} // as long as no password was accepted, one tries and the others wait
	mu      sync.Mutex
	good    bool
	scheme  string    // how it wants the password
	refused time.Time // when it did not accept the password: asking again and again locks accounts
}

// wrongFor is how long a password that was refused is not sent again by the same transport.
const wrongFor = time.Minute

func (s *proxyState) get() (scheme string, refused bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.scheme, time.Since(s.refused) < wrongFor
}

// enter waits for one's turn as long as it is not known whether the password is right.
func (s *proxyState) enter(ctx context.Context) (leave func(), err error) {
	s.one.Do(func() { s.turn = make(chan struct{}, 1) })
	s.mu.Lock()
	good := s.good
	s.mu.Unlock()
	if good {
		return func() {}, nil
	}
	select {
	case s.turn <- struct{}{}:
		return func() { <-s.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *proxyState) learn(scheme string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scheme, s.refused, s.good = scheme, time.Time{}, true
}

func (s *proxyState) refuse() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scheme, s.refused, s.good = "", time.Now(), false
}

func (t *Transport) state(hop Hop) *proxyState {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.known[hop.Host]
	if s == nil {
		s = &proxyState{}
		t.known[hop.Host] = s
	}
	return s
}

// A tunnel is one connection to a proxy that is about to become one to address.
type tunnel struct {
	t       *Transport
	hop     Hop
	address string
	conn    net.Conn
	read    *bufio.Reader
	stop    func() bool
}

// connect asks the proxy for a connection to address, with the password when it wants one. The password is not sent
// before the proxy has said how it wants it: Basic would show it to a proxy that can do better.
func (t *Transport) connect(ctx context.Context, hop Hop, address string) (net.Conn, error) {
	n := &tunnel{t: t, hop: hop, address: address}
	state := t.state(hop)
	if hop.User != "" {
		leave, err := state.enter(ctx)
		if err != nil {
			return nil, err
		}
		defer leave()
	}
	scheme, refused := state.get()
	if refused {
		return nil, &proxyError{address: hop.Host, status: http.StatusProxyAuthRequired, tried: true}
	}
	defer n.end()
	answer, err := n.attempt(ctx, scheme)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode == http.StatusProxyAuthRequired && hop.User != "" {
		offered := answer.Header.Values("Proxy-Authenticate")
		best := preferred(offered)
		if best == "" {
			return nil, &proxyError{address: hop.Host, status: answer.StatusCode, scheme: schemeName(offered)}
		}
		if best != scheme {
			if answer, err = n.attempt(ctx, best); err != nil {
				return nil, err
			}
			scheme = best
		}
	}
	switch {
	case answer.StatusCode/100 == 2:
		if hop.User != "" {
			state.learn(scheme)
		}
		return n.take(), nil
	case answer.StatusCode == http.StatusProxyAuthRequired && scheme != "":
		state.refuse()
	}
	return nil, &proxyError{address: hop.Host, status: answer.StatusCode, tried: scheme != ""}
}

// attempt asks once, with a password in the given scheme; "" sends none.
func (n *tunnel) attempt(ctx context.Context, scheme string) (*http.Response, error) {
	switch scheme {
	case "":
		return n.ask(ctx, "", false)
	case basic:
		return n.ask(ctx, basicAnswer(n.hop.User, n.hop.Password), false)
	}
	hello, err := ntlmHello(scheme)
	if err != nil {
		return nil, err
	}
	answer, err := n.ask(ctx, hello, false)
	if err != nil || answer.StatusCode != http.StatusProxyAuthRequired {
		return answer, err
	}
	challenge := ntlmChallenge(answer.Header.Values("Proxy-Authenticate"), scheme)
	if challenge == nil {
		return answer, nil
	}
	if n.conn == nil {
		return nil, errHungUp
	}
	reply, err := ntlmReply(scheme, challenge, n.hop.User, n.hop.Password, n.binding())
	if err != nil {
		return nil, &proxyError{address: n.hop.Host, status: http.StatusProxyAuthRequired, scheme: oldNTLM, err: err}
	}
	return n.ask(ctx, reply, true)
}

// binding ties a sign-in to the safe connection it is made over; nil over a plain one.
func (n *tunnel) binding() []byte {
	if c, ok := n.conn.(*tls.Conn); ok {
		state := c.ConnectionState()
		return channelBinding(&state)
	}
	return nil
}

var errHungUp = errors.New("rest: hung up in the middle of a sign-in")

// ask sends one CONNECT. same says that it must travel over the connection of the one before.
func (n *tunnel) ask(ctx context.Context, authorization string, same bool) (*http.Response, error) {
	if n.conn == nil {
		if same {
			return nil, errHungUp
		}
		if err := n.open(ctx); err != nil {
			return nil, err
		}
	}
	q := &http.Request{
		Method: http.MethodConnect, URL: &url.URL{Opaque: n.address}, Host: n.address,
		Header: http.Header{"User-Agent": {"Ferry"}, "Proxy-Connection": {"Keep-Alive"}},
	}
	if authorization != "" {
		q.Header.Set("Proxy-Authorization", authorization)
	}
	err := q.Write(n.conn)
	var answer *http.Response
	if err == nil {
		answer, err = http.ReadResponse(n.read, q)
	}
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		n.close()
		return nil, err
	}
	if answer.StatusCode/100 == 2 {
		return answer, nil
	}
	left, err := io.Copy(io.Discard, io.LimitReader(answer.Body, answerLimit))
	_ = answer.Body.Close()
	if err != nil || left == answerLimit || answer.Close {
		n.close()
	}
	return answer, nil
}

// open makes the connection to the proxy. It ends with its context.
func (n *tunnel) open(ctx context.Context) error {
	c, err := n.t.n.Dial(ctx, "tcp", n.hop.Host)
	if err != nil {
		return err
	}
	if n.hop.Scheme == "https" {
		host, _, _ := net.SplitHostPort(n.hop.Host)
		safe := tls.Client(c, &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: n.t.roots, ServerName: host})
		if err := safe.HandshakeContext(ctx); err != nil {
			_ = c.Close()
			return err
		}
		c = safe
	}
	n.conn = c
	n.read = bufio.NewReader(io.LimitReader(c, headerLimit))
	n.stop = context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	return nil
}

func (n *tunnel) close() {
	n.stop()
	_ = n.conn.Close()
	n.conn = nil
}

func (n *tunnel) end() {
	if n.conn != nil {
		n.close()
	}
}

// take hands the connection over. What the other side has said already comes first.
func (n *tunnel) take() net.Conn {
	c := n.conn
	n.conn = nil
	if !n.stop() {
		return c // its time is over; whoever uses it notices
	}
	if early := n.read.Buffered(); early > 0 {
		head, _ := n.read.Peek(early)
		return &earlyConn{Conn: c, head: append([]byte(nil), head...)}
	}
	return c
}

type earlyConn struct {
	net.Conn
	head []byte
}

func (c *earlyConn) Read(p []byte) (int, error) {
	if len(c.head) > 0 {
		n := copy(p, c.head)
		c.head = c.head[n:]
		return n, nil
	}
	return c.Conn.Read(p)
}

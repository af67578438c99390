package practice

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// ProxyHost is a name of the environment that only the proxy knows: programs reach what is on their own computer without
// any proxy, so whoever is to use it asks for this host, at the same ports.
const ProxyHost = "crm." + Domain

const proxyWait = 10 * time.Second

// A Proxy is a company's proxy server: it lets connections to this computer through, and to nowhere else. It begins
// without a password. It only knows Basic.
type Proxy struct {
	Address string // http://localhost:PORT

	mu       sync.Mutex
	user     string
	password string
	portal   bool
	seen     []string
	refused  int
}

func newProxy(address string) *Proxy { return &Proxy{Address: address} }

// Require lets only who has this password through: all others get 407 and a page. Two empty texts ask for none.
func (p *Proxy) Require(user, password string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.user, p.password = user, password
}

// Portal lets the proxy answer everything with a page of its own, as a network does in which one must first agree to
// something.
func (p *Proxy) Portal(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.portal = on
}

// Seen are the hosts that were connected through the proxy, and how many requests it refused.
func (p *Proxy) Seen() (hosts []string, refused int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.seen...), p.refused
}

const proxyPage = "<!DOCTYPE html><html><head><title>Contoso proxy</title></head><body><h1>%</h1></body></html>"

// ServeHTTP answers CONNECT.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	want, portal := "", p.portal
	if p.user+p.password != "" {
		want = "Basic " + base64.StdEncoding.EncodeToString([]byte(p.user+":"+p.password))
	}
	p.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	switch {
	case want != "" && subtle.ConstantTimeCompare([]byte(r.Header.Get("Proxy-Authorization")), []byte(want)) != 1:
		w.Header().Set("Proxy-Authenticate", `Basic realm="Contoso proxy"`)
		p.refuse(w, http.StatusProxyAuthRequired, "The proxy wants a password")
	case portal:
		p.refuse(w, http.StatusForbidden, "Agree to the rules of this network first")
	case r.Method != http.MethodConnect:
		p.refuse(w, http.StatusMethodNotAllowed, "Only CONNECT")
	default:
		p.connect(w, r)
	}
}

func (p *Proxy) refuse(w http.ResponseWriter, status int, text string) {
	p.mu.Lock()
	p.refused++
	p.mu.Unlock()
	w.WriteHeader(status)
	_, _ = io.WriteString(w, strings.Replace(proxyPage, "%", text, 1))
}

// connect joins two connections until one of them ends.
func (p *Proxy) connect(w http.ResponseWriter, r *http.Request) {
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil || host != "localhost" && host != "127.0.0.1" && host != ProxyHost {
		p.refuse(w, http.StatusBadGateway, "There is no way to this host")
		return
	}
	d := net.Dialer{Timeout: proxyWait}
	out, err := d.DialContext(r.Context(), "tcp4", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		p.refuse(w, http.StatusBadGateway, "Nobody answers there")
		return
	}
	defer out.Close()
	p.mu.Lock()
	p.seen = append(p.seen, r.Host)
	p.mu.Unlock()
	in, rest, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer in.Close()
	if _, err := io.WriteString(in, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	ctx, done := context.WithCancel(context.Background())
	go func() { defer done(); _, _ = io.Copy(out, rest) }()
	go func() { defer done(); _, _ = io.Copy(in, out) }()
	<-ctx.Done()
}

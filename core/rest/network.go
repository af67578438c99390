package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"ferry/core"
)

// Limits that hold unless a Network says otherwise.
const (
	connectTimeout = 15 * time.Second
	readTimeout    = 120 * time.Second
	headerLimit    = 256 << 10
)

// Endless as a timeout waits as long as it takes.
const Endless time.Duration = -1

// Network says how the outside is reached.
type Network struct {
	ConnectTimeout time.Duration // to a connection that is safe; 0: 15 s, negative: as long as it takes
	ReadTimeout    time.Duration // to the first byte and between bytes; 0: 120 s, negative: as long as it takes
	Proxy          Proxy
	Roots          *x509.CertPool // in place of the system's roots; a pool cannot be added to another
	CAFiles        []string       // PEM files, trusted beside the roots
	PEM            []byte         // certificates, trusted beside the roots: the practice environment's
	// TLS is told of each safe connection, when the other side has proved who it is. See Inspector.
	TLS func(host string, state tls.ConnectionState)
	// Dial makes a connection without a proxy: to a proxy or to the service itself; nil: the system's own way.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// System says what the operating system knows of proxies; nil: this computer's own.
	System func(ctx context.Context, u *url.URL) (Route, error)
}

// A ProxyMode says where the proxy comes from.
type ProxyMode string

const (
	SystemProxy ProxyMode = ""     // what environment variables say, else what the operating system says
	NoProxy     ProxyMode = "none" // none at all
	OwnProxy    ProxyMode = "own"  // the one named here
)

// A Proxy stands between this computer and the outside. What is on this computer itself is reached without the system's.
type Proxy struct {
	Mode     ProxyMode
	Address  string // of an own proxy: host:port, or beginning with http://, https:// or socks5://
	User     string // DOMAIN\name or name; sent to the own proxy only
	Password core.Secret
	Bypass   []string // reached without an own proxy: host, *.suffix, .suffix, 10.*, 10.0.0.0/8, <local>
}

// connect is the time that connecting may take; 0: any.
func (n Network) connect() time.Duration { return limit(n.ConnectTimeout, connectTimeout) }

// read is the time that may pass without a byte; 0: any.
func (n Network) read() time.Duration { return limit(n.ReadTimeout, readTimeout) }

func limit(d, own time.Duration) time.Duration {
	switch {
	case d < 0:
		return 0
	case d == 0:
		return own
	}
	return d
}

// own reads the address of the own proxy.
func (p Proxy) own() (Hop, error) {
	h, ok := parseHop(p.Address)
	if !ok {
		return Hop{}, badProxy()
	}
	if p.User != "" {
		h.User, h.Password = p.User, p.Password
	}
	return h, nil
}

// A Hop is one proxy.
type Hop struct {
	Scheme   string // "http", "https" or "socks5"; "": no proxy, straight on
	Host     string // host:port
	User     string
	Password core.Secret
}

// A Route is where to try, in this order; an empty one is straight on.
type Route []Hop

func (h Hop) direct() bool { return h.Scheme == "" }

// parseHop reads "host:port" or "http://user:password@host:port".
func parseHop(s string) (Hop, bool) {
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsAny(s, " \t\r\n") {
		return Hop{}, false
	}
	if !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" {
		return Hop{}, false
	}
	h := Hop{Scheme: strings.ToLower(u.Scheme)}
	port := map[string]string{"http": "80", "https": "443", "socks": "1080", "socks5": "1080", "socks5h": "1080"}[h.Scheme]
	if port == "" {
		return Hop{}, false
	}
	if strings.HasPrefix(h.Scheme, "socks") {
		h.Scheme = "socks5"
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			return Hop{}, false
		}
		port = p
	}
	h.Host = net.JoinHostPort(u.Hostname(), port)
	if u.User != nil {
		password, _ := u.User.Password()
		h.User, h.Password = u.User.Username(), core.NewSecret(password)
	}
	return h, true
}

// Trusted are the roots that a connection by other means than http trusts; nil: the system's own.
func (n Network) Trusted() (*x509.CertPool, error) { return n.roots() }

// roots is nil when the system's own roots are enough.
func (n Network) roots() (*x509.CertPool, error) {
	files := n.CAFiles
	if f := os.Getenv("SSL_CERT_FILE"); f != "" {
		files = append([]string{f}, files...)
	}
	if n.Roots == nil && len(files) == 0 && len(n.PEM) == 0 {
		return nil, nil
	}
	var pool *x509.CertPool
	if n.Roots != nil {
		pool = n.Roots.Clone()
	} else if system, err := x509.SystemCertPool(); err == nil {
		pool = system
	} else {
		pool = x509.NewCertPool()
	}
	if len(n.PEM) > 0 && !pool.AppendCertsFromPEM(n.PEM) {
		return nil, certificateFileEmpty("")
	}
	for _, file := range files {
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, certificateFileUnreadable(file, err)
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, certificateFileEmpty(file)
		}
	}
	return pool, nil
}

package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

// Limits that hold unless a Network says otherwise.
const (
	connectTimeout = 15 * time.Second
	readTimeout    = 120 * time.Second
	headerLimit    = 256 << 10
)

// Network says how the outside is reached.
type Network struct {
	ConnectTimeout time.Duration  // 0: 15 s
	ReadTimeout    time.Duration  // to the first byte and between bytes; 0: 120 s
	Roots          *x509.CertPool // in place of the system's roots; a pool cannot be added to another
	CAFiles        []string       // PEM files, trusted beside the roots
	PEM            []byte         // certificates, trusted beside the roots: the practice environment's
	Proxy          func(*http.Request) (*url.URL, error)
}

// NewTransport returns a transport for any number of clients. Certificates in the file that SSL_CERT_FILE names are
// trusted beside the system's own, on every system; SSL_CERT_DIR is Go's own affair. There is no cookie jar, so that
// a service may spread the requests over its servers.
func NewTransport(n Network) (*http.Transport, error) {
	roots, err := n.roots()
	if err != nil {
		return nil, err
	}
	connect, read, proxy := n.ConnectTimeout, n.ReadTimeout, n.Proxy
	if connect <= 0 {
		connect = connectTimeout
	}
	if read <= 0 {
		read = readTimeout
	}
	if proxy == nil {
		proxy = http.ProxyFromEnvironment
	}
	dialer := &net.Dialer{Timeout: connect, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  proxy,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		TLSHandshakeTimeout:    connect,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		ResponseHeaderTimeout:  read,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConnsPerHost:    16,
		MaxResponseHeaderBytes: headerLimit,
		ReadBufferSize:         64 << 10,
		OnProxyConnectResponse: func(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
			if answer.StatusCode == http.StatusOK {
				return nil
			}
			return &proxyError{address: proxy.Host, status: answer.StatusCode, tried: proxy.User != nil}
		},
		HTTP2: &http.HTTP2Config{
			MaxReceiveBufferPerStream: 1 << 20,
			SendPingTimeout:           30 * time.Second,
			PingTimeout:               15 * time.Second,
		},
	}, nil
}

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

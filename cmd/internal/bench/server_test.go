//go:build bench && postgres && !windows

package bench

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/sync/errgroup"

	"ferry/core/practice"
)

// A server stands in front of a practice environment. Pages of accounts are asked for there once and served from memory from
// then on, packed as Dynamics packs them, so that what is measured is whoever reads them.
type server struct {
	org     string // https://localhost:PORT
	ca      []byte // PEM
	env     *practice.Environment
	next    *http.Transport
	latency time.Duration // before each page
	wide    bool          // every member of each record is served, whatever was asked for

	mu    sync.Mutex
	pages map[string]*page
	load  load
}

// A load is what was asked for to fill a table: its pages, without the walk that takes the mark.
type load struct {
	pages int
	began time.Time
}

// loaded is what was loaded since it was asked for last.
func (s *server) loaded() load {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.load
	s.load = load{}
	return l
}

type page struct {
	once          sync.Once
	asked         *http.Request
	status        int
	plain, packed []byte
}

func serve(env *practice.Environment) (*server, func(), error) {
	certificate, ca, err := selfSigned()
	if err != nil {
		return nil, nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	s := &server{
		org: "https://localhost:" + port, ca: ca, env: env, pages: map[string]*page{},
		next: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: env.Pool}, DisableCompression: true, MaxIdleConnsPerHost: 8},
	}
	h := &http.Server{Handler: s, TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}}, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	go func() { _ = h.ServeTLS(l, "", "") }() // it ends when it is closed
	return s, func() { _ = h.Close() }, nil
}

// selfSigned makes a certificate for localhost that is its own authority.
func selfSigned() (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "Ferry bench"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	raw, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), nil
}

// refresh asks for every page anew: records have changed.
func (s *server) refresh() {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all errgroup.Group
	all.SetLimit(2)
	for _, p := range s.pages {
		all.Go(func() error {
			p.status, _, p.plain = s.ask(p.asked)
			p.packed = pack(p.plain)
			return nil
		})
	}
	_ = all.Wait() // a page that could not be had says so to whoever reads it
}

// forget lets every page be asked for when it is wanted.
func (s *server) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.pages)
}

// kept reports whether an answer may be kept: a page of accounts, not what changed since a moment, and not single records.
func kept(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/accounts") &&
		!strings.Contains(r.URL.RawQuery, "deltatoken") && !strings.Contains(r.URL.RawQuery, "accountid%20eq")
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !kept(r) {
		status, header, body := s.ask(r)
		for _, name := range []string{"Content-Type", "Www-Authenticate", "Retry-After", "Odata-Version"} {
			if v := header.Get(name); v != "" {
				w.Header().Set(name, v)
			}
		}
		w.WriteHeader(status)
		_, _ = w.Write(body)
		return
	}
	prefer := r.Header.Get("Prefer")
	fills := strings.Contains(prefer, "maxpagesize") && !strings.Contains(prefer, "track-changes")
	key := fmt.Sprintf("%t\n%s\n%s", s.wide, r.URL.RequestURI(), prefer)
	s.mu.Lock()
	if fills {
		if s.load.pages++; s.load.pages == 1 {
			s.load.began = time.Now()
		}
	}
	p := s.pages[key]
	if p == nil {
		p = &page{asked: r.Clone(context.Background())}
		p.asked.Body = http.NoBody
		if s.wide && fills {
			widen(p.asked)
		}
		s.pages[key] = p
	}
	s.mu.Unlock()
	p.once.Do(func() {
		p.status, _, p.plain = s.ask(p.asked)
		p.packed = pack(p.plain)
	})
	if s.latency > 0 {
		t := time.NewTimer(s.latency)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.Context().Done():
			return
		}
	}
	body := p.plain
	w.Header().Set("Content-Type", "application/json; odata.metadata=minimal; odata.streaming=true")
	w.Header().Set("Odata-Version", "4.0")
	w.Header().Set("X-Ms-Dop-Hint", "8")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		body = p.packed
	}
	w.WriteHeader(p.status)
	_, _ = w.Write(body)
}

// widen makes a request ask for everything there is of each record, with its annotations.
func widen(r *http.Request) {
	r.URL.RawQuery = strings.Join(slices.DeleteFunc(strings.Split(r.URL.RawQuery, "&"), func(part string) bool {
		return strings.HasPrefix(part, "$select=") || strings.HasPrefix(part, "%24select=")
	}), "&")
	prefer := slices.DeleteFunc(strings.Split(r.Header.Get("Prefer"), ","), func(part string) bool {
		return strings.Contains(part, "include-annotations")
	})
	r.Header.Set("Prefer", strings.Join(append(prefer, `odata.include-annotations="*"`), ","))
}

// shape tells how many members a record of the pages that were served has, and how many bytes: of the first hundred of each page.
func (s *server) shape(wide bool) (members, size int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, p := range s.pages {
		if _, value, ok := bytes.Cut(p.plain, []byte(`"value":[`)); ok && strings.HasPrefix(key, strconv.FormatBool(wide)+"\n") {
			d := json.NewDecoder(bytes.NewReader(append([]byte{'['}, value[:min(len(value), 1<<20)]...)))
			_, _ = d.Token()
			n, all, bytes := 0, 0, 0
			for ; n < 100 && d.More(); n++ {
				var raw json.RawMessage
				var record map[string]json.RawMessage
				if d.Decode(&raw) != nil || json.Unmarshal(raw, &record) != nil {
					break
				}
				all, bytes = all+len(record), bytes+len(raw)
			}
			if n > 0 && all/n > members { // not those of a walk that takes the mark
				members, size = all/n, bytes/n
			}
		}
	}
	return members, size
}

// ask asks the practice environment. Its address becomes ours in what it answers.
func (s *server) ask(r *http.Request) (int, http.Header, []byte) {
	body, _ := io.ReadAll(r.Body)
	q, err := http.NewRequest(r.Method, s.env.Org+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return http.StatusBadGateway, http.Header{}, nil
	}
	q.Header = r.Header.Clone()
	q.Header.Del("Accept-Encoding")
	a, err := s.next.RoundTrip(q)
	if err != nil {
		return http.StatusBadGateway, http.Header{}, nil
	}
	defer a.Body.Close()
	body, err = io.ReadAll(a.Body)
	if err != nil {
		return http.StatusBadGateway, http.Header{}, nil
	}
	return a.StatusCode, a.Header, bytes.ReplaceAll(body, []byte(s.env.Org), []byte(s.org))
}

func pack(body []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, 5) // the level is a good one
	_, _ = z.Write(body)               // a buffer takes every write
	_ = z.Close()
	return b.Bytes()
}

package rest

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/core"
)

const (
	root  = "/api/data/v9.2/"
	token = "eyJ-hunter2-token"
)

// A clock stands still but for the waits that go through it.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	waits []time.Duration
	then  func(n int) // after the n-th wait
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Wait(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	c.mu.Lock()
	c.now = c.now.Add(d)
	c.waits = append(c.waits, d)
	n := len(c.waits)
	c.mu.Unlock()
	if c.then != nil {
		c.then(n)
	}
	return nil
}

func (c *clock) waited() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Trim(fmt.Sprint(c.waits), "[]")
}

// A scene is a server, a client for it, and everything that client said.
type scene struct {
	t      *testing.T
	server *httptest.Server
	client *Client
	clock  *clock
	log    *lockedBuffer

	mu      sync.Mutex
	notices []string
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// play starts a server that speaks HTTP/2 and a client for it. change may alter what the client is told.
func play(t *testing.T, h http.HandlerFunc, change ...func(*Config, *Network)) *scene {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.EnableHTTP2 = true
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return playAt(t, server, change...)
}

func playAt(t *testing.T, server *httptest.Server, change ...func(*Config, *Network)) *scene {
	t.Helper()
	s := &scene{t: t, server: server, clock: newClock(), log: &lockedBuffer{}}
	n := Network{Roots: x509.NewCertPool(), Proxy: Proxy{Mode: NoProxy}}
	if c := server.Certificate(); c != nil {
		n.Roots.AddCert(c)
	}
	c := Config{
		Root: server.URL + root, Service: "Dynamics 365", Wait: s.clock.Wait, Now: s.clock.Now,
		Token:  func(context.Context, string) (string, error) { return token, nil },
		Jitter: func(time.Duration) time.Duration { return 0 },
		Log:    slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&c, &n)
	}
	if c.Transport == nil {
		transport, err := NewTransport(n)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(transport.CloseIdleConnections)
		c.Transport = transport
	}
	var err error
	if s.client, err = New(c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if strings.Contains(s.log.String(), "hunter2") || strings.Contains(s.log.String(), "select") {
			t.Errorf("a log line shows what it must not: %s", s.log)
		}
	})
	return s
}

// listening returns a context that notes what the person is told.
func (s *scene) listening() context.Context {
	return core.WithNotices(context.Background(), func(n core.Notice) {
		s.mu.Lock()
		defer s.mu.Unlock()
		text := n.Text
		if text != "" {
			text += " until " + n.Until.Format("15:04:05")
		}
		s.notices = append(s.notices, text)
	})
}

// get asks for JSON.
func (s *scene) get(address string) (map[string]any, error) {
	var v map[string]any
	_, err := s.client.JSON(s.listening(), Request{Address: address, Op: "reading accounts"}, &v)
	return v, err
}

// wantFault fails unless err is that Fault, whole, and shows nothing it must not.
func wantFault(t *testing.T, err error, code string) *core.Fault {
	t.Helper()
	var f *core.Fault
	if !errors.As(err, &f) {
		t.Fatalf("got %v, want the Fault %s", err, code)
	}
	if f.Code != code {
		t.Fatalf("got the Fault %s (%s), want %s", f.Code, f.Error(), code)
	}
	if f.Cause == "" || f.Remedy == "" || f.Kind == "" || f.Owner == "" {
		t.Errorf("%s is not whole: %+v", code, *f)
	}
	if all := f.Error() + f.Details + f.Remedy; strings.Contains(all, "hunter2") || strings.Contains(all, "select") {
		t.Errorf("%s shows what it must not: %s", code, all)
	}
	return f
}

func reply(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json; odata.metadata=minimal")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

func zipped(s string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.Bytes()
}

// first answers the n-th request with the n-th handler; the last one answers all that follow.
func first(count *int, handlers ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		i := min(*count, len(handlers)-1)
		*count++
		mu.Unlock()
		handlers[i](w, r)
	}
}

func answers(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		if w.Header().Get("Content-Type") == "" {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

var good = answers(200, `{"name":"Ünïcode GmbH"}`)

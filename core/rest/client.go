package rest

import (
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzip"

	"ferry/core"
)

// A Config is what a Client needs to know.
type Config struct {
	Root      string            // every address stays below it: scheme, host, port and path
	Service   string            // for people: "Dynamics 365"
	Admin     core.Owner        // who runs the service; "": core.DynamicsAdmin
	Transport http.RoundTripper // from NewTransport; nil: one with all defaults
	// Token returns the bearer token; nil when none is needed. After a 401 it is called once more with the refused one.
	Token    func(ctx context.Context, refused string) (string, error)
	Header   http.Header   // with every request
	Patience time.Duration // how long one request may keep failing in passing ways; 0: 5 minutes; <0: never repeat
	Slots    int           // requests at once, until their headers are there; 0: 4, or what the service hints
	Hint     string        // the header in which the service says how many requests at once it likes; "": none
	Wait     func(ctx context.Context, d time.Duration) error
	Now      func() time.Time
	Jitter   func(d time.Duration) time.Duration // what is added to a back-off of d; nil: up to a quarter
	Log      *slog.Logger
	// Fault is the technology's own table from a refusing answer to a Fault; nil, or a nil result: the general one.
	// A Fault of kind Busy says that the refusal passes: reads are repeated.
	Fault func(*Answer) *core.Fault
}

// A Request is one request. Address is absolute below the root or relative to it.
type Request struct {
	Method   string // "": GET
	Address  string
	Header   http.Header // before those of the Config
	Body     []byte
	Op       string // what is being done, for the Fault: "reading accounts from Dynamics 365"
	Limit    int64  // most decompressed bytes to be read; 0: 64 MB for JSON, 4 GB for Do
	NoRepeat bool   // one attempt, apart from a renewed token
}

// A Response has status 2xx or 304. Body is decompressed while it is read and never nil. Its errors are Faults; one that a repeated
// request may cure satisfies errors.Is(err, ErrBroken). The caller closes it.
type Response struct {
	Status int
	Header http.Header
	Body   io.ReadCloser
}

// A Client speaks with one service. It may be used from several goroutines; a service that asks to wait stops them all.
type Client struct {
	c     Config
	root  *url.URL
	idle  time.Duration // without a byte; 0: any
	start time.Duration // without an answer's first byte; 0: any
	slots *slots
	unzip sync.Pool // of *gzip.Reader

	answered atomic.Bool // the service has answered this client before

	mu   sync.Mutex
	gate time.Time // nothing is sent before
}

// New checks c and returns a client. It does no I/O.
func New(c Config) (*Client, error) {
	if c.Service == "" {
		c.Service = "The service"
	}
	if c.Admin == "" {
		c.Admin = core.DynamicsAdmin
	}
	root, err := parseRoot(c.Service, c.Root)
	if err != nil {
		return nil, err
	}
	if c.Token != nil && root.Scheme != "https" {
		return nil, plainHTTP(c.Service)
	}
	if c.Transport == nil {
		if c.Transport, err = NewTransport(Network{}); err != nil {
			return nil, err
		}
	}
	idle, start := limitsOf(c.Transport)
	if c.Patience == 0 {
		c.Patience = 5 * time.Minute
	}
	if c.Wait == nil {
		c.Wait = core.Wait
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Jitter == nil {
		c.Jitter = func(d time.Duration) time.Duration { return time.Duration(rand.Int64N(int64(d)/4 + 1)) }
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Client{
		c: c, root: root, idle: idle, start: start, slots: newSlots(c.Slots),
		unzip: sync.Pool{New: func() any { return new(gzip.Reader) }},
	}, nil
}

// Root is the client's API root; it ends in a slash.
func (c *Client) Root() string { return c.root.String() }

// Close gives back connections that nobody uses. The client can still be used afterwards.
func (c *Client) Close() error {
	if t, ok := c.c.Transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
	return nil
}

// Do sends r until it is answered with 2xx or 304. Everything else is a Fault; when the service refused, errors.As finds the *Answer
// in it.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	u := c.begin(ctx, r, 4<<30)
	defer u.end()
	answer, err := u.send()
	if err != nil {
		return nil, core.During(r.Op, err)
	}
	return answer, nil
}

// Pause is the same back-off for callers that repeat a broken body themselves. attempt counts from 1. It waits and
// returns nil, or returns the Fault of cause when waiting is of no use or patience is over.
func (c *Client) Pause(ctx context.Context, attempt int, cause error) error {
	attempt = max(attempt, 1)
	if ctx.Err() != nil {
		return stopped(ctx)
	}
	fault := core.AsFault(cause)
	passing := isBroken(cause) || fault.Kind == core.Busy || fault.Kind == core.Offline
	var spent time.Duration
	for i := 1; i < attempt && spent < c.c.Patience; i++ {
		spent += backoff(i)
	}
	if !passing || c.c.Patience < 0 || spent >= c.c.Patience {
		return fault
	}
	d := c.jittered(backoff(attempt))
	core.Tell(ctx, core.Notice{Text: c.c.Service + " cannot be reached, trying again", Until: c.c.Now().Add(d)})
	defer core.Tell(ctx, core.Notice{})
	if err := c.c.Wait(ctx, d); err != nil {
		return stopped(ctx)
	}
	return nil
}

// backoff is 1, 2, 4, 8, 16, 30, 30 … seconds for the first, second, … failure.
func backoff(failures int) time.Duration {
	if failures > 5 {
		return 30 * time.Second
	}
	return time.Second << (max(failures, 1) - 1)
}

func (c *Client) jittered(d time.Duration) time.Duration { return d + max(c.c.Jitter(d), 0) }

package halo

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"ferry/core"
)

// usualWindow is the time over which Halo counts requests, as long as nobody says another one.
const usualWindow = 5 * time.Minute

// A pace keeps the number of requests in any window below a limit, and counts them all: also those that ask for a token, and
// repeats. It may be used from several goroutines.
//
// Others may take part of the same limit: another Ferry, another program, an earlier process of this one. Nobody tells how much:
// then Halo refuses, and is asked again later and later. To take less for a while as well was tried, and spared nothing.
type pace struct {
	most   int
	window time.Duration
	next   http.RoundTripper
	wait   func(context.Context, time.Duration) error
	now    func() time.Time

	mu    sync.Mutex
	sent  []time.Time // within the window, oldest first
	calls int64       // ever

	refused int // one after the other
}

// RoundTrip notes a request and sends it. What waits has waited before; see admit.
func (p *pace) RoundTrip(q *http.Request) (*http.Response, error) {
	p.mu.Lock()
	p.sent = append(p.sent, p.now())
	p.calls++
	p.mu.Unlock()
	a, err := p.next.RoundTrip(q)
	if err == nil {
		p.heard(a)
	}
	return a, err
}

// heard sees to it that Halo is left alone for a while when it has had too many requests. It seldom says for how long, and each
// request that it refuses is one more for it.
func (p *pace) heard(a *http.Response) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a.StatusCode != http.StatusTooManyRequests {
		p.refused = 0
		return
	}
	p.refused++
	if a.Header.Get("Retry-After") == "" {
		a.Header.Set("Retry-After", strconv.Itoa(min(5<<min(p.refused-1, 4), 60)))
	}
}

// CloseIdleConnections gives back connections that nobody uses.
func (p *pace) CloseIdleConnections() {
	if t, ok := p.next.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// admit waits until one more request keeps the limit, and says so.
func (p *pace) admit(ctx context.Context) error {
	told := false
	defer func() {
		if told {
			core.Tell(ctx, core.Notice{})
		}
	}()
	for {
		d := p.full()
		if d <= 0 {
			return nil
		}
		told = true
		core.Tell(ctx, core.Notice{Text: "Halo asks us to wait: it takes only so many requests in " + spanned(p.window), Until: p.now().Add(d)})
		if err := p.wait(ctx, d); err != nil {
			return core.AsFault(context.Canceled)
		}
	}
}

// full tells for how long the window is full.
func (p *pace) full() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	gone := 0
	for gone < len(p.sent) && !p.sent[gone].After(now.Add(-p.window)) {
		gone++
	}
	p.sent = p.sent[gone:]
	if len(p.sent) < p.most {
		return 0
	}
	return p.sent[len(p.sent)-p.most].Add(p.window).Sub(now) + time.Millisecond
}

// count is how many requests were sent.
func (p *pace) count() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls
}

// takes is how long so many requests last, beginning with an empty window.
func (p *pace) takes(calls int64) time.Duration {
	return time.Duration((max(calls, 1)-1)/int64(p.most)) * p.window
}

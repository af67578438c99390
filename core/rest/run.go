package rest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"ferry/core"
)

const (
	answerLimit  = 64 << 10  // most bytes of a refusal
	longestAsked = time.Hour // for how long a service may ask one request to wait, in all
	mostPages    = 5         // repeats when a web page comes instead of data
	mostGarbled  = 8         // repeats when the data cannot be read
)

// A run is one request over all its repeats.
type run struct {
	c     *Client
	ctx   context.Context
	r     Request
	limit int64

	failures, pages, garbled int
	began                    time.Time     // first failure
	failed, asked            time.Duration // waited because of failures, and because the service asked
	passed                   time.Time     // the gate that was waited for
	refused                  string        // the token that was refused
	epoch                    int           // of its slot
	renewed, told            bool
}

// A stumble is a failed attempt.
type stumble struct {
	fault    *core.Fault
	passing  bool          // a repeated request may succeed, and repeating it does no harm
	asked    time.Duration // Retry-After
	throttle bool          // a 429: the whole client stops
	renew    bool          // a 401: with a new token at once
	page     bool
	garbled  bool
	silent   bool // nobody answered
}

func (c *Client) begin(ctx context.Context, r Request, limit int64) *run {
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	if r.Limit > 0 {
		limit = r.Limit
	}
	return &run{c: c, ctx: ctx, r: r, limit: limit}
}

// end takes back what was told.
func (u *run) end() {
	if u.told {
		core.Tell(u.ctx, core.Notice{})
		u.told = false
	}
}

func (u *run) tell(text string, d time.Duration) {
	u.told = true
	core.Tell(u.ctx, core.Notice{Text: u.c.c.Service + " " + text, Until: u.c.c.Now().Add(d)})
}

// safe reports whether the request may be sent twice whatever became of the first.
func (u *run) safe() bool {
	return u.r.Method == http.MethodGet || u.r.Method == http.MethodHead || u.r.Method == http.MethodOptions
}

// send tries until there is an answer or a Fault.
func (u *run) send() (*Response, error) {
	for {
		answer, s := u.try()
		if s == nil {
			if u.failures > 0 {
				u.c.c.Log.Info("went on", "method", u.r.Method, "host", u.c.root.Host, "failures", u.failures)
			}
			return answer, nil
		}
		if err := u.again(s); err != nil {
			return nil, err
		}
	}
}

// again waits after a stumble, or returns its Fault when nothing is to be hoped for.
func (u *run) again(s *stumble) error {
	c := u.c
	if u.ctx.Err() != nil {
		return stopped(u.ctx)
	}
	if s.renew {
		return nil
	}
	u.renewed = false
	if !s.passing || u.r.NoRepeat || c.c.Patience < 0 {
		return s.fault
	}
	now := c.c.Now()
	if u.failures++; u.failures == 1 {
		u.began = now
	}
	if s.throttle && s.asked > 0 {
		if u.asked+s.asked > longestAsked {
			return s.fault
		}
		c.shut(now.Add(s.asked))
		if _, d := u.closed(); d > 0 {
			return nil // the gate waits
		}
		u.tell("asks us to wait", s.asked)
		u.asked += s.asked
		return u.wait(s.asked)
	}
	if s.page {
		u.pages++
	}
	if s.garbled {
		u.garbled++
	}
	pause := max(c.jittered(backoff(u.failures)), s.asked)
	spent := max(now.Sub(u.began)-u.asked, u.failed)
	if spent >= c.c.Patience || pause > c.c.Patience || u.pages > mostPages || u.garbled > mostGarbled {
		return s.fault
	}
	text := "does not answer properly, trying again"
	switch {
	case s.throttle:
		c.shut(now.Add(pause))
		u.passed = now.Add(pause)
		text = "asks us to wait"
	case s.asked > 0:
		text = "asks us to wait"
	case s.silent:
		text = "cannot be reached, trying again"
	}
	u.tell(text, pause)
	u.failed += pause
	return u.wait(pause)
}

func (u *run) wait(d time.Duration) error {
	if err := u.c.c.Wait(u.ctx, d); err != nil {
		return stopped(u.ctx)
	}
	return nil
}

// errSilent ends an attempt that has been silent for too long.
var errSilent = errors.New("rest: silent for too long")

// try sends the request once.
func (u *run) try() (*Response, *stumble) {
	c := u.c
	if u.ctx.Err() != nil {
		return nil, &stumble{fault: stopped(u.ctx)}
	}
	address, err := c.resolve(u.r.Address)
	if err != nil {
		return nil, &stumble{fault: core.AsFault(err)}
	}
	if s := u.admit(); s != nil {
		return nil, s
	}
	token := ""
	if c.c.Token != nil {
		if token, err = c.c.Token(u.ctx, u.refused); err != nil {
			return nil, &stumble{fault: core.AsFault(err)}
		}
		u.refused = ""
	}
	leave, s := u.enter()
	if s != nil {
		return nil, s
	}
	ctx, cancel := context.WithCancelCause(u.ctx)
	// Also a request that is never taken off our hands ends: connecting, sending and the first byte together.
	stopClock := func() bool { return false }
	if c.start > 0 {
		stopClock = time.AfterFunc(c.start, func() { cancel(errSilent) }).Stop
	}
	var left atomic.Bool
	trace := &httptrace.ClientTrace{
		WroteHeaderField: func(string, []string) { left.Store(true) },
		WroteHeaders:     func() { left.Store(true) },
	}
	began := c.c.Now()
	raw, err := c.c.Transport.RoundTrip(u.request(httptrace.WithClientTrace(ctx, trace), address, token))
	stopClock()
	if err == nil && raw.StatusCode == http.StatusTooManyRequests && c.c.Patience > 0 {
		// Before the slot is free, so that nobody slips through.
		c.shut(c.c.Now().Add(min(max(retryAfter(raw.Header, c.c.Now()), time.Second), longestAsked)))
	}
	if err == nil {
		c.slots.learn(u.epoch, raw.StatusCode, raw.Header.Get(c.c.Hint))
	}
	leave()
	if err != nil {
		if errors.Is(context.Cause(ctx), errSilent) {
			err = errors.Join(errSilent, err)
		}
		cancel(nil)
		s = u.unanswered(err, left.Load())
		u.log(address, s, 0, "", c.c.Now().Sub(began))
		return nil, s
	}
	c.answered.Store(true)
	response, s := u.judge(ctx, cancel, raw, token)
	id := ""
	if a := answerIn(s); a != nil {
		id = a.CorrelationID
	}
	u.log(address, s, raw.StatusCode, id, c.c.Now().Sub(began))
	return response, s
}

func (u *run) request(ctx context.Context, address *url.URL, token string) *http.Request {
	var body io.Reader
	if u.r.Body != nil {
		body = bytes.NewReader(u.r.Body)
	}
	q, err := http.NewRequestWithContext(ctx, u.r.Method, "http://unused/", body)
	if err != nil { // only a method that is none
		q, _ = http.NewRequestWithContext(ctx, http.MethodGet, "http://unused/", nil)
	}
	q.URL, q.Host = address, address.Host
	q.Header.Set("User-Agent", "Ferry")
	q.Header.Set("Accept", "application/json")
	q.Header.Set("Accept-Encoding", "gzip")
	for _, h := range []http.Header{u.c.c.Header, u.r.Header} {
		for name, values := range h {
			q.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
	if token = strings.TrimSpace(token); token != "" {
		q.Header.Set("Authorization", "Bearer "+token)
	}
	return q
}

// judge looks at an answer. The body of a good one is handed on together with cancel.
func (u *run) judge(ctx context.Context, cancel context.CancelCauseFunc, raw *http.Response, token string) (*Response, *stumble) {
	c := u.c
	b := u.newBody(ctx, cancel, raw)
	if raw.StatusCode/100 == 2 || raw.StatusCode == http.StatusNotModified {
		if s := u.look(b, raw); s != nil {
			_ = b.Close()
			return nil, s
		}
		return &Response{Status: raw.StatusCode, Header: raw.Header, Body: b}, nil
	}
	b.limit = 1 << 20
	text, _ := io.ReadAll(io.LimitReader(b, answerLimit))
	_ = b.Close()
	a := newAnswer(raw.StatusCode, raw.Header, text, c.c.Now())
	if leadsToPortal(a) && !here(c.root.Hostname()) {
		return nil, &stumble{fault: portal(a, c.c.Now())}
	}
	if a.Status/100 == 3 {
		return nil, &stumble{fault: redirected(c.c.Service, a, c.c.Now())}
	}
	s := &stumble{asked: a.RetryAfter, throttle: a.Status == http.StatusTooManyRequests}
	if a.Status == http.StatusUnauthorized && c.c.Token != nil && !u.renewed {
		u.renewed, u.refused = true, token
		s.renew = true
	}
	s.fault = c.refused(a)
	s.passing = passes(a) || s.fault.Kind == core.Busy
	if !u.safe() {
		s.passing = s.throttle || a.Status == http.StatusServiceUnavailable && a.Code != ""
	}
	return nil, s
}

// passes says which refusals are over by themselves.
func passes(a *Answer) bool {
	switch a.Status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return a.Status >= 520 && a.Status <= 527 // a gateway in front of the service does not reach it
}

// look peeks into a good answer: a web page is none when data was asked for.
func (u *run) look(b *body, raw *http.Response) *stumble {
	if raw.StatusCode == http.StatusNoContent || raw.StatusCode == http.StatusNotModified ||
		u.r.Method == http.MethodHead || !u.wantsJSON() {
		return nil
	}
	head, err := b.peek()
	if err != nil && !errors.Is(err, io.EOF) {
		return &stumble{fault: core.AsFault(err), passing: u.safe() && isBroken(err), silent: true}
	}
	if !looksLikePage(raw.Header, head) {
		return nil
	}
	a := newAnswer(raw.StatusCode, raw.Header, nil, u.c.c.Now())
	a.HTML = true
	return &stumble{fault: webPage(u.c.c.Service, a, u.c.c.Now()), passing: u.safe(), page: true}
}

func (u *run) wantsJSON() bool {
	accept := u.r.Header.Get("Accept")
	if accept == "" {
		accept = u.c.c.Header.Get("Accept")
	}
	return accept == "" || strings.Contains(accept, "json")
}

// unanswered looks at an error of the transport.
func (u *run) unanswered(err error, left bool) *stumble {
	if u.ctx.Err() != nil {
		return &stumble{fault: stopped(u.ctx)}
	}
	f, passing := unreachable(u.c.c.Service, u.c.root.Host, err, u.c.c.Now(), online())
	var unknown *net.DNSError
	if errors.As(err, &unknown) && unknown.IsNotFound || f.Code == "rest.tls" || f.Code == "rest.misbehaves" {
		passing = u.c.answered.Load()
	}
	garbage := strings.Contains(err.Error(), "malformed") // a cut in the headers looks like this, too
	if garbage && u.c.answered.Load() {
		f, garbage, passing = brokenOff(u.c.c.Service, err, u.c.c.Now()), false, true
	}
	passing = (passing || garbage) && (u.safe() || !left)
	return &stumble{fault: f, passing: passing, silent: true, page: garbage} // a stranger gets a few tries
}

func answerIn(s *stumble) *Answer {
	var a *Answer
	if s != nil {
		errors.As(s.fault, &a)
	}
	return a
}

// log tells what became of an attempt: no key, no query, no text of the service.
func (u *run) log(address *url.URL, s *stumble, status int, correlation string, took time.Duration) {
	level, code := slog.LevelDebug, ""
	if s != nil {
		level, code = slog.LevelInfo, s.fault.Code
	}
	table := strings.TrimPrefix(address.Path, u.c.root.Path)
	if i := strings.IndexAny(table, "(/'"); i >= 0 {
		table = table[:i]
	}
	u.c.c.Log.Log(u.ctx, level, "request", "method", u.r.Method, "host", address.Host, "table", plainWord(table),
		"status", status, "fault", code, "correlation", correlation, "took", took)
}

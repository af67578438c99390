package signin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"ferry/core"
	"ferry/core/rest"
)

const (
	answerLimit    = 1 << 20          // more than this no honest sign-in service says
	tryTimeout     = 30 * time.Second // of one try, from asking to the last byte
	firstPause     = 500 * time.Millisecond
	longestPause   = 30 * time.Second
	shortPatience  = 30 * time.Second // while a person watches
	longPatience   = 5 * time.Minute  // while an import runs
	oddTries       = 3                // an answer that is no JSON may be a page of the network's; then it is believed
	retryAfterMost = 5 * time.Minute
)

type patienceKey struct{}

// patient says how long calls under ctx may wait for a service that is busy or away.
func patient(ctx context.Context, d time.Duration) context.Context {
	return context.WithValue(ctx, patienceKey{}, d)
}

type unbrokenKey struct{}

// unbroken lets a request that is on its way come to its end when ctx does; what would come after is not begun. Breaking
// off a renewal could lose the refresh token in the answer, and with it the sign-in.
func unbroken(ctx context.Context) context.Context {
	return context.WithValue(ctx, unbrokenKey{}, true)
}

// A client asks, repeats what failed in passing, reads at most so much, and never follows a redirect.
type client struct {
	http *http.Client
	wait func(context.Context, time.Duration) error
	now  func() time.Time
	log  *slog.Logger

	timeout time.Duration // of one try; less than 0 is none

	mu      sync.Mutex
	reached map[string]bool // hosts that answered before: their names are right
}

func newClient(transport http.RoundTripper, wait func(context.Context, time.Duration) error, now func() time.Time, log *slog.Logger) *client {
	if transport == nil {
		own := http.DefaultTransport.(*http.Transport).Clone()
		own.MaxResponseHeaderBytes = 256 << 10
		transport = own
	}
	if wait == nil {
		wait = core.Wait
	}
	if now == nil {
		now = time.Now
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &client{
		http: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		wait: wait, now: now, log: log, timeout: tryTimeout, reached: map[string]bool{},
	}
}

// A reply is an answer that was read to its end.
type reply struct {
	*http.Response
	body []byte
}

// exchange sends req until it is answered. refusal, when not nil, reads a refusal out of an answer; what passes by
// itself is repeated, with notices, for as long as the context has patience. Every error it returns is a Fault or an
// *answer.
func (c *client) exchange(req *http.Request, refusal func(*reply) *answer) (*reply, error) {
	ctx := req.Context()
	patience, ok := ctx.Value(patienceKey{}).(time.Duration)
	if !ok {
		patience = shortPatience
	}
	whole, told := patience, false
	defer func() {
		if told {
			core.Tell(ctx, core.Notice{})
		}
	}()
	pause, strange := firstPause, 0
	for try := 1; ; try++ {
		res, err := c.once(req, try)
		if err != nil && ctx.Err() != nil {
			return nil, faultStopped(ctx.Err())
		}
		var after time.Duration
		var failed error
		text := req.URL.Hostname() + " does not answer; Ferry tries again"
		switch {
		case err != nil:
			f, again := c.failed(req, refusal == nil, err, whole)
			if !again {
				return nil, f
			}
			failed = f
		case res.StatusCode >= 300 && res.StatusCode < 400:
			return nil, faultRedirected(req.URL.Host)
		case passing(res.StatusCode):
			after = c.retryAfter(res.Header)
			failed = faultBusy(req.URL.Host, "status "+strconv.Itoa(res.StatusCode))
			if refusal != nil {
				if a := refusal(res); a != nil && a.code() != 0 {
					failed = a
				}
			}
			text = req.URL.Hostname() + " asks us to wait"
		}
		if failed == nil && refusal != nil {
			if a := refusal(res); a != nil {
				switch {
				case a.passing():
				case a.kind == "":
					return nil, odd(res, req.URL.Host)
				default:
					if f := c.clock(res, a); f != nil {
						return nil, f
					}
					return nil, a
				}
				failed, after = a, c.retryAfter(res.Header)
				text = req.URL.Hostname() + " asks us to wait"
			} else if !json.Valid(res.body) {
				failed = odd(res, req.URL.Host)
				if strange++; strange >= oddTries {
					return nil, failed
				}
			}
		}
		if failed == nil {
			return res, nil
		}
		wait := max(pause, after)
		if patience -= wait; patience < 0 || after > retryAfterMost {
			return nil, failed
		}
		told = true
		core.Tell(ctx, core.Notice{Text: text, Until: c.now().Add(wait)})
		if err := c.wait(ctx, wait); err != nil {
			return nil, faultStopped(stripped(err))
		}
		pause = min(2*pause, longestPause)
	}
}

// clock is the Fault of a wrong clock, where the service found that what was signed is not valid at this time.
func (c *client) clock(res *reply, a *answer) *core.Fault {
	if a.code() != 700024 {
		return nil
	}
	f := rest.ClockFault("the sign-in service", res.Header, c.now())
	if f != nil {
		f.Details += ", " + a.details()
	}
	return f
}

// odd is an answer that is none: a page, mostly the network's own, or something else.
func odd(res *reply, host string) *core.Fault {
	start := bytes.ToLower(bytes.TrimSpace(res.body[:min(len(res.body), 512)]))
	if strings.Contains(strings.ToLower(res.Header.Get("Content-Type")), "html") || bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html")) {
		return faultWebPage(host)
	}
	return faultOdd(host)
}

// once asks once and reads the answer to its end.
func (c *client) once(req *http.Request, try int) (*reply, error) {
	parent := req.Context()
	if parent.Value(unbrokenKey{}) != nil {
		parent = context.WithoutCancel(parent)
	}
	ctx, cancel := context.WithCancel(parent)
	if c.timeout > 0 {
		ctx, cancel = context.WithTimeout(parent, c.timeout)
	}
	defer cancel()
	fresh := req.Clone(ctx)
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		fresh.Body = body
	}
	began := c.now()
	res, err := c.http.Do(fresh)
	entry := []any{"method", req.Method, "host", req.URL.Host, "try", try}
	if err != nil {
		c.log.WarnContext(ctx, "sign-in service not reached", append(entry, "took", c.now().Sub(began))...)
		return nil, err
	}
	defer res.Body.Close()
	c.mu.Lock()
	c.reached[req.URL.Host] = true
	c.mu.Unlock()
	body, err := io.ReadAll(io.LimitReader(res.Body, answerLimit+1))
	entry = append(entry, "status", res.StatusCode, "took", c.now().Sub(began), "correlation", plain(req.Header.Get("client-request-id")))
	c.log.InfoContext(ctx, "sign-in service answered", entry...)
	if err != nil {
		return nil, err
	}
	if len(body) > answerLimit {
		return nil, errTooLong
	}
	return &reply{Response: res, body: body}, nil
}

var errTooLong = errors.New("the answer is too long")

// failed says what a try that got no answer means, and whether another one makes sense. A name that nobody knows is
// mistyped and waiting does not help, unless it was known before: then this computer's network is away. While a person
// watches, a name that cannot be looked up at all is told at once too.
func (c *client) failed(req *http.Request, environment bool, err error, patience time.Duration) (f *core.Fault, again bool) {
	if errors.Is(err, errTooLong) {
		return faultOdd(req.URL.Host), false
	}
	f = networkFault(req.URL.Host, environment, err)
	var dns *net.DNSError
	if !errors.As(err, &dns) {
		return f, f.Kind == core.Offline
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return f, c.reached[req.URL.Host] || f.Kind == core.Offline && patience > shortPatience
}

// passing reports whether a status is one that goes away by itself.
func passing(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status >= 500 && status != http.StatusNotImplemented
}

// retryAfter is what the service asks for; 0 when it asks for nothing.
func (c *client) retryAfter(h http.Header) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseInt(text, 10, 32); err == nil && n >= 0 {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(c.now()))
	}
	return 0
}

// response is the reply as MSAL wants it.
func (r *reply) response(body []byte) *http.Response {
	out := *r.Response
	out.Body = io.NopCloser(bytes.NewReader(body))
	out.ContentLength = int64(len(body))
	return &out
}

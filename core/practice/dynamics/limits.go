package dynamics

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Limits are the service protection limits: per user, over a sliding window. A zero field has Microsoft's value.
//
// Web API: "Service protection API limits".
type Limits struct {
	Requests   int           // 6,000 in a window
	Time       time.Duration // 20 minutes of execution in a window
	Concurrent int           // 52 at once
	Window     time.Duration // five minutes
	Parallel   int           // x-ms-dop-hint: 4
}

func (l Limits) filled() Limits {
	if l.Requests == 0 {
		l.Requests = 6000
	}
	if l.Time == 0 {
		l.Time = 20 * time.Minute
	}
	if l.Concurrent == 0 {
		l.Concurrent = 52
	}
	if l.Window == 0 {
		l.Window = 5 * time.Minute
	}
	if l.Parallel == 0 {
		l.Parallel = 4
	}
	return l
}

// The three codes of status 429.
const (
	CodeRequests   = "0x80072322"
	CodeTime       = "0x80072321"
	CodeConcurrent = "0x80072326"
)

// LimitMessage is what Dataverse says with one of the three codes; "" for every other code.
func LimitMessage(code string) string {
	return Limits{}.filled().message(code)
}

func (l Limits) message(code string) string {
	switch code {
	case CodeRequests:
		return fmt.Sprintf("Number of requests exceeded the limit of %d over time window of %.0f seconds.", l.Requests, l.Window.Seconds())
	case CodeTime:
		return fmt.Sprintf("Combined execution time of incoming requests exceeded limit of %s milliseconds over time window of %.0f seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.",
			string(grouped(nil, strconv.FormatInt(l.Time.Milliseconds(), 10))), l.Window.Seconds())
	case CodeConcurrent:
		return fmt.Sprintf("Number of concurrent requests exceeded the limit of %d.", l.Concurrent)
	}
	return ""
}

// A guard counts what each user asks for.
type guard struct {
	limits Limits
	now    func() time.Time

	mu    sync.Mutex
	users map[string]*usage
}

type usage struct {
	seen     []seen // oldest first
	spent    time.Duration
	running  int
	rejected int // in a row
}

type seen struct {
	at   time.Time
	took time.Duration
}

func newGuard(l Limits, now func() time.Time) *guard {
	return &guard{limits: l.filled(), now: now, users: map[string]*usage{}}
}

// enter counts a request in, or refuses it. After it was answered, leave must be called.
func (g *guard) enter(user string, h http.Header) (leave func(), err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	u := g.users[user]
	if u == nil {
		u = &usage{}
		g.users[user] = u
	}
	now := g.now()
	g.forget(u, now)
	h.Set("x-ms-dop-hint", strconv.Itoa(g.limits.Parallel))
	code := ""
	switch {
	case len(u.seen) >= g.limits.Requests:
		code = CodeRequests
	case u.spent >= g.limits.Time:
		code = CodeTime
	case u.running >= g.limits.Concurrent:
		code = CodeConcurrent
	}
	if code != "" {
		u.rejected++
		wait := time.Second
		if code != CodeConcurrent && len(u.seen) > 0 {
			wait = u.seen[0].at.Add(g.limits.Window).Sub(now)
		}
		// Who goes on asking waits longer.
		seconds := max(1, int((wait+time.Second-1)/time.Second)) + u.rejected/5
		return nil, &failure{status: http.StatusTooManyRequests, code: code, message: g.limits.message(code), retry: seconds}
	}
	u.rejected = 0
	u.running++
	u.seen = append(u.seen, seen{at: now})
	h.Set("x-ms-ratelimit-burst-remaining-xrm-requests", strconv.Itoa(g.limits.Requests-len(u.seen)))
	left := strconv.FormatFloat((g.limits.Time - u.spent).Seconds(), 'f', 2, 64)
	h.Set("x-ms-ratelimit-time-remaining-xrm-requests", string(grouped(nil, left)))
	return func() { g.leave(u, now) }, nil
}

func (g *guard) leave(u *usage, began time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	took := g.now().Sub(began)
	u.running--
	u.spent += took
	for i := range u.seen {
		if u.seen[i].at.Equal(began) && u.seen[i].took == 0 {
			u.seen[i].took = took
			return
		}
	}
	u.spent -= took // it left the window while it ran
}

// forget drops what is older than the window.
func (g *guard) forget(u *usage, now time.Time) {
	n := 0
	for n < len(u.seen) && now.Sub(u.seen[n].at) >= g.limits.Window {
		u.spent -= u.seen[n].took
		n++
	}
	u.seen = append(u.seen[:0], u.seen[n:]...)
}

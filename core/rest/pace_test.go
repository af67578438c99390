package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/core"
)

const limited = `{"error":{"code":"0x80072322","message":"Number of requests exceeded the limit of 6000 over time window of 300 seconds."}}`

func TestAServiceThatAsksToWaitIsWaitedFor(t *testing.T) {
	at := func(d time.Duration) string { return newClock().now.Add(d).Format(http.TimeFormat) }
	for _, c := range []struct {
		why     string
		busy    http.HandlerFunc
		waits   string
		notices string
	}{
		{"seconds", answers(429, limited, "Retry-After", "17"), "17s", "Dynamics 365 asks us to wait until 12:00:17;"},
		{"a fraction", answers(429, limited, "Retry-After", "2.5"), "2.5s", "Dynamics 365 asks us to wait until 12:00:02;"},
		{"a date", answers(429, limited, "Retry-After", at(40*time.Second), "Date", at(10*time.Second)), "30s", "Dynamics 365 asks us to wait until 12:00:30;"},
		{"nought", answers(429, limited, "Retry-After", "0"), "1s", "Dynamics 365 asks us to wait until 12:00:01;"},
		{"no time", answers(429, limited), "1s", "Dynamics 365 asks us to wait until 12:00:01;"},
		{"nonsense", answers(429, limited, "Retry-After", "soon"), "1s", "Dynamics 365 asks us to wait until 12:00:01;"},
		{"no body", answers(429, ""), "1s", "Dynamics 365 asks us to wait until 12:00:01;"},
		{"unavailable", answers(503, "", "Retry-After", "9"), "9s", "Dynamics 365 asks us to wait until 12:00:09;"},
		{"a maintenance page", answers(503, "<html>", "Content-Type", "text/html"), "1s", "Dynamics 365 does not answer properly, trying again until 12:00:01;"},
	} {
		t.Run(c.why, func(t *testing.T) {
			n := 0
			s := play(t, first(&n, c.busy, good))
			if v, err := s.get("accounts"); err != nil || v["name"] != "Ünïcode GmbH" {
				t.Fatal(v, err)
			}
			if s.clock.waited() != c.waits || strings.Join(s.notices, ";") != c.notices {
				t.Errorf("waited %s, told %q", s.clock.waited(), s.notices)
			}
		})
	}
}

func TestPatienceIsNotUsedUpByWaitingAsAsked(t *testing.T) {
	n := 0
	busy := answers(429, limited, "Retry-After", "240")
	s := play(t, first(&n, busy, busy, busy, answers(503, ""), good))
	if _, err := s.get("accounts"); err != nil {
		t.Fatal(err)
	}
	if s.clock.waited() != "4m0s 4m0s 4m0s 8s" {
		t.Error(s.clock.waited())
	}
	s = play(t, answers(429, limited, "Retry-After", "700"))
	_, err := s.get("accounts")
	if f := wantFault(t, err, "rest.busy"); f.Kind != core.Busy || s.clock.waited() != "11m40s 11m40s 11m40s 11m40s 11m40s" {
		t.Error("more than an hour:", s.clock.waited())
	}
	s = play(t, answers(429, limited, "Retry-After", "999999999999999999999"))
	_, err = s.get("accounts")
	wantFault(t, err, "rest.busy")
	if s.clock.waited() != "" {
		t.Error("waited", s.clock.waited())
	}
}

func TestWhatFailsInPassingIsRepeatedWithGrowingPausesUntilPatienceIsOver(t *testing.T) {
	for _, status := range []int{408, 502, 503, 504, 522} {
		n := 0
		s := play(t, first(&n, answers(status, "<html>bad gateway", "Content-Type", "text/html"), good))
		if _, err := s.get("accounts"); err != nil || s.clock.waited() != "1s" {
			t.Errorf("%d: %v, waited %s", status, err, s.clock.waited())
		}
	}
	n := 0
	s := play(t, first(&n, answers(503, "")))
	_, err := s.get("accounts")
	f := wantFault(t, err, "rest.unavailable")
	if want := "1s 2s 4s 8s 16s" + strings.Repeat(" 30s", 9); s.clock.waited() != want || n != 15 {
		t.Errorf("%d requests, waited %s", n, s.clock.waited())
	}
	if last := s.notices[len(s.notices)-1]; last != "" || f.Kind != core.Offline {
		t.Errorf("the last notice is %q", last)
	}
	n = 0
	s = play(t, first(&n, answers(503, "")), func(c *Config, _ *Network) { c.Patience = -1 })
	_, err = s.get("accounts")
	wantFault(t, err, "rest.unavailable")
	if n != 1 {
		t.Error(n, "requests without patience")
	}
	n = 0
	s = play(t, first(&n, answers(503, "")))
	_, err = s.client.Do(context.Background(), Request{Address: "accounts", NoRepeat: true})
	wantFault(t, err, "rest.unavailable")
	if n != 1 {
		t.Error(n, "requests with NoRepeat")
	}
}

func TestARefusalForGoodIsNotRepeated(t *testing.T) {
	for status, code := range map[int]string{
		400: "rest.refused-request", 401: "rest.signed-out", 403: "rest.forbidden", 404: "rest.not-found", 405: "rest.not-found",
		407: "rest.proxy-password", 412: "rest.refused-request", 500: "rest.unavailable", 501: "rest.not-found", 300: "rest.redirected",
	} {
		n := 0
		s := play(t, first(&n, answers(status, `{"error":{"code":"","message":"hunter2"}}`)), func(c *Config, _ *Network) { c.Token = nil })
		_, err := s.get("accounts?$select=a")
		wantFault(t, err, code)
		if n != 1 {
			t.Errorf("%d came %d times", status, n)
		}
	}
}

func TestOneRequestThatIsAskedToWaitStopsAllOfThem(t *testing.T) {
	var (
		mu      sync.Mutex
		limits  = 1
		tooSoon int
		s       *scene
		until   time.Time
	)
	s = play(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if limits > 0 {
			limits--
			until = s.clock.Now().Add(60 * time.Second)
			answers(429, limited, "Retry-After", "60")(w, r)
			return
		}
		if s.clock.Now().Before(until) {
			tooSoon++
		}
		good(w, r)
	}, func(c *Config, _ *Network) { c.Slots = 1 })
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := s.get("accounts"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if tooSoon != 0 {
		t.Error(tooSoon, "requests came too soon")
	}
}

func TestAClockThatStandsStillDoesNotMakeItSpin(t *testing.T) {
	n := 0
	s := play(t, first(&n, answers(429, limited, "Retry-After", "1800")), func(c *Config, _ *Network) {
		c.Wait = func(context.Context, time.Duration) error { return nil }
	})
	_, err := s.get("accounts")
	wantFault(t, err, "rest.busy")
	n = 0
	s = play(t, first(&n, answers(503, "")), func(c *Config, _ *Network) {
		c.Wait = func(context.Context, time.Duration) error { return nil }
	})
	_, err = s.get("accounts")
	wantFault(t, err, "rest.unavailable")
	if n > 20 {
		t.Error(n, "requests")
	}
}

func TestStoppingEndsAnyWaitAtOnce(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"while waiting":   answers(429, limited, "Retry-After", "600"),
		"while failing":   answers(503, ""),
		"while answering": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"in the body": func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte(`{"value":[` + strings.Repeat(" ", 1000)))
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := play(t, h, func(c *Config, _ *Network) { c.Wait = core.Wait })
			ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
			defer cancel()
			began := time.Now()
			_, err := s.client.JSON(ctx, Request{Address: "accounts"}, nil)
			wantFault(t, err, "rest.out-of-time")
			ctx, cancel = context.WithCancel(context.Background())
			time.AfterFunc(50*time.Millisecond, cancel)
			_, err = s.client.JSON(ctx, Request{Address: "accounts"}, nil)
			if f := wantFault(t, err, "core.stopped"); !errors.Is(f, context.Canceled) || f.Kind != core.Stopped {
				t.Error(f)
			}
			if time.Since(began) > 2*time.Minute { // and not the ten minutes that Retry-After says
				t.Error("it took", time.Since(began))
			}
		})
	}
}

func TestPauseIsTheSameBackOffForCallers(t *testing.T) {
	s := play(t, good)
	broken := brokenOff("Dynamics 365", errors.New("x"), s.clock.Now())
	n := 0
	for ; n < 100; n++ {
		if err := s.client.Pause(s.listening(), n+1, broken); err != nil {
			wantFault(t, err, "rest.broken-off")
			break
		}
	}
	if want := "1s 2s 4s 8s 16s" + strings.Repeat(" 30s", 9); s.clock.waited() != want {
		t.Error("waited", s.clock.waited())
	}
	if s.notices[0] != "Dynamics 365 cannot be reached, trying again until 12:00:01" || s.notices[1] != "" {
		t.Errorf("told %q", s.notices[:2])
	}
	err := s.client.Pause(context.Background(), 1, &core.Fault{Kind: core.Wrong, Code: "x.wrong", Cause: "c", Remedy: "r", Owner: core.You})
	wantFault(t, err, "x.wrong")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	wantFault(t, s.client.Pause(ctx, 1, broken), "core.stopped")
	if err := s.client.Pause(context.Background(), 1, fmt.Errorf("page 7: %w", ErrBroken)); err != nil {
		t.Error("an error of the caller's own that wraps ErrBroken:", err)
	}
}

func TestJitterIsAddedAndBounded(t *testing.T) {
	c, err := New(Config{Root: "https://contoso.example/"})
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if d := c.jittered(8 * time.Second); d < 8*time.Second || d > 10*time.Second {
			t.Fatal(d)
		}
	}
}

// TestRequestsAtOnceFollowWhatTheServiceSays counts how many requests are on their way while nobody is answered.
func TestRequestsAtOnceFollowWhatTheServiceSays(t *testing.T) {
	var (
		mu      sync.Mutex
		inside  int
		most    int
		hint    = "12"
		refuse  int
		full    chan struct{} // closed when as many came as were awaited
		awaited int
	)
	s := play(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		inside++
		most = max(most, inside)
		if inside == awaited {
			close(full)
		}
		wait, no := full, refuse > 0
		if no {
			refuse--
		}
		w.Header().Set("x-ms-dop-hint", hint)
		mu.Unlock()
		if wait != nil {
			select {
			case <-wait:
			case <-time.After(time.Minute): // never: as many come as are awaited
			}
		}
		mu.Lock()
		inside--
		mu.Unlock()
		if no {
			answers(429, limited, "Retry-After", "1")(w, r)
			return
		}
		good(w, r)
	}, func(c *Config, _ *Network) { c.Slots, c.Hint = 0, "x-ms-dop-hint" })
	// crowd sends so many requests at once and tells how many of them met at the service.
	crowd := func(n, await int) int {
		mu.Lock()
		most, awaited, full = 0, await, make(chan struct{})
		mu.Unlock()
		var all sync.WaitGroup
		for range n {
			all.Go(func() {
				if _, err := s.get("accounts"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		mu.Lock()
		defer mu.Unlock()
		return most
	}
	if _, err := s.get("accounts"); err != nil {
		t.Fatal(err)
	}
	if n := crowd(40, 12); n != 12 {
		t.Errorf("%d at once after a hint of 12", n)
	}
	refuse = 12 // all that are on their way are refused together
	crowd(12, 12)
	if n := s.client.slots.now; n != 6 {
		t.Errorf("%d at once are allowed after one refusal of many", n)
	}
	for range 300 {
		if _, err := s.get("accounts"); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.client.slots.now; n != 12 {
		t.Errorf("%d at once are allowed after many good answers", n)
	}
	hint = "99"
	if _, err := s.get("accounts"); err != nil {
		t.Fatal(err)
	}
	if n := s.client.slots.most; n != 52 {
		t.Errorf("a hint of 99 allows %d", n)
	}
}

func TestWhatSomebodyChoseIsNotRaisedByAHint(t *testing.T) {
	s := play(t, answers(200, `{}`, "x-ms-dop-hint", "30"), func(c *Config, _ *Network) { c.Slots, c.Hint = 3, "x-ms-dop-hint" })
	if _, err := s.get("accounts"); err != nil {
		t.Fatal(err)
	}
	if n := s.client.slots.now; n != 3 {
		t.Errorf("%d at once", n)
	}
}

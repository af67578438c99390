package task_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"ferry/core"
	"ferry/ui/task"
)

// queue is the window's goroutine of a test: it runs what was posted when it is drained.
type queue struct {
	mu    sync.Mutex
	items []func()
	woken chan struct{}
}

func newQueue() *queue { return &queue{woken: make(chan struct{}, 1)} }

func (q *queue) post(f func()) {
	q.mu.Lock()
	q.items = append(q.items, f)
	q.mu.Unlock()
	select {
	case q.woken <- struct{}{}:
	default:
	}
}

func (q *queue) drain() int {
	q.mu.Lock()
	items := q.items
	q.items = nil
	q.mu.Unlock()
	for _, f := range items {
		f()
	}
	return len(items)
}

func (q *queue) until(t *testing.T, true func() bool) {
	t.Helper()
	late := time.After(3 * time.Minute) // never, even on a slow computer
	for !true() {
		if q.drain() > 0 {
			continue
		}
		select {
		case <-q.woken:
		case <-late:
			t.Fatal("did not come")
		}
	}
}

func TestOnlyTheNewestNewsArriveAndTheEndComesLast(t *testing.T) {
	q := newQueue()
	r := task.NewRunner(q.post)
	told := make(chan struct{})
	var news []int
	ended := false
	task.Go(r, func(_ context.Context, tell func(int)) (string, error) {
		for i := 1; i <= 1000; i++ {
			tell(i)
		}
		close(told)
		return "all", nil
	}, func(n int) {
		if ended {
			t.Error("news after the end")
		}
		news = append(news, n)
	}, func(result string, err error) {
		ended = true
		if result != "all" || err != nil {
			t.Errorf("ended with %q, %v", result, err)
		}
	})
	<-told
	q.until(t, func() bool { return ended })
	if len(news) != 1 || news[0] != 1000 {
		t.Errorf("delivered %v, want the newest alone", news)
	}
}

func TestCancelReachesTheWorkAndItsEndIsStillTold(t *testing.T) {
	q := newQueue()
	r := task.NewRunner(q.post)
	var got error
	k := task.Go(r, func(ctx context.Context, _ func(int)) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	}, nil, func(_ int, err error) { got = err })
	k.Cancel()
	k.Cancel()
	q.until(t, func() bool { return got != nil })
	if !errors.Is(got, context.Canceled) {
		t.Errorf("ended with %v", got)
	}
	var none *task.Task
	none.Cancel()
}

func TestFinishWaitsForTheWorkAndSilencesIt(t *testing.T) {
	q := newQueue()
	r := task.NewRunner(q.post)
	wrote := false
	task.Go(r, func(ctx context.Context, _ func(int)) (int, error) {
		<-ctx.Done()
		wrote = true // the last batch
		return 0, ctx.Err()
	}, nil, func(int, error) {})
	finished := false
	r.Finish(time.Minute, func() { finished = true })
	q.until(t, func() bool { return finished })
	if !wrote {
		t.Error("did not wait for the last batch")
	}
	said := false
	task.Go(r, func(context.Context, func(int)) (int, error) { return 0, nil }, nil, func(int, error) { said = true })
	q.drain()
	if said {
		t.Error("something was told after the window closed")
	}
}

func TestFinishDoesNotWaitForever(t *testing.T) {
	q := newQueue()
	r := task.NewRunner(q.post)
	stuck := make(chan struct{})
	defer close(stuck)
	task.Go(r, func(context.Context, func(int)) (int, error) { <-stuck; return 0, nil }, nil, nil)
	finished := false
	r.Finish(time.Millisecond, func() { finished = true })
	q.until(t, func() bool { return finished })
	if !r.Busy() {
		t.Error("the stuck work is gone")
	}
}

func TestAPanicBecomesAFault(t *testing.T) {
	q := newQueue()
	r := task.NewRunner(q.post)
	var got error
	task.Go(r, func(context.Context, func(int)) (int, error) { panic("a record's value") }, nil, func(_ int, err error) { got = err })
	q.until(t, func() bool { return got != nil })
	var f *core.Fault
	if !errors.As(got, &f) || f.Kind != core.Bug || f.Remedy == "" {
		t.Errorf("got %v", got)
	}
}

func TestEveryTicksUntilItIsCancelled(t *testing.T) {
	q := newQueue()
	r := task.NewRunner(q.post)
	n := 0
	k := task.Every(r, time.Millisecond, func() { n++ })
	q.until(t, func() bool { return n >= 2 })
	k.Cancel()
	finished := false
	r.Finish(time.Minute, func() { finished = true })
	q.until(t, func() bool { return finished })
}

func TestNewsKeepTheirPaceAndTheLastComesBeforeTheEnd(t *testing.T) {
	q := newQueue()
	r := task.NewRunner(q.post)
	r.Pace = time.Hour
	var got []int
	ended, first := false, make(chan struct{})
	task.Go(r, func(_ context.Context, tell func(int)) (int, error) {
		tell(1)
		<-first
		for n := range 100 {
			tell(n)
		}
		tell(7)
		return 0, nil
	}, func(n int) {
		if ended {
			t.Error("news after the end")
		}
		got = append(got, n)
		if n == 1 {
			close(first)
		}
	}, func(int, error) { ended = true })
	q.until(t, func() bool { return ended })
	if !slices.Equal(got, []int{1, 7}) {
		t.Errorf("told %v, want the first at once and the last before the end", got)
	}
}

func TestWhatWaitsForThePaceComesByItself(t *testing.T) {
	q := newQueue()
	r := task.NewRunner(q.post)
	r.Pace = 20 * time.Millisecond
	last, first, seen := 0, make(chan struct{}), make(chan struct{})
	task.Go(r, func(_ context.Context, tell func(int)) (int, error) {
		tell(1)
		<-first
		tell(2)
		<-seen // the work goes on
		return 0, nil
	}, func(n int) {
		if last = n; n == 1 {
			close(first)
		}
	}, nil)
	q.until(t, func() bool { return last == 2 })
	close(seen)
}

func TestNewsOfLongWorkComeMoreSeldomTheLongerTheyTakeToShow(t *testing.T) {
	const show = 2 * time.Millisecond
	q := newQueue()
	r := task.NewRunner(q.post)
	r.Pace = time.Millisecond
	var last time.Time
	seldom, ended := false, false
	k := task.Long(r, func(ctx context.Context, tell func(int)) (int, error) {
		for ticks := time.NewTicker(time.Millisecond); ; {
			select {
			case <-ctx.Done():
				ticks.Stop()
				return 0, nil
			case <-ticks.C:
				tell(1)
			}
		}
	}, func(int) {
		seldom = seldom || !last.IsZero() && time.Since(last) > 100*show
		<-time.After(show)
		last = time.Now()
	}, func(int, error) { ended = true })
	q.until(t, func() bool { return seldom })
	k.Cancel()
	q.until(t, func() bool { return ended })
}

// Package task is the one seam between the window's goroutine and all others.
//
// Everything that may take long runs by Go. What it tells comes back on the window's goroutine: of its news only
// the newest, its end exactly once. The app hands in fyne.Do as the way back; a test hands in a queue that it
// drains, because Fyne's test driver runs fyne.Do on the calling goroutine.
package task

import (
	"context"
	"sync"
	"time"

	"ferry/core"
)

// A Runner starts work and knows what is still under way. Its methods are called on the window's goroutine.
type Runner struct {
	// Pace is the least time between two news of one task that are brought to the window's goroutine; 0 is none. Each news may
	// draw the whole window, and what draws it cannot answer meanwhile.
	Pace time.Duration

	post func(func())
	ctx  context.Context
	stop context.CancelFunc

	mu     sync.Mutex
	away   time.Duration // how long the window's goroutine did not answer after news of a long task, of late
	closed bool
	live   int
	idle   chan struct{} // set by Finish; closed when nothing is under way
}

// NewRunner returns a Runner whose news come back through post.
func NewRunner(post func(func())) *Runner {
	ctx, stop := context.WithCancel(context.Background())
	return &Runner{post: post, ctx: ctx, stop: stop}
}

// A Task is one piece of work under way. The zero Task is none.
type Task struct{ cancel context.CancelFunc }

// Cancel asks the work to end. It still reports its end. Cancel may be called twice, and on nil.
func (t *Task) Cancel() {
	if t != nil && t.cancel != nil {
		t.cancel()
	}
}

// Go runs work elsewhere. tell gets the newest news only; done gets the end, once, after the last news. Both run
// on the window's goroutine and may be nil. A panic in work becomes a Fault of kind Bug.
func Go[N, R any](r *Runner, work func(ctx context.Context, tell func(N)) (R, error), tell func(N), done func(R, error)) *Task {
	return start(r, func() time.Duration { return r.Pace }, work, tell, done, nil)
}

// Long is Go for work that takes minutes and tells much. Its news come the more seldom the longer the window takes to show them, so
// that who clicks meanwhile hardly ever meets a window that draws: a graphics card shows them at Pace, a screen that is drawn in
// software every few seconds.
func Long[N, R any](r *Runner, work func(ctx context.Context, tell func(N)) (R, error), tell func(N), done func(R, error)) *Task {
	return start(r, r.seldom, work, tell, done, r.watch)
}

// start runs work. Between two of its news lies pace; shown, which may be nil, hears on the window's goroutine since when each was told.
func start[N, R any](r *Runner, pace func() time.Duration, work func(context.Context, func(N)) (R, error),
	tell func(N), done func(R, error), shown func(since time.Time)) *Task {
	ctx, cancel := context.WithCancel(r.ctx)
	news := &newest[N]{}
	show := func() {
		from := time.Now()
		if news.take(tell) && shown != nil {
			shown(from)
		}
	}
	var bring func()
	bring = func() {
		if wait := news.wait(pace()); wait > 0 {
			time.AfterFunc(wait, bring)
		} else {
			r.back(show)
		}
	}
	report := func(n N) {
		if tell != nil && news.put(n) {
			bring()
		}
	}
	r.begin()
	go func() {
		defer r.end()
		defer cancel()
		result, err := guarded(ctx, work, report)
		if r.Pace > 0 && tell != nil {
			r.back(show) // what still waits comes before the end
		}
		r.back(func() {
			if done != nil {
				done(result, err)
			}
		})
	}()
	return &Task{cancel: cancel}
}

// guarded runs work and turns a panic into an error, so that one broken step does not take the window with it.
func guarded[N, R any](ctx context.Context, work func(context.Context, func(N)) (R, error), tell func(N)) (result R, err error) {
	defer func() {
		if recover() != nil {
			err = &core.Fault{
				Kind: core.Bug, Code: "task.panic", Owner: core.You,
				Cause:  "Ferry made a mistake and stopped this step.",
				Remedy: "Try again. If it happens again, close Ferry and start it anew: nothing that was written is lost.",
			}
		}
	}()
	return work(ctx, tell)
}

// Busy reports whether any work is under way.
func (r *Runner) Busy() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.live > 0
}

// Finish cancels all work, waits for it at most d and then calls then on the window's goroutine. No news arrive
// after that.
func (r *Runner) Finish(d time.Duration, then func()) {
	r.stop()
	ended := make(chan struct{})
	r.mu.Lock()
	if r.live == 0 {
		close(ended)
	} else {
		r.idle = ended
	}
	r.mu.Unlock()
	go func() {
		late := time.NewTimer(d)
		defer late.Stop()
		select {
		case <-ended:
		case <-late.C:
		}
		r.post(func() {
			r.mu.Lock()
			r.closed = true
			r.mu.Unlock()
			then()
		})
	}()
}

// Every calls tick on the window's goroutine again and again until the returned Task is cancelled.
func Every(r *Runner, d time.Duration, tick func()) *Task {
	return Go(r, func(ctx context.Context, tell func(struct{})) (struct{}, error) {
		t := time.NewTicker(d)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return struct{}{}, ctx.Err()
			case <-t.C:
				tell(struct{}{})
			}
		}
	}, func(struct{}) { tick() }, nil)
}

// back posts f unless the window is closed; f looks again when its turn comes.
func (r *Runner) back(f func()) {
	if r.over() {
		return
	}
	r.post(func() {
		if !r.over() {
			f()
		}
	})
}

func (r *Runner) over() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closed
}

func (r *Runner) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.live++
}

func (r *Runner) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.live--; r.live == 0 && r.idle != nil {
		close(r.idle)
		r.idle = nil
	}
}

// seldom is the pace at which news of a long task take a small share of the window's time, however long it takes to show them.
func (r *Runner) seldom() time.Duration {
	const share, longest = 150, 10 * time.Second
	r.mu.Lock()
	defer r.mu.Unlock()
	return max(r.Pace, min(share*r.away, longest))
}

// watch finds out how long the window's goroutine does not answer while it shows what it was told: while that is put into the page,
// and while the page is drawn, within the next two frames, of which there are sixty in a second.
func (r *Runner) watch(since time.Time) {
	if r.Pace == 0 {
		return
	}
	told := time.Since(since)
	go func() {
		var away time.Duration
		between := time.NewTicker(5 * time.Millisecond)
		defer between.Stop()
		for range 8 {
			answered := make(chan time.Duration, 1)
			asked := time.Now()
			r.post(func() { answered <- time.Since(asked) })
			select {
			case took := <-answered:
				away = max(away, took)
			case <-r.ctx.Done():
				return
			}
			<-between.C
		}
		away += told
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.away == 0 {
			r.away = away
		}
		r.away = (r.away + away) / 2
	}()
}

// newest keeps one piece of news: what comes later takes the place of what nobody fetched yet.
type newest[N any] struct {
	mu   sync.Mutex
	n    N
	full bool
	last time.Time // when one was last brought
}

// wait is how long the news has to wait, so that there is a pace between two; with 0 it is brought now.
func (b *newest[N]) wait(pace time.Duration) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if wait := b.last.Add(pace).Sub(now); wait > 0 {
		return wait
	}
	b.last = now
	return 0
}

// put stores n and reports whether somebody must be sent to fetch it.
func (b *newest[N]) put(n N) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	first := !b.full
	b.n, b.full = n, true
	return first
}

// take tells the news and reports whether there was one.
func (b *newest[N]) take(tell func(N)) bool {
	b.mu.Lock()
	n, full := b.n, b.full
	b.full = false
	b.mu.Unlock()
	if full {
		tell(n)
	}
	return full
}

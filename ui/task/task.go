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
	ctx, cancel := context.WithCancel(r.ctx)
	news := &newest[N]{}
	bring := func() { r.back(func() { news.take(tell) }) }
	report := func(n N) {
		if tell == nil || !news.put(n) {
			return
		}
		if wait := news.due(r.Pace); wait > 0 {
			time.AfterFunc(wait, bring)
		} else {
			bring()
		}
	}
	r.begin()
	go func() {
		defer r.end()
		defer cancel()
		result, err := guarded(ctx, work, report)
		if r.Pace > 0 && tell != nil {
			bring() // what still waits comes before the end
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

// newest keeps one piece of news: what comes later takes the place of what nobody fetched yet.
type newest[N any] struct {
	mu   sync.Mutex
	n    N
	full bool
	next time.Time // when the next may be brought
}

// due is how long the news that was just put has to wait, so that there is a pace between two.
func (b *newest[N]) due(pace time.Duration) time.Duration {
	if pace == 0 {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.next.Before(now) {
		b.next = now
	}
	wait := b.next.Sub(now)
	b.next = b.next.Add(pace)
	return wait
}

// put stores n and reports whether somebody must be sent to fetch it.
func (b *newest[N]) put(n N) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	first := !b.full
	b.n, b.full = n, true
	return first
}

func (b *newest[N]) take(tell func(N)) {
	b.mu.Lock()
	n, full := b.n, b.full
	b.full = false
	b.mu.Unlock()
	if full {
		tell(n)
	}
}

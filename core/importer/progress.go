package importer

import (
	"context"
	"sync"
	"time"

	"ferry/core"
)

const (
	tellEvery  = 100 * time.Millisecond // at most ten snapshots a second
	rateWindow = 10 * time.Second
)

// A teller makes snapshots of an engine and passes them on, never two at once. State that snapshots show is changed
// through change.
type teller struct {
	e        *engine
	progress func(Progress)
	started  time.Time
	cancel   context.CancelFunc
	wake     chan struct{}
	ended    chan struct{}

	state   sync.Mutex // guards what snapshots show
	current int
	waiting core.Notice
	samples []sample

	forecast time.Duration // what the destination said before the first record; 0 is nothing
	warning  *core.Fault   // what it said makes the import slow; nil is nothing

	telling sync.Mutex // held while progress runs
	last    time.Time
	closed  bool
}

// A sample is how many records had been read at a time.
type sample struct {
	at   time.Time
	read int64
}

func newTeller(e *engine, progress func(Progress)) *teller {
	ctx, cancel := context.WithCancel(context.Background())
	t := &teller{
		e: e, progress: progress, started: e.Now(), cancel: cancel,
		wake: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	go t.trail(ctx)
	return t
}

// trail tells the newest state when an earlier snapshot was left out because it came too soon.
func (t *teller) trail(ctx context.Context) {
	defer close(t.ended)
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.wake:
		}
		if t.e.Wait(ctx, tellEvery) != nil {
			return
		}
		t.telling.Lock()
		soon := tellEvery - t.e.Now().Sub(t.last)
		t.telling.Unlock()
		if soon > 0 && soon < tellEvery && t.e.Wait(ctx, soon) != nil {
			return
		}
		t.tell(true)
	}
}

// stop ends telling: no snapshot comes afterwards.
func (t *teller) stop() {
	t.cancel()
	<-t.ended
	t.telling.Lock()
	t.closed = true
	t.telling.Unlock()
}

// change changes what snapshots show.
func (t *teller) change(do func()) {
	t.state.Lock()
	defer t.state.Unlock()
	do()
}

// notice is told by source and destination, from any goroutine.
func (t *teller) notice(n core.Notice) {
	t.state.Lock()
	t.waiting = n
	t.state.Unlock()
	t.tell(false)
}

// moved says that records went through: whatever was waited for is over.
func (t *teller) moved() {
	t.state.Lock()
	t.waiting = core.Notice{}
	t.state.Unlock()
	t.tell(false)
}

// tell passes a snapshot on, now when must is set, otherwise when the last one is long enough ago.
func (t *teller) tell(must bool) {
	t.telling.Lock()
	defer t.telling.Unlock()
	if t.closed {
		return
	}
	now := t.e.Now()
	since := now.Sub(t.last) // less than nothing when the clock was set back
	if !must && !t.last.IsZero() && since >= 0 && since < tellEvery {
		select {
		case t.wake <- struct{}{}:
		default: // it is awake already
		}
		return
	}
	t.last = now
	t.progress(t.snapshot(now))
}

func (t *teller) snapshot(now time.Time) Progress {
	t.state.Lock()
	defer t.state.Unlock()
	p := Progress{
		Run: t.e.current.ID, Current: t.current, Waiting: t.waiting, Slow: t.warning,
		Elapsed: now.Sub(t.started), Tables: make([]TableProgress, len(t.e.tables)),
	}
	var read, left int64
	known := true
	for i, tab := range t.e.tables {
		counts := tab.counts()
		p.Tables[i] = TableProgress{
			Mapping: tab.plan.ID, Table: tab.plan.Source, Title: tab.run.Title,
			State: tab.state, Total: tab.total, Counts: counts,
		}
		read += counts.Read
		if tab.state == Done {
			continue
		}
		if tab.total.Truth == core.Unknown || tab.total.Truth == core.AtLeast && counts.Read >= tab.total.N {
			known = false
		}
		left += max(0, tab.total.N-counts.Read)
	}
	p.Rate = t.rate(now, read)
	if known && p.Rate > 0 {
		p.Left = time.Duration(float64(left) / p.Rate * float64(time.Second))
	} else if read == 0 {
		p.Left = t.forecast
	}
	return p
}

// rate is how many records a second were read in the last ten seconds.
func (t *teller) rate(now time.Time, read int64) float64 {
	if n := len(t.samples); n > 0 && now.Before(t.samples[n-1].at) {
		t.samples = t.samples[:0] // the clock was set back
	}
	if n := len(t.samples); n == 0 || now.Sub(t.samples[n-1].at) >= tellEvery {
		t.samples = append(t.samples, sample{now, read})
	}
	old := 0
	for old+1 < len(t.samples) && now.Sub(t.samples[old+1].at) >= rateWindow {
		old++
	}
	t.samples = append(t.samples[:0], t.samples[old:]...)
	first := t.samples[0]
	if span := now.Sub(first.at); span > 0 && read > first.read {
		return float64(read-first.read) / span.Seconds()
	}
	return 0
}

func (t *table) counts() (c Counts) {
	for _, p := range t.parts {
		c.Add(p.Total())
	}
	return c
}

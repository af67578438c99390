package core

import (
	"context"
	"time"
)

// A Notice tells the person why nothing seems to happen: "Dynamics asks us to wait".
type Notice struct {
	Text  string    // "Dynamics 365 asks us to wait"; "" when the waiting is over
	Until time.Time // when it goes on; zero when that is not known
}

type noticeKey struct{}

// WithNotices returns a context in which Tell calls tell. tell may be called from any goroutine.
func WithNotices(ctx context.Context, tell func(Notice)) context.Context {
	return context.WithValue(ctx, noticeKey{}, tell)
}

// Tell passes a notice to whoever listens; without a listener it does nothing.
func Tell(ctx context.Context, n Notice) {
	if tell, ok := ctx.Value(noticeKey{}).(func(Notice)); ok {
		tell(n)
	}
}

// Wait waits for d or until ctx ends, whichever is first. It is the Wait that the mains pass down.
func Wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

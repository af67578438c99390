package core

import "context"

type roomKey struct{}

// WithRoom returns a context in which Room calls wait: whoever carries the pages says how many may exist at once. wait is called
// by the goroutine that reads.
func WithRoom(ctx context.Context, wait func() error) context.Context {
	return context.WithValue(ctx, roomKey{}, wait)
}

// Room waits until there is room for a page. A Source calls it when it has an answer and is about to make a page of it, so that
// one that waits for an answer takes no room from others; one that does not call it is waited for with its first page made.
func Room(ctx context.Context) error {
	if wait, ok := ctx.Value(roomKey{}).(func() error); ok {
		return wait()
	}
	return ctx.Err()
}

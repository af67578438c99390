package dataverse

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"ferry/core"
	"ferry/core/rest"
)

// cached is one thing that is asked for once by whoever comes first, while the others wait for it.
type cached struct {
	turn  chan struct{} // holds one token: who has it may ask
	until time.Time
	value any
}

// remember returns what ask returned under that name in the last ten minutes, or asks. Errors are not remembered.
func remember[T any](ctx context.Context, s *Source, name string, ask func(context.Context) (T, error)) (T, error) {
	var none T
	s.mu.Lock()
	c := s.cached[name]
	if c == nil {
		c = &cached{turn: make(chan struct{}, 1)}
		s.cached[name] = c
	}
	s.mu.Unlock()
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return none, ctx.Err()
	}
	defer func() { <-c.turn }()
	if v, ok := c.value.(T); ok && s.c.Now().Before(c.until) {
		return v, nil
	}
	v, err := ask(ctx)
	if err != nil {
		return none, err
	}
	c.value, c.until = v, s.c.Now().Add(metadataAge)
	return v, nil
}

// renew asks, whatever is remembered.
func renew[T any](ctx context.Context, s *Source, name string, ask func(context.Context) (T, error)) (T, error) {
	s.mu.Lock()
	delete(s.cached, name)
	s.mu.Unlock()
	return remember(ctx, s, name, ask)
}

// recall returns what is remembered under a name.
func recall[T any](s *Source, name string) (v T, ok bool) {
	s.mu.Lock()
	c := s.cached[name]
	s.mu.Unlock()
	if c == nil {
		return v, false
	}
	select {
	case c.turn <- struct{}{}:
	default:
		return v, false // it is being asked for just now
	}
	defer func() { <-c.turn }()
	v, ok = c.value.(T)
	return v, ok && s.c.Now().Before(c.until)
}

// forget lets everything be asked for anew, except what is named.
func (s *Source) forget(except ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.cached {
		if !slices.Contains(except, name) {
			delete(s.cached, name)
		}
	}
	clear(s.ages)
}

// refused reports whether the server said no to this one question, so that less is known but nothing is broken. No
// sign-in, no connection and no end of patience is a refusal of that kind.
func refused(err error) bool {
	var f *core.Fault
	if errors.As(err, &f) && f.Code == "rest.bad-data" {
		return true
	}
	switch status(err) {
	case http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotAcceptable,
		http.StatusGone, http.StatusNotImplemented, http.StatusInternalServerError:
		return true
	}
	return false
}

// status is the status of a refusal; 0 when err is none.
func status(err error) int {
	var a *rest.Answer
	if errors.As(err, &a) {
		return a.Status
	}
	return 0
}

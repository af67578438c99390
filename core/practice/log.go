package practice

import (
	"net/http"
)

const logged = 20000 // so many requests are kept

// headers copies the headers of a request without what is secret.
func headers(r *http.Request) http.Header {
	h := r.Header.Clone()
	h.Del("Authorization")
	h.Del("Cookie")
	return h
}

// note adds to the log. The oldest half goes when it is full.
func (e *Environment) note(r Request) {
	e.slog.Debug("request", "side", r.Side, "method", r.Method, "table", r.Set, "page", r.Page, "status", r.Status, "bytes", r.Bytes, "step", r.Step)
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.log) >= logged {
		e.log = append(e.log[:0], e.log[logged/2:]...)
	}
	e.log = append(e.log, r)
}

// Requests returns the requests to Dynamics and to the sign-in service that were answered, oldest first.
func (e *Environment) Requests() []Request {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]Request(nil), e.log...)
}

// Forget empties the log of requests.
func (e *Environment) Forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.log = nil
}

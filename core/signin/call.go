package signin

import (
	"context"
	"errors"
	"time"

	"ferry/core"
)

// call makes one call through MSAL and turns what went wrong into a Fault.
func (s *Session) call(ctx context.Context, e *exchanger, patience time.Duration, st *store, do func(context.Context, *library) (tokens, error)) (tokens, *core.Fault) {
	a := *askOf(ctx)
	resource := a.resource
	if resource == "" {
		resource = s.org.String()
		if a.claims = s.demanded(); a.claims != "" {
			st.fresh = true
		}
	}
	l, err := s.msal(e, st, s.wanted(e, resource))
	if err != nil {
		return tokens{}, faultAuthority()
	}
	// MSAL gives up after 30 seconds where no deadline is set; our own patience is longer.
	long, cancel := context.WithTimeout(patient(ctx, patience), 24*time.Hour)
	defer cancel()
	if s.config.Way == Device {
		a.prove = s.proof(e)
	}
	t, err := do(asking(long, &a), l)
	if err != nil {
		return tokens{}, s.fault(ctx, e, err)
	}
	if t.access != "" {
		s.fulfilled(a.claims)
	}
	return t, nil
}

// fault makes words of what a call through MSAL returned.
func (s *Session) fault(ctx context.Context, e *exchanger, err error) *core.Fault {
	var a *answer
	if errors.As(err, &a) {
		if askOf(ctx).resource == "" {
			s.Require(a.claims)
		}
		return a.fault(errorHost(e.where.host), s.config.Secret)
	}
	return asFault(ctx, err, e.where.host)
}

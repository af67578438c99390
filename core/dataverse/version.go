package dataverse

import (
	"context"
	"net/http"
	"time"

	"ferry/core/rest"
)

// versions are those of the Web API, the newest first. A server answers its own and all older ones.
func versions() []string { return []string{defaultVersion, "v9.1", "v9.0", "v8.2", "v8.1", "v8.0"} }

// ready finds out which version of the Web API the server has, where nobody said and it is not Microsoft's own. It is
// asked for once; every public method begins with it.
func (s *Source) ready(ctx context.Context) error { return s.readyWith(ctx, true) }

func (s *Source) readyWith(ctx context.Context, patient bool) error {
	if s.found.Load() {
		return nil
	}
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.turn }()
	if s.found.Load() {
		return nil
	}
	version, err := s.newest(ctx, patient)
	if err != nil {
		return err
	}
	if err := s.use(version); err != nil {
		return err
	}
	s.found.Store(true)
	return nil
}

// newest asks for one version after the other. A server that answers none of the questions gets Microsoft's own version:
// what is asked for next will tell what is wrong, unless it is one that is too old.
//
// Web API: "Web API URL and versions": a server refuses a version that it does not have with status 404 or 501.
func (s *Source) newest(ctx context.Context, patient bool) (string, error) {
	absent := true // no version has so much as an address
	for _, version := range versions() {
		err := s.probe(ctx, version, -1)
		if err != nil && patient && !refused(err) {
			err = s.probe(ctx, version, s.c.Patience)
		}
		switch {
		case err == nil, status(err) == http.StatusForbidden:
			return version, nil // who may not come in has found the door all the same
		case !refused(err):
			return "", err
		}
		absent = absent && status(err) == http.StatusNotFound
	}
	if absent && s.ancient(ctx) {
		return "", serverTooOld("")
	}
	return defaultVersion, nil
}

// probe asks what every server answers that Ferry can read, whatever else it leaves out.
func (s *Source) probe(ctx context.Context, version string, patience time.Duration) error {
	client, err := s.client(s.rootOf(version), patience)
	if err != nil {
		return err
	}
	_, err = client.JSON(ctx, rest.Request{Address: "WhoAmI", NoRepeat: patience < 0}, nil)
	return err
}

// ancient reports whether the server has the web service of 2011 to 2015 and no Web API at all. It is asked without a
// token. A server that asks for a sign-in at the Web API's own address has one.
func (s *Source) ancient(ctx context.Context) bool {
	if !s.c.Windows && s.guarded(ctx) {
		return false
	}
	client, err := rest.New(rest.Config{
		Root: s.address.Org + "/XRMServices/2011/", Service: service, Transport: s.c.Transport, Patience: -1,
		Wait: s.c.Wait, Now: s.c.Now, Log: s.c.Log, Header: http.Header{"Accept": {"*/*"}},
	})
	if err != nil {
		return false
	}
	answer, err := client.Do(ctx, rest.Request{Address: "Organization.svc", NoRepeat: true})
	if err != nil {
		return status(err) == http.StatusUnauthorized || status(err) == http.StatusForbidden
	}
	_ = answer.Body.Close()
	return true
}

// guarded reports whether the Web API's own address asks for a sign-in.
func (s *Source) guarded(ctx context.Context) bool {
	for _, version := range []string{defaultVersion, "v8.0"} {
		client, err := rest.New(rest.Config{
			Root: s.rootOf(version), Service: service, Transport: s.c.Transport, Patience: -1, Wait: s.c.Wait, Now: s.c.Now, Log: s.c.Log,
		})
		if err != nil {
			return false
		}
		answer, err := client.Do(ctx, rest.Request{Address: s.rootOf(version), NoRepeat: true})
		if err == nil {
			_ = answer.Body.Close()
		} else if status(err) == http.StatusUnauthorized {
			return true
		}
	}
	return false
}

// ours is the origin guard for a link that was kept from an earlier time. One of another version of the same environment's
// Web API is no foreign one, only too old: the server was updated, or another version was chosen.
func (s *Source) ours(link string, tooOld func(error) error) error {
	err := s.rest.Allowed(link)
	if err == nil {
		return nil
	}
	whole, newErr := rest.New(rest.Config{Root: s.address.Org + "/api/data/", Service: service, Transport: s.c.Transport})
	if newErr == nil && whole.Allowed(link) == nil {
		return tooOld(err)
	}
	return err
}

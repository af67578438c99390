package dataverse

import (
	"context"
	"errors"
	"iter"
	"strings"

	"ferry/core"
	"ferry/core/dataverse/scan"
)

// Read yields the records of q behind from, in the server's order. A record that the server sends twice, within a page or
// on two neighbouring ones, is yielded once.
func (s *Source) Read(ctx context.Context, q core.Query, from core.Bookmark) iter.Seq2[core.Page, error] {
	return func(yield func(core.Page, error) bool) {
		if from.Done {
			return
		}
		op := "reading " + q.Table + " from " + service
		t, err := s.Describe(ctx, q.Table)
		if err != nil {
			yield(core.Page{}, core.During(op, err))
			return
		}
		if q.Keys != nil {
			if q.Keys, err = lowerKeys(q); err != nil {
				yield(core.Page{}, core.During(op, err))
				return
			}
		}
		a, err := s.ask(t, q)
		if err != nil {
			yield(core.Page{}, core.During(op, err))
			return
		}
		if q.Keys != nil && len(q.Keys) == 0 {
			yield(core.Page{After: core.Bookmark{Done: true}}, nil)
			return
		}
		newReader(s, a, op).deliver(ctx, from, yield)
	}
}

// lowerKeys checks the keys of a query: they become part of a filter.
func lowerKeys(q core.Query) ([]string, error) {
	keys := make([]string, len(q.Keys))
	for i, k := range q.Keys {
		g, ok := scan.GUID(k)
		if !ok {
			return nil, badKey(q.Table, k)
		}
		keys[i] = g
	}
	return keys, nil
}

// deliver yields page after page. The next page of the server is asked for before this one is read where its end tells which
// that is, and before the rest of it is yielded in any case, so that its answer comes while pages are mapped and written; what
// runs further ahead is the caller's to decide, who knows how much memory there is.
func (r *reader) deliver(ctx context.Context, from core.Bookmark, yield func(core.Page, error) bool) {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	r.yield = yield
	err := r.run(inner, from)
	cancel()
	r.abandon()
	switch {
	case err == nil || errors.Is(err, errLeft):
		return
	case ctx.Err() != nil:
		err = ctx.Err()
	}
	yield(core.Page{}, core.During(r.op, core.AsFault(err)))
}

// keysFrom is the piece of a query by keys that begins at i.
func (r *reader) keysFrom(i int) []string {
	if r.a.query.Keys == nil {
		return nil
	}
	return r.a.query.Keys[min(i, len(r.a.query.Keys)):min(i+keysAtOnce, len(r.a.query.Keys))]
}

// address is where a place is asked for.
func (r *reader) address(at place) string {
	switch {
	case at.link != "":
		return at.link
	case r.first != "":
		return r.first
	}
	return r.a.address(r.s.root, r.keysFrom(at.keys))
}

// expired reports whether a refusal means that the server does not know its own link any more.
func expired(err error) bool {
	switch status(err) {
	case 400, 404, 410:
	default:
		return false
	}
	switch code := core.AsFault(err).Code; code {
	case "dataverse.refused", "dataverse.bad-query", "dataverse.not-found", "dataverse.invalid-argument", CodeNoSuchTable,
		"dataverse.too-many-pages", "dataverse.no-such-record", "dataverse.no-such-field":
		return true
	default:
		return strings.HasPrefix(code, "rest.")
	}
}

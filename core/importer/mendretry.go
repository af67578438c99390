package importer

import (
	"context"
	"encoding/json"
	"slices"

	"ferry/core"
)

// retrying makes sure that the run whose records are to be retried can be, and remembers it. Its destination must be the one
// that stands there now, or what the list says would be said of another.
func (e *engine) retrying(ctx context.Context, earlier []Entry, reason string) error {
	if e.Retry == nil {
		return nil
	}
	mender, ok := e.Journal.(Mender)
	if !ok {
		return noSuchRetry()
	}
	root, ok := RootOf(earlier, e.Retry.Run)
	taken := slices.ContainsFunc(earlier, func(r Entry) bool { return r.Undoes == root.ID && r.State == Complete })
	switch {
	case !ok || root.Undoes != "":
		return noSuchRetry()
	case taken:
		return retryTakenBack()
	case root.State != Complete:
		return retryIncomplete()
	case reason != "" || root.Destination != e.have.ID && !(e.have.ID == "" && root.Destination == e.Place):
		return retryElsewhere()
	}
	e.mender, e.root, e.overtaken = mender, root, Overtaken(earlier, root)
	return nil
}

// somethingWaits refuses a retry that would have nothing to do.
func (e *engine) somethingWaits(ctx context.Context, earlier []Entry) error {
	if e.Retry == nil || slices.ContainsFunc(earlier, func(r Entry) bool { return e.goesOn(r, "") }) {
		return nil
	}
	waiting, newer := int64(0), int64(0)
	for _, t := range e.tables {
		n, err := e.mender.CountWaiting(ctx, e.root.ID, t.run.Mapping, e.Retry.Only)
		if err != nil {
			return err
		}
		if _, over := e.overtaken[t.run.Mapping]; over {
			newer += n
		} else {
			waiting += n
		}
	}
	switch {
	case waiting > 0:
		return nil
	case newer > 0:
		return retryOvertaken()
	}
	return nothingWaits()
}

// goesOn reports whether this job continues an unfinished run: the same command does. A retry that was stopped is gone on with
// by any retry of the same list, as it was chosen then: what it sent is settled before anything is sent anew.
func (e *engine) goesOn(r Entry, digest string) bool {
	if r.State != Running && r.State != Interrupted {
		return false
	}
	if e.Retry == nil {
		return r.Digest == digest
	}
	return r.Retries == e.root.ID && len(r.Tables) == len(e.tables) && !slices.ContainsFunc(e.tables, func(t *table) bool {
		return !slices.ContainsFunc(r.Tables, func(x RunTable) bool { return x.Mapping == t.run.Mapping && x.Digest == t.run.Digest })
	})
}

// retryDigest is what tells one retry from another.
func (e *engine) retryDigest() string {
	chosen, err := json.Marshal(e.Retry.Only)
	if err != nil {
		chosen = nil // it is text and numbers
	}
	return "retry " + e.root.ID + " " + string(chosen)
}

// listWaiting lists what the retry reads, once: a retry that goes on reads on from the same list.
func (e *engine) listWaiting(ctx context.Context) error {
	if e.Retry == nil {
		return nil
	}
	for _, t := range e.tables {
		if t.run.Changes != nil && t.run.Changes.Listed {
			continue
		}
		if _, over := e.overtaken[t.plan.ID]; !over {
			if err := e.mender.ListWaiting(ctx, e.current.ID, t.plan.ID, e.root.ID, e.Retry.Only); err != nil {
				return err
			}
		}
		t.run.Changes = &Changes{Run: e.root.ID, When: e.root.Started, Listed: true}
	}
	return e.saveTables(ctx)
}

// vanished settles what was listed and did not come back: it was deleted at the source, or has left the filter. There is
// nothing to import any more, so that it leaves the list, and the receipt says why.
func (e *engine) vanished(ctx context.Context, t *table) error {
	if e.Retry == nil {
		return nil
	}
	p := &t.parts[0]
	for after := ""; ; {
		some, err := e.Journal.Listed(ctx, e.current.ID, t.plan.ID, changedList, after, policyAtOnce)
		if err != nil || len(some) == 0 {
			return err
		}
		after = some[len(some)-1].Key
		keys := make([]string, len(some))
		for i, k := range some {
			keys[i] = k.Key
		}
		there, holds, err := e.whichHold(ctx, t, keys)
		if err != nil {
			return err
		}
		b := Batch{Run: e.current.ID, Mapping: t.plan.ID, Part: p.ID, Pass: 1, After: p.At}
		for _, key := range keys {
			switch {
			case !there[key]:
				b.Refused = append(b.Refused, refusal(t, key, core.Skipped, goneSince(t.plan.Source, key)))
			case !holds[key]:
				b.Refused = append(b.Refused, refusal(t, key, core.Skipped, leftSince(t.plan.Source, key)))
			}
		}
		if len(b.Refused) == 0 {
			continue
		}
		s := Settlement{Batch: b, Exceptions: b.Refused}
		for _, r := range b.Refused {
			s.Counts.count(r.Kind)
		}
		if err := e.note(ctx, work{t: t, p: p}, s); err != nil {
			return err
		}
	}
}

// waitsStill notes which records of a source table, that are not at the destination, are on the list of the run that is
// retried and are not retried now: whoever points at them goes on waiting. What is retried now may still come.
func (e *engine) waitsStill(ctx context.Context, by aim, keys []string, ids resolved) error {
	if e.Retry == nil || len(keys) == 0 {
		return nil
	}
	kinds, err := e.mender.StillWaiting(ctx, e.root.ID, e.current.ID, "", by.table, keys)
	if err != nil || len(kinds) == 0 {
		return err
	}
	for _, t := range e.tables {
		if !by.has(t.plan) {
			continue
		}
		comes, err := e.Journal.OnList(ctx, e.current.ID, t.plan.ID, changedList, keys)
		if err != nil {
			return err
		}
		for key := range comes {
			delete(kinds, key)
		}
	}
	for key := range kinds {
		ids[reference{by, key}] = answer{waits: true}
	}
	return nil
}

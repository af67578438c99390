package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"ferry/core"
)

// claimName names the right to import into a place.
func claimName(place string) string {
	sum := sha256.Sum256([]byte("place\x00" + place))
	return hex.EncodeToString(sum[:8])
}

// digest is the same for the same command: source, mappings in any order, and limit.
func (e *engine) digest() string {
	var parts []string
	for _, t := range e.tables {
		parts = append(parts, t.run.Mapping+"="+t.run.Digest)
	}
	slices.Sort(parts)
	if e.Only != nil {
		parts = append(parts, "only "+e.Only.ID())
	}
	if e.Retry != nil {
		parts = append(parts, e.retryDigest())
	}
	sum := sha256.Sum256([]byte(e.source.ID + "\x00" + strings.Join(parts, "\x00") + "\x00" + strconv.Itoa(e.Limit)))
	return hex.EncodeToString(sum[:16])
}

// begin finds the run that this job continues, or makes a new one and says why everything is read again. It makes
// sure of the destination's identity first: what the journal knows holds only for the destination it was learnt from.
func (e *engine) begin(ctx context.Context) error {
	earlier, err := e.Journal.Earlier(ctx, e.source.ID, e.have.ID, e.Place)
	if err != nil {
		return err
	}
	e.earlier = earlier
	defer func() { e.weigh(earlier) }()
	reason, known, err := e.compare(ctx, earlier)
	if err != nil {
		return err
	}
	if err := e.retrying(ctx, earlier, reason); err != nil {
		return err
	}
	digest := e.digest()
	if r, ok := e.untold(earlier, digest, reason); ok {
		e.choose(r)
		e.late = true
		return nil
	}
	if err := e.somethingWaits(ctx, earlier); err != nil {
		return err
	}
	for _, r := range earlier {
		if !e.goesOn(r, digest) {
			continue
		}
		if !r.Begun && r.Place == e.Place {
			// It came to an end before anything was written: nothing hangs on the destination yet.
			e.choose(r)
			return e.startDestination(ctx, known, reason)
		}
		if r.Destination != e.have.ID && !(e.have.ID == "" && r.Destination == e.Place) || e.Full || holdsNot(reason) {
			continue
		}
		if r.Name != claimName(e.Place) {
			// The destination was moved. Whoever still has it under its old name is in the way.
			if err := e.claim(ctx, r.Name); err != nil {
				return err
			}
		}
		older, err := e.older(ctx)
		if err != nil {
			return err
		}
		if older {
			reason = reasonOlder
			break
		}
		title, err := e.dropped(ctx, r.ID)
		if err != nil {
			return err
		}
		if title != "" {
			reason = reasonDropped(title)
			break
		}
		e.choose(r)
		return e.goOn(ctx)
	}
	return e.anew(ctx, digest, earlier, known, reason)
}

// untoldFor is how long the receipt of a run waits to be shown. A nightly import that was killed in that very moment
// imports again the next night.
const untoldFor = 12 * time.Hour

// untold finds the run that is complete and could not be shown, when this job is the same and nothing else has become
// of it since. It holds only for the destination that it filled.
func (e *engine) untold(earlier []Entry, digest, reason string) (Entry, bool) {
	if e.Show == nil || e.Full || reason != "" {
		return Entry{}, false
	}
	i := slices.IndexFunc(earlier, func(r Entry) bool { return r.Digest == digest })
	if i < 0 {
		return Entry{}, false
	}
	r := earlier[i]
	here := r.Destination == e.have.ID || e.have.ID == "" && r.Destination == e.Place
	return r, r.State == Complete && !r.Told && here && e.Now().Sub(r.Ended) < untoldFor
}

// holdsNot reports whether a reason means that what is known of the destination does not hold.
func holdsNot(reason string) bool {
	return reason == reasonReplaced || reason == reasonOlder || reason == reasonForeign
}

// compare tells why the destination is not the one that earlier runs left; "" when it is, or when there are none.
func (e *engine) compare(ctx context.Context, earlier []Entry) (reason string, known KnownDestination, err error) {
	ok := false
	if e.have.ID != "" {
		if known, ok, err = e.Journal.Destination(ctx, e.have.ID); err != nil {
			return "", known, err
		}
	}
	here := slices.IndexFunc(earlier, func(r Entry) bool { return r.Begun && r.Place == e.Place })
	if here >= 0 && earlier[here].Destination != e.have.ID && earlier[here].Destination != e.Place {
		return reasonReplaced, known, nil
	}
	if _, keepsIdentity := e.Destination.(core.Starter); !keepsIdentity {
		return "", known, nil
	}
	switch {
	case ok && known.holds(e.have.Generation):
		return "", known, nil
	case ok && e.have.Generation < known.Confirmed:
		return reasonOlder, known, nil
	case ok:
		return reasonForeign, known, nil
	case e.have.ID != "":
		return reasonUnknown, known, nil
	}
	return "", known, nil
}

// holds reports whether a destination of that generation is the one that is known. A kill between the intention and
// its confirmation leaves either.
func (d KnownDestination) holds(generation int64) bool {
	return generation == d.Confirmed || generation == d.Intended
}

// older reports whether the destination does not know the last batch that was written there: it is a copy that was made
// before.
func (e *engine) older(ctx context.Context) (bool, error) {
	settler, ok := e.Destination.(core.Settler)
	if !ok {
		return false, nil
	}
	batch, mapping, err := e.Journal.Witness(ctx, e.have.ID)
	if err != nil || batch == "" {
		return false, err
	}
	plan := core.Plan{ID: mapping}
	for _, t := range e.tables {
		if t.plan.ID == mapping {
			plan = t.plan
		}
	}
	_, settled, err := settler.Settled(ctx, plan, batch)
	return !settled, core.During("looking at the destination", err)
}

// choose makes r the current run.
func (e *engine) choose(r Entry) {
	e.teller.change(func() { e.current = r })
}

// goOn continues the current run.
func (e *engine) goOn(ctx context.Context) error {
	e.own = e.current.Destination
	e.current.State = Running
	e.current.Ended = time.Time{}
	e.current.Fault = nil
	e.current.Place, e.current.Name = e.Place, claimName(e.Place)
	e.log.Info("import continues", "run", e.current.ID)
	return e.Journal.SaveRun(ctx, e.current)
}

// anew begins a new run. What cannot go on any more is closed first, so that a kill in between leaves nothing that
// would go on wrongly.
func (e *engine) anew(ctx context.Context, digest string, earlier []Entry, known KnownDestination, reason string) error {
	if reason == "" || reason == reasonUnknown {
		if why := e.because(earlier); why != "" {
			reason = why
		}
	}
	for _, r := range earlier {
		if r.State != Running && r.State != Interrupted || !e.overtakes(r, digest, reason) {
			continue
		}
		r.State = Abandoned
		if r.Ended.IsZero() {
			r.Ended = e.Now()
		}
		if err := e.Journal.SaveRun(ctx, r); err != nil {
			return err
		}
	}
	r := Entry{
		ID: newID(), Name: claimName(e.Place), Source: e.source.ID, Place: e.Place, Digest: digest, Limit: e.Limit,
		From: e.From, To: e.To, Who: e.Who, Started: e.Now(), Retries: e.root.ID,
	}
	for _, t := range e.tables {
		if t.run.Only = ""; e.Only != nil {
			t.run.Only = e.Only.ID()
		}
		r.Tables = append(r.Tables, t.run)
	}
	e.choose(r)
	return e.startDestination(ctx, known, reason)
}

// because tells why one of the tables is read again as if for the first time: a person asked for it, its mapping is
// another one now, or it went into another destination at this place the last time.
func (e *engine) because(earlier []Entry) string {
	if e.partial() {
		return ""
	}
	if e.Full && slices.ContainsFunc(earlier, func(r Entry) bool { return !r.Partial() }) {
		return reasonAsked
	}
	for _, t := range e.tables {
		r, was, ok := lastOf(earlier, t.run.Mapping)
		switch {
		case !ok:
		case wasTakenBack(earlier, t.run.Mapping):
			return reasonTakenBack(t.run.Title)
		case was.Digest != t.run.Digest:
			return reasonMapping(t.run.Title)
		case r.Begun && r.Place == e.Place && r.Destination != e.have.ID && r.Destination != e.Place:
			return reasonReplaced
		}
	}
	return ""
}

// lastOf finds the newest run of a whole table.
func lastOf(earlier []Entry, mapping string) (Entry, RunTable, bool) {
	for _, r := range earlier {
		if r.Partial() || r.Undoes != "" {
			continue
		}
		for _, t := range r.Tables {
			if t.Mapping == mapping {
				return r, t, true
			}
		}
	}
	return Entry{}, RunTable{}, false
}

// overtakes reports whether the new run makes it wrong for an unfinished one to go on: it is the same command begun
// anew, its destination is not there any more, or one of its tables is written by another mapping now.
func (e *engine) overtakes(r Entry, digest, reason string) bool {
	if r.Digest == digest || holdsNot(reason) && (r.Destination == e.have.ID || r.Place == e.Place) {
		return true
	}
	for _, was := range r.Tables {
		for _, t := range e.tables {
			if t.run.Mapping == was.Mapping && (t.run.Digest != was.Digest || r.Retries != "" && !e.partial()) {
				return true // a whole import also reads what a retry was about
			}
		}
	}
	return false
}

// startDestination gives the destination its identity for this run. The journal notes the intended generation first
// and confirms it afterwards, so that a kill in between is not taken for another destination.
func (e *engine) startDestination(ctx context.Context, known KnownDestination, reason string) error {
	e.current.State = Running
	e.current.Begun = false
	e.current.Fault = nil
	if e.current.Reason == "" {
		e.current.Reason = reason
	}
	starter, ok := e.Destination.(core.Starter)
	next := core.Identity{ID: e.have.ID, Generation: e.have.Generation, Name: e.have.Name}
	switch {
	case ok:
		if next.ID == "" {
			next.ID = newID()
		}
		next.Generation = max(e.have.Generation, known.Confirmed, known.Intended) + 1
	case next.ID == "":
		next.ID = e.Place
	}
	e.current.Destination, e.own = next.ID, next.ID
	if err := e.Journal.SaveRun(ctx, e.current); err != nil {
		return err
	}
	d := KnownDestination{
		ID: next.ID, Place: e.Place, Confirmed: e.have.Generation, Intended: next.Generation,
		Forget: reason == reasonOlder || known.ID != "" && !known.holds(e.have.Generation),
	}
	if err := e.Journal.SaveDestination(ctx, d); err != nil {
		return err
	}
	if ok {
		if err := starter.Start(ctx, next); err != nil {
			return core.During("preparing the destination", err)
		}
	}
	d.Confirmed, d.Forget = next.Generation, false
	if err := e.Journal.SaveDestination(ctx, d); err != nil {
		return err
	}
	e.current.Begun = true
	e.log.Info("import begins", "run", e.current.ID, "tables", len(e.tables), "limit", e.Limit)
	return e.Journal.SaveRun(ctx, e.current)
}

// raise raises the destination's generation once more at the end of a run, so that a copy made before is noticed.
func (e *engine) raise(ctx context.Context) error {
	starter, ok := e.Destination.(core.Starter)
	if !ok {
		return nil
	}
	now, err := e.Destination.Identity(ctx)
	if err != nil {
		return core.During("finishing the destination", err)
	}
	next := core.Identity{ID: now.ID, Generation: now.Generation + 1, Name: now.Name}
	known, ok, err := e.Journal.Destination(ctx, now.ID)
	if err != nil {
		return err
	}
	if ok && !known.holds(now.Generation) {
		// Another Ferry has begun meanwhile. It notices by the new generation, and this one by the one that it knows.
		return core.During("finishing the destination", starter.Start(ctx, next))
	}
	d := KnownDestination{ID: next.ID, Place: e.Place, Confirmed: now.Generation, Intended: next.Generation}
	if err := e.Journal.SaveDestination(ctx, d); err != nil {
		return err
	}
	if err := starter.Start(ctx, next); err != nil {
		return core.During("finishing the destination", err)
	}
	d.Confirmed = next.Generation
	return e.Journal.SaveDestination(ctx, d)
}

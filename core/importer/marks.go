package importer

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"ferry/core"
	"ferry/core/mapping"
)

const (
	// overlap is how long a change may take to become visible at a source that gives no marks.
	overlap = 15 * time.Minute
	// ahead is how much later than here it may be at a source. A time behind that was written into the record by somebody,
	// and says nothing of when others change.
	ahead = 26 * time.Hour
)

// refusesChanges reports whether a source does not tell changes, now or at all. Anything else may be better later.
func refusesChanges(err error) bool {
	k := core.AsFault(err).Kind
	return k == core.Wrong || k == core.Permission
}

// mark notes where the tables stand from which a later run may ask for changes. It comes before the first record is read,
// so that nothing changes unseen.
func (e *engine) mark(ctx context.Context, t *table) error {
	about, err := e.known.of(t.plan.Source)
	if err != nil {
		return err
	}
	if !e.markable(t, about) {
		return nil
	}
	marks := map[string]Since{}
	for i, name := range t.asked() {
		s, ok := e.taken[name]
		if !ok {
			if s, ok, err = e.takeMark(ctx, name, i == 0); err != nil || !ok {
				return err
			}
			e.taken[name] = s
		}
		marks[name] = s
	}
	t.run.Marks = marks
	return e.saveTables(ctx)
}

// markable reports whether the next import can be told what changed in a table since it was marked.
func (e *engine) markable(t *table, about *core.Table) bool {
	return t.unrest == mapping.Calm && e.tellsChanges(t, about) && !e.twice(t) && e.identified() && e.wholly(t)
}

// takeMarks takes the marks of several tables at once: a source may have to walk over each of them. A table whose mark is
// not here in the end is asked about again by itself.
func (e *engine) takeMarks(ctx context.Context, tables []*table) error {
	if e.partial() || len(tables) < 2 {
		return nil
	}
	var names []string
	for _, t := range tables {
		about, err := e.known.of(t.plan.Source)
		if err != nil {
			return err
		}
		_, have := e.taken[t.plan.Source]
		if !have && len(t.parts) == 0 && t.run.Changes == nil && t.run.Marks == nil && e.markable(t, about) && !slices.Contains(names, t.plan.Source) {
			names = append(names, t.plan.Source)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(e.Parts, 1))
	var mu sync.Mutex
	for _, name := range names {
		group.Go(func() error {
			s, ok, err := e.takeMark(ctx, name, true)
			if err == nil && ok {
				mu.Lock()
				e.taken[name] = s
				mu.Unlock()
			}
			return err
		})
	}
	return group.Wait()
}

// wholly reports whether all records of a table may be read: others would come and go as rights do.
func (e *engine) wholly(t *table) bool {
	return !t.run.Rights.Known || t.run.Rights.Read == core.DepthGlobal
}

// identified reports whether the destination would be noticed if another one took its place.
func (e *engine) identified() bool {
	_, ok := e.Destination.(core.Starter)
	return ok || e.have.ID != ""
}

// takeMark asks where a table stands; false when nobody can tell. orDate is also content with the highest time of change.
func (e *engine) takeMark(ctx context.Context, name string, orDate bool) (Since, bool, error) {
	about, err := e.known.of(name)
	if err != nil {
		return Since{}, false, err
	}
	if e.tracks(about) {
		mark, err := e.Source.(core.Changes).Mark(ctx, name)
		if err == nil && mark != "" {
			return Since{Mark: mark}, true, nil
		}
		if err != nil && !refusesChanges(err) {
			return Since{}, false, core.During("marking where "+name+" stands", err)
		}
	}
	if !orDate || !dated(about) {
		return Since{}, false, nil
	}
	at, err := e.changedAfter(ctx, name, time.Time{}, nil)
	return Since{At: at}, err == nil, err
}

// changedAfter walks over the records that were changed at a time or later, or nobody says when, and tells the highest time that it met: the
// source's own clock counts, not this one's.
func (e *engine) changedAfter(ctx context.Context, table string, at time.Time, each func([]core.Record) error) (highest time.Time, err error) {
	q := core.Query{Table: table, Fields: []string{changedField}}
	latest := e.Now().Add(ahead)
	if at.After(latest) {
		at = time.Time{}
	}
	if !at.IsZero() {
		q.Filter = changedField + " ge " + at.Add(-overlap).UTC().Format("2006-01-02T15:04:05Z") + " or " + changedField + " eq null"
	}
	highest = at
	for page, err := range e.Source.Read(ctx, q, core.Bookmark{}) {
		if err != nil {
			return highest, core.During("reading what changed in "+table, err)
		}
		for _, r := range page.Records {
			if at := changedAt(r); at.After(highest) && at.Before(latest) {
				highest = at
			}
		}
		if each != nil {
			err = each(page.Records)
		}
		page.Release()
		if err != nil {
			return highest, err
		}
	}
	return highest, nil
}

// changedAt is when a record was changed that was read with just that field.
func changedAt(r core.Record) time.Time {
	if len(r.Values) != 1 {
		return time.Time{}
	}
	return r.Values[0].AsTime()
}

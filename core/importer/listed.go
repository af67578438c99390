package importer

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"ferry/core"
	"ferry/core/mapping"
)

const (
	listedAtOnce = 500     // keys of one reading
	linksAtOnce  = 50      // keys in one question for the records that point at them
	listedRoom   = 4 << 20 // bytes of a page

	// overlap is how long a change may take to become visible at a source that gives no marks.
	overlap = 15 * time.Minute
	// ahead is how much later than here it may be at a source. A time behind that was written into the record by somebody,
	// and says nothing of when others change.
	ahead = 26 * time.Hour

	changedList = ""
	thereList   = "there" // every key that the source has
)

// errWhole says that changes cannot tell what became of a table.
var errWhole = errors.New("importer: changes do not tell")

// lookForChanges: before a table's first record is read, either its changes are listed, or it is marked.
func (e *engine) lookForChanges(ctx context.Context, t *table) error {
	if e.partial() || len(t.parts) > 0 {
		return nil
	}
	if t.run.Changes != nil && !t.run.Changes.Listed {
		err := e.listChanges(ctx, t)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, errWhole):
			t.note(noteDeletedOthers(t.run.Title))
		case refusesChanges(err):
			e.log.Info("the source does not tell what changed", "table", t.plan.Source, "code", core.AsFault(err).Code)
			e.reason(reasonForgot(t.run.Title))
		default:
			return err
		}
		t.run.Changes, t.run.Marks = nil, nil
		if err := e.saveTables(ctx); err != nil {
			return err
		}
		if err := e.Journal.Unlist(ctx, e.current.ID, t.plan.ID); err != nil {
			return err
		}
	}
	if t.run.Changes != nil || t.run.Marks != nil {
		return nil
	}
	return e.mark(ctx, t)
}

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

// changedAfter walks over the records that were changed at a time or later, and tells the highest time that it met: the
// source's own clock counts, not this one's.
func (e *engine) changedAfter(ctx context.Context, table string, at time.Time, each func([]core.Record) error) (highest time.Time, err error) {
	q := core.Query{Table: table, Fields: []string{changedField}}
	latest := e.Now().Add(ahead)
	if at.After(latest) {
		at = time.Time{}
	}
	if !at.IsZero() {
		q.Filter = changedField + " ge " + at.Add(-overlap).UTC().Format("2006-01-02T15:04:05Z")
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

// listChanges lists the keys of everything that has to be looked at again, and takes the marks for the next run.
func (e *engine) listChanges(ctx context.Context, t *table) error {
	e.setState(t, Reading)
	marks := map[string]Since{}
	if err := e.listTable(ctx, t, changedList, t.plan.Source, false, t.leans, marks); err != nil {
		return err
	}
	if err := e.Journal.ListExceptions(ctx, e.current.ID, t.plan.ID, t.run.Changes.Run); err != nil {
		return err
	}
	t.run.Changes.Listed, t.run.Marks = true, marks
	return e.saveTables(ctx)
}

// listTable lists what changed in a table, and the records there that point at something that changed.
func (e *engine) listTable(ctx context.Context, t *table, list, source string, filtered bool, leans []mapping.Leaning, marks map[string]Since) error {
	since, ok := t.run.Changes.Since[source]
	if !ok {
		return errWhole
	}
	next, err := e.listSince(ctx, t, list, source, since)
	if err != nil {
		return err
	}
	if _, have := marks[source]; !have {
		marks[source] = next
	}
	if filtered {
		// What belonged to a record that is deleted does not point at it any more.
		if _, gone, err := e.Journal.CountListed(ctx, e.current.ID, t.plan.ID, list); err != nil || gone > 0 {
			return errors.Join(err, whole(err))
		}
	}
	for i, l := range leans {
		above := list + "/" + strconv.Itoa(i)
		if err := e.listTable(ctx, t, above, l.Table, l.Filter, l.Above, marks); err != nil {
			return err
		}
		if err := e.listPointing(ctx, t, list, source, above, l.Lookup); err != nil {
			return err
		}
	}
	return nil
}

func whole(err error) error {
	if err != nil {
		return nil
	}
	return errWhole
}

// listSince lists what changed in a table itself.
func (e *engine) listSince(ctx context.Context, t *table, list, source string, since Since) (next Since, err error) {
	put := func(records []core.Record) error {
		keys := make([]ListedKey, len(records))
		for i, r := range records {
			keys[i] = ListedKey{Key: r.Key, Gone: r.Gone}
		}
		return e.Journal.List(ctx, e.current.ID, t.plan.ID, list, keys)
	}
	if since.Mark == "" {
		next.At, err = e.changedAfter(ctx, source, since.At, put)
		return next, err
	}
	c, ok := e.Source.(core.Changes)
	if !ok {
		return next, errWhole
	}
	for page, err := range c.Changed(ctx, source, since.Mark) {
		if err != nil {
			return next, core.During("reading what changed in "+source, err)
		}
		if page.Last != "" {
			next.Mark = core.Mark(strings.Clone(string(page.Last)))
		}
		err = put(page.Records)
		page.Release()
		if err != nil {
			return next, err
		}
	}
	if next.Mark == "" {
		return next, errWhole
	}
	return next, nil
}

// listPointing lists the records of a table whose lookup points at one that stands on another list.
func (e *engine) listPointing(ctx context.Context, t *table, list, source, above, lookup string) error {
	about, err := e.known.of(source)
	if err != nil {
		return err
	}
	for after := ""; ; {
		some, err := e.Journal.Listed(ctx, e.current.ID, t.plan.ID, above, after, linksAtOnce)
		if err != nil || len(some) == 0 {
			return err
		}
		after = some[len(some)-1].Key
		f := mapping.Filter{Field: lookup, Op: mapping.IsAnyOf}
		for _, k := range some {
			f.Values = append(f.Values, k.Key)
		}
		text, err := f.OData(*about, mapping.Circumstances{})
		if err != nil {
			return err
		}
		if err := e.listKeys(ctx, t, list, core.Query{Table: source, Filter: text}, "reading what belongs to changed records in "+source); err != nil {
			return err
		}
	}
}

// listKeys puts the keys of all records of a query on a list. doing is what a Fault of the source is told to have ended.
func (e *engine) listKeys(ctx context.Context, t *table, list string, q core.Query, doing string) error {
	for page, err := range e.Source.Read(ctx, q, core.Bookmark{}) {
		if err != nil {
			return core.During(doing, err)
		}
		keys := make([]ListedKey, len(page.Records))
		for i, r := range page.Records {
			keys[i].Key = r.Key
		}
		err = e.Journal.List(ctx, e.current.ID, t.plan.ID, list, keys)
		page.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

// read reads the records of a part: all behind a bookmark, or those that are on the list of what changed.
func (e *engine) read(ctx context.Context, t *table, q core.Query, from core.Bookmark) iter.Seq2[core.Page, error] {
	if t.run.Changes == nil {
		return e.Source.Read(ctx, q, from)
	}
	return func(yield func(core.Page, error) bool) { e.readListed(ctx, t, q, yield) }
}

// readListed reads the listed records by their keys. What was settled is on the list no more, so that a run that goes on
// begins with the first that is left; what does not come back stays on it.
func (e *engine) readListed(ctx context.Context, t *table, q core.Query, yield func(core.Page, error) bool) {
	var out core.Page
	size := 0
	for after := ""; ; {
		some, err := e.Journal.Listed(ctx, e.current.ID, t.plan.ID, changedList, after, listedAtOnce)
		if err != nil {
			yield(core.Page{}, err)
			return
		}
		if len(some) == 0 {
			break
		}
		after = some[len(some)-1].Key
		q.Keys, q.Range, q.Limit = q.Keys[:0:0], core.Range{}, 0
		for _, k := range some {
			if !k.Gone || k.Both {
				q.Keys = append(q.Keys, k.Key)
			}
		}
		if len(q.Keys) == 0 {
			continue
		}
		for page, err := range e.Source.Read(ctx, q, core.Bookmark{}) {
			if err != nil {
				yield(core.Page{}, err)
				return
			}
			for _, r := range page.Records {
				r, n := keptRecord(r)
				out.Records = append(out.Records, r)
				size += n
			}
			page.Release()
			if size >= listedRoom || len(out.Records) >= listedAtOnce {
				if !yield(out, nil) {
					return
				}
				out, size = core.Page{}, 0
			}
		}
	}
	if len(out.Records) > 0 {
		yield(out, nil)
	}
}

// keptRecord is a record that outlives its page, and about how many bytes it holds.
func keptRecord(r core.Record) (core.Record, int) {
	out := core.Record{Key: strings.Clone(r.Key), Gone: r.Gone, Values: make([]core.Value, len(r.Values))}
	size := len(r.Key)
	for i, v := range r.Values {
		out.Values[i] = kept(v)
		size += 32 + v.Size()
	}
	return out, size
}

// judgeChanges finds out what became of the listed records that did not come back: those that the source told were deleted
// are gone, and those that are there and not in the filter have left it. Nothing is said of a record that nobody can see.
func (e *engine) judgeChanges(ctx context.Context, t *table, keeper core.Keeper) error {
	for after := ""; ; {
		some, err := e.Journal.Listed(ctx, e.current.ID, t.plan.ID, changedList, after, policyAtOnce)
		if err != nil {
			return err
		}
		if len(some) == 0 {
			break
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
		fates := map[string]core.Fate{}
		for _, k := range some {
			switch {
			case k.Gone && !there[k.Key]:
				fates[k.Key] = core.IsGone
			case there[k.Key] && !holds[k.Key]:
				fates[k.Key] = core.HasLeft
			}
		}
		if err := keeper.Judge(ctx, t.plan, fates); err != nil {
			return err
		}
	}
	if t.run.Changes.Since[t.plan.Source].Mark != "" || t.mapping.Gone.Do == mapping.Leave {
		return nil
	}
	return e.judgeVanished(ctx, t, keeper)
}

// judgeVanished finds what was deleted where the source does not tell: it walks over the keys of all records, and asks for
// those that it did not meet once more, by their keys.
func (e *engine) judgeVanished(ctx context.Context, t *table, keeper core.Keeper) error {
	if !t.rightsHold {
		return e.remark(ctx, t, reasonRights(t.run.Title))
	}
	if err := e.listKeys(ctx, t, thereList, core.Query{Table: t.plan.Source}, "reading which records of "+t.plan.Source+" there are"); err != nil {
		return err
	}
	for _, fate := range []core.Fate{core.Unjudged, core.HasLeft} {
		for after := ""; ; {
			keys, err := keeper.Unseen(ctx, t.plan, fate, "", after, policyAtOnce)
			if err != nil {
				return err
			}
			if len(keys) == 0 {
				break
			}
			after = keys[len(keys)-1]
			met, err := e.Journal.OnList(ctx, e.current.ID, t.plan.ID, thereList, keys)
			if err != nil {
				return err
			}
			lacking := slices.DeleteFunc(keys, func(key string) bool { _, ok := met[key]; return ok })
			if len(lacking) == 0 {
				continue
			}
			there, err := e.which(ctx, t, "", lacking)
			if err != nil {
				return err
			}
			fates := map[string]core.Fate{}
			for _, key := range slices.DeleteFunc(lacking, func(key string) bool { return there[key] }) {
				fates[key] = core.IsGone
			}
			if err := keeper.Judge(ctx, t.plan, fates); err != nil {
				return err
			}
		}
	}
	return nil
}

// countListed tells how many records there are to read of a table of which only what changed is read.
func (e *engine) countListed(ctx context.Context, t *table) error {
	if t.run.Changes == nil {
		return nil
	}
	n, gone, err := e.Journal.CountListed(ctx, e.current.ID, t.plan.ID, changedList)
	if err != nil {
		return err
	}
	e.teller.change(func() { t.total = core.Count{N: t.counts().Read + n - gone, Truth: core.About} })
	return nil
}

// leaving tells which of some records of a table that was read will be removed at the end of the run: they changed, and did
// not come back.
func (e *engine) leaving(ctx context.Context, t *table, keys []string) (map[string]bool, error) {
	if e.Retry != nil || t.run.Changes == nil || len(t.parts) == 0 || slices.ContainsFunc(t.parts, func(p Part) bool { return !p.Done }) ||
		t.mapping.Gone.Do != mapping.Remove && t.mapping.Left.Do != mapping.Remove {
		return nil, nil
	}
	listed, err := e.Journal.OnList(ctx, e.current.ID, t.plan.ID, changedList, keys)
	leaving := make(map[string]bool, len(listed))
	for key, gone := range listed {
		leaving[key] = gone && t.mapping.Gone.Do == mapping.Remove || !gone && t.mapping.Left.Do == mapping.Remove
	}
	return leaving, err
}

// noteRemoved notes that rows are removed which others may have been written to in this run: whoever points at this table is
// read whole the next time. Where only changes were read it was known before; see leaving.
func (e *engine) noteRemoved(ctx context.Context, t *table, n int64) error {
	itself := slices.ContainsFunc(t.leans, func(l mapping.Leaning) bool { return l.Table == t.plan.Source })
	marks := t.run.Changes != nil && t.run.Changes.Since[t.plan.Source].Mark != ""
	if n == 0 || marks && !itself || t.mapping.Gone.Do != mapping.Remove && t.mapping.Left.Do != mapping.Remove {
		return nil
	}
	t.run.Removed = true
	return e.saveTables(ctx)
}

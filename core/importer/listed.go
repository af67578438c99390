package importer

import (
	"context"
	"errors"
	"iter"
	"strconv"
	"strings"

	"ferry/core"
	"ferry/core/mapping"
)

const (
	listedAtOnce = 500     // keys of one reading
	linksAtOnce  = 50      // keys in one question for the records that point at them
	listedRoom   = 4 << 20 // bytes of a page

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
		_, gone, err := e.Journal.CountListed(ctx, e.current.ID, t.plan.ID, list)
		if err != nil {
			return err
		}
		if gone > 0 {
			return errWhole
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

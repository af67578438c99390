package importer

import (
	"context"
	"slices"
	"strings"

	"ferry/core"
)

// Rehearse tells what Run would do, and writes nothing: neither to the destination nor into the journal. Every record is
// read, mapped, and looked for at the destination; what would become of it goes to the sketch. A record that would be
// written counts as there when others point at it.
//
// It reads everything, also where an import would ask for changes alone. What the destination itself refuses, such as a
// rule of its own, shows only when it is written to. The Rehearsal holds also when the error is not nil, as far as it came.
func Rehearse(ctx context.Context, j Job, sketch Sketch, progress func(Progress)) (Rehearsal, error) {
	j.Show, j.Only, j.Retry = nil, nil, nil
	e := newEngine(j, progress)
	defer e.close()
	ctx = core.WithNotices(ctx, e.teller.notice)
	_, restores := j.Destination.(core.Rememberer)
	r := &rehearsing{e: e, sketch: sketch, out: Rehearsal{
		From: e.From, To: e.To, Who: e.Who, Place: e.Place, Limit: e.Limit, Started: e.Now(), Restore: restores,
	}}
	e.rehearsing = r
	err := orStopped(ctx, r.run(ctx))
	r.out.Ended, r.out.Whole = e.Now(), err == nil
	if err != nil {
		f := core.AsFault(core.During("rehearsing the import", err))
		if f.Kind == core.Stopped {
			f = rehearsalStopped(err)
		}
		return r.out, f
	}
	return r.out, nil
}

// A rehearsing is one call of Rehearse.
type rehearsing struct {
	e      *engine
	sketch Sketch
	out    Rehearsal
	t      *table          // at hand
	there  map[string]bool // records of the page at hand: whether they would be written
	blank  bool            // the destination has nothing of the table at hand
	places map[string]int  // of a table's columns in its RehearsedTable
	names  int             // the column of what people call a record; -1 is none
	rows   []RehearsedRow  // of the page at hand
	was    map[string][]core.Value
}

func (r *rehearsing) run(ctx context.Context) error {
	e := r.e
	err := e.onlyLook(ctx)
	r.out.Source = e.source.ID
	if err != nil {
		return err
	}
	for _, t := range e.tables {
		r.out.Tables = append(r.out.Tables, RehearsedTable{
			Mapping: t.plan.ID, Digest: t.run.Digest, Table: t.plan.Source, Title: t.run.Title, To: t.plan.Table,
		})
		for _, note := range t.run.Notes { // of mended values
			r.remark(note)
		}
		if err := r.lacks(ctx, t); err != nil {
			return err
		}
	}
	e.teller.tell(true)
	e.count(ctx)
	for i := range e.tables {
		if err := r.table(ctx, i); err != nil {
			return err
		}
	}
	if err := r.policies(ctx); err != nil {
		return err
	}
	moved, err := e.wasMoved(ctx)
	if moved {
		r.remark(remarkMoved)
	}
	return err
}

// lacks finds out what the destination would have to make for a table, and how it understands the plan.
func (r *rehearsing) lacks(ctx context.Context, t *table) error {
	things, err := r.e.Destination.Missing(ctx, t.plan)
	if err != nil {
		return core.During("looking at the destination's "+t.plan.Table, err)
	}
	t.lacks = map[string]bool{}
	for _, thing := range things {
		r.makes(thing)
		switch thing.Kind {
		case "table":
			t.lacks[""] = true
		case "column", "field":
			t.lacks[strings.TrimPrefix(thing.Name, t.plan.Table+".")] = true
		}
	}
	p, ok := r.e.Destination.(core.Previewer)
	if !ok {
		return nil
	}
	plan, err := p.Preview(ctx, t.plan)
	if err != nil {
		return core.During("looking at the destination's "+t.plan.Table, err)
	}
	r.e.teller.change(func() { t.plan = plan })
	return nil
}

// makes notes a thing once, whoever needs it.
func (r *rehearsing) makes(thing core.Thing) {
	same := func(x core.Thing) bool { return x.Kind == thing.Kind && x.Name == thing.Name }
	if !slices.ContainsFunc(r.out.Make, same) {
		r.out.Make = append(r.out.Make, thing)
	}
}

func (r *rehearsing) remark(text string) {
	if !slices.Contains(r.out.Remarks, text) {
		r.out.Remarks = append(r.out.Remarks, text)
	}
}

// table rehearses one table. The next page is read and mapped while one is looked up.
func (r *rehearsing) table(ctx context.Context, i int) error {
	e, t, out := r.e, r.e.tables[i], &r.out.Tables[i]
	r.t, r.blank = t, t.lacks[""]
	if _, finds := e.Destination.(core.Finder); !finds && !r.blank {
		out.Blind = true
		r.remark(remarkBlind(t.run.Title))
	}
	r.places, r.names = map[string]int{}, nameColumn(t, e.known.table(t.plan.Source))
	for n, c := range t.plan.Columns {
		r.places[c.Name] = n
		out.Fields = append(out.Fields, RehearsedField{Column: c.Name, Field: c.Field})
	}
	part := &t.parts[0]
	return e.eachPage(ctx, t, part, func(m *mapped) error { return r.page(ctx, out, part, m) })
}

// page rehearses one page.
func (r *rehearsing) page(ctx context.Context, out *RehearsedTable, part *Part, m *mapped) error {
	e, t := r.e, r.t
	r.rows, r.there, r.was = r.rows[:0], map[string]bool{}, map[string][]core.Value{}
	b := Batch{Refused: m.refused, Rows: make([]BatchRow, len(m.rows))}
	digests := make(map[string]uint64, len(m.rows))
	for i, row := range m.rows {
		b.Rows[i].Key = row.Key
		r.was[row.Key] = slices.Clone(row.Values) // resolving changes them
		r.there[row.Key] = !row.Gone
		digests[row.Key] = valuesDigest(row.Values)
	}
	for _, x := range m.refused {
		r.there[x.Key] = false
	}
	w := work{t: t, p: part, rows: m.rows}
	if err := e.resolve(ctx, &b, &w); err != nil {
		return err
	}
	hits, err := r.find(ctx, w.rows)
	if err != nil {
		return err
	}
	for i, row := range w.rows {
		x := RehearsedRow{Mapping: t.plan.ID, Table: t.plan.Source, Key: strings.Clone(row.Key), Digest: digests[row.Key], Name: r.nameOf(r.was[row.Key])}
		r.meet(out, &x, row, hits[i])
		r.rows = append(r.rows, x)
	}
	for _, x := range b.Refused {
		r.rows = append(r.rows, RehearsedRow{
			Mapping: t.plan.ID, Table: t.plan.Source, Key: x.Key, Kind: x.Kind, Fault: x.Fault, Digest: digests[x.Key], Name: r.nameOf(r.was[x.Key]),
		})
	}
	return r.add(ctx, out, part)
}

// add keeps the rows at hand and counts them.
func (r *rehearsing) add(ctx context.Context, out *RehearsedTable, part *Part) error {
	var c Counts
	for _, x := range r.rows {
		c.count(x.Kind)
	}
	if err := r.sketch.Add(ctx, r.rows); err != nil {
		return err
	}
	out.Counts.Add(c)
	r.e.teller.change(func() { part.Counts.Add(c) })
	r.e.teller.moved()
	return nil
}

// planned answers references to records that are not at the destination: those that would be written by then.
func (r *rehearsing) planned(ctx context.Context, by aim, keys []string, ids resolved) error {
	note := func(key string, written bool) {
		a := answer{waits: true}
		if written {
			a = answer{id: key}
		}
		ids[reference{by, key}] = a
	}
	became, err := r.sketch.Became(ctx, by.table, "", keys)
	if err != nil {
		return err
	}
	var later []string
	for _, key := range keys {
		kind, ok := became[key]
		if here, mine := r.there[key]; mine && by.has(r.t.plan) && !ok {
			note(key, here)
			continue
		}
		if !ok {
			later = append(later, key)
			continue
		}
		note(key, kind == core.Created || kind == core.Updated || kind == core.Unchanged)
	}
	if len(later) == 0 || !r.e.comesLater(r.t, by) || r.e.Limit > 0 {
		return nil
	}
	for _, t := range r.e.tables {
		if !by.has(t.plan) {
			continue
		}
		for some := range slices.Chunk(later, policyAtOnce) {
			comes, err := r.e.which(ctx, t, t.query.Filter, some)
			if err != nil {
				return err
			}
			for key := range comes {
				note(key, true)
			}
		}
	}
	return nil
}

package importer

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

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
	e := newEngine(j)
	if progress == nil {
		progress = func(Progress) {}
	}
	e.teller = newTeller(e, progress)
	defer e.teller.stop()
	defer e.release()
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
	if err := e.describe(ctx); err != nil {
		return err
	}
	var err error
	if e.source, err = e.Source.Identity(ctx); err != nil {
		return core.During("asking the source which one it is", err)
	}
	if err := e.look(ctx, claimName(e.Place)); err != nil {
		return err
	}
	if e.have, err = e.Destination.Identity(ctx); err != nil {
		return core.During("looking at the destination", err)
	}
	e.own, r.out.Source = e.have.ID, e.source.ID
	earlier, err := e.Journal.Earlier(ctx, e.source.ID, e.have.ID, e.Place)
	if err != nil {
		return err
	}
	if err := e.lookAtMoved(ctx, earlier); err != nil {
		return err
	}
	e.teller.change(func() {
		e.current = Entry{Started: e.Now(), Source: e.source.ID, Place: e.Place, Limit: e.Limit}
		for i, t := range e.tables {
			t.parts = []Part{{ID: int64(i + 1), Mapping: t.plan.ID}}
		}
	})
	e.weigh(earlier)
	if err := e.ask(); err != nil {
		return err
	}
	if err := e.loadMended(ctx); err != nil {
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

// eachPage reads and maps a part. The next page is read while do is at work; a page is good until do returns.
func (e *engine) eachPage(ctx context.Context, t *table, part *Part, do func(*mapped) error) error {
	e.setState(t, Reading)
	reading, cancel := context.WithCancel(ctx)
	items, pool := make(chan item), newPool(2)
	at := *part
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.readPart(reading, t, part, at, pool, items)
	}()
	defer func() {
		cancel()
		go func() { <-done; close(items) }()
		for it := range items {
			if it.page != nil {
				it.page.release()
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case it := <-items:
			if it.page != nil {
				err := do(it.page)
				it.page.release()
				if err != nil {
					return err
				}
			}
			switch {
			case it.err != nil && ctx.Err() != nil:
				return ctx.Err()
			case it.err != nil:
				return core.During("reading "+t.plan.Source, it.err)
			case it.end:
				e.setState(t, Done)
				return nil
			}
		}
	}
}

// nameColumn is the column that says what people call a record: that of the table's title, else the first text.
func nameColumn(t *table, about *core.Table) int {
	first := -1
	for i, c := range t.plan.Columns {
		if about != nil && c.Field != "" && c.Field == about.Title {
			return i
		}
		if first < 0 && c.Type == core.ColumnText && !c.Ref {
			first = i
		}
	}
	return first
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

func (r *rehearsing) nameOf(values []core.Value) string {
	if r.names < 0 || r.names >= len(values) {
		return ""
	}
	return cut(values[r.names].Canonical(), 200)
}

// A hit is what was found of one record.
type hit struct {
	there   *core.Found
	values  []core.Value // in the order of the plan's columns
	adopted bool         // by the plan's match
	fault   *core.Fault  // nothing is guessed
}

// find looks for records at the destination, by their keys and then by the plan's match.
func (r *rehearsing) find(ctx context.Context, rows []core.Record) ([]hit, error) {
	hits := make([]hit, len(rows))
	finder, ok := r.e.Destination.(core.Finder)
	if !ok || r.blank || len(rows) == 0 {
		return hits, nil
	}
	p := r.t.plan
	p.Columns = slices.DeleteFunc(slices.Clone(p.Columns), func(c core.Column) bool { return r.t.lacks[c.Name] })
	match := make([]core.Match, len(rows))
	for i, row := range rows {
		match[i] = core.Match{Key: row.Key, Values: true, Traces: true}
	}
	found, err := finder.Find(ctx, p, match)
	if err != nil {
		return nil, core.During("looking for records of "+p.Table, err)
	}
	var places []int
	var by []core.Match
	for i := range rows {
		switch {
		case i < len(found) && len(found[i]) == 1:
			hits[i] = r.hit(p, found[i][0])
		case i < len(found) && len(found[i]) > 1:
			hits[i].fault = foundTwice(r.t.plan.Source, rows[i].Key)
		default:
			if fields := r.matchOf(rows[i]); fields != nil {
				places = append(places, i)
				by = append(by, core.Match{Fields: fields, Values: true, Traces: true})
			}
		}
	}
	if len(by) == 0 {
		return hits, nil
	}
	if found, err = finder.Find(ctx, p, by); err != nil {
		return nil, core.During("looking for records of "+p.Table, err)
	}
	return hits, r.adopt(ctx, p, rows, hits, places, found)
}

// hit brings what was found into the order of the plan's columns.
func (r *rehearsing) hit(p core.Plan, f core.Found) hit {
	h := hit{there: &f, values: make([]core.Value, len(r.t.plan.Columns))}
	for i := range h.values {
		h.values[i] = core.Null()
	}
	left := f.Left
	f.Left = make([]core.Value, len(r.t.plan.Columns))
	for i, c := range p.Columns {
		at := r.places[c.Name]
		if i < len(f.Values) {
			h.values[at] = f.Values[i]
		}
		if i < len(left) {
			f.Left[at] = left[i]
		}
	}
	return h
}

// matchOf are the values by which a record is found where Ferry left no mark; nil when it is not looked for.
func (r *rehearsing) matchOf(row core.Record) map[string]core.Value {
	if row.Gone || len(r.t.plan.Match) == 0 {
		return nil
	}
	fields := make(map[string]core.Value, len(r.t.plan.Match))
	for _, name := range r.t.plan.Match {
		i := slices.IndexFunc(r.t.plan.Columns, func(c core.Column) bool { return strings.EqualFold(c.Name, name) })
		if i < 0 || row.Values[i].Blank() || r.t.lacks[r.t.plan.Columns[i].Name] {
			return nil
		}
		fields[r.t.plan.Columns[i].Name] = row.Values[i]
	}
	return fields
}

// adopt says which rows that Ferry did not make are the records they match. Several hits, or one that another record has,
// are refused.
func (r *rehearsing) adopt(ctx context.Context, p core.Plan, rows []core.Record, hits []hit, places []int, found [][]core.Found) error {
	var ids []string
	for i := range found {
		found[i] = slices.DeleteFunc(found[i], func(f core.Found) bool { return f.Trace == core.MadeHere })
		if len(found[i]) == 1 {
			ids = append(ids, found[i][0].ID)
		}
	}
	taken, err := r.sketch.Matched(ctx, p.ID, ids)
	if err != nil {
		return err
	}
	for n, i := range places {
		switch {
		case len(found[n]) == 0:
		case len(found[n]) > 1:
			hits[i].fault = matchesSeveral(r.t.plan.Source, rows[i].Key)
		case found[n][0].Trace == core.FoundHere || taken[found[n][0].ID]:
			hits[i].fault = matchIsTaken(r.t.plan.Source, rows[i].Key)
		default:
			hits[i] = r.hit(p, found[n][0])
			hits[i].adopted = true
			if taken == nil {
				taken = map[string]bool{}
			}
			taken[found[n][0].ID] = true
		}
	}
	return nil
}

// meet says what would become of one record.
func (r *rehearsing) meet(out *RehearsedTable, x *RehearsedRow, row core.Record, h hit) {
	switch {
	case h.fault != nil:
		f := refusal(r.t, row.Key, core.Refused, h.fault)
		x.Kind, x.Fault = core.Refused, f.Fault
		return
	case row.Gone && h.there == nil:
		x.Kind = core.Unchanged
		return
	case row.Gone:
		x.Kind = core.Removed
		return
	}
	x.Kind = core.Created
	if h.there != nil {
		x.Kind = core.Unchanged
	}
	if h.adopted {
		x.Kind, x.Matches = core.Updated, strings.Clone(h.there.ID)
		out.Matched++
	}
	was := r.was[row.Key]
	for i, c := range r.t.plan.Columns {
		next := row.Values[i]
		if next.Kind() == core.KindAbsent && was[i].Kind() != core.KindAbsent {
			if c.Ref {
				if out.Unresolved++; h.there == nil {
					continue
				}
				next = core.Null() // what it pointed at before is not what it points at now
			} else {
				next = was[i] // it is written in a later pass
			}
		}
		r.value(&out.Fields[i], x, i, next, h)
	}
}

// value says what would become of one value.
func (r *rehearsing) value(f *RehearsedField, x *RehearsedRow, i int, next core.Value, h hit) {
	c := r.t.plan.Columns[i]
	if h.there == nil {
		if !next.Blank() && c.Rule.Writes(core.Meeting{New: true, Made: true, Next: next}) {
			x.Changes = append(x.Changes, Change{Column: c.Name, Becomes: shown(next)})
		}
		return
	}
	there := h.values[i]
	if next.Kind() == core.KindAbsent || r.e.same(c.Type, there, next) {
		return
	}
	m := core.Meeting{Made: !h.adopted && h.there.Trace != core.FoundHere, Later: c.Pass > 1, Next: next, There: there, Left: h.there.Left[i]}
	if !c.Rule.Writes(m) {
		if !next.Blank() || !there.Blank() {
			f.Kept++
		}
		return
	}
	switch {
	case there.Blank() && next.Blank(): // the empty text in the place of nothing: nobody sees it
	case there.Blank():
		f.Filled++
	case next.Blank():
		f.Emptied++
	default:
		f.Replaced++
	}
	x.Kind = core.Updated
	x.Changes = append(x.Changes, Change{Column: c.Name, Was: shown(there), Becomes: shown(next)})
}

// same reports whether writing next over there changes nothing.
func (e *engine) same(t core.ColumnType, there, next core.Value) bool {
	if there == next {
		return true // the usual case, and the quick one
	}
	if c, ok := e.Destination.(core.Comparer); ok {
		return c.Same(t, there, next)
	}
	return there.Empty() == next.Empty() && there.Canonical() == next.Canonical()
}

// mostShown is the most of a value that a rehearsal keeps, in bytes.
const mostShown = 2000

func shown(v core.Value) string {
	if v.Kind() == core.KindBytes {
		return fmt.Sprintf("(%d bytes)", v.Size())
	}
	return cut(v.Canonical(), mostShown)
}

// cut is the beginning of a text, at a whole character, and a text of its own.
func cut(text string, most int) string {
	if len(text) <= most {
		return strings.Clone(text)
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}

// valuesDigest tells mapped records apart.
func valuesDigest(values []core.Value) uint64 {
	h := fnv.New64a()
	var head [9]byte
	for _, v := range values {
		text := v.Canonical()
		head[0] = byte(v.Kind())
		binary.LittleEndian.PutUint64(head[1:], uint64(len(text)))
		_, _ = h.Write(head[:]) // a hash takes every write
		_, _ = io.WriteString(h, text)
	}
	return h.Sum64()
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
	became, err := r.sketch.Became(ctx, by.table, keys)
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

package importer

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"ferry/core"
)

// resolve turns the references of a first pass into the destination's own ids: by the journal, then by the
// destination's Finder. What cannot be resolved yet, or belongs to a later pass, is left Absent and the row is owed.
//
// A reference whose record cannot come any more in this run gets the column's stand-in, or the row waits for a later
// import instead of being written without it. A row also waits for a record that was refused, skipped or is unsure.
func (e *engine) resolve(ctx context.Context, b *Batch, w *work) error {
	plan := w.t.plan
	if !slices.ContainsFunc(plan.Columns, func(c core.Column) bool { return c.Ref || c.Pass > 1 }) {
		return nil
	}
	ids, err := e.lookUp(ctx, plan, w.rows)
	if err != nil {
		return err
	}
	called := calledColumns(w.t, e.known.table(plan.Source))
	rows, noted := w.rows[:0], b.Rows[:0]
	for i, r := range w.rows {
		row := b.Rows[i]
		var out *Refusal
		for c, column := range plan.Columns {
			if r.Gone || r.Values[c].Empty() {
				continue
			}
			if !column.Ref && column.Pass <= 1 {
				continue
			}
			if column.Ref {
				v, state := e.refer(w.t, column, r.Values[c], ids)
				if f := lookupFault(plan.Source, r.Key, column.Name, state); f != nil {
					if a, ok := e.Destination.(core.Alternate); ok && state == waiting && !ids.refused(column, r.Values[c]) {
						f.Remedy = cmp.Or(a.Instead(plan, column), f.Remedy)
					}
					kind := core.Skipped
					if state == ambiguous {
						kind = core.Refused
					}
					refused := refusal(w.t, r.Key, kind, f)
					refused.Called = e.called(w.t, r.Key, r.Values, called)
					out = &refused
					break
				}
				if state == resolvedNow {
					r.Values[c] = v
					continue
				}
			}
			r.Values[c] = core.Value{}
			row.Owed |= 1 << max(2, column.Pass)
		}
		if out != nil {
			b.Refused = append(b.Refused, *out)
			continue
		}
		rows, noted = append(rows, r), append(noted, row)
	}
	w.rows, b.Rows = rows, noted
	return nil
}

// A refState says what is known of a reference.
type refState int

const (
	unknownYet  refState = iota // its record may still come
	resolvedNow                 // the destination's id, or the stand-in
	waiting                     // its record was refused, or is not there and cannot come
	ambiguous                   // several records fit
)

func lookupFault(table, key, field string, s refState) *core.Fault {
	switch s {
	case waiting:
		return waitsForAnother(table, key, field)
	case ambiguous:
		return lookupSeveral(table, key, field)
	}
	return nil
}

// refer says what becomes of one reference in the first pass.
func (e *engine) refer(t *table, c core.Column, v core.Value, ids resolved) (core.Value, refState) {
	table, key := v.AsRef()
	ref := reference{aimOf(c, table), key}
	if id, state := ids.of(c, v); state != unknownYet {
		return id, state
	}
	comes := t.plan.Passes > 1 && e.comesLater(t, ref.aim)
	switch {
	case ids[ref].waits:
		return v, waiting
	case c.Rule.StandIn != "" && !comes:
		return core.Ref(table, c.Rule.StandIn), resolvedNow
	case t.plan.Passes == 1 || c.Rule.Required:
		return v, waiting
	}
	return v, unknownYet
}

// comesLater reports whether records of a source table are still to be read in this run: those of the table itself, and of
// tables behind it.
func (e *engine) comesLater(t *table, a aim) bool {
	behind := false
	for _, other := range e.tables {
		behind = behind || other == t
		if behind && a.has(other.plan) {
			return true
		}
	}
	return false
}

// A reference names a record at the source, and where it is looked for.
type reference struct {
	aim
	key string
}

// An aim is where records of a source table are looked for at the destination: by a column of it, or by their keys when find is
// ""; in one table of its own, or in whichever has them when into is "".
type aim struct{ find, into, table string }

func aimOf(c core.Column, table string) aim { return aim{c.Find, c.Into, table} }

// has reports whether the records are those of a plan.
func (a aim) has(p core.Plan) bool {
	return p.Source == a.table && (a.into == "" || strings.EqualFold(a.into, p.Table))
}

// An answer is what is known of a reference.
type answer struct {
	id      string
	several bool
	waits   bool // its record was refused, skipped or is unsure in this run
}

// resolved are the answers to references.
type resolved map[reference]answer

// of turns a reference into the destination's id, as far as it is known.
func (ids resolved) of(c core.Column, v core.Value) (core.Value, refState) {
	if v.Kind() != core.KindRef {
		return v, resolvedNow
	}
	table, key := v.AsRef()
	a := ids[reference{aimOf(c, table), key}]
	switch {
	case a.several:
		return v, ambiguous
	case a.id == "":
		return v, unknownYet
	}
	return core.Ref(table, a.id), resolvedNow
}

// refused reports whether the record that a reference names was itself refused: nothing takes its place.
func (ids resolved) refused(c core.Column, v core.Value) bool {
	table, key := v.AsRef()
	return ids[reference{aimOf(c, table), key}].waits
}

// lookUp finds the destination's ids of everything that the rows' reference columns point at.
func (e *engine) lookUp(ctx context.Context, p core.Plan, rows []core.Record) (resolved, error) {
	wanted := map[aim][]string{} // to keys
	ids := resolved{}
	for c, column := range p.Columns {
		if !column.Ref {
			continue
		}
		for _, r := range rows {
			if r.Gone {
				continue
			}
			table, key := r.Values[c].AsRef()
			ref := reference{aimOf(column, table), key}
			if _, seen := ids[ref]; key != "" && !seen {
				ids[ref] = answer{}
				wanted[ref.aim] = append(wanted[ref.aim], key)
			}
		}
	}
	for by, keys := range wanted {
		find := e.findRecords
		if by.find != "" {
			find = e.findBy
		}
		if err := find(ctx, by, keys, ids); err != nil {
			return nil, err
		}
		if err := e.waitFor(ctx, by, keys, ids); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// waitFor notes which of the records that were not found were refused, skipped or are unsure in this run.
func (e *engine) waitFor(ctx context.Context, by aim, keys []string, ids resolved) error {
	var unknown []string
	for _, key := range keys {
		if a := ids[reference{by, key}]; a.id == "" && !a.several {
			unknown = append(unknown, key)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	if e.rehearsing != nil {
		return e.rehearsing.planned(ctx, by, unknown, ids)
	}
	kinds, err := e.Journal.Excepted(ctx, e.current.ID, by.table, unknown)
	for key := range kinds {
		ids[reference{by, key}] = answer{waits: true}
	}
	if err != nil {
		return err
	}
	return e.waitsStill(ctx, by, slices.DeleteFunc(unknown, func(key string) bool { _, ok := kinds[key]; return ok }), ids)
}

// findRecords finds the records that were imported: by the journal, then by the destination.
func (e *engine) findRecords(ctx context.Context, by aim, keys []string, ids resolved) error {
	under := by.table
	if by.into != "" {
		under = e.under(core.Plan{Source: by.table, Table: by.into})
	}
	known, err := e.Journal.Pairs(ctx, e.own, under, keys)
	if err != nil {
		return err
	}
	var unknown []string
	for _, key := range keys {
		if id, ok := known[key]; ok {
			ids[reference{by, key}] = answer{id: id}
		} else {
			unknown = append(unknown, key)
		}
	}
	match := make([]core.Match, len(unknown))
	for i, key := range unknown {
		match[i].Key = key
	}
	return e.find(ctx, by, unknown, match, ids)
}

// find asks the destination for records. One source table may lie in several tables there; several hits in one of them
// are no answer: nothing is guessed.
func (e *engine) find(ctx context.Context, by aim, keys []string, match []core.Match, ids resolved) error {
	finder, ok := e.Destination.(core.Finder)
	if !ok {
		return nil
	}
	var seen []string
	for _, t := range e.tables {
		if !by.has(t.plan) || slices.Contains(seen, t.plan.Table) || len(keys) == 0 {
			continue
		}
		seen = append(seen, t.plan.Table)
		p := t.plan
		p.Columns = slices.DeleteFunc(slices.Clone(p.Columns), func(c core.Column) bool { return by.find == "" || c.Name != by.find || t.lacks[c.Name] })
		if by.find != "" && len(p.Columns) == 0 {
			continue
		}
		found, err := finder.Find(ctx, p, match)
		if err != nil {
			return core.During("looking for records of "+t.plan.Table, err)
		}
		leaving, err := e.leaving(ctx, t, keys)
		if err != nil {
			return err
		}
		var left []string
		var rest []core.Match
		for i, hits := range found {
			switch {
			case i >= len(keys):
			case leaving[keys[i]]: // it is not there any more when the run has ended
				left, rest = append(left, keys[i]), append(rest, match[i])
			case len(hits) == 1:
				ids[reference{by, keys[i]}] = answer{id: hits[0].ID}
			case len(hits) > 1 && by.find != "":
				ids[reference{by, keys[i]}] = answer{several: true}
			default:
				left, rest = append(left, keys[i]), append(rest, match[i])
			}
		}
		keys, match = left, rest
	}
	return nil
}

// findBy finds records by a column of their table, such as the name: with the value that their own mapping puts there.
func (e *engine) findBy(ctx context.Context, by aim, keys []string, ids resolved) error {
	for _, t := range e.tables {
		at := slices.IndexFunc(t.plan.Columns, func(c core.Column) bool { return c.Name == by.find })
		if !by.has(t.plan) || at < 0 {
			continue
		}
		for some := range slices.Chunk(keys, owedAtOnce) {
			if err := e.findPage(ctx, t, by, at, some, ids); err != nil {
				return err
			}
		}
		return nil
	}
	return nil
}

// findPage reads some records of a table, maps them, and looks for what they are mapped to.
func (e *engine) findPage(ctx context.Context, t *table, by aim, at int, keys []string, ids resolved) error {
	maps, err := e.mapper(t)
	if err != nil {
		return err
	}
	q := t.query
	q.Keys, q.Limit, q.Filter, q.Range = keys, 0, "", core.Range{}
	pool := newPool(1)
	for page, err := range e.Source.Read(ctx, q, core.Bookmark{}) {
		if err != nil {
			return core.During("reading "+t.plan.Source, err)
		}
		m, err := maps.page(ctx, page, pool, int64(len(keys)))
		if err == nil {
			var found []string
			var match []core.Match
			column := t.plan.Columns[at].Name
			for _, r := range m.rows {
				if !r.Gone && !r.Values[at].Blank() {
					found = append(found, strings.Clone(r.Key))
					match = append(match, core.Match{Fields: map[string]core.Value{column: r.Values[at]}})
				}
			}
			err = e.find(ctx, by, found, match, ids)
		}
		m.release()
		if err != nil {
			return err
		}
	}
	return nil
}

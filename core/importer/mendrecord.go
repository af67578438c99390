package importer

import (
	"context"
	"maps"
	"slices"

	"ferry/core"
	"ferry/core/mapping"
)

// An Examined record is one that waits, looked at now: what the source has of it, what the mapping makes of that, what a person
// gave instead, and what is found of it at the destination. It holds people's data and is kept nowhere.
type Examined struct {
	Mapping string
	Table   string // logical name at the source
	Key     string
	Name    string // what people call it; "" is not known
	Fields  []ExaminedField
	Looks   bool // the destination can be asked for it, and Hits is what it said
	Hits    []Hit
}

// An ExaminedField is one column of an examined record.
type ExaminedField struct {
	Column string
	From   []mapping.Original
	Result core.Value
	Fault  *core.Fault // why the mapping refuses it
	Given  bool        // a person gave a value
	Stale  bool        // the source has another value since: what was given is not used any more
}

// A Hit is a record at the destination that may be the one.
type Hit struct {
	ID     string
	ByKey  bool         // it has the record's key; otherwise it fits the mapping's match
	Values []core.Value // in the order of the examined fields; Absent is not known
}

// Examine looks at one record of a mapping by its key. With find the destination is asked too. The Job needs no run: Source,
// Destination, Mappings, Journal and Seal count.
func Examine(ctx context.Context, j Job, id, key string, find bool) (Examined, error) {
	e := newEngine(j, nil)
	defer e.close()
	t, in, err := e.fetch(ctx, id, key)
	out := Examined{Mapping: id, Key: key}
	if err != nil {
		return out, core.During("looking at a record", err)
	}
	out.Table = t.plan.Source
	row := mapping.Preview(t.program, []core.Record{in})[0]
	given := t.mended[key]
	values := holding(t.program, in, given)
	for i, c := range t.plan.Columns {
		f := ExaminedField{Column: c.Name, From: row.Cells[i].From, Result: row.Cells[i].Result, Fault: row.Cells[i].Fault}
		if at := slices.IndexFunc(given, func(g givenValue) bool { return g.column == c.Name }); at >= 0 {
			f.Given = true
			v, holds := values[i]
			if f.Stale = !holds; holds {
				f.Result, f.Fault = v, nil
			}
		}
		out.Fields = append(out.Fields, f)
	}
	if n := nameColumn(t, e.known.table(t.plan.Source)); n >= 0 {
		out.Name = cut(out.Fields[n].Result.Canonical(), 200)
	}
	if find {
		err = e.hitsOf(ctx, t, &out)
	}
	return out, core.During("looking for a record", err)
}

// fetch reads one record, and makes its table's mapping and mended values ready.
func (e *engine) fetch(ctx context.Context, id, key string) (*table, core.Record, error) {
	var in core.Record
	if err := e.describe(ctx); err != nil {
		return nil, in, err
	}
	at := slices.IndexFunc(e.tables, func(t *table) bool { return t.plan.ID == id })
	if at < 0 || key == "" {
		return nil, in, noSuchRetry()
	}
	t := e.tables[at]
	if err := e.loadMended(ctx); err != nil {
		return nil, in, err
	}
	var records []core.Record
	q := core.Query{Table: t.plan.Source, Fields: t.program.Fields(), Keys: []string{key}}
	for page, err := range e.Source.Read(ctx, q, core.Bookmark{}) {
		if err != nil {
			return nil, in, core.During("reading "+t.plan.Source, err)
		}
		for _, r := range page.Records {
			if !r.Gone && len(r.Values) == len(q.Fields) {
				r, _ = keptRecord(r)
				records = append(records, r)
			}
		}
		page.Release()
	}
	if len(records) == 0 {
		return nil, in, notThere()
	}
	if len(t.asks) > 0 {
		t.query = q
		others := newOthers(e.Source, e.known, t)
		if err := others.learn(ctx, records); err != nil {
			return nil, in, err
		}
		program, err := t.compile(others.ref)
		if err != nil {
			return nil, in, err
		}
		t.program = program
	}
	return t, records[0], nil
}

// hitsOf asks the destination for a record: by its key, and by what the mapping matches.
func (e *engine) hitsOf(ctx context.Context, t *table, out *Examined) error {
	finder, ok := e.Destination.(core.Finder)
	if !ok {
		return nil
	}
	missing, err := e.Destination.Missing(ctx, t.plan)
	if err != nil {
		return err
	}
	plan := t.plan
	plan.Columns = slices.DeleteFunc(slices.Clone(plan.Columns), func(c core.Column) bool {
		return slices.ContainsFunc(missing, func(m core.Thing) bool { return m.Name == plan.Table+"."+c.Name })
	})
	out.Looks = true
	if slices.ContainsFunc(missing, func(m core.Thing) bool { return m.Kind == "table" }) {
		return nil
	}
	match := []core.Match{{Key: out.Key, Values: true}}
	by := map[string]core.Value{}
	for i, c := range t.plan.Columns {
		if slices.Contains(t.plan.Match, c.Name) && !out.Fields[i].Result.Blank() {
			by[c.Name] = out.Fields[i].Result
		}
	}
	if len(by) > 0 && len(by) == len(t.plan.Match) {
		match = append(match, core.Match{Fields: by, Values: true})
	}
	found, err := finder.Find(ctx, plan, match)
	if err != nil {
		return err
	}
	for n, hits := range found {
		for _, h := range hits {
			if slices.ContainsFunc(out.Hits, func(x Hit) bool { return x.ID == h.ID }) {
				continue
			}
			hit := Hit{ID: h.ID, ByKey: n == 0, Values: make([]core.Value, len(out.Fields))}
			for i, c := range plan.Columns {
				at := slices.IndexFunc(out.Fields, func(f ExaminedField) bool { return f.Column == c.Name })
				if i < len(h.Values) && at >= 0 {
					hit.Values[at] = kept(h.Values[i])
				}
			}
			out.Hits = append(out.Hits, hit)
		}
	}
	return nil
}

// Mend gives a value for one column of one record, in the place of what the mapping makes of it; see MendedValue. "" is no
// value. It is refused where the column does not take it, and where it could not be kept sealed.
func Mend(ctx context.Context, j Job, id, key, column, text string) error {
	return MendAll(ctx, j, id, key, map[string]string{column: text})
}

// MendAll is Mend for several columns of a record. None is kept when one is refused.
func MendAll(ctx context.Context, j Job, id, key string, values map[string]string) error {
	mender, ok := j.Journal.(Mender)
	if !ok || j.Seal == nil || !j.Seal.Lasting() {
		return cannotMend()
	}
	if j.KeepFor < 0 {
		return keepsNothing()
	}
	e := newEngine(j, nil)
	defer e.close()
	t, in, err := e.fetch(ctx, id, key)
	if err != nil {
		return core.During("mending a value", err)
	}
	var all []MendedValue
	for _, column := range slices.Sorted(maps.Keys(values)) {
		at := slices.IndexFunc(t.plan.Columns, func(c core.Column) bool { return c.Name == column })
		if at < 0 {
			return noSuchField(column)
		}
		if _, takes := t.program.Given(at, values[column]); !takes {
			return notTaken(column)
		}
		g := givenValue{column: column, from: feedsDigest(t.program, at, in), text: values[column]}
		all = append(all, MendedValue{Mapping: id, Key: key, Column: column, Sealed: sealGiven(j.Seal, id, key, g), Made: e.Now()})
	}
	for _, m := range all {
		if err := mender.KeepMended(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

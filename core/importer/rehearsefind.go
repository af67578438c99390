package importer

import (
	"context"
	"slices"
	"strings"

	"ferry/core"
)

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

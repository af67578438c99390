package halo

import (
	"context"
	"strings"

	"ferry/core"
)

// One record of the source may become a customer and a site. Halo makes a main site with each customer: a site that is made of
// the record of its own customer is that one, and no second is made beside it. Where Ferry made the customer, it made the main
// site too, and its values are written as those of a record that it made.

// ofItself is the column by which the sites of a plan belong to the customers of their own records; -1 for none.
func (s *shape) ofItself() int {
	if s.t.name != sites {
		return -1
	}
	for i, f := range s.fields {
		if c := s.plan.Columns[i]; f.typ == core.TypeLookup && f.target == customers && c.Ref && c.Holds == core.TypeID {
			return i
		}
	}
	return -1
}

// freshSites reads the sites once more where customers were made since, each with a main site that was not there before.
func (w *writing) freshSites(ctx context.Context) (err error) {
	if w.s.ofItself() < 0 || w.ix.before == len(w.d.fresher) {
		return nil
	}
	delete(w.d.indexes, sites)
	w.ix, err = w.d.index(ctx, w.s.t)
	return err
}

// ownSite finds the main site of the customer that was made of the same record, unless it is another record's site already.
func (w *writing) ownSite(ctx context.Context, j *job) error {
	at := w.s.ofItself()
	if at < 0 || j.r.Gone {
		return nil
	}
	customer, found, ok := readID(strings.TrimPrefix(j.r.Values[at].Canonical(), sitePrefix))
	if !ok {
		return nil
	}
	main, err := w.d.mainSite(ctx, customer)
	if err != nil {
		if answered(err) == 404 || core.AsFault(err).Kind == core.BadRecord {
			return nil // the customer is gone: Halo says so itself
		}
		return err
	}
	if main > 0 && w.ix.rows[main] == nil { // the list leaves it out
		w.ix.rows[main] = &there{id: main, row: object{}}
	}
	switch e := w.ix.rows[main]; {
	case j.there == nil && e != nil && e.key == "":
		j.there, j.marks = e, true
	case j.there == nil || j.there != e:
		return nil
	}
	if j.marks && !found {
		j.own, j.made, j.fresh = true, true, w.d.fresher[customer]
	}
	return nil
}

// leaveMain leaves out the main sites of those that are to be taken away: they go with their customers, which the same import
// made.
func (d *Destination) leaveMain(ctx context.Context, t *table, all []taken, outcomes []core.Outcome) ([]taken, error) {
	if t.name != sites {
		return all, nil
	}
	var left []taken
	for _, x := range all {
		customer, _ := x.e.row.id("client_id")
		main, err := d.mainSite(ctx, customer)
		switch {
		case err != nil:
			return nil, err
		case main == x.e.id:
			outcomes[x.at] = core.Outcome{Kind: core.Removed}
		default:
			left = append(left, x)
		}
	}
	return left, nil
}

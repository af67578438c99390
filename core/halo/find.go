package halo

import (
	"context"
	"strings"

	"ferry/core"
)

// Find tells what is there of records: by Ferry's mark, or by columns. Where Ferry could leave no mark, and a record is asked
// for by its key alone, it cannot tell.
func (d *Destination) Find(ctx context.Context, p core.Plan, match []core.Match) ([][]core.Found, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(match) == 0 {
		return [][]core.Found{}, nil
	}
	p.Match = nil // who asks says what to look for
	s, err := d.shape(ctx, p)
	if err != nil {
		return nil, err
	}
	ix, err := d.index(ctx, s.t)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, m := range match {
		if len(m.Fields) == 0 {
			keys = append(keys, m.Key)
		}
	}
	if err := d.surely(ctx, ix, keys); err != nil {
		return nil, err
	}
	found := make([][]core.Found, len(match))
	blind := !d.way(s.t).proved
	for i, m := range match {
		var hits []int64
		switch {
		case len(m.Fields) > 0:
			if hits, err = d.byFields(ctx, s, ix, m.Fields); err != nil {
				return nil, err
			}
		case blind:
			return nil, nil
		default:
			hits = ix.byKey[strings.ToLower(m.Key)]
		}
		for _, n := range hits {
			one, err := d.foundOne(ctx, s, ix.rows[n], m)
			if err != nil {
				return nil, err
			}
			found[i] = append(found[i], one)
		}
	}
	return found, nil
}

// byFields are the rows in which all of some columns are equal.
func (d *Destination) byFields(ctx context.Context, s *shape, ix *index, want map[string]core.Value) ([]int64, error) {
	var fields []*field
	var texts []string
	for name, v := range want {
		f := s.t.field(name)
		if f == nil {
			return nil, noField(name)
		}
		text := f.comparable(v)
		if text == "" {
			return nil, nil
		}
		fields, texts = append(fields, f), append(texts, text)
	}
	var hits []int64
	for n, e := range ix.rows {
		if e.general() {
			continue
		}
		text, told, err := d.textOf(ctx, s.t, e, fields)
		if err != nil {
			return nil, err
		}
		if told && text == strings.Join(texts, "\x00") {
			hits = append(hits, n)
		}
	}
	return hits, nil
}

// Same implements core.Comparer. The mark of a record that was found is no part of its id.
func (d *Destination) Same(t core.ColumnType, there, next core.Value) bool {
	if there.Blank() || next.Blank() {
		return there.Blank() && next.Blank() || t == core.ColumnBoolean && !there.AsBool() && !next.AsBool()
	}
	if t == core.ColumnBoolean {
		a, _ := readBool(there)
		b, _ := readBool(next)
		return a == b
	}
	a, b := strings.TrimPrefix(there.Canonical(), foundMark), strings.TrimPrefix(next.Canonical(), foundMark)
	return a == b || strings.HasPrefix(b, sitePrefix) && d.atHome(a, b)
}

// atHome reports whether a customer is that of the default site, and a reference to a site is one to it.
func (d *Destination) atHome(customer, site string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	ix := d.indexes[sites]
	if d.home == 0 || ix == nil || ix.rows[d.home] == nil || site != sitePrefix+writeID(d.home, false) {
		return false
	}
	n, ok := ix.rows[d.home].row.id("client_id")
	return ok && customer == writeID(n, false)
}

// asReferred is a site as references to customers are written: the customer, where it is its main site.
func (d *Destination) asReferred(ctx context.Context, e *there, f *field, v core.Value) (core.Value, error) {
	customer, ok := e.row.id("client_id")
	text, isSite := strings.CutPrefix(v.Canonical(), sitePrefix)
	n, _, is := readID(text)
	if f.target == sites && isSite {
		return core.Ref("", text), nil
	}
	if !ok || !isSite || !is || f.target != customers {
		return v, nil
	}
	main, err := d.mainSite(ctx, customer)
	if err == nil && main == n {
		v = core.Ref("", writeID(customer, false))
	}
	return v, err
}

func (d *Destination) foundOne(ctx context.Context, s *shape, e *there, m core.Match) (core.Found, error) {
	one := core.Found{ID: writeID(e.id, e.found)}
	if !m.Values && !m.Traces {
		return one, nil
	}
	one.Values = make([]core.Value, len(s.fields))
	for i, f := range s.fields {
		v, _, err := d.presentOf(ctx, s.t, e, f)
		if err != nil {
			return one, err
		}
		if one.Values[i] = v; f.typ == core.TypeLookup && s.t.name == users {
			if one.Values[i], err = d.asReferred(ctx, e, f, v); err != nil {
				return one, err
			}
		}
	}
	if m.Traces {
		switch {
		case e.key == "":
			one.Trace = core.Unmarked
		case e.found:
			one.Trace = core.FoundHere
		default:
			one.Trace = core.MadeHere
		}
		one.Left = make([]core.Value, len(s.fields))
	}
	return one, nil
}

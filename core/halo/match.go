package halo

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"ferry/core"
)

// Which record is the same one, where Ferry left no mark: one whose chosen fields are all equal, and none of them empty. Names
// are compared without regard to case and spaces, e-mail addresses without regard to case, websites by their host. Several are
// a conflict and never a guess. The General User of a site is nobody.

// A matcher finds rows by the columns of a plan's Match.
type matcher struct {
	fields []*field
	at     []int // columns of the plan
	byText map[string][]int64
	taken  map[int64]string // by records of this run
}

// matcher makes the matcher of a shape; nil when the plan matches by nothing.
func (d *Destination) matcher(ctx context.Context, s *shape, ix *index) (*matcher, error) {
	if len(s.match) == 0 {
		return nil, nil
	}
	m := &matcher{at: s.match, byText: map[string][]int64{}, taken: map[int64]string{}}
	for _, i := range s.match {
		m.fields = append(m.fields, s.fields[i])
	}
	for n, e := range ix.rows {
		if e.general() {
			continue
		}
		text, told, err := d.textOf(ctx, ix.t, e, m.fields)
		if err != nil {
			return nil, err
		}
		if told && text != "" {
			m.byText[text] = append(m.byText[text], n)
		}
	}
	return m, nil
}

// textOf is what a row is found by. A member that lists do not tell is read.
func (d *Destination) textOf(ctx context.Context, t *table, e *there, fields []*field) (string, bool, error) {
	var parts []string
	for _, f := range fields {
		v, told, err := d.presentOf(ctx, t, e, f)
		if err != nil {
			return "", false, err
		}
		text := f.comparable(v)
		if !told || text == "" {
			return "", told, nil
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "\x00"), true, nil
}

// presentOf is what stands in a field, read when the list did not tell it.
func (d *Destination) presentOf(ctx context.Context, t *table, e *there, f *field) (core.Value, bool, error) {
	if t.name == customers && (f.at == onSite || f.at == address) {
		site, err := d.siteOf(ctx, e.id)
		if err != nil || site == nil {
			return core.Value{}, false, err
		}
		st, err := d.table(ctx, sites)
		if err != nil {
			return core.Value{}, false, err
		}
		return d.presentOf(ctx, st, site, f.ofSite())
	}
	if f.typ == core.TypeLookup {
		n, ok := e.row.id(f.member)
		if !ok || n == 0 {
			return core.Null(), ok, nil
		}
		if t.name == users {
			return siteRef(n), true, nil
		}
		return core.Ref("", writeID(n, false)), true, nil
	}
	if v, ok := e.present(f); ok {
		return v, true, nil
	}
	if err := d.whole(ctx, t, e); err != nil {
		return core.Value{}, false, err
	}
	v, ok := e.present(f)
	if !ok { // Halo leaves out what is empty
		return core.Null(), true, nil
	}
	return v, true, nil
}

// ofSite is a field of a customer's main site as the site has it.
func (f *field) ofSite() *field {
	return &field{name: f.name, member: f.member, typ: f.typ, at: map[place]place{address: address}[f.at]}
}

// siteOf is the main site of a customer, from the list of sites.
func (d *Destination) siteOf(ctx context.Context, customer int64) (*there, error) {
	n, err := d.mainSite(ctx, customer)
	if err != nil || n == 0 {
		return nil, err
	}
	t, err := d.table(ctx, sites)
	if err != nil {
		return nil, err
	}
	ix, err := d.index(ctx, t)
	if err != nil {
		return nil, err
	}
	if ix.rows[n] == nil {
		ix.rows[n] = &there{id: n, row: object{}}
	}
	return ix.rows[n], nil
}

// comparable is a value by which rows are found; "" for nothing.
func (f *field) comparable(v core.Value) string {
	text := strings.TrimSpace(v.Canonical())
	if f.typ == core.TypeLookup {
		return strings.TrimPrefix(text, foundMark)
	}
	switch f.name {
	case "website", "domain", "emaildomain":
		return host(text)
	}
	return fold(text)
}

// host is what of a website tells whose it is: contoso.com of https://www.contoso.com/de.
func host(text string) string {
	text = strings.ToLower(text)
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

// general reports whether a row is the General User of a site.
func (e *there) general() bool {
	_, user := e.row["site_id"]
	return user && fold(e.row.text("name")) == "general user"
}

// find finds the row that a record means; 0 for none. The Fault says that nothing is guessed.
func (m *matcher) find(ix *index, r *core.Record, names []string) (int64, *core.Fault) {
	var parts []string
	for i, f := range m.fields {
		text := f.comparable(r.Values[m.at[i]])
		if text == "" {
			return 0, nil
		}
		parts = append(parts, text)
	}
	// What Ferry made of another record is that record's alone: two accounts of one name become two customers, whenever they come.
	hits := slices.DeleteFunc(slices.Clone(m.byText[strings.Join(parts, "\x00")]), func(n int64) bool {
		e := ix.rows[n]
		return e != nil && e.key != "" && !e.found && !strings.EqualFold(e.key, r.Key)
	})
	switch {
	case len(hits) == 0:
		return 0, nil
	case len(hits) > 1:
		return 0, severalMatch(names)
	}
	e := ix.rows[hits[0]]
	if e == nil {
		return 0, nil
	}
	if e.key != "" && e.key != r.Key || m.taken[e.id] != "" && m.taken[e.id] != r.Key {
		return 0, matchTaken(names)
	}
	m.taken[e.id] = r.Key
	return e.id, nil
}

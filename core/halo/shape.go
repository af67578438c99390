package halo

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ferry/core"
)

// A shape is a plan against what Halo has.
type shape struct {
	plan   core.Plan
	t      *table
	fields []*field // of each column
	match  []int
	names  []string // of the match, for people
	site   bool     // some column lies in the customer's main site
	custom bool     // some column is a custom field
}

// shape looks up the fields of a plan. A column that is not there is a Fault.
func (d *Destination) shape(ctx context.Context, p core.Plan) (*shape, error) {
	t, err := d.table(ctx, p.Table)
	if err != nil {
		return nil, err
	}
	s := &shape{plan: p, t: t}
	if t.rows != nil {
		if f := t.field(p.Key); f != nil && f.typ == core.TypeText && f != t.rows.key {
			t.rows.key = f
			delete(d.indexes, t.name)
		}
		if t.rows.key == nil {
			return nil, noKeyField(t.display)
		}
	}
	for _, c := range p.Columns {
		f := t.field(c.Name)
		switch {
		case f == nil:
			return nil, noField(c.Name)
		case f.def != nil && f.def.kind == "":
			return nil, unknownType(c.Name)
		case !f.writable():
			return nil, readOnly(c.Name)
		}
		s.fields = append(s.fields, f)
		s.site = s.site || t.name == customers && (f.at == onSite || f.at == address)
		s.custom = s.custom || f.at == custom
	}
	if s.placing() >= 0 {
		if other, ok := d.placers[s.brings()]; ok && other != p.ID {
			d.placers[s.brings()] = ""
		} else {
			d.placers[s.brings()] = p.ID
		}
	}
	for _, name := range p.Match {
		i := slices.IndexFunc(p.Columns, func(c core.Column) bool { return strings.EqualFold(c.Name, name) })
		if i < 0 {
			return nil, noMatchColumn(name)
		}
		s.match = append(s.match, i)
		s.names = append(s.names, s.fields[i].display)
	}
	return s, nil
}

// Missing tells the custom fields that a plan needs and Halo does not have.
func (d *Destination) Missing(ctx context.Context, p core.Plan) ([]core.Thing, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t, err := d.table(ctx, p.Table)
	if err != nil {
		return nil, err
	}
	var things []core.Thing
	for _, c := range p.Columns {
		if t.field(c.Name) == nil {
			things = append(things, core.Thing{Kind: "field", Name: t.name + "." + c.Name, Plan: p.ID})
		}
	}
	return things, nil
}

// Prepare makes custom fields, where that is switched on, and gives users without a customer the default site.
func (d *Destination) Prepare(ctx context.Context, p core.Plan, things []core.Thing) (core.Plan, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t, err := d.table(ctx, p.Table)
	if err != nil {
		return p, err
	}
	made := false
	for _, thing := range things {
		name := strings.TrimPrefix(thing.Name, t.name+".")
		i := slices.IndexFunc(p.Columns, func(c core.Column) bool { return c.Name == name })
		if thing.Kind != "field" || i < 0 || t.field(name) != nil {
			continue
		}
		if !d.to.make {
			return p, noField(name)
		}
		if err := d.c.makeField(ctx, t.number, newFieldOf(p, p.Columns[i])); err != nil {
			return p, err
		}
		made = true
	}
	if made {
		d.forget(t)
		if t, err = d.table(ctx, p.Table); err != nil {
			return p, err
		}
	}
	if err := d.fillDynamics(ctx, t, p); err != nil {
		return p, err
	}
	return d.preview(ctx, p)
}

// Preview implements core.Previewer.
func (d *Destination) Preview(ctx context.Context, p core.Plan) (core.Plan, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.preview(ctx, p)
}

// preview makes sure that an import may begin, and gives users without a customer the default site.
func (d *Destination) preview(ctx context.Context, p core.Plan) (core.Plan, error) {
	if p.Table == customers || p.Table == sites || p.Table == users {
		if err := d.seesAll(ctx); err != nil {
			return p, err
		}
	}
	if p.Table != users || d.to.defaultSite == "" {
		return p, nil
	}
	home, err := d.defaultSite(ctx)
	if err != nil {
		return p, err
	}
	p.Columns = slices.Clone(p.Columns)
	for i := range p.Columns {
		if c := &p.Columns[i]; c.Ref && (c.Name == "customer" || c.Name == "site") && c.Rule.StandIn == "" {
			c.Rule.StandIn = sitePrefix + writeID(home, false)
		}
	}
	return p, nil
}

// Instead implements core.Alternate: a user whose account does not come needs the default site.
func (d *Destination) Instead(p core.Plan, c core.Column) string {
	if p.Table != users || d.to.defaultSite != "" || c.Name != "customer" && c.Name != "site" {
		return ""
	}
	return "Import that record first, or fill in “Default site” (default-site), which takes it; then start this import again."
}

// sitePrefix begins an id that is a site's where a customer's is expected.
const sitePrefix = "site:"

func siteRef(n int64) core.Value { return core.Ref("", sitePrefix+writeID(n, false)) }

// defaultSite finds the site that the setting names.
func (d *Destination) defaultSite(ctx context.Context) (int64, error) {
	if d.home != 0 {
		return d.home, nil
	}
	customer, site, ok := strings.Cut(d.to.defaultSite, "/")
	if !ok || strings.TrimSpace(customer) == "" || strings.TrimSpace(site) == "" {
		return 0, badDefaultSite()
	}
	t, err := d.table(ctx, sites)
	if err != nil {
		return 0, err
	}
	ix, err := d.index(ctx, t)
	if err != nil {
		return 0, err
	}
	var hits []int64
	told := len(ix.rows) == 0
	for n, e := range ix.rows {
		whole := e.row.text("clientsite_name")
		told = told || whole != "" || e.row.text("client_name") != ""
		if whole == "" {
			whole = e.row.text("client_name") + "/" + e.row.text("name")
		}
		if fold(whole) == fold(d.to.defaultSite) && !e.row.yes("inactive") {
			hits = append(hits, n)
		}
	}
	if !told {
		if hits, err = d.sitesOf(ctx, ix, customer, site); err != nil {
			return 0, err
		}
	}
	switch len(hits) {
	case 0:
		return 0, noDefaultSite()
	case 1:
		d.home = hits[0]
		return d.home, nil
	}
	return 0, severalDefaultSites()
}

// sitesOf are the active sites of a name of a customer, where lists of sites do not tell whose they are.
func (d *Destination) sitesOf(ctx context.Context, ix *index, customer, site string) ([]int64, error) {
	t, err := d.table(ctx, customers)
	if err != nil {
		return nil, err
	}
	all, err := d.index(ctx, t)
	if err != nil {
		return nil, err
	}
	var hits []int64
	for id, c := range all.rows {
		if fold(c.row.text("name")) != fold(customer) {
			continue
		}
		q := url.Values{"client_id": {strconv.FormatInt(id, 10)}, "includeinactive": {"true"}}
		var found []*there
		if err := d.c.list(ctx, "reading the sites of a customer of Halo", ix.t.path, ix.t.key, q, func(o object) error {
			if n, ok := o.id("id"); ok && ix.rows[n] != nil && fold(o.text("name")) == fold(site) {
				found = append(found, ix.rows[n])
			}
			return nil
		}); err != nil {
			return nil, err
		}
		for _, e := range found {
			if err := d.whole(ctx, ix.t, e); err != nil {
				return nil, err
			}
			if of, _ := e.row.id("client_id"); of == id && !e.row.yes("inactive") {
				hits = append(hits, e.id)
			}
		}
	}
	return hits, nil
}

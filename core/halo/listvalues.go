package halo

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"ferry/core"
)

// makeValues adds the options to a list that are not in it, at once.
func (c *client) makeValues(ctx context.Context, d *definition, options []core.Choosing) error {
	var new []object
	made := map[string]bool{}
	for _, o := range options {
		name := strings.TrimSpace(o.Label)
		if key := fold(name); name != "" && o.To == "" && !made[key] && len(d.byLabel(name)) == 0 {
			made[key] = true
			new = append(new, c.newValue(d, name, dynamicsOf(options, name)))
		}
	}
	if len(new) == 0 {
		return nil
	}
	_, err := c.post(ctx, "adding values to a list of Halo", "Lookup", new)
	return err
}

// newValue is the element that adds a value to a list. dynamics is its id in Dynamics, which Halo's own importer needs; "" is
// not known.
func (c *client) newValue(d *definition, label, dynamics string) object {
	o := object{"lookupid": d.lookup, "name": label}
	c.setDynamics(o, dynamics)
	return o
}

// setDynamics puts the id in Dynamics into the column that the settings name.
func (c *client) setDynamics(o object, dynamics string) {
	if c.to.slot == "" || dynamics == "" {
		return
	}
	if o[c.to.slot] = dynamics; c.to.slot == "valueint1" {
		o[c.to.slot], _ = asID(dynamics)
	}
}

// dynamicsOf is the code of the one option of a label; "" when there is none, or several are called so.
func dynamicsOf(options []core.Choosing, label string) string {
	found := ""
	for _, o := range options {
		if fold(o.Label) == fold(label) {
			if found != "" {
				return ""
			}
			found = strconv.FormatInt(o.Code, 10)
		}
	}
	return found
}

// makeValue adds a value to a field's list.
func (c *client) makeValue(ctx context.Context, f *field, label, dynamics string) (value, error) {
	saved, err := c.post(ctx, "adding a value to a list of Halo", "Lookup", []object{c.newValue(f.def, label, dynamics)})
	if err != nil {
		return value{}, err
	}
	if len(saved) == 1 {
		if n, ok := saved[0].id("id"); ok && n > 0 {
			f.def.values = append(f.def.values, value{id: n, label: label, dynamics: dynamics})
			return f.def.values[len(f.def.values)-1], nil
		}
	}
	if err := c.readValues(ctx, f.def); err != nil {
		return value{}, err
	}
	if found := f.def.byLabel(label); len(found) == 1 {
		return found[0], nil
	}
	return value{}, noValue(f.display)
}

// fillDynamics writes the Dynamics ID of values that have none, where a column for it is named and making is switched on. A
// value into which several options go gets none: whichever it got, the others would be wrong.
func (d *Destination) fillDynamics(ctx context.Context, t *table, p core.Plan) error {
	if d.to.slot == "" || !d.to.make {
		return nil
	}
	var all []object
	for _, c := range p.Columns { // in their order: the same plan asks the same
		f := t.field(c.Name)
		if f == nil || f.def == nil || f.def.lookup == 0 {
			continue
		}
		ids := map[int64][]string{}
		for _, o := range p.Choices[c.Name] {
			if n, ok := f.def.meant(o); ok {
				ids[n] = append(ids[n], strconv.FormatInt(o.Code, 10))
			}
		}
		for i := range f.def.values {
			v := &f.def.values[i]
			if (v.dynamics == "" || v.dynamics == "0") && len(ids[v.id]) == 1 {
				v.dynamics = ids[v.id][0]
				o := object{"lookupid": f.def.lookup, "id": v.id, "name": v.label}
				d.c.setDynamics(o, v.dynamics)
				all = append(all, o)
			}
		}
	}
	for some := range slices.Chunk(all, d.to.batch) {
		if _, err := d.c.repost(ctx, "writing the Dynamics ID of values of a list in Halo", "Lookup", some); err != nil {
			d.forget(t)
			return err
		}
	}
	return nil
}

// meant is the value into which an option goes; false when it is not there, or several are called so.
func (d *definition) meant(o core.Choosing) (int64, bool) {
	if o.To != "" {
		if n, ok := whole(strings.TrimSpace(o.To)); ok {
			return n, d.has(n)
		}
		o.Label = o.To
	}
	if found := d.byLabel(o.Label); len(found) == 1 {
		return found[0].id, true
	}
	return 0, false
}

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
	_, err := c.postOnce(ctx, "adding values to a list of Halo", "Lookup", new, func() error {
		if err := c.readValues(ctx, d); err != nil {
			return err
		}
		new = slices.DeleteFunc(new, func(o object) bool { return len(d.byLabel(o.text("name"))) > 0 })
		return nil
	}, func() []object { return new })
	return err
}

// postOnce is post for elements that would be there twice if they were sent again without looking: where no answer comes, look
// finds out which are there, and only what is left is sent once more. Of saved there is none then.
func (c *client) postOnce(ctx context.Context, op, path string, elements []object, look func() error, left func() []object) (saved []object, err error) {
	for attempt := 1; len(elements) > 0; attempt++ {
		saved, err = c.post(ctx, op, path, elements)
		if err == nil || surelyNot(err) || refused(err) || attempt == mostTries {
			return saved, err
		}
		for range 2 { // Halo may still be at work on what it did not answer
			if err := c.wait(ctx, settle); err != nil {
				return nil, err
			}
			if err := look(); err != nil {
				return nil, err
			}
			if elements = left(); len(elements) == 0 {
				break
			}
		}
		saved = nil
	}
	return saved, nil
}

// newValue is the element that adds a value to a list. dynamics is its id in Dynamics, which Halo's own importer needs; "" is
// not known.
func (c *client) newValue(d *definition, label, dynamics string) object {
	o := object{"lookupid": d.lookup, "name": label, "_isimport": true}
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
	new := []object{c.newValue(f.def, label, dynamics)}
	saved, err := c.postOnce(ctx, "adding a value to a list of Halo", "Lookup", new, func() error { return c.readValues(ctx, f.def) }, func() []object {
		if len(f.def.byLabel(label)) > 0 {
			return nil
		}
		return new
	})
	if err != nil {
		return value{}, err
	}
	if len(saved) == 1 {
		if n, ok := saved[0].id("id"); ok && n > 0 {
			f.def.values = append(f.def.values, value{id: n, label: label, dynamics: dynamics})
			return f.def.values[len(f.def.values)-1], nil
		}
	}
	if len(f.def.byLabel(label)) == 0 {
		if err := c.readValues(ctx, f.def); err != nil {
			return value{}, err
		}
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
	var lists []*definition
	for _, c := range p.Columns { // in their order: the same plan asks the same
		f := t.field(c.Name)
		if f == nil || f.def == nil || f.def.lookup == 0 {
			continue
		}
		if new := d.lackingIDs(f.def, p.Choices[c.Name]); len(new) > 0 {
			all, lists = append(all, new...), append(lists, f.def)
		}
	}
	for some := range slices.Chunk(all, d.to.batch) {
		_, err := d.c.repost(ctx, "writing the Dynamics ID of values of a list in Halo", "Lookup", some)
		if err != nil && !surelyNot(err) && !refused(err) && d.haveIDs(ctx, lists, some) {
			continue
		}
		if err != nil {
			d.forget(t)
			return err
		}
	}
	return nil
}

// lackingIDs are the elements that give values of a list their Dynamics ID, of those that have none.
func (d *Destination) lackingIDs(def *definition, options []core.Choosing) (all []object) {
	ids := map[int64][]string{}
	for _, o := range options {
		if n, ok := def.meant(o); ok {
			ids[n] = append(ids[n], strconv.FormatInt(o.Code, 10))
		}
	}
	for i := range def.values {
		v := &def.values[i]
		if (v.dynamics == "" || v.dynamics == "0") && len(ids[v.id]) == 1 {
			v.dynamics = ids[v.id][0]
			o := object{"lookupid": def.lookup, "id": v.id, "name": v.label, "_isimport": true}
			d.c.setDynamics(o, v.dynamics)
			all = append(all, o)
		}
	}
	return all
}

// haveIDs reads whether values have the ids that were written and never answered.
func (d *Destination) haveIDs(ctx context.Context, lists []*definition, written []object) bool {
	for _, def := range lists {
		if err := d.c.readValues(ctx, def); err != nil {
			return false
		}
		for _, o := range written {
			if o["lookupid"] == def.lookup && !slices.ContainsFunc(def.values, func(v value) bool { return v.id == o["id"] && v.dynamics != "" && v.dynamics != "0" }) {
				return false
			}
		}
	}
	return true
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

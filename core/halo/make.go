package halo

import (
	"context"

	"ferry/core"
)

// MakeField implements core.Maker. Numbers become texts that take nothing else: Halo
// has no other kind for them.
func (d *Destination) MakeField(ctx context.Context, table string, f core.Field) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	t, err := d.table(ctx, table)
	if err != nil {
		return err
	}
	if t.field(f.Name) != nil {
		return fieldThere(f.Name)
	}
	defer d.forget(t) // also when only a part of it was made
	return d.c.makeField(ctx, t.number, newField{name: f.Name, label: f.Display, holds: f.Type, options: choosings(f.Options)})
}

// MakeValues implements core.Maker.
func (d *Destination) MakeValues(ctx context.Context, table, field string, values []core.Option) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	t, err := d.table(ctx, table)
	if err != nil {
		return err
	}
	f := t.field(field)
	switch {
	case f == nil:
		return noField(field)
	case f.def == nil || f.def.lookup == 0:
		return noList(field)
	}
	defer d.forget(t)
	return d.c.makeValues(ctx, f.def, choosings(values))
}

func choosings(options []core.Option) (all []core.Choosing) {
	for _, o := range options {
		all = append(all, core.Choosing{Code: o.Code, Label: o.Label})
	}
	return all
}

package halo

import (
	"context"
	"slices"

	"ferry/core"
)

// holdsMark reports whether Ferry can keep the id of a record in a field.
func (f *field) holdsMark() bool {
	return f != nil && f.writable() && (f.at == own || f.at == custom) && (f.typ == core.TypeText || f.typ == core.TypeMemo)
}

// strays are the fields that the person named for the id of Dynamics and that no table has, so that they do nothing. What this
// application may not see is not called wrong.
func (d *Destination) strays(ctx context.Context) ([]string, error) {
	left := slices.Clone(d.to.idFields)
	unseen := false
	look := func(name string) error {
		t, err := d.table(ctx, name)
		if err != nil {
			return err
		}
		unseen = unseen || t.unseen
		left = slices.DeleteFunc(left, func(name string) bool { return t.field(name).holdsMark() })
		return nil
	}
	for _, name := range []string{customers, users, sites} {
		if len(left) == 0 {
			return nil, nil
		}
		if err := look(name); err != nil {
			return nil, err
		}
	}
	if len(left) > 0 {
		all, err := d.customTables(ctx)
		if err != nil && !unavailable(err) {
			return nil, err
		}
		unseen = unseen || err != nil
		for i := 0; i < len(all) && len(left) > 0; i++ {
			if err := look(all[i].name); unavailable(err) {
				unseen = true
			} else if err != nil {
				return nil, err
			}
		}
	}
	if unseen {
		left = slices.DeleteFunc(left, customName.MatchString)
	}
	return left, nil
}

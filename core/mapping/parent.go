package mapping

import (
	"slices"
	"strings"

	"ferry/core"
)

// A Parentage is what becomes of the record that stands above each record in its own table: the parent of an account.
type Parentage struct {
	Lookup *core.Field   // of the source, that points at the parent; must not be changed
	Above  *core.Field   // of the destination, that says by a name what a record stands below; nil when it has none
	Texts  []*core.Field // of the destination, that can hold the parent's name
	Into   string        // the column that gets it; "" is none
}

// Parentage tells it; false where the table has no such lookup, or the destination makes its columns itself.
func (d *Draft) Parentage() (Parentage, bool) {
	var p Parentage
	if d.dest == nil {
		return p, false
	}
	for i := range d.source.Fields {
		f := &d.source.Fields[i]
		if f.Readable && f.Type == core.TypeLookup && slices.Equal(f.Targets, []string{d.source.Name.Logical}) && strings.Contains(f.Name, "parent") {
			p.Lookup = f
			break
		}
	}
	if p.Lookup == nil {
		return p, false
	}
	for i := range d.dest.Fields {
		f := &d.dest.Fields[i]
		switch {
		case !f.Writable || f.Name == d.dest.Key || familyOf(f.Type) != familyText:
		case f.Above:
			p.Above = f
		default:
			p.Texts = append(p.Texts, f)
		}
	}
	for i := range d.m.Columns {
		if b := &d.m.Columns[i]; b.From == FromField && b.Field == p.Lookup.Name && (p.Into == "" || p.Above != nil && b.Column == p.Above.Name) {
			p.Into = b.Column
		}
	}
	return p, p.Above != nil
}

// SetParent puts the name of the parent into a column, and into no other; "" leaves it out.
func (d *Draft) SetParent(column string) error {
	p, ok := d.Parentage()
	if !ok {
		return cannotBind(d, "no-parent", "This table has no parent that could go anywhere.", "Map another field.", column)
	}
	var b Binding
	if column != "" {
		var err error
		if b, err = d.bound(p.Lookup.Name, column); err != nil {
			return err
		}
	}
	return d.do("say what becomes of "+p.Lookup.Name, func(m *Mapping) error {
		m.Columns = slices.DeleteFunc(m.Columns, func(b Binding) bool {
			return b.From == FromField && b.Field == p.Lookup.Name && !strings.EqualFold(b.Column, column)
		})
		if column != "" {
			putBinding(m, b)
		}
		return nil
	})
}

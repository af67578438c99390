package halo

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"ferry/core"
)

// checkMapped looks whether what a mapping names is there: its table, its fields, the values of its lists, and something for
// each field without which Halo takes no record.
func (d *Destination) checkMapped(ctx context.Context, m core.Mapped, c *core.Check) error {
	t, err := d.table(ctx, m.Table)
	if err != nil {
		return err
	}
	if err := d.readable(ctx, t); err != nil {
		return err
	}
	made := 0
	var gone, values []string
	for _, name := range m.Columns {
		f := t.field(name)
		switch {
		case f == nil && d.to.make && customName.MatchString(name):
			made++
			continue
		case f == nil:
			gone = append(gone, name)
			continue
		case f.def != nil && f.def.kind == "":
			return unknownType(name)
		case !f.writable():
			return readOnly(name)
		case f.def == nil || f.def.lookup == 0:
			continue
		}
		for _, v := range m.Values[name] {
			if _, ok := f.def.meant(core.Choosing{To: v}); !ok && strings.TrimSpace(v) != "" && !slices.Contains(values, f.display) {
				values = append(values, f.display)
			}
		}
	}
	open := unmapped(t, m.Columns)
	switch {
	case len(gone) > 0 && t.unseen:
		return fieldsUnseen()
	case len(gone) > 0:
		return fieldsGone(gone)
	case len(values) > 0:
		return valuesGone(values)
	case len(open) > 0:
		return mandatory(open)
	}
	c.Detail = fmt.Sprintf("%d fields of %s", len(m.Columns), t.display)
	if t.unseen {
		c.State, c.Fault = core.CheckWarned, fieldsUnseen()
	}
	if made > 0 {
		c.Detail += fmt.Sprintf(", %d of them will be made", made)
	}
	return nil
}

// readable looks whether the application may read a table at all: customers are one scope and role, users may be another.
func (d *Destination) readable(ctx context.Context, t *table) error {
	if t.rows != nil || t.name == customers { // rows are read with their table, and customers have a check of their own
		return nil
	}
	var answer objects
	answer.key = t.key
	q := url.Values{"pageinate": {"true"}, "page_no": {"1"}, "page_size": {"1"}, "order": {"id"}, "includeinactive": {"true"}}
	return d.c.get(ctx, "reading the "+t.name+" of Halo", t.path, q, &answer)
}

// unmapped are the fields without which Halo takes no record, and which nothing is mapped to.
func unmapped(t *table, columns []string) (names []string) {
	for i := range t.fields {
		f := &t.fields[i]
		if f.must && f.writable() && !slices.ContainsFunc(columns, func(c string) bool { return strings.EqualFold(c, f.name) }) && (t.rows == nil || f != t.rows.key) {
			names = append(names, f.display)
		}
	}
	slices.Sort(names)
	return names
}

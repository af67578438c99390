package mapping

import (
	"slices"
	"strings"

	"ferry/core"
)

// Bind makes a column from a field. Where the column is bound already, the field takes the other's place and the rules
// stay. A field that does not fit is refused with the reason.
func (d *Draft) Bind(field, column string) error {
	b, err := d.bound(field, column)
	if err != nil {
		return err
	}
	return d.put("map "+field, b)
}

// bound makes a binding of a field to a column with what such a pair needs. A column that Ferry makes is a copy: what is
// emptied at the source is emptied there.
func (d *Draft) bound(field, column string) (Binding, error) {
	f := d.source.Field(field)
	if d.Free() {
		column = core.Seen(column)
	}
	switch {
	case f == nil:
		return Binding{}, cannotBind(d, "field-gone", "There is no field "+field+".", "Choose a field of the list.", field)
	case !f.Readable && f.Secured:
		return Binding{}, cannotBind(d, "field-hidden", "Column security hides "+field+" from you.", "Ask the Dynamics administrator for the right to read it.", field)
	case !f.Readable:
		return Binding{}, cannotBind(d, "field-unreadable", field+" cannot be read.", "Choose another field.", field)
	case strings.TrimSpace(column) == "":
		return Binding{}, cannotBind(d, "column-unnamed", "The column has no name.", "Give it a name.", field)
	case d.Free() && strings.EqualFold(column, d.m.Key):
		return Binding{}, cannotBind(d, "column-is-key", column+" holds the record's own id.", "Give the column another name.", field)
	}
	b := Binding{Column: column, Field: field, Was: f.Type}
	if d.Free() {
		own, carried := columnType(f.Type)
		if !carried {
			own = core.ColumnText
			if f.Type == core.TypeImage {
				own = core.ColumnBytes
			}
		}
		b.Type, b.MayEmpty = own, true
		return b, nil
	}
	to := d.there(column)
	if to == nil {
		return Binding{}, cannotBind(d, "column-gone", "The destination has no field "+column+".", "Choose a field of the list.", field)
	}
	if fit := FitsField(*f, *to); !fit.OK {
		return Binding{}, cannotBind(d, "type-unfit", fit.Why, "Choose another field for "+column+".", field)
	}
	b.To, b.NotNull = to.Type, to.Required
	b.Type = columnOf(to.Type)
	d.adapt(&b, *f, *to)
	return b, nil
}

// adapt gives a binding what its pair of fields needs: a table of choices matched by label, a way to find a record, its name.
func (d *Draft) adapt(b *Binding, from, to core.Field) {
	if needsChoices(from.Type, to.Type) {
		b.Choices = &Choices{}
		matchByLabel(b.Choices, from, to)
	}
	switch {
	case (from.Type.IsLookup() || itself(from)) && to.Type.IsLookup():
		b.Lookup = &Lookup{By: ByRecord}
	case from.Type.IsLookup() && familyOf(to.Type) == familyText: // nobody reads an id of Dynamics there
		b.Steps = []Step{{Name: "lookup", Params: map[string]string{"part": "name"}}}
	}
}

// needsChoices reports whether a pair of types goes option by option.
func needsChoices(from, to core.FieldType) bool {
	a, z := familyOf(from), familyOf(to)
	return compatible[a][z] == toOption && (a == familyChoice || a == familyChoices || a == familyBoolean)
}

// columnOf is the column type by which a field of the destination is described in a plan.
func columnOf(t core.FieldType) core.ColumnType {
	c, ok := columnType(t)
	if !ok {
		return core.ColumnBytes
	}
	return c
}

// put replaces what goes to a column, or adds it at the end. Rules that a person set stay.
func (d *Draft) put(verb string, b Binding) error {
	return d.do(verb, func(m *Mapping) error {
		putBinding(m, b)
		return nil
	})
}

func putBinding(m *Mapping, b Binding) {
	for i := range m.Columns {
		if strings.EqualFold(m.Columns[i].Column, b.Column) {
			old := m.Columns[i]
			b.Made, b.Found, b.MayEmpty, b.NotNull = old.Made, old.Found, old.MayEmpty, b.NotNull || old.NotNull
			m.Columns[i] = b
			return
		}
	}
	m.Columns = append(m.Columns, b)
}

// BindConstant gives a column the same text for every record.
func (d *Draft) BindConstant(column, text string) error {
	return d.bindMade(column, Binding{From: FromConstant, Text: text})
}

// BindTemplate makes a column from a text with fields in it: "{{firstname}} {{lastname}}".
func (d *Draft) BindTemplate(column, template string) error {
	if _, ok := parseTemplate(template); !ok {
		return cannotBind(d, "template-wrong", "A field in the template is not closed.", "Write each field as {{name}}.", column)
	}
	return d.bindMade(column, Binding{From: FromTemplate, Text: template})
}

// BindSeveral makes a column from the first of some fields that is not empty.
func (d *Draft) BindSeveral(column string, fields ...string) error {
	if len(fields) == 0 {
		return cannotBind(d, "nothing-several", "No field is chosen.", "Choose at least one field.", column)
	}
	for _, name := range fields {
		if f := d.source.Field(name); f == nil || !f.Readable {
			return cannotBind(d, "field-gone", "There is no field "+name+" that can be read.", "Choose a field of the list.", name)
		}
	}
	first := *d.source.Field(fields[0])
	b := Binding{From: FromSeveral, Fields: slices.Clone(fields), Was: first.Type}
	if to := d.there(column); to != nil {
		d.adapt(&b, first, *to)
	} else if own, ok := columnType(first.Type); ok {
		b.Type = own
	}
	return d.bindMade(column, b)
}

// bindMade binds a column to what is not one field.
func (d *Draft) bindMade(column string, b Binding) error {
	b.Column, b.MayEmpty = strings.TrimSpace(core.Seen(column)), d.Free()
	if b.Column == "" {
		return cannotBind(d, "column-unnamed", "The column has no name.", "Give it a name.", "")
	}
	if d.Free() && strings.EqualFold(b.Column, d.m.Key) {
		return cannotBind(d, "column-is-key", column+" holds the record's own id.", "Give the column another name.", column)
	}
	if to := d.there(column); to != nil {
		if !to.Writable {
			return cannotBind(d, "column-read-only", column+" cannot be written.", "Choose another field.", column)
		}
		b.To, b.NotNull, b.Type = to.Type, to.Required, columnOf(to.Type)
	} else if !d.Free() {
		return cannotBind(d, "column-gone", "The destination has no field "+column+".", "Choose a field of the list.", column)
	}
	if b.Type == "" {
		b.Type = core.ColumnText
		if i := d.find(column); i >= 0 {
			b.Type = d.m.Columns[i].Type
		}
	}
	return d.put("map "+column, b)
}

// Unbind takes columns out of the mapping, as one step.
func (d *Draft) Unbind(columns ...string) error {
	return d.do("leave out "+strings.Join(columns, ", "), func(m *Mapping) error {
		before := len(m.Columns)
		m.Columns = slices.DeleteFunc(m.Columns, func(b Binding) bool {
			return slices.ContainsFunc(columns, func(c string) bool { return strings.EqualFold(c, b.Column) })
		})
		if len(m.Columns) == before {
			return cannotBind(d, "not-mapped", "Nothing is mapped there.", "Choose a column of the list.", strings.Join(columns, ", "))
		}
		return nil
	})
}

// Rename gives a column that Ferry makes another name.
func (d *Draft) Rename(column, name string) error {
	name = strings.TrimSpace(core.Seen(name))
	if !d.Free() {
		return cannotBind(d, "name-given", "The destination gives its fields their names.", "Map to another field instead.", column)
	}
	if name == "" {
		return cannotBind(d, "column-unnamed", "The column has no name.", "Give it a name.", column)
	}
	if strings.EqualFold(name, d.m.Key) {
		return cannotBind(d, "column-is-key", name+" holds the record's own id.", "Give the column another name.", column)
	}
	if i := d.find(name); i >= 0 && !strings.EqualFold(name, column) {
		return cannotBind(d, "column-twice", "There is a column "+name+" already.", "Choose another name.", column)
	}
	return d.change("rename "+column, column, func(m *Mapping, b *Binding) error {
		for i := range m.Match.Columns {
			if strings.EqualFold(m.Match.Columns[i], b.Column) {
				m.Match.Columns[i] = name
			}
		}
		for _, p := range []*Policy{&m.Gone, &m.Left} {
			if strings.EqualFold(p.Column, b.Column) {
				p.Column = name
			}
		}
		b.Column = name
		return nil
	})
}

// Move puts a column at another place in the order, from 0.
func (d *Draft) Move(column string, to int) error {
	return d.do("move "+column, func(m *Mapping) error {
		i := d.find(column)
		if i < 0 {
			return notMapped(d, column)
		}
		b := m.Columns[i]
		m.Columns = slices.Delete(m.Columns, i, i+1)
		m.Columns = slices.Insert(m.Columns, max(0, min(to, len(m.Columns))), b)
		return nil
	})
}

// change changes what goes to one column.
func (d *Draft) change(verb, column string, f func(m *Mapping, b *Binding) error) error {
	return d.do(verb, func(m *Mapping) error {
		i := d.find(column)
		if i < 0 {
			return notMapped(d, column)
		}
		return f(m, &m.Columns[i])
	})
}

func notMapped(d *Draft, column string) error {
	return cannotBind(d, "not-mapped", "Nothing is mapped to "+column+".", "Map a field to it first.", column)
}

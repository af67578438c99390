package mapping

import (
	"slices"
	"strings"

	"ferry/core"
)

// SetSteps says what changes a column's value on its way.
func (d *Draft) SetSteps(column string, steps ...Step) error {
	return d.change("change the way to "+column, column, func(_ *Mapping, b *Binding) error {
		b.Steps = slices.Clone(steps)
		return nil
	})
}

// SetType says what a column that Ferry makes holds. A choice that becomes text is carried by its label.
func (d *Draft) SetType(column string, t core.ColumnType) error {
	if !d.Free() {
		return cannotBind(d, "type-given", "The destination says what its fields hold.", "Map to another field instead.", column)
	}
	return d.change("change the type of "+column, column, func(_ *Mapping, b *Binding) error {
		if f := d.source.Field(b.Field); f != nil && b.From == FromField && len(b.Steps) == 0 && b.Choices == nil {
			if fit := FitsColumn(f.Type, t); !fit.OK {
				return cannotBind(d, "type-unfit", fit.Why, "Choose another type for "+column+".", b.Field)
			}
		}
		b.Type = t
		return nil
	})
}

// SetPart says what of a field goes into a column: the value, the label of a choice, or the table of a lookup.
func (d *Draft) SetPart(column string, p Part) error {
	return d.change("change what goes to "+column, column, func(_ *Mapping, b *Binding) error {
		b.Part = p
		return nil
	})
}

// SetChoice says what becomes of one option.
func (d *Draft) SetChoice(column string, code int64, to string) error {
	return d.setPair(column, ChoicePair{Code: code, To: to})
}

// SetChoiceEmpty says that a column is left empty for one option.
func (d *Draft) SetChoiceEmpty(column string, code int64) error {
	return d.setPair(column, ChoicePair{Code: code, Empty: true})
}

// ClearChoice takes back what was said of one option.
func (d *Draft) ClearChoice(column string, code int64) error {
	return d.change("clear a choice", column, func(_ *Mapping, b *Binding) error {
		if b.Choices != nil {
			b.Choices.Values = slices.DeleteFunc(b.Choices.Values, func(p ChoicePair) bool { return p.Code == code })
		}
		return nil
	})
}

func (d *Draft) setPair(column string, pair ChoicePair) error {
	return d.change("map a choice of "+column, column, func(_ *Mapping, b *Binding) error {
		if b.Choices == nil {
			b.Choices = &Choices{}
		}
		setPair(b.Choices, d.labelled(b, pair))
		return nil
	})
}

// labelled notes how the option is called now.
func (d *Draft) labelled(b *Binding, pair ChoicePair) ChoicePair {
	if f := d.source.Field(b.input()); f != nil {
		pair.Label = labelsOf(f.Options)[pair.Code]
	}
	return pair
}

// input is the field whose options a binding has.
func (b *Binding) input() string {
	if b.From == FromSeveral && len(b.Fields) > 0 {
		return b.Fields[0]
	}
	return b.Field
}

func setPair(c *Choices, pair ChoicePair) {
	for i := range c.Values {
		if c.Values[i].Code == pair.Code {
			c.Values[i] = pair
			return
		}
	}
	c.Values = append(c.Values, pair)
}

// SetUnmatched says what becomes of options that have no value: refused, left empty, made there, or a default.
func (d *Draft) SetUnmatched(column string, u Unmatched, preset string) error {
	return d.change("choose what becomes of other options", column, func(_ *Mapping, b *Binding) error {
		if b.Choices == nil {
			b.Choices = &Choices{}
		}
		b.Choices.Else, b.Choices.Default = u, ""
		if u == UseDefault {
			b.Choices.Default = preset
		}
		return nil
	})
}

// SetLookup says how a reference finds its record.
func (d *Draft) SetLookup(column string, l Lookup) error {
	return d.change("change the lookup "+column, column, func(_ *Mapping, b *Binding) error {
		f := d.source.Field(b.Field)
		if f == nil || !f.Type.IsLookup() {
			return cannotBind(d, "no-lookup", "What goes to "+column+" is no lookup.", "Map a lookup to it first.", b.Field)
		}
		if l.Target != "" && len(f.Targets) > 0 && !slices.Contains(f.Targets, l.Target) {
			return cannotBind(d, "lookup-gone", b.Field+" cannot point at "+l.Target+".", "Choose one of its tables.", b.Field)
		}
		l.Field = core.Seen(l.Field)
		b.Lookup, b.Resolve = &l, false
		return nil
	})
}

// SetRule says what happens when the destination has a value.
func (d *Draft) SetRule(column string, made, found When, mayEmpty bool) error {
	return d.change("change the rule of "+column, column, func(_ *Mapping, b *Binding) error {
		b.Made, b.Found, b.MayEmpty = made, found, mayEmpty
		return nil
	})
}

// A RuleChange is what SetRules changes; nil leaves that part of each column's rule as it is.
type RuleChange struct {
	Made, Found *When
	MayEmpty    *bool
	Required    *bool
}

// SetRules changes the rules of several columns, as one step.
func (d *Draft) SetRules(c RuleChange, columns ...string) error {
	return d.do("change the rules of several fields", func(m *Mapping) error {
		for _, name := range columns {
			i := d.find(name)
			if i < 0 {
				return notMapped(d, name)
			}
			b := &m.Columns[i]
			if c.Made != nil {
				b.Made = *c.Made
			}
			if c.Found != nil {
				b.Found = *c.Found
			}
			if c.MayEmpty != nil {
				b.MayEmpty = *c.MayEmpty
			}
			if c.Required != nil {
				b.NotNull = *c.Required
			}
		}
		return nil
	})
}

// SetRequired says whether a record without a value for a column is refused.
func (d *Draft) SetRequired(column string, required bool) error {
	return d.change("change the rule of "+column, column, func(_ *Mapping, b *Binding) error {
		b.NotNull = required
		return nil
	})
}

// SetFilter says which records; the zero Filter is all.
func (d *Draft) SetFilter(f Filter) error {
	return d.do("change which records", func(m *Mapping) error {
		m.Where = nil
		if !f.IsZero() {
			own := f.clone()
			m.Where = &own
		}
		return nil
	})
}

// SetFilterText says which records by an OData filter that a person wrote; "" is all. Both filters hold together.
func (d *Draft) SetFilterText(odata string) error {
	return d.do("change which records", func(m *Mapping) error {
		m.Filter = strings.TrimSpace(odata)
		return nil
	})
}

// SetFetch says which records by FetchXML, as Dynamics' advanced find gives it: it becomes the filter that can be
// edited. What Ferry cannot keep of it is a Fault, and nothing changes.
func (d *Draft) SetFetch(xml string) error {
	f, err := ReadFetch(xml, d.source)
	if err != nil {
		return err
	}
	return d.SetFilter(f)
}

// SetActiveOnly says whether only active records are wanted.
func (d *Draft) SetActiveOnly(on bool) error {
	return d.do("change which records", func(m *Mapping) error { m.ActiveOnly = on; return nil })
}

// SetZone says whose days are meant: "Europe/Berlin"; "" is UTC.
func (d *Draft) SetZone(zone string) error {
	return d.do("change the time zone", func(m *Mapping) error {
		probe := Mapping{Source: m.Source, Zone: zone}
		if _, err := probe.location(); err != nil {
			return err
		}
		m.Zone = zone
		return nil
	})
}

// SetMatch says by which columns a record is found that Ferry did not leave a mark on; none is by the mark alone.
func (d *Draft) SetMatch(columns ...string) error {
	return d.do("change the match", func(m *Mapping) error {
		for _, c := range columns {
			if d.find(c) < 0 {
				return notMapped(d, c)
			}
		}
		m.Match.Columns = nil
		for _, c := range columns {
			m.Match.Columns = append(m.Match.Columns, d.m.Columns[d.find(c)].Column)
		}
		return nil
	})
}

// SetGone says what becomes of records that were deleted in Dynamics.
func (d *Draft) SetGone(p Policy) error {
	return d.do("change what becomes of deleted records", func(m *Mapping) error { m.Gone = p; return nil })
}

// SetLeft says what becomes of records that the filter does not hold any more.
func (d *Draft) SetLeft(p Policy) error {
	return d.do("change what becomes of records that left the filter", func(m *Mapping) error { m.Left = p; return nil })
}

// SetTitle says how people call the mapping.
func (d *Draft) SetTitle(title string) error {
	return d.do("change the title", func(m *Mapping) error { m.Title = title; return nil })
}

// SetTable gives the destination's table another name, where Ferry makes it, and its key column.
func (d *Draft) SetTable(table, key string) error {
	table, key = strings.TrimSpace(core.Seen(table)), strings.TrimSpace(core.Seen(key))
	switch {
	case !d.Free():
		return cannotBind(d, "name-given", "The destination gives its tables their names.", "Choose another table instead.", "")
	case table == "" || key == "":
		return cannotBind(d, "column-unnamed", "The table or its key has no name.", "Give both a name.", "")
	case d.find(key) >= 0:
		return cannotBind(d, "column-twice", "There is a column "+key+" already.", "Choose another name for the key.", key)
	}
	return d.do("rename the table", func(m *Mapping) error { m.Table, m.Key = table, key; return nil })
}

// SetKeyField chooses the field that holds the record's id, in a table of the destination's own.
func (d *Draft) SetKeyField(name string) error {
	to := d.there(name)
	switch {
	case d.Free() || to == nil:
		return cannotBind(d, "column-gone", "The destination has no field "+name+".", "Choose a field of the list.", name)
	case !to.Writable || to.Type != core.TypeText:
		return cannotBind(d, "column-read-only", name+" cannot hold an id.", "Choose a text field that can be written.", name)
	case d.find(name) >= 0:
		return cannotBind(d, "column-twice", "Something else goes to "+name+" already.", "Choose another field, or take out what goes there.", name)
	}
	return d.do("choose the key", func(m *Mapping) error { m.Key = to.Name; return nil })
}

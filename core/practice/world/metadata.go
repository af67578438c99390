package world

import (
	"fmt"
	"slices"
)

// RemoveColumn takes a column out of a table, as an administrator could. Tables handed out before keep it.
func (w *World) RemoveColumn(table, column string) error {
	return w.alter(table, func(t *Table) error {
		c := t.Column(column)
		if c == nil {
			return fmt.Errorf("no column %s in %s", column, table)
		}
		t.Columns = slices.DeleteFunc(slices.Clone(t.Columns), func(o *Column) bool { return o == c })
		return nil
	})
}

// AddColumn puts a column into a table. Its rows have plausible values of its type.
func (w *World) AddColumn(table string, column Column) error {
	return w.alter(table, func(t *Table) error {
		if t.Column(column.Logical) != nil {
			return fmt.Errorf("there is a column %s in %s", column.Logical, table)
		}
		c := column
		c.complete(table)
		t.Columns = append(slices.Clone(t.Columns), &c)
		return nil
	})
}

// Secure puts a column under column security: who has no right to it reads nothing.
func (w *World) Secure(table, column string) error {
	return w.AlterColumn(table, column, func(c *Column) { c.Secured = true })
}

// SetTracked turns change tracking of a table on or off.
func (w *World) SetTracked(table string, on bool) error {
	return w.alter(table, func(t *Table) error { t.Tracked = on; return nil })
}

// AlterTable changes what is known of a table: its labels.
func (w *World) AlterTable(table string, change func(t *Table)) error {
	return w.alter(table, func(t *Table) error { change(t); return nil })
}

// AlterColumn changes what is known of a column: its label, its options, its length.
func (w *World) AlterColumn(table, column string, change func(c *Column)) error {
	return w.alter(table, func(t *Table) error {
		old := t.Column(column)
		if old == nil {
			return fmt.Errorf("no column %s in %s", column, table)
		}
		c := *old
		change(&c)
		t.Columns = slices.Clone(t.Columns)
		t.Columns[old.Index] = &c
		return nil
	})
}

// RemoveTable takes a table out of the organisation.
func (w *World) RemoveTable(table string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.byName[table] == nil {
		return fmt.Errorf("no table %s", table)
	}
	w.tables = slices.DeleteFunc(slices.Clone(w.tables), func(t *Table) bool { return t.Logical == table })
	w.file()
	w.version++
	return nil
}

// alter changes a copy of a table and hands that out from now on.
func (w *World) alter(table string, change func(t *Table) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	old := w.byName[table]
	if old == nil {
		return fmt.Errorf("no table %s", table)
	}
	t := *old
	if err := change(&t); err != nil {
		return err
	}
	// Columns know their place, so a column that moves becomes another column.
	for i, c := range t.Columns {
		if c.Index != i {
			moved := *c
			moved.Index = i
			t.Columns[i] = &moved
		}
	}
	t.number()
	w.plan(&t)
	w.tables = slices.Clone(w.tables)
	w.tables[slices.Index(w.tables, old)] = &t
	w.file()
	w.version++
	return nil
}

// complete fills in what follows from the rest.
func (c *Column) complete(table string) {
	if c.Schema == "" {
		c.Schema = c.Logical
	}
	if c.Code == "" {
		c.Code = typeCode(trimType(c.Type))
	}
	if c.Required == "" {
		c.Required = "None"
	}
	if c.Language == 0 {
		c.Language = english
	}
	if c.OptionSet == "" && len(c.Options) > 0 {
		c.OptionSet = table + "_" + c.Logical
	}
	if c.MetadataID == "" {
		c.MetadataID = guidFrom(hashText("column " + table + "." + c.Logical))
	}
	if c.Property == "" && c.ValidOData {
		c.Property = c.Logical
		if len(c.Targets) > 0 {
			c.Property = "_" + c.Logical + "_value"
		}
	}
}

func trimType(t string) string {
	if len(t) > 4 && t[len(t)-4:] == "Type" {
		return t[:len(t)-4]
	}
	return t
}

package practice

import (
	"slices"

	"ferry/core/practice/world"
)

// HostileText is what names end in when Options.Hostile is set: it would run something on a page that does not escape
// it, end a style sheet, and turn what follows from right to left.
const HostileText = "\"><img src=x onerror=alert(1)>\u202e</style><script>alert(2)</script>"

// disguise gives everything that has a name such a one: the organisation, units, users, roles, tables and fields, and
// some rows.
func (e *Environment) disguise() error {
	w := e.World
	for _, t := range w.Tables() {
		err := w.AlterTable(t.Logical, func(t *world.Table) {
			t.Display, t.Plural = t.Display+" "+HostileText, t.Plural+" "+HostileText
			t.Columns = slices.Clone(t.Columns)
			for i, c := range t.Columns {
				if c.Display == "" {
					continue
				}
				changed := *c
				changed.Display += " " + HostileText
				t.Columns[i] = &changed
			}
		})
		if err != nil {
			return err
		}
	}
	for table, columns := range map[string][]string{
		"organization": {"name"}, "businessunit": {"name"}, "systemuser": {"fullname"}, "role": {"name"}, "team": {"name"},
		"account": {"name"}, "contact": {"fullname", "lastname"},
	} {
		if err := e.disguiseRows(table, columns); err != nil {
			return err
		}
	}
	ada, _ := w.User(e.PersonUser)
	e.Person.Name = ada.Name + " " + HostileText
	return nil
}

// disguiseRows changes the first rows of a table.
func (e *Environment) disguiseRows(table string, columns []string) error {
	t := e.World.Table(table)
	for i := range min(20, e.World.Positions(t)) {
		values := map[string]world.Cell{}
		for _, name := range columns {
			if c := t.Column(name); c != nil {
				values[name] = world.TextCell(e.World.Cell(t, i, c).S + " " + HostileText)
			}
		}
		if err := e.World.Set(table, e.World.Key(t, i), values); err != nil {
			return err
		}
	}
	return nil
}

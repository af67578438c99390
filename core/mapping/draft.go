package mapping

import (
	"strings"

	"ferry/core"
)

// A Draft is a Mapping while a person edits it, beside what source and destination say about their tables. It belongs
// to one goroutine. Each verb is one step that Undo takes back; a verb that cannot do what it is asked returns a Fault
// and changes nothing.
type Draft struct {
	source core.Table
	dest   *core.Table // nil where the destination makes its columns itself
	m      Mapping
	tables map[string]core.Table // what is known of other tables of the source
	others []Mapping             // the project's other mappings
	places map[string]core.Table // what is known of other tables of the destination
	have   map[string]core.Table // what the destination has already, where it makes its tables itself
	facts  Facts

	past, future []moment
	index        *index
	hay          *hay
	byName       map[string]*core.Field
	byPlace      map[string]int // of the source's fields
	every        []int
	seen         sight
}

// A sight is what was worked out of the draft as it stands; the next step forgets it.
type sight struct {
	columns  map[string][]string
	places   map[string]int // of columns, in lower case
	problems map[string][]Problem
	list     []Problem
	listed   bool
}

// Facts are what was seen in the data. They are never saved.
type Facts struct {
	Used map[string]map[int64]int // by field: how many records have each code
}

// NewDraft begins a mapping. Where the destination makes its columns itself (dest is nil) it begins with the default:
// every readable field under its own name. Else it begins with nothing, for Suggest and the person to fill.
func NewDraft(source core.Table, dest *core.Table) *Draft {
	m := Default(source)
	if dest != nil {
		m.Columns = nil
		m.Table = dest.Name.Logical
		if dest.Key != "" {
			m.Key = dest.Key
		}
	}
	return Edit(m, source, dest)
}

// Edit begins to edit a mapping. The mapping itself is not changed.
func Edit(m Mapping, source core.Table, dest *core.Table) *Draft {
	return &Draft{source: source, dest: dest, m: clone(m), tables: map[string]core.Table{}}
}

// Saved is what is kept in the project file. Edit(Saved()) is the same Draft again.
func (d *Draft) Saved() Mapping { return clone(d.m) }

// Source is the table that records come from.
func (d *Draft) Source() *core.Table { return &d.source }

// Destination is the table that they go to; nil where the destination makes its columns itself.
func (d *Draft) Destination() *core.Table { return d.dest }

// Free reports whether columns can be named freely.
func (d *Draft) Free() bool { return d.dest == nil }

// Know tells the Draft what another table of the source looks like: for children, and for filters one table away.
func (d *Draft) Know(tables ...core.Table) {
	d.seen = sight{}
	for _, t := range tables {
		d.tables[t.Name.Logical] = t
	}
}

// Place tells the Draft what another table of the destination looks like, where it has its own: for children.
func (d *Draft) Place(tables ...core.Table) {
	d.seen = sight{}
	if d.places == nil {
		d.places = map[string]core.Table{}
	}
	for _, t := range tables {
		d.places[t.Name.Logical] = t
	}
}

// Anew tells the Draft what a table of the destination looks like now: its own, or that of a child. Nothing that was said is
// changed, and Undo goes on.
func (d *Draft) Anew(t core.Table) {
	if d.dest != nil && d.dest.Name.Logical == t.Name.Logical {
		d.dest = &t
	}
	d.Place(t)
}

// placeOf is what is known of a table of the destination; nil where the destination makes its tables itself.
func (d *Draft) placeOf(name string) *core.Table {
	if d.dest == nil {
		return nil
	}
	if t, ok := d.places[name]; ok {
		return &t
	}
	return &core.Table{Name: core.TableName{Logical: name}}
}

// Have tells the Draft of a table that is there already, at a destination that makes its tables itself; nil is one that is
// not. name is what it was asked for by.
func (d *Draft) Have(name string, t *core.Table) {
	d.seen = sight{}
	if t == nil {
		delete(d.have, name)
		return
	}
	if d.have == nil {
		d.have = map[string]core.Table{}
	}
	d.have[name] = *t
}

// Others tells the Draft of the project's other mappings, for what only shows when they are seen together.
func (d *Draft) Others(all []Mapping) { d.others, d.seen = all, sight{} }

// See tells the Draft what was seen in the data.
func (d *Draft) See(f Facts) { d.facts, d.seen = f, sight{} }

// table is what is known of a table of the source; nil when nothing is.
func (d *Draft) table(name string) *core.Table {
	if name == d.source.Name.Logical {
		return &d.source
	}
	if t, ok := d.tables[name]; ok {
		return &t
	}
	return nil
}

// Compile makes a Program of the draft as it stands.
func (d *Draft) Compile() (*Program, error) {
	return Compile(d.m, d.source, About{Destination: d.dest, Tables: d.table, fields: d.fields()})
}

// Binding returns what goes to a column; false when nothing does.
func (d *Draft) Binding(column string) (Binding, bool) {
	if i := d.find(column); i >= 0 {
		return cloneBinding(d.m.Columns[i]), true
	}
	return Binding{}, false
}

// find returns the place of a column; -1 when nothing is bound to it. Databases do not tell case apart.
func (d *Draft) find(column string) int {
	if d.seen.places == nil {
		places := make(map[string]int, len(d.m.Columns))
		for i := range d.m.Columns {
			name := strings.ToLower(d.m.Columns[i].Column)
			if _, there := places[name]; !there {
				places[name] = i
			}
		}
		d.seen.places = places
	}
	if i, ok := d.seen.places[strings.ToLower(column)]; ok {
		return i
	}
	return -1
}

// there returns the destination's field of a column; nil when there is none.
func (d *Draft) there(column string) *core.Field {
	if d.dest == nil {
		return nil
	}
	return d.dest.Field(column)
}

// fields are those of the source by their names.
func (d *Draft) fields() map[string]*core.Field {
	if d.byName == nil {
		d.byName = fieldsByName(&d.source)
	}
	return d.byName
}

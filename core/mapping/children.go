package mapping

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"ferry/core"
)

// AddChild adds a related table whose records belong to this one's; link is its lookup that points here. It begins with
// the default: every readable field under its own name.
func (d *Draft) AddChild(t core.Table, link string) error { return d.addChild(t, link, nil) }

// AddChildInto is AddChild where the destination has its own tables: into is the one that the records go to. The lookup
// goes into its field that points at the parent's records there; nothing else is said yet.
func (d *Draft) AddChildInto(t core.Table, link string, into core.Table) error {
	return d.addChild(t, link, &into)
}

func (d *Draft) addChild(t core.Table, link string, into *core.Table) error {
	f := t.Field(link)
	if f == nil || !f.Readable || !f.Type.IsLookup() {
		return cannotBind(d, "child-link", t.Name.Logical+" has no lookup "+link+" that can be read.", "Choose the lookup that points at the parent.", link)
	}
	if len(f.Targets) > 0 && !slices.Contains(f.Targets, d.m.Source) {
		return cannotBind(d, "child-link-target", link+" does not point at "+d.m.Source+".", "Choose a lookup that points at the parent.", link)
	}
	d.Know(t)
	child := Default(t)
	if into != nil {
		d.Place(*into)
		child = belonging(t, *f, *into, d.m.Table)
	}
	child.Link = link
	child.ID = d.m.ID + "." + t.Name.Logical
	taken := func(id string) bool {
		return slices.ContainsFunc(d.m.Children, func(m Mapping) bool { return m.ID == id })
	}
	for base, n := child.ID, 2; taken(child.ID); n++ {
		child.ID = base + "-" + strconv.Itoa(n)
	}
	// A table of its own: the same records may also come by a mapping of their own, with other columns.
	name := child.Table
	for n := 1; into == nil && d.writesTo(child.Table); n++ {
		child.Table = d.m.Table + "_" + name
		if n > 1 {
			child.Table += "_" + strconv.Itoa(n)
		}
	}
	return d.do("add "+t.Name.Logical, func(m *Mapping) error {
		m.Children = append(m.Children, child)
		return nil
	})
}

// belonging is a mapping into a table of the destination's own, whose rows belong to records of another of its tables.
func belonging(t core.Table, link core.Field, into core.Table, above string) Mapping {
	d := NewDraft(t, &into)
	for _, to := range into.Fields {
		if to.Writable && to.Type.IsLookup() && slices.Contains(to.Targets, above) && d.Bind(link.Name, to.Name) == nil {
			break
		}
	}
	m := d.Saved()
	m.Title = t.Name.Plural
	return m
}

// writesTo reports whether the mapping, one of its children or another mapping of the project goes to a table.
func (d *Draft) writesTo(table string) bool {
	var goes func(m Mapping) bool
	goes = func(m Mapping) bool {
		return strings.EqualFold(m.Table, table) || slices.ContainsFunc(m.Children, goes)
	}
	return goes(d.m) || slices.ContainsFunc(d.others, goes)
}

// RemoveChild takes a child out, with its own children.
func (d *Draft) RemoveChild(id string) error {
	return d.do("leave out a child", func(m *Mapping) error {
		before := len(m.Children)
		m.Children = slices.DeleteFunc(m.Children, func(c Mapping) bool { return c.ID == id })
		if len(m.Children) == before {
			return noChild(d)
		}
		return nil
	})
}

// Child is a Draft of a child; PutChild brings it back. False when there is none, or its table is not known.
func (d *Draft) Child(id string) (*Draft, bool) {
	for _, c := range d.m.Children {
		if t := d.table(c.Source); c.ID == id && t != nil {
			child := Edit(c, *t, d.placeOf(c.Table))
			child.tables, child.have, child.places = d.tables, d.have, d.places
			child.Know(d.source)
			return child, true
		}
	}
	return nil, false
}

// PutChild puts a child that was edited in its place, as one step.
func (d *Draft) PutChild(child Mapping) error {
	return d.do("change a child", func(m *Mapping) error {
		for i := range m.Children {
			if m.Children[i].ID == child.ID {
				m.Children[i] = clone(child)
				return nil
			}
		}
		return noChild(d)
	})
}

func noChild(d *Draft) error {
	return cannotBind(d, "no-child", "There is no such child.", "Choose one of the list.", "")
}

// Flatten gives a mapping and its children, parents first, as an import runs them: each child with its Parent, and with
// a filter that holds only records whose parent is imported. Where the parent's filter by hand cannot be carried over (see
// carried), what it leaves out comes too, or waits for its parent where the lookup is resolved. tables tells what is known of a table of the source.
func Flatten(m Mapping, tables func(name string) *core.Table) []Mapping {
	return flatten(clone(m), Filter{}, tables, 0)
}

func flatten(m Mapping, above Filter, tables func(string) *core.Table, depth int) []Mapping {
	children := m.Children
	m.Children = nil
	if !above.IsZero() {
		f := above
		if m.Where != nil {
			f = m.Where.And(above)
		}
		m.Where = &f
	}
	out := []Mapping{m}
	if depth >= mostNested {
		return out
	}
	for _, child := range children {
		inner := Filter{}
		if m.Where != nil {
			inner = m.Where.clone()
		}
		if m.ActiveOnly && tables != nil {
			if t := tables(m.Source); t != nil {
				if active, ok := activeFilter(*t); ok {
					inner = inner.And(active)
				}
			}
		}
		child.Parent = m.ID
		if text, ok := byHandOf(m, child, tables); ok {
			child.Filter = bothTexts(child.Filter, text)
		}
		link := Filter{Related: &Related{Lookup: child.Link, Table: m.Source, Where: inner}}
		out = append(out, flatten(child, link, tables, depth+1)...)
	}
	return out
}

// byHandOf is a parent's filter by hand as its child asks it; false where there is none, or it cannot be carried.
func byHandOf(m, child Mapping, tables func(name string) *core.Table) (string, bool) {
	if strings.TrimSpace(m.Filter) == "" || tables == nil {
		return "", false
	}
	above, below := tables(m.Source), tables(child.Source)
	if above == nil || below == nil || below.Field(child.Link) == nil {
		return "", false
	}
	way := cmp.Or(below.Field(child.Link).Nav[m.Source], child.Link) + "/"
	text, ok := carried(m.Filter, way)
	return "(" + way + above.Key + " ne null and (" + text + "))", ok
}

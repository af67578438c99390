package ui

import (
	"slices"
	"strconv"

	"ferry/core/importer"
	"ferry/core/mapping"
)

// A listed mapping stands on the project's list: one that was saved, or the default of a table that nobody changed.
type listed struct {
	ID    string
	Table string           // logical name at the source
	Saved *mapping.Mapping // nil while it is the default
	Off   bool             // takes no part in Import everything
}

// to is the name of the table at the destination.
func (l listed) to() string {
	if l.Saved != nil {
		return l.Saved.Table
	}
	return l.Table
}

// fromTo are the tables on both sides, by their logical names.
func (w *Window) fromTo(l listed) string {
	if w.unsaid(l) {
		return l.Table
	}
	return l.Table + " → " + l.to()
}

// is reports whether something of an import is of this mapping. A run that is older than IDs says only the table.
func (l listed) is(id, table string) bool {
	return id == l.ID || l.Saved != nil && id == l.Saved.ID || id == "" && table == l.Table
}

// progressID is what tells the tables of a running import apart.
func progressID(t importer.TableProgress) string {
	if t.Mapping != "" {
		return t.Mapping
	}
	return t.Table
}

// nameOf is what people call a mapping.
func (w *Window) nameOf(l listed) string {
	if l.Saved != nil && l.Saved.Title != "" {
		return l.Saved.Title
	}
	return w.titleOf(l.Table)
}

// ids are the IDs of the list.
func (w *Window) ids() []string {
	ids := []string{}
	for _, l := range w.listed() {
		ids = append(ids, l.ID)
	}
	return ids
}

// taking are the mappings that take part in Import everything.
func (w *Window) taking() []string {
	ids := []string{}
	for _, l := range w.listed() {
		if !l.Off && !(w.unsaid(l) && w.begun.tried[l.ID]) {
			ids = append(ids, l.ID)
		}
	}
	return ids
}

// byID is the mapping of the list with that ID.
func (w *Window) byID(id string) (listed, bool) {
	for _, l := range w.listed() {
		if l.ID == id {
			return l, true
		}
	}
	return listed{}, false
}

// freeID is an ID like base that none of the others is.
func freeID(base string, others []string) string {
	id := base
	for n := 2; slices.Contains(others, id); n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	return id
}

// listed are the mappings of the project, in their order.
func (w *Window) listed() []listed {
	ids := []string{"account", "contact"}
	if w.project != nil && len(w.project.Tables) > 0 {
		ids = w.project.Tables
	}
	all := make([]listed, 0, len(ids))
	for _, id := range ids {
		l := listed{ID: id, Table: id, Off: w.project != nil && slices.Contains(w.project.Off, id)}
		if l.Saved = w.savedMapping(id); l.Saved != nil {
			l.Table = l.Saved.Source
		}
		all = append(all, l)
	}
	return all
}

// savedMapping is the saved mapping of that ID, nil when there is none. An older project may have the mapping of a
// table under another ID.
func (w *Window) savedMapping(id string) *mapping.Mapping {
	if w.project == nil {
		return nil
	}
	for i := range w.project.Mappings {
		if w.project.Mappings[i].ID == id {
			return &w.project.Mappings[i]
		}
	}
	for i := range w.project.Mappings {
		if m := &w.project.Mappings[i]; m.Source == id && !slices.Contains(w.project.Tables, m.ID) {
			return m
		}
	}
	return nil
}

// keepMapping puts an edited mapping into the project and saves it.
func (w *Window) keepMapping(m mapping.Mapping) {
	p := w.own()
	if old := w.savedMapping(m.ID); old != nil {
		*old = m
	} else {
		p.Mappings = append(p.Mappings, m)
	}
	w.save()
}

// dropMapping forgets what was saved of a mapping: it is the default again.
func (w *Window) dropMapping(id string) {
	if old := w.savedMapping(id); old != nil {
		p := w.own()
		saved := old.ID
		p.Mappings = slices.DeleteFunc(p.Mappings, func(m mapping.Mapping) bool { return m.ID == saved })
		w.save()
	}
}

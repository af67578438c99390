package ui

import (
	"slices"

	"ferry/core/mapping"
)

// A listed mapping stands on the project's list: one that was saved, or the default of a table that nobody changed.
type listed struct {
	ID    string
	Table string           // logical name at the source
	Saved *mapping.Mapping // nil while it is the default
	Off   bool             // takes no part in Import everything
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

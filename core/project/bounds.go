package project

import (
	"reflect"
	"slices"

	"ferry/core/mapping"
)

// What a project may hold. Everything that people make is far below; a file that somebody sends may be anything.
const (
	mostDeep     = 200    // levels of lists and objects within each other
	mostMappings = 2000   // children included
	mostColumns  = 10_000 // of one mapping
	mostNested   = 10     // children within children
	mostListed   = 10_000 // connections, tables
	mostKinds    = 20     // of destinations with a list of their own
)

// shallow reports whether a JSON text has no more levels than a project needs. It looks at brackets only; whether the rest
// is JSON is found out by who reads it.
func shallow(text []byte) bool {
	deep, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if deep++; deep > mostDeep {
				return false
			}
		case c == '}' || c == ']':
			deep--
		}
	}
	return true
}

// measure refuses a project that no Ferry makes.
func (p *Project) measure() error {
	if len(p.Connections) > mostListed || len(p.Tables) > mostListed {
		return tooMuch("more connections or tables than Ferry takes", "")
	}
	if err := measure(p.Mappings, map[string]bool{}, 0); err != nil {
		return err
	}
	if len(p.Aside) > mostKinds {
		return tooMuch("lists for more kinds of destination than there are", "")
	}
	for _, l := range p.Aside {
		if len(l.Tables) > mostListed {
			return tooMuch("more connections or tables than Ferry takes", "")
		}
		if err := measure(l.Mappings, map[string]bool{}, 0); err != nil {
			return err
		}
	}
	return nil
}

func measure(all []mapping.Mapping, ids map[string]bool, depth int) error {
	if depth > mostNested {
		return tooMuch("children within children within children, without end", "")
	}
	for i := range all {
		m := &all[i]
		switch {
		case m.ID == "" || m.Source == "":
			return incomplete()
		case ids[m.ID]:
			return twice(m.ID)
		case len(ids) >= mostMappings:
			return tooMuch("more than 2,000 mappings", "")
		case len(m.Columns) > mostColumns:
			return tooMuch("a mapping with more than 10,000 columns", "")
		case slices.ContainsFunc(m.Columns, func(b mapping.Binding) bool { return b.Pass < 0 || b.Pass > 3 }):
			return incomplete()
		}
		inner := ids
		ids[m.ID] = true
		if depth == 0 {
			inner = map[string]bool{m.ID: true} // another mapping may have a child of the same id
		}
		if err := measure(m.Children, inner, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// needs is the oldest version that has everything that is in the project.
func (p *Project) needs() int {
	if p.For != "" || len(p.Aside) > 0 || p.Destination != nil && (p.Destination.Practice || p.Destination.Kind != "") {
		return 3
	}
	if p.Language != 0 || len(p.Off) > 0 || slices.ContainsFunc(p.Mappings, modern) {
		return 2
	}
	return 1
}

// modern reports whether a mapping has parts that version 1 did not have.
func modern(m mapping.Mapping) bool {
	old := mapping.Mapping{ID: m.ID, Source: m.Source, Title: m.Title, Table: m.Table, Key: m.Key, Parent: m.Parent, Filter: m.Filter, Columns: m.Columns}
	return m.ID != m.Source || !reflect.DeepEqual(m, old) || slices.ContainsFunc(m.Columns, func(b mapping.Binding) bool {
		old := mapping.Binding{Column: b.Column, Type: b.Type, Field: b.Field, Part: b.Part, Resolve: b.Resolve, Pass: b.Pass}
		return !reflect.DeepEqual(b, old)
	})
}

package project

import (
	"slices"

	"ferry/core/mapping"
)

// anyKind is the name in Aside of the list for destinations that make their tables themselves.
const anyKind = "any"

// A List is what goes where, for one kind of destination.
type List struct {
	Mappings []mapping.Mapping `json:"mappings,omitempty"`
	Tables   []string          `json:"tables,omitempty"`
	Off      []string          `json:"off,omitempty"`
}

// Turn makes the list one for a kind of destination: of the driver that has tables of its own, or "" for every other.
// What was made for another kind is put aside and comes back when the project turns back: nothing that a person set is
// lost. A list that was never made begins with the same tables.
func (p *Project) Turn(to string) {
	if p.For == to {
		return
	}
	name := func(kind string) string {
		if kind == "" {
			return anyKind
		}
		return kind
	}
	if p.Aside == nil {
		p.Aside = map[string]List{}
	}
	p.Aside[name(p.For)] = List{Mappings: p.Mappings, Tables: p.Tables, Off: p.Off}
	next, known := p.Aside[name(to)]
	if !known {
		next = p.bare()
	}
	delete(p.Aside, name(to))
	if len(p.Aside) == 0 {
		p.Aside = nil
	}
	p.For, p.Mappings, p.Tables, p.Off = to, next.Mappings, next.Tables, next.Off
}

// bare is a list of the same tables of which nothing is said yet.
func (p *Project) bare() List {
	var l List
	for _, id := range p.Tables {
		table := id
		for _, m := range p.Mappings {
			if m.ID == id {
				table = m.Source
			}
		}
		if slices.Contains(l.Tables, table) {
			continue
		}
		l.Tables = append(l.Tables, table)
		if slices.Contains(p.Off, id) {
			l.Off = append(l.Off, table)
		}
	}
	return l
}

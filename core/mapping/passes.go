package mapping

import (
	"slices"

	"ferry/core"
)

// Passes gives lookups that close a circle their second pass: an account's parent account, accounts and their primary
// contacts. A record is made without such a lookup first, and gets it when the record it points at is there. Mappings
// stand in the order in which they are imported; those within a circle keep it. tables tells what is known of a table.
func Passes(all []Mapping, tables func(name string) *core.Table) []Mapping {
	out := make([]Mapping, len(all))
	for i := range all {
		out[i] = clone(all[i])
	}
	known := make([]map[string]*core.Field, len(out))
	points := make([][]int, len(out)) // the mappings whose tables a mapping's lookups may point at
	for i, m := range out {
		if t := tables(m.Source); t != nil {
			known[i] = fieldsByName(t)
		}
		for _, b := range m.Columns {
			for j := range out {
				if f := known[i][b.Field]; f != nil && f.Type.IsLookup() && slices.Contains(f.Targets, out[j].Source) && !slices.Contains(points[i], j) {
					points[i] = append(points[i], j)
				}
			}
		}
	}
	for i := range out {
		for k := range out[i].Columns {
			b := &out[i].Columns[k]
			f := known[i][b.Field]
			if f == nil || !f.Type.IsLookup() || !b.Resolve && (b.Lookup == nil || b.Lookup.By == KeepID) {
				continue
			}
			for j := range out {
				target := slices.Contains(f.Targets, out[j].Source) && (b.Lookup == nil || b.Lookup.Target == "" || b.Lookup.Target == out[j].Source)
				if target && j >= i && reaches(points, j, i) {
					b.Pass = max(b.Pass, 2)
				}
			}
		}
	}
	return out
}

// reaches reports whether one mapping's lookups lead to another, over any number of steps; each leads to itself.
func reaches(points [][]int, from, to int) bool {
	seen := make([]bool, len(points))
	todo := []int{from}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if i == to {
			return true
		}
		if !seen[i] {
			seen[i] = true
			todo = append(todo, points[i]...)
		}
	}
	return false
}

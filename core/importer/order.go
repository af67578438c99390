package importer

import (
	"slices"

	"ferry/core"
)

// A table is one mapping made ready: what is read, how it is mapped and how it lies at the destination.
type table struct {
	run     RunTable
	program program
	plan    core.Plan
	query   core.Query
	targets []string // source tables that its mapped lookups point at
	state   TableState
	total   core.Count
	parts   []Part
}

// program is the part of mapping.Program that a run needs.
type program interface {
	Apply(in core.Record, out []core.Value) ([]core.Value, *core.Fault)
}

// ordered puts tables into the order that lookups need: a parent before its children, a table before those that point
// at it. Within a circle, and between tables that do not know each other, the given order stays.
func ordered(tables []*table) []*table {
	const (
		unseen = iota
		open
		placed
	)
	out := make([]*table, 0, len(tables))
	state := make([]int, len(tables))
	var visit func(i int)
	visit = func(i int) {
		if state[i] != unseen {
			return
		}
		state[i] = open
		for j, t := range tables {
			if t.plan.ID == tables[i].plan.Parent {
				visit(j)
			}
		}
		for _, target := range tables[i].targets {
			for j, t := range tables {
				if t.plan.Source == target {
					visit(j)
				}
			}
		}
		out = append(out, tables[i])
		state[i] = placed
	}
	for i := range tables {
		visit(i)
	}
	return behindParents(out)
}

// behindParents moves each child that stands before its parent to just behind it.
func behindParents(tables []*table) []*table {
	place := func(id string) int {
		return slices.IndexFunc(tables, func(t *table) bool { return t.plan.ID == id })
	}
	for moves := 0; moves < len(tables)*len(tables); moves++ {
		child := slices.IndexFunc(tables, func(t *table) bool {
			return t.plan.Parent != "" && place(t.plan.Parent) > place(t.plan.ID)
		})
		if child < 0 {
			break
		}
		t := tables[child]
		tables = slices.Delete(tables, child, child+1)
		tables = slices.Insert(tables, place(t.plan.Parent)+1, t)
	}
	return tables
}

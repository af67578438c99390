package importer

import (
	"slices"
	"strings"

	"ferry/core"
	"ferry/core/mapping"
)

// A table is one mapping made ready: what is read, how it is mapped and how it lies at the destination.
type table struct {
	run     RunTable
	mapping mapping.Mapping
	program *mapping.Program
	compile func(ref refOf) (*mapping.Program, error) // another Program of the same mapping, which asks ref
	asks    []mapping.Ask
	plan    core.Plan
	query   core.Query
	targets []aim // where the records lie that its mapped lookups point at
	state   TableState
	total   core.Count
	parts   []Part

	keep       []int           // columns in which an empty value is left out, where the destination applies no rules
	lacks      map[string]bool // columns that a rehearsal's destination would still have to make
	rightsHold bool            // the rights to read it are no smaller than in the run before
	leans      []mapping.Leaning
	unrest     mapping.Unrest
	left       []string                // fields of columns that were left out, because column security hides them
	veiled     []string                // fields that may be empty for this reader alone
	stay       []string                // columns of which nothing is known for that reason; see core.Plan
	marks      []string                // columns that hold nothing but the marks of policies; see unmarking
	mended     map[string][]givenValue // by key of the record; see mendvalues.go
}

// refOf answers what a mapping wants to know of other records; see mapping.About.
type refOf = func(table, id, field string) (core.Value, bool)

// ordered puts tables into the order that lookups need: a parent before its children, a table before those that point
// at it. Within a circle, such as accounts and their primary contacts, the given order stays, and so it does as far as it
// can between tables that do not know each other.
func ordered(tables []*table) []*table {
	needs := make([][]int, len(tables))
	for i, t := range tables {
		for j, other := range tables {
			if t.pointsAt(other) {
				needs[i] = append(needs[i], j)
			}
		}
	}
	out := make([]*table, 0, len(tables))
	for _, circle := range circles(needs) {
		slices.Sort(circle)
		for _, i := range circle {
			out = append(out, tables[i])
		}
	}
	return behindParents(out)
}

// pointsAt reports whether a mapped lookup of a table points at records of another.
func (t *table) pointsAt(o *table) bool {
	return slices.ContainsFunc(t.targets, func(a aim) bool { return a.has(o.plan) })
}

// circles groups nodes that need each other, each group behind those it needs: Tarjan's strongly connected components.
func circles(needs [][]int) (groups [][]int) {
	seen := make([]int, len(needs)) // when a node was met first, from 1; 0 is not yet
	low := make([]int, len(needs))  // the first node that can be reached from it among those that wait
	waits := make([]bool, len(needs))
	var waiting []int
	met := 0
	var visit func(i int)
	visit = func(i int) {
		met++
		seen[i], low[i] = met, met
		waiting, waits[i] = append(waiting, i), true
		for _, j := range needs[i] {
			if seen[j] == 0 {
				visit(j)
				low[i] = min(low[i], low[j])
			} else if waits[j] {
				low[i] = min(low[i], seen[j])
			}
		}
		if low[i] != seen[i] {
			return
		}
		first := slices.Index(waiting, i)
		group := slices.Clone(waiting[first:])
		waiting = waiting[:first]
		for _, j := range group {
			waits[j] = false
		}
		groups = append(groups, group)
	}
	for i := range needs {
		if seen[i] == 0 {
			visit(i)
		}
	}
	return groups
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

// together groups tables that are imported at once: neighbours none of which waits for another. One reader alone reads one
// table after the other.
func (e *engine) together() (groups [][]*table) {
	for _, t := range e.tables {
		last := len(groups) - 1
		if last < 0 || e.Parts < 2 || slices.ContainsFunc(groups[last], func(o *table) bool { return t.needs(o) || o.needs(t) }) {
			groups = append(groups, nil)
			last++
		}
		groups[last] = append(groups[last], t)
	}
	return groups
}

// needs reports whether a table is imported behind another one: its parent, one at whose records it points in the
// destination's own ids, or one that fills the same table there.
func (t *table) needs(o *table) bool {
	points := slices.ContainsFunc(t.plan.Columns, func(c core.Column) bool { return c.Ref })
	return t.plan.Parent == o.plan.ID || points && t.pointsAt(o) || strings.EqualFold(t.plan.Table, o.plan.Table)
}

package mapping

import (
	"slices"
	"strings"

	"ferry/core"
)

// longFilter is how long a filter may be before intermediaries refuse it.
const longFilter = 8000

// records looks at which records are wanted.
func (l *lister) records() {
	w := newFilterWriter(*l.source, Circumstances{Tables: l.draft.table})
	if l.m.Where != nil {
		text := w.filter(*l.m.Where, 0)
		for _, p := range w.problems {
			p.Place.Path = l.path
			l.found = append(l.found, p)
		}
		if len(text)+len(l.m.Filter) > longFilter {
			l.add("filter-long", Place{Part: PartFilter}, says{})
		}
		l.goneOptions(*l.m.Where, 0)
	}
	if f := hiddenByHand(l.m.Filter, l.source); f != nil {
		l.add("filter-field-hidden", Place{Part: PartFilter, Field: f.Name}, says{Field: l.name(f.Name)})
	}
	if l.m.ActiveOnly {
		if _, ok := activeFilter(*l.source); !ok {
			l.add("active-unknown", Place{Part: PartFilter}, says{Table: tableTitle(*l.source)})
		}
	}
}

// goneOptions looks for options in the filter that do not exist any more.
func (l *lister) goneOptions(f Filter, depth int) {
	if depth > deepest {
		return
	}
	for _, g := range slices.Concat(f.All, f.Any) {
		l.goneOptions(g, depth+1)
	}
	field := l.fields[f.Field]
	if field == nil || len(field.Options) == 0 || field.Type == core.TypeBoolean {
		return
	}
	for _, v := range f.Values {
		if !slices.ContainsFunc(field.Options, func(o core.Option) bool { return core.Choice(o.Code).Canonical() == strings.TrimSpace(v) }) {
			l.add("filter-option-gone", Place{Part: PartFilter, Field: f.Field}, says{Field: l.name(f.Field), Value: v})
		}
	}
}

// rules looks at match, policies and lookups.
func (l *lister) rules() {
	for _, name := range l.m.Match.Columns {
		at := Place{Part: PartMatch, Column: name}
		switch {
		case l.dest != nil && l.there[name] == nil:
			l.add("match-gone", at, says{Column: name})
		case !slices.ContainsFunc(l.m.Columns, func(b Binding) bool { return strings.EqualFold(b.Column, name) }):
			l.add("match-unmapped", at, says{Column: l.column(name)})
		}
	}
	for _, p := range []struct {
		policy Policy
		when   string
	}{{l.m.Gone, "those deleted in Dynamics"}, {l.m.Left, "those that left the filter"}} {
		at := Place{Part: PartPolicies, Column: p.policy.Column}
		switch {
		case p.policy.Do == Remove:
			l.add("removes", at, says{Value: p.when})
		case p.policy.Do != MarkInactive:
		case p.policy.Column == "" || p.policy.Value == "":
			l.add("inactive-unset", at, says{})
		case l.dest != nil && l.there[p.policy.Column] == nil:
			l.add("inactive-gone", at, says{Column: p.policy.Column})
		}
	}
	for i := range l.m.Columns {
		l.lookup(&l.m.Columns[i])
	}
	for _, other := range l.draft.others {
		at := Place{Part: PartFields}
		switch {
		case l.m == &l.draft.m && other.ID == l.m.ID && other.Source != l.m.Source:
			l.add("same-id", at, says{})
		case other.ID != l.m.ID && l.dest == nil && strings.EqualFold(other.Table, l.m.Table):
			l.add("same-table", at, says{Table: tableTitle(*l.source), Value: l.m.Table})
		}
	}
}

func (l *lister) lookup(b *Binding) {
	f := l.fields[b.Field]
	if b.Lookup == nil || f == nil {
		return
	}
	at := Place{Part: PartLookups, Column: b.Column, Field: b.Field}
	s := says{Field: l.name(b.Field), Column: l.column(b.Column), Table: b.Lookup.Target}
	if itself(*f) {
		l.itself(b, f, at, s)
	}
	if !f.Type.IsLookup() {
		return
	}
	if b.Lookup.Target != "" && len(f.Targets) > 0 {
		if !slices.Contains(f.Targets, b.Lookup.Target) {
			l.add("lookup-gone", at, s)
		}
		to := l.there[b.Column]
		for _, t := range f.Targets {
			if t != b.Lookup.Target && (to == nil || len(to.Targets) != 1) { // else nothing but one table's records fits there
				s.Value = t
				l.add("lookup-target", at, s)
				break
			}
		}
	}
	if (b.Lookup.By == ByKey || b.Lookup.By == ByField) && b.Lookup.Field == "" {
		l.add("lookup-key", at, s)
	}
	if b.Lookup.By != ByRecord || b.Lookup.Default != "" || len(l.draft.others) == 0 {
		return
	}
	targets := f.Targets
	if b.Lookup.Target != "" {
		targets = []string{b.Lookup.Target}
	}
	for _, t := range targets {
		if t != l.draft.m.Source && !slices.ContainsFunc(l.draft.others, func(m Mapping) bool { return imports(m, t) }) {
			s.Table = t
			l.add("lookup-unmapped", at, s)
		}
	}
}

// itself looks for the other mapping of a record's table, on whose records those of this one hang.
func (l *lister) itself(b *Binding, f *core.Field, at Place, s says) {
	to := l.there[b.Column]
	if to == nil || len(to.Targets) != 1 || len(l.draft.others) == 0 || b.Lookup.Default != "" {
		return
	}
	if !slices.ContainsFunc(l.draft.others, func(m Mapping) bool { return m.Source == f.Targets[0] && strings.EqualFold(m.Table, to.Targets[0]) }) {
		s.Table = tableTitle(*l.source) + " › " + to.Targets[0]
		l.add("lookup-unmapped", at, s)
	}
}

// imports reports whether a mapping or one of its children imports a table.
func imports(m Mapping, table string) bool {
	return m.Source == table || slices.ContainsFunc(m.Children, func(c Mapping) bool { return imports(c, table) })
}

// mostNested is how many children deep a mapping may be.
const mostNested = 5

// children looks at the children of a mapping, nested ones too. above are the tables from the outermost down.
func (l *lister) children(m Mapping, above []string, depth int) {
	above = append(slices.Clone(above), m.Source)
	seen := map[string]bool{}
	for i := range m.Children {
		child := &m.Children[i]
		at := Place{Part: PartChildren, Field: child.Link}
		s := says{Table: child.Source, Field: child.Link, Value: m.Source, N: mostNested}
		path := append(slices.Clone(l.path), child.ID)
		table := l.draft.table(child.Source)
		if table != nil {
			s.Table = tableTitle(*table)
		}
		switch {
		case seen[child.ID]:
			l.add("same-id", at, s)
		case depth >= mostNested:
			l.add("child-deep", at, s)
			continue
		case slices.Contains(above, child.Source) && child.Link != "" && selfCircle(above, child.Source):
			l.add("child-circle", at, s)
			continue
		}
		seen[child.ID] = true
		inner := lister{draft: l.draft, m: child, source: table, path: path}
		if table == nil {
			l.add("child-unknown", at, s)
		} else {
			inner.link(m.Source, at, s)
			if _, ok := carried(m.Filter, ""); !ok {
				l.add("child-by-hand", at, s)
			}
			inner.all()
		}
		inner.children(*child, above, depth+1)
		l.found = append(l.found, inner.found...)
	}
}

// selfCircle reports whether a table is met again that is not just its own parent's table: subsidiaries of an account
// are children one level deep, not without end.
func selfCircle(above []string, table string) bool {
	n := 0
	for _, a := range above {
		if a == table {
			n++
		}
	}
	return n > 1 || above[len(above)-1] != table
}

func (l *lister) link(parent string, at Place, s says) {
	f := l.source.Field(l.m.Link)
	switch {
	case f == nil || !f.Readable || !f.Type.IsLookup():
		l.add("child-link", at, s)
	case len(f.Targets) > 0 && !slices.Contains(f.Targets, parent):
		l.add("child-link-target", at, s)
	}
}

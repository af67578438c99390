package mapping

import (
	"slices"
	"strings"

	"ferry/core"
)

// A Leaning is another table on whose records it depends what becomes of a record: when the one that Lookup points at
// changes, the record has to be looked at again although it did not change itself.
type Leaning struct {
	Lookup string    // of the record's own table
	Table  string    // that the lookup points at
	Filter bool      // the filter asks for it; otherwise only a reference has to be resolved
	Above  []Leaning // on what it depends there
}

// Unrest is why records come into a filter, or leave it, although nothing changed that a list of changes could tell.
type Unrest string

const (
	Calm      Unrest = ""
	ByTime    Unrest = "time"    // the filter asks for days that move on
	ByOthers  Unrest = "others"  // it asks for related records in a way that cannot be followed back
	ByPerson  Unrest = "person"  // it asks who is signed in
	ByUnknown Unrest = "unknown" // it was written by hand, and asks for more than the record's own fields

	ByCalculation Unrest = "calculation" // it asks for what the source works out, which changes without a trace
)

// Leans tells on which other records a mapping depends that was made flat, and whether changes alone tell which records its
// filter holds. Names of related records are not among them; see Asks.
func (m Mapping) Leans(t core.Table, tables func(name string) *core.Table) ([]Leaning, Unrest) {
	var all []Leaning
	if m.Where != nil {
		if why := m.Where.leans(&t, tables, &all, 0); why != Calm {
			return nil, why
		}
	}
	if !plainOData(m.Filter) {
		return nil, ByUnknown
	}
	if slices.ContainsFunc(fieldsByHand(m.Filter, &t), func(f *core.Field) bool { return f.Derived }) {
		return nil, ByCalculation
	}
	for i := range m.Columns {
		b := &m.Columns[i]
		if !b.Resolve && (b.Lookup == nil || b.Lookup.By == KeepID) {
			continue
		}
		for _, name := range b.inputs() {
			f := t.Field(name)
			if f == nil || !f.Type.IsLookup() {
				continue
			}
			for _, target := range f.Targets {
				l := Leaning{Lookup: name, Table: target}
				if (b.Lookup == nil || b.Lookup.Target == "" || b.Lookup.Target == target) &&
					!slices.ContainsFunc(all, func(have Leaning) bool { return have.Lookup == name && have.Table == target }) {
					all = append(all, l)
				}
			}
		}
	}
	return all, Calm
}

func (f Filter) leans(t *core.Table, tables func(string) *core.Table, all *[]Leaning, depth int) Unrest {
	if depth > deepest {
		return ByUnknown
	}
	for _, g := range slices.Concat(f.All, f.Any) {
		if why := g.leans(t, tables, all, depth+1); why != Calm {
			return why
		}
	}
	switch own := t.Field(f.Field); {
	case own != nil && own.Derived:
		return ByCalculation
	case f.Op == IsMe || f.Op == IsNotMe:
		return ByPerson
	case f.Op != "" && (Filter{Op: f.Op}).Relative():
		return ByTime
	case f.Related == nil:
		return Calm
	}
	r := f.Related
	field := t.Field(r.Lookup)
	if r.Lookup == "" || field == nil || r.None && !r.Where.IsZero() {
		return ByOthers
	}
	if r.Where.IsZero() {
		return Calm // whether the lookup is filled stands in the record itself
	}
	target := r.Table
	if target == "" && len(field.Targets) == 1 {
		target = field.Targets[0]
	}
	if target == "" || tables == nil || tables(target) == nil {
		return ByOthers
	}
	l := Leaning{Lookup: r.Lookup, Table: target, Filter: true}
	if why := r.Where.leans(tables(target), tables, &l.Above, depth+1); why != Calm {
		return why
	}
	*all = append(*all, l)
	return Calm
}

// ownFunctions are what a filter by hand may call that looks at nothing but the record.
var ownFunctions = []string{"", "and", "or", "not", "in", "contains", "startswith", "endswith", "tolower", "toupper", "trim", "length",
	"microsoft.dynamics.crm.containvalues", "microsoft.dynamics.crm.doesnotcontainvalues", "microsoft.dynamics.crm.in",
	"microsoft.dynamics.crm.notin", "microsoft.dynamics.crm.between", "microsoft.dynamics.crm.notbetween"}

// plainOData reports whether a $filter text asks for nothing but the record's own fields and fixed values.
func plainOData(text string) bool {
	word := ""
	quoted, ended := false, false
	for _, c := range strings.ToLower(text) {
		switch {
		case c == '\'':
			quoted = !quoted
			word = ""
		case quoted:
		case c == '/':
			return false
		case c == '(':
			if !slices.Contains(ownFunctions, word) {
				return false
			}
			word = ""
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '_', c == '.':
			if ended {
				word = ""
			}
			word += string(c)
			ended = false
			continue
		case c == ' ', c == '\t', c == '\n', c == '\r':
			ended = true
			continue
		default:
			word = ""
		}
		ended = false
	}
	return !quoted
}

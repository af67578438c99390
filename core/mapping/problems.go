package mapping

import (
	"cmp"
	"slices"
	"strings"

	"ferry/core"
)

// A Problem is something in a mapping that a person should look at: where, why, and what to do.
type Problem struct {
	Code     string // stable: "field-gone"
	Place    Place
	Severity Severity
	Cause    string
	Remedy   string
}

// A Severity says how bad a Problem is.
type Severity string

const (
	Stops Severity = "stops" // an import would not begin, or would refuse every record
	Warns Severity = "warns" // something may be lost or refused
	Notes Severity = "notes" // good to know
)

// A Place is where a Problem is mended; a click leads there.
type Place struct {
	Path   []string // IDs of the mappings from the outermost to the one meant
	Part   PagePart
	Column string // of the destination
	Field  string // of the source
	Code   int64  // of an option, where Part is PartChoices and Option is true
	Option bool
	Step   int // where Part is PartFields and the Problem is of a step: its number from 1
}

// A PagePart is one part of a mapping's page.
type PagePart string

const (
	PartFields   PagePart = "fields"
	PartChoices  PagePart = "choices"
	PartLookups  PagePart = "lookups"
	PartFilter   PagePart = "filter"
	PartMatch    PagePart = "match"
	PartPolicies PagePart = "policies"
	PartChildren PagePart = "children"
)

type problemCode string

// says are the words that a Problem's text takes.
type says struct {
	Field, Column, Table, Value, Op, Why, Was, Now string
	N, Of                                          int
}

// in puts the words into a text.
func (s *says) in(text string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		out.WriteString(before)
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return out.String()
		}
		out.WriteString(s.word(name))
		text = after
	}
}

func (s *says) word(name string) string {
	switch name {
	case "field":
		return s.Field
	case "column":
		return s.Column
	case "table":
		return s.Table
	case "value":
		return s.Value
	case "op":
		return s.Op
	case "why":
		return s.Why
	case "was":
		return s.Was
	case "now":
		return s.Now
	case "n":
		return grouped(s.N)
	case "of":
		return grouped(s.Of)
	}
	return "{" + name + "}"
}

// problem makes a Problem from its text.
func problem(code problemCode, at Place, s says) Problem {
	t, ok := problemTexts[code]
	if !ok {
		t = problemText{Stops, "Something in this mapping is wrong.", "Open the mapping and look through it."}
	}
	return Problem{Code: string(code), Place: at, Severity: t.severity, Cause: s.in(t.cause), Remedy: s.in(t.remedy)}
}

// fault makes a Fault of a Problem, for where an import would begin all the same.
func (p Problem) fault(table string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "mapping." + p.Code, Owner: core.You, Cause: p.Cause, Remedy: p.Remedy,
		Subject: core.Subject{Table: table, Field: p.Place.Field},
	}
}

// Problems lists what a person should look at, the worst first, each with its place and remedy. Those of children are
// among them.
func Problems(d *Draft) []Problem {
	l := lister{draft: d, m: &d.m, source: &d.source, dest: d.dest, path: []string{d.m.ID}}
	l.all()
	l.children(d.m, nil, 0)
	slices.SortStableFunc(l.found, func(a, b Problem) int { return cmp.Compare(rank(a.Severity), rank(b.Severity)) })
	return l.found
}

func rank(s Severity) int {
	switch s {
	case Stops:
		return 0
	case Warns:
		return 1
	}
	return 2
}

// A lister gathers the problems of one mapping.
type lister struct {
	draft  *Draft
	m      *Mapping
	source *core.Table
	dest   *core.Table
	path   []string
	found  []Problem

	fields map[string]*core.Field
	there  map[string]*core.Field
}

func (l *lister) add(code problemCode, at Place, s says) {
	at.Path = l.path
	l.found = append(l.found, problem(code, at, s))
}

func (l *lister) all() {
	if l.fields = l.draft.fields(); l.source != &l.draft.source {
		l.fields = fieldsByName(l.source)
	}
	l.there = nil
	if l.dest != nil {
		l.there = fieldsByName(l.dest)
	}
	l.bindings()
	l.required()
	l.already()
	l.labels()
	l.records()
	l.rules()
}

// fieldName is how a field is shown in a text: both names.
func fieldName(t *core.Table, name string) string {
	if f := t.Field(name); f != nil && f.Display != "" && f.Display != name {
		return f.Display + " (" + name + ")"
	}
	return name
}

func (l *lister) name(field string) string {
	if f := l.fields[field]; f != nil && f.Display != "" && f.Display != field {
		return f.Display + " (" + field + ")"
	}
	return field
}

func (l *lister) column(name string) string {
	if f := l.there[name]; f != nil && f.Display != "" && f.Display != name {
		return f.Display + " (" + name + ")"
	}
	return name
}

func tableTitle(t core.Table) string {
	if t.Name.Display != "" && t.Name.Display != t.Name.Logical {
		return t.Name.Display + " (" + t.Name.Logical + ")"
	}
	return t.Name.Logical
}

// grouped writes a number with its thousands apart.
func grouped(n int) string {
	s := core.Int(int64(n)).Canonical()
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

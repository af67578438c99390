package mapping

import (
	"slices"

	"ferry/core"
)

// A Filter says which records: it is a group (All or Any), a step to a related table (Related), or one condition
// (Field, Op and Values). The empty Filter is all records.
type Filter struct {
	All     []Filter `json:"all,omitempty"`     // every one of these holds
	Any     []Filter `json:"any,omitempty"`     // at least one of these holds
	Related *Related `json:"related,omitempty"` // one table away
	Field   string   `json:"field,omitempty"`
	Op      Op       `json:"op,omitempty"`
	Values  []string `json:"values,omitempty"` // as a person writes them: 2024-05-01, 12.5, a code, an id
}

// A Related is one step away: the record that a lookup points at, or the records that point here.
type Related struct {
	Lookup   string `json:"lookup,omitempty"`   // a lookup of this table
	Table    string `json:"table,omitempty"`    // the table it points at, where there are several
	Relation string `json:"relation,omitempty"` // or a relation by which other records point here
	None     bool   `json:"none,omitempty"`     // there is no such record
	Where    Filter `json:"where,omitzero"`     // what holds of that record
}

// IsZero reports whether the filter holds of every record.
func (f Filter) IsZero() bool {
	return len(f.All) == 0 && len(f.Any) == 0 && f.Related == nil && f.Field == "" && f.Op == ""
}

// And joins two filters; the empty one changes nothing.
func (f Filter) And(g Filter) Filter {
	switch {
	case f.IsZero():
		return g.clone()
	case g.IsZero():
		return f.clone()
	case len(f.All) > 0 && len(f.Any) == 0 && f.Related == nil && f.Field == "":
		f = f.clone()
		f.All = append(f.All, g.clone())
		return f
	}
	return Filter{All: []Filter{f.clone(), g.clone()}}
}

func (f Filter) clone() Filter {
	f.All, f.Any = cloneAll(f.All), cloneAll(f.Any)
	f.Values = list(f.Values)
	if f.Related != nil {
		r := *f.Related
		r.Where = r.Where.clone()
		f.Related = &r
	}
	return f
}

func cloneAll(fs []Filter) []Filter {
	out := list(fs)
	for i := range out {
		out[i] = out[i].clone()
	}
	return out
}

// An Op is what a condition asks of a field.
type Op string

const (
	Is         Op = "is"
	IsNot      Op = "is-not" // empty ones too
	IsAnyOf    Op = "any-of"
	IsNoneOf   Op = "none-of" // empty ones too
	IsEmpty    Op = "empty"
	IsFilled   Op = "filled"
	Contains   Op = "contains"
	NotContain Op = "not-contains"
	Begins     Op = "begins"
	NotBegin   Op = "not-begins"
	Ends       Op = "ends"
	NotEnd     Op = "not-ends"
	Greater    Op = "greater"
	AtLeast    Op = "at-least"
	Less       Op = "less"
	AtMost     Op = "at-most"
	Between    Op = "between"     // both ends are in it
	NotBetween Op = "not-between" // empty ones too
	HasAny     Op = "has-any"     // of choices
	HasAll     Op = "has-all"
	HasNone    Op = "has-none" // empty ones too
	IsMe       Op = "me"       // the user who is signed in
	IsNotMe    Op = "not-me"

	On         Op = "on"
	OnOrBefore Op = "on-or-before"
	OnOrAfter  Op = "on-or-after"
	Before     Op = "before"
	After      Op = "after"
	Yesterday  Op = "yesterday"
	Today      Op = "today"
	Tomorrow   Op = "tomorrow"
	LastWeek   Op = "last-week" // weeks begin on Monday
	ThisWeek   Op = "this-week"
	NextWeek   Op = "next-week"
	LastMonth  Op = "last-month"
	ThisMonth  Op = "this-month"
	NextMonth  Op = "next-month"
	LastYear   Op = "last-year"
	ThisYear   Op = "this-year"
	NextYear   Op = "next-year"
	LastHours  Op = "last-hours"
	LastDays   Op = "last-days" // today and the days before it: "last 30 days" has 30 whole days and today
	LastWeeks  Op = "last-weeks"
	LastMonths Op = "last-months"
	LastYears  Op = "last-years"
	NextHours  Op = "next-hours"
	NextDays   Op = "next-days"
	NextWeeks  Op = "next-weeks"
	NextMonths Op = "next-months"
	NextYears  Op = "next-years"
	OlderDays  Op = "older-than-days"
	OlderWeeks Op = "older-than-weeks"
	OlderMonth Op = "older-than-months"
	OlderYears Op = "older-than-years"
)

// An OpInfo describes an operator for the form in which it is chosen.
type OpInfo struct {
	Op     Op
	Title  string // "is any of"
	Values int    // how many it takes; -1 is one or more
	Number bool   // its value is a count, such as of days
}

// Ops are the operators that fit a type, in the order in which they are offered.
func Ops(t core.FieldType) []OpInfo {
	var names []Op
	switch familyOf(t) {
	case familyText:
		names = []Op{Is, IsNot, Contains, NotContain, Begins, NotBegin, Ends, NotEnd, IsAnyOf, IsNoneOf}
	case familyWhole, familyNumber:
		names = []Op{Is, IsNot, Greater, AtLeast, Less, AtMost, Between, NotBetween, IsAnyOf, IsNoneOf}
	case familyBoolean:
		names = []Op{Is, IsNot}
	case familyChoice, familyID:
		names = []Op{Is, IsNot, IsAnyOf, IsNoneOf}
	case familyChoices:
		names = []Op{HasAny, HasAll, HasNone}
	case familyDate:
		names = slices.Concat(dayOps, relativeOps)
	case familyDateTime:
		names = slices.Concat(dayOps, relativeOps, []Op{LastHours, NextHours})
	case familyLookup:
		names = []Op{Is, IsNot, IsAnyOf, IsNoneOf}
		if t == core.TypeOwner {
			names = append(names, IsMe, IsNotMe)
		}
	default:
		return nil
	}
	names = append(names, IsFilled, IsEmpty)
	out := make([]OpInfo, len(names))
	for i, n := range names {
		out[i] = opInfos[n]
		out[i].Op = n
	}
	return out
}

// Info returns what is known of an operator.
func (o Op) Info() (OpInfo, bool) {
	i, ok := opInfos[o]
	i.Op = o
	return i, ok
}

var dayOps = []Op{On, OnOrBefore, OnOrAfter, Before, After, Between, NotBetween}

var relativeOps = []Op{Yesterday, Today, Tomorrow, LastWeek, ThisWeek, NextWeek, LastMonth, ThisMonth, NextMonth, LastYear, ThisYear, NextYear,
	LastDays, LastWeeks, LastMonths, LastYears, NextDays, NextWeeks, NextMonths, NextYears, OlderDays, OlderWeeks, OlderMonth, OlderYears}

var opInfos = map[Op]OpInfo{
	Is: {Title: "is", Values: 1}, IsNot: {Title: "is not", Values: 1},
	IsAnyOf: {Title: "is any of", Values: -1}, IsNoneOf: {Title: "is none of", Values: -1},
	IsEmpty: {Title: "is empty"}, IsFilled: {Title: "is filled"},
	Contains: {Title: "contains", Values: 1}, NotContain: {Title: "does not contain", Values: 1},
	Begins: {Title: "begins with", Values: 1}, NotBegin: {Title: "does not begin with", Values: 1},
	Ends: {Title: "ends with", Values: 1}, NotEnd: {Title: "does not end with", Values: 1},
	Greater: {Title: "is greater than", Values: 1}, AtLeast: {Title: "is at least", Values: 1},
	Less: {Title: "is less than", Values: 1}, AtMost: {Title: "is at most", Values: 1},
	Between: {Title: "is between", Values: 2}, NotBetween: {Title: "is not between", Values: 2},
	HasAny: {Title: "has any of", Values: -1}, HasAll: {Title: "has all of", Values: -1}, HasNone: {Title: "has none of", Values: -1},
	IsMe: {Title: "is the user who is signed in"}, IsNotMe: {Title: "is not the user who is signed in"},
	On: {Title: "is on", Values: 1}, OnOrBefore: {Title: "is on or before", Values: 1}, OnOrAfter: {Title: "is on or after", Values: 1},
	Before: {Title: "is before", Values: 1}, After: {Title: "is after", Values: 1},
	Yesterday: {Title: "was yesterday"}, Today: {Title: "is today"}, Tomorrow: {Title: "is tomorrow"},
	LastWeek: {Title: "was last week"}, ThisWeek: {Title: "is this week"}, NextWeek: {Title: "is next week"},
	LastMonth: {Title: "was last month"}, ThisMonth: {Title: "is this month"}, NextMonth: {Title: "is next month"},
	LastYear: {Title: "was last year"}, ThisYear: {Title: "is this year"}, NextYear: {Title: "is next year"},
	LastHours: {Title: "in the last … hours", Values: 1, Number: true}, NextHours: {Title: "in the next … hours", Values: 1, Number: true},
	LastDays: {Title: "in the last … days", Values: 1, Number: true}, NextDays: {Title: "in the next … days", Values: 1, Number: true},
	LastWeeks: {Title: "in the last … weeks", Values: 1, Number: true}, NextWeeks: {Title: "in the next … weeks", Values: 1, Number: true},
	LastMonths: {Title: "in the last … months", Values: 1, Number: true}, NextMonths: {Title: "in the next … months", Values: 1, Number: true},
	LastYears: {Title: "in the last … years", Values: 1, Number: true}, NextYears: {Title: "in the next … years", Values: 1, Number: true},
	OlderDays: {Title: "more than … days ago", Values: 1, Number: true}, OlderWeeks: {Title: "more than … weeks ago", Values: 1, Number: true},
	OlderMonth: {Title: "more than … months ago", Values: 1, Number: true}, OlderYears: {Title: "more than … years ago", Values: 1, Number: true},
}

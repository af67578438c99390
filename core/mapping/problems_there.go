package mapping

import (
	"slices"
	"strings"

	"ferry/core"
)

// already compares the mapping with the table that is there, at a destination that makes its tables itself. What it
// finds is what an import would be refused for.
func (l *lister) already() {
	t, ok := l.draft.have[l.m.Table]
	if !ok || l.dest != nil {
		return
	}
	at, s := Place{Part: PartFields}, says{Table: l.m.Table, Value: t.Holds}
	switch {
	case t.Holds == "":
		l.add("table-foreign", at, s)
		return
	case t.Holds != l.m.Source:
		l.add("table-other", at, s)
		return
	case t.Key != "" && !strings.EqualFold(t.Key, l.m.Key) && !strings.HasPrefix(l.m.Key, t.Key): // some cut long names
		s.Value, s.Column = t.Key, l.m.Key
		l.add("table-key", at, s)
		return
	}
	there := make(map[string]*core.Field, len(t.Fields))
	for i := range t.Fields {
		there[strings.ToLower(t.Fields[i].Name)] = &t.Fields[i]
	}
	for i := range l.m.Columns {
		b := &l.m.Columns[i]
		to := there[strings.ToLower(b.Column)]
		if to == nil {
			continue
		}
		at.Column, at.Field = b.Column, b.Field
		s = says{Column: b.Column, Field: l.from(b), Now: holdsTitle(to), Was: columnTitle(b.Type)}
		switch {
		case to.Derived:
			l.add("column-computed", at, s)
		case to.Takes != nil && !slices.Contains(to.Takes, b.Type):
			l.add("column-there", at, s)
		}
	}
}

// from is what a column is made from, in words.
func (l *lister) from(b *Binding) string {
	switch b.From {
	case FromConstant:
		return "the constant"
	case FromTemplate:
		return "the template"
	case FromSeveral:
		return "its fields"
	}
	return l.name(b.Field)
}

// holdsTitle is what a column of a database holds.
func holdsTitle(f *core.Field) string {
	if title, ok := map[family]string{
		familyWhole: "whole numbers", familyNumber: "numbers", familyBoolean: "yes or no", familyText: "text", familyDate: "dates", familyDateTime: "dates and times",
	}[familyOf(f.Type)]; ok {
		return title
	}
	return "something else"
}

// columnTitle is what a column that Ferry makes would hold.
func columnTitle(t core.ColumnType) string {
	switch t {
	case core.ColumnInteger:
		return "a whole number"
	case core.ColumnDecimal:
		return "an exact number"
	case core.ColumnDouble:
		return "a number"
	case core.ColumnBoolean:
		return "yes or no"
	case core.ColumnDateTime:
		return "a date and time"
	case core.ColumnDate:
		return "a date"
	case core.ColumnJSON:
		return "a list"
	case core.ColumnBytes:
		return "an image"
	}
	return "text"
}

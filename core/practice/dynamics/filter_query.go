package dynamics

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"ferry/core/practice/world"
)

// query binds a function of the Microsoft.Dynamics.CRM namespace.
//
// Web API: "Web API Query Function Reference": each names its column by PropertyName and its operands by
// PropertyValue, PropertyValue1 and PropertyValue2 or PropertyValues.
func (b *binder) query(n *node) (test, error) {
	name := b.name(n)
	if name == "" {
		return nil, badURI(fmt.Sprintf("An unknown function with name '%s%s' was found. This may also be a function import or a key lookup on a navigation property, which is not allowed.", queryNamespace, n.name))
	}
	at := len(b.frames) - 1
	m := b.frames[at].model
	c := m.logical[name]
	if c == nil {
		c = m.columns[name]
	}
	if c == nil || c.Property == "" {
		return nil, &failure{status: 400, code: "0x80041103", message: fmt.Sprintf("'%s' entity doesn't contain attribute with Name = '%s' and NameMapping = 'Logical'.", m.Logical, name)}
	}
	read := b.reader(at, nil, m, c)
	if from, to, ok := b.period(n); ok {
		if edm(c) != "Edm.DateTimeOffset" && edm(c) != "Edm.Date" {
			return nil, wrongOperator(n.name, c)
		}
		return func(s *scope) bool {
			v := read(s)
			return v.Kind != world.Null && (from == nil || v.N >= from.Unix()) && (to == nil || v.N < to.Unix())
		}, nil
	}
	return b.set(n, c, read)
}

func wrongOperator(function string, c *world.Column) error {
	return &failure{status: 400, code: "0x80041a03", message: fmt.Sprintf("The operator '%s' is not valid for attribute '%s' of type '%s'.", function, c.Logical, c.Code)}
}

func (b *binder) name(n *node) string {
	p := n.named["PropertyName"]
	if p == nil || p.kind != nodeLiteral || p.value.kind != tokString {
		return ""
	}
	return p.value.text
}

// set binds the functions that compare with given values or with the caller.
func (b *binder) set(n *node, c *world.Column, read func(*scope) world.Cell) (test, error) {
	not := strings.HasPrefix(n.name, "Not")
	switch n.name {
	case "In", "NotIn":
		values, err := cellsFor(c, n.named["PropertyValues"])
		if err != nil {
			return nil, err
		}
		return func(s *scope) bool {
			v := read(s)
			return v.Kind != world.Null && anyEqual(&v, values) != not
		}, nil
	case "Between", "NotBetween":
		values, err := cellsFor(c, n.named["PropertyValues"])
		if err == nil && len(values) != 2 {
			err = badURI("The function '" + n.name + "' needs two values.")
		}
		if err != nil {
			return nil, err
		}
		return func(s *scope) bool {
			v := read(s)
			return v.Kind != world.Null && (compareCells(&v, &values[0]) >= 0 && compareCells(&v, &values[1]) <= 0) != not
		}, nil
	case "ContainValues", "DoesNotContainValues":
		if c.Type != "MultiSelectPicklistType" {
			return nil, wrongOperator(n.name, c)
		}
		codes := texts(n.named["PropertyValues"])
		return func(s *scope) bool {
			v := read(s)
			return overlaps(v.S, codes) == (n.name == "ContainValues")
		}, nil
	case "EqualUserId", "NotEqualUserId":
		return isID(read, b.caller.userID, not), nil
	case "EqualBusinessId", "NotEqualBusinessId":
		return isID(read, b.caller.unitID, not), nil
	case "EqualUserOrUserTeams":
		return isID(read, b.caller.userID, false), nil
	}
	return nil, unknown("the query function " + n.name)
}

func isID(read func(*scope) world.Cell, id string, not bool) test {
	return func(s *scope) bool {
		v := read(s)
		return v.Kind != world.Null && (v.S == id) != not
	}
}

func anyEqual(v *world.Cell, values []world.Cell) bool {
	for i := range values {
		if compareCells(v, &values[i]) == 0 {
			return true
		}
	}
	return false
}

// overlaps reports whether a multi-select text such as "1,9" holds one of the codes.
func overlaps(have string, codes []string) bool {
	for _, h := range strings.Split(have, ",") {
		for _, c := range codes {
			if h != "" && h == strings.TrimSpace(c) {
				return true
			}
		}
	}
	return false
}

func texts(n *node) []string {
	switch {
	case n == nil:
		return nil
	case n.kind == nodeList:
		return n.list
	case n.value.kind == tokString && strings.HasPrefix(n.value.text, "["):
		return strings.FieldsFunc(n.value.text, func(r rune) bool { return strings.ContainsRune(`[]"', `, r) })
	}
	return []string{n.value.text}
}

// cellsFor reads the values of a query function as values of the column.
func cellsFor(c *world.Column, n *node) ([]world.Cell, error) {
	if n == nil {
		return nil, badURI("The parameter 'PropertyValues' is missing.")
	}
	var cells []world.Cell
	for _, t := range texts(n) {
		v, ok := cellFor(c, t)
		if !ok {
			return nil, &failure{status: 400, code: "0x80040203", message: fmt.Sprintf("The value '%s' is not valid for attribute '%s'.", t, c.Logical)}
		}
		cells = append(cells, v)
	}
	return cells, nil
}

func cellFor(c *world.Column, t string) (world.Cell, bool) {
	switch edm(c) {
	case "Edm.Guid":
		t = strings.Trim(t, "{}")
		return world.TextCell(strings.ToLower(t)), wholeGUID.MatchString(t)
	case "Edm.Int32", "Edm.Int64":
		n, err := strconv.ParseInt(t, 10, 64)
		return world.IntCell(n), err == nil
	case "Edm.Decimal", "Edm.Double":
		v := world.DecimalCell(t)
		return v, number(&v) != nil
	case "Edm.Boolean":
		return world.BoolCell(t == "true" || t == "1"), t == "true" || t == "false" || t == "0" || t == "1"
	case "Edm.Date", "Edm.DateTimeOffset":
		d, ok := dayOrInstant(t)
		return world.TimeCell(d), ok
	}
	return world.TextCell(t), true
}

func dayOrInstant(t string) (time.Time, bool) {
	if d, err := parseInstant(t); err == nil {
		return d, true
	}
	d, err := time.Parse("2006-01-02", t)
	return d, err == nil
}

// period is the time that a function about dates means: from is included, to is not, nil is open.
func (b *binder) period(n *node) (from, to *time.Time, ok bool) {
	today := time.Date(b.now.Year(), b.now.Month(), b.now.Day(), 0, 0, 0, 0, time.UTC)
	week := today.AddDate(0, 0, -int(today.Weekday()))
	month := today.AddDate(0, 0, 1-today.Day())
	year := time.Date(today.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	span := func(a, z time.Time) (*time.Time, *time.Time, bool) { return &a, &z, true }
	switch n.name {
	case "Yesterday":
		return span(today.AddDate(0, 0, -1), today)
	case "Today":
		return span(today, today.AddDate(0, 0, 1))
	case "Tomorrow":
		return span(today.AddDate(0, 0, 1), today.AddDate(0, 0, 2))
	case "Last7Days":
		return span(today.AddDate(0, 0, -7), b.now)
	case "Next7Days":
		return span(b.now, today.AddDate(0, 0, 8))
	case "LastWeek":
		return span(week.AddDate(0, 0, -7), week)
	case "ThisWeek":
		return span(week, week.AddDate(0, 0, 7))
	case "NextWeek":
		return span(week.AddDate(0, 0, 7), week.AddDate(0, 0, 14))
	case "LastMonth":
		return span(month.AddDate(0, -1, 0), month)
	case "ThisMonth":
		return span(month, month.AddDate(0, 1, 0))
	case "NextMonth":
		return span(month.AddDate(0, 1, 0), month.AddDate(0, 2, 0))
	case "LastYear":
		return span(year.AddDate(-1, 0, 0), year)
	case "ThisYear":
		return span(year, year.AddDate(1, 0, 0))
	case "NextYear":
		return span(year.AddDate(1, 0, 0), year.AddDate(2, 0, 0))
	}
	return b.relative(n, today)
}

// relative is the time of a function that takes a value: On…, LastX…, NextX…, OlderThanX….
func (b *binder) relative(n *node, today time.Time) (from, to *time.Time, ok bool) {
	given := texts(n.named["PropertyValue"])
	if len(given) != 1 {
		return nil, nil, false
	}
	if strings.HasPrefix(n.name, "On") {
		d, good := dayOrInstant(given[0])
		if !good {
			return nil, nil, false
		}
		day := time.Date(d.UTC().Year(), d.UTC().Month(), d.UTC().Day(), 0, 0, 0, 0, time.UTC)
		after := day.AddDate(0, 0, 1)
		switch n.name {
		case "On":
			return &day, &after, true
		case "OnOrBefore":
			return nil, &after, true
		case "OnOrAfter":
			return &day, nil, true
		}
		return nil, nil, false
	}
	x, err := strconv.Atoi(given[0])
	if err != nil || x < 1 || x > 100000 {
		return nil, nil, false
	}
	for _, kind := range []string{"LastX", "NextX", "OlderThanX"} {
		unit, is := strings.CutPrefix(n.name, kind)
		if !is {
			continue
		}
		switch kind {
		case "NextX":
			end, good := shift(b.now, today, unit, x)
			return &b.now, &end, good
		case "LastX":
			begin, good := shift(b.now, today, unit, -x)
			return &begin, &b.now, good
		}
		end, good := shift(b.now, today, unit, -x)
		return nil, &end, good
	}
	return nil, nil, false
}

// shift goes x units from now; from days on, whole days count.
func shift(now, today time.Time, unit string, x int) (time.Time, bool) {
	switch unit {
	case "Minutes":
		return now.Add(time.Duration(x) * time.Minute), true
	case "Hours":
		return now.Add(time.Duration(x) * time.Hour), true
	case "Days":
		return today.AddDate(0, 0, x), true
	case "Weeks":
		return today.AddDate(0, 0, 7*x), true
	case "Months":
		return today.AddDate(0, x, 0), true
	case "Years":
		return today.AddDate(x, 0, 0), true
	}
	return now, false
}

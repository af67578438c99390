package dynamics

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ferry/core/practice/world"
)

// An expansion writes the rows behind a navigation property into each row.
type expansion struct {
	call   *call
	owner  *model
	name   string
	single *single
	many   *collection
	inner  *shape
	keep   test
	order  []ordering
	top    int // -1 is all
	query  string
	ref    bool
	nested bool // some expansion of this query is nested: then children are paged
}

// Where an $expand stands decides about what it may contain.
type expandPlace uint8

const (
	expandRoot   expandPlace = iota // of a collection
	expandSingle                    // of one row
	expandNested                    // in another $expand
)

const expandLimit = 15

// expand reads $expand for rows of m.
//
// Web API: "Expand table relationships": 15 at most; $select and $expand behind a lookup; $select, $filter, $orderby,
// $top and $expand behind a collection, but neither order nor top when nested; nothing nested with many-to-many.
func (c *call) expand(text string, m *model, place expandPlace) ([]*expansion, error) {
	count := 0
	list, nested, err := c.expandList(text, m, place, &count)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		e.nested = nested
	}
	return list, nil
}

func (c *call) expandList(text string, m *model, place expandPlace, count *int) (list []*expansion, nested bool, err error) {
	for _, item := range splitTop(text, ',') {
		item = strings.TrimSpace(item)
		if *count++; *count > expandLimit {
			return nil, false, badURI(fmt.Sprintf("The number of $expand clauses exceeds the limit of %d.", expandLimit))
		}
		name, opts, has := strings.Cut(item, "(")
		if has {
			if !strings.HasSuffix(opts, ")") {
				return nil, false, badURI("Term '" + item + "' is not valid in a $select or $expand expression.")
			}
			opts = opts[:len(opts)-1]
		}
		e := &expansion{call: c, owner: m, top: -1, name: name}
		if base, ok := strings.CutSuffix(name, "/$ref"); ok {
			e.name, e.ref = base, true
		}
		deep, err := e.bind(opts, place, count)
		if err != nil {
			return nil, false, err
		}
		nested = nested || deep || place == expandNested
		list = append(list, e)
	}
	return list, nested, nil
}

// splitTop cuts a text at a mark that stands outside parentheses and quotes.
func splitTop(s string, mark byte) []string {
	var out []string
	depth, start, inQuote := 0, 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\'':
			inQuote = !inQuote
		case inQuote:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == mark && depth == 0:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}

// bind finds the navigation property and reads its options. It reports whether it holds an $expand itself.
func (e *expansion) bind(text string, place expandPlace, count *int) (deep bool, err error) {
	var target string
	if nav, ok := e.owner.single[e.name]; ok {
		e.single, target = &nav, nav.target
	} else if coll, ok := e.owner.many[e.name]; ok {
		e.many, target = &coll, coll.table
	} else {
		return false, noProperty(e.name, e.owner.Logical)
	}
	if e.ref && e.many != nil {
		return false, badURI("Expand with $ref is only supported on lookup type navigation property.")
	}
	c := e.call
	if abstract(target) {
		return false, e.bindOwner(text)
	}
	m := c.store.models.table(target)
	if m == nil {
		return false, unknown("the table behind " + e.name)
	}
	if err := c.mayRead(m); err != nil {
		return false, err
	}
	o, err := e.options(text, m, place)
	if err != nil {
		return false, err
	}
	if e.inner, err = c.store.shape(m, o.selects, o.hasSelect, c.prefer, c.caller); err != nil {
		return false, err
	}
	e.inner.etag = e.many != nil || place == expandSingle
	if e.many != nil && e.many.column != "" && o.hasSelect {
		e.addReference(m)
	}
	if o.expand == "" {
		return false, nil
	}
	if e.many != nil && e.many.pairs != "" {
		return false, badURI("Nested expand is not supported on many-to-many relationships.")
	}
	e.inner.expands, _, err = c.expandList(o.expand, m, expandNested, count)
	return true, err
}

// bindOwner reads the options of an expansion that leads to a user or a team: to what the two share, the owner's id.
func (e *expansion) bindOwner(text string) error {
	e.inner = &shape{}
	for _, part := range splitTop(text, ';') {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "":
		case "$select":
			for _, s := range strings.Split(value, ",") {
				if strings.TrimSpace(s) != "ownerid" {
					return noProperty(strings.TrimSpace(s), "principal")
				}
			}
			e.inner.selected = "(" + value + ")"
		default:
			return unknown(name + " behind the owner")
		}
	}
	return nil
}

// addReference lets the rows of a collection also tell what they point at.
func (e *expansion) addReference(m *model) {
	col := m.logical[e.many.column]
	if col == nil || col.Property == "" || slices.ContainsFunc(e.inner.columns, func(s shaped) bool { return s.column == col }) {
		return
	}
	e.inner.columns = append(e.inner.columns, dress(m, col, e.call.prefer, e.call.caller))
}

func (e *expansion) options(text string, m *model, place expandPlace) (options, error) {
	o := options{aliases: map[string]string{}, given: map[string]bool{}}
	for _, part := range splitTop(text, ';') {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "$select", "$expand":
		case "$filter", "$orderby", "$top":
			if e.many == nil || place == expandNested && name != "$filter" {
				return o, badURI("Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or nested one-to-many relationship.")
			}
		default:
			return o, badURI("Term '" + part + "' is not valid in a $select or $expand expression.")
		}
		if strings.Contains(value, "@") && name == "$filter" {
			return o, badURI("Parameter aliases are not supported inside $expand.")
		}
		if err := o.set(name, value); err != nil {
			return o, err
		}
		if name != "$expand" {
			if e.query != "" {
				e.query += "&"
			}
			e.query += name + "=" + escapeAll(value)
		}
	}
	var err error
	if o.filter != "" {
		if e.keep, _, err = e.call.store.filter(o.filter, nil, m, e.call.caller); err != nil {
			return o, err
		}
	}
	if o.orderby != "" {
		if e.order, _, err = e.call.store.ordering(o.orderby, m, e.call.caller); err != nil {
			return o, err
		}
	}
	if o.top != "" {
		if e.top, err = strconv.Atoi(o.top); err != nil || e.top < 0 {
			return o, badURI("Invalid value '" + o.top + "' for $top query option found. The $top query option requires a non-negative integer value.")
		}
	}
	return o, nil
}

// append writes the member and what stands behind it, with a comma before it.
func (e *expansion) append(b []byte, r *world.Row) []byte {
	if e.single != nil {
		return e.appendSingle(b, r)
	}
	return e.appendMany(b, r)
}

func (e *expansion) appendSingle(b []byte, r *world.Row) []byte {
	b = append(append(append(b, `,"`...), e.name...), `":`...)
	ref := r.Cells[e.single.column.Index]
	if ref.Kind == world.Ref && abstract(e.single.target) {
		return append(b, `{"`+ref.Table+`id":"`+ref.S+`","ownerid":"`+ref.S+`"}`...)
	}
	if ref.Kind != world.Ref || e.inner.model == nil || ref.Table != e.inner.model.Logical {
		return append(b, "null"...)
	}
	row := e.call.store.row(ref.Table, ref.S)
	if row == nil {
		return append(b, "null"...)
	}
	if e.ref {
		b = appendText(append(b, `{"@odata.id":`...), e.call.base+"/"+e.inner.model.Set+"("+row.Key+")")
		return append(b, '}')
	}
	return e.inner.appendRow(b, row)
}

func (e *expansion) appendMany(b []byte, r *world.Row) []byte {
	rows := e.rows(r)
	limit := largestPage
	if e.nested && e.call.prefer.pageSize > 0 {
		limit = e.call.prefer.pageSize
	}
	shown := rows[:min(limit, len(rows))]
	b = append(append(append(b, `,"`...), e.name...), `":[`...)
	for i, row := range shown {
		if i > 0 {
			b = append(b, ',')
		}
		b = e.inner.appendRow(b, row)
	}
	b = append(b, ']')
	b = append(append(append(b, `,"`...), e.name...), `@odata.nextLink":`...)
	link := e.call.base + "/" + e.owner.Set + "(" + r.Key + ")/" + e.name
	if !e.nested {
		if e.query != "" {
			link += "?" + e.query
		}
		return appendText(b, link)
	}
	if len(shown) == len(rows) {
		return b[:len(b)-len(`,"`+e.name+`@odata.nextLink":`)]
	}
	last := shown[len(shown)-1]
	at, _ := e.call.store.world.Find(e.inner.model.Table, last.Key)
	next := cookie{page: 2, size: limit, last: last.Key, place: at + 1}
	return appendText(b, next.next(link, e.query, e.inner.model.Key))
}

// rows are the rows of the collection of one row, filtered and in order.
func (e *expansion) rows(r *world.Row) []*world.Row {
	var rows []*world.Row
	s := &scope{store: e.call.store, rows: []*world.Row{nil}}
	for _, at := range e.call.store.children(e.owner, *e.many, r.Key) {
		row := e.call.store.at(e.inner.model, at)
		if row == nil {
			continue
		}
		s.rows[0] = row
		if e.keep == nil || e.keep(s) {
			rows = append(rows, row)
		}
	}
	if e.order != nil {
		q := &question{call: e.call, listing: listing{model: e.inner.model}, order: e.order}
		slices.SortStableFunc(rows, func(a, b *world.Row) int { return q.compare(q.cells(a), q.cells(b)) })
	}
	if e.top >= 0 {
		rows = rows[:min(e.top, len(rows))]
	}
	return rows
}

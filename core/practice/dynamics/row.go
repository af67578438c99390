package dynamics

import (
	"net/http"
	"strconv"
	"strings"

	"ferry/core/practice/world"
)

// readRow answers accounts(…) and what stands behind it.
func (c *call) readRow(m *model) error {
	if err := c.mayRead(m); err != nil {
		return err
	}
	row, err := c.find(m, c.path[0])
	if err != nil {
		return err
	}
	here := m.Set + "(" + row.Key + ")"
	if len(c.path) == 1 {
		return c.oneRow(m, row, m.Set, true)
	}
	name := c.path[1].name
	if col := m.columns[name]; col != nil {
		return c.property(m, row, col, here)
	}
	if nav, ok := m.single[name]; ok && !c.path[1].call {
		return c.follow(row, nav)
	}
	if coll, ok := m.many[name]; ok && !c.path[1].call {
		child := c.store.models.table(coll.table)
		if child == nil {
			return unknown("the table behind " + name)
		}
		if err := c.mayRead(child); err != nil {
			return err
		}
		among := c.store.children(m, coll, row.Key)
		if among == nil {
			among = []int{}
		}
		l := listing{model: child, address: c.base + "/" + here + "/" + name, context: child.Set, among: among}
		switch {
		case len(c.path) == 2:
			return c.list(l)
		case c.path[2].name == "$count":
			return c.countOnly(l)
		case c.path[2].name == "$ref":
			return c.references(l)
		}
		return noSegment(c.path[2].name)
	}
	if strings.HasPrefix(name, queryNamespace) {
		return c.bound(m, row, c.path[1])
	}
	return noSegment(name)
}

// oneRow writes a single row.
func (c *call) oneRow(m *model, row *world.Row, context string, tag bool) error {
	for _, o := range []string{"$filter", "$orderby", "$top", "$count", "$skiptoken"} {
		if c.opts.given[o] {
			return badURI("The query option '" + o + "' cannot be applied to a single row.")
		}
	}
	etag := `W/"` + strconv.FormatInt(row.Version, 10) + `"`
	if c.r.Header.Get("If-None-Match") == etag && c.opts.expand == "" {
		c.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	s, err := c.store.shape(m, c.opts.selects, c.opts.hasSelect, c.prefer, c.caller)
	if err != nil {
		return err
	}
	if c.opts.expand != "" {
		if s.expands, err = c.expand(c.opts.expand, m, expandSingle); err != nil {
			return err
		}
	}
	if len(c.prefer.annotations) > 0 {
		c.w.Header().Add("Preference-Applied", `odata.include-annotations="`+strings.Join(c.prefer.annotations, ",")+`"`)
	}
	if tag {
		c.w.Header().Set("ETag", etag)
	}
	b := append([]byte(nil), `{"@odata.context":`...)
	b = appendText(b, c.base+"/$metadata#"+context+s.context()+"/$entity")
	b = append(b, ',')
	b = append(b, s.appendRow(nil, row)[1:]...)
	return c.json(b)
}

// property answers accounts(…)/name and accounts(…)/name/$value.
func (c *call) property(m *model, row *world.Row, col *world.Column, here string) error {
	cell := row.Cells[col.Index]
	if col == m.key {
		cell = world.TextCell(row.Key)
	}
	if cell.Kind == world.Null || col.Secured && !c.caller.readsSecured(m.Logical, col) {
		c.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if len(c.path) > 2 {
		if c.path[2].name != "$value" {
			return noSegment(c.path[2].name)
		}
		b := appendCell(nil, &cell)
		switch cell.Kind {
		case world.Text, world.Choices, world.Bytes:
			b = []byte(cell.S)
		}
		c.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = c.w.Write([]byte(strings.Trim(string(b), `"`)))
		return nil
	}
	b := append([]byte(nil), `{"@odata.context":`...)
	b = appendText(b, c.base+"/$metadata#"+here+"/"+col.Property)
	b = append(b, `,"value":`...)
	b = appendCell(b, &cell)
	return c.json(append(b, '}'))
}

// follow answers accounts(…)/primarycontactid: the row that a lookup points at.
func (c *call) follow(row *world.Row, nav single) error {
	ref := row.Cells[nav.column.Index]
	if ref.Kind != world.Ref || ref.Table != nav.target && !abstract(nav.target) {
		c.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	target := c.store.models.table(ref.Table)
	other := c.store.row(ref.Table, ref.S)
	if target == nil || other == nil {
		c.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if len(c.path) > 2 {
		if c.path[2].name != "$ref" {
			return noSegment(c.path[2].name)
		}
		b := appendText([]byte(`{"@odata.context":`), c.base+"/$metadata#$ref")
		b = appendText(append(b, `,"@odata.id":`...), c.base+"/"+target.Set+"("+other.Key+")")
		return c.json(append(b, '}'))
	}
	if err := c.mayRead(target); err != nil {
		return err
	}
	return c.oneRow(target, other, target.Set, true)
}

// references answers …/$ref of a collection: the addresses of its rows.
func (c *call) references(l listing) error {
	q, err := c.question(l)
	if err != nil {
		return err
	}
	b := appendText([]byte(`{"@odata.context":`), c.base+"/$metadata#Collection($ref)")
	b = append(b, `,"value":[`...)
	w := q.walk()
	for n := 0; n < q.size; n++ {
		row := w.next()
		if row == nil {
			break
		}
		if n > 0 {
			b = append(b, ',')
		}
		b = appendText(append(b, `{"@odata.id":`...), c.base+"/"+l.model.Set+"("+row.Key+")")
		b = append(b, '}')
	}
	return c.json(append(b, "]}"...))
}

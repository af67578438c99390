package world

// Row returns the row at a position, in key order; false when there is no such position or the row was deleted.
func (w *World) Row(t *Table, i int) (Row, bool) {
	var r Row
	ok := w.RowInto(t, i, nil, &r)
	return r, ok
}

// RowInto is Row without a new Row for each: it uses r's memory again. With want, only the columns at those places
// are worked out and all others are Null. The texts in r stay good when r is used again.
func (w *World) RowInto(t *Table, i int, want []int, r *Row) bool {
	s, i, c, ok := w.look(t, i)
	if !ok {
		return false
	}
	if cap(r.Cells) < len(t.Columns) {
		r.Cells = make([]Cell, len(t.Columns))
	}
	r.Cells = r.Cells[:len(t.Columns)]
	if want != nil {
		clear(r.Cells)
	}
	r.Version = firstVersion + int64(i)*versionStep + int64(s.index)
	if c != nil {
		r.Version = c.version
	}
	m := maker{w: w, s: s, i: i, h: w.rowHash(s, i), buffer: r.buffer[:0]}
	if i < s.base {
		m.buffer = s.appendKey(m.buffer, i)
	} else {
		m.buffer = append(m.buffer, w.keyOf(s, i)...)
	}
	plans := t.plansOf(s.name)
	if want == nil {
		for at := range plans {
			r.Cells[at] = w.oneCell(&m, &plans[at], c, r.Version)
		}
	} else {
		for _, at := range want {
			r.Cells[at] = w.oneCell(&m, &plans[at], c, r.Version)
		}
	}
	texts := string(m.buffer)
	r.Key = texts[:36]
	for at := range r.Cells {
		r.Cells[at].finish(texts)
	}
	r.buffer = m.buffer[:0]
	return true
}

// oneCell works out a cell, or takes it from what somebody changed.
func (w *World) oneCell(m *maker, p *plan, c *change, version int64) Cell {
	if p.isVersion {
		return Cell{Kind: Int, N: version}
	}
	if p.isKey {
		return Cell{Kind: Text | pending, N: 36}
	}
	if c != nil {
		if cell, ok := c.cells[p.column.Logical]; ok {
			return cell
		}
	}
	if m.i >= m.s.base || p.source == nil {
		return Cell{}
	}
	return p.source(m, p)
}

// Title returns the primary name of a row, as lookups to it show it; "" when there is none.
func (w *World) Title(table, key string) string {
	t := w.Table(table)
	if t == nil {
		return ""
	}
	c := t.Column(t.Title)
	i, ok := w.Find(t, key)
	if c == nil || !ok {
		return ""
	}
	return w.Cell(t, i, c).S
}

// Cell returns one cell of the row at a position; Null when there is no such row.
func (w *World) Cell(t *Table, i int, c *Column) Cell {
	s, i, changed, ok := w.look(t, i)
	if !ok {
		return Cell{}
	}
	p := &t.plansOf(s.name)[c.Index]
	if p.isKey {
		return Cell{Kind: Text, S: w.keyOf(s, i)}
	}
	version := firstVersion + int64(i)*versionStep + int64(s.index)
	if changed != nil {
		version = changed.version
	}
	var room [256]byte
	m := maker{w: w, s: s, i: i, h: w.rowHash(s, i), buffer: room[:0]}
	cell := w.oneCell(&m, p, changed, version)
	if cell.Kind&pending != 0 {
		cell.finish(string(m.buffer))
	}
	return cell
}

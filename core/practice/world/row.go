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
	if want == nil {
		want = t.all
	}
	r.fit(t, want)
	m := maker{w: w, s: s, i: i, h: w.rowHash(s, i), version: s.version(i, c), buffer: r.buffer[:0]}
	m.buffer = m.appendKey(m.buffer)
	plans := t.plansOf(s.name)
	for _, at := range want {
		if p := &plans[at]; c == nil && p.source != nil && i < s.base {
			r.Cells[at] = p.source(&m, p)
		} else {
			r.Cells[at] = m.cellOf(p, c)
		}
	}
	texts := string(m.buffer)
	r.Key, r.Version = texts[:36], m.version
	for _, at := range want {
		r.Cells[at].finish(texts)
	}
	r.buffer = m.buffer[:0]
	return true
}

// fit makes room for the cells of a table. What r held for other columns is cleared away.
func (r *Row) fit(t *Table, want []int) {
	if cap(r.Cells) < len(t.Columns) {
		r.Cells = make([]Cell, len(t.Columns))
	}
	r.Cells = r.Cells[:len(t.Columns)]
	if same := r.table == t && len(r.want) == len(want) && len(want) > 0 && &r.want[0] == &want[0]; !same {
		clear(r.Cells)
	}
	r.table, r.want = t, want
}

// version is that of the row at a position.
func (s *store) version(i int, c *change) int64 {
	if c != nil {
		return c.version
	}
	return firstVersion + int64(i)*versionStep + int64(s.index)
}

// appendKey writes the row's own key.
func (m *maker) appendKey(b []byte) []byte {
	if m.i < m.s.base {
		return m.s.appendKey(b, m.i)
	}
	return append(b, m.w.keyOf(m.s, m.i)...)
}

// ownKey is the key of the row, which is what the buffer begins with.
func ownKey(*maker, *plan) Cell { return Cell{Kind: Text | pending, N: 36} }

// ownVersion is the version of the row.
func ownVersion(m *maker, _ *plan) Cell { return Cell{Kind: Int, N: m.version} }

// cellOf works out a cell, or takes it from what somebody changed. Rows that were put in have nothing else.
func (m *maker) cellOf(p *plan, c *change) Cell {
	if p.given {
		return p.source(m, p)
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
	var room [256]byte
	m := maker{w: w, s: s, i: i, h: w.rowHash(s, i), version: s.version(i, changed), buffer: room[:0]}
	m.buffer = m.appendKey(m.buffer)
	cell := m.cellOf(p, changed)
	if cell.Kind&pending != 0 {
		cell.finish(string(m.buffer))
	}
	return cell
}

// File returns what the file column of a row holds; nil when the row has no file there.
func (w *World) File(t *Table, i int, c *Column) []byte {
	id := w.Cell(t, i, c)
	if c.Type != "FileType" || id.Kind == Null {
		return nil
	}
	h := hashText(id.S)
	b := make([]byte, 0, 64+below(h, 8192))
	for len(b) < cap(b) {
		h = mix(h)
		b = append(b, byte(h))
	}
	return b
}

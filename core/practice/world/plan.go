package world

// A plan says how one column of a table is worked out.
type plan struct {
	column *Column
	salt   uint64
	source source
}

// A source works out one cell.
type source func(m *maker, p *plan) Cell

// A maker works out one row. Texts it makes gather in one buffer and become strings at the end, all at once.
type maker struct {
	w      *World
	t      *Table
	s      *store
	i      int
	h      uint64 // of the row
	buffer []byte
}

func (w *World) plan(t *Table) {
	t.plans = make([]plan, len(t.Columns))
	for i, c := range t.Columns {
		t.plans[i] = plan{column: c, salt: hashText(c.Logical)}
	}
}

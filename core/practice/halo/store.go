package halo

import (
	"maps"
	"slices"
)

// A store is everything that Halo keeps, by kind.
type store struct {
	tables map[string]*table
	outbox []Mail
}

// A table is the records of one kind. Ids grow and are never given twice.
type table struct {
	last int64
	rows map[int64]record
	ids  []int64 // ascending
}

func newStore() *store { return &store{tables: map[string]*table{}} }

func (s *store) table(name string) *table {
	t := s.tables[name]
	if t == nil {
		t = &table{rows: map[int64]record{}}
		s.tables[name] = t
	}
	return t
}

// all returns the records, by id. They are never changed in place, only replaced.
func (s *store) all(name string) []record {
	t := s.table(name)
	out := make([]record, len(t.ids))
	for i, id := range t.ids {
		out[i] = t.rows[id]
	}
	return out
}

func (s *store) get(name string, id int64) record { return s.table(name).rows[id] }

func (s *store) next(name string) int64 {
	t := s.table(name)
	t.last++
	return t.last
}

func (s *store) put(name string, r record) {
	t, id := s.table(name), r.id()
	if _, there := t.rows[id]; !there {
		at, _ := slices.BinarySearch(t.ids, id)
		t.ids = slices.Insert(t.ids, at, id)
		t.last = max(t.last, id)
	}
	t.rows[id] = r
}

func (s *store) drop(name string, id int64) {
	t := s.table(name)
	if at, there := slices.BinarySearch(t.ids, id); there {
		t.ids = slices.Delete(t.ids, at, at+1)
		delete(t.rows, id)
	}
}

// put stores a record so that it can be taken back as long as the request runs.
func (c *call) put(name string, r record) {
	old := c.store.get(name, r.id())
	c.undo = append(c.undo, func() {
		if old == nil {
			c.store.drop(name, r.id())
			return
		}
		c.store.put(name, old)
	})
	c.store.put(name, r)
}

func (c *call) drop(name string, id int64) {
	old := c.store.get(name, id)
	c.undo = append(c.undo, func() { c.store.put(name, old) })
	c.store.drop(name, id)
}

// rollback takes back what was done since a mark.
func (c *call) rollback(mark int) {
	for i := len(c.undo) - 1; i >= mark; i-- {
		c.undo[i]()
	}
	c.undo = c.undo[:mark]
}

func (r record) clone() record { return maps.Clone(r) }

func (r record) id() int64 { return r.int("id") }

func (r record) int(name string) int64 {
	n, _ := r[name].(int64)
	return n
}

func (r record) text(name string) string {
	s, _ := r[name].(string)
	return s
}

func (r record) bool(name string) bool {
	b, _ := r[name].(bool)
	return b
}

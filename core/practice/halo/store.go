package halo

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A store is everything that Halo keeps, by kind.
type store struct {
	tables map[string]*table
	outbox []Mail
}

// A table is the records of one kind. Ids grow and are never given twice.
type table struct {
	last  int64
	rows  map[int64]record
	ids   []int64               // ascending
	index map[string][]int64    // the same by what they are looked for, ascending too
	keys  func(record) []string // what that is; nil is nothing
}

func newStore() *store { return &store{tables: map[string]*table{}} }

func (s *store) table(name string) *table {
	t := s.tables[name]
	if t == nil {
		t = &table{rows: map[int64]record{}, index: map[string][]int64{}, keys: indexOf(name)}
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
	if old, there := t.rows[id]; there {
		t.reindex(old, without)
	} else {
		t.ids = with(t.ids, id)
		t.last = max(t.last, id)
	}
	t.rows[id] = r
	t.reindex(r, with)
}

// by returns the records that are looked for by a key.
func (s *store) by(name, key string) []record {
	t := s.table(name)
	out := make([]record, len(t.index[key]))
	for i, id := range t.index[key] {
		out[i] = t.rows[id]
	}
	return out
}

// indexOf are the keys by which records of a kind are looked for.
func indexOf(name string) func(record) []string {
	switch name {
	case "externallink":
		return func(r record) []string { return []string{linkKey(r), holderKey(r.int("table_id"), r.int("halo_id"))} }
	case "row":
		return func(r record) []string {
			return []string{holderKey(r.int(tableOf), r.int("fkid")), holderKey(r.int(tableOf), 0)}
		}
	case "fieldinfo":
		return func(r record) []string { return []string{holderKey(r.int("usage"), 0)} }
	case "lookup":
		return func(r record) []string { return []string{holderKey(r.int("lookupid"), 0)} }
	}
	return nil
}

// linkKey is what a link is known by.
func linkKey(r record) string {
	return fmt.Sprint(r.int("table_id"), "/", r.int("module_id"), "/", r.int("details_id"), "/", strings.ToLower(r.text("third_party_id")))
}

// holderKey is what a record hangs on: a record of a table, 0 for all of the table.
func holderKey(table, id int64) string { return fmt.Sprint(table, ":", id) }

func (t *table) reindex(r record, change func([]int64, int64) []int64) {
	if t.keys == nil {
		return
	}
	for _, key := range t.keys(r) {
		t.index[key] = change(t.index[key], r.id())
	}
}

func with(ids []int64, id int64) []int64 {
	if at, there := slices.BinarySearch(ids, id); !there {
		return slices.Insert(ids, at, id)
	}
	return ids
}

func without(ids []int64, id int64) []int64 {
	if at, there := slices.BinarySearch(ids, id); there {
		return slices.Delete(ids, at, at+1)
	}
	return ids
}

func (s *store) drop(name string, id int64) {
	t := s.table(name)
	if old, there := t.rows[id]; there {
		t.reindex(old, without)
		t.ids = without(t.ids, id)
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

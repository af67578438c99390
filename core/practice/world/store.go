package world

// A store is what is known of a table's rows beyond what the seed gives.
type store struct {
	name   string
	index  int
	base   int    // positions below it are worked out from the seed
	period int    // how often special values come round
	salt   uint64 // of the rows' chance
	ring   keyring
	parts  []*store // of activitypointer: the activities, whose rows it shows

	byKey   map[string]int // of rows that were put in with a key of their own
	keys    []string       // of the rows that were put in, from position base on
	changed map[int]*change
	live    int
}

// A change is what was done to one row. It is replaced, never changed.
type change struct {
	cells   map[string]Cell
	version int64
	deleted bool
}

func newStore(t *Table, seed uint64, rows int) *store {
	s := &store{
		name: t.Logical, index: t.index, base: rows, live: rows, ring: newKeyring(seed, t.Logical), period: 199,
		salt: hashText("rows of " + t.Logical), byKey: map[string]int{}, changed: map[int]*change{},
	}
	if rows >= 397 {
		s.period = 397
	}
	return s
}

// appendKey writes the key that belongs to a position.
func (s *store) appendKey(b []byte, i int) []byte {
	left, right := s.ring.bits(uint64(i))
	return appendGUID(b, left, right)
}

// key returns the key at a position. The caller holds the lock when rows may have been put in.
func (s *store) key(i int) string {
	if i >= s.base {
		return s.keys[i-s.base]
	}
	return string(s.appendKey(nil, i))
}

// keyOf is key for those who do not hold the lock.
func (w *World) keyOf(s *store, i int) string {
	if i < s.base {
		return s.key(i)
	}
	w.mu.RLock()
	defer w.mu.RUnlock()
	return s.key(i)
}

// positions counts the rows and those that were deleted.
func (s *store) positions() int {
	if s.parts == nil {
		return s.base + len(s.keys)
	}
	most := 0
	for _, part := range s.parts {
		most = max(most, part.positions())
	}
	return most * len(s.parts)
}

// at finds the store that really holds a position: the rows of activitypointer take turns among the activities.
func (s *store) at(i int) (*store, int) {
	if s.parts == nil || i < 0 {
		return s, i
	}
	return s.parts[i%len(s.parts)], i / len(s.parts)
}

// find returns the position of a key, deleted or not.
func (s *store) find(key string) (int, bool) {
	for n, part := range s.parts {
		if i, ok := part.find(key); ok {
			return i*len(s.parts) + n, true
		}
	}
	if i, ok := s.byKey[key]; ok {
		return i, true
	}
	left, right, ok := parseGUID(key)
	if !ok {
		return 0, false
	}
	i, ok := s.ring.position(left, right)
	if !ok || i >= uint64(s.base) {
		return 0, false
	}
	return int(i), true
}

// count is how many rows there are now.
func (s *store) count() int {
	n := s.live
	for _, part := range s.parts {
		n += part.live
	}
	return n
}

// look finds the row at a position and what was changed in it; false when there is none.
func (w *World) look(t *Table, i int) (s *store, at int, c *change, ok bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	s, at = w.stores[t.Logical].at(i)
	if at < 0 || at >= s.base+len(s.keys) {
		return s, at, nil, false
	}
	c = s.changed[at]
	return s, at, c, c == nil || !c.deleted
}

// plansOf returns how the columns are worked out for rows that a store holds.
func (t *Table) plansOf(store string) []plan {
	if t.parts == nil {
		return t.plans
	}
	return t.parts[store]
}

package world

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Options say how the organisation is made.
type Options struct {
	Seed uint64
	Rows map[string]int   // per logical table; tables not named have their usual number
	Now  func() time.Time // the clock of changes; time.Now when nil
}

// A World is one made-up organisation. All its methods may be called from several goroutines.
type World struct {
	seed   uint64
	now    func() time.Time
	lore   *lore
	stores map[string]*store // never changes after New; what a store holds does

	mu      sync.RWMutex
	tables  []*Table // replaced, never changed
	byName  map[string]*Table
	bySet   map[string]*Table
	version int64
	people  people
	texts   map[int][]string // special texts by length
}

// Versions of generated rows: each table has its own numbers, so that no two rows share one.
const (
	firstVersion = 1_000_000
	versionStep  = 64
)

// New makes an organisation. The same Options give the same rows.
func New(o Options) *World {
	if o.Now == nil {
		o.Now = time.Now
	}
	tables, err := standardTables()
	if err != nil {
		panic(err) // the facts are part of the program: only a broken build gets here
	}
	tables = append(tables, ownTables(tables)...)
	extendStandard(tables)
	connect(tables)
	w := &World{
		seed: o.Seed, now: o.Now, lore: newLore(), stores: make(map[string]*store, len(tables)), tables: tables,
		texts: map[int][]string{},
	}
	most := 0
	for _, t := range tables {
		n, given := o.Rows[t.Logical]
		if !given || n < 0 {
			n = usualRows(t.Logical)
		}
		n = max(n, leastRows(t.Logical))
		most = max(most, n)
		w.stores[t.Logical] = newStore(t, o.Seed, n)
	}
	w.join()
	w.version = firstVersion + int64(most+1)*versionStep
	w.file()
	for _, t := range tables {
		w.plan(t)
	}
	w.people = newPeople(w)
	return w
}

// file makes the tables findable. The caller holds the lock or is New.
func (w *World) file() {
	w.byName = make(map[string]*Table, len(w.tables))
	w.bySet = make(map[string]*Table, len(w.tables))
	for _, t := range w.tables {
		w.byName[t.Logical] = t
		w.bySet[t.Set] = t
	}
}

// Tables returns every table, always in the same order. The caller must not change the slice.
func (w *World) Tables() []*Table {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.tables
}

// Table returns the table of that logical name, or nil.
func (w *World) Table(logical string) *Table {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.byName[logical]
}

// BySet returns the table of that entity set name, or nil. Case matters.
func (w *World) BySet(set string) *Table {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.bySet[set]
}

// Version is the present version of the whole organisation: no row has a higher one.
func (w *World) Version() int64 {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.version
}

// Len tells how many rows a table has now.
func (w *World) Len(table string) int {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if s := w.stores[table]; s != nil {
		return s.count()
	}
	return 0
}

// Positions tells how many positions a table has: its rows and those that were deleted.
func (w *World) Positions(t *Table) int {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.stores[t.Logical].positions()
}

// Key returns the key at a position, also of a row that was deleted; "" when there is no such position.
func (w *World) Key(t *Table, i int) string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	s, at := w.stores[t.Logical].at(i)
	if at < 0 || at >= s.base+len(s.keys) {
		return ""
	}
	return s.key(at)
}

// Find returns the position of the row of that key; false when there is none or it was deleted.
func (w *World) Find(t *Table, key string) (i int, ok bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	s := w.stores[t.Logical]
	i, ok = s.find(lower(key))
	if !ok {
		return 0, false
	}
	part, at := s.at(i)
	if c := part.changed[at]; c != nil && c.deleted {
		return 0, false
	}
	return i, true
}

// Set changes a row: it gets a new version and a new modifiedon.
func (w *World) Set(table, key string, values map[string]Cell) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	t, s := w.byName[table], w.stores[table]
	if t == nil {
		return fmt.Errorf("no table %s", table)
	}
	if err := t.check(values); err != nil {
		return err
	}
	i, ok := s.find(lower(key))
	if !ok {
		return fmt.Errorf("no such row in %s", table)
	}
	s, i = s.at(i)
	old := s.changed[i]
	if old != nil && old.deleted {
		return fmt.Errorf("no such row in %s", table)
	}
	cells := map[string]Cell{}
	if old != nil {
		cells = maps.Clone(old.cells)
	}
	cells["modifiedon"] = TimeCell(w.now())
	maps.Copy(cells, values)
	w.version++
	s.changed[i] = &change{cells: cells, version: w.version}
	w.amend(table, lower(key), values)
	return nil
}

// Insert puts a row in, with a key of its own when key is "". It returns the key.
func (w *World) Insert(table, key string, values map[string]Cell) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.insert(table, key, values)
}

func (w *World) insert(table, key string, values map[string]Cell) (string, error) {
	t, s := w.byName[table], w.stores[table]
	if t == nil {
		return "", fmt.Errorf("no table %s", table)
	}
	if err := t.check(values); err != nil {
		return "", err
	}
	if s.parts != nil {
		return "", fmt.Errorf("rows of %s are made in the tables of the activities", table)
	}
	i := s.base + len(s.keys)
	key = lower(key)
	if key == "" {
		key = string(s.appendKey(nil, i))
	}
	if at, ok := s.find(key); ok {
		if c := s.changed[at]; c == nil || !c.deleted {
			return "", fmt.Errorf("a row of %s has this key already", table)
		}
	}
	cells := w.fresh(t)
	maps.Copy(cells, values)
	w.version++
	s.keys = append(s.keys, key)
	s.byKey[key] = i
	s.changed[i] = &change{cells: cells, version: w.version}
	s.live++
	w.enrol(table, key, cells)
	return key, nil
}

// fresh is what the service itself puts into a new row.
func (w *World) fresh(t *Table) map[string]Cell {
	now := TimeCell(w.now())
	me := RefCell("systemuser", w.stores["systemuser"].key(0))
	usual := map[string]Cell{
		"createdon": now, "modifiedon": now, "createdby": me, "modifiedby": me, "ownerid": me, "owninguser": me,
		"owningbusinessunit": RefCell("businessunit", w.stores["businessunit"].key(0)),
		"statecode":          ChoiceCell(0), "activitytypecode": TextCell(t.Logical),
	}
	if c := t.Column("statecode"); c != nil && len(c.Options) > 0 {
		usual["statecode"] = ChoiceCell(c.Options[0].Value)
		usual["statuscode"] = ChoiceCell(c.Options[0].DefaultStatus)
	}
	cells := make(map[string]Cell, len(usual))
	for name, cell := range usual {
		if t.Column(name) != nil {
			cells[name] = cell
		}
	}
	return cells
}

// check refuses columns that are not there.
func (t *Table) check(values map[string]Cell) error {
	for name := range values {
		if t.Column(name) == nil {
			return fmt.Errorf("no column %s in %s", name, t.Logical)
		}
	}
	return nil
}

// Delete removes a row. References to it stay as they are.
func (w *World) Delete(table, key string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.stores[table]
	if s == nil {
		return fmt.Errorf("no table %s", table)
	}
	i, ok := s.find(lower(key))
	if !ok {
		return fmt.Errorf("no such row in %s", table)
	}
	s, i = s.at(i)
	if old := s.changed[i]; old != nil && old.deleted {
		return fmt.Errorf("no such row in %s", table)
	}
	w.version++
	s.changed[i] = &change{version: w.version, deleted: true}
	s.live--
	w.dismiss(table, lower(key))
	return nil
}

// ChangedSince yields the rows that somebody changed, put in or deleted after a version, oldest change first, until
// yield returns false.
func (w *World) ChangedSince(t *Table, version int64, yield func(key string, deleted bool, version int64) bool) {
	type one struct {
		key string
		*change
	}
	w.mu.RLock()
	s := w.stores[t.Logical]
	var found []one
	for _, part := range append([]*store{s}, s.parts...) {
		for i, c := range part.changed {
			if c.version > version {
				found = append(found, one{part.key(i), c})
			}
		}
	}
	w.mu.RUnlock()
	slices.SortFunc(found, func(a, b one) int { return int(a.version - b.version) })
	for _, c := range found {
		if !yield(c.key, c.deleted, c.version) {
			return
		}
	}
}

// lower makes a key lower-case without allocating when it is already.
func lower(key string) string {
	for i := 0; i < len(key); i++ {
		if key[i] >= 'A' && key[i] <= 'Z' {
			b := []byte(key)
			for j := range b {
				if b[j] >= 'A' && b[j] <= 'Z' {
					b[j] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return key
}

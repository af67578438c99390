package coretest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"ferry/core"
)

// StoreOptions say how the destinations of a Store behave.
type StoreOptions struct {
	AssignsIDs bool // rows get ids of the store's own ("id-1"); a Ref column takes only such an id
	Doubles    bool // a row whose key is there already makes a second row, as a web service would; needs AssignsIDs
	NotSettler bool // no memory of batches
	NotFinder  bool // it cannot Find

	// Fail is asked before the n-th Write (from 1, over all destinations of the store).
	Fail func(n int, p core.Plan, b core.Batch) Failure
	// Refuse is asked for every row; a Fault refuses it.
	Refuse func(p core.Plan, r core.Record) *core.Fault
	// Answer may change the outcomes of a Write after it was stored: Unsure answers. It may return an error too.
	Answer func(n int, outcomes []core.Outcome) ([]core.Outcome, error)
}

// A Failure is when a Write fails.
type Failure int

const (
	NoFailure    Failure = iota
	BeforeCommit         // nothing is stored; every row comes back Untried
	AfterCommit          // everything is stored, but the answer is lost; every row comes back Unsure
)

// A Row is one stored row.
type Row struct {
	Key    string
	ID     string // where the store assigns ids
	Values map[string]core.Value
	Writes int // how many times the row was created or changed

	mark mark
	left map[string]core.Value // what was written last
}

// A mark says whose row it is.
type mark int

const (
	byHand mark = iota // somebody else's
	made               // a Write created it
	found              // a Write matched it
)

// A Store is a place in memory. It outlives the destinations that are opened on it, as a file would.
type Store struct {
	mu         sync.Mutex
	o          StoreOptions
	tables     map[string]*storedTable
	identity   core.Identity
	settled    map[string][]core.Outcome
	writes     int
	starts     int
	finished   []string
	refuseKeys map[string]bool
	nextID     int
}

type storedTable struct {
	columns []core.Column
	key     string
	rows    []*Row
}

// NewStore makes an empty place.
func NewStore(o StoreOptions) *Store {
	return &Store{o: o, tables: map[string]*storedTable{}, settled: map[string][]core.Outcome{}, refuseKeys: map[string]bool{}}
}

// Open gives a Destination on the store, with the powers its options leave it.
func (s *Store) Open() core.Destination {
	base := &memoryDestination{s: s}
	switch {
	case s.o.NotSettler && s.o.NotFinder:
		return base
	case s.o.NotSettler:
		return struct {
			*memoryDestination
			finder
		}{base, finder{s}}
	case s.o.NotFinder:
		return struct {
			*memoryDestination
			settler
		}{base, settler{s}}
	default:
		return struct {
			*memoryDestination
			finder
			settler
		}{base, finder{s}, settler{s}}
	}
}

// Rows returns the rows of a table in the order in which they were created.
func (s *Store) Rows(table string) []Row {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[table]
	if t == nil {
		return nil
	}
	rows := make([]Row, 0, len(t.rows))
	for _, r := range t.rows {
		c := *r
		c.Values = maps.Clone(r.Values)
		rows = append(rows, c)
	}
	return rows
}

// Finished are the plans that Finish was called for, in order.
func (s *Store) Finished() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.finished)
}

// Writes is how many times Write was called.
func (s *Store) Writes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writes
}

// SetIdentity replaces the identity, as when somebody put another or an older copy in its place.
func (s *Store) SetIdentity(id core.Identity) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.identity = id
}

// Copy is the store as it is now: a backup that somebody may put back.
func (s *Store) Copy() *Store {
	c := NewStore(s.o)
	s.mu.Lock()
	defer s.mu.Unlock()
	c.identity, c.nextID, c.settled = s.identity, s.nextID, maps.Clone(s.settled)
	for name, t := range s.tables {
		n := &storedTable{columns: slices.Clone(t.columns), key: t.key}
		for _, r := range t.rows {
			row := *r
			row.Values = maps.Clone(r.Values)
			n.rows = append(n.rows, &row)
		}
		c.tables[name] = n
	}
	return c
}

// Spoil makes the store refuse the rows of these keys from now on.
func (s *Store) Spoil(keys ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range keys {
		s.refuseKeys[k] = true
	}
}

// Finds gives the destinations that are opened from now on the power to find.
func (s *Store) Finds() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.NotFinder = false
}

// Remove is what somebody does by hand: the rows of these keys are there no more.
func (s *Store) Remove(table string, keys ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[table]
	t.rows = slices.DeleteFunc(t.rows, func(r *Row) bool { return slices.Contains(keys, r.Key) })
}

// Heal takes Spoil back.
func (s *Store) Heal(keys ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range keys {
		delete(s.refuseKeys, k)
	}
}

// find returns the rows of a key.
func (t *storedTable) find(key string) (hits []*Row) {
	for _, r := range t.rows {
		if r.Key == key {
			hits = append(hits, r)
		}
	}
	return hits
}

type memoryDestination struct{ s *Store }

func (d *memoryDestination) Checks(_ context.Context, _ core.Need, tell func(core.Check)) {
	c := core.Check{ID: "place", Title: "Place in memory", State: core.CheckRunning}
	tell(c)
	c.State = core.CheckPassed
	tell(c)
}

func (d *memoryDestination) Tables(context.Context) ([]core.TableName, error) {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	var names []core.TableName
	for _, name := range slices.Sorted(maps.Keys(d.s.tables)) {
		names = append(names, core.TableName{Logical: name, Display: name})
	}
	return names, nil
}

func (d *memoryDestination) Describe(_ context.Context, table string) (core.Table, error) {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	t := d.s.tables[table]
	if t == nil {
		return core.Table{}, noTable(table)
	}
	out := core.Table{Name: core.TableName{Logical: table, Display: table}, Key: t.key}
	out.Fields = append(out.Fields, core.Field{Name: t.key, Type: core.TypeText, Readable: true, Writable: true, Required: true})
	for _, c := range t.columns {
		out.Fields = append(out.Fields, core.Field{Name: c.Name, Type: core.TypeText, Readable: true, Writable: true})
	}
	return out, nil
}

func (d *memoryDestination) Identity(context.Context) (core.Identity, error) {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	return d.s.identity, nil
}

func (d *memoryDestination) Close() error { return nil }

func (d *memoryDestination) Start(_ context.Context, next core.Identity) error {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	if d.s.identity.ID == "" {
		d.s.identity.ID = next.ID
	}
	d.s.identity.Name = "Memory"
	d.s.identity.Generation = max(d.s.identity.Generation, next.Generation)
	d.s.starts++
	return nil
}

func (d *memoryDestination) Missing(_ context.Context, p core.Plan) ([]core.Thing, error) {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	t := d.s.tables[p.Table]
	var things []core.Thing
	if t == nil {
		things = append(things, core.Thing{Kind: "table", Name: p.Table, Plan: p.ID})
		t = &storedTable{}
	}
	for _, c := range p.Columns {
		if !t.has(c.Name) {
			things = append(things, core.Thing{Kind: "column", Name: p.Table + "." + c.Name, Plan: p.ID})
		}
	}
	return things, nil
}

func (t *storedTable) has(column string) bool {
	return slices.ContainsFunc(t.columns, func(c core.Column) bool { return c.Name == column })
}

func (d *memoryDestination) Prepare(_ context.Context, p core.Plan, things []core.Thing) (core.Plan, error) {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	for _, thing := range things {
		if thing.Kind == "table" && d.s.tables[thing.Name] == nil {
			d.s.tables[thing.Name] = &storedTable{key: p.Key}
		}
	}
	for _, thing := range things {
		table, column, _ := strings.Cut(thing.Name, ".")
		t := d.s.tables[table]
		if thing.Kind != "column" || t == nil || t.has(column) {
			continue
		}
		for _, c := range p.Columns {
			if c.Name == column {
				t.columns = append(t.columns, c)
			}
		}
	}
	return p, nil
}

func (d *memoryDestination) Finish(_ context.Context, p core.Plan) error {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	d.s.finished = append(d.s.finished, p.ID)
	return nil
}

// Edit is what somebody does by hand: a new row of that key, or other values in one that is there.
func (s *Store) Edit(table, key string, values map[string]core.Value) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[table]
	hits := t.find(key)
	if len(hits) == 0 {
		hits = []*Row{{Key: key, Values: map[string]core.Value{}}}
		if s.o.AssignsIDs {
			s.nextID++
			hits[0].ID = fmt.Sprintf("id-%d", s.nextID)
		}
		t.rows = append(t.rows, hits[0])
	}
	for name, v := range values {
		hits[0].Values[name] = v
	}
}

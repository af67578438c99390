package dynamics

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"ferry/core/practice/world"
)

// A store reads the world: single rows, the rows behind a collection, lists in an order.
type store struct {
	world  *world.World
	models *models
	now    func() time.Time

	mu      sync.Mutex
	indexes map[string]*index
	lists   []*list         // the last few, newest first
	deltas  map[string]bool // delta tokens that were handed out; true is too old
}

// An index holds the rows of a table by what a lookup column points at, as of one version.
type index struct {
	version int64
	rows    map[string][]int
}

// A list holds the rows of a question in its order, as of one version.
type list struct {
	name    string
	version int64
	rows    []int
}

const listsKept = 4

func newStore(w *world.World, now func() time.Time) *store {
	return &store{world: w, models: newModels(w), now: now, indexes: map[string]*index{}, deltas: map[string]bool{}}
}

// row returns the row of that key, or nil.
func (st *store) row(table, key string) *world.Row {
	t := st.world.Table(table)
	if t == nil {
		return nil
	}
	i, ok := st.world.Find(t, key)
	if !ok {
		return nil
	}
	r := &world.Row{}
	if !st.world.RowInto(t, i, nil, r) {
		return nil
	}
	return r
}

// at returns the row at a position, or nil.
func (st *store) at(m *model, i int) *world.Row {
	r := &world.Row{}
	if !st.world.RowInto(m.Table, i, nil, r) {
		return nil
	}
	return r
}

// nameOf returns the primary name of a row, "" when it is gone.
func (st *store) nameOf(table, key string) string {
	m := st.models.table(table)
	if m == nil || m.Title == "" || m.logical[m.Title] == nil {
		return ""
	}
	i, ok := st.world.Find(m.Table, key)
	at := m.logical[m.Title].Index
	var r world.Row
	if !ok || !st.world.RowInto(m.Table, i, []int{at}, &r) {
		return ""
	}
	return r.Cells[at].S
}

// children returns the positions of the rows of a collection of one row.
func (st *store) children(m *model, c collection, key string) []int {
	if c.name == rolesOfUser && m.Logical == "systemuser" {
		return st.roles(key)
	}
	if c.pairs == "" {
		child := st.models.table(c.table)
		if child == nil || child.logical[c.column] == nil {
			return nil
		}
		return st.pointing(child, child.logical[c.column], key)
	}
	pairs, other := st.models.table(c.pairs), st.models.table(c.table)
	if pairs == nil || other == nil || pairs.logical[c.here] == nil || pairs.logical[c.there] == nil {
		return nil
	}
	var rows []int
	there := pairs.logical[c.there].Index
	for _, i := range st.pointing(pairs, pairs.logical[c.here], key) {
		var r world.Row
		if !st.world.RowInto(pairs.Table, i, []int{there}, &r) {
			continue
		}
		if at, ok := st.world.Find(other.Table, r.Cells[there].S); ok {
			rows = append(rows, at)
		}
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

// pointing returns the rows in which a column holds that key.
func (st *store) pointing(m *model, c *world.Column, key string) []int {
	st.mu.Lock()
	defer st.mu.Unlock()
	name, version := m.Logical+"."+c.Logical, st.world.Version()
	x := st.indexes[name]
	if x == nil || x.version != version {
		x = &index{version: version, rows: map[string][]int{}}
		var r world.Row
		for i := range st.world.Positions(m.Table) {
			if st.world.RowInto(m.Table, i, []int{c.Index}, &r) && r.Cells[c.Index].S != "" {
				k := r.Cells[c.Index].S
				x.rows[k] = append(x.rows[k], i)
			}
		}
		st.indexes[name] = x
	}
	return x.rows[key]
}

// A walker goes over the rows of a question, from where its cookie says.
type walker struct {
	q      *question
	row    world.Row
	probe  world.Row
	within []int // positions to visit; nil visits all
	i, end int
	place  int   // where the last row stands, from 1
	want   []int // the columns that are read
	scope  scope
	seen   int // rows visited, to notice now and then that nobody waits any more
}

// walk begins at the cookie of the question.
func (q *question) walk() *walker {
	w := &walker{q: q, want: q.shape.wanted(), scope: scope{store: q.store}}
	if w.want != nil {
		w.want = append(w.want, q.ordered...) // the cookie holds what the rows are ordered by
	}
	switch {
	case q.order != nil:
		w.within = q.sorted()
		w.end = len(w.within)
		w.i = q.after(w.within)
	case q.among != nil:
		w.within, w.end = q.among, len(q.among)
		w.i, _ = slices.BinarySearch(w.within, q.cookie.place)
	default:
		w.i, w.end = q.cookie.place, q.store.world.Positions(q.model.Table)
	}
	w.scope.rows = []*world.Row{&w.row}
	return w
}

// next returns the next row, which is good until the one after it; nil when there is none.
func (w *walker) next() *world.Row {
	for ; w.i < w.end; w.i++ {
		if w.seen++; w.seen%1024 == 0 && w.q.r.Context().Err() != nil {
			return nil
		}
		at := w.i
		if w.within != nil {
			at = w.within[w.i]
		}
		if !w.fits(at) {
			continue
		}
		if !w.q.store.world.RowInto(w.q.model.Table, at, w.want, &w.row) {
			continue
		}
		w.i++
		w.place = at + 1
		return &w.row
	}
	return nil
}

// fits tests a row before it is worked out as a whole.
func (w *walker) fits(at int) bool {
	q := w.q
	if q.keep == nil && q.visible == nil || q.order != nil {
		return true // a list in an order is filtered already
	}
	if !q.store.world.RowInto(q.model.Table, at, q.reads, &w.probe) {
		return false
	}
	w.scope.rows[0] = &w.probe
	return (q.visible == nil || q.visible(&w.scope)) && (q.keep == nil || q.keep(&w.scope))
}

// wanted are the columns that a shape reads; nil is all of them.
func (s *shape) wanted() []int {
	if len(s.expands) > 0 || s.selected == "" {
		return nil
	}
	want := make([]int, 0, len(s.columns))
	for i := range s.columns {
		want = append(want, s.columns[i].column.Index)
	}
	return want
}

// An ordering is one part of $orderby.
type ordering struct {
	value func(*scope) world.Cell
	down  bool
}

// ordering reads $orderby. It also tells which columns are read for it.
func (st *store) ordering(text string, m *model, c *caller) ([]ordering, []int, error) {
	var out []ordering
	b := &binder{store: st, caller: c, now: st.now(), frames: []frame{{model: m}}, reads: []int{}}
	for _, part := range strings.Split(text, ",") {
		words := strings.Fields(part)
		if len(words) == 0 || len(words) > 2 || len(words) == 2 && words[1] != "asc" && words[1] != "desc" {
			return nil, nil, badURI("Syntax error at position 0 in '" + text + "'.")
		}
		o, err := b.property(strings.Split(words[0], "/"))
		if err != nil {
			return nil, nil, err
		}
		out = append(out, ordering{value: o.value, down: len(words) == 2 && words[1] == "desc"})
	}
	return out, b.reads, nil
}

// sorted returns the positions of the rows of a question in its order; the key decides between equals.
func (q *question) sorted() []int {
	if q.top >= 0 && q.top <= fewRows && q.cookie.place == 0 {
		return q.first(q.top)
	}
	name := q.model.Logical + "\x00" + q.address + "\x00" + q.opts.filter + "\x00" + q.opts.orderby + "\x00" + q.caller.userID
	for _, k := range slices.Sorted(maps.Keys(q.opts.aliases)) {
		name += "\x00" + k + "=" + q.opts.aliases[k]
	}
	version := q.store.world.Version()
	q.store.mu.Lock()
	for _, l := range q.store.lists {
		if l.name == name && l.version == version {
			q.store.mu.Unlock()
			return l.rows
		}
	}
	q.store.mu.Unlock()
	rows := q.first(-1)
	q.store.mu.Lock()
	defer q.store.mu.Unlock()
	q.store.lists = slices.Insert(q.store.lists, 0, &list{name: name, version: version, rows: rows})
	q.store.lists = q.store.lists[:min(listsKept, len(q.store.lists))]
	return rows
}

// fewRows is up to how many rows are picked instead of sorting all.
const fewRows = 100

// first returns the positions of the first n rows of a question in its order; of all when n is below 0.
func (q *question) first(n int) []int {
	type keyed struct {
		at    int
		cells []world.Cell
	}
	plain := *q
	plain.order, plain.cookie = nil, cookie{page: 1}
	plain.shape = &shape{model: q.model}
	order := func(a, b keyed) int { return q.compare(a.cells, b.cells) }
	var rows []keyed
	w := plain.walk()
	w.want = q.ordered
	s := &scope{store: q.store, rows: []*world.Row{&w.row}}
	for w.next() != nil {
		row := keyed{at: w.place - 1, cells: q.cellsOf(s)}
		if n < 0 {
			rows = append(rows, row)
			continue
		}
		if n == 0 || len(rows) == n && order(row, rows[n-1]) >= 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(rows, row, func(a, b keyed) int {
			if order(a, b) <= 0 {
				return -1 // rows that came earlier stay before their equals
			}
			return 1
		})
		rows = slices.Insert(rows, at, row)
		rows = rows[:min(n, len(rows))]
	}
	if n < 0 {
		slices.SortStableFunc(rows, order)
	}
	out := make([]int, len(rows))
	for i := range rows {
		out[i] = rows[i].at
	}
	return out
}

// cells are the values that a row is ordered by.
func (q *question) cells(r *world.Row) []world.Cell {
	return q.cellsOf(&scope{store: q.store, rows: []*world.Row{r}})
}

func (q *question) cellsOf(s *scope) []world.Cell {
	out := make([]world.Cell, len(q.order))
	for i, o := range q.order {
		out[i] = o.value(s)
	}
	return out
}

// compare orders two rows by their values; empty ones come first, as in the database.
func (q *question) compare(a, b []world.Cell) int {
	for i, o := range q.order {
		d := 0
		switch x, y := a[i].Kind == world.Null, b[i].Kind == world.Null; {
		case x && y:
		case x:
			d = -1
		case y:
			d = 1
		default:
			d = compareCells(&a[i], &b[i])
		}
		if d != 0 {
			if o.down {
				return -d
			}
			return d
		}
	}
	return 0
}

// values writes the order values of a row for the cookie: the kind and the value.
func (q *question) values(r *world.Row) []string {
	if q.order == nil {
		return nil
	}
	var out []string
	for _, c := range q.cells(r) {
		out = append(out, strconv.Itoa(int(c.Kind))+" "+strconv.FormatInt(c.N, 10)+" "+c.S)
	}
	return out
}

func cookieCell(s string) world.Cell {
	kind, rest, _ := strings.Cut(s, " ")
	n, text, _ := strings.Cut(rest, " ")
	k, _ := strconv.Atoi(kind)
	v, _ := strconv.ParseInt(n, 10, 64)
	return world.Cell{Kind: world.Kind(k), N: v, S: text}
}

// after finds the first row of an ordered list that stands behind the cookie.
func (q *question) after(rows []int) int {
	if q.cookie.place == 0 {
		return 0
	}
	last := make([]world.Cell, len(q.cookie.order))
	for i, s := range q.cookie.order {
		last[i] = cookieCell(s)
	}
	n, _ := slices.BinarySearchFunc(rows, q.cookie.place-1, func(at, place int) int {
		r := q.store.at(q.model, at)
		if r == nil {
			return -1
		}
		if d := q.compare(q.cells(r), last); d != 0 {
			return d
		}
		if at <= place {
			return -1
		}
		return 1
	})
	return n
}

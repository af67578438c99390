package importer

import (
	"context"

	"ferry/core"
	"ferry/core/mapping"
)

// maxRows is how many rows are written at once. A page that has more is written in pieces.
const maxRows = 5000

// A mapped page: rows in the plan's column order, and the records that the mapping refused. Its texts live in the
// source's page until release.
type mapped struct {
	page    core.Page
	after   core.Bookmark
	rows    []core.Record
	refused []Refusal
	values  []core.Value // of all rows, one behind the other
	pool    *pool
	counted bool // it takes one of the pool's places
}

// release gives the page back to its source and the room of its rows to the next page.
func (m *mapped) release() {
	m.page.Release()
	counted := m.counted
	m.pool.put(m)
	if counted {
		m.pool.leave()
	}
}

// A pool keeps the room of pages that were written, and lets only so many exist at once, so that memory does not grow
// with the table.
type pool struct {
	free   chan *mapped
	places chan struct{}
}

func newPool(n int) *pool { return &pool{make(chan *mapped, n), make(chan struct{}, n)} }

// enter takes a place for a page that is about to be made; false when ctx has ended.
func (p *pool) enter(ctx context.Context) bool {
	select {
	case p.places <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (p *pool) leave() { <-p.places }

func (p *pool) get() *mapped {
	select {
	case m := <-p.free:
		return m
	default:
		return &mapped{pool: p}
	}
}

func (p *pool) put(m *mapped) {
	clear(m.rows)
	clear(m.values)
	m.page, m.refused, m.counted = core.Page{}, nil, false
	m.rows, m.values = m.rows[:0], m.values[:0]
	select {
	case p.free <- m:
	default: // there are enough
	}
}

// readPart reads one part from where it stands and passes its pages on, mapped. The last item says that it ended. It takes a place
// when its answer is there, so that as many parts wait for answers as are read.
func (e *engine) readPart(ctx context.Context, t *table, p *Part, at Part, pool *pool, items chan<- item) {
	send := func(it item) bool {
		it.table, it.part = t, p
		select {
		case items <- it:
			return true
		case <-ctx.Done():
			if it.page != nil {
				it.page.release()
			}
			return false
		}
	}
	if at.At.Done {
		send(item{end: true})
		return
	}
	left := int64(e.Limit) - at.Counts.Read
	if e.Limit > 0 && left <= 0 {
		send(item{end: true})
		return
	}
	maps, err := e.mapper(t)
	if err != nil {
		send(item{err: err, end: true})
		return
	}
	held := false
	enter := func() error {
		if held || pool.enter(ctx) {
			held = true
			return nil
		}
		return ctx.Err()
	}
	defer func() {
		if held {
			pool.leave()
		}
	}()
	q := t.query
	q.Range = at.Range
	for page, err := range e.read(core.WithRoom(ctx, enter), t, q, at.At) {
		if err == nil {
			err = enter() // a source that makes pages without asking
		}
		if err != nil {
			page.Release()
			send(item{err: err, end: true})
			return
		}
		m, err := maps.page(ctx, page, pool, left)
		m.counted, held = true, false
		if err == nil {
			left -= int64(len(m.rows) + len(m.refused))
			err = e.onlyShown(ctx, t, m)
		}
		if err != nil {
			m.release()
			send(item{err: err, end: true})
			return
		}
		if !send(item{page: m}) {
			return
		}
		if e.Limit > 0 && left <= 0 {
			break
		}
	}
	send(item{end: true})
}

// A mapper maps the pages of one reader. It serves one goroutine.
type mapper struct {
	e       *engine
	t       *table
	program *mapping.Program
	others  *others // what is known of other records; nil when the mapping asks for nothing
	called  []int   // fields that say what people call a record
}

// mapper makes the mapper of one reader.
func (e *engine) mapper(t *table) (*mapper, error) {
	m := &mapper{e: e, t: t, program: t.program}
	for _, column := range calledColumns(t, e.known.table(t.plan.Source)) {
		m.called = append(m.called, t.program.Feeds(column)...)
	}
	if len(t.asks) == 0 {
		return m, nil
	}
	m.others = newOthers(e.Source, e.known, t)
	var err error
	m.program, err = t.compile(m.others.ref)
	return m, err
}

// page maps the records of a page, at most left of them when there is a limit. What it returns is released by the
// caller, also with an error.
func (r *mapper) page(ctx context.Context, page core.Page, pool *pool, left int64) (*mapped, error) {
	t := r.t
	m := pool.get()
	m.page, m.after = page, page.After
	records := page.Records
	if r.e.Limit > 0 && int64(len(records)) >= left {
		records = records[:left]
		m.after.Done = true
	}
	for _, in := range records {
		if !in.Gone && len(in.Values) != len(t.query.Fields) {
			return m, unreadable(t.run.Title)
		}
	}
	if r.others != nil {
		if err := r.others.learn(ctx, records); err != nil {
			return m, err
		}
	}
	columns := len(t.plan.Columns)
	if need := len(records) * columns; cap(m.values) < need {
		m.values = make([]core.Value, 0, need)
	}
	for _, in := range records {
		if in.Gone {
			m.rows = append(m.rows, core.Record{Key: in.Key, Gone: true})
			continue
		}
		from := len(m.values)
		values, fault := r.apply(in, m.values)
		if fault != nil {
			clear(values[from:])
			refused := refusal(t, in.Key, core.Refused, fault)
			refused.Called = r.e.called(t, in.Key, in.Values, r.called)
			m.refused = append(m.refused, refused)
			continue
		}
		for _, i := range t.keep {
			if values[from+i].Blank() {
				values[from+i] = core.Value{}
			}
		}
		m.values = values
		m.rows = append(m.rows, core.Record{Key: in.Key, Values: values[from:len(values):len(values)]})
	}
	return m, nil
}

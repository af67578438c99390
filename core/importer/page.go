package importer

import (
	"context"

	"ferry/core"
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
}

// release gives the page back to its source and the room of its rows to the next page.
func (m *mapped) release() {
	m.page.Release()
	m.pool.put(m)
}

// A pool keeps the room of pages that were written, so that memory does not grow with the table.
type pool struct{ free chan *mapped }

func newPool(n int) *pool { return &pool{make(chan *mapped, n)} }

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
	m.page, m.refused = core.Page{}, nil
	m.rows, m.values = m.rows[:0], m.values[:0]
	select {
	case p.free <- m:
	default: // there are enough
	}
}

// readPart reads one part from where it stands and passes its pages on, mapped. The last item says that it ended.
func (e *engine) readPart(ctx context.Context, t *table, p *Part, at Part, pool *pool, items chan<- item) {
	send := func(it item) bool {
		it.part = p
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
	q := t.query
	q.Range = at.Range
	for page, err := range e.Source.Read(ctx, q, at.At) {
		if err != nil {
			send(item{err: err, end: true})
			return
		}
		m, err := e.mapPage(t, page, pool, left)
		if err != nil {
			m.release()
			send(item{err: err, end: true})
			return
		}
		left -= int64(len(m.rows) + len(m.refused))
		if !send(item{page: m}) {
			return
		}
		if e.Limit > 0 && left <= 0 {
			break
		}
	}
	send(item{end: true})
}

// mapPage maps the records of a page, at most left of them when there is a limit.
func (e *engine) mapPage(t *table, page core.Page, pool *pool, left int64) (*mapped, error) {
	m := pool.get()
	m.page, m.after = page, page.After
	records := page.Records
	if e.Limit > 0 && int64(len(records)) >= left {
		records = records[:left]
		m.after.Done = true
	}
	columns := len(t.plan.Columns)
	if need := len(records) * columns; cap(m.values) < need {
		m.values = make([]core.Value, 0, need)
	}
	for _, r := range records {
		if r.Gone {
			m.rows = append(m.rows, core.Record{Key: r.Key, Gone: true})
			continue
		}
		if len(r.Values) != len(t.query.Fields) {
			return m, unreadable(t.run.Title)
		}
		from := len(m.values)
		values, fault := t.program.Apply(r, m.values)
		if fault != nil {
			clear(values[from:])
			m.refused = append(m.refused, refusal(t, r.Key, core.Refused, fault))
			continue
		}
		m.values = values
		m.rows = append(m.rows, core.Record{Key: r.Key, Values: values[from:len(values):len(values)]})
	}
	return m, nil
}

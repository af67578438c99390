package coretest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"

	"ferry/core"
)

// Data is one table of a MemorySource. The values of its records stand in the order of Table.Fields.
type Data struct {
	Table   core.Table
	Records []core.Record
}

// NewData makes a table from a list of fields; its first field is the key and its values need not be given.
func NewData(logical string, fields ...core.Field) Data {
	return Data{Table: core.Table{
		Name:   core.TableName{Logical: logical, Display: logical, Plural: logical + "s"},
		Key:    fields[0].Name,
		Title:  fields[min(1, len(fields)-1)].Name,
		Fields: fields,
		Rights: core.Rights{Read: core.DepthGlobal, Known: true},
	}}
}

// Add appends a record. values stand in the order of the fields behind the key.
func (d *Data) Add(key string, values ...core.Value) {
	d.Records = append(d.Records, core.Record{Key: key, Values: append([]core.Value{core.Text(key)}, values...)})
}

// A Memory is a Source in memory. Its exported fields are set before the first read.
type Memory struct {
	ID     string // of its Identity; "memory" when empty
	Server int    // records of a server's page, which a Bookmark's Address names; 100 when 0
	Part   int    // records of a yielded Page; the server's page when 0
	Ranges bool   // Split cuts by position; otherwise it gives the query back

	// Forgotten makes every mark that was given too old.
	Forgotten bool

	// BeforePage is called before the n-th page of this source is yielded, counted from 1 over all reads. An error
	// ends the read.
	BeforePage func(ctx context.Context, n int, p core.Page) error

	// Accept is asked for a filter that the source does not understand. It tells which records hold it, nil for all;
	// false refuses the filter.
	Accept func(q core.Query) (holds func(core.Record) bool, ok bool)

	mu     sync.Mutex
	tables []Data
	pages  int
	reads  []core.Query
	closed bool
	story  []told // what changed, oldest first
	asked  int    // how often changes were asked for
}

// MemorySource makes a Source that holds the given tables.
func MemorySource(tables ...Data) *Memory { return &Memory{tables: tables} }

// Set replaces a table, as when somebody changed records at the source.
func (m *Memory) Set(d Data) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.tables {
		if m.tables[i].Table.Name.Logical == d.Table.Name.Logical {
			m.note(m.tables[i], d)
			m.tables[i] = d
			return
		}
	}
	m.note(Data{Table: d.Table}, d)
	m.tables = append(m.tables, d)
}

// Reads are the queries that were read, in their order.
func (m *Memory) Reads() []core.Query {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.reads)
}

// Pages is how many pages were yielded over all reads.
func (m *Memory) Pages() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.pages
}

func (m *Memory) data(table string) (Data, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range m.tables {
		if d.Table.Name.Logical == table {
			return d, nil
		}
	}
	return Data{}, noTable(table)
}

func (m *Memory) Checks(_ context.Context, need core.Need, tell func(core.Check)) {
	for _, t := range append([]string{""}, need.Tables...) {
		c := core.Check{ID: strings.TrimSuffix("read:"+t, ":"), Title: "Reading " + t, State: core.CheckRunning}
		tell(c)
		c.State = core.CheckPassed
		if t != "" {
			if _, err := m.data(t); err != nil {
				c.State, c.Fault = core.CheckFailed, core.AsFault(err)
			}
		}
		tell(c)
	}
}

func (m *Memory) Tables(context.Context) ([]core.TableName, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	names := make([]core.TableName, 0, len(m.tables))
	for _, d := range m.tables {
		names = append(names, d.Table.Name)
	}
	return names, nil
}

func (m *Memory) Describe(_ context.Context, table string) (core.Table, error) {
	d, err := m.data(table)
	return d.Table, err
}

func (m *Memory) Identity(context.Context) (core.Identity, error) {
	return core.Identity{ID: cmp.Or(m.ID, "memory"), Name: "Memory"}, nil
}

func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}

// Closed reports whether Close was called.
func (m *Memory) Closed() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.closed
}

func (m *Memory) Count(_ context.Context, q core.Query) (core.Count, error) {
	records, err := m.wanted(q)
	return core.Count{N: int64(len(records)), Truth: core.Exact}, err
}

// wanted are the records of q, with its fields, before any bookmark.
func (m *Memory) wanted(q core.Query) ([]core.Record, error) {
	d, err := m.data(q.Table)
	if err != nil {
		return nil, err
	}
	at := make([]int, len(q.Fields))
	for i, name := range q.Fields {
		at[i] = slices.IndexFunc(d.Table.Fields, func(f core.Field) bool { return f.Name == name })
		if at[i] < 0 {
			return nil, noField(q.Table, name)
		}
	}
	keep, err := filter(d.Table, q.Filter)
	if err != nil && m.Accept != nil {
		if holds, ok := m.Accept(q); ok {
			if keep, err = holds, nil; holds == nil {
				keep = func(core.Record) bool { return true }
			}
		}
	}
	if err != nil {
		return nil, err
	}
	from, to := 0, len(d.Records)
	if q.Range.Field != "" {
		from, to = position(q.Range.From, 0), position(q.Range.To, len(d.Records))
	}
	var out []core.Record
	for _, r := range d.Records[min(from, len(d.Records)):min(to, len(d.Records))] {
		if q.Limit > 0 && len(out) == q.Limit {
			break
		}
		if !keep(r) || q.Keys != nil && !slices.Contains(q.Keys, r.Key) {
			continue
		}
		values := make([]core.Value, len(at))
		for i, k := range at {
			values[i] = r.Values[k]
		}
		out = append(out, core.Record{Key: r.Key, Values: values})
	}
	return out, nil
}

// position reads an end of a Range that Split made.
func position(s string, open int) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return open
}

// filter understands "field eq 'text'", "field eq 3" and "field eq null".
func filter(t core.Table, text string) (func(core.Record) bool, error) {
	if text == "" {
		return func(core.Record) bool { return true }, nil
	}
	if holds := either(t, text); holds != nil {
		return holds, nil
	}
	name, value, ok := strings.Cut(text, " eq ")
	at := slices.IndexFunc(t.Fields, func(f core.Field) bool { return f.Name == name })
	if !ok || at < 0 {
		return nil, badFilter(t.Name.Logical)
	}
	value = strings.TrimSuffix(strings.TrimPrefix(value, "'"), "'")
	return func(r core.Record) bool {
		if value == "null" {
			return r.Values[at].Empty()
		}
		return !r.Values[at].Empty() && r.Values[at].Canonical() == value
	}, nil
}

// Read yields pages of Part records that never reach over a server's page.
func (m *Memory) Read(ctx context.Context, q core.Query, from core.Bookmark) iter.Seq2[core.Page, error] {
	return func(yield func(core.Page, error) bool) {
		m.mu.Lock()
		m.reads = append(m.reads, q)
		m.mu.Unlock()
		records, err := m.wanted(q)
		if err == nil {
			err = m.pagesOf(ctx, records, from, func(p core.Page) bool { return yield(p, nil) })
		}
		if err != nil {
			yield(core.Page{}, err)
		}
	}
}

func (m *Memory) pagesOf(ctx context.Context, records []core.Record, from core.Bookmark, yield func(core.Page) bool) error {
	server, part := cmp.Or(m.Server, 100), cmp.Or(m.Part, m.Server, 100)
	if from.Done {
		return nil
	}
	first := position(from.Address, 0) * server
	if first+from.Taken > len(records) || hash(records[min(first, len(records)):min(first+from.Taken, len(records))]) != from.Hash && from.Taken > 0 {
		return pageChanged()
	}
	for next := first + from.Taken; ; {
		if err := ctx.Err(); err != nil {
			return core.AsFault(err)
		}
		page := next / server
		if next > first && next%server == 0 {
			first = next
		}
		end := min(next+part, (page+1)*server, len(records))
		if err := core.Room(ctx); err != nil {
			return core.AsFault(err)
		}
		p := core.Page{Records: slices.Clone(records[next:end])}
		switch {
		case end == len(records):
			p.After = core.Bookmark{Done: true}
			p.Last = core.Mark(fmt.Sprintf("mark-%d", len(records)))
		case end%server == 0:
			p.After = core.Bookmark{Address: strconv.Itoa(end / server)}
		default:
			start := page * server
			p.After = core.Bookmark{Address: strconv.Itoa(page), Taken: end - start, Hash: hash(records[start:end])}
			if page == 0 {
				p.After.Address = ""
			}
		}
		m.mu.Lock()
		m.pages++
		n := m.pages
		m.mu.Unlock()
		if m.BeforePage != nil {
			if err := m.BeforePage(ctx, n, p); err != nil {
				return err
			}
		}
		if !yield(p) || end == len(records) {
			return nil
		}
		next = end
	}
}

func hash(records []core.Record) uint64 {
	if len(records) == 0 {
		return 0
	}
	h := fnv.New64a()
	for _, r := range records {
		_, _ = h.Write([]byte(r.Key + "\n")) // a hash takes every write
	}
	return h.Sum64()
}

// Split cuts the table by position when Ranges is set.
func (m *Memory) Split(_ context.Context, q core.Query, n int) ([]core.Query, error) {
	d, err := m.data(q.Table)
	if err != nil {
		return nil, err
	}
	if !m.Ranges || n < 2 || len(d.Records) < n || q.Limit > 0 || q.Keys != nil {
		return []core.Query{q}, nil
	}
	var queries []core.Query
	for i := range n {
		part := q
		part.Range = core.Range{Field: d.Table.Key, From: strconv.Itoa(i * len(d.Records) / n), To: strconv.Itoa((i + 1) * len(d.Records) / n)}
		if i == 0 {
			part.Range.From = ""
		}
		if i == n-1 {
			part.Range.To = ""
		}
		queries = append(queries, part)
	}
	return queries, nil
}

var errMemory = errors.New("coretest")

func memoryFault(kind core.FaultKind, code, cause, remedy string) *core.Fault {
	return &core.Fault{Kind: kind, Code: "coretest." + code, Cause: cause, Remedy: remedy, Owner: core.You, Err: errMemory}
}

func noTable(table string) error {
	return memoryFault(core.Wrong, "no-such-table", "There is no table "+table+".", "Choose another table.")
}

func noField(table, field string) error {
	return memoryFault(core.Wrong, "no-such-field", "The table "+table+" has no field "+field+".", "Choose another field.")
}

func badFilter(table string) error {
	return memoryFault(core.Wrong, "bad-filter", "The filter of "+table+" cannot be understood.", "Write it anew.")
}

func pageChanged() error {
	return memoryFault(core.Busy, "page-changed", "The page that was being read has changed.", "Read the table again from its beginning.")
}

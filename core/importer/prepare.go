package importer

import (
	"context"
	"slices"
	"sync"

	"ferry/core"
	"ferry/core/mapping"
)

// describe makes the mappings ready against what source and destination tell about their tables: children get plans of
// their own, tables stand in the order that lookups need, and lookups that close a circle get their second pass.
func (e *engine) describe(ctx context.Context) error {
	if len(e.Mappings) == 0 {
		return nothingToDo()
	}
	e.known = newDescriptions(ctx, e.Source)
	var tables []*table
	seen := map[string]bool{}
	for _, m := range e.Mappings {
		if _, err := e.known.of(m.Source); err != nil {
			return err
		}
		for _, m := range mapping.Flatten(m, e.known.table) {
			if seen[m.ID] {
				return sameMappingTwice(m.Source)
			}
			seen[m.ID] = true
			t, err := e.ready(ctx, m)
			if err != nil {
				return err
			}
			tables = append(tables, t)
		}
	}
	tables = ordered(tables)
	inOrder := make([]mapping.Mapping, len(tables))
	for i, t := range tables {
		inOrder[i] = t.mapping
	}
	for i, m := range mapping.Passes(inOrder, e.known.table) {
		if err := e.compile(ctx, tables[i], m); err != nil {
			return err
		}
	}
	e.teller.change(func() { e.tables = tables })
	return nil
}

// ready compiles one mapping. Its digest is that of the mapping alone: which other tables take part, and the passes that
// follow from it, make it no other mapping.
func (e *engine) ready(ctx context.Context, m mapping.Mapping) (*table, error) {
	about, err := e.known.of(m.Source)
	if err != nil {
		return nil, err
	}
	digest := mapping.Digest(m)
	whole := m
	m, hidden, left := hide(m, *about, e.known.table)
	stay := staying(whole, m, hidden)
	m, veiled := trust(m, *about)
	m, marks := unmarking(m)
	t := &table{
		left:  left,
		stay:  stay,
		marks: marks,

		veiled: veiled,
		run:    RunTable{Hidden: hidden, Mapping: m.ID, Digest: digest, Table: m.Source, Title: m.Title, To: m.Table, Rights: about.Rights},
		state:  Waiting,
	}
	if t.run.Title == "" {
		t.run.Title = about.Name.Plural
	}
	if err := e.compile(ctx, t, m); err != nil {
		return nil, err
	}
	for _, name := range t.program.Fields() {
		t.targets = append(t.targets, t.aims(about.Field(name))...)
	}
	return t, nil
}

// aims are where the records lie that a field points at.
func (t *table) aims(f *core.Field) (all []aim) {
	if f == nil {
		return nil
	}
	var into []string
	for _, c := range t.plan.Columns {
		if c.Ref && c.Field == f.Name {
			into = append(into, c.Into)
		}
	}
	ref := into != nil
	if !ref && f.Type.IsLookup() {
		into = []string{""}
	}
	for _, table := range f.Targets {
		if !ref && table == t.plan.Source { // what is only told of another record of the same table asks for no order
			continue
		}
		for _, i := range into {
			all = append(all, aim{into: i, table: table})
		}
	}
	return all
}

// compile makes a table's Program of a mapping.
func (e *engine) compile(ctx context.Context, t *table, m mapping.Mapping) error {
	about, err := e.known.of(m.Source)
	if err != nil {
		return err
	}
	there, err := e.described(ctx, m)
	if err != nil {
		return err
	}
	t.compile = func(ref refOf) (*mapping.Program, error) {
		return mapping.Compile(m, *about, mapping.About{Destination: there, Tables: e.known.table, Language: e.Language, Ref: ref})
	}
	p, err := t.compile(knowsNothing)
	if err != nil {
		return e.known.because(err)
	}
	t.mapping, t.program, t.plan, t.asks = m, p, p.Plan(), m.Asks()
	t.plan.Stay = t.stay
	t.query = core.Query{Table: m.Source, Fields: p.Fields()}
	return e.rules(t)
}

// rules looks whether the destination can do what the mapping says of values that stand there. One that applies no rules
// can still leave a value alone for which nothing comes.
func (e *engine) rules(t *table) error {
	t.keep = nil
	if r, ok := e.Destination.(core.Ruler); ok && r.Rules() {
		return nil
	}
	for i, c := range t.plan.Columns {
		if c.Rule.Keep {
			t.keep = append(t.keep, i)
		}
		c.Rule.Keep = false
		if !c.Rule.Plain() {
			return noRules(t.run.Title)
		}
	}
	if len(t.plan.Match) > 0 || len(t.fatings()) > 0 {
		return noRules(t.run.Title)
	}
	return nil
}

// knowsNothing stands in until records are read; see mapper.
func knowsNothing(_, _, _ string) (core.Value, bool) { return core.Value{}, false }

// described is what the destination tells about a mapping's table, when the mapping was made for what stands there. A
// column that the destination makes itself is as the mapping says.
func (e *engine) described(ctx context.Context, m mapping.Mapping) (*core.Table, error) {
	if !slices.ContainsFunc(m.Columns, func(b mapping.Binding) bool { return b.To != "" }) {
		return nil, nil
	}
	t, err := e.Destination.Describe(ctx, m.Table)
	if err != nil {
		if core.AsFault(err).Kind == core.Wrong {
			return nil, nil // it is not there yet: the mapping's own words count
		}
		return nil, core.During("reading the destination's description of "+m.Table, err)
	}
	return &t, nil
}

// ask makes the queries of the current run. "Today" is that of the run's start, also when it goes on days later: records
// would come and go in the middle otherwise.
func (e *engine) ask() error {
	for _, t := range e.tables {
		q, err := t.program.Query(e.current.Started)
		if err != nil {
			return e.known.because(err)
		}
		q.Limit = e.Limit
		e.teller.change(func() {
			t.query = q
			if len(t.fatings()) > 0 {
				t.plan.Run = e.current.ID
			}
		})
	}
	return nil
}

// descriptions are what the source tells about its tables, each asked for once.
type descriptions struct {
	ctx    context.Context
	source core.Source
	mu     sync.Mutex // readers ask too
	tables map[string]*core.Table
	failed map[string]error
}

func newDescriptions(ctx context.Context, s core.Source) *descriptions {
	return &descriptions{ctx: ctx, source: s, tables: map[string]*core.Table{}, failed: map[string]error{}}
}

func (d *descriptions) of(name string) (*core.Table, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if t := d.tables[name]; t != nil {
		return t, nil
	}
	if err := d.failed[name]; err != nil {
		return nil, err
	}
	t, err := d.source.Describe(d.ctx, name)
	if err != nil {
		d.failed[name] = core.During("reading the description of "+name, err)
		return nil, d.failed[name]
	}
	d.tables[name] = &t
	return &t, nil
}

// table is what a mapping asks for; nil where the source tells nothing.
func (d *descriptions) table(name string) *core.Table {
	t, err := d.of(name)
	if err != nil {
		return nil
	}
	return t
}

// because is err, or why the source did not tell about a table that it may be about: a mapping is not wrong because
// nobody answered.
func (d *descriptions) because(err error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, failed := range d.failed {
		if k := core.AsFault(failed).Kind; k != core.Wrong && k != core.Permission {
			return failed
		}
	}
	return err
}

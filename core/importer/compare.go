package importer

import (
	"context"
	"slices"
	"strings"
	"time"

	"ferry/core"
	"ferry/core/mapping"
)

// Compare tells how source and destination differ, and why as far as that can be known. It writes nothing, neither to the
// destination nor into the journal, and nobody who shares the journal can write to the destination meanwhile. Everything is read with the mappings' own queries, mapped, and looked for at the
// destination; then the destination's rows are gone through for those that no record stands for. What differs goes to the
// findings; what is equal is counted.
//
// Why something differs follows from what is known: which records the source says changed since the last complete import
// (its marks, else the time of change), whether a row is still as Ferry left it (digests that are kept to take imports
// back), what was refused, and the rules of the mapping. What none of these explains is Unexplained, never guessed.
//
// The Comparison holds also when the error is not nil, as far as it came.
func Compare(ctx context.Context, j Job, findings Findings, progress func(Progress)) (Comparison, error) {
	j.Show, j.Only, j.Retry, j.Limit = nil, nil, nil, 0
	e := newEngine(j, progress)
	defer e.close()
	ctx = core.WithNotices(ctx, e.teller.notice)
	c := &comparing{e: e, findings: findings, out: Comparison{From: e.From, To: e.To, Who: e.Who, Place: e.Place, Started: e.Now()}, sets: map[string]int{}}
	err := orStopped(ctx, c.run(ctx))
	c.out.Ended, c.out.Whole = e.Now(), err == nil
	for _, s := range c.sides {
		c.out.Tables = append(c.out.Tables, s.told())
	}
	if err != nil {
		f := core.AsFault(core.During("comparing source and destination", err))
		if f.Kind == core.Stopped {
			f = comparisonStopped(err)
		}
		return c.out, f
	}
	return c.out, nil
}

// A comparing is one call of Compare.
type comparing struct {
	e        *engine
	findings Findings
	finder   core.Finder
	out      Comparison
	sides    []*side
	holds    bool // what the journal knows is about the destination as it is now

	columns [][]string     // sets of columns that images name
	sets    map[string]int // their places
}

// A side is one table of a comparison.
type side struct {
	t      *table
	out    ComparedTable
	r      *rehearsing // puts what is found into the plan's order
	run    Entry       // the last complete import with this mapping; its ID is "" when there is none
	judges []string    // runs whose refused records still count, newest first
	listed bool        // the findings have the keys of what changed at the source since
	list   string      // where they are
	after  time.Time   // otherwise: what was modified after it changed
	at     int         // of the time of change among the query's fields; -1 is none
	loose  []bool      // columns whose value may change while its record does not
	traces bool        // rules have to know whose a row is
	fields map[string]Differences
}

func (c *comparing) run(ctx context.Context) error {
	e := c.e
	ok := false
	if c.finder, ok = e.Destination.(core.Finder); !ok {
		return cannotCompare()
	}
	err := e.onlyLook(ctx)
	c.out.Source = e.source.ID
	if err != nil {
		return err
	}
	if err := c.trust(ctx); err != nil {
		return err
	}
	for _, t := range e.tables {
		s, err := c.side(ctx, t)
		if err != nil {
			return err
		}
		c.sides = append(c.sides, s)
	}
	e.teller.tell(true)
	e.count(ctx)
	if err := c.learn(ctx); err != nil {
		return err
	}
	for _, s := range c.sides {
		if err := e.eachPage(ctx, s.t, &s.t.parts[0], func(m *mapped) error { return c.page(ctx, s, m) }); err != nil {
			return err
		}
	}
	if err := c.extras(ctx); err != nil {
		return err
	}
	moved, err := e.wasMoved(ctx)
	if moved {
		c.remark(remarkMoved)
	}
	return err
}

// trust finds out whether what the journal knows is about the destination as it is now.
func (c *comparing) trust(ctx context.Context) error {
	reason, _, err := c.e.compare(ctx, c.e.earlier)
	if err != nil {
		return err
	}
	c.holds = reason == ""
	if c.holds {
		older, err := c.e.older(ctx)
		if err != nil {
			return err
		}
		if older {
			reason, c.holds = reasonOlder, false
		}
	}
	switch reason {
	case reasonReplaced:
		c.remark(remarkReplaced)
	case reasonOlder:
		c.remark(remarkOlder)
	case reasonForeign, reasonUnknown:
		c.remark(remarkForeign)
	}
	return nil
}

func (c *comparing) remark(text string) {
	if !slices.Contains(c.out.Remarks, text) {
		c.out.Remarks = append(c.out.Remarks, text)
	}
}

// side makes one table ready: what the destination lacks of it, against which import it is held, and how a record's time of
// change is known.
func (c *comparing) side(ctx context.Context, t *table) (*side, error) {
	e := c.e
	s := &side{t: t, at: -1, loose: make([]bool, len(t.plan.Columns)), fields: map[string]Differences{}, out: ComparedTable{
		Mapping: t.plan.ID, Table: t.plan.Source, Title: t.run.Title, To: t.plan.Table, Records: Differences{}, Values: Differences{},
	}}
	s.r = &rehearsing{e: e, t: t, places: map[string]int{}, names: nameColumn(t, e.known.table(t.plan.Source))}
	for n, col := range t.plan.Columns {
		s.r.places[col.Name] = n
		s.traces = s.traces || !col.Rule.Plain() || col.Rule.Found != core.Always
	}
	if err := s.r.lacks(ctx, t); err != nil {
		return nil, err
	}
	s.r.blank = t.lacks[""]
	about, err := e.known.of(t.plan.Source)
	if err != nil {
		return nil, err
	}
	t.leans, t.unrest = t.mapping.Leans(*about, e.known.table)
	was := RunTable{}
	if c.holds {
		was, s.run, _ = e.basis(t)
		s.out.Since = s.run.Started
	}
	for _, r := range e.earlier {
		if c.holds && r.Undoes == "" && slices.ContainsFunc(r.Tables, func(x RunTable) bool { return x.Mapping == t.plan.ID }) {
			s.judges = append(s.judges, r.ID)
		}
		if r.ID == s.run.ID || s.run.ID == "" && len(s.judges) > 0 {
			break
		}
	}
	if copier, ok := e.Destination.(core.Copier); ok {
		changed, gone, err := copier.Touched(ctx, t.plan)
		switch {
		case err != nil:
			return nil, err
		case gone:
			s.out.Touched = "gone"
		case changed:
			s.out.Touched = "changed"
		}
	}
	s.watch(e, about, was)
	if dated(about) && s.run.ID != "" {
		e.teller.change(func() {
			if s.at = slices.Index(t.query.Fields, changedField); s.at < 0 {
				s.at = len(t.query.Fields)
				t.query.Fields = append(slices.Clone(t.query.Fields), changedField)
			}
		})
	}
	return s, nil
}

// watch finds the columns whose value may change while their record does not: what the source works out, what stands in
// records that lookups point at, and labels of options that are called otherwise now.
func (s *side) watch(e *engine, about *core.Table, was RunTable) {
	relabelled := was.Decided && was.Shape != "" && was.Shape != e.shape(s.t, about)
	m := s.t.mapping
	for i, b := range s.t.program.Bindings() {
		one := mapping.Mapping{ID: m.ID, Source: m.Source, Table: m.Table, Key: m.Key, Zone: m.Zone, Columns: []mapping.Binding{b}}
		p, err := mapping.Compile(one, *about, mapping.About{Tables: e.known.table})
		if err != nil {
			continue // the whole mapping was compiled with what the destination says; this column is taken as it is
		}
		s.loose[i] = len(one.Asks()) > 0 || slices.ContainsFunc(p.Fields(), func(name string) bool {
			f := about.Field(name)
			return f != nil && (f.Derived || relabelled && len(f.Options) > 0)
		})
	}
}

// told is the table as it is told, with the fields that have differences in the plan's order.
func (s *side) told() ComparedTable {
	s.out.Fields = nil
	for _, col := range s.t.plan.Columns {
		if d := s.fields[col.Name]; d != nil {
			s.out.Fields = append(s.out.Fields, ComparedField{Column: col.Name, Field: col.Field, Values: d})
		}
	}
	return s.out
}

// count counts a record that differs.
func (s *side) count(d Difference, changes []Change) {
	s.out.Records[d]++
	for _, x := range changes {
		if x.Why == NoDifference {
			continue
		}
		s.out.Values[x.Why]++
		if s.fields[x.Column] == nil {
			s.fields[x.Column] = Differences{}
		}
		s.fields[x.Column][x.Why]++
	}
}

func listOf(what, table string) string { return what + "\x00" + strings.ToLower(table) }

package mapping

import (
	"slices"
	"time"

	"ferry/core"
	"ferry/core/mapping/transform"
)

// A Program is a Mapping made ready to run. It is pure and never changes: one Program may serve many goroutines.
type Program struct {
	m       Mapping
	table   core.Table
	plan    core.Plan
	fields  []string
	columns []column
	tables  func(string) *core.Table
	zone    *time.Location
}

// A column makes one value.
type column struct {
	binding *Binding
	field   int // index into the query's fields; -1 when it is made from something else
	part    Part
	labels  map[int64]string
	several []int
	piece   []piece    // of a template
	fixed   core.Value // of a constant
	target  string     // only references to this table
	chain   *transform.Chain
	choices *chooser
	convert *converters
	takes   destination // what a person may give in its place
	targets []string    // of a lookup
	plain   bool        // the field's value as it is: the usual case, and the quick one
}

// Compile makes a Program from m and what the source tells about its table. A field that is not there any more, or
// cannot be read, is a Fault. Without a Destination in the circumstances a binding's own words count.
func Compile(m Mapping, t core.Table, about ...About) (*Program, error) {
	var a About
	if len(about) > 0 {
		a = about[0]
	}
	if m.Table == "" || m.Key == "" || len(m.Columns) == 0 {
		return nil, incomplete(m)
	}
	zone, err := m.location()
	if err != nil {
		return nil, err
	}
	m = clone(m)
	p := &Program{m: m, table: t, zone: zone, tables: a.Tables, plan: core.Plan{
		ID: m.ID, Source: m.Source, Title: m.Title, Table: m.Table, Key: m.Key, Parent: m.Parent, Passes: 1,
		Columns: make([]core.Column, 0, len(m.Columns)),
	}}
	c := newCompiler(p, a)
	for i := range m.Columns {
		if err := c.add(&p.m.Columns[i]); err != nil {
			return nil, err
		}
	}
	for _, name := range m.Match.Columns {
		if !slices.ContainsFunc(m.Columns, func(b Binding) bool { return b.Column == name }) {
			return nil, badMatch(&m, name)
		}
	}
	p.plan.Match = list(m.Match.Columns)
	if _, err := p.Filter(time.Unix(0, 0)); err != nil {
		return nil, err
	}
	return p, nil
}

// About is what a Program may know beyond its mapping and its table.
type About struct {
	Destination *core.Table                   // nil where the destination makes its columns itself
	Tables      func(name string) *core.Table // other tables of the source, for filters; nil is nothing
	Language    string                        // of the project: "en"
	// Ref tells the name of the record that a lookup points at (field is ""), or a value of it. Nil knows none.
	Ref func(table, id, field string) (core.Value, bool)

	fields map[string]*core.Field // of the source, where a Draft has them already
}

// location is the mapping's time zone.
func (m *Mapping) location() (*time.Location, error) {
	if m.Zone == "" {
		return time.UTC, nil
	}
	if m.Zone == "Local" || len(m.Zone) > 64 { // a mapping means the same on every computer
		return nil, badZone(m)
	}
	zone, err := time.LoadLocation(m.Zone)
	if err != nil {
		return nil, badZone(m)
	}
	return zone, nil
}

// Fields are the source fields the Program needs, in the order in which Apply expects their values.
func (p *Program) Fields() []string { return p.fields }

// Plan says how the result lies at the destination; Apply's values stand in the order of its columns.
func (p *Program) Plan() core.Plan { return p.plan }

// Bindings are what each column of the plan is made from, in the plan's order. They must not be changed.
func (p *Program) Bindings() []Binding { return p.m.Columns }

// Rules are what each column does when the destination has a value, in the plan's order.
func (p *Program) Rules() []Rule {
	out := make([]Rule, len(p.m.Columns))
	for i, b := range p.m.Columns {
		out[i] = b.Rule()
	}
	return out
}

// Apply appends the columns' values of one record to out. A Fault says why this record cannot be carried.
func (p *Program) Apply(in core.Record, out []core.Value) ([]core.Value, *core.Fault) {
	for i := range p.columns {
		c := &p.columns[i]
		if c.plain {
			out = append(out, in.Values[c.field])
			continue
		}
		v, fault := p.make(c, in.Values)
		if fault != nil {
			return out, fault
		}
		out = append(out, v)
	}
	return out, nil
}

// make makes one column's value.
func (p *Program) make(c *column, row []core.Value) (core.Value, *core.Fault) {
	v := p.begin(c, row)
	if c.chain != nil {
		var fault *core.Fault
		if v, fault = c.chain.Apply(v, row); fault != nil {
			return v, fault
		}
	}
	return p.end(c, v)
}

// begin is the value before any step.
func (p *Program) begin(c *column, row []core.Value) core.Value {
	v := c.fixed
	switch {
	case c.binding.From == FromTemplate:
		v = fill(c.piece, row, p.zone)
	case c.binding.From == FromSeveral:
		v = first(c.several, row)
	case c.field >= 0:
		v = row[c.field]
	}
	switch c.part {
	case Label:
		v = partLabel(c.labels, v)
	case Target:
		v = partTarget(v)
	}
	if c.target != "" && v.Kind() == core.KindRef {
		if table, _ := v.AsRef(); table != "" && table != c.target {
			return core.Null()
		}
	}
	return v
}

// end is the value as the column takes it.
func (p *Program) end(c *column, v core.Value) (core.Value, *core.Fault) {
	if !v.Empty() && c.choices != nil {
		w, ok := c.choices.choose(v)
		if !ok {
			return v, unmatched(&p.m, c.binding, v)
		}
		v = w
	} else if c.convert != nil {
		if f := c.convert[v.Kind()]; f != nil {
			w, ok := f(v)
			if !ok && familyOf(c.binding.To) == familyChoice && c.binding.To != "" {
				return v, unmatched(&p.m, c.binding, v)
			} else if !ok {
				return v, unlike(&p.m, c.binding, v)
			}
			v = w
		}
	}
	if c.binding.NotNull && v.Kind() != core.KindAbsent && blank(v) {
		return v, missing(&p.m, c.binding)
	}
	return v, nil
}

// Filter is the text of the query's filter when "today" is that of now. It is never read from a clock here: a run that
// goes on takes the time at which it began, or records would come and go in the middle.
func (p *Program) Filter(now time.Time) (string, error) { return p.filterAt(now) }

// FilterText is the filter alone, whatever else of a mapping is not in order.
func FilterText(m Mapping, t core.Table, a About, now time.Time) (string, error) {
	m.Columns = []Binding{{Column: "filter", Type: core.ColumnText, From: FromConstant}}
	m.Table, m.Key, m.Match, m.Children = "filter", "key", Match{}, nil
	program, err := Compile(m, t, a)
	if err != nil {
		return "", err
	}
	return program.Filter(now)
}

// Query is what is read.
func (p *Program) Query(now time.Time) (core.Query, error) {
	text, err := p.Filter(now)
	return core.Query{Table: p.m.Source, Fields: p.fields, Filter: text}, err
}

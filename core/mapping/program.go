package mapping

import (
	"encoding/json"

	"ferry/core"
)

// A Program is a Mapping made ready to run. It is pure and never changes: one Program may serve many goroutines.
type Program struct {
	plan   core.Plan
	fields []string
	steps  []step
}

// A step makes one column.
type step struct {
	field  int // index into the query's fields
	part   Part
	labels map[int64]string
}

// Compile makes a Program from m and what the source tells about its table. A field that is not there any more, or
// cannot be read, is a Fault.
func Compile(m Mapping, t core.Table) (*Program, error) {
	p := &Program{plan: core.Plan{
		ID: m.ID, Source: m.Source, Title: m.Title, Table: m.Table, Key: m.Key, Parent: m.Parent, Passes: 1,
		Columns: make([]core.Column, 0, len(m.Columns)),
	}}
	if m.Table == "" || m.Key == "" || len(m.Columns) == 0 {
		return nil, incomplete(m)
	}
	at := make(map[string]int, len(m.Columns))
	for _, b := range m.Columns {
		f := t.Field(b.Field)
		if f == nil || !f.Readable {
			return nil, fieldGone(m, b.Field)
		}
		i, seen := at[b.Field]
		if !seen {
			i = len(p.fields)
			at[b.Field] = i
			p.fields = append(p.fields, b.Field)
		}
		s := step{field: i, part: b.Part}
		if b.Part == Label {
			s.labels = labels(f.Options)
		}
		pass := max(b.Pass, 1)
		p.plan.Passes = max(p.plan.Passes, pass)
		p.steps = append(p.steps, s)
		p.plan.Columns = append(p.plan.Columns, core.Column{Name: b.Column, Type: b.Type, Field: b.Field, Ref: b.Resolve, Pass: pass})
	}
	return p, nil
}

func labels(options []core.Option) map[int64]string {
	byCode := make(map[int64]string, len(options))
	for _, o := range options {
		if o.Label != "" {
			byCode[o.Code] = o.Label
		}
	}
	return byCode
}

// Fields are the source fields the Program needs, in the order in which Apply expects their values.
func (p *Program) Fields() []string { return p.fields }

// Plan says how the result lies at the destination; Apply's values stand in the order of its columns.
func (p *Program) Plan() core.Plan { return p.plan }

// Apply appends the columns' values of one record to out. A Fault says why this record cannot be carried.
func (p *Program) Apply(in core.Record, out []core.Value) ([]core.Value, *core.Fault) {
	for _, s := range p.steps {
		v := in.Values[s.field]
		switch s.part {
		case Label:
			v = s.label(v)
		case Target:
			v = target(v)
		}
		out = append(out, v)
	}
	return out, nil
}

// label gives the label of a choice, and a JSON array of labels for choices. A code without a label gives Null.
func (s step) label(v core.Value) core.Value {
	switch v.Kind() {
	case core.KindChoice, core.KindInt:
		if text, ok := s.labels[v.AsInt()]; ok {
			return core.Text(text)
		}
		return core.Null()
	case core.KindChoices:
		all := make([]*string, 0, 4)
		for _, code := range v.AsChoices() {
			if text, ok := s.labels[code]; ok {
				all = append(all, &text)
			} else {
				all = append(all, nil)
			}
		}
		text, err := json.Marshal(all)
		if err != nil {
			return core.Null()
		}
		return core.Text(string(text))
	case core.KindAbsent:
		return v
	default:
		return core.Null()
	}
}

// target gives the table a lookup points at, and Null where that is not known.
func target(v core.Value) core.Value {
	if v.Kind() == core.KindAbsent {
		return v
	}
	if table, _ := v.AsRef(); table != "" {
		return core.Text(table)
	}
	return core.Null()
}

package mapping

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"unicode"

	"ferry/core"
)

// A PreviewRow is one record beside what becomes of it.
type PreviewRow struct {
	Cells []PreviewCell
	Fault *core.Fault // why an import would refuse the record; the first of its cells' Faults
}

// A PreviewCell is one column of a record.
type PreviewCell struct {
	Column string
	From   []Original  // what it is made from
	Start  core.Value  // before the first step
	Steps  []StepValue // behind each step, as far as they went
	Result core.Value
	Fault  *core.Fault // why the record would be refused
}

// An Original is a field's value as it was read.
type Original struct {
	Field string
	Value core.Value
	Label string // of a choice
}

// A StepValue is the value behind one step.
type StepValue struct {
	Step  Step
	Value core.Value
}

// Preview maps records and keeps everything on the way. Records stand in the order of the Program's fields. Nothing is
// stopped by a cell that cannot be mapped: its Fault stands there.
func Preview(p *Program, records []core.Record) []PreviewRow {
	out := make([]PreviewRow, 0, len(records))
	for _, r := range records {
		row := PreviewRow{}
		if r.Gone || len(r.Values) != len(p.fields) {
			out = append(out, row)
			continue
		}
		row.Cells = make([]PreviewCell, len(p.columns))
		for i := range p.columns {
			row.Cells[i] = p.cell(&p.columns[i], r.Values)
			if row.Fault == nil {
				row.Fault = row.Cells[i].Fault
			}
		}
		out = append(out, row)
	}
	return out
}

func (p *Program) cell(c *column, row []core.Value) PreviewCell {
	out := PreviewCell{Column: c.binding.Column, From: p.originals(c, row), Start: p.begin(c, row)}
	v := out.Start
	if c.chain != nil {
		values, fault := c.chain.Trace(v, row)
		for i, w := range values {
			out.Steps = append(out.Steps, StepValue{c.binding.Steps[i], w})
		}
		if fault != nil {
			out.Fault = fault
			return out
		}
		if len(values) > 0 {
			v = values[len(values)-1]
		}
	}
	out.Result, out.Fault = p.end(c, v)
	if out.Fault != nil {
		out.Result = core.Value{}
	}
	return out
}

func (p *Program) originals(c *column, row []core.Value) []Original {
	at := c.feeds()
	out := make([]Original, 0, len(at))
	for _, i := range at {
		o := Original{Field: p.fields[i], Value: row[i]}
		if f := p.table.Field(o.Field); f != nil && len(f.Options) > 0 && (o.Value.Kind() == core.KindChoice || o.Value.Kind() == core.KindBool) {
			o.Label = labelsOf(f.Options)[o.Value.AsInt()]
		}
		out = append(out, o)
	}
	return out
}

// A Pick is a way to choose records for a preview.
type Pick string

const (
	PickFirst     Pick = "first"
	PickRandom    Pick = "random"
	PickStrangest Pick = "strangest" // the longest, the emptiest, those with the oddest characters
)

// PickRecords chooses at most n of some records. The same seed chooses the same ones.
func PickRecords(records []core.Record, how Pick, n int, seed uint64) []core.Record {
	n = max(0, min(n, len(records)))
	switch how {
	case PickRandom:
		order := rand.New(rand.NewPCG(seed, 1)).Perm(len(records))[:n]
		slices.Sort(order)
		out := make([]core.Record, n)
		for i, at := range order {
			out[i] = records[at]
		}
		return out
	case PickStrangest:
		return strangest(records, n)
	}
	return slices.Clone(records[:n])
}

// strangest takes turns: the longest, the emptiest, the oddest, the next longest, and so on.
func strangest(records []core.Record, n int) []core.Record {
	measures := make([][3]int, len(records))
	for i, r := range records {
		for _, v := range r.Values {
			measures[i][0] += v.Size()
			if blank(v) {
				measures[i][1]++
			}
			if v.Kind() == core.KindText {
				measures[i][2] += oddness(v.AsText())
			}
		}
	}
	var orders [3][]int
	for m := range orders {
		orders[m] = make([]int, len(records))
		for i := range records {
			orders[m][i] = i
		}
		slices.SortStableFunc(orders[m], func(a, b int) int { return cmp.Compare(measures[b][m], measures[a][m]) })
	}
	taken := make(map[int]bool, n)
	var out []core.Record
	for i := 0; len(out) < n && i < len(records); i++ {
		for _, order := range orders {
			if at := order[i]; !taken[at] && len(out) < n {
				taken[at] = true
				out = append(out, records[at])
			}
		}
	}
	return out
}

// oddness counts characters that trip programs up: control signs, signs beyond the first plane, spaces at the ends.
func oddness(s string) int {
	n := 0
	for i, r := range s {
		switch {
		case r == unicode.ReplacementChar || unicode.IsControl(r) || r > 0xffff || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r):
			n += 3
		case r > 0x24f:
			n++
		case i == 0 && (unicode.IsSpace(r) || r == '=' || r == '+' || r == '@'):
			n += 2
		}
	}
	return n
}

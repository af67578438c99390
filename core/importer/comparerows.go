package importer

import (
	"context"
	"slices"
	"strings"
	"time"

	"ferry/core"
)

// A meeting of one record with its row.
type met struct {
	key, name string
	there     bool
	gave      bool // the mapping gave values; otherwise fault says why not
	fault     *core.Fault
	values    []valueMet // those that differ
	compared  int
}

// A valueMet is a value that differs. why is set where that alone says it.
type valueMet struct {
	column      int
	there, next core.Value
	why         Difference
}

// page compares one page.
func (c *comparing) page(ctx context.Context, s *side, m *mapped) error {
	t := s.t
	changed := s.changed(m)
	was := make(map[string][]core.Value, len(m.rows))
	b := Batch{Refused: m.refused, Rows: make([]BatchRow, len(m.rows))}
	read := make([]Noted, 0, len(m.rows)+len(m.refused))
	for i, row := range m.rows {
		b.Rows[i].Key = row.Key
		was[row.Key] = slices.Clone(row.Values) // resolving changes them
		read = append(read, Noted{Key: row.Key})
	}
	for _, x := range m.refused {
		read = append(read, Noted{Key: x.Key})
	}
	if err := c.findings.Note(ctx, listOf("read", t.plan.Table), read); err != nil {
		return err
	}
	w := work{t: t, p: &t.parts[0], rows: m.rows}
	if err := c.e.resolve(ctx, &b, &w); err != nil {
		return err
	}
	all := make([]met, 0, len(read))
	keys := make([]string, 0, len(read))
	for _, row := range w.rows {
		keys = append(keys, row.Key)
	}
	for _, x := range b.Refused {
		keys = append(keys, x.Key)
	}
	hits, err := c.find(ctx, s, keys, false)
	if err != nil {
		return err
	}
	var differ []int
	for i, row := range w.rows {
		x := met{key: row.Key, name: s.r.nameOf(was[row.Key]), gave: true, there: hits[i].there != nil || hits[i].fault != nil, fault: hits[i].fault}
		if hits[i].there != nil {
			c.meet(s, &x, row, was[row.Key], hits[i])
		}
		if len(x.values) > 0 && s.traces {
			differ = append(differ, i)
		}
		all = append(all, x)
	}
	if err := c.meetAgain(ctx, s, all, w.rows, was, differ); err != nil {
		return err
	}
	for i, x := range b.Refused {
		h := hits[len(w.rows)+i]
		all = append(all, met{key: x.Key, name: s.r.nameOf(was[x.Key]), there: h.there != nil || h.fault != nil, fault: x.Fault})
	}
	return c.judge(ctx, s, all, changed)
}

// changed are the times at which the records of a page were changed last, where they say.
func (s *side) changed(m *mapped) map[string]time.Time {
	if s.at < 0 || s.listed {
		return nil
	}
	at := make(map[string]time.Time, len(m.page.Records))
	for _, r := range m.page.Records {
		if s.at < len(r.Values) {
			at[r.Key] = r.Values[s.at].AsTime()
		}
	}
	return at
}

// meetAgain looks once more at rows that differ, where rules have to know whose a row is and what Ferry left in it: that is
// not asked of all.
func (c *comparing) meetAgain(ctx context.Context, s *side, all []met, rows []core.Record, was map[string][]core.Value, differ []int) error {
	keys := make([]string, len(differ))
	for n, i := range differ {
		keys[n] = rows[i].Key
	}
	hits, err := c.find(ctx, s, keys, true)
	if err != nil {
		return err
	}
	for n, i := range differ {
		if hits[n].there != nil {
			all[i].values, all[i].compared = nil, 0
			c.meet(s, &all[i], rows[i], was[rows[i].Key], hits[n])
		}
	}
	return nil
}

// find looks for rows by the keys of their records.
func (c *comparing) find(ctx context.Context, s *side, keys []string, traces bool) ([]hit, error) {
	hits := make([]hit, len(keys))
	if s.r.blank || len(keys) == 0 {
		return hits, nil
	}
	p := s.t.plan
	p.Columns = slices.DeleteFunc(slices.Clone(p.Columns), func(col core.Column) bool { return s.t.lacks[col.Name] })
	match := make([]core.Match, len(keys))
	for i, key := range keys {
		match[i] = core.Match{Key: key, Values: true, Traces: traces}
	}
	found, err := c.finder.Find(ctx, p, match)
	if err != nil {
		return nil, core.During("looking for records of "+p.Table, err)
	}
	for i := range hits {
		switch {
		case i >= len(found) || len(found[i]) == 0:
		case len(found[i]) > 1:
			hits[i].fault = foundTwice(s.t.plan.Source, keys[i])
		default:
			hits[i] = s.r.hit(p, found[i][0])
		}
	}
	return hits, nil
}

// meet finds the values that differ.
func (c *comparing) meet(s *side, x *met, row core.Record, was []core.Value, h hit) {
	for i, col := range s.t.plan.Columns {
		next, there := row.Values[i], h.values[i]
		v := valueMet{column: i, there: there, next: next}
		if next.Kind() == core.KindAbsent {
			if was[i].Kind() == core.KindAbsent {
				continue // nothing is known of it
			}
			v.next = was[i] // it is written in a later pass, or its record is not at the destination
			if col.Ref && there.Blank() {
				v.why = LeftOut
			}
		}
		x.compared++
		if c.e.same(col.Type, there, v.next) || there.Blank() && v.next.Blank() {
			continue
		}
		m := core.Meeting{Made: h.there.Trace != core.FoundHere, Later: col.Pass > 1, Next: v.next, There: there, Left: h.there.Left[i]}
		switch {
		case s.t.lacks[col.Name]:
			v.why = NotYet
		case v.why == NoDifference && !col.Rule.Writes(m):
			v.why = KeptByRule
		}
		x.values = append(x.values, v)
	}
}

// judge says why records differ, and keeps those that do.
func (c *comparing) judge(ctx context.Context, s *side, all []met, changed map[string]time.Time) error {
	var keys []string
	for _, x := range all {
		if !x.equal() {
			keys = append(keys, x.key)
		}
	}
	known, err := c.evidence(ctx, s, keys, changed)
	if err != nil {
		return err
	}
	rows := make([]RehearsedRow, 0, len(keys))
	var counts Counts
	s.out.Source += int64(len(all))
	for _, x := range all {
		if !x.there {
			s.out.Missing++
		}
		if x.there && x.gave {
			s.out.Same += int64(x.compared - len(x.values))
		}
		if x.equal() {
			s.out.Equal++
			counts.count(core.Unchanged)
			continue
		}
		counts.count(core.Updated)
		row := RehearsedRow{Mapping: s.t.plan.ID, Table: s.t.plan.Source, Key: strings.Clone(x.key), Name: x.name}
		s.explain(&row, x, known[x.key])
		s.count(row.Differs, row.Changes)
		rows = append(rows, row)
	}
	if err := c.findings.Add(ctx, rows); err != nil {
		return err
	}
	c.e.teller.change(func() { s.t.parts[0].Counts.Add(counts) })
	c.e.teller.moved()
	return nil
}

func (x met) equal() bool { return x.there && x.gave && x.fault == nil && len(x.values) == 0 }

// explain says why one record differs.
func (s *side) explain(row *RehearsedRow, x met, known evidence) {
	switch {
	case !x.gave:
		row.Differs, row.Fault = LeftOut, x.fault
	case x.fault != nil: // several rows have its key
		row.Differs, row.Fault = Unexplained, x.fault
	case !x.there:
		row.Differs = s.whyMissing(known)
	default:
		for _, v := range x.values {
			if v.why == NoDifference {
				v.why = s.why(known, s.loose[v.column])
			}
			row.Differs = max(row.Differs, v.why)
			row.Changes = append(row.Changes, Change{Column: s.t.plan.Columns[v.column].Name, Was: shown(v.there), Becomes: shown(v.next), Why: v.why})
		}
	}
	if row.Differs == Unexplained && row.Fault == nil {
		switch {
		case !x.there:
			row.Fault = missingUnexplained()
		case known.left == asItWasLeft:
			row.Fault = differsUnexplained()
		default:
			row.Fault = leftUnremembered()
		}
		row.Fault.Subject = core.Subject{Table: row.Table, Key: row.Key}
	}
}

// whyMissing says why a record has no row.
func (s *side) whyMissing(known evidence) Difference {
	switch {
	case known.out:
		return LeftOut
	case known.wrote:
		return RemovedThere
	case known.here:
		return NewHere
	case s.run.ID == "":
		return NotYet
	}
	return Unexplained
}

// why says why a value differs. loose is one that may change while its record does not.
func (s *side) why(known evidence, loose bool) Difference {
	here := known.here || loose && s.run.ID != ""
	switch {
	case known.out:
		return LeftOut
	case here && known.left == changedThere:
		return ChangedBoth
	case known.left == changedThere:
		return ChangedThere
	case here:
		return ChangedHere
	case s.run.ID == "":
		return NotYet
	}
	return Unexplained
}

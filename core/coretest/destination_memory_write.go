package coretest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ferry/core"
)

// all gives every row the same outcome.
func all(n int, kind core.OutcomeKind, f *core.Fault) []core.Outcome {
	outcomes := make([]core.Outcome, n)
	for i := range outcomes {
		outcomes[i] = core.Outcome{Kind: kind, Fault: f}
	}
	return outcomes
}

func (d *memoryDestination) Write(ctx context.Context, p core.Plan, b core.Batch) ([]core.Outcome, error) {
	s := d.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return all(len(b.Rows), core.Untried, nil), core.AsFault(err)
	}
	s.writes++
	n := s.writes
	if old, ok := s.settled[p.ID+"\n"+b.ID]; ok && !s.o.NotSettler && len(old) == len(b.Rows) {
		return slices.Clone(old), nil
	}
	failure := NoFailure
	if s.o.Fail != nil {
		failure = s.o.Fail(n, p, b)
	}
	lost := memoryFault(core.Offline, "cut", "The connection to the store was cut.", "Start again: it goes on where it stopped.")
	if failure == BeforeCommit {
		return all(len(b.Rows), core.Untried, nil), lost
	}
	t := s.tables[p.Table]
	if t == nil {
		return all(len(b.Rows), core.Untried, nil), noTable(p.Table)
	}
	outcomes := make([]core.Outcome, len(b.Rows))
	byKey := make(map[string]*Row, len(t.rows))
	for _, r := range t.rows {
		byKey[r.Key] = r
	}
	for i, r := range b.Rows {
		outcomes[i] = s.row(t, byKey, p, r, b.Pass)
	}
	if !s.o.NotSettler {
		s.settled[p.ID+"\n"+b.ID] = slices.Clone(outcomes)
	}
	if failure == AfterCommit {
		return all(len(b.Rows), core.Unsure, lost), lost
	}
	if s.o.Answer != nil {
		return s.o.Answer(n, outcomes)
	}
	return outcomes, nil
}

// row stores one row.
func (s *Store) row(t *storedTable, byKey map[string]*Row, p core.Plan, r core.Record, pass int) core.Outcome {
	if f := s.refusal(p, r); f != nil {
		return core.Outcome{Kind: core.Refused, Fault: f}
	}
	row := byKey[r.Key]
	if r.Gone {
		if row == nil {
			return core.Outcome{Kind: core.Unchanged}
		}
		delete(byKey, r.Key)
		t.rows = slices.DeleteFunc(t.rows, func(x *Row) bool { return x.Key == r.Key })
		return core.Outcome{Kind: core.Removed, ID: row.ID}
	}
	kind, fresh := core.Unchanged, false
	if row == nil && pass <= 1 {
		same, fault := t.match(p, r)
		if fault != nil {
			fault.Subject = core.Subject{Table: p.Table, Key: r.Key}
			return core.Outcome{Kind: core.Refused, Fault: fault}
		}
		if same != nil {
			row, kind = same, core.Updated
			row.Key, row.mark, byKey[r.Key] = strings.Clone(r.Key), found, same
		}
	}
	if row == nil || s.o.Doubles {
		row = &Row{Key: r.Key, Values: map[string]core.Value{}, mark: made}
		if s.o.AssignsIDs {
			s.nextID++
			row.ID = fmt.Sprintf("id-%d", s.nextID)
		}
		t.rows = append(t.rows, row)
		byKey[r.Key] = row
		kind, fresh = core.Created, true
	}
	if row.left == nil {
		row.left = map[string]core.Value{}
	}
	for i, c := range p.Columns {
		if row.store(c, r.Values[i], fresh, pass) && kind == core.Unchanged {
			kind = core.Updated
		}
	}
	if kind != core.Unchanged {
		row.Writes++
	}
	return core.Outcome{Kind: kind, ID: row.ID}
}

// store writes one value as its column's rule says, and reports whether that changed it.
func (r *Row) store(c core.Column, v core.Value, fresh bool, pass int) bool {
	old, there := r.Values[c.Name]
	m := core.Meeting{New: fresh, Made: r.mark != found, Later: pass > 1, Next: v, There: old, Left: r.left[c.Name]}
	equal := there && old == v || !there && v.Kind() == core.KindNull
	writes := c.Rule.Writes(m)
	if v.Kind() != core.KindAbsent && (writes || equal) {
		r.left[c.Name] = owned(v)
	}
	if !writes || equal {
		return false
	}
	// The page that holds a text may be given back after Write.
	r.Values[c.Name] = owned(v)
	return true
}

// match finds the row that a record means, among those that nobody left a mark on.
func (t *storedTable) match(p core.Plan, r core.Record) (*Row, *core.Fault) {
	if len(p.Match) == 0 {
		return nil, nil
	}
	var hits []*Row
	for _, row := range t.rows {
		equal := row.mark != made
		for i, c := range p.Columns {
			if !equal || !slices.Contains(p.Match, c.Name) {
				continue
			}
			have := row.Values[c.Name]
			equal = !r.Values[i].Blank() && !have.Blank() && have.Canonical() == r.Values[i].Canonical()
		}
		if equal {
			hits = append(hits, row)
		}
	}
	switch {
	case len(hits) == 0:
		return nil, nil
	case len(hits) > 1 || hits[0].mark == found:
		return nil, memoryFault(core.BadRecord, "match", "Several rows match, or the one that does belongs to another record.", "Match by more columns.")
	}
	return hits[0], nil
}

// Rules implements core.Ruler.
func (d *memoryDestination) Rules() bool { return true }

// refusal says why a row cannot be stored; nil when it can.
func (s *Store) refusal(p core.Plan, r core.Record) *core.Fault {
	subject := core.Subject{Table: p.Table, Key: r.Key}
	if s.refuseKeys[r.Key] {
		f := memoryFault(core.BadRecord, "refused", "The store does not take this record.", "Mend the record, then retry.")
		f.Subject = subject
		return f
	}
	if s.o.Refuse != nil {
		if f := s.o.Refuse(p, r); f != nil {
			return f
		}
	}
	if !s.o.AssignsIDs || r.Gone {
		return nil
	}
	for i, c := range p.Columns {
		v := r.Values[i]
		if !c.Ref || v.Empty() {
			continue
		}
		if id := v.Canonical(); !s.assigned(id) {
			f := memoryFault(core.BadRecord, "unresolved", "This record points at one that is not there.", "Import that one first.")
			f.Subject = subject
			f.Subject.Field = c.Name
			return f
		}
	}
	return nil
}

func (s *Store) assigned(id string) bool {
	for _, t := range s.tables {
		for _, r := range t.rows {
			if r.ID == id {
				return true
			}
		}
	}
	return false
}

package coretest

import (
	"slices"
	"testing"

	"ferry/core"
)

// remembers proves that what batches replace is told before it is safe, and that it can be put back exactly.
func (s suite) remembers(t *testing.T) {
	d := s.open(t)
	r, ok := d.(core.Rememberer)
	if !ok {
		return
	}
	type image struct {
		columns []string
		rows    []core.Replaced
	}
	var images []image
	remembered := func(p core.Plan, id string, records ...core.Record) []core.Outcome {
		t.Helper()
		outcomes, err := d.Write(t.Context(), p, core.Batch{ID: id, Pass: 1, Rows: records, Before: func(columns []string, rows []core.Replaced) error {
			images = append(images, image{slices.Clone(columns), slices.Clone(rows)})
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		return outcomes
	}
	p := prepare(t, d, plan())
	write(t, d, p, "b1", rows(0, 20)...)
	odd := row(3)
	odd.Values[0], odd.Values[8] = core.Text("it's \"odd\"\\\n\u00fc"), core.Text("")
	write(t, d, p, "b2", odd)
	changed := row(1)
	changed.Values[0], changed.Values[1], changed.Values[5] = core.Text("changed"), core.Decimal("1.00000"), core.Null()
	emptied := core.Record{Key: Key(3), Values: make([]core.Value, len(p.Columns))}
	for i := range emptied.Values {
		emptied.Values[i] = core.Null()
	}
	partly := core.Record{Key: Key(4), Values: make([]core.Value, len(p.Columns))}
	partly.Values[2] = core.Int(4444)
	sparse := core.Record{Key: Key(41), Values: slices.Clone(row(41).Values)}
	sparse.Values[0] = core.Value{}
	remembered(p, "b3", row(0), changed, core.Record{Key: Key(2), Gone: true}, emptied, partly, row(40), sparse, row(5))
	if len(images) != 1 || len(images[0].rows) != 6 {
		t.Fatalf("told were %d batches: %+v", len(images), images)
	}
	remembered(p, "b3", row(0)) // it is known already
	remembered(p, "b4", row(0), row(6))
	if len(images) != 1 {
		t.Errorf("a batch that changes nothing, or was written before, is told")
	}
	twice := row(40)
	twice.Values[0] = core.Text("once more")
	remembered(p, "b5", twice)
	put := func(i image, try bool, want map[core.OutcomeKind]int) {
		t.Helper()
		outcomes, err := r.PutBack(t.Context(), core.Plan{ID: p.ID, Source: p.Source, Table: p.Table, Key: p.Key}, i.columns, i.rows, try)
		if err != nil {
			t.Fatal(err)
		}
		wantCounts(t, tally(t, outcomes, len(i.rows)), want)
	}
	later := map[core.OutcomeKind]int{core.Updated: 1}
	put(images[1], true, later)
	put(images[1], false, later)
	put(images[1], false, map[core.OutcomeKind]int{core.Unchanged: 1})
	first := map[core.OutcomeKind]int{core.Updated: 3, core.Created: 1, core.Removed: 2}
	put(images[0], true, first)
	s.wantStored(t, d, p, changed, emptied, row(40))
	put(images[0], false, first)
	put(images[0], false, map[core.OutcomeKind]int{core.Unchanged: 6})
	s.wantStored(t, d, p, row(0), row(1), row(2), odd, row(4), row(5))
	stored := s.stored(t, d, p, Key(40), Key(41))
	for _, key := range []string{Key(40), Key(41)} {
		if _, there := stored[key]; there {
			t.Error("a row that was made is still there")
		}
	}

	// Rows that are not as the batch left them stay.
	images = nil
	remembered(p, "b6", changed, row(50), core.Record{Key: Key(6), Gone: true})
	since := changed
	since.Values = slices.Clone(changed.Values)
	since.Values[2] = core.Int(77)
	again := row(6)
	again.Values[0] = core.Text("somebody else")
	made := row(50)
	made.Values[0] = core.Text("edited")
	write(t, d, p, "b7", since, again, made)
	put(images[0], true, map[core.OutcomeKind]int{core.Refused: 3})
	put(images[0], false, map[core.OutcomeKind]int{core.Refused: 3})
	s.wantStored(t, d, p, since, again, made)
}

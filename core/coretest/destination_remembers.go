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

// remembersMatches proves that a row that was matched gets its own key back, and is matched again afterwards.
func (s suite) remembersMatches(t *testing.T) {
	d := s.open(t)
	r, ok := d.(core.Rememberer)
	if _, rules := d.(core.Ruler); !ok || !rules || s.place.Edit == nil {
		return
	}
	p := prepare(t, d, short(core.Rule{Found: core.FillBlanks}, "name"))
	text := core.Text
	s.place.Edit(t, d, p, "h1", map[string]core.Value{"name": text("Contoso"), "phone": core.Null()})
	s.place.Edit(t, d, p, "h2", map[string]core.Value{"name": text("Adatum"), "phone": text("theirs")})
	s.place.Edit(t, d, p, "h3", map[string]core.Value{"name": text("Twin"), "phone": core.Null()})
	s.place.Edit(t, d, p, "h4", map[string]core.Value{"name": text("Twin"), "phone": core.Null()})
	for _, batch := range []string{"b1", "b2"} {
		var columns []string
		var rows []core.Replaced
		outcomes, err := d.Write(t.Context(), p, core.Batch{ID: batch, Pass: 1, Rows: []core.Record{
			pair(Key(1), "Contoso", text("ours")), pair(Key(2), "Adatum", text("ours")), pair(Key(3), "Twin", text("ours")), pair(Key(4), "Fabrikam", text("ours")),
		}, Before: func(c []string, r []core.Replaced) error {
			columns, rows = slices.Clone(c), slices.Clone(r)
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		wantCounts(t, tally(t, outcomes, 4), map[core.OutcomeKind]int{core.Updated: 2, core.Refused: 1, core.Created: 1})
		s.wantStored(t, d, p, pair(Key(1), "Contoso", text("ours")), pair(Key(2), "Adatum", text("theirs")))
		outcomes, err = r.PutBack(t.Context(), core.Plan{ID: p.ID, Source: p.Source, Table: p.Table, Key: p.Key}, columns, rows, false)
		if err != nil {
			t.Fatal(err)
		}
		wantCounts(t, tally(t, outcomes, len(rows)), map[core.OutcomeKind]int{core.Updated: 2, core.Removed: 1})
		s.wantStored(t, d, p, pair("h1", "Contoso", core.Null()), pair("h2", "Adatum", text("theirs")), pair("h3", "Twin", core.Null()), pair("h4", "Twin", core.Null()))
		stored := s.stored(t, d, p, Key(1), Key(2), Key(4))
		for _, key := range []string{Key(1), Key(2), Key(4)} {
			if _, there := stored[key]; there {
				t.Errorf("%s: a record's key is still there", batch)
			}
		}
	}
}

package halo

import (
	"fmt"
	"testing"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

// TestARowThatBelongsElsewhereNowIsRefused: the next run says so again until somebody has dealt with it, and the other rows of
// its batch are written.
func TestARowThatBelongsElsewhereNowIsRefused(t *testing.T) {
	for _, settings := range []practice.Settings{{}, {ReplaceFields: true}} {
		w := newWorld(t, settings)
		seeded(w, settings)
		d := w.open("batch", "20")
		made := write(t, d, vessels(), some(2, vessel))
		p := voyages()
		p.Columns[0].Rule, p.Columns[1].Rule = core.Rule{}, core.Rule{}
		voyage := func(i, on int) core.Record {
			return core.Record{Key: key(5000 + i), Values: []core.Value{core.Text(fmt.Sprintf("Voyage %d", i)), core.Ref("new_vessel", made[on].ID)}}
		}
		rows := []core.Record{voyage(0, 0), voyage(1, 0), voyage(2, 1)}
		want(t, write(t, d, p, rows), core.Created)
		want(t, write(t, w.open(), p, rows), core.Unchanged)
		rows[1] = voyage(1, 1)
		rows[2].Values[0] = core.Text("Renamed")
		for range 2 {
			outcomes := write(t, w.open(), p, rows)
			if outcomes[0].Kind != core.Unchanged || outcomes[2].Kind == core.Refused || outcomes[1].Kind != core.Refused {
				t.Fatalf("%+v", outcomes)
			}
			if f := outcomes[1].Fault; f.Code != "halo.row-elsewhere" || f.Subject.Key != key(5001) {
				t.Errorf("%v %+v", f, f.Subject)
			}
		}
		if n := len(w.rows("CFVoyage")); n != 4 { // with that of the seed
			t.Errorf("%d voyages", n)
		}
	}
}

// TestARecordOfTwoMappingsHangsOnOneParent: it is the same row, and the second mapping does not make another.
func TestARecordOfTwoMappingsHangsOnOneParent(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	seeded(w, practice.Settings{})
	d := w.open()
	made := write(t, d, vessels(), some(2, vessel))
	first, second := voyages(), voyages()
	first.ID, second.ID = "from", "to"
	first.Columns[1].Rule, second.Columns[1].Rule = core.Rule{}, core.Rule{}
	row := func(on int) []core.Record {
		return []core.Record{{Key: key(5000), Values: []core.Value{core.Text("Voyage"), core.Ref("new_vessel", made[on].ID)}}}
	}
	want(t, write(t, d, first, row(0)), core.Created)
	want(t, write(t, d, second, row(1)), core.Refused)
	want(t, write(t, d, second, row(0)), core.Unchanged)
	if n := len(w.rows("CFVoyage")); n != 2 {
		t.Errorf("%d voyages", n)
	}
}

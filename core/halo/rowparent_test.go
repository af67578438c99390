package halo

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

// voyage is a voyage of a vessel.
func voyage(i int, on core.Outcome) core.Record {
	return core.Record{Key: key(5000 + i), Values: []core.Value{core.Text(fmt.Sprintf("Voyage %d", i)), core.Ref("new_vessel", on.ID)}}
}

// overwriting is the plan of voyages, whose values are always written.
func overwriting() core.Plan {
	p := voyages()
	p.Columns[0].Rule, p.Columns[1].Rule = core.Rule{}, core.Rule{}
	return p
}

// hung are the voyages that are there, each with the vessel that it hangs on and what somebody wrote into it by hand.
func (w *world) hung() (all []string) {
	for _, r := range w.rows("CFVoyage") {
		all = append(all, fmt.Sprintf("%v %v %v < %d", r.Field("CFVoyageId"), r.Field("CFVoyage"), r.Field("CFFrom"), r.Int("fkid")))
	}
	slices.Sort(all)
	return all
}

// moving is a world with two vessels, three voyages on the first, and the records that move two of them to the second.
func moving(t *testing.T, settings practice.Settings) (w *world, p core.Plan, rows []core.Record, known []core.Known, want1 []string) {
	t.Helper()
	w = newWorld(t, settings)
	seeded(w, settings)
	d := w.open("batch", "20")
	on := write(t, d, vessels(), some(2, vessel))
	p = overwriting()
	rows = []core.Record{voyage(0, on[0]), voyage(1, on[0]), voyage(2, on[0])}
	for _, o := range write(t, d, p, rows) {
		known = append(known, core.Known{ID: o.ID})
	}
	n, _, _ := readID(known[1].ID)
	from := mustTable(t, d, "CTVoyages").field("CFFrom")
	cells := []object{{"id": from.def.id, "value": "2020-05-01T00:00:00"}}
	edit := object{"id": mustTable(t, d, "CTVoyages").rows.id, "edit_customfields": []object{{"id": int64(1), "value": []object{{"id": n, "customfields": cells}}}}}
	if _, err := d.c.post(context.Background(), "", "CustomTable", []object{edit}); err != nil {
		t.Fatal(err)
	}
	before := w.hung()
	rows[1], rows[2] = voyage(1, on[1]), voyage(2, on[1])
	rows[2].Values[0] = core.Text("Renamed")
	for _, row := range before {
		for i, r := range rows[1:] {
			if strings.HasPrefix(row, r.Key) {
				row = strings.Replace(row, "< "+on[0].ID, "< "+on[1].ID, 1)
				if i == 1 {
					row = strings.Replace(row, "Voyage 2", "Renamed", 1)
				}
			}
		}
		want1 = append(want1, row)
	}
	slices.Sort(want1)
	if slices.Equal(before, want1) || !strings.Contains(fmt.Sprint(want1), "2020-05-01") {
		t.Fatalf("nothing moves: %q", want1)
	}
	return w, p, rows, known, want1
}

// TestARowMovesToTheRecordToWhichItBelongsNow: with what somebody wrote into it, once, in each way in which Halo may match rows.
func TestARowMovesToTheRecordToWhichItBelongsNow(t *testing.T) {
	for _, settings := range []practice.Settings{{}, {ReplaceFields: true, Batch: "partial"}, {MatchRows: "anywhere"}, {MatchRows: "ignored"}, {PageCap: 2, Envelopes: true}} {
		w, p, rows, known, after := moving(t, settings)
		outcomes := write(t, w.open("batch", "20"), p, rows, known...)
		if outcomes[0].Kind != core.Unchanged || outcomes[1].Kind != core.Updated || outcomes[2].Kind != core.Updated || outcomes[1].ID == known[1].ID {
			t.Fatalf("%+v: %+v", settings, outcomes)
		}
		if got := w.hung(); !slices.Equal(got, after) {
			t.Errorf("%+v:\n%q and not\n%q", settings, got, after)
		}
		want(t, write(t, w.open("batch", "20"), p, rows), core.Unchanged)
		want(t, write(t, w.open("batch", "20"), p, rows, known...), core.Unchanged) // the journal may know the old id still
	}
}

// TestAMoveThatBreaksOffIsGoneOnWith: killed before or behind each request, or without its answer, and begun again with what the
// journal knew before, each row is there once, at its new place and whole.
func TestAMoveThatBreaksOffIsGoneOnWith(t *testing.T) {
	for _, settings := range []practice.Settings{{}, {MatchRows: "anywhere"}, {MatchRows: "ignored", Batch: "partial"}} {
		for _, before := range []bool{true, false} {
			if before && settings.MatchRows != "" {
				continue
			}
			for kill := 1; ; kill++ {
				w, p, rows, known, after := moving(t, settings)
				ctx, cancel := context.WithCancel(context.Background())
				n := 0
				stop := func(r *http.Request) bool {
					if n++; n < kill {
						return false
					}
					cancel()
					return true
				}
				if before {
					w.refuse = func(r *http.Request) int {
						if stop(r) {
							return http.StatusBadGateway
						}
						return 0
					}
				} else {
					w.lose = stop
				}
				_, err := w.open("batch", "20").Write(ctx, p, core.Batch{ID: "b", Pass: 1, Rows: rows, Known: known})
				killed := ctx.Err() != nil
				cancel()
				w.mu.Lock()
				w.refuse, w.lose = nil, nil
				w.mu.Unlock()
				for _, o := range write(t, w.open("batch", "20"), p, rows, known...) {
					if o.Kind != core.Updated && o.Kind != core.Unchanged {
						t.Errorf("%+v, killed at %d (%v): %+v", settings, kill, err, o)
					}
				}
				if got := w.hung(); !slices.Equal(got, after) {
					t.Errorf("%+v, killed at %d, before it arrived %t:\n%q and not\n%q", settings, kill, before, got, after)
				}
				if !killed {
					break
				}
				if kill > 40 {
					t.Fatal("it does not end")
				}
			}
		}
	}
}

// TestLostAnswersOfAMoveDoubleNothing, however many.
func TestLostAnswersOfAMoveDoubleNothing(t *testing.T) {
	for _, settings := range []practice.Settings{{}, {MatchRows: "anywhere"}, {MatchRows: "ignored", Batch: "partial"}} {
		for _, every := range []int{1, 2, 3} {
			w, p, rows, known, after := moving(t, settings)
			n := 0
			w.lose = func(r *http.Request) bool {
				if r.Method == http.MethodPost && strings.EqualFold(r.URL.Path, "/api/CustomTable") {
					n++
				}
				return r.Method == http.MethodPost && strings.EqualFold(r.URL.Path, "/api/CustomTable") && n%every == 0
			}
			outcomes := write(t, w.open("batch", "20"), p, rows, known...)
			if got := w.hung(); !slices.Equal(got, after) || outcomes[1].Kind != core.Updated || outcomes[2].Kind != core.Updated {
				t.Errorf("%+v, each %d.: %+v\n%q and not\n%q", settings, every, outcomes, got, after)
			}
		}
	}
}

// TestARowIsNotRemovedBeforeTheOtherHasAllOfIt: what somebody wrote into the old one while it was moved is not lost.
func TestARowIsNotRemovedBeforeTheOtherHasAllOfIt(t *testing.T) {
	w, p, rows, known, _ := moving(t, practice.Settings{})
	d := w.open("batch", "20")
	write(t, d, p, rows[:1], known[:1]...) // it has read what is there
	n, _, _ := readID(known[1].ID)
	cells := []object{{"id": mustTable(t, d, "CTVoyages").field("CFFrom").def.id, "value": "2021-06-01T00:00:00"}}
	edit := object{"id": mustTable(t, d, "CTVoyages").rows.id, "edit_customfields": []object{{"id": int64(1), "value": []object{{"id": n, "customfields": cells}}}}}
	if _, err := w.open().c.post(context.Background(), "", "CustomTable", []object{edit}); err != nil {
		t.Fatal(err)
	}
	outcomes := write(t, d, p, rows, known...)
	if outcomes[1].Kind != core.Refused || outcomes[1].Fault.Code != "halo.row-twice" || outcomes[1].Fault.Subject.Key != rows[1].Key || outcomes[2].Kind != core.Updated {
		t.Fatalf("%+v", outcomes)
	}
	if text := fmt.Sprint(w.hung()); !strings.Contains(text, "2021-06-01") || !strings.Contains(text, "2020-05-01") {
		t.Errorf("%s", text)
	}
}

// TestARecordOfTwoMappingsHangsOnOneParent: it is the same row, and neither makes another nor hangs it to and fro.
func TestARecordOfTwoMappingsHangsOnOneParent(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	seeded(w, practice.Settings{})
	d := w.open()
	made := write(t, d, vessels(), some(2, vessel))
	first, second := overwriting(), overwriting()
	first.ID, second.ID = "from", "to"
	want(t, write(t, d, first, []core.Record{voyage(0, made[0])}), core.Created)
	refused := write(t, d, second, []core.Record{voyage(0, made[1])})
	want(t, refused, core.Refused)
	if refused[0].Fault.Code != "halo.row-of-two" {
		t.Error(refused[0].Fault)
	}
	want(t, write(t, d, second, []core.Record{voyage(0, made[0])}), core.Unchanged)
	if n := len(w.rows("CFVoyage")); n != 2 {
		t.Errorf("%d voyages", n)
	}
}

// TestRowsMoveWithTheRowsBelowThem, also with those that somebody hung there by hand; and a row goes only when nothing hangs below
// it.
func TestRowsMoveWithTheRowsBelowThem(t *testing.T) {
	for _, settings := range []practice.Settings{{}, {ReplaceFields: true}, {MatchRows: "anywhere"}} {
		w := newWorld(t, settings)
		s := practice.Seed{Customers: []practice.Customer{{Name: "One"}, {Name: "Two"}}, Tables: []practice.Table{
			{Name: "Repairs", Fields: []practice.Field{{Name: "CFRepairId", Label: "Id"}, {Name: "CFRepair", Label: "Repair"}}},
			{Name: "Ships", LinkTo: 2, Fields: []practice.Field{{Name: "CFShipId", Label: "Id"}, {Name: "CFShip", Label: "Ship"}, {Name: "CFRepairs", Label: "Repairs", Type: practice.TypeTable, Of: "Repairs"}}},
		}}
		w.halo = practice.New(practice.Options{Address: w.server.URL, Tenant: "practice", ClientID: testID, Secret: testSecret, Settings: settings, Seed: s, Now: w.clock})
		d := w.open("batch", "20")
		ships := planOf("ship", "CTShips", "CFShip", "parent")
		ships.Columns[0].Rule, ships.Columns[1].Rule, ships.Columns[1].Ref, ships.Key = core.Rule{}, core.Rule{}, true, "CFShipId"
		repairs := planOf("repair", "CTRepairs", "CFRepair", "parent")
		repairs.Columns[0].Rule, repairs.Columns[1].Rule, repairs.Columns[1].Ref, repairs.Key = core.Rule{}, core.Rule{}, true, "CFRepairId"
		ship := core.Record{Key: key(1), Values: []core.Value{core.Text("Kite"), core.Ref("account", "1")}}
		made := write(t, d, ships, []core.Record{ship})
		want(t, made, core.Created)
		repair := core.Record{Key: key(2), Values: []core.Value{core.Text("Mast"), core.Ref("ship", made[0].ID)}}
		mended := write(t, d, repairs, []core.Record{repair})
		want(t, mended, core.Created)
		n, _, _ := readID(made[0].ID)
		field := mustTable(t, d, "CTShips").field("CFRepairs").def.id
		byHand := object{"id": field, "type": 7, "add_rows": true, "value": []object{{"customfields": []object{{"name": "CFRepair", "value": "by hand"}}}}}
		edit := object{"id": mustTable(t, d, "CTShips").rows.id, "edit_customfields": []object{{"id": int64(1), "value": []object{{"id": n, "customfields": []object{byHand}}}}}}
		if _, err := d.c.post(context.Background(), "", "CustomTable", []object{edit}); err != nil {
			t.Fatal(err)
		}

		d = w.open("batch", "20")
		ship.Values[1] = core.Ref("account", "2")
		moved := write(t, d, ships, []core.Record{ship}, core.Known{ID: made[0].ID})
		if moved[0].Kind != core.Updated || moved[0].ID == made[0].ID {
			t.Fatalf("%+v: %+v", settings, moved[0])
		}
		repair.Values[1] = core.Ref("ship", moved[0].ID)
		want(t, write(t, d, repairs, []core.Record{repair}, core.Known{ID: mended[0].ID}), core.Unchanged)
		now, below := w.rows("CFShip"), w.rows("CFRepair")
		if len(now) != 1 || now[0].Int("fkid") != 2 || len(below) != 2 || fmt.Sprint(below[0].Int("fkid"), below[1].Int("fkid")) != moved[0].ID+" "+moved[0].ID {
			t.Errorf("%+v: %v %v", settings, now, below)
		}

		gone, err := d.Write(context.Background(), ships, core.Batch{ID: "g", Pass: 1, Rows: []core.Record{{Key: key(1), Gone: true}}})
		if err != nil || gone[0].Kind != core.Refused || gone[0].Fault.Code != "halo.rows-below" || len(w.rows("CFRepair")) != 2 {
			t.Errorf("%+v: %v %+v", settings, err, gone)
		}
	}
}

// TestARemovalWithoutItsAnswerIsARemoval.
func TestARemovalWithoutItsAnswerIsARemoval(t *testing.T) {
	w, p, rows, _, _ := moving(t, practice.Settings{})
	lost := false
	w.lose = func(r *http.Request) bool {
		once := !lost && strings.Contains(bodyOf(r), "delete_customfields")
		lost = lost || once
		return once
	}
	var gone []core.Record
	for _, r := range rows {
		gone = append(gone, core.Record{Key: r.Key, Gone: true})
	}
	outcomes, err := w.open().Write(context.Background(), p, core.Batch{ID: "g", Pass: 1, Rows: gone})
	if err != nil || !lost {
		t.Fatal(err, lost)
	}
	want(t, outcomes, core.Removed)
	if n := len(w.hung()); n != 1 {
		t.Errorf("%d voyages", n)
	}
}

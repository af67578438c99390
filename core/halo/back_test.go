package halo

import (
	"context"
	"testing"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

// told writes a batch and returns what it told to be replaced.
func told(t *testing.T, d *Destination, p core.Plan, rows []core.Record, known ...core.Known) (columns []string, was []core.Replaced) {
	t.Helper()
	_, err := d.Write(context.Background(), p, core.Batch{ID: "b", Pass: 1, Rows: rows, Known: known, Before: func(c []string, r []core.Replaced) error {
		columns, was = c, r
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return columns, was
}

func TestWhatAnImportMadeIsSetInactiveAndWhatItChangedIsPutBack(t *testing.T) {
	for _, deletes := range []string{"false", "true"} {
		w := newWorld(t, practice.Settings{}, practice.Customer{Name: "Account 0", Website: "https://own.example", Phone: "1"}, practice.Customer{Name: "Account 2"})
		d := w.open("link-module", "77", "delete", deletes)
		p := accounts()
		p.Match = []string{"name"}
		for i := range p.Columns {
			p.Columns[i].Rule = core.Rule{} // whatever comes
		}
		columns, was := told(t, d, p, some(4, account))
		if len(was) != 4 || w.halo.Customers()[0].Text("website") != "https://a0.example" {
			t.Fatalf("%d rows, %v", len(was), w.halo.Customers()[0])
		}
		// Somebody changes one of them since.
		if _, err := d.c.post(context.Background(), "", "Client", []object{{"id": w.halo.Customers()[1].ID(), "website": "https://since.example"}}); err != nil {
			t.Fatal(err)
		}
		again := w.open("link-module", "77", "delete", deletes)
		for _, try := range []bool{true, false} {
			outcomes, err := again.PutBack(context.Background(), p, columns, was, try)
			if err != nil {
				t.Fatal(err)
			}
			wants := []core.OutcomeKind{core.Updated, core.Removed, core.Refused, core.Removed}
			for i, k := range wants {
				if outcomes[i].Kind != k {
					t.Errorf("try %v: row %d is %s: %v", try, i, outcomes[i].Kind, outcomes[i].Fault)
				}
			}
			if outcomes[2].Fault == nil || outcomes[2].Fault.Code != "halo.changed-since" {
				t.Errorf("%+v", outcomes[2].Fault)
			}
		}
		first := w.halo.Customers()[0]
		if first.Text("website") != "https://own.example" || w.halo.Sites()[0].Text("phonenumber") != "1" {
			t.Errorf("%v %v", first, w.halo.Sites()[0])
		}
		left := 0
		for _, c := range w.halo.Customers() {
			if c.Text("name") == "Account 1" || c.Text("name") == "Account 3" {
				left++
				if !c.Bool("inactive") {
					t.Errorf("%s is still active", c.Text("name"))
				}
			}
		}
		if deletes == "true" && left != 0 || deletes == "false" && left != 2 {
			t.Errorf("delete=%s leaves %d", deletes, left)
		}
		outcomes, err := w.open("link-module", "77", "delete", deletes).PutBack(context.Background(), p, columns, was, false)
		if err != nil || outcomes[0].Kind != core.Unchanged || outcomes[1].Kind != core.Unchanged {
			t.Errorf("once more: %v %+v", err, outcomes)
		}
		if len(w.halo.Outbox()) > 3 { // the change by hand above
			t.Errorf("Halo wrote to people: %v", w.halo.Outbox())
		}
	}
}

package halo

import (
	"net/http"
	"strings"
	"testing"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

// However many records of an array are bad, each is told its reason, the others arrive once, and no more requests are needed than
// a third above one for each record; a single culprit is found with far fewer.
func TestManyRefusalsAreNotDear(t *testing.T) {
	for _, batch := range []string{"", "partial"} {
		for name, one := range map[string]struct {
			bad  func(i int) bool
			most float64 // requests for each record
		}{
			"all":            {func(int) bool { return true }, 1.35},
			"each third":     {func(i int) bool { return i%3 == 0 }, 1.35},
			"each twelfth":   {func(i int) bool { return i%12 == 11 }, 1.35},
			"one in fifty":   {func(i int) bool { return i%50 == 7 }, 0.6},
			"the last alone": {func(i int) bool { return i == 399 }, 0.1},
			"none":           {func(int) bool { return false }, 0.05},
		} {
			t.Run(name+batch, func(t *testing.T) {
				w := newWorld(t, practice.Settings{Batch: batch, Mandatory: []string{"client.website"}})
				d := w.open("link-module", "77", "requests", "100000")
				want(t, write(t, d, accounts(), some(3, account)), core.Created) // links are kept, it is proved
				rows := make([]core.Record, 400)
				for i := range rows {
					if rows[i] = account(1000 + i); one.bad(i) {
						rows[i].Values[1] = core.Null()
					}
				}
				before := d.Calls()
				outcomes := write(t, d, accounts(), rows)
				each := float64(d.Calls()-before) / 400
				if each > one.most {
					t.Errorf("%.2f requests for each record", each)
				}
				good := 0
				for i, o := range outcomes {
					wants := core.Created
					if one.bad(i) {
						wants = core.Refused
					} else {
						good++
					}
					if o.Kind != wants || wants == core.Refused && o.Fault.Subject.Key != rows[i].Key {
						t.Fatalf("record %d is %s: %+v", i, o.Kind, o.Fault)
					}
				}
				if n := len(w.halo.Customers()); n != good+3 {
					t.Errorf("%d customers and not %d", n, good+3)
				}
			})
		}
	}
}

// Changes are refused no dearer.
func TestManyRefusedChangesAreNotDear(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	d := w.open("link-module", "77", "requests", "100000")
	rows := some(200, account)
	want(t, write(t, d, accounts(), rows), core.Created)
	posts := 0
	w.refuse = func(r *http.Request) int {
		if r.Method == http.MethodPost && !strings.HasSuffix(r.URL.Path, "token") {
			posts++
			return http.StatusBadRequest
		}
		return 0
	}
	p := accounts()
	for i := range p.Columns {
		p.Columns[i].Rule = core.Rule{}
	}
	for i := range rows {
		rows[i].Values[1] = core.Text("https://changed.example")
	}
	want(t, write(t, d, p, rows), core.Refused)
	if posts > 270 {
		t.Errorf("%d requests for 200 changes", posts)
	}
}

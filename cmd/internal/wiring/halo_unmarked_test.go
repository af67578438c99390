package wiring_test

import (
	"testing"

	"ferry/core/importer"
	playedhalo "ferry/core/practice/halo"
)

// Where Ferry can leave no mark, a batch that was cut short is not unsure as a whole: what arrived of it is found by the
// mapping's match, and the rest is sent.
func TestWithoutAnyMarkAKilledImportGoesOnByItsMatch(t *testing.T) {
	for _, middle := range []bool{true, false} {
		m := newMover(t, 60, 60, playedhalo.Settings{})
		names := map[string]int{}
		for i := range m.env.World.Positions(m.env.World.Table("account")) {
			_, c, _ := cells(m.env.World, "account", i)
			names[c("name").S]++
		}
		for _, c := range m.env.Halo.Customers() {
			names[c.Text("name")]++
		}
		job, d, done := m.job()
		left, nth := 1000, 1
		if !middle {
			left, nth = 1, -1
		}
		job.Journal = dying{job.Journal, &left}
		job.Destination = halved{d, &nth, &left}
		if _, err := importer.Run(t.Context(), job, nil); err == nil {
			t.Fatal("it was not killed")
		}
		done()
		r, _ := m.carry()
		accounts := of(r, "account")
		if accounts.Unsure > 0 || accounts.Refused > 8 {
			t.Errorf("killed in the middle %t: %+v", middle, accounts.Counts)
		}
		if contacts := of(r, "contact"); contacts.Created == 0 {
			t.Errorf("killed in the middle %t: nobody came: %+v", middle, contacts.Counts)
		}
		for _, c := range m.env.Halo.Customers() {
			if names[c.Text("name")]--; names[c.Text("name")] < 0 {
				t.Errorf("killed in the middle %t: %q is there more often than it should", middle, c.Text("name"))
			}
		}
	}
}

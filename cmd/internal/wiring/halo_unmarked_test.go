package wiring_test

import (
	"fmt"
	"maps"
	"os"
	"testing"

	"ferry/core/importer"
	playedhalo "ferry/core/practice/halo"
)

// Where Ferry can leave no mark, a batch that was cut short is not unsure as a whole: what arrived of it is found by the
// mapping's match, and the rest is sent.
func TestWithoutAnyMarkAKilledImportGoesOnByItsMatch(t *testing.T) {
	t.Parallel()
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

// Nor does anybody come twice who has no e-mail address, by which users are matched, when nothing is remembered either.
func TestWithoutAnyMarkAndWithoutMemoryNobodyComesTwice(t *testing.T) {
	t.Parallel()
	m := newMover(t, 60, 200, playedhalo.Settings{}, "default-site", "Halcyon Chandlers/Main")
	people := func() (who map[string]int, mute int) {
		who = map[string]int{}
		for _, u := range m.users() {
			who[fmt.Sprintf("%q %q %d", u.Text("name"), u.Text("emailaddress"), u.Int("site_id"))]++
			if u.Text("emailaddress") == "" && u.Text("name") != "General User" {
				mute++
			}
		}
		return who, mute
	}
	first, _ := m.carry()
	before, mute := people()
	if mute < 5 {
		t.Fatalf("only %d people have no e-mail address", mute)
	}
	if err := os.Remove(m.journal); err != nil {
		t.Fatal(err)
	}
	r, _ := m.carry()
	if n, had := of(r, "contact"), of(first, "contact"); n.Created > 0 || n.Unchanged+n.Refused < had.Created {
		t.Errorf("the first time %+v, then %+v", had.Counts, n.Counts)
	}
	after, _ := people()
	if !maps.Equal(before, after) {
		t.Error("the users are others now")
	}
	m.decent()
}

package wiring_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/mapping"
	playedhalo "ferry/core/practice/halo"
	"ferry/core/practice/world"
)

// A tally is what was asked of Halo, as Halo counted it.
type tally struct {
	all, writes int
	lists       int // pages of lists of records, of rows and of links
	single      int // one record each
}

var (
	oneRecord = regexp.MustCompile(`(?i)^/api/(client|site|users)/\d+$`)
	aList     = regexp.MustCompile(`(?i)^/api/(client|site|users|externallink|customtable/\d+)$`)
)

func (m *mover) tally() (n tally) {
	for _, r := range m.env.Halo.Requests() {
		n.all++
		switch {
		case r.Method == http.MethodPost && !strings.HasSuffix(strings.ToLower(r.Path), "/token"):
			n.writes++
		case r.Method == http.MethodGet && oneRecord.MatchString(r.Path):
			n.single++
		case r.Method == http.MethodGet && aList.MatchString(r.Path):
			n.lists++
		}
	}
	return n
}

// What an import asks of Halo is counted by Halo: of a first one that finds nothing, of one where nothing changed, and of what
// each record adds that changed. No record is read that is made or did not change.
func TestHaloIsAskedSeldom(t *testing.T) {
	t.Parallel()
	rows := map[string]int{"account": 500, "contact": 1400, "new_vessel": 400, "new_voyage": 1500}
	for _, way := range coretest.Some([][]string{{"link-module", "77"}, {"id-fields", "ref, other5"}}) {
		m := moverOf(t, rows, playedhalo.Settings{}, append(way, "default-site", "Halcyon Chandlers/Main")...)
		vessels := m.vessels()
		d := m.destination()
		both := m.twoPlans(d)
		_ = d.Close()
		for i := range both {
			both[i].ActiveOnly, both[i].Match = false, mapping.Match{}
		}
		for _, one := range []struct {
			name    string
			maps    []mapping.Mapping
			records int
			change  func() int // so many records
		}{
			{"customers, sites and users", both, 500 + 500 + 1400, func() int {
				for i := range 19 {
					account, _ := m.env.World.Row(m.env.World.Table("account"), i*20)
					m.set("account", account.Key, map[string]world.Cell{"websiteurl": world.TextCell("https://" + account.Key[:8] + ".example"), "telephone1": world.TextCell("+49 555 " + account.Key[:4])})
					contact, _ := m.env.World.Row(m.env.World.Table("contact"), i*40)
					m.set("contact", contact.Key, map[string]world.Cell{"jobtitle": world.TextCell("Changed")})
				}
				return 3 * 19
			}},
			{"custom tables", []mapping.Mapping{vessels}, 400 + 1500, func() int {
				for i := range 5 {
					vessel, _ := m.env.World.Row(m.env.World.Table("new_vessel"), i*20)
					m.set("new_vessel", vessel.Key, map[string]world.Cell{"new_name": world.TextCell("Renamed " + vessel.Key[:4])})
				}
				m.stir(3)
				return 5 + 1 + 1 + 1 + 4
			}},
		} {
			run := func(what string) tally {
				m.env.Halo.Forget()
				job, _, done := m.job()
				defer done()
				job.Mappings = one.maps
				m.env.Halo.Forget() // what describing took: it is the window's
				if _, err := importer.Run(t.Context(), job, nil); err != nil {
					t.Fatal(err)
				}
				n := m.tally()
				t.Logf("%s, %s, %s: %d requests, %d of them write, %d are pages of lists, %d read one record", way[0], one.name, what, n.all, n.writes, n.lists, n.single)
				return n
			}
			name := fmt.Sprintf("%s, %s", way[0], one.name)
			if n := run("first"); float64(n.all)/float64(one.records) > 0.1 || n.single > 0 {
				t.Errorf("%s: the first took %d requests for %d records", name, n.all, one.records)
			}
			again := run("again")
			if n := again; n.writes > 0 || n.single > 0 || float64(n.all-n.lists)/float64(one.records) > 0.02 {
				t.Errorf("%s: nothing changed: %+v", name, n)
			}
			changed := one.change()
			if n := run("changed"); n.writes == 0 || n.writes+n.single > again.writes+2*changed || n.all-n.lists > again.all-again.lists+2*changed || n.single > changed {
				t.Errorf("%s: %d changed: %+v after %+v", name, changed, n, again)
			}
		}
		m.decent()
	}
}

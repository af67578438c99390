package wiring_test

import (
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"

	"ferry/core/importer"
	"ferry/core/mapping"
	playedhalo "ferry/core/practice/halo"
	"ferry/core/practice/world"
)

// Another computer, or a journal that was deleted: a Ferry that remembers nothing finds everything there, counts it as
// unchanged, writes nothing and reads no record alone. What people wrote into records that were found there stays theirs.
func TestAFerryThatRemembersNothingLeavesHaloAsItIs(t *testing.T) {
	t.Parallel()
	for name, way := range map[string][]string{"links": {"link-module", "77"}, "fields": {"id-fields", "ref, other5"}} {
		for what, change := range map[string]func(*mapping.Mapping){"everything": everything, "as it begins": func(*mapping.Mapping) {}} {
			for _, sealed := range []bool{false, true} {
				if sealed {
					what += ", to be taken back"
				}
				t.Run(name+", "+what, func(t *testing.T) { rememberNothing(t, change, sealed, way...) })
			}
		}
	}
}

func rememberNothing(t *testing.T, change func(*mapping.Mapping), sealed bool, way ...string) {
	m := newMover(t, 80, 200, playedhalo.Settings{}, append(way, "default-site", "Halcyon Chandlers/Main")...)
	carry := func() (importer.Receipt, int64) {
		job, d, done := m.job(change)
		defer done()
		if sealed {
			job.Seal = plainSeal{}
		}
		r, err := importer.Run(t.Context(), job, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r, d.Calls()
	}
	first, _ := carry()
	before := m.picture()
	if err := os.Remove(m.journal); err != nil {
		t.Fatal(err)
	}
	m.env.Halo.Forget()
	r, calls := carry()
	for _, x := range r.Tables {
		y := of(first, x.Table)
		if x.Created+x.Updated+x.Removed != 0 || x.Unchanged != y.Created+y.Updated+y.Unchanged || x.Refused != y.Refused || x.Skipped != y.Skipped {
			t.Errorf("%s: the first time %+v, then %+v", x.Table, y.Counts, x.Counts)
		}
	}
	if n := m.writes(); n != 0 {
		t.Errorf("%d requests write", n)
	}
	lists, alone := int64(0), map[string]int{}
	for _, q := range m.env.Halo.Requests() {
		switch last := q.Path[strings.LastIndex(q.Path, "/")+1:]; {
		case last != "" && last[0] >= '0' && last[0] <= '9':
			alone[q.Path]++
		case q.Method == http.MethodGet && strings.Contains(q.Query, "page_no="):
			lists++
		}
	}
	if way[0] == "link-module" { // a link tells what was left; without one a website, which no list tells, is read
		if len(alone) > 0 {
			t.Errorf("%d records were read although nothing changed", len(alone))
		}
		if float64(calls-lists) > 0.02*280+15 { // beside the pages: signing in, what Halo is, its fields
			t.Errorf("%d requests beside %d pages", calls-lists, lists)
		}
	}
	for path, n := range alone {
		if n > 1 || !strings.HasPrefix(path, "/api/Client/") {
			t.Errorf("%s was read %d times", path, n)
		}
	}
	if after := m.picture(); !maps.Equal(before, after) {
		t.Error("Halo is not as it was")
	}
	m.decent()
}

// picture is what is seen of everything in Halo.
func (m *mover) picture() map[int64]string {
	all := map[int64]string{}
	for _, c := range m.env.Halo.Customers() {
		all[c.ID()] = m.seenCustomer(c)
	}
	for _, u := range m.env.Halo.Users() {
		all[-u.ID()] = strings.Join([]string{u.Text("name"), u.Text("emailaddress"), u.Text("title"), u.Text("phonenumber"), u.Text("mobilenumber")}, "|")
	}
	return all
}

// A record that Ferry found, and into which somebody wrote something else than Dynamics says, keeps that also where the next
// Ferry remembers nothing of it.
func TestWhatPeopleWroteInHaloIsTheirsForEachFerry(t *testing.T) {
	t.Parallel()
	for _, way := range [][]string{{"link-module", "77"}, {"id-fields", "ref, other5"}} {
		m := newMover(t, 80, 200, playedhalo.Settings{}, append(way, "default-site", "Halcyon Chandlers/Main")...)
		since := m.stand()
		r, _ := m.carry()
		if of(r, "account").Updated == 0 {
			t.Fatalf("%s: no customer was found that was there: %+v", way[0], of(r, "account").Counts)
		}
		before := m.picture()
		if err := os.Remove(m.journal); err != nil {
			t.Fatal(err)
		}
		for i := range m.env.World.Positions(m.env.World.Table("account")) {
			if key, c, ok := cells(m.env.World, "account", i); ok && c("name").S != "" {
				m.set("account", key, map[string]world.Cell{"websiteurl": world.TextCell("https://dynamics.example"), "telephone1": world.TextCell("+49 555 4711")})
			}
		}
		m.carry()
		theirs := 0
		for id, row := range m.picture() {
			if id > since.customer || id < 0 || !strings.Contains(before[id], "https://") {
				continue
			}
			if theirs++; row != before[id] && strings.Contains(row, "https://dynamics.example") {
				t.Errorf("%s: what somebody wrote into customer %d is gone:\n%s\n%s", way[0], id, before[id], row)
			}
		}
		if theirs == 0 {
			t.Errorf("%s: nobody had written a website", way[0])
		}
	}
}

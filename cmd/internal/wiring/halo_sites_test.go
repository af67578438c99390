package wiring_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"ferry/cmd/internal/wiring"
	"ferry/core/halo"
	"ferry/core/importer"
	"ferry/core/mapping"
	playedhalo "ferry/core/practice/halo"
	"ferry/core/practice/world"
)

// twoPlans are the mappings of accounts into sites and into customers, and of contacts into users, as they begin. Only that
// into sites has the address.
func (m *mover) twoPlans(d *halo.Destination) []mapping.Mapping {
	m.t.Helper()
	var all []mapping.Mapping
	for _, one := range [][2]string{{"account", "sites"}, {"contact", ""}, {"account", "customers"}} {
		x, err := wiring.BeginMapping(m.t.Context(), m.link.Source, d, one[0], one[1])
		if err != nil {
			m.t.Fatal(err)
		}
		x.ID = strings.Trim(one[0]+"-"+one[1], "-")
		if x.Table == "customers" {
			x.Columns = slices.DeleteFunc(x.Columns, func(b mapping.Binding) bool {
				return b.Column == "phone" || strings.HasPrefix(b.Column, "line") || b.Column == "postcode"
			})
		}
		all = append(all, x)
	}
	return all
}

// carryBoth imports by both plans.
func (m *mover) carryBoth(change ...func(*mapping.Mapping)) importer.Receipt {
	m.t.Helper()
	job, d, done := m.job()
	defer done()
	job.Mappings = m.twoPlans(d)
	for i := range job.Mappings {
		for _, f := range change {
			f(&job.Mappings[i])
		}
	}
	r, err := importer.Run(m.t.Context(), job, nil)
	if err != nil {
		m.t.Fatal(err)
	}
	return r
}

func to(r importer.Receipt, mapping string) importer.TableReceipt {
	for _, t := range r.Tables {
		if t.Mapping == mapping {
			return t
		}
	}
	return importer.TableReceipt{}
}

// placed are what is seen of each site: its customer's name, its own, its address.
func (m *mover) placed() map[int64]string {
	names, all := map[int64]string{}, map[int64]string{}
	for _, c := range m.env.Halo.Customers() {
		names[c.ID()] = c.Text("name")
	}
	for _, s := range m.env.Halo.Sites() {
		line := map[string]any{}
		if text, err := json.Marshal(s["delivery_address"]); err == nil {
			_ = json.Unmarshal(text, &line)
		}
		at := func(name string) string { v, _ := line[name].(string); return v }
		all[s.ID()] = fmt.Sprintf("%q %q %q | %q %q %q %q %q %s", names[s.Int("client_id")], s.Text("name"), s.Text("phonenumber"),
			at("line1"), at("line2"), at("line3"), at("line4"), at("postcode"), s.Text("country_code"))
	}
	return all
}

// addresses are what is expected to be seen of the site of each account that is imported.
func (m *mover) addresses() map[string]int {
	w, all := m.env.World, map[string]int{}
	codes := map[string]string{"Denmark": "DK", "Germany": "DE", "United Kingdom": "GB", "France": "FR", "Sweden": "SE", "Iceland": "IS", "Poland": "PL", "Czechia": "CZ", "Spain": "ES", "Portugal": "PT", "Turkey": "TR", "Greece": "GR", "Ukraine": "UA", "Israel": "IL", "United Arab Emirates": "AE", "India": "IN", "Japan": "JP", "China": "CN", "South Korea": "KR", "Vietnam": "VN", "Brazil": "BR", "United States": "US", "Ireland": "IE", "Thailand": "TH"}
	for i := range w.Positions(w.Table("account")) {
		_, c, ok := cells(w, "account", i)
		if !ok || strings.TrimSpace(c("name").S) == "" {
			continue
		}
		country := c("address1_country").S
		if code, known := codes[country]; country != "" && !known {
			m.t.Fatalf("the test does not know the code of %q", country)
		} else {
			country = code
		}
		all[fmt.Sprintf("%q %q %q | %q %q %q %q %q %s", c("name").S, "Main", c("telephone1").S, c("address1_line1").S, c("address1_line2").S,
			c("address1_city").S, c("address1_stateorprovince").S, c("address1_postalcode").S, country)]++
	}
	return all
}

// compareSites compares the sites that were made with the organisation, and asserts that each customer has one.
func (m *mover) compareSites(what string, before map[int64]string) {
	m.t.Helper()
	expected, wrong := m.addresses(), 0
	for id, row := range m.placed() {
		if was, old := before[id]; old {
			if row != was {
				m.t.Errorf("%s: a site that was there is %s and was %s", what, row, was)
			}
			continue
		}
		if expected[row]--; expected[row] < 0 {
			if wrong++; wrong < 4 {
				m.t.Errorf("%s: not expected, or twice: %s", what, row)
			}
		}
	}
	for row, n := range expected {
		if n > 0 {
			if wrong++; wrong < 8 {
				m.t.Errorf("%s: missing: %s", what, row)
			}
		}
	}
}

// Accounts become customers by one mapping and sites by another: the site of each goes to its customer, is the main one, and is
// made once, whatever way there is to find it again.
func TestAccountsBecomeCustomersAndSitesByTwoMappings(t *testing.T) {
	t.Parallel()
	for _, way := range [][]string{{"link-module", "77"}, {"id-fields", "ref, other5"}, nil} {
		t.Run(strings.Join(way, " "), func(t *testing.T) {
			m := newMover(t, 60, 90, playedhalo.Settings{}, append(way, "batch", "20")...)
			before, since := m.placed(), m.stand()
			r := m.carryBoth(everything)
			made := to(r, "account-customers").Created
			if s := to(r, "account-sites"); made < 50 || s.Created != made || s.Updated+s.Unchanged != 0 {
				t.Errorf("customers %+v, sites %+v: %+v", to(r, "account-customers").Counts, s.Counts, r.Refusals)
			}
			m.compareSites("first", before)
			m.decent()
			if reads := m.reads("/site/"); reads > 1 {
				t.Errorf("%d sites were read one by one", reads)
			}
			at := map[int64]int64{}
			for _, s := range m.env.Halo.Sites() {
				at[s.ID()] = s.Int("client_id")
			}
			for _, u := range m.users() {
				if u.ID() > since.user && at[u.Int("site_id")] <= since.customer {
					t.Errorf("%s is not at the site of its account", u.Text("name"))
				}
			}
			m.env.Halo.Forget()
			m.carryBoth(everything)
			if n := m.writes(); n != 0 {
				t.Errorf("nothing changed, but %d requests write", n)
			}
			key := m.withPeople(8)
			m.set("account", key, map[string]world.Cell{"address1_line1": world.TextCell("Quay 7"), "address1_country": world.TextCell("Denmark")})
			m.env.Halo.Forget()
			if r = m.carryBoth(everything); to(r, "account-sites").Updated != 1 || to(r, "account-customers").Updated != 0 {
				t.Errorf("one address changed: %+v", r.Tables)
			}
			m.compareSites("changed", before)
			m.decent()
			if way == nil {
				return // without any mark the journal alone knows them
			}
			if err := os.Remove(m.journal); err != nil {
				t.Fatal(err)
			}
			m.carryBoth(everything)
			m.compareSites("without its journal", before)
		})
	}
}

// reads counts requests that read a path that begins so, by id.
func (m *mover) reads(path string) (n int) {
	for _, r := range m.env.Halo.Requests() {
		if r.Method == "GET" && strings.Contains(strings.ToLower(r.Path), path) {
			n++
		}
	}
	return n
}

// A customer that is there keeps its main site as it is, but for what is blank in it, and gets no second one.
func TestTheSiteOfACustomerThatIsThereGetsOnlyWhatItLacks(t *testing.T) {
	t.Parallel()
	m := newMover(t, 40, 20, playedhalo.Settings{}, "link-module", "77")
	before, main := m.placed(), map[int64]int64{}
	count := map[int64]int{}
	for _, c := range m.env.Halo.Customers() {
		main[c.ID()] = c.Int("main_site_id")
	}
	for _, s := range m.env.Halo.Sites() {
		count[s.Int("client_id")]++
	}
	m.carryBoth()
	marks := m.marks()["client"]
	after, found, filled := m.placed(), 0, 0
	for id, site := range main {
		if marks[id] == "" {
			continue
		}
		found++
		was, is := strings.SplitN(before[site], " | ", 2), strings.SplitN(after[site], " | ", 2)
		if was[0] != is[0] && !strings.HasSuffix(was[0], `""`) {
			t.Errorf("%s became %s", before[site], after[site])
		}
		if was[1] != is[1] {
			filled++
		}
	}
	have := map[int64]int{}
	for _, s := range m.env.Halo.Sites() {
		have[s.Int("client_id")]++
	}
	for id, n := range count {
		if have[id] != n {
			t.Errorf("customer %d had %d sites and has %d", id, n, have[id])
		}
	}
	if found < 3 || filled < 3 {
		t.Errorf("%d customers were found, the addresses of %d filled", found, filled)
	}
	m.decent()
}

// Where contacts go to the sites of their accounts by the mapping itself, they find those that the other mapping made.
func TestContactsFindTheSiteOfTheirAccount(t *testing.T) {
	t.Parallel()
	m := newMover(t, 30, 60, playedhalo.Settings{}, "link-module", "77")
	since := m.stand()
	r := m.carryBoth(everything, func(x *mapping.Mapping) {
		for i := range x.Columns {
			if b := &x.Columns[i]; x.Table == "users" && b.Column == "customer" {
				b.Column = "site"
			}
		}
	})
	x := m.expect("", nil)
	if len(x.users) < 20 || to(r, "contact").Created != int64(len(x.users)) {
		t.Errorf("%d users are expected: %+v", len(x.users), to(r, "contact").Counts)
	}
	whose := map[int64]int64{}
	for _, s := range m.env.Halo.Sites() {
		whose[s.ID()] = s.Int("client_id")
	}
	marks, names := m.marks(), map[int64]string{}
	for _, c := range m.env.Halo.Customers() {
		names[c.ID()] = marks["client"][c.ID()]
	}
	for i := range m.env.World.Positions(m.env.World.Table("contact")) {
		key, c, ok := cells(m.env.World, "contact", i)
		if !ok || x.users[key] == "" {
			continue
		}
		for _, u := range m.users() {
			if u.ID() > since.user && marks["users"][u.ID()] == key && names[whose[u.Int("site_id")]] != c("parentcustomerid").S {
				t.Errorf("%s stands at a site of %q and belongs to %q", key, names[whose[u.Int("site_id")]], c("parentcustomerid").S)
			}
		}
	}
}

// Taken back, what the two mappings wrote is gone as one customer is, and the sites that were there before are as they were.
func TestCustomersAndTheirSitesAreTakenBack(t *testing.T) {
	t.Parallel()
	for _, deletes := range []string{"false", "true"} {
		m := newMover(t, 40, 30, playedhalo.Settings{}, "link-module", "77", "delete", deletes, "default-site", "Halcyon Chandlers/Main")
		before, since := m.placed(), m.stand()
		job, d, done := m.job()
		job.Seal, job.Mappings = plainSeal{}, m.twoPlans(d)
		r, err := importer.Run(t.Context(), job, nil)
		if err != nil || to(r, "account-sites").Created == 0 || to(r, "account-sites").Updated == 0 {
			t.Fatalf("%v %+v", err, r.Tables)
		}
		if reads := m.reads("/site/"); reads > int(to(r, "account-sites").Updated) {
			t.Errorf("%d sites were read one by one: %+v", reads, r.Tables)
		}
		back, err := importer.TakeBack(t.Context(), job, r.Run, nil)
		done()
		if err != nil || len(back.Refusals) != 0 || to(back, "account-sites").Removed != to(r, "account-sites").Created {
			t.Errorf("%v %+v %+v", err, back.Tables, back.Refusals[:min(3, len(back.Refusals))])
		}
		after := m.placed()
		for id, row := range before {
			if after[id] != row {
				t.Errorf("a site that was there is %s and was %s", after[id], row)
			}
		}
		for _, c := range m.env.Halo.Customers() {
			if c.ID() > since.customer && (deletes == "true" || !c.Bool("inactive")) {
				t.Errorf("%s is still there", c.Text("name"))
			}
		}
		m.decent()
	}
}

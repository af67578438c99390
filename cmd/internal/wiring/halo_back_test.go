package wiring_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/core/practice"
	playedhalo "ferry/core/practice/halo"
	"ferry/core/practice/world"
)

// back takes a run of a mapping back, killed behind each request in turn, and gone on with; the receipt is that of the last.
func (m *mover) back(maps []mapping.Mapping, run string, lost bool) (r importer.Receipt, kills int) {
	m.t.Helper()
	for n := 2; ; n++ {
		died := m.dies(maps, n, lost, func(job importer.Job) (err error) {
			r, err = importer.TakeBack(m.t.Context(), job, run, nil)
			return err
		})
		if !died {
			return r, kills
		}
		if kills++; kills > 80 {
			m.t.Fatal("taking back does not end")
		}
	}
}

// sorted are the rows of both custom tables in one order.
func (m *mover) sorted() []string {
	all := m.rows()
	slices.Sort(all)
	return all
}

// Rows that an import made in custom tables are removed, what it changed is as it was, and rows that went over to another one
// hang where they hung, however often taking back is killed.
func TestAnImportIntoCustomTablesIsTakenBackThroughKills(t *testing.T) {
	t.Parallel()
	for lost, settings := range map[bool]playedhalo.Settings{false: {}, true: {MatchRows: "ignored", Batch: "partial", PageCap: 30}} {
		m := newMover(t, 5, 5, settings, "batch", "25", "make", "true", "dynamics-value", "value2")
		m.coded()
		empty := m.sorted()
		x := m.classed(m.vessels())
		first := m.again(x)
		full := m.sorted()
		m.stir(3)
		m.stir(11)
		second := m.again(x)
		if open(first)+open(second) > 0 || of(second, "new_voyage").Updated < 6 || slices.Equal(full, m.sorted()) {
			t.Fatalf("%+v %+v", second.Tables, second.Refusals)
		}
		for _, step := range []struct {
			run  importer.Receipt
			want []string
		}{{second, full}, {first, empty}} {
			r, kills := m.back([]mapping.Mapping{x}, step.run.Run, lost)
			for _, of := range r.Tables {
				if of.Refused+of.Unsure > 0 {
					t.Errorf("lost %t: %+v %v", lost, of.Counts, r.Refusals)
				}
			}
			for i, table := range step.run.Tables {
				if r.Tables[i].Removed != table.Created || r.Tables[i].Updated != table.Updated {
					t.Errorf("lost %t: %s: %d made, %d changed; taken back %+v", lost, table.Table, table.Created, table.Updated, r.Tables[i].Counts)
				}
			}
			if got := m.sorted(); !slices.Equal(got, step.want) {
				t.Errorf("lost %t: %d rows and not %d:\n%q\n%q", lost, len(got), len(step.want), got, step.want)
			}
			if kills < 4 {
				t.Errorf("lost %t: it was killed %d times", lost, kills)
			}
		}
		m.decent()
		m.again(x)
		m.sameClasses("imported again", true)
	}
}

// What somebody changed since stays and is named: a row with another name, one below which somebody hung another by hand.
func TestRowsThatSomebodyChangedSinceStayWhenAnImportIsTakenBack(t *testing.T) {
	t.Parallel()
	m := newMover(t, 5, 5, playedhalo.Settings{}, "batch", "25")
	x := m.vessels()
	r := m.again(x)
	made := of(r, "new_vessel").Created
	name, voyages := int64(0), int64(0)
	for _, f := range m.env.Halo.Fields() {
		switch f.Text("name") {
		case "CFVesselName":
			name = f.ID()
		case "CFVoyages":
			voyages = f.ID()
		}
	}
	var keys []string
	edited := []map[string]any{}
	for _, row := range m.env.Halo.CustomTableRows() {
		key, _ := row.Field("CFVesselId").(string)
		if len(key) != 36 || len(keys) == 2 {
			continue
		}
		cell := map[string]any{"id": name, "value": "By hand"}
		if len(keys) == 1 {
			cell = map[string]any{"id": voyages, "type": 7, "add_rows": true, "value": []any{map[string]any{"customfields": []any{map[string]any{"name": "CFVoyage", "value": "By hand"}}}}}
		}
		keys = append(keys, key)
		edited = append(edited, map[string]any{"id": row.ID(), "customfields": []any{cell}})
	}
	m.byHand("CustomTable", []any{map[string]any{"id": m.tableID("Vessels"), "_isimport": true, "edit_customfields": []any{map[string]any{"id": 1, "value": edited}}}})

	job, _, done := m.job()
	job.Mappings, job.Seal = []mapping.Mapping{x}, plainSeal{}
	planned, err := importer.RehearseTakeBack(t.Context(), job, r.Run, nil)
	if err != nil {
		t.Fatal(err)
	}
	done()
	if n := of(planned.Receipt, "new_vessel").Refused; n != 1 { // what hangs below goes first, so that nobody knows yet
		t.Errorf("a rehearsal says that %d rows stay", n)
	}
	job, _, done = m.job()
	job.Mappings, job.Seal = []mapping.Mapping{x}, plainSeal{}
	back, err := importer.TakeBack(t.Context(), job, r.Run, nil)
	if err != nil {
		t.Fatal(err)
	}
	done()
	told := map[string]string{}
	for _, one := range back.Refusals {
		told[one.Key] = one.Fault.Code
	}
	if len(told) != 2 || told[keys[0]] != "halo.changed-since" || told[keys[1]] != "halo.rows-below" || of(back, "new_vessel").Removed != made-2 {
		t.Errorf("%v of %q: %+v", told, keys, back.Tables)
	}
	if left := m.rows(); len(left) != 3+2+1 {
		t.Errorf("%q", left)
	}
}

// byHand writes something in Halo as somebody does who has nothing to do with an import.
func (m *mover) byHand(path string, elements []any) {
	m.t.Helper()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(m.env.CA)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	defer client.CloseIdleConnections()
	ask := func(address, kind, bearer, body string) (answer map[string]any) {
		r, err := http.NewRequestWithContext(m.t.Context(), http.MethodPost, m.env.HaloAddress+address, strings.NewReader(body))
		if err != nil {
			m.t.Fatal(err)
		}
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Authorization", "Bearer "+bearer)
		res, err := client.Do(r)
		if err != nil {
			m.t.Fatal(err)
		}
		defer res.Body.Close()
		if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || res.StatusCode >= 300 {
			m.t.Fatalf("by hand: %d %v %v", res.StatusCode, err, answer)
		}
		return answer
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {practice.HaloClientID}, "client_secret": {practice.HaloSecret}, "scope": {"all"}}
	token, _ := ask("/auth/token?tenant="+practice.HaloTenant, "application/x-www-form-urlencoded", "", form.Encode())["access_token"].(string)
	body, err := json.Marshal(elements)
	if err != nil {
		m.t.Fatal(err)
	}
	ask("/api/"+path, "application/json", token, string(body))
}

func (m *mover) tableID(name string) (id int64) {
	for _, f := range m.env.Halo.Fields() {
		if f.Text("name") == "CF"+name[:len(name)-1]+"Id" {
			id = f.Int("usage")
		}
	}
	return id
}

// portrait is what is seen of customers, their main sites, and users with their sites, without what an import only leaves there.
func (m *mover) portrait() map[int64]string {
	all := map[int64]string{}
	for _, c := range m.env.Halo.Customers() {
		all[c.ID()] = m.seenCustomer(c)
	}
	for _, u := range m.users() {
		all[-u.ID()] = fmt.Sprintf("%q %q %q %q %t %d", u.Text("name"), u.Text("title"), u.Text("mobilenumber"), u.Text("emailaddress"), u.Bool("inactive"), u.Int("site_id"))
	}
	return all
}

// Customers and users are taken back through kills too: texts, who is inactive, and whose user somebody is. With deletion, what
// was made is not there any more; without, it is inactive.
func TestCustomersAndUsersAreTakenBackThroughKills(t *testing.T) {
	t.Parallel()
	for lost, values := range map[bool][]string{false: {"link-module", "77"}, true: {"id-fields", "ref, other5", "delete", "true"}} {
		m := newMover(t, 30, 60, playedhalo.Settings{}, append(values, "default-site", "Halcyon Chandlers/Main", "batch", "10")...)
		run := func() importer.Receipt {
			job, _, done := m.job(everything)
			defer done()
			job.Seal = plainSeal{}
			r, err := importer.Run(t.Context(), job, nil)
			if err != nil {
				t.Fatalf("%v %v", err, core.AsFault(err).Err)
			}
			return r
		}
		empty := m.portrait()
		first := run()
		before := m.portrait()
		parent, moved := m.withPeople(8), 0
		for j := 0; j < 60; j += 5 {
			key, c, _ := cells(m.env.World, "contact", j)
			change := map[string]world.Cell{"jobtitle": world.TextCell("Changed"), "statecode": world.ChoiceCell(int(1 - c("statecode").N))}
			if c("parentcustomerid").S != parent {
				change["parentcustomerid"] = world.RefCell("account", parent)
				moved++
			}
			m.set("contact", key, change)
		}
		for i := 0; i < 30; i += 4 {
			key, c, _ := cells(m.env.World, "account", i)
			m.set("account", key, map[string]world.Cell{"telephone1": world.TextCell("+49 555 9"), "statecode": world.ChoiceCell(int(1 - c("statecode").N))})
		}
		second := run()
		if of(second, "contact").Updated < 5 || of(second, "account").Updated < 3 || moved < 5 {
			t.Fatalf("%+v", second.Tables)
		}
		maps := m.maps(everything)
		r, kills := m.back(maps, second.Run, lost)
		if n := open(r); n > 0 || kills < 4 {
			t.Errorf("lost %t, %d kills: %+v %v", lost, kills, r.Tables, r.Refusals)
		}
		now := m.portrait()
		for id, row := range before {
			if now[id] != row {
				t.Errorf("lost %t: %d is\n%s and was\n%s", lost, id, now[id], row)
			}
		}
		r, kills = m.back(maps, first.Run, lost)
		if n := open(r); n > 0 || kills < 4 || gone(r, "account") != of(first, "account").Created || gone(r, "contact") != of(first, "contact").Created {
			t.Errorf("lost %t, %d kills: %+v of %+v: %v", lost, kills, r.Tables, first.Tables, r.Refusals)
		}
		deletes := m.values["delete"] == "true"
		now = m.portrait()
		for id, row := range now {
			if was, there := empty[id]; there && was != row {
				t.Errorf("lost %t: %d, which was there before, is\n%s and was\n%s", lost, id, row, was)
			} else if !there && deletes {
				t.Errorf("%d is still there: %s", id, row)
			}
		}
		for _, c := range m.env.Halo.Customers() {
			if _, there := empty[c.ID()]; !there && !c.Bool("inactive") {
				t.Errorf("%d is still active", c.ID())
			}
		}
		m.decent()
	}
}

// gone are those that were taken away, or were inactive already.
func gone(r importer.Receipt, table string) int64 {
	return of(r, table).Removed + of(r, table).Unchanged
}

// maps are the mappings with which an import begins.
func (m *mover) maps(change ...func(*mapping.Mapping)) []mapping.Mapping {
	m.t.Helper()
	job, _, done := m.job(change...)
	defer done()
	return job.Mappings
}

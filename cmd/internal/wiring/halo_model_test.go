package wiring_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	playedhalo "ferry/core/practice/halo"
	"ferry/core/practice/world"
)

// What an import of everything has to leave in Halo, worked out from the organisation alone: nothing of the engine or of the
// destination takes part.
type model struct {
	customers map[string]string // what is seen of a customer and its main site, by the account's key
	users     map[string]string // what is seen of a user and of whose it is, by the contact's key
	refused   map[string]string // keys of records that Halo cannot take, and the field that is why
	waits     map[string]bool   // keys of contacts whose account was refused
	homeless  map[string]bool   // keys of contacts of no account that is imported
}

const outside = "outside"

// cells reads a row of the organisation by the names of its columns.
func cells(w *world.World, table string, i int) (key string, cell func(string) world.Cell, there bool) {
	t := w.Table(table)
	row, ok := w.Row(t, i)
	return row.Key, func(name string) world.Cell {
		if c := t.Column(name); c != nil {
			return row.Cells[c.Index]
		}
		return world.Cell{}
	}, ok
}

// expect works the model out. home is what is seen of the customer to whom people without one go; "" leaves them out. lacks
// tells what Halo refuses beside records without a name: the field of an account that it cannot be without; or that an account
// is outside of what is imported.
func (m *mover) expect(home string, lacks func(account func(string) world.Cell) string) model {
	x := model{customers: map[string]string{}, users: map[string]string{}, refused: map[string]string{}, waits: map[string]bool{}, homeless: map[string]bool{}}
	w, away := m.env.World, map[string]bool{}
	for i := range w.Positions(w.Table("account")) {
		key, c, ok := cells(w, "account", i)
		if !ok {
			continue
		}
		if strings.TrimSpace(c("name").S) == "" {
			x.refused[key] = "name"
			continue
		}
		if lacks != nil {
			f := lacks(c)
			if f == outside {
				away[key] = true
				continue
			}
			if f != "" {
				x.refused[key] = f
				continue
			}
		}
		x.customers[key] = fmt.Sprintf("%q %t %q | %q %q %q %q %q %q", c("name").S, c("statecode").N == 1, c("websiteurl").S, c("telephone1").S,
			c("address1_line1").S, c("address1_line2").S, c("address1_city").S, c("address1_stateorprovince").S, c("address1_postalcode").S)
	}
	for i := range w.Positions(w.Table("contact")) {
		key, c, ok := cells(w, "contact", i)
		if !ok {
			continue
		}
		whose := home
		if parent := c("parentcustomerid"); parent.Kind == world.Ref && parent.Table == "account" {
			if x.refused[parent.S] != "" {
				x.waits[key] = true
				continue
			}
			if !away[parent.S] {
				whose = x.customers[parent.S]
			}
		}
		switch {
		case strings.TrimSpace(c("fullname").S) == "":
			x.refused[key] = "name"
			continue
		case whose == "":
			x.homeless[key] = true
			continue
		}
		x.users[key] = fmt.Sprintf("%q %q %q %q %q %q %q %t < %s", c("fullname").S, c("firstname").S, c("lastname").S, c("emailaddress1").S,
			c("jobtitle").S, c("telephone1").S, c("mobilephone").S, c("statecode").N == 1, whose)
	}
	return x
}

// seenCustomer is a customer as the model tells it.
func (m *mover) seenCustomer(c playedhalo.Stored) string {
	var main playedhalo.Stored
	for _, s := range m.env.Halo.Sites() {
		if s.ID() == c.Int("main_site_id") {
			main = s
		}
	}
	line := map[string]any{}
	if text, err := json.Marshal(main["delivery_address"]); err == nil {
		_ = json.Unmarshal(text, &line)
	}
	at := func(name string) string { s, _ := line[name].(string); return s }
	return fmt.Sprintf("%q %t %q | %q %q %q %q %q %q", c.Text("name"), c.Bool("inactive"), c.Text("website"), main.Text("phonenumber"),
		at("line1"), at("line2"), at("line3"), at("line4"), at("postcode"))
}

// compare compares what came to Halo since some moment with the model, field by field, each record by its mark where it has one.
func (m *mover) compare(x model, what string, since stand) {
	m.t.Helper()
	marks := m.marks()
	seen, place := map[int64]string{}, map[int64]int64{}
	var made []playedhalo.Stored
	for _, c := range m.env.Halo.Customers() {
		seen[c.ID()] = m.seenCustomer(c)
		if c.ID() > since.customer {
			made = append(made, c)
		}
	}
	for _, s := range m.env.Halo.Sites() {
		place[s.ID()] = s.Int("client_id")
	}
	if n := len(place) - since.sites; n != len(made) {
		m.t.Errorf("%s: %d sites came with %d customers", what, n, len(made))
	}
	m.same(what+": customers", x.customers, made, marks["client"], func(c playedhalo.Stored) string { return seen[c.ID()] })
	made = nil
	for _, u := range m.users() {
		if u.ID() > since.user {
			made = append(made, u)
		}
	}
	m.same(what+": users", x.users, made, marks["users"], func(u playedhalo.Stored) string {
		return fmt.Sprintf("%q %q %q %q %q %q %q %t < %s", u.Text("name"), u.Text("firstname"), u.Text("surname"), u.Text("emailaddress"), u.Text("title"),
			u.Text("phonenumber"), u.Text("mobilenumber"), u.Bool("inactive"), seen[place[u.Int("site_id")]])
	})
}

// same compares records of one kind: each is expected, and each that is expected is there once.
func (m *mover) same(what string, expected map[string]string, made []playedhalo.Stored, marks map[int64]string, see func(playedhalo.Stored) string) {
	m.t.Helper()
	left, wrong := map[string]int{}, 0
	for _, row := range expected {
		left[row]++
	}
	for _, r := range made {
		row := see(r)
		if key := marks[r.ID()]; key != "" && expected[key] != row && wrong < 3 {
			m.t.Errorf("%s: %s is\n%s and not\n%s", what, key, row, expected[key])
		}
		if left[row]--; left[row] < 0 {
			if wrong++; wrong <= 3 {
				m.t.Errorf("%s: not expected, or twice: %s", what, row)
			}
		}
	}
	for row, n := range left {
		if n > 0 {
			if wrong++; wrong <= 6 {
				m.t.Errorf("%s: %d missing of %s", what, n, row)
			}
		}
	}
}

// marks are the keys that Ferry left on records, by kind and id, as links or in fields.
func (m *mover) marks() map[string]map[int64]string {
	all := map[string]map[int64]string{"client": {}, "site": {}, "users": {}}
	key := func(text string) string {
		if len(text) == 36 && strings.Count(text, "-") == 4 {
			return text
		}
		return ""
	}
	for _, c := range m.env.Halo.Customers() {
		all["client"][c.ID()] = key(c.Text("ref"))
	}
	for _, u := range m.env.Halo.Users() {
		all["users"][u.ID()] = key(u.Text("other5"))
	}
	for _, l := range m.env.Halo.Links() {
		all[map[int64]string{2: "client", 3: "site", 4: "users"}[l.Int("table_id")]][l.Int("halo_id")] = key(l.Text("third_party_id"))
	}
	return all
}

// A stand is what was in Halo before an import.
type stand struct {
	customer, user int64 // the highest ids
	sites          int
}

func (m *mover) stand() stand {
	s := stand{sites: len(m.env.Halo.Sites())}
	for _, c := range m.env.Halo.Customers() {
		s.customer = max(s.customer, c.ID())
	}
	for _, u := range m.env.Halo.Users() {
		s.user = max(s.user, u.ID())
	}
	return s
}

// home is what is seen of the customer that has the default site of these tests.
func (m *mover) home() string {
	for _, c := range m.env.Halo.Customers() {
		if c.Text("name") == "Halcyon Chandlers" {
			return m.seenCustomer(c)
		}
	}
	m.t.Fatal("the customer of the default site is not there")
	return ""
}

// decent asserts what holds of each request that was sent: Halo knows each of its members and their types, it is told to keep
// quiet, and it wrote to nobody.
func (m *mover) decent() {
	m.t.Helper()
	entities := map[string]string{
		"/api/client": "Area", "/api/site": "Site", "/api/users": "Users", "/api/fieldinfo": "FieldInfo", "/api/lookup": "Lookup",
		"/api/customtable": "CustomTable", "/api/externallink": "ExternalLink", "/api/toplevel": "TopLevel",
	}
	bad := 0
	for _, r := range m.env.Halo.Requests() {
		path := strings.ToLower(r.Path)
		if r.Method != http.MethodPost || strings.HasSuffix(path, "/token") || bad > 3 {
			continue
		}
		if err := playedhalo.Check(entities[path], r.Body); err != nil {
			bad++
			m.t.Errorf("%s: %v", r.Path, err)
		}
		var elements []map[string]any
		_ = json.Unmarshal(r.Body, &elements)
		for _, e := range elements {
			entity := entities[path]
			record := entity == "Area" || entity == "Site" || entity == "Users"
			loud := record && (e["_isimport"] != true || e["_dont_fire_automations"] != true) || entity == "Users" && e["sendwelcomeemail"] != false ||
				entity == "Area" && e["id"] == nil && e["newclient_sendwelcomeemail"] != false || entity == "Site" && e["id"] == nil && e["newsite_sendwelcomeemail"] != false ||
				(entity == "CustomTable" || entity == "Lookup") && e["_isimport"] != true
			if loud && m.values["notify"] != "true" {
				bad++
				m.t.Errorf("%s is not told to keep quiet: %v", r.Path, e)
			}
		}
	}
	for _, what := range m.env.Halo.Unknown() {
		m.t.Errorf("the practice Halo does not know %s", what)
	}
	if mails := m.env.Halo.Outbox(); len(mails) > 0 && m.values["notify"] != "true" {
		m.t.Errorf("Halo wrote to people: %v", mails[0])
	}
}

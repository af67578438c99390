package halo

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

func TestAccountsBecomeCustomersAndContactsTheirUsers(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	d := w.open("id-fields", "ref, other5")
	made := write(t, d, accounts(), some(120, account))
	want(t, made, core.Created)
	posts := w.halo.Count("POST", "/api/client")
	if posts > 5 {
		t.Errorf("%d requests made 120 customers", posts)
	}
	people := write(t, d, contacts(), some(300, func(i int) core.Record { return contact(i, made[i%120].ID) }))
	want(t, people, core.Created)
	if n := len(w.halo.Customers()); n != 120 {
		t.Errorf("%d customers", n)
	}
	stored := w.halo.Customers()[7]
	if stored.Text("name") == "" || stored.Text("website") == "" || stored.Text("ref") == "" {
		t.Errorf("%v", stored)
	}
	site := w.halo.Sites()[7]
	if a, _ := json.Marshal(site["delivery_address"]); site.Text("phonenumber") != "+49 30 1" || !strings.Contains(string(a), "Berlin") {
		t.Errorf("%v", site)
	}
	n := 0
	for _, u := range w.halo.Users() {
		if !u.General() {
			n++
		}
	}
	if n != 300 {
		t.Errorf("%d users", n)
	}
	if mails := w.halo.Outbox(); len(mails) != 0 {
		t.Errorf("Halo wrote to people: %v", mails[0])
	}
}

func TestEveryBodyTellsHaloToKeepQuietAndNamesOnlyWhatHaloKnows(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	d := w.open("id-fields", "ref, other5")
	made := write(t, d, accounts(), some(3, account))
	people := write(t, d, contacts(), some(3, func(i int) core.Record { return contact(i, made[i].ID) }))
	changed := some(3, account)
	for i := range changed {
		changed[i].Values[0], changed[i].Values[3] = core.Text("Renamed"), core.Text("Other street")
	}
	var known []core.Known
	for _, o := range made {
		known = append(known, core.Known{ID: o.ID})
	}
	want(t, write(t, d, accounts(), changed, known...), core.Updated)
	_ = people
	bodies := 0
	for _, r := range w.halo.Requests() {
		if r.Method != http.MethodPost || strings.HasSuffix(r.Path, "token") {
			continue
		}
		entity := map[string]string{"/api/client": "Area", "/api/site": "Site", "/api/users": "Users"}[strings.ToLower(r.Path)]
		if err := practice.Check(entity, r.Body); err != nil {
			t.Error(err)
		}
		var elements []map[string]any
		if err := json.Unmarshal(r.Body, &elements); err != nil {
			t.Fatal(err)
		}
		for _, e := range elements {
			bodies++
			if e["_isimport"] != true || e["_dont_fire_automations"] != true {
				t.Errorf("%s is not told to keep quiet: %s", r.Path, r.Body)
			}
			if entity == "Users" && e["sendwelcomeemail"] != false || entity == "Area" && e["id"] == nil && e["newclient_sendwelcomeemail"] != false {
				t.Errorf("%s may welcome people: %s", r.Path, r.Body)
			}
		}
	}
	if bodies != 12 {
		t.Errorf("%d elements", bodies)
	}
	if len(w.halo.Outbox()) != 0 {
		t.Error("Halo wrote to people")
	}
}

package halo

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

func TestWhatGoesOneByOneIsForetoldWithWhatMendsIt(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	records := map[string]int64{customers: 500, users: 1400}
	alone := w.open("link-module", "", "id-fields", "").Forecast(records)
	if alone.Warning == nil || alone.Warning.Subject.Field != "id-fields" || alone.Takes < 25*time.Minute || alone.Takes > 40*time.Minute ||
		!strings.Contains(alone.Warning.Cause, "1,900 records take about") {
		t.Errorf("%+v %+v", alone, alone.Warning)
	}
	for _, way := range []string{"link-module", "id-fields"} {
		d := w.open("link-module", map[string]string{"link-module": "77"}[way], "id-fields", map[string]string{"id-fields": "ref, other5"}[way])
		if f := d.Forecast(records); f.Warning != nil || f.Takes > 5*time.Minute {
			t.Errorf("%s: %+v", way, f)
		}
	}
	half := w.open("link-module", "", "id-fields", "ref") // users have no such field
	if _, err := half.Describe(context.Background(), users); err != nil {
		t.Fatal(err)
	}
	if f := half.Forecast(records); f.Warning == nil {
		t.Errorf("users go one by one, and nobody says so: %+v", f)
	}
}

func TestTheTestNamesTheWayOfEachTable(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	check := func(d *Destination) (marks core.Check) {
		d.Checks(context.Background(), core.Need{Tables: []string{"account", "contact"}}, func(c core.Check) {
			if c.ID == "marks" {
				marks = c
			}
		})
		return marks
	}
	if c := check(w.open("link-module", "", "id-fields", "ref")); c.State != core.CheckWarned || !strings.Contains(c.Detail, "customers by the field “Reference”, users by the journal alone") ||
		!strings.Contains(c.Fault.Cause, "1,000 records take about") {
		t.Errorf("%+v %+v", c, c.Fault)
	}
	if c := check(w.open("link-module", "77", "id-fields", "")); c.State != core.CheckPassed || !strings.Contains(c.Detail, "customers by external links, users by external links") {
		t.Errorf("%+v", c)
	}
}

// Only fields are offered for the Dynamics ID in which nobody keeps anything, and by which Ferry would find a record.
func TestUnusedFieldsAreOfferedForTheDynamicsID(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	seed := practice.Instance()
	seed.Customers = []practice.Customer{{Name: "Contoso", Ref: "C-1", Sites: []practice.Site{{Name: "Main", Users: []practice.User{{Name: "Ann"}}}}}}
	w.halo = practice.New(practice.Options{Address: w.server.URL, Tenant: "practice", ClientID: testID, Secret: testSecret, Seed: seed, Now: w.clock})
	all, err := w.open("link-module", "").Offers(context.Background(), "id-fields")
	if err != nil || !slices.Contains(all, "CFDynamicsId, CFUserDynamicsId") {
		t.Errorf("offered is %q, %v", all, err)
	}
	for _, one := range all {
		if strings.Contains(one, "ref") {
			t.Errorf("%s is offered, and somebody uses it", one)
		}
		if _, err := parse(core.Settings{Values: map[string]string{"address": "https://acme.halopsa.com", "id-fields": one}}); err != nil {
			t.Errorf("%s: %v", one, err)
		}
	}
	w.halo.Set(func(s *practice.Settings) { s.Sparse, s.NoFieldColumns = true, true })
	if all, err := w.open("link-module", "").Offers(context.Background(), "id-fields"); err != nil || len(all) > 0 {
		t.Errorf("no list tells these fields, and offered is %q, %v", all, err)
	}
}

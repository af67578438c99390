package wiring_test

import (
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/mapping"
	playedhalo "ferry/core/practice/halo"
)

// Contacts whose account takes no part wait, and both the test of the destination and the reason lead to the default site,
// which takes them.
func TestAContactWhoseAccountTakesNoPartIsLedToTheDefaultSite(t *testing.T) {
	t.Parallel()
	m := newMover(t, 40, 60, playedhalo.Settings{}, "link-module", "77")
	site := func() (c core.Check) {
		d := m.destination()
		defer d.Close()
		d.Checks(t.Context(), core.Need{Tables: []string{"account", "contact"}}, func(one core.Check) {
			if one.ID == "site" {
				c = one
			}
		})
		return c
	}
	some := func(p *mapping.Mapping) {
		if p.Source == "account" {
			p.Filter = "revenue gt 10000000000000"
		}
	}
	if c := site(); c.State != core.CheckWarned || c.Fault.Code != "halo.no-home" || c.Fault.Subject.Field != "default-site" {
		t.Errorf("%+v %+v", c, c.Fault)
	}
	r, _ := m.carry(some)
	waits := 0
	for _, x := range r.Refusals {
		if x.Fault.Code != importer.WaitsCode {
			continue
		}
		if waits++; !strings.Contains(x.Fault.Remedy, "“Default site” (default-site)") {
			t.Errorf("%s: %s", x.Fault.Cause, x.Fault.Remedy)
		}
	}
	if waits == 0 {
		t.Fatalf("%+v", of(r, "contact"))
	}
	m.values["default-site"] = "Halcyon Chandlers/Main"
	if c := site(); c.State != core.CheckPassed {
		t.Errorf("%+v %+v", c, c.Fault)
	}
	r, _ = m.carry(some)
	for _, x := range r.Refusals {
		if x.Fault.Code == importer.WaitsCode {
			t.Errorf("%s still waits: %s", x.Key, x.Fault.Remedy)
		}
	}
}

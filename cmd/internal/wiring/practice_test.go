package wiring_test

import (
	"slices"
	"strings"
	"testing"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/mapping"
	playedhalo "ferry/core/practice/halo"
	"ferry/core/project"
)

// The practice Halo as the window offers it: filled in it passes its test, and accounts and contacts have a mapping that
// nothing has to be said about.
func TestThePracticeHaloIsReadyAndItsMappingsAreBegun(t *testing.T) {
	m := newMover(t, 12, 20, playedhalo.Settings{})
	d, secrets := wiring.PracticeHalo(m.env)
	if !d.Practice || !strings.Contains(d.Settings["default-site"], "/") {
		t.Fatalf("it is offered as %+v", d)
	}
	to, err := m.c.Destination(t.Context(), wiring.PracticeDrivers(m.env, nil), d, secrets)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = to.Close() })
	last := map[string]core.Check{}
	to.Checks(t.Context(), core.Need{Tables: []string{"customers", "users"}}, func(c core.Check) { last[c.ID] = c })
	for id, c := range last {
		if c.State == core.CheckFailed || c.State == core.CheckUntried {
			t.Errorf("%s: %s, %v", id, c.State, c.Fault)
		}
	}
	sites, err := to.(core.Offerer).Offers(t.Context(), "default-site")
	if err != nil || len(sites) == 0 || !contains(sites, d.Settings["default-site"]) {
		t.Errorf("of the sites %q the default one is %q; %v", sites, d.Settings["default-site"], err)
	}
	var all []mapping.Mapping
	for _, one := range [][3]string{{"account", "", "customers"}, {"contact", "", "users"}, {"account", "sites", "sites"}} {
		begun, err := wiring.BeginMapping(t.Context(), m.link.Source, to, one[0], one[1])
		if err != nil {
			t.Fatal(err)
		}
		begun.ID = one[0] + one[1]
		if begun.Table != one[2] || !begun.ActiveOnly || len(begun.Columns) < 8 {
			t.Errorf("%s begins as %+v", one[0], begun)
		}
		all = append(all, begun)
	}
	for i, begun := range all { // a mapping that nobody has touched asks nobody to look at anything
		from, err := m.link.Source.Describe(t.Context(), begun.Source)
		if err != nil {
			t.Fatal(err)
		}
		there, err := to.Describe(t.Context(), begun.Table)
		if err != nil {
			t.Fatal(err)
		}
		draft := mapping.Edit(begun, from, &there)
		draft.Others(append(slices.Clone(all[:i]), all[i+1:]...))
		for _, p := range draft.Problems() {
			if p.Severity == mapping.Notes && p.Code == "required-empty" {
				continue // people without a name are refused, which a person may want to know
			}
			t.Errorf("%s: %s %s", begun.ID, p.Cause, p.Remedy)
		}
		if begun.Table == "sites" {
			draft.Others(all[1:2])
			if p := draft.Problems(); len(p) != 1 || p[0].Code != "lookup-unmapped" {
				t.Errorf("sites without customers: %+v", p)
			}
		}
	}
	if _, err := wiring.BeginMapping(t.Context(), m.link.Source, to, "task", ""); core.AsFault(err).Code != "ferry.not-adopted" {
		t.Errorf("of tasks it says %v", err)
	}
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

// A destination that is a practice one in the project has an address of its own in the keychain's eyes: none of its secrets
// is ever one of somebody's real Halo.
func TestSecretsOfHaloAreKeptUnderWhomTheyMayBeSentTo(t *testing.T) {
	c, _ := machine(t)
	drivers := wiring.Destinations("", nil)
	acme := project.Destination{Driver: "halo", Settings: map[string]string{"address": "https://acme.halopsa.com"}}
	if err := c.KeepDestination(t.Context(), drivers, acme, map[string]core.Secret{"client-id": core.NewSecret("id"), "secret": core.NewSecret("hunter2")}); err != nil {
		t.Fatal(err)
	}
	if known := c.KnowsDestination(t.Context(), drivers, acme); !known["secret"] || !known["client-id"] || known["headers"] {
		t.Errorf("it knows %v", known)
	}
	evil := project.Destination{Driver: "halo", Settings: map[string]string{"address": "https://acme.halopsa.com", "auth-address": "https://evil.example/auth"}}
	if known := c.KnowsDestination(t.Context(), drivers, evil); known["secret"] {
		t.Error("a secret of Halo would go to another server because a project says so")
	}
}

func TestPracticeRecordsStayInFilesAndInThePracticeHalo(t *testing.T) {
	practised := project.Connection{Practice: true}
	for _, c := range []struct {
		from   project.Connection
		to     project.Destination
		leaves bool
	}{
		{practised, project.Destination{Driver: "sqlite", Settings: map[string]string{"file": "/home/ada/all.db"}}, false},
		{practised, project.Destination{Driver: "csv", Settings: map[string]string{"folder": "/home/ada/all"}}, false},
		{practised, project.Destination{Driver: "halo", Practice: true, Settings: map[string]string{"address": "https://localhost:4711"}}, false},
		{practised, project.Destination{Driver: "halo", Settings: map[string]string{"address": "https://acme.halopsa.com"}}, true},
		{practised, project.Destination{Driver: "postgres", Settings: map[string]string{"address": "db.example.com/crm"}}, true},
		{project.Connection{}, project.Destination{Driver: "postgres", Settings: map[string]string{"address": "db.example.com/crm"}}, false},
	} {
		if leaves := wiring.LeavesPractice(c.from, c.to); leaves != c.leaves {
			t.Errorf("%+v to %+v leaves practice: %t", c.from, c.to, leaves)
		}
	}
}

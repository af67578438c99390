package wiring_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/core/practice"
	"ferry/core/practice/world"
)

// In each world in which a Halo may be, an import comes to the ending that is stated there, is compared with the organisation
// field by field, and can be done again without a single write.
func TestEachWorldOfHaloIsWalkedToItsEnd(t *testing.T) {
	t.Parallel()
	for _, w := range coretest.Some(practice.HaloWorlds()) {
		t.Run(w.Name, func(t *testing.T) {
			t.Parallel()
			walkHalo(t, w)
		})
	}
}

// The same holds of custom tables: rows, classes that are made, voyages that go over to another vessel, and all of it taken back.
func TestEachWorldOfHaloIsWalkedWithCustomTables(t *testing.T) {
	t.Parallel()
	for _, w := range coretest.Some(practice.HaloWorlds()) {
		if w.Ends == practice.Refused && w.Name != "restricted" { // of customers some are hidden, of rows none
			continue
		}
		t.Run(w.Name, func(t *testing.T) {
			t.Parallel()
			walkTables(t, w)
		})
	}
}

func walkTables(t *testing.T, w practice.HaloWorld) {
	slot := w.Settings.DynamicsSlot
	if slot == "" {
		slot = "value2"
	}
	values := []string{"batch", "25", "make", "true", "dynamics-value", slot}
	m := newMover(t, 5, 5, w.Settings, append(values, moreFor(w)...)...)
	if w.Name == "away" {
		m.really = 100 * time.Millisecond
	}
	m.coded()
	own, before := m.own(), m.sorted()
	x := m.classed(m.vessels())
	if err := m.env.Play(w.Script); err != nil {
		t.Fatal(err)
	}
	first := m.again(x)
	m.sameRows("first", own)
	m.sameClasses("first", slot == "value2")
	full := m.sorted()
	m.stir(3)
	if err := m.env.Play(w.Script); err != nil {
		t.Fatal(err)
	}
	second := m.again(x)
	m.sameRows("changed", own)
	if open(first)+open(second) > 0 {
		t.Errorf("%+v %v %v", second.Tables, first.Refusals, second.Refusals)
	}
	m.decent()
	m.env.Halo.Forget()
	m.again(x)
	if n := m.writes(); n != 0 {
		t.Errorf("nothing changed, but %d requests write", n)
	}
	for _, step := range []struct {
		run  string
		want []string
	}{{second.Run, full}, {first.Run, before}} {
		if err := m.env.Play(w.Script); err != nil {
			t.Fatal(err)
		}
		job, _, done := m.job()
		job.Mappings, job.Seal = []mapping.Mapping{x}, plainSeal{}
		r, err := importer.TakeBack(t.Context(), job, step.run, nil)
		done()
		if err != nil || open(r) > 0 || !slices.Equal(m.sorted(), step.want) {
			t.Errorf("taken back: %v %+v %v", err, r.Tables, r.Refusals)
		}
	}
	m.decent()
}

// moreFor are the settings without which one world lets nobody in.
func moreFor(w practice.HaloWorld) []string {
	switch w.Name {
	case "tenant":
		return []string{"tenant", practice.HaloTenant}
	case "limit-lifted":
		return []string{"headers", w.Settings.LiftedBy}
	}
	return nil
}

// walkHalo imports into the Halo of one world.
func walkHalo(t *testing.T, w practice.HaloWorld) {
	values := []string{"link-module", "77", "id-fields", "ref, other5", "default-site", "Halcyon Chandlers/Main", "batch", "10"}
	m := newMover(t, 40, 90, w.Settings, append(values, moreFor(w)...)...)
	if w.Name == "away" {
		m.really = 100 * time.Millisecond
	}
	if w.Settings.TooLong != "" {
		m.lengthen()
	}
	if err := m.env.Play(w.Script); err != nil {
		t.Fatal(err)
	}
	since, home := m.stand(), m.home()
	if w.Ends == practice.Refused {
		m.refused(since)
		return
	}
	x := m.expect(home, lacking(w))
	r, _ := m.carry(everything)
	if w.Settings.UniqueEmail {
		m.leaveOut(&x, r)
	}
	m.compare(x, "first", since)
	m.says(x, r)
	m.decent()
	if w.Ends == practice.Whole && len(x.refused) > 0 && of(r, "account").Refused+of(r, "contact").Refused > int64(len(x.refused)) {
		t.Errorf("more are refused than have no name: %+v", r.Tables)
	}
	m.env.Halo.Forget()
	m.carry(everything)
	m.compare(x, "again", since)
	for _, q := range m.env.Halo.Requests() {
		if n := m.writes(); w.Ends == practice.Whole && n != 0 && q.Method == "POST" && !strings.HasSuffix(q.Path, "token") {
			t.Errorf("nothing changed, but %d requests write: %s %s", n, q.Path, q.Body)
			break
		}
	}
	m.decent()
}

// lengthen makes the website of one account longer than any column of Halo.
func (m *mover) lengthen() {
	key, _, _ := cells(m.env.World, "account", 30)
	if err := m.env.World.Set("account", key, map[string]world.Cell{"websiteurl": world.TextCell("https://" + strings.Repeat("x", 4500) + ".example")}); err != nil {
		m.t.Fatal(err)
	}
}

// lacking is what Halo refuses of an account in a world.
func lacking(w practice.HaloWorld) func(func(string) world.Cell) string {
	switch {
	case len(w.Settings.Mandatory) > 0:
		return func(c func(string) world.Cell) string {
			if c("websiteurl").S == "" {
				return "website"
			}
			return ""
		}
	case w.Settings.TooLong != "":
		return func(c func(string) world.Cell) string {
			if len(c("websiteurl").S) > 4000 {
				return "website"
			}
			return ""
		}
	}
	return nil
}

// leaveOut takes people out of the model whose address somebody else has already: who of them comes first is Halo's to say.
func (m *mover) leaveOut(x *model, r importer.Receipt) {
	m.t.Helper()
	there := map[string]bool{}
	for _, u := range m.env.Halo.Users() {
		there[strings.ToLower(u.Text("emailaddress"))] = true
	}
	for _, one := range r.Refusals {
		if one.Table != "contact" || one.Fault.Code != "halo.email-taken" {
			continue
		}
		i, _ := m.env.World.Find(m.env.World.Table("contact"), one.Key)
		_, c, _ := cells(m.env.World, "contact", i)
		if at := strings.ToLower(c("emailaddress1").S); at == "" || !there[at] {
			m.t.Errorf("%s is refused for an address that nobody has", one.Key)
		}
		delete(x.users, one.Key)
		x.refused[one.Key] = "emailaddress"
	}
}

// says asserts that just the refusals that are expected are there, and that each names record and field.
func (m *mover) says(x model, r importer.Receipt) {
	m.t.Helper()
	told := map[string]bool{}
	for _, one := range r.Refusals {
		told[one.Key] = true
		switch field := x.refused[one.Key]; {
		case x.waits[one.Key]:
			if one.Kind != core.Refused && one.Kind != core.Skipped {
				m.t.Errorf("%s waits for its account and is %s", one.Key, one.Kind)
			}
		case field == "":
			m.t.Errorf("%s %s is %s: %v %+v", one.Table, one.Key, one.Kind, one.Fault, one.Fault.Subject)
		case one.Fault.Subject.Key != one.Key || one.Fault.Subject.Field != field || one.Fault.Cause == "" || one.Fault.Remedy == "":
			m.t.Errorf("%s is refused because of %s, and told is %s: %v %+v", one.Key, field, one.Fault.Code, one.Fault, one.Fault.Subject)
		}
	}
	for key := range x.refused {
		if !told[key] {
			m.t.Errorf("of %s nothing is said", key)
		}
	}
	for key := range x.waits {
		if !told[key] {
			m.t.Errorf("%s waits, and nobody says so", key)
		}
	}
}

// refused asserts that Test connection shows a cross, and that an import writes nothing and says why.
func (m *mover) refused(since stand) {
	m.t.Helper()
	d := m.destination()
	failed := ""
	d.Checks(m.t.Context(), core.Need{Tables: []string{"account", "contact"}}, func(c core.Check) {
		if c.State == core.CheckFailed && failed == "" {
			failed = c.Fault.Code
		}
	})
	_ = d.Close()
	if failed == "" {
		m.t.Error("Test connection finds nothing")
	}
	_, err := m.attempt(everything)
	if err == nil {
		m.t.Error("the import went through")
	} else if f := core.AsFault(err); f.Code != failed || f.Cause == "" || f.Remedy == "" {
		m.t.Errorf("the test says %s, the import %s: %v", failed, f.Code, f)
	}
	if m.stand() != since || m.writes() != 0 {
		m.t.Errorf("%d requests write", m.writes())
	}
}

package wiring_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/journal"
	"ferry/core/mapping"
	"ferry/core/practice"
	playedhalo "ferry/core/practice/halo"
	"ferry/core/practice/world"
)

// set changes a record of the organisation.
func (m *mover) set(table, key string, values map[string]world.Cell) {
	m.t.Helper()
	if err := m.env.World.Set(table, key, values); err != nil {
		m.t.Fatal(err)
	}
}

// withPeople is the key of an active account to which people belong, beginning to look at a position.
func (m *mover) withPeople(from int) string {
	m.t.Helper()
	w := m.env.World
	for i := from; i < w.Positions(w.Table("account")); i++ {
		key, c, _ := cells(w, "account", i)
		for j := range w.Positions(w.Table("contact")) {
			_, p, _ := cells(w, "contact", j)
			if c("statecode").N == 0 && p("statecode").N == 0 && p("parentcustomerid").S == key && p("fullname").S != "" {
				return key
			}
		}
	}
	m.t.Fatal("nobody belongs to an account")
	return ""
}

// Whoever belongs to an account that was refused waits, and comes when the account does: by a retry of what waits, and by the
// next import.
func TestPeopleWhoseAccountWasRefusedWaitForIt(t *testing.T) {
	t.Parallel()
	for _, retried := range []bool{true, false} {
		m := newMover(t, 40, 90, playedhalo.Settings{}, "link-module", "77", "default-site", "Halcyon Chandlers/Main")
		since, home, key := m.stand(), m.home(), m.withPeople(8)
		m.set("account", key, map[string]world.Cell{"name": world.TextCell("  ")})
		r, _ := m.carry(everything)
		x := m.expect(home, nil)
		if x.refused[key] != "name" || len(x.waits) == 0 {
			t.Fatalf("nobody waits: %v", x.refused)
		}
		m.says(x, r)
		m.compare(x, "refused", since)
		m.set("account", key, map[string]world.Cell{"name": world.TextCell("Named at last")})
		if retried {
			job, _, done := m.job(everything)
			job.Retry = &importer.Retry{Run: r.Run}
			if _, err := importer.Run(t.Context(), job, nil); err != nil {
				t.Fatal(err)
			}
			done()
		} else {
			m.carry(everything)
		}
		m.compare(m.expect(home, nil), "named", since)
	}
}

// Users of accounts outside of what is imported stand at the default site, and move when their account arrives; a user whose
// account changes moves along.
func TestUsersMoveWhenTheirAccountArrives(t *testing.T) {
	t.Parallel()
	m := newMover(t, 60, 140, playedhalo.Settings{}, "link-module", "77", "default-site", "Halcyon Chandlers/Main")
	active := func(x *mapping.Mapping) { x.Match, x.ActiveOnly = mapping.Match{}, x.Source == "account" }
	inactive := func(c func(string) world.Cell) string {
		if c("statecode").N == 1 {
			return outside
		}
		return ""
	}
	key, other := m.withPeople(8), m.withPeople(20)
	m.set("account", key, map[string]world.Cell{"statecode": world.ChoiceCell(1)})
	since, home := m.stand(), m.home()
	m.carry(active)
	m.compare(m.expect(home, inactive), "one is outside", since)
	m.set("account", key, map[string]world.Cell{"statecode": world.ChoiceCell(0)})
	moved := 0
	for j := range m.env.World.Positions(m.env.World.Table("contact")) {
		if person, c, _ := cells(m.env.World, "contact", j); c("parentcustomerid").S == other {
			m.set("contact", person, map[string]world.Cell{"parentcustomerid": world.RefCell("account", key)})
			moved++
		}
	}
	if moved == 0 {
		t.Fatal("nobody moves")
	}
	m.env.Halo.Forget()
	m.carry(active)
	m.compare(m.expect(home, inactive), "it arrived", since)
	m.decent()
}

// Where Ferry can leave no mark, a lost answer makes a record unsure. What a person finds out about it is honoured: the
// customer that was picked is the account's from then on, for its people too.
func TestWhatSomebodyFoundOutOfAnUnsureRecordCounts(t *testing.T) {
	t.Parallel()
	for _, way := range [][]string{nil, {"link-module", "77"}} {
		m := newMover(t, 20, 60, playedhalo.Settings{Links: "ignored"}, append(way, "default-site", "Halcyon Chandlers/Main")...)
		if err := m.env.Play(practice.Script{{Side: practice.SideHalo, Method: "POST", Path: "(?i)^/api/client$", Nth: 12, Do: practice.DoDrop}}); err != nil {
			t.Fatal(err)
		}
		since, home := m.stand(), m.home()
		r, _ := m.carry(everything)
		var lost importer.Refusal
		for _, one := range r.Refusals {
			if one.Kind == core.Unsure && one.Table == "account" {
				lost = one
			}
		}
		if of(r, "account").Unsure != 1 || lost.Key == "" || lost.Fault.Subject.Key != lost.Key {
			t.Fatalf("%+v", r.Tables)
		}
		x, id := m.expect(home, nil), ""
		for _, c := range m.env.Halo.Customers() {
			if c.ID() > since.customer && m.seenCustomer(c) == x.customers[lost.Key] {
				id = playedID(c)
			}
		}
		if again, _ := m.carry(everything); of(again, "account").Created != 0 || of(again, "account").Unsure != 1 {
			t.Errorf("nobody said yet that it is not there: %+v", again.Tables)
		} else {
			r = again
		}
		m.say(r, "account", lost.Key, importer.Verdict{There: true, ID: id})
		job, _, done := m.job(everything)
		job.Retry = &importer.Retry{Run: r.Run}
		again, err := importer.Run(t.Context(), job, nil)
		done()
		if err != nil || of(again, "account").Unchanged != 1 || of(again, "account").Created != 0 {
			t.Errorf("%v %+v", err, again.Tables)
		}
		m.compare(x, "picked", since)
		m.set("account", lost.Key, map[string]world.Cell{"telephone1": world.TextCell("+49 555 1")})
		m.carry(everything)
		m.compare(m.expect(home, nil), "picked and changed", since)
	}
}

func playedID(c playedhalo.Stored) string {
	return strings.TrimSuffix(core.Int(c.ID()).Canonical(), ".0")
}

// say notes what somebody found out of a record.
func (m *mover) say(r importer.Receipt, table, key string, v importer.Verdict) {
	m.t.Helper()
	memory, err := journal.Open(m.t.Context(), m.journal, journal.Options{})
	if err != nil {
		m.t.Fatal(err)
	}
	defer memory.Close()
	if err := memory.KeepVerdict(m.t.Context(), r.Run, of(r, table).Mapping, key, &v); err != nil {
		m.t.Fatal(err)
	}
}

// What is gone at its source is set inactive, when the mapping says so; nothing else is touched.
func TestWhatIsGoneInDynamicsIsSetInactiveInHalo(t *testing.T) {
	t.Parallel()
	for _, way := range [][]string{{"link-module", "77"}, {"id-fields", "ref, other5"}} {
		m := newMover(t, 60, 140, playedhalo.Settings{}, append(way, "default-site", "Halcyon Chandlers/Main")...)
		policy := func(x *mapping.Mapping) {
			everything(x)
			x.Left, x.Gone = mapping.Policy{}, mapping.Policy{Do: mapping.MarkInactive, Column: "inactive", Value: "yes"}
		}
		since, home, key := m.stand(), m.home(), m.withPeople(8)
		m.carry(policy)
		x := m.expect(home, nil)
		m.compare(x, "first", since)
		person := ""
		for j := range m.env.World.Positions(m.env.World.Table("contact")) {
			if k, c, _ := cells(m.env.World, "contact", j); c("parentcustomerid").S == key && c("statecode").N == 0 && x.users[k] != "" {
				person = k
			}
		}
		if err := m.env.World.Delete("contact", person); err != nil {
			t.Fatal(err)
		}
		m.env.Halo.Forget()
		r, _ := m.carry(policy)
		x.users[person] = strings.Replace(x.users[person], " false < ", " true < ", 1)
		m.compare(x, way[0]+", one is gone", since)
		m.decent()
		m.env.Halo.Forget()
		m.carry(policy)
		if n := m.writes(); n != 0 {
			t.Errorf("%s: again %d requests write; %+v", way[0], n, r.Tables)
		}
	}
}

// A rehearsal and a comparison write nothing, and tell what an import does then.
func TestARehearsalAndAComparisonOfHaloTellTheTruth(t *testing.T) {
	t.Parallel()
	m := newMover(t, 60, 140, playedhalo.Settings{}, "link-module", "77", "default-site", "Halcyon Chandlers/Main")
	m.env.Halo.Forget()
	job, _, done := m.job()
	rehearsed, err := m.c.Rehearse(t.Context(), job, job.Journal.(*journal.Journal), nil)
	if err != nil {
		t.Fatal(err)
	}
	done()
	if n := m.writes(); n != 0 {
		t.Fatalf("a rehearsal writes: %d", n)
	}
	r, _ := m.carry()
	for _, x := range rehearsed.Tables {
		if y := of(r, x.Table); x.Created != y.Created || x.Updated != y.Updated || x.Refused != y.Refused || x.Skipped != y.Skipped {
			t.Errorf("%s was rehearsed as %+v and became %+v", x.Table, x.Counts, y.Counts)
		}
	}
	compare := func() importer.Comparison {
		m.env.Halo.Forget()
		job, _, done := m.job()
		defer done()
		c, err := m.c.Compare(t.Context(), job, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if n := m.writes(); n != 0 || !c.Whole {
			t.Errorf("a comparison writes: %d", n)
		}
		for _, x := range c.Tables {
			if !x.Balanced() || x.Records[importer.Unexplained] > 0 {
				t.Errorf("%s: %+v", x.Table, x)
			}
		}
		return c.Comparison
	}
	before := compare()
	key := m.withPeople(30)
	m.set("account", key, map[string]world.Cell{"websiteurl": world.TextCell("https://changed.example")})
	after := compare()
	if a, b := before.Sum().Equal, after.Sum().Equal; a != b+1 {
		t.Errorf("%d were equal, and after one change %d: %+v", a, b, after.Records())
	}
}

// What an import changed has its former values when it was taken back, and blanks that it filled are blank.
func TestChangesInHaloAreTakenBack(t *testing.T) {
	t.Parallel()
	m := newMover(t, 60, 140, playedhalo.Settings{}, "link-module", "77", "default-site", "Halcyon Chandlers/Main")
	picture := func() map[int64]string {
		all := map[int64]string{}
		for _, c := range m.env.Halo.Customers() {
			all[c.ID()] = m.seenCustomer(c)
		}
		for _, u := range m.users() {
			all[-u.ID()] = u.Text("title") + u.Text("mobilenumber") + u.Text("emailaddress")
		}
		return all
	}
	run := func() importer.Receipt {
		job, _, done := m.job()
		job.Seal = plainSeal{}
		defer done()
		r, err := importer.Run(t.Context(), job, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	back := func(r importer.Receipt) importer.Receipt {
		job, _, done := m.job()
		job.Seal = plainSeal{}
		defer done()
		b, err := importer.TakeBack(t.Context(), job, r.Run, nil)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	empty := picture()
	first := run()
	before := picture()
	for i := 0; i < 60; i += 7 {
		key, c, _ := cells(m.env.World, "account", i)
		if c("name").S != "" {
			m.set("account", key, map[string]world.Cell{"telephone1": world.TextCell("+49 555 9"), "address1_city": world.TextCell("Elsewhere"), "websiteurl": world.TextCell("https://other.example")})
		}
	}
	for j := 0; j < 140; j += 9 {
		key, _, _ := cells(m.env.World, "contact", j)
		m.set("contact", key, map[string]world.Cell{"jobtitle": world.TextCell("Changed"), "mobilephone": {}})
	}
	second := run()
	if of(second, "account").Updated == 0 || of(second, "contact").Updated == 0 {
		t.Fatalf("nothing changed: %+v", second.Tables)
	}
	said := back(second)
	for id, row := range picture() {
		if before[id] != row {
			t.Errorf("%d is\n%s and was\n%s; %+v", id, row, before[id], said.Tables)
		}
	}
	back(first)
	for id, row := range empty {
		if now := picture()[id]; now != row {
			t.Errorf("%d, which was there before, is\n%s and was\n%s", id, now, row)
		}
	}
	m.decent()
}

// Only with the one switch does Halo write to people, and then it does.
func TestHaloWritesToPeopleOnlyWithTheSwitch(t *testing.T) {
	t.Parallel()
	m := newMover(t, 30, 60, playedhalo.Settings{}, "link-module", "77", "notify", "true", "default-site", "Halcyon Chandlers/Main")
	r, _ := m.carry(everything)
	welcomed := map[string]bool{}
	for _, mail := range m.env.Halo.Outbox() {
		if mail.What == "welcome" {
			welcomed[mail.To] = true
		}
	}
	want := map[string]bool{}
	for key := range m.expect(m.home(), nil).users {
		i, _ := m.env.World.Find(m.env.World.Table("contact"), key)
		if _, c, _ := cells(m.env.World, "contact", i); c("emailaddress1").S != "" {
			want[c("emailaddress1").S] = true
		}
	}
	if len(want) == 0 || len(welcomed) != len(want) {
		t.Errorf("%d were welcomed and not %d: %+v", len(welcomed), len(want), r.Tables)
	}
	m.decent()
}

// The limit is kept without Halo having to refuse anything, and whoever looks sees why nothing happens.
func TestHaloIsNotAskedMoreThanItTakesAndTheWaitIsShown(t *testing.T) {
	t.Parallel()
	m := newMover(t, 60, 140, playedhalo.Settings{Requests: 40}, "requests", "40", "batch", "2", "link-module", "77")
	m.really, m.seen = 20*time.Second, make(chan struct{}) // a wait lasts until somebody saw it
	job, _, done := m.job(everything)
	defer done()
	waited := false
	if _, err := importer.Run(t.Context(), job, func(p importer.Progress) {
		if !waited && strings.Contains(p.Waiting.Text, "Halo asks us to wait") {
			waited = true
			close(m.seen)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if !waited || m.asleep() < 5*time.Minute {
		t.Errorf("a wait was shown: %t; it lasted %s", waited, m.asleep())
	}
	for _, q := range m.env.Halo.Requests() {
		if q.Status == 429 {
			t.Fatal("Halo had to say that it is too much")
		}
	}
}

// Without its journal an import that is killed and loses answers again and again comes to the same end.
func TestWhateverGoesWrongOneAfterTheOtherHaloHasEverythingOnce(t *testing.T) {
	t.Parallel()
	m := newMover(t, 60, 140, playedhalo.Settings{Batch: "partial", OneAsArray: true, PageCap: 13}, "link-module", "77", "batch", "10", "default-site", "Halcyon Chandlers/Main")
	since, home := m.stand(), m.home()
	for kill := range 5 {
		job, d, done := m.job(everything)
		left, nth := 1000, -1
		if kill%2 == 0 {
			left = kill / 2
		} else {
			nth = 1 + kill/2
		}
		job.Journal = dying{job.Journal, &left}
		job.Destination = halved{d, &nth, &left}
		if err := m.env.Play(practice.Script{{Side: practice.SideHalo, Method: "POST", Path: "(?i)^/api/(client|users)", Every: 2, Do: practice.DoDrop}}); err != nil {
			t.Fatal(err)
		}
		_, _ = importer.Run(t.Context(), job, nil)
		done()
		if kill == 2 {
			if err := os.Remove(m.journal); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := m.env.Play(nil); err != nil {
		t.Fatal(err)
	}
	m.carry(everything)
	m.compare(m.expect(home, nil), "in the end", since)
	m.decent()
}

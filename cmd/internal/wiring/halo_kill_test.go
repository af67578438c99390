package wiring_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/halo"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/core/practice"
	playedhalo "ferry/core/practice/halo"
	"ferry/core/practice/world"
)

// everything carries all records, and matches none by its name.
func everything(m *mapping.Mapping) { m.ActiveOnly, m.Match = false, mapping.Match{} }

// A dying journal notes nothing any more after some notes, as if the process had been killed.
type dying struct {
	importer.Journal
	left *int
}

var errKilled = errors.New("killed")

func (d dying) dead() bool { *d.left--; return *d.left < 0 }

func (d dying) Note(ctx context.Context, b importer.Batch) error {
	if d.dead() {
		return errKilled
	}
	return d.Journal.Note(ctx, b)
}

func (d dying) Settle(ctx context.Context, s importer.Settlement) error {
	if d.dead() {
		return errKilled
	}
	return d.Journal.Settle(ctx, s)
}

func (d dying) SaveRun(ctx context.Context, r importer.Entry) error {
	if *d.left < 0 {
		return errKilled
	}
	return d.Journal.SaveRun(ctx, r)
}

func (d dying) FinishPart(ctx context.Context, part int64, add importer.Counts) error {
	if *d.left < 0 {
		return errKilled
	}
	return d.Journal.FinishPart(ctx, part, add)
}

// A halved destination dies in the middle of its n-th write: the first half of the rows arrived.
type halved struct {
	*halo.Destination
	nth  *int
	left *int
}

func (h halved) Write(ctx context.Context, p core.Plan, b core.Batch) ([]core.Outcome, error) {
	if *h.nth--; *h.nth != 0 {
		return h.Destination.Write(ctx, p, b)
	}
	n := len(b.Rows) / 2
	half := b
	half.Rows = b.Rows[:n]
	if b.Known != nil {
		half.Known = b.Known[:n]
	}
	_, _ = h.Destination.Write(ctx, p, half)
	*h.left = -1
	return make([]core.Outcome, len(b.Rows)), errKilled
}

func TestKilledAnywhereAnImportIntoHaloGoesOnAndMakesNothingTwice(t *testing.T) {
	t.Parallel()
	for _, way := range coretest.Some([][]string{{"link-module", "77"}, {"id-fields", "ref, other5"}}) {
		for kill := range 6 { // at each note of the journal, and in the middle of each write
			m := newMover(t, 40, 90, playedhalo.Settings{}, way...)
			seeded, people, since := len(m.env.Halo.Customers()), len(m.users()), m.stand()
			job, d, done := m.job(everything)
			left, nth := 1000, -1
			if kill < 4 {
				left = kill
			} else {
				nth = kill - 3
			}
			job.Journal = dying{job.Journal, &left}
			job.Destination = halved{d, &nth, &left}
			_, err := importer.Run(t.Context(), job, nil)
			done()
			if err == nil {
				t.Fatal("it was not killed")
			}
			r, _ := m.carry(everything)
			m.whole(r, seeded, people, way[0], kill)
			m.compare(m.expect("", nil), fmt.Sprintf("%s, killed at %d", way[0], kill), since)
			m.decent()
		}
	}
}

// whole asserts that everything is there once, and that the receipt is true.
func (m *mover) whole(r importer.Receipt, seeded, people int, way string, kill int) {
	m.t.Helper()
	accounts, contacts := of(r, "account"), of(r, "contact")
	if n := int64(len(m.env.Halo.Customers()) - seeded); accounts.Created != n || accounts.Read != 40 || accounts.Created+accounts.Refused != 40 {
		m.t.Errorf("%s, killed at %d: %d customers came; %+v", way, kill, n, accounts.Counts)
	}
	if n := int64(len(m.users()) - people); contacts.Created != n || contacts.Read != 90 || contacts.Unsure != 0 {
		m.t.Errorf("%s, killed at %d: %d users came; %+v", way, kill, n, contacts.Counts)
	}
	seen := map[string]bool{}
	for _, c := range m.env.Halo.Customers() {
		if ref := c.Text("ref"); ref != "" && seen[ref] {
			m.t.Errorf("%s is there twice", ref)
		} else {
			seen[ref] = true
		}
	}
}

func TestLostAnswersOnTheWayIntoHaloMakeNothingTwice(t *testing.T) {
	t.Parallel()
	for _, way := range coretest.Some([][]string{{"link-module", "77"}, {"id-fields", "ref, other5"}}) {
		m := newMover(t, 40, 90, playedhalo.Settings{}, append(way, "batch", "10")...)
		seeded, people, since := len(m.env.Halo.Customers()), len(m.users()), m.stand()
		if err := m.env.Play(practice.Script{
			{Side: practice.SideHalo, Path: "/api/Client", Every: 2, Do: practice.DoDrop}, {Side: practice.SideHalo, Path: "/api/Users", Every: 3, Do: practice.DoDrop},
		}); err != nil {
			t.Fatal(err)
		}
		r, _ := m.carry(everything)
		m.whole(r, seeded, people, way[0], 0)
		m.compare(m.expect("", nil), way[0]+", answers lost", since)
		m.decent()
	}
}

func TestWithoutItsJournalHaloGetsNothingTwice(t *testing.T) {
	t.Parallel()
	m := newMover(t, 60, 120, playedhalo.Settings{CapLinks: true}, "link-module", "77")
	m.carry(everything)
	customers, users := len(m.env.Halo.Customers()), len(m.users())
	if err := os.Remove(m.journal); err != nil {
		t.Fatal(err)
	}
	m.carry(everything)
	if len(m.env.Halo.Customers()) != customers || len(m.users()) != users {
		t.Errorf("%d customers and %d users became %d and %d", customers, users, len(m.env.Halo.Customers()), len(m.users()))
	}
}

func TestHowLongItTakesIsSaidBeforeTheFirstRecord(t *testing.T) {
	t.Parallel()
	m := newMover(t, 40, 90, playedhalo.Settings{Requests: 40}, "requests", "40", "batch", "1", "link-module", "77")
	job, _, done := m.job(everything)
	defer done()
	said, before := "", true
	if _, err := importer.Run(t.Context(), job, func(p importer.Progress) {
		read := int64(0)
		for _, table := range p.Tables {
			read += table.Counts.Read
		}
		before = before && read == 0
		if before && strings.Contains(p.Waiting.Text, "requests in 5 minutes: 130 records") {
			said = p.Waiting.Text
			if p.Left < 10*time.Minute {
				t.Errorf("%s left", p.Left)
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	if said == "" {
		t.Error("nothing was said before the first record")
	}
}

// As it begins where nobody made a mapping: active records, matched by name and e-mail, filling blanks only.
func TestAnImportIntoHaloBeginsAsAnAdministratorWould(t *testing.T) {
	t.Parallel()
	m := newMover(t, 120, 300, playedhalo.Settings{}, "link-module", "77", "default-site", "Halcyon Chandlers/Main")
	seeded := len(m.env.Halo.Customers())
	r, _ := m.carry()
	accounts, contacts := of(r, "account"), of(r, "contact")
	if accounts.Updated == 0 || accounts.Created == 0 || int(accounts.Created) != len(m.env.Halo.Customers())-seeded || contacts.Created == 0 || contacts.Updated == 0 {
		t.Errorf("%+v %+v", accounts.Counts, contacts.Counts)
	}
	for _, c := range m.env.Halo.Customers() {
		if c.Text("ref") == "H-0002" && c.Text("website") != "https://kept.example" {
			t.Errorf("what somebody wrote is gone: %v", c)
		}
	}
	if mails := m.env.Halo.Outbox(); len(mails) != 0 {
		t.Errorf("Halo wrote to people: %v", mails[0])
	}
	m.env.Halo.Forget()
	m.carry()
	if n := m.writes(); n != 0 {
		t.Errorf("nothing changed, but %d requests write", n)
	}
	inactive := func() (n int) {
		for _, c := range m.env.Halo.Customers() {
			if c.Bool("inactive") {
				n++
			}
		}
		return n
	}
	before := inactive()
	accountsThere := m.env.World.Table("account")
	for i := range m.env.World.Positions(accountsThere) {
		row, _ := m.env.World.Row(accountsThere, i)
		if cell := m.env.World.Cell(accountsThere, i, accountsThere.Column("statecode")); cell.N == 0 && i > 50 {
			if err := m.env.World.Set("account", row.Key, map[string]world.Cell{"statecode": {Kind: cell.Kind, N: 1}}); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	r, _ = m.carry()
	if n := inactive(); n != before+1 {
		t.Errorf("one account is not active any more; %d customers were set inactive: %+v %s", n-before, of(r, "account").Counts, r.Reason)
	}
}

// plainSeal closes nothing: the test looks at what comes out of it.
type plainSeal struct{}

func (plainSeal) Close(_ string, plain []byte) []byte         { return plain }
func (plainSeal) Open(_ string, sealed []byte) ([]byte, bool) { return sealed, true }
func (plainSeal) Lasting() bool                               { return true }

func TestAnImportIntoHaloIsTakenBackAndCanBeDoneAgain(t *testing.T) {
	t.Parallel()
	for _, way := range [][]string{{"link-module", "77"}, {"id-fields", "ref, other5", "delete", "true"}} {
		m := newMover(t, 60, 120, playedhalo.Settings{}, append(way, "default-site", "Halcyon Chandlers/Main")...)
		active := func() (n int) {
			for _, c := range m.env.Halo.Customers() {
				if !c.Bool("inactive") {
					n++
				}
			}
			for _, u := range m.users() {
				if !u.Bool("inactive") {
					n++
				}
			}
			return n
		}
		before := active()
		job, _, done := m.job()
		job.Seal = plainSeal{}
		r, err := importer.Run(t.Context(), job, nil)
		if err != nil {
			t.Fatal(err)
		}
		done()
		full := active()
		job, _, done = m.job()
		job.Seal = plainSeal{}
		back, err := importer.TakeBack(t.Context(), job, r.Run, nil)
		if err != nil {
			t.Fatalf("%v %+v", err, core.AsFault(err).Err)
		}
		done()
		removed := int64(0)
		for _, table := range back.Tables {
			removed += table.Removed
			if table.Refused > 0 {
				t.Errorf("%s: %+v %v", way[0], table.Counts, back.Refusals[0].Fault)
			}
		}
		if made := of(r, "account").Created + of(r, "contact").Created; removed != made || active() != before {
			t.Errorf("%s: %d were made and %d taken away; %d active before, %d after", way[0], made, removed, before, active())
		}
		m.carry()
		if active() != full {
			t.Errorf("%s: imported again there are %d active, the first time %d", way[0], active(), full)
		}
		m.decent()
	}
}

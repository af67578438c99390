package importer_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/core/sqlite"
)

// A shore is a database as somebody with another program sees it.
type shore interface {
	open(t *testing.T) core.Destination
	sql(t *testing.T, text string)
	rows(t *testing.T) []string // of all tables but Ferry's own
	bar(t *testing.T, on bool)  // the database refuses accounts whose name is "New 3"
}

// fileShore is a database file.
type fileShore struct{ path string }

func (s fileShore) open(t *testing.T) core.Destination {
	d, err := sqlite.New(s.path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (s fileShore) sql(t *testing.T, text string) { t.Helper(); sqlOf(t, s.path, text) }

func (s fileShore) bar(t *testing.T, on bool) {
	t.Helper()
	if !on {
		s.sql(t, "DROP TRIGGER barred")
		return
	}
	s.sql(t, "CREATE TRIGGER barred BEFORE UPDATE ON account WHEN NEW.name = 'New 3' BEGIN SELECT RAISE(ABORT, 'not this one'); END")
}

func (s fileShore) rows(t *testing.T) []string { t.Helper(); return everything(t, s.path) }

// A tide is an import after which everything has to be as before when it is taken back.
type tide struct {
	mappings []mapping.Mapping
	data     []coretest.Data
	before   func(t *testing.T, l *ledger) // happens between the first import and the second; nil: only the first one is taken back
	holds    func(t *testing.T, r importer.Receipt)
}

func tracked2(d coretest.Data) coretest.Data {
	d.Table.Tracked = true
	return d
}

func tides() map[string]tide {
	set := func(l *ledger, all ...coretest.Data) {
		for _, d := range all {
			l.source.Set(d)
		}
	}
	changed := func() (coretest.Data, coretest.Data) {
		a, c := accounts(42), contacts(21)
		a.Records[3].Values[1], a.Records[17].Values[1] = core.Text("New 3"), core.Null()
		a.Records[5].Values[2] = core.Ref("account", key("account", 9))
		c.Records[4].Values[1] = core.Text("New contact 4")
		return a, c
	}
	sums := func(t *testing.T, r importer.Receipt, want importer.Counts) {
		t.Helper()
		got := importer.Counts{}
		for _, x := range r.Tables {
			got.Add(x.Counts)
		}
		if got.Created < want.Created || got.Updated < want.Updated || got.Removed < want.Removed {
			t.Fatalf("the import did %+v, it has to do at least %+v", got, want)
		}
	}
	plain := defaults(accounts(40), contacts(20))
	removing := slices.Clone(plain)
	for i := range removing {
		removing[i].Gone = remove
	}
	return map[string]tide{
		"the first import": {mappings: plain, data: []coretest.Data{accounts(40), contacts(20)}},
		"values changed and rows added": {mappings: plain, data: []coretest.Data{accounts(40), contacts(20)}, before: func(t *testing.T, l *ledger) {
			a, c := changed()
			set(l, a, c)
		}, holds: func(t *testing.T, r importer.Receipt) { sums(t, r, importer.Counts{Created: 3, Updated: 4}) }},
		"nothing changed": {mappings: plain, data: []coretest.Data{accounts(40), contacts(20)}, before: func(*testing.T, *ledger) {},
			holds: func(t *testing.T, r importer.Receipt) {
				if r.Tables[0].Unchanged != 40 {
					t.Fatalf("%+v", r.Tables[0].Counts)
				}
			}},
		"only what changed was read": {mappings: removing, data: []coretest.Data{tracked2(accounts(40)), tracked2(contacts(20))}, before: func(t *testing.T, l *ledger) {
			a, c := changed()
			a.Records = append(a.Records[:30:30], a.Records[33:]...)
			set(l, tracked2(a), tracked2(c))
		}, holds: func(t *testing.T, r importer.Receipt) {
			sums(t, r, importer.Counts{Created: 3, Updated: 4, Removed: 3})
			for _, x := range r.Tables {
				if x.Since.IsZero() {
					t.Errorf("%s was read whole", x.Title)
				}
			}
		}},
		"removed and marked by a policy, matched, children": {mappings: household(accounts(25), contacts(14)), data: []coretest.Data{accounts(25), contacts(12)}, before: func(t *testing.T, l *ledger) {
			l.at.sql(t, "UPDATE firm SET name = 'theirs' WHERE accountid = '"+key("account", 2)+"'")
			l.at.sql(t, "INSERT INTO person (contactid, fullname) VALUES ('by hand', 'Contact 13')")
			l.at.sql(t, "ALTER TABLE firm ADD COLUMN remark double precision")
			l.at.sql(t, "UPDATE firm SET remark = 3.5 WHERE accountid = '"+key("account", 24)+"'")
			a, c := accounts(27), contacts(14)
			a.Records = append(a.Records[:22:22], a.Records[24:]...)
			a.Records[1].Values[1], a.Records[2].Values[1] = core.Text("New 1"), core.Text("New 2")
			c.Records = append(c.Records[:11:11], c.Records[13])
			set(l, a, c)
		}, holds: func(t *testing.T, r importer.Receipt) {
			sums(t, r, importer.Counts{Created: 2, Updated: 2, Removed: 2})
		}},
		"two passes": {mappings: resolving(defaults(accounts(40), contacts(20)), circle()), data: []coretest.Data{accounts(40), contacts(20)}, before: func(t *testing.T, l *ledger) {
			a, c := changed()
			set(l, a, c)
		}, holds: func(t *testing.T, r importer.Receipt) { sums(t, r, importer.Counts{Created: 3, Updated: 3}) }},
	}
}

func newTide(t *testing.T, at shore, w tide) *ledger {
	t.Helper()
	l := newLedger(t, w.mappings, w.data...)
	l.at = at
	return l
}

// takenBackAfter imports, takes back and compares, on whichever database.
func takenBackAfter(t *testing.T, fresh func(t *testing.T) shore) {
	for name, w := range tides() {
		t.Run(name, func(t *testing.T) {
			l := newTide(t, fresh(t), w)
			r := l.run()
			var before []string
			if w.before != nil {
				w.before(t, l)
				before = l.at.rows(t)
				r = l.run()
				w.holds(t, r)
				if slices.Equal(before, l.at.rows(t)) != (name == "nothing changed") {
					t.Fatal("the import did not do what it has to")
				}
			} else if len(l.at.rows(t)) == 0 {
				t.Fatal("the import brought nothing")
			}
			plan, err := l.rehearse(r.Run)
			if err != nil {
				t.Fatal(err)
			}
			l.reopen()
			got, err := l.takeBack(r.Run)
			if err != nil {
				t.Fatal(err)
			}
			for i, x := range got.Tables {
				if !x.Balanced() || x.Refused != 0 || x.Counts != plan.Receipt.Tables[i].Counts {
					t.Errorf("%s: rehearsed %+v, done %+v", x.Title, plan.Receipt.Tables[i].Counts, x.Counts)
				}
			}
			sameRows(t, "taken back", l.at.rows(t), before)
		})
	}
	t.Run("killed at some steps of the import, and at some of taking it back", func(t *testing.T) {
		stride := 9
		if testing.Short() {
			stride = 40
		}
		for at := 7; at < 90; at += stride {
			killedTide(t, fresh(t), at)
		}
	})
	t.Run("refused and retried", func(t *testing.T) {
		w := tides()["values changed and rows added"]
		l := newTide(t, fresh(t), w)
		l.run()
		w.before(t, l)
		before := l.at.rows(t)
		l.at.bar(t, true)
		second := l.run()
		if second.Tables[0].Refused+second.Tables[1].Refused != 1 {
			t.Fatalf("%+v", second.Tables)
		}
		l.at.bar(t, false)
		between := l.at.rows(t)
		d := l.open()
		j := l.job(d, l.journal)
		j.Retry = &importer.Retry{Run: second.Run}
		retried, err := importer.Run(context.Background(), j, nil)
		d.Close()
		if err != nil || slices.Equal(between, l.at.rows(t)) {
			t.Fatalf("%+v, %v", retried.Tables, err)
		}
		if _, err := l.takeBack(second.Run); core.AsFault(err).Code != "importer.newer-first" {
			t.Errorf("the older one first: %v", err)
		}
		if _, err := l.takeBack(retried.Run); err != nil {
			t.Fatal(err)
		}
		sameRows(t, "the retry", l.at.rows(t), between)
		if _, err := l.takeBack(second.Run); err != nil {
			t.Fatal(err)
		}
		sameRows(t, "the import", l.at.rows(t), before)
		if again := l.run(); again.Tables[0].Refused != 0 || again.Tables[0].Created != 2 {
			t.Errorf("imported again: %+v", again.Tables)
		}
	})
	t.Run("what somebody changed since stays, and the rest is restored", func(t *testing.T) {
		w := tides()["values changed and rows added"]
		l := newTide(t, fresh(t), w)
		l.run()
		w.before(t, l)
		before := l.at.rows(t)
		second := l.run()
		l.at.sql(t, "UPDATE account SET name = 'edited' WHERE accountid = '"+key("account", 3)+"'")
		l.at.sql(t, "DELETE FROM account WHERE accountid = '"+key("account", 17)+"'")
		mine := l.at.rows(t)
		plan, err := l.rehearse(second.Run)
		if err != nil || len(plan.Stays) == 0 {
			t.Fatalf("%+v, %v", plan.Stays, err)
		}
		got, err := l.takeBack(second.Run)
		if err != nil || got.Tables[0].Refused+got.Tables[1].Refused != 2 || len(got.Refusals) != 2 {
			t.Fatalf("%+v, %v", got.Tables, err)
		}
		for _, row := range l.at.rows(t) {
			if !slices.Contains(before, row) && !slices.Contains(mine, row) {
				t.Errorf("a row is neither as it was nor as somebody left it: %s", row)
			}
		}
	})
}

func killedTide(t *testing.T, at shore, step int) {
	t.Helper()
	w := tides()["removed and marked by a policy, matched, children"]
	l := newTide(t, at, w)
	l.run()
	w.before(t, l)
	before := at.rows(t)
	process := func(step int, work func(d core.Destination, j importer.Journal) error) error {
		l.reopen()
		k := &killer{at: step}
		d := at.open(t)
		defer d.Close()
		return work(mortalBackOf(d, k), mortalMemory{mortalJournal{l.journal, k}, l.journal})
	}
	run := ""
	importing := func(d core.Destination, j importer.Journal) error {
		r, err := importer.Run(context.Background(), l.job(d, j), nil)
		run = r.Run
		return err
	}
	name := fmt.Sprint("killed at step ", step)
	if err := process(step, importing); err != nil && !errors.Is(err, errKilled) {
		t.Fatalf("%s: %v", name, err)
	}
	if step%2 == 0 {
		if err := process(0, importing); err != nil {
			t.Fatalf("%s, gone on: %v", name, err)
		}
	}
	l.reopen()
	runs := l.entries()
	if run == "" || len(runs) < 2 {
		sameRows(t, name, at.rows(t), before)
		return
	}
	for _, r := range runs[:len(runs)-1] { // where only the echo of the last note was lost, another import followed
		taking := func(d core.Destination, j importer.Journal) error {
			_, err := importer.TakeBack(context.Background(), l.job(d, j), r.Run, nil)
			return err
		}
		if err := process(4+step%5, taking); err != nil && !errors.Is(err, errKilled) {
			t.Fatalf("%s, taking back: %v", name, err)
		}
		if err := process(0, taking); err != nil && core.AsFault(err).Code != "importer.taken-back-already" {
			t.Fatalf("%s, taking back again: %v", name, err)
		}
	}
	sameRows(t, name, at.rows(t), before)
}

func sameRows(t *testing.T, name string, got, want []string) {
	t.Helper()
	for _, r := range want {
		if !slices.Contains(got, r) {
			t.Errorf("%s: missing  %s", name, r)
		}
	}
	for _, r := range got {
		if !slices.Contains(want, r) {
			t.Errorf("%s: too much %s", name, r)
		}
	}
}

func TestWhateverAnImportDidIsTakenBackInADatabaseFile(t *testing.T) {
	t.Parallel()
	takenBackAfter(t, func(t *testing.T) shore { return fileShore{filepath.Join(t.TempDir(), "contoso.db")} })
}

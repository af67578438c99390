package wiring_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/importer"
	"ferry/core/journal"
	"ferry/core/practice/world"
	"ferry/core/project"
)

// killed imports into a file as a process does that is killed in the middle: what lay on the disk then lies there again.
func (o *office) killed(driver string) {
	o.t.Helper()
	job, done := o.job(driver, o.places()[driver])
	was := map[string][]byte{}
	var once sync.Once
	job.Journal = settling{job.Journal.(*journal.Journal), func() { once.Do(func() { was = o.onDisk() }) }}
	if _, err := importer.Run(o.t.Context(), job, nil); err != nil {
		o.t.Fatal(err)
	}
	done()
	if err := os.RemoveAll(o.out); err != nil { // no file was written yet
		o.t.Fatal(err)
	}
	if err := os.Mkdir(o.out, 0o755); err != nil {
		o.t.Fatal(err)
	}
	for path := range o.onDisk() {
		if err := os.Remove(path); err != nil {
			o.t.Fatal(err)
		}
	}
	log := false
	for path, text := range was {
		log = log || strings.HasSuffix(path, ".db-wal") && len(text) > 0
		if err := os.WriteFile(path, text, 0o600); err != nil {
			o.t.Fatal(err)
		}
	}
	if !log {
		o.t.Fatal("a kill leaves a log, and there is none")
	}
}

// A settling journal lets somebody look when the first batch is noted as written.
type settling struct {
	*journal.Journal
	meet func()
}

func (s settling) Settle(ctx context.Context, of importer.Settlement) error {
	err := s.Journal.Settle(ctx, of)
	s.meet()
	return err
}

// onDisk is what lies in the data folder.
func (o *office) onDisk() map[string][]byte {
	all := map[string][]byte{}
	if err := filepath.WalkDir(o.c.Data, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		all[path], err = os.ReadFile(path)
		return err
	}); err != nil {
		o.t.Error(err)
	}
	return all
}

func TestAfterItsTimeNothingIsLeftOfImportsThatWereKilled(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{"csv", "excel"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.killed(driver)
			if len(o.told()) == 0 {
				t.Fatal("the spool has no rows")
			}
			spools, _ := filepath.Glob(filepath.Join(o.c.Data, "spools", "*.db"))
			damaged := filepath.Join(o.c.Data, "spools", driver+"-00112233445566778899aabb.db")
			raw, err := os.ReadFile(spools[0])
			if err != nil {
				t.Fatal(err)
			}
			for text := range o.people {
				raw = append(raw, text...)
			}
			copy(raw[:100], "this is no database any more")
			if err := os.WriteFile(damaged, raw, 0o600); err != nil {
				t.Fatal(err)
			}
			o.later = 31 * 24 * time.Hour
			if err := o.c.Expire(t.Context()); err != nil {
				t.Error(err)
			}
			if told := o.told(); len(told) > 0 {
				t.Errorf("%v tell of people", told)
			}
			if r := o.carry(driver, o.places()[driver]); r.Tables[1].Created != 140 {
				t.Errorf("the next import: %+v", r.Tables[1].Counts)
			}
		})
	}
}

func TestDeletingTakesWhatAKillLeftToo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.killed("csv")
	o.project.Destination = &project.Destination{Driver: "csv", Settings: o.places()["csv"]}
	if err := os.WriteFile(filepath.Join(o.c.Data, "projects", o.project.ID, "journal.db"), []byte("this is no journal any more, but it is long enough"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := o.c.DeleteKnown(t.Context(), o.project); err != nil {
		t.Fatal(err)
	}
	if told := o.told(); len(told) > 0 {
		t.Errorf("%v tell of people", told)
	}
}

// What a file has no more is not in the rows either that Ferry keeps of it, and not in the free pages of theirs.
func TestWhatAFileHasNoMoreIsNotKept(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{"csv", "excel"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.carry(driver, o.places()[driver])
			old, contacts := map[string]bool{}, o.env.World.Table("contact")
			for i := range 140 {
				row, _ := o.env.World.Row(contacts, i)
				for n, cell := range row.Cells {
					if contacts.Columns[n].Logical == "emailaddress1" && cell.Kind == world.Text {
						old[cell.S] = true
					}
				}
			}
			o.rename(0, 140)
			o.carry(driver, o.places()[driver])
			if len(old) < 100 {
				t.Fatalf("only %d had an address", len(old))
			}
			for path, text := range o.onDisk() {
				for address := range old {
					if strings.Contains(string(text), address) {
						t.Fatalf("%s still has %s", filepath.Base(path), address)
					}
				}
			}
		})
	}
}

// Servers have their rows themselves: here lies what is needed to take an import back, sealed.
func (o *office) nothingHere(drivers []core.Driver[core.Destination], where project.Destination, secrets map[string]core.Secret) {
	o.t.Helper()
	carry := func() importer.Receipt {
		d, err := o.c.Destination(o.t.Context(), drivers, where, secrets)
		if err != nil {
			o.t.Fatal(err)
		}
		defer d.Close()
		maps, err := wiring.Mappings(o.t.Context(), o.link.Source, d, nil, []string{"account", "contact"}, nil)
		if err != nil {
			o.t.Fatal(err)
		}
		job, done := o.job("sqlite", o.places()["sqlite"])
		defer done()
		job.Destination, job.Mappings, job.Place = d, maps, wiring.Place(where)
		r, err := importer.Run(o.t.Context(), job, nil)
		if err != nil {
			o.t.Fatal(err)
		}
		return r
	}
	if r := carry(); r.Tables[0].Created == 0 {
		o.t.Fatalf("nothing was made: %+v", r.Tables)
	}
	o.rename(0, 140)
	if r := carry(); r.Tables[1].Updated == 0 {
		o.t.Errorf("nothing was replaced: %+v", r.Tables)
	}
	if told := o.told(); len(told) > 0 {
		o.t.Errorf("%v tell of people", told)
	}
}

func TestNothingOfPeopleLiesHereWhereHaloHasTheRows(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	where, secrets := wiring.PracticeHalo(o.env)
	o.nothingHere(wiring.PracticeDrivers(o.env, nil), where, secrets)
}

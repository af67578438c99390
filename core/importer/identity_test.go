package importer_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/sqlite"
)

func TestTheDestinationWasDeleted(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(100))
	first := d.interrupt(3)
	d.store = coretest.NewStore(coretest.StoreOptions{})
	d.job.Destination = d.store.Open()
	r := d.run()
	if r.Run == first.Run || !strings.Contains(r.Reason, "is new or was replaced") {
		t.Errorf("reason %q", r.Reason)
	}
	wants(t, r, "account", importer.Counts{Created: 100})

	d.store = coretest.NewStore(coretest.StoreOptions{})
	d.job.Destination = d.store.Open()
	if r := d.run(); !strings.Contains(r.Reason, "is new or was replaced") {
		t.Errorf("after a whole run, reason %q", r.Reason)
	}
	wants(t, d.run(), "account", importer.Counts{Unchanged: 100})
}

func TestTheDestinationIsAnOlderCopy(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(100))
	d.interrupt(2)
	early := d.store.Copy()
	first := d.interrupt(2)
	d.store = early
	d.job.Destination = early.Open()
	r := d.run()
	if r.Run == first.Run || !strings.Contains(r.Reason, "older copy") {
		t.Errorf("a copy made in mid-run: reason %q", r.Reason)
	}
	wants(t, r, "account", importer.Counts{Created: 80, Unchanged: 20})

	whole := d.store.Copy()
	d.run()
	d.store = whole
	d.job.Destination = whole.Open()
	if r := d.run(); !strings.Contains(r.Reason, "older copy") {
		t.Errorf("a copy made between two runs: reason %q", r.Reason)
	}
	if r := d.run(); r.Reason != "" {
		t.Errorf("the reason stays: %q", r.Reason)
	}
}

func TestTheDestinationWasSwapped(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(100))
	d.job.To = "other place"
	d.run()
	other := d.store
	d.store = coretest.NewStore(coretest.StoreOptions{})
	d.job.Destination, d.job.To = d.store.Open(), "this place"
	first := d.interrupt(3)
	d.job.Destination = other.Open()
	r := d.run()
	if r.Run == first.Run || !strings.Contains(r.Reason, "is new or was replaced") {
		t.Errorf("reason %q", r.Reason)
	}
	wants(t, r, "account", importer.Counts{Unchanged: 100})
	d.job.Destination = d.store.Open()
	r = d.run()
	if !strings.Contains(r.Reason, "is new or was replaced") {
		t.Errorf("swapped back, reason %q", r.Reason)
	}
	wants(t, r, "account", importer.Counts{Created: 60, Unchanged: 40})
}

func TestADestinationThatMovedGoesOn(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(100))
	first := d.interrupt(3)
	d.job.To = "elsewhere"
	r := d.run()
	if r.Run != first.Run || r.Reason != "" {
		t.Errorf("another run began: %q", r.Reason)
	}
}

func TestWithoutItsJournalEverythingIsReadAgainAndNothingDoubled(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(100))
	d.interrupt(3)
	d.job.Journal = open(t, filepath.Join(t.TempDir(), "journal.db"))
	r := d.run()
	if !strings.Contains(r.Reason, "not known here") {
		t.Errorf("reason %q", r.Reason)
	}
	wants(t, r, "account", importer.Counts{Created: 60, Unchanged: 40})
	once(t, "", d.store, "account", 100)
}

func TestARealDatabaseFileThatIsDeletedCopiedOrSwapped(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "contoso.db")
	source := coretest.MemorySource(accounts(60))
	source.Server = 20
	j := open(t, filepath.Join(folder, "journal.db"))
	run := func(stopAt int) (importer.Receipt, error) {
		t.Helper()
		d, err := sqlite.New(file, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		before := source.Pages()
		source.BeforePage = func(_ context.Context, n int, _ core.Page) error {
			if n-before == stopAt {
				return errors.New("gone")
			}
			return nil
		}
		return importer.Run(context.Background(), importer.Job{
			Source: source, Destination: d, Mappings: defaults(accounts(0)), Journal: j, Place: "sqlite:" + file,
		}, nil)
	}
	read := func(path string) []byte {
		t.Helper()
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	write := func(b []byte) {
		t.Helper()
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := run(2); err == nil {
		t.Fatal("it was not interrupted")
	}
	early := read(file)
	if _, err := run(2); err == nil {
		t.Fatal("it was not interrupted")
	}
	write(early)
	r, err := run(0)
	if err != nil || !strings.Contains(r.Reason, "older copy") {
		t.Fatalf("a copy of mid-run: %v, reason %q", err, r.Reason)
	}
	wants(t, r, "account", importer.Counts{Created: 40, Unchanged: 20})
	if r, err = run(0); err != nil || r.Reason != "" {
		t.Fatalf("a plain second run: %v, reason %q", err, r.Reason)
	}
	write(early)
	if r, err = run(0); err != nil || !strings.Contains(r.Reason, "older copy") {
		t.Fatalf("a copy of an earlier run: %v, reason %q", err, r.Reason)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if r, err = run(0); err != nil || !strings.Contains(r.Reason, "is new or was replaced") {
		t.Fatalf("a deleted file: %v, reason %q", err, r.Reason)
	}
	wants(t, r, "account", importer.Counts{Created: 60})
}

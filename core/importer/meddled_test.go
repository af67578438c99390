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

// What people do to a destination while nobody looks, and what a run says then.

func TestEachTableSaysWhyItIsReadAgainAfterTheDestinationWasReplaced(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(60), contacts(20))
	both := d.job.Mappings
	only := func(i int) { d.job.Mappings = both[i : i+1] }
	only(0)
	first := d.interrupt(2)
	d.store = coretest.NewStore(coretest.StoreOptions{})
	d.job.Destination = d.store.Open()
	only(1)
	if r := d.run(); !strings.Contains(r.Reason, "new or was replaced") {
		t.Errorf("the contacts say %q", r.Reason)
	}
	only(0)
	r := d.run()
	if r.Run == first.Run || !strings.Contains(r.Reason, "new or was replaced") {
		t.Errorf("the accounts say %q", r.Reason)
	}
	wants(t, r, "account", importer.Counts{Created: 60})
	if r := d.run(); r.Reason != "" {
		t.Errorf("the reason stays: %q", r.Reason)
	}
}

func TestAChangedMappingIsSaidAlsoWhenOtherTablesCameBetween(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(20), contacts(20))
	both := d.job.Mappings
	d.job.Mappings = both[:1]
	d.run()
	d.job.Mappings = both[1:]
	d.run()
	changed := both[0]
	changed.Columns = changed.Columns[:2]
	d.job.Mappings = append(both[:0:0], changed)
	if r := d.run(); !strings.Contains(r.Reason, "mapping of") {
		t.Errorf("the reason is %q", r.Reason)
	}
}

func TestAFileThatVanishesOrIsReplacedInMidRunIsNeverCalledComplete(t *testing.T) {
	t.Parallel()
	for name, meddle := range map[string]func(file string) error{
		"deleted": os.Remove,
		"moved":   func(file string) error { return os.Rename(file, file+".old") },
		"replaced": func(file string) error {
			if err := os.Rename(file, file+".old"); err != nil {
				return err
			}
			return os.WriteFile(file, nil, 0o600)
		},
	} {
		for _, page := range []int{2, 3} { // 3 is the last one: only the end can notice
			file := filepath.Join(t.TempDir(), "contoso.db")
			source := coretest.MemorySource(accounts(60))
			source.Server = 20
			j := open(t, filepath.Join(t.TempDir(), "journal.db"))
			run := func() (importer.Receipt, error) {
				d, err := sqlite.New(file, nil)
				if err != nil {
					t.Fatal(err)
				}
				defer d.Close()
				return importer.Run(context.Background(), importer.Job{
					Source: source, Destination: d, Mappings: defaults(accounts(0)), Journal: j, Place: "sqlite:" + file,
				}, nil)
			}
			source.BeforePage = func(_ context.Context, n int, _ core.Page) error {
				if n == page {
					return meddle(file)
				}
				return nil
			}
			r, err := run()
			source.BeforePage = nil
			if f := core.AsFault(err); err == nil || f.Code != "sqlitefile.moved" || r.State == importer.Complete {
				t.Fatalf("%s: %v, %s", name, err, r.State)
			}
			again, err := run()
			if err != nil || again.Run == r.Run || !strings.Contains(again.Reason, "new or was replaced") {
				t.Fatalf("%s: %v, reason %q", name, err, again.Reason)
			}
			wants(t, again, "account", importer.Counts{Created: 60})
			if n := rowsIn(t, file, "account"); n != 60 {
				t.Errorf("%s: %d rows", name, n)
			}
		}
	}
}

func TestAJournalPutBackFromABackupLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path, file := filepath.Join(folder, "journal.db"), filepath.Join(folder, "contoso.db")
	source := coretest.MemorySource(accounts(100))
	source.Server = 20
	run := func(stopAt int) (importer.Receipt, error) {
		t.Helper()
		j := open(t, path)
		defer j.Close()
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
	if _, err := run(2); err == nil {
		t.Fatal("it was not interrupted")
	}
	backup, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, whole := range []bool{false, true} {
		stop := 3
		if whole {
			stop = 0
		}
		if _, err := run(stop); (err == nil) != whole {
			t.Fatal(err)
		}
		for _, companion := range []string{"-wal", "-shm"} {
			if err := os.Remove(path + companion); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(path, backup, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := run(0)
		if err != nil {
			t.Fatal(err)
		}
		if c := sum(t, r, "account"); c.Read != 100 || rowsIn(t, file, "account") != 100 {
			t.Errorf("whole %v: %+v, %d rows", whole, c, rowsIn(t, file, "account"))
		}
		if whole && r.Reason == "" {
			t.Error("it does not say why everything was read again")
		}
	}
}

package sheet

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/core"
)

// holds tells which files below a folder have a text in them.
func holds(t *testing.T, folder, text string) (files []string) {
	t.Helper()
	if err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if strings.Contains(string(raw), text) {
			files = append(files, path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return files
}

func TestASpoolIsEmptiedAfterItsTimeAndTheFileIsKept(t *testing.T) {
	for _, kind := range []string{"csv", "excel"} {
		at := placeOf(t)
		begin := func() core.Destination {
			if kind == "csv" {
				return at.csv(t)
			}
			return at.excel(t)
		}
		name := map[string]string{"csv": "account", "excel": "out"}[kind]
		d := begin()
		brought(t, d, accounts(), "b1", account(1, "Seeded Name"), account(2, "gone in Dynamics"))
		spools, now := spoolsIn(at.data), time.Now()
		expire := func(before, unfinished time.Time, want int) {
			t.Helper()
			if n, err := spools.Expire(t.Context(), before, unfinished); err != nil || n != want {
				t.Errorf("%s: %d emptied, want %d: %v", kind, n, want, err)
			}
		}
		expire(now.Add(time.Hour), now.Add(time.Hour), 0) // somebody works with it
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		expire(now.Add(-time.Hour), now.Add(-time.Hour), 0)
		if len(holds(t, at.data, "Seeded Name")) == 0 {
			t.Fatalf("%s: the spool has no rows", kind)
		}
		expire(now.Add(time.Hour), now.Add(time.Hour), 1)
		if left := holds(t, at.data, "Seeded Name"); len(left) > 0 {
			t.Errorf("%s: the name is in %v", kind, left)
		}
		expire(now.Add(time.Hour), now.Add(time.Hour), 0)
		if about, err := os.Stat(filesOf(d).path); err != nil || about.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: others may read it: %v %v", kind, about.Mode(), err)
		}

		d = begin()
		brought(t, d, accounts(), "b2", account(1, "Renamed"))
		names := namesIn(t, at.folder)
		if len(names) != 2 || !slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, name+" (kept ") }) {
			t.Fatalf("%s: the files are %q", kind, names)
		}
		if said := d.(core.Remarker).Remark(accounts()); !strings.Contains(said, "is kept as "+name+" (kept ") || !strings.Contains(said, "deleted after their time") {
			t.Errorf("%s: the receipt says %q", kind, said)
		}
		brought(t, d, accounts(), "b3", account(1, "Renamed again"))
		if now := namesIn(t, at.folder); len(now) != 2 {
			t.Errorf("%s: the next import kept another one: %q", kind, now)
		}
		if said := d.(core.Remarker).Remark(accounts()); strings.Contains(said, "kept") {
			t.Errorf("%s: it is said again: %q", kind, said)
		}
	}
}

func TestASpoolThatAnImportGoesOnWithStays(t *testing.T) {
	at := placeOf(t)
	d := at.csv(t)
	prepared(t, d, accounts())
	if _, err := d.Write(t.Context(), accounts(), core.Batch{ID: "b1", Pass: 1, Rows: []core.Record{account(1, "Seeded Name")}}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	spools, later := spoolsIn(at.data), time.Now().Add(time.Hour)
	if n, err := spools.Expire(t.Context(), later, later.Add(-2*time.Hour)); n != 0 || err != nil {
		t.Errorf("%d emptied: %v", n, err)
	}
	if n, err := spools.Expire(t.Context(), later, later); n != 1 || err != nil {
		t.Errorf("%d emptied: %v", n, err)
	}
}

func TestHalfAFileGoesWithItsRowsAndADamagedSpoolToo(t *testing.T) {
	for _, kind := range []string{"csv", "excel"} {
		at := placeOf(t)
		d, target := core.Destination(at.csv(t)), "account.csv"
		if kind == "excel" {
			d, target = at.excel(t), "out.xlsx"
		}
		brought(t, d, accounts(), "b1", account(1, "Seeded Name"))
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		half := filesOf(d).beside(filepath.Join(at.folder, target))
		others := filepath.Join(at.folder, ".ferry-account.csv-0123456789ab.part")
		damaged := filepath.Join(at.data, kind+"-00112233445566778899aabb.db")
		for _, path := range []string{half, others, damaged, damaged + "-wal"} { // as a kill leaves them
			if err := os.WriteFile(path, []byte(strings.Repeat("Half a Seeded Name", 9)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		spools, later := spoolsIn(at.data), time.Now().Add(time.Hour)
		if n, err := spools.Expire(t.Context(), later, later); err != nil || n != 2 {
			t.Errorf("%s: %d, %v", kind, n, err)
		}
		if left := holds(t, at.data, "Seeded Name"); len(left) > 0 {
			t.Errorf("%s: the name is in %v", kind, left)
		}
		if _, err := os.Stat(half); !os.IsNotExist(err) {
			t.Errorf("%s: half a file is left: %v", kind, err)
		}
		if _, err := os.Stat(others); err != nil {
			t.Errorf("%s: what another Ferry writes is gone: %v", kind, err)
		}
		if err := os.WriteFile(half, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		where := at.folder
		if kind == "excel" {
			where = filepath.Join(at.folder, target)
		}
		if err := spools.Sweep(kind, where); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(half); !os.IsNotExist(err) {
			t.Errorf("%s: it is not swept: %v", kind, err)
		}
	}
}

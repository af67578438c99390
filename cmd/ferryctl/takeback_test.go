package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/core/practice/world"
)

func TestAnImportIsTakenBackAndAllThatIsKnownIsDeleted(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	to := []string{"-to", "sqlite:" + s.file()}
	if code, _, text := s.run(s.args("takeback", to...)...); code != exitUsage || !strings.Contains(text, "Nothing was imported yet") {
		t.Errorf("nothing to take back: exit %d: %s", code, text)
	}
	code, first, text := s.imported()
	if code != exitWell {
		t.Fatal(text)
	}
	accounts := s.env.World.Table("account")
	row, _ := s.env.World.Row(accounts, 3)
	if err := s.env.World.Set("account", row.Key, map[string]world.Cell{"name": world.TextCell("Seeded Name")}); err != nil {
		t.Fatal(err)
	}
	if code, _, text = s.imported(); code != exitWell {
		t.Fatal(text)
	}
	if code, _, text := s.run(s.args("takeback", append(to, "-run", first.Run)...)...); code != exitUsage || !strings.Contains(text, "newer") {
		t.Errorf("the older one first: exit %d: %s", code, text)
	}
	code, lines, text := s.run(s.args("takeback", append(to, "-rehearse")...)...)
	if code != exitWell || len(lines) == 0 || !strings.Contains(text, `"updated":1`) {
		t.Fatalf("rehearsed: exit %d: %s", code, text)
	}
	code, lines, text = s.run(s.args("takeback", to...)...)
	r := lastReceipt(t, lines, text)
	if code != exitWell || r.Undoes == "" || r.Tables[0].Updated+r.Tables[1].Updated != 1 {
		t.Fatalf("exit %d: %s", code, text)
	}
	code, lines, text = s.run(s.args("takeback", to...)...)
	if r := lastReceipt(t, lines, text); code != exitWell || r.Undoes != first.Run || r.Tables[0].Removed == 0 || r.Tables[0].Refused != 0 {
		t.Fatalf("exit %d: %s", code, text)
	}
	if code, _, text := s.run(s.args("takeback", to...)...); code != exitUsage {
		t.Errorf("nothing is left: exit %d: %s", code, text)
	}
	code, again, text := s.imported()
	if code != exitWell || !strings.Contains(again.Reason, "taken back") || again.Tables[0].Created != first.Tables[0].Created {
		t.Errorf("the next import: exit %d: %s", code, text)
	}
	if code, _, text := s.run("runs", "-data", filepath.Join(s.dir, "data"), "-forget", "-json"); code != exitWell || !strings.Contains(text, `"deleted":5`) {
		t.Errorf("exit %d: %s", code, text)
	}
	err := filepath.WalkDir(filepath.Join(s.dir, "data"), func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if strings.Contains(filepath.Base(path), "journal") || strings.Contains(string(content), "Seeded Name") {
			t.Errorf("%s is left", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if code, _, text := s.run(s.args("takeback", to...)...); code != exitUsage {
		t.Errorf("after all was deleted: exit %d: %s", code, text)
	}
}

func TestTakingBackIsToldInItsOwnWords(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	s.imported("-tables", "account")
	if code, _, text := s.imported("-tables", "account"); code != exitWell {
		t.Fatal(text)
	}
	back := []string{"takeback", "-data", filepath.Join(s.dir, "data"), "-to", "sqlite:" + s.file()}
	for _, says := range []string{"0 rows = ", "120 rows = 0 there again + 0 with their former values + 0 as before + 120 removed that it had made"} {
		code, _, text := s.run(back...)
		if code != exitWell || !strings.Contains(text, says) || !strings.Contains(text, "The import was taken back.") ||
			strings.Contains(text, "is complete") || strings.Contains(text, "was read") {
			t.Errorf("exit %d: %s", code, text)
		}
	}
}

func TestAnImportSaysThatItCannotBeTakenBack(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	s.chain.broken.Store(true)
	const says = "this import cannot be taken back"
	rehearse := []string{"import", "-org", s.env.Org, "-authority", s.env.Authority, "-client-id", s.env.SecretApp, "-data", filepath.Join(s.dir, "data"), "-to", "sqlite:" + s.file(), "-tables", "account", "-rehearse"}
	code, _, text := s.run(rehearse...)
	if code != exitWell || strings.Contains(text, says) || !strings.Contains(text, "could not be taken back") {
		t.Errorf("rehearsed: exit %d: %s", code, text)
	}
	if code, _, text = s.imported("-tables", "account"); code != exitWell || !strings.Contains(text, says) {
		t.Errorf("exit %d: %s", code, text)
	}
	if code, _, text = s.imported("-tables", "account", "-keep-days", "0"); code != exitWell || strings.Contains(text, says) {
		t.Errorf("where nothing is to be kept: exit %d: %s", code, text)
	}
}

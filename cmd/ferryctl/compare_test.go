package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core/importer"
	"ferry/core/practice/world"
)

func lastComparison(t *testing.T, lines []map[string]any, text string) (c importer.Comparison) {
	t.Helper()
	if len(lines) == 0 || lines[len(lines)-1]["comparison"] == nil {
		t.Fatalf("no comparison at the end: %s", text)
	}
	raw, err := json.Marshal(lines[len(lines)-1]["comparison"])
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range c.Tables {
		if !x.Balanced() {
			t.Errorf("%s does not add up: %+v", x.Table, x)
		}
	}
	return c
}

func byHand(t *testing.T, path string, statements ...string) {
	t.Helper()
	c, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, sql := range statements {
		if err := sqlitex.Execute(c, sql, nil); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAComparisonTellsWhatChangedOnWhichSide(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	to := []string{"-to", "sqlite:" + s.file()}
	if code, lines, text := s.run(s.args("compare", to...)...); code != exitWell || lastComparison(t, lines, text).Records()[importer.NotYet] == 0 {
		t.Errorf("before the first import: exit %d: %s", code, text)
	}
	if code, _, text := s.imported(); code != exitWell {
		t.Fatal(text)
	}
	code, lines, text := s.run(s.args("compare", to...)...)
	c := lastComparison(t, lines, text)
	if sum := c.Sum(); code != exitWell || sum.Source == 0 || sum.Equal != sum.Source || sum.Destination != sum.Source || !sum.Counted {
		t.Fatalf("after an import: exit %d: %+v", code, c.Sum())
	}
	accounts := s.env.World.Table("account")
	key := func(i int) string { return s.env.World.Key(accounts, i) }
	rename := func(i int, name string) {
		if err := s.env.World.Set("account", key(i), map[string]world.Cell{"name": world.TextCell(name)}); err != nil {
			t.Fatal(err)
		}
	}
	rename(3, "Changed in Dynamics")
	rename(4, "Changed on both sides")
	if err := s.env.World.Delete("contact", s.env.World.Key(s.env.World.Table("contact"), 7)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.env.World.Insert("account", "", map[string]world.Cell{"name": world.TextCell("Brand new")}); err != nil {
		t.Fatal(err)
	}
	byHand(t, s.file(), "UPDATE account SET name = 'By hand' WHERE accountid IN ('"+key(4)+"', '"+key(5)+"')", "DELETE FROM account WHERE accountid = '"+key(6)+"'",
		"INSERT INTO account (accountid, name) VALUES ('mine', 'A row of my own')")
	before := sumOf(t, s.file())
	rows, page, table := filepath.Join(s.dir, "rows.csv"), filepath.Join(s.dir, "report.html"), filepath.Join(s.dir, "report.csv")
	code, lines, text = s.run(s.args("compare", append(to, "-rows", rows, "-report", page)...)...)
	c = lastComparison(t, lines, text)
	if sumOf(t, s.file()) != before {
		t.Error("the comparison changed the file")
	}
	all := c.Records()
	want := importer.Differences{importer.ChangedBoth: 1, importer.ChangedThere: 1, importer.RemovedThere: 1, importer.AddedThere: 1, importer.GoneHere: 1, importer.NewHere: 1}
	for d, n := range want {
		if all[d] != n {
			t.Errorf("%v: %d, want %d", d, all[d], n)
		}
	}
	// Contacts of a deleted or changed record may change too; nothing else may be in the list.
	if code != exitWell || all[importer.ChangedHere] < 1 || all[importer.Unexplained] != 0 || all.Total() != 6+all[importer.ChangedHere] {
		t.Errorf("exit %d: %v", code, all)
	}
	f, err := os.Open(rows)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	listed, err := csv.NewReader(f).ReadAll()
	if err != nil || int64(len(listed)) < all.Total() || !strings.Contains(strings.Join(listed[len(listed)-1], ","), "") {
		t.Errorf("%d lines, %v", len(listed), err)
	}
	if code, _, text := s.run(s.args("compare", append(to, "-report", table, "-values")...)...); code != exitWell {
		t.Fatal(text)
	}
	plain, values := readFile(t, page), readFile(t, table)
	if strings.Contains(plain, "By hand") || !strings.Contains(plain, key(5)) || !strings.Contains(values, "By hand") || !strings.Contains(values, "A row of my own") {
		t.Error("the reports do not hold what was chosen")
	}
	if left, _ := filepath.Glob(filepath.Join(s.dir, "data", "rehearsals", "*")); len(left) != 0 {
		t.Errorf("it leaves %v", left)
	}
	// Without what was left there, a row that nobody changed in Dynamics cannot be explained.
	s.chain.items = nil
	code, lines, text = s.run(s.args("compare", to...)...)
	if c = lastComparison(t, lines, text); code != exitRefused || c.Records()[importer.Unexplained] != 2 {
		t.Errorf("exit %d: %v", code, c.Records())
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestAProjectWithRenamedColumnsAndChildrenIsEqualAfterItsImport(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	file := s.saveProject()
	s.importProject(file)
	code, lines, text := s.run("compare", "-project", file, "-authority", s.env.Authority, "-data", filepath.Join(s.dir, "data"), "-json")
	c := lastComparison(t, lines, text)
	all := c.Records()
	if code != exitWell || len(c.Tables) != 2 || c.Sum().Equal == 0 || all.Total() != all[importer.LeftOut] {
		t.Errorf("exit %d: %+v", code, c.Sum())
	}
}

func TestFilesAreComparedWithWhatFerryWrote(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	folder := filepath.Join(s.dir, "files")
	to := []string{"-to", "csv:" + folder}
	if code, _, text := s.run(s.args("import", to...)...); code != exitWell {
		t.Fatal(text)
	}
	code, lines, text := s.run(s.args("compare", to...)...)
	if c := lastComparison(t, lines, text); code != exitWell || c.Sum().Equal != c.Sum().Source || c.Sum().Touched != "" {
		t.Errorf("exit %d: %+v", code, c.Sum())
	}
	if err := os.WriteFile(filepath.Join(folder, "account.csv"), []byte("by hand"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, lines, text = s.run(s.args("compare", to...)...)
	if c := lastComparison(t, lines, text); code != exitWell || c.Tables[0].Touched != "changed" && c.Tables[1].Touched != "changed" {
		t.Errorf("exit %d: %+v", code, c.Tables)
	}
}

func TestAComparisonThatCannotBeIsSaidBeforeItBegins(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	to := []string{"-to", "sqlite:" + s.file()}
	for _, more := range [][]string{{"-rows", "a.txt"}, {"-report", "a.pdf"}, {"-values"}, {"-rows", "a.csv", "-report", "a.csv"}} {
		if code, _, text := s.run(s.args("compare", append(to, more...)...)...); code != exitUsage {
			t.Errorf("%v: exit %d: %s", more, code, text)
		}
	}
}

package main

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/core/project"
)

func lastRehearsal(t *testing.T, lines []map[string]any, text string) (r importer.Rehearsal) {
	t.Helper()
	if len(lines) == 0 || lines[len(lines)-1]["rehearsal"] == nil {
		t.Fatalf("no rehearsal at the end: %v\n%s", lines, text)
	}
	raw, err := json.Marshal(lines[len(lines)-1]["rehearsal"])
	if err == nil {
		err = json.Unmarshal(raw, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func sumOf(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	return string(sum[:])
}

func TestARehearsalSaysWhatTheImportThenDoesAndWritesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	file := s.saveProject()
	rows := filepath.Join(s.dir, "rows.csv")
	code, lines, text := s.importProject(file, "-rehearse", "-rows", rows)
	if code != exitWell && code != exitRefused {
		t.Fatalf("exit %d: %s", code, text)
	}
	r := lastRehearsal(t, lines, text)
	if _, err := os.Stat(s.file()); !os.IsNotExist(err) {
		t.Error("the rehearsal made the file")
	}
	if (code == exitRefused) != (r.Counts().Refused > 0) || !r.Whole || len(r.Make) != 3 {
		t.Errorf("exit %d: %+v", code, r)
	}
	if left, _ := filepath.Glob(filepath.Join(s.dir, "data", "rehearsals", "*")); len(left) != 0 {
		t.Errorf("it leaves %v", left)
	}
	f, err := os.Open(rows)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table, err := csv.NewReader(f).ReadAll()
	if err != nil || int64(len(table)) < r.Counts().Read {
		t.Errorf("%d lines, %v", len(table), err)
	}

	same := func(r importer.Rehearsal, got importer.Receipt) {
		t.Helper()
		for i, x := range r.Tables {
			if x.Counts != got.Tables[i].Counts || x.Unresolved != got.Tables[i].Unresolved {
				t.Errorf("%s: rehearsed %+v, imported %+v", x.Table, x.Counts, got.Tables[i].Counts)
			}
		}
	}
	_, lines, text = s.importProject(file)
	same(r, lastReceipt(t, lines, text))

	// The mapping changes: a column more, other values.
	s.saveProject(func(p *project.Project) {
		p.Mappings[0].Columns[0].Steps = []mapping.Step{{Name: "upper"}}
		p.Mappings[0].Columns = append(p.Mappings[0].Columns, mapping.Binding{Column: "city", Type: core.ColumnText, Field: "address1_city"})
	})
	before := sumOf(t, s.file())
	_, lines, text = s.importProject(file, "-rehearse")
	r = lastRehearsal(t, lines, text)
	if sumOf(t, s.file()) != before {
		t.Error("the rehearsal changed the file")
	}
	if len(r.Make) != 1 || r.Make[0].Name != "firm.city" || r.Tables[0].Updated == 0 {
		t.Errorf("%+v", r)
	}
	for _, x := range r.Tables[0].Fields {
		if x.Column == "Firm name" && x.Replaced != r.Tables[0].Updated {
			t.Errorf("%+v of %d", x, r.Tables[0].Updated)
		}
	}
	_, lines, text = s.importProject(file)
	same(r, lastReceipt(t, lines, text))
}

func TestJustWhatWasShownIsImported(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	file, keys := s.saveProject(), filepath.Join(s.dir, "shown.keys")
	if code, _, text := s.importProject(file, "-rehearse", "-keys", keys); code != exitWell && code != exitRefused {
		t.Fatalf("exit %d: %s", code, text)
	}
	_, lines, text := s.importProject(file, "-only", keys)
	r := lastReceipt(t, lines, text)
	if r.Tables[0].Created == 0 || r.Tables[0].Skipped != 0 || r.Tables[0].Only == "" {
		t.Errorf("%+v", r.Tables[0])
	}
	// Another mapping makes other values of the same records: nothing of it was shown.
	s.saveProject(func(p *project.Project) { p.Mappings[0].Columns[0].Steps = []mapping.Step{{Name: "upper"}} })
	_, lines, text = s.importProject(file, "-only", keys)
	if r := lastReceipt(t, lines, text); r.Tables[0].Updated != 0 || r.Tables[0].Skipped != r.Tables[0].Read-r.Tables[0].Refused {
		t.Errorf("%+v", r.Tables[0])
	}
}

func TestWrongUseOfARehearsalIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	file := s.saveProject()
	for _, args := range [][]string{{"-rows", "x.csv"}, {"-keys", "x"}, {"-rehearse", "-only", "x"}, {"-rehearse", "-rows", "x.txt"}, {"-only", "nothing.keys"}} {
		if code, _, text := s.importProject(file, args...); code != exitUsage {
			t.Errorf("%s: exit %d: %s", strings.Join(args, " "), code, text)
		}
	}
}

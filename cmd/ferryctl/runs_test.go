package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/core/csvtext"
	"ferry/core/mapping"
	"ferry/core/practice/world"
	"ferry/core/project"
)

func TestARunIsToldAsAReportAndItsRefusedRecordsAsAList(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	file := s.saveProject(func(p *project.Project) {
		p.Mappings[0].Columns[2].Choices = &mapping.Choices{Values: []mapping.ChoicePair{{Code: 1, To: "money"}}, Else: mapping.Refuse}
	})
	accounts := s.env.World.Table("account")
	for i := range 9 { // nobody said what becomes of this code, so these are refused
		row, _ := s.env.World.Row(accounts, i)
		if err := s.env.World.Set("account", row.Key, map[string]world.Cell{"industrycode": world.ChoiceCell(7)}); err != nil {
			t.Fatal(err)
		}
	}
	runs := func(more ...string) (int, []map[string]any, string) {
		return s.run(append([]string{"runs", "-project", file, "-authority", s.env.Authority, "-data", filepath.Join(s.dir, "data"), "-json"}, more...)...)
	}
	at := func(name string) string { return filepath.Join(s.dir, name) }
	if code, lines, text := runs(); code != exitWell || len(lines) != 0 {
		t.Errorf("before any import: exit %d: %s", code, text)
	}
	if code, _, text := runs("-report", at("r.html")); code != exitUsage || !strings.Contains(text, "Nothing was imported yet") {
		t.Errorf("a report of nothing: exit %d: %s", code, text)
	}
	code, lines, text := s.importProject(file)
	r := lastReceipt(t, lines, text)
	refused := r.Tables[0].Refused
	if code != exitRefused || refused == 0 {
		t.Fatalf("exit %d, %+v: %s", code, r.Tables, text)
	}
	if name, err := os.ReadFile(filepath.Join(s.dir, "data", "projects", projectID(t, file), "name")); err != nil || string(name) != "Move" {
		t.Errorf("the project's name: %q, %v", name, err)
	}
	for _, c := range []struct {
		flags []string
		says  string
	}{
		{[]string{"-report", at("r.html")}, "need"}, {[]string{"-report", at("r.csv"), "-run", r.Run[:6]}, "\r\nrecord,"},
		{[]string{"-refused", at("refused.csv"), "-run", r.Run, "-values"}, "firm"},
	} {
		code, lines, text := runs(c.flags...)
		saved, err := os.ReadFile(c.flags[1])
		if code != exitWell || len(lines) != 1 || lines[0]["saved"] != c.flags[1] || lines[0]["run"] != r.Run || lines[0]["records"].(float64) < float64(refused) {
			t.Errorf("%v: exit %d: %s", c.flags, code, text)
		}
		if err != nil || c.says != "firm" && !strings.Contains(string(saved), c.says) {
			t.Errorf("%v: %v", c.flags, err)
		}
	}
	list, err := os.ReadFile(at("refused.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(list), csvtext.BOM))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	n := int64(0)
	for _, row := range rows[1:] {
		if row[3] == "refused" {
			n++
			if row[0] != "account" || len(row[2]) != 36 || row[4] == "" || row[5] == "" || s.ask(`SELECT count(*) FROM firm WHERE firm_id = '` + row[2] + `'`)[0] != "integer 0" {
				t.Errorf("a refused record: %q", row)
			}
		}
	}
	if n != refused {
		t.Errorf("%d are listed, the receipt has %d", n, refused)
	}
	for name, c := range map[string]struct {
		flags []string
		says  string
	}{
		"no such run":      {[]string{"-report", at("x.html"), "-run", "zz"}, "no such import"},
		"an odd ending":    {[]string{"-report", at("x.pdf")}, ".html or .csv"},
		"refused as HTML":  {[]string{"-refused", at("x.html")}, "CSV or as an Excel"},
		"one file for two": {[]string{"-report", at("x.csv"), "-refused", at("x.csv")}, "same file"},
		"values of what":   {[]string{"-values"}, "without a report"},
		"nowhere":          {[]string{"-report", at("no/x.html")}, "cannot be saved"},
	} {
		if code, _, text := runs(c.flags...); code != exitUsage || !strings.Contains(text, c.says) {
			t.Errorf("%s: exit %d: %s", name, code, text)
		}
	}
	if _, err := os.Stat(at("x.csv")); err == nil {
		t.Error("a report was written though the command was wrong")
	}
}

func projectID(t *testing.T, file string) string {
	t.Helper()
	p, err := project.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

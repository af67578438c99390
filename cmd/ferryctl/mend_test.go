package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/core/mapping"
	"ferry/core/practice/world"
	"ferry/core/project"
)

func TestAValueOfARefusedRecordIsMendedAndTheRecordRetriedAlone(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	file := s.saveProject(func(p *project.Project) {
		p.Mappings[0].Columns[2].Choices = &mapping.Choices{Values: []mapping.ChoicePair{{Code: 1, To: "money"}}, Else: mapping.Refuse}
		p.Mappings[0].Columns[1].NotNull = true
	})
	accounts := s.env.World.Table("account")
	id := ""
	for i := range 9 {
		row, _ := s.env.World.Row(accounts, i)
		if err := s.env.World.Set("account", row.Key, map[string]world.Cell{"industrycode": world.ChoiceCell(7), "parentaccountid": {}}); err != nil {
			t.Fatal(err)
		}
		id = row.Key
	}
	retry := func(more ...string) (int, []map[string]any, string) {
		return s.run(append([]string{"retry", "-project", file, "-authority", s.env.Authority, "-data", filepath.Join(s.dir, "data"), "-json"}, more...)...)
	}
	code, lines, text := s.importProject(file)
	first := lastReceipt(t, lines, text)
	refused := first.Tables[0].Refused
	if code != exitRefused || refused < 5 {
		t.Fatalf("exit %d: %s", code, text)
	}

	code, lines, text = retry("-list", "-record", strings.ToUpper(id))
	if code != exitRefused || len(lines) != 1 || !strings.Contains(text, `"industrycode":"`) || !strings.Contains(text, "(7)") || strings.Contains(text, `"mended":true`) {
		t.Fatalf("the record: exit %d: %s", code, text)
	}
	for name, x := range map[string]struct {
		args []string
		says string
	}{
		"no record":         {[]string{"-mend", "branch=money"}, "Name it with -record ID"},
		"two records":       {[]string{"-mend", "branch=money", "-record", id + ",0"}, "Name it with -record ID"},
		"a record of blank": {[]string{"-mend", "branch=money", "-record", " "}, "Name it with -record ID"},
		"no such record":    {[]string{"-mend", "branch=money", "-record", "nobody"}, "does not wait"},
		"another mapping":   {[]string{"-mend", "branch=money", "-record", "firms.people=" + id}, "does not wait"},
		"no such field":     {[]string{"-mend", "colour=red", "-record", id}, `has no field \"colour\"`},
		"not empty":         {[]string{"-mend", "branch=money", "-mend", "label=", "-record", id}, "importer.mended-not-taken"},
		"a list as well":    {[]string{"-mend", "branch=money", "-record", id, "-list"}, "goes alone"},
		"not mended":        {[]string{"-withdraw", "branch", "-record", id}, "No value was mended"},
	} {
		if code, _, text := retry(x.args...); code != exitUsage || !strings.Contains(text, x.says) {
			t.Errorf("%s: exit %d: %s", name, code, text)
		}
	}
	if _, _, text := retry("-list", "-record", id); strings.Contains(text, `"mended":true`) {
		t.Errorf("one of two values was kept: %s", text)
	}

	code, lines, text = retry("-record", "firms="+id, "-mend", "industrycode=sealed branch") // the field that branch is made from
	if r := lastReceipt(t, lines, text); code != exitWell || r.Retries != first.Run || r.Tables[0].Read != 1 || r.Tables[0].Created != 1 {
		t.Fatalf("mended: exit %d: %s", code, text)
	}
	if got := s.ask(`SELECT branch FROM firm WHERE firm_id = '` + id + `'`); len(got) != 1 || got[0] != "text sealed branch" {
		t.Errorf("there stands %q", got)
	}
	s.unread("sealed branch")
	if code, _, text = retry("-record", id); code != exitUsage || !strings.Contains(text, "does not wait") {
		t.Errorf("it waits still: exit %d: %s", code, text)
	}

	row, _ := s.env.World.Row(accounts, 2)
	if code, _, text = retry("-record", row.Key, "-mend", "Firm name=Mended Name"); code != exitRefused || !strings.Contains(text, `"refused":1`) {
		t.Errorf("another field does not help: exit %d: %s", code, text)
	}
	if code, _, text = retry("-list", "-record", row.Key); code != exitRefused || !strings.Contains(text, `"mended":true`) {
		t.Errorf("exit %d: %s", code, text)
	}
	if code, _, text = retry("-withdraw", "firm name", "-record", row.Key); code != exitWell || !strings.Contains(text, `"withdrawn":["Firm name"]`) {
		t.Errorf("exit %d: %s", code, text)
	}
	if _, _, text = retry("-list", "-record", row.Key); strings.Contains(text, `"mended":true`) {
		t.Errorf("it is mended still: %s", text)
	}

	code, lines, text = s.importProject(file, "-full")
	if r := lastReceipt(t, lines, text); code != exitRefused || r.Tables[0].Refused != refused-1 || !strings.Contains(strings.Join(r.Tables[0].Notes, " "), "somebody mended") {
		t.Errorf("a later import: exit %d: %s", code, text)
	}
	s.settle("data", func(c *project.Computer) { none := 0; c.KeepDays = &none })
	if code, _, text = retry("-record", row.Key, "-mend", "branch=money"); code != exitUsage || !strings.Contains(text, "importer.mended-keeps-nothing") {
		t.Errorf("nothing is to be kept: exit %d: %s", code, text)
	}
}

// unread looks for a text in every file of the data folder, where it must not stand.
func (s *session) unread(secret string) {
	s.t.Helper()
	err := filepath.WalkDir(filepath.Join(s.dir, "data"), func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if strings.Contains(string(content), secret) {
			s.t.Errorf("%s tells it", path)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"ferry/core/mapping"
	"ferry/core/practice/world"
	"ferry/core/project"
)

func TestWhatAnImportRefusedIsListedMendedAndRetriedAlone(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	choices := func(p *project.Project, other mapping.Unmatched) {
		p.Mappings[0].Columns[2].Choices = &mapping.Choices{Values: []mapping.ChoicePair{{Code: 1, To: "money"}}, Else: other}
	}
	file := s.saveProject(func(p *project.Project) { choices(p, mapping.Refuse) })
	accounts := s.env.World.Table("account")
	for i := range 9 {
		row, _ := s.env.World.Row(accounts, i)
		if err := s.env.World.Set("account", row.Key, map[string]world.Cell{"industrycode": world.ChoiceCell(7)}); err != nil {
			t.Fatal(err)
		}
	}
	retry := func(more ...string) (int, []map[string]any, string) {
		return s.run(append([]string{"retry", "-project", file, "-authority", s.env.Authority, "-data", filepath.Join(s.dir, "data"), "-json"}, more...)...)
	}
	if code, _, text := retry("-list"); code != exitUsage || !strings.Contains(text, "Nothing was imported yet") {
		t.Errorf("nothing was imported: exit %d: %s", code, text)
	}
	code, lines, text := s.importProject(file)
	first := lastReceipt(t, lines, text)
	refused := first.Tables[0].Refused
	if code != exitRefused || refused < 5 {
		t.Fatalf("exit %d: %s", code, text)
	}
	code, lines, text = retry("-list")
	if code != exitRefused || len(lines) != 1 || lines[0]["run"] != first.Run || !strings.Contains(text, `"kind":"refused"`) {
		t.Errorf("what waits: exit %d: %s", code, text)
	}
	code, lines, text = retry() // nothing was mended
	if r := lastReceipt(t, lines, text); code != exitRefused || r.Retries != first.Run || r.Tables[0].Read != refused || r.Tables[0].Refused != refused {
		t.Errorf("exit %d: %s", code, text)
	}
	row, _ := s.env.World.Row(accounts, 3)
	if err := s.env.World.Set("account", row.Key, map[string]world.Cell{"industrycode": world.ChoiceCell(1)}); err != nil {
		t.Fatal(err)
	}
	code, lines, text = retry("-run", first.Run[:8])
	if r := lastReceipt(t, lines, text); code != exitRefused || r.Tables[0].Created != 1 || r.Tables[0].Refused != refused-1 {
		t.Errorf("one was mended in Dynamics: exit %d: %s", code, text)
	}

	list := filepath.Join(s.dir, "refused.xlsx")
	code, _, text = s.run("runs", "-project", file, "-authority", s.env.Authority, "-data", filepath.Join(s.dir, "data"), "-json", "-refused", list, "-values", "-run", first.Run)
	if code != exitWell {
		t.Fatalf("the list: exit %d: %s", code, text)
	}
	book, err := excelize.OpenFile(list)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil || int64(len(rows)) < refused+1 {
		t.Fatalf("%v: %d rows", err, len(rows))
	}
	if head := strings.Join(rows[0], "|"); !strings.Contains(head, "Cause") || !strings.Contains(head, "account.name") || !strings.Contains(strings.Join(rows[1], "|"), "(7)") {
		t.Errorf("neither reason nor values: %q %q", rows[0], rows[1])
	}
	if info, err := os.Stat(list); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v", err)
	}

	p, err := project.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	choices(p, mapping.LeaveEmpty) // the mapping is mended
	if err := p.Write(file); err != nil {
		t.Fatal(err)
	}
	code, lines, text = retry()
	if r := lastReceipt(t, lines, text); code != exitWell || r.Tables[0].Created != refused-1 || r.Tables[1].Created == 0 || r.Tables[1].Skipped != 0 {
		t.Errorf("the mapping was mended: exit %d: %s", code, text)
	}
	if code, lines, text = retry(); code != exitWell || len(lines) != 1 || !strings.Contains(text, `"waiting":[]`) {
		t.Errorf("nothing waits: exit %d: %s", code, text)
	}
	if code, _, text = retry("-run", first.Run); code != exitUsage || !strings.Contains(text, "importer.retry-nothing") {
		t.Errorf("nothing waits of that run: exit %d: %s", code, text)
	}
	if code, _, text := retry("-run", first.Run, "-send", "0"); code != exitUsage || !strings.Contains(text, "not among those that are unsure") {
		t.Errorf("nobody is unsure: exit %d: %s", code, text)
	}
}

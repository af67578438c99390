package ui_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"ferry/core"
	"ferry/core/importer"
	"ferry/ui"
	"ferry/ui/uitest"
)

// openIn opens a window whose documents are in a folder of the test's own.
func openIn(t *testing.T, e *uitest.Engine, documents string) *uitest.Stage {
	t.Helper()
	return uitest.Open(t, e, func(o *ui.Options) { o.Project, o.Documents = uitest.Contoso(), documents })
}

func TestAReportIsSavedWhereOneSays(t *testing.T) {
	e, dir := uitest.Works(), t.TempDir()
	e.History = []importer.Receipt{uitest.Done()}
	s := openIn(t, e, dir)
	s.Tap("History")
	s.TapRow("Accounts, Contacts, Projects")
	s.Tap("Save report…")
	offered := s.Field("File").Text
	if want := filepath.Join(dir, "Contoso", "Contoso import report 2026-11-21 1728.html"); offered != want {
		t.Errorf("offers %q, want %q", offered, want)
	}
	s.Tap("A table for Excel (CSV)")
	if got := s.Field("File").Text; got != strings.TrimSuffix(offered, "html")+"csv" {
		t.Errorf("offers %q", got)
	}
	s.Tap("A page to read and print (HTML)")
	s.Tap("Save")
	s.Sees("It names 13 records.")
	if r := e.LastReport; r.Path != offered || r.Run != "r2" || r.Project != "c0ffee" || r.Name != "Contoso" || r.Refused || r.Values {
		t.Errorf("asked for %+v", r)
	}
	if info, err := os.Stat(filepath.Dir(offered)); err != nil || !info.IsDir() {
		t.Errorf("the offered folder was not made: %v", err)
	}
	s.Tap("Show in folder")
	s.Until(func() bool { return e.Called("Show") == 1 })
	s.Tap("Close")
	s.Tap("Save report…")
	s.Tap("With record values")
	s.Tap("Save")
	s.Sees("It names")
	if !e.LastReport.Values {
		t.Error("values were chosen, and not asked for")
	}
}

// Who taps the place where they are wants its list.
func TestTappingHistoryAgainLeavesAReceipt(t *testing.T) {
	e := uitest.Works()
	e.History = []importer.Receipt{uitest.Done()}
	s := openIn(t, e, t.TempDir())
	s.Tap("History")
	s.TapRow("Accounts, Contacts, Projects")
	s.Sees("It adds up")
	s.Tap("History")
	s.Sees("Every import of this project, newest first")
}

func TestAFileThatIsThereIsReplacedOnlyWhenOneSaysSo(t *testing.T) {
	e, dir := uitest.Works(), t.TempDir()
	e.History = []importer.Receipt{uitest.Done()}
	s := openIn(t, e, dir)
	s.Tap("History")
	s.TapRow("Accounts, Contacts, Projects")
	s.Tap("Save report…")
	mine := filepath.Join(dir, "mine.html")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, why := range map[string]string{"": "Say where", "report.html": "whole path", filepath.Join(dir, "x.pdf"): ".html or .csv"} {
		s.Type("File", path)
		if got := s.Why("Save"); !strings.Contains(got, why) {
			t.Errorf("%q: %q", path, got)
		}
	}
	s.Type("File", mine)
	s.Tap("Save")
	s.Sees("is there already")
	if e.Called("SaveRunReport") != 0 {
		t.Fatal("it was replaced at once")
	}
	s.Type("File", filepath.Join(dir, "other.html"))
	s.SeesNot("is there already")
	s.Type("File", mine)
	s.Tap("Save")
	s.Tap("Replace")
	s.Until(func() bool { return e.Called("SaveRunReport") == 1 })
}

func TestAReportThatCannotBeSavedSaysSoAndStays(t *testing.T) {
	e := uitest.Works()
	e.History = []importer.Receipt{uitest.Refused()}
	e.Fail = map[string]error{"SaveRunReport": &core.Fault{Kind: core.Wrong, Cause: "The file cannot be saved there.", Remedy: "Choose another folder."}}
	s := openIn(t, e, t.TempDir())
	s.Tap("History")
	s.TapRow("Accounts, Contacts, Projects")
	s.Tap("Export refused records…")
	s.Type("File", s.Field("File").Text[:len(s.Field("File").Text)-4]+".html")
	if why := s.Why("Save"); !strings.Contains(why, ".csv") {
		t.Errorf("Save says %q", why)
	}
	s.Type("File", strings.TrimSuffix(s.Field("File").Text, "html")+"csv")
	s.Tap("Save")
	s.Sees("The file cannot be saved there.")
	e.Fail = nil
	s.Tap("Save")
	s.Sees("It names 13 records.")
	if !e.LastReport.Refused {
		t.Error("the list of refused records was not asked for")
	}
}

func TestHistoryShowsAllProjectsOfThisComputer(t *testing.T) {
	e := uitest.Works()
	e.History, e.Others = []importer.Receipt{uitest.Stopped()}, uitest.Elsewhere()
	s := open(t, e, uitest.Contoso())
	s.Tap("History")
	s.Sees("Every import of this project")
	s.SeesNot("Fabrikam")
	s.Tap("All projects")
	s.Sees("Fabrikam move")
	words := strings.Join(s.Words(), "\n")
	if strings.Index(words, "this project") > strings.Index(words, "Fabrikam move") {
		t.Errorf("the present project is not the first:\n%s", words)
	}
	for _, want := range []string{"Imports of the terminal, without a project", "A project whose name is not known here (000000)", "The journal was written by a newer Ferry."} {
		s.Sees(want)
	}
	s.TapRow("66,173 read, 66,131 written, 13 refused")
	s.Sees("A date is not one.")
	s.Sees("Fabrikam move · today")
	s.SeesNot("Open the folder")
	s.Tap("Save report…")
	s.Press(fyne.KeyEscape)
	s.Tap("Back to the list")
	s.Sees("Every import on this computer")
	s.Tap("This project")
	s.SeesNot("Fabrikam")
	if n := e.Called("AllRuns"); n != 1 {
		t.Errorf("all projects were read %d times", n)
	}
}

func TestARunOfAnotherProjectThatIsGoneSaysSo(t *testing.T) {
	e := uitest.Works()
	e.Others = uitest.Elsewhere()
	e.Fail = map[string]error{"Run": &core.Fault{Kind: core.Wrong, Cause: "There is no such import in the history.", Remedy: "Choose one that is there."}}
	s := open(t, e, uitest.Contoso())
	s.Tap("History")
	s.Tap("All projects")
	s.TapRow("66,173 read, 66,131 written, 13 refused")
	s.Sees("There is no such import in the history.")
	s.Press(fyne.KeyEscape)
	s.Sees("Every import on this computer")
}

// A long history is drawn a part at a time, and reading it again is not needed to look at all projects twice.
func TestALongHistoryIsDrawnAPartAtATime(t *testing.T) {
	e := uitest.Works()
	for i := range 3000 {
		r := uitest.Done()
		r.Run, r.Started = fmt.Sprint("r", i), r.Started.Add(-time.Duration(i)*time.Minute)
		e.History = append(e.History, r)
	}
	s := open(t, e, uitest.Contoso())
	rows := func() int { return strings.Count(strings.Join(s.Words(), "\n"), "Accounts, Contacts, Projects") }
	s.Tap("History")
	s.Until(func() bool { return rows() == 50 })
	s.Tap("Show older ones")
	s.Until(func() bool { return rows() == 100 })
	s.Tap("All projects")
	s.Until(func() bool { return rows() == 50 })
}

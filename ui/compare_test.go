package ui_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/project"
	"ferry/ui"
	"ferry/ui/uitest"
)

func comparedStage(t *testing.T, c uitest.Comparison) (*uitest.Engine, *uitest.Stage) {
	t.Helper()
	e := uitest.Works()
	e.Comparison, e.History = c, []importer.Receipt{uitest.Done()}
	s := uitest.Open(t, e, func(o *ui.Options) { o.Project, o.Documents = uitest.Contoso(), t.TempDir() })
	s.Tap("Import")
	s.Sees("Import everything anew")
	s.Tap("Compare")
	s.Sees("Comparison")
	return e, s
}

func TestAComparisonShowsCountsReasonsAndRecords(t *testing.T) {
	e, s := comparedStage(t, uitest.Compared(12, importer.Unexplained, importer.ChangedThere, importer.NewHere))
	for _, words := range []string{"12 records differ, and nothing explains it", "Not explained", "Changed there since", "New in Dynamics since", "12 values", "Fields that differ",
		"It adds up: 66,173 in Dynamics + 0 extra there = 66,137 equal + 36 that differ, of which 12 missing there.", "Missing"} {
		s.Sees(words)
	}
	if len(e.LastRequest.Tables) == 0 {
		t.Error("it compares no table")
	}
	s.TapRow("Changed there since")
	s.Sees("12 records")
	s.Sees("telephone1: 0123 456 there, +44 123 456 in Dynamics")
	s.Type("Search records", "fabrikam 7")
	s.Sees("1 record")
	s.TapRow("Fabrikam 7  ·  account")
	s.Sees("At the destination")
	s.Press(fyne.KeyEscape)
	s.Tap("Back to the comparison")
	s.TapRow("Not explained")
	s.Sees("It differs, although it changed on neither side since Ferry wrote it.")
	s.Press(fyne.KeyEscape)
	s.Sees("Why they differ")
	s.Tap("List all of them")
	s.Sees("36 records")
	s.Tap("Back to the comparison")
	s.Tap("Back")
	s.Sees("Import everything")
	if e.Called("EndComparison") != 1 {
		t.Error("the records are still kept")
	}
}

func TestTheReportAndTheListOfAComparisonAreSaved(t *testing.T) {
	e, s := comparedStage(t, uitest.Compared(3, importer.ChangedThere))
	s.Tap("Save report…")
	if got := s.Field("File").Text; !strings.HasSuffix(got, "Contoso comparison 2026-11-21 1738.html") {
		t.Errorf("offers %q", got)
	}
	s.Tap("With record values")
	s.Type("File", filepath.Join(t.TempDir(), "a.html"))
	s.Tap("Save")
	s.Sees("It names 7 records.")
	if !e.Comparison.Values {
		t.Error("values were chosen")
	}
	s.Tap("Close")
	s.TapRow("Changed there since")
	s.Tap("Export…")
	s.Type("File", filepath.Join(t.TempDir(), "a.csv"))
	s.Tap("Save")
	s.Sees("It names 7 records.")
	if q := e.Comparison.Saved; !slices.Equal(q.Differs, []importer.Difference{importer.ChangedThere}) {
		t.Errorf("%+v", q)
	}
}

func TestHiddenValuesAreHiddenInAComparison(t *testing.T) {
	_, s := comparedStage(t, uitest.Compared(3, importer.ChangedThere))
	s.TapRow("Changed there since")
	s.Sees("Fabrikam 0")
	s.Tap("Hide values")
	s.SeesNot("Fabrikam 0")
	s.Sees("telephone1: ••• there, ••• in Dynamics")
}

func TestAComparisonThatIsStoppedOrFailsSaysSo(t *testing.T) {
	c := uitest.Compared(3, importer.ChangedThere)
	e := uitest.Works()
	e.Comparison, e.History = c, []importer.Receipt{uitest.Done()}
	e.Block = map[string]bool{"Compare": true}
	e.News = []importer.Progress{uitest.Midway()}
	s := uitest.Open(t, e, func(o *ui.Options) { o.Project = uitest.Contoso() })
	s.Tap("Import")
	s.Tap("Compare")
	s.Sees("A comparison: nothing is written")
	s.Sees("comparing")
	s.Tap("Stop")
	s.Sees("The comparison was stopped: this is how far it came")
	e.Block, e.Comparison.Found.Tables = nil, nil
	e.Fail = map[string]error{"Compare": &core.Fault{Kind: core.Wrong, Code: "importer.cannot-compare", Owner: core.You, Cause: "This kind of destination does not tell what it has.", Remedy: "Look at the receipts."}}
	s.Tap("Compare again")
	s.Sees("This kind of destination does not tell what it has.")
}

func finished(t *testing.T, set func(e *uitest.Engine, p *project.Project)) (*uitest.Engine, *uitest.Stage) {
	t.Helper()
	e := uitest.Works()
	e.Comparison, e.History = uitest.Compared(2, importer.ChangedThere), []importer.Receipt{uitest.Done()}
	e.History[0].Started = uitest.Now().Add(-time.Hour)
	p := uitest.Contoso()
	if set != nil {
		set(e, p)
	}
	s := uitest.Open(t, e, func(o *ui.Options) { o.Project, o.Documents = p, t.TempDir() })
	s.Tap("History")
	s.Tap("Finish the move")
	s.Sees("Take down what is not needed any more")
	return e, s
}

func TestAMoveIsFinishedStepByStep(t *testing.T) {
	e, s := finished(t, func(_ *uitest.Engine, p *project.Project) { p.Connections[0].Auth = project.Secret })
	if why := s.Why("Save receipt…"); why != "Compare first." {
		t.Errorf("the receipt can be saved: %q", why)
	}
	s.Tap("Compare now")
	s.Sees("2 records differ, and it is known why")
	s.Tap("History")
	s.Sees("Changed there since")
	s.Sees("0 of 6")
	s.Tap("The client secret is deleted")
	s.Sees("1 of 6")
	s.Tap("No import runs by itself any more")
	s.Sees("2 of 6")
	s.Tap("No import runs by itself any more")
	s.Sees("1 of 6")
	s.Tap("Save receipt…")
	s.Type("File", filepath.Join(t.TempDir(), "receipt.csv"))
	if !strings.Contains(s.Why("Save"), "must end in .html") {
		t.Error(s.Why("Save"))
	}
	s.Type("File", filepath.Join(t.TempDir(), "receipt.html"))
	s.Tap("Save")
	s.Sees("It names no record.")
	s.Tap("Close")
	s.Sees("Saved today")
	if c := e.Comparison; !slices.Equal(c.Done, []string{"The client secret is deleted"}) || len(c.Open) != 5 {
		t.Errorf("taken down %v, left %v", c.Done, c.Open)
	}
	s.Press(fyne.KeyEscape)
	s.Sees("Every import of this project, newest first")
}

func TestTheListOfWhatToTakeDownFitsTheConnection(t *testing.T) {
	_, s := finished(t, func(_ *uitest.Engine, p *project.Project) { p.Connections[0].Auth = project.Browser })
	s.SeesNot("The client secret is deleted")
	s.SeesNot("The application user is deactivated")
	s.Sees("The app registration is deleted")
	s.Sees("0 of 4")
}

func TestAReceiptThatIsNotTrueAnyMoreSaysSo(t *testing.T) {
	e, s := finished(t, func(e *uitest.Engine, _ *project.Project) {
		old := e.Comparison.Found
		old.Started = uitest.Now().Add(-48 * time.Hour)
		e.Comparison.Handover = ui.Handover{Comparison: &old, Ticks: map[string]time.Time{"webhooks": uitest.Now()}}
	})
	s.Sees("Something was imported or taken back since. Compare again, so that the receipt is true.")
	s.Sees("1 of ")
	e.Fail = map[string]error{"Tick": &core.Fault{Kind: core.Wrong, Code: "ferry.file-not-saved", Owner: core.You, Cause: "The file cannot be saved there.", Remedy: "Choose another folder."}}
	s.Tap("No import runs by itself any more")
	s.Sees("The file cannot be saved there.")
}

func TestDeletingWhatIsKnownIsTheLastTick(t *testing.T) {
	_, s := finished(t, func(e *uitest.Engine, _ *project.Project) {
		e.Comparison.Handover = ui.Handover{Comparison: &e.Comparison.Found}
	})
	s.Tap("Delete…")
	s.Sees("Is deleted, for good")
	s.Tap("Delete")
	s.Sees("This computer knows nothing any more")
	s.Tap("Close")
	s.Sees("Compare now")
	s.Sees("1 of 4")
}

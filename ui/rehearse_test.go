package ui_test

import (
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/postgres"
	"ferry/core/project"
	"ferry/ui"
	"ferry/ui/uitest"
)

// toDatabase lets the project write into a live destination.
func toDatabase(o *ui.Options) {
	o.Project = uitest.Contoso()
	o.Destinations = []core.Driver[core.Destination]{uitest.SQLite(), postgres.Driver(nil)}
	o.Project.Destination = &project.Destination{Driver: "postgres", Settings: map[string]string{"address": "db.example.com", "database": "crm", "user": "ada"}}
}

func rehearsedStage(t *testing.T, n int) (*uitest.Engine, *uitest.Stage) {
	t.Helper()
	e := uitest.Works()
	e.Rehearsal = uitest.Rehearsed(n)
	s := uitest.Open(t, e, func(o *ui.Options) { o.Project, o.Documents = uitest.Contoso(), t.TempDir() })
	s.Tap("Import")
	s.Sees("Try 10 of each")
	s.Tap("Rehearse")
	s.Sees("Nothing was written")
	return e, s
}

func TestARehearsalShowsCountsFieldsAndRecords(t *testing.T) {
	e, s := rehearsedStage(t, 40)
	for _, words := range []string{"10 records would be refused", "Would be made at the destination", "account.telephone1", "Replaced", "Kept by a rule", "3 lookups would be left empty",
		"The rows can be taken back for 30 days. What is made, files, tables and columns, stays.", "60 records"} {
		s.Sees(words)
	}
	s.Sees("telephone1: 0123 456 → +44 123 456")
	s.Sees("address1_city: Leeds → (empty)")
	s.Tap("Refuse 10")
	s.Sees("A value is larger than the file can hold.")
	s.Sees("10 records")
	s.Tap("All")
	s.Type("Search records", "lovelace 7")
	s.Sees("1 record")
	s.Sees("fullname: Ada Lovelace 7")
	s.Tap("Back")
	s.Sees("Import everything")
	if e.Rehearsal.Ended != 1 {
		t.Error("the records are still kept")
	}
}

func TestOneRecordIsShownWhole(t *testing.T) {
	_, s := rehearsedStage(t, 8)
	s.TapRow("Fabrikam 0  ·  account")
	s.Sees("+44 123 456")
	s.Sees("Leeds")
	s.Press(fyne.KeyEscape)
	s.SeesNot("Close")
}

func TestHiddenValuesAreHiddenHereToo(t *testing.T) {
	_, s := rehearsedStage(t, 8)
	s.Sees("Fabrikam 0")
	s.Tap("Hide values")
	s.Sees("telephone1: ••• → •••")
	s.SeesNot("Fabrikam 0")
}

func TestOneImportsJustWhatIsShown(t *testing.T) {
	e, s := rehearsedStage(t, 8)
	e.Receipt = uitest.Done()
	s.Tap("Import these")
	s.Sees("Import complete")
	if r := e.LastRequest; r.Only != "shown-1" || len(r.Tables) != 3 || e.Called("KeepShown") != 1 {
		t.Errorf("%+v", r)
	}
}

func TestAnImportThatWasLimitedGoesOnLimited(t *testing.T) {
	e := uitest.Works()
	stopped := uitest.Stopped()
	stopped.Tables[0].Only = "shown-1"
	e.History = []importer.Receipt{stopped}
	s := uitest.Open(t, e, func(o *ui.Options) { o.Project = uitest.Contoso() })
	s.Tap("Import")
	s.Tap("Go on")
	s.Until(func() bool { return e.Called("Import") == 1 })
	if e.LastRequest.Only != "shown-1" {
		t.Errorf("%+v", e.LastRequest)
	}
}

func TestARehearsalIsExportedAsItIsNarrowed(t *testing.T) {
	e, s := rehearsedStage(t, 8)
	s.Tap("Refuse 2")
	s.Tap("Export…")
	if got := s.Field("File").Text; !strings.HasSuffix(got, "Contoso rehearsal 2026-11-21 1739.csv") {
		t.Errorf("offers %q", got)
	}
	s.Type("File", "x.txt")
	if !strings.Contains(s.Why("Save"), "whole path") {
		t.Error(s.Why("Save"))
	}
	s.Type("File", filepath.Join(t.TempDir(), "rows.csv"))
	s.Tap("Save")
	s.Sees("It names 16 records.")
	if k := e.Rehearsal.Saved.Kinds; len(k) != 1 || k[0] != core.Refused {
		t.Errorf("%v", k)
	}
}

func TestTryingComesFirstUntilTheMappingWasSeen(t *testing.T) {
	e := uitest.Works()
	e.Rehearsal.Seen = map[string]string{"account": "any", "contact": "any"}
	s := uitest.Open(t, e, func(o *ui.Options) { o.Project = uitest.Contoso() })
	s.Tap("Import")
	s.Sees("Import everything")
	s.Press(fyne.KeyReturn) // what comes next: projects were never seen
	s.Until(func() bool { return e.Called("Import") == 1 })
	if e.LastRequest.Limit != 10 {
		t.Errorf("%+v", e.LastRequest)
	}

	e = uitest.Works()
	e.Rehearsal.Seen = map[string]string{"account": "any", "contact": "any", "new_project": "any"}
	s = uitest.Open(t, e, func(o *ui.Options) { o.Project = uitest.Contoso() })
	s.Tap("Import")
	s.Until(func() bool { return e.Called("Rehearsals") > 0 })
	s.Sees("Import everything")
	s.Drain()
	s.Press(fyne.KeyReturn)
	s.Until(func() bool { return e.Called("Import") == 1 })
	if e.LastRequest.Limit != 0 {
		t.Errorf("%+v", e.LastRequest)
	}
}

func TestTheFirstImportIntoALiveDestinationWantsItsNameTyped(t *testing.T) {
	e := uitest.Works()
	s := uitest.Open(t, e, toDatabase)
	s.Tap("Import")
	s.Tap("Import everything")
	s.Sees("Write into")
	s.Sees("Nobody rehearsed this")
	if s.Why("Import") == "" {
		t.Error("nothing has to be typed")
	}
	name := s.Field("Name of the destination").PlaceHolder
	s.Type("Name of the destination", strings.ToUpper(name))
	s.Tap("Import")
	s.Until(func() bool { return e.Called("Import") == 1 })
}

func TestALaterImportShowsTheSheetWithoutTyping(t *testing.T) {
	e := uitest.Works()
	s := uitest.Open(t, e, toDatabase)
	s.Tap("Import")
	s.Tap("Import everything")
	name := s.Field("Name of the destination").PlaceHolder
	s.Press(fyne.KeyEscape)

	e = uitest.Works()
	done := uitest.Done()
	done.To = name
	e.History = []importer.Receipt{done}
	s = uitest.Open(t, e, toDatabase)
	s.Tap("Import")
	s.Sees("last")
	s.Tap("Import everything")
	s.Sees("Write into")
	s.SeesNot("It is the first import into it")
	s.Tap("Import")
	s.Until(func() bool { return e.Called("Import") == 1 })
}

func TestManyRemovalsWantTheNumberTyped(t *testing.T) {
	e := uitest.Works()
	e.Receipt = uitest.Done()
	e.Receipt.Tables[0].Mapping, e.Receipt.Tables[0].Held = "account", 1200
	s := uitest.Open(t, e, func(o *ui.Options) { o.Project = uitest.Contoso() })
	s.Tap("Import")
	s.Tap("Import everything")
	s.Tap("Remove 1,200 records…")
	if s.Why("Remove 1,200 records") == "" {
		t.Error("nothing has to be typed")
	}
	s.Type("Number of records", "1,200")
	s.Tap("Remove 1,200 records")
	s.Until(func() bool { return e.Called("Import") == 2 })
	if r := e.LastRequest; r.Retire["account"] != 1200 || len(r.Tables) != 1 {
		t.Errorf("%+v", r)
	}
}

// What the rehearsal says of taking back is what this computer can keep, not only what the destination can do.
func TestARehearsalPromisesToTakeBackOnlyWhatIsKept(t *testing.T) {
	for words, terms := range map[string]ui.BackTerms{
		"only until Ferry is closed":        {Days: 30},
		"nothing that it replaces is kept":  {Days: 0, Lasting: true},
		"The rows can be taken back for 90": {Days: 90, Lasting: true},
	} {
		e := uitest.Works()
		e.Rehearsal, e.Trust.Terms = uitest.Rehearsed(4), terms
		s := uitest.Open(t, e, func(o *ui.Options) { toDatabase(o) })
		s.Tap("Import")
		s.Sees("Try 10 of each")
		s.Tap("Rehearse")
		s.Sees(words)
		s.Tap("Import these")
		s.Sees("Write into")
		s.Sees(words)
	}
}

func TestARehearsalLeadsToWhatWouldBeRefused(t *testing.T) {
	_, s := rehearsedStage(t, 40)
	s.Type("Search records", "lovelace 7")
	s.Sees("1 record")
	s.Tap("Show them")
	s.Sees("10 records")
	s.Sees("A value is larger than the file can hold.")
}

// What was rehearsed for one destination is not offered as an import into another one.
func TestARehearsalIsNotShownForAnotherDestination(t *testing.T) {
	e, s := rehearsedStage(t, 8)
	s.Sees("Import these")
	s.Tap("Destination")
	s.Type("File", "/home/ada/Other.db")
	s.Tap("Use and check")
	s.Sees("Destination available")
	s.Tap("Import")
	s.Sees("Import everything")
	s.SeesNot("Import these")
	if e.Rehearsal.Ended != 1 {
		t.Error("its records are still kept")
	}
}

func TestARehearsalOfAMappingThatChangedIsNotImported(t *testing.T) {
	e := uitest.MapsInto(nil)
	e.Rehearsal = uitest.Rehearsed(8)
	s := uitest.Open(t, e, func(o *ui.Options) { o.Project = uitest.Contoso() })
	s.Tap("Import")
	s.Tap("Rehearse")
	s.Sees("Import these")
	s.Tap("Mappings")
	s.TapRow("Accounts")
	s.Tap("Tick Fax")
	s.Tap("Leave out")
	s.Tap("Import")
	if why := s.Why("Import these"); !strings.Contains(why, "changed since") {
		t.Errorf("it would import what nobody saw: %q", why)
	}
}

package ui_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/project"
	"ferry/ui"
	"ferry/ui/uitest"
)

func pastOf(e *uitest.Engine, runs ...importer.Receipt) {
	e.History = runs
	e.Trust.Plan, e.Trust.Receipt = uitest.BackPlan(), uitest.BackReceipt()
}

func TestAnImportIsTakenBackFromItsReceipt(t *testing.T) {
	e := uitest.Works()
	pastOf(e, uitest.Done())
	s := open(t, e, uitest.Contoso())
	s.Tap("History")
	s.TapRow("Accounts, Contacts, Projects")
	s.Sees("until 21 December 2026")
	s.Tap("Take back this import…")
	for _, words := range []string{"Former values", "65,641", "4 rows stay as they are: The row was changed since the import.", "new_project.new_name", "The next import reads everything again."} {
		s.Sees(words)
	}
	if e.Called("TakeBack") != 0 {
		t.Fatal("it was taken back before anybody agreed")
	}
	s.Press(fyne.KeyEscape)
	s.Sees("Back to the list")
	if e.Called("TakeBack") != 0 {
		t.Fatal("Escape took it back")
	}
	s.Tap("Take back this import…")
	s.Tap("Take back") // a file of one's own: no name is typed
	s.Sees("Taken back, but 4 rows stay as they are")
	if e.Trust.Run != "r2" {
		t.Errorf("taken back was %q", e.Trust.Run)
	}
	s.Sees("Rows that stay as they are")
	s.Sees("The row was changed since the import.")
	s.Tap("Back to the list")
	s.Sees("Took back the import of today 17:28 · Accounts, Contacts, Projects")
	s.Sees("66,140 rows put back, 4 stay")
	s.Tap("Import")
	s.Sees("taken back")
	s.SeesNot("Go on")
}

func TestAtALiveDestinationItsNameIsTypedBeforeAnythingIsTakenBack(t *testing.T) {
	e := uitest.Works()
	pastOf(e, uitest.Done())
	s := uitest.Open(t, e, toDatabase)
	s.Tap("History")
	s.TapRow("Accounts, Contacts, Projects")
	s.Tap("Take back this import…")
	s.Sees("db.example.com:5432/crm/public")
	if why := s.Why("Take back"); !strings.Contains(why, "Type the name") {
		t.Errorf("Take back says %q", why)
	}
	s.Type("Name of the destination", "db.example.com:5432/crm/publi")
	if s.Why("Take back") == "" {
		t.Error("another name is enough")
	}
	s.Type("Name of the destination", "DB.example.com:5432/crm/public")
	s.Tap("Take back")
	s.Until(func() bool { return e.Called("TakeBack") == 1 })
}

func TestAButtonThatCannotTakeBackSaysWhy(t *testing.T) {
	fault := func(code, cause string) error {
		return &core.Fault{Kind: core.Wrong, Code: "importer." + code, Owner: core.You, Cause: cause, Remedy: "Remedy."}
	}
	nothing := uitest.Done()
	for i := range nothing.Tables {
		c := &nothing.Tables[i].Counts
		*c = importer.Counts{Read: c.Read, Unchanged: c.Read}
	}
	for name, of := range map[string]struct {
		run  importer.Receipt
		why  error
		want string
	}{
		"too old":          {uitest.Done(), fault("forgotten", "It was forgotten after its time."), "forgotten after its time"},
		"a newer one":      {uitest.Done(), fault("newer-first", "A newer import wrote into the same tables."), "A newer import"},
		"key lost":         {uitest.Done(), fault("image-key-lost", "The key is not in the keychain any more."), "key is not in the keychain"},
		"replaced":         {uitest.Done(), fault("other-destination", "What stands there now is not the destination."), "not the destination"},
		"taken back":       {uitest.Done(), fault("taken-back-already", "This import was taken back already."), "taken back already"},
		"changed nothing":  {nothing, nil, "nothing to take back"},
		"another computer": {uitest.Done(), fault("no-such-run", "This import did not go into this destination."), "did not go into"},
	} {
		t.Run(name, func(t *testing.T) {
			e := uitest.Works()
			pastOf(e, of.run)
			if of.why != nil {
				e.Trust.Why = map[string]error{"r2": of.why}
			}
			s := open(t, e, uitest.Contoso())
			s.Tap("History")
			s.TapRow("Accounts, Contacts, Projects")
			s.Until(func() bool { return strings.Contains(s.Why("Take back this import…"), of.want) })
			s.Sees(of.want) // also for those who do not point at it
		})
	}
}

func TestARunOfAnotherProjectIsTakenBackThere(t *testing.T) {
	e := uitest.Works()
	e.Others = uitest.Elsewhere()
	s := open(t, e, uitest.Contoso())
	s.Tap("History")
	s.Tap("All projects")
	s.TapRow("66,173 read, 66,131 written, 13 refused")
	s.Until(func() bool {
		return strings.Contains(s.Why("Take back this import…"), "Open the project of this import")
	})
	if e.Called("MayTakeBack") != 0 {
		t.Error("the present project was asked for it")
	}
}

func TestTakingBackIsStoppedAndGoesOnAlsoAfterARestart(t *testing.T) {
	e := uitest.Works()
	pastOf(e, uitest.Done())
	e.Block = map[string]bool{"TakeBack": true}
	e.News = []importer.Progress{uitest.Midway()}
	s := open(t, e, uitest.Contoso())
	s.Tap("History")
	s.TapRow("Accounts, Contacts, Projects")
	s.Tap("Take back this import…")
	s.Tap("Take back")
	s.Sees("taking back")
	s.Tap("Settings")
	if why := s.Why("Delete what this project knows…"); why == "" {
		t.Error("it can be deleted in the middle")
	}
	s.Tap("History")
	s.Tap("Stop")
	s.Sees("Stopped part-way")
	e.Block = nil
	s.Tap("Go on taking back")
	s.Sees("Taken back, but")
	if e.Called("TakeBack") != 2 || e.Called("RehearseTakeBack") != 1 {
		t.Errorf("%d and %d calls", e.Called("TakeBack"), e.Called("RehearseTakeBack"))
	}

	half := uitest.BackReceipt()
	half.State = importer.Interrupted
	e = uitest.Works()
	pastOf(e, half, uitest.Done())
	s = open(t, e, uitest.Contoso())
	s.Sees("stopped part-way")
	s.SeesNot("goes on where it stopped; nothing is written twice") // no import is offered to go on with
	s.Tap("Show")
	s.Sees("Stopped part-way")
	s.Tap("Import")
	s.Tap("Go on taking back")
	s.Sees("Taken back, but")
	if e.Trust.Run != "r2" {
		t.Errorf("went on with %q", e.Trust.Run)
	}
}

func TestAnInterruptedImportCanBeTakenBackInsteadOfGoneOnWith(t *testing.T) {
	e := uitest.Works()
	pastOf(e, uitest.Stopped())
	s := open(t, e, uitest.Contoso())
	s.Tap("Import")
	s.Tap("Take it back…")
	s.Sees("Former values")
}

func TestWithoutAKeychainItIsSaidThatARestartEndsIt(t *testing.T) {
	e := uitest.Works()
	pastOf(e, uitest.Done())
	e.Trust.Terms = ui.BackTerms{Until: uitest.Now().AddDate(0, 0, 30), Days: 30}
	s := uitest.Open(t, e, toDatabase)
	s.Tap("Import")
	s.Tap("Import everything")
	s.Sees("cannot be taken back after a restart")
	s.Press(fyne.KeyEscape)
	s.Tap("History")
	s.TapRow("Accounts, Contacts, Projects")
	s.Sees("cannot be taken back after a restart")
}

func TestWhatIsKeptIsChosenAndLessIsAskedAbout(t *testing.T) {
	e := uitest.Works()
	e.Machine.Network.ReadTimeout = 77
	s := open(t, e, uitest.Contoso())
	s.Tap("Settings")
	s.Sees("30 days")
	choose := func(words string) {
		s.Tap("How long people's data is kept")
		s.Tap(words)
	}
	choose("90 days")
	s.Until(func() bool { return e.Machine.KeepDays != nil && *e.Machine.KeepDays == 90 })
	choose("not at all")
	s.Sees("No import can be taken back any more")
	s.Tap("Cancel")
	if *e.Machine.KeepDays != 90 {
		t.Error("it was changed although nobody agreed")
	}
	choose("7 days")
	s.Tap("Delete")
	s.Until(func() bool { return *e.Machine.KeepDays == 7 })
	if e.Machine.Network != (project.Network{ReadTimeout: 77}) {
		t.Errorf("the network settings are %+v", e.Machine.Network)
	}
}

func TestWhatAProjectKnowsIsDeletedAfterItIsSaidWhat(t *testing.T) {
	e := uitest.Works()
	pastOf(e, uitest.Done())
	e.Trust.Known = ui.Known{Runs: 14, Refused: 1312, Back: 3, Files: []string{"/home/ada/Contoso.xlsx"}, Tables: 24}
	s := open(t, e, uitest.Contoso())
	s.Tap("Settings")
	s.Tap("Delete what this project knows…")
	for _, words := range []string{"The history of 14 imports", "1,312 records", "take 3 imports back", "Contoso.xlsx", "24 tables", "The rows at the destination", "Reports and lists", "Disconnect"} {
		s.Sees(words)
	}
	s.Tap("Cancel")
	if e.Called("DeleteKnown") != 0 {
		t.Fatal("it was deleted although nobody agreed")
	}
	s.Tap("Delete what this project knows…")
	s.Sees("Is deleted")
	e.Fail = map[string]error{"DeleteKnown": &core.Fault{Kind: core.Wrong, Owner: core.You, Cause: "A file cannot be deleted.", Remedy: "Try again."}}
	s.Tap("Delete")
	s.Sees("A file cannot be deleted.")
	e.Fail = nil
	s.Tap("Try again")
	s.Sees("Is deleted")
	s.Tap("Delete")
	s.Sees("knows nothing any more")
	s.Tap("Close")
	s.Tap("History")
	s.Sees("No import yet")
}

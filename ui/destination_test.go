package ui_test

import (
	"encoding/json"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"ferry/core"
	"ferry/core/postgres"
	"ferry/core/project"
	"ferry/core/sheet"
	"ferry/core/sqlite"
	"ferry/ui"
	"ferry/ui/uitest"
)

// withPostgres has both kinds of destination, and none chosen yet.
func withPostgres(_ *uitest.Engine, o *ui.Options) {
	o.Project = uitest.Contoso()
	o.Project.Destination = nil
	o.Destinations = []core.Driver[core.Destination]{uitest.SQLite(), postgres.Driver(nil)}
}

// withFiles has every kind of destination, and none chosen yet.
func withFiles(e *uitest.Engine, o *ui.Options) {
	withPostgres(e, o)
	spools := sheet.Spools{Folder: "spools", Open: func(path string) (sheet.Spool, error) { return sqlite.New(path, nil) }}
	o.Destinations = []core.Driver[core.Destination]{sheet.Excel(spools, nil), uitest.SQLite(), sheet.CSV(spools, nil), postgres.Driver(nil)}
}

func TestAWorkbookAndAFolderAreOfferedBesideTheConnection(t *testing.T) {
	e := uitest.Works()
	var p *project.Project
	s := uitest.Open(t, e, func(o *ui.Options) { withFiles(e, o); o.Documents = "/home/ada/Documents/Ferry"; p = o.Project })
	s.Tap("Destination")
	s.Tap("Use and check")
	s.Sees("Destination available")
	if d := p.Destination; d == nil || d.Driver != "excel" || d.Settings["file"] != "/home/ada/Documents/Ferry/Contoso/Contoso.xlsx" {
		t.Errorf("the workbook is %+v", d)
	}
	s.Tap("CSV folder")
	s.Tap("Use and check")
	s.Sees("Destination available")
	if d := p.Destination; d == nil || d.Driver != "csv" || d.Settings["folder"] != "/home/ada/Documents/Ferry/Contoso" || d.Settings["delimiter"] != "comma" || d.Settings["apostrophe"] != "true" {
		t.Errorf("the folder is %+v", d)
	}
}

func TestADestinationWithoutAFileIsChosenAndItsPasswordStaysOutOfTheProject(t *testing.T) {
	e := uitest.Works()
	var p *project.Project
	s := uitest.Open(t, e, func(o *ui.Options) { withPostgres(e, o); p = o.Project })
	s.Tap("Destination")
	s.Tap("PostgreSQL")
	if why := s.Why("Use and check"); !strings.Contains(why, "Address") {
		t.Errorf("without an address the button says %q", why)
	}
	s.Type("Address", "db.example.com/crm")
	s.Type("User", "ada")
	s.Type("Password", "hunter2")
	s.Tap("Use and check")
	s.Sees("Destination available")
	if e.DestSecrets["password"].Reveal() != "hunter2" {
		t.Error("the password did not reach the keychain")
	}
	text, err := json.Marshal(p)
	if err != nil || strings.Contains(string(text), "hunter2") || p.Destination == nil || p.Destination.Settings["user"] != "ada" {
		t.Errorf("the project has %+v, %v", p.Destination, err)
	}
	s.Tap("Continue to import")
	s.Sees("db.example.com:5432/crm")
}

func TestPracticeRecordsGoIntoNoDatabaseOfOthers(t *testing.T) {
	e := uitest.Works()
	var p *project.Project
	s := uitest.Open(t, e, func(o *ui.Options) { withPostgres(e, o); p = o.Project; p.Connections[0].Practice = true })
	s.Tap("Destination")
	s.Tap("PostgreSQL")
	s.Type("Address", "db.example.com/crm")
	s.Sees("From the practice environment Ferry writes only into new files")
	if why := s.Why("Use and check"); !strings.Contains(why, "practice environment") {
		t.Errorf("the button says %q", why)
	}
	s.Tap("Database file (SQLite)")
	s.SeesNot("From the practice environment Ferry writes only")
	s.Tap("Use and check")
	s.Sees("Destination available")
	if d := p.Destination; d == nil || d.Driver != "sqlite" {
		t.Errorf("the destination is %+v", d)
	}
}

func TestAnAddressWithAPasswordIsRefusedBeforeItIsSaved(t *testing.T) {
	e := uitest.Works()
	var p *project.Project
	s := uitest.Open(t, e, func(o *ui.Options) { withPostgres(e, o); p = o.Project })
	s.Tap("Destination")
	s.Tap("PostgreSQL")
	s.Type("Address", "postgres://ada:hunter2@db.example.com/crm")
	s.Win.Resize(fyne.NewSize(900, 600))
	s.Tap("Use and check")
	s.Sees("There is a password in the address")
	s.SeesNot("Destination available")
	scrolled := false
	uitest.Walk(s.Win.Content(), func(o fyne.CanvasObject) {
		page, ok := o.(*container.Scroll)
		scrolled = scrolled || ok && page.Offset.Y > 0
	})
	if !scrolled {
		t.Error("what is wrong stands below the form, where nobody sees it")
	}
	if p.Destination != nil || e.Called("CheckDestination") != 0 {
		t.Error("the address was used all the same")
	}
}

package ui_test

import (
	"encoding/json"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/postgres"
	"ferry/core/project"
	"ferry/ui"
	"ferry/ui/uitest"
)

// withPostgres has both kinds of destination, and none chosen yet.
func withPostgres(_ *uitest.Engine, o *ui.Options) {
	o.Project = uitest.Contoso()
	o.Project.Destination = nil
	o.Destinations = []core.Driver[core.Destination]{uitest.SQLite(), postgres.Driver(nil)}
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

func TestAnAddressWithAPasswordIsRefusedBeforeItIsSaved(t *testing.T) {
	e := uitest.Works()
	var p *project.Project
	s := uitest.Open(t, e, func(o *ui.Options) { withPostgres(e, o); p = o.Project })
	s.Tap("Destination")
	s.Tap("PostgreSQL")
	s.Type("Address", "postgres://ada:hunter2@db.example.com/crm")
	s.Tap("Use and check")
	s.Sees("There is a password in the address")
	s.SeesNot("Destination available")
	if p.Destination != nil || e.Called("CheckDestination") != 0 {
		t.Error("the address was used all the same")
	}
}

package ui_test

import (
	"testing"

	"ferry/core/project"
	"ferry/ui"
	"ferry/ui/uitest"
)

func TestAProjectIsCalledByWhereItGoesUntilSomebodyNamesIt(t *testing.T) {
	e := uitest.Works()
	name := func() string { return e.Saved().Name }
	s := uitest.Open(t, e, func(o *ui.Options) {
		o.Project, o.Documents = uitest.Contoso(), t.TempDir()
		o.Project.Name = "Ferry"
		o.Project.Destination = nil
	})
	s.Tap("Settings")
	s.Sees("Contoso")
	s.Tap("Destination")
	s.Type("File", "/home/ada/move.db")
	s.Tap("Use and check")
	s.Until(func() bool { return e.Saved() != nil && name() == "Contoso › move.db" })
	s.Tap("Settings")
	s.Sees("Contoso › move.db")
	s.Tap("Rename…")
	s.Type("Name of the project", "  The great move ")
	s.Tap("Rename")
	s.Until(func() bool { return name() == "The great move" })
	s.Sees("The great move")
	s.Tap("Destination")
	s.Type("File", "/home/ada/other.db")
	s.Tap("Use and check")
	s.Until(func() bool { return e.Saved().Destination.Settings["file"] == "/home/ada/other.db" })
	if name() != "The great move" {
		t.Errorf("it is called %q", name())
	}
	s.Tap("Settings")
	s.Tap("Rename…")
	s.Type("Name of the project", "")
	s.Tap("Rename")
	s.Until(func() bool { return name() == "Contoso › other.db" })
}

func TestANameThatAProjectCameWithStays(t *testing.T) {
	e := uitest.Works()
	s := uitest.Open(t, e, func(o *ui.Options) {
		o.Project = uitest.Contoso()
		o.Project.Destination = &project.Destination{Driver: "sqlite", Settings: map[string]string{"file": "/home/ada/move.db"}}
	})
	s.Tap("More about Projects")
	s.Tap("Take off the list")
	s.Until(func() bool { return e.Saved() != nil })
	if name := e.Saved().Name; name != "Contoso" {
		t.Errorf("it is called %q", name)
	}
}

package wiring_test

import (
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"ferry/cmd/internal/wiring"
	"ferry/core"
	"ferry/core/project"
	"ferry/core/sqlite"
)

// A file can what its spool can. A power that a database file gains has to be named in sheet.Spool, or files lack it.
func TestFilesCanWhatADatabaseFileCan(t *testing.T) {
	database := reflect.TypeFor[*sqlite.Destination]()
	folder := t.TempDir()
	for _, driver := range wiring.Destinations(folder, nil) {
		if driver.Name != "csv" && driver.Name != "excel" {
			continue
		}
		d, err := driver.New(core.Settings{Values: map[string]string{"folder": filepath.Join(folder, "csv"), "file": filepath.Join(folder, "book.xlsx")}})
		if err != nil {
			t.Fatal(err)
		}
		for i := range database.NumMethod() {
			if name := database.Method(i).Name; !reflect.ValueOf(d).MethodByName(name).IsValid() {
				t.Errorf("%s cannot %s", driver.Name, name)
			}
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestDestinationsStandInTheOrderInWhichPeopleAreAsked(t *testing.T) {
	var names []string
	for _, d := range wiring.Destinations("", nil) {
		names = append(names, d.Name)
	}
	if !slices.Equal(names, []string{"halo", "excel", "sqlite", "csv", "postgres"}) {
		t.Errorf("the window offers %q", names)
	}
}

// The place of a destination is the same from every folder.
func TestAFolderIsAPlaceToo(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	whole, err := filepath.Abs("out")
	if err != nil {
		t.Fatal(err)
	}
	for _, named := range []string{"out", "./out", "out/../out", whole} {
		if place := wiring.Place(project.Destination{Driver: "csv", Settings: map[string]string{"folder": named}}); place != "csv:"+whole {
			t.Errorf("%q is at %q", named, place)
		}
	}
}

package wiring_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/cmd/internal/wiring"
	"ferry/core/project"
)

func TestADestinationOfSomebodyElseIsLeftOutAndSaid(t *testing.T) {
	t.Parallel()
	c := &wiring.Computer{Data: t.TempDir()}
	drivers := wiring.Destinations(c.Data, nil)
	folder := t.TempDir()
	file := filepath.Join(folder, "move.ferry")
	elsewhere := filepath.Join(t.TempDir(), "own.db")
	write := func(id string, d project.Destination) *project.Project {
		t.Helper()
		p := project.New("Move")
		if id != "" {
			p.ID = id
		}
		p.Destination = &d
		if err := p.Write(file); err != nil {
			t.Fatal(err)
		}
		return p
	}
	for name, d := range map[string]project.Destination{
		"an absolute path":    {Driver: "sqlite", Settings: map[string]string{"file": elsewhere}},
		"a way out":           {Driver: "sqlite", Settings: map[string]string{"file": "../x.db"}},
		"a share":             {Driver: "excel", Settings: map[string]string{"file": `\\evil\share\x.xlsx`}},
		"a folder elsewhere":  {Driver: "csv", Settings: map[string]string{"folder": filepath.Dir(elsewhere)}},
		"a hidden sign":       {Driver: "sqlite", Settings: map[string]string{"file": "x\u202edb.exe"}},
		"a hidden server":     {Driver: "postgres", Settings: map[string]string{"server": "db\u200b.example"}},
		"a kind from nowhere": {Driver: "teleport"},
	} {
		write("", d)
		p, said, err := c.Receive(drivers, file, false)
		if err != nil || p.Destination != nil || len(said) != 1 || !strings.HasPrefix(said[0].Cause, "The destination was left out. ") || said[0].Remedy == "" {
			t.Errorf("%s: %+v, %v, %v", name, p.Destination, said, err)
		}
	}
	write("", project.Destination{Driver: "sqlite", Settings: map[string]string{"file": "x.db"}})
	if p, said, err := c.Receive(drivers, file, false); err != nil || len(said) > 0 || p.Destination.Settings["file"] != filepath.Join(folder, "x.db") {
		t.Errorf("a file beside it: %+v, %v, %v", p.Destination, said, err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("opening made files: %v %v", left, err)
	}

	// What the person chose on this computer stays, in this project and for this place alone.
	own := write("", project.Destination{Driver: "sqlite", Settings: map[string]string{"file": elsewhere}})
	c.Chose(own)
	if p, said, err := c.Receive(drivers, file, false); err != nil || len(said) > 0 || p.Destination.Settings["file"] != elsewhere {
		t.Errorf("what was chosen here is %+v, %v, %v", p.Destination, said, err)
	}
	write(own.ID, project.Destination{Driver: "sqlite", Settings: map[string]string{"file": elsewhere + "2"}})
	if p, _, _ := c.Receive(drivers, file, false); p.Destination != nil {
		t.Errorf("another place is kept: %v", p.Destination)
	}
	write("", project.Destination{Driver: "sqlite", Settings: map[string]string{"file": elsewhere}})
	if p, _, _ := c.Receive(drivers, file, false); p.Destination != nil {
		t.Errorf("another project keeps it: %v", p.Destination)
	}
	kept, err := os.ReadFile(filepath.Join(c.Data, "chosen.json"))
	if err != nil || strings.Contains(string(kept), "own.db") {
		t.Errorf("%s, %v", kept, err)
	}
	if err := os.WriteFile(filepath.Join(c.Data, "chosen.json"), []byte("{damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.Chose(own)
	if again, err := os.ReadFile(filepath.Join(c.Data, "chosen.json")); err != nil || string(again) != string(kept) {
		t.Errorf("after damage it keeps %s, %v", again, err)
	}
	if p, _, err := c.Receive(drivers, file, true); err != nil || p.Destination == nil {
		t.Errorf("this computer's own project lost its destination: %v", err)
	}
}

package project

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/mapping"
)

func TestAProjectSavedAndReadIsTheSame(t *testing.T) {
	p := New("Move")
	p.Connection, p.Connections = "Test", []Connection{{Name: "Contoso", Org: "https://contoso.crm4.dynamics.com", Tenant: "contoso.example", ClientID: "c", Auth: Secret, Kind: "live"},
		{Name: "Test", Org: "https://test.crm.dynamics.com", Auth: Browser}}
	p.Destination = &Destination{Driver: "sqlite", Settings: map[string]string{"file": `C:\Move\contoso.db`}}
	p.Mappings = []mapping.Mapping{{ID: "account", Source: "account", Table: "account", Key: "accountid", Columns: []mapping.Binding{{Column: "name", Type: core.ColumnText, Field: "name"}}}}
	path := filepath.Join(t.TempDir(), "new folder", "move.ferry")
	if err := p.Write(path); err != nil {
		t.Fatal(err)
	}
	if err := p.Write(path); err != nil {
		t.Fatalf("over itself: %v", err)
	}
	got, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, p) {
		t.Errorf("read\n%+v\nsaved\n%+v", got, p)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("%d files are left beside it: %v", len(left), err)
	}
}

func TestAFileThatIsNoProjectIsRefusedInWords(t *testing.T) {
	good := `{"version":1,"id":"00112233445566778899aabbccddeeff","name":"x"`
	for text, code := range map[string]string{
		``:              "project.not-a-project",
		`PK\x03\x04`:    "project.not-a-project",
		`{}`:            "project.not-a-project",
		`{"version":4}`: "project.newer",
		`{"version":1,"id":"../../etc","name":"x"}`: "project.not-a-project",
		good + `,"extra":1}`:                        "project.not-a-project",
		good + `}{}`:                                "project.not-a-project",
		strings.Repeat(`{"version":`, 100000):       "project.too-much",
		good + `,"connections":[{"name":"c","org":"https://me:pw@x.example","auth":"secret"}]}`:           "project.secret-inside",
		good + `,"destination":{"driver":"postgres","settings":{"url":"postgres://me:pw@db.example/x"}}}`: "project.secret-inside",
	} {
		path := filepath.Join(t.TempDir(), "x.ferry")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Read(path)
		f := core.AsFault(err)
		if err == nil || f.Code != code || f.Remedy == "" {
			t.Errorf("%.60q gives %q, not %q", text, f.Code, code)
		}
		if strings.Contains(f.Error(), "pw") {
			t.Errorf("the password stands in %q", f.Error())
		}
	}
	if _, err := Read(filepath.Join(t.TempDir(), "none.ferry")); core.AsFault(err).Code != "project.missing" {
		t.Errorf("a missing file gives %v", err)
	}
}

func TestASaveThatFailsLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	p := New("Move")
	path := filepath.Join(dir, "move.ferry")
	if err := p.Write(path); err != nil {
		t.Fatal(err)
	}
	p.Connections = []Connection{{Name: "c", Org: "https://me:secret@x.example"}}
	if err := p.Write(path); core.AsFault(err).Code != "project.secret-inside" {
		t.Fatalf("a password in an address gives %v", err)
	}
	if got, err := Read(path); err != nil || len(got.Connections) != 0 {
		t.Errorf("the old file is not there any more: %v", err)
	}
	if err := p.Write(filepath.Join(path, "below a file.ferry")); err == nil {
		t.Error("a file was written below a file")
	}
}

func TestTheConnectionInUseFollowsRemove(t *testing.T) {
	p := New("Move")
	if p.Current() != nil {
		t.Error("an empty project has a connection")
	}
	p.Connection, p.Connections = "a", []Connection{{Name: "a"}, {Name: "b"}}
	if p.Current() == nil || p.Current().Name != "a" {
		t.Errorf("in use is %+v", p.Current())
	}
	p.Remove("a")
	if p.Current() == nil || p.Current().Name != "b" {
		t.Errorf("after removing the one in use: %+v", p)
	}
}

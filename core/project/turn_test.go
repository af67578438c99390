package project

import (
	"path/filepath"
	"reflect"
	"testing"

	"ferry/core/mapping"
)

func TestWhatWasMadeForOneKindOfDestinationComesBackWhenTheProjectTurnsBack(t *testing.T) {
	p := New("Move")
	p.Tables = []string{"account", "account-2", "contact"}
	p.Off = []string{"contact"}
	p.Mappings = []mapping.Mapping{{ID: "account", Source: "account", Title: "Companies", Columns: []mapping.Binding{}}, {ID: "account-2", Source: "account", Columns: []mapping.Binding{}}}
	before := *p

	p.Turn("")
	if !reflect.DeepEqual(*p, before) {
		t.Errorf("turning to where it is changes it: %+v", p)
	}
	p.Turn("halo")
	if !reflect.DeepEqual(p.Tables, []string{"account", "contact"}) || !reflect.DeepEqual(p.Off, []string{"contact"}) || len(p.Mappings) != 0 {
		t.Errorf("a new list begins as %v, off %v, with %v", p.Tables, p.Off, p.Mappings)
	}
	p.Mappings = []mapping.Mapping{{ID: "account", Source: "account", Table: "customers", Columns: []mapping.Binding{}}}
	path := filepath.Join(t.TempDir(), "move.ferry")
	if err := p.Write(path); err != nil {
		t.Fatal(err)
	}
	p, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	p.Turn("")
	if !reflect.DeepEqual(p.Tables, before.Tables) || !reflect.DeepEqual(p.Off, before.Off) || !reflect.DeepEqual(p.Mappings, before.Mappings) {
		t.Errorf("turned back it has %v, off %v, %+v", p.Tables, p.Off, p.Mappings)
	}
	p.Turn("halo")
	if len(p.Mappings) != 1 || p.Mappings[0].Table != "customers" {
		t.Errorf("what was made for Halo is lost: %+v", p.Mappings)
	}
	p.Turn("")
	if p.Turn("halo"); len(p.Aside) != 1 {
		t.Errorf("lists pile up: %v", p.Aside)
	}
}

func TestAListThatIsPutAsideIsLookedAtAsWellAsTheOther(t *testing.T) {
	p := New("Sent")
	p.Aside = map[string]List{"halo": {Mappings: []mapping.Mapping{{ID: "a", Source: "account"}, {ID: "a", Source: "contact"}}}}
	if err := p.Write(filepath.Join(t.TempDir(), "sent.ferry")); err == nil {
		t.Error("two mappings of one id were saved")
	}
}

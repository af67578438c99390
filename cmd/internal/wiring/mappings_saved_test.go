package wiring

import (
	"slices"
	"testing"

	"ferry/core/mapping"
)

// TestADefaultStaysItselfBesideAChangedCopy: the copy of a default is another mapping of its table; importing the table
// does not mean the copy, whether both are asked for or one.
func TestADefaultStaysItselfBesideAChangedCopy(t *testing.T) {
	saved := []mapping.Mapping{{ID: "account-2", Source: "account", Table: "copy"}, {ID: "people", Source: "contact"}}
	list := []string{"account", "account-2", "people"}
	for _, names := range [][]string{{"account"}, {"account", "account-2"}, {"account-2", "account", "people"}} {
		asked := Asked(saved, list, names)
		if m, found := Saved(asked, "account", names...); found {
			t.Errorf("asked for %v, account means %s", names, m.ID)
		}
		if m, _ := Saved(asked, "account-2", names...); slices.Contains(names, "account-2") && m.Table != "copy" {
			t.Errorf("asked for %v, the copy is not found", names)
		}
	}
	if m, _ := Saved(Asked(saved, list, []string{"contact"}), "contact", "contact"); m.ID != "people" {
		t.Error("the only mapping of a table is not found by the table")
	}
	if m, _ := Saved(Asked(saved, []string{"account-2"}, []string{"account"}), "account", "account"); m.ID != "account-2" {
		t.Error("a table that is not listed itself is not found by its only mapping")
	}
}

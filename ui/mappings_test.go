package ui_test

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/project"
	"ferry/ui/uitest"
)

// mapped is a project in which accounts have a mapping of their own.
func mapped(change func(d *mapping.Draft)) *project.Project {
	p := uitest.Contoso()
	d := mapping.NewDraft(uitest.AccountTable(), nil)
	if change != nil {
		change(d)
	}
	p.Mappings = append(p.Mappings, d.Saved())
	return p
}

func TestAMappingIsCopiedDeletedAndBroughtBack(t *testing.T) {
	e := uitest.MapsInto(nil)
	s := open(t, e, mapped(func(d *mapping.Draft) { _ = d.Unbind("fax") }))
	s.Tap("Mappings")
	s.Sees("account → account")
	s.Sees("every field, as it comes") // of contacts
	s.Tap("More for Accounts")
	s.Tap("Copy")
	s.Sees("Accounts (copy)")
	s.Sees("account → account_copy")
	s.Until(func() bool { return e.Saved() != nil && len(e.Saved().Mappings) == 2 })
	if got := e.Saved().Tables; len(got) != 4 || got[0] != "account" || got[1] != "account-2" {
		t.Errorf("the list is %v", got)
	}
	s.Tap("More for Accounts (copy)")
	s.Tap("Delete")
	s.Sees("“Accounts (copy)” was deleted. What was imported stays.")
	s.SeesNot("account_copy")
	s.Tap("Undo")
	s.Sees("account → account_copy")
	s.Until(func() bool { return len(e.Saved().Tables) == 4 && len(e.Saved().Mappings) == 2 })
}

func TestACopyOfADefaultLeavesTheDefaultAlone(t *testing.T) {
	e := uitest.MapsInto(nil)
	s := open(t, e, uitest.Contoso())
	s.Tap("Mappings")
	s.Tap("More for Contacts")
	s.Tap("Copy")
	s.Sees("contact → contact_copy")
	s.Until(func() bool { return e.Saved() != nil && len(e.Saved().Tables) == 4 })
	for _, m := range e.Saved().Mappings {
		if m.ID == "contact" && m.Table != "contact" {
			t.Errorf("the original goes to %s", m.Table)
		}
	}
}

func TestWhatIsSwitchedOffTakesNoPartInImportEverything(t *testing.T) {
	e := uitest.MapsInto(nil)
	s := open(t, e, uitest.Contoso())
	s.Tap("Mappings")
	s.Tap("Contacts takes part in Import everything")
	s.Until(func() bool { return e.Saved() != nil && len(e.Saved().Off) == 1 })
	s.Tap("Import")
	s.Sees("not part of Import everything")
	s.Tap("Import everything")
	s.Sees("It adds up")
	if got := e.LastRequest.Tables; len(got) != 2 || got[0] != "account" || got[1] != "new_project" {
		t.Errorf("imported %v", got)
	}
	s.Tap("Import contacts")
	s.Until(func() bool { return e.Called("Import") == 2 })
	if got := e.LastRequest.Tables; len(got) != 1 || got[0] != "contact" {
		t.Errorf("its own button imported %v", got)
	}
}

func TestMappingsAreExportedAndBroughtIn(t *testing.T) {
	e := uitest.MapsInto(nil)
	s := open(t, e, mapped(func(d *mapping.Draft) { _ = d.SetTitle("Customers") }))
	s.Tap("Mappings")
	s.Tap("More for Customers")
	s.Tap("Export…")
	s.Type("File", "/tmp/customers.ferry")
	s.Tap("Export")
	s.Sees("Another Ferry takes it")
	s.Tap("Close")
	if len(e.Exported()) != 1 || e.Exported()[0].Title != "Customers" {
		t.Fatalf("wrote %+v", e.Exported())
	}
	other := e.Exported()[0]
	other.ID, other.Title, other.Table = "account-9", "Partners", "partners"
	e.Map.File = append(e.Exported(), other)
	s.Tap("Bring in…")
	s.Type("File", "/tmp/customers.ferry")
	s.Tap("Read")
	s.Sees("replaces “Customers”")
	s.Sees("new")
	s.Tap("Customers") // not this one
	s.Tap("Bring 1 in")
	s.Sees("Partners")
	s.Until(func() bool { return e.Saved() != nil && len(e.Saved().Mappings) == 2 })
	s.Press(fyne.KeyEscape)
	s.Tap("Undo")
	s.SeesNot("Partners")
}

func TestAFileThatCannotBeReadChangesNothing(t *testing.T) {
	e := uitest.MapsInto(nil)
	e.Fail = map[string]error{"ReadMappings": &core.Fault{Kind: core.Wrong, Code: "x", Owner: core.You, Cause: "This is no file of Ferry's.", Remedy: "Choose another one."}}
	s := open(t, e, uitest.Contoso())
	s.Tap("Mappings")
	s.Tap("Bring in…")
	s.Type("File", "/tmp/x.ferry")
	s.Tap("Read")
	s.Sees("This is no file of Ferry's.")
	s.Press(fyne.KeyEscape)
	if e.Saved() != nil {
		t.Error("something was saved")
	}
}

func TestTheListWorksOffline(t *testing.T) {
	e := uitest.MapsInto(nil)
	fault := &core.Fault{Kind: core.Offline, Code: "rest.unreachable", Owner: core.You, Cause: "contoso-test.crm4.dynamics.com cannot be reached.", Remedy: "Look whether this computer is online, then try again."}
	e.Fail = map[string]error{"Tables": fault}
	d := e.Map.Tables["account"]
	d.Why = fault
	e.Map.Tables["account"] = d
	s := open(t, e, uitest.Contoso())
	s.Tap("Mappings")
	s.Sees("You can go on editing, and add tables of the list of the last time.")
	s.Tap("Add table…")
	s.Type("Search", "lead")
	s.Press(fyne.KeyReturn)
	s.Until(func() bool { return e.Saved() != nil && len(e.Saved().Tables) == 4 })
	if e.Called("Count") > 0 {
		t.Error("it counts offline")
	}
	s.TapRow("Accounts")
	s.Sees("These are the fields as they were today")
	s.Tap("Mappings")
	s.Sees("every field, as it comes")
}

func TestATableWithoutALastTimeWaitsForTheEnvironment(t *testing.T) {
	e := uitest.MapsInto(nil)
	names := e.TableNames
	e.TableNames, e.Fail = nil, map[string]error{"Tables": &core.Fault{Kind: core.Offline, Code: "rest.unreachable", Owner: core.You, Cause: "It cannot be reached.", Remedy: "Try again."}}
	s := open(t, e, uitest.Contoso())
	s.Tap("Mappings")
	s.Sees("You can go on editing with what Ferry knows of the tables.")
	e.TableNames, e.Fail = names, nil
	s.Tap("Try again")
	s.Until(func() bool { return !strings.Contains(strings.Join(s.Words(), "\n"), "It cannot be reached.") })
	s.Tap("Add table…")
	s.Type("Search", "lead")
	s.Press(fyne.KeyReturn)
	s.Until(func() bool { return e.Saved() != nil && len(e.Saved().Tables) == 4 })
}

func TestMappingsThatAreBroughtInShareNoIDWithAnother(t *testing.T) {
	e := uitest.MapsInto(nil)
	s := open(t, e, mapped(func(d *mapping.Draft) { _ = d.SetTitle("Customers") }))
	child := mapping.Mapping{ID: "account.contact", Source: "contact", Link: "parentcustomerid", Table: "people", Key: "contactid"}
	one := mapping.Mapping{ID: "contact", Source: "account", Title: "Odd", Table: "odd", Key: "accountid", Children: []mapping.Mapping{child}} // the id of another table's
	two := mapping.Mapping{ID: "free", Source: "account", Title: "Free", Table: "free", Key: "accountid", Children: []mapping.Mapping{child}}
	e.Map.File = []mapping.Mapping{one, two}
	s.Tap("Mappings")
	s.Tap("Bring in…")
	s.Type("File", "/tmp/x.ferry")
	s.Tap("Read")
	s.SeesNot("replaces")
	s.Tap("Bring 2 in")
	s.Sees("Odd")
	s.Until(func() bool { return e.Saved() != nil && len(e.Saved().Mappings) == 3 })
	seen := map[string]bool{}
	for _, m := range e.Saved().Mappings {
		if seen[m.ID] || m.ID == "contact" {
			t.Errorf("the id %s is another's", m.ID)
		}
		seen[m.ID] = true
	}
	for _, id := range []string{"account", "contact", "free"} {
		if !slices.Contains(e.Saved().Tables, id) {
			t.Errorf("%s is not on the list: %v", id, e.Saved().Tables)
		}
	}
	if len(e.Saved().Tables) != 5 {
		t.Errorf("%v", e.Saved().Tables)
	}
}

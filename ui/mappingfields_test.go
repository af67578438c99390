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

// fieldsOf opens the page of accounts.
func fieldsOf(t *testing.T, e *uitest.Engine, p *project.Project) *uitest.Stage {
	t.Helper()
	s := open(t, e, p)
	s.Tap("Mappings")
	s.TapRow("Accounts")
	s.Sees("From Dynamics 365")
	return s
}

// column is what was saved of a column of accounts; false when there is none.
func column(e *uitest.Engine, name string) (mapping.Binding, bool) {
	if e.Saved() == nil {
		return mapping.Binding{}, false
	}
	for _, m := range e.Saved().Mappings {
		for _, b := range m.Columns {
			if m.Source == "account" && b.Column == name {
				return b, true
			}
		}
	}
	return mapping.Binding{}, false
}

func TestAColumnIsRenamedInItsRowAndTakenBack(t *testing.T) {
	e := uitest.MapsInto(nil)
	s := fieldsOf(t, e, uitest.Contoso())
	s.Tap("Rename telephone1")
	s.Type("Name of telephone1", "phone")
	s.Press(fyne.KeyReturn)
	s.Until(func() bool { _, ok := column(e, "phone"); return ok })
	s.Tap("Undo")
	s.Until(func() bool { return len(e.Saved().Mappings) == 0 }) // it is the default again
	s.Tap("Redo")
	s.Until(func() bool { _, ok := column(e, "phone"); return ok })
	s.Tap("Rename fax")
	s.Type("Name of fax", "phone")
	s.Press(fyne.KeyReturn)
	s.Sees("There is a column phone already.")
}

func TestACalculatedFieldSaysThatOnlyAFullImportBringsItFresh(t *testing.T) {
	e := uitest.MapsInto(nil)
	account := e.Map.Tables["account"]
	account.Table.Fields = slices.Clone(account.Table.Fields)
	for i := range account.Table.Fields {
		account.Table.Fields[i].Derived = account.Table.Fields[i].Name == "telephone1"
	}
	e.Map.Tables["account"] = account
	s := fieldsOf(t, e, uitest.Contoso())
	s.Type("Search", "telephone1")
	s.Sees("· calculated")
	s.Sees("fresh only in a full import")
}

func TestTheSearchFindsFieldsByEitherNameOfEitherSide(t *testing.T) {
	e := uitest.MapsInto(uitest.CustomerTable())
	s := fieldsOf(t, e, mappedInto(uitest.CustomerTable()))
	s.Type("Search", "Main Ph")
	s.Sees("telephone1 · text")
	s.SeesNot("Account Number")
	s.Type("Search", "phonenumber") // the destination's name
	s.Sees("Main Phone")
	s.Type("Search", "zebra")
	s.Sees("No field has this name.")
	s.Type("Search", "Account Number") // a search looks in all of them
	s.Sees("accountnumber · text")
	s.Press(fyne.KeyEscape)
	s.SeesNot("Account Number") // what is mapped is shown, until somebody says otherwise
	s.Tap("All 43")
	s.Sees("Account Number")
	s.Tap("Mapped 8")
	s.SeesNot("Account Number")
	s.Tap("With problems 3")
	s.Sees("Industry")
	s.SeesNot("Main Phone")
}

func TestSeveralFieldsAreLeftOutMappedAndChangedAtOnce(t *testing.T) {
	e := uitest.MapsInto(nil)
	s := fieldsOf(t, e, uitest.Contoso())
	s.Tap("Tick Fax")
	s.Tap("Tick Main Phone")
	s.Sees("2 fields chosen")
	s.Tap("Add a change…")
	s.Type("Search", "trim")
	s.Press(fyne.KeyReturn)
	s.Until(func() bool { b, _ := column(e, "fax"); return len(b.Steps) == 1 })
	if b, _ := column(e, "telephone1"); len(b.Steps) != 1 {
		t.Errorf("telephone1 has %v", b.Steps)
	}
	s.Tap("Leave out")
	s.Until(func() bool { _, ok := column(e, "fax"); return !ok })
	s.Tap("Map 2 fields")
	s.Until(func() bool { _, ok := column(e, "fax"); return ok })
	for range 3 {
		s.Tap("Undo")
	}
	s.Until(func() bool { return len(e.Saved().Mappings) == 0 })
}

func TestAFieldShowsEachStepOnTheSample(t *testing.T) {
	e := uitest.MapsInto(nil)
	s := fieldsOf(t, e, uitest.Contoso())
	s.TapRow("Main Phone")
	s.Sees("Sample 1 of 3") // also where the sheet was open before the samples came
	s.Tap("Add a change…")
	s.Type("Search", "phone number")
	s.Press(fyne.KeyReturn)
	s.Type("Country", "DE")
	s.Sees("+49351440012")
	s.Tap("Next sample")
	s.Sees("(425) 555-0100")
	s.Tap("Previous sample")
	s.Sees("+49351440012")
	s.Tap("Done")
	s.Until(func() bool {
		b, _ := column(e, "telephone1")
		return len(b.Steps) == 1 && b.Steps[0].Params["country"] == "DE"
	})
	s.Sees("phone number, DE")
	s.TapRow("Main Phone")
	s.Tap("Take out step 1")
	s.Tap("Done")
	s.Until(func() bool { b, _ := column(e, "telephone1"); return len(b.Steps) == 0 })
}

func TestWhatDoesNotFitIsOfferedWithItsReason(t *testing.T) {
	e := uitest.MapsInto(uitest.CustomerTable())
	s := fieldsOf(t, e, mappedInto(uitest.CustomerTable()))
	s.Type("Search", "customertypecode")
	s.Tap("Choose a field…")
	s.Sees("Where does Relationship Type go?")
	if why := s.Why("Sector"); !strings.Contains(why, "Several options do not fit") {
		t.Errorf("Sector says %q", why)
	}
	s.Tap("Labels")
	s.Sees("Relationship Type to Labels")
	s.Until(func() bool { b, _ := column(e, "labels"); return b.Field == "customertypecode" })
}

func TestColumnsAreMadeFromConstantsAndTemplates(t *testing.T) {
	e := uitest.MapsInto(nil)
	s := fieldsOf(t, e, uitest.Contoso())
	s.Tap("Add a column…")
	s.Tap("A template")
	s.Type("Template", "{{name}} in {{address1_country}}")
	s.Tap("Continue")
	s.Type("Column", "label")
	s.Tap("Continue")
	s.Sees("Fabrikam GmbH in Germany")
	s.Tap("Done")
	s.Until(func() bool { b, _ := column(e, "label"); return b.From == mapping.FromTemplate })
	s.Tap("Add a column…")
	s.Tap("The same for every record")
	s.Type("Text", "Dynamics 365")
	s.Tap("Continue")
	s.Type("Column", "origin")
	s.Press(fyne.KeyReturn)
	s.Tap("Done")
	s.Until(func() bool { b, _ := column(e, "origin"); return b.Text == "Dynamics 365" })
}

func TestSuggestionsAreMappedAsOneStepAndTouchNothingThatWasSet(t *testing.T) {
	e := uitest.MapsInto(uitest.CustomerTable())
	s := fieldsOf(t, e, mappedInto(uitest.CustomerTable()))
	s.Sees("0351 4400-12") // samples are there
	s.Tap("Suggest")
	s.Sees("What you mapped yourself stays as it is.")
	words := strings.Join(s.Words(), "\n")
	if strings.Contains(words, "phonenumber") {
		t.Error("what is mapped is suggested again")
	}
	before := 0
	if e.Saved() != nil {
		before = len(e.Saved().Mappings[0].Columns)
	}
	s.Press(fyne.KeyReturn)
	s.Until(func() bool { return e.Saved() != nil && len(e.Saved().Mappings[0].Columns) > max(before, 8) })
	if b, _ := column(e, "phonenumber"); b.Field != "telephone1" || len(b.Steps) != 1 {
		t.Errorf("phonenumber was changed: %+v", b)
	}
	s.Tap("Undo")
	s.Until(func() bool { return len(e.Saved().Mappings[0].Columns) == 8 })
}

func TestEverythingMappedLeavesNothingToSuggest(t *testing.T) {
	s := fieldsOf(t, uitest.MapsInto(nil), uitest.Contoso())
	s.Tap("Suggest")
	s.Sees("Every field that can be carried is mapped already.")
}

func TestAProblemLeadsToItsPlace(t *testing.T) {
	e := uitest.MapsInto(uitest.CustomerTable())
	s := fieldsOf(t, e, mappedInto(uitest.CustomerTable()))
	s.Tap("Fix 1 thing")
	s.Sees("new_website does not exist in Dynamics any more.")
	s.Sees("The import would not begin because of one of these.")
	s.Tap("Show")
	s.Sees("It does not exist in Dynamics any more.")
	s.Tap("Leave out")
	s.Until(func() bool { _, ok := column(e, "website"); return e.Saved() != nil && !ok })
	s.Tap("Go to import")
	s.Sees("Import everything")
}

func TestAMappingIsRenamedWithItsTable(t *testing.T) {
	e := uitest.MapsInto(nil)
	s := fieldsOf(t, e, uitest.Contoso())
	s.Tap("Rename")
	s.Type("Title", "Customers")
	s.Type("Table at the destination", "customers")
	s.Press(fyne.KeyReturn)
	s.Sees("account to customers")
	s.Until(func() bool {
		return e.Saved() != nil && e.Saved().Mappings[0].Table == "customers" && e.Saved().Mappings[0].Title == "Customers"
	})
	s.Tap("Undo")
	s.Until(func() bool { return len(e.Saved().Mappings) == 0 })
}

func TestOnlyRowsThatCanBeSeenAreMade(t *testing.T) {
	e := uitest.MapsInto(nil)
	d := e.Map.Tables["account"]
	d.Table = uitest.LargeTable(300)
	e.Map.Tables["account"] = d
	s := fieldsOf(t, e, uitest.Contoso())
	s.Sees("All 300")
	s.SeesNot("Custom field 299")
	s.Type("Search", "field 299")
	s.Sees("new_custom299")
}

func TestWhatIsThereAlreadyShowsWhereItDoesNotFit(t *testing.T) {
	e := uitest.MapsInto(nil)
	e.Map.There = map[string]*core.Table{
		"account": {Key: "accountid", Holds: "account", Fields: []core.Field{
			{Name: "telephone1", Type: core.TypeBigInt, Takes: []core.ColumnType{core.ColumnInteger, core.ColumnBoolean}},
			{Name: "fax", Type: core.TypeText, Takes: []core.ColumnType{core.ColumnText}},
		}},
		"clients": {Key: "id", Fields: []core.Field{{Name: "id", Type: core.TypeBigInt}}},
	}
	s := fieldsOf(t, e, uitest.Contoso())
	s.Tap("Fix 1 thing")
	s.Sees("telephone1 is there already at the destination and holds whole numbers. What comes from Main Phone (telephone1) is text.")
	s.Tap("Show")
	s.Press(fyne.KeyEscape)
	s.Tap("Rename telephone1")
	s.Type("Name of telephone1", "phone")
	s.Press(fyne.KeyReturn)
	s.SeesNot("Fix 1 thing")
	s.Tap("Rename")
	s.Type("Table at the destination", "clients")
	s.Press(fyne.KeyReturn)
	s.Sees("The destination has a table clients that Ferry did not make. Ferry writes nothing into it.")
	s.Tap("Undo")
	s.SeesNot("clients")
}

func TestADestinationThatCannotBeAskedKeepsNobodyFromEditing(t *testing.T) {
	e := uitest.MapsInto(nil)
	e.Fail = map[string]error{"There": &core.Fault{Kind: core.Offline, Code: "test.offline", Cause: "It is away.", Remedy: "Wait.", Owner: core.You}}
	s := fieldsOf(t, e, uitest.Contoso())
	s.SeesNot("It is away.")
	s.Tap("Rename telephone1")
}

package mapping

import (
	"testing"

	"ferry/core"
)

func TestTheParentOfARecordGoesToOnePlaceByItsName(t *testing.T) {
	firm := core.Table{Name: core.TableName{Logical: "account"}, Key: "accountid", Fields: []core.Field{
		{Name: "accountid", Type: core.TypeID, Targets: []string{"account"}, Readable: true}, {Name: "name", Type: core.TypeText, Readable: true},
		{Name: "masterid", Type: core.TypeLookup, Targets: []string{"account"}, Readable: true},
		{Name: "parentaccountid", Type: core.TypeLookup, Targets: []string{"account"}, Readable: true}}}
	there := core.Table{Name: core.TableName{Logical: "customers"}, Key: "id", Fields: []core.Field{
		{Name: "name", Type: core.TypeText, Writable: true}, {Name: "level", Type: core.TypeText, Writable: true, Above: true},
		{Name: "CFParent", Type: core.TypeText, Writable: true}, {Name: "fixed", Type: core.TypeText}}}
	d := NewDraft(firm, &there)
	p, ok := d.Parentage()
	if !ok || p.Lookup.Name != "parentaccountid" || p.Above.Name != "level" || len(p.Texts) != 2 || p.Into != "" {
		t.Fatalf("%+v %v", p, ok)
	}
	for _, into := range []string{"level", "CFParent", "level", ""} {
		if err := d.SetParent(into); err != nil {
			t.Fatal(err)
		}
		p, _ := d.Parentage()
		n := 1
		if into == "" {
			n = 0
		}
		if p.Into != into || len(d.Saved().Columns) != n {
			t.Errorf("%s: %+v %+v", into, p, d.Saved().Columns)
		}
		if b, ok := d.Binding(into); ok && (len(b.Steps) != 1 || b.Steps[0].Name != "lookup" || b.Steps[0].Params["part"] != "name") {
			t.Errorf("%s gets %+v", into, b)
		}
	}
	if _, ok := d.Undo(); !ok {
		t.Fatal("it was no step")
	}
	if p, _ := d.Parentage(); p.Into != "level" {
		t.Errorf("taken back it goes to %q", p.Into)
	}
	if d.SetParent("fixed") == nil {
		t.Error("it goes into a field that cannot be written")
	}
	if _, ok := NewDraft(firm, nil).Parentage(); ok {
		t.Error("a database has something above")
	}
}

// The name of a parent is a text: nothing has to be looked at once it is chosen.
func TestNothingIsWrongWithAParentThatWasChosen(t *testing.T) {
	firm := core.Table{Name: core.TableName{Logical: "account"}, Key: "accountid", Fields: []core.Field{
		{Name: "name", Type: core.TypeText, Readable: true}, {Name: "parentaccountid", Type: core.TypeLookup, Targets: []string{"account"}, Readable: true}}}
	there := core.Table{Name: core.TableName{Logical: "customers"}, Key: "id", Fields: []core.Field{{Name: "level", Type: core.TypeText, Writable: true, Above: true}}}
	d := NewDraft(firm, &there)
	if err := d.SetParent("level"); err != nil {
		t.Fatal(err)
	}
	if all := d.Problems(); len(all) != 0 {
		t.Errorf("%+v", all)
	}
	if err := d.Bind("parentaccountid", "level"); err != nil || len(d.Problems()) != 0 {
		t.Errorf("%v %+v", err, d.Problems())
	}
}

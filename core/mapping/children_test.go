package mapping

import (
	"testing"

	"ferry/core"
)

// berths is a custom table of the destination's own, whose rows belong to customers.
func berths() core.Table {
	return core.Table{Name: core.TableName{Logical: "CTBerths", Display: "Berths", Plural: "Berths", Custom: true}, Key: "dynamics_id", Fields: []core.Field{
		{Name: "CFBerth", Display: "Berth", Type: core.TypeText, Readable: true, Writable: true},
		{Name: "CFDynamicsId", Display: "Dynamics ID", Type: core.TypeText, Readable: true, Writable: true},
		{Name: "CFLength", Display: "Length", Type: core.TypeInteger, Readable: true, Writable: true},
		{Name: "parent", Display: "Belongs to", Type: core.TypeLookup, Targets: []string{"customers"}, Readable: true, Writable: true, Required: true},
	}}
}

func customersThere() core.Table {
	return core.Table{Name: core.TableName{Logical: "customers"}, Key: "dynamics_id", Fields: []core.Field{{Name: "name", Type: core.TypeText, Readable: true, Writable: true}}}
}

func TestAChildGoesIntoATableOfTheDestinationsOwnAndBelongsToItsParentThere(t *testing.T) {
	into := customersThere()
	d := NewDraft(account(), &into)
	if err := d.AddChildInto(contact(), "parentcustomerid", berths()); err != nil {
		t.Fatal(err)
	}
	child := d.Saved().Children[0]
	if child.Table != "CTBerths" || child.Link != "parentcustomerid" || len(child.Columns) != 1 {
		t.Fatalf("it begins as %+v", child)
	}
	if b := child.Columns[0]; b.Column != "parent" || b.Field != "parentcustomerid" || b.Lookup == nil || b.Lookup.By != ByRecord {
		t.Errorf("it belongs to its parent by %+v", b)
	}
	c, ok := d.Child(child.ID)
	if !ok || c.Free() {
		t.Fatal("its columns could be named freely")
	}
	if err := c.Bind("fullname", "CFBerth"); err != nil {
		t.Error(err)
	}
	if err := c.Bind("fullname", "CFLength"); err == nil && !Fits(core.TypeText, core.TypeInteger).OK {
		t.Error("a text went into a number")
	}
	for name, right := range map[string]bool{"CFDynamicsId": true, "CFBerth": false, "CFLength": false, "nowhere": false} {
		if err := c.SetKeyField(name); (err == nil) != right {
			t.Errorf("%s as the key: %v", name, err)
		}
	}
	if err := d.PutChild(c.Saved()); err != nil || d.Saved().Children[0].Key != "CFDynamicsId" {
		t.Errorf("the child is %+v, %v", d.Saved().Children[0], err)
	}
	more := berths()
	more.Fields = append(more.Fields, core.Field{Name: "CFNew", Type: core.TypeText, Readable: true, Writable: true})
	if d.Anew(more); childOf(t, d, child.ID).there("CFNew") == nil {
		t.Error("a field that was made is not known")
	}
}

// childOf is a child's Draft that has to be there.
func childOf(t *testing.T, d *Draft, id string) *Draft {
	t.Helper()
	c, ok := d.Child(id)
	if !ok {
		t.Fatal("there is no such child")
	}
	return c
}

package mapping

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"ferry/core"
)

func vessel() core.Table {
	return core.Table{
		Name: core.TableName{Logical: "new_vessel", Display: "Vessel", Plural: "Vessels"},
		Key:  "new_vesselid",
		Fields: []core.Field{
			{Name: "new_vesselid", Type: core.TypeID, Readable: true},
			{Name: "new_name", Type: core.TypeText, Readable: true},
			{Name: "new_kind", Type: core.TypeChoice, Readable: true, Options: []core.Option{{Code: 1, Label: "Sail"}, {Code: 2}}},
			{Name: "new_kind_label", Type: core.TypeText, Readable: true},
			{Name: "new_flags", Type: core.TypeChoices, Readable: true, Options: []core.Option{{Code: 1, Label: "Old \"one\""}, {Code: 9, Label: "Fast"}}},
			{Name: "new_owner", Type: core.TypeCustomer, Readable: true, Targets: []string{"account", "contact"}},
			{Name: "new_port", Type: core.TypeLookup, Readable: true, Targets: []string{"new_port"}},
			{Name: "new_price", Type: core.TypeMoney, Readable: true},
			{Name: "new_built", Type: core.TypeDate, Readable: true},
			{Name: "new_seen", Type: core.TypeDateTime, Readable: true},
			{Name: "new_photo", Type: core.TypeImage, Readable: true},
			{Name: "new_hidden", Type: core.TypeText},
		},
	}
}

func TestTheDefaultMappingCarriesEveryReadableFieldUnderItsOwnName(t *testing.T) {
	m := Default(vessel())
	if m.Table != "new_vessel" || m.Key != "new_vesselid" || m.Title != "Vessels" {
		t.Fatalf("table, key and title are %q, %q, %q", m.Table, m.Key, m.Title)
	}
	var got []string
	for _, b := range m.Columns {
		got = append(got, b.Column+" "+string(b.Type))
	}
	want := []string{
		"new_name text", "new_kind integer", "new_kind__label text", "new_kind_label text", "new_flags json", "new_flags_label json",
		"new_owner text", "new_owner_type text", "new_port text", "new_price decimal", "new_built date", "new_seen datetime",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("columns are\n%q\nnot\n%q", got, want)
	}
}

func TestApplyGivesLabelsFromMetadataAndTargetsFromReferences(t *testing.T) {
	p, err := Compile(Default(vessel()), vessel())
	if err != nil {
		t.Fatal(err)
	}
	seen := time.Date(2024, 5, 1, 13, 45, 0, 0, time.UTC)
	in := core.Record{Key: "k", Values: []core.Value{
		core.Text("=Mary"), core.Choice(1), core.Text("own"), core.Choices(1, 9, 5), core.Ref("account", "a1"), core.Ref("", "p1"),
		core.Decimal("12.5000"), core.Date(1753, 1, 1), core.Time(seen),
	}}
	out, fault := p.Apply(in, nil)
	if fault != nil {
		t.Fatal(fault)
	}
	if len(out) != len(p.Plan().Columns) {
		t.Fatalf("%d values for %d columns", len(out), len(p.Plan().Columns))
	}
	want := []string{"=Mary", "1", "Sail", "own", "1,9,5", `["Old \"one\"","Fast",null]`, "a1", "account", "p1", "12.5000", "1753-01-01", "2024-05-01T13:45:00Z"}
	for i, w := range want {
		if out[i].Canonical() != w {
			t.Errorf("%s is %q, not %q", p.Plan().Columns[i].Name, out[i].Canonical(), w)
		}
	}
}

func TestNullAbsentAndUnknownCodesStayApart(t *testing.T) {
	p, err := Compile(Mapping{Source: "new_vessel", Table: "v", Key: "id", Columns: []Binding{
		{Column: "l", Field: "new_kind", Part: Label}, {Column: "t", Field: "new_owner", Part: Target}}}, vessel())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind, owner core.Value
		label, to   core.Kind
	}{
		{core.Null(), core.Null(), core.KindNull, core.KindNull},
		{core.Value{}, core.Value{}, core.KindAbsent, core.KindAbsent},
		{core.Choice(2), core.Ref("", "x"), core.KindNull, core.KindNull},
		{core.Choice(77), core.Ref("contact", "x"), core.KindNull, core.KindText},
	} {
		out, _ := p.Apply(core.Record{Values: []core.Value{c.kind, c.owner}}, nil)
		if out[0].Kind() != c.label || out[1].Kind() != c.to {
			t.Errorf("%v and %v give kinds %d and %d, not %d and %d", c.kind, c.owner, out[0].Kind(), out[1].Kind(), c.label, c.to)
		}
	}
}

func TestAFieldThatIsGoneIsAFaultWithARemedy(t *testing.T) {
	for _, field := range []string{"new_hidden", "new_nothing"} {
		_, err := Compile(Mapping{Source: "new_vessel", Table: "v", Key: "id", Columns: []Binding{{Column: "c", Field: field}}}, vessel())
		f := core.AsFault(err)
		if err == nil || f.Code != "mapping.field-gone" || f.Remedy == "" || f.Subject.Field != field {
			t.Errorf("%s gives %v", field, err)
		}
	}
	if _, err := Compile(Mapping{Source: "x"}, vessel()); core.AsFault(err).Code != "mapping.incomplete" {
		t.Errorf("an empty mapping gives %v", err)
	}
}

func TestTheDigestChangesWithTheMappingAndNotWithItsTitle(t *testing.T) {
	a := Default(vessel())
	b := Default(vessel())
	b.Title = "Boats"
	if Digest(a) != Digest(b) {
		t.Error("another title gives another digest")
	}
	b.Columns[0].Column = "renamed"
	if Digest(a) == Digest(b) {
		t.Error("another column gives the same digest")
	}
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var c Mapping
	if err := json.Unmarshal(text, &c); err != nil || !reflect.DeepEqual(a, c) {
		t.Errorf("saved and read it is another mapping: %v", err)
	}
}

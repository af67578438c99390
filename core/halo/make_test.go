package halo

import (
	"context"
	"testing"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

func TestAFieldAndItsValuesAreMadeOnlyOnce(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	d := w.open()
	ctx := context.Background()
	options := []core.Option{{Code: 1, Label: "Preferred Customer"}, {Code: 2, Label: "Standard"}}
	if err := d.MakeField(ctx, "customers", core.Field{Name: "CFAccountCategory", Display: "Category", Type: core.TypeChoice, Options: options}); err != nil {
		t.Fatal(err)
	}
	for name, kind := range map[string]core.FieldType{"CFSince": core.TypeDate, "CFSeen": core.TypeDateTime, "CFNewsletter": core.TypeBoolean, "CFTags": core.TypeChoices, "CFRemarks2": core.TypeMemo, "CFRevenue": core.TypeMoney} {
		if err := d.MakeField(ctx, "customers", core.Field{Name: name, Type: kind}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := d.MakeValues(ctx, "customers", "CFAccountCategory", append(options, core.Option{Code: 3, Label: "Key account"})); err != nil {
		t.Fatal(err)
	}
	there, err := w.open().Describe(ctx, "customers")
	if err != nil {
		t.Fatal(err)
	}
	f := there.Field("CFAccountCategory")
	if f == nil || f.Display != "Category" || f.Type != core.TypeChoice || len(f.Options) != 3 || f.Options[2].Label != "Key account" {
		t.Fatalf("Halo has %+v", f)
	}
	for name, kind := range map[string]core.FieldType{"CFSince": core.TypeDate, "CFNewsletter": core.TypeBoolean, "CFTags": core.TypeChoices, "CFRemarks2": core.TypeMemo, "CFRevenue": core.TypeText} {
		if f := there.Field(name); f == nil || f.Type != kind {
			t.Errorf("%s is %+v", name, f)
		}
	}
	for name, code := range map[string]string{"CFAccountCategory": "halo.field-there", "Category": "halo.bad-field-name"} {
		if err := d.MakeField(ctx, "customers", core.Field{Name: name}); core.AsFault(err).Code != code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := d.MakeValues(ctx, "customers", "name", options); core.AsFault(err).Code != "halo.no-list" {
		t.Errorf("a text has no list: %v", err)
	}
}

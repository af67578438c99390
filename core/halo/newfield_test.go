package halo

import (
	"context"
	"slices"
	"strings"
	"testing"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

// optionsOf are the values of a field's list at the practice Halo, each with its Dynamics ID: "Gold=1".
func (w *world) optionsOf(field string) (all []string) {
	for _, f := range w.halo.Fields() {
		for _, o := range w.halo.Options() {
			if f["name"] == field && o["lookupid"] == f["lookup"] {
				slot, _ := o["value2"].(string)
				all = append(all, o["name"].(string)+"="+slot)
			}
		}
	}
	return all
}

func (w *world) typeOf(field string) any {
	for _, f := range w.halo.Fields() {
		if f["name"] == field {
			return f["type"]
		}
	}
	return nil
}

func TestAFieldIsMadeOfTheTypeThatHoldsIt(t *testing.T) {
	options := []core.Option{{Code: 7, Label: "Shipping"}, {Code: 8, Label: "Fishing"}}
	for _, one := range []struct {
		from   core.Field
		name   string
		number int64
		typ    core.FieldType
	}{
		{core.Field{Name: "industrycode", Display: "Industry (2)", Type: core.TypeChoice, Options: options}, "CFIndustry2", practice.TypeSingle, core.TypeChoice},
		{core.Field{Name: "new_uses", Display: "Uses", Type: core.TypeChoices, Options: options}, "CFUses", practice.TypeMulti, core.TypeChoices},
		{core.Field{Name: "statuscode", Display: "Status reason", Type: core.TypeStatus, Options: options}, "CFStatusReason", practice.TypeSingle, core.TypeChoice},
		{core.Field{Name: "creditonhold", Display: "Credit hold", Type: core.TypeBoolean}, "CFCreditHold", practice.TypeCheckbox, core.TypeBoolean},
		{core.Field{Name: "opened", Display: "Opened on", Type: core.TypeDate}, "CFOpenedOn", practice.TypeDate, core.TypeDate},
		{core.Field{Name: "called", Display: "Called at", Type: core.TypeDateTime}, "CFCalledAt", practice.TypeDate, core.TypeDateTime},
		{core.Field{Name: "revenue", Display: "Revenue", Type: core.TypeMoney}, "CFRevenue", practice.TypeText, core.TypeText},
		{core.Field{Name: "description", Display: "Ä", Type: core.TypeMemo}, "CFdescription", practice.TypeMemo, core.TypeMemo},
	} {
		t.Run(one.from.Name, func(t *testing.T) {
			w := newWorld(t, practice.Settings{})
			d := w.open("dynamics-value", "value2")
			f := core.Field{Name: one.name, Display: one.from.Display, Type: one.from.Type, Options: one.from.Options}
			if err := d.MakeField(context.Background(), customers, f); err != nil {
				t.Fatal(err)
			}
			if got := w.typeOf(f.Name); got != one.number {
				t.Errorf("its type is %v and not %d", got, one.number)
			}
			if one.from.Options != nil && !slices.Equal(w.optionsOf(f.Name), []string{"Shipping=7", "Fishing=8"}) {
				t.Errorf("%v", w.optionsOf(f.Name))
			}
			table, err := d.Describe(context.Background(), customers)
			if err != nil {
				t.Fatal(err)
			}
			if there := table.Field(f.Name); there == nil || there.Type != one.typ || len(there.Options) != len(f.Options) || !there.Writable {
				t.Errorf("it is described as %+v", there)
			}
			wantFault(t, d.MakeField(context.Background(), customers, f), "halo.field-there")
		})
	}
	d := newWorld(t, practice.Settings{}).open()
	wantFault(t, d.MakeField(context.Background(), customers, core.Field{Name: "CFtwo words", Type: core.TypeText}), "halo.bad-field-name")
}

// tiers is a plan whose column takes options by label.
func tiers(column string, choices ...core.Choosing) core.Plan {
	p := planOf("account", customers, "name", column)
	p.Match = []string{"name"}
	p.Columns[1].Rule, p.Columns[1].Type, p.Columns[1].Holds = core.Rule{}, core.ColumnInteger, core.TypeChoice
	p.Choices = map[string][]core.Choosing{column: choices}
	return p
}

func TestAFieldThatAnImportMakesIsOneOfItsType(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	d := w.open("make", "true", "dynamics-value", "value2", "link-module", "77")
	p := tiers("CFIndustry", core.Choosing{Code: 7, Label: "Shipping"}, core.Choosing{Code: 8, Label: "Fishing"})
	things, err := d.Missing(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	if p, err = d.Prepare(context.Background(), p, things); err != nil {
		t.Fatal(err)
	}
	want(t, write(t, d, p, []core.Record{{Key: key(1), Values: []core.Value{core.Text("New"), core.Text("Fishing")}}}), core.Created)
	if w.typeOf("CFIndustry") != int64(practice.TypeSingle) || !slices.Equal(w.optionsOf("CFIndustry"), []string{"Shipping=7", "Fishing=8"}) {
		t.Errorf("%v %v", w.typeOf("CFIndustry"), w.optionsOf("CFIndustry"))
	}
}

func TestNewValuesAndThoseWithoutGetTheirDynamicsID(t *testing.T) {
	for _, settings := range []practice.Settings{{}, {Envelopes: true, NoListValues: true}} {
		w := newWorld(t, settings)
		seeded(w, settings)
		had := w.optionsOf("CFTier")
		p := tiers("CFTier", core.Choosing{Code: 900, Label: "Brand new"}, core.Choosing{Code: 901, Label: "standard"}, core.Choosing{Code: 902, Label: "Preferred Customer"})
		row := []core.Record{{Key: key(1), Values: []core.Value{core.Text("contoso"), core.Text("Brand new")}}}
		run := func(d *Destination) {
			t.Helper()
			prepared, err := d.Prepare(context.Background(), p, nil)
			if err != nil {
				t.Fatal(err)
			}
			write(t, d, prepared, row)
		}
		run(w.open("make", "true", "dynamics-value", "value2", "link-module", "77"))
		got := w.optionsOf("CFTier")
		if !slices.Contains(got, "Brand new=900") || len(got) != len(had)+1 {
			t.Errorf("%v of %v", got, had)
		}
		for _, one := range had { // an id that stands there stays
			if !strings.HasSuffix(one, "=") && !slices.Contains(got, one) {
				t.Errorf("%s is gone: %v", one, got)
			}
			if name, blank := strings.CutSuffix(one, "="); blank && (name == "Standard" || name == "Preferred Customer") && slices.Contains(got, one) {
				t.Errorf("%s has no id", one)
			}
		}
		before := len(w.halo.Requests())
		run(w.open("make", "true", "dynamics-value", "value2", "link-module", "77"))
		for _, r := range w.halo.Requests()[before:] {
			if r.Method == "POST" && strings.Contains(strings.ToLower(r.Path), "lookup") {
				t.Error("an id was written twice")
			}
		}
	}
}

func TestAnIDIsWrittenOnlyWhereOneOptionGoesIntoTheValueAndSomebodyAsked(t *testing.T) {
	seed := func(w *world) {
		w.halo = practice.New(practice.Options{Address: w.server.URL, Tenant: "practice", ClientID: testID, Secret: testSecret, Seed: practice.Seed{
			Fields: []practice.Field{{Table: 2, Name: "CFSize", Type: practice.TypeSingle, Options: []string{"Small", "Large"}}}}, Now: w.clock})
	}
	p := tiers("CFSize", core.Choosing{Code: 1, Label: "S", To: "1"}, core.Choosing{Code: 2, Label: "XS", To: "1"}, core.Choosing{Code: 3, Label: "L", To: "2"})
	for _, asked := range []bool{false, true} {
		w := newWorld(t, practice.Settings{})
		seed(w)
		d := w.open("dynamics-value", "value2", "link-module", "77")
		want := []string{"Small=", "Large="}
		if asked {
			d = w.open("make", "true", "dynamics-value", "value2", "link-module", "77")
			want[1] = "Large=3"
		}
		if _, err := d.Prepare(context.Background(), p, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.optionsOf("CFSize"); !slices.Equal(got, want) {
			t.Errorf("asked: %v, %v", asked, got)
		}
	}
}

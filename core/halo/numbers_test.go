package halo

import (
	"context"
	"testing"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

// A number becomes a text that takes nothing but numbers, and lies there without the noughts that Dynamics writes; where Halo has
// no such fields it becomes an ordinary one. Either way the same number is not written twice.
func TestANumberBecomesAFieldForNumbers(t *testing.T) {
	for _, one := range []struct {
		settings practice.Settings
		set      []string
		want     map[string]int64
	}{
		{want: map[string]int64{"CFStaff": practice.InputInteger, "CFRevenue": practice.InputMoney, "CFScore": practice.InputDecimal, "CFPlain": 0}},
		{settings: practice.Settings{NoInputs: true}, want: map[string]int64{"CFStaff": 0, "CFRevenue": 0, "CFScore": 0, "CFPlain": 0}},
		{set: []string{"input-types", "3=integer, 0=money, 2=decimal"}, want: map[string]int64{"CFStaff": 3, "CFRevenue": 0, "CFScore": 2, "CFPlain": 0}},
	} {
		w := newWorld(t, one.settings)
		d := w.open(append(one.set, "link-module", "77")...)
		p := planOf("account", customers, "name", "CFStaff", "CFRevenue", "CFScore", "CFPlain")
		for i, typ := range []core.FieldType{core.TypeInteger, core.TypeMoney, core.TypeDouble, core.TypeText} {
			if err := d.MakeField(context.Background(), customers, core.Field{Name: p.Columns[i+1].Name, Type: typ}); err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range w.halo.Fields() {
			if want, ok := one.want[f.Text("name")]; ok && f.Int("inputtype") != want {
				t.Errorf("%+v: %s has the input type %v and not %d", one.settings, f.Text("name"), f["inputtype"], want)
			}
		}
		row := func(revenue string) []core.Record {
			return []core.Record{{Key: key(1), Values: []core.Value{core.Text("Numbers"), core.Text("120"), core.Text(revenue), core.Text("-0.50"), core.Text("1.00")}}}
		}
		want(t, write(t, d, p, row("12500.0000")), core.Created)
		for _, c := range w.halo.Customers() {
			if c.Text("name") != "Numbers" {
				continue
			}
			revenue, plain := "12500.0000", c.Field("CFPlain")
			if one.want["CFRevenue"] > 0 {
				revenue = "12500"
			}
			if c.Field("CFRevenue") != revenue || plain != "1.00" || c.Field("CFStaff") != "120" {
				t.Errorf("it has %v, %v, %v", c.Field("CFRevenue"), plain, c.Field("CFStaff"))
			}
		}
		if again := write(t, w.open(append(one.set, "link-module", "77")...), p, row("12500.0000")); again[0].Kind != core.Unchanged {
			t.Errorf("%+v: the same number is %s", one.settings, again[0].Kind)
		}
	}
}

func TestNumbersOfInputTypesAreRead(t *testing.T) {
	for text, want := range map[string]int64{"": 2, "7=money": 7, "2=money,1=integer": 2, "0=money": 0} {
		inputs, err := parseInputs(text)
		if err != nil || inputOf(inputs, core.TypeMoney) != want || inputs[0] != "" {
			t.Errorf("%q: %v, %v", text, inputs, err)
		}
	}
	for _, bad := range []string{"money", "x=money", "1=price", "-1=money"} {
		if _, err := parseInputs(bad); core.AsFault(err).Code != "halo.bad-inputs" {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if !sameNumber("12500.0000", "12500") || sameNumber("1", "1.5") || sameNumber("x", "x") || short("100") != "100" || short("1.50 ") != "1.5" || short("a.00") != "a.00" {
		t.Error("numbers are not told apart")
	}
}

package mapping

import (
	"reflect"
	"slices"
	"testing"

	"ferry/core"
)

func TestStepsChangeAValueOneAfterTheOtherAndEachIsShown(t *testing.T) {
	d := draft(t)
	if err := d.SetSteps("name", Step{Name: "trim"}, Step{Name: "template", Params: map[string]string{"template": "{{}} / {{telephone1}}"}}); err != nil {
		t.Fatal(err)
	}
	p, err := d.Compile()
	if err != nil {
		t.Fatal(err)
	}
	in := core.Record{Key: "k"}
	for _, f := range p.Fields() {
		in.Values = append(in.Values, map[string]core.Value{"name": core.Text("  Fabrikam "), "telephone1": core.Text("12")}[f])
	}
	cell := Preview(p, []core.Record{in})[0].Cells[0]
	var values []string
	for _, s := range cell.Steps {
		values = append(values, s.Step.Name+": "+s.Value.AsText())
	}
	if !slices.Equal(values, []string{"trim: Fabrikam", "template: Fabrikam / 12"}) || cell.Result != core.Text("Fabrikam / 12") || cell.Start != core.Text("  Fabrikam ") {
		t.Errorf("the cell is %+v", cell)
	}
	out, fault := p.Apply(in, nil)
	if fault != nil || out[0] != cell.Result {
		t.Errorf("the import writes %v, %v", out, fault)
	}
}

func TestAStepThatReadsAnotherFieldMakesItBeRead(t *testing.T) {
	p := bind(t, nil, Binding{Column: "c", Type: core.ColumnText, Field: "name", Steps: []Step{{Name: "template", Params: map[string]string{"template": "{{emailaddress1}}"}}}})
	if !reflect.DeepEqual(p.Fields(), []string{"name", "emailaddress1"}) {
		t.Errorf("read are %v", p.Fields())
	}
	m := Mapping{ID: "a", Source: "account", Table: "t", Key: "id", Columns: []Binding{{Column: "c", Type: core.ColumnText, Field: "name", Steps: []Step{{Name: "template", Params: map[string]string{"template": "{{nothing}}"}}}}}}
	if _, err := Compile(m, account()); core.AsFault(err).Code != "mapping.field-gone" {
		t.Errorf("a field that is not there gives %v", err)
	}
}

func TestStepsThatGiveWhatDoesNotFitAreAProblem(t *testing.T) {
	d := draft(t)
	if err := d.SetSteps("founded", Step{Name: "trim"}); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(d.Problems(), func(p Problem) bool { return p.Code == "step-wrong" })
	if i < 0 || d.Problems()[i].Place.Step != 1 || d.Problems()[i].Place.Column != "founded" {
		t.Errorf("told are %+v", d.Problems())
	}
}

func TestConstantsAndTemplatesCanBeChangedOnTheWay(t *testing.T) {
	p := bind(t, nil, Binding{Column: "c", Type: core.ColumnText, From: FromConstant, Text: " x ", Steps: []Step{{Name: "trim"}}})
	if out, fault := p.Apply(core.Record{}, nil); fault != nil || out[0] != core.Text("x") {
		t.Errorf("the constant becomes %v, %v", out, fault)
	}
}

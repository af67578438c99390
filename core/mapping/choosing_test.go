package mapping

import (
	"slices"
	"testing"

	"ferry/core"
)

func TestAPlanTellsTheOptionsThatGoIntoAListOfTheDestination(t *testing.T) {
	source := core.Table{Name: core.TableName{Logical: "account"}, Key: "accountid", Fields: []core.Field{
		{Name: "tier", Type: core.TypeChoice, Readable: true, Options: []core.Option{{Code: 5, Label: "Gold"}, {Code: 6, Label: "Silver"}, {Code: 7, Label: "Tin"}, {Code: 8, Label: "None"}}},
		{Name: "story", Type: core.TypeMemo, Readable: true},
	}}
	m := Mapping{ID: "account", Source: "account", Table: "customers", Key: "id", Columns: []Binding{
		{Column: "CFTier", Type: core.ColumnInteger, Field: "tier", To: core.TypeChoice, Choices: &Choices{Else: Create, Values: []ChoicePair{{Code: 6, To: "2"}, {Code: 8, Empty: true}}}},
		{Column: "CFStory", Type: core.ColumnText, Field: "story"},
		{Column: "title", Type: core.ColumnText, Field: "tier", Choices: &Choices{Else: Create}},
	}}
	p, err := Compile(m, source)
	if err != nil {
		t.Fatal(err)
	}
	plan := p.Plan()
	if want := []core.Choosing{{Code: 5, Label: "Gold"}, {Code: 6, Label: "Silver", To: "2"}, {Code: 7, Label: "Tin"}}; !slices.Equal(plan.Choices["CFTier"], want) {
		t.Errorf("%+v", plan.Choices)
	}
	if len(plan.Choices) != 1 {
		t.Errorf("a column that is no list has options: %+v", plan.Choices)
	}
	if plan.Columns[0].Holds != core.TypeChoice || plan.Columns[1].Holds != core.TypeMemo {
		t.Errorf("%+v", plan.Columns)
	}
	m.Columns[0].Choices.Else = Refuse
	if p, err = Compile(m, source); err != nil || len(p.Plan().Choices["CFTier"]) != 1 {
		t.Errorf("options that are refused are told: %v", err)
	}
}

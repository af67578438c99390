package mapping

import (
	"slices"
	"testing"

	"ferry/core"
)

func TestMappedTellsWhatATestOfTheDestinationHasToFind(t *testing.T) {
	all := Mapped(Mapping{Source: "account", Table: "customers", Columns: []Binding{
		{Column: "name"},
		{Column: "CFTier", To: core.TypeChoice, Choices: &Choices{Else: UseDefault, Default: "9", Values: []ChoicePair{{Code: 1, To: "4"}, {Code: 2, Empty: true}}}},
		{Column: "note", To: core.TypeText, Choices: &Choices{Values: []ChoicePair{{Code: 1, To: "four"}}}},
	}, Children: []Mapping{{Source: "new_berth", Title: "Berths", Table: "CTBerths", Columns: []Binding{{Column: "CFBerth"}}}}})
	if len(all) != 2 || all[0].Title != "account" || all[1].Table != "CTBerths" || all[1].Title != "Berths" {
		t.Fatalf("%+v", all)
	}
	if !slices.Equal(all[0].Columns, []string{"name", "CFTier", "note"}) || !slices.Equal(all[0].Values["CFTier"], []string{"4", "9"}) || len(all[0].Values) != 1 {
		t.Errorf("%+v", all[0])
	}
}

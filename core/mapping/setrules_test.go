package mapping

import (
	"testing"
)

func TestRulesOfSeveralColumnsAreOneStep(t *testing.T) {
	d := NewDraft(account(), nil)
	never, no := NeverWrite, false
	if err := d.SetRules(RuleChange{Found: &never, MayEmpty: &no}, "name", "telephone1"); err != nil {
		t.Fatal(err)
	}
	for _, column := range []string{"name", "telephone1"} {
		if b, _ := d.Binding(column); b.Found != NeverWrite || b.MayEmpty || b.Made != ByDefault {
			t.Errorf("%s has %+v", column, b.Rule())
		}
	}
	if err := d.SetRules(RuleChange{Found: &never}, "name", "staff"); err == nil {
		t.Error("a column that is not there got a rule")
	}
	d.Undo()
	if b, _ := d.Binding("name"); b.Found != ByDefault || !b.MayEmpty || d.CanUndo() != "" {
		t.Errorf("one step back leaves %+v", b.Rule())
	}
}

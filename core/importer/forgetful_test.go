package importer

import (
	"strings"
	"testing"

	"ferry/core"
)

func TestWhatWasWrittenIsKnownAgainByItsPrints(t *testing.T) {
	p := core.Plan{Table: "customers", Columns: []core.Column{{Name: "name"}, {Name: "phone"}, {Name: "parent"}}}
	head := printTerms("1", p)
	first := []core.Value{core.Text("Contoso"), core.Null(), {}}
	left := head + written(first, nil)
	if strings.Contains(left, "Contoso") {
		t.Error("a value stands in the journal")
	}
	known := prints(left, head, 3)
	if known == nil || !equalPrints(first, known) {
		t.Fatal("the same record is not known again")
	}
	for i, other := range [][]core.Value{{core.Text("Contoso "), core.Null(), {}}, {core.Text("Contoso"), core.Text(""), {}}, {core.Text("Contoso"), core.Null(), core.Ref("a", "1")}} {
		if equalPrints(other, known) {
			t.Errorf("record %d counts as the same", i)
		}
	}
	// A later pass adds to what is known, and takes nothing away.
	later := prints(head+written([]core.Value{{}, {}, core.Ref("a", "1")}, known), head, 3)
	if !equalPrints([]core.Value{core.Text("Contoso"), core.Null(), core.Ref("a", "1")}, later) {
		t.Error("what the first pass wrote is forgotten")
	}
	p.Columns[0].Rule.Found = core.FillBlanks
	if prints(left, printTerms("1", p), 3) != nil || prints(left, head, 2) != nil || prints("x", head, 3) != nil {
		t.Error("prints hold under other terms")
	}
}

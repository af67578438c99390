package sheet

import (
	"testing"

	"github.com/xuri/excelize/v2"

	"ferry/core"
	"ferry/core/mapping"
)

// What the window does: ask, have it filled in, bring it back, and see the difference.
func TestAnswersFindTheirWayBackIntoTheMapping(t *testing.T) {
	from := core.Table{Name: core.TableName{Logical: "account", Display: "Account", Plural: "Accounts"}, Key: "accountid", Fields: []core.Field{
		{Name: "industrycode", Display: "Industry", Type: core.TypeChoice, Readable: true, Options: []core.Option{{Code: 1, Label: "=SUM(A1)"}, {Code: 2, Label: "Same"}, {Code: 3, Label: "Same"}, {Code: 4, Label: "+1"}}},
		{Name: "new_rating", Display: "Rating", Type: core.TypeChoice, Readable: true, Options: []core.Option{{Code: 100000000, Label: "Hot"}, {Code: 100000001, Label: "Cold"}}},
	}}
	to := &core.Table{Name: core.TableName{Logical: "Client"}, Key: "id", Fields: []core.Field{
		{Name: "sector", Display: "Sector", Type: core.TypeChoice, Readable: true, Writable: true, Options: []core.Option{{Code: 7, Label: "Trade, retail"}, {Code: 8, Label: "Other"}, {Code: 9, Label: "Other"}}},
		{Name: "mark", Display: "Mark", Type: core.TypeText, Readable: true, Writable: true},
	}}
	d := mapping.NewDraft(from, to)
	must(t, d.Bind("industrycode", "sector"))
	must(t, d.Bind("new_rating", "mark"))
	must(t, d.OwnValues("mark", false))
	answers := edited(t, d.ChoiceSheet(false), func(f *excelize.File) {
		for cell, text := range map[string]string{"F7": "Trade, retail", "F8": "Other (9)", "F9": mapping.LeaveEmptyWords, "F10": "Other", "F11": "=hot", "F12": "  00123 "} {
			must(t, f.SetCellStr(sheetChoices, cell, text))
		}
	})
	changes, err := d.ReadAnswers(answers)
	must(t, err)
	must(t, d.TakeAnswers(changes))
	if len(changes.Changes) != 5 || len(changes.Doubts) != 1 || changes.Doubts[0].Line != 10 {
		t.Errorf("the difference is %+v", changes)
	}
	sector, _ := d.Binding("sector")
	marks, _ := d.Binding("mark")
	got := map[int64]mapping.ChoicePair{}
	for _, p := range append(sector.Choices.Values, marks.Choices.Values...) {
		got[p.Code] = p
	}
	if got[1].To != "7" || got[2].To != "9" || !got[3].Empty || got[4].To != "" || got[100000000].To != "=hot" || got[100000001].To != "00123" {
		t.Errorf("the mapping has %+v", got)
	}
}

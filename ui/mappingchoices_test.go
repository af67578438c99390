package ui_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui"
	"ferry/ui/uitest"
)

// kept is what goes to a column as it was saved last.
func kept(e *uitest.Engine, column string) mapping.Binding {
	if p := e.Saved(); p != nil {
		for _, m := range p.Mappings {
			for _, b := range m.Columns {
				if b.Column == column {
					return b
				}
			}
		}
	}
	return mapping.Binding{}
}

func pair(e *uitest.Engine, column string, code int64) mapping.ChoicePair {
	if c := kept(e, column).Choices; c != nil {
		for _, p := range c.Values {
			if p.Code == code {
				return p
			}
		}
	}
	return mapping.ChoicePair{}
}

func TestAnOptionGetsItsValueByKeyboard(t *testing.T) {
	p, e := sectors(nil)
	s := open(t, e, p)
	choices(s, "Choices")
	s.Sees("Agriculture")
	s.Tap("choose…")
	s.Sees("What does “Agriculture” become?")
	test.Type(s.Win.Canvas().Focused(), "tr")
	s.Press(fyne.KeyReturn)
	s.Until(func() bool { return pair(e, "sector", 2).To == "5" })
	s.Tap("choose…")
	s.Sees("What does “Brokers” become?")
	s.Press(fyne.KeyDown)
	s.Press(fyne.KeyReturn)
	s.Until(func() bool { return pair(e, "sector", 3).To == "1" })
	s.Tap("choose…")
	s.Tap("Leave empty")
	s.Until(func() bool { return pair(e, "sector", 5).Empty })
	s.Tap("Trade")
	s.Tap("Clear")
	s.Until(func() bool { return pair(e, "sector", 2).To == "" })
}

func TestOptionsAreMatchedByLabelAndNarrowedDown(t *testing.T) {
	p, e := sectors(nil)
	p.Mappings[0].Columns[1].Choices.Values = nil
	s := open(t, e, p)
	choices(s, "Choices")
	s.Tap("Match by label")
	s.Until(func() bool { return pair(e, "sector", 1).To == "0" && pair(e, "sector", 4).To == "1" })
	s.Tap("Open 5")
	s.SeesNot("Consulting")
	s.Tap("All 7")
	s.Type("Search options", "broke")
	s.SeesNot("Wholesale")
	s.Sees("Brokers")
	s.Type("Search options", "nothing of the kind")
	s.Sees("No option has these words.")
}

func TestRecordsThatUseAnOptionAreCounted(t *testing.T) {
	p, e := sectors(nil)
	s := open(t, e, p)
	choices(s, "Choices")
	s.Tap("Count the records that use them")
	s.Sees("1,204")
	s.Sees("no option any more, but records have it")
	s.Tap("Unused 4")
	s.SeesNot("Consulting")
	if q := e.LastUse(); q.Table != "account" || strings.Join(q.Fields, ",") != "industrycode,new_tags" {
		t.Errorf("it asked %+v", q)
	}
}

func TestCountingIsStopped(t *testing.T) {
	p, e := sectors(nil)
	e.Block, e.Map.Walked = map[string]bool{"OptionUse": true}, []int64{12500}
	s := open(t, e, p)
	choices(s, "Choices")
	s.Tap("Count the records that use them")
	s.Sees("12,500 looked at")
	s.Tap("Stop counting")
	s.Sees("–")
	s.Until(func() bool { return s.Find("Count the records that use them") != nil })
}

func TestWhatBecomesOfOtherOptionsIsChosen(t *testing.T) {
	p, e := sectors(nil)
	s := open(t, e, p)
	choices(s, "Choices")
	s.Tap("Leave it empty")
	s.Until(func() bool { c := kept(e, "sector").Choices; return c != nil && c.Else == mapping.LeaveEmpty })
	s.Tap("Use a default")
	s.TapRow("Trade")
	s.Sees("Every such record gets “Trade”.")
	s.Until(func() bool { c := kept(e, "sector").Choices; return c.Else == mapping.UseDefault && c.Default == "5" })
}

func TestAChoiceGetsValuesOfOnesOwn(t *testing.T) {
	e := uitest.MapsInto(nil)
	s := open(t, e, uitest.Contoso())
	choices(s, "Choices")
	s.Sees("Carried as its code")
	s.Tap("Map to values of your own")
	s.Tap("choose…")
	s.Type("Search", "ACC")
	s.Tap("Use this value")
	s.Until(func() bool { return pair(e, "industrycode", 1).To == "ACC" })
	if b := kept(e, "industrycode"); b.Type != core.ColumnText {
		t.Errorf("the column is %s", b.Type)
	}
	s.Tap("Fill with the labels")
	s.Until(func() bool {
		return pair(e, "industrycode", 3).To == "Brokers" && pair(e, "industrycode", 1).To == "ACC"
	})
	s.Tap("Carry the code again")
	s.Until(func() bool { b := kept(e, "industrycode"); return b.Choices == nil && b.Type == core.ColumnInteger })
	s.Tap("Carry the label instead")
	s.Sees("Carried as its label")
}

func TestASheetIsSentAndComesBackAsADifference(t *testing.T) {
	p, e := sectors(nil)
	s := open(t, e, p)
	choices(s, "Choices")
	s.Tap("Send to somebody who knows…")
	s.Sees("about 6 options in 2 fields")
	s.Tap("Only the field that is shown")
	s.Sees("about 5 options in 1 field.")
	s.Type("Save as", "/home/ada/Documents/Ferry/Sectors")
	s.Tap("Save the sheet")
	s.Sees("The sheet is saved")
	if e.Written() != "/home/ada/Documents/Ferry/Sectors.xlsx" || len(e.AskedSheet().Columns) != 1 || len(e.AskedSheet().Columns[0].Rows) != 5 {
		t.Errorf("written to %s is %+v", e.Written(), e.AskedSheet())
	}
	s.Tap("Done")
	s.Tap("Bring the answers back…")
	s.Type("Sheet", "/home/ada/Downloads/Sectors.xlsx")
	s.Tap("Show what would change")
	s.Sees("3 would change · 1 stays as it is · 1 has no answer · 2 are not understood")
	s.Sees("This is none of the values that can be chosen there.")
	s.Sees("row 12")
	if e.Saved() != nil {
		t.Error("something was changed before it was applied")
	}
	s.Tap("Apply 3 changes")
	s.Until(func() bool {
		return pair(e, "sector", 2).To == "5" && pair(e, "sector", 3).Empty && pair(e, "sector", 4).To == "5"
	})
}

func TestASheetOfAnotherMappingIsRefusedWithWords(t *testing.T) {
	p, e := sectors(nil)
	for i := range e.Map.Answers {
		e.Map.Answers[i].Mapping = "contact"
	}
	s := open(t, e, p)
	bringBack(s)
	s.Sees("This sheet belongs to another mapping.")
}

func TestOfTwoThousandOptionsOnlyWhatIsSeenIsDrawn(t *testing.T) {
	p, e := sectors(nil)
	_, to, from := manyOptions(2000)
	e.Map.Tables["account"] = ui.Described{Table: from, When: uitest.Now()}
	e.Map.Places["account"], e.Map.Places["Client"] = to, to
	p.Mappings[0].Columns[1].Choices.Values = nil
	s := open(t, e, p)
	choices(s, "Choices")
	s.Sees("Option 3")
	if rows := len(s.Words()); rows > 400 {
		t.Errorf("%d texts are drawn", rows)
	}
	s.Tap("Match by label")
	s.Until(func() bool { return len(kept(e, "sector").Choices.Values) == 1000 })
}

func TestALookupFindsItsRecord(t *testing.T) {
	e := uitest.MapsInto(nil)
	s := open(t, e, uitest.Contoso())
	choices(s, "Lookups")
	s.TapRow("Owner")
	s.Sees("Keep the Dynamics id")
	s.Tap("The imported record")
	s.Sees("Not imported: systemuser, team.")
	s.Tap("Any of them: systemuser or team")
	s.TapRow("team")
	s.Until(func() bool {
		l := kept(e, "ownerid").Lookup
		return l != nil && l.Target == "team" && l.By == mapping.ByRecord
	})
	s.Type("Default record", " 42 ")
	s.Tap("Use as default")
	s.Until(func() bool { return kept(e, "ownerid").Lookup.Default == "42" })
	s.Tap("Add team")
	s.Until(func() bool { tables := e.Saved().Tables; return tables[len(tables)-1] == "team" })
	s.Tap("By a field such as the name")
	s.Tap("choose…")
	s.Type("Search", "title")
	s.Tap("Use what I typed")
	s.Until(func() bool { l := kept(e, "ownerid").Lookup; return l.By == mapping.ByField && l.Field == "title" })
	s.Tap("Keep the Dynamics id")
	s.Until(func() bool {
		l := kept(e, "ownerid").Lookup
		return l.By == mapping.KeepID && l.Field == "" && l.Default == ""
	})
}

func TestTheOrderOfTablesIsSaid(t *testing.T) {
	p := mapped(func(d *mapping.Draft) { _ = d.SetLookup("parentaccountid", mapping.Lookup{By: mapping.ByRecord}) })
	s := open(t, uitest.MapsInto(nil), p)
	choices(s, "Lookups")
	s.Sees("Parent Account: points round in a circle.")
	s.SeesNot("are imported before")
}

func TestAValueOfOnesOwnIsTypedOverAndTakenWithEnter(t *testing.T) {
	p, e := uitest.Contoso(), uitest.MapsInto(nil)
	s := open(t, e, p)
	choices(s, "Choices")
	s.Tap("Begin with the labels")
	s.Until(func() bool { b := kept(e, "industrycode"); return b.Choices != nil })
	s.Tap("Brokers")
	if text := s.Field("Search").SelectedText(); text != "Brokers" {
		t.Errorf("selected is %q", text)
	}
	test.Type(s.Field("Search"), "BRK") // over what was selected
	s.Press(fyne.KeyReturn)
	s.Until(func() bool { return pair(e, "industrycode", 3).To == "BRK" })
}

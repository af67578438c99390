package ui_test

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/uitest"
)

func TestASearchBelongsToTheTableItWasTypedFor(t *testing.T) {
	s, _ := related(t, "Fields", withChild, nil)
	s.Type("Search", "telephone")
	s.Tap("Tick Main Phone")
	s.Sees("1 field chosen")
	s.Tap(partLabel(s, "Children"))
	s.Tap("Open Contacts")
	s.Sees("Full Name")
	s.SeesNot("No field has this name.")
	s.SeesNot("1 field chosen")
	if text := s.Field("Search").Text; text != "" {
		t.Errorf("the child is searched for %q", text)
	}
	s.Type("Search", "email")
	s.Press(fyne.KeyEscape) // takes the search back
	s.Win.Canvas().Unfocus()
	s.Press(fyne.KeyEscape) // leaves the child
	s.Tap(partLabel(s, "Fields"))
	s.Sees("1 field chosen")
	if text := s.Field("Search").Text; text != "telephone" {
		t.Errorf("the parent is searched for %q", text)
	}
}

func TestAPageIsAsFarDownAsItWasLeft(t *testing.T) {
	s, _ := related(t, "Fields", withChild, nil)
	s.Tap("Preview") // folds it
	page := func() *container.Scroll { return scrolled(s) }
	page().ScrollToOffset(fyne.NewPos(0, 90))
	s.Tap(partLabel(s, "Children"))
	if y := page().Offset.Y; y != 0 {
		t.Errorf("another part begins %v down", y)
	}
	s.Tap("Open Contacts")
	s.Sees("Full Name")
	s.Win.Canvas().Unfocus()
	s.Press(fyne.KeyEscape)
	s.Tap(partLabel(s, "Fields"))
	if y := page().Offset.Y; y != 90 {
		t.Errorf("it is %v down", y)
	}
}

// scrolled is what scrolls of the page.
func scrolled(s *uitest.Stage) *container.Scroll {
	var found *container.Scroll
	uitest.Walk(s.Win.Canvas().Content(), func(o fyne.CanvasObject) {
		if scroll, ok := o.(*container.Scroll); ok && found == nil {
			found = scroll
		}
	})
	return found
}

func TestNotesAreCountedApart(t *testing.T) {
	s, _ := related(t, "Fields", func(m *mapping.Mapping) {
		m.Columns[0].Steps = []mapping.Step{{Name: "nothing-of-the-kind"}}
	}, func(e *uitest.Engine) {
		d := e.Map.Tables["account"]
		d.Table.Field("telephone1").Secured = true
	})
	chip := ""
	s.Until(func() bool {
		for _, w := range s.Words() {
			if strings.Contains(w, "to look at") {
				chip = w
			}
		}
		return chip != ""
	})
	if !strings.Contains(chip, "note") {
		t.Fatalf("the chip says %q", chip)
	}
	s.Tap(chip)
	if words := strings.Join(s.Words(), "\n"); !strings.Contains(words, chip) {
		t.Errorf("the chip says %q, the sheet\n%s", chip, words)
	}
}

func TestThePreviewStaysAtTheFootAndFoldsInASmallWindow(t *testing.T) {
	s, _ := related(t, "Fields", strangers, nil)
	s.Sees("4 of 10 would be refused")
	y := place(s, "Preview")
	scrolled(s).ScrollToBottom()
	if at := place(s, "Preview"); at != y || y > 700 {
		t.Errorf("it stood at %v and stands at %v", y, at)
	}
	s.Win.Resize(fyne.NewSize(860, 560))
	s.Tap(partLabel(s, "Lookups"))
	s.Tap(partLabel(s, "Fields"))
	s.Sees("Fabrikam GmbH › FABRIKAM GMBH")
	s.SeesNot("would be refused")
	s.Tap("Preview")
	s.Sees("4 of 10 would be refused")
}

// place is how far down something with words stands.
func place(s *uitest.Stage, words string) float32 {
	o, ok := s.Find(words).(fyne.CanvasObject)
	if !ok {
		return -1
	}
	return s.App.Driver().AbsolutePositionForObject(o).Y
}

func TestValuesAreHiddenWhileOthersLookOn(t *testing.T) {
	s, _ := related(t, "Fields", strangers, nil)
	s.Sees("FABRIKAM GMBH")
	s.Sees("0351 4400-10")
	s.Tap("Hide values")
	s.Sees("•••")
	for _, value := range []string{"FABRIKAM GMBH", "Fabrikam GmbH", "0351 4400-10", "Ada Lovelace", "Brokers (2)"} {
		s.SeesNot(value)
	}
	s.TapRow("Account Name")
	s.Sees("is written as")
	s.SeesNot("Fabrikam")
	s.SeesNot("FABRIKAM")
	s.Tap("Done")
	s.Tap("Mappings")
	s.TapRow("Accounts")
	s.Sees("Record 1") // also on the next page
	s.Tap("Show values")
	s.Sees("FABRIKAM GMBH")
}

func TestSamplesAreReadAgainWhenMoreIsAskedOfOtherRecords(t *testing.T) {
	s, e := related(t, "Fields", nil, nil)
	s.Sees("0351 4400-10")
	before := e.Called("Sample")
	s.Type("Search", "primarycontactid")
	s.TapRow("Primary Contact")
	s.Tap("Add a change…")
	s.Type("Search", "part of a lookup")
	s.Press(fyne.KeyReturn)
	s.Tap("Part")
	s.Tap("One of its fields (its key)")
	s.Type("Field of that record", "emailaddress1")
	s.Until(func() bool {
		return e.Called("Sample") > before && slices.Contains(e.LastSample().Asks, mapping.Ask{Field: "primarycontactid", Want: "emailaddress1"})
	})
}

func TestSeveralRulesChangeOnlyInWhatIsChosen(t *testing.T) {
	s, e := related(t, "Fields", func(m *mapping.Mapping) {
		m.Columns[0].Made, m.Columns[1].Found = mapping.OnlyNew, mapping.NeverWrite
	}, nil)
	s.Tap("Tick Account Name")
	s.Tap("Tick Main Phone")
	s.Tap("Set the rule…")
	s.Sees("What you do not choose stays as it is for each field.")
	s.Tap("May empty it")
	s.Tap("Is refused")
	s.Tap("Use these rules")
	keeps(s, e, func(m *mapping.Mapping) bool {
		a, b := m.Columns[0], m.Columns[1]
		return a.Made == mapping.OnlyNew && b.Found == mapping.NeverWrite && a.MayEmpty && b.MayEmpty && a.NotNull && b.NotNull
	})
}

func TestRecordsAreFoundByNameOrByTheirIDs(t *testing.T) {
	s, e := related(t, "Which records", nil, nil)
	s.Tap("Add a condition")
	s.Tap("Choose a field…")
	choose(s, "primarycontactid")
	s.Tap("is")
	choose(s, "is any of")
	s.Tap("Choose…")
	s.Type("Search", "O'Love")
	s.Sees("1 found in Dynamics")
	if r := e.LastSample(); r.Table.Name.Logical != "contact" || r.Filter != "contains(fullname,'O''Love')" || len(r.Table.Fields) != 2 {
		t.Errorf("it asked for %s of %v", r.Filter, r.Table.Fields)
	}
	typeEnter(s, "Or their ids, several at once", "nonsense")
	s.Sees("“nonsense” is no id.")
	typeEnter(s, "Or their ids, several at once", "{AAAAAAAA-0000-4000-8000-000000000001}, bbbbbbbb-0000-4000-8000-000000000002")
	s.Sees("2 chosen")
	s.Tap("Use these")
	keeps(s, e, func(m *mapping.Mapping) bool {
		return m.Where != nil && slices.Equal(m.Where.All[0].Values, []string{"aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"})
	})
}

func TestATemplateShowsWhatItMakesWhileItIsWritten(t *testing.T) {
	s, e := related(t, "Fields", nil, nil)
	s.Sees("0351 4400-10")
	s.Tap("Add a column…")
	s.Tap("A template")
	s.Tap("Put a field in…")
	choose(s, "telephone1")
	s.Sees("0351 4400-10")
	if text := s.Field("Template").Text; text != "{{telephone1}}" {
		t.Errorf("the template is %q", text)
	}
	s.Tap("Continue")
	s.Type("Column", "phone")
	s.Tap("Continue")
	keeps(s, e, func(m *mapping.Mapping) bool { return m.Columns[len(m.Columns)-1].Text == "{{telephone1}}" })
}

func TestEveryZoneCanBeChosen(t *testing.T) {
	s, e := related(t, "Which records", nil, nil)
	s.Tap("UTC")
	s.Type("Search", "Kathmandu")
	s.Sees("UTC+05:45")
	s.Press(fyne.KeyReturn)
	keeps(s, e, func(m *mapping.Mapping) bool { return m.Zone == "Asia/Kathmandu" })
}

// TestNoArrowIsDrawnByALetter: where the proportional font lacks the arrow, a sign for an unknown letter stands beside
// it. An icon or "›" says the same.
func TestNoArrowIsDrawnByALetter(t *testing.T) {
	for text := range said(t) {
		if strings.Contains(text, "→") {
			t.Errorf("%q has an arrow", text)
		}
	}
	s, _ := related(t, "Fields", withChild, nil)
	check := func() {
		t.Helper()
		uitest.Walk(s.Win.Canvas().Content(), func(o fyne.CanvasObject) {
			if line, ok := o.(*kit.Text); ok && !line.IsMono() && strings.Contains(line.Words(), "→ ") {
				t.Errorf("%q has an arrow", line.Words())
			}
		})
	}
	for _, part := range []string{"Fields", "Choices", "Lookups", "Which records", "Match", "Gone or left", "Children"} {
		s.Tap(partLabel(s, part))
		check()
	}
	for _, place := range []string{"Mappings", "Import", "History", "Connection", "Destination"} {
		s.Tap(place)
		check()
	}
}

package ui_test

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui"
	"ferry/ui/uitest"
)

// related opens a part of the page of accounts.
func related(t *testing.T, part string, change func(m *mapping.Mapping), engine func(e *uitest.Engine)) (*uitest.Stage, *uitest.Engine) {
	t.Helper()
	e := uitest.Works()
	s := uitest.Open(t, e, func(o *ui.Options) { withRelated(change)(e, o) })
	if engine != nil {
		engine(e)
	}
	openPart(s, part)
	return s, e
}

// keeps waits until the mapping of accounts was saved in a certain way.
func keeps(s *uitest.Stage, e *uitest.Engine, holds func(m *mapping.Mapping) bool) {
	s.T.Helper()
	s.Until(func() bool {
		p := e.Saved()
		if p == nil {
			return false
		}
		for i := range p.Mappings {
			if p.Mappings[i].Source == "account" {
				return holds(&p.Mappings[i])
			}
		}
		return false
	})
}

// choose finds a line of a list and takes it.
func choose(s *uitest.Stage, text string) {
	s.T.Helper()
	s.Type("Search", text)
	s.Press(fyne.KeyReturn)
}

// typeEnter types into a field and presses Enter there.
func typeEnter(s *uitest.Stage, label, text string) {
	s.T.Helper()
	s.Win.Canvas().Focus(s.Field(label))
	s.Type(label, text)
	s.Press(fyne.KeyReturn)
}

func TestAConditionIsBuiltByNamesAndCountsAtOnce(t *testing.T) {
	s, e := related(t, "Which records", nil, nil)
	s.Sees("Exactly 312 records")
	s.Sees("Every record comes along.")
	s.Tap("Add a condition")
	s.Sees("1 condition is not finished and does not count yet")
	s.Tap("Choose a field…")
	choose(s, "industrycode")
	s.Tap("is")
	choose(s, "is any of")
	s.Tap("Choose…")
	choose(s, "brok")
	choose(s, "consult")
	s.Tap("Use these")
	s.Sees("Brokers, Consulting")
	s.SeesNot("does not count yet")
	keeps(s, e, func(m *mapping.Mapping) bool {
		return m.Where != nil && len(m.Where.All) == 1 && m.Where.All[0].Op == mapping.IsAnyOf && slices.Equal(m.Where.All[0].Values, []string{"2", "3"})
	})
	s.Until(func() bool { return strings.Contains(e.LastQuery().Filter, "industrycode eq 2") })
	s.Sees("Exactly 312 records")
}

func TestWhatIsTypedCountsWhenTypingRestsAndOnlyWhenItIsInOrder(t *testing.T) {
	s, e := related(t, "Which records", nil, nil)
	s.Tap("Add a condition")
	s.Tap("Choose a field…")
	choose(s, "Founded")
	s.Sees("is on")
	s.Type("Value", "2024-02-3")
	s.Sees("Until then it does not count.")
	if e.Saved() != nil {
		t.Error("half a condition was saved")
	}
	s.Win.Canvas().Focus(s.Field("Value"))
	s.Type("Value", "2024-02-03")
	keeps(s, e, func(m *mapping.Mapping) bool { return m.Where != nil && m.Where.All[0].Values[0] == "2024-02-03" })
	if s.Field("Value") != s.Win.Canvas().Focused() {
		t.Error("the field lost the focus while somebody typed in it")
	}
	s.SeesNot("does not count yet")
}

func TestGroupsAreMadeAndTakenApart(t *testing.T) {
	s, e := related(t, "Which records", func(m *mapping.Mapping) {
		m.Where = &mapping.Filter{All: []mapping.Filter{{Field: "name", Op: mapping.IsFilled}, {Field: "telephone1", Op: mapping.IsEmpty}}}
	}, nil)
	s.Tap("any of these")
	keeps(s, e, func(m *mapping.Mapping) bool { return len(m.Where.Any) == 2 })
	s.Tap("Put into a group")
	keeps(s, e, func(m *mapping.Mapping) bool { return len(m.Where.Any) == 2 && len(m.Where.Any[0].All) == 1 })
	s.Tap("Ungroup")
	keeps(s, e, func(m *mapping.Mapping) bool { return len(m.Where.Any) == 2 && m.Where.Any[0].Field == "name" })
	s.Tap("Take out")
	s.Tap("Take out")
	keeps(s, e, func(m *mapping.Mapping) bool { return m.Where == nil })
	s.Sees("Every record comes along.")
}

func TestAFieldOfARelatedTableIsOneStepAway(t *testing.T) {
	s, e := related(t, "Which records", nil, nil)
	s.Tap("Add a condition")
	s.Tap("Choose a field…")
	choose(s, "primarycontactid.contact")
	s.Tap("Primary Contact › …")
	choose(s, "emailaddress1")
	typeEnter(s, "Value", "@fabrikam.example")
	keeps(s, e, func(m *mapping.Mapping) bool {
		return m.Where != nil && m.Where.All[0].Related != nil && m.Where.All[0].Related.Where.Field == "emailaddress1"
	})
	s.Tap("What Dynamics is asked")
	s.Sees("primarycontactid/emailaddress1 eq '@fabrikam.example'")
}

func TestRecordsThatPointHereCanBeAskedFor(t *testing.T) {
	s, e := related(t, "Which records", nil, nil)
	s.Tap("Ask for related records")
	choose(s, "contact")
	s.Tap("there is none")
	keeps(s, e, func(m *mapping.Mapping) bool {
		return m.Where != nil && m.Where.All[0].Related.Relation == "contact_customer_accounts" && m.Where.All[0].Related.None
	})
	s.Tap("What Dynamics is asked")
	s.Sees("not contact_customer_accounts/any()")
}

func TestActiveOnlyAndTheTimeZoneAreKept(t *testing.T) {
	s, e := related(t, "Which records", nil, nil)
	s.Sees("Only records whose Status (statecode) is Active. Left out: Inactive.")
	s.Tap("Active only")
	keeps(s, e, func(m *mapping.Mapping) bool { return m.ActiveOnly })
	s.Tap("UTC")
	choose(s, "berlin")
	keeps(s, e, func(m *mapping.Mapping) bool { return m.Zone == "Europe/Berlin" })
	s.Tap("Europe/Berlin")
	s.Type("Search", "Mars/Base")
	s.Sees("Nothing has this name.")
	s.Tap("Cancel")
	keeps(s, e, func(m *mapping.Mapping) bool { return m.Zone == "Europe/Berlin" })
}

func TestAFilterByHandIsUsedOnlyWhenDynamicsUnderstandsIt(t *testing.T) {
	wrong := &core.Fault{Kind: core.Wrong, Code: "test.filter", Owner: core.You, Cause: "There is no field revenu.", Remedy: "Correct its name."}
	s, e := related(t, "Which records", nil, nil)
	s.Sees("Exactly 312 records")
	e.Fail = map[string]error{"CountOf": wrong}
	s.Tap("By hand")
	if why := s.Why("Check and use"); why != "Write a filter first." {
		t.Errorf("it says %q", why)
	}
	s.Type("OData filter", "revenu gt 1")
	s.Sees("Not in use yet.")
	s.Tap("Check and use")
	s.Sees("There is no field revenu.")
	e.Fail = nil
	s.Type("OData filter", "revenue gt 1")
	s.SeesNot("Correct its name.")
	s.Tap("Check and use")
	s.Sees("In use.")
	keeps(s, e, func(m *mapping.Mapping) bool { return m.Filter == "revenue gt 1" })
	s.Tap("Take it out")
	keeps(s, e, func(m *mapping.Mapping) bool { return m.Filter == "" })
}

func TestFetchXMLBecomesTheBuilderOrChangesNothing(t *testing.T) {
	s, e := related(t, "Which records", nil, nil)
	s.Tap("Paste FetchXML…")
	s.Paste("FetchXML", `<fetch><entity name="contact"><filter><condition attribute="fullname" operator="eq" value="Ada"/></filter></entity></fetch>`)
	s.Tap("Use it")
	s.Sees("FetchXML")
	s.Type("FetchXML", "")
	s.Paste("FetchXML", `<fetch><entity name="account"><filter type="or"><condition attribute="name" operator="like" value="Fabri%"/><condition attribute="revenue" operator="gt" value="5"/></filter></entity></fetch>`)
	s.Tap("Use it")
	s.Sees("begins with")
	s.Sees("is greater than")
	keeps(s, e, func(m *mapping.Mapping) bool { return m.Where != nil && len(m.Where.Any) == 2 })
}

func TestCountsSayHowTrueTheyAreAndCountAllCanBeStopped(t *testing.T) {
	s, e := related(t, "Which records", nil, func(e *uitest.Engine) {
		e.Map.Counted = core.Count{N: 5000, Truth: core.AtLeast}
		e.Map.Walked = []int64{100, 61000}
		e.Block = map[string]bool{"CountAll": true}
	})
	s.Sees("At least 5,000 records")
	s.Tap("Count all")
	s.Sees("61,000 so far")
	s.Tap("Cancel")
	s.Sees("At least 5,000 records")
	e.Block = nil
	e.Map.Counted = core.Count{N: 61234, Truth: core.Exact}
	s.Tap("Count all")
	s.Sees("Exactly 61,234 records")
}

func TestOfflineTheFilterCanBeEditedAndSaysWhyNothingIsCounted(t *testing.T) {
	offline := &core.Fault{Kind: core.Offline, Code: "rest.unreachable", Owner: core.You, Cause: "The environment cannot be reached.", Remedy: "Try again."}
	s, e := related(t, "Which records", nil, func(e *uitest.Engine) {
		for name, d := range e.Map.Tables {
			d.Why = offline
			e.Map.Tables[name] = d
		}
	})
	s.Sees("It cannot be counted now.")
	s.Tap("Preview")
	s.Sees("No preview now, because sample values are never kept. The environment cannot be reached.")
	s.Tap("Active only")
	keeps(s, e, func(m *mapping.Mapping) bool { return m.ActiveOnly })
	if e.Called("CountOf") != 0 || e.Called("Sample") != 0 {
		t.Error("the environment was asked")
	}
}

func TestRecordsAreMatchedByTheFieldsThatWereChosen(t *testing.T) {
	s, e := related(t, "Match", nil, nil)
	s.Sees("No field is compared: only the id counts.")
	s.Tap("Compare a field")
	choose(s, "telephone1")
	s.Tap("Compare a field")
	choose(s, "name")
	s.Sees("All of these must be equal.")
	keeps(s, e, func(m *mapping.Mapping) bool { return slices.Equal(m.Match.Columns, []string{"telephone1", "name"}) })
	s.Tap("Take out")
	keeps(s, e, func(m *mapping.Mapping) bool { return slices.Equal(m.Match.Columns, []string{"name"}) })
}

func TestRulesAreSetForOneFieldAndForSeveralAtOnce(t *testing.T) {
	s, e := related(t, "Match", nil, nil)
	s.TapRow("telephone1")
	s.Tap("Only on new records")
	s.Tap("Never write it there")
	s.Tap("may also empty it: an empty value from Dynamics erases what stands there")
	s.Tap("Use these rules")
	keeps(s, e, func(m *mapping.Mapping) bool {
		b := m.Columns[1]
		return b.Column == "telephone1" && b.Made == mapping.OnlyNew && b.Found == mapping.NeverWrite && !b.MayEmpty
	})
	s.Sees("never empties it")
	s.Type("Search the rules", "industry")
	s.Tap("Tick all shown")
	s.Tap("Set for 2 ticked…")
	s.Tap("Unless somebody changed it there")
	s.Tap("Use these rules")
	keeps(s, e, func(m *mapping.Mapping) bool {
		return m.Columns[2].Found == mapping.UnlessChanged && m.Columns[3].Found == mapping.UnlessChanged && m.Columns[0].Found == mapping.ByDefault && m.Columns[2].Made == mapping.ByDefault
	})
}

// tapNth taps the nth thing with a label, from 0.
func tapNth(s *uitest.Stage, label string, n int) {
	s.T.Helper()
	all := []fyne.Tappable{}
	uitest.Walk(s.Win.Canvas().Content(), func(o fyne.CanvasObject) {
		w, ok := o.(interface{ Words() string })
		if t, taps := o.(fyne.Tappable); ok && taps && w.Words() == label {
			all = append(all, t)
		}
	})
	if len(all) <= n {
		s.T.Fatalf("there are %d of %q", len(all), label)
	}
	test.Tap(all[n])
	s.Drain()
}

func TestWhatIsGoneOrLeftIsLeftMarkedOrRemoved(t *testing.T) {
	s, e := related(t, "Gone or left", nil, nil)
	s.Sees("Now every record is wanted, so none can leave.")
	tapNth(s, "Remove it", 0)
	s.Sees("asks you to type that number")
	keeps(s, e, func(m *mapping.Mapping) bool { return m.Gone.Do == mapping.Remove && m.Left.Do == mapping.Leave })
	tapNth(s, "Mark it inactive", 1)
	keeps(s, e, func(m *mapping.Mapping) bool {
		return m.Left == mapping.Policy{Do: mapping.MarkInactive, Column: "statecode", Value: "1"}
	})
	s.Tap("statecode")
	choose(s, "telephone1")
	typeEnter(s, "Value for those that left", "inactive")
	keeps(s, e, func(m *mapping.Mapping) bool { return m.Left.Column == "telephone1" && m.Left.Value == "inactive" })
	s.Type("Value for those that left", "gone")
	s.Tap("Mappings") // what was typed counts also without Enter
	keeps(s, e, func(m *mapping.Mapping) bool { return m.Left.Value == "gone" })
}

func TestChildrenAreAddedNestedFilteredAndTakenOut(t *testing.T) {
	s, e := related(t, "Children", nil, nil)
	s.Sees("No related tables yet")
	s.Tap("Add a related table")
	choose(s, "contact")
	s.Sees("through Company Name (parentcustomerid)")
	s.Tap("Open Contacts")
	s.Until(func() bool { return partLabel(s, "Which records") != "" })
	s.Tap(partLabel(s, "Which records"))
	s.Tap("Active only")
	keeps(s, e, func(m *mapping.Mapping) bool { return len(m.Children) == 1 && m.Children[0].ActiveOnly })
	s.Tap(partLabel(s, "Children"))
	s.Tap("Add a related table")
	choose(s, "phonecall")
	s.Sees("through Regarding")
	keeps(s, e, func(m *mapping.Mapping) bool { return len(m.Children[0].Children) == 1 })
	s.Tap("Open Phone Calls")
	s.Sees("phonecall")
	s.Press(fyne.KeyEscape)
	s.Press(fyne.KeyEscape)
	s.Sees("1 table below it")
	s.Tap("Take out Contacts")
	keeps(s, e, func(m *mapping.Mapping) bool { return len(m.Children) == 0 })
}

func TestAChildIsCountedAsFarAsItsParentIsWanted(t *testing.T) {
	s, e := related(t, "Children", func(m *mapping.Mapping) { m.ActiveOnly = true; withChild(m) }, nil)
	s.Tap("Open Contacts")
	s.Until(func() bool { return partLabel(s, "Which records") != "" })
	s.Tap(partLabel(s, "Which records"))
	s.Sees("Counted are those whose parent is wanted too")
	s.Until(func() bool {
		return e.LastQuery().Table == "contact" && strings.Contains(e.LastQuery().Filter, "parentcustomerid_account/statecode eq 0")
	})
}

func TestThePreviewShowsWhatIsRefusedAndWhatIsEmpty(t *testing.T) {
	s, e := related(t, "Which records", strangers, nil)
	s.Sees("Fabrikam GmbH › FABRIKAM GMBH") // also while it is folded
	s.Tap("Preview")
	s.Sees("4 of 10 would be refused")
	s.Sees("FABRIKAM GMBH")
	s.Sees("refused: “” empty text")
	s.Tap("One record")
	s.Tap("Next record")
	s.Tap("Next record")
	s.Sees("Trey Research")
	s.Sees("Old (1), Fast (9)")
	s.Sees("—")
	s.Sees("empty")
	s.Tap("Changed")
	s.SeesNot("20000.0000")
	s.TapRow("TREY RESEARCH")
	s.Sees("Upper case")
	s.Tap("Close")
	s.Tap("Table")
	s.Tap("Strangest")
	s.Sees("ÅNGSTRÖM")
	s.Until(func() bool { return e.LastSample().Spread })
	asked := e.Called("Sample")
	s.Tap("Random")
	s.Tap("Others")
	s.Sees("of 10 would be refused")
	if e.Called("Sample") != asked {
		t.Error("the samples were read again for another choice among them")
	}
}

package ui_test

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/mapping"
	"ferry/ui"
	"ferry/ui/uitest"
)

// withRelated is a project whose accounts can be filtered, with children and a preview. change adapts the saved mapping.
func withRelated(change func(m *mapping.Mapping)) func(*uitest.Engine, *ui.Options) {
	return func(e *uitest.Engine, o *ui.Options) {
		o.Project = uitest.Contoso()
		e.Map = uitest.Related()
		e.TableNames = append(e.TableNames, e.Map.Tables["phonecall"].Table.Name)
		if change != nil {
			m := mapping.Default(e.Map.Tables["account"].Table)
			change(&m)
			o.Project.Mappings = append(o.Project.Mappings, m)
		}
	}
}

// openPart opens a part of the page of accounts.
func openPart(s *uitest.Stage, part string) {
	s.Tap("Mappings")
	s.TapRow("Accounts")
	s.Until(func() bool { return partLabel(s, part) != "" })
	s.Tap(partLabel(s, part))
}

// partLabel is the words of a part, which may end with a count.
func partLabel(s *uitest.Stage, part string) string {
	found := ""
	uitest.Walk(s.Win.Canvas().Content(), func(o fyne.CanvasObject) {
		w, ok := o.(interface{ Words() string })
		if _, taps := o.(fyne.Tappable); !ok || !taps || found != "" {
			return
		}
		if words := w.Words(); words == part || strings.HasPrefix(words, part+" ") && len(words) < len(part)+8 {
			found = words
		}
	})
	return found
}

// nested is a filter with everything in it.
func nested(m *mapping.Mapping) {
	m.ActiveOnly = true
	m.Zone = "Europe/Berlin"
	m.Where = &mapping.Filter{All: []mapping.Filter{
		{Field: "industrycode", Op: mapping.IsAnyOf, Values: []string{"1", "2", "3"}},
		{Any: []mapping.Filter{
			{Field: "createdon", Op: mapping.LastDays, Values: []string{"30"}},
			{Field: "revenue", Op: mapping.Between, Values: []string{"1000", "2000000"}},
			{All: []mapping.Filter{{Field: "name", Op: mapping.Begins, Values: []string{"Fabri"}}, {Field: "donotemail", Op: mapping.Is, Values: []string{"true"}}}},
		}},
		{Related: &mapping.Related{Lookup: "primarycontactid", Table: "contact", Where: mapping.Filter{Field: "emailaddress1", Op: mapping.IsFilled}}},
		{Related: &mapping.Related{Relation: "Account_Phonecalls", None: true, Where: mapping.Filter{Field: "subject", Op: mapping.Contains, Values: []string{"opt out"}}}},
	}}
}

// withChild has contacts below accounts.
func withChild(m *mapping.Mapping) {
	child := mapping.Default(uitest.Related().Tables["contact"].Table)
	child.ID, child.Link = "account.contact", "parentcustomerid"
	m.Children = []mapping.Mapping{child}
}

// strangers is a mapping that changes some values and refuses others.
func strangers(m *mapping.Mapping) {
	m.Columns[0].Steps = []mapping.Step{{Name: "trim"}, {Name: "upper"}}
	m.Columns[0].NotNull = true
	m.Columns[2].Choices = &mapping.Choices{Values: []mapping.ChoicePair{{Code: 1, Label: "Accounting", To: "10"}, {Code: 2, Label: "Brokers", To: "20"}, {Code: 3, Label: "Consulting", To: "30"}}}
}

func whichScenes() []scene {
	offline := &core.Fault{Kind: core.Offline, Code: "rest.unreachable", Owner: core.You, Cause: "contoso-test.crm4.dynamics.com cannot be reached.", Remedy: "Look whether this computer is online, then try again."}
	filter := func(s *uitest.Stage) { openPart(s, "Which records") }
	counted := func(n core.Count) func(e *uitest.Engine, o *ui.Options) {
		return func(e *uitest.Engine, o *ui.Options) { withRelated(nil)(e, o); e.Map.Counted = n }
	}
	return []scene{
		{"preview-table", withRelated(strangers), func(s *uitest.Stage) {
			openPart(s, "Which records")
			s.Tap("Preview")
			s.Sees("would be refused")
		}},
		{"preview-record", withRelated(strangers), func(s *uitest.Stage) {
			openPart(s, "Which records")
			s.Tap("Preview")
			s.Tap("One record")
			s.Tap("Next record")
			s.Tap("Next record")
		}},
		{"preview-refused", withRelated(strangers), func(s *uitest.Stage) {
			openPart(s, "Which records")
			s.Tap("Preview")
			s.Sees("would be refused")
			s.Tap("Refused")
		}},
		{"preview-strangest", withRelated(strangers), func(s *uitest.Stage) {
			openPart(s, "Which records")
			s.Tap("Preview")
			s.Sees("would be refused")
			s.Tap("Strangest")
		}},
		{"preview-steps", withRelated(strangers), func(s *uitest.Stage) {
			openPart(s, "Which records")
			s.Tap("Preview")
			s.Sees("would be refused")
			s.TapRow("FABRIKAM GMBH")
			s.Sees("what arrives")
		}},
		{"preview-waiting", func(e *uitest.Engine, o *ui.Options) {
			withRelated(nil)(e, o)
			e.Block = map[string]bool{"Sample": true}
		}, func(s *uitest.Stage) {
			openPart(s, "Which records")
			s.Tap("Preview")
			s.Sees("Reading some records")
		}},
		{"preview-fault", func(e *uitest.Engine, o *ui.Options) {
			withRelated(nil)(e, o)
			e.Fail = map[string]error{"Sample": offline}
		}, func(s *uitest.Stage) {
			openPart(s, "Which records")
			s.Tap("Preview")
			s.Sees("No preview now.")
		}},
		{"which-all", withRelated(nil), func(s *uitest.Stage) { filter(s); s.Sees("Exactly 312 records") }},
		{"which-nested", withRelated(nested), func(s *uitest.Stage) { filter(s); s.Sees("Exactly 312 records"); s.Sees("there is none") }},
		{"which-asked", withRelated(nested), func(s *uitest.Stage) {
			filter(s)
			s.Sees("Exactly 312 records")
			s.Tap("What Dynamics is asked")
			s.Sees("Copy the filter")
		}},
		{"which-half", withRelated(nil), func(s *uitest.Stage) {
			filter(s)
			s.Tap("Add a condition")
			s.Tap("Choose a field…")
			s.Type("Search", "founded")
			s.Press(fyne.KeyReturn)
			s.Type("Value", "2024-13-77")
			s.Tap("Add a condition")
			s.Sees("do not count yet")
		}},
		{"which-fields", withRelated(nil), func(s *uitest.Stage) {
			filter(s)
			s.Tap("Add a condition")
			s.Tap("Choose a field…")
			s.Sees("Search")
		}},
		{"which-long", withRelated(func(m *mapping.Mapping) {
			m.Where = &mapping.Filter{Field: "new_longname", Op: mapping.NotBegin, Values: []string{"Ångström & Söhne 🚢 النظام 生産 Verwaltungsgesellschaft mit beschränkter Haftung"}}
		}), filter},
		{"which-counting", func(e *uitest.Engine, o *ui.Options) {
			withRelated(nil)(e, o)
			e.Block = map[string]bool{"CountOf": true}
		}, func(s *uitest.Stage) { filter(s); s.Sees("Counting…") }},
		{"which-atleast", counted(core.Count{N: 5000, Truth: core.AtLeast}), func(s *uitest.Stage) { filter(s); s.Sees("At least 5,000") }},
		{"which-about", counted(core.Count{N: 4800, Truth: core.About}), func(s *uitest.Stage) { filter(s); s.Sees("About 4,800") }},
		{"which-walking", func(e *uitest.Engine, o *ui.Options) {
			counted(core.Count{N: 5000, Truth: core.AtLeast})(e, o)
			e.Map.Walked, e.Block = []int64{61000}, map[string]bool{"CountAll": true}
		}, func(s *uitest.Stage) {
			filter(s)
			s.Tap("Count all")
			s.Sees("61,000 so far")
		}},
		{"which-offline", func(e *uitest.Engine, o *ui.Options) {
			withRelated(nested)(e, o)
			e.Fail = map[string]error{"Sample": offline, "CountOf": offline}
			for name, d := range e.Map.Tables {
				d.Why = offline
				e.Map.Tables[name] = d
			}
		}, func(s *uitest.Stage) { filter(s); s.Sees("cannot be counted") }},
		{"which-hand", func(e *uitest.Engine, o *ui.Options) {
			withRelated(nil)(e, o)
			e.Fail = map[string]error{"CountOf": &core.Fault{Kind: core.Wrong, Code: "dataverse.filter", Owner: core.You, Cause: "Dynamics does not understand this filter: there is no field revenu.", Remedy: "Correct the name of the field.", Details: "0x0 Could not find a property named 'revenu'"}}
		}, func(s *uitest.Stage) {
			filter(s)
			s.Tap("By hand")
			s.Type("OData filter", "revenu gt 100000")
			s.Tap("Check and use")
			s.Sees("no field revenu")
		}},
		{"which-fetch", withRelated(nil), func(s *uitest.Stage) {
			filter(s)
			s.Tap("Paste FetchXML…")
			s.Type("FetchXML", "<fetch aggregate=\"true\"><entity name=\"account\"/></fetch>")
			s.Tap("Use it")
		}},
		{"which-match", withRelated(func(m *mapping.Mapping) {
			m.Match.Columns = []string{"name", "telephone1"}
			m.Columns[2].MayEmpty, m.Columns[2].Found = true, mapping.NeverWrite
		}), func(s *uitest.Stage) { openPart(s, "Match"); s.Sees("All of these must be equal") }},
		{"which-rule", withRelated(nil), func(s *uitest.Stage) {
			openPart(s, "Match")
			s.TapRow("telephone1")
			s.Sees("In records that Ferry made")
		}},
		{"which-gone", withRelated(func(m *mapping.Mapping) {
			m.Gone = mapping.Policy{Do: mapping.Remove}
			m.Left = mapping.Policy{Do: mapping.MarkInactive, Column: "statecode", Value: "1"}
		}), func(s *uitest.Stage) { openPart(s, "Gone or left"); s.Sees("gets the value") }},
		{"which-children", withRelated(withChild), func(s *uitest.Stage) { openPart(s, "Children"); s.Sees("through Company Name") }},
		{"which-children-none", withRelated(nil), func(s *uitest.Stage) { openPart(s, "Children"); s.Sees("No related tables yet") }},
		{"which-children-add", withRelated(nil), func(s *uitest.Stage) { openPart(s, "Children"); s.Tap("Add a related table"); s.Sees("Phone Calls") }},
		{"which-child", withRelated(withChild), func(s *uitest.Stage) {
			openPart(s, "Children")
			s.Tap("Open Contacts")
			s.Until(func() bool { return partLabel(s, "Which records") != "" })
			s.Tap(partLabel(s, "Which records"))
			s.Sees("Exactly 312 records")
		}},
	}
}

// TestPicturesWhich opens the parts of a mapping's page that say which records, and keeps pictures as TestPictures does.
func TestPicturesWhich(t *testing.T) {
	folder := os.Getenv("FERRY_PICTURES")
	modes, sizes := []string{"light"}, map[string]fyne.Size{"": fyne.NewSize(1120, 900)}
	if folder != "" {
		modes = []string{"light", "dark"}
		sizes["-small"] = fyne.NewSize(860, 560)
	}
	for _, sc := range coretest.Some(whichScenes()) {
		for _, mode := range modes {
			for suffix, size := range sizes {
				if mode == "dark" && suffix != "" {
					continue
				}
				t.Run(sc.name+"-"+mode+suffix, func(t *testing.T) {
					e := uitest.Works()
					s := uitest.OpenIn(t, e, mode, func(o *ui.Options) { sc.set(e, o) })
					s.Win.Resize(size)
					sc.play(s)
					s.Drain()
					if folder == "" {
						return
					}
					f, err := os.Create(filepath.Join(folder, sc.name+"-"+mode+suffix+".png"))
					if err != nil {
						t.Fatal(err)
					}
					defer f.Close()
					if err := png.Encode(f, s.Win.Canvas().Capture()); err != nil {
						t.Fatal(err)
					}
				})
			}
		}
	}
}

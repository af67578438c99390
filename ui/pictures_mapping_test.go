package ui_test

import (
	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/project"
	"ferry/ui"
	"ferry/ui/uitest"
)

// mappingScenes are the states of the list of mappings, of a mapping's page, and of its fields.
func mappingScenes() []scene {
	offline := &core.Fault{Kind: core.Offline, Code: "rest.unreachable", Owner: core.You, Cause: "contoso-test.crm4.dynamics.com cannot be reached.",
		Remedy: "Look whether this computer is online, then try again.", Details: "no route to host, 2026-11-21 16:40:00 UTC"}
	knows := func(e *uitest.Engine, to *core.Table) {
		known := uitest.MapsInto(to)
		e.Map = known.Map
	}
	free := func(e *uitest.Engine, o *ui.Options) { knows(e, nil); o.Project = uitest.Contoso() }
	changed := func(e *uitest.Engine, o *ui.Options) { knows(e, nil); o.Project = busyList() }
	described := func(e *uitest.Engine, o *ui.Options) {
		knows(e, uitest.CustomerTable())
		o.Project = mappedInto(uitest.CustomerTable())
	}
	list := func(s *uitest.Stage) { s.Tap("Mappings"); s.Sees("takes part") }
	account := func(s *uitest.Stage) { s.Tap("Mappings"); s.TapRow("Accounts"); s.Sees("Fields") }
	return []scene{
		{"mappings-none", nil, func(s *uitest.Stage) { s.Tap("Connect"); s.Tap("Mappings") }},
		{"mappings", free, list},
		{"mappings-changed", changed, func(s *uitest.Stage) { list(s); s.Sees("look at") }},
		{"mappings-menu", changed, func(s *uitest.Stage) { list(s); s.Tap("More for Contacts") }},
		{"mappings-undo", changed, func(s *uitest.Stage) { list(s); s.Tap("More for Contacts"); s.Tap("Delete"); s.Sees("was deleted") }},
		{"mappings-offline", func(e *uitest.Engine, o *ui.Options) {
			changed(e, o)
			e.Fail = map[string]error{"Tables": offline, "Describe": offline}
		}, func(s *uitest.Stage) { list(s); s.Sees("cannot be reached") }},
		{"mappings-export", changed, func(s *uitest.Stage) { list(s); s.Tap("More for Contacts"); s.Tap("Export…") }},
		{"mappings-bring", func(e *uitest.Engine, o *ui.Options) { changed(e, o); e.Map.File = busyList().Mappings }, func(s *uitest.Stage) {
			list(s)
			s.Tap("Bring in…")
			s.Type("File", "/home/ada/Downloads/Customers.ferry")
			s.Tap("Read")
			s.Sees("replaces")
		}},
		{"mapping-waiting", func(e *uitest.Engine, o *ui.Options) { free(e, o); e.Block = map[string]bool{"Describe": true} }, func(s *uitest.Stage) { s.Tap("Mappings"); s.TapRow("Accounts") }},
		{"mapping-fault", func(e *uitest.Engine, o *ui.Options) { free(e, o); e.Fail = map[string]error{"Describe": offline} }, func(s *uitest.Stage) { s.Tap("Mappings"); s.TapRow("Accounts"); s.Sees("cannot be reached") }},
		{"mapping-offline", func(e *uitest.Engine, o *ui.Options) {
			free(e, o)
			d := e.Map.Tables["account"]
			d.Why = offline
			e.Map.Tables["account"] = d
		}, func(s *uitest.Stage) { account(s); s.Sees("as they were") }},
		{"mapping-fields", free, account},
		{"mapping-described", described, account},
		{"mapping-problems", described, func(s *uitest.Stage) { account(s); s.Tap("Fix 1 thing"); s.Sees("would not begin") }},
		{"mapping-large", func(e *uitest.Engine, o *ui.Options) {
			free(e, o)
			d := e.Map.Tables["account"]
			d.Table = uitest.LargeTable(300)
			e.Map.Tables["account"] = d
		}, account},
		{"mapping-several", free, func(s *uitest.Stage) { account(s); s.Tap("Tick Fax"); s.Tap("Tick Email"); s.Tap("Rename telephone1") }},
		{"mapping-none-found", free, func(s *uitest.Stage) { account(s); s.Type("Search", "zebra") }},
		{"mapping-field", described, func(s *uitest.Stage) { account(s); s.TapRow("Main Phone"); s.Sees("Sample 1") }},
		{"mapping-field-free", free, func(s *uitest.Stage) {
			account(s)
			s.Type("Search", "industrycode")
			s.TapRow("Industry")
			s.Sees("Sample 1")
		}},
		{"mapping-step", free, func(s *uitest.Stage) { account(s); s.TapRow("Main Phone"); s.Tap("Add a change…") }},
		{"mapping-offers", described, func(s *uitest.Stage) { account(s); s.Type("Search", "customertypecode"); s.Tap("Choose a field…") }},
		{"mapping-suggest", described, func(s *uitest.Stage) {
			account(s)
			s.Until(func() bool { return s.Engine.Called("Sample") > 0 })
			s.Tap("Suggest")
		}},
		{"mapping-compatible", free, func(s *uitest.Stage) { account(s); s.Tap("What fits where") }},
		{"mapping-add", free, func(s *uitest.Stage) { account(s); s.Tap("Add a column…") }},
		{"mapping-rename", free, func(s *uitest.Stage) { account(s); s.Tap("Rename") }},
	}
}

// busyList is a project with mappings in many states.
func busyList() *project.Project {
	p := uitest.Contoso()
	a := mapping.NewDraft(uitest.AccountTable(), nil)
	_ = a.Unbind("fax", "sic", "stockexchange")
	_ = a.SetTable("customers", "accountid")
	_ = a.SetActiveOnly(true)
	_ = a.SetFilter(mapping.Filter{All: []mapping.Filter{{Field: "industrycode", Op: mapping.Is, Values: []string{"3"}}}})
	_, _ = a.MatchChoices("industrycode")
	_ = a.SetChoice("industrycode", 3, "Finance")
	_ = a.AddChild(uitest.ContactTable(), "parentcustomerid")
	c := mapping.NewDraft(uitest.ContactTable(), nil)
	_ = c.SetTitle("Contacts of customers who bought something in the last three years 日本 🚢, without those that asked to be forgotten")
	m := c.Saved()
	m.ID, m.Table = "contact-2", "people"
	m.Columns[2].Field = "new_gone"
	p.Mappings = []mapping.Mapping{a.Saved(), m}
	p.Tables = []string{"account", "contact", "contact-2", "new_project"}
	p.Off = []string{"new_project"}
	return p
}

// mappedInto is a project whose accounts go to a table that says what its fields are.
func mappedInto(to *core.Table) *project.Project {
	p := uitest.Contoso()
	d := mapping.NewDraft(uitest.AccountTable(), to)
	_ = d.Bind("name", "name")
	_ = d.SetSteps("name", mapping.Step{Name: "trim"})
	_ = d.Bind("telephone1", "phonenumber")
	_ = d.SetSteps("phonenumber", mapping.Step{Name: "phone", Params: map[string]string{"country": "DE"}})
	_ = d.Bind("industrycode", "sector")
	_ = d.Bind("primarycontactid", "main_contact")
	_ = d.Bind("createdon", "founded")
	_ = d.BindTemplate("ref", "{{accountnumber}}/{{address1_city}}")
	_ = d.BindConstant("inactive", "no")
	m := d.Saved()
	m.ID = "account"
	b := mapping.Binding{Column: "website", Type: core.ColumnText, Field: "new_website", Was: core.TypeText, To: core.TypeText}
	m.Columns = append(m.Columns, b)
	p.Mappings = []mapping.Mapping{m}
	return p
}

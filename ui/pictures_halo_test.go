package ui_test

import (
	"strings"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/core/project"
	"ferry/ui"
	"ferry/ui/uitest"
)

// customers is Halo's table of customers as it tells of it, in part.
func customers() *core.Table {
	t := uitest.CustomerTable()
	t.Name, t.Key = core.TableName{Logical: "customers", Display: "Customer", Plural: "Customers"}, "dynamics_id"
	t.Fields = append(t.Fields, core.Field{Name: "toplevel", Display: "Top level (by its name)", Type: core.TypeText, Readable: true, Writable: true, Above: true})
	return t
}

// toHalo has Halo chosen, tested and its mappings begun.
func toHalo(e *uitest.Engine, o *ui.Options) {
	withHalo(e, o)
	e.Map.Places = map[string]*core.Table{"customers": customers()}
	e.Map.Samples = map[string]ui.Sampled{"account": uitest.AccountSample()}
	e.Map.Counted = core.Count{N: 4812, Truth: core.Exact}
	d := mapping.NewDraft(uitest.AccountTable(), customers())
	for _, pair := range [][2]string{{"name", "name"}, {"telephone1", "phonenumber"}, {"websiteurl", "website"}} {
		_ = d.Bind(pair[0], pair[1]) // what the table does not have is left out
	}
	account := d.Saved()
	account.ID, account.Title, account.ActiveOnly, account.Match = "account", "Accounts", true, mapping.Match{Columns: []string{"name"}}
	o.Project.Mappings = []mapping.Mapping{account, e.Places.Begun["contact"]}
	o.Project.For, o.Project.Destination = "halo", &project.Destination{Driver: "halo", Settings: map[string]string{"address": "https://acme.halopsa.com", "default-site": "Contoso Ltd/Main"}}
	e.Places.Forecast = "Halo takes 290 requests in 5 minutes: 1,680 records need about 65, which is about a minute"
	e.Places.Kept = map[string]bool{"client-id": true, "secret": true}
}

// withSectors has a choice mapped whose options are not all in Halo's list.
func withSectors(e *uitest.Engine, o *ui.Options) {
	toHalo(e, o)
	d := mapping.Edit(o.Project.Mappings[0], uitest.AccountTable(), customers())
	_ = d.Bind("industrycode", "sector") // both are there
	o.Project.Mappings[0] = d.Saved()
}

// withProjects has a table mapped into one of Halo's custom tables.
func withProjects(e *uitest.Engine, o *ui.Options) {
	toHalo(e, o)
	there := customers()
	there.Name = core.TableName{Logical: "CTProjects", Plural: "Projects", Custom: true}
	e.Map.Places["CTProjects"] = there
	from := uitest.AccountTable()
	from.Name = core.TableName{Logical: "new_project", Display: "Project", Plural: "Projects", Custom: true}
	e.Map.Tables["new_project"] = ui.Described{Table: from}
	d := mapping.NewDraft(from, there)
	_ = d.Bind("name", "name") // both are there
	m := d.Saved()
	m.ID = "new_project"
	o.Project.Mappings = append(o.Project.Mappings, m)
}

// haloScenes are the states of Halo as a destination.
func haloScenes() []scene {
	filled := func(s *uitest.Stage) {
		s.Tap("Destination")
		s.Type("Address", "https://acme.halopsa.com")
		s.Type("Client ID", "5f2c6a1e-54d6-4a7b-9c1e-2f3a4b5c6d7e")
		s.Type("Client secret", "hunter2")
	}
	kept := func(s *uitest.Stage) { s.Tap("Destination"); s.Sees("View Applications, New"); s.Drain() }
	list := func(s *uitest.Stage) { s.Tap("Mappings"); s.Sees("takes no part until") }
	open := func(s *uitest.Stage) { list(s); s.TapRow("Accounts"); s.Sees("Which records") }
	projects := func(s *uitest.Stage) { s.Tap("Mappings"); s.TapRow("Projects"); s.Sees("Which records") }
	long := strings.Repeat("Contoso Shipping and Forwarding ", 5)
	return []scene{
		{"halo-form", withHalo, kept},
		{"halo-form-more", withHalo, func(s *uitest.Stage) { kept(s); s.Tap("More settings"); s.Tap("More: CSV folder, PostgreSQL") }},
		{"halo-form-kept", toHalo, kept},
		{"halo-tested", withHalo, func(s *uitest.Stage) {
			filled(s)
			s.Tap("Use and check")
			s.Sees("Destination available")
			s.Sees("not said yet")
		}},
		{"halo-other-host", func(e *uitest.Engine, o *ui.Options) {
			withHalo(e, o)
			e.DestChecks = []core.Check{{ID: "address", Title: "Address", State: core.CheckFailed, Fault: &core.Fault{Kind: core.Wrong, Code: "halo.other-host", Owner: core.You,
				Cause:   "Halo at acme.halopsa.com says that its sign-in is on another host: login.example.com. The secret is not sent there before you say so.",
				Remedy:  "If your page “API Details” in Halo names the same Authorisation Server, fill it in as “Sign-in address” (auth-address). If not, do not go on.",
				Subject: core.Subject{Field: "auth-address", Value: "https://login.example.com/auth"}}}}
		}, func(s *uitest.Stage) { filled(s); s.Tap("Use and check"); s.Sees("login.example.com") }},
		{"halo-notify", toHalo, func(s *uitest.Stage) { kept(s); s.Tap("Let Halo write to people"); s.Sees("cannot be taken back") }},
		{"halo-sites", func(e *uitest.Engine, o *ui.Options) {
			toHalo(e, o)
			e.Places.Offers = append(e.Places.Offers, long+"/"+long, "株式会社ファブリカム/本社")
		}, func(s *uitest.Stage) { kept(s); s.Tap("Choose…"); s.Sees("Fabrikam/Depot") }},
		{"halo-mappings", toHalo, list},
		{"halo-into", toHalo, func(s *uitest.Stage) { list(s); s.TapRow("Projects"); s.Sees("custom table") }},
		{"halo-mapping", toHalo, func(s *uitest.Stage) { list(s); s.TapRow("Accounts"); s.Sees("Which records") }},
		{"halo-offers", toHalo, func(s *uitest.Stage) {
			list(s)
			s.TapRow("Accounts")
			s.Sees("Which records")
			s.Type("Search", "revenue")
			s.Tap("Choose a field…")
			s.Sees("Where does")
		}},
		{"halo-make-field", toHalo, func(s *uitest.Stage) {
			open(s)
			s.Type("Search", "industry")
			s.Tap("Choose a field…")
			s.TapRow("A new field in Halo…")
			s.Sees("cannot be changed afterwards")
		}},
		{"halo-make-values", withSectors, func(s *uitest.Stage) {
			open(s)
			s.Tap("Choices")
			s.Tap("Add what is missing to Halo…")
			s.Sees("for everybody who works in Halo")
		}},
		{"halo-choices", withSectors, func(s *uitest.Stage) { open(s); s.Tap("Choices"); s.Sees("Add what is missing") }},
		{"halo-key-field", withProjects, func(s *uitest.Stage) { projects(s); s.Tap("Match"); s.Sees("Field of the Dynamics ID") }},
		{"halo-key-fields", withProjects, func(s *uitest.Stage) {
			projects(s)
			s.Tap("Match")
			s.Tap("found by its name, such as CFDynamicsId")
			s.Sees("Which field holds")
		}},
		{"halo-parent", toHalo, func(s *uitest.Stage) { open(s); s.Tap("Lookups"); s.Sees("Leave it out") }},
		{"halo-parent-chosen", withSectors, func(s *uitest.Stage) {
			open(s)
			s.Tap("Lookups")
			s.Tap("Top level (by its name)")
			s.Sees("Leave it out")
		}},
		{"halo-parent-into", toHalo, func(s *uitest.Stage) {
			open(s)
			s.Tap("Lookups")
			s.Tap("Into a text field…")
			s.Sees("A new field in Halo")
		}},
		{"halo-children", withSectors, func(s *uitest.Stage) { open(s); s.Tap("Children"); s.Sees("No related tables yet") }},
		{"halo-match", toHalo, func(s *uitest.Stage) { open(s); s.Tap("Match") }},
		{"halo-policies", toHalo, func(s *uitest.Stage) { open(s); s.Tap("Gone or left") }},
		{"halo-import", toHalo, func(s *uitest.Stage) { s.Tap("Import"); s.Sees("Say where it goes…") }},
		{"halo-sheet", toHalo, func(s *uitest.Stage) {
			s.Tap("Import")
			s.Sees("Say where it goes…")
			s.Tap("Try 10 of each")
			s.Sees("about a minute")
		}},
		{"halo-slow", func(e *uitest.Engine, o *ui.Options) { toHalo(e, o); e.Places.Slow = slow() }, func(s *uitest.Stage) {
			s.Tap("Import")
			s.Sees("Say where it goes…")
			s.Tap("Try 10 of each")
			s.Sees("each new record is sent alone")
		}},
		{"halo-tried", func(e *uitest.Engine, o *ui.Options) {
			toHalo(e, o)
			e.Receipt = uitest.Done()
			e.Receipt.Tables = []importer.TableReceipt{{Table: "account", Mapping: "account", Title: "Accounts", To: "customers", Counts: importer.Counts{Read: 10, Created: 9, Updated: 1}}}
		}, func(s *uitest.Stage) {
			s.Tap("Import")
			s.Sees("Say where it goes…")
			s.Tap("Try 10 of each")
			s.Type("Name of the destination", "acme.halopsa.com")
			s.Tap("Try 10")
			s.Sees("Look in Halo whether")
		}},
	}
}

package ui_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/halo"
	"ferry/core/mapping"
	"ferry/core/postgres"
	"ferry/core/project"
	"ferry/core/sheet"
	"ferry/core/sqlite"
	"ferry/ui"
	"ferry/ui/uitest"
)

// withHalo has every kind of destination, Halo the first, and none chosen yet.
func withHalo(e *uitest.Engine, o *ui.Options) {
	o.Project = uitest.Contoso()
	o.Project.Destination = nil
	spools := sheet.Spools{Folder: "spools", Open: func(path string) (sheet.Spool, error) { return sqlite.New(path, nil) }}
	o.Destinations = []core.Driver[core.Destination]{halo.Driver(halo.Options{}), sheet.Excel(spools, nil), uitest.SQLite(), sheet.CSV(spools, nil), postgres.Driver(nil)}
	e.DestChecks = haloChecks()
	e.Places.Offers = []string{"Contoso Ltd/Main", "Fabrikam/Depot"}
	e.Places.Tables = []core.TableName{{Logical: "customers", Plural: "Customers"}, {Logical: "sites", Plural: "Sites"}, {Logical: "users", Plural: "Users"}, {Logical: "CTProjects", Plural: "Projects", Custom: true}}
	e.Places.Begun = map[string]mapping.Mapping{
		"account": {ID: "account", Source: "account", Title: "Accounts", Table: "customers", Key: "dynamics_id", ActiveOnly: true, Match: mapping.Match{Columns: []string{"name"}},
			Columns: []mapping.Binding{{Column: "name", Type: core.ColumnText, Field: "name", To: core.TypeText}}},
		"contact": {ID: "contact", Source: "contact", Title: "Contacts", Table: "users", Key: "dynamics_id", ActiveOnly: true,
			Columns: []mapping.Binding{{Column: "name", Type: core.ColumnText, Field: "fullname", To: core.TypeText}}},
		"new_project CTProjects": {ID: "new_project", Source: "new_project", Table: "CTProjects", Key: "dynamics_id", Columns: []mapping.Binding{}},
		"account sites":          {ID: "account", Source: "account", Table: "sites", Key: "dynamics_id", Columns: []mapping.Binding{}},
	}
	e.Map.Tables = map[string]ui.Described{"account": {Table: uitest.AccountTable()}, "contact": {Table: uitest.ContactTable()}}
}

func haloChecks() []core.Check {
	return []core.Check{
		{ID: "address", Title: "Address", State: core.CheckPassed, Detail: "API at acme.halopsa.com/api, signs in at acme.halopsa.com/auth"},
		{ID: "signin", Title: "Sign-in", State: core.CheckPassed, Detail: "a token with the scopes all, tenant acme"},
		{ID: "version", Title: "Halo answers", State: core.CheckPassed, Detail: "HaloPSA 2.196.1"},
		{ID: "customers", Title: "Customers can be read", State: core.CheckPassed, Detail: "412, inactive ones included"},
		{ID: "agent", Title: "All customers can be seen", State: core.CheckPassed, Detail: "Ferry"},
		{ID: "site", Title: "Default site", State: core.CheckPassed, Detail: "Contoso Ltd/Main"},
		{ID: "quiet", Title: "Nobody is written to", State: core.CheckPassed, Detail: "each request tells Halo to send no mail and to start no automation"},
	}
}

// connectHalo fills in the form and tests it.
func connectHalo(s *uitest.Stage) {
	s.Tap("Destination")
	s.Type("Address", "https://acme.halopsa.com")
	s.Type("Client ID", "5f2c")
	s.Type("Client secret", "hunter2")
	s.Tap("Use and check")
	s.Sees("Destination available")
}

func TestHaloIsFilledInTestedAndAccountsAndContactsGoWhereTheyBelong(t *testing.T) {
	e := uitest.Works()
	var p *project.Project
	s := uitest.Open(t, e, func(o *ui.Options) { withHalo(e, o); p = o.Project })
	s.Tap("Destination")
	s.Sees("View Applications, New")
	s.SeesNot("Records per request (optional)")
	s.Tap("More settings")
	s.Sees("Records per request (optional)")
	s.Type("Address", "https://acme.halopsa.com")
	if why := s.Why("Use and check"); !strings.Contains(why, "Client ID") {
		t.Errorf("without a client ID the button says %q", why)
	}
	if s.Field("Client ID").Password || !s.Field("Client secret").Password {
		t.Error("the client ID is hidden, or the secret is not")
	}
	s.Type("Client ID", "5f2c")
	s.Type("Client secret", "hunter2")
	s.Tap("Choose…")
	s.Pick("Fabrikam/Depot")
	s.SeesNot("Use what I wrote")
	if site := s.Field("Default site").Text; site != "Fabrikam/Depot" {
		t.Errorf("the default site is %q", site)
	}
	s.Tap("Use and check")
	s.Sees("Destination available")
	if e.DestSecrets["secret"].Reveal() != "hunter2" || e.DestSecrets["client-id"].Reveal() != "5f2c" {
		t.Error("client ID and secret did not reach the keychain")
	}
	if text := p.Destination.Settings; text["client-id"] != "" || text["secret"] != "" {
		t.Error("the project holds a secret")
	}
	s.Tap("Mappings")
	s.Sees("account → customers")
	s.Sees("takes no part until somebody says where it goes")
	if p.For != "halo" || len(p.Mappings) != 2 || p.Mappings[0].Table != "customers" || p.Mappings[1].Table != "users" {
		t.Errorf("for %q: %+v", p.For, p.Mappings)
	}
}

func TestATableOfWhichHaloHasNoIdeaIsAskedAboutAndOneTableGoesIntoTwo(t *testing.T) {
	e := uitest.Works()
	var p *project.Project
	s := uitest.Open(t, e, func(o *ui.Options) { withHalo(e, o); p = o.Project })
	connectHalo(s)
	s.Tap("Import")
	s.Tap("Say where it goes…")
	s.Sees("Where does Projects go?")
	s.Pick("CTProjects")
	s.Until(func() bool { return len(p.Mappings) == 3 })
	if m := p.Mappings[len(p.Mappings)-1]; m.Table != "CTProjects" || m.ID != "new_project" {
		t.Errorf("the projects go into %+v", m)
	}
	s.Tap("Mappings")
	s.Tap("Add table…")
	s.Pick("Accounts")
	s.Sees("Where does Accounts go?")
	s.Pick("sites")
	s.Until(func() bool { return len(p.Mappings) == 4 })
	last := p.Tables[len(p.Tables)-1]
	if m := p.Mappings[len(p.Mappings)-1]; last != "account-sites" || m.ID != last || m.Table != "sites" || m.Source != "account" {
		t.Errorf("beside the customers there is %q, %+v", last, m)
	}
}

func TestWhatWasMadeForADatabaseComesBackAfterHalo(t *testing.T) {
	e := uitest.Works()
	var p *project.Project
	s := uitest.Open(t, e, func(o *ui.Options) {
		withHalo(e, o)
		p = o.Project
		p.Destination = uitest.Contoso().Destination
		p.Mappings = []mapping.Mapping{{ID: "account", Source: "account", Title: "Companies", Table: "companies", Key: "accountid", Columns: []mapping.Binding{}}}
		p.Off = []string{"new_project"}
	})
	s.Tap("Destination")
	s.Tap("Halo")
	s.Type("Address", "https://acme.halopsa.com")
	s.Type("Client ID", "5f2c")
	s.Type("Client secret", "hunter2")
	s.Tap("Use and check")
	s.Sees("Destination available")
	s.Until(func() bool { return len(p.Mappings) == 2 })
	if p.Mappings[0].Table != "customers" {
		t.Fatalf("into Halo go %+v", p.Mappings)
	}
	s.Tap("Database file (SQLite)")
	s.Type("File", "/home/ada/x.db")
	s.Tap("Use and check")
	if len(p.Mappings) != 1 || p.Mappings[0].Title != "Companies" || len(p.Off) != 1 || p.For != "" {
		t.Errorf("for %q there are %+v, off %v", p.For, p.Mappings, p.Off)
	}
}

func TestTheSwitchThatLetsHaloWriteToPeopleSaysHowMany(t *testing.T) {
	e := uitest.Works()
	var p *project.Project
	s := uitest.Open(t, e, func(o *ui.Options) { withHalo(e, o); p = o.Project })
	connectHalo(s)
	s.Tap("Mappings")
	s.Until(func() bool { return e.Called("Count") >= 4 })
	s.Tap("Destination")
	s.Tap("Let Halo write to people")
	s.Sees("That is more than 50,000 people.")
	s.Tap("Leave it off")
	if p.Destination.Settings["notify"] != "false" {
		t.Error("it was switched on all the same")
	}
	s.Tap("Let Halo write to people")
	s.Tap("Let it write to people")
	s.Tap("Use and check")
	if p.Destination.Settings["notify"] != "true" {
		t.Error("it was not switched on")
	}
}

func TestASignInOnAnotherHostIsConfirmedOnce(t *testing.T) {
	e := uitest.Works()
	var p *project.Project
	s := uitest.Open(t, e, func(o *ui.Options) {
		withHalo(e, o)
		p = o.Project
		e.DestChecks = []core.Check{{ID: "address", Title: "Address", State: core.CheckFailed, Fault: &core.Fault{Kind: core.Wrong, Code: "halo.other-host", Owner: core.You,
			Cause: "Halo at acme.halopsa.com says that its sign-in is on another host: login.example.com.", Remedy: "Look at the page “API Details”.",
			Subject: core.Subject{Field: "auth-address", Value: "https://login.example.com/auth"}}}}
	})
	s.Tap("Destination")
	s.Type("Address", "https://acme.halopsa.com")
	s.Type("Client ID", "5f2c")
	s.Type("Client secret", "hunter2")
	s.Tap("Use and check")
	s.Sees("login.example.com")
	e.DestChecks = haloChecks()
	s.Tap("Yes, use https://login.example.com/auth")
	s.Sees("Destination available")
	if p.Destination.Settings["auth-address"] != "https://login.example.com/auth" {
		t.Errorf("the settings are %v", p.Destination.Settings)
	}
}

func TestThePracticeEnvironmentOffersItsOwnHalo(t *testing.T) {
	e := uitest.Works()
	var p *project.Project
	s := uitest.Open(t, e, func(o *ui.Options) {
		withHalo(e, o)
		p = o.Project
		p.Connections[0].Practice = true
		e.Places.Practice = ui.PracticeDestination{Destination: &project.Destination{Driver: "halo", Practice: true, Settings: map[string]string{"address": "https://localhost:4711", "tenant": "practice"}},
			Secrets: map[string]core.Secret{"client-id": core.NewSecret("id"), "secret": core.NewSecret("practice")}}
	})
	s.Tap("Destination")
	s.Sees("From it Ferry writes only into new files and into this one.")
	s.Tap("Use and check")
	s.Sees("Destination available")
	if d := p.Destination; !d.Practice || d.Settings["address"] != "https://localhost:4711" {
		t.Errorf("the destination is %+v", d)
	}
}

func TestAFieldThatHaloLacksIsMadeFromTheMappingAndItsValuesToo(t *testing.T) {
	e := uitest.Works()
	var p *project.Project
	s := uitest.Open(t, e, func(o *ui.Options) { toHalo(e, o); p = o.Project })
	s.Tap("Mappings")
	s.TapRow("Accounts")
	s.Sees("Which records")
	s.Type("Search", "industrycode")
	s.Tap("Choose a field…")
	s.TapRow("A new field in Halo…")
	s.Sees("cannot be changed afterwards")
	if name := s.Field("Name").Text; !strings.HasPrefix(name, "CFIndustry") {
		t.Errorf("it would be called %q", name)
	}
	s.Tap("Make it in Halo")
	made := func(column string) *mapping.Binding {
		for i := range p.Mappings[0].Columns {
			if p.Mappings[0].Columns[i].Column == column {
				return &p.Mappings[0].Columns[i]
			}
		}
		return nil
	}
	s.Until(func() bool { return made("CFIndustry") != nil })
	if b := made("CFIndustry"); b.Field != "industrycode" || b.To != core.TypeChoice || b.Choices == nil || len(b.Choices.Values) == 0 {
		t.Errorf("it is mapped as %+v", b)
	}
	if e.Called("MakeField") != 1 {
		t.Errorf("it was made %d times", e.Called("MakeField"))
	}
}

func TestValuesThatAListOfHaloLacksAreAddedWhenAPersonSaysSo(t *testing.T) {
	e := uitest.Works()
	var p *project.Project
	s := uitest.Open(t, e, func(o *ui.Options) {
		toHalo(e, o)
		p = o.Project
		d := mapping.Edit(p.Mappings[0], uitest.AccountTable(), customers())
		if err := d.Bind("industrycode", "sector"); err != nil {
			t.Fatal(err)
		}
		p.Mappings[0] = d.Saved()
	})
	s.Tap("Mappings")
	s.TapRow("Accounts")
	s.Sees("Which records")
	s.Tap("Choices")
	s.Tap("Add what is missing to Halo…")
	s.Sees("for everybody who works in Halo")
	if e.Called("MakeValues") != 0 {
		t.Error("they were added before anybody said so")
	}
	d := mapping.Edit(p.Mappings[0], uitest.AccountTable(), customers())
	open := 0
	for _, r := range d.ChoiceTable("sector") {
		if r.How == mapping.ChoiceOpen {
			open++
		}
	}
	label := "Add " + strconv.Itoa(open) + " values"
	s.Tap(label)
	s.Until(func() bool {
		return e.Called("MakeValues") == 1 && len(p.Mappings[0].Columns[len(p.Mappings[0].Columns)-1].Choices.Values) >= open
	})
}

func TestALiveHaloIsTypedOnceAndATestOneIsNot(t *testing.T) {
	e := uitest.Works()
	var p *project.Project
	s := uitest.Open(t, e, func(o *ui.Options) { toHalo(e, o); p = o.Project })
	s.Tap("Import")
	s.Sees("Say where it goes…")
	s.Tap("Try 10 of each")
	s.Sees("Nobody is written to")
	s.Sees("about a minute")
	if why := s.Why("Try 10"); why == "" {
		t.Error("a live Halo was written without its name being typed")
	}
	s.Tap("Cancel")
	s.Tap("Destination")
	s.Tap("No, a test")
	if p.Destination.Kind != "test" {
		t.Errorf("the destination is %+v", p.Destination)
	}
	s.Tap("Import")
	s.Tap("Try 10 of each")
	s.SeesNot("Type its name")
	s.Tap("Try 10")
	s.Sees("Look in Halo whether it sent anything")
	s.Until(func() bool { return e.Called("Import") == 1 })
}

func TestTheFieldOfTheDynamicsIDOfACustomTableIsChosen(t *testing.T) {
	e := uitest.Works()
	var p *project.Project
	s := uitest.Open(t, e, func(o *ui.Options) {
		toHalo(e, o)
		p = o.Project
		there := customers()
		there.Name = core.TableName{Logical: "CTProjects", Plural: "Projects", Custom: true}
		e.Map.Places["CTProjects"] = there
		e.Map.Tables["new_project"] = ui.Described{Table: uitest.AccountTable()}
		p.Mappings = append(p.Mappings, mapping.Mapping{ID: "new_project", Source: "new_project", Table: "CTProjects", Key: "dynamics_id", Columns: []mapping.Binding{}})
	})
	s.Tap("Mappings")
	s.TapRow("Projects")
	s.Sees("Which records")
	s.Tap("Match")
	s.Tap("found by its name, such as CFDynamicsId")
	s.Pick("CFEmail")
	s.Until(func() bool { return p.Mappings[2].Key == "CFEmail" })
}

func TestWhatBecomesOfParentAccountsIsChosenInTheirMapping(t *testing.T) {
	e := uitest.Works()
	var p *project.Project
	s := uitest.Open(t, e, func(o *ui.Options) { toHalo(e, o); p = o.Project })
	s.Tap("Mappings")
	s.TapRow("Accounts")
	s.Sees("Which records")
	s.Tap("Lookups")
	into := func() (columns []string) {
		for _, b := range p.Mappings[0].Columns {
			if b.Field == "parentaccountid" {
				columns = append(columns, b.Column)
				if len(b.Steps) != 1 || b.Steps[0].Name != "lookup" {
					t.Errorf("%s does not get the name: %+v", b.Column, b)
				}
			}
		}
		return columns
	}
	s.Tap("Top level (by its name)")
	s.Until(func() bool { return slices.Equal(into(), []string{"toplevel"}) })
	s.Tap("Into a text field…")
	s.Pick("CFEmail")
	s.Until(func() bool { return slices.Equal(into(), []string{"CFEmail"}) })
	s.Sees("Into the field E-mail")
	s.Tap("Into the field E-mail")
	s.TapRow("A new field in Halo…")
	s.Sees("the name of the record")
	s.Tap("Make it in Halo")
	s.Until(func() bool { return slices.Equal(into(), []string{"CFParentAccount"}) })
	s.Tap("Leave it out")
	s.Until(func() bool { return len(into()) == 0 })
}

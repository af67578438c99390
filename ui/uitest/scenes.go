package uitest

import (
	"time"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/project"
)

// SQLite is a destination as the window sees it.
func SQLite() core.Driver[core.Destination] {
	return core.Driver[core.Destination]{
		Name: "sqlite", Title: "Database file (SQLite)",
		Summary: "One file that Excel, Power BI and every programming language can read.",
		Settings: []core.Setting{{Name: "file", Title: "File", Kind: core.SettingFile, Required: true, Main: true,
			Help: "It is made when it is not there. A file of something else is never touched."}},
	}
}

// Contoso is a project with everything chosen.
func Contoso() *project.Project {
	return &project.Project{
		Version: 1, ID: "c0ffee", Name: "Contoso", Connection: "Contoso",
		Connections: []project.Connection{{Name: "Contoso", Org: "https://contoso-test.crm4.dynamics.com", Kind: "test",
			Tenant: "9f1b0b3e-5d1c-4c55-8a34-6f8f3f0f6c11", ClientID: "1a2b3c4d-1a2b-1a2b-1a2b-1a2b3c4d5e6f", Auth: project.Browser}},
		Destination: &project.Destination{Driver: "sqlite", Settings: map[string]string{"file": "/home/ada/Documents/Ferry/Contoso/Contoso.db"}},
		Tables:      []string{"account", "contact", "new_project"},
	}
}

// Works returns an Engine in which everything works.
func Works() *Engine {
	return &Engine{
		Checks: []core.Check{
			{ID: "address", Title: "Address and name resolution", State: core.CheckPassed, Detail: "contoso-test.crm4.dynamics.com, Europe"},
			{ID: "tls", Title: "Secure connection", State: core.CheckPassed, Detail: "TLS 1.3, no proxy"},
			{ID: "tenant", Title: "Environment answers; tenant matches", State: core.CheckPassed, Detail: "version 9.2.24104"},
			{ID: "signin", Title: "Sign-in", State: core.CheckPassed, Detail: "token received"},
			{ID: "who", Title: "Who Ferry is", State: core.CheckPassed, Detail: "Ada Lovelace"},
			{ID: "account", Title: "May read accounts", State: core.CheckPassed, Detail: "all records"},
			{ID: "contact", Title: "May read contacts", State: core.CheckWarned, Optional: true, Detail: "only your business unit's"},
		},
		DestChecks: []core.Check{
			{ID: "file", Title: "The folder can be written", State: core.CheckPassed, Detail: "/home/ada/Documents/Ferry/Contoso"},
			{ID: "space", Title: "Room on the disk", State: core.CheckPassed, Detail: "212 GB free"},
		},
		TableNames: []core.TableName{
			{Logical: "account", Display: "Account", Plural: "Accounts"}, {Logical: "contact", Display: "Contact", Plural: "Contacts"},
			{Logical: "new_project", Display: "Project", Plural: "Projects", Custom: true}, {Logical: "lead", Display: "Lead", Plural: "Leads"},
			{Logical: "salesorder", Display: "Order", Plural: "Orders"}, {Logical: "opportunity", Display: "Opportunity", Plural: "Opportunities"},
		},
		Counts: map[string]core.Count{"account": {N: 4812, Truth: core.Exact}, "contact": {N: 50000, Truth: core.AtLeast},
			"new_project": {N: 120, Truth: core.About}, "lead": {N: 3, Truth: core.Exact}},
		Receipt: Done(),
	}
}

// Unavailable are the steps of a check in which one failed.
func Unavailable() []core.Check {
	return []core.Check{
		{ID: "address", Title: "Address and name resolution", State: core.CheckPassed, Detail: "contoso-test.crm4.dynamics.com, Europe"},
		{ID: "tls", Title: "Secure connection", State: core.CheckPassed, Detail: "TLS 1.3, no proxy"},
		{ID: "tenant", Title: "Environment answers; tenant matches", State: core.CheckPassed, Detail: "version 9.2.24104"},
		{ID: "secret", Title: "Client secret's remaining life", State: core.CheckWarned, Optional: true, Detail: "expires in 12 days, on 3 December"},
		{ID: "signin", Title: "Sign-in as the application", State: core.CheckPassed, Detail: "token received"},
		{ID: "user", Title: "Application user in this environment", State: core.CheckFailed, Fault: &core.Fault{
			Kind: core.Permission, Code: "dataverse.no-user", Owner: core.DynamicsAdmin, Link: "https://admin.powerplatform.microsoft.com",
			Cause:  "The application is known to Microsoft, but this environment has no user for it.",
			Remedy: "Add an application user for “Ferry migration” and give it a security role that may read accounts and contacts.",
		}},
		{ID: "roles", Title: "Security roles", State: core.CheckUntried}, {ID: "account", Title: "May read accounts", State: core.CheckUntried},
		{ID: "contact", Title: "May read contacts", State: core.CheckUntried}, {ID: "tracking", Title: "Change tracking", State: core.CheckUntried},
	}
}

// Done is a receipt that adds up.
func Done() importer.Receipt {
	start := Now().Add(-12 * time.Minute)
	return importer.Receipt{
		Run: "r2", State: importer.Complete, From: "Contoso", To: "Contoso.db", Who: "Ada Lovelace", Started: start, Ended: start.Add(11*time.Minute + 43*time.Second),
		Tables: []importer.TableReceipt{
			{Table: "account", Title: "Accounts", To: "account", Counts: importer.Counts{Read: 4812, Created: 4282, Updated: 501, Unchanged: 29}},
			{Table: "contact", Title: "Contacts", To: "contact", Counts: importer.Counts{Read: 61240, Created: 61240}},
			{Table: "new_project", Title: "Projects", To: "new_project", Counts: importer.Counts{Read: 121, Created: 121}},
		},
	}
}

// Refused is a receipt with records that were not written.
func Refused() importer.Receipt {
	r := Done()
	r.Tables[0].Created, r.Tables[0].Refused = 4269, 13
	long := &core.Fault{Kind: core.BadRecord, Code: "sqlite.too-big", Cause: "A value is larger than the file can hold.", Remedy: "Shorten the text in Dynamics 365, then import again."}
	for i := range 12 {
		r.Refusals = append(r.Refusals, importer.Refusal{Table: "account", Key: "5f0c1a7e-0000-4000-8000-0000000000" + string(rune('a'+i/10)) + string(rune('0'+i%10)), Kind: core.Refused, Fault: long})
	}
	r.Refusals = append(r.Refusals, importer.Refusal{Table: "account", Key: "5f0c1a7e-0000-4000-8000-0000000000ff", Kind: core.Refused,
		Fault: &core.Fault{Kind: core.BadRecord, Code: "sqlite.date", Cause: "A date is not one.", Remedy: "Correct it in Dynamics 365.", Subject: core.Subject{Field: "createdon"}}})
	return r
}

// Stopped is a run that can go on.
func Stopped() importer.Receipt {
	r := Done()
	r.Run, r.State, r.Started = "r3", importer.Interrupted, Now().Add(-2*time.Hour)
	r.Tables = r.Tables[:1]
	r.Tables[0].Counts = importer.Counts{Read: 2983, Created: 2411, Updated: 530, Unchanged: 29, Refused: 13}
	return r
}

// Midway is a snapshot of an import that is asked to wait.
func Midway() importer.Progress {
	return importer.Progress{
		Run: "r3", Current: 0, Rate: 6.87, Left: 4*time.Minute + 26*time.Second,
		Waiting: core.Notice{Text: "Dynamics 365 asks us to wait", Until: Now().Add(14 * time.Second)},
		Tables: []importer.TableProgress{
			{Table: "account", Title: "Accounts", State: importer.Reading, Total: core.Count{N: 4812, Truth: core.Exact},
				Counts: importer.Counts{Read: 2983, Created: 2411, Updated: 530, Unchanged: 29, Refused: 13}},
			{Table: "contact", Title: "Contacts", State: importer.Waiting, Total: core.Count{N: 50000, Truth: core.AtLeast}},
			{Table: "new_project", Title: "Projects", State: importer.Waiting, Total: core.Count{N: 120, Truth: core.About}},
		},
	}
}

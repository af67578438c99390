package ui_test

import (
	"time"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui"
	"ferry/ui/uitest"
)

const mail = `Hi Ada,

here is what you need for the migration. The environment is https://contoso-test.crm4.dynamics.com/

Application (client) ID: 1a2b3c4d-1a2b-4c1a-8b2c-1a2b3c4d5e6f
Directory (tenant) ID: 9f1b0b3e-5d1c-4c55-8a34-6f8f3f0f6c11
Object ID: 77777777-1a2b-4c1a-8b2c-1a2b3c4d5e6f
Secret ID: 88888888-1a2b-4c1a-8b2c-1a2b3c4d5e6f
Client secret value: q3X8Q~not.a.real.secret.but.as.long.as.one
Expires: 2026-12-03

Grace`

// connectionScenes are the states of the wizard and of the page Connection.
func connectionScenes() []scene {
	consent := &core.Fault{Kind: core.Permission, Code: "signin.admin-consent", Owner: core.EntraAdmin, Cause: "Only an administrator can allow this application to be used.",
		Remedy: "Have the administrator open the app registration, API permissions, and press Grant admin consent.", Details: "AADSTS90094, correlation 5b1f0c1a-0000-4000-8000-000000000001, 2026-11-21 16:40:00 UTC"}
	wrong := &core.Fault{Kind: core.SignIn, Code: "signin.secret-wrong", Owner: core.EntraAdmin, Cause: "The client secret is wrong.",
		Remedy: "In the app registration, open Certificates & secrets, make a new secret and copy its Value.", Link: "https://login.microsoftonline.com/error?code=7000215", Details: "AADSTS7000215, 2026-11-21 16:40:00 UTC"}
	address := func(s *uitest.Stage) {
		s.Tap("Connect")
		s.Type("Address", "https://contoso-test.crm4.dynamics.com/main.aspx?appid=1")
	}
	values := func(s *uitest.Stage) { address(s); s.Tap("Continue"); s.Sees("said so itself") }
	with := func(change func(c *project.Connection)) func(*uitest.Engine, *ui.Options) {
		return func(e *uitest.Engine, o *ui.Options) {
			o.Project = uitest.Contoso()
			e.Known = true
			o.Project.Connections[0].Tested = "2026-11-20T09:00:00Z"
			change(&o.Project.Connections[0])
		}
	}
	open := func(s *uitest.Stage) { s.Tap("Connection") }
	secret := func(c *project.Connection) { c.Auth, c.SecretExpires = project.Secret, "2026-12-03" }
	advanced := func(s *uitest.Stage) { open(s); s.Tap("Advanced"); s.Sees("Save these settings") }
	return []scene{
		{"wizard-environments", func(e *uitest.Engine, o *ui.Options) {
			with(func(*project.Connection) {})(e, o)
			e.Environs = []ui.Environment{
				{Name: "Contoso Sales", Org: "https://contoso.crm4.dynamics.com", Region: "Europe", Kind: "live"},
				{Name: "Contoso Test", Org: "https://contoso-test.crm4.dynamics.com", Region: "Europe", Kind: "test"},
				{Name: "Old trial of a department whose name is far too long to be shown in one line of this list", Org: "https://org8f1b0b3e5d1c4c55.crm.dynamics.com", Disabled: true},
			}
		}, func(s *uitest.Stage) {
			open(s)
			s.Tap("New")
			s.Tap("Choose from my environments")
			s.Sees("Contoso Sales")
		}},
		{"wizard-address-product", func(e *uitest.Engine, _ *ui.Options) {
			e.Fail = map[string]error{"Recognise": &core.Fault{Kind: core.Wrong, Code: "dataverse.wrong-product", Owner: core.You, Cause: "This is an address of Business Central, not of Dynamics 365 Sales or Service.",
				Remedy: "Open the environment in the Power Platform admin center and copy its Environment URL.", Link: "https://admin.powerplatform.microsoft.com"}}
		}, func(s *uitest.Stage) { s.Tap("Connect"); s.Type("Address", "https://businesscentral.dynamics.com/x") }},
		{"wizard-paste", nil, func(s *uitest.Stage) { values(s); s.Paste("Paste here", mail) }},
		{"wizard-paste-nothing", nil, func(s *uitest.Stage) { values(s); s.Paste("Paste here", "Hi Ada, I will send it tomorrow.") }},
		{"wizard-proving", func(e *uitest.Engine, _ *ui.Options) { e.Block = map[string]bool{"Prove": true} }, func(s *uitest.Stage) {
			values(s)
			s.Paste("Paste here", mail)
			s.Tap("Continue to sign-in")
			s.Sees("Trying the values…")
		}},
		{"wizard-wrong-secret", func(e *uitest.Engine, _ *ui.Options) { e.Fail = map[string]error{"Prove": wrong} }, func(s *uitest.Stage) {
			values(s)
			s.Paste("Paste here", mail)
			s.Tap("Continue to sign-in")
			s.Sees("The client secret is wrong.")
		}},
		{"wizard-register", nil, func(s *uitest.Stage) { values(s); s.Tap("I can register an app in Entra") }},
		{"wizard-register-steps", nil, func(s *uitest.Stage) { values(s); s.Tap("I can register an app in Entra"); s.Tap("Step by step") }},
		{"wizard-register-certificate", nil, func(s *uitest.Stage) {
			values(s)
			s.Tap("I can register an app in Entra")
			s.Tap("The application signs in")
			s.Tap("a certificate")
			s.Tap("Make a certificate for me")
			s.Sees("Thumbprint")
		}},
		{"wizard-neither", nil, func(s *uitest.Stage) { values(s); s.Tap("Neither") }},
		{"wizard-certificate", nil, func(s *uitest.Stage) { values(s); s.Tap("The application signs in"); s.Tap("a certificate") }},
		{"wizard-windows", nil, func(s *uitest.Stage) {
			s.Tap("Connect")
			s.Type("Address", "https://crm.contoso.local/sales")
			s.Tap("Continue")
			s.Tap("Windows sign-in")
		}},
		{"wizard-explain", func(e *uitest.Engine, _ *ui.Options) {
			e.Link, e.Block = "https://login.example/authorize", map[string]bool{"SignIn": true}
		}, func(s *uitest.Stage) {
			s.Tap("Practise")
			s.Tap("Open the sign-in page")
			s.Tap("What does the page say?")
			s.Paste("What the page says", "Sorry, but we’re having trouble signing you in. AADSTS700016: Application with identifier was not found")
		}},
		{"wizard-explain-unknown", func(e *uitest.Engine, _ *ui.Options) {
			e.Link, e.Block = "https://login.example/authorize", map[string]bool{"SignIn": true}
		}, func(s *uitest.Stage) {
			s.Tap("Practise")
			s.Tap("Open the sign-in page")
			s.Tap("What does the page say?")
			s.Paste("What the page says", "Sorry, something went wrong")
		}},
		{"wizard-code", func(e *uitest.Engine, _ *ui.Options) {
			e.Link, e.Code, e.Until, e.Block = "https://microsoft.com/devicelogin", "H7KQ-92MX", uitest.Now().Add(14*time.Minute), map[string]bool{"SignIn": true}
		}, func(s *uitest.Stage) {
			values(s)
			s.Type("Client ID", "1a2b3c4d-1a2b-1a2b-1a2b-1a2b3c4d5e6f")
			s.Tap("Use a code on another device, because no browser can be used here")
			s.Tap("Continue to sign-in")
			s.Tap("Get a code")
			s.Sees("H7KQ-92MX")
		}},
		{"wizard-approval", func(e *uitest.Engine, _ *ui.Options) { e.Fail = map[string]error{"SignIn": consent} }, func(s *uitest.Stage) {
			values(s)
			s.Type("Client ID", "1a2b3c4d-1a2b-1a2b-1a2b-1a2b3c4d5e6f")
			s.Tap("Continue to sign-in")
			s.Tap("Open the sign-in page")
			s.Sees("Need admin approval")
			s.Tap("Copy only the link")
		}},
		{"connection-waiting", with(func(c *project.Connection) {
			c.Tested, c.Waiting = "", project.Waiting{For: core.EntraAdmin, What: "registration", Since: "2026-11-20T09:00:00Z"}
		}), open},
		{"connection-waiting-approval", with(func(c *project.Connection) {
			c.Waiting = project.Waiting{For: core.EntraAdmin, What: "admin-approval", Since: "2026-11-17T09:00:00Z"}
		}), open},
		{"connection-secret-ending", with(secret), open},
		{"connection-secret-ended", with(func(c *project.Connection) { secret(c); c.SecretExpires = "2026-11-03" }), open},
		{"connection-lost", func(e *uitest.Engine, o *ui.Options) { with(secret)(e, o); e.Known = false }, func(s *uitest.Stage) { open(s); s.Sees("no longer has the client secret") }},
		{"connection-certificate", with(func(c *project.Connection) {
			c.Auth = project.Certificate
			c.Certificate = project.CertificateFacts{Subject: "CN=Ferry Contoso", Thumbprint: "5A3C0FF1CE5A3C0FF1CE5A3C0FF1CE5A3C0FF1CE", Expires: "2027-11-21"}
		}), open},
		{"connection-unfinished", with(func(c *project.Connection) { c.Tested, c.Kind, c.ClientID, c.Tenant = "", "", "", "" }), nil},
		{"connection-draft", with(func(c *project.Connection) { c.Tested, c.Kind = "", "" }), open},
		{"connection-many", func(e *uitest.Engine, o *ui.Options) {
			with(func(*project.Connection) {})(e, o)
			add := func(c project.Connection) { o.Project.Connections = append(o.Project.Connections, c) }
			add(project.Connection{Name: "Contoso live", Org: "https://contoso.crm4.dynamics.com", Auth: project.Secret, ClientID: "x", Tested: "2026-11-20T09:00:00Z", SecretExpires: "2026-11-29", Kind: "live"})
			add(project.Connection{Name: "Fabrikam", Org: "https://fabrikam.crm.dynamics.com", Auth: project.Secret, ClientID: "x", Tested: "2026-10-20T09:00:00Z", SecretExpires: "2026-11-02"})
			add(project.Connection{Name: "Northwind", Org: "https://northwind.crm11.dynamics.com", Auth: project.Browser, Kind: "test", Waiting: project.Waiting{For: core.EntraAdmin, What: "registration", Since: "2026-11-20T09:00:00Z"}})
			add(project.Connection{Name: "Contoso 生産 النظام 🚢 with a name that is much too long for any list", Org: "https://crm.a-very-long-host-name-of-a-company.example.local/organisation", Auth: project.Windows, User: "CONTOSO\\ada"})
			add(project.Connection{Name: "Practice environment", Org: "https://127.0.0.1:40443", Auth: project.Browser, Practice: true, Kind: "test", Tested: "2026-11-20T09:00:00Z"})
		}, open},
		{"connection-failed", func(e *uitest.Engine, o *ui.Options) { with(secret)(e, o); e.Checks = uitest.Unavailable() }, func(s *uitest.Stage) {
			open(s)
			s.Tap("Test connection")
			s.Sees("Connection unavailable")
		}},
		{"connection-testing", func(e *uitest.Engine, o *ui.Options) {
			with(secret)(e, o)
			e.Block = map[string]bool{"CheckSource": true}
			e.Checks = e.Checks[:4]
			e.Checks[3].State = core.CheckRunning
		}, func(s *uitest.Stage) { open(s); s.Tap("Test connection"); s.Sees("Secure connection") }},
		{"connection-replace", with(secret), func(s *uitest.Stage) { open(s); s.Tap("Replace secret…") }},
		{"connection-replace-failed", func(e *uitest.Engine, o *ui.Options) {
			with(secret)(e, o)
			e.Fail = map[string]error{"ReplaceSecret": wrong}
		}, func(s *uitest.Stage) {
			open(s)
			s.Tap("Replace secret…")
			s.Type("New client secret", "new")
			s.Tap("Try it and replace")
			s.Sees("still in place")
		}},
		{"connection-appuser", func(e *uitest.Engine, o *ui.Options) {
			with(secret)(e, o)
			e.Checks = uitest.Unavailable()
			admin := o.Project.Connections[0]
			admin.Name, admin.Auth = "Contoso (administrator)", project.Browser
			o.Project.Connections = append(o.Project.Connections, admin)
		}, func(s *uitest.Stage) {
			open(s)
			s.Tap("Test connection")
			s.Tap("Make the application user for me…")
			s.Sees("This will be made")
		}},
		{"connection-appuser-ask", func(e *uitest.Engine, o *ui.Options) {
			with(secret)(e, o)
			e.Checks = uitest.Unavailable()
		}, func(s *uitest.Stage) {
			open(s)
			s.Tap("Test connection")
			s.Tap("Make the application user for me…")
		}},
		{"connection-edit", with(secret), func(s *uitest.Stage) { open(s); s.Tap("Change values") }},
		{"connection-delete", with(secret), func(s *uitest.Stage) { open(s); s.Tap("Delete…") }},
		{"connection-advanced", with(secret), advanced},
		{"connection-advanced-signed", with(func(c *project.Connection) {
			c.Auth = project.Certificate
			c.Certificate = project.CertificateFacts{Subject: "CN=Ferry Contoso", Thumbprint: "5A3C0FF1CE5A3C0FF1CE5A3C0FF1CE5A3C0FF1CE", Expires: "2026-11-30"}
		}), func(s *uitest.Stage) { advanced(s); s.Tap("Show what is signed"); s.Sees("The key and the signature") }},
		{"settings-network", func(e *uitest.Engine, o *ui.Options) {
			withContoso(e, o)
			e.Machine.Network = project.Network{Proxy: project.Proxy{Mode: project.OwnProxy, Host: "proxy.contoso.local", Port: 8080, User: `CONTOSO\ada`, Bypass: "localhost, *.contoso.local"}, ReadTimeout: project.Endless}
		}, func(s *uitest.Stage) { s.Tap("Settings"); s.Sees("Save the network settings") }},
	}
}

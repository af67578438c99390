package ui_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/project"
	"ferry/ui"
	"ferry/ui/uitest"
)

const (
	mailClient = "1a2b3c4d-1a2b-4c1a-8b2c-1a2b3c4d5e6f"
	mailSecret = "q3X8Q~not.a.real.secret.but.as.long.as.one"
)

func wrongSecret() *core.Fault {
	return &core.Fault{Kind: core.SignIn, Code: "signin.secret-wrong", Owner: core.EntraAdmin, Cause: "The client secret is wrong.", Remedy: "Make a new secret and copy its Value."}
}

// tested is a project whose one connection has passed a test.
func tested(change func(c *project.Connection)) *project.Project {
	p := uitest.Contoso()
	p.Connections[0].Tested = "2026-11-20T09:00:00Z"
	if change != nil {
		change(&p.Connections[0])
	}
	return p
}

// saved waits until the project was saved as something is true of its connection in use.
func saved(s *uitest.Stage, e *uitest.Engine, true func(c project.Connection) bool) {
	s.T.Helper()
	s.Until(func() bool {
		if e.Saved() == nil {
			return false
		}
		c := e.Saved().Current()
		return c != nil && true(*c)
	})
}

func TestASecretIsReplacedOnlyWhenTheNewOneWorks(t *testing.T) {
	e := uitest.Works()
	e.Known = true
	e.Fail = map[string]error{"ReplaceSecret": wrongSecret()}
	s := open(t, e, tested(func(c *project.Connection) { c.Auth, c.SecretExpires = project.Secret, "2026-11-03" }))
	s.Tap("Connection")
	s.Sees("The client secret ended on 3 November 2026. Replace it.")
	s.Tap("Replace secret…")
	if why := s.Why("Try it and replace"); !strings.Contains(why, "New client secret") {
		t.Errorf("says %q", why)
	}
	s.Type("New client secret", mailClient)
	s.Sees("This looks like the Secret ID.")
	s.Type("New client secret", mailSecret)
	s.Type("Ends on", "31.3.2027")
	s.Tap("Try it and replace")
	s.Sees("The old secret is still in place.")
	e.Fail = nil
	s.Press(fyne.KeyReturn)
	s.Sees("Connection available")
	s.SeesNot("Replace it.")
	saved(s, e, func(c project.Connection) bool { return c.SecretExpires == "2027-03-31" })
	if e.Kept.Reveal() != mailSecret {
		t.Error("another secret was kept")
	}
}

func TestAnImportThatMeetsAWrongSecretGoesOnAfterItWasReplaced(t *testing.T) {
	e := uitest.Works()
	e.Known, e.Receipt, e.Fail = true, uitest.Stopped(), map[string]error{"Import": wrongSecret()}
	s := open(t, e, tested(func(c *project.Connection) { c.Auth = project.Secret }))
	s.Sees("4,812 records")
	s.Tap("Import everything")
	s.Sees("The client secret is wrong.")
	e.Fail, e.History = nil, []importer.Receipt{uitest.Stopped()}
	s.Tap("Replace secret…")
	s.Type("New client secret", mailSecret)
	s.Tap("Try it and replace")
	s.Sees("was interrupted after 2,983 records")
	s.Tap("Go on")
	s.Until(func() bool { return e.Called("Import") == 2 })
	if e.LastRequest.Full {
		t.Error("everything is read again")
	}
}

func TestWaitingForSomebodyOutlivesARestart(t *testing.T) {
	e := uitest.Works()
	s := open(t, e, nil)
	s.Tap("Connect")
	s.Type("Address", "https://contoso-test.crm4.dynamics.com")
	s.Tap("Continue")
	s.Tap("Neither")
	s.Tap("I sent it: wait for the answer")
	s.Sees("Waiting for the Entra administrator")
	s.Tap("Destination")
	s.Sees("What it will hold")
	saved(s, e, func(c project.Connection) bool { return c.Waiting.What == "registration" })

	again := uitest.Works()
	s = open(t, again, e.Saved())
	s.Sees("Waiting for the Entra administrator")
	s.Sees("To register an app for Ferry and to send its values. Asked today 17:40.")
	s.Tap("Enter the answer")
	s.Paste("Paste here", mail)
	s.Tap("Continue to sign-in")
	s.Sees("Connection available")
	saved(s, again, func(c project.Connection) bool { return c.Waiting == (project.Waiting{}) && c.Tested != "" })
}

func TestWhatATestFoundCanBeWaitedForAndCopiedAgain(t *testing.T) {
	e := uitest.Works()
	e.Checks = uitest.Unavailable()
	s := open(t, e, tested(func(c *project.Connection) { c.Auth = project.Secret }))
	s.Tap("Connection")
	s.Tap("Test connection")
	s.Tap("I asked: wait")
	s.Sees("To make the application user in the environment and to give it a role.")
	s.Tap("Copy again")
	if text := s.App.Clipboard().Content(); !strings.Contains(text, "contoso-test.crm4.dynamics.com") || strings.Contains(text, mailSecret) {
		t.Errorf("copied %q", text)
	}
	saved(s, e, func(c project.Connection) bool {
		return c.Waiting.For == core.DynamicsAdmin && c.Waiting.What == "application-user"
	})
	e.Checks = uitest.Works().Checks
	s.Tap("Try again")
	s.Sees("Connection available")
	s.SeesNot("Waiting for")
}

func TestTheFieldsOfAConnectionCanBeChangedOnOnePage(t *testing.T) {
	e := uitest.Works()
	e.Known = true
	s := open(t, e, tested(func(c *project.Connection) { c.Auth = project.Secret }))
	s.Tap("Connection")
	s.Tap("Change values")
	s.Type("Name", "Contoso Test")
	s.Type("Ends on", "2027-03-31")
	s.Tap("Save and test")
	s.Sees("Contoso Test · contoso-test.crm4.dynamics.com")
	s.Sees("Connection available")
	if e.Called("SignIn") != 0 {
		t.Error("a new name asked for a new sign-in")
	}
	s.Tap("Change values")
	s.Type("Client secret", mailSecret)
	s.Tap("Save and test")
	s.Sees("Connection available")
	if e.Called("Prove") != 1 || e.Called("SignIn") != 1 || e.Kept.Reveal() != mailSecret {
		t.Error("the new secret was not tried, kept and used")
	}
	saved(s, e, func(c project.Connection) bool { return c.Name == "Contoso Test" && c.SecretExpires == "2027-03-31" })
}

func TestAnEndThatIsNotKnownCanBeEnteredFromTheTest(t *testing.T) {
	e := uitest.Works()
	e.Known = true
	e.Checks = append(e.Checks, core.Check{ID: "credential", Title: "Client secret's remaining life", State: core.CheckWarned, Optional: true,
		Fault: &core.Fault{Kind: core.SignIn, Code: "dataverse.credential-end-unknown", Owner: core.You, Cause: "It is not known when it ends.", Remedy: "Enter the day."}})
	s := open(t, e, tested(func(c *project.Connection) { c.Auth = project.Secret }))
	s.Tap("Connection")
	s.Tap("Test connection")
	s.Tap("Enter the day")
	s.Win.Canvas().Focused().TypedRune('x')
	s.Sees("Write it as year-month-day")
	s.Type("Ends on", "2027-03-31")
	s.Press(fyne.KeyReturn)
	saved(s, e, func(c project.Connection) bool { return c.SecretExpires == "2027-03-31" })
}

func TestAConnectionIsCopiedAsADraft(t *testing.T) {
	e := uitest.Works()
	s := open(t, e, tested(nil))
	s.Tap("Connection")
	s.SeesNot("draft")
	s.Tap("Copy")
	s.Sees("Which environment?")
	s.Tap("Cancel")
	s.Sees("Contoso 2 · contoso-test.crm4.dynamics.com")
	s.Sees("A draft: this connection has not passed a test yet.")
	s.Tap("Delete…")
	s.Sees("The sign-in stays, because Contoso uses it too.")
	s.Tap("Delete")
	s.Sees("Contoso · contoso-test.crm4.dynamics.com")
	if e.Called("SignOut") != 0 {
		t.Error("what the other connection uses was forgotten")
	}
}

func TestTryAgainGoesOnFromTheFailedStep(t *testing.T) {
	e := uitest.Works()
	e.Checks = uitest.Unavailable()
	s := open(t, e, tested(nil))
	s.Tap("Connection")
	s.Tap("Test connection")
	s.Sees("Connection unavailable")
	if len(e.LastNeed.Known) != 0 || !e.LastNeed.Fresh {
		t.Error("a test did not begin anew")
	}
	e.Checks = uitest.Works().Checks
	s.Tap("Try again")
	s.Sees("Connection available")
	if len(e.LastNeed.Known) != len(uitest.Unavailable()) {
		t.Errorf("%d steps were handed on", len(e.LastNeed.Known))
	}
	s.Tap("Save report…")
	s.Tap("Use this folder")
	s.Until(func() bool {
		return strings.HasSuffix(e.Written(), "Contoso connection report 2026-11-21.html") && e.Called("Show") == 1
	})
}

func TestTheApplicationUserIsMadeAfterItsPlanWasSeen(t *testing.T) {
	e := uitest.Works()
	e.Checks = uitest.Unavailable()
	p := tested(func(c *project.Connection) { c.Auth = project.Secret })
	s := open(t, e, p)
	s.Tap("Connection")
	s.Tap("Test connection")
	s.Tap("Make the application user for me…")
	s.Sees("A System Administrator has to sign in once")
	s.Tap("Sign in as administrator")
	s.Tap("Open the sign-in page")
	s.Sees("Signed in as Ada Lovelace")
	s.Tap("Connection")
	e.Checks = uitest.Unavailable()
	s.Tap("Back")
	s.Tap("Cancel")
	s.TapRow("Contoso")
	s.Tap("Make the application user for me…")
	s.Sees("A security role “Ferry reads” will be made")
	if e.Called("MakeApplicationUser") != 0 {
		t.Error("it was made before it was seen")
	}
	e.Checks = uitest.Works().Checks
	s.Tap("Make it")
	s.Sees("Connection available")
	if e.Called("MakeApplicationUser") != 1 {
		t.Error("it was not made")
	}
}

func TestAdvancedSettingsComeBackAsTheyWereSaved(t *testing.T) {
	e := uitest.Works()
	s := open(t, e, tested(nil))
	s.Tap("Connection")
	s.Tap("Advanced")
	s.Sees("https://contoso-test.crm4.dynamics.com/api/data/v9.2/")
	s.Type("API version", "v9.1")
	s.Sees("https://contoso-test.crm4.dynamics.com/api/data/v9.1/")
	s.Type("Authority", "https://login.example/tenant")
	s.Type("Rows in a page", "many")
	s.Tap("Save these settings")
	s.Sees("“Rows in a page” has to be a whole number.")
	s.Type("Rows in a page", "500")
	s.Tap("Add")
	s.Type("Name", "resource")
	s.Type("Value", "https://contoso")
	s.Tap("secret")
	s.Tap("Save these settings")
	s.Sees("Saved. The next test uses them.")
	saved(s, e, func(c project.Connection) bool { return c.Version == "v9.1" && c.PageSize == 500 })
	at := e.Machine.At("https://contoso-test.crm4.dynamics.com")
	if at.Authority != "https://login.example/tenant" || len(at.AuthorizeParams) != 1 || at.AuthorizeParams[0] != (project.Param{Name: "resource", Secret: true}) {
		t.Errorf("kept %+v", at)
	}
	if got := e.MachineSecrets.Params[ui.ParamOf{Org: "https://contoso-test.crm4.dynamics.com", Name: "resource"}]; got.Reveal() != "https://contoso" {
		t.Error("the secret parameter was not kept")
	}
	s.Tap("Advanced")
	s.Tap("Advanced")
	if s.Field("Authority").Text != "https://login.example/tenant" || s.Field("Value").Text != "" {
		t.Error("what was saved does not come back, or the secret does")
	}
}

func TestTheNetworkSettingsAreKeptForThisComputer(t *testing.T) {
	e := uitest.Works()
	s := open(t, e, tested(nil))
	s.Tap("Settings")
	s.Sees("What this computer says")
	s.Tap("own")
	s.Tap("Save the network settings")
	s.Sees("An own proxy needs a host and a port.")
	s.Type("Host", "proxy.contoso.local")
	s.Type("Port", "8080")
	s.Type("User", `CONTOSO\ada`)
	s.Type("Password", "hidden")
	s.Type("Seconds to connect", "5")
	s.Tap("Wait as long as it takes")
	s.Tap("Save the network settings")
	s.Sees("Saved. The next request uses them.")
	n := e.Machine.Network
	if n.Proxy.Address() != "proxy.contoso.local:8080" || n.ConnectTimeout != project.Endless || e.MachineSecrets.ProxyPassword.Reveal() != "hidden" {
		t.Errorf("kept %+v", n)
	}
	if s.Field("Password").Text != "" {
		t.Error("the password stays in the field")
	}
}

func TestALostKeychainAndAnEndingSecretAreSaidAtTheStart(t *testing.T) {
	e := uitest.Works()
	s := open(t, e, tested(func(c *project.Connection) { c.Auth, c.SecretExpires = project.Secret, "2026-12-01" }))
	s.Sees("no longer has the client secret")
	s.Tap("Change values")
	s.Sees("What the app registration says")

	e = uitest.Works()
	e.Known = true
	s = open(t, e, tested(func(c *project.Connection) { c.Auth, c.SecretExpires = project.Secret, "2026-12-01" }))
	s.Sees("The client secret ends in 10 days, on 1 December 2026.")
}

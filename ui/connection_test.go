package ui_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

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

func TestFourValuesInAMailAreOnePasteFromAvailable(t *testing.T) {
	e := uitest.Works()
	s := open(t, e, nil)
	s.Tap("Connect")
	s.Paste("Address", mail)
	s.Sees("The other values of what you pasted are on the next page.")
	s.Tap("Continue")
	s.Sees("Client secret: found. It stays hidden.")
	s.SeesNot(mailSecret)
	if e.Called("KeepSecret")+e.Called("Prove") > 0 {
		t.Error("the secret went somewhere before Continue")
	}
	s.Tap("Continue to sign-in")
	s.Sees("Connection available")
	s.Sees("Tenant, client ID and client secret belong together")
	if e.Kept.Reveal() != mailSecret || e.Called("Prove") != 1 {
		t.Errorf("proved %d times, kept another secret: %v", e.Called("Prove"), e.Kept.Reveal() != mailSecret)
	}
	saved(s, e, func(c project.Connection) bool { return c.Tested != "" })
	c := *e.Saved().Current()
	if c.Auth != project.Secret || c.ClientID != mailClient || c.SecretExpires != "2026-12-03" || c.Tested != "2026-11-21T17:40:00Z" && !strings.HasPrefix(c.Tested, "2026-11-2") {
		t.Errorf("saved %+v", c)
	}
	text, err := json.Marshal(e.Saved())
	if err != nil || strings.Contains(string(text), "not.a.real.secret") {
		t.Error("the secret stands in the project")
	}
}

func TestAPastedMailShowsWhereEachValueWentAndTheBoxIsEmpty(t *testing.T) {
	s := open(t, uitest.Works(), nil)
	s.Tap("Connect")
	s.Type("Address", "https://contoso-test.crm4.dynamics.com")
	s.Tap("Continue")
	s.Paste("Paste here", "see you tomorrow")
	s.Sees("Nothing was found that Ferry can use")
	s.Paste("Paste here", mail)
	s.Sees("The object ID 77777777")
	s.Sees("The ID of the secret was left out")
	s.Sees("It ends on 3 December 2026, in 12 days.")
	if s.Field("Paste here").Text != "" || s.Field("Client ID").Text != mailClient || s.Field("Client secret").Text != mailSecret {
		t.Error("a value is not in its field, or the box is not empty")
	}
}

func TestAMailWithoutAnAddressKeepsItsValuesForTheNextPage(t *testing.T) {
	s := open(t, uitest.Works(), nil)
	s.Tap("Connect")
	s.Paste("Address", "Client ID: "+mailClient+"\nClient secret: "+mailSecret)
	s.Sees("The address of the environment was not in it.")
	s.Type("Address", "https://contoso-test.crm4.dynamics.com")
	s.Tap("Continue")
	if s.Field("Client ID").Text != mailClient || s.Field("Client secret").Text != mailSecret {
		t.Error("the values were lost")
	}
}

func TestAMailAboutAnotherEnvironmentIsNoticed(t *testing.T) {
	e := uitest.Works()
	s := open(t, e, nil)
	s.Tap("Connect")
	s.Type("Address", "https://fabrikam.crm.dynamics.com")
	s.Tap("Continue")
	s.Paste("Paste here", mail)
	s.Sees("It is about another environment: https://contoso-test.crm4.dynamics.com")
	s.Tap("Use that address")
	s.SeesNot("another environment")
	saved(s, e, func(c project.Connection) bool { return c.Org == "https://contoso-test.crm4.dynamics.com" })
}

func TestFromNothingAScriptAndOnePaste(t *testing.T) {
	e := uitest.Works()
	s := open(t, e, nil)
	s.Tap("Connect")
	s.Type("Address", "https://contoso-test.crm4.dynamics.com")
	s.Tap("Continue")
	s.Tap("I can register an app in Entra")
	s.Tap("The application signs in")
	s.Sees("#!/usr/bin/env bash")
	s.Tap("Copy")
	script := s.App.Clipboard().Content()
	if !strings.Contains(script, "contoso-test.crm4.dynamics.com") {
		t.Errorf("the script does not name the environment")
	}
	s.Tap("PowerShell")
	s.Tap("Copy")
	if other := s.App.Clipboard().Content(); other == script || len(other) < 200 {
		t.Error("PowerShell has no script of its own")
	}
	s.Paste("Paste here", "Organisation URL: https://contoso-test.crm4.dynamics.com\nTenant ID: 9f1b0b3e-5d1c-4c55-8a34-6f8f3f0f6c11\nClient ID: "+mailClient+"\nClient secret: "+mailSecret+"\n")
	s.Tap("Continue to sign-in")
	s.Sees("Connection available")
}

func TestEachStepByHandLeadsToItsPage(t *testing.T) {
	e := uitest.Works()
	s := open(t, e, nil)
	s.Tap("Connect")
	s.Type("Address", "https://contoso-test.crm4.dynamics.com")
	s.Tap("Continue")
	s.Tap("I can register an app in Entra")
	s.Tap("Step by step")
	s.Sees("Mobile and desktop applications")
	s.Sees("user_impersonation")
	s.SeesNot("add an application user")
	s.Tap("The application signs in")
	s.Sees("add an application user")
	s.SeesNot("user_impersonation")
	s.Tap("Register an application")
	s.Until(func() bool { return e.Called("Browse") == 1 })
}

func TestAWrongSecretIsToldBeforeAnythingIsKept(t *testing.T) {
	e := uitest.Works()
	e.Fail = map[string]error{"Prove": wrongSecret()}
	s := open(t, e, nil)
	s.Tap("Connect")
	s.Paste("Address", mail)
	s.Tap("Continue")
	s.Tap("Continue to sign-in")
	s.Sees("The client secret is wrong.")
	if e.Called("KeepSecret")+e.Called("SignIn") > 0 {
		t.Error("a wrong secret was kept or used")
	}
	e.Fail = nil
	s.Tap("Try again")
	s.Sees("Connection available")
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

func TestAnApprovalHasThreeWaysAndCanBeWaitedFor(t *testing.T) {
	e := uitest.Works()
	e.Fail = map[string]error{"SignIn": &core.Fault{Kind: core.Permission, Code: "signin.admin-consent", Owner: core.EntraAdmin, Cause: "Only an administrator can allow this application to be used.", Remedy: "Ask."}}
	s := open(t, e, tested(nil))
	s.Tap("Connection")
	s.Tap("Sign in again")
	s.Tap("Open the sign-in page")
	for _, want := range []string{"1. The administrator grants it for everybody", "2. The administrator signs in here once", "3. A user of its own, with few rights", "cannot reach localhost. That is expected"} {
		s.Sees(want)
	}
	s.Tap("Copy only the link")
	if got := s.App.Clipboard().Content(); !strings.Contains(got, "adminconsent") {
		t.Errorf("copied %q", got)
	}
	s.Tap("I asked: wait for the answer")
	s.Sees("To allow the app to be used.")
	saved(s, e, func(c project.Connection) bool {
		return c.Waiting.What == "admin-approval" && c.Waiting.For == core.EntraAdmin
	})
	e.Fail = nil
	s.Tap("Try again")
	s.Sees("Connection available")
	saved(s, e, func(c project.Connection) bool { return c.Waiting == (project.Waiting{}) })
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

func TestWhatThePageSaysIsExplainedWhileTheBrowserWaits(t *testing.T) {
	e := uitest.Works()
	e.Link, e.Block = "https://login.example/authorize", map[string]bool{"SignIn": true}
	s := open(t, e, tested(nil))
	s.Tap("Connection")
	s.Tap("Sign in again")
	s.Tap("Open the sign-in page")
	s.Tap("What does the page say?")
	s.Type("What the page says", "Something went wrong")
	s.Tap("What does it mean?")
	s.Sees("Look on the page for AADSTS and a number")
	s.Paste("What the page says", "AADSTS700016: Application with identifier was not found")
	s.Sees("The client ID does not exist in this tenant.")
	s.Sees("Waiting for you to sign in in the browser")
	s.Tap("Change values")
	s.Sees("What the app registration says")
}

func TestACodeIsShownWithItsPageAndItsTime(t *testing.T) {
	e := uitest.Works()
	e.Link, e.Code, e.Until, e.Block = "https://microsoft.com/devicelogin", "H7KQ-92MX", uitest.Now().Add(14*time.Minute), map[string]bool{"SignIn": true}
	s := open(t, e, tested(func(c *project.Connection) { c.Auth = project.Device }))
	s.Tap("Connection")
	s.Tap("Sign in again")
	s.Tap("Get a code")
	s.Sees("H7KQ-92MX")
	s.Sees("14:00 left")
	s.Tap("Copy the code")
	if got := s.App.Clipboard().Content(); got != "H7KQ-92MX" {
		t.Errorf("copied %q", got)
	}
	s.Press(fyne.KeyEscape)
	s.Sees("Sign in on another device")
}

func TestACertificateIsMadeSavedAndUsed(t *testing.T) {
	e := uitest.Works()
	s := open(t, e, nil)
	s.Tap("Connect")
	s.Type("Address", "https://contoso-test.crm4.dynamics.com")
	s.Tap("Continue")
	s.Type("Client ID", mailClient)
	s.Tap("The application signs in")
	s.Tap("a certificate")
	if why := s.Why("Continue to sign-in"); !strings.Contains(why, "certificate") {
		t.Errorf("says %q", why)
	}
	s.Tap("Make a certificate for me")
	s.Sees("5A3C0FF1CE5A3C0FF1CE5A3C0FF1CE5A3C0FF1CE")
	s.Sees("in 365 days")
	s.Tap("Save the .cer file…")
	s.Tap("Use this folder")
	s.Until(func() bool { return strings.HasSuffix(e.Written(), ".cer") && e.Called("Show") == 1 })
	s.Tap("Continue to sign-in")
	s.Sees("Connection available")
	if e.Called("Prove") != 1 || e.Called("KeepSecret") != 0 {
		t.Error("the certificate was not tried, or a secret was kept")
	}
	saved(s, e, func(c project.Connection) bool {
		return c.Auth == project.Certificate && c.Certificate.Expires == "2027-11-21"
	})
}

func TestAnEnvironmentIsChosenFromTheListOfSomebodyWhoSignedIn(t *testing.T) {
	e := uitest.Works()
	e.Environs = []ui.Environment{{Name: "Old trial", Org: "https://old.crm.dynamics.com", Disabled: true},
		{Name: "Contoso Sales", Org: "https://contoso.crm4.dynamics.com", Kind: "live", Tenant: "9f1b0b3e-5d1c-4c55-8a34-6f8f3f0f6c11"}}
	s := open(t, e, nil)
	s.Tap("Connect")
	if why := s.Why("Choose from my environments"); !strings.Contains(why, "signed in once") {
		t.Errorf("says %q", why)
	}
	s = open(t, e, tested(nil))
	s.Tap("Connection")
	s.Tap("New")
	s.Tap("Choose from my environments")
	s.Sees("switched off in the admin center")
	s.Type("Search", "sales")
	s.Press(fyne.KeyReturn)
	s.Sees("contoso · Europe · public cloud")
	s.Tap("Continue")
	s.Tap("Continue to sign-in")
	saved(s, e, func(c project.Connection) bool {
		return c.Name == "Contoso Sales" && c.Kind == "live" && c.ClientID == uitest.Contoso().Connections[0].ClientID
	})
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

func TestWindowsSignInAsksForUserAndPassword(t *testing.T) {
	e := uitest.Works()
	s := open(t, e, nil)
	s.Tap("Connect")
	s.Type("Address", "https://crm.contoso.local/sales")
	s.Sees("one of your own servers")
	s.Tap("Continue")
	s.Tap("Windows sign-in")
	s.Type("User", `CONTOSO\ada`)
	if why := s.Why("Continue to sign-in"); !strings.Contains(why, "Password") {
		t.Errorf("says %q", why)
	}
	s.Type("Password", "hidden")
	s.Tap("Continue to sign-in")
	s.Sees("Connection available")
	if e.Kept.Reveal() != "hidden" || e.Called("Prove") != 0 {
		t.Error("the password did not reach the keychain, or was proved as a client secret")
	}
	saved(s, e, func(c project.Connection) bool { return c.Auth == project.Windows && c.User == `CONTOSO\ada` })
}

func TestTheFocusStaysWhereItWasWhenThePageIsDrawnAnew(t *testing.T) {
	s := open(t, uitest.Works(), nil)
	s.Tap("Connect")
	s.Type("Address", "https://contoso-test.crm4.dynamics.com")
	s.Tap("Continue")
	s.Sees("said so itself")
	c := s.Win.Canvas()
	words := func() string {
		if w, ok := c.Focused().(interface{ Words() string }); ok {
			return w.Words()
		}
		return ""
	}
	for range 40 {
		if words() == "The application signs in" {
			break
		}
		c.FocusNext()
	}
	s.Press(fyne.KeySpace)
	s.Sees("It proves itself with")
	if words() != "The application signs in" {
		t.Errorf("the focus is at %q", words())
	}
}

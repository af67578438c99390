package ui_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui"
	"ferry/ui/uitest"
)

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

func TestAMailWithTheIDOfASecretAsksForTheSecret(t *testing.T) {
	s := open(t, uitest.Works(), nil)
	s.Tap("Connect")
	s.Paste("Address", "https://contoso-test.crm4.dynamics.com\nClient ID: "+mailClient+"\nClient secret: a6d8e0b2-41c5-4f7a-8b3d-9e0f1a2b3c4d")
	s.Tap("Continue")
	s.Sees("This is the ID of the secret, not its Value.")
	if s.Field("Client secret").Text != "" {
		t.Error("the ID of the secret stands in its field")
	}
	s.Until(func() bool { return !strings.Contains(s.Why("Continue to sign-in"), "Asking the environment") })
	if why := s.Why("Continue to sign-in"); !strings.Contains(why, "Client secret") {
		t.Errorf("one may go on without the secret: %q", why)
	}
}

func TestAnEnvironmentFromThePracticeListIsOneToPractiseIn(t *testing.T) {
	e := uitest.Works()
	p := project.New("Ferry")
	p.Connections = []project.Connection{{Name: "Practice", Org: "https://practice.crm4.dynamics.com", ClientID: mailClient, Auth: project.Browser, Practice: true, Tested: "2026-11-20T08:00:00Z"}}
	p.Connection = "Practice"
	e.Environs = []ui.Environment{{Name: "Nordwind", Org: "https://practice.crm4.dynamics.com", Kind: "test"}}
	s := open(t, e, p)
	s.Tap("Connection")
	s.Tap("New")
	s.Tap("Choose from my environments")
	s.Type("Search", "nord")
	s.Press(fyne.KeyReturn)
	s.Tap("Continue")
	saved(s, e, func(c project.Connection) bool { return c.Name == "Nordwind" })
	if c := *e.Saved().Current(); !c.Practice || c.ClientID != "" && c.ClientID != mailClient {
		t.Errorf("saved %+v", c)
	}
}

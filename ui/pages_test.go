package ui_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/core/project"
	"ferry/ui"
	"ferry/ui/uitest"
)

func open(t testing.TB, e *uitest.Engine, p *project.Project) *uitest.Stage {
	t.Helper()
	return uitest.Open(t, e, func(o *ui.Options) { o.Project = p })
}

func TestTheWholeWayWithThePracticeEnvironment(t *testing.T) {
	e := uitest.Works()
	s := open(t, e, nil)
	s.Tap("Practise")
	s.Sees("You sign in as Ada Lovelace")
	s.Tap("Open the sign-in page")
	s.Sees("Connection available")
	s.Tap("Continue")
	if got := s.Field("File").Text; got != "/home/ada/Documents/Ferry/Practice environment/Practice environment.db" {
		t.Errorf("offers %q", got)
	}
	s.Tap("Use and check")
	s.Sees("Destination available")
	s.Tap("Continue to import")
	s.Sees("4,812 records")
	s.Tap("Import everything")
	s.Sees("It adds up: read 66,173 = 65,643 created + 501 updated + 29 unchanged.")
	s.Tap("Open the folder")
	s.Until(func() bool { return e.Called("Show") == 1 })
	s.Until(func() bool { return e.Saved() != nil && e.Saved().Destination != nil })
	if e.Saved().Connections[0].Practice != true || e.Saved().Destination.Driver != "sqlite" {
		t.Errorf("saved %+v", e.Saved())
	}
}

func TestConnectingWithASecretGoesThroughTheKeychain(t *testing.T) {
	e := uitest.Works()
	s := open(t, e, nil)
	s.Tap("Connect")
	if why := s.Why("Continue"); why != "Paste the address first." {
		t.Errorf("Continue says %q", why)
	}
	s.Type("Address", "https://contoso-test.crm4.dynamics.com/main.aspx?appid=1")
	s.Sees("contoso-test · Europe · public cloud")
	s.Press(fyne.KeyReturn)
	s.Sees("The environment said so itself.")
	s.Tap("The application signs in")
	if why := s.Why("Continue to sign-in"); !strings.Contains(why, "Client ID") {
		t.Errorf("Continue says %q", why)
	}
	s.Type("Client ID", "1a2b3c4d-1a2b-1a2b-1a2b-1a2b3c4d5e6f")
	s.Type("Client secret", "1a2b3c4d-1a2b-1a2b-1a2b-1a2b3c4d5e6f")
	s.Sees("This looks like the Secret ID.")
	s.Type("Client secret", "q~3X_not-a-guid")
	s.SeesNot("This looks like the Secret ID.")
	s.Tap("Continue to sign-in")
	s.Sees("Connection available")
	if e.Kept.Reveal() != "q~3X_not-a-guid" {
		t.Error("the secret did not reach the keychain")
	}
	s.Until(func() bool { return e.Saved() != nil && e.Saved().Connections[0].Auth == project.Secret })
	if c := e.Saved().Connections[0]; c.Tenant == "" || c.ClientID == "" || c.HasSecret {
		t.Errorf("saved %+v", c)
	}
}

func TestAWrongAddressSaysSoUnderItsField(t *testing.T) {
	s := open(t, uitest.Works(), nil)
	s.Tap("Connect")
	s.Type("Address", "contoso")
	s.Sees("This is no address of Dynamics 365.")
	if s.Why("Continue") == "" {
		t.Error("one can go on with a wrong address")
	}
}

func TestTheTenantCanBeTypedWhenTheEnvironmentDoesNotSayIt(t *testing.T) {
	e := uitest.Works()
	e.Fail = map[string]error{"Discover": &core.Fault{Kind: core.Offline, Cause: "The environment did not answer.", Remedy: "Try again."}}
	s := open(t, e, nil)
	s.Tap("Connect")
	s.Type("Address", "contoso.crm.dynamics.com")
	s.Tap("Continue")
	s.Sees("The environment did not answer.")
	s.Type("Tenant", "contoso.com")
	s.Type("Client ID", "1a2b3c4d-1a2b-1a2b-1a2b-1a2b3c4d5e6f")
	s.Sees("Mobile and desktop applications")
	s.Tap("a client secret")
	s.Type("Client secret", "secret")
	s.Sees("http://localhost:33333/signin")
	s.Tap("Continue to sign-in")
	s.Tap("Open the sign-in page")
	s.Sees("Connection available")
	saved(s, e, func(c project.Connection) bool { return c.Tenant == "contoso.com" && c.HasSecret })
}

func TestASignInCanBeCancelledAndTriedAgain(t *testing.T) {
	e := uitest.Works()
	e.Link, e.Block = "https://login.example/authorize", map[string]bool{"SignIn": true}
	s := open(t, e, nil)
	s.Tap("Practise")
	s.Tap("Open the sign-in page")
	s.Sees("Waiting for you to sign in in the browser")
	s.Tap("Copy the link")
	if got := s.App.Clipboard().Content(); got != e.Link {
		t.Errorf("copied %q", got)
	}
	s.Press(fyne.KeyEscape)
	s.Sees("Sign in to the practice environment")
	if s.Find("Try again") == nil {
		t.Error("there is no way to try again")
	}
}

func TestAFaultOffersWhatHelps(t *testing.T) {
	e := uitest.Works()
	e.Checks = uitest.Unavailable()
	s := open(t, e, nil)
	s.Tap("Practise")
	s.Tap("Open the sign-in page")
	s.Sees("Connection unavailable")
	s.Sees("4 passed · 1 warning · 1 failed · 4 not tried")
	s.Tap("Copy for my admin")
	text := s.App.Clipboard().Content()
	for _, want := range []string{"has no user for it", "dataverse.no-user", "2026-11-21"} {
		if !strings.Contains(text, want) {
			t.Errorf("copied without %q:\n%s", want, text)
		}
	}
	if s.Find("Continue") != nil {
		t.Error("one can go on with a connection that is unavailable")
	}
	s.Tap("Open the page")
	s.Until(func() bool { return e.Called("Browse") == 1 })
}

func TestTryingComesBeforeImportingAndALimitIsPassedOn(t *testing.T) {
	e := uitest.Works()
	s := open(t, e, uitest.Contoso())
	s.Sees("4,812 records")
	s.Press(fyne.KeyReturn) // the strong button
	s.Until(func() bool { return e.Called("Import") == 1 })
	if e.LastRequest.Limit != 10 || len(e.LastRequest.Tables) != 3 {
		t.Errorf("asked for %+v", e.LastRequest)
	}
	s.Sees("Tried: the first 10 records of each table arrived")
}

func TestOneTableCanBeImportedAlone(t *testing.T) {
	e := uitest.Works()
	s := open(t, e, uitest.Contoso())
	s.Sees("4,812 records")
	s.Tap("Import contacts")
	s.Until(func() bool { return e.Called("Import") == 1 })
	if got := e.LastRequest; len(got.Tables) != 1 || got.Tables[0] != "contact" || got.Limit != 0 {
		t.Errorf("asked for %+v", got)
	}
}

func TestARunningImportShowsWhereItIsAndCanBeStopped(t *testing.T) {
	e := uitest.Works()
	e.News, e.Block = []importer.Progress{uitest.Midway()}, map[string]bool{"Import": true}
	e.Receipt = uitest.Stopped()
	s := open(t, e, uitest.Contoso())
	s.Sees("4,812 records")
	s.Tap("Import everything")
	s.Sees("2,983 of 4,812")
	s.Sees("412 a minute · 4 min 26 s left")
	s.Sees("Dynamics 365 asks us to wait: going on in 0:14")
	s.Sees("read 2,983 = 2,411 + 530 + 29 + 13")
	s.Tap("Connection")
	if why := s.Why("Change values"); !strings.Contains(why, "An import is running") {
		t.Errorf("Change values says %q", why)
	}
	s.Tap("Import")
	s.Tap("Stop")
	s.Sees("Interrupted: it can go on where it stopped")
	e.Block = nil
	s.Tap("Go on")
	s.Until(func() bool { return e.Called("Import") == 2 })
}

func TestAnInterruptedRunOfYesterdayGoesOn(t *testing.T) {
	e := uitest.Works()
	e.History = []importer.Receipt{uitest.Stopped()}
	s := open(t, e, uitest.Contoso())
	s.Sees("was interrupted after 2,983 records")
	s.Tap("Go on")
	s.Until(func() bool { return e.Called("Import") == 1 })
	if got := e.LastRequest; len(got.Tables) != 1 || got.Tables[0] != "account" || got.Full {
		t.Errorf("asked for %+v", got)
	}
}

func TestAnImportThatFailsShowsTheFaultAndStaysTrue(t *testing.T) {
	e := uitest.Works()
	e.Fail = map[string]error{"Import": &core.Fault{Kind: core.Wrong, Code: "sqlite.full", Owner: core.You, Cause: "The disk is full.", Remedy: "Make room."}}
	e.Receipt = uitest.Stopped()
	s := open(t, e, uitest.Contoso())
	s.Sees("4,812 records")
	s.Tap("Import everything")
	s.Sees("The disk is full.")
	s.Sees("It adds up: read 2,983 = 2,411 created + 530 updated + 29 unchanged + 13 refused.")
	e.Fail = nil
	s.Tap("Try again")
	s.Until(func() bool { return e.Called("Import") == 2 })
}

func TestRefusedRecordsStandUnderTheirCause(t *testing.T) {
	e := uitest.Works()
	e.Receipt = uitest.Refused()
	s := open(t, e, uitest.Contoso())
	s.Sees("4,812 records")
	s.Tap("Import everything")
	s.Sees("Import complete, but 13 records need a look")
	s.Sees("12 refused")
	s.Sees("A date is not one.")
	s.Tap("Show all 12")
	s.Press(fyne.KeyEscape)
	s.Sees("A date is not one.")
}

func TestATableIsFoundByEitherNameAndAdded(t *testing.T) {
	e := uitest.Works()
	s := open(t, e, uitest.Contoso())
	s.Sees("4,812 records")
	for _, text := range []string{"salesord", "orders"} {
		s.Tap("Add table…")
		s.Type("Search", text)
		s.Sees("1 of 3 tables")
		s.Press(fyne.KeyEscape)
	}
	s.Tap("Add table…")
	s.Type("Search", "lead")
	s.Press(fyne.KeyReturn)
	s.Sees("3 records")
	s.Until(func() bool { return e.Saved() != nil && len(e.Saved().Tables) == 4 })
	if e.Saved().Tables[3] != "lead" {
		t.Errorf("saved %v", e.Saved().Tables)
	}
}

func TestEachPageSaysWhatIsMissingAndBringsIt(t *testing.T) {
	s := open(t, uitest.Works(), nil)
	s.Tap("Connect")
	s.Tap("Import")
	s.Sees("No connection yet")
	s.Tap("History")
	s.Sees("Every import of this project")
	s.Tap("Import")
	s.Tap("Connect to Dynamics 365")
	s.Sees("Which environment?")

	p := uitest.Contoso()
	p.Destination = nil
	s = open(t, uitest.Works(), p)
	s.Tap("Import")
	s.Sees("No destination yet")
	s.Tap("Choose a destination")
	s.Sees("What it will hold")
}

func TestASignedOutConnectionOffersToSignIn(t *testing.T) {
	e := uitest.Works()
	e.Fail = map[string]error{"Tables": &core.Fault{Kind: core.SignIn, Cause: "The sign-in has expired.", Remedy: "Sign in again."}}
	s := open(t, e, uitest.Contoso())
	s.Sees("The sign-in has expired.")
	if why := s.Why("Import everything"); why != "Sign in first." {
		t.Errorf("Import everything says %q", why)
	}
	e.Fail = nil
	s.Tap("Sign in again")
	s.Tap("Open the sign-in page")
	s.Sees("Connection available")
	s.Tap("Continue")
	s.Sees("4,812 records")
}

func TestHistoryOpensAReceiptAndEscapeComesBack(t *testing.T) {
	e := uitest.Works()
	e.History = []importer.Receipt{uitest.Done()}
	s := open(t, e, uitest.Contoso())
	s.Tap("History")
	s.Sees("Accounts, Contacts, Projects")
	s.TapRow("Accounts, Contacts, Projects")
	s.Sees("It adds up")
	s.Press(fyne.KeyEscape)
	s.Sees("Every import of this project")
}

func TestAProjectFileIsOpenedByItsPath(t *testing.T) {
	e := uitest.Works()
	e.File = uitest.Contoso()
	e.Fail = map[string]error{"Open": errors.New("raw text that nobody looked at")}
	s := open(t, e, nil)
	s.Tap("open a project file")
	s.Type("Project file", "/home/ada/move.ferry")
	s.Press(fyne.KeyReturn)
	s.Sees("Something happened that Ferry does not know.")
	s.SeesNot("raw text")
	e.Fail = nil
	e.Said = []*core.Fault{{Cause: "The destination was left out. It lies elsewhere.", Remedy: "Choose the file yourself.", Owner: core.You}}
	e.File.Mappings = []mapping.Mapping{{ID: "a", Source: "account", Title: "Customers", Children: []mapping.Mapping{{ID: "c", Source: "contact", Gone: mapping.Policy{Do: mapping.Remove}}}}}
	s.Tap("Open")
	s.Sees("What this project talks to and writes")
	s.Sees("The destination was left out. It lies elsewhere.")
	s.Sees("contoso-test.crm4.dynamics.com")
	s.Sees("contact: records that are deleted in Dynamics")
	if e.Saved() != nil {
		t.Error("reading a file made it the present project")
	}
	s.Tap("Do not open it")
	s.Sees("open a project file")
	s.Tap("open a project file")
	s.Type("Project file", "/home/ada/move.ferry")
	s.Press(fyne.KeyReturn)
	s.Tap("Use this project")
	s.Until(func() bool { return e.Saved() != nil && e.Saved().ID == e.File.ID })
	s.Sees("Contoso · contoso-test.crm4.dynamics.com")
	if e.Called("Tables")+e.Called("Runs")+e.Called("CheckSource") > 0 {
		t.Error("opening a file started something")
	}
}

func TestConnectionsAreSwitchedDisconnectedAndDeleted(t *testing.T) {
	e := uitest.Works()
	p := uitest.Contoso()
	p.Connections = append(p.Connections, project.Connection{Name: "Fabrikam", Org: "https://fabrikam.crm.dynamics.com", Auth: project.Browser})
	s := open(t, e, p)
	s.Tap("Connection")
	s.TapRow("Fabrikam")
	s.Sees("Fabrikam · fabrikam.crm.dynamics.com")
	s.Tap("Disconnect…")
	s.Press(fyne.KeyEscape)
	s.Tap("Disconnect…")
	s.Tap("Disconnect")
	s.Until(func() bool { return e.Called("SignOut") == 1 })
	s.Sees("Fabrikam · fabrikam.crm.dynamics.com")
	s.Tap("Delete…")
	s.Press(fyne.KeyEscape)
	s.Tap("Delete…")
	s.Tap("Delete")
	s.Sees("Contoso · contoso-test.crm4.dynamics.com")
	if e.Called("SignOut") != 2 {
		t.Error("nothing was forgotten")
	}
	s.Until(func() bool { return e.Saved() != nil && len(e.Saved().Connections) == 1 })
}

func TestTheThemeIsChosenAndKept(t *testing.T) {
	s := open(t, uitest.Works(), uitest.Contoso())
	s.Tap("Settings")
	s.Sees("They are kept in the keychain of this computer.")
	s.Tap("Dark")
	if s.App.Preferences().String("theme") != "dark" {
		t.Error("the choice is not kept")
	}
	s.Tap("Licences")
	s.Press(fyne.KeyEscape)
	s.Sees("For this computer")
}

func TestClosingWaitsForTheLastBatch(t *testing.T) {
	e := uitest.Works()
	e.News, e.Block = []importer.Progress{uitest.Midway()}, map[string]bool{"Import": true}
	s := open(t, e, uitest.Contoso())
	s.Sees("4,812 records")
	s.Tap("Import everything")
	s.Sees("2,983 of 4,812")
	s.Window.Close()
	found := strings.Contains(strings.Join(s.Words(), "\n"), "Finishing the last batch…")
	if !found {
		t.Error("closing says nothing")
	}
	s.Until(func() bool { return len(s.App.Driver().AllWindows()) == 1 }) // the test driver keeps one of its own
}

func TestTabReachesEveryButtonInOrder(t *testing.T) {
	s := open(t, uitest.Works(), nil)
	c := s.Win.Canvas()
	seen := []string{}
	for range 3 {
		c.FocusNext()
		if w, ok := c.Focused().(interface{ Words() string }); ok {
			seen = append(seen, w.Words())
		}
	}
	if got := strings.Join(seen, ", "); got != "Connect, Practise, open a project file" {
		t.Errorf("Tab goes %s", got)
	}
}

func TestTheOfferedFolderIsMadeAndNoOther(t *testing.T) {
	e := uitest.Works()
	p := uitest.Contoso()
	p.Destination = nil
	documents := t.TempDir()
	s := uitest.Open(t, e, func(o *ui.Options) { o.Project, o.Documents = p, filepath.Join(documents, "Ferry") })
	s.Tap("Destination")
	s.Tap("Use and check")
	s.Sees("Destination available")
	if _, err := os.Stat(filepath.Join(documents, "Ferry", "Contoso")); err != nil {
		t.Errorf("the offered folder is not there: %v", err)
	}
	s.Type("File", filepath.Join(documents, "typo", "x.db"))
	s.Tap("Use and check")
	s.Until(func() bool { return e.Called("CheckDestination") == 2 })
	if _, err := os.Stat(filepath.Join(documents, "typo")); err == nil {
		t.Error("a typed folder was made")
	}
}

func TestAProjectThatIsNamedAtTheStartIsAskedAboutFirst(t *testing.T) {
	e := uitest.Works()
	e.File = uitest.Contoso()
	e.File.Name, e.File.Destination = "Sent\u202eevil", nil
	s := uitest.Open(t, e, func(o *ui.Options) { o.Project, o.Given = nil, "/home/ada/sent.ferry" })
	s.Sees("What this project talks to and writes")
	s.Sees("Sent·evil · /home/ada/sent.ferry")
	s.Sees("No destination yet. Ferry asks for one.")
	s.Sees("None of its mappings removes records.")
	s.Press(fyne.KeyEscape)
	s.Sees("open a project file")
	if e.Saved() != nil || e.Called("Tables")+e.Called("Runs")+e.Called("Certificate")+e.Called("KnowsSecret") > 0 {
		t.Error("it was used before anybody agreed")
	}
	e.Fail = map[string]error{"Open": &core.Fault{Kind: core.Wrong, Code: "test.no-project", Cause: "This file is not a Ferry project.", Remedy: "Choose another.", Owner: core.You}}
	again := uitest.Open(t, e, func(o *ui.Options) { o.Given = "/home/ada/x.txt" })
	again.Sees("This file is not a Ferry project.")
}

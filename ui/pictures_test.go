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
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/core/project"
	"ferry/ui"
	"ferry/ui/uitest"
)

// A scene is one state of a page.
type scene struct {
	name string
	set  func(e *uitest.Engine, o *ui.Options)
	play func(s *uitest.Stage)
}

func withContoso(_ *uitest.Engine, o *ui.Options) { o.Project = uitest.Contoso() }

// TestPictures opens every page in every state. With FERRY_PICTURES pictures of them are kept in that folder, light and
// dark, small, large and tall, for people to look at.
func TestPictures(t *testing.T) {
	folder := os.Getenv("FERRY_PICTURES")
	modes := []string{"light"}
	sizes := map[string]fyne.Size{"": fyne.NewSize(1120, 740)}
	if folder != "" {
		modes = []string{"light", "dark"}
		sizes["-small"], sizes["-tall"] = fyne.NewSize(900, 600), fyne.NewSize(900, 1500)
	}
	for _, sc := range coretest.Some(append(append(append(append(append(scenes(), connectionScenes()...), faultScenes(t)...), mappingScenes()...), historyScenes()...), append(append(append(rehearseScenes(), trustScenes()...), compareScenes()...), append(mendScenes(), haloScenes()...)...)...)) {
		for _, mode := range modes {
			for suffix, size := range sizes {
				if mode == "dark" && suffix != "" || suffix == "-tall" && strings.HasPrefix(sc.name, "import") {
					continue
				}
				t.Run(sc.name+"-"+mode+suffix, func(t *testing.T) {
					e := uitest.Works()
					s := uitest.OpenIn(t, e, mode, func(o *ui.Options) {
						if sc.set != nil {
							sc.set(e, o)
						}
					})
					s.Win.Resize(size)
					if sc.play != nil {
						sc.play(s)
					}
					s.Drain()
					if len(s.Words()) == 0 {
						t.Fatal("nothing is shown")
					}
					if folder == "" {
						return
					}
					picture := s.Win.Canvas().Capture()
					f, err := os.Create(filepath.Join(folder, sc.name+"-"+mode+suffix+".png"))
					if err != nil {
						t.Fatal(err)
					}
					defer f.Close()
					if err := png.Encode(f, picture); err != nil {
						t.Fatal(err)
					}
				})
			}
		}
	}
}

func scenes() []scene {
	offline := &core.Fault{Kind: core.Offline, Code: "rest.unreachable", Owner: core.You, Cause: "contoso-test.crm4.dynamics.com cannot be reached.",
		Remedy: "Look whether this computer is online, then try again.", Details: "no route to host, 2026-11-21 16:40:00 UTC"}
	out := &core.Fault{Kind: core.SignIn, Code: "signin.needed", Owner: core.You, Cause: "The sign-in has expired.", Remedy: "Sign in again."}
	rights := &core.Fault{Kind: core.Permission, Code: "dataverse.no-read", Owner: core.DynamicsAdmin, Cause: "You may not read contacts.",
		Remedy: "Ask for a security role that may read contacts in the whole organisation.", Link: "https://admin.powerplatform.microsoft.com"}
	address := func(s *uitest.Stage) {
		s.Tap("Connect")
		s.Type("Address", "https://contoso-test.crm4.dynamics.com/main.aspx?appid=1")
	}
	values := func(s *uitest.Stage) { address(s); s.Tap("Continue"); s.Sees("said so itself") }
	return []scene{
		{"welcome", nil, nil},
		{"welcome-waiting", func(e *uitest.Engine, _ *ui.Options) { e.Block = map[string]bool{"Practice": true} }, func(s *uitest.Stage) { s.Tap("Practise") }},
		{"welcome-open", nil, func(s *uitest.Stage) { s.Tap("open a project file") }},
		{"wizard-address", nil, address},
		{"wizard-address-wrong", nil, func(s *uitest.Stage) { s.Tap("Connect"); s.Type("Address", "contoso") }},
		{"wizard-values", nil, values},
		{"wizard-values-application", nil, func(s *uitest.Stage) {
			values(s)
			s.Tap("The application signs in")
			s.Type("Client ID", "my app")
			s.Type("Client secret", "1a2b3c4d-1a2b-1a2b-1a2b-1a2b3c4d5e6f")
		}},
		{"wizard-signin", nil, func(s *uitest.Stage) { s.Tap("Practise"); s.Sees("Ada Lovelace") }},
		{"wizard-signin-waiting", func(e *uitest.Engine, _ *ui.Options) {
			e.Link, e.Block = "https://login.example/authorize", map[string]bool{"SignIn": true}
		}, func(s *uitest.Stage) { s.Tap("Practise"); s.Tap("Open the sign-in page"); s.Sees("Copy the link") }},
		{"wizard-signin-failed", func(e *uitest.Engine, _ *ui.Options) {
			e.Fail = map[string]error{"SignIn": &core.Fault{Kind: core.SignIn, Code: "signin.consent", Owner: core.EntraAdmin, Cause: "Your organisation wants an administrator to agree first.",
				Remedy: "Ask the administrator to open the page and accept for everybody.", Link: "https://login.microsoftonline.com/x/adminconsent", Details: "AADSTS65001, 5b1f…, 2026-11-21 16:40:00 UTC"}}
		}, func(s *uitest.Stage) {
			s.Tap("Practise")
			s.Tap("Open the sign-in page")
			s.Sees("wants an administrator")
		}},
		{"wizard-test", nil, func(s *uitest.Stage) {
			s.Tap("Practise")
			s.Tap("Open the sign-in page")
			s.Sees("Connection available")
		}},
		{"wizard-test-failed", func(e *uitest.Engine, _ *ui.Options) { e.Checks = uitest.Unavailable() },
			func(s *uitest.Stage) {
				s.Tap("Practise")
				s.Tap("Open the sign-in page")
				s.Sees("Connection unavailable")
			}},
		{"connection", withContoso, func(s *uitest.Stage) { s.Tap("Connection"); s.Tap("Test connection"); s.Sees("Connection available") }},
		{"connection-two", func(_ *uitest.Engine, o *ui.Options) {
			o.Project = uitest.Contoso()
			o.Project.Connections = append(o.Project.Connections, project.Connection{Name: "Contoso 生産 النظام 🚢 with a name that is much too long for any rail", Org: "https://contoso.crm4.dynamics.com", Auth: project.Secret})
			o.Project.Connection = o.Project.Connections[1].Name
		}, func(s *uitest.Stage) { s.Tap("Connection") }},
		{"connection-disconnect", withContoso, func(s *uitest.Stage) { s.Tap("Connection"); s.Tap("Disconnect…") }},
		{"connection-empty", nil, func(s *uitest.Stage) { s.Tap("Connect"); s.Tap("Settings"); s.Tap("Destination") }},
		{"destination", withContoso, func(s *uitest.Stage) {
			s.Tap("Destination")
			s.Tap("Use and check")
			s.Sees("Destination available")
		}},
		{"destination-failed", func(e *uitest.Engine, o *ui.Options) {
			o.Project = uitest.Contoso()
			e.DestChecks[0].State, e.DestChecks[0].Detail = core.CheckFailed, ""
			e.DestChecks[0].Fault = &core.Fault{Kind: core.Wrong, Code: "sqlite.unwritable", Owner: core.You, Cause: "Ferry may not write into this folder.", Remedy: "Choose another folder."}
			e.DestChecks[1].State = core.CheckUntried
		}, func(s *uitest.Stage) { s.Tap("Destination"); s.Tap("Use and check"); s.Sees("Destination unavailable") }},
		{"destination-excel", withFiles, func(s *uitest.Stage) { s.Tap("Destination") }},
		{"destination-csv", withFiles, func(s *uitest.Stage) { s.Tap("Destination"); s.Tap("CSV folder") }},
		{"destination-postgres", withPostgres, func(s *uitest.Stage) { s.Tap("Destination"); s.Tap("PostgreSQL") }},
		{"destination-postgres-refused", withPostgres, func(s *uitest.Stage) {
			s.Tap("Destination")
			s.Tap("PostgreSQL")
			s.Type("Address", "postgres://ada:hunter2@db.example.com/crm")
			s.Tap("Use and check")
			s.Sees("There is a password in the address")
		}},
		{"import", withContoso, func(s *uitest.Stage) { s.Sees("4,812 records") }},
		{"import-history", func(e *uitest.Engine, o *ui.Options) {
			withContoso(e, o)
			e.History = []importer.Receipt{uitest.Done()}
		}, func(s *uitest.Stage) { s.Sees("last today") }},
		{"import-foreseen", func(e *uitest.Engine, o *ui.Options) {
			withContoso(e, o)
			o.Project.Tables = append(o.Project.Tables, "account-2")
			o.Project.Mappings = []mapping.Mapping{{ID: "account-2", Source: "account", Table: "account_big", Key: "accountid", Filter: "revenue gt 1000000",
				Title: "The accounts with more than a million a year, in every country and of every owner"}}
			last := uitest.Done()
			last.Tables[0].Marked = true
			last.Tables = append(last.Tables, importer.TableReceipt{Mapping: "account-2", Digest: "other", Table: "account", To: "account_big", Counts: importer.Counts{Read: 12}})
			e.History = []importer.Receipt{last}
		}, func(s *uitest.Stage) { s.Sees("because the mapping changed"); s.Tap("More about Projects") }},
		{"import-none", nil, func(s *uitest.Stage) { s.Tap("Connect"); s.Tap("Import") }},
		{"import-waiting", func(e *uitest.Engine, o *ui.Options) { withContoso(e, o); e.Block = map[string]bool{"Tables": true} }, nil},
		{"import-offline", func(e *uitest.Engine, o *ui.Options) { withContoso(e, o); e.Fail = map[string]error{"Tables": offline} }, func(s *uitest.Stage) { s.Sees("cannot be reached") }},
		{"import-signedout", func(e *uitest.Engine, o *ui.Options) { withContoso(e, o); e.Fail = map[string]error{"Tables": out} }, func(s *uitest.Stage) { s.Sees("has expired") }},
		{"import-norights", func(e *uitest.Engine, o *ui.Options) {
			withContoso(e, o)
			e.Fail = map[string]error{"Import": rights}
			e.Receipt = uitest.Stopped()
		}, func(s *uitest.Stage) {
			s.Tap("Import contacts")
			s.Sees("You may not read")
		}},
		{"import-interrupted", func(e *uitest.Engine, o *ui.Options) {
			withContoso(e, o)
			e.History = []importer.Receipt{uitest.Stopped()}
		}, func(s *uitest.Stage) { s.Sees("was interrupted") }},
		{"import-stopped", func(e *uitest.Engine, o *ui.Options) { withContoso(e, o); e.Receipt = uitest.Stopped() }, func(s *uitest.Stage) { s.Tap("Import everything"); s.Sees("it can go on where it stopped") }},
		{"import-running", func(e *uitest.Engine, o *ui.Options) {
			withContoso(e, o)
			e.News, e.Block = []importer.Progress{uitest.Midway()}, map[string]bool{"Import": true}
		}, func(s *uitest.Stage) { s.Tap("Import everything"); s.Sees("2,983 of 4,812") }},
		{"import-done", withContoso, func(s *uitest.Stage) { s.Tap("Import everything"); s.Sees("It adds up") }},
		{"import-refused", func(e *uitest.Engine, o *ui.Options) { withContoso(e, o); e.Receipt = uitest.Refused() }, func(s *uitest.Stage) { s.Tap("Import everything"); s.Sees("It adds up") }},
		{"import-add", withContoso, func(s *uitest.Stage) { s.Sees("4,812 records"); s.Tap("Add table…") }},
		{"import-add-none", withContoso, func(s *uitest.Stage) { s.Sees("4,812 records"); s.Tap("Add table…"); s.Type("Search", "zebra") }},
		{"history", func(e *uitest.Engine, o *ui.Options) {
			withContoso(e, o)
			e.History = []importer.Receipt{uitest.Stopped(), uitest.Done(), uitest.Refused()}
		}, func(s *uitest.Stage) { s.Tap("History"); s.Sees("interrupted") }},
		{"history-empty", withContoso, func(s *uitest.Stage) { s.Tap("History"); s.Sees("No import yet") }},
		{"settings", withContoso, func(s *uitest.Stage) { s.Tap("Settings"); s.Sees("kept in the keychain") }},
		{"settings-licences", withContoso, func(s *uitest.Stage) { s.Tap("Settings"); s.Tap("Licences") }},
	}
}

package halo_test

import (
	"fmt"
	"strings"
	"testing"

	"ferry/core/practice/halo"
)

const (
	quiet  = `"_isimport":true,"_dont_fire_automations":true`
	ofAcme = `[{"name":"Acme",` + quiet + `,"_match_thirdparty_id":"G-1","_match_integration_id":77,"new_external_link":{"module_id":77,"third_party_id":"G-1","third_party_desc":"Dynamics"}}]`
)

func TestARecordIsLinkedFoundAgainAndUpdated(t *testing.T) {
	g := visit(t, halo.Settings{})
	first := g.post("/api/client", ofAcme)
	again := g.post("/api/client", strings.Replace(ofAcme, `"Acme"`, `"Acme Ltd"`, 1))
	if fmt.Sprint(first["id"]) != fmt.Sprint(again["id"]) || again["name"] != "Acme Ltd" {
		t.Errorf("made twice: %v and %v", first["id"], again["id"])
	}
	links := g.list("/api/ExternalLink?table_id=2&module_id=77&third_party_id=g-1")
	if len(links) != 1 || fmt.Sprint(links[0]["halo_id"]) != fmt.Sprint(first["id"]) || len(g.halo.Links()) != 1 {
		t.Errorf("the links are %v", links)
	}
	if shown := g.get(fmt.Sprintf("/api/client/%v?includedetails=true", first["id"]))["external_links"].([]any); len(shown) != 1 {
		t.Errorf("the customer shows %v", shown)
	}
	if got := g.list("/api/ExternalLink?table_id=3&third_party_id=G-1"); len(got) != 0 {
		t.Errorf("a site is linked: %v", got)
	}
}

func TestLinksAreWrittenMovedAndDeleted(t *testing.T) {
	g := visit(t, halo.Settings{})
	g.post("/api/ExternalLink", `[{"table_id":4,"module_id":77,"halo_id":2,"third_party_id":"C-1"}]`)
	made := g.post("/api/ExternalLink", `[{"table_id":4,"module_id":77,"halo_id":1,"third_party_id":"C-1"}]`)
	if all := g.halo.Links(); len(all) != 1 || all[0].Int("halo_id") != 1 {
		t.Errorf("the links are %v", all)
	}
	g.refused(400, "halo_id", "POST", "/api/ExternalLink", `[{"table_id":4,"halo_id":999,"third_party_id":"C-2"}]`)
	g.refused(400, "third_party_id", "POST", "/api/ExternalLink", `[{"table_id":4,"halo_id":1}]`)
	g.object(200)(g.send("DELETE", fmt.Sprintf("/api/externallink/%v", made["id"]), "", ""))
	if all := g.halo.Links(); len(all) != 0 {
		t.Errorf("the links are %v", all)
	}
}

func TestTheWorldsOfExternalLinks(t *testing.T) {
	for _, c := range []struct {
		name     string
		settings halo.Settings
		made     int // customers after two writes
		links    int
	}{
		{"they work", halo.Settings{}, 1, 1},
		{"they are ignored on write", halo.Settings{Links: "ignored"}, 2, 0},
		{"they are not readable", halo.Settings{Links: "unreadable"}, 1, 1},
		{"matching is ignored", halo.Settings{MatchIgnored: true}, 2, 1},
	} {
		g := visit(t, c.settings)
		before := len(g.halo.Customers())
		g.post("/api/client", ofAcme)
		g.post("/api/client", ofAcme)
		if made := len(g.halo.Customers()) - before; made != c.made || len(g.halo.Links()) != c.links {
			t.Errorf("when %s: %d customers and %d links", c.name, made, len(g.halo.Links()))
		}
	}
	g := visit(t, halo.Settings{Links: "unreadable"})
	g.refused(403, "permission", "GET", "/api/ExternalLink?table_id=2", "")
	g.halo.Set(func(s *halo.Settings) { *s = halo.Settings{CapLinks: true, PageCap: 2} })
	for i := range 3 {
		g.post("/api/ExternalLink", fmt.Sprintf(`[{"table_id":2,"halo_id":1,"third_party_id":"%d"}]`, i))
	}
	if got := g.list("/api/ExternalLink?table_id=2&pageinate=true&page_no=2&page_size=50"); len(got) != 2 {
		t.Errorf("a capped list has %d links", len(got))
	}
	g.halo.Set(func(s *halo.Settings) { *s = halo.Settings{PagedLinks: true, PageCap: 2} })
	v := g.get("/api/ExternalLink?table_id=2&pageinate=true&page_no=2&page_size=50")
	if got := v["externallinks"].([]any); len(got) != 1 || fmt.Sprint(v["record_count"]) != "3" {
		t.Errorf("the second page is %v", v)
	}
}

func TestWhatStandsBeforeABadRecordOfABatch(t *testing.T) {
	body := `[{"name":"One"},{"name":""},{"name":"Three"}]`
	for batch, want := range map[string]int{"": 0, "partial": 1} {
		g := visit(t, halo.Settings{Batch: batch})
		customers, sites, users := len(g.halo.Customers()), len(g.halo.Sites()), len(g.halo.Users())
		g.refused(400, "Name", "POST", "/api/client", body)
		if c, s, u := len(g.halo.Customers())-customers, len(g.halo.Sites())-sites, len(g.halo.Users())-users; c != want || s != want || u != want {
			t.Errorf("batch %q stored %d customers, %d sites, %d users", batch, c, s, u)
		}
		if out := g.halo.Outbox(); len(out) != 2*want {
			t.Errorf("batch %q sent %v", batch, out)
		}
	}
}

func TestAnAgentOfSomeCustomersDoesNotSeeTheOthers(t *testing.T) {
	g := visit(t, halo.Settings{})
	if g.get("/api/Agent/me")["all_clients_allowed"] != true {
		t.Error("the agent may not use all customers")
	}
	g.halo.Set(func(s *halo.Settings) { s.Restricted = true })
	if g.get("/api/Agent/me")["all_clients_allowed"] != false {
		t.Error("the agent may use all customers")
	}
	if got := names(g.get("/api/client?includeinactive=true&order=id"), "clients"); got != "Contoso, Fabrikam" {
		t.Errorf("the agent sees %s", got)
	}
	g.refused(404, "", "GET", "/api/client/3", "")
	g.refused(404, "", "POST", "/api/client", `[{"id":3,"website":"x.example"}]`)
	g.refused(400, "client_id", "POST", "/api/site", `[{"name":"x","client_id":3}]`)
	g.refused(400, "site_id", "POST", "/api/users", `[{"name":"x","site_id":4}]`)
	g.halo.Set(func(s *halo.Settings) { s.AgentRight = "none" })
	if _, told := g.get("/api/Agent/me")["all_clients_allowed"]; told {
		t.Error("the agent's right is told")
	}
}

func TestWhatIsGoneIs404OrNull(t *testing.T) {
	g := visit(t, halo.Settings{})
	g.object(200)(g.send("DELETE", "/api/users/2", "", ""))
	g.refused(404, "", "GET", "/api/users/2", "")
	g.halo.Set(func(s *halo.Settings) { s.NullForGone = true })
	g.refused(200, "null", "GET", "/api/users/2", "")
}

func TestACustomerIsDeletedWithWhatHaloMadeForIt(t *testing.T) {
	g := visit(t, halo.Settings{})
	g.refused(400, "cannot be deleted", "DELETE", "/api/client/1", "")
	g.refused(400, "has users", "DELETE", "/api/site/1", "")
	g.refused(400, "General User", "DELETE", "/api/users/1", "")
	g.object(200)(g.send("DELETE", "/api/client/2", "", ""))
	if c, s, u := len(g.halo.Customers()), len(g.halo.Sites()), len(g.halo.Users()); c != 2 || s != 3 || u != 4 {
		t.Errorf("%d customers, %d sites and %d users are left", c, s, u)
	}
	g.halo.Set(func(s *halo.Settings) { s.DeletesRefused = true })
	g.refused(403, "permission", "DELETE", "/api/users/2", "")
}

func TestMandatoryFieldsAreNamed(t *testing.T) {
	g := visit(t, halo.Settings{Mandatory: []string{"client.website", "users.CFChannel"}})
	g.refused(400, "website", "POST", "/api/client", `[{"name":"x"}]`)
	g.post("/api/client", `[{"name":"x","website":"x.example"}]`)
	g.refused(400, "CFChannel", "POST", "/api/users", `[{"name":"x","site_id":1}]`)
	g.post("/api/users", `[{"name":"x","site_id":1,"customfields":[{"name":"CFChannel","value":1}]}]`)
	for _, f := range g.list("/api/FieldInfo?typeid=4") {
		if want := f["name"] == "CFChannel"; f["mandatory"] != want {
			t.Errorf("%s is told mandatory %v", f["name"], f["mandatory"])
		}
	}
}

func TestRefusalsComeInEveryShape(t *testing.T) {
	g := visit(t, halo.Settings{})
	for shape, says := range map[string]string{
		"": `{"Message":"Please`, halo.ErrorsResultCode: `"errorMessage":"Please`, halo.ErrorsClassName: `"ClassName":"System.Exception"`, halo.ErrorsError: `"error_description":"Please`,
		halo.ErrorsText: "Please enter a value for the field Name.", halo.ErrorsEmpty: "",
	} {
		g.halo.Set(func(s *halo.Settings) { s.Errors = shape })
		g.refused(400, says, "POST", "/api/client", `[{"name":""}]`)
	}
	g.bearer = "x"
	if _, body := g.send("GET", "/api/client", "", ""); body != "" {
		t.Errorf("a 401 says %s", body)
	}
	g.halo.Set(func(s *halo.Settings) { *s = halo.Settings{Body401: true} })
	g.refused(401, "expired", "GET", "/api/client", "")
}

func TestAnswersOfAPostDiffer(t *testing.T) {
	g := visit(t, halo.Settings{OneAsArray: true, Status200: true, Warning: "Mind the gap", UniqueEmail: true})
	g.refused(200, `"_warning":"Mind the gap"`, "POST", "/api/client", `[{"name":"x"}]`)
	if _, body := g.send("POST", "/api/client", "application/json", `[{"name":"y"}]`); !strings.HasPrefix(body, "[") {
		t.Errorf("answered %s", body)
	}
	g.refused(400, "Ann Lee", "POST", "/api/users", `[{"name":"z","site_id":1,"emailaddress":"ANN@contoso.example"}]`)
	g.halo.Set(func(s *halo.Settings) { *s = halo.Settings{Sparse: true, Lenient: true} })
	row := g.get("/api/users?order=id&search=ann@")["users"].([]any)[0].(map[string]any)
	if row["name"] != "Ann Lee" || row["emailaddress"] != nil {
		t.Errorf("a sparse row is %v", row)
	}
	g.post("/api/site", `{"name":"bare","client_id":1.0,"nonsense":1}`)
}

func TestARecordWithoutANameCannotBeChangedWithoutOne(t *testing.T) {
	g := arrive(t, halo.Settings{})
	seed := contoso()
	seed.Customers[1].Sites = []halo.Site{{Name: ""}}
	g.halo = halo.New(halo.Options{Address: g.url, Tenant: "acme", ClientID: "id", Secret: "secret", Seed: seed})
	g.signIn("all")
	g.refused(400, "Name", "POST", "/api/site", `[{"id":3,"ref":"x"}]`)
	g.post("/api/site", `[{"id":3,"ref":"x","name":"Named"}]`)
}

func TestSettingsAreReadStrictly(t *testing.T) {
	var s halo.Settings
	for _, c := range [][2]string{{"pageCap", "50"}, {"restricted", "true"}, {"links", "ignored"}, {"warning", "Mind"}, {"mandatory", `["client.website"]`}} {
		if err := s.Put(c[0], c[1]); err != nil {
			t.Error(err)
		}
	}
	if s.PageCap != 50 || !s.Restricted || s.Links != "ignored" || s.Warning != "Mind" || len(s.Mandatory) != 1 {
		t.Errorf("the settings are %+v", s)
	}
	for _, c := range [][2]string{{"links", "broken"}, {"nonsense", "1"}, {"pageCap", "many"}, {"requests", "-1"}} {
		before := fmt.Sprint(s)
		if err := s.Put(c[0], c[1]); err == nil || fmt.Sprint(s) != before {
			t.Errorf("%s=%s is taken", c[0], c[1])
		}
	}
}

func TestACheckOfABodyNamesWhatIsWrong(t *testing.T) {
	for body, says := range map[string]string{
		`[{"name":"x"}]`: "", `[{"name":"x","phonenumber":"1"}]`: "'phonenumber'", `[{"name":5}]`: "$[0].name", `[{"new_external_link":{"module":1}}]`: "'module'",
		`[{"customfields":[{"id":1,"val":2}]}]`: "'val'",
	} {
		err := halo.Check("Area", []byte(body))
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", body, err)
		}
	}
	if len(halo.Entities()["Users"].Names()) < 60 || halo.Entities()["Site"]["client_id"].Kind != halo.ID {
		t.Error("the description is not complete")
	}
}

func TestATextThatIsTooLongIsRefused(t *testing.T) {
	g := visit(t, halo.Settings{})
	body := `[{"name":"` + strings.Repeat("é", 256) + `","site_id":1}]`
	g.refused(400, "truncated: name", "POST", "/api/users", body)
	g.halo.Set(func(s *halo.Settings) { s.TooLong = "exception" })
	g.refused(500, "System.Exception", "POST", "/api/users", body)
	g.post("/api/users", `[{"name":"`+strings.Repeat("é", 255)+`","site_id":1}]`)
}

func TestAHeaderLiftsTheLimit(t *testing.T) {
	g := visit(t, halo.Settings{Requests: 2, LiftedBy: "Content-Type: application/partner"})
	for range 5 {
		if status, body := g.send("GET", "/api/client", "application/partner", ""); status != 200 {
			t.Errorf("answered %d %s", status, body)
		}
	}
	g.get("/api/client")
	g.refused(429, "", "GET", "/api/client", "")
}

func TestAReportIsNotRun(t *testing.T) {
	g := visit(t, halo.Settings{})
	g.refused(400, "report", "POST", "/api/Report", `[{"_loadreportonly":true,"sql":"SELECT 1"}]`)
}

package halo_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"ferry/core/practice/halo"
)

// A guest is a client of a Halo with a token.
type guest struct {
	t      *testing.T
	halo   *halo.Server
	url    string
	bearer string
	now    time.Time
}

// contoso is a small instance: fields and tables as in practice, and three customers.
func contoso() halo.Seed {
	seed := halo.Instance()
	seed.Customers = []halo.Customer{
		{Name: "Contoso", Website: "contoso.example", Sites: []halo.Site{
			{Name: "Main", Users: []halo.User{{Name: "Ann Lee", First: "Ann", Last: "Lee", Email: "ann@contoso.example"}}}, {Name: "Harbour"},
		}},
		{Name: "Fabrikam", Fields: halo.Values{"CFTier": "Standard", "CFRemark": "kept"}}, {Name: "Closed", Inactive: true},
	}
	return seed
}

// visit starts a Halo with a small seed and signs in.
func visit(t *testing.T, s halo.Settings) *guest {
	g := arrive(t, s)
	g.signIn("all")
	return g
}

// arrive is visit without signing in.
func arrive(t *testing.T, s halo.Settings) *guest {
	t.Helper()
	g := &guest{t: t, now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { g.halo.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	g.url = server.URL
	g.halo = halo.New(halo.Options{
		Address: server.URL, Elsewhere: "https://elsewhere.example", Tenant: "acme", ClientID: "id", Secret: "secret", Settings: s, Seed: contoso(),
		Now: func() time.Time { return g.now },
	})
	return g
}

func (g *guest) signIn(scope string) {
	g.t.Helper()
	status, body := g.token(url.Values{"grant_type": {"client_credentials"}, "client_id": {"id"}, "client_secret": {"secret"}, "scope": {scope}}, "?tenant=acme")
	if status != http.StatusOK {
		g.t.Fatalf("no token: %d %s", status, body)
	}
	var answer struct {
		Token string `json:"access_token"`
		Life  int    `json:"expires_in"`
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || answer.Token == "" || answer.Life == 0 {
		g.t.Fatalf("the token cannot be read: %s", body)
	}
	g.bearer = answer.Token
}

func (g *guest) token(form url.Values, query string) (int, string) {
	return g.send("POST", "/auth/token"+query, "application/x-www-form-urlencoded", form.Encode())
}

// send sends a request and returns status and body.
func (g *guest) send(method, path, kind, body string) (int, string) {
	g.t.Helper()
	r, err := http.NewRequest(method, g.url+path, strings.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if g.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+g.bearer)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// get reads an object.
func (g *guest) get(path string) map[string]any {
	g.t.Helper()
	return g.object(http.StatusOK)(g.send("GET", path, "", ""))
}

// post writes records and reads the object that comes back.
func (g *guest) post(path, body string) map[string]any {
	g.t.Helper()
	return g.object(http.StatusCreated)(g.send("POST", path, "application/json", body))
}

func (g *guest) object(want int) func(int, string) map[string]any {
	return func(status int, body string) map[string]any {
		g.t.Helper()
		if status != want {
			g.t.Fatalf("answered %d %s, not %d", status, body, want)
		}
		var v map[string]any
		d := json.NewDecoder(bytes.NewReader([]byte(body)))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			g.t.Fatalf("no object: %s", body)
		}
		return v
	}
}

// refused expects a status and something in the answer.
func (g *guest) refused(status int, says, method, path, body string) {
	g.t.Helper()
	got, text := g.send(method, path, "application/json", body)
	if got != status || !strings.Contains(text, says) {
		g.t.Errorf("%s %s %s is answered %d %s, not %d with %q", method, path, body, got, text, status, says)
	}
}

// names lists the names of the rows under a key.
func names(v map[string]any, key string) string {
	var out []string
	rows, _ := v[key].([]any)
	for _, r := range rows {
		out = append(out, fmt.Sprint(r.(map[string]any)["name"]))
	}
	return strings.Join(out, ", ")
}

func TestATokenIsGivenForTheRightSecretAndTenant(t *testing.T) {
	g := arrive(t, halo.Settings{})
	right := url.Values{"grant_type": {"client_credentials"}, "client_id": {"id"}, "client_secret": {"secret"}, "scope": {"all"}}
	for _, c := range []struct {
		name, query, field, value string
		status                    int
		says                      string
	}{
		{"no tenant", "", "", "", 200, "access_token"},
		{"the tenant in the query", "?tenant=acme", "", "", 200, `"expires_in":3600`},
		{"the tenant in the form", "", "tenant", "acme", 200, "access_token"},
		{"another tenant", "?tenant=other", "", "", 401, `{"error":"invalid_client"}`},
		{"a wrong secret", "", "client_secret", "x", 401, `{"error":"invalid_client"}`},
		{"a wrong id", "", "client_id", "x", 401, `{"error":"invalid_client"}`},
		{"another grant", "", "grant_type", "password", 400, "unsupported_grant_type"},
	} {
		form := url.Values{}
		for k, v := range right {
			form[k] = v
		}
		if c.field != "" {
			form.Set(c.field, c.value)
		}
		if status, body := g.token(form, c.query); status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("with %s: %d %s", c.name, status, body)
		}
	}
	for _, r := range g.halo.Requests() {
		if len(r.Body) > 0 {
			t.Error("the body of a token request is kept")
		}
	}
}

func TestOnlyATokenOfTheScopeOpensARoute(t *testing.T) {
	g := arrive(t, halo.Settings{TokenLife: 60})
	g.refused(401, "", "GET", "/api/client", "")
	g.signIn("read:customers")
	if got := names(g.get("/API/Client?pageinate=true&page_no=1&page_size=50&order=id"), "clients"); got != "Contoso, Fabrikam" {
		t.Errorf("clients are %s", got)
	}
	g.refused(403, "edit:customers", "POST", "/api/client", `[{"name":"x"}]`)
	g.now = g.now.Add(time.Minute)
	g.refused(401, "", "GET", "/api/client", "")
	g.signIn("edit:customers")
	g.post("/api/client", `[{"name":"x"}]`)
	g.halo.ExpireTokens()
	g.refused(401, "", "GET", "/api/client", "")
}

func TestAuthInfoTellsWhereTokensAreGiven(t *testing.T) {
	g := arrive(t, halo.Settings{})
	for _, c := range []struct {
		settings halo.Settings
		want     string
	}{
		{halo.Settings{}, g.url + "/auth acme"}, {halo.Settings{NoTenantID: true}, g.url + "/auth <nil>"}, {halo.Settings{AuthInfo: "elsewhere"}, "https://elsewhere.example/auth acme"},
	} {
		g.halo.Set(func(s *halo.Settings) { *s = c.settings })
		info := g.get("/api/authinfo")
		if got := fmt.Sprint(info["auth_url"], " ", info["tenant_id"]); got != c.want {
			t.Errorf("authinfo tells %s, not %s", got, c.want)
		}
	}
	g.halo.Set(func(s *halo.Settings) { s.AuthInfo = "missing" })
	g.refused(404, "", "GET", "/api/authinfo", "")
	if g.get("/api/InstanceInfo")["app_version"] == "" {
		t.Error("InstanceInfo tells no version")
	}
}

func TestTheLimitIsASlidingWindow(t *testing.T) {
	g := visit(t, halo.Settings{Requests: 4, Window: 10, RetryAfter: true})
	for range 3 {
		g.get("/api/authinfo")
		g.now = g.now.Add(time.Second)
	}
	g.refused(429, "Rate Limit Reached - 4 Requests", "GET", "/api/client", "")
	g.halo.Set(func(s *halo.Settings) { s.LimitText = "json" })
	g.refused(429, `"error":"rate_limit"`, "POST", "/auth/token", "")
	g.now = g.now.Add(7 * time.Second)
	g.get("/api/client")
	g.get("/api/client") // two of the four are ten seconds old
	g.refused(429, "", "GET", "/api/client", "")
}

func TestAListIsPagedUpToASilentCap(t *testing.T) {
	g := visit(t, halo.Settings{PageCap: 10})
	var body []string
	for i := range 23 {
		body = append(body, fmt.Sprintf(`{"name":"Company %02d"}`, i))
	}
	g.send("POST", "/api/client", "application/json", "["+strings.Join(body, ",")+"]")
	seen := map[string]bool{}
	for page := 1; page <= 4; page++ {
		v := g.get(fmt.Sprintf("/api/client?pageinate=true&page_no=%d&page_size=999&order=id&includeinactive=true", page))
		rows := v["clients"].([]any)
		if want := []int{10, 10, 6, 0}[page-1]; len(rows) != want || fmt.Sprint(v["record_count"]) != "26" || fmt.Sprint(v["page_no"]) != fmt.Sprint(page) {
			t.Errorf("page %d has %d rows of %v", page, len(rows), v["record_count"])
		}
		for _, r := range rows {
			seen[fmt.Sprint(r.(map[string]any)["id"])] = true
		}
	}
	if len(seen) != 26 {
		t.Errorf("%d customers were seen", len(seen))
	}
	if rows := g.get("/api/client?count=5")["clients"].([]any); len(rows) != 5 {
		t.Errorf("count=5 gives %d rows", len(rows))
	}
}

func TestACustomerIsMadeWithItsMainSiteAndAGeneralUser(t *testing.T) {
	g := visit(t, halo.Settings{})
	made := g.post("/api/Client", `[{"name":"Adatum","website":"adatum.example","newclient_sitename":"Head office","newclient_phonenumber":"+45 1","newclient_contactname":"Bo",
		"newclient_contactemail":"bo@adatum.example","newclient_delivery_address":{"line1":"Kaj 1","postcode":"2100"},"_isimport":true,"_dont_fire_automations":true,"newclient_sendwelcomeemail":false}]`)
	site := g.get(fmt.Sprintf("/api/site/%v?includedetails=true", made["main_site_id"]))
	if site["name"] != "Head office" || site["phonenumber"] != "+45 1" || site["isinvoicesite"] != true || site["delivery_address"].(map[string]any)["postcode"] != "2100" {
		t.Errorf("the main site is %v", site)
	}
	if got := fmt.Sprint(site["client_id"]); got != fmt.Sprint(made["id"])+".0" {
		t.Errorf("client_id is read as %s", got)
	}
	users := g.get(fmt.Sprintf("/api/users?client_id=%v&order=id", made["id"]))
	if got := names(users, "users"); got != "General User, Bo" {
		t.Errorf("its users are %s", got)
	}
	if made["main_contact_email"] != "bo@adatum.example" || made["use"] != "client" || made["main_phonenumber"] != "+45 1" {
		t.Errorf("the customer is %v", made)
	}
	if out := g.halo.Outbox(); len(out) != 0 {
		t.Errorf("something was sent: %v", out)
	}
}

func TestWhoDoesNotForbidItLetsHaloWriteToPeople(t *testing.T) {
	g := visit(t, halo.Settings{})
	g.post("/api/users", `[{"name":"Cy","emailaddress":"cy@contoso.example","site_id":1}]`)
	want := []halo.Mail{{"users", 6, "welcome", "cy@contoso.example"}, {"users", 6, "automation", "cy@contoso.example"}, {"users", 6, "import", ""}}
	if got := g.halo.Outbox(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the outbox has %v", got)
	}
	g.halo.Forget()
	g.post("/api/users", `[{"id":6,"title":"CFO","_isimport":true,"_dont_fire_automations":true}]`)
	if got := g.halo.Outbox(); len(got) != 0 {
		t.Errorf("the outbox has %v", got)
	}
}

func TestAPostMakesAndChangesInOrder(t *testing.T) {
	g := visit(t, halo.Settings{})
	status, body := g.send("POST", "/api/users", "application/json; charset=utf-8", `[{"name":"Dee","site_id":1},{"id":2,"title":"CTO"},{"name":"Eve","site_id":2}]`)
	if status != 201 || !strings.HasPrefix(body, "[") {
		t.Fatalf("answered %d %s", status, body)
	}
	users := g.halo.Users()
	if len(users) != 7 || users[1].Text("title") != "CTO" || users[1].Text("emailaddress") != "ann@contoso.example" || users[5].Text("name") != "Dee" || users[6].Int("site_id") != 2 {
		t.Errorf("users are %v", users)
	}
	row := g.get("/api/users/6")
	if fmt.Sprint(row["site_id"], row["site_id_int"], row["client_name"]) != "1.01Contoso" {
		t.Errorf("the user is %v", row)
	}
	g.post("/api/users", `[{"id":6,"site_id":3}]`)
	if got := g.get("/api/users/6")["client_name"]; got != "Fabrikam" {
		t.Errorf("the user moved to %v", got)
	}
}

func TestWhatDoesNotFitIsRefusedWithItsName(t *testing.T) {
	g := visit(t, halo.Settings{})
	for _, c := range []struct {
		path, body, says string
		status           int
	}{
		{"/api/client", `[{"name":"x","industry":"y"}]`, "'industry'", 400},
		{"/api/client", `{"name":"x"}`, "array of Area", 400},
		{"/api/client", `[{"name":"x","inactive":"true"}]`, "$[0].inactive", 400},
		{"/api/client", `[{"website":"x.example"}]`, "Name", 400},
		{"/api/client", `[{"name":"x","toplevel_id":99}]`, "toplevel_id", 400},
		{"/api/site", `[{"name":"x","client_id":1.0}]`, "$[0].client_id", 400},
		{"/api/site", `[{"name":"x"}]`, "client_id", 400},
		{"/api/users", `[{"name":"x","site_id":1,"phone":"1"}]`, "'phone'", 400},
		{"/api/users", `[{"name":"x"}]`, "site_id", 400},
		{"/api/users", `[{"id":77,"name":"x"}]`, "", 404},
		{"/api/site", `[{"name":"x","client_id":1,"_importtypeid":1}]`, "'_importtypeid'", 400}, // customers and users have it, sites do not
	} {
		g.refused(c.status, c.says, "POST", c.path, c.body)
	}
	if n := len(g.halo.Customers()) + len(g.halo.Sites()) + len(g.halo.Users()); n != 3+4+5 {
		t.Errorf("something of it was stored: %d records", n)
	}
	if got := g.halo.Unknown(); len(got) != 0 {
		t.Errorf("what is refused is not unknown: %v", got)
	}
}

func TestWhatIsNotPlayedIsAnswered501AndRemembered(t *testing.T) {
	g := visit(t, halo.Settings{})
	g.refused(501, "", "GET", "/api/Tickets", "")
	g.refused(501, "", "GET", "/api/client?view_id=1", "")
	g.refused(501, "", "PUT", "/api/client", "[]")
	g.refused(501, "", "POST", "/api/users", `[{"id":2,"_anonymise":true}]`)
	if got := g.halo.Unknown(); len(got) != 4 {
		t.Errorf("remembered: %v", got)
	}
}

func TestInactiveRecordsAreListedWhenAskedFor(t *testing.T) {
	g := visit(t, halo.Settings{})
	for query, want := range map[string]string{
		"": "Contoso, Fabrikam", "&includeinactive=true": "Contoso, Fabrikam, Closed", "&includeactive=false&includeinactive=true": "Closed",
		"&activeinactive=true,false": "Contoso, Fabrikam, Closed", "&search=FABRI": "Fabrikam",
	} {
		if got := names(g.get("/api/client?order=id"+query), "clients"); got != want {
			t.Errorf("%s lists %s", query, got)
		}
	}
	if got := names(g.get("/api/users?order=id&client_id=1&exclude_generaluser=true"), "users"); got != "Ann Lee" {
		t.Errorf("people are %s", got)
	}
}

func TestAdvancedSearchKnowsOnlySomeMembers(t *testing.T) {
	g := visit(t, halo.Settings{})
	find := func(name, value string) string {
		return "/api/users?advanced_search=" + url.QueryEscape(`[{"filter_name":"`+name+`","filter_type":2,"filter_value":"`+value+`"}]`)
	}
	if got := names(g.get(find("emailaddress", "Ann@contoso.example")), "users"); got != "Ann Lee" {
		t.Errorf("found %s", got)
	}
	g.refused(400, "Invalid advanced search parameter", "GET", find("other5", "x"), "")
}

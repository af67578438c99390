package practice_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"ferry/core/practice"
	"ferry/core/practice/halo"
	"ferry/core/practice/practicetest"
)

// trusting is a client that trusts the environment.
func trusting(e *practice.Environment) *http.Client {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(e.CA)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}, Timeout: 2 * time.Minute}
}

// askHalo asks the practice Halo for a token and returns status and body; status 0 is no answer.
func askHalo(t *testing.T, e *practice.Environment) (int, string) {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {practice.HaloClientID}, "client_secret": {practice.HaloSecret}, "scope": {"all"}}
	r, err := http.NewRequestWithContext(context.Background(), "POST", e.HaloAddress+"/auth/token?tenant="+practice.HaloTenant, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := trusting(e).Do(r)
	if err != nil {
		return 0, ""
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func TestThePracticeHaloOpensWithItsSecretAndPlaysAScript(t *testing.T) {
	e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 5, "contact": 5}})
	if status, body := askHalo(t, e); status != 200 || !strings.Contains(body, "access_token") {
		t.Fatalf("no token: %d %s", status, body)
	}
	for _, c := range []struct {
		name   string
		step   practice.Step
		status int
		says   string
	}{
		{"a .NET exception", practice.Step{Do: practice.DoStatus, Status: 500}, 500, "System.Exception"},
		{"a gateway", practice.Step{Do: practice.DoStatus, Status: 502}, 502, "<html>"},
		{"an empty 401", practice.Step{Do: practice.DoStatus, Status: 401}, 401, ""},
		{"the limit", practice.Step{Do: practice.DoStatus, Status: 429, RetryAfter: practice.Seconds(7)}, 429, "Rate Limit Reached"},
		{"a text", practice.Step{Do: practice.DoGarbage, Bytes: 4}, 200, "no JSON"},
		{"an answer that is dropped", practice.Step{Do: practice.DoDrop}, 0, ""},
	} {
		c.step.Side = practice.SideHalo
		if err := e.Play(practice.Script{c.step}); err != nil {
			t.Fatal(err)
		}
		before := e.Halo.Count("POST", "/auth/token")
		status, body := askHalo(t, e)
		if status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %s", c.name, status, body)
		}
		if done := e.Halo.Count("POST", "/auth/token") - before; c.step.Do == practice.DoDrop && done != 1 {
			t.Errorf("%s: the work was done %d times", c.name, done)
		}
	}
}

func TestHaloAloneGoesAwayAndComesBack(t *testing.T) {
	e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 5, "contact": 5}, Script: practice.Script{
		{Side: practice.SideHalo, Nth: 1, Do: practice.DoAway, For: practice.Duration(50 * time.Millisecond)},
	}})
	if status, _ := askHalo(t, e); status != 0 {
		t.Errorf("answered %d", status)
	}
	res, err := trusting(e).Get(e.Org + "/api/data/v9.2/")
	if err != nil {
		t.Fatalf("Dynamics is away too: %v", err)
	}
	res.Body.Close()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); {
		if status, _ := askHalo(t, e); status == 200 {
			return
		}
	}
	t.Error("Halo did not come back")
}

func TestAScriptPutsHaloIntoAnotherWorld(t *testing.T) {
	script, err := practice.ParseScript([]byte(`[{"side":"halo","nth":2,"do":"halo-settings","set":{"pageCap":7,"links":"ignored"}}]`))
	if err != nil {
		t.Fatal(err)
	}
	e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 5, "contact": 5}, Script: script})
	for _, want := range []int{0, 7, 7} {
		if status, _ := askHalo(t, e); status != 200 || e.Halo.Settings().PageCap != want {
			t.Errorf("answered %d in a world with the page cap %d, not %d", status, e.Halo.Settings().PageCap, want)
		}
	}
	if _, err := practice.ParseScript([]byte(`[{"do":"halo-settings","set":{"links":"broken"}}]`)); err == nil {
		t.Error("a world that there is not is taken")
	}
}

func TestHaloKnowsSomeOfTheOrganisation(t *testing.T) {
	one := practicetest.New(t, practice.Options{Seed: 1})
	other := practicetest.New(t, practice.Options{Seed: 1})
	names, inactive := map[string]int{}, 0
	for i, c := range one.Halo.Customers() {
		if again := other.Halo.Customers()[i]; again.ID() != c.ID() || again.Text("name") != c.Text("name") {
			t.Errorf("the same seed gives %v and %v", c, again)
		}
		names[c.Text("name")]++
		if c.Bool("inactive") {
			inactive++
		}
	}
	accounts, once, twice := one.World.Table("account"), 0, 0
	for i := range one.World.Positions(accounts) {
		switch names[one.World.Cell(accounts, i, accounts.Column("name")).S] {
		case 1:
			once++
		case 2:
			twice++
		}
	}
	if once < 5 || twice < 1 || inactive != 1 {
		t.Errorf("%d accounts are there once, %d twice; %d customers are inactive", once, twice, inactive)
	}
	emails, contacts, people := map[string]bool{}, one.World.Table("contact"), 0
	for _, u := range one.Halo.Users() {
		emails[u.Text("emailaddress")] = true
	}
	for i := range one.World.Positions(contacts) {
		if at := one.World.Cell(contacts, i, contacts.Column("emailaddress1")).S; at != "" && emails[at] {
			people++
		}
	}
	if people < 10 {
		t.Errorf("%d contacts are there", people)
	}
}

func TestEverySettingOfHaloIsInAWorld(t *testing.T) {
	used, names := map[string]bool{}, map[string]bool{}
	for _, w := range practice.HaloWorlds() {
		if names[w.Name] || w.About == "" || w.Ends == "" {
			t.Errorf("the world %q is there twice or says too little", w.Name)
		}
		names[w.Name] = true
		v := reflect.ValueOf(w.Settings)
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				used[v.Type().Field(i).Name] = true
			}
		}
		if _, err := json.Marshal(w.Settings); err != nil {
			t.Error(err)
		}
	}
	for f := range reflect.TypeFor[halo.Settings]().Fields() {
		if !used[f.Name] {
			t.Errorf("no world has the setting %s", f.Name)
		}
	}
}

func TestEveryWorldOfHaloCanBeEntered(t *testing.T) {
	e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 5, "contact": 5}})
	for _, w := range practice.HaloWorlds() {
		text, err := json.Marshal(w.Settings)
		if err != nil {
			t.Fatal(err)
		}
		var s halo.Settings
		if err := s.Change(text); err != nil {
			t.Errorf("%s: %v", w.Name, err)
		}
		if err := e.Play(w.Script); err != nil {
			t.Errorf("%s: %v", w.Name, err)
		}
	}
}

func TestAWriteWhoseAnswerIsLostIsStored(t *testing.T) {
	e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 5, "contact": 5}})
	_, answer := askHalo(t, e)
	var token struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(answer), &token); err != nil {
		t.Fatal(err)
	}
	if err := e.Play(practice.Script{{Side: practice.SideHalo, Method: "POST", Path: "(?i)/client$", Nth: 1, Do: practice.DoDrop}}); err != nil {
		t.Fatal(err)
	}
	before := len(e.Halo.Customers())
	r, err := http.NewRequestWithContext(context.Background(), "POST", e.HaloAddress+"/api/Client", strings.NewReader(`[{"name":"Lost"}]`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token.Token)
	if res, err := trusting(e).Do(r); err == nil {
		res.Body.Close()
		t.Errorf("an answer came: %d", res.StatusCode)
	}
	if made := len(e.Halo.Customers()) - before; made != 1 {
		t.Errorf("%d customers were made", made)
	}
}

package practice_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ferry/core/practice"
)

// scripted opens an environment in which one thing goes wrong.
func scripted(t *testing.T, steps ...practice.Step) *guest {
	t.Helper()
	return visit(t, practice.Options{Seed: 5, Rows: map[string]int{"account": 25, "contact": 25}, Script: steps})
}

const ten = "odata.maxpagesize=10"

func (g *guest) accounts(more ...string) answer {
	g.Helper()
	return g.get("accounts?$select=name", append([]string{"Prefer", ten}, more...)...)
}

func TestAStepAnswersWithAStatus(t *testing.T) {
	g := scripted(t,
		practice.Step{Side: "dynamics", Table: "account", Nth: 1, Do: practice.DoStatus, Status: 429, RetryAfter: practice.Seconds(7)},
		practice.Step{Side: "dynamics", Table: "accounts", Nth: 1, Do: practice.DoStatus, Status: 429, Code: "0x80072326"},
		practice.Step{Side: "dynamics", Table: "account", Nth: 1, Do: practice.DoStatus, Status: 503},
		practice.Step{Side: "dynamics", Table: "account", Nth: 1, Do: practice.DoStatus, Status: 401},
		practice.Step{Side: "dynamics", Table: "account", Nth: 1, Do: practice.DoHTML},
		practice.Step{Side: "dynamics", Table: "account", Nth: 1, Do: practice.DoHTML, Status: 503, RetryAfter: practice.Seconds(1)},
	)
	if a := g.accounts(); a.status != 429 || a.header.Get("Retry-After") != "7" || a.Error.Code != "0x80072322" || !strings.HasPrefix(a.Error.Message, "Number of requests exceeded the limit of 6000") {
		t.Errorf("%d %v %s", a.status, a.header, a.body)
	}
	if a := g.accounts(); a.status != 429 || a.header.Get("Retry-After") != "" || a.Error.Code != "0x80072326" || a.Error.Message != "Number of concurrent requests exceeded the limit of 52." {
		t.Errorf("%d %v %s", a.status, a.header, a.body)
	}
	if a := g.accounts(); a.status != 503 || !strings.Contains(a.body, "unavailable") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := g.accounts(); a.status != 401 || !strings.Contains(a.header.Get("WWW-Authenticate"), g.env.Authority) {
		t.Errorf("%d %v", a.status, a.header)
	}
	if a := g.accounts(); a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || !strings.Contains(a.body, "<html>") {
		t.Errorf("%d %v %s", a.status, a.header, a.body)
	}
	if a := g.accounts(); a.status != 503 || a.header.Get("Retry-After") != "1" || !strings.Contains(a.body, "<html>") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := g.accounts(); a.status != 200 || len(a.Value) != 10 {
		t.Errorf("after the script: %d %s", a.status, a.body)
	}
	for i, n := range g.env.Played() {
		if n != 1 {
			t.Errorf("step %d was played %d times", i+1, n)
		}
	}
}

func TestAStepCutsTheConnection(t *testing.T) {
	for _, c := range []struct {
		name string
		step practice.Step
		max  int
	}{
		{"before anything", practice.Step{Do: practice.DoCut}, 0},
		{"within the body", practice.Step{Do: practice.DoCut, Bytes: 300}, 300},
		{"within the packed body", practice.Step{Do: practice.DoCutGzip, Bytes: 300}, 300},
		{"at the very end", practice.Step{Do: practice.DoCut, Bytes: 1 << 30}, 1 << 30},
	} {
		c.step.Table, c.step.Page = "account", 2
		g := scripted(t, c.step)
		first := g.accounts()
		if first.err != nil {
			t.Fatalf("%s: the first page: %v", c.name, first.err)
		}
		a := g.get(first.Next, "Prefer", ten, "Accept-Encoding", "identity")
		if a.cut() == nil || len(a.body) > c.max {
			t.Errorf("%s: %d bytes came, %v", c.name, len(a.body), a.err)
		}
		if c.step.Bytes > 0 && len(a.body) == 0 {
			t.Errorf("%s: nothing came", c.name)
		}
		if c.step.Do == practice.DoCutGzip && a.header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: it is not packed", c.name)
		}
	}
}

func TestAStepSpoilsTheJSON(t *testing.T) {
	for _, do := range []string{practice.DoTruncate, practice.DoGarbage} {
		for _, bytes := range []int64{0, 200} {
			g := scripted(t, practice.Step{Table: "account", Do: do, Bytes: bytes, Times: 1})
			if a := g.accounts(); a.err != nil || a.broken == nil || a.status != 200 {
				t.Errorf("%s: %d, %v, JSON %v", do, a.status, a.err, a.broken)
			}
			if a := g.accounts(); a.broken != nil {
				t.Errorf("%s goes on for ever", do)
			}
		}
	}
}

func TestAStepServesRowsTwice(t *testing.T) {
	g := scripted(t, practice.Step{Table: "account", Page: 2, Do: practice.DoRepeatRow})
	a := g.get(g.accounts().Next, "Prefer", ten)
	if n := len(a.Value); n != 11 || a.Value[9]["accountid"] != a.Value[10]["accountid"] || a.Next == "" {
		t.Errorf("%d rows", n)
	}
	g = scripted(t, practice.Step{Table: "account", Page: 2, Do: practice.DoRepeatPage, Times: 1})
	first := g.accounts()
	second := g.get(first.Next, "Prefer", ten)
	again := g.get(second.Next, "Prefer", ten)
	third := g.get(again.Next, "Prefer", ten)
	if second.Next == first.Next || len(again.Value) != 10 || again.Value[0]["accountid"] != second.Value[0]["accountid"] || len(third.Value) != 5 || third.Next != "" {
		t.Errorf("the page does not come twice and then go on: %d, %d rows", len(again.Value), len(third.Value))
	}
}

func TestAStepLeadsAstray(t *testing.T) {
	for link, is := range map[string]func(here, there *url.URL) bool{
		"":                           func(here, there *url.URL) bool { return there.Host != here.Host && there.Path == here.Path },
		"host":                       func(here, there *url.URL) bool { return there.Host != here.Host },
		"http":                       func(here, there *url.URL) bool { return there.Scheme == "http" && there.Host == here.Host },
		"root":                       func(here, there *url.URL) bool { return there.Host == here.Host && there.Path != here.Path },
		"user":                       func(here, there *url.URL) bool { return there.User != nil && there.Host != here.Host },
		"https://evil.example/x?a=1": func(_, there *url.URL) bool { return there.String() == "https://evil.example/x?a=1" },
	} {
		g := scripted(t, practice.Step{Table: "account", Do: practice.DoForeignLink, Link: link})
		here, err := url.Parse(g.env.API() + "/accounts")
		if err != nil {
			t.Fatal(err)
		}
		a := g.accounts()
		there, err := url.Parse(a.Next)
		if err != nil || !is(here, there) || len(a.Value) != 10 {
			t.Errorf("%q leads to %s (%v)", link, a.Next, err)
		}
		whole := g.get("accounts?$select=name") // the last page gets such a link too
		if there, err := url.Parse(whole.Next); err != nil || !is(here, there) {
			t.Errorf("%q leads from the last page to %s (%v)", link, whole.Next, err)
		}
	}
	g := scripted(t, practice.Step{Table: "account", Do: practice.DoRedirect, To: "https://evil.example/steal"})
	if a := g.accounts(); a.status != 302 || a.header.Get("Location") != "https://evil.example/steal" {
		t.Errorf("%d %v", a.status, a.header)
	}
}

func TestAStepNeverEnds(t *testing.T) {
	g := scripted(t, practice.Step{Table: "account", Page: 0, Do: practice.DoEndlessEmpty})
	seen := map[string]bool{}
	next := "accounts?$select=name"
	for range 20 {
		a := g.get(next, "Prefer", ten)
		if a.broken != nil || len(a.Value) != 0 || a.Next == "" || seen[a.Next] {
			t.Fatalf("%d rows, then %s", len(a.Value), a.Next)
		}
		seen[a.Next], next = true, a.Next
	}
	g = scripted(t, practice.Step{Table: "account", Do: practice.DoEndlessSame})
	if a := g.accounts(); a.Next != g.env.API()+"/accounts?$select=name" {
		t.Errorf("the link is %s", a.Next)
	}
}

func TestAStepFloods(t *testing.T) {
	g := scripted(t, practice.Step{Table: "account", Nth: 1, Do: practice.DoHugeCell, Bytes: 3 << 20}, practice.Step{Table: "account", Nth: 1, Do: practice.DoGzipBomb, Bytes: 64 << 20})
	if a := g.accounts(); a.broken != nil || len(a.Value) != 1 || len(a.Value[0]["name"].(string)) != 3<<20 {
		t.Errorf("a huge cell: %v, %d bytes", a.broken, len(a.body))
	}
	a := g.accounts("Accept-Encoding", "gzip")
	if a.header.Get("Content-Encoding") != "gzip" || len(a.body) > 2<<20 {
		t.Errorf("a bomb of 64 MB travels as %d bytes", len(a.body))
	}
	g = scripted(t, practice.Step{Table: "account", Do: practice.DoHugeCell})
	g.signIn()
	r, err := http.NewRequest("GET", g.env.API()+"/accounts", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+g.token)
	res, err := g.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, res.Body, 1<<20); err != nil {
		t.Error(err)
	}
	if err := res.Body.Close(); err != nil { // whoever hangs up ends it
		t.Error(err)
	}
}

func TestAStepEndsTokens(t *testing.T) {
	for _, do := range []string{practice.DoExpire, practice.DoRevoke} {
		g := scripted(t, practice.Step{Table: "account", Page: 2, Times: 1, Do: do})
		first := g.accounts()
		if a := g.get(first.Next, "Prefer", ten); a.status != 401 {
			t.Errorf("%s: %d", do, a.status)
		}
		g.signIn()
		if a := g.get(first.Next, "Prefer", ten); a.status != 200 || len(a.Value) != 10 {
			t.Errorf("%s, after signing in again: %d", do, a.status)
		}
	}
}

func TestAStepRemovesAColumn(t *testing.T) {
	g := scripted(t, practice.Step{Path: "/accounts$", Page: 2, Do: practice.DoRemoveColumn, Table: "account", Column: "name"})
	first := g.accounts()
	if a := g.get(first.Next, "Prefer", ten); a.status != 400 || !strings.Contains(a.Error.Message, "Could not find a property named 'name'") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := g.get("accounts?$top=1"); a.status != 200 || strings.Contains(a.body, `"name":`) {
		t.Errorf("it is still there: %d", a.status)
	}
	if a := g.get("EntityDefinitions(LogicalName='account')/Attributes(LogicalName='name')"); a.status != 404 {
		t.Errorf("the metadata still know it: %d", a.status)
	}
}

func TestAStepLetsTheServerGoAwayAndComeBack(t *testing.T) {
	g := scripted(t, practice.Step{Table: "account", Page: 2, Times: 1, Do: practice.DoAway, For: practice.Duration(300 * time.Millisecond)})
	first := g.accounts()
	began := time.Now()
	if a := g.get(first.Next, "Prefer", ten); a.err == nil {
		t.Errorf("the request was answered with %d", a.status)
	}
	for refused := 0; ; refused++ {
		a := g.get(first.Next, "Prefer", ten)
		if a.err == nil {
			if time.Since(began) < 300*time.Millisecond || len(a.Value) != 10 {
				t.Errorf("it was back after %v and %d refusals with %d rows", time.Since(began), refused, len(a.Value))
			}
			return
		}
		if time.Since(began) > 3*time.Minute {
			t.Fatal("it does not come back")
		}
	}
}

func TestAStepDelays(t *testing.T) {
	g := scripted(t, practice.Step{Table: "account", Do: practice.DoDelay, For: practice.Duration(80 * time.Millisecond)})
	began := time.Now()
	if a := g.accounts(); a.status != 200 || time.Since(began) < 80*time.Millisecond {
		t.Errorf("%d after %v", a.status, time.Since(began))
	}
}

func TestStepsForTheSignInServiceLeaveDynamicsAlone(t *testing.T) {
	g := scripted(t, practice.Step{Side: practice.SideMicrosoft, Method: "POST", Every: 2, Do: practice.DoStatus, Status: 503})
	if got := []int{g.signIn(), g.signIn(), g.signIn(), g.signIn()}; got[0] != 200 || got[1] != 503 || got[2] != 200 || got[3] != 503 {
		t.Errorf("signing in gave %v", got)
	}
	if a := g.accounts(); a.status != 200 {
		t.Errorf("Dynamics: %d", a.status)
	}
}

func TestChancesComeFromTheSeed(t *testing.T) {
	played := func() (out []int) {
		g := scripted(t, practice.Step{Table: "account", Chance: 0.5, Do: practice.DoStatus, Status: 503})
		for range 20 {
			out = append(out, g.accounts().status)
		}
		return out
	}
	one, two := played(), played()
	ok := 0
	for i := range one {
		if one[i] != two[i] {
			t.Fatalf("%v and %v", one, two)
		}
		if one[i] == 200 {
			ok++
		}
	}
	if ok == 0 || ok == 20 {
		t.Errorf("%d of 20 went well", ok)
	}
}

func TestAScriptCanBeWrittenAsJSON(t *testing.T) {
	s, err := practice.ParseScript([]byte(`[
		{"side": "dynamics", "table": "account", "page": 2, "times": 1, "do": "status", "status": 429, "code": "0x80072321", "retryAfter": 0},
		{"do": "away", "for": "3s", "path": "^/api/", "nth": 4}
	]`))
	if err != nil || len(s) != 2 || *s[0].RetryAfter != 0 || time.Duration(s[1].For) != 3*time.Second || s[1].RetryAfter != nil {
		t.Fatalf("%v %v", s, err)
	}
	for text, want := range map[string]string{
		`[{"do":"dance"}]`:                           `step 1: there is no "dance" to do`,
		`[{"do":"cut","tabel":"account"}]`:           `unknown field "tabel"`,
		`[{"do":"cut","side":"north"}]`:              `there is no side "north"`,
		`[{"do":"cut","path":"("}]`:                  "no regular expression",
		`[{"do":"status","status":200}]`:             "between 400 and 599",
		`[{"do":"away"}]`:                            "needs a duration",
		`[{"do":"delay","for":"soon"}]`:              "no duration",
		`[{"do":"delay","for":3}]`:                   "a duration is text",
		`[{"do":"redirect"}]`:                        "needs an address",
		`[{"do":"remove-column","table":"account"}]`: `needs "table" and "column"`,
		`[{"do":"cut","chance":2}]`:                  "between 0 and 1",
		`[{"do":"cut","nth":-1}]`:                    "below 0",
		`{"do":"cut"}`:                               "reading the script",
		`[] []`:                                      "something follows",
	} {
		if _, err := practice.ParseScript([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestWhatIsNotPlayedIsRemembered(t *testing.T) {
	e := visit(t, practice.Options{Rows: map[string]int{"account": 1}})
	if a := e.get("accounts?$top=1"); a.status != 200 {
		t.Fatal(a.status)
	}
	if list := e.env.Unknown(); len(list) != 0 {
		t.Errorf("remembered are %q", list)
	}
}

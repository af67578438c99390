package report_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"ferry/core"
	"ferry/core/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not as it was; look at it and run the test with -update", name)
	}
}

// amber is a connection that works, with things to look at. text is put into every field.
func amber(text string) report.Connection {
	s := func(own string) string {
		if text != "" {
			return text
		}
		return own
	}
	fault := func(code, cause, remedy string, owner core.Owner) *core.Fault {
		return &core.Fault{
			Kind: core.Permission, Code: code, Cause: s(cause), Remedy: s(remedy), Owner: core.Owner(s(string(owner))),
			Link: "https://learn.microsoft.com/power-platform/admin/assign-security-roles", Details: s("0x80040220, request 0b1c2d3e, 2026-11-21 09:12:44Z"),
			Subject: core.Subject{Table: "contact", Key: "k-1", Value: "v-1"},
		}
	}
	check := func(id, title string, state core.CheckState, detail string, f *core.Fault) core.Check {
		return core.Check{ID: id, Title: s(title), State: state, Detail: s(detail), Fault: f, Optional: strings.HasPrefix(id, "tracking-")}
	}
	return report.Connection{
		Ferry: s("1.2.0"), When: time.Date(2026, 11, 21, 9, 12, 44, 0, time.UTC), Name: s("Contoso Sales, live"), Org: s("https://contoso.crm4.dynamics.com"),
		Environment: s("Contoso Sales"), Kind: "live", Region: s("Europe"), Cloud: s("public cloud"), Tenant: s("72f988bf-86f1-41af-91ab-2d7cd011db47"),
		Version: s("9.2.24104.183"), Via: s("proxy.contoso.com"), Application: true, SignIn: s("The application signs in with a client secret"),
		ClientID: s("1f0a9c3e-5b7d-4e21-9a64-c0ffee123456"), Who: s("application user Ferry"), SecretExpires: "2026-12-08", HasSecret: true,
		Certificate: report.Thumbnail{Subject: s("CN=Ferry"), Thumbprint: s("A1B2C3D4"), Expires: "2027-11-21"},
		Checks: []core.Check{
			check("address", "Address and name", core.CheckPassed, "contoso.crm4.dynamics.com", nil),
			check("secure", "Secure connection", core.CheckPassed, "TLS 1.3", nil),
			check("environment", "The environment answers", core.CheckPassed, "tenant matches", nil),
			check("signin", "Sign-in", core.CheckPassed, "the application Ferry", nil),
			check("whoami", "Who we are", core.CheckPassed, "application user Ferry", nil),
			check("read-account", "May read Accounts", core.CheckPassed, "organisation-wide", nil),
			check("read-contact", "May read Contacts", core.CheckWarned, "your business unit's records", fault("dataverse.partly-readable",
				"Only your business unit's records can be read, so the import may be incomplete.", "Give the reading right for this table organisation-wide, unless that is what you want.", core.DynamicsAdmin)),
			check("tracking-account", "Change tracking of account", core.CheckPassed, "", nil),
			check("tracking-contact", "Change tracking of contact", core.CheckUntried, "", nil),
		},
		Hidden: []report.Hidden{{Table: core.TableName{Logical: s("contact"), Display: s("Contact")}, Fields: []core.Field{{Name: s("annualincome"), Display: s("Annual Income")}, {Name: s("creditlimit"), Display: s("Credit Limit")}}}},
		Halo:   true, HaloWeb: s("https://contoso.haloitsm.com"),
	}
}

func known() report.Connection {
	c := amber("")
	c.Rights = []report.Right{
		{Table: core.TableName{Logical: "account", Display: "Account"}, Read: core.DepthGlobal, Known: true, State: core.CheckPassed, Track: core.CheckPassed},
		{Table: core.TableName{Logical: "contact", Display: "Contact"}, Read: core.DepthUnit, Known: true, State: core.CheckWarned, Track: core.CheckWarned},
	}
	return c
}

func failed() report.Connection {
	c := amber("")
	c.Checks = c.Checks[:4]
	c.Checks[3] = core.Check{ID: "signin", Title: "Sign-in", State: core.CheckFailed, Fault: &core.Fault{
		Kind: core.SignIn, Code: "signin.secret-wrong", Owner: core.You, Cause: "The client secret is wrong.",
		Remedy: "In the app registration, open Certificates & secrets, make a new secret and copy its Value.", Link: "https://login.microsoftonline.com/error?code=7000215", Details: "AADSTS7000215",
	}}
	c.Checks = append(c.Checks, core.Check{ID: "whoami", Title: "Who we are", State: core.CheckUntried})
	c.Hidden, c.Who, c.Certificate, c.Via = nil, "", report.Thumbnail{}, ""
	c.HaloWeb, c.Kind = "", "test"
	return c
}

func page(t *testing.T, c report.Connection) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.HTML(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReportsAreAsTheyWereRead(t *testing.T) {
	for name, c := range map[string]report.Connection{"available": known(), "unavailable": failed()} {
		golden(t, name+".html", page(t, c))
	}
}

func TestTheReportSaysWhatWasFound(t *testing.T) {
	for name, c := range map[string]struct {
		c    report.Connection
		want []string
		not  []string
	}{
		"works with remarks": {known(), []string{"Connection available", "Look at what is listed", "Only your business unit", "the Dynamics administrator", "all records", "one's business unit only",
			"Annual Income (annualincome)", "2026-12-08 (in 17 days)", "The client secret ends in 17 days", "https://contoso.haloitsm.com/azure/auth", "accepts tenant, application ID and client secret",
			"a live environment", "proxy.contoso.com", "0x80040220", "TLS 1.3"}, []string{"k-1", "v-1", "Connection unavailable"}},
		"rights from the steps": {amber(""), []string{"Contacts", "your business unit's records"}, []string{"How much of it"}},
		"fails": {failed(), []string{"Connection unavailable", "The client secret is wrong.", "not tried", "you, who use Ferry", "AADSTS7000215", "followed by /azure/auth"},
			[]string{"accepts tenant, application ID", "Rights per table"}},
		"nothing tested":            {report.Connection{Org: "https://x.example"}, []string{"Connection not tested", "https://x.example"}, []string{"Halo's own", "Mend this"}},
		"all is well":               {report.Connection{Checks: []core.Check{{ID: "address", Title: "Address", State: core.CheckPassed}}}, []string{"Everything that was tested works"}, []string{"Mend this"}},
		"end of the secret unknown": {report.Connection{HasSecret: true, Checks: []core.Check{{ID: "address", State: core.CheckPassed}}}, []string{"Nobody has said when the client secret ends"}, nil},
		"a person, no secret":       {report.Connection{Halo: true, Checks: []core.Check{{ID: "signin", State: core.CheckPassed}}}, []string{"No client secret was used", "this connection has none"}, nil},
	} {
		h := visible(t, page(t, c.c))
		for _, want := range c.want {
			if !strings.Contains(h, want) {
				t.Errorf("%s: the page does not say %q", name, want)
			}
		}
		for _, not := range c.not {
			if strings.Contains(h, not) {
				t.Errorf("%s: it says %q", name, not)
			}
		}
	}
}

// shape is the tree of a page without its texts: elements, and the names of their attributes.
func shape(t *testing.T, page string) []string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	var walk func(n *html.Node, depth int)
	walk = func(n *html.Node, depth int) {
		if n.Type == html.ElementNode {
			line := fmt.Sprint(depth, " ", n.Data)
			for _, a := range n.Attr {
				line += " " + a.Key
				if a.Key != "class" && a.Key != "href" {
					line += "=" + a.Val
				}
			}
			out = append(out, line)
		}
		if n.Type == html.CommentNode {
			out = append(out, fmt.Sprint(depth, " a comment"))
		}
		for k := n.FirstChild; k != nil; k = k.NextSibling {
			walk(k, depth+1)
		}
	}
	walk(root, 0)
	return out
}

func visible(t *testing.T, page string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode && n.Parent.Data != "style" {
			b.WriteString(n.Data)
		}
		for k := n.FirstChild; k != nil; k = k.NextSibling {
			walk(k)
		}
	}
	walk(root)
	return b.String()
}

func TestHostileTextsAreShownAndRunNothing(t *testing.T) {
	harmless := shape(t, page(t, amber("harmless words")))
	for _, hostile := range []string{
		`"><img src=x onerror=alert(1)>`, `</style><script>alert(1)</script>`, `</title><svg onload=alert(1)>`, "\u202eexe.gpj", `<!--`, `]]>`, `{{.Ferry}}`, `&lt;b&gt;`,
		`' onmouseover='alert(1)`, "javascript:alert(1)", "\x00\x1b[2Jx", "a\nb\r\nc", "\u2066\u2067\u2069\u200f", `</bdi></main></body></html>`, "\xff\xfe", `<meta http-equiv=refresh content=0>`,
	} {
		h := page(t, amber(hostile))
		if got := shape(t, h); !reflect.DeepEqual(got, harmless) {
			t.Errorf("%q changes the page:\n%s", hostile, strings.Join(got, "\n"))
		}
		seen := visible(t, h)
		for _, bad := range []string{"\u202e", "\u2066", "\u2067", "\u2069", "\u200f", "\x00", "\x1b"} {
			if strings.Contains(h, bad) {
				t.Errorf("%q: a sign that steers gets through", hostile)
			}
		}
		if strings.HasPrefix(hostile, `"><img`) && !strings.Contains(seen, hostile) {
			t.Errorf("%q is not shown as it is", hostile)
		}
		if strings.HasPrefix(hostile, "\u202e") && !strings.Contains(seen, "[U+202E]exe.gpj") {
			t.Errorf("%q is not shown by its number", hostile)
		}
	}
}

func TestOnlySafeAddressesBecomeLinks(t *testing.T) {
	for address, linked := range map[string]bool{
		"https://learn.microsoft.com/x?a=b": true, "http://learn.microsoft.com": false, "javascript:alert(1)": false, "data:text/html,x": false,
		"https://user:pass@x.example": false, "//x.example": false, "https://x.example/\u202e": false, "": false,
	} {
		h := page(t, report.Connection{Checks: []core.Check{{Title: "x", State: core.CheckFailed, Fault: &core.Fault{Cause: "c", Link: address}}}})
		if got := strings.Contains(h, "<a "); got != linked {
			t.Errorf("%q becomes a link: %v", address, got)
		}
	}
}

func TestThePolicyAllowsTheStyleAndNothingElse(t *testing.T) {
	h := page(t, known())
	_, style, _ := strings.Cut(h, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	hash := sha256.Sum256([]byte(style))
	want := `content="default-src 'none'; style-src 'sha256-` + base64.StdEncoding.EncodeToString(hash[:]) + `'; base-uri 'none'; form-action 'none'"`
	if !strings.Contains(h, want) {
		t.Error("the policy does not name the style that is in the page")
	}
	for _, remote := range []string{"url(", "@import", "src=", "<script", "<link", "<iframe", "style=", " on"} {
		if i := strings.Index(h, remote); i >= 0 && (remote != " on" || strings.Contains(h, " onload") || strings.Contains(h, " onclick")) {
			t.Errorf("the page has %q: …%s…", remote, h[max(0, i-30):i+40])
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestAFileThatCannotBeWrittenIsTold(t *testing.T) {
	if report.HTML(broken{}, known()) == nil {
		t.Error("nothing was said")
	}
}

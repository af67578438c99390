package project

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/core"
)

func sent(t *testing.T, text string) (*Project, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sent.ferry")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Read(path)
}

func TestNamesThatLookLikeOthersAreRefusedOrTold(t *testing.T) {
	connection := func(name, org, more string) string {
		return `{"name":"` + name + `","org":"` + org + `","auth":"browser"` + more + `}`
	}
	of := func(connections string) string { return head + `,"connections":[` + connections + `]}` }
	column := func(c string) string {
		return head + `,"mappings":[` + strings.Replace(account(""), `"columns":[]`, c, 1) + `]}`
	}
	for text, want := range map[string]string{
		// hosts
		of(connection("a", "https://c\u043entoso.crm.dynamics.com", "")):                               "project.foreign-letters",
		of(connection("a", "https://contoso.crm.dynamics.com\u2044x.evil.example", "")):                "project.foreign-letters",
		of(connection("a", "https://con\u200btoso.crm.dynamics.com", "")):                              "project.foreign-letters",
		of(connection("a", "https://contoso.crm.dynamics\uff0ecom", "")):                               "project.foreign-letters",
		of(connection("a", "https://c%D0%BEntoso.crm.dynamics.com", "")):                               "project.foreign-letters",
		of(connection("a", "https://contoso.crm.dynamics.com", `,"redirect":"http://l\u043ecalhost"`)): "project.foreign-letters",
		of(connection("a", "https://xn--cntoso-wqf.crm.dynamics.com", "")):                             "project.look-alike-host",
		of(connection("a", "https://xn--mller-kva.example", "")):                                       "project.look-alike-host",
		of(connection("a", "https://contoso.crm.dynamics.com", "")):                                    "",
		of(connection("a", "https://crm.example.com:5555/Contoso", "")):                                "",
		// what people call things
		strings.Replace(head, `"name":"x"`, `"name":"Con\u202etoso"`, 1) + `}`:                              "project.hidden-signs",
		of(connection("Con\u200btoso", "https://contoso.crm.dynamics.com", "")):                             "project.hidden-signs",
		of(connection("A", "https://a.example", "") + "," + connection("A\u2060", "https://b.example", "")): "project.same-connection",
		of(connection("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "https://a.example", "")):         "",
		head + `,"mappings":[` + account(`,"title":"Acc\u2066ounts"`) + `]}`:                                "project.hidden-signs",
		// what machines call things
		column(`"columns":[{"column":"na\u200bme","type":"text","field":"name"}]`):                             "project.hidden-name",
		column(`"columns":[{"column":"name","type":"text","field":"na\u202dme"}]`):                             "project.hidden-name",
		column(`"columns":[{"column":"name","type":"text","field":"","from":"several","fields":["a\u00ad"]}]`): "project.hidden-name",
		column(`"columns":[],"match":{"columns":["na\u2069me"]}`):                                              "project.hidden-name",
		strings.Replace(column(`"columns":[]`), `"table":"account"`, `"table":"acc\ufeffount"`, 1):             "project.hidden-name",
		strings.Replace(column(`"columns":[]`), `"source":"account"`, `"source":"acc\u200fount"`, 1):           "project.hidden-name",
		strings.Replace(column(`"columns":[]`), `"key":"accountid"`, `"key":"accountid\u0007"`, 1):             "project.hidden-name",
		column(`"columns":[],"children":[{"id":"c","source":"c\u200b","table":"t","key":"k","columns":[]}]`):   "project.hidden-name",
	} {
		p, err := sent(t, text)
		said := []*core.Fault{}
		if err != nil {
			said = append(said, core.AsFault(err))
		} else {
			said = p.Received()
		}
		codes := ""
		for _, f := range said {
			codes += f.Code + " "
			if f.Cause == "" || f.Remedy == "" || core.Marked(f.Cause+f.Remedy+f.Subject.Field) != f.Cause+f.Remedy+f.Subject.Field {
				t.Errorf("%s: %+v", text, f)
			}
		}
		if !strings.Contains(codes, want) || want == "" && codes != "" {
			t.Errorf("%s: %q, want %q", text, codes, want)
		}
		if err != nil {
			continue
		}
		if again := p.Received(); want != "project.look-alike-host" && len(again) > 0 {
			t.Errorf("%s: it is not tidy: %v", text, again[0])
		}
	}
}

func TestATidiedConnectionStaysTheOneInUse(t *testing.T) {
	p, err := sent(t, head+`,"connection":"B\u200b","connections":[{"name":"A","org":"https://a.example","auth":"browser"},{"name":"B\u200b","org":"https://b.example","auth":"browser"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	if p.Received(); p.Current() == nil || p.Current().Org != "https://b.example" || p.Current().Name != "B" {
		t.Errorf("%+v", p.Current())
	}
}

package setup_test

import (
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/setup"
)

func asked() map[string]struct {
	kind setup.AskKind
	v    setup.Values
} {
	base := setup.Values{
		Name: "Contoso Sales", Org: "https://contoso.crm4.dynamics.com", Tenant: tenantID, ClientID: clientID, Way: setup.WayBrowser,
		Account: "ada@contoso.com", At: at, Version: "1.2.0", Tables: []string{"account", "contact"},
		ConsentLink: "https://login.microsoftonline.com/" + tenantID + "/v2.0/adminconsent?client_id=" + clientID,
	}
	fault := base
	fault.Way = setup.WaySecret
	fault.Fault = &core.Fault{
		Kind: core.SignIn, Code: "signin.secret-expired", Op: "signing in", Owner: core.EntraAdmin,
		Cause: "The client secret has expired.", Remedy: "In the app registration, open Certificates & secrets, make a new secret and copy its Value.",
		Link: "https://login.microsoftonline.com/error?code=7000222", Details: "AADSTS7000222, correlation 0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9, 2026-11-21 09:12:44Z",
	}
	approval := base
	approval.Fault = &core.Fault{Kind: core.Permission, Code: "signin.admin-consent", Owner: core.EntraAdmin, Cause: "An administrator must grant.", Remedy: "Ask.", Details: "AADSTS90094"}
	registration := base
	registration.ClientID, registration.Way = "", setup.WaySecret
	user := base
	user.Way = setup.WaySecret
	return map[string]struct {
		kind setup.AskKind
		v    setup.Values
	}{
		"fault": {setup.AskFault, fault}, "registration": {setup.AskRegistration, registration},
		"approval": {setup.AskApproval, approval}, "application-user": {setup.AskApplicationUser, user},
	}
}

func TestMailsAreAsTheyWereRead(t *testing.T) {
	for name, a := range asked() {
		subject, body := setup.Ask(a.kind, a.v)
		golden(t, "ask-"+name+".txt", subject+"\n\n"+body)
	}
}

func TestTheMailSaysWhatAnAdministratorNeeds(t *testing.T) {
	wants := map[string][]string{
		"fault":            {clientID, tenantID, "AADSTS7000222", "0b1c2d3e-4f50", "2026-11-21 09:12:44", "Certificates & secrets", "/Credentials/appId/" + clientID, "signin.secret-expired"},
		"registration":     {"New registration", "user_impersonation", "ferry_setup()", "Directory (tenant) ID:", "Application users", "single tenant"},
		"approval":         {"adminconsent?client_id", "cannot reach localhost. That is expected", "Consent on behalf", "few rights", "AADSTS90094", "account, contact"},
		"application-user": {"pac admin assign-user", "New app user", clientID, "Service Reader"},
	}
	for name, a := range asked() {
		subject, body := setup.Ask(a.kind, a.v)
		if subject == "" || strings.Contains(subject, "\n") || len(subject) > 120 {
			t.Errorf("%s: the subject is %q", name, subject)
		}
		for _, want := range wants[name] {
			if !strings.Contains(strings.ToLower(body), strings.ToLower(want)) {
				t.Errorf("%s does not say %q", name, want)
			}
		}
	}
}

func TestTheTableOfTheMailIsReadBackWhenItIsFilledIn(t *testing.T) {
	a := asked()["registration"]
	a.v.Tenant = ""
	_, body := setup.Ask(a.kind, a.v)
	body, _, _ = strings.Cut(body, "----- The script")
	body = strings.Replace(body, "Directory (tenant) ID:", "Directory (tenant) ID: "+tenantID, 1)
	body = strings.Replace(body, "Application (client) ID:", "Application (client) ID: "+clientID, 1)
	body = strings.Replace(body, "Client secret (Value):", "Client secret (Value): "+secret, 1)
	body = strings.Replace(body, "Client secret expires:", "Client secret expires: 2027-05-21", 1)
	want := "org=https://contoso.crm4.dynamics.com tenant=" + tenantID + " client=" + clientID + " secret=" + secret + " expires=2027-05-21"
	for _, text := range []string{body, "> " + strings.ReplaceAll(body, "\n", "\n> ")} {
		if got := shown(setup.Find(text, org)); got != want {
			t.Errorf("read back is %s", got)
		}
	}
	whole := func() string { _, body := setup.Ask(a.kind, a.v); return body }()
	if f := setup.Find(whole, org); f.ClientID != "" || !f.Secret.Empty() {
		t.Errorf("a mail that nobody filled in gives %s", shown(f))
	}
}

func TestAMailToldByAHostileServerStaysOnItsLines(t *testing.T) {
	v := setup.Values{Org: "https://x.example/\nBcc: all", Tenant: "a\nb", Name: "x\r\nBcc: y", Fault: &core.Fault{
		Code: "a.b", Cause: "line\none\u202e", Remedy: "do\r\nthis", Details: "d\n\nSUBJECT", Owner: core.EntraAdmin}}
	for _, kind := range []setup.AskKind{setup.AskFault, setup.AskRegistration, setup.AskApproval, setup.AskApplicationUser, "other"} {
		subject, body := setup.Ask(kind, v)
		if strings.ContainsAny(subject, "\r\n") || strings.Contains(body, "\nBcc") || strings.Contains(body, "\nSUBJECT") || strings.ContainsAny(body, "\r\u202e") {
			t.Errorf("%s: %q\n%s", kind, subject, body)
		}
	}
}

func TestLinksLeadToThePageOfThisApp(t *testing.T) {
	for _, c := range []struct {
		org, cloud, entra, power string
	}{
		{"https://contoso.crm4.dynamics.com", "public", "https://entra.microsoft.com/", "https://admin.powerplatform.microsoft.com/"},
		{"https://contoso.crm9.dynamics.com/x", "gcc", "https://entra.microsoft.com/", "https://gcc.admin.powerplatform.microsoft.us/"},
		{"contoso.crm.microsoftdynamics.us", "gcc-high", "https://entra.microsoft.us/", "https://high.admin.powerplatform.microsoft.us/"},
		{"https://contoso.crm.appsplatform.us", "dod", "https://entra.microsoft.us/", "https://admin.appsplatform.us/"},
		{"https://contoso.crm.dynamics.cn", "china", "https://portal.azure.cn/", "https://admin.powerplatform.partner.microsoftonline.cn/"},
		{"https://crm.example.com", "public", "https://entra.microsoft.com/", "https://admin.powerplatform.microsoft.com/"},
	} {
		cloud := setup.CloudOf(c.org)
		if string(cloud) != c.cloud {
			t.Errorf("%s is of the cloud %s", c.org, cloud)
		}
		secrets, ok := setup.LinkTo(setup.PageSecrets, cloud, tenantID, clientID, c.org)
		if !ok || !strings.HasPrefix(secrets.URL, c.entra+tenantID+"/#view/") || !strings.Contains(secrets.URL, "/~/Credentials/appId/"+clientID+"/") || secrets.Title != "Certificates & secrets" {
			t.Errorf("%s: secrets are at %+v", c.org, secrets)
		}
		users, ok := setup.LinkTo(setup.PageApplicationUsers, cloud, "", "", objectID)
		if !ok || users.URL != c.power+"environments/environment/"+objectID+"/hub" || !strings.Contains(users.Clicks, "Users + permissions > Application users") {
			t.Errorf("%s: application users are at %+v", c.org, users)
		}
	}
	if _, ok := setup.LinkTo(setup.PageSecrets, setup.Public, tenantID, "", ""); ok {
		t.Error("there is a page of an app that is not known")
	}
	for _, l := range setup.Links(setup.Public, "x/../y#<script>", "javascript:alert(1)", "https://a/b\n") {
		if strings.ContainsAny(l.URL+l.Clicks, "<\n") || strings.Contains(l.URL+l.Clicks, "script") || !strings.HasPrefix(l.URL, "https://") || l.Title == "" || l.Clicks == "" {
			t.Errorf("a foreign text got into %+v", l)
		}
	}
}

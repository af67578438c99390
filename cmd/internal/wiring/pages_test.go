package wiring_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"ferry/cmd/internal/wiring"
	"ferry/core/setup"
	"ferry/core/signin"
)

// TestEveryPageThatFerryNamesIsOpened looks at the links of all Faults, as their files for proof-reading hold them.
func TestEveryPageThatFerryNamesIsOpened(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "core", "*", "testdata", "faults.golden"))
	if err != nil || len(files) < 8 {
		t.Fatalf("only %v hold Faults: %v", files, err)
	}
	files = append(files, filepath.Join("testdata", "situations.golden"))
	link := regexp.MustCompile(`(?m)^ *(https?://\S+)$`)
	seen := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			seen[m[1]] = true
			if err := wiring.MayOpen(m[1]); err != nil {
				t.Errorf("%s: %s is not opened", file, m[1])
			}
		}
	}
	if len(seen) < 10 {
		t.Errorf("only %d links were seen", len(seen))
	}
	for _, cloud := range []setup.Cloud{setup.Public, setup.GCC, setup.GCCHigh, setup.DoD, setup.China} {
		links := setup.Links(cloud, tenantGUID, otherGUID, tenantGUID)
		if len(links) < 14 {
			t.Errorf("%s has only %d links", cloud, len(links))
		}
		for _, l := range links {
			if err := wiring.MayOpen(l.URL); err != nil {
				t.Errorf("%s: %s is not opened", cloud, l.URL)
			}
		}
	}
}

func TestSignInPagesOfEveryCloudAreOpened(t *testing.T) {
	for _, host := range []string{"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn", "login.chinacloudapi.cn"} {
		link := signin.ConsentLink("https://"+host, tenantGUID, otherGUID, "https://contoso.crm.dynamics.com", "http://localhost", "ferry")
		if link == "" || wiring.MayOpen(link) != nil {
			t.Errorf("%s is not opened: %s", host, link)
		}
	}
	for _, page := range []string{"https://microsoft.com/devicelogin", "https://www.microsoft.com/link", "https://login.microsoft.com/device", "https://aka.ms/devicelogin"} {
		if err := wiring.MayOpen(page); err != nil {
			t.Errorf("%s is not opened", page)
		}
	}
}

func TestForeignPagesAreNotOpened(t *testing.T) {
	foreign := []string{
		"", "about:blank", "javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//login.microsoftonline.com/",
		"http://login.microsoftonline.com/", "http://learn.microsoft.com/", "ftp://learn.microsoft.com/", "HTTPS://evil.example/",
		"https://login.microsoftonline.com.evil.example/", "https://evil.example/login.microsoftonline.com", "https://evil.example/?https://learn.microsoft.com",
		"https://evil.example#https://learn.microsoft.com", "https://login.microsoftonline.com@evil.example/", "https://ada:secret@login.microsoftonline.com/",
		`https://evil.example\@learn.microsoft.com/`, "https://learn.microsoft.com:8443/", "https://learn.microsoft.com.", "https://notmicrosoft.com/",
		"https://contoso.crm.dynamics.com/", "https://adfs.contoso.example/adfs/ls", "https:///learn.microsoft.com", "https://learn.microsoft.com%2eevil.example/",
		"ms-settings:network-proxy", "https://localhost/", "http://localhost:33333/",
	}
	for _, page := range foreign {
		if wiring.MayOpen(page) == nil {
			t.Errorf("%q is opened", page)
		}
	}
	own := []string{"https://contoso.crm.dynamics.com", "https://adfs.contoso.example/adfs", ""}
	for page, may := range map[string]bool{
		"https://contoso.crm.dynamics.com/main.aspx?etn=account": true, "https://adfs.contoso.example/adfs/oauth2/authorize?client_id=x": true,
		"https://CONTOSO.crm.dynamics.com/": true, "https://contoso.crm.dynamics.com:8443/": false, "http://contoso.crm.dynamics.com/": false,
		"https://contoso.crm.dynamics.com.evil.example/": false, "https://fabrikam.crm.dynamics.com/": false, "https://evil.example/": false,
	} {
		if (wiring.MayOpen(page, own...) == nil) != may {
			t.Errorf("%s is opened: %v", page, !may)
		}
	}
	if slices.ContainsFunc(foreign, func(page string) bool { return wiring.MayOpen(page, "", "nothing", "://") == nil }) {
		t.Error("a connection without an address opens pages")
	}
}

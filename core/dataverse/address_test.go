package dataverse

import (
	"strings"
	"testing"

	"ferry/core"
)

func TestAnythingThatWasPastedNamesTheEnvironment(t *testing.T) {
	const contoso = "https://contoso.crm4.dynamics.com"
	for text, want := range map[string]Address{
		contoso:                          {Org: contoso, Name: "contoso", Region: "Europe", Cloud: "public cloud", Online: true},
		"  contoso.crm4.dynamics.com \n": {Org: contoso, Name: "contoso", Region: "Europe", Cloud: "public cloud", Online: true},
		"CONTOSO.CRM4.DYNAMICS.COM/":     {Org: contoso, Name: "contoso", Region: "Europe", Cloud: "public cloud", Online: true},
		contoso + "/main.aspx?appid=1b&pagetype=entityrecord&etn=account&id=%7bA%7d#x": {Org: contoso, Name: "contoso", Region: "Europe", Cloud: "public cloud", Online: true},
		"https://contoso.api.crm4.dynamics.com/api/data/v9.2/accounts?$select=name":    {Org: contoso, Name: "contoso", Region: "Europe", Cloud: "public cloud", Online: true},
		"Organisation URL: " + contoso + "/, tenant below":                             {Org: contoso, Name: "contoso", Region: "Europe", Cloud: "public cloud", Online: true},
		"<" + contoso + ">":                         {Org: contoso, Name: "contoso", Region: "Europe", Cloud: "public cloud", Online: true},
		"our address is contoso.crm4.dynamics.com.": {Org: contoso, Name: "contoso", Region: "Europe", Cloud: "public cloud", Online: true},
		contoso + ":443":                            {Org: contoso, Name: "contoso", Region: "Europe", Cloud: "public cloud", Online: true},
		"https://org1a2b3c4d.crm.dynamics.com":      {Org: "https://org1a2b3c4d.crm.dynamics.com", Name: "org1a2b3c4d", Region: "North America", Cloud: "public cloud", Online: true},
		"https://a.crm99.dynamics.com":              {Org: "https://a.crm99.dynamics.com", Name: "a", Cloud: "public cloud", Online: true},
		"https://a.crm11.dynamics.com":              {Org: "https://a.crm11.dynamics.com", Name: "a", Region: "United Kingdom", Cloud: "public cloud", Online: true},
		"https://a.crm9.dynamics.com":               {Org: "https://a.crm9.dynamics.com", Name: "a", Region: "United States", Cloud: "US government (GCC)", Online: true},
		"https://a.crm.microsoftdynamics.us":        {Org: "https://a.crm.microsoftdynamics.us", Name: "a", Region: "United States", Cloud: "US government (GCC High)", Online: true},
		"https://a.crm.appsplatform.us":             {Org: "https://a.crm.appsplatform.us", Name: "a", Region: "United States", Cloud: "US government (DoD)", Online: true},
		"https://a.crm.dynamics.cn":                 {Org: "https://a.crm.dynamics.cn", Name: "a", Region: "China", Cloud: "China (21Vianet)", Online: true},
		"see https://make.powerapps.com/environments/1 and " + contoso + "/main.aspx":                                           {Org: contoso, Name: "contoso", Region: "Europe", Cloud: "public cloud", Online: true},
		"https://login.microsoftonline.com/common/oauth2/authorize?resource=https%3a%2f%2fcontoso.crm4.dynamics.com%2f&state=x": {Org: contoso, Name: "contoso", Region: "Europe", Cloud: "public cloud", Online: true},
		contoso + ".mcas.ms/main.aspx?appid=1":      {Org: contoso, Name: "contoso", Region: "Europe", Cloud: "public cloud", Online: true},
		"localhost:8443":                            {Org: "https://localhost:8443", Name: "localhost"},
		"https://127.0.0.1:40111/api/data/v9.2/":    {Org: "https://127.0.0.1:40111", Name: "127.0.0.1"},
		"https://[::1]:8443":                        {Org: "https://[::1]:8443", Name: "::1"},
		"https://crm.example.com/Contoso/main.aspx": {Org: "https://crm.example.com/Contoso", Name: "Contoso"},
		"https://crm.example.com:444/Contoso":       {Org: "https://crm.example.com:444/Contoso", Name: "Contoso"},
		"https://contoso.example.com/main.aspx?x=1": {Org: "https://contoso.example.com", Name: "contoso"},
		"https://crmserver/Contoso/api/data/v8.2/":  {Org: "https://crmserver/Contoso", Name: "Contoso"},
	} {
		got, err := ParseAddress(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		want.Host, want.Warning, want.Authority, want.Discovery = got.Host, got.Warning, got.Authority, got.Discovery
		if got != want {
			t.Errorf("%q: got %+v, want %+v", text, got, want)
		}
		if !strings.HasPrefix(got.Org, "https://"+got.Host) {
			t.Errorf("%q: the host is %q", text, got.Host)
		}
		again, err := ParseAddress(got.Org)
		if err != nil || again.Org != got.Org {
			t.Errorf("%q: its own address gives %+v %v", text, again, err)
		}
	}
	if a, err := ParseAddress("http://contoso.crm4.dynamics.com"); err != nil || a.Org != contoso || a.Warning == "" {
		t.Errorf("http online: %+v %v", a, err)
	}
	if a, err := ParseAddress("https://contoso.crm.microsoftdynamics.de"); err != nil || a.Warning == "" {
		t.Errorf("the old German cloud: %+v %v", a, err)
	}
}

func TestACloudSaysWhereToSignInAndWhereEnvironmentsAreListed(t *testing.T) {
	for org, want := range map[string][2]string{
		"https://a.crm4.dynamics.com":        {"https://login.microsoftonline.com", "https://globaldisco.crm.dynamics.com"},
		"https://a.crm9.dynamics.com":        {"https://login.microsoftonline.com", "https://globaldisco.crm9.dynamics.com"},
		"https://a.crm.microsoftdynamics.us": {"https://login.microsoftonline.us", "https://globaldisco.crm.microsoftdynamics.us"},
		"https://a.crm.appsplatform.us":      {"https://login.microsoftonline.us", "https://globaldisco.crm.appsplatform.us"},
		"https://a.crm.dynamics.cn":          {"https://login.partner.microsoftonline.cn", "https://globaldisco.crm.dynamics.cn"},
		"https://crm.example.com/Contoso":    {"", ""},
	} {
		if a, err := ParseAddress(org); err != nil || a.Authority != want[0] || a.Discovery != want[1] {
			t.Errorf("%s: %+v %v", org, a, err)
		}
	}
}

func TestAPageOfPowerAppsLeadsToItsEnvironment(t *testing.T) {
	const env = "0b6f0f0a-1111-4222-8333-444455556666"
	for text, link := range map[string]string{
		"https://make.powerapps.com/environments/" + env + "/home":                        linkAdminCenter + "/" + env + "/hub",
		"https://make.powerapps.com/environments/Default-" + env + "/solutions?code=hush": linkAdminCenter + "/default-" + env + "/hub",
		"https://make.powerapps.com/e/" + env:                                             linkAdminCenter + "/" + env + "/hub",
		"https://make.powerapps.com/environments/../../x?a=" + env:                        linkAdminCenter,
		"https://make.gov.powerapps.us/environments/" + env + "/home":                     "https://gcc.admin.powerplatform.microsoft.us/manage/environments/" + env + "/hub",
		"https://make.high.powerapps.us/home":                                             "https://high.admin.powerplatform.microsoft.us/manage/environments",
		"https://make.apps.appsplatform.us/home":                                          "https://admin.appsplatform.us/manage/environments",
		"https://admin.powerplatform.microsoft.com/manage/environments/" + env + "/hub":   linkAdminCenter + "/" + env + "/hub",
	} {
		_, err := ParseAddress(text)
		f := core.AsFault(err)
		if err == nil || f.Code != "dataverse.other-page" || f.Link != link || strings.Contains(f.Error()+f.Remedy, "hush") {
			t.Errorf("%s: %+v", text, f)
		}
	}
}

func TestOtherAddressesAreRefusedWithWhatToPaste(t *testing.T) {
	for text, code := range map[string]string{
		"":    "dataverse.address-missing",
		" \n": "dataverse.address-missing",
		"https://make.powerapps.com/environments/Default-1/home":              "dataverse.other-page",
		"https://admin.powerplatform.microsoft.com/manage/environments/1/hub": "dataverse.other-page",
		"https://contoso.operations.dynamics.com/?cmp=usmf":                   "dataverse.other-product",
		"https://contoso.sandbox.operations.eu.dynamics.com":                  "dataverse.other-product",
		"https://businesscentral.dynamics.com/1/production":                   "dataverse.other-product",
		"https://contoso.powerappsportals.com":                                "dataverse.other-page",
		"https://entra.microsoft.com/#home":                                   "dataverse.other-page",
		"https://login.microsoftonline.com/common":                            "dataverse.other-page",
		"https://globaldisco.crm.dynamics.com":                                "dataverse.other-page",
		"https://contoso.haloitsm.com":                                        "dataverse.other-page",
		"http://crm.example.com/Contoso":                                      "dataverse.not-secure",
		"http://localhost:8080":                                               "dataverse.not-secure",
		"http://crmserver/Contoso":                                            "dataverse.not-secure",
		"https://ada:secret@contoso.crm.dynamics.com":                         "dataverse.address-password",
		"contoso":                               "dataverse.address-incomplete",
		"ftp://contoso.example.com":             "dataverse.address-unusable",
		"https://":                              "dataverse.address-unusable",
		"please read my mail":                   "dataverse.address-unusable",
		"https://con toso/":                     "dataverse.address-incomplete",
		"https://exa_mple..com":                 "dataverse.address-unusable",
		"javascript:alert(1)":                   "dataverse.address-unusable",
		"https://contoso.crm.dynamics.com:8443": "dataverse.address-unusable",
	} {
		got, err := ParseAddress(text)
		f := core.AsFault(err)
		if err == nil || f.Code != code || f.Remedy == "" {
			t.Errorf("%q: got %+v %v (%s)", text, got, err, f.Code)
		}
		if err != nil && strings.Contains(err.Error()+f.Remedy, "secret@") {
			t.Errorf("%q: the error shows the password", text)
		}
		if _, err := New(Config{Org: text}); core.AsFault(err).Code != code {
			t.Errorf("New(%q): %v", text, err)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"https://a.crm4.dynamics.com", "localhost:1", "https://crm.example.com/Org/main.aspx?x=%zz", "a b", "[::1]:2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAddress(text)
		if err != nil {
			if core.AsFault(err).Kind == core.Bug {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		again, err := ParseAddress(a.Org)
		if err != nil || again.Org != a.Org || !strings.HasPrefix(a.Org, "https://") {
			t.Fatalf("%q gives %q, which gives %q: %v", text, a.Org, again.Org, err)
		}
	})
}

func TestSettingsOfTheSourceAreChecked(t *testing.T) {
	for _, c := range []Config{{Version: "9"}, {Version: "v9.2/../x"}, {PageSize: -1}, {PageSize: 5001}} {
		c.Org = "https://contoso.crm.dynamics.com"
		if _, err := New(c); core.AsFault(err).Code != "dataverse.setting" {
			t.Errorf("%+v: %v", c, err)
		}
	}
	s, err := New(Config{Org: "https://crm.example.com/Contoso/main.aspx", Version: "8.2"})
	if err != nil || s.root != "https://crm.example.com/Contoso/api/data/v8.2/" {
		t.Errorf("got %v", err)
	}
}

func TestAnAddressThatOnlyLooksLikeAnotherIsRefusedOrTold(t *testing.T) {
	for _, text := range []string{
		"https://c\u043entoso.crm.dynamics.com", "c\u043entoso.crm.dynamics.com", "the address is c\u043entoso.crm.dynamics.com/main.aspx, look",
		"https://contoso.crm.dynamics.com\u2215.evil.example", "https://contoso.crm.dynamics\uff0ecom", "https://contoso\u202e.crm.dynamics.com",
	} {
		_, err := ParseAddress(text)
		if f := core.AsFault(err); err == nil || f.Code != "dataverse.address-disguised" {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := ParseAddress("https://c\u043entoso.crm.dynamics.com"); err == nil || !strings.Contains(core.AsFault(err).Cause, "xn--cntoso-wqf.crm.dynamics.com") {
		t.Errorf("its true form is not told: %v", core.AsFault(err).Cause)
	}
	a, err := ParseAddress("https://xn--cntoso-wqf.crm.dynamics.example/")
	if err != nil || !strings.Contains(a.Warning, "c\u043entoso.crm.dynamics.example") || a.Host != "xn--cntoso-wqf.crm.dynamics.example" {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err := ParseAddress("Die Adresse für München: contoso.crm4.dynamics.com"); err != nil || a.Warning != "" || a.Name != "contoso" {
		t.Errorf("%+v, %v", a, err)
	}
}

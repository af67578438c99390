package signin

import (
	"strings"
	"testing"
)

const someTenant = "6f1a2b3c-0000-4000-8000-00000000beef"

func TestEveryShapeOfChallengeIsRead(t *testing.T) {
	for header, want := range map[string]Challenge{
		"Bearer authorization_uri=https://login.microsoftonline.com/" + someTenant + "/oauth2/authorize, resource_id=https://org.crm11.dynamics.com/": {
			Authority: "https://login.microsoftonline.com", Tenant: someTenant, Resource: "https://org.crm11.dynamics.com/"},
		"Bearer authorization_uri=https://login.windows.net/" + someTenant + "/oauth2/authorize": {
			Authority: "https://login.windows.net", Tenant: someTenant},
		`Bearer authorization_uri="https://login.microsoftonline.us/` + someTenant + `/oauth2/authorize", resource_id="https://org.crm.microsoftdynamics.us/", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="`: {
			Authority: "https://login.microsoftonline.us", Tenant: someTenant, Resource: "https://org.crm.microsoftdynamics.us/"},
		"Bearer authorization_uri=https://adfs.example.com/adfs/oauth2/authorize, resource_id=https://org.crm.example.com/": {
			Authority: "https://adfs.example.com/adfs", Resource: "https://org.crm.example.com/"},
		"Negotiate, NTLM, Bearer authorization_uri=https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/authorize": {
			Authority: "https://login.microsoftonline.com", Tenant: "contoso.onmicrosoft.com"},
		`Basic realm="a, Bearer b=c", bearer Authorization="https://LOGIN.microsoftonline.com:443/common/oauth2/authorize"`: {
			Authority: "https://login.microsoftonline.com"},
		"Negotiate YII=, Bearer realm=\"\", authorization_uri=https://login.example:9443/" + someTenant: {
			Authority: "https://login.example:9443", Tenant: someTenant},
		"Bearer  authorization_uri = https://login.microsoftonline.com/" + someTenant + "/oauth2/authorize resource_id=https://org.crm.dynamics.com/": {
			Authority: "https://login.microsoftonline.com", Tenant: someTenant, Resource: "https://org.crm.dynamics.com/"},
	} {
		got, ok := readChallenge(header)
		got.AuthorizationURI = ""
		if !ok || got != want {
			t.Errorf("%s\n got %+v, %v\nwant %+v", header, got, ok, want)
		}
	}
}

func TestHostileChallengesAreNotRead(t *testing.T) {
	for _, header := range []string{
		"", "Bearer", "Bearer ", "Basic realm=x", "Negotiate", "=", ",,,,", "Bearer realm=x",
		"Bearer authorization_uri=http://login.microsoftonline.com/" + someTenant,
		"Bearer authorization_uri=https://login.microsoftonline.com@evil.example/" + someTenant,
		"Bearer authorization_uri=https:///" + someTenant,
		"Bearer authorization_uri=file:///etc/passwd",
		"Bearer authorization_uri=https://login.microsoftonline.com/..%2f..%2fevil",
		"Bearer authorization_uri=https://login.microsoftonline.com/a?b",
		"Bearer authorization_uri=https://login.microsoftonline.com/",
		"Bearer authorization_uri=\"https://login.microsoftonline.com/" + strings.Repeat("x.", 5000) + "y\"",
	} {
		if got, ok := readChallenge(header); ok {
			t.Errorf("%.80s is read as %+v", header, got)
		}
	}
}

func TestOnlyMicrosoftAndTheConfiguredHostAreBelieved(t *testing.T) {
	for _, host := range []string{"login.microsoftonline.com", "LOGIN.microsoftonline.us", "login.partner.microsoftonline.cn"} {
		if !TrustedAuthority(host) {
			t.Errorf("%s is Microsoft's", host)
		}
	}
	for _, host := range []string{"", "microsoftonline.com", "login.microsoftonline.com.evil.example", "evil-login.microsoftonline.com", "login.microsoftonline.com:444", "login.microsoftonline.com."} {
		if TrustedAuthority(host) {
			t.Errorf("%s is not Microsoft's", host)
		}
	}
	c := Challenge{Authority: "https://adfs.example.com/adfs"}
	if c.Trust("") == nil || c.Trust("https://other.example.com") == nil || c.Trust("http://adfs.example.com") == nil || c.Trust("https://adfs.example.com/adfs") != nil {
		t.Error("only the configured host is believed")
	}
}

func TestAuthoritiesAsPeopleGiveThem(t *testing.T) {
	for text, want := range map[string]authority{
		"https://login.microsoftonline.com":                                                          {host: "login.microsoftonline.com"},
		"https://Login.MicrosoftOnline.com:443/":                                                     {host: "login.microsoftonline.com"},
		" https://login.microsoftonline.com/contoso.com ":                                            {host: "login.microsoftonline.com", tenant: "contoso.com"},
		"https://login.microsoftonline.com/" + someTenant + "/oauth2/v2.0/token":                     {host: "login.microsoftonline.com", tenant: someTenant},
		"https://127.0.0.1:9443/" + someTenant + "/v2.0":                                             {host: "127.0.0.1:9443", tenant: someTenant},
		"https://adfs.example.com/ADFS/oauth2/authorize":                                             {host: "adfs.example.com", tenant: "adfs"},
		"https://login.microsoftonline.com/" + someTenant + "/v2.0/.well-known/openid-configuration": {host: "login.microsoftonline.com", tenant: someTenant},
	} {
		if got, f := readAuthority(text); f != nil || got != want {
			t.Errorf("%s: got %+v, %v", text, got, f)
		}
	}
}

func TestCloudsHaveTheirOwnSignInService(t *testing.T) {
	for host, want := range map[string]string{
		"contoso.crm4.dynamics.com":          "login.microsoftonline.com",
		"contoso.crm9.dynamics.com":          "login.microsoftonline.com",
		"contoso.crm.microsoftdynamics.us":   "login.microsoftonline.us",
		"contoso.crm.appsplatform.us":        "login.microsoftonline.us",
		"contoso.crm.dynamics.cn":            "login.partner.microsoftonline.cn",
		"contoso.crm.dynamics.com.evil.test": "",
		"dynamics.example.com":               "",
	} {
		if got := cloudAuthority(host); got != want {
			t.Errorf("%s: %q", host, got)
		}
	}
}

func FuzzReadChallenge(f *testing.F) {
	f.Add("Bearer authorization_uri=https://login.microsoftonline.com/" + someTenant + "/oauth2/authorize, resource_id=https://org.crm.dynamics.com/")
	f.Add(`Basic realm="a\"b", Negotiate x==, bearer authorization="https://x/common`)
	f.Fuzz(func(t *testing.T, header string) {
		c, ok := readChallenge(header)
		if ok && (!strings.HasPrefix(c.Authority, "https://") || c.Tenant != "" && !guid.MatchString(c.Tenant) && !domain.MatchString(c.Tenant)) {
			t.Errorf("%q is read as %+v", header, c)
		}
	})
}

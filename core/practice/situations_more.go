package practice

import (
	"strings"
	"time"

	"ferry/core/practice/dynamics"
)

// enteredSituations are what was entered wrong.
func enteredSituations() []Situation {
	page := func(name, about, address, fault string) Situation {
		return Situation{Name: name, About: about, Ways: anyone(), Where: Entered, Values: asks(address), Fault: fault}
	}
	return []Situation{
		page("address-of-power-apps", "The address is that of Power Apps.", "https://make.powerapps.com/environments/0f3a2b1c-1111-4222-8333-444455556666/home", "dataverse.other-page"),
		page("address-of-portal", "The address is that of a Power Pages site.", "https://contoso.powerappsportals.com/", "dataverse.other-page"),
		page("address-of-business-central", "The address is that of Business Central.", "https://businesscentral.dynamics.com/contoso/production", "dataverse.other-product"),
		page("address-of-finance", "The address is that of Finance and Operations.", "https://contoso.operations.dynamics.com/?cmp=USMF", "dataverse.other-product"),
		page("address-of-admin-center", "The address is that of the admin center.", "https://admin.powerplatform.microsoft.com/manage/environments/0f3a2b1c-1111-4222-8333-444455556666/hub", "dataverse.other-page"),
		page("address-of-azure", "The address is that of the Azure portal.", "https://portal.azure.com/#home", "dataverse.other-page"),
		page("address-of-discovery", "The address is that of the list of environments.", "https://globaldisco.crm.dynamics.com/", "dataverse.other-page"),
		page("address-without-encryption", "The address begins with http.", "http://crm.contoso.example/Contoso", "dataverse.not-secure"),
		page("address-incomplete", "The address is only a name.", "contoso", "dataverse.address-incomplete"),
		page("address-missing", "There is no address.", "", "dataverse.address-missing"),
		{Name: "client-id-unknown", About: "The tenant does not know the client ID.", Ways: application(),
			Values: func(_ *Environment, v *Values) { v.ClientID = stranger }, Said: "AADSTS700016", Fault: "signin.app-unknown"},
		{Name: "client-id-unknown-on-page", About: "The tenant does not know the client ID, and the page says so.", Ways: browser(), Where: OnPage,
			Values: func(_ *Environment, v *Values) { v.ClientID = stranger }, Said: "AADSTS700016", Fault: "signin.app-unknown"},
		{Name: "tenant-unknown", About: "There is no such tenant.", Ways: application(),
			Values: func(_ *Environment, v *Values) { v.Tenant = stranger }, Said: "AADSTS90002", Fault: "signin.tenant-unknown"},
		{Name: "tenant-common", About: "The application signs in to a tenant that means every tenant.", Ways: application(), Where: Entered,
			Values: func(_ *Environment, v *Values) { v.Tenant = "common" }, Fault: "signin.tenant-needed"},
		{Name: "tenant-not-told", About: "The service cannot tell which tenant is meant.", Ways: application(), Set: atToken(50059), Said: "AADSTS50059", Fault: "signin.tenant-needed"},
		{Name: "tenant-of-another-organisation", About: "The tenant is not the one that the environment belongs to.", Ways: application(),
			Values: func(_ *Environment, v *Values) { v.Tenant = OtherTenant }, Fault: "dataverse.other-tenant"},
		{Name: "app-missing-in-other-tenant", About: "The tenant is another one, which does not know the application.", Ways: browser(), Where: OnPage,
			Values: func(_ *Environment, v *Values) { v.Tenant = OtherTenant }, Said: "AADSTS700016", Fault: "signin.app-unknown"},
		{Name: "secret-missing", About: "There is no client secret.", Ways: secret(), Where: Entered,
			Values: func(_ *Environment, v *Values) { v.Secret = "" }, Fault: "signin.secret-missing"},
		{Name: "scope-not-default", About: "The scope under Advanced is none that an application may ask for.", Ways: application(),
			Set: atToken(1002012), Said: "AADSTS1002012", Fault: "signin.scope-default"},
		{Name: "scope-invalid", About: "The scope under Advanced is none.", Ways: anyone(), Set: atToken(70011), Said: "AADSTS70011", Fault: "signin.scope"},
		{Name: "redirect-port-taken", About: "Another program listens at the redirect URI's port.", Ways: browser(),
			Values: func(e *Environment, v *Values) { v.Redirect = e.doors[2].address("http") }, Fault: "signin.port-taken"},
	}
}

// stranger is a GUID that nobody has.
const stranger = "9f8e7d6c-5b4a-4938-8271-605f4e3d2c1b"

// serviceSituations are about the sign-in service itself.
func serviceSituations() []Situation {
	return []Situation{
		{Name: "sign-in-code-used-twice", About: "The browser's answer was used before.", Ways: browser(), Set: atToken(54005), Said: "AADSTS54005", Fault: "signin.code-used"},
		{Name: "sign-in-service-fault", About: "The sign-in service has a passing fault.", Ways: anyone(), Set: atToken(90033), Said: "AADSTS90033", Fault: "signin.busy"},
		{Name: "sign-in-service-fault-at-network", About: "The sign-in service has a passing fault of its network.", Ways: anyone(), Set: atToken(50033), Said: "AADSTS50033", Fault: "signin.busy"},
		{Name: "sign-in-service-fault-of-network", About: "The sign-in service has a passing fault of another network.", Ways: anyone(), Set: atToken(50087), Said: "AADSTS50087", Fault: "signin.busy"},
		{Name: "sign-in-service-unavailable", About: "The sign-in service answers 503 to everything.", Ways: anyone(),
			Set: plays(Step{Side: SideMicrosoft, Path: "/token", Do: DoStatus, Status: serviceUnavailable}), Fault: "signin.busy"},
		{Name: "sign-in-service-page", About: "A web page comes in place of the sign-in service.", Ways: anyone(),
			Set: plays(Step{Side: SideMicrosoft, Do: DoHTML}), Fault: "signin.web-page"},
		{Name: "sign-in-code-not-known", About: "The sign-in service refuses with a code that nobody has heard of.", Ways: application(), Set: atToken(7654321), Said: "AADSTS7654321", Fault: "signin.refused"},
	}
}

// userSituations are about who signed in, as the environment knows them.
func userSituations() []Situation {
	app := func(change func(e *Environment, key string) error) func(*Environment) error {
		return func(e *Environment) error { return change(e, e.ApplicationUser) }
	}
	ada := func(change func(e *Environment, key string) error) func(*Environment) error {
		return func(e *Environment) error { return change(e, e.PersonUser) }
	}
	depth := func(privilege, depth string) func(*Environment) error {
		return app(func(e *Environment, key string) error { return e.World.SetDepth(key, privilege, depth) })
	}
	gone := func(e *Environment, key string) error { return e.World.Delete("systemuser", key) }
	roles := func(e *Environment, key string) error { return e.World.RemoveRoles(key) }
	off := func(e *Environment, key string) error { return e.World.DisableUser(key) }
	return []Situation{
		{Name: "application-user-missing", About: "The environment has no application user for the client ID.", Ways: application(), Set: app(gone), Said: "0x80072560", Fault: "dataverse.no-application-user"},
		{Name: "application-user-disabled", About: "The application user is disabled.", Ways: application(), Set: app(off), Said: "0x80040225", Fault: "dataverse.application-user-disabled"},
		{Name: "application-user-disabled-older-code", About: "The application user is disabled, in the words of another version.", Ways: application(),
			Set: plays(Step{Side: SideDynamics, Path: "WhoAmI", Do: DoStatus, Status: 403, Code: "0x80041d1f", Message: "The user is disabled."}), Said: "0x80041d1f", Fault: "dataverse.application-user-disabled"},
		{Name: "application-user-without-role", About: "The application user has no security role.", Ways: application(), Set: app(roles), Said: "0x80042f09", Fault: "dataverse.application-user-without-role"},
		{Name: "user-missing", About: "The environment does not know the person.", Ways: person(), Set: ada(gone), Said: "0x80072560", Fault: "dataverse.no-user"},
		{Name: "user-disabled", About: "The person is disabled in the environment.", Ways: person(), Set: ada(off), Said: "0x80040225", Fault: "dataverse.person-disabled"},
		{Name: "user-without-role", About: "The person has no security role.", Ways: person(), Set: ada(roles), Said: "0x80042f09", Fault: "dataverse.user-without-role"},
		{Name: "user-without-licence", About: "The person has no licence.", Ways: person(),
			Set: ada(func(e *Environment, key string) error { return e.World.Unlicense(key) }), Said: "0x8004d24b", Fault: "dataverse.no-licence"},
		{Name: "table-not-readable", About: "Accounts cannot be read.", Ways: application(), Set: depth("prvReadAccount", ""), Said: "0x80040220", Fault: "dataverse.table-not-readable"},
		{Name: "no-table-readable", About: "None of the wanted tables can be read.", Ways: application(),
			Set: app(func(e *Environment, key string) error {
				if err := e.World.Revoke(key, "prvReadContact"); err != nil {
					return err
				}
				return e.World.Revoke(key, "prvReadAccount")
			}), Said: "0x80040220", Fault: "dataverse.no-table-readable"},
		{Name: "only-own-records", About: "Of accounts, only the own ones can be read.", Ways: application(), Set: depth("prvReadAccount", "Basic"), Fault: "dataverse.partly-readable"},
		{Name: "only-own-unit", About: "Of accounts, only those of the own business unit can be read.", Ways: application(), Set: depth("prvReadAccount", "Local"), Fault: "dataverse.partly-readable"},
		{Name: "only-units-below", About: "Of accounts, only those of the own business unit and those below can be read.", Ways: application(), Set: depth("prvReadAccount", "Deep"), Fault: "dataverse.tracking-needs-all"},
		{Name: "fields-hidden", About: "Column security hides a field of contacts.", Ways: application(),
			Set: app(func(e *Environment, key string) error {
				if err := e.World.Secure("contact", "governmentid"); err != nil {
					return err
				}
				return e.World.HideSecured(key)
			}), Fault: "dataverse.fields-hidden"},
		{Name: "change-tracking-off", About: "Change tracking of accounts is off.", Ways: application(),
			Set: func(e *Environment) error { return e.World.SetTracked("account", false) }, Said: "0x80072491", Fault: "dataverse.not-tracked"},
		{Name: "more-rights-than-needed", About: "The application is a System Administrator.", Ways: application(),
			Set: app(func(e *Environment, key string) error {
				return e.World.GiveRole(key, e.World.RoleNamed("System Administrator"))
			}), Fault: "dataverse.more-rights-than-needed"},
		{Name: "role-reduced-between-runs", About: "After a good test, accounts can be read in the own business unit only.", Ways: application(),
			Later: depth("prvReadAccount", "Local"), Fault: "dataverse.partly-readable"},
		{Name: "hostile-names", About: "Every name would run something on a page that does not escape it.", Ways: anyone(), Options: func(o *Options) { o.Hostile = true }},
	}
}

// environmentSituations are about the environment itself.
func environmentSituations() []Situation {
	state := func(is dynamics.State) func(*Environment) error {
		return func(e *Environment) error { e.Dynamics.SetState(is); return nil }
	}
	limit := func(code string) func(*Environment) error {
		return plays(Step{Side: SideDynamics, Path: "WhoAmI", Do: DoStatus, Status: 429, Code: code, RetryAfter: Seconds(60)})
	}
	return []Situation{
		{Name: "environment-disabled", About: "The environment is switched off.", Ways: anyone(), Set: state(dynamics.State{Disabled: true}), Fault: "dataverse.environment-disabled"},
		{Name: "administration-mode", About: "The environment is in administration mode.", Ways: application(), Set: state(dynamics.State{AdminMode: true}), Fault: "dataverse.administration-mode"},
		{Name: "maintenance-page", About: "A page says that the environment is being looked after.", Ways: anyone(), Set: state(dynamics.State{Maintenance: true}), Fault: "rest.unavailable"},
		{Name: "ip-firewall", About: "The environment's IP firewall lets this computer not in.", Ways: anyone(), Set: state(dynamics.State{Blocked: true}), Fault: "dataverse.ip-blocked"},
		{Name: "environment-wants-claims", About: "The environment wants a new proof, which the browser can give.", Ways: browser(),
			Set: state(dynamics.State{Claims: `{"access_token":{"nbf":{"essential":true,"value":"1800000000"}}}`})},
		{Name: "environment-challenges-twice", About: "The environment offers several ways to sign in, in headers of their own; nothing is wrong.", Ways: anyone(),
			Set: func(e *Environment) error {
				e.Dynamics.SetState(dynamics.State{Challenges: []string{"Negotiate", "NTLM", `Bearer authorization_uri="` + e.Authority + `/oauth2/authorize", resource_id="` + e.Org + `/"`}})
				return nil
			}},
		{Name: "token-refused", About: "The environment accepts no sign-in.", Ways: anyone(),
			Set: plays(Step{Side: SideDynamics, Path: "WhoAmI", Do: DoStatus, Status: 401}), Fault: "dataverse.token-refused"},
		{Name: "too-many-requests", About: "The environment was asked too often.", Ways: anyone(), Set: limit(dynamics.CodeRequests), Said: "0x80072322", Fault: "dataverse.too-many-requests"},
		{Name: "too-much-time", About: "The environment worked too long for us.", Ways: anyone(), Set: limit(dynamics.CodeTime), Said: "0x80072321", Fault: "dataverse.too-much-time"},
		{Name: "too-many-at-once", About: "The environment was asked too much at once.", Ways: anyone(), Set: limit(dynamics.CodeConcurrent), Said: "0x80072326", Fault: "dataverse.too-many-at-once"},
		{Name: "no-environments-listed", About: "The list of environments is empty.", Ways: person(), Where: Listed,
			Set: func(e *Environment) error { e.Finder.SetInstances(); return nil }, Fault: "dataverse.no-environments"},
	}
}

// networkSituations are about the way there.
func networkSituations() []Situation {
	shows := func(t Trust) func(*Environment) error {
		return func(e *Environment) error { e.Show(t); return nil }
	}
	proxied := func(user, password string) func(*Environment, *Values) {
		return func(e *Environment, v *Values) {
			v.Org = byProxy(e.Org)
			v.Proxy, v.ProxyUser, v.ProxyPassword = e.Proxy.Address, user, password
		}
	}
	locked := func(e *Environment) error { e.Proxy.Require("ada", "open sesame"); return nil }
	return []Situation{
		{Name: "no-such-host", About: "There is no server of that name.", Ways: anyone(), Values: asks("https://ferry-nobody.invalid")},
		{Name: "port-refused", About: "Nobody listens at the address.", Ways: anyone(), Set: func(e *Environment) error { e.Shut(); return nil }, Fault: "rest.nobody-there"},
		{Name: "server-silent", About: "The server takes the connection and never answers.", Ways: anyone(),
			Set: plays(Step{Side: SideDynamics, Do: DoDelay, For: Duration(time.Hour)}), Fault: "rest.timed-out"},
		{Name: "connection-cut", About: "The connection is cut before any answer.", Ways: anyone(), Set: plays(Step{Side: SideDynamics, Do: DoCut}), Fault: "rest.cut"},
		{Name: "web-page-instead", About: "A web page comes in place of Dynamics 365.", Ways: anyone(), Set: plays(Step{Side: SideDynamics, Do: DoHTML}), Fault: "dataverse.not-dataverse"},
		{Name: "captive-portal", About: "The network sends everything to a page of its own.", Ways: anyone(), Values: proxied("", ""),
			Set: plays(Step{Side: SideDynamics, Do: DoRedirect, To: "http://portal.contoso.example/login"}), Fault: "rest.captive-portal"},
		{Name: "proxy-wants-password", About: "The proxy wants a password, and none is given.", Ways: anyone(), Set: locked, Values: proxied("", ""), Fault: "rest.proxy-password"},
		{Name: "proxy-password-wrong", About: "The proxy's password is wrong.", Ways: anyone(), Set: locked, Values: proxied("ada", "wrong"), Fault: "rest.proxy-password-wrong"},
		{Name: "proxy-refuses", About: "The proxy answers with a page of its own.", Ways: anyone(), Set: func(e *Environment) error { e.Proxy.Portal(true); return nil }, Values: proxied("", ""), Fault: "rest.proxy-refused"},
		{Name: "proxy-not-there", About: "Nobody listens at the proxy's address.", Ways: anyone(),
			Set: func(e *Environment) error { e.Shut(); return nil }, Values: func(e *Environment, v *Values) { v.Org, v.Proxy = byProxy(e.Org), e.doors[0].address("http") }, Fault: "rest.proxy-unreachable"},
		{Name: "certificate-of-a-gateway", About: "A company's gateway looks into the connection, and its authority is not trusted.", Ways: anyone(), Set: shows(Inspected), Fault: "rest.certificate-unknown"},
		{Name: "certificate-not-trusted", About: "The authority of the server's certificate is not trusted.", Ways: anyone(), Values: func(_ *Environment, v *Values) { v.CA = nil }, Fault: "rest.certificate-unknown"},
		{Name: "certificate-of-another-name", About: "The server shows a certificate for another name.", Ways: anyone(), Set: shows(Renamed), Fault: "rest.certificate-name"},
		{Name: "server-certificate-expired", About: "The server's certificate has expired.", Ways: anyone(), Set: shows(Expired), Fault: "rest.certificate-expired"},
		{Name: "clock-slow", About: "The server's certificate is not valid yet, as it is to a clock that is slow.", Ways: anyone(), Set: shows(Early), Fault: "rest.clock"},
	}
}

// byProxy is the address of the environment by the name that only the proxy knows.
func byProxy(org string) string { return strings.Replace(org, "localhost", ProxyHost, 1) }

// premisesSituations are about a company's own server.
func premisesSituations() []Situation {
	at := func(version string, windows bool) func(*Options) {
		return func(o *Options) {
			o.OnPremises = &OnPremises{Organization: "Contoso", Version: version, Windows: windows}
		}
	}
	windows := []Way{ByWindows}
	return []Situation{
		{Name: "server-of-2015", About: "The server is of 2011 to 2015 and has no Web API.", Ways: anyone(), Options: at("", false), Fault: "dataverse.too-old"},
		{Name: "server-wants-windows", About: "The server signs in as at Windows only.", Ways: anyone(), Options: at("v9.1", true), Fault: "dataverse.windows-wanted"},
		{Name: "windows-password-wrong", About: "The Windows password is wrong.", Ways: windows, Options: at("v9.1", true), Values: func(_ *Environment, v *Values) { v.Password = "wrong" }, Fault: "rest.windows-refused"},
		{Name: "adfs-client-unknown", About: "AD FS does not know the client ID.", Ways: secret(), Options: at("v9.1", false),
			Values: func(_ *Environment, v *Values) { v.ClientID = stranger }, Said: "MSIS9607", Fault: "signin.adfs-client"},
		{Name: "adfs-secret-wrong", About: "AD FS does not accept the secret.", Ways: secret(), Options: at("v9.1", false),
			Values: func(_ *Environment, v *Values) { v.Secret = "practice~Wrong.1Ab2Cd3" }, Said: "MSIS9622", Fault: "signin.adfs-credential"},
		{Name: "organisation-unknown", About: "The server has no organisation of that name.", Ways: secret(), Options: at("v9.1", false),
			Values: func(e *Environment, v *Values) { v.Org = e.doors[0].address("https") + "/Fabrikam" }, Fault: "dataverse.not-dataverse"},
	}
}

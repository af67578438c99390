package wiring_test

import (
	"ferry/core"
	"ferry/core/practice"
)

// An expectation is what somebody must be told who meets a situation: written from what the situation means.
type expectation struct {
	step      string // where it is told
	code      string // of the Fault; "" is none
	owner     core.Owner
	available bool // the verdict; a warning leaves the connection available
}

// The ends that many situations share.
func page(code string, owner core.Owner) expectation {
	return expectation{onThePage, code, owner, false}
}
func signing(code string, owner core.Owner) expectation {
	return expectation{whileSigning, code, owner, false}
}
func entered(code string, owner core.Owner) expectation {
	return expectation{whileEntering, code, owner, false}
}
func failed(step, code string, owner core.Owner) expectation {
	return expectation{step, code, owner, false}
}
func warned(step, code string, owner core.Owner) expectation {
	return expectation{step, code, owner, true}
}

// expectations are by name of the situation.
func expectations() map[string]expectation {
	all := map[string]expectation{}
	for _, some := range []map[string]expectation{
		expectedOfRegistration(), expectedOfPeople(), expectedOfCredentials(), expectedOfEntries(), expectedOfServices(), expectedOfUsers(), expectedOfNetworks(),
	} {
		for name, e := range some {
			all[name] = e
		}
	}
	return all
}

func expectedOfRegistration() map[string]expectation {
	return map[string]expectation{
		"redirect-not-registered":              page("signin.redirect-unknown", core.EntraAdmin),
		"redirect-none":                        page("signin.redirect-none", core.EntraAdmin),
		"redirect-as-single-page":              signing("signin.redirect-platform", core.EntraAdmin),
		"redirect-as-single-page-without-pkce": signing("signin.redirect-platform", core.EntraAdmin),
		"redirect-cross-origin":                signing("signin.redirect-platform", core.EntraAdmin),
		"redirect-as-web-without-secret":       signing("signin.secret-wanted", core.EntraAdmin),
		"public-client-flows-off":              signing("signin.secret-wanted", core.EntraAdmin),
		"secret-sent-to-public-app":            signing("signin.secret-unwanted", core.EntraAdmin),
		"app-disabled":                         failed("signin", "signin.app-disabled", core.EntraAdmin),
		"app-disabled-on-page":                 page("signin.app-disabled", core.EntraAdmin),
		"app-switched-off":                     failed("signin", "signin.app-disabled", core.EntraAdmin),
		"no-permission-listed":                 page("signin.no-permission", core.EntraAdmin),
		"app-misconfigured":                    page("signin.no-permission", core.EntraAdmin),
		"environment-unknown-in-tenant":        failed("signin", "signin.environment-unknown", core.You),
		"no-consent":                           signing("signin.no-consent", core.EntraAdmin),
		"admin-consent-needed":                 page("signin.admin-consent", core.EntraAdmin),
	}
}

func expectedOfPeople() map[string]expectation {
	return map[string]expectation{
		"user-cancelled":                      signing("signin.cancelled", core.You),
		"consent-declined":                    signing("signin.cancelled", core.You),
		"not-assigned":                        page("signin.not-assigned", core.EntraAdmin),
		"account-of-another-tenant":           page("signin.other-tenant", core.You),
		"account-unknown":                     page("signin.no-such-account", core.You),
		"password-wrong":                      page("signin.password-wrong", core.You),
		"password-expired":                    page("signin.password-expired", core.You),
		"account-disabled":                    page("signin.account-disabled", core.EntraAdmin),
		"account-locked":                      page("signin.account-locked", core.EntraAdmin),
		"page-closed":                         signing("signin.stopped", core.You),
		"sign-in-given-up":                    signing("signin.stopped", core.You),
		"browser-missing":                     {theBrowser, "signin.no-browser", core.You, false},
		"device-code-declined":                signing("signin.declined", core.You),
		"device-code-expired":                 signing("signin.code-expired", core.You),
		"device-code-ended":                   signing("signin.code-expired", core.You),
		"second-factor-needed":                signing("signin.second-factor", core.You),
		"second-factor-not-passed":            signing("signin.second-factor", core.You),
		"second-factor-not-set-up":            page("signin.second-factor-register", core.You),
		"second-factor-expired":               signing("signin.second-factor-expired", core.You),
		"conditional-access":                  page("signin.blocked", core.EntraAdmin),
		"device-not-compliant":                page("signin.device", core.EntraAdmin),
		"device-not-joined":                   page("signin.device", core.EntraAdmin),
		"conditional-access-for-applications": failed("signin", "signin.blocked", core.EntraAdmin),
		"tenant-restriction-proxy":            page("signin.tenant-restricted", core.EntraAdmin),
		"tenant-restriction":                  page("signin.tenant-restricted", core.EntraAdmin),
		"tenant-restriction-header":           page("signin.tenant-restricted", core.EntraAdmin),
		"cross-tenant-out":                    page("signin.tenant-restricted", core.EntraAdmin),
		"cross-tenant-in":                     page("signin.tenant-restricted", core.EntraAdmin),
		"sign-in-frequency":                   failed("signin", "signin.session-ended", core.You),
		"session-expired":                     failed("signin", "signin.expired", core.You),
		"session-expired-older-code":          failed("signin", "signin.expired", core.You),
		"session-withdrawn":                   failed("signin", "signin.withdrawn", core.You),
		"claims-demanded":                     failed("signin", "signin.second-factor", core.You),
	}
}

func expectedOfCredentials() map[string]expectation {
	return map[string]expectation{
		"secret-wrong":               failed("signin", "signin.secret-wrong", core.You),
		"secret-id-instead-of-value": failed("signin", "signin.secret-wrong", core.You),
		"secret-expired":             failed("signin", "signin.secret-expired", core.EntraAdmin),
		"secret-ends-soon":           warned("credential", "dataverse.credential-ends-soon", core.EntraAdmin),
		"secret-end-unknown":         warned("credential", "dataverse.credential-end-unknown", core.You),
		"secret-noted-as-expired":    failed("credential", "dataverse.credential-expired", core.EntraAdmin),
		"secret-revoked-after-test":  failed("signin", "signin.secret-wrong", core.You),
		"certificate-not-registered": failed("signin", "signin.certificate-unknown", core.EntraAdmin),
		"certificate-wrong-audience": failed("signin", "signin.assertion", core.You),
		"certificate-clock-wrong":    failed("signin", "signin.assertion-time", core.You),
		"certificate-refused":        failed("signin", "signin.assertion", core.You),
		"certificate-expired":        entered("signin.certificate-expired", core.EntraAdmin),
		"certificate-not-here":       entered("ferry.no-certificate", core.You),
	}
}

func expectedOfEntries() map[string]expectation {
	return map[string]expectation{
		"address-of-power-apps":          entered("dataverse.other-page", core.You),
		"address-of-portal":              entered("dataverse.other-page", core.You),
		"address-of-business-central":    entered("dataverse.other-product", core.You),
		"address-of-finance":             entered("dataverse.other-product", core.You),
		"address-of-admin-center":        entered("dataverse.other-page", core.You),
		"address-of-azure":               entered("dataverse.other-page", core.You),
		"address-of-discovery":           entered("dataverse.other-page", core.You),
		"address-without-encryption":     entered("dataverse.not-secure", core.You),
		"address-incomplete":             entered("dataverse.address-incomplete", core.You),
		"address-missing":                entered("dataverse.address-missing", core.You),
		"client-id-unknown":              failed("signin", "signin.app-unknown", core.You),
		"client-id-unknown-on-page":      page("signin.app-unknown", core.You),
		"tenant-unknown":                 failed("environment", "dataverse.other-tenant", core.You), // the environment says the right one
		"tenant-common":                  entered("signin.tenant-needed", core.You),
		"tenant-not-told":                failed("signin", "signin.tenant-needed", core.You),
		"tenant-of-another-organisation": failed("environment", "dataverse.other-tenant", core.You),
		"app-missing-in-other-tenant":    page("signin.app-unknown", core.You),
		"secret-missing":                 entered("signin.secret-missing", core.You),
		"scope-not-default":              failed("signin", "signin.scope-default", core.You),
		"scope-invalid":                  failed("signin", "signin.scope", core.You),
		"redirect-port-taken":            signing("signin.port-taken", core.You),
	}
}

func expectedOfServices() map[string]expectation {
	return map[string]expectation{
		"sign-in-code-used-twice":          signing("signin.code-used", core.You),
		"sign-in-service-fault":            failed("signin", "signin.busy", core.You),
		"sign-in-service-fault-at-network": failed("signin", "signin.busy", core.You),
		"sign-in-service-fault-of-network": failed("signin", "signin.busy", core.You),
		"sign-in-service-unavailable":      failed("signin", "signin.busy", core.You),
		"sign-in-service-page":             failed("signin", "signin.web-page", core.You),
		"sign-in-code-not-known":           failed("signin", "signin.refused", core.EntraAdmin),
		"environment-disabled":             failed("whoami", "dataverse.environment-disabled", core.DynamicsAdmin),
		"administration-mode":              failed("whoami", "dataverse.administration-mode", core.DynamicsAdmin),
		"maintenance-page":                 failed("environment", "rest.unavailable", core.DynamicsAdmin),
		"ip-firewall":                      failed("whoami", "dataverse.ip-blocked", core.DynamicsAdmin),
		"environment-wants-claims":         warned("roles", "dataverse.more-rights-than-needed", core.DynamicsAdmin), // the proof is given silently
		"environment-challenges-twice":     {toTheEnd, "", "", true},
		"token-refused":                    failed("whoami", "dataverse.token-refused", core.You),
		"too-many-requests":                failed("whoami", "dataverse.too-many-requests", core.You),
		"too-much-time":                    failed("whoami", "dataverse.too-much-time", core.You),
		"too-many-at-once":                 failed("whoami", "dataverse.too-many-at-once", core.You),
		"no-environments-listed":           {whileListing, "dataverse.no-environments", core.DynamicsAdmin, false},
		"page-code-not-known":              page("signin.refused", core.EntraAdmin),
		"environment-code-not-known":       failed("whoami", "dataverse.access-denied", core.DynamicsAdmin),
		"table-code-not-known":             failed("read-account", "dataverse.refused", core.DynamicsAdmin),
		"programs-kept-out":                failed("whoami", "dataverse.api-disabled", core.DynamicsAdmin),
		"app-not-in-directory-yet":         failed("whoami", "dataverse.directory", core.You),
		"plug-in-stops-us":                 failed("whoami", "dataverse.plug-in", core.DynamicsAdmin),
	}
}

func expectedOfUsers() map[string]expectation {
	return map[string]expectation{
		"application-user-missing":             failed("whoami", "dataverse.no-application-user", core.DynamicsAdmin),
		"application-user-disabled":            failed("whoami", "dataverse.application-user-disabled", core.DynamicsAdmin),
		"application-user-disabled-older-code": failed("whoami", "dataverse.application-user-disabled", core.DynamicsAdmin),
		"application-user-without-role":        failed("whoami", "dataverse.application-user-without-role", core.DynamicsAdmin),
		"user-missing":                         failed("whoami", "dataverse.no-user", core.DynamicsAdmin),
		"user-disabled":                        failed("whoami", "dataverse.person-disabled", core.DynamicsAdmin),
		"user-without-role":                    failed("whoami", "dataverse.user-without-role", core.DynamicsAdmin),
		"user-without-licence":                 failed("whoami", "dataverse.no-licence", core.DynamicsAdmin),
		"table-not-readable":                   warned("read-account", "dataverse.table-not-readable", core.DynamicsAdmin),
		"no-table-readable":                    failed("read-account", "dataverse.no-table-readable", core.DynamicsAdmin),
		"only-own-records":                     warned("read-account", "dataverse.partly-readable", core.DynamicsAdmin),
		"only-own-unit":                        warned("read-account", "dataverse.partly-readable", core.DynamicsAdmin),
		"only-units-below":                     warned("tracking-account", "dataverse.tracking-needs-all", core.DynamicsAdmin), // ours is the unit above all others
		"fields-hidden":                        warned("fields-contact", "dataverse.fields-hidden", core.DynamicsAdmin),
		"change-tracking-off":                  warned("tracking-account", "dataverse.not-tracked", core.DynamicsAdmin),
		"more-rights-than-needed":              warned("roles", "dataverse.more-rights-than-needed", core.DynamicsAdmin),
		"role-reduced-between-runs":            warned("read-account", "dataverse.partly-readable", core.DynamicsAdmin),
		"hostile-names":                        {toTheEnd, "", "", true},
	}
}

func expectedOfNetworks() map[string]expectation {
	return map[string]expectation{
		"no-such-host":                failed("address", "rest.no-such-host", core.You),
		"port-refused":                failed("address", "rest.nobody-there", core.You),
		"server-silent":               failed("address", "rest.timed-out", core.You),
		"connection-cut":              failed("address", "rest.cut", core.You),
		"web-page-instead":            failed("environment", "dataverse.not-dataverse", core.You),
		"captive-portal":              failed("environment", "rest.captive-portal", core.You),
		"proxy-wants-password":        failed("address", "rest.proxy-password", core.You),
		"proxy-password-wrong":        failed("address", "rest.proxy-password-wrong", core.You),
		"proxy-refuses":               failed("address", "rest.proxy-refused", core.You),
		"proxy-not-there":             failed("address", "rest.proxy-unreachable", core.You),
		"certificate-of-a-gateway":    failed("secure", "rest.certificate-unknown", core.You),
		"certificate-not-trusted":     failed("secure", "rest.certificate-unknown", core.You),
		"certificate-of-another-name": failed("secure", "rest.certificate-name", core.You),
		"server-certificate-expired":  failed("secure", "rest.certificate-expired", core.You),
		"clock-slow":                  failed("secure", "rest.clock", core.You),
		"server-of-2015":              failed("environment", "dataverse.too-old", core.DynamicsAdmin),
		"server-wants-windows":        failed("environment", "dataverse.windows-wanted", core.You),
		"windows-password-wrong":      signing("rest.windows-refused", core.You),
		"adfs-client-unknown":         failed("signin", "signin.adfs-client", core.DynamicsAdmin),
		"adfs-secret-wrong":           failed("signin", "signin.adfs-credential", core.DynamicsAdmin),
		"organisation-unknown":        failed("environment", "dataverse.not-dataverse", core.You),
	}
}

// unheard is what a service says that nobody has heard of; it tries to get people's data and tricks onto the screen.
const unheard = "The moon is in the wrong house\u202e for ada@contoso.example at https://contoso.example/x?token=abc, " +
	"eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl. Ask the stars.\n   at Microsoft.Crm.Sky.Look()"

// ownSituations are some more than the practice environment knows by name.
func ownSituations() []practice.Situation {
	says := func(path string, status int, code, message string) func(*practice.Environment) error {
		return func(e *practice.Environment) error {
			return e.Play(practice.Script{{Side: practice.SideDynamics, Path: path, Do: practice.DoStatus, Status: status, Code: code, Message: message}})
		}
	}
	app, rows := []practice.Way{practice.BySecret}, `/(accounts|contacts)$`
	return []practice.Situation{
		{Name: "page-code-not-known", About: "Microsoft's page shows a code that nobody has heard of.", Ways: []practice.Way{practice.ByBrowser}, Where: practice.OnPage,
			Set: func(e *practice.Environment) error { e.Microsoft.FailOnPage(7654322); return nil }, Said: "AADSTS7654322"},
		{Name: "environment-code-not-known", About: "Dynamics refuses with a code that nobody has heard of.", Ways: app, Set: says("WhoAmI", 403, "0x8abcdef0", unheard)},
		{Name: "table-code-not-known", About: "Dynamics refuses the tables with a code that nobody has heard of.", Ways: app, Set: says(rows, 400, "0x8abcdef1", unheard)},
		{Name: "programs-kept-out", About: "The environment's plan has no Web API.", Ways: app, Set: says("WhoAmI", 403, "0x80040000", "Web API access is disabled for this organization.")},
		{Name: "app-not-in-directory-yet", About: "Dynamics does not find the app registration.", Ways: app, Set: says("WhoAmI", 400, "0x80072559", "The directory object was not found.")},
		{Name: "plug-in-stops-us", About: "A plug-in stops everything.", Ways: app, Set: says("WhoAmI", 400, "0x80040265", "ISV code aborted the operation.")},
		{Name: "certificate-not-here", About: "The project came from another computer, without the certificate.", Ways: []practice.Way{practice.ByCertificate},
			Where: practice.Entered, Values: func(_ *practice.Environment, v *practice.Values) { v.Certificate = nil }},
	}
}

package practice

import (
	"time"

	"ferry/core/practice/microsoft"
)

func registrationSituations() []Situation {
	redirect := func(uri, platform string) func(*microsoft.Application) {
		return func(a *microsoft.Application) { a.Redirects = []microsoft.Redirect{{URI: uri, Platform: platform}} }
	}
	withSecret := func(e *Environment, v *Values) {
		v.ClientID, v.Secret, v.WithSecret = e.SecretApp, e.Secret, true
	}
	return []Situation{
		{Name: "redirect-not-registered", About: "The redirect URI is not registered.", Ways: browser(), Where: OnPage,
			Set: public(redirect("http://localhost/elsewhere", "native")), Said: "AADSTS50011", Fault: "signin.redirect-unknown"},
		{Name: "redirect-none", About: "No redirect URI is registered at all.", Ways: browser(), Where: OnPage,
			Set: public(func(a *microsoft.Application) { a.Redirects = nil }), Said: "AADSTS500113", Fault: "signin.redirect-none"},
		{Name: "redirect-as-single-page", About: "The redirect URI is registered as one of a single-page application.", Ways: browser(),
			Set: public(redirect("http://localhost", "spa")), Said: "AADSTS9002327", Fault: "signin.redirect-platform"},
		{Name: "redirect-as-single-page-without-pkce", About: "A single-page redirect URI is refused for want of a proof.", Ways: browser(),
			Set: back(9002325), Said: "AADSTS9002325", Fault: "signin.redirect-platform"},
		{Name: "redirect-cross-origin", About: "The code of a redirect URI of another platform is redeemed.", Ways: browser(),
			Set: atToken(9002326), Said: "AADSTS9002326", Fault: "signin.redirect-platform"},
		{Name: "redirect-as-web-without-secret", About: "The redirect URI is registered under Web, and no secret is given.", Ways: browser(),
			Set: public(func(a *microsoft.Application) { a.Public = false; redirect("http://localhost", "web")(a) }), Said: "AADSTS7000218", Fault: "signin.secret-wanted"},
		{Name: "public-client-flows-off", About: "Signing in with a code is not allowed for the app registration.", Ways: []Way{ByDevice},
			Set: public(func(a *microsoft.Application) { a.Public = false }), Said: "AADSTS7000218", Fault: "signin.secret-wanted"},
		{Name: "secret-sent-to-public-app", About: "A secret is given, but the redirect URI is one of a desktop application.", Ways: browser(),
			Set: confidential(redirect("http://localhost/signin", "native")), Values: withSecret, Said: "AADSTS700025", Fault: "signin.secret-unwanted"},
		{Name: "app-disabled", About: "The application is disabled in the tenant.", Ways: application(),
			Set: confidential(func(a *microsoft.Application) { a.Disabled = true }), Said: "AADSTS7000112", Fault: "signin.app-disabled"},
		{Name: "app-disabled-on-page", About: "The application is disabled in the tenant, and the page says so.", Ways: browser(), Where: OnPage,
			Set: public(func(a *microsoft.Application) { a.Disabled = true }), Said: "AADSTS7000112", Fault: "signin.app-disabled"},
		{Name: "app-switched-off", About: "The application was switched off.", Ways: application(),
			Set: atToken(70001), Said: "AADSTS70001", Fault: "signin.app-disabled"},
		{Name: "no-permission-listed", About: "The app registration lists no permission for Dynamics CRM.", Ways: browser(), Where: OnPage,
			Set: public(func(a *microsoft.Application) { a.NoPermission = true }), Said: "AADSTS650057", Fault: "signin.no-permission"},
		{Name: "app-misconfigured", About: "The app registration lists no permission at all.", Ways: browser(), Where: OnPage,
			Set: onPage(650056), Said: "AADSTS650056", Fault: "signin.no-permission"},
		{Name: "environment-unknown-in-tenant", About: "The tenant does not know the organisation URL.", Ways: anyone(),
			Set: atToken(500011), Said: "AADSTS500011", Fault: "signin.environment-unknown"},
	}
}

func personSituations() []Situation {
	return []Situation{
		{Name: "user-cancelled", About: "The person presses Cancel on the page.", Ways: browser(), Act: Cancels, Said: "AADSTS65004", Fault: "signin.cancelled"},
		{Name: "consent-declined", About: "The person does not accept what the application asks for.", Ways: browser(),
			Set: back(65004), Said: "AADSTS65004", Fault: "signin.cancelled"},
		{Name: "no-consent", About: "Nobody consented to the application.", Ways: browser(), Set: back(65001), Said: "AADSTS65001", Fault: "signin.no-consent"},
		{Name: "admin-consent-needed", About: "Only an administrator may consent.", Ways: browser(), Where: OnPage,
			Set: func(e *Environment) error {
				if err := e.Microsoft.ChangePerson(e.Person.UPN, func(p *microsoft.Person) { p.Admin = false }); err != nil {
					return err
				}
				return e.Microsoft.Change(e.ClientID, func(a *microsoft.Application) { a.Consent = microsoft.ConsentAdmin })
			}, Said: "AADSTS90094", Fault: "signin.admin-consent"},
		{Name: "not-assigned", About: "The application is for people who are assigned, and this one is not.", Ways: browser(), Where: OnPage,
			Set: public(func(a *microsoft.Application) { a.AssignmentRequired = true }), Said: "AADSTS50105", Fault: "signin.not-assigned"},
		{Name: "account-of-another-tenant", About: "The account belongs to another organisation and was not invited.", Ways: browser(), Where: OnPage,
			Act: GuestsIn, Said: "AADSTS50020", Fault: "signin.other-tenant"},
		{Name: "account-unknown", About: "There is no such account.", Ways: browser(), Where: OnPage, Set: onPage(50034), Said: "AADSTS50034", Fault: "signin.no-such-account"},
		{Name: "password-wrong", About: "The password is wrong.", Ways: browser(), Where: OnPage, Set: onPage(50126), Said: "AADSTS50126", Fault: "signin.password-wrong"},
		{Name: "password-expired", About: "The password has expired.", Ways: browser(), Where: OnPage,
			Set: somebody(func(p *microsoft.Person) { p.PasswordExpired = true }), Said: "AADSTS50055", Fault: "signin.password-expired"},
		{Name: "account-disabled", About: "The account is disabled.", Ways: browser(), Where: OnPage,
			Set: somebody(func(p *microsoft.Person) { p.Disabled = true }), Said: "AADSTS50057", Fault: "signin.account-disabled"},
		{Name: "account-locked", About: "The account is locked after too many tries.", Ways: browser(), Where: OnPage,
			Set: somebody(func(p *microsoft.Person) { p.Locked = true }), Said: "AADSTS50053", Fault: "signin.account-locked"},
		{Name: "page-closed", About: "The person closes the page and answers nothing.", Ways: browser(), Act: ClosesPage},
		{Name: "sign-in-given-up", About: "The person presses Cancel in Ferry while the browser waits.", Ways: browser(), Act: GivesUp, Fault: "signin.stopped"},
		{Name: "browser-missing", About: "No browser can be opened.", Ways: browser(), Act: NoBrowser},
		{Name: "device-code-declined", About: "The person declines on the page for codes.", Ways: []Way{ByDevice}, Act: Cancels, Fault: "signin.declined"},
		{Name: "device-code-expired", About: "Nobody types the code in time.", Ways: []Way{ByDevice}, Act: ClosesPage,
			Options: func(o *Options) { o.DeviceLifetime, o.DeviceInterval = 2e9, 1e9 }, Said: "AADSTS70020", Fault: "signin.code-expired"},
		{Name: "device-code-ended", About: "The service says that the code has ended.", Ways: []Way{ByDevice},
			Set: func(e *Environment) error { e.Microsoft.FailAtRedeeming(70019); return nil }, Act: ClosesPage, Said: "AADSTS70019", Fault: "signin.code-expired"},
	}
}

func ruleSituations() []Situation {
	blocked := func(code int) func(*Environment) error {
		return somebody(func(p *microsoft.Person) { p.Blocked = code })
	}
	return []Situation{
		{Name: "second-factor-needed", About: "A second proof is needed.", Ways: browser(), Set: back(50076), Said: "AADSTS50076", Fault: "signin.second-factor"},
		{Name: "second-factor-not-passed", About: "The second proof was not given.", Ways: browser(), Set: back(50074), Said: "AADSTS50074", Fault: "signin.second-factor"},
		{Name: "second-factor-not-set-up", About: "A second proof is needed, and none is set up.", Ways: browser(), Where: OnPage,
			Set: blocked(50079), Said: "AADSTS50079", Fault: "signin.second-factor-register"},
		{Name: "second-factor-expired", About: "The second proof was too long ago.", Ways: browser(), Set: back(50078), Said: "AADSTS50078", Fault: "signin.second-factor-expired"},
		{Name: "conditional-access", About: "A rule blocks the sign-in.", Ways: browser(), Where: OnPage, Set: blocked(53003), Said: "AADSTS53003", Fault: "signin.blocked"},
		{Name: "device-not-compliant", About: "A rule wants a computer that keeps the rules.", Ways: browser(), Where: OnPage, Set: blocked(53000), Said: "AADSTS53000", Fault: "signin.device"},
		{Name: "device-not-joined", About: "A rule wants a computer that is managed.", Ways: browser(), Where: OnPage, Set: blocked(53001), Said: "AADSTS53001", Fault: "signin.device"},
		{Name: "conditional-access-for-applications", About: "A rule blocks the application itself.", Ways: application(), Set: atToken(53003), Said: "AADSTS53003", Fault: "signin.blocked"},
		{Name: "tenant-restriction-proxy", About: "The network's list of tenants cannot be read.", Ways: browser(), Where: OnPage, Set: onPage(50002), Said: "AADSTS50002", Fault: "signin.tenant-restricted"},
		{Name: "tenant-restriction", About: "The network allows no sign-in to this tenant.", Ways: browser(), Where: OnPage, Set: onPage(500021), Said: "AADSTS500021", Fault: "signin.tenant-restricted"},
		{Name: "tenant-restriction-header", About: "The network does not say which tenants it allows.", Ways: browser(), Where: OnPage, Set: onPage(500022), Said: "AADSTS500022", Fault: "signin.tenant-restricted"},
		{Name: "cross-tenant-out", About: "The own organisation allows no access to the other.", Ways: browser(), Where: OnPage, Set: onPage(500212), Said: "AADSTS500212", Fault: "signin.tenant-restricted"},
		{Name: "cross-tenant-in", About: "The other organisation allows no access from outside.", Ways: browser(), Where: OnPage, Set: onPage(500213), Said: "AADSTS500213", Fault: "signin.tenant-restricted"},
		{Name: "sign-in-frequency", About: "A rule ends the session after some time.", Ways: person(), Where: Renewed, Later: expiring(70043), Said: "AADSTS70043", Fault: "signin.session-ended"},
		{Name: "session-expired", About: "The sign-in was not used for too long.", Ways: person(), Where: Renewed, Later: expiring(700082), Said: "AADSTS700082", Fault: "signin.expired"},
		{Name: "session-expired-older-code", About: "The code or the sign-in has expired.", Ways: person(), Where: Renewed, Later: expiring(70008), Said: "AADSTS70008", Fault: "signin.expired"},
		{Name: "session-withdrawn", About: "The sign-in was withdrawn after it went well.", Ways: person(), Where: Renewed,
			Later: func(e *Environment) error { e.Microsoft.RevokeTokens(); e.Microsoft.RevokeRefresh(); return nil }, Said: "AADSTS50173", Fault: "signin.withdrawn"},
		{Name: "claims-demanded", About: "Renewing the sign-in needs a new proof, which the browser can give.", Ways: browser(), Where: Renewed,
			Later: func(e *Environment) error {
				e.Microsoft.ExpireTokens()
				e.Microsoft.Demand(`{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`)
				return nil
			}, Said: "AADSTS50076"},
	}
}

func credentialSituations() []Situation {
	return []Situation{
		{Name: "secret-wrong", About: "The client secret is wrong.", Ways: secret(),
			Values: func(_ *Environment, v *Values) { v.Secret = "practice~Wrong.1Ab2Cd3" }, Said: "AADSTS7000215", Fault: "signin.secret-wrong"},
		{Name: "secret-id-instead-of-value", About: "The secret's ID was pasted, not its value.", Ways: secret(),
			Values: func(_ *Environment, v *Values) { v.Secret = SecretID }, Said: "AADSTS7000215", Fault: "signin.secret-wrong"},
		{Name: "secret-expired", About: "The client secret has expired.", Ways: secret(),
			Set: func(e *Environment) error { e.Microsoft.ExpireSecret(e.SecretApp); return nil }, Said: "AADSTS7000222", Fault: "signin.secret-expired"},
		{Name: "secret-ends-soon", About: "The client secret expires in twelve days.", Ways: secret(),
			Set:    func(e *Environment) error { return expires(e, 12) },
			Values: func(e *Environment, v *Values) { v.SecretExpires = e.now().AddDate(0, 0, 12) }, Fault: "dataverse.credential-ends-soon"},
		{Name: "secret-end-unknown", About: "Nobody noted when the client secret expires.", Ways: secret(),
			Values: func(_ *Environment, v *Values) { v.SecretExpires = time.Time{} }, Fault: "dataverse.credential-end-unknown"},
		{Name: "secret-noted-as-expired", About: "The noted day of the client secret has passed.", Ways: secret(),
			Set:    func(e *Environment) error { return expires(e, -3) },
			Values: func(e *Environment, v *Values) { v.SecretExpires = e.now().AddDate(0, 0, -3) }, Said: "AADSTS7000222", Fault: "dataverse.credential-expired"},
		{Name: "secret-revoked-after-test", About: "The client secret is deleted after a good test.", Ways: secret(), Where: Renewed,
			Later: func(e *Environment) error {
				e.Microsoft.SetSecret(e.SecretApp, "practice~Another.9Zz8Yy7")
				e.Microsoft.RevokeTokens()
				return nil
			}, Said: "AADSTS7000215", Fault: "signin.secret-wrong"},
		{Name: "certificate-not-registered", About: "The certificate is not uploaded to the app registration.", Ways: certificate(),
			Values: func(e *Environment, _ *Values) { _ = e.Microsoft.Unregister(e.SecretApp) }, Said: "AADSTS700027", Fault: "signin.certificate-unknown"},
		{Name: "certificate-wrong-audience", About: "What is signed is meant for another address.", Ways: certificate(),
			Values: func(_ *Environment, v *Values) { v.Audience = "https://login.contoso.example/token" }, Said: "AADSTS700023", Fault: "signin.assertion"},
		{Name: "certificate-clock-wrong", About: "What is signed is not valid at the time of the service.", Ways: certificate(),
			Set: atToken(700024), Said: "AADSTS700024", Fault: "signin.assertion-time"},
		{Name: "certificate-refused", About: "What is signed is no good.", Ways: certificate(), Set: atToken(50027), Said: "AADSTS50027", Fault: "signin.assertion"},
		{Name: "certificate-expired", About: "The certificate has expired.", Ways: certificate(), Where: Entered,
			Values: func(e *Environment, v *Values) {
				if file, err := e.certificate(e.now().AddDate(-2, 0, 0), e.now().AddDate(0, 0, -3)); err == nil {
					v.Certificate = file
				}
			}, Fault: "signin.certificate-expired"},
	}
}

// expires lets the client secret end in so many days.
func expires(e *Environment, days int) error {
	return e.Microsoft.Change(e.SecretApp, func(a *microsoft.Application) { a.SecretExpires = e.now().AddDate(0, 0, days) })
}

package signin

import "ferry/core"

// known is the table from Microsoft's codes to words. Microsoft warns that codes may change, so nothing but words
// depends on it; code, correlation id and a link to Microsoft's own page stand beside them.
//
// Microsoft identity platform: "Microsoft Entra authentication and authorization error codes".
func known(aadsts int) (core.Fault, bool) {
	for _, row := range table() {
		for _, c := range row.codes {
			if c == aadsts {
				return core.Fault{Kind: row.kind, Code: "signin." + row.code, Cause: row.cause, Remedy: row.remedy, Owner: row.owner}, true
			}
		}
	}
	return core.Fault{}, false
}

type row struct {
	codes  []int
	kind   core.FaultKind
	code   string
	owner  core.Owner
	cause  string
	remedy string
}

func table() []row {
	return append(append(accountRows(), registrationRows()...), serviceRows()...)
}

// accountRows are about the person who signs in.
func accountRows() []row {
	return []row{
		{[]int{50020}, core.SignIn, "other-tenant", core.You,
			"This account belongs to another organisation or is a personal one.",
			"Sign in with an account of the organisation whose environment it is, or have this account invited there as a guest."},
		{[]int{50034}, core.SignIn, "no-such-account", core.You,
			"The organisation does not know this account.",
			"Check the spelling and the tenant, or have the account created or invited."},
		{[]int{50074, 50076}, core.SignIn, "second-factor", core.You,
			"The organisation wants a second proof that it is you, such as a code on your phone.",
			"Sign in again and confirm on your phone when you are asked."},
		{[]int{50079, 50072}, core.SignIn, "second-factor-register", core.You,
			"The organisation wants a second proof that it is you, and none is set up for this account.",
			"Sign in again and set up the second proof when the page asks for it."},
		{[]int{50078}, core.SignIn, "second-factor-expired", core.You,
			"The second proof that it is you was too long ago.",
			"Sign in again."},
		{[]int{50105}, core.Permission, "not-assigned", core.EntraAdmin,
			"Only people who are assigned to this application may use it, and this account is not.",
			"Under Enterprise applications, open the application, choose Users and groups, and add this account."},
		{[]int{50126, 50056}, core.SignIn, "password-wrong", core.You,
			"The account or the password is wrong.",
			"Sign in again. If you forgot the password, have it reset."},
		{[]int{50055}, core.SignIn, "password-expired", core.You,
			"The password has expired.",
			"Set a new password in the browser, then sign in again."},
		{[]int{50057}, core.SignIn, "account-disabled", core.EntraAdmin,
			"This account is disabled.",
			"Have the account enabled, or sign in with another one."},
		{[]int{50053}, core.SignIn, "account-locked", core.EntraAdmin,
			"This account is locked because of too many wrong tries.",
			"Wait a while, or have the account unblocked."},
		{[]int{50058}, core.SignIn, "over", core.You,
			"The sign-in is over.",
			"Sign in again."},
		{[]int{50173, 50133, 50132}, core.SignIn, "withdrawn", core.You,
			"The sign-in was withdrawn, for example because the password was changed.",
			"Sign in again."},
		{[]int{70008, 700082}, core.SignIn, "expired", core.You,
			"The sign-in was not used for too long and has expired.",
			"Sign in again."},
		{[]int{70043}, core.SignIn, "session-ended", core.You,
			"The organisation wants a new sign-in from time to time, and this one is over.",
			"Sign in again."},
		{[]int{53003}, core.Permission, "blocked", core.EntraAdmin,
			"A rule of the organisation (Conditional Access) blocks this sign-in.",
			"Open the sign-in log, find this sign-in and see which rule blocked it. Change the rule, or sign in from a place or device that it allows."},
		{[]int{53000, 53001, 53002}, core.Permission, "device", core.EntraAdmin,
			"A rule of the organisation wants a computer that it manages, and this one is not, or does not keep its rules.",
			"Sign in from a managed computer, or have this application excepted from the rule."},
		{[]int{50002, 500021, 500022, 500212, 500213}, core.Permission, "tenant-restricted", core.EntraAdmin,
			"A rule of your network or of one of the two organisations forbids signing in to that organisation.",
			"Have the rule about access between organisations (tenant restrictions, cross-tenant access) changed."},
		{[]int{65004}, core.SignIn, "cancelled", core.You,
			"The sign-in was cancelled in the browser.",
			"Sign in again when you like, and press Accept if you are asked."},
		{[]int{65001}, core.Permission, "no-consent", core.EntraAdmin,
			"Nobody has allowed this application to read Dynamics 365 for you.",
			"Sign in again and accept, or have the administrator open the app registration, API permissions, and press Grant admin consent."},
		{[]int{90094, 90095}, core.Permission, "admin-consent", core.EntraAdmin,
			"Only an administrator can allow this application to be used.",
			"Have the administrator open the app registration, API permissions, and press Grant admin consent."},
		{[]int{54005}, core.SignIn, "code-used", core.You,
			"The browser's answer was used already.",
			"Sign in again."},
		{[]int{70016}, core.SignIn, "code-pending", core.You,
			"The sign-in waits for you in the browser.",
			"Finish the sign-in there."},
		{[]int{70019, 70020}, core.SignIn, "code-expired", core.You, faultCodeExpired().Cause, faultCodeExpired().Remedy},
	}
}

// registrationRows are about the app registration and the settings that were copied from it.
func registrationRows() []row {
	return []row{
		{[]int{50011}, core.Wrong, "redirect-unknown", core.EntraAdmin,
			"The redirect URI that Ferry uses is not registered for this application.",
			"In the app registration, open Authentication. Without a client secret add http://localhost under Mobile and desktop applications; with one add http://localhost:33333/signin under Web."},
		{[]int{500113}, core.Wrong, "redirect-none", core.EntraAdmin,
			"No redirect URI is registered for this application.",
			"In the app registration, open Authentication. Without a client secret add http://localhost under Mobile and desktop applications; with one add http://localhost:33333/signin under Web."},
		{[]int{50059}, core.Wrong, "tenant-needed", core.You,
			"It cannot be told which organisation this sign-in is for.",
			"In the app registration, open Overview and copy the Directory (tenant) ID into the field Tenant."},
		{[]int{650056, 650057}, core.Permission, "no-permission", core.EntraAdmin,
			"The app registration does not list Dynamics 365 among what it may use.",
			"In the app registration, open API permissions, add Dynamics CRM with user_impersonation, and press Grant admin consent."},
		{[]int{650053}, core.Wrong, "scope-unknown", core.You,
			"The environment does not know the scope that was asked for.",
			"Leave the field Scope empty: Ferry then asks for the right one."},
		{[]int{70001}, core.Permission, "app-disabled", core.EntraAdmin,
			"This application is disabled.",
			"Under Enterprise applications, open the application, choose Properties, and enable it for sign-in."},
		{[]int{70011}, core.Wrong, "scope", core.You,
			"The sign-in service does not understand what is to be read.",
			"Check the address of the environment, and leave the field Scope empty."},
		{[]int{1002012}, core.Wrong, "scope-default", core.You,
			"An application must ask for everything it was given, and the scope says something else.",
			"Leave the field Scope empty, or let it end in /.default."},
		{[]int{700016}, core.Wrong, "app-unknown", core.You,
			"The organisation does not know an application with this client ID.",
			"Compare the client ID and the tenant with the app registration's Overview. A registration of another organisation must be allowed here first."},
		{[]int{7000215}, core.SignIn, "secret-wrong", core.You,
			"The client secret is wrong.",
			"In the app registration, open Certificates & secrets, make a new secret and copy its Value. The Secret ID beside it is something else."},
		{[]int{7000222}, core.SignIn, "secret-expired", core.EntraAdmin,
			"The client secret has expired.",
			"In the app registration, open Certificates & secrets, make a new secret and copy its Value."},
		{[]int{7000218}, core.Wrong, "secret-wanted", core.EntraAdmin,
			"The application is registered as one that proves itself with a client secret, and none was given.",
			"Give the client secret. Or, in the app registration, open Authentication, add http://localhost under Mobile and desktop applications and set Allow public client flows to Yes."},
		{[]int{700025}, core.Wrong, "secret-unwanted", core.EntraAdmin,
			"The redirect URI is registered for an application without a client secret, and one was given.",
			"Leave the client secret out. Or, in the app registration, open Authentication and add http://localhost:33333/signin under Web."},
		{[]int{700027, 700024}, core.SignIn, "certificate-unknown", core.EntraAdmin,
			"The certificate with which the application signs in is not registered.",
			"In the app registration, open Certificates & secrets, upload the certificate and compare its thumbprint."},
		{[]int{90002}, core.Wrong, "tenant-unknown", core.You,
			"There is no organisation with this tenant.",
			"Compare the tenant with the Directory (tenant) ID in the app registration's Overview. Organisations of the US government and of China have sign-in services of their own."},
		{[]int{500011}, core.Wrong, "environment-unknown", core.You,
			"The organisation does not know an environment at this address.",
			"Check the address of the environment, and that it belongs to this tenant."},
		{[]int{9002325, 9002326, 9002327}, core.Wrong, "redirect-platform", core.EntraAdmin,
			"The redirect URI is registered under Single-page application, which Ferry is not.",
			"In the app registration, open Authentication, remove it there and add it under Mobile and desktop applications, or under Web when there is a client secret."},
		{[]int{500112}, core.Wrong, "redirect-changed", core.You,
			"The redirect URI changed while you signed in.",
			"Sign in again."},
		{[]int{501481, 50148}, core.SignIn, "not-accepted", core.You,
			"The sign-in service does not accept the answer it gave itself.",
			"Sign in again."},
		{[]int{70000}, core.SignIn, "forgotten", core.You,
			"The sign-in service does not know this sign-in any more.",
			"Sign in again."},
	}
}

// serviceRows are about the service itself.
func serviceRows() []row {
	return []row{
		{[]int{90033, 50033, 50087, 90006, 90020, 90024}, core.Busy, "busy", core.You,
			"Microsoft's sign-in service has a passing fault.",
			"Try again in a few minutes."},
	}
}

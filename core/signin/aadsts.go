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
		{[]int{50020, 16000, 16003, 50014, 50177, 50178, 500200, 500208, 51004, 90072, 90084}, core.SignIn, "other-tenant", core.You,
			"This account belongs to another organisation or is a personal one.",
			"Sign in with an account of the organisation whose environment it is, or have this account invited there as a guest."},
		{[]int{50034}, core.SignIn, "no-such-account", core.You,
			"The organisation does not know this account.",
			"Check the spelling and the tenant, or have the account created or invited."},
		{[]int{50074, 50076, 50158}, core.SignIn, "second-factor", core.You,
			"The organisation wants a second proof that it is you, such as a code on your phone.",
			"Sign in again and confirm on your phone when you are asked."},
		{[]int{50079, 50072, 53004, 53010}, core.SignIn, "second-factor-register", core.You,
			"The organisation wants a second proof that it is you, and none is set up for this account.",
			"Sign in again and set up the second proof when the page asks for it."},
		{[]int{500121}, core.SignIn, "second-factor-failed", core.You,
			"The second proof that it is you was not given, was declined, or came too late.",
			"Sign in again and confirm on your phone at once. If no question comes, have your second proof set up anew."},
		{[]int{50078}, core.SignIn, "second-factor-expired", core.You,
			"The second proof that it is you was too long ago.",
			"Sign in again."},
		{[]int{50105}, core.Permission, "not-assigned", core.EntraAdmin,
			"Only people who are assigned to this application may use it, and this account is not.",
			"Under Enterprise applications, open the application, choose Users and groups, and add this account."},
		{[]int{501051}, core.Permission, "application-not-assigned", core.EntraAdmin,
			"Only applications that were given a role may use Dynamics 365 here, and this one was not.",
			"Under Enterprise applications, open Dynamics CRM (Dataverse), choose Properties, and set Assignment required to No, or assign this application."},
		{[]int{50126, 50056, 50064}, core.SignIn, "password-wrong", core.You,
			"The account or the password is wrong.",
			"Sign in again. If you forgot the password, have it reset."},
		{[]int{50055, 50135, 50142, 50144}, core.SignIn, "password-expired", core.You,
			"The password has expired or must be changed.",
			"Set a new password in the browser, then sign in again."},
		{[]int{50057}, core.SignIn, "account-disabled", core.EntraAdmin,
			"This account is disabled.",
			"In Microsoft Entra, open Users, choose the account and enable it. Or sign in with another one."},
		{[]int{50053}, core.SignIn, "account-locked", core.EntraAdmin,
			"This account is locked because of too many wrong tries.",
			"Wait a quarter of an hour and sign in again with the right password. Or have the password reset in Microsoft Entra under Users."},
		{[]int{50058, 16001, 16002, 160021, 50085, 50140, 50143, 50197, 50199, 51006, 700020}, core.SignIn, "over", core.You,
			"The sign-in is over.",
			"Sign in again."},
		{[]int{50173, 50133, 50132}, core.SignIn, "withdrawn", core.You,
			"The sign-in was withdrawn, for example because the password was changed.",
			"Sign in again."},
		{[]int{70008, 700081, 700082, 700084, 50089}, core.SignIn, "expired", core.You,
			"The sign-in was not used for too long and has expired.",
			"Sign in again."},
		{[]int{70043, 70044}, core.SignIn, "session-ended", core.You,
			"The organisation wants a new sign-in from time to time, and this one is over.",
			"Sign in again."},
		{[]int{53003, 53011, 50131, 530032, 530034, 530035}, core.Permission, "blocked", core.EntraAdmin,
			"A rule of the organisation (Conditional Access) blocks this sign-in.",
			"In Microsoft Entra, open Sign-in logs, choose this sign-in and look under Conditional Access which rule blocked it. Change the rule, or sign in from a place or computer that it allows."},
		{[]int{53000, 53001, 53002, 53009, 530003, 50005, 50097, 50127, 50129, 50155, 50187, 135011}, core.Permission, "device", core.EntraAdmin,
			"A rule of the organisation wants a computer that it manages, and this one is not, or does not keep its rules.",
			"Sign in on a managed computer, in the browser and not with a code. Or have this application excepted from the rule, in Microsoft Entra under Conditional Access."},
		{[]int{50002, 500021, 500022, 500212, 500213}, core.Permission, "tenant-restricted", core.EntraAdmin,
			"A rule of your network or of one of the two organisations forbids signing in to that organisation.",
			"Have the rule about access between organisations (tenant restrictions, cross-tenant access) changed."},
		{[]int{65004}, core.SignIn, "cancelled", core.You,
			"The sign-in was cancelled in the browser.",
			"Sign in again when you like, and press Accept if you are asked."},
		{[]int{65001, 9002341}, core.Permission, "no-consent", core.EntraAdmin,
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
		{[]int{70018, 90119, 90120}, core.SignIn, "code-wrong", core.You,
			"The code that was typed in on the page is wrong, or was used already.",
			"Type the code exactly as Ferry shows it. If it was used already, sign in again to get a new one."},
		{[]int{80012}, core.Permission, "hours", core.EntraAdmin,
			"The organisation lets this account sign in only at certain hours.",
			"Sign in within these hours, or have them changed for this account."},
		{[]int{81004, 81005, 81006, 81007, 81009, 81010, 81011, 81012}, core.SignIn, "windows-account", core.You,
			"The automatic sign-in with this computer's Windows account failed.",
			"Sign in again, choose Use another account, and type account and password."},
		{[]int{70019, 70020}, core.SignIn, "code-expired", core.You, faultCodeExpired().Cause, faultCodeExpired().Remedy},
	}
}

// registrationRows are about the app registration and the settings that were copied from it.
func registrationRows() []row {
	return []row{
		{[]int{50011, 70004}, core.Wrong, "redirect-unknown", core.EntraAdmin,
			"The redirect URI that Ferry uses is not registered for this application.",
			"In the app registration, open Authentication. Without a client secret add http://localhost under Mobile and desktop applications; with one add http://localhost:33333/signin under Web."},
		{[]int{500113, 900971}, core.Wrong, "redirect-none", core.EntraAdmin,
			"No redirect URI is registered for this application.",
			"In the app registration, open Authentication. Without a client secret add http://localhost under Mobile and desktop applications; with one add http://localhost:33333/signin under Web."},
		{[]int{50059, 50194, 90019, 9001023, 90124, 90130}, core.Wrong, "tenant-needed", core.You,
			"It cannot be told which organisation this sign-in is for.",
			"In the app registration, open Overview and copy the Directory (tenant) ID into the field Tenant."},
		{[]int{650056, 650057, 65005, 90008}, core.Permission, "no-permission", core.EntraAdmin,
			"The app registration does not list Dynamics 365 among what it may use.",
			"In the app registration, open API permissions, add Dynamics CRM with user_impersonation, and press Grant admin consent."},
		{[]int{650052, 650054, 500014}, core.Permission, "dynamics-missing", core.EntraAdmin,
			"In this tenant Dynamics 365 is not set up, or is switched off for applications.",
			"Check the tenant first. If it is right, look under Enterprise applications whether Dynamics CRM (Dataverse) is there and enabled."},
		{[]int{650053}, core.Wrong, "scope-unknown", core.You,
			"The environment does not know the scope that was asked for.",
			"Leave the field Scope empty: Ferry then asks for the right one."},
		{[]int{70001, 7000112, 1000031}, core.Permission, "app-disabled", core.EntraAdmin,
			"This application is disabled.",
			"Under Enterprise applications, open the application, choose Properties, and enable it for sign-in."},
		{[]int{70011, 28002, 28003, 700022, 90009}, core.Wrong, "scope", core.You,
			"The sign-in service does not understand which permission is asked for.",
			"Leave the field Scope under Advanced empty, and check the address of the environment."},
		{[]int{1002012}, core.Wrong, "scope-default", core.You,
			"The field Scope asks for a part only, but an application gets everything it was allowed or nothing.",
			"Leave the field Scope empty, or let it end in /.default."},
		{[]int{65002}, core.Wrong, "app-microsofts", core.EntraAdmin,
			"This client ID is one of Microsoft's own programs, which may not be used for this.",
			"Register an application of your own in Microsoft Entra and give its client ID."},
		{[]int{700016, 700011, 7000229, 90099}, core.Wrong, "app-unknown", core.You,
			"The organisation does not know an application with this client ID.",
			"Compare the client ID and the tenant with the app registration's Overview. A registration of another organisation must be allowed here first. Organisations of the US government and of China have sign-in services of their own."},
		{[]int{7000215, 70002}, core.SignIn, "secret-wrong", core.You,
			"The client secret is wrong.",
			"Paste it once more, whole. If it stays wrong, open Certificates & secrets in the app registration, make a new secret and copy its Value. The Secret ID beside it is something else."},
		{[]int{7000222}, core.SignIn, "secret-expired", core.EntraAdmin,
			"The client secret has expired.",
			"In the app registration, open Certificates & secrets, make a new secret, copy its Value and give it to Ferry with Replace secret. Everything else stays as it is."},
		{[]int{7000218}, core.Wrong, "secret-wanted", core.EntraAdmin,
			"The application is registered as one that proves itself with a client secret, and none was given.",
			"Give the client secret. Or, in the app registration, open Authentication, add http://localhost under Mobile and desktop applications and set Allow public client flows to Yes."},
		{[]int{700025}, core.Wrong, "secret-unwanted", core.EntraAdmin,
			"The redirect URI is registered for an application without a client secret, and one was given.",
			"Leave the client secret out. Or, in the app registration, open Authentication and add http://localhost:33333/signin under Web."},
		{[]int{700027, 700030, 50012}, core.SignIn, "certificate-unknown", core.EntraAdmin,
			"The certificate with which the application signs in is not registered.",
			"In the app registration, open Certificates & secrets, upload the certificate and compare its thumbprint."},
		{[]int{700024, 500133}, core.SignIn, "assertion-time", core.You,
			"What the application signed with its certificate is not valid at this time: this computer's clock may be wrong.",
			"Set date, time and time zone of this computer, best automatically. If they are right, leave the lifetime under Advanced empty."},
		{[]int{700021, 700023, 50013, 50027, 50048}, core.Wrong, "assertion", core.You,
			"What the application signed with its certificate does not say what the sign-in service expects.",
			"Under Advanced, leave algorithm, audience, lifetime and additional claims empty, then try again."},
		{[]int{1000502}, core.SignIn, "certificate-ended", core.EntraAdmin,
			"The application's certificate is not valid any more, or not yet.",
			"Make a new certificate here. In the app registration, open Certificates & secrets, Certificates, and upload the new .cer file."},
		{[]int{90038, 90051, 900382, 900432, 1000104, 50049}, core.Wrong, "other-cloud", core.You,
			"The tenant belongs to another one of Microsoft's clouds than the sign-in service that was asked.",
			"Check the address of the environment and the tenant, and leave the field Authority empty. Organisations of the US government and of China have sign-in services of their own."},
		{[]int{90002, 900023, 50029, 50128}, core.Wrong, "tenant-unknown", core.You,
			"There is no organisation with this tenant.",
			"Compare the tenant with the Directory (tenant) ID in the app registration's Overview. Organisations of the US government and of China have sign-in services of their own."},
		{[]int{500011, 50001}, core.Wrong, "environment-unknown", core.You,
			"The organisation does not know an environment at this address.",
			"Check the address of the environment, that it belongs to this tenant, and that it is one of Dynamics 365 or Dataverse."},
		{[]int{9002325, 9002326, 9002327}, core.Wrong, "redirect-platform", core.EntraAdmin,
			"The redirect URI is registered under Single-page application, which Ferry is not.",
			"In the app registration, open Authentication, remove it there and add it under Mobile and desktop applications, or under Web when there is a client secret."},
		{[]int{500112}, core.Wrong, "redirect-changed", core.You,
			"The redirect URI changed while you signed in.",
			"Sign in again."},
		{[]int{501481, 501491, 50147, 50148, 700005}, core.SignIn, "not-accepted", core.You,
			"The sign-in service does not accept the answer it gave itself.",
			"Sign in again."},
		{[]int{90004, 90014, 90023, 90056, 90100, 90102, 900144, 900561, 901002, 9002313, 70005, 70007}, core.Wrong, "request", core.You,
			"The sign-in service cannot read what it was sent.",
			"Leave the fields under Advanced empty and try again. If it happens again, save the diagnostics and send them to us."},
		{[]int{70000}, core.SignIn, "forgotten", core.You,
			"The sign-in service does not know this sign-in any more.",
			"Sign in again."},
	}
}

// passingCodes are faults at Microsoft that go away by themselves.
func passingCodes() []int {
	return []int{90033, 50000, 50033, 50087, 50166, 70012, 90006, 90012, 90024, 90025, 90090, 90091}
}

// serviceRows are about the service itself.
func serviceRows() []row {
	return []row{
		{passingCodes(), core.Busy, "busy", core.You,
			"Microsoft's sign-in service has a passing fault.",
			"Try again in a few minutes."},
		{[]int{90055, 50088, 50196}, core.Busy, "too-often", core.You,
			"The sign-in service was asked too often in a short time.",
			"Wait five minutes, then try again. Close other programs that sign in again and again with the same application."},
		{[]int{20001, 20012, 20033, 40008, 40009, 40010, 40015, 50008, 50107, 90020}, core.SignIn, "federation", core.EntraAdmin,
			"Your organisation has a sign-in service of its own, and that one did not answer as it should.",
			"Try again in a few minutes. If it stays so, tell your Entra administrator that the federated sign-in fails."},
		{[]int{80001, 80002, 80005, 80007, 80010, 80013, 80014}, core.SignIn, "password-agent", core.EntraAdmin,
			"The computer of your organisation that checks passwords cannot be reached.",
			"Try again in a few minutes. If it stays so, tell your Entra administrator that the pass-through authentication agent does not answer."},
	}
}

// onPremises says what AD FS refuses. Its codes have other names, and no page that explains them.
//
// AD FS: "AD FS OpenID Connect/OAuth concepts", event log messages MSIS9xxx.
func onPremises(msis int) (core.Fault, bool) {
	for _, row := range onPremisesRows() {
		for _, c := range row.codes {
			if c == msis {
				return core.Fault{Kind: row.kind, Code: "signin." + row.code, Cause: row.cause, Remedy: row.remedy, Owner: row.owner}, true
			}
		}
	}
	return core.Fault{}, false
}

func onPremisesRows() []row {
	return []row{
		{[]int{9223, 9607, 9608}, core.Wrong, "adfs-client", core.DynamicsAdmin,
			"AD FS does not know an application with this client ID.",
			"Compare the client ID with the application group in AD FS Management, or register it there with Add-AdfsClient."},
		{[]int{9224, 9609}, core.Wrong, "adfs-redirect", core.DynamicsAdmin,
			"The redirect URI that Ferry uses is not registered for this application in AD FS.",
			"In AD FS Management, open the application and add the redirect URI exactly as Ferry shows it, with its port."},
		{[]int{9602, 9610, 9642}, core.Wrong, "adfs-resource", core.DynamicsAdmin,
			"AD FS does not know Dynamics 365 by this address.",
			"Compare the address with the identifiers of the relying party trust in AD FS Management. Under Advanced, the parameter resource names another one."},
		{[]int{9605, 9604}, core.Permission, "adfs-not-allowed", core.DynamicsAdmin,
			"AD FS does not allow this application to use Dynamics 365.",
			"Give the application the permission in AD FS, for example with Grant-AdfsApplicationPermission."},
		{[]int{9622, 9623, 9641}, core.SignIn, "adfs-credential", core.DynamicsAdmin,
			"AD FS does not accept the client secret or the certificate.",
			"Set a new secret, or register the certificate, in the application group in AD FS Management."},
		{[]int{9448}, core.SignIn, "cancelled", core.You, faultCancelled().Cause, faultCancelled().Remedy},
		{[]int{9612, 9615, 9614}, core.SignIn, "expired", core.You,
			"The sign-in was not used for too long and has expired.",
			"Sign in again."},
	}
}

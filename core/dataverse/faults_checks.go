package dataverse

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"ferry/core"
	"ferry/core/rest"
)

// What Test connection says. The Faults of the package stand in faults.go, refusals.go and here; nowhere else.

// inOwnWords adds what Dynamics itself says to the Fault of a refusal that nobody knows better. It stays on the screen,
// and it is for steps of a test only: the refusal of a record may repeat what is in it.
func inOwnWords(f *core.Fault) *core.Fault {
	var a *rest.Answer
	if !errors.As(f.Err, &a) || f.Subject.Value != "" {
		return f
	}
	said := onScreen(a.Message)
	if _, known := meaning(a); known || said == "" {
		return f
	}
	c := *f
	c.Subject.Value, c.Owner = said, core.DynamicsAdmin
	if c.Link == "" || c.Link == linkRoles {
		c.Link = linkCodes
	}
	const below = "The test shows what Dynamics 365 itself says. If that does not help, open the link, or send all of it to your Dynamics administrator."
	switch {
	case a.Status < 500 && slices.Contains([]string{codeDenied, "dataverse.refused", "dataverse.not-found", "rest.refused-request"}, c.Code):
		c.Cause, c.Remedy = "Dynamics 365 refuses this, for a reason that Ferry does not know.", below
	default:
		c.Remedy += " " + below
	}
	return &c
}

var (
	account = regexp.MustCompile(`[\w.+#-]+@[\w-]+\.[\w.-]+`)
	sealed  = regexp.MustCompile(`[A-Za-z0-9+/_~.=-]{45,}`)
	queried = regexp.MustCompile(`\?\S+`)
)

// onScreen is the first line of somebody's text, without accounts, addresses' queries and anything that could be a token.
func onScreen(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(begin(text)), "\n")
	text = queried.ReplaceAllString(account.ReplaceAllString(strings.ToValidUTF8(text, ""), "(an account)"), "")
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, sealed.ReplaceAllString(text, "•••"))
	if runes := []rune(text); len(runes) > 300 {
		text = string(runes[:300]) + "…"
	}
	return strings.TrimSpace(text)
}

func daysLeft(days int) string {
	if days == 1 {
		return "1 day"
	}
	return strconv.Itoa(days) + " days"
}

// credentialName is what people call a credential.
func credentialName(kind string) string {
	if kind == "certificate" {
		return "certificate"
	}
	return "client secret"
}

func credentialRemedy(kind string) string {
	if kind == "certificate" {
		return "Make a new certificate here, upload its .cer in the app registration under Certificates & secrets, and then choose the new one."
	}
	return "In the app registration, open Certificates & secrets, make a new client secret, copy its Value, and choose Replace secret here."
}

func credentialExpired(kind, day string) *core.Fault {
	f := fault(core.SignIn, "credential-expired", "The "+credentialName(kind)+" expired on "+day+", by what is noted here.", credentialRemedy(kind))
	f.Owner, f.Link = core.EntraAdmin, linkRegister
	return f
}

func expiresSoon(kind string, days int, day string) *core.Fault {
	f := fault(core.SignIn, "credential-ends-soon", "The "+credentialName(kind)+" ends in "+daysLeft(days)+", on "+day+". From then on nothing can be imported with it.", credentialRemedy(kind))
	f.Owner, f.Link = core.EntraAdmin, linkRegister
	return f
}

func expiryUnknown(kind string) *core.Fault {
	f := fault(core.SignIn, "credential-end-unknown", "It is not known when the "+credentialName(kind)+" ends, so Ferry cannot warn in time.",
		"Look in the app registration under Certificates & secrets, column Expires, and enter that day here.")
	f.Link = linkRegister
	return f
}

func inspected(issuer string) *core.Fault {
	f := fault(core.Wrong, "tls-inspected", "The connection is opened and looked into on its way, by "+issuer+". It is not Microsoft's own certificate that this computer sees.",
		"Many companies do this with all traffic; then nothing needs to be done. If you do not know who that is, ask your network's administrator before you go on.")
	return f
}

func otherTenant(theirs, ours string) *core.Fault {
	f := fault(core.Wrong, "other-tenant", "The environment belongs to the tenant "+theirs+", but the connection signs in to the tenant "+ours+".",
		"Use the environment's tenant, and a client ID that is registered or allowed there. Or check the organisation URL: it may be that of another company's environment.")
	return f
}

func windowsWanted() *core.Fault {
	return fault(core.Wrong, "windows-wanted", "This server wants a Windows user, not a sign-in with Microsoft or AD FS.",
		"Choose Windows sign-in for this connection and enter the user as DOMAIN\\name.")
}

func windowsRefused() *core.Fault {
	return fault(core.SignIn, "windows-refused", "The server does not accept this Windows user or password.",
		"Enter the user as DOMAIN\\name and the password again. If they are right, the account may be locked or may not sign in over the network: ask its administrator.")
}

func oauthOff() *core.Fault {
	f := fault(core.Wrong, "oauth-off", "This server sends to a sign-in page of AD FS, and does not let programs sign in.",
		"Let the administrator of the Dynamics server allow it in PowerShell, by Get-CrmSetting and Set-CrmSetting for OAuthClaimsSettings with Enabled set to true, and register Ferry in AD FS.")
	f.Owner, f.Link = core.DynamicsAdmin, linkOAuthOnPrem
	return f
}

func serverTooOld(version string) *core.Fault {
	which := ""
	if version != "" {
		which = " (version " + version + ")"
	}
	f := fault(core.Wrong, "too-old", "This is a Dynamics CRM server of the years 2011 to 2015"+which+". It has no Web API, so Ferry cannot read it.",
		"Ferry reads Dynamics CRM 2016 (8.0) and everything newer. Let the server be updated first, or export the tables to Excel in CRM itself.")
	f.Owner = core.DynamicsAdmin
	return f
}

func noUser(application bool) *core.Fault {
	if application {
		f := fault(core.Permission, "no-application-user", "Sign-in worked, but the environment has no application user for this client ID.",
			"In the Power Platform admin center, open the environment, Settings, Users + permissions, Application users, New app user, choose this app registration and give it a security role that may read the tables.")
		f.Owner, f.Link = core.DynamicsAdmin, linkAppUser
		return f
	}
	f := fault(core.Permission, "no-user", "Sign-in worked, but this person is no user of the environment.",
		"Give this person a Dynamics 365 or Power Apps licence, add them to the environment's security group if it has one, and add them under Settings, Users + permissions, Users. It can take an hour until it works.")
	f.Owner, f.Link = core.DynamicsAdmin, linkAccess
	return f
}

func noRole(application bool) *core.Fault {
	whom, code := "This person", "user-without-role"
	if application {
		whom, code = "The application user", "application-user-without-role"
	}
	f := fault(core.Permission, code, whom+" has no security role in this environment.",
		"In the Power Platform admin center, open the environment, Settings, Users + permissions, choose the user, Manage security roles, and give a role that may read the tables for the whole organisation.")
	f.Owner, f.Link = core.DynamicsAdmin, linkRoles
	return f
}

func disabled(application bool) *core.Fault {
	if application {
		f := fault(core.Permission, "application-user-disabled", "The application user for this client ID is disabled in this environment.",
			"In the Power Platform admin center, open the environment, Settings, Users + permissions, Application users, choose it and press Activate.")
		f.Owner, f.Link = core.DynamicsAdmin, linkAppUser
		return f
	}
	f := fault(core.Permission, "person-disabled", "This person is disabled in the environment.",
		"A person becomes disabled when the licence or the sign-in is taken away: give both back in the Microsoft 365 admin center, or sign in as somebody else.")
	f.Owner, f.Link = core.DynamicsAdmin, linkAccess
	return f
}

// onPremisesWords tells where a user is looked after when there is no admin center.
func onPremisesWords(f *core.Fault) {
	switch f.Code {
	case "dataverse.no-user", "dataverse.no-application-user":
		f.Remedy = "In Dynamics, open Settings, Security, Users, add this user, and give a security role that may read the tables for the whole organisation."
	case "dataverse.user-without-role", "dataverse.application-user-without-role":
		f.Remedy = "In Dynamics, open Settings, Security, Users, choose the user, Manage Roles, and give a role that may read the tables for the whole organisation."
	case "dataverse.person-disabled", "dataverse.application-user-disabled":
		f.Remedy = "In Dynamics, open Settings, Security, Users, choose the view Disabled Users, choose the user and press Enable."
	default:
		return
	}
	f.Link = ""
}

func accessNarrow(mode string) *core.Fault {
	f := fault(core.Permission, "access-mode", "This user's access mode is "+mode+", which shows settings but often no records.",
		"Let the administrator set the access mode to Read-Write, or let an application sign in.")
	f.Owner, f.Link = core.DynamicsAdmin, linkAccess
	return f
}

func unlicensed() *core.Fault {
	f := fault(core.Permission, "unlicensed", "Dynamics 365 says that this user has no licence.",
		"If everything below can be read, nothing needs to be done. Else give this person a Dynamics 365 or Power Apps licence, or let an application sign in: it needs none.")
	f.Owner, f.Link = core.DynamicsAdmin, linkAccess
	return f
}

func rightsUnknown(err error) *core.Fault {
	f := fault(core.Permission, "rights-unknown", "Dynamics 365 does not tell which rights we have, so they are found out by trying.",
		"Nothing needs to be done when the tables can be read. Whether all of their records come is not known.")
	f.Owner, f.Link, f.Err = core.DynamicsAdmin, linkRoles, err
	return f
}

func tooManyRights(what string, application bool) *core.Fault {
	remedy := "Nothing needs to be done for an import of your own. For production, let an application sign in that has a security role for reading only."
	if application {
		remedy = "Reading is enough: give this application user a security role that may read the tables organisation-wide and nothing else, and take the others away."
	}
	f := fault(core.Permission, "more-rights-than-needed", "These are more rights than needed: who signs in here "+what+".", remedy)
	f.Owner, f.Link = core.DynamicsAdmin, linkRoles
	return f
}

func environmentDisabled() *core.Fault {
	f := fault(core.Offline, "environment-disabled", "The environment is switched off or in administration mode.",
		"Look at its state in the Power Platform admin center.")
	f.Owner, f.Link = core.DynamicsAdmin, linkAdminCenter
	return f
}

// Tables.

func trackingNeedsAll(table string) *core.Fault {
	f := fault(core.Permission, "tracking-needs-all", "Dynamics 365 tells what changed only to those who may read the whole table. So each import reads all of it that may be read.",
		"If imports shall bring changes alone, give the right to read this table at the depth Organization. Else nothing needs to be done.")
	f.Owner, f.Link, f.Subject.Table = core.DynamicsAdmin, linkTracking, table
	return f
}

func trackingOff(table string) *core.Fault {
	f := fault(core.Wrong, "not-tracked", "Change tracking is off for this table, so each import reads all of it.",
		"Turn on Track changes in the table's properties. It is not needed for a single import.")
	f.Owner, f.Link, f.Subject.Table = core.DynamicsAdmin, linkTracking, table
	return f
}

func noTableReadable() *core.Fault {
	f := fault(core.Permission, "no-table-readable", "None of the wanted tables may be read.",
		"Give this user or application user a security role that may read them, best for the whole organisation.")
	f.Owner, f.Link = core.DynamicsAdmin, linkRoles
	return f
}

func tableNotReadable(table, right string) *core.Fault {
	cause := "This table may not be read."
	remedy := "Add the right to a security role of this user or application user, best for the whole organisation."
	if right != "" {
		cause = "This table may not be read: the right " + right + " is missing at every depth."
		remedy = "Add the right " + right + " to a security role of this user or application user, at the depth Organization. A smaller depth shows only a part of the records."
	}
	f := fault(core.Permission, "table-not-readable", cause, remedy)
	f.Owner, f.Link, f.Subject.Table = core.DynamicsAdmin, linkRoles, table
	return f
}

func partlyReadable(table, right, depth string) *core.Fault {
	f := fault(core.Permission, "partly-readable", "Only "+depth+" can be read, so the import may be incomplete.",
		"Give the right "+right+" at the depth Organization, unless a part is what you want.")
	f.Owner, f.Link, f.Subject.Table = core.DynamicsAdmin, linkRoles, table
	return f
}

func fieldsHidden(table, names string) *core.Fault {
	f := fault(core.Permission, "fields-hidden", "Column security hides fields from who signed in: "+names+". Ferry leaves them out and never writes them as empty.",
		"If they are wanted, add this user or application user to a column security profile that may read them.")
	f.Owner, f.Link, f.Subject.Table = core.DynamicsAdmin, linkColumns, table
	return f
}

func fieldsPerhapsHidden(table, names string) *core.Fault {
	f := fault(core.Permission, "fields-perhaps-hidden", "These fields are protected by column security and may come back empty: "+names+".",
		"Add this user or application user to the column security profile, or leave these fields out of the mapping.")
	f.Owner, f.Link, f.Subject.Table = core.DynamicsAdmin, linkColumns, table
	return f
}

// The list of environments.

func noEnvironments() *core.Fault {
	f := fault(core.Permission, "no-environments", "Sign-in worked, but Microsoft lists no environment for you.",
		"Paste the environment's address instead. It may be missing because you have no licence or role there yet, because its security group does not have you, or because you look after it as a partner.")
	f.Owner, f.Link = core.DynamicsAdmin, linkAccess
	return f
}

func discoveryRefused() *core.Fault {
	return fault(core.SignIn, "list-refused", "Microsoft's list of environments does not accept this sign-in.",
		"Paste the environment's address instead, or sign in again. An application cannot see the list, only a person can.")
}

// The application user.

func clientIDUnusable() *core.Fault {
	f := fault(core.Wrong, "client-id", "There is no client ID for which the application user could be made.",
		"Enter the Application (client) ID of the app registration first.")
	f.Link = linkRegister
	return f
}

func noTables() *core.Fault {
	return fault(core.Wrong, "no-tables", "It is not said which tables the application user may read.", "Choose at least one table first.")
}

func notAdministrator() *core.Fault {
	f := fault(core.Permission, "not-administrator", "Who is signed in is no System Administrator of this environment, and only such a one may make users and roles.",
		"Let a System Administrator sign in here once, or send them what is to be made.")
	f.Owner, f.Link = core.DynamicsAdmin, linkAppUser
	return f
}

func noSuchPrivilege(names string) *core.Fault {
	f := fault(core.Wrong, "no-such-right", "The environment knows no right of this name: "+names+".",
		"Leave the table out, or let the administrator give an existing role that may read it.")
	f.Owner, f.Link = core.DynamicsAdmin, linkRoles
	return f
}

func planGone() *core.Fault {
	return fault(core.Wrong, "plan-gone", "What is to be made was not looked at, or was looked at in another connection.", "Look again at what will be made, then make it.")
}

func notMade(what string) *core.Fault {
	f := fault(core.Busy, "not-made", "Dynamics 365 took the order, but "+what+" cannot be seen yet.",
		"Wait a minute and do it again: what is there already is not made twice.")
	f.Owner, f.Link = core.DynamicsAdmin, linkAppUser
	return f
}

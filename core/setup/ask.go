package setup

import (
	"strings"

	"ferry/core"
)

// An AskKind is what somebody is asked for. The values but AskFault are those of a saved Waiting.
type AskKind string

const (
	AskFault           AskKind = "fault"            // mend what Values.Fault says
	AskRegistration    AskKind = "registration"     // register an app for me
	AskApproval        AskKind = "admin-approval"   // grant what the application asks for
	AskApplicationUser AskKind = "application-user" // make the application user
)

// Ask writes the mail to the person who can do it: plain text, without any secret. An unknown kind asks to mend the Fault.
func Ask(kind AskKind, v Values) (subject, body string) {
	l := &letter{v: v, cloud: CloudOf(v.Org)}
	l.line("Hello,")
	l.gap()
	switch kind {
	case AskRegistration:
		subject = "Please register an app for Ferry" + l.forWhom()
		l.registration()
	case AskApproval:
		subject = "Please approve the app Ferry" + l.forWhom()
		l.approval()
	case AskApplicationUser:
		subject = "Please make an application user for Ferry" + l.forWhom()
		l.applicationUser()
	default:
		subject = "Please help: Ferry cannot connect" + l.toWhat()
		l.fault()
	}
	return subject, l.text.String()
}

// A letter is a mail that is being written.
type letter struct {
	v     Values
	cloud Cloud
	text  strings.Builder
}

func (l *letter) line(parts ...string) {
	l.text.WriteString(strings.Join(parts, "") + "\n")
}

func (l *letter) gap() { l.line() }

func (l *letter) head(title string) {
	l.gap()
	l.line(title)
}

// item is a point of a list.
func (l *letter) item(parts ...string) { l.line("  - ", strings.Join(parts, "")) }

func (l *letter) fact(name, value string) {
	if value = oneLine(value, 500); value != "" {
		l.line("  ", name, ": ", value)
	}
}

func (l *letter) forWhom() string {
	if name := oneLine(l.v.Name, 80); name != "" {
		return " (" + name + ")"
	}
	return ""
}

func (l *letter) toWhat() string {
	if host := hostOf(l.v.Org); host != "" {
		return " to " + host
	}
	return l.forWhom()
}

// page names a page by the way there and by its address.
func (l *letter) page(page Page) {
	environment := l.v.environment()
	link, ok := LinkTo(page, l.cloud, l.v.Tenant, l.v.ClientID, environment)
	if !ok {
		link, ok = LinkTo(PageRegistrations, l.cloud, l.v.Tenant, l.v.ClientID, environment)
	}
	if ok {
		l.line("  ", link.Clicks)
		l.line("  ", link.URL)
	}
}

// known are the facts that an administrator looks for.
func (l *letter) known() {
	v := l.v
	l.fact("Environment", v.Org)
	l.fact("Tenant", v.Tenant)
	l.fact("Application (client) ID", v.ClientID)
	l.fact("Signed in as", v.Account)
	if !v.At.IsZero() {
		l.fact("Time (UTC)", v.At.UTC().Format("2006-01-02 15:04:05"))
	}
	if v.Version != "" {
		l.fact("Ferry", v.Version)
	}
}

func (l *letter) end() {
	l.gap()
	l.line("This message holds no password and no secret. Thank you!")
}

func (l *letter) fault() {
	f := l.v.Fault
	if f == nil {
		f = &core.Fault{Code: "setup.unknown", Cause: "Ferry cannot connect.", Remedy: "Look at the details below.", Owner: core.EntraAdmin}
	}
	l.line("Ferry, a program that copies records out of Dynamics 365, cannot connect", l.toWhat(), " and asks for your help.")
	l.head("WHAT HAPPENED")
	l.line("  ", oneLine(f.Cause, 1000))
	if f.Op != "" {
		l.line("  It happened while ", oneLine(f.Op, 200), ".")
	}
	l.head("WHAT IS NEEDED")
	l.line("  ", oneLine(f.Remedy, 1000))
	if f.Owner != "" && f.Owner != core.You {
		l.line("  This can be done by ", string(f.Owner), ".")
	}
	l.head("WHY")
	l.line("  ", why(f.Kind))
	if page := pageFor(f); page != "" {
		l.head("WHERE")
		l.page(page)
		if f.Link != "" {
			l.line("  What Microsoft says about it: ", oneLine(f.Link, 500))
		}
	} else if f.Link != "" {
		l.head("WHERE")
		l.line("  ", oneLine(f.Link, 500))
	}
	l.head("DETAILS")
	l.known()
	l.fact("Table", f.Subject.Table)
	l.fact("What Microsoft said", f.Details)
	l.fact("Ferry's code", f.Code)
	l.end()
}

func why(k core.FaultKind) string {
	switch k {
	case core.SignIn:
		return "Ferry signs in at Microsoft's own sign-in service. Until that works it can read nothing."
	case core.Permission:
		return "Ferry can read only what this user or application user may read. It gets no right of its own."
	case core.Busy, core.Offline:
		return "Ferry speaks to Microsoft's services from this computer, by https. Until they can be reached it can do nothing."
	}
	return "Until this is set right, Ferry cannot tell that it speaks to the right environment."
}

// pageFor is the page on which a Fault is mended; "" when there is none.
func pageFor(f *core.Fault) Page {
	_, code, _ := strings.Cut(f.Code, ".")
	switch code {
	case "redirect-unknown", "redirect-none", "redirect-platform", "redirect-changed", "secret-wanted", "secret-unwanted", "redirect":
		return PageAuthentication
	case "secret-wrong", "secret-expired", "secret-missing", "certificate-unknown", "certificate-ended", "client", "credential-expired", "credential-ends-soon", "credential-end-unknown":
		return PageSecrets
	case "no-consent", "admin-consent", "no-permission":
		return PagePermissions
	case "not-assigned", "application-not-assigned", "app-disabled", "dynamics-missing":
		return PageEnterpriseApps
	case "account-disabled", "account-locked", "password-expired", "no-such-account", "second-factor-register":
		return PageUsers
	case "blocked", "device", "tenant-restricted":
		return PageSignInLog
	case "app-unknown", "tenant-unknown":
		return PageOverview
	case "no-application-user", "application-user-disabled", "application-user-without-role", "not-a-member":
		return PageApplicationUsers
	case "no-role", "no-user", "user-disabled", "user-without-role", "person-disabled", "privilege", "table-not-readable", "no-table-readable", "partly-readable",
		"unlicensed", "no-licence", "more-rights-than-needed", "fields-hidden", "column-security", "fields-perhaps-hidden":
		return PageEnvironmentUsers
	case "environment-disabled", "administration-mode", "not-tracked", "api-disabled":
		return PageEnvironment
	}
	if f.Owner == core.EntraAdmin && f.Kind != core.Offline {
		return PageSignInLog
	}
	return ""
}

func (l *letter) registration() {
	v := l.v
	uri, platform := RedirectURI(v.Way, v.WithSecret || len(v.Certificate) > 0)
	if uri != "" && v.Redirect != "" {
		uri = v.Redirect
	}
	l.line("I want to copy records out of Dynamics 365 with Ferry, a program on my computer. For that I need an app registration in")
	l.line("Microsoft Entra. It takes about five minutes. Please do one of the two:")
	l.head("A. WITH A SCRIPT (it does everything and prints what I need)")
	l.item("Open https://shell.azure.com, choose Bash, paste the script from the end of this message, and press Enter.")
	l.item("Send me what stands between \"Copy from here\" and \"to here\".")
	l.head("B. BY HAND")
	l.page(PageNewRegistration)
	l.item("Name: ", v.appName(), ". Supported account types: single tenant (this organisation only).")
	if uri != "" {
		l.item("Redirect URI: choose \"", platform, "\" and enter ", uri)
	} else {
		l.item("Redirect URI: none is needed.")
	}
	if v.Way == WayDevice {
		l.item("Authentication: set \"Allow public client flows\" to Yes.")
	}
	if !v.Way.Application() {
		l.item("API permissions: Add a permission, Dynamics CRM, Delegated permissions, user_impersonation. Then Grant admin consent.")
	}
	switch {
	case v.Way == WayCertificate || len(v.Certificate) > 0:
		l.item("Certificates & secrets: upload the certificate (.cer) that I send with this message.")
	case v.Way == WaySecret || v.WithSecret:
		l.item("Certificates & secrets: New client secret. Copy its Value at once, not its Secret ID: it is shown only once.")
	}
	if v.Way.Application() {
		l.item("Power Platform admin center: make an application user for the app in the environment, with the security role ", v.role(), ":")
		l.page(PageApplicationUsers)
	}
	l.item("\"Access tokens\" and \"Expose an API\" are not needed.")
	l.head("PLEASE FILL IN AND SEND BACK")
	l.table()
	l.line("A secret should not go by ordinary mail. Use a password manager or tell me by telephone.")
	l.head("WHY")
	l.line("  ", why(core.Permission))
	l.gap()
	l.line("Thank you!")
	l.script()
}

// table is what is to be filled in. Find reads it back.
func (l *letter) table() {
	blank := func(label, value string) { l.line(strings.TrimRight("  "+label+": "+oneLine(value, 300), " ")) }
	blank(labelOrg, l.v.Org)
	blank(labelTenant, l.v.Tenant)
	blank(labelClient, l.v.ClientID)
	if l.v.Way == WaySecret || l.v.WithSecret {
		l.line("  ", labelSecret, ":")
		l.line("  ", labelExpires, ":")
	}
}

func (l *letter) script() {
	script, err := Script(Bash, l.v)
	if err != nil {
		return
	}
	l.gap()
	l.line("----- The script for Azure Cloud Shell (Bash) begins here -----")
	l.gap()
	l.text.WriteString(script)
	l.gap()
	l.line("----- The script ends here -----")
}

func (l *letter) approval() {
	l.line("Ferry, a program on my computer, copies records out of Dynamics 365. When I sign in with it, Microsoft says \"Need admin")
	l.line("approval\". It asks for one permission: Dynamics CRM, user_impersonation. With it Ferry may do in Dynamics 365 what the")
	l.line("person who signed in may do there, and nothing more. Please choose one of three ways:")
	l.head("1. GRANT IT FOR EVERYBODY (about a minute)")
	if l.v.ConsentLink != "" {
		l.line("  Open this link, sign in as an administrator, and press Accept:")
		l.line("  ", oneLine(l.v.ConsentLink, 2000))
		l.line("  After Accept the browser may say that it cannot reach localhost. That is expected: the permission is granted all the same.")
		l.line("  Or, by hand:")
	}
	l.page(PagePermissions)
	l.line("  There press \"Grant admin consent\". If my request is listed under Admin consent requests, you can approve it there too.")
	l.head("2. SIGN IN ONCE ON MY COMPUTER")
	l.line("  Sign in once in Ferry with your own account, tick \"Consent on behalf of your organization\", and press Accept.")
	l.line("  Then sign out again in Ferry (Disconnect). From then on I can sign in myself.")
	l.head("3. A USER OF ITS OWN, WITH FEW RIGHTS")
	l.line("  Make a user only for this import, give it a security role that may only read the tables we need", l.tables(), ", and grant the")
	l.line("  permission for this user alone. Ferry then signs in as this user.")
	l.head("DETAILS")
	l.known()
	if f := l.v.Fault; f != nil {
		l.fact("What Microsoft said", f.Details)
		l.fact("Ferry's code", f.Code)
	}
	l.end()
}

func (l *letter) tables() string {
	var names []string
	for _, t := range l.v.Tables {
		if t = oneLine(t, 128); t != "" && len(names) < 12 {
			names = append(names, t)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}

func (l *letter) applicationUser() {
	v := l.v
	l.line("Ferry, a program that copies records out of Dynamics 365, signs in as an application. The environment does not know this")
	l.line("application yet. Please make an application user for it; a System Administrator of the environment can do that.")
	l.head("WHERE")
	l.page(PageApplicationUsers)
	l.head("WHAT TO DO")
	l.item("New app user, Add an app, and look for the client ID ", oneLine(v.ClientID, 60))
	l.item("Business unit: the topmost one.")
	l.item("Security roles: ", v.role(), ", or a role that may only read the tables we need", l.tables(), ", for the whole organisation.")
	l.item("Create.")
	l.head("OR WITH THE POWER PLATFORM CLI")
	l.line("  pac admin assign-user --application-user --environment ", oneLine(v.Org, 300), " --user ", oneLine(v.ClientID, 60), " --role \"", strings.ReplaceAll(v.role(), `"`, ""), "\"")
	l.head("WHY")
	l.line("  ", why(core.Permission))
	l.head("DETAILS")
	l.known()
	if f := v.Fault; f != nil {
		l.fact("What Microsoft said", f.Details)
		l.fact("Ferry's code", f.Code)
	}
	l.end()
}

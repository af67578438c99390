package setup

import (
	"net/url"
	"regexp"
	"strings"
)

// A Cloud is one of Microsoft's clouds.
type Cloud string

const (
	Public  Cloud = "public"
	GCC     Cloud = "gcc"
	GCCHigh Cloud = "gcc-high"
	DoD     Cloud = "dod"
	China   Cloud = "china"
)

var (
	hostGCC   = regexp.MustCompile(`(?i)^(?:https?://)?[^/]*\.crm9\.dynamics\.com(?:[:/]|$)`)
	hostHigh  = regexp.MustCompile(`(?i)^(?:https?://)?[^/]*\.microsoftdynamics\.us(?:[:/]|$)`)
	hostDoD   = regexp.MustCompile(`(?i)^(?:https?://)?[^/]*\.appsplatform\.us(?:[:/]|$)`)
	hostChina = regexp.MustCompile(`(?i)^(?:https?://)?[^/]*\.dynamics\.cn(?:[:/]|$)`)
)

// CloudOf tells the cloud of an environment by its address. Anything unknown counts as public.
func CloudOf(org string) Cloud {
	switch {
	case hostGCC.MatchString(org):
		return GCC
	case hostHigh.MatchString(org):
		return GCCHigh
	case hostDoD.MatchString(org):
		return DoD
	case hostChina.MatchString(org):
		return China
	}
	return Public
}

// A Page is a page of Microsoft's portals.
type Page string

const (
	PageNewRegistration  Page = "new-registration"
	PageRegistrations    Page = "registrations"
	PageOverview         Page = "overview"          // of the app registration
	PageAuthentication   Page = "authentication"    // redirect URIs, public client flows
	PageSecrets          Page = "secrets"           // Certificates & secrets
	PagePermissions      Page = "permissions"       // API permissions
	PageEnterpriseApps   Page = "enterprise-apps"   // all of them; there Users and groups of the app
	PageConsent          Page = "consent"           // grants for everybody, opened by an administrator
	PageConsentRequests  Page = "consent-requests"  // Admin consent requests
	PageUsers            Page = "users"             // of the tenant
	PageSignInLog        Page = "sign-in-log"       // why a sign-in was refused
	PageConditional      Page = "conditional"       // Conditional Access policies
	PageEnvironments     Page = "environments"      // Power Platform admin center
	PageEnvironment      Page = "environment"       // the environment itself
	PageApplicationUsers Page = "application-users" // of the environment
	PageEnvironmentUsers Page = "environment-users" // and their security roles
)

// A Link leads to a page.
type Link struct {
	Page   Page
	Title  string // as Microsoft calls the page
	URL    string
	Clicks string // the way there by hand: "Entra admin center > App registrations > All applications > …"
}

// portals are the addresses of a cloud's portals.
type portals struct{ entra, entraName, authority, power string }

func portalsOf(c Cloud) portals {
	const name = "Microsoft Entra admin center"
	switch c {
	case GCC:
		return portals{"https://entra.microsoft.com", name, "https://login.microsoftonline.com", "https://gcc.admin.powerplatform.microsoft.us"}
	case GCCHigh:
		return portals{"https://entra.microsoft.us", name, "https://login.microsoftonline.us", "https://high.admin.powerplatform.microsoft.us"}
	case DoD:
		return portals{"https://entra.microsoft.us", name, "https://login.microsoftonline.us", "https://admin.appsplatform.us"}
	case China:
		return portals{"https://portal.azure.cn", "Azure portal, Microsoft Entra ID", "https://login.partner.microsoftonline.cn", "https://admin.powerplatform.partner.microsoftonline.cn"}
	}
	return portals{"https://entra.microsoft.com", name, "https://login.microsoftonline.com", "https://admin.powerplatform.microsoft.com"}
}

// Links are all pages that can be named from what is known; tenant, clientID and environment (an ID or an address) may be
// empty. A value that is none is treated as empty, so that no foreign text gets into an address.
func Links(cloud Cloud, tenant, clientID, environment string) []Link {
	p := portalsOf(cloud)
	tenant, clientID, environment = strings.ToLower(strings.TrimSpace(tenant)), strings.ToLower(strings.TrimSpace(clientID)), strings.ToLower(strings.TrimSpace(environment))
	if !plainTenant.MatchString(tenant) || !strings.ContainsAny(tenant, ".-") {
		tenant = ""
	}
	entra := p.entra + "/"
	if tenant != "" {
		entra += tenant + "/"
	}
	const (
		apps   = "#view/Microsoft_AAD_RegisteredApps/"
		iam    = "#view/Microsoft_AAD_IAM/"
		all    = " > App registrations > All applications"
		listed = "Power Platform admin center > Manage > Environments"
		users  = " > Settings > Users + permissions"
	)
	links := []Link{
		{PageNewRegistration, "Register an application", entra + apps + "CreateApplicationBlade/quickStartType~/null/isMSAApp~/false", p.entraName + " > App registrations > New registration"},
		{PageRegistrations, "App registrations", entra + apps + "ApplicationsListBlade/quickStartType~/null/sourceType/Microsoft_AAD_IAM", p.entraName + all},
	}
	if isGUID(clientID) {
		app := func(page Page, title, blade string) Link {
			return Link{page, title, entra + apps + "ApplicationMenuBlade/~/" + blade + "/appId/" + clientID + "/isMSAApp~/false", p.entraName + all + " > " + clientID + " > " + title}
		}
		links = append(links,
			app(PageOverview, "Overview", "Overview"), app(PageAuthentication, "Authentication", "Authentication"),
			app(PageSecrets, "Certificates & secrets", "Credentials"), app(PagePermissions, "API permissions", "CallAnAPI"))
		if tenant != "" {
			links = append(links, Link{PageConsent, "Grant admin consent", p.authority + "/" + tenant + "/adminconsent?" + url.Values{"client_id": {clientID}}.Encode(),
				p.entraName + all + " > " + clientID + " > API permissions > Grant admin consent"})
		}
	}
	links = append(links,
		Link{PageEnterpriseApps, "Enterprise applications", entra + iam + "StartboardApplicationsMenuBlade/~/AppAppsPreview", p.entraName + " > Enterprise apps > All applications"},
		Link{PageConsentRequests, "Admin consent requests", entra + iam + "StartboardApplicationsMenuBlade/~/AccessRequests", p.entraName + " > Enterprise apps > Admin consent requests"},
		Link{PageUsers, "Users", entra + iam + "UsersManagementMenuBlade/~/AllUsers", p.entraName + " > Users > All users"},
		Link{PageSignInLog, "Sign-in logs", entra + iam + "SignInEventsV3Blade", p.entraName + " > Monitoring & health > Sign-in logs"},
		Link{PageConditional, "Conditional Access", entra + "#view/Microsoft_AAD_ConditionalAccess/ConditionalAccessBlade/~/Policies", p.entraName + " > Conditional Access > Policies"},
		Link{PageEnvironments, "Environments", p.power + "/manage/environments", listed},
	)
	one, name := p.power+"/manage/environments", " > your environment"
	if isGUID(environment) {
		one = p.power + "/environments/environment/" + environment + "/hub"
	} else if host := hostOf(environment); host != "" {
		name = " > " + host
	}
	return append(links,
		Link{PageEnvironment, "Environment", one, listed + name},
		Link{PageApplicationUsers, "Application users", one, listed + name + users + " > Application users"},
		Link{PageEnvironmentUsers, "Users", one, listed + name + users + " > Users"},
	)
}

// hostOf is the host of an address that is safe to show; "" when there is none.
func hostOf(address string) string {
	if !plainOrg.MatchString(strings.TrimSuffix(address, "/")) {
		return ""
	}
	host, _, _ := strings.Cut(strings.TrimPrefix(address, "https://"), "/")
	return host
}

// LinkTo is one of Links; false when it cannot be named from what is known.
func LinkTo(page Page, cloud Cloud, tenant, clientID, environment string) (Link, bool) {
	for _, l := range Links(cloud, tenant, clientID, environment) {
		if l.Page == page {
			return l, true
		}
	}
	return Link{}, false
}

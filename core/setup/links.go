package setup

// A Cloud is one of Microsoft's clouds.
type Cloud string

const (
	Public  Cloud = "public"
	GCC     Cloud = "gcc"
	GCCHigh Cloud = "gcc-high"
	DoD     Cloud = "dod"
	China   Cloud = "china"
)

// CloudOf tells the cloud of an environment by its address. Anything unknown counts as public.
func CloudOf(org string) Cloud { return Public }

// A Page is a page of Microsoft's portals.
type Page string

const (
	PageNewRegistration  Page = "new-registration"
	PageRegistrations    Page = "registrations"
	PageOverview         Page = "overview"          // of the app registration
	PageAuthentication   Page = "authentication"    // redirect URIs, public client flows
	PageSecrets          Page = "secrets"           // Certificates & secrets
	PagePermissions      Page = "permissions"       // API permissions
	PageEnterpriseApps   Page = "enterprise-apps"   // all of them
	PageAppUsers         Page = "app-users"         // who may use the app: Users and groups of the enterprise app
	PageConsent          Page = "consent"           // grants for everybody, opened by an administrator
	PageConsentRequests  Page = "consent-requests"  // Admin consent requests
	PageUsers            Page = "users"             // of the tenant
	PageSignInLog        Page = "sign-in-log"       // why a sign-in was refused
	PageConditional      Page = "conditional"       // Conditional Access policies
	PageEnvironments     Page = "environments"      // Power Platform admin center
	PageEnvironment      Page = "environment"       // the environment itself
	PageApplicationUsers Page = "application-users" // of the environment
)

// A Link leads to a page.
type Link struct {
	Page   Page
	Title  string // as Microsoft calls the page
	URL    string
	Clicks string // the way there by hand: "Entra admin center > App registrations > All applications > …"
}

// Links are all pages that can be named from what is known; tenant, clientID and environment (an ID or an address) may be
// empty.
func Links(cloud Cloud, tenant, clientID, environment string) []Link { return nil }

// LinkTo is one of Links; false when it cannot be named from what is known.
func LinkTo(page Page, cloud Cloud, tenant, clientID, environment string) (Link, bool) {
	for _, l := range Links(cloud, tenant, clientID, environment) {
		if l.Page == page {
			return l, true
		}
	}
	return Link{}, false
}

package report

import (
	"net/url"
	"strings"

	"ferry/core"
)

// forHalo is the part for Halo's own integration, which signs in as a person and reads what that person may read.
//
// Halo's guide "Dynamics 365 CRM Integration": four values, the redirect URI {Web App URL}/azure/auth, the delegated permission
// user_impersonation, and Disconnect from Application after every change.
func forHalo(c Connection) *halo {
	secret := "not in this report. It is the Value of a client secret of this app registration."
	if !c.HasSecret {
		secret = "Halo needs one, and this connection has none: make one under Certificates & secrets and copy its Value."
	}
	h := &halo{Values: []fact{
		{"Dynamics Organisation url", orDash(c.Org)},
		{"Azure domain", orDash(c.Tenant)},
		{"Application ID", orDash(c.ClientID)},
		{"Client secret", secret},
	}, Register: []fact{
		{"Redirect URI (platform: Web)", redirect(c.HaloWeb)},
		{"Permission (delegated)", "Dynamics CRM, user_impersonation"},
	}}
	passed := func(ids ...string) bool {
		for _, k := range c.Checks {
			for _, id := range ids {
				if k.ID == id && (k.State == core.CheckPassed || k.State == core.CheckWarned) {
					return true
				}
			}
		}
		return false
	}
	if passed("environment") {
		h.Proves = append(h.Proves, "The address is right: the environment answers there.")
	}
	switch {
	case !passed("signin"):
	case c.Application && c.HasSecret:
		h.Proves = append(h.Proves, "Microsoft accepts tenant, application ID and client secret together.")
	case c.HasSecret:
		h.Proves = append(h.Proves, "A person could sign in with this application and its client secret.")
	default:
		h.Proves = append(h.Proves, "The application is known in the tenant, and a person could sign in with it. No client secret was used.")
	}
	if core.Available(c.Checks) {
		h.Proves = append(h.Proves, "Whoever signed in here can read the tables that are marked as passed.")
	}
	if len(h.Proves) == 0 {
		h.Proves = append(h.Proves, "Nothing yet: mend what failed and test again.")
	}
	h.Leaves = []string{
		"Whether Halo's redirect URI is registered. Ferry uses another one, and Halo's must be added beside it.",
		"Whether the person who presses Authorize application in Halo may sign in, is allowed to consent, and may read these tables. Halo reads with that person's rights.",
		"Whether Halo's own server can reach Microsoft.",
		"Halo's field mappings, its default site, and what it already imported.",
	}
	if c.Application {
		h.Leaves[1] = "What a person may read. Ferry signed in as the application here. Halo reads with the rights of the person who presses Authorize application, and that person must be able to sign in and to consent."
	}
	return h
}

// redirect is the redirect URI that Halo needs.
func redirect(web string) string {
	web = strings.TrimRight(strings.TrimSpace(web), "/")
	if u, err := url.Parse(web); err != nil || u.Scheme != "https" || u.Host == "" || plain(web) != web {
		return "the address of Halo's web application, followed by /azure/auth; for example https://app.haloitsm.com/azure/auth"
	}
	return web + "/azure/auth"
}

func orDash(text string) string {
	if text = plain(text); text != "" {
		return text
	}
	return "not known"
}

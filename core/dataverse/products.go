package dataverse

import (
	"net/url"
	"regexp"
	"strings"

	"ferry/core"
)

// otherProduct recognises addresses that people paste by mistake. nil is none of them. Nothing of the address is read but
// its host and, of Power Apps and the admin center, which environment it is about.
func otherProduct(u *url.URL, host string) *core.Fault {
	is := func(names ...string) bool {
		for _, n := range names {
			if host == n || strings.HasSuffix(host, "."+n) {
				return true
			}
		}
		return false
	}
	switch {
	case is("make.powerapps.com", "make.preview.powerapps.com", "make.gov.powerapps.us", "make.high.powerapps.us", "make.apps.appsplatform.us",
		"make.powerapps.cn", "apps.powerapps.com", "web.powerapps.com", "powerapps.com", "powerapps.us", "powerapps.cn"):
		return powerApps(adminCenter(host), environmentIn(u.Path))
	case is("admin.powerplatform.microsoft.com", "admin.powerplatform.com", "admin.powerplatform.microsoft.us", "admin.powerplatform.cn",
		"gcc.admin.powerplatform.microsoft.us", "high.admin.powerplatform.microsoft.us", "admin.appsplatform.us", "admin.powerapps.com"):
		return adminPage(adminCenter(host), environmentIn(u.Path))
	case is("make.powerautomate.com", "powerautomate.com", "flow.microsoft.com"):
		return wrongProduct("Power Automate")
	case is("copilotstudio.microsoft.com", "make.powerpages.microsoft.com"):
		return wrongProduct("another part of the Power Platform")
	case is("operations.dynamics.com", "cloudax.dynamics.com", "axcloud.dynamics.com", "fno.dynamics.com", "lcs.dynamics.com") ||
		strings.Contains(host, ".operations.") && is("dynamics.com", "dynamics.cn", "microsoftdynamics.us"):
		return otherDynamics("Dynamics 365 Finance and Operations")
	case is("businesscentral.dynamics.com", "bc.dynamics.com"):
		return otherDynamics("Dynamics 365 Business Central")
	case is("powerappsportals.com", "microsoftcrmportals.com", "dynamics365portals.us", "powerappsportals.us", "powerappsportals.cn", "microsoftportals.com"):
		return wrongProduct("a website made with Power Pages")
	case is("home.dynamics.com", "dynamics.microsoft.com", "portal.dynamics.com", "port.crm.dynamics.com"):
		return wrongProduct("the Dynamics 365 start page")
	case is("portal.azure.com", "portal.azure.us", "portal.azure.cn", "entra.microsoft.com", "aad.portal.azure.com", "admin.microsoft.com",
		"admin.cloud.microsoft", "portal.office.com", "office.com", "m365.cloud.microsoft"):
		return wrongProduct("a Microsoft administration page")
	case is("login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn", "login.windows.net", "login.microsoft.com", "login.live.com"):
		return wrongProduct("Microsoft's sign-in page")
	case is("sharepoint.com", "powerbi.com", "teams.microsoft.com", "outlook.office.com", "outlook.office365.com"):
		return wrongProduct("another Microsoft product")
	case is("haloitsm.com", "halopsa.com", "halocrm.com", "haloservicedesk.com", "haloservicesolutions.com"):
		return wrongProduct("Halo, which is a destination")
	}
	return nil
}

// environmentID is how Power Apps names an environment in its addresses.
var environmentID = regexp.MustCompile(`(?i)/e(?:nvironments)?/((?:default-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:/|$)`)

// environmentIn is the environment that a page of Power Apps is about; "" when it does not say.
func environmentIn(path string) string {
	if m := environmentID.FindStringSubmatch(path); m != nil {
		return strings.ToLower(m[1])
	}
	return ""
}

// adminCenter is the Power Platform admin center of the cloud that a host belongs to.
//
// Power Platform: "US government", "Power Apps for China": each cloud has its own.
func adminCenter(host string) string {
	switch {
	case strings.HasSuffix(host, ".appsplatform.us"):
		return "https://admin.appsplatform.us/manage/environments"
	case strings.Contains(host, "high."):
		return "https://high.admin.powerplatform.microsoft.us/manage/environments"
	case strings.HasSuffix(host, ".us"):
		return "https://gcc.admin.powerplatform.microsoft.us/manage/environments"
	case strings.HasSuffix(host, ".cn"):
		return "https://admin.powerplatform.cn/manage/environments"
	}
	return linkAdminCenter
}

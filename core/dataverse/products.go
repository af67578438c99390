package dataverse

import (
	"strings"

	"ferry/core"
)

// otherProduct recognises addresses that people paste by mistake. nil is none of them.
func otherProduct(host string) *core.Fault {
	is := func(names ...string) bool {
		for _, n := range names {
			if host == n || strings.HasSuffix(host, "."+n) {
				return true
			}
		}
		return false
	}
	switch {
	case is("make.powerapps.com", "make.preview.powerapps.com", "make.gov.powerapps.us", "make.high.powerapps.us",
		"make.apps.appsplatform.us", "make.powerapps.cn", "apps.powerapps.com", "web.powerapps.com", "powerapps.com", "powerapps.us"):
		return wrongProduct("Power Apps")
	case is("admin.powerplatform.microsoft.com", "admin.powerplatform.com", "admin.powerplatform.microsoft.us", "admin.powerplatform.cn",
		"gcc.admin.powerplatform.microsoft.us", "high.admin.powerplatform.microsoft.us", "admin.powerapps.com"):
		return wrongProduct("the Power Platform admin center")
	case is("make.powerautomate.com", "powerautomate.com", "flow.microsoft.com"):
		return wrongProduct("Power Automate")
	case is("operations.dynamics.com", "cloudax.dynamics.com", "axcloud.dynamics.com", "fno.dynamics.com") ||
		strings.Contains(host, ".operations.") && is("dynamics.com", "dynamics.cn", "microsoftdynamics.us"):
		return otherDynamics("Dynamics 365 Finance and Operations")
	case is("businesscentral.dynamics.com", "bc.dynamics.com"):
		return otherDynamics("Dynamics 365 Business Central")
	case is("powerappsportals.com", "microsoftcrmportals.com", "dynamics365portals.us", "powerappsportals.us", "microsoftportals.com"):
		return wrongProduct("a website made with Power Pages")
	case is("home.dynamics.com", "dynamics.microsoft.com", "portal.dynamics.com", "port.crm.dynamics.com"):
		return wrongProduct("the Dynamics 365 start page")
	case is("portal.azure.com", "portal.azure.us", "entra.microsoft.com", "aad.portal.azure.com", "admin.microsoft.com",
		"admin.cloud.microsoft", "portal.office.com", "office.com"):
		return wrongProduct("a Microsoft administration page")
	case is("login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn", "login.windows.net", "login.live.com"):
		return wrongProduct("Microsoft's sign-in page")
	case is("sharepoint.com", "powerbi.com", "teams.microsoft.com", "outlook.office.com", "outlook.office365.com"):
		return wrongProduct("another Microsoft product")
	case is("haloitsm.com", "halopsa.com", "halocrm.com", "haloservicedesk.com", "haloservicesolutions.com"):
		return wrongProduct("Halo, which is a destination")
	}
	return nil
}

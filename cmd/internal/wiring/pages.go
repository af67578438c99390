package wiring

import (
	"net/url"
	"slices"
	"strings"

	"ferry/core/signin"
)

// pages are the hosts of Microsoft's own pages that Ferry sends people to, beside those where one signs in.
var pages = []string{
	"learn.microsoft.com", "aka.ms", "myaccount.microsoft.com", "myapps.microsoft.com", "microsoft.com", "www.microsoft.com",
	"entra.microsoft.com", "entra.microsoft.us", "portal.azure.com", "portal.azure.us", "portal.azure.cn", "shell.azure.com",
	"admin.powerplatform.microsoft.com", "gcc.admin.powerplatform.microsoft.us", "high.admin.powerplatform.microsoft.us",
	"admin.appsplatform.us", "admin.powerplatform.cn", "admin.powerplatform.partner.microsoftonline.cn", "make.powerapps.com",
	"make.gov.powerapps.us", "make.high.powerapps.us", "make.apps.appsplatform.us", "make.powerapps.cn",
}

// MayOpen says whether a page may be shown in the browser: over https, one of Microsoft's, or one of the hosts that the
// person's own connections name. It returns nil or a Fault.
func MayOpen(page string, own ...string) error {
	u, err := url.Parse(page)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Host == "" {
		return foreignPage("")
	}
	host := strings.TrimSuffix(strings.ToLower(u.Host), ":443")
	if slices.Contains(pages, host) || signin.TrustedAuthority(host) {
		return nil
	}
	for _, address := range own {
		if o, err := url.Parse(address); err == nil && o.Host != "" && strings.EqualFold(o.Host, u.Host) {
			return nil
		}
	}
	return foreignPage(host)
}

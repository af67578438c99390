package dataverse

import (
	"errors"
	"net/http"
	"regexp"

	"ferry/core"
	"ferry/core/dataverse/scan"
	"ferry/core/rest"
)

// Microsoft's pages.
const (
	linkAdminCenter = "https://admin.powerplatform.microsoft.com/manage/environments"
	linkLimits      = "https://learn.microsoft.com/power-apps/developer/data-platform/api-limits"
	linkAppUser     = "https://learn.microsoft.com/power-platform/admin/manage-application-users"
	linkRoles       = "https://learn.microsoft.com/power-platform/admin/assign-security-roles"
	linkAdminMode   = "https://learn.microsoft.com/power-platform/admin/admin-mode"
	linkColumns     = "https://learn.microsoft.com/power-platform/admin/field-level-security"
	linkCodes       = "https://learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes"
	linkRegister    = "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade"
	linkAccess      = "https://learn.microsoft.com/power-platform/admin/create-users"
	linkOAuthOnPrem = "https://learn.microsoft.com/dynamics365/customerengagement/on-premises/developer/walkthrough-register-app-active-directory"
	linkTracking    = "https://learn.microsoft.com/power-apps/developer/data-platform/use-change-tracking-synchronize-data-external-systems"
)

// Codes that other parts of Ferry act on.
const (
	CodeBookmarkExpired = "dataverse.bookmark-expired" // read the table from its beginning
	CodeMarkExpired     = "dataverse.mark-expired"     // ask for everything instead of changes
	CodeNotTracked      = "dataverse.not-tracked"      // there are no changes to ask for
	CodeNoSuchTable     = "dataverse.no-such-table"
	CodeOtherTenant     = "dataverse.other-tenant" // the environment belongs to another tenant
	CodeBlocked         = "dataverse.ip-blocked"   // the environment's firewall lets this computer not in
	CodeTooOld          = "dataverse.too-old"      // a server of 2011 to 2015
	codeDenied          = "dataverse.access-denied"
	CodeNotAdmin        = "dataverse.not-administrator"
)

func fault(kind core.FaultKind, code, cause, remedy string) *core.Fault {
	return &core.Fault{Kind: kind, Code: "dataverse." + code, Cause: cause, Remedy: remedy, Owner: core.You}
}

// Addresses.

const whereAddress = "In the Power Platform admin center, open Environments and your environment, and copy its Environment URL; it looks like https://contoso.crm.dynamics.com."

func addressMissing() *core.Fault {
	return fault(core.Wrong, "address-missing", "There is no address yet.", "Open Dynamics 365 in the browser and paste what stands in the address bar.")
}

func addressUnusable() *core.Fault {
	return fault(core.Wrong, "address-unusable", "This is no address of a Dynamics 365 environment.",
		"Open Dynamics 365 in the browser and paste what stands in the address bar. It looks like https://contoso.crm.dynamics.com.")
}

// addressDisguised says that a host has other letters than it seems; asked is where it would lead, "" when that cannot be told.
func addressDisguised(asked string) *core.Fault {
	cause := "This address has letters of another alphabet in it that look like those of another address."
	if asked != "" {
		cause = "This address has letters of another alphabet in it. It leads to " + asked + "."
	}
	return fault(core.Wrong, "address-disguised", cause,
		"Do not use it. Open Dynamics 365 in the browser as you always do, and paste what stands in the address bar.")
}

func addressIncomplete() *core.Fault {
	return fault(core.Wrong, "address-incomplete", "This is only a part of an address.",
		"Paste the whole address of the environment. It looks like https://contoso.crm.dynamics.com.")
}

func addressWithPassword() *core.Fault {
	return fault(core.Wrong, "address-password", "The address has a user name or a password in it.",
		"Paste the address alone. Names and secrets have fields of their own.")
}

func addressNotSecure() *core.Fault {
	return fault(core.Wrong, "not-secure", "The address begins with http, so everything sent there could be read by others.",
		"Use the environment's address that begins with https. On-premises, the administrator sets it up under Web Address.")
}

func wrongProduct(product string) *core.Fault {
	f := fault(core.Wrong, "other-page", "This is the address of "+product+", not of a Dynamics 365 environment.", whereAddress)
	f.Link = linkAdminCenter
	return f
}

// powerApps is for addresses of Power Apps. They name an environment by an id that is no address; where one is in the
// address, the page of that environment is opened.
func powerApps(admin, environment string) *core.Fault {
	f := fault(core.Wrong, "other-page", "This is the address of Power Apps, not of a Dynamics 365 environment.",
		"In Power Apps, press the gear at the top and then Session details: the Instance url there is the address. Or copy the Environment URL in the Power Platform admin center; it looks like https://contoso.crm.dynamics.com.")
	f.Link, f.Subject.Key = admin, environment
	if environment != "" {
		f.Link += "/" + environment + "/hub"
	}
	return f
}

func adminPage(admin, environment string) *core.Fault {
	f := fault(core.Wrong, "other-page", "This is the address of the Power Platform admin center, not of a Dynamics 365 environment.", whereAddress)
	f.Link, f.Subject.Key = admin, environment
	if environment != "" {
		f.Link += "/" + environment + "/hub"
	}
	return f
}

func otherDynamics(product string) *core.Fault {
	f := fault(core.Wrong, "other-product", "This is the address of "+product+", which keeps its data elsewhere.",
		"Ferry reads Dataverse: Sales, Customer Service and Power Apps. "+whereAddress)
	f.Link = linkAdminCenter
	return f
}

func discoveryHost() *core.Fault {
	f := fault(core.Wrong, "other-page", "This address only lists environments.", whereAddress)
	f.Link = linkAdminCenter
	return f
}

func settingUnusable(what string) *core.Fault {
	return fault(core.Wrong, "setting", "The "+what+" cannot be used.", "Leave it as it was: the API version is written like v9.2, the page size lies between 1 and 5000.")
}

// Tables and fields.

func noSuchTable(table string) *core.Fault {
	f := fault(core.Wrong, "no-such-table", "There is no table of that name in this environment, or it cannot be read.",
		"Choose the table from the list. Look out for spelling, and for a table of an app that is not installed here.")
	f.Subject.Table = table
	return f
}

func noSuchField(table, field string) *core.Fault {
	f := fault(core.Wrong, "no-such-field", "A field of the mapping does not exist in this table any more, or cannot be read.",
		"Read the tables anew and look at the mapping: the field may have been renamed or removed.")
	f.Subject = core.Subject{Table: table, Field: field}
	return f
}

func hiddenField(table, field string) *core.Fault {
	f := fault(core.Permission, "field-hidden", "Column security hides a field of the mapping. It would come back empty, so it is not imported at all.",
		"Take the field out of the mapping, or let the administrator add this user or application user to a column security profile that may read it.")
	f.Owner, f.Link, f.Subject = core.DynamicsAdmin, linkColumns, core.Subject{Table: table, Field: field}
	return f
}

func badRange(table string) *core.Fault {
	f := fault(core.Bug, "bad-range", "A part of the table is described in a way that cannot be asked for.",
		"Start the import anew. If it happens again, save the diagnostics and send them to us.")
	f.Subject.Table = table
	return f
}

func badKey(table, key string) *core.Fault {
	f := fault(core.BadRecord, "bad-key", "An id of a record is no id that Dynamics 365 could have.",
		"Leave this record out, or look it up in Dynamics.")
	f.Subject = core.Subject{Table: table, Key: key}
	return f
}

func notDataverse(err error) *core.Fault {
	f := fault(core.Wrong, "not-dataverse", "Something answers at this address, but not as Dynamics 365 does.",
		"Open the address in a browser: Dynamics 365 must come. If a page of your network comes and wants something, do that first. On-premises the organisation's name belongs to the address, as in https://crm.contoso.com/Contoso.")
	f.Err = err
	return f
}

// Reading.

func brokenAnswer(err error) *core.Fault {
	f := fault(core.Offline, "broken-answer", "An answer of Dynamics 365 broke off or was damaged on its way.",
		"Try again. If it happens often, a proxy or a poor connection may be the reason.")
	f.Err = errors.Join(rest.ErrBroken, err)
	return f
}

func pageInstead(err error) *core.Fault {
	f := fault(core.Offline, "page-instead", "A web page came where records should be.",
		"Try again later. Dynamics 365 may be under maintenance, or a proxy stands in between and wants something.")
	f.Err = errors.Join(rest.ErrBroken, err)
	return f
}

// refusedAmid is the Fault of an error that came after records had begun to come. What is not known better passes like
// an answer that broke off.
func refusedAmid(e *scan.Refused) *core.Fault {
	a := &rest.Answer{Status: http.StatusOK, Code: plain(e.Code), Message: e.Message}
	f := refusal(a)
	if f == nil {
		f = fault(core.Offline, "broken-answer", "An answer of Dynamics 365 broke off or was damaged on its way.",
			"Try again. If it happens often, a proxy or a poor connection may be the reason.")
	}
	if a.Code != "" {
		f.Details = "code " + a.Code
	}
	f.Err = errors.Join(a, e)
	if f.Kind == core.Busy || f.Kind == core.Offline {
		f.Err = errors.Join(rest.ErrBroken, f.Err)
	}
	return f
}

// plain returns an error code when it is one, so that nobody's text gets into an error.
func plain(code string) string {
	if codeShape.MatchString(code) {
		return code
	}
	return ""
}

var codeShape = regexp.MustCompile(`^(0[xX][0-9A-Fa-f]{1,16}|-?[0-9]{1,12})$`)

func tooLarge(table string) *core.Fault {
	f := fault(core.Wrong, "cell-too-large", "A record is larger than Dynamics 365 allows: a field above 16 MB, or a record above 64 MB.",
		"Leave fields with large texts, files and images out of the mapping.")
	f.Subject.Table = table
	return f
}

func tooDeep(table string) *core.Fault {
	f := fault(core.Wrong, "too-deep", "An answer is built in a way no record of Dynamics 365 is.",
		"Check the organisation URL, and whether a proxy changes the answers.")
	f.Subject.Table = table
	return f
}

func noKey(table string) *core.Fault {
	f := fault(core.Wrong, "no-key", "A record came without its id, so it could not be told from others.",
		"Try again. If it stays so, leave this table out: its records come from another system that gives them no usable ids.")
	f.Subject.Table = table
	return f
}

func endless(table string) *core.Fault {
	f := fault(core.Wrong, "endless", "Dynamics 365 sends the same records again and again, so the table would never end.",
		"Try again. If it stays so, check the organisation URL, and whether a proxy changes the answers.")
	f.Subject.Table = table
	return f
}

func bookmarkExpired(err error) *core.Fault {
	f := fault(core.Wrong, "bookmark-expired", "Dynamics 365 does not know any more where we stopped.",
		"Import again: this table is read from its beginning, and nothing is written twice.")
	f.Err = err
	return f
}

func noMark(table string) *core.Fault {
	f := fault(core.Wrong, "no-mark", "Dynamics 365 did not say from where changes can be asked for.",
		"Import the whole table each time. If change tracking was just turned on, try again in some minutes.")
	f.Subject.Table = table
	return f
}

package dataverse

import (
	"errors"
	"net/http"
	"regexp"
	"strings"

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
	linkTracking    = "https://learn.microsoft.com/power-apps/developer/data-platform/use-change-tracking-synchronize-data-external-systems"
)

// Codes that other parts of Ferry act on.
const (
	CodeBookmarkExpired = "dataverse.bookmark-expired" // read the table from its beginning
	CodeMarkExpired     = "dataverse.mark-expired"     // ask for everything instead of changes
	CodeNotTracked      = "dataverse.not-tracked"      // there are no changes to ask for
	CodeNoSuchTable     = "dataverse.no-such-table"
)

// A row is what one refusal of Dataverse means. Status 0 is any.
type row struct {
	status int
	codes  string // with spaces between, lower case; "" is any
	fault  core.Fault
}

// refusals are all refusals that we know, the more exact before the less exact. Where Microsoft's names differ between
// versions, the code decides.
func refusals() []row {
	return []row{
		{0, "0x80072560", core.Fault{Kind: core.Permission, Code: "dataverse.not-a-member", Owner: core.DynamicsAdmin, Link: linkAppUser,
			Cause:  "Sign-in worked, but this environment does not know who signed in.",
			Remedy: "For an application: in the Power Platform admin center, open the environment, Settings, Application users, and add this client ID with a security role. For a person: give a licence and add them to the environment."}},
		{0, "0x80042f09", core.Fault{Kind: core.Permission, Code: "dataverse.no-role", Owner: core.DynamicsAdmin, Link: linkRoles,
			Cause:  "Who signed in has no security role in this environment.",
			Remedy: "In the Power Platform admin center, open the environment, find this user or application user, and give a security role that may read the tables."}},
		{0, "0x80040225 0x80041d1f", core.Fault{Kind: core.Permission, Code: "dataverse.user-disabled", Owner: core.DynamicsAdmin, Link: linkAppUser,
			Cause:  "Who signed in is disabled in this environment.",
			Remedy: "Enable this user or application user in the Power Platform admin center, or sign in as somebody else."}},
		{0, "0x8004d24b", core.Fault{Kind: core.Permission, Code: "dataverse.no-licence", Owner: core.DynamicsAdmin, Link: linkRoles,
			Cause:  "Who signed in has no licence for this environment.",
			Remedy: "Give this person a Dynamics 365 or Power Apps licence, or let an application sign in: it needs none."}},
		{0, "0x80040220", core.Fault{Kind: core.Permission, Code: "dataverse.privilege", Owner: core.DynamicsAdmin, Link: linkRoles,
			Cause:  "A right is missing.",
			Remedy: "Add the right to a security role of this user or application user."}},
		{0, "0x80048306 0x80040256 0x80048405", core.Fault{Kind: core.Permission, Code: "dataverse.access-denied", Owner: core.DynamicsAdmin, Link: linkRoles,
			Cause:  "Dynamics 365 does not let us read this.",
			Remedy: "Give this user or application user a security role that may read the table, best for the whole organisation."}},
		{0, "0x8004f504 0x8004f502 0x8004f507", core.Fault{Kind: core.Permission, Code: "dataverse.column-security", Owner: core.DynamicsAdmin,
			Link:   "https://learn.microsoft.com/power-platform/admin/field-level-security",
			Cause:  "A field is protected by column security.",
			Remedy: "Add this user or application user to the column security profile, or leave the field out."}},
		{0, "0x8004a110", core.Fault{Kind: core.Permission, Code: "dataverse.impersonation", Owner: core.DynamicsAdmin, Link: linkRoles,
			Cause:  "Who signed in may not act for somebody else.",
			Remedy: "Give the right to act on behalf of another user, or do it as oneself."}},

		{0, "0x80044352", core.Fault{Kind: core.Wrong, Code: CodeMarkExpired, Owner: core.You, Link: linkTracking,
			Cause:  "Dynamics 365 remembers changes for some days only, and the last import is longer ago.",
			Remedy: "Import everything once; from then on changes alone are enough again."}},
		{0, "0x80072491", core.Fault{Kind: core.Wrong, Code: CodeNotTracked, Owner: core.DynamicsAdmin, Link: linkTracking,
			Cause:  "Change tracking is off for this table.",
			Remedy: "Turn on Track changes in the table's properties, or import the whole table each time."}},

		{0, "0x80072322", core.Fault{Kind: core.Busy, Code: "dataverse.too-many-requests", Owner: core.You, Link: linkLimits,
			Cause:  "Dynamics 365 takes no more requests of this user for a few minutes.",
			Remedy: "Try again in five minutes. Other programs that sign in as the same user count too."}},
		{0, "0x80072321", core.Fault{Kind: core.Busy, Code: "dataverse.too-much-time", Owner: core.You, Link: linkLimits,
			Cause:  "This user has kept Dynamics 365 busy for as long as it allows.",
			Remedy: "Try again in five minutes. Other programs that sign in as the same user count too."}},
		{0, "0x80072326 0x80072324", core.Fault{Kind: core.Busy, Code: "dataverse.too-many-at-once", Owner: core.You, Link: linkLimits,
			Cause:  "Too many requests of this user run at once.",
			Remedy: "Try again in five minutes. Other programs that sign in as the same user count too."}},
		{0, "0x80044151 0x80044150", core.Fault{Kind: core.Busy, Code: "dataverse.database-busy", Owner: core.You,
			Cause:  "The database behind Dynamics 365 took too long.",
			Remedy: "Try again later. If a filter is set, a simpler one is quicker."}},
		{0, "0x80048544", core.Fault{Kind: core.Busy, Code: "dataverse.query-throttled", Owner: core.You,
			Cause:  "Dynamics 365 holds this query back, because it is heavy.",
			Remedy: "Try again later, at a quieter hour, or with a simpler filter."}},
		{0, "0x80048644 0x80048744 0x80048745", core.Fault{Kind: core.Wrong, Code: "dataverse.query-too-heavy", Owner: core.You,
			Cause:  "Dynamics 365 refuses this filter, because it is too slow.",
			Remedy: "Use a filter that compares a stored field, and does not look for a text in the middle of another."}},

		{0, "0x80041102", core.Fault{Kind: core.Wrong, Code: CodeNoSuchTable, Owner: core.You,
			Cause:  "There is no such table in this environment.",
			Remedy: "Choose the table from the list. Look out for spelling, and for a table of an app that is not installed here."}},
		{0, "0x80041103", core.Fault{Kind: core.Wrong, Code: "dataverse.no-such-field", Owner: core.You,
			Cause:  "A field that is asked for does not exist in this table.",
			Remedy: "Read the tables anew, then look at the mapping and the filter: a field may have been renamed or removed."}},
		{0, "0x80040217 0x80060891", core.Fault{Kind: core.BadRecord, Code: "dataverse.no-such-record", Owner: core.You,
			Cause:  "The record does not exist in Dynamics 365, or we may not see it.",
			Remedy: "It may have been deleted. Import changes again."}},
		{http.StatusNotFound, "0x80060888 0x8006088a", core.Fault{Kind: core.Wrong, Code: CodeNoSuchTable, Owner: core.You,
			Cause:  "Dynamics 365 does not know the table or the address that is asked for.",
			Remedy: "Read the tables anew and choose from the list. It may belong to an app that is not installed here."}},
		{http.StatusNotImplemented, "", core.Fault{Kind: core.Wrong, Code: "dataverse.version", Owner: core.You,
			Cause:  "This environment does not offer what is asked for, or not in this version of its Web API.",
			Remedy: "Set the API version to one that the environment has. Online it is v9.2; on-premises it is v8.0 to v9.1."}},
		{0, "0x80060888 0x8006088a 0x80060890", core.Fault{Kind: core.Wrong, Code: "dataverse.bad-query", Owner: core.You,
			Cause:  "Dynamics 365 does not understand the filter or a field in it.",
			Remedy: "Look at the filter: names of fields are logical names in small letters, and texts stand in single quotes. If there is none, read the tables anew."}},
		{0, "0x80040203", core.Fault{Kind: core.Wrong, Code: "dataverse.invalid-argument", Owner: core.You,
			Cause:  "Dynamics 365 does not accept a value in what was asked for.",
			Remedy: "Look at the filter: a date, number or id in it may be written in a way Dynamics 365 does not take."}},
		{0, "0x8004430a", core.Fault{Kind: core.Bug, Code: "dataverse.too-many-pages", Owner: core.You,
			Cause:  "Dynamics 365 stops reading after 50,000 records in this way.",
			Remedy: "Try again. If it happens again, save the diagnostics and send them to us."}},
		{0, "0x8004e023", core.Fault{Kind: core.Wrong, Code: "dataverse.too-many-to-count", Owner: core.You,
			Cause:  "Dynamics 365 does not add up more than 50,000 records.",
			Remedy: "Use a filter that leaves fewer records."}},
		{0, "0x80041128", core.Fault{Kind: core.Wrong, Code: "dataverse.wrong-table-in-query", Owner: core.You,
			Cause:  "The query asks for another table than the one that is read.",
			Remedy: "Let the query begin with the table of this mapping."}},

		{0, "0x80040265 0x80040224 0x80045f05", core.Fault{Kind: core.Wrong, Code: "dataverse.plug-in", Owner: core.DynamicsAdmin,
			Cause:  "A customisation of this environment, a plug-in, stopped the request.",
			Remedy: "Ask who looks after the environment which plug-in runs for this table, and to let our sign-in pass."}},
		{0, "0x80048d19", core.Fault{Kind: core.BadRecord, Code: "dataverse.payload", Owner: core.You,
			Cause:  "Dynamics 365 does not understand a field of what was sent.",
			Remedy: "Read the tables anew and look at the mapping: a field may have been renamed, removed or given another type."}},
		{0, "0x80044331", core.Fault{Kind: core.BadRecord, Code: "dataverse.too-long", Owner: core.You,
			Cause:  "A text is longer than its field allows.",
			Remedy: "Shorten the text, or allow more characters in the field."}},
		{0, "0x8004431a 0x80044330", core.Fault{Kind: core.BadRecord, Code: "dataverse.out-of-range", Owner: core.You,
			Cause:  "A value is outside of what its field allows.",
			Remedy: "Correct the value, or add it to the field's choices."}},
		{0, "0x80040278", core.Fault{Kind: core.BadRecord, Code: "dataverse.bad-characters", Owner: core.You,
			Cause:  "A text holds characters that Dynamics 365 does not take.",
			Remedy: "Remove the unusual characters from the text."}},
		{0, "0x80048408", core.Fault{Kind: core.BadRecord, Code: "dataverse.state", Owner: core.You,
			Cause:  "State and status do not fit together.",
			Remedy: "Choose a status that belongs to the state."}},
		{0, "0x80040237 0x80060892 0x8006089d 0x80040333", core.Fault{Kind: core.BadRecord, Code: "dataverse.duplicate", Owner: core.You,
			Cause:  "There is such a record already.",
			Remedy: "Match by another field, or remove the record that is there twice."}},
		{0, "0x80060882", core.Fault{Kind: core.BadRecord, Code: "dataverse.changed", Owner: core.You,
			Cause:  "Somebody changed the record in the meantime.",
			Remedy: "Try again: the newer content will be read first."}},
		{0, "0x80040227 0x8004023b 0x80040315", core.Fault{Kind: core.BadRecord, Code: "dataverse.not-allowed", Owner: core.You,
			Cause:  "Dynamics 365 does not allow this with this record.",
			Remedy: "Other records may depend on it, or its state forbids it. Open it in Dynamics to see."}},
		{0, "0x80040216", core.Fault{Kind: core.Busy, Code: "dataverse.unexpected", Owner: core.You,
			Cause:  "Something went wrong inside Dynamics 365.",
			Remedy: "Try again later. If it stays so, give the correlation id to Microsoft's support."}},

		{http.StatusInternalServerError, "", core.Fault{Kind: core.Busy, Code: "dataverse.unexpected", Owner: core.You,
			Cause:  "Something went wrong inside Dynamics 365.",
			Remedy: "Try again later. If it stays so, give the correlation id to Microsoft's support."}},
		{http.StatusUnauthorized, "", core.Fault{Kind: core.SignIn, Code: "dataverse.token-refused", Owner: core.You,
			Cause:  "Dynamics 365 does not accept our sign-in.",
			Remedy: "Sign in again. If it stays so, look whether organisation URL and tenant belong together."}},
		{http.StatusForbidden, "", core.Fault{Kind: core.Permission, Code: "dataverse.access-denied", Owner: core.DynamicsAdmin, Link: linkRoles,
			Cause:  "Dynamics 365 does not let us read this.",
			Remedy: "Give this user or application user a security role that may read the table, best for the whole organisation."}},
		{http.StatusRequestEntityTooLarge, "", core.Fault{Kind: core.Wrong, Code: "dataverse.too-large", Owner: core.You,
			Cause:  "What was asked for at once is too large.",
			Remedy: "Use a shorter filter."}},
		{http.StatusRequestURITooLong, "", core.Fault{Kind: core.Wrong, Code: "dataverse.too-large", Owner: core.You,
			Cause:  "What was asked for at once is too large.",
			Remedy: "Use a shorter filter."}},
		{http.StatusNotFound, "", core.Fault{Kind: core.Wrong, Code: "dataverse.not-found", Owner: core.You,
			Cause:  "There is nothing at this address.",
			Remedy: "Check the organisation URL and the API version. On-premises the organisation's name belongs to the address."}},
		{http.StatusBadRequest, "", core.Fault{Kind: core.Wrong, Code: "dataverse.refused", Owner: core.You,
			Cause:  "Dynamics 365 refused what was asked for.",
			Remedy: "Look at the filter first. If there is none, read the tables anew and try again; the details help Microsoft's support."}},
	}
}

// refusal is the Fault of a refusing answer; nil leaves it to core/rest, which knows what HTTP itself says.
func refusal(a *rest.Answer) *core.Fault {
	if a.HTML && a.Code == "" && a.Status != http.StatusUnauthorized {
		return nil
	}
	code := strings.ToLower(a.Code)
	for _, r := range refusals() {
		if r.status != 0 && r.status != a.Status {
			continue
		}
		if r.codes != "" && (code == "" || !strings.Contains(" "+r.codes+" ", " "+code+" ")) {
			continue
		}
		f := r.fault
		if f.Code == "dataverse.privilege" {
			privilege(&f, a.Message)
		}
		return &f
	}
	return nil
}

// missing finds the names in the message of a missing privilege. Both are names of the schema, never data.
var missing = regexp.MustCompile(`(?i)missing (prv[a-z0-9_]{1,128}) privilege(?:.{0,200}? for entity '([a-z0-9_]{1,128})')?`)

// privilege names the right that is missing.
func privilege(f *core.Fault, message string) {
	m := missing.FindStringSubmatch(message)
	if m == nil {
		return
	}
	what := "The right " + m[1] + " is missing"
	if m[2] != "" {
		what += " for the table " + strings.ToLower(m[2])
		f.Subject.Table = strings.ToLower(m[2])
	}
	f.Cause = what + "."
	f.Remedy = "Add this right to a security role of this user or application user, best for the whole organisation."
}

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
		"Check the organisation URL. If a proxy or a sign-in page of your network stands in between, let Ferry pass it.")
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

// Checks.

func rightsUnknown(err error) *core.Fault {
	f := fault(core.Permission, "rights-unknown", "Dynamics 365 does not tell which rights we have, so they are found out by trying.",
		"Nothing needs to be done when the tables can be read. Whether all of their records come is not known.")
	f.Owner, f.Link, f.Err = core.DynamicsAdmin, linkRoles, err
	return f
}

func trackingNeedsAll(table string) *core.Fault {
	f := fault(core.Permission, "tracking-needs-all", "Changes alone can be asked for only by who may read the table organisation-wide.",
		"Give the reading right for this table organisation-wide, or import the whole table each time.")
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
	if right != "" {
		cause = "This table may not be read: the right " + right + " is missing."
	}
	f := fault(core.Permission, "table-not-readable", cause,
		"Add the right to a security role of this user or application user, best for the whole organisation.")
	f.Owner, f.Link, f.Subject.Table = core.DynamicsAdmin, linkRoles, table
	return f
}

func partlyReadable(table, depth string) *core.Fault {
	f := fault(core.Permission, "partly-readable", "Only "+depth+" can be read, so the import may be incomplete.",
		"Give the reading right for this table organisation-wide, unless that is what you want.")
	f.Owner, f.Link, f.Subject.Table = core.DynamicsAdmin, linkRoles, table
	return f
}

func fieldsHidden(table string) *core.Fault {
	f := fault(core.Permission, "fields-hidden", "Some fields are protected by column security and may come back empty.",
		"Add this user or application user to the column security profile, or leave these fields out.")
	f.Owner, f.Subject.Table = core.DynamicsAdmin, table
	return f
}

func trackingOff(table string) *core.Fault {
	f := fault(core.Wrong, "not-tracked", "Change tracking is off for this table, so each import reads all of it.",
		"Turn on Track changes in the table's properties. It is not needed for a single import.")
	f.Owner, f.Link, f.Subject.Table = core.DynamicsAdmin, linkTracking, table
	return f
}

func environmentDisabled() *core.Fault {
	f := fault(core.Offline, "environment-disabled", "The environment is switched off or in administration mode.",
		"Look at its state in the Power Platform admin center.")
	f.Owner, f.Link = core.DynamicsAdmin, linkAdminCenter
	return f
}

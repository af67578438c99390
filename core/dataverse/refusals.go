package dataverse

import (
	"net/http"
	"regexp"
	"strings"

	"ferry/core"
	"ferry/core/rest"
)

// A row is what one refusal of Dataverse means. Status 0 is any.
type row struct {
	status int
	codes  string // with spaces between, lower case; "" is any
	says   string // or else a pattern of what the answer says; "" is none
	fault  core.Fault
}

// refusals are all refusals that we know, the more exact before the less exact. Where Microsoft's names differ between
// versions, the code decides.
func refusals() []row {
	return []row{
		{0, "0x80095ffe", `(?i)\bip (address )?is blocked|access to your ip is blocked`, core.Fault{Kind: core.Permission, Code: CodeBlocked, Owner: core.DynamicsAdmin,
			Link:   "https://learn.microsoft.com/power-platform/admin/ip-firewall",
			Cause:  "The environment's IP firewall does not let this computer's internet address in.",
			Remedy: "Connect through the company's network or VPN and try again. Or let the administrator allow this address: Power Platform admin center, the environment, Settings, Privacy + Security, IP firewall."}},
		{0, "", `(?i)\b(administration|admin|maintenance) mode\b`, core.Fault{Kind: core.Offline, Code: "dataverse.administration-mode", Owner: core.DynamicsAdmin, Link: linkAdminMode,
			Cause:  "The environment is in administration mode: only System Administrators and System Customizers may come in.",
			Remedy: "Wait until the maintenance is over. Or switch administration mode off: Power Platform admin center, the environment, Edit."}},
		{0, "", `(?i)\b(organization|organisation|environment)\b[^.]{0,120}\b(is|has been|was) (currently )?(disabled|suspended)\b|\bdisabled (organization|environment)\b`, core.Fault{Kind: core.Offline, Code: "dataverse.environment-disabled", Owner: core.DynamicsAdmin, Link: linkAdminCenter,
			Cause:  "The environment is switched off.",
			Remedy: "Look at its state in the Power Platform admin center: a trial may have ended, or it was disabled. On-premises it is enabled in the Deployment Manager."}},
		{0, "", `(?i)\b(web )?api( access)?\b[^.]{0,60}\b(is|has been|are) (disabled|turned off|not enabled)`, core.Fault{Kind: core.Permission, Code: "dataverse.api-disabled", Owner: core.DynamicsAdmin, Link: linkAdminCenter,
			Cause:  "This environment does not let programs in through its Web API.",
			Remedy: "Ask who looks after the environment to allow it, for example by a licence or plan that includes the Web API."}},
		{http.StatusUnauthorized, "", `(?i)\baudience\b|IDX10214`, core.Fault{Kind: core.SignIn, Code: "dataverse.wrong-audience", Owner: core.You,
			Cause:  "The sign-in was made for another address than that of this environment.",
			Remedy: "Check that the organisation URL is the one that people use in the browser. If a scope is set under Advanced, leave it empty."}},
		{http.StatusUnauthorized, "", `(?i)\b(tenant|issuer)\b|IDX10205`, core.Fault{Kind: core.SignIn, Code: CodeOtherTenant, Owner: core.You,
			Cause:  "The sign-in belongs to another tenant than this environment.",
			Remedy: "Set the tenant to that of the environment: paste the organisation URL again and Ferry finds it. Or check the organisation URL."}},

		{0, "0x80072560", "", core.Fault{Kind: core.Permission, Code: "dataverse.not-a-member", Owner: core.DynamicsAdmin, Link: linkAppUser,
			Cause:  "Sign-in worked, but this environment does not know who signed in.",
			Remedy: "For an application: in the Power Platform admin center, open the environment, Settings, Application users, and add this client ID with a security role. For a person: give a licence and add them to the environment."}},
		{0, "0x80042f09", "", core.Fault{Kind: core.Permission, Code: "dataverse.no-role", Owner: core.DynamicsAdmin, Link: linkRoles,
			Cause:  "Who signed in has no security role in this environment.",
			Remedy: "In the Power Platform admin center, open the environment, find this user or application user, and give a security role that may read the tables."}},
		{0, "0x80040225 0x80041d1f", "", core.Fault{Kind: core.Permission, Code: "dataverse.user-disabled", Owner: core.DynamicsAdmin, Link: linkAppUser,
			Cause:  "Who signed in is disabled in this environment.",
			Remedy: "Enable this user or application user in the Power Platform admin center, or sign in as somebody else."}},
		{0, "0x8004d24b", "", core.Fault{Kind: core.Permission, Code: "dataverse.no-licence", Owner: core.DynamicsAdmin, Link: linkAccess,
			Cause:  "Who signed in has no licence for this environment.",
			Remedy: "Give this person a Dynamics 365 or Power Apps licence in the Microsoft 365 admin center, or let an application sign in: it needs none."}},
		{0, "0x80040220", "", core.Fault{Kind: core.Permission, Code: "dataverse.privilege", Owner: core.DynamicsAdmin, Link: linkRoles,
			Cause:  "A right is missing.",
			Remedy: "Add the right to a security role of this user or application user."}},
		{0, "0x80048306 0x80040256 0x80048405", "", core.Fault{Kind: core.Permission, Code: codeDenied, Owner: core.DynamicsAdmin, Link: linkRoles,
			Cause:  "Dynamics 365 does not let us read this.",
			Remedy: "Give this user or application user a security role that may read the table, best for the whole organisation."}},
		{0, "0x8004f504 0x8004f502 0x8004f507", "", core.Fault{Kind: core.Permission, Code: "dataverse.column-security", Owner: core.DynamicsAdmin,
			Link:   "https://learn.microsoft.com/power-platform/admin/field-level-security",
			Cause:  "A field is protected by column security.",
			Remedy: "Add this user or application user to the column security profile, or leave the field out."}},
		{0, "0x8004a110", "", core.Fault{Kind: core.Permission, Code: "dataverse.impersonation", Owner: core.DynamicsAdmin, Link: linkRoles,
			Cause:  "Who signed in may not act for somebody else.",
			Remedy: "Give the right to act on behalf of another user, or do it as oneself."}},

		{0, "0x80044352", "", core.Fault{Kind: core.Wrong, Code: CodeMarkExpired, Owner: core.You, Link: linkTracking,
			Cause:  "Dynamics 365 remembers changes for some days only, and the last import is longer ago.",
			Remedy: "Import everything once; from then on changes alone are enough again."}},
		{0, "0x80072491", "", core.Fault{Kind: core.Wrong, Code: CodeNotTracked, Owner: core.DynamicsAdmin, Link: linkTracking,
			Cause:  "Change tracking is off for this table.",
			Remedy: "Turn on Track changes in the table's properties, or import the whole table each time."}},

		{0, "0x80072322", "", core.Fault{Kind: core.Busy, Code: "dataverse.too-many-requests", Owner: core.You, Link: linkLimits,
			Cause:  "Dynamics 365 takes no more requests of this user for a few minutes.",
			Remedy: "Try again in five minutes. Other programs that sign in as the same user count too."}},
		{0, "0x80072321", "", core.Fault{Kind: core.Busy, Code: "dataverse.too-much-time", Owner: core.You, Link: linkLimits,
			Cause:  "This user has kept Dynamics 365 busy for as long as it allows.",
			Remedy: "Try again in five minutes. Other programs that sign in as the same user count too."}},
		{0, "0x80072326 0x80072324", "", core.Fault{Kind: core.Busy, Code: "dataverse.too-many-at-once", Owner: core.You, Link: linkLimits,
			Cause:  "Too many requests of this user run at once.",
			Remedy: "Try again in five minutes. Other programs that sign in as the same user count too."}},
		{0, "0x80044151 0x80044150", "", core.Fault{Kind: core.Busy, Code: "dataverse.database-busy", Owner: core.You,
			Cause:  "The database behind Dynamics 365 took too long.",
			Remedy: "Try again later. If a filter is set, a simpler one is quicker."}},
		{0, "0x80048544", "", core.Fault{Kind: core.Busy, Code: "dataverse.query-throttled", Owner: core.You,
			Cause:  "Dynamics 365 holds this query back, because it is heavy.",
			Remedy: "Try again later, at a quieter hour, or with a simpler filter."}},
		{0, "0x80048644 0x80048744 0x80048745", "", core.Fault{Kind: core.Wrong, Code: "dataverse.query-too-heavy", Owner: core.You,
			Cause:  "Dynamics 365 refuses this filter, because it is too slow.",
			Remedy: "Use a filter that compares a stored field, and does not look for a text in the middle of another."}},

		{0, "0x80041102", "", core.Fault{Kind: core.Wrong, Code: CodeNoSuchTable, Owner: core.You,
			Cause:  "There is no such table in this environment.",
			Remedy: "Choose the table from the list. Look out for spelling, and for a table of an app that is not installed here."}},
		{0, "0x80041103", "", core.Fault{Kind: core.Wrong, Code: "dataverse.no-such-field", Owner: core.You,
			Cause:  "A field that is asked for does not exist in this table.",
			Remedy: "Read the tables anew, then look at the mapping and the filter: a field may have been renamed or removed."}},
		{0, "0x80040217 0x80060891", "", core.Fault{Kind: core.BadRecord, Code: "dataverse.no-such-record", Owner: core.You,
			Cause:  "The record does not exist in Dynamics 365, or we may not see it.",
			Remedy: "It may have been deleted. Import changes again."}},
		{http.StatusNotFound, "0x80060888 0x8006088a", "", core.Fault{Kind: core.Wrong, Code: CodeNoSuchTable, Owner: core.You,
			Cause:  "Dynamics 365 does not know the table or the address that is asked for.",
			Remedy: "Read the tables anew and choose from the list. It may belong to an app that is not installed here."}},
		{http.StatusNotImplemented, "", "", core.Fault{Kind: core.Wrong, Code: "dataverse.version", Owner: core.You,
			Cause:  "This environment does not offer what is asked for, or not in this version of its Web API.",
			Remedy: "Set the API version to one that the environment has. Online it is v9.2; on-premises it is v8.0 to v9.1."}},
		{0, "0x80060888 0x8006088a 0x80060890", "", core.Fault{Kind: core.Wrong, Code: "dataverse.bad-query", Owner: core.You,
			Cause:  "Dynamics 365 does not understand the filter or a field in it.",
			Remedy: "Look at the filter: names of fields are logical names in small letters, and texts stand in single quotes. If there is none, read the tables anew."}},
		{0, "0x80040203", "", core.Fault{Kind: core.Wrong, Code: "dataverse.invalid-argument", Owner: core.You,
			Cause:  "Dynamics 365 does not accept a value in what was asked for.",
			Remedy: "Look at the filter: a date, number or id in it may be written in a way Dynamics 365 does not take."}},
		{0, "0x8004430a", "", core.Fault{Kind: core.Bug, Code: "dataverse.too-many-pages", Owner: core.You,
			Cause:  "Dynamics 365 stops reading after 50,000 records in this way.",
			Remedy: "Try again. If it happens again, save the diagnostics and send them to us."}},
		{0, "0x8004e023", "", core.Fault{Kind: core.Wrong, Code: "dataverse.too-many-to-count", Owner: core.You,
			Cause:  "Dynamics 365 does not add up more than 50,000 records.",
			Remedy: "Use a filter that leaves fewer records."}},
		{0, "0x80041128", "", core.Fault{Kind: core.Wrong, Code: "dataverse.wrong-table-in-query", Owner: core.You,
			Cause:  "The query asks for another table than the one that is read.",
			Remedy: "Let the query begin with the table of this mapping."}},

		{0, "0x80072559", "", core.Fault{Kind: core.Wrong, Code: "dataverse.directory", Owner: core.You, Link: linkRegister,
			Cause:  "Dynamics 365 does not find this app registration in Microsoft Entra.",
			Remedy: "Check the client ID, and that the app is registered in the tenant of this environment. One that was made just now may take some minutes to be found."}},
		{0, "0x80040265 0x80040224 0x80045f05", "", core.Fault{Kind: core.Wrong, Code: "dataverse.plug-in", Owner: core.DynamicsAdmin,
			Cause:  "A customisation of this environment, a plug-in, stopped the request.",
			Remedy: "Ask who looks after the environment which plug-in runs for this table, and to let our sign-in pass."}},
		{0, "0x80048d19", "", core.Fault{Kind: core.BadRecord, Code: "dataverse.payload", Owner: core.You,
			Cause:  "Dynamics 365 does not understand a field of what was sent.",
			Remedy: "Read the tables anew and look at the mapping: a field may have been renamed, removed or given another type."}},
		{0, "0x80044331", "", core.Fault{Kind: core.BadRecord, Code: "dataverse.too-long", Owner: core.You,
			Cause:  "A text is longer than its field allows.",
			Remedy: "Shorten the text, or allow more characters in the field."}},
		{0, "0x8004431a 0x80044330", "", core.Fault{Kind: core.BadRecord, Code: "dataverse.out-of-range", Owner: core.You,
			Cause:  "A value is outside of what its field allows.",
			Remedy: "Correct the value, or add it to the field's choices."}},
		{0, "0x80040278", "", core.Fault{Kind: core.BadRecord, Code: "dataverse.bad-characters", Owner: core.You,
			Cause:  "A text holds characters that Dynamics 365 does not take.",
			Remedy: "Remove the unusual characters from the text."}},
		{0, "0x80048408", "", core.Fault{Kind: core.BadRecord, Code: "dataverse.state", Owner: core.You,
			Cause:  "State and status do not fit together.",
			Remedy: "Choose a status that belongs to the state."}},
		{0, "0x80040237 0x80060892 0x8006089d 0x80040333", "", core.Fault{Kind: core.BadRecord, Code: "dataverse.duplicate", Owner: core.You,
			Cause:  "There is such a record already.",
			Remedy: "Match by another field, or remove the record that is there twice."}},
		{0, "0x80060882", "", core.Fault{Kind: core.BadRecord, Code: "dataverse.changed", Owner: core.You,
			Cause:  "Somebody changed the record in the meantime.",
			Remedy: "Try again: the newer content will be read first."}},
		{0, "0x80040227 0x8004023b 0x80040315", "", core.Fault{Kind: core.BadRecord, Code: "dataverse.not-allowed", Owner: core.You,
			Cause:  "Dynamics 365 does not allow this with this record.",
			Remedy: "Other records may depend on it, or its state forbids it. Open it in Dynamics to see."}},
		{0, "0x80040216", "", core.Fault{Kind: core.Busy, Code: "dataverse.unexpected", Owner: core.You,
			Cause:  "Something went wrong inside Dynamics 365.",
			Remedy: "Try again later. If it stays so, give the correlation id to Microsoft's support."}},

		{http.StatusInternalServerError, "", "", core.Fault{Kind: core.Busy, Code: "dataverse.unexpected", Owner: core.You,
			Cause:  "Something went wrong inside Dynamics 365.",
			Remedy: "Try again later. If it stays so, give the correlation id to Microsoft's support."}},
		{http.StatusUnauthorized, "", "", core.Fault{Kind: core.SignIn, Code: "dataverse.token-refused", Owner: core.You,
			Cause:  "Dynamics 365 does not accept our sign-in.",
			Remedy: "Sign in again. If it stays so, look whether organisation URL and tenant belong together."}},
		{http.StatusForbidden, "", "", core.Fault{Kind: core.Permission, Code: codeDenied, Owner: core.DynamicsAdmin, Link: linkRoles,
			Cause:  "Dynamics 365 does not let us read this.",
			Remedy: "Give this user or application user a security role that may read the table, best for the whole organisation."}},
		{http.StatusRequestEntityTooLarge, "", "", core.Fault{Kind: core.Wrong, Code: "dataverse.too-large", Owner: core.You,
			Cause:  "What was asked for at once is too large.",
			Remedy: "Use a shorter filter."}},
		{http.StatusRequestURITooLong, "", "", core.Fault{Kind: core.Wrong, Code: "dataverse.too-large", Owner: core.You,
			Cause:  "What was asked for at once is too large.",
			Remedy: "Use a shorter filter."}},
		{http.StatusNotFound, "", "", core.Fault{Kind: core.Wrong, Code: "dataverse.not-found", Owner: core.You,
			Cause:  "There is nothing at this address.",
			Remedy: "Check the organisation URL and the API version. On-premises the organisation's name belongs to the address."}},
		{http.StatusBadRequest, "", "", core.Fault{Kind: core.Wrong, Code: "dataverse.refused", Owner: core.You,
			Cause:  "Dynamics 365 refused what was asked for.",
			Remedy: "Look at the filter first. If there is none, read the tables anew and try again; the details help Microsoft's support."}},
	}
}

// refusal is the Fault of a refusing answer; nil leaves it to core/rest, which knows what HTTP itself says.
func refusal(a *rest.Answer) *core.Fault {
	if a.HTML && a.Code == "" && a.Status != http.StatusUnauthorized {
		return nil
	}
	r, known := meaning(a)
	if r == nil {
		return nil
	}
	f := r.fault
	switch {
	case f.Code == "dataverse.privilege":
		privilegeMissing(&f, a.Message)
	case f.Code == "dataverse.bad-query" || f.Code == "dataverse.no-such-field" || f.Code == "dataverse.invalid-argument":
		queryWrong(&f, a.Message)
	case a.Code != "" && !known && f.Link == "":
		f.Link = linkCodes
	}
	return &f
}

// meaning finds the row that is about an answer: by its code, else by its words, else by its status alone; a status that
// stands before a code in the table means the same whatever the code. known says that it is one of the first two.
func meaning(a *rest.Answer) (found *row, known bool) {
	code := strings.ToLower(a.Code)
	var words, status *row
	all := refusals()
	for i := range all {
		r := &all[i]
		switch {
		case r.status != 0 && r.status != a.Status:
		case r.codes != "" && code != "" && strings.Contains(" "+r.codes+" ", " "+code+" "):
			if words != nil && r.fault.Code == codeDenied {
				return words, true // this code says less than the words
			}
			if status == nil {
				return r, true
			}
		case r.says != "":
			if words == nil && r.said(a) {
				words = r
			}
		case r.codes == "" && status == nil:
			status = r
		}
	}
	if words != nil {
		return words, true
	}
	return status, false
}

// said reports whether an answer says what the row is about.
func (r *row) said(a *rest.Answer) bool {
	says := regexp.MustCompile(r.says)
	return says.MatchString(begin(a.Message)) || a.Status == http.StatusUnauthorized && says.MatchString(begin(unquoted(a.Header)))
}

// unquoted is what a challenge says is wrong, without the addresses in it.
func unquoted(h http.Header) string {
	var b strings.Builder
	for _, challenge := range h.Values("WWW-Authenticate") {
		if _, text, ok := strings.Cut(challenge, "error_description="); ok {
			b.WriteString(text + " ")
		}
	}
	return b.String()
}

func begin(text string) string { return text[:min(len(text), 4096)] }

// closed is the Fault of an answer that lets nobody in, whoever it may be; nil when it says nothing of that kind.
func closed(a *rest.Answer) *core.Fault {
	f := refusal(a)
	if f == nil {
		return nil
	}
	switch f.Code {
	case CodeBlocked, "dataverse.administration-mode", "dataverse.environment-disabled", "dataverse.api-disabled":
		return f
	}
	return nil
}

// missing finds the names in the message of a missing privilege. Both are names of the schema, never data.
var missing = regexp.MustCompile(`(?i)missing (prv[a-z0-9_]{1,128}) privilege(?:.{0,200}? for entity '([a-z0-9_]{1,128})')?`)

// privilegeMissing names the right that is missing.
func privilegeMissing(f *core.Fault, message string) {
	m := missing.FindStringSubmatch(message)
	if m == nil {
		return
	}
	what := "The right " + m[1] + " is missing"
	if m[2] != "" {
		what += " for the table " + strings.ToLower(m[2])
		f.Subject.Table = strings.ToLower(m[2])
	}
	if d := depthSaid.FindStringSubmatch(message); d != nil {
		what += " at the depth " + depthName(strings.ToLower(d[1]+d[2]))
	}
	f.Cause = what + "."
	f.Remedy = "Add this right to a security role of this user or application user, at the depth Organization. A smaller depth shows only a part of the records."
}

// depthSaid finds at which depth a right is missing, where the message says so.
var depthSaid = regexp.MustCompile(`(?i)\b(?:depth|level)\b[^.;,]{0,20}\b(basic|local|deep|global)\b|\b(basic|local|deep|global)\b[^.;,]{0,20}\b(?:depth|level)\b`)

// depthName is what the pages of Dynamics call a depth.
func depthName(depth string) string {
	switch depth {
	case "basic":
		return "User"
	case "local":
		return "Business Unit"
	case "deep":
		return "Parent: Child Business Units"
	}
	return "Organization"
}

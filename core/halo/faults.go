package halo

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"ferry/core"
	"ferry/core/rest"
)

func wrong(code, cause, remedy string) *core.Fault {
	return &core.Fault{Kind: core.Wrong, Code: "halo." + code, Cause: cause, Remedy: remedy, Owner: core.You}
}

// admin is what the Halo administrator mends.
func admin(kind core.FaultKind, code, cause, remedy string) *core.Fault {
	return &core.Fault{Kind: kind, Code: "halo." + code, Cause: cause, Remedy: remedy, Owner: core.HaloAdmin}
}

// bad is one record that cannot be written.
func bad(code, cause, remedy string) *core.Fault {
	f := wrong(code, cause, remedy)
	f.Kind = core.BadRecord
	return f
}

// about says which record a Fault is about, and which field.
func about(f *core.Fault, table, key, field string) *core.Fault {
	c := *f
	c.Subject.Table, c.Subject.Key = table, key
	if field != "" {
		c.Subject.Field = field
	}
	return &c
}

// Settings.

func noAddress() *core.Fault {
	return wrong("no-address", "The address of Halo is missing.", "Fill in the address at which you open Halo in the browser, such as https://acme.halopsa.com.")
}

func badAddress() *core.Fault {
	return wrong("bad-address", "The address of Halo is not a web address.", "Copy it from the browser's address bar: https://acme.halopsa.com.")
}

func disguised() *core.Fault {
	return wrong("disguised", "The address of Halo has letters in it that addresses do not have. They may look like those of another address.", "Type the address yourself.")
}

func plainHTTP() *core.Fault {
	return wrong("plain-http", "The address begins with http://, so everybody on the way could read the secret.", "Use the address that begins with https://. If there is none, ask whoever runs Halo to set it up.")
}

func badNumber(name string, least, most int) *core.Fault {
	return wrong("bad-number", fmt.Sprintf("The setting “%s” is not a number from %d to %d.", name, least, most), "Correct it, or leave it empty.")
}

func badSlot(string) *core.Fault {
	return wrong("bad-slot", "Values of lists in Halo have no column of the name that stands in the setting “dynamics-value”.", "Choose value2 to value9, custom1, custom2 or valueint1, or leave it empty.")
}

func badTypes() *core.Fault {
	return wrong("bad-types", "The setting “field-types” cannot be read.", "Write number=type with commas between: 0=text, 2=choice. Types are text, memo, choice, choices, date, time, checkbox, table, dynamic and rich.")
}

func badInputs() *core.Fault {
	return wrong("bad-inputs", "The setting “input-types” cannot be read.", "Write number=type with commas between: 1=integer, 2=money. Types are integer, money and decimal; 0 is that of ordinary text.")
}

func badHeader() *core.Fault {
	return wrong("bad-header", "The extra headers cannot be read.", "Write one on each line: its name, a colon, its value. Authorization and Host cannot be set.")
}

func noCredentials() *core.Fault {
	f := wrong("no-credentials", "The client ID or the client secret of Halo is missing.",
		"In Halo, open Configuration, Integrations, Halo API, View Applications, and make one with “Client ID and Secret (Services)”. Fill in both; in a terminal they come from FERRY_HALO_CLIENT_ID and FERRY_HALO_SECRET.")
	f.Kind = core.SignIn
	return f
}

// Signing in.

// otherHost says that the secret would go to another host. Its Subject is the setting that allows it.
func otherHost(halo string, auth *url.URL) *core.Fault {
	f := wrong("other-host", fmt.Sprintf("Halo at %s says that its sign-in is on another host: %s. The secret is not sent there before you say so.", halo, auth.Host),
		"If your page “API Details” in Halo names the same Authorisation Server, fill it in as “Sign-in address” (auth-address). If not, do not go on.")
	f.Subject.Field, f.Subject.Value = "auth-address", strings.TrimSuffix(auth.String(), "/")
	return f
}

func badAuthInfo() *core.Fault {
	return wrong("bad-authinfo", "Halo names a sign-in address that cannot be used.", "Open Configuration, Integrations, Halo API in Halo and fill in the Authorisation Server as “Sign-in address”.")
}

func noToken() *core.Fault {
	return admin(core.SignIn, "no-token", "Halo's sign-in answered, but gave no token.", "Check that the sign-in address is the Authorisation Server of Halo's page “API Details”.")
}

// tokenRefusal says what a refusal of the sign-in means.
func tokenRefusal(a *rest.Answer) *core.Fault {
	switch {
	case a.Status == http.StatusNotFound || a.HTML && a.Status < 500:
		return wrong("no-auth-server", "There is no sign-in of Halo at that address.", "Look at Configuration, Integrations, Halo API in Halo and fill in the Authorisation Server as “Sign-in address”.")
	case a.Status == http.StatusTooManyRequests || a.Status >= 500:
		return nil
	case a.Code == "invalid_scope":
		return admin(core.Permission, "scope-refused", "The application in Halo does not have the scopes that Ferry asks for.", "Open the application in Halo, Permissions, and allow them, or write those that it has into “Scopes”.")
	case a.Code == "unauthorized_client" || a.Code == "unsupported_grant_type":
		return admin(core.SignIn, "wrong-method", "The application in Halo is not one that signs in with client ID and secret.", "Make another one in Halo: its authentication method is “Client ID and Secret (Services)”.")
	}
	f := wrong("secret-refused", "Halo does not know this client ID with this secret.",
		"Copy both anew. The client ID may change when a new application is saved; the secret is shown once and can be made anew. With a tenant: check it on the page “API Details”.")
	f.Kind = core.SignIn
	return f
}

// Answers. Which record and which field they are about is added where that is known; see recordFault.

func refusal(a *rest.Answer) *core.Fault {
	switch {
	case a.HTML || a.Status == http.StatusTooManyRequests:
		return nil
	case a.Status == http.StatusUnauthorized:
		f := admin(core.SignIn, "signed-out", "Halo does not accept the sign-in.", "Check that the application and its agent are active in Halo, then try again.")
		return f
	case a.Status == http.StatusForbidden:
		return admin(core.Permission, "forbidden", "Halo does not let this application do that.",
			"In Halo, give the application the scopes (customers: read:customers edit:customers; custom fields and tables: admin or all), and its agent a role that may see and change all customers.")
	case a.Status == http.StatusNotFound:
		return wrong("not-found", "Halo does not know what was asked for.", "Check the address: it is the one at which you open Halo. A record may have been deleted there.")
	case a.Status == http.StatusRequestEntityTooLarge:
		return bad("too-large", "Halo does not take so much at once.", "Set “Records per request” (batch) to a smaller number.")
	case a.Status >= 400 && a.Status < 500 && a.Status != http.StatusRequestTimeout:
		return refusedRecord()
	case a.Status == http.StatusInternalServerError:
		return admin(core.BadRecord, "internal", "Halo had an error of its own with this.", "Try again later. If it stays so, show the record to whoever looks after Halo.")
	}
	return nil
}

func refusedRecord() *core.Fault {
	return bad("refused", "Halo refused this record.", "Open such a record in Halo by hand and look which rule it breaks; then change the mapping or the rule.")
}

func endless(path string) *core.Fault {
	return admin(core.Busy, "endless-list", "Halo's list of "+strings.ToLower(path)+" does not end.", "Try again. If it stays so, tell whoever looks after Halo.")
}

func fieldMissing(label string) *core.Fault {
	return bad("field-missing", fmt.Sprintf("Halo wants a value in the field “%s”, and the record has none.", label),
		"Map something to that field, or give it a constant; or let it not be mandatory in Halo.")
}

func fieldRefused(label string) *core.Fault {
	return bad("field-refused", fmt.Sprintf("Halo does not take what the record has for the field “%s”.", label), "Look at the value and at the field's settings in Halo; change the mapping or the setting.")
}

func emailTaken() *core.Fault {
	return bad("email-taken", "Another user in Halo has the same e-mail address, and Halo does not allow that.", "Match users by e-mail so that they are found, or change the address.")
}

// Tables and fields.

func noTable() *core.Fault {
	return wrong("no-table", "Halo has no table of that name.", "Choose customers, sites, users or one of the custom tables; custom tables are made in Halo: Configuration, Custom Objects, Custom Tables.")
}

func noField(name string) *core.Fault {
	f := wrong("no-field", fmt.Sprintf("Halo has no field “%s”.", name), "Choose another field, make it in Halo, or switch on “Make missing custom fields and values” (make).")
	f.Subject.Field = name
	return f
}

func noKeyField(table string) *core.Fault {
	return wrong("no-key-field", fmt.Sprintf("The custom table “%s” of Halo has no field for the id of a record, so its rows would be made again with each import.", table),
		"Give the table a text field for it in Halo, and name it in “Fields for the Dynamics ID” (id-fields), or choose it as the mapping's key.")
}

func badFieldName(name string) *core.Fault {
	f := wrong("bad-field-name", fmt.Sprintf("A custom field cannot be called “%s”.", name), "Its name begins with CF; letters, digits and underscores follow, at most 60.")
	f.Subject.Field = name
	return f
}

func fieldThere(name string) *core.Fault {
	f := wrong("field-there", fmt.Sprintf("Halo has a custom field “%s” already.", name), "Choose another name, or map to that field.")
	f.Subject.Field = name
	return f
}

func noList(name string) *core.Fault {
	f := wrong("no-list", fmt.Sprintf("The field “%s” of Halo has no list to which values could be added.", name), "Add them in Halo: Configuration, Custom Objects, Custom Fields.")
	f.Subject.Field = name
	return f
}

func unknownType(name string) *core.Fault {
	f := wrong("unknown-type", fmt.Sprintf("Ferry does not know what the custom field “%s” of Halo holds.", name), "Leave the field out, or say in the setting “field-types” what its number means.")
	f.Subject.Field = name
	return f
}

func readOnly(name string) *core.Fault {
	f := wrong("read-only", fmt.Sprintf("The field “%s” cannot be written in Halo.", name), "Choose another field.")
	f.Subject.Field = name
	return f
}

func noMatchColumn(name string) *core.Fault {
	f := wrong("no-match-column", fmt.Sprintf("Records are to be found by “%s”, but nothing is mapped to it.", name), "Map a field to it, or choose others to find records by.")
	f.Subject.Field = name
	return f
}

// Records.

func noKey() *core.Fault {
	return bad("no-key", "The record has no id at its source.", "Leave it out with a filter.")
}

func otherPlan() *core.Fault {
	return &core.Fault{Kind: core.Bug, Code: "halo.other-plan", Owner: core.You, Cause: "A record came that does not fit its mapping.", Remedy: "Start the import again. If it happens again, send us the details."}
}

func noSite() *core.Fault {
	return bad("no-site", "Its account is not among the customers in Halo, and there is no default site.", "Import its account too, or fill in “Default site” (default-site).")
}

func rowElsewhere() *core.Fault {
	return bad("row-elsewhere", "The row belongs to another record in Halo than it does in Dynamics 365 now, and Halo did not make it there.", "Look at both records in Halo. Delete the row there, if nobody has added to it: the next import makes it where it belongs.")
}

func rowTwice() *core.Fault {
	return bad("row-twice", "The row was made where it belongs now, but somebody has changed one of the two since, so the old one was not removed.", "Look at both rows in Halo. Take over what is missing, and delete the one that is at the old place.")
}

func rowOfTwo() *core.Fault {
	return bad("row-of-two", "Two mappings bring this record into the same table of Halo, each below another record, and a row can belong to one only.", "Let only one of them bring it, with a filter, or let the second go into a table of its own.")
}

func rowsBelow() *core.Fault {
	return bad("rows-below", "Other rows hang below this row in Halo and would go with it, so it stays.", "Let the mapping of the related table remove its rows too, or look at them in Halo and delete them there. Then try again.")
}

func noValue(field string) *core.Fault {
	return bad("no-value", fmt.Sprintf("The list of the field “%s” in Halo has no such value.", field), "Add the value in Halo and map to it, or switch on “Make missing custom fields and values” (make).")
}

func notLike(field string) *core.Fault {
	return bad("not-like", fmt.Sprintf("The value does not fit the field “%s” in Halo.", field), "Change the mapping so that it fits.")
}

func severalMatch(columns []string) *core.Fault {
	return bad("several-match", fmt.Sprintf("Several records in Halo have the same %s. Nothing is guessed.", strings.Join(columns, ", ")), "Merge or rename them in Halo, or find records by more fields.")
}

func matchTaken(columns []string) *core.Fault {
	return bad("match-taken", fmt.Sprintf("The record in Halo with the same %s belongs to another record already.", strings.Join(columns, ", ")), "Look which of the two is right, and change one of them.")
}

func linkedTwice() *core.Fault {
	return bad("linked-twice", "Several records in Halo carry the id of this record.", "Look which one is right, and take the id or the external link from the others.")
}

func generalUser() *core.Fault {
	return bad("general-user", "It would be written over the General User of a site, whom Ferry never touches.", "Look at the record: it is called like Halo's own General User.")
}

func lostAnswer() *core.Fault {
	f := bad("lost-answer", "The record was sent to Halo, but no answer came, and it cannot be told whether it arrived.", "Look for it in Halo. The next import looks for it again.")
	return f
}

func changedSince() *core.Fault {
	return bad("changed-since", "Somebody has changed the record in Halo since.", "It was left as it is. Look at it in Halo.")
}

func notFoundAgain() *core.Fault {
	return bad("not-found-again", "The record cannot be found in Halo any more.", "It may have been deleted there; then nothing is left to do.")
}

// Default site.

func badDefaultSite() *core.Fault {
	return wrong("bad-default-site", "The default site is not written as customer/site.", "Write both names with a slash between: Contoso Ltd/Main.")
}

func noDefaultSite() *core.Fault {
	return wrong("no-default-site", "There is no active site in Halo of the name that stands in “Default site”.", "Write the customer's and the site's names as they stand in Halo: Contoso Ltd/Main. Both have to be active.")
}

func severalDefaultSites() *core.Fault {
	return wrong("several-default-sites", "Several sites in Halo have the name that stands in “Default site”.", "Rename one of them, or name another one.")
}

// Checks.

func mayNotify() *core.Fault {
	return wrong("may-notify", "Halo may send welcome mails and start automations for everybody who is imported.", "Switch “Let Halo write to people” (notify) off, unless that is what you want.")
}

func restricted() *core.Fault {
	return admin(core.Permission, "agent-restricted", "The agent of this application may not use all customers. Those that it does not see would be made a second time.",
		"In Halo, open the agent, or its role, and allow the use of all customers.")
}

func mandatory(names []string) *core.Fault {
	return wrong("mandatory", "Fields of this table are mandatory in Halo: "+strings.Join(names, ", ")+". Halo refuses new records without one.", "Map something to each, or let them not be mandatory in Halo.")
}

func fieldsGone(names []string) *core.Fault {
	return wrong("fields-gone", "Fields that this mapping names are not in Halo: "+strings.Join(names, ", ")+".", "Open the mapping and map to other fields, or make them there.")
}

// fieldsUnseen says what this application may not see, and what that means.
func fieldsUnseen() *core.Fault {
	return admin(core.Permission, "fields-unseen", "Halo does not show its custom fields to this application. None can be mapped or hold the Dynamics ID, and if one of them is mandatory, Halo refuses new records.",
		"In Halo, open the application, Permissions, and allow admin, or all; the agent's role has to allow it too. Where “Scopes” (scope) is filled in, add it there.")
}

// noIDFields says which of the fields for the Dynamics ID do nothing.
func noIDFields(names []string) *core.Fault {
	f := wrong("no-id-fields", "No table of Halo has a text field of this name that Ferry may write: "+strings.Join(names, ", ")+".",
		"Correct the name in “Fields for the Dynamics ID” (id-fields), or take it out. Custom fields are written as Halo has them, such as CFDynamicsId.")
	f.Subject.Field = "id-fields"
	return f
}

// homeless says what becomes of contacts while there is no default site.
func homeless() *core.Fault {
	f := wrong("no-home", "No default site is set: contacts whose account is not imported wait until it is, and contacts without an account are left out.",
		"Choose a site in “Default site” (default-site): it takes them all. If every contact's account is imported too, leave it empty.")
	f.Subject.Field = "default-site"
	return f
}

func valuesGone(names []string) *core.Fault {
	return wrong("values-gone", "Values that this mapping names are not in the lists of Halo any more: "+strings.Join(names, ", ")+".", "Open the mapping and choose other values for the options of these fields.")
}

func linksFail() *core.Fault {
	return wrong("links-fail", "Halo does not keep external links under this module number as Ferry needs it.", "Correct “Number of the link module”, or name a field in “Fields for the Dynamics ID”.")
}

// oneByOne says that new records go alone, and how long that takes.
func oneByOne(long string) *core.Fault {
	f := wrong("one-by-one", "Halo keeps no id of Dynamics, so each new record is sent alone: "+long+". After the journal was lost, records that nothing else tells apart would be made again.",
		"Before you start, name fields that nobody uses in “Fields for the Dynamics ID” (id-fields), or fill in “Number of the link module” (link-module).")
	f.Subject.Field = "id-fields"
	return f
}

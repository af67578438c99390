package practice

import (
	"time"

	"ferry/core/practice/halo"
)

// An Ending is what an import into a Halo of some world has to come to.
type Ending string

// The endings.
const (
	Whole   Ending = "whole"   // each record is there once
	Partly  Ending = "partly"  // some are refused, each with its reason; the others are there once
	Refused Ending = "refused" // it does not begin, or not before somebody was asked
)

// A HaloWorld is one way in which a Halo may be: what nobody has written down of it, how it is set up, or what goes
// wrong there.
type HaloWorld struct {
	Name     string // does not change
	About    string
	Settings halo.Settings
	Script   Script
	Ends     Ending
}

// HaloWorlds are all of them, for tests that walk them. Each setting of the practice Halo and each fault it has is in
// one at least.
func HaloWorlds() []HaloWorld {
	all := append(haloFaults(), haloAnswers()...)
	return append(all, haloWrites()...)
}

// haloFaults are things that go wrong on the way. An import gets through all of them.
func haloFaults() []HaloWorld {
	on := func(s Step) Script { s.Side = SideHalo; return Script{s} }
	posts := func(s Step) Script { s.Method, s.Path = "POST", "(?i)^/api/"; return on(s) }
	return []HaloWorld{
		{Name: "limit", About: "40 requests in 5 seconds are too many, and a text says so.", Settings: halo.Settings{Requests: 40, Window: 5}, Ends: Whole},
		{Name: "limit-json", About: "The same in JSON, and when to come again.", Settings: halo.Settings{Requests: 40, Window: 5, LimitText: "json", RetryAfter: true}, Ends: Whole},
		{Name: "limit-lifted", About: "Ten requests are too many, but for who shows a header.", Settings: halo.Settings{Requests: 10, Window: 2, LiftedBy: "X-Practice: lifted"}, Ends: Whole},
		{Name: "exception", About: "The second write meets a .NET exception.", Script: posts(Step{Nth: 2, Do: DoStatus, Status: 500}), Ends: Whole},
		{Name: "gateway", About: "Every fourth request meets the gateway alone: 502 and no JSON.", Script: on(Step{Every: 4, Do: DoStatus, Status: 502}), Ends: Whole},
		{Name: "upgrade", About: "Halo is not there for a moment: 503.", Script: on(Step{Path: "(?i)^/api/", Nth: 3, Do: DoStatus, Status: 503, RetryAfter: Seconds(1)}), Ends: Whole},
		{Name: "page", About: "An HTML page comes in place of an answer, once.", Script: on(Step{Method: "GET", Path: "(?i)^/api/", Nth: 2, Do: DoHTML}), Ends: Whole},
		{Name: "half", About: "An answer ends in the middle.", Script: on(Step{Method: "GET", Path: "(?i)^/api/(client|site|users)", Nth: 1, Do: DoCut, Bytes: 20}), Ends: Whole},
		{Name: "dropped", About: "The work of the second write is done and its answer is lost.", Script: posts(Step{Nth: 2, Do: DoDrop}), Ends: Whole},
		{Name: "dropped-often", About: "Every third write is done and its answer is lost.", Script: posts(Step{Every: 3, Do: DoDrop}), Ends: Whole},
		{Name: "slow", About: "Each answer waits a little.", Script: on(Step{Times: 20, Do: DoDelay, For: Duration(30 * time.Millisecond)}), Ends: Whole},
		{Name: "away", About: "Halo hangs up and is away for a moment.", Script: posts(Step{Nth: 2, Do: DoAway, For: Duration(200 * time.Millisecond)}), Ends: Whole},
		{Name: "empty-401", About: "A token is refused without a word.", Script: on(Step{Path: "(?i)^/api/(client|site|users)", Nth: 2, Do: DoStatus, Status: 401}), Ends: Whole},
		{Name: "short-token", About: "Tokens live for one second, and a 401 says something.", Settings: halo.Settings{TokenLife: 1, Body401: true}, Ends: Whole},
	}
}

// haloAnswers are ways in which Halo may answer or be found. But for rights and addresses they do no harm.
func haloAnswers() []HaloWorld {
	return []HaloWorld{
		{Name: "small-pages", About: "Pages have seven rows, whatever is asked for.", Settings: halo.Settings{PageCap: 7}, Ends: Whole},
		{Name: "sparse", About: "Rows of lists have next to nothing but id and name.", Settings: halo.Settings{Sparse: true, NoFieldColumns: true, NoListValues: true}, Ends: Whole},
		{Name: "envelopes", About: "Lists of fields are in an envelope, one record is answered by an array with 200.", Settings: halo.Settings{Envelopes: true, OneAsArray: true, Status200: true}, Ends: Whole},
		{Name: "warning", About: "What is stored carries a warning.", Settings: halo.Settings{Warning: "Practice makes perfect."}, Ends: Whole},
		{Name: "null-for-gone", About: "What is gone is answered by 200 and null.", Settings: halo.Settings{NullForGone: true}, Ends: Whole},
		{Name: "lenient", About: "Halo takes what it does not know.", Settings: halo.Settings{Lenient: true}, Ends: Whole},
		{Name: "no-search", About: "advanced_search knows no member.", Settings: halo.Settings{AdvancedSearch: []string{}}, Ends: Whole},
		{Name: "no-authinfo", About: "authinfo is not there; the usual address works.", Settings: halo.Settings{AuthInfo: "missing"}, Ends: Whole},
		{Name: "tenant", About: "A token needs the tenant, and authinfo does not tell it.", Settings: halo.Settings{NeedTenant: true, NoTenantID: true}, Ends: Whole},
		{Name: "elsewhere", About: "authinfo leads to another host.", Settings: halo.Settings{AuthInfo: "elsewhere"}, Ends: Refused},
		{Name: "plain", About: "authinfo leads to an address without encryption.", Settings: halo.Settings{AuthInfo: "plain"}, Ends: Refused},
		{Name: "few-scopes", About: "The application may read customers only.", Settings: halo.Settings{Scopes: "read:customers"}, Ends: Refused},
		{Name: "restricted", About: "The agent may not use all customers, and Halo says so.", Settings: halo.Settings{Restricted: true}, Ends: Refused},
	}
}

// haloWrites are ways in which Halo may store.
func haloWrites() []HaloWorld {
	return []HaloWorld{
		{Name: "usual", About: "Links work, arrays are all or nothing, fields that are not sent stay.", Ends: Whole},
		{Name: "links-ignored", About: "External links are taken and not stored.", Settings: halo.Settings{Links: "ignored"}, Ends: Whole},
		{Name: "links-unreadable", About: "External links are stored and cannot be read.", Settings: halo.Settings{Links: "unreadable"}, Ends: Whole},
		{Name: "links-capped", About: "A list of links ends after seven without a word.", Settings: halo.Settings{CapLinks: true, PageCap: 7}, Ends: Whole},
		{Name: "links-paged", About: "A list of links has pages of seven.", Settings: halo.Settings{PagedLinks: true, PageCap: 7}, Ends: Whole},
		{Name: "doubles", About: "Matching on write does nothing: what has no id is made again.", Settings: halo.Settings{MatchIgnored: true}, Ends: Whole},
		{Name: "doubles-dropped", About: "The same, and the answer of the second write is lost.", Settings: halo.Settings{MatchIgnored: true},
			Script: Script{{Side: SideHalo, Method: "POST", Path: "(?i)^/api/", Nth: 2, Do: DoDrop}}, Ends: Whole},
		{Name: "fields-replaced", About: "Custom fields that are not sent are emptied.", Settings: halo.Settings{ReplaceFields: true}, Ends: Whole},
		{Name: "slot", About: "The Dynamics ID of an option is in another column.", Settings: halo.Settings{DynamicsSlot: "custom1"}, Ends: Whole},
		{Name: "options-ignored", About: "An option that is not in the list is dropped without a word.", Settings: halo.Settings{BadOptions: "ignored"}, Ends: Whole},
		{Name: "rows-matched", About: "The field by which rows of custom tables are matched looks at all rows of the table.", Settings: halo.Settings{MatchRows: "anywhere"}, Ends: Whole},
		{Name: "rows-unmatched", About: "That field is taken and does nothing; the answer of every third write is lost.", Settings: halo.Settings{MatchRows: "ignored", Batch: "partial"},
			Script: Script{{Side: SideHalo, Method: "POST", Path: "(?i)^/api/", Every: 3, Do: DoDrop}}, Ends: Whole},
		{Name: "no-inputs", About: "No text field takes nothing but numbers.", Settings: halo.Settings{NoInputs: true}, Ends: Whole},
		{Name: "no-deletes", About: "Nothing can be deleted.", Settings: halo.Settings{DeletesRefused: true}, Ends: Whole},
		{Name: "agent-silent", About: "Halo does not tell whether the agent may use all customers.", Settings: halo.Settings{AgentRight: "none"}, Ends: Whole},
		{Name: "mandatory", About: "A customer needs a website; the refusal has a code.", Settings: halo.Settings{Mandatory: []string{"client.website"}, Errors: halo.ErrorsResultCode}, Ends: Partly},
		{Name: "mandatory-partial", About: "The same, and what stands before a bad record of an array is stored.", Settings: halo.Settings{Mandatory: []string{"client.website"}, Batch: "partial"}, Ends: Partly},
		{Name: "mandatory-text", About: "The same, told in a text.", Settings: halo.Settings{Mandatory: []string{"client.website"}, Errors: halo.ErrorsText}, Ends: Partly},
		{Name: "one-email", About: "No two users have one e-mail address.", Settings: halo.Settings{UniqueEmail: true}, Ends: Partly},
		{Name: "too-long", About: "A text that is too long is an exception.", Settings: halo.Settings{TooLong: "exception"}, Ends: Partly},
	}
}

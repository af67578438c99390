package dynamics_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/core/practice/dynamics"
	"ferry/core/practice/world"
)

// four puts in four accounts that the filters are tried on, and returns their keys by number.
func four(b *bench) map[string]string {
	day := func(text string) world.Cell {
		d, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			b.Fatal(err)
		}
		return world.TimeCell(d)
	}
	contact := b.put("contact", map[string]world.Cell{"firstname": world.TextCell("Grace"), "lastname": world.TextCell("Hopper"), "emailaddress1": world.TextCell("grace@navy.example")})
	keys := map[string]string{}
	for _, a := range []map[string]world.Cell{
		{"accountnumber": world.TextCell("T-1"), "name": world.TextCell("Æther O'Brian & Sons"), "revenue": world.DecimalCell("1000.0000"), "numberofemployees": world.IntCell(5),
			"creditonhold": world.BoolCell(true), "industrycode": world.ChoiceCell(6), "primarycontactid": world.RefCell("contact", contact), "lastusedincampaign": day("2026-05-19 23:59")},
		{"accountnumber": world.TextCell("T-2"), "name": world.TextCell("50% Off"), "revenue": world.DecimalCell("1000.0001"), "numberofemployees": world.IntCell(50),
			"creditonhold": world.BoolCell(false), "lastusedincampaign": day("2026-05-20 00:00"), "description": world.TextCell("50% Off")},
		{"accountnumber": world.TextCell("T-3"), "name": world.TextCell("zulu"), "revenue": world.DecimalCell("-2.5000"), "industrycode": world.ChoiceCell(7), "lastusedincampaign": day("2026-05-21 08:00")},
		{"accountnumber": world.TextCell("T-4")},
	} {
		n := a["accountnumber"].S
		keys[n] = b.put("account", a)
	}
	if err := b.world.Set("account", keys["T-2"], map[string]world.Cell{"parentaccountid": world.RefCell("account", keys["T-1"])}); err != nil {
		b.Fatal(err)
	}
	b.put("task", map[string]world.Cell{"subject": world.TextCell("Call back"), "percentcomplete": world.IntCell(50), "regardingobjectid": world.RefCell("account", keys["T-1"])})
	b.put("task", map[string]world.Cell{"subject": world.TextCell("Send offer"), "percentcomplete": world.IntCell(100), "regardingobjectid": world.RefCell("account", keys["T-1"])})
	b.put("task", map[string]world.Cell{"subject": world.TextCell("Send offer"), "percentcomplete": world.IntCell(100), "regardingobjectid": world.RefCell("account", keys["T-3"])})
	return keys
}

func TestAFilterKeepsTheRowsThatDataverseKeeps(t *testing.T) {
	b := open(t, map[string]int{"account": 3, "contact": 3, "task": 3})
	keys := four(b)
	for _, c := range []struct{ filter, want string }{
		{"revenue eq 1000", "1"},
		{"revenue eq 1000.00010", "2"},
		{"revenue ne 1000", "2 3 4"}, // an empty value is unequal
		{"revenue gt 1000 or revenue lt 0", "2 3"},
		{"revenue ge 1000 and revenue le 1000.0001", "1 2"},
		{"not (revenue eq 1000)", "2 3 4"},
		{"not revenue eq 1000", "2 3 4"},
		{"1000 lt revenue", "2"},
		{"revenue eq null", "4"},
		{"revenue ne null", "1 2 3"},
		{"numberofemployees eq 5 or numberofemployees eq 50 and creditonhold eq true", "1"},
		{"(numberofemployees eq 5 or numberofemployees eq 50) and creditonhold eq false", "2"},
		{"creditonhold eq true", "1"},
		{"creditonhold", "1"},
		{"name eq 'ZULU'", "3"},
		{"name eq 'æther o''brian & sons'", "1"},
		{"name lt 'a'", "2"},
		{"contains(name,'o''brian')", "1"},
		{"startswith(name,'z')", "3"},
		{"endswith(name,'off')", "2"},
		{"contains(name,'%u')", "3"},
		{"startswith(name,'_u')", "3"},
		{"startswith(name,'[xyz]u')", "3"},
		{"startswith(name,'5_[%]')", "2"},
		{"name eq description", "2"},
		{"_primarycontactid_value ne null", "1"},
		{"primarycontactid/lastname eq 'hopper'", "1"},
		{"accountid eq " + keys["T-3"] + " or accountid eq " + strings.ToUpper(keys["T-1"]), "1 3"}, // these are found by their key
		{"(accountid eq " + keys["T-3"] + " or accountid eq " + keys["T-1"] + ") and name eq 'zulu'", "3"},
		{"accountid eq " + keys["T-1"] + " and accountid eq " + keys["T-3"], ""},
		{"accountid eq " + keys["T-4"] + " or name eq 'zulu'", "3 4"}, // and these are not
		{"not (accountid eq " + keys["T-4"] + ")", "1 2 3"},
		{"primarycontactid/contactid ne null", "1"},
		{"primarycontactid/createdby/fullname ne null", "1"},
		{"parentaccountid/primarycontactid/firstname eq 'Grace'", "2"},
		{"_parentaccountid_value eq " + keys["T-1"], "2"},
		{"_parentaccountid_value eq '" + strings.ToUpper(keys["T-1"]) + "'", "2"},
		{"parentaccountid/accountid eq " + keys["T-1"], "2"},
		{"accountid eq " + keys["T-3"], "3"},
		{"industrycode eq 6", "1"},
		{"industrycode ne 6", "2 3 4"},
		{"lastusedincampaign ge 2026-05-20T00:00:00Z", "2 3"},
		{"lastusedincampaign ge 2026-05-20", "2 3"},
		{"lastusedincampaign lt 2026-05-20T01:00:00%2B01:00", "1"},
		{"Account_Tasks/any()", "1 3"},
		{"Account_Tasks/any(t:t/subject eq 'call back')", "1"},
		{"Account_Tasks/all(t:t/percentcomplete eq 100)", "2 3 4"},
		{"not Account_Tasks/any(t:t/percentcomplete eq 100)", "2 4"},
		{"Account_Tasks/any(t:t/subject eq 'Send offer' and revenue lt 0)", "3"},
		{"parentaccountid/Account_Tasks/any(t:t/percentcomplete lt 60)", "2"},
		{`Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=["zulu","50%25 off"])`, "2 3"},
		{`Microsoft.Dynamics.CRM.In(PropertyName='industrycode',PropertyValues=['6','7'])`, "1 3"},
		{`Microsoft.Dynamics.CRM.NotIn(PropertyName='industrycode',PropertyValues=['6'])`, "3"},
		{`Microsoft.Dynamics.CRM.In(PropertyName='accountid',PropertyValues=['` + keys["T-4"] + `'])`, "4"},
		{`Microsoft.Dynamics.CRM.Between(PropertyName='numberofemployees',PropertyValues=['5','49'])`, "1"},
		{`Microsoft.Dynamics.CRM.NotBetween(PropertyName='numberofemployees',PropertyValues=['5','49'])`, "2"},
		{"Microsoft.Dynamics.CRM.Yesterday(PropertyName='lastusedincampaign')", "1"},
		{"Microsoft.Dynamics.CRM.Today(PropertyName='lastusedincampaign')", "2"},
		{"Microsoft.Dynamics.CRM.Tomorrow(PropertyName='lastusedincampaign')", "3"},
		{"Microsoft.Dynamics.CRM.ThisWeek(PropertyName='lastusedincampaign')", "1 2 3"},
		{"Microsoft.Dynamics.CRM.LastYear(PropertyName='lastusedincampaign')", ""},
		{"Microsoft.Dynamics.CRM.On(PropertyName='lastusedincampaign',PropertyValue='2026-05-20')", "2"},
		{"Microsoft.Dynamics.CRM.OnOrBefore(PropertyName='lastusedincampaign',PropertyValue='2026-05-20')", "1 2"},
		{"Microsoft.Dynamics.CRM.OnOrAfter(PropertyName='lastusedincampaign',PropertyValue='2026-05-20')", "2 3"},
		{"Microsoft.Dynamics.CRM.LastXHours(PropertyName=@a,PropertyValue=@b)&@a='lastusedincampaign'&@b=12", "2"},
		{"Microsoft.Dynamics.CRM.NextXDays(PropertyName='lastusedincampaign',PropertyValue=3)", "3"},
		{"Microsoft.Dynamics.CRM.OlderThanXHours(PropertyName='lastusedincampaign',PropertyValue=12)", "1"},
		{"Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')", "1 2 3 4"},
		{"Microsoft.Dynamics.CRM.NotEqualUserId(PropertyName='ownerid')", ""},
		{"name eq @who&@who='zulu'", "3"},
		{"revenue eq @missing", "4"},
	} {
		filter, aliases, _ := strings.Cut(c.filter, "&@")
		if aliases != "" {
			aliases = "&@" + aliases
		}
		filter = strings.NewReplacer("%2B", "+", "%25", "%").Replace(filter)
		r := b.ok("accounts?$select=accountnumber&$filter=" + url.QueryEscape("startswith(accountnumber,'T-') and ("+filter+")") + aliases)
		var got []string
		for _, row := range r.rows() {
			got = append(got, strings.TrimPrefix(row["accountnumber"].(string), "T-"))
		}
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %q, want %q", c.filter, strings.Join(got, " "), c.want)
		}
	}
}

func TestChoicesAreFoundByTheirCodes(t *testing.T) {
	b := open(t, map[string]int{"account": 2})
	b.put("account", map[string]world.Cell{"accountnumber": world.TextCell("M-1"), "new_segments": world.ChoicesCell("1,4")})
	b.put("account", map[string]world.Cell{"accountnumber": world.TextCell("M-2"), "new_segments": world.ChoicesCell("14")})
	count := func(f string) int {
		return len(b.ok("accounts?$select=accountnumber&$filter=" + url.QueryEscape("startswith(accountnumber,'M-') and Microsoft.Dynamics.CRM."+f)).rows())
	}
	if n := count("ContainValues(PropertyName='new_segments',PropertyValues=['4'])"); n != 1 {
		t.Errorf("ContainValues found %d", n)
	}
	if n := count("DoesNotContainValues(PropertyName='new_segments',PropertyValues=['4'])"); n != 1 {
		t.Errorf("DoesNotContainValues found %d", n)
	}
}

func TestAFilterThatDataverseRefusesIsRefused(t *testing.T) {
	b := open(t, map[string]int{"account": 1})
	for filter, want := range map[string]string{
		"nme eq 'x'":                            "Could not find a property named 'nme' on type 'Microsoft.Dynamics.CRM.account'.",
		"Name eq 'x'":                           "Could not find a property named 'Name' on type",
		"name eq 'x":                            "There is an unterminated string literal at position 10 in 'name eq 'x'.",
		"name eq":                               "Expression expected at position 7",
		"name":                                  "must evaluate to a single boolean value",
		"name eq 'x' and":                       "Expression expected",
		"name eq 'x' name":                      "Syntax error at position 12",
		"(name eq 'x'":                          "')' expected",
		"name eq 5":                             "incompatible types was detected. Found operand types 'Edm.String' and 'Edm.Decimal' for operator kind 'Equal'",
		"revenue eq 'x'":                        "incompatible types",
		"createdon eq 'x'":                      "incompatible types",
		"accountid eq 'x'":                      "incompatible types",
		"tolower(name) eq 'x'":                  "An unknown function with name 'tolower' was found",
		"length(name) gt 5":                     "An unknown function",
		"name in ('a','b')":                     "not supported",
		"revenue add 5 eq 6":                    "not supported",
		"contains(name)":                        "No function signature",
		"contains(revenue,'1')":                 "No function signature",
		"primarycontactid/nme eq 'x'":           "Could not find a property named 'nme' on type 'Microsoft.Dynamics.CRM.contact'.",
		"PrimaryContactId/fullname eq 'x'":      "Could not find a property named 'PrimaryContactId'",
		"account_tasks/any(t:t/subject eq 'x')": "Could not find a property named 'account_tasks'",
		"Account_Tasks/all()":                   "Expression expected",
		"Account_Tasks/any(t:t/nme eq 'x')":     "Could not find a property named 'nme' on type 'Microsoft.Dynamics.CRM.task'.",
		"primarycontactidname eq 'x'":           "Could not find a property named 'primarycontactidname'",
		"Microsoft.Dynamics.CRM.In(PropertyName='industrycode',PropertyValues=['x'])": "not valid for attribute",
		"": "Expression expected",
	} {
		r := b.get("accounts?$select=name&$filter=" + url.QueryEscape(filter))
		if r.status != 400 || !strings.Contains(r.message(), want) {
			t.Errorf("%s: %d %q, want %q", filter, r.status, r.message(), want)
		}
	}
	if r := b.get("accounts?$select=name&$filter=" + url.QueryEscape(strings.Repeat("(", 5000))); r.status != 400 {
		t.Errorf("a very deep filter: %d", r.status)
	}
	if got := b.server.Unknown(); len(got) != 0 {
		t.Errorf("a refusal must not count as unknown: %q", got)
	}
}

func TestAQueryFunctionThatIsNotPlayedIsRemembered(t *testing.T) {
	b := open(t, map[string]int{"account": 1})
	r := b.get("accounts?$filter=Microsoft.Dynamics.CRM.InFiscalYear(PropertyName='createdon',PropertyValue=2026)")
	if r.status != 501 || len(b.server.Unknown()) != 1 {
		t.Errorf("status %d, remembered %q", r.status, b.server.Unknown())
	}
}

func FuzzFilter(f *testing.F) {
	for _, s := range []string{
		"name eq 'x'", "not (revenue gt 5.5e3 and creditonhold)", "contains(name,'%_[a-z]')", "a/b/any(x:x/c eq null)",
		`Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=["a","\u0041"])`, "createdon ge 2026-01-01T00:00:00Z",
		"accountid eq 00000000-0000-0000-0000-000000000001", "@p1 eq name", "((((", "'", "a eq -INF",
	} {
		f.Add(s)
	}
	w := world.New(world.Options{Rows: map[string]int{"account": 3, "task": 2, "contact": 3}})
	s := dynamics.New(dynamics.Options{World: w, Check: as(w, w.Ada()), Limits: dynamics.Limits{Requests: 1 << 40, Time: 1 << 60}})
	f.Fuzz(func(t *testing.T, filter string) {
		b := &bench{T: t, world: w, server: s}
		switch r := b.get("accounts?$select=name&$filter=" + url.QueryEscape(filter)); r.status {
		case 200, 400, 404, 414, 501:
		default:
			t.Errorf("%q: status %d", filter, r.status)
		}
	})
}

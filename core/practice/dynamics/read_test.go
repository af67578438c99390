package dynamics_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ferry/core/practice/world"
)

// keys walks all pages and returns the keys in the order in which they came.
func (b *bench) keys(path, key string, headers ...string) []string {
	b.Helper()
	var out []string
	for page := 0; path != ""; page++ {
		if page > 10000 {
			b.Fatal("the pages do not end")
		}
		r := b.ok(path, headers...)
		for _, row := range r.rows() {
			out = append(out, row[key].(string))
		}
		path = r.text("@odata.nextLink")
	}
	return out
}

func TestEveryRowComesOnce(t *testing.T) {
	b := open(t, map[string]int{"account": 173, "contact": 61})
	for _, query := range []string{
		"accounts?$select=name", "accounts", "accounts?$select=name&$orderby=name", "accounts?$select=name&$orderby=revenue desc,name",
		"accounts?$select=name&$orderby=primarycontactid/fullname", "accounts?$select=name&$filter=accountid ne null",
		"accounts?$select=name&$count=true",
	} {
		for _, size := range []int{1, 7, 173, 5000} {
			got := b.keys(query, "accountid", "Prefer", fmt.Sprintf("odata.maxpagesize=%d", size))
			slices.Sort(got)
			if n := len(slices.Compact(got)); n != 173 || len(got) != 173 {
				t.Errorf("%s in pages of %d: %d rows, %d of them different", query, size, len(got), n)
			}
		}
	}
}

func TestTheOrderIsTheOneThatWasAskedFor(t *testing.T) {
	b := open(t, map[string]int{"account": 90})
	var revenues []string
	path := "accounts?$select=revenue&$orderby=revenue desc&$filter=revenue ne null"
	for path != "" {
		r := b.ok(path, "Prefer", "odata.maxpagesize=8")
		for _, row := range r.rows() {
			revenues = append(revenues, fmt.Sprintf("%020.4f", row["revenue"].(float64)+1e12))
		}
		path = r.text("@odata.nextLink")
	}
	if !slices.IsSortedFunc(revenues, func(a, c string) int { return strings.Compare(c, a) }) {
		t.Error("the rows are not in descending order")
	}
	if len(revenues) < 10 {
		t.Errorf("only %d rows have a revenue", len(revenues))
	}
}

func TestPagesDoNotShiftWhenRowsComeAndGo(t *testing.T) {
	b := open(t, map[string]int{"account": 40})
	first := b.ok("accounts?$select=name", "Prefer", "odata.maxpagesize=10")
	gone := first.rows()[9]["accountid"].(string) // the row that the cookie names
	if err := b.world.Delete("account", gone); err != nil {
		t.Fatal(err)
	}
	b.put("account", map[string]world.Cell{"name": world.TextCell("new")})
	rest := b.keys(first.text("@odata.nextLink"), "accountid", "Prefer", "odata.maxpagesize=10")
	if len(rest) != 31 {
		t.Errorf("%d rows behind the first page, want 30 and the new one", len(rest))
	}
}

func TestThePageLinkIsLikeDataversesOwn(t *testing.T) {
	b := open(t, map[string]int{"account": 30})
	r := b.ok("accounts?$select=name", "Prefer", "odata.maxpagesize=10")
	link := r.text("@odata.nextLink")
	if !strings.HasPrefix(link, api+"accounts?$select=name&$skiptoken=%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%253ccookie%2520page%253d%25221%2522") ||
		!strings.HasSuffix(link, "%22%20istracking=%22False%22%20/%3E") {
		t.Errorf("the link is %s", link)
	}
	u, err := url.Parse(link)
	if err != nil || !strings.HasPrefix(u.Query().Get("$skiptoken"), `<cookie pagenumber="2" pagingcookie="%3ccookie%20page%3d%221%22`) {
		t.Errorf("decoded once it is %s (%v)", u.Query().Get("$skiptoken"), err)
	}
	b.refused(400, "0x80060888", link)                                        // no Prefer
	b.refused(400, "0x80060888", link, "Prefer", "odata.maxpagesize=20")      // another page size
	b.refused(400, "0x80060888", "accounts?$select=name&$skiptoken=nonsense") // not a cookie
	if n := len(b.ok("accounts?$select=name", "Prefer", "odata.maxpagesize=99999").rows()); n != 30 {
		t.Errorf("a page size above 5,000 gave %d rows", n)
	}
}

func TestRowsAreWrittenAsTheWebAPIWritesThem(t *testing.T) {
	b := open(t, map[string]int{"account": 2, "contact": 2})
	who := b.put("contact", map[string]world.Cell{"lastname": world.TextCell("Hopper"), "fullname": world.TextCell("Grace Hopper"), "birthdate": world.DateCell(1906, 12, 9)})
	key := b.put("account", map[string]world.Cell{
		"name": world.TextCell("a \"b\" \\ \x01\t\n🚢"), "revenue": world.DecimalCell("20000.0000"), "numberofemployees": world.IntCell(1234567),
		"creditonhold": world.BoolCell(true), "industrycode": world.ChoiceCell(1), "primarycontactid": world.RefCell("contact", who),
		"createdon": world.Cell{Kind: world.Time, N: 1714571100}, "address1_latitude": world.DoubleCell(-12.5), "new_segments": world.ChoicesCell("1,4"),
	})
	r := b.ok("accounts(" + key + ")?$select=name,revenue,numberofemployees,creditonhold,industrycode,_primarycontactid_value,createdon,address1_latitude,description,new_segments")
	for _, want := range []string{
		`"name":"a \"b\" \\ \u0001\t\n🚢"`, `"revenue":20000.0000`, `"numberofemployees":1234567`, `"creditonhold":true`, `"industrycode":1`,
		`"_primarycontactid_value":"` + who + `"`, `"createdon":"2024-05-01T13:45:00Z"`, `"address1_latitude":-12.5`, `"description":null`,
		`"accountid":"` + key + `"`, `"_transactioncurrencyid_value":`, `"@odata.etag":"W/\"`, `/$entity","@odata.etag"`, `"new_segments":"1,4"`,
	} {
		if !strings.Contains(r.body, want) {
			t.Errorf("the row lacks %s:\n%s", want, r.body)
		}
	}
	if strings.Contains(r.body, "FormattedValue") {
		t.Error("there are annotations that nobody asked for")
	}
	if r.header.Get("ETag") == "" || r.header.Get("OData-Version") != "4.0" || r.header.Get("REQ_ID") == "" || r.header.Get("x-ms-service-request-id") == "" {
		t.Errorf("headers are missing: %v", r.header)
	}
	if got := b.ok("contacts(" + who + ")?$select=birthdate").body; !strings.Contains(got, `"birthdate":"1906-12-09"`) {
		t.Errorf("a date without time: %s", got)
	}
	if r := b.get("accounts("+key+")?$select=name", "If-None-Match", r.header.Get("ETag")); r.status != 304 {
		t.Errorf("an unchanged row: %d", r.status)
	}
}

func TestAnnotationsComeWhenAskedForAndNoOthers(t *testing.T) {
	b := open(t, map[string]int{"account": 1, "contact": 1})
	who := b.put("contact", map[string]world.Cell{"fullname": world.TextCell("Grace Hopper")})
	key := b.put("account", map[string]world.Cell{"revenue": world.DecimalCell("20000.0000"), "numberofemployees": world.IntCell(1234567), "industrycode": world.ChoiceCell(1),
		"primarycontactid": world.RefCell("contact", who), "donotemail": world.BoolCell(true)})
	path := "accounts(" + key + ")?$select=revenue,numberofemployees,industrycode,_primarycontactid_value,_createdby_value,donotemail,description"
	all := b.ok(path, "Prefer", `odata.include-annotations="*"`).body
	for _, want := range []string{
		`"revenue@OData.Community.Display.V1.FormattedValue":"$20,000.00","revenue":`, `"numberofemployees@OData.Community.Display.V1.FormattedValue":"1,234,567"`,
		`"industrycode@OData.Community.Display.V1.FormattedValue":"Accounting"`, `"donotemail@OData.Community.Display.V1.FormattedValue":"Do Not Allow"`,
		`"_primarycontactid_value@OData.Community.Display.V1.FormattedValue":"Grace Hopper","_primarycontactid_value@Microsoft.Dynamics.CRM.associatednavigationproperty":"primarycontactid","_primarycontactid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"contact","_primarycontactid_value":`,
		`"_createdby_value@Microsoft.Dynamics.CRM.lookuplogicalname":"systemuser"`,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("with * it lacks %s:\n%s", want, all)
		}
	}
	if strings.Contains(all, "description@") {
		t.Error("an empty value has an annotation")
	}
	some := b.ok(path, "Prefer", `odata.maxpagesize=10,odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"`).body
	if strings.Contains(some, "FormattedValue") || !strings.Contains(some, "lookuplogicalname") {
		t.Errorf("with lookuplogicalname alone: %s", some)
	}
	not := b.ok(path, "Prefer", `odata.include-annotations="*,-OData.Community.Display.V1.FormattedValue"`).body
	if strings.Contains(not, "FormattedValue") || !strings.Contains(not, "associatednavigationproperty") {
		t.Errorf("with one taken away: %s", not)
	}
}

func TestCountsStopAtFiveThousand(t *testing.T) {
	b := open(t, map[string]int{"account": 5001, "contact": 40})
	r := b.ok("accounts?$select=name&$count=true&$top=1", "Prefer", `odata.include-annotations="*"`)
	if r.json["@odata.count"] != 5000.0 || r.json["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"] != true || len(r.rows()) != 1 {
		t.Errorf("5,001 rows are counted as %v", r.body[:200])
	}
	if r := b.ok("contacts?$select=fullname&$count=true"); r.json["@odata.count"] != 40.0 {
		t.Errorf("40 rows are counted as %v", r.json["@odata.count"])
	}
	if r := b.ok("accounts/$count"); r.body != "\ufeff5000" {
		t.Errorf("$count is %q", r.body)
	}
	if r := b.ok("RetrieveTotalRecordCount(EntityNames=['account','contact'])"); !strings.Contains(r.body, `"Keys":["account","contact"],"Values":[5001,40]`) {
		t.Errorf("the total is %s", r.body)
	}
}

func TestAnAggregateCountsUpToFiftyThousand(t *testing.T) {
	b := open(t, map[string]int{"account": 50_000, "contact": 50_001})
	for path, want := range map[string]float64{
		"accounts?$apply=aggregate($count%20as%20n)":                                                          50_000,
		"contacts?$apply=filter(fullname%20eq%20'no%20)body''s%20(')/aggregate($count%20as%20n)":              0,
		"accounts?$apply=filter(accountid%20ne%20null)/filter(statecode%20ge%200)/aggregate($count%20as%20n)": 50_000,
	} {
		if r := b.ok(path); len(r.rows()) != 1 || len(r.rows()[0]) != 1 || r.rows()[0]["n"] != want {
			t.Errorf("%s: %s", path, r.body)
		}
	}
	b.refused(400, "0x8004e023", "contacts?$apply=aggregate($count%20as%20n)")
	b.refused(400, "0x8004e023", "contacts?$apply=filter(contactid%20ne%20null)/aggregate($count%20as%20n)")
	b.refused(400, "0x80060888", "accounts?$apply=x")
	b.refused(400, "0x80060888", "accounts?$apply=filter(nothing%20eq%201)/aggregate($count%20as%20n)")
	b.refused(400, "0x80060888", "accounts?$apply=filter(statecode%20eq%200")
	b.refused(400, "0x80060888", "accounts?$apply=aggregate($count%20as%20n)&$orderby=n")
}

func TestTopLimitsTheAnswer(t *testing.T) {
	b := open(t, map[string]int{"account": 40})
	if r := b.ok("accounts?$select=name&$top=7"); len(r.rows()) != 7 || r.text("@odata.nextLink") != "" {
		t.Errorf("$top=7 gave %d rows", len(r.rows()))
	}
	if n := len(b.keys("accounts?$select=name&$top=7", "accountid", "Prefer", "odata.maxpagesize=5")); n != 40 {
		t.Errorf("with a page size $top is ignored, but %d rows came", n)
	}
	b.refused(400, "0x80060888", "accounts?$top=-1")
}

func TestWhatDataverseRefusesIsRefused(t *testing.T) {
	b := open(t, map[string]int{"account": 2})
	for path, want := range map[string]string{
		"accounts?$skip=5":                                     "Skip Clause is not supported in CRM",
		"accounts?$search=x":                                   "The query parameter $search is not supported",
		"accounts?$format=json":                                "not supported",
		"accounts?$Select=name":                                "The query parameter $Select is not supported",
		"accounts?foo=1":                                       "not supported",
		"accounts?$select=Name":                                "Could not find a property named 'Name' on type 'Microsoft.Dynamics.CRM.account'.",
		"accounts?$select=primarycontactidname":                "Could not find a property",
		"accounts?$select=name&$select=name":                   "more than once",
		"accounts?$expand=PrimaryContactId($select=x)":         "Could not find a property named 'PrimaryContactId'",
		"accounts?$count=yes":                                  "$count",
		"accounts?$orderby=nme":                                "Could not find a property named 'nme'",
		"accounts?$orderby=name sideways":                      "Syntax error",
		"accounts(not-a-guid)":                                 "Error in query syntax",
		"accounts?$expand=Account_Tasks/$ref":                  "Expand with $ref is only supported on lookup type navigation property.",
		"accounts?$expand=primarycontactid($top=1)":            "Only $select and $filter clause",
		"EntityDefinitions?$top=1":                             "not supported",
		"EntityDefinitions?$filter=startswith(SchemaName,'A')": "metadata",
		"EntityDefinitions?$select=Nonsense":                   "Could not find a property named 'Nonsense'",
		"EntityDefinitions(LogicalName='account')/Attributes/Microsoft.Dynamics.CRM.EnumAttributeMetadata": "cast",
	} {
		if r := b.get(path); r.status != 400 || !strings.Contains(r.message(), want) {
			t.Errorf("%s: %d %s, want %q", path, r.status, r.message(), want)
		}
	}
	b.refused(404, "0x80060888", "acounts")
	b.refused(404, "0x80060888", "accounts(00000000-0000-0000-0000-000000000001)/nonsense/x"[:8]+"/nonsense")
	b.refused(404, "0x80040217", "accounts(00000000-0000-0000-0000-000000000001)")
	b.refused(404, "0x80060888", "EntityDefinitions(LogicalName='nope')")
	b.refused(501, "0x80060888", "https://localhost/api/data/v7.0/accounts")
	if got := b.server.Unknown(); len(got) != 0 {
		t.Errorf("refusals count as unknown: %q", got)
	}
	for _, path := range []string{"accounts?fetchXml=x", "accounts?$apply=groupby((statecode))", "accounts?$apply=aggregate($count%20as%20n)&$filter=statecode%20eq%200", "SomeFunction()"} {
		if r := b.get(path); r.status != 501 {
			t.Errorf("%s: %d, want 501", path, r.status)
		}
	}
	if got := b.server.Unknown(); len(got) != 4 {
		t.Errorf("four were not played, remembered are %q", got)
	}
}

func TestWhoHasNoTokenIsToldWhereToGetOne(t *testing.T) {
	b := open(t, nil)
	for _, path := range []string{"https://localhost/", "WhoAmI", "accounts", "nonsense"} {
		for _, token := range []string{"", "Bearer nonsense", "Basic eA=="} {
			r := b.do("GET", path, "", "Authorization", token)
			want := "Bearer authorization_uri=https://localhost:1/tenant/oauth2/authorize, resource_id=https://localhost/"
			if r.status != 401 || r.header.Get("WWW-Authenticate") != want || r.body != "" {
				t.Errorf("%s with %q: %d %s", path, token, r.status, r.header.Get("WWW-Authenticate"))
			}
		}
	}
}

func TestExpandedRowsStandInsideTheirParents(t *testing.T) {
	b := open(t, map[string]int{"account": 2, "contact": 2, "task": 2})
	keys := four(b)
	r := b.ok("accounts?$select=name&$filter=accountnumber eq 'T-1'&$expand=primarycontactid($select=fullname,lastname;$expand=createdby($select=fullname)),Account_Tasks($select=subject;$filter=percentcomplete eq 100)")
	row := r.rows()[0]
	contact, _ := row["primarycontactid"].(map[string]any)
	if contact["lastname"] != "Hopper" || contact["createdby"] == nil {
		t.Errorf("the contact is %v", contact)
	}
	tasks, _ := row["Account_Tasks"].([]any)
	if len(tasks) != 1 || tasks[0].(map[string]any)["subject"] != "Send offer" || tasks[0].(map[string]any)["_regardingobjectid_value"] != keys["T-1"] {
		t.Errorf("the tasks are %v", tasks)
	}
	r = b.ok("accounts?$select=name&$filter=accountnumber eq 'T-1'&$expand=Account_Tasks($select=subject)")
	link, _ := r.rows()[0]["Account_Tasks@odata.nextLink"].(string)
	if link != api+"accounts("+keys["T-1"]+")/Account_Tasks?$select=subject" {
		t.Errorf("the link to the children is %s", link)
	}
	if n := len(b.ok(link).rows()); n != 2 {
		t.Errorf("behind it are %d tasks", n)
	}
	r = b.ok("accounts?$select=name&$filter=accountnumber eq 'T-1'&$expand=Account_Tasks($select=subject;$expand=createdby($select=fullname))", "Prefer", "odata.maxpagesize=1")
	link, _ = r.rows()[0]["Account_Tasks@odata.nextLink"].(string)
	if !strings.Contains(link, "$skiptoken") {
		t.Fatalf("with something nested, children are paged, but the link is %s", link)
	}
	if n := len(b.keys(link, "activityid", "Prefer", "odata.maxpagesize=1")); n != 1 {
		t.Errorf("behind the link is not one task but %d", n)
	}
	if got := b.ok("accounts(" + keys["T-1"] + ")/primarycontactid?$select=lastname").text("lastname"); got != "Hopper" {
		t.Errorf("behind the lookup is %q", got)
	}
	if got := b.ok("accounts(" + keys["T-1"] + ")/name").text("value"); got != "Æther O'Brian & Sons" {
		t.Errorf("the single property is %q", got)
	}
	if got := b.ok("accounts(" + keys["T-1"] + ")/name/$value").body; got != "Æther O'Brian & Sons" {
		t.Errorf("its value is %q", got)
	}
	if r := b.get("accounts(" + keys["T-4"] + ")/primarycontactid"); r.status != 204 {
		t.Errorf("an empty lookup: %d", r.status)
	}
}

func TestOwnersAndRolesAreFound(t *testing.T) {
	b := open(t, map[string]int{"account": 2})
	key := b.put("account", map[string]world.Cell{"name": world.TextCell("mine")})
	r := b.ok("accounts(" + key + ")?$select=name&$expand=ownerid($select=ownerid)")
	if o, _ := r.json["ownerid"].(map[string]any); o["ownerid"] != b.world.Ada() || o["systemuserid"] != b.world.Ada() {
		t.Errorf("the owner is %v", r.json["ownerid"])
	}
	if n := len(b.ok("accounts?$filter=name eq 'mine' and ownerid/ownerid eq " + b.world.Ada()).rows()); n != 1 {
		t.Errorf("%d accounts by their owner", n)
	}
	b.refused(400, "0x80060888", "accounts?$filter=ownerid/fullname eq 'x'")
	if n := len(b.ok("systemusers(" + b.world.Ada() + ")/systemuserroles_association?$select=name").rows()); n != 1 {
		t.Errorf("%d roles", n)
	}
	if r := b.ok("systemusers(" + b.world.Ada() + ")?$select=fullname&$expand=systemuserroles_association($select=name)"); !strings.Contains(r.body, `"roleid":`) {
		t.Errorf("expanded: %s", r.body)
	}
}

func TestPairsAreFoundFromBothSides(t *testing.T) {
	b := open(t, map[string]int{"new_vessel": 3, "contact": 3})
	table := b.world.Table("new_vessel")
	if table == nil || len(table.ManyToMany) == 0 {
		t.Fatal("the practice organisation has no many-to-many relationship of its own")
	}
	rel := table.ManyToMany[0]
	nav := rel.Entity1Nav
	if rel.Entity1 != "new_vessel" {
		nav = rel.Entity2Nav
	}
	vessel := b.put("new_vessel", map[string]world.Cell{})
	who := b.put("contact", map[string]world.Cell{"lastname": world.TextCell("Hopper")})
	if r := b.do("POST", table.Set+"("+vessel+")/"+nav+"/$ref", `{"@odata.id":"`+api+`contacts(`+who+`)"}`); r.status != 204 {
		t.Fatalf("linking: %d %s", r.status, r.body)
	}
	rows := b.ok(table.Set + "(" + vessel + ")/" + nav + "?$select=lastname").rows()
	if len(rows) != 1 || rows[0]["lastname"] != "Hopper" {
		t.Errorf("the pairs of the vessel are %v", rows)
	}
	if r := b.get(table.Set + "?$select=" + table.Title + "&$filter=" + nav + "/any(c:c/lastname eq 'Hopper')"); len(r.rows()) != 1 {
		t.Errorf("found by its pair: %s", r.body)
	}
	if r := b.do("DELETE", table.Set+"("+vessel+")/"+nav+"("+who+")/$ref", ""); r.status != 204 {
		t.Errorf("cutting: %d %s", r.status, r.body)
	}
	if rows := b.ok(table.Set + "(" + vessel + ")/" + nav + "?$select=lastname").rows(); len(rows) != 0 {
		t.Errorf("after that the pairs are %v", rows)
	}
}

func TestEveryTableCanBeReadAsItsMetadataSay(t *testing.T) {
	b := open(t, nil)
	for _, def := range b.ok("EntityDefinitions?$select=LogicalName,EntitySetName,PrimaryIdAttribute").rows() {
		set, key := def["EntitySetName"].(string), def["PrimaryIdAttribute"].(string)
		r := b.ok(set+"?$top=2", "Prefer", `odata.include-annotations="*"`)
		for _, row := range r.rows() {
			if row[key] == nil {
				t.Errorf("a row of %s has no %s", set, key)
			}
		}
		var dead []string
		for _, row := range r.rows() {
			for name := range row {
				if name == "" {
					dead = append(dead, name)
				}
			}
		}
		if len(dead) > 0 {
			t.Errorf("%s has properties without a name", set)
		}
	}
	var doc struct{ Value []struct{ Name string } }
	if err := json.Unmarshal([]byte(b.ok("").body), &doc); err != nil || len(doc.Value) < 30 {
		t.Errorf("the service document has %d sets (%v)", len(doc.Value), err)
	}
}

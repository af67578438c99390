package dynamics_test

import (
	"net/url"
	"strings"
	"testing"

	"ferry/core/practice/world"
)

// keyIn returns the id in an address such as …/accounts(guid).
func keyIn(address string) string {
	_, rest, _ := strings.Cut(address, "(")
	key, _, _ := strings.Cut(rest, ")")
	return key
}

func TestARowIsCreatedChangedAndDeleted(t *testing.T) {
	b := open(t, map[string]int{"account": 2, "contact": 2})
	who := b.put("contact", map[string]world.Cell{"lastname": world.TextCell("Hopper")})
	r := b.do("POST", "accounts", `{"name":"Navy","revenue":1.5,"primarycontactid@odata.bind":"/contacts(`+who+`)","createdon":"2001-01-01T00:00:00Z","new_segments":"4, 1","statuscode":1}`)
	key := keyIn(r.header.Get("OData-EntityId"))
	if r.status != 204 || r.header.Get("Location") != api+"accounts("+key+")" {
		t.Fatalf("creating: %d %s %v", r.status, r.body, r.header)
	}
	row := b.ok("accounts(" + key + ")")
	if row.text("name") != "Navy" || !strings.Contains(row.body, `"revenue":1.5000`) || row.text("_primarycontactid_value") != who || row.text("createdon") != "2026-05-20T12:00:00Z" || row.text("new_segments") != "1,4" {
		t.Errorf("the new row is %s", row.body)
	}
	tag := row.header.Get("ETag")
	if r := b.do("PATCH", "accounts("+key+")", `{"name":"Army","primarycontactid@odata.bind":null}`, "If-Match", tag, "Prefer", "return=representation"); r.status != 200 || r.text("name") != "Army" || r.json["_primarycontactid_value"] != nil {
		t.Errorf("changing: %d %s", r.status, r.body)
	}
	for _, c := range []struct {
		method, path, body string
		header, value      string
		status             int
		code               string
	}{
		{"PATCH", "accounts(" + key + ")", `{"name":"x"}`, "If-Match", tag, 412, "0x80060882"},
		{"PATCH", "accounts(" + key + ")", `{"name":"x"}`, "If-None-Match", "*", 412, "0x80040237"},
		{"PATCH", "accounts(00000000-0000-0000-0000-000000000009)", `{"name":"x"}`, "If-Match", "*", 404, "0x80040217"},
		{"DELETE", "accounts(00000000-0000-0000-0000-000000000009)", ``, "", "", 404, "0x80040217"},
		{"POST", "accounts", `{"accountid":"` + key + `"}`, "", "", 412, "0x80040237"},
		{"POST", "accounts", `{"_primarycontactid_value":"` + who + `"}`, "", "", 400, "0x80048d19"},
		{"POST", "accounts", `{"nonsense":1}`, "", "", 400, "0x80048d19"},
		{"POST", "accounts", `{"PrimaryContactId@odata.bind":"/contacts(` + who + `)"}`, "", "", 400, "0x80048d19"},
		{"POST", "accounts", `{"name":`, "", "", 400, "0x80048d19"},
		{"POST", "accounts", `{"name":5}`, "", "", 400, "0x80048d19"},
		{"POST", "accounts", `{"name":"` + strings.Repeat("n", 161) + `"}`, "", "", 400, "0x80044331"},
		{"POST", "accounts", `{"industrycode":999}`, "", "", 400, "0x8004431a"},
		{"POST", "accounts", `{"primarycontactid@odata.bind":"/contacts(00000000-0000-0000-0000-000000000009)"}`, "", "", 404, "0x80040217"},
		{"PATCH", "accounts(" + key + ")", `{"statecode":1,"statuscode":1}`, "", "", 400, "0x80048408"},
		{"PATCH", "accounts", `{}`, "", "", 405, "0x80060888"},
	} {
		if r := b.do(c.method, c.path, c.body, c.header, c.value); r.status != c.status || r.code() != c.code {
			t.Errorf("%s %s %s: %d %s, want %d %s", c.method, c.path, c.body, r.status, r.body, c.status, c.code)
		}
	}
	if r := b.do("PATCH", "accounts("+key+")", `{"statecode":1}`); r.status != 204 {
		t.Errorf("closing: %d %s", r.status, r.body)
	}
	if r := b.ok("accounts(" + key + ")?$select=statecode,statuscode"); r.json["statuscode"] != 2.0 {
		t.Errorf("a state brings its default status: %s", r.body)
	}
	if r := b.do("PUT", "accounts("+key+")/name", `{"value":"Air"}`); r.status != 204 || b.ok("accounts("+key+")/name").text("value") != "Air" {
		t.Errorf("one property: %d", r.status)
	}
	if r := b.do("DELETE", "accounts("+key+")/name", ""); r.status != 204 || b.get("accounts("+key+")/name").status != 204 {
		t.Errorf("clearing one: %d", r.status)
	}
	if r := b.do("PUT", "accounts("+key+")/primarycontactid/$ref", `{"@odata.id":"contacts(`+who+`)"}`); r.status != 204 || b.ok("accounts("+key+")").text("_primarycontactid_value") != who {
		t.Errorf("a lookup: %d", r.status)
	}
	if r := b.do("DELETE", "accounts("+key+")", ""); r.status != 204 {
		t.Errorf("deleting: %d", r.status)
	}
	b.refused(404, "0x80040217", "accounts("+key+")")
}

func TestAPatchCreatesWhatIsNotThere(t *testing.T) {
	b := open(t, map[string]int{"account": 2})
	const key = "11111111-2222-4333-8444-555555555555"
	if r := b.do("PATCH", "accounts("+strings.ToUpper(key)+")", `{"name":"new"}`); r.status != 204 || keyIn(r.header.Get("OData-EntityId")) != key {
		t.Fatalf("%d %v", r.status, r.header)
	}
	if got := b.ok("accounts(" + key + ")").text("name"); got != "new" {
		t.Errorf("it reads %q", got)
	}
}

const batchHead = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"

func (b *bench) batch(parts string, headers ...string) reply {
	b.Helper()
	headers = append(headers, "Content-Type", `multipart/mixed; boundary="batch_x"`)
	return b.do("POST", "$batch", parts+"--batch_x--\r\n", headers...)
}

func TestABatchAnswersItsPartsInOrder(t *testing.T) {
	b := open(t, map[string]int{"account": 5, "contact": 5})
	filter := "name ne '" + strings.Repeat("x", 40000) + "'" // longer than an address may be outside of a batch
	r := b.batch("--batch_x\r\n" + batchHead + "\r\nGET /api/data/v9.2/accounts?$select=name&$top=1 HTTP/1.1\r\nAccept: application/json\r\n\r\n\r\n" +
		"--batch_x\r\n" + batchHead + "\r\nGET " + api + "contacts?$select=fullname HTTP/1.1\r\nPrefer: odata.maxpagesize=2\r\n\r\n\r\n" +
		"--batch_x\r\n" + batchHead + "\r\nGET accounts?$select=accountnumber&$filter=" + url.QueryEscape(filter) + " HTTP/1.1\r\n\r\n\r\n")
	if r.status != 200 || !strings.HasPrefix(r.header.Get("Content-Type"), "multipart/mixed; boundary=batchresponse_") {
		t.Fatalf("%d %s %s", r.status, r.header.Get("Content-Type"), r.body)
	}
	if strings.Count(r.body, "HTTP/1.1 200 OK") != 3 || !strings.Contains(r.body, "$skiptoken") || strings.Index(r.body, "#accounts(name)") > strings.Index(r.body, "#contacts(fullname)") {
		t.Errorf("the answer is %s", r.body)
	}
	if r := b.get("accounts?$filter=" + url.QueryEscape(filter)); r.status != 414 {
		t.Errorf("outside of a batch such an address gets %d", r.status)
	}
}

func TestABatchEndsAtItsFirstFailureUnlessAskedToGoOn(t *testing.T) {
	b := open(t, map[string]int{"account": 5})
	parts := "--batch_x\r\n" + batchHead + "\r\nGET nonsense HTTP/1.1\r\n\r\n\r\n--batch_x\r\n" + batchHead + "\r\nGET WhoAmI HTTP/1.1\r\n\r\n\r\n"
	if r := b.batch(parts); r.status != 404 || strings.Count(r.body, "HTTP/1.1 ") != 1 {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := b.batch(parts, "Prefer", "odata.continue-on-error"); r.status != 200 || strings.Count(r.body, "HTTP/1.1 ") != 2 {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestAChangeSetIsAllOrNothing(t *testing.T) {
	b := open(t, map[string]int{"account": 5, "contact": 5})
	before := b.world.Len("contact")
	set := func(second string) string {
		return "--batch_x\r\nContent-Type: multipart/mixed; boundary=\"changeset_y\"\r\n\r\n" +
			"--changeset_y\r\n" + batchHead + "Content-ID: 1\r\n\r\nPOST /api/data/v9.2/contacts HTTP/1.1\r\nContent-Type: application/json; type=entry\r\n\r\n{\"lastname\":\"Hopper\"}\r\n" +
			"--changeset_y\r\n" + batchHead + "Content-ID: 2\r\n\r\nPOST /api/data/v9.2/accounts HTTP/1.1\r\nContent-Type: application/json; type=entry\r\n\r\n" + second + "\r\n" +
			"--changeset_y--\r\n"
	}
	if r := b.batch(set(`{"nonsense":1}`)); r.status != 400 || b.world.Len("contact") != before || strings.Contains(r.body, "204") {
		t.Errorf("a failing one: %d, %d contacts instead of %d, %s", r.status, b.world.Len("contact"), before, r.body)
	}
	if r := b.batch(set(`{"primarycontactid@odata.bind":"$7"}`)); r.status != 400 || !strings.Contains(r.body, "Content-ID Reference: '$7' does not exist in the batch context.") {
		t.Errorf("a reference to nothing: %d %s", r.status, r.body)
	}
	r := b.batch(set(`{"name":"Navy","accountnumber":"N-1","primarycontactid@odata.bind":"$1"}`))
	if r.status != 200 || strings.Count(r.body, "HTTP/1.1 204 No Content") != 2 || !strings.Contains(r.body, "Content-ID: 2") || b.world.Len("contact") != before+1 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if rows := b.ok("accounts?$filter=accountnumber eq 'N-1' and primarycontactid/lastname eq 'Hopper'").rows(); len(rows) != 1 {
		t.Errorf("the account does not point at the contact of the same change set")
	}
	get := "--batch_x\r\nContent-Type: multipart/mixed; boundary=\"changeset_y\"\r\n\r\n--changeset_y\r\n" + batchHead + "\r\nGET WhoAmI HTTP/1.1\r\n\r\n\r\n--changeset_y--\r\n"
	if r := b.batch(get); r.status != 400 {
		t.Errorf("a GET in a change set: %d", r.status)
	}
}

func TestARowIsFoundByAnAlternateKey(t *testing.T) {
	b := open(t, nil)
	for _, table := range b.world.Tables() {
		for _, k := range table.Keys {
			if k.Status != "Active" || len(k.Columns) != 1 || table.Column(k.Columns[0]).Type != "StringType" {
				continue
			}
			col := table.Column(k.Columns[0])
			key := b.put(table.Logical, map[string]world.Cell{col.Logical: world.TextCell("A-77")})
			if got := b.ok(table.Set + "(" + col.Logical + "='A-77')").text(table.Key); got != key {
				t.Errorf("found is %s", got)
			}
			b.refused(404, "0x80060891", table.Set+"("+col.Logical+"='nope')")
			b.refused(400, "0x80060890", table.Set+"(createdon='nope')")
			return
		}
	}
	t.Error("no table of the practice organisation has an alternate key of text")
}

package mapping

import (
	"strings"
	"testing"

	"ferry/core"
)

func fetch(inside string) string {
	return `<fetch version="1.0" mapping="logical"><entity name="account"><attribute name="name"/><order attribute="name"/>` + inside + `</entity></fetch>`
}

func TestFetchXMLBecomesAFilterThatCanBeEdited(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{``, ""},
		{`<filter type="and"><condition attribute="statecode" operator="eq" value="0"/><condition attribute="name" operator="like" value="%O'B%"/></filter>`,
			"(statecode eq 0 and contains(name,'O''B'))"},
		{`<filter type="or"><condition attribute="name" operator="not-like" value="x%"/><filter><condition attribute="industrycode" operator="in"><value>1</value><value>2</value></condition></filter></filter>`,
			"((not (startswith(name,'x')) or name eq null) or (industrycode eq 1 or industrycode eq 2))"},
		{`<filter><condition attribute="createdon" operator="gt" value="2024-05-01"/></filter>`, "createdon gt 2024-05-01T00:00:00Z"},
		{`<filter><condition attribute="new_founded" operator="le" value="2024-05-01"/></filter>`, "new_founded lt 2024-05-02"},
		{`<filter><condition attribute="createdon" operator="last-x-days" value="30"/></filter>`, "(createdon ge 2026-03-01T00:00:00Z and createdon lt 2026-04-01T00:00:00Z)"},
		{`<link-entity name="contact" from="contactid" to="primarycontactid"><filter><condition attribute="fullname" operator="not-null"/></filter></link-entity>`, "primarycontactid/fullname ne null"},
		{`<link-entity name="contact" from="parentcustomerid" to="accountid"><filter><condition attribute="fullname" operator="eq" value="a"/></filter></link-entity>`, "contact_customer_accounts/any(x:x/fullname eq 'a')"},
		{`<link-entity name="contact" from="contactid" to="primarycontactid" link-type="outer"><attribute name="fullname"/></link-entity>`, ""},
	} {
		f, err := ReadFetch(fetch(c.in), account())
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if got, err := f.OData(account(), Circumstances{Now: noon, Tables: known}); got != c.want || err != nil {
			t.Errorf("%s\nis   %s\nnot  %s\n%v", c.in, got, c.want, err)
		}
	}
}

func TestFetchXMLThatFerryCannotKeepIsRefusedWhole(t *testing.T) {
	for _, in := range []string{
		"", "x", "<fetch>", "<a/>", `<fetch><entity name="lead"/></fetch>`, `<fetch top="5"><entity name="account"/></fetch>`, `<fetch aggregate="true"><entity name="account"/></fetch>`,
		`<!DOCTYPE x [<!ENTITY a "b">]><fetch><entity name="account"/></fetch>`,
		fetch(`<filter><condition attribute="name" operator="eq-businessid"/></filter>`), fetch(`<filter><condition attribute="name" operator="like" value="a%b"/></filter>`),
		fetch(`<filter><condition entityname="c" attribute="name" operator="eq" value="x"/></filter>`), fetch(`<link-entity name="lead" from="a" to="b"/>`),
		fetch(`<link-entity name="contact" from="contactid" to="primarycontactid" link-type="outer"><filter><condition attribute="fullname" operator="null"/></filter></link-entity>`),
		fetch(strings.Repeat("<filter>", 500) + strings.Repeat("</filter>", 500)), strings.Repeat("x", largestFetch+1),
	} {
		f, err := ReadFetch(in, account())
		if fault := core.AsFault(err); err == nil || fault.Code != "mapping.fetch-wrong" || fault.Remedy == "" || !f.IsZero() {
			t.Errorf("%.80s gives %+v, %v", in, f, err)
		}
	}
	d := draft(t)
	before := Digest(d.Saved())
	if d.SetFetch("x") == nil || Digest(d.Saved()) != before {
		t.Error("a text that is none changes the filter")
	}
}

func FuzzFetchXML(f *testing.F) {
	f.Add(fetch(`<filter type="or"><condition attribute="name" operator="eq" value="x"/></filter>`))
	f.Add("<fetch><entity>")
	t0 := account()
	f.Fuzz(func(t *testing.T, s string) {
		if got, err := ReadFetch(s, t0); err == nil {
			_, _ = got.OData(t0, Circumstances{Now: noon, Tables: known})
		}
	})
}

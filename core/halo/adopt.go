package halo

import (
	"strings"

	"ferry/core"
)

// Adopts implements core.Adopter: accounts are customers and contacts are users, as Halo's own importer has it. Where a person
// wants the sites of accounts by a mapping of their own, each goes to the customer of its account: it is the main one, which Halo
// makes with the customer.
func (d *Destination) Adopts(source string) (core.Adoption, bool) {
	inactive := core.Adopted{Column: "inactive", Field: "statecode", Choices: map[int64]string{0: "no", 1: "yes"}}
	lines := []core.Adopted{
		{Column: "line1", Field: "address1_line1"}, {Column: "line2", Field: "address1_line2"}, {Column: "line3", Field: "address1_city"},
		{Column: "line4", Field: "address1_stateorprovince"}, {Column: "postcode", Field: "address1_postalcode"},
	}
	switch source {
	case "account":
		customer := core.Adoption{Table: customers, Match: []string{"name"}, ActiveOnly: true, Retire: "inactive", Pairs: append([]core.Adopted{
			{Column: "name", Field: "name"}, {Column: "phone", Field: "telephone1"}, {Column: "website", Field: "websiteurl"}}, append(lines, inactive)...)}
		if to := d.to.parent; to != "" {
			customer.Pairs = append(customer.Pairs, core.Adopted{Column: to, Field: "parentaccountid"})
		}
		site := core.Adoption{Table: sites, Match: []string{"customer", "name"}, ActiveOnly: true, Pairs: append([]core.Adopted{
			{Column: "name", Text: "Main"}, {Column: "customer", Field: "accountid"}, {Column: "phonenumber", Field: "telephone1"}}, append(lines,
			core.Adopted{Column: "country_code", Field: "address1_country", Step: "country-code", Params: map[string]string{"otherwise": "empty"}})...)}
		customer.Beside = []core.Adoption{site}
		return customer, true
	case "contact":
		return core.Adoption{Table: users, Match: []string{"emailaddress"}, ActiveOnly: true, Retire: "inactive", Pairs: []core.Adopted{
			{Column: "name", Field: "fullname", Template: "{{firstname}} {{lastname}}"}, {Column: "firstname", Field: "firstname"}, {Column: "surname", Field: "lastname"},
			{Column: "emailaddress", Field: "emailaddress1"}, {Column: "title", Field: "jobtitle"}, {Column: "phonenumber", Field: "telephone1"},
			{Column: "mobilenumber", Field: "mobilephone"}, {Column: "customer", Field: "parentcustomerid", Target: "account"}, inactive,
		}}, true
	}
	return core.Adoption{}, false
}

// parentField reads the setting that says what the parent of an account becomes: "" is left out.
func parentField(text string) string {
	text = strings.TrimSpace(text)
	switch fold(text) {
	case "no", "none", "leave out":
		return ""
	case "top level", "toplevel", "top-level":
		return "toplevel"
	}
	return text
}

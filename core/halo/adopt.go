package halo

import "ferry/core"

// Adopts implements core.Adopter: accounts are customers and contacts are users, as Halo's own importer has it.
func (d *Destination) Adopts(source string) (core.Adoption, bool) {
	inactive := core.Adopted{Column: "inactive", Field: "statecode", Choices: map[int64]string{0: "no", 1: "yes"}}
	switch source {
	case "account":
		return core.Adoption{Table: customers, Match: []string{"name"}, ActiveOnly: true, Retire: "inactive", Pairs: []core.Adopted{
			{Column: "name", Field: "name"}, {Column: "phone", Field: "telephone1"}, {Column: "website", Field: "websiteurl"},
			{Column: "line1", Field: "address1_line1"}, {Column: "line2", Field: "address1_line2"}, {Column: "line3", Field: "address1_city"},
			{Column: "line4", Field: "address1_stateorprovince"}, {Column: "postcode", Field: "address1_postalcode"}, inactive,
		}}, true
	case "contact":
		return core.Adoption{Table: users, Match: []string{"emailaddress"}, ActiveOnly: true, Retire: "inactive", Pairs: []core.Adopted{
			{Column: "name", Field: "fullname", Template: "{{firstname}} {{lastname}}"}, {Column: "firstname", Field: "firstname"}, {Column: "surname", Field: "lastname"},
			{Column: "emailaddress", Field: "emailaddress1"}, {Column: "title", Field: "jobtitle"}, {Column: "phonenumber", Field: "telephone1"},
			{Column: "mobilenumber", Field: "mobilephone"}, {Column: "customer", Field: "parentcustomerid", Target: "account"}, inactive,
		}}, true
	}
	return core.Adoption{}, false
}

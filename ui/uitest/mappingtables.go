package uitest

import (
	"time"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui"
)

// Related is what the Mappings place is told for filters, children and previews: accounts that point at contacts, and
// samples in which there is everything that is strange.
func Related() Mappings {
	account, contact := relatedAccount(), relatedContact()
	phone := core.Table{Name: core.TableName{Logical: "phonecall", Display: "Phone Call", Plural: "Phone Calls"}, Set: "phonecalls", Key: "activityid", Title: "subject",
		Fields: []core.Field{
			{Name: "activityid", Display: "Phone Call", Type: core.TypeID, Readable: true},
			{Name: "subject", Display: "Subject", Type: core.TypeText, Length: 400, Readable: true, Writable: true},
			{Name: "regardingobjectid", Display: "Regarding", Type: core.TypeLookup, Readable: true, Targets: []string{"account", "contact"}, Nav: map[string]string{"account": "regardingobjectid_account_phonecall", "contact": "regardingobjectid_contact_phonecall"}},
		}}
	return Mappings{
		Tables: map[string]ui.Described{
			"account": {Table: account, When: Now()}, "contact": {Table: contact, When: Now()}, "phonecall": {Table: phone, When: Now()},
		},
		Samples: map[string]ui.Sampled{"account": RelatedSamples(), "contact": contactSamples()},
		Counted: core.Count{N: 312, Truth: core.Exact},
	}
}

func relatedAccount() core.Table {
	return core.Table{
		Name: core.TableName{Logical: "account", Display: "Account", Plural: "Accounts"}, Set: "accounts", Key: "accountid", Title: "name",
		Fields: []core.Field{
			{Name: "accountid", Display: "Account", Type: core.TypeID, Readable: true},
			{Name: "name", Display: "Account Name", Type: core.TypeText, Length: 160, Readable: true, Writable: true, Required: true},
			{Name: "telephone1", Display: "Main Phone", Type: core.TypeText, Length: 50, Readable: true, Writable: true},
			{Name: "industrycode", Display: "Industry", Type: core.TypeChoice, Readable: true, Writable: true, Options: []core.Option{{Code: 1, Label: "Accounting"}, {Code: 2, Label: "Brokers"}, {Code: 3, Label: "Consulting"}, {Code: 4, Label: "Consumer Services"}}},
			{Name: "new_tags", Display: "Tags", Type: core.TypeChoices, Readable: true, Writable: true, Options: []core.Option{{Code: 1, Label: "Old"}, {Code: 9, Label: "Fast"}}},
			{Name: "donotemail", Display: "Do not allow Emails", Type: core.TypeBoolean, Readable: true, Writable: true, Options: []core.Option{{Code: 0, Label: "Allow"}, {Code: 1, Label: "Do Not Allow"}}},
			{Name: "revenue", Display: "Annual Revenue", Type: core.TypeMoney, Readable: true, Writable: true},
			{Name: "new_founded", Display: "Founded", Type: core.TypeDate, Readable: true, Writable: true},
			{Name: "createdon", Display: "Created On", Type: core.TypeDateTime, Readable: true},
			{Name: "statecode", Display: "Status", Type: core.TypeState, Readable: true, Options: []core.Option{{Code: 0, Label: "Active"}, {Code: 1, Label: "Inactive"}}},
			{Name: "primarycontactid", Display: "Primary Contact", Type: core.TypeLookup, Readable: true, Writable: true, Targets: []string{"contact"}, Nav: map[string]string{"contact": "primarycontactid"}},
			{Name: "new_longname", Display: "Wie die Firma im Handelsregister des Landes eingetragen ist, in dem sie gegründet wurde", Type: core.TypeText, Length: 400, Readable: true, Writable: true},
			{Name: "new_hidden", Display: "Credit Score", Type: core.TypeDecimal, Secured: true},
		},
		Relations: []core.Relation{
			{Name: "contact_customer_accounts", Table: "contact", Field: "parentcustomerid"},
			{Name: "Account_Phonecalls", Table: "phonecall", Field: "regardingobjectid"},
		},
	}
}

func relatedContact() core.Table {
	return core.Table{
		Name: core.TableName{Logical: "contact", Display: "Contact", Plural: "Contacts"}, Set: "contacts", Key: "contactid", Title: "fullname",
		Fields: []core.Field{
			{Name: "contactid", Display: "Contact", Type: core.TypeID, Readable: true},
			{Name: "fullname", Display: "Full Name", Type: core.TypeText, Length: 160, Readable: true, Writable: true},
			{Name: "emailaddress1", Display: "Email", Type: core.TypeText, Length: 100, Readable: true, Writable: true},
			{Name: "parentcustomerid", Display: "Company Name", Type: core.TypeCustomer, Readable: true, Writable: true, Targets: []string{"account", "contact"}, Nav: map[string]string{"account": "parentcustomerid_account", "contact": "parentcustomerid_contact"}},
			{Name: "statecode", Display: "Status", Type: core.TypeState, Readable: true, Options: []core.Option{{Code: 0, Label: "Active"}, {Code: 1, Label: "Inactive"}}},
		},
		Relations: []core.Relation{{Name: "Contact_Phonecalls", Table: "phonecall", Field: "regardingobjectid"}},
	}
}

// RelatedSamples are twelve accounts, strange ones among them.
func RelatedSamples() ui.Sampled {
	s := ui.Sampled{Fields: []string{"accountid", "name", "telephone1", "industrycode", "new_tags", "donotemail", "revenue", "new_founded", "createdon", "statecode", "primarycontactid", "new_longname"},
		Refs: mapping.RefValues{}}
	ada := "5f0c1a7e-0000-4000-8000-00000000ada0"
	s.Refs[[3]string{"contact", ada, ""}] = core.Text("Ada Lovelace")
	names := []string{"Fabrikam GmbH", "Contoso", "Trey Research", "  Litware ", "", "Ångström & Söhne 🚢 النظام 生産", "Adventure Works", "Northwind", "A. Datum", "Wide World Importers", "Proseware", "Lucerne"}
	for i, name := range names {
		id := "5f0c1a7e-0000-4000-8000-0000000000" + string(rune('a'+i/10)) + string(rune('0'+i%10))
		r := core.Record{Key: id, Values: []core.Value{core.Text(id), core.Text(name), core.Text("0351 4400-1" + string(rune('0'+i%10))), core.Choice(int64(i%5 + 1)), core.Choices(1, 9), core.Bool(i%2 == 0),
			core.Decimal("20000.0000"), core.Date(1998, 4, 1+i), core.Time(time.Date(2024, 3, 5, 10, i, 0, 0, time.UTC)), core.Choice(0), core.Ref("contact", ada), core.Null()}}
		if i == 2 {
			r.Values[2], r.Values[10], r.Values[11] = core.Null(), core.Null(), core.Value{}
		}
		s.Records = append(s.Records, r)
	}
	return s
}

func contactSamples() ui.Sampled {
	s := ui.Sampled{Fields: []string{"contactid", "fullname", "emailaddress1", "parentcustomerid", "statecode"}, Refs: mapping.RefValues{}}
	id := "5f0c1a7e-0000-4000-8000-00000000ada0"
	s.Records = []core.Record{{Key: id, Values: []core.Value{core.Text(id), core.Text("Ada Lovelace"), core.Text("ada@fabrikam.example"), core.Ref("account", "5f0c1a7e-0000-4000-8000-0000000000a0"), core.Choice(0)}}}
	return s
}

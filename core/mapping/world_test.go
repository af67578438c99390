package mapping

import (
	"math/rand/v2"
	"time"

	"ferry/core"
)

// account is a table with a field of every kind that matters.
func account() core.Table {
	industry := []core.Option{{Code: 1, Label: "Accounting"}, {Code: 2, Label: "Brokers"}, {Code: 3, Label: "Consulting"}}
	return core.Table{
		Name: core.TableName{Logical: "account", Display: "Account", Plural: "Accounts"}, Set: "accounts", Key: "accountid", Title: "name",
		Fields: []core.Field{
			{Name: "accountid", Display: "Account", Type: core.TypeID, Readable: true},
			{Name: "name", Display: "Account Name", Type: core.TypeText, Length: 160, Readable: true, Required: true},
			{Name: "telephone1", Display: "Main Phone", Type: core.TypeText, Length: 50, Readable: true},
			{Name: "emailaddress1", Display: "Email", Type: core.TypeText, Length: 100, Readable: true},
			{Name: "websiteurl", Display: "Website", Type: core.TypeText, Length: 200, Readable: true},
			{Name: "new_reachme", Display: "Reach me", Type: core.TypeText, Length: 200, Readable: true},
			{Name: "description", Display: "Description", Type: core.TypeMemo, Length: 2000, Readable: true},
			{Name: "industrycode", Display: "Industry", Type: core.TypeChoice, Readable: true, Options: industry},
			{Name: "new_tags", Display: "Tags", Type: core.TypeChoices, Readable: true, Options: []core.Option{{Code: 1, Label: "Old"}, {Code: 9, Label: "Fast"}, {Code: 12, Label: "Far"}}},
			{Name: "donotemail", Display: "Do not allow Emails", Type: core.TypeBoolean, Readable: true, Options: []core.Option{{Code: 0, Label: "Allow"}, {Code: 1, Label: "Do Not Allow"}}},
			{Name: "statecode", Display: "Status", Type: core.TypeState, Readable: true, Options: []core.Option{{Code: 0, Label: "Active"}, {Code: 1, Label: "Inactive"}}},
			{Name: "numberofemployees", Display: "Number of Employees", Type: core.TypeInteger, Readable: true},
			{Name: "revenue", Display: "Annual Revenue", Type: core.TypeMoney, Readable: true},
			{Name: "new_founded", Display: "Founded", Type: core.TypeDate, Readable: true},
			{Name: "createdon", Display: "Created On", Type: core.TypeDateTime, Readable: true},
			{Name: "primarycontactid", Display: "Primary Contact", Type: core.TypeLookup, Readable: true, Targets: []string{"contact"}, Nav: map[string]string{"contact": "primarycontactid"}},
			{Name: "parentaccountid", Display: "Parent Account", Type: core.TypeLookup, Readable: true, Targets: []string{"account"}, Nav: map[string]string{"account": "parentaccountid"}},
			{Name: "ownerid", Display: "Owner", Type: core.TypeOwner, Readable: true, Targets: []string{"systemuser", "team"}},
			{Name: "new_score", Display: "Score", Type: core.TypeDecimal, Readable: true, Secured: true},
			{Name: "new_secret", Display: "Secret", Type: core.TypeText, Secured: true},
			{Name: "entityimage", Display: "Image", Type: core.TypeImage, Readable: true},
			{Name: "new_dead", Display: "Dead", Type: core.TypeText},
		},
		Relations: []core.Relation{{Name: "contact_customer_accounts", Table: "contact", Field: "parentcustomerid"}},
	}
}

func contact() core.Table {
	return core.Table{
		Name: core.TableName{Logical: "contact", Display: "Contact", Plural: "Contacts"}, Set: "contacts", Key: "contactid", Title: "fullname",
		Fields: []core.Field{
			{Name: "contactid", Type: core.TypeID, Readable: true},
			{Name: "fullname", Display: "Full Name", Type: core.TypeText, Readable: true},
			{Name: "statecode", Display: "Status", Type: core.TypeState, Readable: true, Options: []core.Option{{Code: 0, Label: "Active"}, {Code: 1, Label: "Inactive"}}},
			{Name: "new_kinds", Type: core.TypeChoices, Readable: true, Options: []core.Option{{Code: 1, Label: "One"}}},
			{Name: "createdon", Type: core.TypeDateTime, Readable: true},
			{Name: "parentcustomerid", Display: "Company", Type: core.TypeCustomer, Readable: true, Targets: []string{"account", "contact"},
				Nav: map[string]string{"account": "parentcustomerid_account", "contact": "parentcustomerid_contact"}},
		},
		Relations: []core.Relation{{Name: "account_primary_contact", Table: "account", Field: "primarycontactid"}},
	}
}

// client is the destination's table, with a field of every kind that matters.
func client() *core.Table {
	f := func(name, label string, t core.FieldType) core.Field {
		return core.Field{Name: name, Display: label, Type: t, Readable: true, Writable: true}
	}
	sector := f("CFSector", "Sector", core.TypeChoice)
	sector.Options = []core.Option{{Code: 0, Label: "accounting "}, {Code: 1, Label: "Consulting"}, {Code: 5, Label: "Trade"}}
	labels := f("CFLabels", "Labels", core.TypeChoices)
	labels.Options = []core.Option{{Code: 10, Label: "Old"}, {Code: 11, Label: "Fast"}}
	name := f("name", "Name", core.TypeText)
	name.Required, name.Length = true, 100
	fixed := f("created_by", "Created by", core.TypeText)
	fixed.Writable = false
	return &core.Table{
		Name: core.TableName{Logical: "Client", Display: "Customer", Plural: "Customers"}, Key: "id",
		Fields: []core.Field{
			f("id", "Id", core.TypeInteger), name, f("phonenumber", "Phone number", core.TypeText), f("website", "Website", core.TypeText),
			f("CFMail", "E-mail", core.TypeText), sector, labels, f("mailing", "Mailing allowed", core.TypeBoolean), f("staff", "Staff", core.TypeInteger),
			f("turnover", "Turnover", core.TypeMoney), f("founded", "Founded", core.TypeDate), f("since", "Customer since", core.TypeDateTime),
			f("main_contact", "Main contact", core.TypeLookup), f("inactive", "Inactive", core.TypeBoolean), f("ref", "Reference", core.TypeText), fixed,
			f("guid", "Guid", core.TypeID), f("logo", "Logo", core.TypeImage),
		},
	}
}

// draft is one in which each way to make a column stands.
func draft(t interface {
	Helper()
	Fatal(...any)
}) *Draft {
	t.Helper()
	d := NewDraft(account(), client())
	d.Know(contact())
	for _, err := range []error{
		d.Bind("name", "name"), d.Bind("telephone1", "phonenumber"), d.Bind("industrycode", "CFSector"), d.Bind("new_tags", "CFLabels"),
		d.Bind("primarycontactid", "main_contact"), d.Bind("new_founded", "founded"), d.BindConstant("inactive", "no"),
		d.BindTemplate("ref", "{{name}} ({{numberofemployees}})"), d.BindSeveral("website", "websiteurl", "emailaddress1"),
		d.SetUnmatched("CFLabels", LeaveEmpty, ""),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// anyValue makes a value of a field's type, odd ones too.
func anyValue(r *rand.Rand, f core.Field) core.Value {
	switch r.IntN(8) {
	case 0:
		return core.Null()
	case 1:
		return core.Value{}
	}
	switch familyOf(f.Type) {
	case familyText:
		return core.Text([]string{"", " ", "Fabrikam GmbH", "=1+1", "日本\u202e", "0351 4400-12", "a@b.cd", "\x00"}[r.IntN(8)])
	case familyID:
		return core.Text("7d1d8b0f-0000-4000-8000-000000000001")
	case familyWhole:
		return core.Int(r.Int64() - r.Int64())
	case familyNumber:
		return core.Decimal([]string{"0.0000", "-12.5", "20000.0000", "1"}[r.IntN(4)])
	case familyBoolean:
		return core.Bool(r.IntN(2) == 0)
	case familyChoice:
		return core.Choice(int64(r.IntN(5)))
	case familyChoices:
		return core.Choices(1, int64(r.IntN(15)))
	case familyDateTime:
		return core.Time(time.Unix(r.Int64N(4e9)-2e9, 0))
	case familyDate:
		return core.Date(1900+r.IntN(200), time.Month(1+r.IntN(12)), 1+r.IntN(28))
	case familyLookup:
		return core.Ref([]string{"account", "contact", "systemuser", ""}[r.IntN(4)], "7d1d8b0f-0000-4000-8000-000000000002")
	case familyBytes:
		return core.Bytes([]byte{0, 255})
	}
	return core.Null()
}

// anyRecord makes a record for a Program.
func anyRecord(r *rand.Rand, p *Program, t core.Table) core.Record {
	out := core.Record{Key: "k"}
	for _, name := range p.Fields() {
		out.Values = append(out.Values, anyValue(r, *t.Field(name)))
	}
	return out
}

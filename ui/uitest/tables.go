package uitest

import (
	"strconv"
	"time"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui"
)

func options(labels ...string) []core.Option {
	out := make([]core.Option, len(labels))
	for i, l := range labels {
		out[i] = core.Option{Code: int64(i + 1), Label: l}
	}
	return out
}

// field makes a field of a table; more may change it.
func field(name, display string, t core.FieldType, more ...func(*core.Field)) core.Field {
	f := core.Field{Name: name, Display: display, Type: t, Readable: true, Writable: true}
	for _, change := range more {
		change(&f)
	}
	return f
}

func targets(tables ...string) func(*core.Field) {
	return func(f *core.Field) {
		f.Targets, f.Nav = tables, map[string]string{}
		for _, t := range tables {
			f.Nav[t] = f.Name
		}
	}
}

func with(o []core.Option) func(*core.Field) { return func(f *core.Field) { f.Options = o } }
func length(n int) func(*core.Field)         { return func(f *core.Field) { f.Length = n } }
func required(f *core.Field)                 { f.Required = true }
func fixed(f *core.Field)                    { f.Writable = false }

// AccountTable is a table of accounts as a real environment has it.
func AccountTable() core.Table {
	state := []core.Option{{Code: 0, Label: "Active"}, {Code: 1, Label: "Inactive"}}
	t := core.Table{
		Name: core.TableName{Logical: "account", Display: "Account", Plural: "Accounts"}, Set: "accounts", Key: "accountid", Title: "name",
		Fields: []core.Field{
			field("accountid", "Account", core.TypeID, fixed),
			field("name", "Account Name", core.TypeText, length(160), required),
			field("accountnumber", "Account Number", core.TypeText, length(20)),
			field("telephone1", "Main Phone", core.TypeText, length(50)),
			field("fax", "Fax", core.TypeText, length(50)),
			field("emailaddress1", "Email", core.TypeText, length(100)),
			field("websiteurl", "Website", core.TypeText, length(200)),
			field("industrycode", "Industry", core.TypeChoice, with(options("Accounting", "Agriculture", "Brokers", "Consulting", "Consumer Services", "Durable Manufacturing", "Wholesale"))),
			field("customertypecode", "Relationship Type", core.TypeChoices, with(options("Competitor", "Customer", "Investor", "Partner"))),
			field("primarycontactid", "Primary Contact", core.TypeLookup, targets("contact")),
			field("parentaccountid", "Parent Account", core.TypeLookup, targets("account")),
			field("ownerid", "Owner", core.TypeOwner, targets("systemuser", "team")),
			field("address1_line1", "Address 1: Street 1", core.TypeText, length(250)),
			field("address1_line2", "Address 1: Street 2", core.TypeText, length(250)),
			field("address1_postalcode", "Address 1: ZIP/Postal Code", core.TypeText, length(20)),
			field("address1_city", "Address 1: City", core.TypeText, length(80)),
			field("address1_stateorprovince", "Address 1: State/Province", core.TypeText, length(50)),
			field("address1_country", "Address 1: Country/Region", core.TypeText, length(80)),
			field("numberofemployees", "Number of Employees", core.TypeInteger),
			field("revenue", "Annual Revenue", core.TypeMoney),
			field("creditlimit", "Credit Limit", core.TypeMoney),
			field("creditonhold", "Credit Hold", core.TypeBoolean, with([]core.Option{{Code: 0, Label: "No"}, {Code: 1, Label: "Yes"}})),
			field("donotemail", "Do not allow Emails", core.TypeBoolean, with([]core.Option{{Code: 0, Label: "Allow"}, {Code: 1, Label: "Do Not Allow"}})),
			field("description", "Description", core.TypeMemo, length(2000)),
			field("statecode", "Status", core.TypeState, with(state)),
			field("statuscode", "Status Reason", core.TypeStatus, with(options("Active", "Inactive"))),
			field("createdon", "Created On", core.TypeDateTime, fixed),
			field("modifiedon", "Modified On", core.TypeDateTime, fixed),
			field("new_founded", "Founded", core.TypeDate),
			field("new_score", "Score", core.TypeDecimal, func(f *core.Field) { f.Secured = true }),
			field("new_internal", "Internal rating", core.TypeText, func(f *core.Field) { f.Secured, f.Readable = true, false }),
			field("stockexchange", "Stock Exchange", core.TypeText, length(20)),
			field("tickersymbol", "Ticker Symbol", core.TypeText, length(10)),
			field("sic", "SIC Code", core.TypeText, length(20)),
			field("territoryid", "Territory", core.TypeLookup, targets("territory")),
			field("transactioncurrencyid", "Currency", core.TypeLookup, targets("transactioncurrency")),
			field("exchangerate", "Exchange Rate", core.TypeDecimal, fixed),
			field("entityimage", "Image", core.TypeImage),
			field("new_tags", "Tags", core.TypeChoices, with(options("Old", "Fast", "Far"))),
			field("versionnumber", "Version Number", core.TypeBigInt, fixed),
		},
		Relations: []core.Relation{
			{Name: "contact_customer_accounts", Table: "contact", Field: "parentcustomerid"},
			{Name: "account_parent_account", Table: "account", Field: "parentaccountid"},
		},
	}
	return t
}

// ContactTable is a table of contacts.
func ContactTable() core.Table {
	return core.Table{
		Name: core.TableName{Logical: "contact", Display: "Contact", Plural: "Contacts"}, Set: "contacts", Key: "contactid", Title: "fullname",
		Fields: []core.Field{
			field("contactid", "Contact", core.TypeID, fixed),
			field("fullname", "Full Name", core.TypeText, length(160)),
			field("firstname", "First Name", core.TypeText, length(50)),
			field("lastname", "Last Name", core.TypeText, length(50), required),
			field("jobtitle", "Job Title", core.TypeText, length(100)),
			field("emailaddress1", "Email", core.TypeText, length(100)),
			field("telephone1", "Business Phone", core.TypeText, length(50)),
			field("mobilephone", "Mobile Phone", core.TypeText, length(50)),
			field("birthdate", "Birthday", core.TypeDate),
			field("gendercode", "Gender", core.TypeChoice, with(options("Male", "Female"))),
			field("parentcustomerid", "Company Name", core.TypeCustomer, targets("account", "contact")),
			field("statecode", "Status", core.TypeState, with([]core.Option{{Code: 0, Label: "Active"}, {Code: 1, Label: "Inactive"}})),
			field("createdon", "Created On", core.TypeDateTime, fixed),
		},
		Relations: []core.Relation{{Name: "account_primary_contact", Table: "account", Field: "primarycontactid"}},
	}
}

// CustomerTable is a destination that describes its fields.
func CustomerTable() *core.Table {
	return &core.Table{
		Name: core.TableName{Logical: "Client", Display: "Customer", Plural: "Customers"}, Key: "id",
		Fields: []core.Field{
			field("id", "Id", core.TypeInteger, fixed),
			field("name", "Name", core.TypeText, length(100), required),
			field("phonenumber", "Phone number", core.TypeText, length(30)),
			field("website", "Website", core.TypeText),
			field("CFEmail", "E-mail", core.TypeText),
			field("sector", "Sector", core.TypeChoice, with([]core.Option{{Code: 0, Label: "accounting"}, {Code: 1, Label: "Consulting"}, {Code: 5, Label: "Trade"}})),
			field("labels", "Labels", core.TypeChoices, with(options("Old", "Fast"))),
			field("mailing", "Mailing allowed", core.TypeBoolean),
			field("staff", "Number of staff", core.TypeInteger),
			field("turnover", "Turnover", core.TypeMoney),
			field("founded", "Founded", core.TypeDate),
			field("since", "Customer since", core.TypeDateTime),
			field("main_contact", "Main contact", core.TypeLookup),
			field("inactive", "Inactive", core.TypeBoolean),
			field("ref", "Reference", core.TypeText, length(20)),
			field("notes", "Notes", core.TypeMemo),
			field("created_by", "Created by", core.TypeText, fixed),
			field("logo", "Logo", core.TypeImage),
		},
	}
}

// LargeTable is a table of n fields, a few of them with names that are hard to draw.
func LargeTable(n int) core.Table {
	t := AccountTable()
	odd := []core.Field{
		field("new_شركة", "اسم الشركة الأم المسجلة", core.TypeText, length(40)),
		field("new_会社名", "会社名（正式名称）", core.TypeText),
		field("new_ship", "🚢 Reached by ferry 👩‍👩‍👧‍👦", core.TypeBoolean),
		field("new_a_very_long_logical_name_that_somebody_made_in_2011_and_nobody_dares_to_rename", "A field whose display name goes on and on until nobody can remember how it began", core.TypeMemo),
	}
	t.Fields = append(t.Fields[:3:3], append(odd, t.Fields[3:]...)...)
	kinds := []core.FieldType{core.TypeText, core.TypeInteger, core.TypeMoney, core.TypeDateTime, core.TypeBoolean, core.TypeDate}
	for i := len(t.Fields); i < n; i++ {
		t.Fields = append(t.Fields, field("new_custom"+strconv.Itoa(i), "Custom field "+strconv.Itoa(i), kinds[i%len(kinds)]))
	}
	return t
}

// AccountSample are records of accounts.
func AccountSample() ui.Sampled {
	t := AccountTable()
	out := ui.Sampled{Refs: mapping.RefValues{}}
	for _, f := range t.Fields {
		if f.Readable && f.Type != core.TypeImage {
			out.Fields = append(out.Fields, f.Name)
		}
	}
	records := []map[string]core.Value{
		{"name": core.Text("Fabrikam GmbH"), "telephone1": core.Text("0351 4400-12"), "industrycode": core.Choice(3), "address1_country": core.Text("Germany")},
		{"name": core.Text("  Northwind Traders "), "telephone1": core.Text("(425) 555-0100"), "industrycode": core.Choice(4), "address1_country": core.Text("USA")},
		{"name": core.Text("Contoso Ltd"), "telephone1": core.Null(), "industrycode": core.Choice(99), "address1_country": core.Text("")},
	}
	for i, values := range records {
		key := "7d1d8b0f-0000-4000-8000-00000000000" + strconv.Itoa(i)
		r := core.Record{Key: key}
		for _, name := range out.Fields {
			v, ok := values[name]
			if !ok {
				v = sampleOf(*t.Field(name), i)
			}
			r.Values = append(r.Values, v)
		}
		out.Records = append(out.Records, r)
	}
	out.Refs[[3]string{"contact", "7d1d8b0f-0000-4000-8000-0000000000c0", ""}] = core.Text("Ada Lovelace")
	return out
}

// sampleOf is a value as a field could have it.
func sampleOf(f core.Field, i int) core.Value {
	switch f.Type {
	case core.TypeID:
		return core.Text("7d1d8b0f-0000-4000-8000-00000000000" + strconv.Itoa(i))
	case core.TypeText, core.TypeMemo:
		return core.Null()
	case core.TypeInteger, core.TypeBigInt:
		return core.Int(int64(120 + i))
	case core.TypeDecimal, core.TypeMoney:
		return core.Decimal("12500.0000")
	case core.TypeBoolean:
		return core.Bool(i%2 == 1)
	case core.TypeState:
		return core.Choice(0)
	case core.TypeChoice, core.TypeStatus:
		return core.Choice(int64(1 + i))
	case core.TypeChoices:
		return core.Choices(2, 4)
	case core.TypeDateTime:
		return core.Time(time.Date(2024, 5, 1+i, 22, 30, 0, 0, time.UTC))
	case core.TypeDate:
		return core.Date(1998, 3, 14)
	case core.TypeLookup:
		return core.Ref(f.Targets[0], "7d1d8b0f-0000-4000-8000-0000000000c"+strconv.Itoa(i))
	}
	return core.Null()
}

// MapsInto returns an Engine that knows what accounts and contacts look like. to is what the destination says of the
// table that accounts go to; nil is one that makes its columns.
func MapsInto(to *core.Table) *Engine {
	e := Works()
	e.Map.Tables = map[string]ui.Described{
		"account": {Table: AccountTable(), When: Now()}, "contact": {Table: ContactTable(), When: Now()},
	}
	e.Map.Places = map[string]*core.Table{}
	if to != nil {
		e.Map.Places["account"], e.Map.Places[to.Name.Logical] = to, to
	}
	e.Map.Samples = map[string]ui.Sampled{"account": AccountSample()}
	e.Map.Counted = core.Count{N: 4812, Truth: core.Exact}
	return e
}

package halo

import (
	"strings"

	"ferry/core"
)

// Names of the tables that every Halo has.
const (
	customers = "customers"
	sites     = "sites"
	users     = "users"
)

// Numbers of tables, as Halo counts them in links and custom fields.
const (
	tableClient = 2
	tableSite   = 3
	tableUsers  = 4
)

// A place is where a field lies.
type place uint8

const (
	own     place = iota // in the record itself
	onSite               // in the customer's main site
	address              // in the delivery address, of a site or of the customer's main site
	custom               // a custom field
)

// A field is one column of a table.
type field struct {
	name    string // for mappings
	display string
	member  string // by which Halo knows it
	typ     core.FieldType
	at      place
	once    string // of onSite: the member of a new customer
	target  string // of a lookup: its table
	must    bool   // Halo takes no record without it
	length  int

	def *definition // of a custom field
}

// A table is what records are written into.
type table struct {
	name    string // "customers"
	display string
	path    string // in addresses: "Client"
	key     string // of the rows in a list
	number  int64
	fields  []field
	unseen  bool         // this application may not see its custom fields
	rows    *customTable // of a custom table
}

func (t *table) field(name string) *field {
	for i := range t.fields {
		if strings.EqualFold(t.fields[i].name, name) {
			return &t.fields[i]
		}
	}
	return nil
}

// addressFields are the lines of an address. By convention line 3 is the town and line 4 the county or state.
func addressFields(at place) []field {
	return []field{
		{name: "line1", display: "Address line 1", member: "line1", typ: core.TypeText, at: at},
		{name: "line2", display: "Address line 2", member: "line2", typ: core.TypeText, at: at},
		{name: "line3", display: "Address line 3 (town)", member: "line3", typ: core.TypeText, at: at},
		{name: "line4", display: "Address line 4 (county, state)", member: "line4", typ: core.TypeText, at: at},
		{name: "postcode", display: "Postcode", member: "postcode", typ: core.TypeText, at: at},
	}
}

// fixedTables are the tables that every Halo has, with the fields that carry something between two systems.
//
// Halo: OpenAPI description, Area, Site and Users.
func fixedTables() []*table {
	text := func(name, display string) field {
		return field{name: name, display: display, member: name, typ: core.TypeText}
	}
	flag := func(name, display string) field {
		return field{name: name, display: display, member: name, typ: core.TypeBoolean}
	}
	named := func(f field) field { f.must, f.length = true, 255; return f }
	customer := field{name: "customer", display: "Customer", member: "client_id", typ: core.TypeLookup, target: customers, must: true}
	return []*table{
		{name: customers, display: "Customers", path: "Client", key: "clients", number: tableClient, fields: append([]field{
			named(text("name", "Name")), flag("inactive", "Inactive"), text("website", "Website"), text("ref", "Reference"),
			text("trading_name", "Trading name"), text("tax_number", "Tax number"), text("accountsid", "Accounts ID"), text("domain", "E-mail domain"),
			{name: "notes", display: "Notes", member: "notes", typ: core.TypeMemo}, flag("is_vip", "VIP"),
			{name: "toplevel", display: "Top level (by its name)", member: "toplevel_id", typ: core.TypeText},
			{name: "site_name", display: "Name of the main site", member: "name", typ: core.TypeText, at: onSite, once: "newclient_sitename"},
			{name: "phone", display: "Phone of the main site", member: "phonenumber", typ: core.TypeText, at: onSite, once: "newclient_phonenumber"},
			{name: "country", display: "Country code of the main site", member: "country_code", typ: core.TypeText, at: onSite, once: "newclient_countrycode"},
			{name: "timezone", display: "Time zone of the main site", member: "timezone", typ: core.TypeText, at: onSite, once: "newclient_timezone"},
		}, addressFields(address)...)},
		{name: sites, display: "Sites", path: "Site", key: "sites", number: tableSite, fields: append([]field{
			named(text("name", "Name")), customer, flag("inactive", "Inactive"), text("phonenumber", "Phone"), text("ref", "Reference"),
			text("emaildomain", "E-mail domain"), text("timezone", "Time zone"), text("country_code", "Country code"),
			{name: "notes", display: "Notes", member: "notes", typ: core.TypeMemo},
		}, addressFields(address)...)},
		{name: users, display: "Users", path: "Users", key: "users", number: tableUsers, fields: []field{
			named(text("name", "Name")), text("firstname", "First name"), text("surname", "Surname"), text("title", "Job title"),
			text("emailaddress", "E-mail"), text("email2", "E-mail 2"), text("email3", "E-mail 3"),
			text("phonenumber", "Phone"), text("mobilenumber", "Mobile"), text("mobilenumber2", "Mobile 2"), text("homenumber", "Home phone"), text("fax", "Fax"),
			text("department", "Department"), text("login", "Login"),
			{name: "notes", display: "Notes", member: "notes", typ: core.TypeMemo},
			text("other1", "Other 1"), text("other2", "Other 2"), text("other3", "Other 3"), text("other4", "Other 4"), text("other5", "Other 5"),
			flag("inactive", "Inactive"), flag("isimportantcontact", "Important contact"),
			{name: "customer", display: "Customer (its main site)", member: "site_id", typ: core.TypeLookup, target: customers},
			{name: "site", display: "Site", member: "site_id", typ: core.TypeLookup, target: sites},
		}},
	}
}

// keyColumn is the column that holds the record's key at its source. It is kept as a link, not as a field.
const keyColumn = "dynamics_id"

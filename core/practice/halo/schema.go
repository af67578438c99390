package halo

import (
	"maps"
	"slices"
	"strings"
)

// A Kind is the type of a member.
type Kind string

// The kinds. Null is allowed for each.
const (
	Int    Kind = "integer"
	ID     Kind = "id" // described as a double and read as 21.0; only whole numbers are taken
	Number Kind = "number"
	Bool   Kind = "boolean"
	Text   Kind = "string"
	Date   Kind = "date-time"
	Any    Kind = "any"
	Object Kind = "object" // of another entity
	List   Kind = "list"   // of objects of another entity
	Ints   Kind = "integers"
)

// A Use is what becomes of a member that is sent.
type Use int

// The uses.
const (
	Kept  Use = iota // stored, and read back
	Shown            // Halo works it out; what is sent is not stored
	Told             // an instruction for this one write; never read back
	Else             // Halo knows it, the practice environment does not play it: 501
)

// A Member is one name that an entity may have in a body.
type Member struct {
	Kind Kind
	Of   string // entity, of Object and List
	Use  Use
}

// An Entity is the members of one type of object.
type Entity map[string]Member

// Entities returns the members of every entity that may be sent, by the names of Halo's published description: Area is
// a customer.
func Entities() map[string]Entity {
	all := make(map[string]Entity, len(schema))
	for name, e := range schema {
		all[name] = maps.Clone(e)
	}
	return all
}

// Names returns the members that may be sent, sorted.
func (e Entity) Names() []string { return slices.Sorted(maps.Keys(e)) }

// some are members of one kind and use.
func some(use Use, kind Kind, names string) Entity { return of("", use, kind, names) }

// of is the same for objects of another entity.
func of(entity string, use Use, kind Kind, names string) Entity {
	e := Entity{}
	for _, n := range strings.Fields(names) {
		e[n] = Member{Kind: kind, Of: entity, Use: use}
	}
	return e
}

func entity(parts ...Entity) Entity {
	all := Entity{}
	for _, p := range parts {
		maps.Copy(all, p)
	}
	return all
}

// importing is what every record can be told about where it came from.
func importing() Entity {
	return entity(
		some(Told, Bool, "_isimport _dont_fire_automations"),
		some(Told, Text, "_importtype _match_thirdparty_id _match_integration_name"),
		some(Told, Int, "_match_integration_id import_details_id"),
		some(Else, Text, "matching_value"),
		of("ExternalLink", Told, Object, "new_external_link"),
		of("ExternalLink", Shown, List, "external_links"),
		some(Shown, Text, "_warning use"),
	)
}

// schema is what may be sent. Of the several hundred members of a customer, site or user these are the ones that carry
// something between two systems; the rest is about tickets, billing and other integrations.
var schema = map[string]Entity{
	"Area": entity(importing(),
		some(Kept, Int, "id toplevel_id accountmanagertech pritech sectech default_currency_code customertype stopped messagegroup_id item_tax_code regmanagertech logmanagertech salesreptech accountownertech paymentterms dynamics_365_crm_details_id"),
		some(Kept, Text, "name colour notes ref accountsid actguid website domain trading_name tax_number hubspot_id azure_tenant_id accountsemailaddress accountsccemailaddress accountsfirstname accountslastname from_address_override"),
		some(Kept, Bool, "inactive is_vip is_account taxable exclude_ai_functionality excludefrominvoicesync"),
		some(Shown, Text, "toplevel_name main_site_name main_contact_name main_contact_email main_contact_phonenumber main_phonenumber accountmanagertech_name datecreated alastupdate"),
		some(Shown, Int, "main_site_id main_contact_id key table open_ticket_count"),
		of("AddressStore", Shown, Object, "main_delivery_address main_invoice_address"),
		some(Told, Text, "newclient_sitename newclient_phonenumber newclient_domain newclient_timezone newclient_contactname newclient_contactemail newclient_contactphonenumber newclient_contacttitle newclient_countrycode newclient_siteguid _importthirdpartyid"),
		some(Told, Int, "newclient_regioncode newclient_web_access_level _importtypeid"),
		some(Told, Bool, "newclient_sendwelcomeemail _isupdateimport"),
		of("AddressStore", Told, Object, "newclient_delivery_address"),
		some(Else, Int, "_reassign_all_to_user _merge_client_into"),
		of("CustomField", Kept, List, "customfields"),
		of("FieldHelper", Else, List, "site_fields"),
	),
	"Site": entity(importing(),
		some(Kept, Int, "id sla_id region_code maincontact_id sequence language_id regionaldirector facilitiesmanager refnumber default_currency_code"),
		some(Kept, ID, "client_id"),
		some(Kept, Text, "name colour phonenumber timezone notes ref emaildomain guid actguid accountsid country_code hubspot_id accountsemailaddress accountsccemailaddress accountsfirstname accountslastname"),
		some(Kept, Bool, "inactive isinvoicesite invoice_address_isdelivery isstocklocation defaultdelivery"),
		of("AddressStore", Kept, Object, "delivery_address invoice_address"),
		some(Shown, Text, "client_name clientsite_name maincontact_name country_code_name region_code_name datecreated slastupdate delivery_address_line1 delivery_address_line2 delivery_address_line3 delivery_address_line4 delivery_address_line5"),
		some(Told, Text, "newsite_contactname newsite_contactemail newsite_contactphonenumber newsite_contacttitle"),
		some(Told, Int, "newsite_web_access_level"),
		some(Told, Bool, "newsite_sendwelcomeemail _convert_phonenumbers"),
		some(Else, Bool, "_match_first_site"),
		some(Else, Int, "_reassign_all_to_user"),
		of("CustomField", Kept, List, "customfields"),
		of("FieldHelper", Else, List, "site_fields fields"),
	),
	"Users": entity(importing(),
		some(Kept, Int, "id language_id linked_agent_id web_access_level priority_id default_currency_code organisation_id azure_connectionid linked_user_id dynamics_365_crm_details_id"),
		some(Kept, ID, "site_id"),
		some(Kept, Text, "name firstname surname initials title emailaddress email2 email3 phonenumber phonenumber_preferred homenumber mobilenumber mobilenumber2 fax telpref login colour other1 other2 other3 other4 other5 notes department third_party_guid third_party_id azureoid samaccountname activedirectory_dn hubspot_id date_of_birth whatsapp_number oktaid lang"),
		some(Kept, Bool, "inactive isimportantcontact isserviceaccount neversendemails neversendmarketingemails ismaincontact dontackemails"),
		some(Shown, Text, "site_name client_name datecreated ulastupdate user_with_clientsite"),
		some(Shown, Int, "site_id_int client_id key table"),
		some(Told, Text, "_importthirdpartyid"),
		some(Told, Int, "_importtypeid _email_collision"),
		some(Told, Bool, "sendwelcomeemail _isbatch _isnew _convert_phonenumbers _isupdateimport"),
		some(Else, Int, "_merge_user_into _reassign_all_to_user"),
		some(Else, Bool, "_anonymise resetpassword matchprimaryemail _new_usersite_only"),
		some(Else, Text, "new_password manager_email new_site_name new_account_name"),
		of("CustomField", Kept, List, "customfields"),
	),
	"AddressStore": entity(
		some(Kept, Int, "id type site_id user_id"),
		some(Kept, Text, "description note line1 line2 line3 line4 postcode"),
		some(Kept, Bool, "primary inactive"),
		some(Kept, Date, "date_active date_inactive"),
		some(Kept, Number, "lat long"),
		some(Shown, Text, "client_name site_name user_name user_email _warning"),
		some(Told, Bool, "_isimport"),
	),
	"FieldHelper": entity(some(Kept, Int, "id"), some(Kept, Any, "value"), some(Shown, Text, "name display")),
	"CustomField": entity(
		some(Kept, Any, "id value"), // id is a number, or one as text
		some(Kept, Text, "name third_party_name third_party_value"),
		some(Kept, Int, "type usage linked_table_id table_matching_field"),
		some(Kept, Bool, "add_rows dont_delete_rows"),
		some(Kept, Ints, "delete_these_rows"),
		some(Shown, Text, "label summary display guid hyperlink"),
		some(Shown, Int, "inputtype extratype characterlimit max_selection"),
	),
	"ExternalLink": entity(
		some(Kept, Int, "id table_id module_id halo_id details_id"),
		some(Kept, Text, "third_party_id third_party_desc third_party_type third_party_url third_party_secondary_id third_party_additional_id integration_name"),
		some(Kept, Bool, "primary"),
		some(Shown, Text, "date_created date_updated _warning"),
	),
	"FieldInfo": entity(
		some(Kept, Int, "id type inputtype extratype usage lookup table_id characterlimit tab_id visibility max_selection"),
		some(Kept, Text, "name label summary hint defaultvalue regex third_party_name"),
		some(Kept, Bool, "mandatory readonly searchable new_storage_method"),
		of("Lookup", Kept, List, "values"),
		some(Shown, Int, "custom"),
		some(Shown, Text, "guid _warning"),
		some(Else, Any, "new_values"),
	),
	"Lookup": entity(
		some(Kept, Int, "lookupid id valueint1 sequence"),
		some(Kept, Text, "name value2 value3 value4 value5 value6 value7 value8 value9 custom1 custom2"),
		some(Kept, Bool, "inactive"),
		some(Told, Bool, "_isimport"),
		some(Told, Text, "_importtype"),
		some(Shown, Text, "_warning"),
	),
	"CustomTable": entity(
		some(Kept, Int, "id linkto_table_id primary_field_1 primary_field_2 data_entry_type"),
		some(Kept, Text, "name import_name customtable_orderby"),
		some(Kept, Bool, "clear_on_close can_load_data"),
		of("FieldInfo", Told, List, "fields"),
		of("CustomField", Told, List, "customfields add_customfields edit_customfields"),
		some(Told, Ints, "delete_customfields"),
		some(Told, Int, "key"),
		some(Told, Bool, "_isimport _isexternalrequest"),
		some(Told, Text, "_importtype"),
		of("CustomTableRow", Told, List, "_add_rows"),
		of("CustomField", Shown, Object, "ctfield"),
		of("CustomTableRow", Shown, List, "rows"),
		some(Shown, Int, "page_no page_size record_count _new_row_count"),
		some(Shown, Text, "guid db_name linkto_table_name _warning"),
		some(Else, Bool, "_delete_data"),
	),
	"CustomTableRow": entity(
		some(Kept, Int, "id fkid"),
		of("CustomField", Kept, List, "customfields"),
		some(Shown, Text, "display"),
	),
	"TopLevel": entity(
		some(Kept, Int, "id parentid type"),
		some(Kept, Text, "name"),
		some(Shown, Text, "long_name guid _warning"),
	),
}

package dynamics_test

import (
	"encoding/xml"
	"strings"
	"testing"
)

func TestTablesTellAboutThemselves(t *testing.T) {
	b := open(t, nil)
	all := b.ok("EntityDefinitions?$select=LogicalName,EntitySetName,PrimaryIdAttribute,OwnershipType,ChangeTrackingEnabled&$filter=IsPrivate eq false and OwnershipType eq Microsoft.Dynamics.CRM.OwnershipTypes'UserOwned'")
	found := map[string]map[string]any{}
	for _, d := range all.rows() {
		found[d["LogicalName"].(string)] = d
		if d["OwnershipType"] != "UserOwned" || d["MetadataId"] == nil {
			t.Errorf("%v", d)
		}
	}
	if found["account"]["EntitySetName"] != "accounts" || found["opportunity"]["EntitySetName"] != "opportunities" || found["new_vessel"]["EntitySetName"] == nil {
		t.Errorf("found are %v", found)
	}
	if found["transactioncurrency"] != nil {
		t.Error("a table of the whole organisation passed the filter")
	}
	one := b.ok("EntityDefinitions(LogicalName='account')?$select=LogicalName,DisplayName,CanCreateAttributes")
	byID := b.ok("EntityDefinitions(" + one.text("MetadataId") + ")?$select=LogicalName")
	if byID.text("LogicalName") != "account" || !strings.Contains(one.body, `"UserLocalizedLabel":{"Label":"Account","LanguageCode":1033`) {
		t.Errorf("by id %s, by name %s", byID.body, one.body)
	}
	if n := len(b.ok("EntityDefinitions?$select=LogicalName&$filter=CanCreateAttributes/Value eq true and ObjectTypeCode eq 1").rows()); n != 1 {
		t.Errorf("a managed property and a number: %d", n)
	}
	if n := len(b.ok("EntityDefinitions?$select=LogicalName&$filter=LogicalName eq 'account' or LogicalName eq 'contact'&$expand=Attributes($select=LogicalName;$filter=IsPrimaryId eq true)").rows()); n != 2 {
		t.Errorf("with their attributes: %d", n)
	}
}

func TestColumnsTellAboutThemselves(t *testing.T) {
	b := open(t, nil)
	byName := map[string]map[string]any{}
	for _, a := range b.ok("EntityDefinitions(LogicalName='account')/Attributes").rows() {
		byName[a["LogicalName"].(string)] = a
	}
	name := byName["name"]
	if name["@odata.type"] != "#Microsoft.Dynamics.CRM.StringAttributeMetadata" || name["MaxLength"] != 160.0 || name["IsPrimaryName"] != true || name["AttributeType"] != "String" {
		t.Errorf("name is %v", name)
	}
	if d := byName["primarycontactidname"]; d["AttributeOf"] != "primarycontactid" || d["IsValidODataAttribute"] != false {
		t.Errorf("a derived column is %v", d)
	}
	targets, _ := byName["primarycontactid"]["Targets"].([]any)
	if len(targets) != 1 || targets[0] != "contact" {
		t.Errorf("the lookup leads to %v", targets)
	}
	some := b.ok("EntityDefinitions(LogicalName='account')/Attributes?$select=LogicalName&$filter=AttributeType eq Microsoft.Dynamics.CRM.AttributeTypeCode'Money' and IsValidForRead eq true").rows()
	if len(some) < 5 || len(some) > 60 {
		t.Errorf("%d are money", len(some))
	}
	if r := b.ok("EntityDefinitions(LogicalName='account')/Attributes(LogicalName='name')?$select=LogicalName,SchemaName"); r.text("SchemaName") != "Name" {
		t.Errorf("one alone: %s", r.body)
	}
	b.refused(404, "0x80060888", "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='nope')")
	b.refused(404, "0x80060888", "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='name')/Microsoft.Dynamics.CRM.PicklistAttributeMetadata")
}

func TestOptionsComeWithTheCast(t *testing.T) {
	b := open(t, nil)
	const attributes = "EntityDefinitions(LogicalName='account')/Attributes"
	for cast, want := range map[string]string{
		"Picklist":            `"Name":"account_industrycode"`,
		"State":               `"DefaultStatus":1`,
		"Status":              `"State":1`,
		"Boolean":             `"TrueOption":{`,
		"MultiSelectPicklist": `"Options":[`,
	} {
		r := b.ok(attributes + "/Microsoft.Dynamics.CRM." + cast + "AttributeMetadata?$select=LogicalName&$expand=OptionSet,GlobalOptionSet")
		if !strings.Contains(r.body, want) || strings.Contains(r.body, `"#Microsoft.Dynamics.CRM.StringAttributeMetadata"`) {
			t.Errorf("%s: %.300s", cast, r.body)
		}
	}
	one := b.ok(attributes + "(LogicalName='statuscode')/Microsoft.Dynamics.CRM.StatusAttributeMetadata?$select=LogicalName&$expand=OptionSet")
	if one.json["OptionSet"] == nil {
		t.Errorf("one alone: %s", one.body)
	}
	if r := b.ok(attributes + "(LogicalName='industrycode')/Microsoft.Dynamics.CRM.PicklistAttributeMetadata/OptionSet"); r.text("Name") != "account_industrycode" {
		t.Errorf("its options alone: %.200s", r.body)
	}
	sets := b.ok("GlobalOptionSetDefinitions").rows()
	if len(sets) < 3 {
		t.Errorf("%d global option sets", len(sets))
	}
	if r := b.ok("GlobalOptionSetDefinitions(Name='budgetstatus')"); !strings.Contains(r.body, `"Can Buy"`) {
		t.Errorf("one by name: %.300s", r.body)
	}
}

func TestRelationsNameTheirWays(t *testing.T) {
	b := open(t, nil)
	ways := map[string]string{}
	for _, r := range b.ok("EntityDefinitions(LogicalName='contact')/ManyToOneRelationships?$select=ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName").rows() {
		nav, _ := r["ReferencingEntityNavigationPropertyName"].(string)
		ways[r["ReferencingAttribute"].(string)+"→"+r["ReferencedEntity"].(string)] = nav
	}
	if ways["parentcustomerid→account"] != "parentcustomerid_account" || ways["ownerid→owner"] != "ownerid" {
		t.Errorf("the ways are %v", ways)
	}
	if n := len(b.ok("EntityDefinitions(LogicalName='account')/OneToManyRelationships?$select=SchemaName&$filter=ReferencingEntity eq 'task'").rows()); n != 1 {
		t.Errorf("%d relations from account to task", n)
	}
	b.ok("EntityDefinitions(LogicalName='account')/ManyToManyRelationships")
	b.ok("EntityDefinitions(LogicalName='account')/Keys?$select=SchemaName,KeyAttributes,EntityKeyIndexStatus")
}

func TestTheWholeModelIsXML(t *testing.T) {
	b := open(t, nil)
	r := b.get("$metadata")
	var doc struct {
		Services struct {
			Schema struct {
				Types []struct {
					Name       string `xml:"Name,attr"`
					Properties []struct {
						Name string `xml:"Name,attr"`
						Type string `xml:"Type,attr"`
					} `xml:"Property"`
				} `xml:"EntityType"`
			} `xml:"Schema"`
		} `xml:"DataServices"`
	}
	if err := xml.Unmarshal([]byte(r.body), &doc); err != nil {
		t.Fatal(err)
	}
	types := map[string]string{}
	for _, e := range doc.Services.Schema.Types {
		for _, p := range e.Properties {
			types[e.Name+"."+p.Name] = p.Type
		}
	}
	for name, want := range map[string]string{
		"account.name": "Edm.String", "account.revenue": "Edm.Decimal", "account._primarycontactid_value": "Edm.Guid", "contact.birthdate": "Edm.Date",
		"account.createdon": "Edm.DateTimeOffset", "account.primarycontactidname": "", "account.industrycode": "Edm.Int32", "account.versionnumber": "Edm.Int64",
	} {
		if types[name] != want {
			t.Errorf("%s is %q, want %q", name, types[name], want)
		}
	}
}

package dynamics

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ferry/core/practice/world"
)

// version is the version that the environment says it has.
const version = "9.2.24104.00188"

// function answers the unbound functions; done is false when the segment names none of them.
func (c *call) function(s segment) (done bool, err error) {
	if len(c.path) != 1 {
		return false, nil
	}
	if c.store.models.old && s.name == "RetrieveTotalRecordCount" {
		return true, noSegment(s.name)
	}
	switch s.name {
	case "WhoAmI":
		return true, c.reply("WhoAmIResponse",
			`"BusinessUnitId":"`+c.caller.unitID+`","UserId":"`+c.caller.userID+`","OrganizationId":"`+c.store.world.OrganizationID()+`"`)
	case "RetrieveVersion":
		return true, c.reply("RetrieveVersionResponse", `"Version":"`+c.product+`"`)
	case "RetrieveCurrentOrganization":
		return true, c.currentOrganization()
	case "RetrieveTotalRecordCount":
		return true, c.totalRecordCount(s)
	case "RetrieveProvisionedLanguages":
		return true, c.reply("RetrieveProvisionedLanguagesResponse", `"RetrieveProvisionedLanguages":[1033]`)
	case "RetrieveAvailableLanguages":
		return true, c.reply("RetrieveAvailableLanguagesResponse", `"LocaleIds":[1033]`)
	case "RetrieveRolePrivilegesRole":
		return true, c.rolePrivileges(s)
	case "RetrieveTimestamp":
		return true, c.reply("RetrieveTimestampResponse", `"Timestamp":"`+strconv.FormatInt(c.store.world.Version(), 10)+`"`)
	}
	return false, nil
}

// reply answers a function with the members of its response.
func (c *call) reply(kind, members string) error {
	b := appendText([]byte(`{"@odata.context":`), c.base+"/$metadata#Microsoft.Dynamics.CRM."+kind)
	b = append(b, ',')
	b = append(b, members...)
	return c.json(append(b, '}'))
}

func (c *call) currentOrganization() error {
	o := c.store.row("organization", c.store.world.OrganizationID())
	name := "Practice"
	if o != nil {
		if n := c.store.nameOf("organization", o.Key); n != "" {
			name = n
		}
	}
	origin := strings.TrimSuffix(c.base, c.base[strings.Index(c.base, "/api/"):])
	d := `"Detail":{"OrganizationId":"` + c.store.world.OrganizationID() + `","FriendlyName":` + string(appendText(nil, name)) +
		`,"OrganizationVersion":"` + c.product + `","EnvironmentId":"` + c.store.world.OrganizationID() +
		`","DatacenterId":"00000000-0000-0000-0000-000000000000","Geo":"EMEA","TenantId":"` + c.tenant +
		`","UrlName":"practice","UniqueName":"practice","OrganizationType":"Developer","SchemaType":"Full","State":"` + c.state().organization() + `",` +
		`"Endpoints":{"Count":3,"IsReadOnly":false,"Keys":["WebApplication","OrganizationService","OrganizationDataService"],"Values":["` +
		origin + `/","` + origin + `/XRMServices/2011/Organization.svc","` + origin + `/XRMServices/2011/OrganizationData.svc"]}}`
	return c.reply("RetrieveCurrentOrganizationResponse", d)
}

// arguments reads Name=value,… of a function's parentheses, with aliases put in.
func (c *call) arguments(text string) (map[string]*node, error) {
	n, err := parseFilter(queryNamespace+"F("+text+")", c.opts.aliases)
	if err != nil {
		return nil, err
	}
	return n.named, nil
}

// totalRecordCount answers for several tables at once. The real one is up to a day old and sees everything.
func (c *call) totalRecordCount(s segment) error {
	args, err := c.arguments(s.args)
	if err != nil {
		return err
	}
	names := args["EntityNames"]
	if names == nil {
		return badURI("Resource not found for the segment 'RetrieveTotalRecordCount'.")
	}
	keys, values := []byte{}, []byte{}
	for i, t := range texts(names) {
		m := c.store.models.table(t)
		if m == nil {
			return &failure{status: 400, code: "0x80041102", message: "The entity with a name = '" + t + "' was not found in the MetadataCache."}
		}
		if i > 0 {
			keys, values = append(keys, ','), append(values, ',')
		}
		keys = appendText(keys, t)
		values = strconv.AppendInt(values, int64(c.store.world.Len(t)), 10)
	}
	return c.reply("RetrieveTotalRecordCountResponse", `"EntityRecordCountCollection":{"Count":`+strconv.Itoa(len(texts(names)))+
		`,"IsReadOnly":false,"Keys":[`+string(keys)+`],"Values":[`+string(values)+`]}`)
}

// bound answers the functions that belong to a row.
func (c *call) bound(m *model, row *world.Row, s segment) error {
	name := strings.TrimPrefix(s.name, queryNamespace)
	if m.Logical != "systemuser" {
		return unknown("the function " + name + " of " + m.Logical)
	}
	if name == "RetrievePrincipalAttributePrivileges" {
		return c.attributePrivileges(row.Key, name)
	}
	if name == "RetrievePrincipalAccess" {
		return c.access(row.Key, s.args)
	}
	args, err := c.arguments(s.args)
	if err != nil {
		return err
	}
	if c.store.models.old && name != "RetrieveUserPrivileges" {
		return noSegment(s.name)
	}
	switch name {
	case "RetrieveUserPrivileges":
		return c.privileges(row.Key, name, nil)
	case "RetrieveUserPrivilegeByPrivilegeName":
		if args["PrivilegeName"] == nil {
			return badURI("Resource not found for the segment '" + name + "'.")
		}
		return c.privileges(row.Key, name, texts(args["PrivilegeName"]))
	case "RetrieveUserSetOfPrivilegesByNames":
		names := args["PrivilegeNames"]
		if names == nil {
			return badURI("Resource not found for the segment '" + name + "'.")
		}
		return c.privileges(row.Key, name, append([]string{}, texts(names)...))
	}
	return unknown("the function " + name)
}

// privileges answers what rights a user has; only those named when names is not nil.
func (c *call) privileges(user, function string, names []string) error {
	unit := c.store.world.RootUnit()
	if u, ok := c.store.world.User(user); ok {
		unit = u.BusinessUnit
	}
	list := grantList(c.store.world.Grants(user), names, unit)
	if c.store.models.old {
		list = withName.ReplaceAllString(list, "") // version 8 tells ids only
	}
	return c.reply(function+"Response", list)
}

var withName = regexp.MustCompile(`,"PrivilegeName":"[^"]*","RecordFilterId":"[^"]*","RecordFilterUniqueName":""`)

// grantList writes privileges; only those named when names is not nil.
func grantList(grants []world.Grant, names []string, unit string) string {
	b := []byte(`"RolePrivileges":[`)
	n := 0
	for _, g := range grants {
		if names != nil && !slices.ContainsFunc(names, func(s string) bool { return strings.EqualFold(s, g.Privilege) }) {
			continue
		}
		if n++; n > 1 {
			b = append(b, ',')
		}
		b = append(b, `{"Depth":"`+g.Depth+`","PrivilegeId":"`+g.ID+`","BusinessUnitId":"`+unit+
			`","PrivilegeName":"`+g.Privilege+`","RecordFilterId":"00000000-0000-0000-0000-000000000000","RecordFilterUniqueName":""}`...)
	}
	return string(append(b, ']'))
}

// serviceDocument lists the entity sets.
func (c *call) serviceDocument() error {
	b := appendText([]byte(`{"@odata.context":`), c.base+"/$metadata")
	b = append(b, `,"value":[`...)
	for i, t := range c.store.world.Tables() {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"name":"`+t.Set+`","kind":"EntitySet","url":"`+t.Set+`"}`...)
	}
	return c.json(append(b, "]}"...))
}

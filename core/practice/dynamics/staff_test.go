package dynamics_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ferry/core/practice/dynamics"
	"ferry/core/practice/world"
)

const app = "f5d7e7a6-98ba-4ebf-9a5c-1f2e3d4c5b6a"

// twice lets the token x be Ada's and y the application's.
func twice() func(*dynamics.Options) {
	return func(o *dynamics.Options) {
		ada := o.Check
		o.Check = func(bearer, audience string) (dynamics.Identity, error) {
			if bearer == "y" {
				return dynamics.Identity{ApplicationID: app, Application: true}, nil
			}
			return ada(bearer, audience)
		}
		o.Application = func(id string) (string, bool) { return "Ferry at night", id == app }
	}
}

func (b *bench) as(token, method, path, body string) reply {
	b.Helper()
	return b.do(method, path, body, "Authorization", "Bearer "+token)
}

func (b *bench) privilege(name string) string {
	b.Helper()
	rows := b.ok("privileges?$select=name&$filter=name eq '" + name + "'").rows()
	if len(rows) != 1 {
		b.Fatalf("%d privileges %s", len(rows), name)
	}
	return rows[0]["privilegeid"].(string)
}

func TestAnAdministratorMakesAnApplicationUserThatMayReadJustThis(t *testing.T) {
	b := open(t, map[string]int{"account": 5, "contact": 5}, twice())
	if r := b.as("y", "GET", "WhoAmI", ""); r.status != 403 || r.code() != "0x80072560" {
		t.Fatalf("before it is made: %d %s", r.status, r.body)
	}
	units := b.ok("businessunits?$select=businessunitid,name&$filter=_parentbusinessunitid_value eq null").rows()
	if len(units) != 1 || units[0]["businessunitid"] != b.world.RootUnit() {
		t.Fatalf("the root units are %v", units)
	}
	bind := `"businessunitid@odata.bind":"/businessunits(` + b.world.RootUnit() + `)"`
	if r := b.do("POST", "systemusers", `{"applicationid":"11111111-2222-4333-8444-555555555555",`+bind+`}`); r.status != 400 || r.code() != "0x80072559" {
		t.Errorf("an application that is not registered: %d %s", r.status, r.body)
	}
	if r := b.do("POST", "systemusers", `{"applicationid":"`+app+`",`+bind+`}`); r.status != 204 {
		t.Fatalf("making the user: %d %s", r.status, r.body)
	}
	if r := b.do("POST", "systemusers", `{"applicationid":"`+app+`",`+bind+`}`); r.status != 412 || r.code() != "0x80040237" {
		t.Errorf("twice: %d %s", r.status, r.body)
	}
	users := b.ok("systemusers?$select=systemuserid,fullname,isdisabled,accessmode,islicensed,_businessunitid_value&$filter=applicationid eq " + app).rows()
	if len(users) != 1 || users[0]["fullname"] != "# Ferry at night" || users[0]["accessmode"] != 4.0 || users[0]["isdisabled"] != false {
		t.Fatalf("the users are %v", users)
	}
	user := users[0]["systemuserid"].(string)
	if r := b.as("y", "GET", "WhoAmI", ""); r.status != 403 || r.code() != "0x80042f09" {
		t.Errorf("without a role: %d %s", r.status, r.body)
	}
	if r := b.do("POST", "roles", `{"name":"Ferry read",`+bind+`}`); r.status != 204 {
		t.Fatalf("making the role: %d %s", r.status, r.body)
	}
	roles := b.ok("roles?$select=roleid&$filter=name eq 'Ferry read' and _businessunitid_value eq " + b.world.RootUnit()).rows()
	if len(roles) != 1 {
		t.Fatalf("the roles are %v", roles)
	}
	role := roles[0]["roleid"].(string)
	var list []string
	for _, name := range []string{"prvReadAccount", "prvReadUser", "prvReadRole", "prvReadEntity"} {
		list = append(list, `{"PrivilegeId":"`+b.privilege(name)+`","Depth":"Global","BusinessUnitId":"`+b.world.RootUnit()+`"}`)
	}
	add := `{"Privileges":[` + strings.Join(list, ",") + `]}`
	if r := b.do("POST", "roles("+role+")/Microsoft.Dynamics.CRM.AddPrivilegesRole", add); r.status != 204 {
		t.Fatalf("giving rights: %d %s", r.status, r.body)
	}
	if r := b.ok("RetrieveRolePrivilegesRole(RoleId=" + role + ")"); strings.Count(r.body, `"PrivilegeId"`) != 4 || !strings.Contains(r.body, `"PrivilegeName":"prvReadAccount"`) {
		t.Errorf("the role has %s", r.body)
	}
	give := `{"@odata.id":"` + api + `roles(` + role + `)"}`
	if r := b.do("POST", "systemusers("+user+")/systemuserroles_association/$ref", give); r.status != 204 {
		t.Fatalf("giving the role: %d %s", r.status, r.body)
	}
	if r := b.do("POST", "systemusers("+user+")/systemuserroles_association/$ref", give); r.status != 412 || !strings.Contains(r.message(), "duplicate") {
		t.Errorf("giving it twice: %d %s", r.status, r.body)
	}
	if r := b.ok("systemusers(" + user + ")/systemuserroles_association?$select=name"); len(r.rows()) != 1 || r.rows()[0]["name"] != "Ferry read" {
		t.Errorf("its roles are %s", r.body)
	}
	for path, want := range map[string]int{"accounts?$select=name": 200, "contacts?$select=fullname": 403, "WhoAmI": 200} {
		if r := b.as("y", "GET", path, ""); r.status != want {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
	for _, c := range [][3]string{
		{"POST", "systemusers", `{"applicationid":"` + app + `",` + bind + `}`}, {"POST", "roles", `{"name":"x",` + bind + `}`},
		{"POST", "roles(" + role + ")/Microsoft.Dynamics.CRM.AddPrivilegesRole", add},
		{"POST", "systemusers(" + user + ")/systemuserroles_association/$ref", give},
		{"POST", "accounts", `{"name":"x"}`},
	} {
		if r := b.as("y", c[0], c[1], c[2]); r.status != 403 || r.code() != "0x80040220" {
			t.Errorf("the application does %s %s: %d %s", c[0], c[1], r.status, r.body)
		}
	}
	if r := b.do("PATCH", "systemusers("+user+")", `{"isdisabled":true}`); r.status != 204 {
		t.Fatalf("disabling: %d %s", r.status, r.body)
	}
	if r := b.as("y", "GET", "WhoAmI", ""); r.code() != "0x80040225" {
		t.Errorf("disabled: %d %s", r.status, r.body)
	}
	b.do("PATCH", "systemusers("+user+")", `{"isdisabled":false}`)
	if r := b.as("y", "GET", "WhoAmI", ""); r.status != 200 {
		t.Errorf("enabled again: %d %s", r.status, r.body)
	}
	if err := b.world.Delete("systemuser", user); err != nil {
		t.Fatal(err)
	}
	if r := b.as("y", "GET", "WhoAmI", ""); r.code() != "0x80072560" {
		t.Errorf("deleted: %d %s", r.status, r.body)
	}
}

func TestAdaIsAnAdministratorByTheRolesTemplate(t *testing.T) {
	b := open(t, nil)
	r := b.ok("systemusers(" + b.world.Ada() + ")/systemuserroles_association?$select=name,_roletemplateid_value")
	if rows := r.rows(); len(rows) != 1 || rows[0]["name"] != "System Administrator" || rows[0]["_roletemplateid_value"] != "627090ff-40a3-4053-8790-584edc5be201" {
		t.Errorf("her roles are %s", r.body)
	}
	if r := b.ok("systemusers(" + b.world.Ada() + ")/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()"); !strings.Contains(r.body, `"PrivilegeName":"prvDeleteAccount"`) {
		t.Error("she may delete nothing")
	}
}

func TestARoleThatIsReducedCountsAtOnce(t *testing.T) {
	b := open(t, map[string]int{"account": 40, "businessunit": 7})
	key, err := b.world.AddRole("Narrow")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.world.Grant(key, "prvReadAccount", "Deep"); err != nil {
		t.Fatal(err)
	}
	if err := b.world.SetRoles(b.world.Ada(), key); err != nil {
		t.Fatal(err)
	}
	count := func() int { return len(b.ok("accounts?$select=name").rows()) }
	if n := count(); n != 40 {
		t.Errorf("the root unit and all below: %d", n)
	}
	if err := b.world.Grant(key, "prvReadAccount", "Local"); err != nil {
		t.Fatal(err)
	}
	if n := count(); n == 0 || n >= 40 {
		t.Errorf("the own unit only: %d", n)
	}
	if err := b.world.TakeRole(b.world.Ada(), key); err != nil {
		t.Fatal(err)
	}
	b.refused(403, "0x80042f09", "accounts")
}

func TestColumnSecurityIsToldColumnByColumn(t *testing.T) {
	b := open(t, map[string]int{"contact": 2})
	ada := b.world.Ada()
	key := b.put("contact", map[string]world.Cell{"governmentid": world.TextCell("123-45"), "jobtitle": world.TextCell("Clerk")})
	for _, column := range []string{"governmentid", "jobtitle"} {
		if err := b.world.Secure("contact", column); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.world.HideSecured(ada); err != nil {
		t.Fatal(err)
	}
	if err := b.world.MayReadColumn(ada, "contact", "jobtitle"); err != nil {
		t.Fatal(err)
	}
	r := b.ok("contacts(" + key + ")?$select=governmentid,jobtitle")
	if r.json["governmentid"] != nil || r.text("jobtitle") != "Clerk" {
		t.Errorf("it reads %s", r.body)
	}
	id := b.world.Table("contact").Column("jobtitle").MetadataID
	r = b.ok("systemusers(" + ada + ")/Microsoft.Dynamics.CRM.RetrievePrincipalAttributePrivileges()")
	if list, _ := r.json["AttributePrivileges"].([]any); len(list) != 1 || !strings.Contains(r.body, `"AttributeId":"`+id+`","CanCreate":0,"CanRead":4`) {
		t.Errorf("it is told %s", r.body)
	}
}

func TestWhatSomebodyMayDoWithOneRowIsTold(t *testing.T) {
	b := open(t, map[string]int{"account": 3})
	key := b.put("account", map[string]world.Cell{"name": world.TextCell("mine")})
	r := b.ok("systemusers(" + b.world.Ada() + ")/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)?@t={'@odata.id':'accounts(" + key + ")'}")
	if got := r.text("AccessRights"); !strings.HasPrefix(got, "ReadAccess, WriteAccess") {
		t.Errorf("the administrator: %s", r.body)
	}
	other, _ := b.world.UserBy(func(u world.User) bool { return u.Key != b.world.Ada() && !u.Disabled })
	r = b.ok("systemusers(" + other.Key + ")/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)?@t={'@odata.id':'accounts(" + key + ")'}")
	if got := r.text("AccessRights"); got != "ReadAccess" {
		t.Errorf("who may read: %s", r.body)
	}
}

func TestAnEnvironmentThatIsNotWell(t *testing.T) {
	b := open(t, nil)
	for _, c := range []struct {
		is     dynamics.State
		status int
		says   string
	}{
		{dynamics.State{Disabled: true}, 403, "The organization is disabled"},
		{dynamics.State{Blocked: true}, 403, "blocked"},
		{dynamics.State{Maintenance: true}, 503, "<h1>"},
		{dynamics.State{AdminMode: true}, 200, "UserId"},
		{dynamics.State{Claims: `{"x":1}`}, 401, ""},
	} {
		b.server.SetState(c.is)
		if r := b.get("WhoAmI"); r.status != c.status || !strings.Contains(r.body, c.says) {
			t.Errorf("%+v: %d %s", c.is, r.status, r.body)
		}
	}
	r := b.get("WhoAmI")
	if h := r.header.Get("WWW-Authenticate"); !strings.Contains(h, `error="insufficient_claims", claims="`+base64.StdEncoding.EncodeToString([]byte(`{"x":1}`))) {
		t.Errorf("the challenge is %s", h)
	}
	b.server.SetState(dynamics.State{Challenges: []string{"Negotiate", `Bearer authorization_uri="https://a.example/t/oauth2/authorize"`}})
	if r := b.get("WhoAmI", "Authorization", ""); len(r.header.Values("WWW-Authenticate")) != 2 {
		t.Errorf("the challenges are %v", r.header)
	}
	b.server.SetState(dynamics.State{AdminMode: true})
	if err := b.world.SetRoles(b.world.Ada(), b.world.RoleNamed("Basic User")); err != nil {
		t.Fatal(err)
	}
	b.refused(403, "0x80048405", "WhoAmI")
	b.server.SetState(dynamics.State{})
	if err := b.world.Unlicense(b.world.Ada()); err != nil {
		t.Fatal(err)
	}
	b.refused(403, "0x8004d24b", "WhoAmI")
}

func TestChangeTrackingCanBeTurnedOff(t *testing.T) {
	b := open(t, map[string]int{"account": 3})
	if err := b.world.SetTracked("account", false); err != nil {
		t.Fatal(err)
	}
	b.refused(400, "0x80072491", "accounts", "Prefer", "odata.track-changes")
}

func TestAnOldServerOfACompanyKnowsLess(t *testing.T) {
	b := open(t, map[string]int{"account": 3, "new_vessel": 3}, func(o *dynamics.Options) {
		o.Premises = &dynamics.Premises{Organization: "Contoso", Version: "v8.2"}
	})
	const root = "https://localhost/Contoso/api/data/"
	r := b.ok(root + "v8.2/accounts?$select=name&$top=1")
	if !strings.HasPrefix(r.text("@odata.context"), root+"v8.2/$metadata#accounts") || r.header.Get("x-ms-dop-hint") != "" {
		t.Errorf("%s %v", r.body, r.header)
	}
	if r := b.ok(root + "v8.0/RetrieveVersion()"); r.text("Version") != "8.2.29.13" {
		t.Errorf("%s", r.body)
	}
	for path, want := range map[string]int{
		root + "v9.0/WhoAmI": 501, root + "v8.2/RetrieveTotalRecordCount(EntityNames=['account'])": 404,
		"https://localhost/api/data/v8.2/WhoAmI": 404, "https://localhost/Contoso/XRMServices/2011/Organization.svc?wsdl": 200,
		root + "v8.2/systemusers(" + b.world.Ada() + ")/Microsoft.Dynamics.CRM.RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvReadAccount')": 404,
	} {
		if r := b.get(path); r.status != want {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
	if r := b.ok(root + "v8.2/systemusers(" + b.world.Ada() + ")/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()"); strings.Contains(r.body, "PrivilegeName") || !strings.Contains(r.body, "PrivilegeId") {
		t.Errorf("%s", r.body)
	}
	if r := b.ok(root + "v8.2/EntityDefinitions(LogicalName='new_vessel')/Attributes?$select=LogicalName"); strings.Contains(r.body, "MultiSelectPicklist") || strings.Contains(r.body, "FileAttribute") {
		t.Error("it knows types of version 9")
	}
}

func TestAServerWithoutAWebAPIIsStillThere(t *testing.T) {
	b := open(t, nil, func(o *dynamics.Options) { o.Premises = &dynamics.Premises{Organization: "Contoso"} })
	r := b.get("https://localhost/Contoso/api/data/v8.0/")
	if r.status != http.StatusNotFound || !strings.Contains(r.body, "<html>") {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := b.get("https://localhost/Contoso/XRMServices/2011/Organization.svc"); r.status != 200 || !strings.Contains(r.body, "OrganizationService") {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := fmt.Sprint(b.server.Unknown()); r != "[]" {
		t.Errorf("unknown: %s", r)
	}
}

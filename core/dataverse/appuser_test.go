package dataverse

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"ferry/core"
)

// An office is an environment whose users and roles can be changed.
type office struct {
	*fake
	admin    bool
	appUser  bool
	disabled bool
	unit     string // of the application user
	role     bool
	rights   map[string]string // of the role: depth by id
	has      []string          // roles of the application user
	writes   []string
	cut      string // a write whose answer is lost
}

const (
	rootUnit, otherUnit = 900, 901
	me, appUser         = 910, 911
	role, roleCopy      = 920, 921
	clientID            = "AAAA0000-1111-4222-8333-444455556666"
)

func newOffice(t *testing.T) *office {
	o := &office{admin: true, rights: map[string]string{}, unit: id(rootUnit)}
	o.fake = newFake(t, func(f *fake, c *Config) { c.Patience = -1; f.answer = o.serve })
	return o
}

var named = regexp.MustCompile(`name eq '([^']*)'`)

func (o *office) serve(w http.ResponseWriter, r *http.Request) bool {
	path, filter := strings.TrimPrefix(r.URL.Path, api), r.URL.Query().Get("$filter")
	if r.Method != http.MethodGet {
		o.change(w, r, path)
		return true
	}
	switch {
	case path == "WhoAmI":
		_, _ = fmt.Fprintf(w, `{"UserId":%q}`, id(me))
	case path == "systemusers("+id(me)+")/systemuserroles_association" && o.admin:
		_, _ = fmt.Fprintf(w, `{"value":[{"name":"Systemadministrator","_roletemplateid_value":%q}]}`, strings.ToUpper(administrator))
	case path == "systemusers("+id(me)+")/systemuserroles_association":
		_, _ = fmt.Fprint(w, `{"value":[{"name":"Basic User"}]}`)
	case path == "businessunits":
		_, _ = fmt.Fprintf(w, `{"value":[{"businessunitid":%q,"name":"Contoso"}]}`, id(rootUnit))
	case path == "systemusers" && !o.appUser:
		_, _ = fmt.Fprint(w, `{"value":[]}`)
	case path == "systemusers":
		if filter != "applicationid eq "+strings.ToLower(clientID) {
			return false
		}
		_, _ = fmt.Fprintf(w, `{"value":[{"systemuserid":%q,"fullname":"# Ferry","isdisabled":%v,"_businessunitid_value":%q}]}`, id(appUser), o.disabled, o.unit)
	case path == "systemusers("+id(appUser)+")/systemuserroles_association":
		names := []string{}
		for _, n := range o.has {
			names = append(names, fmt.Sprintf(`{"name":%q}`, n))
		}
		_, _ = fmt.Fprintf(w, `{"value":[%s]}`, strings.Join(names, ","))
	case path == "roles" && o.role && strings.Contains(filter, id(rootUnit)):
		_, _ = fmt.Fprintf(w, `{"value":[{"roleid":%q}]}`, id(role))
	case path == "roles" && o.role && strings.Contains(filter, id(otherUnit)):
		_, _ = fmt.Fprintf(w, `{"value":[{"roleid":%q}]}`, id(roleCopy))
	case path == "roles":
		_, _ = fmt.Fprint(w, `{"value":[]}`)
	case strings.HasPrefix(path, "RetrieveRolePrivilegesRole("):
		var list []string
		for k, depth := range o.rights {
			list = append(list, fmt.Sprintf(`{"PrivilegeId":%q,"Depth":%q}`, k, depth))
		}
		_, _ = fmt.Fprintf(w, `{"RolePrivileges":[%s]}`, strings.Join(list, ","))
	case path == "privileges":
		var list []string
		for _, m := range named.FindAllStringSubmatch(filter, -1) {
			if m[1] != "prvReadEntityKey" { // not every environment has it
				list = append(list, fmt.Sprintf(`{"privilegeid":%q,"name":%q}`, privilegeID(m[1]), m[1]))
			}
		}
		_, _ = fmt.Fprintf(w, `{"value":[%s]}`, strings.Join(list, ","))
	default:
		return false
	}
	return true
}

func privilegeID(name string) string {
	n := 0
	for _, c := range name {
		n = (n*31 + int(c)) % 1000000
	}
	return id(n)
}

func (o *office) change(w http.ResponseWriter, r *http.Request, path string) {
	var body map[string]any
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		refuse(w, 400, "0x80048d19", "")
		return
	}
	o.writes = append(o.writes, r.Method+" "+path)
	switch {
	case path == "systemusers" && body["applicationid"] == strings.ToLower(clientID) && body["businessunitid@odata.bind"] == "/businessunits("+id(rootUnit)+")":
		o.appUser = true
	case path == "systemusers("+id(appUser)+")" && body["isdisabled"] == false && r.Header.Get("If-Match") == "*":
		o.disabled = false
	case path == "roles" && body["name"] == "Ferry read Contoso s move" && body["businessunitid@odata.bind"] == "/businessunits("+id(rootUnit)+")":
		o.role = true
	case path == "roles("+id(role)+")/Microsoft.Dynamics.CRM.AddPrivilegesRole":
		for _, p := range body["Privileges"].([]any) {
			p := p.(map[string]any)
			o.rights[p["PrivilegeId"].(string)] = p["Depth"].(string)
		}
	case path == "systemusers("+id(appUser)+")/systemuserroles_association/$ref":
		if want := o.URL + api + "roles(" + id(role) + ")"; o.unit == id(rootUnit) && body["@odata.id"] != want {
			refuse(w, 400, "0x80048d19", "")
			return
		}
		if o.unit != id(rootUnit) && !strings.HasSuffix(body["@odata.id"].(string), "roles("+id(roleCopy)+")") {
			refuse(w, 400, "0x80041d2f", "")
			return
		}
		o.has = append(o.has, "Ferry read Contoso s move")
	default:
		refuse(w, 400, "0x80048d19", "")
		return
	}
	if o.cut != "" && strings.HasPrefix(path, o.cut) {
		panic(http.ErrAbortHandler) // it is done, but nobody hears of it
	}
	w.WriteHeader(204)
}

var wantedUser = ApplicationUser{ClientID: clientID, Name: `Contoso's move`, Tables: []string{"thing"}}

func TestTheApplicationUserIsMadeAsItWasPlanned(t *testing.T) {
	ctx := context.Background()
	o := newOffice(t)
	plan, err := o.source.PlanApplicationUser(ctx, wantedUser)
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(plan.Steps, "\n")
	for _, part := range []string{strings.ToLower(clientID), "business unit Contoso", `"Ferry read Contoso s move"`, "may read thing", "No right to change anything", "is given the role"} {
		if !strings.Contains(said, part) {
			t.Errorf("%q is not said in:\n%s", part, said)
		}
	}
	if len(plan.Steps) != 3 || len(plan.There) != 0 || len(o.writes) != 0 || strings.Join(plan.Rights, " ") !=
		"prvReadAttribute prvReadBusinessUnit prvReadEntity prvReadOptionSet prvReadOrganization prvReadRelationship prvReadRole prvReadThing prvReadUser" {
		t.Errorf("the plan is %+v, written was %v", plan, o.writes)
	}
	if err := o.source.MakeApplicationUser(ctx, plan); err != nil {
		t.Fatal(err)
	}
	if !o.appUser || !o.role || o.rights[privilegeID("prvReadThing")] != "Global" || len(o.rights) != 9 || len(o.has) != 1 || len(o.writes) != 4 {
		t.Errorf("made: user %v, role %v, rights %v, given %v by %v", o.appUser, o.role, o.rights, o.has, o.writes)
	}
	for _, w := range o.writes {
		if strings.Contains(w, "Write") || strings.Contains(w, "Delete") {
			t.Errorf("written was %s", w)
		}
	}
	if err := o.source.MakeApplicationUser(ctx, plan); err != nil || len(o.writes) != 4 {
		t.Errorf("a second time: %v, %v", err, o.writes)
	}
	again, err := o.source.PlanApplicationUser(ctx, wantedUser)
	if err != nil || len(again.Steps) != 0 || len(again.There) != 2 {
		t.Errorf("a plan of what is there: %+v %v", again, err)
	}
}

func TestMakingTheApplicationUserCanBeCutOffAnywhere(t *testing.T) {
	for _, cut := range []string{"systemusers", "roles", "roles(", "systemusers("} {
		o := newOffice(t)
		o.cut = cut
		plan, err := o.source.PlanApplicationUser(context.Background(), wantedUser)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.source.MakeApplicationUser(context.Background(), plan); err == nil {
			t.Errorf("%s: a lost answer was no fault", cut)
		}
		o.cut = ""
		if err := o.source.MakeApplicationUser(context.Background(), plan); err != nil || len(o.writes) != 4 || len(o.has) != 1 || len(o.rights) != 9 {
			t.Errorf("%s: the second time: %v, %v", cut, err, o.writes)
		}
	}
}

func TestAnApplicationUserThatIsThereIsKeptAndEnabled(t *testing.T) {
	o := newOffice(t)
	o.appUser, o.disabled, o.role, o.unit, o.has = true, true, true, id(otherUnit), []string{"Salesperson"}
	o.rights[privilegeID("prvReadThing")] = "Local"
	plan, err := o.source.PlanApplicationUser(context.Background(), wantedUser)
	if err != nil || len(plan.Steps) != 3 || !strings.Contains(strings.Join(plan.There, " "), "Salesperson") {
		t.Fatalf("%+v %v", plan, err)
	}
	if err := o.source.MakeApplicationUser(context.Background(), plan); err != nil {
		t.Fatal(err)
	}
	if o.disabled || o.rights[privilegeID("prvReadThing")] != "Global" || len(o.has) != 2 {
		t.Errorf("disabled %v, rights %v, roles %v", o.disabled, o.rights, o.has)
	}
}

func TestWhatStandsInTheWayOfAnApplicationUserIsSaid(t *testing.T) {
	o := newOffice(t)
	plan := func(change func(*ApplicationUser)) string {
		want := wantedUser
		if change != nil {
			change(&want)
		}
		_, err := o.source.PlanApplicationUser(context.Background(), want)
		if err == nil || core.AsFault(err).Op == "" {
			t.Errorf("no fault, or without what was done: %v", err)
		}
		return core.AsFault(err).Code
	}
	for want, got := range map[string]string{
		"dataverse.client-id": plan(func(w *ApplicationUser) { w.ClientID = "x" }),
		"dataverse.no-tables": plan(func(w *ApplicationUser) { w.Tables = nil }),
		CodeNoSuchTable:       plan(func(w *ApplicationUser) { w.Tables = []string{"nothing"} }),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	o.admin = false
	if got := plan(nil); got != CodeNotAdmin {
		t.Errorf("no administrator: %s", got)
	}
	if err := o.source.MakeApplicationUser(context.Background(), ApplicationUserPlan{}); core.AsFault(err).Code != "dataverse.plan-gone" {
		t.Errorf("without a plan: %v", err)
	}
	if len(o.writes) != 0 {
		t.Errorf("written was %v", o.writes)
	}
}

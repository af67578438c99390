package dataverse

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"ferry/core"
)

// ApplicationUser is the application user that is wanted: one that may read the given tables and nothing else.
type ApplicationUser struct {
	ClientID string   // of the app registration
	Name     string   // of the project or connection; the role is named after it
	Tables   []string // logical names
}

// An ApplicationUserPlan says what MakeApplicationUser would do. Steps are what will be made, There is what is there
// already; both are sentences for the person who decides.
type ApplicationUserPlan struct {
	ClientID     string
	BusinessUnit string // its name
	Role         string // "Ferry read Contoso"
	Rights       []string
	Steps        []string
	There        []string
	Missing      []string // rights that the environment does not know; they are left out

	unit      string // where the role is made
	root      string // root business unit
	user      string // id of the application user; "" when there is none
	disabled  bool
	role      string // id of the role; "" when there is none
	given     bool   // the user has the role
	privilege []rolePrivilege
	lacking   []rolePrivilege // of an existing role
}

type rolePrivilege struct {
	PrivilegeID    string `json:"PrivilegeId"`
	Depth          string
	BusinessUnitID string `json:"BusinessUnitId"`
}

// readers are the rights that reading a table's definition and finding out one's own rights needs. An environment that
// does not know one of them does not need it.
func readers() []string {
	return []string{
		"prvReadEntity", "prvReadAttribute", "prvReadRelationship", "prvReadOptionSet", "prvReadEntityKey",
		"prvReadOrganization", "prvReadUser", "prvReadBusinessUnit", "prvReadRole",
	}
}

const opApplicationUser = "preparing the application user"

// PlanApplicationUser looks what is there and what has to be made. It changes nothing. Who signed in must be a System
// Administrator.
//
// Dataverse: "Manage application users", "Create an application user" (applicationid and business unit), "Security roles
// and privileges" (a role belongs to a business unit).
func (s *Source) PlanApplicationUser(ctx context.Context, want ApplicationUser) (ApplicationUserPlan, error) {
	plan, err := s.planApplicationUser(ctx, want)
	return plan, core.During(opApplicationUser, err)
}

func (s *Source) planApplicationUser(ctx context.Context, want ApplicationUser) (ApplicationUserPlan, error) {
	p := ApplicationUserPlan{ClientID: guidOr(strings.TrimSpace(want.ClientID)), Role: roleName(want.Name)}
	if p.ClientID == "" {
		return p, clientIDUnusable()
	}
	if len(want.Tables) == 0 {
		return p, noTables()
	}
	if err := s.ready(ctx); err != nil {
		return p, err
	}
	if err := s.administers(ctx); err != nil {
		return p, err
	}
	if err := s.planUnit(ctx, &p); err != nil {
		return p, err
	}
	if err := s.planUser(ctx, &p); err != nil {
		return p, err
	}
	if err := s.planRights(ctx, &p, want.Tables); err != nil {
		return p, err
	}
	if err := s.planRole(ctx, &p); err != nil {
		return p, err
	}
	p.tell(want.Tables)
	return p, nil
}

// roleName is the role's name: at most 100 characters, and no signs that a filter or a page would trip over.
func roleName(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`'"<>&%#+\/`, r) {
			return ' '
		}
		return r
	}, short(name))
	name = strings.Join(strings.Fields("Ferry read "+name), " ")
	runes := []rune(name)
	return strings.TrimSpace(string(runes[:min(len(runes), 90)]))
}

// administers is nil when who signed in is a System Administrator, directly or by a team.
func (s *Source) administers(ctx context.Context) error {
	who, err := renew(ctx, s, knownPerson, s.askWho)
	if err != nil {
		return err
	}
	has, err := renew(ctx, s, knownRoles, func(ctx context.Context) (roles, error) { return s.askRoles(ctx, who.id) })
	if err != nil && !refused(err) {
		return err
	}
	if has.admin {
		return nil
	}
	var teams struct {
		Value []struct {
			Roles []struct {
				Name     string `json:"name"`
				Template string `json:"_roletemplateid_value"`
			} `json:"teamroles_association"`
		}
	}
	address := "systemusers(" + who.id + ")/teammembership_association?$select=name&$expand=teamroles_association($select=name,_roletemplateid_value)"
	if err := s.once(ctx, address, &teams); err == nil {
		for _, team := range teams.Value {
			for _, r := range team.Roles {
				if strings.EqualFold(r.Template, administrator) {
					return nil
				}
			}
		}
	}
	return notAdministrator()
}

func (s *Source) planUnit(ctx context.Context, p *ApplicationUserPlan) error {
	var units struct {
		Value []struct {
			ID   string `json:"businessunitid"`
			Name string `json:"name"`
		}
	}
	err := s.get(ctx, s.rest, "", "businessunits?$select=businessunitid,name&$filter="+escape("_parentbusinessunitid_value eq null"), &units)
	if err != nil {
		return err
	}
	if len(units.Value) == 0 || guidOr(units.Value[0].ID) == "" {
		return notDataverse(nil)
	}
	p.root, p.BusinessUnit = guidOr(units.Value[0].ID), short(units.Value[0].Name)
	p.unit = p.root
	return nil
}

// planUser looks for the application user.
func (s *Source) planUser(ctx context.Context, p *ApplicationUserPlan) error {
	var users struct {
		Value []struct {
			ID       string `json:"systemuserid"`
			Name     string `json:"fullname"`
			Disabled bool   `json:"isdisabled"`
			Unit     string `json:"_businessunitid_value"`
		}
	}
	err := s.get(ctx, s.rest, "", "systemusers?$select=systemuserid,fullname,isdisabled,_businessunitid_value&$filter="+escape("applicationid eq "+p.ClientID), &users)
	if err != nil {
		return err
	}
	if len(users.Value) == 0 {
		return nil
	}
	u := users.Value[0]
	p.user, p.disabled = guidOr(u.ID), u.Disabled
	if unit := guidOr(u.Unit); unit != "" && unit != p.root {
		p.unit = unit // a role can be given to users of its own business unit only
	}
	name := cmp.Or(short(u.Name), "application user")
	p.There = append(p.There, fmt.Sprintf("The application user %s is there already.", name))
	return nil
}

// planRights finds the privileges by their names, as the tables' definitions tell them.
func (s *Source) planRights(ctx context.Context, p *ApplicationUserPlan, tables []string) error {
	var names []string
	for _, table := range tables {
		d, err := s.definition(ctx, s.rest, table)
		if err != nil {
			return err
		}
		list, err := s.askPrivileges(ctx, table)
		if err != nil && !refused(err) {
			return err
		}
		name := "prvRead" + cmp.Or(d.SchemaName, d.LogicalName)
		for _, one := range list {
			if strings.EqualFold(one.Type, "Read") && privilegeShape.MatchString(one.Name) {
				name = one.Name
			}
		}
		names = append(names, name)
	}
	optional := readers()
	names = append(names, optional...)
	slices.Sort(names)
	names = slices.Compact(names)
	found, err := s.privilegeIDs(ctx, names)
	if err != nil {
		return err
	}
	for _, name := range names {
		id := found[strings.ToLower(name)]
		switch {
		case id != "":
			p.Rights = append(p.Rights, name)
			p.privilege = append(p.privilege, rolePrivilege{PrivilegeID: id, Depth: "Global", BusinessUnitID: p.root})
		case !slices.Contains(optional, name):
			p.Missing = append(p.Missing, name)
		}
	}
	if len(p.Missing) > 0 {
		return noSuchPrivilege(listed(p.Missing, 5))
	}
	return nil
}

// privilegeShape is a name of a right, which becomes part of a filter.
var privilegeShape = regexp.MustCompile(`^prv[A-Za-z0-9_]{1,128}$`)

// privilegeIDs asks for the ids of privileges, some at a time.
func (s *Source) privilegeIDs(ctx context.Context, names []string) (map[string]string, error) {
	found := make(map[string]string)
	for part := range slices.Chunk(names, 10) {
		var filter []string
		for _, name := range part {
			if privilegeShape.MatchString(name) {
				filter = append(filter, "name eq '"+name+"'")
			}
		}
		var answer struct {
			Value []struct {
				ID   string `json:"privilegeid"`
				Name string `json:"name"`
			}
		}
		if err := s.get(ctx, s.rest, "", "privileges?$select=privilegeid,name&$filter="+escape(strings.Join(filter, " or ")), &answer); err != nil {
			return nil, err
		}
		for _, v := range answer.Value {
			found[strings.ToLower(v.Name)] = guidOr(v.ID)
		}
	}
	return found, nil
}

// planRole looks for the role, what it lacks, and whether the user has it.
func (s *Source) planRole(ctx context.Context, p *ApplicationUserPlan) (err error) {
	if p.user != "" {
		names, err := s.rolesOf(ctx, p.user)
		if err != nil {
			return err
		}
		p.given = slices.Contains(names, p.Role)
		if names = slices.DeleteFunc(names, func(n string) bool { return n == p.Role }); len(names) > 0 {
			p.There = append(p.There, "It has other roles too, and keeps them: "+listed(names, 5)+".")
		}
	}
	if p.role, err = s.findRole(ctx, p.Role, p.root); err != nil || p.role == "" {
		p.lacking, p.given = p.privilege, false
		return err
	}
	p.There = append(p.There, fmt.Sprintf("The security role %s is there already.", p.Role))
	has, err := s.privilegesOf(ctx, p.role)
	if err != nil && !refused(err) {
		return err
	}
	for _, one := range p.privilege {
		if !has[one.PrivilegeID] {
			p.lacking = append(p.lacking, one)
		}
	}
	return nil
}

// findRole is the id of a role in a business unit; "" when there is none.
func (s *Source) findRole(ctx context.Context, name, unit string) (string, error) {
	var answer struct {
		Value []struct {
			ID string `json:"roleid"`
		}
	}
	filter := "name eq '" + strings.ReplaceAll(name, "'", "''") + "' and _businessunitid_value eq " + unit
	if err := s.get(ctx, s.rest, "", "roles?$select=roleid,name&$filter="+escape(filter), &answer); err != nil || len(answer.Value) == 0 {
		return "", err
	}
	return guidOr(answer.Value[0].ID), nil
}

// privilegesOf are the privileges that a role has at the widest depth.
func (s *Source) privilegesOf(ctx context.Context, role string) (map[string]bool, error) {
	var answer struct {
		RolePrivileges []struct {
			ID    string `json:"PrivilegeId"`
			Depth any
		}
	}
	has := make(map[string]bool)
	err := s.once(ctx, "RetrieveRolePrivilegesRole(RoleId="+role+")", &answer)
	for _, one := range answer.RolePrivileges {
		has[guidOr(one.ID)] = depthOf(one.Depth) == core.DepthGlobal
	}
	return has, err
}

// rolesOf are the names of a user's roles.
func (s *Source) rolesOf(ctx context.Context, user string) ([]string, error) {
	var answer struct{ Value []struct{ Name string } }
	if err := s.get(ctx, s.rest, "", "systemusers("+user+")/systemuserroles_association?$select=name", &answer); err != nil {
		return nil, err
	}
	var names []string
	for _, r := range answer.Value {
		names = append(names, short(r.Name))
	}
	return names, nil
}

// tell puts the plan into words.
func (p *ApplicationUserPlan) tell(tables []string) {
	if p.user == "" {
		p.Steps = append(p.Steps, fmt.Sprintf("An application user for the client ID %s, in the business unit %s.", p.ClientID, p.BusinessUnit))
	} else if p.disabled {
		p.Steps = append(p.Steps, "The application user is enabled again.")
	}
	may := fmt.Sprintf("that may read %s in the whole organisation, and the definitions of tables, users and roles. No right to change anything is given; Dynamics itself adds a few of its own to every new role", listed(tables, 12))
	switch {
	case p.role == "":
		p.Steps = append(p.Steps, fmt.Sprintf("A security role %q %s.", p.Role, may))
	case len(p.lacking) > 0:
		p.Steps = append(p.Steps, fmt.Sprintf("The security role %q becomes one %s.", p.Role, may))
	}
	if !p.given {
		p.Steps = append(p.Steps, fmt.Sprintf("The application user is given the role %q.", p.Role))
	}
}

package dynamics

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"ferry/core/practice/world"
)

// Users and roles: what is particular about making them, giving roles, and asking what somebody may do.
//
// Dataverse: "Create an application user", "Security roles and privileges", "Column-level security"; Web API:
// AddPrivilegesRole, RetrieveRolePrivilegesRole, RetrievePrincipalAttributePrivileges, RetrievePrincipalAccess.

// mayEnter completes and checks a row of users or roles that is to be made.
func (c *call) mayEnter(m *model, cells map[string]world.Cell) error {
	switch m.Logical {
	case "systemuser":
		return c.newUser(cells)
	case "role":
		return c.newRole(cells)
	}
	return nil
}

func (c *call) newUser(cells map[string]world.Cell) error {
	if cells["businessunitid"].Kind != world.Ref {
		return &failure{status: http.StatusBadRequest, code: "0x80040203", message: "A valid business unit is required."}
	}
	id := cells["applicationid"].S
	if id == "" {
		return unknown("users who are people; the sign-in service makes them")
	}
	if _, there := c.store.world.ApplicationUser(id); there {
		return &failure{status: http.StatusPreconditionFailed, code: "0x80040237", message: "A record with matching key values already exists. The application user with application ID " + id + " exists."}
	}
	name := id
	if c.application != nil {
		var known bool
		if name, known = c.application(id); !known {
			return &failure{status: http.StatusBadRequest, code: "0x80072559", message: "Error from Microsoft Entra ID: the application with ID " + id + " was not found in the directory."}
		}
	}
	cells["fullname"], cells["lastname"] = world.TextCell("# "+name), world.TextCell("# "+name)
	cells["accessmode"], cells["islicensed"], cells["isdisabled"] = world.ChoiceCell(4), world.BoolCell(false), world.BoolCell(false)
	return nil
}

func (c *call) newRole(cells map[string]world.Cell) error {
	name, unit := cells["name"].S, cells["businessunitid"]
	if name == "" || unit.Kind != world.Ref {
		return &failure{status: http.StatusBadRequest, code: "0x80040203", message: "A role needs a name and a business unit."}
	}
	if key := c.store.world.RoleNamed(name); key != "" && c.store.world.RoleUnit(key) == unit.S {
		return &failure{status: http.StatusPreconditionFailed, code: "0x80040237", message: "A role with the specified name already exists."}
	}
	return nil
}

// giveRole gives a role to a user, or takes it: POST and DELETE of systemusers(…)/systemuserroles_association/$ref.
func (c *call) giveRole(m *model) error {
	if err := c.may(c.store.models.table("role"), "Assign"); err != nil {
		return err
	}
	row, err := c.find(m, c.path[0])
	if err != nil {
		return err
	}
	other, err := c.otherEnd(c.path[1])
	if err != nil {
		return err
	}
	user, ok := c.store.world.User(row.Key)
	if !ok || other.Table != "role" {
		return noRow("role", other.S)
	}
	if c.r.Method == http.MethodDelete {
		err = c.store.world.TakeRole(row.Key, other.S)
		c.later(func() { _ = c.store.world.GiveRole(row.Key, other.S) })
	} else {
		if slices.Contains(user.Roles, other.S) {
			return &failure{status: http.StatusPreconditionFailed, code: "0x80040237", message: "Cannot insert duplicate key."}
		}
		if unit := c.store.world.RoleUnit(other.S); unit != user.BusinessUnit {
			return &failure{status: http.StatusBadRequest, code: "0x80041d0c", message: "The user and the role must be in the same business unit."}
		}
		err = c.store.world.GiveRole(row.Key, other.S)
		c.later(func() { _ = c.store.world.TakeRole(row.Key, other.S) })
	}
	if err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// addPrivileges answers roles(…)/Microsoft.Dynamics.CRM.AddPrivilegesRole.
func (c *call) addPrivileges(m *model) error {
	if m.Logical != "role" {
		return unknown("the operation AddPrivilegesRole of " + m.Logical)
	}
	if err := c.may(m, "Write"); err != nil {
		return err
	}
	row, err := c.find(m, c.path[0])
	if err != nil {
		return err
	}
	body, err := c.body()
	if err != nil {
		return err
	}
	var in struct {
		Privileges []struct {
			ID    string `json:"PrivilegeId"`
			Depth any
		}
	}
	if json.Unmarshal(body, &in) != nil || in.Privileges == nil {
		return badPayload("The body must be {\"Privileges\":[…]}.")
	}
	names := make([]string, len(in.Privileges))
	depths := make([]string, len(in.Privileges))
	for i, p := range in.Privileges {
		if names[i] = c.store.nameOf("privilege", strings.ToLower(p.ID)); names[i] == "" {
			return noRow("privilege", p.ID)
		}
		if depths[i] = depthNamed(p.Depth); depths[i] == "" {
			return badPayload(fmt.Sprintf("The value '%v' is no PrivilegeDepth.", p.Depth))
		}
	}
	for i := range names {
		if err := c.store.world.Grant(row.Key, names[i], depths[i]); err != nil {
			return err
		}
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func depthNamed(v any) string {
	names := []string{"Basic", "Local", "Deep", "Global"}
	switch v := v.(type) {
	case string:
		if slices.Contains(names, v) {
			return v
		}
	case float64:
		if v >= 0 && v <= 3 && v == float64(int(v)) {
			return names[int(v)]
		}
	}
	return ""
}

// rolePrivileges answers RetrieveRolePrivilegesRole(RoleId=…).
func (c *call) rolePrivileges(s segment) error {
	_, value := keyword(s.args)
	if alias, ok := c.opts.aliases[value]; ok {
		value = alias
	}
	value = strings.ToLower(unquote(value))
	if err := c.mayRead(c.store.models.table("role")); err != nil {
		return err
	}
	if c.store.row("role", value) == nil {
		return noRow("role", value)
	}
	return c.reply("RetrieveRolePrivilegesRoleResponse", grantList(c.store.world.RoleGrants(value), nil, c.store.world.RootUnit()))
}

// attributePrivileges tells which secured columns a user may read: 4 is allowed, 0 is not.
func (c *call) attributePrivileges(user, function string) error {
	u, ok := c.store.world.User(user)
	if !ok {
		return noRow("systemuser", user)
	}
	b := []byte(`"AttributePrivileges":[`)
	n := 0
	for _, t := range c.store.world.Tables() {
		for _, col := range t.Columns {
			if !col.Secured || !u.SeesColumn(t.Logical, col.Logical) {
				continue
			}
			if n++; n > 1 {
				b = append(b, ',')
			}
			b = append(b, `{"AttributeId":"`+col.MetadataID+`","CanCreate":0,"CanRead":4,"CanReadUnmasked":0,"CanUpdate":0}`...)
		}
	}
	return c.reply(function+"Response", string(append(b, ']')))
}

// access answers RetrievePrincipalAccess: which rights a user has to one row.
func (c *call) access(user, args string) error {
	name, value := keyword(args)
	if alias, ok := c.opts.aliases[value]; ok {
		value = alias
	}
	var target struct {
		ID string `json:"@odata.id"`
	}
	if name != "Target" || json.Unmarshal([]byte(strings.ReplaceAll(value, "'", `"`)), &target) != nil || target.ID == "" {
		return unknown("RetrievePrincipalAccess without Target={'@odata.id':'…'}")
	}
	ref, err := c.reference(target.ID)
	if err != nil {
		return err
	}
	m := c.store.models.table(ref.Table)
	row := c.store.row(ref.Table, ref.S)
	u, _ := c.store.world.User(user)
	var has []string
	for _, right := range []string{"Read", "Write", "Append", "AppendTo", "Create", "Delete", "Share", "Assign"} {
		if c.reaches(u, m, row, c.store.world.DepthOf(user, c.store.world.Privilege(m.Table, right))) {
			has = append(has, right+"Access")
		}
	}
	if len(has) == 0 {
		has = []string{"None"}
	}
	return c.reply("RetrievePrincipalAccessResponse", `"AccessRights":"`+strings.Join(has, ", ")+`"`)
}

// reaches reports whether a depth reaches a row.
func (c *call) reaches(u world.User, m *model, row *world.Row, depth string) bool {
	owner, unit := m.logical["ownerid"], m.logical["owningbusinessunit"]
	switch {
	case depth == "" || row == nil:
		return false
	case depth == "Global" || owner == nil:
		return true
	case row.Cells[owner.Index].S == u.Key:
		return true
	case depth == "Local" && unit != nil:
		return row.Cells[unit.Index].S == u.BusinessUnit
	case depth == "Deep" && unit != nil:
		return slices.Contains(c.store.world.UnitsBelow(u.BusinessUnit), row.Cells[unit.Index].S)
	}
	return false
}

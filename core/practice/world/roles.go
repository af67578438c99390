package world

import (
	"fmt"
	"slices"
	"strings"
)

// Roles that every organisation has, and what they are made after.
//
// Dataverse: "Role templates".
const (
	administratorRole     = 0 // the place of System Administrator among the roles
	readerRole            = 4 // Service Reader, which the application user has
	usualRole             = 5 // Basic User
	administratorTemplate = "627090ff-40a3-4053-8790-584edc5be201"
	customizerTemplate    = "119f245c-3cc8-4b62-b31c-d1a046ced15d"
)

// A role is what a security role gives.
type role struct {
	key, name, unit string
	admin           bool              // everything
	reads           bool              // everything, at the depth Global
	depths          map[string]string // by privilege
}

// A right is a privilege of this organisation.
type right struct{ name, table, right string }

// tableRights are the rights that there are to a table.
var tableRights = [...]string{"Create", "Read", "Write", "Delete", "Append", "AppendTo", "Assign", "Share"}

// moreRights are privileges that belong to no table of this organisation.
var moreRights = [...]string{
	"prvReadEntity", "prvReadAttribute", "prvReadRelationship", "prvReadOptionSet", "prvReadEntityKey", "prvReadField",
	"prvActOnBehalfOfAnotherUser", "prvBulkDelete", "prvExportToExcel", "prvPublishCustomization",
}

// rightsOf lists all privileges in the order of their rows.
func rightsOf(tables []*Table) []right {
	var list []right
	seen := map[string]bool{}
	for _, t := range tables {
		for _, r := range tableRights {
			if name := t.privilegeName(r); !seen[name] && !t.Intersect {
				seen[name] = true
				list = append(list, right{name: name, table: t.Logical, right: r})
			}
		}
	}
	for _, name := range moreRights {
		r := right{name: name}
		if strings.HasPrefix(name, "prvRead") {
			r.right = "Read"
		}
		list = append(list, r)
	}
	return list
}

// newRoles makes the roles that are there at the beginning.
func newRoles(w *World) map[string]*role {
	roles := map[string]*role{}
	s := w.stores["role"]
	for i := range min(s.base, len(w.lore.lists["role"])) {
		key := s.key(i)
		roles[key] = &role{key: key, name: w.lore.lists["role"][i], unit: w.stores["businessunit"].key(0), admin: i == administratorRole, reads: true}
	}
	return roles
}

// depth is how far a role lets a privilege reach; "" is not at all.
func (r *role) depth(privilege string) string {
	switch {
	case r == nil:
		return ""
	case r.admin:
		return "Global"
	}
	if d, ok := r.depths[privilege]; ok {
		return d
	}
	if r.reads && strings.HasPrefix(privilege, "prvRead") {
		return "Global"
	}
	return ""
}

// wider returns the depth that reaches farther.
func wider(a, b string) string {
	order := []string{"", "Basic", "Local", "Deep", "Global"}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// RoleNamed is the key of the first role of that name; "" when there is none.
func (w *World) RoleNamed(name string) string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	var found string
	for key, r := range w.people.roles {
		if r.name == name && (found == "" || key < found) {
			found = key
		}
	}
	return found
}

// AddRole makes a role in the root business unit. It gives nothing yet.
func (w *World) AddRole(name string) (string, error) {
	return w.Insert("role", "", map[string]Cell{"name": TextCell(name), "businessunitid": RefCell("businessunit", w.people.rootKey)})
}

// Grant lets a privilege of a role reach this far: "Basic", "Local", "Deep", "Global"; "" is not at all.
func (w *World) Grant(roleKey, privilege, depth string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.people.roles[lower(roleKey)]
	if r == nil {
		return fmt.Errorf("no such role")
	}
	if !slices.Contains(w.lore.privileges, privilege) {
		return fmt.Errorf("no privilege %s", privilege)
	}
	if r.depths == nil {
		r.depths = map[string]string{}
	}
	r.depths[privilege] = depth
	return nil
}

// RoleGrants returns what a role gives.
func (w *World) RoleGrants(roleKey string) []Grant {
	w.mu.RLock()
	defer w.mu.RUnlock()
	r := w.people.roles[lower(roleKey)]
	return w.grants(r.depth)
}

// RoleUnit is the business unit of a role; "" when there is no such role.
func (w *World) RoleUnit(roleKey string) string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if r := w.people.roles[lower(roleKey)]; r != nil {
		return r.unit
	}
	return ""
}

// GiveRole gives a role to a user.
func (w *World) GiveRole(user, roleKey string) error {
	w.mu.RLock()
	known := w.people.roles[lower(roleKey)] != nil
	w.mu.RUnlock()
	if !known {
		return fmt.Errorf("no such role")
	}
	return w.changeUser(user, func(u *User) {
		if !slices.Contains(u.Roles, lower(roleKey)) {
			u.Roles = append(u.Roles[:len(u.Roles):len(u.Roles)], lower(roleKey))
		}
	})
}

// TakeRole takes a role from a user.
func (w *World) TakeRole(user, roleKey string) error {
	return w.changeUser(user, func(u *User) {
		u.Roles = slices.DeleteFunc(slices.Clone(u.Roles), func(k string) bool { return k == lower(roleKey) })
	})
}

// SetRoles lets a user have exactly these roles.
func (w *World) SetRoles(user string, roleKeys ...string) error {
	if err := w.RemoveRoles(user); err != nil {
		return err
	}
	for _, key := range roleKeys {
		if err := w.GiveRole(user, key); err != nil {
			return err
		}
	}
	return nil
}

// Administrates reports whether a user has the role System Administrator.
func (w *World) Administrates(user string) bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	u := w.people.users[lower(user)]
	return u != nil && slices.ContainsFunc(u.Roles, func(key string) bool { r := w.people.roles[key]; return r != nil && r.admin })
}

// DepthOf tells how far a privilege of a user reaches; "" is not at all.
func (w *World) DepthOf(user, privilege string) string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.depth(lower(user), privilege)
}

// UnitsBelow returns a business unit and those below it.
func (w *World) UnitsBelow(unit string) []string {
	t := w.Table("businessunit")
	list := []string{lower(unit)}
	parent := t.Column("parentbusinessunitid")
	for at := 0; at < len(list); at++ {
		for i := range w.Positions(t) {
			if key := w.Key(t, i); w.Cell(t, i, parent).S == list[at] && !slices.Contains(list, key) {
				list = append(list, key)
			}
		}
	}
	return list
}

// MayReadColumn lets a user read one secured column, as a field security profile does.
func (w *World) MayReadColumn(user, table, column string) error {
	t := w.Table(table)
	if t == nil || t.Column(column) == nil {
		return fmt.Errorf("no column %s in %s", column, table)
	}
	return w.changeUser(user, func(u *User) {
		u.Columns = append(u.Columns[:len(u.Columns):len(u.Columns)], table+"."+column)
	})
}

// SeesColumn reports whether column security lets a user read a column.
func (u User) SeesColumn(table, column string) bool {
	return u.SeesSecured || slices.Contains(u.Columns, table+"."+column)
}

// enrol makes users and roles of the rows that somebody puts in. The caller holds the lock.
func (w *World) enrol(table, key string, cells map[string]Cell) {
	unit := cells["businessunitid"].S
	if unit == "" {
		unit = w.people.rootKey
	}
	switch table {
	case "systemuser":
		w.people.users[key] = &User{
			Key: key, Name: cells["fullname"].S, DomainName: cells["domainname"].S, ApplicationID: lower(cells["applicationid"].S),
			BusinessUnit: unit, Disabled: cells["isdisabled"].N != 0,
		}
	case "role":
		w.people.roles[key] = &role{key: key, name: cells["name"].S, unit: unit}
	}
}

// amend lets users follow a change of their rows. The caller holds the lock.
func (w *World) amend(table, key string, cells map[string]Cell) {
	u := w.people.users[key]
	if table != "systemuser" || u == nil {
		return
	}
	if c, ok := cells["isdisabled"]; ok {
		u.Disabled = c.N != 0
	}
	if c, ok := cells["businessunitid"]; ok && c.S != "" {
		u.BusinessUnit = c.S
	}
}

// dismiss forgets a user or a role whose row was deleted. The caller holds the lock.
func (w *World) dismiss(table, key string) {
	switch table {
	case "systemuser":
		delete(w.people.users, key)
	case "role":
		delete(w.people.roles, key)
		for _, u := range w.people.users {
			u.Roles = slices.DeleteFunc(slices.Clone(u.Roles), func(k string) bool { return k == key })
		}
	}
}

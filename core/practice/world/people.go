package world

import (
	"fmt"
	"slices"
	"strings"
)

// A User is somebody, or something, that can sign in.
type User struct {
	Key           string // of its systemuser row
	Name          string
	DomainName    string // the name a person signs in with
	ApplicationID string // of an application user
	ObjectID      string // what the sign-in service calls it; "" when nobody said
	BusinessUnit  string
	Disabled      bool
	NoRoles       bool     // follows from Roles
	Roles         []string // keys of the security roles
	SeesSecured   bool     // may read every secured column
	Columns       []string // "contact.governmentid": the secured columns that it may read beside
	Unlicensed    bool     // the environment lets it in no more
}

// A Grant is one privilege that a user has.
type Grant struct {
	Table     string // a table it is good for
	Right     string // "Read"
	Depth     string // "Basic", "Local", "Deep", "Global"
	Privilege string // its name: "prvReadAccount"
	ID        string
}

type people struct {
	users   map[string]*User             // by key
	roles   map[string]*role             // by key
	depths  map[string]map[string]string // user, privilege: another depth than Global; "" is none
	adaKey  string
	orgKey  string
	rootKey string
}

func newPeople(w *World) people {
	p := people{users: map[string]*User{}, roles: newRoles(w), depths: map[string]map[string]string{}}
	roles := w.stores["role"]
	users, units := w.stores["systemuser"], w.stores["businessunit"]
	p.adaKey = users.key(0)
	p.orgKey = w.stores["organization"].key(0)
	p.rootKey = units.key(0)
	for i := range min(users.base, 1000) {
		key := users.key(i)
		p.users[key] = &User{
			Key: key, Name: w.lore.userName(i), DomainName: w.lore.userDomain(i), BusinessUnit: units.key(i % units.base),
			Disabled: i == disabledUser, SeesSecured: i == 0, Roles: []string{roles.key(usualRole)},
		}
		if i == 0 {
			p.users[key].Roles = []string{roles.key(administratorRole)}
		}
	}
	return p
}

// OrganizationID names the organisation.
func (w *World) OrganizationID() string { return w.people.orgKey }

// RootUnit is the key of the root business unit.
func (w *World) RootUnit() string { return w.people.rootKey }

// Ada is the key of the person Ada Lovelace, who may see everything.
func (w *World) Ada() string { return w.people.adaKey }

// User returns who has that systemuser key.
func (w *World) User(key string) (User, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if u := w.people.users[lower(key)]; u != nil {
		return u.copy(), true
	}
	return User{}, false
}

func (u *User) copy() User {
	c := *u
	c.NoRoles = len(u.Roles) == 0
	return c
}

// UserBy returns the first user for whom is holds.
func (w *World) UserBy(is func(User) bool) (User, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	for _, u := range w.people.users {
		if c := u.copy(); is(c) {
			return c, true
		}
	}
	return User{}, false
}

// ApplicationUser returns the user of an app registration.
func (w *World) ApplicationUser(appID string) (User, bool) {
	return w.UserBy(func(u User) bool { return u.ApplicationID != "" && strings.EqualFold(u.ApplicationID, appID) })
}

// AddApplicationUser lets an app registration in, with the right to read everything. It returns the user's key.
func (w *World) AddApplicationUser(appID, name string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !strings.HasPrefix(name, "# ") {
		name = "# " + name
	}
	key, err := w.insert("systemuser", "", map[string]Cell{
		"fullname": TextCell(name), "lastname": TextCell(name), "applicationid": TextCell(lower(appID)),
		"accessmode": ChoiceCell(4), "islicensed": BoolCell(false), "isdisabled": BoolCell(false),
		"businessunitid": RefCell("businessunit", w.people.rootKey),
	})
	if err != nil {
		return "", err
	}
	u := w.people.users[key]
	u.SeesSecured = true
	u.Roles = []string{w.stores["role"].key(readerRole)}
	return key, nil
}

// change changes one user.
func (w *World) changeUser(key string, change func(u *User)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u := w.people.users[lower(key)]
	if u == nil {
		return fmt.Errorf("no such user")
	}
	change(u)
	return nil
}

// SetObjectID says what the sign-in service calls a user.
func (w *World) SetObjectID(user, objectID string) error {
	return w.changeUser(user, func(u *User) { u.ObjectID = objectID })
}

// DisableUser takes every right to sign in from a user.
func (w *World) DisableUser(user string) error {
	return w.Set("systemuser", user, map[string]Cell{"isdisabled": BoolCell(true)})
}

// Unlicense takes the licence from a user, so that the environment does not let it in.
func (w *World) Unlicense(user string) error {
	if err := w.Set("systemuser", user, map[string]Cell{"islicensed": BoolCell(false)}); err != nil {
		return err
	}
	return w.changeUser(user, func(u *User) { u.Unlicensed = true })
}

// RemoveRoles takes every security role from a user, and with them every privilege.
func (w *World) RemoveRoles(user string) error {
	return w.changeUser(user, func(u *User) { u.Roles = nil })
}

// HideSecured takes the right to secured columns from a user.
func (w *World) HideSecured(user string) error {
	return w.changeUser(user, func(u *User) { u.SeesSecured, u.Columns = false, nil })
}

// Revoke takes one privilege from a user: "prvReadAccount".
func (w *World) Revoke(user, privilege string) error { return w.SetDepth(user, privilege, "") }

// SetDepth says how far a privilege of a user reaches: "Basic", "Local", "Deep", "Global"; "" is not at all.
func (w *World) SetDepth(user, privilege, depth string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.people.users[lower(user)] == nil {
		return fmt.Errorf("no such user")
	}
	if !slices.Contains(w.lore.privileges, privilege) {
		return fmt.Errorf("no privilege %s", privilege)
	}
	of := w.people.depths[lower(user)]
	if of == nil {
		of = map[string]string{}
		w.people.depths[lower(user)] = of
	}
	of[privilege] = depth
	return nil
}

// Privilege is the name of a right on a table: "prvReadAccount"; all activities share "prvReadActivity".
func (w *World) Privilege(t *Table, right string) string { return t.privilegeName(right) }

// PrivilegeID is the key of a privilege; "" when there is none of that name.
func (w *World) PrivilegeID(name string) string {
	if i := slices.Index(w.lore.privileges, name); i >= 0 {
		return w.stores["privilege"].key(i)
	}
	return ""
}

// Depth tells how far a user may read a table; "" is not at all.
func (w *World) Depth(user string, t *Table) string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.depth(lower(user), t.privilegeName("Read"))
}

func (w *World) depth(user, privilege string) string {
	u := w.people.users[user]
	if u == nil || u.Disabled || len(u.Roles) == 0 {
		return ""
	}
	if depth, ok := w.people.depths[user][privilege]; ok {
		return depth
	}
	depth := ""
	for _, key := range u.Roles {
		depth = wider(depth, w.people.roles[key].depth(privilege))
	}
	return depth
}

// Grants returns the privileges of a user, those of all roles together. Activities share one set, so it comes once.
func (w *World) Grants(user string) []Grant {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.grants(func(privilege string) string { return w.depth(lower(user), privilege) })
}

// grants lists the privileges that reach anywhere. The caller holds the lock.
func (w *World) grants(depth func(privilege string) string) []Grant {
	var list []Grant
	for i, r := range w.lore.rights {
		if d := depth(r.name); d != "" {
			list = append(list, Grant{Table: r.table, Right: r.right, Depth: d, Privilege: r.name, ID: w.stores["privilege"].key(i)})
		}
	}
	return list
}

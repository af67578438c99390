package dataverse

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"ferry/core"
	"ferry/core/dataverse/scan"
	"ferry/core/rest"
)

// A person is who signed in, as the environment knows it.
type person struct {
	id          string
	unit        string // its business unit
	name        string
	application bool
	disabled    bool
	access      *int  // how it may come in: 0 reads and writes, 1 only administrates, 4 is no person
	licensed    *bool // nil when the environment did not say
}

// roles are the security roles of who signed in, as far as they can be read.
type roles struct {
	names []string
	admin bool // System Administrator is among them
}

// rights say how far each privilege reaches. Old servers tell ids only.
type rights struct {
	byName map[string]depth // in lower case
	byID   map[string]depth
}

type depth = core.Depth

// administrator is the role System Administrator, whatever it is called in the organisation's language.
//
// Dataverse: "Role templates".
const administrator = "627090ff-40a3-4053-8790-584edc5be201"

// once is how the questions about rights are put: once, so that what a server does not tell holds up nobody.
func (s *Source) once(ctx context.Context, address string, v any) error {
	_, err := s.quick.JSON(ctx, rest.Request{Address: address, NoRepeat: true, Limit: 32 << 20}, v)
	return err
}

func (s *Source) askWho(ctx context.Context) (person, error) {
	var who whoAmI
	if err := s.once(ctx, "WhoAmI", &who); err != nil {
		return person{}, err
	}
	p := person{id: guidOr(who.UserID), unit: guidOr(who.BusinessUnitID)}
	if p.id == "" {
		return p, notDataverse(nil)
	}
	var user struct {
		FullName      string  `json:"fullname"`
		DomainName    string  `json:"domainname"`
		ApplicationID *string `json:"applicationid"`
		Disabled      bool    `json:"isdisabled"`
		Access        *int    `json:"accessmode"`
		Licensed      *bool   `json:"islicensed"`
	}
	// Who may not read users is not in the way. Old servers know fewer of the fields.
	for _, fields := range []string{"fullname,domainname,applicationid,isdisabled,accessmode,islicensed", "fullname,domainname,isdisabled"} {
		if err := s.once(ctx, "systemusers("+p.id+")?$select="+fields, &user); status(err) != 400 {
			break
		}
	}
	if p.name = short(user.FullName); p.name == "" {
		p.name = short(user.DomainName)
	}
	p.application = user.ApplicationID != nil && *user.ApplicationID != ""
	p.disabled, p.access, p.licensed = user.Disabled, user.Access, user.Licensed
	return p, nil
}

func (s *Source) askRoles(ctx context.Context, user string) (roles, error) {
	type role struct {
		Name     string `json:"name"`
		Template string `json:"_roletemplateid_value"`
	}
	var answer struct{ Value []role }
	address := "systemusers(" + user + ")/systemuserroles_association?$select=name"
	err := s.once(ctx, address+",_roletemplateid_value", &answer)
	if status(err) == 400 {
		err = s.once(ctx, address, &answer)
	}
	if err != nil {
		return roles{}, err
	}
	var r roles
	for _, one := range answer.Value {
		r.names = append(r.names, short(one.Name))
		r.admin = r.admin || strings.EqualFold(one.Template, administrator) || one.Template == "" && one.Name == "System Administrator"
	}
	return r, nil
}

// askRights asks for all privileges at once.
//
// Web API: RetrieveUserPrivileges: those of the user's own roles and of the teams' together.
func (s *Source) askRights(ctx context.Context, user string) (*rights, error) {
	var answer struct {
		RolePrivileges []struct {
			PrivilegeName string
			PrivilegeID   string `json:"PrivilegeId"`
			Depth         any
		}
	}
	if err := s.once(ctx, "systemusers("+user+")/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()", &answer); err != nil {
		return nil, err
	}
	r := &rights{byName: make(map[string]depth), byID: make(map[string]depth)}
	for _, p := range answer.RolePrivileges {
		if name := strings.ToLower(p.PrivilegeName); name != "" {
			r.byName[name] = max(r.byName[name], depthOf(p.Depth))
		}
		if id := guidOr(p.PrivilegeID); id != "" {
			r.byID[id] = max(r.byID[id], depthOf(p.Depth))
		}
	}
	return r, nil
}

// depthOf reads a depth as Dataverse writes it, as a name or a number.
func depthOf(v any) depth {
	switch v {
	case "Basic", float64(0):
		return core.DepthUser
	case "Local", float64(1):
		return core.DepthUnit
	case "Deep", float64(2):
		return core.DepthUnits
	case "Global", float64(3):
		return core.DepthGlobal
	}
	return core.DepthNone
}

// A privilege is what a table's definition says of one of its rights.
type privilege struct {
	ID   string `json:"PrivilegeId"`
	Name string
	Type string `json:"PrivilegeType"`
}

func (s *Source) askPrivileges(ctx context.Context, table string) ([]privilege, error) {
	var answer struct{ Privileges []privilege }
	err := s.once(ctx, entity(table)+"?$select=LogicalName,Privileges", &answer)
	return answer.Privileges, err
}

// reach is how far a right to a table goes; DepthNone when that is not known or there is none. name is what the right is
// called.
func (s *Source) reach(ctx context.Context, r *rights, d definition, right string) (name string, reach depth) {
	name = "prv" + right + d.SchemaName
	if d.SchemaName == "" {
		name += d.LogicalName
	}
	if r == nil {
		return name, core.DepthNone
	}
	if len(r.byName) > 0 {
		if reach = r.byName[strings.ToLower(name)]; reach == core.DepthNone && d.IsActivity { // activities share one set
			name = "prv" + right + "Activity"
			reach = r.byName[strings.ToLower(name)]
		}
		return name, reach
	}
	if len(r.byID) == 0 {
		return name, core.DepthNone
	}
	list, err := remember(ctx, s, "privileges "+d.LogicalName, func(ctx context.Context) ([]privilege, error) {
		return s.askPrivileges(ctx, d.LogicalName)
	})
	if err != nil {
		return name, core.DepthNone
	}
	for _, p := range list {
		if strings.EqualFold(p.Type, right) || strings.EqualFold(p.Name, name) {
			return p.Name, r.byID[guidOr(p.ID)]
		}
	}
	return name, core.DepthNone
}

// What was found out about who signed in is remembered under these names.
const (
	knownPerson  = "who signed in"
	knownRoles   = "roles"
	knownRights  = "rights"
	knownSecured = "secured"
)

// rights tells what who signed in may do; nil when the environment does not say.
func (s *Source) rights(ctx context.Context) *rights {
	who, err := remember(ctx, s, knownPerson, s.askWho)
	if err != nil {
		return nil
	}
	r, err := remember(ctx, s, knownRights, func(ctx context.Context) (*rights, error) {
		r, err := s.askRights(ctx, who.id)
		if refused(err) {
			return &rights{}, nil // it will not say so later either
		}
		return r, err
	})
	if err != nil {
		return nil
	}
	return r
}

// secured says of a table's attributes which ones column security hides from who signed in. known is false when the
// environment does not tell: then each of them may come back empty.
//
// Web API: RetrievePrincipalAttributePrivileges: what field security profiles give a user, directly and by teams, each by
// the id of the attribute; CanRead is 4 where reading is allowed. Dataverse: a System Administrator sees all.
func (s *Source) secured(ctx context.Context, attributes []attribute) (hidden []string, known bool) {
	var list []attribute
	for _, a := range attributes {
		if is(a.IsSecured, true) && !is(a.IsValidForRead, false) && a.AttributeOf == "" {
			list = append(list, a)
		}
	}
	if len(list) == 0 {
		return nil, true
	}
	may, err := s.columns(ctx)
	if err != nil {
		may = nil
	}
	for _, a := range list {
		id := guidOr(a.MetadataID)
		if may == nil || id == "" {
			return namesOf(list), false
		}
		if !may[""] && !may[id] {
			hidden = append(hidden, a.LogicalName)
		}
	}
	return hidden, true
}

func namesOf(list []attribute) []string {
	names := make([]string, len(list))
	for i := range list {
		names[i] = list[i].LogicalName
	}
	slices.Sort(names)
	return names
}

// columns are the ids of the secured attributes that may be read; "" stands for all. nil is not known.
func (s *Source) columns(ctx context.Context) (map[string]bool, error) {
	who, err := remember(ctx, s, knownPerson, s.askWho)
	if err != nil {
		return nil, err
	}
	return remember(ctx, s, knownSecured, func(ctx context.Context) (map[string]bool, error) {
		has, err := remember(ctx, s, knownRoles, func(ctx context.Context) (roles, error) { return s.askRoles(ctx, who.id) })
		if err == nil && has.admin {
			return map[string]bool{"": true}, nil
		}
		var answer struct {
			AttributePrivileges []struct {
				ID      string `json:"AttributeId"`
				CanRead any
			}
		}
		err = s.once(ctx, "systemusers("+who.id+")/Microsoft.Dynamics.CRM.RetrievePrincipalAttributePrivileges()", &answer)
		if refused(err) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		may := make(map[string]bool)
		for _, p := range answer.AttributePrivileges {
			if id := guidOr(p.ID); id != "" {
				may[id] = p.CanRead == float64(4) || p.CanRead == "Allowed" || p.CanRead == true
			}
		}
		return may, nil
	})
}

// guidOr is a GUID in lower case; "" when the text is none.
func guidOr(text string) string {
	g, _ := scan.GUID(text)
	return g
}

// short is a name that came from outside, as it can be shown: one line, no signs that turn the reading direction.
func short(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > 100 {
		text = string(runes[:100]) + "…"
	}
	return strings.TrimSpace(text)
}

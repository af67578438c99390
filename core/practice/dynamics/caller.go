package dynamics

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"ferry/core/practice/world"
)

// A caller is the user of the environment on whose behalf a request is answered.
type caller struct {
	store  *store
	user   world.User
	userID string
	unitID string
}

// caller finds the user that a token belongs to.
//
// Web API: who is no user of the environment, is disabled or has no role gets 403 with a code of its own.
func (s *Server) caller(who Identity) (*caller, error) {
	var u world.User
	var ok bool
	if who.User != "" {
		u, ok = s.store.world.User(who.User)
	} else if who.Application {
		u, ok = s.store.world.ApplicationUser(who.ApplicationID)
	} else {
		u, ok = s.store.world.UserBy(func(u world.User) bool {
			return u.ObjectID != "" && strings.EqualFold(u.ObjectID, who.ObjectID)
		})
	}
	switch {
	case !ok:
		return nil, &failure{status: http.StatusForbidden, code: "0x80072560", message: "The user is not a member of the organization."}
	case u.Disabled:
		return nil, &failure{status: http.StatusForbidden, code: "0x80040225", message: "The specified user is disabled. User Id = " + u.Key + "."}
	case u.Unlicensed:
		return nil, &failure{status: http.StatusForbidden, code: "0x8004d24b", message: "The user does not have a licence that lets it use this organization. User Id = " + u.Key + "."}
	case u.NoRoles:
		return nil, &failure{status: http.StatusForbidden, code: "0x80042f09", message: "User with SystemUserId=" + u.Key + " has not been assigned any roles."}
	}
	return &caller{store: s.store, user: u, userID: u.Key, unitID: u.BusinessUnit}, nil
}

// readsSecured reports whether column security lets the caller read a column.
func (c *caller) readsSecured(table string, col *world.Column) bool {
	return c.user.SeesColumn(table, col.Logical)
}

// mayRead refuses who has no right to read a table.
func (c *call) mayRead(m *model) error {
	return c.may(m, "Read")
}

// may refuses who has no right of that kind to a table.
func (c *call) may(m *model, right string) error {
	if c.store.world.DepthOf(c.caller.userID, c.store.world.Privilege(m.Table, right)) != "" {
		return nil
	}
	return c.denied(m, right)
}

func (c *call) denied(m *model, right string) error {
	name := c.store.world.Privilege(m.Table, right)
	return &failure{status: http.StatusForbidden, code: "0x80040220", message: fmt.Sprintf(
		"Principal user (Id=%s, type=8, roleCount=%d, privilegeCount=%d, accessMode=0), is missing %s privilege (Id=%s) on OTC=%d for entity '%s'. context.Caller=%s",
		c.caller.userID, len(c.caller.user.Roles), len(c.store.world.Grants(c.caller.userID)), name, c.store.world.PrivilegeID(name), m.ObjectTypeCode, m.Logical, c.caller.userID)}
}

// restrict lets a question find only what the caller may see: the own rows, or those of the own business unit.
func (q *question) restrict() {
	depth := q.store.world.Depth(q.caller.userID, q.model.Table)
	owner, unit := q.model.logical["ownerid"], q.model.logical["owningbusinessunit"]
	switch {
	case depth == "Basic" && owner != nil:
		q.reads = append(q.reads, owner.Index)
		q.visible = func(s *scope) bool { return s.rows[0].Cells[owner.Index].S == q.caller.userID }
	case (depth == "Local" || depth == "Deep") && unit != nil:
		q.reads = append(q.reads, unit.Index)
		units := []string{q.caller.unitID}
		if depth == "Deep" {
			units = q.store.world.UnitsBelow(q.caller.unitID)
		}
		q.visible = func(s *scope) bool { return slices.Contains(units, s.rows[0].Cells[unit.Index].S) }
	}
}

// mayTrack refuses change tracking where it is off, where the caller does not see all, and with other options.
func (c *call) mayTrack(m *model) error {
	if !m.Tracked {
		return &failure{status: http.StatusBadRequest, code: "0x80072491", message: "Entity " + m.Logical + " isn't enabled for change tracking."}
	}
	for _, o := range []string{"$filter", "$orderby", "$expand", "$top"} {
		if c.opts.given[o] {
			return badURI(fmt.Sprintf(`The "%s" query parameter isn't supported when Change Tracking is enabled.`, o))
		}
	}
	if c.store.world.Depth(c.caller.userID, m.Table) != "Global" {
		return c.denied(m, "Read")
	}
	return nil
}

// find returns the row that a segment such as accounts(…) names: by id or by an alternate key.
func (c *call) find(m *model, s segment) (*world.Row, error) {
	key, err := c.keyOf(m, s.args)
	if err != nil {
		return nil, err
	}
	row := c.store.row(m.Logical, key)
	if row == nil {
		return nil, noRow(m.Logical, key)
	}
	return row, nil
}

// keyOf returns the id in parentheses. Named by an alternate key, the row is looked for.
func (c *call) keyOf(m *model, args string) (string, error) {
	name, value := keyword(args)
	if name == "" || name == m.Key && !strings.Contains(args, ",") {
		value = strings.ToLower(strings.Trim(value, "{}"))
		if !wholeGUID.MatchString(value) {
			return "", badURI("Bad Request - Error in query syntax.")
		}
		return value, nil
	}
	return c.byAlternateKey(m, args)
}

func (c *call) byAlternateKey(m *model, args string) (string, error) {
	toks, err := lex(args)
	if err != nil {
		return "", err
	}
	given := map[string]string{}
	var names []string
	for i := 0; i+2 < len(toks); i += 4 {
		if toks[i].kind != tokName || toks[i+1].text != "=" {
			return "", badURI("Bad Request - Error in query syntax.")
		}
		n := strings.TrimSuffix(strings.TrimPrefix(toks[i].text, "_"), "_value")
		names = append(names, n)
		given[n] = toks[i+2].text
	}
	if !hasKey(m, names) {
		return "", &failure{status: http.StatusBadRequest, code: "0x80060890", message: "The specified key attributes are not a defined key for the " + m.Logical + " entity"}
	}
	var want []int
	cells := map[int]world.Cell{}
	for n, v := range given {
		col := m.logical[n]
		cell, ok := cellFor(col, v)
		if !ok {
			return "", badURI("Bad Request - Error in query syntax.")
		}
		want = append(want, col.Index)
		cells[col.Index] = cell
	}
	var r world.Row
	for i := range c.store.world.Positions(m.Table) {
		if c.store.world.RowInto(m.Table, i, want, &r) && matches(&r, cells) {
			return r.Key, nil
		}
	}
	return "", &failure{status: http.StatusNotFound, code: "0x80060891", message: "A record with the specified key values does not exist in " + m.Logical + " entity"}
}

func hasKey(m *model, names []string) bool {
	for _, k := range m.Keys {
		if k.Status != "Active" || len(k.Columns) != len(names) {
			continue
		}
		all := true
		for _, n := range names {
			found := false
			for _, col := range k.Columns {
				found = found || col == n
			}
			all = all && found && m.logical[n] != nil
		}
		if all {
			return true
		}
	}
	return false
}

func matches(r *world.Row, cells map[int]world.Cell) bool {
	for i, want := range cells {
		have := r.Cells[i]
		if have.Kind == world.Null || compareCells(&have, &want) != 0 {
			return false
		}
	}
	return true
}

// rolesOfUser is the collection of a user's security roles.
const rolesOfUser = "systemuserroles_association"

// roles returns the positions of a user's roles.
func (st *store) roles(user string) []int {
	t := st.world.Table("role")
	u, ok := st.world.User(user)
	if t == nil || !ok {
		return nil
	}
	var at []int
	for _, key := range u.Roles {
		if i, ok := st.world.Find(t, key); ok {
			at = append(at, i)
		}
	}
	slices.Sort(at)
	return at
}

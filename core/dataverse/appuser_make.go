package dataverse

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"ferry/core"
	"ferry/core/rest"
)

// MakeApplicationUser does what the plan says and nothing else. It looks before each step, so that a second call after
// one that was cut off makes nothing twice; a plan is good for as long as its Source.
//
// Web API: POST systemusers with applicationid and a business unit; POST roles; AddPrivilegesRole (bound to the role, depths
// by name); POST systemusers(id)/systemuserroles_association/$ref.
func (s *Source) MakeApplicationUser(ctx context.Context, plan ApplicationUserPlan) error {
	if plan.root == "" || plan.ClientID == "" || len(plan.privilege) == 0 {
		return core.During(opMakeUser, planGone())
	}
	return core.During(opMakeUser, s.makeApplicationUser(ctx, plan))
}

const opMakeUser = "making the application user"

func (s *Source) makeApplicationUser(ctx context.Context, p ApplicationUserPlan) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	if err := s.makeUser(ctx, &p); err != nil {
		return err
	}
	if err := s.makeRole(ctx, &p); err != nil {
		return err
	}
	if err := s.giveRole(ctx, &p); err != nil {
		return err
	}
	s.forget()
	return nil
}

// makeUser makes the application user, or enables it.
func (s *Source) makeUser(ctx context.Context, p *ApplicationUserPlan) error {
	now := ApplicationUserPlan{ClientID: p.ClientID, root: p.root, unit: p.root}
	if err := s.planUser(ctx, &now); err != nil {
		return err
	}
	if now.user == "" {
		err := s.write(ctx, http.MethodPost, "systemusers", map[string]any{
			"applicationid": p.ClientID, "businessunitid@odata.bind": "/businessunits(" + p.root + ")",
		})
		if err != nil {
			return err
		}
		if err := s.planUser(ctx, &now); err != nil {
			return err
		}
		if now.user == "" {
			return notMade("the application user")
		}
	}
	p.user, p.unit = now.user, now.unit
	if now.disabled {
		return s.write(ctx, http.MethodPatch, "systemusers("+p.user+")", map[string]any{"isdisabled": false})
	}
	return nil
}

// makeRole makes the role in the root business unit and gives it the rights that it lacks. Dynamics itself adds a few
// rights of its own to every new role.
func (s *Source) makeRole(ctx context.Context, p *ApplicationUserPlan) (err error) {
	if p.role, err = s.findRole(ctx, p.Role, p.root); err != nil {
		return err
	}
	if p.role == "" {
		err := s.write(ctx, http.MethodPost, "roles", map[string]any{
			"name": p.Role, "businessunitid@odata.bind": "/businessunits(" + p.root + ")",
		})
		if err != nil {
			return err
		}
		if p.role, err = s.findRole(ctx, p.Role, p.root); err != nil {
			return err
		}
		if p.role == "" {
			return notMade("the security role")
		}
	}
	has, err := s.privilegesOf(ctx, p.role)
	if err != nil && !refused(err) {
		return err
	}
	var lacking []rolePrivilege
	for _, one := range p.privilege {
		if !has[one.PrivilegeID] {
			lacking = append(lacking, one)
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	return s.write(ctx, http.MethodPost, "roles("+p.role+")/Microsoft.Dynamics.CRM.AddPrivilegesRole", map[string]any{"Privileges": lacking})
}

// giveRole gives the role to the user. A user of another business unit gets that unit's copy of it.
func (s *Source) giveRole(ctx context.Context, p *ApplicationUserPlan) error {
	names, err := s.rolesOf(ctx, p.user)
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == p.Role {
			return nil
		}
	}
	role := p.role
	if p.unit != p.root {
		own, err := s.findRole(ctx, p.Role, p.unit)
		if err != nil {
			return err
		}
		if own == "" {
			return notMade("the security role in the user's business unit")
		}
		role = own
	}
	err = s.write(ctx, http.MethodPost, "systemusers("+p.user+")/systemuserroles_association/$ref", map[string]any{"@odata.id": s.root + "roles(" + role + ")"})
	var a *rest.Answer
	if errors.As(err, &a) && strings.Contains(strings.ToLower(a.Message), "duplicate") {
		return nil // somebody else was quicker
	}
	return err
}

// write sends something that changes the environment. It is sent once: whoever repeats it looks first what is there.
func (s *Source) write(ctx context.Context, method, address string, what any) error {
	body, err := json.Marshal(what)
	if err != nil {
		return err
	}
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	if method == http.MethodPatch {
		header.Set("If-Match", "*") // change it, never make it
	}
	_, err = s.rest.JSON(ctx, rest.Request{Method: method, Address: address, Body: body, Header: header, Op: opMakeUser}, nil)
	return err
}

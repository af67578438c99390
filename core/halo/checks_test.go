package halo

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

func checks(d *Destination, tables ...string) map[string]core.Check {
	last := map[string]core.Check{}
	d.Checks(context.Background(), core.Need{Tables: tables, Fresh: true}, func(c core.Check) { last[c.ID] = c })
	return last
}

func TestChecksSayWhatAnImportNeeds(t *testing.T) {
	full := practice.Customer{Name: "Contoso"}
	for _, c := range []struct {
		name     string
		settings practice.Settings
		values   []string
		id       string
		state    core.CheckState
		code     string
	}{
		{"all is well", practice.Settings{}, []string{"link-module", "77", "default-site", "Contoso/Main"}, "marks", core.CheckPassed, ""},
		{"the default site is there", practice.Settings{}, []string{"default-site", "Contoso/Main"}, "site", core.CheckPassed, ""},
		{"the default site is not there", practice.Settings{}, []string{"default-site", "Contoso/Other"}, "site", core.CheckFailed, "halo.no-default-site"},
		{"the agent sees some customers", practice.Settings{Restricted: true}, nil, "agent", core.CheckFailed, "halo.agent-restricted"},
		{"nobody tells what the agent sees", practice.Settings{Restricted: true, AgentRight: "none"}, nil, "agent", core.CheckPassed, ""},
		{"the scope is missing", practice.Settings{Scopes: "read:customers"}, []string{"scope", "all"}, "signin", core.CheckFailed, "halo.scope-refused"},
		{"sign-in elsewhere", practice.Settings{AuthInfo: "elsewhere"}, nil, "address", core.CheckFailed, "halo.other-host"},
		{"sign-in in the clear", practice.Settings{AuthInfo: "plain"}, nil, "address", core.CheckFailed, "halo.bad-authinfo"},
		{"nothing is told of the sign-in", practice.Settings{AuthInfo: "missing"}, nil, "signin", core.CheckPassed, ""},
		{"the tenant is needed and found", practice.Settings{NeedTenant: true}, nil, "signin", core.CheckPassed, ""},
		{"the tenant is needed and not found", practice.Settings{NeedTenant: true, NoTenantID: true}, nil, "signin", core.CheckFailed, "halo.secret-refused"},
		{"the tenant is needed and given", practice.Settings{NeedTenant: true, NoTenantID: true}, []string{"tenant", "practice"}, "signin", core.CheckPassed, ""},
		{"a wrong secret", practice.Settings{}, []string{"secret", "wrong"}, "signin", core.CheckFailed, "halo.secret-refused"},
		{"no mark can be left", practice.Settings{}, nil, "marks", core.CheckWarned, "halo.one-by-one"},
		{"links cannot be read", practice.Settings{Links: "unreadable"}, []string{"link-module", "77"}, "marks", core.CheckWarned, "halo.links-fail"},
		{"people may be written to", practice.Settings{}, []string{"notify", "true"}, "quiet", core.CheckWarned, "halo.may-notify"},
		{"a custom table that is not there", practice.Settings{}, nil, "table-ctnone", core.CheckFailed, "halo.no-table"},
		{"customers", practice.Settings{}, nil, "table-customers", core.CheckPassed, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, c.settings, full)
			got := checks(w.open(c.values...), "customers", "CTNone")[c.id]
			code := ""
			if got.Fault != nil {
				code = got.Fault.Code
			}
			if got.State != c.state || code != c.code {
				t.Errorf("%s is %s %s %q", c.id, got.State, code, got.Detail)
			}
			for _, r := range w.halo.Requests() {
				if r.Method == "POST" && !strings.HasSuffix(r.Path, "token") {
					t.Errorf("a check wrote: %s", r.Path)
				}
			}
		})
	}
}

func TestAStepThatDependsOnAFailedOneIsNotTried(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	all := checks(w.open("secret", "wrong"), "customers")
	for _, id := range []string{"version", "customers", "agent", "site", "marks", "table-customers"} {
		if all[id].State != core.CheckUntried {
			t.Errorf("%s is %s", id, all[id].State)
		}
	}
}

func TestAChecksCrossSaysThatUsersCannotBeRead(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	w.refuse = func(r *http.Request) int {
		if strings.EqualFold(r.URL.Path, "/api/Users") {
			return http.StatusForbidden
		}
		return 0
	}
	all := checks(w.open(), "customers", "users")
	if all["table-users"].State != core.CheckFailed || all["table-customers"].State != core.CheckPassed {
		t.Errorf("users are %s, customers %s", all["table-users"].State, all["table-customers"].State)
	}
}

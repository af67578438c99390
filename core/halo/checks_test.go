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
		{"a field for the id is misspelt", practice.Settings{}, []string{"link-module", "77", "id-fields", "ref, oter5"}, "marks", core.CheckWarned, "halo.no-id-fields"},
		{"a field for the id cannot hold it", practice.Settings{}, []string{"link-module", "77", "id-fields", "ref, inactive"}, "marks", core.CheckWarned, "halo.no-id-fields"},
		{"fields for the id are there", practice.Settings{}, []string{"link-module", "77", "id-fields", "REF, other5"}, "marks", core.CheckPassed, ""},
		{"custom fields may not be seen", practice.Settings{Scopes: customersOnly}, []string{"scope", customersOnly}, "table-customers", core.CheckWarned, "halo.fields-unseen"},
		{"whether it is misspelt cannot be seen", practice.Settings{Scopes: customersOnly}, []string{"scope", customersOnly, "link-module", "77", "id-fields", "CFDynamicsId"}, "marks", core.CheckPassed, ""},
		{"a misspelling that can be seen all the same", practice.Settings{Scopes: customersOnly}, []string{"scope", customersOnly, "id-fields", "CFDynamicsId, oter5"}, "marks", core.CheckWarned, "halo.no-id-fields"},
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

// customersOnly are the scopes of an application that may see no custom fields.
const customersOnly = "read:customers edit:customers"

// What is wrong with the fields for the id is named, and nothing else is; a field that only a custom table has is right.
func TestTheTestNamesTheFieldsForTheIDThatDoNothing(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	w.halo = practice.New(practice.Options{Address: w.server.URL, Tenant: "practice", ClientID: testID, Secret: testSecret, Seed: practice.Instance(), Now: w.clock})
	c := checks(w.open("id-fields", "ref, CFDynamcsId, CFVoyage, cfuserdynamicsid"), "customers", "users")["marks"]
	if c.State != core.CheckWarned || c.Fault == nil || !strings.Contains(c.Fault.Cause, ": CFDynamcsId.") || c.Fault.Subject.Field != "id-fields" {
		t.Errorf("%+v %+v", c, c.Fault)
	}
}

// Without a default site the test warns where contacts are to be imported, and only there.
func TestTheTestSaysWhatHappensWithoutADefaultSite(t *testing.T) {
	w := newWorld(t, practice.Settings{}, practice.Customer{Name: "Contoso"})
	for _, one := range []struct {
		tables, set []string
		state       core.CheckState
	}{
		{[]string{"account", "contact"}, nil, core.CheckWarned}, {[]string{"users"}, nil, core.CheckWarned},
		{[]string{"account"}, nil, core.CheckPassed}, {nil, nil, core.CheckPassed},
		{[]string{"contact"}, []string{"default-site", "Contoso/Main"}, core.CheckPassed},
	} {
		c := checks(w.open(one.set...), one.tables...)["site"]
		if c.State != one.state || c.State == core.CheckWarned && (c.Fault.Code != "halo.no-home" || !strings.Contains(c.Fault.Cause, "not imported wait")) {
			t.Errorf("%v %v: %+v %+v", one.tables, one.set, c, c.Fault)
		}
	}
}

// A mapping that names a custom field is told why that is not to be seen; one that names none is warned all the same.
func TestTheTestSaysThatCustomFieldsAreNotShown(t *testing.T) {
	w := newWorld(t, practice.Settings{Scopes: customersOnly})
	for column, state := range map[string]core.CheckState{"website": core.CheckWarned, "CFTier": core.CheckFailed} {
		need := core.Need{Mapped: []core.Mapped{{Title: "Accounts", Table: customers, Columns: []string{"name", column}}}}
		w.open("scope", customersOnly).Checks(context.Background(), need, func(c core.Check) {
			if c.ID == "mapped-1" && c.State != core.CheckRunning && (c.State != state || c.Fault == nil || c.Fault.Code != "halo.fields-unseen") {
				t.Errorf("%s: %+v %+v", column, c, c.Fault)
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

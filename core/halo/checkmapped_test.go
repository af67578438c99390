package halo

import (
	"context"
	"testing"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

func TestChecksHoldMappingsAgainstWhatHaloHas(t *testing.T) {
	for _, one := range []struct {
		name   string
		set    []string
		mapped core.Mapped
		state  core.CheckState
		code   string
	}{
		{"all is there", nil, core.Mapped{Table: customers, Columns: []string{"name", "CFTier"}, Values: map[string][]string{"CFTier": {"1", "standard"}}}, core.CheckPassed, ""},
		{"a mandatory field of Halo is not mapped", nil, core.Mapped{Table: customers, Columns: []string{"CFTier"}}, core.CheckFailed, "halo.mandatory"},
		{"a mandatory custom field is not mapped", nil, core.Mapped{Table: users, Columns: []string{"name"}}, core.CheckFailed, "halo.mandatory"},
		{"a mandatory custom field is mapped", nil, core.Mapped{Table: users, Columns: []string{"name", "cfmust"}}, core.CheckPassed, ""},
		{"a field was deleted", nil, core.Mapped{Table: customers, Columns: []string{"name", "CFGone"}}, core.CheckFailed, "halo.fields-gone"},
		{"a missing field will be made", []string{"make", "true"}, core.Mapped{Table: customers, Columns: []string{"name", "CFGone"}}, core.CheckPassed, ""},
		{"a value was deleted", nil, core.Mapped{Table: customers, Columns: []string{"name", "CFTier"}, Values: map[string][]string{"CFTier": {"99"}}}, core.CheckFailed, "halo.values-gone"},
		{"a field cannot be written", nil, core.Mapped{Table: customers, Columns: []string{"name", "CFBerths"}}, core.CheckFailed, "halo.read-only"},
		{"a table was deleted", nil, core.Mapped{Table: "CTGone", Columns: []string{"CFA"}}, core.CheckFailed, "halo.no-table"},
		{"a row needs its parent", nil, core.Mapped{Table: "CTVoyages", Columns: []string{"CFVoyage"}}, core.CheckFailed, "halo.mandatory"},
	} {
		t.Run(one.name, func(t *testing.T) {
			w := newWorld(t, practice.Settings{})
			seed := practice.Instance()
			seed.Fields = append(seed.Fields, practice.Field{Table: 4, Name: "CFMust", Type: practice.TypeText, Mandatory: true})
			w.halo = practice.New(practice.Options{Address: w.server.URL, Tenant: "practice", ClientID: testID, Secret: testSecret, Seed: seed, Now: w.clock})
			last := map[string]core.Check{}
			w.open(one.set...).Checks(context.Background(), core.Need{Tables: []string{"account"}, Mapped: []core.Mapped{one.mapped}}, func(c core.Check) { last[c.ID] = c })
			c := last["mapped-1"]
			if code := ""; c.Fault != nil {
				code = c.Fault.Code
				if code != one.code {
					t.Errorf("%s: %v", code, c.Fault)
				}
			} else if one.code != "" {
				t.Errorf("no Fault: %+v", c)
			}
			if c.State != one.state {
				t.Errorf("%+v", c)
			}
			if _, twice := last["table-customers"]; twice && one.mapped.Table == customers {
				t.Error("a table is looked at twice")
			}
		})
	}
}

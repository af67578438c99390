package mapping

import (
	"testing"

	"ferry/core"
)

func TestLookupsThatCloseACircleGetASecondPass(t *testing.T) {
	byRecord := func(t core.Table, id string) Mapping {
		m := Default(t)
		m.ID = id
		for i := range m.Columns {
			if f := t.Field(m.Columns[i].Field); f.Type.IsLookup() && m.Columns[i].Part == Whole {
				m.Columns[i].Lookup = &Lookup{By: ByRecord}
			}
		}
		return m
	}
	passes := func(m Mapping) map[string]int {
		out := map[string]int{}
		for _, b := range m.Columns {
			if b.Lookup != nil {
				out[b.Field] = b.Pass
			}
		}
		return out
	}
	given := []Mapping{byRecord(account(), "account"), byRecord(contact(), "contact")}
	all := Passes(given, known)
	a, c := passes(all[0]), passes(all[1])
	if a["parentaccountid"] != 2 || a["primarycontactid"] != 2 || a["ownerid"] != 0 {
		t.Errorf("of accounts: %v", a)
	}
	if c["parentcustomerid"] != 2 { // it may point at a contact too
		t.Errorf("of contacts: %v", c)
	}
	given[1].Columns[len(given[1].Columns)-2].Lookup = &Lookup{By: ByRecord, Target: "account"}
	if c := passes(Passes(given, known)[1]); c["parentcustomerid"] != 0 {
		t.Errorf("of contacts, when only accounts are meant: %v", c)
	}
	if p := passes(given[0]); p["parentaccountid"] != 0 {
		t.Error("what was given is changed")
	}
	alone := Passes([]Mapping{byRecord(contact(), "contact")}, known)
	if p := passes(alone[0]); p["parentcustomerid"] != 2 {
		t.Errorf("of contacts alone: %v", p)
	}
}

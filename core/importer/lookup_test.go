package importer_test

import (
	"testing"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/mapping"
)

// belonging are accounts, and contacts whose account is found as a lookup says.
func belonging(l mapping.Lookup) []mapping.Mapping {
	return []mapping.Mapping{
		{ID: "account", Source: "account", Title: "accounts", Table: "firm", Key: "accountid", Columns: []mapping.Binding{
			{Column: "called", Type: core.ColumnText, Field: "name", MayEmpty: true},
		}},
		{ID: "contact", Source: "contact", Title: "contacts", Table: "person", Key: "contactid", Columns: []mapping.Binding{
			{Column: "firm", Type: core.ColumnText, Field: "parentcustomerid", Lookup: &l, MayEmpty: true},
		}},
	}
}

// firmOf are the ids of the people's firms, by key.
func firmOf(s *coretest.Store) map[string]string {
	out := map[string]string{}
	for _, r := range s.Rows("person") {
		out[r.Key] = r.Values["firm"].Canonical()
	}
	return out
}

func idsOf(s *coretest.Store, table string) map[string]string {
	out := map[string]string{}
	for _, r := range s.Rows(table) {
		out[r.Key] = r.ID
	}
	return out
}

func TestALookupIsFoundByAFieldOfTheDestinationAndNeverGuessed(t *testing.T) {
	a := accounts(10)
	a.Records[7].Values[1] = core.Text("Account 3")
	d := newDesk(t, coretest.StoreOptions{AssignsIDs: true, NotSettler: true}, a, contacts(10))
	d.job.Mappings = belonging(mapping.Lookup{By: mapping.ByField, Field: "called", Target: "account"})
	r := d.run()
	wants(t, r, "contact", importer.Counts{Created: 8, Refused: 2})
	ids, firms := idsOf(d.store, "firm"), firmOf(d.store)
	for i := range 10 {
		want := ids[key("account", i)]
		if i == 3 || i == 7 {
			want = ""
		}
		if firms[key("contact", i)] != want {
			t.Errorf("contact %d has the firm %q, want %q", i, firms[key("contact", i)], want)
		}
	}
	for _, x := range r.Refusals {
		if x.Fault.Code != "importer.lookup-several" || x.Fault.Subject.Field != "firm" {
			t.Errorf("refused with %+v", x.Fault)
		}
	}
}

func TestARecordWhoseParentIsNotImportedGetsTheDefaultAndMovesWhenItArrives(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(10), contacts(14))
	d.job.Mappings = belonging(mapping.Lookup{By: mapping.ByRecord, Target: "account", Default: "nobody"})
	wants(t, d.run(), "contact", importer.Counts{Created: 14})
	for i := 10; i < 14; i++ {
		if got := firmOf(d.store)[key("contact", i)]; got != "nobody" {
			t.Errorf("contact %d has the firm %q", i, got)
		}
	}
	wants(t, d.run(), "contact", importer.Counts{Unchanged: 14})
	d.store.Edit("person", key("contact", 13), map[string]core.Value{"firm": core.Text("moved")})
	d.source.Set(accounts(14))
	wants(t, d.run(), "contact", importer.Counts{Updated: 3, Unchanged: 11})
	for i := 10; i < 14; i++ {
		want := key("account", i)
		if i == 13 {
			want = "moved"
		}
		if got := firmOf(d.store)[key("contact", i)]; got != want {
			t.Errorf("contact %d has the firm %q, want %q", i, got, want)
		}
	}
}

func TestARecordWaitsForAParentThatWasRefusedAlsoWhereThereIsADefault(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(10), contacts(12))
	d.job.Mappings = belonging(mapping.Lookup{By: mapping.ByRecord, Target: "account", Default: "nobody"})
	refuse := true
	store := coretest.NewStore(coretest.StoreOptions{Refuse: func(_ core.Plan, r core.Record) *core.Fault {
		if refuse && r.Key == key("account", 4) {
			return &core.Fault{Kind: core.BadRecord, Code: "test.no", Cause: "No.", Remedy: "Mend it.", Owner: core.You}
		}
		return nil
	}})
	d.store, d.job.Destination = store, store.Open()
	r := d.run()
	wants(t, r, "account", importer.Counts{Created: 9, Refused: 1})
	wants(t, r, "contact", importer.Counts{Created: 11, Skipped: 1})
	if x := r.Refusals[len(r.Refusals)-1]; x.Key != key("contact", 4) || x.Fault.Code != "importer.waits" {
		t.Errorf("%+v", x)
	}
	refuse = false
	r = d.run()
	wants(t, r, "contact", importer.Counts{Created: 1, Unchanged: 11})
	if got := firmOf(store)[key("contact", 4)]; got != key("account", 4) {
		t.Errorf("it has the firm %q", got)
	}
}

func TestOnlyReferencesToTheTargetTableAreCarried(t *testing.T) {
	c := contacts(4)
	c.Records[2].Values[2] = core.Ref("contact", key("contact", 1))
	d := newDesk(t, coretest.StoreOptions{}, accounts(4), c)
	d.job.Mappings = belonging(mapping.Lookup{By: mapping.ByRecord, Target: "account"})
	wants(t, d.run(), "contact", importer.Counts{Created: 4})
	if got := firmOf(d.store); got[key("contact", 2)] != "" || got[key("contact", 1)] != key("account", 1) {
		t.Errorf("%v", got)
	}
}

func TestARuleThatADestinationCannotKeepIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(4))
	d.job.Destination = struct{ core.Destination }{d.job.Destination}
	d.job.Mappings[0].Columns[0].Made = mapping.FillBlanks
	if _, err := importer.Run(t.Context(), d.job, nil); err == nil || core.AsFault(err).Code != "importer.no-rules" {
		t.Errorf("got %v", err)
	}
	if d.store.Writes() != 0 {
		t.Error("it wrote all the same")
	}
}

func TestADestinationWithoutRulesIsNeverEmptiedWhereNobodySaidSo(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(4))
	d.job.Destination = struct{ core.Destination }{d.job.Destination}
	d.job.Mappings[0].Columns[0].MayEmpty = false
	d.run()
	empty := accounts(4)
	empty.Records[2].Values[1] = core.Null()
	d.source.Set(empty)
	d.run()
	if got := d.store.Rows("account")[2].Values["name"].AsText(); got != "Account 2" {
		t.Errorf("the name is %q", got)
	}
}

func TestOnlyOnNewRecordsHoldsForLookupsThatComeInASecondPass(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{AssignsIDs: true}, accounts(6))
	d.job.Mappings = []mapping.Mapping{{ID: "account", Source: "account", Title: "accounts", Table: "firm", Key: "accountid", Columns: []mapping.Binding{
		{Column: "parent", Type: core.ColumnText, Field: "parentaccountid", Lookup: &mapping.Lookup{By: mapping.ByRecord}, Made: mapping.OnlyNew},
	}}}
	wants(t, d.run(), "account", importer.Counts{Created: 6})
	ids := idsOf(d.store, "firm")
	parents := func() (all []string) {
		for _, r := range d.store.Rows("firm") {
			all = append(all, r.Values["parent"].Canonical())
		}
		return all
	}
	for i, got := range parents() {
		if i > 0 && got != ids[key("account", i-1)] {
			t.Errorf("account %d has the parent %q", i, got)
		}
	}
	d.store.Edit("firm", key("account", 5), map[string]core.Value{"parent": core.Null()})
	wants(t, d.run(), "account", importer.Counts{Unchanged: 6})
	if got := parents()[5]; got != "" {
		t.Errorf("a parent that somebody took away came back: %q", got)
	}
}

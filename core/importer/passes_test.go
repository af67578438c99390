package importer_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/mapping"
)

// resolving makes every lookup of a default mapping a reference to the destination's own id.
func resolving(all []mapping.Mapping, pass map[string]int) []mapping.Mapping {
	for m := range all {
		columns := all[m].Columns[:0]
		for _, c := range all[m].Columns {
			if c.Part == mapping.Target {
				continue
			}
			if p, ok := pass[c.Column]; ok {
				c.Resolve, c.Pass = c.Field != "statecode", p
			}
			columns = append(columns, c)
		}
		all[m].Columns = columns
	}
	return all
}

func circle() map[string]int {
	return map[string]int{"parentaccountid": 2, "primarycontactid": 2, "parentcustomerid": 2}
}

// linked checks that every lookup of the accounts and contacts points at the destination's own ids.
func linked(t *testing.T, name string, s *coretest.Store, a, c int) {
	t.Helper()
	ids := map[string]string{}
	for _, table := range []string{"account", "contact"} {
		for _, r := range s.Rows(table) {
			ids[r.Key] = r.ID
		}
	}
	has := func(r coretest.Row, column, target string) {
		t.Helper()
		_, id := r.Values[column].AsRef()
		if id == "" || id != ids[target] {
			t.Errorf("%s: %s of %s is %q, want %q", name, column, r.Key, id, ids[target])
		}
	}
	for i, r := range s.Rows("account") {
		if i > 0 {
			has(r, "parentaccountid", key("account", i-1))
		}
		if i < c {
			has(r, "primarycontactid", key("contact", i))
		}
	}
	for i, r := range s.Rows("contact") {
		if i < a {
			has(r, "parentcustomerid", key("account", i))
		}
	}
}

func TestCirclesAreWrittenInTwoPasses(t *testing.T) {
	for name, o := range map[string]coretest.StoreOptions{
		"a Settler":     {AssignsIDs: true, NotFinder: true},
		"a Finder":      {AssignsIDs: true, NotSettler: true},
		"neither":       {AssignsIDs: true, NotFinder: true, NotSettler: true},
		"both of these": {AssignsIDs: true},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, o, accounts(50), contacts(50))
			d.job.Mappings = resolving(d.job.Mappings, circle())
			r := d.run()
			wants(t, r, "account", importer.Counts{Created: 50})
			wants(t, r, "contact", importer.Counts{Created: 50})
			linked(t, "", d.store, 50, 50)
			r = d.run()
			wants(t, r, "account", importer.Counts{Unchanged: 50})
			wants(t, r, "contact", importer.Counts{Unchanged: 50})
			if n := sum(t, r, "account").Unresolved; n != 0 {
				t.Errorf("%d lookups were left empty", n)
			}
		})
	}
}

func TestALookupWhoseRecordIsNotThereIsLeftEmptyAndToldSo(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{AssignsIDs: true}, accounts(30), contacts(20))
	d.job.Mappings = resolving(d.job.Mappings, circle())
	r := d.run()
	wants(t, r, "account", importer.Counts{Created: 30})
	if n := sum(t, r, "account").Unresolved; n != 10 {
		t.Errorf("%d lookups were left empty", n)
	}
	if len(r.Refusals) != 10 || r.Refusals[0].Fault.Code != "importer.lookup-left-empty" || r.Refusals[0].Kind != core.Updated && r.Refusals[0].Kind != core.Created {
		t.Errorf("exceptions %+v", r.Refusals)
	}
	// The contacts come later; then the lookups are filled.
	d.source.Set(contacts(30))
	r = d.run()
	wants(t, r, "account", importer.Counts{Updated: 10, Unchanged: 20})
	linked(t, "", d.store, 30, 30)
}

func TestARowWaitsWhereALookupCannotComeLater(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{AssignsIDs: true}, accounts(10), contacts(12))
	d.job.Mappings = resolving(d.job.Mappings, map[string]int{"parentcustomerid": 1})
	for m := range d.job.Mappings {
		if d.job.Mappings[m].Source == "account" {
			d.job.Mappings[m].Columns = d.job.Mappings[m].Columns[:1]
			continue
		}
		for c := range d.job.Mappings[m].Columns {
			if b := &d.job.Mappings[m].Columns[c]; b.Resolve { // a customer that is a contact could come later
				b.Lookup = &mapping.Lookup{By: mapping.ByRecord, Target: "account"}
			}
		}
	}
	r := d.run()
	wants(t, r, "account", importer.Counts{Created: 10})
	wants(t, r, "contact", importer.Counts{Created: 10, Skipped: 2})
	if len(r.Refusals) != 2 || r.Refusals[0].Fault.Code != "importer.waits" {
		t.Errorf("exceptions %+v", r.Refusals)
	}
}

func TestARefusalInALaterPassIsARefusalInTheReceipt(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{AssignsIDs: true, Refuse: func(p core.Plan, r core.Record) *core.Fault {
		for i, c := range p.Columns {
			if c.Name == "primarycontactid" && r.Key == key("account", 3) && !r.Values[i].Empty() {
				return &core.Fault{Kind: core.BadRecord, Code: "test.no", Cause: "No.", Remedy: "Mend it.", Owner: core.You}
			}
		}
		return nil
	}}, accounts(10), contacts(10))
	d.job.Mappings = resolving(d.job.Mappings, circle())
	r := d.run()
	c := sum(t, r, "account")
	if c.Refused != 1 || c.Created != 9 {
		t.Errorf("counts %+v", c)
	}
}

func TestTheStateComesInTheLastPass(t *testing.T) {
	state := coretest.NewData("case", field("caseid", core.TypeID), field("title", core.TypeText), field("statecode", core.TypeText))
	for i := range 5 {
		state.Add(key("case", i), core.Text("Case"), core.Text("closed"))
	}
	d := newDesk(t, coretest.StoreOptions{AssignsIDs: true}, state)
	d.job.Mappings = resolving(d.job.Mappings, map[string]int{"statecode": 3})
	wants(t, d.run(), "case", importer.Counts{Created: 5})
	for _, r := range d.store.Rows("case") {
		if r.Writes != 2 || r.Values["statecode"] != core.Text("closed") {
			t.Errorf("row %+v", r)
		}
	}
}

func TestAKillAfterAnyStepOfTwoPasses(t *testing.T) {
	for name, o := range map[string]coretest.StoreOptions{
		"a Settler": {AssignsIDs: true},
		"a Finder":  {AssignsIDs: true, NotSettler: true},
	} {
		t.Run(name, func(t *testing.T) {
			var store *coretest.Store
			plain := memoryWorld(t, o, &store)
			fresh := func(t *testing.T) world {
				w := plain(t)
				w.mappings = resolving(w.mappings, circle())
				return w
			}
			everyStep(t, fresh, func(t *testing.T, name string, w world) {
				once(t, name, store, "account", 25)
				once(t, name, store, "contact", 12)
				linked(t, name, store, 25, 12)
				w.story(t, name, map[string]importer.Counts{"account": {Created: 25}, "contact": {Created: 12}})
			})
		})
	}
}

func TestARunWithOwedRowsHasNotEnded(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{AssignsIDs: true, Fail: func(_ int, _ core.Plan, b core.Batch) coretest.Failure {
		if b.Pass == 2 {
			return coretest.BeforeCommit
		}
		return coretest.NoFailure
	}}, accounts(10), contacts(10))
	d.job.Mappings = resolving(d.job.Mappings, circle())
	r, err := importer.Run(context.Background(), d.job, nil)
	if err == nil || r.State != importer.Interrupted || len(d.store.Finished()) != 0 {
		t.Fatalf("got %v, %s, finished %v", err, r.State, d.store.Finished())
	}
	wants(t, r, "account", importer.Counts{Created: 10})
	if !strings.Contains(r.Fault.Remedy, "goes on") {
		t.Errorf("fault %+v", r.Fault)
	}
}

func TestALookupThatMovedToARecordThatIsNotThereDoesNotKeepTheOldOne(t *testing.T) {
	d := newFileDesk(t, accounts(30), contacts(30))
	d.job.Mappings = resolving(d.job.Mappings, circle())
	wants(t, d.imports(), "account", importer.Counts{Created: 30})
	moved := accounts(30)
	at := slices.IndexFunc(moved.Table.Fields, func(f core.Field) bool { return f.Name == "primarycontactid" })
	if at < 0 {
		t.Fatal("accounts have no contact")
	}
	moved.Records[4].Values[at] = core.Ref("contact", key("contact", 99))
	d.source.Set(moved)
	rehearsed, err := importer.Rehearse(context.Background(), d.job, newSketch(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := d.imports()
	wants(t, r, "account", importer.Counts{Unchanged: 29, Updated: 1})
	for _, x := range rehearsed.Tables {
		if got := sum(t, r, x.Table); x.Counts != got.Counts || x.Unresolved != got.Unresolved {
			t.Errorf("rehearsed %+v, imported %+v", x.Counts, got)
		}
	}
	if n := d.sql("SELECT count(*) FROM account WHERE primarycontactid IS NULL"); n[0] != "1" || sum(t, r, "account").Unresolved != 1 {
		t.Errorf("%s lookups are empty, %+v", n, r.Tables)
	}
	wants(t, d.imports(), "account", importer.Counts{Unchanged: 30})
}

package importer_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/mapping"
)

// named are accounts whose primary contact's name goes into a column.
func named(d *desk, otherwise string) {
	m := mapping.Mapping{ID: "account", Source: "account", Title: "accounts", Table: "account", Key: "accountid", Columns: []mapping.Binding{
		{Column: "name", Type: core.ColumnText, Field: "name"},
		{Column: "contact", Type: core.ColumnText, Field: "primarycontactid", Steps: []mapping.Step{{Name: "lookup", Params: map[string]string{"otherwise": otherwise}}}},
	}}
	d.job.Mappings = []mapping.Mapping{m}
}

func TestTheNameBehindALookupIsReadInBulkForEachPage(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(100), contacts(90))
	named(d, "")
	r := d.run()
	wants(t, r, "account", importer.Counts{Created: 90, Refused: 10})
	for i, row := range d.store.Rows("account") {
		if got := row.Values["contact"].AsText(); got != fmt.Sprint("Contact ", i) {
			t.Errorf("account %d has the contact %q", i, got)
		}
	}
	asked := 0
	for _, q := range d.source.Reads() {
		if q.Table == "contact" {
			asked++
			if q.Filter != "" || len(q.Keys) == 0 || len(q.Fields) != 1 {
				t.Errorf("it was asked %+v", q)
			}
		}
	}
	if asked != 5 {
		t.Errorf("contacts were asked for %d times in 5 pages", asked)
	}
}

func TestReadersAskForOtherRecordsOnTheirOwn(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(200), contacts(200))
	d.source.Ranges, d.job.Parts = true, 4
	named(d, "")
	wants(t, d.run(), "account", importer.Counts{Created: 200})
}

func TestASourceThatDoesNotAnswerForOtherRecordsStopsTheImport(t *testing.T) {
	d := newDesk(t, coretest.StoreOptions{}, accounts(60), contacts(60))
	named(d, "")
	r := d.interrupt(3) // one page of accounts, the contacts of it, and the next page
	if c := sum(t, r, "account"); c.Refused != 0 {
		t.Errorf("%+v", c.Counts)
	}
	again := d.run()
	if again.Run != r.Run {
		t.Error("another run began")
	}
	wants(t, again, "account", importer.Counts{Created: 60})
}

// family is accounts with their contacts as children.
func family(parent, child mapping.Mapping) []mapping.Mapping {
	child.ID, child.Table, child.Link = parent.ID+".contact", "person", "parentcustomerid"
	parent.Children = []mapping.Mapping{child}
	return []mapping.Mapping{parent}
}

func TestChildrenAreReadByTheirOwnQueryWithTheParentsFilter(t *testing.T) {
	a, c := accounts(20), contacts(20)
	d := newDesk(t, coretest.StoreOptions{}, a, c)
	parent := mapping.Default(a.Table)
	d.job.Mappings = family(parent, mapping.Default(c.Table))
	d.source.Accept = func(q core.Query) (func(core.Record) bool, bool) { // what the text says, for this one filter
		return nil, q.Filter == "parentcustomerid/accountid ne null"
	}
	r := d.run()
	wants(t, r, "account", importer.Counts{Created: 20})
	wants(t, r, "contact", importer.Counts{Created: 20})
	if n := len(d.store.Rows("person")); n != 20 {
		t.Errorf("%d people", n)
	}
	if done := d.store.Finished(); strings.Join(done, " ") != "account account.contact" {
		t.Errorf("the order was %v", done)
	}
}

func TestTwoChildrenWithOneIDAreRefused(t *testing.T) {
	a, c := accounts(1), contacts(1)
	d := newDesk(t, coretest.StoreOptions{}, a, c)
	all := family(mapping.Default(a.Table), mapping.Default(c.Table))
	all[0].Children = append(all[0].Children, all[0].Children[0])
	d.job.Mappings = all
	if _, err := importer.Run(context.Background(), d.job, nil); err == nil || core.AsFault(err).Code != "importer.mapping-twice" {
		t.Errorf("got %v", err)
	}
}

func TestAChangedChildBeginsAnewAndSaysSo(t *testing.T) {
	a, c := accounts(60), contacts(60)
	d := newDesk(t, coretest.StoreOptions{}, a, c)
	d.source.Accept = func(q core.Query) (func(core.Record) bool, bool) { return nil, strings.Contains(q.Filter, "ne null") }
	d.job.Mappings = family(mapping.Default(a.Table), mapping.Default(c.Table))
	first := d.interrupt(5)
	d.job.Mappings[0].Children[0].Columns = d.job.Mappings[0].Children[0].Columns[:1]
	r := d.run()
	if r.Run == first.Run || !strings.Contains(r.Reason, "mapping of contacts changed") {
		t.Errorf("reason %q", r.Reason)
	}
}

func TestTodayIsTheDayOnWhichTheRunBegan(t *testing.T) {
	a := coretest.NewData("account", field("accountid", core.TypeID), field("name", core.TypeText), field("createdon", core.TypeDateTime))
	for i := range 60 {
		a.Add(key("account", i), core.Text("x"), core.Time(time.Date(2024, 5, 1, 0, 0, i, 0, time.UTC)))
	}
	d := newDesk(t, coretest.StoreOptions{}, a)
	d.job.Mappings[0].Where = &mapping.Filter{Field: "createdon", Op: mapping.Today}
	d.source.Accept = func(q core.Query) (func(core.Record) bool, bool) {
		return nil, strings.Contains(q.Filter, "2024-05-01")
	}
	now := time.Date(2024, 5, 1, 23, 59, 0, 0, time.UTC)
	d.job.Now = func() time.Time { return now }
	first := d.interrupt(2)
	now = now.Add(24 * time.Hour)
	r := d.run()
	if r.Run != first.Run {
		t.Error("another run began")
	}
	wants(t, r, "account", importer.Counts{Created: 60})
	seen := map[string]bool{}
	for _, q := range d.source.Reads() {
		seen[q.Filter] = true
	}
	if len(seen) != 1 {
		t.Errorf("the filters were %v", seen)
	}
}

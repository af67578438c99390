package importer_test

import (
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/coretest"
	"ferry/core/importer"
	"ferry/core/mapping"
)

// household is accounts with their contacts as children, with rules, a lookup to the parent that comes in a second pass,
// and policies.
func household(a, c coretest.Data) []mapping.Mapping {
	parent := mapping.Mapping{ID: "account", Source: "account", Title: "accounts", Table: "firm", Key: "accountid", Gone: remove, Columns: []mapping.Binding{
		{Column: "name", Type: core.ColumnText, Field: "name", Made: mapping.UnlessChanged},
		{Column: "parent", Type: core.ColumnText, Field: "parentaccountid", Lookup: &mapping.Lookup{By: mapping.ByRecord}, MayEmpty: true},
		{Column: "contact", Type: core.ColumnText, Field: "primarycontactid", Steps: []mapping.Step{{Name: "lookup", Params: map[string]string{"otherwise": "empty"}}}},
	}}
	child := mapping.Mapping{Source: "contact", Title: "contacts", Key: "contactid", Gone: mark, Match: mapping.Match{Columns: []string{"fullname"}}, Columns: []mapping.Binding{
		{Column: "fullname", Type: core.ColumnText, Field: "fullname", MayEmpty: true},
		{Column: "firm", Type: core.ColumnText, Field: "parentcustomerid", Lookup: &mapping.Lookup{By: mapping.ByRecord, Target: "account", Default: "nobody"}, MayEmpty: true},
	}}
	return family(parent, child)
}

func TestAKillAfterAnyStepOfAMappingWithChildrenRulesAndPolicies(t *testing.T) {
	var path, before string // before is the folder as it is before the import that is killed
	a, c := accounts(25), contacts(14)
	c.Records = c.Records[:12]
	source := coretest.MemorySource(a, c)
	source.Server, source.Part = 20, 15
	source.Accept = func(q core.Query) (func(core.Record) bool, bool) { return nil, strings.Contains(q.Filter, "ne null") }
	maps := household(a, c)
	fresh := func(t *testing.T) world {
		if before == "" {
			before = t.TempDir()
			w := fileWorld(t, before, source, maps)
			if _, _, err := w.process(t, 0); err != nil {
				t.Fatal(err)
			}
			w.journal().Close()
			// Somebody changes one name there and adds a person; in Dynamics two names change, two accounts and a contact go.
			sqlOf(t, databaseIn(before), "UPDATE firm SET name = 'theirs' WHERE accountid = '"+key("account", 2)+"'")
			sqlOf(t, databaseIn(before), "INSERT INTO person (contactid, fullname) VALUES ('by hand', 'Contact 13')")
			a, c := accounts(23), contacts(14)
			a.Records[1].Values[1], a.Records[2].Values[1] = core.Text("New 1"), core.Text("New 2")
			c.Records = append(c.Records[:11:11], c.Records[13])
			source.Set(a)
			source.Set(c)
		}
		folder := copyOf(t, before)
		path = databaseIn(folder)
		return fileWorld(t, folder, source, maps)
	}
	everyStep(t, fresh, func(t *testing.T, name string, w world) {
		runs := w.runs(t)
		if len(runs) < 2 {
			t.Fatalf("%s: %d runs", name, len(runs))
		}
		second := runs[len(runs)-2]
		for table, c := range map[string]importer.Counts{
			"account": {Read: 25, Unchanged: 21, Updated: 2, Removed: 2}, // one was renamed, of one the contact came
			"contact": {Read: 13, Unchanged: 11, Updated: 2},             // one was found there, one is marked
		} {
			if got := sum(t, second, table).Counts; got != c {
				t.Errorf("%s: %s: got %+v, want %+v", name, table, got, c)
			}
		}
		for _, r := range runs {
			if r.State != importer.Complete || r.Reason != "" {
				t.Errorf("%s: a run is %s: %s", name, r.State, r.Reason)
			}
		}
		for sql, want := range map[string]string{
			"SELECT count(*) FROM firm": "23",
			"SELECT group_concat(name) FROM firm WHERE accountid IN ('" + key("account", 1) + "', '" + key("account", 2) + "')": "New 1,theirs",
			"SELECT count(*) FROM firm WHERE parent IS NOT NULL":                                                                "22",
			"SELECT count(*) FROM person":                                "13",
			"SELECT fullname FROM person WHERE active = 'no'":            "Contact 11",
			"SELECT contactid FROM person WHERE fullname = 'Contact 13'": key("contact", 13),
		} {
			if got := sqlOf(t, path, sql); len(got) != 1 || got[0] != want {
				t.Errorf("%s: %s: %v, want %s", name, sql, got, want)
			}
		}
	})
}

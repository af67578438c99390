package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"ferry/core"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/core/practice/world"
	"ferry/core/project"
)

// firms is a mapping as somebody made it in the window: renamed columns, a choice map, a template, a filter with groups,
// the name behind a lookup, active only, and a child.
func firms() mapping.Mapping {
	return mapping.Mapping{
		ID: "firms", Source: "account", Title: "Firms", Table: "firm", Key: "firm_id", ActiveOnly: true,
		Where: &mapping.Filter{Any: []mapping.Filter{
			{Field: "industrycode", Op: mapping.IsFilled},
			{All: []mapping.Filter{{Field: "name", Op: mapping.Contains, Values: []string{"a"}}, {Field: "address1_city", Op: mapping.IsFilled}}},
		}},
		Columns: []mapping.Binding{
			{Column: "Firm name", Type: core.ColumnText, Field: "name", MayEmpty: true, Steps: []mapping.Step{{Name: "lower"}}},
			{Column: "label", Type: core.ColumnText, From: mapping.FromTemplate, Text: "{{accountnumber}}: {{name}}"},
			{Column: "branch", Type: core.ColumnText, Field: "industrycode", Choices: &mapping.Choices{
				Values: []mapping.ChoicePair{{Code: 1, To: "money"}, {Code: 2, To: "land"}}, Else: mapping.UseDefault, Default: "other"}},
			{Column: "contact", Type: core.ColumnText, Field: "primarycontactid", Steps: []mapping.Step{{Name: "lookup"}}},
			{Column: "parent", Type: core.ColumnText, Field: "parentaccountid", Lookup: &mapping.Lookup{By: mapping.ByRecord}},
		},
		Children: []mapping.Mapping{{
			ID: "firms.people", Source: "contact", Title: "People", Table: "person", Key: "person_id", Link: "parentcustomerid",
			Columns: []mapping.Binding{
				{Column: "called", Type: core.ColumnText, Field: "fullname", MayEmpty: true},
				{Column: "firm_id", Type: core.ColumnText, Field: "parentcustomerid", Lookup: &mapping.Lookup{By: mapping.ByRecord, Target: "account"}},
			},
		}},
	}
}

// saveProject writes a project file as the window does, beside the data folder.
func (s *session) saveProject(change ...func(p *project.Project)) string {
	s.t.Helper()
	p := project.New("Move")
	p.Connections = []project.Connection{{Name: "Practice", Org: s.env.Org, Tenant: s.env.Tenant, ClientID: s.env.SecretApp, Auth: project.Secret}}
	p.Connection = "Practice"
	p.Destination = &project.Destination{Driver: "sqlite", Settings: map[string]string{"file": "out.db"}}
	p.Mappings = []mapping.Mapping{firms()}
	p.Tables, p.Off = []string{"firms", "contact"}, []string{"contact"}
	for _, f := range change {
		f(p)
	}
	file := filepath.Join(s.dir, "move.ferry")
	if err := p.Write(file); err != nil {
		s.t.Fatal(err)
	}
	return file
}

func (s *session) importProject(file string, more ...string) (int, []map[string]any, string) {
	s.t.Helper()
	return s.run(append([]string{"import", "-project", file, "-authority", s.env.Authority, "-data", filepath.Join(s.dir, "data"), "-json"}, more...)...)
}

// ask gives the first column of a query's rows.
func (s *session) ask(sql string) (all []string) {
	s.t.Helper()
	conn, err := sqlite.OpenConn(s.file(), sqlite.OpenReadOnly)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	err = sqlitex.Execute(conn, sql, &sqlitex.ExecOptions{ResultFunc: func(q *sqlite.Stmt) error {
		all = append(all, cellOf(q, 0))
		return nil
	}})
	if err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
	return all
}

// cells are the wanted cells of a practice row.
func cells(t *world.Table, r world.Row, names ...string) []world.Cell {
	out := make([]world.Cell, len(names))
	for i, n := range names {
		out[i] = r.Cells[t.Column(n).Index]
	}
	return out
}

func TestAProjectIsImportedAsTheWindowSavedIt(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	file := s.saveProject()
	code, lines, text := s.importProject(file)
	if code != exitWell && code != exitRefused {
		t.Fatalf("exit %d: %s", code, text)
	}
	r := lastReceipt(t, lines, text)
	if len(r.Tables) != 2 || r.Tables[0].To != "firm" || r.Tables[1].To != "person" {
		t.Fatalf("the receipt has %+v", r.Tables)
	}

	accounts, people := s.env.World.Table("account"), s.env.World.Table("contact")
	want := map[string]string{}
	for i := range s.env.World.Positions(accounts) {
		row, ok := s.env.World.Row(accounts, i)
		if !ok {
			continue
		}
		c := cells(accounts, row, "name", "accountnumber", "industrycode", "address1_city", "statecode", "primarycontactid", "parentaccountid")
		fits := c[2].Kind == world.Choice || strings.Contains(strings.ToLower(c[0].S), "a") && c[3].Kind != world.Null
		if c[4].N != 0 || !fits {
			continue
		}
		branch := map[int64]string{1: "text money", 2: "text land"}[c[2].N]
		if branch == "" {
			branch = "text other"
		}
		if c[2].Kind == world.Null {
			branch = "null"
		}
		contact := "null"
		if c[5].Kind == world.Ref {
			contact = "text " + s.env.World.Title("contact", c[5].S)
		}
		want[row.Key] = fmt.Sprintf("%s|%s|%s|%s", strings.ToLower(c[0].S), c[1].S+": "+c[0].S, branch, contact)
	}
	if len(want) < 10 || len(want) >= 120 {
		t.Fatalf("%d accounts fit: the filter proves nothing", len(want))
	}
	for key, cell := range want {
		got := s.ask(`SELECT "Firm name" || '|' || label || '|' || iif(branch IS NULL, 'null', 'text ' || branch) || '|' || iif(contact IS NULL, 'null', 'text ' || contact) FROM firm WHERE firm_id = '` + key + `'`)
		if len(got) != 1 || got[0] != "text "+cell {
			t.Errorf("account %s: %q, want %q", key, got, cell)
		}
	}
	if n := s.ask(`SELECT count(*) FROM firm`); n[0] != fmt.Sprint("integer ", len(want)) {
		t.Errorf("%s firms, want %d", n, len(want))
	}
	if n := s.ask(`SELECT count(*) FROM firm WHERE parent IS NOT NULL AND parent NOT IN (SELECT firm_id FROM firm)`); n[0] != "integer 0" {
		t.Errorf("%s parents are not there", n)
	}

	var belongs []string
	for i := range s.env.World.Positions(people) {
		row, ok := s.env.World.Row(people, i)
		if !ok {
			continue
		}
		if c := cells(people, row, "parentcustomerid")[0]; c.Kind == world.Ref && want[c.S] != "" {
			belongs = append(belongs, "text "+row.Key)
		}
	}
	slices.Sort(belongs)
	if got := s.ask(`SELECT person_id FROM person ORDER BY person_id`); !slices.Equal(got, belongs) || len(got) == 0 {
		t.Errorf("%d people, want the %d of the firms", len(got), len(belongs))
	}
	if n := s.ask(`SELECT count(*) FROM person WHERE firm_id IS NULL OR firm_id NOT IN (SELECT firm_id FROM firm)`); n[0] != "integer 0" {
		t.Errorf("%s people without their firm", n)
	}

	code, lines, text = s.importProject(file)
	r = lastReceipt(t, lines, text)
	// Nothing changed; those whose contact is not there are looked at again.
	if c := r.Tables[0]; code != exitWell || r.Reason != "" || c.Since.IsZero() || c.Unchanged != c.Unresolved || c.Read != c.Unchanged {
		t.Errorf("again: exit %d, %q, %+v: %s", code, r.Reason, c, text)
	}
}

func TestFlagsGoBeforeTheProject(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	file := s.saveProject()
	code, lines, text := s.importProject(file, "-tables", "contact", "-filter", "contact=statecode eq 1", "-to", "sqlite:"+filepath.Join(s.dir, "other.db"))
	r := lastReceipt(t, lines, text)
	if code != exitWell || len(r.Tables) != 1 || r.Tables[0].To != "contact" || !strings.HasSuffix(r.To, "other.db") {
		t.Errorf("exit %d, %+v: %s", code, r, text)
	}
	code, lines, text = s.importProject(file, "-filter", "account=name eq null")
	r = lastReceipt(t, lines, text)
	if code != exitWell || r.Tables[0].Read != 0 {
		t.Errorf("the filter did not take the place of the project's: exit %d, %+v: %s", code, r.Tables, text)
	}
}

func TestAProjectThatLacksSomethingSaysWhat(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	for name, c := range map[string]struct {
		change func(p *project.Project)
		says   string
	}{
		"no destination":            {func(p *project.Project) { p.Destination = nil }, "no destination"},
		"no connection":             {func(p *project.Project) { p.Connections, p.Connection = nil, "" }, "no connection"},
		"nothing is on":             {func(p *project.Project) { p.Off = p.Tables }, "takes part"},
		"a field that is not there": {func(p *project.Project) { p.Mappings[0].Columns[0].Field = "nam" }, "nam"},
	} {
		if code, _, text := s.importProject(s.saveProject(c.change)); code != exitUsage || !strings.Contains(text, c.says) {
			t.Errorf("%s: exit %d: %s", name, code, text)
		}
	}
}

func TestAProjectsRulesMatchesAndPoliciesHoldInTheDatabase(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	file := s.saveProject(func(p *project.Project) {
		m := mapping.Mapping{
			ID: "people", Source: "contact", Title: "People", Table: "person", Key: "person_id",
			Where: &mapping.Filter{Field: "statecode", Op: mapping.Is, Values: []string{"0"}},
			Match: mapping.Match{Columns: []string{"called"}},
			Gone:  mapping.Policy{Do: mapping.Remove},
			Left:  mapping.Policy{Do: mapping.MarkInactive, Column: "active", Value: "no"},
			Columns: []mapping.Binding{
				{Column: "called", Type: core.ColumnText, Field: "fullname"},
				{Column: "mail", Type: core.ColumnText, Field: "emailaddress1", Made: mapping.UnlessChanged},
				{Column: "city", Type: core.ColumnText, Field: "address1_city"},
			},
		}
		p.Mappings, p.Tables, p.Off = []mapping.Mapping{m}, []string{"people"}, nil
	})
	imported := func(want func(c importer.Counts) bool, what string) {
		t.Helper()
		code, lines, text := s.importProject(file)
		r := lastReceipt(t, lines, text)
		if c := table(t, r, "contact"); code != exitWell || r.Reason != "" || !want(c.Counts) {
			t.Fatalf("%s: exit %d, %q, %+v: %s", what, code, r.Reason, c, text)
		}
	}
	contacts := s.env.World.Table("contact")
	var active []world.Row
	for i := range s.env.World.Positions(contacts) {
		row, ok := s.env.World.Row(contacts, i)
		if ok && cells(contacts, row, "statecode")[0].N == 0 && cells(contacts, row, "emailaddress1", "address1_city")[0].Kind != world.Null {
			row.Cells = slices.Clone(row.Cells)
			active = append(active, row)
		}
	}
	if len(active) < 20 {
		t.Fatalf("only %d contacts", len(active))
	}
	n := int64(0)
	imported(func(c importer.Counts) bool { n = c.Created; return c.Created == c.Read && n >= int64(len(active)) }, "first")

	set := func(row world.Row, name string, c world.Cell) {
		t.Helper()
		if err := s.env.World.Set("contact", row.Key, map[string]world.Cell{name: c}); err != nil {
			t.Fatal(err)
		}
	}
	change := func(sql string) {
		t.Helper()
		conn, err := sqlite.OpenConn(s.file(), sqlite.OpenReadWrite)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := sqlitex.Execute(conn, sql, nil); err != nil {
			t.Fatal(err)
		}
	}
	change("UPDATE person SET mail = 'theirs' WHERE person_id = '" + active[0].Key + "'")
	change("INSERT INTO person (person_id, called, city) VALUES ('by hand', 'Zoë Handmade', NULL), ('other', 'Somebody Else', 'X')")
	set(active[0], "emailaddress1", world.TextCell("new0@example.com"))
	set(active[1], "emailaddress1", world.TextCell("new1@example.com"))
	set(active[2], "address1_city", world.Cell{}) // empty in Dynamics: nothing is erased
	set(active[3], "statecode", world.ChoiceCell(1))
	if err := s.env.World.Delete("contact", active[4].Key); err != nil {
		t.Fatal(err)
	}
	came, err := s.env.World.Insert("contact", "", map[string]world.Cell{"fullname": world.TextCell("Zoë Handmade"), "address1_city": world.TextCell("Graz")})
	if err != nil {
		t.Fatal(err)
	}
	imported(func(c importer.Counts) bool {
		return c.Removed == 1 && c.Updated == 3 && c.Created == 0 && c.Read == 6 // just those that were touched
	}, "second")
	for sql, want := range map[string]string{
		"SELECT mail FROM person WHERE person_id = '" + active[0].Key + "'":     "text theirs",
		"SELECT mail FROM person WHERE person_id = '" + active[1].Key + "'":     "text new1@example.com",
		"SELECT active FROM person WHERE person_id = '" + active[3].Key + "'":   "text no",
		"SELECT count(*) FROM person WHERE person_id = '" + active[4].Key + "'": "integer 0",
		"SELECT city FROM person WHERE person_id = '" + came + "'":              "text Graz",
		"SELECT count(*) FROM person WHERE called = 'Zoë Handmade'":             "integer 1",
		"SELECT city FROM person WHERE person_id = 'other'":                     "text X",
		"SELECT city FROM person WHERE person_id = '" + active[2].Key + "'":     "text " + cells(contacts, active[2], "address1_city")[0].S,
	} {
		if got := s.ask(sql); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
	imported(func(c importer.Counts) bool { return c.Read == 0 }, "third")
	code, lines, text := s.importProject(file, "-full")
	if c := table(t, lastReceipt(t, lines, text), "contact"); code != exitWell || c.Unchanged != c.Read || c.Read != n-1 {
		t.Errorf("in full: exit %d, %+v: %s", code, c, text)
	}
}

func TestSoManyGoneRecordsStayUntilSomebodyAgrees(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	file := s.saveProject(func(p *project.Project) {
		m := firms()
		m.Where, m.Children, m.ActiveOnly, m.Columns = nil, nil, false, m.Columns[:1]
		m.Gone = mapping.Policy{Do: mapping.Remove}
		p.Mappings, p.Tables, p.Off = []mapping.Mapping{m}, []string{"firms"}, nil
	})
	s.importProject(file)
	accounts := s.env.World.Table("account")
	for i := range 60 {
		row, _ := s.env.World.Row(accounts, i)
		if err := s.env.World.Delete("account", row.Key); err != nil {
			t.Fatal(err)
		}
	}
	code, lines, text := s.importProject(file)
	r := lastReceipt(t, lines, text)
	if c := table(t, r, "account"); code != exitWell || c.Removed != 0 || !strings.Contains(r.Reason, "60 of 120") {
		t.Errorf("without a word: exit %d, %q, %+v", code, r.Reason, c)
	}
	if code, _, text = s.importProject(file, "-retire", "firms=many"); code != exitUsage {
		t.Errorf("a word that is no number: exit %d: %s", code, text)
	}
	code, lines, text = s.importProject(file, "-retire", "firms=60")
	if c := table(t, lastReceipt(t, lines, text), "account"); code != exitWell || c.Removed != 60 || c.Read != 60 || c.Since.IsZero() {
		t.Errorf("agreed: exit %d, %+v: %s", code, c, text)
	}
	if n := s.ask("SELECT count(*) FROM firm"); n[0] != "integer 60" {
		t.Errorf("%s rows are left", n)
	}
}

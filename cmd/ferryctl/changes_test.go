package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/practice/world"
	"ferry/core/project"
)

// mirror is a mapping of accounts with their people, of which nothing stays that the source does not give any more.
func mirror() mapping.Mapping {
	gone := mapping.Policy{Do: mapping.Remove}
	return mapping.Mapping{
		ID: "firms", Source: "account", Title: "Firms", Table: "firm", Key: "firm_id", Gone: gone, Left: gone,
		Columns: []mapping.Binding{
			{Column: "name", Type: core.ColumnText, Field: "name", MayEmpty: true},
			{Column: "city", Type: core.ColumnText, Field: "address1_city", MayEmpty: true},
			{Column: "state", Type: core.ColumnInteger, Field: "statecode", MayEmpty: true},
		},
	}
}

func people() mapping.Mapping {
	gone := mapping.Policy{Do: mapping.Remove}
	return mapping.Mapping{
		ID: "people", Source: "contact", Title: "People", Table: "person", Key: "person_id", Link: "parentcustomerid", Gone: gone, Left: gone,
		Columns: []mapping.Binding{
			{Column: "called", Type: core.ColumnText, Field: "fullname", MayEmpty: true},
			{Column: "firm_id", Type: core.ColumnText, Field: "parentcustomerid", MayEmpty: true, Lookup: &mapping.Lookup{By: mapping.ByRecord, Target: "account", Default: "nobody"}},
		},
	}
}

// all is what stands in a file: tables, rows and cells.
func all(t *testing.T, file string, tables ...string) string {
	t.Helper()
	conn, err := sqlite.OpenConn(file, sqlite.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var lines []string
	for _, name := range tables {
		for key, row := range rowsOf(t, conn, name) {
			lines = append(lines, fmt.Sprint(name, " ", key, " ", row))
		}
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

func TestEveryKindOfFilterEndsAsAFullImportWouldWithAndWithoutChangeTracking(t *testing.T) {
	t.Parallel()
	kinds := map[string]struct {
		change func(m *mapping.Mapping)
		whole  bool // changes alone cannot tell what this filter holds
		child  bool
		others bool // it asks for records of another table, whose changes have to be told too
	}{
		"all":         {func(*mapping.Mapping) {}, false, false, false},
		"by hand":     {func(m *mapping.Mapping) { m.Filter = "address1_city eq 'Graz' or address1_city eq 'Linz'" }, false, false, false},
		"active only": {func(m *mapping.Mapping) { m.ActiveOnly = true }, false, false, false},
		"built": {func(m *mapping.Mapping) {
			m.Where = &mapping.Filter{Any: []mapping.Filter{{Field: "address1_city", Op: mapping.Is, Values: []string{"Graz"}}, {Field: "name", Op: mapping.Begins, Values: []string{"Zz"}}}}
		}, false, false, false},
		"FetchXML": {func(m *mapping.Mapping) {
			f, err := mapping.ReadFetch(`<fetch><entity name="account"><filter type="or"><condition attribute="address1_city" operator="in"><value>Graz</value><value>Linz</value></condition>`+
				`<condition attribute="name" operator="like" value="Zz%"/></filter></entity></fetch>`, core.Table{Name: core.TableName{Logical: "account"}, Key: "accountid", Fields: []core.Field{
				{Name: "address1_city", Type: core.TypeText, Readable: true}, {Name: "name", Type: core.TypeText, Readable: true},
			}})
			if err != nil {
				t.Error(err)
			}
			m.Where = &f
		}, false, false, false},
		"related": {func(m *mapping.Mapping) {
			m.Where = &mapping.Filter{All: []mapping.Filter{{Field: "address1_city", Op: mapping.Is, Values: []string{"Graz"}},
				{Related: &mapping.Related{Lookup: "primarycontactid", Where: mapping.Filter{Field: "statecode", Op: mapping.Is, Values: []string{"0"}}}}}}
		}, false, false, true},
		"today": {func(m *mapping.Mapping) {
			m.Where = &mapping.Filter{Field: "modifiedon", Op: mapping.LastDays, Values: []string{"1"}}
		}, true, false, false},
		"children": {func(m *mapping.Mapping) {
			m.Where = &mapping.Filter{Field: "address1_city", Op: mapping.Is, Values: []string{"Graz"}}
			m.Children = []mapping.Mapping{people()}
		}, false, true, false},
	}
	for _, tracked := range []bool{true, false} {
		for name, kind := range kinds {
			t.Run(fmt.Sprintf("%s, tracked %v", name, tracked), func(t *testing.T) {
				t.Parallel()
				s := open(t, small())
				for _, table := range []string{"account", "contact"} {
					if err := s.env.World.SetTracked(table, tracked); err != nil {
						t.Fatal(err)
					}
				}
				accounts := s.env.World.Table("account")
				firm := func(i int) world.Row { row, _ := s.env.World.Row(accounts, i); return row }
				set := func(i int, values map[string]world.Cell) {
					t.Helper()
					if err := s.env.World.Set("account", firm(i).Key, values); err != nil {
						t.Fatal(err)
					}
				}
				city := func(name string) map[string]world.Cell {
					return map[string]world.Cell{"address1_city": world.TextCell(name)}
				}
				contacts := s.env.World.Table("contact")
				person := func(i int) world.Row { row, _ := s.env.World.Row(contacts, i); return row }
				state := func(n int) map[string]world.Cell {
					return map[string]world.Cell{"statecode": world.ChoiceCell(n), "statuscode": world.ChoiceCell(1 + n)}
				}
				for i := range 6 {
					set(i, city("Graz"))
					set(i, map[string]world.Cell{"primarycontactid": world.RefCell("contact", person(i).Key)})
					if err := s.env.World.Set("contact", person(i).Key, state(0)); err != nil {
						t.Fatal(err)
					}
				}
				set(10, map[string]world.Cell{"primarycontactid": world.RefCell("contact", person(0).Key)})
				m := mirror()
				kind.change(&m)
				id := ""
				save := func() string {
					return s.saveProject(func(p *project.Project) {
						p.ID = cmp.Or(id, p.ID) // it is the same project, saved again
						id = p.ID
						p.Mappings, p.Tables, p.Off = []mapping.Mapping{m}, []string{"firms"}, nil
					})
				}
				tables := []string{"firm"}
				if kind.child {
					tables = append(tables, "person")
				}
				n := 0
				var stood []string // what stood there after each round
				plain := func() string { return strings.ReplaceAll(all(t, s.file(), tables...), " number:null", "") }
				round := func(what string, changes bool) {
					t.Helper()
					file := save()
					code, lines, text := s.importProject(file)
					if code != exitWell {
						t.Fatalf("%s: exit %d: %s", what, code, text)
					}
					r := lastReceipt(t, lines, text)
					if only := !table(t, r, "account").Since.IsZero(); only != (changes && !kind.whole && (tracked || !kind.others)) {
						t.Errorf("%s: only changes were read: %v; %q, %+v", what, only, r.Reason, r.Tables)
					}
					n++
					data, fresh := fmt.Sprint("fresh", n), filepath.Join(s.dir, fmt.Sprint("fresh", n, ".db"))
					s.settle(data)
					if code, _, text := s.importProject(file, "-data", filepath.Join(s.dir, data), "-to", "sqlite:"+fresh); code != exitWell {
						t.Fatalf("%s, afresh: exit %d: %s", what, code, text)
					}
					if got, want := all(t, s.file(), tables...), all(t, fresh, tables...); got != want {
						t.Fatalf("%s: not what a full import brings; %q, %+v\n%s", what, r.Reason, r.Tables, onlyOnOneSide(got, want))
					}
					stood = append(stood, plain())
				}
				round("first", false)
				set(10, city("Graz"))
				round("one enters", true)
				set(10, city("Wien"))
				set(1, map[string]world.Cell{"name": world.TextCell("Renamed")})
				round("it leaves", true)
				set(10, city("Graz"))
				round("it comes back", true)
				for n, what := range []string{"a related record is deactivated", "it is active again"} {
					if err := s.env.World.Set("contact", person(4).Key, state(1-n)); err != nil {
						t.Fatal(err)
					}
					round(what, true)
				}
				set(2, map[string]world.Cell{"statecode": world.ChoiceCell(1), "statuscode": world.ChoiceCell(2)})
				round("one is deactivated", true)
				if err := s.env.World.Delete("account", firm(3).Key); err != nil {
					t.Fatal(err)
				}
				round("one is deleted", true)
				if _, err := s.env.World.Insert("account", "", map[string]world.Cell{"name": world.TextCell("Zz new"), "address1_city": world.TextCell("Graz")}); err != nil {
					t.Fatal(err)
				}
				round("one is made", true)
				m.Columns = append(m.Columns, mapping.Binding{Column: "number", Type: core.ColumnText, Field: "accountnumber", MayEmpty: true})
				round("the mapping gains a field", false)
				set(4, map[string]world.Cell{"accountnumber": world.TextCell("A-4")})
				round("the field changes", true)
				s.env.Dynamics.ExpireDeltas()
				set(5, map[string]world.Cell{"accountnumber": world.TextCell("A-5")})
				round("the marks are too old", !tracked)
				round("nothing", true)
				for len(stood) > 1 { // each is taken back, the newest first
					stood = stood[:len(stood)-1]
					if code, _, text := s.run("takeback", "-project", save(), "-data", filepath.Join(s.dir, "data"), "-json"); code != exitWell {
						t.Fatalf("taken back to the state of import %d: exit %d: %s", len(stood), code, text)
					}
					if got, want := plain(), stood[len(stood)-1]; got != want {
						t.Fatalf("not what stood there after import %d\n%s", len(stood), onlyOnOneSide(got, want))
					}
				}
			})
		}
	}
}

// onlyOnOneSide gives the lines that only one of two texts has.
func onlyOnOneSide(got, want string) string {
	var b strings.Builder
	have := map[string]bool{}
	for _, l := range strings.Split(got, "\n") {
		have[l] = true
	}
	for _, l := range strings.Split(want, "\n") {
		if !have[l] {
			b.WriteString("wanted " + l + "\n")
		}
		delete(have, l)
	}
	for l := range have {
		b.WriteString("there  " + l + "\n")
	}
	return b.String()
}

package mapping

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ferry/core"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s is not what is said now:\n%s", file, got)
	}
}

func TestTheTextsOfProblemsReadWell(t *testing.T) {
	var codes []string
	for code := range problemTexts {
		codes = append(codes, string(code))
	}
	slices.Sort(codes)
	var b strings.Builder
	for _, code := range codes {
		p := problemTexts[problemCode(code)]
		fmt.Fprintf(&b, "%s (%s)\n  %s\n  %s\n\n", code, p.severity, p.cause, p.remedy)
		if !strings.HasSuffix(p.cause, ".") && !strings.HasSuffix(p.cause, "}") || len(p.remedy) == 0 {
			t.Errorf("%s is not a sentence with a remedy", code)
		}
		if regexp.MustCompile(`(?i)null|invalid|error|failed|metadata|schema|boolean|integer|OData`).MatchString(p.cause + p.remedy) {
			t.Errorf("%s speaks a machine's words", code)
		}
	}
	golden(t, "testdata/problems.txt", b.String())
}

// without is a table without a field.
func without(t core.Table, name string) core.Table {
	t.Fields = slices.DeleteFunc(slices.Clone(t.Fields), func(f core.Field) bool { return f.Name == name })
	return t
}

// with is a table in which a field was changed.
func with(t core.Table, name string, change func(f *core.Field)) core.Table {
	t.Fields = slices.Clone(t.Fields)
	for i := range t.Fields {
		if t.Fields[i].Name == name {
			change(&t.Fields[i])
		}
	}
	return t
}

// A situation is one in which something is wrong.
type situation struct {
	code  string
	draft func() *Draft
}

func situations(t *testing.T) []situation {
	edit := func(change func(m *Mapping)) func() *Draft {
		return func() *Draft {
			m := draft(t).Saved()
			change(&m)
			d := Edit(m, account(), client())
			d.Know(contact())
			return d
		}
	}
	column := func(name string, change func(b *Binding)) func() *Draft {
		return edit(func(m *Mapping) {
			for i := range m.Columns {
				if m.Columns[i].Column == name {
					change(&m.Columns[i])
				}
			}
		})
	}
	source := func(name string, change func(f *core.Field)) func() *Draft {
		return func() *Draft { return Edit(draft(t).Saved(), with(account(), name, change), client()) }
	}
	there := func(name string, change func(f *core.Field)) func() *Draft {
		return func() *Draft {
			c := with(*client(), name, change)
			return Edit(draft(t).Saved(), account(), &c)
		}
	}
	free := func(change func(m *Mapping)) func() *Draft {
		return func() *Draft {
			m := Default(account())
			change(&m)
			d := Edit(m, account(), nil)
			d.Know(contact())
			return d
		}
	}
	filter := func(f Filter) func() *Draft { return edit(func(m *Mapping) { m.Where = &f }) }
	child := func(change func(c *Mapping)) func() *Draft {
		return free(func(m *Mapping) {
			c := Default(contact())
			c.Link = "parentcustomerid"
			change(&c)
			m.Children = []Mapping{c}
		})
	}
	already := func(holds, key string, f core.Field) func() *Draft {
		return func() *Draft {
			d := NewDraft(account(), nil)
			d.Have("account", &core.Table{Name: core.TableName{Logical: "account"}, Key: key, Holds: holds, Fields: []core.Field{f}})
			return d
		}
	}
	many := func(n int) func(f *core.Field) {
		return func(f *core.Field) {
			f.Options = nil
			for i := range n {
				f.Options = append(f.Options, core.Option{Code: int64(i), Label: fmt.Sprint("Option ", i)})
			}
		}
	}
	long := Filter{}
	for i := range 600 {
		long.Any = append(long.Any, cond("name", Is, fmt.Sprint("value ", i)))
	}
	deep := cond("name", IsEmpty)
	for range 40 {
		deep = Filter{Any: []Filter{deep}}
	}
	return []situation{
		{"field-gone", func() *Draft { return Edit(draft(t).Saved(), without(account(), "telephone1"), client()) }},
		{"field-hidden", source("telephone1", func(f *core.Field) { f.Readable, f.Secured = false, true })},
		{"field-unreadable", source("telephone1", func(f *core.Field) { f.Readable = false })},
		{"field-secured", source("telephone1", func(f *core.Field) { f.Secured = true })},
		{"field-type-changed", source("telephone1", func(f *core.Field) { f.Type = core.TypeInteger })},
		{"column-type-changed", there("phonenumber", func(f *core.Field) { f.Type = core.TypeInteger })},
		{"column-gone", func() *Draft { c := without(*client(), "phonenumber"); return Edit(draft(t).Saved(), account(), &c) }},
		{"column-read-only", there("phonenumber", func(f *core.Field) { f.Writable = false })},
		{"column-twice", edit(func(m *Mapping) {
			m.Columns = append(m.Columns, Binding{Column: "NAME", Field: "emailaddress1", Type: core.ColumnText})
		})},
		{"column-unnamed", free(func(m *Mapping) { m.Columns[0].Column = " " })},
		{"column-is-key", free(func(m *Mapping) { m.Columns[0].Column = "ACCOUNTID" })},
		{"type-unfit", source("new_founded", func(f *core.Field) { f.Type = core.TypeMoney })},
		{"text-longer", source("name", func(f *core.Field) { f.Length = 2000 })},
		{"required-unmapped", edit(func(m *Mapping) { m.Columns = m.Columns[1:] })},
		{"required-empty", source("name", func(f *core.Field) { f.Required = false })},
		{"nothing-mapped", edit(func(m *Mapping) { m.Columns = nil })},
		{"nothing-several", column("website", func(b *Binding) { b.Fields = nil })},
		{"template-wrong", column("ref", func(b *Binding) { b.Text = "{{name" })},
		{"constant-unfit", column("inactive", func(b *Binding) { b.Text = "perhaps" })},
		{"step-wrong", column("name", func(b *Binding) { b.Steps = []Step{{Name: "made-up"}} })},
		{"zone-unknown", edit(func(m *Mapping) { m.Zone = "Mars/Olympus" })},
		{"day-by-zone", source("new_founded", func(f *core.Field) { f.Type = core.TypeDateTime })},
		{"choices-unmapped", column("CFSector", func(b *Binding) { b.Choices = nil })},
		{"option-unmatched", edit(func(m *Mapping) {})},
		{"option-used", func() *Draft {
			d := draft(t)
			d.See(Facts{Used: map[string]map[int64]int{"industrycode": {2: 4100}}})
			return d
		}},
		{"option-unknown", func() *Draft {
			d := draft(t)
			d.See(Facts{Used: map[string]map[int64]int{"industrycode": {77: 3}}})
			return d
		}},
		{"option-to-gone", there("CFSector", func(f *core.Field) { f.Options = f.Options[1:] })},
		{"labels-missing", source("industrycode", func(f *core.Field) { f.Options = append([]core.Option{{Code: 9}}, f.Options...) })},
		{"labels-other", source("industrycode", func(f *core.Field) {
			f.Options = slices.Clone(f.Options)
			f.Options[0].Other = true
		})},
		{"labels-changed", source("industrycode", func(f *core.Field) {
			f.Options = []core.Option{{Code: 1, Label: "Buchhaltung"}, {Code: 2, Label: "Makler"}, {Code: 3, Label: "Beratung"}}
		})},
		{"labels-twice", source("industrycode", func(f *core.Field) {
			f.Options = []core.Option{{Code: 1, Label: "Trade"}, {Code: 2, Label: "trade "}}
		})},
		{"labels-there-twice", there("CFSector", func(f *core.Field) {
			f.Options = append(slices.Clone(f.Options), core.Option{Code: 99, Label: "trade"})
		})},
		{"options-many", source("industrycode", many(2000))},
		{"default-unset", column("CFSector", func(b *Binding) { b.Choices.Else = UseDefault })},
		{"lookup-target", func() *Draft {
			d := draft(t)
			d.source = with(d.source, "primarycontactid", func(f *core.Field) { f.Targets = []string{"contact", "account"} })
			_ = d.SetLookup("main_contact", Lookup{By: ByRecord, Target: "contact"})
			return d
		}},
		{"lookup-gone", column("main_contact", func(b *Binding) { b.Lookup.Target = "lead" })},
		{"lookup-key", column("main_contact", func(b *Binding) { b.Lookup.By = ByField })},
		{"lookup-unmapped", func() *Draft { d := draft(t); d.Others([]Mapping{{ID: "lead", Source: "lead"}}); return d }},
		{"filter-field-gone", filter(cond("nothing", IsEmpty))},
		{"filter-field-hidden", filter(cond("new_secret", IsEmpty))},
		{"filter-operator", filter(cond("name", Greater, "x"))},
		{"filter-operator-related", filter(Filter{Related: &Related{Lookup: "primarycontactid", Where: cond("new_kinds", HasAny, "1")}})},
		{"filter-unfinished", filter(cond("name", Is))},
		{"filter-number", filter(cond("revenue", Is, "much"))},
		{"filter-date", filter(cond("createdon", On, "yesterday"))},
		{"filter-option", filter(cond("industrycode", Is, "Brokers"))},
		{"filter-option-gone", filter(cond("industrycode", Is, "77"))},
		{"filter-id", filter(cond("primarycontactid", Is, "Ada"))},
		{"filter-related-far", filter(Filter{Related: &Related{Lookup: "primarycontactid", Where: Filter{Related: &Related{Relation: "account_primary_contact"}}}})},
		{"filter-related-unknown", filter(Filter{Related: &Related{Relation: "nothing"}})},
		{"filter-deep", filter(deep)},
		{"filter-long", filter(long)},
		{"active-unknown", func() *Draft {
			d := Edit(draft(t).Saved(), without(account(), "statecode"), client())
			_ = d.SetActiveOnly(true)
			return d
		}},
		{"match-unmapped", edit(func(m *Mapping) { m.Match.Columns = []string{"guid"} })},
		{"match-gone", edit(func(m *Mapping) { m.Match.Columns = []string{"nothing"} })},
		{"inactive-unset", edit(func(m *Mapping) { m.Gone.Do = MarkInactive })},
		{"inactive-gone", edit(func(m *Mapping) { m.Left = Policy{Do: MarkInactive, Column: "nothing", Value: "1"} })},
		{"may-empty", column("name", func(b *Binding) { b.MayEmpty = true })},
		{"removes", edit(func(m *Mapping) { m.Gone.Do = Remove })},
		{"child-circle", free(func(m *Mapping) {
			a := Default(account())
			a.Link, a.ID = "primarycontactid", "a2"
			c := Default(contact())
			c.Link, c.Children = "parentcustomerid", []Mapping{a}
			m.Children = []Mapping{c}
		})},
		{"child-link", child(func(c *Mapping) { c.Link = "fullname" })},
		{"child-link-target", free(func(m *Mapping) {
			a := Default(account())
			a.Link, a.ID = "primarycontactid", "a2"
			m.Children = []Mapping{a}
		})},
		{"child-unknown", child(func(c *Mapping) { c.Source = "lead" })},
		{"child-by-hand", free(func(m *Mapping) {
			m.Filter = "Microsoft.Dynamics.CRM.Today(PropertyName='createdon')"
			c := Default(contact())
			c.Link = "parentcustomerid"
			m.Children = []Mapping{c}
		})},
		{"child-deep", free(func(m *Mapping) {
			c := Mapping{ID: "x", Source: "x"}
			for i := range 8 {
				c = Mapping{ID: fmt.Sprint("x", i), Source: fmt.Sprint("x", i), Children: []Mapping{c}}
			}
			m.Children = []Mapping{c}
		})},
		{"same-id", child(func(c *Mapping) {
			c.Children = []Mapping{{ID: "b", Source: "lead"}, {ID: "b", Source: "lead"}}
		})},
		{"column-disguised", free(func(m *Mapping) { m.Columns[0].Column = "n\u0430me" })},
		{"table-foreign", already("", "accountid", core.Field{})},
		{"table-other", already("contact", "accountid", core.Field{})},
		{"table-key", already("account", "id", core.Field{})},
		{"column-computed", already("account", "accountid", core.Field{Name: "NAME", Derived: true})},
		{"column-there", already("account", "accountid", core.Field{Name: "NAME", Type: core.TypeBigInt, Takes: []core.ColumnType{core.ColumnInteger, core.ColumnBoolean}})},
		{"same-table", func() *Draft {
			d := NewDraft(account(), nil)
			d.Others([]Mapping{{ID: "contact", Source: "contact", Table: "Account"}})
			return d
		}},
	}
}

func TestEachSituationIsAProblemWithItsPlaceAndRemedy(t *testing.T) {
	seen := map[string]bool{}
	var b strings.Builder
	for _, s := range situations(t) {
		seen[s.code] = true
		d := s.draft()
		all := d.Problems()
		i := slices.IndexFunc(all, func(p Problem) bool { return p.Code == s.code })
		if i < 0 {
			t.Errorf("%s is not told; told are %+v", s.code, all)
			continue
		}
		p := all[i]
		if len(p.Place.Path) == 0 || p.Place.Part == "" || p.Remedy == "" || strings.Contains(strings.ReplaceAll(p.Cause+p.Remedy, "{{name}}", ""), "{") {
			t.Errorf("%s is told as %+v", s.code, p)
		}
		if slices.IsSortedFunc(all, func(a, b Problem) int { return cmp.Compare(rank(a.Severity), rank(b.Severity)) }) == false {
			t.Errorf("%s: the worst are not first", s.code)
		}
		fmt.Fprintf(&b, "%s (%s, %s)\n  %s\n  %s\n\n", s.code, p.Severity, p.Place.Part, p.Cause, p.Remedy)
	}
	for code := range problemTexts {
		if !seen[string(code)] {
			t.Errorf("nothing leads to %s", code)
		}
	}
	golden(t, "testdata/problems_seen.txt", b.String())
}

func TestAMappingWithoutFaultsHasNoProblemsThatStop(t *testing.T) {
	for _, d := range []*Draft{NewDraft(account(), nil), NewDraft(contact(), nil), draft(t)} {
		for _, p := range d.Problems() {
			if p.Severity == Stops {
				t.Errorf("%+v", p)
			}
		}
	}
}

func TestWhatStopsIsWhatCompileRefuses(t *testing.T) {
	// Every problem that stops either keeps the import from beginning or refuses each record with such a value; the
	// other way round, what Compile refuses was told before.
	for _, s := range situations(t) {
		d := s.draft()
		if _, err := d.Compile(); err != nil {
			stops := slices.ContainsFunc(d.Problems(), func(p Problem) bool { return p.Severity == Stops })
			if !stops {
				t.Errorf("%s: Compile says %v and no problem stops", s.code, err)
			}
		}
	}
}

func TestATableThatFitsIsNoProblem(t *testing.T) {
	d := NewDraft(account(), nil)
	there := core.Table{Name: core.TableName{Logical: "account"}, Key: "ACCOUNTID", Holds: "account"}
	for _, b := range d.Saved().Columns {
		there.Fields = append(there.Fields, core.Field{Name: strings.ToUpper(b.Column), Takes: []core.ColumnType{b.Type}})
	}
	before := len(d.Problems())
	if d.Have("account", &there); len(d.Problems()) != before {
		t.Errorf("%+v", d.Problems())
	}
	there.Holds = ""
	d.Have("account", &there)
	if len(d.Problems()) != before+1 {
		t.Errorf("%+v", d.Problems())
	}
	if err := d.SetTable("client", "accountid"); err != nil || len(d.Problems()) != before {
		t.Errorf("a table of another name: %v, %+v", err, d.Problems())
	}
	d.Undo()
	if d.Have("account", nil); len(d.Problems()) != before {
		t.Errorf("it is gone, and %+v", d.Problems())
	}
}

func TestNamesThatAreTypedKeepOnlyWhatIsSeen(t *testing.T) {
	d := NewDraft(account(), nil)
	for _, err := range []error{d.Rename("name", "cli\u200bent"), d.SetTable("acc\u202eount", "i\ufeffd"), d.BindConstant("fi\u00adxed", "x"), d.Bind("telephone1", "pho\u2060ne")} {
		if err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"client", "fixed", "phone"} {
		if _, ok := d.Binding(name); !ok {
			t.Errorf("%s is not there", name)
		}
	}
	if m := d.Saved(); m.Table != "account" || m.Key != "id" {
		t.Errorf("%s, %s", m.Table, m.Key)
	}
}

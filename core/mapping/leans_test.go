package mapping

import (
	"slices"
	"testing"

	"ferry/core"
)

func TestAFilterByHandIsPlainOnlyWhenItLooksAtTheRecordItself(t *testing.T) {
	for text, want := range map[string]bool{
		"":                                       true,
		"statecode eq 0":                         true,
		"name eq 'a/b (c)'":                      true,
		"(a eq 1 or not (b eq 2)) and c ne null": true,
		"contains(name,'x') and not startswith(name,'O''a')":                          true,
		"revenue gt 10.5 and createdon lt 2026-01-01":                                 true,
		"Microsoft.Dynamics.CRM.ContainValues(PropertyName='x',PropertyValues=['1'])": true,
		"Microsoft.Dynamics.CRM.In(PropertyName='x',PropertyValues=['1'])":            true,
		"Microsoft.Dynamics.CRM.Today(PropertyName='createdon')":                      false,
		"Microsoft.Dynamics.CRM.LastXDays (PropertyName='createdon',PropertyValue=3)": false,
		"Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')":                  false,
		"primarycontactid/fullname eq 'Ada'":                                          false,
		"contact_customer_accounts/any(x:x/statecode eq 0)":                           false,
		"year(createdon) eq 2026":                                                     false, // not known, so not trusted
		"createdon lt now()":                                                          false,
		"name eq 'open":                                                               false,
	} {
		if got := plainOData(text); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestWhatAMappingLeansOn(t *testing.T) {
	firm := core.Table{Name: core.TableName{Logical: "firm"}, Key: "firmid", Fields: []core.Field{
		{Name: "name", Type: core.TypeText, Readable: true}, {Name: "score", Type: core.TypeInteger, Readable: true, Derived: true}, {Name: "due", Type: core.TypeDate, Readable: true},
		{Name: "ownerid", Type: core.TypeOwner, Targets: []string{"user"}, Readable: true}}}
	person := core.Table{Name: core.TableName{Logical: "person"}, Key: "personid", Fields: []core.Field{
		{Name: "name", Type: core.TypeText, Readable: true}, {Name: "weight", Type: core.TypeInteger, Readable: true, Derived: true},
		{Name: "firmid", Type: core.TypeLookup, Targets: []string{"firm"}, Readable: true}}}
	tables := func(name string) *core.Table {
		return map[string]*core.Table{"firm": &firm, "person": &person}[name]
	}
	inGraz := Filter{Field: "name", Op: Is, Values: []string{"Graz"}}
	related := func(f Filter) *Filter { return &Filter{Related: &Related{Lookup: "firmid", Where: f}} }
	for name, c := range map[string]struct {
		m    Mapping
		want []Leaning
		why  Unrest
	}{
		"nothing":            {Mapping{}, nil, Calm},
		"its parent":         {Mapping{Where: related(inGraz)}, []Leaning{{Lookup: "firmid", Table: "firm", Filter: true}}, Calm},
		"a filled lookup":    {Mapping{Where: related(Filter{})}, nil, Calm},
		"a parent's day":     {Mapping{Where: related(Filter{Field: "due", Op: Today})}, nil, ByTime},
		"a parent's owner":   {Mapping{Where: related(Filter{Field: "ownerid", Op: IsMe})}, nil, ByPerson},
		"no such parent":     {Mapping{Where: &Filter{Related: &Related{Lookup: "firmid", None: true, Where: inGraz}}}, nil, ByOthers},
		"those that point":   {Mapping{Where: &Filter{Related: &Related{Relation: "x"}}}, nil, ByOthers},
		"what is worked out": {Mapping{Where: &Filter{Any: []Filter{inGraz, {Field: "weight", Op: Greater, Values: []string{"3"}}}}}, nil, ByCalculation},
		"a parent's score":   {Mapping{Where: related(Filter{Field: "score", Op: IsFilled})}, nil, ByCalculation},
		"a score by hand":    {Mapping{Filter: "weight gt 3"}, nil, ByCalculation},
		"in a text by hand":  {Mapping{Filter: "name eq 'weight'"}, nil, Calm},
		"in a function":      {Mapping{Filter: "Microsoft.Dynamics.CRM.In(PropertyName='weight',PropertyValues=['1'])"}, nil, ByCalculation},
		"by hand":            {Mapping{Filter: "firmid/name eq 'x'"}, nil, ByUnknown},
		"the imported one":   {Mapping{Columns: []Binding{{Field: "firmid", Lookup: &Lookup{By: ByRecord}}}}, []Leaning{{Lookup: "firmid", Table: "firm"}}, Calm},
		"its id as it is":    {Mapping{Columns: []Binding{{Field: "firmid"}}}, nil, Calm},
		"within a group":     {Mapping{Where: &Filter{Any: []Filter{{Field: "due", Op: LastHours, Values: []string{"3"}}}}}, nil, ByTime},
		"a table not known":  {Mapping{Where: &Filter{Related: &Related{Lookup: "firmid", Table: "other", Where: inGraz}}}, nil, ByOthers},
	} {
		got, why := c.m.Leans(person, tables)
		if why != c.why || !slices.EqualFunc(got, c.want, func(a, b Leaning) bool { return a.Lookup == b.Lookup && a.Table == b.Table && a.Filter == b.Filter }) {
			t.Errorf("%s: %+v %q", name, got, why)
		}
	}
}

func TestAFilterByHandThatAsksForAHiddenFieldIsAFault(t *testing.T) {
	table := core.Table{Name: core.TableName{Logical: "person"}, Key: "personid", Fields: []core.Field{
		{Name: "name", Type: core.TypeText, Readable: true}, {Name: "firmid", Type: core.TypeLookup, Readable: true},
		{Name: "secret", Type: core.TypeText, Secured: true}, {Name: "chiefid", Type: core.TypeLookup, Secured: true}}}
	for filter, hidden := range map[string]bool{
		"secret ne null":                  true,
		"name eq 'x' and (Secret eq '1')": true,
		"not startswith(secret,'a')":      true,
		"_chiefid_value ne null":          true,
		"chiefid/name eq 'x'":             true,
		"Microsoft.Dynamics.CRM.In(PropertyName='secret',PropertyValues=['1'])":    true,
		"Microsoft.Dynamics.CRM.In( PropertyName = 'secret',PropertyValues=['1'])": true,
		"name eq 'secret'":       false,
		"firmid/secret eq null":  false, // of another table
		"name ne 'it''s secret'": false,
		"secretary eq 1":         false,
	} {
		m := Mapping{ID: "m", Source: "person", Table: "person", Key: "personid", Filter: filter, Columns: []Binding{{Column: "name", Type: core.ColumnText, Field: "name"}}}
		_, err := Compile(m, table)
		if (err != nil) != hidden || hidden && core.AsFault(err).Code != "mapping.filter-field-hidden" {
			t.Errorf("%s: %v", filter, err)
		}
		problems := Edit(m, table, nil).Problems()
		if slices.ContainsFunc(problems, func(p Problem) bool { return p.Code == "filter-field-hidden" }) != hidden {
			t.Errorf("%s is told as %+v", filter, problems)
		}
	}
}

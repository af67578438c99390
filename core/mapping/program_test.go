package mapping

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"ferry/core"
)

// bind compiles one column of the account.
func bind(t *testing.T, dest *core.Table, b Binding, change ...func(m *Mapping)) *Program {
	t.Helper()
	m := Mapping{ID: "a", Source: "account", Table: "t", Key: "id", Columns: []Binding{b}}
	for _, f := range change {
		f(&m)
	}
	p, err := Compile(m, account(), About{Destination: dest, Tables: known})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func one(p *Program, v core.Value) (core.Value, *core.Fault) {
	out, fault := p.Apply(core.Record{Values: []core.Value{v}}, nil)
	if fault != nil {
		return core.Value{}, fault
	}
	return out[0], nil
}

func TestOverlappingCodesAreSubstitutedInOneStep(t *testing.T) {
	p := bind(t, client(), Binding{Column: "CFSector", Field: "industrycode", Choices: &Choices{Values: []ChoicePair{{Code: 1, To: "0"}, {Code: 3, To: "1"}, {Code: 0, To: "3"}}}})
	for code, want := range map[int64]int64{1: 0, 3: 1, 0: 3} {
		if got, fault := one(p, core.Choice(code)); fault != nil || got != core.Choice(want) {
			t.Errorf("%d becomes %v (%v), not %d", code, got, fault, want)
		}
	}
}

func TestAnOptionWithoutAValueFollowsThePolicy(t *testing.T) {
	pairs := []ChoicePair{{Code: 1, To: "5"}, {Code: 3, Empty: true}}
	for _, c := range []struct {
		c    Choices
		in   core.Value
		want core.Value
		code string
	}{
		{Choices{Values: pairs}, core.Choice(2), core.Value{}, "mapping.choice-unmatched"},
		{Choices{Values: pairs}, core.Choice(3), core.Null(), ""},
		{Choices{Values: pairs}, core.Choice(77), core.Value{}, "mapping.choice-unmatched"},
		{Choices{Values: pairs}, core.Null(), core.Null(), ""},
		{Choices{Values: pairs}, core.Value{}, core.Value{}, ""},
		{Choices{Values: pairs, Else: LeaveEmpty}, core.Choice(2), core.Null(), ""},
		{Choices{Values: pairs, Else: UseDefault, Default: "1"}, core.Choice(2), core.Choice(1), ""},
		{Choices{Values: pairs, Else: UseDefault, Default: "trade"}, core.Choice(77), core.Choice(5), ""},
		{Choices{Values: pairs, Else: Create}, core.Choice(2), core.Text("Brokers"), ""},
		{Choices{Values: pairs, Else: Create}, core.Choice(77), core.Value{}, "mapping.choice-unmatched"},
	} {
		p := bind(t, client(), Binding{Column: "CFSector", Field: "industrycode", Choices: &c.c})
		got, fault := one(p, c.in)
		code := ""
		if fault != nil {
			code = fault.Code
		}
		if got != c.want || code != c.code {
			t.Errorf("%+v makes of %v %v, %q", c.c, c.in, got, code)
		}
	}
}

func TestSeveralOptionsAreMappedEachAndKeepTogether(t *testing.T) {
	c := &Choices{Values: []ChoicePair{{Code: 1, To: "11"}, {Code: 9, To: "10"}, {Code: 12, To: "10"}}}
	p := bind(t, client(), Binding{Column: "CFLabels", Field: "new_tags", Choices: c})
	if got, fault := one(p, core.Choices(12, 1, 9)); fault != nil || got != core.Choices(10, 11) {
		t.Errorf("they become %v (%v)", got, fault)
	}
	if _, fault := one(p, core.Choices(1, 77)); fault == nil || fault.Subject.Field != "new_tags" {
		t.Errorf("one that has no value does not refuse the record: %v", fault)
	}
	text := bind(t, nil, Binding{Column: "tags", Type: core.ColumnText, Field: "new_tags", Choices: &Choices{Values: []ChoicePair{{Code: 1, To: "old"}, {Code: 9, To: "fast"}}, Else: LeaveEmpty}})
	if got, fault := one(text, core.Choices(1, 9, 12)); fault != nil || got != core.Text("old; fast") {
		t.Errorf("as text they become %v (%v)", got, fault)
	}
}

func TestEachConversionDoesWhatTheTableSays(t *testing.T) {
	day := core.Date(2024, 2, 29)
	at := core.Time(time.Date(2024, 2, 29, 23, 30, 0, 0, time.UTC))
	for _, c := range []struct {
		field, column string
		in, want      core.Value
		refused       bool
	}{
		{"numberofemployees", "ref", core.Int(12), core.Text("12"), false},
		{"revenue", "ref", core.Decimal("20000.0000"), core.Text("20000.0000"), false},
		{"revenue", "turnover", core.Decimal("20000.0000"), core.Decimal("20000.0000"), false},
		{"revenue", "staff", core.Decimal("12.0000"), core.Int(12), false},
		{"revenue", "staff", core.Decimal("12.5"), core.Value{}, true},
		{"telephone1", "staff", core.Text(" 12 "), core.Int(12), false},
		{"telephone1", "staff", core.Text("many"), core.Value{}, true},
		{"telephone1", "staff", core.Text(""), core.Null(), false},
		{"telephone1", "turnover", core.Text("+1.50"), core.Decimal("1.50"), false},
		{"telephone1", "turnover", core.Text("1,50"), core.Value{}, true},
		{"telephone1", "founded", core.Text("2024-02-29"), day, false},
		{"telephone1", "founded", core.Text("29.2.2024"), core.Value{}, true},
		{"telephone1", "since", core.Text("2024-02-29T23:30:00Z"), at, false},
		{"telephone1", "guid", core.Text("{7D1D8B0F-0000-4000-8000-000000000001}"), core.Text("7d1d8b0f-0000-4000-8000-000000000001"), false},
		{"telephone1", "guid", core.Text("x"), core.Value{}, true},
		{"telephone1", "mailing", core.Text("Yes"), core.Bool(true), false},
		{"telephone1", "CFSector", core.Text(" TRADE"), core.Choice(5), false},
		{"telephone1", "CFSector", core.Text("Other"), core.Value{}, true},
		{"industrycode", "ref", core.Choice(2), core.Text("Brokers"), false},
		{"industrycode", "ref", core.Choice(77), core.Value{}, true},
		{"industrycode", "staff", core.Choice(2), core.Choice(2), false},
		{"new_tags", "ref", core.Choices(1, 9), core.Text("Old; Fast"), false},
		{"donotemail", "ref", core.Bool(true), core.Text("Do Not Allow"), false},
		{"donotemail", "staff", core.Bool(true), core.Int(1), false},
		{"donotemail", "inactive", core.Bool(true), core.Bool(true), false},
		{"new_founded", "since", day, core.Time(time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)), false},
		{"new_founded", "ref", day, core.Text("2024-02-29"), false},
		{"createdon", "founded", at, core.Date(2024, 3, 1), false},
		{"createdon", "ref", at, core.Text("2024-02-29T23:30:00Z"), false},
		{"primarycontactid", "ref", core.Ref("contact", "c"), core.Text("c"), false},
		{"entityimage", "logo", core.Bytes([]byte{1}), core.Bytes([]byte{1}), false},
	} {
		from, to := account(), client()
		if fit := FitsField(*from.Field(c.field), *to.Field(c.column)); !fit.OK {
			t.Errorf("%s does not fit into %s: %s", c.field, c.column, fit.Why)
		}
		p := bind(t, to, Binding{Column: c.column, Field: c.field}, func(m *Mapping) { m.Zone = "Europe/Berlin" })
		got, fault := one(p, c.in)
		if got != c.want || (fault != nil) != c.refused {
			t.Errorf("%s %v becomes %v in %s: %v", c.field, c.in, got, c.column, fault)
		}
		for _, empty := range []core.Value{core.Null(), {}} {
			if got, fault := one(p, empty); got != empty || fault != nil {
				t.Errorf("an empty %s becomes %v in %s: %v", c.field, got, c.column, fault)
			}
		}
	}
}

func TestADayNeverShiftsInAnyZone(t *testing.T) {
	for _, zone := range []string{"", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Havana", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia", "America/Sao_Paulo"} {
		for d := (day{2011, 1, 1}); d.year < 2012; d = d.add(0, 0, 1) {
			v := core.Date(d.year, d.month, d.day)
			for column, want := range map[string]core.Value{"founded": v, "ref": core.Text(d.String()), "since": core.Time(d.utc())} {
				p := bind(t, client(), Binding{Column: column, Field: "new_founded"}, func(m *Mapping) { m.Zone = zone })
				if got, fault := one(p, v); got != want || fault != nil {
					t.Fatalf("%s becomes %v in %s, %q", d, got, column, zone)
				}
			}
		}
	}
}

func TestNothingThatWasNotAskedForChangesAValue(t *testing.T) {
	table := account()
	p, err := Compile(Default(table), table)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		in := anyRecord(r, p, table)
		was := slices.Clone(in.Values)
		out, fault := p.Apply(in, nil)
		if fault != nil {
			t.Fatal(fault)
		}
		again, _ := p.Apply(in, nil)
		if !reflect.DeepEqual(out, again) || !reflect.DeepEqual(was, in.Values) {
			t.Fatal("the same record gives another result, or was changed")
		}
		for i, b := range p.Bindings() {
			if from := in.Values[slices.Index(p.Fields(), b.Field)]; b.Part == Whole && out[i] != from {
				t.Errorf("%s was %v and is %v", b.Column, from, out[i])
			}
		}
	}
}

func TestNeitherCompileNorApplyEverPanics(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 2))
		dest := client()
		if seed%2 == 0 {
			dest = nil
		}
		d := NewDraft(account(), dest)
		for range 15 {
			all := verbs(r, d)
			_ = all[r.IntN(len(all))]()
		}
		p, err := d.Compile()
		if err != nil {
			if f := core.AsFault(err); f.Kind == core.Bug || f.Remedy == "" {
				t.Errorf("seed %d: %v", seed, err)
			}
			continue
		}
		for range 20 {
			in := anyRecord(r, p, account())
			for i := range in.Values { // what the source should never give
				if r.IntN(10) == 0 {
					in.Values[i] = anyValue(r, core.Field{Type: []core.FieldType{core.TypeText, core.TypeChoice, core.TypeLookup, core.TypeImage, core.TypeDate}[r.IntN(5)]})
				}
			}
			a, fa := p.Apply(in, nil)
			b, fb := p.Apply(in, nil)
			if !reflect.DeepEqual(a, b) || !reflect.DeepEqual(fa, fb) {
				t.Fatalf("seed %d: the same input gives another output", seed)
			}
			if fa == nil && len(a) != len(p.Plan().Columns) || fa != nil && (fa.Remedy == "" || fa.Kind == core.Bug) {
				t.Fatalf("seed %d: %d values, %v", seed, len(a), fa)
			}
			rows := Preview(p, []core.Record{in})
			if fa == nil {
				for i, c := range rows[0].Cells {
					if c.Fault != nil || c.Result != a[i] {
						t.Fatalf("seed %d: the preview shows %v for %s, the import writes %v", seed, c.Result, c.Column, a[i])
					}
				}
			} else if rows[0].Fault == nil || rows[0].Fault.Code != fa.Code {
				t.Fatalf("seed %d: the preview says %v, the import %v", seed, rows[0].Fault, fa)
			}
		}
	}
}

func TestOnlyReferencesToTheChosenTableAreCarried(t *testing.T) {
	p := bind(t, nil, Binding{Column: "user", Type: core.ColumnText, Field: "ownerid", Lookup: &Lookup{By: ByRecord, Target: "systemuser"}})
	for in, want := range map[core.Value]core.Value{core.Ref("systemuser", "u"): core.Ref("systemuser", "u"), core.Ref("team", "t"): core.Null(), core.Ref("", "x"): core.Ref("", "x")} {
		if got, _ := one(p, in); got != want {
			t.Errorf("%v becomes %v", in, got)
		}
	}
	if !p.Plan().Columns[0].Ref {
		t.Error("the imported record is not looked for")
	}
}

func TestATemplateIsNeverHalfFilled(t *testing.T) {
	p := bind(t, nil, Binding{Column: "c", Type: core.ColumnText, From: FromTemplate, Text: "{{name}} · {{ industrycode }} · {{donotemail}} · {{createdon}}"}, func(m *Mapping) { m.Zone = "Asia/Tokyo" })
	at := core.Time(time.Date(2024, 2, 29, 23, 30, 0, 0, time.UTC))
	for _, c := range []struct {
		in   []core.Value
		want core.Value
	}{
		{[]core.Value{core.Text("A"), core.Choice(1), core.Bool(true), at}, core.Text("A · Accounting · Do Not Allow · 2024-03-01 08:30")},
		{[]core.Value{core.Text("A"), core.Null(), core.Null(), core.Null()}, core.Text("A ·  ·  · ")},
		{[]core.Value{core.Null(), core.Null(), core.Null(), core.Null()}, core.Null()},
		{[]core.Value{core.Text("A"), core.Value{}, core.Null(), core.Null()}, core.Value{}},
	} {
		out, fault := p.Apply(core.Record{Values: c.in}, nil)
		if fault != nil || out[0] != c.want {
			t.Errorf("%v gives %v", c.in, out)
		}
	}
	s := bind(t, nil, Binding{Column: "c", Type: core.ColumnText, From: FromSeveral, Fields: []string{"name", "telephone1"}})
	for _, c := range []struct{ a, b, want core.Value }{
		{core.Text("x"), core.Value{}, core.Text("x")}, {core.Text(""), core.Text("y"), core.Text("y")},
		{core.Null(), core.Null(), core.Null()}, {core.Value{}, core.Text("y"), core.Value{}},
	} {
		if out, _ := s.Apply(core.Record{Values: []core.Value{c.a, c.b}}, nil); out[0] != c.want {
			t.Errorf("of %v and %v the first is %v", c.a, c.b, out[0])
		}
	}
}

func TestARuleSaysWhenAValueIsWritten(t *testing.T) {
	x, y, null, absent := core.Text("x"), core.Text("y"), core.Null(), core.Value{}
	for _, c := range []struct {
		name string
		b    Binding
		m    Meeting
		want bool
	}{
		{"a new record", Binding{}, Meeting{New: true, Next: x}, true},
		{"a new record, never", Binding{Made: NeverWrite}, Meeting{New: true, Next: x}, false},
		{"a new record, only new", Binding{Made: OnlyNew}, Meeting{New: true, Next: x}, true},
		{"made by Ferry", Binding{}, Meeting{Made: true, Next: x, There: y}, true},
		{"found there, filled", Binding{}, Meeting{Next: x, There: y}, false},
		{"found there, blank", Binding{}, Meeting{Next: x, There: core.Text("")}, true},
		{"empty never erases", Binding{}, Meeting{Made: true, Next: null, There: y}, false},
		{"empty text neither", Binding{}, Meeting{Made: true, Next: core.Text(""), There: y}, false},
		{"unless it may", Binding{MayEmpty: true}, Meeting{Made: true, Next: null, There: y}, true},
		{"what is not known is never written", Binding{MayEmpty: true, Made: Overwrite}, Meeting{Made: true, Next: absent, There: y}, false},
		{"only new, old record", Binding{Made: OnlyNew}, Meeting{Made: true, Next: x, There: null}, false},
		{"changed there since", Binding{Made: UnlessChanged}, Meeting{Made: true, Next: x, There: y, Left: core.Text("z")}, false},
		{"not changed there since", Binding{Made: UnlessChanged}, Meeting{Made: true, Next: x, There: y, Left: y}, true},
		{"not known what was left", Binding{Made: UnlessChanged}, Meeting{Made: true, Next: x, There: y}, false},
		{"found there, overwrite", Binding{Found: Overwrite}, Meeting{Next: x, There: y}, true},
	} {
		if got := c.b.Rule().Plan().Writes(c.m); got != c.want {
			t.Errorf("%s: written is %v", c.name, got)
		}
	}
}

func TestARecordWithoutWhatTheDestinationNeedsIsRefused(t *testing.T) {
	p := bind(t, client(), Binding{Column: "name", Field: "name", NotNull: true})
	for _, v := range []core.Value{core.Null(), core.Text("")} {
		if _, fault := one(p, v); fault == nil || fault.Code != "mapping.value-missing" {
			t.Errorf("%v gives %v", v, fault)
		}
	}
	if _, fault := one(p, core.Value{}); fault != nil {
		t.Errorf("what is not known refuses the record: %v", fault)
	}
}

func TestOnlyActiveRecordsAreAskedForWhenThatIsWanted(t *testing.T) {
	d := NewDraft(account(), nil)
	d.Know(contact())
	for _, err := range []error{
		d.SetActiveOnly(true), d.SetFilter(cond("name", Begins, "F")), d.SetFilterText("revenue gt 5 or revenue eq null"),
		d.AddChild(contact(), "parentcustomerid"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	p, err := d.Compile()
	if err != nil {
		t.Fatal(err)
	}
	q, err := p.Query(noon)
	if want := "(revenue gt 5 or revenue eq null) and (startswith(name,'F') and statecode eq 0)"; err != nil || q.Filter != want {
		t.Errorf("asked for is %s, %v", q.Filter, err)
	}
	flat := Flatten(d.Saved(), known)
	if len(flat) != 2 || flat[1].Parent != "account" || len(flat[0].Children) != 0 {
		t.Fatalf("flat are %+v", flat)
	}
	c, err := Compile(flat[1], contact(), About{Tables: known})
	if err != nil {
		t.Fatal(err)
	}
	q, err = c.Query(noon)
	if want := "((parentcustomerid_account/accountid ne null and (parentcustomerid_account/revenue gt 5 or parentcustomerid_account/revenue eq null))) and " +
		"(startswith(parentcustomerid_account/name,'F') and parentcustomerid_account/statecode eq 0)"; err != nil || q.Filter != want || c.Plan().Parent != "account" {
		t.Errorf("of the children asked for is %s, %v", q.Filter, err)
	}
}

func TestChildrenOfChildrenAreOnlyThoseWhoseParentsAreImported(t *testing.T) {
	d := NewDraft(account(), nil)
	if err := d.AddChild(contact(), "parentcustomerid"); err != nil {
		t.Fatal(err)
	}
	c, ok := d.Child("account.contact")
	if !ok {
		t.Fatal("no child")
	}
	for _, err := range []error{c.SetFilter(cond("fullname", IsFilled)), c.AddChild(account(), "primarycontactid"), d.PutChild(c.Saved())} {
		if err != nil {
			t.Fatal(err)
		}
	}
	flat := Flatten(d.Saved(), known)
	if len(flat) != 3 {
		t.Fatalf("%d mappings", len(flat))
	}
	p, err := Compile(flat[2], account(), About{Tables: known})
	if err != nil {
		t.Fatal(err)
	}
	want := "(primarycontactid/fullname ne null and primarycontactid/parentcustomerid_account/accountid ne null)"
	if text, err := p.Filter(noon); text != want || err != nil || p.Plan().Parent != flat[1].ID {
		t.Errorf("asked for is %s, %v", text, err)
	}
}

func TestAFilterByHandHoldsForChildrenTooWhereItCanBeCarried(t *testing.T) {
	for filter, want := range map[string]string{
		"": "",
		"name eq 'O''Brian and name' and not (statecode eq 1)": "(parentcustomerid_account/accountid ne null and " +
			"(parentcustomerid_account/name eq 'O''Brian and name' and not (parentcustomerid_account/statecode eq 1)))",
		"contains(name,'a') or revenue gt -1.5 or createdon ge 2024-05-01T00:00:00Z": "(parentcustomerid_account/accountid ne null and " +
			"(contains(parentcustomerid_account/name,'a') or parentcustomerid_account/revenue gt -1.5 or parentcustomerid_account/createdon ge 2024-05-01T00:00:00Z))",
		"_primarycontactid_value eq abcdef01-0000-0000-0000-000000000001 and primarycontactid/fullname ne null": "(parentcustomerid_account/accountid ne null and " +
			"(parentcustomerid_account/_primarycontactid_value eq abcdef01-0000-0000-0000-000000000001 and parentcustomerid_account/primarycontactid/fullname ne null))",
		"Microsoft.Dynamics.CRM.Today(PropertyName='createdon')": "",
		"contact_customer_accounts/any(c:c/fullname eq 'a')":     "",
		"name eq 'a": "",
	} {
		m := Mapping{ID: "account", Source: "account", Table: "account", Key: "accountid", Filter: filter, Children: []Mapping{
			{ID: "people", Source: "contact", Table: "contact", Key: "contactid", Link: "parentcustomerid"},
		}}
		child := Flatten(m, known)[1]
		if child.Filter != want {
			t.Errorf("%s\nis  %s\nnot %s", filter, child.Filter, want)
		}
	}
}

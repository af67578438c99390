package mapping

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"ferry/core"
)

var noon = time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)

func (p *Program) zoneNow() time.Time { return noon }

func known(name string) *core.Table {
	for _, t := range []core.Table{account(), contact()} {
		if t.Name.Logical == name {
			return &t
		}
	}
	return nil
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func cond(field string, op Op, values ...string) Filter {
	return Filter{Field: field, Op: op, Values: values}
}

func TestAFilterBecomesODataText(t *testing.T) {
	guid := "7D1D8B0F-0000-4000-8000-000000000001"
	low := strings.ToLower(guid)
	for _, c := range []struct {
		f    Filter
		want string
	}{
		{Filter{}, ""},
		{cond("name", Is, "O'Brian & Söhne"), "name eq 'O''Brian & Söhne'"},
		{cond("name", IsNot, "x"), "(name ne 'x' or name eq null)"},
		{cond("name", Contains, "50%_[a]"), "contains(name,'50[%][_][[]a]')"},
		{cond("name", NotBegin, "x"), "(not (startswith(name,'x')) or name eq null)"},
		{cond("name", Ends, "x"), "endswith(name,'x')"},
		{cond("name", IsAnyOf, "a", "b"), "(name eq 'a' or name eq 'b')"},
		{cond("name", IsNoneOf, "a"), "(not (name eq 'a') or name eq null)"},
		{cond("name", IsEmpty), "name eq null"},
		{cond("industrycode", IsFilled), "industrycode ne null"},
		{cond("industrycode", IsAnyOf, "1", " 2 "), "(industrycode eq 1 or industrycode eq 2)"},
		{cond("numberofemployees", Between, "10", "20"), "(numberofemployees ge 10 and numberofemployees le 20)"},
		{cond("revenue", Greater, "12.50"), "revenue gt 12.50"},
		{cond("revenue", NotBetween, "1", "2"), "(not ((revenue ge 1 and revenue le 2)) or revenue eq null)"},
		{cond("donotemail", Is, "yes"), "donotemail eq true"},
		{cond("accountid", Is, guid), "accountid eq " + low},
		{cond("primarycontactid", IsNot, "{"+guid+"}"), "(_primarycontactid_value ne " + low + " or _primarycontactid_value eq null)"},
		{cond("ownerid", IsMe), "Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')"},
		{cond("new_tags", HasAny, "1", "9"), "Microsoft.Dynamics.CRM.ContainValues(PropertyName='new_tags',PropertyValues=['1','9'])"},
		{cond("new_tags", HasAll, "1", "9"), "(Microsoft.Dynamics.CRM.ContainValues(PropertyName='new_tags',PropertyValues=['1']) and Microsoft.Dynamics.CRM.ContainValues(PropertyName='new_tags',PropertyValues=['9']))"},
		{cond("new_tags", HasNone, "1"), "(not Microsoft.Dynamics.CRM.ContainValues(PropertyName='new_tags',PropertyValues=['1']) or new_tags eq null)"},
		{Filter{All: []Filter{cond("name", IsFilled), {Any: []Filter{cond("revenue", Less, "1"), cond("revenue", IsEmpty)}}}}, "(name ne null and (revenue lt 1 or revenue eq null))"},
		{Filter{Related: &Related{Lookup: "primarycontactid", Where: cond("fullname", Contains, "a")}}, "contains(primarycontactid/fullname,'a')"},
		{Filter{Related: &Related{Lookup: "primarycontactid"}}, "_primarycontactid_value ne null"},
		{Filter{Related: &Related{Lookup: "primarycontactid", None: true, Where: cond("statecode", Is, "1")}}, "(_primarycontactid_value eq null or not (primarycontactid/statecode eq 1))"},
		{Filter{Related: &Related{Relation: "contact_customer_accounts", Where: cond("fullname", Is, "a")}}, "contact_customer_accounts/any(x:x/fullname eq 'a')"},
		{Filter{Related: &Related{Relation: "contact_customer_accounts", None: true}}, "not contact_customer_accounts/any()"},
		{cond("new_founded", On, "2024-05-01"), "(new_founded ge 2024-05-01 and new_founded lt 2024-05-02)"},
		{cond("new_founded", After, "2024-02-28"), "new_founded ge 2024-02-29"},
		{cond("createdon", On, "2024-05-01"), "(createdon ge 2024-04-30T22:00:00Z and createdon lt 2024-05-01T22:00:00Z)"},
		{cond("createdon", Before, "2024-05-01 13:30"), "createdon lt 2024-05-01T11:30:00Z"},
		{cond("createdon", Between, "2024-03-30", "2024-03-31"), "(createdon ge 2024-03-29T23:00:00Z and createdon lt 2024-03-31T22:00:00Z)"},
		{cond("createdon", LastDays, "30"), "(createdon ge 2026-02-28T23:00:00Z and createdon lt 2026-03-31T22:00:00Z)"},
		{cond("createdon", LastHours, "2"), "(createdon ge 2026-03-31T10:00:00Z and createdon le 2026-03-31T12:00:00Z)"},
		{cond("new_founded", LastMonth), "(new_founded ge 2026-02-01 and new_founded lt 2026-03-01)"},
		{cond("new_founded", ThisWeek), "(new_founded ge 2026-03-30 and new_founded lt 2026-04-06)"},
		{cond("new_founded", LastMonths, "1"), "(new_founded ge 2026-02-28 and new_founded lt 2026-04-01)"},
		{cond("new_founded", OlderYears, "2"), "new_founded lt 2024-03-31"},
	} {
		got, err := c.f.OData(account(), Circumstances{Now: noon, Zone: zone(t, "Europe/Berlin"), Tables: known})
		if err != nil || got != c.want {
			t.Errorf("%+v\nis   %s\nnot  %s\n%v", c.f, got, c.want, err)
		}
	}
}

func TestAStepAlongALookupOfSeveralTablesMeansOneOfThem(t *testing.T) {
	for _, c := range []struct {
		r    Related
		want string
	}{
		{Related{Lookup: "parentcustomerid", Table: "account"}, "parentcustomerid_account/accountid ne null"},
		{Related{Lookup: "parentcustomerid", Table: "account", None: true}, "parentcustomerid_account/accountid eq null"},
	} {
		got, err := Filter{Related: &c.r}.OData(*known("contact"), Circumstances{Tables: known})
		if err != nil || got != c.want {
			t.Errorf("%+v is %s, not %s: %v", c.r, got, c.want, err)
		}
	}
}

func TestAFilterThatCannotBeWrittenIsAFaultAndNeverHalfAFilter(t *testing.T) {
	deep := cond("name", IsEmpty)
	for range 100 {
		deep = Filter{All: []Filter{deep}}
	}
	for _, c := range []struct {
		f    Filter
		code string
	}{
		{cond("nothing", IsEmpty), "mapping.filter-field-gone"},
		{cond("new_secret", IsEmpty), "mapping.filter-field-hidden"},
		{cond("name", Greater, "x"), "mapping.filter-operator"},
		{cond("name", "made-up", "x"), "mapping.filter-operator"},
		{cond("name", Is), "mapping.filter-unfinished"},
		{cond("name", Is, ""), "mapping.filter-unfinished"},
		{cond("name", ""), "mapping.filter-unfinished"},
		{cond("", Is, "x"), "mapping.filter-unfinished"},
		{Filter{All: []Filter{{}}}, "mapping.filter-unfinished"},
		{cond("revenue", Is, "1 or true"), "mapping.filter-number"},
		{cond("revenue", Is, "1e5"), "mapping.filter-number"},
		{cond("numberofemployees", Is, "99999999999999999999"), "mapping.filter-number"},
		{cond("industrycode", Is, "Brokers"), "mapping.filter-option"},
		{cond("new_tags", HasAny, "1','2"), "mapping.filter-option"},
		{cond("primarycontactid", Is, "Ada"), "mapping.filter-id"},
		{cond("createdon", On, "1.5.2024"), "mapping.filter-date"},
		{cond("new_founded", On, "2024-05-01T10:00:00Z"), "mapping.filter-date"},
		{cond("createdon", LastDays, "0"), "mapping.filter-number"},
		{cond("createdon", LastDays, "-1"), "mapping.filter-number"},
		{Filter{Related: &Related{Lookup: "ownerid"}}, "mapping.filter-related-unknown"},
		{Filter{Related: &Related{Relation: "nothing"}}, "mapping.filter-related-unknown"},
		{Filter{Related: &Related{Lookup: "name"}}, "mapping.filter-field-gone"},
		{Filter{Related: &Related{Lookup: "primarycontactid", Where: cond("new_kinds", HasAny, "1")}}, "mapping.filter-operator-related"},
		{deep, "mapping.filter-deep"},
	} {
		got, err := c.f.OData(account(), Circumstances{Now: noon, Tables: known})
		f := core.AsFault(err)
		if err == nil || f.Code != c.code || f.Remedy == "" || got != "" {
			t.Errorf("%+v gives %q, %v", c.f, got, err)
		}
	}
}

// anyFilter makes a filter that can be written, of operators that fit.
func anyFilter(r *rand.Rand, t core.Table, depth int) Filter {
	if depth > 0 && r.IntN(2) == 0 {
		var parts []Filter
		for range 1 + r.IntN(3) {
			parts = append(parts, anyFilter(r, t, depth-1))
		}
		if r.IntN(2) == 0 {
			return Filter{All: parts}
		}
		return Filter{Any: parts}
	}
	for {
		f := t.Fields[r.IntN(len(t.Fields))]
		ops := Ops(f.Type)
		if !f.Readable || len(ops) == 0 {
			continue
		}
		return anyCondition(r, f, ops[r.IntN(len(ops))])
	}
}

func anyCondition(r *rand.Rand, f core.Field, op OpInfo) Filter {
	n := op.Values
	if n < 0 {
		n = 1 + r.IntN(3)
	}
	out := Filter{Field: f.Name, Op: op.Op}
	for range n {
		out.Values = append(out.Values, anyLiteral(r, f, op))
	}
	return out
}

func anyLiteral(r *rand.Rand, f core.Field, op OpInfo) string {
	if op.Number {
		return []string{"1", "30", "100"}[r.IntN(3)]
	}
	switch familyOf(f.Type) {
	case familyText:
		return []string{"a", "O'Brian", "100%", "[x]_y", "' or 1 eq 1 or name eq '", "ü日", `"`, "a&b=c#d", "a+b", "\\"}[r.IntN(10)]
	case familyNumber:
		return []string{"0", "-1.5", "20000.0000"}[r.IntN(3)]
	case familyBoolean:
		return []string{"yes", "no", "true", "0"}[r.IntN(4)]
	case familyDate:
		return []string{"2024-02-29", "1753-01-01"}[r.IntN(2)]
	case familyDateTime:
		return []string{"2024-02-29", "2024-05-01T10:00:00Z", "2024-05-01 10:00"}[r.IntN(3)]
	case familyLookup, familyID:
		return "7d1d8b0f-0000-4000-8000-000000000001"
	}
	return []string{"0", "1", "2"}[r.IntN(3)]
}

func TestAFilterThatWasSavedAndReadIsTheSameFilter(t *testing.T) {
	for seed := range uint64(200) {
		f := anyFilter(rand.New(rand.NewPCG(seed, 1)), account(), 4)
		text, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		var g Filter
		if err := json.Unmarshal(text, &g); err != nil || !reflect.DeepEqual(f, g) {
			t.Fatalf("%s is read as %+v: %v", text, g, err)
		}
		c := Circumstances{Now: noon, Tables: known}
		a, errA := f.OData(account(), c)
		b, errB := g.OData(account(), c)
		if a != b || errA != nil || errB != nil || a == "" {
			t.Fatalf("%s becomes %q and %q, %v", text, a, b, errA)
		}
	}
}

func TestADayBeginsAtItsFirstInstantInEveryZone(t *testing.T) {
	for _, c := range []struct{ zone, day, start string }{
		{"UTC", "2024-05-01", "2024-05-01T00:00:00Z"},
		{"Pacific/Kiritimati", "2024-05-01", "2024-04-30T10:00:00Z"},
		{"Pacific/Pago_Pago", "2024-05-01", "2024-05-01T11:00:00Z"},
		{"Asia/Kathmandu", "2024-05-01", "2024-04-30T18:15:00Z"},
		{"America/Sao_Paulo", "2017-10-15", "2017-10-15T03:00:00Z"}, // midnight does not exist: clocks go from 00:00 to 01:00
		{"America/Havana", "2023-11-05", "2023-11-05T04:00:00Z"},    // midnight to one o'clock is there twice
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},      // the day before never was
		{"Europe/Berlin", "2024-03-31", "2024-03-30T23:00:00Z"},
		{"Europe/Berlin", "2024-10-27", "2024-10-26T22:00:00Z"},
	} {
		d, _ := time.Parse(time.DateOnly, c.day)
		if got := instant(dayOf(d).start(zone(t, c.zone))); got != c.start {
			t.Errorf("%s begins in %s at %s, not %s", c.day, c.zone, got, c.start)
		}
	}
}

func TestDaysFollowEachOtherWithoutGapInEveryZone(t *testing.T) {
	for _, name := range []string{"America/Havana", "America/Sao_Paulo", "Pacific/Apia", "Asia/Beirut", "Africa/Cairo", "Europe/Lisbon", "Antarctica/Troll", "Australia/Lord_Howe", "Asia/Pyongyang"} {
		z := zone(t, name)
		for d := (day{2009, 1, 1}); d.year < 2027; d = d.add(0, 0, 1) {
			start := d.start(z)
			if got := dayOf(start.In(z)); got != d && name != "Pacific/Apia" {
				t.Fatalf("%s begins in %s on %s", d, name, got)
			}
			if before := dayOf(start.Add(-time.Second).In(z)); !before.utc().Before(d.utc()) {
				t.Fatalf("%s begins in %s too late", d, name)
			}
		}
	}
}

func FuzzNoValueBreaksOutOfAFilter(f *testing.F) {
	for _, s := range []string{"x", "'", "''", "' or 1 eq 1", "%", "[", "a\nb", "\x00", "日本"} {
		f.Add(s)
	}
	t0 := account()
	f.Fuzz(func(t *testing.T, s string) {
		for _, op := range []Op{Is, Contains, IsNoneOf} {
			text, err := cond("name", op, s).OData(t0, Circumstances{Now: noon})
			if err != nil {
				continue
			}
			// Outside of quotes only our own words stand.
			outside, in := "", false
			for _, r := range text {
				if r == '\'' {
					in = !in
				} else if !in {
					outside += string(r)
				}
			}
			want := map[Op]string{Is: "name eq ", Contains: "contains(name,)", IsNoneOf: "(not (name eq ) or name eq null)"}[op]
			if in || outside != want {
				t.Errorf("%q becomes %s", s, text)
			}
		}
		for _, field := range []string{"revenue", "industrycode", "primarycontactid", "createdon", "donotemail", "new_tags"} {
			for _, op := range Ops(t0.Field(field).Type) {
				text, err := cond(field, op.Op, s).OData(t0, Circumstances{Now: noon})
				if err == nil && op.Values == 1 && strings.ContainsAny(text, "\x00\n") {
					t.Errorf("%q becomes %q", s, text)
				}
			}
		}
	})
}

func TestAFilterOfATimeWithoutZoneMeansWhatTheWallShows(t *testing.T) {
	table := core.Table{Name: core.TableName{Logical: "t"}, Key: "tid", Fields: []core.Field{
		{Name: "departs", Type: core.TypeDateTime, Dates: core.TimeZoneIndependent, Readable: true},
		{Name: "seen", Type: core.TypeDateTime, Dates: core.UserLocal, Readable: true},
		{Name: "born", Type: core.TypeDate, Dates: core.DateOnly, Readable: true},
	}}
	now := time.Date(2024, 3, 10, 6, 30, 0, 0, time.UTC) // half past ten at night of the day before, in Los Angeles
	for _, c := range []struct {
		f    Filter
		want string
	}{
		{Filter{Field: "departs", Op: Today}, "(departs ge 2024-03-09T00:00:00Z and departs lt 2024-03-10T00:00:00Z)"},
		{Filter{Field: "seen", Op: Today}, "(seen ge 2024-03-09T08:00:00Z and seen lt 2024-03-10T08:00:00Z)"},
		{Filter{Field: "born", Op: Today}, "(born ge 2024-03-09 and born lt 2024-03-10)"},
		{Filter{Field: "departs", Op: On, Values: []string{"2024-03-10"}}, "(departs ge 2024-03-10T00:00:00Z and departs lt 2024-03-11T00:00:00Z)"},
		{Filter{Field: "seen", Op: On, Values: []string{"2024-03-10"}}, "(seen ge 2024-03-10T08:00:00Z and seen lt 2024-03-11T07:00:00Z)"},
		{Filter{Field: "departs", Op: Before, Values: []string{"2024-03-10 02:30"}}, "departs lt 2024-03-10T02:30:00Z"},
		{Filter{Field: "departs", Op: LastHours, Values: []string{"1"}}, "(departs ge 2024-03-09T21:30:00Z and departs le 2024-03-09T22:30:00Z)"},
		{Filter{Field: "seen", Op: LastHours, Values: []string{"1"}}, "(seen ge 2024-03-10T05:30:00Z and seen le 2024-03-10T06:30:00Z)"},
	} {
		got, err := c.f.OData(table, Circumstances{Now: now, Zone: zone(t, "America/Los_Angeles")})
		if err != nil || got != c.want {
			t.Errorf("%+v: %s, %v", c.f, got, err)
		}
	}
}

func TestRecordsThatPointHereAreCalledAsTheWebAPICallsThem(t *testing.T) {
	about := account()
	about.Relations[0].Nav = "new_People"
	text, err := Filter{Related: &Related{Relation: about.Relations[0].Name, None: true, Where: cond("fullname", Is, "a")}}.OData(about, Circumstances{Tables: known})
	if err != nil || text != "not new_People/any(x:x/fullname eq 'a')" {
		t.Errorf("got %s, %v", text, err)
	}
}

func TestAStepToARelatedRecordHoldsOnlyWhereThereIsOne(t *testing.T) {
	for _, c := range []struct {
		r    Related
		want string
	}{
		{Related{Lookup: "parentcustomerid", Table: "account", Where: cond("industrycode", IsNoneOf, "1")},
			"(parentcustomerid_account/accountid ne null and (not (parentcustomerid_account/industrycode eq 1) or parentcustomerid_account/industrycode eq null))"},
		{Related{Lookup: "parentcustomerid", Table: "account", None: true, Where: cond("industrycode", IsEmpty)},
			"(parentcustomerid_account/accountid eq null or not ((parentcustomerid_account/accountid ne null and parentcustomerid_account/industrycode eq null)))"},
		{Related{Lookup: "parentcustomerid", Table: "account", Where: cond("name", IsFilled)}, "parentcustomerid_account/name ne null"},
	} {
		got, err := Filter{Related: &c.r}.OData(*known("contact"), Circumstances{Tables: known})
		if err != nil || got != c.want {
			t.Errorf("%+v is\n%s, not\n%s: %v", c.r, got, c.want, err)
		}
	}
}

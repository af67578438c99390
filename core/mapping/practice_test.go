package mapping

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/core"
	"ferry/core/dataverse"
	"ferry/core/practice"
	"ferry/core/practice/practicetest"
)

// connect makes a Source of a practice environment, signed in as its application.
func connect(t *testing.T, e *practice.Environment) core.Source {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: e.Pool, MinVersion: tls.VersionTLS12}, DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {e.SecretApp}, "client_secret": {e.Secret}, "scope": {e.Org + "/.default"}}
	w, err := (&http.Client{Transport: transport}).PostForm(e.Authority+"/oauth2/v2.0/token", form)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	var in struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(w.Body).Decode(&in); err != nil {
		t.Fatal(err)
	}
	s, err := dataverse.New(dataverse.Config{
		Org: e.Org, Transport: transport, Language: 1033,
		Token: func(context.Context, string) (string, error) { return in.Token, nil },
		Wait:  func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func readAll(t *testing.T, s core.Source, q core.Query) []core.Record {
	t.Helper()
	var out []core.Record
	for page, err := range s.Read(context.Background(), q, core.Bookmark{}) {
		if err != nil {
			f := core.AsFault(err)
			t.Fatalf("%s: %s (%s)", q.Filter, f.Cause, f.Details)
		}
		for _, r := range page.Records {
			for i, v := range r.Values {
				if v.Kind() == core.KindText {
					r.Values[i] = core.Text(strings.Clone(v.AsText()))
				}
			}
			out = append(out, core.Record{Key: strings.Clone(r.Key), Values: slices.Clone(r.Values)})
		}
		page.Release()
	}
	return out
}

// holds says what a filter means in plain words, to compare with what the server makes of its text.
func holds(f Filter, v func(string) core.Value, now time.Time, z *time.Location) bool {
	for _, g := range f.All {
		if !holds(g, v, now, z) {
			return false
		}
	}
	if len(f.All) > 0 {
		return true
	}
	for _, g := range f.Any {
		if holds(g, v, now, z) {
			return true
		}
	}
	if len(f.Any) > 0 {
		return false
	}
	x := v(f.Field)
	switch f.Op {
	case IsEmpty:
		return x.Empty()
	case IsFilled:
		return !x.Empty()
	}
	if not, ok := map[Op]Op{IsNot: Is, IsNoneOf: IsAnyOf, NotContain: Contains, NotBegin: Begins, NotEnd: Ends, NotBetween: Between, HasNone: HasAny}[f.Op]; ok {
		f.Op = not
		return x.Empty() || !holds(f, v, now, z)
	}
	return !x.Empty() && holdsOf(f, x, now, z)
}

func holdsOf(f Filter, x core.Value, now time.Time, z *time.Location) bool {
	text := func(i int) string { return strings.ToLower(f.Values[i]) }
	have := strings.ToLower(x.Canonical())
	switch x.Kind() {
	case core.KindTime, core.KindDate:
		return holdsOfDate(f, x, now, z)
	case core.KindChoices:
		hit := func(s string) bool { return slices.Contains(strings.Split(have, ","), s) }
		if f.Op == HasAll {
			return !slices.ContainsFunc(f.Values, func(s string) bool { return !hit(s) })
		}
		return slices.ContainsFunc(f.Values, hit)
	case core.KindBool:
		return x.AsBool() == slices.Contains([]string{"yes", "true", "1"}, text(0))
	}
	compare := func(i int) int {
		a, ok := new(big.Rat).SetString(have)
		b, ok2 := new(big.Rat).SetString(text(i))
		if x.Kind() == core.KindText || !ok || !ok2 {
			return strings.Compare(have, text(i))
		}
		return a.Cmp(b)
	}
	switch f.Op {
	case Is:
		return compare(0) == 0
	case IsAnyOf:
		for i := range f.Values {
			if compare(i) == 0 {
				return true
			}
		}
		return false
	case Contains:
		return strings.Contains(have, text(0))
	case Begins:
		return strings.HasPrefix(have, text(0))
	case Ends:
		return strings.HasSuffix(have, text(0))
	case Greater:
		return compare(0) > 0
	case AtLeast:
		return compare(0) >= 0
	case Less:
		return compare(0) < 0
	case AtMost:
		return compare(0) <= 0
	}
	return compare(0) >= 0 && compare(1) <= 0
}

func holdsOfDate(f Filter, x core.Value, now time.Time, z *time.Location) bool {
	own := x.In(z)
	if x.IsClock() { // what the wall shows is compared with what the wall shows
		y, m, d := now.In(z).Date()
		h, min, s := now.In(z).Clock()
		now, z = time.Date(y, m, d, h, min, s, 0, time.UTC), time.UTC
	}
	on := dayOf(own).String()
	switch f.Op {
	case LastHours, NextHours:
		d, _ := time.ParseDuration(f.Values[0] + "h")
		if f.Op == LastHours {
			return !own.Before(now.Add(-d)) && !own.After(now)
		}
		return !own.Before(now) && !own.After(now.Add(d))
	}
	n := 0
	if opInfos[f.Op].Number {
		v, _ := readWhole(core.Text(f.Values[0]))
		n = int(v.AsInt())
	}
	if s, ok := spanOf(f.Op, dayOf(now.In(z)), n); ok {
		return (s.from == nil || on >= s.from.String()) && (s.to == nil || on < s.to.String())
	}
	w := filterWriter{zone: z}
	side := func(i int) int { // of a day: whole; of an instant: exact
		v, _ := w.date(f.Values[i])
		if v.Kind() == core.KindDate {
			return strings.Compare(on, v.Canonical())
		}
		return own.Compare(v.AsTime())
	}
	switch f.Op {
	case On:
		return side(0) == 0
	case OnOrBefore:
		return side(0) <= 0
	case OnOrAfter:
		return side(0) >= 0
	case Before:
		return side(0) < 0
	case After:
		return side(0) > 0
	}
	return side(0) >= 0 && side(1) <= 0
}

func TestEveryFilterFindsAtTheServerWhatItSays(t *testing.T) {
	e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 300, "contact": 100, "new_vessel": 150}})
	s := connect(t, e)
	now := time.Now().UTC().Truncate(time.Second)
	z := zone(t, "America/New_York")
	for _, name := range []string{"account", "contact", "new_vessel"} {
		table, err := s.Describe(context.Background(), name)
		if err != nil {
			t.Fatal(err)
		}
		table.Fields = slices.DeleteFunc(table.Fields, func(f core.Field) bool {
			return !f.Readable || f.Secured || len(Ops(f.Type)) == 0 || f.Type == core.TypeOther
		})
		all := readAll(t, s, core.Query{Table: name, Fields: namesOf(table)})
		r := rand.New(rand.NewPCG(5, uint64(len(name))))
		tried, found := map[Op]bool{}, 0
		for i := range 260 {
			f := seen(r, anyFilter(r, table, 2*(i%2)), table, all, tried)
			text, err := f.OData(table, Circumstances{Now: now, Zone: z})
			if err != nil {
				t.Fatalf("%+v: %v", f, err)
			}
			var want []string
			for _, row := range all {
				if holds(f, func(n string) core.Value { return row.Values[slices.Index(namesOf(table), n)] }, now, z) {
					want = append(want, row.Key)
				}
			}
			var got []string
			for _, row := range readAll(t, s, core.Query{Table: name, Filter: text}) {
				got = append(got, row.Key)
			}
			if len(want) > 0 && len(want) < len(all) {
				found++
			}
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(want, got) {
				t.Fatalf("%s finds %d of %d records, %d are meant: %+v", text, len(got), len(all), len(want), f)
			}
		}
		if found < 50 {
			t.Errorf("only %d filters of %s find some records and not all", found, name)
		}
		if name == "new_vessel" && len(tried) < 40 {
			t.Errorf("only %d operators were tried", len(tried))
		}
	}
}

func namesOf(t core.Table) (out []string) {
	for _, f := range t.Fields {
		out = append(out, f.Name)
	}
	return out
}

// seen puts values that records really have into conditions, so that filters find something.
func seen(r *rand.Rand, f Filter, t core.Table, all []core.Record, tried map[Op]bool) Filter {
	for i := range f.All {
		f.All[i] = seen(r, f.All[i], t, all, tried)
	}
	for i := range f.Any {
		f.Any[i] = seen(r, f.Any[i], t, all, tried)
	}
	if f.Field == "" {
		return f
	}
	tried[f.Op] = true
	field := t.Field(f.Field)
	fam := familyOf(field.Type)
	if opInfos[f.Op].Number || fam == familyBoolean || r.IntN(4) == 0 {
		return f
	}
	for i := range f.Values {
		v := all[r.IntN(len(all))].Values[slices.Index(namesOf(t), f.Field)]
		text := v.Canonical()
		switch {
		case v.Empty() || text == "" || strings.ContainsAny(text, "\r\n\x00") || text != strings.TrimSpace(text):
			continue
		case v.Kind() == core.KindTime:
			text = instant(v.AsTime())
		case v.Kind() == core.KindChoices:
			text, _, _ = strings.Cut(text, ",")
		case fam == familyText && (f.Op == Contains || f.Op == NotContain || f.Op == Begins) && len([]rune(text)) > 3:
			text = string([]rune(text)[:3])
		case fam == familyNumber && !filterNumber.MatchString(text):
			continue
		}
		if fam == familyText && !strings.EqualFold(strings.ToUpper(text), text) {
			continue // signs that have no single other case are a matter of the server's collation
		}
		f.Values[i] = text
	}
	return f
}

func TestARelatedTableIsFilteredAtTheServer(t *testing.T) {
	e := practicetest.New(t, practice.Options{Rows: map[string]int{"account": 200, "contact": 300}})
	s := connect(t, e)
	tables := map[string]core.Table{}
	for _, name := range []string{"account", "contact"} {
		table, err := s.Describe(context.Background(), name)
		if err != nil {
			t.Fatal(err)
		}
		tables[name] = table
	}
	about := func(name string) *core.Table {
		if t, ok := tables[name]; ok {
			return &t
		}
		return nil
	}
	count := func(table string, f Filter) int {
		text, err := f.OData(tables[table], Circumstances{Now: noon, Tables: about})
		if err != nil {
			t.Fatalf("%+v: %v", f, err)
		}
		return len(readAll(t, s, core.Query{Table: table, Filter: text}))
	}
	active := cond("statecode", Is, "0")
	with := count("account", Filter{Related: &Related{Lookup: "primarycontactid", Where: active}})
	none := count("account", Filter{Related: &Related{Lookup: "primarycontactid", None: true, Where: active}})
	all := count("account", Filter{})
	if with == 0 || none == 0 || with+none != all {
		t.Errorf("%d accounts have an active primary contact, %d have none, there are %d", with, none, all)
	}
	relation := "contact_customer_accounts"
	some := count("account", Filter{Related: &Related{Relation: relation, Where: cond("lastname", IsFilled)}})
	nobody := count("account", Filter{Related: &Related{Relation: relation, None: true, Where: cond("lastname", IsFilled)}})
	if some == 0 || some+nobody != all {
		t.Errorf("%d accounts have contacts, %d have none, there are %d", some, nobody, all)
	}
	child := count("contact", Filter{Related: &Related{Lookup: "parentcustomerid", Table: "account", Where: active}})
	if child == 0 || child > count("contact", Filter{}) {
		t.Errorf("%d contacts belong to active accounts", child)
	}
}

package mapping

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ferry/core"
)

func samples() Samples {
	s := Samples{Fields: []string{"name", "telephone1", "emailaddress1", "new_reachme"}}
	for i := range 10 {
		s.Records = append(s.Records, core.Record{Values: []core.Value{
			core.Text(fmt.Sprint("Firm ", i)), core.Text("0351 4400-12"), core.Null(), core.Text(fmt.Sprint("a", i, "@example.com")),
		}})
	}
	return s
}

func TestSuggestionsSayWhyAndHowSure(t *testing.T) {
	d := NewDraft(account(), client())
	got := map[string]string{}
	all := d.Suggest(samples())
	for _, s := range all {
		got[s.To] = s.From + ", " + string(s.Confidence) + ": " + s.Reason
	}
	for to, want := range map[string]string{
		"name": "name, exact: same logical name", "phonenumber": "telephone1, likely: another word for the same", "website": "websiteurl, exact: same label",
		"CFSector": "industrycode, likely: another word for the same", "main_contact": "primarycontactid, likely: another word for the same",
		"founded": "new_founded, exact: same label", "logo": "", "created_by": "", "id": "",
	} {
		if got[to] != want {
			t.Errorf("for %s it suggests %q, not %q", to, got[to], want)
		}
	}
	if !slices.IsSortedFunc(all, func(a, b Suggestion) int { return sureness(a.Confidence) - sureness(b.Confidence) }) {
		t.Errorf("the surest are not first: %+v", all)
	}
	if !reflect.DeepEqual(all, d.Suggest(samples())) {
		t.Error("the same draft gets other suggestions")
	}
}

func TestSamplesTellWhatNamesDoNot(t *testing.T) {
	d := Edit(NewDraft(account(), client()).Saved(), without(account(), "emailaddress1"), client())
	i := slices.IndexFunc(d.Suggest(samples()), func(s Suggestion) bool { return s.To == "CFMail" })
	if i < 0 || d.Suggest(samples())[i] != (Suggestion{"new_reachme", "CFMail", "samples are e-mail addresses", Guess}) {
		t.Errorf("it suggests %+v", d.Suggest(samples()))
	}
	if slices.ContainsFunc(d.Suggest(Samples{}), func(s Suggestion) bool { return s.To == "CFMail" }) {
		t.Error("without samples it is suggested all the same")
	}
}

func TestWhatAPersonSetIsNeverTouched(t *testing.T) {
	d := NewDraft(account(), client())
	for _, err := range []error{d.Bind("description", "name"), d.BindConstant("phonenumber", "none"), d.Bind("websiteurl", "ref")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	before := d.Saved()
	all := d.Suggest(samples())
	for _, s := range all {
		if s.To == "name" || s.To == "phonenumber" || s.To == "ref" || s.From == "websiteurl" || s.From == "description" {
			t.Errorf("it suggests %+v", s)
		}
	}
	n, err := d.Accept(append(all, Suggestion{From: "telephone1", To: "name"}, Suggestion{From: "new_tags", To: "staff"})...)
	if err != nil || n != len(all) {
		t.Fatalf("%d accepted of %d, %v", n, len(all), err)
	}
	for _, b := range before.Columns {
		if now, _ := d.Binding(b.Column); !reflect.DeepEqual(now, b) {
			t.Errorf("%s became %+v", b.Column, now)
		}
	}
	if verb, ok := d.Undo(); !ok || verb != "accept suggestions" || !reflect.DeepEqual(d.Saved(), before) {
		t.Errorf("one undo does not take all of it back: %q", verb)
	}
	if _, err := d.Accept(Suggestion{From: "telephone1", To: "name"}); core.AsFault(err).Code != "mapping.nothing-to-accept" {
		t.Errorf("accepting nothing gives %v", err)
	}
}

func TestNothingIsSuggestedThatDoesNotFitOrIsNotClear(t *testing.T) {
	from, to := account(), client()
	d := NewDraft(from, to)
	seen := map[string]bool{}
	for _, s := range d.Suggest(samples()) {
		if fit := FitsField(*from.Field(s.From), *to.Field(s.To)); !fit.OK {
			t.Errorf("%+v does not fit: %s", s, fit.Why)
		}
		if seen[s.From] || seen["→"+s.To] || s.Reason == "" || s.Confidence == "" {
			t.Errorf("%+v comes twice or says nothing", s)
		}
		seen[s.From], seen["→"+s.To] = true, true
	}
	two := with(from, "description", func(f *core.Field) { f.Display = "Website" })
	if slices.ContainsFunc(NewDraft(two, to).Suggest(Samples{}), func(s Suggestion) bool { return s.To == "website" && s.Confidence == Exact }) {
		t.Error("of two fields with one label one is suggested as if it were sure")
	}
}

func TestWhereColumnsAreFreeEveryFieldIsSuggestedUnderItsOwnName(t *testing.T) {
	d := NewDraft(account(), nil)
	if all := d.Suggest(Samples{}); len(all) != 0 {
		t.Errorf("though all are there it suggests %+v", all)
	}
	if err := d.Unbind("telephone1"); err != nil {
		t.Fatal(err)
	}
	if all := d.Suggest(Samples{}); !reflect.DeepEqual(all, []Suggestion{{"telephone1", "telephone1", "its own name", Exact}}) {
		t.Errorf("it suggests %+v", all)
	}
}

func TestWhyTwoFieldsGoTogetherIsToldOfWhatIsMapped(t *testing.T) {
	d := draft(t)
	if s, ok := d.Why("phonenumber"); !ok || s.Confidence != Likely {
		t.Errorf("told is %+v", s)
	}
	if _, ok := d.Why("inactive"); ok {
		t.Error("a constant has a reason")
	}
}

func TestTheTableOfWhatFitsIsWhole(t *testing.T) {
	var b strings.Builder
	for _, c := range Compatibilities() {
		switch {
		case c.OK && c.Why != "" || !c.OK && (c.Why == "" || c.Conversion != ""):
			t.Errorf("%s into %s is told as %+v", c.From, c.To, c.Fit)
		case c.OK && c.Conversion == "":
			fmt.Fprintf(&b, "%-18s → %-18s fits\n", c.From, c.To)
		case c.OK:
			fmt.Fprintf(&b, "%-18s → %-18s fits: %s\n", c.From, c.To, c.Conversion)
		default:
			fmt.Fprintf(&b, "%-18s → %-18s no: %s\n", c.From, c.To, c.Why)
		}
	}
	golden(t, "testdata/compatible.txt", b.String())
	if f := Fits(core.TypeChoices, core.TypeChoice); f.OK || !strings.Contains(f.Why, "several") {
		t.Errorf("several options into one: %+v", f)
	}
}

func TestLinesAreFoundByEitherNameOfEitherSide(t *testing.T) {
	d := draft(t)
	for _, c := range []struct {
		text string
		show Show
		want string
	}{
		{"main ph", ShowAll, "telephone1"}, {"TELEPHONE", ShowAll, "telephone1"}, {"sector", ShowAll, "industrycode"}, {"cfsector", ShowAll, "industrycode"},
		{"tags", ShowUnmapped, ""}, {"tags", ShowMapped, "new_tags"}, {"", ShowProblems, "name industrycode"}, {"reference", ShowAll, "→ref"}, {"inact", ShowMapped, "→inactive"},
	} {
		lines, n := d.Lines(c.text, c.show, 0, 100)
		var got []string
		for _, l := range lines {
			if l.Field != nil {
				got = append(got, l.Field.Name)
			} else {
				got = append(got, "→"+l.Columns[0])
			}
		}
		if strings.Join(got, " ") != c.want || n != len(got) {
			t.Errorf("%q, %q finds %q (%d), not %q", c.text, c.show, got, n, c.want)
		}
	}
	all, n := d.Lines("", ShowAll, 20, 3)
	if len(all) != 3 || n != len(account().Fields)+3 {
		t.Errorf("%d lines of %d", len(all), n)
	}
	tally := d.Tally()
	if tally.All != n || tally.Mapped+tally.Unmapped != n || tally.Mapped != 9 {
		t.Errorf("the tally is %+v", tally)
	}
	offers := d.Offers("new_tags")
	if len(offers) != len(client().Fields) || !offers[0].Fit.OK || offers[len(offers)-1].Fit.OK || offers[len(offers)-1].Fit.Why == "" {
		t.Errorf("offered are %+v", offers)
	}
}

func TestThePreviewShowsOriginalsEachStepAndResults(t *testing.T) {
	d := draft(t)
	p, err := d.Compile()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]core.Value{"name": core.Text("Fabrikam"), "industrycode": core.Choice(2), "new_founded": core.Date(1999, 1, 1)}
	in := core.Record{Key: "k"}
	for _, f := range p.Fields() {
		v, ok := values[f]
		if !ok {
			v = core.Null()
		}
		in.Values = append(in.Values, v)
	}
	rows := Preview(p, []core.Record{in, {Key: "g", Gone: true}})
	if len(rows) != 2 || rows[0].Fault == nil || rows[0].Fault.Code != "mapping.choice-unmatched" || len(rows[1].Cells) != 0 {
		t.Fatalf("rows are %+v", rows)
	}
	i := slices.IndexFunc(rows[0].Cells, func(c PreviewCell) bool { return c.Column == "CFSector" })
	if c := rows[0].Cells[i]; c.From[0].Label != "Brokers" || c.Fault == nil || c.Result.Kind() != core.KindAbsent {
		t.Errorf("the cell is %+v", c)
	}
	i = slices.IndexFunc(rows[0].Cells, func(c PreviewCell) bool { return c.Column == "founded" })
	if c := rows[0].Cells[i]; c.Result != core.Date(1999, 1, 1) || c.Fault != nil {
		t.Errorf("a cell beside a refused one is %+v", c)
	}
}

func TestTheStrangestRecordsComeFirst(t *testing.T) {
	var all []core.Record
	for i := range 50 {
		all = append(all, core.Record{Key: fmt.Sprint(i), Values: []core.Value{core.Text("plain"), core.Int(1)}})
	}
	all[7].Values[0] = core.Text(strings.Repeat("long ", 100))
	all[20].Values = []core.Value{core.Null(), core.Null()}
	all[33].Values[0] = core.Text("\u202e\u0000\U0001f6a2")
	var keys []string
	for _, r := range PickRecords(all, PickStrangest, 3, 0) {
		keys = append(keys, r.Key)
	}
	slices.Sort(keys)
	if !slices.Equal(keys, []string{"20", "33", "7"}) {
		t.Errorf("picked are %v", keys)
	}
	a, b := PickRecords(all, PickRandom, 10, 4), PickRecords(all, PickRandom, 10, 4)
	if len(a) != 10 || !reflect.DeepEqual(a, b) || reflect.DeepEqual(a, PickRecords(all, PickRandom, 10, 5)) {
		t.Error("chance is not by its seed")
	}
	if n := len(PickRecords(all, PickFirst, 100, 0)); n != 50 {
		t.Errorf("%d first", n)
	}
}

func TestTheTableOfChoicesListsWhatIsUsedAndWhatIsUnknown(t *testing.T) {
	d := draft(t)
	counts := map[string]map[int64]int{}
	Use(counts, []string{"industrycode", "new_tags"}, []core.Record{
		{Values: []core.Value{core.Choice(2), core.Choices(1, 9)}}, {Values: []core.Value{core.Choice(77), core.Null()}}, {Values: []core.Value{core.Choice(2), core.Choices(9)}},
	})
	d.See(Facts{Used: counts})
	rows := d.ChoiceTable("CFSector")
	want := []ChoiceRow{
		{Code: 2, Label: "Brokers", Rows: 2, Known: true, How: ChoiceOpen},
		{Code: 77, Rows: 1, How: ChoiceOpen},
		{Code: 1, Label: "Accounting", Known: true, How: ChoiceSet, To: "0", ToLabel: "accounting "},
		{Code: 3, Label: "Consulting", Known: true, How: ChoiceSet, To: "1", ToLabel: "Consulting"},
	}
	if !reflect.DeepEqual(rows, want) {
		t.Errorf("the table is\n%+v\nnot\n%+v", rows, want)
	}
	if counts["new_tags"][9] != 2 {
		t.Errorf("counted are %v", counts)
	}
	if err := d.SetChoice("CFSector", 2, "5"); err != nil {
		t.Fatal(err)
	}
	if n, err := d.MatchChoices("CFSector"); n != 0 || err != nil {
		t.Errorf("%d more are matched, %v", n, err)
	}
}

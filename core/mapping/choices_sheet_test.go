package mapping

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"ferry/core"
)

// surveyed is a draft whose sectors somebody is asked about: two labels there are the same.
func surveyed(t *testing.T) *Draft {
	t.Helper()
	to := client()
	to.Field("CFSector").Options = append(to.Field("CFSector").Options, core.Option{Code: 6, Label: "Other"}, core.Option{Code: 7, Label: "other "}, core.Option{Code: 8, Label: "5"})
	d := Edit(draft(t).Saved(), account(), to)
	d.See(Facts{Used: map[string]map[int64]int{"industrycode": {2: 40, 77: 3}}})
	return d
}

func TestASheetAsksWhatIsOpen(t *testing.T) {
	s := surveyed(t).ChoiceSheet(false)
	if len(s.Columns) != 2 || !s.Counted || s.Title != "Accounts" {
		t.Fatalf("it asks %+v", s)
	}
	c := s.Columns[0]
	if got := fmt.Sprint(c.From, c.To, c.Rows, strings.Join(c.Answers, "|")); got != "Industry (industrycode)Sector (CFSector)[{2 Brokers 40 } {77  3 }]accounting|Consulting|Trade|Other (6)|other (7)|5 (8)" {
		t.Errorf("it asks %s", got)
	}
	all := surveyed(t).ChoiceSheet(true, "cfsector")
	if len(all.Columns) != 1 || len(all.Columns[0].Rows) != 4 || all.Columns[0].Rows[2].Answer == "" {
		t.Errorf("all of one column is %+v", all.Columns)
	}
}

func TestAnswersAreShownAsADifference(t *testing.T) {
	d := surveyed(t)
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	id := d.Saved().ID
	a := func(line int, code int64, label, text string) ChoiceAnswer {
		return ChoiceAnswer{Line: line, Mapping: id, Column: "cfsector", Code: code, Label: label, Text: text}
	}
	answers := []ChoiceAnswer{
		a(7, 2, "brokers", " TRADE"), a(8, 1, "Accounting", "Accounting"), a(9, 3, "", "(Leave  Empty)"), a(10, 77, "", "6"),
		a(11, 2, "Consulting", "Trade"), a(12, 5, "", "Trade"), a(13, 1, "", ""), a(14, 77, "", "6"), a(15, 2, "", "Other"), a(16, 2, "", "Nonsense"), a(17, 2, "", "5"),
		{Line: 18, Mapping: "else", Column: "cfsector", Code: 2, Text: "Trade"}, {Line: 19, Mapping: id, Column: "gone", Code: 2, Text: "x"}, {Line: 20, Mapping: id, Column: "cfsector", Code: 2, Text: "x", Why: "Because."},
	}
	answers[0].Text = strings.TrimSpace(answers[0].Text)
	got, err := d.ReadAnswers(answers)
	must(err)
	var b strings.Builder
	for _, c := range got.Changes {
		fmt.Fprintf(&b, "%s: %q -> %q\n", c.Label, c.Was, c.Becomes)
	}
	for _, x := range got.Doubts {
		fmt.Fprintf(&b, "%d %s\n", x.Line, x.Why)
	}
	fmt.Fprintf(&b, "%d same, %d open", got.Same, got.Open)
	want := `Brokers: "" -> "Trade"
Consulting: "Consulting" -> "(leave empty)"
77: "" -> "Other (6)"
11 In Dynamics this code is called “Brokers”.
12 The field has no option of this code.
15 Several values are called so. Choose the one with the code behind it.
16 This is none of the values that can be chosen there.
17 Several values are called so. Choose the one with the code behind it.
18 This row belongs to another mapping.
19 Nothing is mapped option by option to this field any more.
20 Because.
1 same, 1 open`
	if b.String() != want {
		t.Errorf("the difference is\n%s", b.String())
	}
	before := Digest(d.Saved())
	must(d.TakeAnswers(got))
	again, err := d.ReadAnswers(answers)
	must(err)
	if len(again.Changes) != 0 || again.Same != 4 {
		t.Errorf("after it was applied the sheet would change %+v", again.Changes)
	}
	d.Undo()
	if Digest(d.Saved()) != before {
		t.Error("one undo does not bring everything back")
	}
}

func TestAnAnswerGivenTwiceIsTakenOnlyWhereBothSayTheSame(t *testing.T) {
	d := surveyed(t)
	a := ChoiceAnswer{Line: 1, Mapping: d.Saved().ID, Column: "CFSector", Code: 2, Text: "Trade"}
	b, c := a, a
	b.Line, b.Text = 2, "Consulting"
	c.Line = 3
	got, err := d.ReadAnswers([]ChoiceAnswer{a, b, c})
	if err != nil || len(got.Changes) != 0 || len(got.Doubts) != 3 {
		t.Errorf("it is taken as %+v, %v", got, err)
	}
	got, _ = d.ReadAnswers([]ChoiceAnswer{a, c})
	if len(got.Changes) != 1 || len(got.Doubts) != 0 {
		t.Errorf("it is taken as %+v", got)
	}
}

func TestASheetOfAnotherMappingIsRefused(t *testing.T) {
	_, err := surveyed(t).ReadAnswers([]ChoiceAnswer{{Mapping: "else", Column: "CFSector", Code: 2, Text: "Trade"}})
	var f *core.Fault
	if !errors.As(err, &f) || f.Code != "mapping.sheet-other" {
		t.Errorf("it says %v", err)
	}
	if err := surveyed(t).TakeAnswers(ChoiceChanges{}); err == nil {
		t.Error("nothing is a step")
	}
}

func TestOwnValuesMakeTheColumnText(t *testing.T) {
	d := NewDraft(account(), nil)
	if err := d.OwnValues("industrycode", true); err != nil {
		t.Fatal(err)
	}
	b, _ := d.Binding("industrycode")
	if b.Type != core.ColumnText || len(b.Choices.Values) != 3 || b.Choices.Values[1].To != "Brokers" {
		t.Errorf("the column is %+v", b)
	}
	if err := d.SetChoice("industrycode", 2, "BRK"); err != nil {
		t.Fatal(err)
	}
	p, err := d.Compile()
	if err != nil {
		t.Fatal(err)
	}
	row := make([]core.Value, len(p.Fields()))
	for i, f := range p.Fields() {
		if f == "industrycode" {
			row[i] = core.Choice(2)
		}
	}
	out, fault := p.Apply(core.Record{Key: "k", Values: row}, nil)
	if fault != nil {
		t.Fatal(fault)
	}
	for i, c := range p.Plan().Columns {
		if c.Name == "industrycode" && out[i].AsText() != "BRK" {
			t.Errorf("it becomes %q", out[i].Canonical())
		}
	}
	for _, c := range d.ChoiceColumns() {
		if c.Column == "industrycode" && (!c.Mapped || !c.Free || c.Open != 0) {
			t.Errorf("it is listed as %+v", c)
		}
		if c.Column == "industrycode_label" && c.Mapped {
			t.Errorf("it is listed as %+v", c)
		}
	}
	if err := d.CarryAs("industrycode", Label); err != nil {
		t.Fatal(err)
	}
	if b, _ := d.Binding("industrycode"); b.Type != core.ColumnText || b.Choices != nil || b.Part != Label {
		t.Errorf("carried by its label the column is %+v", b)
	}
	if err := d.CarryAs("industrycode", Whole); err != nil {
		t.Fatal(err)
	}
	if b, _ := d.Binding("industrycode"); b.Type != core.ColumnInteger || b.Part != Whole {
		t.Errorf("carried by its code the column is %+v", b)
	}
	if d.CarryAs("name", Whole) == nil || surveyed(t).CarryAs("CFSector", Whole) == nil {
		t.Error("what has no options, or needs a table, is carried")
	}
	if d.OwnValues("name", false) == nil {
		t.Error("a text has options")
	}
}

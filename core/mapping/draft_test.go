package mapping

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ferry/core"
)

func TestEachWayToMakeAColumnIsMadeByAVerb(t *testing.T) {
	d := draft(t)
	p, err := d.Compile()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]core.Value{
		"name": core.Text("Fabrikam"), "telephone1": core.Text("1"), "industrycode": core.Choice(3), "new_tags": core.Choices(1, 9, 12),
		"primarycontactid": core.Ref("contact", "c1"), "new_founded": core.Date(1999, 1, 1), "numberofemployees": core.Int(12),
		"websiteurl": core.Null(), "emailaddress1": core.Text("a@b.cd"),
	}
	in := core.Record{Key: "k"}
	for _, f := range p.Fields() {
		in.Values = append(in.Values, values[f])
	}
	out, fault := p.Apply(in, nil)
	if fault != nil {
		t.Fatal(fault)
	}
	want := map[string]core.Value{
		"name": core.Text("Fabrikam"), "phonenumber": core.Text("1"), "CFSector": core.Choice(1), "CFLabels": core.Choices(10, 11),
		"main_contact": core.Ref("contact", "c1"), "founded": core.Date(1999, 1, 1), "inactive": core.Bool(false), "ref": core.Text("Fabrikam (12)"), "website": core.Text("a@b.cd"),
	}
	for i, c := range p.Plan().Columns {
		if out[i] != want[c.Name] {
			t.Errorf("%s is %v, not %v", c.Name, out[i], want[c.Name])
		}
		if c.Ref != (c.Name == "main_contact") {
			t.Errorf("%s is a reference: %v", c.Name, c.Ref)
		}
	}
	if len(out) != len(want) {
		t.Errorf("%d columns", len(out))
	}
}

func TestAVerbThatCannotDoWhatItIsAskedSaysWhyAndChangesNothing(t *testing.T) {
	d, free := draft(t), NewDraft(account(), nil)
	for _, c := range []struct {
		name string
		d    *Draft
		do   func(d *Draft) error
		code string
	}{
		{"several options into one", d, func(d *Draft) error { return d.Bind("new_tags", "CFSector") }, "mapping.type-unfit"},
		{"a hidden field", d, func(d *Draft) error { return d.Bind("new_secret", "ref") }, "mapping.field-hidden"},
		{"an unreadable field", d, func(d *Draft) error { return d.Bind("new_dead", "ref") }, "mapping.field-unreadable"},
		{"no field", d, func(d *Draft) error { return d.Bind("nothing", "ref") }, "mapping.field-gone"},
		{"no column", d, func(d *Draft) error { return d.Bind("name", "nothing") }, "mapping.column-gone"},
		{"a column that cannot be written", d, func(d *Draft) error { return d.BindConstant("created_by", "x") }, "mapping.column-read-only"},
		{"another name there", d, func(d *Draft) error { return d.Rename("name", "title") }, "mapping.name-given"},
		{"a template that is not closed", d, func(d *Draft) error { return d.BindTemplate("ref", "{{name") }, "mapping.template-wrong"},
		{"a rule for nothing", d, func(d *Draft) error { return d.SetRule("staff", Overwrite, Overwrite, true) }, "mapping.not-mapped"},
		{"a match by nothing", d, func(d *Draft) error { return d.SetMatch("staff") }, "mapping.not-mapped"},
		{"a lookup of a text", d, func(d *Draft) error { return d.SetLookup("name", Lookup{By: ByRecord}) }, "mapping.no-lookup"},
		{"a lookup to another table", d, func(d *Draft) error { return d.SetLookup("main_contact", Lookup{Target: "team"}) }, "mapping.lookup-gone"},
		{"a zone that nobody knows", d, func(d *Draft) error { return d.SetZone("Mars/Olympus") }, "mapping.zone-unknown"},
		{"the computer's own zone", d, func(d *Draft) error { return d.SetZone("Local") }, "mapping.zone-unknown"},
		{"a name that is taken", free, func(d *Draft) error { return d.Rename("name", "TELEPHONE1") }, "mapping.column-twice"},
		{"the key's name", free, func(d *Draft) error { return d.Rename("name", "accountid") }, "mapping.column-is-key"},
		{"no name", free, func(d *Draft) error { return d.Rename("name", " ") }, "mapping.column-unnamed"},
		{"a type that cannot hold it", free, func(d *Draft) error { return d.SetType("new_founded", core.ColumnInteger) }, "mapping.type-unfit"},
		{"a child that does not point here", d, func(d *Draft) error { return d.AddChild(contact(), "fullname") }, "mapping.child-link"},
	} {
		before, undo := c.d.Saved(), c.d.CanUndo()
		f := core.AsFault(c.do(c.d))
		if f.Code != c.code || f.Remedy == "" || f.Cause == "" {
			t.Errorf("%s gives %q (%q, %q)", c.name, f.Code, f.Cause, f.Remedy)
		}
		if !reflect.DeepEqual(before, c.d.Saved()) || c.d.CanUndo() != undo {
			t.Errorf("%s changed something", c.name)
		}
	}
}

// verbs are all that a person can do, each with something to choose by chance.
func verbs(r *rand.Rand, d *Draft) []func() error {
	fields, columns := d.source.Fields, []string{"name", "nothing"}
	for _, b := range d.m.Columns {
		columns = append(columns, b.Column)
	}
	field := fields[r.IntN(len(fields))].Name
	column := columns[r.IntN(len(columns))]
	to := fmt.Sprint("c", r.IntN(9))
	if d.dest != nil {
		to = d.dest.Fields[r.IntN(len(d.dest.Fields))].Name
	}
	return []func() error{
		func() error { return d.Bind(field, to) },
		func() error { return d.BindConstant(to, "1") },
		func() error { return d.BindTemplate(to, "{{name}} {{"+field+"}}") },
		func() error { return d.BindSeveral(to, field, "name") },
		func() error { return d.Unbind(column) },
		func() error { return d.Rename(column, to) },
		func() error { return d.Move(column, r.IntN(20)-3) },
		func() error { return d.SetSteps(column, Step{Name: "trim"}) },
		func() error { return d.SetType(column, core.ColumnText) },
		func() error { return d.SetPart(column, Label) },
		func() error { return d.SetChoice(column, int64(r.IntN(4)), "1") },
		func() error { return d.SetChoiceEmpty(column, int64(r.IntN(4))) },
		func() error { return d.ClearChoice(column, 1) },
		func() error { return d.SetUnmatched(column, UseDefault, "1") },
		func() error { _, err := d.MatchChoices(column); return err },
		func() error { return d.SetLookup(column, Lookup{By: ByField, Field: "name"}) },
		func() error { return d.SetRule(column, UnlessChanged, NeverWrite, true) },
		func() error { return d.SetRequired(column, true) },
		func() error { return d.SetFilter(anyFilter(r, d.source, 3)) },
		func() error { return d.SetFilterText("name eq 'x'") },
		func() error { return d.SetActiveOnly(r.IntN(2) == 0) },
		func() error { return d.SetZone("Europe/Berlin") },
		func() error { return d.SetMatch(column) },
		func() error { return d.SetGone(Policy{Do: Remove}) },
		func() error { return d.SetLeft(Policy{Do: MarkInactive, Column: column, Value: "1"}) },
		func() error { return d.SetTitle(to) },
		func() error { return d.SetTable("t"+to, "key") },
		func() error { return d.AddChild(contact(), "parentcustomerid") },
		func() error { return d.RemoveChild("account.contact") },
		func() error {
			c, ok := d.Child("account.contact")
			if !ok {
				return fmt.Errorf("no child")
			}
			if err := c.Rename("fullname", "n"+to); err != nil {
				return err
			}
			return d.PutChild(c.Saved())
		},
		func() error { _, err := d.Accept(d.Suggest(Samples{})...); return err },
	}
}

func TestADraftThatWasSavedAndReadIsTheSameDraft(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		dest := client()
		if seed%2 == 0 {
			dest = nil
		}
		d := NewDraft(account(), dest)
		for range 25 {
			all := verbs(r, d)
			_ = all[r.IntN(len(all))]() // one that cannot be done changes nothing
			text, err := json.Marshal(d.Saved())
			if err != nil {
				t.Fatal(err)
			}
			var m Mapping
			if err := json.Unmarshal(text, &m); err != nil {
				t.Fatal(err)
			}
			again := Edit(m, account(), dest)
			if !reflect.DeepEqual(again.Saved(), d.Saved()) {
				t.Fatalf("seed %d: read is another than\n%s", seed, text)
			}
			if Digest(m) != Digest(d.Saved()) {
				t.Fatalf("seed %d: another digest", seed)
			}
			again.Know(contact())
			d.Know(contact())
			if !reflect.DeepEqual(again.Problems(), d.Problems()) {
				t.Fatalf("seed %d: other problems", seed)
			}
		}
	}
}

func TestEveryVerbCanBeTakenBackAndDoneAgain(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 8))
		dest := client()
		if seed%2 == 0 {
			dest = nil
		}
		d := NewDraft(account(), dest)
		was := []Mapping{d.Saved()}
		for range 30 {
			all := verbs(r, d)
			if all[r.IntN(len(all))]() == nil {
				was = append(was, d.Saved())
			}
		}
		for i := len(was) - 2; i >= 0; i-- {
			if verb, ok := d.Undo(); !ok || verb == "" || !reflect.DeepEqual(d.Saved(), was[i]) {
				t.Fatalf("seed %d: step %d is not taken back by %q", seed, i, verb)
			}
		}
		if _, ok := d.Undo(); ok || d.CanUndo() != "" {
			t.Fatal("there is more to take back than was done")
		}
		for i := 1; i < len(was); i++ {
			if _, ok := d.Redo(); !ok || !reflect.DeepEqual(d.Saved(), was[i]) {
				t.Fatalf("seed %d: step %d is not done again", seed, i)
			}
		}
		if _, ok := d.Redo(); ok {
			t.Fatal("there is more to do again than was done")
		}
	}
}

func TestEveryVerbIsTriedByTheTestsAndCanWork(t *testing.T) {
	worked := map[int]bool{}
	total := 0
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 9))
		dest := client()
		if seed%2 == 0 {
			dest = nil
		}
		d := NewDraft(account(), dest)
		for range 20 {
			all := verbs(r, d)
			total = len(all)
			i := r.IntN(len(all))
			if all[i]() == nil {
				worked[i] = true
			}
		}
	}
	for i := range total {
		if !worked[i] {
			t.Errorf("verb %d never works", i)
		}
	}
}

func TestAnUndoneStepIsForgottenWhenAnotherIsTaken(t *testing.T) {
	d := NewDraft(account(), nil)
	for _, name := range []string{"one", "two"} {
		if err := d.SetTitle(name); err != nil {
			t.Fatal(err)
		}
	}
	d.Undo()
	if err := d.SetTitle("three"); err != nil {
		t.Fatal(err)
	}
	if d.CanRedo() != "" || d.CanUndo() != "change the title" {
		t.Errorf("redo is %q, undo is %q", d.CanRedo(), d.CanUndo())
	}
	for range deepestUndo + 50 {
		_ = d.SetTitle("x")
	}
	n := 0
	for _, ok := d.Undo(); ok; _, ok = d.Undo() {
		n++
	}
	if n != deepestUndo {
		t.Errorf("%d steps can be taken back", n)
	}
}

func TestWhatAnOlderFerrySavedIsReadAndDoesWhatItDid(t *testing.T) {
	const old = `{"id":"new_vessel","source":"new_vessel","title":"Vessels","table":"boats","key":"id","filter":"new_kind eq 1","columns":[
		{"column":"n","type":"text","field":"new_name"},{"column":"kind_text","type":"text","field":"new_kind"},{"column":"l","type":"text","field":"new_kind","part":"label"},
		{"column":"flags","type":"json","field":"new_flags"},{"column":"owner","type":"text","field":"new_owner","resolve":true,"pass":2},{"column":"seen","type":"text","field":"new_seen"}]}`
	var m Mapping
	if err := json.Unmarshal([]byte(old), &m); err != nil {
		t.Fatal(err)
	}
	p, err := Compile(m, vessel())
	if err != nil {
		t.Fatal(err)
	}
	in := core.Record{Values: []core.Value{core.Text("x"), core.Choice(1), core.Choices(1, 9), core.Ref("account", "a"), core.Null()}}
	out, fault := p.Apply(in, nil)
	if fault != nil {
		t.Fatal(fault)
	}
	want := []core.Value{core.Text("x"), core.Choice(1), core.Text("Sail"), core.Choices(1, 9), core.Ref("account", "a"), core.Null()}
	if !reflect.DeepEqual(out, want) || !p.Plan().Columns[4].Ref || p.Plan().Passes != 2 {
		t.Errorf("it makes %v", out)
	}
	if q, err := p.Query(p.zoneNow()); err != nil || q.Filter != "new_kind eq 1" || q.Table != "new_vessel" {
		t.Errorf("it asks %+v, %v", q, err)
	}
	text, _ := json.Marshal(m)
	var compact any
	_ = json.Unmarshal([]byte(old), &compact)
	var now any
	_ = json.Unmarshal(text, &now)
	if !reflect.DeepEqual(compact, now) {
		t.Errorf("saved again it is %s", text)
	}
}

func TestAChildGetsATableThatNothingElseGoesTo(t *testing.T) {
	d := NewDraft(account(), nil)
	d.Others([]Mapping{{ID: "contact", Source: "contact", Table: "Contact"}})
	for range 3 {
		if err := d.AddChild(contact(), "parentcustomerid"); err != nil {
			t.Fatal(err)
		}
	}
	var tables []string
	for _, c := range d.Saved().Children {
		tables = append(tables, c.Table)
	}
	if got := strings.Join(tables, " "); got != "account_contact account_contact_2 account_contact_3" {
		t.Errorf("the children go to %s", got)
	}
	for _, p := range d.Problems() {
		if p.Code == "same-table" {
			t.Errorf("%s", p.Cause)
		}
	}

	child := d.Saved().Children[0]
	child.Table = "contact"
	if err := d.PutChild(child); err != nil {
		t.Fatal(err)
	}
	warned := slices.ContainsFunc(d.Problems(), func(p Problem) bool { return p.Code == "same-table" && len(p.Place.Path) == 2 })
	if !warned {
		t.Error("nobody says that a child and another mapping write into one table")
	}
}

package coretest

import (
	"fmt"
	"slices"
	"testing"

	"ferry/core"
)

// short is a plan of two columns, of which the first is matched and the second has a rule.
func short(rule core.Rule, match ...string) core.Plan {
	return core.Plan{
		ID: "m2", Source: "account", Title: "Accounts", Table: "account", Key: "accountid", Passes: 1, Match: match,
		Columns: []core.Column{
			{Name: "name", Type: core.ColumnText, Field: "name", Pass: 1, Rule: core.Rule{Found: core.FillBlanks}},
			{Name: "phone", Type: core.ColumnText, Field: "phone", Pass: 1, Rule: rule},
		},
	}
}

func pair(key, name string, phone core.Value) core.Record {
	return core.Record{Key: key, Values: []core.Value{core.Text(name), phone}}
}

func (s suite) rules(t *testing.T) {
	text, null := core.Text, core.Null()
	for name, c := range map[string]struct {
		rule               core.Rule
		first, there, next core.Value // what is written, what somebody makes of it (Absent: nothing), what is written then
		want               core.Value
		kind               core.OutcomeKind
	}{
		"the plain rule overwrites":           {core.Rule{}, text("1"), text("2"), text("3"), text("3"), core.Updated},
		"the plain rule empties":              {core.Rule{}, text("1"), core.Value{}, null, null, core.Updated},
		"an empty value erases nothing":       {core.Rule{Keep: true}, text("1"), core.Value{}, null, text("1"), core.Unchanged},
		"an empty text erases nothing":        {core.Rule{Keep: true}, text("1"), core.Value{}, text(""), text("1"), core.Unchanged},
		"blanks are filled":                   {core.Rule{Made: core.FillBlanks}, null, core.Value{}, text("3"), text("3"), core.Updated},
		"what is filled stays":                {core.Rule{Made: core.FillBlanks}, text("1"), core.Value{}, text("3"), text("1"), core.Unchanged},
		"never, not even on a new row":        {core.Rule{Made: core.NeverWrite}, text("1"), core.Value{}, text("3"), null, core.Unchanged},
		"never touches what somebody wrote":   {core.Rule{Made: core.NeverWrite}, text("1"), text("2"), text("3"), text("2"), core.Unchanged},
		"only on a new row":                   {core.Rule{Made: core.OnlyNew}, text("1"), core.Value{}, text("3"), text("1"), core.Unchanged},
		"nobody changed it there":             {core.Rule{Made: core.UnlessChanged}, text("1"), core.Value{}, text("3"), text("3"), core.Updated},
		"somebody changed it there":           {core.Rule{Made: core.UnlessChanged}, text("1"), text("2"), text("3"), text("2"), core.Unchanged},
		"somebody emptied it there":           {core.Rule{Made: core.UnlessChanged}, text("1"), text(""), text("3"), text("3"), core.Updated},
		"what stood in makes room":            {core.Rule{StandIn: "d"}, text("d"), core.Value{}, text("p"), text("p"), core.Updated},
		"unless somebody moved it":            {core.Rule{StandIn: "d"}, text("d"), text("x"), text("p"), text("x"), core.Unchanged},
		"what did not stand in is no matter":  {core.Rule{StandIn: "d"}, text("a"), text("x"), text("p"), text("p"), core.Updated},
		"the other system changed it as well": {core.Rule{Made: core.UnlessChanged}, text("1"), text("3"), text("3"), text("3"), core.Unchanged},
	} {
		t.Run(name, func(t *testing.T) {
			d := s.open(t)
			if _, ok := d.(core.Ruler); !ok {
				return
			}
			p := prepare(t, d, short(c.rule))
			wantCounts(t, write(t, d, p, "b1", pair(Key(1), "Fabrikam", c.first)), map[core.OutcomeKind]int{core.Created: 1})
			if c.there.Kind() != core.KindAbsent {
				s.place.Edit(t, d, p, Key(1), map[string]core.Value{"phone": c.there})
			}
			wantCounts(t, write(t, d, p, "b2", pair(Key(1), "Fabrikam", c.next)), map[core.OutcomeKind]int{c.kind: 1})
			s.wantStored(t, d, p, pair(Key(1), "Fabrikam", c.want))
			wantCounts(t, write(t, d, p, "b3", pair(Key(1), "Fabrikam", c.next)), map[core.OutcomeKind]int{core.Unchanged: 1})
			s.wantStored(t, d, p, pair(Key(1), "Fabrikam", c.want))
		})
	}
}

func (s suite) matches(t *testing.T) {
	d := s.open(t)
	if _, ok := d.(core.Ruler); !ok {
		return
	}
	text := core.Text
	p := prepare(t, d, short(core.Rule{Found: core.FillBlanks}, "name"))
	write(t, d, p, "b0", pair(Key(0), "Fabrikam", text("made"))) // Ferry's own: never matched
	hand := func(key, name string, phone core.Value) {
		s.place.Edit(t, d, p, key, map[string]core.Value{"name": text(name), "phone": phone})
	}
	hand("h1", "Contoso", text("theirs"))
	hand("h2", "Adatum", core.Null())
	hand("h3", "Twin", core.Null())
	hand("h4", "Twin", core.Null())
	s.place.Edit(t, d, p, "h5", map[string]core.Value{"name": core.Null(), "phone": text("nameless")})

	outcomes, err := d.Write(t.Context(), p, core.Batch{ID: "b1", Pass: 1, Rows: []core.Record{
		pair(Key(1), "Contoso", text("ours")), pair(Key(2), "Adatum", text("ours")), pair(Key(3), "Twin", text("ours")),
		pair(Key(4), "Fabrikam", text("ours")), {Key: Key(5), Values: []core.Value{core.Null(), text("ours")}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := []core.OutcomeKind{core.Updated, core.Updated, core.Refused, core.Created, core.Created}
	for i, o := range outcomes {
		if o.Kind != want[i] {
			t.Errorf("row %d was %s, want %s", i, o.Kind, want[i])
		}
	}
	if f := outcomes[2].Fault; f == nil || f.Kind != core.BadRecord {
		t.Errorf("a row that matches twice is refused with %v", f)
	}
	// Another record that means the same row.
	outcomes, err = d.Write(t.Context(), p, core.Batch{ID: "b2", Pass: 1, Rows: []core.Record{pair(Key(6), "Contoso", text("second"))}})
	if err != nil || outcomes[0].Kind != core.Refused {
		t.Errorf("a second record took a row that was matched: %v %v", outcomes, err)
	}
	s.wantStored(t, d, p,
		pair(Key(0), "Fabrikam", text("made")), pair(Key(1), "Contoso", text("theirs")), pair(Key(2), "Adatum", text("ours")),
		pair(Key(4), "Fabrikam", text("ours")), core.Record{Key: Key(5), Values: []core.Value{core.Null(), text("ours")}},
		pair("h3", "Twin", core.Null()), pair("h4", "Twin", core.Null()), core.Record{Key: "h5", Values: []core.Value{core.Null(), text("nameless")}})

	// A row that was found stays one: only its blanks are filled, also by a plan that does not match any more.
	p = prepare(t, d, short(core.Rule{Found: core.FillBlanks}))
	wantCounts(t, write(t, d, p, "b3", pair(Key(1), "Contoso", text("again")), pair(Key(0), "Fabrikam", text("again"))),
		map[core.OutcomeKind]int{core.Unchanged: 1, core.Updated: 1})
	s.wantStored(t, d, p, pair(Key(1), "Contoso", text("theirs")), pair(Key(0), "Fabrikam", text("again")))
}

func (s suite) keeps(t *testing.T) {
	d := s.open(t)
	k, ok := d.(core.Keeper)
	if !ok {
		return
	}
	ctx := t.Context()
	p := short(core.Rule{})
	p.Run = "first"
	p = prepare(t, d, p)
	var all []core.Record
	for i := range 20 {
		all = append(all, pair(Key(i), fmt.Sprint(i), core.Null()))
	}
	write(t, d, p, "b1", all...)
	if s.place.Edit != nil {
		s.place.Edit(t, d, p, "by hand", map[string]core.Value{"name": core.Text("theirs")})
	}
	unseen := func(f core.Fate, dealt string) (keys []string) {
		t.Helper()
		for after := ""; ; after = keys[len(keys)-1] {
			some, err := k.Unseen(ctx, p, f, dealt, after, 3)
			if err != nil {
				t.Fatal(err)
			}
			if len(some) == 0 {
				return keys
			}
			keys = append(keys, some...)
		}
	}
	if keys := unseen(core.Unjudged, ""); len(keys) != 0 {
		t.Errorf("the run has not seen %v", keys)
	}
	p.Run = "second"
	p = prepare(t, d, p)
	write(t, d, p, "b2", all[:12]...)
	if keys := unseen(core.Unjudged, ""); len(keys) != 8 || slices.Contains(keys, "by hand") {
		t.Errorf("not seen are %v", keys)
	}
	fates := map[string]core.Fate{Key(12): core.IsGone, Key(13): core.IsGone, Key(14): core.HasLeft, Key(15): core.IsThere}
	if err := k.Judge(ctx, p, fates); err != nil {
		t.Fatal(err)
	}
	standing := func(dealt map[core.Fate]string, want core.Standing) {
		t.Helper()
		if got, err := k.Standing(ctx, p, dealt); err != nil || got != want {
			t.Errorf("got %+v %v, want %+v", got, err, want)
		}
	}
	standing(nil, core.Standing{Rows: 20, Unjudged: 4, Gone: 2, Left: 1})
	removed := p
	removed.Run, removed.Dealt = "", "gone remove"
	wantCounts(t, write(t, d, removed, "b3", core.Record{Key: Key(12), Gone: true}), map[core.OutcomeKind]int{core.Removed: 1})
	marked := p
	marked.Run, marked.Dealt, marked.Columns = "", "left mark", marked.Columns[1:]
	wantCounts(t, write(t, d, marked, "b4", core.Record{Key: Key(14), Values: []core.Value{core.Text("x")}},
		core.Record{Key: Key(99), Values: []core.Value{core.Text("x")}}), map[core.OutcomeKind]int{core.Updated: 1, core.Unchanged: 1})
	standing(map[core.Fate]string{core.HasLeft: "left mark"}, core.Standing{Rows: 19, Unjudged: 4, Gone: 1, Left: 0})
	standing(map[core.Fate]string{core.HasLeft: "left remove"}, core.Standing{Rows: 19, Unjudged: 4, Gone: 1, Left: 1})
	// It comes back.
	write(t, d, p, "b5", all[14])
	standing(nil, core.Standing{Rows: 19, Unjudged: 4, Gone: 1})
	if err := k.Reconsider(ctx, p); err != nil {
		t.Fatal(err)
	}
	standing(nil, core.Standing{Rows: 19, Unjudged: 5})
}

// keepsLate: rows that were made while nobody had to know are known when somebody has to.
func (s suite) keepsLate(t *testing.T) {
	d := s.open(t)
	k, ok := d.(core.Keeper)
	if !ok {
		return
	}
	plain := short(core.Rule{})
	seeing := func(run string) core.Plan {
		p := plain
		p.Run = run
		return p
	}
	wants := func(when string, p core.Plan, n int64) {
		t.Helper()
		keys, err := k.Unseen(t.Context(), p, core.Unjudged, "", "", 100)
		standing, also := k.Standing(t.Context(), p, nil)
		if err != nil || also != nil || int64(len(keys)) != n || standing.Unjudged != n {
			t.Errorf("%s: not seen are %d, and %+v; %v %v", when, len(keys), standing, err, also)
		}
	}
	p := prepare(t, d, plain)
	write(t, d, p, "b1", pair(Key(1), "a", core.Null()), pair(Key(2), "b", core.Null()))
	wants("looked at before a run had to know", seeing("rehearsal"), 2)
	p = prepare(t, d, seeing("first"))
	write(t, d, p, "b2", pair(Key(1), "a", core.Null()))
	wants("behind the first run that had to know", p, 1)
	p = prepare(t, d, plain)
	write(t, d, p, "b3", pair(Key(3), "c", core.Null()), pair(Key(1), "changed", core.Null()))
	p = prepare(t, d, seeing("second"))
	write(t, d, p, "b4", pair(Key(1), "changed", core.Null()))
	wants("behind a run that did not have to know", p, 2)
}

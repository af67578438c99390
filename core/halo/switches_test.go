package halo

import (
	"context"
	"strings"
	"testing"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

// In each world in which a Halo may be, accounts and contacts arrive once, or the refusal names record and field.
func TestEverySwitchOfThePracticeHaloIsWalked(t *testing.T) {
	long := core.Text(strings.Repeat("x", 5000))
	for _, c := range []struct {
		name     string
		settings practice.Settings
		values   []string
		bad      func([]core.Record)
		code     string // of the second account
		field    string
	}{
		{name: "usual"},
		{name: "windows", settings: practice.Settings{Requests: 60, Window: 60}, values: []string{"requests", "200"}},
		{name: "customers only", settings: practice.Settings{Scopes: "read:customers edit:customers"}, values: []string{"scope", "read:customers edit:customers"}},
		{name: "lenient", settings: practice.Settings{Lenient: true}},
		{name: "matching is ignored", settings: practice.Settings{MatchIgnored: true}},
		{name: "other slot", settings: practice.Settings{DynamicsSlot: "none"}, values: []string{"dynamics-value", "value2"}},
		{name: "options that are ignored", settings: practice.Settings{BadOptions: "ignored"}},
		{name: "a text is too long", bad: func(r []core.Record) { r[1].Values[1] = long }, code: "halo.field-refused", field: "website"},
		{name: "a text is too long, with an exception", settings: practice.Settings{TooLong: "exception"}, bad: func(r []core.Record) { r[1].Values[1] = long }, code: "halo.field-refused", field: "website"},
		{name: "a name is too long", bad: func(r []core.Record) { r[1].Values[0] = long }, code: "halo.not-like", field: "name"},
		{name: "a mandatory field, told with nothing", settings: practice.Settings{Errors: practice.ErrorsEmpty, Mandatory: []string{"client.website"}}, bad: func(r []core.Record) { r[1].Values[1] = core.Null() }, code: "halo.refused"},
		{name: "a mandatory field, partly stored", settings: practice.Settings{Batch: "partial", Mandatory: []string{"client.website"}}, bad: func(r []core.Record) { r[1].Values[1] = core.Null() }, code: "halo.field-missing", field: "website"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, c.settings)
			d := w.open(append([]string{"link-module", "77"}, c.values...)...)
			rows := some(12, account)
			if c.bad != nil {
				c.bad(rows)
			}
			made := write(t, d, accounts(), rows)
			created := 12
			if c.code != "" {
				created = 11
				f := made[1].Fault
				if made[1].Kind != core.Refused || f == nil || f.Code != c.code || f.Subject.Key != rows[1].Key || f.Subject.Table != customers || f.Subject.Field != c.field {
					t.Errorf("%s %+v", made[1].Kind, f)
				}
			}
			if count(made, core.Created) != created || len(w.halo.Customers()) != created {
				t.Fatalf("%d created, %d there", count(made, core.Created), len(w.halo.Customers()))
			}
			people := some(5, func(i int) core.Record { return contact(i, made[2+i].ID) })
			want(t, write(t, d, contacts(), people), core.Created)
			want(t, write(t, w.open(append([]string{"link-module", "77"}, c.values...)...), contacts(), people), core.Unchanged)
		})
	}
}

func TestWhatMayNotBeDeletedIsSaid(t *testing.T) {
	w := newWorld(t, practice.Settings{DeletesRefused: true})
	d := w.open("link-module", "77", "delete", "true")
	columns, was := told(t, d, accounts(), some(2, account))
	outcomes, err := w.open("link-module", "77", "delete", "true").PutBack(context.Background(), accounts(), columns, was, false)
	if err != nil || outcomes[0].Kind != core.Refused || outcomes[0].Fault.Code != "halo.forbidden" {
		t.Errorf("%v %+v", err, outcomes)
	}
}

func TestNothingIsWrittenWhileNobodyIsSignedIn(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	d := w.open("secret", "wrong")
	outcomes, err := d.Write(context.Background(), accounts(), core.Batch{ID: "b", Pass: 1, Rows: some(3, account)})
	wantFault(t, err, "halo.secret-refused")
	want(t, outcomes, core.Untried)
}

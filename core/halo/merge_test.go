package halo

import (
	"fmt"
	"strings"
	"testing"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

// Where Ferry's mark is a custom field, leaving it is a partial write too.
func TestAMarkInACustomFieldKeepsTheOthers(t *testing.T) {
	for _, settings := range []practice.Settings{{}, {ReplaceFields: true}, {ReplaceFields: true, Links: "ignored"}} {
		w := newWorld(t, settings)
		seeded(w, settings)
		d := w.open("link-module", map[bool]string{true: "77"}[settings.Links != ""], "id-fields", "CFDynamicsId")
		p := accounts()
		p.Match = []string{"name"}
		rows := some(2, account)
		rows[1].Values[0] = core.Text("Contoso")
		write(t, d, p, rows)
		fields := fmt.Sprint(w.halo.Customers()[0]["customfields"])
		for _, has := range []string{"by hand", "CFSegments:[1]", "CFTier:2", strings.ToUpper(key(1))} {
			if !strings.Contains(strings.ToUpper(fields), strings.ToUpper(has)) {
				t.Errorf("%s is gone: %s", has, fields)
			}
		}
		if n := len(w.rows("CFBerth")); n != 1 {
			t.Errorf("%d berths are left", n)
		}
	}
}

// What somebody keeps in the field that was named for the id stays.
func TestAMarkReplacesNothing(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	seeded(w, practice.Settings{})
	d := w.open("id-fields", "CFRemark")
	p := accounts()
	p.Match = []string{"name"}
	rows := some(1, account)
	rows[0].Values[0] = core.Text("Contoso")
	write(t, d, p, rows)
	if fields := fmt.Sprint(w.halo.Customers()[0]["customfields"]); !strings.Contains(fields, "by hand") {
		t.Errorf("the remark is gone: %s", fields)
	}
}

// Custom fields are told by id or by name, their numbers as 3.0; sent again they are whole numbers.

// Of the fields that were named for the id, lists may not tell the first, and another Ferry begins where the second was in use.
func TestTheNextNamedFieldIsTakenWhereListsDoNotTellTheFirst(t *testing.T) {
	settings := practice.Settings{NoFieldColumns: true}
	for _, module := range []string{"", "77"} {
		settings.Links = map[string]string{"77": "ignored"}[module]
		w := newWorld(t, settings)
		seeded(w, settings)
		for range 2 {
			d := w.open("link-module", module, "id-fields", "CFDynamicsId,ref")
			write(t, d, accounts(), some(40, account))
			if way := d.way(mustTable(t, d, customers)); way.kind != byField || way.f.name != "ref" || !way.proved {
				t.Errorf("the way in use is %s", way.title())
			}
		}
		if n, posts := len(w.halo.Customers()), w.halo.Count("POST", "/api/client"); n != 41 || posts > 5 {
			t.Errorf("%d customers in %d requests", n, posts)
		}
	}
}

package dynamics_test

import (
	"regexp"
	"testing"
	"time"

	"ferry/core/practice/world"
)

// tracked reads a table with change tracking to its end and returns the delta link.
func (b *bench) tracked(path string, size string) (keys []string, delta string) {
	b.Helper()
	for path != "" {
		r := b.ok(path, "Prefer", "odata.track-changes,odata.maxpagesize="+size)
		for _, row := range r.rows() {
			keys = append(keys, row["accountid"].(string))
		}
		if path = r.text("@odata.nextLink"); path != "" && r.text("@odata.deltaLink") != "" {
			b.Error("a page that is not the last has a delta link")
		}
		delta = r.text("@odata.deltaLink")
	}
	return keys, delta
}

func TestADeltaTellsWhatChanged(t *testing.T) {
	b := open(t, map[string]int{"account": 25})
	keys, link := b.tracked("accounts?$select=name", "10")
	if len(keys) != 25 || !regexp.MustCompile(`^https://localhost/api/data/v9\.2/accounts\?\$select=name&\$deltatoken=\d+%21\d\d%2f\d\d%2f\d{4}%20\d\d%3a\d\d%3a\d\d$`).MatchString(link) {
		t.Fatalf("%d rows and the link %s", len(keys), link)
	}
	if r := b.ok(link); len(r.rows()) != 0 || r.text("@odata.deltaLink") == "" {
		t.Errorf("without a change the delta is %s", r.body)
	}
	fresh := b.put("account", map[string]world.Cell{"name": world.TextCell("fresh")})
	brief := b.put("account", map[string]world.Cell{"name": world.TextCell("brief")})
	for _, err := range []error{
		b.world.Set("account", keys[3], map[string]world.Cell{"name": world.TextCell("renamed")}),
		b.world.Delete("account", keys[7]), b.world.Delete("account", brief),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	r := b.ok(link)
	rows := r.rows()
	if len(rows) != 4 || r.text("@odata.context") != api+"$metadata#accounts(name)/$delta" {
		t.Fatalf("the delta is %s", r.body)
	}
	if rows[0]["accountid"] != fresh || rows[1]["accountid"] != keys[3] || rows[1]["name"] != "renamed" || rows[1]["@odata.etag"] == nil {
		t.Errorf("what is there comes as %v, %v", rows[0], rows[1])
	}
	for i, want := range []string{keys[7], brief} {
		if g := rows[2+i]; g["id"] != want || g["reason"] != "deleted" || g["@odata.context"] != api+"$metadata#accounts/$deletedEntity" {
			t.Errorf("what is gone comes as %v", g)
		}
	}
	if got := b.ok(r.text("@odata.deltaLink")).rows(); len(got) != 0 {
		t.Errorf("the new link tells the same again: %v", got)
	}
	if got := b.ok("accounts/$count?$deltatoken=" + link[len(api+"accounts?$select=name&$deltatoken="):]).body; got != "\ufeff4" {
		t.Errorf("the changes are counted as %q", got)
	}
	var all []map[string]any
	for path, n := link, 0; path != ""; n++ {
		r := b.ok(path, "Prefer", "odata.maxpagesize=3")
		all = append(all, r.rows()...)
		if path = r.text("@odata.nextLink"); n == 0 {
			b.put("account", map[string]world.Cell{"name": world.TextCell("while the delta is read")})
		}
	}
	if len(all) != 4 {
		t.Errorf("in pages of three %d changes come", len(all))
	}
}

func TestAChangeDuringTheFirstLoadIsInTheDelta(t *testing.T) {
	b := open(t, map[string]int{"account": 25})
	first := b.ok("accounts?$select=name", "Prefer", "odata.track-changes,odata.maxpagesize=10")
	early := first.rows()[0]["accountid"].(string)
	if err := b.world.Set("account", early, map[string]world.Cell{"name": world.TextCell("changed behind the reader")}); err != nil {
		t.Fatal(err)
	}
	_, link := b.tracked(first.text("@odata.nextLink"), "10")
	if rows := b.ok(link).rows(); len(rows) != 1 || rows[0]["accountid"] != early {
		t.Errorf("the delta is %v", rows)
	}
}

func TestADeltaLinkGrowsTooOld(t *testing.T) {
	b := open(t, map[string]int{"account": 3})
	_, link := b.tracked("accounts?$select=name", "10")
	b.now = b.now.Add(6 * 24 * time.Hour)
	b.ok(link)
	b.now = b.now.Add(2 * 24 * time.Hour)
	b.refused(400, "0x80044352", link)
	_, link = b.tracked("accounts?$select=name", "10")
	b.server.ExpireDeltas()
	b.refused(400, "0x80044352", link)
	_, link = b.tracked("accounts?$select=name", "10")
	b.ok(link)
	b.refused(400, "0x80060888", "accounts?$select=name&$deltatoken=nonsense")
}

func TestChangesCannotBeTrackedWithAFilterOrWithoutSeeingAll(t *testing.T) {
	b := open(t, map[string]int{"account": 3})
	for _, q := range []string{"$filter=name ne null", "$orderby=name", "$top=1", "$expand=primarycontactid"} {
		if r := b.refused(400, "0x80060888", "accounts?"+q, "Prefer", "odata.track-changes"); r.status == 400 && !regexp.MustCompile(`isn't supported when Change Tracking is enabled`).MatchString(r.message()) {
			t.Errorf("%s: %s", q, r.message())
		}
	}
	for _, table := range b.world.Tables() {
		if !table.Tracked {
			b.refused(400, "0x80072491", table.Set, "Prefer", "odata.track-changes")
			break
		}
	}
	if err := b.world.SetDepth(b.world.Ada(), "prvReadAccount", "Basic"); err != nil {
		t.Fatal(err)
	}
	b.refused(403, "0x80040220", "accounts?$select=name", "Prefer", "odata.track-changes")
}

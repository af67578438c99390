package halo

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"ferry/core"
	practice "ferry/core/practice/halo"
)

func seeded(w *world, settings practice.Settings) {
	w.halo = practice.New(practice.Options{Address: w.server.URL, Tenant: "practice", ClientID: testID, Secret: testSecret, Settings: settings, Seed: func() practice.Seed {
		s := practice.Instance()
		s.Customers = []practice.Customer{{Name: "Contoso", Fields: practice.Values{"CFTier": "Standard", "CFRemark": "by hand", "CFSegments": []string{"Owners"}, "CFBerths": []practice.Values{{"CFBerth": "A 1"}}}}}
		return s
	}(), Now: w.clock})
}

// rows are the rows of the custom table that has a field of that name.
func (w *world) rows(field string) (rows []practice.Stored) {
	for _, r := range w.halo.CustomTableRows() {
		if r.Field(field) != nil {
			rows = append(rows, r)
		}
	}
	return rows
}

func vessels() core.Plan {
	p := planOf("new_vessel", "CTVessels", "CFVesselName", "CFVesselClass", "CFVesselAfloat")
	p.Key = "CFVesselId"
	for i := range p.Columns {
		p.Columns[i].Rule = core.Rule{}
	}
	p.Columns[2].Type = core.ColumnBoolean
	return p
}

func vessel(i int) core.Record {
	return core.Record{Key: key(i), Values: []core.Value{core.Text(fmt.Sprintf("Vessel %d", i)), core.Text("Brig"), core.Bool(true)}}
}

func voyages() core.Plan {
	p := planOf("new_voyage", "CTVoyages", "CFVoyage", "parent")
	p.Key = "CFVoyageId"
	p.Columns[1].Ref = true
	return p
}

func TestRowsOfCustomTablesAreMadeOnceAndOthersStay(t *testing.T) {
	for _, settings := range []practice.Settings{{}, {ReplaceFields: true}, {Envelopes: true, NoListValues: true}} {
		w := newWorld(t, settings)
		seeded(w, settings)
		d := w.open("batch", "20")
		made := write(t, d, vessels(), some(70, vessel))
		want(t, made, core.Created)
		children := some(90, func(i int) core.Record {
			return core.Record{Key: key(5000 + i), Values: []core.Value{core.Text(fmt.Sprintf("Voyage %d", i)), core.Ref("new_vessel", made[i%70].ID)}}
		})
		want(t, write(t, d, voyages(), children), core.Created)
		if rows := w.rows("CFVesselName"); len(rows) != 72 {
			t.Fatalf("%d vessels", len(rows))
		}
		if rows := w.rows("CFVoyage"); len(rows) != 91 {
			t.Fatalf("%d voyages", len(rows))
		}
		again := w.open("batch", "20")
		changed := some(70, vessel)
		changed[3].Values[0] = core.Text("Renamed")
		outcomes := write(t, again, vessels(), changed)
		if count(outcomes, core.Unchanged) != 69 || outcomes[3].Kind != core.Updated {
			t.Errorf("%d unchanged, %s", count(outcomes, core.Unchanged), outcomes[3].Kind)
		}
		rows := w.rows("CFVesselName")
		if len(rows) != 72 || len(w.rows("CFVoyage")) != 91 {
			t.Errorf("%d vessels and %d voyages", len(rows), len(w.rows("CFVoyage")))
		}
		if text := fmt.Sprint(rows); !strings.Contains(text, "Renamed") || !strings.Contains(text, "Halcyon") {
			t.Error("a row is not as it was written")
		}
		below := []core.Record{{Key: key(5005), Gone: true}, {Key: key(5075), Gone: true}}
		if gone, err := again.Write(context.Background(), voyages(), core.Batch{ID: "g", Pass: 1, Rows: below}); err != nil || count(gone, core.Removed) != 2 {
			t.Errorf("%v %+v", err, gone)
		}
		gone, err := again.Write(context.Background(), vessels(), core.Batch{ID: "h", Pass: 1, Rows: []core.Record{{Key: key(5), Gone: true}}})
		if err != nil || gone[0].Kind != core.Removed || len(w.rows("CFVesselName")) != 71 {
			t.Errorf("%v %+v, %d vessels", err, gone, len(w.rows("CFVesselName")))
		}
	}
}

func TestRowsHangOnTheirCustomer(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	seeded(w, practice.Settings{})
	d := w.open("id-fields", "CFLength")
	p := planOf("new_berth", "CTBerths", "CFBerth", "parent")
	p.Columns[1].Ref = true
	rows := some(3, func(i int) core.Record {
		return core.Record{Key: key(i), Values: []core.Value{core.Text(fmt.Sprintf("B %d", i)), core.Ref("account", "1")}}
	})
	want(t, write(t, d, p, rows), core.Created)
	if n := len(w.rows("CFBerth")); n != 4 {
		t.Errorf("%d berths: those that were there went", n)
	}
}

func TestAPartialWriteKeepsTheOtherCustomFields(t *testing.T) {
	for _, settings := range []practice.Settings{{}, {ReplaceFields: true}, {NoFieldColumns: true, ReplaceFields: true}} {
		w := newWorld(t, settings)
		seeded(w, settings)
		d := w.open("link-module", "77", "make", "true", "dynamics-value", "value2")
		p := planOf("account", customers, "name", "CFTier", "CFSince")
		p.Match = []string{"name"}
		p.Columns[1].Rule, p.Columns[2].Type = core.Rule{}, core.ColumnDate
		r := core.Record{Key: key(1), Values: []core.Value{core.Text("contoso"), core.Text("Preferred Customer"), core.Date(2020, 5, 1)}}
		want(t, write(t, d, p, []core.Record{r}), core.Updated)
		fields := fmt.Sprint(w.halo.Customers()[0]["customfields"])
		for _, has := range []string{"by hand", "2020-05-01"} {
			if !strings.Contains(fields, has) {
				t.Errorf("%s is gone: %s", has, fields)
			}
		}
		r.Values[1] = core.Text("Brand new")
		want(t, write(t, d, p, []core.Record{r}), core.Updated)
		found := false
		for _, v := range mustTable(t, d, customers).field("CFTier").def.values {
			found = found || v.label == "Brand new"
		}
		if !found {
			t.Error("a missing value was not made")
		}
		if n := len(w.rows("CFBerth")); n != 1 {
			t.Errorf("%d berths are left", n)
		}
	}
}

func TestFieldsAreDescribedByWhatTheyHold(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	seeded(w, practice.Settings{})
	d := w.open()
	table, err := d.Describe(context.Background(), "customers")
	if err != nil {
		t.Fatal(err)
	}
	for name, typ := range map[string]core.FieldType{"name": core.TypeText, "CFTier": core.TypeChoice, "CFSegments": core.TypeChoices, "CFSince": core.TypeDate, "CFKeyAccount": core.TypeBoolean, "CFStory": core.TypeMemo} {
		if f := table.Field(name); f == nil || f.Type != typ || !f.Writable {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if f := table.Field("CFTier"); len(f.Options) != 3 || f.Options[0].Label == "" {
		t.Errorf("%+v", f.Options)
	}
	if f := table.Field("CFBerths"); f == nil || f.Writable {
		t.Errorf("%+v", f)
	}
	names, err := d.Tables(context.Background())
	if err != nil || len(names) != 6 {
		t.Errorf("%v %v", names, err)
	}
}

func TestAMissingFieldIsMadeOnlyWhenThatIsSwitchedOn(t *testing.T) {
	w := newWorld(t, practice.Settings{})
	seeded(w, practice.Settings{})
	p := planOf("account", customers, "name", "CFIndustryName")
	d := w.open()
	things, err := d.Missing(context.Background(), p)
	if err != nil || len(things) != 1 {
		t.Fatal(things, err)
	}
	_, err = d.Prepare(context.Background(), p, things)
	wantFault(t, err, "halo.no-field")
	d = w.open("make", "true", "link-module", "77")
	if _, err := d.Prepare(context.Background(), p, things); err != nil {
		t.Fatal(err)
	}
	if things, err := d.Missing(context.Background(), p); err != nil || len(things) != 0 {
		t.Fatal(things, err)
	}
	want(t, write(t, d, p, []core.Record{{Key: key(1), Values: []core.Value{core.Text("New"), core.Text("Shipping")}}}), core.Created)
}

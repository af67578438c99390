package wiring_test

import (
	"fmt"
	"strings"
	"testing"

	"ferry/cmd/internal/wiring"
	"ferry/core/importer"
	"ferry/core/mapping"
	"ferry/core/practice"
	playedhalo "ferry/core/practice/halo"
	"ferry/core/practice/world"
)

// vessels is the mapping of the organisation's vessels with their voyages into the custom tables of Halo.
func (m *mover) vessels() mapping.Mapping {
	m.t.Helper()
	d := m.destination()
	defer d.Close()
	ctx := m.t.Context()
	begun, err := wiring.BeginMapping(ctx, m.link.Source, d, "new_vessel", "CTVessels")
	if err != nil {
		m.t.Fatal(err)
	}
	vessel, err := m.link.Source.Describe(ctx, "new_vessel")
	if err != nil {
		m.t.Fatal(err)
	}
	voyage, err := m.link.Source.Describe(ctx, "new_voyage")
	if err != nil {
		m.t.Fatal(err)
	}
	there, err := d.Describe(ctx, "CTVessels")
	if err != nil {
		m.t.Fatal(err)
	}
	voyages, err := d.Describe(ctx, "CTVoyages")
	if err != nil {
		m.t.Fatal(err)
	}
	draft := mapping.Edit(begun, vessel, &there)
	for field, column := range map[string]string{"new_name": "CFVesselName", "new_number": "CFVesselNumber", "new_isafloat": "CFVesselAfloat"} {
		if err := draft.Bind(field, column); err != nil {
			m.t.Fatal(err)
		}
	}
	if err := draft.AddChildInto(voyage, "new_vesselid", voyages); err != nil {
		m.t.Fatal(err)
	}
	child, ok := draft.Child(draft.Saved().Children[0].ID)
	if !ok {
		m.t.Fatal("the related table is not there")
	}
	if err := child.Bind("new_name", "CFVoyage"); err != nil {
		m.t.Fatal(err)
	}
	x := draft.Saved()
	x.Children = []mapping.Mapping{child.Saved()}
	return x
}

// tables imports vessels and voyages.
func (m *mover) tables(x mapping.Mapping) importer.Receipt {
	m.t.Helper()
	job, _, done := m.job()
	defer done()
	job.Mappings = []mapping.Mapping{x}
	r, err := importer.Run(m.t.Context(), job, nil)
	if err != nil {
		m.t.Fatal(err)
	}
	return r
}

// sameRows compares the rows of both custom tables with the organisation, row by row; own is what was there before.
func (m *mover) sameRows(what string, own map[string]bool) {
	m.t.Helper()
	w, expected := m.env.World, map[string]int{}
	names := map[string]string{}
	for i := range w.Positions(w.Table("new_vessel")) {
		key, c, ok := cells(w, "new_vessel", i)
		if !ok {
			continue
		}
		names[key] = fmt.Sprintf("%s %q %q %t", key, c("new_name").S, c("new_number").S, c("new_isafloat").N == 1)
		expected[names[key]]++
	}
	for i := range w.Positions(w.Table("new_voyage")) {
		key, c, ok := cells(w, "new_voyage", i)
		if parent := c("new_vesselid"); ok && parent.S != "" {
			expected[fmt.Sprintf("%s %q < %s", key, c("new_name").S, names[parent.S])]++
		}
	}
	for row := range own {
		expected[row]++
	}
	wrong := 0
	for _, row := range m.rows() {
		if expected[row]--; expected[row] < 0 {
			if wrong++; wrong < 4 {
				m.t.Errorf("%s: not expected, or twice: %s", what, row)
			}
		}
	}
	for row, n := range expected {
		if n > 0 {
			if wrong++; wrong < 8 {
				m.t.Errorf("%s: missing: %s", what, row)
			}
		}
	}
}

// rows are the rows of both custom tables as Halo has them.
func (m *mover) rows() (all []string) {
	text := func(v any) string { s, _ := v.(string); return s }
	names, stored := map[int64]string{}, m.env.Halo.CustomTableRows()
	for _, r := range stored {
		if r.Field("CFVesselName") != nil || r.Field("CFVesselId") != nil {
			afloat, _ := r.Field("CFVesselAfloat").(bool)
			names[r.ID()] = fmt.Sprintf("%s %q %q %t", text(r.Field("CFVesselId")), text(r.Field("CFVesselName")), text(r.Field("CFVesselNumber")), afloat)
			all = append(all, names[r.ID()])
		}
	}
	for _, r := range stored {
		if r.Field("CFVoyage") != nil || r.Field("CFVoyageId") != nil {
			all = append(all, fmt.Sprintf("%s %q < %s", text(r.Field("CFVoyageId")), text(r.Field("CFVoyage")), names[r.Int("fkid")]))
		}
	}
	return all
}

// Rows of a table and of the table below it arrive once, in each world; those that were there stay.
func TestRelatedTablesMoveIntoCustomTablesOfHalo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		settings playedhalo.Settings
		script   practice.Script
	}{
		{name: "usual"}, {name: "replaced", settings: playedhalo.Settings{ReplaceFields: true, Batch: "partial"}},
		{name: "envelopes", settings: playedhalo.Settings{Envelopes: true, OneAsArray: true, NoListValues: true, PageCap: 7}},
		{name: "answers are lost", script: practice.Script{{Side: practice.SideHalo, Method: "POST", Path: "(?i)^/api/customtable", Every: 2, Do: practice.DoDrop}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMover(t, 20, 20, c.settings, "batch", "20")
			if err := m.env.Play(c.script); err != nil {
				t.Fatal(err)
			}
			own := map[string]bool{}
			for _, row := range m.rows() {
				own[row] = true
			}
			if len(own) != 3 {
				t.Fatalf("%d rows are there before", len(own))
			}
			x := m.vessels()
			r := m.tables(x)
			if of(r, "new_vessel").Created == 0 || of(r, "new_voyage").Created == 0 {
				t.Fatalf("%+v %v", r.Tables, r.Refusals)
			}
			m.sameRows("first", own)
			m.decent()
			m.env.Halo.Forget()
			m.tables(x)
			if n := m.writes(); n != 0 {
				t.Errorf("nothing changed, but %d requests write", n)
			}
			key, _, _ := cells(m.env.World, "new_vessel", 1)
			m.set("new_vessel", key, map[string]world.Cell{"new_name": world.TextCell("Renamed")})
			m.tables(x)
			m.sameRows("one changed", own)
			m.decent()
		})
	}
}

// A customer that is there keeps each of its custom fields that the import does not write, and gets those that it does:
// choices by their labels, in worlds where Halo merges and where it replaces.
func TestCustomFieldsOfCustomersThatAreThereStay(t *testing.T) {
	t.Parallel()
	for _, settings := range []playedhalo.Settings{{}, {ReplaceFields: true}, {ReplaceFields: true, NoFieldColumns: true, Sparse: true, NoListValues: true}} {
		m := newMover(t, 40, 20, settings, "link-module", "77", "id-fields", "ref", "make", "true", "dynamics-value", "value2")
		before := map[int64]playedhalo.Stored{}
		for _, c := range m.env.Halo.Customers() {
			before[c.ID()] = c
		}
		change := func(x *mapping.Mapping) {
			if x.Source != "account" {
				return
			}
			draft := m.edit(*x)
			if err := draft.BindConstant("CFTier", "Prospect"); err != nil {
				t.Fatal(err)
			}
			*x = draft.Saved()
			for i := range x.Columns {
				if x.Columns[i].Column == "CFTier" {
					x.Columns[i].Found = mapping.Overwrite
				}
			}
		}
		r, _ := m.carry(change)
		touched := 0
		marks := m.marks()["client"]
		for _, c := range m.env.Halo.Customers() {
			was, old := before[c.ID()]
			if !old || marks[c.ID()] == "" {
				continue
			}
			touched++
			for _, f := range []string{"CFRemark", "CFSegments", "CFSince", "CFOpens", "CFKeyAccount", "CFContract", "CFStory"} {
				if fmt.Sprint(c.Field(f)) != fmt.Sprint(was.Field(f)) {
					t.Errorf("%+v: %s was %v and is %v", settings, f, was.Field(f), c.Field(f))
				}
			}
			if label := m.label(c.Field("CFTier")); label != "Prospect" {
				t.Errorf("%+v: the tier is %q", settings, label)
			}
		}
		berths := 0
		for _, row := range m.env.Halo.CustomTableRows() {
			if row.Field("CFBerth") != nil {
				berths++
			}
		}
		if touched < 3 || berths != 2 {
			t.Errorf("%+v: %d customers were found, %d berths are left: %+v", settings, touched, berths, r.Tables)
		}
		m.decent()
	}
}

// label is the label of a value of the list of tiers.
func (m *mover) label(v any) string {
	for _, f := range m.env.Halo.Fields() {
		for _, o := range m.env.Halo.Options() {
			if f.Text("name") == "CFTier" && o.Int("lookupid") == f.Int("lookup") && fmt.Sprint(o["code"]) == fmt.Sprint(v) {
				return strings.TrimSpace(o.Text("name"))
			}
		}
	}
	return ""
}

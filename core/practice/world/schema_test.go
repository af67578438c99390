package world_test

import (
	"slices"
	"strings"
	"testing"

	"ferry/core/practice/world"
)

func TestTheTablesAreWellMade(t *testing.T) {
	w := ordinary(t, nil)
	codes, ids := map[int]string{}, map[string]string{}
	for _, table := range w.Tables() {
		if w.BySet(table.Set) != table || w.Table(table.Logical) != table {
			t.Errorf("%s is not found by its names", table.Logical)
		}
		if other := codes[table.ObjectTypeCode]; other != "" {
			t.Errorf("%s and %s share a code", table.Logical, other)
		}
		codes[table.ObjectTypeCode] = table.Logical
		key := table.Column(table.Key)
		if key == nil || key.Type != "UniqueidentifierType" || key.Property != table.Key {
			t.Errorf("%s has no key column", table.Logical)
		}
		if table.Title != "" && table.Column(table.Title) == nil {
			t.Errorf("%s has no column %s", table.Logical, table.Title)
		}
		properties := map[string]bool{}
		for i, c := range table.Columns {
			if c.Index != i || table.Column(c.Logical) != c {
				t.Errorf("%s.%s is not where it says", table.Logical, c.Logical)
			}
			if ids[c.MetadataID] != "" || c.MetadataID == "" {
				t.Errorf("%s.%s shares its id with %s", table.Logical, c.Logical, ids[c.MetadataID])
			}
			ids[c.MetadataID] = table.Logical + "." + c.Logical
			if c.Property != "" && properties[c.Property] {
				t.Errorf("%s has two properties %s", table.Logical, c.Property)
			}
			properties[c.Property] = true
			if c.AttributeOf != "" && table.Column(c.AttributeOf) == nil {
				t.Errorf("%s.%s is derived from nothing", table.Logical, c.Logical)
			}
			if !strings.HasSuffix(c.Type, "Type") || c.Code == "" || c.Required == "" {
				t.Errorf("%s.%s: type %q, code %q", table.Logical, c.Logical, c.Type, c.Code)
			}
		}
		if table.Set == "BadSet" || w.BySet(strings.ToUpper(table.Set)) != nil {
			t.Errorf("%s is found whatever the case", table.Set)
		}
	}
}

func TestEveryLookupCanBeFollowed(t *testing.T) {
	w := ordinary(t, nil)
	for _, table := range w.Tables() {
		if !table.Custom {
			continue
		}
		for _, c := range table.Columns {
			for _, target := range c.Targets {
				if c.Type == "OwnerType" {
					target = "owner"
				}
				if !slices.ContainsFunc(table.ManyToOne, func(r world.Relation) bool {
					return r.ReferencingAttribute == c.Logical && r.ReferencedEntity == target && r.ReferencingNav != ""
				}) {
					t.Errorf("%s.%s has no relationship to %s", table.Logical, c.Logical, target)
				}
			}
		}
	}
	vessel := w.Table("new_vessel")
	if !slices.ContainsFunc(vessel.OneToMany, func(r world.Relation) bool {
		return r.Schema == "new_vessel_new_voyage" && r.ReferencedNav == "new_vessel_new_voyage" && r.ReferencingNav == "new_VesselId"
	}) {
		t.Error("vessels do not know their voyages")
	}
}

func TestOurOwnTablesHaveEveryTypeOfColumn(t *testing.T) {
	w := ordinary(t, nil)
	have := map[string]bool{}
	for _, c := range w.Table("new_vessel").Columns {
		have[c.Type+" "+c.Behavior] = true
	}
	for _, want := range []string{
		"StringType ", "MemoType ", "IntegerType ", "BigIntType ", "DecimalType ", "DoubleType ", "MoneyType ", "BooleanType ",
		"PicklistType ", "MultiSelectPicklistType ", "DateTimeType DateOnly", "DateTimeType UserLocal",
		"DateTimeType TimeZoneIndependent", "LookupType ", "CustomerType ", "OwnerType ", "StateType ", "StatusType ",
		"ImageType ", "FileType ", "UniqueidentifierType ", "VirtualType ", "EntityNameType ",
	} {
		if !have[want] {
			t.Errorf("no column of type %s", want)
		}
	}
	vessel := w.Table("new_vessel")
	for i := range w.Positions(vessel) {
		c := vessel.Column("new_manifest")
		if file := w.File(vessel, i, c); (w.Cell(vessel, i, c).Kind == world.Null) != (file == nil) {
			t.Fatalf("row %d: a file without an id, or the other way round", i)
		}
	}
}

package world

import (
	"bytes"
	"compress/gzip"
	_ "embed" // for the facts below
	"encoding/json"
	"fmt"
	"slices"
)

// schemaPacked holds the facts about standard tables in the short form of gen.go.
//
//go:embed schema.json.gz
var schemaPacked []byte

// Locale ids of labels.
const (
	english = 1033
	german  = 1031
)

type shortTable struct {
	L, S, E, C, D, P, K, T, O string
	N                         int
	A, R                      bool
	Cols                      []shortColumn
	One                       [][6]string
	Many                      [][8]string
}

type shortColumn struct {
	L, S, D, T string
	P, F, B, R string
	Of, Base   string
	Len, Prec  int
	Min, Max   *float64
	Opt        []shortOption
	St         []int
	Set        string
	Tg         []string
	X          int
}

// A shortOption is a pair of value and label.
type shortOption struct {
	value int
	label string
}

func (o *shortOption) UnmarshalJSON(b []byte) error {
	pair := []any{&o.value, &o.label}
	return json.Unmarshal(b, &pair)
}

// standardTables unpacks the facts. The file is part of the program, so a mistake in it is one of ours.
func standardTables() ([]*Table, error) {
	z, err := gzip.NewReader(bytes.NewReader(schemaPacked))
	if err != nil {
		return nil, fmt.Errorf("unpack the tables: %w", err)
	}
	var short []shortTable
	if err := json.NewDecoder(z).Decode(&short); err != nil {
		return nil, fmt.Errorf("read the tables: %w", err)
	}
	tables := make([]*Table, 0, len(short)+8)
	for _, s := range short {
		tables = append(tables, s.table())
	}
	return tables, nil
}

func (s shortTable) table() *Table {
	t := &Table{
		Logical: s.L, Schema: s.S, Set: s.E, CollectionName: s.C, Display: s.D, Plural: s.P, Key: s.K, Title: s.T,
		Ownership: s.O, ObjectTypeCode: s.N, Activity: s.A, Tracked: s.R, Language: english,
	}
	for _, c := range s.Cols {
		t.Columns = append(t.Columns, c.column())
	}
	for _, r := range s.One {
		t.ManyToOne = append(t.ManyToOne, Relation{
			Schema: r[0], ReferencedEntity: r[1], ReferencedAttribute: r[2], ReferencingEntity: s.L,
			ReferencingAttribute: r[3], ReferencedNav: r[4], ReferencingNav: r[5],
		})
	}
	for _, r := range s.Many {
		t.ManyToMany = append(t.ManyToMany, ManyRelation{
			Schema: r[0], Intersect: r[1], Entity1: r[2], Entity1Attribute: r[3], Entity1Nav: r[4],
			Entity2: r[5], Entity2Attribute: r[6], Entity2Nav: r[7],
		})
	}
	return t
}

func (s shortColumn) column() *Column {
	c := &Column{
		Logical: s.L, Schema: s.S, Display: s.D, Type: s.T + "Type", Code: typeCode(s.T), Property: s.P,
		Format: s.F, Behavior: s.B, Required: "None", AttributeOf: s.Of, CalculationOf: s.Base,
		MaxLength: s.Len, Precision: s.Prec, Min: s.Min, Max: s.Max, OptionSet: s.Set, Targets: s.Tg,
		ValidForRead: s.X&1 != 0, ValidForCreate: s.X&2 != 0, ValidForUpdate: s.X&4 != 0, ValidOData: s.X&8 != 0,
		Logicalised: s.X&16 != 0, Language: english,
	}
	if c.Schema == "" {
		c.Schema = c.Logical
	}
	switch c.Property {
	case "":
		c.Property = c.Logical
	case "_":
		c.Property = "_" + c.Logical + "_value"
	case "-":
		c.Property = ""
	}
	switch s.R {
	case "S":
		c.Required = "SystemRequired"
	case "A":
		c.Required = "ApplicationRequired"
	case "R":
		c.Required = "Recommended"
	}
	if s.X&32 != 0 {
		c.Global = s.Set
	}
	for i, o := range s.Opt {
		option := Option{Value: o.value, Label: o.label}
		if i < len(s.St) {
			if s.T == "State" {
				option.DefaultStatus = s.St[i]
			} else {
				option.State = s.St[i]
			}
		}
		c.Options = append(c.Options, option)
	}
	return c
}

// typeCode is the older name of a column type: several newer types share the code Virtual.
func typeCode(name string) string {
	switch name {
	case "Image", "File", "MultiSelectPicklist", "Virtual":
		return "Virtual"
	}
	return name
}

// connect gives tables their places, ids and the other side of their relationships.
func connect(tables []*Table) {
	byName := make(map[string]*Table, len(tables))
	for i, t := range tables {
		t.index = i
		byName[t.Logical] = t
		t.MetadataID = guidFrom(hashText("table " + t.Logical))
		for _, c := range t.Columns {
			c.MetadataID = guidFrom(hashText("column " + t.Logical + "." + c.Logical))
		}
		t.number()
		t.OneToMany = nil
	}
	for _, t := range tables {
		for _, r := range t.ManyToOne {
			if one := byName[r.ReferencedEntity]; one != nil {
				one.OneToMany = append(one.OneToMany, r)
			}
		}
	}
	for _, t := range tables {
		for _, r := range t.ManyToMany {
			for _, name := range []string{r.Entity1, r.Entity2} {
				other := byName[name]
				if other != nil && !slices.ContainsFunc(other.ManyToMany, func(m ManyRelation) bool { return m.Schema == r.Schema }) {
					other.ManyToMany = append(other.ManyToMany, r)
				}
			}
		}
	}
}

// number makes the columns findable by name and tells each where it stands.
func (t *Table) number() {
	t.columns = make(map[string]int, len(t.Columns))
	t.all = make([]int, len(t.Columns))
	for i, c := range t.Columns {
		if c.Index != i {
			c.Index = i
		}
		t.columns[c.Logical], t.all[i] = i, i
	}
}

// privilegeName is the name of a right on a table: all activities share one set.
func (t *Table) privilegeName(right string) string {
	switch {
	case t.Activity:
		return "prv" + right + "Activity"
	case t.Logical == "systemuser":
		return "prv" + right + "User"
	case t.Logical == "annotation":
		return "prv" + right + "Note"
	}
	return "prv" + right + t.Schema
}

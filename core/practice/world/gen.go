//go:build ignore

// This program writes schema.json.gz, the facts about standard tables in the short form that schema.go reads.
//
//	go run gen.go facts.json
//
// The argument is a list of tables with their attributes and relationships under the names the Web API uses for
// them, plus WebApiProperty, the name of an attribute in addresses.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"
)

type facts struct {
	Tables []struct {
		LogicalName, SchemaName, EntitySetName, LogicalCollectionName string
		DisplayName, DisplayCollectionName                            string
		PrimaryIdAttribute, PrimaryNameAttribute, OwnershipType       string
		ObjectTypeCode                                                int
		IsActivity                                                    bool
		ChangeTrackingEnabled                                         *bool
		Attributes                                                    []attribute
		ManyToOne, OneToMany                                          []relation
		ManyToMany                                                    []manyRelation
	}
}

type attribute struct {
	LogicalName, SchemaName, DisplayName, AttributeType, AttributeTypeName string
	RequiredLevel, FormatName, Format, DateTimeBehavior, AttributeOf       string
	BaseOf, OptionSetName, WebApiProperty                                  string
	IsValidForRead, IsValidForCreate, IsValidForUpdate                     bool
	IsValidODataAttribute, IsLogical, IsGlobalOptionSet                    bool
	MaxLength, Precision                                                   int
	MinValue, MaxValue                                                     *float64
	Targets                                                                []string
	Options                                                                []struct {
		Value                int
		Label                string
		State, DefaultStatus int
	}
}

type relation struct {
	SchemaName, ReferencedEntity, ReferencedAttribute string
	ReferencingEntity, ReferencingAttribute           string
	ReferencedEntityNavigationPropertyName            string
	ReferencingEntityNavigationPropertyName           string
}

type manyRelation struct {
	SchemaName, IntersectEntityName                                              string
	Entity1LogicalName, Entity1IntersectAttribute, Entity1NavigationPropertyName string
	Entity2LogicalName, Entity2IntersectAttribute, Entity2NavigationPropertyName string
}

// The short form. Its twin is in schema.go.
type shortTable struct {
	L, S, E, C, D, P, K, T, O string
	N                         int
	A, R                      bool `json:",omitempty"`
	Cols                      []shortColumn
	One                       [][6]string // one-to-many, this table referencing: see shortRelation
	Many                      [][8]string
}

type shortColumn struct {
	L, S, D, T string   `json:",omitempty"`
	P, F, B, R string   `json:",omitempty"`
	Of, Base   string   `json:",omitempty"`
	Len, Prec  int      `json:",omitempty"`
	Min, Max   *float64 `json:",omitempty"`
	Opt        [][2]any `json:",omitempty"` // value and label
	St         []int    `json:",omitempty"` // per option: the state, or the default status
	Set        string   `json:",omitempty"`
	Tg         []string `json:",omitempty"`
	X          int      // flags: 1 read, 2 create, 4 update, 8 OData, 16 logical, 32 global option set
}

func shorten(a attribute) shortColumn {
	c := shortColumn{
		L: a.LogicalName, D: a.DisplayName, T: strings.TrimSuffix(a.AttributeTypeName, "Type"),
		F: a.FormatName, B: a.DateTimeBehavior, Of: a.AttributeOf, Base: a.BaseOf,
		Len: a.MaxLength, Prec: a.Precision, Min: a.MinValue, Max: a.MaxValue, Set: a.OptionSetName, Tg: a.Targets,
	}
	if a.SchemaName != a.LogicalName {
		c.S = a.SchemaName
	}
	switch a.WebApiProperty {
	case "":
		c.P = "-"
	case a.LogicalName:
	case "_" + a.LogicalName + "_value":
		c.P = "_"
	default:
		c.P = a.WebApiProperty
	}
	if c.F == "" {
		c.F = a.Format
	}
	if a.RequiredLevel != "None" {
		c.R = a.RequiredLevel[:1]
	}
	for _, o := range a.Options {
		c.Opt = append(c.Opt, [2]any{o.Value, o.Label})
		switch a.AttributeType {
		case "State":
			c.St = append(c.St, o.DefaultStatus)
		case "Status":
			c.St = append(c.St, o.State)
		}
	}
	for i, set := range []bool{a.IsValidForRead, a.IsValidForCreate, a.IsValidForUpdate, a.IsValidODataAttribute, a.IsLogical, a.IsGlobalOptionSet} {
		if set {
			c.X |= 1 << i
		}
	}
	return c
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run gen.go facts.json")
	}
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var in facts
	if err := json.Unmarshal(data, &in); err != nil {
		log.Fatal(err)
	}
	var out []shortTable
	for _, t := range in.Tables {
		s := shortTable{
			L: t.LogicalName, S: t.SchemaName, E: t.EntitySetName, C: t.LogicalCollectionName, D: t.DisplayName,
			P: t.DisplayCollectionName, K: t.PrimaryIdAttribute, T: t.PrimaryNameAttribute, O: t.OwnershipType,
			N: t.ObjectTypeCode, A: t.IsActivity, R: t.ChangeTrackingEnabled != nil && *t.ChangeTrackingEnabled,
		}
		for _, a := range t.Attributes {
			s.Cols = append(s.Cols, shorten(a))
		}
		for _, r := range t.ManyToOne {
			s.One = append(s.One, [6]string{r.SchemaName, r.ReferencedEntity, r.ReferencedAttribute, r.ReferencingAttribute,
				r.ReferencedEntityNavigationPropertyName, r.ReferencingEntityNavigationPropertyName})
		}
		for _, r := range t.ManyToMany {
			s.Many = append(s.Many, [8]string{r.SchemaName, r.IntersectEntityName,
				r.Entity1LogicalName, r.Entity1IntersectAttribute, r.Entity1NavigationPropertyName,
				r.Entity2LogicalName, r.Entity2IntersectAttribute, r.Entity2NavigationPropertyName})
		}
		out = append(out, s)
	}
	packed, err := json.Marshal(out)
	if err != nil {
		log.Fatal(err)
	}
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if _, err := z.Write(packed); err != nil {
		log.Fatal(err)
	}
	if err := z.Close(); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("schema.json.gz", b.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(out), "tables,", len(packed), "bytes,", b.Len(), "packed")
}

package dynamics

import (
	"encoding/xml"
	"strings"

	"ferry/core/practice/world"
)

// csdl answers $metadata: the entity types and sets as XML. Labels of choices are never in it.
func (c *call) csdl() error {
	c.w.Header().Set("Content-Type", "application/xml")
	out := &stream{w: c.w, began: true}
	out.b = append(out.b, `<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>`+
		`<Schema Namespace="Microsoft.Dynamics.CRM" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm">`+
		`<EntityType Name="crmbaseentity" Abstract="true" />`...)
	tables := c.store.world.Tables()
	for _, t := range tables {
		out.b = append(out.b, entityType(c.store.models.of(t))...)
		if !out.flush(false) {
			return nil
		}
	}
	out.b = append(out.b, `<EntityContainer Name="System">`...)
	for _, t := range tables {
		out.b = append(out.b, `<EntitySet Name="`+t.Set+`" EntityType="Microsoft.Dynamics.CRM.`+t.Logical+`" />`...)
	}
	out.b = append(out.b, `</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>`...)
	out.flush(true)
	return nil
}

func entityType(m *model) string {
	var b strings.Builder
	b.WriteString(`<EntityType Name="` + m.Logical + `" BaseType="mscrm.crmbaseentity"><Key><PropertyRef Name="` + m.Key + `" /></Key>`)
	for _, col := range m.properties {
		b.WriteString(`<Property Name="` + col.Property + `" Type="` + edm(col) + `"`)
		if t := edm(col); t == "Edm.Decimal" {
			b.WriteString(` Scale="Variable"`)
		} else if t == "Edm.String" {
			b.WriteString(` Unicode="false"`)
		}
		b.WriteString(` />`)
	}
	for i := range m.ManyToOne {
		writeSingle(&b, m, &m.ManyToOne[i])
	}
	for i := range m.OneToMany {
		if r := &m.OneToMany[i]; r.ReferencedNav != "" {
			b.WriteString(`<NavigationProperty Name="` + escapeXML(r.ReferencedNav) + `" Type="Collection(mscrm.` + r.ReferencingEntity + `)" Partner="` + escapeXML(r.ReferencingNav) + `" />`)
		}
	}
	b.WriteString(`</EntityType>`)
	return b.String()
}

func writeSingle(b *strings.Builder, m *model, r *world.Relation) {
	col := m.logical[r.ReferencingAttribute]
	if r.ReferencingNav == "" || col == nil || col.Property == "" {
		return
	}
	b.WriteString(`<NavigationProperty Name="` + escapeXML(r.ReferencingNav) + `" Type="mscrm.` + r.ReferencedEntity + `" Nullable="false" Partner="` + escapeXML(r.ReferencedNav) + `">` +
		`<ReferentialConstraint Property="` + col.Property + `" ReferencedProperty="` + r.ReferencedAttribute + `" /></NavigationProperty>`)
}

func escapeXML(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

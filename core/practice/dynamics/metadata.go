package dynamics

import (
	"fmt"
	"net/http"
	"strings"

	"ferry/core/practice/world"
)

// metadata answers what is said about tables; done is false when the segment is about rows.
func (c *call) metadata(s segment) (done bool, err error) {
	switch s.name {
	case "$metadata":
		return true, c.csdl()
	case "EntityDefinitions":
		return true, c.definitions(s)
	case "GlobalOptionSetDefinitions":
		return true, c.globalOptionSets(s)
	case "RelationshipDefinitions", "ManagedPropertyDefinitions":
		return true, unknown(s.name)
	}
	return false, nil
}

// definitions answers EntityDefinitions and everything behind it.
//
// Web API: "Query table definitions": there is no paging, and neither $top, $orderby nor $count.
func (c *call) definitions(s segment) error {
	for _, o := range []string{"$top", "$orderby", "$count", "$skiptoken", "$apply"} {
		if c.opts.given[o] {
			return badURI("The query parameter " + o + " is not supported for metadata entities.")
		}
	}
	if !s.call {
		if len(c.path) > 1 {
			return unknown("EntityDefinitions/" + c.path[1].name)
		}
		var all []object
		for _, t := range c.store.world.Tables() {
			all = append(all, c.tableObject(t))
		}
		return c.metaList(all, "EntityDefinitions", "EntityMetadata", func(o *object) []member {
			return c.expandedParts(o)
		})
	}
	t := c.definition(s.args)
	if t == nil {
		_, value := keyword(s.args)
		return &failure{status: http.StatusNotFound, code: "0x80060888", message: "Could not find an entity with name " + value + " and NameMapping Logical."}
	}
	if len(c.path) == 1 {
		o := c.tableObject(t)
		return c.metaOne(o, "EntityDefinitions", c.expandedParts(&o))
	}
	return c.definitionPart(t)
}

func (c *call) definition(args string) *world.Table {
	name, value := keyword(args)
	for _, t := range c.store.world.Tables() {
		if name == "LogicalName" && t.Logical == value || (name == "" || name == "MetadataId") && strings.EqualFold(t.MetadataID, value) {
			return t
		}
	}
	return nil
}

// definitionPart answers EntityDefinitions(…)/Attributes and the like.
func (c *call) definitionPart(t *world.Table) error {
	here := "EntityDefinitions('" + t.Logical + "')/"
	switch part := c.path[1]; part.name {
	case "Attributes":
		return c.attributes(t, part, here+"Attributes")
	case "OneToManyRelationships", "ManyToOneRelationships", "ManyToManyRelationships", "Keys":
		if len(c.path) > 2 || part.call {
			return unknown("a single one of " + part.name)
		}
		return c.metaList(c.parts(t, part.name), here+part.name, "", nil)
	default:
		o := c.tableObject(t)
		v, ok := o.get(part.name)
		if !ok {
			return noSegment(part.name)
		}
		b := appendText([]byte(`{"@odata.context":`), c.base+"/$metadata#"+here+part.name)
		b = appendMeta(append(b, `,"value":`...), v, "")
		return c.json(append(b, '}'))
	}
}

// parts are the relationships or the keys of a table.
func (c *call) parts(t *world.Table, name string) []object {
	var list []object
	switch name {
	case "OneToManyRelationships":
		for i := range t.OneToMany {
			list = append(list, relationObject(&t.OneToMany[i]))
		}
	case "ManyToOneRelationships":
		for i := range t.ManyToOne {
			list = append(list, relationObject(&t.ManyToOne[i]))
		}
	case "ManyToManyRelationships":
		for i := range t.ManyToMany {
			list = append(list, manyObject(&t.ManyToMany[i]))
		}
	case "Keys":
		for i := range t.Keys {
			list = append(list, keyObject(t, &t.Keys[i]))
		}
	case "Attributes":
		for _, col := range t.Columns {
			if !c.store.models.old || !newer(col) {
				list = append(list, attributeObject(t, col))
			}
		}
	}
	return list
}

// attributes answers the columns of a table: all, one, or those of one type with their options.
func (c *call) attributes(t *world.Table, part segment, here string) error {
	rest := c.path[2:]
	cast := ""
	if len(rest) > 0 && strings.HasPrefix(rest[0].name, queryNamespace) {
		cast = strings.TrimPrefix(rest[0].name, queryNamespace)
		rest = rest[1:]
		here += "/" + queryNamespace + cast
	}
	if cast != "" && !castable[cast] {
		return badURI("The type '" + queryNamespace + cast + "' is not supported for casting.")
	}
	list := c.parts(t, "Attributes")
	if cast != "" {
		var of []object
		for _, o := range list {
			if o.kind == cast {
				of = append(of, o)
			}
		}
		list = of
	}
	expand := func(o *object) []member { return c.expandedOptions(t, o) }
	if !part.call {
		if len(rest) > 0 {
			return noSegment(rest[0].name)
		}
		if cast == "" && c.opts.expand != "" {
			return badURI("Could not find a property named '" + c.opts.expand + "' on type 'Microsoft.Dynamics.CRM.AttributeMetadata'.")
		}
		base := "AttributeMetadata"
		if cast != "" {
			base = cast
		}
		return c.metaList(list, here, base, expand)
	}
	name, value := keyword(part.args)
	for i := range list {
		logical, _ := list[i].get("LogicalName")
		id, _ := list[i].get("MetadataId")
		if name == "LogicalName" && logical == value || name != "LogicalName" && strings.EqualFold(fmt.Sprint(id), value) {
			return c.oneAttribute(&list[i], rest, here, expand)
		}
	}
	if cast != "" {
		return noSegment(queryNamespace + cast)
	}
	return &failure{status: http.StatusNotFound, code: "0x80060888", message: "Could not find an attribute with specified name: " + value + "."}
}

func (c *call) oneAttribute(o *object, rest []segment, here string, expand func(*object) []member) error {
	if len(rest) == 0 {
		return c.metaOne(*o, here, expand(o))
	}
	if rest[0].name != "OptionSet" && rest[0].name != "GlobalOptionSet" {
		return noSegment(rest[0].name)
	}
	for _, m := range expand(o) {
		if set, ok := m.value.(object); ok && m.name == rest[0].name {
			return c.metaOne(set, here+"/"+m.name, nil)
		}
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// castable are the attribute types that a collection can be cast to: the concrete ones.
var castable = map[string]bool{
	"StringAttributeMetadata": true, "MemoAttributeMetadata": true, "IntegerAttributeMetadata": true, "BigIntAttributeMetadata": true,
	"DecimalAttributeMetadata": true, "DoubleAttributeMetadata": true, "MoneyAttributeMetadata": true, "BooleanAttributeMetadata": true,
	"PicklistAttributeMetadata": true, "StateAttributeMetadata": true, "StatusAttributeMetadata": true,
	"MultiSelectPicklistAttributeMetadata": true, "DateTimeAttributeMetadata": true, "LookupAttributeMetadata": true,
	"UniqueIdentifierAttributeMetadata": true, "EntityNameAttributeMetadata": true, "ImageAttributeMetadata": true,
	"FileAttributeMetadata": true, "ManagedPropertyAttributeMetadata": true,
}

// expandedParts are Attributes, Keys and relationships that $expand asks for.
func (c *call) expandedParts(o *object) []member {
	if c.opts.expand == "" {
		return nil
	}
	logical, _ := o.get("LogicalName")
	t := c.store.world.Table(fmt.Sprint(logical))
	var out []member
	for _, item := range splitTop(c.opts.expand, ',') {
		name, inner, _ := strings.Cut(strings.TrimSpace(item), "(")
		list := c.parts(t, name)
		var sub options
		sub.given = map[string]bool{}
		for _, p := range splitTop(strings.TrimSuffix(inner, ")"), ';') {
			k, v, _ := strings.Cut(strings.TrimSpace(p), "=")
			_ = sub.set(k, v)
		}
		kept := []object{}
		for i := range list {
			if ok, err := metaKeep(&list[i], sub.filter, nil); err == nil && ok {
				kept = append(kept, chosen(list[i], sub.selects))
			}
		}
		out = append(out, member{name, kept})
	}
	return out
}

// expandedOptions are the option sets that $expand asks for.
func (c *call) expandedOptions(t *world.Table, o *object) []member {
	logical, _ := o.get("LogicalName")
	col := t.Column(fmt.Sprint(logical))
	if col == nil {
		return nil
	}
	wanted := c.opts.expand
	if wanted == "" && len(c.path) > 2 {
		wanted = "OptionSet,GlobalOptionSet"
	}
	var out []member
	for _, item := range splitTop(wanted, ',') {
		name, _, _ := strings.Cut(strings.TrimSpace(item), "(")
		switch {
		case name == "OptionSet" && optional(col):
			out = append(out, member{"OptionSet", optionSet(t, col)})
		case name == "GlobalOptionSet" && optional(col):
			if col.Global == "" {
				out = append(out, member{"GlobalOptionSet", nil})
				continue
			}
			out = append(out, member{"GlobalOptionSet", optionSet(t, col)})
		}
	}
	return out
}

// globalOptionSets answers the option sets that several columns share.
func (c *call) globalOptionSets(s segment) error {
	if c.opts.given["$filter"] {
		return badURI("The query parameter $filter is not supported for GlobalOptionSetDefinitions.")
	}
	if len(c.path) > 2 || len(c.path) == 2 && c.path[1].name != queryNamespace+"OptionSetMetadata" {
		return noSegment(c.path[1].name)
	}
	var list []object
	seen := map[string]bool{}
	for _, t := range c.store.world.Tables() {
		for _, col := range t.Columns {
			if col.Global == "" || seen[col.Global] {
				continue
			}
			seen[col.Global] = true
			list = append(list, optionSet(t, col))
		}
	}
	if !s.call {
		return c.metaList(list, "GlobalOptionSetDefinitions", "OptionSetMetadataBase", nil)
	}
	name, value := keyword(s.args)
	for i := range list {
		n, _ := list[i].get("Name")
		id, _ := list[i].get("MetadataId")
		if name == "Name" && n == value || name != "Name" && strings.EqualFold(fmt.Sprint(id), value) {
			return c.metaOne(list[i], "GlobalOptionSetDefinitions", nil)
		}
	}
	return &failure{status: http.StatusNotFound, code: "0x80060888", message: "Could not find an option set with name " + value + "."}
}

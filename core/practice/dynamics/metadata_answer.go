package dynamics

import (
	"strconv"
	"strings"
)

// object is a part of the metadata: members in their order. Metadata are small, so they are worked out plainly.
type object struct {
	kind    string // of a derived type: "StringAttributeMetadata"; it is told when the type asked for is a base
	members []member
}

type member struct {
	name  string
	value any // string, bool, int, float64, nil, enum, object, []object, []string
}

// enum is a text that is a member of an enumeration: it is filtered as Microsoft.Dynamics.CRM.Type'Member'.
type enum struct{ of, name string }

// managed is a managed property, which is filtered by its /Value.
func managed(v any, name string) object {
	return object{members: []member{{"Value", v}, {"CanBeChanged", true}, {"ManagedPropertyLogicalName", name}}}
}

func (o *object) get(name string) (any, bool) {
	for i := range o.members {
		if o.members[i].name == name {
			return o.members[i].value, true
		}
	}
	return nil, false
}

// metaList answers a collection: filtered, with the members that were selected.
func (c *call) metaList(list []object, context, base string, expand func(*object) []member) error {
	if err := c.metaSelected(list); err != nil {
		return err
	}
	out := newStream(c.w)
	out.b = appendText(append(out.b, `{"@odata.context":`...), c.base+"/$metadata#"+context+c.selectedText())
	out.b = append(out.b, `,"value":[`...)
	n := 0
	for i := range list {
		ok, err := metaKeep(&list[i], c.opts.filter, c.opts.aliases)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if n++; n > 1 {
			out.b = append(out.b, ',')
		}
		o := chosen(list[i], c.opts.selects)
		if expand != nil {
			o.members = append(o.members, expand(&list[i])...)
		}
		out.b = appendMeta(out.b, o, base)
		if c.opts.filter == "" && !out.flush(false) {
			return nil
		}
	}
	out.b = append(out.b, "]}"...)
	out.flush(true)
	return nil
}

// metaOne answers one object.
func (c *call) metaOne(o object, context string, expanded []member) error {
	if err := c.metaSelected([]object{o}); err != nil {
		return err
	}
	b := appendText([]byte(`{"@odata.context":`), c.base+"/$metadata#"+context+c.selectedText()+"/$entity")
	o = chosen(o, c.opts.selects)
	o.members = append(o.members, expanded...)
	b = append(b, ',')
	b = append(b, appendMeta(nil, o, "?")[1:]...)
	return c.json(b)
}

func (c *call) selectedText() string {
	if len(c.opts.selects) == 0 {
		return ""
	}
	return "(" + strings.Join(c.opts.selects, ",") + ")"
}

// metaSelected refuses members that no object has. What only a derived type has may be selected of that type alone.
func (c *call) metaSelected(list []object) error {
	if len(list) == 0 {
		return nil
	}
	for _, name := range c.opts.selects {
		for i := range list {
			if _, ok := list[i].get(name); !ok && !strings.HasPrefix(name, "@") {
				return badURI("Could not find a property named '" + name + "' on type 'Microsoft.Dynamics.CRM." + metaBase(list[i].kind) + "'.")
			}
		}
	}
	return nil
}

func metaBase(kind string) string {
	if strings.HasSuffix(kind, "AttributeMetadata") {
		return "AttributeMetadata"
	}
	if kind == "" || kind == "ComplexEntityMetadata" {
		return "EntityMetadata"
	}
	return kind
}

// chosen returns the object with the selected members; MetadataId always comes along.
func chosen(o object, selects []string) object {
	if len(selects) == 0 {
		return object{kind: o.kind, members: append([]member(nil), o.members...)}
	}
	out := object{kind: o.kind}
	for _, m := range o.members {
		keep := m.name == "MetadataId"
		for _, s := range selects {
			keep = keep || s == m.name
		}
		if keep {
			out.members = append(out.members, m)
		}
	}
	return out
}

// appendMeta writes a value. An object of a derived type says so, unless that type was asked for.
func appendMeta(b []byte, v any, base string) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return appendText(b, v)
	case enum:
		return appendText(b, v.name)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case float64:
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	case []string:
		b = append(b, '[')
		for i, s := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendText(b, s)
		}
		return append(b, ']')
	case []object:
		b = append(b, '[')
		for i := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendMeta(b, v[i], "")
		}
		return append(b, ']')
	case object:
		return appendObject(b, v, base)
	}
	return append(b, "null"...)
}

func appendObject(b []byte, o object, base string) []byte {
	b = append(b, '{')
	n := 0
	if o.kind != "" && o.kind != base {
		b = appendText(append(b, `"@odata.type":`...), "#Microsoft.Dynamics.CRM."+o.kind)
		n++
	}
	for _, m := range o.members {
		if n > 0 {
			b = append(b, ',')
		}
		n++
		b = appendText(b, m.name)
		b = appendMeta(append(b, ':'), m.value, "")
	}
	return append(b, '}')
}

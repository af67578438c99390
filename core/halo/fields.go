package halo

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ferry/core"
)

// A fieldKind is what a custom field holds.
type fieldKind string

const (
	kindText     fieldKind = "text"
	kindMemo     fieldKind = "memo"
	kindChoice   fieldKind = "choice"
	kindChoices  fieldKind = "choices"
	kindDate     fieldKind = "date"
	kindTime     fieldKind = "time"
	kindCheckbox fieldKind = "checkbox"
	kindTable    fieldKind = "table"
	kindDynamic  fieldKind = "dynamic"
	kindRich     fieldKind = "rich"
)

// usualTypes are the numbers of field types. Only that of a table is sure; the others are what programs say that work with
// live instances. The setting “field-types” overrides them.
func usualTypes() map[int64]fieldKind {
	return map[int64]fieldKind{
		0: kindText, 1: kindMemo, 2: kindChoice, 3: kindChoices, 4: kindDate, 5: kindTime, 6: kindCheckbox, 7: kindTable, 8: kindDynamic, 10: kindRich,
	}
}

func parseTypes(text string) (map[int64]fieldKind, error) {
	types := usualTypes()
	for _, part := range strings.Split(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		number, name, ok := strings.Cut(part, "=")
		n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		kind := fieldKind(strings.ToLower(strings.TrimSpace(name)))
		known := slices.Contains([]fieldKind{kindText, kindMemo, kindChoice, kindChoices, kindDate, kindTime, kindCheckbox, kindTable, kindDynamic, kindRich}, kind)
		if !ok || err != nil || !known {
			return nil, badTypes()
		}
		types[n] = kind
	}
	return types, nil
}

// numberOf is the number of a kind of field; the lowest where several have it.
func numberOf(types map[int64]fieldKind, k fieldKind) (int64, bool) {
	best, found := int64(0), false
	for n, kind := range types {
		if kind == k && (!found || n < best) {
			best, found = n, true
		}
	}
	return best, found
}

// A definition is a custom field as Halo tells it.
type definition struct {
	id       int64
	kind     fieldKind // "" is not known
	number   int64
	lookup   int64 // id of its list of values
	table    int64 // of a table field: the custom table whose rows it holds
	readOnly bool
	withTime bool
	numeric  bool // a text that takes nothing but numbers, as far as its input type tells
	values   []value
}

// A value is one of a list.
type value struct {
	id       int64
	label    string
	dynamics string // its id in Dynamics, in the column that the settings name
	inactive bool
}

func (d *definition) byLabel(label string) (found []value) {
	for _, v := range d.values {
		if strings.EqualFold(strings.TrimSpace(v.label), strings.TrimSpace(label)) {
			found = append(found, v)
		}
	}
	return found
}

func (d *definition) has(id int64) bool {
	return slices.ContainsFunc(d.values, func(v value) bool { return v.id == id })
}

// customFields reads the custom fields of a table.
func (c *client) customFields(ctx context.Context, number int64) ([]field, error) {
	var answer objects
	answer.key = "fields"
	q := url.Values{"typeid": {strconv.FormatInt(number, 10)}, "iscustomfieldsetup": {"true"}, "includevalues": {"true"}}
	if err := c.get(ctx, "reading the custom fields of Halo", "FieldInfo", q, &answer); err != nil {
		return nil, err
	}
	var fields []field
	for _, o := range answer.rows {
		if usage, ok := o.id("usage"); ok && usage != 0 && usage != number {
			continue
		}
		f, ok := c.customField(o)
		if !ok {
			continue
		}
		if f.def.lookup != 0 && len(f.def.values) == 0 && (f.def.kind == kindChoice || f.def.kind == kindChoices) {
			if err := c.readValues(ctx, f.def); err != nil {
				return nil, err
			}
		}
		fields = append(fields, f)
	}
	return fields, nil
}

// customField reads one definition.
func (c *client) customField(o object) (field, bool) {
	n, ok := o.id("id")
	name := o.text("name")
	if !ok || name == "" {
		return field{}, false
	}
	d := &definition{id: n, readOnly: o.yes("readonly")}
	d.number, _ = o.id("type")
	d.kind = c.to.types[d.number]
	d.lookup, _ = o.id("lookup")
	d.table, _ = o.id("table_id")
	d.values = c.valuesOf(o.all("values"))
	if input, ok := o.id("inputtype"); ok && d.kind == kindDate {
		d.withTime = input != 0 || strings.Contains(strings.ToLower(o.text("inputtype_name")), "time")
	}
	if input, ok := o.id("inputtype"); ok && d.kind == kindText {
		_, d.numeric = c.to.inputs[input]
	}
	f := field{name: name, display: o.text("label"), member: name, at: custom, def: d, typ: d.fieldType(), must: o.yes("mandatory")}
	if f.display == "" {
		f.display = name
	}
	if limit, ok := o.id("characterlimit"); ok && limit > 0 {
		f.length = int(limit)
	}
	return f, true
}

func (c *client) valuesOf(rows []object) []value {
	var values []value
	for _, o := range rows {
		n, ok := o.id("id")
		if ok && n > 0 {
			values = append(values, value{id: n, label: o.text("name"), inactive: o.yes("inactive"), dynamics: o.text(c.to.slot)})
		}
	}
	return values
}

// readValues reads the list of a field's values.
func (c *client) readValues(ctx context.Context, d *definition) error {
	var answer objects
	answer.key = "lookups"
	q := url.Values{"lookupid": {strconv.FormatInt(d.lookup, 10)}, "showallcodes": {"true"}, "exclude_zero": {"true"}}
	if err := c.get(ctx, "reading the values of a custom field of Halo", "Lookup", q, &answer); err != nil {
		return err
	}
	d.values = c.valuesOf(answer.rows)
	return nil
}

// fieldType is what a mapping has to put in.
func (d *definition) fieldType() core.FieldType {
	switch d.kind {
	case kindText:
		return core.TypeText
	case kindMemo, kindRich:
		return core.TypeMemo
	case kindChoice:
		return core.TypeChoice
	case kindChoices:
		return core.TypeChoices
	case kindDate:
		if d.withTime {
			return core.TypeDateTime
		}
		return core.TypeDate
	case kindTime:
		return core.TypeText
	case kindCheckbox:
		return core.TypeBoolean
	case kindDynamic:
		return core.TypeInteger
	}
	return core.TypeOther
}

// writable reports whether values can be put into the field.
func (f *field) writable() bool {
	return f.def == nil || !f.def.readOnly && f.def.kind != "" && f.def.kind != kindTable
}

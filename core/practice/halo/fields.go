package halo

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The types of custom fields. Only that 7 is a table is certain; the others are inferred.
const (
	TypeText     = 0
	TypeMemo     = 1
	TypeSingle   = 2
	TypeMulti    = 3
	TypeDate     = 4
	TypeTime     = 5
	TypeCheckbox = 6
	TypeTable    = 7
	TypeDynamic  = 8
	TypeRich     = 10
)

// The input types of texts that take nothing but numbers (inferred).
const (
	InputInteger = 1
	InputMoney   = 2
	InputDecimal = 3
)

var inputs = map[int64]*regexp.Regexp{
	InputInteger: regexp.MustCompile(`^[+-]?[0-9]+$`), InputMoney: regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?$`), InputDecimal: regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?$`),
}

var fieldTypes = map[int64]bool{TypeText: true, TypeMemo: true, TypeSingle: true, TypeMulti: true, TypeDate: true, TypeTime: true, TypeCheckbox: true, TypeTable: true, TypeDynamic: true, TypeRich: true}

// cellsOf is where a record keeps the values of its custom fields, by the id of the field.
const cellsOf = "\x00cells"

func cells(r record) map[int64]any {
	m, _ := r[cellsOf].(map[int64]any)
	return m
}

// listFields answers the custom fields of a table: typeid is its number.
func (c *call) listFields(k *kind) error {
	if err := c.knows("typeid", "iscustomfieldsetup", "includevalues", "includedetails", "usage"); err != nil {
		return err
	}
	rows := []record{}
	usage := c.number("typeid", c.number("usage", 0))
	for _, r := range c.store.all("fieldinfo") {
		if usage != 0 && r.int("usage") != int64(usage) {
			continue
		}
		rows = append(rows, c.show(k, r, c.flag("includevalues") && !c.settings.NoListValues))
	}
	return c.sayList(k, rows)
}

// fieldsFor are the fields of a table, by id.
func (c *call) fieldsFor(usage int64) []record {
	return c.store.by("fieldinfo", holderKey(usage, 0))
}

func (c *call) fieldNamed(usage int64, name string) record {
	for _, f := range c.fieldsFor(usage) {
		if strings.EqualFold(f.text("name"), name) {
			return f
		}
	}
	return nil
}

// saveField checks a field. Its name gets CF in front, and neither name nor type changes later.
//
// Halo guides: custom fields.
func (c *call) saveField(old, next, in record) error {
	name := strings.TrimSpace(next.text("name"))
	if name == "" || strings.ContainsAny(name, " \t") {
		return bad("Please enter a value for the field Name. It cannot have spaces.")
	}
	if !strings.HasPrefix(name, "CF") {
		name = "CF" + name
	}
	next["name"] = name
	switch {
	case old != nil && (old.text("name") != name || old.int("type") != next.int("type")):
		return bad("The name and the type of a field cannot be changed.")
	case !fieldTypes[next.int("type")]:
		return bad("The field type has a value that does not exist.")
	case next.int("type") == TypeText && c.settings.NoInputs && next.int("inputtype") > 0:
		return bad("The field inputtype has a value that does not exist.")
	case old == nil && c.fieldNamed(next.int("usage"), name) != nil:
		return bad("A field with the name " + name + " already exists.")
	case next.int("type") == TypeTable && c.store.get("customtable", next.int("table_id")) == nil:
		return bad("The field table_id has a value that does not exist.")
	}
	if next["label"] == nil {
		next["label"] = strings.TrimPrefix(name, "CF")
	}
	selects := next.int("type") == TypeSingle || next.int("type") == TypeMulti
	if selects && next.int("lookup") == 0 {
		next["lookup"] = c.store.next("list")
	}
	values, ok := in["values"].([]record)
	if ok && !selects {
		return bad("Only fields for selections have values.")
	}
	for _, v := range values {
		v = v.clone()
		v["lookupid"] = next.int("lookup")
		if err := c.nested("lookup", v); err != nil {
			return err
		}
	}
	return nil
}

// nested writes a record that came inside of another one.
func (c *call) nested(name string, in record) error {
	_, err := c.upsert(kindOf(name), in)
	return err
}

func (c *call) showField(r record) {
	r["custom"] = int64(1)
	delete(r, "values")
	_, withID := c.pathID()
	omitted := !withID && (c.settings.NoListValues || !c.flag("includevalues")) && c.r != nil && c.r.Method == "GET"
	if !omitted && r.int("lookup") > 0 {
		r["values"] = c.optionsOf(r.int("lookup"), true)
	}
	for _, m := range c.settings.Mandatory {
		if _, name, _ := strings.Cut(m, "."); name == r["name"] {
			r["mandatory"] = true
		}
	}
}

// pathID is the id that the path ends in.
func (c *call) pathID() (int64, bool) {
	if len(c.path) < 2 {
		return 0, false
	}
	id, err := strconv.ParseInt(c.path[1], 10, 64)
	return id, err == nil
}

// freeField takes the values of a field along.
func (c *call) freeField(r record) error {
	for _, name := range []string{"client", "site", "users", "row"} {
		for _, one := range c.store.all(name) {
			if _, has := cells(one)[r.id()]; has {
				next := one.clone()
				next[cellsOf] = emptied(cells(one), r.id())
				c.put(name, next)
			}
		}
	}
	return nil
}

func emptied(m map[int64]any, id int64) map[int64]any {
	out := map[int64]any{}
	for k, v := range m {
		if k != id {
			out[k] = v
		}
	}
	return out
}

// writeFields writes values of custom fields into a record. What is not sent stays, or is emptied in a Halo that
// replaces.
func (c *call) writeFields(usage int64, next record, list []record) error {
	values := map[int64]any{}
	if !c.settings.ReplaceFields {
		values = emptied(cells(next), 0)
	}
	for _, sent := range list {
		f, err := c.field(usage, sent)
		if err != nil {
			return err
		}
		if f.int("type") == TypeTable {
			if err := c.writeRows(f.int("table_id"), next.id(), sent, replaceRows); err != nil {
				return err
			}
			continue
		}
		v, err := c.cell(f, sent)
		if err != nil {
			return err
		}
		values[f.id()] = v
	}
	next[cellsOf] = values
	return nil
}

// field finds the field that a value is for: by its id, which may be text, or by its name.
func (c *call) field(usage int64, sent record) (record, error) {
	switch sent["id"].(type) {
	case nil, string, json.Number, int64:
	default:
		return nil, malformed("$.customfields.id", "The JSON value could not be converted to a number.")
	}
	id, _ := strconv.ParseInt(fmt.Sprint(sent["id"]), 10, 64)
	f := c.store.get("fieldinfo", id)
	if id == 0 {
		f = c.fieldNamed(usage, sent.text("name"))
	}
	if f == nil || f.int("usage") != usage {
		return nil, bad(fmt.Sprintf("The custom field %v %s does not exist here.", sent["id"], sent.text("name")))
	}
	return f, nil
}

// cell checks a value and brings it into the form in which it is stored.
func (c *call) cell(f, sent record) (any, error) {
	v := sent["value"]
	refused := bad("The value of the custom field " + f.text("name") + " is not valid.")
	if to := sent.text("third_party_value"); to != "" && v == nil {
		return c.translated(f, to)
	}
	if v == nil || v == "" {
		return nil, nil
	}
	text, isText := v.(string)
	switch f.int("type") {
	case TypeSingle:
		return c.option(f, v, refused)
	case TypeMulti:
		return c.several(f, v, refused)
	case TypeDynamic:
		if n, err := strconv.ParseInt(fmt.Sprint(v), 10, 64); err == nil {
			return n, nil
		}
		return nil, refused
	case TypeCheckbox:
		if b, ok := v.(bool); ok {
			return b, nil
		}
		if text == "true" || text == "false" {
			return text == "true", nil
		}
		return nil, refused
	case TypeDate:
		if !isText || !isDate(text) {
			return nil, refused
		}
		return text, nil
	case TypeTime:
		if _, err := time.Parse("15:04", text); err != nil {
			return nil, refused
		}
		return text, nil
	}
	if n, isNumber := v.(json.Number); isNumber && inputs[f.int("inputtype")] != nil {
		text, isText = n.String(), true
	}
	if shape := inputs[f.int("inputtype")]; shape != nil && f.int("type") == TypeText && !shape.MatchString(text) {
		return nil, refused
	}
	if limit := f.int("characterlimit"); !isText || limit > 0 && int64(len([]rune(text))) > limit {
		return nil, refused
	}
	return text, nil
}

// option is the code of one option.
func (c *call) option(f record, v any, refused error) (any, error) {
	n, err := strconv.ParseInt(fmt.Sprint(v), 10, 64)
	if err != nil {
		return nil, refused
	}
	if n == 0 {
		return nil, nil
	}
	if c.store.get("lookup", optionKey(f.int("lookup"), n)) == nil {
		if c.settings.BadOptions == "ignored" {
			return nil, nil
		}
		return nil, refused
	}
	return n, nil
}

// several are the codes of options: [{"id":3},{"id":5}] or "3,5".
func (c *call) several(f record, v any, refused error) (any, error) {
	var codes []any
	switch v := v.(type) {
	case string:
		for _, one := range strings.Split(v, ",") {
			codes = append(codes, strings.TrimSpace(one))
		}
	case []any:
		for _, one := range v {
			o, ok := one.(map[string]any)
			if !ok {
				return nil, refused
			}
			codes = append(codes, o["id"])
		}
	default:
		return nil, refused
	}
	var out []int64
	for _, one := range codes {
		n, err := c.option(f, one, refused)
		if err != nil {
			return nil, err
		}
		if n, ok := n.(int64); ok && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out, nil
}

// translated finds options by what Dynamics calls them.
func (c *call) translated(f record, values string) (any, error) {
	var found []int64
	for _, value := range strings.Split(values, ",") {
		for _, o := range c.optionRecords(f.int("lookup")) {
			if slot := c.settings.slot(); slot != "" && o.text(slot) == strings.TrimSpace(value) {
				found = append(found, o.int(code))
			}
		}
	}
	switch {
	case len(found) == 0:
		return nil, nil
	case f.int("type") == TypeMulti:
		return found, nil
	}
	return found[0], nil
}

// showFields are all custom fields of a record with their values.
func (c *call) showFields(usage int64, r record) []record {
	out := []record{}
	for _, f := range c.fieldsFor(usage) {
		out = append(out, c.showCell(f, r))
	}
	return out
}

// fieldColumns are those that a list was asked for.
func (c *call) fieldColumns(k *kind, r record) []record {
	out := []record{}
	for _, id := range strings.Split(c.query.Get("include_custom_fields"), ",") {
		n, err := strconv.ParseInt(id, 10, 64)
		if f := c.store.get("fieldinfo", n); err == nil && f != nil && f.int("usage") == k.table && !c.settings.NoFieldColumns {
			out = append(out, c.showCell(f, r))
		}
	}
	return out
}

// showCell is one value as it is read.
func (c *call) showCell(f, r record) record {
	v := cells(r)[f.id()]
	out := record{"id": f.id(), "name": f.text("name"), "label": f["label"], "type": f.int("type"), "usage": f.int("usage"), "value": v, "display": ""}
	switch v := v.(type) {
	case string:
		out["display"] = v
	case bool:
		out["display"] = strconv.FormatBool(v)
	case int64:
		out["display"] = c.store.get("lookup", optionKey(f.int("lookup"), v)).text("name")
	case []int64:
		list, labels := []record{}, []string{}
		for _, n := range v {
			name := c.store.get("lookup", optionKey(f.int("lookup"), n)).text("name")
			list, labels = append(list, record{"id": n, "name": name}), append(labels, name)
		}
		out["value"], out["display"] = list, strings.Join(labels, ", ")
	}
	if f.int("type") == TypeTable {
		out["value"] = c.showRows(f.int("table_id"), r.id())
	}
	return out
}

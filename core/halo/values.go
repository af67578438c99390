package halo

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"ferry/core"
)

// errEnough ends a list early.
var errEnough = errors.New("halo: enough")

// setMember puts a value under a field's name into an element.
func setMember(o object, f *field, v any) {
	switch f.at {
	case custom:
		list, _ := o["customfields"].([]object)
		for i := range list {
			if list[i]["id"] == f.def.id {
				list[i]["value"] = v
				return
			}
		}
		o["customfields"] = append(list, object{"id": f.def.id, "value": v})
	case address:
		a, _ := o["delivery_address"].(object)
		if a == nil {
			a = object{}
			o["delivery_address"] = a
		}
		a[f.member] = v
	default:
		o[f.member] = v
	}
}

// told is the text of a field in a row; false when the row does not tell it.
func (e *there) told(f *field) (string, bool) {
	if f.at == custom {
		list, ok := e.row["customfields"].([]any)
		if !ok {
			return "", false
		}
		for _, o := range asObjects(list) {
			if o.is(f) {
				return o.text("value"), true
			}
		}
		return "", true
	}
	v, ok := e.row[f.member]
	return asText(v), ok
}

// is reports whether a custom field of a row is this one.
func (o object) is(f *field) bool {
	n, ok := o.id("id")
	return ok && n == f.def.id || o.text("name") != "" && strings.EqualFold(o.text("name"), f.name)
}

// encode is a value as Halo takes it; false when it does not fit. Labels of choices are ids already.
func (f *field) encode(v core.Value) (any, bool) {
	if v.Blank() {
		if f.def == nil {
			return emptyOf(f.typ), true
		}
		return f.def.empty(), true
	}
	switch f.typ {
	case core.TypeText, core.TypeMemo:
		s := v.Canonical()
		if v.Kind() == core.KindTime {
			s = isoTime(v)
		}
		if f.numeric() {
			s = short(s)
		}
		return s, f.length == 0 || len(s) <= f.length || len([]rune(s)) <= f.length
	case core.TypeBoolean:
		b, ok := readBool(v)
		return b, ok
	case core.TypeChoice, core.TypeInteger:
		n, ok := whole(v.Canonical())
		return n, ok
	case core.TypeChoices:
		list := []object{}
		for _, n := range codesOf(v) {
			list = append(list, object{"id": n})
		}
		return list, len(list) > 0
	case core.TypeDate:
		t := v.AsTime()
		return t.Format("2006-01-02T00:00:00"), !t.IsZero()
	case core.TypeDateTime:
		return isoTime(v), !v.AsTime().IsZero()
	}
	return nil, false
}

func readBool(v core.Value) (value, ok bool) {
	switch v.Kind() {
	case core.KindBool:
		return v.AsBool(), true
	case core.KindInt, core.KindChoice:
		return v.AsInt() != 0, true
	}
	switch strings.ToLower(strings.TrimSpace(v.AsText())) {
	case "true", "yes", "1":
		return true, true
	case "false", "no", "0":
		return false, true
	}
	return false, false
}

// codesOf are the ids of a multiple choice that comes.
func codesOf(v core.Value) []int64 {
	if v.Kind() == core.KindChoices {
		return v.AsChoices()
	}
	return idsOf(v.Canonical())
}

// present is what stands in a field, in the form in which values come; false when the row does not tell it.
func (e *there) present(f *field) (core.Value, bool) {
	raw, ok := e.raw(f)
	if !ok {
		return core.Value{}, false
	}
	switch f.typ {
	case core.TypeBoolean:
		return core.Bool(object{"v": raw}.yes("v")), true
	case core.TypeChoices:
		if ids := idsOf(raw); len(ids) > 0 {
			return core.Choices(ids...), true
		}
		return core.Null(), true
	case core.TypeChoice:
		if n, ok := asID(raw); ok && n > 0 {
			return core.Choice(n), true
		}
		return core.Null(), true
	case core.TypeInteger:
		if n, ok := asID(raw); ok {
			return core.Int(n), true
		}
		return core.Null(), true
	case core.TypeDate:
		if t, ok := readTime(asText(raw)); ok {
			return core.Date(t.Date()), true
		}
		return core.Null(), true
	case core.TypeDateTime:
		if t, ok := readTime(asText(raw)); ok {
			return core.Time(t), true
		}
		return core.Null(), true
	}
	if s := asText(raw); s != "" {
		return core.Text(s), true
	}
	return core.Null(), true
}

// raw is a field's value as Halo tells it.
func (e *there) raw(f *field) (any, bool) {
	switch {
	case f.at == custom:
		list, ok := e.row["customfields"].([]any)
		for _, o := range asObjects(list) {
			if o.is(f) {
				return o["value"], true
			}
		}
		return nil, ok && e.whole // a list may leave out what is empty, or what it does not show
	case f.at == address:
		if a, ok := e.row["delivery_address"].(map[string]any); ok {
			return a[f.member], true
		}
		if _, told := e.row["delivery_address"]; told && e.whole {
			return nil, true
		}
		line := map[string]string{"line1": "1", "line2": "2", "line3": "3", "line4": "4", "postcode": "5"}[f.member]
		v, ok := e.row["delivery_address_line"+line]
		return v, ok
	case f.name == "toplevel":
		v, ok := e.row["toplevel_name"]
		return v, ok
	}
	v, ok := e.row[f.member]
	return v, ok
}

// equal reports whether writing next over there changes nothing.
func (f *field) equal(there, next core.Value) bool {
	if there.Blank() || next.Blank() {
		if f.typ == core.TypeBoolean { // nothing and no are the same
			a, _ := readBool(there)
			b, _ := readBool(next)
			return a == b
		}
		return there.Blank() && next.Blank()
	}
	switch f.typ {
	case core.TypeBoolean:
		a, okA := readBool(there)
		b, okB := readBool(next)
		return okA && okB && a == b
	case core.TypeChoices:
		a, b := codesOf(there), codesOf(next)
		slices.Sort(a)
		slices.Sort(b)
		return slices.Equal(a, b)
	case core.TypeDate:
		return there.AsTime().Format(time.DateOnly) == next.AsTime().Format(time.DateOnly)
	case core.TypeDateTime:
		return there.AsTime().Truncate(time.Second).Equal(next.AsTime().Truncate(time.Second))
	}
	if f.name == "toplevel" {
		return fold(there.Canonical()) == fold(next.Canonical())
	}
	if f.numeric() && sameNumber(there.Canonical(), next.Canonical()) {
		return true
	}
	return there.Canonical() == next.Canonical()
}

// fold makes two texts equal that a person calls the same.
func fold(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }

func emptyOf(t core.FieldType) any {
	switch t {
	case core.TypeBoolean:
		return false
	case core.TypeText, core.TypeMemo:
		return ""
	}
	return nil
}

func (d *definition) empty() any {
	switch d.kind {
	case kindText, kindMemo, kindRich, kindTime:
		return ""
	case kindChoices:
		return []object{}
	case kindCheckbox:
		return false
	}
	return nil
}

// isoTime is a time as Halo writes it.
func isoTime(v core.Value) string {
	if v.IsClock() {
		return v.AsTime().Format("2006-01-02T15:04:05")
	}
	return v.AsTime().Format("2006-01-02T15:04:05Z")
}

// readTime reads a time of Halo. Its empty dates are those of old databases.
func readTime(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, strings.TrimSpace(text)); err == nil {
			if y := t.Year(); y < 1901 {
				return time.Time{}, false
			}
			return t, true
		}
	}
	return time.Time{}, false
}

// idsOf reads the ids of a multiple choice: [{"id":3}], [3], "3,5".
func idsOf(v any) []int64 {
	var ids []int64
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			if m, ok := one.(map[string]any); ok {
				one = m["id"]
			}
			if n, ok := asID(one); ok {
				ids = append(ids, n)
			}
		}
	default:
		for _, part := range strings.Split(asText(v), ",") {
			if n, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64); err == nil {
				ids = append(ids, n)
			}
		}
	}
	return ids
}

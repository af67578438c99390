package halo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A record is one object as it is stored: int64, float64, bool, string, nil, record or []record under its names.
type record map[string]any

// A double is a number that is always read with a fraction: 21.0.
type double int64

// MarshalJSON writes 21.0.
func (d double) MarshalJSON() ([]byte, error) {
	return []byte(strconv.FormatInt(int64(d), 10) + ".0"), nil
}

// Check says what is wrong with a body that is sent for an entity: an array of objects that have only members of its
// description, each of its type. Tests of clients use it.
func Check(name string, body []byte) error {
	_, err := read(name, body, false)
	return err
}

// read reads the records of a body.
func read(name string, body []byte, lenient bool) ([]record, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil || d.More() {
		return nil, malformed("$", "The JSON value could not be converted.")
	}
	list, ok := v.([]any)
	if !ok && lenient {
		list, ok = []any{v}, true
	}
	if !ok {
		return nil, malformed("$", "The JSON value could not be converted to an array of "+name+".")
	}
	out := make([]record, len(list))
	for i, one := range list {
		r, err := understood(name, one, "$["+strconv.Itoa(i)+"]", lenient)
		if err != nil {
			return nil, err
		}
		out[i] = r
	}
	return out, nil
}

// understood makes a record of a decoded object.
func understood(name string, v any, at string, lenient bool) (record, error) {
	object, ok := v.(map[string]any)
	if !ok {
		return nil, malformed(at, "The JSON value could not be converted to "+name+".")
	}
	out := record{}
	for member, value := range object {
		m, ok := schema[name][member]
		if !ok && lenient {
			continue
		}
		if !ok {
			return nil, malformed(at+"."+member, fmt.Sprintf("Could not find member '%s' on object of type '%s'.", member, name))
		}
		if m.Use == Else {
			return nil, unknown("the member " + member)
		}
		typed, err := typed(m, value, at+"."+member, lenient)
		if err != nil {
			return nil, err
		}
		out[member] = typed
	}
	return out, nil
}

// typed checks one value and brings it into the form in which it is stored.
func typed(m Member, v any, at string, lenient bool) (any, error) {
	refused := malformed(at, fmt.Sprintf("The JSON value could not be converted to %s. Path: %s", m.Kind, at))
	if v == nil {
		return nil, nil
	}
	switch m.Kind {
	case Int, ID:
		n, ok := whole(v, lenient)
		if !ok {
			return nil, refused
		}
		return n, nil
	case Number:
		if n, ok := v.(json.Number); ok {
			if f, err := n.Float64(); err == nil {
				return f, nil
			}
		}
		return nil, refused
	case Bool:
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, refused
	case Text:
		if s, ok := v.(string); ok {
			return s, nil
		}
		return nil, refused
	case Date:
		if s, ok := v.(string); ok && isDate(s) {
			return s, nil
		}
		return nil, refused
	case Object:
		return understood(m.Of, v, at, lenient)
	}
	return several(m, v, at, lenient, refused)
}

// several is typed for lists, and for values of any type.
func several(m Member, v any, at string, lenient bool, refused error) (any, error) {
	list, isList := v.([]any)
	switch {
	case m.Kind == Any:
		return v, nil
	case !isList:
		return nil, refused
	case m.Kind == Ints:
		out := make([]int64, len(list))
		for i, one := range list {
			n, ok := whole(one, lenient)
			if !ok {
				return nil, refused
			}
			out[i] = n
		}
		return out, nil
	}
	out := make([]record, len(list))
	for i, one := range list {
		r, err := understood(m.Of, one, at+"["+strconv.Itoa(i)+"]", lenient)
		if err != nil {
			return nil, err
		}
		out[i] = r
	}
	return out, nil
}

// whole reads a whole number: 95, never 95.0.
func whole(v any, lenient bool) (int64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	text := n.String()
	if lenient {
		text = strings.TrimSuffix(text, ".0")
	}
	i, err := strconv.ParseInt(text, 10, 64)
	return i, err == nil
}

func isDate(s string) bool {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999", "2006-01-02"} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

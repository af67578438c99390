package halo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// An id is a whole number as Halo writes it: 21, 21.0 or "21". It is written as 21.
type id int64

func (n *id) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	if text == "null" || text == "" {
		*n = 0
		return nil
	}
	v, ok := whole(text)
	if !ok {
		return errors.New("halo: no whole number")
	}
	*n = id(v)
	return nil
}

// whole reads 21, 21.0 and 2.1e1.
func whole(text string) (int64, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// An object is one thing of Halo, its numbers as they were written.
type object map[string]any

func (o *object) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	m := map[string]any{}
	if err := d.Decode(&m); err != nil {
		return err
	}
	*o = m
	return nil
}

// id is a member that is a whole number; false when it is none.
func (o object) id(name string) (int64, bool) { return asID(o[name]) }

func asID(v any) (int64, bool) {
	switch v := v.(type) {
	case json.Number:
		return whole(v.String())
	case string:
		return whole(strings.TrimSpace(v))
	case int64:
		return v, true
	case float64:
		return int64(v), v == math.Trunc(v)
	}
	return 0, false
}

// which tells an object of a list from the others: its id, or all of it where it has none.
func (o object) which() string {
	if n, ok := o.id("id"); ok {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprint(o)
}

// text is a member as text: "" for none.
func (o object) text(name string) string { return asText(o[name]) }

func asText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// yes is a member that is true.
func (o object) yes(name string) bool {
	switch v := o[name].(type) {
	case bool:
		return v
	case string:
		return yes(v)
	case json.Number:
		return v.String() != "0"
	}
	return false
}

// all is a member that is a list of objects.
func (o object) all(name string) []object { return asObjects(o[name]) }

func asObjects(v any) []object {
	list, _ := v.([]any)
	var out []object
	for _, v := range list {
		if m, ok := v.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// objects are an answer that holds several things, or one: an array, one bare object, or an envelope with the array under key.
type objects struct {
	key   string
	rows  []object
	count int64 // how many there are in all; -1: it does not say
}

func (a *objects) UnmarshalJSON(b []byte) error {
	a.count = -1
	b = bytes.TrimSpace(b)
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	if len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, &a.rows)
	}
	var o object
	if err := json.Unmarshal(b, &o); err != nil {
		return err
	}
	if a.key == "" {
		a.rows = []object{o}
		return nil
	}
	if n, ok := o.id("record_count"); ok {
		a.count = n
	}
	list, ok := o[a.key]
	if !ok {
		for _, name := range slices.Sorted(maps.Keys(o)) { // some versions name it otherwise: the longest list of objects counts
			if rows := asObjects(o[name]); name != "columns" && len(rows) > len(a.rows) {
				a.rows = rows
			}
		}
		return nil
	}
	a.rows = asObjects(list)
	return nil
}

package transform

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"ferry/core"
)

// kindsOfValue makes one value of each kind out of a text and a number.
func kindsOfValue(s string, n int64) []core.Value {
	year := int(n%20000) - 5000
	return []core.Value{
		{}, core.Null(), core.Bool(n%2 == 0), core.Int(n), core.Decimal(s), core.Text(s), core.Text(""), core.Time(time.Unix(n, n%1e9)),
		core.Date(year, time.Month(n%13), int(n%32)), core.Choice(n), core.Choices(n, 1, -n), core.Choices(), core.Ref(s, s), core.Bytes([]byte(s)),
	}
}

// FuzzEach tries every transform with every kind of value: it never panics, gives the same again, and changes nothing
// that it was given.
func FuzzEach(f *testing.F) {
	for i, tr := range All() {
		for _, e := range tr.Examples {
			for name, value := range e.Params {
				f.Add(uint8(i), name, value, e.In.Canonical(), int64(7))
			}
			f.Add(uint8(i), "", "", e.In.Canonical(), int64(-1))
		}
	}
	for i := range All() {
		for _, s := range []string{"\xff\xfe", "🏳️‍🌈👩‍👩‍👧", strings.Repeat("e\u0301\u200d", 300), "\x00", "İıßŉ", "<p><!--", "1e400", strings.Repeat("<a ", 500), "+" + strings.Repeat("9", 300)} {
			f.Add(uint8(i), "otherwise", "keep", s, int64(1)<<62)
		}
	}
	all := All()
	f.Fuzz(func(t *testing.T, which uint8, name, param, s string, n int64) {
		tr := all[int(which)%len(all)]
		row := kindsOfValue(s, n)
		other := func(field string) (int, core.Field, bool) {
			return int(uint64(n) % uint64(len(row)+1)), core.Field{Name: field}, field != "gone"
		}
		env := Env{Input: core.Field{Name: "f", Options: []core.Option{{Code: n, Label: s}}}, Field: other,
			Ref: func(table, id, field string) (core.Value, bool) { return core.Text(id + field), len(id)%2 == 0 }}
		for _, example := range tr.Examples[:min(3, len(tr.Examples))] {
			params := map[string]string{name: param}
			for k, v := range example.Params {
				if k != name {
					params[k] = v
				}
			}
			if tr.Param(name) == nil {
				delete(params, name)
			}
			c, err := Compile([]Step{{tr.Name, params}, {Name: tr.Name, Params: params}}, env)
			if err != nil {
				if core.AsFault(err).Remedy == "" || core.AsFault(err).Kind == core.Bug {
					t.Errorf("%s: no remedy: %v", tr.Name, err)
				}
				continue
			}
			before := append([]core.Value(nil), row...)
			for _, v := range row {
				a, fa := c.Apply(v, row)
				b, fb := c.Apply(v, row)
				if a != b || !reflect.DeepEqual(fa, fb) {
					t.Errorf("%s gives %s and then %s", tr.Name, Show(a), Show(b))
				}
				if fa != nil && (fa.Remedy == "" || fa.Cause == "") {
					t.Errorf("%s refuses without a word", tr.Name)
				}
				if fa == nil && !a.Empty() && !c.Gives().Has(a.Kind()) {
					t.Errorf("%s gives a kind that it did not announce: %s", tr.Name, Show(a))
				}
			}
			if !reflect.DeepEqual(before, row) {
				t.Errorf("%s changes what it was given", tr.Name)
			}
		}
	})
}

// FuzzTemplate tries any text as a template and as a date format.
func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"{{a}}", "{{{{", "{{{a}}}", "{{ }}", "DD.MM.YYYY", "'", "h AM", "{{}}{{}}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		parts, ok := parseTemplate(s)
		if !strings.Contains(s, "{{") && !strings.Contains(s, "}}}}") && (!ok || (s != "" && (len(parts) != 1 || parts[0].text != s))) {
			t.Errorf("%q without fields becomes %v", s, parts)
		}
		c, _ := calendarOf(languageEnglish())
		if l, wrong := parseLayout(s, c); wrong == "" {
			when := time.Date(2024, 2, 29, 13, 4, 5, 0, time.UTC)
			text := l.format(when)
			if m, read := l.read(text); l.readable() == "" && read && (m.month != 2 || m.day != 29) {
				t.Errorf("%q is written %q and read as %v", s, text, m)
			}
		}
	})
}

package mapping

import (
	"strings"
	"time"

	"ferry/core"
)

// A piece is one part of a template: a fixed text, or a field.
type piece struct {
	text   string
	field  string
	at     int
	labels map[int64]string
}

// parseTemplate reads "{{firstname}} {{lastname}}"; false when a field is not closed or has no name.
func parseTemplate(s string) ([]piece, bool) {
	var out []piece
	for {
		before, rest, found := strings.Cut(s, "{{")
		if before != "" {
			out = append(out, piece{text: before})
		}
		if !found {
			return out, true
		}
		name, after, closed := strings.Cut(rest, "}}")
		name = strings.TrimSpace(name)
		if !closed || name == "" || strings.Contains(name, "{{") {
			return out, false
		}
		out = append(out, piece{field: name})
		s = after
	}
}

// templateFields are the fields that a template names.
func templateFields(s string) []string {
	pieces, _ := parseTemplate(s)
	var out []string
	for _, p := range pieces {
		if p.field != "" {
			out = append(out, p.field)
		}
	}
	return out
}

// fill writes the values into a template. It is Absent as soon as one of them is: no half of a name is ever written. It
// is Null when all of them are empty.
func fill(pieces []piece, row []core.Value, zone *time.Location) core.Value {
	var b strings.Builder
	fields, filled := 0, 0
	for _, p := range pieces {
		if p.field == "" {
			b.WriteString(p.text)
			continue
		}
		fields++
		v := row[p.at]
		if v.Kind() == core.KindAbsent {
			return v
		}
		if !blank(v) {
			filled++
		}
		b.WriteString(p.words(v, zone))
	}
	if fields > 0 && filled == 0 {
		return core.Null()
	}
	return core.Text(b.String())
}

// words are what a person expects to see: labels of choices, a time in the mapping's zone.
func (p piece) words(v core.Value, zone *time.Location) string {
	switch v.Kind() {
	case core.KindBool:
		if text, ok := p.labels[v.AsInt()]; ok {
			return text
		}
		if v.AsBool() {
			return "Yes"
		}
		return "No"
	case core.KindChoice:
		if text, ok := p.labels[v.AsInt()]; ok {
			return text
		}
	case core.KindChoices:
		var all []string
		for _, code := range v.AsChoices() {
			text, ok := p.labels[code]
			if !ok {
				text = core.Choice(code).Canonical()
			}
			all = append(all, text)
		}
		return strings.Join(all, ", ")
	case core.KindTime:
		return v.In(zone).Format("2006-01-02 15:04")
	case core.KindBytes:
		return ""
	}
	return v.Canonical()
}

// first is the first value that is not empty. What is Absent may hide one: then nothing is known.
func first(fields []int, row []core.Value) core.Value {
	for _, i := range fields {
		v := row[i]
		if v.Kind() == core.KindAbsent || !blank(v) {
			return v
		}
	}
	return core.Null()
}

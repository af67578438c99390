package transform

import (
	"strconv"
	"strings"
	"time"

	"ferry/core"
)

// Show writes a value for the screen, so that the three kinds of nothing look different.
func Show(v core.Value) string {
	switch v.Kind() {
	case core.KindAbsent:
		return "(not known)"
	case core.KindNull:
		return "(empty)"
	case core.KindText:
		return "“" + v.AsText() + "”"
	case core.KindBool:
		if v.AsBool() {
			return "yes"
		}
		return "no"
	case core.KindTime:
		if v.IsClock() {
			return v.AsTime().Format("2006-01-02 15:04:05")
		}
		return v.AsTime().Format("2006-01-02 15:04:05") + " UTC"
	case core.KindChoice:
		return "option " + v.Canonical()
	case core.KindChoices:
		return "options " + strings.ReplaceAll(v.Canonical(), ",", ", ")
	case core.KindRef:
		table, id := v.AsRef()
		return strings.TrimSpace(table + " " + id)
	case core.KindBytes:
		return strconv.Itoa(v.Size()) + " bytes"
	default:
		return v.Canonical()
	}
}

// A writer puts values into words: what people expect to see where several fields become one text.
type writer struct {
	zone *time.Location
	ref  func(table, id, field string) (core.Value, bool)
}

func newWriter(env Env) writer {
	w := writer{zone: env.Location, ref: env.Ref}
	if w.zone == nil {
		w.zone = time.UTC
	}
	return w
}

// write gives the words for a value of field f: labels of choices, names of lookups, exact digits, YYYY-MM-DD.
func (w writer) write(v core.Value, f core.Field) string {
	switch v.Kind() {
	case core.KindBool:
		return boolLabel(v.AsBool(), f)
	case core.KindChoice:
		return label(v.AsInt(), f)
	case core.KindChoices:
		codes := v.AsChoices()
		labels := make([]string, len(codes))
		for i, c := range codes {
			labels[i] = label(c, f)
		}
		return strings.Join(labels, ", ")
	case core.KindRef:
		table, id := v.AsRef()
		if w.ref != nil {
			if name, ok := w.ref(table, id, ""); ok && name.Kind() == core.KindText {
				return name.AsText()
			}
		}
		return id
	case core.KindTime:
		t := v.In(w.zone)
		if t.Second() != 0 {
			return t.Format("2006-01-02 15:04:05")
		}
		return t.Format("2006-01-02 15:04")
	case core.KindBytes:
		return ""
	default:
		return v.Canonical()
	}
}

func boolLabel(yes bool, f core.Field) string {
	code, word := int64(0), "No"
	if yes {
		code, word = 1, "Yes"
	}
	for _, o := range f.Options {
		if o.Code == code && o.Label != "" {
			return o.Label
		}
	}
	return word
}

// label is the option's label, or its code where it has none.
func label(code int64, f core.Field) string {
	for _, o := range f.Options {
		if o.Code == code && o.Label != "" {
			return o.Label
		}
	}
	return strconv.FormatInt(code, 10)
}

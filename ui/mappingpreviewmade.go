package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
)

// previewMade is a finished preview.
type previewMade struct {
	rows   []mapping.PreviewRow
	names  []string // of the records
	fault  *core.Fault
	source core.Table
	refs   mapping.RefValues
}

// previewJob is all that a preview is made from.
type previewJob struct {
	mapping mapping.Mapping
	source  core.Table
	dest    *core.Table
	sampled Sampled
	pick    mapping.Pick
	seed    uint64
	tables  map[string]*core.Table
}

func (j previewJob) make() *previewMade {
	made := &previewMade{source: j.source, refs: j.sampled.Refs}
	tables := func(name string) *core.Table {
		if name == j.source.Name.Logical {
			return &j.source
		}
		return j.tables[name]
	}
	program, err := mapping.Compile(j.mapping, j.source, mapping.About{Destination: j.dest, Tables: tables, Language: "en", Ref: j.sampled.Refs.Ref})
	if err != nil {
		made.fault = core.AsFault(err)
		return made
	}
	places := map[string]int{}
	for i, f := range j.sampled.Fields {
		places[f] = i
	}
	title, named := places[j.source.Title]
	records := []core.Record{}
	for _, r := range mapping.PickRecords(j.sampled.Records, j.pick, previewRows, j.seed) {
		in := core.Record{Key: r.Key, Values: make([]core.Value, len(program.Fields()))}
		for i, f := range program.Fields() {
			if at, ok := places[f]; ok && at < len(r.Values) {
				in.Values[i] = r.Values[at]
			}
		}
		records = append(records, in)
		name := ""
		if named && title < len(r.Values) {
			name = strings.TrimSpace(r.Values[title].AsText())
		}
		if name == "" {
			name = r.Key
		}
		made.names = append(made.names, name)
	}
	made.rows = mapping.Preview(program, records)
	return made
}

// words are a value for people. What is empty, what is not known and the empty text look different.
func (m *previewMade) words(v core.Value, label string) (words string, quiet bool) {
	switch v.Kind() {
	case core.KindAbsent:
		return "—", true
	case core.KindNull:
		return lang.L("empty"), true
	case core.KindBool:
		if label != "" {
			return label, false
		}
		if v.AsBool() {
			return lang.L("yes"), false
		}
		return lang.L("no"), false
	case core.KindChoice:
		if label != "" {
			return label + " (" + v.Canonical() + ")", false
		}
	case core.KindTime:
		return v.AsTime().Format("2006-01-02 15:04:05") + " UTC", false
	case core.KindRef:
		table, id := v.AsRef()
		if name, ok := m.refs.Ref(table, id, ""); ok && name.AsText() != "" {
			return name.AsText(), false
		}
		return strings.TrimSpace(table + " " + id), false
	case core.KindBytes:
		return lang.N("{{.N}} bytes", v.Size(), kit.M{"N": kit.Number(int64(v.Size()))}), false
	case core.KindText:
		text := v.AsText()
		if text == "" {
			return lang.L("“” empty text"), true
		}
		if text != strings.TrimSpace(text) {
			text = "“" + text + "”"
		}
		text, _, _ = strings.Cut(strings.ReplaceAll(text, "\n", " ⏎ "), "\x00")
		if r := []rune(text); len(r) > 300 {
			text = string(r[:300]) + "…"
		}
		return text, false
	}
	return v.Canonical(), v.Canonical() == ""
}

// original is what a cell is made from, in words.
func (m *previewMade) original(c *mapping.PreviewCell) (string, bool) {
	if len(c.From) == 0 {
		return lang.L("the same for every record"), true
	}
	all, quiet := []string{}, true
	for _, o := range c.From {
		words, q := m.words(o.Value, o.Label)
		if codes := o.Value.AsChoices(); len(codes) > 0 {
			words = m.labels(o.Field, codes)
		}
		all, quiet = append(all, words), quiet && q
	}
	return strings.Join(all, " · "), quiet
}

// labels are several options in words, with their codes.
func (m *previewMade) labels(field string, codes []int64) string {
	f := m.source.Field(field)
	words := []string{}
	for _, code := range codes {
		one := strconv.FormatInt(code, 10)
		if f != nil {
			for _, o := range f.Options {
				if o.Code == code && o.Label != "" {
					one = o.Label + " (" + one + ")"
				}
			}
		}
		words = append(words, one)
	}
	return strings.Join(words, ", ")
}

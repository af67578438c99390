package ui

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/ui/kit"
)

// value draws what a condition's operator takes, by the type of its field; nil when it takes nothing.
func (m *mappingFilter) value(n *filterNode, field *core.Field) fyne.CanvasObject {
	info, known := n.op.Info()
	if !known || info.Values == 0 {
		return nil
	}
	switch {
	case info.Number:
		return m.typed(n, "number", lang.L("How many"), lang.L("a number"))
	case field.Type == core.TypeBoolean:
		return m.yesNo(n, field)
	case len(field.Options) > 0:
		return m.options(n, field, info.Values < 0)
	case field.Type.IsLookup():
		return m.record(n, field, info.Values < 0)
	}
	hint := lang.L("a text")
	switch field.Type {
	case core.TypeDate, core.TypeDateTime:
		hint = lang.L("YYYY-MM-DD")
	case core.TypeInteger, core.TypeBigInt, core.TypeDecimal, core.TypeDouble, core.TypeMoney:
		hint = lang.L("a number")
	case core.TypeID:
		hint = lang.L("an id")
	}
	switch info.Values {
	case -1:
		return m.lines(n, hint)
	case 2:
		return kit.Column(4, m.typedAt(n, 0, 2, "pair", lang.L("From"), lang.L("from {{.What}}", kit.M{"What": hint})), m.typedAt(n, 1, 2, "pair", lang.L("To"), lang.L("to {{.What}}", kit.M{"What": hint})))
	}
	return m.typed(n, "one", lang.L("Value"), hint)
}

func (m *mappingFilter) typed(n *filterNode, kind, label, hint string) fyne.CanvasObject {
	return m.typedAt(n, 0, 1, kind, label, hint)
}

// typedAt is the field for one of some values. It stays the same object while the page is drawn anew, so that one can
// go on typing.
func (m *mappingFilter) typedAt(n *filterNode, at, of int, kind, label, hint string) fyne.CanvasObject {
	if n.kind != kind || len(n.entries) != of {
		n.kind, n.entries = kind, make([]*kit.Entry, of)
	}
	if n.entries[at] == nil {
		e := kit.NewEntry(label, hint)
		if at < len(n.values) {
			e.Text = n.values[at]
		}
		e.OnChanged = func(text string) {
			n.touch()
			for len(n.values) < of {
				n.values = append(n.values, "")
			}
			n.values[at] = text
			m.later()
		}
		e.OnSubmitted = func(string) { m.apply() }
		n.entries[at] = e
	}
	return n.entries[at]
}

// lines is the box for several values, one in each line.
func (m *mappingFilter) lines(n *filterNode, hint string) fyne.CanvasObject {
	if n.kind != "lines" || len(n.entries) != 1 {
		e := kit.NewMemo(lang.L("Values"), lang.L("{{.What}} in each line", kit.M{"What": hint}), 3)
		e.Text = strings.Join(n.values, "\n")
		e.OnChanged = func(text string) {
			n.touch()
			n.values = nil
			for line := range strings.Lines(text) {
				if line = strings.TrimSpace(line); line != "" {
					n.values = append(n.values, line)
				}
			}
			m.later()
		}
		n.kind, n.entries = "lines", []*kit.Entry{e}
	}
	return n.entries[0]
}

// yesNo draws the two options of a field, with their labels.
func (m *mappingFilter) yesNo(n *filterNode, field *core.Field) fyne.CanvasObject {
	no, yes := lang.L("no"), lang.L("yes")
	for _, o := range field.Options {
		if o.Label != "" && o.Code == 0 {
			no = o.Label
		} else if o.Label != "" && o.Code == 1 {
			yes = o.Label
		}
	}
	chosen := -1
	if len(n.values) == 1 {
		switch strings.ToLower(strings.TrimSpace(n.values[0])) {
		case "true", "1", "yes":
			chosen = 0
		case "false", "0", "no":
			chosen = 1
		}
	}
	words := yes
	switch chosen {
	case -1:
		words = lang.L("Choose…")
	case 1:
		words = no
	}
	return kit.NewPicker(words, "", chosen < 0, func() {
		items := []choosable{{key: "true", title: yes, logical: "1"}, {key: "false", title: no, logical: "0"}}
		m.p.w.pickFrom(pickSheet{title: fieldTitle(field), items: items, chosen: n.values, picked: func(keys []string) {
			n.touch()
			n.values = keys
			m.apply()
		}})
	})
}

// options draws the chosen options by their labels.
func (m *mappingFilter) options(n *filterNode, field *core.Field, several bool) fyne.CanvasObject {
	items := optionChoices(field)
	words := []string{}
	for _, v := range n.values {
		label := v
		for _, o := range items {
			if o.key == strings.TrimSpace(v) {
				label = o.title
			}
		}
		words = append(words, label)
	}
	shown := strings.Join(words, ", ")
	if shown == "" {
		shown = lang.L("Choose…")
	}
	return kit.NewPicker(shown, "", len(n.values) == 0, func() {
		m.p.w.pickFrom(pickSheet{title: fieldTitle(field), items: items, chosen: n.values, several: several, picked: func(keys []string) {
			n.touch()
			n.values = keys
			m.apply()
		}})
	})
}

// record draws the records that a lookup is compared with: by name where a sample has it, else by id.
func (m *mappingFilter) record(n *filterNode, field *core.Field, several bool) fyne.CanvasObject {
	items := m.records(field)
	for _, target := range field.Targets { // so that a search knows how their names are called
		if m.p.tableOf(target) == nil && m.p.from.Why == nil {
			m.p.know(target)
		}
	}
	words := []string{}
	for _, v := range n.values {
		label := v
		if name := m.names[v]; name != "" {
			label = m.p.w.veil(core.Text(name), name)
		}
		for _, i := range items {
			if i.key == v {
				label = i.title
			}
		}
		words = append(words, label)
	}
	shown := strings.Join(words, ", ")
	if shown == "" {
		shown = lang.L("Choose…")
	}
	return kit.NewPicker(shown, "", len(n.values) == 0, func() {
		j := pickSheet{title: fieldTitle(field), items: items, chosen: n.values, several: several, own: lang.L("Or its id"), read: readIDs, find: m.finder(field), named: func(c choosable) { m.names[c.key] = c.title }, picked: func(keys []string) {
			n.touch()
			n.values = keys
			m.apply()
		}}
		j.about = lang.L("Type a name to look for the record in Dynamics, or paste its id as it stands in the address bar of its page.")
		if several {
			j.own = lang.L("Or their ids, several at once")
			for _, v := range n.values {
				if !slices.ContainsFunc(items, func(c choosable) bool { return c.key == v }) {
					j.items = append(j.items, choosable{key: v, title: v})
				}
			}
		}
		m.p.w.pickFrom(j)
	})
}

// readIDs reads ids that were written or pasted, several with spaces, commas or line ends between them.
func readIDs(text string) (ids []string, why string) {
	for _, one := range strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' }) {
		id := strings.ToLower(strings.Trim(one, "{}\"'()"))
		if !isID(id) {
			return nil, lang.L("“{{.Text}}” is no id. An id looks like {{.Example}}.", kit.M{"Text": short(one, 40), "Example": "5f0c1a7e-0000-4000-8000-00000000ada0"})
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil, lang.L("Enter something first.")
	}
	return ids, ""
}

func isID(s string) bool {
	for i, r := range s {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (r == '-') || !dash && !strings.ContainsRune("0123456789abcdef", r) {
			return false
		}
	}
	return len(s) == 36
}

// found is how many records of one table a search by name shows.
const found = 20

// finder looks for records that a lookup can point at by their names; nil where the environment cannot be asked or
// nothing is known of the tables.
func (m *mappingFilter) finder(field *core.Field) func(ctx context.Context, text string) ([]choosable, error) {
	c := m.p.w.connection()
	tables := []core.Table{}
	for _, target := range field.Targets {
		t := m.p.tableOf(target)
		if t == nil {
			t, _ = m.p.know(target)
		}
		if t == nil || t.Title == "" || t.Field(t.Title) == nil || t.Field(t.Key) == nil {
			continue
		}
		slim := *t // only the id and the name are read
		slim.Fields = []core.Field{*t.Field(t.Key), *t.Field(t.Title)}
		tables = append(tables, slim)
	}
	if c == nil || len(tables) == 0 || m.p.from.Why != nil {
		return nil
	}
	conn, hidden := *c, m.p.w.hidden
	return func(ctx context.Context, text string) ([]choosable, error) {
		all := []choosable{}
		for _, t := range tables {
			r := SampleRequest{Table: t, Count: found, Filter: "contains(" + t.Title + ",'" + strings.ReplaceAll(text, "'", "''") + "')"}
			s, err := m.p.w.o.Engine.Sample(ctx, conn, r)
			if err != nil {
				return nil, err
			}
			at := slices.Index(s.Fields, t.Title)
			for _, record := range s.Records {
				one := choosable{key: record.Key, title: record.Key, logical: record.Key, note: t.Name.Logical}
				if at >= 0 && at < len(record.Values) && record.Values[at].AsText() != "" && !hidden {
					one.title = record.Values[at].AsText()
				}
				all = append(all, one)
			}
		}
		return all, nil
	}
}

// records are those that a lookup pointed at in the samples, each once.
func (m *mappingFilter) records(field *core.Field) []choosable {
	items, seen := []choosable{}, map[string]bool{}
	for _, s := range m.p.sample {
		if s == nil || s.loading != nil {
			continue
		}
		at := slices.Index(s.ui.Fields, field.Name)
		for _, r := range s.ui.Records {
			if at < 0 || at >= len(r.Values) {
				continue
			}
			table, id := r.Values[at].AsRef()
			if id == "" || seen[id] {
				continue
			}
			seen[id] = true
			c := choosable{key: id, title: id, logical: id, note: table}
			if name, ok := s.ui.Refs.Ref(table, id, ""); ok && name.AsText() != "" && !m.p.w.hidden {
				c.title = name.AsText()
			}
			items = append(items, c)
		}
	}
	slices.SortFunc(items, func(a, b choosable) int { return strings.Compare(strings.ToLower(a.title), strings.ToLower(b.title)) })
	return items
}

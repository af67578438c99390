package ui

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// mappingPolicies is the part that says what becomes of records that Dynamics does not give any more.
type mappingPolicies struct {
	p     *mappingPage
	gone  *kit.Entry // the value for what was deleted
	left  *kit.Entry // the value for what left the filter
	typed map[*kit.Entry]bool
}

func newMappingPolicies(p *mappingPage) *mappingPolicies {
	m := &mappingPolicies{p: p, typed: map[*kit.Entry]bool{}}
	m.gone, m.left = m.entry(lang.L("Value for deleted ones"), false), m.entry(lang.L("Value for those that left"), true)
	return m
}

func (m *mappingPolicies) part() mapping.PagePart { return mapping.PartPolicies }
func (m *mappingPolicies) title() string          { return lang.L("Gone or left") }

func (m *mappingPolicies) chip() (string, bool) {
	if n := m.p.problems(mapping.PartPolicies); n > 0 {
		return kit.Number(int64(n)), true
	}
	return "", false
}

func (m *mappingPolicies) reveal(mapping.Place) {}

// entry is the field for a value; what is typed counts with Enter, or when the page is left.
func (m *mappingPolicies) entry(label string, left bool) *kit.Entry {
	e := kit.NewEntry(label, lang.L("for example inactive"))
	e.OnChanged = func(string) { m.typed[e] = true }
	e.OnSubmitted = func(string) { m.take(e, left) }
	return e
}

func (m *mappingPolicies) take(e *kit.Entry, left bool) {
	if !m.typed[e] {
		return
	}
	delete(m.typed, e)
	now := m.policy(left)
	if now.Do == mapping.MarkInactive && now.Value != e.Text {
		now.Value = e.Text
		m.set(left, now)
	}
}

func (m *mappingPolicies) settle() {
	m.take(m.gone, false)
	m.take(m.left, true)
}

func (m *mappingPolicies) policy(left bool) mapping.Policy {
	saved := m.p.draft().Saved()
	if left {
		return saved.Left
	}
	return saved.Gone
}

func (m *mappingPolicies) set(left bool, p mapping.Policy) {
	m.p.do(func(d *mapping.Draft) error {
		if left {
			return d.SetLeft(p)
		}
		return d.SetGone(p)
	})
}

func (m *mappingPolicies) cards() []fyne.CanvasObject {
	saved := m.p.draft().Saved()
	gone := m.card(false, lang.L("Gone in Dynamics"), lang.L("The record was deleted there. Ferry believes it only when Dynamics reports the deletion, or when the table was read to its end with rights no smaller than last time."))
	about := lang.L("The record still exists, but is no longer one of those that are wanted.")
	if !saved.ActiveOnly && saved.Where == nil && saved.Filter == "" {
		about += " " + lang.L("Now every record is wanted, so none can leave.")
	}
	return append(m.p.problemCards(mapping.PartPolicies), gone, m.card(true, lang.L("Left the filter"), about))
}

func (m *mappingPolicies) card(left bool, title, about string) fyne.CanvasObject {
	now := m.policy(left)
	choose := func(do mapping.PolicyKind) func() {
		return func() {
			p := mapping.Policy{Do: do}
			if do == mapping.MarkInactive {
				p = m.usual()
			}
			m.set(left, p)
		}
	}
	parts := []fyne.CanvasObject{kit.Head(title), kit.QuietPara(about),
		kit.Equal(10,
			kit.NewChoice("", lang.L("Leave it"), lang.L("It stays at the destination as it is."), now.Do == mapping.Leave, choose(mapping.Leave)),
			kit.NewChoice("", lang.L("Mark it inactive"), lang.L("One field gets a value that says so."), now.Do == mapping.MarkInactive, choose(mapping.MarkInactive)),
			kit.NewChoice("", lang.L("Remove it"), lang.L("It is deleted at the destination."), now.Do == mapping.Remove, choose(mapping.Remove)))}
	switch now.Do {
	case mapping.MarkInactive:
		parts = append(parts, m.inactive(left, now))
	case mapping.Remove:
		parts = append(parts, kit.Tinted(look.WarnedTint, kit.TopRow(10, kit.NewIcon("warn", look.Warned, 18), kit.Grow(kit.Para(lang.L("Records are deleted at the destination, with what hangs on them there. Before an import does so it says how many, and asks you to type that number."))))))
	}
	return kit.Card(kit.Column(12, parts...))
}

// inactive asks for the field and its value.
func (m *mappingPolicies) inactive(left bool, now mapping.Policy) fyne.CanvasObject {
	words, logical := lang.L("Choose a field…"), ""
	if now.Column != "" {
		words, logical = m.p.columnTitle(now.Column), now.Column
	}
	field := kit.NewPicker(words, logical, now.Column == "", func() {
		m.p.w.pickFrom(pickSheet{title: lang.L("The field that says so"), items: m.columns(), chosen: []string{now.Column}, picked: func(keys []string) {
			p := now
			if p.Column != keys[0] {
				p.Column, p.Value = keys[0], ""
			}
			m.set(left, p)
		}})
	})
	value := fyne.CanvasObject(nil)
	if options := m.options(now.Column); len(options) > 0 {
		label := now.Value
		for _, o := range options {
			if o.key == now.Value {
				label = o.title
			}
		}
		if label == "" {
			label = lang.L("Choose a value…")
		}
		value = kit.NewPicker(label, "", now.Value == "", func() {
			m.p.w.pickFrom(pickSheet{title: lang.L("Its value"), items: options, chosen: []string{now.Value}, picked: func(keys []string) {
				p := now
				p.Value = keys[0]
				m.set(left, p)
			}})
		})
		value = kit.Labeled(lang.L("gets the value"), "", value)
	} else {
		e := m.gone
		if left {
			e = m.left
		}
		if !m.typed[e] && e.Text != now.Value {
			e.SetText(now.Value)
			delete(m.typed, e)
		}
		value = kit.Labeled(lang.L("gets the value"), lang.L("Enter keeps it."), e)
	}
	return even(12, kit.Labeled(lang.L("Field at the destination"), "", field), value)
}

// columns are the fields that can say it.
func (m *mappingPolicies) columns() []choosable {
	d, items := m.p.draft(), []choosable{}
	if to := d.Destination(); to != nil {
		for i := range to.Fields {
			if f := &to.Fields[i]; f.Writable {
				items = append(items, choosable{key: f.Name, title: fieldTitle(f), logical: f.Name, note: mapping.TypeTitle(f.Type)})
			}
		}
		return items
	}
	for _, b := range d.Saved().Columns {
		items = append(items, choosable{key: b.Column, title: m.p.columnTitle(b.Column), logical: b.Column, note: m.p.made(b)})
	}
	return items
}

// options are the values that a column can have; none where it is no choice.
func (m *mappingPolicies) options(column string) []choosable {
	d := m.p.draft()
	var f *core.Field
	if to := d.Destination(); to != nil {
		f = to.Field(column)
	} else if b, ok := d.Binding(column); ok && b.Part == mapping.Whole && len(b.Steps) == 0 && b.Choices == nil {
		f = d.Source().Field(b.Field)
	}
	if f == nil {
		return nil
	}
	return optionChoices(f)
}

// usual is the field and value that most likely say that a record is inactive.
func (m *mappingPolicies) usual() mapping.Policy {
	p := mapping.Policy{Do: mapping.MarkInactive}
	d := m.p.draft()
	for _, b := range d.Saved().Columns {
		if f := d.Source().Field(b.Field); f == nil || f.Type != core.TypeState || b.Part != mapping.Whole {
			continue
		}
		p.Column = b.Column
		if options := m.options(b.Column); len(options) == 2 {
			p.Value = options[1].key
		}
		return p
	}
	return p
}

// optionChoices are the options of a field, with both label and code.
func optionChoices(f *core.Field) []choosable {
	items := []choosable{}
	for _, o := range f.Options {
		code := strconv.FormatInt(o.Code, 10)
		c := choosable{key: code, title: o.Label, logical: code}
		if c.title == "" {
			c.title = code
		}
		items = append(items, c)
	}
	return items
}

package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// drawGroup draws a group and what is in it.
func (m *mappingFilter) drawGroup(n *filterNode) fyne.CanvasObject {
	parts := []fyne.CanvasObject{}
	top := n.above == nil
	if head := m.groupHead(n, top); head != nil {
		parts = append(parts, head)
	}
	for _, kid := range n.kids {
		if kid.group {
			parts = append(parts, m.drawGroup(kid))
		} else {
			parts = append(parts, m.drawCondition(kid))
		}
	}
	words := lang.L("Add a condition")
	if !top {
		words = lang.L("Add to this group")
	}
	foot := []fyne.CanvasObject{kit.LinkIcon("plus", words, func() {
		n.add(&filterNode{})
		m.p.w.refresh()
	})}
	if top {
		foot = append(foot, kit.LinkIcon("plus", lang.L("Add a group"), func() {
			g := &filterNode{group: true, any: !n.any}
			n.add(g)
			g.add(&filterNode{})
			m.p.w.refresh()
		}))
		if len(m.p.draft().Source().Relations) > 0 {
			foot = append(foot, kit.LinkIcon("plus", lang.L("Ask for related records"), func() { m.askRelated(n) }))
		}
	}
	parts = append(parts, kit.Wrap(8, foot...))
	body := kit.Column(8, parts...)
	if top {
		return body
	}
	return kit.On(kit.NewBox(look.Ground, look.Line, look.SmallRound), kit.Pad(8, 10, 6, 12, body))
}

// groupHead says whether all of a group have to hold; nil where that makes no difference.
func (m *mappingFilter) groupHead(n *filterNode, top bool) fyne.CanvasObject {
	row := []fyne.CanvasObject{}
	if n.via != nil {
		return kit.Column(6, m.relatedHead(n), kit.Row(8, append(m.joined(n), kit.Space())...))
	}
	if top && len(n.kids) < 2 {
		return nil
	}
	row = append(row, m.joined(n)...)
	row = append(row, kit.Space())
	if !top {
		row = append(row, kit.Sign("up", lang.L("Ungroup"), func() { n.unwrap(); m.apply() }), kit.Sign("cross", lang.L("Take out the group"), func() { n.drop(); m.apply() }))
	}
	return kit.Row(6, row...)
}

func (m *mappingFilter) joined(n *filterNode) []fyne.CanvasObject {
	if n.via != nil && len(n.kids) < 2 {
		return nil
	}
	chosen := 0
	if n.any {
		chosen = 1
	}
	return []fyne.CanvasObject{kit.Segments([]string{lang.L("all of these"), lang.L("any of these")}, chosen, func(i int) {
		n.any = i == 1
		m.apply()
	})}
}

// relatedHead says which records a group asks about that are one table away.
func (m *mappingFilter) relatedHead(n *filterNode) fyne.CanvasObject {
	around := m.form.around(n)
	words := n.via.Relation
	if around != nil {
		name := relatedTo(*n.via, around)
		title := m.p.w.titleOf(name)
		if t := m.p.tableOf(name); t != nil {
			title = plural(t.Name)
		}
		words = title + " (" + name + ")"
		if n.via.Lookup != "" {
			words = lookupWords(around, n.via.Lookup) + " › " + words
		}
	}
	chosen := 0
	if n.via.None {
		chosen = 1
	}
	there := []string{lang.L("there is one"), lang.L("there is none")}
	return kit.Row(8, kit.NewIcon("table", look.Quiet, 16), kit.Grow(kit.NewElided(words, kit.Style{Bold: true})),
		kit.Segments(there, chosen, func(i int) {
			step := *n.via
			step.None = i == 1
			n.via = &step
			m.apply()
		}),
		kit.Sign("cross", lang.L("Take out the group"), func() { n.drop(); m.apply() }))
}

// askRelated adds a question about records that point here.
func (m *mappingFilter) askRelated(n *filterNode) {
	relations := m.p.draft().Source().Relations
	m.p.w.pickFrom(pickSheet{title: lang.L("Ask for related records"), about: lang.L("Only records for which there is such a record, or for which there is none."), items: m.relations(), picked: func(keys []string) {
		for _, r := range relations {
			if r.Name == keys[0] {
				n.add(&filterNode{group: true, via: &mapping.Related{Relation: r.Name}})
				m.apply()
				return
			}
		}
	}})
}

// relations are those that can be asked for.
func (m *mappingFilter) relations() []choosable {
	items := []choosable{}
	for _, r := range m.p.draft().Source().Relations {
		if r.Name != "" && r.Table != "" {
			items = append(items, choosable{key: r.Name, title: m.p.w.titleOf(r.Table), logical: r.Table, note: lang.L("through {{.Field}}", kit.M{"Field": r.Field})})
		}
	}
	return items
}

// drawCondition draws one condition: field, operator, values.
func (m *mappingFilter) drawCondition(n *filterNode) fyne.CanvasObject {
	t := m.form.of(n)
	var field *core.Field
	if t != nil {
		field = t.Field(n.field)
		if field == nil && n.field != "" && n.field == t.Key {
			field = &core.Field{Name: t.Key, Type: core.TypeID, Readable: true}
		}
	}
	row := []fyne.CanvasObject{kit.Grow(m.fieldPicker(n, t, field))}
	if field != nil {
		row = append(row, kit.Grow(m.opPicker(n, field)))
		if value := m.value(n, field); value != nil {
			row = append(row, kit.Grow(value))
		}
	}
	row = append(row, kit.Sign("folder", lang.L("Put into a group"), func() { n.wrap(); m.apply() }), kit.Sign("cross", lang.L("Take out"), func() { n.drop(); m.apply() }))
	line := kit.TopRow(6, row...)
	note := m.note(n, t)
	if note == nil {
		return line
	}
	return kit.Column(3, line, note)
}

// note says under a condition why it does not count; nil when it does.
func (m *mappingFilter) note(n *filterNode, t *core.Table) fyne.CanvasObject {
	if t == nil && n.via != nil {
		if around := m.form.around(n); around != nil {
			name := relatedTo(*n.via, around)
			if _, fault := m.p.know(name); fault != nil {
				return kit.NewText(fault.Cause+" "+fault.Remedy, kit.Style{Ink: look.Failed, Size: look.CaptionSize, Wrap: true})
			}
			return kit.Caption(lang.L("Reading the fields of {{.Table}}…", kit.M{"Table": m.p.w.titleOf(name)}))
		}
	}
	why := m.form.lacks(n)
	switch {
	case why == nil:
		return nil
	case why.Code == "filter.unfinished":
		return kit.NewText(lang.L("Not finished: this condition does not count yet."), kit.Style{Ink: look.Warned, Size: look.CaptionSize, Wrap: true})
	}
	return kit.NewText(strings.TrimSpace(why.Cause+" "+why.Remedy)+" "+lang.L("Until then it does not count."), kit.Style{Ink: look.Failed, Size: look.CaptionSize, Wrap: true})
}

func lookupWords(t *core.Table, lookup string) string {
	if f := t.Field(lookup); f != nil {
		return fieldTitle(f)
	}
	return lookup
}

// fieldPicker shows the field, and the step that leads to it.
func (m *mappingFilter) fieldPicker(n *filterNode, t *core.Table, field *core.Field) fyne.CanvasObject {
	step, logical := "", n.field
	if n.via != nil {
		if around := m.form.around(n); around != nil {
			step = lookupWords(around, n.via.Lookup) + " › "
		}
		logical = n.via.Lookup + "." + n.field
	}
	if field == nil {
		words := lang.L("Choose a field…")
		if step != "" {
			words = step + "…"
		}
		if n.field != "" {
			words = step + n.field
		}
		p := kit.NewPicker(words, "", true, func() { m.pickField(n) })
		if around := m.form.around(n); t == nil && n.via != nil && around != nil {
			name := relatedTo(*n.via, around)
			if _, fault := m.p.know(name); fault == nil { // else there is the way back to the table itself
				p.Unless(lang.L("Reading the fields of {{.Table}}…", kit.M{"Table": m.p.w.titleOf(name)}))
			}
		}
		return p
	}
	return kit.NewPicker(step+fieldTitle(field), logical, false, func() { m.pickField(n) })
}

const (
	viaKey = "via:" // a step along a lookup
	ownKey = "own:" // back to the table itself
)

// pickField asks for a field of the table, or of one that a lookup leads to.
func (m *mappingFilter) pickField(n *filterNode) {
	t, around := m.form.of(n), m.form.around(n)
	if around == nil {
		return
	}
	items := []choosable{}
	if n.via != nil {
		items = append(items, choosable{key: ownKey, title: lang.L("Fields of {{.Table}} itself", kit.M{"Table": plural(around.Name)}), logical: around.Name.Logical})
	}
	if t != nil {
		items = append(items, fieldChoices(t)...)
	}
	if n.via == nil && n.above.above == nil || n.via == nil && m.steps(n) == 0 {
		items = append(items, m.lookupSteps(around)...)
	}
	title := lang.L("Field")
	if t != nil {
		title = lang.L("Field of {{.Table}}", kit.M{"Table": plural(t.Name)})
	}
	m.p.w.pickFrom(pickSheet{title: title, items: items, chosen: []string{n.field}, picked: func(keys []string) {
		key := keys[0]
		switch {
		case key == ownKey:
			n.touch()
			n.via, n.field, n.op, n.values, n.entries = nil, "", "", nil, nil
		case strings.HasPrefix(key, viaKey):
			lookup, table, _ := strings.Cut(strings.TrimPrefix(key, viaKey), ":")
			n.touch()
			n.via, n.field, n.op, n.values, n.entries = &mapping.Related{Lookup: lookup, Table: table}, "", "", nil, nil
			if m.p.tableOf(table) != nil {
				m.apply()
				m.pickField(n)
				return
			}
		default:
			if f := t.Field(key); f != nil {
				n.choose(f, t.Field(n.field))
			}
		}
		m.apply()
	}})
}

// steps is how many tables away a node's group is.
func (m *mappingFilter) steps(n *filterNode) int {
	away := 0
	for up := n.above; up != nil; up = up.above {
		if up.via != nil {
			away++
		}
	}
	return away
}

// lookupSteps are the tables that the lookups of a table lead to.
func (m *mappingFilter) lookupSteps(t *core.Table) []choosable {
	items := []choosable{}
	for i := range t.Fields {
		f := &t.Fields[i]
		if !f.Type.IsLookup() || !f.Readable {
			continue
		}
		for _, target := range f.Targets {
			items = append(items, choosable{key: viaKey + f.Name + ":" + target, title: fieldTitle(f) + " › " + m.p.w.titleOf(target), logical: f.Name + "." + target, note: lang.L("one table away")})
		}
	}
	return items
}

// opPicker shows the operator.
func (m *mappingFilter) opPicker(n *filterNode, field *core.Field) fyne.CanvasObject {
	info, _ := n.op.Info()
	words := info.Title
	if words == "" {
		words = lang.L("Choose…")
	}
	return kit.NewPicker(words, "", info.Title == "", func() {
		items := []choosable{}
		for _, o := range mapping.Ops(field.Type) {
			items = append(items, choosable{key: string(o.Op), title: o.Title})
		}
		m.p.w.pickFrom(pickSheet{title: fieldTitle(field), items: items, chosen: []string{string(n.op)}, picked: func(keys []string) {
			n.ask(mapping.Op(keys[0]))
			m.apply()
		}})
	})
}

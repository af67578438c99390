package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
)

// A settler has something that was typed and is not in the draft yet.
type settler interface{ settle() }

// settle brings everything that was typed into the draft, before another draft is shown or a step is taken back.
func (p *mappingPage) settle() {
	for _, part := range p.parts {
		if s, ok := part.(settler); ok {
			s.settle()
		}
	}
}

// knowNeeded describes the other tables that a mapping and its children speak of: without them their filters cannot be
// written, nor the children opened.
func (p *mappingPage) knowNeeded(m mapping.Mapping) {
	if m.Where != nil {
		p.knowFilter(*m.Where, p.tableOf(m.Source))
	}
	for _, c := range m.Children {
		if c.Source != p.root.Source().Name.Logical {
			p.know(c.Source)
		}
		p.knowNeeded(c)
	}
}

func (p *mappingPage) knowFilter(f mapping.Filter, t *core.Table) {
	for _, g := range f.All {
		p.knowFilter(g, t)
	}
	for _, g := range f.Any {
		p.knowFilter(g, t)
	}
	if f.Related == nil || t == nil {
		return
	}
	if name := relatedTo(*f.Related, t); name != "" && name != p.root.Source().Name.Logical {
		to, _ := p.know(name)
		p.knowFilter(f.Related.Where, to)
	}
}

// relatedTo is the table that a step leads to; "" when that cannot be told.
func relatedTo(r mapping.Related, t *core.Table) string {
	if r.Lookup != "" {
		if r.Table != "" {
			return r.Table
		}
		if f := t.Field(r.Lookup); f != nil && len(f.Targets) == 1 {
			return f.Targets[0]
		}
		return ""
	}
	for _, rel := range t.Relations {
		if rel.Name == r.Relation {
			return rel.Table
		}
	}
	return ""
}

// tableOf is what is known of a table of the source now; nil when nothing is. It asks for nothing.
func (p *mappingPage) tableOf(name string) *core.Table {
	if p.root != nil && p.root.Source().Name.Logical == name {
		return p.root.Source()
	}
	if r := p.related[name]; r != nil {
		return r.table
	}
	return nil
}

// problems counts what is to be looked at in a part of the draft that is shown.
func (p *mappingPage) problems(part mapping.PagePart) int { return len(p.problemsOf(part)) }

func (p *mappingPage) problemsOf(part mapping.PagePart) []mapping.Problem {
	found := []mapping.Problem{}
	for _, one := range p.draft().Problems() {
		if one.Place.Part == part && one.Severity != mapping.Notes && len(one.Place.Path) <= 1 {
			found = append(found, one)
		}
	}
	return found
}

// problemCards are the problems of a part, where they can be mended.
func (p *mappingPage) problemCards(part mapping.PagePart) []fyne.CanvasObject {
	cards := []fyne.CanvasObject{}
	for i, one := range p.problemsOf(part) {
		if i == 5 {
			break
		}
		f := &core.Fault{Cause: one.Cause, Remedy: one.Remedy, Owner: core.You}
		if one.Severity == mapping.Stops {
			cards = append(cards, kit.FaultCard(f, kit.FaultCalls{}))
		} else {
			cards = append(cards, kit.WarningCard(f, kit.FaultCalls{}))
		}
	}
	return cards
}

// columnTitle is what people call a column of the destination.
func (p *mappingPage) columnTitle(column string) string {
	if to := p.draft().Destination(); to != nil {
		if f := to.Field(column); f != nil {
			return fieldTitle(f)
		}
	}
	return column
}

// made is what a column is made from, in a few words.
func (p *mappingPage) made(b mapping.Binding) string {
	switch b.From {
	case mapping.FromConstant, mapping.FromTemplate:
		return "“" + b.Text + "”"
	case mapping.FromSeveral:
		return strings.Join(b.Fields, ", ")
	}
	if f := p.draft().Source().Field(b.Field); f != nil && f.Display != "" {
		return f.Display + " (" + f.Name + ")"
	}
	return b.Field
}

// filterText is what Dynamics is asked for the records of a mapping. Of a child those count whose parents are wanted.
func (p *mappingPage) filterText(m mapping.Mapping) (string, error) {
	t := p.tableOf(m.Source)
	if t == nil {
		t = p.draft().Source()
	}
	if len(p.path) > 0 {
		for _, flat := range mapping.Flatten(p.root.Saved(), p.tableOf) {
			if flat.ID == m.ID && flat.Where != nil {
				above := m
				above.Where = flat.Where
				if text, err := p.filterOf(above, t); err == nil {
					return text, nil
				}
			}
		}
	}
	return p.filterOf(m, t)
}

// filterOf writes the filter alone: what is wrong with the fields of a mapping is not its matter.
func (p *mappingPage) filterOf(m mapping.Mapping, t *core.Table) (string, error) {
	return mapping.FilterText(m, *t, mapping.About{Tables: p.tableOf}, p.w.o.Now())
}

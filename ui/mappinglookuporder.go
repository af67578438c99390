package ui

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// imported reports whether the project imports a table, as a mapping of its own or as a child.
func (l *mappingLookups) imported(table string) bool {
	var within func(m mapping.Mapping) bool
	within = func(m mapping.Mapping) bool {
		return m.Source == table || slices.ContainsFunc(m.Children, within)
	}
	if within(l.p.root.Saved()) {
		return true
	}
	return slices.ContainsFunc(l.p.w.listed(), func(one listed) bool {
		return one.Table == table || one.Saved != nil && within(*one.Saved)
	})
}

// missing names the tables that a lookup needs and nobody imports, with a button for each that adds it.
func (l *mappingLookups) missing(c lookupColumn) []fyne.CanvasObject {
	if c.how.By != mapping.ByRecord {
		return nil
	}
	names, adds := []string{}, []fyne.CanvasObject{}
	for _, t := range c.targets() {
		if l.imported(t) {
			continue
		}
		title := l.p.w.titleOf(t)
		names = append(names, title)
		if len(adds) < 4 {
			adds = append(adds, kit.Plain(lang.L("Add {{.Table}}", kit.M{"Table": title}), func() { l.p.w.addTable(t) }))
		}
	}
	if len(names) == 0 {
		return nil
	}
	words := kit.Column(4, kit.StrongPara(lang.L("Not imported: {{.Tables}}.", kit.M{"Tables": strings.Join(names, ", ")})),
		kit.Para(lang.L("Records that point at one would wait for it. Add the table, choose a default, or keep the Dynamics id.")))
	return []fyne.CanvasObject{kit.Tinted(look.WarnedTint, kit.Column(10, kit.TopRow(10, kit.NewIcon("warn", look.Warned, 18), kit.Grow(words)), kit.Foot(10, nil, adds...)))}
}

// sequence says in which order tables are imported because of the lookups, and what goes in a second pass.
func (l *mappingLookups) sequence(all []lookupColumn) fyne.CanvasObject {
	d, w := l.p.draft(), l.p.w
	own := d.Source().Name.Logical
	first, later := []string{}, []string{}
	for _, c := range all {
		if c.how.By != mapping.ByRecord {
			continue
		}
		for _, t := range c.targets() {
			switch {
			case t == own || l.pointsBack(t, own):
				if words := fieldWords(c.field); !slices.Contains(later, words) {
					later = append(later, words)
				}
			case l.imported(t) && !slices.Contains(first, w.titleOf(t)):
				first = append(first, w.titleOf(t))
			}
		}
	}
	line := func(icon, words string) fyne.CanvasObject {
		return kit.TopRow(10, kit.NewIcon(icon, look.Primary, 16), kit.Grow(kit.Para(words)))
	}
	parts := []fyne.CanvasObject{kit.Head(lang.L("In which order"))}
	me := w.titleOf(own)
	switch {
	case len(first) > 0:
		parts = append(parts, line("check", lang.L("{{.Parents}} are imported before {{.Table}}, so that each record finds what it points at.", kit.M{"Parents": strings.Join(first, ", "), "Table": me})))
	case len(later) == 0:
		parts = append(parts, line("check", lang.L("{{.Table}} wait for no other table: their lookups keep the Dynamics id, or are found by a field.", kit.M{"Table": me})))
	}
	if len(later) > 0 {
		parts = append(parts, line("refresh", lang.L("{{.Fields}}: points round in a circle. Each record is written without it first and gets it in a second pass, when all of them are there.", kit.M{"Fields": strings.Join(later, ", ")})))
	}
	return kit.Card(kit.Column(10, parts...))
}

// pointsBack reports whether another table's mapping leads back here, so that one of them has to be made first without.
func (l *mappingLookups) pointsBack(table, own string) bool {
	known, _ := l.p.know(table)
	if known == nil {
		return false
	}
	m := mapping.Default(*known)
	for _, one := range l.p.w.listed() {
		if one.Table == table && one.Saved != nil {
			m = *one.Saved
		}
	}
	tables := func(name string) *core.Table {
		switch name {
		case own:
			return l.p.draft().Source()
		case table:
			return known
		}
		return nil
	}
	for _, m := range mapping.Passes([]mapping.Mapping{l.p.draft().Saved(), m}, tables)[:1] {
		for _, b := range m.Columns {
			f := l.p.draft().Source().Field(b.Field)
			if b.Pass > 1 && f != nil && slices.Contains(f.Targets, table) {
				return true
			}
		}
	}
	return false
}

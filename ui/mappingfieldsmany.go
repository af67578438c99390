package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// chosen are the lines that are ticked and still there.
func (f *mappingFields) chosen() []mapping.Line {
	if len(f.ticked) == 0 {
		return nil
	}
	lines, _ := f.p.draft().Lines("", mapping.ShowAll, 0, 1<<20)
	return slices.DeleteFunc(lines, func(l mapping.Line) bool { return !f.ticked[lineKey(l)] })
}

// several is what can be done with all that is ticked.
func (f *mappingFields) several(lines []mapping.Line) fyne.CanvasObject {
	d := f.p.draft()
	columns, free := []string{}, []mapping.Suggestion{}
	for _, l := range lines {
		columns = append(columns, l.Columns...)
		if l.Field != nil && len(l.Columns) == 0 && l.Field.Readable && l.Field.Name != d.Saved().Key {
			free = append(free, mapping.Suggestion{From: l.Field.Name, To: ownName(d, l.Field.Name)})
		}
	}
	buttons := []fyne.CanvasObject{}
	if d.Free() && len(free) > 0 {
		buttons = append(buttons, kit.Plain(lang.N("Map {{.N}} fields", len(free), kit.M{"N": len(free)}), func() {
			f.p.do(func(d *mapping.Draft) error { _, err := d.Accept(free...); return err })
		}))
	}
	if len(columns) > 0 {
		buttons = append(buttons,
			kit.Plain(lang.L("Add a change…"), func() {
				f.p.pickStep(nil, func(s mapping.Step) { f.addStep(columns, s) })
			}),
			kit.Plain(lang.L("Set the rule…"), func() { f.p.match.edit(columns) }),
			kit.Danger(lang.L("Leave out"), func() {
				f.p.do(func(d *mapping.Draft) error { return d.Unbind(columns...) })
			}))
	}
	none := kit.Link(lang.L("Take the ticks out"), func() { clear(f.ticked); f.p.w.refresh() })
	words := kit.NewText(lang.N("{{.N}} fields chosen", len(lines), kit.M{"N": kit.Number(int64(len(lines)))}), kit.Style{Bold: true})
	return kit.On(kit.NewBox(look.PrimaryTint, "", look.Radius), kit.Pad(8, 12, 8, 14, kit.Foot(8, words, append(buttons, none)...)))
}

// addStep adds a change to columns, as one step.
func (f *mappingFields) addStep(columns []string, s mapping.Step) {
	f.p.do(func(d *mapping.Draft) error {
		return d.Together("add "+stepChip(s), func() error {
			for _, c := range columns {
				b, _ := d.Binding(c)
				if err := d.SetSteps(c, append(b.Steps, s)...); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// A ruleForm asks what happens when the destination has a value.
type ruleForm struct {
	rule mapping.Rule
}

// whens are the rules, in the order in which they are offered.
func whens() []mapping.When {
	return []mapping.When{mapping.Overwrite, mapping.FillBlanks, mapping.UnlessChanged, mapping.OnlyNew, mapping.NeverWrite}
}

func (r *ruleForm) object(changed func()) fyne.CanvasObject {
	drop := func(label string, value *mapping.When) fyne.CanvasObject {
		var d *kit.Drop
		d = kit.NewDrop(label, whenWords(*value), func() []kit.MenuItem {
			items := []kit.MenuItem{}
			for _, w := range whens() {
				items = append(items, kit.MenuItem{Words: whenWords(w), Tap: func() {
					*value = w
					d.SetValue(whenWords(w))
					changed()
				}})
			}
			return items
		})
		return kit.Labeled(label, "", d)
	}
	empty := kit.NewTick(lang.L("An empty value may empty what stands there"), r.rule.MayEmpty, func(on bool) { r.rule.MayEmpty = on; changed() })
	required := kit.NewTick(lang.L("Refuse a record that has no value here"), r.rule.Required, func(on bool) { r.rule.Required = on; changed() })
	return kit.Column(10, kit.Equal(14, drop(lang.L("Of records that Ferry made"), &r.rule.Made), drop(lang.L("Of records that it found there"), &r.rule.Found)),
		kit.Column(2, empty, required))
}

package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
)

// keyCards let the person say which field of a custom table holds the id by which its rows are known.
func (m *mappingMatch) keyCards() []fyne.CanvasObject {
	d := m.p.draft()
	to := d.Destination()
	if to == nil || !to.Name.Custom {
		return nil
	}
	words := lang.L("found by its name, such as CFDynamicsId")
	if f := to.Field(d.Saved().Key); f != nil {
		words = bothOr(f.Display, f.Name)
	}
	choose := kit.NewSelector(words, func() {
		items, taken := []choosable{}, []choosable{}
		for _, f := range to.Fields {
			if f.Type != core.TypeText || !f.Writable {
				continue
			}
			item := choosable{key: f.Name, title: bothOr(f.Display, f.Name), logical: f.Name}
			if _, is := d.Binding(f.Name); is {
				item.off = lang.L("something else goes there")
				taken = append(taken, item)
				continue
			}
			items = append(items, item)
		}
		items = append(items, taken...)
		m.p.w.pickFrom(pickSheet{title: lang.L("Which field holds the Dynamics ID?"), about: lang.L("A text field of this table that nobody else uses. By it a row is found again, so that the next import changes it and makes no second one."),
			items: items, picked: func(keys []string) { m.p.do(func(d *mapping.Draft) error { return d.SetKeyField(keys[0]) }) }})
	})
	return []fyne.CanvasObject{kit.Card(kit.Labeled(lang.L("Field of the Dynamics ID"),
		lang.L("Rows of this table are known by it. Rows that no import brought are left alone."), choose))}
}

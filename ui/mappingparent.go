package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core/mapping"
	"ferry/ui/kit"
)

// parent asks what becomes of the record that stands above each one in its own table, such as the parent account; nil where
// there is none, or nothing there could say it.
func (l *mappingLookups) parent() fyne.CanvasObject {
	d := l.p.draft()
	is, ok := d.Parentage()
	if !ok {
		return nil
	}
	field, above := bothOr(is.Lookup.Display, is.Lookup.Name), bothOr(is.Above.Display, is.Above.Name)
	into := is.Into != "" && is.Into != is.Above.Name
	set := func(column string) { l.p.do(func(d *mapping.Draft) error { return d.SetParent(column) }) }
	text := lang.L("Into a text field…")
	if into {
		title := is.Into
		if to := d.Destination().Field(is.Into); to != nil {
			title = bothOr(to.Display, to.Name)
		}
		text = lang.L("Into the field {{.Field}}", kit.M{"Field": title})
	}
	return kit.Card(kit.Column(10,
		kit.Column(3, kit.NewText(field, kit.Style{Bold: true}), kit.QuietPara(lang.L("What becomes of the record that stands above each one?"))),
		kit.NewChoice("", lang.L("Leave it out"), lang.L("Nothing there says which record stands above."), is.Into == "", func() { set("") }),
		kit.NewChoice("", above, lang.L("Each parent becomes one, by its name, and its records stand below it. It is made when it is missing. Records without a parent stay where they are."), is.Into == is.Above.Name, func() { set(is.Above.Name) }),
		kit.NewChoice("", text, lang.L("It gets the parent's name."), into, func() { l.parentInto(is, field) })))
}

// parentInto lets a person choose the text field that gets the parent's name, or make one.
func (l *mappingLookups) parentInto(is mapping.Parentage, field string) {
	items := []pickItem{}
	if l.p.makesFields() {
		kind := l.p.w.driver(l.p.w.project.Destination.Driver).Title
		from := *is.Lookup
		items = append(items, pickItem{title: lang.L("A new field in {{.Kind}}…", kit.M{"Kind": kind}), below: lang.L("a custom field, made when you say so"), tap: func() {
			l.p.fields.makeFieldFor(from, func(column string) { l.p.do(func(d *mapping.Draft) error { return d.SetParent(column) }) })
		}})
	}
	for _, to := range is.Texts {
		item := pickItem{title: bothOr(to.Display, to.Name), below: to.Name + " · " + mapping.TypeTitle(to.Type), tap: func() {
			l.p.do(func(d *mapping.Draft) error { return d.SetParent(to.Name) })
		}}
		if b, taken := l.p.draft().Binding(to.Name); taken && to.Name != is.Into {
			item.note = lang.L("has {{.Field}} now", kit.M{"Field": bothOr(b.Field, b.Text)})
		}
		items = append(items, item)
	}
	l.p.w.chooseFrom(lang.L("Where does {{.Field}} go?", kit.M{"Field": field}), items)
}

package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
)

// offers lets a person choose the destination's field for one of the source: those that fit first, the others with the
// reason why they do not.
func (f *mappingFields) offers(field string) {
	d := f.p.draft()
	from := d.Source().Field(field)
	if from == nil {
		return
	}
	items := []pickItem{}
	for _, o := range d.Offers(field) {
		item := pickItem{title: bothOr(o.Column.Display, o.Column.Name), below: o.Column.Name + " · " + mapping.TypeTitle(o.Column.Type), off: o.Fit.Why, note: o.Fit.Conversion}
		if o.Column.Required {
			item.below += " · " + lang.L("needed")
		}
		if o.Taken != "" && o.Fit.OK {
			item.note = lang.L("has {{.Field}} now", kit.M{"Field": o.Taken})
		}
		column := o.Column.Name
		item.tap = func() {
			if f.p.do(func(d *mapping.Draft) error { return d.Bind(field, column) }) {
				f.reopen(field, column)
			}
		}
		items = append(items, item)
	}
	f.p.w.chooseFrom(lang.L("Where does {{.Field}} go?", kit.M{"Field": bothOr(from.Display, from.Name)}), "", items)
}

// fill lets a person choose what goes to a field of the destination.
func (f *mappingFields) fill(column string) {
	d := f.p.draft()
	title := column
	if to := d.Destination().Field(column); to != nil {
		title = bothOr(to.Display, to.Name)
	}
	f.pickField(lang.L("What goes to {{.Column}}?", kit.M{"Column": title}), func(from core.Field) string {
		if to := d.Destination().Field(column); to != nil {
			return mapping.FitsField(from, *to).Why
		}
		return ""
	}, func(from core.Field) {
		if f.p.do(func(d *mapping.Draft) error { return d.Bind(from.Name, column) }) {
			f.reopen(from.Name, column)
		}
	})
}

// pickField lets a person choose a field of the source. why tells why one cannot be chosen; those come last.
func (f *mappingFields) pickField(title string, why func(core.Field) string, pick func(core.Field)) {
	good, bad := []pickItem{}, []pickItem{}
	for _, field := range f.p.draft().Source().Fields {
		words, _ := f.p.sampleWords(field)
		item := pickItem{title: bothOr(field.Display, field.Name), below: field.Name + " · " + mapping.TypeTitle(field.Type), note: words, tap: func() { pick(field) }}
		switch {
		case !field.Readable && field.Secured:
			item.off = lang.L("Column security hides this field from you.")
		case !field.Readable:
			item.off = lang.L("This field cannot be read.")
		case why != nil:
			item.off = why(field)
		}
		if item.off == "" {
			good = append(good, item)
		} else {
			item.note = ""
			bad = append(bad, item)
		}
	}
	f.p.w.chooseFrom(title, "", append(good, bad...))
}

// addColumn asks what a further column is made from.
func (f *mappingFields) addColumn() {
	var sheet *kit.Sheet
	then := func(next func()) func() {
		return func() { sheet.Close(); next() }
	}
	choices := []fyne.CanvasObject{
		kit.NewChoice("", lang.L("One field"), lang.L("Carries a field, also one that has a column already."), false, then(func() {
			f.pickField(lang.L("Which field?"), nil, func(from core.Field) {
				f.place(func(column string) error { return f.bind(from.Name, column) }, from.Name, from.Name)
			})
		})),
		kit.NewChoice("", lang.L("The same for every record"), lang.L("A constant, such as “Dynamics 365”."), false, then(func() {
			f.askText(lang.L("The same for every record"), lang.L("Text"), lang.L("Every record gets this."), "", func(text string) {
				f.place(func(column string) error { return f.p.draft().BindConstant(column, text) }, "constant", "")
			})
		})),
		kit.NewChoice("", lang.L("A template"), lang.L("A text with fields in it: {{.Example}}", kit.M{"Example": "{{firstname}} {{lastname}}"}), false, then(func() {
			f.askText(lang.L("A template"), lang.L("Template"), lang.L("Write each field as {{.Example}}.", kit.M{"Example": "{{name}}"}), "", func(text string) {
				f.place(func(column string) error { return f.p.draft().BindTemplate(column, text) }, "template", "")
			})
		})),
		kit.NewChoice("", lang.L("The first that is not empty"), lang.L("Of several fields, in their order."), false, then(func() {
			f.pickField(lang.L("Which field first?"), nil, func(from core.Field) {
				f.place(func(column string) error { return f.p.draft().BindSeveral(column, from.Name) }, from.Name, "")
			})
		})),
	}
	sheet = kit.ShowSheet(f.p.w.win.Canvas(), kit.SheetJob{
		Title: lang.L("What is the column made from?"), Width: 560, Body: kit.Column(8, choices...),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() })},
	})
}

func (f *mappingFields) bind(field, column string) error { return f.p.draft().Bind(field, column) }

// place says to which column it goes: a new one where names are free, else one of the destination's.
func (f *mappingFields) place(verb func(column string) error, like, field string) {
	d := f.p.draft()
	put := func(column string) {
		if f.p.do(func(*mapping.Draft) error { return verb(column) }) {
			f.reopen(field, column)
		}
	}
	if d.Free() {
		f.askText(lang.L("Name of the column"), lang.L("Column"), lang.L("It is made at the destination."), ownName(d, like), put)
		return
	}
	items := []pickItem{}
	for _, to := range d.Destination().Fields {
		item := pickItem{title: bothOr(to.Display, to.Name), below: to.Name + " · " + mapping.TypeTitle(to.Type), tap: func() { put(to.Name) }}
		if b, taken := d.Binding(to.Name); taken {
			item.note = lang.L("has {{.Field}} now", kit.M{"Field": b.Field})
		}
		if !to.Writable {
			item.off = lang.L("This field cannot be written.")
		}
		items = append(items, item)
	}
	f.p.w.chooseFrom(lang.L("Where does it go?"), "", items)
}

// askText asks for one line.
func (f *mappingFields) askText(title, label, help, preset string, then func(string)) {
	var sheet *kit.Sheet
	e := kit.NewEntry(label, "")
	e.Text = preset
	ok := kit.Primary(lang.L("Continue"), nil)
	done := func() {
		if text := strings.TrimSpace(e.Text); text != "" {
			sheet.Close()
			then(e.Text)
		}
	}
	ok.Does(done)
	check := func(text string) {
		if strings.TrimSpace(text) == "" {
			ok.Unless(lang.L("Enter something first."))
		} else {
			ok.Unless("")
		}
	}
	check(preset)
	e.OnChanged = check
	e.OnSubmitted = func(string) { done() }
	sheet = kit.ShowSheet(f.p.w.win.Canvas(), kit.SheetJob{
		Title: title, Focus: e, Body: kit.Labeled(label, help, e),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() }), ok},
	})
	e.CursorColumn = len([]rune(preset))
	e.Refresh()
}

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
	if f.p.makesFields() && from.Readable {
		kind := f.p.w.driver(f.p.w.project.Destination.Driver).Title
		items = append([]pickItem{{title: lang.L("A new field in {{.Kind}}…", kit.M{"Kind": kind}), below: lang.L("a custom field, made when you say so"), tap: func() { f.makeField(*from) }}}, items...)
	}
	f.p.w.chooseFrom(lang.L("Where does {{.Field}} go?", kit.M{"Field": bothOr(from.Display, from.Name)}), items)
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
	f.p.w.chooseFrom(title, append(good, bad...))
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
			f.askTemplate(func(text string) {
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
	f.p.w.chooseFrom(lang.L("Where does it go?"), items)
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

// askTemplate asks for a text with fields in it, and shows what comes of it for the first sample.
func (f *mappingFields) askTemplate(then func(string)) {
	var sheet *kit.Sheet
	e := kit.NewEntry(lang.L("Template"), "{{name}}")
	shown := kit.NewText("", kit.Style{Wrap: true, Most: 3})
	ok := kit.Primary(lang.L("Continue"), nil)
	done := func() {
		if strings.TrimSpace(e.Text) != "" {
			sheet.Close()
			then(e.Text)
		}
	}
	ok.Does(done)
	follow := func(text string) {
		ok.Unless("")
		if strings.TrimSpace(text) == "" {
			ok.Unless(lang.L("Enter something first."))
		}
		words, ink := f.templateWords(text)
		shown.SetWords(words)
		shown.SetInk(ink)
		if sheet != nil {
			sheet.Refit()
		}
	}
	e.OnChanged = follow
	e.OnSubmitted = func(string) { done() }
	insert := kit.PlainIcon("plus", lang.L("Put a field in…"), func() {
		f.pickField(lang.L("Which field?"), nil, func(from core.Field) {
			putField(e, from.Name)
			f.p.w.win.Canvas().Focus(e)
		})
	})
	follow("")
	body := kit.Column(10, kit.Labeled(e.Label(), lang.L("Write each field as {{.Example}}.", kit.M{"Example": "{{name}}"}), e), kit.Row(0, insert, kit.Space()),
		kit.On(kit.NewBox(look.Field, "", look.SmallRound), kit.Pad(8, 12, 8, 12, kit.TopRow(12, kit.Sized(90, 0, kit.NewText(lang.L("makes"), kit.Style{Size: 13, Ink: look.Quiet})), kit.Grow(shown)))))
	sheet = kit.ShowSheet(f.p.w.win.Canvas(), kit.SheetJob{
		Title: lang.L("A template"), Width: 600, Focus: e, Body: body,
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() }), ok},
	})
}

// putField writes a field into a template, where the cursor stands.
func putField(e *kit.Entry, name string) {
	text := []rune(e.Text)
	at := max(0, min(e.CursorColumn, len(text)))
	in := []rune("{{" + name + "}}")
	e.SetText(string(text[:at]) + string(in) + string(text[at:]))
	e.CursorColumn = at + len(in)
	e.Refresh()
}

// templateWords are what a template makes of the first sample.
func (f *mappingFields) templateWords(text string) (string, fyne.ThemeColorName) {
	sample, _ := f.p.anySamples()
	if sample == nil || len(sample.Records) == 0 || strings.TrimSpace(text) == "" {
		return "–", look.Faint
	}
	d := mapping.Edit(mapping.Mapping{ID: "sample", Source: f.p.draft().Source().Name.Logical, Table: "sample", Key: "sample_key"}, *f.p.draft().Source(), nil)
	t := traceOf(d, mapping.Binding{Column: "sample", Type: core.ColumnText, From: mapping.FromTemplate, Text: text}, sample, 0)
	switch {
	case t.wrong != nil:
		return t.wrong.Cause, look.Failed
	case t.cell.Fault != nil:
		return lang.L("refused"), look.Failed
	}
	words, ink := valueWords(t.cell.Result, nil, sample.Refs)
	return f.p.w.veil(t.cell.Result, words), ink
}

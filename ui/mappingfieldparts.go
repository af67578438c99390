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

// columns lets one go to the other columns of the same field; nil where there is only one.
func (s *fieldSheet) columns() fyne.CanvasObject {
	if s.field == "" || s.column == "" {
		return nil
	}
	all := []string{}
	for _, b := range s.draft().Saved().Columns {
		if b.Field == s.field && b.From == mapping.FromField {
			all = append(all, b.Column)
		}
	}
	row := []fyne.CanvasObject{}
	if len(all) > 1 {
		for _, c := range all {
			row = append(row, kit.NewChipButton(c, c == s.column, look.Ink, look.Field, func() { s.goTo(s.field, c) }))
		}
	}
	if s.draft().Free() {
		row = append(row, kit.Link(lang.L("Add another column of it"), func() {
			column := ownName(s.draft(), s.field+"_2")
			if s.change(func(d *mapping.Draft) error { return d.Bind(s.field, column) }) {
				s.goTo(s.field, column)
			}
		}))
	}
	if len(row) == 0 {
		return nil
	}
	return kit.Wrap(8, row...)
}

func small(words string) fyne.CanvasObject {
	return kit.NewText(words, kit.Style{Bold: true, Size: look.CaptionSize, Ink: look.Quiet})
}

// fromPart is what the column is made from.
func (s *fieldSheet) fromPart() fyne.CanvasObject {
	parts := []fyne.CanvasObject{small(lang.L("From Dynamics 365"))}
	f := s.draft().Source().Field(s.field)
	switch {
	case s.now.From == mapping.FromConstant:
		parts = append(parts, s.textEntry(lang.L("The same for every record"), false))
	case s.now.From == mapping.FromTemplate:
		parts = append(parts, s.textEntry(lang.L("Template"), true))
	case s.now.From == mapping.FromSeveral:
		parts = append(parts, kit.CaptionPara(lang.L("The first of these that is not empty:")))
		for i, name := range s.now.Fields {
			parts = append(parts, kit.Row(4, kit.Grow(kit.NewElided(s.both(name), kit.Style{})), s.fieldButton("up", lang.L("Earlier"), i == 0, func() { s.moveField(i) }),
				s.fieldButton("cross", lang.L("Take it out"), len(s.now.Fields) == 1, func() {
					s.now.Fields = slices.Delete(slices.Clone(s.now.Fields), i, i+1)
					s.change(func(*mapping.Draft) error { return nil })
				})))
		}
		parts = append(parts, kit.Link(lang.L("Add a field…"), func() {
			s.f.pickField(lang.L("Which field next?"), nil, func(f core.Field) {
				s.now.Fields = append(slices.Clone(s.now.Fields), f.Name)
				s.change(func(*mapping.Draft) error { return nil })
			})
		}))
	case f == nil:
		parts = append(parts, kit.NewText(s.now.Field, kit.Style{Mono: true}), kit.Hint("cross", lang.L("It does not exist in Dynamics any more."), look.Failed))
	default:
		parts = append(parts, kit.NewElided(bothOr(f.Display, f.Name), kit.Style{Bold: true}), mono(f.Name+" · "+mapping.TypeTitle(f.Type)))
		if f.Length > 0 {
			parts = append(parts, kit.Caption(lang.N("at most {{.N}} characters", f.Length, kit.M{"N": kit.Number(int64(f.Length))})))
		}
		if f.Derived {
			parts = append(parts, kit.CaptionPara(lang.L("Dynamics calculates it and does not say when it changes: it is fresh only in a full import.")))
		}
	}
	return kit.Column(4, parts...)
}

func (s *fieldSheet) fieldButton(icon, tip string, off bool, tap func()) *kit.Button {
	b := kit.LinkIcon(icon, "", tap)
	b.About(tip)
	if off {
		b.Unless(tip)
	}
	return b
}

func (s *fieldSheet) moveField(i int) {
	s.now.Fields = slices.Clone(s.now.Fields)
	s.now.Fields[i], s.now.Fields[i-1] = s.now.Fields[i-1], s.now.Fields[i]
	s.change(func(*mapping.Draft) error { return nil })
}

func (s *fieldSheet) both(name string) string {
	if f := s.draft().Source().Field(name); f != nil && f.Display != "" {
		return f.Display + " · " + name
	}
	return name
}

// textEntry is where a constant or a template is written; fields lets one put fields into it.
func (s *fieldSheet) textEntry(label string, fields bool) fyne.CanvasObject {
	e := kit.NewEntry(label, "")
	e.Text = s.now.Text
	e.OnChanged = func(text string) {
		s.now.Text = text
		s.follow()
		s.later()
	}
	e.OnSubmitted = func(string) { s.change(func(*mapping.Draft) error { return nil }) }
	if !fields {
		return kit.Labeled(label, "", e)
	}
	insert := kit.Link(lang.L("Put a field in…"), func() {
		s.f.pickField(lang.L("Which field?"), nil, func(f core.Field) { putField(e, f.Name) })
	})
	return kit.Column(4, kit.Labeled(label, "", e), kit.Row(0, insert, kit.Space()))
}

// toPart is the column: its name and type where they are free.
func (s *fieldSheet) toPart() fyne.CanvasObject {
	d := s.draft()
	parts := []fyne.CanvasObject{small(lang.L("To {{.Name}}", kit.M{"Name": d.Saved().Table}))}
	switch {
	case s.column == "":
		f := d.Source().Field(s.field)
		if f == nil || !f.Readable {
			parts = append(parts, kit.QuietPara(lang.L("It cannot be read, so it cannot be carried.")))
			break
		}
		parts = append(parts, kit.QuietPara(lang.L("It goes nowhere.")), kit.Row(0, kit.Plain(lang.L("Map it"), s.mapIt), kit.Space()))
	case d.Free():
		name := kit.NewEntry(lang.L("Column"), "")
		name.Text = s.column
		rename := func(text string) {
			text = strings.TrimSpace(text)
			if text != "" && text != s.column && s.change(func(d *mapping.Draft) error { return d.Rename(s.column, text) }) {
				s.goTo(s.field, text)
			}
		}
		name.OnSubmitted = rename
		kind := kit.NewDrop(lang.L("Type of the column"), columnTypeWords(s.now.Type), s.types)
		keep := kit.Plain(lang.L("Rename"), func() { rename(name.Text) })
		parts = append(parts, kit.Row(6, kit.Grow(name), keep), kind)
	default:
		to := d.Destination().Field(s.column)
		if to == nil {
			parts = append(parts, kit.NewText(s.column, kit.Style{Mono: true}))
		} else {
			parts = append(parts, kit.NewElided(bothOr(to.Display, to.Name), kit.Style{Bold: true}), mono(to.Name+" · "+mapping.TypeTitle(to.Type)))
		}
		if s.field != "" {
			parts = append(parts, kit.Row(0, kit.Link(lang.L("Choose another field…"), func() { s.sheet.Close(); s.f.offers(s.field) }), kit.Space()))
		}
	}
	return kit.Column(4, parts...)
}

func (s *fieldSheet) mapIt() {
	s.sheet.Close()
	if !s.draft().Free() {
		s.f.offers(s.field)
		return
	}
	column := ownName(s.draft(), s.field)
	if s.f.p.do(func(d *mapping.Draft) error { return d.Bind(s.field, column) }) {
		s.f.reopen(s.field, column)
	}
}

// types are the types the column can have; those that the field does not fit into say why.
func (s *fieldSheet) types() []kit.MenuItem {
	items := []kit.MenuItem{}
	f := s.draft().Source().Field(s.field)
	for _, t := range columnTypes() {
		item := kit.MenuItem{Words: columnTypeWords(t), Tap: func() { s.change(func(d *mapping.Draft) error { return d.SetType(s.column, t) }) }}
		if f != nil && s.now.From == mapping.FromField && len(s.now.Steps) == 0 && s.now.Choices == nil {
			item.Unless = mapping.FitsColumn(f.Type, t).Why
		}
		items = append(items, item)
	}
	return items
}

// partPicker says what of a choice or a lookup is carried; nil for other fields.
func (s *fieldSheet) partPicker() fyne.CanvasObject {
	f := s.draft().Source().Field(s.field)
	if f == nil || s.now.From != mapping.FromField {
		return nil
	}
	choice, lookup := f.Type.IsChoice() || f.Type == core.TypeChoices, f.Type.IsLookup()
	p := s.f.p
	switch {
	case s.now.Choices != nil:
		return kit.Row(10, kit.NewIcon("table", look.Quiet, 16), kit.Grow(kit.Para(lang.L("Each option has a value of its own."))),
			kit.Plain(lang.L("Show the choices"), func() {
				s.sheet.Close()
				p.jump(mapping.Place{Path: append([]string{p.root.Saved().ID}, p.path...), Part: mapping.PartChoices, Column: s.column, Field: s.field})
			}))
	case choice && s.draft().Free():
		return s.pickPart(lang.L("Carried is"), []mapping.Part{mapping.Whole, mapping.Label}, []string{lang.L("the code"), lang.L("the label")})
	case lookup && s.draft().Free():
		return s.pickPart(lang.L("Carried is"), []mapping.Part{mapping.Whole, mapping.Target}, []string{lang.L("the record's id"), lang.L("the name of its table")})
	}
	return nil
}

func (s *fieldSheet) pickPart(label string, parts []mapping.Part, words []string) fyne.CanvasObject {
	at := max(0, slices.Index(parts, s.now.Part))
	return kit.Row(10, kit.Quiet(label), kit.Segments(words, at, func(i int) {
		s.change(func(d *mapping.Draft) error {
			return d.Together("change what goes to "+s.column, func() error {
				if parts[i] == mapping.Label && s.now.Type == core.ColumnInteger {
					if err := d.SetType(s.column, core.ColumnText); err != nil {
						return err
					}
				}
				return d.SetPart(s.column, parts[i])
			})
		})
	}), kit.Space())
}

// rules are what happens when the destination has a value.
func (s *fieldSheet) rules() fyne.CanvasObject {
	r := &ruleForm{rule: s.now.Rule()}
	form := r.object(func() {
		s.now.Made, s.now.Found, s.now.MayEmpty, s.now.NotNull = r.rule.Made, r.rule.Found, r.rule.MayEmpty, r.rule.Required
	})
	return kit.Column(10, kit.Hairline(), kit.Strong(lang.L("When the destination has a value")), form)
}

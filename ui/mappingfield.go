package ui

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// fieldSheet shows one column: what it is made from, what changes on the way, what comes out, and its rules.
type fieldSheet struct {
	f      *mappingFields
	field  string // "" where the column is made from something else
	column string // "" while the field goes nowhere
	record int    // of the sample
	sheet  *kit.Sheet
	body   *fyne.Container
	wrong  *core.Fault
	waits  bool // for samples

	sampled *Sampled         // what the values are of
	rests   *task.Task       // until typing pauses
	rested  *mapping.Binding // as it was when typing paused

	now   mapping.Binding // with what was typed and not kept yet
	shown []*kit.Text     // the value behind each step; the first is the one before them, the last what is written
	fault *kit.Text
}

// openLine opens a line's details, at one of its columns where it has several.
func (f *mappingFields) openLine(l mapping.Line, column string) {
	s := &fieldSheet{f: f}
	if l.Field != nil {
		s.field = l.Field.Name
	}
	if len(l.Columns) > 0 {
		s.column = l.Columns[0]
		if slices.Contains(l.Columns, column) {
			s.column = column
		}
	}
	s.open()
}

// reopen opens a column's details after it was made.
func (f *mappingFields) reopen(field, column string) {
	(&fieldSheet{f: f, field: field, column: column}).open()
}

// rested is the column whose details lie open, as it was when typing paused: other records are asked for what it wants.
// Nil is none.
func (f *mappingFields) rested() *mapping.Binding {
	if f.open == nil {
		return nil
	}
	return f.open.rested
}

// later tells the page what is typed when typing rests.
func (s *fieldSheet) later() {
	s.rests.Cancel()
	s.rests = task.Go(s.f.p.w.run, func(ctx context.Context, _ func(struct{})) (struct{}, error) {
		return struct{}{}, rest(ctx)
	}, nil, func(_ struct{}, err error) {
		if err == nil && s.f.open == s {
			now := s.now
			s.rested = &now
			s.f.p.w.refresh()
		}
	})
}

func (s *fieldSheet) draft() *mapping.Draft { return s.f.p.draft() }

func (s *fieldSheet) open() {
	s.body = container.NewStack()
	s.load()
	s.fillBody()
	title := s.title()
	buttons := []fyne.CanvasObject{kit.Primary(lang.L("Done"), func() { s.sheet.Close() })}
	if s.column != "" {
		buttons = append([]fyne.CanvasObject{kit.Danger(lang.L("Leave out"), s.leaveOut)}, buttons...)
	}
	s.f.open = s
	s.sheet = kit.ShowSheet(s.f.p.w.win.Canvas(), kit.SheetJob{Title: title, Width: 720, Body: s.body, Buttons: buttons, Closed: func() {
		s.rests.Cancel()
		s.keep()
		if s.f.open == s {
			s.f.open = nil
		}
	}})
}

func (s *fieldSheet) title() string {
	from := s.column
	if f := s.draft().Source().Field(s.field); f != nil {
		from = bothOr(f.Display, f.Name)
	}
	if s.column == "" || s.column == from {
		return from
	}
	return lang.L("{{.From}} to {{.To}}", kit.M{"From": from, "To": s.columnTitle()})
}

func (s *fieldSheet) columnTitle() string {
	if d := s.draft().Destination(); d != nil {
		if to := d.Field(s.column); to != nil {
			return bothOr(to.Display, to.Name)
		}
	}
	return s.column
}

// load takes the column as the draft has it.
func (s *fieldSheet) load() {
	s.now = mapping.Binding{}
	if s.column != "" {
		s.now, _ = s.draft().Binding(s.column)
	}
}

// keep brings what was typed into the draft, as one step.
func (s *fieldSheet) keep() {
	was, ok := s.draft().Binding(s.column)
	if !ok || s.column == "" {
		return
	}
	steps, text := !sameSteps(was.Steps, s.now.Steps), was.Text != s.now.Text
	rule := was.Rule() != s.now.Rule()
	fields := !slices.Equal(was.Fields, s.now.Fields)
	if !steps && !text && !rule && !fields {
		return
	}
	s.do(func(d *mapping.Draft) error {
		return d.Together("change the way to "+s.column, func() error {
			if text && s.now.From == mapping.FromConstant {
				if err := d.BindConstant(s.column, s.now.Text); err != nil {
					return err
				}
			}
			if text && s.now.From == mapping.FromTemplate {
				if err := d.BindTemplate(s.column, s.now.Text); err != nil {
					return err
				}
			}
			if fields {
				if err := d.BindSeveral(s.column, s.now.Fields...); err != nil {
					return err
				}
			}
			if steps || text || fields {
				if err := d.SetSteps(s.column, s.now.Steps...); err != nil {
					return err
				}
			}
			if rule {
				if err := d.SetRule(s.column, s.now.Made, s.now.Found, s.now.MayEmpty); err != nil {
					return err
				}
				return d.SetRequired(s.column, s.now.NotNull)
			}
			return nil
		})
	})
}

func sameSteps(a, b []mapping.Step) bool {
	return slices.EqualFunc(a, b, func(a, b mapping.Step) bool {
		if a.Name != b.Name || len(a.Params) != len(b.Params) {
			return false
		}
		for k, v := range a.Params {
			if w, ok := b.Params[k]; !ok || v != w {
				return false
			}
		}
		return true
	})
}

// do runs a verb on the draft. What it refuses is said in the sheet.
func (s *fieldSheet) do(verb func(d *mapping.Draft) error) bool {
	s.wrong = nil
	ok := s.f.p.do(verb)
	if !ok && s.f.p.wrong != nil {
		s.wrong, s.f.p.wrong = s.f.p.wrong, nil
		s.f.p.w.refresh()
	}
	return ok
}

// change keeps what was typed, runs a verb and draws the sheet anew.
func (s *fieldSheet) change(verb func(d *mapping.Draft) error) bool {
	s.keep()
	ok := s.do(verb)
	s.load()
	s.render()
	return ok
}

func (s *fieldSheet) leaveOut() {
	column := s.column
	s.column = ""
	s.sheet.Close()
	s.f.p.do(func(d *mapping.Draft) error { return d.Unbind(column) })
}

// goTo shows another column in the sheet's place.
func (s *fieldSheet) goTo(field, column string) {
	s.sheet.Close()
	s.f.reopen(field, column)
}

func (s *fieldSheet) render() {
	s.fillBody()
	if s.sheet != nil {
		s.sheet.Refit()
	}
}

func (s *fieldSheet) fillBody() {
	parts := []fyne.CanvasObject{}
	if s.wrong != nil {
		parts = append(parts, kit.FaultCard(s.wrong, kit.FaultCalls{Browse: s.f.p.w.browse}))
	}
	parts = append(parts, s.problems()...)
	if picker := s.columns(); picker != nil {
		parts = append(parts, picker)
	}
	parts = append(parts, kit.Equal(16, s.fromPart(), s.toPart()))
	if s.column != "" {
		if part := s.partPicker(); part != nil {
			parts = append(parts, part)
		}
		parts = append(parts, s.way(), s.rules())
	}
	s.body.Objects = []fyne.CanvasObject{kit.Column(16, parts...)}
	s.body.Refresh()
	s.follow()
}

// problems are those of this column.
func (s *fieldSheet) problems() []fyne.CanvasObject {
	out := []fyne.CanvasObject{}
	for _, p := range s.f.p.root.Problems() {
		if len(p.Place.Path)-1 != len(s.f.p.path) || len(p.Place.Path) > 0 && !same(p.Place.Path[1:], s.f.p.path) {
			continue
		}
		mine := p.Place.Column == s.column && s.column != "" || p.Place.Column == "" && p.Place.Field == s.field && s.field != ""
		if mine && (p.Place.Part == mapping.PartFields || p.Place.Part == mapping.PartChoices || p.Place.Part == mapping.PartLookups) {
			var show func()
			if p.Place.Part != mapping.PartFields {
				show = func() { s.sheet.Close(); s.f.p.jump(p.Place) }
			}
			out = append(out, s.f.p.problemCard(p, show))
		}
	}
	if len(out) > 4 {
		out = out[:4]
	}
	return out
}

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

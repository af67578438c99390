package ui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/ui/kit"
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

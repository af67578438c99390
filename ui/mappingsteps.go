package ui

import (
	"maps"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/mapping/transform"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// way is what changes the value on its way, each step with its value on the sample.
func (s *fieldSheet) way() fyne.CanvasObject {
	s.shown = nil
	head := []fyne.CanvasObject{kit.Strong(lang.L("Change on the way")), kit.Space()}
	sample, fault := s.f.p.anySamples()
	s.waits = sample == nil && fault == nil
	switch {
	case fault != nil:
		head = append(head, kit.AtMost(360, kit.NewElided(lang.L("No samples: {{.Why}}", kit.M{"Why": fault.Cause}), kit.Style{Size: 13, Ink: look.Quiet})))
	case sample == nil:
		head = append(head, kit.NewSpinner(), kit.Quiet(lang.L("Reading samples…")))
	case len(sample.Records) == 0:
		head = append(head, kit.Quiet(lang.L("No record matches the filter.")))
	default:
		s.record = (s.record + len(sample.Records)) % len(sample.Records)
		head = append(head, kit.Quiet(lang.L("Sample {{.I}} of {{.N}}", kit.M{"I": s.record + 1, "N": len(sample.Records)})),
			s.fieldButton("back", lang.L("Previous sample"), false, func() { s.turn(-1) }), s.fieldButton("right", lang.L("Next sample"), false, func() { s.turn(1) }))
	}
	rows := []fyne.CanvasObject{kit.Hairline(), kit.Row(6, head...), s.valueRow(lang.L("before"), nil)}
	for i, step := range s.now.Steps {
		rows = append(rows, s.stepCard(i, step))
	}
	add := kit.PlainIcon("plus", lang.L("Add a change…"), func() { s.f.p.pickStep(s.stepInput(), s.addStep) })
	s.fault = kit.NewText("", kit.Style{Ink: look.Failed, Wrap: true})
	s.fault.Hide()
	rows = append(rows, kit.Row(0, add, kit.Space()), kit.On(kit.NewBox(look.Field, "", look.SmallRound), kit.Pad(8, 12, 8, 12, s.valueRow(lang.L("is written as"), s.fault))))
	return kit.Column(8, rows...)
}

// valueRow is a value of the sample; more stands below it.
func (s *fieldSheet) valueRow(label string, more fyne.CanvasObject) fyne.CanvasObject {
	value := kit.NewText("", kit.Style{Wrap: true, Most: 4})
	s.shown = append(s.shown, value)
	words := []fyne.CanvasObject{value}
	if more != nil {
		words = append(words, more)
	}
	return kit.TopRow(12, kit.Sized(90, 0, kit.NewText(label, kit.Style{Size: 13, Ink: look.Quiet})), kit.Grow(kit.Column(2, words...)))
}

func (s *fieldSheet) turn(by int) {
	s.record += by
	s.keep()
	s.load()
	s.render()
}

// stepInput is the type that the next step gets; nil when that is not known for sure.
func (s *fieldSheet) stepInput() *core.Field {
	f := s.draft().Source().Field(s.field)
	if f == nil || len(s.now.Steps) > 0 || s.now.From != mapping.FromField || s.now.Part != mapping.Whole {
		return nil
	}
	return f
}

func (s *fieldSheet) addStep(step mapping.Step) {
	s.now.Steps = append(slices.Clone(s.now.Steps), step)
	s.change(func(*mapping.Draft) error { return nil })
}

// stepCard is one step: its name, its params, its value, and where it stands.
func (s *fieldSheet) stepCard(i int, step mapping.Step) fyne.CanvasObject {
	t := transform.Get(step.Name)
	title, summary := step.Name, lang.L("This Ferry does not know this change.")
	if t != nil {
		title, summary = t.Title, t.Summary
	}
	set := func(steps []mapping.Step) {
		s.now.Steps = steps
		s.change(func(*mapping.Draft) error { return nil })
	}
	swap := func(j int) {
		steps := slices.Clone(s.now.Steps)
		steps[i], steps[j] = steps[j], steps[i]
		set(steps)
	}
	head := kit.Row(2, kit.Strong(kit.Number(int64(i+1))+".  "+title), kit.Space(),
		s.fieldButton("up", lang.L("Move up"), i == 0, func() { swap(i - 1) }),
		s.fieldButton("down", lang.L("Move down"), i == len(s.now.Steps)-1, func() { swap(i + 1) }),
		s.fieldButton("cross", lang.L("Take out step {{.N}}", kit.M{"N": i + 1}), false, func() { set(slices.Delete(slices.Clone(s.now.Steps), i, i+1)) }))
	rows := []fyne.CanvasObject{head, kit.CaptionPara(summary)}
	if t != nil {
		fields := []fyne.CanvasObject{}
		for _, p := range t.Params {
			fields = append(fields, s.param(i, step, p))
		}
		for j := 0; j < len(fields); j += 2 {
			if j+1 < len(fields) {
				rows = append(rows, kit.Equal(14, fields[j], fields[j+1]))
			} else {
				rows = append(rows, kit.Equal(14, fields[j], kit.Empty()))
			}
		}
	}
	rows = append(rows, s.valueRow(lang.L("then"), nil))
	return kit.On(kit.NewBox("", look.Line, look.SmallRound), kit.Pad(4, 8, 10, 14, kit.Column(7, rows...)))
}

// put sets a param of a step, as it is typed; it is kept when the sheet is closed or drawn anew.
func (s *fieldSheet) put(i int, name, value, standard string) {
	params := maps.Clone(s.now.Steps[i].Params)
	if params == nil {
		params = map[string]string{}
	}
	if value == "" || value == standard {
		delete(params, name)
	} else {
		params[name] = value
	}
	if len(params) == 0 {
		params = nil
	}
	s.now.Steps = slices.Clone(s.now.Steps)
	s.now.Steps[i].Params = params
	s.follow()
}

// param is the field of one param.
func (s *fieldSheet) param(i int, step mapping.Step, p transform.Param) fyne.CanvasObject {
	value, set := step.Params[p.Name]
	if !set {
		value = p.Default
	}
	switch p.Kind {
	case transform.ParamChoice:
		var d *kit.Drop
		d = kit.NewDrop(p.Title, choiceTitle(p, value), func() []kit.MenuItem {
			items := []kit.MenuItem{}
			for _, c := range p.Choices {
				items = append(items, kit.MenuItem{Words: c.Title, Tap: func() {
					s.put(i, p.Name, c.Value, p.Default)
					s.later()
					d.SetValue(c.Title)
				}})
			}
			return items
		})
		return kit.Labeled(p.Title, p.Help, d)
	case transform.ParamYesNo:
		return kit.Column(2, kit.NewTick(p.Title, value == "yes", func(on bool) {
			word := "no"
			if on {
				word = "yes"
			}
			s.put(i, p.Name, word, p.Default)
		}), kit.Pad(0, 0, 0, 29, kit.CaptionPara(p.Help)))
	}
	e := kit.NewEntry(p.Title, placeholderOf(p))
	e.Text = value
	e.OnChanged = func(text string) {
		s.put(i, p.Name, text, p.Default)
		s.later()
	}
	field := fyne.CanvasObject(e)
	if p.Kind == transform.ParamField || p.Kind == transform.ParamFields || p.Kind == transform.ParamTemplate {
		pick := kit.Plain("…", func() {
			s.f.pickField(p.Title, nil, func(f core.Field) {
				switch {
				case p.Kind == transform.ParamTemplate:
					putField(e, f.Name)
				case p.Kind == transform.ParamFields && strings.TrimSpace(e.Text) != "":
					e.SetText(strings.TrimSpace(e.Text) + ", " + f.Name)
				default:
					e.SetText(f.Name)
				}
			})
		})
		field = kit.Row(6, kit.Grow(e), pick)
	}
	title := p.Title
	if !p.Required {
		title = lang.L("{{.Title}} (optional)", kit.M{"Title": p.Title})
	}
	return kit.Labeled(title, p.Help, field)
}

func choiceTitle(p transform.Param, value string) string {
	for _, c := range p.Choices {
		if c.Value == value {
			return c.Title
		}
	}
	return value
}

func placeholderOf(p transform.Param) string {
	switch p.Kind {
	case transform.ParamZone:
		return "Europe/Berlin"
	case transform.ParamCountry:
		return "DE"
	case transform.ParamLanguage:
		return "en"
	case transform.ParamFormat:
		return "DD.MM.YYYY"
	}
	return ""
}

// follow shows the sample's value behind each step, as the steps are now.
func (s *fieldSheet) follow() {
	if s.column == "" || len(s.shown) == 0 {
		return
	}
	sample, _ := s.f.p.anySamples()
	if sample == nil || len(sample.Records) == 0 {
		return
	}
	s.sampled = sample
	s.record = (s.record + len(sample.Records)) % len(sample.Records)
	t := traceOf(s.draft(), s.now, sample, s.record)
	f := s.draft().Source().Field(s.field)
	say := func(i int, v core.Value, f *core.Field) {
		words, ink := valueWords(v, f, sample.Refs)
		s.shown[i].SetWords(s.f.p.w.veil(v, words))
		s.shown[i].SetInk(ink)
	}
	say(0, t.cell.Start, f)
	last := len(s.shown) - 1
	for i := range s.now.Steps {
		at := i + 1
		switch {
		case i < len(t.cell.Steps):
			say(at, t.cell.Steps[i].Value, f)
		case t.wrong != nil && i == t.at:
			s.shown[at].SetWords(t.wrong.Cause + " " + t.wrong.Remedy)
			s.shown[at].SetInk(look.Failed)
		default:
			s.shown[at].SetWords("–")
			s.shown[at].SetInk(look.Faint)
		}
	}
	s.fault.SetWords("")
	s.fault.Hide()
	switch {
	case t.wrong != nil:
		s.shown[last].SetWords("–")
	case t.cell.Fault != nil:
		s.shown[last].SetWords(lang.L("refused"))
		s.shown[last].SetInk(look.Failed)
		s.fault.SetWords(t.cell.Fault.Cause + " " + t.cell.Fault.Remedy)
		if s.f.p.w.hidden { // it may tell the value
			s.fault.SetWords(t.cell.Fault.Remedy)
		}
		s.fault.Show()
	default:
		to := s.draft().Destination()
		var there *core.Field
		if to != nil {
			there = to.Field(s.column)
		}
		say(last, t.cell.Result, there)
	}
	if s.sheet != nil {
		s.sheet.Refit()
	}
}

// pickStep lets a person choose a change. in is what goes into it, nil where that is not known.
func (p *mappingPage) pickStep(in *core.Field, pick func(mapping.Step)) {
	good, bad := []pickItem{}, []pickItem{}
	for _, t := range transform.All() {
		item := pickItem{title: t.Title, below: t.Summary, note: exampleWords(t), tap: func() { pick(mapping.Step{Name: t.Name}) }}
		if in != nil && t.Takes&transform.KindsOf(in.Type) == 0 {
			item.off = lang.L("It works on {{.Kinds}}, and {{.Field}} holds {{.Type}}.", kit.M{"Kinds": t.Takes.String(), "Field": bothOr(in.Display, in.Name), "Type": mapping.TypeTitle(in.Type)})
			item.note = ""
			bad = append(bad, item)
			continue
		}
		good = append(good, item)
	}
	p.w.chooseFrom(lang.L("Which change?"), append(good, bad...))
}

// exampleWords show a change at work: "de-1 becomes DE-1".
func exampleWords(t *transform.Transform) string {
	for _, e := range t.Examples {
		if e.Refused == "" && !e.In.Empty() && e.In.Canonical() != e.Out.Canonical() {
			return lang.L("{{.From}} becomes {{.To}}", kit.M{"From": short(plainShow(e.In), 20), "To": short(plainShow(e.Out), 20)})
		}
	}
	return ""
}

func plainShow(v core.Value) string {
	words, _ := valueWords(v, nil, nil)
	return words
}

package ui

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/mapping"
	"ferry/core/zones"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// mappingFilter is the part that says which records: a builder, or OData by hand, and how many they are.
type mappingFilter struct {
	p     *mappingPage
	form  *filterForm
	wait  *task.Task // until typing pauses
	count filterCount

	byHand   bool // the fold is open
	asked    bool // the fold with what Dynamics is asked
	hand     *kit.Entry
	handOf   string // the draft's text as the entry knows it
	handPath string
	checking *task.Task
	refused  *core.Fault // why the text by hand is not used

	names map[string]string // of records that were chosen by name, by their ids
}

// pause is how long typing rests before what was typed counts.
const pause = 350 * time.Millisecond

func newMappingFilter(p *mappingPage) *mappingFilter {
	m := &mappingFilter{p: p, names: map[string]string{}, form: &filterForm{p: p}}
	m.count.m = m
	m.hand = kit.NewMemo(lang.L("OData filter"), lang.L("for example statecode eq 0 and revenue gt 100000"), 3)
	m.hand.OnChanged = func(string) {
		if m.refused != nil {
			m.refused = nil
		}
		m.p.w.refresh()
	}
	return m
}

func (m *mappingFilter) part() mapping.PagePart { return mapping.PartFilter }
func (m *mappingFilter) title() string          { return lang.L("Which records") }

func (m *mappingFilter) chip() (string, bool) {
	if n := m.p.problems(mapping.PartFilter); n > 0 {
		return kit.Number(int64(n)), true
	}
	if saved := m.p.draft().Saved(); saved.Where != nil || saved.Filter != "" || saved.ActiveOnly {
		return lang.L("filter"), false
	}
	return lang.L("all"), false
}

func (m *mappingFilter) reveal(mapping.Place) {}

// later brings what is typed into the draft when typing rests.
func (m *mappingFilter) later() {
	m.wait.Cancel()
	m.wait = task.Go(m.p.w.run, func(ctx context.Context, _ func(struct{})) (struct{}, error) {
		return struct{}{}, rest(ctx)
	}, nil, func(_ struct{}, err error) {
		if err == nil {
			m.apply()
		}
	})
}

// rest waits until typing rests.
func rest(ctx context.Context) error { return core.Wait(ctx, pause) }

// apply puts what the form says into the draft. What is half filled stays out of it.
func (m *mappingFilter) apply() {
	m.wait.Cancel()
	m.wait = nil
	if m.form.root == nil || m.form.path != strings.Join(m.p.path, "/") || m.p.draft() == nil {
		return
	}
	f, _ := m.form.filter()
	if key := filterKey(&f); key != m.form.applied {
		m.form.applied = key
		m.p.do(func(d *mapping.Draft) error { return d.SetFilter(f) })
		m.p.knowNeeded(m.p.root.Saved())
		return
	}
	m.p.w.refresh()
}

// settle keeps what was typed last.
func (m *mappingFilter) settle() {
	if m.wait != nil {
		m.apply()
	}
}

func (m *mappingFilter) cards() []fyne.CanvasObject {
	m.form.sync()
	m.syncHand()
	_, open := m.form.filter()
	cards := append(m.p.problemCards(mapping.PartFilter), m.count.card(open), m.builder(open), m.handCard())
	return append(cards, m.askedCard())
}

// builder is the card with the conditions, and the two settings beside them.
func (m *mappingFilter) builder(open int) fyne.CanvasObject {
	d := m.p.draft()
	saved := d.Saved()
	paste := kit.Plain(lang.L("Paste FetchXML…"), m.paste)
	parts := []fyne.CanvasObject{kit.Row(10, kit.Grow(kit.Head(lang.L("Conditions"))), paste)}
	if len(m.form.root.kids) == 0 {
		parts = append(parts, kit.QuietPara(lang.L("Every record comes along. Add a condition to take only some.")))
	}
	parts = append(parts, m.drawGroup(m.form.root), kit.Hairline(), m.active(saved, d.Source()), m.zone(saved))
	return kit.Card(kit.Column(12, parts...))
}

// active is the switch for active records, with what active means here.
func (m *mappingFilter) active(saved mapping.Mapping, t *core.Table) fyne.CanvasObject {
	tick := kit.NewTick(lang.L("Active only"), saved.ActiveOnly, func(on bool) {
		m.p.do(func(d *mapping.Draft) error { return d.SetActiveOnly(on) })
	})
	about := lang.L("This table has no state: none of its records is inactive.")
	for i := range t.Fields {
		f := &t.Fields[i]
		if f.Type != core.TypeState || !f.Readable {
			continue
		}
		active, others := "", []string{}
		for _, o := range f.Options {
			if o.Code == 0 {
				active = o.Label
			} else if o.Label != "" {
				others = append(others, o.Label)
			}
		}
		about = lang.L("Only records whose {{.Field}} ({{.Name}}) is {{.Active}}. Left out: {{.Others}}.", kit.M{"Field": fieldTitle(f), "Name": f.Name, "Active": active, "Others": strings.Join(others, ", ")})
		if active == "" {
			about = lang.L("Only records whose {{.Field}} ({{.Name}}) is the active one.", kit.M{"Field": fieldTitle(f), "Name": f.Name})
		}
		return kit.Column(0, tick, kit.Pad(0, 0, 0, 29, kit.CaptionPara(about)))
	}
	if !saved.ActiveOnly {
		tick.Unless(about)
	}
	return kit.Column(0, tick, kit.Pad(0, 0, 0, 29, kit.CaptionPara(about)))
}

// zone says whose days are meant.
func (m *mappingFilter) zone(saved mapping.Mapping) fyne.CanvasObject {
	words := saved.Zone
	if words == "" {
		words = "UTC"
	}
	pick := kit.NewPicker(words, "", false, func() {
		m.p.w.pickFrom(pickSheet{title: lang.L("Time zone"), about: lang.L("“Today” and days without a time begin at midnight there."), items: zoneChoices(m.p.w.o.Now()), chosen: []string{saved.Zone}, picked: func(keys []string) {
			m.p.do(func(d *mapping.Draft) error { return d.SetZone(keys[0]) })
		}})
	})
	return kit.Row(10, kit.NewText(lang.L("Days are those of"), kit.Style{}), kit.Sized(240, 0, pick), kit.Space())
}

// zoneChoices are all time zones: UTC first, then the one of this computer.
func zoneChoices(at time.Time) []choosable {
	own, first, rest := zones.Own(), []choosable{}, []choosable{}
	for _, z := range zones.All(at) {
		place := strings.ReplaceAll(z.Name[strings.LastIndex(z.Name, "/")+1:], "_", " ")
		c := choosable{key: z.Name, title: place, logical: z.Name, note: z.Clock()}
		switch z.Name {
		case zones.UTC:
			c.key, c.logical = "", ""
			first = append([]choosable{c}, first...)
		case own:
			c.note = lang.L("this computer") + " · " + c.note
			first = append(first, c)
		default:
			rest = append(rest, c)
		}
	}
	slices.SortStableFunc(rest, func(a, b choosable) int { return strings.Compare(a.title, b.title) })
	return append(first, rest...)
}

// paste asks for FetchXML and turns it into the builder. What Ferry cannot keep of it is said there, and nothing changes.
func (m *mappingFilter) paste() {
	box := kit.NewMemo("FetchXML", lang.L("<fetch>…</fetch>, as “Download Fetch XML” of the advanced find gives it"), 9)
	why := kit.Column(0)
	var sheet *kit.Sheet
	use := kit.Primary(lang.L("Use it"), nil)
	use.Unless(lang.L("Paste the FetchXML first."))
	box.OnChanged = func(text string) {
		why.Objects = nil
		why.Refresh()
		use.Unless("")
		if strings.TrimSpace(text) == "" {
			use.Unless(lang.L("Paste the FetchXML first."))
		}
	}
	use.Does(func() {
		if _, err := mapping.ReadFetch(box.Text, *m.p.draft().Source()); err != nil {
			why.Objects = []fyne.CanvasObject{kit.FaultCard(core.AsFault(err), kit.FaultCalls{Browse: m.p.w.browse})}
			why.Refresh()
			sheet.Refit()
			return
		}
		sheet.Close()
		m.p.do(func(d *mapping.Draft) error { return d.SetFetch(box.Text) })
		m.p.knowNeeded(m.p.root.Saved())
		m.p.w.refresh()
	})
	about := lang.L("Its conditions take the place of those above. Order and columns of it do not matter here.")
	sheet = kit.ShowSheet(m.p.w.win.Canvas(), kit.SheetJob{Title: lang.L("Paste FetchXML"), Width: 640, Focus: box, Body: kit.Column(10, kit.QuietPara(about), box, why),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() }), use}})
}

// askedCard shows what Dynamics is asked in the end.
func (m *mappingFilter) askedCard() fyne.CanvasObject {
	fold := kit.NewFold(lang.L("What Dynamics is asked"), lang.L("the OData filter that all of this makes"), m.asked, func() { m.asked = !m.asked; m.p.w.refresh() })
	if !m.asked {
		return kit.Card(fold)
	}
	text, err := m.p.filterText(m.p.draft().Saved())
	switch {
	case err != nil:
		return kit.Card(kit.Column(10, fold, kit.FaultCard(core.AsFault(err), kit.FaultCalls{})))
	case text == "":
		return kit.Card(kit.Column(10, fold, kit.QuietPara(lang.L("Nothing: every record is wanted."))))
	}
	parts := []fyne.CanvasObject{fold, kit.NewText(text, kit.Style{Mono: true, Size: look.CaptionSize, Wrap: true})}
	if w := m.p.draft().Saved().Where; w != nil && w.Relative() {
		parts = append(parts, kit.CaptionPara(lang.L("As of now: what “today” and the like mean is worked out anew when an import begins.")))
	}
	copied := kit.PlainIcon("copy", lang.L("Copy the filter"), func() { m.p.w.clip(text) })
	return kit.Card(kit.Column(10, append(parts, kit.Row(0, copied, kit.Space()))...))
}

// syncHand follows the draft when its text became another one by other hands.
func (m *mappingFilter) syncHand() {
	now, path := m.p.draft().Saved().Filter, strings.Join(m.p.path, "/")
	if now == m.handOf && path == m.handPath {
		return
	}
	m.handOf, m.handPath, m.refused = now, path, nil
	if m.byHand = m.byHand || now != ""; m.hand.Text != now {
		m.hand.Text = now
		m.hand.Refresh()
	}
}

// handCard is the fold for a filter by hand.
func (m *mappingFilter) handCard() fyne.CanvasObject {
	saved := m.p.draft().Saved().Filter
	about := lang.L("OData, for those who know it")
	if saved != "" {
		about = saved
	}
	fold := kit.NewFold(lang.L("By hand"), about, m.byHand, func() { m.byHand = !m.byHand; m.p.w.refresh() })
	if !m.byHand {
		return kit.Card(fold)
	}
	text := strings.TrimSpace(m.hand.Text)
	check := kit.Plain(lang.L("Check and use"), func() { m.check(text) })
	row := []fyne.CanvasObject{}
	switch {
	case m.checking != nil:
		row = append(row, kit.NewSpinner(), kit.Quiet(lang.L("Dynamics checks it…")), kit.Space(), kit.Link(lang.L("Cancel"), m.checking.Cancel))
	case text == saved && saved != "":
		row = append(row, kit.NewIcon("check", look.Passed, 16), kit.Grow(kit.NewText(lang.L("In use. It holds together with the conditions above."), kit.Style{Ink: look.Passed})), kit.Link(lang.L("Take it out"), func() { m.use("") }))
	case text == "" && saved == "":
		check.Unless(lang.L("Write a filter first."))
		row = append(row, kit.Space(), check)
	case text == "":
		row = append(row, kit.Space(), kit.Plain(lang.L("Take it out"), func() { m.use("") }))
	default:
		row = append(row, kit.Grow(kit.NewText(lang.L("Not in use yet."), kit.Style{Ink: look.Warned})), check)
	}
	parts := []fyne.CanvasObject{fold, kit.QuietPara(lang.L("For what the builder cannot say. It holds together with the conditions above.")), m.hand, kit.Row(10, row...)}
	if f := m.refused; f != nil {
		calls := kit.FaultCalls{Browse: m.p.w.browse}
		if f.Kind == core.Offline || f.Kind == core.SignIn {
			calls.Mend, calls.MendBy, calls.Quiet = func() { m.use(text) }, lang.L("Use it without a check"), true
			parts = append(parts, kit.WarningCard(f, calls))
		} else {
			parts = append(parts, kit.FaultCard(f, calls))
		}
	}
	return kit.Card(kit.Column(12, parts...))
}

// check asks Dynamics whether it understands a filter, and uses it when it does.
func (m *mappingFilter) check(text string) {
	conn, d := m.p.w.connection(), m.p.draft()
	if conn == nil || m.checking != nil {
		return
	}
	trial := d.Saved()
	trial.Filter = text
	odata, err := m.p.filterText(trial)
	if err != nil {
		m.refused = core.AsFault(err)
		m.p.w.refresh()
		return
	}
	c, path := *conn, m.handPath
	q := core.Query{Table: d.Source().Name.Logical, Fields: []string{d.Source().Key}, Filter: odata}
	m.checking = task.Go(m.p.w.run, func(ctx context.Context, _ func(struct{})) (core.Count, error) {
		return m.p.w.o.Engine.CountOf(ctx, c, q)
	}, nil, func(n core.Count, err error) {
		m.checking = nil
		if f := core.AsFault(err); err != nil {
			if f.Kind != core.Stopped {
				m.refused = f
			}
			m.p.w.refresh()
			return
		}
		if path == strings.Join(m.p.path, "/") {
			m.count.keep(odata, n)
			m.use(text)
		}
	})
	m.refused = nil
	m.p.w.refresh()
}

func (m *mappingFilter) use(text string) {
	m.refused, m.handOf = nil, text
	if m.hand.Text != text {
		m.hand.Text = text
		m.hand.Refresh()
	}
	m.p.do(func(d *mapping.Draft) error { return d.SetFilterText(text) })
}

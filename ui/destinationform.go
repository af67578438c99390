package ui

import (
	"context"
	"maps"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// usualKinds is how many kinds of destination are offered before one asks for more.
const usualKinds = 3

// choices are the kinds of destination. Of many, only the usual ones are offered at first.
func (p *destinationPage) choices() fyne.CanvasObject {
	kinds := p.w.o.Destinations
	hidden := len(kinds) > usualKinds+1 && !p.all
	for i := usualKinds; i < len(kinds); i++ {
		hidden = hidden && &kinds[i] != p.driver
	}
	card := func(d *core.Driver[core.Destination]) fyne.CanvasObject {
		return kit.NewChoice("", d.Title, d.Summary, d == p.driver, func() { p.choose(d) })
	}
	first, rest := []fyne.CanvasObject{}, []fyne.CanvasObject{}
	for i := range kinds {
		if len(kinds) > usualKinds+1 && i >= usualKinds {
			rest = append(rest, card(&kinds[i]))
		} else {
			first = append(first, card(&kinds[i]))
		}
	}
	switch {
	case len(rest) == 0:
		return kit.Equal(12, first...)
	case hidden:
		names := ""
		for i := usualKinds; i < len(kinds); i++ {
			if names != "" {
				names += ", "
			}
			names += kinds[i].Title
		}
		return kit.Column(8, kit.Equal(12, first...), kit.Row(0, kit.Link(lang.L("More: {{.Kinds}}", kit.M{"Kinds": names}), func() {
			p.all = true
			p.render()
		}), kit.Space()))
	}
	return kit.Column(12, kit.Equal(12, first...), kit.Equal(12, rest...))
}

func (p *destinationPage) choose(d *core.Driver[core.Destination]) {
	p.testing.Cancel()
	p.driver, p.checks, p.tested, p.fault = d, nil, false, nil
	p.draw()
	p.render()
}

// draw makes the form of the chosen kind: with what the project says, else with what can be offered.
func (p *destinationPage) draw() {
	values := map[string]string{}
	p.kept, p.practice, p.kind = nil, false, ""
	p.asking.Cancel()
	p.asking = nil
	if d := p.w.project; d != nil && d.Destination != nil && d.Destination.Driver == p.driver.Name {
		values, p.practice, p.kind = d.Destination.Settings, d.Destination.Practice, d.Destination.Kind
	} else {
		for _, s := range p.driver.Settings {
			if s.Main && s.Default == "" && (s.Kind == core.SettingFile || s.Kind == core.SettingFolder) {
				values[s.Name] = p.offer(s)
			}
		}
	}
	p.fill(values)
	if c := p.w.connection(); c != nil && c.Practice && p.driver.Described {
		p.practise(values)
	} else {
		p.ask()
	}
}

// fill makes the form anew.
func (p *destinationPage) fill(values map[string]string) {
	more := p.form != nil && p.form.ShowsMore()
	p.form = kit.NewForm(p.driver.Settings, values, kit.FormCalls{
		File:    func(start string, picked func(string)) { p.w.pickTarget(start, picked) },
		Folder:  p.w.pickFolder,
		Changed: p.changed,
		Enter:   p.enter,
		Kept:    p.kept,
		Offer:   p.offered,
		Agree:   p.agree,
		Resized: p.page.Relayout,
		More:    more,
	})
}

// practise fills in how the practice environment's destination of this kind is reached. From there Ferry writes only into
// new files and into that one.
func (p *destinationPage) practise(values map[string]string) {
	driver := p.driver
	p.asking = task.Go(p.w.run, func(ctx context.Context, _ func(struct{})) (PracticeDestination, error) {
		return p.w.o.Engine.PracticeDestination(ctx, driver.Name)
	}, nil, func(d PracticeDestination, err error) {
		if stopped(err) { // the form is another one by now
			return
		}
		p.asking = nil
		switch {
		case err != nil:
			p.fault, p.tested = core.AsFault(err), true
		case d.Destination != nil && p.driver == driver:
			p.practice = true
			all := maps.Clone(values)
			maps.Copy(all, d.Destination.Settings)
			for name, secret := range d.Secrets {
				all[name] = secret.Reveal()
			}
			p.fill(all)
		}
		p.w.refresh()
	})
}

// ask asks which secrets are kept already; then they need not be entered again.
func (p *destinationPage) ask() {
	driver, d := p.driver, *p.draft()
	if d.Practice || !hasSecrets(driver) {
		return
	}
	p.asking = task.Go(p.w.run, func(ctx context.Context, _ func(struct{})) (map[string]bool, error) {
		return p.w.o.Engine.KnowsDestination(ctx, d), ctx.Err()
	}, nil, func(kept map[string]bool, err error) {
		if stopped(err) {
			return
		}
		p.asking = nil
		if err != nil || p.driver != driver || maps.Equal(kept, p.kept) || len(p.form.Secrets()) > 0 && !p.tested {
			return
		}
		p.kept = kept
		p.fill(p.form.Values())
		p.w.refresh()
	})
}

func stopped(err error) bool { return err != nil && core.AsFault(err).Kind == core.Stopped }

func hasSecrets(driver *core.Driver[core.Destination]) bool {
	for _, s := range driver.Settings {
		if s.Kind == core.SettingSecret {
			return true
		}
	}
	return false
}

// formCard is the form, and beside it how the system is made ready.
func (p *destinationPage) formCard() fyne.CanvasObject {
	parts := []fyne.CanvasObject{kit.Head(p.driver.Title)}
	if len(p.w.o.Destinations) < 2 { // else the card above says it
		parts = append(parts, kit.QuietPara(p.driver.Summary))
	}
	if p.practice {
		parts = append(parts, kit.Hint("check", lang.L("This is the {{.Kind}} of the practice environment. From it Ferry writes only into new files and into this one.", kit.M{"Kind": p.driver.Title}), look.Passed))
	}
	if p.outside() {
		parts = append(parts, kit.Hint("warn", practisedOnly(), look.Warned))
	}
	parts = append(parts, p.form.Container)
	if !p.practice && p.shared() {
		parts = append(parts, kit.Hairline(), p.kindRow())
	}
	card := kit.Card(kit.Column(14, parts...))
	g := p.driver.Guide
	if len(g.Steps) == 0 {
		return card
	}
	steps := []fyne.CanvasObject{kit.Head(g.Title)}
	for i, words := range g.Steps {
		steps = append(steps, kit.TopRow(10, kit.Sized(18, 0, kit.NewText(kit.Number(int64(i+1)), kit.Style{Bold: true, Ink: look.Primary})), kit.Grow(kit.Para(words))))
	}
	if g.Note != "" {
		steps = append(steps, kit.Hairline(), kit.CaptionPara(g.Note))
	}
	return kit.TopBeside(430, 16, card, kit.Sized(290, 0, kit.Card(kit.Column(10, steps...))))
}

// shared reports whether the chosen kind is a system, and no file or folder of one's own.
func (p *destinationPage) shared() bool {
	for _, s := range p.driver.Settings {
		if s.Main && (s.Kind == core.SettingFile || s.Kind == core.SettingFolder) {
			return false
		}
	}
	return true
}

// kindRow lets the person say whether people work in it. What nobody says counts as live.
func (p *destinationPage) kindRow() fyne.CanvasObject {
	kinds := []string{"test", "live"}
	chosen := slices.Index(kinds, p.kind)
	return kit.Labeled(lang.L("Do people work in it?"), lang.L("Before the first import into a live one its name is typed. What nobody says counts as live."),
		kit.Row(0, kit.Segments([]string{lang.L("No, a test"), lang.L("Yes, live")}, chosen, func(i int) {
			p.kind = kinds[i]
			if d := p.w.own().Destination; d != nil && d.Driver == p.driver.Name { // no test has to be taken again for that
				d.Kind = p.kind
				p.w.save()
			}
			p.w.refresh()
		}), kit.Space()))
}

// offered lets a person choose what a setting could be, of what the system tells.
func (p *destinationPage) offered(s core.Setting, picked func(string)) {
	d, secrets := *p.draft(), p.form.Secrets()
	var sheet *kit.Sheet
	asking := task.Go(p.w.run, func(ctx context.Context, _ func(struct{})) ([]string, error) {
		if len(secrets) > 0 {
			if err := p.w.o.Engine.KeepDestination(ctx, d, secrets); err != nil {
				return nil, err
			}
		}
		return p.w.o.Engine.DestinationOffers(ctx, d, s.Name)
	}, nil, func(all []string, err error) {
		sheet.Close()
		if err != nil {
			if f := core.AsFault(err); f.Kind != core.Stopped {
				p.checks, p.fault, p.tested = nil, f, true
				p.w.refresh()
			}
			return
		}
		items := make([]choosable, len(all))
		for i, one := range all {
			items[i] = choosable{key: one, title: one}
		}
		p.w.pickFrom(pickSheet{title: s.Title, about: s.Help, items: items, picked: func(keys []string) { picked(keys[0]) }})
	})
	sheet = kit.ShowSheet(p.w.win.Canvas(), kit.SheetJob{
		Title: s.Title, Body: kit.Row(10, kit.NewSpinner(), kit.Grow(kit.Quiet(lang.L("Asking {{.Kind}}…", kit.M{"Kind": p.driver.Title})))),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close(); asking.Cancel() })},
		Closed:  asking.Cancel,
	})
}

// agree asks before the system may write to people, with how many they are.
func (p *destinationPage) agree(s core.Setting, agreed func()) {
	var sheet *kit.Sheet
	words := lang.L("How many people that is, Ferry does not know yet.")
	if n := p.w.people(); n.Truth != "" {
		words = lang.L("That is {{.Count}} people.", kit.M{"Count": kit.Count(n)})
	}
	yes := kit.Danger(lang.L("Let it write to people"), func() { sheet.Close(); agreed() })
	sheet = kit.ShowSheet(p.w.win.Canvas(), kit.SheetJob{
		Title: s.Title + "?", Width: 560,
		Body: kit.Column(12, kit.Para(lang.L("Each person who is imported may get mail from {{.Kind}}: a welcome, or what its automations send.", kit.M{"Kind": p.driver.Title})),
			kit.StrongPara(words), kit.QuietPara(lang.L("What was sent cannot be taken back."))),
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Leave it off"), func() { sheet.Close() }), yes},
	})
}

// people are those whom the imports of this list are about: the contacts.
func (w *Window) people() core.Count {
	c := w.connection()
	if c == nil {
		return core.Count{}
	}
	s := w.session(c.Name)
	for _, l := range w.listed() {
		if l.Table == "contact" && !l.Off {
			return s.counts[countOf(l)]
		}
	}
	return core.Count{}
}

// mends are buttons of a Fault that names a setting: with what it has to be, or to fill it in.
func (p *destinationPage) mends(f *core.Fault) []fyne.CanvasObject {
	for _, s := range p.driver.Settings {
		if f.Subject.Field == s.Name && f.Subject.Value == "" && s.Offered {
			return []fyne.CanvasObject{kit.Plain(lang.L("Fill in “{{.Setting}}”…", kit.M{"Setting": s.Title}), func() { p.fillIn(s) })}
		}
		if f.Subject.Field == s.Name && f.Subject.Value != "" && s.Kind == core.SettingText {
			return []fyne.CanvasObject{kit.Plain(lang.L("Yes, use {{.Value}}", kit.M{"Value": f.Subject.Value}), func() {
				p.form.Put(s.Name, f.Subject.Value)
				p.check()
			})}
		}
	}
	return nil
}

// fillIn lets a person choose a setting, and tests the destination with it.
func (p *destinationPage) fillIn(s core.Setting) {
	p.offered(s, func(value string) {
		p.form.Put(s.Name, value)
		p.check()
	})
}

func (p *destinationPage) draft() *project.Destination {
	d := &project.Destination{Driver: p.driver.Name, Settings: p.form.Values(), Practice: p.practice, Kind: p.kind}
	return d
}

// need is what an import will need of the destination: its own tables, or those of the source where it makes a copy.
func (p *destinationPage) need() core.Need {
	if !p.driver.Described {
		return core.Need{Tables: p.w.tables()}
	}
	need := core.Need{Mapped: p.w.mapped()}
	seen := map[string]bool{}
	for _, l := range p.w.listed() {
		if l.Saved != nil && l.Saved.Table != "" && !seen[l.Saved.Table] && !l.Off {
			seen[l.Saved.Table] = true
			need.Tables = append(need.Tables, l.Saved.Table)
		}
	}
	return need
}

// next says what becomes of the tables there.
func (p *destinationPage) next() []fyne.CanvasObject {
	if !p.tested || !core.Available(p.checks) || !p.same() {
		return nil
	}
	rows := []fyne.CanvasObject{kit.Head(lang.L("What goes where"))}
	for _, l := range p.w.listed() {
		to := lang.L("not said yet")
		if l.Saved != nil {
			to = l.Saved.Table
		}
		rows = append(rows, kit.Row(10, kit.NewIcon("table", look.Quiet, 16), kit.AtMost(260, kit.NewElided(p.w.nameOf(l), kit.Style{})), kit.NewIcon("arrow", look.Quiet, 16),
			kit.Grow(kit.NewElided(to, kit.Style{Bold: true}))))
	}
	if p.w.begun.fault != nil {
		rows = append(rows, kit.WarningCard(p.w.begun.fault, kit.FaultCalls{Again: p.w.beginAgain, Quiet: true}))
	}
	rows = append(rows, kit.Row(8, kit.Plain(lang.L("Look at the mappings"), func() { p.w.open(placeMappings) }), kit.Space()))
	return []fyne.CanvasObject{kit.Card(kit.Column(9, rows...))}
}

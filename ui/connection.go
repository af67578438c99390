package ui

import (
	"context"
	"net/url"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// connections is the place Connection: the list of connections, what is known of the one in use, and the wizard
// while one is being made or changed.
type connections struct {
	w       *Window
	page    *kit.Page
	wizard  *wizard
	primary *kit.Button
}

func newConnections(w *Window) *connections { return &connections{w: w, page: kit.NewPage()} }

func (w *Window) connections() *connections { return w.pages[placeConnection].(*connections) }

func (p *connections) object() fyne.CanvasObject { return p.page.Container }

func (p *connections) enter() {
	if p.primary != nil {
		p.primary.Tapped(nil)
	}
}

func (p *connections) escape() {
	if p.wizard != nil {
		p.wizard.back()
	}
}

// newConnection opens the wizard with nothing in it.
func (w *Window) newConnection() {
	w.connections().wizard = newWizard(w, project.Connection{Auth: project.Browser}, 0)
	w.open(placeConnection)
	w.connections().wizard.arrive()
}

// keep puts a connection into the project in place of the one called old, and makes it the one in use.
func (w *Window) keep(c project.Connection, old string) {
	p := w.own()
	found := false
	for i := range p.Connections {
		if p.Connections[i].Name == old && old != "" {
			if p.Connections[i] != c {
				w.forget(old)
			}
			p.Connections[i], found = c, true
		}
	}
	if !found {
		p.Connections = append(p.Connections, c)
	}
	p.Connection = c.Name
	w.save()
	w.frame.render()
}

func (p *connections) render() {
	p.primary = nil
	if p.wizard != nil {
		p.wizard.render(p)
		return
	}
	c := p.w.connection()
	if c == nil {
		connect := kit.Primary(lang.L("Connect to Dynamics 365"), p.w.newConnection)
		p.primary = connect
		p.page.Set(kit.PageHead(lang.L("Connection"), lang.L("An environment, and how Ferry signs in to it")),
			kit.Nothing("connection", lang.L("No connection yet"), lang.L("Here you see which environment Ferry reads, as whom, and whether it works."),
				kit.Plain(lang.L("Start page"), func() { p.w.open(placeWelcome) }), connect))
		return
	}
	p.renderConnection(c)
}

func (p *connections) renderConnection(c *project.Connection) {
	w, s := p.w, p.w.session(c.Name)
	test := kit.Primary(lang.L("Test connection"), func() { w.test(c.Name) })
	if s.testing != nil {
		test.Unless(lang.L("The test is running."))
	}
	p.primary = test
	cards := []fyne.CanvasObject{}
	if len(w.project.Connections) > 1 {
		cards = append(cards, p.list(c))
	}
	if s.tested.IsZero() && s.testing == nil && !s.signedIn {
		cards = append(cards, kit.Tinted(look.WarnedTint, kit.Row(12, kit.NewIcon("warn", look.Warned, 18),
			kit.Grow(kit.Para(lang.L("Not tested since Ferry was started. A test takes a few seconds."))))))
	}
	cards = append(cards, p.facts(c, s))
	cards = append(cards, p.w.verdict(c, s)...)
	p.page.Set(kit.PageHead(lang.L("Connection"), c.Name+" · "+hostWords(*c),
		kit.PlainIcon("plus", lang.L("New"), w.newConnection), test), cards...)
}

// list shows all connections; one is in use.
func (p *connections) list(present *project.Connection) fyne.CanvasObject {
	rows := []fyne.CanvasObject{}
	for i := range p.w.project.Connections {
		c := p.w.project.Connections[i]
		word, color := kindOf(c)
		sign, style := fyne.CanvasObject(kit.Sized(18, 18, kit.Empty())), kit.Style{}
		if c.Name == present.Name {
			sign, style = kit.NewIcon("check", look.Primary, 18), kit.Style{Bold: true}
		}
		row := kit.NewPick(kit.Row(10, sign, kit.Grow(kit.NewElided(c.Name, style)),
			kit.Grow(kit.NewElided(hostWords(c), kit.Style{Ink: look.Quiet, Size: 13})), kit.Chip(word, look.OnKind, color)), func() { p.use(c.Name) })
		if reason := p.w.busyReason(); reason != "" {
			row.Unless(reason)
		}
		rows = append(rows, row)
	}
	return kit.On(kit.NewBox(look.Card, look.Line, look.Radius), kit.PadAll(6, kit.Column(2, rows...)))
}

func (p *connections) use(name string) {
	p.w.project.Connection = name
	p.w.save()
	p.w.refresh()
}

func (p *connections) facts(c *project.Connection, s *session) fyne.CanvasObject {
	w := p.w
	who := lang.L("not known before the next sign-in")
	if s.who.Name != "" {
		who = whoWords(s.who)
	}
	tenant := c.Tenant
	if tenant == "" {
		tenant = lang.L("the environment says it")
	}
	kinds := []string{"test", "live"}
	chosen := -1
	for i, k := range kinds {
		if c.Kind == k {
			chosen = i
		}
	}
	facts := []kit.Fact{
		{Name: lang.L("Address"), Words: c.Org, Mono: true},
		{Name: lang.L("Tenant"), Words: tenant, Mono: c.Tenant != ""},
		{Name: lang.L("Client ID"), Words: c.ClientID, Mono: true},
		{Name: lang.L("How Ferry signs in"), Words: authWords(*c)},
		{Name: lang.L("Signed in as"), Words: who},
	}
	if !c.Practice {
		facts = append(facts, kit.Fact{Name: lang.L("People work in it"), Object: kit.Row(12,
			kit.Segments([]string{lang.L("No, a test"), lang.L("Yes, live")}, chosen, func(i int) { c.Kind = kinds[i]; w.save(); w.refresh() }),
			kit.Grow(kit.NewElided(kindHint(*c), kit.Style{Ink: look.Quiet, Size: look.CaptionSize})))})
	}
	again := kit.Plain(lang.L("Sign in again"), func() { p.wizard = newWizard(w, *c, 2); w.open(placeConnection) })
	change := kit.Plain(lang.L("Change values"), func() { p.wizard = newWizard(w, *c, 1); w.open(placeConnection) })
	leave := kit.Danger(lang.L("Disconnect…"), func() { p.disconnect(*c) })
	if reason := w.busyReason(); reason != "" {
		again.Unless(reason)
		change.Unless(reason)
		leave.Unless(reason)
	}
	return kit.Card(kit.Column(12, kit.Facts(facts...), kit.Row(10, again, change, kit.Space(), leave)))
}

func kindHint(c project.Connection) string {
	if c.Kind == "" {
		return lang.L("Until you say, Ferry counts it as live.")
	}
	return ""
}

// busyReason says why a connection cannot be changed now.
func (w *Window) busyReason() string {
	if w.active != nil {
		return lang.L("An import is running. Stop it first; you can go on later.")
	}
	return ""
}

// disconnect forgets tokens and secrets after asking, and takes the connection off the list when wanted.
func (p *connections) disconnect(c project.Connection) {
	var sheet *kit.Sheet
	forget := func(remove bool) func() {
		return func() {
			sheet.Close()
			p.signOut(c, remove)
		}
	}
	sheet = kit.ShowSheet(p.w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Disconnect from {{.Name}}?", kit.M{"Name": c.Name}),
		Body: kit.QuietPara(lang.L("Ferry forgets the sign-in and the client secret that this computer keeps for it. What was imported stays. " +
			"You can sign in again later, or delete the connection as well.")),
		Buttons: []fyne.CanvasObject{
			kit.Plain(lang.L("Cancel"), func() { sheet.Close() }),
			kit.Danger(lang.L("Disconnect and delete"), forget(true)),
			kit.Primary(lang.L("Disconnect"), forget(false)),
		},
	})
}

func (p *connections) signOut(c project.Connection, remove bool) {
	w := p.w
	task.Go(w.run, func(ctx context.Context, _ func(struct{})) (struct{}, error) {
		return struct{}{}, w.o.Engine.SignOut(ctx, c)
	}, nil, func(_ struct{}, err error) {
		w.forget(c.Name)
		if err != nil {
			w.tell(lang.L("Not everything was forgotten"), err)
		}
		if remove {
			w.remove(c.Name)
		}
		if w.connection() == nil {
			w.open(placeWelcome)
			return
		}
		w.refresh()
	})
}

func (w *Window) remove(name string) {
	kept := w.project.Connections[:0:0]
	for _, c := range w.project.Connections {
		if c.Name != name {
			kept = append(kept, c)
		}
	}
	w.project.Connections = kept
	if w.project.Connection == name {
		w.project.Connection = ""
		if len(kept) > 0 {
			w.project.Connection = kept[0].Name
		}
	}
	w.save()
}

// test runs Test connection on a connection; its steps appear as they end.
func (w *Window) test(name string) {
	var c project.Connection
	for _, k := range w.own().Connections {
		if k.Name == name {
			c = k
		}
	}
	s := w.session(name)
	if s.testing != nil {
		return
	}
	need := core.Need{Tables: w.tables(), Fresh: true}
	s.checks, s.problem = nil, nil
	s.testing = task.Go(w.run, func(ctx context.Context, tell func([]core.Check)) ([]core.Check, error) {
		return collect(tell, func(one func(core.Check)) error { return w.o.Engine.CheckSource(ctx, c, need, one) })
	}, func(checks []core.Check) {
		s.checks = checks
		w.refresh()
	}, func(checks []core.Check, err error) {
		s.checks, s.testing, s.tested = checks, nil, w.o.Now()
		if err != nil {
			s.problem = core.AsFault(err)
		}
		if core.Available(checks) {
			s.signedIn = true
		}
		w.refresh()
	})
	w.refresh()
}

// collect gathers the steps of a check, each in its newest state, and tells them all at every change.
func collect(tell func([]core.Check), check func(func(core.Check)) error) ([]core.Check, error) {
	var all []core.Check
	err := check(func(c core.Check) {
		found := false
		for i := range all {
			if all[i].ID == c.ID {
				all[i], found = c, true
			}
		}
		if !found {
			all = append(all, c)
		}
		tell(append([]core.Check(nil), all...))
	})
	return append([]core.Check(nil), all...), err
}

// verdict draws the result of a test, or the steps so far.
func (w *Window) verdict(c *project.Connection, s *session) []fyne.CanvasObject {
	cards := []fyne.CanvasObject{}
	again := func() { w.test(c.Name) }
	calls := w.faultCalls(c, again)
	calls.Quiet = true
	switch {
	case s.testing != nil && len(s.checks) == 0:
		cards = append(cards, kit.WaitingCard(lang.L("Testing the connection…"), ""))
	case s.testing != nil:
		cards = append(cards, kit.Verdict(lang.L("Testing the connection…"), kit.Tally(s.checks), look.Ink, "wait"))
	case s.problem != nil && s.problem.Kind == core.Stopped:
	case s.problem != nil:
		cards = append(cards, kit.Verdict(lang.L("Connection unavailable"), kit.Tally(s.checks), look.Failed, "cross"), kit.FaultCard(s.problem, calls))
	case s.tested.IsZero():
	case core.Available(s.checks):
		cards = append(cards, kit.Verdict(lang.L("Connection available"), kit.Tally(s.checks), look.Passed, "check"))
	default:
		cards = append(cards, kit.Verdict(lang.L("Connection unavailable"), kit.Tally(s.checks), look.Failed, "cross"))
	}
	if len(s.checks) > 0 {
		cards = append(cards, kit.CheckList(s.checks, calls))
	}
	return cards
}

// hostWords is an address as one says it.
func hostWords(c project.Connection) string {
	if c.Practice {
		return lang.L("on this computer")
	}
	if u, err := url.Parse(c.Org); err == nil && u.Host != "" {
		return u.Host
	}
	return c.Org
}

// authWords says how a connection signs in.
func authWords(c project.Connection) string {
	switch {
	case c.Auth == project.Secret:
		return lang.L("The application signs in, with a client secret")
	case c.HasSecret:
		return lang.L("I sign in, and the application has a client secret")
	}
	return lang.L("I sign in")
}

func whoWords(s SignedIn) string {
	if s.Application && guid.MatchString(s.Name) {
		return lang.L("the application")
	}
	if s.Application {
		return lang.L("{{.Name}} (application)", kit.M{"Name": s.Name})
	}
	return s.Name
}

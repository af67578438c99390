package ui

import (
	"net/url"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// connections is the place Connection: the list of connections, what is known of the one in use, and the wizard
// while one is being made or changed.
type connections struct {
	w        *Window
	page     *kit.Page
	wizard   *wizard
	primary  *kit.Button
	of       string // the connection that the parts below belong to
	advanced *advanced
	proof    *certificatePart
	worst    fyne.CanvasObject // of the test that is shown: the card one has to read first
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
			if signsInOtherwise(p.Connections[i], c) {
				w.forget(old)
			} else if old != c.Name {
				w.sessions[c.Name] = w.session(old)
				delete(w.sessions, old)
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

// signsInOtherwise reports whether what is known of a connection no longer holds for another form of it.
func signsInOtherwise(a, b project.Connection) bool {
	for _, c := range []*project.Connection{&a, &b} {
		c.Name, c.Kind, c.Tested, c.SecretExpires, c.App = "", "", "", "", ""
		c.Waiting = project.Waiting{}
	}
	return a != b
}

func (p *connections) render() {
	p.primary, p.worst = nil, nil
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

// about makes the parts of the page for the connection it shows.
func (p *connections) about(c *project.Connection) {
	if p.of == c.Name && p.advanced != nil {
		return
	}
	name := c.Name
	p.of = name
	of := func() project.Connection {
		if c := p.w.named(name); c != nil {
			return *c
		}
		return project.Connection{}
	}
	draw := func() {
		if p.wizard == nil && p.w.place == placeConnection {
			p.render()
		}
	}
	p.advanced = newAdvanced(p.w, of, func(c project.Connection) { p.w.keep(c, name) }, draw)
	p.proof = newCertificatePart(p.w, of, func(f project.CertificateFacts) {
		c := of()
		c.Certificate = f
		p.w.keep(c, name)
	}, draw)
}

// named is the connection of that name, nil when there is none.
func (w *Window) named(name string) *project.Connection {
	if w.project == nil {
		return nil
	}
	for i := range w.project.Connections {
		if w.project.Connections[i].Name == name {
			return &w.project.Connections[i]
		}
	}
	return nil
}

func (p *connections) renderConnection(c *project.Connection) {
	w, s := p.w, p.w.session(c.Name)
	p.about(c)
	waiting := c.Waiting != (project.Waiting{})
	test := kit.Strongest(!waiting, lang.L("Test connection"), func() { w.test(c.Name) })
	if s.testing != nil {
		test.Unless(lang.L("The test is running."))
	}
	if unfinished(*c) {
		test = kit.Strongest(!waiting, lang.L("Go on setting it up"), func() { p.change(*c, stepValues) })
	}
	p.primary = test
	actions := []fyne.CanvasObject{kit.PlainIcon("plus", lang.L("New"), w.newConnection)}
	if s.testing == nil && len(s.checks) > 0 {
		actions = append(actions, kit.Plain(lang.L("Save report…"), func() { w.saveReport(c.Name) }))
	}
	cards := w.sinceCards(c)
	if len(w.project.Connections) > 1 {
		cards = append(cards, p.list(c))
	}
	if draft := draftHint(*c, s); draft != "" {
		cards = append(cards, kit.Tinted(look.WarnedTint, kit.Row(12, kit.NewIcon("warn", look.Warned, 18), kit.Grow(kit.Para(draft)))))
	}
	cards = append(cards, w.verdict(c, s)...)
	cards = append(cards, p.facts(c, s))
	if !c.Practice {
		cards = append(cards, p.advanced.card())
	}
	p.page.Set(kit.PageHead(lang.L("Connection"), c.Name+" · "+hostWords(*c), append(actions, test)...), cards...)
}

// unfinished reports whether a connection still lacks what no test can do without.
func unfinished(c project.Connection) bool {
	return c.ClientID == "" && c.Auth != project.Windows && !c.Practice
}

// draftHint says why a connection has to be tested, "" when it has not.
func draftHint(c project.Connection, s *session) string {
	switch {
	case s.testing != nil || !s.tested.IsZero() || c.Waiting != (project.Waiting{}):
		return ""
	case unfinished(c):
		return lang.L("A draft: the values for the sign-in are still missing.")
	case c.Tested == "":
		return lang.L("A draft: this connection has not passed a test yet. A test takes a few seconds.")
	case s.signedIn:
		return ""
	}
	return lang.L("Not tested since Ferry was started. A test takes a few seconds.")
}

func (p *connections) facts(c *project.Connection, s *session) fyne.CanvasObject {
	w := p.w
	who := lang.L("not known before the next sign-in")
	for _, check := range s.checks {
		if check.ID == "whoami" && check.State == core.CheckPassed && check.Detail != "" {
			who = check.Detail
		}
	}
	if s.who.Name != "" {
		who = whoWords(s.who)
	}
	tenant := c.Tenant
	if tenant == "" {
		tenant = lang.L("the environment says it")
	}
	facts := []kit.Fact{{Name: lang.L("Address"), Words: c.Org, Mono: true}}
	if c.Practice { // its address is another one at each start
		facts[0] = kit.Fact{Name: lang.L("Address"), Words: hostWords(*c)}
	}
	client := c.ClientID
	if client == "" {
		client = lang.L("still missing")
	}
	if c.Auth != project.Windows {
		facts = append(facts, kit.Fact{Name: lang.L("Tenant"), Words: tenant, Mono: c.Tenant != ""}, kit.Fact{Name: lang.L("Client ID"), Words: client, Mono: c.ClientID != ""})
	} else {
		facts = append(facts, kit.Fact{Name: lang.L("User"), Words: c.User})
	}
	facts = append(facts, kit.Fact{Name: lang.L("How Ferry signs in"), Words: authWords(*c)}, kit.Fact{Name: lang.L("Signed in as"), Words: who})
	if c.NeedsSecret() && !c.Practice {
		words, ink, icon := endWords(c.SecretExpires, w.o.Now())
		replace := kit.Plain(lang.L("Replace secret…"), func() { w.replaceSecret(*c) })
		replace.Unless(w.busyReason())
		facts = append(facts, kit.Fact{Name: lang.L("Client secret"), Object: kit.Row(10, kit.Grow(kit.Hint(icon, words, ink)), replace)})
	}
	if !c.Practice {
		facts = append(facts, kit.Fact{Name: lang.L("People work in it"), Object: p.kindFact(c)})
	}
	parts := []fyne.CanvasObject{kit.Facts(facts...)}
	if c.NeedsCertificate() && !c.Practice {
		parts = append(parts, kit.Hairline(), p.proof.brief())
	}
	return kit.Card(kit.Column(12, append(parts, p.factButtons(c))...))
}

func (p *connections) kindFact(c *project.Connection) fyne.CanvasObject {
	w := p.w
	kinds := []string{"test", "live"}
	chosen := -1
	for i, k := range kinds {
		if c.Kind == k {
			chosen = i
		}
	}
	return kit.Row(12, kit.Segments([]string{lang.L("No, a test"), lang.L("Yes, live")}, chosen, func(i int) { c.Kind = kinds[i]; w.save(); w.refresh() }),
		kit.Grow(kit.NewElided(kindHint(*c), kit.Style{Ink: look.Quiet, Size: look.CaptionSize})))
}

// factButtons are what can be done with a connection.
func (p *connections) factButtons(c *project.Connection) fyne.CanvasObject {
	w := p.w
	again := kit.Plain(lang.L("Sign in again"), func() { p.change(*c, stepSignIn) })
	change := kit.Plain(lang.L("Change values"), func() { p.edit(*c) })
	twin := kit.Plain(lang.L("Copy"), func() { p.copy(*c) })
	leave := kit.Danger(lang.L("Disconnect…"), func() { p.disconnect(*c) })
	remove := kit.Danger(lang.L("Delete…"), func() { p.delete(*c) })
	for _, b := range []*kit.Button{again, change, leave, remove} {
		b.Unless(w.busyReason())
	}
	if unfinished(*c) {
		again.Unless(lang.L("The values for the sign-in are still missing."))
	}
	if c.Practice {
		return kit.Row(10, again, change, kit.Space(), leave, remove)
	}
	return kit.Row(10, again, change, twin, kit.Space(), leave, remove)
}

// change opens a step of the wizard for a connection that is there.
func (p *connections) change(c project.Connection, step int) {
	p.wizard = newWizard(p.w, c, step)
	p.w.open(placeConnection)
	p.wizard.arrive()
}

// edit opens all fields of a connection on one page; one that has no values yet is asked for them.
func (p *connections) edit(c project.Connection) {
	if unfinished(c) {
		p.change(c, stepValues)
		return
	}
	p.change(c, stepEdit)
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
	case c.Auth == project.Certificate:
		return lang.L("The application signs in, with a certificate")
	case c.Auth == project.Windows:
		return lang.L("With a Windows user and password")
	case c.HasSecret:
		return lang.L("I sign in, and the application has a client secret")
	case c.HasCertificate:
		return lang.L("I sign in, and the application has a certificate")
	case c.Auth == project.Device:
		return lang.L("I sign in, with a code on another device")
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

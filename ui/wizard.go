package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/core/setup"
	"ferry/ui/kit"
	"ferry/ui/task"
)

// wizard makes or changes one connection: address, values, sign in, test.
type wizard struct {
	w    *Window
	step int
	c    project.Connection
	old  string // its name in the project; "" while it is not there yet

	address, name, tenant, client, secret, expires, user *kit.Entry

	found        Address
	addressFault *core.Fault
	discovering  *task.Task
	tenantFault  *core.Fault

	have        have
	paste       *kit.Entry
	notes       []setup.Note
	pastedFound setup.Found // without its secret
	unread      bool        // what was pasted had nothing of use in it
	otherOrg    string      // what was pasted is about another environment
	byHand      bool        // of "I can register an app": step by step, not by script
	shell       setup.ScriptKind

	credential  credential
	knowsSecret bool
	asked       int // how often the keychain was asked; only the newest answer counts
	certificate *certificatePart
	advanced    *advanced
	keeping     *task.Task
	proving     bool // what is kept at the moment is tried first
	proved      bool
	valuesFault *core.Fault
	memoryOnly  *core.Fault

	practice     string // the address of the practice environment, where it was chosen from the list
	person       string // who one signs in as in the practice environment
	signing      *task.Task
	clock        *task.Task // ticks while a code runs out
	news         SignInStep
	fault        *core.Fault
	signedAs     *SignedIn
	page         *pageAsk  // "What does the page say?"
	left         *kit.Text // of a code
	consent      string    // the page on which an administrator grants for everybody
	asking       *task.Task
	consentFault *core.Fault

	typed bool // the tenant was typed by hand
	named bool // the name was
	chose bool // who signs in was chosen by hand
}

// Steps of the wizard.
const (
	stepAddress = iota
	stepValues
	stepSignIn
	stepTest
	stepEdit // all fields on one page, of a connection that is there
)

// have is what somebody has who connects.
type have int

const (
	haveValues    have = iota // values somebody sent
	haveRights                // the right to register an app
	haveNothing               // neither
	haveForgotten             // it was asked long ago; the fields are there
)

// credential is what an application shows beside its client ID.
type credential int

const (
	credentialNone credential = iota
	credentialSecret
	credentialCertificate
)

func newWizard(w *Window, c project.Connection, step int) *wizard {
	z := &wizard{w: w, step: step, c: c, old: c.Name, named: c.Name != "", typed: c.Tenant != "", shell: setup.Bash}
	if w.project == nil || c.Name == "" {
		z.old = ""
	}
	switch {
	case c.NeedsSecret():
		z.credential = credentialSecret
	case c.NeedsCertificate():
		z.credential = credentialCertificate
	}
	if c.ClientID != "" || c.Auth == project.Windows {
		z.have, z.chose = haveForgotten, true
	}
	z.makeFields()
	z.certificate = newCertificatePart(w, func() project.Connection { return z.present() }, func(f project.CertificateFacts) {
		z.c.Certificate = f
		z.keepDraft()
	}, z.redraw)
	z.advanced = newAdvanced(w, func() project.Connection { return z.present() }, func(c project.Connection) {
		z.c.Version, z.c.App, z.c.PageSize, z.c.Requests, z.c.Redirect = c.Version, c.App, c.PageSize, c.Requests, c.Redirect
		if z.c.Org != c.Org {
			z.c.Org, z.c.Tested = c.Org, ""
			z.address.SetText(c.Org)
		}
		z.keepDraft()
	}, z.redraw)
	if c.Org != "" {
		z.recognise()
	}
	if c.Name != "" {
		z.askSecret()
	}
	return z
}

func (z *wizard) makeFields() {
	c := z.c
	z.address = kit.NewEntry(lang.L("Address"), "https://contoso.crm4.dynamics.com")
	z.name = kit.NewEntry(lang.L("Name"), "")
	z.tenant = kit.NewEntry(lang.L("Tenant"), lang.L("an ID, or a domain such as contoso.com"))
	z.client = kit.NewEntry(lang.L("Client ID"), "00000000-0000-0000-0000-000000000000")
	z.secret = kit.NewSecretEntry(z.secretLabel())
	z.expires = kit.NewEntry(lang.L("Ends on"), lang.L("for example 2027-03-31"))
	z.user = kit.NewEntry(lang.L("User"), `CONTOSO\ada`)
	z.paste = kit.NewMemo(lang.L("Paste here"), lang.L("the whole mail, or what the script printed"), 4)
	z.address.Text, z.name.Text, z.tenant.Text, z.client.Text, z.expires.Text, z.user.Text = c.Org, c.Name, c.Tenant, c.ClientID, c.SecretExpires, c.User
	z.address.OnChanged = func(string) { z.recognise(); z.redraw() }
	z.name.OnChanged = func(string) { z.named = true; z.gate() }
	z.tenant.OnChanged = func(string) {
		z.typed = true
		if z.knowsSecret {
			z.askSecret()
		}
		z.gate()
	}
	z.client.OnChanged = func(text string) {
		if guid.MatchString(strings.TrimSpace(text)) {
			z.askSecret()
		}
		z.redraw()
	}
	for _, e := range []*kit.Entry{z.secret, z.expires, z.user} {
		e.OnChanged = func(string) { z.redraw() }
	}
	for _, e := range []*kit.Entry{z.address, z.name, z.tenant, z.client, z.secret, z.expires, z.user} {
		e.OnSubmitted = func(string) { z.w.connections().enter() }
	}
	for _, e := range []*kit.Entry{z.address, z.tenant, z.client} {
		e.OnPaste = z.pastedAddress
	}
	z.paste.OnPaste = z.pasted
	z.paste.OnChanged = func(string) { z.unread = false; z.redraw() }
}

func (z *wizard) secretLabel() string {
	if z.c.Auth == project.Windows {
		return lang.L("Password")
	}
	return lang.L("Client secret")
}

// present is the connection as the fields say it now.
func (z *wizard) present() project.Connection {
	c := z.c
	c.Tenant, c.ClientID, c.User = strings.TrimSpace(z.tenant.Text), strings.TrimSpace(z.client.Text), strings.TrimSpace(z.user.Text)
	c.HasSecret, c.HasCertificate = false, false
	switch {
	case c.Auth == project.Windows:
		c.SecretExpires, c.Certificate = "", project.CertificateFacts{}
		return c
	case c.Auth == project.Secret || c.Auth == project.Certificate:
		c.Auth = project.Secret
		if z.credential == credentialCertificate {
			c.Auth = project.Certificate
		}
	default:
		c.HasSecret, c.HasCertificate = z.credential == credentialSecret, z.credential == credentialCertificate
	}
	c.SecretExpires = ""
	if c.NeedsSecret() {
		c.SecretExpires, _ = readDate(z.expires.Text)
	}
	return c
}

// keepDraft puts what is there so far into the project.
func (z *wizard) keepDraft() {
	if z.old == "" {
		return
	}
	z.w.keep(z.c, z.old)
	z.old = z.c.Name
}

func (z *wizard) redraw() {
	if z.w.connections().wizard == z && z.w.place == placeConnection {
		z.w.connections().render()
	}
}

// gate switches the strong button on or off without drawing the page anew.
func (z *wizard) gate() {
	if b := z.w.connections().primary; b != nil && (z.step <= stepValues || z.step == stepEdit) {
		b.Unless(z.lacks())
	}
}

func (z *wizard) render(p *connections) {
	title, about := lang.L("Connect to Dynamics 365"), lang.L("Four steps; nothing is written to Dynamics 365.")
	if z.old != "" {
		title, about = z.c.Name, hostWords(z.c)
	}
	var actions []fyne.CanvasObject
	stepper := kit.Pad(0, 0, 4, 0, kit.Stepper([]string{lang.L("Address"), lang.L("Values"), lang.L("Sign in"), lang.L("Test")}, z.step))
	var cards []fyne.CanvasObject
	switch z.step {
	case stepEdit:
		p.page.Set(kit.PageHead(title, about, z.editActions(p)...), z.editCards()...)
		return
	case stepAddress:
		cards = z.addressCards(p)
	case stepValues:
		cards = z.valueCards(p)
	case stepSignIn:
		cards = z.signInCards(p)
	default:
		actions, cards = z.testCards(p)
	}
	if z.step != stepTest {
		actions = z.actions(p)
	}
	p.page.Set(kit.PageHead(title, about, actions...), append([]fyne.CanvasObject{stepper}, cards...)...)
}

// leave ends the wizard; what was kept stays as a draft.
func (z *wizard) leave() {
	z.still()
	z.w.connections().wizard = nil
	if z.w.connection() == nil {
		z.w.open(placeWelcome)
		return
	}
	z.w.open(placeConnection)
}

// still ends what is under way.
func (z *wizard) still() {
	z.signing.Cancel()
	z.discovering.Cancel()
	z.keeping.Cancel()
	z.clock.Cancel()
}

// back goes one step back; from the first it leaves.
func (z *wizard) back() {
	switch {
	case z.signing != nil:
		z.signing.Cancel()
	case z.keeping != nil:
		z.keeping.Cancel()
	case z.step == stepAddress || z.step == stepEdit || z.step == stepValues && z.c.Practice:
		z.leave()
	default:
		z.step--
		z.fault = nil
		z.redraw()
		z.arrive()
	}
}

// actions stand in the page's head, where they are always seen: back, cancel, on. While one waits for the browser
// the card has its own Cancel.
func (z *wizard) actions(p *connections) []fyne.CanvasObject {
	if p.primary == nil {
		return nil
	}
	row := []fyne.CanvasObject{}
	if z.step > stepAddress && !(z.step == stepValues && z.c.Practice) {
		row = append(row, kit.LinkIcon("back", lang.L("Back"), z.back))
	}
	return append(row, kit.Plain(lang.L("Cancel"), z.leave), p.primary)
}

// arrive begins a step at its top, with the focus where one types first.
func (z *wizard) arrive() {
	p := z.w.connections()
	if p.wizard != z || z.w.place != placeConnection {
		return
	}
	p.page.Top()
	switch {
	case z.step == stepAddress:
		z.w.win.Canvas().Focus(z.address)
	case z.step == stepValues && z.have == haveValues && !z.c.Practice && z.client.Text == "":
		z.w.win.Canvas().Focus(z.paste)
	case z.step == stepValues && z.c.Auth != project.Windows && (z.have == haveForgotten || z.have == haveValues):
		z.w.win.Canvas().Focus(z.client)
	default:
		z.w.win.Canvas().Unfocus()
	}
}

func (z *wizard) discover() {
	z.tenantFault = nil
	c := z.c
	z.discovering = task.Go(z.w.run, func(ctx context.Context, _ func(struct{})) (project.Connection, error) {
		return z.w.o.Engine.Discover(ctx, c)
	}, nil, func(c project.Connection, err error) {
		z.discovering = nil
		if err != nil {
			if f := core.AsFault(err); f.Kind != core.Stopped {
				z.tenantFault = f
			}
		} else if z.step != stepSignIn && z.step != stepTest && z.keeping == nil {
			z.discovered(c) // later the secret lies under the names that were there
		}
		z.redraw()
	})
}

// discovered takes what the environment said about itself.
func (z *wizard) discovered(c project.Connection) {
	if !z.typed && c.Tenant != "" {
		z.tenant.Text, z.c.Tenant = c.Tenant, c.Tenant
		z.tenant.Refresh()
	}
	z.settle(c.Tenant)
	if z.c.Kind == "" {
		z.c.Kind = c.Kind
	}
}

// askSecret looks whether the keychain has a secret for the values that stand in the fields.
func (z *wizard) askSecret() {
	c := z.present()
	z.asked++
	asked := z.asked
	task.Go(z.w.run, func(ctx context.Context, _ func(struct{})) (bool, error) {
		return z.w.o.Engine.KnowsSecret(ctx, c), nil
	}, nil, func(known bool, _ error) {
		if z.asked == asked && z.knowsSecret != known {
			z.knowsSecret = known
			z.redraw()
		}
	})
}

package ui

import (
	"context"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// wizard makes or changes one connection: address, values, sign in, test.
type wizard struct {
	w    *Window
	step int
	c    project.Connection
	old  string // its name in the project; "" while it is not there yet

	address, name, tenant, client, secret *kit.Entry

	found        Address
	addressFault *core.Fault
	discovering  *task.Task
	tenantFault  *core.Fault
	knowsSecret  bool
	keeping      *task.Task
	valuesFault  *core.Fault
	memoryOnly   *core.Fault

	person   string // who one signs in as in the practice environment
	signing  *task.Task
	news     SignInStep
	fault    *core.Fault
	signedAs *SignedIn

	typed bool // the tenant was typed by hand
	named bool // the name was
}

// Steps of the wizard.
const (
	stepAddress = iota
	stepValues
	stepSignIn
	stepTest
)

func newWizard(w *Window, c project.Connection, step int) *wizard {
	z := &wizard{w: w, step: step, c: c, old: c.Name, named: c.Name != "", typed: c.Tenant != ""}
	if w.project == nil || c.Name == "" {
		z.old = ""
	}
	z.address = kit.NewEntry(lang.L("Address"), "https://contoso.crm4.dynamics.com")
	z.name = kit.NewEntry(lang.L("Name"), "")
	z.tenant = kit.NewEntry(lang.L("Tenant"), lang.L("an ID, or a domain such as contoso.com"))
	z.client = kit.NewEntry(lang.L("Client ID"), "00000000-0000-0000-0000-000000000000")
	z.secret = kit.NewSecretEntry(lang.L("Client secret"), "")
	z.address.Text, z.name.Text, z.tenant.Text, z.client.Text = c.Org, c.Name, c.Tenant, c.ClientID
	z.address.OnChanged = func(string) { z.recognise(); z.redraw() }
	z.name.OnChanged = func(string) { z.named = true; z.gate() }
	z.tenant.OnChanged = func(string) { z.typed = true; z.gate() }
	z.client.OnChanged = func(text string) {
		if guid.MatchString(strings.TrimSpace(text)) {
			z.askSecret()
		}
		z.redraw()
	}
	z.secret.OnChanged = func(string) { z.redraw() }
	for _, e := range []*kit.Entry{z.address, z.name, z.tenant, z.client, z.secret} {
		e.OnSubmitted = func(string) { w.connections().enter() }
	}
	if c.Org != "" {
		z.recognise()
	}
	if c.Name != "" {
		z.askSecret()
	}
	return z
}

func (z *wizard) redraw() {
	if z.w.connections().wizard == z && z.w.place == placeConnection {
		z.w.connections().render()
	}
}

// gate switches the strong button on or off without drawing the page anew.
func (z *wizard) gate() {
	if b := z.w.connections().primary; b != nil && z.step <= stepValues {
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
	z.signing.Cancel()
	z.discovering.Cancel()
	z.w.connections().wizard = nil
	if z.w.connection() == nil {
		z.w.open(placeWelcome)
		return
	}
	z.w.open(placeConnection)
}

// back goes one step back; from the first it leaves.
func (z *wizard) back() {
	switch {
	case z.signing != nil:
		z.signing.Cancel()
	case z.step == stepAddress || z.step == stepValues && z.c.Practice:
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

func (z *wizard) recognise() {
	z.found, z.addressFault = Address{}, nil
	text := strings.TrimSpace(z.address.Text)
	if text == "" {
		return
	}
	a, err := z.w.o.Engine.Recognise(text)
	if err != nil {
		z.addressFault = core.AsFault(err)
		return
	}
	z.found = a
	if !z.named {
		z.name.Text = z.freeName(a.Name)
		z.name.Refresh()
	}
}

// freeName makes a name that no other connection has.
func (z *wizard) freeName(name string) string {
	if name == "" {
		name = lang.L("Dynamics 365")
	}
	r := []rune(name)
	name = strings.ToUpper(string(r[:1])) + string(r[1:])
	free := name
	for n := 2; z.taken(free); n++ {
		free = name + " " + strconv.Itoa(n)
	}
	return free
}

func (z *wizard) taken(name string) bool {
	if z.w.project == nil {
		return false
	}
	for _, c := range z.w.project.Connections {
		if c.Name == name && name != z.old {
			return true
		}
	}
	return false
}

func (z *wizard) addressCards(p *connections) []fyne.CanvasObject {
	parts := []fyne.CanvasObject{
		kit.Head(lang.L("Which environment?")),
		kit.QuietPara(lang.L("Open Dynamics 365 in your browser and paste what stands in its address bar. Ferry takes the part it needs.")),
		kit.Labeled(z.address.Label(), "", z.address),
	}
	switch {
	case z.addressFault != nil:
		parts = append(parts, kit.FaultCard(z.addressFault, kit.FaultCalls{Browse: z.w.browse}))
	case z.found.Org != "":
		words := []string{}
		for _, s := range []string{z.found.Name, z.found.Region, z.found.Cloud} {
			if s != "" {
				words = append(words, s)
			}
		}
		if z.found.OnPrem {
			words = append(words, lang.L("not one of Microsoft's addresses"))
		}
		parts = append(parts, kit.Hint("check", strings.Join(words, " · "), look.Passed),
			kit.Pad(0, 0, 0, 23, kit.NewElided(z.found.Org, kit.Style{Mono: true, Size: look.CaptionSize, Ink: look.Quiet})))
		if z.found.Warning != "" {
			parts = append(parts, kit.Hint("warn", z.found.Warning, look.Warned))
		}
		parts = append(parts, kit.Labeled(z.name.Label(), lang.L("What you want to call this connection."), kit.AtMost(360, z.name)))
	}
	next := kit.Primary(lang.L("Continue"), z.toValues)
	next.Unless(z.lacks())
	p.primary = next
	return []fyne.CanvasObject{kit.Card(kit.Column(12, parts...))}
}

// lacks says why the present step cannot be left yet.
func (z *wizard) lacks() string {
	switch z.step {
	case stepAddress:
		switch {
		case strings.TrimSpace(z.address.Text) == "":
			return lang.L("Paste the address first.")
		case z.found.Org == "":
			return lang.L("Ferry does not recognise this address.")
		}
		return z.nameLacks()
	case stepValues:
		switch {
		case strings.TrimSpace(z.client.Text) == "":
			return lang.L("Fill in “{{.Field}}” first.", kit.M{"Field": z.client.Label()})
		case z.c.Auth == project.Secret && z.secret.Text == "" && !z.knowsSecret:
			return lang.L("Fill in “{{.Field}}” first.", kit.M{"Field": z.secret.Label()})
		case z.keeping != nil:
			return lang.L("The secret is being put into the keychain.")
		}
	}
	return ""
}

func (z *wizard) nameLacks() string {
	switch name := strings.TrimSpace(z.name.Text); {
	case name == "":
		return lang.L("Give the connection a name first.")
	case z.taken(name):
		return lang.L("Another connection has this name already.")
	}
	return ""
}

// toValues keeps the address and asks the environment who its tenant is.
func (z *wizard) toValues() {
	if z.c.Org != z.found.Org && z.c.Org != "" {
		z.typed = false
		z.tenant.Text = ""
	}
	z.c.Org, z.c.Name = z.found.Org, strings.TrimSpace(z.name.Text)
	z.w.keep(z.c, z.old)
	z.old = z.c.Name
	z.step = stepValues
	z.discover()
	z.askSecret()
	z.redraw()
	z.arrive()
}

// arrive begins a step at its top, with the focus where one types first.
func (z *wizard) arrive() {
	p := z.w.connections()
	if p.wizard != z || z.w.place != placeConnection {
		return
	}
	p.page.Top()
	switch z.step {
	case stepAddress:
		z.w.win.Canvas().Focus(z.address)
	case stepValues:
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
		} else {
			if !z.typed && c.Tenant != "" {
				z.tenant.Text, z.c.Tenant = c.Tenant, c.Tenant
				z.tenant.Refresh()
			}
			if z.c.Kind == "" {
				z.c.Kind = c.Kind
			}
		}
		z.redraw()
	})
}

// choose says who signs in.
func (z *wizard) choose(a project.Auth) {
	z.c.Auth = a
	z.askSecret()
	z.redraw()
}

// askSecret looks whether the keychain has a secret for the values that stand in the fields.
func (z *wizard) askSecret() {
	c := z.c
	c.Tenant, c.ClientID = strings.TrimSpace(z.tenant.Text), strings.TrimSpace(z.client.Text)
	task.Go(z.w.run, func(ctx context.Context, _ func(struct{})) (bool, error) {
		return z.w.o.Engine.KnowsSecret(ctx, c), nil
	}, nil, func(known bool, _ error) {
		if z.knowsSecret != known {
			z.knowsSecret = known
			z.redraw()
		}
	})
}

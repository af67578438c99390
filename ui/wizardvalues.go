package ui

import (
	"context"
	"regexp"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/core/setup"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

var guid = regexp.MustCompile(`^\{?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\}?$`)

func (z *wizard) valueCards(p *connections) []fyne.CanvasObject {
	if z.keeping != nil {
		return z.provingCards()
	}
	next := kit.Primary(lang.L("Continue to sign-in"), z.toSignIn)
	cards := []fyne.CanvasObject{}
	if z.valuesFault != nil {
		cards = append(cards, kit.FaultCard(z.valuesFault, z.valuesCalls()))
	}
	asks := !z.c.Practice && z.have != haveForgotten
	if asks && z.c.Auth != project.Windows {
		cards = append(cards, z.haveCard())
	}
	switch {
	case z.c.Auth == project.Windows:
		cards = append(cards, z.whoCard(), z.fieldsCard(false))
	case asks && z.have == haveNothing:
		cards = append(cards, z.whoCard(), z.askCard())
		next = kit.Primary(lang.L("I sent it: wait for the answer"), z.waitForRegistration)
	case asks && z.have == haveRights:
		cards = append(cards, z.whoCard(), z.registerCard(), z.fieldsCard(true))
	case asks:
		cards = append(cards, z.fieldsCard(true), z.whoCard())
	default:
		cards = append(cards, z.whoCard(), z.fieldsCard(false))
	}
	if !z.c.Practice && (z.have != haveNothing || z.c.Auth == project.Windows) {
		cards = append(cards, z.advanced.card())
	}
	next.Unless(z.lacks())
	p.primary = next
	return cards
}

func (z *wizard) haveCard() fyne.CanvasObject {
	choice := func(icon string, words, meaning string, h have) fyne.CanvasObject {
		return kit.NewChoice(icon, words, meaning, z.have == h, func() {
			z.have = h
			z.redraw()
		})
	}
	return kit.Card(kit.Column(10, kit.Head(lang.L("What do you have?")), kit.Equal(12,
		choice("", lang.L("Values somebody sent me"), lang.L("A client ID, a tenant, perhaps a secret. Paste the whole mail."), haveValues),
		choice("", lang.L("I can register an app in Entra"), lang.L("One script does all of it, or you follow the steps with links."), haveRights),
		choice("", lang.L("Neither"), lang.L("Ferry writes the text for the person who can."), haveNothing))))
}

// whoCard asks who signs in and what the application shows.
func (z *wizard) whoCard() fyne.CanvasObject {
	application := z.c.Auth == project.Secret || z.c.Auth == project.Certificate
	person := !application && z.c.Auth != project.Windows
	choices := []fyne.CanvasObject{
		kit.NewChoice("person", lang.L("I sign in"), lang.L("In the browser. Ferry sees what you may see. Not for runs at night."), person, func() { z.choose(project.Browser) }),
		kit.NewChoice("app", lang.L("The application signs in"), lang.L("Works at night too. Needs an application user in the environment."), application, func() { z.choose(project.Secret) }),
	}
	if z.found.OnPrem && !z.c.Practice || z.c.Auth == project.Windows {
		choices = append(choices, kit.NewChoice("key", lang.L("Windows sign-in"), lang.L("With a Windows user and password, on your own servers."), z.c.Auth == project.Windows, func() { z.choose(project.Windows) }))
	}
	parts := []fyne.CanvasObject{kit.Head(lang.L("Who signs in?")), kit.Equal(12, choices...)}
	switch {
	case person:
		parts = append(parts, kit.NewTick(lang.L("Use a code on another device, because no browser can be used here"), z.c.Auth == project.Device, func(on bool) {
			z.c.Auth = project.Browser
			if on {
				z.c.Auth = project.Device
			}
			z.redraw()
		}))
		parts = append(parts, kit.Row(12, kit.Quiet(lang.L("The app registration also has")), kit.Segments(
			[]string{lang.L("nothing"), lang.L("a client secret"), lang.L("a certificate")}, int(z.credential), func(i int) { z.prove(credential(i)) }), kit.Space()))
	case application:
		chosen := 0
		if z.credential == credentialCertificate {
			chosen = 1
		}
		parts = append(parts, kit.Row(12, kit.Quiet(lang.L("It proves itself with")), kit.Segments([]string{lang.L("a client secret"), lang.L("a certificate")}, chosen,
			func(i int) { z.prove(credential(i + 1)) }), kit.Space()))
	}
	return kit.Card(kit.Column(12, parts...))
}

// choose says who signs in.
func (z *wizard) choose(a project.Auth) {
	z.chose, z.proved = true, false
	z.c.Auth = a
	switch {
	case a == project.Secret && z.credential == credentialNone:
		z.credential = credentialSecret
	case a == project.Browser && z.secret.Text == "" && z.c.Certificate.Thumbprint == "":
		z.credential = credentialNone
	}
	z.secret.SetLabel(z.secretLabel())
	z.askSecret()
	z.redraw()
}

// prove says what the application shows beside its client ID.
func (z *wizard) prove(c credential) {
	z.credential, z.proved = c, false
	z.askSecret()
	z.redraw()
}

// fieldsCard holds the values themselves, and the box that finds them in a mail.
func (z *wizard) fieldsCard(box bool) fyne.CanvasObject {
	parts := []fyne.CanvasObject{}
	switch {
	case box && z.have == haveRights:
		parts = append(parts, kit.Head(lang.L("What came out")), kit.QuietPara(lang.L("Paste what the script printed at its end, or fill in the fields.")))
	case box:
		parts = append(parts, kit.Head(lang.L("Paste the whole mail")), kit.QuietPara(lang.L("Ferry finds the values in it and shows where each one went. The box is emptied at once.")))
	case z.c.Auth == project.Windows:
		parts = append(parts, kit.Head(lang.L("User and password")))
	default:
		parts = append(parts, kit.Head(lang.L("What the app registration says")))
	}
	if box {
		parts = append(parts, z.pasteParts()...)
	} else if found := z.foundNotes(); found != nil {
		parts = append(parts, found)
	}
	if z.c.Auth == project.Windows {
		parts = append(parts, kit.Pair(kit.Labeled(z.user.Label(), lang.L(`With its domain: CONTOSO\ada, or ada@contoso.local.`), z.user), z.secretField()))
		return kit.Card(kit.Column(14, parts...))
	}
	parts = append(parts, kit.Pair(z.tenantField(), z.clientField()))
	switch z.credential {
	case credentialSecret:
		if z.c.Practice {
			parts = append(parts, z.secretField())
		} else {
			parts = append(parts, kit.Pair(z.secretField(), z.expiresField()))
		}
	case credentialCertificate:
		if !box || z.have != haveRights || z.byHand { // else it stands with the script, which uploads it
			parts = append(parts, z.certificate.part())
		}
	}
	if box := z.redirectBox(); box != nil && z.have != haveRights {
		parts = append(parts, box)
	}
	return kit.Card(kit.Column(14, parts...))
}

func (z *wizard) tenantField() fyne.CanvasObject {
	field := kit.Labeled(z.tenant.Label(), "", z.tenant)
	switch {
	case z.discovering != nil:
		field.Add(kit.Row(8, kit.NewSpinner(), kit.Grow(kit.Caption(lang.L("Asking the environment who its tenant is…")))))
	case z.tenantFault != nil:
		field.Add(kit.WarningCard(z.tenantFault, kit.FaultCalls{Browse: z.w.browse, Again: func() { z.discover(); z.redraw() }, Quiet: true}))
	case z.tenant.Text != "" && !z.typed:
		field.Add(kit.Hint("check", lang.L("The environment said so itself."), look.Passed))
	default:
		field.Add(kit.CaptionPara(lang.L("The directory (tenant) ID. Leave it empty and Ferry asks the environment.")))
	}
	return field
}

func (z *wizard) clientField() fyne.CanvasObject {
	field := kit.Labeled(z.client.Label(), lang.L("The application (client) ID."), z.client)
	if id := strings.TrimSpace(z.client.Text); id != "" && !guid.MatchString(id) {
		field.Add(kit.Hint("warn", lang.L("A client ID usually looks like 1a2b3c4d-1a2b-1a2b-1a2b-1a2b3c4d5e6f."), look.Warned))
	}
	return field
}

func (z *wizard) secretField() fyne.CanvasObject {
	help := lang.L("The Value of the secret. Ferry keeps it in the keychain of this computer.")
	if z.c.Auth == project.Windows {
		help = lang.L("Ferry keeps it in the keychain of this computer.")
	}
	z.secret.PlaceHolder = ""
	switch {
	case z.knowsSecret && z.c.Practice:
		z.secret.PlaceHolder = lang.L("leave empty to use the one of the practice environment")
	case z.knowsSecret:
		z.secret.PlaceHolder = lang.L("kept; leave empty to use it")
	}
	field := kit.Labeled(z.secret.Label(), help, z.secret)
	if z.c.Auth != project.Windows && guid.MatchString(strings.TrimSpace(z.secret.Text)) {
		field.Add(kit.Hint("warn", lang.L("This looks like the Secret ID. The secret itself stands in the column “Value”, and is shown only right after it was made."), look.Warned))
	}
	return field
}

func (z *wizard) expiresField() fyne.CanvasObject {
	field := kit.Labeled(z.expires.Label(), "", z.expires)
	date, ok := readDate(z.expires.Text)
	switch {
	case !ok:
		field.Add(kit.Hint("warn", lang.L("Write it as year-month-day: 2027-03-31."), look.Warned))
	case date == "":
		field.Add(kit.CaptionPara(lang.L("Stands beside the secret, in the column “Expires”. Ferry then reminds you in time.")))
	default:
		words, ink, icon := endWords(date, z.w.o.Now())
		field.Add(kit.Hint(icon, words, ink))
	}
	return field
}

// redirectBox shows what has to stand in the app registration so that the browser finds its way back; nil where nothing
// has to.
func (z *wizard) redirectBox() fyne.CanvasObject {
	c := z.present()
	uri, platform := setup.RedirectURI(setup.Way(c.Auth), c.HasSecret || c.HasCertificate)
	if uri == "" || c.Auth == project.Windows {
		return nil
	}
	if z.c.Redirect != "" {
		uri = z.c.Redirect
	}
	return kit.Column(6, kit.NewText(lang.L("Redirect URI"), kit.Style{Bold: true, Size: 13}),
		kit.CopyBox(lang.L("In the app registration, Authentication, platform “{{.Platform}}”", kit.M{"Platform": platform}), uri, z.w.clip),
		kit.CaptionPara(lang.L("“Access tokens”, “ID tokens” and “Expose an API” are not needed.")))
}

// valuesLack says why the values are not enough yet.
func (z *wizard) valuesLack() string {
	needs := func(e *kit.Entry) string { return lang.L("Fill in “{{.Field}}” first.", kit.M{"Field": e.Label()}) }
	asks := !z.c.Practice && z.have != haveForgotten
	switch {
	case z.keeping != nil:
		return lang.L("The values are being tried.")
	case asks && z.have == haveNothing && z.c.Auth != project.Windows:
		return ""
	case z.c.Auth == project.Windows && strings.TrimSpace(z.user.Text) == "":
		return needs(z.user)
	case z.c.Auth == project.Windows && z.secret.Text == "" && !z.knowsSecret:
		return needs(z.secret)
	case z.c.Auth == project.Windows:
		return ""
	case strings.TrimSpace(z.client.Text) == "":
		return needs(z.client)
	case z.discovering != nil && strings.TrimSpace(z.tenant.Text) == "":
		return lang.L("Asking the environment who its tenant is…")
	case z.credential == credentialSecret && z.secret.Text == "" && !z.knowsSecret:
		return needs(z.secret)
	case z.credential == credentialCertificate && z.c.Certificate.Thumbprint == "":
		return lang.L("Choose a certificate, or let Ferry make one.")
	}
	if _, ok := readDate(z.expires.Text); !ok {
		return lang.L("Write the date as 2027-03-31, or leave it empty.")
	}
	return ""
}

// toSignIn tries the secret or the certificate, keeps the values, and goes on. A secret goes to the keychain and nowhere
// else.
func (z *wizard) toSignIn() {
	before := z.c
	z.c = z.present()
	z.valuesFault, z.memoryOnly, z.proved = nil, nil, false
	if before.Auth != z.c.Auth || before.ClientID != z.c.ClientID || before.Tenant != z.c.Tenant {
		z.c.Tested = ""
	}
	z.w.keep(z.c, z.old)
	z.old = z.c.Name
	secret := core.NewSecret(strings.TrimSpace(z.secret.Text))
	if !z.c.NeedsSecret() && z.c.Auth != project.Windows {
		secret = core.Secret{}
	}
	if secret.Empty() && !z.c.NeedsCertificate() {
		z.enterSignIn()
		return
	}
	z.keepSecret(secret, z.c.Auth != project.Windows)
}

// keepSecret tries what the application shows and keeps it when it works.
func (z *wizard) keepSecret(secret core.Secret, try bool) {
	c := z.c
	z.proving, z.valuesFault = try, nil
	z.keeping = task.Go(z.w.run, func(ctx context.Context, _ func(struct{})) (*core.Fault, error) {
		if try {
			if err := z.w.o.Engine.Prove(ctx, c, secret); err != nil {
				return nil, err
			}
		}
		if secret.Empty() {
			return nil, nil
		}
		return z.w.o.Engine.KeepSecret(ctx, c, secret)
	}, nil, func(warning *core.Fault, err error) {
		z.keeping = nil
		if err != nil {
			if f := core.AsFault(err); f.Kind != core.Stopped {
				z.valuesFault = f
			}
			z.redraw()
			z.w.connections().page.Top()
			return
		}
		z.secret.Text = ""
		z.secret.Refresh()
		z.w.session(c.Name).lost = false
		z.knowsSecret, z.memoryOnly, z.proved = z.knowsSecret || !secret.Empty(), warning, try
		z.enterSignIn()
	})
	z.redraw()
}

func (z *wizard) provingCards() []fyne.CanvasObject {
	about := ""
	if z.proving {
		about = lang.L("Ferry asks Microsoft for a sign-in as the application. That proves tenant, client ID and secret, whatever comes later.")
		if z.c.NeedsCertificate() {
			about = lang.L("Ferry asks Microsoft for a sign-in as the application. That proves tenant, client ID and certificate, whatever comes later.")
		}
	}
	return []fyne.CanvasObject{kit.WaitingCard(lang.L("Trying the values…"), about, kit.Space(), kit.Plain(lang.L("Cancel"), z.keeping.Cancel))}
}

// valuesCalls are the buttons under values that did not work.
func (z *wizard) valuesCalls() kit.FaultCalls {
	calls := z.w.faultCalls(&z.c, nil)
	secret := core.NewSecret(strings.TrimSpace(z.secret.Text))
	if f := z.valuesFault; z.proving && (z.c.Auth.Person() || f.Kind == core.Offline || f.Kind == core.Busy) {
		calls.Mend, calls.MendBy = func() { z.keepSecret(secret, false) }, lang.L("Keep it and go on all the same")
	}
	calls.Again, calls.Quiet = z.toSignIn, true
	return calls
}

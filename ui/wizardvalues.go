package ui

import (
	"context"
	"regexp"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

var guid = regexp.MustCompile(`^\{?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\}?$`)

func (z *wizard) valueCards(p *connections) []fyne.CanvasObject {
	next := kit.Primary(lang.L("Continue to sign-in"), z.toSignIn)
	next.Unless(z.lacks())
	p.primary = next
	how := kit.Column(10, kit.Head(lang.L("Who signs in?")), kit.Equal(12,
		kit.NewChoice("person", lang.L("I sign in"), lang.L("In your browser, with your own account. Ferry sees what you may see."),
			z.c.Auth != project.Secret, func() { z.choose(project.Browser) }),
		kit.NewChoice("app", lang.L("The application signs in"), lang.L("With a client secret. Works at night too, and needs an application user in the environment."),
			z.c.Auth == project.Secret, func() { z.choose(project.Secret) })))
	parts := []fyne.CanvasObject{kit.Head(lang.L("What the app registration says")),
		kit.QuietPara(lang.L("These values stand on the overview page of the app registration in Microsoft Entra. Somebody may have sent them to you.")),
		z.tenantField(), z.clientField(), z.secretField()}
	if z.c.Auth != project.Secret {
		parts = append(parts, z.redirectBox())
	}
	if z.valuesFault != nil {
		parts = append(parts, kit.FaultCard(z.valuesFault, kit.FaultCalls{Browse: z.w.browse, Again: z.toSignIn, Quiet: true}))
	}
	return []fyne.CanvasObject{kit.Card(how), kit.Card(kit.Column(14, parts...))}
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
	help := lang.L("Only if the app registration asks for one. Ferry keeps it in the keychain of this computer.")
	label := lang.L("Client secret (optional)")
	if z.c.Auth == project.Secret {
		help, label = lang.L("The Value of the secret. Ferry keeps it in the keychain of this computer."), lang.L("Client secret")
	}
	z.secret.PlaceHolder = ""
	switch {
	case z.knowsSecret && z.c.Practice:
		z.secret.PlaceHolder = lang.L("leave empty to use the one of the practice environment")
	case z.knowsSecret:
		z.secret.PlaceHolder = lang.L("kept in the keychain; leave empty to use that one")
	}
	field := kit.Labeled(label, help, z.secret)
	if guid.MatchString(strings.TrimSpace(z.secret.Text)) {
		field.Add(kit.Hint("warn", lang.L("This looks like the Secret ID. The secret itself stands in the column “Value”, and is shown only right after it was made."), look.Warned))
	}
	return field
}

// redirectBox shows what has to stand in the app registration so that the browser finds its way back.
func (z *wizard) redirectBox() fyne.CanvasObject {
	platform, uri := lang.L("Mobile and desktop applications"), "http://localhost"
	if z.hasSecret() {
		platform, uri = lang.L("Web"), "http://localhost:33333/signin"
	}
	if z.c.Redirect != "" {
		uri = z.c.Redirect
	}
	return kit.Column(6, kit.NewText(lang.L("Redirect URI"), kit.Style{Bold: true, Size: 13}),
		kit.CopyBox(lang.L("In the app registration, Authentication, platform “{{.Platform}}”", kit.M{"Platform": platform}), uri, z.w.clip),
		kit.CaptionPara(lang.L("“Access tokens”, “ID tokens” and “Expose an API” are not needed.")))
}

func (z *wizard) hasSecret() bool {
	return z.secret.Text != "" || z.knowsSecret && z.c.HasSecret
}

// toSignIn keeps the values; a secret goes to the keychain and nowhere else.
func (z *wizard) toSignIn() {
	z.c.Tenant, z.c.ClientID = strings.TrimSpace(z.tenant.Text), strings.TrimSpace(z.client.Text)
	z.c.HasSecret = z.c.Auth == project.Browser && z.hasSecret()
	z.valuesFault, z.memoryOnly = nil, nil
	z.w.keep(z.c, z.old)
	z.old = z.c.Name
	text := strings.TrimSpace(z.secret.Text)
	if text == "" {
		z.enterSignIn()
		return
	}
	c, secret := z.c, core.NewSecret(text)
	z.keeping = task.Go(z.w.run, func(ctx context.Context, _ func(struct{})) (*core.Fault, error) {
		return z.w.o.Engine.KeepSecret(ctx, c, secret)
	}, nil, func(warning *core.Fault, err error) {
		z.keeping = nil
		if err != nil {
			z.valuesFault = core.AsFault(err)
			z.redraw()
			return
		}
		z.secret.Text = ""
		z.secret.Refresh()
		z.knowsSecret, z.memoryOnly = true, warning
		z.enterSignIn()
	})
	z.gate()
}

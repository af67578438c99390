package ui

import (
	"context"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/core/setup"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// setupValues is what scripts, links and mails about a connection are made from.
func (w *Window) setupValues(c project.Connection) setup.Values {
	return setup.Values{
		Name: c.Name, Org: c.Org, Tenant: c.Tenant, ClientID: c.ClientID, Way: setup.Way(c.Auth), WithSecret: c.HasSecret,
		Redirect: c.Redirect, Tables: w.tables(), At: w.o.Now(), Version: w.o.Version,
	}
}

// registerCard leads to an app registration, by a script or step by step.
func (z *wizard) registerCard() fyne.CanvasObject {
	chosen := 0
	if z.byHand {
		chosen = 1
	}
	parts := []fyne.CanvasObject{
		kit.Row(12, kit.Grow(kit.Head(lang.L("Register the app"))), kit.Segments([]string{lang.L("With a script"), lang.L("Step by step")}, chosen, func(i int) {
			z.byHand = i == 1
			z.redraw()
		})),
	}
	if z.byHand {
		parts = append(parts, z.registerSteps())
	} else {
		parts = append(parts, z.script()...)
	}
	return kit.Card(kit.Column(12, parts...))
}

// script is the set-up script, to copy or to save.
func (z *wizard) script() []fyne.CanvasObject {
	c := z.present()
	kinds := []setup.ScriptKind{setup.Bash, setup.PowerShell}
	chosen := 0
	if z.shell == setup.PowerShell {
		chosen = 1
	}
	parts := []fyne.CanvasObject{
		kit.QuietPara(lang.L("It registers the app for your organisation alone, gives it what it needs, and prints what to paste below. Open Azure Cloud Shell, paste the script, press Enter.")),
	}
	row := []fyne.CanvasObject{kit.Segments([]string{lang.L("Bash"), lang.L("PowerShell")}, chosen, func(i int) { z.shell = kinds[i]; z.redraw() }), kit.Space()}
	if page := cloudShell(setup.CloudOf(c.Org)); page != "" {
		row = append(row, kit.LinkIcon("external", lang.L("Open Cloud Shell"), func() { z.w.browse(page) }))
	}
	parts = append(parts, kit.Row(10, row...))
	v := z.w.setupValues(c)
	v.ClientID = ""
	if c.NeedsCertificate() {
		v.Certificate, z.certificate.scripted = z.certificate.cer, true
		parts = append(parts, z.certificate.part())
		if len(v.Certificate) == 0 {
			return append(parts, kit.Hint("warn", lang.L("Make or choose the certificate first: the script uploads it."), look.Warned))
		}
	}
	text, err := setup.Script(z.shell, v)
	if err != nil {
		return append(parts, kit.FaultCard(core.AsFault(err), kit.FaultCalls{Browse: z.w.browse}))
	}
	name := "ferry-setup.sh"
	if z.shell == setup.PowerShell {
		name = "ferry-setup.ps1"
	}
	return append(parts, kit.Handout(text, true, 150, z.w.clip, func() { z.w.saveFile(name, []byte(text)) }))
}

// cloudShell is where scripts run in a browser; "" where a cloud has none.
func cloudShell(cloud setup.Cloud) string {
	switch cloud {
	case setup.GCCHigh, setup.DoD:
		return "https://portal.azure.us/#cloudshell/"
	case setup.China:
		return ""
	}
	return "https://shell.azure.com"
}

// registerSteps are the steps by hand, each with a link straight to its page.
func (z *wizard) registerSteps() fyne.CanvasObject {
	c := z.present()
	z.certificate.scripted = false
	n := 0
	rows := []fyne.CanvasObject{}
	step := func(words string, page setup.Page, more ...fyne.CanvasObject) {
		n++
		if l, ok := setup.LinkTo(page, setup.CloudOf(c.Org), c.Tenant, c.ClientID, c.Org); ok {
			more = append(more, kit.Row(0, kit.LinkIcon("external", l.Title, func() { z.w.browse(l.URL) }), kit.Space()))
		}
		rows = append(rows, kit.NumberedStep(n, words, more...))
	}
	step(lang.L("Make a new registration. Name: Ferry. Supported account types: this organisational directory only. Press Register."), setup.PageNewRegistration)
	step(lang.L("On its overview page copy the application (client) ID and the directory (tenant) ID into the fields below. The links that follow then lead straight to your app."), setup.PageOverview)
	if uri, platform := setup.RedirectURI(setup.Way(c.Auth), c.HasSecret || c.HasCertificate); uri != "" {
		step(lang.L("Under Authentication add the platform “{{.Platform}}” with this redirect URI. “Access tokens” and “ID tokens” stay off.", kit.M{"Platform": platform}), setup.PageAuthentication,
			kit.CopyBox(lang.L("Redirect URI, platform “{{.Platform}}”", kit.M{"Platform": platform}), uri, z.w.clip))
	}
	if c.Auth == project.Device {
		step(lang.L("Under Authentication set “Allow public client flows” to Yes."), setup.PageAuthentication)
	}
	if c.Auth.Person() {
		step(lang.L("Under API permissions add Dynamics CRM, delegated, user_impersonation, and press Grant admin consent. “Expose an API” is not needed."), setup.PagePermissions)
	}
	switch z.credential {
	case credentialSecret:
		step(lang.L("Under Certificates & secrets make a new client secret and copy its Value at once: it is shown only now. Note the day on which it ends."), setup.PageSecrets)
	case credentialCertificate:
		step(lang.L("Make a certificate here, save it, and upload it under Certificates & secrets, Certificates."), setup.PageSecrets)
	}
	if !c.Auth.Person() {
		step(lang.L("In the Power Platform admin center add an application user for this client ID and give it a security role that may read the tables you want."), setup.PageApplicationUsers)
	}
	return kit.Column(14, rows...)
}

// saveFile asks for a folder, writes a file into it and opens the folder.
func (w *Window) saveFile(name string, data []byte) {
	w.pickTarget(filepath.Join(w.o.Documents, name), func(path string) {
		task.Go(w.run, func(ctx context.Context, _ func(struct{})) (struct{}, error) {
			if err := w.o.Engine.SaveFile(ctx, path, data); err != nil {
				return struct{}{}, err
			}
			return struct{}{}, w.o.Engine.Show(path)
		}, nil, func(_ struct{}, err error) {
			if err != nil {
				w.tell(lang.L("The file was not saved"), err)
			}
		})
	})
}

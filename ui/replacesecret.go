package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/core/setup"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// replaceSecret asks for a new client secret. It takes the place of the old one only when it works.
func (w *Window) replaceSecret(c project.Connection) {
	secret := kit.NewSecretEntry(lang.L("New client secret"))
	expires := kit.NewEntry(lang.L("Ends on"), lang.L("for example 2027-03-31"))
	below := container.NewStack()
	var sheet *kit.Sheet
	var replace *kit.Button
	var trying *task.Task
	show := func(o ...fyne.CanvasObject) {
		kit.Still(below)
		below.Objects = o
		sheet.Refit()
	}
	gate := func() {
		reason := ""
		_, ok := readDate(expires.Text)
		switch {
		case trying != nil:
			reason = lang.L("The secret is being tried.")
		case strings.TrimSpace(secret.Text) == "":
			reason = lang.L("Fill in “{{.Field}}” first.", kit.M{"Field": secret.Label()})
		case !ok:
			reason = lang.L("Write the date as 2027-03-31, or leave it empty.")
		}
		replace.Unless(reason)
	}
	try := func() {
		if replace.Disabled() {
			return
		}
		date, _ := readDate(expires.Text)
		text := core.NewSecret(strings.TrimSpace(secret.Text))
		trying = task.Go(w.run, func(ctx context.Context, _ func(struct{})) (*core.Fault, error) {
			return w.o.Engine.ReplaceSecret(ctx, c, text)
		}, nil, func(warning *core.Fault, err error) {
			trying = nil
			if w.closedSheet(sheet) {
				return
			}
			if err != nil {
				gate()
				show(kit.Column(8, kit.FaultCard(core.AsFault(err), kit.FaultCalls{Browse: w.browse}), kit.CaptionPara(lang.L("The old secret is still in place."))))
				return
			}
			sheet.Close()
			w.secretReplaced(c.Name, date, warning)
		})
		gate()
		show(kit.Row(10, kit.NewSpinner(), kit.Grow(kit.Quiet(lang.L("Trying the new secret…")))))
	}
	replace = kit.Primary(lang.L("Try it and replace"), try)
	for _, e := range []*kit.Entry{secret, expires} {
		e.OnSubmitted = func(string) { try() }
		e.OnChanged = func(string) {
			gate()
			show()
			if e == secret && guid.MatchString(strings.TrimSpace(secret.Text)) {
				show(kit.Hint("warn", lang.L("This looks like the Secret ID. The secret itself stands in the column “Value”, and is shown only right after it was made."), look.Warned))
			}
		}
	}
	body := []fyne.CanvasObject{kit.QuietPara(lang.L("Make a new secret in the app registration under Certificates & secrets and paste its Value. Ferry tries it first; the old one stays until the new one works."))}
	if l, ok := setup.LinkTo(setup.PageSecrets, setup.CloudOf(c.Org), c.Tenant, c.ClientID, c.Org); ok {
		body = append(body, kit.Row(0, kit.LinkIcon("external", l.Title, func() { w.browse(l.URL) }), kit.Space()))
	}
	body = append(body, kit.Labeled(secret.Label(), "", secret), kit.Labeled(expires.Label(), lang.L("May stay empty."), kit.AtMost(220, expires)), below)
	sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Replace the client secret"), Width: 560, Body: kit.Column(12, body...), Focus: secret, Closed: func() { trying.Cancel() },
		Buttons: []fyne.CanvasObject{kit.Plain(lang.L("Cancel"), func() { sheet.Close() }), replace},
	})
	gate()
}

// secretReplaced keeps the new end date and tests the connection with the new secret.
func (w *Window) secretReplaced(name, date string, warning *core.Fault) {
	if c := w.named(name); c != nil {
		c.SecretExpires = date
		w.save()
	}
	if s := w.session(name); s.testing == nil {
		s.tables, s.tablesFault = nil, nil
	}
	if warning != nil {
		w.tell(lang.L("The secret was replaced"), warning)
	}
	w.test(name)
}

package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/core/setup"
	"ferry/ui/kit"
	"ferry/ui/look"
)

// askCard is the text for the person who can register an app.
func (z *wizard) askCard() fyne.CanvasObject {
	v := z.w.setupValues(z.present())
	parts := []fyne.CanvasObject{kit.Head(lang.L("Send this to your administrator")),
		kit.QuietPara(lang.L("It says what is wanted, why, and each click. When the answer comes, paste it here."))}
	if z.present().NeedsCertificate() {
		v.Certificate, z.certificate.scripted = z.certificate.cer, false
		parts = append(parts, z.certificate.part())
	}
	return kit.Card(kit.Column(12, append(parts, z.w.letter(setup.AskRegistration, v, 220))...))
}

// letter is a mail to somebody, to read and to copy.
func (w *Window) letter(kind setup.AskKind, v setup.Values, height float32) fyne.CanvasObject {
	return kit.Handout(letterText(kind, v), false, height, w.clip, nil)
}

func letterText(kind setup.AskKind, v setup.Values) string {
	subject, body := setup.Ask(kind, v)
	return lang.L("Subject: {{.Subject}}", kit.M{"Subject": subject}) + "\n\n" + body
}

// waitForRegistration keeps the draft as waiting for somebody who registers an app.
func (z *wizard) waitForRegistration() {
	z.c = z.present()
	z.w.waitFor(z.c, z.old, core.EntraAdmin, string(setup.AskRegistration))
	z.still()
	z.w.connections().wizard = nil
	z.w.open(placeConnection)
}

// waitFor keeps a connection as waiting for somebody.
func (w *Window) waitFor(c project.Connection, old string, who core.Owner, what string) {
	c.Waiting = project.Waiting{For: who, What: what, Since: w.o.Now().UTC().Format(time.RFC3339)}
	w.keep(c, old)
}

// arrived ends the waiting of a connection.
func (w *Window) arrived(name string) {
	for i := range w.own().Connections {
		c := &w.project.Connections[i]
		if c.Name == name && c.Waiting != (project.Waiting{}) {
			c.Waiting = project.Waiting{}
			w.save()
		}
	}
}

// waitingCard says what was asked, of whom and when, and what can be done meanwhile.
func (w *Window) waitingCard(c *project.Connection) fyne.CanvasObject {
	copied := kit.PlainIcon("copy", lang.L("Copy again"), nil)
	row := []fyne.CanvasObject{kit.Link(lang.L("No longer waiting"), func() { w.arrived(c.Name); w.refresh() }), kit.Space()}
	if w.letterOf(*c) {
		copied.Does(func() {
			w.copyLetter(*c)
			copied.SetWords(lang.L("Copied"))
		})
		row = append(row, copied)
	}
	words, next := lang.L("Try again"), func() { w.retry(*c) }
	if c.Waiting.What == string(setup.AskRegistration) {
		words = lang.L("Enter the answer")
	}
	try := kit.Primary(words, next)
	w.connections().primary = try
	parts := []fyne.CanvasObject{
		kit.TopRow(12, kit.NewIcon("wait", look.Warned, 22), kit.Grow(kit.Column(4,
			kit.NewText(lang.L("Waiting for {{.Who}}", kit.M{"Who": string(c.Waiting.For)}), kit.Style{Bold: true, Size: look.HeadSize, Wrap: true}),
			kit.Para(lang.L("{{.What}} Asked {{.When}}.", kit.M{"What": askedWords(c.Waiting.What), "When": w.sinceWords(c.Waiting.Since)})),
			kit.QuietPara(lang.L("Meanwhile you can choose the destination. Ferry keeps waiting when it is closed.")))))}
	return kit.Tinted(look.WarnedTint, kit.Column(12, append(parts, kit.Row(10, append(row, try)...))...))
}

// askedWords says in a sentence what somebody was asked for.
func askedWords(what string) string {
	switch setup.AskKind(what) {
	case setup.AskRegistration:
		return lang.L("To register an app for Ferry and to send its values.")
	case setup.AskApproval:
		return lang.L("To allow the app to be used.")
	case setup.AskApplicationUser:
		return lang.L("To make the application user in the environment and to give it a role.")
	}
	return lang.L("To mend what the test found.")
}

// sinceWords says when something was, from a time of a project file.
func (w *Window) sinceWords(since string) string {
	t, err := time.Parse(time.RFC3339, since)
	if err != nil {
		return ""
	}
	return kit.When(t.Local(), w.o.Now())
}

// letterOf reports whether the text that was sent can be made once more. What a test found is known only until Ferry is
// closed; trying again finds it anew.
func (w *Window) letterOf(c project.Connection) bool {
	switch setup.AskKind(c.Waiting.What) {
	case setup.AskRegistration, setup.AskApproval, setup.AskApplicationUser:
		return true
	}
	return w.faultOf(c) != nil
}

// faultOf is the Fault of this session's test that somebody was asked to mend.
func (w *Window) faultOf(c project.Connection) *core.Fault {
	for _, check := range w.session(c.Name).checks {
		if check.Fault != nil && check.Fault.Code == c.Waiting.What {
			return check.Fault
		}
	}
	return nil
}

// copyLetter copies the text that was sent once more; of an approval with a fresh link.
func (w *Window) copyLetter(c project.Connection) {
	kind, v := setup.AskKind(c.Waiting.What), w.setupValues(c)
	if f := w.faultOf(c); f != nil {
		kind, v.Fault = setup.AskFault, f
	}
	if kind != setup.AskApproval {
		w.clip(letterText(kind, v))
		return
	}
	w.consentLink(c, func(link string) {
		v.ConsentLink = link
		w.clip(letterText(kind, v))
	})
}

// retry goes on where the waiting began.
func (w *Window) retry(c project.Connection) {
	p := w.connections()
	switch setup.AskKind(c.Waiting.What) {
	case setup.AskRegistration:
		p.wizard = newWizard(w, c, stepValues)
		p.wizard.have = haveValues
		w.open(placeConnection)
		p.wizard.arrive()
	case setup.AskApproval:
		p.wizard = newWizard(w, c, stepSignIn)
		w.open(placeConnection)
		p.wizard.signIn()
	default:
		w.open(placeConnection)
		w.test(c.Name)
	}
}

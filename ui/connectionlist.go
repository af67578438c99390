package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// standing says how a connection stands.
type standing int

const (
	draft     standing = iota // never passed a test
	failing                   // the newest test of this session failed
	waiting                   // for somebody
	available                 // the newest test passed
)

func stateOf(c project.Connection, s *session) standing {
	switch {
	case s != nil && s.testing == nil && (s.problem != nil && s.problem.Kind != core.Stopped || !s.tested.IsZero() && s.problem == nil && !core.Available(s.checks)):
		return failing
	case c.Waiting != (project.Waiting{}):
		return waiting
	case c.Tested == "" && !(s != nil && s.signedIn && c.Practice):
		return draft
	}
	return available
}

func stateChip(s standing) fyne.CanvasObject {
	switch s {
	case failing:
		return kit.Chip("✕ "+lang.L("failing"), look.Failed, look.FailedTint)
	case waiting:
		return kit.Chip("… "+lang.L("waiting"), look.Warned, look.WarnedTint)
	case draft:
		return kit.Chip("– "+lang.L("draft"), look.Quiet, look.Field)
	}
	return kit.Chip("✓ "+lang.L("available"), look.Passed, look.PassedTint)
}

// list shows all connections; one is in use.
func (p *connections) list(present *project.Connection) fyne.CanvasObject {
	w := p.w
	rows := []fyne.CanvasObject{}
	for i := range w.project.Connections {
		c := w.project.Connections[i]
		word, color := kindOf(c)
		sign, style := fyne.CanvasObject(kit.Sized(18, 18, kit.Empty())), kit.Style{}
		if c.Name == present.Name {
			sign, style = kit.NewIcon("check", look.Primary, 18), kit.Style{Bold: true}
		}
		where := []fyne.CanvasObject{kit.Grow(kit.NewElided(hostWords(c), kit.Style{Ink: look.Quiet, Size: 13}))}
		ends := ""
		switch {
		case c.NeedsSecret():
			ends = c.SecretExpires
		case c.NeedsCertificate():
			ends = c.Certificate.Expires
		}
		if chip := lifeChip(ends, w.o.Now()); chip != nil {
			where = append(where, chip)
		}
		parts := []fyne.CanvasObject{sign, kit.Grow(kit.NewElided(c.Name, style)), kit.Grow(kit.Row(8, where...)),
			kit.Sized(86, 0, kit.Row(0, kit.Space(), stateChip(stateOf(c, w.sessions[c.Name])))), kit.Sized(68, 0, kit.Row(0, kit.Chip(word, look.OnKind, color), kit.Space()))}
		row := kit.NewPick(kit.Row(10, parts...), func() { p.use(c.Name) })
		row.Unless(w.busyReason())
		rows = append(rows, row)
	}
	return kit.On(kit.NewBox(look.Card, look.Line, look.Radius), kit.PadAll(6, kit.Column(2, rows...)))
}

func (p *connections) use(name string) {
	p.w.project.Connection = name
	p.w.save()
	p.w.refresh()
}

// copy makes a second connection with the same values; it has to pass a test of its own.
func (p *connections) copy(c project.Connection) {
	c.Name = p.w.freeName(c.Name, "")
	c.Tested, c.Waiting = "", project.Waiting{}
	p.w.keep(c, "")
	p.change(c, stepAddress)
}

// disconnect forgets tokens and secrets after asking.
func (p *connections) disconnect(c project.Connection) {
	var sheet *kit.Sheet
	forgets := lang.L("Ferry forgets the sign-in that this computer keeps for it.")
	switch {
	case c.Auth == project.Windows:
		forgets = lang.L("Ferry forgets the password that this computer keeps for it.")
	case c.NeedsSecret():
		forgets = lang.L("Ferry forgets the sign-in and the client secret that this computer keeps for it.")
	case c.NeedsCertificate():
		forgets = lang.L("Ferry forgets the sign-in and the certificate with its key that this computer keeps for it. A certificate that Ferry made is gone for good.")
	}
	parts := []fyne.CanvasObject{kit.Para(forgets),
		kit.QuietPara(lang.L("The values stay in the list, and so does what was imported. You can sign in again later. At Microsoft the app registration stays as it is."))}
	if twin := p.w.sharer(c); twin != "" {
		parts = append(parts, kit.Hint("warn", lang.L("The connection {{.Name}} uses the same ones and has to sign in again too.", kit.M{"Name": twin}), look.Warned))
	}
	sheet = kit.ShowSheet(p.w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Disconnect from {{.Name}}?", kit.M{"Name": c.Name}),
		Body:  kit.Column(8, parts...),
		Buttons: []fyne.CanvasObject{
			kit.Plain(lang.L("Cancel"), func() { sheet.Close() }),
			kit.Primary(lang.L("Disconnect"), func() { sheet.Close(); p.signOut(c, false) }),
		},
	})
}

// sharer is the name of another connection that signs in with the same values, "" when there is none.
func (w *Window) sharer(c project.Connection) string {
	for _, o := range w.own().Connections {
		if o.Name != c.Name && o.Org == c.Org && o.Tenant == c.Tenant && o.ClientID == c.ClientID && o.User == c.User && o.Auth == c.Auth {
			return o.Name
		}
	}
	return ""
}

// delete takes a connection off the list after asking. What another connection uses too is not forgotten.
func (p *connections) delete(c project.Connection) {
	var sheet *kit.Sheet
	words := lang.L("Its values go from the list, and Ferry forgets the sign-in and the secrets that this computer keeps for it. What was imported stays.")
	twin := p.w.sharer(c)
	if twin != "" {
		words = lang.L("Its values go from the list. The sign-in stays, because {{.Name}} uses it too. What was imported stays.", kit.M{"Name": twin})
	}
	sheet = kit.ShowSheet(p.w.win.Canvas(), kit.SheetJob{
		Title: lang.L("Delete {{.Name}}?", kit.M{"Name": c.Name}),
		Body:  kit.QuietPara(words),
		Buttons: []fyne.CanvasObject{
			kit.Plain(lang.L("Cancel"), func() { sheet.Close() }),
			kit.Danger(lang.L("Delete"), func() {
				sheet.Close()
				if twin != "" {
					p.w.forget(c.Name)
					p.w.remove(c.Name)
					p.gone()
					return
				}
				p.signOut(c, true)
			}),
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
		} else if k := w.named(c.Name); k != nil && err == nil {
			k.Certificate, k.SecretExpires = project.CertificateFacts{}, ""
			w.save()
		}
		p.gone()
	})
}

// gone draws what is left.
func (p *connections) gone() {
	p.of, p.advanced = "", nil
	if p.w.connection() == nil {
		p.w.open(placeWelcome)
		return
	}
	p.w.refresh()
}

func (w *Window) remove(name string) {
	w.project.Remove(name)
	w.save()
}

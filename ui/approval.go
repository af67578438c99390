package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/core/setup"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// needsApproval reports whether only an administrator can let the sign-in pass.
func needsApproval(f *core.Fault) bool {
	return f.Code == "signin.admin-consent" || f.Code == "signin.no-consent"
}

// stopFor ends the waiting for the browser and shows a Fault that its page told.
func (z *wizard) stopFor(f *core.Fault) {
	signing := z.signing
	z.signing = nil
	z.clock.Cancel()
	signing.Cancel()
	z.news, z.fault = SignInStep{}, f
	z.redraw()
}

// approvalCards are the three ways when an administrator has to approve.
func (z *wizard) approvalCards(f *core.Fault) []fyne.CanvasObject {
	w := z.w
	if z.consent == "" && z.asking == nil {
		z.askConsent()
	}
	z.w.connections().primary = kit.Primary(lang.L("I asked: wait for the answer"), func() {
		z.still()
		w.waitFor(z.c, z.old, core.EntraAdmin, string(setup.AskApproval))
		w.connections().wizard = nil
		w.open(placeConnection)
	})
	v := w.setupValues(z.c)
	v.ConsentLink = z.consent
	link := kit.Plain(lang.L("Copy only the link"), nil)
	link.Does(func() { w.clip(z.consent); link.SetWords(lang.L("Copied")) })
	open := kit.LinkIcon("external", lang.L("I am one: open the page"), func() { w.browse(z.consent) })
	if z.consent == "" {
		link.Unless(lang.L("The link is being made."))
		open.Unless(lang.L("The link is being made."))
	}
	first := []fyne.CanvasObject{kit.QuietPara(lang.L("Once, for everybody. Send this text: it has the link and says what is asked for.")),
		w.letter(setup.AskApproval, v, 150), kit.Row(10, link, open, kit.Space()),
		kit.Hint("warn", lang.L("After “Accept” the administrator's browser may say that it cannot reach localhost. That is expected: it is done all the same."), look.Warned)}
	if z.consentFault != nil {
		first = append(first, kit.FaultCard(z.consentFault, kit.FaultCalls{Browse: w.browse, Again: z.askConsent, Quiet: true}))
	}
	signIn := lang.L("Sign in here")
	return []fyne.CanvasObject{
		kit.FaultCard(&core.Fault{Kind: core.Busy, Cause: lang.L("Need admin approval: {{.Cause}}", kit.M{"Cause": f.Cause}),
			Remedy: lang.L("There are three ways. One of them is enough."), Details: f.Details}, kit.FaultCalls{Browse: w.browse}),
		kit.Card(kit.Column(10, append([]fyne.CanvasObject{kit.Head(lang.L("1. The administrator grants it for everybody"))}, first...)...)),
		kit.Card(kit.Column(10, kit.Head(lang.L("2. The administrator signs in here once")),
			kit.QuietPara(lang.L("On Microsoft's page the administrator ticks “Consent on behalf of your organization” and accepts. Afterwards you sign in yourself.")),
			kit.Row(0, kit.Plain(signIn, z.signIn), kit.Space()))),
		kit.Card(kit.Column(10, kit.Head(lang.L("3. A user of its own, with few rights")),
			kit.QuietPara(lang.L("Ask for a user just for Ferry, with a licence and a role that only reads. The administrator accepts once for that user. Then sign in here as that user: nobody's own account is involved.")))),
	}
}

// askConsent fetches the page on which an administrator grants for everybody.
func (z *wizard) askConsent() {
	z.consentFault = nil
	c := z.c
	z.asking = task.Go(z.w.run, func(ctx context.Context, _ func(struct{})) (string, error) {
		return z.w.o.Engine.ConsentLink(ctx, c)
	}, nil, func(link string, err error) {
		z.consent = link
		if err != nil {
			z.consentFault = core.AsFault(err)
		}
		z.redraw()
	})
}

// consentLink fetches the page on which an administrator grants for everybody, for a connection that waits.
func (w *Window) consentLink(c project.Connection, then func(link string)) {
	task.Go(w.run, func(ctx context.Context, _ func(struct{})) (string, error) {
		return w.o.Engine.ConsentLink(ctx, c)
	}, nil, func(link string, err error) {
		if err != nil {
			w.tell(lang.L("The link could not be made"), err)
			return
		}
		then(link)
	})
}

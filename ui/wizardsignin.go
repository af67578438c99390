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

// enterSignIn opens the third step. An application needs nobody, so it is asked at once.
func (z *wizard) enterSignIn() {
	z.step, z.fault, z.signedAs = stepSignIn, nil, nil
	if z.c.Auth == project.Secret {
		z.signIn()
		z.arrive()
		return
	}
	z.redraw()
	z.arrive()
}

// signIn signs in anew and goes on to the test.
func (z *wizard) signIn() {
	if z.signing != nil {
		return
	}
	z.fault, z.news = nil, SignInStep{}
	c := z.c
	z.signing = task.Go(z.w.run, func(ctx context.Context, tell func(SignInStep)) (SignedIn, error) {
		return z.w.o.Engine.SignIn(ctx, c, tell)
	}, func(n SignInStep) {
		z.news = n
		z.redraw()
	}, z.signedIn)
	z.redraw()
}

func (z *wizard) signedIn(who SignedIn, err error) {
	z.signing = nil
	if err != nil {
		z.fault = core.AsFault(err)
		z.redraw()
		return
	}
	s := z.w.session(z.c.Name)
	s.who, s.signedIn = who, true
	s.tables, s.tablesFault = nil, nil
	z.signedAs = &who
	if who.Warning != nil {
		z.memoryOnly = who.Warning
	}
	z.step = stepTest
	z.w.test(z.c.Name)
	z.arrive()
	z.w.frame.render()
}

func (z *wizard) signInCards(p *connections) []fyne.CanvasObject {
	if z.signing != nil {
		return z.waitingCards()
	}
	cards := []fyne.CanvasObject{}
	if z.fault != nil && z.fault.Kind != core.Stopped {
		calls := z.w.faultCalls(&z.c, nil)
		cards = append(cards, kit.FaultCard(z.fault, calls))
	}
	application := z.c.Auth == project.Secret
	words, title, about := lang.L("Open the sign-in page"), lang.L("Sign in with your account"),
		lang.L("Your browser opens with Microsoft's sign-in page. Ferry never sees your password. When you have signed in, come back here.")
	switch {
	case application:
		words, title, about = lang.L("Sign in"), lang.L("The application signs in"), lang.L("Ferry asks for a sign-in with the client secret. Nobody has to do anything.")
	case z.c.Practice && z.person != "":
		title, about = lang.L("Sign in to the practice environment"),
			lang.L("Your browser opens with the sign-in page of the practice environment. You sign in as {{.Person}}; no password is needed.", kit.M{"Person": z.person})
	case z.c.Practice:
		title, about = lang.L("Sign in to the practice environment"), lang.L("Your browser opens with the sign-in page of the practice environment.")
	}
	if z.fault != nil {
		words = lang.L("Try again")
	}
	next := kit.Primary(words, z.signIn)
	p.primary = next
	facts := kit.Facts(
		kit.Fact{Name: lang.L("Environment"), Words: z.c.Org, Mono: true},
		kit.Fact{Name: lang.L("Tenant"), Words: z.c.Tenant, Mono: true},
		kit.Fact{Name: lang.L("Client ID"), Words: z.c.ClientID, Mono: true})
	cards = append(cards, kit.Card(kit.Column(12, kit.Head(title), kit.QuietPara(about), facts)))
	return cards
}

func (z *wizard) waitingCards() []fyne.CanvasObject {
	cancel := kit.Plain(lang.L("Cancel"), z.signing.Cancel)
	if z.c.Auth == project.Secret {
		return []fyne.CanvasObject{kit.WaitingCard(lang.L("Asking Microsoft for a sign-in…"), lang.L("The application signs in with its client secret. This takes a few seconds."), kit.Space(), cancel)}
	}
	if z.news.Link == "" {
		return []fyne.CanvasObject{kit.WaitingCard(lang.L("Opening the sign-in page…"), "", kit.Space(), cancel)}
	}
	link := z.news.Link
	again := kit.PlainIcon("external", lang.L("Open again"), func() { z.w.browse(link) })
	var copied *kit.Button
	copied = kit.PlainIcon("copy", lang.L("Copy the link"), func() {
		z.w.clip(link)
		copied.SetWords(lang.L("Copied"))
	})
	cards := []fyne.CanvasObject{kit.WaitingCard(lang.L("Waiting for you to sign in in the browser"),
		lang.L("Nothing opened? Open the page again, or copy the link into the browser you like. After “Accept” the browser may say that it cannot reach localhost; that is expected when somebody else accepts for you."),
		again, copied, kit.Space(), cancel)}
	if z.news.Fault != nil {
		cards = append([]fyne.CanvasObject{kit.WarningCard(z.news.Fault, kit.FaultCalls{Browse: z.w.browse})}, cards...)
	}
	return cards
}

// testCards is the last step: the test, live, and where to go next.
func (z *wizard) testCards(p *connections) (actions, cards []fyne.CanvasObject) {
	s := z.w.session(z.c.Name)
	good := core.Available(s.checks) && s.testing == nil
	again := kit.Strongest(!good, lang.L("Test again"), func() { z.w.test(z.c.Name) })
	if s.testing != nil {
		again.Unless(lang.L("The test is running."))
	}
	p.primary = again
	actions = []fyne.CanvasObject{again}
	if good {
		next := kit.Primary(lang.L("Continue"), z.finish)
		p.primary = next
		actions = append(actions, next)
	} else {
		actions = append([]fyne.CanvasObject{kit.LinkIcon("back", lang.L("Back"), z.back)}, actions...)
	}
	if z.memoryOnly != nil {
		cards = append(cards, kit.WarningCard(z.memoryOnly, kit.FaultCalls{Browse: z.w.browse}))
	}
	if z.signedAs != nil {
		cards = append(cards, kit.Hint("check", lang.L("Signed in as {{.Who}}", kit.M{"Who": whoWords(*z.signedAs)}), look.Passed))
	}
	return actions, append(cards, z.w.verdict(&z.c, s)...)
}

// finish ends the wizard; what comes next is the destination, or the import where there is one already.
func (z *wizard) finish() {
	z.w.connections().wizard = nil
	if z.w.project.Destination == nil {
		z.w.open(placeDestination)
		return
	}
	z.w.open(placeImport)
}

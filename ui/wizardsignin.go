package ui

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// enterSignIn opens the third step. Where nobody has to do anything, Ferry signs in at once.
func (z *wizard) enterSignIn() {
	z.step, z.fault, z.signedAs, z.page = stepSignIn, nil, nil, newPageAsk(z)
	if !z.asksPerson() {
		z.signIn()
		z.arrive()
		return
	}
	z.redraw()
	z.arrive()
}

// asksPerson reports whether somebody has to do something to sign in.
func (z *wizard) asksPerson() bool {
	return z.c.Auth == project.Browser || z.c.Auth == project.Device
}

// signIn signs in anew and goes on to the test.
func (z *wizard) signIn() {
	if z.signing != nil {
		return
	}
	z.fault, z.news, z.page = nil, SignInStep{}, newPageAsk(z)
	c := z.c
	var signing *task.Task
	signing = task.Go(z.w.run, func(ctx context.Context, tell func(SignInStep)) (SignedIn, error) {
		return z.w.o.Engine.SignIn(ctx, c, tell)
	}, func(n SignInStep) {
		z.news = n
		z.tick()
		z.redraw()
	}, func(who SignedIn, err error) {
		if z.signing == signing { // else it was given up for what the page said
			z.signedIn(who, err)
		}
	})
	z.signing = signing
	z.redraw()
}

// tick draws the time that is left of a code anew while it runs out.
func (z *wizard) tick() {
	z.clock.Cancel()
	if z.news.Until.IsZero() {
		return
	}
	z.clock = task.Every(z.w.run, time.Second, func() {
		if z.signing != nil && z.left != nil {
			z.left.SetWords(z.leftWords())
		}
	})
}

func (z *wizard) signedIn(who SignedIn, err error) {
	z.signing = nil
	z.clock.Cancel()
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
	if z.proved {
		cards = append(cards, z.provedHint())
	}
	words, title, about := z.signInWords()
	next := kit.Primary(words, z.signIn)
	p.primary = next
	if f := z.fault; f != nil && f.Kind != core.Stopped {
		if needsApproval(f) {
			return append(cards, z.approvalCards(f)...)
		}
		calls := z.w.faultCalls(&z.c, nil)
		if !z.c.Practice {
			calls.Mend, calls.MendBy, calls.Quiet = z.toChange, lang.L("Change values"), true
		}
		cards = append(cards, kit.FaultCard(f, calls))
		if box := z.redirectBox(); box != nil && strings.HasPrefix(f.Code, "signin.redirect") {
			cards = append(cards, kit.Card(box))
		}
	}
	facts := []kit.Fact{{Name: lang.L("Environment"), Words: z.c.Org, Mono: true}}
	for _, f := range []kit.Fact{{Name: lang.L("Tenant"), Words: z.c.Tenant, Mono: true}, {Name: lang.L("Client ID"), Words: z.c.ClientID, Mono: true},
		{Name: lang.L("User"), Words: z.c.User}} {
		if f.Words != "" {
			facts = append(facts, f)
		}
	}
	return append(cards, kit.Card(kit.Column(12, kit.Head(title), kit.QuietPara(about), kit.Facts(facts...))))
}

// signInWords are the strong button's label, and what the card says.
func (z *wizard) signInWords() (words, title, about string) {
	words, title = lang.L("Sign in"), lang.L("The application signs in")
	switch {
	case z.c.Auth == project.Secret:
		about = lang.L("Ferry asks for a sign-in with the client secret. Nobody has to do anything.")
	case z.c.Auth == project.Certificate:
		about = lang.L("Ferry asks for a sign-in with the certificate. Nobody has to do anything.")
	case z.c.Auth == project.Windows:
		title, about = lang.L("Windows sign-in"), lang.L("Ferry signs in with the Windows user and password. Nobody has to do anything.")
	case z.c.Auth == project.Device:
		words, title = lang.L("Get a code"), lang.L("Sign in on another device")
		about = lang.L("Ferry shows a short code. Type it on Microsoft's page, on any device with a browser, and sign in there.")
	case z.c.Practice && z.person != "":
		words, title = lang.L("Open the sign-in page"), lang.L("Sign in to the practice environment")
		about = lang.L("Your browser opens with the sign-in page of the practice environment. You sign in as {{.Person}}; no password is needed.", kit.M{"Person": z.person})
	case z.c.Practice:
		words, title, about = lang.L("Open the sign-in page"), lang.L("Sign in to the practice environment"), lang.L("Your browser opens with the sign-in page of the practice environment.")
	default:
		words, title = lang.L("Open the sign-in page"), lang.L("Sign in with your account")
		about = lang.L("Your browser opens with Microsoft's sign-in page. Ferry never sees your password. When you have signed in, come back here.")
	}
	if z.fault != nil {
		words = lang.L("Try again")
	}
	return words, title, about
}

func (z *wizard) provedHint() fyne.CanvasObject {
	if z.c.NeedsCertificate() {
		return kit.Hint("check", lang.L("Tenant, client ID and certificate belong together: Microsoft accepted them."), look.Passed)
	}
	return kit.Hint("check", lang.L("Tenant, client ID and client secret belong together: Microsoft accepted them."), look.Passed)
}

// waitingCards are what one sees while Ferry waits for the sign-in.
func (z *wizard) waitingCards() []fyne.CanvasObject {
	cancel := kit.Plain(lang.L("Cancel"), z.signing.Cancel)
	if !z.asksPerson() {
		_, title, _ := z.signInWords()
		return []fyne.CanvasObject{kit.WaitingCard(title, lang.L("This takes a few seconds."), kit.Space(), cancel)}
	}
	if z.news.Link == "" && z.news.Code == "" {
		words := lang.L("Opening the sign-in page…")
		if z.c.Auth == project.Device {
			words = lang.L("Asking for a code…")
		}
		return []fyne.CanvasObject{kit.WaitingCard(words, "", kit.Space(), cancel)}
	}
	cards := []fyne.CanvasObject{}
	if z.news.Fault != nil {
		cards = append(cards, kit.WarningCard(z.news.Fault, kit.FaultCalls{Browse: z.w.browse}))
	}
	if z.news.Code != "" {
		return append(cards, z.codeCard(cancel), z.page.card())
	}
	link := z.news.Link
	again := kit.PlainIcon("external", lang.L("Open again"), func() { z.w.browse(link) })
	return append(cards, kit.WaitingCard(lang.L("Waiting for you to sign in in the browser"),
		lang.L("Nothing opened? Open the page again, or copy the link into the browser you like. After “Accept” the browser may say that it cannot reach localhost; that is expected when somebody else accepts for you."),
		again, z.copyButton(lang.L("Copy the link"), link), kit.Space(), cancel), z.page.card())
}

// copyButton copies a text and says that it did.
func (z *wizard) copyButton(words, text string) *kit.Button {
	b := kit.PlainIcon("copy", words, nil)
	b.Does(func() {
		z.w.clip(text)
		b.SetWords(lang.L("Copied"))
	})
	return b
}

// codeCard shows the code that is typed on another device.
func (z *wizard) codeCard(cancel fyne.CanvasObject) fyne.CanvasObject {
	z.left = kit.Quiet(z.leftWords())
	page := z.news.Link
	code := kit.On(kit.NewBox(look.Field, look.Line, look.SmallRound), kit.Pad(14, 20, 14, 20,
		kit.NewText(z.news.Code, kit.Style{Mono: true, Bold: true, Size: 34})))
	return kit.Card(kit.Column(14,
		kit.Row(14, kit.NewSpinner(), kit.Grow(kit.StrongPara(lang.L("Waiting for you to type this code on Microsoft's page"))), z.left),
		kit.Row(14, code, kit.Grow(kit.Column(6, kit.QuietPara(lang.L("Open this page on any device with a browser, type the code, and sign in there:")),
			kit.NewElided(page, kit.Style{Mono: true, Size: 13})))),
		kit.Row(10, z.copyButton(lang.L("Copy the code"), z.news.Code), kit.PlainIcon("external", lang.L("Open the page"), func() { z.w.browse(page) }),
			z.copyButton(lang.L("Copy the link"), page), kit.Space(), cancel)))
}

func (z *wizard) leftWords() string {
	if z.news.Until.IsZero() {
		return ""
	}
	left := z.news.Until.Sub(z.w.o.Now())
	if left <= 0 {
		return lang.L("the code has ended")
	}
	return lang.L("{{.Time}} left", kit.M{"Time": kit.Clock(left)})
}

package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// sinceCards say what changed since last time, one card for each: somebody is waited for, a secret or certificate ends,
// what the keychain kept is lost. Where nothing changed there is no card.
func (w *Window) sinceCards(c *project.Connection) []fyne.CanvasObject {
	cards := []fyne.CanvasObject{}
	if c.Waiting != (project.Waiting{}) && w.place == placeConnection {
		cards = append(cards, w.waitingCard(c))
	} else if c.Waiting != (project.Waiting{}) {
		cards = append(cards, hintCard(lang.L("Waiting for {{.Who}}", kit.M{"Who": string(c.Waiting.For)})+": "+askedWords(c.Waiting.What), false,
			kit.Plain(lang.L("Show"), func() { w.open(placeConnection) })))
	}
	if c.Practice {
		return cards
	}
	if w.session(c.Name).lost {
		cards = append(cards, w.lostCard(c))
		return cards
	}
	if c.NeedsSecret() {
		if n, known := daysLeft(c.SecretExpires, w.o.Now()); known && n <= soon {
			cards = append(cards, hintCard(endingWords(n, false, c.SecretExpires), n < 0, kit.Plain(lang.L("Replace secret…"), func() { w.replaceSecret(*c) })))
		}
	}
	if c.NeedsCertificate() {
		if n, known := daysLeft(c.Certificate.Expires, w.o.Now()); known && n <= soon {
			cards = append(cards, hintCard(endingWords(n, true, c.Certificate.Expires), n < 0, kit.Plain(lang.L("Change values"), func() { w.connections().edit(*c) })))
		}
	}
	return cards
}

func endingWords(n int, certificate bool, date string) string {
	day := kit.M{"Date": longDate(date), "N": n}
	switch {
	case certificate && n < 0:
		return lang.L("The certificate ended on {{.Date}}. Choose or make a new one.", day)
	case certificate:
		return lang.N("The certificate ends in {{.N}} days, on {{.Date}}.", n, day)
	case n < 0:
		return lang.L("The client secret ended on {{.Date}}. Replace it.", day)
	}
	return lang.N("The client secret ends in {{.N}} days, on {{.Date}}.", n, day)
}

// hintCard is one line with what helps.
func hintCard(words string, bad bool, button fyne.CanvasObject) fyne.CanvasObject {
	ink, tint, icon := look.Warned, look.WarnedTint, "warn"
	if bad {
		ink, tint, icon = look.Failed, look.FailedTint, "cross"
	}
	return kit.Tinted(tint, kit.Row(12, kit.NewIcon(icon, ink, 18), kit.Grow(kit.Para(words)), button))
}

// lostCard says that the keychain no longer has what belongs to a connection.
func (w *Window) lostCard(c *project.Connection) fyne.CanvasObject {
	words := lang.L("The keychain of this computer no longer has the client secret of this connection. Enter it again.")
	switch {
	case c.Auth == project.Windows:
		words = lang.L("The keychain of this computer no longer has the password of this connection. Enter it again.")
	case c.NeedsCertificate():
		words = lang.L("The keychain of this computer no longer has the key of this connection's certificate. Choose the file again, or make a new certificate.")
	}
	return hintCard(words, true, kit.Plain(lang.L("Change values"), func() { w.connections().edit(*c) }))
}

// lookForLost asks, once at the start, whether the keychain still has what belongs to the connection in use. It is never
// asked for a project that somebody just opened.
func (w *Window) lookForLost() {
	c := w.connection()
	if c == nil || c.Practice || c.Tested == "" || !c.NeedsSecret() && !c.NeedsCertificate() && c.Auth != project.Windows {
		return
	}
	of := *c
	task.Go(w.run, func(ctx context.Context, _ func(struct{})) (bool, error) {
		if of.NeedsCertificate() {
			_, err := w.o.Engine.Certificate(ctx, of)
			return err != nil, nil
		}
		return !w.o.Engine.KnowsSecret(ctx, of), nil
	}, nil, func(lost bool, _ error) {
		if lost {
			w.session(of.Name).lost = true
			w.refresh()
		}
	})
}

package ui

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/core/setup"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// test runs Test connection on a connection from its beginning; its steps appear as they end.
func (w *Window) test(name string) { w.testFrom(name, nil) }

// testFrom goes on with a test whose steps are known: it begins where the last one failed.
func (w *Window) testFrom(name string, known []core.Check) {
	k := w.named(name)
	s := w.session(name)
	if k == nil || s.testing != nil {
		return
	}
	c := *k
	need := core.Need{Tables: w.tables(), Fresh: true, Known: known}
	s.checks, s.problem = nil, nil
	s.testing = task.Go(w.run, func(ctx context.Context, tell func([]core.Check)) ([]core.Check, error) {
		return collect(tell, func(one func(core.Check)) error { return w.o.Engine.CheckSource(ctx, c, need, one) })
	}, func(checks []core.Check) {
		s.checks = checks
		w.refresh()
	}, func(checks []core.Check, err error) {
		s.checks, s.testing, s.tested = checks, nil, w.o.Now()
		if err != nil {
			s.problem = core.AsFault(err)
		}
		if core.Available(checks) && err == nil {
			s.signedIn = true
			w.passed(name)
		}
		w.refresh()
		if p := w.connections(); w.place == placeConnection && p.worst != nil {
			p.page.Reveal(p.worst)
		}
	})
	w.refresh()
	w.connections().page.Top()
}

// passed keeps that a connection was available: it is no draft any more and waits for nobody.
func (w *Window) passed(name string) {
	if c := w.named(name); c != nil {
		w.signInMended(name)
		c.Tested, c.Waiting = w.o.Now().UTC().Format(time.RFC3339), project.Waiting{}
		w.save()
	}
}

// collect gathers the steps of a check, each in its newest state, and tells them all at every change.
func collect(tell func([]core.Check), check func(func(core.Check)) error) ([]core.Check, error) {
	var all []core.Check
	err := check(func(c core.Check) {
		found := false
		for i := range all {
			if all[i].ID == c.ID {
				all[i], found = c, true
			}
		}
		if !found {
			all = append(all, c)
		}
		tell(append([]core.Check(nil), all...))
	})
	return append([]core.Check(nil), all...), err
}

// verdict draws the result of a test, or the steps so far.
func (w *Window) verdict(c *project.Connection, s *session) []fyne.CanvasObject {
	cards := []fyne.CanvasObject{}
	known := s.checks
	calls := w.faultCalls(c, func() { w.testFrom(c.Name, known) })
	calls.Quiet = true
	calls.More = func(f *core.Fault) []fyne.CanvasObject { return w.mending(*c, f) }
	calls.Worst = func(o fyne.CanvasObject) { w.connections().worst = o }
	calls.Hints = func(f *core.Fault) []fyne.CanvasObject { return w.heeding(*c, f) }
	switch {
	case s.testing != nil && len(s.checks) == 0:
		cards = append(cards, kit.WaitingCard(lang.L("Testing the connection…"), "", kit.Space(), kit.Plain(lang.L("Cancel"), s.testing.Cancel)))
	case s.testing != nil:
		cards = append(cards, kit.Verdict(lang.L("Testing the connection…"), kit.Tally(s.checks), look.Ink, "wait"))
	case s.problem != nil && s.problem.Kind == core.Stopped:
	case s.problem != nil:
		cards = append(cards, kit.Verdict(lang.L("Connection unavailable"), kit.Tally(s.checks), look.Failed, "cross"), kit.FaultCard(s.problem, calls))
	case s.tested.IsZero():
	case core.Available(s.checks):
		cards = append(cards, kit.Verdict(lang.L("Connection available"), kit.Tally(s.checks), look.Passed, "check"))
	default:
		cards = append(cards, kit.Verdict(lang.L("Connection unavailable"), kit.Tally(s.checks), look.Failed, "cross"))
	}
	if len(s.checks) > 0 {
		cards = append(cards, kit.CheckList(s.checks, calls))
	}
	return cards
}

// mending are further buttons under a Fault of a test: what Ferry itself can do about it.
func (w *Window) mending(c project.Connection, f *core.Fault) []fyne.CanvasObject {
	buttons := []fyne.CanvasObject{}
	switch {
	case needsApproval(f):
		buttons = append(buttons, kit.Plain(lang.L("Show the three ways"), func() {
			w.connections().wizard = newWizard(w, c, stepSignIn)
			w.connections().wizard.fault = f
			w.open(placeConnection)
		}))
	case lacksUser(f) && !c.Auth.Person() && !c.Practice:
		buttons = append(buttons, kit.Plain(lang.L("Make the application user for me…"), func() { w.makeUser(c) }))
	case replacesSecret(f) && c.NeedsSecret() && !c.Practice:
		buttons = append(buttons, kit.Plain(lang.L("Replace secret…"), func() { w.replaceSecret(c) }))
	case f.Kind == core.SignIn && (c.Auth == project.Browser || c.Auth == project.Device):
		buttons = append(buttons, kit.Plain(lang.L("Sign in again"), func() { w.connections().change(c, stepSignIn) }))
	case (f.Kind == core.SignIn || f.Kind == core.Wrong) && f.Owner == core.You && !c.Practice:
		buttons = append(buttons, kit.Plain(lang.L("Change values"), func() { w.connections().edit(c) }))
	}
	if f.Owner != core.You && f.Owner != "" && c.Waiting == (project.Waiting{}) && !c.Practice {
		buttons = append(buttons, kit.Plain(lang.L("I asked: wait"), func() {
			w.connections().wizard = nil
			w.waitFor(c, c.Name, f.Owner, askedFor(c, f))
			w.open(placeConnection)
		}))
	}
	return buttons
}

// heeding are the buttons under a warning of a test.
func (w *Window) heeding(c project.Connection, f *core.Fault) []fyne.CanvasObject {
	switch {
	case c.Practice || !c.NeedsSecret():
	case f.Code == "dataverse.credential-end-unknown":
		return []fyne.CanvasObject{kit.Plain(lang.L("Enter the day"), func() {
			w.connections().edit(c)
			if z := w.connections().wizard; z != nil {
				w.win.Canvas().Focus(z.expires)
			}
		})}
	case f.Code == "dataverse.credential-ends-soon":
		return []fyne.CanvasObject{kit.Plain(lang.L("Replace secret…"), func() { w.replaceSecret(c) })}
	}
	return nil
}

// askedFor is what somebody is asked for because of a Fault, as a project keeps it.
func askedFor(c project.Connection, f *core.Fault) string {
	switch {
	case needsApproval(f):
		return string(setup.AskApproval)
	case lacksUser(f) && !c.Auth.Person():
		return string(setup.AskApplicationUser)
	}
	return f.Code
}

// lacksUser reports whether the environment does not know the application, or gave it no role.
func lacksUser(f *core.Fault) bool {
	switch f.Code {
	case "dataverse.no-application-user", "dataverse.application-user-without-role", "dataverse.not-a-member", "dataverse.no-user", "dataverse.no-role":
		return true
	}
	return false
}

// replacesSecret reports whether another client secret would mend it.
func replacesSecret(f *core.Fault) bool {
	switch f.Code {
	case "signin.secret-wrong", "signin.secret-expired", "signin.secret-missing", "dataverse.credential-expired":
		return true
	}
	return false
}

// saveReport writes the connection report of the newest test and shows it.
func (w *Window) saveReport(name string) {
	c, s := w.named(name), w.session(name)
	if c == nil || len(s.checks) == 0 {
		return
	}
	of, checks := *c, append([]core.Check(nil), s.checks...)
	file := plainName(name) + " connection report " + s.tested.Format(time.DateOnly) + ".html"
	w.pickTarget(filepath.Join(w.o.Documents, file), func(path string) {
		task.Go(w.run, func(ctx context.Context, _ func(struct{})) (struct{}, error) {
			return struct{}{}, w.o.Engine.SaveReport(ctx, of, checks, path)
		}, nil, func(_ struct{}, err error) {
			if err != nil {
				w.tell(lang.L("The report was not saved"), err)
				return
			}
			w.showFolder(path)
		})
	})
}

// plainName is a name that every file system takes.
func plainName(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '-'
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 60 {
		name = string(r[:60])
	}
	return strings.Trim(name, " .-")
}

// testCards is the wizard's last step: the test, live, and where to go next.
func (z *wizard) testCards(p *connections) (actions, cards []fyne.CanvasObject) {
	s := z.w.session(z.c.Name)
	good := core.Available(s.checks) && s.testing == nil && s.problem == nil
	again := kit.Strongest(!good, lang.L("Test again"), func() { z.w.test(z.c.Name) })
	if s.testing != nil {
		again.Unless(lang.L("The test is running."))
	}
	p.primary = again
	if s.testing == nil && len(s.checks) > 0 {
		actions = append(actions, kit.Plain(lang.L("Save report…"), func() { z.w.saveReport(z.c.Name) }))
	}
	actions = append(actions, again)
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
	if z.proved {
		cards = append(cards, z.provedHint())
	}
	if z.signedAs != nil {
		cards = append(cards, kit.Hint("check", lang.L("Signed in as {{.Who}}", kit.M{"Who": whoWords(*z.signedAs)}), look.Passed))
	}
	return actions, append(cards, z.w.verdict(z.kept(), s)...)
}

// kept is the connection as the project has it now.
func (z *wizard) kept() *project.Connection {
	if c := z.w.named(z.c.Name); c != nil {
		return c
	}
	return &z.c
}

// finish ends the wizard; what comes next is the destination, or the import where there is one already.
func (z *wizard) finish() {
	z.still()
	z.w.connections().wizard = nil
	if z.w.project.Destination == nil {
		z.w.open(placeDestination)
		return
	}
	z.w.open(placeImport)
}

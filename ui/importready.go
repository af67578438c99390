package ui

import (
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui/kit"
)

// unready says that the connection is not ready, and asks nobody.
func (p *imports) unready(c *project.Connection) {
	show := func() { p.w.open(placeConnection) }
	if c.Waiting != (project.Waiting{}) {
		p.missing(lang.L("Waiting for {{.Who}}", kit.M{"Who": string(c.Waiting.For)}), askedWords(c.Waiting.What), lang.L("Show the connection"), show)
		return
	}
	p.missing(lang.L("The connection is not ready yet"), lang.L("A draft: the values for the sign-in are still missing."), lang.L("Show the connection"), show)
}

// signInAgain opens the sign-in of the connection in use.
func (w *Window) signInAgain() {
	w.connections().wizard = newWizard(w, *w.connection(), stepSignIn)
	w.open(placeConnection)
}

// signInMend is what mends a sign-in that failed, and its button's label.
func (w *Window) signInMend(f *core.Fault) (mend func(), words string) {
	if c := w.connection(); c != nil && c.NeedsSecret() && !c.Practice && replacesSecret(f) {
		return func() { w.replaceSecret(*c) }, lang.L("Replace secret…")
	}
	return w.signInAgain, lang.L("Sign in again")
}

// signInMended lets what a failed sign-in stopped go on.
func (w *Window) signInMended(name string) {
	s := w.session(name)
	s.lost = false
	w.begun = begun{}
	if s.tablesFault != nil && s.tablesFault.Kind == core.SignIn {
		s.tables, s.tablesFault = nil, nil
	}
	if r := w.imports().result; r != nil && r.fault != nil && r.fault.Kind == core.SignIn {
		w.imports().result = nil
		w.loadRuns()
	}
}

package microsoft

import (
	"fmt"
	"net/http"
	"strings"
)

// How far an application was consented to.
const (
	Consented    = ""      // for everybody
	ConsentUser  = "user"  // each person is asked on a page
	ConsentAdmin = "admin" // only an administrator may consent
)

// change changes an application.
func (a *Authority) change(applicationID string, change func(*application)) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	app := a.apps[strings.ToLower(applicationID)]
	if app == nil {
		return fmt.Errorf("no such application")
	}
	change(app)
	return nil
}

// Change changes an application, as somebody does in the portal.
func (a *Authority) Change(applicationID string, change func(*Application)) error {
	return a.change(applicationID, func(app *application) { change(&app.Application) })
}

// ChangePerson changes who has that UPN.
func (a *Authority) ChangePerson(upn string, change func(*Person)) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.opts.People {
		if strings.EqualFold(a.opts.People[i].UPN, upn) {
			people := append([]Person(nil), a.opts.People...)
			change(&people[i])
			a.opts.People = people
			return nil
		}
	}
	return fmt.Errorf("no such person")
}

// FailOnPage shows this AADSTS code on Microsoft's own page instead of the sign-in, until FailOnPage(0). The
// application never hears of it.
func (a *Authority) FailOnPage(code int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failPage = code
}

// FailBack tells the application this AADSTS code, by its redirect URI, after somebody signed in, until FailBack(0).
func (a *Authority) FailBack(code int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failBack = code
}

// FailAtRedeeming answers codes and refresh tokens, of whichever kind, with this AADSTS code, until
// FailAtRedeeming(0). What comes before goes well.
func (a *Authority) FailAtRedeeming(code int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failRedeem = code
}

// Demand lets tokens be given only to who signed in with these claims: refresh tokens and codes without them are
// answered with an error that holds them. "" demands none any more.
//
// Microsoft identity platform: "Claims challenges, claims requests and client capabilities".
func (a *Authority) Demand(claims string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.demand = claims
}

func (a *Authority) orders() (page, back int, demand string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.failPage, a.failBack, a.demand
}

// forced is the refusal for a code that was ordered.
func (a *Authority) forced(code int) *refusal { return refuse(code, "") }

// stepUp refuses a grant that lacks the claims which are demanded.
func (a *Authority) stepUp(g grant) *refusal {
	_, _, demand := a.orders()
	if demand == "" || g.person == nil || g.claims == demand {
		return nil
	}
	f := refuse(50076, "")
	f.claims = demand
	return f
}

// admits says why somebody who gave the right password does not get in. What it says stays on the page.
func (a *Authority) admits(app *application, p *Person) *refusal {
	switch {
	case p.Disabled:
		return refuse(50057, "")
	case p.Locked:
		return refuse(50053, "")
	case p.PasswordExpired:
		return refuse(50055, "")
	case p.Home != "" && !strings.EqualFold(p.Home, a.opts.Tenant) && !p.Guest:
		return refuse(50020, "User account '"+p.UPN+"' from identity provider 'https://sts.windows.net/"+p.Home+"/' does not exist in tenant '"+a.opts.Domain+
			"' and cannot access the application '"+app.ID+"'("+app.Name+") in that tenant. The account needs to be added as an external user in the tenant first.")
	case app.AssignmentRequired && !has(app.Assigned, p.UPN):
		return refuse(50105, "Your administrator has configured the application "+app.Name+" ('"+app.ID+"') to block users unless they are specifically granted ('assigned') access to the application. The signed in user '"+
			p.UPN+"' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator.")
	case p.Blocked != 0:
		return refuse(p.Blocked, "")
	}
	return nil
}

// admit goes on after the password: it shows what stays on the page, asks for consent, or ends the sign-in.
func (a *Authority) admit(w http.ResponseWriter, r *http.Request, id string, f *flow) {
	app := a.application(f.app)
	if app == nil {
		a.refusedPage(w, r, refuse(700016, ""))
		return
	}
	page, back, _ := a.orders()
	if page != 0 {
		a.refusedPage(w, r, a.forced(page))
		return
	}
	if wrong := a.admits(app, f.person); wrong != nil {
		a.refusedPage(w, r, wrong)
		return
	}
	if back != 0 && f.device == nil {
		a.forget(id)
		a.deny(w, f, a.forced(back))
		return
	}
	switch {
	case app.Consent == ConsentAdmin && !f.person.Admin:
		a.adminNeeded(w, r, app)
		return
	case app.Consent != Consented && !has(app.consented, f.person.UPN), f.prompt == "consent" && !f.accepted:
		a.mu.Lock()
		f.asked = true
		a.mu.Unlock()
		a.consentPage(w, id, f, app)
		return
	}
	a.complete(w, id, f)
}

// complete ends a sign-in that nothing speaks against.
func (a *Authority) complete(w http.ResponseWriter, id string, f *flow) {
	a.forget(id)
	if f.device != nil {
		a.finishDevice(w, f)
		return
	}
	a.deliver(w, f, map[string][]string{"code": {a.issue(f)}, "session_state": {guid()}})
}

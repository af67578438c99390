package microsoft

import (
	"net/http"
	"net/url"
	"strings"
)

// consentPage asks a person whether the application may.
func (a *Authority) consentPage(w http.ResponseWriter, id string, f *flow, app *application) {
	show(w, http.StatusOK, consentText, origin(f.redirect), map[string]any{
		"Title": "Permissions requested", "Flow": id, "App": app.Name, "Resource": f.resource, "Who": f.person.UPN,
		"Whole": app.Consent == ConsentAdmin,
	})
}

// adminNeeded is the page that one cannot get past without an administrator.
func (a *Authority) adminNeeded(w http.ResponseWriter, r *http.Request, app *application) {
	f := refuse(90094, app.Name+" needs permission to access resources in your organization that only an admin can grant. Please ask an admin to grant permission to this app before you can use it.")
	a.refusedPageOf(w, r, "Need admin approval", f)
}

// agree takes the answer of the consent page.
func (a *Authority) agree(w http.ResponseWriter, r *http.Request, id string, f *flow) {
	if f.person == nil || !f.asked {
		a.problemPage(w, http.StatusBadRequest, problem{Title: "This sign-in is over", Text: "Close this tab and start the sign-in again in Ferry."})
		return
	}
	upn := f.person.UPN
	err := a.change(f.app, func(app *application) {
		f.accepted = true
		if app.Consent == ConsentAdmin {
			app.Consent = Consented // an administrator's consent is for everybody here
			return
		}
		app.consented = append(app.consented[:len(app.consented):len(app.consented)], upn)
	})
	if err != nil {
		a.refusedPage(w, r, refuse(700016, ""))
		return
	}
	a.complete(w, id, f)
}

// consents refuses a grant of an application that nobody consented to any more.
func (a *Authority) consents(app *application, g grant) *refusal {
	if app.Consent == Consented || g.person == nil || app.Consent == ConsentUser && has(app.consented, g.person.UPN) {
		return nil
	}
	return refuse(65001, "The user or administrator has not consented to use the application with ID '"+app.ID+"' named '"+app.Name+"'. Send an interactive authorization request for this user and resource.")
}

// adminConsent is the page of the link that is sent to an administrator: /TENANT/v2.0/adminconsent and the older
// /TENANT/adminconsent.
//
// Microsoft identity platform: "Admin consent protocol".
func (a *Authority) adminConsent(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if r.Method == http.MethodPost {
		if err := r.ParseForm(); err != nil {
			a.problemPage(w, http.StatusBadRequest, problem{Title: "That could not be read", Text: "Go back and try again."})
			return
		}
	}
	f, onPage := a.begin(r.PathValue("tenant"), q)
	if onPage != nil {
		a.refusedPage(w, r, onPage)
		return
	}
	v2 := strings.Contains(r.URL.Path, "/v2.0/")
	if v2 {
		if _, _, wrong := a.wanted(q.Get("scope")); wrong != nil {
			a.refusedPage(w, r, wrong)
			return
		}
	}
	app := a.application(f.app)
	if r.Method == http.MethodGet {
		a.adminPage(w, f, app, "")
		return
	}
	f.mode = "query"
	if r.PostForm.Get("do") == "cancel" {
		a.deny(w, f, refuse(65004, ""))
		return
	}
	p, ok := a.person(r.PostForm.Get("username"))
	switch {
	case !ok:
		a.adminPage(w, f, app, "This account is not known here. (AADSTS50034)")
		return
	case p.Password != r.PostForm.Get("password"):
		a.adminPage(w, f, app, "The account or the password is wrong. (AADSTS50126)")
		return
	case !p.Admin:
		a.adminNeeded(w, r, app)
		return
	}
	_ = a.change(app.ID, func(app *application) { app.Consent = Consented }) // it was there a moment ago
	answer := url.Values{"admin_consent": {"True"}, "tenant": {a.opts.Tenant}}
	if v2 {
		answer.Set("scope", q.Get("scope"))
	}
	a.deliver(w, f, answer)
}

func (a *Authority) adminPage(w http.ResponseWriter, f *flow, app *application, wrong string) {
	var first Person
	for _, p := range a.people() {
		if p.Admin {
			first = p
			break
		}
	}
	show(w, http.StatusOK, adminText, origin(f.redirect), map[string]any{
		"Title": "Permissions requested: review for your organization", "App": app.Name, "Wrong": wrong,
		"UPN": first.UPN, "Password": first.Password, "People": a.people(),
	})
}

// toPages sends a browser from the address of the programs to the pages, which it trusts.
func (a *Authority) toPages(w http.ResponseWriter, r *http.Request) {
	pages, _ := a.bases()
	if pages == "" {
		unknown(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, pages+r.URL.RequestURI(), http.StatusFound)
}

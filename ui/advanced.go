package ui

import (
	"context"
	"maps"
	"net/url"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"ferry/core"
	"ferry/core/project"
	"ferry/ui/kit"
	"ferry/ui/look"
	"ferry/ui/task"
)

// advanced is the folded part of a connection: what only unusual environments need. What says whom to believe is a setting
// of this computer; the rest belongs to the connection.
type advanced struct {
	w    *Window
	of   func() project.Connection
	keep func(project.Connection)
	draw func()

	open    bool
	loading *task.Task
	saving  *task.Task
	fault   *core.Fault
	warning *core.Fault
	saved   bool
	ready   bool // the fields hold what is kept

	host, path, version, redirect               *kit.Entry
	authority, authorize, token, scope          *kit.Entry
	pageSize, requests, app, audience, lifetime *kit.Entry
	algorithm                                   string
	noID                                        bool
	authorizeParams, tokenParams, claims        *paramRows
}

func newAdvanced(w *Window, of func() project.Connection, keep func(project.Connection), draw func()) *advanced {
	return &advanced{w: w, of: of, keep: keep, draw: draw}
}

func (a *advanced) card() fyne.CanvasObject {
	head := kit.NewFold(lang.L("Advanced"), lang.L("API version, sign-in service, extra parameters, page size"), a.open, a.turn)
	if !a.open {
		return kit.Card(head)
	}
	parts := []fyne.CanvasObject{head}
	switch {
	case a.loading != nil:
		parts = append(parts, kit.Row(10, kit.NewSpinner(), kit.Grow(kit.Quiet(lang.L("Reading the settings of this computer…")))))
	case !a.ready && a.fault != nil:
		parts = append(parts, kit.FaultCard(a.fault, kit.FaultCalls{Browse: a.w.browse, Again: a.load, Quiet: true}))
	case a.ready:
		parts = append(parts, a.fields()...)
	}
	return kit.Card(kit.Column(16, parts...))
}

func (a *advanced) turn() {
	a.open = !a.open
	a.saved = false
	if a.open {
		a.load()
	}
	a.draw()
}

// load reads what is kept into the fields.
func (a *advanced) load() {
	a.fault, a.ready = nil, false
	a.loading = task.Go(a.w.run, func(ctx context.Context, _ func(struct{})) (project.Computer, error) {
		return a.w.o.Engine.Computer(ctx)
	}, nil, func(c project.Computer, err error) {
		a.loading = nil
		if err != nil {
			a.fault = core.AsFault(err)
		} else {
			a.fill(a.of(), c.At(a.of().Org))
		}
		a.draw()
	})
}

func (a *advanced) fill(c project.Connection, at project.Access) {
	field := func(label, placeholder, value string) *kit.Entry {
		e := kit.NewEntry(label, placeholder)
		e.Text = value
		e.OnSubmitted = func(string) { a.save() }
		return e
	}
	host, path := "", ""
	if u, err := url.Parse(c.Org); err == nil {
		host, path = u.Host, strings.Trim(u.Path, "/")
	}
	a.host = field(lang.L("Host"), "contoso.crm4.dynamics.com", host)
	a.path = field(lang.L("Path"), lang.L("none"), path)
	a.version = field(lang.L("API version"), "v9.2", c.Version)
	a.redirect = field(lang.L("Redirect URI"), lang.L("Ferry's own"), c.Redirect)
	a.authority = field(lang.L("Authority"), lang.L("Microsoft's for this cloud"), at.Authority)
	a.authorize = field(lang.L("Authorisation address"), lang.L("the authority says it"), at.AuthorizeURL)
	a.token = field(lang.L("Token address"), lang.L("the authority says it"), at.TokenURL)
	a.scope = field(lang.L("Scope"), c.Org+"/.default", at.Scope)
	a.pageSize = field(lang.L("Rows in a page"), lang.L("Ferry chooses"), number(c.PageSize))
	a.requests = field(lang.L("Requests at once"), lang.L("Dynamics 365 says how many"), number(c.Requests))
	a.app = field(lang.L("App for “Open in Dynamics”"), lang.L("the ID of an app, or the address of one"), c.App)
	a.audience = field(lang.L("Audience"), lang.L("the token address"), at.Assertion.Audience)
	a.lifetime = field(lang.L("Lifetime in seconds"), "600", number(at.Assertion.Lifetime))
	a.algorithm, a.noID = at.Assertion.Algorithm, at.Assertion.NoID
	for _, e := range []*kit.Entry{a.host, a.path, a.version} {
		e.OnChanged = func(string) { a.draw() }
	}
	a.authorizeParams = newParamRows(lang.L("Extra parameters of the sign-in page"), lang.L("They are added to the address of Microsoft's page."), true, at.AuthorizeParams, a.draw)
	a.tokenParams = newParamRows(lang.L("Extra parameters of the token request"), lang.L("What is marked secret goes to the keychain and is not shown again."), true, at.TokenParams, a.draw)
	a.claims = newParamRows(lang.L("Extra claims"), "", false, at.Assertion.Claims, a.draw)
	a.ready = true
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (a *advanced) fields() []fyne.CanvasObject {
	group := func(title string, parts ...fyne.CanvasObject) fyne.CanvasObject {
		return kit.Column(12, append([]fyne.CanvasObject{kit.Hairline(), kit.NewText(title, kit.Style{Bold: true, Ink: look.Quiet})}, parts...)...)
	}
	label := func(e *kit.Entry, help string) fyne.CanvasObject { return kit.Labeled(e.Label(), help, e) }
	parts := []fyne.CanvasObject{
		group(lang.L("Address of the Web API"),
			kit.Pair(label(a.host, lang.L("Always over https.")), kit.Pair(label(a.path, lang.L("On your own servers the organisation.")), label(a.version, lang.L("v8.0 and later.")))),
			kit.CopyBox(lang.L("That makes"), a.composed(), a.w.clip)),
	}
	if a.of().Auth != project.Windows {
		parts = append(parts, group(lang.L("Sign-in service"),
			kit.Pair(label(a.authority, lang.L("Only for a cloud or an AD FS that Ferry does not know. This computer keeps it, no project file.")), label(a.scope, "")),
			kit.Pair(label(a.authorize, ""), label(a.token, "")),
			label(a.redirect, lang.L("It has to stand in the app registration exactly so.")),
			a.authorizeParams.object(), a.tokenParams.object()))
	}
	if a.of().NeedsCertificate() {
		parts = append(parts, group(lang.L("Certificate sign-in"), a.assertion()...))
	}
	parts = append(parts, group(lang.L("Reading"),
		kit.Pair(label(a.pageSize, lang.L("At most 5,000. Fewer when rows are large.")), label(a.requests, lang.L("Leave it empty: Dynamics 365 says how many."))),
		label(a.app, lang.L("Records open in this app. Empty: Dynamics 365 chooses."))))
	if a.fault != nil {
		parts = append(parts, kit.FaultCard(a.fault, kit.FaultCalls{Browse: a.w.browse}))
	}
	if a.warning != nil {
		parts = append(parts, kit.WarningCard(a.warning, kit.FaultCalls{Browse: a.w.browse}))
	}
	save := kit.Plain(lang.L("Save these settings"), a.save)
	if a.saving != nil {
		save.Unless(lang.L("The settings are being saved."))
	}
	foot := []fyne.CanvasObject{save}
	if a.saved {
		foot = append(foot, kit.Grow(kit.Hint("check", lang.L("Saved. The next test uses them."), look.Passed)))
	}
	return append(parts, kit.Row(12, append(foot, kit.Space())...))
}

func (a *advanced) assertion() []fyne.CanvasObject {
	kinds := []string{"", "PS256", "RS256"}
	chosen := 0
	for i, k := range kinds {
		if k == a.algorithm {
			chosen = i
		}
	}
	return []fyne.CanvasObject{
		kit.Labeled(lang.L("Algorithm"), lang.L("Microsoft Entra expects PS256, AD FS RS256."), kit.Row(0, kit.Segments([]string{lang.L("what fits"), "PS256", "RS256"}, chosen, func(i int) {
			a.algorithm = kinds[i]
			a.draw()
		}), kit.Space())),
		kit.Pair(kit.Labeled(a.audience.Label(), "", a.audience), kit.Labeled(a.lifetime.Label(), "", a.lifetime)),
		kit.NewTick(lang.L("With an ID of its own each time (jti)"), !a.noID, func(on bool) { a.noID = !on }),
		a.claims.object(),
		kit.Row(0, kit.Plain(lang.L("Show what is signed"), func() { a.w.showSigned(a.of()) }), kit.Space()),
	}
}

// org is the address of the environment as its parts say.
func (a *advanced) org() string {
	org := "https://" + strings.TrimSpace(a.host.Text)
	if path := strings.Trim(strings.TrimSpace(a.path.Text), "/"); path != "" {
		org += "/" + path
	}
	return org
}

// composed is the address of the Web API as its parts say.
func (a *advanced) composed() string {
	version := strings.TrimSpace(a.version.Text)
	if version == "" {
		version = "v9.2"
	}
	return a.org() + "/api/data/" + version + "/"
}

// check reads the numbers and the address.
func (a *advanced) check(c *project.Connection, at *project.Access) *core.Fault {
	wrong := func(e *kit.Entry) *core.Fault {
		return &core.Fault{Kind: core.Wrong, Code: "ui.number", Owner: core.You, Cause: lang.L("“{{.Field}}” has to be a whole number.", kit.M{"Field": e.Label()}),
			Remedy: lang.L("Write a whole number, or leave it empty.")}
	}
	for _, f := range []struct {
		e    *kit.Entry
		into *int
	}{{a.pageSize, &c.PageSize}, {a.requests, &c.Requests}, {a.lifetime, &at.Assertion.Lifetime}} {
		text := strings.TrimSpace(f.e.Text)
		*f.into = 0
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return wrong(f.e)
		}
		*f.into = n
	}
	if org := a.org(); org != c.Org {
		found, err := a.w.o.Engine.Recognise(org)
		if err != nil {
			return core.AsFault(err)
		}
		c.Org, c.Tested = found.Org, ""
	}
	return nil
}

// save keeps the settings of this computer and those of the connection.
func (a *advanced) save() {
	if a.saving != nil {
		return
	}
	c, at := a.of(), project.Access{}
	a.saved, a.warning = false, nil
	if a.fault = a.check(&c, &at); a.fault != nil {
		a.draw()
		return
	}
	text := func(e *kit.Entry) string { return strings.TrimSpace(e.Text) }
	c.Version, c.Redirect, c.App = text(a.version), text(a.redirect), text(a.app)
	at.Authority, at.AuthorizeURL, at.TokenURL, at.Scope = text(a.authority), text(a.authorize), text(a.token), text(a.scope)
	at.Assertion.Algorithm, at.Assertion.Audience, at.Assertion.NoID = a.algorithm, text(a.audience), a.noID
	at.Assertion.Claims, _ = a.claims.params()
	secrets := ComputerSecrets{Params: map[ParamOf]core.Secret{}}
	var ofPage, ofToken map[string]core.Secret
	at.AuthorizeParams, ofPage = a.authorizeParams.params()
	at.TokenParams, ofToken = a.tokenParams.params()
	for name, v := range ofPage {
		secrets.Params[ParamOf{Org: c.Org, Name: name}] = v
	}
	for name, v := range ofToken {
		secrets.Params[ParamOf{Org: c.Org, Token: true, Name: name}] = v
	}
	a.saving = task.Go(a.w.run, func(ctx context.Context, _ func(struct{})) (*core.Fault, error) {
		computer, err := a.w.o.Engine.Computer(ctx)
		if err != nil {
			return nil, err
		}
		computer.Access = maps.Clone(computer.Access)
		computer.Keep(c.Org, at)
		return a.w.o.Engine.KeepComputer(ctx, computer, secrets)
	}, nil, func(warning *core.Fault, err error) {
		a.saving = nil
		if err != nil {
			a.fault = core.AsFault(err)
		} else {
			a.warning, a.saved = warning, true
			a.authorizeParams.forget()
			a.tokenParams.forget()
			a.keep(c)
		}
		a.draw()
	})
	a.draw()
}

// showSigned shows what a sign-in with the certificate signs; it holds no key.
func (w *Window) showSigned(c project.Connection) {
	type signed struct{ header, claims string }
	task.Go(w.run, func(ctx context.Context, _ func(struct{})) (signed, error) {
		header, claims, err := w.o.Engine.Signed(ctx, c)
		return signed{header, claims}, err
	}, nil, func(s signed, err error) {
		if err != nil {
			w.tell(lang.L("It cannot be shown"), err)
			return
		}
		var sheet *kit.Sheet
		sheet = kit.ShowSheet(w.win.Canvas(), kit.SheetJob{
			Title: lang.L("What is signed"), Width: 640,
			Body: kit.Column(10, kit.QuietPara(lang.L("Header and claims, with the settings that are saved. The key and the signature are not in it.")),
				kit.Handout(s.header+"\n\n"+s.claims, true, 260, w.clip, nil)),
			Buttons: []fyne.CanvasObject{kit.Primary(lang.L("Close"), func() { sheet.Close() })},
		})
	})
}

package microsoft

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"sort"
	"strings"
)

const style = `
:root{color-scheme:light dark;--bg:#eef3f7;--card:#fff;--ink:#14212b;--soft:#5a6b78;--line:#cbd6de;--accent:#0b6b74;--warn:#8a4b00;--warnbg:#fff2dc}
@media (prefers-color-scheme:dark){:root{--bg:#0f171d;--card:#18232b;--ink:#e8eff3;--soft:#9fb1bd;--line:#344652;--accent:#3fb6c0;--warn:#ffd08a;--warnbg:#3a2a10}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;gap:20px;padding:24px;
background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
.practice{font-size:clamp(34px,8vw,60px);font-weight:800;letter-spacing:.16em;margin:0 -.16em 0 0;color:var(--warn)}
.note{margin:-18px 0 0;color:var(--soft);text-align:center}
main{width:100%;max-width:440px;background:var(--card);border:1px solid var(--line);border-radius:14px;padding:30px 32px;box-shadow:0 8px 30px rgba(0,0,0,.08)}
h1{font-size:22px;margin:0 0 4px}
p{margin:0 0 16px}.soft{color:var(--soft)}
label{display:block;font-weight:600;margin:14px 0 4px}
input{width:100%;font:inherit;padding:10px 12px;border:1px solid var(--line);border-radius:8px;background:transparent;color:inherit}
.row{display:flex;gap:12px;margin-top:24px;flex-direction:row-reverse}
button{font:inherit;font-weight:600;padding:11px 20px;border-radius:8px;border:1px solid var(--line);background:transparent;color:inherit;cursor:pointer;flex:1}
button.main{background:var(--accent);border-color:var(--accent);color:#fff}
@media (prefers-color-scheme:dark){button.main{color:#06181a}}
button:focus-visible,input:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.wrong{background:var(--warnbg);color:var(--warn);border-radius:8px;padding:10px 12px;margin:12px 0 0}
code{font-family:ui-monospace,Consolas,Menlo,monospace;font-size:14px;overflow-wrap:anywhere}
dl{margin:18px 0 0;color:var(--soft);font-size:14px}dt{font-weight:600}dd{margin:0 0 8px}`

const pageText = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{{.Title}} · practice</title><style nonce="{{.Nonce}}">{{.Style}}</style></head><body>
<p class="practice">PRACTICE</p><p class="note">This is Ferry's practice environment on your own computer, not Microsoft.</p>
<main>{{block "body" .}}{{end}}</main></body></html>`

const signInText = `{{define "body"}}<h1>Sign in</h1>
<p class="soft">to let <strong>{{.App}}</strong> read <strong>{{.Resource}}</strong> as you</p>
{{if .Wrong}}<p class="wrong" role="alert">{{.Wrong}}</p>{{end}}
<form method="post" autocomplete="off">
<input type="hidden" name="flow" value="{{.Flow}}">
<label for="username">Account{{if .Name}} · {{.Name}}{{end}}</label>
<input id="username" name="username" value="{{.UPN}}" list="people" spellcheck="false" autocapitalize="none">
<datalist id="people">{{range .People}}<option value="{{.UPN}}">{{.Name}}</option>{{end}}</datalist>
<label for="password">Password</label>
<input id="password" name="password" type="password" value="{{.Password}}">
<div class="row"><button class="main" type="submit" name="do" value="signin" autofocus>Sign in</button>
<button type="submit" name="do" value="cancel" formnovalidate>Cancel</button></div>
</form>{{end}}`

const deviceText = `{{define "body"}}<h1>Enter code</h1>
<p class="soft">Enter the code displayed on your app or device.</p>
{{if .Wrong}}<p class="wrong" role="alert">{{.Wrong}}</p>{{end}}
<form method="post" autocomplete="off">
<label for="otc">Code</label><input id="otc" name="otc" value="{{.Code}}" spellcheck="false" autocapitalize="characters" autofocus>
<div class="row"><button class="main" type="submit">Next</button></div></form>{{end}}`

const consentText = `{{define "body"}}<h1>Permissions requested</h1>
<p class="soft"><strong>{{.Who}}</strong>, <strong>{{.App}}</strong> would like to access <strong>{{.Resource}}</strong> as you{{if .Whole}}, and you can allow it for your whole organization{{end}}.</p>
<form method="post"><input type="hidden" name="flow" value="{{.Flow}}">
<div class="row"><button class="main" type="submit" name="do" value="accept" autofocus>Accept</button>
<button type="submit" name="do" value="cancel">Cancel</button></div></form>{{end}}`

const adminText = `{{define "body"}}<h1>Permissions requested</h1>
<p class="soft">Review for your organization: <strong>{{.App}}</strong> would like to access Dynamics CRM as the people who use it.</p>
{{if .Wrong}}<p class="wrong" role="alert">{{.Wrong}}</p>{{end}}
<form method="post" autocomplete="off">
<label for="username">Administrator's account</label>
<input id="username" name="username" value="{{.UPN}}" list="people" spellcheck="false" autocapitalize="none">
<datalist id="people">{{range .People}}<option value="{{.UPN}}">{{.Name}}</option>{{end}}</datalist>
<label for="password">Password</label><input id="password" name="password" type="password" value="{{.Password}}">
<div class="row"><button class="main" type="submit" name="do" value="accept" autofocus>Accept</button>
<button type="submit" name="do" value="cancel" formnovalidate>Cancel</button></div></form>{{end}}`

const problemText = `{{define "body"}}<h1>{{.Title}}</h1>
{{if .Code}}<p class="wrong" role="alert"><code>AADSTS{{.Code}}: {{.Text}}</code></p>{{else}}<p>{{.Text}}</p>{{end}}
{{if .Correlation}}<dl><dt>Correlation ID</dt><dd><code>{{.Correlation}}</code></dd><dt>Timestamp</dt><dd>{{.Time}}</dd></dl>{{end}}{{end}}`

const postText = `{{define "body"}}<h1>Going back to Ferry…</h1>
<form id="answer" method="post" action="{{.To}}">{{range .Fields}}<input type="hidden" name="{{.Name}}" value="{{.Value}}">{{end}}
<noscript><p>Press the button to go on.</p><div class="row"><button class="main" type="submit" autofocus>Continue</button></div></noscript></form>
<script nonce="{{.Nonce}}">document.getElementById("answer").submit()</script>{{end}}`

type problem struct {
	Title, Text       string
	Code              int
	Correlation, Time string
}

// show writes a page. form is the origin, beside this one, that its form may be sent to.
func show(w http.ResponseWriter, status int, body, form string, data map[string]any) {
	nonce := random()
	data["Nonce"], data["Style"] = nonce, template.CSS(style)
	t := template.Must(template.Must(template.New("page").Parse(pageText)).Parse(body))
	var page bytes.Buffer
	if err := t.Execute(&page, data); err != nil {
		http.Error(w, "The page could not be made.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+nonce+"'; script-src 'nonce-"+nonce+
		"'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' "+form)
	w.WriteHeader(status)
	_, _ = page.WriteTo(w) // a browser that went away needs no page
}

func (a *Authority) signInPage(w http.ResponseWriter, id string, f *flow, wrong string) {
	who, ok := a.person(f.hint)
	people := a.people()
	if !ok && f.hint == "" && len(people) > 0 {
		who = people[0]
	}
	name := f.app
	if app := a.application(f.app); app != nil && app.Name != "" {
		name = app.Name
	}
	upn := who.UPN
	if upn == "" {
		upn = f.hint
	}
	show(w, http.StatusOK, signInText, origin(f.redirect), map[string]any{
		"Title": "Sign in", "Flow": id, "App": name, "Resource": f.resource, "Wrong": wrong,
		"Name": who.Name, "UPN": upn, "Password": who.Password, "People": people,
	})
}

// postPage is the form that the browser sends to the application by itself.
func (a *Authority) postPage(w http.ResponseWriter, to string, answer url.Values) {
	type field struct{ Name, Value string }
	var fields []field
	for name, values := range answer {
		for _, v := range values {
			fields = append(fields, field{name, v})
		}
	}
	sort.Slice(fields, func(i, j int) bool { return fields[i].Name < fields[j].Name })
	show(w, http.StatusOK, postText, origin(to), map[string]any{"Title": "Signed in", "To": to, "Fields": fields})
}

func (a *Authority) problemPage(w http.ResponseWriter, status int, p problem) {
	show(w, status, problemText, "", map[string]any{
		"Title": p.Title, "Text": p.Text, "Code": p.Code, "Correlation": p.Correlation, "Time": p.Time,
	})
}

// refusedPage shows a refusal as Microsoft does on its own page.
func (a *Authority) refusedPage(w http.ResponseWriter, r *http.Request, f *refusal) {
	a.refusedPageOf(w, r, "Sorry, but we're having trouble signing you in.", f)
}

func (a *Authority) refusedPageOf(w http.ResponseWriter, r *http.Request, title string, f *refusal) {
	if s, ok := w.(*status); ok {
		s.refused = f.code
	}
	correlation := r.URL.Query().Get("client-request-id")
	if correlation == "" {
		correlation = guid()
	}
	a.problemPage(w, http.StatusBadRequest, problem{
		Title: title, Code: f.code, Text: f.text,
		Correlation: correlation, Time: a.now().UTC().Format("2006-01-02T15:04:05Z"),
	})
}

// front says what this address is to somebody who looks.
func (a *Authority) front(w http.ResponseWriter, _ *http.Request) {
	a.problemPage(w, http.StatusOK, problem{
		Title: "This is a practice sign-in service",
		Text:  "Ferry started it. There is nothing to do here: sign in from Ferry's Connection page.",
	})
}

// origin is scheme, host and port of an address.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || strings.ContainsAny(u.Host, " ;,'\"") {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

package signin

import (
	"bytes"
	"crypto/rand"
	"html/template"
	"net/http"
	"strconv"

	"ferry/core"
)

// A page is what the browser shows at the end of a sign-in. It has no script and loads nothing.
type page struct {
	Title, Text, Remedy, Details string
	Good                         bool
}

func successPage() page {
	return page{Good: true, Title: "You are signed in", Text: "You can close this tab and go back to Ferry."}
}

func failurePage(f *core.Fault) page {
	return page{Title: "That did not work", Text: f.Cause, Remedy: f.Remedy, Details: f.Details}
}

func finishingPage() page {
	return page{Good: true, Title: "Almost there", Text: "Ferry is finishing the sign-in. You can close this tab and go back to Ferry."}
}

func waitingPage() page {
	return page{Good: true, Title: "Ferry is waiting for your sign-in", Text: "Go on in the tab where Microsoft asks you to sign in."}
}

func consentPage() page {
	return page{Good: true, Title: "The answer has arrived", Text: "Close this tab and go back to Ferry: a new sign-in or Try again shows whether everything is allowed now."}
}

func strayPage() page {
	return page{Title: "This is not the sign-in Ferry waits for", Text: "Close this tab and go on in the newest one that Ferry opened."}
}

const pageText = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{{.Page.Title}} · Ferry</title><style nonce="{{.Nonce}}">
:root{color-scheme:light dark;--bg:#eef3f7;--card:#fff;--ink:#14212b;--soft:#5a6b78;--line:#cbd6de;--good:#0b6b74;--bad:#9a3b12}
@media (prefers-color-scheme:dark){:root{--bg:#0f171d;--card:#18232b;--ink:#e8eff3;--soft:#9fb1bd;--line:#344652;--good:#3fb6c0;--bad:#ffb38a}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;align-items:center;justify-content:center;padding:24px;background:var(--bg);color:var(--ink);font:17px/1.55 system-ui,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
main{width:100%;max-width:520px;background:var(--card);border:1px solid var(--line);border-radius:16px;padding:40px;box-shadow:0 8px 30px rgba(0,0,0,.08)}
.mark{width:56px;height:56px;margin:0 0 20px;display:block}
.good{color:var(--good)}.bad{color:var(--bad)}
h1{font-size:26px;line-height:1.25;margin:0 0 12px}
p{margin:0 0 14px;overflow-wrap:anywhere}p:last-child{margin-bottom:0}
.soft{color:var(--soft);font-size:14px}
</style></head><body><main>
{{if .Page.Good}}<svg class="mark good" viewBox="0 0 56 56" role="img" aria-label="Good"><circle cx="28" cy="28" r="26" fill="none" stroke="currentColor" stroke-width="4"/><path d="M17 29l8 8 15-17" fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/></svg>
{{else}}<svg class="mark bad" viewBox="0 0 56 56" role="img" aria-label="Problem"><circle cx="28" cy="28" r="26" fill="none" stroke="currentColor" stroke-width="4"/><path d="M28 16v16M28 39v1" fill="none" stroke="currentColor" stroke-width="5" stroke-linecap="round"/></svg>
{{end}}<h1>{{.Page.Title}}</h1><p>{{.Page.Text}}</p>
{{if .Page.Remedy}}<p>{{.Page.Remedy}}</p><p>You can close this tab and go back to Ferry.</p>{{end}}
{{if .Page.Details}}<p class="soft">{{.Page.Details}}</p>{{end}}
</main></body></html>`

// writePage shows a page. Its address may hold a code, so nothing is stored, framed or passed on.
func writePage(w http.ResponseWriter, status int, p page) {
	nonce := rand.Text()
	var out bytes.Buffer
	err := template.Must(template.New("page").Parse(pageText)).Execute(&out, map[string]any{"Page": p, "Nonce": nonce})
	if err != nil {
		http.Error(w, "You can close this tab and go back to Ferry.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+nonce+"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Content-Length", strconv.Itoa(out.Len()))
	w.WriteHeader(status)
	_, _ = out.WriteTo(w) // a browser that went away needs no page
}

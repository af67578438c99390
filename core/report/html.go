package report

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"io"
)

// HTML writes the report of a connection as one HTML file.
func HTML(w io.Writer, c Connection) error {
	return writePage(w, "Connection report", style, body, build(c))
}

// writePage writes a page whose policy allows just its style. data has a Title.
func writePage(w io.Writer, what, style, body string, data any) error {
	hash := sha256.Sum256([]byte(style))
	page, err := template.New("report").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-` + base64.StdEncoding.EncodeToString(hash[:]) + `'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>` + what + `: {{.Title}}</title>
<style>` + style + `</style>
</head>
` + body + `</html>
`)
	if err != nil {
		return err
	}
	return page.Execute(w, data)
}

// style has no comment and no value in it: the policy allows just these signs.
const style = `:root{color-scheme:light dark;--ground:#F6F8F9;--card:#FFF;--line:#E1E7EA;--text:#16232A;--quiet:#566770;--primary:#0B6E6E;--passed:#1F7A3D;--passed-tint:#E9F5EC;--warned:#8A5C00;--warned-tint:#FDF4DC;--failed:#B42318;--failed-tint:#FDECEA}
@media (prefers-color-scheme:dark){:root{--ground:#0E1618;--card:#152125;--line:#25363B;--text:#E5EDEF;--quiet:#9DB0B6;--primary:#35BFB5;--passed:#4CC38A;--passed-tint:#12301F;--warned:#E0B23F;--warned-tint:#33290D;--failed:#F97066;--failed-tint:#3A1714}}
*{box-sizing:border-box}
body{margin:0;padding:32px 20px 56px;background:var(--ground);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:880px;margin:0 auto}
header{display:flex;gap:14px;align-items:center;margin-bottom:20px}
header p{margin:0;color:var(--quiet)}
h1{font-size:24px;line-height:1.25;margin:0}
h2{font-size:17px;margin:0 0 12px}
h3{font-size:15px;margin:18px 0 6px}
section,.verdict{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:20px 22px;margin:0 0 16px;break-inside:auto}
.verdict{display:flex;gap:16px;align-items:center;border-width:1px 1px 1px 5px}
.verdict strong{display:block;font-size:20px;line-height:1.3}
.sign{flex:none;display:inline-flex;width:22px;height:22px;border-radius:50%;align-items:center;justify-content:center;font-weight:700;font-size:13px;border:1.5px solid currentColor}
.verdict .sign{width:38px;height:38px;font-size:20px}
.passed .sign,.passed .word{color:var(--passed)}.warned .sign,.warned .word{color:var(--warned)}.failed .sign,.failed .word{color:var(--failed)}.untried .sign,.untried .word{color:var(--quiet)}
.verdict.passed{background:var(--passed-tint);border-color:var(--passed)}.verdict.warned{background:var(--warned-tint);border-color:var(--warned)}.verdict.failed{background:var(--failed-tint);border-color:var(--failed)}
dl{display:grid;grid-template-columns:minmax(130px,auto) 1fr;gap:6px 20px;margin:0}
dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
ol,ul.steps{list-style:none;margin:0;padding:0}
.steps>li{display:flex;gap:12px;padding:10px 0;border-top:1px solid var(--line);break-inside:avoid}
.steps>li:first-child{border-top:0;padding-top:0}
.steps>li>div{min-width:0;flex:1;overflow-wrap:anywhere}
.steps p{margin:3px 0 0}
.word{font-weight:600;font-size:13px;margin-left:6px}
.quiet,small{color:var(--quiet)}
code{font:12px/1.5 ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace;color:var(--quiet);overflow-wrap:anywhere}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:8px 14px 8px 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
thead th{border-top:0;color:var(--quiet);font-weight:500;font-size:13px;padding-top:0}
tbody th{font-weight:600}
td .sign{width:18px;height:18px;font-size:11px;vertical-align:-3px;display:inline-flex}
a{color:var(--primary)}
.text li{margin:4px 0}
.text{padding-left:20px;margin:6px 0 0}
footer{color:var(--quiet);font-size:13px;margin-top:20px}
@media (max-width:560px){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:8px}}
@media print{:root{--ground:#FFF;--card:#FFF;--line:#C9D2D6;--text:#000;--quiet:#44525A;--primary:#0B6E6E;--passed:#1F7A3D;--passed-tint:#FFF;--warned:#8A5C00;--warned-tint:#FFF;--failed:#B42318;--failed-tint:#FFF}body{padding:0;font-size:11pt}section,.verdict{border-radius:0;padding:12px 0;border-width:1px 0 0}h2{break-after:avoid}a{color:inherit}}`

const body = `<body>
<main>
<header>
<svg width="40" height="40" viewBox="0 0 40 40" role="img" aria-label="Ferry"><path d="M21 4 L21 25 L34 25 Z" fill="#35BFB5"/><path d="M18 10 L18 25 L9 25 Z" fill="#35BFB5"/><path d="M3 28 L37 28 L31 36 L9 36 Z" fill="#0B6E6E"/></svg>
<div><h1>Connection report: <bdi>{{.Title}}</bdi></h1>
<p>Tested on {{.When}}{{with .Ferry}} with Ferry <bdi>{{.}}</bdi>{{end}}</p></div>
</header>
<div class="verdict {{.State}}"><span class="sign" aria-hidden="true">{{if eq .State "passed"}}✓{{else if eq .State "warned"}}!{{else if eq .State "failed"}}✕{{else}}–{{end}}</span>
<div><strong>{{.Verdict}}</strong>{{.Remark}}</div></div>
{{- if .Mend}}
<section><h2>Mend this before production</h2>
<ul class="steps">
{{- range .Mend}}
<li class="{{.State}}"><span class="sign" aria-hidden="true">{{.Sign}}</span><div><b><bdi>{{.Cause}}</bdi></b><span class="word">{{.Word}}</span>
<p><bdi>{{.Remedy}}</bdi></p>
<p class="quiet">Step: <bdi>{{.Step}}</bdi>. Who can do it: <bdi>{{.Owner}}</bdi>.</p></div></li>
{{- end}}
</ul></section>
{{- end}}
<section><h2>Environment</h2>
<dl>
{{- range .Environment}}
<dt>{{.Name}}</dt><dd><bdi>{{.Value}}</bdi></dd>
{{- end}}
</dl></section>
<section><h2>How Ferry signs in</h2>
<dl>
{{- range .SignIn}}
<dt>{{.Name}}</dt><dd><bdi>{{.Value}}</bdi></dd>
{{- end}}
</dl></section>
<section><h2>What was tested</h2>
<ul class="steps">
{{- range .Checks}}
<li class="{{.State}}"><span class="sign" aria-hidden="true">{{.Sign}}</span><div><b><bdi>{{.Title}}</bdi></b><span class="word">{{.Word}}</span>
{{- with .Detail}}<p class="quiet"><bdi>{{.}}</bdi></p>{{end}}
{{- with .Cause}}<p><bdi>{{.}}</bdi></p>{{end}}
{{- with .Remedy}}<p>What to do: <bdi>{{.}}</bdi></p>{{end}}
{{- with .Owner}}<p class="quiet">Who can do it: <bdi>{{.}}</bdi></p>{{end}}
{{- with .Link}}<p><a href="{{.}}" rel="noreferrer noopener">{{.}}</a></p>{{end}}
{{- with .Details}}<p><code><bdi>{{.}}</bdi></code></p>{{end}}</div></li>
{{- end}}
</ul></section>
{{- if .Rights}}
<section><h2>Rights per table</h2>
<div class="scroll"><table><thead><tr><th scope="col">Table</th><th scope="col">May be read</th>{{if .Depths}}<th scope="col">How much of it</th>{{end}}<th scope="col">Change tracking</th><th scope="col">Remark</th></tr></thead><tbody>
{{- $depths := .Depths}}
{{- range .Rights}}
<tr class="{{.State}}"><th scope="row"><bdi>{{.Name}}</bdi>{{if ne .Name .Logical}}<br><code><bdi>{{.Logical}}</bdi></code>{{end}}</th><td><span class="sign" aria-hidden="true">{{.Sign}}</span><span class="word">{{.Word}}</span></td>{{if $depths}}<td>{{.Read}}</td>{{end}}<td>{{.Track}}</td><td><bdi>{{.Note}}</bdi></td></tr>
{{- end}}
</tbody></table></div></section>
{{- end}}
{{- if .Hidden}}
<section><h2>Fields hidden by column security</h2>
<p class="quiet">Ferry never maps these fields, and never writes them as empty.</p>
<dl>
{{- range .Hidden}}
<dt><bdi>{{.Name}}</bdi> <code><bdi>{{.Logical}}</bdi></code></dt><dd>{{range $i, $f := .Fields}}{{if $i}}, {{end}}<bdi>{{$f}}</bdi>{{end}}</dd>
{{- end}}
</dl></section>
{{- end}}
{{- with .Halo}}
<section><h2>For Halo's own integration</h2>
<p>In Halo, under Configuration &gt; Integrations &gt; Dynamics 365 CRM, enter:</p>
<dl>
{{- range .Values}}
<dt>{{.Name}}</dt><dd><bdi>{{.Value}}</bdi></dd>
{{- end}}
</dl>
<h3>Add this to the app registration for it</h3>
<dl>
{{- range .Register}}
<dt>{{.Name}}</dt><dd><bdi>{{.Value}}</bdi></dd>
{{- end}}
</dl>
<h3>What this test proves for Halo</h3>
<ul class="text">{{range .Proves}}<li>{{.}}</li>{{end}}</ul>
<h3>What it does not prove</h3>
<ul class="text">{{range .Leaves}}<li>{{.}}</li>{{end}}</ul>
<p class="quiet">After a new secret or a changed permission, choose Disconnect from Application in Halo and authorise again.</p></section>
{{- end}}
<footer>This report holds no password, no secret and no value of a record. It loads nothing and runs nothing.</footer>
</main>
</body>
`

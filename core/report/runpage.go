package report

const runStyle = `
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;overflow-wrap:normal}
thead th.num{white-space:normal;vertical-align:bottom}
thead th{vertical-align:bottom}
tbody th,tfoot th{min-width:9em}
td.adds{padding-right:0}
th small{font-weight:400}
header svg{flex:none}
tfoot th,tfoot td{border-top:2px solid var(--line);font-weight:600}
p.adds{margin:12px 0 0}
p.adds.passed{color:var(--passed)}p.adds.failed{color:var(--failed);font-weight:600}
.keys{list-style:none;margin:6px 0 0;padding:0}
.keys li{margin:1px 0}
.keys code{color:var(--text)}
@page{margin:16mm}
@media print{main{max-width:none}thead{display:table-header-group}tr,.keys li{break-inside:avoid}.steps>li{break-inside:auto}.scroll{overflow:visible}table{font-size:9pt}thead th{font-size:8pt}th,td{padding-right:8px}tbody th,tfoot th{min-width:0}}`

const runBody = `<body>
<main>
<header>
<svg width="40" height="40" viewBox="0 0 40 40" role="img" aria-label="Ferry"><path d="M21 4 L21 25 L34 25 Z" fill="#35BFB5"/><path d="M18 10 L18 25 L9 25 Z" fill="#35BFB5"/><path d="M3 28 L37 28 L31 36 L9 36 Z" fill="#0B6E6E"/></svg>
<div><h1>Import report: <bdi>{{.Title}}</bdi></h1>
<p>Written on {{.When}}{{with .Ferry}} with Ferry <bdi>{{.}}</bdi>{{end}}</p></div>
</header>
<div class="verdict {{.State}}"><span class="sign" aria-hidden="true">{{.Sign}}</span>
<div><strong>{{.Verdict}}</strong>{{.Remark}}</div></div>
<section><h2>The run</h2>
<dl>
{{- range .Facts}}
<dt>{{.Name}}</dt><dd><bdi>{{.Value}}</bdi></dd>
{{- end}}
</dl></section>
{{- with .Stopped}}
<section><h2>Why it stopped</h2>
<p><b><bdi>{{.Cause}}</bdi></b></p>
<p><bdi>{{.Remedy}}</bdi></p>
{{- with .Owner}}<p class="quiet">Who can do it: <bdi>{{.}}</bdi></p>{{end}}
{{- with .Link}}<p><a href="{{.}}" rel="noreferrer noopener">{{.}}</a></p>{{end}}
{{- with .Details}}<p><code><bdi>{{.}}</bdi></code></p>{{end}}</section>
{{- end}}
<section><h2>What became of the records</h2>
<div class="scroll"><table><thead><tr><th scope="col">Table</th>{{range .Heads}}<th scope="col" class="num">{{.}}</th>{{end}}<th scope="col"></th></tr></thead><tbody>
{{- range .Tables}}
<tr class="{{.State}}"><th scope="row"><bdi>{{.Name}}</bdi>{{if ne .Name .Logical}}<br><code><bdi>{{.Logical}}</bdi></code>{{end}}{{if and .To (ne .To .Logical)}}<br><small>to <bdi>{{.To}}</bdi></small>{{end}}</th>{{range .Cells}}<td class="num">{{.}}</td>{{end}}<td class="adds"><span class="sign" role="img" aria-label="{{.Word}}">{{.Sign}}</span></td></tr>
{{- end}}
</tbody>
{{- with .Together}}<tfoot><tr class="{{.State}}"><th scope="row">{{.Name}}</th>{{range .Cells}}<td class="num">{{.}}</td>{{end}}<td class="adds"><span class="sign" role="img" aria-label="{{.Word}}">{{.Sign}}</span></td></tr></tfoot>{{end}}
</table></div>
<p class="adds {{.Balanced}}">{{.Adds}}</p></section>
{{- if or .Causes .Missing}}
<section><h2>{{.Look}}</h2>
<p class="quiet">{{.Kept}}</p>
{{- range .Missing}}
<p>{{.}}</p>
{{- end}}
<ul class="steps">
{{- range .Causes}}
<li class="{{.State}}"><span class="sign" aria-hidden="true">{{.Sign}}</span><div><b><bdi>{{.Cause}}</bdi></b><span class="word">{{.N}}, {{.Word}}</span>
{{- with .Remedy}}<p><bdi>{{.}}</bdi></p>{{end}}
{{- with .Owner}}<p class="quiet">Who can do it: <bdi>{{.}}</bdi></p>{{end}}
{{- with .Link}}<p><a href="{{.}}" rel="noreferrer noopener">{{.}}</a></p>{{end}}
{{- with .Details}}<p><code><bdi>{{.}}</bdi></code></p>{{end}}
<ul class="keys">
{{- range .Records}}
<li><code><bdi>{{.Table}}</bdi> <bdi>{{.Key}}</bdi>{{with .Field}} · <bdi>{{.}}</bdi>{{end}}</code>{{with .About}} · <bdi>{{.}}</bdi>{{end}}{{with .Value}}: <bdi>{{.}}</bdi>{{end}}</li>
{{- end}}
</ul>{{with .More}}<p class="quiet">{{.}}</p>{{end}}</div></li>
{{- end}}
</ul></section>
{{- end}}
<footer>{{.Footer}}</footer>
</main>
</body>
`

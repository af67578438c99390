package report

import (
	"cmp"
	"io"
	"time"

	"ferry/core/importer"
)

// A Handover is the receipt of a whole move, on one page, to be signed. It names no record.
type Handover struct {
	Ferry      string
	When       time.Time
	Project    string
	Comparison importer.Comparison // the last one
	First      time.Time           // import
	Last       time.Time
	Imports    int
	Done, Open []string // what was taken down, and what is still to be
}

// A handoverView is the receipt in words.
type handoverView struct {
	compareView
	Done, Open []string
	Signs      []string
	Dense      bool // so many lines that they have to be smaller to be on one page
}

// roomy is how many lines of tables a page has room for at their usual size. Differences and ticks stand side by side.
const roomy = 12

// HandoverHTML writes the receipt as one HTML file that prints on one page.
func HandoverHTML(w io.Writer, h Handover) error {
	c := Comparison{Ferry: h.Ferry, When: h.When, Project: h.Project, Comparison: h.Comparison}
	v, err := buildCompare(c)
	if err != nil {
		return err
	}
	out := handoverView{compareView: v, Signs: []string{"Handed over by", "Taken over by"}}
	out.Facts = nil
	add := func(name, value string) {
		if value = plain(value); value != "" {
			out.Facts = append(out.Facts, fact{name, value})
		}
	}
	x := h.Comparison
	add("From", x.From)
	add("To", x.To)
	add("Imported by", x.Who)
	switch {
	case h.Imports == 1:
		add("Import", moment(h.First))
	case h.Imports > 1:
		add("Imports", thousands(int64(h.Imports))+", from "+moment(h.First)+" to "+moment(h.Last))
	}
	add("Compared", moment(cmp.Or(x.Ended, x.Started)))
	for _, text := range h.Done {
		out.Done = append(out.Done, plain(text))
	}
	for _, text := range h.Open {
		out.Open = append(out.Open, plain(text))
	}
	out.Dense = len(out.Tables)+(len(out.Kinds)+len(out.Done)+len(out.Open))/2 > roomy
	return writePage(w, "Receipt of the move", style+runStyle+handoverStyle, handoverBody, out)
}

const handoverStyle = `
.kinds{width:auto}.kinds td.num{padding-left:24px}
.ticks{columns:2;column-gap:32px;list-style:none;margin:0;padding:0}.ticks li{break-inside:avoid;padding-left:26px;text-indent:-26px;margin:2px 0}
.ticks span{display:inline-block;width:26px;text-indent:0}
.signs{display:grid;grid-template-columns:1fr 1fr;gap:32px}
.signs p{margin:0;border-bottom:1px solid var(--text);height:34px;color:var(--quiet);font-size:13px}
.signs b{display:block}.signs p:last-child{height:46px}
@media (max-width:560px){.ticks{columns:1}.signs{grid-template-columns:1fr}}
@media print{@page{margin:11mm}body{font-size:9.5pt;line-height:1.35}header{margin-bottom:8px}section,.verdict{padding:7px 0;margin-bottom:2px}.kinds,.kinds tbody{display:block}.kinds tbody{columns:2;column-gap:32px}.kinds tr{display:flex;break-inside:avoid;align-items:baseline}.kinds th{flex:1}.verdict .sign{width:26px;height:26px;font-size:14px}.verdict strong{font-size:13pt}h1{font-size:17pt}h2{font-size:11.5pt;margin-bottom:5px}th,td{padding-top:3px;padding-bottom:3px}.kinds .meaning{display:none}.kinds td,.kinds th{padding-top:1px;padding-bottom:1px}dl{gap:2px 20px}footer{margin-top:8px;font-size:8pt}.signs{break-inside:avoid}.signs p{height:26px}.signs p:last-child{height:36px}main.dense{zoom:.84}p{margin:4px 0}.scroll th br{display:none}.scroll th code,.scroll th small{margin-left:6px}.scroll .sign{width:14px;height:14px;font-size:9px}.scroll p,.adds{margin:3px 0}header{margin-bottom:4px}.verdict{padding:4px 0}.ticks li{margin:1px 0}}`

const handoverBody = `<body>
<main{{if .Dense}} class="dense"{{end}}>
` + pageHead + `Receipt of the move: <bdi>{{.Title}}</bdi>` + pageVerdict + `
<section><h2>The move</h2>
<dl>
{{- range .Facts}}
<dt>{{.Name}}</dt><dd><bdi>{{.Value}}</bdi></dd>
{{- end}}
</dl>
{{- range .Remarks}}
<p><bdi>{{.}}</bdi></p>
{{- end}}</section>
<section><h2>How many there are on both sides</h2>
` + compareTable + `</section>
{{- if .Kinds}}
<section><h2>What differs, and why</h2>
<table class="kinds"><tbody>
{{- range .Kinds}}
<tr class="{{.State}}"><td><span class="sign" aria-hidden="true">{{.Sign}}</span></td><th scope="row">{{.Title}}<small class="meaning"><br>{{.Meaning}}</small></th><td class="num">{{.N}}</td></tr>
{{- end}}
</tbody></table></section>
{{- end}}
{{- if or .Done .Open}}
<section><h2>What was taken down</h2>
<ul class="ticks">
{{- range .Done}}
<li><span aria-label="done">☑</span><bdi>{{.}}</bdi></li>
{{- end}}
{{- range .Open}}
<li><span aria-label="not done">☐</span><bdi>{{.}}</bdi></li>
{{- end}}
</ul></section>
{{- end}}
<section><h2>Signed</h2>
<div class="signs">
{{- range .Signs}}
<div><b>{{.}}</b><p>Name</p><p>Place and date</p><p>Signature</p></div>
{{- end}}
</div></section>
<footer>This receipt holds no password, no secret and no value of a record. It names no record; the report of the comparison does.</footer>
</main>
</body>
`

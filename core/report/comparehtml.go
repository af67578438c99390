package report

import (
	"cmp"
	"io"

	"ferry/core/importer"
)

// A compareView is the report of a comparison in words. Every text in it has gone through plain.
type compareView struct {
	Title, State, Sign, Verdict, Remark string
	When, Ferry                         string
	Facts                               []fact
	Remarks                             []string
	Heads                               []string
	Tables                              []countRow
	Together                            *countRow
	Adds, Balanced                      string
	Kinds                               []kindView
	Fields                              []fieldRow
	Kept, Footer                        string
}

type kindView struct {
	State, Sign, Title, Meaning, N string
	Records                        []recordView
	More                           string
}

type fieldRow struct{ Table, Column, N, Kinds string }

// CompareHTML writes the report of a comparison as one HTML file.
func CompareHTML(w io.Writer, c Comparison) error {
	v, err := buildCompare(c)
	if err != nil {
		return err
	}
	return writePage(w, "Comparison", style+runStyle, compareBody, v)
}

func buildCompare(c Comparison) (compareView, error) {
	x := c.Comparison
	v := compareView{Title: c.title(), When: moment(c.When), Ferry: plain(c.Ferry)}
	sum := x.Sum()
	v.Verdict, v.State = ComparisonVerdict(x)
	v.Remark = thousands(sum.Source) + " records in Dynamics were compared."
	if !c.balanced() {
		v.Verdict, v.State, v.Remark = "The counts do not add up", "failed", "Compare again, and tell us."
	}
	v.Sign = map[string]string{"passed": "✓", "warned": "!", "failed": "✕"}[v.State]
	v.facts(x)
	for _, remark := range Remarks(x) {
		v.Remarks = append(v.Remarks, plain(remark))
	}
	v.counts(c, sum)
	if err := v.kinds(c, sum); err != nil {
		return v, err
	}
	v.fields(x)
	v.Kept = "Records are named by their id in Dynamics 365. No value of a record is in this report, because nobody chose that."
	v.Footer = "This report holds no password, no secret and no value of a record. It loads nothing and runs nothing."
	if c.Values {
		v.Kept = "Values are in this report because somebody chose that. Handle it like the data itself. They stand as: at the destination → in Dynamics."
		v.Footer = "This report holds no password and no secret. It holds values of records. It loads nothing and runs nothing."
	}
	return v, nil
}

func (v *compareView) facts(x importer.Comparison) {
	add := func(name, value string) {
		if value = plain(value); value != "" {
			v.Facts = append(v.Facts, fact{plain(name), value})
		}
	}
	add("From", x.From)
	add("To", x.To)
	add("Who", x.Who)
	add("Compared", moment(x.Started))
	if x.Ended.After(x.Started) {
		add("Ended", moment(x.Ended)+", after "+lasted(x.Ended.Sub(x.Started)))
	}
	for _, t := range x.Tables {
		if t.Since.IsZero() {
			add(cmp.Or(t.Title, t.Table), "There was no complete import with the mapping as it is now.")
			continue
		}
		add(cmp.Or(t.Title, t.Table), "Held against the import of "+moment(t.Since)+".")
	}
}

func (v *compareView) counts(c Comparison, sum importer.ComparedTable) {
	v.Heads = []string{"In Dynamics", "There", "Equal", "Differ", "Missing there", "Only there"}
	row := func(name, logical, to string, t importer.ComparedTable, balanced bool) countRow {
		out := countRow{Name: cmp.Or(plain(name), plain(logical)), Logical: plain(logical), To: plain(to), State: "passed", Sign: "✓", Word: "adds up"}
		if !balanced {
			out.State, out.Sign, out.Word = "failed", "✕", "does not add up"
		}
		there := "not counted"
		if t.Counted || t.Destination > 0 {
			there = thousands(t.Destination)
		}
		out.Cells = []string{thousands(t.Source), there, thousands(t.Equal), thousands(t.Records.Total()), thousands(t.Missing), thousands(t.Extra)}
		return out
	}
	for _, t := range c.Comparison.Tables {
		v.Tables = append(v.Tables, row(t.Title, t.Table, t.To, t, t.Balanced()))
	}
	if len(v.Tables) > 1 {
		all := row("Together", "", "", sum, c.balanced())
		v.Together = &all
	}
	v.Adds, v.Balanced = "It adds up: "+sums(sum)+".", "passed"
	if !c.balanced() {
		v.Adds, v.Balanced = "It does not add up: "+sums(sum)+".", "failed"
	}
}

// kinds are the differences by kind, with the first records of each. Memory does not grow with the records.
func (v *compareView) kinds(c Comparison, sum importer.ComparedTable) error {
	at := map[importer.Difference]int{}
	for _, d := range importer.EachDifference() {
		if sum.Records[d]+sum.Values[d] == 0 {
			continue
		}
		title, meaning := DifferenceWords(d)
		k := kindView{Title: title, Meaning: meaning, N: records(sum.Records[d])}
		if n := sum.Values[d]; n == 1 {
			k.N += ", 1 value"
		} else if n > 1 {
			k.N += ", " + thousands(n) + " values"
		}
		k.State, k.Sign = differenceState(d)
		at[d] = len(v.Kinds)
		v.Kinds = append(v.Kinds, k)
	}
	told := map[importer.Difference]int64{}
	err := c.each(func(r importer.RehearsedRow) error {
		i, ok := at[r.Differs]
		if told[r.Differs]++; !ok || len(v.Kinds[i].Records) >= mostKeys {
			return nil
		}
		one := recordView{Table: plain(r.Table), Key: plain(c.id(r.Key)), Field: plain(c.fieldWords(r))}
		if c.Values {
			one.About = plain(r.Name)
		}
		v.Kinds[i].Records = append(v.Kinds[i].Records, one)
		return nil
	})
	for d, i := range at {
		if more := told[d] - int64(len(v.Kinds[i].Records)); more > 0 {
			v.Kinds[i].More = "And " + thousands(more) + " more: the report as CSV names each."
		}
	}
	return err
}

func (v *compareView) fields(x importer.Comparison) {
	for _, t := range x.Tables {
		for _, f := range t.Fields {
			row := fieldRow{Table: plain(cmp.Or(t.Title, t.Table)), Column: plain(f.Column), N: thousands(f.Values.Total())}
			for _, d := range importer.EachDifference() {
				if n := f.Values[d]; n > 0 {
					title, _ := DifferenceWords(d)
					if row.Kinds != "" {
						row.Kinds += " · "
					}
					row.Kinds += title + " " + thousands(n)
				}
			}
			v.Fields = append(v.Fields, row)
		}
	}
}

const compareTable = `<div class="scroll"><table><thead><tr><th scope="col">Table</th>{{range .Heads}}<th scope="col" class="num">{{.}}</th>{{end}}<th scope="col"></th></tr></thead><tbody>
{{- range .Tables}}
<tr class="{{.State}}"><th scope="row"><bdi>{{.Name}}</bdi>{{if ne .Name .Logical}}<br><code><bdi>{{.Logical}}</bdi></code>{{end}}{{if and .To (ne .To .Logical)}}<br><small>in <bdi>{{.To}}</bdi></small>{{end}}</th>{{range .Cells}}<td class="num">{{.}}</td>{{end}}<td class="adds"><span class="sign" role="img" aria-label="{{.Word}}">{{.Sign}}</span></td></tr>
{{- end}}
</tbody>
{{- with .Together}}<tfoot><tr class="{{.State}}"><th scope="row">{{.Name}}</th>{{range .Cells}}<td class="num">{{.}}</td>{{end}}<td class="adds"><span class="sign" role="img" aria-label="{{.Word}}">{{.Sign}}</span></td></tr></tfoot>{{end}}
</table></div>
<p class="adds {{.Balanced}}">{{.Adds}}</p>`

const pageHead = `<header>
<svg width="40" height="40" viewBox="0 0 40 40" role="img" aria-label="Ferry"><path d="M21 4 L21 25 L34 25 Z" fill="#35BFB5"/><path d="M18 10 L18 25 L9 25 Z" fill="#35BFB5"/><path d="M3 28 L37 28 L31 36 L9 36 Z" fill="#0B6E6E"/></svg>
<div><h1>`

const pageVerdict = `</h1>
<p>Written on {{.When}}{{with .Ferry}} with Ferry <bdi>{{.}}</bdi>{{end}}</p></div>
</header>
<div class="verdict {{.State}}"><span class="sign" aria-hidden="true">{{.Sign}}</span>
<div><strong>{{.Verdict}}</strong>{{.Remark}}</div></div>`

const compareBody = `<body>
<main>
` + pageHead + `Comparison: <bdi>{{.Title}}</bdi>` + pageVerdict + `
<section><h2>What was compared</h2>
<dl>
{{- range .Facts}}
<dt>{{.Name}}</dt><dd><bdi>{{.Value}}</bdi></dd>
{{- end}}
</dl>
{{- range .Remarks}}
<p><bdi>{{.}}</bdi></p>
{{- end}}</section>
<section><h2>How many there are</h2>
` + compareTable + `</section>
{{- if .Kinds}}
<section><h2>Why they differ</h2>
<p class="quiet">{{.Kept}}</p>
<ul class="steps">
{{- range .Kinds}}
<li class="{{.State}}"><span class="sign" aria-hidden="true">{{.Sign}}</span><div><b>{{.Title}}</b><span class="word">{{.N}}</span>
<p class="quiet">{{.Meaning}}</p>
{{- if .Records}}
<ul class="keys">
{{- range .Records}}
<li><code><bdi>{{.Table}}</bdi> <bdi>{{.Key}}</bdi></code>{{with .About}} · <bdi>{{.}}</bdi>{{end}}{{with .Field}} · <bdi>{{.}}</bdi>{{end}}</li>
{{- end}}
</ul>{{end}}{{with .More}}<p class="quiet">{{.}}</p>{{end}}</div></li>
{{- end}}
</ul></section>
{{- end}}
{{- if .Fields}}
<section><h2>Fields that differ</h2>
<div class="scroll"><table><thead><tr><th scope="col">Table</th><th scope="col">Field</th><th scope="col" class="num">Values</th><th scope="col">Why</th></tr></thead><tbody>
{{- range .Fields}}
<tr><th scope="row"><bdi>{{.Table}}</bdi></th><td><code><bdi>{{.Column}}</bdi></code></td><td class="num">{{.N}}</td><td>{{.Kinds}}</td></tr>
{{- end}}
</tbody></table></div></section>
{{- end}}
<footer>{{.Footer}}</footer>
</main>
</body>
`

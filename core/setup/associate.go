package setup

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// near is how far from a value its label is looked for.
const near = 160

// fits tells which labels a kind of value can have.
func fits(k kind) func(class) bool {
	return func(c class) bool {
		switch k {
		case kindGUID:
			return c != classExpires && c != classOrg
		case kindDate:
			return c == classExpires
		case kindToken:
			return c == classSecret || c == classPassword || c == classOther
		case kindSecret:
			return c == classSecret
		case kindURL:
			return c == classOrg
		case kindDomain:
			return c == classTenant || c == classOrg
		}
		return false
	}
}

// label reads for every value what stands beside it.
func (f *finder) label() {
	for i := range f.lines {
		if l := &f.lines[i]; l.first < l.next && !f.columns(i) {
			f.beside(l)
			f.above(i)
		}
		f.company(&f.lines[i])
	}
	f.insideAddresses()
	for i := range f.values {
		v := &f.values[i]
		if v.kind == kindGUID && (v.class == classSecret || v.class == classPassword) {
			v.class = classSecretID // a secret's Value is never a GUID
		}
		if v.kind == kindToken && v.class == classPassword {
			f.password(v)
		}
	}
}

// password tells a client secret that is called a password, as az does, from a person's password.
func (f *finder) password(v *value) {
	if len(v.text) >= 30 && mixed(v.text) {
		v.class = classSecret
		return
	}
	v.class, f.passwordLeft = classOther, true
}

func (f *finder) set(v *value, label string) bool {
	r := f.read.read(label, fits(v.kind))
	if r.class == classNone || v.kind == kindGUID && r.class == classSecret && !r.strong && len(strings.Fields(label)) > 3 {
		return false
	}
	v.class, v.strong = r.class, r.strong
	return true
}

// beside reads the labels on the value's own line: before it, or behind it where nothing stands before.
func (f *finder) beside(l *line) {
	values := f.values[l.first:l.next]
	before := f.text[l.start:values[0].start]
	if !lettered(before) && len(values) > 0 {
		last := values[len(values)-1]
		behind := head(f.text[min(last.end, l.end):l.end])
		if r := f.read.read(behind, fits(last.kind)); r.class != classNone {
			for i := range values {
				end := l.end
				if i+1 < len(values) {
					end = values[i+1].start
				}
				f.set(&values[i], head(f.text[min(values[i].end, end):end]))
			}
			return
		}
	}
	start := l.start
	for i := range values {
		f.set(&values[i], tail(f.text[start:max(start, values[i].start)]))
		start = values[i].end
	}
}

// above reads the labels on the lines before the values, where their own line says nothing.
func (f *finder) above(i int) {
	if !f.valueOnly(i) {
		return
	}
	if i > 0 && f.before(i) >= 0 && f.valueOnly(f.before(i)) {
		return // the first line of such lines has looked for all of them
	}
	run := []int{i}
	for j := f.after(i); j >= 0 && f.valueOnly(j) && len(run) < 12; j = f.after(j) {
		run = append(run, j)
	}
	var labels []string
	for j := f.before(i); j >= 0 && len(labels) < 12; j = f.before(j) {
		l := f.lines[j]
		text := f.text[l.start:l.end]
		if f.wanted(l) || !f.names(text) {
			break
		}
		labels = append([]string{tail(text)}, labels...)
		if len(text) > 80 {
			break
		}
	}
	switch {
	case len(labels) == 0:
	case len(labels) == len(run):
		for n, j := range run {
			f.set(&f.values[f.lines[j].first], labels[n])
		}
	case len(run) == 1 || len(labels) == 1:
		f.set(&f.values[f.lines[i].first], labels[len(labels)-1])
	}
}

// valueOnly reports whether nothing but values without a label stands on a line.
func (f *finder) valueOnly(i int) bool {
	l := f.lines[i]
	if l.first == l.next || f.values[l.first].class != classNone {
		return false
	}
	at := l.start
	for _, v := range f.values[l.first:l.next] {
		if lettered(f.text[at:max(at, v.start)]) {
			return false
		}
		at = min(max(at, v.end), l.end)
	}
	return !lettered(f.text[at:l.end])
}

// wanted reports whether a line has values of the kinds that labels above could be meant for.
func (f *finder) wanted(l line) bool {
	for _, v := range f.values[l.first:l.next] {
		if v.kind == kindGUID || v.kind == kindSecret || v.kind == kindDate || v.kind == kindToken {
			return true
		}
	}
	return false
}

func (f *finder) reading(label string) class {
	return f.read.read(tail(label), func(class) bool { return true }).class
}

func (f *finder) names(label string) bool { return f.reading(label) != classNone }

// before and after are the neighbouring lines on which something is said; -1 when there is none nearby.
func (f *finder) before(i int) int {
	for j := i - 1; j >= 0 && j >= i-4; j-- {
		if f.says(j) {
			return j
		}
	}
	return -1
}

func (f *finder) after(i int) int {
	for j := i + 1; j < len(f.lines) && j <= i+3; j++ {
		if f.says(j) {
			return j
		}
	}
	return -1
}

func (f *finder) says(i int) bool {
	l := f.lines[i]
	if l.first < l.next {
		return true
	}
	text := strings.ToLower(strings.TrimSpace(f.text[l.start:min(l.end, l.start+200)]))
	switch text {
	case "copy", "copy to clipboard", "kopieren", "in zwischenablage kopieren", "copier", "copiar", "kopiëren":
		return false
	}
	return lettered(text)
}

// columns reads the labels of a table's head for the values of a row. It reports whether there was one.
func (f *finder) columns(i int) bool {
	l := f.lines[i]
	row := f.text[l.start:l.end]
	if len(row) > 4000 {
		return false
	}
	if v := f.values[l.first]; f.read.read(tail(f.text[l.start:max(l.start, v.start)]), fits(v.kind)).strong {
		return false // the row has names of its own
	}
	for _, sep := range []string{"\t", "|", ";", ",", "  "} {
		n := len(cells(row, sep))
		if n < 3 && !(n == 2 && l.next-l.first == 2) {
			continue
		}
		for j := i - 1; j >= 0 && j >= i-20; j-- {
			h := f.lines[j]
			text := f.text[h.start:h.end]
			if len(text) > 4000 || !lettered(text) && !f.wanted(h) {
				continue // a line between head and body
			}
			head := cells(text, sep)
			if len(head) != n {
				break
			}
			if h.first < h.next {
				continue // another row
			}
			named := make(map[class]bool)
			for _, c := range head {
				named[f.reading(text[c[0]:c[1]])] = true
			}
			delete(named, classNone)
			if len(named) < 2 {
				break
			}
			body, set := cells(row, sep), false
			for k := l.first; k < l.next; k++ {
				v := &f.values[k]
				for c := range body {
					if v.start-l.start >= body[c][0] && v.start-l.start < body[c][1] {
						set = f.set(v, text[head[c][0]:head[c][1]]) || set
					}
				}
			}
			return set
		}
	}
	return false
}

// cells are the places of a line's columns.
func cells(text, sep string) [][2]int {
	var out [][2]int
	start := 0
	for {
		i := strings.Index(text[start:], sep)
		if i < 0 {
			return append(out, [2]int{start, len(text)})
		}
		out = append(out, [2]int{start, start + i})
		start += i + len(sep)
		if sep == "  " {
			for start < len(text) && text[start] == ' ' {
				start++
			}
		}
	}
}

// company reads what follows from standing on one line with a secret.
func (f *finder) company(l *line) {
	seen := false
	for i := l.first; i < l.next; i++ {
		v := &f.values[i]
		switch {
		case v.kind == kindSecret || v.kind == kindToken && v.class == classSecret:
			seen = true
		case v.kind == kindGUID && seen && v.class == classNone && strings.TrimSpace(f.text[f.values[i-1].end:max(v.start, f.values[i-1].end)]) == "":
			v.class = classSecretID
		case v.kind == kindDate && v.class == classNone && i > l.first && f.values[i-1].kind == kindDate && span.MatchString(plainWords(f.text[l.start:v.start])):
			v.class = classExpires
		}
	}
	if !seen {
		return
	}
	for i := l.first; i < l.next; i++ {
		if v := &f.values[i]; v.kind == kindDate && v.class == classNone && !begun.MatchString(plainWords(tail(f.text[l.start:v.start]))) {
			v.class = classExpires
		}
	}
}

var (
	span  = regexp.MustCompile(` (?:valid|gültig|valable|válido|geldig|valido|secret|geheimnis|secreto) `)
	begun = regexp.MustCompile(` (?:created|creation|start|from|sent|von|erstellt|date|datum|créé|creado|issued|since|seit|am) $`)
	// dayFirst are words of languages that write the day before the month.
	dayFirst = regexp.MustCompile(` (?:der|und|für|geheimnis|verzeichnis|le|les|pour|annuaire|bonjour|el|los|para|hola|directorio|het|een|voor|geheim|gli|della|ciao|não|olá|och|colour|organisation|regards cheers) `)
	// masked is a secret of which only the beginning is shown.
	masked = regexp.MustCompile(`[A-Za-z0-9_~.-]{2,5}(?:\*{6,}|•{4,}|●{4,})`)

	inAuthority = regexp.MustCompile(`(?i)^https://(?:login\.(?:microsoftonline\.(?:com|us|de)|partner\.microsoftonline\.cn|windows\.net|microsoft\.com)|sts\.windows\.net)/([0-9a-z.-]{4,80})(?:/|$|\?)`)
	inPortal    = regexp.MustCompile(`(?i)^https://(?:portal\.azure\.(?:com|us|cn)/#@|entra\.microsoft\.(?:com|us)/)([0-9a-z.-]{4,80})(?:/|$)`)
	inApp       = regexp.MustCompile(`(?i)(?:/appId/|[?&](?:client_id|appid)=|^api://)([0-9a-f-]{36})`)
)

// insideAddresses reads the IDs that stand in the addresses of sign-in services and portals.
func (f *finder) insideAddresses() {
	for i, n := 0, len(f.values); i < n; i++ {
		v := f.values[i]
		if v.kind != kindURL {
			continue
		}
		if m := inAuthority.FindStringSubmatch(v.text); m != nil {
			f.inside(v, classTenant, strings.ToLower(m[1]), true)
		} else if m := inPortal.FindStringSubmatch(v.text); m != nil {
			f.inside(v, classTenant, strings.ToLower(m[1]), false)
		}
		if m := inApp.FindStringSubmatch(v.text); m != nil && !onlineShape.MatchString(v.text) {
			f.inside(v, classClient, strings.ToLower(m[1]), false)
		}
	}
}

func (f *finder) inside(v value, c class, text string, strong bool) {
	k := kindDomain
	switch {
	case isGUID(text):
		k = kindGUID
	case c == classClient || !strings.Contains(text, ".") || text == "common" || text == "organizations":
		return
	}
	f.values = append(f.values, value{kind: k, start: v.start, end: v.start, text: text, class: c, strong: strong})
}

func lettered(text string) bool { return strings.IndexFunc(text, unicode.IsLetter) >= 0 }

// head and tail are the part of a text that is near enough to be a label.
func head(text string) string {
	if len(text) <= near {
		return text
	}
	end := near
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

func tail(text string) string {
	if len(text) <= near {
		return text
	}
	start := len(text) - near
	for start < len(text) && !utf8.RuneStart(text[start]) {
		start++
	}
	return text[start:]
}

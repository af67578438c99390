package transform

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"ferry/core"
)

func stripHTML() *Transform {
	return &Transform{
		Name: "strip-html", Title: "Strip HTML", Group: Texts, Takes: texts, Gives: texts,
		Summary: "Makes plain text of a formatted one: paragraphs and line breaks become lines, scripts and styles go. A text without formatting stays as it is.",
		Params: []Param{{
			Name: "links", Title: "Keep addresses of links", Kind: ParamYesNo, Default: "no", Help: "Writes the address of a link in brackets behind its text.",
		}},
		Examples: []Example{
			{In: core.Text("<p>Dear <b>Anna</b>,</p><p>R&amp;D<br>Leeds</p>"), Out: core.Text("Dear Anna,\nR&D\nLeeds"), Why: "Paragraphs become lines."},
			{In: core.Text("<style>p{color:red}</style><ul><li>one</li><li>two</li></ul>"), Out: core.Text("- one\n- two"), Why: "Lists keep their items, styles go."},
			{Params: map[string]string{"links": "yes"}, In: core.Text(`<a href="https://contoso.com">Contoso</a>`), Out: core.Text("Contoso (https://contoso.com)"), Why: "Addresses can be kept."},
			{In: core.Text("2 < 3\n  and so on"), Out: core.Text("2 < 3\n  and so on"), Why: "A text without formatting stays as it is."},
			{In: core.Text("<p> </p>"), Out: core.Text(""), Why: "What shows nothing becomes an empty text."},
		},
		make: func(b *build) Func {
			links := b.yes("links")
			return func(v core.Value, _ []core.Value) (core.Value, *core.Fault) {
				return core.Text(plain(v.AsText(), links)), nil
			}
		},
	}
}

// A page gathers the plain text of a formatted one.
type page struct {
	out     strings.Builder
	hidden  atom.Atom // the element whose content is not shown
	pre     int       // in how many <pre>
	space   bool      // a space is due before the next word
	breaks  int       // line breaks due before the next word
	link    string
	marked  bool // something was formatted
	started bool
}

func plain(s string, links bool) string {
	if !strings.ContainsAny(s, "<&") {
		return s
	}
	p := &page{}
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if !p.marked {
				return html.UnescapeString(s)
			}
			return p.out.String()
		case html.TextToken:
			if p.hidden == 0 {
				p.words(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			p.marked = true
			p.open(z.Token(), links)
		case html.EndTagToken:
			p.marked = true
			p.close(z.Token())
		default:
			p.marked = true
		}
	}
}

func (p *page) open(t html.Token, links bool) {
	switch t.DataAtom {
	case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template:
		if p.hidden == 0 && t.Type == html.StartTagToken {
			p.hidden = t.DataAtom
		}
	case atom.Br:
		p.breaks = min(p.breaks+1, 2)
	case atom.Li:
		p.line()
		p.words("- ")
	case atom.Td, atom.Th:
		p.space = true
	case atom.Pre:
		p.line()
		p.pre++
	case atom.A:
		p.link = ""
		for _, a := range t.Attr {
			if links && a.Key == "href" {
				p.link = a.Val
			}
		}
	case atom.Body:
		p.hidden = 0
	default:
		if block(t.DataAtom) {
			p.line()
		}
	}
}

func (p *page) close(t html.Token) {
	if t.DataAtom == p.hidden {
		p.hidden = 0
		return
	}
	switch t.DataAtom {
	case atom.A:
		if p.link != "" {
			p.words(" (" + p.link + ")")
			p.link = ""
		}
	case atom.Pre:
		p.pre = max(0, p.pre-1)
		p.line()
	case atom.Head:
		p.hidden = 0
	default:
		if block(t.DataAtom) {
			p.line()
		}
	}
}

// line asks for a new line before the next word.
func (p *page) line() { p.breaks = max(p.breaks, 1) }

// words writes text; white space counts as HTML counts it.
func (p *page) words(s string) {
	for _, r := range s {
		if unicode.IsSpace(r) && r != '\u00a0' {
			if p.pre > 0 && r == '\n' {
				p.breaks = min(p.breaks+1, 2)
			}
			p.space = true
			continue
		}
		if p.started && p.breaks > 0 {
			p.out.WriteString("\n\n"[:p.breaks])
		} else if p.started && p.space {
			p.out.WriteByte(' ')
		}
		p.space, p.breaks, p.started = false, 0, true
		p.out.WriteRune(r)
	}
}

func block(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Ul, atom.Ol, atom.Li, atom.Table, atom.Tr, atom.Blockquote, atom.Section, atom.Article, atom.Header,
		atom.Footer, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Hr, atom.Address, atom.Dl, atom.Dt, atom.Dd:
		return true
	}
	return false
}

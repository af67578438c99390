package project

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"ferry/core"
	"ferry/core/mapping"
)

// Received tidies a project that came as a file, and says what a person should know of it before anything of it is used:
// names had signs in them that are not seen, which are taken out; two connections have one name, the later one is left
// out; the host of an environment only looks like another.
func (p *Project) Received() (said []*core.Fault) {
	tidy := func(name *string, what string) {
		if core.Marked(*name) != *name {
			said = append(said, hiddenSigns(what+" “"+core.Marked(*name)+"”"))
			*name = core.Seen(*name)
		}
	}
	tidy(&p.Name, "The project's name")
	using := core.Seen(p.Connection)
	kept := p.Connections[:0]
	names := map[string]bool{}
	for _, c := range p.Connections {
		tidy(&c.Name, "The connection")
		if names[c.Name] {
			said = append(said, twoConnections(c.Name))
			continue
		}
		names[c.Name] = true
		kept = append(kept, c)
		if true, shown := hostForms(c.Org); true != shown {
			said = append(said, lookAlike(c.Name, true, shown))
		}
	}
	p.Connections, p.Connection = kept, using
	for i := range p.Mappings {
		titles(&p.Mappings[i], tidy)
	}
	for _, kind := range slices.Sorted(maps.Keys(p.Aside)) {
		for i := range p.Aside[kind].Mappings {
			titles(&p.Aside[kind].Mappings[i], tidy)
		}
	}
	return said
}

func titles(m *mapping.Mapping, tidy func(name *string, what string)) {
	tidy(&m.Title, "The mapping")
	for i := range m.Children {
		titles(&m.Children[i], tidy)
	}
}

// hostForms are the host of an address as it is asked for, and as it may be shown elsewhere: xn--cntoso-8ka.com is shown
// as cöntoso.com.
func hostForms(address string) (asked, shown string) {
	u, err := url.Parse(address)
	if err != nil {
		return "", ""
	}
	asked = strings.ToLower(u.Hostname())
	if shown, err = idna.Punycode.ToUnicode(asked); err != nil {
		return asked, asked
	}
	return asked, shown
}

// strangeHost refuses an address whose host is written with other than the letters of addresses: what it leads to is
// another host, whose name begins with xn--.
func strangeHost(address string) (asked string, strange bool) {
	host := address
	if u, err := url.Parse(address); err == nil {
		host = u.Host
	}
	for i := range len(host) {
		if host[i] >= utf8.RuneSelf || host[i] == '%' {
			asked, err := idna.Punycode.ToASCII(core.Seen(host))
			if err != nil {
				asked = ""
			}
			return asked, true
		}
	}
	return "", false
}

// foreign reports whether a text has letters that addresses do not have.
func foreign(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// names refuses names of tables, fields and columns with signs that are not seen: two of them would look the same.
func names(all []mapping.Mapping) error {
	for i := range all {
		m := &all[i]
		list := append([]string{m.ID, m.Source, m.Table, m.Key, m.Parent, m.Link, m.Zone, m.Gone.Column, m.Left.Column}, m.Match.Columns...)
		for _, b := range m.Columns {
			list = append(append(list, b.Column, b.Field), b.Fields...)
			if b.Lookup != nil {
				list = append(list, b.Lookup.Target, b.Lookup.Field)
			}
		}
		for _, name := range list {
			if core.Marked(name) != name {
				return hiddenName(name)
			}
		}
		if err := names(m.Children); err != nil {
			return err
		}
	}
	return nil
}

func hiddenSigns(what string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "project.hidden-signs", Owner: core.You,
		Cause:  what + " had signs in it that are not seen. Ferry took them out.",
		Remedy: "Look whether it is the one you expect. Signs like these make one name look like another.",
	}
}

func hiddenName(name string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "project.hidden-name", Owner: core.You,
		Cause:   "A table, field or column in this file has a name with signs in it that are not seen. It would look like another.",
		Remedy:  "Ask whoever made the file for it once more.",
		Subject: core.Subject{Field: core.Marked(name)},
	}
}

func twoConnections(name string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "project.same-connection", Owner: core.You,
		Cause:  "Two connections of this project are called “" + name + "”. Ferry left the second one out.",
		Remedy: "Ask whoever made the file what the second one is for, and add it under another name.",
	}
}

func lookAlike(name, asked, shown string) *core.Fault {
	return &core.Fault{
		Kind: core.Wrong, Code: "project.look-alike-host", Owner: core.You,
		Cause:  "The connection “" + name + "” leads to " + asked + ". Elsewhere that is shown as " + shown + ", which may look like another address.",
		Remedy: "Sign in there only if you know that address. Else ask whoever made the file.",
	}
}

func foreignLetters(asked string) *core.Fault {
	cause := "The address of a connection is written with letters that addresses do not have."
	if asked != "" {
		cause = "The address of a connection is written with letters that look like others. It leads to " + asked + "."
	}
	return &core.Fault{
		Kind: core.Wrong, Code: "project.foreign-letters", Owner: core.You, Cause: cause,
		Remedy: "Do not sign in there. Ask whoever made the file for the right address.",
	}
}

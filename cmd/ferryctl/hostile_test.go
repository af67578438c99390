package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"ferry/core/practice"
	"ferry/core/project"
)

// Whatever names say, the report shows them and runs nothing, and the terminal stays as it is.
func TestHostileNamesAreShownAsSigns(t *testing.T) {
	t.Parallel()
	plain, hostile := open(t, small()), open(t, practice.Options{Seed: 7, Rows: small().Rows, Hostile: true})
	var skeletons [2][]string
	for i, s := range []*session{plain, hostile} {
		report := filepath.Join(s.dir, "report.html")
		p := project.New("Contoso")
		c := project.Connection{Name: "Contoso", Org: s.env.Org, Tenant: s.env.Tenant, ClientID: s.env.SecretApp, Auth: project.Secret}
		if s == hostile {
			c.Name += practice.HostileText
			c.Kind += practice.HostileText
			c.SecretExpires = practice.HostileText
			p.Name += practice.HostileText
		}
		p.Connection, p.Connections = c.Name, []project.Connection{c}
		file := filepath.Join(s.dir, "contoso.ferry")
		if err := p.Write(file); err != nil {
			t.Fatal(err)
		}
		args := []string{"-project", file, "-authority", s.env.Authority, "-data", filepath.Join(s.dir, "data")}
		code, _, text := s.run(append([]string{"check", "-report", report, "-tables", "account,contact,new_vessel"}, args...)...)
		if code != exitWell || !strings.Contains(text, "Connection available") {
			t.Fatalf("exit %d: %s", code, text)
		}
		stays(t, text)
		if shown := strings.Contains(text, "<img src=x onerror=alert(1)>"); shown != (s == hostile) {
			t.Errorf("the names are shown is %v: %s", shown, text)
		}
		for _, command := range [][]string{{"tables"}, {"import", "-to", "sqlite:" + s.file()}, {"runs"}, {"check", "-tables", "acount"}} {
			_, _, text := s.run(append(command, args...)...)
			stays(t, text)
		}
		page, err := os.ReadFile(report)
		if err != nil {
			t.Fatal(err)
		}
		skeletons[i] = skeleton(t, page)
		if s == hostile && !bytes.Contains(page, []byte("&lt;img src=x onerror=alert(1)&gt;")) {
			t.Errorf("the report does not show the names: %s", page)
		}
		if strings.ContainsFunc(string(page), steers) {
			t.Error("the report has signs that steer the direction of writing")
		}
	}
	// No name added an element or an attribute: both reports are made of the same ones.
	for _, part := range skeletons[1] {
		if !slices.Contains(skeletons[0], part) {
			t.Errorf("the report of the hostile environment has %q, the other one has not", part)
		}
	}
}

// skeleton is every element of a page with its attributes, once, without the values that differ from report to report.
func skeleton(t testing.TB, page []byte) (parts []string) {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		part := n.Data
		for _, a := range n.Attr {
			part += " " + a.Key
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
				t.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
			}
			if a.Key == "href" && !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("a link leads to %q", a.Val)
			}
		}
		if slices.Contains([]string{"script", "img", "iframe", "object", "embed", "form", "base", "link"}, n.Data) {
			t.Errorf("the report has a <%s>", n.Data)
		}
		if !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	return parts
}

// steers reports whether a sign changes the direction of what follows it.
func steers(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }

// stays fails when a text could move the cursor of a terminal, or turn what it shows.
func stays(t testing.TB, text string) {
	t.Helper()
	for i, r := range text {
		if steers(r) || r == '\u2028' || r == '\u2029' || r != '\n' && unicode.IsControl(r) {
			from := max(0, i-80)
			t.Errorf("the terminal gets %U after %q", r, text[from:i])
			return
		}
	}
}

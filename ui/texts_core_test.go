package ui_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/halo"
	"ferry/core/postgres"
	"ferry/core/sheet"
	"ferry/core/sqlite"
)

// saidByCore finds the texts that core makes and the window shows: what each kind of destination says of itself and of its
// settings, and the titles of the steps of tests. Faults, which also a terminal shows, are not among them.
func saidByCore(t *testing.T) map[string]bool {
	t.Helper()
	texts := map[string]bool{}
	add := func(all ...string) {
		for _, text := range all {
			if text != "" {
				texts[text] = false
			}
		}
	}
	for _, d := range []core.Driver[core.Destination]{halo.Driver(halo.Options{}), sheet.Excel(sheet.Spools{}, nil), sheet.CSV(sheet.Spools{}, nil), sqlite.Driver(nil), postgres.Driver(nil)} {
		add(d.Title, d.Summary, d.Guide.Title, d.Guide.Note)
		add(d.Guide.Steps...)
		for _, s := range d.Settings {
			add(s.Title, s.Help)
		}
	}
	files, err := filepath.Glob("../core/*/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if title, ok := titleOfStep(n); ok {
				add(title)
			}
			return true
		})
	}
	return texts
}

// titleOfStep is the title in core.Check{…, Title: "…"} or in step(id, "…", …). One that is put together of names is shown as it is.
func titleOfStep(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.CompositeLit:
		kind, ok := n.Type.(*ast.SelectorExpr)
		if !ok || kind.Sel.Name != "Check" {
			return "", false
		}
		for _, e := range n.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "Title" {
					return literal(kv.Value)
				}
			}
		}
	case *ast.CallExpr:
		if fn, ok := n.Fun.(*ast.Ident); ok && fn.Name == "step" && len(n.Args) > 1 {
			return literal(n.Args[1])
		}
	}
	return "", false
}

// A text that nobody finds would stay English for ever.
func TestTextsOfCoreAreFound(t *testing.T) {
	texts := saidByCore(t)
	for _, text := range []string{"Import although the agent sees only some customers", "Records are found again", "Database file (SQLite)", "Security roles", "Folder can be written", "In Halo, once"} {
		if _, ok := texts[text]; !ok {
			t.Errorf("%q is not found", text)
		}
	}
}

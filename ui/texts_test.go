package ui_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
)

const textFile = "../assets/translations/en.json"

// said finds every text that the window asks the translation for, and whether it counts something.
func said(t *testing.T) map[string]bool {
	t.Helper()
	texts := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob("kit/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(files, more...) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			fn, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, ok := fn.X.(*ast.Ident); !ok || pkg.Name != "lang" || fn.Sel.Name != "L" && fn.Sel.Name != "N" {
				return true
			}
			text, ok := literal(call.Args[0])
			if !ok {
				t.Errorf("%s: a text that is put together cannot be translated", name)
				return true
			}
			texts[text] = fn.Sel.Name == "N"
			return true
		})
	}
	for text := range saidByCore(t) {
		if _, ok := texts[text]; !ok {
			texts[text] = false
		}
	}
	return texts
}

// literal reads a text, also one that is written over several lines.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.BinaryExpr:
		a, okA := literal(e.X)
		b, okB := literal(e.Y)
		return a + b, okA && okB
	}
	return "", false
}

// TestTexts: every text of the window, those that core makes for it included, stands in en.json, and nothing else does. With FERRY_TEXTS=write the file is
// brought up to date; texts that count something keep the forms they have.
func TestTexts(t *testing.T) {
	data, err := os.ReadFile(textFile)
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string]any{}
	if err := json.Unmarshal(data, &kept); err != nil {
		t.Fatal(err)
	}
	texts := said(t)
	if os.Getenv("FERRY_TEXTS") == "write" {
		write(t, texts, kept)
		return
	}
	for text, counts := range texts {
		switch form := kept[text].(type) {
		case string:
			if counts {
				t.Errorf("%q counts something and needs the forms one and other", text)
			}
		case map[string]any:
			if form["one"] == nil || form["other"] == nil {
				t.Errorf("%q lacks a form", text)
			}
		default:
			t.Errorf("%q is not in %s", text, textFile)
		}
	}
	for text := range kept {
		if _, used := texts[text]; !used {
			t.Errorf("%q is said nowhere", text)
		}
	}
}

func write(t *testing.T, texts map[string]bool, kept map[string]any) {
	t.Helper()
	keys := make([]string, 0, len(texts))
	for k := range texts {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var b strings.Builder
	b.WriteString("{\n")
	for i, k := range keys {
		var value any = k
		if texts[k] {
			value = map[string]any{"one": k, "other": k}
			if old, ok := kept[k].(map[string]any); ok {
				value = old
			}
		}
		for j, part := range []any{k, value} {
			var p strings.Builder
			e := json.NewEncoder(&p)
			e.SetEscapeHTML(false)
			if err := e.Encode(part); err != nil {
				t.Fatal(err)
			}
			b.WriteString([]string{"  ", ": "}[j] + strings.TrimSpace(p.String()))
		}
		if i < len(keys)-1 {
			b.WriteString(",")
		}
		b.WriteString("\n")
	}
	b.WriteString("}\n")
	if err := os.WriteFile(textFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

package ui_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestBorders: under ui only task starts goroutines, only one line hands in fyne.Do, and nobody speaks HTTP or SQL
// or needs a graphics driver.
func TestBorders(t *testing.T) {
	dos := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			switch p := strings.Trim(i.Path.Value, `"`); p {
			case "net/http", "database/sql", "fyne.io/fyne/v2/app", "os/exec":
				t.Errorf("%s imports %s", path, p)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				if filepath.Dir(path) != "task" {
					t.Errorf("%s starts a goroutine", path)
				}
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "fyne" && (n.Sel.Name == "Do" || n.Sel.Name == "DoAndWait") {
					dos++
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if dos != 1 {
		t.Errorf("fyne.Do stands in %d places, wants 1", dos)
	}
}

package core_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The laws of the house. Each is a function from what it looks at to what breaks it, so that it can be shown a guilty
// fixture as well as the project: a law that accuses nobody proves nothing.

// A pkg is one package as `go list` tells it.
type pkg struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Deps       []string
}

const module = "ferry"

// technologies speak to one kind of system each. None of them knows another.
var technologies = []string{"dataverse", "signin", "keychain", "halo", "sqlite", "postgres", "sheet", "practice", "schedule"}

// shared are the other packages under core: whoever speaks to no system, or is made for all that do.
var shared = []string{"mapping", "importer", "journal", "project", "rehearsal", "report", "setup", "rest", "sqlitefile", "settled", "csvtext", "zones", "coretest"}

func technology(importPath string) string {
	rest, ok := strings.CutPrefix(importPath, module+"/core/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	if slices.Contains(technologies, name) {
		return name
	}
	return ""
}

func under(importPath, folder string) bool {
	return importPath == module+"/"+folder || strings.HasPrefix(importPath, module+"/"+folder+"/")
}

func coreKnowsFyne(packages []pkg) (guilty []string) {
	for _, p := range packages {
		if !under(p.ImportPath, "core") {
			continue
		}
		for _, d := range p.Deps {
			if strings.HasPrefix(d, "fyne.io/") || under(d, "ui") || under(d, "cmd") {
				guilty = append(guilty, p.ImportPath+" depends on "+d)
			}
		}
	}
	return guilty
}

func vocabularyImports(packages []pkg) (guilty []string) {
	for _, p := range packages {
		if p.ImportPath != module+"/core" {
			continue
		}
		for _, i := range p.Imports {
			if first, _, _ := strings.Cut(i, "/"); strings.Contains(first, ".") || first == module {
				guilty = append(guilty, "core imports "+i)
			}
		}
	}
	return guilty
}

func technologiesMeet(packages []pkg) (guilty []string) {
	for _, p := range packages {
		from := technology(p.ImportPath)
		if from == "" {
			continue
		}
		for _, i := range p.Imports {
			if to := technology(i); to != "" && to != from {
				guilty = append(guilty, p.ImportPath+" imports "+i)
			}
		}
	}
	return guilty
}

// unplaced finds packages of which nobody has said what they are: the law about technologies would pass them by.
func unplaced(packages []pkg) (guilty []string) {
	for _, p := range packages {
		rest, ok := strings.CutPrefix(p.ImportPath, module+"/core/")
		name, _, _ := strings.Cut(rest, "/")
		if ok && !slices.Contains(technologies, name) && !slices.Contains(shared, name) {
			guilty = append(guilty, p.ImportPath+" is neither a technology nor shared")
		}
	}
	return guilty
}

func windowSpeaks(packages []pkg) (guilty []string) {
	for _, p := range packages {
		if !under(p.ImportPath, "ui") {
			continue
		}
		for _, i := range p.Imports {
			if i == "net/http" || i == "database/sql" || strings.Contains(i, "sqlite") || technology(i) != "" || i == module+"/core/rest" {
				guilty = append(guilty, p.ImportPath+" imports "+i)
			}
		}
	}
	return guilty
}

func pureKnowsTheWorld(packages []pkg) (guilty []string) {
	for _, p := range packages {
		if p.ImportPath != module+"/core/mapping" {
			continue
		}
		for _, i := range p.Imports {
			if i == "os" || i == "net" || strings.HasPrefix(i, "net/") || i == "database/sql" {
				guilty = append(guilty, p.ImportPath+" imports "+i)
			}
		}
	}
	return guilty
}

// A source is one Go file with its path from the module's root, slashes forward.
type source struct {
	path string
	file *ast.File
}

// handOver is the one file beside ui/task that may name fyne.Do: it hands it to the runner.
const handOver = "ui/window.go"

func windowStartsGoroutines(sources []source) (guilty []string) {
	for _, s := range sources {
		if !strings.HasPrefix(s.path, "ui/") || strings.HasPrefix(s.path, "ui/task/") {
			continue
		}
		named := 0
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				guilty = append(guilty, s.path+" starts a goroutine")
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "fyne" && strings.HasPrefix(n.Sel.Name, "Do") && (n.Sel.Name == "Do" || n.Sel.Name == "DoAndWait") {
					named++
					if s.path != handOver || named > 1 || n.Sel.Name != "Do" {
						guilty = append(guilty, s.path+" names fyne."+n.Sel.Name)
					}
				}
			}
			return true
		})
	}
	return guilty
}

func hasInit(sources []source) (guilty []string) {
	for _, s := range sources {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				guilty = append(guilty, s.path+" has an init")
			}
		}
	}
	return guilty
}

// packageVariableChanges finds assignments to variables of a package from within its functions.
func packageVariableChanges(sources []source) (guilty []string) {
	variables := map[string]map[string]bool{} // folder to names
	for _, s := range sources {
		folder := path.Dir(s.path)
		for _, d := range s.file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, spec := range g.Specs {
				for _, name := range spec.(*ast.ValueSpec).Names {
					if variables[folder] == nil {
						variables[folder] = map[string]bool{}
					}
					variables[folder][name.Name] = true
				}
			}
		}
	}
	for _, s := range sources {
		known := variables[path.Dir(s.path)]
		accuse := func(e ast.Expr) {
			name := root(e)
			if name == nil || name.Name == "_" || !known[name.Name] || local(name, s.file) {
				return
			}
			guilty = append(guilty, s.path+" changes "+name.Name)
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			ast.Inspect(f.Body, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.AssignStmt:
					if n.Tok != token.DEFINE {
						for _, e := range n.Lhs {
							accuse(e)
						}
					}
				case *ast.IncDecStmt:
					accuse(n.X)
				case *ast.UnaryExpr:
					if n.Op == token.AND {
						accuse(n.X)
					}
				}
				return true
			})
		}
	}
	return guilty
}

// root is the variable an expression is a part of: v in v.f[i].
func root(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// local reports whether a name means something declared inside a function: the parser resolves those, and those at the
// top of the same file.
func local(name *ast.Ident, file *ast.File) bool {
	if name.Obj == nil {
		return false
	}
	return file.Scope.Lookup(name.Name) != name.Obj
}

func TestNothingUnderCoreDependsOnFyne(t *testing.T) {
	holds(t, coreKnowsFyne(list(t)))
	accuses(t, coreKnowsFyne([]pkg{{ImportPath: "ferry/core/rest", Deps: []string{"fyne.io/fyne/v2"}}}))
	accuses(t, coreKnowsFyne([]pkg{{ImportPath: "ferry/core/rest", Deps: []string{"ferry/ui"}}}))
}

func TestTheVocabularyDependsOnTheStandardLibraryOnly(t *testing.T) {
	holds(t, vocabularyImports(list(t)))
	accuses(t, vocabularyImports([]pkg{{ImportPath: "ferry/core", Imports: []string{"github.com/google/uuid"}}}))
	accuses(t, vocabularyImports([]pkg{{ImportPath: "ferry/core", Imports: []string{"ferry/core/rest"}}}))
}

func TestTechnologiesNeverImportEachOther(t *testing.T) {
	holds(t, technologiesMeet(list(t)))
	accuses(t, technologiesMeet([]pkg{{ImportPath: "ferry/core/dataverse/scan", Imports: []string{"ferry/core/signin"}}}))
}

func TestEveryPackageIsATechnologyOrShared(t *testing.T) {
	holds(t, unplaced(list(t)))
	accuses(t, unplaced([]pkg{{ImportPath: "ferry/core/mysql"}}))
}

func TestTheWindowSpeaksNeitherHTTPNorSQL(t *testing.T) {
	holds(t, windowSpeaks(list(t)))
	accuses(t, windowSpeaks([]pkg{{ImportPath: "ferry/ui/kit", Imports: []string{"net/http"}}}))
	accuses(t, windowSpeaks([]pkg{{ImportPath: "ferry/ui", Imports: []string{"ferry/core/sqlite"}}}))
}

func TestTheMappingIsPure(t *testing.T) {
	holds(t, pureKnowsTheWorld(list(t)))
	accuses(t, pureKnowsTheWorld([]pkg{{ImportPath: "ferry/core/mapping", Imports: []string{"os"}}}))
}

func TestGoroutinesInTheWindowStartInOnePlace(t *testing.T) {
	holds(t, windowStartsGoroutines(sources(t)))
	accuses(t, windowStartsGoroutines(fixture(t, "ui/kit/x.go", `package kit; func f() { go f() }`)))
	accuses(t, windowStartsGoroutines(fixture(t, "ui/frame.go", `package ui; func f() { fyne.Do(f) }`)))
	accuses(t, windowStartsGoroutines(fixture(t, handOver, `package ui; func f() { g(fyne.Do); g(fyne.Do) }`)))
	holds(t, windowStartsGoroutines(fixture(t, handOver, `package ui; func f() { g(fyne.Do) }`)))
}

func TestThereIsNoInit(t *testing.T) {
	holds(t, hasInit(sources(t)))
	accuses(t, hasInit(fixture(t, "core/x.go", `package core; func init() {}`)))
}

func TestNoPackageVariableChanges(t *testing.T) {
	holds(t, packageVariableChanges(sources(t)))
	accuses(t, packageVariableChanges(fixture(t, "core/x.go", `package core; var n int; func f() { n++ }`)))
	accuses(t, packageVariableChanges(fixture(t, "core/x.go", `package core; var m = map[string]int{}; func f() { m["a"] = 1 }`)))
	accuses(t, packageVariableChanges(fixture(t, "core/x.go", `package core; var p T; func f() { g(&p) }`)))
	holds(t, packageVariableChanges(fixture(t, "core/x.go", `package core; var n int; func f() { n := 1; n++; _ = n }`)))
}

func holds(t *testing.T, guilty []string) {
	t.Helper()
	for _, g := range guilty {
		t.Error(g)
	}
}

func accuses(t *testing.T, guilty []string) {
	t.Helper()
	if len(guilty) == 0 {
		t.Error("the law does not see its guilty fixture")
	}
}

// list asks the go command for the project's packages, tests left out.
func list(t *testing.T) []pkg {
	t.Helper()
	c := exec.Command("go", "list", "-tags", "migrated_fynedo", "-e", "-json=ImportPath,Standard,Imports,Deps", "./...")
	c.Dir = ".."
	var failed bytes.Buffer
	c.Stderr = &failed
	out, err := c.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, failed.String())
	}
	var packages []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if len(packages) < 3 {
		t.Fatalf("only %d packages were found", len(packages))
	}
	return packages
}

// sources parses the project's own files, tests left out.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	for _, top := range []string{"core", "ui", "cmd", "assets"} {
		err := filepath.WalkDir(filepath.Join("..", top), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel("..", name)
			all = append(all, source{filepath.ToSlash(rel), file})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func fixture(t *testing.T, name, text string) []source {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
	if err != nil {
		t.Fatal(err)
	}
	return []source{{name, file}}
}

package project

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"ferry/core"
	"ferry/core/mapping"
)

const head = `{"version":1,"id":"00112233445566778899aabbccddeeff","name":"x"`

func account(more string) string {
	return `{"id":"account","source":"account","table":"account","key":"accountid","columns":[]` + more + `}`
}

// hostile are files that somebody may send, and what is said of them; "" is that they are read.
func hostile() map[string]string {
	nested := func(open, shut string, n int) string { return strings.Repeat(open, n) + strings.Repeat(shut, n) }
	deepFilter := `{"field":"name","op":"filled"}`
	for range 95 {
		deepFilter = `{"all":[` + deepFilter + `]}`
	}
	children := account("")
	for i := range 20 {
		children = fmt.Sprintf(`{"id":"c%d","source":"account","table":"t","key":"k","columns":[],"children":[%s]}`, i, children)
	}
	return map[string]string{
		head + `,"tables":` + nested("[", "]", 10_000) + `}`:                                         "project.too-much",
		head + `,"mappings":[` + account(`,"where":`+nested(`{"all":[`, "]}", 10_000)) + `]}`:        "project.too-much",
		head + `,"mappings":[` + account(`,"where":`+deepFilter) + `]}`:                              "",
		head + `,"mappings":[` + children + `]}`:                                                     "project.too-much",
		head + `,"mappings":[` + account("") + `,` + account("") + `]}`:                              "project.same-id",
		head + `,"mappings":[` + account(`,"children":[`+account("")+`]`) + `]}`:                     "project.same-id",
		head + `,"mappings":[` + strings.Replace(account(""), `"id":"account"`, `"id":""`, 1) + `]}`: "project.mapping-incomplete",
		head + `,"mappings":[{}]}`:                                                                   "project.mapping-incomplete",
		head + `,"mappings":[` + account(`,"columns":[{"column":"c","pass":1000000000}]`) + `]}`:     "project.mapping-incomplete",
		head + `,"mappings":[` + account(`,"columns":[`+strings.Repeat("{},", 20_000)+`{}]`) + `]}`:  "project.too-much",
		head + `,"mappings":1000000000}`:                                                             "project.not-a-project",
		head + `,"mappings":[` + account(`,"columns":1e9`) + `]}`:                                    "project.not-a-project",
		head + `,"mappings":[` + account(`,"columns":[{"pass":1e400}]`) + `]}`:                       "project.not-a-project",
		head + `,"language":NaN}`:                                                                    "project.not-a-project",
		head + `,"language":1.5}`:                                                                    "project.not-a-project",
		head + `,"language":99999999999999999999}`:                                                   "project.not-a-project",
		head + `,"connections":[{"name":7}]}`:                                                        "project.not-a-project",
		head + `,"name":"` + strings.Repeat("x", largest) + `"}`:                                     "project.too-much",
		strings.Replace(head, `"version":1`, `"version":4`, 1) + `,"unheardOf":{"x":1}}`:             "project.newer",
		strings.Replace(head, `"version":1`, `"version":-1`, 1) + `}`:                                "project.not-a-project",
		strings.Replace(head, `"version":1`, `"version":1e99`, 1) + `}`:                              "project.not-a-project",
		"\ufeff" + head + `}`: "project.not-a-project",
		head + `,"destination":{"driver":"sqlite","settings":{"file":"\\\\evil\\share\\x.db"}}}`: "",
	}
}

func TestAFileThatSomebodySentDoesNoHarm(t *testing.T) {
	for text, code := range hostile() {
		path := filepath.Join(t.TempDir(), "sent.ferry")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Read(path)
		if code == "" && err == nil {
			continue
		}
		if f := core.AsFault(err); err == nil || f.Code != code || f.Cause == "" || f.Remedy == "" {
			t.Errorf("%.120s gives %v, not %s", text, err, code)
		}
		if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
			t.Errorf("reading made a file: %v", left)
		}
	}
}

func TestAPathInAProjectStaysInItsFolder(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "move.ferry")
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(folder, "out")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(outside, "none"), filepath.Join(folder, "dangling")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "in"), 0o700); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"":              "",
		"contoso.db":    "contoso.db",
		"in/contoso.db": "in/contoso.db", `in\contoso.db`: "in/contoso.db", "new/er/contoso.db": "new/er/contoso.db", "in/../contoso.db": "contoso.db",
		"../x.db": "project.foreign-path", "in/../../x.db": "project.foreign-path", `..\x.db`: "project.foreign-path",
		"/etc/x.db": "project.foreign-path", `C:\x.db`: "project.foreign-path", "C:x.db": "project.foreign-path", "~/x.db": "project.foreign-path",
		`\\evil\share\x.db`: "project.foreign-path", "//evil/share/x.db": "project.foreign-path", `\\?\C:\x.db`: "project.foreign-path", `\\.\pipe\x`: "project.foreign-path",
		"NUL": "project.odd-path", "in/con.db": "project.odd-path", "lpt1.txt": "project.odd-path", "COM1 .db": "project.odd-path", "x.db:stream": "project.odd-path",
		"x\x00.db": "project.odd-path", "x\u202ebd.exe": "project.odd-path", "x\u200b.db": "project.odd-path", "x\n.db": "project.odd-path",
		"out/x.db": "project.foreign-path", "dangling": "project.foreign-path", "dangling/x.db": "project.foreign-path",
	} {
		got, err := Place(file, path, false)
		if strings.HasPrefix(want, "project.") {
			if f := core.AsFault(err); err == nil || f.Code != want || strings.ContainsFunc(f.Subject.Value, unseen) {
				t.Errorf("%q leads to %q, %v", path, got, err)
			}
			continue
		}
		if want != "" {
			want = filepath.Join(folder, want)
		}
		if err != nil || got != want {
			t.Errorf("%q leads to %q, %v; not to %q", path, got, err, want)
		}
	}
	chosen := filepath.Join(outside, "x.db")
	if got, err := Place(file, chosen, true); err != nil || got != chosen {
		t.Errorf("what the person chose leads to %q, %v", got, err)
	}
}

func TestAFileSaysTheOldestFerryThatUnderstandsIt(t *testing.T) {
	plain := mapping.Mapping{ID: "account", Source: "account", Table: "account", Key: "accountid", Columns: []mapping.Binding{{Column: "name", Type: core.ColumnText, Field: "name"}}}
	with := func(change func(p *Project, m *mapping.Mapping)) *Project {
		p := New("x")
		m := plain
		m.Columns = append([]mapping.Binding{}, plain.Columns...)
		change(p, &m)
		p.Mappings = []mapping.Mapping{m}
		return p
	}
	for name, c := range map[string]struct {
		p    *Project
		want int
	}{
		"plain":      {with(func(*Project, *mapping.Mapping) {}), 1},
		"a filter":   {with(func(_ *Project, m *mapping.Mapping) { m.Filter = "statecode eq 0" }), 1},
		"a language": {with(func(p *Project, _ *mapping.Mapping) { p.Language = 1031 }), 2},
		"a switch":   {with(func(p *Project, _ *mapping.Mapping) { p.Off = []string{"account"} }), 2},
		"a step":     {with(func(_ *Project, m *mapping.Mapping) { m.Columns[0].Steps = []mapping.Step{{Name: "trim"}} }), 2},
		"a rule":     {with(func(_ *Project, m *mapping.Mapping) { m.Columns[0].MayEmpty = true }), 2},
		"a where":    {with(func(_ *Project, m *mapping.Mapping) { m.Where = &mapping.Filter{Field: "name", Op: mapping.IsFilled} }), 2},
		"a copy":     {with(func(_ *Project, m *mapping.Mapping) { m.ID = "account-2" }), 2},
	} {
		path := filepath.Join(t.TempDir(), "x.ferry")
		if err := c.p.Write(path); err != nil {
			t.Fatal(err)
		}
		got, err := Read(path)
		if err != nil || got.Version != c.want || !reflect.DeepEqual(got, c.p) {
			t.Errorf("%s says version %d, %v", name, got.Version, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	samples, _ := filepath.Glob(filepath.Join("testdata", "*.ferry"))
	for _, file := range samples {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for text := range hostile() {
		if len(text) < 10_000 {
			f.Add([]byte(text))
		}
	}
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := parse("x.ferry", text)
		if err != nil {
			if core.AsFault(err).Kind == core.Bug {
				t.Fatal(err)
			}
			return
		}
		for _, m := range p.Mappings { // what is read can be edited
			mapping.Edit(m, core.Table{Name: core.TableName{Logical: m.Source}}, nil).Problems()
			_ = mapping.Digest(m)
		}
		path := filepath.Join(folder, "again.ferry")
		if err := p.Write(path); err != nil {
			if core.AsFault(err).Kind == core.Bug {
				t.Fatal(err)
			}
			return
		}
		if _, err := Read(path); err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if p.Destination != nil {
			for _, value := range p.Destination.Settings {
				if at, err := Place(path, value, false); err == nil && at != "" && !strings.HasPrefix(at, folder) {
					t.Fatalf("%q leads to %q", value, at)
				}
			}
		}
	})
}

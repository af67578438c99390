package transform

import (
	"testing"

	"golang.org/x/text/language"

	"ferry/core"
)

func languageEnglish() language.Tag { return language.English }

func benchmark(b *testing.B, v core.Value, steps ...Step) {
	b.Helper()
	env, row := world(Example{Beside: names("Anna", "Smith")})
	c, err := Compile(steps, env)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, f := c.Apply(v, row); f != nil {
			b.Fatal(f)
		}
	}
}

func BenchmarkTrimAndCollapse(b *testing.B) {
	benchmark(b, core.Text("  Contoso   Limited "), Step{Name: "collapse-spaces"}, Step{Name: "trim"})
}

func BenchmarkCase(b *testing.B) {
	benchmark(b, core.Text("CONTOSO LIMITED"), Step{Name: "title"}, Step{Name: "upper"})
}

func BenchmarkTemplate(b *testing.B) {
	benchmark(b, core.Null(), Step{Name: "template", Params: map[string]string{"template": "{{firstname}} {{lastname}}"}})
}

func BenchmarkPhone(b *testing.B) {
	benchmark(b, core.Text("(030) 123-4567"), Step{Name: "phone", Params: map[string]string{"country": "DE"}})
}

func BenchmarkNumber(b *testing.B) {
	benchmark(b, core.Text("1.234.567,89"), Step{Name: "read-number", Params: map[string]string{"mark": "comma"}}, Step{Name: "round", Params: map[string]string{"decimals": "1"}})
}

func BenchmarkDate(b *testing.B) {
	benchmark(b, at(2024, 6, 30, 22, 30), Step{Name: "date-only", Params: map[string]string{"zone": "Europe/Berlin"}}, Step{Name: "format-date"})
}

func BenchmarkCompileAllExamples(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		for _, tr := range All() {
			env, _ := world(tr.Examples[0])
			if _, err := Compile([]Step{{tr.Name, tr.Examples[0].Params}}, env); err != nil {
				b.Fatal(err)
			}
		}
	}
}

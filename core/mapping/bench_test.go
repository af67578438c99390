package mapping

import (
	"fmt"
	"testing"
	"time"

	"ferry/core"
)

// wide is an account with as many fields as asked for, of the types that accounts have.
func wide(n int) core.Table {
	t := account()
	types := []core.FieldType{core.TypeText, core.TypeText, core.TypeChoice, core.TypeMoney, core.TypeDateTime, core.TypeBoolean, core.TypeLookup}
	for i := len(t.Fields); i < n; i++ {
		f := core.Field{Name: fmt.Sprintf("new_attribute%d", i), Display: fmt.Sprintf("Attribute number %d", i), Type: types[i%len(types)], Readable: true}
		if f.Type == core.TypeChoice {
			f.Options = []core.Option{{Code: 1, Label: "One"}, {Code: 2, Label: "Two"}}
		}
		if f.Type == core.TypeLookup {
			f.Targets = []string{"contact"}
		}
		t.Fields = append(t.Fields, f)
	}
	return t
}

// both runs a benchmark with 30 and with 300 fields.
func both(b *testing.B, f func(b *testing.B, t core.Table)) {
	for _, n := range []int{30, 300} {
		t := wide(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			f(b, t)
		})
	}
}

func mapped(t core.Table) *Draft {
	d := NewDraft(t, client())
	_, _ = d.Accept(d.Suggest(Samples{})...)
	return d
}

func BenchmarkOpen(b *testing.B) {
	both(b, func(b *testing.B, t core.Table) {
		m := mapped(t).Saved()
		for b.Loop() {
			d := Edit(m, t, client())
			d.Lines("", ShowAll, 0, 30)
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	both(b, func(b *testing.B, t core.Table) {
		d := mapped(t)
		for b.Loop() {
			for _, text := range []string{"p", "ph", "pho", "phon", "phone"} {
				d.Lines(text, ShowAll, 0, 30)
			}
		}
	})
}

func BenchmarkSuggest(b *testing.B) {
	both(b, func(b *testing.B, t core.Table) {
		d := NewDraft(t, client())
		for b.Loop() {
			d.Suggest(Samples{})
		}
	})
}

func BenchmarkCompile(b *testing.B) {
	both(b, func(b *testing.B, t core.Table) {
		d := mapped(t)
		for b.Loop() {
			if _, err := d.Compile(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkBind is one change by a person and the table drawn anew.
func BenchmarkBind(b *testing.B) {
	both(b, func(b *testing.B, t core.Table) {
		d := mapped(t)
		for b.Loop() {
			if err := d.Bind("description", "ref"); err != nil {
				b.Fatal(err)
			}
			d.Lines("", ShowAll, 0, 30)
		}
	})
}

func BenchmarkApply(b *testing.B) {
	t := wide(60)
	p, err := Compile(Default(t), t)
	if err != nil {
		b.Fatal(err)
	}
	in := core.Record{Key: "k", Values: make([]core.Value, len(p.Fields()))}
	var out []core.Value
	b.ReportAllocs()
	for b.Loop() {
		out, _ = p.Apply(in, out[:0])
	}
}

// BenchmarkRatios tells what 300 fields cost against 30: one line each for opening, searching and Suggest.
func BenchmarkRatios(b *testing.B) {
	for _, c := range []struct {
		what string
		run  func(t core.Table) func()
	}{
		{"opening the editor", func(t core.Table) func() {
			m := mapped(t).Saved()
			return func() {
				d := Edit(m, t, client())
				d.Lines("", ShowAll, 0, 30)
				d.Tally()
				d.Problems()
			}
		}},
		{"opening the editor, free", func(t core.Table) func() {
			m := NewDraft(t, nil).Saved()
			return func() {
				d := Edit(m, t, nil)
				d.Lines("", ShowAll, 0, 30)
				d.Tally()
				d.Problems()
			}
		}},
		{"typing in the search, free", func(t core.Table) func() {
			d := NewDraft(t, nil)
			return func() {
				for _, text := range []string{"p", "ph", "pho", "phon", "phone"} {
					d.Lines(text, ShowAll, 0, 30)
				}
			}
		}},
		{"typing in the search", func(t core.Table) func() {
			d := mapped(t)
			return func() {
				for _, text := range []string{"p", "ph", "pho", "phon", "phone"} {
					d.Lines(text, ShowAll, 0, 30)
				}
			}
		}},
		{"Suggest", func(t core.Table) func() {
			d := NewDraft(t, client())
			return func() { d.Suggest(Samples{}) }
		}},
	} {
		b.Run(c.what, func(b *testing.B) {
			few, many := c.run(wide(30)), c.run(wide(300))
			var ratio float64
			for b.Loop() {
				ratio = quickest(many).Seconds() / quickest(few).Seconds()
			}
			b.ReportMetric(ratio, "times-for-10×-fields")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// quickest is how long something takes when nothing else is in the way.
func quickest(run func()) time.Duration {
	best := time.Hour
	for range 200 {
		began := time.Now()
		run()
		best = min(best, time.Since(began))
	}
	return best
}

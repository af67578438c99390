package mapping

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"

	"ferry/core"
)

// FuzzAMappingFromAFile takes whatever a file may hold: nothing panics, and what can be compiled runs.
func FuzzAMappingFromAFile(f *testing.F) {
	for _, m := range []Mapping{Default(account()), Default(contact()), draft(f).Saved()} {
		text, err := json.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"columns":[{"choices":{"values":[{"code":1,"to":"x"}],"else":"default"},"from":"several","fields":[""]}],"where":{"related":{"where":{"related":{}}}},"children":[{"children":[{}]}],"zone":"../../etc/passwd"}`))
	f.Add([]byte(`{"table":"t","key":"k","source":"account","columns":[{"column":"staff","field":"name","from":"template","text":"{{}}","to":"integer","steps":[{"name":"trim"}]}],"match":{"columns":["x"]}}`))
	source, dest := account(), client()
	f.Fuzz(func(t *testing.T, text []byte) {
		var m Mapping
		if json.Unmarshal(text, &m) != nil {
			return
		}
		for _, there := range []*core.Table{nil, dest} {
			d := Edit(m, source, there)
			d.Know(contact())
			again := Edit(d.Saved(), source, there)
			if !reflect.DeepEqual(d.Saved(), again.Saved()) || Digest(m) != Digest(d.Saved()) {
				t.Fatal("saved and read it is another")
			}
			for _, p := range d.Problems() {
				if p.Cause == "" || p.Remedy == "" || p.Code == "" {
					t.Fatalf("%+v", p)
				}
			}
			d.Lines("a", ShowProblems, 0, 10)
			d.Tally()
			d.Suggest(Samples{})
			Passes(Flatten(d.Saved(), known), known)
			for _, b := range d.Saved().Columns {
				d.ChoiceTable(b.Column)
				d.Why(b.Column)
			}
			p, err := d.Compile()
			if err != nil {
				if fault := core.AsFault(err); fault.Kind == core.Bug {
					t.Fatal(err)
				}
				continue
			}
			r := rand.New(rand.NewPCG(1, 1))
			for range 3 {
				in := anyRecord(r, p, source)
				if out, fault := p.Apply(in, nil); fault == nil && len(out) != len(p.Plan().Columns) {
					t.Fatalf("%d values", len(out))
				}
				Preview(p, []core.Record{in})
			}
		}
	})
}

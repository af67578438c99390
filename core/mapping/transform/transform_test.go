package transform

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/core"
)

// world is an Env whose other fields are those of an example.
func world(e Example) (Env, []core.Value) {
	input := e.Field
	if input.Name == "" {
		input.Name = "field"
	}
	row := make([]core.Value, len(e.Beside))
	at := map[string]int{}
	for i, b := range e.Beside {
		row[i], at[b.Field.Name] = b.Value, i
	}
	return Env{
		Input: input,
		Field: func(name string) (int, core.Field, bool) {
			i, ok := at[name]
			if !ok {
				return 0, core.Field{}, false
			}
			return i, e.Beside[i].Field, true
		},
		Ref: func(table, id, field string) (core.Value, bool) {
			if table != "account" || id != "a1" {
				return core.Value{}, false
			}
			if field == "accountnumber" {
				return core.Text("C-1001"), true
			}
			return core.Text("Contoso"), field == ""
		},
	}, row
}

func TestEveryExampleHolds(t *testing.T) {
	for _, tr := range All() {
		if len(tr.Examples) < 2 {
			t.Errorf("%s has too few examples", tr.Name)
		}
		for i, e := range tr.Examples {
			env, row := world(e)
			var got core.Value
			c, err := Compile([]Step{{tr.Name, e.Params}}, env)
			var f *core.Fault
			if err != nil {
				f = core.AsFault(err)
			} else {
				got, f = c.Apply(e.In, row)
			}
			switch {
			case e.Refused != "":
				if f == nil || f.Code != e.Refused {
					t.Errorf("%s, example %d (%s): %s, fault %v; wanted %s", tr.Name, i+1, e.Why, Show(got), f, e.Refused)
				}
			case f != nil:
				t.Errorf("%s, example %d (%s): %s %s", tr.Name, i+1, e.Why, f.Cause, f.Remedy)
			case got != e.Out:
				t.Errorf("%s, example %d (%s): %s; wanted %s", tr.Name, i+1, e.Why, Show(got), Show(e.Out))
			case !got.Empty() && !c.Gives().Has(got.Kind()):
				t.Errorf("%s, example %d gives %s, which it did not announce: %s", tr.Name, i+1, only(got.Kind()), c.Gives())
			}
		}
	}
}

func TestWhatIsNothingPassesByUnlessTheTransformAnswersForIt(t *testing.T) {
	for _, tr := range All() {
		for _, v := range []core.Value{{}, core.Null()} {
			env, row := world(tr.Examples[0])
			c, err := Compile([]Step{{tr.Name, tr.Examples[0].Params}}, env)
			if err != nil {
				t.Fatalf("%s: %v", tr.Name, err)
			}
			if got, f := c.Apply(v, row); !tr.Begins && (f != nil || got != v) {
				t.Errorf("%s makes %s of %s (%v)", tr.Name, Show(got), Show(v), f)
			}
		}
	}
}

func TestAStepsPlaceAndRemedyAreTold(t *testing.T) {
	env := Env{Input: core.Field{Name: "name", Type: core.TypeText}}
	problems := Problems([]Step{
		{Name: "trim"}, {Name: "later"}, {Name: "first", Params: map[string]string{"count": "-1", "colour": "red"}},
		{Name: "read-number", Params: map[string]string{"mark": "comma"}}, {Name: "upper"},
	}, env)
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprintf("%d %s %s", p.Step, p.Param, p.Fault.Code))
		if p.Fault.Remedy == "" || core.AsFault(p) != p.Fault {
			t.Errorf("%v has no remedy", p)
		}
	}
	want := []string{"1  transform.unknown", "2 colour transform.unknown-setting", "2 count transform.setting", "4  transform.does-not-fit"}
	if !slices.Equal(got, want) {
		t.Errorf("problems are %q, not %q", got, want)
	}
	if p := Problems([]Step{{Name: "trim"}}, Env{}); len(p) != 1 || p[0].Fault.Code != "transform.nothing-yet" {
		t.Errorf("a column without a field that begins with trim: %v", p)
	}
	if p := Problems(make([]Step, 65), env); len(p) != 1 || p[0].Fault.Code != "transform.too-many-steps" {
		t.Errorf("too many steps: %v", p)
	}
	if p := Problems([]Step{{Name: "replace", Params: map[string]string{"find": strings.Repeat("a", maxParam+1)}}}, env); len(p) == 0 || p[0].Fault.Code != "transform.setting-too-long" {
		t.Errorf("a huge setting: %v", p)
	}
}

func TestTheTraceShowsTheValueBehindEachStep(t *testing.T) {
	env, _ := world(Example{})
	c, err := Compile([]Step{{Name: "trim"}, {Name: "upper"}, {Name: "first", Params: map[string]string{"count": "3"}}}, env)
	if err != nil {
		t.Fatal(err)
	}
	got, f := c.Trace(core.Text(" contoso "), nil)
	want := []core.Value{core.Text("contoso"), core.Text("CONTOSO"), core.Text("CON")}
	if f != nil || !slices.Equal(got, want) {
		t.Errorf("the trace is %v (%v)", got, f)
	}
	got, f = c.Trace(core.Int(7), nil)
	if f == nil || f.Code != "transform.does-not-fit" || len(got) != 0 {
		t.Errorf("a number in a text field: %v, %v", got, f)
	}
}

func TestFieldsThatStepsReadAreNamedOnce(t *testing.T) {
	got := FieldsOf([]Step{
		{Name: "template", Params: map[string]string{"template": "{{a}} {{ b }} {{}} {{a}}"}},
		{Name: "join", Params: map[string]string{"fields": "b, c"}}, {Name: "phone", Params: map[string]string{"countryfield": "d"}}, {Name: "nothing"},
	})
	if !slices.Equal(got, []string{"a", "b", "c", "d"}) {
		t.Errorf("fields are %q", got)
	}
}

func TestAChainThatDoublesATextIsStopped(t *testing.T) {
	env, _ := world(Example{})
	double := []Step{
		{Name: "replace", Params: map[string]string{"find": "a", "with": "aaaa"}},
		{Name: "replace", Params: map[string]string{"find": "a", "with": "aaaa", "how": "anycase"}},
		{Name: "template", Params: map[string]string{"template": "{{}}{{}}{{}}{{}}"}},
	}
	for _, s := range double {
		var steps []Step
		for range maxSteps {
			steps = append(steps, s)
		}
		c, err := Compile(steps, env)
		if err != nil {
			t.Fatal(err)
		}
		if _, f := c.Apply(core.Text("a"), nil); f == nil || f.Code != "transform.too-long" {
			t.Errorf("%s grows without end: %v", s.Name, f)
		}
	}
}

func TestEveryCountryIsFoundByItsNamesAndCodes(t *testing.T) {
	codes := countryCodes()
	if len(codes) < 245 || len(codes) > 255 {
		t.Errorf("%d countries", len(codes))
	}
	for _, language := range []string{"en", "de", "fr", "nl"} {
		for _, code := range codes {
			name, err := Compile([]Step{{"country-name", map[string]string{"language": language}}, {"country-code", map[string]string{"language": language}}}, Env{Input: core.Field{Name: "c"}})
			if err != nil {
				t.Fatal(err)
			}
			if got, f := name.Apply(core.Text(code), nil); f != nil || got != core.Text(code) {
				t.Errorf("%s in %s comes back as %s (%v)", code, language, Show(got), f)
			}
			if language != "en" {
				break // the tables are the same; one is enough to see that the language is taken
			}
		}
	}
}

func TestRoundingIsExact(t *testing.T) {
	for range 20_000 {
		n := rand.Int64N(2_000_000) - 1_000_000
		d, ok := parseNumber(fmt.Sprintf("%d.%03d", n/1000, max(n%1000, -(n%1000))))
		if !ok {
			t.Fatal(n)
		}
		if n > -1000 && n < 0 {
			d.negative = true
		}
		whole := (n + 500) / 1000
		if n < 0 {
			whole = -((-n + 500) / 1000)
		}
		if got := d.round(0, halfAway).String(); got != fmt.Sprint(whole) {
			t.Fatalf("%s becomes %s, not %d", d, got, whole)
		}
	}
}

func TestWhatIsWrittenInAFormatIsReadBack(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"YYYY-MM-DD HH:mm:ss", "D.M.YYYY h:m:s AM", "dddd, D MMMM YYYY H:mm:ss", "YYYYMMDDHHmmss", "MMM D YYYY HH:mm:ss"} {
		c, err := Compile([]Step{
			{"format-date", map[string]string{"format": format, "zone": "Europe/Berlin"}}, {"read-date", map[string]string{"format": format, "zone": "Europe/Berlin"}},
		}, Env{Input: core.Field{Name: "d", Type: core.TypeDateTime}})
		if err != nil {
			t.Fatal(err)
		}
		for day := time.Date(2024, 1, 1, 0, 0, 7, 0, time.UTC); day.Year() == 2024; day = day.Add(7*time.Hour + 13*time.Minute) {
			got, f := c.Apply(core.Time(day), nil)
			if f != nil || (got.AsTime() != day && got.AsTime().In(zone).Format(time.DateTime) != day.In(zone).Format(time.DateTime)) {
				t.Fatalf("%s with %s comes back as %s (%v)", day, format, Show(got), f)
			}
		}
	}
}

// The golden file is there to be proof-read. It is written anew with FERRY_GOLDEN=write.
func TestTextsReadWell(t *testing.T) {
	var b strings.Builder
	seen := map[string]bool{}
	for _, tr := range All() {
		if seen[tr.Name] || Get(tr.Name) == nil || tr.Title == "" || tr.Summary == "" || tr.Group == "" || tr.Takes == 0 {
			t.Errorf("%q is not whole, or there twice", tr.Name)
		}
		seen[tr.Name] = true
		fmt.Fprintf(&b, "%s (%s, %s)\n  %s\n  from %s to %s\n", tr.Title, tr.Name, tr.Group, tr.Summary, tr.Takes, tr.Gives)
		for _, p := range tr.Params {
			if p.Name == "" || p.Title == "" || p.Help == "" || p.Kind == "" {
				t.Errorf("%s: %q is not whole", tr.Name, p.Name)
			}
			fmt.Fprintf(&b, "  - %s (%s, %s, default %q): %s\n", p.Title, p.Name, p.Kind, p.Default, p.Help)
			for _, c := range p.Choices {
				fmt.Fprintf(&b, "      %s = %s\n", c.Value, c.Title)
			}
		}
		for _, e := range tr.Examples {
			env, _ := world(e)
			out := Show(e.Out)
			if e.Refused != "" {
				out = "refused (" + e.Refused + ")"
				if p := Problems([]Step{{tr.Name, e.Params}}, env); len(p) > 0 {
					out = p[0].Fault.Cause + " " + p[0].Fault.Remedy
				}
			}
			fmt.Fprintf(&b, "  * %s -> %s  %s\n", Show(e.In), out, e.Why)
		}
		b.WriteString("\n")
	}
	tr, p := trim(), trim().Params[0]
	for _, f := range []*core.Fault{unknown("x"), unknownParam(tr), longParam(tr, p), tooManySteps(), nothingYet(tr), noNames(tr), noLabels(tr),
		unreadable("Read a date", "it is not written as DD.MM.YYYY", "f", core.Text("hunter2")), tooLong("Replace", "f"), misfit("Trim", texts, number, "f")} {
		if all := f.Error(); f.Remedy == "" || f.Owner == "" || strings.Contains(all, "hunter2") {
			t.Errorf("%s is not whole or shows a value", f.Code)
		}
		fmt.Fprintf(&b, "%s [%s]\n  %s\n  %s\n", f.Code, f.Kind, f.Cause, f.Remedy)
	}
	if m := regexp.MustCompile(`(?i)\b(please|invalid|illegal|parse|string|null|boolean|integer|nil|regex)\b`).FindString(b.String()); m != "" {
		t.Errorf("the texts speak jargon: %q", m)
	}
	golden := filepath.Join("testdata", "texts.txt")
	if os.Getenv("FERRY_GOLDEN") == "write" {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != b.String() {
		t.Errorf("texts differ from %s", golden)
	}
}
